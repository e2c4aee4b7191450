"""A desk that becomes another chat: what refers to the former one is understood, and what it had is posted again.

What's said or pressed in the former chat counts as said at the desk. The numbers of its messages mean something else in
the new chat, so within the core they bear the former chat's name: "-4001.55" is message 55 of chat -4001.
"""

from __future__ import annotations

from dataclasses import replace as replaced

from msgspec.structs import replace

from workflow.desk.cards import card_buttons, card_text
from workflow.desk.posting import HOUSEKEEPING, post, topic_of
from workflow.desk.show import card_key
from workflow.happening import Due, Event
from workflow.message import Address, Left, Message, Moved, Outbound, Press, Refers, Standing, TopicMade
from workflow.office import DESK_CHANNEL, Office
from workflow.procedure.case import desk_of
from workflow.record import Complaint
from workflow.say import say
from workflow.world import Decision, Move, Needs, World

CARD_AGAIN = "card_again"
"""The kind of a bell that asks for a complaint's card at the desk, where none stands any more."""
_MARK = "."
_OF_ITS_CHAT = (Left, Moved, Standing, TopicMade)  # what happens to a chat itself: the former one's is nobody's matter


def as_meant(event: Event, office: Office) -> Event:
    """What reaches the former desk as if it had reached the present one."""
    if isinstance(event, _OF_ITS_CHAT) or event.chat.channel != DESK_CHANNEL or office.desk is None:
        return event
    was, desk = event.chat.chat, replace(event.chat, chat=office.desk)
    if was not in office.former:
        return _with_quoted(event, office) if isinstance(event, Message) else event
    if isinstance(event, Message):
        reply_to = f"{was}{_MARK}{event.reply_to}" if event.reply_to else ""
        return replace(event, chat=desk, id=f"{was}{_MARK}{event.id}", reply_to=reply_to, thread="")
    if isinstance(event, Press):
        return replace(event, chat=desk, message_id=f"{was}{_MARK}{event.message_id}", thread="")
    return replace(event, chat=desk)


def _with_quoted(message: Message, office: Office) -> Message:
    """An answer in the new chat to what stands in the former one is an answer to that."""
    chat, number = message.quotes
    if message.chat.chat != office.desk or message.reply_to or chat not in office.former or not number:
        return message
    return replace(message, reply_to=f"{chat}{_MARK}{number}")


def place_of(message: str) -> tuple[str, str]:
    """The former chat a message stands in and its number there; ("", the number) for one of the present chat."""
    chat, mark, number = message.rpartition(_MARK)
    return (chat, number) if mark else ("", message)


def to_be_found(needs: Needs) -> Needs:
    """The messages by the names the store has for them."""
    found = []
    for address, message in needs.messages:
        chat, number = place_of(message)
        found.append((replace(address, chat=chat), number) if chat.startswith("-") else (address, message))
    return replace(needs, messages=tuple(found))


def with_former(world: World) -> World:
    """The world in which the former chat's messages are known by the names they have within the core."""
    office = world.office
    known = {
        (office.desk or "", f"{chat}{_MARK}{message}"): refers
        for (chat, message), refers in world.refers.items()
        if chat in office.former
    }
    return replaced(world, refers={**world.refers, **known}) if known else world


def sent_on(decision: Decision, world: World) -> Decision:
    """Nothing goes to a former chat any more, and nothing answers a message that doesn't stand in the present one."""
    office = world.office
    if office.desk is None or not office.former:
        return decision
    sends = tuple(_sent_on(each, office) for each in decision.sends)
    return decision if sends == decision.sends else replaced(decision, sends=sends)


def _sent_on(message: Outbound, office: Office) -> Outbound:
    to = message.to
    if to.channel != DESK_CHANNEL or office.desk is None or not office.is_desk(to.chat):
        return message
    raw = not message.reply_to.startswith("key:")
    lost = raw and (to.chat in office.former or place_of(message.reply_to)[0] in office.former)
    if to.chat == office.desk and not lost:
        return message
    return replace(message, to=replace(to, chat=office.desk), reply_to="" if lost else message.reply_to)


# --- the move itself --------------------------------------------------------------------------------------------------


def moved(event: Moved, world: World) -> Decision:
    """The desk is the new chat from now on. It's told in both chats and again by an error: once is enough."""
    office = world.office
    if event.chat.channel != DESK_CHANNEL or event.former != office.desk or event.to == office.desk:
        return Decision(ignored="no desk that we know moved")
    to = Address(office.id, DESK_CHANNEL, event.to)
    key = "desk.moving.moved_fixed" if office.desk_fixed else "desk.moving.moved"
    told = post(world, to, say(key, office=office.standard.office.name), key=f"moved:{event.to}", once=True)
    return Decision(moved=Move(former=event.former, to=event.to), sends=(told,))


def again(event: Due, world: World) -> Decision:
    """The card of a complaint, posted where the desk is now or in a topic that was made anew."""
    complaint = world.complaints.get(event.subject)
    sends = card_again(complaint, world) if complaint is not None else ()
    return Decision(sends=sends) if sends else Decision(ignored="no open card to be posted again")


def card_again(complaint: Complaint, world: World) -> tuple[Outbound, ...]:
    """The group's card as it reads now, under the name it has: where it stands or waits already none is sent.

    Empty where no card belongs into the group, or none any more.
    """
    desk = desk_of(world)
    if desk is None or complaint.closed_at is not None or complaint.confidential or not complaint.card:
        return ()
    refers = Refers(role="card", complaint=complaint.id, version=complaint.version, detail=str(complaint.card))
    text, choices, key = card_text(complaint, world), card_buttons(complaint, world), card_key(complaint)
    card = post(world, desk, text, about=complaint, choices=choices, key=key, refers=refers, priority=HOUSEKEEPING)
    return replace(topic_of(complaint, desk), once=True), replace(card, once=True)
