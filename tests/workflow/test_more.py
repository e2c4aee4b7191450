"""The menu "Lainnya" of a card: its rows, whom they're for, and what they do."""

from __future__ import annotations

import pytest

from tests.workflow.desk_scene import Scene
from workflow.desk import more, more_acts
from workflow.words import texts


def noted(scene: Scene) -> Scene:
    """A walk-in's complaint, written down by a petugas."""
    scene.say("Petugas Satu", "/catat Pohon tumbang di Jalan Merdeka.")
    return scene


@pytest.mark.parametrize("row", more.MORE, ids=lambda row: row.act)
def test_every_row_of_the_menu_has_words_and_something_it_does(row: more.Row) -> None:
    assert row.label in texts()
    assert row.act in more_acts.HANDLERS


def test_every_handler_is_reached_from_a_row_and_every_typed_one_has_its_prompt() -> None:
    assert {row.act for row in more.MORE} == set(more_acts.HANDLERS)
    assert [act for act in more_acts.TYPED if f"desk.prompt.{act}" not in texts()] == []


def test_the_menu_opens_on_the_card_and_leads_back() -> None:
    scene = noted(Scene("kanigaran", changes={"empty": True}))
    before = scene.labels()
    assert "Lainnya" in before
    scene.press("Petugas Satu", "Lainnya")
    assert "Ubah sumber" in scene.labels()
    assert "Lengkap" not in scene.labels()
    scene.press("Petugas Satu", "Kembali")
    assert scene.labels() == before


def test_a_row_is_for_those_whom_it_fits_whoever_opened_the_menu() -> None:
    scene = noted(Scene("kanigaran", changes={"empty": True}))
    scene.press("Petugas Satu", "Lainnya")
    scene.press("Kasi Dua", "Ubah sumber")
    assert scene.alert().startswith("Maaf")
    scene.press("Petugas Satu", "Ubah sumber")
    scene.press("Petugas Satu", "Telepon")
    assert scene.complaint.source == "phone"
    assert "Masuk: telepon" in scene.card()
