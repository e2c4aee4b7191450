"""The stand-in's own behaviour: what people write and see, what its servers refuse, and what other clients say of it."""

from __future__ import annotations

import asyncio
import imaplib
import smtplib
from datetime import UTC, datetime

import pytest

from channels.sandbox.clock import HandClock
from channels.sandbox.mail import Attached, MailServers, Person, running
from channels.sandbox.mail.seen import seen, threads

OFFICE, SARI = "kec@aduan.test", "sari@contoh.test"
MAIL = (
    b"Date: Mon, 02 Nov 2026 08:00:00 +0700\r\nFrom: Kecamatan <kec@aduan.test>\r\nTo: sari@contoh.test\r\n"
    b"Subject: Re: Lampu [KNG-2026-0001]\r\nMessage-ID: <1@aduan.test>\r\n\r\nBaik.\r\n"
)


@pytest.fixture
async def servers():
    async with running(HandClock(datetime(2026, 11, 2, 1, tzinfo=UTC))) as found:
        found.world.add(Person(OFFICE, "Kecamatan"))
        found.world.add(Person(SARI, "Sari"))
        yield found


def sari(servers: MailServers) -> Person:
    return servers.world.people[SARI]


async def by_smtp(servers, content, to=SARI, user=OFFICE, sender=OFFICE, password="rahasia"):
    """What Python's own client says to the server."""

    def send():
        with smtplib.SMTP("127.0.0.1", servers.smtp_port, timeout=5) as smtp:
            smtp.login(user, password)
            return smtp.sendmail(sender, to, content)

    return await asyncio.to_thread(send)


async def test_pythons_own_clients_send_and_see_a_mail(servers):
    await by_smtp(servers, MAIL)

    def look():
        with imaplib.IMAP4("127.0.0.1", servers.imap_port, timeout=5) as imap:
            imap.login(SARI, "rahasia")
            imap.select("INBOX")
            return imap.fetch("1", "(BODY[])")[1][0][1]

    raw = await asyncio.to_thread(look)
    assert raw.endswith(MAIL)
    assert b"Return-Path: <kec@aduan.test>\r\n" in raw


REFUSED = {
    "a bare LF": MAIL.replace(b"Baik.\r\n", b"Baik.\nx\r\n"),
    "a long line": MAIL + b"x" * 999 + b"\r\n",
    "8-bit in the head": MAIL.replace(b"Lampu", b"Lamp\xc3\xa9"),
    "no Date": MAIL.replace(b"Date:", b"X-Date:"),
    "no Message-ID": MAIL.replace(b"Message-ID:", b"X-ID:"),
    "two Subjects": MAIL.replace(b"To:", b"Subject: x\r\nTo:"),
    "a broken id": MAIL.replace(b"Message-ID", b"In-Reply-To: =?utf-8?q?=3Ca=40b=3E?=\r\nMessage-ID"),
    "a Bcc": MAIL.replace(b"To:", b"Bcc: x@y\r\nTo:"),
    "no zone": MAIL.replace(b" +0700", b""),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_a_careless_program_sends_is_refused(servers, case):
    with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPServerDisconnected)) as told:
        # smtplib mends lone LFs by itself: that one goes by hand
        await (by_smtp if case != "a bare LF" else raw_smtp)(servers, REFUSED[case])
    assert "554" in str(told.value) or "500" in str(told.value)
    assert servers.world.smtp.handed == []


async def raw_smtp(servers, content):
    reader, writer = await asyncio.open_connection("127.0.0.1", servers.smtp_port)
    login = b"AUTH PLAIN AGtlY0BhZHVhbi50ZXN0AHJhaGFzaWE="
    for line in (b"EHLO x", login, b"MAIL FROM:<kec@aduan.test>", b"RCPT TO:<sari@contoh.test>", b"DATA"):
        writer.write(line + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0)
    writer.write(content + b".\r\nQUIT\r\n")
    said = (await asyncio.wait_for(reader.read(), 5)).decode()
    writer.close()
    raise smtplib.SMTPDataError(554, said)


