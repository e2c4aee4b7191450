"""Twilio's lists compared with what came: gaps filled in the form of the calls, nothing twice, nothing lost on the way."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from channels.base import Envelope, Polled
from channels.twilio.form import head_of
from channels.twilio.reconcile import moment_of
from tests.channels.loopback import Reply
from tests.channels.twilio.conftest import NOW, SMS, WHATSAPP, built
from tests.channels.twilio.forms import ON_WHATSAPP, SARI, call
from tests.channels.twilio.stub import ACCOUNT, ME, MM, ROOT, SM, no, told
from workflow.message import Address, Attachment, Message, Receipt, Sender, SendError

CITIZEN = Address("kanigaran", "whatsapp", "+6281234567890")
LISTED = "Mon, 23 Nov 2026 01:30:00 +0000"
AT = datetime.fromisoformat("2026-11-23T01:30:00+00:00")


def theirs(**fields):
    made = {
        "sid": SM, "direction": "inbound", "from": SARI, "to": WHATSAPP, "body": "jalan rusak", "status": "received",
        "num_media": "0", "num_segments": "1", "error_code": None, "messaging_service_sid": None, "price": None,
        "date_created": LISTED, "date_sent": LISTED, "date_updated": LISTED, "uri": "/x", "subresource_uris": {},
    }  # fmt: skip
    return made | fields


def ours(**fields):
    return theirs(**{"direction": "outbound-api", "from": WHATSAPP, "to": SARI, "status": "delivered"} | fields)


class Lists:
    """Answers as Twilio's lists do: by To, by From, by date, a page at a time."""

    def __init__(self, *messages, media=(), page=50):
        self.messages, self.media, self.page = list(messages), list(media), page

    def __call__(self, request):
        if request.path.endswith("/Media.json"):
            return told({"media_list": [{"sid": sid, "content_type": kind} for sid, kind in self.media]})
        asked = dict(request.query)
        fitting = [
            each
            for each in self.messages
            if asked.get("To", each["to"]) == each["to"]
            and asked.get("From", each["from"]) == each["from"]
            and moment_of(each["date_sent"]) >= datetime.fromisoformat(asked["DateSent>"])
            and ("DateSent<" not in asked or moment_of(each["date_sent"]) <= datetime.fromisoformat(asked["DateSent<"]))
        ]
        fitting.sort(key=lambda each: moment_of(each["date_sent"]), reverse=True)
        start = int(asked.get("Page", 0)) * self.page
        rest = fitting[start + self.page :]
        query = "&".join(f"{k.replace('>', '%3E').replace('<', '%3C')}={v.replace('+', '%2B')}" for k, v in {**asked, "Page": str(int(asked.get("Page", 0)) + 1)}.items())  # fmt: skip
        return told(
            {
                "messages": fitting[start : start + self.page],
                "next_page_uri": f"{ROOT}/Messages.json?{query}" if rest else None,
            }
        )


async def test_a_message_that_no_call_brought_is_taken_from_the_list(whatsapp, server):
    server.answer = Lists(theirs())
    assert isinstance(whatsapp, Polled)
    (payload,), cursor = await whatsapp.poll("")
    assert cursor == NOW.isoformat()
    assert whatsapp.envelope(payload) == Envelope(SM, CITIZEN.lane)
    assert whatsapp.read(payload) == Message(
        chat=CITIZEN, id=SM, sender=Sender(id=CITIZEN.chat), at=AT, text="jalan rusak"
    )


async def test_it_has_the_key_of_the_call_that_comes_late(whatsapp, server):
    server.answer = Lists(theirs())
    (payload,), _ = await whatsapp.poll("")
    late = whatsapp.accept(call(ON_WHATSAPP))
    assert whatsapp.envelope(payload) == whatsapp.envelope(late)


async def test_what_was_sent_just_now_is_left_to_its_call_which_says_more(http, server):
    clock = [AT + timedelta(seconds=5)]
    line = built(http, api_url=server.url, now=lambda: clock[0])["whatsapp"]
    server.answer = Lists(theirs(body=""), theirs(sid=MM, date_sent="Mon, 23 Nov 2026 01:29:00 +0000"))
    payloads, cursor = await line.poll("")
    assert [line.envelope(each).key for each in payloads] == [MM], "a pin has no coordinates in the list"
    assert line.pause_s == 15
    clock[0] += timedelta(seconds=line.pause_s)
    payloads, cursor = await line.poll(cursor)
    assert [line.envelope(each).key for each in payloads] == [SM], "no call brought it"
    assert line.pause_s == 600


async def test_its_files_are_listed_with_it(whatsapp, server):
    server.answer = Lists(theirs(sid=MM, body="", num_media="1"), media=[(ME, "image/jpeg")])
    (payload,), _ = await whatsapp.poll("")
    found = whatsapp.read(payload)
    assert found.attachments == (Attachment(kind="photo", ref=f"{MM}/{ME}", mime="image/jpeg"),)
    assert not found.unsupported


async def test_a_pin_isnt_in_the_list_so_they_are_asked_again(whatsapp, server):
    server.answer = Lists(theirs(body=""))
    (payload,), _ = await whatsapp.poll("")
    assert whatsapp.read(payload).unsupported == "empty"


async def test_what_became_of_ours_is_taken_from_the_list_too(whatsapp, server):
    server.answer = Lists(
        ours(), ours(sid=MM, status="undelivered", error_code=63016), ours(sid="SM" + "0" * 32, status="queued")
    )
    payloads, _ = await whatsapp.poll("")
    assert {whatsapp.envelope(each) for each in payloads} == {
        Envelope(f"status:{SM}:delivered", CITIZEN.lane),
        Envelope(f"status:{MM}:undelivered", CITIZEN.lane),
    }
    found = {each.message: each for each in map(whatsapp.read, payloads)}
    assert found[SM] == Receipt(chat=CITIZEN, at=AT, state="delivered", message=SM)
    assert found[MM].fact == "window"


