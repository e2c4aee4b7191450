"""Mails on their way out: what leaves, and what each failure says about the mail."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from datetime import timedelta

import pytest

from channels.email.answers import meaning
from channels.email.compose import Letter
from channels.email.sending import Sending
from channels.sandbox.clock import HandClock
from channels.sandbox.mail import Person, running
from channels.sandbox.mail.smtp import DROPPED, SILENCE, TAKEN_THEN_DROPPED, Smtp
from channels.settings import MailServer, Secret
from tests.channels.email.boxes import eventually
from workflow.message import SendError

OFFICE, SARI = "kec@aduan.test", "sari@example.test"
NEW = timedelta()


def letter(words="halo", to=SARI):
    head = (
        f"Date: Mon, 02 Nov 2026 01:00:00 +0000\r\nFrom: {OFFICE}\r\nTo: {to}\r\nSubject: x\r\n"
        f"Message-ID: <{abs(hash(words))}@aduan.test>\r\n\r\n"
    )
    return Letter("<1@aduan.test>", OFFICE, to, f"{head}{words}\r\n.\r\n..titik\r\n".encode())


@pytest.fixture
async def servers():
    async with running(HandClock()) as found:
        found.world.add(Person(OFFICE))
        found.world.add(Person(SARI))
        yield found


@pytest.fixture
async def make(servers):
    """A way out, to a server as it's set."""
    made = []

    def sending(*, password="rahasia", **settings):
        given = {"host": "127.0.0.1", "port": servers.smtp_port, "tls": "none", "user": OFFICE, "password": Secret("-")}
        own = {name: settings.pop(name) for name in list(settings) if name in given or name == "ca_file"}

        async def secret():
            return password

        found = Sending(MailServer(**(given | own)), "aduan.test", secret, lambda: None, **settings)
        made.append(found)
        return found

    yield sending
    for each in made:
        await each.close()


async def fact_of(sending, sent=None, age=NEW):
    with pytest.raises(SendError) as told:
        await sending.send(sent or letter(), age)
    return told.value


async def test_the_bytes_arrive_as_they_are(servers, make):
    await make().send(letter(), NEW)
    (handed,) = servers.world.smtp.handed
    assert (handed.sender, handed.recipients, handed.content) == (OFFICE, (SARI,), letter().content)
    (seen,) = await servers.world.inbox(servers.world.people[SARI])
    assert seen.raw.endswith(letter().content)


async def test_mails_go_one_after_the_other_over_one_connection(servers, make):
    sending = make()
    await asyncio.gather(*(sending.send(letter(str(n)), NEW) for n in range(12)))
    assert len(servers.world.smtp.handed) == 12
    assert servers.world.smtp.connections == 1


async def test_a_connection_is_renewed_after_many_mails_and_a_bad_goodbye_is_none_of_their_business(servers, make):
    servers.world.smtp.faults.quit = ["421 4.3.0 Never", DROPPED]
    sending = make(mails_each=2)
    for n in range(5):
        await sending.send(letter(str(n)), NEW)
        if sending._leaving is not None:
            await sending._leaving
    assert len(servers.world.smtp.handed) == 5
    assert servers.world.smtp.connections == 3


async def test_an_idle_connection_is_given_back(servers, make):
    sending = make(idle_s=0.01)
    await sending.send(letter(), NEW)
    await eventually(lambda: sending._leaving is not None)
    await sending._leaving
    assert sending._smtp is None


async def test_a_connection_that_died_meanwhile_is_no_failure(servers, make):
    sending = make()
    await sending.send(letter("satu"), NEW)
    for transport in list(servers.world.smtp._open):
        transport.abort()
    await sending.send(letter("dua"), NEW)
    assert len(servers.world.smtp.handed) == 2


# where it happens, the server's answer -> the fact, and whether the mail was taken
ANSWERS = [
    ("login", "535 5.7.8 Authentication credentials invalid", "misconfigured"),
    ("login", "454 4.7.0 Temporary authentication failure", "busy"),
    ("mail", "421 4.7.28 Too many connections", "busy"),
    ("mail", "550 5.4.5 Daily user sending limit exceeded", "busy"),
    ("mail", "553 5.7.1 Sender address rejected: not owned by user", "misconfigured"),
    ("rcpt", "450 4.2.0 Greylisted, see you later", "busy"),
    ("rcpt", "550 5.1.1 The email account that you tried to reach does not exist", "gone"),
    ("rcpt", "550 No such user here", "gone"),
    ("rcpt", "550 5.2.1 The account is disabled", "gone"),
    ("rcpt", "552 5.2.2 Mailbox full", "refused"),
    ("rcpt", "550 5.7.1 Relaying denied", "misconfigured"),
    ("rcpt", "554 5.7.1 Service unavailable; client host blocked", "refused"),
    ("rcpt", DROPPED, "down"),
    ("data", "451 4.3.0 Try again later", "busy"),
    ("data", "554 5.6.0 Message looks like spam", "refused"),
    ("data", "552 5.3.4 Message too big", "refused"),
    ("data", "550 5.7.1 Daily limit of messages exceeded", "busy"),
    ("data", DROPPED, "uncertain"),
    ("data", TAKEN_THEN_DROPPED, "uncertain"),
    # something between us and the server spoke, or it lost its thread: no word of the protocol
    ("mail", "OK mungkin", "down"),
    ("rcpt", "OK mungkin", "down"),
    ("rcpt", "354 silakan", "down"),
    ("data", "OK mungkin", "uncertain"),
    ("data", "199 mungkin", "uncertain"),
]


