"""Who begins by SMS and goes on where photos can be sent: with LANJUT and the code, on a neighbour's or their own phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.simulation.citizens import CROSSING
from tests.simulation.provider import Provider, Shown
from tests.simulation.reading import says
from tests.simulation.writers import Texter
from workflow.message import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.invariants import Seen

FROM = "sms"
STAY = (0, 5, 9)
"""Of each 13 citizens who begin there those at these places have nobody with a better telephone."""
_CODE = re.compile(r"LANJUT ([0-9A-Z]{4})\b")
_SAID = ("LANJUT {code}", "lanjut {code}", "{code} lanjut", "Lanjut kode {code}")
_YES = ("YA", "ya", "iya", "YA {code}")
_UNANSWERED = ("joining.refused", "joining.no_answer", "joining.no_request")


class Switcher(Texter):
    """Somebody who has a report begun by SMS, and its papers on another telephone."""

    def __post_init__(self) -> None:
        """Where else they write: in their own WhatsApp, a neighbour's, or in Telegram."""
        super().__post_init__()
        draw = self.random
        self.has = {sort: draw.choices(("have", "later", "none"), (84, 9, 7))[0] for sort in self.has}
        kind = draw.choice(("own", "neighbour", "telegram"))
        channel = "telegram" if kind == "telegram" else "whatsapp"
        other = self.chat if kind == "own" else self.chat.replace("+62812", "+62813")
        self.other: Provider = self.world.accounts[channel, self.office.id]
        self.second = other if channel == "whatsapp" else str(70_000 + int(self.chat[-8:]))
        self.at = self.address
        self.types = draw.random() < 0.5
        self.denies = kind != "own" and draw.random() < 0.1  # they take their own request for somebody else's
        self.went = self.stayed = False

    @property
    def lines(self) -> list[tuple[Provider, str]]:
        """Both telephones."""
        return [(self.provider, self.chat), (self.other, self.second)]

    @property
    def here(self) -> Address:
        """The telephone in their hand."""
        return self.at

    @property
    def shown(self) -> list[Shown]:
        """What stands in both, as it came."""
        return sorted(
            (each for line, chat in self.lines for each in line.chats.get(chat, [])), key=lambda each: each.at
        )

    def _reply(self, question: str, shown: Shown) -> bool:
        """Where it was asked; at home only what's asked there."""
        self.at = shown.message.to
        if question.startswith("joining."):
            return self._joins(question, shown)
        if question.startswith("elsewhere.") and not self.stayed:
            return self._goes(shown)
        return super()._reply(question, shown)

    def _goes(self, shown: Shown) -> bool:
        """They take the other telephone and write the word that was named; once more, where it's asked for here again."""
        found = _CODE.search(shown.text)
        if found is None:
            self.stayed = True
            return super()._reply("elsewhere.ask", shown)
        now = self.world.agenda.now
        if self.went and self.last_spoke is not None and now - self.last_spoke < CROSSING:
            return False  # asked before it was known what they had just sent there
        self.went = True
        self.at = self.addresses[1]
        self.say(self.random.choice(_SAID).format(code=found[1]))
        return True

    def _joins(self, question: str, shown: Shown) -> bool:
        if question in _UNANSWERED:
            if self.confirmed or self.stayed:
                return False
            self.at, self.stayed = self.address, True
            return super()._reply("elsewhere.ask", shown)
        code = (says(shown.text, question) or {}).get("code", "")
        if self.denies:
            self.denies = False
            self.say("TIDAK" if question == "joining.ask" else f"TIDAK {code}")
            return True
        self.say(self.random.choice(_YES).format(code=code) if question == "joining.ask" else f"YA {code}")
        return True

    def afterwards(self) -> None:
        """What follows they do at home, where the answer comes."""
        self.at = self.address
        super().afterwards()


def counted(seen: Seen) -> Iterator[str]:
    """How those fared who changed the telephone."""
    for citizen in seen.world.citizens.values():
        if isinstance(citizen, Switcher) and citizen.went:
            yield "reports carried on elsewhere" if not citizen.stayed else "reports left where they were begun"
