"""One connection to a mailbox: imap-tools with its traps filled in. Synchronous; one thread uses it."""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxStarttlsError, UnexpectedCommandStatusError
from imap_tools.utils import check_command_status, encode_folder

from channels.email.cursor import moment
from channels.email.idle import DrainingIdle
from channels.email.patience import Patience
from channels.email.servers import tls_context, unreachable
from channels.settings import MailServer
from workflow.message import SendError

FAILURES = (OSError, imaplib.IMAP4.error, ImapToolsError)

_KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_RECEIVED = re.compile(rb'\bINTERNALDATE "\s*([^"]+)"')
_NAMESPACE = re.compile(rb'^\(\("((?:[^"\\]|\\.)*)" (?:"|NIL)')
_DELETED = r"(\Deleted)"
_MOVED_AT_ONCE = 500  # a command is one line, and servers limit its length


class LoginRefused(Exception):
    """The server doesn't let us in: to try again soon would lock the account."""


@dataclass(frozen=True, slots=True)
class Item:
    """What the server says of a mail without giving it."""

    uid: int
    size_bytes: int
    received: datetime


@dataclass(slots=True)
class Session:
    """A connection that's logged in, with a folder open."""

    box: BaseMailBox
    validity: int = 0
    next_uid: int = 1
    there: int = 0  # how many mails are in the folder
    capabilities: frozenset[str] = frozenset()
    prefix: str = ""  # of our own folders' names ("INBOX." on some servers)
    made: list[str] = field(default_factory=list)  # folders known to be there

    @property
    def client(self) -> Any:  # noqa: ANN401 - imaplib's stubs don't know what we need of it
        """The object of imaplib below."""
        return self.box.client

    def warnings(self) -> list[str]:
        """What the server wants people to hear: why it hangs up, and its alerts (RFC 3501, 7.1). Each is told once."""
        said = self.client.untagged_responses
        rows = [*said.pop("BYE", []), *(row for row in said.get("OK", []) if row and b"[ALERT]" in row)]
        return [bytes(row).decode("utf-8", "replace")[:200] for row in rows if isinstance(row, bytes)]

    # --- looking ------------------------------------------------------------------------------------------------------

    def noop(self) -> None:
        """Let the server say what's new: without this the next SEARCH doesn't know it (Dovecot, pymap)."""
        self.client.untagged_responses.clear()  # imaplib collects for ever what nobody asks for
        _checked(self.client.noop())

    def search(self, criteria: str) -> list[int]:
        """The UIDs that fit, in ascending order."""
        return sorted(int(each) for each in self.box.uids(criteria, charset=None))

    def items(self, uids: Sequence[int]) -> dict[int, Item]:
        """Size and time of receipt of these mails; those that aren't there any more are left out."""
        answer = self.client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)")
        found = {}
        for row in _checked(answer):
            line = b" ".join(row) if isinstance(row, tuple) else row or b""
            uid, size, received = _UID.search(line), _SIZE.search(line), _RECEIVED.search(line)
            if uid and size and received:
                found[int(uid[1])] = Item(int(uid[1]), int(size[1]), moment(received[1].decode("ascii")))
        return found

    def newest(self, count: int) -> datetime | None:
        """When the newest of the last `count` mails of the folder was received."""
        if not self.there:
            return None
        rows = _checked(self.client.fetch(f"{max(1, self.there - count + 1)}:*", "(INTERNALDATE)"))
        times = [moment(found[1].decode("ascii")) for row in rows if row and (found := _RECEIVED.search(row))]
        return max(times, default=None)

    def body(self, item: Item, limit_bytes: int) -> bytes | None:
        """The mail as the server has it, at most so many bytes of it; None if it's gone. It stays unread."""
        part = "BODY.PEEK[]" if item.size_bytes <= limit_bytes else f"BODY.PEEK[]<0.{limit_bytes}>"
        rows = _checked(self.client.uid("FETCH", str(item.uid), f"(UID {part})"))
        for row in rows:
            if isinstance(row, tuple) and b"BODY[" in row[0]:
                return bytes(row[1])
        return b"" if any(isinstance(row, bytes) and b"BODY[" in row for row in rows) else None

    def idle(self, seconds: float) -> None:
        """Wait until something happens, so long at most. Nothing follows from how it ends: look in any case."""
        self.box.idle.wait(seconds)

    # --- tidying ------------------------------------------------------------------------------------------------------

    def move(self, uids: Collection[int], folder: str) -> None:
        """Move mails into a folder, which is made if it isn't there.

        imap-tools' own `move` isn't used: it may EXPUNGE, which removes what others have marked as deleted.
        """
        self._make(folder)
        ordered, target = sorted(uids), encode_folder(self.prefix + folder)
        for first in range(0, len(ordered), _MOVED_AT_ONCE):
            self._move(",".join(map(str, ordered[first : first + _MOVED_AT_ONCE])), target)

    def _move(self, names: str, target: bytes) -> None:
        if "MOVE" in self.capabilities:
            _checked(self.client.uid("MOVE", names, target))
            return
        _checked(self.client.uid("COPY", names, target))
        _checked(self.client.uid("STORE", names, "+FLAGS.SILENT", _DELETED))
        if "UIDPLUS" in self.capabilities:
            _checked(self.client.uid("EXPUNGE", names))

    def _make(self, folder: str) -> None:
        if folder in self.made:
            return
        name = self.prefix + folder
        if not self.box.folder.exists(name):
            self.box.folder.create(name)
            with contextlib.suppress(imaplib.IMAP4.error):  # some mail programs show only what is subscribed
                self.client.subscribe(encode_folder(name))
        self.made.append(folder)

    def make(self, folders: Sequence[str]) -> None:
        """Make our folders. Raises one of `FAILURES`."""
        for folder in folders:
            self._make(folder)

    def hang_up(self) -> None:
        """End the connection at once, from whatever thread; who waits in it gets an error."""
        with contextlib.suppress(OSError):
            self.client.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the connection go, without a word: it may be broken."""
        self.hang_up()
        with contextlib.suppress(OSError):
            self.client.shutdown()


def connected(server: MailServer, folder: str, *, secret: str, patience: Patience) -> Session:
    """A session with this folder open; `secret` is the password, or the token where the server has `oauth`.

    Raises `SendError` if the server can't be reached, `LoginRefused`, or one of `FAILURES`.
    """
    try:
        with patience.lasting():
            return _connected(server, folder, secret, patience)
    except BaseException as error:
        patience.let_go()
        if isinstance(error, TimeoutError):
            raise SendError("down", f"{server.host}:{server.port}: no answer in time") from None
        raise


def _connected(server: MailServer, folder: str, secret: str, patience: Patience) -> Session:
    session = Session(_reached(server, patience))
    try:
        _keep_alive(session.client.sock)
        _log_in(session, server, secret)
        # Both Dovecot and pymap announce MOVE only to who is logged in, and imaplib asked before.
        session.client._get_capabilities()  # noqa: SLF001 - there's no other way to have them asked again
        session.capabilities = frozenset(session.client.capabilities)
        session.prefix = _prefix(session)
        _open(session, folder)
    except BaseException:
        session.close()
        raise
    return session


def is_lost(error: Exception) -> bool:
    """Whether the connection broke; otherwise the server only said no."""
    return isinstance(error, OSError | imaplib.IMAP4.abort)


def failure(error: Exception) -> SendError:
    """What an error of an open session means: the connection is of no use any more."""
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return SendError("down", "IMAP: no answer in time")
    if isinstance(error, UnexpectedCommandStatusError):
        return SendError("down", f"IMAP: {_said(error.command_result)}")
    if isinstance(error, OSError):
        return SendError("down", f"IMAP: the connection broke ({type(error).__name__})")
    return SendError("down", f"IMAP: {str(error)[:200]}")


class _Plain(imaplib.IMAP4):
    """imaplib's client, whose connection is known to `Patience` before the server's first word."""

    def __init__(self, server: MailServer, patience: Patience) -> None:
        self._patience = patience
        super().__init__(server.host, server.port, patience.timeout_s)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        line: socket.socket = super()._create_socket(timeout)  # type: ignore[misc] # typeshed leaves it out
        self._patience.opened(line)
        return line


class _OverTls(imaplib.IMAP4_SSL):
    """The same over TLS: the handshake is bounded too."""

    def __init__(self, server: MailServer, patience: Patience, context: ssl.SSLContext) -> None:
        self._patience = patience
        super().__init__(server.host, server.port, ssl_context=context, timeout=patience.timeout_s)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        line: socket.socket = imaplib.IMAP4._create_socket(self, timeout)  # type: ignore[attr-defined] # noqa: SLF001
        self._patience.opened(line)
        wrapped: socket.socket = self.ssl_context.wrap_socket(line, server_hostname=self.host)
        return wrapped


@dataclass
class _Box(BaseMailBox):
    """imap-tools' mailbox over a client of ours; it closes what it opened where the server has no STARTTLS."""

    server: MailServer
    patience: Patience
    context: ssl.SSLContext | None

    def __post_init__(self) -> None:
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        if self.context is not None and self.server.tls == "tls":
            return _OverTls(self.server, self.patience, self.context)
        client = _Plain(self.server, self.patience)
        if self.context is None:
            return client
        try:
            check_command_status(client.starttls(self.context), MailboxStarttlsError)
        except BaseException:
            client.shutdown()
            raise
        return client


