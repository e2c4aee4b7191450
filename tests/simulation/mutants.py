"""Planted bugs that the simulation must catch: a simulation that can't fail proves nothing.

Each is a small patch of the real code; `planted(name)` puts it in for a while.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from bot import attempt, claiming, settling
from bot.changes import Changes
from bot.deliver import Deliver
from bot.intake import Intake
from bot.pump import Pump
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.rows import Arrival
from workflow.desk import cards, show
from workflow.message import Outbound
from workflow.office import Office
from workflow.procedure import rights
from workflow.procedure.case import Case
from workflow.world import Supply


@dataclass(frozen=True)
class Mutant:
    """One planted bug. `seed` is the one that showed it last, tried first."""

    what: str
    plant: Callable[[ExitStack], None]
    seed: int = 1


def _no_deduplication(stack: ExitStack) -> None:
    numbers, take_in = itertools.count(), Inbox.take_in

    def forgetful(self: Inbox, arrivals: Any, now: Any) -> int:
        fresh = [
            Arrival(each.office, each.channel, f"{each.key}#{next(numbers)}", each.lane, each.payload, each.form)
            for each in arrivals
        ]
        return take_in(self, fresh, now)

    stack.enter_context(patch.object(Inbox, "take_in", forgetful))


def _two_transactions(stack: ExitStack) -> None:
    write, batch = Changes.write, Pump._batch
    kept: list[tuple[Outbound, int]] = []

    def without_sends(self: Changes, *rest: Any) -> None:
        kept[:] = self.sends
        self.sends = []
        write(self, *rest)
        self.sends = list(kept)

    async def then_the_sends(self: Pump, now: Any, *rest: Any) -> Any:
        kept.clear()
        outcome = await batch(self, now, *rest)
        sends = list(kept)
        if sends:
            await self._road.store.write(lambda unit: unit.outbox.put_in(sends, now))
        return outcome

    stack.enter_context(patch.object(Changes, "write", without_sends))
    stack.enter_context(patch.object(Pump, "_batch", then_the_sends))


def _sending_counts_as_sent(stack: ExitStack) -> None:
    async def trusting(self: Deliver, *, everything: bool) -> int:
        now = self.road.clock.now()

        def settle(unit: Any) -> int:
            rows = unit.outbox.left_sending(None)
            for row in rows:
                unit.outbox.settle(row, "sent", now)
                unit.outbox.go_on(row.address, now)
            return len(rows)

        return await self.road.store.write(settle)

    stack.enter_context(patch.object(Deliver, "recover", trusting))


def _newest_first(stack: ExitStack) -> None:
    """What's queued for a chat leaves in the wrong order."""
    choose = claiming.choose

    def hasty(rows: Any, *rest: Any, **more: Any) -> Any:
        chosen = choose(rows, *rest, **more)
        others = [row for row in rows if row.kind not in ("press", "edit", "delete") and row.not_before is None]
        if others and others[0].id in chosen.ids and others[-1].state == "queued" and others[-1].ready_at is None:
            ids = tuple(others[-1].id if each == others[0].id else each for each in chosen.ids)
            return replace_choice(chosen, ids)
        return chosen

    stack.enter_context(patch.object(claiming, "choose", hasty))


def replace_choice(chosen: Any, ids: tuple[int, ...]) -> Any:
    """The same choice of other rows."""
    return type(chosen)(ids, chosen.again_at)


def _lane_backwards(stack: ExitStack) -> None:
    """What waits in a lane is decided in the wrong order."""
    waiting = Inbox.waiting

    def backwards(self: Inbox, *rest: Any) -> Any:
        rows, more = waiting(self, *rest)
        return rows[::-1], more

    stack.enter_context(patch.object(Inbox, "waiting", backwards))


def _greedy_replacing(stack: ExitStack) -> None:
    """What replaces something takes away all that waits for the chat, a receipt too."""
    give_way = Outbox._give_way

    def greedy(self: Outbox, messages: Any, now: Any) -> None:
        give_way(self, messages, now)
        for message in messages:
            if message.replaces:
                waiting = self.waiting([message.to.lane], now)[message.to.lane]
                pairs = {(message.to.office, row.key) for row in waiting if row.key}
                self.cancel(pairs, now)

    stack.enter_context(patch.object(Outbox, "_give_way", greedy))


def _repeats_unmarked(stack: ExitStack) -> None:
    stack.enter_context(patch.object(attempt, "is_marked", lambda kind, doubts: False))


def _acknowledged_too_early(stack: ExitStack) -> None:
    """The provider is told that all is well before the commit."""
    from tests.doubles import Crash

    receive = Intake.receive

    async def careless(self: Intake, *rest: Any) -> None:
        try:
            await receive(self, *rest)
        except Crash:
            return

    stack.enter_context(patch.object(Intake, "receive", careless))


