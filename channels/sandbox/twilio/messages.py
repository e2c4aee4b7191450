"""The Messages and Media resources: create, list, fetch, redact, delete."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from channels.sandbox.twilio import render, rules, templates, wire
from channels.sandbox.twilio.ask import Ask
from channels.sandbox.twilio.errors import TwilioError
from channels.sandbox.twilio.model import Deletion, Message
from channels.sandbox.twilio.segments import measure, smart
from channels.sandbox.twilio.wire import Answer

_FILTERS = frozenset({"To", "From", "DateSent", "DateSent<", "DateSent>", "Page", "PageSize", "PageToken"})
_MEDIA_FILTERS = frozenset({"DateCreated", "DateCreated<", "DateCreated>", "Page", "PageSize", "PageToken"})
_UNDER_WAY = frozenset({"accepted", "queued", "sending"})
_ONE_S = timedelta(seconds=1)


def create(ask: Ask) -> tuple[Answer, Message]:
    """Answer POST Messages.json. The caller lets the message proceed once the answer is out."""
    world = ask.world
    wanted = rules.read(world, ask.account, ask.request.form)
    person = world.person_at(wanted.to)
    body = smart(wanted.body) if wanted.smart else wanted.body
    if wanted.content:
        _, given = templates.pick(wanted.content, wanted.line.channel)
        body = templates.filled(str(given.get("body") or ""), wanted.variables)
    is_sms = wanted.line.channel == "sms"
    message = Message(
        sid=world.sid("MM" if wanted.media_urls else "SM"),
        account=ask.account,
        direction="outbound-api",
        from_=wanted.line.address,
        to=wanted.to,
        body=body,
        status="accepted" if wanted.service else "queued",
        created_at=world.now(),
        line=wanted.line,
        chat=world.chat(person, wanted.line) if person else None,
        service=wanted.service,
        segments=measure(body).count if is_sms else 1,
        media_urls=wanted.media_urls if is_sms else wanted.media_urls[:1],  # WhatsApp takes one, further are ignored
        place=wanted.place,
        content=wanted.content,
        variables=wanted.variables,
        callback=wanted.callback,
    )
    message.history.append(message.status)
    world.messages[message.sid] = message
    return wire.ok(render.message_json(message), 201), message


def listed(ask: Ask) -> Answer:
    """Answer GET Messages.json: newest first, by To, From and DateSent."""
    asked = ask.request.asked
    unknown = asked.keys() - _FILTERS
    if unknown:
        raise TwilioError(20001, f"unknown {sorted(unknown)}")
    tests: list[Callable[[Message], bool]] = [lambda message: not message.deleted]
    if "To" in asked:
        tests.append(lambda message: message.to == asked["To"])
    if "From" in asked:
        tests.append(lambda message: message.from_ == asked["From"])
    tests += [_sent(name, asked[name]) for name in ("DateSent", "DateSent<", "DateSent>") if name in asked]
    mine = [message for message in ask.world.messages.values() if message.account is ask.account]
    found = [message for message in mine if all(holds(message) for holds in tests)]
    found.sort(key=lambda message: message.sent_at or message.created_at)
    rows = [render.message_json(message) for message in reversed(found)]
    kept = {name: asked[name] for name in asked if name not in {"Page", "PageSize", "PageToken"}}
    return wire.ok(render.old_page("messages", ask.request.path, rows, kept, ask.page()))


def _sent(name: str, text: str) -> Callable[[Message], bool]:
    """A test of a message's date_sent: on a day, or up to or from a moment on, both ends included."""
    first, after = _span(text)
    if name == "DateSent":
        return lambda message: message.sent_at is not None and first <= message.sent_at < after
    if name == "DateSent<":
        return lambda message: message.sent_at is not None and message.sent_at < after
    # date_sent is in whole seconds: whatever was sent within the second named belongs to it.
    return lambda message: message.sent_at is not None and message.sent_at >= first


def _span(text: str) -> tuple[datetime, datetime]:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = date.fromisoformat(text)
            start = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return start, start + timedelta(days=1)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", text):
            moment = datetime.fromisoformat(text)
            return moment, moment + _ONE_S
    except ValueError:
        pass
    raise TwilioError(20001, f"{text!r} is no date in GMT")


def fetched(ask: Ask) -> Answer:
    """Answer GET of a message."""
    return wire.ok(render.message_json(ask.message()))


def updated(ask: Ask) -> Answer:
    """Answer POST to a message: an empty Body redacts it; nothing else can be changed."""
    message, form = ask.message(), ask.request.form
    if form != {"Body": [""]}:
        raise TwilioError(20001, "only Body can be changed, and only to nothing")
    _must_be_complete(message)
    message.body, message.updated_at = "", ask.world.now()
    ask.world.deletions.append(Deletion(ask.world.now(), "body", message.sid))
    return wire.ok(render.message_json(message))


def deleted(ask: Ask) -> Answer:
    """Answer DELETE of a message: its files go with it."""
    message = ask.message()
    _must_be_complete(message)
    message.deleted = True
    ask.world.deletions.append(Deletion(ask.world.now(), "message", message.sid))
    for media in message.media:
        media.deleted_at = media.deleted_at or ask.world.now()
    return wire.gone()


def _must_be_complete(message: Message) -> None:
    if message.status in _UNDER_WAY:
        raise TwilioError(20009, message.sid)


def media_listed(ask: Ask) -> Answer:
    """Answer GET Media.json."""
    unknown = ask.request.asked.keys() - _MEDIA_FILTERS
    if unknown:
        raise TwilioError(20001, f"unknown {sorted(unknown)}")
    rows = [render.media_json(media) for media in ask.message().media if media.deleted_at is None]
    return wire.ok(render.old_page("media_list", ask.request.path, rows, {}, ask.page()))


def media_fetched(ask: Ask) -> Answer:
    """Answer GET of what's known of a file."""
    return wire.ok(render.media_json(ask.media()))


def media_deleted(ask: Ask) -> Answer:
    """Answer DELETE of a file: it can't be had back."""
    media = ask.media()
    media.deleted_at = ask.world.now()
    ask.world.deletions.append(Deletion(ask.world.now(), "media", media.sid))
    return wire.gone()


def media_sent_on(ask: Ask) -> Answer:
    """Answer GET of a file: go to the second origin, and leave the credentials here."""
    place = ask.world.link(ask.media())
    return Answer(ask.world.media_redirects[0], b"", "text/html", {"location": place})
