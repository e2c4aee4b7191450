"""What a citizen writes while a report is being told: one small function for each kind of answer."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from workflow.dialogue import (
    asides,
    asking,
    awaited,
    beginning,
    choices,
    corrections,
    elsewhere,
    facts,
    joining,
    putting_off,
    smalltalk,
    sorting,
    status,
    summary,
    wanted,
)
from workflow.dialogue.talk import Talk, choice
from workflow.heard import hearing, intent
from workflow.message import Message
from workflow.say import say

Answer = Callable[[Talk, Message], bool]
"""Understands a message and does what it asks, or says False."""
NAMING_WORDS = 3
_POINTING = {"itu", "ini", "tadi", "barusan", "bukan"}
"""`itu KTP`: they speak of the photo that came last, not of the one that's asked."""


def hear(talk: Talk, message: Message) -> None:
    """Understand a message in a report that's being told: the first kind of answer that fits it."""
    for answer in ANSWERS:
        if answer(talk, message):
            return
    raise AssertionError("the last kind of answer takes everything")  # pragma: no cover


# --- words with one meaning -------------------------------------------------------------------------------------------


def slash(talk: Talk, message: Message) -> bool:
    """A command of the channel: /start, /status ..."""
    word, rest = hearing.slash(message.text)
    if not word:
        return False
    talk.heard(message, "")
    if word in ("start", "another"):
        talk.tell("resumed.here")
        asking.again(talk)
    elif word in COMMANDS:
        COMMANDS[word](talk, rest or message.text)
    elif word in ("later", "yes", "edit"):
        plain = {"later": "nanti", "yes": "ya", "edit": "ubah"}[word]
        _put_off_or_awaited(talk, message, plain)
    else:
        asides.help_(talk)
        asking.again(talk)
    return True


def _put_off_or_awaited(talk: Talk, message: Message, plain: str) -> None:
    spoken = replace(message, text=plain)
    for answer in (awaits, put_off, smalltalk.patience):
        if answer(talk, spoken):
            return
    asking.again(talk)


def _cancel(talk: Talk, _: str) -> None:
    _pause(talk, "cancel")
    yes, no = (
        choice("choice.cancel_yes", f"cancel:{talk.draft.code}:y"),
        choice("choice.no", f"cancel:{talk.draft.code}:n"),
    )
    talk.ask("cancel.ask", (yes, no))


def _restart(talk: Talk, _: str) -> None:
    _pause(talk, "restart")
    code = talk.draft.code
    talk.ask("restart.ask", (choice("choice.yes", f"restart:{code}:y"), choice("choice.no", f"restart:{code}:n")))


def _pause(talk: Talk, what: str) -> None:
    """Ask something in between; afterwards the talk goes on where it was."""
    if talk.draft.awaiting not in ("cancel", "restart"):
        talk.edit(resume=talk.draft.awaiting, resume_for=talk.draft.awaiting_for)
    talk.await_(what)


def _status(talk: Talk, text: str) -> None:
    status.status(talk, text)


def _staff(talk: Talk, text: str) -> None:
    asides.staff(talk, text)
    asking.again(talk)


def _help(talk: Talk, _: str) -> None:
    asides.help_(talk)
    asking.again(talk)


def _privacy(talk: Talk, _: str) -> None:
    asides.privacy(talk)
    if talk.limits.short:  # that's two parts already, and the question stands right above
        talk.offers = talk.conversation.offered
    else:
        asking.again(talk)


def _outside(talk: Talk, _: str) -> None:
    asides.outside(talk)
    asking.again(talk)


def _who(talk: Talk, _: str) -> None:
    talk.tell("honest", office=talk.standard.office.name)
    asking.again(talk)


def _repeat(talk: Talk, _: str) -> None:
    asking.again(talk)


def _resume(talk: Talk, text: str) -> None:
    joining.resume(talk, text)


COMMANDS: dict[str, Callable[[Talk, str], None]] = {
    "status": _status,
    "staff": _staff,
    "help": _help,
    "privacy": _privacy,
    "outside": _outside,
    "cancel": _cancel,
    "restart": _restart,
    "repeat": _repeat,
    "resume": _resume,
    "who": _who,
}


def command(talk: Talk, message: Message) -> bool:
    """One of the words that mean the same at any time."""
    bare = hearing.without_names(message.text, talk.standard.office.ticket_prefix) or message.text
    word = hearing.means(bare, *COMMANDS)
    at_summary = talk.draft.awaiting == "summary" and word == "cancel"
    at_cancel = talk.draft.awaiting == "cancel" and word == "cancel"
    if not word or at_summary or at_cancel or (talk.draft.awaiting == "details" and word == "repeat"):
        return False
    talk.heard(message, "")
    COMMANDS[word](talk, message.text)
    return True


