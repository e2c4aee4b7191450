"""The page's server with WhatsApp, SMS and mail beside Telegram: what each shows, takes, refuses and tells."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette

from channels.sandbox import mail, stage, twilio
from channels.sandbox.samples import load_samples
from channels.sandbox.telegram import HandClock, World
from tests.page.theatre import offices_in

OFFICE = "pengaduan@kanigaran.example"
GPS = 0x8825


class Scene:
    """Five offices, one of them with every channel; Sari with a phone and a mailbox; a client of the page's API."""

    def __init__(self, clock: HandClock, mails: mail.MailWorld) -> None:
        self.telegram = World(clock.now)
        offices = offices_in(self.telegram)
        self.world = twilio.World(clock.now)
        account = self.world.add_account("rahasia")
        urls = {"url": "http://127.0.0.1:1/twilio/kanigaran/message"}
        self.whatsapp = self.world.add_line(account, "whatsapp:+6281100001201", **urls)
        self.sms = self.world.add_line(account, "+6281100001202", **urls)
        self.mails = mails
        self.office = mails.add(mail.Person(OFFICE, "Kecamatan Kanigaran"))
        self.sari = self.telegram.add_user("Sari", last_name="Wulandari")
        self.stage = stage.build(
            self.telegram,
            offices,
            citizens=[self.sari],
            hands=stage.ClockHands(clock.now, clock.advance, lambda _office: None),
            strip=list,
            run="r1",
            lines=stage.Lines(self.world, {"kanigaran": {"whatsapp": self.whatsapp, "sms": self.sms}}),
            letters=stage.Letters(mails, {"kanigaran": OFFICE}),
        )
        site = httpx.ASGITransport(Starlette(routes=self.stage.routes()))
        self.http = httpx.AsyncClient(transport=site, base_url="http://127.0.0.1:8080")
        (self.person,) = self.world.people
        self.chats = {line.channel: self.world.chat(self.person, line) for line in (self.whatsapp, self.sms)}

    async def act(self, name: str, channel: str = "", /, **body) -> httpx.Response:
        where = {"chat": self.chats[channel].key} if channel else {}
        return await self.http.post(f"/api/{name}", json={"who": self.sari.id, **where, **body})

    async def told(self, name: str, channel: str, /, **body) -> dict[str, str]:
        """Do it as Sari; return what the office's webhook is told."""
        answer = await self.act(name, channel, **body)
        assert answer.status_code == 200, answer.text
        return self.world.deliveries[-1].params

    async def state(self) -> dict:
        return (await self.http.get("/api/state")).json()


@pytest.fixture
async def scene():
    clock = HandClock(datetime(2026, 11, 23, 2, tzinfo=UTC))
    async with mail.running(clock) as servers:
        made = Scene(clock, servers.world)
        yield made
        await made.http.aclose()


async def test_the_state_names_lines_numbers_and_mailboxes(scene):
    state = await scene.state()
    first, second, *_ = state["offices"]
    assert first["lines"] == {
        "whatsapp": {"sid": scene.whatsapp.sid, "address": "whatsapp:+6281100001201"},
        "sms": {"sid": scene.sms.sid, "address": "+6281100001202"},
    }
    assert first["mail"] == OFFICE
    assert "mail" not in second
    (sari,) = state["citizens"]
    assert sari["mail"] == "sari.wulandari@warga.example"
    assert sari["number"] == scene.person.number
    assert state["mails"] == {"sari.wulandari@warga.example": []}


async def test_one_person_has_one_number_everywhere_and_two_of_a_name_have_two_addresses(scene):
    for _ in range(2):
        await scene.http.post("/api/citizen", json={"name": "Sari Wulandari"})
    citizens = (await scene.state())["citizens"]
    assert len({each["mail"] for each in citizens}) == len({each["number"] for each in citizens}) == 3
    await scene.act("contact", "whatsapp")
    assert (
        f"TEL;TYPE=CELL;waid={scene.person.number[1:]}" in scene.chats["whatsapp"].bubbles[-1].media[0].content.decode()
    )


