"""The wire format: request paths and bodies into calls, results and refusals into answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message as Headers
from typing import Any
from urllib.parse import parse_qsl, unquote

from channels.sandbox.telegram.errors import BotApiError
from channels.sandbox.telegram.faults import Fault
from channels.sandbox.telegram.model import StoredFile, Upload

#: A whole request; Telegram takes files of up to 50 MB.
BODY_LIMIT_BYTES = 52 * 1024 * 1024

_TARGET = re.compile(r"/(file/)?bot([^/]+)/(.+)")


@dataclass(slots=True, frozen=True)
class Target:
    """What a path asks for: a method, or a file by its path."""

    token: str
    rest: str
    is_file: bool


@dataclass(slots=True, frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Arguments:
    """Parameters and files of a request."""

    params: dict[str, str]
    files: dict[str, Upload]


def target_of(path: str) -> Target | None:
    """Return what a request path means, None when it's none of the Bot API's."""
    match = _TARGET.fullmatch(unquote(path))
    return Target(match.group(2), match.group(3), is_file=bool(match.group(1))) if match else None


# Answers


def ok(result: Any) -> Answer:  # noqa: ANN401 - the method's result
    """Return the answer that carries a result."""
    return Answer(200, json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode())


def refused(error: BotApiError) -> Answer:
    """Return the answer that carries a refusal."""
    retry_after = error.parameters.get("retry_after")
    headers = {"retry-after": str(retry_after)} if retry_after else {}
    return Answer(error.code, json.dumps(error.body(), ensure_ascii=False).encode(), headers=headers)


def html(status: int, title: str) -> Answer:
    """Return the page a proxy in front of the Bot API shows when it answers itself."""
    title = f"{status} {title}"
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body><h1>{title}</h1></body>\r\n</html>"
    return Answer(status, page.encode(), "text/html")


def file_answer(file: StoredFile) -> Answer:
    """Return a file's bytes."""
    return Answer(200, file.content, "application/octet-stream")


def fault_answer(fault: Fault) -> Answer | None:
    """Return what a fault lets the client see; None when it sees no answer at all."""
    if fault.kind in {"refuse", "reset", "timeout"}:
        return None
    if fault.kind == "error":
        return refused(BotApiError(fault.code, fault.description))
    if fault.kind == "429":
        words = f"Too Many Requests: retry after {fault.retry_after_s}"
        return refused(BotApiError(429, words, {"retry_after": fault.retry_after_s}))
    return {
        "502": html(502, "Bad Gateway"),
        "413": html(413, "Request Entity Too Large"),
        "500": refused(BotApiError(500, "Internal Server Error")),
        "garbled": Answer(200, b'{"ok":true,"result":{"message_id":12'),
        "odd": Answer(200, b'{"ok":true,"result":{"odd":true}}'),
    }[fault.kind]


# Requests


def arguments_of(query_string: str, content_type: str, body: bytes) -> Arguments:
    """Return parameters and files from the query string and a form, multipart, JSON or empty body."""
    params = dict(parse_qsl(query_string, keep_blank_values=True))
    files: dict[str, Upload] = {}
    kind, boundary = _media_type(content_type)
    if kind == "application/json" and body:
        params |= _from_json(body)
    elif kind == "multipart/form-data":
        _from_multipart(body, boundary, params, files)
    elif body:
        params |= parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    return Arguments(params, files)


def _media_type(content_type: str) -> tuple[str, str]:
    headers = Headers()
    headers["content-type"] = content_type or "application/x-www-form-urlencoded"
    return headers.get_content_type(), str(headers.get_param("boundary") or "")


def _from_json(body: bytes) -> dict[str, str]:
    problem = BotApiError(400, "Bad Request: can't parse JSON object")
    try:
        given = json.loads(body)
    except ValueError:
        raise problem from None
    if not isinstance(given, dict):
        raise problem
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in given.items()
        if value is not None
    }


def _from_multipart(body: bytes, boundary: str, params: dict[str, str], files: dict[str, Upload]) -> None:
    mark = b"--" + boundary.encode()
    for part in (b"\r\n" + body).split(b"\r\n" + mark)[1:]:
        if part.startswith(b"--"):
            return
        head, separator, content = part.partition(b"\r\n\r\n")
        if not separator:
            break
        headers = Headers()
        for line in head.decode(errors="replace").split("\r\n"):
            name, colon, value = line.partition(":")
            if colon:
                headers[name.strip()] = value.strip()
        field_name = str(headers.get_param("name", "", "content-disposition"))
        file_name = headers.get_filename()
        if file_name is None:
            params[field_name] = content.decode(errors="replace")
        else:
            files[field_name] = Upload(file_name, content, headers.get_content_type())
    raise BotApiError(400, "Bad Request: can't parse multipart form data")
