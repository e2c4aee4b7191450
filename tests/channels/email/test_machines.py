"""Mails no person wrote: set aside with their reason, and reports on our own mails read for what they say."""

from __future__ import annotations

import pytest

from tests.channels.email.letters import (
    ADDRESS,
    AT,
    OFFICE,
    SARI,
    SERVER,
    TOKENS,
    heard,
    letter,
    part,
    several,
    understood,
)
from workflow.message import Address, Ignored, Message, Receipt

OURS = TOKENS.message_id(17, SARI)

MACHINES = {
    "RFC 3834": {"auto_submitted": "auto-replied"},
    "RFC 3834 with a comment": {"auto_submitted": "auto-generated (rejected)"},
    "RFC 3834 with a parameter": {"auto_submitted": "auto-notified; owner-email=a@b.id"},
    "nobody to return it to": {"return_path": "<>"},
    "a mail server": {"sender": "Mail Delivery System <MAILER-DAEMON@mx.example>"},
    "a mail server without an address": {"sender": "MAILER-DAEMON"},
    "a postmaster": {"sender": "postmaster@warga.example"},
    "nobody who reads": {"sender": "Toko <no-reply@toko.example>"},
    "nobody who reads, in one word": {"sender": "noreply@toko.example"},
    "nobody who reads, at the end": {"sender": "account-noreply@toko.example"},
    "bulk": {"precedence": "bulk"},
    "junk": {"precedence": "Junk"},
    "a list's way to say bulk": {"precedence": "list"},
    "an old autoresponder": {"precedence": "auto_reply"},
    "a list": {"list_id": "RT 03 <rt03.lists.example>"},
    "a newsletter": {"list_unsubscribe": "<mailto:x@y.example>"},
    "an autoresponder's mark": {"x_autoreply": "yes"},
    "another autoresponder's mark": {"x_autorespond": "Saya sedang cuti"},
    "a third one's": {"x_auto_reply_from": "a@b.example"},
    "a sender of campaigns": {"feedback_id": "1:2:3:esp"},
    "Exchange for somebody away": {"x_auto_response_suppress": "All", "subject": "Automatic reply: Lampu"},
    "Exchange in Indonesian": {"x_auto_response_suppress": "DR, OOF, AutoReply", "subject": "Balasan otomatis: Lampu"},
    "an answer to an invitation": {"kind": "text/calendar; method=REPLY"},
    "somebody's complaint about mail": {"kind": "multipart/report; report-type=feedback-report; boundary=x"},
    "spam by its flag": {"x_spam_flag": "YES"},
    "spam by its status": {"x_spam_status": "Yes, score=9.1"},
    "spam by Microsoft": {"x_forefront_antispam_report": "CIP:1.2.3.4;SFV:SPM;SCL:5"},
    "forged": {"authentication_results": f"{SERVER}; dmarc=fail (p=reject dis=none) header.from=warga.example"},
    "our own mail": {"message_id": OURS},
    "our own address": {"sender": f"Kecamatan <{ADDRESS.upper()}>"},
    "our own address with a token": {"sender": TOKENS.reply_address(17, SARI)},
    "our own mark": {"x_loop": ADDRESS},
}


@pytest.mark.parametrize("fields", MACHINES.values(), ids=MACHINES)
def test_a_machine_is_never_answered(fields):
    found = heard("Terima kasih, pesan Anda kami terima.", **fields)
    assert isinstance(found, Ignored)
    assert found.reason
    assert found.at == AT