async def test_only_who_has_a_mailbox_can_write_and_be_written_to(servers):
    with pytest.raises(smtplib.SMTPAuthenticationError):
        await by_smtp(servers, MAIL, password="salah")
    with pytest.raises(smtplib.SMTPSenderRefused):
        await by_smtp(servers, MAIL, sender="lain@aduan.test")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await by_smtp(servers, MAIL, to="tidakada@contoh.test")


async def test_of_two_recipients_one_may_be_refused(servers):
    refused = await by_smtp(servers, MAIL, to=[SARI, "tidakada@contoh.test"])
    assert list(refused) == ["tidakada@contoh.test"]
    assert len(await servers.world.inbox(sari(servers))) == 1


ANSWERS = {
    "gmail": "Ya.\n\nPada Sen, 2 Nov 2026 pukul 01.00 Kecamatan <\nkec@aduan.test> menulis:\n\n> Baik.",
    "outlook": "Ya.\n\nDapatkan Outlook untuk Android\n________________________________\nDari: Kecamatan <kec@aduan.test>\n"
    "Dikirim: Senin, 2 November 2026 01.00\nKepada: sari@contoh.test\nPerihal: Re: Lampu [KNG-2026-0001]\n\nBaik.",
    "iphone": "Ya.\n\nDikirim dari iPhone saya\n\n> Pada 2 Nov 2026, pukul 01.00, Kecamatan <kec@aduan.test> menulis:\n>\n> Baik.",
    "yahoo": "Ya.\n\n    Pada Senin, 2 November 2026 01.00.00 WIB, Kecamatan <kec@aduan.test> menulis:\n\n> Baik.",
}


@pytest.mark.parametrize("client", ANSWERS)
async def test_an_answer_looks_like_the_programs_own(servers, client):
    sari(servers).client = client
    await by_smtp(servers, MAIL)
    (received,) = await servers.world.inbox(sari(servers))
    sent = await servers.world.person_mails(sari(servers), "Ya.", answers=received)
    assert sent.text == ANSWERS[client]
    assert (sent.subject, sent.to) == ("Re: Lampu [KNG-2026-0001]", OFFICE)
    assert (sent.in_reply_to, sent.references) == ("<1@aduan.test>", ("<1@aduan.test>",))


async def test_a_mail_with_everything_arrives_with_everything(servers):
    photo = Attached("foto é.jpg", "image/jpeg", b"\xff\xd8\xff" * 1000)
    await servers.world.person_mails(
        sari(servers), "Lampu é mati.", to=OFFICE, subject="Lampu é", html="<p>Lampu é mati.</p>", attached=[photo]
    )
    (received,) = await servers.world.inbox(servers.world.people[OFFICE])
    assert (received.subject, received.text, received.attached) == ("Lampu é", "Lampu é mati.", (photo,))
    assert received.header("Authentication-Results") == "mx.sandbox.test; dmarc=pass header.from=contoh.test"


def test_mails_that_name_each_other_are_one_thread():
    def one(number, *before):
        references = " ".join(f"<{each}@x>" for each in before)
        head = f"From: a@b\r\nTo: c@d\r\nMessage-ID: <{number}@x>\r\nReferences: {references}\r\n\r\n"
        return seen(head.encode(), datetime(2026, 11, 2, number, tzinfo=UTC))

    mails = [one(5, 1, 2), one(1), one(3), one(2, 1), one(4, 3)]
    shown = [[each.message_id for each in thread] for thread in threads(mails)]
    assert shown == [["<1@x>", "<2@x>", "<5@x>"], ["<3@x>", "<4@x>"]]


async def test_a_bounce_says_which_mail_it_is_about(servers):
    await by_smtp(servers, MAIL)
    await servers.world.bounce(servers.world.smtp.handed[0])
    (bounce,) = await servers.world.inbox(servers.world.people[OFFICE])
    assert b"Final-Recipient: rfc822; sari@contoh.test" in bounce.raw
    assert b"Status: 5.1.1" in bounce.raw
    assert b"Message-ID: <1@aduan.test>" in bounce.raw
