"""A small office on the stand-in: one account with WhatsApp and SMS, and a few people with phones."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

import jsonschema

from channels.sandbox.twilio import Account, Chat, HandClock, Line, Pace, Person, World, api
from channels.sandbox.twilio.wire import Request

TOKEN = "CONTOH-token-0123456789abcdef"
KEY = "SK" + "0" * 31 + "1"
SECRET = "CONTOH-rahasia"
PUBLIC = "https://aduan.contoh.example"
WA = "whatsapp:+6281100000001"
SMS = "+6281100000002"


@dataclass
class Scene:
    clock: HandClock
    world: World
    account: Account
    wa: Line
    sms: Line
    sari: Person
    budi: Person

    def ask(self, verb, path, form=None, *, query=None, document=None, auth=None):
        """Make a request without a server and return status and JSON; what was accepted proceeds at once."""
        status, body, _ = self.raw(verb, path, form, query=query, document=document, auth=auth)
        return status, json.loads(body) if body else None

    def raw(self, verb, path, form=None, *, query=None, document=None, auth=None):
        name, password = auth or (KEY, SECRET)
        headers = {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}
        body = b""
        if document is not None:
            headers["content-type"], body = "application/json", json.dumps(document).encode()
        elif form is not None:
            headers["content-type"], body = "application/x-www-form-urlencoded", urlencode(form, doseq=True).encode()
        asked = Request(verb, path.format(ac=self.account.sid), urlencode(query or {}), headers, body)
        outcome = api.handle(self.world, asked)
        if outcome.message:
            self.world.proceed(outcome.message)
        if outcome.answer is None:
            return 0, b"", {}
        return outcome.answer.status, outcome.answer.body, outcome.answer.headers

    def send(self, **form):
        """Create a message; From and To are those of WhatsApp and Sari unless said otherwise."""
        form = {"From": self.wa.address, "To": "whatsapp:" + self.sari.number} | form
        given = {name: value for name, value in form.items() if value is not None}
        return self.ask("POST", "/2010-04-01/Accounts/{ac}/Messages.json", given)

    def refusal(self, **form):
        """Create a message that's refused and return status and code."""
        status, body = self.send(**form)
        assert status >= 400, body
        return status, body["code"]

    def sent(self, **form):
        """Create a message that's accepted and return it."""
        status, body = self.send(**form)
        assert status == 201, body
        return self.world.messages[body["sid"]]

    def statuses(self, sid):
        """Return what the callbacks told of a message, in order."""
        return [each.status for each in self.world.deliveries_of(sid, "status")]

    def phone(self, person=None, line=None) -> Chat:
        return self.world.chat(person or self.sari, line or self.wa)

    def hear(self, person=None):
        """Let a person write on WhatsApp, which opens the 24 hours."""
        return self.world.person_writes(person or self.sari, self.wa, "Halo")


def scene(*, public=PUBLIC, overrides="", pace=None, shared_key=None) -> Scene:
    clock = HandClock()
    world = World(clock.now, pace=pace or Pace())
    account = world.add_account(TOKEN, name="Kecamatan Contoh", keys=[(KEY, SECRET)], shared_key=shared_key)
    urls = {"url": f"{public}/message{overrides}", "status_url": f"{public}/status{overrides}"} if public else {}
    wa = world.add_line(account, WA, name="Kecamatan Contoh", **urls)
    sms = world.add_line(account, SMS, **urls)
    sari = world.add_person("Sari CONTOH", "+6281234567890", scoped_id="ID.1234567890123456")
    budi = world.add_person("Budi CONTOH", "+6285700000001", whatsapp=False)
    return Scene(clock, world, account, wa, sms, sari, budi)


@cache
def schema():
    """The schema of a request that creates a message, ready to check."""
    text = files("channels.sandbox.twilio").joinpath("messages.schema.json").read_text("utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    return jsonschema.Draft202012Validator(json.loads(text))


async def until(condition) -> None:
    """Let the loop turn until something holds, for half a minute at most."""
    async with asyncio.timeout(30):
        while not condition():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.001)
