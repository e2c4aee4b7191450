"""The adapter against the strict stand-in, over the network: what people do arrives, what we send is as Twilio takes it."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from types import SimpleNamespace

import pytest
from aiohttp import web

from channels.base import Call, Forged, Malformed, NotMine, Parcel
from channels.http import Http
from channels.sandbox.twilio import Fault, Mishap, serve
from channels.settings import Secret
from tests.channels.sandbox.twilio.scene import KEY, SECRET, SMS, TOKEN, WA, scene, schema, until
from tests.channels.twilio.conftest import built
from workflow.message import Address, Choice, Enclosure, Location, Message, Outbound, Press, Receipt, SendError

PHOTO = b"\xff\xd8\xff\xe0CONTOH" + b"x" * 200_000
OFFICE = "twilio/kanigaran"
YES, NO = Choice(label="Ya", data="c:ya"), Choice(label="Ubah", data="c:ubah")
CHOICES = {
    "twilio/quick-reply": {
        "body": "{{1}}",
        "actions": [{"title": "{{2}}", "id": "{{3}}"}, {"title": "{{4}}", "id": "{{5}}"}],
    }
}
SAMPLES = {"1": "Benar?", "2": "Ya", "3": "c:ya", "4": "Ubah", "5": "c:ubah"}
WAITS = {"twilio/text": {"body": "Ada jawaban untuk laporan {{1}}. Balas OK untuk membaca."}}


class Web:
    """The web role in small: takes calls for the channels, and serves what they share."""

    def __init__(self):
        self.channels, self.payloads, self.refused = {}, [], []

    async def called(self, request):
        call = Call(
            request.path[1:],
            {k.lower(): v for k, v in request.headers.items()},
            await request.read(),
            request.query_string,
        )
        for channel in self.channels.values():
            try:
                payload = channel.accept(call)
            except NotMine:
                continue
            except (Forged, Malformed) as error:
                self.refused.append(type(error))
                return web.Response(status=403 if isinstance(error, Forged) else 400)
            self.payloads.append((channel, payload))
            return web.Response(body=channel.thanks[1], content_type=channel.thanks[0])
        return web.Response(status=404)

    async def fetched(self, request):
        enclosure = self.channels["whatsapp"].shared(request.match_info["token"])
        return web.Response(body=PHOTO, content_type="image/jpeg", headers={"x-file": enclosure.file})

    def read(self):
        """Every call that came, as a value; a doublet, known by its key, counts once."""
        return [
            channel.read(payload) for channel, payload in {c.envelope(p): (c, p) for c, p in self.payloads}.values()
        ]


@pytest.fixture
async def world(http):
    """An office's channels over a stand-in that calls them."""
    here = Web()
    app = web.Application()
    app.router.add_get(f"/{OFFICE}/media/{{token}}", here.fetched)
    app.router.add_post("/{path:.*}", here.called)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    public = f"http://127.0.0.1:{runner.addresses[0][1]}"
    it = scene(public=f"{public}/{OFFICE}", overrides="#rc=2&rp=all")
    templates = {
        "choices_2": it.world.add_content(it.account, "choices_2", CHOICES, variables=SAMPLES).sid,
        "answer_waiting": it.world.add_content(
            it.account, "answer_waiting", WAITS, variables={"1": "KNG-2026-0001"}, approved=True
        ).sid,
        "status_update": it.world.add_content(
            it.account, "status_update", WAITS, variables={"1": "KNG-2026-0001"}, approved=True
        ).sid,
        "reminder": it.world.add_content(
            it.account, "reminder", WAITS, variables={"1": "KNG-2026-0001"}, approved=True
        ).sid,
    }
    async with serve(it.world, it.clock) as server:
        here.channels = built(
            http, api_url=server.url, public_url=public, now=it.clock.now, account_sid=it.account.sid,
            auth_token=Secret(TOKEN), previous_auth_token=None, shared_keys={}, api_key=KEY, api_secret=Secret(SECRET),
            whatsapp=WA, sms=SMS, templates=templates,
        )  # fmt: skip
        yield SimpleNamespace(it=it, web=here, server=server, public=public, **here.channels)
    await runner.cleanup()
    checked = [each.params for each in it.world.calls_of("messages.create")]
    assert [error.message for params in checked for error in schema().iter_errors(params)] == []


def to(channel, kind="question", number=7, content=b"", mime="", **fields):
    return Parcel(Outbound(to=Address("kanigaran", channel, "+6281234567890"), kind=kind, **fields), content=content, mime=mime, number=number)  # fmt: skip


async def came(world, count):
    await until(lambda: len(world.web.payloads) >= count)
    return world.web.read()


