"""How well messages are understood, measured on those that were written before the rules and aren't tuned on."""

from __future__ import annotations

import random

import pytest

from tests.workflow.heard import corpus
from workflow.heard import intent

HELD_OUT = "heldout"
RECALL = {
    "complaint": 0.96,
    "emergency": 0.94,
    "violence_report": 0.95,
    "question": 0.90,
    "status_check": 0.85,
    "thanks": 0.9,
    "greeting": 0.9,
    "announcement": 0.85,
    "human_request": 0.85,
    "privacy_request": 0.8,
    "suggestion": 0.9,
    "spam": 0.85,
    "out_of_scope": 0.85,
    "unclear": 0.9,
}
PRECISION = {"complaint": 0.95, "emergency": 0.95, "violence_report": 0.9, "question": 0.94, "spam": 0.95}
LANGUAGES = {"indonesia": 0.95, "jawa": 0.9, "madura": 0.9, "bali": 0.9}
POLITE = ("mohon maaf mengganggu, ", "permisi pak, ", "selamat siang, ", "min ", "assalamualaikum, ")
AFTER = (" ya pak", " terima kasih", " mohon bantuannya", " min", ", tks")


def test_the_corpus_is_large_and_its_parts_share_no_message() -> None:
    held, made = corpus.corpus(HELD_OUT), corpus.corpus("develop")
    assert len(held) >= 400
    assert len(held) + len(made) >= 1200
    assert not {each.text.casefold() for each in held} & {each.text.casefold() for each in made}


@pytest.mark.parametrize("name", RECALL)
def test_what_a_message_wants_is_understood_or_asked(name: str) -> None:
    score = corpus.by_intent(HELD_OUT)[name]
    assert score.recall >= RECALL[name], score
    assert score.precision >= PRECISION.get(name, 0.0), score


def test_hardly_any_message_is_taken_for_something_else_without_asking() -> None:
    scores = corpus.by_intent(HELD_OUT).values()
    said = sum(each.said for each in scores)
    assert sum(each.wrong for each in scores) <= 0.03 * said
    assert sum(each.asked for each in scores) <= 0.05 * said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_these_places_is_understood(language: str) -> None:
    assert corpus.by_language(HELD_OUT)[language].recall >= LANGUAGES[language]


@pytest.mark.parametrize("part", [HELD_OUT, "develop"])
def test_no_danger_is_missed(part: str) -> None:
    assert corpus.missed_dangers(part) == []


def test_reports_of_bribes_stay_out_of_the_group() -> None:
    assert len(corpus.exposed(HELD_OUT)) <= 1
    assert corpus.exposed("develop") == []


def test_few_ordinary_reports_are_taken_for_secret_ones() -> None:
    open_ones = [said for said in corpus.corpus(HELD_OUT) if not said.secret]
    taken = [said for said in open_ones if corpus.understood(said.text).confidential]
    assert len(taken) <= 0.03 * len(open_ones), taken


def test_no_complaint_is_brushed_off() -> None:
    assert len(corpus.brushed_off(HELD_OUT)) <= 1
    assert all(guessed not in ("spam", "out_of_scope", "question") for _, guessed in corpus.brushed_off(HELD_OUT))


def test_topics_are_heard() -> None:
    right, count, _ = corpus.topics(HELD_OUT)
    assert right >= 0.92 * count


# --- no cliff ---------------------------------------------------------------------------------------------------------


def _sure() -> list[corpus.Said]:
    return [said for said in corpus.corpus(HELD_OUT) if corpus.understood(said.text).intent == said.intent != "unclear"]


def _flipped(said: corpus.Said, text: str) -> bool:
    """Taken for something else, and neither asked nor answered with the numbers to call."""
    guess = corpus.understood(text)
    if said.intent in corpus.DANGER:
        return guess.intent not in (*corpus.DANGER, corpus.ASKED) and not guess.maybe_emergency
    return guess.intent not in (said.intent, corpus.ASKED)


def _share_flipped(changed: list[tuple[corpus.Said, str]]) -> tuple[float, list[str]]:
    flipped = [text for said, text in changed if _flipped(said, text)]
    return len(flipped) / len(changed), flipped


@pytest.mark.parametrize("change", [str.upper, str.title, str.casefold], ids=["capitals", "title", "small"])
def test_letter_case_changes_nothing(change) -> None:
    for said in _sure():
        changed = change(said.text)
        if changed.casefold() == said.text.casefold():
            assert intent.guess(changed).intent == intent.guess(said.text).intent, changed


def test_a_polite_word_flips_nothing() -> None:
    chance = random.Random(4)
    told = [said for said in _sure() if said.intent not in ("greeting", "thanks", "announcement")]
    changed = [(said, chance.choice(POLITE) + said.text) for said in told]
    changed += [(said, said.text + chance.choice(AFTER)) for said in told]
    share, flipped = _share_flipped(changed)
    assert share <= 0.01, flipped


NOISES = {
    "dropped": lambda text, at, _: text[:at] + text[at + 1 :],
    "doubled": lambda text, at, _: text[:at] + text[at] + text[at:],
    "drawn": lambda text, at, _: text[:at] + text[at] * 3 + text[at:],
    "swapped": lambda text, at, _: text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
    "beside": lambda text, at, beside: text[:at] + beside(text[at]) + text[at + 1 :],
}


@pytest.mark.parametrize("noise", NOISES)
def test_one_letter_typed_wrongly_hardly_ever_flips_what_was_sure(noise: str) -> None:
    chance = random.Random(f"a letter {noise}")
    keys = intent.table("near")["beside"]
    changed = []
    for said in _sure():
        for _ in range(3):
            at = chance.choice([n for n, letter in enumerate(said.text) if letter.isalpha()] or [0])
            beside = lambda letter: chance.choice(keys.get(letter.casefold(), letter))  # noqa: E731
            changed.append((said, NOISES[noise](said.text, at, beside)))
    share, flipped = _share_flipped(changed)
    assert share <= 0.01, flipped
