"""Questions the office has answered, suggestions, dangers and greetings: what each office says to each of them."""

from __future__ import annotations

import re

import pytest

from tests.limits import LIMITS
from tests.workflow.heard import corpus
from tests.workflow.talk import Player, office, said
from workflow.dialogue import questions
from workflow.heard import intent
from workflow.office import Office
from workflow.standard import standard

ANSWER = "Untuk KTP hilang: surat kehilangan dari kepolisian dan fotokopi KK, tanpa biaya."
CHANNELS = ("telegram", "whatsapp", "sms", "email")
OFFICES = tuple(sorted(standard.shipped()))


def answering(name: str = "kanigaran", *, confirmed: bool = True) -> Office:
    """An office that has answered and confirmed its first question."""
    text = standard.shipped_text(name)
    begin = text.index('ask = ["syarat KTP hilang"')
    entry = text[begin:].split("[[", 1)[0]
    filled = entry.replace('answer = ""', f'answer = "{ANSWER}"').replace('source = ""', 'source = "loket"')
    filled = filled.replace("confirmed = false", f"confirmed = {str(confirmed).lower()}")
    rules = standard.load(text[:begin] + filled + text[begin + len(entry) :], place=name)
    return Office(id=name, standard=rules, staff=(), desk="-100777")


def citizen(where: Office | str = "kanigaran", channel: str = "telegram") -> Player:
    place = office(where) if isinstance(where, str) else where
    return Player(office=place, channel=channel, limits=LIMITS[channel])


def flat(text: str) -> str:
    return " ".join(text.split())


def posted(player: Player) -> list[str]:
    """What was put before the desk."""
    return [each.text for decision in player.decisions for each in decision.sends if each.to.chat == "-100777"]


# --- questions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OFFICES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_question_the_office_has_answered_gets_that_answer_and_the_way_to_report(name: str, channel: str) -> None:
    player = citizen(answering(name), channel)
    heard = flat(said(player.say("min mau tanya, syarat KTP hilang apa aja ya?")))
    assert "surat kehilangan dari kepolisian" in heard
    assert re.search(r"balas (angka: )?1\b", heard, re.IGNORECASE)
    assert posted(player) == []
    assert not player.telling
    player.say("1")
    assert player.draft.asked == "statement"


@pytest.mark.parametrize(
    "question",
    [
        "KTP saya hilang, apa saja syaratnya",
        "ktp ilang syaratnya apa min",
        "Permisi Bu, kalau KTP hilang harus bawa apa saja ya",
        "sarat ktp hilnag apa aja",
        "ktp hilang bawa berkas apa",
    ],
)
def test_it_is_known_in_peoples_own_words(question: str) -> None:
    assert "surat kehilangan dari kepolisian" in said(citizen(answering()).say(question))


def test_a_question_that_may_be_the_one_is_asked_back() -> None:
    player = citizen(answering())
    assert "Apakah yang Bapak/Ibu tanyakan: syarat KTP hilang?" in said(player.say("syarat bikin KTP baru apa min?"))
    assert ANSWER in said(player.say("iya bu"))
    assert posted(player) == []


@pytest.mark.parametrize("answer", ["bukan", "2", "[Bukan]"])
def test_if_it_is_not_the_one_it_goes_to_the_desk(answer: str) -> None:
    player = citizen(answering())
    player.say("syarat bikin KTP baru apa min?")
    heard = said(player.press("Bukan") if answer == "[Bukan]" else player.say(answer))
    assert "kami teruskan kepada petugas" in heard
    assert "syarat bikin KTP baru" in posted(player)[-1]


def test_whatever_else_is_said_ends_the_asking_back() -> None:
    player = citizen(answering())
    player.say("syarat bikin KTP baru apa min?")
    player.say("jalan depan SD rusak parah, sudah sebulan")
    assert player.draft.statement == ("jalan depan SD rusak parah, sudah sebulan",)


@pytest.mark.parametrize("question", ["jam berapa kantor buka?", "syarat nikah apa saja", "biaya akta berapa ya"])
def test_another_question_goes_to_the_desk(question: str) -> None:
    player = citizen(answering())
    assert "kami teruskan kepada petugas" in said(player.say(question))
    assert len(posted(player)) == 1


