"""What the stand-in takes and refuses when a message is created, and what becomes of it: windows, templates, opt-outs."""

from __future__ import annotations

import json
import string
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sandbox.twilio import TwilioError, rules
from tests.channels.sandbox.twilio.scene import SMS, WA, scene, schema

MG = "MG" + "a" * 32
HX = "HX" + "b" * 32
QUICK = {
    "twilio/quick-reply": {
        "body": "Pilih salah satu untuk {{1}} ini:",
        "actions": [{"title": "Ya", "id": "y"}, {"title": "Tidak", "id": "t"}],
    }
}
KNOCK = {"twilio/text": {"body": "Ada jawaban untuk laporan {{1}}. Balas OK untuk membaca."}}


@pytest.fixture
def office():
    return scene()


# Refused at once

REFUSED = [
    ("no To", {"To": None}, (400, 21604)),
    ("To is no number", {"To": "whatsapp:08123"}, (400, 21211)),
    ("To is nonsense", {"To": "Sari"}, (400, 21211)),
    ("no From", {"From": None}, (400, 21603)),
    ("From is nobody's sender", {"From": "whatsapp:+6289999999999"}, (400, 63007)),
    ("From is nobody's number", {"From": "+6289999999999", "To": "+6281234567890"}, (400, 21606)),
    ("two channels", {"From": SMS}, (400, 21910)),
    ("to oneself", {"To": WA}, (400, 21266)),
    ("nothing to say", {"Body": None}, (400, 21619)),
    ("nothing in Body", {"Body": ""}, (400, 21619)),
    ("1,601 characters", {"Body": "x" * 1601}, (400, 21617)),
    ("801 emoji are 1,602 units", {"Body": "😀" * 801}, (400, 21617)),
    ("text and template", {"ContentSid": HX}, (400, 20001)),
    ("a template that isn't there", {"Body": None, "ContentSid": HX}, (400, 21655)),
    ("variables without a template", {"ContentVariables": "{}"}, (400, 21654)),
    ("variables that are no JSON", {"Body": None, "ContentSid": HX, "ContentVariables": "{1}"}, (400, 21656)),
    ("an empty variable", {"Body": None, "ContentSid": HX, "ContentVariables": '{"1": ""}'}, (400, 21656)),
    ("variables as a list", {"Body": None, "ContentSid": HX, "ContentVariables": '["a"]'}, (400, 21656)),
    ("a callback that is no URL", {"StatusCallback": "status"}, (400, 21609)),
    ("a file that is no URL", {"MediaUrl": "file:///etc/passwd"}, (400, 21620)),
    ("a service that isn't there", {"From": None, "MessagingServiceSid": MG}, (400, 21701)),
    ("a misspelt name", {"body": "halo"}, (400, 20001)),
    ("a field twice", {"Body": ["satu", "dua"]}, (400, 20001)),
    ("scheduling", {"SendAt": "2026-11-03T01:00:00Z", "ScheduleType": "fixed"}, (400, 20001)),
    ("too long valid", {"ValidityPeriod": "36001"}, (400, 20001)),
]


