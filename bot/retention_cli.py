"""What `aduan retention` prints: what was erased by which rule, and what is due next."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.beside import opened
from bot.clock import Clock
from bot.config import Settings
from storage.unit import Unit
from workflow.privacy import retention

HEAD = ("what", "when", "kind", "complaint", "files", "rule")


def report(settings: Settings, office: str, days: int) -> list[tuple[str, ...]]:
    """Lines under `HEAD`: first what was erased in the last `days`, oldest first, then what is due, soonest first.

    Moments are UTC. No name and no number of a citizen is in it.
    """
    now = Clock().now()

    with opened(settings) as store:
        return store.now(lambda unit: rows_of(unit, office, days, now))


def rows_of(unit: Unit, office: str, days: int, now: datetime) -> list[tuple[str, ...]]:
    """The lines as the store has them."""
    erased = unit.privacy.erased(office, now - timedelta(days=days), now + timedelta(seconds=1))
    rows = [("erased", _moment(each.at), each.kind, each.name, str(each.files), each.rule) for each in erased]
    timers = [each for each in unit.times.open_timers(office) if each.kind in retention.BELLS]
    names = unit.privacy.names([each.subject for each in timers])
    rows += [
        (
            "due",
            _moment(each.due_at),
            each.kind.removeprefix(retention.BELL),
            names.get(each.subject, each.subject),
            "",
            each.rule,
        )
        for each in timers
    ]
    return rows


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%MZ}"