async def test_what_people_do_on_whatsapp_arrives(world):
    theirs, line, sari = world.it.world, world.it.wa, world.it.sari
    acts = [
        lambda: theirs.person_writes(sari, line, "jalan\0 rusak"),
        lambda: theirs.person_sends_photo(sari, line, PHOTO),
        lambda: theirs.person_sends_voice(sari, line, b"OggS"),
        lambda: theirs.person_pins(sari, line, -7.75, 113.2, label="SDN 1", address="Jl. Suyoso"),
        lambda: theirs.person_sends_unsupported(sari, line),
    ]
    for nth, act in enumerate(acts, 1):
        act()
        await came(world, nth)
    text, photo, voice, pin, other = world.web.read()
    assert {each.chat for each in (text, photo, voice, pin, other)} == {Address("kanigaran", "whatsapp", sari.number)}
    assert text.text == "jalan rusak"
    assert text.sender.also == (sari.scoped_id,)
    assert [each.kind for each in (*photo.attachments, *voice.attachments)] == ["photo", "voice"]
    assert pin.location == Location(latitude=-7.75, longitude=113.2, title="SDN 1", address="Jl. Suyoso")
    assert other.unsupported
    assert world.web.refused == []


async def test_an_album_is_a_message_for_each_photo_and_every_photo_is_had_and_then_deleted_there(world):
    world.it.world.person_sends_album(world.it.sari, world.it.wa, [PHOTO, PHOTO + b"2"])
    photos = await came(world, 2)
    had = []
    for each in photos:
        had.append(b"".join([piece async for piece in world.whatsapp.download(each.attachments[0].ref, 1_000_000)]))
        await world.whatsapp.purge(each.attachments[0].ref)
        await world.whatsapp.purge(each.attachments[0].ref)  # a doublet of the order does no harm
    assert sorted(had) == sorted([PHOTO, PHOTO + b"2"])
    assert world.it.world.media_kept() == []
    fetches = [call for call in world.it.world.calls if call.method.startswith("media.f")]
    assert {call.user for call in fetches if call.method == "media.fetch"} == {KEY}
    assert {call.user for call in fetches if call.method == "media.file"} <= {""}
    assert world.it.world.breaches == []


async def test_buttons_come_back_with_what_they_carry(world):
    world.it.hear()
    await world.whatsapp.send(to("whatsapp", text="Sudah benar?", choices=((YES, NO),)), "key")
    bubble = world.it.phone().bubbles[-1]
    assert [(each.title, each.id) for each in bubble.buttons] == [("Ya", "c:ya"), ("Ubah", "c:ubah")]
    world.it.world.person_presses(bubble, "Ubah")
    await until(lambda: any(isinstance(each, Press) for each in world.web.read()))
    (press,) = [each for each in world.web.read() if isinstance(each, Press)]
    assert (press.data, press.message_id) == ("c:ubah", bubble.sid)


async def test_words_files_and_places_arrive_on_the_phone_and_their_news_with_us(world):
    world.it.hear()
    sent = await world.whatsapp.send(to("whatsapp", text="Terima kasih."), "key")
    await world.whatsapp.send(
        to("whatsapp", number=8, text="Fotonya", enclosure=Enclosure(file="f1"), content=PHOTO, mime="image/jpeg"),
        "key",
    )
    await world.whatsapp.send(
        to("whatsapp", number=9, text="Lokasinya", location=Location(latitude=-7.75, longitude=113.2)), "key"
    )
    await until(lambda: len(world.it.phone().bubbles) >= 5)
    world.it.world.person_reads(world.it.sari, world.it.wa)

    def news():
        return {(each.ours, each.state) for each in world.web.read() if isinstance(each, Receipt)}

    await until(lambda: {(7, "read"), (8, "read"), (9, "read")} <= news())
    (first,) = {each.message for each in world.web.read() if isinstance(each, Receipt) and each.ours == 7}
    assert first == sent.id
    assert world.it.world.breaches == []


async def test_outside_the_24_hours_a_template_goes_and_free_text_comes_back(world):
    world.it.hear()
    world.it.clock.advance(30 * 3600)
    with contextlib.suppress(SendError):
        await world.whatsapp.send(to("whatsapp", "answer", text="Jawaban"), "key")

    def failed():
        return [each for each in world.web.read() if isinstance(each, Receipt) and each.state == "failed"]

    await until(failed)
    assert {(each.ours, each.fact) for each in failed()} == {(7, "window")}
    await world.whatsapp.send(
        to("whatsapp", "knock", number=8, text="-", template="answer_waiting", words=("KNG-2026-0001",)), "key"
    )
    assert world.it.phone().texts[-1] == "Ada jawaban untuk laporan KNG-2026-0001. Balas OK untuk membaca."


