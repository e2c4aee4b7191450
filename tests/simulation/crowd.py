"""The many who don't complain: they greet, ask, look for help, tell half a story, and go their way.

Each expects one thing of the office, and that nothing is made of it that they didn't mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulation.citizens import GREETINGS, Citizen
from tests.simulation.names import name
from tests.simulation.provider import Shown
from tests.simulation.reading import has

if TYPE_CHECKING:
    from tests.simulation.invariants import Seen


@dataclass(frozen=True)
class Errand:
    """What somebody comes for: their words, one of the sentences they expect, and how many in a hundred come so."""

    says: tuple[str, ...]
    expects: tuple[str, ...]
    share: int


ERRANDS = {
    "greets": Errand(GREETINGS, ("greeting.what", "greeting.what.short", "greeting.what.letter"), 24),
    "asks": Errand(
        (
            "mau tanya, jam buka loket dekat {name} sampai jam berapa ya?",
            "mau tanya, syarat surat pindah ke {name} apa?",
        ),
        ("question.forwarded", "question.forwarded_later", "question.forwarded_later.short"),
        12,
    ),
    "looks": Errand(("status", "STATUS {prefix}-2026-9876"), ("status.none", "status.unknown"), 18),
    "reads": Errand(("PRIVASI",), ("privacy.long", "privacy.long.short"), 8),
    "is in danger": Errand(
        ("TOLONG ada kebakaran di rumah sebelah toko {name}, api besar",), ("emergency.now", "emergency.now.short"), 4
    ),
    "tells": Errand((), (), 34),
}
"""Why people come who don't go through with a complaint. Who tells half a story expects to be asked on."""


class Passer(Citizen):
    """Somebody who comes for one thing and goes."""

    def __post_init__(self) -> None:
        """Draw what they come for."""
        super().__post_init__()
        kinds = list(ERRANDS)
        self.errand = self.random.choices(kinds, [each.share for each in ERRANDS.values()])[0]
        self.vanished = True  # they don't mean to complain
        self.fate = "vanish"
        self.falls_silent = self.greets = self.brings_album = False

    def begin(self) -> None:
        """Say what they came for."""
        errand = ERRANDS[self.errand]
        if errand.says:
            prefix = self.office.standard.office.ticket_prefix
            text = self.random.choice(errand.says)
            self.say(text.format(name=name(self.world.next_name()), prefix=prefix))
        else:
            self.tell_story()
        self.expect_reply()

    def notices(self, shown: Shown) -> None:
        """They read it, and that's all."""
        self.since = None

    def is_content(self) -> bool:
        """Whether they got what they came for."""
        wanted = ERRANDS[self.errand].expects
        texts = [shown.text for shown in self.shown]
        return any(has(text, *wanted) for text in texts) if wanted else any("?" in t or "ohon" in t for t in texts)


def passers(seen: Seen) -> Iterator[str]:
    """Everybody who came for one thing got it, unless it was chatter that was lost after an uncertain sending."""
    for citizen in seen.world.citizens.values():
        if isinstance(citizen, Passer) and not citizen.is_content() and not seen.world.had_dropped(citizen):
            said = [shown.text for shown in citizen.shown]
            yield f"{citizen.address.lane}: {citizen.errand}, and was told {said}"


def errands(seen: Seen) -> Counter[str]:
    """How many came for what."""
    return Counter(each.errand for each in seen.world.citizens.values() if isinstance(each, Passer))
