"""Bugs to be planted on the road: in what is taken in, queued, leased, sent and settled."""

from __future__ import annotations

import dataclasses
import itertools
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace

from bot import attempt, claiming, settling
from bot.changes import Changes
from bot.claiming import Claiming
from bot.deliver import Deliver
from bot.intake import Intake
from bot.pump import Pump
from storage.inbox import Inbox
from storage.outbox import Outbox
from storage.outcomes import Outcomes
from storage.rows import Arrival
from storage.times import Times
from workflow.message import Outbound


def no_deduplication(stack: ExitStack) -> None:
    numbers, take_in = itertools.count(), Inbox.take_in

    def forgetful(self: Inbox, arrivals: Any, now: Any) -> int:
        fresh = [
            Arrival(each.office, each.channel, f"{each.key}#{next(numbers)}", each.lane, each.payload, each.form)
            for each in arrivals
        ]
        return take_in(self, fresh, now)

    stack.enter_context(patch.object(Inbox, "take_in", forgetful))


def two_transactions(stack: ExitStack) -> None:
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


def sending_counts_as_sent(stack: ExitStack) -> None:
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


def newest_first(stack: ExitStack) -> None:
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


def lane_backwards(stack: ExitStack) -> None:
    """What waits in a lane is decided in the wrong order."""
    waiting = Inbox.waiting

    def backwards(self: Inbox, *rest: Any) -> Any:
        rows, more = waiting(self, *rest)
        return rows[::-1], more

    stack.enter_context(patch.object(Inbox, "waiting", backwards))


def greedy_replacing(stack: ExitStack) -> None:
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


def repeats_unmarked(stack: ExitStack) -> None:
    stack.enter_context(patch.object(attempt, "is_marked", lambda kind, doubts: False))


def acknowledged_too_early(stack: ExitStack) -> None:
    """The provider is told that all is well before the commit."""
    from tests.doubles import Crash

    receive = Intake.receive

    async def careless(self: Intake, *rest: Any) -> None:
        try:
            await receive(self, *rest)
        except Crash:
            return

    stack.enter_context(patch.object(Intake, "receive", careless))


def uncertain_is_over(stack: ExitStack) -> None:
    """A message that may have arrived is taken for sent."""
    consequence = settling.consequence

    def sure(*rest: Any) -> Any:
        found = consequence(*rest)
        return type(found)("sent", settled=True) if found.state == "uncertain" else found

    stack.enter_context(patch.object(settling, "consequence", sure))


def retry_after_ignored(stack: ExitStack) -> None:
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


def lost_wakeup(stack: ExitStack) -> None:
    """A lane is put to sleep over what arrived while it was being worked off; and nobody sweeps."""
    release, wake = Inbox.release, Inbox.wake
    worked_off: dict[str, Any] = {}

    def slow(self: Inbox, rested: Any, awake: Any, now: Any) -> None:
        worked_off.update(dict.fromkeys(rested, now + timedelta(seconds=2)))
        release(self, rested, awake, now)

    def overtaken(self: Inbox, offices: Any, now: Any) -> None:
        wake(self, {lane: each for lane, each in offices.items() if now >= worked_off.get(lane, now)}, now)

    stack.enter_context(patch.object(Inbox, "release", slow))
    stack.enter_context(patch.object(Inbox, "wake", overtaken))
    stack.enter_context(patch.object(Inbox, "sweep", lambda self, now, older: 0))


def sent_twice(stack: ExitStack) -> None:
    """A message that was surely accepted stays in the queue once."""
    settle = Outbox.settle

    def doubting(self: Outbox, row: Any, state: str, now: Any, reason: str = "") -> None:
        if state == "sent" and row.message.kind in ("answer", "receipt") and not row.attempts:
            self.again(row, "queued", now, attempts=1, doubts=row.doubts, reason="")
        else:
            settle(self, row, state, now, reason)

    stack.enter_context(patch.object(Outbox, "settle", doubting))


def expired_lease(stack: ExitStack) -> None:
    """Whose lease ran out writes all the same."""
    stack.enter_context(patch.object(Outcomes, "taken_over", lambda self, row: ""))


def trusts_the_search(stack: ExitStack) -> None:
    """What a provider hasn't, nobody will send any more, whoever was about to."""
    stack.enter_context(patch.object(Outcomes, "may_go_yet", lambda self, row: False))


def answers_elsewhere(stack: ExitStack) -> None:
    """An answer goes to whoever wrote last."""
    add = Changes.add
    last: dict[str, Any] = {}

    def confused(self: Changes, decision: Any, arrived: Any, limits: Any) -> None:
        if decision.conversation is not None:
            last[arrived.row.office] = decision.conversation.address
        sends = tuple(
            replace(each, to=last.get(each.to.office, each.to)) if each.kind == "answer" else each
            for each in decision.sends
        )
        add(self, dataclasses.replace(decision, sends=sends), arrived, limits)

    stack.enter_context(patch.object(Changes, "add", confused))


def no_reminder(stack: ExitStack) -> None:
    """The bell that reminds a silent citizen is never set."""
    _without_bells(stack, "remind_draft")


def no_warning(stack: ExitStack) -> None:
    """The bell before a deadline, at which the desk is asked for a word, is never set."""
    _without_bells(stack, "total_warn", "step_warn")


def no_opening_list(stack: ExitStack) -> None:
    """The bell that brings the list of each morning rings once and isn't wound up again."""
    _without_bells(stack, "opening_list")


def _without_bells(stack: ExitStack, *kinds: str) -> None:
    put = Times.set

    def forgetful(self: Times, wanted: Any) -> None:
        if kept := [each for each in wanted if each.kind not in kinds]:
            put(self, kept)

    stack.enter_context(patch.object(Times, "set", forgetful))


def window_forgotten(stack: ExitStack) -> None:
    """Whatever is queued goes as it stands, however long ago they wrote last."""
    stack.enter_context(patch.object(Claiming, "_inside", lambda self, unit, each, rows, now: rows))
