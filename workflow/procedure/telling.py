"""What the citizen is told about a registered complaint: acknowledgement, receipt, progress, status and the answer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

from workflow.clocks.when import DAYS, say_brief, say_date, say_moment, say_near, say_time
from workflow.conversation import Paper
from workflow.dialogue.wanted import one_of
from workflow.message import Choice, Enclosure, Outbound
from workflow.privacy.notice import after_receipt
from workflow.procedure.capacity import signs_as
from workflow.procedure.case import Case, limits_of
from workflow.procedure.destination import destination
from workflow.procedure.kinds import asks_satisfaction, worded
from workflow.procedure.progress import lacking, receives, turn
from workflow.procedure.reporter import behalf
from workflow.record import Complaint
from workflow.say import UnknownWords, first_units, lines, listing, own_name, say, say_for, short_office, units
from workflow.standard.standard import Asked, Standard
from workflow.world import World

MATTER_CHARACTERS, ANSWER_MATTER_CHARACTERS = 70, 140  # in an answer the office's own sentence goes on after it
SHORT_WORDS = 15
ONE_SMS = 160
WEEK_DAYS = 7


def name_of(complaint: Complaint) -> str:
    """The register number, or the code as long as there's none."""
    return complaint.number or say("telling.unnumbered", code=complaint.code)


def matter(complaint: Complaint, limit: int = MATTER_CHARACTERS) -> str:
    """The complaint in a few of the citizen's own words."""
    first, _, more = complaint.statement.strip().partition("\n")
    joined = f"{first}: {more}" if " " in first and more else f"{first} {more}"
    words = " ".join((first if len(first) >= SHORT_WORDS else joined).split())
    if not words:
        words = next((paper.gist for paper in complaint.papers if paper.gist), "") or say("telling.without_words")
    return shortened(words.rstrip(".!? ") or words, limit)


def shortened(text: str, limit: int) -> str:
    """The text up to so many UTF-16 units, cut between words, and not between a number and what it counts."""
    if units(text) <= limit:
        return text
    return re.sub(r"(?:\s+\d+)?[\s,.;:]*$", "", first_units(text, limit - 1).rsplit(" ", 1)[0], count=1) + "…"


def capital(text: str) -> str:
    """The text with its first letter as a capital, the rest as it was."""
    return text[:1].upper() + text[1:]


def thing(asked: Asked) -> str:
    """The name of one thing the standard asks for."""
    if asked.options:
        named_one = one_of(tuple(sort_name(option) for option in asked.options))
        return say("telling.thing.any_of", options=named_one) if asked.identity else named_one
    return sort_name(asked.id) or asked.requirement_text


def sort_name(sort: str) -> str:
    """The name of a kind of paper or field: the shared word for it, or how the office calls its own."""
    try:
        return say(f"telling.thing.{sort}")
    except UnknownWords:
        return own_name(sort)


def lacking_words(complaint: Complaint, standard: Standard) -> str:
    """What's still lacking: "KK dan foto lokasi"; "" if nothing is."""
    return listing([thing(asked) for asked in lacking(complaint, standard)])


def lacking_briefly(complaint: Complaint, standard: Standard) -> str:
    """The same where every sign costs: without what a requirement may be met with."""
    return ", ".join(brief(each) for each in lacking(complaint, standard))


def brief(asked: Asked) -> str:
    """The name of one thing the standard asks for, without what it may be met with."""
    return sort_name("identity") if asked.options and asked.identity else thing(asked)


def who_handles(complaint: Complaint, world: World) -> str:
    """Who has it, for the citizen's eyes: a title or a role, never a name."""
    now = turn(complaint, world)
    person = world.office.staff_by_id(complaint.assignee) if now.named else None
    standard = world.standard_of(complaint.standard)
    if complaint.confidential and not person:
        return listing(tuple(standard.role(role).label for role in standard.escalation.confidential_to))
    return (person.title if person else "") or standard.role(now.role).label


# --- at YA ------------------------------------------------------------------------------------------------------------


