"""The last column of the register: returns, referral, withdrawal, who acted for whom, what was corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from workflow.books.trail import Trail
from workflow.clocks.when import say_short_date
from workflow.procedure.stages import has_act
from workflow.record import Complaint
from workflow.say import UnknownWords, say
from workflow.standard.standard import Standard


def remarks(complaint: Complaint, trail: Trail, standard: Standard, zone: ZoneInfo) -> str:
    """All that's to be remarked on a complaint, in the order in which an official reads it."""
    said = [
        *_kind(complaint),
        *_way(complaint, trail, zone),
        *_people(complaint, trail, standard),
        *_corrections(trail, zone),
        *_after(complaint, zone),
    ]
    return "; ".join(dict.fromkeys(said))


def _kind(complaint: Complaint) -> Iterator[str]:
    if complaint.confidential:
        yield say("books.remarks.confidential")
    if complaint.withheld:
        yield say("withheld.remark")
    if complaint.kind == "suggestion":
        yield say("books.remarks.suggestion")


def _way(complaint: Complaint, trail: Trail, zone: ZoneInfo) -> Iterator[str]:
    """What became of it on its way through the office."""
    secret = complaint.confidential
    yield from (say("books.remarks.asked", moment=_day(at, zone)) for at in trail.asked)
    if trail.returns > 0:
        yield say("books.remarks.returned", n=trail.returns)
    if complaint.closed_as == "refused" and trail.refused is not None:
        moment = _day(trail.refused.at, zone)
        hidden = say("books.remarks.refused_hidden", moment=moment)
        yield hidden if secret else say("books.remarks.refused", moment=moment, text=trail.refused.text)
    if complaint.closed_as == "referred":
        yield _referred(complaint)
    if complaint.closed_as == "withdrawn" and complaint.closed_at is not None:
        which = "lapsed" if complaint.lapsed_at is not None else "withdrawn"
        yield say(f"books.remarks.{which}", moment=_day(complaint.lapsed_at or complaint.closed_at, zone))
    earlier = [at for at in trail.answers if at != complaint.answered_at]
    yield from (say("books.remarks.answered_before", moment=_day(at, zone)) for at in earlier)
    yield from (say("books.remarks.reopened", moment=_day(at, zone)) for at in trail.reopened)
    if complaint.told_late:
        yield say("books.remarks.told_late", n=complaint.told_late)


def _referred(complaint: Complaint) -> str:
    if complaint.confidential:
        return say("books.remarks.referred_hidden")
    where, tracking = complaint.referred_to, complaint.referred_tracking
    if tracking:
        return say("books.remarks.referred_tracking", text=where, tracking=tracking)
    return say("books.remarks.referred", text=where)


def _people(complaint: Complaint, trail: Trail, standard: Standard) -> Iterator[str]:
    """Who drafted and who signed, who stood in for whom, and what was entered for somebody."""
    if trail.both is not None and trail.both.name:
        why = "" if complaint.confidential else trail.both.data["why_both"]
        yield say("books.remarks.both", name=trail.both.name, text=why).rstrip(": ")
    elif trail.signer and trail.drafter:
        yield say("books.remarks.signed_both", signer=trail.signer, drafter=trail.drafter)
    elif trail.signer:
        yield say("books.remarks.signed", name=trail.signer)
    elif trail.approver and not has_act(standard, "sign"):
        key = "books.remarks.approved_both" if trail.drafter else "books.remarks.approved"
        yield say(key, name=trail.approver, drafter=trail.drafter)
    for entry in trail.stood_in:
        yield say(
            "books.remarks.standing_in",
            act=act_word(entry.act),
            name=entry.name,
            standing=standing_word(entry.data["standing_in"], standard),
        )
    for entry in trail.entered:
        name, how = entry.data.get("entered_name", ""), entry.data.get("how", "")
        fields = {"act": act_word(entry.act), "name": name}
        known = how in ("phone", "sheet", "said")
        key = "books.remarks.entered_how" if known else "books.remarks.entered_for"
        yield say(key, how=say(f"books.how.{how}") if known else "", **fields)
    for entry in trail.objections:
        yield say("books.remarks.objected", name=entry.name, act=act_word(entry.data.get("to_act", "")))
    for entry in trail.shared:
        yield say("books.remarks.shared", act=act_word(entry.act), name=entry.data["shared"])


def _corrections(trail: Trail, zone: ZoneInfo) -> Iterator[str]:
    yield from (say("books.remarks.edited", moment=_day(at, zone)) for at in trail.edited)
    for at, act in trail.undone:
        yield say("books.remarks.undone", moment=_day(at, zone), act=act_word(act))
    yield from (say("books.remarks.reworded", moment=_day(at, zone)) for at in trail.reworded)


def _after(complaint: Complaint, zone: ZoneInfo) -> Iterator[str]:
    """What the citizen said of the answer; silence says nothing."""
    if complaint.satisfied == "yes":
        yield say("books.remarks.satisfied")
    elif complaint.satisfied == "no":
        yield say("books.remarks.unsatisfied")
    if complaint.archived_at is not None:
        yield say("books.remarks.archived", moment=_day(complaint.archived_at, zone))


def act_word(act: str) -> str:
    """What an act is called in a book."""
    try:
        return say(f"books.act.{act}")
    except UnknownWords:
        return say("books.act.other")


def standing_word(standing: str, standard: Standard) -> str:
    """The role that was stood in for, as it's written: "Plt. Camat" for "plt:camat"."""
    kind, _, role = standing.partition(":")
    label = standard.roles[role].label if role in standard.roles else role
    return f"{kind.capitalize()}. {label}" if label else kind


def _day(at: datetime, zone: ZoneInfo) -> str:
    return say_short_date(at.astimezone(zone).date())
