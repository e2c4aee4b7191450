"""What staff decided about a citizen's request, done where all that is theirs lies: in the citizen's own lane.

Each answer ends with a message that says what was done, when and by which article, a line in the record of every report
it touched, and a row among what was erased. What is sent goes to the lane in which the request was made, nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace as changed

from msgspec.structs import replace

from workflow.clocks.when import say_moment
from workflow.conversation import Conversation, Revision
from workflow.desk.knocking import REQUEST
from workflow.happening import DataAct
from workflow.message import Outbound
from workflow.privacy import copying, notice, requests, retention
from workflow.privacy.asked import DataRequest
from workflow.procedure import capacity, complaint, secrecy
from workflow.procedure.telling import name_of
from workflow.record import Act, Complaint, Entry
from workflow.say import channel_name, listing, say, say_for
from workflow.world import Decision, Erasure, Needs, World

ARTICLES = {
    "copy": "UU 27/2022 Pasal 7, 32",
    "counter": "UU 27/2022 Pasal 7, 32",
    "correct": "UU 27/2022 Pasal 6, 30",
    "erase": "UU 27/2022 Pasal 8, 43, 45, 50",
    "restrict": "UU 27/2022 Pasal 11, 41",
    "refuse": "UU 27/2022 Pasal 15, 33",
}
FORMER = "former_"
"""`Complaint.private`: what stood there before a correction, kept until the identity data goes."""

Done = tuple[str, str, Decision, Conversation]  # outcome, what the citizen reads, what changes, the talk after it


def needs(event: DataAct) -> Needs:
    """The request, the reports it's about, and their records."""
    return Needs(requests=(event.request,), complaints=event.complaints, histories=event.complaints)


def done(event: DataAct, world: World) -> Decision:
    """Do it, tell the citizen and the desk, and close the request; a second time does nothing."""
    request = world.requests.get(event.request)
    if request is None or request.closed_at is not None:
        return Decision(ignored="a request that's answered")
    before = world.conversation or Conversation(address=event.chat)
    mine = tuple(each for name in event.complaints if (each := world.complaints.get(name)) is not None)
    outcome, text, decision, talk = _ACTS[event.act](event, request, mine, before, world)
    closed = replace(request, closed_at=world.now, outcome=outcome, articles=ARTICLES[outcome], words="", chosen=None)
    talk = requests.settled(talk, request)
    if talk != before:
        talk = replace(talk, version=before.version + 1)
    newer = {each.id: each for each in (*mine, *decision.complaints)}
    return decision + Decision(
        conversation=talk if talk != before else None,
        requests=(closed,),
        unset=requests.silenced(request),
        entries=tuple(_entry(newer[each.id], closed, event, world) for each in mine),
        sends=(_to_citizen(text, closed, world), *_at_desk(closed, event, world)),
    )


def _to_citizen(text: str, request: DataRequest, world: World) -> Outbound:
    quiet = world.office.quiet_until(world.now)
    key = f"{REQUEST}:{request.id}"
    to = request.lane
    return Outbound(to=to, kind="answer", text=text, key=key, about=to.lane, not_before=quiet, priority=1)


def _at_desk(request: DataRequest, event: DataAct, world: World) -> tuple[Outbound, ...]:
    person = world.office.staff_by_id(event.by.removeprefix("staff:"))
    late = request.closed_at is not None and request.closed_at > request.due_at
    text = say(
        "privacy.desk.done",
        request=requests.shown(request),
        wish=say(f"privacy.wish.{request.wish}"),
        act=say(f"privacy.done.{request.outcome}"),
        name=person.name if person else "",
        moment=say_moment(world.now, world.office.calendar.zone),
        left=say("privacy.desk.late" if late else "privacy.desk.in_time"),
    )
    return requests.repaired(request, world, text)


def _entry(about: Complaint, request: DataRequest, event: DataAct, world: World) -> Entry:
    """The proof in the record: which request, what became of it, by which article, and whether it was in time."""
    person = world.office.staff_by_id(event.by.removeprefix("staff:"))
    data = {
        "request": request.id,
        "wish": request.wish,
        "outcome": request.outcome,
        "articles": request.articles,
        "asked_at": request.asked_at.isoformat(),
        "due_at": request.due_at.isoformat(),
    }
    return Entry(
        complaint=about.id,
        at=world.now,
        act="data_request",
        by=event.by,
        name=capacity.name_of(person, world.office, world.now) if person else "",
        step=about.step,
        data=data,
        version=about.version,
    )


def _moment(world: World) -> str:
    return say_moment(world.now, world.office.calendar.zone)


# --- what may be done -------------------------------------------------------------------------------------------------


def _copy(_: DataAct, request: DataRequest, mine: tuple[Complaint, ...], talk: Conversation, world: World) -> Done:
    """All of it, in their own chat; where every unit costs, at the counter or on another channel."""
    limits, name = world.limits_at(request.lane), requests.shown(request)
    if limits.short:
        others = [f"{channel_name(way.channel)} {way.reach}" for way in world.ways if not way.limits.short]
        key = "privacy.answer.counter" if others else "privacy.answer.counter_only"
        return "counter", say(key, request=name, moment=_moment(world), ways=listing(others)), Decision(), talk
    data = copying.written(talk, mine, world)
    text = say("privacy.answer.copy", request=name, moment=_moment(world), data=data)
    return "copy", text, Decision(), talk


