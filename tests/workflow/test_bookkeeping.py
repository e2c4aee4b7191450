"""The books at the desk: who may have which copy where, and the recap that comes by itself once a month."""

from __future__ import annotations

import json

import pytest

from tests.workflow.desk_people import DESK, moment
from tests.workflow.desk_scene import Scene
from workflow.desk.bookkeeping import MONTHLY, recap_timer
from workflow.say import say


class Asked(dict):
    """What the bench finds when a file is fetched, and what was asked for."""

    def __init__(self):
        super().__init__()
        self.refs = []

    def get(self, ref, default=None):
        self.refs.append(ref)
        return super().get(ref, default)


def scene(name="kanigaran", **more):
    made = Scene(name, changes={"linked": True}, **more)
    made.bench.arrivals = Asked()
    return made


def asked(here):
    return [json.loads(ref) for ref in here.bench.arrivals.refs if ref.startswith('{"book"')]


def said(here):
    return [each.text for each in here.sent]


def test_the_register_of_a_month_comes_as_paper_and_as_workbook_without_names_in_the_group():
    here = scene()
    here.say("Petugas Satu", "/register")
    assert [(each["shape"], each["names"]) for each in asked(here)] == [("pdf", False), ("xlsx", False)]
    assert asked(here)[0] | {"shape": "", "names": 0} == {
        "book": "register", "office": "kanigaran", "first": "2026-11-01", "last": "2026-11-30", "shape": "", "names": 0,
    }  # fmt: skip
    first, second = here.sent
    assert first.text.startswith("Buku register pengaduan, periode November 2026.\n")
    assert "kirim /register di obrolan pribadi" in first.text
    assert (first.to.chat, first.enclosure.shown_as, first.enclosure.name) == (DESK, "document", "register 2026-11")
    assert second.enclosure.file != first.enclosure.file


def test_names_are_in_the_copy_of_a_linked_private_chat_alone_and_it_may_not_be_forwarded():
    here = scene()
    here.say("Sekcam", "/register 2026", private=True)
    (only,) = asked(here)
    assert (only["shape"], only["names"], only["last"]) == ("xlsx", True, "2026-12-31")
    (sent,) = here.sent
    assert sent.protect
    assert sent.to.chat == str(here.who("Sekcam").id)


def test_the_book_is_called_as_the_office_calls_it():
    here = scene("pegantenan")
    here.say("Camat", "/register oktober")
    assert said(here)[0].startswith("Buku Rekap Pengaduan, periode Oktober 2026.")


@pytest.mark.parametrize("command", ["/register", "/rekap"])
def test_only_officers_the_secretary_and_the_head_may_have_the_books(command):
    here = scene()
    here.say("Kasi Satu", command)
    assert asked(here) == []
    assert said(here) == [say("books.desk.not_yours")]
    here.say("nobody", command, user="12345")
    assert asked(here) == []


@pytest.mark.parametrize(
    ("words", "key"), [("kapan-kapan", "period_how"), ("13-2026", "period_how"), ("2031", "future")]
)
def test_a_period_that_cannot_be_is_answered_in_words(words, key):
    here = scene()
    here.say("Camat", f"/register {words}")
    assert asked(here) == []
    assert said(here)[0].split(".")[0] == say(f"books.desk.{key}", period="tahun 2031").split(".")[0]


def test_the_recap_comes_as_picture_and_workbook():
    here = scene()
    here.say("Camat", "/rekap november 2026")
    assert [(each["book"], each["shape"]) for each in asked(here)] == [("recap", "png"), ("recap", "xlsx")]
    assert [each.enclosure.shown_as for each in here.sent] == ["photo", "document"]
    assert said(here) == ["Rekapitulasi pengaduan, periode November 2026.", ""]


def test_in_a_private_chat_that_is_not_linked_the_command_is_a_citizens_message():
    here = Scene("kanigaran")
    here.say("Camat", "/register", private=True)
    assert not any(each.enclosure for each in here.sent)


def test_news_of_a_drawn_book_says_nothing_and_of_a_failed_one_what_to_do():
    here = scene()
    from workflow.happening import FileFailed, FileReady

    ready = FileReady(chat=here.group, at=here.bench.now, file="id1.book-register", type="other", mime="x", size_bytes=1, sha256="")  # fmt: skip
    assert here.bench.feed(ready) == []
    failed = FileFailed(chat=here.group, at=here.bench.now, file="id1.book-register", reason="broken")
    assert [each.text for each in here.bench.feed(failed)] == [say("books.desk.failed")]


# --- by itself --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "rings", "subject"),
    [
        ("2026-11-23 09:12", "2026-12-01 07:30", "2026-11"),
        ("2026-12-01 07:29", "2026-12-01 07:30", "2026-11"),
        ("2026-12-01 07:30", "2027-01-04 07:30", "2026-12"),
        ("2027-01-02 10:00", "2027-01-04 07:30", "2026-12"),
    ],
)
def test_the_bell_is_set_for_the_first_working_day(at, rings, subject):
    here = Scene("kanigaran", changes={"empty": True})
    here.bench.now = moment(here.bench.office, at)
    from tests.workflow.desk_people import world

    (timer,) = recap_timer(world(here.bench.office, at))
    assert (timer.due_at, timer.subject, timer.kind) == (moment(here.bench.office, rings), subject, MONTHLY)
    assert timer.key == f"recap:kanigaran:{subject}"


def test_the_recap_of_each_month_is_posted_once_and_the_next_bell_is_set():
    here = scene()
    here.bench.pass_time(moment(here.bench.office, "2027-02-10 12:00"))
    posted = [(each["book"], each["first"], each["shape"]) for each in asked(here)]
    assert posted == [
        ("recap", first, shape) for first in ("2026-11-01", "2026-12-01", "2027-01-01") for shape in ("png", "xlsx")
    ]
    captions = [each.text for each in here.bench.sent if each.enclosure and "book" in each.enclosure.file and each.text]
    assert captions[0] == say("books.desk.recap_first", period="November 2026")
    assert all(each.to == here.group for each in here.bench.sent if each.enclosure and "book" in each.enclosure.file)


def test_months_that_went_by_unseen_are_caught_up_to_the_last_one():
    here = scene()
    from workflow.happening import Due

    here.bench.now = moment(here.bench.office, "2027-03-10 12:00")
    late = Due(chat=here.group, at=here.bench.now, timer="recap:kanigaran:2026-11", kind=MONTHLY, subject="2026-11")
    here.bench.feed(late)
    assert {each["first"] for each in asked(here)} == {"2027-02-01"}


def test_an_office_without_a_desk_rings_no_bell():
    from tests.workflow.desk_people import office, world

    assert recap_timer(world(office("kanigaran", desk=None))) == ()
