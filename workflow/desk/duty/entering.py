"""Enters an act for somebody who phoned, wrote on the sheet or said it; that person is told and may object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from workflow.desk.buttons import Data, edit_card
from workflow.desk.cards import candidates, card_text, paired
from workflow.desk.posting import LABEL_CHARACTERS, answered, button, post, rooms
from workflow.message import Choice, Outbound, Press, Refers
from workflow.office import Staff
from workflow.procedure import complaint as complaints
from workflow.procedure.case import Refused, desk_of, private_of
from workflow.procedure.entered import HOW, argument
from workflow.procedure.rights import NOT_ENTERED, available, check, enterable_for
from workflow.procedure.stages import ACTS, ways
from workflow.procedure.telling import capital, name_of, shortened
from workflow.record import Act, Complaint, Entry
from workflow.say import UnknownWords, lines, say
from workflow.world import Decision, World

BUTTON = "for"
SHEET = "sheet"
"""The first word of a prompt's detail whose reply may bring a photo of the sheet."""
TEXT_CHARACTERS = 600
_NOT_HERE = (*NOT_ENTERED, "number", "seen", "help", "hand", "reword")


def pressed(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """For whom, how it came, which act, and for a disposition to whom: one button after the other on the card."""
    parts = data.arg.split(":", 3) if data.arg else []
    if not parts:
        rows = [(each.name, str(each.id)) for each in enterable_for(complaint, person, world)]
        return _menu(press, complaint, rows, world, "duty.entered.ask_whom")
    whose = world.office.at_work(parts[0])
    if whose is None or whose not in enterable_for(complaint, person, world):
        raise Refused("desk.refused.no_person")
    if len(parts) == 1:
        rows = [(capital(say(f"duty.how.{how}")), f"{whose.id}:{letter}") for letter, how in HOW.items()]
        return _menu(press, complaint, rows, world, "duty.entered.ask_how", who=whose.name)
    if parts[1] not in HOW:
        raise Refused("desk.refused.unknown")
    if len(parts) == 2:
        rows = [(label, f"{data.arg}:{act}") for act, label in _acts(complaint, world)]
        return _menu(press, complaint, rows, world, "duty.entered.ask_act", who=whose.name)
    return _chosen(press, data, complaint, person, world)


def _chosen(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    whose, letter, kind, *rest = data.arg.split(":", 3)
    kind, _, way = kind.partition(".")
    if kind not in {act.partition(".")[0] for act, _ in _acts(complaint, world)}:
        raise Refused("desk.refused.not_here")
    if ACTS[kind].wants == "person" and not rest:
        role = world.standard_of(complaint.standard).step(complaint.step).assignee or ""
        rows = [(each.name, f"{data.arg}:{each.id}") for each in candidates(complaint, role, world)]
        return _menu(press, complaint, rows, world, "duty.entered.ask_person")
    arg = argument(int(whose), letter, rest[0] if rest else way)
    act = Act(kind=kind, by=f"staff:{person.id}", version=data.version, data={"arg": arg})
    if ACTS[kind].wants in ("text", "way"):
        check(complaint, act, world)
        return _prompted(press, act, complaint, person, world)
    done = complaints.apply(complaint, act, world)
    return done + Decision(sends=(answered(press, "desk.done.plain"),))


def _acts(complaint: Complaint, world: World) -> list[tuple[str, str]]:
    """What can be entered at this step: (act, label); a way out of the step as `branch.N`."""
    standard = world.standard_of(complaint.standard)
    found = []
    for act in available(complaint, standard):
        if act == "branch":
            step = standard.step(complaint.step)
            found += [(f"branch.{n}", capital(when)) for n, (when, _) in enumerate(ways(step))]
        elif act not in _NOT_HERE and ACTS[act].who == "turn":
            found.append((act, did(act)))
    return found


def did(act: str) -> str:
    """An act in words, as the desk is told of it."""
    for key in (f"duty.did.{act}", f"desk.did.{act}"):
        try:
            return capital(say(key))
        except UnknownWords:
            continue
    return act


def _menu(
    press: Press, complaint: Complaint, options: list[tuple[str, str]], world: World, key: str, **fields: object
) -> Decision:
    if not options:
        raise Refused("desk.refused.nothing_to_choose")
    rows: list[Choice] = [
        button(shortened(label, LABEL_CHARACTERS), BUTTON, complaint.code, complaint.version, arg)
        for label, arg in options
    ]
    back = button(say("desk.button.back"), "back", complaint.code, complaint.version)
    text = lines(card_text(complaint, world), say(key, **fields))
    return edit_card(press, complaint, world, text, (*paired(rows), (back,)), "")


def _prompted(press: Press, act: Act, complaint: Complaint, person: Staff, world: World) -> Decision:
    """Their words are typed in reply; from there on it goes as with one's own."""
    refers = Refers(role="prompt", complaint=complaint.id, detail=f"{act.kind}:{act.data['arg']}",
                    version=complaint.version, person=str(person.id))  # fmt: skip
    whose = world.office.staff_by_id(act.data["arg"].split(":")[1])
    text = say("duty.entered.prompt", number=name_of(complaint), who=whose.name if whose else "", act=did(act.kind))
    prompt = post(world, press.chat, text, about=complaint, people=(person,), refers=refers, reply_to=press.message_id)
    return Decision(sends=(answered(press, "desk.done.prompt"), prompt))


# --- told to the one it was entered for -------------------------------------------------------------------------------


def told(entries: tuple[Entry, ...], found: Mapping[str, Complaint], world: World) -> Decision:
    """Who an act was entered for is told, with a button to object; who entered it may add a photo of the sheet.

    An objection is told to the desk. Of a confidential report nothing is said in the group.
    """
    seen: set[tuple[str, int]] = set()
    sends: list[Outbound] = []
    for entry in entries:
        complaint = found.get(entry.complaint)
        if complaint is None or (entry.complaint, entry.version) in seen:
            continue
        if entry.act == "objected":
            sends += _objection(entry, complaint, world)
        elif entry.data.get("entered_for"):
            seen.add((entry.complaint, entry.version))
            sends += _to_person(entry, complaint, world)
            sends += _sheet_wanted(entry, complaint, world)
    return Decision(sends=tuple(sends))


def _to_person(entry: Entry, complaint: Complaint, world: World) -> Iterator[Outbound]:
    person = world.office.at_work(entry.data["entered_for"])
    to = private_of(world, person) if person else None
    if person is None or (to is None and (complaint.confidential or desk_of(world) is None)):
        return
    to = to or desk_of(world)
    how, done = say(f"duty.how.{entry.data['how']}"), did(entry.act)
    said = lines(
        say("duty.entered.told", number=name_of(complaint), name=entry.name, who=person.name, how=how, act=done),
        say("duty.entered.words", text=shortened(entry.text, TEXT_CHARACTERS)) if entry.text else "",
        say("duty.entered.may_object"),
    )
    object_to = button(say("duty.button.object"), "object", complaint.code, complaint.version, str(entry.version))
    refers = Refers(role="handover", complaint=complaint.id, version=complaint.version, detail=str(complaint.card))
    if to is not None:
        yield post(world, to, said, about=complaint, people=(person,), choices=((object_to,),), refers=refers)


def _sheet_wanted(entry: Entry, complaint: Complaint, world: World) -> Iterator[Outbound]:
    enterer = world.office.at_work(entry.by.removeprefix("staff:"))
    if entry.data["how"] != "sheet" or enterer is None:
        return
    to = private_of(world, enterer) if complaint.confidential else private_of(world, enterer) or desk_of(world)
    refers = Refers(role="prompt", complaint=complaint.id, detail=f"{SHEET}:{entry.version}", person=str(enterer.id))
    if to is not None:
        text = say("duty.entered.sheet_wanted", number=name_of(complaint), name=enterer.name)
        yield post(world, to, text, about=complaint, people=(enterer,), refers=refers)


def _objection(entry: Entry, complaint: Complaint, world: World) -> Iterator[Outbound]:
    text = say("duty.entered.objected", number=name_of(complaint), name=entry.name, act=did(entry.data["to_act"]),
               by=entry.data["by_name"], how=say(f"duty.how.{entry.data['how']}"))  # fmt: skip
    refers = Refers(role="handover", complaint=complaint.id, version=complaint.version, detail=str(complaint.card))
    for to in rooms(complaint, world):
        yield replace(post(world, to, text, about=complaint, loud=True), refers=refers)


def objected(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """One press: it's recorded that the act isn't theirs. Nothing is undone by it."""
    act = Act(kind="object", by=f"staff:{person.id}", data={"arg": data.arg})
    return complaints.apply(complaint, act, world) + Decision(sends=(answered(press, "desk.done.plain"),))
