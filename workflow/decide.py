"""The way in to the core: which part decides about an event, and what must be loaded for it first."""

from __future__ import annotations

from workflow.desk import delivery, desk, linking
from workflow.dialogue import dialogue
from workflow.happening import Delivery, Due, Event
from workflow.message import Message, Press
from workflow.office import DESK_CHANNEL, Office
from workflow.world import Decision, Needs, World


def needs(event: Event, office: Office, linked: frozenset[str]) -> Needs:
    """What `decide` will want to see of the store; `linked` holds the private chats of staff.

    The lane's own conversation and its complaints are always loaded and need not be named.
    """
    if isinstance(event, Message) and linking.is_command(event):
        return linking.needs(event)
    if _is_desk(event, office):
        return desk.needs(event, office)
    if _may_be_staff(event, office, linked):
        return desk.needs(event, office) + dialogue.needs(event, office)
    return dialogue.needs(event, office)


def decide(event: Event, world: World) -> Decision:
    """What becomes of one event: the citizen's talk, the desk's acts and, for both, what the desk is shown.

    Pure: the same event and world give the same decision. Raises nothing for any event a channel can produce.
    """
    linked = frozenset(world.linked.values())
    if isinstance(event, Message) and linking.is_command(event):
        return linking.linked(event, world)
    if _may_be_staff(event, world.office, linked) and desk.concerns(event, world):
        decision = desk.handle(event, world)
    else:
        decision = dialogue.advance(event, world)
    return decision + desk.show(before=world.complaints, after=decision.complaints, decision=decision, world=world)


def _may_be_staff(event: Event, office: Office, linked: frozenset[str]) -> bool:
    """In the group everybody is at the desk; in private staff are citizens until what they say is a desk matter."""
    if _is_desk(event, office):
        return True
    if isinstance(event, Due):
        return event.kind in desk.TIMERS
    if isinstance(event, Delivery):
        return delivery.concerns(event)
    if isinstance(event, Message | Press) and event.chat.channel == DESK_CHANNEL:
        return event.chat.chat in linked or office.staff_by_id(event.sender.id) is not None
    return False


def _is_desk(event: Event, office: Office) -> bool:
    """Whether it's of the office's group; a chat of another channel may be called the same."""
    return (event.chat.channel, event.chat.chat) == (DESK_CHANNEL, office.desk)
