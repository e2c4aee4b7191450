"""The commands of the desk, in the group and in linked private chats: /tugas, /antrean, /cari, /catat, /surel ..."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from workflow.clocks.when import say_moment, say_near
from workflow.desk import bookkeeping, guide, holding, lookup, printing, roles
from workflow.desk.cards import whose_turn
from workflow.desk.catat import ask_for_text, written_down
from workflow.desk.duty import duties, handing_all
from workflow.desk.duty import record as duty_record
from workflow.desk.mails import wanted
from workflow.desk.news import OPEN
from workflow.desk.posting import button, post, said_back
from workflow.message import Message, Refers
from workflow.office import Staff
from workflow.procedure.case import Refused
from workflow.procedure.rights import has_turn
from workflow.procedure.telling import matter, name_of
from workflow.record import Complaint
from workflow.say import lines, say
from workflow.world import Decision, Needs, Search, World

_COMMAND = re.compile(r"^/([a-z_]+)(?:@(\w+))?(?:\s+(.*))?$", re.DOTALL | re.IGNORECASE)
COMMANDS = frozenset(
    {"tugas", "antrean", "cari", "catat", "bantuan", "peran", "surel", "absen", "plh", "plt", "serahkan"}
    | {"register", "rekap", "panduan", *printing.COMMANDS, *holding.COMMANDS}
)
RESULTS = 10
QUEUE = 15
SEARCH_CHARACTERS = 100


class Command(tuple[str, str, str]):
    """A command as typed: its name, the bot it's addressed to, and the words after it."""

    __slots__ = ()


def read(text: str) -> Command | None:
    """The command a text is, whoever it's addressed to; None for anything else."""
    found = _COMMAND.match(text.strip())
    if found is None:
        return None
    return Command((found[1].lower(), found[2] or "", (found[3] or "").strip()))


def is_ours(command: Command, world: World) -> bool:
    """Whether a command is one of the desk's and not addressed to another bot."""
    return command[0] in COMMANDS and is_mine(command, world)


def is_mine(command: Command, world: World) -> bool:
    """Whether a command is for this bot, by name or for want of one."""
    _, bot, _ = command
    return not bot or not world.bot_name or bot.lower() == world.bot_name.lower()


def needs(command: Command, *, private: bool) -> Needs:
    """What a command looks through; more in a private chat than in a group."""
    name, _, words = command
    if name == "cari" and (numbered := lookup.needs(words, RESULTS + 1, private=private)) is not None:
        return numbered
    if name == "serahkan":
        return Needs(searches=(handing_all.WHOLE,))
    if name in ("tugas", "antrean"):
        return Needs(searches=(OPEN,))
    if name == "cari" and words:
        return Needs(searches=(Search(text=words[:SEARCH_CHARACTERS], limit=RESULTS + 1),))
    if name in printing.COMMANDS:
        return printing.needs(words)
    if name in holding.COMMANDS:
        return holding.needs(words)
    if name == "surel":
        return Needs(codes=(words.upper(),), numbers=(words.upper(),)) if words else Needs()
    return Needs()


def done(message: Message, command: Command, world: World) -> Decision:
    """What a command answers; only registered staff are heard."""
    person = world.office.at_work(message.sender.id)
    if message.sender.anonymous:
        return said_back(world, message.chat, message.id, "desk.refused.anonymous")
    if person is None:
        return said_back(world, message.chat, message.id, "desk.refused.not_staff")
    try:
        return _ACTS[command[0]](message, command[2], person, world)
    except Refused as no:
        return said_back(world, message.chat, message.id, no.key, **no.fields)


def _found(message: Message, world: World) -> list[Complaint]:
    """What was found; a confidential report only in the private chat of somebody who may know of it."""
    every = [complaint for answer in world.found for complaint in answer]
    person = world.office.at_work(message.sender.id)
    seen = person if message.private else None
    return [each for each in every if not each.confidential or (seen is not None and has_turn(seen, each, world))]


def _said(message: Message, text: str, world: World) -> Decision:
    return Decision(sends=(post(world, message.chat, text, refers=Refers(role="list"), reply_to=message.id),))


def _tasks(message: Message, _: str, person: Staff, world: World) -> Decision:
    """What waits for me."""
    mine = [each for each in _found(message, world) if has_turn(person, each, world)]
    if not mine:
        return said_back(world, message.chat, message.id, "desk.command.no_tasks", name=person.name)
    return _said(message, lines(say("desk.command.tasks", name=person.name), *_rows(mine, world)), world)


def _queue(message: Message, _: str, __: Staff, world: World) -> Decision:
    """What is open, the overdue first."""
    found = _found(message, world)
    if not found:
        return said_back(world, message.chat, message.id, "desk.command.queue_empty")
    late = sum(_is_late(each, world) for each in found)
    head = say("desk.command.queue", open=len(found), late=late)
    return _said(message, lines(head, *_rows(found, world)), world)


