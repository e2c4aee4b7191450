"""The brake against duels of machines: where a channel limits our replies to one address, they end in silence."""

from __future__ import annotations

import zlib
from datetime import timedelta

from msgspec.structs import replace

from workflow.conversation import Saying
from workflow.desk import posting, talks
from workflow.dialogue.talk import OUTSIDE, Talk
from workflow.heard import hearing, intent
from workflow.message import Message
from workflow.say import say
from workflow.world import Decision

DAY = timedelta(hours=24)
ALIKE = 3
"""A text that comes so often in a row is a machine's, and gets no reply."""
COMPARED_WORDS = 80
COMPARED_FILES = 5
MORE_WITH_FILES = 2
"""So many times the limit holds for mails with files: machines hardly send any, people wait for an answer."""


def stops(talk: Talk, message: Message) -> bool:
    """Whether a message gets no reply any more. It's kept, and the desk is told once a day; staff may answer it."""
    limit, now = talk.limits.replies_per_day, talk.world.now
    if not limit:
        return False
    lately = tuple(at for at in talk.conversation.replied if now - at < DAY)
    heard = intent.guess(message.text).intent
    words = _compared(message)
    if heard == "violence_report":  # nobody at the desk reads of it, and it isn't kept
        words = f"{zlib.crc32(words.encode()):08x}"
        message = replace(message, text=say("violence_kept"), whole="")
    same = bool(words) and bool(lately) and words == talk.conversation.said_last
    times = talk.conversation.said_times + 1 if same else 1
    talk.set(said_last=words, said_times=times)
    danger = heard in ("emergency", "violence_report")
    if times < ALIKE and (len(lately) < limit * (MORE_WITH_FILES if message.attachments else 1) or danger):
        talk.set(replied=(*lately, now))
        return False
    said = Saying(message=message.id, at=message.at, text=message.text, filed_as="braked")
    talk.set(sayings=(*talk.conversation.sayings, said)[-OUTSIDE:])
    talk.more = talk.more + Decision(hushed=heard == "violence_report")
    told = talk.conversation.braked_at
    if told is None or now - told >= DAY:
        talk.set(braked_at=now)
        hidden = posting.secret(talk.conversation, talk.world)
        talk.more = talk.more + talks.machine(message, hidden, talk.conversation, talk.world)
    return True


def _compared(message: Message) -> str:
    """What tells one message from the next: "terlampir" with another photo each time is no repetition."""
    files = [each.unique or each.ref for each in message.attachments[:COMPARED_FILES]]
    return " ".join([*hearing.folded(message.text)[:COMPARED_WORDS], *files])
