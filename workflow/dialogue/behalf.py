"""Reporting for somebody else: whose report it is and the relation, asked once, and whose document was sent."""

from __future__ import annotations

from functools import cache

from workflow.conversation import Draft
from workflow.dialogue import fields, wanted
from workflow.dialogue.talk import Talk, choice
from workflow.heard import hearing, table
from workflow.message import Message
from workflow.say import lines, say

NAME = "behalf_name"
DOCUMENT = "document_of"
"""What `private` keeps: the name of whom the report is for, and whose the document is ("self" or "behalf")."""
BEHALF = "behalf"
"""What `Draft.extra` keeps: the relation, or `OWN` once it was asked."""
OWN = "own"
EVIDENT_WORDS = 2
RELATION_WORDS = 4


# --- what is heard ----------------------------------------------------------------------------------------------------


def relation_in(text: str) -> str:
    """The relation of whom a message says it's for: "mewakili ibu saya", "KTP atas nama suami"; "" if it says none."""
    words = hearing.folded(text)
    rules = table("behalf")["said"]
    for opener in _phrases("said", "openers"):
        for at in range(len(words) - len(opener)):
            if words[at : at + len(opener)] == opener and (found := _relation_at(words, at + len(opener))):
                return found
    return _relation_at(words, 1) if words[:1] and words[0] in rules["beginning"] else ""


def _relation_at(words: tuple[str, ...], at: int) -> str:
    for size in (2, 1):
        said = words[at : at + size]
        relation = _relations().get(said, "")
        if not relation:
            continue
        owned = words[at + size : at + size + 1]
        title = said[0] in table("behalf")["said"]["titles"] and size == 1
        if not title or (owned and owned[0] in table("behalf")["said"]["possessive"]):
            return relation
    return ""


@cache
def _relations() -> dict[tuple[str, ...], str]:
    return {hearing.folded(each): relation for relation, said in table("behalf")["relation"].items() for each in said}


@cache
def _phrases(what: str, sort: str = "phrases") -> tuple[tuple[str, ...], ...]:
    """A list of the table, folded once."""
    return tuple(map(hearing.folded, table("behalf")[what][sort]))


def _is_said(what: str, text: str) -> bool:
    return hearing.folded(text) in _phrases(what)


def _heard(draft: Draft) -> tuple[str, bool]:
    """(the relation that was named, whether only the document was said to be theirs)."""
    captions = [paper.caption for paper in draft.papers if paper.caption]
    for text in (*draft.statement, *(each.text for each in draft.sayings), *captions):
        if relation := relation_in(text):
            words = hearing.folded(text)[:1]
            return relation, bool(words) and words[0] in table("behalf")["said"]["papers"]
    if relation := next(filter(None, map(_paper_of, captions)), ""):
        return relation, True
    named = set(hearing.folded(draft.private.get("name", "")))
    if named and any(theirs and not theirs & named for theirs in map(_owner_in, captions)):
        return _told_of(draft), True
    return "", False


def _paper_of(caption: str) -> str:
    """The relation of whose document a caption says it is: "ktp bapak saya", "kk mertua"."""
    words, papers = hearing.folded(caption), table("behalf")["said"]["papers"]
    return next(filter(None, (_relation_at(words, at + 1) for at, word in enumerate(words) if word in papers)), "")


def _owner_in(caption: str) -> set[str]:
    """Whose document a caption says it is: "ini ktp pak Karto" is that of Karto; empty where it says nobody's."""
    words, said = hearing.folded(caption), table("behalf")["said"]
    for at, word in enumerate(words[:-2]):
        if word in said["papers"] and words[at + 1] in said["titles"] and words[at + 2] not in said["possessive"]:
            return set(words[at + 2 :])
    return set()


def _told_of(draft: Draft) -> str:
    """The relation of whom the story tells in its first words: "tetangga saya pak Karto ..."; else somebody's."""
    for text in draft.statement:
        words = hearing.folded(text)
        if words[1:2] and words[1] in table("behalf")["said"]["possessive"] and (found := _relation_at(words, 0)):
            return found
    return say("behalf.other")


# --- whose report -----------------------------------------------------------------------------------------------------


