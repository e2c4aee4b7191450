"""Hears what a short message means, whatever its spelling: folding, words with one meaning, codes and numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from workflow.heard import table

_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*'?")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u00b4`", "'"))
_UNKNOWN = re.compile(r"(saya )?((tidak|kurang|ora) (tau|tahu|yakin|ingat|paham|mengerti|ngerti)|embuh|mbuh)")
_REPEATED = re.compile(r"(.)\1{2,}")
_TOO_SHORT = 3
"""Letters of a word that's too short to be known without its apostrophe."""
_SHORT = 400
"""Characters of a text that's remembered folded for a moment."""
_LINK = re.compile(r"https?://|www\.|\b(?:bit\.ly|t\.me|wa\.me)/", re.IGNORECASE)
_CODE = re.compile(r"(?<![0-9A-Za-z-])(?=[0-9A-Za-z]*[0-9])(?=[0-9A-Za-z]*[A-Za-z])[0-9A-Za-z]{4}(?![0-9A-Za-z-])")
_REGISTER = re.compile(r"\b[A-Za-z]{3}-\d{4}-\d{1,6}\b")
_NAMED_CODE = re.compile(r"(?i:\b(?:status|cek|lanjut|lanjutkan|kode|code))\s*:?\s*#?([0-9A-Z]{4})\b")


def folded(text: str) -> tuple[str, ...]:
    """The words of a text as they're compared: lower case, without marks, abbreviations and dialects written out."""
    return _folded_short(text) if len(text) <= _SHORT else _folded(text)


def _folded(text: str) -> tuple[str, ...]:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).encode("ascii", "ignore").decode()
    return tuple(_joined(map(_spelling, _WORD.findall(text.translate(_APOSTROPHES).casefold()))))


_folded_short = lru_cache(maxsize=256)(_folded)
"""One message is compared with many lists of words, and each of them folds it."""


def meanings(text: str) -> frozenset[str]:
    """All meanings of words.toml that a message has; empty for whatever says more than such a word."""
    words = folded(text)
    if not words:
        return frozenset()
    found = {name for form in _forms(words) for name in _phrases().get(form, ())}
    plain = set(_without(words, _fillers() - _agreeing()))
    if plain:
        found |= {name for name, bag in _bags().items() if plain <= bag}
    return frozenset(found)


def telling_words(text: str) -> tuple[str, ...]:
    """The words of a text that aren't fillers."""
    return _without(folded(text), _fillers())


def means(text: str, *names: str) -> str:
    """The first of these meanings that the message has, or ""."""
    has = meanings(text)
    return next((name for name in names if name in has), "")


