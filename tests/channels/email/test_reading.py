"""A mail in, a value out: words, subjects, files, senders and threads, as real programs write them."""

from __future__ import annotations

import quopri
import re
import subprocess
import sys

import msgspec
import pytest

from channels.base import FetchError, Malformed
from channels.email.charsets import codec_of, decode
from channels.email.compose import Route
from channels.email.markup import converted
from channels.email.read import attached, envelope
from channels.email.senders import NOBODY
from tests.channels.email.letters import (
    ADDRESS,
    AT,
    OFFICE,
    SARI,
    SERVER,
    TOKENS,
    file_of,
    heard,
    heic,
    inside,
    jpeg,
    letter,
    part,
    png,
    several,
    stored,
    understood,
    winmail,
)
from tests.house.tree import ROOT
from workflow.message import Address, Attachment, BadPayload, Message, Sender

PASSED = f"{SERVER}; spf=pass smtp.mailfrom={SARI}; dmarc=pass (p=REJECT) header.from=warga.example"


def mixed(*parts, subject="", kind="mixed", **fields):
    declared, body = several(kind, *parts)
    return letter(body, subject, kind=declared, **fields)


# --- the whole value --------------------------------------------------------------------------------------------------


def test_a_mail_becomes_a_message():
    raw = letter("Lampu jalan mati.\n", "Lampu mati")
    key = envelope(stored(raw), OFFICE).key
    assert understood(raw) == Message(
        chat=Address(OFFICE, "email", SARI),
        id=key,
        sender=Sender(id=SARI, name="Sari Dewi", claimed=True),
        at=AT,
        reached_at=AT,  # what the server says, not what the mail claims
        text="Lampu jalan mati.",
        route='{"message_id":"<a1@warga.example>","references":"","subject":"Lampu mati"}',
    )


def test_key_and_lane_come_from_the_head():
    named = envelope(stored(letter("Lampu", sender="Sari <Sari@Warga.EXAMPLE>")), OFFICE)
    assert named.lane == f"email:kanigaran:{SARI}"
    assert re.fullmatch(r"mail:[0-9a-f]{64}", named.key)


@pytest.mark.parametrize("payload", [b"", b"x", b"X-Aduan-Taken: {}\r\nFrom: a@b.id\r\n\r\nx", b"\xff" * 100])
def test_a_payload_that_holds_no_mail_is_malformed(payload):
    with pytest.raises(Malformed):
        envelope(payload, OFFICE)


TRACES = [
    "Received: from a by b",
    "Delivered-To: x@y.id",
    "X-Spam-Score: 3",
    "Return-Path: <a@b.id>",
    "ARC-Seal: i=1",
    "DKIM-Signature: v=1",
    "Authentication-Results: mx; dmarc=pass",
]


@pytest.mark.parametrize("trace", TRACES)
def test_the_same_mail_by_another_way_has_the_same_key(trace):
    raw = letter("Lampu mati")
    assert envelope(stored(trace.encode() + b"\r\n " + b"more\r\n" + raw, uid=8), OFFICE) == envelope(
        stored(raw), OFFICE
    )


@pytest.mark.parametrize(
    "other",
    [
        letter("Lampu hidup"),
        letter("Lampu mati", "x"),
        letter("Lampu mati", date="Tue"),
        letter("Lampu mati", list_id="<a.b>"),
    ],
)
def test_another_mail_has_another_key(other):
    assert envelope(stored(other), OFFICE).key != envelope(stored(letter("Lampu mati")), OFFICE).key


# --- who wrote --------------------------------------------------------------------------------------------------------

SENDERS = {
    "Sari Dewi <Sari@Warga.Example>": (SARI, "Sari Dewi"),
    SARI: (SARI, ""),
    f"{SARI} (Sari Dewi)": (SARI, "Sari Dewi"),
    f'"camat@kec.go.id" <{SARI}>': (SARI, "camat@kec.go.id"),
    f"camat@kec.go.id <{SARI}>": (SARI, "camat@kec.go.id"),
    f"=?utf-8?Q?Siti=2C_Sari?= <{SARI}>": (SARI, "Siti, Sari"),
    f'=?utf-8?Q?"Sari_=3Ccamat=40kec.go.id=3E"?= <{SARI}>': (SARI, "Sari <camat@kec.go.id>"),
    f'"Siti, Sari" <{SARI}>, lain@warga.example': (SARI, "Siti, Sari"),
    f"Dewi, Sari <{SARI}>": (SARI, "Sari"),
    f"warga: {SARI}, lain@warga.example;": (SARI, ""),
    f"<@a.example,@b.example:{SARI}>": (SARI, ""),
    f"Sari <{SARI}": (SARI, "Sari"),
    f'"Sari \\"Neneng\\" Dewi" <{SARI}>': (SARI, 'Sari "Neneng" Dewi'),
    f"Sari\u202e\u200b Dewi <{SARI}>": (SARI, "Sari Dewi"),
    "Sari <sari@müller.example>": ("sari@xn--mller-kva.example", "Sari"),
    "": (NOBODY, ""),
    "<>": (NOBODY, ""),
    "Sari": (NOBODY, ""),
    "undisclosed-recipients:;": (NOBODY, ""),
    '"sari dewi"@warga.example': (NOBODY, ""),
    "a@b@c": (NOBODY, ""),
    f"Sari <{'a' * 70}@warga.example>": (NOBODY, ""),
}


