"""How something is put before the staff: into the group, or into the private chats of those who may know of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workflow.conversation import Conversation
from workflow.message import Address, Choice, Mention, Outbound, Press, Refers
from workflow.office import Staff
from workflow.procedure.case import desk_of, private_of
from workflow.procedure.progress import turn
from workflow.procedure.telling import capital, matter, shortened
from workflow.record import Complaint
from workflow.say import first_units, say
from workflow.world import Decision, World

Rows = tuple[tuple[Choice, ...], ...]

DATA_BYTES = 64  # Telegram's limit for what a button carries (Bot API, InlineKeyboardButton.callback_data)
LABEL_CHARACTERS = 40
TOPIC_CHARACTERS = 120  # a topic's name has at most 128 (Bot API, createForumTopic)
ALERT_CHARACTERS = 200  # Bot API, answerCallbackQuery

# A group may get 20 messages a minute: what an act brings goes before tidying up, which may use only a part of them.
OF_AN_ACT = 3
HOUSEKEEPING = 7


def button(label: str, act: str, code: str = "-", version: int = 0, arg: str = "") -> Choice:
    """A button of the desk: its data carries the act, the complaint's code and the version its author saw."""
    data = f"d:{act}:{code}:{version}" + (f":{arg}" if arg else "")
    assert len(data.encode()) <= DATA_BYTES, data
    return Choice(label=label, data=data)


def rooms(complaint: Complaint | None, world: World) -> tuple[Address, ...]:
    """Where a complaint is spoken of: the group; a confidential one only in the private chats of whose turn it is.

    Where none of them has a private chat, those who may know of it hear it in their stead.
    """
    if complaint is None or not complaint.confidential:
        desk = desk_of(world)
        return (desk,) if desk else ()
    people = turn(complaint, world).people if complaint.closed_at is None else trusted(world)
    chats = tuple(address for person in people if (address := private_of(world, person)))
    return chats or tuple(address for person in trusted(world) if (address := private_of(world, person)))


def trusted(world: World) -> tuple[Staff, ...]:
    """The people who may know of confidential reports."""
    return world.office.may_know(world.now)


def secret(conversation: Conversation, world: World) -> Complaint | None:
    """The confidential report of this citizen, while it's open: nothing that may speak of it enters the group."""
    mine = (world.complaints.get(each) for each in reversed(conversation.complaints))
    return next((each for each in mine if each is not None and each.confidential and each.closed_at is None), None)


def post(
    world: World,
    to: Address,
    text: str,
    *,
    about: Complaint | None = None,
    people: Iterable[Staff] = (),
    loud: bool = False,
    **rest: Any,  # noqa: ANN401 - further fields of an Outbound
) -> Outbound:
    """One message to the staff, mentioning `people`. Outside office hours it makes no sound unless it's `loud`."""
    confidential = about is not None and about.confidential
    topic = about.code if about is not None and not confidential and to == desk_of(world) else ""
    return Outbound(
        to=to,
        kind="card",
        text=capital(text),  # a report without a number is "kode 7K3F"
        mentions=mentions(people),
        topic=topic,
        silent=not loud and not confidential and world.office.is_desk_silent(world.now),
        **{"priority": OF_AN_ACT, **rest},
    )


def topic_of(complaint: Complaint, desk: Address) -> Outbound:
    """A complaint's topic, where the group has topics."""
    name = shortened(f"{complaint.number or complaint.code} {matter(complaint)}", TOPIC_CHARACTERS)
    return Outbound(to=desk, kind="topic", topic=complaint.code, text=name, key=f"topic:{complaint.id}")


def mentions(people: Iterable[Staff]) -> tuple[Mention, ...]:
    """The people named in a text who shall be notified."""
    return tuple(Mention(id=str(person.id), name=person.name) for person in people)


def names(people: Iterable[Staff]) -> str:
    """Names in a row: "Siti Rahma, Budi Santoso"."""
    return ", ".join(person.name for person in people)


def answered(press: Press, key: str = "", **fields: object) -> Outbound:
    """What the one who pressed is shown at once; without words only the waiting ends."""
    text = say(key, **fields) if key else ""
    return Outbound(to=press.chat, kind="press", press=press.id, text=first_units(text, ALERT_CHARACTERS), priority=0)


def refused(press: Press, key: str, **fields: object) -> Decision:
    """A press that does nothing, with the reason; shown until it's dismissed."""
    text = first_units(say(key, **fields), ALERT_CHARACTERS)
    return Decision(sends=(Outbound(to=press.chat, kind="press", press=press.id, text=text, alert=True, priority=0),))


def said_back(world: World, to: Address, message: str, key: str, **fields: object) -> Decision:
    """A short reply to what a member of staff wrote."""
    return Decision(sends=(post(world, to, say(key, **fields), reply_to=message),))


def edited(to: Address, target: str, text: str, choices: Rows = (), refers: Refers | None = None) -> Outbound:
    """A message of ours as it reads from now on; an empty text only changes its buttons."""
    word = f"edit:{target}"
    priority = OF_AN_ACT if text else HOUSEKEEPING
    return Outbound(
        to=to, kind="edit", target=target, text=text, choices=choices, refers=refers, replaces=word, priority=priority
    )
