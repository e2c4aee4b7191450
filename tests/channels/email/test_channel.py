"""The whole channel against the stand-in: people write, it's read and answered, and they see it in their thread."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.intake import arrived_somehow
from channels import REGISTRY
from channels.base import Containing, Described, Ground, Parcel, Polled
from channels.email import Email
from channels.http import Http
from channels.sandbox.clock import HandClock
from channels.sandbox.mail import Attached, Person, running
from channels.sandbox.mail.world import SIGNED_BY
from channels.settings import EmailSettings, MailServer, Secret
from tests.channels.email.boxes import dovecot_box, mail, words_of
from workflow.message import Address, Enclosure, Ignored, Message, Outbound, Receipt

CLIENTS = ("gmail", "outlook", "iphone", "yahoo")


@pytest.fixture
async def servers():
    async with running(HandClock(datetime(2026, 11, 2, 1, tzinfo=UTC))) as found:
        found.world.add(Person("kec@aduan.test", "Kecamatan Kanigaran"))
        yield found


@pytest.fixture
def office(servers):
    return servers.world.people["kec@aduan.test"]


@pytest.fixture
async def email(servers):
    ports = ((servers.imap_port, "imap"), (servers.smtp_port, "smtp"))
    reached = {
        side: MailServer(host="127.0.0.1", port=port, tls="none", user="kec@aduan.test", password=Secret("rahasia"))
        for port, side in ports
    }
    settings = EmailSettings(
        address="kec@aduan.test", name="Kecamatan Kanigaran", plus=True, authserv_id=SIGNED_BY, **reached
    )
    async with Http() as http:
        ground = Ground(http, secret=b"k" * 32, now=servers.world.clock.now)
        (channel,) = REGISTRY["email"]("kanigaran", settings, ground)
        yield channel
        await channel.close()


class Road:
    """Takes payloads in as the road does: stored by their keys, read, the cursor kept."""

    def __init__(self, email):
        self.email = email
        self.cursor = ""
        self.kept = {}

    async def take(self, count=1):
        """So many new payloads, by their keys."""
        before = len(self.kept)
        while len(self.kept) < before + count:
            payloads, self.cursor = await self.email.poll(self.cursor)
            self.kept |= {self.email.envelope(payload).key: payload for payload in payloads}
        return [self.email.read(payload) for payload in list(self.kept.values())[before:]]


@pytest.fixture
async def road(email):
    made = Road(email)
    _, made.cursor = await email.poll("")
    return made


def answer(message, text, number=1, **further):
    queued_at = datetime(2026, 11, 2, 2, tzinfo=UTC)
    outbound = Outbound(to=message.chat, text=text, **{"kind": "answer", "label": "KNG-2026-0001"} | further)
    return Parcel(outbound, queued_at=queued_at, number=number, route=message.route)


def test_it_has_the_powers_the_road_asks_for(email):
    assert isinstance(email, Email)
    for power in (Polled, Containing, Described):
        assert isinstance(email, power)
    assert (email.name, email.office, email.limits.same_again, email.limits.threads) == (
        "email",
        "kanigaran",
        True,
        True,
    )
    assert "rahasia" not in repr(email)


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_talk_by_mail_stays_one_thread_and_only_new_words_are_read(servers, email, road, client):
    world = servers.world
    sari = world.add(Person("sari@contoh.test", "Sari Wulandari", client=client))
    await world.person_mails(sari, "Lampu jalan di RT 03 mati.", to="kec@aduan.test", subject="Lampu jalan mati")
    (first,) = await road.take()
    assert isinstance(first, Message)
    assert (first.chat, first.sender.claimed) == (Address("kanigaran", "email", "sari@contoh.test"), False)
    assert "Lampu jalan di RT 03 mati." in first.text
    world.clock.advance(60)
    sent = await email.send(answer(first, "Terima kasih.\n\nMohon kirim foto KTP.", kind="question"), "k:1")
    (seen,) = await world.inbox(sari)
    assert (seen.message_id, seen.subject) == (sent.id, "Re: Lampu jalan mati [KNG-2026-0001]")
    world.clock.advance(3600)
    photo = Attached("KTP.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + b"x" * 30_000)
    await world.person_mails(sari, "Ini KTP saya.\nTerima kasih.", answers=seen, attached=[photo])
    (second,) = await road.take()
    assert second.text.split("\n")[:2] == ["Ini KTP saya.", "Terima kasih."]
    assert "Mohon kirim" not in second.text
    assert "Mohon kirim" in second.whole
    assert second.reply_to == sent.id
    (attachment,) = second.attachments
    assert email.attached(road.kept[second.id], attachment.ref) == photo.content
    world.clock.advance(60)
    await email.send(answer(second, "Sudah kami terima.", number=2), "k:2")
    (thread,) = await world.threads(sari)
    assert [each.mine for each in thread] == [True, False, True, False]
    assert thread[-1].references == (thread[0].message_id, sent.id, thread[2].message_id)


async def test_the_reply_address_reaches_us(servers, email, road):
    world = servers.world
    sari = world.add(Person("sari@contoh.test"))
    await world.person_mails(sari, "Lampu mati.", to="kec@aduan.test", subject="Lampu")
    (first,) = await road.take()
    await email.send(answer(first, "Baik."), "k:1")
    (seen,) = await world.inbox(sari)
    assert seen.answer_to.startswith("kec+1.")
    await world.person_mails(sari, "Terima kasih banyak.", to=seen.answer_to, subject="lain", proven=False)
    (second,) = await road.take()
    assert (second.sender.claimed, second.reply_to) == (False, seen.message_id)


async def test_a_repeated_mail_is_the_same_mail(servers, email, road):
    world = servers.world
    sari = world.add(Person("sari@contoh.test"))
    await world.person_mails(sari, "Lampu mati.", to="kec@aduan.test", subject="Lampu")
    (first,) = await road.take()
    for _ in range(2):
        world.clock.advance(600)
        await email.send(answer(first, "Jawaban resmi."), "k:1")
    one, other = world.smtp.handed
    assert one == other


async def test_a_letter_goes_out_as_it_is(servers, email, road):
    world = servers.world
    sari = world.add(Person("sari@contoh.test"))
    await world.person_mails(sari, "Lampu mati.", to="kec@aduan.test", subject="Lampu")
    (first,) = await road.take()
    letter = Enclosure(file="f", shown_as="document", name="x")
    parcel = answer(first, "Bersama ini surat jawaban.", enclosure=letter)
    name = "Surat Jawaban KNG-2026-0001.pdf"
    await email.send(replace(parcel, content=b"%PDF-1.7\n\x00\xff", mime="application/pdf", file_name=name), "k:1")
    (seen,) = await world.inbox(sari)
    assert seen.attached == (Attached(name, "application/pdf", b"%PDF-1.7\n\x00\xff"),)


async def test_a_bounce_names_the_mail_it_is_about(servers, email, road, office):
    world = servers.world
    sari = world.add(Person("sari@contoh.test"))
    await world.person_mails(sari, "Lampu mati.", to="kec@aduan.test", subject="Lampu")
    (first,) = await road.take()
    await email.send(answer(first, "Jawaban.", number=77), "k:77")
    await world.bounce(world.smtp.handed[0])
    (news,) = await road.take()
    assert isinstance(news, Receipt)
    assert (news.ours, news.state, news.chat) == (77, "failed", first.chat)
    await moved(world, office, "Otomatis", 1, road)
    assert len(await world.inbox(office, "Otomatis")) == 1


async def moved(world, office, folder, count, road):
    """Poll until so many mails lie in a folder."""
    road.email._mailbox._keeper.idle_s = 0.05
    for _ in range(20):
        if len(await world.inbox(office, folder)) >= count:
            return
        await road.email.poll(road.cursor)


HEAD = b"From: jahat@contoh.test\r\nTo: kec@aduan.test\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
# what kills the standard library's parser or imap-tools -> the folder it ends in
POISON = {
    "1,200 mails in each other": (HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_200 + b"x", "Diproses"),
    "100,000 empty parts": (
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\n" * 100_000 + b"--b--",
        "Gagal",
    ),
    "80,000 encoded words": (HEAD + b"X: " + b"=?utf-8?q?a?= " * 80_000 + b"\r\n\r\nhalo\r\n", "Gagal"),
    "nobody who could be answered": (b"Subject: x\r\n\r\nhalo\r\n", "Gagal"),
}


@pytest.mark.needs_system("dovecot", "openssl")
async def test_poison_between_good_mails_holds_up_none_of_them(server, account, email):
    def good(number):
        return mail(f"Lampu nomor {number} mati.", number)

    server.put(account, b"x", age_s=3600)
    async with dovecot_box(server, account, tls=True) as box:
        email._settings = email._settings.model_copy(update={"imap": box.server})
        road = Road(email)
        _, road.cursor = await email.poll("")
        lot = [each for number, (raw, _) in enumerate(POISON.values()) for each in (good(number), raw)]
        began = time.monotonic()
        await box.deliver(*lot, good(99))
        while len(road.kept) < len(lot) + 1:
            payloads, road.cursor = await email.poll(road.cursor)
            road.kept |= {arrived_somehow(email, payload).key: payload for payload in payloads}
        email._mailbox._keeper.idle_s = 0.05
        await email.poll(road.cursor)
        assert time.monotonic() - began < 5
        words = [word for word in await box.words("Diproses") if word.startswith("Lampu")]
        assert words == [f"Lampu nomor {number} mati." for number in (*range(len(POISON)), 99)]
        wanted = [folder for _, folder in POISON.values()]
        assert len(await box.folder("Gagal")) == wanted.count("Gagal")
        assert await box.words() == [""]  # what was there before


async def test_what_machines_write_is_ignored_and_put_aside(servers, email, road, office):
    raw = b"From: robot@contoh.test\r\nTo: kec@aduan.test\r\nSubject: Jawaban otomatis\r\nAuto-Submitted: auto-replied\r\n\r\nSaya cuti.\r\n"
    await servers.world.bring(raw, "kec@aduan.test", sender="robot@contoh.test")
    (ignored,) = await road.take()
    assert isinstance(ignored, Ignored)
    await moved(servers.world, office, "Otomatis", 1, road)
    assert words_of((await servers.world.imap.mails("kec@aduan.test", "Otomatis"))[0].raw) == "Saya cuti."


async def test_what_is_marked_as_spam_is_left_for_somebody_to_look_at(servers, email, road, office):
    raw = b"From: sari@contoh.test\r\nTo: kec@aduan.test\r\nX-Spam-Flag: YES\r\n\r\nLampu mati.\r\n"
    await servers.world.bring(raw, "kec@aduan.test", sender="sari@contoh.test")
    await road.take()
    await moved(servers.world, office, "Diperiksa", 1, road)


async def test_our_own_mail_coming_back_is_no_complaint(servers, email, road):
    world = servers.world
    sari = world.add(Person("sari@contoh.test"))
    await world.person_mails(sari, "Lampu mati.", to="kec@aduan.test", subject="Lampu")
    (first,) = await road.take()
    await email.send(answer(first, "Jawaban."), "k:1")
    await world.bring(world.smtp.handed[0].content, "kec@aduan.test", sender="sari@contoh.test", proven=True)
    (back,) = await road.take()
    assert isinstance(back, Ignored)


async def test_a_mail_whose_sender_nobody_vouches_for_is_only_claimed(servers, road):
    mallory = servers.world.add(Person("sari@contoh.test"))
    await servers.world.person_mails(mallory, "Status laporan saya?", to="kec@aduan.test", subject="x", proven=False)
    (message,) = await road.take()
    assert message.sender.claimed


async def test_looking_at_the_account_says_what_is_right(email):
    report = await email.describe()
    assert (report.problems, report.ready) == ((), True)
    told = "\n".join(report.right)
    for words in (
        "127.0.0.1 lets us in; 0 mails in INBOX",
        "(IDLE)",
        "(MOVE)",
        "Diproses, Gagal, Otomatis, Diperiksa",
        "25 MB",
    ):
        assert words in told
    for words in ("dig +short TXT aduan.test", "_dmarc.aduan.test", "dkim=pass"):
        assert words in "\n".join(report.notes)
    assert (await email.set_up()).ready


def broken(settings, side, **changes):
    return settings.model_copy(update={side: getattr(settings, side).model_copy(update=changes)})


BROKEN = {
    "a wrong IMAP password": ("imap", {"password": Secret("salah")}, "login refused", "user and password"),
    "a wrong SMTP password": ("smtp", {"password": Secret("salah")}, "SMTP login 535", "user and password"),
    "nobody at the IMAP port": ("imap", {"port": 1}, "refused", "host, port and tls"),
    "nobody at the SMTP port": ("smtp", {"port": 1}, "refused", "host, port and tls"),
    "no TLS where it's wanted": ("smtp", {"tls": "starttls"}, "STARTTLS", "tls of [offices.email] smtp"),
    "no TLS for IMAP": ("imap", {"tls": "starttls"}, "IMAP: ", "[offices.email] imap"),
    "no TLS beyond this machine": ("imap", {"host": "mail.example", "tls": "none"}, "isn't this machine", "tls"),
    "a lost authority": ("imap", {"tls": "tls", "ca_file": "/none.pem"}, "ca_file can't be read", "ca_file"),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_looking_at_a_broken_account_names_it_and_its_mend(email, case):
    side, changes, what, mend = BROKEN[case]
    email._settings = broken(email._settings, side, **changes)
    report = await email.describe()
    (problem,) = report.problems
    assert what in problem.what
    assert mend in problem.mend
    assert "salah" not in problem.what
    assert report.ready  # polling begins all the same, and tries again slowly


async def test_an_account_that_may_not_write_as_the_office_is_named(email):
    email._settings = email._settings.model_copy(update={"address": "lain@aduan.test"})
    (problem,) = (await email.describe()).problems
    assert "send as lain@aduan.test" in problem.mend


async def test_a_folder_that_is_not_there_is_named(email):
    email._settings = email._settings.model_copy(update={"inbox": "Aduan"})
    (problem,) = (await email.describe()).problems
    assert "'Aduan'" in problem.mend


async def test_how_far_a_backlog_is_can_be_seen(servers, email, road):
    sari = servers.world.add(Person("sari@contoh.test"))
    for n in range(10):
        await servers.world.person_mails(sari, f"Surat {n}.", to="kec@aduan.test", subject=f"{n}")
    await road.take(8)
    assert (email.waiting, email.trouble) == (2, "")
    await road.take(2)
    assert email.waiting == 0


def test_building_the_channel_loads_no_library_for_mail():
    script = """
import sys
from channels import REGISTRY
from channels.base import Ground
from channels.settings import EmailSettings, MailServer, Secret
server = MailServer(host="h", port=1, user="u", password=Secret("x"))
REGISTRY["email"]("kanigaran", EmailSettings(address="a@b.c", imap=server, smtp=server), Ground(None))
print(*({"imap_tools", "imaplib", "aiosmtplib", "inscriptis", "pymap"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