@pytest.mark.parametrize("sender", SENDERS)
def test_the_sender_is_found_however_programs_write_it(sender):
    address, name = SENDERS[sender]
    raw = letter("halo", sender=sender)
    assert envelope(stored(raw), OFFICE).lane == f"email:kanigaran:{address}"
    if address == NOBODY:
        with pytest.raises(BadPayload, match="no sender"):
            understood(raw)
    else:
        assert understood(raw).sender == Sender(id=address, name=name, claimed=True)


def test_two_senders_in_two_fields_are_nobody():
    raw = b"From: camat@kec.go.id\r\n" + letter("halo")
    assert envelope(stored(raw), OFFICE).lane == "email:kanigaran:?"
    with pytest.raises(BadPayload):
        understood(raw)


PROOFS = {
    "nothing": ({}, True),
    "our server's word": ({"authentication_results": PASSED}, False),
    "our server's word with a version": ({"authentication_results": PASSED.replace(";", " 1;", 1)}, False),
    "another server's word": ({"authentication_results": PASSED.replace(SERVER, "mx.lain.example")}, True),
    "a word on another domain": ({"authentication_results": PASSED.replace("=warga.example", "=jahat.example")}, True),
    "a word on a domain below": ({"authentication_results": PASSED.replace("=warga.example", "=warga.example.jahat.example")}, True),
    "only SPF": ({"authentication_results": f"{SERVER}; spf=pass smtp.mailfrom={SARI}"}, True),
    "a failure": ({"authentication_results": f"{SERVER}; dmarc=fail header.from=warga.example"}, True),
    "a word that a stranger put into quotes": (
        {"authentication_results": f'{SERVER}; spf=pass smtp.mailfrom="a; dmarc=pass header.from=warga.example"@jahat.example'}, True,
    ),
    "a word that a stranger put into a comment": (
        {"authentication_results": f"{SERVER}; spf=none (helo; dmarc=pass header.from=warga.example)"}, True,
    ),
    "two words that differ": (
        {"authentication_results": f"{SERVER}; dmarc=pass header.from=warga.example; dmarc=fail header.from=warga.example"}, True,
    ),
    "an empty word": ({"authentication_results": ""}, True),
    "a tag written to them": ({"in_reply_to": TOKENS.message_id(17, SARI)}, False),
    "a tag written to them, by address": ({"to": TOKENS.reply_address(17, SARI.upper())}, False),
    "a tag written to somebody else": ({"in_reply_to": TOKENS.message_id(17, "lain@warga.example")}, True),
    "a tag nobody wrote": ({"in_reply_to": f"<aduan.kanigaran.17.{'a' * 26}@contoh.go.id>"}, True),
    "the tag of another office": ({"in_reply_to": TOKENS.message_id(17, SARI).replace("kanigaran", "kedopok")}, True),
    "the tag of another message": ({"in_reply_to": TOKENS.message_id(17, SARI).replace(".17.", ".18.")}, True),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "claimed"), PROOFS.values(), ids=PROOFS)
def test_who_wrote_is_a_claim_until_it_is_proven(fields, claimed):
    assert heard("halo", **fields).sender.claimed is claimed


def test_a_word_below_the_next_hop_came_with_the_mail():
    forged = f"Authentication-Results: {SERVER}; spf=none\r\nReceived: from x by y\r\nAuthentication-Results: {PASSED}\r\n".encode()
    assert understood(forged + letter("halo")).sender.claimed
    parted = f"Authentication-Results: {SERVER}; dkim=pass\r\nAuthentication-Results: {PASSED}\r\nReceived: from x by y\r\n".encode()
    assert not understood(parted + letter("halo")).sender.claimed


# --- threads ----------------------------------------------------------------------------------------------------------

OUR_17, OUR_18 = TOKENS.message_id(17, SARI), TOKENS.message_id(18, SARI)
ANSWERS = {
    "by address": ({"to": f'"Kecamatan" <{TOKENS.reply_address(17, SARI)}>'}, OUR_17),
    "by the address it was delivered to": ({"delivered_to": TOKENS.reply_address(17, SARI)}, OUR_17),
    "by In-Reply-To": ({"in_reply_to": OUR_17}, OUR_17),
    "with a comment and without brackets": ({"in_reply_to": f"your mail of Monday {OUR_17.strip('<>')}"}, OUR_17),
    "in an encoded word": ({"in_reply_to": f"=?utf-8?q?=3C{OUR_17.strip('<>').replace('@', '=40')}=3E?="}, OUR_17),
    "in capitals": ({"in_reply_to": OUR_17.upper()}, OUR_17),
    "by the newest of References": ({"references": f"<x@y.id> {OUR_17}\r\n {OUR_18} <z@y.id>"}, OUR_18),
    "by address before References": ({"to": TOKENS.reply_address(17, SARI), "references": OUR_18}, OUR_17),
    "nothing of ours": ({"in_reply_to": "<x@y.id>", "references": "<a@b.id>"}, ""),
}


