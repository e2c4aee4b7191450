"""The month's word at the desk on what was erased by the office's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from workflow.books import period as periods
from workflow.desk.posting import post
from workflow.happening import Due
from workflow.message import Refers
from workflow.procedure.case import desk_of
from workflow.say import say
from workflow.world import Decision, World

KIND = "retention_report"
"""The kind of the event that asks for it; its subject says which month and how much."""


def packed(month: str, counts: Mapping[str, tuple[int, int]]) -> str:
    """The subject of the event: the month ("2026-11"), and of each kind how many lines and files."""
    return " ".join([month, *(f"{kind}={lines}/{files}" for kind, (lines, files) in counts.items())])


def told(event: Due, world: World) -> Decision:
    """One message to the desk; an unreadable subject tells nothing."""
    desk = desk_of(world)
    month, *parts = event.subject.split() or [""]
    try:
        first = date.fromisoformat(f"{month}-01")
        counts = {kind: value.split("/") for kind, _, value in (part.partition("=") for part in parts)}
    except ValueError:
        return Decision(ignored="a report that can't be read")
    if desk is None:
        return Decision(ignored="no desk to report to")
    fields = {kind: lines for kind, (lines, _) in counts.items()}
    fields |= {f"{kind}_files": files for kind, (_, files) in counts.items()}
    words = periods.month(first.year, first.month).words()
    text = say("privacy.report.month", month=words, office=world.office.id, **fields)
    return Decision(sends=(post(world, desk, text, refers=Refers(role="list")),))
