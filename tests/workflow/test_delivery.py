"""What became of a message: marks that only move on, the request to write again, and what is said of each at the desk."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from tests.limits import LIMITS
from tests.workflow.desk_scene import DESK, Scene
from tests.workflow.talk import Player, talk
from workflow.dialogue.guard import written_again
from workflow.dialogue.talk import Talk
from workflow.happening import Delivery
from workflow.message import Address, Limits, Message, Press, Sender
from workflow.world import Way

NUMBER = "+6281234567867"
ASKED = "Jawaban: menunggu: 24 jam lewat; warga sudah diminta membalas OK"
ASKING = "Jawaban: menunggu: 24 jam lewat; warga sedang diminta membalas OK"
KNOCK = "Ada jawaban untuk laporan KNG-2026-0001. Balas OK untuk membaca."


def whatsapp(**more) -> Scene:
    return Scene("kanigaran", channel="whatsapp", chat=NUMBER, **more)


def late(**more) -> Scene:
    """An answer that was signed thirty hours after the citizen's last word."""
    scene = whatsapp(**more)
    scene.answer(30)
    return scene


def with_sms(scene: Scene) -> Scene:
    """The office lets SMS stand in for WhatsApp."""
    limits = replace(LIMITS["sms"], stands_in_for="whatsapp")
    scene.bench.ways = (
        Way(channel="sms", reach="+62335000", limits=limits),
        Way(channel="email", reach="kec@contoh.id"),
    )
    return scene


def knocks(scene: Scene) -> list[str]:
    return [each.text for each in scene.bench.sent if each.kind == "knock"]


def answers(scene: Scene) -> list[str]:
    return [each.text for each in scene.bench.sent if each.kind == "answer" and each.to == scene.home]


# --- marks ------------------------------------------------------------------------------------------------------------


STATES = {
    "accepted": "Jawaban: diserahkan ke WhatsApp, menunggu kabar",
    "sent": "Jawaban: terkirim",
    "delivered": "Jawaban: sampai",
    "read": "Jawaban: dibaca",
    "failed": "Jawaban: GAGAL dikirim: ditolak oleh penyedia layanan. Mohon hubungi pelapor dengan cara lain.",
    "uncertain": "Jawaban: belum pasti terkirim",
}


@pytest.mark.parametrize(
    ("news", "ends"),
    [
        *((order, "read") for order in itertools.permutations(("accepted", "sent", "delivered", "read"))),
        *((order, "delivered") for order in itertools.permutations(("sent", "failed", "delivered"))),
        *((order, "failed") for order in itertools.permutations(("accepted", "sent", "failed"))),
        (("sent", "uncertain"), "sent"),
        (("uncertain", "accepted"), "accepted"),
        (("read", "read", "sent", "accepted"), "read"),
    ],
    ids=str,
)
def test_a_mark_only_moves_on_whatever_order_the_news_come_in(news: tuple[str, ...], ends: str) -> None:
    scene = whatsapp()
    scene.answer()
    for state in news:
        scene.bench.pass_s(1)
        scene.news(state, "Jawaban Kecamatan", fact="refused" if state == "failed" else "")
    assert STATES[ends] in scene.card()
    assert scene.complaint.delivery == ends


def test_nothing_is_called_sent_while_it_is_only_accepted() -> None:
    scene = whatsapp()
    scene.answer()
    assert STATES["accepted"] in scene.card()
    assert "Batas: jawaban ditetapkan" in scene.card()
    assert not any("erkirim" in each.text for each in scene.bench.posted)
    scene.citizen("status")
    assert "sedang kami kirim melalui WhatsApp." in scene.to_citizen()[0]


def test_news_that_went_by_are_told_apart_by_their_time() -> None:
    """Held and accepted may follow each other both ways; the older of the two never wins."""
    scene = whatsapp()
    scene.answer()
    later = scene.bench.now
    scene.bench.pass_s(60)
    scene.news("held", "Jawaban Kecamatan")  # the provider says by callback that the window is closed
    assert ASKING in scene.card()
    answer = next(each for each in scene.bench.sent if each.kind == "answer")
    scene.bench.feed(
        Delivery(chat=scene.home, at=later, key=answer.key, state="accepted", about=scene.complaint.id, kind="answer")
    )
    assert ASKING in scene.card()


