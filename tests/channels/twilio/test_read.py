"""A call in, a value out: everything citizens send by WhatsApp and SMS, and what becomes of our own messages."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.http import Http
from channels.twilio.form import Form, Head, stored, written
from tests.channels.twilio.conftest import NOW, SMS, WHATSAPP, built
from tests.channels.twilio.forms import BY_SMS, MEDIA, ON_WHATSAPP, SARI, STATUS, call
from tests.channels.twilio.stub import ACCOUNT, ME, MM, SM
from workflow.message import (
    Address,
    Attachment,
    BadPayload,
    Ignored,
    Location,
    Message,
    Presence,
    Press,
    Receipt,
    Sender,
)

BOTH = built(Http())
CITIZEN = Address("kanigaran", "whatsapp", "+6281234567890")
BY_PHONE = Address("kanigaran", "sms", "+6281234567890")
WHO = Sender(id="+6281234567890", name="Bu Sari")
URL = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/{MM}/Media/{ME}"
REF = f"{MM}/{ME}"
BSUID = "ID.1234567890123456"


def on_whatsapp(**fields):
    return "whatsapp", call(ON_WHATSAPP | fields)


def by_sms(**fields):
    return "sms", call(BY_SMS | fields)


def with_file(mime, url=URL, **fields):
    return on_whatsapp(**MEDIA | {"MediaContentType0": mime, "MediaUrl0": url, "MessageType": "image"} | fields)


def status(query="ours=12", **fields):
    return "whatsapp", call(STATUS | fields, "status", query=query)


def said(**fields):
    return Message(**{"chat": CITIZEN, "id": SM, "sender": WHO, "at": NOW, "text": "jalan rusak"} | fields)


def sent(kind, mime, text="", **fields):
    return said(id=MM, text=text, attachments=(Attachment(kind=kind, mime=mime, **{"ref": REF} | fields),))


def typed(**fields):
    return said(**{"chat": BY_PHONE, "sender": Sender(id=BY_PHONE.chat)} | fields)


def news(state, **fields):
    return Receipt(**{"chat": CITIZEN, "at": NOW, "state": state, "message": SM, "ours": 12} | fields)


def failed(code, fact, words):
    return status(MessageStatus="undelivered", ErrorCode=code), news("failed", fact=fact, reason=f"{code}: {words}")


LONG = "Selamat pagi, jalan di depan pasar rusak berat sejak bulan lalu."
PIN = {"MessageType": "location", "Body": "", "Latitude": "-7.7543", "Longitude": "113.2159"}

INCOMING = {
    "a text on WhatsApp": (on_whatsapp(), said()),
    "a text by SMS": (by_sms(), typed()),
    "a text with NUL": (on_whatsapp(Body="jalan\0 rusak", ProfileName="Bu\0 Sari"), said()),
    "a text with signs of every kind": (on_whatsapp(Body="a & b = c + d %41 😀\n“é”"), said(text="a & b = c + d %41 😀\n“é”")),
    "a long SMS that a network wrapped up": (by_sms(Body=base64.b64encode(LONG.encode()).decode()), typed(text=LONG)),
    "a text that only looks wrapped up": (by_sms(Body="aduanjalanrusakdesakita1"), typed(text="aduanjalanrusakdesakita1")),
    # Files
    "a photo": (with_file("image/jpeg"), sent("photo", "image/jpeg")),
    "a photo with its caption": (with_file("image/jpeg", Body="ini KTP saya"), sent("photo", "image/jpeg", "ini KTP saya")),
    "a photo sent as a file, at full size": (with_file("image/jpeg", MessageType="document"), sent("document", "image/jpeg")),
    "a PDF, its name beside it": (with_file("application/pdf", MessageType="document", Body="KK Bu Sari.pdf"), sent("document", "application/pdf", name="KK Bu Sari.pdf")),
    "a PDF with words": (with_file("application/pdf", MessageType="document", Body="ini KK saya"), sent("document", "application/pdf", "ini KK saya")),
    "a voice note": (with_file("audio/ogg; codecs=opus", MessageType="audio"), sent("voice", "audio/ogg")),
    "music": (with_file("audio/mpeg", MessageType="audio"), sent("audio", "audio/mpeg")),
    "a video": (with_file("video/mp4", MessageType="video"), sent("video", "video/mp4")),
    "a sticker": (with_file("image/webp", MessageType="sticker"), sent("sticker", "image/webp")),
    "a sticker without its type": (with_file("image/webp", MessageType=""), sent("sticker", "image/webp")),
    "a contact": (with_file("text/vcard", MessageType="contacts"), said(id=MM, text="", unsupported="contacts")),
    "a file of a kind nobody knows": (with_file("application/x-baru", MessageType="baru"), sent("document", "application/x-baru")),
    "two files of one MMS": (
        by_sms(**MEDIA | {"NumMedia": "2", "MediaUrl0": URL, "MediaContentType0": "image/jpeg", "MediaUrl1": URL.replace("c3", "d4"), "MediaContentType1": "image/png"}),
        typed(id=MM, text="", attachments=(
            Attachment(kind="photo", ref=REF, mime="image/jpeg"),
            Attachment(kind="photo", ref=REF.replace("c3", "d4"), mime="image/png"),
        )),
    ),
    "a number of files that's no number": (on_whatsapp(NumMedia="-1"), said()),
    "a file whose address is missing: the words are kept": (on_whatsapp(NumMedia="1", MediaContentType0="image/jpeg"), said(attachments=(Attachment(kind="photo", ref="", mime="image/jpeg"),))),
    "a photo by an address of a region of Twilio's": (with_file("image/jpeg", URL.replace("api.", "api.dublin.ie1.")), sent("photo", "image/jpeg")),
    # Places
    "a pin": (on_whatsapp(**PIN), said(text="", location=Location(latitude=-7.7543, longitude=113.2159))),
    "a saved place": (
        on_whatsapp(**PIN | {"Label": "SDN 1", "Address": "Jl. Suyoso 1"}),
        said(text="", location=Location(latitude=-7.7543, longitude=113.2159, title="SDN 1", address="Jl. Suyoso 1")),
    ),
    "a pin with words": (on_whatsapp(**PIN | {"Body": "di sini"}), said(text="di sini", location=Location(latitude=-7.7543, longitude=113.2159))),
    "a pin without numbers": (on_whatsapp(**PIN | {"Longitude": ""}), said(text="", unsupported="location")),
    "a pin off the earth": (on_whatsapp(**PIN | {"Latitude": "91"}), said(text="", unsupported="location")),
    "a pin that is no number": (on_whatsapp(**PIN | {"Latitude": "nan"}), said(text="", unsupported="location")),
    # Buttons
    "a button": (
        on_whatsapp(MessageType="button", Body="Ya", ButtonText="Ya", ButtonPayload="c:ya", OriginalRepliedMessageSid=MM),
        Press(chat=CITIZEN, id=SM, sender=WHO, at=NOW, data="c:ya", message_id=MM),
    ),
    "a row of a list": (on_whatsapp(MessageType="interactive", Body="Jalan", ListId="c:jalan", ListTitle="Jalan"), Press(chat=CITIZEN, id=SM, sender=WHO, at=NOW, data="c:jalan")),
    "a button that carries nothing is what it says": (on_whatsapp(MessageType="button", Body="", ButtonText="OK"), said(text="OK")),
    "a button that carries too much": (on_whatsapp(ButtonPayload="x" * 5000), Press(chat=CITIZEN, id=SM, sender=WHO, at=NOW, data="x" * 256)),
    # What's around a message
    "a quoted reply": (on_whatsapp(OriginalRepliedMessageSid=MM, OriginalRepliedMessageSender=WHATSAPP), said(reply_to=MM)),
    "a forward": (on_whatsapp(Forwarded="true"), said(forwarded="?")),
    "a much forwarded one": (on_whatsapp(FrequentlyForwarded="true"), said(forwarded="?")),
    "no forward": (on_whatsapp(Forwarded="false"), said()),
    "a business-scoped id in the place of a number": (
        on_whatsapp(From=f"whatsapp:{BSUID}", ExternalUserId=BSUID, WaId=""),
        said(chat=Address("kanigaran", "whatsapp", BSUID), sender=Sender(id=BSUID, name="Bu Sari")),
    ),
    "a business-scoped id beside a number": (on_whatsapp(ExternalUserId=BSUID), said(sender=Sender(id=WHO.id, name="Bu Sari", also=(BSUID,)))),
    "a number beside a business-scoped id": (
        on_whatsapp(From=f"whatsapp:{BSUID}", ParentExternalUserId="ID.99"),
        said(chat=Address("kanigaran", "whatsapp", BSUID), sender=Sender(id=BSUID, name="Bu Sari", also=("+6281234567890", "ID.99"))),
    ),
    "a name made up to be long": (on_whatsapp(ProfileName="x" * 999), said(sender=Sender(id=WHO.id, name="x" * 120))),
    # What can't be taken in
    "what WhatsApp can't hand over": (on_whatsapp(MessageType="unsupported", Body=""), said(text="", unsupported="unsupported")),
    "what WhatsApp can't hand over, with words": (on_whatsapp(MessageType="unsupported"), said(unsupported="unsupported")),
    "a form filled in": (on_whatsapp(MessageType="interactive", Body="", InteractiveData='{"a":1}'), said(text="", unsupported="interactive")),
    "nothing at all": (by_sms(Body=""), typed(text="", unsupported="empty")),
    # Comings and goings
    "they stop our messages": (by_sms(Body="STOP", OptOutType="STOP"), Presence(chat=BY_PHONE, sender=Sender(id=BY_PHONE.chat), at=NOW, blocked=True)),
    "they allow them again": (by_sms(Body="START", OptOutType="START"), Presence(chat=BY_PHONE, sender=Sender(id=BY_PHONE.chat), at=NOW, blocked=False)),
    "they ask for help, which is a message": (by_sms(Body="INFO", OptOutType="HELP"), typed(text="INFO")),
    "our own message": (on_whatsapp(From=WHATSAPP), Ignored(chat=Address("kanigaran", "whatsapp", "+6282200000001"), at=NOW, reason="our own message")),
    "an advertisement": (by_sms(From="TELKOMSEL"), Ignored(chat=Address("kanigaran", "sms", "TELKOMSEL"), at=NOW, reason="from a name or short number, which can't be answered")),
    "a short number": (by_sms(From="3636"), Ignored(chat=Address("kanigaran", "sms", "3636"), at=NOW, reason="from a name or short number, which can't be answered")),
    # News of our messages
    "sent": (status(MessageStatus="sent"), news("sent")),
    "delivered": (status(), news("delivered")),
    "read": (status(MessageStatus="read"), news("read")),
    "of a message without our number": (status(""), news("delivered", ours=0)),
    "with a number that isn't ours": (status("ours=x12"), news("delivered", ours=0)),
    "by the name of the old field": (status(MessageStatus=""), news("delivered")),
    "queued is no news": (status(MessageStatus="queued"), Ignored(chat=CITIZEN, at=NOW, reason="status queued")),
    "a status nobody knows": (status(MessageStatus="Melayang"), Ignored(chat=CITIZEN, at=NOW, reason="status melayang")),
    "a companion that arrives is no news": (status("ours=12&with=1"), Ignored(chat=CITIZEN, at=NOW, reason="status delivered")),
    "a companion that fails is": (status("ours=12&with=1", MessageStatus="failed", ErrorCode="63019"), news("failed", fact="refused", reason="63019: the file couldn't be fetched from us")),
    "to a business-scoped id": (status(To=f"whatsapp:{BSUID}"), news("delivered", chat=Address("kanigaran", "whatsapp", BSUID))),
    "outside the window": failed("63016", "window", "more than 24 hours since their last message: only a template may go"),
    "stopped": failed("21610", "gone", "they have stopped messages from this number"),
    "not on WhatsApp": failed("63003", "gone", "not on WhatsApp"),
    "not reached now": failed("30003", "busy", "the phone can't be reached"),
    "filtered": failed("30007", "refused", "a network filtered it out as unwanted"),
    "the account is suspended": failed("30002", "misconfigured", "the account is suspended"),
    "a code nobody knows": failed("69999", "refused", "Twilio refuses it"),
    "failed without a code": (status(MessageStatus="failed"), news("failed", fact="refused", reason="Twilio says: failed")),
    "failed with a code that is none": (status(MessageStatus="failed", ErrorCode="٣"), news("failed", fact="refused", reason="Twilio says: failed")),
}  # fmt: skip


@pytest.mark.parametrize("case", INCOMING)
def test_incoming(case):
    (name, made), expected = INCOMING[case]
    assert BOTH[name].read(BOTH[name].accept(made)) == expected


ELSEWHERE = {
    "another host": "https://evil.example/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}",
    "a host that only ends alike": "https://api.twilio.com.evil.example/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}",
    "a host that only begins alike": "https://evilapi.twilio.com.example/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}",
    "another host of Twilio's": "https://www.twilio.com/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}",
    "a user in the address": "https://api.twilio.com@evil.example/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}",
    "a user on the right host": "https://x:y@api.twilio.com/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}",
    "another port": "https://api.twilio.com:8443/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}",
    "no TLS": "http://api.twilio.com/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}",
    "another account": "https://api.twilio.com/2010-04-01/Accounts/AC11111111111111111111111111111111/Messages/{m}/Media/{e}",
    "another message": "https://api.twilio.com/2010-04-01/Accounts/{a}/Messages/SM11111111111111111111111111111111/Media/{e}",
    "a path that climbs": "https://api.twilio.com/2010-04-01/Accounts/{a}/Messages/{m}/Media/../../../{e}",
    "a query": "https://api.twilio.com/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}?x=1",
    "a fragment": "https://api.twilio.com/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}#x",
    "something behind it": "https://api.twilio.com/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}.json",
    "no address": "javascript:alert(1)",
    "a port that's none": "https://api.twilio.com:x/2010-04-01/Accounts/{a}/Messages/{m}/Media/{e}",
    "brackets that don't close": "https://[api.twilio.com/2010-04-01",
}  # fmt: skip


@pytest.mark.parametrize("case", ELSEWHERE)
def test_a_file_that_isnt_at_our_own_accounts_address_is_never_asked_for_and_its_words_are_kept(case):
    url = ELSEWHERE[case].format(a=ACCOUNT, m=MM, e=ME)
    name, made = with_file("image/jpeg", url, Body="ini fotonya")
    assert BOTH[name].read(BOTH[name].accept(made)) == sent("photo", "image/jpeg", "ini fotonya", ref="")


SPELLINGS = [
    "whatsapp:+6281234567890",
    "whatsapp:6281234567890",
    "whatsapp: 6281234567890",
    "WhatsApp:081234567890",
    "whatsapp:+62 812-3456-7890",
]


@pytest.mark.parametrize("line", SPELLINGS)
def test_all_spellings_of_a_number_are_one_person(line):
    name, made = on_whatsapp(From=line)
    payload = BOTH[name].accept(made)
    assert BOTH[name].read(payload).chat == CITIZEN
    assert BOTH[name].envelope(payload).lane == CITIZEN.lane


def test_reading_is_the_same_after_a_restart():
    name, made = on_whatsapp()
    payload = BOTH[name].accept(made)
    assert built(Http())[name].read(payload) == BOTH[name].read(payload)


def test_a_status_of_another_channels_line_is_for_the_operator():
    for fields in ({"From": "whatsapp:+6282299999999"}, {"To": "+6281234567890"}, {"To": ""}):
        form = written((STATUS | fields).items())
        with pytest.raises(BadPayload):
            BOTH["whatsapp"].read(stored(Head(by="status", at=NOW, key="k", chat="+1"), form))


TEXTS = st.text(max_size=30)
NAMES = st.sampled_from([*ON_WHATSAPP, *MEDIA, *STATUS, "Latitude", "Longitude", "MediaUrl0", "ErrorCode", "ButtonPayload", "OptOutType", "ExternalUserId"])  # fmt: skip


@given(st.dictionaries(NAMES, TEXTS, max_size=8), st.sampled_from(["message", "status"]), TEXTS)
def test_whatever_twilio_may_put_into_its_fields_is_read_or_is_for_the_operator(fields, by, query):
    chat = fields.get("From", SARI)
    form = (
        written({"To": WHATSAPP, **fields}.items())
        if by == "message"
        else written({"From": WHATSAPP, **fields}.items())
    )
    try:
        found = BOTH["whatsapp"].read(stored(Head(by=by, at=NOW, key="k", chat=chat, query=query), form))
    except BadPayload:
        return
    assert "\0" not in str(found)
    str(found).encode()


def test_a_form_is_read_by_its_first_value():
    form = Form([("a", "1"), ("a", "2"), ("b", "")])
    assert (form.get("a"), form.get("b"), form.get("c"), form.getall("a"), list(form)) == (
        "1",
        "",
        "",
        ["1", "2"],
        ["a", "b"],
    )


def test_an_sms_names_our_number():
    assert BY_SMS["To"] == SMS