@pytest.mark.parametrize(("form", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_request_is_refused_with_twilios_code(office, form, code):
    assert office.refusal(**{"Body": "Halo"} | form) == code
    assert not office.world.messages
    assert office.world.calls_of("messages.create")[-1].error["code"] == code[1]


def test_a_text_of_exactly_1600_units_is_taken(office):
    office.hear()
    assert office.sent(Body="😀" * 800).status == "delivered"
    assert office.phone().texts == ["😀" * 800]


def test_credentials_are_asked_for_and_their_account(office):
    path, form = "/2010-04-01/Accounts/{ac}/Messages.json", {"Body": "Halo"}
    other = office.world.add_account("lain")
    wrong = [("SK" + "9" * 32, "x"), (office.account.sid, "x"), (other.sid, "lain"), (office.account.sid, "")]
    for auth in wrong:
        assert office.ask("POST", path, form, auth=auth)[1]["code"] == 20003
    assert office.ask("GET", "/2010-04-01/Accounts/{ac}.json")[0] == 401  # a standard key may not
    assert (
        office.ask("GET", "/2010-04-01/Accounts/{ac}.json", auth=(office.account.sid, office.account.auth_token))[0]
        == 200
    )


def test_a_secondary_token_opens_the_api_until_the_rotation_is_over(office):
    account, path = office.account, "/2010-04-01/Accounts/{ac}/Messages.json"
    account.secondary_token = "baru"
    assert office.ask("GET", path, auth=(account.sid, "baru"))[0] == 200
    old = account.auth_token
    account.rotate()
    assert office.ask("GET", path, auth=(account.sid, old))[0] == 401
    assert office.ask("GET", path, auth=(account.sid, "baru"))[0] == 200


def test_unknown_paths_and_verbs_are_told_apart(office):
    assert office.ask("GET", "/2010-04-01/Accounts/{ac}/Mesages.json")[1]["code"] == 20404
    assert office.ask("DELETE", "/2010-04-01/Accounts/{ac}/Messages.json")[1]["code"] == 20004


def test_trial_region_landline_and_suspension(office):
    to_budi = {"From": SMS, "To": office.budi.number, "Body": "Halo"}
    office.budi.mobile = False
    assert office.refusal(**to_budi) == (400, 21614)
    office.budi.mobile = True
    office.account.closed_to = ("+62",)
    assert office.refusal(**to_budi) == (400, 21408)
    office.account.closed_to = ()
    office.account.trial = True
    assert office.refusal(**to_budi) == (400, 21608)
    office.account.verified.add(office.budi.number)
    assert office.sent(**to_budi).status == "delivered"
    office.account.status = "suspended"
    assert office.refusal(**to_budi) == (403, 20005)


# The 24 hours


def test_free_text_goes_within_24_hours_and_fails_by_callback_after(office):
    office.hear()
    office.clock.advance(24 * 3600 - 1)
    inside = office.sent(Body="Masih sempat")
    assert office.statuses(inside.sid) == ["sent", "delivered"]
    office.clock.advance(1)
    outside = office.sent(Body="Terlambat")
    assert (outside.status, outside.error_code) == ("failed", 63016)
    told = office.world.deliveries_of(outside.sid, "status")[-1].params
    assert (told["MessageStatus"], told["ErrorCode"]) == ("failed", "63016")
    assert office.phone().texts == ["Masih sempat"]


def test_who_never_wrote_gets_only_templates(office):
    assert office.sent(Body="Halo").error_code == 63016
    knock = office.world.add_content(office.account, "answer_waiting", KNOCK, variables={"1": "7K3F"}, approved=True)
    sent = office.sent(ContentSid=knock.sid, ContentVariables='{"1": "KNG-7K3F"}')
    assert sent.status == "delivered"
    bubble = office.phone().bubbles[-1]
    assert bubble.template
    assert bubble.text == "Ada jawaban untuk laporan KNG-7K3F. Balas OK untuk membaca."


def test_a_template_body_typed_into_body_is_free_text(office):
    office.world.add_content(office.account, "k", KNOCK, variables={"1": "x"}, approved=True)
    assert office.sent(Body="Ada jawaban untuk laporan 7K3F. Balas OK untuk membaca.").error_code == 63016


@pytest.mark.parametrize(
    ("status", "variables", "code"),
    [
        ("unsubmitted", '{"1": "a"}', 63016),
        ("pending", '{"1": "a"}', 63016),
        ("rejected", '{"1": "a"}', 63016),
        ("paused", '{"1": "a"}', 63041),
        ("disabled", '{"1": "a"}', 63042),
        ("approved", '{"1": "a", "2": "b"}', 63028),
        ("approved", "{}", 63028),
        ("approved", '{"1": "' + "x" * 1000 + '"}', 63021),
        ("approved", '{"1": "a\\nb"}', 63021),
        ("approved", '{"1": "a"}', 0),
    ],
)
def test_outside_the_window_a_template_must_be_approved_and_filled_in(office, status, variables, code):
    content = office.world.add_content(office.account, "k", KNOCK, variables={"1": "x"})
    content.approval.status = status
    assert office.sent(ContentSid=content.sid, ContentVariables=variables).error_code == code


def test_quick_replies_without_approval_go_within_the_session_only(office):
    content = office.world.add_content(office.account, "choices_2", QUICK, variables={"1": "laporan"})
    form = {"ContentSid": content.sid, "ContentVariables": '{"1": "laporan"}'}
    assert office.sent(**form).error_code == 63016
    office.hear()
    assert office.sent(**form).status == "delivered"
    assert [button.title for button in office.phone().bubbles[-1].buttons] == ["Ya", "Tidak"]


@pytest.mark.parametrize("titles", [("Ya", "Ya"), ("Ya", "Kata-kata yang panjang"), ("Ya", "Tidak")])
def test_buttons_made_of_variables_must_still_be_buttons(office, titles):
    actions = [{"title": "{{2}}", "id": "{{3}}"}, {"title": "{{4}}", "id": "{{5}}"}]
    open_one = {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}}
    content = office.world.add_content(office.account, "choices_2", open_one, variables=dict.fromkeys("12345", "x"))
    office.hear()
    words = {"1": "Benar?\n\nBalas.", "2": titles[0], "3": "a", "4": titles[1], "5": "b"}
    sent = office.sent(ContentSid=content.sid, ContentVariables=json.dumps(words))
    assert sent.error_code == (0 if titles[1] == "Tidak" else 63021)


def test_four_buttons_need_approval_even_within_the_session(office):
    actions = [{"title": f"Pilihan {number}", "id": str(number)} for number in range(4)]
    four = {"twilio/quick-reply": {"body": "Pilih:", "actions": actions}}
    content = office.world.add_content(office.account, "choices_4", four)
    office.hear()
    assert office.sent(ContentSid=content.sid).error_code == 63021
    content.approval.status = "approved"
    assert office.sent(ContentSid=content.sid).error_code == 0


def test_a_list_is_for_the_session_even_if_somebody_calls_it_approved(office):
    items = [{"item": "Jalan", "id": "j", "description": "Jalan rusak"}]
    picker = {"twilio/list-picker": {"body": "Tentang apa?", "button": "Pilih", "items": items}}
    content = office.world.add_content(office.account, "list", picker)
    content.approval.status = "approved"
    assert office.sent(ContentSid=content.sid).error_code == 63016
    office.hear()
    assert office.sent(ContentSid=content.sid).error_code == 0
    with pytest.raises(ValueError, match="session"):
        office.world.add_content(office.account, "list", picker, approved=True)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("{{1}} sudah dijawab, balas OK.", "begins or ends"),
        ("Sudah dijawab: {{1}}", "begins or ends"),
        ("Laporan {{1}} {{2}} sudah dijawab oleh petugas kami.", "side by side"),
        ("Laporan {{2}} sudah dijawab.", "numbered"),
        ("Ada {{1}} dan {{2}} ya", "so few words"),
    ],
)
def test_what_whatsapp_would_not_approve_is_not_approved(office, body, why):
    variables = {"1": "a", "2": "b"}
    with pytest.raises(ValueError, match=why):
        office.world.add_content(
            office.account, "t", {"twilio/text": {"body": body}}, variables=variables, approved=True
        )


