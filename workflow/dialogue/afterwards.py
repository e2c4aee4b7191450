"""What a citizen writes after registration: it belongs to the complaint it speaks of, or begins another one."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from workflow.conversation import Paper, Saying
from workflow.dialogue import arrivals, asides, asking, beginning, evidence, sorting, status, verdict
from workflow.dialogue.acting import (
    act,
    answered_lately,
    ended_recently,
    is_lapsed,
    is_recent,
    only_open,
    pass_on,
    spoken_of,
)
from workflow.dialogue.talk import Talk, choice
from workflow.heard import hearing, intent
from workflow.message import Message
from workflow.procedure import telling
from workflow.procedure.reach import is_out
from workflow.record import Act, Complaint

# --- words ------------------------------------------------------------------------------------------------------------


OPENING = ("resume", "staff", "help", "privacy", "outside", "who", "repeat", "greeting")
"""Words that mean the same with and without a registered complaint."""


def hear(talk: Talk, message: Message) -> bool:
    """Understand a message of somebody with registered complaints; False leaves it to be heard as an opening one."""
    if talk.conversation.awaiting in ("addition", "which") and (message.attachments or message.location is not None):
        _hold_too(talk, message)
        return True
    named = spoken_of(talk, message)
    wait = AWAITED.get(talk.conversation.awaiting)
    if wait is not None and message.text and wait(talk, message):
        return True
    target = named or only_open(talk)
    if message.text and _word(talk, message, named, target):
        return True
    if message.text and not message.attachments and _is_opening_word(talk, message.text):
        return False
    if message.attachments or message.location is not None:
        return _files(talk, message, named, target)
    if not message.text:
        return False
    return _text(talk, message, named, target)


def _word(talk: Talk, message: Message, named: Complaint | None, target: Complaint | None) -> bool:
    """Words with one meaning, as they are meant after registration."""
    bare = hearing.without_names(message.text, talk.world.office.standard.office.ticket_prefix) or message.text
    word = hearing.means(bare, "status", "cancel", "not_done", "done", "thanks", "another", "restart")
    if status.bare_name(talk, message):
        return True
    if not any(each.isalnum() for each in message.text):
        word = "thanks"  # a lone sign: folded hands, a thumb
    word = word or _yes_or_no(talk, bare, named or target)
    if word == "status":
        talk.heard(message, "")
        status.status(talk, message.text)
    elif word == "cancel":
        talk.heard(message, "")
        verdict.ask_withdraw(talk, named)
    elif word in ("done", "not_done"):
        about = named if named is not None and is_out(named) else answered_lately(talk)
        if about is None or (target is not None and target.waiting):
            return False
        talk.heard(message, "")
        verdict.judge(talk, about, satisfied=word == "done")
    elif word == "thanks":
        talk.heard(message, "thanks")
        talk.tell("thanks.after" if _open_count(talk) else "thanks.short")
    elif word == "yes":
        talk.heard(message, "")
        talk.tell("yes.after" if _open_count(talk) else "yes.plain")
    elif word in ("another", "restart"):
        talk.heard(message, "")
        beginning.empty(talk)
        asking.go_on(talk)
    else:
        return False
    return True


def _yes_or_no(talk: Talk, text: str, target: Complaint | None) -> str:
    """What a bare "ya" or "tidak" means to whom nothing was asked: SUDAH or BELUM right after an answer.

    "Oke" and "baik" are no judgement: only who says so is satisfied.
    """
    if target is not None and (target.waiting or is_lapsed(talk, target)):
        return ""
    about = answered_lately(talk)
    if about is not None and is_recent(talk, about) and (target is None or target.id == about.id):
        word = hearing.means(text, "judged_yes", "judged_no")
        if word:
            return "done" if word == "judged_yes" else "not_done"
    return hearing.means(text, "yes")


def _is_opening_word(talk: Talk, text: str) -> bool:
    bare = hearing.without_names(text, talk.world.office.standard.office.ticket_prefix) or text
    return bool(hearing.means(bare, *OPENING)) or bool(hearing.slash(text)[0])


def _text(talk: Talk, message: Message, named: Complaint | None, target: Complaint | None) -> bool:
    """A sentence: an answer to the staff's question, an addition, a new complaint, or something else."""
    heard = intent.guess(message.text)
    if target is not None and heard.intent != "emergency" and _is_waited_for(talk, message, target):
        return True
    if target is not None and _wants_it_withdrawn(message.text):
        pass_on(talk, target, message)
        verdict.ask_withdraw(talk, target)
        return True
    if target is not None and hearing.folded(message.text)[:1] in (("tambahan",), ("lanjutan",)):
        pass_on(talk, target, message)
        return True
    if _thanks_or_corrects(talk, message, heard):
        return True
    if is_unsatisfied(message.text) and (about := named or answered_lately(talk)) and is_out(about):
        talk.heard(message, "note")
        verdict.judge(talk, about, satisfied=False, words=message.text)
        return True
    if named is not None and heard.intent not in ("status_check", "emergency", "violence_report"):
        pass_on(talk, named, message)
        return True
    if heard.intent in ("complaint", "suggestion") and (about := target or ended_recently(talk)):
        _ask_addition(talk, message, about)
        return True
    if heard.intent == "unclear" and target is not None and talk.conversation.awaiting != "unclear":
        pass_on(talk, target, message)
        return True
    if heard.intent == "unclear" and _open_count(talk) > 1:
        _ask_which(talk, message)
        return True
    return False


