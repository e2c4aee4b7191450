"""Each of the five published procedures, walked step by step from the citizen's YA to the archive."""

from __future__ import annotations

import pytest

from tests.workflow.desk_people import OFFICES, office, opened, straight
from workflow.procedure.complaint import Complaint, Entry, apply

WALKS = {
    "kanigaran": "intake:submit intake:register verify:complete report_up:pass_on disposition:dispose follow_up:write follow_up:report "
    "follow_up:inform deliver:deliver archive:archive",
    "pekutatan": "register:submit register:register disposition:dispose draft:write draft:draft correct:approve deliver:deliver "
    "deliver:archive",
    "kedopok": "intake:submit check:complete receipt:receipt register:register review:pass_on follow_up:write follow_up:draft "
    "number:number deliver:deliver archive:archive",
    "pegantenan": "s01:submit s01:accept s02:verify s03:register s04:dispose s05:write s05:report s06:ask_staff s07:write s07:draft "
    "s08:approve s09:copy s10:sign s11:number s11:archive s12:deliver",
    "dpmd-pasuruan": "submit:submit record:register confirm:pass_on distribute:dispose distribute:write distribute:report "
    "respond:deliver archive:archive",
}


def walk(name: str) -> tuple[Complaint, list[Entry]]:
    """The whole way, each time the act that finishes what is to be done."""
    decision, here = opened(office(name))
    entries = list(decision.entries)
    complaint = decision.complaints[0]
    for _ in range(20):
        if complaint.closed_at:
            break
        decision = apply(complaint, straight(complaint, here), here)
        assert decision.complaints[0].version == complaint.version + 1
        complaint = decision.complaints[0]
        entries += decision.entries
    return complaint, entries


@pytest.mark.parametrize("name", OFFICES)
def test_a_procedure_is_walked_to_the_archive_in_the_published_order(name: str) -> None:
    complaint, entries = walk(name)
    assert " ".join(f"{entry.step}:{entry.act}" for entry in entries if entry.step) == WALKS[name]
    assert complaint.closed_as == "answered"
    assert complaint.number.endswith("-2026-0001")
    assert not complaint.waits_for


@pytest.mark.parametrize("name", OFFICES)
def test_the_record_alone_tells_the_order_of_the_steps(name: str) -> None:
    _, entries = walk(name)
    visited = [entries[0].step]
    for entry in entries:
        to = entry.data.get("to", "").partition("/")[0]
        if to and to != visited[-1]:
            visited.append(to)
    assert visited == [step.id for step in office(name).standard.steps]
