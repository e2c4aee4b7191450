"""Somebody leaves the group, or a role is taken from them: what they had is named, cards turn, nobody waits unseen."""

from __future__ import annotations

import msgspec
import pytest

from tests.workflow.desk_scene import Scene
from tests.workflow.test_duties import as_sender
from workflow.message import Address, Left, Press, Sender
from workflow.office import Staff


@pytest.fixture
def scene() -> Scene:
    """Kanigaran with an admin; the one complaint was named to Kasi Satu."""
    made = Scene("kanigaran")
    officer = msgspec.structs.replace(made.who("Petugas Satu"), admin=True)
    made.bench.office = made.bench.office.with_staff([officer])
    for who, label in (("Petugas Satu", "Lengkap"), ("Sekcam", "Teruskan"), ("Camat", "Kasi Satu")):
        made.press(who, label)
    return made


def leaves(made: Scene, name: str, chat: Address | None = None) -> str:
    made.sent = made.bench.feed(Left(chat=chat or made.group, at=made.bench.now, person=as_sender(made, name)))
    return "\n".join(made.in_group())


def role_pressed(made: Scene, whom: Staff, role: str) -> str:
    """The admin presses a role of somebody."""
    made.press_data(str(made.who("Petugas Satu").id), f"d:role:-:0:{whom.id}:{role}", made.bench.posted[-1])
    return "\n".join(made.in_group())


def test_what_waited_for_who_left_is_named(scene):
    said = leaves(scene, "Kasi Satu")
    assert "Kasi Satu tidak lagi berada di grup ini" in said
    assert "Pengaduan yang menunggunya: 1." in said
    assert scene.complaint.number in said
    assert "jalan depan SD rusak parah" in said
    assert "Tidak ada lagi yang memegang peran" not in said, "there is another Kasi"
    assert "Giliran: Kasi / Kasubbag (Kasi Dua)" in scene.card()


def test_that_nobody_has_the_role_any_more_is_said(scene):
    said = leaves(scene, "Camat")
    assert "Tidak ada lagi yang memegang peran: Camat." in said
    assert "Mohon Petugas Satu memberi peran itu" in said


def test_in_the_chat_that_was_the_desk_before_nobody_leaves(scene):
    scene.bench.office = msgspec.structs.replace(scene.bench.office, former=("-4001",))
    assert leaves(scene, "Kasi Satu", Address("kanigaran", "telegram", "-4001")) == ""
    assert scene.who("Kasi Satu").roles == ("kasi",)


def test_a_role_that_is_taken_leaves_its_cases_to_the_others_and_says_which(scene):
    said = role_pressed(scene, scene.who("Kasi Satu"), "kasi")
    assert "Peran Kasi Satu dicabut: Kasi / Kasubbag." in said
    assert scene.complaint.number in said
    assert "Serahkan pengaduannya" in [c.label for each in scene.sent for row in each.choices for c in row]
    assert "Giliran: Kasi / Kasubbag (Kasi Dua)" in scene.card()
    scene.press("Petugas Satu", "Serahkan pengaduannya")
    assert scene.alert() == ""


def test_a_role_that_is_given_turns_the_cards_that_stand(scene):
    for name in ("Kasi Satu", "Kasi Dua"):
        leaves(scene, name)
    assert "Kasi Dua" not in scene.card()
    role_pressed(scene, scene.who("Sekcam"), "kasi")
    assert "Giliran: Kasi / Kasubbag (Sekcam Satu)" in scene.card()


def test_a_role_that_nothing_hangs_on_is_taken_without_a_list(scene):
    said = role_pressed(scene, scene.who("Kasi Dua"), "kasi")
    assert "Peran Kasi Dua dicabut" in said
    assert "menunggunya" not in said
    assert "Giliran: Kasi / Kasubbag (Kasi Satu)" in scene.card()


def test_the_private_card_of_who_left_can_not_be_pressed_and_they_are_refused_kindly(scene):
    made = Scene("kanigaran", changes={"linked": True})
    officer = msgspec.structs.replace(made.who("Petugas Satu"), admin=True)
    made.bench.office = made.bench.office.with_staff([officer])
    for who, label in (("Petugas Satu", "Lengkap"), ("Sekcam", "Teruskan"), ("Camat", "Kasi Satu")):
        made.press(who, label)
    kasi = made.who("Kasi Satu")
    posted = made.bench.find(str(kasi.id), "Langkah 5")
    leaves(made, "Kasi Satu")
    assert [each.kind for each in made.sent if each.to.chat == str(kasi.id)] == ["edit"]
    press = Press(chat=Address("kanigaran", "telegram", str(kasi.id)), id="p", sender=Sender(id=str(kasi.id)),
                  at=made.bench.now, data=f"d:docs:{made.complaint.code}:0", message_id=posted.id)  # fmt: skip
    (answer,) = made.bench.feed(press)
    assert answer.text == "Maaf, hanya petugas yang terdaftar yang dapat melakukan ini."


def test_who_comes_back_is_given_their_role_again_by_an_admin(scene):
    kasi = scene.who("Kasi Satu")
    leaves(scene, "Kasi Satu")
    assert scene.who("Kasi Satu").roles == ()
    role_pressed(scene, kasi, "kasi")
    assert scene.who("Kasi Satu").roles == ("kasi",)
    assert "Giliran: Kasi / Kasubbag (Kasi Satu)" in scene.card(), "what was named to them is theirs again"
