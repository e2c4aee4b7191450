"""Keeps watch over one mailbox: takes mail in a few at a time, and moves away what is known to be stored."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from channels.email import cursor as cursors
from channels.email.cursor import Cursor
from channels.email.patience import Patience
from channels.email.payload import Taken, packed
from channels.email.session import FAILURES, Item, LoginRefused, Session, connected, failure, is_lost
from channels.settings import EmailSettings
from workflow.message import SendError

_log = structlog.get_logger("mailbox")

BATCH_MAILS = 8
BATCH_BYTES = 2_000_000
BEGINNING_BYTES = 5_000_000  # of a mail that's longer than is taken: its words, and the attachments that end there
IDLE_S = 55.0  # NAT and providers forget an idle connection after a few minutes; IDLE is only a hint anyway
BLIND_S = 15.0  # between two looks where the server has no IDLE
TIMEOUT_S = 20.0
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 300.0
_LOCKED_OUT_S = 300.0  # after a refused login; servers lock an account after a few of them
_LONGEST_LOCKED_OUT_S = 1800.0
_WAIT_AT_ONCE_S = 60.0  # whoever waits for us renews a lease in between
_TRIES = 5  # a mail the server can't hand out is left where it is after so many
_TOLD_EVERY = 100
_LOOKED_BACK = 200

Batch = tuple[list[bytes], str]


class Key(Protocol):
    """What opens the mailbox."""

    def secret(self) -> str:
        """The password, or a token that's still good for a while. Raises `SendError`."""
        ...

    def refused(self) -> None:
        """The server didn't take it."""
        ...


