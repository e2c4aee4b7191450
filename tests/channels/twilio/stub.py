"""A Twilio of loopback: its requests and its answers, over the shared server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.channels import loopback
from tests.channels.loopback import Raw, Reply

ACCOUNT = "AC" + "0" * 30 + "ff"
TOKEN = "bukan-token-asli"
SM = "SM" + "a1" * 16
MM = "MM" + "b2" * 16
ME = "ME" + "c3" * 16
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
MEDIA = f"{ROOT}/Messages/{MM}/Media/{ME}"


@dataclass
class Request:
    """A request as it came."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)


def told(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode())


def taken(sid: str = SM, **more: Any) -> Reply:
    return told({"sid": sid, "status": "queued", "error_code": None, "account_sid": ACCOUNT} | more, 201)


def no(status: int, code: int, *headers: str) -> Reply:
    body = {"code": code, "message": "why", "more_info": "https://www.twilio.com/docs/errors", "status": status}
    return Reply(status, json.dumps(body).encode(), ("content-type: application/json", *headers))


def running(*replies: Reply):
    return loopback.running(loopback.Stub(_shaped, lambda _: taken(), list(replies)))


def _shaped(raw: Raw) -> Request:
    parts = urlsplit(raw.target)
    return Request(raw.method, parts.path, parse_qsl(parts.query, keep_blank_values=True), raw.headers, raw.body)
