"""What a report still lacks of the things its standard asks for, and what those things are called."""

from __future__ import annotations

from workflow.conversation import Draft, Paper
from workflow.record import Complaint
from workflow.say import UnknownWords, listing, own_name, say
from workflow.standard.standard import EITHER, Asked, Standard

TEXT = ("text", "signature")


def things(report: Draft | Complaint, standard: Standard) -> tuple[Asked, ...]:
    """What this report has to be asked for, in order. A confidential one and a suggestion need no identity."""
    freed = report.confidential or report.kind == "suggestion"
    return tuple(asked for asked in standard.asked() if asked.id == "statement" or (asked.required and not freed))


def given(draft: Draft, asked: Asked) -> bool:
    """Whether it's there, or its file is on the way."""
    if asked.id == "statement":
        return bool(draft.statement) or any(paper.sort == "voice" and usable(paper) for paper in draft.papers)
    if asked.kind in TEXT:
        return bool(draft.answers.get(asked.id) or draft.private.get(asked.id))
    return any(paper.sort in sorts_of(asked) and usable(paper) for paper in draft.papers)


def missing(draft: Draft, standard: Standard) -> tuple[Asked, ...]:
    """What's neither there, nor said to come later, nor said not to exist. A signature stands under the summary."""
    put_off = {*draft.later, *draft.lacking}
    asked = (each for each in things(draft, standard) if each.kind != "signature")
    return tuple(each for each in asked if each.id not in put_off and not given(draft, each))


def sorts_of(asked: Asked) -> tuple[str, ...]:
    """The documents any of which will do."""
    return asked.options or (asked.id,)


def usable(paper: Paper) -> bool:
    """Whether a file counts: not lost or erased, and not replaced by a better one."""
    return paper.state not in ("failed", "erased") and not paper.replaced


def asked_for(standard: Standard, item: str) -> Asked | None:
    """The requirement of that id, or the one of which it's a document."""
    return next((asked for asked in standard.asked() if item == asked.id or item in sorts_of(asked)), None)


def label(item: str) -> str:
    """The name of a requirement or document as people read it: "KTP", "foto lokasi"."""
    try:
        return say(f"label.{item}")
    except UnknownWords:
        return either(tuple(item.split(EITHER))) if EITHER in item else own_name(item)


def short(item: str) -> str:
    """The same where the word for what it is stands before it: "foto lokasi" is "lokasi"."""
    return worded(f"short.{item}") or label(item)


def worded(key: str, **fields: object) -> str:
    """A sentence there may be for one requirement or document; "" where there is none."""
    try:
        return say(key, **fields)
    except UnknownWords:
        return ""


def capital(text: str) -> str:
    """A label as it begins a line: "Foto lokasi"."""
    return text[:1].upper() + text[1:]


def labels(items: tuple[str, ...]) -> str:
    """Several of them as a list."""
    return listing(tuple(label(item) for item in items))


def either(items: tuple[str, ...]) -> str:
    """Several of them to choose from: "KTP, SIM, atau KK"."""
    return one_of(tuple(label(item) for item in items))


def one_of(named: tuple[str, ...]) -> str:
    """Names to choose from."""
    if len(named) < 2:
        return "".join(named)
    return say("list.or_two" if len(named) == 2 else "list.or_many", first=", ".join(named[:-1]), last=named[-1])


def bells(draft: Draft) -> tuple[str, ...]:
    """The keys of a draft's timers."""
    return f"remind_draft:{draft.code}", f"warn_draft:{draft.code}", f"forget_draft:{draft.code}"
