"""Who is away and who stands in, said in the chat: /absen, /plh and /plt, with buttons and typed days."""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import Literal, cast

from msgspec.structs import replace

from workflow.desk.buttons import Data
from workflow.desk.duty import typed_dates
from workflow.desk.duty import words as duty_words
from workflow.desk.duty.record import (
    BUTTON,
    Plan,
    appointers,
    back,
    ended_by_press,
    label_for,
    may_appoint,
    person_name,
    recorded,
    undone_by_press,
)
from workflow.desk.duty.typed_dates import Days
from workflow.desk.posting import LABEL_CHARACTERS, Rows, answered, button, edited, post
from workflow.message import Address, Choice, Message, Press, Refers
from workflow.office import Staff
from workflow.procedure.both import WHY
from workflow.procedure.case import Refused
from workflow.procedure.telling import name_of, shortened
from workflow.record import Complaint
from workflow.say import say
from workflow.world import Decision, World

PROMPT = "duty"
"""The first word of a prompt's detail whose reply is read by `typed`."""
_DAY = timedelta(days=1)
_COMMAND_KINDS: dict[str, Literal["away", "plt", "plh"]] = {"absen": "away", "plh": "plh", "plt": "plt"}


def unpack(text: str) -> Plan:
    """The inverse of `Plan.packed`. Raises `Refused` for anything else."""
    parts = text.split(":", 4)
    if len(parts) != 5 or parts[0] not in _COMMAND_KINDS.values() or not (parts[1] + parts[3]).isdecimal():
        raise Refused("desk.refused.gone")
    kind = cast(Literal["away", "plt", "plh"], parts[0])
    return Plan(kind=kind, person=int(parts[1]), role=parts[2], holder=int(parts[3]), words=parts[4])


# --- the commands -----------------------------------------------------------------------------------------------------


def absent(message: Message, words: str, person: Staff, world: World) -> Decision:
    """`/absen`: I'm away; as a reply to somebody's message, they are. The days may be typed at once."""
    whose = _replied_to(message, world) if message.replied_to else person
    plan = Plan(kind="away", person=whose.id)
    _check(plan, person, world)
    return _begun(message, plan, words, person, world)


def stands_in(command: str, message: Message, words: str, person: Staff, world: World) -> Decision:
    """`/plh` and `/plt`, as a reply to a message of who stands in: for whom, and until when."""
    kind = _COMMAND_KINDS[command]
    if not may_appoint(person, world):
        raise Refused("duty.refused.not_you", who=appointers(world))
    if message.replied_to is None:
        raise Refused(f"duty.refused.how_{kind}")
    plan = Plan(kind=kind, person=_replied_to(message, world).id)
    choices = _places(plan, world)
    plan, words = _with_place(plan, choices, words)
    if not plan.role:
        rows = tuple((_place_button(each, world),) for each in choices)
        name = person_name(plan.person, world)
        plan = replace(plan, words=typed_dates.written(_read(words, world)) if words else "")
        return _asked(message.chat, message.id, plan, say(f"duty.ask.place_{kind}", name=name), rows, person, world)
    _check(plan, person, world)
    return _begun(message, plan, words, person, world)


def plh(message: Message, words: str, person: Staff, world: World) -> Decision:
    """`/plh`: has a role while its holder is away."""
    return stands_in("plh", message, words, person, world)


def plt(message: Message, words: str, person: Staff, world: World) -> Decision:
    """`/plt`: takes a role over until somebody is appointed."""
    return stands_in("plt", message, words, person, world)


def _replied_to(message: Message, world: World) -> Staff:
    whose = message.replied_to
    known = world.office.at_work(whose.id) if whose is not None and not (whose.bot or whose.anonymous) else None
    if known is None or known.shared:
        raise Refused("duty.refused.nobody")
    return known