async def test_what_no_call_brought_is_found_in_the_lists(world):
    theirs = world.it.world
    theirs.mishaps.add(Mishap("lose", of="message", count=3))
    theirs.person_writes(world.it.sari, world.it.wa, "jalan rusak")
    theirs.person_sends_photo(world.it.sari, world.it.wa, PHOTO, caption="ini fotonya")
    theirs.person_writes(world.it.sari, world.it.sms, "lewat SMS")
    world.it.clock.advance(60)
    found, after = await world.whatsapp.poll("")
    text, photo = (world.whatsapp.read(payload) for payload in found)
    assert isinstance(text, Message)
    assert (text.text, photo.text) == ("jalan rusak", "ini fotonya")
    assert b"".join([piece async for piece in world.whatsapp.download(photo.attachments[0].ref, 1_000_000)]) == PHOTO
    assert [world.sms.read(payload).text for payload in (await world.sms.poll(""))[0]] == ["lewat SMS"]
    assert await world.whatsapp.poll(after) == ([], after)


async def test_after_an_uncertain_sending_the_message_is_looked_up(world):
    world.it.hear()
    since = world.it.clock.now()
    asked = to("whatsapp", "answer", text="Jawaban kami")
    assert await world.whatsapp.find(asked, "key", since) is None
    world.it.world.faults.add(Fault("503", method="messages.create", when="after"))
    with pytest.raises(SendError) as caught:
        await world.whatsapp.send(asked, "key")
    assert caught.value.fact == "uncertain"
    found = await world.whatsapp.find(asked, "key", since)
    assert found is not None
    assert found.id == world.it.phone().bubbles[-1].sid
    ahead = world.it.clock.now() + timedelta(seconds=50)  # our clock was put right since
    assert (await world.whatsapp.find(asked, "key", ahead)).id == found.id
    assert await world.whatsapp.find(asked, "key", world.it.clock.now() + timedelta(minutes=2)) is None


FAULTS = {"429": ("busy", 9), "500": ("uncertain", 0), "502": ("uncertain", 0), "html": ("uncertain", 0), "garbled": ("uncertain", 0), "reset": ("uncertain", 0)}  # fmt: skip


@pytest.mark.parametrize("kind", FAULTS)
async def test_a_fault_is_a_fact(kind, world):
    world.it.world.faults.add(Fault(kind, method="messages.create", retry_after_s=9))
    with pytest.raises(SendError) as caught:
        await world.sms.send(to("sms", text="Halo"), "key")
    assert (caught.value.fact, caught.value.retry_after_s) == FAULTS[kind]


async def test_an_sms_is_paid_for_as_it_was_counted(world):
    from channels.twilio.gsm7 import fold, segments

    text = "“Terima kasih” – laporan Bapak/Ibu kami terima… 🙏 " * 4
    await world.sms.send(to("sms", text=text), "key")
    (body,) = world.it.phone(line=world.it.sms).texts
    assert body == fold(text)
    assert segments(body).alphabet == "GSM-7"


async def test_a_forged_call_is_refused_and_a_doublet_is_the_same_message(world):
    world.it.world.mishaps.add(Mishap("forge", of="message"))
    world.it.world.person_writes(world.it.sari, world.it.wa, "palsu")
    await until(lambda: world.web.refused)
    assert world.web.payloads == []
    world.it.world.mishaps.add(Mishap("duplicate", of="message"))
    world.it.world.person_writes(world.it.sari, world.it.wa, "dua kali")
    await until(lambda: len(world.web.payloads) == 2)
    assert [each.text for each in world.web.read()] == ["dua kali"]


async def test_a_stand_in_set_up_rightly_has_nothing_to_mend(world):
    reports = await asyncio.gather(world.whatsapp.describe(), world.sms.describe())
    assert [report.problems for report in reports] == [(), ()]
    assert all(report.right for report in reports)


async def test_what_is_set_wrong_at_twilios_is_found(world, http):
    elsewhere = built(
        http, api_url=world.server.url, public_url="https://lain.example", now=world.it.clock.now, whatsapp=WA, sms="+6281100000009",
        account_sid=world.it.account.sid, auth_token=Secret("salah"), previous_auth_token=None, shared_keys={}, api_key=KEY, api_secret=Secret(SECRET), templates={"reminder": "HX" + "0" * 32},
    )  # fmt: skip
    found = [problem.what for each in elsewhere.values() for problem in (await each.describe()).problems]
    assert "the account: 20003: account_sid with auth_token, or api_key with api_secret, isn't right" in found
    assert "+6281100000009 is no number of this account" in found
    assert f"the WhatsApp sender's webhook is {world.public}/{OFFICE}/message#rc=2&rp=all" in found
    assert any(what.startswith("the template reminder: ") for what in found)
    assert isinstance(http, Http)