@dataclass(slots=True)
class Keeper:
    """The whole life of a mailbox in one thread, which alone calls `next`. `hang_up` may be called by any."""

    office: str
    settings: EmailSettings
    now: Callable[[], datetime]
    sort: Callable[[bytes], str]  # a payload -> the folder it belongs into, once it's stored
    key: Key
    idle_s: float = IDLE_S
    timeout_s: float = TIMEOUT_S
    waiting: int = 0  # mails that are seen and not yet handed over
    stopped: threading.Event = field(default_factory=threading.Event)
    _session: Session | None = None
    _entered_with: str = ""
    _cursor: Cursor | None = None
    _handed: tuple[str, dict[int, str]] | None = None  # the last batch: its cursor, and where its mails belong
    _to_move: dict[int, str] = field(default_factory=dict)  # mails that are stored
    _done: set[int] = field(default_factory=set)  # mails of the folder that need nothing more
    _queue: list[int] = field(default_factory=list)
    _failed: dict[int, int] = field(default_factory=dict)
    _failures: int = 0
    _pause_left_s: float = 0.0
    _taken: int = 0
    _troubles: dict[str, str] = field(default_factory=dict)
    _patience: Patience = field(init=False)

    def __post_init__(self) -> None:
        """Know how long the server may take."""
        self._patience = Patience(self.timeout_s)

    @property
    def trouble(self) -> str:
        """Why it doesn't work now, or what stays in the folder; "" where all is well."""
        return "; ".join(self._troubles.values())

    @property
    def _box(self) -> str:
        return f"{self.settings.imap.user} {self.settings.inbox}"

    def next(self, after: str) -> Batch:
        """The next mails, within about a minute; none if there are none. `after` is the cursor that is stored.

        Raises `SendError`; then the next call waits first, longer each time.
        """
        self._agree(after)
        if self._pause_left_s > 0:
            return self._rest(after)
        try:
            session, fresh = self._entered(after)
            if fresh:  # where we begin must be stored before anything else happens
                return [], self._text(after)
            with self._patience.lasting(further_s=self.idle_s):
                self._tidy(session)
                if not self._look(session):
                    self._wait(session)
                    self._look(session)
            batch = self._take(session)
        except LoginRefused as error:
            raise self._unwelcome(str(error)) from None
        except SendError as error:
            raise self._broken(error) from None
        except FAILURES as error:
            raise self._broken(failure(error)) from None
        self._failures = 0
        return batch if batch[0] else ([], self._text(after))

    def hang_up(self) -> None:
        """End it all at once, whatever it's waiting for."""
        self.stopped.set()
        if (session := self._session) is not None:
            session.hang_up()

    def leave(self) -> None:
        """Let the connection go."""
        if (session := self._session) is not None:
            self._session = None
            self._hear(session)
            session.close()
        self._patience.let_go()

    def _hear(self, session: Session) -> None:
        for said in session.warnings():
            _log.warning("the mail server says", office=self.office, said=said)

    # --- failing ------------------------------------------------------------------------------------------------------

    def _rest(self, after: str) -> Batch:
        pause_s = min(self._pause_left_s, _WAIT_AT_ONCE_S)
        self._pause_left_s -= pause_s
        self.stopped.wait(pause_s)
        return [], self._text(after)

    def _broken(self, error: SendError) -> SendError:
        self.leave()
        self._failures += 1
        self._pause_left_s = self._jitter(min(_FIRST_PAUSE_S * 2.0 ** (self._failures - 1), _LONGEST_PAUSE_S))
        self._troubles["link"] = error.reason
        return error

    def _unwelcome(self, said: str) -> SendError:
        self.leave()
        self._failures += 1
        self._pause_left_s = self._jitter(min(_LOCKED_OUT_S * 2.0 ** (self._failures - 1), _LONGEST_LOCKED_OUT_S))
        reason = self._troubles["link"] = f"IMAP login refused: {said}"
        self.key.refused()
        _log.error("the mailbox doesn't let us in", office=self.office, said=said, pause_s=self._pause_left_s)
        return SendError("misconfigured", reason)

    def _jitter(self, seconds: float) -> float:
        """A fifth more or less, so that the mailboxes of one server aren't all tried again at once."""
        drawn = zlib.crc32(f"{self._box} {self._failures}".encode()) % 1000
        return seconds * (0.8 + 0.4 * drawn / 1000)

    # --- entering -----------------------------------------------------------------------------------------------------

    def _agree(self, after: str) -> None:
        """What was handed over last is stored if its cursor is; otherwise it's as if it had never been fetched."""
        if self._handed is not None:
            text, mails = self._handed
            self._handed = None
            if text == after:
                self._to_move.update(mails)
                self._done.update(mails)
                return
            self._queue = []
        elif self._cursor is not None and self._cursor.text() == after:
            return
        self._cursor = cursors.read(after, self._box)

    def _entered(self, after: str) -> tuple[Session, bool]:
        """An open session, and whether the cursor is a new one."""
        secret = self.key.secret()
        if self._session is not None and secret != self._entered_with:
            self.leave()  # a token is renewed before it ends, and the session with it
        if self._session is not None and self._cursor is not None:
            return self._session, False
        session = self._session
        if session is None:
            session = connected(self.settings.imap, self.settings.inbox, secret=secret, patience=self._patience)
            self._session, self._entered_with, self._queue = session, secret, []
            if self.stopped.is_set():  # asked to while it was being connected
                raise SendError("down", "stopped")
            self._troubles.pop("link", None)
        before = self._cursor
        if before is None:
            with self._patience.lasting():
                newest = session.newest(_LOOKED_BACK)
            newest = min(newest, self.now()) if newest else None
            self._cursor = cursors.begin(self._box, session.validity, session.next_uid, newest, self.settings.since)
        elif before.validity != session.validity:
            _log.warning("the mailbox was made anew: it's looked through again", office=self.office)
            self._cursor = cursors.renewed(before, session.validity, session.next_uid)
            self._to_move, self._done, self._failed = {}, set(), {}
        return session, self._cursor is not before and self._text(after) != after

    def _text(self, after: str) -> str:
        return self._cursor.text() if self._cursor is not None else after

    # --- looking ------------------------------------------------------------------------------------------------------

    def _look(self, session: Session) -> bool:
        """Whether there's mail to take."""
        if not self._queue and self._cursor is not None:
            self._hear(session)
            session.noop()
            here = [uid for uid in session.search(self._cursor.search()) if uid >= self._cursor.first]
            self._done.intersection_update(here)
            new = [uid for uid in here if uid not in self._done]
            # A mail that broke the connection again stands behind the others; once may be any mail's bad luck, and a
            # person's mails keep their order.
            self._queue = sorted(new, key=lambda uid: (max(0, self._failed.get(uid, 0) - 1), uid))
        self.waiting = len(self._queue)
        return bool(self._queue)

    def _wait(self, session: Session) -> None:
        if "IDLE" in session.capabilities:
            session.idle(self.idle_s)
        else:
            self.stopped.wait(min(BLIND_S, self.idle_s))

    # --- taking -------------------------------------------------------------------------------------------------------

    def _take(self, session: Session) -> Batch:
        """The next few mails of the queue, and the cursor that says they're stored."""
        cursor = self._cursor
        payloads: list[bytes] = []
        mails: dict[int, str] = {}
        received: list[datetime] = []
        size_bytes = 0
        while cursor is not None and self._queue and not payloads:
            lot = self._queue[:BATCH_MAILS]
            with self._patience.lasting():
                items = session.items(lot)
            for uid in lot:
                item = items.get(uid)
                size_bytes += self._taken_bytes(item) if item else 0
                if payloads and size_bytes > BATCH_BYTES:
                    break
                if item is None or cursor.is_old(uid, item.received):
                    self._done.add(uid)  # gone, or no business of ours
                else:
                    try:
                        payload = self._payload(session, item)
                    except FAILURES:
                        if not payloads:
                            raise
                        self.leave()  # what was fetched before is good
                        break
                    if payload is not None:
                        payloads.append(payload)
                        received.append(item.received)
                        mails[uid] = self._folder(payload)
                self._queue.remove(uid)
        self.waiting = len(self._queue)
        if cursor is None or not payloads:
            return [], ""
        self._cursor = cursor.passed(list(mails), received, self.now())
        self._handed = self._cursor.text(), mails
        self._tell(len(payloads))
        return payloads, self._handed[0]

    @property
    def _largest_bytes(self) -> int:
        return self.settings.largest_mb * 1_000_000

    def _taken_bytes(self, item: Item) -> int:
        """The whole of a mail, or the beginning of one that's too long: reading takes its bytes many times over."""
        if item.size_bytes <= self._largest_bytes:
            return item.size_bytes
        return min(self._largest_bytes, BEGINNING_BYTES)

    def _payload(self, session: Session, item: Item) -> bytes | None:
        """The mail, or None if it isn't to be had. One that ends the connection again and again is left alone."""
        tried = self._failed[item.uid] = self._failed.get(item.uid, 0) + 1
        if tried > _TRIES:
            self._done.add(item.uid)
            self._troubles["fetch"] = f"the server can't hand out mail {item.uid} of {self.settings.inbox}"
            _log.error("a mail can't be fetched and is left where it is", office=self.office, uid=item.uid)
            return None
        with self._patience.lasting(size_bytes=self._taken_bytes(item)):
            raw = session.body(item, self._taken_bytes(item))
        del self._failed[item.uid]
        if raw is None:
            self._done.add(item.uid)
            return None
        taken = Taken(
            folder=self.settings.inbox,
            validity=session.validity,
            uid=item.uid,
            at=item.received,
            size_bytes=item.size_bytes,
            whole=item.size_bytes <= self._largest_bytes,
        )
        return packed(taken, raw)

    def _folder(self, payload: bytes) -> str:
        """Where it belongs. Whatever a mail does to who reads it, it ends in the folder of failed ones."""
        try:
            return self.sort(payload)
        except Exception as error:  # noqa: BLE001 - it's stored all the same, and an operator sees it
            _log.warning("a mail can't be read", office=self.office, error=type(error).__name__)
            return self.settings.failed

    def _tell(self, count: int) -> None:
        before, self._taken = self._taken, self._taken + count
        if before // _TOLD_EVERY != self._taken // _TOLD_EVERY:
            _log.info("mail is taken in", office=self.office, taken=self._taken, waiting=self.waiting)

    # --- tidying ------------------------------------------------------------------------------------------------------

    def _tidy(self, session: Session) -> None:
        """Move what is stored. What can't be moved stays, and is tried again; it isn't taken a second time."""
        for folder, uids in _by_folder(self._to_move).items():
            try:
                session.move(uids, folder)
            except FAILURES as error:
                if is_lost(error):
                    raise
                session.made.clear()  # it may have been deleted or renamed
                self._troubles["move"] = f"mail can't be moved to {folder}: {failure(error).reason}"
                _log.warning("mail can't be moved", office=self.office, folder=folder, error=failure(error).reason)
                continue
            for uid in uids:
                del self._to_move[uid]
        if not self._to_move:
            self._troubles.pop("move", None)


def _by_folder(mails: Mapping[int, str]) -> dict[str, Collection[int]]:
    found: dict[str, list[int]] = {}
    for uid, folder in mails.items():
        found.setdefault(folder, []).append(uid)
    return dict(found)
