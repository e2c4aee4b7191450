"""Who stays responsible for a complaint while somebody else is asked to write its letter."""

from __future__ import annotations

from workflow.record import Complaint

_KEY = "responsible"  # Complaint.extra: staff id and role of whom the disposition named


def remembered(complaint: Complaint) -> dict[str, str]:
    """`Complaint.extra` with the one whom the disposition named, before staff are asked to write."""
    if not complaint.assignee or complaint.extra.get(_KEY):
        return complaint.extra
    return {**complaint.extra, _KEY: f"{complaint.assignee} {complaint.assignee_role}"}


def forgotten(complaint: Complaint) -> dict[str, str]:
    """`Complaint.extra` once another disposition names somebody."""
    return {name: value for name, value in complaint.extra.items() if name != _KEY}


def responsible(complaint: Complaint) -> tuple[str, str]:
    """Staff id and role of the responsible person; the one whose work it is now, where nobody else was asked to write.

    Both are "" before a disposition.
    """
    who, _, role = complaint.extra.get(_KEY, "").partition(" ")
    return (who, role) if who else (complaint.assignee, complaint.assignee_role)
