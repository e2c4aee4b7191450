"""An office is linked to its group by a one-time code, names its admins and gives its roles, all in the chat."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import msgspec
import pytest

from tests.bench import Bench
from tests.workflow.desk_people import moment, office
from workflow.message import Address, Left, Message, Outbound, Press, Sender

GROUP = "-100900"
SITI, BUDI, DEWI = Sender(id="31", name="Siti"), Sender(id="32", name="Budi"), Sender(id="33", name="Dewi")


@dataclass
class Group:
    """A group of people and the bot, which knows nobody yet."""

    bench: Bench = field(init=False)
    ids: itertools.count = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        place = msgspec.structs.replace(office("kanigaran", desk=None), staff=())
        self.bench = Bench(place, moment(place, "2026-11-23 09:00"))
        self.bench.tokens["K3YC0DE"] = "desk"

    @property
    def chat(self) -> Address:
        return Address("kanigaran", "telegram", GROUP)

    def says(self, who: Sender, text: str, **more) -> str:
        message = Message(
            chat=self.chat, id=str(next(self.ids)), sender=who, at=self.bench.now, text=text, private=False, **more
        )
        return "\n".join(each.text for each in self.bench.feed(message))

    def presses(self, who: Sender, label: str) -> list[Outbound]:
        posted, data = self.bench.button(GROUP, label)
        press = Press(
            chat=self.chat,
            id=f"p{next(self.ids)}",
            sender=who,
            at=self.bench.now,
            data=data,
            message_id=posted.id,
            private=False,
        )
        sent = self.bench.feed(press)
        assert [each.press for each in sent if each.kind == "press"] == [press.id]
        return sent

    def answer(self, sent: list[Outbound]) -> str:
        return next(each.text for each in sent if each.kind == "press")

    def leaves(self, who: Sender) -> str:
        return "\n".join(each.text for each in self.bench.feed(Left(chat=self.chat, at=self.bench.now, person=who)))

    def person(self, who: Sender):
        return self.bench.office.staff_by_id(who.id)


@pytest.fixture
def linked() -> Group:
    group = Group()
    group.says(SITI, "/hubungkan k3yc0de")
    group.presses(SITI, "Saya admin")
    group.presses(BUDI, "Saya admin")
    group.presses(SITI, "Setujui")
    return group


def test_a_code_makes_the_group_the_desk_once():
    group = Group()
    assert "tidak berlaku" in group.says(SITI, "/hubungkan SALAH")
    assert group.bench.office.desk is None
    said = group.says(SITI, "/hubungkan k3yc0de")
    assert "meja pengaduan Kecamatan Kanigaran" in said
    assert "Siapa admin" in said
    assert group.bench.office.desk == GROUP
    assert "tidak berlaku" in group.says(BUDI, "/hubungkan K3YC0DE"), "a code is used up"


def test_a_desk_in_the_configuration_is_not_taken_by_a_code():
    group = Group()
    group.bench.office = msgspec.structs.replace(group.bench.office, desk="-1", desk_fixed=True)
    assert "konfigurasi" in group.says(SITI, "/hubungkan K3YC0DE")
    assert group.bench.office.desk == "-1"


def test_an_operators_code_holds_in_a_private_chat_only():
    group = Group()
    group.bench.tokens["0PER4T0R"] = "operator"
    assert "tidak berlaku" in group.says(SITI, "/hubungkan 0PER4T0R")
    assert group.bench.office.desk is None
    private = Address("kanigaran", "telegram", SITI.id)
    for text, said in (("/hubungkan K3YC0DE", "tidak berlaku"), ("/hubungkan 0PER4T0R", "gangguan sistem")):
        message = Message(chat=private, id=text, sender=SITI, at=group.bench.now, text=text)
        assert said in group.bench.feed(message)[-1].text


def test_an_anonymous_admin_is_asked_to_show_who_they_are():
    group = Group()
    said = group.says(Sender(id="1087968824", anonymous=True), "/hubungkan K3YC0DE")
    assert "anonim" in said
    assert group.bench.office.desk is None


def test_who_links_the_group_names_two_admins():
    group = Group()
    group.says(SITI, "/hubungkan K3YC0DE")
    group.presses(SITI, "Saya admin")
    assert group.person(SITI).admin
    group.presses(BUDI, "Saya admin")
    assert group.person(BUDI) is None, "not before it's agreed to"
    assert "hanya yang menghubungkan" in group.answer(group.presses(DEWI, "Setujui"))
    group.presses(SITI, "Setujui")
    assert [each.name for each in group.bench.office.admins()] == ["Siti", "Budi"]
    assert "sudah ada dua admin" in group.answer(group.presses(DEWI, "Saya admin"))


def test_an_admin_gives_a_title_and_roles_by_replying(linked):
    said = linked.says(SITI, "/peran Kasi Pelayanan", reply_to="5", replied_to=DEWI)
    assert said.startswith("Dewi (Kasi Pelayanan): belum ada peran.")
    label = linked.bench.office.standard.role("kasi").label
    linked.presses(SITI, f"Beri: {label}")
    assert linked.person(DEWI).roles == ("kasi",)
    assert label in linked.says(DEWI, "/peran")
    linked.presses(BUDI, f"Cabut: {label}")
    assert linked.person(DEWI).roles == ()


def test_only_admins_give_roles_and_the_last_one_stays(linked):
    linked.says(SITI, "/peran", reply_to="5", replied_to=DEWI)
    assert "hanya admin" in linked.answer(linked.presses(DEWI, "Beri: Admin"))
    linked.says(SITI, "/peran", reply_to="6", replied_to=BUDI)
    linked.presses(SITI, "Cabut: Admin")
    linked.says(SITI, "/peran", reply_to="7", replied_to=SITI)
    assert "sedikitnya satu admin" in linked.answer(linked.presses(SITI, "Cabut: Admin"))


def test_who_stands_in_the_configuration_is_changed_there(linked):
    fixed = msgspec.structs.replace(linked.person(BUDI), fixed=True)
    linked.bench.office = linked.bench.office.with_staff([fixed])
    assert "konfigurasi" in linked.says(SITI, "/peran", reply_to="6", replied_to=BUDI)


def test_bots_and_anonymous_admins_get_no_role(linked):
    for nobody in (Sender(id="99", bot=True), Sender(id="1087968824", anonymous=True)):
        assert "bukan dari seorang petugas" in linked.says(SITI, "/peran", reply_to="6", replied_to=nobody)


def test_who_leaves_the_group_has_no_role_left_and_the_admins_are_told(linked):
    linked.says(SITI, "/peran", reply_to="5", replied_to=DEWI)
    linked.presses(SITI, "Beri: Petugas Pelayanan Pengaduan…")
    said = linked.leaves(DEWI)
    assert "Dewi tidak lagi berada di grup ini" in said
    assert "Siti, Budi" in said
    assert linked.person(DEWI).roles == ()
    assert linked.leaves(DEWI) == "", "told once"
    assert linked.leaves(Sender(id="77", name="Tamu")) == ""


def test_a_group_that_is_nobodys_desk_hears_nothing():
    group = Group()
    assert group.says(SITI, "halo semua") == ""
    assert group.says(SITI, "/peran") == ""
