"""What the rows of the menu "Lainnya" do: one handler for each act, and one for each thing it asks to be typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_args

from msgspec.structs import replace

from workflow.desk import catat, more, printing
from workflow.desk.buttons import Data, asked_to_type, edit_card
from workflow.desk.cards import card_text, paired
from workflow.desk.duty import entering
from workflow.desk.posting import answered, button
from workflow.message import Message, Press
from workflow.office import Staff
from workflow.procedure import complaint as complaints
from workflow.procedure.case import Refused
from workflow.procedure.rights import check
from workflow.procedure.telling import capital
from workflow.record import Act, Complaint, Source
from workflow.say import say
from workflow.world import Decision, World

Handler = Callable[[Press, Data, Complaint, Staff, World], Decision]
Typed = Callable[[Message, str, Staff, Complaint, World], Decision]


def pressed(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """The menu on the card, for whoever pressed, or a row of it. Raises `Refused` where it isn't for this person."""
    offered = more.offered(complaint, person, world)
    if data.act == more.MENU and offered:
        rows = more.buttons(complaint, person, world)
        return edit_card(press, complaint, world, card_text(complaint, world), rows, "")
    if all(row.act != data.act for row in offered):
        raise Refused("desk.refused.not_here" if offered else "desk.refused.nothing_to_choose")
    return HANDLERS[data.act](press, data, complaint, person, world)


def _sources(press: Press, _: Data, complaint: Complaint, __: Staff, world: World) -> Decision:
    """How a complaint that was written down came: the same buttons as when it was."""
    rows = [button(capital(say(f"desk.source.{each}")), "source", complaint.code, complaint.version, each)
            for each in get_args(Source) if each != "chat"]  # fmt: skip
    back = button(say("desk.button.back"), "back", complaint.code, complaint.version)
    return edit_card(press, complaint, world, card_text(complaint, world), (*paired(rows), (back,)), "")


def _by_hand(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """The answer was handed over or posted, though the citizen has a chat: who received it is asked."""
    act = Act(kind="hand_over", by=f"staff:{person.id}", version=data.version)
    check(complaint, act, world)
    if not complaint.answer.strip():
        raise Refused("desk.refused.no_answer")
    return asked_to_type(press, replace(data, act="hand_over"), complaint, person, world)


def _photos(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """The photos from the field go along with the answer, or stay here."""
    along = "yes" if data.act == "photos_along" else "no"
    act = Act(kind="include", by=f"staff:{person.id}", version=data.version, data={"arg": along})
    return complaints.apply(complaint, act, world) + Decision(sends=(answered(press, "desk.done.plain"),))


def _at_once(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """An act that asks nothing more."""
    act = Act(kind=data.act, by=f"staff:{person.id}", version=data.version)
    return complaints.apply(complaint, act, world) + Decision(sends=(answered(press, "desk.done.plain"),))


HANDLERS: Mapping[str, Handler] = {
    "photos_along": _photos,
    "photos_stay": _photos,
    "by_hand": _by_hand,
    "sources": _sources,
    "tracking": asked_to_type,
    "received": asked_to_type,
    "behalf": catat.asked_in_private,
    "withhold": _at_once,
    "unwithhold": _at_once,
    entering.BUTTON: entering.pressed,
    printing.BUTTON: printing.pressed,
}
"""What pressing a row of `more.MORE` does, by its act: (press, data, complaint, person, world)."""

TYPED: Mapping[str, Typed] = {
    "tracking": catat.tracking_typed,
    "received": catat.received_typed,
    "behalf": catat.behalf_typed,
}
"""What's typed in reply to a prompt (`buttons.asked_to_type`), by the prompt's act: (message, arg, person, complaint,
world). The prompt's words are `desk.prompt.<act>`."""
