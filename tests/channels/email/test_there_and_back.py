"""Our own mail goes out, and comes back in every way it can: as an answer, as itself, as a bounce."""

from __future__ import annotations

import pytest

from channels.base import Ground, Parcel
from channels.email import channel_of
from channels.email.compose import Letterhead, composed
from channels.sandbox.mail.letters import Draft, written
from channels.sandbox.mail.seen import Attached, seen
from channels.settings import EmailSettings
from tests.channels.email.letters import (
    ADDRESS,
    AT,
    OFFICE,
    SARI,
    TOKENS,
    jpeg,
    letter,
    part,
    several,
    stored,
    understood,
)
from workflow.message import Address, Choice, Ignored, Message, Outbound, Receipt

HEAD = Letterhead(TOKENS, "Kecamatan Kanigaran")
PLUS = Letterhead(TOKENS, "Kecamatan Kanigaran", plus=True)
ASKED = Outbound(
    to=Address(OFFICE, "email", SARI),
    kind="question",
    text="Mohon kirim foto KTP.\n\nNama lengkap:\nAlamat:",
    choices=((Choice(label="Nanti", data="c:nanti"),),),
    label="7K3F",
)


def ours(head=HEAD, route=""):
    return composed(Parcel(ASKED, number=17, queued_at=AT, route=route), head)


def answer(client, words, *, head=HEAD, sender=SARI, attached=()):
    before = seen(ours(head).content, AT)
    draft = Draft(
        sender=sender, name="Sari Dewi", to=before.answer_to or ADDRESS, message_id="<b2@warga.example>", at=AT,
        text=words, answers=before, client=client, attached=attached,
    )  # fmt: skip
    return written(draft)


WORDS = "Nama lengkap: Sari Dewi\nAlamat: Jl. Mawar 3 – RT 3\n\nFotonya menyusul."


@pytest.mark.parametrize("client", ["gmail", "outlook", "iphone", "yahoo"])
@pytest.mark.parametrize("head", [HEAD, PLUS], ids=["plain address", "token address"])
def test_an_answer_from_any_program_is_its_words_alone(client, head):
    found = understood(answer(client, WORDS, head=head))
    assert isinstance(found, Message)
    assert found.text == WORDS
    assert found.reply_to == ours().message_id
    assert found.sender.claimed is False
    assert "Mohon kirim foto KTP." in found.whole


@pytest.mark.parametrize("client", ["gmail", "outlook", "iphone", "yahoo"])
def test_a_photo_without_words_says_nothing_of_ours(client):
    raw = answer(client, "", attached=(Attached("KTP.jpg", "image/jpeg", jpeg()),))
    found = understood(raw)
    assert (found.text, [each.name for each in found.attachments]) == ("", ["KTP.jpg"])


def test_an_answer_from_somebody_else_is_a_claim():
    found = understood(answer("gmail", "Saya suaminya.", sender="budi@warga.example"))
    assert found.reply_to == ours().message_id
    assert found.sender.claimed is True


def test_the_way_back_leads_into_the_same_thread():
    found = understood(answer("gmail", "Ya."))
    again = seen(ours(route=found.route).content, AT)
    assert again.in_reply_to == "<b2@warga.example>"
    assert again.references == (ours().message_id, "<b2@warga.example>")
    assert again.subject == "Re: Laporan Bapak/Ibu [7K3F]"


def test_our_own_mail_that_comes_back_is_set_aside():
    assert isinstance(understood(b"Delivered-To: x\r\n" + ours().content), Ignored)


def test_our_own_mail_returned_is_a_receipt():
    status = f"Final-Recipient: rfc822; {SARI}\nAction: failed\nStatus: 5.1.1\n"
    parts = (
        part("Gagal."),
        part(status, "message/delivery-status"),
        part(ours().content.decode().replace("\r\n", "\n"), "message/rfc822"),
    )
    kind, body = several("report", *parts)
    found = understood(letter(body, kind=f"{kind}; report-type=delivery-status", sender="MAILER-DAEMON@mx.example"))
    assert isinstance(found, Receipt)
    assert (found.ours, found.message, found.chat.chat, found.fact) == (17, ours().message_id, SARI, "gone")


def test_the_channel_reads_by_its_settings():
    server = {"host": "127.0.0.1", "port": 993, "user": "x", "password": "x"}
    settings = EmailSettings(address=ADDRESS, imap=server, smtp=server, authserv_id="mx.contoh.go.id")
    email = channel_of(OFFICE, settings, Ground(http=None, now=lambda: AT, secret=TOKENS.secret))
    raw = answer("gmail", "Ya.")
    assert email.read(stored(raw)) == understood(raw)
    assert email.envelope(stored(raw)).lane == f"email:kanigaran:{SARI}"
