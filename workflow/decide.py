"""The way in to the core: which part decides about an event, and what must be loaded for it first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from workflow.desk import bookkeeping, delivery, desk, linking, moving
from workflow.dialogue import dialogue
from workflow.happening import Carried, DataAct, Delivery, Due, Event
from workflow.message import Message, Moved, Press, Standing
from workflow.office import DESK_CHANNEL, Office
from workflow.papers import asked, checking, issuing, joining
from workflow.privacy import answering, requests, retention
from workflow.world import Decision, Needs, World

LONGEST_LAIN = timedelta(days=30)
"""So long a mail may have lain on the office's server while we were away."""


def needs(event: Event, office: Office, linked: frozenset[str]) -> Needs:
    """What `decide` will want to see of the store; `linked` holds the private chats of staff.

    The lane's own conversation and its complaints are always loaded and need not be named.
    """
    return moving.to_be_found(_needs(moving.as_meant(event, office), office, linked))


def _needs(event: Event, office: Office, linked: frozenset[str]) -> Needs:
    if isinstance(event, Message) and linking.is_command(event):
        return linking.needs(event)
    if issuing.concerns(event):
        return issuing.needs(event)
    if bookkeeping.concerns(event):
        return bookkeeping.needs(event)
    if code := checking.code_in(event):
        return checking.needs(code)
    if isinstance(event, DataAct):
        return answering.needs(event)
    if isinstance(event, Due) and requests.concerns(event):
        return requests.needs(event)
    if isinstance(event, Due) and retention.concerns(event):
        return retention.needs(event)
    if _is_desk(event, office):
        return desk.needs(event, office)
    if _may_be_staff(event, office, linked):
        return desk.needs(event, office) + dialogue.needs(event, office)
    return dialogue.needs(event, office)


def decide(event: Event, world: World) -> Decision:
    """What becomes of one event: the citizen's talk, the desk's acts and, for both, what the desk is shown.

    Pure: the same event and world give the same decision. Raises nothing for any event a channel can produce.
    """
    if isinstance(event, Moved):
        return moving.moved(event, world)
    if isinstance(event, Standing):
        return Decision(ignored="what we may do in a group is the operator's matter")
    return moving.sent_on(_decided(moving.as_meant(event, world.office), moving.with_former(world)), world)


def _decided(event: Event, world: World) -> Decision:
    world = replace(world, reached_at=_reached(event, world))
    linked = frozenset(world.linked.values())
    if isinstance(event, Message) and linking.is_command(event):
        return linking.linked(event, world)
    if (papers := _papers(event, world)) is not None:
        return papers
    if isinstance(event, Due) and retention.concerns(event):
        return retention.rang(event, world)
    if isinstance(event, Due) and requests.concerns(event):
        return requests.rang(event, world)
    if isinstance(event, DataAct):
        decision = answering.done(event, world)
    elif _may_be_staff(event, world.office, linked) and desk.concerns(event, world):
        decision = desk.handle(event, world)
    else:
        decision = dialogue.advance(event, world)
    before = {**{each.id: each for answer in world.found for each in answer}, **world.complaints}
    decision += desk.show(before=before, after=decision.complaints, decision=decision, world=world)
    decision += desk.told_of_duties(before, decision, world)
    decision += retention.watch(before, decision.complaints, world)
    return joining.join(decision + issuing.issue(world.complaints, decision, world), world)


def _papers(event: Event, world: World) -> Decision | None:
    """What's about papers or books alone: wanted or drawn ones, a code to be checked, a word that asks for one."""
    if issuing.concerns(event):
        return issuing.handle(event, world)
    if bookkeeping.concerns(event):
        return bookkeeping.handle(event, world)
    if isinstance(event, Message) and (code := checking.code_in(event)):
        return checking.handle(event, code, world)
    return asked.handled(event, world)


def _reached(event: Event, world: World) -> datetime:
    """When an event reached the office: it was taken in then, or lay on the office's own mail server before.

    A mail that's said to have lain there for very long was moved there from elsewhere: then it's the taking in.
    """
    taken_in = event.at if isinstance(event, Carried) else world.received_at or world.now
    said = event.message if isinstance(event, Carried) else event
    lay_since = said.reached_at if isinstance(said, Message) else None
    if lay_since is None or not taken_in - LONGEST_LAIN <= lay_since <= taken_in:
        return taken_in
    return lay_since


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
