"""Short words in the midst of a report that answer nothing: "sebentar", "ya pak", "makasih", "udah dikirim"."""

from __future__ import annotations

from workflow.dialogue import asides, asking, wanted
from workflow.dialogue.talk import Talk
from workflow.heard import hearing
from workflow.message import Message
from workflow.standard.standard import Asked

WORDS = ("wait", "why", "thanks", "greeting", "keep", "yes", "no", "another", "proceed_report", "done")


def patience(talk: Talk, message: Message) -> bool:
    """Short words that answer nothing: "sebentar", "ya pak", "makasih", "assalamualaikum", "udah dikirim"."""
    draft, text = talk.draft, message.text
    word = hearing.means(text, *WORDS)
    asked = wanted.asked_for(talk.standard, draft.asked) if draft.asked else None
    if asked is not None and asked.kind not in wanted.TEXT and hearing.is_unknown(text):
        word = "no"
    if not word and not _says_sent(text):
        return False
    if (
        asked is not None
        and asked.kind in wanted.TEXT
        and word in ("keep", "no", "yes", "another")
        and asked.id != "statement"
    ):
        return False
    talk.heard(message, "")
    if word == "wait":
        talk.tell("wait.please")
        return True
    if word == "why":
        _why(talk, asked)
    elif word == "thanks":
        talk.tell("thanks.short")
    elif word == "greeting":
        asides.return_greeting(talk, text)
    elif word == "no" and asked is not None and asked.kind not in wanted.TEXT:
        talk.tell("put_off.which")
    elif word == "done" or _says_sent(text):
        _sent(talk)
    talk.wait_for_files = False
    asking.go_on(talk)
    return True


def _why(talk: Talk, asked: Asked | None) -> None:
    if asked is None or asked.id == "statement":
        return
    talk.tell("why", requirement=asked.requirement_text, office=talk.standard.office.name)


def _says_sent(text: str) -> bool:
    words = hearing.folded(text)
    sent = {"dikirim", "kirim", "terkirim", "kukirim"}
    return len(words) <= 5 and bool(sent & set(words)) and words[0] in ("sudah", "tadi", "barusan", "kan", "lho", "loh")


def _sent(talk: Talk) -> None:
    have = tuple(
        dict.fromkeys(
            paper.sort for paper in talk.draft.papers if paper.sort not in ("", "voice") and wanted.usable(paper)
        )
    )
    if have:
        talk.tell("sent.have", things=wanted.labels(have))
    else:
        talk.tell("sent.nothing")
