"""A mail server in memory that speaks SMTP's own lines to aiosmtplib: strict about every mail, and in trouble on order."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from channels.sandbox.mail.strict import complaints

LARGEST_BYTES = 25_000_000


@dataclass
class Server:
    """Where mail is handed in. Each of the functions is asked at its point of a mail; "" lets it go on.

    `begins`: at the first command of a mail: "" or "refused", "busy", "lost" (see `Provider.strikes_before`).
    `knows`: whether somebody has this mailbox. `takes`: the mail is taken; what strikes afterwards.
    """

    user: str
    password: str
    begins: Callable[[], str]
    knows: Callable[[str], bool]
    takes: Callable[[str, bytes], str]
    objects: Callable[[str], None]  # the mail is wrong in itself
    struck: str = ""  # of the mail in hand
    begun: bool = False
    connections: int = 0

    def begin(self) -> str:
        """The first command of a mail, or the connection made for it: what strikes it, drawn once."""
        if not self.begun:
            self.begun, self.struck = True, self.begins()
        return self.struck

    def over(self) -> None:
        """The mail in hand is done with, or this attempt at it."""
        self.begun, self.struck = False, ""


class Line(asyncio.Transport):
    """The client's end of a connection: whatever is written is answered at once."""

    def __init__(self, server: Server, protocol: Any) -> None:
        super().__init__()
        self._server, self._protocol = server, protocol
        self._heard, self._over, self._in_data, self._inside = b"", False, False, False
        self._recipient = ""
        server.connections += 1
        protocol.connection_made(self)
        self._say("220 mx.simulasi.example ESMTP siap")

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Commands, or a mail."""
        self._heard += data
        while not self._over:
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"
            if end not in self._heard:
                return
            line, self._heard = self._heard.split(end, 1)
            if self._in_data:
                self._in_data = False
                self._content(line + b"\r\n")
            else:
                self._command(line.decode())

    def _command(self, line: str) -> None:
        name, _, rest = line.partition(" ")
        getattr(self, f"_{name.lower()}")(rest)

    def _say(self, words: str) -> None:
        self._protocol.data_received(words.encode() + b"\r\n")

    def hang_up(self) -> None:
        """The server ends the connection without a word."""
        if not self._over:
            self._over = True
            self._protocol.connection_lost(ConnectionResetError())

    # --- commands -----------------------------------------------------------------------------------------------------

    def _ehlo(self, _: str) -> None:
        self._say(f"250-mx.simulasi.example\r\n250-SIZE {LARGEST_BYTES}\r\n250 AUTH PLAIN LOGIN")

    def _auth(self, rest: str) -> None:
        said = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
        self._inside = said == ["", self._server.user, self._server.password]
        self._say("235 2.7.0 selamat datang" if self._inside else "535 5.7.8 salah")

    def _rset(self, _: str) -> None:
        if self._server.begin() == "refused":
            self.hang_up()
        else:
            self._say("250 2.0.0 baik")

    def _mail(self, rest: str) -> None:
        self._server.begin()
        address = rest.partition("<")[2].partition(">")[0]
        if not self._inside:
            self._say("530 5.7.0 masuk dulu")
        elif address != self._server.user:
            self._server.objects(f"it's sent as {address}")
            self._say("553 5.7.1 bukan milik Anda")
        else:
            self._say("250 2.1.0 baik")

    def _rcpt(self, rest: str) -> None:
        self._recipient = rest.partition("<")[2].partition(">")[0]
        if self._server.struck == "busy":
            self._server.over()
            self._say("451 4.7.1 coba lagi nanti")
        elif not self._server.knows(self._recipient):
            self._server.over()
            self._say("550 5.1.1 The email account that you tried to reach does not exist")
        else:
            self._say("250 2.1.5 baik")

    def _data(self, _: str) -> None:
        self._in_data = True
        self._say("354 silakan")

    def _content(self, stuffed: bytes) -> None:
        content = stuffed.replace(b"\r\n..", b"\r\n.")
        struck = self._server.struck
        self._server.over()
        if struck == "lost":
            self.hang_up()
            return
        if wrong := complaints(content):
            self._server.objects("; ".join(wrong))
            self._say(f"554 5.6.0 {'; '.join(wrong)}")
            return
        after = self._server.takes(self._recipient, content)
        if after == "garbled":
            self._say("\x1b[?25h OK mungkin")
        elif after:
            self.hang_up()
        else:
            self._say("250 2.0.0 Ok: queued")

    def _quit(self, _: str) -> None:
        self._say("221 2.0.0 sampai jumpa")
        self.hang_up()

    # --- a transport --------------------------------------------------------------------------------------------------

    def is_closing(self) -> bool:
        """Whether it's over."""
        return self._over

    def close(self) -> None:
        """The client lets it go."""
        self._over = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Nothing is known of it: no TLS, no address."""
        return default


SERVERS: dict[int, Server] = {}
"""By the port at which the program looks for them, on this machine."""


async def connected(factory: Callable[[], Any], port: int) -> tuple[Line, Any]:
    """What a loop's `create_connection` gives. Raises `ConnectionRefusedError`."""
    server, protocol = SERVERS[port], factory()
    if server.begin() == "refused":
        server.over()
        raise ConnectionRefusedError
    return Line(server, protocol), protocol