@pytest.mark.parametrize(("step", "answer", "fact"), ANSWERS)
async def test_an_answer_and_its_fact(servers, make, step, answer, fact):
    sending = make()
    getattr(servers.world.smtp.faults, step).append(answer)
    found = await fact_of(sending)
    assert found.fact == fact
    assert len(servers.world.smtp.handed) == (answer == TAKEN_THEN_DROPPED)
    await sending.send(letter("danach"), NEW)  # whatever happened, the next one gets through


async def test_silence_after_the_mail_is_uncertain(servers, make):
    servers.world.smtp.faults.data = [SILENCE]
    sending = make(data_s=0.3)
    began = time.monotonic()
    assert (await fact_of(sending)).fact == "uncertain"
    assert time.monotonic() - began < 15  # 0.3 s where nothing else runs; a minute by itself


async def test_silence_before_the_mail_is_a_server_that_is_down(servers, make):
    servers.world.smtp.faults.rcpt = [SILENCE]
    found = await fact_of(make(open_s=0.3))
    assert (found.fact, servers.world.smtp.handed) == ("down", [])


async def test_who_waits_too_long_for_the_connection_has_surely_not_sent(servers, make, monkeypatch):
    monkeypatch.setattr("channels.email.sending.QUEUE_S", 0.1)
    servers.world.smtp.faults.data = [SILENCE]
    sending = make(data_s=0.5)
    first = asyncio.create_task(fact_of(sending, letter("satu")))
    await asyncio.sleep(0)
    second = await fact_of(sending, letter("dua"))
    assert (second.fact, (await first).fact) == ("busy", "uncertain")


async def test_a_server_that_is_not_there_is_down(make):
    assert (await fact_of(make(port=1))).fact == "down"
    assert (await fact_of(make(host="tidak-ada.invalid", tls="tls"))).fact == "down"


async def test_a_wrong_password_is_tried_in_one_way_only(servers, make):
    sending = make(password="salah")
    found = await fact_of(sending)
    assert found.fact == "misconfigured"
    assert "salah" not in found.reason


async def test_a_mail_the_server_would_not_take_is_not_sent(servers, make):
    sent = letter("x" * 70 + "\r\n" * 13_000_000)
    found = await fact_of(make(), sent)
    assert (found.fact, servers.world.smtp.handed) == ("refused", [])
    assert "25000000" in found.reason


async def test_no_tls_where_it_is_required_is_told_and_nothing_is_sent(servers, make):
    assert (await fact_of(make(tls="starttls"))).fact == "misconfigured"
    assert (await fact_of(make(host="mail.example", tls="none"))).fact == "misconfigured"
    assert servers.world.smtp.handed == []


@pytest.fixture
def certificate(server):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.base / "cert.pem", server.base / "key.pem")
    return context


@pytest.mark.needs_system("dovecot", "openssl")
@pytest.mark.parametrize("way", ["tls", "starttls"])
async def test_tls_is_checked_and_used(server, certificate, way):
    handed = []

    async def deliver(mail):
        handed.append(mail)

    smtp = Smtp({OFFICE: "rahasia"}, lambda _: True, deliver, starttls=certificate if way == "starttls" else None)
    async with contextlib.AsyncExitStack() as stack:
        port = await stack.enter_async_context(smtp.listening(tls=certificate if way == "tls" else None))
        for ca_file, wanted in (
            ("", "misconfigured"),
            (server.ca_file, "sent"),
            (server.ca_file + "x", "misconfigured"),
        ):
            given = MailServer(host="localhost", port=port, tls=way, user=OFFICE, password=Secret("-"), ca_file=ca_file)

            async def secret():
                return "rahasia"

            sending = Sending(given, "aduan.test", secret, lambda: None)
            try:
                await sending.send(letter(), NEW)
                found = "sent"
            except SendError as error:
                found = error.fact
            finally:
                await sending.close()
            assert found == wanted
    assert len(handed) == 1


# how long it waits already -> when it's tried again
LATER = [(timedelta(), 60), (timedelta(minutes=10), 300), (timedelta(hours=30), 4 * 3600)]


@pytest.mark.parametrize(("age", "pause_s"), LATER)
def test_a_later_is_waited_for_longer_each_time(age, pause_s):
    assert meaning("recipient", 451, "4.7.1 later", age).retry_after_s == pause_s


def test_after_two_days_a_later_is_a_no():
    assert meaning("recipient", 451, "4.7.1 later", timedelta(hours=49)).fact == "refused"
    assert meaning("login", 454, "4.7.0 later", timedelta(hours=49)).fact == "busy"  # that's no fault of the mail


def test_a_limit_that_sounds_final_is_waited_for_until_tomorrow():
    assert meaning("content", 550, "5.4.5 Daily user sending limit exceeded", NEW).retry_after_s == 24 * 3600
