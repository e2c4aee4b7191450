"""Seals what must not be read from a stolen disk: AES-256-GCM under keys that a master key wraps.

Two kinds of keys hang on the master: one per purpose (raw payloads, quarantine, outbox), derived from it, and random
ones that are stored wrapped: one per draft or complaint, one per file. Destroying a wrapped key erases for good what
it sealed, in every backup too. Several masters may be known by their id; the first one seals, all of them open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RandomBytes = Callable[[int], bytes]

_FORM = b"\x01"  # how a sealed value is laid out: form, master's id (4), nonce (12), ciphertext with its tag
_ID_BYTES = 4
_NONCE_BYTES = 12
HEAD_BYTES = len(_FORM) + _ID_BYTES  # form and master: enough to see who can open it
KEY_BYTES = 32


class BadKey(ValueError):
    """A master key that isn't 32 bytes in base64."""


class Unopenable(Exception):
    """Sealed under a key we don't have, or damaged, or moved from another place."""


class UnknownMaster(Unopenable):
    """Sealed under a master key that isn't configured: nothing is wrong with the value, and its key may come back."""


def master_from_text(text: str) -> bytes:
    """The master key from its base64 form. Raises `BadKey` with a sentence for the operator, never with the key."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("the key must be 32 random bytes in base64; `aduan key new` prints one") from None
    if len(key) != KEY_BYTES:
        raise BadKey(f"the key must be 32 bytes in base64, this one has {len(key)}; `aduan key new` prints one")
    return key


def box(key: bytes, plain: bytes, about: str, random_bytes: RandomBytes) -> bytes:
    """`plain` sealed with `key`; only who names the same `about` can open it, so values can't be swapped."""
    nonce = random_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def unbox(key: bytes, sealed: bytes, about: str) -> bytes:
    """The inverse of `box`. Raises `Unopenable`."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError):
        raise Unopenable(f"what was sealed about {about!r} can't be opened") from None


class Seal:
    """The master keys at work. Safe to share between threads."""

    def __init__(self, masters: Sequence[bytes], random_bytes: RandomBytes) -> None:
        if not masters:
            raise BadKey("at least one master key is needed")
        self._masters = {hashlib.sha256(b"aduan master" + key).digest()[:_ID_BYTES]: key for key in masters}
        self._first = next(iter(self._masters))
        self._purposes: dict[tuple[bytes, str], AESGCM] = {}
        self.random_bytes = random_bytes

    def close(self, purpose: str, plain: bytes) -> bytes:
        """`plain` sealed for one purpose, under the first master."""
        nonce = self.random_bytes(_NONCE_BYTES)
        head = _FORM + self._first
        return head + nonce + self._cipher(self._first, purpose).encrypt(nonce, plain, head)

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """The inverse of `close`, under whichever master sealed it. Raises `Unopenable`."""
        head, rest = sealed[:HEAD_BYTES], sealed[HEAD_BYTES:]
        if len(head) < HEAD_BYTES or head[:1] != _FORM:
            raise Unopenable(f"{purpose}: not sealed by us")
        if head[1:] not in self._masters:
            raise UnknownMaster(f"{purpose}: sealed with a master key that isn't configured")
        try:
            return self._cipher(head[1:], purpose).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head)
        except (InvalidTag, ValueError):
            raise Unopenable(f"{purpose}: damaged or sealed for another purpose") from None

    @property
    def first(self) -> bytes:
        """The id of the master that seals."""
        return self._first

    @property
    def head(self) -> bytes:
        """How everything begins that is sealed from now on: what begins otherwise needs a former master."""
        return _FORM + self._first

    def knows(self, sealed: bytes) -> bool:
        """Whether this was sealed under a master that is configured."""
        return sealed[:1] == _FORM and sealed[1:HEAD_BYTES] in self._masters

    def secrets(self, purpose: str) -> tuple[bytes, ...]:
        """32 bytes that follow from each master key and the purpose, for tokens that come back to us.

        The first makes them; all of them recognise them, as long as a former master is configured.
        """
        info = f"aduan secret {purpose}".encode()
        return tuple(HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(key) for key in self._masters.values())

    def derived(self, master: bytes, purpose: str, salt: bytes) -> bytes:
        """32 bytes that follow from the master of this id, the purpose and the salt. Raises `UnknownMaster`."""
        if master not in self._masters:
            raise UnknownMaster(f"{purpose}: made with a master key that isn't configured")
        return HKDF(SHA256(), KEY_BYTES, salt=salt, info=f"aduan {purpose}".encode()).derive(self._masters[master])

    def new_key(self) -> bytes:
        """A fresh random key, to be stored wrapped."""
        return self.random_bytes(KEY_BYTES)

    def wrap(self, name: str, key: bytes) -> bytes:
        """The key `name` in the form it's stored in."""
        return self.close(f"key of {name}", key)

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """The inverse of `wrap`. Raises `Unopenable`."""
        return self.open(f"key of {name}", wrapped)

    def _cipher(self, master: bytes, purpose: str) -> AESGCM:
        found = self._purposes.get((master, purpose))
        if found is None:
            derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"aduan {purpose}".encode())
            found = AESGCM(derived.derive(self._masters[master]))
            if not purpose.startswith("key of "):  # those are many, and each is used once or twice
                self._purposes[master, purpose] = found
        return found
