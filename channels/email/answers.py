"""What an SMTP server's answer means for a mail: a table from code and words to a fact. Pure.

RFC 5321, 4.2 (codes), RFC 3463 (enhanced codes); limits: support.google.com/a/answer/3726730 (Google's SMTP errors).
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal

from workflow.message import Fact, SendError

Step = Literal["greeting", "login", "sender", "recipient", "content"]

GIVEN_UP_AFTER = timedelta(days=2)  # an address that's busy so long is treated as gone wrong
_SOONEST_S = 60.0
_LATEST_S = 4 * 3600.0
_TOMORROW_S = 24 * 3600.0

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# The words of a limit that ends by itself, in an answer that sounds final.
_LIMIT = re.compile(r"limit|quota|too many|exceeded .*(rate|messages|recipients)|throttl", re.IGNORECASE)
_NOT_OURS = re.compile(r"5\.4\.5|5\.7\.1(50)?\b.*(limit|quota)|5\.2\.121", re.IGNORECASE)
_NOBODY = re.compile(
    r"unknown|no such|does ?n.t exist|not exist|not found|invalid (recipient|mailbox|address)|mailbox unavailable"
    r"|no mailbox|unrouteable|user not|not a valid|disabled|inactive",
    re.IGNORECASE,
)
_RELAY = re.compile(r"relay", re.IGNORECASE)
_GONE = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "2.1"})  # bad mailbox, bad system, moved, disabled
_TOO_LARGE = frozenset({"2.3", "3.4"})


def meaning(step: Step, code: int, said: str, age: timedelta) -> SendError:
    """The fact behind an answer that isn't yes, for a mail that was decided so long ago.

    Nothing of it was taken, unless the answer to the mail itself is none of the protocol's: then nobody knows.
    """
    words = " ".join(said.split())[:200]
    reason = f"SMTP {step} {code}: {words}"
    if not 400 <= code < 600:
        return SendError("uncertain" if step == "content" else "down", reason)
    if 400 <= code < 500:
        return _later(step, reason, age)
    enhanced = _ENHANCED.search(said)
    detail = f"{enhanced[2]}.{enhanced[3]}" if enhanced else ""
    if step == "login":
        return SendError("misconfigured", reason)
    if _is_limit(said, detail):
        return SendError("busy", reason, retry_after_s=_TOMORROW_S)
    return SendError(_final(step, code, said, detail), reason)


def _later(step: Step, reason: str, age: timedelta) -> SendError:
    """Not now: again after half as long as it has waited already, for two days."""
    if age > GIVEN_UP_AFTER and step in {"recipient", "content"}:
        return SendError("refused", f"{reason} (for two days)")
    pause_s = min(max(age.total_seconds() / 2, _SOONEST_S), _LATEST_S)
    return SendError("busy", reason, retry_after_s=pause_s)


def _is_limit(said: str, detail: str) -> bool:
    if detail in _TOO_LARGE:
        return False
    return bool(_NOT_OURS.search(said)) or (detail in {"", "4.5", "7.1", "7.0"} and bool(_LIMIT.search(said)))


def _final(step: Step, code: int, said: str, detail: str) -> Fact:
    if detail in _TOO_LARGE or code == 552:
        return "refused"
    if step in {"greeting", "sender"} or code in {530, 535, 538}:
        return "misconfigured"  # it's us who aren't wanted: every other mail would meet the same
    if step == "content":
        return "refused"
    if _RELAY.search(said):
        return "misconfigured"
    if detail.startswith("7."):
        return "refused"  # by policy: spam, a block list
    if detail in _GONE or code in {551, 553} or _NOBODY.search(said):
        return "gone"
    return "refused"
