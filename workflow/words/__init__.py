"""The sentences citizens and clerks read, as data: every TOML file beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def texts() -> dict[str, str]:
    """All sentences by their key `section.name`; a file's tables nest with dots. Two files may not share a key."""
    found: dict[str, str] = {}
    for entry in sorted(resources.files(__name__).iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".toml"):
            _flatten(tomllib.loads(entry.read_text("utf-8")), "", found, entry.name)
    return found


def _flatten(table: dict[str, object], prefix: str, found: dict[str, str], place: str) -> None:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            _flatten(value, f"{key}.", found, place)
        elif not isinstance(value, str):
            raise TypeError(f"{place}: {key} must be a text, not {type(value).__name__}")
        elif key in found:
            raise ValueError(f"{place}: {key} stands in two files of words; keep one")
        else:
            found[key] = value.strip("\n")
