"""What is wrong with an account is told with the way to mend it; a right one has nothing to mend."""

from __future__ import annotations

import pytest

from channels.base import Described
from tests.channels.loopback import Reply, closed_port
from tests.channels.twilio import stub
from tests.channels.twilio.conftest import PUBLIC, SMS, WHATSAPP, built
from tests.channels.twilio.stub import ROOT, no, told

HOOK = f"{PUBLIC}/twilio/kanigaran/message"
SERVICE = "MG" + "5" * 32
ACCOUNT = f"{ROOT}.json"
SENDERS = "/v2/Channels/Senders"
NUMBERS = f"{ROOT}/IncomingPhoneNumbers.json"
NAMES = ("answer_waiting", "choices_2", "reminder", "status_update")
SIDS = {name: f"HX{nth}" for nth, name in enumerate(NAMES)}


def sender(**fields):
    webhook = {
        "callback_url": f"{HOOK}#rc=2&rp=all",
        "callback_method": "POST",
        "fallback_url": "",
        "status_callback_url": None,
    }
    made = {"sid": "XE1", "sender_id": WHATSAPP, "status": "ONLINE", "webhook": webhook}
    return {"senders": [made | fields], "meta": {"page": 0}}


def number(**fields):
    made = {
        "sid": "PN1",
        "phone_number": SMS,
        "sms_url": HOOK,
        "sms_method": "POST",
        "capabilities": {"sms": True, "mms": False},
    }
    return {"incoming_phone_numbers": [made | fields]}


def approval(**fields):
    return {"sid": "HX", "whatsapp": {"status": "approved", "rejection_reason": "", "name": "x"} | fields}


WELL = {
    ACCOUNT: {"sid": stub.ACCOUNT, "status": "active", "type": "Full", "friendly_name": "Kecamatan Kanigaran"},
    SENDERS: sender(),
    NUMBERS: number(),
    f"/v1/Services/{SERVICE}": {"sid": SERVICE, "friendly_name": "Aduan", "inbound_request_url": HOOK, "use_inbound_webhook_on_number": False},
    **{f"/v1/Content/{sid}": {"sid": sid, "types": {"twilio/quick-reply" if "choices" in name else "twilio/text": {"body": "x"}}} for name, sid in SIDS.items()},
    **{f"/v1/Content/{sid}/ApprovalRequests": approval() for sid in SIDS.values()},
}  # fmt: skip


def answering(changes=()):
    table = {**WELL, **dict(changes)}

    def answer(request):
        found = table[request.path]
        return found if isinstance(found, Reply) else told(found)

    return answer


@pytest.fixture
def lines(http, server):
    return built(http, api_url=server.url, templates=SIDS)


@pytest.mark.parametrize("name", ["whatsapp", "sms"])
async def test_a_right_account_has_nothing_to_mend_and_nothing_is_changed_there(name, lines, server):
    server.answer = answering()
    assert isinstance(lines[name], Described)
    report = await lines[name].describe()
    assert report.problems == ()
    assert report.ready
    assert (
        f"the {'sender ' + WHATSAPP + ' is online' if name == 'whatsapp' else 'number ' + SMS + ' is the account' + chr(39) + 's'}"
        in report.right
    )
    assert {each.method for each in server.requests} == {"GET"}
    assert all(each.headers["authorization"] for each in server.requests)


