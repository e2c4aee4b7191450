"""How far a mailbox was read. Pure; the database's keys are the truth, this only saves work and spares old mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from msgspec.structs import replace

# Doublets are known by their keys for two weeks (bot/tidying.py): what is older isn't offered a second time.
REPEATABLE = timedelta(days=10)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Cursor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Stored with every batch: if it comes back, that batch is safe."""

    box: str  # account and folder
    validity: int
    first: int  # mail with a smaller UID was there before us: never touched
    last: int = 0  # the largest UID handed over
    begun: datetime | None = None  # what was received up to then was there before us ...
    found: int = 0  # ... if its UID is smaller than this; whatever came into the folder since then is new
    newest: datetime | None = None  # when the newest mail handed over was received
    turn: int = 0  # of the batch, so that no two batches have the same cursor

    def text(self) -> str:
        """As it's stored."""
        return msgspec.json.encode(self).decode()

    def passed(self, uids: Sequence[int], received: Sequence[datetime], now: datetime) -> Cursor:
        """The cursor of the next batch, with these mails. A time of receipt in the future is somebody's mistake."""
        times = [min(each, now) for each in received] + ([self.newest] if self.newest else [])
        newest = max(times) if times else None
        return replace(self, last=max([self.last, *uids]), newest=newest, turn=self.turn + 1)

    def is_old(self, uid: int, received: datetime) -> bool:
        """Whether a mail was there before us, or was handed over so long ago that its doublet would pass for new."""
        if self.begun is not None and uid < self.found and received <= self.begun:
            return True
        return uid <= self.last and self.newest is not None and received < self.newest - REPEATABLE

    def search(self) -> str:
        """What to ask the server for (RFC 3501, 6.4.4). `n:*` gives the last mail even if its UID is smaller."""
        if self.begun is None or self.found <= self.first:
            return f"UID {self.first}:*"
        day = (self.begun - timedelta(days=1)).date()  # SINCE knows days only, in whatever zone
        since = f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        return f"OR (UID {self.first}:{self.found - 1} {since}) UID {self.found}:*"


def read(text: str, box: str) -> Cursor | None:
    """The stored cursor; None if there's none, or none of this mailbox."""
    try:
        found = msgspec.json.decode(text, type=Cursor)
    except msgspec.MsgspecError:
        return None
    return found if found.box == box else None


def begin(box: str, validity: int, next_uid: int, newest: datetime | None, since: str) -> Cursor:
    """The first cursor of a mailbox: from now on, or from a day on (YYYY-MM-DD). Old mail is never answered."""
    if since:
        day = datetime.combine(date.fromisoformat(since), time(), UTC) - timedelta(seconds=1)
        return Cursor(box=box, validity=validity, first=1, begun=day, found=next_uid)
    return Cursor(box=box, validity=validity, first=next_uid, begun=newest, found=next_uid)


def renewed(before: Cursor, validity: int, next_uid: int) -> Cursor:
    """The cursor of a mailbox whose UIDs all mean something else now: what is there is judged by its date."""
    known = [] if before.newest is None else [before.newest - REPEATABLE]
    moments = known + ([before.begun] if before.begun else [])
    begun = max(moments) if moments else None
    turn = before.turn + 1
    return Cursor(
        box=before.box, validity=validity, first=1, begun=begun, found=next_uid, newest=before.newest, turn=turn
    )


def moment(text: str) -> datetime:
    """An INTERNALDATE such as "17-Jul-1996 02:44:25 -0700"; without a zone it's taken as UTC. Raises `ValueError`."""
    day, clock, *zone = text.split()
    number, month, year = day.split("-")
    hour, minute, second = (int(part) for part in clock.split(":"))
    found = datetime(int(year), _MONTHS.index(month.capitalize()) + 1, int(number), hour, minute, second, tzinfo=UTC)
    if not zone:
        return found
    sign = -1 if zone[0].startswith("-") else 1
    return found - sign * timedelta(hours=int(zone[0][1:3]), minutes=int(zone[0][3:5]))
