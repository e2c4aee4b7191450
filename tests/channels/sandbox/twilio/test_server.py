"""The stand-in over HTTP: the official client against it, files behind a redirect, and faults on order."""

from __future__ import annotations

import asyncio
import base64
import json

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from channels.sandbox.twilio import Fault, serve
from tests.channels.sandbox.twilio.receiver import Receiver
from tests.channels.sandbox.twilio.scene import KEY, SECRET, SMS, TOKEN, WA, scene, schema, until

PHOTO = b"\xff\xd8\xff\xe0" + b"CONTOH" * 1000
AUTH = {"authorization": "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
async def office():
    made = scene(public="")
    async with serve(made.world, made.clock) as made.server, aiohttp.ClientSession() as made.http:
        yield made


def client_of(office, user=KEY, password=SECRET):
    """The official client, pointed at the stand-in."""
    client = Client(user, password, office.account.sid)
    client.api.base_url = client.content.base_url = client.messaging.base_url = office.server.url
    return client


# The official client


async def test_the_official_client_sends_lists_redacts_and_deletes(office):
    client = client_of(office)
    office.hear()

    def work():
        sent = client.messages.create(
            to="whatsapp:" + office.sari.number, from_=WA, body="Halo", status_callback="https://a.example/s?ours=1"
        )
        assert (sent.status, sent.num_segments, sent.direction) == ("queued", "1", "outbound-api")
        now = client.messages(sent.sid).fetch()
        assert (now.status, now.error_code, now.body) == ("delivered", None, "Halo")
        assert now.date_sent == office.clock.now()
        assert client.messages(sent.sid).update(body="").body == ""
        listed = client.messages.list(to=now.to, from_=WA, date_sent_after=office.clock.now())
        assert [each.sid for each in listed] == [sent.sid]
        assert client.messages(sent.sid).delete()
        assert client.messages.list(to=now.to) == []
        with pytest.raises(TwilioRestException) as gone:
            client.messages(sent.sid).fetch()
        assert (gone.value.status, gone.value.code) == (404, 20404)

    await asyncio.to_thread(work)
    assert [deletion.kind for deletion in office.world.deletions] == ["body", "message"]
    assert office.phone().texts == ["Halo"]  # what is on the phone stays there
    schema().validate(office.world.calls_of("messages.create")[0].params)


async def test_the_official_client_turns_every_page(office):
    for number in range(125):
        office.clock.advance(1)
        office.world.person_writes(office.sari, office.sms, str(number))
    client = client_of(office)
    every = await asyncio.to_thread(client.messages.list, to=SMS, page_size=50)
    assert [each.body for each in every] == [str(number) for number in reversed(range(125))]
    assert len(office.world.calls_of("messages.list")) == 3
    some = await asyncio.to_thread(client.messages.list, to=SMS, limit=10)
    assert len(some) == 10


async def test_the_official_client_sees_media_and_deletes_them(office):
    client = client_of(office)
    bubble = office.world.person_sends_photo(office.sari, office.wa, PHOTO)

    def work():
        (media,) = client.messages(bubble.sid).media.list()
        assert (media.content_type, media.parent_sid) == ("image/jpeg", bubble.sid)
        assert client.messages(bubble.sid).media(media.sid).fetch().sid == media.sid
        assert client.messages(bubble.sid).media(media.sid).delete()
        assert client.messages(bubble.sid).media.list() == []

    assert len(office.world.media_kept()) == 1
    await asyncio.to_thread(work)
    assert office.world.media_kept() == []
    assert [(each.kind, each.sid) for each in office.world.deletions] == [("media", bubble.media[0].sid)]


async def test_the_official_client_makes_templates_and_hands_them_in(office):
    client = client_of(office)
    body = {"body": "Pilih untuk {{1}} ini:", "actions": [{"type": "QUICK_REPLY", "title": "Ya", "id": "y"}]}
    request = ContentList.ContentCreateRequest(
        {
            "friendly_name": "choices_1",
            "language": "id",
            "variables": {"1": "laporan"},
            "types": {"twilio/quick-reply": body},
        }
    )
    asked = ApprovalCreateList.ContentApprovalRequest({"name": "choices_1", "category": "UTILITY"})

    def work():
        made = client.content.v1.contents.create(request)
        assert made.types["twilio/quick-reply"]["actions"][0]["id"] == "y"
        assert [each.sid for each in client.content.v1.contents.list()] == [made.sid]
        assert client.content.v1.contents(made.sid).fetch().language == "id"
        approvals = client.content.v1.contents(made.sid)
        assert approvals.approval_fetch().fetch().whatsapp["status"] == "unsubmitted"
        assert approvals.approval_create.create(asked).status == "received"
        office.world.review(office.world.contents[made.sid])
        assert approvals.approval_fetch().fetch().whatsapp["status"] == "approved"
        both = client.content.v1.content_and_approvals.list()
        assert both[0].approval_requests["status"] == "approved"
        with pytest.raises(TwilioRestException):
            approvals.approval_create.create(asked)
        assert approvals.delete()
        assert client.content.v1.contents.list() == []

    await asyncio.to_thread(work)


async def test_a_rejected_name_is_burnt(office):
    made = [office.world.add_content(office.account, "t", {"twilio/text": {"body": "Halo"}}) for _ in range(2)]
    path = "/v1/Content/{}/ApprovalRequests/whatsapp"
    asked = {"name": "halo", "category": "UTILITY"}
    assert office.ask("POST", path.format(made[0].sid), document=asked)[0] == 201
    assert office.world.review(made[0], status="rejected").status == "rejected"
    assert office.ask("POST", path.format(made[1].sid), document=asked)[0] == 400


async def test_the_official_client_sees_what_is_set_up(office):
    office.wa.url = "https://a.example/twilio/message"
    service = office.world.add_service(office.account, "Layanan", url="https://a.example/layanan")
    office.world.add_line(office.account, "+6281100000010", service=service)
    office.world.add_line(office.account, "KANIGARAN")
    client = client_of(office)

    def work():
        numbers = client.incoming_phone_numbers.list()
        assert [each.phone_number for each in numbers] == [SMS, "+6281100000010"]
        changed = client.incoming_phone_numbers(numbers[0].sid).update(sms_url="https://a.example/sms")
        assert changed.sms_url == "https://a.example/sms"
        (sender,) = client.messaging.v2.channels_senders.list(channel="whatsapp")
        assert (sender.sender_id, sender.status) == (WA, "ONLINE")
        assert sender.webhook["callback_url"] == "https://a.example/twilio/message"
        (found,) = client.messaging.v1.services.list()
        assert found.inbound_request_url == "https://a.example/layanan"
        assert [each.phone_number for each in client.messaging.v1.services(found.sid).phone_numbers.list()] == [
            "+6281100000010"
        ]
        assert client.messaging.v1.services(found.sid).channel_senders.list() == []

    await asyncio.to_thread(work)
    by_token = client_of(office, office.account.sid, TOKEN)
    account = await asyncio.to_thread(by_token.api.accounts(office.account.sid).fetch)
    assert (account.status, account.friendly_name) == ("active", "Kecamatan Contoh")
    assert TOKEN not in repr(vars(account))


async def test_typing_marks_their_messages_as_read(office):
    bubble = office.hear()
    client = client_of(office)
    done = await asyncio.to_thread(client.messaging.v2.typing_indicator.create, "whatsapp", bubble.sid)
    assert done.success
    assert bubble.status == "read"
    assert office.world.feed.after()[-1].data == {"action": "typing"}


async def test_a_form_under_json_is_refused(office):
    headers = AUTH | {"content-type": "application/json"}
    async with office.http.post(office.server.url + "/v1/Content", data="friendly_name=x", headers=headers) as response:
        assert response.status == 400


# Lists


async def test_a_list_is_filtered_by_day_and_by_moment(office):
    path = "/2010-04-01/Accounts/{ac}/Messages.json"
    sids = []
    for _ in range(3):
        sids.append(office.hear().sid)
        office.clock.advance(12 * 3600)

    def found(**query):
        return [sids.index(each["sid"]) for each in office.ask("GET", path, query=query)[1]["messages"]]

    day = "2026-11-02"
    assert found(DateSent=day) == [1, 0]
    assert found(**{"DateSent>": "2026-11-03"}) == [2]
    assert found(**{"DateSent<": day}) == [1, 0]
    assert found(**{"DateSent>": "2026-11-02T01:00:01Z"}) == [2, 1]
    assert office.ask("GET", path, query={"DateSent>": "kemarin"})[1]["code"] == 20001
    assert office.ask("GET", path, query={"Page": "1"})[1]["code"] == 20001
    assert office.ask("GET", path, query={"Status": "failed"})[1]["code"] == 20001


async def test_what_is_under_way_can_be_neither_redacted_nor_deleted(office):
    office.world.pace.sent_s = 60.0
    office.hear()
    message = office.sent(Body="Halo")
    path = f"/2010-04-01/Accounts/{office.account.sid}/Messages/{message.sid}.json"
    assert office.ask("DELETE", path)[1]["code"] == 20009
    assert office.ask("POST", path, {"Body": ""})[1]["code"] == 20009
    assert office.ask("POST", path, {"Body": "lain"})[1]["code"] == 20001


# Files


async def hop(office, url, headers=None, method="GET"):
    """One request without following anything."""
    async with office.http.request(method, url, headers=headers, allow_redirects=False) as response:
        return response.status, response.headers.copy(), await response.read()


@pytest.mark.parametrize("redirects", [(302,), (307,), (307, 302)])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_file_lies_behind_redirects_to_another_origin(office, redirects, method):
    office.world.media_redirects = redirects
    url = office.world.public_media_url(office.world.person_sends_photo(office.sari, office.wa, PHOTO).media[0])
    assert (await hop(office, url, method=method))[0] == 401
    headers = AUTH
    for status in redirects:
        found, answer, _ = await hop(office, url, headers, method)
        assert found == status
        url, headers = answer["Location"], None
        assert url.startswith(office.server.media_url)
    status, answer, content = await hop(office, url, method=method)
    assert (status, answer["Content-Type"]) == (200, "image/jpeg")
    assert int(answer["Content-Length"]) == len(PHOTO)
    assert content == (PHOTO if method == "GET" else b"")
    assert office.world.breaches == []


async def test_credentials_at_the_other_origin_are_refused_and_written_down(office):
    url = office.world.public_media_url(office.world.person_sends_photo(office.sari, office.wa, PHOTO).media[0])
    _, answer, _ = await hop(office, url, AUTH)
    assert (await hop(office, answer["Location"], AUTH))[0] == 400
    assert [breach.kind for breach in office.world.breaches] == ["credential_elsewhere"]
    assert SECRET not in repr(office.world.breaches) + repr(office.world.calls)


async def test_a_link_to_a_file_is_good_for_four_hours(office):
    media = office.world.person_sends_photo(office.sari, office.wa, PHOTO).media[0]
    url = office.world.public_media_url(media)
    _, answer, _ = await hop(office, url, AUTH)
    office.clock.advance(4 * 3600)
    assert (await hop(office, answer["Location"]))[0] == 403
    _, answer, _ = await hop(office, url, AUTH)
    assert (await hop(office, answer["Location"]))[0] == 200
    media.deleted_at = office.clock.now()
    assert (await hop(office, answer["Location"]))[0] == 404
    assert (await hop(office, url, AUTH))[0] == 404
    assert (await hop(office, office.server.media_url + "/AC0/" + "0" * 64))[0] == 403


async def test_a_file_belongs_to_its_message_and_its_account(office):
    media = office.world.person_sends_photo(office.sari, office.wa, PHOTO).media[0]
    other = office.hear().sid
    url = office.world.public_media_url(media)
    assert (await hop(office, url.replace(media.message_sid, other), AUTH))[0] == 404
    assert (await hop(office, url.replace(office.account.sid, "AC" + "0" * 32), AUTH))[0] == 401


async def file_of(office, fault, *, size_bytes=0):
    """What comes from the second origin under a fault."""
    office.world.faults.add(fault)
    media = office.world.person_sends_photo(office.sari, office.wa, PHOTO, size_bytes=size_bytes).media[0]
    _, answer, _ = await hop(office, office.world.public_media_url(media), AUTH)
    return await hop(office, answer["Location"])


async def test_a_file_is_not_there_yet(office):
    assert (await file_of(office, Fault("404", method="media.file")))[0] == 404
    office.world.faults.add(Fault("404", method="media.fetch"))
    url = office.world.public_media_url(next(iter(office.world.media.values())))
    assert [(await hop(office, url, AUTH))[0] for _ in range(2)] == [404, 307]


async def test_a_file_is_something_else_too_large_or_broken_off(office):
    status, answer, content = await file_of(office, Fault("wrong_type", method="media.file"))
    assert (status, answer["Content-Type"], content[:6]) == (200, "image/jpeg", b"<html>")
    _, answer, content = await file_of(office, Fault("oversize", method="media.file", size_bytes=300_000))
    assert (len(content), "Content-Length" in answer) == (len(PHOTO) + 300_000, False)
    _, _, content = await file_of(office, Fault("500", method="content.list"), size_bytes=500_000)
    assert len(content) == 500_000
    with pytest.raises(aiohttp.ClientPayloadError):
        await file_of(office, Fault("half", method="media.file"))


async def test_a_file_comes_slowly(office):
    task = asyncio.ensure_future(file_of(office, Fault("slow", method="media.file", gap_s=10)))
    for _ in range(15):
        await until(lambda: office.clock.waiters == 2)  # the courier's and this one
        assert not task.done()
        office.clock.advance(10)
    assert (await task)[2] == PHOTO


# Faults of calls


async def post(office, **form):
    """Create a message over HTTP and return status, headers and body."""
    form = {"From": WA, "To": "whatsapp:" + office.sari.number, "Body": "Halo"} | form
    url = f"{office.server.url}/2010-04-01/Accounts/{office.account.sid}/Messages.json"
    async with office.http.post(url, data=form, headers=AUTH) as response:
        return response.status, response.headers.copy(), await response.read()


@pytest.mark.parametrize(
    ("kind", "status", "mime"),
    [
        ("500", 500, "application/json"),
        ("503", 503, "application/json"),
        ("502", 502, "text/html"),
        ("html", 201, "text/html"),
        ("garbled", 201, "application/json"),
    ],
)
async def test_an_answer_is_bad_after_the_message_was_taken(office, kind, status, mime):
    office.hear()
    office.world.faults.add(Fault(kind, method="messages.create", when="after"))
    found, headers, _ = await post(office)
    assert (found, headers["content-type"]) == (status, mime)
    await until(lambda: office.phone().texts == ["Halo"])
    assert office.world.calls_of("messages.create")[-1].fault == f"{kind} after"


async def test_a_refusal_before_leaves_no_trace_and_says_when_to_come_back(office):
    office.hear()
    office.world.faults.add(
        Fault("429", retry_after_s=7), Fault("error", code=63018, status=400, to="whatsapp:+6281234567890")
    )
    status, headers, body = await post(office)
    assert (status, headers["retry-after"], json.loads(body)["code"]) == (429, "7", 20429)
    assert json.loads((await post(office))[2])["code"] == 63018
    assert (await post(office))[0] == 201
    await until(lambda: office.phone().texts == ["Halo"])


@pytest.mark.parametrize("kind", ["refuse", "reset"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_the_connection_breaks(office, kind, when):
    office.hear()
    office.world.faults.add(Fault(kind, when=when))
    with pytest.raises(aiohttp.ClientError):
        await post(office)
    await until(lambda: office.world.idle)
    assert office.phone().texts == (["Halo"] if when == "after" else [])


async def test_no_answer_comes_at_all(office):
    office.hear()
    office.world.faults.add(Fault("hang", when="after"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await post(office)
    assert office.phone().texts == ["Halo"]


async def test_twilio_is_away_for_a_while(office):
    async with office.server.offline():
        with pytest.raises(aiohttp.ClientConnectorError):
            await post(office)
    assert (await post(office))[0] == 201


async def test_the_callbacks_are_there_before_the_answer(office):
    office.hear()
    async with Receiver(TOKEN) as receiver:
        receiver.held = asyncio.Event()
        office.world.faults.add(Fault("callback_first", method="messages.create"))
        sending = asyncio.ensure_future(post(office, StatusCallback=receiver.url + "/status?ours=7"))
        hits = await receiver.wait_for(2)
        assert {hit.what for hit in hits} == {"sent", "delivered"}
        assert not sending.done()
        receiver.held.set()
        status, _, body = await sending
        assert (status, json.loads(body)["status"]) == (201, "queued")
        assert {hit.path for hit in hits} == {"/status?ours=7"}
        assert all(hit.genuine for hit in hits)


# Files of ours


async def test_a_file_of_ours_is_fetched_and_shown(office):
    office.hear()
    async with Receiver(
        TOKEN, files={"surat.pdf": ("application/pdf", b"%PDF-1.7"), "x.html": ("text/html", b"x")}
    ) as receiver:
        await post(office, MediaUrl=receiver.url + "/files/surat.pdf")
        await until(lambda: office.phone().texts)
        (media,) = office.phone().bubbles[-1].media
        assert (media.mime, media.content) == ("application/pdf", b"%PDF-1.7")
        assert office.world.media_kept() == []  # it's ours, nobody's card
        sids = [
            json.loads((await post(office, MediaUrl=receiver.url + path))[2])["sid"]
            for path in ("/files/x.html", "/gone")
        ]
        await until(lambda: all(office.world.messages[sid].status == "failed" for sid in sids))
        assert [office.world.messages[sid].error_code for sid in sids] == [12300, 63019]


async def test_a_file_by_sms_is_a_link(office):
    link = "https://aduan.contoh.example/surat.pdf"
    async with Receiver(TOKEN, files={"surat.pdf": ("application/pdf", b"%PDF-1.7")}) as receiver:
        office.world.tunnels["https://aduan.contoh.example"] = receiver.url + "/files"
        await post(office, From=SMS, To=office.sari.number, MediaUrl=link)
        await until(lambda: office.phone(line=office.sms).texts)
    assert office.phone(line=office.sms).texts == ["Halo " + link]