def _begun(message: Message, plan: Plan, words: str, person: Staff, world: World) -> Decision:
    """Recorded where the days were typed with it; else they're asked for."""
    if words:
        days = _read(words, world)
        return recorded(plan, days, person, message.chat, message.id, world)
    rows = _day_buttons(plan, person, world)
    return _asked(message.chat, message.id, plan, _question(plan, world), rows, person, world)


def _asked(to: Address, reply_to: str, plan: Plan, text: str, rows: Rows, person: Staff, world: World) -> Decision:
    key = f"duty:{to.chat}:{reply_to}"
    refers = Refers(role="duty", detail=plan.packed(), person=str(person.id), words=key)
    shown = post(world, to, text, people=(person,), choices=rows, refers=refers, key=key, reply_to=reply_to)
    return Decision(sends=(shown,))


def _question(plan: Plan, world: World) -> str:
    name = person_name(plan.person, world)
    if plan.kind == "away":
        return say("duty.ask.days_away", name=name)
    return say("duty.ask.days_stands_in", name=name, role=label_for(plan, world))


# --- for whom ---------------------------------------------------------------------------------------------------------


def _places(plan: Plan, world: World) -> list[Plan]:
    """The places this person could take: a role, or one holder of it; the head's first."""
    office, standard = world.office, world.office.standard
    order = ("head", "secretary", "section", "officer")
    found = sorted((order.index(r.kind), name) for name, r in standard.roles.items() if r.kind in order)
    places = []
    for _, role in found:
        holders = [each.id for each in office.with_role(role) if each.id != plan.person and not each.shared]
        if plan.kind == "plt" or not office.with_role(role):
            places.append(replace(plan, role=role))
        else:
            places += [replace(plan, role=role, holder=each) for each in holders]
    return places


def _with_place(plan: Plan, choices: list[Plan], words: str) -> tuple[Plan, str]:
    """The place that was typed by the role's id, if it leaves no doubt: "/plh camat 24-26 nov"."""
    first, _, rest = words.partition(" ")
    named = [each for each in choices if first and each.role == first.casefold()]
    return (named[0], rest.strip()) if len(named) == 1 else (plan, words)


def _place_button(place: Plan, world: World) -> Choice:
    label = label_for(place, world)
    if place.holder:
        label = say("desk.card.role_and_names", role=label, names=person_name(place.holder, world))
    return button(shortened(label, LABEL_CHARACTERS), BUTTON, arg=f"place:{_place_data(place)}")


def _place_data(place: Plan) -> str:
    """A place as a button carries it: a role's id may be too long for one."""
    return f"{zlib.crc32(place.role.encode()):x}:{place.holder}"


# --- who may ----------------------------------------------------------------------------------------------------------


def _check(plan: Plan, person: Staff, world: World) -> None:
    """Whether this person may record that, and whether it can be so."""
    whose = world.office.at_work(plan.person)
    if whose is None or whose.shared:
        raise Refused("duty.refused.nobody")
    if plan.kind == "away":
        if plan.person != person.id and not may_appoint(person, world):
            raise Refused("duty.refused.not_you", who=appointers(world))
        return
    if not may_appoint(person, world):
        raise Refused("duty.refused.not_you", who=appointers(world))
    if plan.role not in world.office.standard.roles or plan.holder == plan.person:
        raise Refused("duty.refused.oneself")


# --- days -------------------------------------------------------------------------------------------------------------


def _day_buttons(plan: Plan, person: Staff, world: World) -> Rows:
    rows = [
        tuple(button(say(f"duty.button.{day}"), BUTTON, arg=day) for day in ("today", "tomorrow")),
        (button(say("duty.button.until"), BUTTON, arg="until"),),
    ]
    if plan.kind == "plt":
        rows.append((button(say("duty.button.open"), BUTTON, arg="open"),))
    if plan.kind == "away" and world.office.away(plan.person, world.now):
        mine = plan.person == person.id
        label = say("duty.button.back" if mine else "duty.button.end_away", name=person_name(plan.person, world))
        rows.append((button(shortened(label, LABEL_CHARACTERS), BUTTON, arg="back"),))
    return tuple(rows)


