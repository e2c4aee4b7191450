"""What a page that draws phones is told: chats as JSON, and a feed that goes on from there."""

from __future__ import annotations

import json

from tests.channels.sandbox.twilio.scene import SMS, scene


def test_the_feed_tells_all_that_a_phone_shows():
    office = scene()
    quick = {"twilio/quick-reply": {"body": "Benar?", "actions": [{"title": "Ya", "id": "y"}]}}
    content = office.world.add_content(office.account, "q", quick)
    office.hear()
    office.sent(ContentSid=content.sid)
    office.world.person_presses(office.phone().bubbles[-1], "Ya")
    office.world.person_blocks(office.sari, office.wa)
    key = office.phone().key
    told = [
        (item.kind, item.data.get("text", item.data.get("is")))
        for item in office.world.feed.after()
        if item.chat == key
    ]
    assert told == [
        ("message", "Halo"),
        ("message", "Benar?"),
        ("status", "delivered"),
        ("pressed", None),
        ("message", "Ya"),
        ("status", "read"),
        ("blocked", None),
    ]


def test_chats_are_json_and_equal_to_what_the_feed_told():
    office = scene()
    office.world.person_sends_photo(office.sari, office.wa, b"\xff\xd8", caption="Ini")
    office.world.person_pins(office.sari, office.wa, -7.77, 113.21, label="Pasar")
    office.world.person_writes(office.sari, office.sms, "“Halo”")
    office.sent(From=SMS, To=office.sari.number, Body="Terima kasih")
    chats = {chat["key"]: chat for chat in json.loads(json.dumps(office.world.chats_json()))}
    told = [item.data for item in office.world.feed.after() if item.kind == "message"]
    assert [bubble for chat in chats.values() for bubble in chat["bubbles"]] == json.loads(json.dumps(told))
    photo, pin = chats[office.phone().key]["bubbles"]
    assert office.world.media[photo["media"][0]["sid"]].content == b"\xff\xd8"
    assert pin["place"]["label"] == "Pasar"
    own, theirs = chats[office.phone(line=office.sms).key]["bubbles"]
    assert (own["mine"], own["encoding"], own["segments"]) == (True, "UCS-2", 1)
    assert (theirs["mine"], theirs["encoding"], theirs["segments"]) == (False, "GSM-7", 1)


def test_another_number_is_another_scoped_id_and_the_same_phone():
    office = scene()
    office.hear()
    office.world.person_changes_number(office.sari, "+6281999999999", "ID.2222222222222222")
    office.sent(To="whatsapp:+6281999999999", Body="Halo")
    assert office.sent(To="whatsapp:ID.1234567890123456", Body="Halo").error_code == 63024
    assert office.phone().texts == ["Halo"]


def test_worlds_of_another_seed_have_other_ids():
    from channels.sandbox.twilio import HandClock, World

    clock = HandClock()
    first, same, other = (World(clock.now, seed=seed).sid("SM") for seed in ("a", "a", "b"))
    assert first == same != other
