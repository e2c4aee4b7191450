"""A complaint that a clerk writes down: a walk-in, a phone call, a letter, a note from the box, an item of LAPOR!."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import get_args

from msgspec.structs import replace

from workflow.desk.buttons import Data, asked_to_type
from workflow.desk.duty import typed_dates
from workflow.desk.posting import Rows, answered, button, post, refused, said_back
from workflow.desk.private import link
from workflow.desk.taken import papers_of
from workflow.message import Address, Message, Press, Refers
from workflow.office import Staff
from workflow.procedure import complaint as complaints
from workflow.procedure.case import Refused, private_of
from workflow.procedure.rights import is_officer
from workflow.procedure.telling import capital, name_of
from workflow.record import Act, Complaint, Source
from workflow.say import lines, say
from workflow.world import Decision, World

_TIME = re.compile(r"\b([01]?\d|2[0-3])[.:]([0-5]\d)\b")
NOON = time(12)
"""When something was received on a day on which the office is closed, where no time is said."""


def written_down(text: str, person: Staff, message: Message, world: World) -> Decision:
    """The complaint begins with the clerk's words; where it came from and whose it is can be added at once.

    With the text alone it's there, so nothing is lost when the clerk is called away: what's missing shows on its card.
    Documents are taken in the private chat only.
    """
    standard = world.office.standard
    if not is_officer(person, standard):
        raise Refused("desk.refused.not_officer")
    complaint = Complaint(
        id=world.supply.id(),
        code=world.supply.code(),
        office=world.office.id,
        standard=standard.version,
        received_at=world.moment,
        confirmed_at=world.moment,
        source="visit",
        statement=text,
    )
    papers, fetches = papers_of(message, complaint, "", world) if message.private else ((), Decision())
    opened = complaints.open_case(replace(complaint, papers=papers), world, by=f"staff:{person.id}")
    begun = opened.complaints[0]
    left_out = bool(message.attachments) and not message.private
    said = lines(
        say("desk.command.noted", name=name_of(begun), source=say("desk.source.visit")),
        say("desk.command.files_in_private") if left_out else "",
        say("desk.command.files_taken", n=len(papers)) if papers else "",
        say("desk.command.pick_source"),
    )
    shown = post(
        world,
        message.chat,
        said,
        about=begun,
        choices=_next(begun),
        refers=Refers(role="card", complaint=begun.id, version=begun.version),
    )
    return opened + fetches + Decision(sends=(shown,))


def _next(begun: Complaint) -> Rows:
    """What can be added at once, in twos as they fit on a phone."""
    code, version = begun.code, begun.version
    sources = [each for each in get_args(Source) if each not in ("chat", "visit")]
    named = [button(capital(say(f"desk.source.{each}")), "source", code, version, each) for each in sources]
    named += [
        button(say("desk.more.received"), "received", code, version),
        button(say("desk.more.behalf"), "behalf", code, version),
    ]
    rows = [tuple(named[at : at + 2]) for at in range(0, len(named), 2)]
    return (*rows, (button(say("desk.button.name"), "name", code, version),))


def ask_for_text(person: Staff, to: Address, world: World) -> Decision:
    """`/catat` alone: what's to be written down is typed in reply."""
    if not is_officer(person, world.office.standard):
        raise Refused("desk.refused.not_officer")
    refers = Refers(role="prompt", detail="catat", person=str(person.id))
    return Decision(sends=(post(world, to, say("desk.prompt.catat"), people=(person,), refers=refers),))


# --- what is added ----------------------------------------------------------------------------------------------------


def sourced(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """Where it came from; an item of SP4N-LAPOR! has a tracking id, which is asked for."""
    act = Act(kind="source", by=f"staff:{person.id}", version=data.version, data={"arg": data.arg})
    done = complaints.apply(complaint, act, world)
    if data.arg != "lapor":
        return done + Decision(sends=(answered(press, "desk.done.plain"),))
    return done + asked_to_type(press, Data(act="tracking", code=data.code), complaint, person, world)


def tracking_typed(message: Message, _: str, person: Staff, complaint: Complaint, world: World) -> Decision:
    """The tracking id."""
    act = Act(kind="tracking", by=f"staff:{person.id}", text=message.text.strip())
    return complaints.apply(complaint, act, world) + said_back(world, message.chat, message.id, "desk.done.plain")


def received_typed(message: Message, _: str, person: Staff, complaint: Complaint, world: World) -> Decision:
    """A day, and the time of it where it's said; else the office's opening."""
    calendar = world.office.calendar
    days = typed_dates.read(" ".join(message.text.split()).lower(), calendar.local_date(world.now))
    if days is None or days.first != days.last:
        raise Refused("desk.refused.no_day")
    clock = _TIME.search(days.rest)
    if clock is not None:
        at = datetime.combine(days.first, time(int(clock[1]), int(clock[2])), calendar.zone)
    elif calendar.is_working_day(days.first):
        at = calendar.opening(days.first)
    else:
        at = datetime.combine(days.first, NOON, calendar.zone)
    act = Act(kind="received", by=f"staff:{person.id}", data={"at": at.isoformat()})
    return complaints.apply(complaint, act, world) + said_back(world, message.chat, message.id, "desk.done.plain")


def asked_in_private(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """Names are typed in the private chat of who pressed."""
    if not is_officer(person, world.standard_of(complaint.standard)):
        raise Refused("desk.refused.not_officer")
    private = private_of(world, person)
    if private is None:
        return refused(press, "desk.refused.link_first") + link(press.chat, person, world)
    refers = Refers(role="prompt", complaint=complaint.id, detail=data.act, person=str(person.id))
    asked = post(world, private, say(f"desk.prompt.{data.act}", number=name_of(complaint)), refers=refers)
    return Decision(sends=(answered(press, "desk.done.sent_private"), asked))


def behalf_typed(message: Message, _: str, person: Staff, complaint: Complaint, world: World) -> Decision:
    """For whom it's reported."""
    if not message.private:
        raise Refused("desk.refused.private_only")
    act = Act(kind="behalf", by=f"staff:{person.id}", text=message.text)
    return complaints.apply(complaint, act, world) + said_back(world, message.chat, message.id, "desk.done.plain")
