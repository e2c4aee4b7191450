"""A mailbox in memory that speaks IMAP's own lines to imaplib: no socket, no thread, nothing that waits."""

from __future__ import annotations

import imaplib
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_UIDS = re.compile(r"(\d+):(\d+|\*)")
_CAPABILITIES = "IMAP4rev1 UIDPLUS MOVE"
_ALONE = re.compile(rb"^(\S+) (?:UID )?([A-Z]+) ?(.*)$", re.IGNORECASE)


@dataclass
class Mailbox:
    """One account: mails by folder, and their UIDs, which only ever grow."""

    user: str
    password: str
    validity: int = 1
    next_uid: int = 1
    folders: dict[str, dict[int, tuple[bytes, datetime]]] = field(default_factory=lambda: {"INBOX": {}})
    trouble: Callable[[], str] = lambda: ""  # asked at each connection and at each mail handed out: what goes wrong now
    before: Callable[[], None] = lambda: None  # called when somebody looks: what's new comes in

    def put(self, raw: bytes, at: datetime) -> int:
        """A mail comes in; its UID."""
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        self.folders["INBOX"][uid] = raw, at
        return uid

    def renumber(self) -> None:
        """The folder was made anew, from a copy: every UID means another mail now."""
        stored, self.validity, self.next_uid = self.folders["INBOX"], self.validity + 1, 1
        self.folders["INBOX"] = {}
        for raw, at in stored.values():
            self.put(raw, at)


