"""What a page left blank is a marked assumption: every value of the five files is published, our reading, or marked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest

from tests.workflow.test_standard_against_seeds import OFFICES, plain, seed_of
from workflow.problems import Loc, key_of
from workflow.standard.assumptions import assumptions, comment_of
from workflow.standard.parts import StandardFile
from workflow.standard.standard import shipped, shipped_text
from workflow.standard.toml_lines import lines_of
from workflow.standard.vocabulary import keys_of

# Keys that are this project's way to say what the published words beside them mean, as each file's head declares.
READING = {
    "schema", "steps.id", "steps.stage", "steps.also", "steps.next", "steps.input", "steps.output", "steps.acts",
    "steps.informs", "steps.via", "steps.assignee", "summary_steps.covers", "requirements.fields",
    "requirements.documents", "requirements.documents_any", "requirements.documents_optional", "requirements.forms",
    "requirements.required", "requirements.no", "requirements.channel_statement", "channels.kind", "office.kind", "deadline.starts_at",
    "deadline.ends_at", "prints.documents", "source.file", "service.fee",
}  # fmt: skip
# Keys whose value is read from the text beside it, or carries its reason in a `*_basis`.
PARSED = {
    "deadline.value": "text",
    "deadline.unit": "unit_basis",
    "deadline.strict_unit": "unit_basis",
    "steps.norm": "norm_text",
    "steps.unit": "norm_text",
    "steps.actor": "actor_basis",
    "steps.returns_to": "returns_basis",
    "steps.branch": "branch_basis",
    "office.name": "name_published",
}
WORDS_OF_OURS = ("not in the standard", "the standard says", "published", "inferred")


def leaves(text: str) -> Iterator[tuple[Loc, object, str]]:
    """Every key of the file with its value and its comment."""
    data, lines = tomllib.loads(text), text.splitlines()
    for loc, number in lines_of(text).items():
        here: object = data
        for part in loc:
            here = here[part]  # type: ignore[index]
        code, comment = comment_of(lines[number - 1])
        if "=" in code and not code.lstrip().startswith("["):
            yield loc, here, comment


def unaccounted(office: str, text: str) -> list[str]:
    """The values that are neither published, nor a reading with its reason, nor marked."""
    seed, marked = seed_of(office), {each.place for each in assumptions(text)}
    every = {loc: value for loc, value, _ in leaves(text)}
    left = []
    for loc, value, comment in leaves(text):
        name = ".".join(str(part) for part in loc if isinstance(part, str))
        beside = (*loc[:-1], PARSED.get(name, ""))
        words = value if isinstance(value, list) else [value]
        if (
            key_of(loc) in marked
            or name in READING
            or loc[-1] in ("confirmed", "confirmed_on")
            or (loc[0] == "roles" and loc[-1] == "kind")
            or str(loc[-1]).endswith("basis")
            or every.get(beside)
            or all(isinstance(word, str) and plain(word) in seed for word in words)
            or comment.startswith(WORDS_OF_OURS)
            or "published (" in comment
        ):
            continue
        left.append(f"{key_of(loc)} = {value!r}")
    return left


@pytest.mark.parametrize("office", OFFICES)
def test_every_value_is_published_or_read_with_a_reason_or_marked(office):
    assert unaccounted(office, shipped_text(office)) == []


@pytest.mark.parametrize("office", OFFICES)
def test_a_mark_that_is_lost_is_noticed(office):
    text = shipped_text(office)
    line = next(line for line in text.splitlines() if line.startswith("timezone"))
    unmarked = text.replace(line, line.split("#")[0].rstrip())
    assert unaccounted(office, unmarked) == [f"office.timezone = {shipped()[office].office.timezone!r}"]


def test_every_section_that_no_page_publishes_waits_for_its_office():
    for office in OFFICES:
        marked = {each.place.split(".")[0].split("[")[0] for each in assumptions(shipped_text(office))}
        assert {"hours", "emergency", "escalation", "letter", "quiet", "asking", "after", "privacy", "topics", "information", "exits"} <= marked  # fmt: skip


# What is only set for a year, for a place, or beside another key that isn't set.
WHERE_NEEDED = {"hours.break_from", "hours.break_from_fri", "emergency.confirmed_on", "letter.number_step"}


@pytest.mark.parametrize("office", OFFICES)
def test_everything_an_office_may_set_stands_in_its_file_with_our_value(office):
    """A key that's only a default in the code is one that no office ever sees: write it into the five files too."""
    data = tomllib.loads(shipped_text(office))
    hidden = [
        f"{section}.{key}"
        for section in ("hours", "emergency", "escalation", "letter", "quiet", "asking", "after", "privacy")
        for key in keys_of(StandardFile.model_fields[section].annotation)
        if key not in data[section] and f"{section}.{key}" not in WHERE_NEEDED
    ]
    assert hidden == []