def _read(words: str, world: World) -> Days:
    days = typed_dates.read(words, world.office.calendar.local_date(world.now))
    if days is None:
        raise Refused("duty.refused.days")
    return days


def pressed(press: Press, data: Data, person: Staff, world: World) -> Decision:
    """A button of a question about absence or a stand-in, or one that ends what was recorded. Raises `Refused`."""
    verb, _, arg = data.arg.partition(":")
    if verb == "end":
        return ended_by_press(press, arg, person, world)
    if verb == "undo":
        return undone_by_press(press, arg, person, world)
    refers = world.refers.get((press.chat.chat, press.message_id))
    if refers is None or refers.role != "duty":
        raise Refused("desk.refused.gone")
    if refers.person != str(person.id):
        raise Refused("desk.refused.not_your_prompt", name=person_name(int(refers.person or 0), world))
    plan = unpack(refers.detail)
    if verb == "place":
        chosen = next((each for each in _places(plan, world) if _place_data(each) == arg), None)
        if chosen is None:
            raise Refused("desk.refused.gone")
        plan = chosen
    _check(plan, person, world)
    today = world.office.calendar.local_date(world.now)
    if verb == "place" and plan.words:
        off = edited(press.chat, refers.words, "")
        done = recorded(plan, _read(plan.words, world), person, press.chat, press.message_id, world)
        return done + Decision(sends=(answered(press, "desk.done.plain"), off))
    if verb == "place":
        text, rows = _question(plan, world), _day_buttons(plan, person, world)
        turned = edited(press.chat, refers.words, text, rows, replace(refers, detail=plan.packed()))
        return Decision(sends=(answered(press), turned))
    if plan.kind != "away" and not plan.role:
        raise Refused("desk.refused.gone")
    if verb == "until":
        return _prompted(press, plan, person, world)
    off = edited(press.chat, refers.words, "")
    done = Decision(sends=(answered(press, "desk.done.plain"), off))
    if verb == "back":
        return back(plan, person, press.chat, world) + done
    if verb == "open":
        return recorded(plan, None, person, press.chat, press.message_id, world) + done
    days = {"today": Days(first=today, last=today), "tomorrow": Days(first=today + _DAY, last=today + _DAY)}.get(verb)
    if days is None:
        raise Refused("desk.refused.unknown")
    return recorded(plan, days, person, press.chat, press.message_id, world) + done


def _prompted(press: Press, plan: Plan, person: Staff, world: World) -> Decision:
    refers = Refers(role="prompt", detail=f"{PROMPT}:{plan.packed()}", person=str(person.id))
    text = say("duty.ask.days_typed", name=person_name(plan.person, world))
    asked = post(world, press.chat, text, people=(person,), refers=refers, reply_to=press.message_id)
    return Decision(sends=(answered(press, "desk.done.prompt"), asked))


def typed(message: Message, detail: str, person: Staff, world: World) -> Decision:
    """The days that a prompt asked for; `detail` is the prompt's, without its first word. Raises `Refused`."""
    plan = unpack(detail)
    _check(plan, person, world)
    return recorded(plan, _read(message.text, world), person, message.chat, message.id, world)


# --- why one does both ------------------------------------------------------------------------------------------------


def ask_why(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """Who drafted and now approves because they stand in is stopped once, and asked for the reason."""
    refers = Refers(role="prompt", complaint=complaint.id, detail=f"{data.act}:{WHY}", version=complaint.version,
                    person=str(person.id))  # fmt: skip
    text = say("duty.ask.why", number=name_of(complaint), role=duty_words.role_of(complaint, world))
    asked = post(world, press.chat, text, about=complaint, people=(person,), refers=refers, reply_to=press.message_id)
    return Decision(sends=(answered(press, "desk.done.prompt"), asked))