def _search(message: Message, words: str, person: Staff, world: World) -> Decision:
    """Words of the complaint, a number or a code; in a private chat an identity number too."""
    if not words:
        return said_back(world, message.chat, message.id, "desk.command.search_how")
    if lookup.is_by_number(words):
        return _search_by_number(message, words, person, world)
    found = _found(message, world)
    if not found:
        return said_back(world, message.chat, message.id, "desk.command.found_none", text=words[:SEARCH_CHARACTERS])
    return _said(message, lines(say("desk.command.found", n=len(found)), *_rows(found, world)), world)


def _search_by_number(message: Message, words: str, person: Staff, world: World) -> Decision:
    if not message.private:
        return lookup.not_in_group(message, world)
    found = lookup.seen_by(person, _found(message, world), world)
    if not found:
        return said_back(world, message.chat, message.id, "desk.command.found_none", text=words[:SEARCH_CHARACTERS])
    text = lines(say("desk.command.found", n=len(found)), *_rows(found, world))
    return _said(message, text, world) + lookup.looked_up(person, found, world)


def _rows(complaints: list[Complaint], world: World) -> list[str]:
    """One or two lines for each, those due first before the others."""
    ordered = sorted(complaints, key=lambda each: (each.due_at is None, each.due_at or each.confirmed_at, each.code))
    rows = [_row(each, world) for each in ordered[:QUEUE]]
    return rows + ([say("desk.command.more", n=len(ordered) - QUEUE)] if len(ordered) > QUEUE else [])


def _row(complaint: Complaint, world: World) -> str:
    zone = world.office.calendar.zone
    number, about = name_of(complaint), matter(complaint)
    if complaint.closed_at is not None:
        return say(
            "desk.command.line_closed", number=number, matter=about, moment=say_moment(complaint.closed_at, zone)
        )
    standard = world.standard_of(complaint.standard)
    n, m = standard.position(standard.step(complaint.step))
    moment = say_near(complaint.due_at, world.now, zone) if complaint.due_at else say("desk.post.opening_no_due")
    late = say("desk.command.late") if _is_late(complaint, world) else ""
    who = whose_turn(complaint, world)
    return say("desk.command.line", number=number, matter=about, n=n, m=m, who=who, moment=moment, late=late)


def _is_late(complaint: Complaint, world: World) -> bool:
    return bool(
        complaint.due_at and complaint.due_at < world.now and not complaint.waiting and complaint.answered_at is None
    )


def _note_down(message: Message, words: str, person: Staff, world: World) -> Decision:
    if words:
        return written_down(words, person, message, world)
    return ask_for_text(person, message.chat, world)


def _mails(message: Message, words: str, person: Staff, world: World) -> Decision:
    """The whole mails of a complaint, into the private chat of who may see them."""
    complaint = world.complaints.get(world.by_code.get(words.upper(), ""))
    if complaint is None:
        return said_back(world, message.chat, message.id, "desk.mails.how")
    return wanted(message.chat, complaint, person, world)


def _help(message: Message, _: str, person: Staff, world: World) -> Decision:
    """By role: what everybody does, and what this person does."""
    standard = world.office.standard
    roles = [standard.role(role) for role in person.roles if role in standard.roles]
    kinds = {role.kind for role in roles}
    labels = ", ".join(role.label for role in roles) or person.title
    text = lines(
        say("desk.command.help", name=person.name, roles=labels, seconds=world.office.reply_hold_s),
        say("desk.command.help_officer") if "officer" in kinds else "",
        say("desk.command.help_section") if "section" in kinds else "",
        say("desk.command.help_head") if kinds & {"head", "secretary"} else "",
        say("privacy.hold.help") if holding.may(person, world) else "",
        say("duty.help.shared" if person.shared else "duty.help.staff"),
        say("duty.help.appoints") if duty_record.may_appoint(person, world) else "",
    )
    linked = str(person.id) in world.linked
    choices = () if linked else ((button(say("desk.button.link"), "link"),),)
    return Decision(
        sends=(post(world, message.chat, text, choices=choices, refers=Refers(role="list"), reply_to=message.id),)
    )


_ACTS: Mapping[str, Callable[[Message, str, Staff, World], Decision]] = {
    "tugas": _tasks,
    "antrean": _queue,
    "cari": _search,
    "catat": _note_down,
    "bantuan": _help,
    "peran": roles.command,
    "absen": duties.absent,
    "plh": duties.plh,
    "plt": duties.plt,
    "serahkan": handing_all.command,
    "surel": _mails,
    "panduan": guide.wanted,
    **{name: partial(printing.command, name) for name in printing.COMMANDS},
    **{name: partial(holding.command, name) for name in holding.COMMANDS},
    "register": bookkeeping.register,
    "rekap": bookkeeping.recap,
}