@pytest.mark.parametrize(("fields", "ours"), ANSWERS.values(), ids=ANSWERS)
def test_the_mail_of_ours_that_is_answered_is_found(fields, ours):
    assert heard("Sudah saya kirim.", "Re: Lampu [KNG-2026-0001]", **fields).reply_to == ours


def test_the_way_back_holds_the_thread():
    ids = [f"<{n}@warga.example>" for n in range(40)]
    route = msgspec.json.decode(
        heard("x", "Re: =?utf-8?q?Lampu_=E2=80=93_mati?=", references=" ".join(ids)).route, type=Route
    )
    assert route.message_id == "<a1@warga.example>"
    assert route.references.split() == [ids[0], *ids[-20:]]
    assert route.subject == "Re: Lampu – mati"


def test_the_way_back_without_ids_is_empty_but_for_the_subject():
    route = msgspec.json.decode(heard("x", "Lampu", message_id="not an id").route, type=Route)
    assert route == Route(subject="Lampu")


# --- subject and text -------------------------------------------------------------------------------------------------

SUBJECTS = {
    "a subject that says all": ("Jalan Mawar rusak parah", "", "Jalan Mawar rusak parah"),
    "a subject that says more": ("Jalan Mawar rusak", "Mohon segera ditindak.", "Jalan Mawar rusak\nMohon segera ditindak."),
    "a subject that the text repeats": ("Jalan rusak", "Jalan di desa kami rusak.", "Jalan di desa kami rusak."),
    "a subject that says nothing": ("Pengaduan", "STATUS KNG-2026-0001", "STATUS KNG-2026-0001"),
    "no subject": ("", "Lampu mati", "Lampu mati"),
    "an answer": ("Re: Jalan Mawar rusak", "Sudah.", "Sudah."),
    "an Indonesian answer": ("Bls: Jalan Mawar rusak", "Sudah.", "Sudah."),
    "an answer to a forward": ("RE: FW: Jalan Mawar rusak", "Sudah.", "Sudah."),
    "a forward": ("Fwd: Jalan Mawar", "Mohon dibaca.", "Mohon dibaca."),
    "an Indonesian forward": ("Trs: Jalan Mawar", "Mohon dibaca.", "Mohon dibaca."),
    "our number": ("Laporan Bapak/Ibu [KNG-2026-0001]", "Belum selesai.", "[KNG-2026-0001]\nBelum selesai."),
    "our number in an answer": ("Re: Lampu [KNG-2026-0001]", "Belum selesai.", "[KNG-2026-0001]\nBelum selesai."),
    "our code": ("Re: Lampu [7K3F]", "Ini fotonya.", "[7K3F]\nIni fotonya."),
    "no code of ours": ("[SPAM] Lampu", "Lampu mati", "[SPAM] Lampu\nLampu mati"),
    "the number is in the text as well": ("Re: [KNG-2026-0001]", "KNG-2026-0001 belum selesai.", "KNG-2026-0001 belum selesai."),
    "labelled lines": ("Pengaduan", "Nama: Sari\nAlamat: Jl. Mawar 3\nHP: 0812\n", "Nama: Sari\nAlamat: Jl. Mawar 3\nHP: 0812"),
    "encoded, cut inside a character": ("=?utf-8?b?SmFsYW4g4oA=?=\r\n =?utf-8?b?kyBydXNhaw==?=", "", "Jalan – rusak"),
    "encoded twice": ("=?utf-8?Q?=3D=3Futf-8=3FQ=3FJalan=5Frusak=3F=3D?=", "", "Jalan rusak"),
    "raw bytes": ("Jalan – rusak", "", "Jalan – rusak"),
}  # fmt: skip


@pytest.mark.parametrize(("subject", "body", "text"), SUBJECTS.values(), ids=SUBJECTS)
def test_the_subject_is_part_of_what_is_said(subject, body, text):
    assert heard(body, subject).text == text


QUOTATION = "\n\nPada Sab, 15 Jun 2024 pukul 14.59 Kecamatan <kec@contoh.go.id> menulis:\n\n> Mohon kirim KTP.\n"


def test_an_answer_is_new_words_and_the_whole_stays_beside_them():
    message = heard(f"Sudah saya kirim.{QUOTATION}", "Re: Lampu", in_reply_to=OUR_17)
    assert message.text == "Sudah saya kirim."
    assert message.whole.startswith("Sudah saya kirim.\n\nPada Sab")
    assert message.whole.endswith("> Mohon kirim KTP.")


def test_nothing_is_lost_where_nothing_seems_new():
    message = heard(QUOTATION, "Re: Lampu")
    assert "Mohon kirim KTP." in message.text
    assert message.whole == ""


