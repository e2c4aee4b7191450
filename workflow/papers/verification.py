"""The code on what leaves on paper, by which anybody can ask whether it's genuine; nothing personal is told."""

from __future__ import annotations

from workflow.papers.sheet import Verify
from workflow.record import Complaint
from workflow.say import say
from workflow.world import World

LETTERS = "2345679ACDEFGHJKMNPQRTUVWXYZ"
"""Nobody takes one of these for another: without 0, 1 and 8, and without B, I, L, O and S."""
DIGITS = "2345679"
LENGTH = 10
COMMAND = "CEK"
START = "cek_"
"""What the payload of the bot's link begins with."""
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # those of a token from the supply


def drawn(token: str) -> str:
    """A code of 48 bits, at least one sign of it a digit, out of a fresh secret of the supply."""
    number = 0
    for sign in token:
        number = number * 33 + _DIGITS.find(sign) + 1
    letters = []
    for _ in range(LENGTH):
        number, last = divmod(number, len(LETTERS))
        letters.append(LETTERS[last])
    if not any(letter.isdigit() for letter in letters):  # CEK and letters alone are words: "CEK HARGA TANAH"
        letters[-1] = DIGITS[number % len(DIGITS)]
    return "".join(letters)


def spelled(code: str) -> str:
    """As it's printed, in two halves: "7K3FM 2QXDA"."""
    return f"{code[: LENGTH // 2]} {code[LENGTH // 2 :]}"


def verify(complaint: Complaint, world: World, *, beside: bool = False) -> Verify | None:
    """What's printed beside the QR code; None on what has no code yet. `beside`: on a paper that isn't the letter."""
    code = complaint.verification
    if not code:
        return None
    bot = world.bot_name
    target = f"https://t.me/{bot}?start={START}{code}" if bot else f"{COMMAND} {code}"
    ways = [way.reach for way in world.ways]
    paper = say("papers.verify.answer" if beside else "papers.verify.this")
    return Verify(
        code=spelled(code),
        target=target,
        how=say(
            "papers.verify.how_ways" if ways else "papers.verify.how",
            paper=paper,
            code=spelled(code),
            way=", ".join(ways[:2]),
        ),
    )
