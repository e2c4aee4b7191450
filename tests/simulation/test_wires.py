"""The wires of the simulation: what people do reaches the real adapters, and each fault becomes the fact it should."""

from __future__ import annotations

import asyncio
import random
from dataclasses import fields
from datetime import timedelta

import pytest

from channels.base import FetchError, Forged, Parcel
from channels.email import Email
from channels.twilio.channel import SMS, WHATSAPP
from tests.simulation.agenda import Agenda, InlineLoop
from tests.simulation.faults import CALM, Faults, Odds
from tests.simulation.provider import Provider
from tests.simulation.strands import carry
from tests.simulation.summary import holds
from tests.simulation.wires import letters
from tests.simulation.wires.base import HAND, Hand, WireHttp
from tests.simulation.wires.mail import MailWire, address_of
from tests.simulation.wires.twilio import TwilioWire, number_of
from tests.simulation.world import Simulation
from workflow.message import (
    Address,
    Attachment,
    Choice,
    Ignored,
    Location,
    Message,
    Outbound,
    Presence,
    Press,
    Receipt,
    Sender,
    SendError,
    Sent,
)

OFFICE = "kanigaran"
YES_NO = ((Choice(label="Ya, betul", data="c:yes"), Choice(label="Ubah", data="c:edit")),)
LIMITS = {"whatsapp": WHATSAPP, "sms": SMS, "email": Email.limits}
CHATS = {"whatsapp": number_of(1), "sms": number_of(1), "email": address_of(1)}


def only(fault, chance=1.0):
    """Odds at which nothing else goes wrong."""
    return Odds(**{each.name: 0.0 for each in fields(Odds) if each.name != "name"} | {fault: chance})


class Line:
    """One office's account with one citizen, and the program's adapters on it."""

    def __init__(self, kind, odds=CALM):
        self.agenda, self.faults = Agenda(), Faults(odds, random.Random(7))
        self.wire = kind(OFFICE, 1, self.agenda.moment) if kind is TwilioWire else kind(OFFICE, self.agenda.moment)
        names = ("whatsapp", "sms") if kind is TwilioWire else ("email",)
        for name in names:
            self.wire.providers[name] = Provider(
                OFFICE, "-1", forum=False, polled=name == "email", agenda=self.agenda, faults=self.faults,
                trace=lambda line: None, again_mark="\n!", wire=self.wire, channel=name, limits=LIMITS[name],
                holds=self.wire.holds,
            )  # fmt: skip
        self.channels = {each.name: each for each in self.wire.adapters(WireHttp(self.wire), self.agenda.moment)}
        self.brought = []
        for provider in self.wire.providers.values():
            provider.bring = lambda body, chat, seconds=0.0, **_: self.brought.append(body)
        self.life, self.sent, self.cursor = self.faults.life(), 0, ""
        self.runner = asyncio.Runner(loop_factory=InlineLoop)

    def run(self, work):
        return self.runner.run(carry(work, self.life))

    @property
    def wrong(self):
        return [problem for each in self.wire.providers.values() for problem in each.wrong]

    def shown(self, name):
        return self.wire.providers[name].chats.get(CHATS[name], [])

    def send(self, name, text="Terima kasih.", kind="answer", to="", again=False, **more):
        """One attempt of the program: what came of it, and what the wire says of it."""
        self.sent += not again
        message = Outbound(to=Address(OFFICE, name, to or CHATS[name]), kind=kind, text=text, **more)
        hand = Hand(Parcel(message, number=self.sent, queued_at=self.agenda.now), f"{OFFICE}:{self.sent}", self.life)

        async def attempt():
            token = HAND.set(hand)
            try:
                return await self.channels[name].send(hand.parcel, hand.key)
            except SendError as error:
                return error
            finally:
                HAND.reset(token)

        return self.run(attempt()), hand

    def does(self, name, value):
        """What the adapter makes of an act, each payload by the way it really comes."""
        provider, channel = self.wire.providers[name], self.channels[name]
        for body in self.wire.payloads(provider, value, 1):
            if name == "email":
                self.wire.mailbox.put(body, self.agenda.now)
            else:
                yield channel.read(channel.accept(self.wire.call(provider, body)))
        if name == "email":
            yield from map(channel.read, self.polled())

    def says(self, name, text="", **more):
        return list(self.does(name, said(name, self.agenda.now, text, **more)))

    def polled(self, times=4):
        """What the mailbox hands out."""
        found = []

        async def poll():
            for _ in range(times):
                try:
                    payloads, self.cursor = await self.channels["email"].poll(self.cursor)
                except SendError as error:
                    assert error.fact in ("down", "busy")  # noqa: PT017 - whatever breaks there passes
                else:
                    found.extend(payloads)

        self.run(poll())
        return found


