"""Requests and answers as values: forms, JSON bodies, Basic auth, and what a fault lets a caller see."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from channels.sandbox.twilio.errors import TwilioError
from channels.sandbox.twilio.faults import Fault

BODY_LIMIT_BYTES = 1024 * 1024
FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True, frozen=True)
class Request:
    """A request to the API. Header names are lower case."""

    verb: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def asked(self) -> dict[str, str]:
        """Return the query's parameters; `DateSent>=2026-11-02` is one named `DateSent>`."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, list[str]]:
        """Return the form, or raise 20001 when the body isn't one."""
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise TwilioError(20001, f"send {FORM}")
        found: dict[str, list[str]] = {}
        try:
            pairs = parse_qsl(self.body.decode("ascii"), keep_blank_values=True, errors="strict")
        except ValueError:
            raise TwilioError(20001, "the form isn't UTF-8, percent-encoded") from None
        for name, value in pairs:
            found.setdefault(name, []).append(value)
        return found

    @property
    def document(self) -> dict[str, Any]:
        """Return the JSON object, or raise 20422: a form sent under this media type is none."""
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise TwilioError(20422, "send application/json", status=415)
        try:
            given = json.loads(self.body)
        except ValueError:
            raise TwilioError(20422, status=400) from None
        if not isinstance(given, dict):
            raise TwilioError(20422, status=400)
        return given

    def credentials(self) -> tuple[str, str] | None:
        """Return name and password of Basic auth."""
        scheme, _, packed = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, password = base64.b64decode(packed, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        return (name, password) if colon else None


@dataclass(slots=True, frozen=True)
class Answer:
    """An answer. `pieces` is sent instead of `body`, with `gap_s` between them; `cut`: the connection breaks after."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: int = 1
    gap_s: float = 0.0
    zeros: int = 0  # so many further bytes than announced
    cut: bool = False


def unescaped(path: str) -> str:
    """Return a path as it's meant."""
    return unquote(path)


def ok(value: Any, status: int = 200) -> Answer:  # noqa: ANN401 - a resource
    """Return a resource."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode())


def gone() -> Answer:
    """Return what a successful DELETE answers."""
    return Answer(204, content_type="")


def refused(error: TwilioError) -> Answer:
    """Return a refusal."""
    headers = {"retry-after": str(error.retry_after_s)} if error.retry_after_s else {}
    if error.status == 401:
        headers["www-authenticate"] = 'Basic realm="Twilio API"'
    return Answer(error.status, json.dumps(error.body(), ensure_ascii=False).encode(), headers=headers)


def html(status: int, title: str) -> Answer:
    """Return the page something in front of the API shows."""
    page = f"<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>"
    return Answer(status, page.encode(), "text/html")


def fault_answer(fault: Fault, well: Answer | None) -> Answer | None:
    """Return what a fault lets the caller see instead of `well`; None when nothing comes at all."""
    status = well.status if well and well.status < 400 else 200
    match fault.kind:
        case "refuse" | "reset" | "hang" | "callback_first":
            return None
        case "500" | "503":
            return refused(TwilioError(20500 if fault.kind == "500" else 20503))
        case "502":
            return html(502, "502 Bad Gateway")
        case "429":
            return refused(TwilioError(20429, retry_after_s=fault.retry_after_s))
        case "html":
            return html(status, "Welcome")
        case "garbled":
            return Answer(status, b'{"sid": "SM0')
        case "404":
            return refused(TwilioError(20404))
        case "error":
            return refused(TwilioError(fault.code, status=fault.status))
        case "wrong_type" | "oversize" | "slow" | "half":
            return file_fault(fault, well) if well else None


def file_fault(fault: Fault, well: Answer) -> Answer:
    """Return a file with something wrong about it."""
    rest = well.headers
    if fault.kind == "wrong_type":
        return Answer(well.status, html(200, "Not a picture").body, well.content_type)
    if fault.kind == "oversize":
        return Answer(well.status, well.body, well.content_type, rest, zeros=fault.size_bytes)
    if fault.kind == "half":
        return Answer(well.status, well.body, well.content_type, rest, pieces=2, cut=True)
    return Answer(well.status, well.body, well.content_type, rest, pieces=16, gap_s=fault.gap_s)
