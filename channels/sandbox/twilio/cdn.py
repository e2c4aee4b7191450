"""The second origin, where files lie: open to whoever has the link, and closed to whoever shows credentials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from channels.sandbox.twilio import wire
from channels.sandbox.twilio.api import Outcome
from channels.sandbox.twilio.model import Media
from channels.sandbox.twilio.wire import Answer, Request

if TYPE_CHECKING:
    from channels.sandbox.twilio.world import World

FILE = "media.file"
_PATH = re.compile(r"/AC[0-9a-zA-Z]+/([0-9a-f]{64})(?:/hop(\d))?")


def handle(world: World, request: Request) -> Outcome:
    """Answer GET or HEAD of a file; a request with credentials is a breach, written down and refused."""
    if "authorization" in request.headers or "cookie" in request.headers:
        world.breach("credential_elsewhere", f"{request.verb} {request.path}")
        return Outcome(_page(400, "InvalidArgument"))
    if re.search("(?i)auth|token|secret", request.query):
        world.breach("credential_in_url", f"{request.verb} {request.path}")
    match = _PATH.fullmatch(request.path)
    link = world.links.get(match.group(1)) if match else None
    if match is None or link is None or request.verb not in {"GET", "HEAD"}:
        return Outcome(_page(403, "AccessDenied"))
    if link.until <= world.now():
        return Outcome(_page(403, "ExpiredToken"))
    if link.media.deleted_at:
        return Outcome(_page(404, "NoSuchKey"))
    hop = int(match.group(2) or 0) + 1
    if hop < len(world.media_redirects):
        place = f"{world.media_url}/{link.media.account.sid}/{match.group(1)}/hop{hop}"
        return Outcome(Answer(world.media_redirects[hop], b"", "text/html", {"location": place}))
    return _file(world, link.media)


def _file(world: World, media: Media) -> Outcome:
    answer = _whole(media)
    fault = world.faults.strike(FILE)
    if fault is None:
        return Outcome(answer)
    return Outcome(_page(404, "NoSuchKey") if fault.kind == "404" else wire.fault_answer(fault, answer), fault=fault)


def _whole(media: Media) -> Answer:
    headers = {"content-disposition": f'inline; filename="{media.name}"'} if media.name else {}
    return Answer(200, media.content, media.mime, headers, zeros=max(0, media.size_bytes - len(media.content)))


def _page(status: int, code: str) -> Answer:
    return Answer(status, f"<Error><Code>{code}</Code></Error>".encode(), "application/xml")
