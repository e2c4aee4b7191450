"""The desk: what staff say and press, and what happens to the office, becomes acts or words, or stays chatter."""

from __future__ import annotations

from collections.abc import Mapping

from workflow.desk import buttons, commands, delivery, leaving, linking, news, press, roles
from workflow.desk.duty import bells as duty_bells
from workflow.desk.duty import entering, shared_phone
from workflow.desk.duty import record as duty_record
from workflow.desk.private import TOKEN_PREFIX, is_link, linked
from workflow.desk.reply import replied
from workflow.desk.show import show
from workflow.desk.talks import blocked, emergency, gist_wanted, human_wanted, question_card
from workflow.happening import Delivery, Due, Event, FileFailed, FileReady
from workflow.message import Left, Message, Press
from workflow.office import Office
from workflow.procedure.case import desk_of
from workflow.procedure.numbering import may_be_number, sought
from workflow.record import Complaint
from workflow.world import Decision, Needs, World

__all__ = [
    "TIMERS",
    "blocked",
    "concerns",
    "emergency",
    "gist_wanted",
    "handle",
    "human_wanted",
    "needs",
    "question_card",
    "show",
    "told_of_duties",
]

BUTTONS = "d:"
TIMERS = news.TIMERS | {duty_record.CHANGED}
"""The kinds of bells that ring for the desk."""
_STAFF_ROLES = frozenset(
    {"card", "duty", "handall", "handover", "relay", "prompt", "question", "gist", "pending", "held", "document"}
    | {"list", "deadline", "data_request"}
)


def needs(event: Event, office: Office) -> Needs:
    """What must be loaded before the desk can decide about an event. Chatter needs nothing."""
    if isinstance(event, Press):
        return _of_button(event, office) if event.data.startswith(BUTTONS) else Needs()
    if isinstance(event, Due) and event.kind == duty_record.CHANGED:
        return Needs(searches=(news.OPEN,))
    if isinstance(event, Due | Delivery | FileReady | FileFailed):
        return news.needs(event)
    if isinstance(event, Left):
        return Needs(searches=(news.OPEN,))
    if not isinstance(event, Message):
        return Needs()
    if event.private and event.start.startswith(TOKEN_PREFIX):
        return Needs(searches=(news.OPEN,))
    if event.reply_to and not event.text.startswith("/"):
        numbers = (sought(office.standard, event.text),) if may_be_number(event.text) else ()
        return Needs(messages=((event.chat, event.reply_to),), letters=numbers)
    command = commands.read(event.text)
    if command is None or office.at_work(event.sender.id) is None:
        return Needs()
    return commands.needs(command, private=event.private)


def _of_button(event: Press, office: Office) -> Needs:
    of_roles = buttons.read(event.data).act == roles.BUTTON
    return press.needs(event, office) + (Needs(searches=(news.OPEN,)) if of_roles else Needs())


def concerns(event: Event, world: World) -> bool:
    """Whether it's a desk matter. In private everybody is a citizen, staff too, until they act for the office."""
    if event.chat == desk_of(world):
        return True
    if isinstance(event, Due):
        return event.kind in TIMERS
    if isinstance(event, Delivery):
        return delivery.concerns(event)
    if isinstance(event, Press):
        return event.private and event.data.startswith(BUTTONS)  # in a group that isn't the desk any more, nobody acts
    if not isinstance(event, Message) or not event.private:
        return False
    if is_link(event, world):
        return True
    if event.chat.chat not in world.linked.values():
        return False
    refers = world.refers.get((event.chat.chat, event.reply_to))
    if refers is not None and refers.role in _STAFF_ROLES:
        return True
    command = commands.read(event.text)
    return command is not None and commands.is_ours(command, world)


def told_of_duties(before: Mapping[str, Complaint], decision: Decision, world: World) -> Decision:
    """What becomes of a change beyond its cards: who an act was entered for is told, and that nobody is there."""
    after = {each.id: each for each in decision.complaints}
    told = entering.told(decision.entries, {**before, **after}, world)
    return told + duty_bells.nobody_there(before, tuple(after.values()), world)


def handle(event: Event, world: World) -> Decision:
    """What becomes of it. Never raises; what means nothing is ignored with its reason."""
    if (first := shared_phone.asked_first(event, world)) is not None:
        return first
    if isinstance(event, Press):
        data = buttons.read(event.data)
        if data.act in linking.BUTTONS:
            return linking.pressed(event, data, world)
        return roles.pressed(event, data, world) if data.act == roles.BUTTON else press.pressed(event, world)
    if isinstance(event, Left):
        return leaving.left(event, world)
    if isinstance(event, Due):
        return _rang(event, world)
    if isinstance(event, Delivery):
        return delivery.delivered(event, world)
    if isinstance(event, FileReady | FileFailed):
        return news.filed(event, world)
    if isinstance(event, Message):
        return _written(event, world)
    return Decision(ignored="nothing at the desk to act on")


def _rang(event: Due, world: World) -> Decision:
    if event.kind == duty_record.CHANGED:
        return duty_bells.rang(event, world)
    told = duty_bells.at_opening(world) if event.kind == "opening_list" else Decision()
    return news.due(event, world) + told


def _written(message: Message, world: World) -> Decision:
    """Only a link, a command, or a reply to a message of ours counts; all else is chatter and stays where it is."""
    if is_link(message, world):
        return linked(message, world)
    command = commands.read(message.text)
    if command is not None:
        if message.edited or not commands.is_ours(command, world):
            return Decision(ignored="a command that isn't ours")
        return commands.done(message, command, world)
    refers = world.refers.get((message.chat.chat, message.reply_to)) if message.reply_to else None
    if refers is None:
        return Decision(ignored="chatter of the staff")
    return replied(message, refers, world)
