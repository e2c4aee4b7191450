"""Several photos at once: one question tells which is which, answered in words or by button."""

from __future__ import annotations

import re

from workflow.conversation import Draft, Paper
from workflow.dialogue import letters, wanted
from workflow.dialogue.talk import Talk, choice
from workflow.heard import hearing, table
from workflow.message import Choice
from workflow.say import own_name, say
from workflow.standard.standard import Asked, Standard

KNOWN = ("ktp", "kk", "sim", "other_id", "location_photo", "supporting")
PLACES = ("location_photo", "supporting")
"""What shows a place or an event, not a person's papers."""

_NUMBER = re.compile(r"\d{1,2}")
_RANGE = re.compile(r"\b(\d{1,2}) ?(?:-|–|s\.? ?/?d\.?|sampai|hingga) ?(\d{1,2})\b")
_REST = 0
"""The number that stands for all the others: "1 KTP, sisanya lokasi"."""


def to_name(draft: Draft, standard: Standard) -> tuple[Paper, ...]:
    """The files of which it has to be asked what they are, in the order they came.

    Where the office asks for no document nothing is asked: a petugas looks at what was sent along.
    """
    if not possible(draft, standard):
        return ()
    return tuple(paper for paper in draft.papers if _is_unnamed(paper))


def _is_unnamed(paper: Paper) -> bool:
    return paper.state != "failed" and not paper.sort and not paper.sorting_declined and paper.type != "voice"


def possible(draft: Draft, standard: Standard) -> tuple[str, ...]:
    """What a photo may be: what is asked, then what is taken along with it."""
    return _of(wanted.things(draft, standard))


def possible_today(standard: Standard) -> tuple[str, ...]:
    """The same before there's a report."""
    return _of(standard.asked())


def _of(things: tuple[Asked, ...]) -> tuple[str, ...]:
    documents = [each for each in things if each.kind not in wanted.TEXT]
    sorts = [sort for each in documents for sort in wanted.sorts_of(each)]
    extra = [sort for each in documents for sort in each.optional_documents]
    return tuple(dict.fromkeys(sorts + extra))


def ask(talk: Talk) -> None:
    """`Foto 1-3: mana KTP, mana KK, mana lokasi?`, with a row of buttons for each photo."""
    papers = to_name(talk.draft, talk.standard)
    sorts = _open_first(talk, possible(talk.draft, talk.standard))
    talk.await_("sorting", ",".join(paper.file for paper in papers))
    talk.edit(asked="")
    if not talk.limits.one_thing_at_a_time:
        _ask_by_letter(talk, papers, sorts)
    elif len(papers) == 1:
        rows = [tuple(_button(papers[0], sort, "") for sort in pair) for pair in _pairs(sorts)]
        talk.ask("sorting.one", *rows)
    else:
        required = tuple(sort for sort in sorts if sort != "supporting")
        which = ", ".join(say("sorting.which", what=_short(sort)) for sort in required)
        example = ", ".join(f"{n} {_short(sort)}" for n, sort in enumerate(required[: len(papers)], start=1))
        limits = talk.limits
        pressed = limits.choices and limits.rows
        rows = [_row(n, paper, sorts) for n, paper in enumerate(papers, 1)] if pressed else []
        talk.ask("sorting.many", *rows, last=len(papers), which=which, example=example)
    if any(paper.album for paper in papers) or any(paper.state == "pending" for paper in papers):
        talk.wait(f"sorting:{talk.draft.code}")


def _ask_by_letter(talk: Talk, papers: tuple[Paper, ...], sorts: tuple[str, ...]) -> None:
    """One question for all attachments that nobody named, by their files' names, and what else is missing."""
    listed = "\n".join(
        say("sorting.file", n=n, name=paper.name or say("sorting.nameless")) for n, paper in enumerate(papers, 1)
    )
    examples = [f"{n} {_short(sort)}" for n, sort in enumerate(sorts[: len(papers)], start=1)]
    if len(papers) > len(sorts):
        examples[-1] = say("sorting.rest", what=_short(sorts[-1]))
    example = ", ".join(examples)
    which = wanted.one_of(tuple(_short(sort) for sort in sorts))
    if len(papers) == 1:
        talk.ask("sorting.file_one", name=papers[0].name or say("sorting.nameless"), which=which)
    else:
        talk.ask("sorting.files", list=listed, which=which, example=example)
    open_ = wanted.missing(talk.draft, talk.standard)
    typed = tuple(each for each in open_ if each.kind in wanted.TEXT)
    files = tuple(each for each in open_ if each.kind not in wanted.TEXT)
    if len(files) > len(papers):
        talk.tell("sorting.not_among", things=wanted.labels(tuple(each.id for each in files)))
    if typed:
        talk.tell_text(letters.missing(typed))


def _open_first(talk: Talk, sorts: tuple[str, ...]) -> tuple[str, ...]:
    """What's still lacking stands first."""
    have = {paper.sort for paper in talk.draft.papers if wanted.usable(paper)}
    return tuple(sorted(sorts, key=lambda sort: sort in have))


