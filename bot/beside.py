"""What an operator's commands do beside a running service: what's stuck, trying it again, one-time codes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.clock import Chance, Clock
from bot.config import Settings
from bot.foundation import CannotStart, open_store
from storage.engine import Store, Unavailable
from storage.schema import is_current
from storage.seal import UnknownMaster
from storage.unit import Unit
from workflow.world import Link

CODE_LASTS = timedelta(hours=24)
LANE = "lane-"
"""How the ids of parked lanes begin; a bare number is that of a payload in quarantine."""


def stuck(settings: Settings) -> list[tuple[str, ...]]:
    """Parked lanes and what lies in quarantine: (id, office, since, what, why).

    A lane's name holds a citizen's number or address. What's printed here is shown to others, so the lane is called
    after the row of the inbox at which it stands.
    """
    with opened(settings) as store:
        parked = store.now(lambda unit: unit.inbox.parked())
        aside = store.now(lambda unit: unit.inbox.aside())
    rows: list[tuple[str, ...]] = [
        (
            f"{LANE}{each.head}",
            each.office,
            f"{each.parked_at:%Y-%m-%dT%H:%MZ}",
            f"{each.lane.partition(':')[0]}: parked, {each.waiting} wait",
            each.error,
        )
        for each in parked
    ]
    rows += [
        (str(each.id), each.office, f"{each.at:%Y-%m-%dT%H:%MZ}", f"{each.channel}: quarantine", each.reason)
        for each in aside
        if each.replayed_at is None
    ]
    return rows


def replay(settings: Settings, ids: Sequence[str]) -> int:
    """Put parked lanes and quarantined payloads back into the inbox; how many were."""
    wanted = [row[0] for row in stuck(settings)] if list(ids) == ["all"] else list(ids)
    now = Clock().now()

    def put_back(unit: Unit) -> int:
        lanes = {f"{LANE}{each.head}": each.lane for each in unit.inbox.parked()}
        count = 0
        for name in wanted:
            count += (
                unit.inbox.replay(int(name), now) if name.isdecimal() else unit.inbox.unpark(lanes.get(name, ""), now)
            )
        return count

    with opened(settings) as store:
        return store.now(put_back)


def one_time_code(settings: Settings, office: str, purpose: str) -> str:
    """A code that links a chat to an office once within a day: a group as its desk, or an operator's own chat."""
    clock = Clock()
    code = Chance(clock).link_code()
    link = Link(token=code, staff=purpose, until=clock.now() + CODE_LASTS)
    with opened(settings) as store:
        store.now(lambda unit: unit.cases.keep_links(office, [link]))
    return code


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The store for a command, beside a running service; raises `CannotStart`."""
    store = open_store(settings, Chance(Clock()))
    try:
        if not is_current(store):
            raise CannotStart("The database has another shape than this version. Run `aduan migrate` first.", 3)
        yield store
    except Unavailable as error:
        raise CannotStart(f"The database can't be reached: {error}") from None
    except UnknownMaster:
        raise CannotStart("The master key doesn't open what this database holds: `aduan check` says more.", 2) from None
    finally:
        store.close()
