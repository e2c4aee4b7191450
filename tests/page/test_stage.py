"""The page's server: what it shows, what it lets a visitor do, whom it refuses, and how it tells what happens."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from channels.sandbox import stage
from channels.sandbox.samples import load_samples
from channels.sandbox.stage_guard import CONTENT_SECURITY_POLICY
from channels.sandbox.telegram import HandClock, World
from tests.page.theatre import offices_in, serving


class Scene:
    """A world with five offices, one citizen, and a client of the page's API."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.world = World(self.clock.now)
        self.offices = offices_in(self.world)
        self.sari = self.world.add_user("Sari", last_name="Wulandari")
        self.rows: list[stage.StripRow] = []
        self.turned: list[str] = []
        self.stage = stage.build(
            self.world,
            self.offices,
            citizens=[self.sari],
            hands=stage.ClockHands(
                self.clock.now, self.clock.advance, self.turned.append, lambda office: office != "kedopok"
            ),
            strip=lambda: self.rows,
            run="r1",
        )
        self.http = self.client()
        self.office = self.offices["kanigaran"]
        self.rahma = self.office.staff[0].user
        self.private = self.world.private(self.sari, self.office.bot)

    def client(self, address: str = "http://127.0.0.1:8080", **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(Starlette(routes=self.stage.routes())), base_url=address, headers=headers
        )

    async def act(self, name: str, /, **body) -> httpx.Response:
        return await self.http.post(f"/api/{name}", json=body)

    async def wrote(self, name: str, /, **body) -> list[dict]:
        """Do it as Sari in her own chat; return what the office's bot is told."""
        answer = await self.act(name, who=self.sari.id, chat=self.private.key, **body)
        assert answer.status_code == 200, answer.text
        return [update.body for update in self.office.bot.updates]


@pytest.fixture
async def scene():
    made = Scene()
    yield made
    await made.http.aclose()


# What is shown


async def test_the_page_and_every_file_it_names_are_served(scene):
    page = await scene.http.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    names = [part.split('"')[0] for part in page.text.split("/page/")[1:]]
    assert {"page.js", "base.css", "layout.css", "chat.css", "mark.svg"} <= set(names)
    for name in names:
        assert (await scene.http.get(f"/page/{name}")).status_code == 200, name


async def test_a_file_that_is_not_the_page_s_is_not_served(scene):
    for address in ("/page/..%2Fstage.py", "/page/stage.py", "/page/", "/samples/samples.toml", "/api/files/x"):
        assert (await scene.http.get(address)).status_code == 404, address


async def test_every_answer_binds_the_browser_to_the_page_s_own_files(scene):
    for address in ("/", "/page/page.js", "/api/state", "/api/files/none", "/samples/ktp", "/page/none"):
        headers = (await scene.http.get(address)).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY, address
        assert headers["cache-control"] == "no-store", address
        assert headers["x-content-type-options"] == "nosniff", address
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'; script-src 'self'; style-src 'self'")


async def test_the_state_names_the_offices_in_order_with_their_people(scene):
    state = (await scene.http.get("/api/state")).json()
    assert [office["id"] for office in state["offices"]] == [
        "kanigaran",
        "kedopok",
        "pegantenan",
        "dpmd-pasuruan",
        "pekutatan",
    ]
    assert state["offices"][0]["staff"][2] == {
        "id": scene.office.staff[2].user.id,
        "name": "Ratna Dewi",
        "title": "Camat",
    }
    assert state["citizens"] == [{"id": scene.sari.id, "name": "Sari Wulandari"}]
    assert state["clock"]["now"].endswith(("Z", "+00:00"))
    assert state["clock"]["open"]["kedopok"] is False
    assert state["chats"][scene.office.desk.key]["messages"] == []
    assert state["cursor"] == f"r1.{scene.world.feed.last}"


async def test_the_state_holds_what_was_said_and_files_can_be_fetched(scene):
    await scene.wrote("photo", sample="road", caption="jalan")
    state = (await scene.http.get("/api/state")).json()
    (message,) = state["chats"][scene.private.key]["messages"]
    assert message["caption"] == "jalan"
    picture = await scene.http.get(f"/api/files/{message['photo'][-1]['file_unique_id']}")
    assert picture.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(picture.content)).size == (1280, 800)