def _row(number: int, paper: Paper, sorts: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(_button(paper, sort, f"{number} ") for sort in sorts[:4])


def _button(paper: Paper, sort: str, number: str) -> Choice:
    return choice("sorting.button", f"sort:{paper.file}:{sort}", number=number, what=_short(sort))


def _pairs(sorts: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [sorts[at : at + 2] for at in range(0, len(sorts), 2)]


def _short(sort: str) -> str:
    return wanted.short(sort)


# --- what people answer -----------------------------------------------------------------------------------------------


def name(talk: Talk, file: str, sort: str) -> bool:
    """File a photo under a name; False if that's not possible (another's file, or an unknown name)."""
    paper = talk.paper(file)
    if paper is None or sort not in possible(talk.draft, talk.standard):
        return False
    talk.change_paper(file, sort=sort, said_by="citizen", sorting_declined=False)
    return True


def understood(text: str, count: int, sorts: tuple[str, ...]) -> dict[int, str]:
    """Which photo (from 1) is what: "1 ktp 2 kk 3 lokasi", "ktp kk lokasi", "semua lokasi"; {} if it doesn't say.

    "2-5 lokasi" and "sisanya pendukung" name several. Only what is said counts; nothing is concluded from what's left
    over.
    """
    tokens = _tokens(_RANGE.sub(_spread, text), sorts)
    names = [value for value in tokens if isinstance(value, str)]
    numbers = [value for value in tokens if isinstance(value, int) and _REST <= value <= count]
    if not names:
        return {}
    if not numbers and not caption_says(text, sorts):
        return {}
    if not numbers:
        if len(set(names)) == 1 and (count == 1 or _says_all(text)):
            return dict.fromkeys(range(1, count + 1), names[0])
        return dict(enumerate(names, start=1)) if len(names) == count else {}
    return _paired(tokens, count)


def not_asked(text: str, count: int, names: dict[int, str]) -> tuple[int, ...]:
    """Which photos are said to be something that's known and not asked here: a petugas looks at those."""
    return tuple(number for number in understood(text, count, KNOWN) if number not in names)


def only_sorts(text: str, sorts: tuple[str, ...]) -> bool:
    """Whether a text is nothing but numbers and names of photos, be they right or too few: no part of a story."""
    tokens = _tokens(text, sorts)
    numbered = any(isinstance(token, int) and token != _REST for token in tokens) and any(
        isinstance(token, str) for token in tokens
    )
    alone = len(tokens) == 1 and bool(caption_says(text, sorts))
    return (numbered or alone) and beside_names(text, sorts) <= 1


def beside_names(text: str, sorts: tuple[str, ...]) -> int:
    """How many words of a text are neither a photo's number or name nor a word to join them."""
    words = [word for word in hearing.folded(text) if word not in table("papers")["joining"]["words"]]
    return len(words) - len(_tokens(text, sorts))


def _paired(tokens: list[int | str], count: int) -> dict[int, str]:
    """Numbers with the name after them, or the name before them where a name stands first."""
    names_first = isinstance(tokens[0], str)
    found: dict[int, str] = {}
    held: list[int] = []
    name_ = ""
    for token in tokens:
        if isinstance(token, int):
            if not _REST <= token <= count:
                return {}
            if names_first and name_:
                found[token] = name_
            else:
                held.append(token)
        else:
            name_ = token
            if not names_first:
                found |= dict.fromkeys(held, token)
                held = []
    rest = found.pop(_REST, "")
    return dict.fromkeys(range(1, count + 1), rest) | found if rest else found


def _spread(match: re.Match[str]) -> str:
    return " ".join(str(number) for number in range(int(match[1]), int(match[2]) + 1)) or match[0]


def _tokens(text: str, sorts: tuple[str, ...]) -> list[int | str]:
    """The numbers and names in a text, in their order."""
    words = re.sub(r"(\d)([a-z])", r"\1 \2", re.sub(r"([a-z])(\d)", r"\1 \2", " ".join(hearing.folded(text)))).split()
    ordinals = {word: int(number) for number, known in table("papers")["ordinals"].items() for word in known}
    found: list[int | str] = []
    at = 0
    while at < len(words):
        sort, taken = _name_at(words, at, sorts)
        if words[at] in table("papers")["rest"]["words"] and _name_at(words, at + 1, sorts)[0]:
            found.append(_REST)
        elif sort:
            if not (found and found[-1] == sort):
                found.append(sort)
            at += taken - 1
        elif _NUMBER.fullmatch(words[at]):
            found.append(int(words[at]))
        elif words[at] in ordinals:
            found.append(ordinals[words[at]])
        at += 1
    return found


def _name_at(words: list[str], at: int, sorts: tuple[str, ...]) -> tuple[str, int]:
    names = named_as(sorts)
    longest = max(3, *(len(name.split()) for sort in sorts for name in names[sort]), 1)
    for size in range(longest, 0, -1):
        piece = " ".join(words[at : at + size])
        for sort, known in names.items():
            if sort in sorts and piece in known:
                return sort, size
    return "", 0


def named_as(sorts: tuple[str, ...]) -> dict[str, list[str]]:
    """What people call the papers; one of the office's own is called by its name."""
    shared: dict[str, list[str]] = table("papers")["names"]
    own = {sort: [" ".join(hearing.folded(own_name(sort)))] for sort in sorts if sort not in shared}
    return {**shared, **own}


def _says_all(text: str) -> bool:
    return bool(set(table("papers")["all"]["words"]) & set(hearing.folded(text)))


def caption_says(text: str, sorts: tuple[str, ...]) -> tuple[str, ...]:
    """What a caption calls its photo, in order; () when it tells a story instead ("KTP saya hilang di jalan rusak")."""
    words = hearing.folded(text)
    found = [token for token in _tokens(text, sorts) if isinstance(token, str)]
    if not found or len(words) > 8 + 2 * len(found):
        return ()
    if any(word in words for word in ("hilang", "rusak", "belum", "berlubang", "dicuri", "syarat", "bagaimana")):
        return ()
    sure = {"ktp", "kk", "sim", "lokasi", "tkp", "foto", "bukti", "pendukung", "identitas", "tempat", "paspor"}
    return tuple(dict.fromkeys(found)) if sure & set(words) or len(words) <= 3 else ()
