"""Planted bugs that the simulation must catch: a simulation that can't fail proves nothing.

Each is a small patch of the real code; `planted(name)` puts it in for a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.simulation import mutants_office as office
from tests.simulation import mutants_road as road
from tests.simulation.faults import ROUGH, STALLED, Odds
from tests.simulation.world import OFFICES, PASSING, QUIET, Town

PLACES = ("kanigaran", "pekutatan", "pegantenan")
"""Few enough that each has several complaints: documents, an office's own loop, names and counted letters."""


@dataclass(frozen=True)
class Mutant:
    """One planted bug. `seed` is the one that showed it last, tried first.

    `by`: a piece of what whoever it harms says of it, so that it's they who caught it, and no accident beside it.
    """

    what: str
    plant: Callable[[ExitStack], None]
    by: str = ""
    seed: int = 1
    places: tuple[str, ...] = PLACES  # where it's looked for
    mix: tuple[str, ...] = ("telegram",)  # and what the citizens write on
    odds: Odds = ROUGH
    town: Town = QUIET
    citizens: int = 8
    store: str = "memory"


_STALLING: dict[str, Any] = {
    "places": OFFICES,
    "mix": ("sms",),
    "odds": STALLED,
    "town": PASSING,
    "citizens": 30,
    "store": "postgres",
}
"""Two workers that stand still in the middle of sending."""

MUTANTS = {
    "no-deduplication": Mutant("an update that comes twice is taken in twice", road.no_deduplication),
    "two-transactions": Mutant("a state and the reply to it are stored one after the other", road.two_transactions),
    "sending-is-sent": Mutant("after a crash what was being sent counts as sent", road.sending_counts_as_sent),
    "newest-first": Mutant("what's queued for a chat doesn't leave in its order", road.newest_first),
    "lane-backwards": Mutant("what waits in a lane is decided in the wrong order", road.lane_backwards),
    "greedy-replacing": Mutant("what replaces a message drops a receipt too", road.greedy_replacing, seed=2),
    "repeats-unmarked": Mutant("a message that's sent again doesn't say so", road.repeats_unmarked),
    "acknowledged-too-early": Mutant("an update is acknowledged before it's durable", road.acknowledged_too_early),
    "uncertain-is-over": Mutant("a time-out counts as sent", road.uncertain_is_over),
    "retry-after-ignored": Mutant("a 429 is answered by trying at once", road.retry_after_ignored),
    "lost-wakeup": Mutant("a lane is put to sleep over work that arrived", road.lost_wakeup, by="got no answer at all"),
    "sent-twice": Mutant("what was surely accepted is sent again", road.sent_twice, by="arrived twice without a fault"),
    "expired-lease": Mutant(
        "who slept through a lease writes what became of a message that another has sent",
        road.expired_lease,
        by="when all is over",
        **_STALLING,
    ),
    "trusts-the-search": Mutant(
        "what a slow worker may send yet is sent again as if for the first time",
        road.trusts_the_search,
        by="arrived again and doesn't say so",
        **_STALLING,
    ),
    "answers-elsewhere": Mutant("an answer goes to whoever wrote last", road.answers_elsewhere, by="got the answer"),
    "no-reminder": Mutant("a silent citizen isn't reminded", road.no_reminder, by="was never reminded"),
    "no-warning": Mutant("the desk isn't asked for a word in time", road.no_warning, by="wasn't asked for a word"),
    "no-opening-list": Mutant(
        "a morning begins without its list", road.no_opening_list, by="the opening list is without", seed=2
    ),
    "window-forgotten": Mutant(
        "a free text goes out beside WhatsApp's window",
        road.window_forgotten,
        by="fails with 63016",
        seed=2,
        mix=("whatsapp",),
    ),
    "no-quiet-hours": Mutant("citizens are written to at night", office.no_quiet_hours),
    "papers-in-the-group": Mutant("identity documents enter the group", office.papers_in_the_group),
    "confidential-in-the-group": Mutant(
        "the card of a confidential report enters the group", office.confidential_in_the_group, by="of the confidential"
    ),
    "numbers-with-gaps": Mutant("the register skips a number", office.numbers_with_gaps),
    "letters-with-gaps": Mutant("the letters skip a number", office.letters_with_gaps),
    "anybody-may": Mutant("a step is done by who isn't named for it", office.anybody_may),
    "a-step-unrecorded": Mutant("a published step isn't in the record", office.a_step_unrecorded),
    "names-in-the-group": Mutant("a citizen's name stands on the card", office.names_in_the_group),
    "deadlines-in-utc": Mutant(
        "every deadline is counted in UTC", office.deadlines_in_utc, by="by the printed standard"
    ),
    "told-in-one-zone": Mutant(
        "every deadline is shown in Jakarta's time", office.told_in_one_zone, by="its limit is shown"
    ),
    "stale-buttons": Mutant("an old approval holds for a new draft", office.stale_buttons, by="an old button"),
    "words-of-another": Mutant(
        "words are recorded as a colleague's", office.words_of_another, by="which was written by"
    ),
    "numbers-typed-twice": Mutant(
        "two letters bear one number", office.numbers_typed_twice, by="bear the number", places=("kedopok",)
    ),
}
"""The planted bugs, by name."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Run with that bug."""
    with ExitStack() as stack:
        if name:
            MUTANTS[name].plant(stack)
        yield
