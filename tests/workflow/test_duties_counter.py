"""The shared phone of the counter: an officer's acts only, in the name of who is on duty until the office closes."""

from __future__ import annotations

import msgspec

from tests.workflow.desk_people import DESK, moment
from tests.workflow.desk_scene import Scene
from tests.workflow.test_duties import _due, says
from workflow.desk.show import show
from workflow.message import Sender
from workflow.office import Staff
from workflow.procedure.complaint import Act, apply

PHONE = Staff(id=980, name="Loket", roles=("petugas",), shared=True)


def counter(name: str = "kanigaran", **more) -> Scene:
    made = Scene(name, **more)
    admin = msgspec.structs.replace(made.who("Petugas Satu"), admin=True)
    made.bench.office = made.bench.office.with_staff([admin, PHONE])
    return made


def hears(made: Scene, text: str) -> None:
    """The citizen's words, as the desk is shown them."""
    world = made.bench.world_for(_due(made))
    done = apply(made.complaint, Act(kind="said", text=text, data={"message": "c1"}), world)
    made.bench._apply(None, done + show(world.complaints, done.complaints, done, world))


def test_before_the_first_act_it_is_asked_who_is_on_duty():
    made = counter()
    made.press("Loket", "Lengkap")
    assert made.alert() == "Maaf, mohon sebutkan lebih dahulu siapa yang bertugas di loket."
    assert made.complaint.complete != "checked"
    assert [c.label for row in made.sent[-1].choices for c in row] == ["Petugas Satu", "Petugas Dua"]
    made.press("Loket", "Petugas Dua")
    assert "Bertugas di Loket: Petugas Dua, sampai pukul 16.00 WIB." in made.bench.find(DESK, "Bertugas di").text
    made.press("Loket", "Lengkap")
    entry = next(each for each in made.bench.entries if each.act in ("complete", "verify"))
    assert (entry.name, entry.data["shared"]) == ("Loket (Petugas Dua)", "Petugas Dua")
    assert "Loket (Petugas Dua): berkas lengkap." in "\n".join(made.in_group())


def test_a_name_may_be_typed_and_another_one_follows():
    made = counter()
    made.press("Loket", "Lengkap")
    made.reply("Petugas Satu", "siapa yang bertugas", "Siti Rahma")
    assert "isian ini untuk Loket" in made.sent[0].text
    made.reply("Loket", "siapa yang bertugas", "  Siti   Rahma ")
    assert "Bertugas di Loket: Siti Rahma" in made.sent[0].text
    made.press("Loket", "Ganti petugas")
    made.reply("Loket", "siapa yang bertugas", "Ani")
    made.press("Loket", "Lengkap")
    assert next(each for each in made.bench.entries if each.act in ("complete", "verify")).name == "Loket (Ani)"


def test_it_is_asked_again_the_next_day():
    made = counter()
    made.press("Loket", "Lengkap")
    made.press("Loket", "Petugas Satu")
    made.bench.now = moment(made.bench.office, "2026-11-24 08:00")
    made.press("Loket", "Lengkap")
    assert made.alert().startswith("Maaf, mohon sebutkan")


def test_looking_needs_no_name_and_writing_down_does():
    made = counter()
    assert "Belum selesai: 1" in says(made, "Loket", "/antrean")
    assert "siapa yang bertugas" in says(made, "Loket", "/catat lampu jalan mati")
    assert len(made.bench.complaints) == 1
    made.press("Loket", "Petugas Satu")
    says(made, "Loket", "/catat lampu jalan mati")
    assert len(made.bench.complaints) == 2
    assert made.bench.entries[-1].name or made.bench.entries[-1].by == "system"
    assert any(each.name == "Loket (Petugas Satu)" for each in made.bench.entries)


def test_a_reply_to_the_citizen_carries_the_name_too():
    made = counter()
    hears(made, "apakah sudah diperiksa?")
    made.reply("Loket", "Pelapor KNG", "Sedang diperiksa, Pak.")
    assert "siapa yang bertugas" in made.sent[-1].text
    made.press("Loket", "Petugas Satu")
    made.reply("Loket", "Pelapor KNG", "Sedang diperiksa, Pak.")
    entry = next(each for each in made.bench.entries if each.act == "reply")
    assert (entry.name, entry.data["shared"]) == ("Loket (Petugas Satu)", "Petugas Satu")


def test_it_does_no_act_of_another_role_whatever_it_was_given():
    made = counter()
    made.bench.office = made.bench.office.with_staff([msgspec.structs.replace(PHONE, roles=("petugas", "camat"))])
    made.press("Petugas Satu", "Lengkap")
    made.press("Sekcam", "Teruskan")
    made.press("Loket", "Kasi Satu")
    made.press("Loket", "Petugas Satu")
    made.press("Loket", "Kasi Satu")
    assert "telepon loket hanya untuk pekerjaan petugas" in made.alert()
    assert made.complaint.assignee == ""


def test_it_appoints_nobody_enters_nothing_for_others_and_stands_in_for_nobody():
    made = counter()
    made.press("Loket", "Lengkap")
    made.press("Loket", "Petugas Satu")
    assert "admin atau pimpinan" in says(made, "Loket", "/plh camat besok", about="Sekcam")
    assert "bukan dari orang" in says(made, "Petugas Satu", "/plh camat besok", about="Loket")
    made.press("Petugas Satu", "Lengkap")
    made.press("Loket", "Lainnya")
    assert not [c.label for each in made.sent for row in each.choices for c in row if c.label.startswith("Dicatat")]


def test_an_admin_makes_an_account_a_shared_one_in_peran():
    made = counter()
    made.bench.office = made.bench.office.with_staff(
        [msgspec.structs.replace(PHONE, shared=False, roles=("petugas", "kasi"))]
    )
    made.say("Petugas Satu", "/peran", reply_to="5", replied_to=Sender(id="980", name="Loket"))
    made.press("Petugas Satu", "Ini telepon bersama (loket)")
    phone = made.bench.office.staff_by_id(980)
    assert (phone.shared, phone.roles, phone.admin) == (True, ("petugas",), False)
    labels = [c.label for row in made.bench.find(DESK, "Loket:").message.choices for c in row]
    assert not [label for label in labels if "Kasi" in label or "Admin" in label]
    card = made.bench.find(DESK, "Loket:")
    made.press_data(str(made.who("Petugas Satu").id), "d:role:-:0:980:camat", card)
    assert made.alert() == "Maaf, telepon bersama hanya dapat memegang peran petugas."
