"""The first message of a talk, and every later one outside a report: what it wants, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from workflow.conversation import Saying
from workflow.dialogue import asides, asking, beginning, joining, questions, sorting, status
from workflow.dialogue.talk import Rows, Talk, choice
from workflow.heard import hearing, intent
from workflow.heard.intent import Guess
from workflow.message import Message

Opening = Callable[[Talk, Message, Guess], None]
SHORTEST = 2
"""A word alone tells no story; from so many on, what we couldn't place may be one."""


def hear(talk: Talk, message: Message) -> None:
    """Answer a message that stands outside any report. A complaint begins one; nothing told is thrown away."""
    text = message.text
    if _slash(talk, message) or status.bare_name(talk, message) or _word(talk, message):
        return
    if not message.attachments and not any(each.isalnum() for each in text):
        _thanks(talk, message, intent.guess(text))
        return
    heard = intent.guess(text)
    if "question" in talk.conversation.extra and heard.intent not in ("emergency", "violence_report"):
        _asked_for_question(talk, message)
        return
    if message.attachments and heard.intent in ("unclear", "greeting", "thanks", "announcement"):
        _begin_with_files(talk, message, heard)
        return
    OPENINGS[heard.intent](talk, message, heard)


def files_only(talk: Talk, message: Message) -> None:
    """Photos, a voice note or a pin without a word: a report begins with them."""
    beginning.empty(talk)
    beginning.introduce(talk, "intro.greeting", message.text)
    talk.wait_for_files = bool(message.attachments)
    if message.attachments:
        talk.edit(extra={**talk.draft.extra, "introduced": "\n\n".join(talk.paragraphs)})
        talk.paragraphs = []


def _begin_with_files(talk: Talk, message: Message, heard: Guess) -> None:
    """Files with a few words beside them: a name for the photo, a greeting, or the beginning of the story."""
    sorts = sorting.possible_today(talk.world.office.standard) or sorting.KNOWN
    names = sorting.caption_says(message.text, sorts) or (
        message.album and len(sorting.understood(message.text, 3, sorts)) > 1
    )
    if names or heard.intent in ("greeting", "announcement", "thanks"):
        files_only(talk, message)
        talk.heard(message, "caption")
        return
    beginning.start(talk, message, heard)


# --- words, numbers, commands -----------------------------------------------------------------------------------------


def _slash(talk: Talk, message: Message) -> bool:
    word, rest = hearing.slash(message.text)
    if not word:
        return False
    talk.heard(message, "")
    if word == "start":
        _greet(talk, replace(message, text=""), intent.guess(""))
    elif word in WORDS:
        WORDS[word](talk, replace(message, text=rest or message.text))
    else:
        asides.help_(talk)
    return True


def _word(talk: Talk, message: Message) -> bool:
    """One of the words that mean the same at any time."""
    bare = hearing.without_names(message.text, talk.standard.office.ticket_prefix) or message.text
    if talk.conversation.awaiting == questions.AWAITED:
        return _is_it(talk, message)
    waits = talk.conversation.awaiting == "unclear"
    first = ("yes", "proceed_report", "proceed_ask") if waits else ()
    word = hearing.means(bare, *first, *WORDS) or ("greeting" if beginning.only_greets(bare) else "")
    if not word:
        return False
    talk.heard(message, "")
    WORDS[word](talk, message)
    return True


def _is_it(talk: Talk, message: Message) -> bool:
    """The answer to whether a question is one the office has answered; whatever else is said ends that."""
    word = hearing.means(message.text, "yes", "no")
    if word:
        talk.heard(message, "")
        return chosen(talk, "this" if word == "yes" else "other")
    talk.set(awaiting="", awaiting_for="")
    return _word(talk, message)


def _yes(talk: Talk, _: Message) -> None:
    chosen(talk, "report")


def _ask(talk: Talk, _: Message) -> None:
    chosen(talk, "ask")


def _announce(talk: Talk, message: Message) -> None:
    _announced(talk, message, intent.guess(message.text))


def _nothing_open(talk: Talk, _: Message) -> None:
    talk.tell("nothing_open")