def _correct(
    event: DataAct, request: DataRequest, mine: tuple[Complaint, ...], talk: Conversation, world: World
) -> Done:
    """What is right takes the place of what was; that stays, sealed beside it or as the earlier wording."""
    decision = Decision()
    for each in mine:
        decision += _corrected(each, event, request, world)
    names = [say(f"privacy.field.{field}") for field in event.private]
    fields = {"request": requests.shown(request), "fields": listing(names), "moment": _moment(world)}
    return "correct", say_for(world.limits_at(request.lane), "privacy.answer.correct", **fields), decision, talk


def _corrected(about: Complaint, event: DataAct, request: DataRequest, world: World) -> Decision:
    private, data = dict(about.private), {"request": request.id, "fields": " ".join(event.private)}
    for field, right in event.private.items():
        if field == "statement":
            continue
        if private.get(field):
            private[f"{FORMER}{field}"] = private[field]
        private[field] = right
    after = replace(about, private=private, version=about.version + 1)
    if right := event.private.get("statement", ""):
        former = Revision(message="", at=world.now, before=about.statement, after=right)
        after = replace(after, statement=right, revisions=(*about.revisions, former))
    after = secrecy.clean(after) if after.withheld else after
    line = Entry(
        complaint=about.id,
        at=world.now,
        act="corrected",
        by=event.by,
        step=about.step,
        data=data,
        version=after.version,
    )
    return Decision(complaints=(after,), entries=(line,))


def _erase(event: DataAct, request: DataRequest, mine: tuple[Complaint, ...], talk: Conversation, world: World) -> Done:
    """What the law lets go goes at once; of what still runs, once it's over; of what's kept by hand, nothing."""
    limits, why = world.limits_at(request.lane), f"{ARTICLES['erase']} ({requests.shown(request)})"
    decision, told = Decision(), []
    world = changed(world, conversation=talk)
    for each in mine:
        number = name_of(each)
        if each.hold:
            told.append(say_for(limits, "privacy.erased.held", number=number))
        elif each.closed_at is None:
            after = replace(each, erase_asked=request.id, version=each.version + 1)
            decision += Decision(complaints=(after,))
            told.append(say_for(limits, "privacy.erased.open", number=number))
        else:
            standard = world.standard_of(each.standard)
            kinds = tuple(kind for kind in retention.KINDS if retention.holds(kind, each, standard))
            gone = retention.erase(each, kinds, why, world, by=event.by)
            decision += gone
            world = changed(world, conversation=decision.conversation or talk)
            told.append(say_for(limits, "privacy.erased.closed", number=number, files=len(gone.erased)))
    if talk.draft is not None:
        told.append(say_for(limits, "privacy.erased.draft", code=talk.draft.code))
    after_talk, cleared = _cleared(decision, why, world, mine)
    told += [say_for(limits, "privacy.erased.talk")] if cleared.erasures else []
    line = Erasure(complaint="", kind="request", rule=why, files=0, at=world.now)
    decision += Decision(erasures=(*cleared.erasures, line), erased=cleared.erased)
    fields = {"request": requests.shown(request), "moment": _moment(world), "lines": "\n".join(told)}
    return "erase", say_for(limits, "privacy.answer.erase", **fields), decision, after_talk


def _cleared(decision: Decision, why: str, world: World, mine: tuple[Complaint, ...]) -> tuple[Conversation, Decision]:
    """What was said outside any report goes too, where no report runs and none is being told."""
    talk = world.conversation
    assert talk is not None
    if talk.draft is not None or any(each.closed_at is None or each.hold for each in mine):
        return talk, Decision()
    newer = {**world.complaints, **{each.id: each for each in decision.complaints}}
    cleared = retention.clear(talk, why, changed(world, complaints=newer))
    return cleared.conversation or talk, cleared


def _restrict(_: DataAct, request: DataRequest, mine: tuple[Complaint, ...], talk: Conversation, world: World) -> Done:
    """Name and contact are hidden from the desk on what still runs; who the office trusts may open them, recorded."""
    decision = Decision()
    for each in mine:
        if each.closed_at is None and not each.withheld:
            try:
                hidden = Act(kind="withhold", by="citizen", private=secrecy.account(talk.private))
                decision += complaint.apply(each, hidden, world)
            except complaint.Refused:
                continue
    roles = secrecy.roles(world.office.standard)
    fields = {"request": requests.shown(request), "moment": _moment(world), "roles": roles}
    return "restrict", say_for(world.limits_at(request.lane), "privacy.answer.restrict", **fields), decision, talk


def _refuse(event: DataAct, request: DataRequest, _: tuple[Complaint, ...], talk: Conversation, world: World) -> Done:
    """With the reason, and with where to turn."""
    fields = {"request": requests.shown(request), "moment": _moment(world), "text": event.text.rstrip(".")}
    contact = notice.contact(world.office.standard) or world.office.standard.office.name
    text = say_for(world.limits_at(request.lane), "privacy.answer.refuse", contact=contact, **fields)
    return "refuse", text, Decision(), talk


_ACTS: Mapping[str, Callable[[DataAct, DataRequest, tuple[Complaint, ...], Conversation, World], Done]] = {
    "copy": _copy,
    "correct": _correct,
    "erase": _erase,
    "restrict": _restrict,
    "refuse": _refuse,
}
