"""Whether the office's answer has got as far as the citizen: what follows from an answer isn't before that."""

from __future__ import annotations

from datetime import datetime

from workflow.record import Complaint

OUT = ("sent", "delivered", "read")
"""Marks of an answer that left the house and was taken."""

ANSWER_KEY, OUT_AT, WHY, HELD = "answer_key", "answer_out", "answer_why", "held"
"""What `Complaint.extra` holds: the answer's name in the outbox, when it was out, why it failed, what else waits."""

RETURNED = "returned"
"""What `Complaint.extra` holds beside: the draft as it was when it was returned last."""

WORDED = "responded"
"""What the names begin with of what is known there of such words (`bells.RESPONDED`, `lateness.SENT`)."""

_NOT_OUT = ("waiting", "held")


def is_out(complaint: Complaint) -> bool:
    """Whether the answer may have been read: it isn't still waiting in our house."""
    return complaint.answered_at is not None and complaint.delivery not in _NOT_OUT


def is_there(complaint: Complaint) -> bool:
    """Whether we may say that the answer was brought: nothing less than `sent`, or handed over."""
    return complaint.answered_at is not None and complaint.delivery in ("", "handed", *OUT)


def is_lost(complaint: Complaint) -> bool:
    """Whether the answer left and didn't get through: then somebody may bring it by hand, even after the end."""
    return complaint.answered_at is not None and complaint.delivery == "failed"


def out_at(complaint: Complaint) -> datetime | None:
    """From when the time to judge the answer runs: from its being out, not from its signature."""
    if not is_out(complaint):
        return None
    known = complaint.extra.get(OUT_AT, "")
    return datetime.fromisoformat(known) if known else complaint.answered_at


def anew(complaint: Complaint, key: str = "") -> dict[str, str]:
    """`extra` without what was known of an earlier answer, with the name of the one that leaves now."""
    kept = {name: value for name, value in complaint.extra.items() if name not in (ANSWER_KEY, OUT_AT, WHY, RETURNED)}
    return kept | ({ANSWER_KEY: key} if key else {})


def begun_anew(complaint: Complaint) -> dict[str, str]:
    """`extra` of a reopened complaint: nor what was known of the words that the citizen was given before the answer."""
    return {name: value for name, value in anew(complaint).items() if not name.startswith(WORDED)}