def opened(case: Case) -> None:
    """The acknowledgement that everybody gets at once, with the receipt where the number is there already."""
    complaint, standard = case.complaint, case.standard
    if complaint.citizen is None:
        return
    things = (lacking_briefly if case.limits.short else lacking_words)(complaint, standard)
    thanks = say_for(
        case.limits,
        worded(complaint, "telling.acknowledged"),
        code=complaint.code,
        lacking=say("telling.acknowledged_lacking", things=things) if things else "",
        number_later="" if complaint.number else say("telling.number_later"),
    )
    parts = [] if case.limits.short and receives(case) else [thanks]
    if receives(case):
        parts.append(_receipt(case))
    elif outside := _counted_from(case):
        parts.append(outside)
    tell(case, "receipt", "\n\n".join(parts), direct=case.by == "citizen")


def _receipt(case: Case) -> str:
    """The tanda terima, and after it the notice where none was due before."""
    complaint, world = case.complaint, case.world
    case.set(receipt_at=case.now)
    zone = world.office.calendar.zone
    notice = ""
    if not complaint.notice and not case.standard.asks_personal():
        notice = after_receipt(case)
    if case.limits.short:
        return _short_receipt(case, notice)
    text = say_for(
        case.limits,
        worded(complaint, "telling.receipt"),
        number=complaint.number,
        date=say_moment(complaint.received_at if complaint.citizen is None else complaint.confirmed_at, zone),
        matter=lines(matter(complaint), behalf(complaint)),
        due=lines(due_words(complaint, world), _counted_from(case)),
        fee=case.standard.service.fee_text.rstrip("."),
    )
    return f"{text}\n\n{notice}" if notice else text


def _short_receipt(case: Case, notice: str) -> str:
    """The tanda terima in one SMS: the matter gets the room that the rest leaves."""
    complaint, service = case.complaint, case.standard.service
    fields = {
        "number": complaint.number,
        "date": say_brief(complaint.confirmed_at, case.world.office.calendar.zone),
        "due": due_words(complaint, case.world),
        "fee": service.fee_text.rstrip(".") if service.fee else say("telling.free"),
    }
    room = ONE_SMS - len(lines(say("telling.receipt.short", matter="", **fields), notice)) - len(", .")
    theirs = complaint.private.get("behalf_name", "") if complaint.behalf else ""
    room -= len(say("telling.behalf.short", name=theirs)) if theirs else 0
    about = matter(complaint, room)
    if len(about) < len(matter(complaint)):
        about = matter(complaint, room - 2).replace("…", "..") if room >= SHORT_WORDS else ""
    about += say("telling.behalf.short", name=theirs) if theirs and about else ""
    return lines(say("telling.receipt.short", matter=f", {about}." if about else ".", **fields), notice)


def due_words(complaint: Complaint, world: World) -> str:
    """The published total as it binds the office, or that it begins when the file is complete."""
    standard, limits = world.standard_of(complaint.standard), limits_of(complaint, world)
    if complaint.due_at is None:
        things = lacking_briefly(complaint, standard) if limits.short else lacking_words(complaint, standard)
        return say_for(limits, "telling.due_when_complete", things=things)
    zone = world.office.calendar.zone
    if not limits.short:
        moment = say_moment(complaint.due_at, zone)
    else:
        moment = say_near(complaint.due_at, world.now, zone)
        moment = say_brief(complaint.due_at, zone) if moment == say_moment(complaint.due_at, zone) else moment
    return say_for(limits, "telling.due", moment=moment, condition=condition_of(standard))


def condition_of(standard: Standard) -> str:
    """The condition that the standard publishes beside its total, in brackets."""
    condition = respelt(standard.deadline.condition)
    return say("telling.due_condition", condition=condition) if condition else ""


def respelt(published: str) -> str:
    """Published words as they're written in a letter: "bila pejabat ada di tempat" where the page has "ditempat"."""
    written = {word.partition(" ")[0]: word.partition(" ")[2] for word in say("telling.respelt").splitlines()}
    return " ".join(written.get(word, word) for word in published.split(" "))


