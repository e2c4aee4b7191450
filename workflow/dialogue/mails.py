"""A mail in the midst of a report: what its form, its lines and its attachments say is filed, the rest is answered."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.dialogue import fields, letters, putting_off, wanted
from workflow.dialogue.talk import Talk
from workflow.heard import hearing
from workflow.message import Message
from workflow.say import say

NOT_ASKED = ("", "change", "summary", "sorting")
"""While something else is awaited a mail is the answer to that."""


def read(talk: Talk, message: Message) -> Message:
    """File what a mail's lines say; comes back with what is left to be understood, without courtesies."""
    if talk.draft.awaiting not in NOT_ASKED and not _is_answered(talk, message):
        return message
    put_off, text = _put_off(talk, message.text)
    if not talk.draft.awaiting and talk.draft.asked and hearing.means(letters.without_courtesy(text), "yes"):
        talk.heard(message, "")
        return replace(message, text="")  # a yes to nothing that was asked so: what's missing is asked again
    names = tuple(each.id for each in talk.standard.asked() if each.kind in wanted.TEXT)
    found, rest = letters.form(text, names)
    rest = letters.without_courtesy(rest)
    if not found and not put_off:
        if rest or not message.attachments:
            return replace(message, text=rest) if rest else message
        talk.heard(message, "caption")
        return replace(message, text="")
    told = found.pop("statement", "")
    if hearing.means(rest, "edit"):
        rest = ""  # what is to be changed stands in the form
    _file(talk, message, found)
    putting_off.file(talk, put_off)
    _tell(talk, put_off)
    return replace(message, text="\n".join(part for part in (told, rest) if part))


def _is_answered(talk: Talk, message: Message) -> bool:
    """Whether a better photo was wanted and is attached: then the words beside it are about something else."""
    return talk.draft.awaiting == "retake" and any(
        paper.message == message.id and paper.replaces == talk.draft.awaiting_for for paper in talk.draft.papers
    )


def was_read(talk: Talk) -> bool:
    """Whether a mail whose lines are all filed is to be answered now: not while its files are on their way."""
    return not talk.limits.one_thing_at_a_time and (bool(talk.paragraphs) or not talk.arriving)


def word_of(talk: Talk, message: Message) -> Message:
    """A mail that says one word with a meaning, or the number of a choice: just that, without courtesies and name."""
    if talk.limits.one_thing_at_a_time:
        return message
    bare = letters.word(message.text, message.sender.name)
    return replace(message, text=bare) if bare else message


def _put_off(talk: Talk, text: str) -> tuple[tuple[putting_off.PutOff, ...], str]:
    """The lines that put something off, and the text without them."""
    found: list[putting_off.PutOff] = []
    kept: list[str] = []
    for line in text.splitlines():
        here, left = putting_off.with_reason(*putting_off.read(talk, line), line)
        found += here
        if left or not here:
            kept.append(left if here else line)
    return tuple(found), "\n".join(kept)


def _file(talk: Talk, message: Message, found: dict[str, str]) -> None:
    """Values of the form: facts, and what comes later or doesn't exist."""
    words = {name: hearing.means(value, "later", "none") for name, value in found.items()}
    facts = {
        name: say("none.answer") if words[name] else value
        for name, value in found.items()
        if (not words[name] and (name != "name" or fields.is_name(value)))
        or (words[name] == "none" and fields.may_be_nothing(name))
    }
    fields.file(talk, facts)
    later = tuple(name for name, word in words.items() if word == "later")
    none = {name: "" for name, word in words.items() if word == "none" and not fields.may_be_nothing(name)}
    talk.edit(
        later=tuple(dict.fromkeys((*talk.draft.later, *later))),
        lacking={**talk.draft.lacking, **none},
        changing="" if talk.draft.changing in facts else talk.draft.changing,
    )
    talk.heard(message, ",".join(facts) or "note", fields.without_private(message.text, facts))
    if facts:
        talk.tell("fact.filed", what=wanted.labels(tuple(facts)))


def _tell(talk: Talk, put_off: tuple[putting_off.PutOff, ...]) -> None:
    later = tuple(item for each in put_off if each.later for item in each.items)
    if later:
        talk.tell("later.filed", things=wanted.labels(later))
    if none := tuple(item for each in put_off if not each.later for item in each.items):
        talk.tell("none.filed", things=wanted.labels(none))