def _is_waited_for(talk: Talk, message: Message, target: Complaint) -> bool:
    """The signature once more, or an answer to what the staff asked for."""
    if _is_their_signature(message.text, target):
        talk.heard(message, "")
        talk.tell("signed.already", name=telling.name_of(target))
        return True
    if target.waiting or is_lapsed(talk, target):
        pass_on(talk, target, message)
        return True
    return False


def _is_their_signature(text: str, about: Complaint) -> bool:
    """The name that signs the report, typed once more after a YA: it's private, and nothing new for the desk."""
    return hearing.folded(text) == hearing.folded(about.private.get("signature", "")) != ()


def _thanks_or_corrects(talk: Talk, message: Message, heard: intent.Guess) -> bool:
    """Thanks; or their own name or number is wrong in a report of theirs, and not in a paper it may be about."""
    if heard.intent == "thanks":
        talk.heard(message, "thanks")
        talk.tell("thanks.after" if _open_count(talk) else "thanks.short")
        return True
    if not intent.says(message.text, "own_data_wrong") or intent.says(message.text, "in_a_paper"):
        return False
    talk.heard(message, "privacy_request")
    asides.privacy_request(talk, message)
    return True


def _wants_it_withdrawn(text: str) -> bool:
    """Words such as "batalkan saja laporannya", or a clause of its own: "ga jadi pak, lampunya sudah nyala"."""
    first, *more = re.split(r"[,.;!\n]", text.strip(), maxsplit=1)
    return intent.says(text, "withdraw") or bool(more and hearing.means(first, "cancel"))


def is_unsatisfied(text: str) -> bool:
    """Whether words say that what was answered isn't solved."""
    first, *more = re.split(r"[,.;!\n]", text.strip(), maxsplit=1)
    return intent.says(text, "unsatisfied") or bool(more and hearing.means(first, "not_done"))


def _open_count(talk: Talk) -> int:
    return sum(1 for each in talk.complaints() if each.closed_at is None)


# --- addition or another one? -----------------------------------------------------------------------------------------


def _ask_addition(talk: Talk, message: Message, about: Complaint) -> None:
    talk.heard(message, "held")
    talk.set(awaiting="addition", awaiting_for=f"{message.id} {about.id}")
    _put_addition(talk, about)


def _put_addition(talk: Talk, about: Complaint) -> None:
    more = choice("choice.addition", f"more:{about.id}", name=telling.name_of(about))
    talk.ask("addition.ask", (more,), (choice("choice.new_report", "more:new"),), name=telling.name_of(about))


def _addition(talk: Talk, message: Message) -> bool:
    word = hearing.means(message.text, "addition", "yes", "another", "no")
    if not word:
        settle(talk)
        return False
    talk.heard(message, "")
    held = talk.conversation.awaiting_for.split(" ")
    return chose_addition(talk, [held[1] if word in ("addition", "yes") else "new"])


def settle(talk: Talk) -> None:
    """The citizen goes on telling without choosing: what was held goes to the complaint it most likely adds to."""
    held, about = talk.conversation.awaiting_for.split(" ")
    talk.set(awaiting="", awaiting_for="")
    if about not in talk.world.complaints:
        open_ = [each.id for each in talk.complaints() if each.closed_at is None]
        about = open_[-1] if open_ else about
    _hand_over(talk, held, about)


def _hold_too(talk: Talk, message: Message) -> None:
    """A file or a place sent before the choice: it's held with the words, and the question is put again."""
    held, about = talk.conversation.awaiting_for.split(" ")
    arrivals.take(talk, message)
    if message.text:
        talk.heard(message, "held")
    if message.location is not None and (known := talk.world.complaints.get(about) or only_open(talk)) is not None:
        evidence.place(talk, known, message.location, message.id)
    talk.set(awaiting_for=f"{held},{message.id} {about}")
    target = talk.world.complaints.get(about)
    if target is not None:
        _put_addition(talk, target)
    else:
        _put_which(talk)


