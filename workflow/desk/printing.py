"""Papers on request at the desk: a row of the menu "Lainnya" and /kartu, /surat, /bukti; always into a private chat."""

from __future__ import annotations

from collections.abc import Mapping

from workflow.desk.buttons import Data, edit_card
from workflow.desk.cards import card_text
from workflow.desk.posting import answered, button, refused, said_back
from workflow.desk.private import link
from workflow.message import Message, Press
from workflow.office import Staff
from workflow.papers.sheet import Kind
from workflow.papers.wanted import KINDS, may_print, there, wish
from workflow.procedure.case import Refused, private_of
from workflow.procedure.telling import name_of
from workflow.record import Complaint
from workflow.say import say
from workflow.world import Decision, Needs, World

BUTTON = "prints"
"""The row of the menu that lists the papers; with a kind it asks for that one."""
COMMANDS: Mapping[str, Kind] = {"kartu": "control", "surat": "answer_letter", "bukti": "evidence"}
"""What is typed with a number or a code, and which paper it asks for."""


def pressed(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """The list of papers, or one of them into the private chat of who pressed."""
    kinds = _offered(complaint, person, world)
    if not data.arg:
        rows = [
            (button(say(f"papers.title.{each}"), BUTTON, complaint.code, complaint.version, each),) for each in kinds
        ]
        back = button(say("desk.button.back"), "back", complaint.code, complaint.version)
        return edit_card(press, complaint, world, card_text(complaint, world), (*rows, (back,)), "")
    kind = KINDS.get(data.arg)
    if kind is None or kind not in kinds:
        raise Refused("desk.refused.not_here")
    private = private_of(world, person)
    if private is None:
        return refused(press, "desk.refused.link_first") + link(press.chat, person, world)
    return wish(kind, complaint, private, world, direct=True) + Decision(
        sends=(answered(press, "desk.done.sent_private"),)
    )


def needs(words: str) -> Needs:
    """The complaint that a command names."""
    return Needs(codes=(words.upper(),), numbers=(words.upper(),)) if words else Needs()


def command(name: str, message: Message, words: str, person: Staff, world: World) -> Decision:
    """One of `COMMANDS`. What the person may not know of isn't there for them. Raises `Refused`."""
    kind = COMMANDS[name]
    complaint = world.complaints.get(world.by_code.get(words.upper(), ""))
    unseen = complaint is not None and complaint.confidential and not message.private
    if complaint is None or unseen or not may_print(kind, person, complaint, world):
        return said_back(world, message.chat, message.id, "papers.command.how", command=name)
    if not there(kind, complaint, world):
        return said_back(world, message.chat, message.id, f"papers.none.{kind}", number=name_of(complaint))
    private = private_of(world, person)
    if private is None:
        return link(message.chat, person, world)
    done = wish(kind, complaint, private, world, direct=True)
    if message.private:
        return done
    return done + said_back(world, message.chat, message.id, "desk.done.sent_private")


def _offered(complaint: Complaint, person: Staff, world: World) -> list[Kind]:
    kinds = [kind for kind in KINDS.values() if there(kind, complaint, world)]
    return [kind for kind in kinds if may_print(kind, person, complaint, world)]
