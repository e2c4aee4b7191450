"""A citizen's request about their own data, as it's kept: what is wished, until when, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from workflow.message import Address, Value

Wish = Literal["copy", "correct", "erase", "restrict", "other"]


class Chosen(Value):
    """What a member of staff is about to do, until they have said yes to it."""

    act: str
    by: str  # "staff:ID"
    text: str = ""


class DataRequest(Value):
    """It's open until `closed_at`; `doing` says that somebody answered and the answer is on its way."""

    id: str  # a short code of the office's, shown as DP-7K3F
    office: str
    lane: Address  # the home of the talk in which it was made: only there it's answered
    asked_at: datetime
    due_at: datetime
    wish: Wish
    words: str = ""  # masked; kept sealed
    complaints: tuple[str, ...] = ()  # ids of those of this talk
    secret: bool = False  # one of them is confidential, or its citizen's name is withheld
    chosen: Chosen | None = None
    doing: str = ""  # the act that was chosen and confirmed
    by: str = ""  # "staff:ID" of who answered
    closed_at: datetime | None = None
    outcome: str = ""  # the act that answered it: copy, counter, correct, erase, restrict, refuse
    articles: str = ""  # the rule it was answered by
    told: tuple[str, ...] = ()  # bells that rang: half, last, due