PEOPLE = {
    "RFC 3834's word for a person": {"auto_submitted": "no"},
    "a return address": {"return_path": f"<{SARI}>"},
    "what Exchange puts on everybody's mail": {"x_auto_response_suppress": "All"},
    "what Exchange puts on everybody's mail, about leave": {"x_auto_response_suppress": "None", "subject": "Automatic reply dari kantor?"},
    "a subject like a machine's": {"subject": "Balasan otomatis terus, tidak ada petugas"},
    "no bulk": {"precedence": "normal"},
    "somebody called Reply": {"sender": "noreplyana@warga.example"},
    "somebody at a post office": {"sender": "kantor.pos@warga.example"},
    "no spam": {"x_spam_flag": "NO", "x_spam_status": "No, score=-1"},
    "a failed check without a policy": {"authentication_results": f"{SERVER}; dmarc=fail (p=none) header.from=warga.example"},
    "a forgery seen by a stranger": {"authentication_results": "mx.lain.example; dmarc=fail (p=reject) header.from=warga.example"},
    "another loop": {"x_loop": "lain@contoh.go.id"},
    "another's id": {"message_id": "<aduan.kanigaran.17.x@contoh.go.id>"},
    "an answer to us taken for spam": {"x_spam_flag": "YES", "in_reply_to": OURS},
    "an answer to us that was forwarded": {
        "authentication_results": f"{SERVER}; dmarc=fail (p=reject) header.from=warga.example", "in_reply_to": OURS,
    },
    "a read receipt asked for": {"disposition_notification_to": SARI},
}  # fmt: skip


@pytest.mark.parametrize("fields", PEOPLE.values(), ids=PEOPLE)
def test_a_person_is_not_taken_for_a_machine(fields):
    assert isinstance(heard("Lampu mati.", **fields), Message)


DOUBTFUL = {
    "marked as spam": ({"x_spam_flag": "YES"}, True),
    "forged": ({"authentication_results": f"{SERVER}; dmarc=fail (p=reject) header.from=warga.example"}, True),
    "from a neighbourhood's list": ({"list_id": "<rt3.lain.example>", "list_post": "<mailto:rt3@lain.example>"}, True),
    "a newsletter": ({"list_id": "<toko.example>", "list_unsubscribe": "<https://toko.example>"}, False),
    "a machine's on a list": ({"auto_submitted": "auto-replied", "list_post": "<mailto:rt3@lain.example>"}, False),
}


