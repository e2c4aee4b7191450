"""A copy of a card that nobody knows of, as an uncertain sending leaves behind: it goes once somebody presses it."""

from __future__ import annotations

from datetime import timedelta

from workflow.desk import moving
from workflow.desk.buttons import read
from workflow.desk.posting import HOUSEKEEPING
from workflow.message import COPY, Outbound, Press
from workflow.procedure.case import desk_of
from workflow.world import Decision, World

_KNOWN_BY_THEN = timedelta(minutes=1)
"""The message may be the true one, pressed at once: until then it's written down by which name the provider has it."""


def put_away(press: Press, world: World) -> Decision:
    """Take away what was pressed in the group if it's no message that we know; the true card stands there, or will.

    No edit reaches such a copy, so its buttons would stay as they are for ever.
    """
    complaint = world.complaints.get(world.by_code.get(read(press.data).code, ""))
    known = (press.chat.chat, press.message_id) in world.refers
    elsewhere = press.chat != desk_of(world) or moving.place_of(press.message_id)[0]
    if complaint is None or known or elsewhere or not press.message_id:
        return Decision()
    target = f"{COPY}{press.chat.chat}:{press.message_id}"
    at = world.now + _KNOWN_BY_THEN
    gone = Outbound(to=press.chat, kind="delete", target=target, replaces=target, not_before=at, priority=HOUSEKEEPING)
    return Decision(sends=(gone, *moving.card_again(complaint, world)))
