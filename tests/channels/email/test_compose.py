"""From a parcel to the bytes of a mail: what reaches the wire, and that it's the same at every attempt."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Parcel, Piece
from channels.email.compose import Letterhead, Route, composed, subject
from channels.email.tokens import Tokens
from channels.sandbox.mail.strict import complaints
from workflow.message import Address, Choice, Enclosure, Location, Outbound, SendError

TOKENS = Tokens("kanigaran", "kec_kanigaran@example.go.id", b"k" * 32)
HEAD = Letterhead(TOKENS, "Kecamatan Kanigaran", plus=True)
SARI = Address("kanigaran", "email", "sari@example.com")


def parcel(text="Terima kasih.", *, kind="answer", route=None, **further):
    names = {each for each in further if each in Outbound.__struct_fields__}
    message = Outbound(
        to=further.pop("to", SARI), kind=kind, text=text, **{name: further.pop(name) for name in names - {"to"}}
    )
    given = msgspec.json.encode(route).decode() if isinstance(route, Route) else route or ""
    return Parcel(message, queued_at=datetime(2026, 11, 2, 1, 0, tzinfo=UTC), number=17, route=given, **further)


def parsed(letter):
    return message_from_bytes(letter.content, policy=default)


def field(letter, name):
    """A field as it stands on the wire, its lines joined."""
    found = re.search(rb"^" + name.encode() + rb": ((?:.*\r\n[ \t])*.*)\r\n", letter.content, re.MULTILINE)
    return found[1].decode("ascii").replace("\r\n", "") if found else None


FULL = {
    "text": "Yth. Ibu Sari,\n\nLampu di Jalan Mawar sudah kami perbaiki – é ✓.\n" + "kata " * 60,
    "label": "KNG-2026-0001",
    "choices": (
        (Choice(label="Ya", data="y"), Choice(label="Belum", data="n")),
        (Choice(label="Peta", url="https://x.example/p?a=1&b=2"),),
    ),
    "enclosure": Enclosure(file="f", shown_as="document", name="surat.pdf"),
    "content": b"%PDF-1.7\n" + bytes(range(256)) * 300,
    "mime": "application/pdf",
    "file_name": "Surat Jawaban KNG-2026-0001 – é.pdf",
    "route": Route(message_id="<b@y.example>", references="<a@x.example>", subject="Lampu mati"),
}


def test_the_same_parcel_gives_the_same_bytes():
    first, second = composed(parcel(**FULL), HEAD), composed(parcel(**FULL), HEAD)
    assert first == second
    assert composed(parcel(**(FULL | {"text": "lain"})), HEAD) != first


def test_a_strict_server_finds_nothing_wrong():
    assert complaints(composed(parcel(**FULL), HEAD).content) == []


def test_no_line_is_longer_than_78():
    letter = composed(parcel(**FULL), HEAD)
    assert max(len(line) for line in letter.content.split(b"\r\n")) <= 78


def test_what_people_read_is_there_as_text_and_as_html():
    mail = parsed(composed(parcel(**FULL), HEAD))
    text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for body in (text, page):
        assert "Lampu di Jalan Mawar sudah kami perbaiki – é ✓." in body
        assert re.search(r"1\. Ya(<br>)?\r?\n2\. Belum(<br>)?\r?\n3\. Peta", body)
    assert '<a href="https://x.example/p?a=1&amp;b=2">' in page
    assert "3. Peta: https://x.example/p?a=1&b=2" in text


def test_a_letter_arrives_whole_and_with_its_name():
    mail = parsed(composed(parcel(**FULL), HEAD))
    (letter,) = mail.iter_attachments()
    assert letter.get_filename() == "Surat Jawaban KNG-2026-0001 – é.pdf"
    assert letter.get_content_type() == "application/pdf"
    assert letter.get_content() == FULL["content"]
    assert b"filename*=utf-8''Surat%20Jawaban%20KNG-2026-0001%20" in composed(parcel(**FULL), HEAD).content


def test_several_files_go_in_one_mail_beside_its_words_and_the_same_again():
    along = (
        Piece(b"%PDF-1.7 a", "application/pdf", "Surat jawaban.pdf"),
        Piece(b"\xff\xd8\xff", "image/jpeg", "foto.jpg"),
    )
    made = dataclasses.replace(parcel("Sudah ditambal."), along=along)
    files = list(parsed(composed(made, HEAD)).iter_attachments())
    assert [each.get_filename() for each in files] == ["Surat jawaban.pdf", "foto.jpg"]
    assert [each.get_content() for each in files] == [b"%PDF-1.7 a", b"\xff\xd8\xff"]
    assert composed(made, HEAD) == composed(made, HEAD)
    assert complaints(composed(made, HEAD).content) == []


def test_who_writes_to_whom_and_when():
    letter = composed(parcel(), HEAD)
    mail = parsed(letter)
    assert (letter.sender, letter.recipient) == ("kec_kanigaran@example.go.id", "sari@example.com")
    assert mail["From"] == "Kecamatan Kanigaran <kec_kanigaran@example.go.id>"
    assert mail["To"] == "sari@example.com"
    assert mail["Date"] == "Mon, 02 Nov 2026 01:00:00 +0000"
    assert mail["Cc"] is mail["Bcc"] is None


def test_the_message_id_and_the_answers_address_are_recognised_as_ours():
    letter = composed(parcel(), HEAD)
    (ours,) = TOKENS.in_ids(field(letter, "Message-ID"))
    (back,) = TOKENS.in_addresses([field(letter, "Reply-To")])
    assert (ours.number, back.number) == (17, 17)
    assert ours.message_id == letter.message_id
    assert TOKENS.was_sent_to(back, "sari@example.com")
    assert field(composed(parcel(), Letterhead(TOKENS)), "Reply-To") is None


def test_long_ids_are_literal_on_the_wire():
    long = f"<{'a' * 104}@mail.example>"
    assert len(long) > 115
    letter = composed(parcel(route=Route(message_id=long, references=f"<first@x> {long[:-1]}x>", subject="x")), HEAD)
    assert f"\r\nIn-Reply-To: {long}\r\n".encode() in letter.content
    assert f"\r\n {long[:-1]}x>\r\n {long}\r\n".encode() in letter.content
    assert b"=?" not in letter.content.partition(b"\r\n\r\n")[0]


def test_references_keep_their_order_the_first_and_the_last_twenty():
    ids = [f"<{n}@x>" for n in range(60)]
    letter = composed(parcel(route=Route(message_id=ids[-1], references=" ".join(ids[:-1]), subject="x")), HEAD)
    assert field(letter, "References").split() == [ids[0], *ids[-20:]]


ODD_ROUTES = {
    "nothing": "",
    "no JSON": "<a@b>",
    "no id": '{"message_id": "abc", "references": "", "subject": "Lampu"}',
    "lines in an id": '{"message_id": "<a\\r\\nBcc: x@y>", "subject": "Lampu\\r\\nBcc: x@y"}',
    "an endless id": msgspec.json.encode(Route(message_id=f"<{'a' * 5000}@b>")).decode(),
    "other letters in an id": '{"message_id": "<é@b>"}',
}


@pytest.mark.parametrize("route", ODD_ROUTES.values(), ids=ODD_ROUTES)
def test_a_route_that_makes_no_sense_begins_a_thread(route):
    letter = composed(parcel(route=route), HEAD)
    assert field(letter, "In-Reply-To") is None
    assert complaints(letter.content) == []
    assert "\nBcc:" not in letter.content.decode()


SUBJECTS = [
    ("Lampu mati", "KNG-2026-0001", "Re: Lampu mati [KNG-2026-0001]"),
    ("Re: Lampu mati [KNG-2026-0001]", "KNG-2026-0001", "Re: Lampu mati [KNG-2026-0001]"),
    ("Re: Lampu mati [7K3F]", "KNG-2026-0001", "Re: Lampu mati [KNG-2026-0001]"),
    ("Re: Lampu mati [KNG-2026-0001]", "", "Re: Lampu mati [KNG-2026-0001]"),
    ("Bls: RE: Re[2]: Balas: Fwd: Trs: TERUSAN: Lampu", "7K3F", "Re: Lampu [7K3F]"),
    ("Resmi: Lampu", "", "Re: Resmi: Lampu"),
    ("re:", "7K3F", "Laporan Bapak/Ibu [7K3F]"),
    ("", "KNG-2026-0001", "Laporan Bapak/Ibu [KNG-2026-0001]"),
    ("", "", "Pesan untuk Bapak/Ibu"),
    ("Lampu\r\n mati\tlagi\u202e", "", "Re: Lampu mati lagi"),
]


@pytest.mark.parametrize(("theirs", "label", "ours"), SUBJECTS)
def test_a_subject_goes_on_with_one_re_and_the_label_once(theirs, label, ours):
    assert subject(theirs, label) == ours


def test_an_endless_subject_is_cut_and_keeps_its_label():
    letter = composed(
        parcel(label="KNG-2026-0001", route=Route(message_id="<a@b>", subject="Bls: " * 20 + "é" * 5000)), HEAD
    )
    assert parsed(letter)["Subject"].endswith("é [KNG-2026-0001]")
    assert complaints(letter.content) == []


# kind, in a thread -> Auto-Submitted, X-Auto-Response-Suppress, Precedence
WHO_WROTE = [
    ("answer", True, None, None, None),
    ("answer", False, None, None, None),
    ("question", True, "auto-replied", "All", None),
    ("receipt", True, "auto-replied", "All", None),
    ("ack", True, "auto-replied", "All", None),
    ("notice", True, "auto-replied", "All", None),
    ("notice", False, "auto-generated", "All", "bulk"),
    ("summary", False, "auto-generated", "All", None),
]


@pytest.mark.parametrize(("kind", "threaded", *"asp"), WHO_WROTE)
def test_what_no_person_wrote_says_so(kind, threaded, a, s, p):
    route = Route(message_id="<a@b>", subject="x") if threaded else ""
    letter = composed(parcel(kind=kind, route=route), HEAD)
    assert [field(letter, name) for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence")] == [a, s, p]
    assert field(letter, "X-Loop") == "kec_kanigaran@example.go.id"


def test_a_place_is_words_and_a_link():
    place = Location(latitude=-7.75, longitude=113.2, title="Pasar", address="Jalan Mawar 1")
    text = parsed(composed(parcel("", location=place), HEAD)).get_body(("plain",)).get_content()
    assert text.splitlines()[:2] == ["Pasar", "Jalan Mawar 1"]
    assert "https://www.google.com/maps?q=-7.75,113.2" in text


def test_hostile_words_stay_words():
    letter = composed(parcel('<script>x</script>\0\x1b[31m "a" & b\r\n.\r\nBcc: x@y\u2028'), HEAD)
    assert complaints(letter.content) == []
    page = parsed(letter).get_body(("html",)).get_content()
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page
    assert parsed(letter)["Bcc"] is None


def test_a_file_with_a_hostile_name_and_type_is_only_a_file():
    letter = composed(parcel(content=b"x", mime="text/html; evil", file_name='..\\a/b"\r\nX: y\0é.pdf'), HEAD)
    (part,) = parsed(letter).iter_attachments()
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_filename() == '..-a-b" X: y é.pdf'


def test_an_address_in_another_script_has_an_ascii_domain():
    assert (
        composed(parcel(to=Address("k", "email", "sari@bücher.example")), HEAD).recipient
        == "sari@xn--bcher-kva.example"
    )


@given(
    text=st.text(min_size=1, max_size=400),
    theirs=st.text(max_size=300),
    label=st.text(max_size=20),
    name=st.text(max_size=80),
)
def test_whatever_stands_in_a_mail_a_strict_server_takes_it(text, theirs, label, name):
    route = Route(message_id="<a@b>", subject=theirs)
    made = parcel(f"{text}.", route=route, label=label, content=b"x", file_name=name)
    letter = composed(made, Letterhead(TOKENS, name))
    assert complaints(letter.content) == []
    assert letter == composed(made, Letterhead(TOKENS, name))


REFUSED = {
    "an edit": {"kind": "edit"},
    "a deletion": {"kind": "delete"},
    "nothing to say": {"text": " \n"},
    "a lost file": {"enclosure": Enclosure(file="f")},
    "no address": {"to": Address("k", "email", "?")},
    "two addresses": {"to": Address("k", "email", "a@b, c@d")},
    "a line in an address": {"to": Address("k", "email", "a@b\r\nBcc: c@d")},
    "a local part no server was asked about": {"to": Address("k", "email", "é@b.example")},
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_mail_can_say_is_refused(case):
    with pytest.raises(SendError) as told:
        composed(parcel(**REFUSED[case]), HEAD)
    assert told.value.fact == "refused"


def test_without_its_number_and_time_a_mail_would_differ_each_time_and_is_refused():
    for missing in (
        Parcel(parcel().message, number=17),
        Parcel(parcel().message, queued_at=datetime(2026, 11, 2, tzinfo=UTC)),
    ):
        with pytest.raises(SendError):
            composed(missing, HEAD)


def test_the_stand_ins_server_does_find_faults():
    wrong = b"From: a@b\nTo: c@d\r\nIn-Reply-To: =?utf-8?q?=3Ca=40b=3E?=\r\nSubject: " + b"x" * 1200 + b"\r\n\r\n\xe9"
    assert len(complaints(wrong)) >= 6
