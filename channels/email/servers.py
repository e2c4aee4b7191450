"""How a mail server is reached: TLS contexts, and no password in the clear beyond this machine."""

from __future__ import annotations

import ipaddress
import ssl

from channels.settings import MailServer
from workflow.message import SendError


def tls_context(server: MailServer) -> ssl.SSLContext | None:
    """What certificates are checked with; None where the operator wants no TLS, which only this machine may have.

    Raises `SendError` ("misconfigured").
    """
    if server.tls == "none":
        if not _is_this_machine(server.host):
            raise SendError("misconfigured", f'{server.host} isn\'t this machine: tls = "none" would show the password')
        return None
    try:
        return ssl.create_default_context(cafile=server.ca_file or None)
    except OSError as error:  # ssl.SSLError is one
        raise SendError("misconfigured", f"ca_file can't be read: {error.strerror or type(error).__name__}") from None


def unreachable(server: MailServer, error: Exception) -> SendError:
    """Why a server can't be reached, from what connecting to it raised; nothing was sent or fetched."""
    where = f"{server.host}:{server.port}"
    said = type(error).__name__
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return SendError("misconfigured", f"{where}: its certificate isn't good: {cause.verify_message}")
        if isinstance(cause, ssl.SSLError):
            return SendError("down", f"{where}: no safe connection: {cause.reason or 'TLS failed'}")
        refused = isinstance(cause, ConnectionRefusedError)  # asyncio's own words for it hold the address again
        said = "the connection was refused" if refused else getattr(cause, "strerror", "") or said
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, TimeoutError):
        return SendError("down", f"{where}: no answer in time")
    return SendError("down", f"{where}: {said}")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
