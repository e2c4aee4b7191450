"""What `aduan retention` prints: what was erased by which rule, what is due next, and what citizens asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.beside import opened
from bot.clock import Clock
from bot.config import Settings
from storage.unit import Unit
from workflow.privacy import retention

HEAD = ("what", "when", "kind", "complaint", "files", "rule")


def report(settings: Settings, office: str, days: int) -> list[tuple[str, ...]]:
    """Lines under `HEAD`: what was erased in the last `days`, what is due, and what citizens asked of their own data.

    Each part in the order of its times, the last one with the time the law gives.

    Moments are UTC. No name and no number of a citizen is in it.
    """
    now = Clock().now()

    with opened(settings) as store:
        return store.now(lambda unit: rows_of(unit, office, days, now))


def notices(settings: Settings, version: str) -> list[tuple[str, ...]]:
    """Versions of the notice: office, version, channel, since when, and of a named one its words."""
    with opened(settings) as store:
        found = store.now(lambda unit: unit.privacy.notice(version))
    return [
        (each.office, each.version, each.channel, _moment(each.at), *((each.words,) if version else ()))
        for each in found
    ]


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
    for each in unit.privacy.request_times(office):
        state = "late" if (each.closed_at or now) > each.due_at else "in time"
        answered = f", answered {_moment(each.closed_at)}" if each.closed_at else ""
        when = f"due {_moment(each.due_at)}{answered}, {state}"
        how = "open" if each.closed_at is None else "answered"
        rows.append(("request", _moment(each.asked_at), how, f"DP-{each.id}", "", when))
    return [*rows]


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%MZ}"
