"""Corrections and edits: what was said before is put right, and the earlier wording is kept."""

from __future__ import annotations

import re

from msgspec.structs import replace

from workflow.conversation import Draft, Revision, Saying
from workflow.dialogue import asking, beginning, fields, sorting, wanted
from workflow.dialogue.talk import Talk
from workflow.heard import hearing, table
from workflow.message import Message, Value
from workflow.say import say

LONGEST_WORDS = 10
"""Past so many words only the plain openers ("eh salah", "ralat") make a correction; others begin a sentence."""


class Fixed(Value):
    """A correction: the new words, and the old and new wording of what it puts right, where that's plain."""

    words: str
    before: str = ""  # the part of the statement as it stood
    after: str = ""


def read(text: str, draft: Draft) -> Fixed | None:
    """The correction a message makes to the statement; None if it makes none."""
    if not draft.statement:
        return None
    words = _after_opener(text)
    if not words:
        return None
    for part in reversed(draft.statement):
        if (after := _substituted(part, words)) and after != part:
            return Fixed(words=words, before=part, after=after)
    return Fixed(words=words)


def _after_opener(text: str) -> str:
    rules = table("papers")["correction"]
    length = len(hearing.folded(text))
    for opener in sorted(rules["openers"], key=len, reverse=True):
        plain = opener in rules["plain"]
        if not plain and length > LONGEST_WORDS:
            continue
        match = re.match(rf"\s*(?:eh\s*,?\s+|maaf\s*,?\s+)?{re.escape(opener)}(?!\w)[\s,.:;-]*", text, re.IGNORECASE)
        if match:
            return text[match.end() :].strip()
    return ""


def _substituted(part: str, words: str) -> str:
    """The part with the one thing renewed that the correction names: "RT 3" in place of "RT 5"."""
    for place in table("papers")["correction"]["places"]:
        new = re.search(rf"\b{place}\.?\s*(\d+\w*)", words, re.IGNORECASE)
        old = re.search(rf"\b({place}\.?\s*)(\d+\w*)", part, re.IGNORECASE)
        if new and old and len(words.split()) <= 4:
            return part[: old.start(2)] + new[1] + part[old.end(2) :]
    return ""


def file(talk: Talk, message: Message, fixed: Fixed) -> None:
    """Put the statement right; where it isn't plain what was meant, the correction stands below it in its own words."""
    draft = talk.draft
    if fixed.before:
        statement = tuple(fixed.after if part == fixed.before else part for part in draft.statement)
        revision = Revision(message=message.id, at=message.at, before=fixed.before, after=fixed.after)
        sayings = tuple(_renewed(saying, fixed.before, fixed.after) for saying in draft.sayings)
        talk.edit(statement=statement, revisions=(*draft.revisions, revision), sayings=sayings)
        talk.heard(message, "correction")
        return
    line = say("correction.line", text=fixed.words)
    talk.edit(statement=(*draft.statement, line))
    talk.heard(message, "statement", line)


def replace_statement(talk: Talk, message: Message) -> None:
    """The story told anew, from the summary; the old one stays among the revisions."""
    before = "\n".join(talk.draft.statement)
    revision = Revision(message=message.id, at=message.at, before=before, after=message.text)
    talk.edit(statement=(message.text,), revisions=(*talk.draft.revisions, revision))
    talk.heard(message, "statement")


def _renewed(saying: Saying, before: str, after: str) -> Saying:
    return replace(saying, text=after) if saying.text == before else saying


# --- edits of a message -----------------------------------------------------------------------------------------------


def edited(talk: Talk, message: Message) -> str:
    """A message of the report being told was edited. Returns why nothing is to be done, or ""."""
    draft = talk.draft
    if named := _edit_caption(talk, message):
        talk.heard(message, "caption")
        talk.tell("paper.received", what=wanted.label(named))
        asking.go_on(talk)
        return ""
    saying = next((each for each in draft.sayings if each.message == message.id), None)
    if saying is None:
        return "an edit of a message that isn't part of the report"
    found, rest, shown = fields.read(message.text, fields.known(saying.filed_as))
    only = saying.filed_as if saying.filed_as in fields.PRIVATE else ""
    if only and not found:
        found, rest, shown = {only: message.text.strip()}, "", saying.text
    if saying.filed_as in draft.answers and not found:
        found, rest, shown = {saying.filed_as: message.text.strip()}, "", message.text
    if shown == saying.text and not found:
        return "an edit that changes no word"
    fields.file(talk, found)
    _revise_statement(talk, saying, rest)
    if saying.filed_as == "reason":
        why = {
            item: message.text.strip() if each == saying.text.strip() else each for item, each in draft.lacking.items()
        }
        talk.edit(lacking=why)
    revision = Revision(message=message.id, at=message.at, before=saying.text, after=shown)
    sayings = tuple(_reworded(each, message.id, shown) for each in talk.draft.sayings)
    talk.edit(revisions=(*talk.draft.revisions, revision), sayings=sayings)
    if not saying.filed_as:
        return "an edit of a word that was understood before"
    talk.tell("edit.filed")
    asking.go_on(talk)
    return ""


def _revise_statement(talk: Talk, saying: Saying, rest: str) -> None:
    parts = talk.draft.statement
    if "statement" not in saying.filed_as or not rest:
        return
    rest = beginning.without_salutation(rest)
    old = next((part for part in parts if part == saying.text), None)
    if old is None:
        old = next((part for part in parts if part and part in saying.text), None)
    talk.edit(statement=tuple(rest if part == old else part for part in parts) if old else (*parts, rest))


def _reworded(saying: Saying, message: str, text: str) -> Saying:
    return replace(saying, text=text) if saying.message == message else saying


def _edit_caption(talk: Talk, message: Message) -> str:
    """A caption written anew; returns what it now calls a photo that had no name, or ""."""
    named = ""
    sorts = sorting.possible(talk.draft, talk.standard)
    said = sorting.caption_says(message.text, sorts)
    for paper in talk.draft.papers:
        if paper.message == message.id and paper.caption != message.text:
            talk.change_paper(paper.file, caption=message.text)
            if len(said) == 1 and not paper.album and paper.sort != said[0]:
                talk.change_paper(paper.file, sort=said[0], said_by="citizen")
                named = said[0]
    return named