def stands(talk: Talk) -> bool:
    """Ask, once, whose report it is: if they said it's for somebody, or gave a name that isn't the account's.

    Never where no identity is asked. True: something was asked.
    """
    draft = talk.draft
    if not any(each.personal for each in wanted.things(draft, talk.standard)):
        return False
    if BEHALF not in draft.extra:
        relation, only_paper = _heard(draft)
        if relation:
            if only_paper:
                talk.edit(private={**draft.private, DOCUMENT: "behalf"})
            ask_name(talk, relation)
            return True
        if other := _other_name(talk):
            ask_differs(talk, other)
            return True
    return _asks_document(talk)


def ask_name(talk: Talk, relation: str) -> None:
    """For whom, by name; or for themselves."""
    talk.edit(extra={**talk.draft.extra, BEHALF: relation})
    talk.await_("behalf", relation)
    talk.edit(asked="")
    talk.ask("behalf.ask", (choice("choice.own", f"own:{talk.draft.code}:y"),), relation=relation)


def name_given(talk: Talk, message: Message) -> bool:
    """The answer: a name, NANTI, or that it's for themselves."""
    relation, text = talk.draft.awaiting_for, message.text.strip()
    if _is_said("own", text) or hearing.means(text, "no"):
        talk.heard(message, "")
        own(talk)
    elif hearing.means(text, "later", "none") or hearing.is_unknown(text):
        talk.heard(message, "")
        _for(talk, relation, "")
    elif hearing.means(text, "yes"):
        talk.heard(message, "")
        ask_name(talk, relation)
        return True
    elif (name := _name_in(text)) and not hearing.meanings(text):
        talk.heard(message, "note", say("hidden", what=say("label.behalf_name")))
        _for(talk, relation, name)
    else:
        talk.edit(awaiting="", awaiting_for="")
        return False
    return True


def _name_in(text: str) -> str:
    """The name alone, where the words before it only say what it is: "namanya Sutinah"."""
    found, _, _ = fields.read(text, ("name",))
    name = found.get("name", "") or text.strip(" .,")
    return name if fields.is_name(name) and not fields.is_relation(name) else ""


def _for(talk: Talk, relation: str, name: str) -> None:
    private = {**talk.draft.private, **({NAME: name} if name else {})}
    talk.edit(extra={**talk.draft.extra, BEHALF: relation}, private=private, awaiting="", awaiting_for="")
    if talk.standard.asking.proxy_letter:
        talk.tell("behalf.proxy_letter")


def own(talk: Talk) -> None:
    """It's their own report: another's name can't stand below it."""
    private, signature = talk.draft.private, talk.draft.private.get("signature", "")
    if signature and differs(private.get("name", ""), signature):
        talk.edit(private={name: value for name, value in private.items() if name != "signature"})
    talk.edit(extra={**talk.draft.extra, BEHALF: OWN}, awaiting="", awaiting_for="")


# --- names that differ ------------------------------------------------------------------------------------------------


def _other_name(talk: Talk) -> str:
    """The account's own name, where it's evidently another person's than the one that was given."""
    name = talk.draft.private.get("name", "")
    account = "" if talk.foreign else talk.conversation.private.get("account_name", "")
    return account if name and differs(name, account) else ""


def differs(name: str, other: str) -> bool:
    """Whether two full names have no word in common; a nickname, one word or a shop's name says nothing."""
    mine, theirs = name.casefold().split(), other.casefold().split()
    if len(other.split()) < EVIDENT_WORDS or not fields.is_name(other) or not other.replace(" ", "").isalpha():
        return False
    if set(theirs) & set(table("behalf")["account"]["words"]):
        return False
    return not any(one.startswith(two[:3]) or two.startswith(one[:3]) for one in mine for two in theirs)


def signed_by_another(talk: Talk, name: str) -> bool:
    """Ask whose report it is where the name below the summary is another person's. True: it was asked."""
    known = talk.draft.private.get("name", "")
    if BEHALF in talk.draft.extra or not known or not differs(known, name):
        return False
    ask_differs(talk, name)
    return True


def ask_differs(talk: Talk, other: str) -> None:
    """Is it their own name? `other` is the one that the account, or the signature, bears."""
    talk.await_("behalf_own", other)
    talk.edit(asked="")
    code = talk.draft.code
    rows = (choice("choice.own_name", f"own:{code}:y"), choice("choice.for_them", f"own:{code}:n"))
    talk.ask("behalf.differs", rows, name=talk.draft.private["name"])


