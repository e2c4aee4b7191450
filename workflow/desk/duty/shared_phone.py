"""The account of a shared phone at the counter: before its first act of a day it's asked who is on duty there."""

from __future__ import annotations

from workflow.clocks.when import say_time
from workflow.desk import commands
from workflow.desk.buttons import Data, read
from workflow.desk.duty.record import midnight
from workflow.desk.posting import LABEL_CHARACTERS, answered, button, edited, post, refused
from workflow.duty import Duty
from workflow.happening import Event
from workflow.message import Address, Message, Outbound, Press, Refers
from workflow.office import Staff
from workflow.procedure.case import Refused
from workflow.procedure.telling import shortened
from workflow.say import say
from workflow.world import Decision, World

BUTTON = "shift"
PROMPT = "shift"
"""The detail of the question, to which a name may also be typed."""
NAME_CHARACTERS = 60
OFFERED = 8
_LOOKING = ("tugas", "antrean", "cari", "bantuan")


def asked_first(event: Event, world: World) -> Decision | None:
    """The question who is on duty, in place of a shared account's act before anybody has said so; else None."""
    if not isinstance(event, Message | Press) or event.sender.anonymous:
        return None
    person = world.office.at_work(event.sender.id)
    if person is None or not person.shared or world.office.on_duty(person, world.now):
        return None
    if isinstance(event, Press):
        if read(event.data).act in (BUTTON, "link", "back"):
            return None
        return refused(event, "duty.refused.who_first") + _question(event.chat, person, world)
    if not _is_act(event, world):
        return None
    return _question(event.chat, person, world, reply_to=event.id)


def _is_act(message: Message, world: World) -> bool:
    """Whether the message does something: a command that isn't only a look, or a reply to something of ours."""
    command = commands.read(message.text)
    if command is not None:
        return commands.is_ours(command, world) and command[0] not in _LOOKING
    refers = world.refers.get((message.chat.chat, message.reply_to)) if message.reply_to else None
    return refers is not None and (refers.role, refers.detail) != ("prompt", PROMPT)


def _question(to: Address, person: Staff, world: World, reply_to: str = "") -> Decision:
    roles = world.office.standard.roles_of("officer")
    officers = [each for each in world.office.staff if not each.shared and any(each.has_role(role) for role in roles)]
    rows = tuple(
        (button(shortened(each.name, LABEL_CHARACTERS), BUTTON, arg=str(each.id)),) for each in officers[:OFFERED]
    )
    key = f"shift:{person.id}:{world.supply.id()}"
    refers = Refers(role="prompt", detail=PROMPT, person=str(person.id), words=key)
    text = say("duty.shared.ask", name=person.name)
    asked = post(world, to, text, people=(person,), choices=rows, refers=refers, key=key, reply_to=reply_to)
    return Decision(sends=(asked,))


def pressed(press: Press, data: Data, person: Staff, world: World) -> Decision:
    """One of the officers' names, or the wish to say another one. Raises `Refused`."""
    refers = world.refers.get((press.chat.chat, press.message_id))
    if not person.shared or refers is None or refers.person != str(person.id):
        raise Refused("duty.refused.shared_only")
    if data.arg == "change":
        return _question(press.chat, person, world) + Decision(sends=(answered(press),))
    officer = world.office.at_work(data.arg)
    if officer is None or officer.shared:
        raise Refused("desk.refused.no_person")
    fact, said = _begun(officer.name, person, world)
    turned = edited(press.chat, refers.words, said, ((button(say("duty.button.change"), BUTTON, arg="change"),),))
    return Decision(duties=(fact,), sends=(answered(press, "desk.done.plain"), turned))


def typed(message: Message, person: Staff, world: World) -> Decision:
    """A name typed in reply to the question. Raises `Refused`."""
    name = " ".join(message.text.split())[:NAME_CHARACTERS]
    if not person.shared or not any(letter.isalpha() for letter in name):
        raise Refused("duty.refused.name" if person.shared else "duty.refused.shared_only")
    fact, said = _begun(name, person, world)
    return Decision(duties=(fact,), sends=(_told(message, said, person, world),))


def _told(message: Message, said: str, person: Staff, world: World) -> Outbound:
    refers = Refers(role="duty", detail=PROMPT, person=str(person.id))
    rows = ((button(say("duty.button.change"), BUTTON, arg="change"),),)
    return post(world, message.chat, said, choices=rows, refers=refers, reply_to=message.id)


def _begun(name: str, person: Staff, world: World) -> tuple[Duty, str]:
    """On duty until the office closes; outside its hours until midnight."""
    calendar = world.office.calendar
    today = calendar.local_date(world.now)
    until = calendar.closing(today) if calendar.is_working_day(today) else world.now
    if until <= world.now:
        until = midnight(calendar.local_date(world.now).fromordinal(today.toordinal() + 1), world)
    fact = Duty(id=world.supply.id(), kind="on_duty", person=person.id, since=world.now, until=until, reason=name,
                by=f"staff:{person.id}", at=world.now)  # fmt: skip
    until_words = say_time(until, calendar.zone)
    return fact, say("duty.shared.begun", name=person.name, who=name, time=until_words)
