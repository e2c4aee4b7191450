"""The same photo again and what is no photo: asked once, kept at PAKAI, flagged for the staff, never refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.workflow.talk import Player, office
from workflow.conversation import Paper
from workflow.dialogue import looks

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
LOOK = "f8e0e0e4ece4cc80" + "0123456789abcdef" * 3
TURNED = "0123456789abcdef" + "0" * 16 + "f8e0e0e4ece4cc80" + "0" * 16


def paper(file: str = "a", **facts) -> Paper:
    known = {"message": file, "at": AT, "state": "ready", "type": "photo", "sort": "ktp", "look": LOOK, "sha256": file}
    return Paper(file=file, **(known | facts))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"sha256": "x"}, {"sha256": "x", "look": ""}, True),
        ({}, {}, True),
        ({}, {"look": TURNED}, True),  # turned by half
        ({"look": f"{int('f8e0e0e4ece4cc80', 16) ^ 0b111:016x}" + "0" * 48}, {}, True),  # three bits
        ({"look": f"{int('f8e0e0e4ece4cc80', 16) ^ 0b1111:016x}" + "0" * 48}, {}, False),
        ({"look": "0" * 64}, {"look": "0" * 64}, False),  # even pictures tell nothing
        ({"look": ""}, {"look": ""}, False),
        ({"look": ""}, {}, False),
        ({"sha256": "", "look": ""}, {"sha256": "", "look": ""}, False),
    ],
)
def test_two_photos_are_the_same_by_their_bytes_or_their_look(one: dict, other: dict, same: bool) -> None:
    assert looks.alike(paper("a", **one), paper("b", **other)) is same


@pytest.mark.parametrize(
    ("facts", "flaw"),
    [
        ({"sort": "kk"}, "again"),
        ({"sort": "ktp"}, ""),  # the same thing once more
        ({"sort": ""}, ""),  # nobody has said what it is
        ({"sort": "supporting"}, ""),
        ({"sort": "kk", "kept": True}, ""),
        ({"sort": "kk", "flaw": "dark"}, "dark"),
        ({"sort": "kk", "replaces": "a"}, ""),
        ({"sort": "kk", "state": "pending"}, ""),
        ({"sort": "kk", "look": "1" * 64}, ""),
    ],
)
def test_a_copy_that_stands_for_something_else_is_marked(facts: dict, flaw: str) -> None:
    assert looks.marked(paper("b", **facts), [paper("a")]).flaw == flaw


def test_a_replaced_photo_counts_no_more() -> None:
    assert looks.marked(paper("b", sort="kk"), [paper("a", replaced=True)]).flaw == ""


def told(kind: str) -> Player:
    """KK given, then a photo for the KTP: the same again, or none."""
    player = Player(office=office("kanigaran"))
    player.say("lampu jalan di jl mawar mati sudah seminggu")
    player.photo(fate="one")
    player.photo(fate="one" if kind == "again" else "plain")
    return player


@pytest.mark.parametrize("kind", ["again", "plain"])
def test_it_is_asked_once_and_kept_at_a_word(kind: str) -> None:
    player = told(kind)
    assert player.draft.awaiting == "retake"
    assert {"again": "sama dengan foto", "plain": "bukan foto"}[kind] in player.sent[-1].text
    player.say("pakai")
    assert player.draft.awaiting == ""
    ktp = next(each for each in player.draft.papers if each.sort == "ktp")
    assert (ktp.kept, ktp.flaw) == (True, kind)
    player.say("nanti")
    assert "KTP (akan dicek petugas)" in player.sent[-1].text
    player.say("ya")
    assert next(each for each in player.complaint.papers if each.sort == "ktp").flaw == kind


@pytest.mark.parametrize("kind", ["again", "plain"])
def test_another_photo_takes_its_place_without_a_further_question(kind: str) -> None:
    player = told(kind)
    player.photo(fate="three" if kind == "again" else "plain")
    assert player.draft.awaiting == ""
    assert "foto lokasi" in player.sent[-1].text
