"""Our own adapter against the stand-in: called by it, answering through it, and every request of ours by the schema."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from channels import REGISTRY
from channels.base import Call, Forged, Ground, NotMine, Parcel
from channels.http import Http
from channels.sandbox.twilio import Fault, HandClock, Line, Mishap, Person, World, serve
from channels.settings import Secret, TwilioSettings
from tests.channels.sandbox.twilio.scene import KEY, SECRET, TOKEN, schema, until
from workflow.message import Address, Choice, Message, Outbound, Press, Receipt, SendError

YES, NO = Choice(label="Ya", data="c:ya"), Choice(label="Tidak", data="c:tidak")
KNOCK = {"twilio/text": {"body": "Ada jawaban untuk laporan {{1}}. Balas OK untuk membaca."}}
BUTTONS = {
    "twilio/quick-reply": {
        "body": "{{1}}",
        "actions": [{"title": "{{2}}", "id": "{{3}}"}, {"title": "{{4}}", "id": "{{5}}"}],
    }
}


@dataclass
class Office:
    clock: HandClock
    world: World
    wa: Line
    sms: Line
    sari: Person
    channels: dict = field(default_factory=dict)
    stored: dict = field(default_factory=dict)  # by channel: key -> payload, each once
    refused: list = field(default_factory=list)

    def took(self, channel="whatsapp"):
        """What was taken in, as values, in order of arrival."""
        return [self.channels[channel].read(payload) for payload in self.stored.get(channel, {}).values()]

    def take(self, call):
        """Do what the web does with a call: the channel that accepts it stores it under its key."""
        for name, channel in self.channels.items():
            try:
                payload = channel.accept(call)
            except NotMine:
                continue
            self.stored.setdefault(name, {}).setdefault(channel.envelope(payload).key, payload)
            return
        raise NotMine

    async def send(self, text="", *, channel="whatsapp", kind="question", number=1, **fields):
        to = Address("kanigaran", channel, self.sari.number)
        parcel = Parcel(Outbound(to=to, kind=kind, text=text, **fields), number=number)
        return await self.channels[channel].send(parcel, f"k{number}")

    async def settled(self):
        await until(lambda: self.world.idle)


@pytest.fixture
async def office(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    clock = HandClock()
    world = World(clock.now)
    app = web.Application()
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    public = f"http://127.0.0.1:{sock.getsockname()[1]}"
    account = world.add_account(TOKEN, keys=[(KEY, SECRET)])
    urls = {"url": f"{public}/twilio/kanigaran/message#rc=2&rp=all"}
    wa, sms = (world.add_line(account, each, **urls) for each in ("whatsapp:+6281100000001", "+6281100000002"))
    sari = world.add_person("Sari CONTOH", "+6281234567890", scoped_id="ID.1234567890123456")
    made = Office(clock, world, wa, sms, sari)
    sample = dict.fromkeys("12345", "contoh")
    templates = {
        "answer_waiting": world.add_content(account, "answer_waiting", KNOCK, variables={"1": "x"}, approved=True).sid,
        "choices_2": world.add_content(account, "choices_2", BUTTONS, variables=sample).sid,
    }

    async def receive(request):
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(request.path[1:], headers, await request.read(), request.query_string)
        try:
            made.take(call)
        except (Forged, NotMine) as refusal:
            made.refused.append(type(refusal).__name__)
            return web.Response(status=403)
        return web.Response(text="<Response/>", content_type="text/xml")

    app.router.add_post("/{path:.*}", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, sock).start()
    async with serve(world, clock) as server, Http(connect_timeout_s=2.0) as http:
        settings = TwilioSettings(
            account_sid=account.sid,
            auth_token=Secret(TOKEN),
            api_key=KEY,
            api_secret=Secret(SECRET),
            whatsapp=wa.address,
            sms=sms.address,
            api_url=server.url,
            templates=templates,
        )
        ground = Ground(http, public, b"k" * 32, clock.now)
        made.channels = {each.name: each for each in REGISTRY["twilio"]("kanigaran", settings, ground)}
        yield made
        assert world.breaches == []
        for call in world.calls_of("messages.create"):
            if call.status == 201:
                schema().validate(call.params)
    await runner.cleanup()


async def test_everything_people_send_is_taken_in(office):
    world, sari = office.world, office.sari
    world.person_writes(sari, office.wa, "Jalan “rusak” 😀\n")
    world.person_sends_album(sari, office.wa, [b"\xff\xd8a", b"\xff\xd8b"], caption="Ini")
    world.person_pins(sari, office.wa, -7.77, 113.21, label="Pasar")
    world.person_sends_voice(sari, office.wa, b"OggS")
    world.person_sends_file(sari, office.wa, b"%PDF", name="surat.pdf")
    world.person_sends_unsupported(sari, office.wa)
    world.person_writes(sari, office.sms, "Lewat SMS")
    await office.settled()
    values = office.took()
    assert len(values) == 7
    assert {value.sender.id for value in values} == {sari.number}
    assert sorted(value.text for value in values) == ["", "", "", "", "", "Ini", "Jalan “rusak” 😀\n"]
    assert sorted(each.kind for value in values for each in value.attachments) == [
        "document",
        "photo",
        "photo",
        "voice",
    ]
    assert [value.location.title for value in values if value.location] == ["Pasar"]
    assert [value.text for value in office.took("sms")] == ["Lewat SMS"]


async def test_doublets_forgeries_and_other_accounts_leave_nothing(office):
    office.world.mishaps.add(Mishap("duplicate"))
    office.world.person_writes(office.sari, office.wa, "dua kali")
    await office.settled()
    office.world.mishaps.add(Mishap("forge"))
    office.world.person_writes(office.sari, office.wa, "palsu")
    office.world.person_writes(office.sari, office.wa, "lain", extra={"AccountSid": "AC" + "f" * 32})
    await office.settled()
    assert [value.text for value in office.took()] == ["dua kali"]
    assert set(office.refused) == {"Forged"}


async def test_a_text_goes_out_and_its_news_come_back_in_any_order(office):
    office.world.person_writes(office.sari, office.wa, "Halo")
    await office.settled()
    office.world.mishaps.add(Mishap("swap", of="status", status="sent"))
    sent = await office.send("Terima kasih.", number=12)
    await office.settled()
    office.world.person_reads(office.sari, office.wa)
    await office.settled()
    news = [value for value in office.took() if isinstance(value, Receipt)]
    assert {(each.message, each.ours) for each in news} == {(sent.id, 12)}
    assert [each.state for each in news] == ["delivered", "sent", "read"]
    assert office.world.chat(office.sari, office.wa).texts == ["Terima kasih."]


async def test_outside_the_window_the_news_say_so_and_a_knock_gets_through(office):
    await office.send("Terlambat")
    await office.settled()
    (failed,) = office.took()
    assert (failed.state, failed.fact) == ("failed", "window")
    await office.send("Ada jawaban", kind="knock", template="answer_waiting", words=("KNG-7K3F",), number=2)
    assert office.world.chat(office.sari, office.wa).texts == [
        "Ada jawaban untuk laporan KNG-7K3F. Balas OK untuk membaca."
    ]


async def test_choices_are_buttons_and_a_press_comes_back(office):
    office.world.person_writes(office.sari, office.wa, "Halo")
    sent = await office.send("Benar?", choices=((YES, NO),))
    office.world.person_presses(office.world.chat(office.sari, office.wa).bubbles[-1], "Ya")
    await office.settled()
    (press,) = [value for value in office.took() if isinstance(value, Press)]
    assert (press.data, press.message_id) == ("c:ya", sent.id)


async def test_choices_by_sms_are_numbered_in_one_part(office):
    office.world.person_writes(office.sari, office.sms, "Halo")
    await office.send("Jalan – “rusak”?", channel="sms", choices=((YES, NO),))
    bubble = office.world.chat(office.sari, office.sms).bubbles[-1]
    assert (bubble.encoding, bubble.segments) == ("GSM-7", 1)
    assert "1. Ya" in bubble.text


async def test_a_file_is_fetched_without_credentials_elsewhere_and_purged(office):
    office.world.media_redirects = (302, 307)
    office.world.person_sends_photo(office.sari, office.wa, b"\xff\xd8" + b"x" * 200_000)
    await office.settled()
    (photo,) = office.took()[0].attachments
    channel = office.channels["whatsapp"]
    pieces = [piece async for piece in channel.download(photo.ref, 1_000_000)]
    assert b"".join(pieces) == b"\xff\xd8" + b"x" * 200_000
    await channel.purge(photo.ref)
    await channel.purge(photo.ref)
    assert office.world.media_kept() == []
    assert [each.kind for each in office.world.deletions] == ["media"]


async def test_what_no_webhook_brought_is_found_in_the_lists_without_doubling(office):
    office.world.mishaps.add(Mishap("lose"))
    office.world.person_writes(office.sari, office.wa, "hilang")
    office.world.person_writes(office.sari, office.wa, "sampai")
    await office.settled()
    office.clock.advance(60)
    channel = office.channels["whatsapp"]
    payloads, _ = await channel.poll("")
    for payload in payloads:
        office.stored["whatsapp"].setdefault(channel.envelope(payload).key, payload)
    assert sorted(value.text for value in office.took() if isinstance(value, Message)) == ["hilang", "sampai"]


@pytest.mark.parametrize(
    ("fault", "fact"),
    [
        (Fault("429", retry_after_s=7), "busy"),
        (Fault("503", when="after"), "uncertain"),
        (Fault("reset", when="after"), "uncertain"),
        (Fault("html", when="after"), "uncertain"),
        (Fault("garbled", when="after"), "uncertain"),
        (Fault("error", code=20003, status=401), "misconfigured"),
        (Fault("error", code=21610, status=400), "gone"),
    ],
)
async def test_every_fault_has_its_fact_and_what_was_taken_is_found(office, fault, fact):
    office.world.person_writes(office.sari, office.wa, "Halo")
    office.world.faults.add(fault)
    began = office.clock.now()
    with pytest.raises(SendError) as raised:
        await office.send("Terima kasih.")
    assert raised.value.fact == fact
    to = Address("kanigaran", "whatsapp", office.sari.number)
    parcel = Parcel(Outbound(to=to, kind="question", text="Terima kasih."), number=1)
    found = await office.channels["whatsapp"].find(parcel, "k1", began)
    assert (found is not None) == (fault.when == "after")
