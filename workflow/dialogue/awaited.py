"""Answers to the questions in between: the summary, what to change, a reason, which photo is which, YA or TIDAK."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from workflow.dialogue import (
    asking,
    behalf,
    choices,
    corrections,
    elsewhere,
    fields,
    gates,
    letters,
    putting_off,
    signing,
    sorting,
    summary,
    wanted,
)
from workflow.dialogue.talk import Talk
from workflow.heard import hearing, intent, table
from workflow.message import Message

Answer = Callable[[Talk, Message], bool]

ASIDE = ("emergency", "violence_report", "question", "status_check", "human_request", "privacy_request")


def _summary(talk: Talk, message: Message) -> bool:
    """YA confirms, UBAH changes; "batal" and "tidak" are asked about."""
    text = message.text
    word = hearing.means(text, "edit", "cancel", "yes", "yes_only_here", "no", "later", "thanks")
    data = {
        "edit": f"c:edit:{talk.draft.code}:{talk.draft.summaries}",
        "yes": f"c:yes:{talk.draft.code}:{talk.draft.summaries}",
    }
    data["yes_only_here"] = data["yes"]
    if talk.draft.awaiting_for == "which":
        return _which(talk, message, word)
    if name := signing.read(talk, text):
        fields.file(talk, {"signature": name})
        talk.heard(message, "signature", fields.without_private(text, {"signature": name}))
        if behalf.signed_by_another(talk, name):
            return True
        choices.act(talk, data["yes"])
        return True
    if word in data:
        talk.heard(message, "")
        choices.act(talk, data[word])
        return True
    if word in ("cancel", "no"):
        talk.heard(message, "")
        summary.ask_which(talk)
        return True
    if word == "later":
        talk.heard(message, "")
        talk.tell("wait.summary", days=talk.standard.asking.draft_days)
        return True
    rest = hearing.begins_with(text, "edit")
    if rest and corrections.read(text, talk.draft) is None:
        return _change_at_once(talk, message, rest) or _change_words(talk, message, rest)
    return False


def _change_at_once(talk: Talk, message: Message, words: str) -> bool:
    """`UBAH alamat: Jl. Melati 4`: the part and its new words together."""
    names = tuple(each.id for each in wanted.things(talk.draft, talk.standard) if each.kind in wanted.TEXT)
    found, rest = letters.form(words, names)
    if not found or rest:
        return False
    if "statement" in found:
        corrections.replace_statement(talk, replace(message, text=found["statement"]))
    facts = {name: value for name, value in found.items() if name != "statement"}
    fields.file(talk, facts)
    if facts:
        shown = fields.without_private(message.text, facts)
        talk.heard(message, ",".join(facts), shown)
    talk.tell("fact.changed", what=wanted.labels(tuple(found)))
    asking.go_on(talk)
    return True


def _which(talk: Talk, message: Message, word: str) -> bool:
    """Change or cancel? A bare "ya" or "tidak" answers neither: the summary is shown again."""
    if word in ("edit", "cancel"):
        talk.heard(message, "")
        verb = f"edit:{talk.draft.code}:{talk.draft.summaries}" if word == "edit" else f"drop:{talk.draft.code}"
        choices.act(talk, f"c:{verb}")
        return True
    if word in ("yes", "yes_only_here", "no", "later"):
        talk.heard(message, "")
        summary.show(talk)
        return True
    return False


def _change(talk: Talk, message: Message) -> bool:
    """Which part is to be changed, by its name or with the new words at once."""
    if hearing.means(message.text, "no", "yes_only_here") or hearing.means(message.text, "later"):
        talk.heard(message, "")
        summary.show(talk)
        return True
    return _change_words(talk, message, message.text)


def _change_words(talk: Talk, message: Message, words: str) -> bool:
    found, _, _ = fields.read(words, fields.looked_for(talk.draft, talk.standard))
    if found:
        return False
    item = _part_named(talk, words)
    if not item:
        return False
    talk.heard(message, "")
    summary.change(talk, item)
    return True


def _part_named(talk: Talk, words: str) -> str:
    """The requirement a few words name: "ktp", "isi laporan", "foto lokasinya"."""
    folded = [
        word for word in hearing.folded(words) if word not in ("foto", "bagian", "yang", "mau", "ubah", "ganti", "saya")
    ]
    phrase = " ".join(folded)
    named = table("papers")["fields"]
    parts = [asked.id for asked in wanted.things(talk.draft, talk.standard)]
    parts += [name for name in ("name", "address") if name in talk.draft.private and name not in parts]
    for part in parts:
        if phrase in named.get(part, ()) or phrase == wanted.label(part).casefold():
            return part
    said = sorting.caption_says(phrase, sorting.possible(talk.draft, talk.standard)) if len(folded) <= 2 else ()
    asked = wanted.asked_for(talk.standard, said[0]) if len(said) == 1 else None
    return asked.id if asked else ""


def _reason(talk: Talk, message: Message) -> bool:
    """Why something is "tidak ada"; whatever it is, it's taken as it is."""
    items = tuple(talk.draft.awaiting_for.split(","))
    talk.edit(awaiting="", awaiting_for="")
    if hearing.means(message.text, "later"):
        talk.heard(message, "")
        choices.later(talk, items)
        return True
    why = "" if hearing.means(message.text, "none", "no", "wait") else message.text.strip()
    talk.heard(message, "reason")
    choices.none(talk, items, why or choices.NO_REASON)
    return True


