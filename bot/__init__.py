"""Conversation: no network, no SQL of its own."""
