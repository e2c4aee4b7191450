"""What we hold about a citizen, written out for them: their own words, their data, the list of files and who looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from workflow import numbers
from workflow.clocks.when import say_date, say_moment
from workflow.conversation import Conversation, Saying
from workflow.privacy import retention
from workflow.procedure.telling import capital, sort_name
from workflow.record import Complaint, Entry
from workflow.say import UnknownWords, channel_name, lines, say
from workflow.world import World

_MARK = "mark"
_NOT_THEIRS = ("claimed", "held")


def written(conversation: Conversation, complaints: Iterable[Complaint], world: World) -> str:
    """All of it, report by report, oldest first. It goes to the citizen's own address and nowhere else."""
    parts = [_account(conversation)]
    parts += [_report(each, world) for each in complaints]
    parts += [_sayings(conversation.sayings, world)]
    return "\n\n".join(part for part in parts if part)


def _account(conversation: Conversation) -> str:
    at = conversation.address
    own = conversation.private
    rows = [
        say("privacy.copy.account", channel=channel_name(at.channel), address=at.chat),
        say("privacy.copy.own_name", name=own["account_name"]) if own.get("account_name") else "",
    ]
    rows += _private({name: text for name, text in own.items() if name != "account_name"})
    return lines(*rows)


def _report(complaint: Complaint, world: World) -> str:
    ended = complaint.closed_at
    rows = [
        say(
            "privacy.copy.report",
            number=complaint.number or complaint.code,
            moment=_at(complaint.received_at, world),
        ),
        say("privacy.copy.closed", moment=_at(ended, world)) if ended else "",
        say("privacy.copy.statement", text=complaint.statement) if complaint.statement else "",
        *(_field(name, text) for name, text in complaint.answers.items()),
        *_private(complaint.private),
        *(_file(paper.sort, paper.at, world, gone=paper.state == "erased") for paper in complaint.papers),
        _place(complaint),
        say("privacy.copy.answer", text=complaint.answer) if complaint.answer and complaint.answered_at else "",
        _notice(complaint, world),
        _kept(complaint, world),
        *_trail(world.histories.get(complaint.id, ()), world),
        _sayings(complaint.sayings, world),
    ]
    return lines(*rows)


def _at(moment: datetime, world: World) -> str:
    return say_moment(moment, world.office.calendar.zone)


def _private(private: Mapping[str, str]) -> list[str]:
    """What they told about themselves, each number once and whole: the law gives them all that's held.

    What waits here without being known to be theirs (unproven mails), or to be carried on, isn't written out.
    """
    told = {
        name: text
        for name, text in private.items()
        if name not in numbers.SEALED_KEYS and name.partition(":")[0] not in (_MARK, *_NOT_THEIRS)
    }
    known = dict.fromkeys(
        (say(f"identity.{name.removesuffix(numbers.SAID)}"), text)
        for name, text in private.items()
        if name in numbers.SEALED_KEYS
    )
    named = {private[name] for name in numbers.SEALED_KEYS if name in private}
    marks = {text for name, text in private.items() if name.partition(":")[0] == _MARK} - named
    return [
        *(_field(name, text) for name, text in told.items()),
        *(say("privacy.copy.private", name=capital(what), text=digits) for what, digits in known),
        *(say("privacy.copy.number", text=each) for each in sorted(marks)),
    ]


def _field(name: str, text: str) -> str:
    """One thing they told about themselves, by its name."""
    name = name.partition(":")[0]
    try:
        label = say(f"desk.private.{name}")
    except UnknownWords:
        label = sort_name(name) or name
    return say("privacy.copy.private", name=capital(label), text=text)


def _file(sort: str, at: datetime, world: World, *, gone: bool) -> str:
    key = "privacy.copy.file_erased" if gone else "privacy.copy.file"
    return say(key, sort=sort_name(sort) or say("desk.private.nameless"), moment=_at(at, world))


def _place(complaint: Complaint) -> str:
    place = complaint.place
    return say("privacy.copy.place", latitude=place.latitude, longitude=place.longitude) if place else ""


def _notice(complaint: Complaint, world: World) -> str:
    if not complaint.notice or complaint.notice_at is None:
        return ""
    return say("privacy.copy.notice", version=complaint.notice, moment=_at(complaint.notice_at, world))


def _kept(complaint: Complaint, world: World) -> str:
    """Until when each kind is kept, where that's known by now."""
    zone = world.office.calendar.zone
    dates = [
        f"{say(f'privacy.kind.{kind}')} {say_date(at.astimezone(zone).date())}"
        for kind in retention.KINDS
        if (at := retention.due_at(kind, complaint, world.office)) is not None and kind not in complaint.erased
    ]
    return say("privacy.copy.kept", dates=", ".join(dates)) if dates else ""


def _trail(history: Iterable[Entry], world: World) -> list[str]:
    """Who opened their documents, by office and not by name, and what became of our messages."""
    rows = []
    for entry in history:
        if entry.act == "viewed":
            rows.append(say("privacy.copy.viewed", moment=_at(entry.at, world), who=_role(entry, world)))
        elif entry.act == "delivery":
            state = entry.data.get("state", "")
            rows.append(say("privacy.copy.delivered", moment=_at(entry.at, world), state=_state(state)))
    return rows


def _role(entry: Entry, world: World) -> str:
    person = world.office.staff_by_id(entry.by.removeprefix("staff:"))
    standard = world.office.standard
    labels = [standard.role(role).label for role in person.roles if role in standard.roles] if person else []
    return (person.title if person else "") or ", ".join(labels) or say("privacy.copy.staff")


def _state(state: str) -> str:
    try:
        return say(f"privacy.state.{state}")
    except UnknownWords:
        return state


def _sayings(sayings: tuple[Saying, ...], world: World) -> str:
    said = [say("privacy.copy.said", moment=_at(each.at, world), text=each.text) for each in sayings if each.text]
    return lines(say("privacy.copy.sayings"), *said) if said else ""