@pytest.mark.parametrize(("fields", "doubtful"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_a_person_may_have_written_is_left_for_somebody_to_look_at(fields, doubtful):
    found = heard("Lampu mati.", **fields)
    assert isinstance(found, Ignored)
    assert found.doubtful == doubtful


def test_what_lies_in_the_folder_for_spam_waits_for_nobody():
    assert isinstance(understood(letter("x"), folder="[Gmail]/Spam"), Ignored)
    assert isinstance(understood(letter("x", in_reply_to=OURS), folder="[Gmail]/Spam"), Message)


# --- bounces ----------------------------------------------------------------------------------------------------------

RETURNED = f"From: {ADDRESS}\nTo: Sari <{SARI}>\nMessage-ID: {OURS}\nSubject: Re: Lampu\n\nIsi."


def status(action="failed", code="5.1.1", said="smtp; 550 5.1.1 user unknown", recipient=SARI):
    fields = {"Final-Recipient": f"rfc822; {recipient}", "Action": action, "Status": code, "Diagnostic-Code": said}
    group = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    return f"Reporting-MTA: dns; mx.example\nArrival-Date: Mon, 23 Nov 2026\n\n{group}"


def bounce(
    report, returned=RETURNED, kind="message/rfc822", *, container="report; report-type=delivery-status", **fields
):
    parts = [part("Surel Anda tidak sampai."), part(report, "message/delivery-status"), part(returned, kind)]
    declared, body = several(container.partition(";")[0], *parts)
    declared += f";{container.partition(';')[2]}" if ";" in container else ""
    head = {
        "sender": "Mail Delivery System <mailer-daemon@mx.example>",
        "return_path": "<>",
        "auto_submitted": "auto-replied",
    }
    return letter(body, "Undelivered Mail Returned to Sender", kind=declared, **head | fields)


def receipt(state="failed", **fields):
    return Receipt(
        **{"chat": Address(OFFICE, "email", SARI), "at": AT, "state": state, "message": OURS, "ours": 17} | fields
    )


UNKNOWN = receipt(fact="gone", reason="5.1.1 550 5.1.1 user unknown")

BOUNCES = {
    "a bounce": (bounce(status()), UNKNOWN),
    "a bounce with the head alone": (bounce(status(), RETURNED.partition("\n\n")[0], "text/rfc822-headers"), UNKNOWN),
    "a bounce without the report's type": (bounce(status(), container="mixed"), UNKNOWN),
    "a bounce from nobody in particular": (bounce(status(), sender="it@warga.example"), UNKNOWN),
    "a bounce that follows a forwarding address": (bounce(status(recipient="sari@rumah.example")), UNKNOWN),
    "refused for its content": (
        bounce(status(code="5.7.1", said="smtp; 554 5.7.1 message rejected")), receipt(fact="refused", reason="5.7.1 554 5.7.1 message rejected"),
    ),
    "given up after days": (bounce(status(code="4.4.1", said="")), receipt(fact="refused", reason="4.4.1")),
    "delivered": (bounce(status("delivered", "2.0.0", "")), receipt("delivered", reason="2.0.0")),
    "handed on": (bounce(status("relayed", "2.0.0", "")), receipt("sent", reason="2.0.0")),
    "only a status": (bounce(status("", "5.1.1")), UNKNOWN),
    "late": (bounce(status("delayed", "4.4.1")), Ignored),
    "of a mail that isn't ours": (bounce(status(), RETURNED.replace(".17.", ".18.")), Ignored),
    "of a mail without an id": (bounce(status(), "Subject: x\n\nx"), Ignored),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), BOUNCES.values(), ids=BOUNCES)
def test_a_bounce_says_what_became_of_our_mail(raw, expected):
    found = understood(raw)
    assert isinstance(found, Ignored) if expected is Ignored else found == expected


WORDS = {
    "Gmail": letter(
        f"Address not found\n\nYour message wasn't delivered to {SARI}\n\n550 5.1.1 The email account that you tried to reach does not exist.\n\nMessage-ID: {OURS}\n",
        "Delivery Status Notification (Failure)", sender="mailer-daemon@googlemail.com", x_failed_recipients=SARI,
    ),
    "qmail": letter(
        f"Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message.\n\n<{SARI}>:\n550 5.1.1 no such user here\n\n--- Below this line is a copy of the message.\n\nMessage-ID: {OURS}\nTo: {SARI}\n",
        "failure notice", sender="MAILER-DAEMON@mx.example", return_path="<>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("raw", WORDS.values(), ids=WORDS)
def test_a_bounce_in_words_alone_is_understood(raw):
    found = understood(raw)
    assert isinstance(found, Receipt)
    assert (found.state, found.ours, found.fact) == ("failed", 17, "gone")


def test_a_delay_in_words_alone_is_no_failure():
    words = f"THIS IS A WARNING MESSAGE ONLY. Your message could not be delivered for 4 hours; it will be retried.\n450 busy\n{OURS}"
    assert isinstance(understood(letter(words, "Delivery delayed", sender="mailer-daemon@mx.example")), Ignored)


@pytest.mark.parametrize(
    ("disposition", "state"),
    [("manual-action/MDN-sent-manually; displayed", "read"), ("automatic-action/MDN-sent-automatically; deleted", "")],
)
def test_a_read_receipt_is_read(disposition, state):
    fields = (
        f"Reporting-UA: x\nFinal-Recipient: rfc822; {SARI}\nOriginal-Message-ID: {OURS}\nDisposition: {disposition}\n"
    )
    declared, body = several("report", part("Telah dibaca."), part(fields, "message/disposition-notification"))
    found = understood(letter(body, "Dibaca: Lampu", kind=f"{declared}; report-type=disposition-notification"))
    assert found == receipt("read") if state else isinstance(found, Ignored)


def test_somebody_who_passes_a_bounce_on_is_a_person():
    raw = letter(
        several("mixed", part("Kok begini?"), part(bounce(status()).decode().replace("\r\n", "\n"), "message/rfc822"))[
            1
        ],
        "Fwd: Undelivered",
        kind=several(
            "mixed", part("Kok begini?"), part(bounce(status()).decode().replace("\r\n", "\n"), "message/rfc822")
        )[0],
    )
    assert isinstance(understood(raw), Message)


def test_fifty_bounces_are_fifty_receipts_and_nothing_to_answer():
    assert all(isinstance(understood(bounce(status())), Receipt) for _ in range(50))
