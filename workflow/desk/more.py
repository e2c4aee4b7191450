"""What a card offers besides its step's own acts, behind the button "Lainnya": a row for each, with when it's offered.

A row's act is done by `more_acts.HANDLERS`; what it asks to be typed is read by `more_acts.TYPED`. This module knows
neither, because cards are drawn with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workflow.desk.posting import LABEL_CHARACTERS, Rows, button
from workflow.office import Staff
from workflow.papers.wanted import KINDS, may_print, there
from workflow.procedure.progress import FIELD, part_of, turn
from workflow.procedure.reach import is_lost
from workflow.procedure.rights import enterable_for, has_turn, is_officer
from workflow.procedure.taken_acts import is_written_down
from workflow.procedure.telling import shortened
from workflow.record import Complaint
from workflow.say import say
from workflow.world import World

MENU = "more"
"""The act of the button that opens the menu."""
BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Row:
    """One more act: what its button carries and reads, and when it's offered.

    `fits` is asked with the person who opened the menu; with None, while the card is drawn: might it fit somebody?
    """

    act: str
    label: str  # key of the button's words
    fits: Callable[[Complaint, Staff | None, World], bool]


def _officer(complaint: Complaint, person: Staff | None, world: World) -> bool:
    return person is None or is_officer(person, world.standard_of(complaint.standard))


def _was_written_down(complaint: Complaint, person: Staff | None, world: World) -> bool:
    return is_written_down(complaint) and _officer(complaint, person, world)


def _may_be_withheld(complaint: Complaint, person: Staff | None, world: World) -> bool:
    """Who came to the counter or phoned may ask for secrecy as well."""
    return not complaint.withheld and not complaint.confidential and _was_written_down(complaint, person, world)


def _may_be_told_again(complaint: Complaint, person: Staff | None, world: World) -> bool:
    return complaint.withheld and complaint.citizen is None and _was_written_down(complaint, person, world)


def _came_from_lapor(complaint: Complaint, person: Staff | None, world: World) -> bool:
    return complaint.source == "lapor" and _officer(complaint, person, world)


def _photos(complaint: Complaint, person: Staff | None, world: World, *, along: bool) -> bool:
    """Whether photos from the field are still to be chosen for the answer, or to be left out of it again."""
    act = part_of(complaint, world.standard_of(complaint.standard)).act
    if complaint.closed_at is not None or act != "deliver" or not _officer(complaint, person, world):
        return False
    return any(
        paper.sort == FIELD and paper.state == "ready" and paper.confirmed != along for paper in complaint.papers
    )


def _photos_stay(complaint: Complaint, person: Staff | None, world: World) -> bool:
    return _photos(complaint, person, world, along=True)


def _photos_go(complaint: Complaint, person: Staff | None, world: World) -> bool:
    return _photos(complaint, person, world, along=False)


def _may_be_handed_over(complaint: Complaint, person: Staff | None, world: World) -> bool:
    standard = world.standard_of(complaint.standard)
    if is_lost(complaint):
        return _officer(complaint, person, world)
    if complaint.closed_at is not None or complaint.citizen is None or part_of(complaint, standard).act != "deliver":
        return False
    return person is None or has_turn(person, complaint, world)


def _waits_for_others(complaint: Complaint, person: Staff | None, world: World) -> bool:
    if person is None:
        return complaint.closed_at is None and bool(turn(complaint, world).people)
    return bool(enterable_for(complaint, person, world))


def _may_print_something(complaint: Complaint, person: Staff | None, world: World) -> bool:
    kinds = (kind for kind in KINDS.values() if there(kind, complaint, world))
    return any(person is None or may_print(kind, person, complaint, world) for kind in kinds)


MORE: tuple[Row, ...] = (
    Row("photos_along", "desk.more.photos_along", _photos_stay),
    Row("photos_stay", "desk.more.photos_stay", _photos_go),
    Row(BY_HAND, "desk.more.by_hand", _may_be_handed_over),
    Row("sources", "desk.more.source", _was_written_down),
    Row("tracking", "desk.more.tracking", _came_from_lapor),
    Row("received", "desk.more.received", _was_written_down),
    Row("behalf", "desk.more.behalf", _was_written_down),
    Row("withhold", "withheld.menu_on", _may_be_withheld),
    Row("unwithhold", "withheld.menu_off", _may_be_told_again),
    Row("for", "duty.more.entered", _waits_for_others),
    Row("prints", "papers.more", _may_print_something),
)
"""The menu, in this order."""


def offered(complaint: Complaint, person: Staff | None, world: World) -> tuple[Row, ...]:
    """The rows that this person may press; with None those that anybody might."""
    return tuple(row for row in MORE if row.fits(complaint, person, world))


def buttons(complaint: Complaint, person: Staff, world: World) -> Rows:
    """The menu for this person, a row for each act, with the way back to the card."""
    rows = [
        (button(shortened(say(row.label), LABEL_CHARACTERS), row.act, complaint.code, complaint.version),)
        for row in offered(complaint, person, world)
    ]
    return (*rows, (button(say("desk.button.back"), "back", complaint.code, complaint.version),))