def _no_quiet_hours(stack: ExitStack) -> None:
    stack.enter_context(patch.object(Office, "quiet_until", lambda self, at: None))


def _papers_in_the_group(stack: ExitStack) -> None:
    stack.enter_context(patch.object(show, "_may_enter_group", lambda paper: paper.state == "ready"))


def _numbers_with_gaps(stack: ExitStack) -> None:
    number = Supply.number

    def wasteful(self: Supply, year: int) -> int:
        if number(self, year) % 3 == 0:
            number(self, year)
        return self.numbers[year]

    stack.enter_context(patch.object(Supply, "number", wasteful))


def _letters_with_gaps(stack: ExitStack) -> None:
    letter = Supply.letter

    def wasteful(self: Supply, series: str, year: int) -> int:
        letter(self, series, year)
        return letter(self, series, year)

    stack.enter_context(patch.object(Supply, "letter", wasteful))


def _anybody_may(stack: ExitStack) -> None:
    """Whoever presses first does it, whatever their role."""
    stack.enter_context(patch.object(rights, "has_turn", lambda *rest: True))


def _a_step_unrecorded(stack: ExitStack) -> None:
    """A report goes on, and the record doesn't say so."""
    record = Case.record

    def forgetful(self: Case, act: str, **more: Any) -> None:
        if act not in ("report", "draft"):
            record(self, act, **more)

    stack.enter_context(patch.object(Case, "record", forgetful))


def _names_in_the_group(stack: ExitStack) -> None:
    """The card says whose complaint it is."""
    statement = cards._statement
    stack.enter_context(
        patch.object(cards, "_statement", lambda each: f"{each.private.get('name', '')}: {statement(each)}")
    )


def _uncertain_is_over(stack: ExitStack) -> None:
    """A message that may have arrived is taken for sent."""
    consequence = settling.consequence

    def sure(*rest: Any) -> Any:
        found = consequence(*rest)
        return type(found)("sent", settled=True) if found.state == "uncertain" else found

    stack.enter_context(patch.object(settling, "consequence", sure))


def _retry_after_ignored(stack: ExitStack) -> None:
    """A chat that asked for a pause is written to at once."""
    mark = Outbox.mark

    def deaf(self: Outbox, address: str, **columns: Any) -> None:
        columns.pop("busy_until", None)
        if columns:
            mark(self, address, **columns)

    again = Outbox.again

    def at_once(self: Outbox, row: Any, state: str, ready_at: Any, **more: Any) -> None:
        again(self, row, state, row.queued_at if more.get("reason") == "busy" else ready_at, **more)

    stack.enter_context(patch.object(Outbox, "mark", deaf))
    stack.enter_context(patch.object(Outbox, "again", at_once))


MUTANTS = {
    "no-deduplication": Mutant("an update that comes twice is taken in twice", _no_deduplication),
    "two-transactions": Mutant("a state and the reply to it are stored one after the other", _two_transactions),
    "sending-is-sent": Mutant("after a crash what was being sent counts as sent", _sending_counts_as_sent),
    "newest-first": Mutant("what's queued for a chat doesn't leave in its order", _newest_first),
    "lane-backwards": Mutant("what waits in a lane is decided in the wrong order", _lane_backwards),
    "greedy-replacing": Mutant("what replaces a message drops a receipt too", _greedy_replacing, seed=2),
    "repeats-unmarked": Mutant("a message that's sent again doesn't say so", _repeats_unmarked),
    "acknowledged-too-early": Mutant("an update is acknowledged before it's durable", _acknowledged_too_early),
    "uncertain-is-over": Mutant("a time-out counts as sent", _uncertain_is_over),
    "retry-after-ignored": Mutant("a 429 is answered by trying at once", _retry_after_ignored),
    "no-quiet-hours": Mutant("citizens are written to at night", _no_quiet_hours),
    "papers-in-the-group": Mutant("identity documents enter the group", _papers_in_the_group),
    "numbers-with-gaps": Mutant("the register skips a number", _numbers_with_gaps),
    "letters-with-gaps": Mutant("the letters skip a number", _letters_with_gaps),
    "anybody-may": Mutant("a step is done by who isn't named for it", _anybody_may),
    "a-step-unrecorded": Mutant("a published step isn't in the record", _a_step_unrecorded),
    "names-in-the-group": Mutant("a citizen's name stands on the card", _names_in_the_group),
}
"""The planted bugs, by name."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Run with that bug."""
    with ExitStack() as stack:
        if name:
            MUTANTS[name].plant(stack)
        yield
