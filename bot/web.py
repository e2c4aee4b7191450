"""The web server: webhooks that answer 200 only for what's stored, and the pages machines ask for our health."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.alerts import disk_trouble
from bot.enclosures import Enclosures
from bot.intake import Intake
from bot.metrics import CONTENT_TYPE
from bot.road import Road
from channels.base import Call, Called, Channel, Forged, Malformed, NotMine, Sharing
from storage.engine import Unavailable
from storage.files import Files
from storage.schema import is_current
from storage.unit import Conflict, Unit
from workflow.message import SendError

if TYPE_CHECKING:
    from uvicorn.server import Server

_log = structlog.get_logger("web")

MOST_BYTES = 1 << 20
RETRY_AFTER_S = 5
LONGEST_BODY_S = 20.0  # whoever takes longer to say it keeps a connection and its memory from the others
MOST_HELD_BYTES = 32 << 20  # of calls that are being read or wait to be stored; with more we're overloaded and say so


_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_PRIVATE = {"Cache-Control": "no-store, private", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex"}


class _TooBig(Exception):
    """More than we read."""


@dataclass(slots=True)
class _Held:
    """The bytes of all calls that aren't answered yet."""

    count: int = 0

    def more(self, count: int) -> None:
        """So many more came in. Raises `Unavailable` if that's too much at once."""
        self.count += count
        if self.count > MOST_HELD_BYTES:
            raise Unavailable(f"{self.count >> 20} MiB of calls are being read or wait to be stored")


@dataclass(frozen=True, slots=True)
class Health:
    """What /readyz looks at. `channels` says how each of them does; that never changes the status."""

    road: Road
    files: Files
    disk: str  # a folder on the disk that must not be full
    channels: Callable[[], Mapping[str, str]] = dict

    async def look(self) -> tuple[bool, dict[str, object]]:
        """Whether the program can do its work, and what it found."""
        checks = {"database": self._database, "schema": self._schema, "key": self._key, "disk": self._disk}
        found: dict[str, object] = {}
        for name, check in checks.items():
            try:
                await asyncio.to_thread(check)
                found[name] = "ok"
            except Exception as error:  # noqa: BLE001 - whatever it is, it's told
                found[name] = str(error) or type(error).__name__
        ready = all(said == "ok" for said in found.values())
        return ready, {"ready": ready, **found, "channels": dict(self.channels()), "outbox": await self._outbox()}

    async def _outbox(self) -> dict[str, int]:
        """What isn't sent yet, by state: `held` until its addressee writes."""
        try:
            return await self.road.store.read(lambda unit: unit.outbox.depths())
        except (Unavailable, Conflict):
            return {}

    def _database(self) -> None:
        if not self.road.store.now(lambda unit: unit.reachable()):
            raise Unavailable("the database gives no answer")

    def _schema(self) -> None:
        if not self.road.store.in_memory and not is_current(self.road.store):
            raise RuntimeError("the database has another shape than this program; run `aduan migrate`")

    def _key(self) -> None:
        seal = self.road.store.seal
        if seal.open("check", seal.close("check", b"ok")) != b"ok":
            raise RuntimeError("what the key seals it can't open")

    def _disk(self) -> None:
        if why := disk_trouble(self.disk):
            raise RuntimeError(why)
        self.files.probe()