def test_a_photo_above_a_quotation_says_nothing_of_our_words():
    message = understood(mixed(part(QUOTATION), part(jpeg(), "image/jpeg"), subject="Re: Lampu"))
    assert message.text == ""
    assert "Mohon kirim KTP." in message.whole
    assert len(message.attachments) == 1


def test_a_photo_alone_is_called_by_its_subject():
    assert (
        understood(mixed(part(""), part(jpeg(), "image/jpeg"), subject="Lampu Jalan Mawar")).text == "Lampu Jalan Mawar"
    )


def test_a_forwarded_mail_is_content_and_not_first_hand():
    message = heard(f"Mohon dibaca.{QUOTATION}", "Fwd: Lampu")
    assert "Mohon kirim KTP." in message.text
    assert message.forwarded


BODIES = {
    "flowed": ("text/plain; charset=utf-8; format=flowed", "Jalan di \ndesa kami \nrusak.\n\n> dulu \n> begini\n-- \nSari", "Jalan di desa kami rusak.\n\n> dulu begini"),
    "flowed, deleting": ("text/plain; format=flowed; delsp=yes", "ja \nlan \nrusak", "jalanrusak"),
    "HTML": ("text/html; charset=utf-8", "<p>Jalan <b>rusak</b></p><p>di RT&nbsp;3</p><script>x()</script><style>p{}</style>", "Jalan rusak\n\ndi RT 3"),
    "HTML with a table": ("text/html", "<table><tr><td>Nama:</td><td>Sari</td></tr><tr><td>RT:</td><td>3</td></tr></table>", "Nama:  Sari\nRT:    3"),
    "HTML that hides a place": ("text/html", '<a href="https://maps.example/?q=-7.7,113.2">Lokasi saya</a>', "Lokasi saya (https://maps.example/?q=-7.7,113.2)"),
    "HTML saying its charset itself": ("text/html", "<meta charset=iso-8859-1><p>caf\u00e9</p>".encode("latin-1"), "café"),
    "no type at all": (None, "Jalan rusak", "Jalan rusak"),
    "half a type": ("text/", "Jalan rusak", "Jalan rusak"),
    "a word for a type": ("text", "Jalan rusak", "Jalan rusak"),
    "invisible signs": ("text/plain; charset=utf-8", "Ja\u200blan\u00a0ru\u00adsak\u202e\u0000\u0007", "Jalan rusak"),
    "lone carriage returns": ("text/plain", b"Jalan\rrusak\r\nparah", "Jalan\nrusak\nparah"),
    "a multipart without parts": ('multipart/mixed; boundary="x"', "Jalan rusak", "Jalan rusak"),
    "a multipart without a boundary": ("multipart/mixed", "Jalan rusak", "Jalan rusak"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "text"), BODIES.values(), ids=BODIES)
def test_the_body_is_read_whatever_it_is(kind, body, text):
    assert heard(body, kind=kind).text == text