@pytest.mark.parametrize(("channel", "sender"), [("whatsapp", "whatsapp:{}"), ("sms", "{}")])
async def test_words_reach_the_line_they_were_written_to(scene, channel, sender):
    told = await scene.told("say", channel, text="jalan rusak")
    assert (told["Body"], told["From"]) == ("jalan rusak", sender.format(scene.person.number))
    (chat,) = [each for each in (await scene.state())["lines"] if each["bubbles"]]
    assert (chat["channel"], chat["bubbles"][0]["text"], chat["bubbles"][0]["mine"]) == (channel, "jalan rusak", True)


async def test_everything_whatsapp_can_carry_is_sent(scene):
    await scene.told("say", "whatsapp", text="halo")
    assert (await scene.told("pin", "whatsapp", office="kanigaran", reply_to=1))["Latitude"] == "-7.7701"
    assert (await scene.told("pin", "whatsapp", office="kanigaran", title="Balai RW"))["Label"] == "Balai RW"
    assert (await scene.told("voice", "whatsapp", sample="voice"))["MediaContentType0"] == "audio/ogg"
    assert (await scene.told("sticker", "whatsapp", sample="sticker"))["MessageType"] == "sticker"
    await scene.told("album", "whatsapp", samples=["ktp", "kk"], caption="berkas")
    kinds = [bubble.kind for bubble in scene.chats["whatsapp"].bubbles]
    assert kinds == ["text", "location", "location", "audio", "sticker", "image", "image"]
    assert scene.chats["whatsapp"].bubbles[1].reply_to is scene.chats["whatsapp"].bubbles[0]


async def test_a_photo_loses_its_place_and_a_file_keeps_it(scene):
    await scene.told("photo", "whatsapp", sample="road", caption="lubang")
    await scene.told("photo", "whatsapp", sample="road", as_file=True)
    chats = (await scene.state())["lines"]
    photo, file = [bubble for chat in chats for bubble in chat["bubbles"]]
    assert (photo["text"], file["media"][0]["name"]) == ("lubang", "contoh-jalan.jpg")
    as_photo, as_file = [
        Image.open(io.BytesIO((await scene.http.get(f"/api/media/{bubble['media'][0]['sid']}")).content)).getexif()
        for bubble in (photo, file)
    ]
    assert not as_photo.get_ifd(GPS)
    assert as_file.get_ifd(GPS)


async def test_the_visitor_s_own_files_go_the_same_way(scene):
    where = {"who": scene.sari.id, "chat": scene.chats["whatsapp"].key}
    pdf = {"params": {**where, "name": "surat.pdf"}, "headers": {"content-type": "application/pdf"}}
    assert (await scene.http.post("/api/upload", content=b"%PDF-1.4", **pdf)).status_code == 200
    assert scene.chats["whatsapp"].bubbles[-1].media[0].name == "surat.pdf"
    bad = {"params": where, "headers": {"content-type": "image/gif"}}
    assert (await scene.http.post("/api/upload", content=b"GIF89a?", **bad)).json()["error"] == "not_a_photo"
    assert (await scene.http.post("/api/upload", content=b"", **pdf)).json()["error"] == "empty"


