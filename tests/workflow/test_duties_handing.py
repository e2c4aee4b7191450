"""/serahkan: everything somebody has goes to another person of the same role, in one act after one confirmation."""

from __future__ import annotations

import msgspec
import pytest

from tests.workflow.desk_people import DESK
from tests.workflow.desk_scene import Scene
from tests.workflow.test_duties import confidential, says, scene, to_the_camat, turns
from workflow.message import Left
from workflow.procedure.complaint import Complaint


def busy(n: int = 3, **more) -> Scene:
    """Kasi Satu has n open complaints."""
    made = scene(**more)
    for _ in range(n - 1):
        says(made, "Petugas Satu", "/catat lampu jalan mati di depan pasar")
    for complaint in list(made.bench.complaints.values()):
        for who, kind, arg in (("Petugas Satu", "complete", ""), ("Petugas Satu", "verify", ""), ("Petugas Satu", "enough", ""),
                               ("Sekcam", "pass_on", ""), ("Camat", "dispose", "Kasi Satu")):  # fmt: skip
            _do(made, complaint.id, who, kind, arg)
    assert [each.assignee for each in cases(made)] == [str(made.who("Kasi Satu").id)] * n
    return made


def _do(made: Scene, name: str, who: str, kind: str, arg: str) -> None:
    from tests.workflow.test_duties import _due
    from workflow.desk.show import show
    from workflow.procedure.complaint import Act, Refused, apply

    world = made.bench.world_for(_due(made))
    data = {"arg": str(made.who(arg).id)} if arg else {}
    try:
        done = apply(
            made.bench.complaints[name], Act(kind=kind, by=f"staff:{made.who(who).id}", text="ada", data=data), world
        )
    except Refused:
        return
    made.bench._apply(None, done + show(world.complaints, done.complaints, done, world))


def cases(made: Scene) -> list[Complaint]:
    return list(made.bench.complaints.values())


def test_all_of_mine_go_to_a_colleague_after_one_confirmation():
    made = busy()
    kasi, other = str(made.who("Kasi Satu").id), str(made.who("Kasi Dua").id)
    asked = says(made, "Kasi Satu", "/serahkan")
    assert "Kasi Satu memegang 3 pengaduan. Serahkan semuanya kepada siapa?" in asked
    made.press("Kasi Satu", "Kasi Dua, Kasi Trantib")
    assert made.alert() == "Mohon ditegaskan."
    assert {each.assignee for each in cases(made)} == {kasi}, "nothing is handed over before it's confirmed"
    made.press("Kasi Satu", "Ya, serahkan semua")
    assert {each.assignee for each in cases(made)} == {other}
    handed = [each for each in made.bench.entries if each.act == "hand"]
    assert [each.data["person"] for each in handed] == [other] * 3
    assert {each.waits_for for each in cases(made)} == {f"staff:{other}"}


def test_the_new_person_gets_one_list_and_each_complaint_its_card():
    made = busy()
    says(made, "Kasi Satu", "/serahkan")
    made.press("Kasi Satu", "Kasi Dua, Kasi Trantib")
    made.press("Kasi Satu", "Ya, serahkan semua")
    lists = [each for each in made.sent if each.kind == "card" and each.to.chat == DESK]
    assert len(lists) == 1, [each.text for each in lists]
    assert lists[0].text.startswith("Kasi Dua, 3 pengaduan dari Kasi Satu diserahkan kepada Bapak/Ibu:")
    assert [each.name for each in lists[0].mentions] == ["Kasi Dua"]
    for each in cases(made):
        key = f"card:{each.id}:{each.card}"
        card = next(one for one in reversed(made.bench.posted) if one.message.key == key)
        assert "(Kasi Dua)" in card.text
        made.press_data(str(made.who("Kasi Satu").id), f"d:report:{each.code}:{each.version}", card)
        assert made.alert() == "Maaf, langkah ini tugas Kasi Dua." or "belum ada yang ditulis" in made.alert()


def test_a_second_press_finds_nothing_left_and_no_stays_as_it_was():
    made = busy(2)
    says(made, "Kasi Satu", "/serahkan")
    made.press("Kasi Satu", "Kasi Dua, Kasi Trantib")
    posted, data = made.bench.button(DESK, "Ya, serahkan semua")
    kasi = str(made.who("Kasi Satu").id)
    made.press_data(kasi, data, posted)
    made.press_data(kasi, data, posted)
    assert made.alert() == "Tidak ada pengaduan yang dipegang Kasi Satu."
    made = busy(2)
    says(made, "Kasi Satu", "/serahkan")
    made.press("Kasi Satu", "Kasi Dua, Kasi Trantib")
    made.press("Kasi Satu", "Kembali")
    assert {each.assignee for each in cases(made)} == {kasi}


def test_only_admins_hand_over_what_others_have():
    made = busy(2)
    assert "hanya admin" in says(made, "Kasi Dua", "/serahkan", about="Kasi Satu")
    assert "memegang 2 pengaduan" in says(made, "Petugas Satu", "/serahkan", about="Kasi Satu")
    made.press("Kasi Dua", "Kasi Dua, Kasi Trantib")
    assert "isian ini untuk Petugas Satu" in made.alert()
    made.press("Petugas Satu", "Kasi Dua, Kasi Trantib")
    made.press("Petugas Satu", "Ya, serahkan semua")
    assert {each.assignee for each in cases(made)} == {str(made.who("Kasi Dua").id)}
    assert made.bench.entries[-1].by == f"staff:{made.who('Petugas Satu').id}"