# To whom


def test_somebody_is_reached_by_number_and_by_scoped_id(office):
    office.hear()
    office.sent(Body="Lewat nomor")
    office.sent(Body="Lewat id", To="whatsapp:ID.1234567890123456")
    assert office.phone().texts == ["Lewat nomor", "Lewat id"]


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"To": "whatsapp:+6280000000000"}, "failed", 63024),
        ({"To": "whatsapp:+6285700000001"}, "failed", 63024),
        ({"From": SMS, "To": "+6280000000000"}, "undelivered", 30005),
    ],
)
def test_who_is_not_there_is_told_by_callback(office, form, status, code):
    message = office.sent(Body="Halo", **form)
    assert (message.status, message.error_code) == (status, code)


def test_stop_ends_sms_until_start(office):
    form = {"From": SMS, "To": office.sari.number, "Body": "Halo"}
    office.world.person_writes(office.sari, office.sms, " stop ")
    assert office.refusal(**form) == (400, 21610)
    assert office.phone(line=office.sms).bubbles[-1].automatic
    assert office.world.deliveries[-1].params["Body"] == " stop "  # we're told all the same
    office.world.person_writes(office.sari, office.sms, "START")
    assert office.sent(**form).status == "delivered"
    office.world.person_writes(office.sari, office.sms, "BATAL")
    assert office.sent(**form).status == "delivered"