REFUSED = {
    "a place by SMS": ("pin", "sms", {"office": "kanigaran"}, 409, "cannot"),
    "a voice note by SMS": ("voice", "sms", {"sample": "voice"}, 409, "cannot"),
    "changing what was said": ("edit", "whatsapp", {"message_id": 1, "text": "lain"}, 409, "cannot"),
    "a button of no message": ("press", "whatsapp", {"message_id": 9, "data": "x"}, 404, "gone"),
    "a sample that isn't there": ("photo", "whatsapp", {"sample": "none"}, 404, "unknown"),
    "having a Telegram chat open": ("read", "", {"chat": "1000:1"}, 409, "cannot"),
    "a line that isn't there": ("say", "", {"chat": "XE0:1", "text": "halo"}, 404, "unknown"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_cannot_be_done_is_refused(scene, case):
    name, channel, body, status, code = REFUSED[case]
    answer = await scene.act(name, channel, **body)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert not scene.world.deliveries


async def test_nobody_writes_from_somebody_else_s_phone(scene):
    rahma = scene.stage.acts.office("kanigaran").staff[0].user
    answer = await scene.act("say", "whatsapp", who=rahma.id, text="halo")
    assert answer.status_code == 404


async def test_reading_tells_the_office_and_blocking_tells_nobody(scene):
    chat = scene.chats["whatsapp"]
    await scene.told("say", "whatsapp", text="halo")
    scene.world.show(chat, text="Selamat pagi", sid=scene.world.sid("SM"))
    assert chat.bubbles[-1].status == "delivered"
    await scene.act("read", "whatsapp")
    assert chat.bubbles[-1].status == "read"
    await scene.act("block", "whatsapp", office="kanigaran", blocked=True)
    assert (await scene.act("say", "whatsapp", text="halo")).status_code == 409
    await scene.act("block", "whatsapp", office="kanigaran", blocked=False)
    assert (await scene.act("say", "whatsapp", text="halo")).status_code == 200
    assert not scene.telegram.private(scene.sari, scene.stage.acts.office("kanigaran").bot).blocked


# Mail


async def test_a_mail_reaches_the_office_with_its_file(scene):
    answer = await scene.act(
        "mail", office="kanigaran", subject="Jalan\nrusak", text="Mohon diperbaiki.", samples=["road"]
    )
    assert answer.status_code == 200
    (got,) = await scene.mails.inbox(scene.office)
    assert (got.subject, got.sender, got.sender_name) == (
        "Jalan rusak",
        "sari.wulandari@warga.example",
        "Sari Wulandari",
    )
    assert got.attached[0].content == load_samples()["road"].content
    (mine,) = (await scene.state())["mails"]["sari.wulandari@warga.example"]
    assert (mine["mine"], mine["words"], mine["attached"][0]["name"]) == (True, "Mohon diperbaiki.", "contoh-jalan.jpg")
    file = await scene.http.get(f"/api/mails/{scene.sari.id}/0/0")
    assert (file.headers["content-type"], file.content) == ("image/jpeg", load_samples()["road"].content)


async def test_an_answer_quotes_what_it_answers_and_goes_where_that_asks(scene):
    await scene.act("mail", office="kanigaran", subject="Lampu mati", text="RT 3")
    (asked,) = await scene.mails.inbox(scene.office)
    await scene.mails.person_mails(scene.office, "Apakah benar?", answers=asked)
    boxes = (await scene.state())["mails"]["sari.wulandari@warga.example"]
    assert [each["mine"] for each in boxes] == [True, False]
    await scene.act("mail", office="kanigaran", text="ya", answers=1)
    *_, last = await scene.mails.inbox(scene.office)
    assert last.subject == "Re: Lampu mati"
    assert "> Apakah benar?" in last.text
    *_, told = (await scene.state())["mails"]["sari.wulandari@warga.example"]
    assert (told["words"], told["text"]) == ("ya", last.text)
    assert set(told["names"]) >= set(boxes[1]["names"])


async def test_a_file_that_could_run_here_is_only_saved(scene):
    (sari,) = scene.stage.mail.letters.people.values()
    page = mail.Attached("halo.html", "text/html", b"<script>alert(1)</script>")
    await scene.mails.person_mails(scene.office, "Terlampir.", to=sari.address, subject="Berkas", attached=[page])
    file = await scene.http.get(f"/api/mails/{scene.sari.id}/0/0")
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"] == "attachment"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"office": "kedopok", "text": "halo"}, 404),
        ({"office": "kanigaran"}, 400),
        ({"office": "kanigaran", "text": "ya", "answers": 0}, 404),
        ({"office": "kanigaran", "text": "ya", "samples": ["none"]}, 404),
    ],
)
async def test_a_mail_that_cannot_be_written_is_refused(scene, body, status):
    assert (await scene.act("mail", **body)).status_code == status
    assert await scene.mails.inbox(scene.office) == []
    for address in (f"/api/mails/{scene.sari.id}/0/0", "/api/mails/1/0/0", "/api/media/none"):
        assert (await scene.http.get(address)).status_code == 404


async def test_all_channels_are_told_in_one_feed(scene):
    before = scene.telegram.feed.last
    await scene.act("say", "sms", text="satu")
    await scene.act("mail", office="kanigaran", subject="dua", text="dua")
    told = scene.telegram.feed.after(before)
    assert [(item.kind, item.chat) for item in told] == [
        ("message", scene.chats["sms"].key),
        ("mail", "mail:sari.wulandari@warga.example"),
    ]
    assert (await scene.state())["cursor"] == f"r1.{scene.telegram.feed.last}"
