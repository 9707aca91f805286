"""What our sentences are for, and the command words that they offer as buttons."""

from __future__ import annotations

from datetime import timedelta

from workflow.messages import Purpose

#: What a sentence is for, where it is more than a reply.
PURPOSES: dict[str, Purpose] = {
    "emergency": "emergency", "emergency_again": "emergency",
    "opened": "ack", "information_opened": "ack", "stopped": "ack",
}  # fmt: skip
#: Command words that a sentence names, for channels with buttons.
CHOICES = {
    "answer": ("YA", "BELUM", "PETUGAS"),
    "no_answer": ("PETUGAS",),
    "ask_risk": ("YA", "TIDAK", "LEWATI"),
    "ask_when_where": ("LEWATI",),
    "ask_who": ("LEWATI",),
    "ask_which": ("LEWATI",),
    "added_unsure": ("BARU",),
    "added_answered": ("PUAS", "TIDAK PUAS"),
    "informed": ("TIDAK PUAS",),
    "ask_erase": ("YA", "TIDAK"),
    "withdraw_asked": ("YA", "TIDAK"),
}

#: Sentences that wait for an answer: a question that is newer than another's takes it.
QUESTIONS = frozenset({
    "answer", "ask_risk", "ask_when_where", "ask_who", "ask_which", "ask_reason", "ask_code", "ask_erase",
    "added_unsure", "withdraw_asked",
})  # fmt: skip

#: Sentences that say nothing new the second time: not said again so soon. What they answer is kept all the same.
SAID_ONCE = frozenset({"added", "added_answered", "media_received", "unsupported"})
SAID_PAUSE = timedelta(minutes=10)