async def test_each_line_asks_for_its_own(channels, server):
    server.answer = Lists(theirs(), theirs(sid=MM, to=SMS, **{"from": "+6281234567890"}))
    found = {
        name: [each.envelope(payload).key for payload in (await each.poll(""))[0]] for name, each in channels.items()
    }
    assert found == {"whatsapp": [SM], "sms": [MM]}
    asked = [dict(each.query) for each in server.requests]
    assert [(each.get("To"), each.get("From")) for each in asked] == [
        (WHATSAPP, None),
        (None, WHATSAPP),
        (SMS, None),
        (None, SMS),
    ]


async def test_the_first_look_goes_back_a_few_hours_and_later_ones_a_little(whatsapp, server):
    server.answer = Lists()
    _, cursor = await whatsapp.poll("")
    await whatsapp.poll(cursor)
    assert [dict(each.query)["DateSent>"] for each in server.requests] == [
        "2026-11-22T21:45:00Z", "2026-11-22T20:00:00Z", "2026-11-23T01:45:00Z", "2026-11-23T00:00:00Z",
    ]  # fmt: skip
    assert all("DateSent<" not in dict(each.query) for each in server.requests)


async def test_what_was_stored_is_handed_on_once_and_what_wasnt_again(whatsapp, server):
    server.answer = Lists(theirs(), ours())
    first, cursor = await whatsapp.poll("")
    again, _ = await whatsapp.poll("")  # the caller couldn't store them
    assert sorted(again) == sorted(first)
    after, _ = await whatsapp.poll(cursor)
    assert after == []


async def test_a_later_status_of_the_same_message_is_news(whatsapp, server):
    server.answer = Lists(ours())
    _, cursor = await whatsapp.poll("")
    server.answer = Lists(ours(status="read"))
    (payload,), _ = await whatsapp.poll(cursor)
    assert whatsapp.envelope(payload).key == f"status:{SM}:read"


async def test_many_pages_come_oldest_first(whatsapp, server):
    dates = [f"Mon, 23 Nov 2026 01:{nth // 60:02}:{nth % 60:02} +0000" for nth in range(130)]
    server.answer = Lists(*(theirs(sid=f"SM{nth:032}", date_sent=date) for nth, date in enumerate(dates)))
    payloads, _ = await whatsapp.poll("")
    assert [whatsapp.envelope(each).key for each in payloads] == [f"SM{nth:032}" for nth in range(130)]
    assert [head_of(each).at for each in payloads] == sorted(head_of(each).at for each in payloads)


async def test_after_a_long_outage_the_list_is_taken_in_stretches(whatsapp, server):
    server.answer = Lists(theirs(date_sent="Sat, 21 Nov 2026 03:00:00 +0000"), theirs(sid=MM))
    cursor, seen, polls = (NOW - timedelta(days=3)).isoformat(), [], 0
    while cursor != NOW.isoformat():
        payloads, cursor = await whatsapp.poll(cursor)
        seen += [whatsapp.envelope(each).key for each in payloads]
        polls += 1
        assert polls < 10
    assert seen == [SM, MM]
    assert polls == 2, "stretches without anything don't cost a pause"


async def test_a_cursor_from_the_future_or_of_another_kind_does_no_harm(whatsapp, server):
    server.answer = Lists(theirs())
    for cursor in ((NOW + timedelta(days=9)).isoformat(), "12345", "gestern"):
        _, after = await whatsapp.poll(cursor)
        assert after == NOW.isoformat()


async def test_a_service_lists_every_line_and_its_own_are_taken(http, server):
    pool = built(http, api_url=server.url, messaging_service="MG1")["sms"]
    other = {"to": "+6282299999999", "from": "+6281234567890"}
    server.answer = Lists(
        theirs(messaging_service_sid="MG1", **other), theirs(sid=MM, messaging_service_sid="MG2", **other)
    )
    payloads, _ = await pool.poll("")
    assert [pool.envelope(each).key for each in payloads] == [SM]
    assert pool.read(payloads[0]).text == "jalan rusak"


TROUBLE = {
    "trouble": (Reply(503), "uncertain"),
    "a wrong token": (no(401, 20003), "misconfigured"),
    "another shape": (told({"messages": [{"sid": 5}]}), "uncertain"),
    "a list that goes on elsewhere": (told({"messages": [], "next_page_uri": "@evil.example/x"}), "uncertain"),
    "a list that goes on at another account's": (told({"messages": [], "next_page_uri": "/2010-04-01/Accounts/AC1/Messages.json"}), "uncertain"),
}  # fmt: skip


@pytest.mark.parametrize("case", TROUBLE)
async def test_a_list_that_cant_be_had_moves_no_cursor(case, whatsapp, server):
    reply, fact = TROUBLE[case]
    server.answer = lambda _: reply
    with pytest.raises(SendError) as caught:
        await whatsapp.poll("")
    assert caught.value.fact == fact
    assert all(each.path.startswith(ROOT) for each in server.requests)


async def test_the_pause_between_two_looks_is_the_operators(http):
    assert {each.pause_s for each in built(http, reconcile_minutes=7).values()} == {420.0}


def test_dates_are_read_as_twilio_writes_them():
    assert moment_of(LISTED) == AT
    assert moment_of("Mon, 23 Nov 2026 01:30:00 -0000") == AT
    assert [moment_of(each) for each in (None, "", "gestern", "2026-11-23")] == [None] * 4
    assert ACCOUNT