def said(name, at, text="", **more):
    chat = CHATS[name]
    return Message(
        chat=Address(OFFICE, name, chat), id="1", sender=Sender(id=chat, name="Sari"), at=at, text=text, **more
    )


@pytest.fixture
def line_of():
    """Gives the account on which a channel is, once its citizen wrote a first word."""
    made = []

    def opened(name):
        made.append(Line(MailWire if name == "email" else TwilioWire))
        made[-1].says(name, "halo")
        return made[-1]

    yield opened
    for each in made:
        each.runner.close()


# --- faults and facts -------------------------------------------------------------------------------------------------

FAULTS = [
    ("refused", "down", False),
    ("busy", "busy", False),
    ("lost", "uncertain", False),
    ("timeout", "uncertain", True),
    ("broken", "uncertain", True),
    ("garbled", "uncertain", True),
]


@pytest.mark.parametrize("name", ["whatsapp", "sms", "email"])
@pytest.mark.parametrize(("fault", "fact", "taken"), FAULTS)
def test_each_fault_becomes_its_fact_and_the_next_message_goes(line_of, name, fault, fact, taken):
    line = line_of(name)
    line.faults.odds = only(fault)
    error, hand = line.send(name)
    assert (error.fact, hand.accepted, hand.outcome) == (fact, taken, fault)
    assert len(line.shown(name)) == taken
    if fault == "busy":
        assert error.retry_after_s >= (60 if name == "email" else line.wire.providers[name].retry_s)
    line.faults.odds = CALM
    line.agenda.now += timedelta(minutes=5)
    again, hand = line.send(name, again=True)
    assert isinstance(again, Sent)
    assert (hand.accepted, hand.outcome) == (True, "")
    assert line.shown(name)[-1].id == again.id
    assert line.wrong == []


def test_free_words_after_a_day_are_refused_by_whatsapp_and_a_template_goes(line_of):
    line = line_of("whatsapp")
    line.agenda.now += timedelta(hours=24, minutes=2)
    accepted, hand = line.send("whatsapp")
    assert isinstance(accepted, Sent)  # Twilio says it later
    assert (hand.accepted, hand.outcome, line.shown("whatsapp")) == (False, "63016", [])
    assert "63016" in line.wrong[0]
    (news,) = read_news(line, "whatsapp")
    assert (news.state, news.fact, news.ours) == ("failed", "window", 1)
    _, hand = line.send("whatsapp", kind="knock", template="answer_waiting", words=("laporan KNG-2026-0001",))
    assert hand.accepted
    assert line.shown("whatsapp")[0].text.startswith("Ada jawaban untuk laporan")


def test_a_window_that_closed_before_the_program_could_know_is_no_fault_of_its_own(line_of):
    line = line_of("whatsapp")
    line.agenda.now += timedelta(hours=24, seconds=10)
    _, hand = line.send("whatsapp")
    assert (hand.outcome, line.wrong) == ("63016", [])


def test_who_wrote_stop_gets_no_more_until_start(line_of):
    line = line_of("sms")
    (heard,) = line.says("sms", "STOP")
    assert heard.text == "STOP"
    error, hand = line.send("sms")
    assert (error.fact, hand.outcome, line.wrong) == ("gone", "21610", [])
    line.says("sms", "START")
    assert line.send("sms")[1].accepted


def test_a_mistake_of_the_programs_is_refused_and_written_down(line_of):
    line = line_of("sms")
    line.send("sms", to="bukan nomor")
    assert "21211" in line.wrong[0]


