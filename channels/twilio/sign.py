"""Checks that a call is Twilio's: its signature over our public address and every field, by one of our keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from channels.twilio.form import Form

if TYPE_CHECKING:
    from twilio.request_validator import RequestValidator

SIGNATURE = "x-twilio-signature"
SETTINGS = "x-twilio-webhooks-signature-settings"
_STRONG = "HMAC_SHA256"


class Signatures:
    """The keys that Twilio may sign with.

    A call that names a shared key is checked by that key with HMAC-SHA256 and by nothing else; a call that names none
    is checked by the account's tokens with HMAC-SHA1, which is all that they can do. So what a call says of its
    signature never makes the check weaker than that key is meant to be used.
    """

    __slots__ = ("_keys", "_tokens")

    def __init__(self, tokens: Iterable[str], shared_keys: Mapping[str, str]) -> None:
        from twilio.request_validator import RequestValidator

        self._tokens = tuple(RequestValidator(token) for token in tokens if token)
        self._keys = {name: RequestValidator(secret) for name, secret in shared_keys.items() if secret}

    def fit_form(self, url: str, form: Form, headers: Mapping[str, str]) -> bool:
        """Whether a form with these headers was signed for this address by one of the keys."""
        signature = headers.get(SIGNATURE) or ""
        return any(each.validate(url, form, signature, how) for each, how in self._signers(headers)) and bool(signature)

    def sign(self, url: str, fields: Mapping[str, str]) -> str:
        """The signature that Twilio would give a form for this address, by the present token; "" without one."""
        return str(self._tokens[0].compute_signature(url, fields)) if self._tokens else ""

    def fit_body(self, url: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """The same of a body that is no form: its address carries the body's digest, and the address is signed."""
        signature = headers.get(SIGNATURE) or ""
        if not signature or "bodySHA256" not in parse_qs(url.partition("?")[2]):
            return False
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return False
        return any(each.validate(url, text, signature, how) for each, how in self._signers(headers))

    def _signers(self, headers: Mapping[str, str]) -> list[tuple[RequestValidator, str | None]]:
        settings = headers.get(SETTINGS) or ""
        if not settings.strip():
            return [(each, None) for each in self._tokens]
        said = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in settings.split(","))}
        key = self._keys.get(said.get("key", ""))
        return [(key, _STRONG)] if key is not None and said.get("algorithm", "").upper() == _STRONG else []
