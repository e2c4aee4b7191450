"""Providers quote the addressee in what they answer: such words are logged and shown to staff without the address."""

from __future__ import annotations

import re

_MAIL = re.compile(r"[^\s<>@()\[\],;:\"']{1,64}@(?=[^\s@])")
# Nine digits or more; with dots between only in fours, as a NIK is written, for an address of a host has threes.
_NUMBER = re.compile(r"(?<![\w.+-])(?:\+?\d(?:[ -]?\d){8,}|\d{4}(?:\.\d{4}){3})(?![\w-])")


def unnamed(words: str) -> str:
    """The words on one line, without telephone and identity numbers (nine digits up) and mail addresses; hosts stay."""
    plain = "".join(each if each.isprintable() else " " for each in words)  # nothing that a terminal would obey
    return _NUMBER.sub("...", _MAIL.sub("...@", plain))
