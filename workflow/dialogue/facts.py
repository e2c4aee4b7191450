"""Facts in a message: answers, one or several at once, corrections of what was said, and what was said before."""

from __future__ import annotations

from workflow.dialogue import asking, awaited, behalf, corrections, elsewhere, fields, wanted
from workflow.dialogue.talk import Talk
from workflow.heard import hearing, intent
from workflow.message import Message
from workflow.standard.standard import Asked

_TELLING_WORDS, _TELLING_POINTS = 5, 3  # fewer may be a name that sounds like something


def fact(talk: Talk, message: Message) -> bool:
    """The answer to the open question, or several facts in one message."""
    draft, standard = talk.draft, talk.standard
    looked_for = fields.looked_for(draft, standard)
    found, rest, shown = fields.read(message.text, looked_for)
    asked = _asked(talk)
    if asked is not None and asked.id == "name" and not found and behalf.relation_in(message.text):
        talk.heard(message, "note")
        asking.go_on(talk)
        return True
    if asked is not None and rest and set(found) == {asked.id} and asked.id not in fields.PRIVATE:
        found = {}  # "saluran meluap, kami rugi 3 juta": the story of the loss is the loss
    if not found and asked is not None and (asked.id == "name" or not _asks_several(talk)):
        found = _answer(asked, message.text, looked_for)
        rest, shown = "", fields.hidden(asked) or message.text
    if not found and asked is None and (place := fields.address_now(message.text, draft)):
        found, rest, shown = {"address": place}, "", fields.with_hidden("address")
    if not found:
        return False
    fields.file(talk, found)
    talk.heard(message, ",".join([*found, *(["statement"] if rest else [])]), shown)
    if rest:
        talk.edit(statement=(*talk.draft.statement, rest))
    changed = draft.changing in found
    talk.tell("fact.changed" if changed else "fact.filed", what=wanted.labels(tuple(found)))
    talk.edit(changing="" if changed else talk.draft.changing)
    asking.go_on(talk)
    return True


def _answer(asked: Asked, text: str, looked_for: tuple[str, ...]) -> dict[str, str]:
    """What the words are when they aren't labelled: the thing that was asked, and an address behind a name."""
    if asked.id != "name":
        return {asked.id: text.strip()}
    both = fields.with_address(text) if "address" in looked_for else None
    if both is not None:
        return {"name": both[0], "address": both[1]}
    return {"name": text.strip()} if fields.is_name(text) and not _tells(text) else {}


def _tells(text: str) -> bool:
    """Whether words tell what's wrong: the story, going on while a name was already asked for."""
    return len(text.split()) >= _TELLING_WORDS and intent.guess(text).points.get("complaint", 0) >= _TELLING_POINTS


def no_answer(talk: Talk, message: Message) -> bool:
    """A word that means something else is no name, no address and no loss: it's asked again."""
    asked = _asked(talk)
    if asked is None or not (hearing.meanings(message.text) or fields.is_none_of(asked.id, message.text)):
        return False
    talk.heard(message, "note")
    asking.again(talk)
    return True


def _asked(talk: Talk) -> Asked | None:
    """The open question, where it's for something that is typed and isn't the story."""
    asked = wanted.asked_for(talk.standard, talk.draft.asked) if talk.draft.asked else None
    return asked if asked is not None and asked.kind in wanted.TEXT and asked.id != "statement" else None


def _asks_several(talk: Talk) -> bool:
    """Whether more than one thing that's typed was asked at once: words without a label could be any of them."""
    asked = (wanted.asked_for(talk.standard, item) for item in elsewhere.asked_together(talk))
    return sum(1 for each in asked if each is not None and each.kind in wanted.TEXT) > 1


def correction(talk: Talk, message: Message) -> bool:
    """`eh salah, RT 3`: what was said before is put right, and both wordings are kept."""
    fixed = corrections.read(message.text, talk.draft)
    if fixed is None:
        return False
    corrections.file(talk, message, fixed)
    talk.tell("correction.filed", text=fixed.words)
    asking.go_on(talk)
    return True


def said_before(talk: Talk, message: Message) -> bool:
    """The very words of an answer once more, as to a question that came twice: they stand in the report already."""
    draft, words = talk.draft, hearing.folded(message.text)
    personal = next((each for each in fields.PRIVATE if hearing.folded(draft.private.get(each, "")) == words), "")
    filed = map(hearing.folded, (*draft.statement, *draft.answers.values()))
    if draft.changing or message.attachments or not (personal or words in filed):
        return False
    talk.heard(message, "note", fields.with_hidden(personal) if personal else None)
    talk.tell("more.known")
    awaited.REASK.get(draft.awaiting, asking.go_on)(talk)
    return True
