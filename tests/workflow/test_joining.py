"""One complaint on several channels: LANJUT asks at home, nothing is shown before YA, and what's said is carried whole."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.bench import Bench, Posted
from workflow import decide
from workflow.conversation import Conversation, Knock
from workflow.dialogue.joining import named
from workflow.dialogue.talk import speaking
from workflow.happening import (
    Delivery,
    Due,
    GistTyped,
    JoinAnswered,
    JoinAsked,
    Parted,
    QuestionBecomesComplaint,
    SameAccount,
)
from workflow.message import Address, Attachment, Contact, Message, Outbound, Presence, Press, Refers, Sender
from workflow.office import Office
from workflow.record import Complaint
from workflow.standard import standard
from workflow.world import Fetch, Supply

MORNING = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)  # Monday 09.10 WIB
STORY = "jalan depan SD di Jalan Mawar rusak parah dan berlubang"
HOME = ("sms", "+6281200000001")
WA = ("whatsapp", "+6281200000002")
TELE = ("telegram", "503")
MAIL = ("email", "sari@contoh.id")
Lane = tuple[str, str]


@dataclass
class Town:
    """One office, and people who write to it from several lanes."""

    name: str = "kanigaran"
    bench: Bench = field(init=False)

    def __post_init__(self) -> None:
        office = Office(id=self.name, standard=standard.shipped()[self.name], staff=(), desk="-100777")
        self.bench = Bench(office, MORNING)
        codes = (f"{n % 8 + 2}K{n // 8 % 8 + 2}F" for n in itertools.count(11))
        self.bench._supply = Supply((f"id{n:04}" for n in itertools.count(1)), codes, iter(()), {})
        self.ids = itertools.count(1)

    def address(self, lane: Lane) -> Address:
        return Address(self.name, *lane)

    def conversation(self, lane: Lane) -> Conversation:
        address = self.address(lane)
        return self.bench.conversations.get(address.lane, Conversation(address=address))

    def say(
        self, lane: Lane, text: str = "", *, settle_s: float = 3, sender: Sender | None = None, **more
    ) -> list[Outbound]:
        """Write; what came of it within a few seconds."""
        more.setdefault("id", str(next(self.ids)))
        sender = sender or Sender(id=lane[1], name="Sari")
        message = Message(chat=self.address(lane), sender=sender, at=self.bench.now, text=text, **more)
        return self.bench.feed(message) + self.bench.pass_s(settle_s)

    def photo(self, lane: Lane, caption: str = "", **more) -> list[Outbound]:
        return self.say(lane, caption, attachments=(Attachment(kind="photo", ref=f"f{next(self.ids)}"),), **more)

    def press(self, lane: Lane, label: str) -> list[Outbound]:
        posted, data = self.bench.button(lane[1], label)
        event = Press(
            chat=self.address(lane),
            id=f"p{next(self.ids)}",
            sender=Sender(id=lane[1]),
            at=self.bench.now,
            data=data,
            message_id=posted.id,
        )
        return self.bench.feed(event) + self.bench.pass_s(3)

    def code(self, lane: Lane = HOME) -> str:
        draft = self.conversation(lane).draft
        assert draft is not None
        return draft.code

    def join(self, lane: Lane = WA, home: Lane = HOME) -> str:
        """Ask and agree."""
        code = self.code(home)
        self.say(lane, f"LANJUT {code}")
        self.say(home, f"YA {code}")
        assert self.conversation(lane).joined is not None
        return code

    @property
    def complaint(self) -> Complaint:
        return list(self.bench.complaints.values())[-1]


def at(sent: list[Outbound], lane: Lane) -> str:
    """What was said there."""
    return "\n\n".join(each.text for each in sent if (each.to.channel, each.to.chat) == lane and each.kind != "press")


@pytest.fixture
def town():
    """Somebody has told a story by SMS."""
    made = Town()
    made.say(HOME, STORY)
    return made


# --- nothing is shown before YA ---------------------------------------------------------------------------------------


def test_before_the_yes_the_newcomer_reads_only_that_it_was_asked(town):
    code = town.code()
    sent = town.say(WA, f"lanjut {code}") + town.photo(WA, "ktp") + town.say(WA, "halo?") + town.say(WA, "status")
    assert "sudah kami tanyakan di tempat pelapornya terakhir menulis" in at(sent, WA)
    assert "nomor berakhir 02" in at(sent, HOME)
    assert WA[1] not in at(sent, HOME)
    for word in ("Mawar", "berlubang", "KTP", "KK", HOME[1]):
        assert word not in at(sent, WA)
    assert town.conversation(WA).joined is None


def test_after_the_yes_the_open_question_is_asked_there_and_what_was_held_is_filed(town):
    code = town.code()
    town.say(WA, f"LANJUT {code}")
    town.photo(WA, "ini kk nya")
    sent = town.say(HOME, "iya")
    assert f"laporan {code} sekarang dapat dilanjutkan" in at(sent, HOME) or "kini dapat dilanjutkan" in at(sent, HOME)
    assert at(sent, WA).index("tersambung dengan laporan") < at(sent, WA).index("KK sudah kami terima")
    assert [each.sort for each in town.conversation(HOME).draft.papers] == ["kk"]
    assert not [name for name in town.conversation(WA).private if name.startswith("held:")]


def test_a_photo_with_the_lanjut_as_its_caption_counts_as_well(town):
    code = town.code()
    town.photo(WA, f"LANJUT {code} ini ktp saya")
    town.say(HOME, f"ya {code}")
    assert [each.sort for each in town.conversation(HOME).draft.papers] == ["ktp"]
    assert town.conversation(HOME).draft.statement == (STORY,)


def test_a_no_joins_nothing_and_what_was_held_is_heard_in_its_own_lane(town):
    code = town.code()
    town.say(WA, f"LANJUT {code}")
    town.say(WA, "got depan rumah saya mampet sudah seminggu")
    sent = town.say(HOME, "tidak")
    assert "tidak disetujui" in at(sent, WA)
    assert town.conversation(HOME).voices == ()
    assert town.conversation(HOME).draft.statement == (STORY,)
    assert town.conversation(WA).draft.statement == ("got depan rumah saya mampet sudah seminggu",)


def test_without_an_answer_the_request_ends_after_a_day(town):
    code = town.code()
    town.say(WA, f"LANJUT {code}")
    sent = town.bench.pass_time(town.bench.now + timedelta(hours=25))
    assert "belum dijawab sampai sekarang" in at(sent, WA)
    assert town.conversation(WA).joining is None
    assert town.conversation(HOME).requests == ()
    town.say(HOME, f"YA {code}")
    assert town.conversation(WA).joined is None


def test_somebody_who_writes_batal_meanwhile_withdraws_the_request(town):
    code = town.code()
    town.say(WA, f"LANJUT {code}")
    assert "dibatalkan" in at(town.say(WA, "batal"), WA)
    town.say(HOME, f"YA {code}")
    assert (town.conversation(WA).joined, town.conversation(HOME).voices) == (None, ())
    assert town.conversation(HOME).draft.statement == (STORY,)


def test_an_emergency_is_answered_at_once_while_a_request_waits(town):
    town.say(WA, f"LANJUT {town.code()}")
    assert "113" in at(town.say(WA, "tolong ada kebakaran rumah sekarang"), WA)


def test_whoever_tells_a_report_of_their_own_finishes_it_first(town):
    code = town.code()
    town.say(WA, "lampu jalan mati sudah tiga hari di gang melati")
    sent = town.say(WA, f"LANJUT {code}")
    assert "masih ada laporan yang belum selesai" in at(sent, WA)
    assert at(sent, HOME) == ""
    assert town.conversation(HOME).requests == ()


def test_an_unproven_mail_asks_for_nothing(town):
    sent = town.say(MAIL, f"LANJUT {town.code()}", sender=Sender(id=MAIL[1], claimed=True))
    assert town.conversation(HOME).requests == ()
    assert at(sent, HOME) == ""


# --- codes ------------------------------------------------------------------------------------------------------------


def words_for(town: Town, code: str) -> str:
    return at(town.say(WA, f"LANJUT {code}"), WA).replace(code, "KODE")


def test_wrong_expired_and_foreign_codes_are_answered_in_the_same_words(town):
    other = Town("pekutatan")
    other.say(HOME, STORY)
    old = Complaint(
        id="old", code="2B2B", office="kanigaran", standard="v", received_at=MORNING, confirmed_at=MORNING,
        citizen=town.address(("telegram", "9")), closed_at=MORNING - timedelta(days=31),
    )  # fmt: skip
    walk_in = replace(old, id="walk", code="3C3C", citizen=None, closed_at=None)
    town.bench.complaints |= {"old": old, "walk": walk_in}
    wrong = words_for(town, "9Z9Z")
    assert "tidak kami temukan atau sudah tidak berlaku" in wrong
    assert [words_for(town, code) for code in ("2B2B", "3C3C")] == [wrong, wrong]
    other.bench.conversations[other.address(HOME).lane] = replace(
        other.conversation(HOME), draft=replace(other.conversation(HOME).draft, code="4D4D")
    )
    assert words_for(town, "4D4D") == wrong
    assert other.conversation(HOME).requests == ()


def test_after_five_wrong_codes_nothing_is_looked_up_for_an_hour(town):
    for n in range(2, 7):
        last = town.say(WA, f"LANJUT {n}X{n}X")
    assert "satu jam" in at(last, WA)
    sent = town.say(WA, f"LANJUT {town.code()}")
    assert "satu jam" in at(sent, WA)
    assert at(sent, HOME) == ""
    assert town.bench.ignored[-6:-1].count("a code that leads nowhere") == 4
    assert town.bench.ignored[-1] == "codes are guessed: nothing is looked up for an hour"
    town.bench.pass_time(town.bench.now + timedelta(minutes=61))
    assert "sudah kami tanyakan" in at(town.say(WA, f"LANJUT {town.code()}"), WA)


def test_wrong_codes_far_apart_are_no_guessing(town):
    for n in range(2, 8):
        assert "satu jam" not in at(town.say(WA, f"LANJUT {n}X{n}X"), WA)
        town.bench.pass_time(town.bench.now + timedelta(minutes=20))


def test_a_refusal_counts_as_a_wrong_code(town):
    for _ in range(5):
        town.say(WA, f"LANJUT {town.code()}")
        town.say(HOME, f"TIDAK {town.code()}")
    assert "satu jam" in at(town.say(WA, f"LANJUT {town.code()}"), WA)


@pytest.mark.parametrize(
    ("text", "code", "rest"),
    [
        ("LANJUT 7K3F", "7K3F", ""),
        ("lanjut 7k3f", "7K3F", ""),
        ("Lanjutkan laporan 7K3F", "7K3F", ""),
        ("lanjut kode: 7K3F.", "7K3F", ""),
        ("/lanjut 7k3f", "7K3F", ""),
        ("7K3F lanjut", "7K3F", ""),
        ("tolong lanjutkan laporan saya 7K3F", "7K3F", ""),
        ("LANJUT 7K3F\nini foto ktp saya", "7K3F", "ini foto ktp saya"),
        ("LANJUT", None, ""),
        ("lanjut besok saja", None, ""),
        ("LANJUT YANG TADI", None, ""),
        ("terus 10rb diminta petugas", None, ""),
        ("status 7K3F", None, ""),
        ("jalan rusak di RT3A lanjut", None, ""),
    ],
)
def test_lanjut_is_heard_as_people_write_it(text, code, rest):
    found = named(text)
    assert (found.code if found else None, found.rest if found else "") == (code, rest)


# --- the same number --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("home", "newcomer", "at_once"),
    [
        (("sms", "+6281200000001"), ("whatsapp", "+6281200000001"), True),
        (("whatsapp", "+6281200000001"), ("sms", "+6281200000001"), True),
        (("sms", "+6281200000001"), ("whatsapp", "+6281200000002"), False),
        (("telegram", "6281200000001"), ("sms", "+6281200000001"), False),
        (("email", "a@contoh.id"), ("whatsapp", "+6281200000001"), False),
    ],
)
def test_only_one_and_the_same_number_is_joined_without_a_question(home, newcomer, at_once):
    town = Town()
    town.say(home, STORY)
    sent = town.say(newcomer, f"LANJUT {town.code(home)}")
    assert (town.conversation(newcomer).joined is not None) == at_once
    assert ("nomornya sama" in at(sent, newcomer).replace("Nomornya", "nomornya")) == at_once
    assert ("nomor yang sama" in at(sent, home)) == at_once


def test_the_owner_of_the_number_can_stop_it(town):
    wa = ("whatsapp", HOME[1])
    code = town.code()
    town.say(wa, f"LANJUT {code}")
    sent = town.say(HOME, f"TIDAK {code}")
    assert "dihentikan" in at(sent, wa)
    assert (town.conversation(wa).joined, town.conversation(HOME).voices) == (None, ())


# --- words aren't mixed up --------------------------------------------------------------------------------------------


def at_summary(town: Town) -> None:
    for _ in range(3):
        town.say(HOME, "nanti")
    assert town.conversation(HOME).draft.awaiting == "summary"


def test_a_yes_at_the_summary_confirms_the_report_and_joins_nobody(town):
    at_summary(town)
    code = town.code()
    sent = town.say(WA, f"LANJUT {code}")
    assert f"Balas YA {code} atau TIDAK {code}" in at(sent, HOME)
    town.say(HOME, "YA")
    assert town.complaint.code == code
    assert town.conversation(WA).joined is None
    town.say(HOME, f"YA {code}")
    assert town.conversation(WA).joined is not None


def test_a_yes_with_the_code_joins_and_confirms_nothing(town):
    at_summary(town)
    code = town.code()
    town.say(WA, f"LANJUT {code}")
    sent = town.say(HOME, f"ya {code}")
    assert town.bench.complaints == {}
    assert town.conversation(WA).joined is not None
    assert "Apakah sudah benar?" in at(sent, WA)


def test_a_yes_that_was_on_its_way_before_the_question_could_be_read_is_no_answer_to_it(town):
    town.say(WA, f"LANJUT {town.code()}", settle_s=1)
    town.say(HOME, "ya")
    assert town.conversation(WA).joined is None
    assert len(town.conversation(HOME).requests) == 1


def test_a_yes_while_the_question_still_waits_to_be_sent_is_no_answer_to_it(town):
    town.say(WA, f"LANJUT {town.code()}")
    key = next(each.key for each in town.bench.sent if each.key.startswith("join:"))
    question = Outbound(to=town.address(HOME), kind="question", key=key, not_before=MORNING + timedelta(days=1))
    town.bench.held.append(question)  # as a closed window holds it
    town.say(HOME, "oke")
    assert town.conversation(WA).joined is None


def test_after_another_question_a_bare_yes_isnt_for_the_first_one(town):
    code = town.code()
    town.say(WA, f"LANJUT {code}")
    town.say(HOME, "batal")
    town.say(HOME, "tidak")
    assert len(town.conversation(HOME).requests) == 1
    town.say(HOME, "ya")
    assert town.conversation(WA).joined is None
    town.say(HOME, f"YA {code}")
    assert town.conversation(WA).joined is not None


def test_the_buttons_answer_at_any_time():
    town = Town()
    town.say(TELE, STORY)
    town.say(WA, f"LANJUT {town.code(TELE)}")
    town.say(TELE, "rt 3 rw 1")
    town.press(TELE, "Ya, itu saya")
    assert town.conversation(WA).joined is not None
    assert "tidak berlaku" in " ".join(each.text for each in town.press(TELE, "Bukan saya"))
    assert town.conversation(WA).joined is not None


def test_requests_are_asked_about_one_after_the_other(town):
    code = town.code()
    town.say(WA, f"LANJUT {code}")
    assert at(town.say(TELE, f"LANJUT {code}"), HOME) == ""
    sent = town.say(HOME, f"TIDAK {code}")
    assert "Telegram" in at(sent, HOME)
    town.say(HOME, f"YA {code}")
    assert (town.conversation(WA).joined, town.conversation(TELE).joined is not None) == (None, True)


def test_who_was_let_in_lets_nobody_in(town):
    code = town.join()
    town.say(TELE, f"LANJUT {code}")
    town.say(WA, f"YA {code}")
    assert town.conversation(TELE).joined is None
    town.say(HOME, f"YA {code}")
    assert town.conversation(TELE).joined is not None


# --- what's carried ---------------------------------------------------------------------------------------------------


def test_a_report_is_told_on_three_channels_and_answered_where_it_began(town):
    town.join(WA)
    town.join(TELE)
    assert "KK sudah kami terima" in at(town.photo(WA, "kk"), WA)
    town.photo(WA, "ktp")
    assert "sudah kami terima" in at(town.photo(TELE, "lokasi depan SDN 1"), TELE)
    sent = town.press(TELE, "YA, benar")
    assert "KNG-2026-0001" in at(sent, HOME)
    assert "melalui SMS" in at(sent, TELE)
    assert town.complaint.citizen == town.address(HOME)
    assert {each.sort for each in town.complaint.papers} == {"kk", "ktp", "location_photo"}


@pytest.mark.parametrize(("word", "kept"), [("nanti", "later"), ("tidak ada", "lacking"), ("loket", "later")])
def test_a_word_is_about_what_was_asked_where_it_is_said(town, word, kept):
    """By SMS all papers were asked for together; on the other channel one after the other."""
    town.say(HOME, STORY)
    town.join()
    town.say(WA, word)
    if kept == "lacking":
        town.say(WA, "hilang waktu banjir")
    draft = town.conversation(HOME).draft
    assert list(getattr(draft, kept)) == ["kk"]
    town.say(HOME, word)
    if kept == "lacking":
        town.say(HOME, "hilang waktu banjir")
    assert set(getattr(town.conversation(HOME).draft, kept)) == {"kk", "ktp", "location_photo"}


def test_files_are_fetched_from_the_channel_they_came_by_and_arrive_at_home(town):
    code = town.join(WA)
    photo = Message(
        chat=town.address(WA),
        id="1",
        sender=Sender(id=WA[1]),
        at=MORNING,
        attachments=(Attachment(kind="photo", ref="r"),),
    )
    bench = town.bench
    ((home, carried),) = decide.decide(photo, bench.world_for(photo)).posts
    fetch = Fetch(file="id0003", lane=home, ref="r", kind="photo", keyring=code, source="whatsapp")
    assert home == town.address(HOME)
    assert [replace(each, file="id0003") for each in decide.decide(carried, bench.world_for(carried)).fetches] == [
        fetch
    ]


def test_staff_answer_at_home_and_it_is_said_so(town):
    town.join(WA)
    assert "membalas melalui SMS" in at(town.say(WA, "petugas"), WA)
    assert "kami kirim melalui SMS" in at(town.say(WA, "apakah ada biaya untuk pengaduan seperti ini?"), WA)
    card = next(each for each in reversed(town.bench.sent) if each.refers and each.refers.role == "question")
    assert card.refers.conversation == town.address(HOME).lane


def test_an_ok_to_a_request_of_this_lanes_own_is_no_word_for_the_report(town):
    town.join(WA)
    lane = town.address(WA).lane
    asked = Knock(key="knock:1", at=MORNING, template="answer_waiting", held=("x",), left=True)
    town.bench.conversations[lane] = replace(town.conversation(WA), knock=asked)
    for _ in range(3):
        town.say(HOME, "nanti")
    town.say(WA, "ok")
    assert town.bench.complaints == {}
    assert town.conversation(WA).knock is None
    assert town.conversation(HOME).speaks_at is None


def test_a_button_is_answered_in_the_chat_where_it_was_pressed(town):
    town.join(TELE)
    pressed = [each for each in town.press(TELE, "Nanti") if each.kind == "press"]
    assert [(each.to.channel, each.to.chat) for each in pressed] == [TELE]
    assert pressed[0].press.startswith("p")


def test_equal_ids_of_different_channels_are_different_messages(town):
    town.join(WA)
    town.join(TELE)
    for lane, words in ((WA, "lubangnya dua meter"), (TELE, "sudah ada yang jatuh"), (HOME, "dekat pos kamling")):
        town.say(lane, words, id="77")
        town.say(lane, words, id="77")
    assert town.conversation(HOME).draft.statement == (
        STORY, "lubangnya dua meter", "sudah ada yang jatuh", "dekat pos kamling",
    )  # fmt: skip


def test_an_edit_finds_its_message_again(town):
    town.join(WA)
    town.say(WA, "lubangnya dua meter", id="78")
    town.say(WA, "lubangnya tiga meter", id="78", edited=True)
    assert town.conversation(HOME).draft.statement == (STORY, "lubangnya tiga meter")


def test_what_is_personal_isnt_shown_to_somebody_else():
    town = Town("kedopok")
    town.say(HOME, STORY)
    town.say(HOME, "nama saya Sari Dewi, alamat Jalan Melati 5 RT 3")
    private = set(town.conversation(HOME).draft.private.values())
    assert private
    town.join(WA)
    sent = town.say(WA, "ulang") + town.photo(WA, "ktp") + town.photo(WA, "lokasi") + town.say(WA, "nanti")
    sent += town.say(WA, "nanti") + town.say(WA, "status")
    assert not [each for each in private if each in at(sent, WA)]


def test_home_takes_the_word_again_by_writing(town):
    town.join(WA)
    town.say(WA, "lubangnya dua meter")
    assert town.conversation(HOME).speaks_at == town.address(WA)
    assert at(town.say(HOME, "dekat pos kamling"), WA) == ""
    assert town.conversation(HOME).speaks_at is None


def test_a_summary_is_confirmed_where_it_was_read(town):
    town.join(WA)
    for _ in range(3):
        town.say(WA, "nanti")
    sent = town.say(HOME, "ya")
    assert "Benar?" in at(sent, HOME)
    assert town.bench.complaints == {}
    town.say(HOME, "ya")
    assert len(town.bench.complaints) == 1


def test_after_registration_status_additions_and_photos_go_on(town):
    town.join(WA)
    for _ in range(3):
        town.say(WA, "nanti")
    town.say(WA, "ya")
    number = town.complaint.number
    assert number in at(town.say(WA, "status"), WA)
    assert number in at(town.say(WA, "tambahan, lubangnya makin dalam"), WA)
    town.photo(WA, "ktp")
    assert "ktp" in {each.sort for each in town.complaint.papers}
    assert {each.data.get("via") for each in town.bench.entries if each.act in ("said", "supply")} == {"whatsapp"}


def test_a_new_report_of_the_one_who_was_let_in_is_their_own(town):
    town.join(WA)
    for _ in range(3):
        town.say(WA, "nanti")
    town.say(WA, "ya")
    town.say(WA, "lampu jalan di gang melati mati sudah seminggu, gelap sekali")
    town.say(WA, "laporan baru")
    assert town.conversation(HOME).draft is None
    assert town.conversation(WA).draft.statement == ("lampu jalan di gang melati mati sudah seminggu, gelap sekali",)
    assert town.conversation(WA).joined is None


def test_a_report_that_is_cancelled_elsewhere_is_told_at_home(town):
    code = town.join(WA)
    town.say(WA, "batal")
    sent = town.say(WA, "ya")
    assert f"Laporan {code} dibatalkan dari WhatsApp" in at(sent, HOME)
    assert (town.conversation(HOME).draft, town.conversation(WA).joined) == (None, None)


# --- and parted -------------------------------------------------------------------------------------------------------


def test_mulai_baru_on_the_joined_lane_begins_a_report_there(town):
    code = town.join(WA)
    sent = town.say(WA, "mulai baru")
    assert f"tidak lagi tersambung dengan laporan {code}" in at(sent, WA)
    assert town.code() == code
    assert town.conversation(WA).draft is not None
    assert town.conversation(HOME).voices == ()


def test_lanjut_with_another_code_leaves_the_first_report(town):
    town.join(WA)
    town.say(TELE, "lampu jalan mati di gang melati, mohon diperbaiki")
    town.say(WA, f"LANJUT {town.code(TELE)}")
    assert town.conversation(WA).joined is None
    assert town.conversation(HOME).voices == ()
    town.say(TELE, f"YA {town.code(TELE)}")
    assert town.conversation(WA).joined.home == town.address(TELE)


def test_after_a_week_of_silence_they_are_strangers_again(town):
    town.join(WA)
    town.bench.pass_time(town.bench.now + timedelta(days=6))
    town.say(WA, "lubangnya dua meter")
    assert "lubangnya dua meter" in town.conversation(HOME).draft.statement
    town.bench.pass_time(town.bench.now + timedelta(days=7, minutes=1))
    town.say(WA, "got depan rumah saya mampet sudah seminggu")
    assert town.conversation(HOME).voices == ()
    assert town.conversation(WA).draft.statement == ("got depan rumah saya mampet sudah seminggu",)


def test_a_forgotten_report_leaves_nobody_joined(town):
    town.join(WA)
    town.bench.pass_time(town.bench.now + timedelta(days=5))
    town.say(WA, "lubangnya dua meter")
    town.bench.pass_time(town.bench.now + timedelta(days=15))
    assert (town.conversation(HOME).draft, town.conversation(WA).joined) == (None, None)


def test_words_that_meet_a_parted_report_are_heard_where_they_were_said(town):
    town.join(WA)
    lane = town.address(HOME).lane
    town.bench.conversations[lane] = replace(town.conversation(HOME), voices=())  # it was parted, and they cross
    town.say(WA, "got depan rumah saya mampet sudah seminggu")
    assert town.conversation(HOME).draft.statement == (STORY,)
    assert town.conversation(WA).draft.statement == ("got depan rumah saya mampet sudah seminggu",)


def test_what_is_about_their_own_report_stays_with_it(town):
    town.say(WA, "lampu jalan mati di gang melati, mohon diperbaiki")
    for _ in range(3):
        town.say(WA, "nanti")
    town.say(WA, "ya")
    own = town.complaint
    town.join(WA)
    assert own.number in at(town.say(WA, f"status {own.code}"), WA)
    town.say(WA, f"{own.code} masih gelap sampai sekarang")
    assert "masih gelap" in town.bench.complaints[own.id].sayings[-1].text
    assert town.conversation(HOME).draft.statement == (STORY,)


def test_whoever_blocks_us_on_the_joined_lane_is_answered_at_home_again(town):
    town.join(WA)
    town.say(WA, "lubangnya dua meter")
    town.bench.feed(Presence(chat=town.address(WA), sender=Sender(id=WA[1]), at=town.bench.now, blocked=True))
    assert town.conversation(WA).blocked
    assert not town.conversation(HOME).blocked
    assert town.conversation(HOME).speaks_at is None


def test_a_reply_and_a_button_about_their_own_report_stay_with_it():
    town = Town()
    town.say(HOME, STORY)
    town.say(TELE, "lampu jalan mati di gang melati, mohon diperbaiki")
    for _ in range(3):
        town.say(TELE, "nanti")
    town.press(TELE, "YA, benar")
    own = town.complaint
    town.bench.complaints[own.id] = replace(
        own, answer="Sudah.", answered_at=town.bench.now, closed_at=town.bench.now, closed_as="answered", version=9
    )
    town.join(TELE)
    press = Press(
        chat=town.address(TELE), id="p1", sender=Sender(id=TELE[1]), at=town.bench.now, data=f"c:sudah:{own.code}"
    )
    town.bench.feed(press)
    assert town.bench.complaints[own.id].satisfied == "yes"
    message = Outbound(to=town.address(TELE), kind="notice", text="?", refers=Refers(role="relay", complaint=own.id))
    town.bench.posted.append(Posted("m1", message, town.bench.now, "?"))
    before = town.conversation(HOME)
    town.say(TELE, "terima kasih ya", reply_to="m1")
    assert town.conversation(HOME) == before


# --- what crosses -----------------------------------------------------------------------------------------------------


def event_of(town: Town, kind, lane: Lane, other: Lane, **more):
    names = {Parted: "other", JoinAsked: "by", JoinAnswered: "home", SameAccount: "other"}
    return kind(chat=town.address(lane), at=town.bench.now, **{names[kind]: town.address(other)}, **more)


def test_a_request_for_a_report_that_has_ended_meanwhile_is_answered_as_a_wrong_code(town):
    code = town.code()
    town.say(WA, "halo")
    town.say(HOME, "batal")
    asking = Message(chat=town.address(WA), id="j1", sender=Sender(id=WA[1]), at=MORNING, text=f"LANJUT {code}")
    world = town.bench.world_for(asking)
    decision = decide.decide(asking, world)
    town.say(HOME, "ya")
    sent = [out for following in town.bench._apply(asking, decision) for out in town.bench.feed(following)]
    assert "tidak kami temukan atau sudah tidak berlaku" in at(sent, WA)
    assert len(town.conversation(WA).guesses) == 1


def test_a_yes_to_a_request_that_is_made_no_more_joins_nothing(town):
    code = town.join(WA)
    town.say(WA, "mulai baru")
    town.bench.feed(event_of(town, JoinAnswered, WA, HOME, request="old", code=code, answer="yes"))
    assert town.conversation(WA).joined is None
    town.bench.feed(event_of(town, JoinAnswered, WA, HOME, request="old", code=code, answer="no"))
    assert town.bench.ignored[-1] == "an answer to a request that's no longer made"


def test_whoever_began_a_report_while_the_answer_was_on_its_way_keeps_that(town):
    code = town.code()
    town.say(WA, f"LANJUT {code}")
    town.say(WA, "tolong ada kebakaran rumah sekarang")
    town.say(WA, "1")
    assert town.conversation(WA).draft is not None
    sent = town.say(HOME, f"YA {code}")
    assert "masih ada laporan yang belum selesai" in at(sent, WA)
    assert (town.conversation(WA).joined, town.conversation(HOME).voices) == (None, ())


def test_a_bell_of_an_older_request_says_nothing(town):
    town.say(WA, f"LANJUT {town.code()}")
    bell = Due(chat=town.address(WA), at=MORNING, timer="join:old", kind="join_unanswered", subject="old")
    assert town.bench.feed(bell) == []
    assert town.conversation(WA).joining is not None


def test_only_so_many_messages_are_held(town):
    town.say(WA, f"LANJUT {town.code()}")
    for n in range(10):
        assert "kami simpan dulu" in at(town.say(WA, f"keterangan yang ke {n} tentang lubang itu"), WA)
    assert "mohon dikirim lagi" in at(town.say(WA, "dan satu lagi tentang lubang itu"), WA)


def test_asking_twice_for_the_same_report_asks_once(town):
    code = town.code()
    town.say(WA, f"LANJUT {code}")
    sent = town.say(WA, f"LANJUT {code}")
    assert "Kami masih menunggu" in at(sent, WA) or "masih menunggu" in at(sent, WA)
    assert at(sent, HOME) == ""


def test_asking_for_another_report_withdraws_the_first_request(town):
    town.say(TELE, "lampu jalan mati di gang melati, mohon diperbaiki")
    town.say(WA, f"LANJUT {town.code()}")
    town.say(WA, f"LANJUT {town.code(TELE)}")
    assert town.conversation(HOME).requests == ()
    assert len(town.conversation(TELE).requests) == 1


def test_more_than_three_requests_are_refused_unasked(town):
    code = town.code()
    for n in range(3, 7):
        lane = ("whatsapp", f"+628120000000{n}")
        sent = town.say(lane, f"LANJUT {code}")
    assert len(town.conversation(HOME).requests) == 3
    assert "tidak disetujui" in at(sent, lane)


def test_a_number_that_chose_something_before_still_does_after_the_question(town):
    town.say(HOME, STORY.replace("Mawar", "Melati"))
    town.say(HOME, "batal")
    offered = town.conversation(HOME).offered
    town.say(WA, f"LANJUT {town.code()}")
    assert town.conversation(HOME).offered == offered
    assert len(town.conversation(HOME).requests) == 1


def test_a_typed_number_of_the_question_is_heard_only_when_it_can_have_been_read(town):
    for _ in range(3):
        town.say(HOME, "nanti")
    town.say(HOME, "ya")
    town.say(WA, f"LANJUT {town.complaint.code}", settle_s=1)
    lane = town.address(HOME).lane
    request = town.conversation(HOME).requests[0].request
    yes = f"c:join:{request}:y"
    town.bench.conversations[lane] = replace(town.conversation(HOME), offered=(yes,))
    town.say(HOME, "1")
    assert town.conversation(WA).joined is None
    town.bench.conversations[lane] = replace(town.conversation(HOME), offered=(yes,), requests=(
        replace(town.conversation(HOME).requests[0], latest=True),
    ))  # fmt: skip
    town.say(HOME, "1")
    assert town.conversation(WA).joined is not None


def test_lanjut_with_no_report_at_all_is_answered_kindly():
    town = Town()
    assert "tidak ada laporan yang dapat dilanjutkan" in at(town.say(WA, "lanjut"), WA)
    assert "tidak kami temukan" in at(town.say(WA, "LANJUT ABCD"), WA)
    assert "tidak kami temukan" in at(town.say(WA, "7K3F 8M2P lanjut"), WA)


def test_photos_that_were_held_for_a_choice_go_with_whoever_sent_them(town):
    town.join(WA)
    for _ in range(3):
        town.say(WA, "nanti")
    town.say(WA, "ya")
    home = town.address(HOME).lane
    town.bench.conversations[home] = replace(
        town.conversation(HOME), extra={k: v for k, v in town.conversation(HOME).extra.items() if k != "focus"}
    )
    town.photo(WA, "lampu jalan di gang melati mati sudah seminggu, gelap sekali")
    sent = town.say(WA, "laporan baru")
    assert town.conversation(HOME).papers == ()
    assert "lampu jalan di gang melati" in town.conversation(WA).draft.statement[0]
    assert town.conversation(HOME).draft is None
    assert at(sent, WA)


def test_a_new_story_after_all_is_done_begins_where_it_is_told(town):
    town.join(WA)
    for _ in range(3):
        town.say(WA, "nanti")
    town.say(WA, "ya")
    done = replace(town.complaint, closed_at=town.bench.now, closed_as="withdrawn", version=99)
    town.bench.complaints[done.id] = done
    town.photo(WA, "lampu jalan di gang melati mati sudah seminggu, gelap sekali")
    assert len(town.conversation(WA).draft.papers) == 1
    assert town.conversation(HOME).papers == ()
    assert (town.conversation(HOME).voices, town.conversation(HOME).draft) == ((), None)


def test_photos_held_for_a_choice_are_asked_for_again_where_the_new_report_begins(town):
    for story in ("", "lampu jalan mati di gang melati, mohon diperbaiki"):
        if story:
            town.say(HOME, "laporan baru")
            town.say(HOME, story)
            town.say(HOME, "bukan")
        for _ in range(3):
            town.say(HOME, "nanti")
        town.say(HOME, "ya")
    assert len(town.bench.complaints) == 2
    same = ("whatsapp", HOME[1])
    town.say(same, f"LANJUT {town.complaint.code}")
    town.bench.conversations[town.address(HOME).lane] = replace(town.conversation(HOME), extra={})
    assert "Untuk laporan yang mana" in at(town.photo(same), same)
    pressed = town.press(same, "Laporan baru")
    assert "mohon dikirim lagi" in at(pressed, same)
    assert [each.kind for each in pressed].count("press") == 1
    assert town.conversation(HOME).papers == ()
    assert town.conversation(same).draft is not None
    assert town.conversation(same).joined is None


def test_an_edit_of_what_was_said_before_the_join_stays_in_its_own_lane(town):
    town.say(WA, "terima kasih banyak atas bantuannya", id="90")
    town.join(WA)
    town.say(WA, "terima kasih banyak atas bantuan petugas", id="90", edited=True)
    assert town.conversation(WA).sayings[-1].text == "terima kasih banyak atas bantuan petugas"
    assert town.conversation(HOME).draft.statement == (STORY,)


def test_a_yes_that_comes_too_late_finds_no_request(town):
    code = town.code()
    town.say(WA, f"LANJUT {code}")
    lane = town.address(HOME).lane
    (request,) = town.conversation(HOME).requests
    town.bench.conversations[lane] = replace(
        town.conversation(HOME), requests=(replace(request, at=request.at - timedelta(hours=24)),)
    )
    assert "tidak ada permintaan baru" in at(town.say(HOME, f"YA {code}"), HOME)
    assert town.conversation(WA).joined is None


# --- two ids of one account -------------------------------------------------------------------------------------------

PHONE, HIDDEN = ("whatsapp", "+6281200000009"), ("whatsapp", "ID.1234567890")
BOTH = Sender(id=PHONE[1], name="Sari", also=(HIDDEN[1],))


def test_a_message_with_only_the_other_id_continues_the_conversation():
    town = Town()
    town.say(PHONE, STORY, sender=BOTH)
    sent = town.photo(HIDDEN, "kk")
    assert [each.sort for each in town.conversation(PHONE).draft.papers] == ["kk"]
    assert "KK sudah kami terima" in at(sent, HIDDEN)
    assert at(sent, PHONE) == ""


def test_the_conversation_that_began_under_the_hidden_id_is_kept_when_the_number_shows():
    town = Town()
    town.say(HIDDEN, STORY)
    town.photo(PHONE, "kk", sender=BOTH)
    assert [each.sort for each in town.conversation(HIDDEN).draft.papers] == ["kk"]
    assert town.conversation(PHONE).draft is None


def test_two_reports_under_two_ids_are_both_told_to_their_end_and_then_kept_together():
    town = Town()
    town.say(HIDDEN, STORY)
    town.say(PHONE, "lampu jalan mati di gang melati, mohon diperbaiki")
    town.say(PHONE, "gelap sekali", sender=BOTH)
    assert town.conversation(HIDDEN).draft.statement == (STORY,)
    assert len(town.conversation(PHONE).draft.statement) == 2
    for lane, sender in ((HIDDEN, Sender(id=HIDDEN[1])), (PHONE, BOTH)):
        for _ in range(3):
            town.say(lane, "nanti", sender=sender)
        town.say(lane, "ya", sender=sender)
    assert len(town.bench.complaints) == 2
    town.say(PHONE, "terima kasih", sender=BOTH)
    sent = town.say(HIDDEN, "status")
    assert all(each.number in at(sent, HIDDEN) for each in town.bench.complaints.values())


def test_a_new_report_under_the_other_id_is_answered_there():
    town = Town()
    town.say(PHONE, "terima kasih", sender=BOTH)
    town.say(HIDDEN, STORY)
    for _ in range(3):
        town.say(HIDDEN, "nanti")
    town.say(HIDDEN, "ya")
    assert town.complaint.citizen == town.address(HIDDEN)


def test_the_other_id_of_a_joined_lane_speaks_for_the_same_report(town):
    town.say(PHONE, "halo", sender=BOTH)
    town.join(PHONE)
    sent = town.photo(HIDDEN, "ktp")
    assert [each.sort for each in town.conversation(HOME).draft.papers] == ["ktp"]
    assert "KTP sudah kami terima" in at(sent, HIDDEN)


def test_the_request_to_write_again_is_answered_under_the_other_id_too():
    town = Town()
    town.say(PHONE, STORY, sender=BOTH)
    held = Delivery(chat=town.address(PHONE), at=town.bench.now, key="say:-100777:1", state="held", kind="answer")
    town.bench.feed(held)
    knock = town.conversation(PHONE).knock
    assert knock is not None
    town.bench.feed(replace(held, key=knock.key, state="delivered", kind="knock"))
    assert at(town.say(HIDDEN, "OK"), HIDDEN) == "", "what waits follows by itself"
    assert town.conversation(PHONE).knock is None, "the next stretch of silence is asked about anew"


def test_two_ids_are_never_parted_and_each_is_told_once():
    town = Town()
    town.say(PHONE, STORY, sender=BOTH)
    town.bench.feed(event_of(town, Parted, HIDDEN, PHONE))
    assert town.conversation(HIDDEN).joined is not None
    assert town.bench.ignored[-1] == "two ids of one account aren't parted"
    town.say(HIDDEN, "dekat pos", sender=Sender(id=HIDDEN[1], also=(PHONE[1],)))
    assert town.conversation(PHONE).draft.statement[1:] == ("dekat pos",)
    assert town.conversation(PHONE).joined is None


def test_a_request_that_reaches_the_second_id_is_asked_where_the_conversation_is():
    town = Town()
    town.say(PHONE, STORY, sender=BOTH)
    code = town.code(PHONE)
    town.bench.feed(event_of(town, JoinAsked, HIDDEN, TELE, request="r1", code=code, shown="Telegram"))
    assert [each.by for each in town.conversation(PHONE).requests] == [town.address(TELE)]


def test_a_lane_with_a_life_of_its_own_isnt_taken_over():
    town = Town()
    town.say(HIDDEN, STORY)
    town.bench.feed(event_of(town, SameAccount, HIDDEN, PHONE, home=town.address(PHONE)))
    assert town.conversation(HIDDEN).joined is None
    assert town.bench.ignored[-1] == "a lane that has a life of its own"


def test_two_ids_that_name_each_other_at_the_same_moment_find_one_home():
    town = Town()
    bench = town.bench
    one = Message(chat=town.address(PHONE), id="1", sender=BOTH, at=MORNING, text="halo")
    two = Message(
        chat=town.address(HIDDEN), id="2", sender=Sender(id=HIDDEN[1], also=(PHONE[1],)), at=MORNING, text="halo"
    )
    decisions = [(each, decide.decide(each, bench.world_for(each))) for each in (one, two)]
    crossing = [following for event, decision in decisions for following in bench._apply(event, decision)]
    for following in crossing:  # each was decided without the other
        bench.feed(following)
    joined = [town.conversation(lane).joined for lane in (PHONE, HIDDEN)]
    assert sum(each is not None for each in joined) == 1


# --- whatever comes ---------------------------------------------------------------------------------------------------

LANES: tuple[Lane, ...] = (HOME, WA, TELE)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(LANES),
        st.sampled_from(
            ("tell", "tell", "photo", "lanjut", "ya", "tidak", "ya kode", "mulai baru", "status", "batal", "nanti")
        ),
        st.sampled_from((0.0, 0.5, 3.0, 90_000.0)),
    ),
    max_size=24,
)


@settings(max_examples=120, deadline=None)
@given(acts=ACTS)
def test_every_word_is_filed_in_one_place_and_none_is_shown_before_the_consent(acts):
    town = Town()
    town.say(HOME, STORY)
    code = town.code()
    told: list[tuple[Lane, str]] = []
    allowed: set[Lane] = {HOME}
    forgotten = False  # somebody cancelled a report: its words are gone, as was told
    for number, (lane, act, pause_s) in enumerate(acts):
        texts = {"lanjut": f"LANJUT {code}", "ya kode": f"YA {code}"}
        before = len(town.bench.sent)
        if act == "photo":
            town.photo(lane, settle_s=pause_s)
        elif act == "tell":
            told.append((lane, f"keterangan ke{'abcdefghijklmnopqrstuvwxyz'[number]}x tentang lubang besar"))
            town.say(lane, told[-1][1], settle_s=pause_s)
        else:
            town.say(lane, texts.get(act, act), settle_s=pause_s)
        forgotten |= any(
            any(words in each.text for words in ("dibatalkan", "dari awal")) for each in town.bench.sent[before:]
        )
        for each in LANES:
            joined = town.conversation(each).joined
            if joined is not None:
                allowed.add(each)
        fresh = town.bench.sent[before:]
        for each in LANES:
            if each not in allowed:
                assert "Mawar" not in at(fresh, each)
    for lane, words in told:
        assert count(town, words) == 1 or (forgotten and count(town, words) == 0), (lane, words)


def count(town: Town, words: str) -> int:
    """How many people's papers these words are in: a conversation, its draft and its complaints are one person's."""
    found = set()
    for lane, conversation in town.bench.conversations.items():
        kept = [*conversation.sayings, *(conversation.draft.sayings if conversation.draft else ())]
        held = [each for name, each in conversation.private.items() if name.startswith("held:")]
        if any(words in each.text for each in kept) or any(words in each for each in held):
            found.add(lane)
    for complaint in town.bench.complaints.values():
        if any(words in each.text for each in complaint.sayings):
            found.add(complaint.citizen.lane)
    return len(found)


# --- who was let in for one report sees that report -------------------------------------------------------------------

LAMP = "lampu jalan di gang melati mati sudah seminggu, gelap sekali"


def registered(town: Town, lane: Lane = HOME) -> Complaint:
    """The report being told is put in."""
    for _ in range(3):
        town.say(lane, "nanti")
    town.say(lane, "ya")
    return town.complaint


def joined_later(town: Town) -> tuple[Complaint, Complaint, str]:
    """Two reports of one citizen, and a neighbour who was let in for the second."""
    first = registered(town)
    town.say(HOME, "laporan baru")
    town.say(HOME, LAMP)
    code = town.join(TELE)
    return first, registered(town), code


def test_status_names_no_other_report_to_who_was_let_in_for_one(town):
    first, second, _ = joined_later(town)
    said = at(town.say(TELE, "status"), TELE)
    assert second.number in said
    assert first.number not in said
    assert "Mawar" not in said
    for name in (first.number, first.code):
        assert "Mawar" not in at(town.say(TELE, f"status {name}"), TELE)
    assert first.number in at(town.say(HOME, "status"), HOME)


def test_who_was_let_in_for_one_report_can_withdraw_no_other(town):
    first, second, _ = joined_later(town)
    town.say(HOME, f"cabut laporan {first.number}")
    assert town.conversation(HOME).awaiting == "withdraw"
    town.say(TELE, "ya")
    assert town.bench.complaints[first.id].closed_at is None
    assert town.conversation(HOME).awaiting == "withdraw", "it's still asked at home"
    town.say(TELE, f"cabut laporan {first.number}")
    town.say(TELE, "ya")
    assert town.bench.complaints[first.id].closed_at is None
    town.say(TELE, f"tambahan {first.number}: ini bukan dari pelapornya")
    assert "bukan dari pelapornya" not in str(town.bench.complaints[first.id])
    assert town.conversation(HOME).complaints == (first.id, second.id)


def test_a_report_begun_at_home_is_none_of_theirs_who_were_let_in_before(town):
    town.join(TELE)
    first = registered(town)
    town.say(HOME, "laporan baru")
    town.say(HOME, LAMP)
    code = town.code(HOME)
    sent = [town.say(TELE, text) for text in ("status", "ulang", "ya", "nanti", "batal", "ya")]
    assert not [each for some in sent for each in some if code in each.text or "Melati" in each.text]
    assert town.conversation(HOME).draft.statement == (LAMP,)
    assert first.number in at(sent[0], TELE)


def test_only_what_they_sent_themselves_is_acknowledged_to_who_was_let_in(town):
    town.join(TELE)
    here = town.address(HOME).lane
    for where in (HOME, TELE):
        town.bench.feed(
            Message(
                chat=town.address(where),
                id=f"photo{where[0]}",
                sender=Sender(id=where[1]),
                at=town.bench.now,
                attachments=(Attachment(kind="voice", ref="x"),),
            )
        )
    town.say(TELE, "status")
    talk = town.bench.conversations[here]
    assert talk.speaks_at == town.address(TELE)
    own, theirs = (each.file for each in talk.draft.papers)
    typed = GistTyped(chat=talk.address, at=town.bench.now, file="", text="anak saya sakit", by="staff:1")
    asked = QuestionBecomesComplaint(chat=talk.address, at=town.bench.now, question="q1", text="soal lain")
    assert speaking(replace(typed, file=theirs), talk, town.bench.now) == town.address(TELE)
    assert speaking(replace(typed, file=own), talk, town.bench.now) == talk.address
    assert speaking(asked, talk, town.bench.now) == talk.address
    other = replace(talk, draft=replace(talk.draft, code="9ZZ9"))
    assert speaking(replace(typed, file=theirs), other, town.bench.now) == talk.address


def test_the_same_number_sees_all_of_its_reports(town):
    first = registered(town)
    same = ("whatsapp", HOME[1])
    town.say(same, f"LANJUT {first.code}")
    town.say(HOME, "laporan baru")
    town.say(HOME, LAMP)
    assert town.code(HOME) in at(town.say(same, "status"), same)


def test_the_number_of_who_was_let_in_isnt_taken_for_the_citizens(town):
    town.join(TELE)
    own = Contact(phone="+628120000999", name="Tetangga", own=True)
    town.say(TELE, contact=own)
    assert "phone" not in town.conversation(HOME).private
    town.say(HOME, contact=own)
    assert town.conversation(HOME).private["phone"] == own.phone
