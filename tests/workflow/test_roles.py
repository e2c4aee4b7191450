"""An office is linked to its group by a one-time code, names its admins and gives its roles, all in the chat."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import timedelta

import msgspec
import pytest

from bot import people
from tests.bench import Bench
from tests.workflow.desk_people import moment, office, opened, straight
from workflow import decide
from workflow.message import Address, Left, Message, Outbound, Press, Sender
from workflow.office import Staff
from workflow.procedure.complaint import apply
from workflow.procedure.progress import turn

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


# --- who has left ------------------------------------------------------------------------------------------------------


def private(group: Group, who: Sender, text: str = "", **more) -> list[Outbound]:
    """What somebody writes in their own chat with the bot brings."""
    chat = Address("kanigaran", "telegram", who.id)
    message = Message(chat=chat, id=str(next(group.ids)), sender=who, at=group.bench.now, text=text, **more)
    return group.bench.feed(message)


@pytest.fixture
def gone(linked) -> Group:
    """Dewi was a petugas with a linked private chat, and has left the group."""
    linked.says(SITI, "/peran", reply_to="5", replied_to=DEWI)
    linked.presses(SITI, "Beri: Petugas Pelayanan Pengaduan…")
    linked.bench.linked[DEWI.id] = DEWI.id
    citizen = Sender(id="501", name="Sari")
    private(linked, citizen, "jalan depan SD di Jalan Mawar rusak parah dan berlubang")
    for text in ("nanti", "nanti", "nanti", "ya"):
        private(linked, citizen, text)
    assert "KNG-2026-0001" in str(private(linked, DEWI, "/antrean"))
    linked.leaves(DEWI)
    return linked


@pytest.mark.parametrize("text", ["/antrean", "/cari jalan", "/tugas", "/surel KNG-2026-0001", "/catat ada warga"])
def test_who_left_finds_nothing_in_their_private_chat(gone, text):
    before = len(gone.bench.complaints)
    said = private(gone, DEWI, text)
    assert "KNG-2026-0001" not in str(said)
    assert "hanya petugas" in said[0].text
    assert len(gone.bench.complaints) == before


def test_who_left_neither_notes_nor_sees_nor_is_offered_as_a_helper(gone):
    complaint = next(iter(gone.bench.complaints.values()))
    card = next(
        each.id for each in reversed(gone.bench.posted) if each.message.refers and each.message.to.chat == GROUP
    )
    chat = Address("kanigaran", "telegram", DEWI.id)
    for data in (f"d:docs:{complaint.code}:0", f"d:note:{complaint.code}:0", f"d:undo:{complaint.code}:0"):
        press = Press(chat=chat, id=data, sender=DEWI, at=gone.bench.now, data=data, message_id=card)
        sent = gone.bench.feed(press)
        assert [each.text for each in sent] == ["Maaf, hanya petugas yang terdaftar yang dapat melakukan ini."]
    assert gone.bench.office.at_work(DEWI.id) is None


def test_work_that_was_named_to_somebody_who_left_is_their_roles_again():
    place = office("kanigaran")
    done, at = opened(place)
    complaint = done.complaints[0]
    while not turn(complaint, at).named:
        complaint = apply(complaint, straight(complaint, at), at).complaints[0]
    gone = msgspec.structs.replace(place.staff_by_id(complaint.assignee), roles=())
    after = msgspec.structs.replace(place, staff=place.with_staff([gone]).staff)
    told = turn(complaint, replace(at, office=after))
    assert not told.named
    assert told.people
    assert gone not in told.people


# --- buttons that are made up, or come too late -------------------------------------------------------------------------


def made_up(group: Group, who: Sender, data: str, *, on: str = "Saya admin") -> str:
    """Somebody presses one of our buttons with a client of their own, which sends other data."""
    posted, _ = group.bench.button(GROUP, on)
    press = Press(
        chat=group.chat,
        id=f"p{next(group.ids)}",
        sender=who,
        at=group.bench.now,
        data=data,
        message_id=posted.id,
        private=False,
    )
    return group.answer(group.bench.feed(press))


def test_who_linked_the_group_stands_in_no_button_that_could_be_made_up():
    group = Group()
    group.says(SITI, "/hubungkan K3YC0DE")
    for data in (f"d:admin:-:0:{DEWI.id}", f"d:admin_ok:-:0:{DEWI.id}:{DEWI.id}", "d:admin_ok:-:0:"):
        made_up(group, DEWI, data)
        assert group.bench.office.admins() == ()
    made_up(group, BUDI, "d:admin:-:0")
    assert "hanya yang menghubungkan" in made_up(group, DEWI, f"d:admin_ok:-:0:{DEWI.id}:{DEWI.id}", on="Setujui")
    assert group.bench.office.admins() == ()
    elsewhere = Press(chat=Address("kanigaran", "telegram", DEWI.id), id="x", sender=DEWI, at=group.bench.now,
                      data=f"d:admin:-:0:{DEWI.id}")  # fmt: skip
    group.bench.feed(elsewhere)
    assert group.bench.office.admins() == ()


def test_who_is_admin_no_more_cant_come_back_by_the_old_button(linked):
    linked.says(SITI, "/peran", reply_to="5", replied_to=BUDI)
    linked.bench.now += timedelta(days=2)
    linked.presses(SITI, "Cabut: Admin")
    assert "berlaku satu hari" in made_up(linked, SITI, "d:admin:-:0")
    assert "berlaku satu hari" in made_up(linked, BUDI, "d:admin:-:0")
    assert [each.name for each in linked.bench.office.admins()] == ["Siti"]


def test_who_stands_in_the_configuration_isnt_made_admin_for_five_seconds():
    group = Group()
    fixed = Staff(id=int(SITI.id), name="Siti", roles=("petugas",), fixed=True)
    group.bench.office = group.bench.office.with_staff([fixed])
    group.says(SITI, "/hubungkan K3YC0DE")
    assert "konfigurasi" in group.answer(group.presses(SITI, "Saya admin"))
    assert group.bench.office.admins() == ()


def test_nobody_acts_in_a_group_that_was_the_desk_before(linked):
    linked.bench.tokens["N3WC0DE"] = "desk"
    other = Address("kanigaran", "telegram", "-100901")
    moved = Message(chat=other, id="1", sender=BUDI, at=linked.bench.now, text="/hubungkan N3WC0DE", private=False)
    sent = linked.bench.feed(moved)
    assert "sudah dipindahkan" in next(each.text for each in sent if each.to == linked.chat)
    assert linked.bench.office.desk == "-100901"
    press = Press(chat=linked.chat, id="p", sender=SITI, at=linked.bench.now, data="d:link:-:0", private=False)
    assert [each.text for each in linked.bench.feed(press) if each.kind != "press"] == []
    assert linked.says(SITI, "/antrean") == ""


@pytest.mark.parametrize("channel", ["whatsapp", "sms", "email"])
def test_codes_and_names_of_staff_mean_nothing_on_another_channel(linked, channel):
    linked.bench.tokens["0PER4T0R"] = "operator"
    linked.bench.linked[SITI.id] = SITI.id
    for chat in (SITI.id, GROUP):
        message = Message(
            chat=Address("kanigaran", channel, chat),
            id="1",
            sender=SITI,
            at=linked.bench.now,
            text="/hubungkan 0PER4T0R",
        )
        decision = decide.decide(message, linked.bench.world_for(message))
        assert decision.operator == decision.desk == ""
        asked = msgspec.structs.replace(message, text="/antrean", id="2")
        assert "pengaduan terbuka" not in str(linked.bench.feed(asked))
        for each in linked.bench.feed(msgspec.structs.replace(message, text="/peran", id="3")):
            assert "Admin" not in each.text


def test_who_stands_in_the_configuration_left_and_came_back_is_given_a_role_again(linked):
    known = msgspec.structs.replace(linked.person(BUDI), fixed=True, roles=("kasi",), admin=False)
    of_file = linked.bench.office.with_staff([known])
    linked.bench.office = of_file
    linked.leaves(BUDI)
    assert not linked.person(BUDI).at_work
    linked.says(SITI, "/peran", reply_to="6", replied_to=BUDI)
    label = linked.bench.office.standard.role("kasi").label
    linked.presses(SITI, f"Beri: {label}")
    kept = msgspec.structs.replace(linked.person(BUDI), fixed=False)  # as it's stored
    assert people.merged(of_file, GROUP, [kept]).staff_by_id(BUDI.id) == known
