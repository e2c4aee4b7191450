"""The long notice that UU 27/2022 (Pasal 21) asks for: its words for an office and a channel, and their version.

The version is a hash of the very words, so that what somebody was shown can be printed years later: the words of every
version that was shown are kept beside it. The short notice in the talk names it, and so does whoever typed PRIVASI.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from workflow.conversation import Draft
from workflow.message import Limits
from workflow.procedure.case import Case
from workflow.record import Complaint, Entry
from workflow.say import UnknownWords, channel_name, say, say_for
from workflow.standard.standard import Standard
from workflow.world import Decision, Shown

ACT = "notice"
"""The line of the record: which version was shown, where, when, and which act followed."""
ON, READ = "notice_on", "notice_read"
"""`Draft.extra`: the channel on which it was shown, and when the long words were asked for."""
CONSENT = "consent"
"""`Draft.extra`: what was answered where the office asks for SETUJU: y or n."""

_FOLLOWED = {"y": "agreed", "n": "declined"}
_HOURS_OF_DAY = 24


def contact(standard: Standard) -> str:
    """Who answers questions about personal data: as the office wrote it, else its published telephone and address."""
    published = [each.value for each in standard.channels if each.kind in ("phone", "email") and each.value]
    return standard.privacy.contact or ", ".join(published)


def within(standard: Standard) -> str:
    """The time the law gives for an answer about one's own data: "3 x 24 jam"."""
    days, rest = divmod(standard.escalation.data_request_hours, _HOURS_OF_DAY)
    return say("privacy.hours", n=standard.escalation.data_request_hours) if rest else say("privacy.days", n=days)


def shown(standard: Standard, channel: str, limits: Limits, things: list[str]) -> Shown:
    """The whole notice: who, by which law, for what, which data, where it goes, how long, which rights, whom to ask.

    It ends in its version, a hash of all that stands before it; not where every letter costs.
    """
    keep = standard.privacy.retention_days
    words = say_for(
        limits,
        "privacy.long",
        office=standard.office.name,
        things=say("privacy.things", list=", ".join(things)) if things else "",
        channel=_abroad(channel),
        identity=keep.identity,
        media=keep.media,
        messages=keep.messages,
        contact=say("privacy.contact", contact=found) if (found := contact(standard)) else "",
        time=within(standard),
    )
    version = hashlib.sha256(words.encode()).hexdigest()[:12]
    named = "" if limits.short else " " + say("privacy.version", version=version)
    return Shown(version=version, channel=channel, text=words + named)


def _abroad(channel: str) -> str:
    """Who carries the messages of this channel, and that they may lie abroad (UU 27/2022, Pasal 56)."""
    try:
        return say(f"privacy.via.{channel}")
    except UnknownWords:
        return say("privacy.via.other", name=channel_name(channel))


def followed(draft: Draft, complaint: Complaint) -> tuple[Entry, ...]:
    """The line of a report that was confirmed after a notice; () where none was due before."""
    if not draft.notice or draft.notice_at is None:
        return ()
    data = {
        "version": draft.notice,
        "at": draft.notice_at.isoformat(),
        "on": draft.extra.get(ON, ""),
        "followed": _FOLLOWED.get(draft.extra.get(CONSENT, ""), "went_on"),
    }
    read = {"read_at": at} if (at := draft.extra.get(READ, "")) else {}
    return (_line(complaint, complaint.confirmed_at, data | read),)


def _line(complaint: Complaint, at: datetime, data: dict[str, str]) -> Entry:
    return Entry(complaint=complaint.id, at=at, act=ACT, by="system", data=data, version=complaint.version)


def after_receipt(case: Case) -> str:
    """Where nothing personal is asked, the short words below the receipt; which version they stand for is recorded."""
    to = case.complaint.citizen
    what = shown(case.standard, to.channel if to else "", case.limits, [])
    case.set(notice=what.version, notice_at=case.now)
    case.notices.append(what)
    data = {"version": what.version, "at": case.now.isoformat(), "on": what.channel, "followed": "after_receipt"}
    case.entries.append(_line(case.complaint, case.now, data))
    return say_for(case.limits, "telling.data_notice")


def of_draft(draft: Draft) -> str:
    """What is said of the notice where a draft is deleted: which version was shown, or that none was."""
    return f"notice {draft.notice}" if draft.notice else "no notice"


def kept(what: Shown) -> Decision:
    """The words of a version that was shown just now."""
    return Decision(notices=(what,))