def own_answered(talk: Talk, message: Message) -> bool:
    """The answer in words: their own, or for whom it is at once ("ibu saya")."""
    text = message.text
    relation = relation_in(text) or _relations().get(tuple(w for w in hearing.folded(text) if w != "saya"), "")
    theirs = bool(relation) or _is_said("theirs", text) or bool(hearing.means(text, "no"))
    if not theirs and not _is_said("own", text) and not hearing.means(text, "yes"):
        talk.edit(awaiting="", awaiting_for="", extra={**talk.draft.extra, BEHALF: OWN})
        return False
    talk.heard(message, "")
    if theirs:
        for_them(talk, relation)
    else:
        own(talk)
    return True


def for_them(talk: Talk, relation: str = "") -> None:
    """The name given is whom the report is for; the account's, or the signature's, is the reporter's."""
    draft = talk.draft
    private = {**draft.private, NAME: draft.private["name"], "name": draft.awaiting_for}
    talk.edit(private=private)
    if relation:
        _for(talk, relation, "")
        return
    talk.edit(extra={**draft.extra, BEHALF: say("behalf.other")})
    talk.await_("behalf_relation")
    talk.ask("behalf.relation", name=private[NAME])


def relation_given(talk: Talk, message: Message) -> bool:
    """What they are to each other, in the citizen's own word."""
    words = hearing.folded(message.text)
    relation = _relations().get(tuple(w for w in words if w not in ("saya", "kami")), "")
    if hearing.means(message.text, "later", "none", "no"):
        relation = say("behalf.other")
    elif not relation and len(words) <= RELATION_WORDS and not hearing.meanings(message.text):
        relation = message.text.strip(" .,").lower()
    if not relation:
        talk.edit(awaiting="", awaiting_for="")
        return False
    talk.heard(message, "")
    _for(talk, relation, "")
    return True


# --- whose document ---------------------------------------------------------------------------------------------------


def _asks_document(talk: Talk) -> bool:
    """Whose the identity document is, once one is there."""
    draft = talk.draft
    if draft.extra.get(BEHALF, OWN) == OWN or DOCUMENT in draft.private:
        return False
    sorts = [sort for each in wanted.things(draft, talk.standard) if each.identity for sort in wanted.sorts_of(each)]
    papers = [paper.sort for paper in draft.papers if paper.sort in sorts and wanted.usable(paper)]
    if not papers or wanted.missing(draft, talk.standard):
        return False
    talk.await_("document_of")
    talk.edit(asked="")
    mine = choice("choice.mine", f"doc:{draft.code}:self")
    theirs = choice("choice.theirs", f"doc:{draft.code}:behalf", who=capital_relation(draft))
    what = wanted.labels(tuple(dict.fromkeys(papers)))
    talk.ask("behalf.document", (mine, theirs), what=what, relation=draft.extra[BEHALF])
    return True


def capital_relation(draft: Draft) -> str:
    """The relation as a button shows it: "Ibu"."""
    return draft.extra[BEHALF][:1].upper() + draft.extra[BEHALF][1:]


def document_answered(talk: Talk, message: Message) -> bool:
    """`saya`, or the other one by relation or name."""
    text = message.text
    words = set(hearing.folded(text))
    theirs = set(hearing.folded(talk.draft.private.get(NAME, ""))) | set(hearing.folded(talk.draft.extra[BEHALF]))
    if words & (theirs | {"beliau", "dia"}):
        whose = "behalf"
    elif _is_said("own", text) or words & set(hearing.folded(talk.draft.private.get("name", ""))):
        whose = "self"
    else:
        return False
    talk.heard(message, "")
    document_is(talk, whose)
    return True


def document_is(talk: Talk, whose: str) -> None:
    """File whose it is."""
    talk.edit(private={**talk.draft.private, DOCUMENT: whose}, awaiting="", awaiting_for="")


# --- shown ------------------------------------------------------------------------------------------------------------


def of(draft: Draft) -> str:
    """The relation as the complaint keeps it; "" for a report of their own."""
    relation = draft.extra.get(BEHALF, OWN)
    return "" if relation == OWN else relation


def summary(talk: Talk) -> str:
    """The lines of the summary: for whom, and whose document it is."""
    draft = talk.draft
    if not (relation := of(draft)):
        return ""
    name = "" if talk.foreign else draft.private.get(NAME, "")
    whose = draft.private.get(DOCUMENT, "")
    key = "summary.behalf" if name else "summary.behalf_unnamed"
    return lines(
        say(key, name=name, relation=relation),
        say("summary.document_of", relation=relation) if whose == "behalf" else "",
    )
