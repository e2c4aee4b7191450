"""An office comes to its group: a one-time code makes the group its desk, and who brought it names two admins."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from workflow.desk import commands
from workflow.desk.buttons import Data
from workflow.desk.posting import answered, button, post, refused, said_back
from workflow.happening import Event
from workflow.message import Message, Outbound, Press, Refers
from workflow.office import DESK_CHANNEL, Staff
from workflow.procedure.case import desk_of
from workflow.say import say
from workflow.world import Decision, Needs, World

COMMAND = "hubungkan"
DESK = "desk"
"""Whom a group's one-time code belongs to; that of a private chat belongs to a member of staff."""
OPERATOR = "operator"
ADMINS = 2
LASTS = timedelta(days=1)
"""So long who linked the group names its admins; later the admins do, or a new code."""
BUTTONS = ("admin", "admin_ok")
NAME_CHARACTERS = 80


def needs(message: Message) -> Needs:
    """The code that was typed."""
    return Needs(tokens=(code,)) if (code := _code(message)) else Needs()


def is_command(event: Event) -> bool:
    """Whether somebody types the command, in a group or in private, where desks and operators can be."""
    if not isinstance(event, Message) or event.edited:
        return False
    return event.chat.channel == DESK_CHANNEL and bool(_code(event))


def linked(message: Message, world: World) -> Decision:
    """`/hubungkan CODE` makes a chat the desk, or an operator's. A wrong code tells nothing; a right one is used up."""
    code = _code(message)
    owner = world.tokens.get(code)
    if owner == OPERATOR and message.private:
        told = said_back(world, message.chat, message.id, "desk.linking.operator")
        return Decision(operator=message.chat.chat, used_tokens=(code,)) + told
    if owner != DESK or message.private:
        return said_back(world, message.chat, message.id, "desk.linking.unknown")
    if message.sender.anonymous:
        return said_back(world, message.chat, message.id, "desk.refused.anonymous")
    if world.office.desk_fixed and world.office.desk != message.chat.chat:
        return said_back(world, message.chat, message.id, "desk.linking.fixed")
    office = world.office.standard.office.name
    sends = [post(world, message.chat, say("desk.linking.done", office=office), reply_to=message.id, loud=True)]
    if (before := desk_of(world)) is not None and before != message.chat:
        sends.append(post(world, before, say("desk.linking.moved", office=office), loud=True))
    if len(world.office.admins()) < ADMINS:
        sends.append(_who_is_admin(message, world))
    return Decision(desk=message.chat.chat, used_tokens=(code,), sends=tuple(sends))


def pressed(press: Press, data: Data, world: World) -> Decision:
    """Somebody offers to be an admin, or who linked the group agrees to it.

    Who that is stands with the message, where we wrote it: what a button carries can be made up.
    """
    if press.sender.anonymous:
        return refused(press, "desk.refused.anonymous")
    refers = world.refers.get((press.chat.chat, press.message_id))
    if refers is None or not refers.person or refers.role != "admins" or press.chat != desk_of(world):
        return refused(press, "desk.refused.gone")
    if len(world.office.admins()) >= ADMINS:
        return refused(press, "desk.linking.enough")
    since, _, whom = refers.detail.partition(" ")
    if world.now - datetime.fromisoformat(since) >= LASTS:
        return refused(press, "desk.linking.late")
    if data.act == "admin" and not whom:
        if press.sender.id == refers.person:
            return _made(press, Staff(id=int(press.sender.id), name=_name(press)), world)
        return _offered(press, refers, world)
    if press.sender.id != refers.person:
        return refused(press, "desk.linking.only_linker")
    if not whom.isdecimal():
        return refused(press, "desk.refused.gone")
    return _made(press, Staff(id=int(whom), name=refers.words), world)


def _who_is_admin(message: Message, world: World) -> Outbound:
    text = say("desk.linking.who", name=message.sender.name[:NAME_CHARACTERS])
    choices = ((button(say("desk.button.admin"), "admin"),),)
    refers = Refers(role="admins", person=message.sender.id, detail=world.now.isoformat())
    return post(world, message.chat, text, choices=choices, refers=refers, loud=True)


def _offered(press: Press, refers: Refers, world: World) -> Decision:
    name = _name(press)
    asked = post(
        world,
        press.chat,
        say("desk.linking.offered", name=name),
        choices=((button(say("desk.button.agree"), "admin_ok"),),),
        refers=replace(refers, detail=f"{refers.detail} {press.sender.id}", words=name),
        loud=True,
    )
    return Decision(sends=(answered(press, "desk.linking.asked"), asked))


def _made(press: Press, person: Staff, world: World) -> Decision:
    """One more admin; roles they have stay."""
    known = world.office.staff_by_id(person.id)
    if known is not None and known.admin:
        return refused(press, "desk.linking.already")
    if known is not None and known.fixed:
        return refused(press, "desk.roles.fixed", name=known.name)
    person = replace(known or person, admin=True)
    left = ADMINS - len(world.office.admins()) - 1
    told = say("desk.linking.made", name=person.name)
    told += "\n" + (say("desk.linking.more", n=left) if left > 0 else say("desk.linking.roles"))
    shown = post(world, press.chat, told, people=(person,), loud=True)
    return Decision(staff=(person,), sends=(answered(press, "desk.done.plain"), shown))


def _code(message: Message) -> str:
    command = commands.read(message.text)
    return command[2].upper() if command is not None and command[0] == COMMAND else ""


def _name(press: Press) -> str:
    return press.sender.name[:NAME_CHARACTERS] or say("desk.linking.nameless")
