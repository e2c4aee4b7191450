"""The whole text of a mail beside the new words in it: kept, bounded, and put into the record of what it's about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from workflow.conversation import Saying
from workflow.identity import mask
from workflow.message import Message
from workflow.record import Complaint, Entry
from workflow.world import Decision

WHOLE_BYTES = 20_000
NEWEST = 5
"""Of so many mails outside a complaint the whole text stays in reach; of older ones it's in the sealed inbox only."""
MAIL = "mail"
"""The act under which a whole mail stands in the record."""
MAILS = "mails"
"""What `Complaint.extra` counts them by."""


def of(message: Message) -> str:
    """Everything that stood in the mail, as far as it's kept, masked; "" where that's no more than its words."""
    whole = mask(message.whole).text
    if not whole.strip() or whole.strip() == message.text.strip():
        return ""
    return whole.encode()[:WHOLE_BYTES].decode("utf-8", "ignore")


def bounded(sayings: tuple[Saying, ...]) -> tuple[Saying, ...]:
    """The sayings with the whole text of the newest mails only, each mail once."""
    known: set[str] = set()
    kept: list[Saying] = []
    for saying in reversed(sayings):
        if saying.whole and (saying.message in known or len(known) >= NEWEST):
            saying = replace(saying, whole="")  # noqa: PLW2901 - the same one without it
        elif saying.whole:
            known.add(saying.message)
        kept.append(saying)
    return tuple(reversed(kept))


def filed(complaint: Complaint, now: datetime) -> tuple[Complaint, tuple[Entry, ...]]:
    """A complaint that begins: the whole mails of its story go into the record, out of what every act reads."""
    mails = [(each.message, each.at, each.whole) for each in complaint.sayings if each.whole]
    if not mails:
        return complaint, ()
    sayings = tuple(replace(each, whole="") for each in complaint.sayings)
    entries = tuple(_entry(complaint, message, at, whole, now) for message, at, whole in mails)
    return replace(complaint, sayings=sayings, extra={**complaint.extra, MAILS: str(len(mails))}), entries


def recorded(message: Message, decision: Decision, now: datetime) -> Decision:
    """A mail whose words went to registered complaints: its whole text goes into their records."""
    whole = of(message)
    if not whole:
        return Decision()
    about = _about(message.id, decision.entries)
    changed = [each for each in decision.complaints if each.id in about]
    return Decision(
        complaints=tuple(
            replace(each, extra={**each.extra, MAILS: str(int(each.extra.get(MAILS, "0")) + 1)}) for each in changed
        ),
        entries=tuple(_entry(each, message.id, message.at, whole, now) for each in changed),
    )


def _about(message: str, entries: Iterable[Entry]) -> set[str]:
    return {each.complaint for each in entries if each.by == "citizen" and each.data.get("message") == message}


def _entry(complaint: Complaint, message: str, at: datetime, whole: str, now: datetime) -> Entry:
    return Entry(
        complaint=complaint.id,
        at=now,
        act=MAIL,
        by="citizen",
        step=complaint.step,
        text=whole,
        data={"message": message, "at": at.isoformat()},
        version=complaint.version,
    )