MALFORMED = {
    "no closing boundary": b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\nJalan rusak',
    "a boundary with blanks": b'Content-Type: multipart/mixed; boundary="x y"\r\n\r\n--x y  \r\n\r\nJalan rusak\r\n--x y--\r\n',
    "bare line feeds": b"Subject: x\n\nJalan rusak",
    "bare carriage returns": b"Content-Type: text/plain\r\rJalan rusak",
    "no empty line": b"Subject: x\r\nJalan rusak",
    "a mailbox's separator": b"",
    "an unknown encoding": b"Content-Transfer-Encoding: rahasia\r\n\r\nJalan rusak",
    "base64 with dirt": b"Content-Transfer-Encoding: base64\r\n\r\nSmFs!YW4g\r\ncnVz*YWs",
    "base64 in pieces": b"Content-Transfer-Encoding: base64\r\n\r\nSmFsYW4=\r\nIHJ1c2Fr\r\n",
    "quoted-printable that isn't": b"Content-Transfer-Encoding: quoted-printable\r\n\r\nJalan=20rusak=\r\n",
    "uuencode": b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n+2F%L86X@<G5S86L\r\n`\r\nend\r\n",
}  # fmt: skip


@pytest.mark.parametrize("rest", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_mail_is_read_all_the_same(rest):
    separator = b"" if rest else b"From sari Mon Nov 23 09:00:00 2026\n"
    message = understood(separator + b"From: sari@warga.example\r\n" + (rest or b"\r\nJalan rusak"))
    assert "Jalan rusak" in (message.whole or message.text)
    assert "\ufffd" not in message.text


# --- parts ------------------------------------------------------------------------------------------------------------


def both(plain, html, **fields):
    return mixed(part(plain), part(html, "text/html; charset=utf-8"), kind="alternative", **fields)


def test_of_two_versions_the_plain_one_is_taken():
    message = understood(both("Jalan rusak", "<p>Jalan <b>rusak</b></p>"))
    assert (message.text, message.whole) == ("Jalan rusak", "")


@pytest.mark.parametrize(
    "plain",
    [
        "",
        " \n",
        "Please view this message in an HTML viewer.",
        "Surel ini berisi HTML; buka dengan aplikasi yang mendukung.",
    ],
)
def test_an_empty_or_pointing_plain_version_gives_way_to_the_other(plain):
    assert understood(both(plain, "<p>Jalan rusak</p>")).text == "Jalan rusak"


def test_marks_of_a_client_cut_a_quotation_whose_language_we_do_not_read():
    html = '<div>Sampun.</div><div class="gmail_quote"><div class="gmail_attr">Nalika Setu &lt;kec@contoh.go.id&gt; nyerat:</div><blockquote class="gmail_quote">KTP?</blockquote></div>'
    message = understood(both("Sampun.\n\nNalika Setu <kec@contoh.go.id> nyerat:\n\nKTP?", html, subject="Re: Lampu"))
    assert message.text == "Sampun."
    assert "KTP?" in message.whole


RICH_ANSWERS = {
    "Gmail": '<div dir="ltr">Sudah.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Pada Sab menulis:<br></div><blockquote class="gmail_quote">lama</blockquote></div>',
    "Apple": '<div>Sudah.</div><div><blockquote type="cite"><div>Pada 5 Mar, Kec menulis:</div>lama</blockquote></div>',
    "Outlook": '<div>Sudah.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Dari:</b> Kec</div><div>lama</div>',
    "Yahoo": '<div>Sudah.</div><div id="yqt" class="yahoo_quoted"><div>Pada Sel menulis:</div><div>lama</div></div>',
    "Thunderbird": '<p>Sudah.</p><div class="moz-cite-prefix">Pada 05/03 Kec menulis:</div><blockquote type="cite">lama</blockquote>',
    "Proton": '<div>Sudah.</div><div class="protonmail_quote">lama</div>',
}


@pytest.mark.parametrize("html", RICH_ANSWERS.values(), ids=RICH_ANSWERS)
def test_what_clients_mark_as_quoted_in_html_is_cut(html):
    message = heard(html, "Re: Lampu", kind="text/html; charset=utf-8")
    assert message.text == "Sudah."
    assert "lama" in message.whole


def test_answers_between_quotations_in_html_survive():
    html = '<div class="gmail_quote"><div class="gmail_attr">Pada Sab menulis:</div><blockquote class="gmail_quote">Di mana?</blockquote><div>Jalan Mawar.</div><blockquote class="gmail_quote">Kapan?</blockquote><div>Senin.</div></div>'
    assert heard(html, "Re: Lampu", kind="text/html").text.split() == ["Jalan", "Mawar.", "Senin."]


def test_texts_between_photos_are_all_read():
    message = understood(mixed(part("Sebelum."), part(jpeg(), "image/jpeg"), part("Sesudah.")))
    assert message.text == "Sebelum.\n\nSesudah."
    assert len(message.attachments) == 1


@pytest.mark.parametrize("name", ["laporan.txt", "catatan"])
def test_a_text_sent_as_a_file_is_read_along(name):
    message = understood(
        mixed(
            part("Lihat lampiran."),
            part("Isi laporan.", "text/plain", content_disposition=f'attachment; filename="{name}"'),
        )
    )
    assert message.text == "Lihat lampiran."
    assert f"Isi berkas {name}:\nIsi laporan." in message.whole
    assert message.attachments == ()


def test_text_that_exchange_made_a_file_is_text():
    message = understood(
        mixed(
            part("Awal."),
            part(jpeg(), "image/jpeg"),
            part(
                "<p>Akhir.</p>",
                'text/html; name="ATT00001.htm"',
                content_disposition='attachment; filename="ATT00001.htm"',
            ),
        )
    )
    assert message.text == "Awal.\n\nAkhir."
    assert len(message.attachments) == 1


def test_words_behind_the_last_boundary_are_kept():
    kind, body = several("mixed", part("Jalan rusak."))
    message = heard(f"{body}Tambahan di luar.", kind=kind)
    assert message.text == "Jalan rusak."
    assert "Tambahan di luar." in message.whole


# --- files ------------------------------------------------------------------------------------------------------------

BIG, SMALL = jpeg(), png(120, 40)
FILES = {
    "a photo": (part(BIG, 'image/jpeg; name="KTP.jpg"'), Attachment(kind="photo", ref="", name="KTP.jpg", mime="image/jpeg", size_bytes=len(BIG))),
    "a photo called something else": (
        part(BIG, "application/octet-stream", content_disposition='attachment; filename="KTP.bin"'),
        Attachment(kind="photo", ref="", name="KTP.bin", mime="image/jpeg", size_bytes=len(BIG)),
    ),
    "a nameless photo": (part(BIG, "image/jpeg"), Attachment(kind="photo", ref="", mime="image/jpeg", size_bytes=len(BIG))),
    "a photo said to be text": (part(BIG, "text/plain"), Attachment(kind="photo", ref="", mime="image/jpeg", size_bytes=len(BIG))),
    "HEIC": (part(heic(), 'image/heic; name="IMG_1.HEIC"'), Attachment(kind="photo", ref="", name="IMG_1.HEIC", mime="image/heic", size_bytes=len(heic()))),
    "a scan": (part(b"%PDF-1.4 x", 'application/pdf; name="KK.pdf"'), Attachment(kind="document", ref="", name="KK.pdf", mime="application/pdf", size_bytes=10)),
    "a program": (part(b"MZ..", 'application/x-msdownload; name="a.exe"'), Attachment(kind="document", ref="", name="a.exe", mime="application/x-msdownload", size_bytes=4)),
    "a page": (part("<p>x", "text/html", content_disposition="attachment; filename=a.html"), Attachment(kind="document", ref="", name="a.html", mime="text/html", size_bytes=4)),
    "a voice note": (part(b"OggS" + bytes(30), "audio/ogg"), Attachment(kind="voice", ref="", mime="audio/ogg", size_bytes=34)),
    "a recording": (part(bytes(30), "audio/x-wav"), Attachment(kind="audio", ref="", mime="audio/x-wav", size_bytes=30)),
    "a film": (part(b"\0\0\0\x18ftypmp42" + bytes(30), "application/octet-stream"), Attachment(kind="video", ref="", mime="video/mp4", size_bytes=42)),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "expected"), FILES.values(), ids=FILES)
def test_a_file_is_named_by_its_bytes_first(sent, expected):
    raw = mixed(part("Ini berkasnya."), sent)
    message = understood(raw)
    (found,) = message.attachments
    assert msgspec.structs.replace(found, ref="", unique="") == expected
    assert found.ref == f"{message.id}#2"
    assert len(file_of(raw, message)) == found.size_bytes
    assert message.text == "Ini berkasnya."


NAMES = {
    'attachment; filename="..\\\\..\\\\Windows\\\\x.jpg"': "x.jpg",
    'attachment; filename="/etc/passwd"': "passwd",
    "attachment; filename*=UTF-8''Surat%20J%C3%A9.pdf": "Surat Jé.pdf",
    "attachment; filename*0*=UTF-8''Surat%20; filename*1=\"Jawaban\"; filename*2*=%20%E2%80%93.pdf": "Surat Jawaban –.pdf",
    'attachment; filename="=?utf-8?B?Zm90byBLVFAuanBn?="': "foto KTP.jpg",
    "attachment; filename=foto ktp saya.jpg": "foto ktp saya.jpg",
    'attachment; filename="a\u202egpj.exe"': "agpj.exe",
    f'attachment; filename="{"a" * 300}.jpg"': "a" * 96 + ".jpg",
    'attachment; filename="a;b\\"c.jpg"': 'a;b"c.jpg',
    "attachment": "",
    'attachment; filename=""': "",
}


@pytest.mark.parametrize("disposition", NAMES)
def test_names_of_files_are_read_and_made_safe(disposition):
    message = understood(mixed(part("x"), part(BIG, "image/jpeg", content_disposition=disposition)))
    assert message.attachments[0].name == NAMES[disposition]


def shown(content, cid="a1@x", kind="image/jpeg"):
    related = inside(
        "related",
        part(f'<p>Ini</p><img src="cid:{cid}">', "text/html"),
        part(content, kind, content_id=f"<{cid}>", content_disposition="inline"),
    )
    return mixed(part("Ini"), related, kind="alternative")


DECORATION = {
    "a photo of a card": (jpeg(1200, 800), 1),
    "a small file": (jpeg(600, 400, size_bytes=3_000), 0),
    "a logo of many bytes": (jpeg(180, 180), 0),
    "a banner": (png(1200, 90, size_bytes=20_000), 0),
    "a picture whose size isn't known": (heic(), 1),
}


@pytest.mark.parametrize(("content", "count"), DECORATION.values(), ids=DECORATION)
def test_inline_photos_count_and_logos_do_not(content, count):
    assert len(understood(shown(content)).attachments) == count


def test_a_logo_sent_as_a_file_counts():
    assert len(understood(mixed(part("x"), part(SMALL, "image/png"))).attachments) == 1


def test_the_same_file_twice_counts_once():
    assert len(understood(mixed(part("x"), part(BIG, "image/jpeg"), part(BIG, "image/jpeg"))).attachments) == 1


def test_signatures_and_control_parts_are_no_files():
    message = understood(
        mixed(
            part("x"),
            part(b"s", 'application/pkcs7-signature; name="smime.p7s"'),
            part(b"p", "application/pgp-signature"),
            part(b"a", "application/applefile"),
            kind="signed",
        )
    )
    assert message.attachments == ()


def test_files_in_a_winmail_come_out():
    raw = mixed(
        part("Terlampir."),
        part(winmail(("KTP.jpg", BIG), ("KK.pdf", b"%PDF-1.4")), 'application/ms-tnef; name="winmail.dat"'),
    )
    message = understood(raw)
    assert [(each.name, each.kind, each.ref.rpartition("#")[2]) for each in message.attachments] == [
        ("KTP.jpg", "photo", "2.0"),
        ("KK.pdf", "document", "2.1"),
    ]
    assert file_of(raw, message, 0) == BIG
    assert file_of(raw, message, 1) == b"%PDF-1.4"


@pytest.mark.parametrize("broken", [b"x", winmail()[:8], winmail(("a", BIG))[:60]])
def test_a_winmail_that_cannot_be_read_is_a_file(broken):
    assert [
        each.name
        for each in understood(mixed(part("x"), part(broken, 'application/ms-tnef; name="winmail.dat"'))).attachments
    ] == ["winmail.dat"]


def attached_mail(inner, kind="message/rfc822"):
    return part(inner.decode().replace("\r\n", "\n"), kind)


def test_a_mail_in_a_mail_is_read_along_and_its_photos_are_theirs():
    inner = mixed(
        part("Lampu di Jalan Melati mati."),
        part(BIG, 'image/jpeg; name="lampu.jpg"'),
        subject="Lampu",
        sender="budi@warga.example",
    )
    raw = mixed(part("Mohon dibaca."), attached_mail(inner), part(b"%PDF-1.4", 'application/pdf; name="KK.pdf"'))
    message = understood(raw)
    assert message.sender.id == SARI
    assert message.text == "Mohon dibaca."
    assert [each.name for each in message.attachments] == ["lampu.jpg", "KK.pdf"]
    assert file_of(raw, message, 0) == BIG
    assert file_of(raw, message, 1) == b"%PDF-1.4"
    assert "dari budi@warga.example, perihal Lampu" in message.whole
    assert "Lampu di Jalan Melati mati." in message.whole


@pytest.mark.parametrize("kind", ["message/rfc822", 'application/octet-stream; name="Lampu.EML"'])
def test_where_only_a_mail_was_sent_along_its_words_are_said(kind):
    inner = letter("Lampu di Jalan Melati mati.", "Lampu", sender="Budi <budi@warga.example>")
    message = understood(mixed(part(""), attached_mail(mixed(part("Tolong."), attached_mail(inner)), kind)))
    assert message.attachments == ()
    assert "Tolong." in message.text
    assert (
        "Surel yang dilampirkan, dari Budi budi@warga.example, perihal Lampu:\nLampu di Jalan Melati mati."
        in message.text
    )


def test_where_only_a_text_was_sent_along_its_words_are_said():
    raw = mixed(part(""), part("Jalan berlubang.", 'text/plain; name="laporan.txt"'))
    assert understood(raw).text == "Jalan berlubang."


def test_a_mail_in_a_mail_that_cannot_be_read_is_a_file():
    broken = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 300
    raw = mixed(part("Terlampir."), attached_mail(b"Subject: Lampu\r\n" + broken))
    (found,) = understood(raw).attachments
    assert (found.name, found.mime) == ("Lampu.eml", "message/rfc822")


UNSUPPORTED = {
    "encrypted for PGP": (
        mixed(
            part("Version: 1", "application/pgp-encrypted"), part(b"x", "application/octet-stream"), kind="encrypted"
        ),
        "encrypted",
    ),
    "encrypted for S/MIME": (letter("x", kind='application/pkcs7-mime; name="smime.p7m"'), "encrypted"),
    "a piece of a mail": (letter("x", kind='message/partial; id="a"; number=1; total=2'), "partial"),
    "a pointer to a mail": (letter("x", kind='message/external-body; access-type="x"'), "partial"),
}


@pytest.mark.parametrize(("raw", "kind"), UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_what_cannot_be_taken_in_is_said(raw, kind):
    message = understood(raw)
    assert message.unsupported == kind
    assert message.attachments == ()


def test_a_mail_cut_off_gives_what_came_whole():
    raw = mixed(part("Jalan rusak."), part(BIG, "image/jpeg"), part(jpeg(900, 700), "image/jpeg"))
    message = understood(raw[:-20_000], whole=False)
    assert message.unsupported == "too_big"
    assert message.text == "Jalan rusak."
    assert [each.size_bytes for each in message.attachments] == [len(BIG)]


@pytest.mark.parametrize("place", ["#9", "#2.5", "", "#", "#x"])
def test_a_file_that_is_not_there_is_gone(place):
    with pytest.raises(FetchError) as raised:
        attached(stored(mixed(part("x"), part(BIG, "image/jpeg"))), f"mail:x{place}")
    assert (raised.value.reason, raised.value.again) == ("gone", False)


def test_a_file_of_no_mail_is_broken():
    with pytest.raises(FetchError, match="broken"):
        attached(b"x", "mail:x#1")


# --- character sets ---------------------------------------------------------------------------------------------------

RUSAK = "Jalan “rusak” – café"
CHARSETS = {
    "UTF-8": (RUSAK.encode(), "utf-8", RUSAK, True),
    "no label": (RUSAK.encode(), "", RUSAK, True),
    "windows-1252 labelled ISO 8859-1": (RUSAK.encode("cp1252"), "iso-8859-1", RUSAK, True),
    "windows-1252 labelled US-ASCII": (RUSAK.encode("cp1252"), "us-ascii", RUSAK, True),
    "UTF-8 labelled US-ASCII": (RUSAK.encode(), "us-ascii", RUSAK, True),
    "UTF-8 labelled ISO 8859-1": (RUSAK.encode(), "iso-8859-1", RUSAK, True),
    "ISO 8859-1": ("café".encode("latin-1"), "iso-8859-1", "café", True),
    "GBK labelled GB2312": ("镕测试".encode("gbk"), "gb2312", "镕测试", True),
    "CP949 labelled KS_C_5601": ("똠방각하".encode("cp949"), "ks_c_5601-1987", "똠방각하", True),
    "Shift-JIS of Windows": ("①髙".encode("cp932"), "shift_jis", "①髙", True),
    "ISO-2022-JP": ("日本語".encode("iso2022_jp"), "iso-2022-jp", "日本語", True),
    "UTF-7": ("café".encode("utf-7"), "utf-7", "café", True),
    "UTF-16": ("café".encode("utf-16"), "utf-16", "café", True),
    "Arabic": ("سلام".encode("cp1256"), "windows-1256", "سلام", True),
    "MySQL's name": (RUSAK.encode(), "utf8mb4", RUSAK, True),
    "an unknown label": (RUSAK.encode(), "x-unknown", RUSAK, True),
    "windows-1252 without a label": (RUSAK.encode("cp1252"), "", RUSAK, False),
    "windows-1252 labelled UTF-8": (RUSAK.encode("cp1252"), "utf-8", RUSAK, False),
    "UTF-8 cut in a character": (RUSAK.encode()[:-1], "utf-8", RUSAK[:-1] + "\ufffd", False),
    "bytes of nothing": (b"a\x81\x8d\x8f", "us-ascii", "a\ufffd\ufffd\ufffd", False),
    "a codec that is no charset": (b"abc", "rot13", "abc", True),
    "a codec that takes quadratic time": (b"abc-", "punycode", "abc-", True),
    "a codec that runs escapes": (b"\\x41", "unicode_escape", "\\x41", True),
}


@pytest.mark.parametrize(("data", "label", "text", "sure"), CHARSETS.values(), ids=CHARSETS)
def test_bytes_become_the_text_that_was_meant(data, label, text, sure):
    assert decode(data, label) == (text, sure)


@pytest.mark.parametrize("label", ["..os", "os.path", "x" * 300, "utf-8\0", "", "bz2", "zlib_codec", "idna"])
def test_a_label_never_looks_for_a_module(label):
    assert codec_of(label) == ""


def test_a_mail_that_was_guessed_at_says_so_to_the_staff():
    message = heard(RUSAK.encode("cp1252"), kind="text/plain; charset=utf-8")
    assert message.text == RUSAK
    assert message.whole.startswith("(Sebagian huruf surel ini tidak terbaca")
    assert message.unsupported == ""


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
def test_every_transfer_encoding_gives_the_same_text(encoding):
    body = {
        "7bit": RUSAK.encode(),
        "quoted-printable": quopri.encodestring(RUSAK.encode()),
        "base64": part(RUSAK.encode()).split("\n\n", 1)[1].encode(),
    }[encoding]
    assert heard(body, content_transfer_encoding=encoding).text == RUSAK


# --- HTML -------------------------------------------------------------------------------------------------------------

PAGES = {
    "nothing": ("", ""),
    "no tags": ("Jalan rusak", "Jalan rusak"),
    "a comment": ("<!-- a -->b", "b"),
    "a declaration": ("<?xml version='1.0' encoding='utf-8'?><p>b</p>", "b"),
    "tags never closed": ("<p>a<b>b<i>c", "abc"),
    "levels beyond the parser's": ("<div>" * 3_000 + "dalam" + "</div>" * 3_000, "dalam"),
    "endless distances": ("<p style='margin-top:1000000000em'>a</p><p style='padding-left:99999999em'>b</p>", "a\n\nb"),
    "hidden words": ("<p>a</p><div style='display:none'>b</div>", "a"),
    "a picture": ("<p>a<img src='http://x/pixel.gif' alt='x'></p>", "a"),
}


@pytest.mark.parametrize(("html", "text"), PAGES.values(), ids=PAGES)
def test_html_becomes_the_text_that_is_seen(html, text):
    assert converted(html).whole == text


def test_a_wide_and_long_table_stays_small():
    html = f"<table><tr><td>{'x' * 20_000}</td><td>y</td></tr>{'<tr><td>a</td><td>b</td></tr>' * 300}</table>"
    assert len(converted(html).whole) < 2 * len(html)


def test_our_own_address_is_what_this_file_thinks():
    assert TOKENS.address == ADDRESS


def test_a_plain_mail_loads_no_library_for_html_or_guessing():
    script = (
        "import sys\n"
        "from tests.channels.email.letters import heard\n"
        "assert heard('Lampu mati').text == 'Lampu mati'\n"
        "print('LOADED', *(name for name in ('lxml', 'inscriptis', 'charset_normalizer', 'imap_tools', 'aiosmtplib') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["LOADED"]
