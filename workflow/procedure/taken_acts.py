"""What a clerk adds to a complaint they wrote down for somebody: whose it is, when and how it came, for whom it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import get_args

from workflow.happening import WrittenDown
from workflow.message import Address
from workflow.procedure import secrecy, telling
from workflow.procedure.acted import words_of
from workflow.procedure.case import Case, Refused
from workflow.record import Act, Complaint, Source

NUMBER = re.compile(r"\+?[\d\s().-]{8,20}")
MOBILE = "+628"
_TRACKING = re.compile(r"#?\s*(\d{4,12})")
RELATION_CHARACTERS = 60


def phone(text: str) -> str:
    """A telephone number of Indonesia as +62..., "" for anything else."""
    if NUMBER.fullmatch(text.strip()) is None:
        return ""
    digits = re.sub(r"\D", "", text)
    local = digits.removeprefix("62") if digits.startswith("62") else digits.removeprefix("0")
    return f"+62{local}" if 8 <= len(local) <= 12 and (digits.startswith(("0", "62")) or local.startswith("8")) else ""


def is_written_down(complaint: Complaint) -> bool:
    """Whether a clerk wrote it down for somebody, rather than that it came by a chat."""
    return complaint.source != "chat"


def _identify(case: Case, act: Act) -> None:
    """Name, address, telephone and numbers, typed by a petugas in private; the record doesn't repeat them."""
    if act.private and not act.text.strip():
        case.set(private={**case.complaint.private, **act.private})
        case.record("identify", numbers=" ".join(sorted(act.private)))
        return
    name, *more = (" ".join(line.split()) for line in words_of(act).splitlines() if line.strip())
    numbers = [number for line in more if (number := phone(line))]
    address = ", ".join(line for line in more if not phone(line))
    before = case.complaint.private.get("phone", "")
    private = {**case.complaint.private, **act.private, "name": name}
    private |= {"address": address} if address else {}
    private |= {"phone": numbers[0]} if numbers else {}
    case.set(private=private)
    case.record("identify", **({"with": "phone"} if numbers else {}))
    if numbers and numbers[0] != before:
        _leave(case, before)
        _reach(case, numbers[0])


def _leave(case: Case, number: str) -> None:
    """Another number was typed than before: nothing more goes to whoever has the first one."""
    lane = case.complaint.citizen
    if lane is None or not number or lane.chat != number or not is_written_down(case.complaint):
        return
    case.set(citizen=None)
    case.posts.append((lane, WrittenDown(chat=lane, at=case.now, complaint=case.complaint.id, theirs=False)))


def _reach(case: Case, number: str) -> None:
    """From now on the office's words go to this telephone, where it has a channel that reaches one."""
    complaint = case.complaint
    channel = next((name for name, limits in sorted(case.world.limits_of.items()) if limits.short), "")
    if not channel or not number.startswith(MOBILE) or not is_written_down(complaint) or complaint.citizen is not None:
        return
    lane = Address(case.world.office.id, channel, number)
    case.set(citizen=lane, receipt_at=None)
    case.posts.append((lane, WrittenDown(chat=lane, at=case.now, complaint=complaint.id)))
    case.record("reach", by="system", channel=channel)
    if not complaint.number:
        telling.opened(case)


def _source(case: Case, act: Act) -> None:
    """How a complaint that a clerk wrote down came to the office."""
    source = act.data.get("arg", "")
    if not is_written_down(case.complaint) or source not in get_args(Source) or source == "chat":
        raise Refused("desk.refused.unknown")
    case.set(source=source, tracking=case.complaint.tracking if source == "lapor" else "")
    case.record("source", source=source)


def _tracking(case: Case, act: Act) -> None:
    """The SP4N-LAPOR! tracking id it came with."""
    found = _TRACKING.fullmatch(words_of(act))
    if found is None or not is_written_down(case.complaint):
        raise Refused("desk.refused.no_tracking")
    case.set(source="lapor", tracking=found[1])
    case.record("tracking", tracking=found[1])


def _received(case: Case, act: Act) -> None:
    """When it reached the office: a letter of yesterday is written down today. No clock is moved by it."""
    at = act.data.get("at", "")
    moment = datetime.fromisoformat(at) if at else case.now
    if not is_written_down(case.complaint) or not at or moment > case.now:
        raise Refused("desk.refused.no_day")
    case.set(received_at=moment)
    case.record("received", at=at)


def _behalf(case: Case, act: Act) -> None:
    """For whom it is reported: their name is sealed, their relation to whoever reports is not."""
    name, _, relation = words_of(act).partition("\n")
    if not relation.strip():
        raise Refused("desk.refused.no_relation")
    case.set(
        private={**case.complaint.private, "behalf_name": " ".join(name.split())},
        behalf=" ".join(relation.split())[:RELATION_CHARACTERS],
    )
    case.record("behalf", relation=case.complaint.behalf)


TAKEN_ACTS: Mapping[str, Callable[[Case, Act], None]] = {
    "identify": _identify,
    "source": _source,
    "tracking": _tracking,
    "received": _received,
    "behalf": _behalf,
    "withhold": secrecy.withhold,
    "unwithhold": secrecy.unwithhold,
}
"""The acts of a clerk who writes down what somebody said, phoned or wrote on paper."""