def test_an_address_that_is_not_there_is_gone_and_one_that_bounces_tells_it_later(line_of):
    line = line_of("email")
    line.wire.closed.add("x@surat.example")
    error, _ = line.send("email", to="x@surat.example")
    assert error.fact == "gone"
    line.wire.bounces.add(CHATS["email"])
    sent, hand = line.send("email")
    assert isinstance(sent, Sent)
    assert (hand.accepted, hand.outcome, line.shown("email")) == (False, "bounced", [])
    (news,) = read_news(line, "email")
    assert (news.state, news.fact, news.ours, news.chat.chat) == ("failed", "gone", 2, CHATS["email"])


def test_a_report_that_a_mail_is_late_is_no_news(line_of):
    line = line_of("email")
    line.faults.odds = only("doublet")
    line.send("email")
    (news,) = read_news(line, "email")
    assert isinstance(news, Ignored)


def read_news(line, name):
    """What the provider brought by itself, as the adapter reads it; of the statuses the last one."""
    bodies, line.brought = line.brought, []
    if name == "email":
        for body in bodies:
            line.wire.mailbox.put(body, line.agenda.now)
        return [line.channels[name].read(each) for each in line.polled()]
    calls = [line.wire.call(line.wire.providers[name], body) for body in bodies]
    found = [line.channels[name].read(line.channels[name].accept(call)) for call in calls]
    return [each for each in found if isinstance(each, Receipt)][-1:]


# --- what people do ---------------------------------------------------------------------------------------------------


def test_a_photo_a_place_and_a_button_come_as_what_they_are(line_of):
    line = line_of("whatsapp")
    provider = line.wire.providers["whatsapp"]
    provider.files["foto-1"] = b"photo:kanigaran"
    photo = Attachment(kind="photo", ref="foto-1", unique="foto-1")
    (heard,) = line.says("whatsapp", "ini ktp", attachments=(photo,))
    assert (heard.text, heard.attachments[0].kind) == ("ini ktp", "photo")
    assert line.run(whole(line, heard.attachments[0].ref)) == b"photo:kanigaran"
    provider.lost_files.add("foto-1")
    with pytest.raises(FetchError, match="gone"):
        line.run(whole(line, heard.attachments[0].ref))
    (heard,) = line.says("whatsapp", location=Location(latitude=-7.75, longitude=113.21))
    assert (heard.location.latitude, heard.text) == (-7.75, "")
    line.send("whatsapp", "Benar?", kind="question", choices=YES_NO)
    shown = line.shown("whatsapp")[-1]
    assert [each.label for each in shown.buttons] == ["Ya, betul", "Ubah"]
    where = Address(OFFICE, "whatsapp", CHATS["whatsapp"])
    press = Press(chat=where, id="p1", sender=Sender(id="1"), at=line.agenda.now, data="c:yes", message_id=shown.id)
    (heard,) = line.does("whatsapp", press)
    assert (heard.data, heard.message_id, provider.named["p1"]) == ("c:yes", shown.id, heard.id)
    assert list(line.does("whatsapp", press)) == []  # a telephone lets it be pressed once


async def whole(line, ref):
    return b"".join([piece async for piece in line.channels["whatsapp"].download(ref, 1000)])


def test_choices_stand_as_numbers_where_no_button_goes(line_of):
    for name, text in (("sms", "1. Ya, betul\n2. Ubah"), ("email", "1. Ya, betul\n2. Ubah")):
        line = line_of(name)
        line.send(name, "Benar?", kind="question", choices=YES_NO)
        (shown,) = line.shown(name)
        assert shown.text.endswith(text)
        assert shown.buttons == []


def test_a_long_sms_comes_in_several_and_counts_its_segments(line_of):
    line = line_of("sms")
    before = line.wire.segments["in"]
    heard = line.says("sms", "jalan rusak " * 150)
    assert len(heard) == 2
    assert line.wire.segments["in"] - before > 2
    line.send("sms", "Terima kasih, Bapak/Ibu. " * 10)
    assert line.wire.segments["out"] == 2


def test_who_blocked_the_sender_reads_nothing_and_nobody_is_told(line_of):
    line = line_of("whatsapp")
    where = Address(OFFICE, "whatsapp", CHATS["whatsapp"])
    assert (
        list(line.does("whatsapp", Presence(chat=where, sender=Sender(id="1"), at=line.agenda.now, blocked=True))) == []
    )
    _, hand = line.send("whatsapp")
    assert (hand.accepted, line.shown("whatsapp")) == (True, [])


