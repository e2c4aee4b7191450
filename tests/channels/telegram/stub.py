"""A Bot API of loopback: its requests and its answers, over the shared server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

from tests.channels import loopback
from tests.channels.loopback import Raw, Reply

TOKEN = "123456:not-a-real-token"
MESSAGE = {"message_id": 77, "date": 1_763_770_000, "chat": {"id": 5, "type": "private"}}


@dataclass
class Request:
    """A request as it came: the method of the path's end, and its fields, JSON decoded where it is JSON."""

    path: str
    method: str
    fields: dict[str, Any]
    files: dict[str, tuple[str, bytes]]


def ok(result: Any = MESSAGE) -> Reply:
    return Reply(body=json.dumps({"ok": True, "result": result}).encode())


def no(status: int, description: str, **parameters: Any) -> Reply:
    body = {"ok": False, "error_code": status, "description": description}
    return Reply(status, json.dumps(body | ({"parameters": parameters} if parameters else {})).encode())


def running(*replies: Reply):
    return loopback.running(loopback.Stub(_shaped, lambda _: ok(), list(replies)))


def _shaped(raw: Raw) -> Request:
    fields, files = _fields(raw.headers.get("content-type", ""), raw.body)
    return Request(raw.target, raw.target.rpartition("/")[2], fields, files)


def _fields(kind: str, body: bytes) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    if not kind.startswith("multipart/"):
        return {name: _value(value) for name, value in parse_qsl(body.decode(), keep_blank_values=True)}, {}
    fields: dict[str, Any] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for part in BytesParser().parsebytes(f"content-type: {kind}\r\n\r\n".encode() + body).get_payload():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            files[name] = (part.get_filename(), part.get_payload(decode=True))
        else:
            fields[name] = _value(part.get_payload(decode=True).decode())
    return fields, files


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
