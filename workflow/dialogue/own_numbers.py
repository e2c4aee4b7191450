"""A NIK or KK number that a citizen gives without being asked: sealed with the report it's said for."""

from __future__ import annotations

from collections.abc import Mapping

from workflow import numbers
from workflow.dialogue.talk import Talk
from workflow.message import Message
from workflow.record import Act, Complaint

_MARK = "mark:"
"""How the names begin under which a conversation keeps what stands behind the marks in its words."""


def file(talk: Talk, message: Message) -> None:
    """Seal the numbers of these words with the report being told; when it begins, those of the words before too."""
    if not talk.telling or message.sender.claimed:
        return
    before = talk.world.conversation.draft if talk.world.conversation is not None else None
    begins = before is None or before.code != talk.draft.code
    if not talk.world.marks and not begins:
        return
    texts = (*(talk.draft.statement if begins else ()), message.text)
    for text in texts:
        if found := numbers.told(text, _known(talk)):
            talk.edit(private={**talk.draft.private, **numbers.said(talk.draft.private, found)})


def of(talk: Talk, target: Complaint, what: Act) -> dict[str, str]:
    """What is sealed with a registered complaint of the numbers in an act's words."""
    found = numbers.told(what.text, _known(talk)) if what.text else ()
    return numbers.said(target.private, found)


def _known(talk: Talk) -> Mapping[str, str]:
    kept = talk.conversation.private | (talk.draft.private if talk.telling else {})
    return {name.removeprefix(_MARK): digits for name, digits in kept.items() if name.startswith(_MARK)} | dict(
        talk.world.marks
    )
