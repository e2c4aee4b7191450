"""Signatures of webhooks, written from Twilio's description and not from its library, which must agree."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
IDEMPOTENCY = "I-Twilio-Idempotency-Token"


def signed_text(url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return what is signed: the URL without its fragment, then every name and value, sorted (webhooks-security)."""
    return url.partition("#")[0] + "".join(name + value for name, value in sorted(set(fields)))


def by_token(token: str, url: str, fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the header an auth token gives: HMAC-SHA1."""
    return {SIGNATURE: _signature(token, signed_text(url, fields), "sha1")}


def by_shared_key(key_id: str, secret: str, url: str, fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the headers a shared key gives: HMAC-SHA256, with the key's name (webhook-shared-keys)."""
    return {
        SIGNATURE: _signature(secret, signed_text(url, fields), "sha256"),
        SETTINGS: f"key={key_id},algorithm=HMAC_SHA256",
    }


def idempotency_token(event: str) -> str:
    """Return the token that stays the same for every attempt to tell of an event; written like a UUID."""
    digest = hashlib.sha256(b"idempotency" + event.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"


def _signature(secret: str, text: str, algorithm: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), algorithm).digest()).decode()
