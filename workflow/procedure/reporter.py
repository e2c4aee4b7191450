"""Who reports, and for whom, where these are two people."""

from __future__ import annotations

from workflow.record import Complaint
from workflow.say import say


def behalf(complaint: Complaint) -> str:
    """The line of a receipt that names both; "" for a report of one's own."""
    if not complaint.behalf:
        return ""
    name, theirs = complaint.private.get("name", ""), complaint.private.get("behalf_name", "")
    key = "telling.behalf_both" if name and theirs else "telling.behalf_one" if theirs else "telling.behalf"
    return say(key, name=name, theirs=theirs, relation=complaint.behalf)
