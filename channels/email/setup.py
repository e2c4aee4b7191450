"""Looks at a mailbox and its way out for the operator: what works, what doesn't, and how to mend it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from channels.base import Problem, Report
from channels.email.mailbox import in_thread
from channels.settings import EmailSettings, MailServer
from workflow.message import Fact, SendError

if TYPE_CHECKING:
    from channels.email.keeper import Key
    from channels.email.sending import Sending

_TIMEOUT_S = 15.0
_LETTER_BYTES = 10_000_000  # what a letter with its enclosure may well have

_REACH = "Check host, port and tls of {table}; the server must be reachable from this machine."
_CERTIFICATE = "Check host and tls of {table}; for a certificate authority of your own set ca_file."
_ENTER = "Check user and password of {table}. Google and Microsoft want an app password or oauth."
_TOKEN = "Renew the consent and put the new refresh_token into {table}."  # noqa: S105 - words for the operator


@dataclass(slots=True)
class _Look:
    """What was found so far."""

    right: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, what: str, mend: str, fact: Fact | None = None) -> None:
        """Note a problem. None of them keeps polling from being begun: it tries again by itself, slowly."""
        self.problems.append(Problem(what, mend, fact))


async def describe(settings: EmailSettings, key: Key, sending: Sending) -> Report:
    """Log in on both sides, look around, and change nothing."""
    inward, outward = _Look(), _Look()
    await asyncio.gather(in_thread(lambda: _inbox(inward, settings, key)), _way_out(outward, settings, sending))
    problems = (*inward.problems, *outward.problems)
    return Report(problems, (*inward.right, *outward.right), tuple(_unseen(settings)))


def _unseen(settings: EmailSettings) -> list[str]:
    """What stands in the DNS or is decided by others' servers, and where the operator sees it."""
    domain = settings.address.rpartition("@")[2]
    spf = f"SPF of {domain} isn't looked at from here: `dig +short TXT {domain}` must show a line that begins with "
    dkim = f"DKIM: send a mail from {settings.address} to an address elsewhere and look at its source there: "
    found = [
        f"{spf}v=spf1 and covers {settings.smtp.host}",
        f"DMARC: `dig +short TXT _dmarc.{domain}` should show v=DMARC1; ask for it where {domain} is run",
        f"{dkim}Authentication-Results must say dkim=pass, spf=pass and dmarc=pass",
    ]
    if not settings.authserv_id:
        found.append(
            "authserv_id is empty: no sender counts as proven, so nobody learns anything of an existing report by mail "
            "alone; take the first word of Authentication-Results in a mail that reached this mailbox"
        )
    return found


def _inbox(look: _Look, settings: EmailSettings, key: Key) -> None:
    """The IMAP side, in a thread."""
    from channels.email.patience import Patience
    from channels.email.session import FAILURES, LoginRefused, connected, failure

    server, table = settings.imap, "[offices.email] imap"
    patience = Patience(_TIMEOUT_S)
    try:
        session = connected(server, settings.inbox, secret=key.secret(), patience=patience)
    except LoginRefused as error:
        key.refused()
        look.wrong(f"IMAP: login refused: {error}", _ENTER.format(table=table), "misconfigured")
        return
    except SendError as error:
        look.wrong(f"IMAP: {error.reason}", _mend(error, server, table), error.fact)
        return
    except FAILURES as error:
        mend = f"Check that the folder {settings.inbox!r} exists and may be written to (inbox)."
        look.wrong(f"IMAP: {failure(error).reason}", mend, "misconfigured")
        return
    try:
        look.right.append(f"IMAP: {server.host} lets us in; {session.there} mails in {settings.inbox}")
        _abilities(look, session.capabilities)
        own = (settings.handled, settings.failed, settings.machines, settings.doubtful)
        with patience.lasting():
            lacking = [each for each in own if not session.box.folder.exists(session.prefix + each)]
        look.right.append(f"IMAP: will be made when needed: {', '.join(lacking)}" if lacking else "IMAP: folders there")
    except FAILURES as error:
        look.wrong(f"IMAP: {failure(error).reason}", "Try again later.", "down")
    finally:
        session.close()
        patience.let_go()


def _abilities(look: _Look, capabilities: frozenset[str]) -> None:
    if "IDLE" in capabilities:
        look.right.append("IMAP: the server tells of new mail at once (IDLE)")
    else:
        look.right.append("IMAP: no IDLE: the mailbox is looked at every 15 seconds")
    if "MOVE" in capabilities:
        look.right.append("IMAP: mail is moved in one step (MOVE)")
    elif "UIDPLUS" in capabilities:
        look.right.append("IMAP: no MOVE: mail is copied, then removed (UIDPLUS)")
    else:
        mend = "Mail that was taken in stays in the inbox, marked as deleted. Ask for a server with MOVE or UIDPLUS."
        look.wrong("IMAP: the server has neither MOVE nor UIDPLUS", mend)


async def _way_out(look: _Look, settings: EmailSettings, sending: Sending) -> None:
    """The SMTP side."""
    server, table = settings.smtp, "[offices.email] smtp"
    try:
        able = await sending.try_out(settings.address)
    except SendError as error:
        if "SMTP sender" in error.reason:
            mend = f"The account {server.user} must be allowed to send as {settings.address}."
        else:
            mend = _mend(error, server, table)
        look.wrong(error.reason if error.reason.startswith("SMTP") else f"SMTP: {error.reason}", mend, error.fact)
        return
    size = able.get("size", "")
    told = f"mails up to {int(size) / 1_000_000:.0f} MB" if size.isdecimal() and int(size) else "no limit told"
    look.right.append(f"SMTP: {server.host} lets us in, and lets us write as {settings.address}; {told}")
    if size.isdecimal() and 0 < int(size) < _LETTER_BYTES:
        look.wrong(f"SMTP: the server takes {told} only", "Ask for a higher limit: letters carry photos and PDF.")
    if server.tls == "none":
        look.right.append("SMTP: without TLS, on this machine")


def _mend(error: SendError, server: MailServer, table: str) -> str:
    reason = error.reason
    if "access token" in reason:
        return _TOKEN.format(table=table)
    if "certificate" in reason or "ca_file" in reason or 'tls = "none"' in reason or "STARTTLS" in reason.upper():
        return _CERTIFICATE.format(table=table)
    if error.fact == "misconfigured" and server.user:
        return _ENTER.format(table=table)
    return _REACH.format(table=table)