WRONG = {
    "a wrong token": ("whatsapp", {ACCOUNT: no(401, 20003)}, {"the account: 20003: account_sid with auth_token, or api_key with api_secret, isn't right"}),
    "a suspended account": ("sms", {ACCOUNT: WELL[ACCOUNT] | {"status": "suspended"}}, {"the account is suspended"}),
    "a trial account": ("sms", {ACCOUNT: WELL[ACCOUNT] | {"type": "Trial"}}, {"it's a trial account: it writes to verified numbers alone"}),
    "no such sender": ("whatsapp", {SENDERS: sender(sender_id="whatsapp:+1")}, {f"{WHATSAPP} is no WhatsApp sender of this account"}),
    "a sender that's offline": ("whatsapp", {SENDERS: sender(status="OFFLINE")}, {f"the sender {WHATSAPP} is OFFLINE"}),
    "a sender that calls elsewhere": ("whatsapp", {SENDERS: sender(webhook={"callback_url": "https://lain.example/x"})}, {"the WhatsApp sender's webhook is https://lain.example/x"}),
    "a sender that calls nobody": ("whatsapp", {SENDERS: sender(webhook=None)}, {"the WhatsApp sender's webhook is not set"}),
    "a sender that calls by GET": ("whatsapp", {SENDERS: sender(webhook={"callback_url": HOOK, "callback_method": "GET"})}, {"the WhatsApp sender's webhook is called by GET"}),
    "senders that can't be had": ("whatsapp", {SENDERS: no(403, 20006)}, {"the WhatsApp sender: 20006: the API key may not do this"}),
    "a template that isn't there": ("whatsapp", {"/v1/Content/HX2": no(404, 20404)}, {"the template reminder: 20404: there's no such account: are account_sid and api_url right?"}),
    "a template that was rejected": ("whatsapp", {"/v1/Content/HX0/ApprovalRequests": approval(status="rejected", rejection_reason="INVALID_FORMAT")}, {"the template answer_waiting is rejected (INVALID_FORMAT)"}),
    "a template that was never submitted": ("whatsapp", {"/v1/Content/HX0/ApprovalRequests": {"whatsapp": None}}, {"the template answer_waiting is not submitted"}),
    "buttons that are none": ("whatsapp", {"/v1/Content/HX1": {"types": {"twilio/text": {}}}}, {"the template choices_2 has no quick replies"}),
    "no such number": ("sms", {NUMBERS: {"incoming_phone_numbers": []}}, {f"{SMS} is no number of this account"}),
    "a number without SMS": ("sms", {NUMBERS: number(capabilities={"sms": False})}, {f"{SMS} can't do SMS"}),
    "a number that calls elsewhere": ("sms", {NUMBERS: number(sms_url="https://demo.twilio.com/welcome/sms/reply")}, {"the number's webhook for messages is https://demo.twilio.com/welcome/sms/reply"}),
    "a number that calls with a slash too many": ("sms", {NUMBERS: number(sms_url=HOOK + "/")}, {f"the number's webhook for messages is {HOOK}/"}),
    "another shape": ("sms", {NUMBERS: {"incoming_phone_numbers": 5}}, {"the SMS number: status 200 in an unknown shape"}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
async def test_what_is_wrong_is_told_with_the_way_to_mend_it_and_holds_up_nothing(case, lines, server):
    name, changes, what = WRONG[case]
    server.answer = answering(changes)
    report = await lines[name].set_up()
    assert {problem.what for problem in report.problems} == what
    assert all(problem.mend for problem in report.problems)
    assert report.ready


async def test_a_service_hands_messages_on_in_the_numbers_place(http, server):
    line = built(http, api_url=server.url, templates=SIDS, messaging_service=SERVICE)["sms"]
    server.answer = answering({NUMBERS: number(sms_url="")})
    assert (await line.describe()).problems == ()
    server.answer = answering({f"/v1/Services/{SERVICE}": {"inbound_request_url": None}})
    assert [each.what for each in (await line.describe()).problems] == ["the Messaging Service's webhook is not set"]


DIRECTIONS = {
    "a number in Indonesia": ({}, ["two-way SMS supported: No", "registered beforehand"]),
    "a number elsewhere": ({"sms": "+15005550006"}, []),
    "out only": ({"sms_receives": False}, ["SMS goes out only: what people answer", "registered beforehand"]),
    "a registered name": ({"sms": "KECKANIGARA"}, ["SMS goes out only: nobody can answer", "registered beforehand"]),
}  # fmt: skip


@pytest.mark.parametrize("case", DIRECTIONS)
async def test_which_way_sms_goes_is_told_and_no_webhook_is_missed_where_nothing_comes(case, http, server):
    changes, told_so = DIRECTIONS[case]
    hook = "" if "sms_receives" in changes else HOOK
    server.answer = answering({NUMBERS: number(phone_number=changes.get("sms", SMS), sms_url=hook)})
    report = await built(http, api_url=server.url, **changes)["sms"].describe()
    assert len(report.notes) == len(told_so)
    assert all(words in note for words, note in zip(told_so, report.notes, strict=True))
    assert report.problems == ()


async def test_templates_that_are_missing_are_named(http, server):
    server.answer = answering()
    report = await built(http, api_url=server.url, templates={})["whatsapp"].describe()
    assert [each.what.partition(":")[0] for each in report.problems] == [
        f"no template {name}" for name in ("answer_waiting", "status_update", "reminder")
    ]


async def test_without_a_public_address_nothing_can_arrive(http, server):
    server.answer = answering()
    report = await built(http, api_url=server.url, templates=SIDS, public_url="")["sms"].describe()
    assert [each.what for each in report.problems] == ["no public address is configured: Twilio can't bring messages"]


async def test_a_server_that_is_away_is_worth_another_look(http):
    away = built(http, api_url=f"http://127.0.0.1:{closed_port()}")["sms"]
    report = await away.set_up()
    assert [each.fact for each in report.problems] == ["down"]
    assert not report.ready