def _counted_from(case: Case) -> str:
    """Outside office hours: from when the minutes run. A total in days needs no such word."""
    calendar, started = case.world.office.calendar, case.complaint.clock_started_at
    if started is None or case.standard.deadline.unit != "office_minute" or calendar.is_open(case.now):
        return ""
    opens = calendar.next_opening(case.now)
    local = opens.astimezone(calendar.zone)
    if (local.date() - calendar.local_date(case.now)).days >= WEEK_DAYS:
        return say("telling.counted_from", moment=say_moment(opens, calendar.zone))
    moment = say("telling.weekday_moment", day=DAYS[local.weekday()], time=say_time(opens, calendar.zone))
    return say("telling.counted_from", moment=moment)


# --- on the way -------------------------------------------------------------------------------------------------------


def tell(
    case: Case,
    kind: Literal["answer", "receipt", "question", "notice"],
    text: str,
    *,
    direct: bool = False,
    choices: tuple[tuple[Choice, ...], ...] = (),
    key: str = "",
) -> None:
    """Send the citizen something about their complaint; what's no direct answer waits out the quiet hours."""
    if case.complaint.citizen is None:
        return
    case.sends.append(
        Outbound(
            to=case.complaint.citizen,
            kind=kind,
            text=text,
            choices=() if case.limits.short or not case.limits.one_thing_at_a_time else choices,
            key=key or key_of(kind, case),
            replaces=f"answer:{case.complaint.id}" if kind == "answer" else "",
            about=case.complaint.id,
            label=case.complaint.number or case.complaint.code,
            not_before=None if direct else case.world.office.quiet_until(case.world.now),
            priority=2,
        )
    )


def key_of(kind: str, case: Case) -> str:
    """Our name for what is sent to the citizen by this act."""
    return f"{kind}:{case.complaint.id}:{case.complaint.version}"


def news(case: Case) -> None:
    """All that an act brought for the citizen, as one message; a receipt that fills an SMS is one of its own."""
    told, receipt = "\n".join(case.news), _receipt(case) if receives(case) else ""
    if told and receipt and not case.limits.short:
        told, receipt = "", f"{told}\n\n{receipt}"
    if told:
        tell(case, "notice", told, direct=case.by == "citizen")
    if receipt:
        tell(case, "receipt", receipt)


def is_complete(case: Case) -> str:
    """The file is complete."""
    return say(worded(case.complaint, "telling.complete"), number=name_of(case.complaint))


def is_now_complete(case: Case) -> str:
    """What was lacking has come: from now on the total runs."""
    return lines(say("telling.now_complete", number=name_of(case.complaint)), due_words(case.complaint, case.world))


def is_enough(things: str) -> str:
    """The file was accepted without these things."""
    return say("telling.enough", not_needed=say("telling.not_needed", things=things) if things else "")


def was_seen(asked: Asked) -> str:
    """A document was shown at the counter."""
    return say("telling.seen", thing=capital(brief(asked)))


def is_handled(case: Case) -> str:
    """Somebody was named for the work."""
    return say_for(
        case.limits, "telling.handled", number=name_of(case.complaint), who=who_handles(case.complaint, case.world)
    )


def asks_for(case: Case, text: str, until: datetime) -> str:
    """What the office needs from the citizen before it goes on."""
    date = say_date(case.world.office.calendar.local_date(until))
    return say_for(case.limits, "telling.ask", number=name_of(case.complaint), text=text, date=date)


def is_refused(case: Case, text: str) -> str:
    """A petugas refused it, with the reason."""
    return say_for(case.limits, "telling.refused", number=name_of(case.complaint), text=text)


def is_referred(case: Case, way: str, words: str) -> str:
    """Not this office's matter: passed on by us ("refer_sent"), or for the citizen to bring there ("refer_self").

    `words` are the staff's, with the tracking id of where it was passed on to, if there's one.
    """
    date = say_date(case.world.office.calendar.local_date(case.now))
    where, tracking = destination(way, words)
    key = "telling.referred_sent" if way == "refer_sent" else "telling.referred_self"
    told = say_for(case.limits, key, number=name_of(case.complaint), where=where, date=date)
    return lines(told, say_for(case.limits, "telling.referred_tracking", tracking=tracking) if tracking else "")