def _reached(server: MailServer, patience: Patience) -> BaseMailBox:
    context = tls_context(server)
    try:
        box = _Box(server, patience, context)
    except FAILURES as error:
        if isinstance(error, imaplib.IMAP4.error | ImapToolsError):
            said = f"{server.host}:{server.port}: {str(error)[:200]}"
            starttls = "starttls" in said.casefold()
            raise SendError("misconfigured" if starttls else "down", said) from None
        raise unreachable(server, error) from None
    box.idle = DrainingIdle(box)
    return box


def _log_in(session: Session, server: MailServer, secret: str) -> None:
    try:
        if server.oauth is not None:
            # A refusal is explained in a challenge, which must be answered with nothing (Google, XOAUTH2 protocol).
            words = f"user={server.user}\1auth=Bearer {secret}\1\1"
            session.client.authenticate("XOAUTH2", lambda challenge: b"" if challenge else words.encode())
        elif server.user.isascii() and secret.isascii():
            session.box.login(server.user, secret, initial_folder=None)
        else:
            session.box.login_utf8(server.user, secret, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except UnexpectedCommandStatusError as error:
        raise _not_in(_said(error.command_result)) from None
    except imaplib.IMAP4.error as error:
        raise _not_in(str(error)) from None


def _not_in(said: str) -> Exception:
    """A login can fail for a while (RFC 5530: UNAVAILABLE, INUSE, LIMIT) or until somebody mends it."""
    if any(word in said for word in ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")):
        return SendError("busy", f"IMAP: {said[:200]}")
    return LoginRefused(said[:200])


def _open(session: Session, folder: str) -> None:
    client = session.client
    session.there = int(_checked(client.select(encode_folder(folder)))[0] or 0)
    session.validity = _number(client.response("UIDVALIDITY"))
    session.next_uid = _number(client.response("UIDNEXT"))
    if not session.next_uid:  # RFC 3501 lets a server leave it out
        session.next_uid = max(session.search("ALL"), default=0) + 1


def _prefix(session: Session) -> str:
    """Where own folders lie: on some servers (Courier, older Cyrus) all of them below INBOX."""
    if "NAMESPACE" not in session.capabilities:
        return ""
    found = _NAMESPACE.match(_checked(session.client.namespace())[0] or b"")
    return found[1].decode("ascii", "replace") if found else ""


def _keep_alive(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _checked(answer: tuple[str, list[Any]]) -> list[Any]:
    """The rows of an answer that is OK. Raises one of `FAILURES`."""
    if answer[0] != "OK":
        raise UnexpectedCommandStatusError(answer, "OK")
    return answer[1]


def _number(answer: tuple[str, list[Any]]) -> int:
    given = answer[1][-1] if answer[1] else None
    return int(given) if given and bytes(given).isdigit() else 0


def _said(answer: tuple[Any, ...]) -> str:
    """The server's words, of an answer of imaplib."""
    rows = answer[1] if len(answer) > 1 and isinstance(answer[1], list) else []
    words = b" ".join(row for row in rows if isinstance(row, bytes)).decode("utf-8", "replace")
    return f"{answer[0]} {words}"[:200]