def test_a_delivery_is_told_in_steps_and_reading_when_they_write(line_of):
    line = line_of("whatsapp")
    line.send("whatsapp")
    line.says("whatsapp", "sudah saya baca")
    calls = [line.wire.call(line.wire.providers["whatsapp"], body) for body in line.brought]
    told = [line.channels["whatsapp"].read(line.channels["whatsapp"].accept(call)) for call in calls]
    assert [each.state for each in told if isinstance(each, Receipt)] == ["sent", "delivered", "read"]


def test_a_call_with_another_signature_is_not_taken(line_of):
    line = line_of("whatsapp")
    provider = line.wire.providers["whatsapp"]
    (body,) = line.wire.payloads(provider, said("whatsapp", line.agenda.now, "jalan rusak"), 2)
    call = line.wire.call(provider, body.replace(b"rusak", b"bagus"))
    other = line.wire.call(provider, body)
    forged = type(call)(call.path, other.headers, call.body, call.query)
    with pytest.raises(Forged):
        line.channels["whatsapp"].accept(forged)


# --- mail -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", letters.CLIENTS)
def test_every_program_quotes_and_only_the_new_words_are_heard(line_of, client, monkeypatch):
    monkeypatch.setattr(letters, "CLIENTS", (client,))
    line = line_of("email")
    sent, _ = line.send("email", "Mohon lampirkan KTP.\nTerima kasih – Kantor", label="KNG-2026-0001")
    line.wire.unproven.add(CHATS["email"])
    provider = line.wire.providers["email"]
    provider.files["foto-1"] = b"photo:ktp"
    (heard,) = line.says("email", "ini KTP saya", attachments=(Attachment(kind="photo", ref="foto-1", name="ktp.jpg"),))
    assert (heard.text, heard.reply_to, heard.sender.claimed) == ("ini KTP saya", sent.id, False)
    assert [(each.name, each.mime) for each in heard.attachments] == [("ktp.jpg", "image/jpeg")]
    assert "Mohon lampirkan KTP." in heard.whole


def test_a_mail_that_comes_twice_has_one_key_and_one_repeated_by_us_is_shown_once(line_of):
    line = line_of("email")
    (raw,) = line.wire.payloads(line.wire.providers["email"], said("email", line.agenda.now, "jalan rusak"), 3)
    line.wire.mailbox.put(raw, line.agenda.now)
    line.wire.mailbox.put(raw, line.agenda.now)
    one, two = line.polled()
    assert line.channels["email"].envelope(one).key == line.channels["email"].envelope(two).key
    first, _ = line.send("email")
    second, hand = line.send("email", again=True)
    assert (first, hand.accepted, len(line.shown("email"))) == (second, True, 1)


@pytest.mark.parametrize("seed", range(5))
def test_a_mailbox_in_trouble_hands_everything_out_once_and_moves_it_away(line_of, seed):
    line = line_of("email")
    line.faults.odds, line.faults.random = only("poll", 0.2), random.Random(seed)
    provider = line.wire.providers["email"]
    for n in range(20):
        (raw,) = line.wire.payloads(provider, said("email", line.agenda.now, f"laporan {n}"), n)
        line.wire.mailbox.put(raw, line.agenda.now)
    words = []
    for _ in range(400):
        words += [line.channels["email"].read(each).text for each in line.polled(1)]
    assert sorted(words) == sorted(f"laporan {n}" for n in range(20))
    assert not line.wire.holds()
    assert line.faults.counted["poll"] > 0


# --- whole runs -------------------------------------------------------------------------------------------------------


MIX = ("whatsapp", "email", "sms", "telegram")


@pytest.mark.parametrize("seed", [3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(40, 50))])
def test_whoever_writes_on_whatsapp_by_sms_or_by_mail_gets_what_they_meant(request, seed):
    report = holds(request, seed, 20, Odds(), mix=MIX)
    assert report.counts["crashes"] > 0
    assert report.counts["faults"] > 100


def test_the_same_seed_gives_the_same_run_on_every_channel():
    runs = [Simulation(5, 8, mix=MIX, places=("kedopok", "kanigaran")).run() for _ in range(2)]
    assert runs[0].problems == []
    assert runs[0].trace == runs[1].trace
    assert runs[0].counts == runs[1].counts
