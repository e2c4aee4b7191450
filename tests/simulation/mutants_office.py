"""Bugs to be planted in what the office does: its register, its clocks, its staff, and what may be shown to whom."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from storage.letters import Letters
from storage.parts import Conflict
from workflow.clocks import deadline
from workflow.desk import cards, press, show
from workflow.office import Office
from workflow.procedure import complaint as complaints
from workflow.procedure import letter_acts, rights, telling
from workflow.procedure.case import Case
from workflow.world import Supply


def no_quiet_hours(stack: ExitStack) -> None:
    stack.enter_context(patch.object(Office, "quiet_until", lambda self, at: None))


def papers_in_the_group(stack: ExitStack) -> None:
    stack.enter_context(patch.object(show, "_may_enter_group", lambda paper: paper.state == "ready"))


def confidential_in_the_group(stack: ExitStack) -> None:
    """The card of a confidential report is posted where every other card is."""
    new_cards = show._new_cards

    def in_the_open(complaint: Any, world: Any) -> Any:
        sends, after = new_cards(replace(complaint, confidential=False), world)
        return sends, replace(after, confidential=complaint.confidential)

    stack.enter_context(patch.object(show, "_new_cards", in_the_open))


def numbers_with_gaps(stack: ExitStack) -> None:
    number = Supply.number

    def wasteful(self: Supply, year: int) -> int:
        if number(self, year) % 3 == 0:
            number(self, year)
        return self.numbers[year]

    stack.enter_context(patch.object(Supply, "number", wasteful))


def letters_with_gaps(stack: ExitStack) -> None:
    letter = Supply.letter

    def wasteful(self: Supply, series: str, year: int) -> int:
        letter(self, series, year)
        return letter(self, series, year)

    stack.enter_context(patch.object(Supply, "letter", wasteful))


def anybody_may(stack: ExitStack) -> None:
    """Whoever presses first does it, whatever their role."""
    stack.enter_context(patch.object(rights, "has_turn", lambda *rest: True))


def a_step_unrecorded(stack: ExitStack) -> None:
    """A report goes on, and the record doesn't say so."""
    record = Case.record

    def forgetful(self: Case, act: str, **more: Any) -> None:
        if act not in ("report", "draft"):
            record(self, act, **more)

    stack.enter_context(patch.object(Case, "record", forgetful))


def names_in_the_group(stack: ExitStack) -> None:
    """The card says whose complaint it is."""
    statement = cards._statement
    stack.enter_context(
        patch.object(cards, "_statement", lambda each: f"{each.private.get('name', '')}: {statement(each)}")
    )


def deadlines_in_utc(stack: ExitStack) -> None:
    """Every deadline is counted by the server's clock: the office opens at half past seven in Greenwich."""
    promise = deadline.promise

    def far_away(standard: Any, start: Any, pauses: Any = (), calendar: Any = None) -> Any:
        return promise(standard, start, pauses, replace(calendar or standard.calendar, zone=ZoneInfo("UTC")))

    stack.enter_context(patch.object(deadline, "promise", far_away))


def told_in_one_zone(stack: ExitStack) -> None:
    """Cards and receipts show the right moment as it's read in Jakarta."""
    for module in (cards, telling):
        written = module.say_moment
        western = partial(_by_jakarta, written)
        stack.enter_context(patch.object(module, "say_moment", western))


def _by_jakarta(written: Any, at: Any, _: Any) -> str:
    return str(written(at, ZoneInfo("Asia/Jakarta")))


def stale_buttons(stack: ExitStack) -> None:
    """A button holds whatever became of the draft since it was shown."""
    check = rights.check

    def trusting(complaint: Any, act: Any, world: Any) -> None:
        check(complaint, replace(act, version=None), world)

    for module in (press, complaints):
        stack.enter_context(patch.object(module, "check", trusting))


def words_of_another(stack: ExitStack) -> None:
    """What somebody writes is recorded as a colleague's."""
    record = Case.record

    def careless(self: Case, act: str, **more: Any) -> None:
        if act == "write" and self.person is not None:
            mates = self.world.office.with_role(self.person.roles[0])
            more["by"] = f"staff:{next((each.id for each in mates if each is not self.person), self.person.id)}"
        record(self, act, **more)

    stack.enter_context(patch.object(Case, "record", careless))


def numbers_typed_twice(stack: ExitStack) -> None:
    """Nobody looks whether another letter has the number that's typed."""
    typed, keep = letter_acts.typed, Letters.keep

    def trusting(case: Any, text: str) -> Any:
        case.world = dataclasses.replace(case.world, lettered=())
        return typed(case, text)

    def kept_once(self: Letters, *rest: Any) -> None:
        with suppress(Conflict):
            keep(self, *rest)

    stack.enter_context(patch.object(letter_acts, "typed", trusting))
    stack.enter_context(patch.object(Letters, "keep", kept_once))
