"""Message in, request out; answer in, `Sent` or a fact out; and the look-up of a message nobody knows about."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from datetime import timedelta

import pytest

from channels.base import Parcel, Recalling, Sharing
from channels.http import Http
from tests.channels.loopback import Reply, closed_port
from tests.channels.twilio.conftest import KEY_SECRET, NOW, PUBLIC, SMS, TEMPLATES, WHATSAPP, built
from tests.channels.twilio.forms import SARI, call
from tests.channels.twilio.stub import ACCOUNT, MM, ROOT, SM, TOKEN, no, taken, told
from workflow.message import Address, Choice, Enclosure, Location, Outbound, SendError, Sent

ON_WHATSAPP = Address("kanigaran", "whatsapp", "+6281234567890")
BY_SMS = Address("kanigaran", "sms", "+6281234567890")
NEWS = f"{PUBLIC}/twilio/kanigaran/status?ours=12"
YES, CHANGE = Choice(label="Ya", data="c:ya"), Choice(label="Ubah", data="c:ubah")
PIN = Location(latitude=-7.75, longitude=113.2)
SCHOOL = Location(latitude=-7.7543219, longitude=113.2, title="SDN 1", address="Jl. Suyoso | 1")
LONG = "Kata " * 400


def parcel(to=ON_WHATSAPP, kind="question", number=12, content=b"", mime="", **fields):
    return Parcel(Outbound(to=to, kind=kind, **fields), content=content, mime=mime, number=number)


def whatsapp(**fields):
    return {"To": SARI, "From": WHATSAPP, "StatusCallback": NEWS, **fields}


def by_sms(**fields):
    return {"To": "+6281234567890", "From": SMS, "StatusCallback": NEWS, **fields}


def buttons(*words, template="choices_2"):
    return whatsapp(
        ContentSid=TEMPLATES[template],
        ContentVariables=json.dumps(
            {str(n): w for n, w in enumerate(words, 1)}, separators=(",", ":"), ensure_ascii=False
        ),
    )


ASIDE = {"StatusCallback": NEWS + "&with=1"}

OUTGOING = {
    "a text": (parcel(text="Terima kasih."), [whatsapp(Body="Terima kasih.")]),
    "to a business-scoped id": (parcel(Address("kanigaran", "whatsapp", "ID.123"), text="Halo"), [whatsapp(To="whatsapp:ID.123", Body="Halo")]),
    "typography stays on WhatsApp": (parcel(text="“Jalan” – rusak… 😀"), [whatsapp(Body="“Jalan” – rusak… 😀")]),
    "without a number of ours there's no news": (parcel(text="x", number=0), [{"To": SARI, "From": WHATSAPP, "Body": "x"}]),
    # Choices
    "two choices, for which there's a template": (parcel(text="Benar?", choices=((YES, CHANGE),)), [buttons("Benar?", "Ya", "c:ya", "Ubah", "c:ubah")]),
    "two choices in two rows": (parcel(text="Benar?", choices=((YES,), (CHANGE,))), [buttons("Benar?", "Ya", "c:ya", "Ubah", "c:ubah")]),
    "one choice, for which there's none": (parcel(text="Benar?", choices=((YES,),)), [whatsapp(Body="Benar?\n\n1. Ya")]),
    "a label that's too long for a button": (
        parcel(text="Apa?", choices=((YES, Choice(label="Satu dua tiga empat lima", data="c:x")),)),
        [whatsapp(Body="Apa?\n\n1. Ya\n2. Satu dua tiga empat lima")],
    ),
    "two labels that are the same": (parcel(text="Apa?", choices=((YES, Choice(label="Ya", data="c:2")),)), [whatsapp(Body="Apa?\n\n1. Ya\n2. Ya")]),
    "a choice that opens a link": (
        parcel(text="Lihat", choices=((YES, Choice(label="Buka", url="https://a.example/")),)),
        [whatsapp(Body="Lihat\n\n1. Ya\n2. Buka: https://a.example/")],
    ),
    "a text that's too long for a template": (parcel(text="x" * 1025, choices=((YES, CHANGE),)), [whatsapp(Body="x" * 1025 + "\n\n1. Ya\n2. Ubah")]),
    "choices that make the text longer than a message may be": (
        parcel(text="x" * 1590, choices=((YES, CHANGE),)),
        [whatsapp(Body="x" * 1590 + "\n(1/2)", **ASIDE), whatsapp(Body="1. Ya\n2. Ubah\n(2/2)")],
    ),
    # Places
    "a place": (parcel(location=PIN), [whatsapp(Body="-7.75,113.2", PersistentAction="geo:-7.75,113.2")]),
    "a named place with words": (
        parcel(location=SCHOOL, text="Lokasi laporan"),
        [whatsapp(Body="SDN 1", PersistentAction="geo:-7.754322,113.2|Jl. Suyoso 1", **ASIDE), whatsapp(Body="Lokasi laporan")],
    ),
    # Templates
    "a knock": (
        parcel(kind="knock", text="Ada jawaban", template="answer_waiting", words=("KNG-2026-0001", " dua\n baris ", "")),
        [whatsapp(ContentSid=TEMPLATES["answer_waiting"], ContentVariables='{"1":"KNG-2026-0001","2":"dua baris","3":"-"}')],
    ),
    "a knock by SMS is its words": (parcel(BY_SMS, "knock", text="Ada jawaban. Balas OK.", template="answer_waiting"), [by_sms(Body="Ada jawaban. Balas OK.")]),
    # SMS
    "a text by SMS": (parcel(BY_SMS, text="Terima kasih."), [by_sms(Body="Terima kasih.")]),
    "an SMS keeps to the GSM alphabet": (parcel(BY_SMS, text="“Jalan” – rusak… 😀\u00a0Rp5.000"), [by_sms(Body='"Jalan" - rusak... Rp5.000')]),
    "choices by SMS": (parcel(BY_SMS, text="Benar?", choices=((YES, CHANGE),)), [by_sms(Body="Benar?\n1. Ya\n2. Ubah")]),
    "a place by SMS": (parcel(BY_SMS, text="Lokasi", location=PIN), [by_sms(Body="Lokasi\n-7.75,113.2")]),
    "a file by SMS is its words": (parcel(BY_SMS, text="Surat jawaban", enclosure=Enclosure(file="f1"), content=b"x", mime="application/pdf"), [by_sms(Body="Surat jawaban")]),
    "a long SMS": (parcel(BY_SMS, text=LONG.strip()), None),
    # What has no counterpart
    "the answer to a press is nothing": (parcel(kind="press", press="x"), []),
    "the answer to a press that says something": (parcel(kind="press", press="x", text="Maaf, sudah lewat."), [whatsapp(Body="Maaf, sudah lewat.")]),
}  # fmt: skip


@pytest.mark.parametrize("case", [name for name, row in OUTGOING.items() if row[1] is not None])
async def test_outgoing(case, channels, server):
    made, requests = OUTGOING[case]
    sent = await channels[made.message.to.channel].send(made, "kanigaran:12")
    assert [dict(each.fields) for each in server.requests] == requests
    assert {(each.method, each.path) for each in server.requests} <= {("POST", f"{ROOT}/Messages.json")}
    assert sent == Sent(id=SM if requests else "")


async def test_a_text_that_is_too_long_goes_in_parts_and_the_last_one_counts(sms, server):
    server.replies = [taken(MM), taken(SM)]
    assert await sms.send(OUTGOING["a long SMS"][0], "key") == Sent(id=SM)
    bodies = [dict(each.fields)["Body"] for each in server.requests]
    assert [body[-5:] for body in bodies] == ["(1/2)", "(2/2)"]
    assert all(len(body) <= 1600 for body in bodies)


async def test_a_request_proves_itself_by_the_api_key_where_there_is_one(http, server):
    from channels.settings import Secret

    async def proof(**changes):
        await built(http, api_url=server.url, **changes)["sms"].send(parcel(BY_SMS, text="x"), "key")
        kind, _, said = server.requests[-1].headers["authorization"].partition(" ")
        assert kind == "Basic"
        return base64.b64decode(said).decode()

    assert await proof() == f"{ACCOUNT}:{TOKEN}"
    assert await proof(api_key="SK1", api_secret=Secret(KEY_SECRET)) == f"SK1:{KEY_SECRET}"


async def test_with_a_messaging_service_it_chooses_the_number(http, server):
    pool = built(http, api_url=server.url, messaging_service="MG" + "5" * 32)
    await pool["sms"].send(parcel(BY_SMS, text="x"), "key")
    await pool["whatsapp"].send(parcel(text="x"), "key")
    first, second = (dict(each.fields) for each in server.requests)
    assert (first.get("MessagingServiceSid"), first.get("From")) == ("MG" + "5" * 32, None)
    assert (second.get("MessagingServiceSid"), second.get("From")) == (None, WHATSAPP)


async def test_a_registered_name_sends_and_hears_what_became_of_it(http, server):
    line = built(http, api_url=server.url, sms="KECKANIGARA", sms_receives=False)["sms"]
    await line.send(parcel(BY_SMS, text="x"), "key")
    assert dict(server.requests[0].fields)["From"] == "KECKANIGARA"
    delivered = {
        "MessageSid": SM,
        "AccountSid": ACCOUNT,
        "From": "KECKANIGARA",
        "To": "+6281234567890",
        "MessageStatus": "sent",
    }
    news = line.read(line.accept(call(delivered, "status", query="ours=12")))
    assert (news.chat, news.ours, news.state) == (BY_SMS, 12, "sent")


async def test_the_libraries_environment_is_not_ours(monkeypatch, http, server):
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    monkeypatch.setenv("TWILIO_REGION", "au1")
    await built(http, api_url=server.url)["sms"].send(parcel(BY_SMS, text="x"), "key")
    assert len(server.requests) == 1


# Files

PHOTO, LETTER = Enclosure(file="f1"), Enclosure(file="f2", shown_as="document", name="Surat jawaban.pdf")

FILES = {
    "a photo with its caption": (parcel(text="Fotonya", enclosure=PHOTO, content=b"x", mime="image/jpeg"), [{"Body": "Fotonya"}]),
    "a photo alone": (parcel(enclosure=PHOTO, content=b"x", mime="image/jpeg"), [{}]),
    "a photo with more words than a caption holds": (parcel(text="x" * 1025, enclosure=PHOTO, content=b"x", mime="image/jpeg"), [{**ASIDE}, {"Body": "x" * 1025}]),
    "a letter, whose words WhatsApp would drop": (parcel(text="Jawaban", enclosure=LETTER, content=b"x", mime="application/pdf"), [{**ASIDE}, {"Body": "Jawaban"}]),
    "a photo with choices": (
        parcel(text="Benar?", enclosure=PHOTO, content=b"x", mime="image/jpeg", choices=((YES, CHANGE),)),
        [{**ASIDE}, {k: v for k, v in buttons("Benar?", "Ya", "c:ya", "Ubah", "c:ubah").items() if k.startswith("Content")}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
async def test_a_file_goes_as_an_address_that_twilio_fetches(case, whatsapp, server):
    made, expected = FILES[case]
    await whatsapp.send(made, "key")
    found = [dict(each.fields) for each in server.requests]
    links = [each.pop("MediaUrl") for each in found if "MediaUrl" in each]
    frame = {"To": SARI, "From": WHATSAPP, "StatusCallback": NEWS}
    assert found == [{**frame, **each} for each in expected]
    (link,) = links
    assert isinstance(whatsapp, Sharing)
    prefix = f"{PUBLIC}/{whatsapp.shares}/"
    assert link.startswith(prefix)
    assert whatsapp.shared(link.removeprefix(prefix)) == made.message.enclosure


async def test_an_address_ends_with_its_time(http, server):
    from channels.base import Forged

    clock = [NOW]
    line = built(http, api_url=server.url, now=lambda: clock[0])["whatsapp"]
    await line.send(FILES["a photo alone"][0], "key")
    token = dict(server.requests[0].fields)["MediaUrl"].rpartition("/")[2]
    clock[0] = NOW + timedelta(hours=4)
    assert line.shared(token) == PHOTO
    clock[0] += timedelta(seconds=1)
    with pytest.raises(Forged):
        line.shared(token)


async def test_an_address_cant_be_made_up(whatsapp, server, http):
    from channels.base import Forged

    await whatsapp.send(FILES["a photo alone"][0], "key")
    token = dict(server.requests[0].fields)["MediaUrl"].rpartition("/")[2]
    body, _, tag = token.partition(".")
    longer = base64.urlsafe_b64encode(json.dumps([9_999_999_999, "f9", "photo", ""]).encode()).decode().rstrip("=")
    for bad in ("", ".", body, f"{body}.", f".{tag}", f"{longer}.{tag}", token[:-1], token + "A", "é.é", "x" * 5000):
        with pytest.raises(Forged):
            whatsapp.shared(bad)
    assert whatsapp.shared(token) == PHOTO
    with pytest.raises(Forged):  # another office's path
        whatsapp._shelf.__class__(PUBLIC, "twilio/pekutatan/media", b"k" * 32, lambda: NOW).opened(token)


REFUSED = {
    "nothing to say": (parcel(text=" "), "the message is empty"),
    "an edit": (parcel(kind="edit", text="x"), "on whatsapp nothing that was sent can be changed"),
    "a deletion": (parcel(BY_SMS, "delete"), "on sms nothing that was sent can be changed"),
    "a topic": (parcel(kind="topic", text="x"), "on whatsapp nothing that was sent can be changed"),
    "a knock without its template": (parcel(kind="knock", text="x", template="reminder"), "no template 'reminder' is configured"),
    "a stamped document": (parcel(enclosure=Enclosure(file="f1", stamp="Sari"), content=b"x", mime="image/jpeg"), "identity documents are never sent by a link"),
    "a protected document": (parcel(enclosure=PHOTO, content=b"x", mime="image/jpeg", protect=True), "identity documents are never sent by a link"),
    "a file that isn't there": (parcel(enclosure=PHOTO, mime="image/jpeg"), "the file to send is missing"),
    "a picture that's too large": (parcel(enclosure=PHOTO, content=b"x" * 5_000_001, mime="image/jpeg"), "the file is larger than 5 MB"),
    "a file that's too large": (parcel(enclosure=LETTER, content=b"x" * 16_000_001, mime="application/pdf"), "the file is larger than 16 MB"),
    "a file by SMS without words": (parcel(BY_SMS, enclosure=PHOTO, content=b"x", mime="image/jpeg"), "the message is empty"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
async def test_what_cant_be_said_isnt_sent(case, channels, server):
    made, reason = REFUSED[case]
    with pytest.raises(SendError) as caught:
        await channels[made.message.to.channel].send(made, "key")
    assert (caught.value.fact, caught.value.reason) == ("refused", reason)
    assert server.requests == []


async def test_without_a_public_address_no_file_goes_along_and_no_news_comes_back(http, server):
    line = built(http, api_url=server.url, public_url="")["whatsapp"]
    with pytest.raises(SendError, match="public_url"):
        await line.send(FILES["a photo alone"][0], "key")
    await line.send(parcel(text="x"), "key")
    assert dict(server.requests[0].fields) == {"To": SARI, "From": WHATSAPP, "Body": "x"}


# Answers

FACTS = {
    "too many requests, with a time": (no(429, 20429, "retry-after: 7"), "busy", 7),
    "too many requests": (no(429, 20429), "busy", 5),
    "too many requests, said by another": (Reply(429, b"<html>", ("retry-after: 3",)), "busy", 3),
    "too many requests, by a code nobody knows": (no(429, 69999), "busy", 5),
    "a wrong token": (no(401, 20003), "misconfigured", 0),
    "a wrong account": (no(404, 20404), "misconfigured", 0),
    "no right": (no(403, 69999), "misconfigured", 0),
    "no number": (no(400, 21211), "gone", 0),
    "stopped": (no(400, 21610), "gone", 0),
    "outside the window": (no(400, 63016), "window", 0),
    "the country is switched off": (no(400, 21408), "misconfigured", 0),
    "a trial account": (no(400, 21608), "refused", 0),
    "a code nobody knows": (no(400, 69999), "refused", 0),
    "a code that's none": (told({"code": None, "message": None}, 400), "refused", 0),
    "a full queue": (no(400, 21611), "busy", 60),
    "trouble": (no(500, 20500), "uncertain", 0),
    "trouble, though the code is known": (no(503, 20429), "uncertain", 0),
    "too slow": (no(408, 0), "uncertain", 0),
    "trouble of a gateway": (Reply(502, b"<html>"), "uncertain", 0),
    "a page instead of an answer": (Reply(200, b"<html>"), "uncertain", 0),
    "a 201 that isn't Twilio's": (Reply(201, b"<html>"), "uncertain", 0),
    "a page that refuses": (Reply(404, b"<html>"), "misconfigured", 0),
    "a redirect": (Reply(302, b"", ("location: /x",)), "misconfigured", 0),
    "too large for a proxy": (Reply(413, b"<html>"), "refused", 0),
    "closed before an answer": (Reply(fault="close"), "uncertain", 0),
    "broken off": (Reply(201, b'{"sid"', fault="half"), "uncertain", 0),
    "accepted and failed at once": (taken(error_code=63016, status="failed"), "window", 0),
}  # fmt: skip


@pytest.mark.parametrize("case", FACTS)
async def test_an_answer_is_a_fact(case, whatsapp, server):
    reply, fact, wait_s = FACTS[case]
    server.replies = [reply]
    with pytest.raises(SendError) as caught:
        await whatsapp.send(parcel(text="jalan rusak"), "key")
    assert (caught.value.fact, caught.value.retry_after_s) == (fact, wait_s)
    assert caught.value.reason
    assert len(server.requests) == 1, "nothing is sent again by itself"
    assert not server.replies


async def test_a_server_that_is_away_got_nothing(http):
    away = built(http, api_url=f"http://127.0.0.1:{closed_port()}")["sms"]
    with pytest.raises(SendError) as caught:
        await away.send(parcel(BY_SMS, text="x"), "key")
    assert caught.value.fact == "down"


async def test_a_foreign_country_that_is_switched_off_stops_that_message_alone(sms, server):
    server.replies = [no(400, 21408)]
    with pytest.raises(SendError) as caught:
        await sms.send(parcel(Address("kanigaran", "sms", "+60123456789"), text="x"), "key")
    assert caught.value.fact == "refused"


ODD_ANSWERS = {
    "without a name": ({"status": "queued"}, ""),
    "with dates nobody can read": ({"sid": SM, "date_created": "kemarin", "date_sent": 5}, SM),
    "with a field of another kind": ({"sid": SM, "subresource_uris": 7, "num_media": [], "price": {}}, SM),
}


@pytest.mark.parametrize("case", ODD_ANSWERS)
async def test_an_answer_the_library_cant_read_is_a_message_sent_all_the_same(case, sms, server):
    body, name = ODD_ANSWERS[case]
    server.replies = [told(body, 201)]
    assert await sms.send(parcel(BY_SMS, text="x"), "key") == Sent(id=name)


async def test_buttons_that_are_refused_become_numbers(whatsapp, server):
    server.replies = [no(400, 21655), taken()]
    assert await whatsapp.send(parcel(text="Benar?", choices=((YES, CHANGE),)), "key") == Sent(id=SM)
    assert dict(server.requests[1].fields) == {
        "To": SARI,
        "From": WHATSAPP,
        "StatusCallback": NEWS,
        "Body": "Benar?\n\n1. Ya\n2. Ubah",
    }


async def test_buttons_that_may_have_arrived_arent_repeated_as_numbers(whatsapp, server):
    server.replies = [no(500, 20500)]
    with pytest.raises(SendError, match="uncertain"):
        await whatsapp.send(parcel(text="Benar?", choices=((YES, CHANGE),)), "key")
    assert len(server.requests) == 1


async def test_an_error_holds_no_secret_and_no_words_of_the_citizen(whatsapp, server):
    server.replies = [told({"code": 69999, "message": "The 'To' number whatsapp:+6281234567890 isn't fit"}, 400)]
    words = "rusak" * 3
    with pytest.raises(SendError, match="isn't fit") as caught:
        await whatsapp.send(parcel(text=words), "key")
    told_all = "".join(traceback.format_exception(caught.value))
    for secret in (TOKEN, words, "81234567890"):
        assert secret not in told_all


async def test_the_library_logs_nothing_of_a_message(whatsapp, caplog):
    await whatsapp.send(parcel(text="jalan rusak"), "key")
    assert not [each for each in caplog.records if each.name.startswith("twilio") and each.levelno < logging.WARNING]


async def test_many_may_be_sent_at_once(whatsapp, server):
    import asyncio

    def answer(request):
        return taken("SM" + dict(request.fields)["Body"].rjust(32, "0"))

    server.answer = answer
    sent = await asyncio.gather(*(whatsapp.send(parcel(text=str(nth)), "key") for nth in range(50)))
    assert [each.id for each in sent] == ["SM" + str(nth).rjust(32, "0") for nth in range(50)]


# Looking a message up

SINCE = NOW - timedelta(seconds=30)


def there(**fields):
    made = {"sid": SM, "direction": "outbound-api", "from": WHATSAPP, "to": SARI, "body": "Terima kasih.", "status": "sent", "error_code": None, "date_created": "Mon, 23 Nov 2026 01:59:40 +0000", "num_media": "0"}  # fmt: skip
    return told({"messages": [made | fields], "next_page_uri": None})


LOOKED_UP = {
    "it's there": (there(), Sent(id=SM)),
    "still waiting to be sent": (there(status="queued", date_sent=None), Sent(id=SM)),
    "made in the same second": (there(date_created="Mon, 23 Nov 2026 01:59:30 +0000"), Sent(id=SM)),
    "an older one of the same words": (there(date_created="Mon, 23 Nov 2026 01:50:00 +0000"), None),
    "other words": (there(body="Halo"), None),
    "theirs, of the same words": (there(direction="inbound", **{"from": SARI, "to": WHATSAPP}), None),
    "another sender's": (there(**{"from": "whatsapp:+6282299999999"}), None),
    "without a date": (there(date_created=None), None),
    "nothing": (told({"messages": []}), None),
}


@pytest.mark.parametrize("case", LOOKED_UP)
async def test_a_message_is_looked_up_by_sender_words_and_time(case, whatsapp, server):
    reply, expected = LOOKED_UP[case]
    server.replies = [reply]
    assert isinstance(whatsapp, Recalling)
    assert await whatsapp.find(parcel(text="Terima kasih."), "key", SINCE) == expected
    (request,) = server.requests
    assert (request.method, request.path, request.query) == (
        "GET",
        f"{ROOT}/Messages.json",
        [("To", SARI), ("PageSize", "50")],
    )


async def test_a_message_that_was_looked_up_and_failed_says_why(whatsapp, server):
    server.replies = [there(status="failed", error_code=63016)]
    with pytest.raises(SendError) as caught:
        await whatsapp.find(parcel(text="Terima kasih."), "key", SINCE)
    assert caught.value.fact == "window"


async def test_buttons_are_looked_up_by_their_words_or_as_numbers(whatsapp, server):
    asked = parcel(text="Benar?", choices=((YES, CHANGE),))
    for body in ("Benar?", "Benar?\n\n1. Ya\n2. Ubah"):
        server.replies = [there(body=body)]
        assert await whatsapp.find(asked, "key", SINCE) == Sent(id=SM)


async def test_who_cant_say_says_so(whatsapp, server):
    server.replies = [Reply(502, b"<html>")]
    with pytest.raises(SendError) as caught:
        await whatsapp.find(parcel(text="Terima kasih."), "key", SINCE)
    assert caught.value.fact == "uncertain"
    with pytest.raises(SendError, match="template"):
        await whatsapp.find(parcel(kind="knock", template="answer_waiting"), "key", SINCE)


async def test_a_file_without_words_cant_be_told_from_another(whatsapp, server):
    server.replies = [there(body="", num_media="1")]
    with pytest.raises(SendError) as caught:
        await whatsapp.find(FILES["a photo alone"][0], "key", SINCE)
    assert caught.value.fact == "uncertain"


async def test_what_is_never_sent_is_never_there(whatsapp, server):
    assert await whatsapp.find(parcel(kind="press"), "key", SINCE) is None
    assert server.requests == []


def test_sending_leaves_twilios_own_hosts_as_they_are():
    from channels.twilio.hosts import Hosts

    at_twilio = Hosts("https://api.twilio.com", ACCOUNT)
    assert at_twilio.moved("https://content.twilio.com/v1/Content") == "https://content.twilio.com/v1/Content"
    regional = Hosts("https://api.dublin.ie1.twilio.com", ACCOUNT)
    assert regional.moved("https://api.twilio.com/2010-04-01/x") == "https://api.dublin.ie1.twilio.com/2010-04-01/x"
    local = Hosts("http://127.0.0.1:4010", ACCOUNT)
    assert local.moved("https://messaging.twilio.com/v1/Services") == "http://127.0.0.1:4010/v1/Services"
    assert built(Http())["sms"].thanks