async def test_steps_may_come_from_a_coroutine(scene):
    async def strip():
        return [
            stage.StripRow("kanigaran", "7K3F", [stage.StripStep("1", "Masuk", "Pelapor", "now", "Pelapor datang")])
        ]

    scene.stage._strip = strip
    (row,) = (await scene.http.get("/api/state")).json()["strip"]
    assert row["steps"] == [
        {"no": "1", "label": "Masuk", "role": "Pelapor", "state": "now", "detail": "Pelapor datang"}
    ]


# What is done


async def test_words_reach_the_bot_as_the_person_wrote_them(scene):
    name = "<img src=x onerror=alert(1)>"
    citizen = (await scene.act("citizen", name=f"  {name} ")).json()["id"]
    answer = await scene.act("say", who=citizen, chat=f"{scene.office.bot.id}:{citizen}", text="<b>halo</b> & salam")
    assert answer.status_code == 200
    (update,) = scene.office.bot.updates
    assert update.body["text"] == "<b>halo</b> & salam"
    assert update.body["from"]["first_name"] == "<img"
    assert update.body["from"]["last_name"] == "src=x onerror=alert(1)>"


async def test_a_photo_loses_its_position_and_a_file_keeps_it(scene):
    as_photo, as_file = (
        await scene.wrote("photo", sample="road"),
        await scene.wrote("photo", sample="road", as_file=True),
    )
    assert "photo" in as_photo[0]
    assert as_file[1]["document"]["mime_type"] == "image/jpeg"

    def position(unique: str):
        file = scene.world.files.by_unique_id(unique)
        return dict(Image.open(io.BytesIO(file.content)).getexif().get_ifd(0x8825))

    assert position(as_photo[0]["photo"][-1]["file_unique_id"]) == {}
    found = position(as_file[1]["document"]["file_unique_id"])
    assert (found[1], found[3]) == ("S", "E")
    assert float(found[2][0]) == 7.0
    assert float(found[2][1]) == 46.0


async def test_an_album_is_separate_messages_with_one_group(scene):
    told = await scene.wrote("album", samples=["ktp", "kk", "road"], caption="berkas saya")
    assert len(told) == 3
    assert len({one["media_group_id"] for one in told}) == 1
    assert [one.get("caption") for one in told] == ["berkas saya", None, None]


async def test_pins_lie_in_the_office_s_own_area(scene):
    (told,) = await scene.wrote("pin", office="kanigaran")
    assert (round(told["location"]["latitude"]), round(told["location"]["longitude"])) == (-8, 113)
    pekutatan = scene.offices["pekutatan"]
    key = f"{pekutatan.bot.id}:{scene.sari.id}"
    await scene.act("pin", who=scene.sari.id, chat=key, office="pekutatan", title="Balai desa")
    venue = pekutatan.bot.updates[-1].body["venue"]
    assert venue["title"] == "Balai desa"
    assert round(venue["location"]["longitude"]) == 115


async def test_voice_sticker_and_own_number_are_of_their_kind(scene):
    await scene.wrote("voice", sample="voice")
    await scene.wrote("sticker", sample="sticker")
    told = await scene.wrote("contact")
    assert told[0]["voice"]["mime_type"] == "audio/ogg"
    assert "sticker" in told[1]
    assert told[2]["contact"]["user_id"] == scene.sari.id


async def test_own_files_are_sent_as_they_are_or_as_photos(scene):
    where = {"who": scene.sari.id, "chat": scene.private.key, "name": "<surat>.pdf"}
    picture = load_samples()["ktp"].content
    sent = await scene.http.post(
        "/api/upload", params=where, content=b"%PDF-1.4 x", headers={"content-type": "application/pdf"}
    )
    assert sent.status_code == 200
    await scene.http.post(
        "/api/upload", params=where | {"caption": "KTP"}, content=picture, headers={"content-type": "image/jpeg"}
    )
    letter, photo = (update.body for update in scene.office.bot.updates)
    assert letter["document"]["file_name"] == "<surat>.pdf"
    assert photo["caption"] == "KTP"
    assert "photo" in photo
    page = {"content-type": "text/html"}
    await scene.http.post(
        "/api/upload", params=where | {"name": "x.html"}, content=b"<script>alert(1)</script>", headers=page
    )
    unique = scene.office.bot.updates[-1].body["document"]["file_unique_id"]
    shown = await scene.http.get(f"/api/files/{unique}")
    assert shown.headers["content-type"] == "application/octet-stream"
    assert shown.headers["content-disposition"] == "attachment"


