"""The office: what a complaint is and what may happen to it."""