def _staff(talk: Talk, message: Message) -> None:
    asides.staff(talk, message.text)


def _thank(talk: Talk, _: Message) -> None:
    talk.tell("thanks.short")


def _hello(talk: Talk, message: Message) -> None:
    _greet(talk, message, intent.guess(message.text))


def _help(talk: Talk, _: Message) -> None:
    asides.help_(talk)


def _privacy(talk: Talk, _: Message) -> None:
    asides.privacy(talk)


def _outside(talk: Talk, _: Message) -> None:
    asides.outside(talk)


def _status(talk: Talk, message: Message) -> None:
    status.status(talk, message.text)


def _resume(talk: Talk, message: Message) -> None:
    joining.resume(talk, message.text)


def _who(talk: Talk, _: Message) -> None:
    talk.tell("honest", office=talk.standard.office.name)


WORDS: dict[str, Callable[[Talk, Message], None]] = {
    "status": _status,
    "staff": _staff,
    "help": _help,
    "privacy": _privacy,
    "outside": _outside,
    "resume": _resume,
    "cancel": _nothing_open,
    "restart": _announce,
    "another": _announce,
    "repeat": _help,
    "who": _who,
    "thanks": _thank,
    "greeting": _hello,
    "proceed_report": _announce,
    "proceed_ask": _ask,
    "yes": _yes,
    "wait": _thank,
}


# --- what it wants ----------------------------------------------------------------------------------------------------


def _complain(talk: Talk, message: Message, heard: Guess) -> None:
    beginning.start(talk, message, heard, told=_told_before(talk))


def _suggest(talk: Talk, message: Message, heard: Guess) -> None:
    """Registered where the office takes suggestions; elsewhere we ask once whether it's a complaint."""
    if talk.world.office.standard.suggestions is not None:
        beginning.start(talk, message, heard)
    else:
        _unclear(talk, message, heard)


def _told_before(talk: Talk) -> tuple[str, ...]:
    """What the citizen had said when we asked what they want: it belongs to the story."""
    if talk.conversation.awaiting != "unclear":
        return ()
    saying = _saying(talk, talk.conversation.awaiting_for)
    return (saying.text,) if saying is not None else ()


def _saying(talk: Talk, message_id: str) -> Saying | None:
    return next((each for each in talk.conversation.sayings if each.message == message_id), None)


def _announced(talk: Talk, message: Message, _: Guess) -> None:
    """Wants to report and hasn't said what: asked for it at once."""
    talk.heard(message, "")
    introduced = talk.conversation.greeted_at
    beginning.empty(talk)
    if introduced is None:
        beginning.introduce(talk, "intro.greeting", message.text)
    asking.go_on(talk)


def _greet(talk: Talk, message: Message, _: Guess) -> None:
    if message.text:
        talk.heard(message, "greeting")
    beginning.introduce(talk, "intro.greeting", message.text)
    talk.ask("greeting.what")


def _question(talk: Talk, message: Message, _: Guess) -> None:
    talk.heard(message, "question")
    _return_salam(talk, message)
    asides.question(talk, message)


def _status_check(talk: Talk, message: Message, _: Guess) -> None:
    talk.heard(message, "status_check")
    _return_salam(talk, message)
    status.status(talk, message.text)


def _danger(talk: Talk, message: Message, heard: Guess) -> None:
    talk.heard(message, heard.intent)
    asides.danger(talk, message, heard)


def _thanks(talk: Talk, message: Message, _: Guess) -> None:
    talk.heard(message, "thanks")
    talk.tell("thanks.short")


def _human(talk: Talk, message: Message, _: Guess) -> None:
    talk.heard(message, "human_request")
    _return_salam(talk, message)
    asides.staff(talk, message.text)


def _privacy_request(talk: Talk, message: Message, _: Guess) -> None:
    talk.heard(message, "privacy_request")
    asides.privacy_request(talk, message)


def _out_of_scope(talk: Talk, message: Message, heard: Guess) -> None:
    talk.heard(message, heard.intent)
    talk.tell("out_of_scope", office=talk.standard.office.name)


