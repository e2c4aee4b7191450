"""The small parts of the demo page's server: guarded routes, bodies with a limit, and answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from channels.sandbox import stage_view
from channels.sandbox.stage_bodies import StageError
from channels.sandbox.stage_guard import Guard

Answer = Callable[[Request], Awaitable[Response]]

TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "ogg": "audio/ogg",
}


def get(path: str, answer: Answer) -> Route:
    """Return a guarded route for GET."""
    return Route(path, _refusing(answer), methods=["GET"], middleware=[Middleware(Guard)])


def post(path: str, answer: Answer) -> Route:
    """Return a guarded route for POST."""
    return Route(path, _refusing(answer), methods=["POST"], middleware=[Middleware(Guard)])


def _refusing(answer: Answer) -> Answer:
    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except StageError as error:
            return json({"error": error.code, "reason": error.reason}, error.status)

    return answered


async def received(request: Request, limit_bytes: int) -> bytes:
    """Return the body, if it's no longer than that."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > limit_bytes:
                raise StageError(413, "too_big", f"at most {limit_bytes} bytes")
    except ClientDisconnect as error:
        raise StageError(400, "invalid", "the request broke off") from error
    return bytes(body)


def mime_of(request: Request) -> str:
    """Return the media type that a request names, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def content(given: bytes, ending: str) -> Response:
    """Answer with a file of ours."""
    return Response(given, headers={"content-type": TYPES[ending]})


def file(given: bytes, mime: str) -> Response:
    """Answer with a file somebody sent: shown if a browser may show it, else saved."""
    shown, inline = stage_view.shown_type(mime)
    headers = {} if inline else {"content-disposition": "attachment"}
    return Response(given, media_type=shown, headers=headers)


def json(value: object, status: int = 200) -> Response:
    """Answer with a value."""
    return Response(stage_view.packed(value), status, media_type="application/json")