def own_name(talk: Talk, message: Message) -> bool:
    """The number or code of a report of theirs, alone: it asks where that stands."""
    known = {each for about in talk.complaints() for each in (about.code, about.number)} | {talk.draft.code}
    return bool(known & status.names_in(talk, message.text)) and status.bare_name(talk, message)


def awaits(talk: Talk, message: Message) -> bool:
    """The answer to a question in between: the summary, which photo is which, a reason ..."""
    wait = awaited.AWAITED.get(talk.draft.awaiting)
    return wait is not None and wait(talk, message)


# --- nanti, tidak ada -------------------------------------------------------------------------------------------------


def put_off(talk: Talk, message: Message) -> bool:
    """NANTI and TIDAK ADA, for what was asked or for what is named: "kk nyusul", "ga punya ktp, hilang"."""
    draft = talk.draft
    if draft.awaiting not in ("", "change", "summary"):
        return False
    open_ = {item.id: item for item in wanted.missing(draft, talk.standard)}
    if hearing.means(message.text, "later_all") and open_:
        talk.heard(message, "")
        choices.later(talk, tuple(open_))
        return True
    several, left = putting_off.read(talk, message.text)
    if len(several) > 1:
        return _several(talk, message, several, left)
    items, rest = putting_off.named_items(talk, message.text)
    about = tuple(items) or elsewhere.asked_together(talk)
    about = tuple(item for item in about if item in open_ or item == draft.asked)
    if not about or "statement" in about:
        return _not_now(talk, message)
    word, reason = putting_off.word_of(rest)
    if not word:
        return False
    talk.heard(message, "note" if reason else "")
    if word == "later":
        choices.later(talk, about)
    elif word == "counter":
        elsewhere.to_the_counter(talk, about)
        asking.go_on(talk)
    else:
        choices.none(talk, about, reason)
    return True


def _several(talk: Talk, message: Message, several: tuple[putting_off.PutOff, ...], left: str) -> bool:
    """`KTP nyusul, KK tidak ada`: each in its own way; what else is said belongs to the story."""
    talk.heard(message, "statement" if left else "note", left or None)
    if left:
        talk.edit(statement=(*talk.draft.statement, left))
    putting_off.file(talk, several)
    later = tuple(item for each in several if each.later for item in each.items)
    if later:
        talk.tell("later.filed", things=wanted.labels(later))
    else:
        none = tuple(item for each in several if not each.later for item in each.items)
        talk.tell("none.filed", things=wanted.labels(none))
    asking.go_on(talk)
    return True


def _not_now(talk: Talk, message: Message) -> bool:
    """NANTI where nothing can be put off: the draft is kept."""
    if not hearing.means(message.text, "later", "later_all"):
        return False
    talk.heard(message, "")
    talk.tell("wait.kept", days=talk.standard.asking.draft_days)
    return True


# --- something else than an answer ------------------------------------------------------------------------------------


def aside(talk: Talk, message: Message) -> bool:
    """An emergency, a question, a wish for a petugas: answered, and then the talk goes on."""
    heard = intent.guess(message.text)
    if heard.intent in ("emergency", "violence_report"):
        talk.heard(message, heard.intent)
        asides.danger(talk, message, heard)
        return True
    if heard.intent == "spam":
        talk.heard(message, "note")
        asking.again(talk)
        return True
    asked = wanted.asked_for(talk.standard, talk.draft.asked) if talk.draft.asked else None
    if asked is not None and asked.kind in wanted.TEXT and asked.id != "statement":
        return False
    if heard.intent not in ("question", "status_check", "human_request", "privacy_request"):
        return False
    talk.heard(message, heard.intent)
    asides.ASIDES[heard.intent](talk, message)
    asking.again(talk)
    return True


# --- photos, and whatever else --------------------------------------------------------------------------------------


def names_a_photo(talk: Talk, message: Message) -> bool:
    """Words for a photo that came before them: "itu ktp saya"."""
    if several := sorting.to_name(talk.draft, talk.standard)[1:]:
        return _names_several(talk, message, len(several) + 1)
    last = next((paper for paper in reversed(talk.draft.papers) if not paper.sort and wanted.usable(paper)), None)
    if last is None:
        return _names_what_is_known(talk, message)
    said = sorting.caption_says(message.text, sorting.possible(talk.draft, talk.standard))
    if len(said) != 1:
        return False
    talk.heard(message, "")
    sorting.name(talk, last.file, said[0])
    talk.tell("paper.received", what=wanted.label(said[0]))
    asking.go_on(talk)
    return True


