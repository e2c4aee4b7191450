"""Access tokens instead of a password (Google, Microsoft 365): fetched with the refresh token, renewed in good time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec

from channels.http import Http, Lost, NotSent
from channels.settings import OAuth
from workflow.message import SendError

EARLY = timedelta(minutes=5)  # so long before its end a token is renewed
_UNTOLD_S = 3600  # Google's and Microsoft's last an hour
_MENDED_BY_PEOPLE = ("invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope", "invalid_request")


class _Granted(msgspec.Struct, frozen=True):
    """The answer of a token endpoint (RFC 6749, 5.1 and 5.2)."""

    access_token: str = ""
    expires_in: int = _UNTOLD_S
    refresh_token: str = ""
    error: str = ""


@dataclass(slots=True)
class Tokens:
    """The tokens of one account. Several may ask at once; one of them fetches."""

    http: Http
    oauth: OAuth
    now: Callable[[], datetime]
    _token: str = field(default="", repr=False)
    _refresh: str = field(default="", repr=False)
    _renew_at: datetime | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self) -> str:
        """A token that's good for five minutes or more, if they last so long at all. Raises `SendError`."""
        async with self._lock:
            if self._renew_at is None or self.now() >= self._renew_at:
                await self._renew()
            return self._token

    def forget(self) -> None:
        """The server refused it: fetch another one the next time."""
        self._renew_at = None

    async def _renew(self) -> None:
        fields = {
            "grant_type": "refresh_token",
            "client_id": self.oauth.client_id,
            "refresh_token": self._refresh or self.oauth.refresh_token.reveal(),
        }
        if self.oauth.client_secret is not None:
            fields["client_secret"] = self.oauth.client_secret.reveal()
        if self.oauth.scope:
            fields["scope"] = self.oauth.scope
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        try:
            answer = await self.http.request("POST", self.oauth.token_url, data=urlencode(fields), headers=headers)
        except (NotSent, Lost) as error:
            raise SendError("down", f"no access token: {error}") from None
        granted = _granted(answer.status, answer.body)
        self._token = granted.access_token
        self._refresh = granted.refresh_token or self._refresh  # Microsoft gives a new one with each token
        life = timedelta(seconds=granted.expires_in)
        self._renew_at = self.now() + life - min(EARLY, life / 2)


def _granted(status: int, body: bytes) -> _Granted:
    """The token in an answer. Raises `SendError`; its words hold nothing secret."""
    try:
        granted = msgspec.json.decode(body, type=_Granted, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        granted = _Granted()
    if status == 200 and granted.access_token and granted.expires_in > 0:
        return granted
    if granted.error in _MENDED_BY_PEOPLE:
        raise SendError("misconfigured", f"no access token: {granted.error}")
    raise SendError("down", f"no access token: status {status} {granted.error[:60]}".rstrip())