def is_handed(case: Case) -> str:
    """The answer was brought otherwise than by this chat."""
    date = say_date(case.world.office.calendar.local_date(case.now))
    told = say_for(case.limits, "telling.handed", number=name_of(case.complaint), date=date)
    ask = asks_satisfaction(case.complaint, case.standard)
    return lines(told, say_for(case.limits, "telling.satisfied_question") if ask else "")


def preview(act: str, text: str, complaint: Complaint, by: str, world: World) -> str:
    """What the citizen will read if a typed request, refusal or referral is confirmed."""
    case = Case(world=world, complaint=complaint, by=by)
    if act == "ask":
        return asks_for(case, text, case.now + timedelta(days=case.standard.asking.complete_days))
    return is_refused(case, text) if act == "refuse" else is_referred(case, act, text)


def is_withdrawn(case: Case) -> str:
    """The citizen took it back."""
    return say("telling.withdrawn", number=name_of(case.complaint))


def is_reopened(case: Case) -> str:
    """BELUM: the work goes on."""
    complaint, world = case.complaint, case.world
    who, due = who_handles(complaint, world), due_words(complaint, world)
    return say_for(case.limits, "telling.reopened", number=name_of(complaint), who=who, due=due)


def from_staff(text: str) -> str:
    """A petugas's own words, marked as such: never the office's answer."""
    return say("telling.from_staff", text=text)


# --- the answer -------------------------------------------------------------------------------------------------------


def answer(complaint: Complaint, world: World) -> str:
    """The office's answer as it leaves, and as the preview shows it. A signature stands only for who signed."""
    standard, limits = world.standard_of(complaint.standard), limits_of(complaint, world)
    day = world.office.calendar.local_date(complaint.confirmed_at)
    section = standard.office
    body = say_for(
        limits,
        worded(complaint, "telling.answer"),
        office=section.name,
        short_office=short_office(section.name, section.kind, section.ticket_prefix),
        number=name_of(complaint),
        date=say_date(day),
        matter=matter(complaint, ANSWER_MATTER_CHARACTERS),
        text=complaint.answer,
        signature=_signature(complaint, world),
    )
    if complaint.letter_number:
        body = say_for(limits, "telling.letter_number", number=complaint.letter_number) + "\n" + body
    if asks_satisfaction(complaint, standard):
        body += ("\n" if limits.short else "\n\n") + say_for(limits, "telling.satisfied_question")
    return body


def _signature(complaint: Complaint, world: World) -> str:
    """The signer's office if they approved, signed or wrote these very words, or who stood in; else who brings them."""
    standard = world.standard_of(complaint.standard)
    signer = standard.letter.signer
    their_words = complaint.answer == (complaint.draft or complaint.report)
    if signer and their_words and (label := signs_as(complaint, signer, world)):
        kind, name = standard.office.kind, standard.office.name
        place = name[len(kind) :].strip() if name.lower().startswith(kind.lower()) else name
        return say("telling.signed_by", role=label, place=place)
    role = standard.role(standard.delivers_at().actor).label
    return say_for(limits_of(complaint, world), "telling.brought_by", role=role, office=standard.office.name)


def answer_choices(complaint: Complaint, standard: Standard) -> tuple[tuple[Choice, ...], ...]:
    """SUDAH and BELUM under the answer, where the office asks."""
    if not asks_satisfaction(complaint, standard):
        return ()
    yes = Choice(label=say("telling.satisfied_yes"), data=f"c:sudah:{complaint.code}")
    no = Choice(label=say("telling.satisfied_no"), data=f"c:belum:{complaint.code}")
    return ((yes, no),)


def enclosure(case: Case, paper: Paper) -> Outbound:
    """A paper of the office's own that goes with the answer."""
    assert case.complaint.citizen is not None
    return Outbound(
        to=case.complaint.citizen,
        kind="answer",
        enclosure=Enclosure(
            file=paper.file,
            shown_as="photo" if paper.type == "photo" else "document",
            name=f"{name_of(case.complaint)}.{'jpg' if paper.type == 'photo' else 'pdf'}",
        ),
        key=f"enclosure:{case.complaint.id}:{case.complaint.version}:{paper.file}",
        about=case.complaint.id,
        label=case.complaint.number or case.complaint.code,
        not_before=case.world.office.quiet_until(case.world.now),
        priority=2,
    )