def chose_addition(talk: Talk, args: list[str]) -> bool:
    """`Tambahan` or "Laporan baru", for the words (and files) held back."""
    if talk.conversation.awaiting != "addition":
        return False
    message_id, _ = talk.conversation.awaiting_for.split(" ")
    talk.set(awaiting="", awaiting_for="")
    if args[0] != "new":
        if args[0] not in talk.conversation.complaints or args[0] not in talk.world.complaints:
            return False
        _hand_over(talk, message_id, args[0])
        talk.tell("said.added", name=telling.name_of(talk.world.complaints[args[0]]))
        return True
    text = _held_text(talk, message_id)
    sayings = [saying for each in message_id.split(",") if (saying := _newest(talk, each))]
    beginning.empty(talk)
    if text:
        talk.edit(statement=(text,), sayings=tuple(replace(saying, filed_as="statement") for saying in sayings))
        beginning.consider(talk, text)
        talk.tell("more.first")
    asking.go_on(talk)
    return True


def _held_text(talk: Talk, held: str) -> str:
    newest = (_newest(talk, message_id) for message_id in held.split(","))
    return "\n".join(saying.text for saying in newest if saying)


def _newest(talk: Talk, message_id: str) -> Saying | None:
    """The words of a message as they stand after its last edit."""
    return next((each for each in reversed(talk.conversation.sayings) if each.message == message_id), None)


def _held_papers(talk: Talk, held: str) -> tuple[Paper, ...]:
    return tuple(paper for paper in talk.conversation.papers if paper.message in held.split(",") or not paper.complaint)


def _hand_over(talk: Talk, held: str, about: str) -> None:
    """What was held back goes to a complaint: the words, and the files as they are there."""
    if about not in talk.world.complaints:
        return
    if text := _held_text(talk, held):
        act(talk, about, Act(kind="said", text=text, data={"message": held.split(",", maxsplit=1)[0]}))
    for paper in _held_papers(talk, held):
        talk.change_paper(paper.file, complaint=about)
        evidence.hand_over(talk, replace(paper, complaint=about))


def _ask_which(talk: Talk, message: Message) -> None:
    talk.heard(message, "held")
    talk.set(awaiting="which", awaiting_for=f"{message.id} any")
    _put_which(talk)


def _put_which(talk: Talk) -> None:
    rows = [
        (choice("choice.complaint", f"which:{each.id}", name=telling.name_of(each), matter=telling.matter(each, 30)),)
        for each in talk.complaints()
        if each.closed_at is None
    ][-6:]
    talk.ask("which.ask", *rows, (choice("choice.new_report", "which:new"),))


def chose_which(talk: Talk, args: list[str]) -> bool:
    """Which complaint was meant."""
    if talk.conversation.awaiting == "withdraw" and args[0] in talk.conversation.complaints:
        verdict.ask_withdraw(talk, talk.world.complaints.get(args[0]))
        return True
    if talk.conversation.awaiting != "which":
        return False
    talk.set(awaiting="addition")
    return chose_addition(talk, args)


def _which(talk: Talk, message: Message) -> bool:
    named = spoken_of(talk, message)
    if named is None:
        settle(talk)
        return False
    talk.heard(message, "")
    return chose_which(talk, [named.id])


def _files(talk: Talk, message: Message, named: Complaint | None, target: Complaint | None) -> bool:
    """Evidence, or what was lacking; with a new story beside it, it's asked whether it's a report of its own."""
    if target is None and _open_count(talk) > 1:
        arrivals.take(talk, message)
        _ask_which(talk, message)
        return True
    if target is None:
        return False
    letter = bool(message.text and message.attachments) and evidence.is_signed_letter(talk, target, message.text)
    heard = intent.guess(message.text) if message.text and not letter else None
    if heard is not None and heard.intent in ("emergency", "violence_report", "question"):
        arrivals.take(talk, message, target.id)
        return False
    if heard is not None and heard.intent == "complaint" and named is None and not target.waiting:
        arrivals.take(talk, message)
        _ask_addition(talk, message, target)
        return True
    arrivals.take(talk, message, target.id)
    if message.text:
        talk.heard(message, "caption")
        if not letter and not sorting.caption_says(message.text, sorting.KNOWN):
            act(talk, target.id, Act(kind="said", text=message.text, data={"message": message.id}))
    if message.location is not None:
        evidence.place(talk, target, message.location, message.id)
    return True


def _words(talk: Talk, message: Message) -> bool:
    """The right words for a voice note, which were asked for: they belong to its complaint."""
    about = talk.world.complaints.get(talk.conversation.awaiting_for)
    talk.set(awaiting="", awaiting_for="")
    heard = intent.guess(message.text)
    if about is None or heard.intent in ("emergency", "violence_report") or _is_opening_word(talk, message.text):
        return False
    pass_on(talk, about, message)
    return True


AWAITED: dict[str, Callable[[Talk, Message], bool]] = {
    "addition": _addition,
    "which": _which,
    "withdraw": verdict.withdraw,
    "gist": evidence.gist,
    "words": _words,
    "unsatisfied_reason": verdict.unsatisfied_reason,
}
