"""Every sentence that the program says exists, and every sentence that exists is said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflow.say import UnknownWords, listing, say
from workflow.words import texts

ROOT = Path(__file__).parents[2]
SOURCES = [
    path for package in ("bot", "channels", "workflow", "storage") for path in sorted((ROOT / package).rglob("*.py"))
]
KEY = re.compile(r"^[a-z_]+(\.[a-z0-9_]+)+$")


def strings() -> Iterator[tuple[str, str]]:
    """Every string of the source, and the constant beginning of every f-string: (text, where)."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, where
            elif isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                yield f"{node.values[0].value}*", where


def said() -> Iterator[tuple[str, str]]:
    """The first argument of every say(...) that is a plain string, with the place."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_sentence_that_is_said_exists() -> None:
    assert [(key, where) for key, where in said() if key not in texts()] == []


def test_every_sentence_is_used() -> None:
    """By its key, by a key that's put together in the code, as another's `_again`, or as a channel's own wording."""
    written = {text for text, _ in strings()}
    beginnings = tuple(text[:-1] for text in written if text.endswith((".*", "_*")))
    unused = [
        key
        for key in (key.removesuffix(".short").removesuffix(".letter").removesuffix("_again") for key in texts())
        if key not in written and not key.startswith(beginnings) and key.rpartition(".")[2] not in written
    ]
    assert unused == []


@pytest.mark.parametrize("key", sorted(texts()))
def test_a_sentence_is_clean(key: str) -> None:
    text = texts()[key]
    assert text == text.strip("\n")
    assert "  " not in text.replace("\n  ", "\n"), "two blanks in a row"
    assert not re.search(r"\bAnda\b", text), "people are addressed as Bapak/Ibu"
    assert not re.search(r"[\U0001F300-\U0001FAFF]", text), "an office sends no emoji"
    assert text.count("{") == text.count("}") == len(re.findall(r"\{[a-z_]+\}", text)), "a broken field"


def test_a_channels_own_wording_has_an_ordinary_one_beside_it() -> None:
    other = ("notice.short", "thanks.short", "desk.", "books.")
    own = [key for key in texts() if key.endswith((".short", ".letter")) and not key.startswith(other)]
    assert [key for key in own if key.rpartition(".")[0] not in texts()] == []


def test_a_missing_word_or_field_is_an_error_and_braces_of_a_citizen_are_not() -> None:
    with pytest.raises(UnknownWords, match=r"no sentence .nothing\.here."):
        say("nothing.here")
    with pytest.raises(UnknownWords, match=r"wants \{last\}"):
        say("list.two", first="KTP")
    assert say("list.two", first="{last}", last="KK") == "{last} dan KK"


@pytest.mark.parametrize(
    ("parts", "text"),
    [([], ""), (["KTP"], "KTP"), (["KTP", "KK"], "KTP dan KK"), (["KTP", "KK", "foto"], "KTP, KK, dan foto")],
)
def test_a_list_reads_as_a_list(parts: list[str], text: str) -> None:
    assert listing(parts) == text