def _names_what_is_known(talk: Talk, message: Message) -> bool:
    """`itu SIM`, said of what is filed as one already, or of the photo that was taken for what was asked."""
    said = sorting.caption_says(message.text, sorting.possible(talk.draft, talk.standard))
    if len(said) != 1 or len(hearing.telling_words(message.text)) > NAMING_WORDS:
        return False
    papers = [paper for paper in talk.draft.papers if wanted.usable(paper) and paper.sort != "voice"]
    if not papers:
        return False
    talk.heard(message, "caption")
    is_that = _POINTING & set(hearing.folded(message.text)) and papers[-1].said_by == "asked"
    if is_that and said[0] not in {paper.sort for paper in papers}:
        sorting.name(talk, papers[-1].file, said[0])
        talk.tell("fact.changed", what=wanted.label(said[0]))
    asking.again(talk)
    return True


def _names_several(talk: Talk, message: Message, count: int) -> bool:
    """Which photo is which, said before it was asked."""
    names = sorting.understood(message.text, count, sorting.possible(talk.draft, talk.standard))
    if len(names) < 2 or len(hearing.folded(message.text)) > 3 * count + 3:
        return False
    papers = sorting.to_name(talk.draft, talk.standard)
    talk.heard(message, "")
    for number, sort in names.items():
        sorting.name(talk, papers[number - 1].file, sort)
    talk.tell("sorting.thanks", things=wanted.labels(tuple(dict.fromkeys(names.values()))))
    asking.go_on(talk)
    return True


def wish_to_change(talk: Talk, message: Message) -> bool:
    """UBAH before the summary: ask which part."""
    if not hearing.means(message.text, "edit"):
        return False
    talk.heard(message, "")
    summary.ask_what(talk)
    return True


def no_words(talk: Talk, message: Message) -> bool:
    """A lone sign or emoji: kept, and the question stands."""
    if any(each.isalnum() for each in message.text):
        return False
    talk.heard(message, "note")
    asking.go_on(talk)
    return True


def more(talk: Talk, message: Message) -> bool:
    """Everything else belongs to the story."""
    draft = talk.draft
    first = not draft.statement
    if draft.changing == "statement":
        corrections.replace_statement(talk, message)
        talk.tell("fact.changed", what=wanted.label("statement"))
        talk.edit(changing="")
    else:
        words = beginning.without_salutation(message.text) if first else message.text
        follows = draft.extra.get("follows", "") if first else ""
        line = (say("satisfied.follows", name=follows),) if follows else ()
        talk.edit(statement=(*draft.statement, words, *line))
        talk.heard(message, "statement", words)
        beginning.consider(talk, message.text)
        talk.tell("more.first" if first else "more.added")
        if not first:
            talk.wait(f"more:{draft.code}")
    talk.wait_for_files = False
    awaited.REASK.get(talk.draft.awaiting, asking.go_on)(talk)
    return True


def photo_words(talk: Talk, message: Message) -> bool:
    """A caption that only names its photo is no further word."""
    if not message.attachments or not message.text:
        return False
    sorts = sorting.possible(talk.draft, talk.standard) or sorting.KNOWN
    if not sorting.caption_says(message.text, sorts) and not _names_album(message, sorts):
        return False
    if _tells_place(message.text):
        talk.heard(message, "statement")
        talk.edit(statement=(*talk.draft.statement, message.text))
    else:
        talk.heard(message, "caption")
    return True


def _tells_place(text: str) -> bool:
    """Whether a caption says more than what the photo is: "lokasi depan SDN Kanigaran 1" does."""
    said = sorting.caption_says(text, sorting.KNOWN)
    return said == ("location_photo",) and len(hearing.telling_words(text)) >= 3


def _names_album(message: Message, sorts: tuple[str, ...]) -> bool:
    return bool(message.album) and len(sorting.understood(message.text, 3, sorts)) > 1


ANSWERS: tuple[Answer, ...] = (
    photo_words,
    slash,
    command,
    own_name,
    awaits,
    put_off,
    no_words,
    names_a_photo,
    wish_to_change,
    smalltalk.patience,
    aside,
    facts.no_answer,
    facts.correction,
    facts.fact,
    facts.said_before,
    more,
)
