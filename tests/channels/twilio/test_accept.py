"""A call in, a payload out or a refusal: whose it is, what is signed, and what hostile callers try."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.base import Call, Called, Envelope, Forged, Malformed, NotMine, Replayable
from channels.http import Http
from channels.twilio.form import Form, form_of, head_of
from tests.channels.twilio.conftest import BEFORE, NOW, PUBLIC, SHARED, SMS, built
from tests.channels.twilio.forms import BY_SMS, ON_WHATSAPP, STATUS, call
from tests.channels.twilio.stub import ACCOUNT, SM, TOKEN
from workflow.message import BadPayload

BOTH = built(Http())
STRONG = "key=WK1,algorithm=HMAC_SHA256"


def taken_by(made, channels=BOTH):
    """The channel that takes the call, asked in turn as the web role asks; and the payload."""
    for channel in channels.values():
        try:
            return channel.name, channel.accept(made)
        except NotMine:
            continue
    return "", b""


GENUINE = {
    "a message on WhatsApp": (call(ON_WHATSAPP), "whatsapp", Envelope(SM, "whatsapp:kanigaran:+6281234567890")),
    "a message by SMS": (call(BY_SMS), "sms", Envelope(SM, "sms:kanigaran:+6281234567890")),
    "a status, with our number in the address": (call(STATUS, "status", query="ours=12"), "whatsapp", Envelope(f"status:{SM}:delivered", "whatsapp:kanigaran:+6281234567890")),
    "a field that doesn't exist yet, and a blank one": (call(ON_WHATSAPP | {"Baru2027": "x", "Kosong": ""}), "whatsapp", Envelope(SM, "whatsapp:kanigaran:+6281234567890")),
    "a field that comes twice": (call([*ON_WHATSAPP.items(), ("Ganda", "b"), ("Ganda", "a")]), "whatsapp", Envelope(SM, "whatsapp:kanigaran:+6281234567890")),
    "blanks around a text": (call(ON_WHATSAPP | {"Body": "  jalan rusak \n"}), "whatsapp", Envelope(SM, "whatsapp:kanigaran:+6281234567890")),
    "a text with NUL": (call(ON_WHATSAPP | {"Body": "jalan\0rusak"}), "whatsapp", Envelope(SM, "whatsapp:kanigaran:+6281234567890")),
    "signed with the token before, while it's changed": (call(ON_WHATSAPP, token=BEFORE), "whatsapp", Envelope(SM, "whatsapp:kanigaran:+6281234567890")),
    "signed with a shared key": (call(ON_WHATSAPP, token=SHARED, settings=STRONG, algorithm="HMAC_SHA256"), "whatsapp", Envelope(SM, "whatsapp:kanigaran:+6281234567890")),
    "signed for an address with a port": (call(ON_WHATSAPP, public=f"{PUBLIC}:443"), "whatsapp", Envelope(SM, "whatsapp:kanigaran:+6281234567890")),
    "from a business-scoped id": (call(ON_WHATSAPP | {"From": "whatsapp:ID.1234567890123456"}), "whatsapp", Envelope(SM, "whatsapp:kanigaran:ID.1234567890123456")),
    "another spelling of the same number": (call(BY_SMS | {"From": "0812-3456-7890"}), "sms", Envelope(SM, "sms:kanigaran:+6281234567890")),
    "a form without a type": (call(ON_WHATSAPP, **{"content-type": ""}), "whatsapp", Envelope(SM, "whatsapp:kanigaran:+6281234567890")),
}  # fmt: skip


@pytest.mark.parametrize("case", GENUINE)
def test_a_genuine_call_is_taken_by_the_line_it_names(case):
    made, name, envelope = GENUINE[case]
    found, payload = taken_by(made)
    assert found == name
    assert BOTH[found].envelope(payload) == envelope
    assert payload.endswith(b"\n" + made.body), "the form is stored as it came"


def test_the_payload_says_by_which_path_when_and_with_which_query_it_came():
    _, payload = taken_by(call(STATUS, "status", query="ours=12"))
    head = head_of(payload)
    assert (head.by, head.at, head.query) == ("status", NOW, "ours=12")
    assert form_of(payload).get("MessageStatus") == "delivered"


def test_a_replay_has_the_same_key_whatever_else_changes():
    keys = {taken_by(call(ON_WHATSAPP | change))[1] for change in ({}, {"Body": "lain"}, {"ProfileName": "Orang lain"})}
    assert len(keys) == 3
    assert {BOTH["whatsapp"].envelope(payload).key for payload in keys} == {SM}


def test_messages_are_known_for_ever_since_no_time_stands_in_a_call():
    whatsapp = BOTH["whatsapp"]
    assert isinstance(whatsapp, Replayable)
    assert whatsapp.envelope(whatsapp.accept(call(ON_WHATSAPP))).key.startswith(whatsapp.lasting)


def test_each_status_of_a_message_has_its_own_key():
    keys = {taken_by(call(STATUS | {"MessageStatus": state}, "status"))[1] for state in ("sent", "delivered", "read")}
    assert len({BOTH["whatsapp"].envelope(payload).key for payload in keys}) == 3


FOR_NOBODY = {
    "a message to a number nobody has": call(BY_SMS | {"To": "+6282299999999"}),
    "a status of a sender nobody has": call(STATUS | {"From": "whatsapp:+6282299999999"}, "status"),
    "a message that names no sender": call(ON_WHATSAPP | {"From": ""}),
}


@pytest.mark.parametrize("case", FOR_NOBODY)
def test_what_is_twilios_and_for_nobody_is_kept_and_ends_in_quarantine(case):
    name, payload = taken_by(FOR_NOBODY[case])
    assert name == "whatsapp", "the first line takes it"
    assert BOTH[name].envelope(payload).key
    with pytest.raises(BadPayload):
        BOTH[name].read(payload)


def test_an_office_with_one_line_keeps_what_is_for_another():
    only = built(Http(), sms=None)
    assert set(only) == {"whatsapp"}
    name, payload = taken_by(call(BY_SMS), only)
    assert name == "whatsapp"
    with pytest.raises(BadPayload):
        only["whatsapp"].read(payload)


def test_a_line_of_the_messaging_service_is_ours():
    pool = built(Http(), messaging_service="MG" + "5" * 32)
    fields = BY_SMS | {"To": "+6282299999999", "MessagingServiceSid": "MG" + "5" * 32}
    assert taken_by(call(fields), pool)[0] == "sms"
    assert pool["sms"].read(taken_by(call(fields), pool)[1]).text == "jalan rusak"
    first_news = STATUS | {"From": "", "MessagingServiceSid": "MG" + "5" * 32, "To": "+6281234567890"}
    assert taken_by(call(first_news, "status"), pool)[0] == "sms"


def of_json(body, query="", token=TOKEN):
    url = f"{PUBLIC}/twilio/kanigaran/message" + (f"?{query}" if query else "")
    signature = RequestValidator(token).compute_signature(url, {})
    headers = {"content-type": "application/json", "x-twilio-signature": signature}
    return Call("twilio/kanigaran/message", headers, body, query)


JSON = json.dumps({"Body": "x"}).encode()
DIGEST = "bodySHA256=" + hashlib.sha256(JSON).hexdigest()
MANY = "&".join(f"a{nth}=1" for nth in range(600)).encode()

REFUSED = {
    "no signature": (call(ON_WHATSAPP, **{"x-twilio-signature": ""}), Forged),
    "a wrong signature": (call(ON_WHATSAPP, token="lain"), Forged),
    "a signature that isn't ASCII": (call(ON_WHATSAPP, **{"x-twilio-signature": "é" * 28}), Forged),
    "one letter of the text changed": (call(ON_WHATSAPP, body=call(ON_WHATSAPP | {"Body": "jalan rusaK"}).body), Forged),
    "a field added": (call(ON_WHATSAPP, body=call(ON_WHATSAPP | {"MediaUrl0": "https://a.example"}).body), Forged),
    "a blank field taken away": (call(BY_SMS, body=call({k: v for k, v in BY_SMS.items() if v}).body), Forged),
    "signed for another address": (call(ON_WHATSAPP, public="https://lain.example"), Forged),
    "signed for http": (call(ON_WHATSAPP, public="http://aduan.example"), Forged),
    "a message's signature on the status path": (Call("twilio/kanigaran/status", call(STATUS).headers, call(STATUS).body), Forged),
    "another number of ours in the address": (Call("twilio/kanigaran/status", call(STATUS, "status", query="ours=12").headers, call(STATUS).body, "ours=13"), Forged),
    "another account": (call(ON_WHATSAPP | {"AccountSid": "AC" + "1" * 32}), Forged),
    "no account": (call({k: v for k, v in ON_WHATSAPP.items() if k != "AccountSid"}), Forged),
    "a shared key we don't have": (call(ON_WHATSAPP, token=SHARED, settings="key=WK9,algorithm=HMAC_SHA256", algorithm="HMAC_SHA256"), Forged),
    "a shared key with the weaker algorithm": (call(ON_WHATSAPP, token=SHARED, settings="key=WK1,algorithm=HMAC_SHA1"), Forged),
    "a shared key with no algorithm": (call(ON_WHATSAPP, token=SHARED, settings="key=WK1"), Forged),
    "a shared key with an algorithm nobody knows": (call(ON_WHATSAPP, token=SHARED, settings="key=WK1,algorithm=NONE"), Forged),
    "a token's signature under a shared key's name": (call(ON_WHATSAPP, settings=STRONG, algorithm="HMAC_SHA256"), Forged),
    "a shared key's signature without its name": (call(ON_WHATSAPP, token=SHARED), Forged),
    "JSON that isn't signed": (of_json(JSON, token="lain"), Forged),
    "JSON without its digest": (of_json(JSON), Forged),
    "JSON with another's digest": (of_json(b'{"Body":"y"}', DIGEST), Forged),
    "signed JSON": (of_json(JSON, DIGEST), Malformed),
    "bytes that are no text": (call(ON_WHATSAPP, body=b"\xff\xfe=1"), Forged),
    "more fields than anybody sends": (call(ON_WHATSAPP, body=MANY), Forged),
    "nothing": (call({}, body=b""), Forged),
    "no name of a message": (call({k: v for k, v in ON_WHATSAPP.items() if not k.endswith("Sid")} | {"AccountSid": ACCOUNT}), Malformed),
    "a name that's none of Twilio's": (call(ON_WHATSAPP | {"MessageSid": "../../x"}), Malformed),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("name", BOTH)
def test_what_is_not_twilios_or_no_message_is_refused_with_nothing_stored(case, name):
    made, why = REFUSED[case]
    with pytest.raises(why if name == "whatsapp" or why is Forged else (why, NotMine)):
        BOTH[name].accept(made)


def test_a_call_without_any_header_is_forged():
    with pytest.raises(Forged):
        BOTH["whatsapp"].accept(Call("twilio/kanigaran/message", {}, b"Body=x"))


@given(st.binary(max_size=300), st.text(max_size=40), st.sampled_from(["", "application/json", "text/plain; x"]))
def test_whatever_is_sent_is_refused_and_breaks_nothing(body, signature, kind):
    headers = {"content-type": kind, "x-twilio-signature": signature}
    with pytest.raises(Forged):
        BOTH["sms"].accept(Call("twilio/kanigaran/message", headers, body, "bodySHA256=" + signature))


def test_without_a_token_nothing_is_believed():
    from channels.twilio.sign import Signatures

    url = f"{PUBLIC}/twilio/kanigaran/message"
    signature = RequestValidator("").compute_signature(url, {})
    assert not Signatures(["", TOKEN], {"": ""}).fit_form(url, Form([]), {"x-twilio-signature": signature})


def test_both_lines_are_called_at_the_same_addresses_and_thank_with_an_empty_answer():
    for channel in BOTH.values():
        assert isinstance(channel, Called)
        assert channel.paths == ("twilio/kanigaran/message", "twilio/kanigaran/status")
        assert channel.thanks == ("text/xml", b"<Response/>")
    with pytest.raises(NotMine):
        BOTH["sms"].accept(Call("twilio/pekutatan/message", {}, b""))


def test_what_wasnt_stored_by_us_has_no_envelope_and_cant_be_read():
    for payload in (b"", b"From=x", b"{}\nFrom=x", b'{"by":"x","at":"2026-01-01T00:00:00Z","key":"k","chat":"c"}\n'):
        with pytest.raises(Malformed):
            BOTH["sms"].envelope(payload)
        with pytest.raises(BadPayload):
            BOTH["sms"].read(payload)


def test_the_sms_line_is_spelled_as_the_operator_likes():
    assert taken_by(call(BY_SMS), built(Http(), sms=SMS.removeprefix("+")))[0] == "sms"
