"""IDLE that loses no wake-up: what the server said before we listen is heard too."""

from __future__ import annotations

import imaplib
from typing import Any

from imap_tools.errors import MailboxTaggedResponseError
from imap_tools.idle import IdleManager

_BYE = b"* BYE "


class DrainingIdle(IdleManager):
    """imap-tools' IDLE, which reads what imaplib or TLS have buffered already before it waits on the socket.

    Dovecot sends "+ idling", "* 1 EXISTS" and "* 1 RECENT" in one packet: the last two then lie in imaplib's buffer,
    where a poll of the socket never sees them. Other servers send them before the "+".
    """

    def __init__(self, mailbox: Any) -> None:  # noqa: ANN401 - imap-tools types it loosely too
        super().__init__(mailbox)
        self._early: list[bytes] = []

    def start(self) -> Any:  # noqa: ANN401 - as in imap-tools
        """Begin to idle. Raises when the server says anything but "go on"."""
        client: Any = self.mailbox.client
        self._early = []
        tag = self._idle_tag = client._command("IDLE")  # noqa: SLF001 - imaplib has no IDLE of its own before 3.14
        while (said := client._get_response()) is not None:  # noqa: SLF001 - None: the continuation
            if client.tagged_commands.get(tag) or "BYE" in client.untagged_responses:
                raise MailboxTaggedResponseError(("NO", [said]), "OK")
            self._early.append(said)

    def poll(self, timeout: float | None) -> list[bytes]:
        """What the server says within so many seconds; [] for silence or a closed link, which `stop` tells apart."""
        heard, self._early = self._early + self._buffered(), []
        heard = heard or super().poll(timeout)
        said: dict[str, list[bytes]] = self.mailbox.client.untagged_responses
        for line in heard:
            if line.upper().startswith(_BYE):  # imaplib doesn't see what is read here
                said.setdefault("BYE", []).append(line[len(_BYE) :])
        return heard

    def _buffered(self) -> list[bytes]:
        client: Any = self.mailbox.client
        heard: list[bytes] = []
        before = client.sock.gettimeout()
        client.sock.settimeout(0)
        try:
            while True:
                heard.append(client._get_line())  # noqa: SLF001 - there's no public way to what is buffered
        except imaplib.IMAP4.abort as error:
            if "EOF" not in str(error):  # an empty buffer looks like the end
                raise
        except OSError:
            pass
        finally:
            client.sock.settimeout(before)
        return heard
