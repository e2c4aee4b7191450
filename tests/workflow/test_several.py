"""A disposition to several people: the first who's chosen is responsible, the others help."""

from __future__ import annotations

from tests.workflow.desk_scene import Scene


def at_the_camat(**more) -> Scene:
    scene = Scene("kanigaran", **more)
    scene.press("Petugas Satu", "Lengkap")
    scene.press("Sekcam", "Teruskan")
    return scene


def test_names_are_chosen_one_by_one_and_the_first_is_responsible() -> None:
    scene = at_the_camat()
    scene.reply("Camat", "Langkah 4", "Mohon bersama-sama.")
    scene.press("Camat", "Pilih beberapa")
    assert scene.labels() == ["Kasi Satu", "Kasi Dua", "Kembali"]
    scene.press("Camat", "Kasi Dua")
    scene.press("Camat", "Kasi Satu")
    assert scene.labels() == [
        "Kasi Satu: membantu", "Kasi Dua: penanggung jawab", "Disposisikan (2 orang)", "Kembali",
    ]  # fmt: skip
    scene.press("Camat", "Disposisikan (2 orang)")
    one, two = scene.who("Kasi Satu"), scene.who("Kasi Dua")
    assert (scene.complaint.assignee, scene.complaint.helpers) == (str(two.id), (str(one.id),))
    assert "Giliran: Kasi / Kasubbag (Kasi Dua)" in scene.card()
    assert "Penanggung jawab: Kasi Dua" in scene.card()
    assert "Membantu: Kasi Satu" in scene.card()
    assert "KNG-2026-0001: Kasi Satu, mohon bantuannya." in scene.in_group()
    (entry,) = [each for each in scene.bench.entries if each.act == "dispose"]
    assert (entry.data["person"], entry.data["person_name"]) == (str(two.id), "Kasi Dua")
    assert (entry.data["helpers"], entry.data["helper_names"]) == (str(one.id), "Kasi Satu")
    assert entry.data["note"] == entry.text == "Mohon bersama-sama."


def test_a_name_pressed_again_is_let_go_and_nobody_is_nobody() -> None:
    scene = at_the_camat()
    scene.press("Camat", "Pilih beberapa")
    scene.press("Camat", "Kasi Dua")
    scene.press("Camat", "Kasi Dua: penanggung jawab")
    assert scene.labels() == ["Kasi Satu", "Kasi Dua", "Kembali"]
    scene.press("Camat", "", data=f"d:several:7K3F:{scene.complaint.version}:ok")
    assert scene.alert() == "Maaf, belum ada yang dipilih."
    scene.press("Camat", "Kembali")
    assert "Pilih beberapa" in scene.labels()


def test_only_whose_turn_it_is_chooses_and_a_stale_list_is_refused() -> None:
    scene = at_the_camat()
    scene.press("Camat", "Pilih beberapa")
    version = scene.complaint.version
    scene.press("Sekcam", "Kasi Dua")
    assert scene.alert() == "Maaf, langkah ini tugas Camat."
    scene.press("Camat", "Kasi Dua")
    scene.press("Camat", "Disposisikan (1 orang)")
    assert scene.complaint.helpers == ()
    scene.press("Camat", "", data=f"d:several:7K3F:{version}:ok")
    assert scene.alert().startswith("Maaf")


def test_a_disposition_to_several_is_taken_back_as_a_whole() -> None:
    scene = at_the_camat()
    for label in ("Pilih beberapa", "Kasi Dua", "Kasi Satu", "Disposisikan (2 orang)", "Tarik kembali"):
        scene.press("Camat", label)
    assert (scene.complaint.step, scene.complaint.assignee, scene.complaint.helpers) == ("disposition", "", ())