async def test_only_one_s_own_words_can_be_edited(scene):
    await scene.wrote("say", text="jalan rusak")
    scene.world.post(scene.private, scene.office.bot.user, {"text": "Terima kasih"})
    mine, theirs = scene.private.messages
    where = {"who": scene.sari.id, "chat": scene.private.key, "text": "jalan rusak parah"}
    assert (await scene.act("edit", message_id=mine, **where)).status_code == 200
    assert scene.private.messages[mine].content["text"] == "jalan rusak parah"
    refused = await scene.act("edit", message_id=theirs, **where)
    assert (refused.status_code, refused.json()["error"]) == (409, "not_yours")


async def test_staff_press_and_reply_in_their_group(scene):
    markup = {"inline_keyboard": [[{"text": "Lengkap", "callback_data": "d:ok"}]]}
    desk = scene.office.desk
    card = scene.world.post(desk, scene.office.bot.user, {"text": "kartu"}, stage_draft(markup))
    answer = await scene.act("press", who=scene.rahma.id, chat=desk.key, message_id=card.id, data="d:ok")
    assert answer.status_code == 200
    await scene.act("say", who=scene.rahma.id, chat=desk.key, text="sudah dicek", reply_to=card.id)
    press, reply = (update.body for update in scene.office.bot.updates)
    assert (press["data"], press["from"]["id"]) == ("d:ok", scene.rahma.id)
    assert reply["reply_to_message"]["message_id"] == card.id


def stage_draft(markup):
    from channels.sandbox.telegram.model import Draft

    return Draft(markup=markup)


async def test_whoever_blocked_the_office_can_write_again_only_after_unblocking(scene):
    await scene.wrote("say", text="halo")
    await scene.act("block", who=scene.sari.id, office="kanigaran", blocked=True)
    refused = await scene.act("say", who=scene.sari.id, chat=scene.private.key, text="halo?")
    assert (refused.status_code, refused.json()["error"]) == (409, "cannot")
    await scene.act("block", who=scene.sari.id, office="kanigaran", blocked=False)
    assert (await scene.act("say", who=scene.sari.id, chat=scene.private.key, text="halo!")).status_code == 200


async def test_the_group_gets_topics_and_loses_them(scene):
    await scene.act("desk", office="kanigaran", topics=True)
    assert scene.office.desk.is_forum
    assert scene.world.feed.after()[-1].data["is_forum"]
    await scene.act("desk", office="kanigaran", topics=False)
    assert not scene.office.desk.is_forum


async def test_the_clock_is_moved_by_seconds_or_to_a_working_day(scene):
    before = scene.clock.now()
    answer = await scene.act("clock", office="kanigaran", by_s=600)
    assert (scene.clock.now() - before).total_seconds() == 600
    assert answer.json()["clock"]["turn"] == 1
    await scene.act("clock", office="pekutatan", to="next_working_day")
    assert scene.turned == ["pekutatan"]
    for wrong in ({}, {"by_s": 600, "to": "next_working_day"}, {"by_s": -5}, {"to": "yesterday"}, {"by_s": 10**9}):
        assert (await scene.act("clock", office="kanigaran", **wrong)).status_code == 400, wrong


# Who is refused