class Line:
    """What imaplib takes for its socket and its file: the other end answers at once."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._talk = _Talk(mailbox)
        self._said = bytearray(b"* OK [CAPABILITY " + _CAPABILITIES.encode() + b"] siap\r\n")
        self._heard = b""
        self._over = False

    # --- a socket -----------------------------------------------------------------------------------------------------

    def makefile(self, _: str) -> Line:
        """Itself."""
        return self

    def sendall(self, data: bytes) -> None:
        """A command, or a part of one."""
        if self._over:
            raise BrokenPipeError
        self._heard += data
        while b"\r\n" in self._heard:
            line, self._heard = self._heard.split(b"\r\n", 1)
            for said in self._talk.answer(line):
                if said is None:
                    self._over = True
                    return
                self._said += said

    def shutdown(self, _: int) -> None:
        """The connection is ended."""
        self._over = True

    def setsockopt(self, *_: object) -> None:
        """Nothing to set."""

    def close(self) -> None:
        """Nothing to let go."""

    # --- a file -------------------------------------------------------------------------------------------------------

    def readline(self, _: int = -1) -> bytes:
        """One line; b"" at the end of all."""
        end = self._said.find(b"\n") + 1
        if not end and not self._over:
            raise TimeoutError("timed out")
        return self.read(end or len(self._said))

    def read(self, size: int) -> bytes:
        """So many octets."""
        found = bytes(self._said[:size])
        del self._said[:size]
        return found


@dataclass
class _Talk:
    """One conversation."""

    mailbox: Mailbox
    inside: bool = False

    @property
    def _here(self) -> dict[int, tuple[bytes, datetime]]:
        return self.mailbox.folders["INBOX"]

    def answer(self, line: bytes) -> Iterator[bytes | None]:
        """What the server says to a command; None: it hangs up."""
        found = _ALONE.match(line)
        assert found is not None, line
        tag, name, rest = found[1], found[2].decode().upper(), found[3].decode()
        if not self.inside and name not in ("CAPABILITY", "LOGIN", "LOGOUT"):
            yield tag + b" BAD belum masuk\r\n"
            return
        for said in getattr(self, f"_{name.lower()}")(rest):
            if isinstance(said, str) and said.startswith(("NO", "BAD")):
                yield tag + b" " + said.encode() + b"\r\n"
                return
            if said is None:
                yield None
                return
            yield said if isinstance(said, bytes) else said.encode() + b"\r\n"
        yield tag + b" OK selesai\r\n"

    # --- commands -----------------------------------------------------------------------------------------------------

    def _capability(self, _: str) -> Iterator[Any]:
        yield f"* CAPABILITY {_CAPABILITIES}"

    def _login(self, rest: str) -> Iterator[Any]:
        trouble = self.mailbox.trouble()
        if trouble == "broken":
            yield "NO [UNAVAILABLE] coba lagi nanti"
        elif trouble == "lost":
            yield "* BYE sedang diperbaiki"
            yield None
        elif rest.replace('"', "") != f"{self.mailbox.user} {self.mailbox.password}":
            yield "NO [AUTHENTICATIONFAILED] salah"
        self.inside = True

    def _select(self, _: str) -> Iterator[Any]:
        self.mailbox.before()
        yield "* FLAGS (\\Seen \\Deleted)"
        yield f"* {len(self._here)} EXISTS"
        yield "* 0 RECENT"
        yield f"* OK [UIDVALIDITY {self.mailbox.validity}] ya"
        yield f"* OK [UIDNEXT {self.mailbox.next_uid}] ya"

    def _noop(self, _: str) -> Iterator[Any]:
        if self.mailbox.trouble():
            yield None
        self.mailbox.before()
        yield f"* {len(self._here)} EXISTS"

    def _search(self, criteria: str) -> Iterator[Any]:
        here = sorted(self._here)
        wanted = {uid for first, last in _UIDS.findall(criteria) for uid in _within(here, int(first), last)}
        yield f"* SEARCH {' '.join(map(str, sorted(wanted)))}".rstrip()

    def _fetch(self, rest: str) -> Iterator[Any]:
        names, _, what = rest.partition(" ")
        numbers = {uid: nth for nth, uid in enumerate(sorted(self._here), 1)}
        if ":" in names:  # by their place in the folder
            uids = sorted(self._here)[int(names.partition(":")[0]) - 1 :]
        else:
            uids = [uid for each in names.split(",") if (uid := int(each)) in self._here]
        for uid in uids:
            raw, at = self._here[uid]
            if "BODY" in what:
                if self.mailbox.trouble():
                    yield f"* {numbers[uid]} FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw[: len(raw) // 2]
                    yield None
                yield f"* {numbers[uid]} FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"
            else:
                size = f'UID {uid} RFC822.SIZE {len(raw)} INTERNALDATE "{at:%d-%b-%Y %H:%M:%S %z}"'
                yield f"* {numbers[uid]} FETCH ({size})"

    def _move(self, rest: str) -> Iterator[Any]:
        names, _, folder = rest.partition(" ")
        target = self.mailbox.folders.get(folder.strip('"'))
        if target is None:
            yield "NO [TRYCREATE] tidak ada"
            return
        for uid in map(int, names.split(",")):
            if uid in self._here:
                number = sorted(self._here).index(uid) + 1
                target[uid] = self._here.pop(uid)
                yield f"* {number} EXPUNGE"

    def _list(self, rest: str) -> Iterator[Any]:
        name = rest.rpartition(" ")[2].strip('"')
        if name in self.mailbox.folders:
            yield f'* LIST () "/" "{name}"'

    def _create(self, rest: str) -> Iterator[Any]:
        self.mailbox.folders.setdefault(rest.strip('"'), {})
        yield from ()

    def _subscribe(self, _: str) -> Iterator[Any]:
        yield from ()

    def _logout(self, _: str) -> Iterator[Any]:
        yield "* BYE sampai jumpa"


def _within(here: list[int], first: int, last: str) -> Iterator[int]:
    """`n:*` gives the last mail even where its UID is smaller (RFC 3501, 6.4.8)."""
    if last != "*":
        yield from (uid for uid in here if first <= uid <= int(last))
        return
    found = [uid for uid in here if uid >= first]
    yield from found or here[-1:]


MAILBOXES: dict[int, Mailbox] = {}
"""By the port at which imaplib looks for them, on this machine."""

_real = imaplib.IMAP4._create_socket  # type: ignore[attr-defined]


def _create_socket(self: imaplib.IMAP4, timeout: float | None) -> Any:
    mailbox = MAILBOXES.get(self.port)
    if mailbox is None:
        return _real(self, timeout)
    if mailbox.trouble() == "refused":
        raise ConnectionRefusedError
    return Line(mailbox)


imaplib.IMAP4._create_socket = _create_socket  # type: ignore[attr-defined]
assert socket.SHUT_RDWR
