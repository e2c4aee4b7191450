"""Letters: everything that's missing is asked at once, and a reply is read line by line."""

from __future__ import annotations

import re

from workflow.dialogue import elsewhere, wanted
from workflow.dialogue.talk import Talk
from workflow.heard import hearing, table
from workflow.say import lines, say
from workflow.standard.standard import Asked

_LABELLED = re.compile(r"[\s>*•·\-\d.)]*([^:=\n]{2,80}?)\s*[:=]\s*(.*)")
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_BRACKETS = re.compile(r"\([^)]*\)")
FIRST_LINES = 8
"""Among so many lines of a mail stands its greeting: address, salam, "Dengan hormat", and the subject above them."""
LONGEST_SIGNATURE = 4
"""So many short lines below a "Hormat saya" are who wrote it."""
_THANKS = re.compile(
    r"[\s,;.]+(?:dan )?(?:terima ?kasih|makasih|trims|suksma|suwun|(?:mohon|silakan|tolong|harap)(?: segera)? "
    r"di(?:proses|lanjutkan|tindaklanjuti|bantu))\b[^,;\n\d]{0,60}$",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z](?:[^\W\d]|[.'’-])*,?")
_TELEPHONE = re.compile(r"\+?\d[\d ().-]{6,18}\d")

# --- asking -----------------------------------------------------------------------------------------------------------


def ask(talk: Talk, open_: tuple[Asked, ...]) -> None:
    """Ask for all of it: a form for what is typed, a list of what is attached, and what may come later."""
    things = tuple(each.id for each in open_)
    talk.edit(asked=things[0], awaiting="", awaiting_for="")
    elsewhere.put_together(talk, things)
    attached = [each for each in open_ if each.kind not in wanted.TEXT]
    if not attached:
        talk.ask("ask.fill_in", list=missing(open_))
        return
    shown = next((each for each in reversed(attached) if each.identity), attached[0])
    talk.ask("ask.everything", list=missing(open_), example=wanted.label(wanted.sorts_of(shown)[0]))


def missing(open_: tuple[Asked, ...]) -> str:
    """What's missing, as a form to fill in and a list of what to attach."""
    typed = [_field(each) for each in open_ if each.kind in wanted.TEXT]
    attached = [_file(each) for each in open_ if each.kind not in wanted.TEXT]
    parts = [
        lines(say("letters.fill"), *typed) if typed else "",
        lines(say("letters.attach"), *attached) if attached else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _field(asked: Asked) -> str:
    hint = wanted.worded(f"letters.hint.{asked.id}")
    return say("letters.field", label=wanted.capital(wanted.label(asked.id)), hint=f" ({hint})" if hint else "")


def _file(asked: Asked) -> str:
    what = wanted.worded(f"letters.file.{asked.id}", options=wanted.either(wanted.sorts_of(asked)))
    return say("ask.list_row", what=what or wanted.label(asked.id))


# --- reading ----------------------------------------------------------------------------------------------------------


def form(text: str, names: tuple[str, ...]) -> tuple[dict[str, str], str]:
    """(what stands behind the labels of a form, the other lines). A label with nothing behind it says nothing.

    A value may go on over the next lines, up to a blank one or the next label.
    """
    known = {label: name for name in names for label in _labels(name)}
    found: dict[str, str] = {}
    rest: list[str] = []
    current = ""
    for line in text.splitlines():
        labelled = _LABELLED.fullmatch(line)
        name = known.get(_plain(labelled[1]), "") if labelled else ""
        if labelled and name:
            current = name
            found[name] = labelled[2].strip()
        elif current and line.strip() and not _is_courtesy(line):
            found[current] = f"{found[current]} {line.strip()}".strip()
        else:
            current = ""
            rest.append(line)
    return {name: value for name, value in found.items() if value}, "\n".join(rest).strip()


def _labels(name: str) -> set[str]:
    words = [wanted.label(name), *table("papers")["fields"].get(name, ())]
    words += table("fields").get(name, {}).get("openers", ())
    return {_plain(each) for each in words}


def _plain(label: str) -> str:
    return " ".join(hearing.folded(_BRACKETS.sub("", label)))


def without_greeting(text: str) -> str:
    """What a mail tells, without the lines above it that only greet and address; such words alone stay as they are."""
    known = frozenset(table("fields")["salutation"]["words"]) | frozenset(table("papers")["courtesy"]["address"])
    kept = text.splitlines()
    for line in text.splitlines()[:FIRST_LINES]:
        words = hearing.folded(line)
        if words and (set(words) <= known or words[0] in table("papers")["courtesy"]["to"]):
            kept.remove(line)
    return "\n".join(kept).strip() or text


def without_signature(text: str, writer: str) -> str:
    """What a mail tells, without the "Hormat saya" at its end and the name and number below it: the desk is a group."""
    closing = frozenset(table("papers")["courtesy"]["closing"])
    all_lines = text.rstrip().splitlines()
    footers = tuple(table("papers")["courtesy"]["footer"])
    while len(all_lines) > 1 and (not all_lines[-1].strip() or all_lines[-1].strip().casefold().startswith(footers)):
        all_lines.pop()
    text = "\n".join(all_lines)
    for nth, line in enumerate(all_lines[1:], 1):
        if not (_is_courtesy(line) and closing & set(hearing.folded(line))):
            continue
        below = [each.strip() for each in all_lines[nth + 1 :] if each.strip()]
        if len(below) <= LONGEST_SIGNATURE and all(_is_courtesy(each) or _signs(each, writer) for each in below):
            return "\n".join(all_lines[:nth]).strip() or text
    return text


def without_courtesy(text: str) -> str:
    """A reply without what only greets, announces the attachments, thanks and signs, be it lines or sentences."""
    closing = frozenset(table("papers")["courtesy"]["closing"])
    kept: list[str] = []
    all_lines = text.splitlines()
    for nth, line in enumerate(all_lines):
        if line.strip() and _is_courtesy(line):
            if closing & set(hearing.folded(line)) and _is_signature(all_lines[nth + 1 :]):
                break
            continue
        kept.append(" ".join(each for each in _SENTENCES.split(line) if not _is_courtesy(each)))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def word(text: str, writer: str) -> str:
    """What a mail says that is one word with a meaning, or a number, beside its courtesies and its writer's name.

    "Ya, benar. Terima kasih.", then "Rina Hartati": "Ya, benar."; "" for every mail that says more.
    """
    said = [line for line in without_courtesy(text).splitlines() if line.strip()]
    for _ in range(LONGEST_SIGNATURE):
        if len(said) > 1 and _signs(said[-1].strip(), writer):
            said.pop()
    bare = _THANKS.sub("", "\n".join(said)).strip()
    return bare if hearing.meanings(bare) or re.fullmatch(r"\d{1,2}[.)]?", bare) else ""


def _signs(line: str, writer: str) -> bool:
    """Whether a line below a word is only who wrote it: a name, or a telephone number."""
    words = frozenset(hearing.folded(line))
    if _TELEPHONE.fullmatch(line) or (words and words <= frozenset(hearing.folded(writer))):
        return True
    named = len(line.split()) <= LONGEST_SIGNATURE and all(_NAME.fullmatch(each) for each in line.split())
    return named and not hearing.meanings(line) and not words & frozenset(table("papers")["courtesy"]["objecting"])


def _is_courtesy(words: str) -> bool:
    """Whether a line says nothing beyond politeness; thanks may say for what."""
    known = frozenset(table("fields")["salutation"]["words"]) | frozenset(table("papers")["courtesy"]["words"])
    said = [folded for each in _SENTENCES.split(words) if (folded := hearing.folded(each))]
    return bool(said) and all(set(folded) <= known or folded[:2] == ("terima", "kasih") for folded in said)


def _is_signature(below: list[str]) -> bool:
    """Whether what stands below a "Hormat saya" is no more than who wrote it."""
    said = [line for line in below if line.strip()]
    return len(said) <= LONGEST_SIGNATURE and all(len(line.split()) <= LONGEST_SIGNATURE + 1 for line in said)