@pytest.mark.parametrize(
    ("name", "body", "status", "why"),
    [
        ("say", {"who": 1, "chat": "x"}, 400, "missing required field `text`"),
        ("say", {"who": "1", "chat": "x", "text": "halo"}, 400, "`$.who`"),
        ("say", {"who": 1, "chat": "x", "text": ""}, 400, "length >= 1"),
        ("say", {"who": 1, "chat": "x", "text": "halo", "colour": "red"}, 400, "unknown field `colour`"),
        ("say", {"who": 1, "chat": "x", "text": "halo"}, 404, "no person 1"),
        ("say", [], 400, "Expected `object`"),
        ("album", {"who": 1, "chat": "x", "samples": ["ktp"]}, 400, "length >= 2"),
        ("pin", {"who": 1, "chat": "x", "office": "kanigaran", "latitude": 91}, 400, "<= 90"),
        ("citizen", {"name": "x" * 65}, 400, "length <= 64"),
        ("citizen", {"name": " \n "}, 400, "only blanks"),
        ("start", {"who": 1, "office": "kanigaran", "payload": "a b"}, 400, "matching regex"),
        ("desk", {"office": "surabaya", "topics": True}, 404, "no office 'surabaya'"),
        ("fly", {}, 404, "no act 'fly'"),
    ],
)
async def test_a_body_that_is_wrong_is_refused_with_the_reason(scene, name, body, status, why):
    answer = await scene.http.post(f"/api/{name}", json=body)
    assert answer.status_code == status
    assert why in answer.json()["reason"]


async def test_nobody_acts_in_a_chat_that_is_not_theirs(scene):
    other = f"{scene.office.bot.id}:{scene.rahma.id}"
    assert (await scene.act("say", who=scene.sari.id, chat=other, text="halo")).status_code == 404
    in_the_group = await scene.act("say", who=scene.sari.id, chat=scene.office.desk.key, text="halo")
    assert (in_the_group.status_code, in_the_group.json()["error"]) == (409, "cannot")
    elsewhere = scene.offices["kedopok"].desk.key
    assert (await scene.act("say", who=scene.rahma.id, chat=elsewhere, text="halo")).status_code == 409