def test_an_answer_nobody_confirmed_is_not_given() -> None:
    player = citizen(answering(confirmed=False))
    assert "kami teruskan kepada petugas" in said(player.say("syarat KTP hilang apa?"))


def test_in_the_midst_of_a_report_a_question_is_answered_and_the_report_goes_on() -> None:
    player = citizen(answering())
    player.say("jalan depan SD rusak parah")
    heard = said(player.say("syarat KTP hilang apa ya?"))
    assert ANSWER in heard
    assert "balas 1" not in heard
    assert player.telling


@pytest.mark.parametrize("name", OFFICES)
def test_what_people_ask_is_known_by_its_own_words_and_by_no_others(name: str) -> None:
    rows = standard.shipped()[name].information
    assert rows
    for row in rows:
        for asked in row.ask:
            best = max(rows, key=lambda each: max(intent.likeness(asked, other) for other in each.ask))
            assert best is row
            assert max(intent.likeness(asked, other) for other in row.ask) >= questions.ALIKE


# --- suggestions ------------------------------------------------------------------------------------------------------

SUGGESTION = "saran saya sebaiknya ada loket khusus lansia di kecamatan"


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_suggestion_is_registered_without_name_and_ktp_where_the_office_takes_suggestions(channel: str) -> None:
    player = citizen("kedopok", channel)
    heard = said(player.say(SUGGESTION))
    assert "saran" in heard.casefold()
    assert "KTP" not in heard
    assert "nama" not in heard.casefold()
    heard = said(player.say("ya"))
    assert "saran" in heard.casefold()
    assert "belum lengkap" not in heard
    assert (player.complaint.kind, player.complaint.private.get("name", "")) == ("suggestion", "")


@pytest.mark.parametrize("name", [name for name in OFFICES if name != "kedopok"])
def test_elsewhere_it_is_asked_once_whether_it_is_a_complaint(name: str) -> None:
    player = citizen(name)
    assert standard.shipped()[name].suggestions is None
    assert "ingin menyampaikan pengaduan" in said(player.say(SUGGESTION))
    player.say("ya")
    assert player.draft.statement == (SUGGESTION,)
    assert player.draft.kind == "complaint"


def test_a_suggestion_passes_by_what_is_done_to_a_letter_alone() -> None:
    rules = standard.shipped()["kedopok"]
    follow_up = rules.step("follow_up")
    assert (rules.next_step(follow_up).id, rules.next_step(follow_up, "suggestion").id) == ("number", "deliver")


# --- danger -----------------------------------------------------------------------------------------------------------

FIRE = "kebakaran rumah di gang mawar tolong cepat"
HURT = "suami saya memukuli saya tiap malam"
BRIBE = "petugas minta uang 100 ribu waktu urus surat di kantor"