def test_a_service_stops_for_all_its_lines_and_tells_the_word(office):
    service = office.world.add_service(office.account, "Layanan", url="https://aduan.contoh.example/message")
    service.advanced_opt_out = True
    lines = [office.world.add_line(office.account, f"+62811000001{n}", service=service) for n in range(2)]
    office.world.person_writes(office.sari, lines[0], "STOP")
    told = office.world.deliveries[-1].params
    assert (told["OptOutType"], told["MessagingServiceSid"]) == ("STOP", service.sid)
    assert office.refusal(From=lines[1].address, To=office.sari.number, Body="Halo") == (400, 21610)


def test_a_service_sends_by_its_line_and_begins_with_accepted(office):
    service = office.world.add_service(office.account, "Layanan", status_url="https://aduan.contoh.example/status")
    form = {"From": None, "MessagingServiceSid": service.sid, "To": office.sari.number, "Body": "Halo – apa kabar"}
    assert office.refusal(**form) == (400, 21703)
    line = office.world.add_line(office.account, "+6281100000010", service=service)
    status, body = office.send(**form)
    assert (status, body["status"], body["num_segments"], body["from"]) == (201, "accepted", "0", None)
    assert office.statuses(body["sid"]) == ["queued", "sent", "delivered"]
    shown = office.phone(line=line).bubbles[-1]
    assert (shown.text, shown.encoding) == ("Halo - apa kabar", "GSM-7")  # smart encoding


def test_a_phone_that_is_off_gets_its_messages_later(office):
    office.hear()
    office.world.person_goes_offline(office.sari)
    message = office.sent(Body="Halo")
    assert office.statuses(message.sid) == ["sent"]
    assert office.phone().texts == []
    office.world.person_comes_online(office.sari)
    assert office.statuses(message.sid) == ["sent", "delivered"]
    office.world.person_reads(office.sari, office.wa)
    assert office.statuses(message.sid) == ["sent", "delivered", "read"]


def test_reading_is_not_told_by_who_does_not_let_it_and_never_on_sms(office):
    office.hear()
    office.sari.read_receipts = False
    message = office.sent(Body="Halo")
    sms = office.sent(From=SMS, To=office.sari.number, Body="Halo")
    for line in (office.wa, office.sms):
        office.world.person_reads(office.sari, line)
    assert office.statuses(message.sid) == office.statuses(sms.sid) == ["sent", "delivered"]
    assert office.phone().bubbles[-1].status == "read"


def test_who_writes_has_read_what_stood_there(office):
    office.hear()
    message = office.sent(Body="Halo")
    assert message.status == "delivered"
    office.hear()
    assert message.status == "read"


def test_who_has_blocked_us_gets_nothing_and_nobody_is_told(office):
    office.hear()
    office.world.person_blocks(office.sari, office.wa)
    message = office.sent(Body="Halo")
    assert office.statuses(message.sid) == ["sent"]
    assert office.phone().texts == []


def test_too_many_answers_in_a_row_are_a_loop(office):
    office.world.pace.loop_limit = 3
    office.hear()
    codes = [office.sent(Body=str(number)).error_code for number in range(5)]
    assert codes == [0, 0, 0, 14107, 14107]
    office.clock.advance(30)
    assert office.sent(Body="lagi").error_code == 0


def test_an_ordered_failure_comes_by_callback(office):
    office.hear()
    office.world.fail_later(30003, status="undelivered")
    assert [office.sent(Body="a").error_code, office.sent(Body="b").error_code] == [30003, 0]


def test_a_pace_lets_time_pass_between_the_steps():
    office = scene(pace=None)
    office.world.pace.sent_s, office.world.pace.delivered_s = 1.0, 2.0
    office.hear()
    message = office.sent(Body="Halo")
    seen = [message.status]
    for _ in range(3):
        office.clock.advance(1)
        office.world.tick()
        seen.append(message.status)
    assert seen == ["queued", "sent", "sent", "delivered"]
    assert message.created_at + timedelta(seconds=1) == message.sent_at