async def test_broken_json_other_types_and_floods_are_refused(scene):
    post, json_type = scene.http.post, {"content-type": "application/json"}
    assert (await post("/api/say", content=b"{", headers=json_type)).status_code == 400
    assert (await post("/api/say", content=b"{}", headers={"content-type": "text/plain"})).status_code == 415
    assert (await post("/api/say", content=b" " * 70_000, headers=json_type)).status_code == 413
    where = {"who": scene.sari.id, "chat": scene.private.key}
    assert (await post("/api/upload", params=where, content=b"")).status_code == 400
    assert (await post("/api/upload", params=where, content=bytes(20 * 1024 * 1024 + 1))).status_code == 413
    no_photo = await post("/api/upload", params=where, content=b"GIF89a?", headers={"content-type": "image/gif"})
    assert no_photo.json()["error"] == "not_a_photo"
    assert scene.office.bot.updates == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.5:8080", "[::1", ""])
async def test_another_host_name_is_refused(scene, host):
    async with scene.client(host=host) as client:
        assert (await client.get("/api/state")).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:9000"])
async def test_this_machine_s_own_names_are_served(scene, host):
    async with scene.client(host=host) as client:
        assert (await client.get("/api/state")).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
async def test_a_request_made_by_another_site_is_refused(scene, headers):
    answer = await scene.http.post("/api/citizen", json={"name": "X"}, headers=headers)
    assert answer.status_code == 403
    assert len(scene.stage.acts.citizens) == 1


async def test_there_is_an_end_to_phones(scene):
    answers = [(await scene.act("citizen", name=f"Warga {number}")).status_code for number in range(24)]
    assert answers == [200] * 23 + [409]


async def test_it_stands_beside_other_routes(scene):
    async def health(_request):
        return PlainTextResponse("ok")

    both = Starlette(
        routes=[
            *scene.stage.routes(),
            Route("/healthz", health),
            Route("/{channel}/{office}", health, methods=["POST"]),
        ]
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(both), base_url="http://localhost:8080") as client:
        assert (await client.get("/healthz")).text == "ok"
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/page/page.js")).status_code == 200
        assert (await client.post("/api/citizen", json={"name": "Joko"})).status_code == 200
        assert (await client.post("/telegram/kanigaran")).text == "ok"


# How it tells what happens


@contextlib.asynccontextmanager
async def stream(url: str, after: str = "", last_id: str = ""):
    """Follow the events; yields (the answer's headers, a function that waits for the next event or comment)."""
    headers = {"last-event-id": last_id} if last_id else {}
    async with (
        httpx.AsyncClient(trust_env=False, timeout=5) as client,
        client.stream("GET", f"{url}/api/events", params={"after": after}, headers=headers) as answer,
    ):
        lines = answer.aiter_lines()

        async def block() -> dict[str, str]:
            found: dict[str, str] = {}
            async for line in lines:
                if not line and found:
                    return found
                name, _, value = line.partition(":")
                found[name or "comment"] = value.strip()
            return found

        yield answer.headers, block


async def until(block, name: str) -> dict[str, str]:
    async with asyncio.timeout(30):
        while True:
            found = await block()
            if found.get("event") == name:
                return found


async def test_what_happens_is_told_with_numbers_and_told_again_after_a_break(scene):
    async with serving(scene.stage) as url:
        cursor = (await scene.http.get("/api/state")).json()["cursor"]
        async with stream(url, cursor) as (headers, block):
            assert headers["content-type"].startswith("text/event-stream")
            assert headers["x-accel-buffering"] == "no"
            assert headers["cache-control"] == "no-store"
            await scene.wrote("say", text="satu")
            chat = await until(block, "feed")
            first = await until(block, "feed")
        assert json.loads(chat["data"])["kind"] == "chat"
        assert json.loads(first["data"])["data"]["text"] == "satu"
        await scene.wrote("say", text="dua")
        async with stream(url, cursor, last_id=first["id"]) as (_, block):
            assert json.loads((await until(block, "feed"))["data"])["data"]["text"] == "dua"


@pytest.mark.parametrize(
    "last_id", ["r0.1", "r1.999999", "r1.-1", "r1.x", "nonsense", "r1.99999999999999999999", "r1.²"]
)
async def test_a_browser_from_another_run_begins_anew(scene, last_id):
    async with serving(scene.stage) as url, stream(url, last_id) as (_, block):
        assert (await block())["event"] == "reset"


async def test_a_browser_that_was_away_too_long_begins_anew(scene, monkeypatch):
    monkeypatch.setattr("channels.sandbox.feed.FEED_LIMIT", 3)
    for number in range(6):
        await scene.wrote("say", text=f"pesan {number}")
    async with serving(scene.stage) as url, stream(url, "r1.1") as (_, block):
        assert (await block())["event"] == "reset"


async def test_steps_citizens_and_clock_are_told_when_they_change(scene, monkeypatch):
    monkeypatch.setattr(stage, "LOOK_S", 0.02)
    async with serving(scene.stage) as url, stream(url, f"r1.{scene.world.feed.last}") as (_, block):
        assert json.loads((await until(block, "strip"))["data"]) == []
        scene.rows.append(stage.StripRow("kanigaran", "7K3F", [], title="jalan rusak"))
        assert json.loads((await until(block, "strip"))["data"])[0]["title"] == "jalan rusak"
        await scene.act("citizen", name="Joko Prasetyo")
        assert json.loads((await until(block, "citizens"))["data"])[1]["name"] == "Joko Prasetyo"
        await scene.act("clock", office="kanigaran", by_s=3600)
        assert json.loads((await until(block, "clock"))["data"])["turn"] == 1


async def test_a_quiet_stream_is_kept_open_by_comments(scene, monkeypatch):
    monkeypatch.setattr(stage, "LOOK_S", 0.02)
    monkeypatch.setattr(stage, "PING_S", 0.05)
    async with (
        serving(scene.stage) as url,
        stream(url, f"r1.{scene.world.feed.last}") as (_, block),
        asyncio.timeout(30),
    ):
        while "comment" not in (found := await block()):
            pass
        assert found["comment"] == "ping"


async def test_a_browser_that_leaves_is_forgotten_and_windows_have_an_end(scene, monkeypatch):
    monkeypatch.setattr(stage, "FOLLOWERS_MAX", 1)
    monkeypatch.setattr(stage, "LOOK_S", 0.02)
    followers = scene.stage._wakers
    async with serving(scene.stage) as url:
        async with stream(url, f"r1.{scene.world.feed.last}") as (_, block):
            await until(block, "clock")
            async with stream(url, "r1.0") as (_, second):
                assert "full" in str(await second())
        for _ in range(500):
            if not followers:
                break
            await asyncio.sleep(0.01)
        assert not followers


async def test_closing_ends_every_stream(scene):
    async with serving(scene.stage) as url, stream(url, f"r1.{scene.world.feed.last}") as (_, block):
        await until(block, "clock")
        scene.stage.close()
        async with asyncio.timeout(30):
            while await block():
                pass
