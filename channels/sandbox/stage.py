"""The HTTP layer of the demo: the page with the phones and the desk, and its API over the stand-in's `World`.

    made = stage.build(
        world,                       # one World with one bot per office
        {"kanigaran": OfficeStage(...), ...},        # in the order of the switch
        citizens=[world.add_user("Sari", last_name="Wulandari")],
        hands=ClockHands(now=..., shift=..., next_working_day=..., is_open=...),
        strip=lambda: [StripRow(...), ...],          # may be a coroutine function; asked about once a second
        run="20261123T0200",                         # another word for every start: browsers begin anew
    )
    whole.site(made.routes())        # they stand before or after the real program's own routes; none of them overlap

`made.close()` ends all event streams, so that a server can stop.

What it answers (JSON; an error is `{"error": code, "reason": why}` and the page has words for the code):
GET  /                    the page;  /page/NAME its scripts and styles;  /samples/ID a sample's file
GET  /api/state           everything there is now, with the `cursor` from which /api/events goes on
GET  /api/events?after=C  server-sent events: `feed` (a change in the world), `strip`, `citizens`, `clock`, and `reset`
                          (fetch the state again). Ids replay after Last-Event-ID; a comment every 15 s keeps it open.
GET  /api/files/ID        a file somebody sent
GET  /api/media/ID        a file of WhatsApp's;  /api/mails/WHO/MAIL/FILE  one that came with a mail
POST /api/say photo album pin voice sticker contact edit press start block read mail citizen desk clock
                          (bodies: `stage_bodies`); an act in a chat of another channel is done there
POST /api/upload?who=&chat=&name=...   the visitor's own file as the body

With `lines` (Twilio's stand-in) and `letters` (the mail server's) citizens have WhatsApp, SMS and mail beside
Telegram. All three worlds tell what happens in one feed, that of the first; so pass worlds where nothing happened yet.

Only this machine is served: another name in the Host header, or a request that another site's page made, gets 403.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from channels.sandbox import stage_bodies, stage_http, stage_view
from channels.sandbox.samples import load_places, load_samples
from channels.sandbox.stage_acts import ACTS, UPLOAD_LIMIT_BYTES, Acts, OfficeStage, StaffMember
from channels.sandbox.stage_bodies import StageError
from channels.sandbox.stage_lines import LineActs, Lines
from channels.sandbox.stage_mail import Letters, MailActs
from channels.sandbox.stage_view import StripRow, StripStep
from channels.sandbox.telegram.model import User
from channels.sandbox.telegram.photos import photo_sizes
from channels.sandbox.telegram.world import World

__all__ = [
    "ClockHands",
    "Letters",
    "Lines",
    "OfficeStage",
    "StaffMember",
    "Stage",
    "StripRow",
    "StripStep",
    "build",
]

BODY_LIMIT_BYTES = 64 * 1024
PING_S = 15.0
LOOK_S = 1.0  # how often the steps and the clock are looked at while nothing else happens
FOLLOWERS_MAX = 32


@dataclass(frozen=True, slots=True)
class ClockHands:
    """The office's clock as the page turns it; each may be a plain or a coroutine function.

    now() -> aware datetime;  shift(seconds) moves it forward;  next_working_day(office id) moves it to that office's
    next opening on a later day;  is_open(office id) -> whether the office is open now (left out: not shown).
    """

    now: Callable[[], datetime]
    shift: Callable[[float], Awaitable[None] | None]
    next_working_day: Callable[[str], Awaitable[None] | None]
    is_open: Callable[[str], bool] | None = None


def build(
    world: World,
    offices: Mapping[str, OfficeStage],
    *,
    citizens: Sequence[User],
    hands: ClockHands,
    strip: Callable[[], Sequence[StripRow] | Awaitable[Sequence[StripRow]]],
    run: str,
    lines: Lines | None = None,
    letters: Letters | None = None,
) -> Stage:
    """Return the stage, whose `routes()` are put into a site; see the module's own words for what they answer."""
    acts = Acts(world, offices, load_samples(), load_places(), list(citizens))
    for side in (lines, letters):
        if side is not None:
            side.world.feed = world.feed
            for user in citizens:
                side.join(user)
    return Stage(acts, hands, strip, run, lines, letters)


