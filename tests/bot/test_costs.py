"""What a message costs in statements: as many for sixty-four conversations as for one, whatever the office has stored."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import event

from bot.intake import Intake
from bot.pump import Pump
from tests.doubles import FakeChannel, a_road, an_office, payload, said
from tests.limits import LIMITS
from workflow.dialogue import behalf
from workflow.heard import hearing

TALK = ("Lampu jalan di depan balai RW mati sejak kemarin malam", "nanti", "nanti", "nanti", "ya")


class Talks:
    """Citizens who all write the same at the same time, and how many statements each round takes."""

    def __init__(self, store):
        self.channel = FakeChannel(limits=LIMITS["telegram"])
        self.road = a_road(store, self.channel, offices=[an_office()])
        self.intake, self.pump = Intake(self.road), Pump(self.road)
        self.said: Counter[str] = Counter()
        event.listen(store.engine, "before_cursor_execute", lambda *given: self.said.update([given[2]]))

    async def round(self, nth, words, chats):
        at = self.road.clock.now()
        for chat in chats:
            await self.intake.receive(
                self.channel, payload(f"{chat}.{nth}", replace(said(words, chat, str(nth)), at=at), chat)
            )
        self.said.clear()
        while await self.pump.step():
            pass
        self.road.clock.shift(timedelta(seconds=30))
        return self.said.total()


async def test_a_round_of_many_conversations_takes_as_many_statements_as_one(memory):
    talks = Talks(memory)
    alone = None
    for who in (["1"], [str(100 + n) for n in range(40)]):
        taken = [await talks.round(nth, words, who) for nth, words in enumerate(TALK)]
        assert taken[0] <= 21, taken  # the words of the notice are kept where they weren't known yet
        assert all(each <= 20 for each in taken[1:-1]), taken  # a citizen's ordinary message
        assert taken[-1] <= 45, taken  # it's registered: the batch, and that in which the receipts are ordered
        alone = alone or taken
    assert taken == alone


@pytest.mark.parametrize("words", ["mewakili ibu saya, KTP beliau menyusul", "lampu jalan mati"])
def test_whom_a_report_is_for_is_heard_without_folding_our_own_lists_anew(monkeypatch, words):
    behalf.relation_in(words)
    folded, fold = [], hearing.folded
    monkeypatch.setattr(hearing, "folded", lambda text: folded.append(text) or fold(text))
    behalf.relation_in(words)
    assert folded == [words]