def _sorting(talk: Talk, message: Message) -> bool:
    """Which photo is what."""
    papers = sorting.to_name(talk.draft, talk.standard)
    if hearing.means(message.text, "later", "none", "no", "keep") or hearing.is_unknown(message.text):
        talk.heard(message, "")
        for paper in papers:
            talk.change_paper(paper.file, sorting_declined=True)
        talk.tell("sorting.declined")
        asking.go_on(talk)
        return True
    if putting_off.taken(talk, message):
        asking.go_on(talk)
        return True
    names = sorting.understood(message.text, len(papers), sorting.possible(talk.draft, talk.standard))
    if not names and sorting.only_sorts(message.text, sorting.possible(talk.draft, talk.standard)):
        talk.heard(message, "")
        asking.again(talk)
        return True
    if other := sorting.not_asked(message.text, len(papers), names):
        for number in other:
            talk.change_paper(papers[number - 1].file, sorting_declined=True)
    if not (names or other) or sorting.beside_names(message.text, sorting.KNOWN) > len(papers) + 2:
        return False
    talk.heard(message, "")
    for number, sort in names.items():
        sorting.name(talk, papers[number - 1].file, sort)
    if names:
        talk.tell("sorting.thanks", things=wanted.labels(tuple(dict.fromkeys(names.values()))))
    else:
        talk.tell("sorting.declined")
    asking.go_on(talk)
    return True


def _yes_or_no(yes: str, no: str) -> Answer:
    """A question of two answers; `yes` and `no` are the data of its buttons. Anything else is no answer to it."""

    def answer(talk: Talk, message: Message) -> bool:
        word = hearing.means(message.text, "yes", "no")
        if not word:
            return False
        talk.heard(message, "")
        choices.act(talk, (yes if word == "yes" else no).format(code=talk.draft.code, about=talk.draft.awaiting_for))
        return True

    return answer


def _cancel(talk: Talk, message: Message) -> bool:
    """`Batalkan laporan?`: a second "batal" is a yes; other words go on with the report, which is kept."""
    word = hearing.means(message.text, "yes", "no", "cancel")
    if word == "cancel" and "jadi" in hearing.folded(message.text):
        word = "no"
    if word:
        talk.heard(message, "")
        choices.act(talk, f"c:cancel:{talk.draft.code}:{'n' if word == 'no' else 'y'}")
        return True
    choices.resume(talk)
    return False


