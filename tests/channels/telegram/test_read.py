"""Payload in, value out: everything citizens and staff send on Telegram."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.base import Envelope, Malformed
from channels.telegram.read import Reader, largest
from channels.telegram.shapes import PhotoSize
from workflow.message import (
    Address,
    Attachment,
    BadPayload,
    Contact,
    Ignored,
    Left,
    Location,
    Message,
    Moved,
    Presence,
    Press,
    Sender,
    Standing,
    TopicMade,
)

READER = Reader("kanigaran", bot_id=99, username="KanigaranBot")
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 2, 5, tzinfo=UTC)
DATE, EDITED = int(AT.timestamp()), int(LATER.timestamp())
SARI = {"id": 5, "is_bot": False, "first_name": "Sari", "last_name": "Dewi", "language_code": "id"}
RAHMA = {"id": 11, "is_bot": False, "first_name": "Siti Rahma"}
PRIVATE = {"id": 5, "type": "private", "first_name": "Sari"}
GROUP = {"id": -100200, "type": "supergroup", "title": "Meja Kanigaran"}
FORUM = GROUP | {"is_forum": True}
CITIZEN = Address("kanigaran", "telegram", "5")
DESK = Address("kanigaran", "telegram", "-100200")


def update(kind="message", number=1, **body):
    return json.dumps({"update_id": number, kind: body}).encode()


def said(**content):
    return update(message_id=7, date=DATE, chat=PRIVATE, **{"from": SARI}, **content)


def at_the_desk(chat=GROUP, sender=RAHMA, **content):
    return update(message_id=7, date=DATE, chat=chat, **{"from": sender}, **content)


def citizens(**fields):
    return Message(**{"chat": CITIZEN, "id": "7", "sender": Sender(id="5", name="Sari Dewi"), "at": AT} | fields)


def staffs(**fields):
    frame = {"chat": DESK, "id": "7", "sender": Sender(id="11", name="Siti Rahma"), "at": AT, "private": False}
    return Message(**frame | fields)


def ignored(reason, chat=CITIZEN, at=AT):
    return Ignored(chat=chat, at=at, reason=reason)


FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 900}
PIN = {"latitude": -7.75, "longitude": 113.2}
TOPIC_ROOT = {"message_id": 40, "date": DATE, "chat": FORUM, "forum_topic_created": {"name": "7K3F", "icon_color": 1}}
IN_TOPIC = {"message_thread_id": 40, "is_topic_message": True}

INCOMING = {
    "a text": (said(text="jalan rusak"), citizens(text="jalan rusak")),
    "the largest photo with its caption": (
        said(
            photo=[
                {"file_id": "s", "file_unique_id": "us", "width": 90, "height": 60, "file_size": 1},
                {"file_id": "l", "file_unique_id": "ul", "width": 1280, "height": 960, "file_size": 90_000},
                {"file_id": "m", "file_unique_id": "um", "width": 800, "height": 600, "file_size": 40_000},
            ],
            caption="ini KTP saya",
            media_group_id="13",
        ),
        citizens(
            text="ini KTP saya",
            album="13",
            attachments=(Attachment(kind="photo", ref="l", unique="ul", mime="image/jpeg", size_bytes=90_000),),
        ),
    ),
    "a document": (
        said(document=FILE | {"file_name": "KK.pdf", "mime_type": "application/pdf"}),
        citizens(
            attachments=(
                Attachment(kind="document", ref="F", unique="U", name="KK.pdf", mime="application/pdf", size_bytes=900),
            )
        ),
    ),
    "a voice note": (
        said(voice=FILE | {"duration": 12, "mime_type": "audio/ogg"}),
        citizens(
            attachments=(
                Attachment(kind="voice", ref="F", unique="U", mime="audio/ogg", size_bytes=900, seconds=12),
            )
        ),
    ),
    "a video": (
        said(video=FILE | {"duration": 3, "width": 1, "height": 1}),
        citizens(attachments=(Attachment(kind="video", ref="F", unique="U", size_bytes=900, seconds=3),)),
    ),
    "a round video": (
        said(video_note=FILE | {"duration": 3, "length": 240}),
        citizens(attachments=(Attachment(kind="video", ref="F", unique="U", size_bytes=900, seconds=3),)),
    ),
    "an animation, which also stands as a document": (
        said(animation=FILE | {"duration": 1}, document=FILE),
        citizens(attachments=(Attachment(kind="video", ref="F", unique="U", size_bytes=900, seconds=1),)),
    ),
    "music": (
        said(audio=FILE | {"duration": 200, "title": "x"}),
        citizens(attachments=(Attachment(kind="audio", ref="F", unique="U", size_bytes=900, seconds=200),)),
    ),
    "a sticker, whose emoji is no text": (
        said(sticker=FILE | {"emoji": "👍", "type": "regular"}),
        citizens(attachments=(Attachment(kind="sticker", ref="F", unique="U", size_bytes=900),)),
    ),
    "a pin": (said(location=PIN), citizens(location=Location(latitude=-7.75, longitude=113.2))),
    "a live position": (
        said(location=PIN | {"live_period": 900, "heading": 3}),
        citizens(location=Location(latitude=-7.75, longitude=113.2, live=True)),
    ),
    "a live position that moved": (
        update("edited_message", message_id=7, date=DATE, edit_date=EDITED, chat=PRIVATE, location=PIN | {"live_period": 900}, **{"from": SARI}),
        citizens(location=Location(latitude=-7.75, longitude=113.2, live=True), edited=True, at=LATER),
    ),
    "a named place": (
        said(location=PIN, venue={"location": PIN, "title": "SDN 1", "address": "Jl. Suyoso"}),
        citizens(location=Location(latitude=-7.75, longitude=113.2, title="SDN 1", address="Jl. Suyoso")),
    ),
    "one's own contact": (
        said(contact={"phone_number": "+62811", "first_name": "Sari", "last_name": "Dewi", "user_id": 5}),
        citizens(contact=Contact(phone="+62811", name="Sari Dewi", own=True)),
    ),
    "somebody else's contact": (
        said(contact={"phone_number": "+62822", "first_name": "Budi", "user_id": 6}),
        citizens(contact=Contact(phone="+62822", name="Budi")),
    ),
    "a contact without an account": (
        said(contact={"phone_number": "+62822", "first_name": "Budi"}),
        citizens(contact=Contact(phone="+62822", name="Budi")),
    ),
    "an edit": (
        update("edited_message", message_id=7, date=DATE, edit_date=EDITED, chat=PRIVATE, text="RT 3", **{"from": SARI}),
        citizens(text="RT 3", edited=True, at=LATER),
    ),
    "a forward from a person": (
        said(text="x", forward_origin={"type": "user", "date": 1, "sender_user": RAHMA}),
        citizens(text="x", forwarded="Siti Rahma"),
    ),
    "a forward from a hidden person": (
        said(text="x", forward_origin={"type": "hidden_user", "date": 1, "sender_user_name": "Bu Ani"}),
        citizens(text="x", forwarded="Bu Ani"),
    ),
    "a forward from a group": (
        said(text="x", forward_origin={"type": "chat", "date": 1, "sender_chat": GROUP}),
        citizens(text="x", forwarded="Meja Kanigaran"),
    ),
    "a forward from a channel": (
        said(text="x", forward_origin={"type": "channel", "date": 1, "chat": {"id": -1, "type": "channel", "title": "Info"}, "message_id": 3}),
        citizens(text="x", forwarded="Info"),
    ),
    "a forward from what nobody knows yet": (
        said(text="x", forward_origin={"type": "hologram", "date": 1, "beam": {"a": 1}}),
        citizens(text="x", forwarded="?"),
    ),
    "a forward from an account without a name": (
        said(text="x", forward_origin={"type": "user", "date": 1, "sender_user": {"id": 8, "is_bot": False, "first_name": ""}}),
        citizens(text="x", forwarded="?"),
    ),
    "a start by link": (said(text="/start KANTOR_1-a"), citizens(text="/start", start="KANTOR_1-a")),
    "a plain start": (said(text="/start"), citizens(text="/start")),
    "a start with words that are no payload": (said(text="/start jalan rusak pak"), citizens(text="/start jalan rusak pak")),
    "a start by link in a group": (at_the_desk(text="/start@kanigaranbot abc"), staffs(text="/start", start="abc")),
    "our command by name": (at_the_desk(text="/tugas@KanigaranBot besok"), staffs(text="/tugas besok")),
    "another bot's command": (at_the_desk(text="/tugas@OtherBot"), ignored("a command for another bot", DESK)),
    "an address, which is no command": (said(text="/dev@null.example mail"), citizens(text="/dev@null.example mail")),
    "a link behind words": (
        said(text="😀 lihat peta ini", entities=[{"type": "text_link", "offset": 3, "length": 10, "url": "https://peta.example/x"}]),
        citizens(text="😀 lihat peta (https://peta.example/x) ini"),
    ),
    "a link behind words that don't exist": (
        said(text="ab", entities=[{"type": "text_link", "offset": 90, "length": 5, "url": "u:x"}]),
        citizens(text="ab (u:x)"),
    ),
    "a poll": (said(poll={"id": "1", "question": "?", "options": []}), citizens(unsupported="poll")),
    "dice": (said(dice={"emoji": "🎲", "value": 3}), citizens(unsupported="dice")),
    "a story": (said(story={"id": 1, "chat": GROUP}), citizens(unsupported="story")),
    "a giveaway": (said(giveaway={"chats": []}), citizens(unsupported="giveaway")),
    "paid media with words": (
        said(paid_media={"star_count": 1, "paid_media": [{"type": "new"}]}, caption="lihat"),
        citizens(text="lihat", unsupported="paid_media"),
    ),
    "a kind newer than this program": (said(hologram={"a": 1}), citizens(unsupported="hologram")),
    "a message with nothing in it": (said(), citizens(unsupported="empty")),
    "a service message in private": (said(message_auto_delete_timer_changed={"message_auto_delete_time": 60}), ignored("service message: message_auto_delete_timer_changed")),
    "somebody joined": (at_the_desk(new_chat_members=[SARI]), ignored("service message: new_chat_members", DESK)),
    "the group was upgraded": (at_the_desk(migrate_to_chat_id=-100300), Moved(chat=DESK, at=AT, former=DESK.chat, to="-100300")),
    "the upgraded group's beginning": (at_the_desk(migrate_from_chat_id=-200), Moved(chat=DESK, at=AT, former="-200", to=DESK.chat)),
    "an answer to what stands in the group before its upgrade": (
        at_the_desk(text="siap", external_reply={"origin": {"type": "user"}, "chat": {"id": -200, "type": "group"}, "message_id": 55}),
        staffs(text="siap", quotes=("-200", "55")),
    ),
    "an answer to what can't be seen": (at_the_desk(text="siap", external_reply={"origin": {"type": "user"}}), staffs(text="siap")),
    "a dice among staff": (at_the_desk(dice={"emoji": "🎲", "value": 3}), staffs(unsupported="dice")),
    "a sender without a name": (
        update(message_id=7, date=DATE, chat=PRIVATE, text="x", **{"from": {"id": 5}}),
        citizens(text="x", sender=Sender(id="5")),
    ),
    "NUL characters": (said(text="a\0b", caption="\0"), citizens(text="ab")),
    "half a surrogate pair": (said(text="a\ud83db"), citizens(text="a?b")),
    # The desk.
    "talk in a plain group": (at_the_desk(text="siap"), staffs(text="siap")),
    "a reply in a plain group": (at_the_desk(text="siap", reply_to_message={"message_id": 3, "date": 1, "chat": GROUP}), staffs(text="siap", reply_to="3")),
    "a reply to the beginning of a thread outside topics": (
        at_the_desk(text="siap", message_thread_id=3, reply_to_message={"message_id": 3, "date": 1, "chat": GROUP}),
        staffs(text="siap", reply_to="3"),
    ),
    "talk in a topic is no reply": (
        at_the_desk(FORUM, text="siap", reply_to_message=TOPIC_ROOT, **IN_TOPIC),
        staffs(text="siap", thread="40"),
    ),
    "talk in a topic whose root comes without its kind": (
        at_the_desk(FORUM, text="siap", reply_to_message={"message_id": 40, "date": 0, "chat": FORUM}, **IN_TOPIC),
        staffs(text="siap", thread="40"),
    ),
    "a reply in a topic": (
        at_the_desk(FORUM, text="siap", reply_to_message={"message_id": 41, "date": 1, "chat": FORUM}, **IN_TOPIC),
        staffs(text="siap", thread="40", reply_to="41"),
    ),
    "talk in General": (at_the_desk(FORUM, text="siap"), staffs(text="siap")),
    "a reply in General, which names a thread that is none": (
        at_the_desk(FORUM, text="siap", message_thread_id=9, reply_to_message={"message_id": 9, "date": 1, "chat": FORUM}),
        staffs(text="siap", reply_to="9"),
    ),
    "a reply to the service message of a topic from outside": (at_the_desk(FORUM, text="x", reply_to_message=TOPIC_ROOT), staffs(text="x")),
    "a reply to a message elsewhere": (at_the_desk(text="x", external_reply={"origin": {"type": "user"}}), staffs(text="x")),
    "an anonymous admin": (
        at_the_desk(sender={"id": 1087968824, "is_bot": True, "first_name": "Group"}, sender_chat=GROUP, text="ok"),
        staffs(text="ok", sender=Sender(id="1087968824", name="Meja Kanigaran", anonymous=True)),
    ),
    "somebody writing as a channel": (
        at_the_desk(sender={"id": 136817688, "is_bot": True, "first_name": "Channel"}, sender_chat={"id": -1, "type": "channel", "title": "Info"}, text="ok"),
        staffs(text="ok", sender=Sender(id="136817688", name="Info", anonymous=True)),
    ),
    "a linked channel's post": (
        at_the_desk(sender={"id": 777000, "is_bot": False, "first_name": "Telegram"}, sender_chat={"id": -1, "type": "channel", "title": "Info"}, is_automatic_forward=True, text="ok"),
        staffs(text="ok", sender=Sender(id="777000", name="Info", anonymous=True)),
    ),
    "a message from nobody": (
        update(message_id=7, date=DATE, chat=GROUP, text="ok"),
        staffs(text="ok", sender=Sender(id="", anonymous=True)),
    ),
    "another bot": (
        at_the_desk(sender={"id": 12, "is_bot": True, "first_name": "Robot"}, text="ok"),
        staffs(text="ok", sender=Sender(id="12", name="Robot", bot=True)),
    ),
    "our own topic": (
        at_the_desk(FORUM, {"id": 99, "is_bot": True, "first_name": "B"}, message_thread_id=40, is_topic_message=True, forum_topic_created={"name": "7K3F Sari", "icon_color": 1}),
        TopicMade(chat=DESK, at=AT, thread="40", name="7K3F Sari", ours=True),
    ),
    "somebody's topic": (
        at_the_desk(FORUM, forum_topic_created={"name": "Arisan", "icon_color": 1}),
        TopicMade(chat=DESK, at=AT, thread="7", name="Arisan", ours=False),
    ),
    "our own service message": (
        at_the_desk(FORUM, {"id": 99, "is_bot": True, "first_name": "B"}, forum_topic_closed={}),
        ignored("the bot's own message", DESK),
    ),
    "a press": (
        update("callback_query", id="q", chat_instance="1", data="d:ok:7K3F:3", message={"message_id": 70, "date": DATE, "chat": FORUM, "text": "kartu", **IN_TOPIC}, **{"from": RAHMA}),
        Press(chat=DESK, id="q", sender=Sender(id="11", name="Siti Rahma"), at=AT, data="d:ok:7K3F:3", message_id="70", private=False, thread="40"),
    ),
    "a press on a message Telegram no longer shows": (
        update("callback_query", id="q", chat_instance="1", data="c:ya", message={"message_id": 70, "date": 0, "chat": PRIVATE}, **{"from": SARI}),
        Press(chat=CITIZEN, id="q", sender=Sender(id="5", name="Sari Dewi"), at=datetime(1970, 1, 1, tzinfo=UTC), data="c:ya", message_id="70"),
    ),
    "a press on an inline message": (
        update("callback_query", id="q", chat_instance="1", data="x", inline_message_id="i", **{"from": SARI}),
        ignored("a button that isn't ours", at=datetime(1970, 1, 1, tzinfo=UTC)),
    ),
    "a game's button": (
        update("callback_query", id="q", chat_instance="1", game_short_name="x", message={"message_id": 70, "date": DATE, "chat": PRIVATE}, **{"from": SARI}),
        ignored("a button that isn't ours", at=datetime(1970, 1, 1, tzinfo=UTC)),
    ),
    "blocked": (
        update("my_chat_member", chat=PRIVATE, date=DATE, old_chat_member={"status": "member"}, new_chat_member={"status": "kicked", "until_date": 0}, **{"from": SARI}),
        Presence(chat=CITIZEN, sender=Sender(id="5", name="Sari Dewi"), at=AT, blocked=True),
    ),
    "back again": (
        update("my_chat_member", chat=PRIVATE, date=DATE, new_chat_member={"status": "member"}, **{"from": SARI}),
        Presence(chat=CITIZEN, sender=Sender(id="5", name="Sari Dewi"), at=AT, blocked=False),
    ),
    "the bot was put out of the group": (
        update("my_chat_member", chat=GROUP, date=DATE, new_chat_member={"status": "kicked"}, **{"from": RAHMA}),
        Standing(chat=DESK, at=AT, welcome=False),
    ),
    "the bot was let into the group again": (
        update("my_chat_member", chat=GROUP, date=DATE, new_chat_member={"status": "administrator"}, **{"from": RAHMA}),
        Standing(chat=DESK, at=AT, welcome=True),
    ),
    "the bot was silenced": (
        update("my_chat_member", chat=GROUP, date=DATE, new_chat_member={"status": "restricted", "can_send_messages": False}, **{"from": RAHMA}),
        Standing(chat=DESK, at=AT, welcome=False),
    ),
    "a restricted colleague left": (
        update("chat_member", chat=GROUP, date=DATE, new_chat_member={"status": "restricted", "is_member": False, "user": RAHMA}, **{"from": RAHMA}),
        Left(chat=DESK, at=AT, person=Sender(id="11", name="Siti Rahma")),
    ),
    "a status that doesn't exist yet": (
        update("my_chat_member", chat=PRIVATE, date=DATE, new_chat_member={"status": "hovering", "x": 1}, **{"from": SARI}),
        ignored("the bot is now hovering here"),
    ),
    "a channel's post": (
        update("channel_post", message_id=1, date=DATE, chat={"id": -1, "type": "channel"}, text="x"),
        ignored("update of kind channel_post", Address("kanigaran", "telegram", "bot"), datetime(1970, 1, 1, tzinfo=UTC)),
    ),
    "a kind of update from the future": (
        update("hologram", a=1),
        ignored("update of kind hologram", Address("kanigaran", "telegram", "bot"), datetime(1970, 1, 1, tzinfo=UTC)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", INCOMING)
def test_what_telegram_sends_becomes_a_value(case):
    payload, expected = INCOMING[case]
    assert READER.read(payload) == expected


@pytest.mark.parametrize("case", INCOMING)
def test_the_lane_is_the_lane_of_the_value(case):
    payload, expected = INCOMING[case]
    assert READER.envelope(payload) == Envelope(key="1", lane=expected.chat.lane)


@pytest.mark.parametrize("case", INCOMING)
def test_values_survive_storage_as_json(case):
    value = READER.read(INCOMING[case][0])
    stored = msgspec.json.encode(value)
    assert b"\\u0000" not in stored
    assert msgspec.json.decode(stored, type=type(value)) == value


HOSTILE = {
    "a message that is a number": b'{"update_id":1,"message":5}',
    "a chat without a number": b'{"update_id":1,"message":{"chat":{}}}',
    "a text that is a list": said(text=["x"]),
    "a number that is a text": update(message_id="7", date=DATE, chat=PRIVATE, text="x"),
    "a moment outside of time": update(message_id=7, date=10**15, chat=PRIVATE, text="x"),
    "a moment before time": update(message_id=7, date=-1, chat=PRIVATE, text="x"),
    "a pin beyond the pole": said(location={"latitude": 91, "longitude": 0}),
    "a photo without a name": said(photo=[{"width": 1, "height": 1}]),
    "a press that nobody made": update("callback_query", id="q", data="x"),
    "nested beyond reading": b'{"update_id":1,"message":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "nested after its number": b'{"x":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b',"update_id":1,"message":7}',
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_shape_is_taken_in_and_goes_to_quarantine(case):
    assert READER.envelope(HOSTILE[case]).key == "1"
    with pytest.raises(BadPayload) as caught:
        READER.read(HOSTILE[case])
    assert len(str(caught.value)) < 300


MALFORMED = (
    b"", b"null", b"[]", b"7", b'"x"', b"{}", b"{", b'{"update_id":null}', b'{"update_id":"1"}', b'{"update_id":true}',
    b'{"update_id":1.5}', b'{"update_id":9223372036854775808}', b'{"update_id":-9223372036854775809}',
    b'{"update_id":1}x', b'{"update_id":NaN}', b'{"update_id":1,"x":NaN}', b'{"update_id":1,"x":"\xff"}',
    b"\xff\xfe{\x00}\x00", b'\xef\xbb\xbf{"update_id":1}', b"a" * 1000, b"[" * 100_000, b'{"message":{"update_id":1}}',
    b'{"a":' * 5_000 + b'{"update_id":1}' + b"}" * 5_000,
)  # fmt: skip


@pytest.mark.parametrize("payload", MALFORMED, ids=lambda each: repr(each[:40]))
def test_what_has_no_number_is_malformed(payload):
    with pytest.raises(Malformed):
        READER.envelope(payload)


@pytest.mark.parametrize("number", [0, 1, 2**31, 2**63 - 1, -(2**63)])
def test_every_64_bit_number_is_a_key(number):
    assert READER.envelope(b'{"update_id":%d}' % number).key == str(number)


def test_half_a_surrogate_pair_is_json_and_taken_in():
    assert READER.envelope(b'{"update_id":1,"message":{"chat":{"id":5},"text":"\\ud800"}}').lane == CITIZEN.lane


def test_a_photo_too_large_to_fetch_gives_way_to_a_smaller_size():
    big = PhotoSize("big", width=9000, height=9000, file_size=21_000_000)
    small = PhotoSize("small", width=90, height=90, file_size=1_000)
    assert largest((small, big)).file_id == "small"
    assert largest((big,)).file_id == "big"


def test_without_a_known_name_a_command_is_ours():
    value = Reader("kanigaran").read(at_the_desk(text="/tugas@SomeBot"))
    assert isinstance(value, Message)
    assert value.text == "/tugas"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "message", "edited_message", "callback_query", "my_chat_member", "chat", "from", "id", "type", "date", "photo",
    "message_id", "text", "caption", "entities", "document", "voice", "location", "venue", "contact", "reply_to_message",
    "forward_origin", "sender_chat", "data", "new_chat_member", "forum_topic_created", "message_thread_id",
    "is_topic_message", "file_id", "offset", "length", "url", "first_name", "latitude", "longitude", "user_id",
    "sticker", "animation", "audio", "video_note", "media_group_id", "live_period", "status", "unknown",
)  # fmt: skip
SHAPED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9) | st.sampled_from(["private", "group", "text_link", "kicked"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=8),
    max_leaves=40,
)  # fmt: skip


def read_or_quarantine(payload):
    try:
        value = READER.read(payload)
    except BadPayload:
        return None
    msgspec.json.encode(value)
    return value


@given(JSON)
@example(None)
def test_any_json_is_read_or_quarantined(value):
    read_or_quarantine(json.dumps(value).encode())


@given(st.dictionaries(st.sampled_from(FIELDS), SHAPED, max_size=4), st.integers(-(2**63), 2**63 - 1))
def test_any_object_with_a_number_is_taken_in_and_read_or_quarantined(value, number):
    payload = json.dumps({**value, "update_id": number}).encode()
    envelope = READER.envelope(payload)
    assert envelope.key == str(number)
    known = read_or_quarantine(payload)
    if known is not None:
        assert envelope.lane == known.chat.lane


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(payload):
    read_or_quarantine(payload)
    try:
        READER.envelope(payload)
    except Malformed:
        return


PLAIN = (
    "a text", "the largest photo with its caption", "a document", "a voice note", "a pin", "a live position",
    "a live position that moved", "a named place", "one's own contact", "somebody else's contact", "an edit",
    "a forward from a person", "a forward from a hidden person", "a forward from a group", "a forward from a channel",
    "talk in a plain group", "a reply in a plain group", "a reply in a topic", "talk in General", "a press",
)  # fmt: skip


def as_the_library_sees(payload):
    """The same facts by another author's parser: python-telegram-bot's."""
    from telegram import Update

    update = Update.de_json(json.loads(payload), None)
    message, query, user = update.effective_message, update.callback_query, update.effective_user
    origin = message.forward_origin
    named = origin and (
        getattr(getattr(origin, "sender_user", None), "full_name", None)
        or getattr(origin, "sender_user_name", None)
        or getattr(getattr(origin, "sender_chat", None) or getattr(origin, "chat", None), "title", None)
    )
    file = message.effective_attachment
    file = max(file, key=lambda size: size.width) if isinstance(file, tuple) else file
    place = message.venue.location if message.venue else message.location
    replied = message.reply_to_message
    return {
        "chat": str(update.effective_chat.id),
        "sender": (str(user.id), user.full_name),
        "at": message.edit_date or message.date,
        "text": message.text or message.caption or "" if query is None else query.data,
        "file": (getattr(file, "file_id", ""), getattr(file, "file_size", 0)),
        "place": place and (place.latitude, place.longitude, place.live_period is not None),
        "contact": message.contact and (message.contact.phone_number, message.contact.user_id == user.id),
        "forwarded": named or "",
        "reply_to": str(replied.message_id) if replied else "",
        "album": message.media_group_id or "",
    }


def as_we_see(value):
    pressed = isinstance(value, Press)
    file = (*value.attachments, None)[0] if not pressed else None
    place, contact = (None, None) if pressed else (value.location, value.contact)
    return {
        "chat": value.chat.chat,
        "sender": (value.sender.id, value.sender.name),
        "at": value.at,
        "text": value.data if pressed else value.text,
        "file": (file.ref, file.size_bytes) if file else ("", 0),
        "place": place and (place.latitude, place.longitude, place.live),
        "contact": contact and (contact.phone, contact.own),
        "forwarded": "" if pressed else value.forwarded,
        "reply_to": "" if pressed else value.reply_to,
        "album": "" if pressed else value.album,
    }


@pytest.mark.parametrize("case", PLAIN)
def test_the_library_reads_the_same(case, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # its new way to tell durations, which doesn't warn
    assert as_we_see(READER.read(INCOMING[case][0])) == as_the_library_sees(INCOMING[case][0])