def test_who_has_nothing_is_told_so():
    made = scene()
    assert says(made, "Kasi Satu", "/serahkan") == "Tidak ada pengaduan yang dipegang Kasi Satu."


def test_when_somebody_leaves_the_group_the_admins_are_offered_to_hand_over_what_they_had():
    made = busy(2)
    kasi = made.who("Kasi Satu")
    made.sent = made.bench.feed(Left(chat=made.group, at=made.bench.now, person=msg_sender(made, "Kasi Satu")))
    assert "Serahkan pengaduannya" in [c.label for each in made.sent for row in each.choices for c in row]
    made.press("Kasi Dua", "Serahkan pengaduannya")
    assert "hanya admin" in made.alert()
    made.press("Petugas Satu", "Serahkan pengaduannya")
    made.press("Petugas Satu", "Kasi Dua, Kasi Trantib")
    made.press("Petugas Satu", "Ya, serahkan semua")
    assert {each.assignee for each in cases(made)} == {str(made.who("Kasi Dua").id)}
    assert kasi.id != made.who("Kasi Dua").id


def msg_sender(made: Scene, name: str):
    from tests.workflow.test_duties import as_sender

    return as_sender(made, name)


def test_a_confidential_one_is_handed_over_in_private_by_who_may_know_of_it_only():
    made = confidential()
    camat = str(made.who("Camat").id)
    for _ in range(6):
        labels = made.labels(camat)
        if "Kasi Satu" in labels:
            break
        made.press("Camat", labels[0], private=True)
    made.press("Camat", "Kasi Satu", private=True)
    assert made.complaint.assignee == str(made.who("Kasi Satu").id)
    assert says(made, "Kasi Satu", "/serahkan") == "Tidak ada pengaduan yang dipegang Kasi Satu."
    assert says(made, "Petugas Satu", "/serahkan", about="Kasi Satu") == "Tidak ada pengaduan yang dipegang Kasi Satu."
    made.say("Kasi Satu", "/serahkan", private=True)
    made.press("Kasi Satu", "Kasi Dua, Kasi Trantib", private=True)
    made.press("Kasi Satu", "Ya, serahkan semua", private=True)
    other = str(made.who("Kasi Dua").id)
    assert made.complaint.assignee == other
    assert made.bench.find(other, "RAHASIA")
    assert not [each for each in made.bench.posted if each.message.to.chat == DESK and made.complaint.code in each.text]


@pytest.mark.parametrize("data", ["d:handall:-:0:to:952:ya", "d:handall:-:0:of:951", "d:handall:-:0:x"])
def test_made_up_buttons_hand_nothing_over(data):
    made = busy(2)
    card = made.bench.find(DESK, "Langkah")
    made.press_data(str(made.who("Kasi Dua").id), data, card)
    assert made.alert().startswith(("Maaf", "Tidak"))
    assert {each.assignee for each in cases(made)} == {str(made.who("Kasi Satu").id)}


def test_who_leaves_the_group_stands_in_for_nobody_any_more_and_the_cards_say_so():
    made = scene()
    to_the_camat(made)
    says(made, "Petugas Satu", "/plh camat hari ini sampai besok", about="Sekcam")
    assert "Giliran: Plh. Camat (Sekcam Satu)" in made.card()
    made.sent = made.bench.feed(Left(chat=made.group, at=made.bench.now, person=msg_sender(made, "Sekcam")))
    assert "Plh. Camat (Sekcam Satu) berakhir." in "\n".join(made.in_group())
    assert "Plh. Camat" not in made.card()
    assert "Giliran: Camat (Camat Satu)" in made.card()
    assert "Plh." not in says(made, "Petugas Satu", "/peran")
    sekcam = made.who("Sekcam")
    made.bench.office = made.bench.office.with_staff([msgspec.structs.replace(sekcam, roles=("sekcam",))])
    assert turns(made) == ["Camat Satu"], "who comes back comes back without it"


def test_when_who_was_named_leaves_the_card_goes_back_to_the_role():
    made = scene()
    to_the_camat(made)
    made.press("Camat", "Kasi Satu")
    made.bench.feed(Left(chat=made.group, at=made.bench.now, person=msg_sender(made, "Kasi Satu")))
    assert "Giliran: Kasi / Kasubbag (Kasi Dua)" in made.card()


def test_a_confidential_report_of_who_left_is_put_before_those_who_may_know_and_not_counted_in_the_group():
    made = confidential()
    (complaint,) = made.bench.complaints.values()
    kasi = made.who("Kasi Satu")
    made.bench.complaints[complaint.id] = msgspec.structs.replace(
        complaint, step="follow_up", assignee=str(kasi.id), assignee_role="kasi", shown=()
    )
    made.sent = made.bench.feed(Left(chat=made.group, at=made.bench.now, person=msg_sender(made, "Kasi Satu")))
    camat = [each for each in made.sent if each.to.chat == str(made.who("Camat").id)]
    assert any("RAHASIA" in each.text for each in camat)
    assert "menunggunya" not in "\n".join(made.in_group())
