"""STATUS: where a complaint stands, in the citizen's words; it says of the answer no more than is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from workflow.clocks.when import say_brief, say_day, say_moment, say_near
from workflow.message import Limits
from workflow.procedure import lapsing, lateness
from workflow.procedure.kinds import of_kind
from workflow.procedure.progress import part_of, summary_of
from workflow.procedure.reach import is_out, is_there, out_at
from workflow.procedure.stages import parts
from workflow.procedure.telling import (
    capital,
    condition_of,
    lacking_briefly,
    lacking_words,
    matter,
    name_of,
    respelt,
    shortened,
    who_handles,
)
from workflow.record import Complaint
from workflow.say import UnknownWords, channel_name, lines, say, say_for
from workflow.standard.standard import Standard
from workflow.world import World

ALL = Limits()
ONE_SMS = 160
SMS_MATTER = 40


def status(complaint: Complaint, world: World, limits: Limits = ALL) -> str:
    """Where a complaint stands, for its citizen: steps, roles and dates; no names, nothing personal.

    `limits` are those of the channel on which it's asked. Where every unit costs it fits one part: what matters least
    is left out first.
    """
    head = say_for(
        limits, f"telling.status.{complaint.kind}", number=name_of(complaint), matter=matter(complaint).rstrip(".")
    )
    head = capital(head)  # a report without a number is "kode 7K3F"
    rest = _closed_status(complaint, world, limits) if complaint.closed_at else _open_status(complaint, world, limits)
    parts_ = [each for each in (head, *rest) if each]
    return _fitting(parts_) if limits.short else lines(*parts_)


def _fitting(sentences: list[str]) -> str:
    """As many of the sentences, in their order, as one SMS holds; the first one always."""
    text = sentences[0][:ONE_SMS]
    for sentence in sentences[1:]:
        if len(text) + 1 + len(sentence) <= ONE_SMS:
            text = f"{text} {sentence}"
    return text


def briefly(complaint: Complaint, world: World) -> str:
    """The same in a few words, for a list of several: "langkah 2 dari 7"."""
    if complaint.lapsed_at is not None:
        return say("telling.status.brief_lapsed")
    if complaint.closed_at is not None:
        return say(f"telling.status.brief_{complaint.closed_as}")
    n, m = summary_of(world.standard_of(complaint.standard), complaint)
    return say("telling.status.brief", n=n, m=m)


# --- open -------------------------------------------------------------------------------------------------------------


def _open_status(complaint: Complaint, world: World, limits: Limits) -> Iterator[str]:
    standard, zone = world.standard_of(complaint.standard), world.office.calendar.zone
    yield _step(complaint, standard, limits)
    if complaint.step_since:
        since = _near(complaint.step_since, world.now, zone, limits)
        yield say_for(limits, "telling.status.with", who=who_handles(complaint, world), moment=since)
    if complaint.answered_at:
        yield _answered(complaint, world, limits)
    elif complaint.waiting:
        yield _waiting(complaint, world, limits)
    elif complaint.due_at is None:
        yield say_for(limits, "telling.status.no_clock")
    else:
        key = "telling.status.late" if complaint.due_at < world.now else "telling.status.due"
        due = _near(complaint.due_at, world.now, zone, limits) if limits.short else say_moment(complaint.due_at, zone)
        yield say_for(limits, of_kind(complaint, key), moment=due, condition=condition_of(standard))
    things = (lacking_briefly if limits.short else lacking_words)(complaint, standard)
    if things:
        yield say_for(limits, "telling.status.lacking", things=things)
    yield from lateness.status_lines(complaint, world, limits)
    if not limits.short:
        yield _last(complaint, world, standard)
        yield lateness.spent_words(complaint, standard, world, "telling.status.spent")


def _step(complaint: Complaint, standard: Standard, limits: Limits) -> str:
    """Which step of how many and what happens in it; where the office has a shorter view, its line before that."""
    n, m = summary_of(standard, complaint)
    step = standard.step(complaint.step)
    now = _word(complaint, "at", part_of(complaint, standard).act)
    received = "intake" in step.stages  # the view's line would tell of a form that is there already
    if not standard.summary_steps or limits.short or received:
        return say_for(limits, "telling.status.step", n=n, m=m, text=now)
    line = respelt(standard.summary_steps[n - 1].text).rstrip(" .;,")
    return say("telling.status.step_of_view", n=n, m=m, line=line, text=now)


def _word(complaint: Complaint, when: str, act: str) -> str:
    """What a part of a step is to the citizen, while it's done ("at") and after it ("did"); "" without words."""
    try:
        return say(of_kind(complaint, f"telling.{when}.{act}"))
    except UnknownWords:
        return ""


