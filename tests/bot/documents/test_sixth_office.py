"""The papers of an office that nobody shipped: every one is drawn, with its own words and signer."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.documents.look import Look
from bot.documents.proofs import proofs
from bot.documents.typesetting import Typesetter
from tests.workflow.test_sixth_office import STANDARD
from workflow.papers.making import MAKERS
from workflow.papers.sample import sample

AT = datetime(2026, 11, 26, 3, 12, tzinfo=UTC)


async def test_every_paper_of_a_sixth_office_is_drawn():
    typesetter = Typesetter()
    try:
        drawn = [proof async for proof in proofs(STANDARD, Look(), typesetter, AT)]
    finally:
        await typesetter.close()
    assert [proof.problem for proof in drawn] == [""] * len(drawn)
    assert len(drawn) >= 3
    assert all(proof.pages[0].startswith(b"%PDF-") for proof in drawn)


def test_its_letter_bears_its_own_head_and_zone():
    complaint, entries, world = sample(STANDARD, AT)
    letter = MAKERS["answer_letter"](complaint, entries, world)
    words = repr(letter).casefold()
    assert "lurah" in words
    assert "kelurahan pantai contoh" in words
    assert "camat" not in words.replace("kecamatan", "")
    receipt = repr(MAKERS["receipt"](complaint, entries, world))
    assert "WIT" in receipt
    assert "WITA" not in receipt
