"""What the stand-in tells us: field sets, signatures the official validator accepts, retries, and mishaps on order."""

from __future__ import annotations

import asyncio
import json

import pytest
from twilio.request_validator import RequestValidator, get_signature_algorithm

from channels.sandbox.twilio import CannotActError, Mishap, serve
from channels.sandbox.twilio.signing import SETTINGS, SIGNATURE
from channels.sandbox.twilio.webhooks import overrides_of
from tests.channels.sandbox.twilio.receiver import Receiver
from tests.channels.sandbox.twilio.scene import PUBLIC, SMS, TOKEN, WA, scene, until

PHOTO = b"\xff\xd8\xff\xe0CONTOH"


@pytest.fixture
def office():
    return scene()


def told(office, bubble):
    """The one webhook about a message."""
    (delivery,) = office.world.deliveries_of(bubble.sid, "message")
    return delivery


# Field sets


def test_a_text_on_whatsapp_has_the_fields_of_captured_ones(office):
    fields = told(office, office.world.person_writes(office.sari, office.wa, "Jalan rusak")).params
    sid = fields["MessageSid"]
    assert fields == {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": office.account.sid,
        "From": "whatsapp:+6281234567890",
        "To": WA,
        "Body": "Jalan rusak",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "ProfileName": "Sari CONTOH",
        "WaId": "6281234567890",
        "ExternalUserId": "whatsapp:ID.1234567890123456",
        "MessageType": "text",
        "ReferralNumMedia": "0",
        "ChannelMetadata": fields["ChannelMetadata"],
    }
    assert json.loads(fields["ChannelMetadata"])["data"]["context"]["WaId"] == "6281234567890"


KINDS = [
    (
        "photo with words",
        lambda w, p, line: w.person_sends_photo(p, line, PHOTO, caption="Ini"),
        "image",
        "Ini",
        "image/jpeg",
    ),
    ("voice", lambda w, p, line: w.person_sends_voice(p, line, b"OggS"), "audio", "", "audio/ogg"),
    ("sticker", lambda w, p, line: w.person_sends_sticker(p, line, b"RIFF"), "sticker", "", "image/webp"),
    ("video", lambda w, p, line: w.person_sends_video(p, line, b"ftyp"), "video", "", "video/mp4"),
    (
        "PDF",
        lambda w, p, line: w.person_sends_file(p, line, b"%PDF", name="surat.pdf"),
        "document",
        "surat.pdf",
        "application/pdf",
    ),
    ("contact", lambda w, p, line: w.person_sends_contact(p, line), "contacts", "", "text/vcard"),
]


