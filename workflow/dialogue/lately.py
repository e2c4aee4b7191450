"""What happened a moment ago in a talk, apart from any report, for as long as it colours what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from workflow.dialogue.talk import Talk
from workflow.message import Press

DANGER, OUTSIDE = "danger", "outside"
"""Somebody is in danger; a report was about the head and sent outside the office."""
LASTS = {DANGER: timedelta(minutes=30), OUTSIDE: timedelta(hours=1)}
TAPPED_TWICE = timedelta(seconds=3)
_KEY, _TAPPED = "lately", "tapped"


def mark(talk: Talk, what: str, kinds: tuple[str, ...] = ()) -> None:
    """Remember that it was so just now; `kinds` are those of the emergency."""
    at = talk.world.now.isoformat()
    talk.set(extra={**talk.conversation.extra, _KEY: " ".join((what, at, ",".join(kinds)))})


def was(talk: Talk) -> tuple[str, tuple[str, ...]]:
    """What it was and of which kinds; ("", ()) where nothing was, or it's long ago."""
    what, _, rest = talk.conversation.extra.get(_KEY, "").partition(" ")
    at, _, kinds = rest.partition(" ")
    if not what or talk.world.now - datetime.fromisoformat(at) >= LASTS[what]:
        return "", ()
    return what, tuple(kind for kind in kinds.split(",") if kind)


def is_second_tap(talk: Talk, press: Press) -> bool:
    """Whether a finger struck the same button twice: the second time asks for nothing."""
    before, _, at = talk.conversation.extra.get(_TAPPED, "").partition(" ")
    # What a forged button carries, a NIK even, isn't kept: so few bits tell two buttons apart, and nothing more.
    mark = f"{crc32(press.data.encode(errors='replace')) & 0xFFFF:04x}"
    talk.set(extra={**talk.conversation.extra, _TAPPED: f"{mark} {press.at.isoformat()}"})
    return before == mark and abs(press.at - datetime.fromisoformat(at)) < TAPPED_TWICE