# The form, by code and by schema

ACCEPTED = [
    {"From": WA, "To": "whatsapp:+6281234567890", "Body": "Halo\nBapak/Ibu"},
    {"From": WA, "To": "whatsapp:ID.1234567890123456", "Body": "x", "StatusCallback": "https://a.example/s?ours=12"},
    {"From": SMS, "To": "+6281234567890", "Body": "x" * 1600, "ValidityPeriod": "36000", "SmartEncoded": "true"},
    {"From": WA, "To": "whatsapp:+6281234567890", "MediaUrl": ["https://a.example/surat.pdf"], "Body": "Surat"},
    {"From": WA, "To": "whatsapp:+6281234567890", "Body": "Di sini", "PersistentAction": ["geo:-7.77,113.21|Kantor"]},
    {"From": WA, "To": "whatsapp:+6281234567890", "ContentSid": HX, "ContentVariables": '{"1": "KNG-7K3F"}'},
]


@pytest.mark.parametrize("form", ACCEPTED)
def test_the_schema_takes_what_the_code_takes(form):
    office = scene()
    content = office.world.add_content(office.account, "k", KNOCK, variables={"1": "x"}, approved=True)
    given = {name: content.sid if value == HX else value for name, value in form.items()}
    assert office.ask("POST", "/2010-04-01/Accounts/{ac}/Messages.json", given)[0] == 201
    schema().validate(office.world.calls_of("messages.create")[-1].params)


_VALUES = {
    "To": [
        "+6281234567890",
        "whatsapp:+6281234567890",
        "whatsapp:ID.1234567890123456",
        "081234567890",
        "whatsapp:62812",
        "",
    ],
    "From": [WA, SMS, "KANIGARAN", "+0812", "whatsapp:KANIGARAN", ""],
    "MessagingServiceSid": [MG, "MG1"],
    "Body": ["Halo", "", "x" * 1601, "😀" * 801],
    "MediaUrl": ["https://a.example/x.pdf", "ftp://a.example/x", "https://"],
    "ContentSid": [HX, "HX"],
    "ContentVariables": ['{"1": "a"}', '{"1": ""}', "[]", "x", "{}"],
    "StatusCallback": ["https://a.example/s?ours=1", "/status", "https://a.example/s#rc=1"],
    "PersistentAction": ["geo:-7.77,113.2|Kantor", "geo:x"],
    "ValidityPeriod": ["1", "0", "36000", "36001", "99999", "x"],
    "SmartEncoded": ["true", "True"],
    "Bodi": ["Halo"],
}
CHANGES = st.dictionaries(st.sampled_from(sorted(_VALUES)), st.none() | st.integers(0, 9), max_size=3)


def changed(form, changes):
    """A good form with some fields left out (None) or put to another value of the table."""
    made = dict(form)
    for name, choice in changes.items():
        made.pop(name, None)
        if choice is not None:
            made[name] = _VALUES[name][choice % len(_VALUES[name])]
    return made


@given(st.sampled_from(ACCEPTED), CHANGES)
def test_what_the_schema_refuses_the_code_refuses_too(good, changes):
    office = scene()
    service = office.world.add_service(office.account, "Layanan")
    service.sid = MG
    office.world.services = {MG: service}
    content = office.world.add_content(office.account, "k", KNOCK, variables={"1": "x"}, approved=True)
    office.world.contents = {HX: content}
    form = changed(good, changes)
    listed = {name: value if isinstance(value, list) else [value] for name, value in form.items()}
    try:
        rules.read(office.world, office.account, listed)
    except TwilioError:
        return
    params = {name: values if name in rules.REPEATED else values[0] for name, values in listed.items()}
    schema().validate(params)


@given(st.dictionaries(st.text(string.ascii_letters, min_size=1, max_size=12), st.text(max_size=5), max_size=3))
def test_no_name_is_taken_that_the_schema_does_not_know(extra):
    office = scene()
    office.hear()
    status, _ = office.send(Body="Halo", **extra)
    if status == 201:
        schema().validate(office.world.calls_of("messages.create")[-1].params)