@dataclass(frozen=True, slots=True)
class Web:
    """The routes."""

    road: Road
    intake: Intake
    health: Health
    enclosures: Enclosures | None = None  # opens what providers fetch from us; None: nothing is shared
    held: _Held = field(default_factory=_Held)

    def app(self, further: list[BaseRoute] | None = None) -> Starlette:
        """The application; `further` routes come first."""
        return Starlette(
            routes=[
                *(further or []),
                Route("/healthz", self._healthz),
                Route("/readyz", self._readyz),
                Route("/metrics", self._metrics),
                Route("/{path:path}", self._anything, methods=_METHODS),
            ]
        )

    async def _anything(self, request: Request) -> Response:
        """A provider's call, or its request for a file we send along; nothing else is here."""
        path = request.path_params["path"]
        if request.method == "POST":
            return await self._called(request)
        shelf, _, token = path.rpartition("/")
        sharing = [each for each in self.road.channels.values() if isinstance(each, Sharing) and each.shares == shelf]
        if sharing and token:
            return await self._shared(sharing, token) if request.method in ("GET", "HEAD") else _only("GET")
        called = any(isinstance(each, Called) and path in each.paths for each in self.road.channels.values())
        return _only("POST") if called else PlainTextResponse("", 404)

    async def _shared(self, channels: Sequence[Channel], token: str) -> Response:
        """The file that a token was made for, as it would be sent; nobody on the way is to keep a copy."""
        name, office = channels[0].name, channels[0].office
        for channel in channels:
            assert isinstance(channel, Sharing)
            try:
                enclosure = channel.shared(token)
            except Forged:
                continue
            try:
                shown = await self.enclosures.shown(enclosure) if self.enclosures else None
            except SendError:
                shown = None
            except (Unavailable, Conflict):
                return self._refused(name, 503, {"Retry-After": str(RETRY_AFTER_S)})
            if shown is None or shown.office != office:
                return self._refused(name, 404)
            file_name = shown.name.encode("ascii", "replace").decode().replace('"', "").replace("\\", "")
            headers = _PRIVATE | {"Content-Disposition": f'inline; filename="{file_name}"'}
            return Response(shown.content, media_type=shown.mime, headers=headers)
        return self._refused(name, 403)

    async def _called(self, request: Request) -> Response:
        """A provider's call. 200 only once the payload is stored."""
        path = request.path_params["path"]
        channels = [each for each in self.road.channels.values() if isinstance(each, Called) and path in each.paths]
        if not channels:
            return PlainTextResponse("", 404)
        name, office = path.split("/")[0], channels[0].office
        body = bytearray()
        try:
            async with asyncio.timeout(LONGEST_BODY_S):
                await self._read(request, body)
            channel = await self._taken(channels, Call(path, request.headers, bytes(body), request.url.query))
        except Forged:
            return self._refused(name, 403)
        except _TooBig:
            return self._refused(name, 413)
        except Malformed as error:
            _log.warning("a malformed call", channel=name, office=office, reason=type(error).__name__)
            return self._refused(name, 400)
        except ClientDisconnect:
            return self._refused(name, 400)
        except TimeoutError:
            return self._refused(name, 408)
        except (Unavailable, Conflict) as error:
            _log.error("a call can't be stored", channel=name, office=office, reason=str(error))
            return self._refused(name, 503, {"Retry-After": str(RETRY_AFTER_S)})
        finally:
            self.held.count -= len(body)
        kind, thanks = channel.thanks
        return Response(thanks, media_type=kind)

    async def _read(self, request: Request, body: bytearray) -> None:
        """The body, as far as it's no longer than we take: a chunked one says its length too late."""
        said = request.headers.get("content-length", "")
        if said.isdecimal() and int(said) > MOST_BYTES:
            raise _TooBig
        async for piece in request.stream():
            body += piece
            self.held.more(len(piece))
            if len(body) > MOST_BYTES:
                raise _TooBig

    async def _taken(self, channels: Sequence[Called], call: Call) -> Called:
        """Store the call as the channel's it's for; that channel. Raises `Malformed` where it's nobody's."""
        for channel in channels:
            try:
                payload = channel.accept(call)
            except NotMine:
                continue
            await self.intake.receive(channel, payload)
            return channel
        raise Malformed("for no sender that's configured")

    def _refused(self, channel: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
        self.road.metrics.refused.labels(channel, str(status)).inc()
        return PlainTextResponse("", status, headers)

    async def _healthz(self, _request: Request) -> Response:
        return PlainTextResponse("ok")

    async def _readyz(self, _request: Request) -> Response:
        ready, found = await self.health.look()
        return JSONResponse(found, 200 if ready else 503)

    async def _metrics(self, _request: Request) -> Response:
        try:
            depths = await self.road.store.read(_depths)
        except (Unavailable, Conflict):
            depths = ({}, {}, 0)
        waiting = self.road.metrics.waiting
        for queue, count in depths[0].items():
            waiting.labels(f"inbox_{queue}").set(count)
        for state in ("queued", "sending", "later", "uncertain", "held"):
            waiting.labels(f"outbox_{state}").set(depths[1].get(state, 0))
        waiting.labels("purges").set(depths[2])
        return Response(self.road.metrics.page(), media_type=CONTENT_TYPE)


def _depths(unit: Unit) -> tuple[dict[str, int], dict[str, int], int]:
    return unit.inbox.depths(), unit.outbox.depths(), unit.shelf.purges_waiting()


def _only(method: str) -> Response:
    return PlainTextResponse("", 405, {"Allow": method})


def listen(host: str, port: int) -> socket.socket:
    """Bind the socket to serve on. Raises `OSError` if the port is taken.

    The protocol is named, since asyncio sets TCP_NODELAY only then; without it every exchange waits some 40 ms.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.set_inheritable(True)
    return listening


def server(app: Starlette) -> Server:
    """Uvicorn around the application: await its `serve(sockets=[listen(host, port)])`; `should_exit = True` ends it."""
    from uvicorn.config import Config
    from uvicorn.server import Server

    from bot.door import Door

    settings = Config(
        app,
        http=Door,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=30,
    )
    return Server(settings)