@pytest.mark.parametrize(("send", "kind", "body", "mime"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
def test_a_file_comes_with_its_kind_its_type_and_an_address(office, send, kind, body, mime):
    fields = told(office, send(office.world, office.sari, office.wa)).params
    assert fields["MessageSid"].startswith("MM")
    assert (fields["MessageType"], fields["Body"]) == (kind, body)
    assert (fields["NumMedia"], fields["MediaContentType0"]) == ("1", mime)
    (media,) = office.world.media_kept()
    root = f"https://api.twilio.com/2010-04-01/Accounts/{office.account.sid}"
    assert fields["MediaUrl0"] == f"{root}/Messages/{fields['MessageSid']}/Media/{media.sid}"


def test_an_album_is_a_webhook_each_and_only_the_first_has_words(office):
    bubbles = office.world.person_sends_album(
        office.sari, office.wa, [PHOTO + bytes([n]) for n in range(4)], caption="Jalan"
    )
    assert [told(office, bubble).params["Body"] for bubble in bubbles] == ["Jalan", "", "", ""]
    assert len(office.world.take_due()) == 4  # side by side


def test_a_pin_has_no_words_and_only_a_saved_place_has_a_name(office):
    plain = told(office, office.world.person_pins(office.sari, office.wa, -7.77, 113.21)).params
    assert (plain["MessageType"], plain["Body"], plain["NumMedia"], plain["Latitude"]) == ("location", "", "0", "-7.77")
    assert {"Address", "Label"}.isdisjoint(plain)
    saved = told(
        office, office.world.person_pins(office.sari, office.wa, -7.77, 113.21, address="Jl. CONTOH 1", label="Pasar")
    ).params
    assert (saved["Longitude"], saved["Address"], saved["Label"]) == ("113.21", "Jl. CONTOH 1", "Pasar")


def test_a_pressed_button_brings_its_payload_and_what_it_stood_under(office):
    actions = [{"title": "Ya", "id": "ya:12"}, {"title": "Tidak", "id": "tidak:12"}]
    quick = {"twilio/quick-reply": {"body": "Benar?", "actions": actions}}
    content = office.world.add_content(office.account, "q", quick)
    office.hear()
    sent = office.sent(ContentSid=content.sid)
    fields = told(office, office.world.person_presses(office.phone().bubbles[-1], "Ya")).params
    assert (fields["MessageType"], fields["Body"], fields["ButtonText"]) == ("interactive", "Ya", "Ya")
    assert (fields["ButtonPayload"], fields["OriginalRepliedMessageSid"]) == ("ya:12", sent.sid)
    assert (fields["OriginalRepliedMessageSender"], fields["Forwarded"]) == (WA, "false")
    assert json.loads(fields["ChannelMetadata"])["data"]["context"]["ButtonText"] == "Ya"
    with pytest.raises(CannotActError):
        office.world.person_presses(sent.bubble, "Tidak")


def test_a_chosen_item_and_a_templates_button_have_names_of_their_own(office):
    picker = {"twilio/list-picker": {"body": "Apa?", "button": "Pilih", "items": [{"item": "Jalan", "id": "j"}]}}
    quick = {"twilio/quick-reply": {"body": "Ada jawaban.", "actions": [{"title": "Baca", "id": "baca"}]}}
    office.hear()
    listed = office.sent(ContentSid=office.world.add_content(office.account, "l", picker).sid).bubble
    fields = told(office, office.world.person_presses(listed, "Jalan")).params
    assert (fields["MessageType"], fields["ListId"], fields["ListTitle"]) == ("interactive", "j", "Jalan")
    knock = office.sent(ContentSid=office.world.add_content(office.account, "k", quick, approved=True).sid).bubble
    assert told(office, office.world.person_presses(knock, "baca")).params["MessageType"] == "button"


def test_a_quoted_reply_a_forwarded_text_and_what_cannot_be_shown(office):
    office.hear()
    sent = office.sent(Body="Di mana?")
    quoted = told(office, office.world.person_writes(office.sari, office.wa, "Di sini", reply_to=sent.bubble)).params
    assert quoted["OriginalRepliedMessageSid"] == sent.sid
    own = told(
        office, office.world.person_writes(office.sari, office.wa, "Maksudnya", reply_to=office.phone().bubbles[0])
    )
    assert own.params["OriginalRepliedMessageSender"] == "whatsapp:+6281234567890"
    chain = told(office, office.world.person_writes(office.sari, office.wa, "Sebarkan!", forwarded=True)).params
    assert chain["Forwarded"] == "true"
    odd = told(office, office.world.person_sends_unsupported(office.sari, office.wa)).params
    assert (odd["MessageType"], odd["Body"], odd["NumMedia"]) == ("unsupported", "", "0")


def test_somebody_without_a_number_writes_by_scoped_id(office):
    ani = office.world.add_person(
        "Ani", "+6281200000009", scoped_id="ID.9999999999999999", username="ani", hides_number=True
    )
    fields = told(office, office.world.person_writes(ani, office.wa, "Halo")).params
    assert (fields["From"], fields["ProfileUsername"]) == ("whatsapp:ID.9999999999999999", "ani")
    assert "WaId" not in fields
    assert office.sent(To="whatsapp:ID.9999999999999999", Body="Halo juga").status == "delivered"


def test_an_sms_has_blank_fields_and_counts_its_parts(office):
    fields = told(office, office.world.person_writes(office.sari, office.sms, "Jalan rusak " * 20)).params
    assert (fields["NumSegments"], fields["To"], fields["From"]) == ("2", SMS, "+6281234567890")
    assert fields["FromCity"] == fields["ToZip"] == ""
    assert {"ProfileName", "WaId", "MessageType"}.isdisjoint(fields)
    assert "FromCity=&" in told(office, office.world.person_writes(office.sari, office.sms, "x")).body.decode()


def test_what_is_longer_than_twilio_takes_comes_in_several_sms(office):
    office.world.person_writes(office.sari, office.sms, "x" * 1700)
    assert [len(each.params["Body"]) for each in office.world.deliveries] == [1600, 100]


def test_what_a_phone_cannot_do_nobody_does(office):
    letters = office.world.add_line(office.account, "KANIGARAN")
    for act in (
        lambda: office.world.person_writes(office.sari, letters, "Halo"),
        lambda: office.world.person_pins(office.sari, office.sms, 1, 1),
        lambda: office.world.person_writes(office.budi, office.wa, "Halo"),
        lambda: office.world.person_writes(office.sari, office.wa, " "),
        lambda: office.world.person_presses(office.hear(), "Ya"),
    ):
        with pytest.raises(CannotActError):
            act()


def test_status_callbacks_on_both_channels(office):
    office.hear()
    failed = office.world.deliveries_of(office.sent(To="whatsapp:+6280000000000", Body="x").sid)[-1].params
    assert failed["ChannelToAddress"] == "+628000000XXXX"
    assert (failed["ErrorCode"], failed["ChannelPrefix"]) == ("63024", "whatsapp")
    url = PUBLIC + "/status?ours=12"
    delivered = office.world.deliveries_of(office.sent(Body="x", StatusCallback=url).sid)[-1]
    assert (delivered.url, delivered.params["EventType"]) == (url, "DELIVERED")
    sms = office.world.deliveries_of(office.sent(From=SMS, To=office.sari.number, Body="x").sid)[-1].params
    assert sms["RawDlrDoneDate"] == office.clock.now().strftime("%y%m%d%H%M")
    assert "ChannelPrefix" not in sms


# Signatures


def test_the_official_validator_accepts_every_webhook(office):
    world, sari, validator = office.world, office.sari, RequestValidator(TOKEN)
    world.person_writes(
        sari, office.wa, "Jalan rusak, “parah” – 😀\n di Desa  ", extra={"FieldOfTomorrow": "", "Zz": " a "}
    )
    world.person_sends_photo(sari, office.wa, PHOTO)
    world.person_writes(sari, office.sms, "é & = + %")
    office.sent(Body="x", StatusCallback=PUBLIC + "/status?ours=12&b=a%20b")
    assert len(world.deliveries) == 5
    for each in world.deliveries:
        assert validator.validate(each.url, each.params, each.headers[SIGNATURE])
        assert not validator.validate(each.url + "/", each.params, each.headers[SIGNATURE])
        assert not validator.validate(each.url, each.params | {"Body": "lain"}, each.headers[SIGNATURE])


def test_a_shared_key_signs_by_sha256_and_says_so():
    office = scene(shared_key=("webhooks_sharedkey_1", "rahasia-bersama"))
    office.hear()
    (each,) = office.world.deliveries
    algorithm = get_signature_algorithm(each.headers[SETTINGS])
    assert (each.headers[SETTINGS].split(",")[0], algorithm) == ("key=webhooks_sharedkey_1", "HMAC_SHA256")
    assert RequestValidator("rahasia-bersama").validate(each.url, each.params, each.headers[SIGNATURE], algorithm)
    assert not RequestValidator(TOKEN).validate(each.url, each.params, each.headers[SIGNATURE])


def test_the_fragment_is_not_signed_and_not_sent():
    office = scene(overrides="#rc=2&rp=all")
    office.hear()
    (each,) = office.world.deliveries
    assert each.url == PUBLIC + "/message"
    assert RequestValidator(TOKEN).validate(each.url, each.params, each.headers[SIGNATURE])


def test_a_forged_webhook_is_not_accepted(office):
    office.world.mishaps.add(Mishap("forge"))
    forged, good = (told(office, office.hear()) for _ in range(2))
    validator = RequestValidator(TOKEN)
    assert not validator.validate(forged.url, forged.params, forged.headers[SIGNATURE])
    assert validator.validate(good.url, good.params, good.headers[SIGNATURE])


# Retries


@pytest.mark.parametrize(
    ("fragment", "retries", "policy", "read_s"),
    [
        ("", 1, {"ct"}, 15.0),
        ("#rc=2&rp=all", 2, {"all"}, 15.0),
        ("#ct=3000&rt=1500&rc=5&rp=4xx,5xx,rt", 5, {"4xx", "5xx", "rt"}, 1.5),
        ("#e=singapore&rc=0", 0, {"ct"}, 15.0),
    ],
)
def test_a_url_says_how_patient_twilio_is(fragment, retries, policy, read_s):
    found = overrides_of("https://a.example/x" + fragment)
    assert (found.retries, found.policy, found.read_s) == (retries, policy, read_s)


@pytest.mark.parametrize("fragment", ["#rc=6", "#rp=often", "#rt=99999", "#what=1", "#rc"])
def test_a_fragment_twilio_would_not_take_goes_into_the_debugger(fragment):
    office = scene(overrides=fragment)
    office.hear()
    assert not office.world.deliveries
    assert [alert.code for alert in office.world.alerts] == [11243]


async def posted(answers, overrides=""):
    """How often a webhook comes when it's answered like this, the alerts, and the tokens."""
    async with Receiver(TOKEN, answers=[(status, "text/xml", "") for status in answers]) as receiver:
        office = scene(public=receiver.url, overrides=overrides)
        async with serve(office.world, office.clock):
            office.hear()
            await until(lambda: office.world.idle)
            return (
                [hit.status for hit in receiver.hits],
                [a.code for a in office.world.alerts],
                {h.token for h in receiver.hits},
            )


@pytest.mark.parametrize(
    ("overrides", "answers", "seen", "alerts"),
    [
        ("", [500], [500], [11200]),  # by default not even a 5xx is tried again
        ("#rc=2&rp=all", [500, 403, 204], [500, 403, 204], []),
        ("#rc=2&rp=5xx", [500, 500, 500, 204], [500, 500, 500], [11200]),
        ("#rc=2&rp=5xx", [404], [404], [11200]),
        ("#rc=1&rp=all", [302, 204], [302, 204], []),
    ],
)
async def test_a_webhook_is_tried_again_as_its_url_asks(overrides, answers, seen, alerts):
    found, codes, tokens = await posted(answers, overrides)
    assert (found, codes, len(tokens)) == (seen, alerts, 1)


async def test_nobody_there_is_tried_once_more_and_then_the_fallback_is_told():
    async with Receiver(TOKEN) as receiver:
        office = scene(public="http://127.0.0.1:1")
        office.wa.fallback_url = receiver.url + "/fallback"
        async with serve(office.world, office.clock):
            bubble = office.hear()
            await receiver.wait_for(1)
            first = office.world.deliveries_of(bubble.sid)[0]
            assert [attempt.reason for attempt in first.attempts] == ["ct", "ct"]
            fields = receiver.hits[0].fields
            assert (fields["ErrorCode"], fields["ErrorUrl"]) == ("11205", "http://127.0.0.1:1/message")
            assert receiver.hits[0].genuine


async def test_who_says_nothing_is_left_after_15_seconds():
    async with Receiver(TOKEN) as receiver:
        receiver.held = asyncio.Event()
        office = scene(public=receiver.url)
        async with serve(office.world, office.clock):
            bubble = office.hear()
            await receiver.wait_for(1)
            office.clock.advance(14)
            assert not office.world.deliveries_of(bubble.sid)[0].attempts
            office.clock.advance(1)
            await until(lambda: office.world.idle)
            assert [attempt.reason for attempt in office.world.deliveries_of(bubble.sid)[0].attempts] == ["rt"]


async def test_nothing_is_tried_again_after_the_total_time():
    async with Receiver(TOKEN) as receiver:
        receiver.held = asyncio.Event()
        office = scene(public=receiver.url, overrides="#rc=5&rp=all&rt=4000&tt=10000")
        async with serve(office.world, office.clock):
            bubble = office.hear()
            for count in (1, 2, 3):  # after 4, 8 and 12 s
                await receiver.wait_for(count)
                office.clock.advance(4)
            await until(lambda: office.world.idle)
            assert len(office.world.deliveries_of(bubble.sid)[0].attempts) == 3


@pytest.mark.parametrize(
    ("mime", "text", "alerts", "breaches"),
    [
        ("text/xml", "", [], 0),
        ("text/xml", "<Response/>", [], 0),
        ("application/xml", '<?xml version="1.0"?><Response></Response>', [], 0),
        ("application/json", '{"ok": true}', [12300], 0),
        ("text/plain", "Terima kasih", [12300], 1),
        ("text/xml", "<Response><Message>Terima kasih</Message></Response>", [], 1),
        ("text/xml", "<oops>", [12100], 0),
    ],
)
async def test_what_we_answer_is_looked_at(mime, text, alerts, breaches):
    async with Receiver(TOKEN, answers=[(200, mime, text)]) as receiver:
        office = scene(public=receiver.url)
        async with serve(office.world, office.clock):
            office.hear()
            await until(lambda: office.world.idle)
            assert ([a.code for a in office.world.alerts], len(office.world.breaches)) == (alerts, breaches)


# Mishaps


async def test_a_lost_webhook_never_comes_and_stands_in_the_list():
    async with Receiver(TOKEN) as receiver:
        office = scene(public=receiver.url)
        office.world.mishaps.add(Mishap("lose", of="message"))
        async with serve(office.world, office.clock):
            lost, kept = office.hear(), office.hear()
            await receiver.wait_for(1)
            await until(lambda: office.world.idle)
            assert [hit.fields["MessageSid"] for hit in receiver.hits] == [kept.sid]
            _, page = office.ask("GET", "/2010-04-01/Accounts/{ac}/Messages.json", query={"To": WA})
            assert {each["sid"] for each in page["messages"]} == {lost.sid, kept.sid}


async def test_a_doublet_comes_twice_with_one_token():
    async with Receiver(TOKEN) as receiver:
        office = scene(public=receiver.url)
        office.world.mishaps.add(Mishap("duplicate"))
        async with serve(office.world, office.clock):
            office.hear()
            first, second = await receiver.wait_for(2)
            assert (first.fields, first.token) == (second.fields, second.token)
            assert first.genuine
            assert second.genuine


async def test_callbacks_come_in_the_wrong_order():
    async with Receiver(TOKEN) as receiver:
        office = scene(public=receiver.url)
        async with serve(office.world, office.clock):
            office.hear()
            await receiver.wait_for(1)
            office.world.mishaps.add(Mishap("swap", of="status", status="sent"))
            office.sent(Body="Halo")
            await receiver.wait_for(3)
            assert [hit.what for hit in receiver.hits] == ["received", "delivered", "sent"]


async def test_a_late_and_a_held_webhook_come_when_it_is_time():
    async with Receiver(TOKEN) as receiver:
        office = scene(public=receiver.url)
        office.world.mishaps.add(Mishap("late", delay_s=60), Mishap("hold"))
        async with serve(office.world, office.clock):
            late, held, prompt = (office.world.person_writes(office.sari, office.wa, words) for words in "abc")
            await receiver.wait_for(1)
            office.clock.advance(60)
            await receiver.wait_for(2)
            office.world.release()
            await receiver.wait_for(3)
            assert [hit.fields["MessageSid"] for hit in receiver.hits] == [prompt.sid, late.sid, held.sid]


async def test_a_recorded_webhook_can_be_played_again():
    async with Receiver(TOKEN) as receiver:
        office = scene(public=receiver.url)
        async with serve(office.world, office.clock):
            bubble = office.hear()
            await receiver.wait_for(1)
            office.world.again(office.world.deliveries_of(bubble.sid)[0])
            first, second = await receiver.wait_for(2)
            assert (second.fields, second.genuine) == (first.fields, True)


async def test_a_public_address_leads_through_a_tunnel():
    async with Receiver(TOKEN) as receiver:
        office = scene()
        office.world.tunnels[PUBLIC] = receiver.url
        async with serve(office.world, office.clock):
            bubble = office.hear()
            (hit,) = await receiver.wait_for(1)
            assert hit.fields["MessageSid"] == bubble.sid
            assert not hit.genuine  # it's signed for the public address, not for this one
