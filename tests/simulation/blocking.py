"""Who shuts the office out once their report is in, and perhaps lets it in again days later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from storage.rows import OutboxRow
from tests.simulation.citizens import Citizen
from tests.simulation.provider import CHANNEL
from tests.simulation.reading import has
from tests.simulation.writers import Texter
from workflow.message import Presence, Sender
from workflow.record import Complaint

if TYPE_CHECKING:
    from tests.simulation.invariants import Seen

AT = (3, 11)
"""Of each 13 citizens those at these places, if they write where it's told who shuts the bot out."""
MOST_TRIES = 3
"""So often one message may meet the closed door: once, and again after a crash."""
SHUT = ("no", "21610")
SLACK = timedelta(minutes=5)
TOLD = ("desk.post.blocked", "desk.delivery.failed", "desk.delivery.answer_failed")


class Blocker(Citizen):
    """Somebody who has had enough of it: on Telegram they block the bot, by SMS they write STOP."""

    is_told = True  # the provider says at once that the door is shut, before anything meets it

    def __post_init__(self) -> None:
        """They block it, and most open it again."""
        super().__post_init__()
        self.fate, self.adds, self.asks_status = "finish", False, False
        self.shut_at: datetime | None = None
        self.open_at: datetime | None = None
        self.comes_back = self.random.random() < 0.6

    def afterwards(self) -> None:
        """Once the number is there they shut the door."""
        if not self.number or self.shut_at is not None:
            return
        self.shut_at = self.world.agenda.now
        self.since = None
        self._tells_door(shut=True)
        if self.comes_back:
            days = self.random.uniform(1, 4)

            async def open_again() -> None:
                self._tells_door(shut=False)
                self.open_at = self.world.agenda.now
                self.ask_status()
                self.expect_reply()

            self.world.agenda.after(days * 86_400, f"{self.office.id}/{self.chat} opens the door", open_again)

    def _tells_door(self, *, shut: bool) -> None:
        (self.provider.blocked.add if shut else self.provider.blocked.discard)(self.chat)
        who = Sender(id=self.chat, name=self.account)
        self.provider.tell(Presence(chat=self.address, sender=who, at=self.world.agenda.now, blocked=shut))

    def was_shut_for(self, row: OutboxRow) -> bool:
        """Whether a message met the closed door, and was given up."""
        return row.state == "refused" and self.shut_at is not None


class Stopper(Blocker, Texter):
    """Who does so by SMS."""

    is_told = False

    def _tells_door(self, *, shut: bool) -> None:
        self.say("STOP" if shut else "START")


KINDS = {CHANNEL: Blocker, "sms": Stopper}


def doors(seen: Seen) -> Iterator[str]:
    """The desk knows whom it can't reach, nobody knocks without end, and an open door is used again."""
    for citizen in seen.world.citizens.values():
        if not isinstance(citizen, Blocker) or citizen.shut_at is None:
            continue
        lane = citizen.address.lane
        until = citizen.open_at or seen.world.agenda.now
        tries = [each for each in citizen.provider.attempts if each.chat == citizen.chat and each.outcome in SHUT]
        met = Counter(each.key for each in tries)
        yield from (f"{lane} shut us out, and {key} was tried {n} times" for key, n in met.items() if n > MOST_TRIES)
        if any(each.at > until + SLACK for each in tries):
            yield f"{lane} let us in again, and is refused still"
        for complaint in seen.complaints.values():
            if complaint.citizen == citizen.address:
                yield from (f"{lane} shut us out: {problem}" for problem in _known(citizen, complaint, seen))
        if citizen.open_at is not None and not any(shown.at > citizen.open_at for shown in citizen.shown):
            yield f"{lane} let us in again, and never heard of us"


def _known(citizen: Blocker, complaint: Complaint, seen: Seen) -> Iterator[str]:
    """The desk was told, and an answer that isn't there doesn't count as one that is."""
    assert citizen.shut_at is not None
    if complaint.closed_at is not None and complaint.closed_at < citizen.shut_at:
        return
    desk = seen.world.desks[complaint.office].shown
    about = [each.text for each in desk if each.message.refers and each.message.refers.complaint == complaint.id]
    missed = any(row.message.about == complaint.id and citizen.was_shut_for(row) for row in seen.rows[complaint.office])
    if (citizen.is_told or missed) and not any(has(text, *TOLD) for text in about):
        yield f"the desk was never told about {complaint.number}"
    arrived = any(complaint.answer in shown.text for shown in citizen.shown)
    if complaint.closed_as == "answered" and not arrived and complaint.delivery not in ("failed", "handed"):
        yield f"{complaint.number} wasn't answered there, and its card says {complaint.delivery!r}"