def _waiting(complaint: Complaint, world: World, limits: Limits) -> str:
    """What the office waits for, and until when it does."""
    until = lapsing.lapses_at(complaint, world.standard_of(complaint.standard))
    day = _day(until, world, limits) if until else ""
    text = shortened(complaint.waiting, SMS_MATTER).replace("…", "..") if limits.short else complaint.waiting
    key = "telling.status.waiting_until" if day else "telling.status.waiting"
    return say_for(limits, key, text=text, date=day)


def _last(complaint: Complaint, world: World, standard: Standard) -> str:
    """What happened last: a return, a reopening, or the part of the procedure that was done before this one."""
    if complaint.step_since is None or complaint.answered_at is not None:
        return ""
    if complaint.correction:
        did = say("telling.did.return")
    elif complaint.reopened and part_of(complaint, standard).act in ("report", "draft", "dispose"):
        did = say("telling.did.reopen")
    else:
        did = _word(complaint, "did", _act_before(complaint, standard))
    moment = say_near(complaint.step_since, world.now, world.office.calendar.zone)
    return say("telling.status.last", did=did, moment=moment) if did else ""


def _act_before(complaint: Complaint, standard: Standard) -> str:
    """The act of the part before the one at which it stands; "submit" at the first."""
    if complaint.part:
        return parts(standard.step(complaint.step))[complaint.part - 1].act
    n, _ = standard.position(standard.step(complaint.step))
    if n <= 1:
        return "submit"
    before = standard.steps[n - 2]
    return "submit" if standard.is_citizen(before.actor) else parts(before)[-1].act


# --- answered, closed -------------------------------------------------------------------------------------------------


def _answered(complaint: Complaint, world: World, limits: Limits) -> str:
    """When the answer was brought, or that it's on its way: never more than is known."""
    assert complaint.answered_at is not None
    moment = _moment(out_at(complaint) or complaint.answered_at, world.office.calendar.zone, limits)
    if is_there(complaint) or complaint.citizen is None:
        return say_for(limits, "telling.status.answered", moment=moment)
    key = "answer_failed" if complaint.delivery == "failed" else "answer_coming"
    return say_for(limits, f"telling.status.{key}", moment=moment, channel=channel_name(complaint.citizen.channel))


def _closed_status(complaint: Complaint, world: World, limits: Limits) -> Iterator[str]:
    standard = world.standard_of(complaint.standard)
    if complaint.answered_at:
        yield _answered(complaint, world, limits)
    if complaint.lapsed_at is not None:
        yield say_for(limits, "telling.status.closed_lapsed", date=_day(complaint.lapsed_at, world, limits))
        if lapsing.is_revivable(complaint, standard, world.now):
            until = complaint.lapsed_at + timedelta(days=standard.after.reopen_days)
            yield say_for(limits, "telling.status.revivable", date=_day(until, world, limits))
        return
    if complaint.closed_as != "answered" or complaint.answered_at is None or is_out(complaint):
        ended = str(complaint.closed_as)
        if ended == "answered" and (complaint.satisfied == "yes" or not _may_reopen(complaint, standard, world.now)):
            ended = "done"
        if complaint.kind == "suggestion" and ended == "answered":
            ended = "done"  # nothing is to be solved
        date = _day(complaint.closed_at, world, limits) if complaint.closed_at else ""
        yield say_for(
            limits, of_kind(complaint, f"telling.status.closed_{ended}"), where=complaint.referred_to, date=date
        )
    if complaint.referred_tracking:
        yield say_for(limits, "telling.status.tracking", tracking=complaint.referred_tracking)


def _may_reopen(complaint: Complaint, standard: Standard, now: datetime) -> bool:
    since = out_at(complaint)
    return since is None or now <= since + timedelta(days=standard.after.reopen_days)


# --- times ------------------------------------------------------------------------------------------------------------


def _moment(at: datetime, zone: ZoneInfo, limits: Limits) -> str:
    return say_brief(at, zone) if limits.short else say_moment(at, zone)


def _day(at: datetime, world: World, limits: Limits) -> str:
    day = world.office.calendar.local_date(at)
    return f"{day:%d-%m-%Y}" if limits.short else say_day(day)


def _near(at: datetime, now: datetime, zone: ZoneInfo, limits: Limits) -> str:
    near = say_near(at, now, zone)
    return say_brief(at, zone) if limits.short and near == say_moment(at, zone) else near