def _restart(talk: Talk, message: Message) -> bool:
    """`Mulai baru?`: only a yes drops the draft."""
    word = hearing.means(message.text, "yes", "no", "restart")
    if word:
        talk.heard(message, "")
        choices.act(talk, f"c:restart:{talk.draft.code}:{'n' if word == 'no' else 'y'}")
        return True
    choices.resume(talk)
    return False


def _retake(talk: Talk, message: Message) -> bool:
    """PAKAI keeps the photo; so does whatever else is said about it, as a note. It's asked once.

    Words beside a better photo keep nothing: that one takes its place.
    """
    if any(each.message == message.id and each.replaces == talk.draft.awaiting_for for each in talk.draft.papers):
        talk.heard(message, "note")
        return True
    talk.heard(message, "" if hearing.means(message.text, "keep", "later", "none", "yes", "no") else "note")
    choices.keep(talk, talk.draft.awaiting_for, later=bool(hearing.means(message.text, "later")))
    return True


def _gist(talk: Talk, message: Message) -> bool:
    """YA or UBAH to what a petugas wrote down; other words take its place."""
    word = hearing.means(message.text, "yes", "yes_only_here", "no", "edit")
    file = talk.draft.awaiting_for
    if word:
        talk.heard(message, "")
        choices.act(talk, f"c:gist:{file}:{'n' if word in ('no', 'edit') else 'y'}")
        return True
    talk.change_paper(file, gist="")
    choices.resume(talk)
    return False


def _same_person(talk: Talk, message: Message) -> bool:
    word = hearing.means(message.text, "other_person", "yes", "no")
    if not word:
        return False
    talk.heard(message, "")
    choices.act(talk, f"c:same:{talk.draft.code}:{'y' if word == 'yes' else 'n'}")
    return True


def _consent(talk: Talk, message: Message) -> bool:
    word = hearing.means(message.text, "disagree", "agree", "no", "yes")
    if not word:
        return False
    talk.heard(message, "")
    choices.act(talk, f"c:agree:{talk.draft.code}:{'y' if word in ('agree', 'yes') else 'n'}")
    return True


def _details(talk: Talk, message: Message) -> bool:
    """What, where, when and evidence of a confidential report: the words join the story."""
    talk.edit(awaiting="")
    if hearing.means(message.text, "none", "no", "later", "yes_only_here", "keep", "thanks"):
        talk.heard(message, "")
    else:
        talk.heard(message, "statement")
        talk.edit(statement=(*talk.draft.statement, message.text))
    asking.go_on(talk)
    return True


def _place(talk: Talk, message: Message) -> bool:
    """Where it is, in words. Something else than an answer is heard as what it is, and it isn't asked again."""
    if intent.guess(message.text).intent in ASIDE:
        talk.edit(awaiting="")
        return False
    if not putting_off.taken(talk, message):
        elsewhere.tell_place(talk, message)
    talk.edit(awaiting="", awaiting_for="")
    asking.go_on(talk)
    return True


def _then_on(answer: Answer) -> Answer:
    """A question in between: once it's answered, the talk goes on."""

    def answered(talk: Talk, message: Message) -> bool:
        if not answer(talk, message):
            return False
        if talk.draft.awaiting == "" or not talk.paragraphs:
            asking.go_on(talk)
        return True

    return answered


AWAITED: dict[str, Answer] = {
    "behalf": _then_on(behalf.name_given),
    "behalf_own": _then_on(behalf.own_answered),
    "behalf_relation": _then_on(behalf.relation_given),
    "document_of": _then_on(behalf.document_answered),
    "summary": _summary,
    "change": _change,
    "reason": _reason,
    "sorting": _sorting,
    "cancel": _cancel,
    "restart": _restart,
    "retake": _retake,
    "gist": _gist,
    "same_person": _same_person,
    "consent": _consent,
    "about_head": _yes_or_no("c:head:{code}:y", "c:head:{code}:n"),
    "details": _details,
    "place": _place,
}

REASK: dict[str, Callable[[Talk], None]] = {
    "same_person": gates.ask_same_person,
    "about_head": gates.ask_about_head,
    "consent": asking.go_on,
}
"""Questions that are put again when something else was said meanwhile."""
