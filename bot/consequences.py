"""What follows from an attempt to send: one table from fact to consequence. Pure; it never asks which channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.outgoing import MARKED
from workflow.message import Fact, Kind

State = Literal["sent", "refused", "dropped", "later", "uncertain", "held"]
Receipt = Literal["", "sent", "delivered", "read", "failed"]  # what the provider told later, as far as it's known
News = Literal["", "sent", "failed", "uncertain", "held"]
Mark = Literal[
    "", "busy", "gone", "moved", "closed", "aside", "barred", "lost_topic", "closed_topic", "vanished"
]  # fmt: skip

_DROPPED = frozenset({"ack", "press"})
_FIRST_PAUSE_S = 2.0
_LONGEST_PAUSE_S = 3600.0
_LONGEST_DOWN_S = 60.0
ECHO_S = 60.0  # so long a topic that may have been made waits for its echo
MOST_TOPICS = 3  # so often a topic may be lost, or made without our knowing
_BARRED_S = 60.0
_MOST_DOUBTS = 8  # a message that may have arrived so often is left alone, and the staff are told
_CLOSED_S = 600.0  # a channel that's wrongly configured is tried again after this
_NOT_HELD = frozenset({"ack", "press", "edit", "delete", "topic"})  # worth nothing once they write again
_RETURNED = frozenset({"answer", "receipt", "knock"})  # worth another attempt when it couldn't be delivered
_PASSING = frozenset({"busy", "down", "misconfigured"})
_RETURNS_S = (600.0, 3600.0, 6 * 3600.0)  # a telephone that's switched off is on again some time
_RANKS = {"": 0, "sent": 1, "delivered": 2, "read": 3}


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a message becomes, when it's tried again, and who learns of it."""

    state: State
    settled: bool
    pause_s: float = 0.0
    attempt: bool = True  # whether it counts as one
    doubt: bool = False  # it may have arrived
    news: News = ""
    mark: Mark = ""  # what was learned of the address, or that the whole channel is to be left alone


def consequence(fact: Fact, kind: Kind, attempts: int, doubts: int, retry_after_s: float = 0.0) -> Consequence:
    """The consequence of a failed attempt, after so many earlier ones.

    | fact | the message | and |
    |---|---|---|
    | busy | later, as told | its chat waits; no attempt is counted |
    | down | later, with back-off | its channel waits |
    | uncertain | by its kind: again, dropped, or the topic's echo awaited | |
    | gone | refused | its address is marked, the staff are told |
    | moved | at once to the new address, with back-off if it moves again | the address is kept |
    | refused | refused | the staff are told |
    | misconfigured | later | its channel is left alone, the operator is told |
    | window | held until they write again, chatter dropped | the citizen is asked to, the staff see it |
    | unready | later, and those behind it go first | no attempt is counted |
    | barred | later, with everything else for its chat | no attempt is counted, the operator is told |
    | lost_topic | later, once its topic is made again; in the end in the general one | |
    | closed_topic | at once, in the general topic | it's said there, once |
    | vanished | dropped | a card that was deleted is posted again |
    """
    match fact:
        case "busy":
            return Consequence("later", settled=False, pause_s=max(retry_after_s, 1.0), attempt=False, mark="busy")
        case "down":
            pause_s = min(_FIRST_PAUSE_S * 2.0 ** min(attempts, 10), _LONGEST_DOWN_S)
            return Consequence("later", settled=False, pause_s=pause_s, mark="closed")
        case "uncertain":
            return _uncertain(kind, doubts)
        case "gone":
            return Consequence("refused", settled=True, news="failed", mark="gone")
        case "moved":
            pause_s = min(_FIRST_PAUSE_S * 2.0**attempts, _LONGEST_DOWN_S) if attempts else 0.0
            return Consequence("later", settled=False, pause_s=pause_s, mark="moved")
        case "refused":
            return Consequence("refused", settled=True, news="failed")
        case "misconfigured":
            return Consequence("later", settled=False, pause_s=_CLOSED_S, attempt=False, mark="closed")
        case "window":
            return outside(kind)
        case "barred" | "lost_topic" | "closed_topic" | "vanished":
            return _of_the_group(fact, attempts)
        case "unready":
            return Consequence("later", settled=False, pause_s=max(retry_after_s, 1.0), attempt=False, mark="aside")


def _of_the_group(fact: Literal["barred", "lost_topic", "closed_topic", "vanished"], attempts: int) -> Consequence:
    """What people did in a group to the place of a message, or to the one it changes."""
    if fact == "barred":
        return Consequence("later", settled=False, pause_s=_BARRED_S, attempt=False, mark="barred")
    if fact == "vanished":
        return Consequence("dropped", settled=True, mark="vanished")
    mark: Mark = "lost_topic" if fact == "lost_topic" and attempts < MOST_TOPICS else "closed_topic"
    return Consequence("later", settled=False, pause_s=_FIRST_PAUSE_S * attempts, mark=mark)


def outside(kind: str) -> Consequence:
    """What can't go because they haven't written for so long: it's held until they do. A knock is made to go."""
    if kind in _NOT_HELD:
        return Consequence("dropped", settled=True)
    if kind == "knock":
        return Consequence("refused", settled=True, news="failed")
    return Consequence("held", settled=False, attempt=False, news="held")


def undelivered(fact: str, kind: str, returns: int) -> Consequence:
    """The consequence of news that a message which the provider took did not arrive, after so many such returns."""
    if fact == "window":
        return outside(kind)
    if fact in _PASSING and kind in _RETURNED and returns < len(_RETURNS_S):
        return Consequence("later", settled=False, pause_s=_RETURNS_S[returns])
    return Consequence("refused", settled=True, news="failed", mark="gone" if fact == "gone" else "")


def is_news(known: str, told: str) -> bool:
    """Whether a receipt says more than what's known. They come in any order, and more than once.

    Sent, delivered, read: each includes those before it. A failure stands unless it was delivered after all.
    """
    if told == "failed":
        return known in ("", "sent")
    if known == "failed":
        return told in ("delivered", "read")
    return _RANKS[told] > _RANKS[known]


def _uncertain(kind: Kind, doubts: int) -> Consequence:
    """An answer may be seen twice, never zero times; chatter isn't worth a doublet; a topic waits for its echo."""
    if kind in _DROPPED:
        return Consequence("dropped", settled=True, doubt=True)
    if kind == "topic":
        if doubts + 1 >= MOST_TOPICS:
            return Consequence("dropped", settled=True, doubt=True)
        return Consequence("uncertain", settled=False, pause_s=ECHO_S, doubt=True)
    if doubts + 1 >= _MOST_DOUBTS:
        return Consequence("uncertain", settled=True, doubt=True, news="uncertain")
    pause_s = min(_FIRST_PAUSE_S * 2.0**doubts, _LONGEST_PAUSE_S)
    return Consequence("uncertain", settled=False, pause_s=pause_s, doubt=True)


def is_marked(kind: Kind, doubts: int) -> bool:
    """Whether a message that's sent now says that it may have come before."""
    return doubts > 0 and kind in MARKED