class Stage:
    """The page's server: one per process, following one world."""

    def __init__(
        self,
        acts: Acts,
        hands: ClockHands,
        strip: Callable[[], Sequence[StripRow] | Awaitable[Sequence[StripRow]]],
        run: str,
        lines: Lines | None,
        letters: Letters | None,
    ) -> None:
        """Begin with nobody looking."""
        self.acts = acts
        self.lines = LineActs(lines, acts) if lines else None
        self.mail = MailActs(letters, acts) if letters else None
        self._sides = [side for side in (lines, letters) if side is not None]
        self.world = acts.world
        self.hands = hands
        self.run = run
        self._strip = strip
        self._turns = 0
        self._closed = False
        self._wakers: set[asyncio.Event] = set()
        self._pages = {
            entry.name: entry.read_bytes()
            for entry in files("channels.sandbox").joinpath("page").iterdir()
            if entry.name.rpartition(".")[2] in stage_http.TYPES
        }

    def close(self) -> None:
        """End every stream of events."""
        self._closed = True
        self._wake()

    def routes(self) -> list[Route]:
        """Return the addresses that the module's own words list, guarded."""
        get, post = stage_http.get, stage_http.post
        return [
            get("/", self.page),
            get("/page/{name}", self.part),
            get("/samples/{name}", self.sample),
            get("/api/state", self.state),
            get("/api/events", self.events),
            get("/api/files/{name}", self.file),
            get("/api/media/{sid}", self.media),
            get("/api/mails/{who:int}/{mail:int}/{file:int}", self.attached),
            post("/api/citizen", self.citizen),
            post("/api/clock", self.clock),
            post("/api/mail", self.write),
            post("/api/upload", self.upload),
            post("/api/{act}", self.act),
        ]

    # What is shown

    async def page(self, _request: Request) -> Response:
        """Answer `GET /`."""
        return stage_http.content(self._pages["index.html"], "html")

    async def part(self, request: Request) -> Response:
        """Answer `GET /page/NAME`."""
        name = request.path_params["name"]
        if name not in self._pages:
            raise StageError(404, "unknown", f"there is no {name!r}")
        return stage_http.content(self._pages[name], name.rpartition(".")[2])

    async def sample(self, request: Request) -> Response:
        """Answer `GET /samples/ID`."""
        sample = self.acts.sample(request.path_params["name"], "photo", "voice", "sticker")
        return stage_http.content(sample.content, sample.file.rpartition(".")[2])

    async def file(self, request: Request) -> Response:
        """Answer `GET /api/files/ID`."""
        file = self.world.files.by_unique_id(request.path_params["name"])
        if file is None:
            raise StageError(404, "gone", "there is no such file")
        mime, shown = stage_view.file_type(file)
        headers = {} if shown else {"content-disposition": "attachment"}
        return Response(file.content, media_type=mime, headers=headers)

    async def media(self, request: Request) -> Response:
        """Answer `GET /api/media/SID`."""
        found = self.lines.lines.media(request.path_params["sid"]) if self.lines else None
        if found is None:
            raise StageError(404, "gone", "there is no such file")
        return stage_http.file(found.content, found.mime)

    async def attached(self, request: Request) -> Response:
        """Answer `GET /api/mails/WHO/MAIL/FILE`."""
        if self.mail is None:
            raise StageError(404, "gone", "there is no mail")
        found = self.mail.letters.attached(*(request.path_params[name] for name in ("who", "mail", "file")))
        return stage_http.file(found.content, found.mime)

    async def state(self, _request: Request) -> Response:
        """Answer `GET /api/state`."""
        strip = await self._rows()
        # From here on nothing is awaited: what is told and the cursor belong together.
        return stage_http.json(
            {
                "run": self.run,
                "cursor": f"{self.run}.{self.world.feed.last}",
                "offices": self._offices(),
                "citizens": self._people(),
                "samples": [{"id": sample.id, "kind": sample.kind} for sample in self.acts.samples.values()],
                "places": self.acts.places,
                "chats": stage_view.chats_view(self.acts),
                "lines": self.lines.lines.world.chats_json() if self.lines else [],
                "mails": self.mail.letters.boxes_json() if self.mail else {},
                "strip": strip,
                "clock": self._time(),
            }
        )

    async def events(self, request: Request) -> Response:
        """Answer `GET /api/events`."""
        if len(self._wakers) >= FOLLOWERS_MAX:
            raise StageError(503, "full", f"at most {FOLLOWERS_MAX} windows at once")
        last_id = request.headers.get("last-event-id") or request.query_params.get("after", "")
        return StreamingResponse(
            self._stream(stage_view.place_in_feed(self.world, self.run, last_id)),
            media_type="text/event-stream",
            headers={"x-accel-buffering": "no"},
        )

    # What is done

    async def act(self, request: Request) -> Response:
        """Answer `POST /api/ACT`."""
        name = request.path_params["act"]
        kind = stage_bodies.BODIES.get(name)
        if kind is None:
            raise StageError(404, "unknown", f"there is no act {name!r}")
        body = await self._body(request, kind)
        if self.lines and self.lines.takes(body):
            self.lines.act(name, body)
        elif name in ACTS:
            ACTS[name](self.acts, body)
        else:
            raise StageError(409, "cannot", f"nobody can {name} there")
        return stage_http.json({"ok": True})

    async def citizen(self, request: Request) -> Response:
        """Answer `POST /api/citizen`."""
        user = self.acts.citizen(await self._body(request, stage_bodies.NewCitizen))
        for side in self._sides:
            side.join(user)
        self._wake()
        return stage_http.json({"ok": True, "id": user.id})

    async def clock(self, request: Request) -> Response:
        """Answer `POST /api/clock`."""
        body = await self._body(request, stage_bodies.Turn)
        office = self.acts.office(body.office)
        if (body.by_s is None) == (body.to is None):
            raise StageError(400, "invalid", "give either by_s or to")
        await _settled(self.hands.shift(body.by_s) if body.by_s else self.hands.next_working_day(office.id))
        self._turns += 1
        self._wake()
        return stage_http.json({"ok": True, "clock": self._time()})

    async def write(self, request: Request) -> Response:
        """Answer `POST /api/mail`."""
        if self.mail is None:
            raise StageError(409, "cannot", "there is no mail")
        await self.mail.write(await self._body(request, stage_bodies.Mail))
        return stage_http.json({"ok": True})

    async def upload(self, request: Request) -> Response:
        """Answer `POST /api/upload`."""
        body = stage_bodies.from_query(stage_bodies.Upload, request.query_params)
        content = await stage_http.received(request, UPLOAD_LIMIT_BYTES)
        mime = stage_http.mime_of(request)
        if mime.startswith("image/") and not body.as_file:
            await asyncio.to_thread(_warmed, content)
        to = self.lines if self.lines and self.lines.takes(body) else self.acts
        to.upload(body, content, mime or "application/octet-stream")
        return stage_http.json({"ok": True})

    # Inside

    async def _body(self, request: Request, kind: type[stage_bodies.Body]) -> Any:  # noqa: ANN401 - the kind asked for
        if stage_http.mime_of(request) != "application/json":
            raise StageError(415, "invalid", "send application/json")
        return stage_bodies.decoded(kind, await stage_http.received(request, BODY_LIMIT_BYTES))

    async def _stream(self, after: int | None) -> AsyncIterator[bytes]:
        if after is None:
            yield b"retry: 1000\n" + stage_view.event("reset", {})
            return
        waker = asyncio.Event()
        self._wakers.add(waker)
        stop = self.world.feed.subscribe(lambda _item: waker.set())
        told: dict[str, bytes] = {}
        idle_since = asyncio.get_running_loop().time()
        try:
            yield b"retry: 1000\n\n"
            while not self._closed:
                waker.clear()
                items = self.world.feed.after(after)
                news = [stage_view.feed_event(self.run, item) for item in items]
                after = items[-1].number if items else after
                news += await self._changes(told)
                if not news and asyncio.get_running_loop().time() - idle_since >= PING_S:
                    news = [b": ping\n\n"]
                if news:
                    idle_since = asyncio.get_running_loop().time()
                    yield b"".join(news)
                await _woken(waker, LOOK_S)
        finally:
            stop()
            self._wakers.discard(waker)

    async def _changes(self, told: dict[str, bytes]) -> list[bytes]:
        """Return what isn't in the feed and changed since this browser was told; `told` remembers it."""
        time = self._time()
        looks = {
            "strip": (await self._rows(), None),
            "citizens": (self._people(), None),
            "clock": (time, {name: time[name] for name in ("turn", "open")}),
        }
        news = []
        for name, (data, what_counts) in looks.items():
            mark = stage_view.packed(what_counts or data)
            if told.get(name) != mark:
                told[name] = mark
                news.append(stage_view.event(name, data))
        return news

    def _offices(self) -> list[dict[str, Any]]:
        def office(each: OfficeStage) -> dict[str, Any]:
            further = {"lines": self.lines.lines.office_json(each)} if self.lines else {}
            return stage_view.office_json(each) | further | (self.mail.letters.office_json(each) if self.mail else {})

        return [office(each) for each in self.acts.offices.values()]

    def _people(self) -> list[dict[str, Any]]:
        found = dict(zip(self.acts.citizens, stage_view.people_json(self.acts.citizens), strict=True))
        for side in self._sides:
            found = {user: row | side.person_json(user) for user, row in found.items()}
        return list(found.values())

    async def _rows(self) -> Sequence[StripRow]:
        found = self._strip()
        return await found if inspect.isawaitable(found) else found

    def _time(self) -> dict[str, Any]:
        is_open = self.hands.is_open
        opened = {office: is_open(office) for office in self.acts.offices} if is_open else {}
        return {"now": self.hands.now(), "turn": self._turns, "open": opened}

    def _wake(self) -> None:
        for waker in self._wakers:
            waker.set()


async def _woken(waker: asyncio.Event, timeout_s: float) -> None:
    try:
        await asyncio.wait_for(waker.wait(), timeout_s)
    except TimeoutError:
        return


async def _settled(result: Awaitable[None] | None) -> None:
    if inspect.isawaitable(result):
        await result


def _warmed(content: bytes) -> None:
    # Scaling a large photo takes a moment; done beside the event loop, its result is kept for the act itself.
    try:
        photo_sizes(content)
    except ValueError:
        return