def test_a_reply_of_the_staff_has_a_mark_that_says_no_more_than_is_known() -> None:
    scene = whatsapp()
    scene.citizen("KNG-2026-0001 tolong segera dicek")
    scene.reply("Petugas Satu", "Pelapor KNG", "Sedang diperiksa.")
    scene.wait_s(10)
    assert scene.bench.find(DESK, "Diserahkan ke WhatsApp, menunggu kabar.")
    for state, mark in (("read", "Dibaca pelapor."), ("sent", "Dibaca pelapor."), ("delivered", "Dibaca pelapor.")):
        scene.news(state, "Petugas: ")
        assert scene.bench.find(DESK, mark)
    assert not scene.sent, "late news change nothing"


def test_late_news_of_an_earlier_answer_say_nothing_of_the_new_one() -> None:
    scene = whatsapp()
    scene.answer()
    scene.news("delivered", "Jawaban Kecamatan")
    first = next(each for each in scene.bench.sent if each.kind == "answer")
    scene.citizen("belum selesai")
    scene.reply("Kasi Satu", "Langkah 5", "Ditambal lagi.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    assert scene.complaint.delivery == "accepted"
    scene.bench.feed(
        Delivery(chat=scene.home, at=scene.bench.now, key=first.key, state="read", about="id0001", kind="answer")
    )
    assert scene.complaint.delivery == "accepted"


# --- what waits -------------------------------------------------------------------------------------------------------


def test_an_answer_after_thirty_hours_waits_and_is_called_nothing_else() -> None:
    scene = late()
    assert (knocks(scene), answers(scene)) == ([KNOCK], [])
    assert ASKING in scene.card()
    knock = next(each for each in scene.bench.sent if each.kind == "knock")
    assert (knock.template, knock.words, knock.to) == ("answer_waiting", ("KNG-2026-0001",), scene.home)
    scene.news("accepted", KNOCK)
    assert ASKING in scene.card()
    scene.news("sent", KNOCK)
    assert ASKED in scene.card()
    assert not any("erkirim" in each.text for each in scene.bench.posted)


@pytest.mark.parametrize("word", ["OK", "ok", "Ok pak", "ya", "Ya.", "baca", "BUKA", "oke", "iya bu"])
def test_ok_alone_is_the_answer_to_the_request_and_the_answer_follows(word: str) -> None:
    scene = late()
    scene.news("sent", KNOCK)
    scene.citizen(word)
    assert [each.kind for each in scene.sent if each.to == scene.home and each.enclosure is None] == ["answer"]
    assert scene.talk.knock is None
    assert scene.complaint.delivery == "accepted"
    assert not scene.complaint.satisfied


def test_what_else_they_write_is_heard_as_ever_and_the_answer_follows_all_the_same() -> None:
    scene = late()
    scene.news("sent", KNOCK)
    scene.citizen("lampu di sana juga mati")
    assert scene.in_group() == ["Pelapor KNG-2026-0001: lampu di sana juga mati"] or scene.to_citizen()
    assert len(answers(scene)) == 1
    begun = scene.talk.draft.sayings if scene.talk.draft else ()
    kept = (*scene.talk.sayings, *scene.complaint.sayings, *begun)
    assert any(each.text == "lampu di sana juga mati" for each in kept)


def test_the_templates_own_button_is_an_ok_too() -> None:
    scene = late()
    scene.news("sent", KNOCK)
    press = Press(chat=scene.home, id="p9", sender=Sender(id=NUMBER), at=scene.bench.now, data="OK")
    sent = scene.bench.feed(press)
    assert [each.kind for each in sent if each.to == scene.home and each.enclosure is None] == ["press", "answer"]


def test_an_ok_before_anybody_was_asked_means_what_it_always_means() -> None:
    """In the quiet hours nobody is asked; a YA then is no answer to a request that never left."""
    scene = whatsapp(at="2026-11-23 14:00")
    scene.answer(31)  # 21.00 on the next day
    assert knocks(scene) == []
    scene.citizen("ya")
    assert len(answers(scene)) <= 1
    scene.bench.pass_s(24 * 3600)
    assert knocks(scene) == [], "the request that still waited for the morning was taken back"


def test_quiet_hours_are_kept_by_the_request_too() -> None:
    scene = whatsapp(at="2026-11-23 14:00")
    scene.answer(31)
    assert knocks(scene) == []
    scene.bench.pass_s(11 * 3600)
    assert knocks(scene) == [KNOCK]


def test_sudah_said_before_the_answer_was_out_judges_nothing() -> None:
    scene = late()
    scene.news("sent", KNOCK)
    scene.citizen("sudah")
    assert (scene.complaint.satisfied, scene.complaint.delivery) == ("", "accepted")
    scene.news("delivered", "Jawaban Kecamatan")
    scene.citizen("sudah")
    assert scene.complaint.satisfied == "yes"


def test_the_days_for_belum_begin_when_the_answer_is_out() -> None:
    scene = late()
    days = scene.bench.office.standard.after.reopen_days
    scene.bench.pass_s(days * 24 * 3600)
    scene.citizen("OK")
    scene.news("sent", "Jawaban Kecamatan")
    scene.bench.pass_s(24 * 3600)
    scene.citizen("belum selesai")
    assert scene.complaint.reopened == 1


def test_one_request_for_each_silence_and_another_in_the_next() -> None:
    scene = late()
    scene.news("sent", KNOCK)
    again = scene.bench.waiting[0]
    scene.bench.feed(scene.bench._news_of(replace(again, key="notice:id0001:77", kind="notice"), "held"))
    scene.bench.feed(scene.bench._news_of(replace(again, key="answer:id0001:78"), "held"))
    assert knocks(scene) == [KNOCK]
    scene.citizen("OK")
    scene.bench.pass_s(26 * 3600)
    scene.bench.feed(scene.bench._news_of(replace(again, key="notice:id0001:79", kind="notice"), "held"))
    assert knocks(scene) == [KNOCK, "Ada kabar tentang laporan KNG-2026-0001. Balas OK untuk membaca."]


def test_an_answer_is_asked_for_even_where_mere_news_were_before() -> None:
    scene = whatsapp()
    scene.bench.pass_s(26 * 3600)
    scene.answer(4)
    assert knocks(scene) == ["Ada kabar tentang laporan KNG-2026-0001. Balas OK untuk membaca.", KNOCK]
    assert "Pesan untuk pelapor menunggu: 24 jam lewat" in scene.card()
    scene.citizen("OK")
    assert "menunggu:" not in scene.card()
    assert [each.kind for each in scene.sent if each.to == scene.home and each.enclosure is None] == [
        "notice",
        "notice",
        "answer",
    ]


def test_who_writes_before_the_news_of_the_holding_arrives_is_asked_nothing() -> None:
    scene = whatsapp()
    scene.answer()
    held_at = scene.bench.now
    scene.bench.pass_s(5)
    scene.citizen("halo")
    answer = next(each for each in scene.bench.sent if each.kind == "answer")
    scene.bench.feed(replace(scene.bench._news_of(answer, "held"), at=held_at))
    assert knocks(scene) == []


def test_a_reply_of_the_staff_that_waits_can_still_be_stopped() -> None:
    scene = whatsapp()
    scene.citizen("KNG-2026-0001 tolong segera dicek")
    scene.bench.pass_s(30 * 3600)
    scene.reply("Petugas Satu", "Pelapor KNG", "Sudah diperiksa.")
    scene.wait_s(10)
    assert knocks(scene) == [KNOCK]
    scene.news("sent", KNOCK)
    mark = scene.bench.find(DESK, "Menunggu: 24 jam lewat; warga sudah diminta membalas OK.")
    assert [each.label for row in mark.message.choices for each in row] == ["Batalkan"]
    scene.press("Petugas Satu", "Batalkan")
    assert scene.bench.waiting == []
    scene.citizen("OK")
    assert scene.to_citizen() == [
        "Pesan yang tadi menunggu sudah tidak berlaku. Ketik STATUS untuk melihat perkembangan laporan."
    ]


def test_a_stopped_reply_takes_back_a_request_that_has_not_left() -> None:
    scene = whatsapp(at="2026-11-23 14:00")
    scene.citizen("KNG-2026-0001 tolong segera dicek")
    scene.bench.pass_s(31 * 3600)
    scene.reply("Petugas Satu", "Pelapor KNG", "Sudah diperiksa.")
    scene.wait_s(10)
    scene.press("Petugas Satu", "Batalkan")
    scene.bench.pass_s(24 * 3600)
    assert knocks(scene) == []
    assert scene.talk.knock is None


# --- when the request can't go either ---------------------------------------------------------------------------------


def test_where_the_office_allows_it_a_text_message_says_that_an_answer_waits() -> None:
    scene = with_sms(late())
    scene.news("failed", KNOCK, fact="refused", reason="63016")
    sms = [each for each in scene.bench.sent if each.to.channel == "sms"]
    assert [(each.to.chat, each.text) for each in sms] == [
        (NUMBER, "Ada jawaban untuk laporan KNG-2026-0001 di WhatsApp. Balas OK di WhatsApp untuk membaca.")
    ]
    assert len(sms[0].text) <= 160
    assert "Jawaban: menunggu: 24 jam lewat; warga diberi tahu lewat SMS" in scene.card()
    scene.news("failed", KNOCK, fact="refused")
    assert len([each for each in scene.bench.sent if each.to.channel == "sms"]) == 1
    scene.citizen("ok")
    assert len(answers(scene)) == 1


def test_a_text_message_that_fails_leaves_it_to_the_staff() -> None:
    scene = with_sms(late())
    scene.news("failed", KNOCK, fact="refused")
    scene.news("failed", "di WhatsApp. Balas OK", fact="gone")
    assert "Jawaban: menunggu: 24 jam lewat; warga belum dapat diberi tahu" in scene.card()
    alarm = scene.bench.find(DESK, "belum dapat diberi tahu bahwa ada pesan untuknya")
    assert "alamat atau nomor itu tidak dapat dihubungi" in alarm.text
    assert "Langkah berikut: telepon pelapor, atau cetak dan antarkan" in alarm.text
    assert "SMS +62335000 dan surel kec@contoh.id dengan LANJUT 7K3F" in alarm.text


@pytest.mark.parametrize(
    ("ways", "chat"),
    [
        ((), NUMBER),
        ((Way(channel="sms", reach="+62", limits=LIMITS["sms"]),), NUMBER),
        ((Way(channel="sms", reach="+62", limits=Limits(stands_in_for="whatsapp")),), "ID.1234567890123456"),
        ((Way(channel="sms", reach="+62", limits=Limits(stands_in_for="telegram")),), NUMBER),
    ],
)
def test_without_leave_or_a_number_nothing_goes_by_sms_and_the_desk_is_told(ways: tuple[Way, ...], chat: str) -> None:
    scene = Scene("kanigaran", channel="whatsapp", chat=chat)
    scene.bench.ways = ways
    scene.answer(30)
    scene.news("failed", KNOCK, fact="misconfigured")
    assert not any(each.to.channel == "sms" for each in scene.bench.sent)
    assert "warga belum dapat diberi tahu" in scene.card()
    assert scene.bench.find(DESK, "saluran ini belum siap")
    scene.news("failed", KNOCK, fact="misconfigured")
    assert [each for each in scene.sent if each.to.chat == DESK] == [], "the desk is told once"


def test_a_request_that_failed_is_answered_by_no_ok() -> None:
    scene = late()
    scene.news("failed", KNOCK, fact="refused")
    scene.citizen("ya")
    assert any(each.kind == "answer" for each in scene.sent), "what waited follows all the same"


# --- what fails -------------------------------------------------------------------------------------------------------


def test_a_bounce_is_told_once_with_its_reason_and_the_next_step() -> None:
    scene = Scene("kanigaran", channel="email", chat="sari@contoh.id")
    scene.bench.ways = (Way(channel="whatsapp", reach="+62811"), Way(channel="email", reach="kec@contoh.id"))
    scene.answer()
    before = len(scene.bench.sent)
    for _ in range(50):
        scene.news("failed", "Jawaban Kecamatan", fact="gone", reason="550 5.1.1 user unknown")
    told = [each for each in scene.bench.sent[before:] if each.kind == "card"]
    assert [each.text for each in told] == [
        (
            "KNG-2026-0001: jawaban untuk pelapor lewat surel gagal dikirim (alamat atau nomor itu tidak dapat dihubungi). "
            "Langkah berikut: telepon pelapor, atau cetak dan antarkan; pelapor juga dapat menulis ke WhatsApp +62811 "
            "dengan LANJUT 7K3F."
        )
    ]
    assert not any(each.to == scene.home for each in scene.bench.sent[before:]), "50 bounces send nothing there"
    assert "alamat atau nomor itu" in scene.card()


def test_fifty_bounces_of_fifty_messages_send_nothing_to_the_citizen() -> None:
    scene = Scene("kanigaran", channel="email", chat="sari@contoh.id")
    for n in range(50):
        event = Delivery(chat=scene.home, at=scene.bench.now, key=f"notice:id0001:{n}", state="failed",
                         about="id0001", kind="notice", fact="gone")  # fmt: skip
        sent = scene.bench.feed(event)
        assert not any(each.to == scene.home for each in sent)
    assert scene.talk.bounced
    assert len(scene.talk.marks) <= 40


def test_reminders_stop_for_an_address_that_bounces_until_they_write_again() -> None:
    player = Player(channel="email", limits=LIMITS["email"])
    talk("warga: jalan depan SD rusak parah dan berlubang", player)
    player.conversation = replace(player.conversation, bounced=True)
    assert player.pass_time(days=3) == []
    talk("warga: ini tambahan ceritanya, lubangnya dalam", player)
    assert not player.conversation.bounced


def test_a_reminder_that_waits_asks_with_its_own_template() -> None:
    scene = whatsapp(changes={"empty": True}, at="2026-11-23 00:30")  # so that the quiet hours put the reminder off
    scene.citizen("jalan depan SD rusak parah dan berlubang")
    scene.bench.pass_s(31 * 3600)
    found = [each for each in scene.bench.sent if each.kind == "knock"]
    assert [(each.template, each.words) for each in found] == [("reminder", (f"kode {scene.talk.draft.code}",))]
    assert found[0].about, "its news are told only of what's about something"
    before = scene.talk.draft
    scene.citizen("ya")
    assert scene.to_citizen()[0].startswith("Laporan Bapak/Ibu belum selesai")
    assert len(scene.to_citizen()) == 1
    assert scene.talk.draft.answers == before.answers


@pytest.mark.parametrize(
    ("key", "about"),
    [("", ""), ("card:id0001:1", ""), ("topic:id0001", ""), ("knock:none", ""), ("sms:none:x", ""), ("say:1:2", "x"),
     ("remind:7K3F", ""), ("answer:id0001:5", "nobody"), ("sms:", ""), ("knock", ""), ("sms:a:telegram:kanigaran:9", "")],
)  # fmt: skip
@pytest.mark.parametrize("state", ["accepted", "held", "sent", "failed", "cancelled"])
def test_news_of_anything_break_nothing(key: str, about: str, state: str) -> None:
    scene = whatsapp()
    for chat in (scene.home, scene.group):
        scene.bench.feed(Delivery(chat=chat, at=scene.bench.now, key=key, state=state, about=about, kind="notice"))
    assert scene.complaint.delivery == ""


def test_a_message_carried_from_another_lane_does_not_end_the_silence_here() -> None:
    scene = late()
    scene.news("sent", KNOCK)
    elsewhere = Message(
        chat=Address("kanigaran", "telegram", "9"), id="t1", sender=Sender(id="9"), at=scene.bench.now, text="ok"
    )
    here = Talk(event=elsewhere, world=scene.bench.world_for(elsewhere), conversation=scene.talk)
    assert not written_again(here, elsewhere)
    assert here.conversation.knock is not None


def test_an_answer_that_failed_after_the_end_is_brought_by_hand_and_the_record_says_so():
    scene = Scene("kanigaran")
    scene.answer()
    while scene.complaint.closed_at is None:
        scene.press("Petugas Satu", scene.labels()[0])
    steps = (scene.complaint.step, scene.complaint.closed_at, scene.complaint.answered_at)
    scene.news("failed", "Sudah ditambal.")
    assert "GAGAL dikirim" in scene.card()
    scene.press("Camat", "Disampaikan langsung atau lewat pos")
    assert scene.alert().startswith("Maaf")
    scene.press("Petugas Satu", "Disampaikan langsung atau lewat pos")
    scene.reply("Petugas Satu", "siapa yang menerima", "Diterima Bu CONTOH di loket.")
    scene.press("Petugas Satu", "Ya, sudah disampaikan")
    assert scene.complaint.delivery == "handed"
    assert steps == (scene.complaint.step, scene.complaint.closed_at, scene.complaint.answered_at)
    entry = scene.bench.entries[-1]
    assert (entry.act, entry.data["received_by"]) == ("hand_over", "Diterima Bu CONTOH di loket.")
    assert scene.to_citizen() == []
    scene.press("Petugas Satu", "Disampaikan langsung atau lewat pos")
    assert scene.alert().startswith("Maaf"), "once"
