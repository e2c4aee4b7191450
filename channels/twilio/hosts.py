"""Where Twilio is: which addresses get our credentials, which a media redirect may lead to, and none beside these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import SplitResult, urlsplit

VERSION = "2010-04-01"  # of Twilio's API (https://www.twilio.com/docs/usage/api)

# Twilio's API and its regions: api.twilio.com, api.dublin.ie1.twilio.com
_API = re.compile(r"api(\.[a-z0-9-]+){0,2}\.twilio\.com")
_PRODUCT = re.compile(r"https://([a-z]+)\.twilio\.com(?=/|$)")
# Where Twilio's media redirects have been seen to lead (docs/twilio.md M3)
_MEDIA = frozenset({"s3-external-1.amazonaws.com"})
_MEDIA_BELOW = ".twiliocdn.com"

MESSAGE = re.compile(r"[A-Z]{2}[0-9a-zA-Z]{32}")
_MEDIA_PATH = re.compile(
    rf"/{VERSION}/Accounts/(AC[0-9a-zA-Z]+)/Messages/((?:SM|MM)[0-9a-zA-Z]{{32}})/Media/(ME[0-9a-zA-Z]{{32}})"
)
_REF = re.compile(r"((?:SM|MM)[0-9a-zA-Z]{32})/(ME[0-9a-zA-Z]{32})")


@dataclass(frozen=True)
class Hosts:
    """Twilio as it's configured. `further` are hosts that a media redirect may lead to besides Twilio's own."""

    api_url: str
    account: str
    further: tuple[str, ...] = ()

    @cached_property
    def _api(self) -> SplitResult:
        return urlsplit(self.api_url)

    @cached_property
    def is_twilio(self) -> bool:
        """Whether this is Twilio itself, and no stand-in or proxy."""
        return _is_safe(self._api) and _API.fullmatch(self._api.hostname or "") is not None

    def base(self, product: str = "api") -> str:
        """The root of one of Twilio's products ("api", "messaging", "content"); a stand-in has all under one root."""
        return f"https://{product}.twilio.com" if self.is_twilio and product != "api" else self.api_url

    def moved(self, url: str) -> str:
        """An address as Twilio's library makes it, at the root that is configured."""
        return _PRODUCT.sub(lambda found: self.base(found[1]), url, count=1)

    def ref_of(self, media_url: str, message: str) -> str:
        """What a media address of that message names, as "MM.../ME..."; "" unless it's exactly of our own account.

        Only this name is kept, and the address is made again from the configured root: credentials can't leave for
        where somebody's form says.
        """
        parts = _split(media_url)
        if parts is None or parts.query or parts.fragment or not self._may_name(parts):
            return ""
        found = _MEDIA_PATH.fullmatch(parts.path)
        if found is None or found[1] != self.account or found[2] != message:
            return ""
        return f"{found[2]}/{found[3]}"

    def media_url(self, ref: str) -> str:
        """The address of a medium at the configured root; "" for what is no name of one."""
        found = _REF.fullmatch(ref)
        return f"{self.of_account()}/Messages/{found[1]}/Media/{found[2]}" if found is not None else ""

    def of_account(self) -> str:
        """The root of everything that belongs to the account."""
        return f"{self.api_url}/{VERSION}/Accounts/{self.account}"

    def may_lead_to(self, url: str) -> bool:
        """Whether a media redirect may be followed there, without credentials."""
        parts = _split(url)
        if parts is None:
            return False
        host = parts.hostname or ""
        if not self.is_twilio and host == self._api.hostname:
            return parts.scheme in {"http", "https"}
        if not _is_safe(parts):
            return False
        theirs = host in _MEDIA or host.endswith(_MEDIA_BELOW) or _API.fullmatch(host) is not None
        return theirs or host in self.further

    def _may_name(self, parts: SplitResult) -> bool:
        if self.is_twilio:
            return _is_safe(parts) and _API.fullmatch(parts.hostname or "") is not None
        return parts.scheme in {"http", "https"} and parts.hostname == self._api.hostname


def _split(url: str) -> SplitResult | None:
    """An address in its parts; None for what is none, or names a user."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        return None
    return None if "@" in parts.netloc or not parts.hostname else parts


def _is_safe(parts: SplitResult) -> bool:
    return parts.scheme == "https" and parts.port in {None, 443}
