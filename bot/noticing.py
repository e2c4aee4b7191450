"""What events say of the ways to people, whatever is decided: who wrote, who is gone, where a mail goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.reading import Arrived
from bot.topics import begun_again
from storage.held import Heard, Thread
from storage.rows import Arrival
from storage.unit import Unit
from workflow.happening import Carried
from workflow.message import Address, Limits, Message, Presence, Press, Standing, TopicMade
from workflow.world import Decision

_BELIEVED = timedelta(days=7)  # so old a provider's own time of a message may be; else it has none, or a wrong one


@dataclass(slots=True)
class Noticed:
    """Gathered over a batch, in the order it was decided."""

    now: datetime
    freed: int = 0  # messages that could go because somebody wrote; known once it's written
    stood: bool = False  # whether what we may do in a group changed
    _welcome: list[Address] = field(default_factory=list)
    _heard: set[str] = field(default_factory=set)  # lanes
    _wrote: dict[Address, Heard] = field(default_factory=dict)  # where a channel wants it kept
    _gone: list[Address] = field(default_factory=list)
    _topics: list[TopicMade] = field(default_factory=list)
    _begun: list[Thread] = field(default_factory=list)
    _replied: dict[tuple[str, str], str] = field(default_factory=dict)  # (lane, our message) -> route of the reply

    def add(self, arrived: Arrived, decision: Decision, limits: Callable[[Address], Limits]) -> None:
        """One event, and what was decided about it."""
        event = arrived.event
        if isinstance(event, Standing):
            self.stood = True
            if event.welcome:
                self._welcome.append(event.chat)
        elif isinstance(event, TopicMade) and event.ours:
            self._topics.append(event)
        elif isinstance(event, Presence) and event.blocked:
            self._gone.append(event.chat)
            self._heard.discard(event.chat.lane)
        elif isinstance(event, Message | Press | Presence):
            self._heard.add(event.chat.lane)
            self._gone = [each for each in self._gone if each != event.chat]
        if isinstance(event, Message | Press):
            carries = limits(event.chat)
            if carries.window_h or carries.threads:
                self._write(arrived, event)
        if isinstance(event, Carried) and event.from_same_account and limits(event.chat).window_h:
            said = self._wrote.get(event.chat)
            if said is None or said.at <= event.at:  # the provider opens the window for the person, not for a name
                self._wrote[event.chat] = Heard(event.chat, event.at)
        if isinstance(event, Message) and event.route:
            self._thread(event, decision)

    def _write(self, arrived: Arrived, event: Message | Press) -> None:
        """When they wrote, by the provider's own time where it has one: what was lost may come hours later."""
        received = arrived.row.received_at
        at = event.at if received - _BELIEVED < event.at < received else received
        known = self._wrote.get(event.chat)
        if known is not None and known.at > at:
            return
        route = event.route if isinstance(event, Message) else ""
        self._wrote[event.chat] = Heard(event.chat, at, event.id, route or (known.route if known else ""))
        self._heard.discard(event.chat.lane)

    def _thread(self, event: Message, decision: Decision) -> None:
        """What's first written about something goes on in the thread it came in, and follows them into another."""
        lane = event.chat.lane
        self._begun += [
            Thread(lane, each.about, event.route) for each in decision.sends if each.about and each.to == event.chat
        ]
        if event.reply_to:
            self._replied[lane, event.reply_to] = event.route

    def write(self, unit: Unit) -> None:
        """Before anything new is queued, so that what was held goes first."""
        if self._heard:
            unit.outbox.heard_from(sorted(self._heard))
        if self._wrote:
            self.freed = unit.outbox.heard(list(self._wrote.values()), self.now)
        for chat in self._gone:
            unit.outbox.gone(chat, self.now, "blocked")
        if self._begun:
            unit.outbox.begin_threads(self._begun, self.now)
        if self._replied:
            abouts = unit.outbox.abouts(self._replied)
            moved = [Thread(pair[0], about, self._replied[pair]) for pair, about in abouts.items()]
            unit.outbox.move_threads(moved, self.now)

    def adopt_topics(self, unit: Unit) -> list[Arrival]:
        """After what was queued: the topics asked for are among that. What's to be put into lanes because of it."""
        arrivals: list[Arrival] = []
        for topic in self._topics:
            asked = unit.outbox.adopt_topic(topic.chat, topic.name, topic.thread, self.now)
            if asked is not None:
                arrivals += begun_again(unit, asked, self.now)
        for chat in self._welcome:
            unit.outbox.let_in(chat.lane, self.now)
        return arrivals