def _return_salam(talk: Talk, message: Message) -> None:
    talk.tell_text(beginning.salam(message.text))


def _unclear(talk: Talk, message: Message, heard: Guess) -> None:
    """One question with four choices; never twice in a row: what comes next is taken as the report."""
    if talk.conversation.staff_wanted_at is not None and not talk.conversation.unclear:
        talk.heard(message, "question")
        asides.ask_desk(talk, message.text)
        asides.tell_whose(talk, "staff.passed_on", "staff.passed_on_home")
        return
    if talk.conversation.awaiting == "unclear" or talk.conversation.unclear:
        beginning.start(talk, message, heard, told=_told_before(talk))
        return
    talk.heard(message, "unclear")
    beginning.introduce(talk, "intro.greeting", message.text)
    if heard.maybe_emergency:
        talk.tell("emergency.maybe", numbers=beginning.numbers_line(talk, heard.emergency))
    talk.set(awaiting="unclear", awaiting_for=message.id, unclear=1)
    talk.ask("unclear.ask", *four())


def four() -> Rows:
    """The four choices."""
    return (
        (choice("unclear.report", "want:report"), choice("unclear.ask_choice", "want:ask")),
        (choice("unclear.status", "want:status"), choice("unclear.staff", "want:staff")),
    )


def chosen(talk: Talk, what: str) -> bool:
    """One of the four choices, or "Buat laporan" after an emergency."""
    awaiting = talk.conversation.awaiting
    saying = _saying(talk, talk.conversation.awaiting_for) if awaiting in ("unclear", questions.AWAITED) else None
    if what in ("this", "other"):
        return awaiting == questions.AWAITED and saying is not None and _asked_this(talk, saying, known=what == "this")
    if what not in ("report", "ask", "status", "staff"):
        return False
    if talk.telling:
        asking.again(talk)
        return True
    talk.set(awaiting="", awaiting_for="", unclear=0)
    if what == "status":
        status.status(talk, "")
    elif what == "staff":
        asides.staff(talk, "")
    elif what == "ask":
        _ask_question(talk, saying)
    else:
        _report_from(talk, saying)
    return True


def _ask_question(talk: Talk, saying: Saying | None) -> None:
    if saying is None or len(hearing.folded(saying.text)) <= SHORTEST:
        talk.tell("question.what")
        talk.set(extra={**talk.conversation.extra, "question": "next"})
        return
    if questions.answered(talk, saying.text, saying.message):
        return
    asides.ask_desk(talk, saying.text)
    asides.tell_forwarded(talk)


def _asked_this(talk: Talk, saying: Saying, *, known: bool) -> bool:
    """It's the question that the office answered in its file, or another one."""
    talk.set(awaiting="", awaiting_for="")
    if not known or not questions.give(talk, saying.text):
        asides.ask_desk(talk, saying.text)
        asides.tell_forwarded(talk)
    return True


def _asked_for_question(talk: Talk, message: Message) -> None:
    """The words that were asked for after the choice "Tanya"."""
    talk.set(extra={name: text for name, text in talk.conversation.extra.items() if name != "question"})
    talk.heard(message, "question")
    asides.question(talk, message)


def _report_from(talk: Talk, saying: Saying | None) -> None:
    """A report that begins with what had been said, if that says anything."""
    beginning.empty(talk)
    if saying is not None and len(hearing.folded(saying.text)) >= SHORTEST:
        talk.edit(statement=(saying.text,), sayings=(replace(saying, filed_as="statement"),))
        beginning.consider(talk, saying.text)
        talk.tell("more.first")
    asking.go_on(talk)


OPENINGS: dict[str, Opening] = {
    "complaint": _complain,
    "suggestion": _suggest,
    "announcement": _announced,
    "greeting": _greet,
    "question": _question,
    "status_check": _status_check,
    "emergency": _danger,
    "violence_report": _danger,
    "thanks": _thanks,
    "human_request": _human,
    "privacy_request": _privacy_request,
    "out_of_scope": _out_of_scope,
    "spam": _out_of_scope,
    "unclear": _unclear,
}