@pytest.mark.parametrize("name", OFFICES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_an_emergency_is_answered_at_once_with_this_offices_numbers(name: str, channel: str) -> None:
    heard = said(citizen(name, channel).say(FIRE))
    wanted = [each.number for each in standard.shipped()[name].emergency_numbers() if "fire" in each.kinds]
    assert wanted
    assert all(number in heard for number in wanted)
    assert "KTP" not in heard
    assert ("112" in heard) is any(each.number == "112" for each in standard.shipped()[name].emergency_numbers())


@pytest.mark.parametrize("name", OFFICES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_violence_is_answered_with_sapa_and_the_police_and_nothing_is_asked(name: str, channel: str) -> None:
    player = citizen(name, channel)
    heard = said(player.say(HURT))
    assert "129" in heard
    assert "110" in heard
    assert "KTP" not in heard
    assert not re.search(r"[A-Z]{3}-\d{4}-\d+", heard)
    assert posted(player) == []
    assert not player.telling


@pytest.mark.parametrize("name", OFFICES)
def test_a_report_of_bribes_stays_out_of_the_group_and_asks_for_nobodys_name(name: str) -> None:
    player = citizen(name)
    heard = said(player.say(BRIBE))
    assert "rahasia" in heard
    assert "KTP" not in heard
    assert posted(player) == []
    assert player.draft.confidential


@pytest.mark.parametrize("name", OFFICES)
def test_nobody_is_sent_to_what_was_dissolved(name: str) -> None:
    text = standard.shipped_text(name)
    assert not re.search(r"saber\s*pungli|saberpungli|\b1193\b|\"193\"", text, re.IGNORECASE)


@pytest.mark.parametrize("text", ["tukang pingsan di dekat tiang kena listrik kemarin", "banjir masuk rumah"])
def test_what_may_be_an_emergency_has_the_numbers_beside(text: str) -> None:
    guess = intent.guess(text)
    assert guess.intent == "emergency" or guess.maybe_emergency
    assert re.search(r"\b11[0-9]\b", said(citizen().say(text)))


# --- greetings and traps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OFFICES)
@pytest.mark.parametrize(
    ("greeting", "returned"),
    [
        ("Assalamu'alaikum wr wb", "Waalaikumsalam."),
        ("asalamualaikum min", "Waalaikumsalam."),
        ("Om Swastyastu", "Om Swastyastu."),
        ("om suastiastu pak", "Om Swastyastu."),
        ("pagi min", "Selamat pagi"),
        ("sugeng enjing", "Selamat pagi"),
        ("P", "Selamat pagi"),
    ],
)
def test_a_greeting_is_answered_in_kind(name: str, greeting: str, returned: str) -> None:
    heard = said(citizen(name).say(greeting))
    assert heard.startswith(returned)
    assert ("Om Swastyastu" in heard) is ("Om" in returned)


TRAPS = {
    "jalan mawar no 12 berlubang parah": "complaint",
    "rumah saya no 3 w 2, lampu jalan depan mati": "complaint",
    "gimana cara lapor": "question",
    "kemarin saya lapor, gimana kelanjutannya": "status_check",
    "lampu jalan mati total": "complaint",
    "ada orang mati di sungai": "emergency",
    "bapak saya mati lampu terus rumahnya sudah seminggu": "complaint",
    "tiap hujan banjir di gang kami": "complaint",
    "banjir masuk rumah sekarang air naik terus, tolong": "emergency",
    "makasih kemarin, tapi lampunya mati lagi": "complaint",
    "gak jadi lapor": corpus.ASKED,
    "ular masuk rumah warga sering, semak di lahan kosong": "complaint",
    "anak saya digigit ular barusan tolong": "emergency",
    "judi slot meresahkan warga di warung sebelah": "complaint",
    "tetangga saya korban pinjol ilegal diteror terus": "complaint",
    "saran pak, tambah kursi di ruang tunggu": "suggestion",
    "sudah saya kirim tadi": corpus.ASKED,
}


@pytest.mark.parametrize(("text", "wanted"), TRAPS.items())
def test_a_trap_is_not_walked_into(text: str, wanted: str) -> None:
    guess = corpus.understood(text)
    assert guess.intent == wanted, guess.points


def test_to_call_it_off_with_no_report_open_says_that_none_is() -> None:
    assert "tidak ada laporan" in said(citizen().say("gak jadi lapor"))


# --- topics -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OFFICES)
def test_every_topic_of_every_office_can_be_heard(name: str) -> None:
    known = {said.topic for part in ("heldout", "develop") for said in corpus.corpus(part)}
    assert {topic.id for topic in standard.shipped()[name].topics} <= known


@pytest.mark.parametrize(
    ("name", "text", "topic"),
    [
        ("kanigaran", "lampu jalan depan pasar mati sudah seminggu", "pju"),
        ("pegantenan", "lampo jhalan mateh kabbhi e dhisa kaula", "pju"),
        ("pekutatan", "luu liu pesan ring pasisi, mabo", "sampah"),
        ("kedopok", "dalan ngarep SD bolong kabeh durung didandani", "jalan"),
        ("dpmd-pasuruan", "BLT dana desa belum dibagikan tiga bulan", "dana_desa"),
        ("dpmd-pasuruan", "pengurus bumdes tidak pernah membuat laporan keuangan", "bumdes"),
        ("dpmd-pasuruan", "panitia pilkades menolak berkas calon tanpa alasan", "pilkades"),
        ("kanigaran", "jalan di desa rusak padahal dana desa sudah cair", "jalan"),
    ],
)
def test_a_report_keeps_the_likeliest_topic_that_its_office_knows(name: str, text: str, topic: str) -> None:
    player = citizen(name)
    player.say(text)
    assert player.draft.topic == topic