def begins_with(text: str, name: str) -> str | None:
    """What's left of a text that begins with a phrase of this meaning, as it was written; None if it doesn't.

    "tidak ada, KK ikut orang tua" begins with "none" and leaves "KK ikut orang tua".
    """
    spans = [(match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    for count in range(min(len(spans), 5), 0, -1):
        if name in meanings(text[: spans[count - 1][1]]):
            return text[spans[count - 1][1] :].strip(" ,.;:-\n")
    return None


def slash(text: str) -> tuple[str, str]:
    """A command typed with a slash: (meaning, rest); ("", "") for anything else, ("unknown", rest) for others."""
    match = re.match(r"/([a-zA-Z_]+)(?:@\w+)?(?:\s+(.*))?$", text.strip(), re.DOTALL)
    if match is None:
        return "", ""
    return table("words")["slash"].get(match[1].casefold(), "unknown"), (match[2] or "").strip()


def codes_in(text: str) -> tuple[str, ...]:
    """What may be short codes of drafts or complaints, in capitals: mixed letters and digits, or named as a code."""
    found = [match[0] for match in _CODE.finditer(text)] + [match[1] for match in _NAMED_CODE.finditer(text)]
    return tuple(dict.fromkeys(code.upper() for code in found))[:5]


def numbers_in(text: str, prefix: str) -> tuple[str, ...]:
    """The register numbers named in a text, written as the office writes them: "kng 2026 17" is KNG-2026-0017."""
    pattern = rf"\b{re.escape(prefix)}[\s./-]*(\d{{4}})[\s./-]+(\d{{1,6}})\b"
    found = re.finditer(pattern, text, re.IGNORECASE)
    return tuple(dict.fromkeys(f"{prefix}-{match[1]}-{int(match[2]):04}" for match in found))[:5]


def names_a_report(text: str) -> bool:
    """Whether something that looks like a register number or a short code of any office stands in a text."""
    return bool(_REGISTER.search(text) or _CODE.search(text))


def without_names(text: str, prefix: str) -> str:
    """The text without codes and register numbers, so that "STATUS 7K3F" is heard as STATUS."""
    text = re.sub(rf"\b{re.escape(prefix)}[\s./-]*\d{{4}}[\s./-]+\d{{1,6}}\b", " ", text, flags=re.IGNORECASE)
    return _CODE.sub(" ", text).strip()


def is_unknown(text: str) -> bool:
    """Whether a text says that they don't know: "gak tau pak", "embuh", "ora ngerti"."""
    return _UNKNOWN.fullmatch(" ".join(telling_words(text))) is not None


def spellings() -> dict[str, str]:
    """The folding table: words as they're written, and what they're compared as."""
    return _folds()[0]


def has_link(text: str) -> bool:
    """Whether the text holds a web address."""
    return bool(_LINK.search(text))


def is_shouted(text: str) -> bool:
    """Whether most of a longer text is in capitals."""
    large = sum(map(str.isupper, text))
    return large >= 14 and large > 0.7 * sum(map(str.isalpha, text)) >= 14


@lru_cache(maxsize=20_000)
def _spelling(word: str) -> str:
    """One word without drawn-out letters and with the doubling digit written out: "iyaaa", "jalan2"."""
    word = _REPEATED.sub(r"\1", word)
    if word.endswith("'") and word not in _with_apostrophe():
        word = word[:-1]
    return re.sub(r"^([a-z]{3,})2(nya)?$", r"\1", word)


def _joined(spelt: Iterable[str]) -> list[str]:
    """The words with entries of the folding table replaced, the longest entry first."""
    words, longer = list(spelt), _folds_of_several()
    found: list[str] = []
    at = 0
    while at < len(words):
        for entry, meant in longer.get(words[at], ()):
            if words[at : at + len(entry)] == entry:
                found += meant
                at += len(entry)
                break
        else:
            found += _meant(words[at])
            at += 1
    return found


@lru_cache(maxsize=20_000)
def _meant(word: str) -> tuple[str, ...]:
    """One word as it's compared."""
    folds = _folds()[0]
    return tuple((folds[word] if word in folds else _without_nya(word.replace("'", ""))).split())


@cache
def _folds_of_several() -> dict[str, list[tuple[list[str], list[str]]]]:
    """The entries of several words by their first, the longest first."""
    found: dict[str, list[tuple[list[str], list[str]]]] = {}
    for entry, meant in sorted(_folds()[0].items(), key=lambda each: -len(each[0].split())):
        words = entry.split()
        if len(words) > 1:
            found.setdefault(words[0], []).append((words, meant.split()))
    return found


def _without_nya(word: str) -> str:
    if len(word) > 5 and word.endswith("nya") and word not in _kept_nya():
        word = word[:-3]
        return _folds()[0].get(word, word)
    return word


@cache
def _folds() -> tuple[dict[str, str], int]:
    """Abbreviations and spellings, and the words of the dialects; where both know a word, fold.toml wins."""
    dialects = {written: meant for dialect in table("dialects").values() for written, meant in dialect.items()}
    plain = {bare: meant for written, meant in dialects.items() if len(bare := written.rstrip("'")) > _TOO_SHORT}
    entries: dict[str, str] = plain | dialects | table("fold")["word"]
    return entries, max(len(entry.split()) for entry in entries)


@cache
def _with_apostrophe() -> frozenset[str]:
    """Words of the folding table that end in the sign for a stop of the breath: "ta'"."""
    return frozenset(word for entry in _folds()[0] for word in entry.split() if word.endswith("'"))


@cache
def _kept_nya() -> frozenset[str]:
    return frozenset(table("fold")["keep_nya"])


@cache
def _fillers() -> frozenset[str]:
    return frozenset(word for filler in table("fold")["fillers"] for word in folded(filler))


@cache
def _agreeing() -> frozenset[str]:
    """Fillers that mean something when they stand alone: "ya pak"."""
    return frozenset(table("fold")["fillers_unless_alone"])


def _without(words: tuple[str, ...], fillers: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in fillers)


def _forms(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    """A message as it stands, without its fillers, and without those that never mean anything."""
    return {words, _without(words, _fillers()), _without(words, _fillers() - _agreeing())} - {()}


@cache
def _phrases() -> dict[tuple[str, ...], tuple[str, ...]]:
    """From a phrase, with and without its fillers, to its meanings."""
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for name, entry in table("words").items():
        for phrase in entry.get("phrases", ()):
            words = folded(phrase)
            for form in _forms(words):
                found.setdefault(form, {})[name] = None
    return {form: tuple(names) for form, names in found.items()}


@cache
def _bags() -> dict[str, frozenset[str]]:
    """For meanings with `bag`: the one-word phrases a message may consist of."""
    return {
        name: frozenset(folded(phrase)[0] for phrase in entry["phrases"] if len(folded(phrase)) == 1)
        for name, entry in table("words").items()
        if entry.get("bag")
    }
