"""A photo that was received before a question was asked is no answer to it: nobody knows yet what it shows."""

from __future__ import annotations

from datetime import timedelta

from tests.workflow.talk import Player


def until_the_place() -> Player:
    """A citizen at Kanigaran who has been asked for the photo of the place, the last thing."""
    citizen = Player()
    citizen.say("jalan depan SD rusak parah")
    citizen.photo("ini kk nya")
    citizen.now += timedelta(seconds=30)
    citizen.photo("ini ktp nya")
    assert citizen.draft.asked == "location_photo"
    return citizen


def test_a_photo_that_lay_while_the_question_came_is_asked_about() -> None:
    citizen = until_the_place()
    citizen.received_at = citizen.now - timedelta(seconds=20)
    said = citizen.photo()
    assert citizen.draft.papers[-1].sort == "", "it may be a card: it must not enter the group as a place"
    assert any("mana" in out.text.lower() or "apa" in out.text.lower() for out in said)


def test_a_photo_that_answers_the_question_is_filed_as_its_answer() -> None:
    citizen = until_the_place()
    citizen.received_at = citizen.now
    citizen.photo()
    assert citizen.draft.papers[-1].sort == "location_photo"


def test_a_late_photo_that_says_what_it_is_needs_no_question() -> None:
    citizen = until_the_place()
    citizen.received_at = citizen.now - timedelta(seconds=20)
    citizen.photo("foto lokasi")
    assert citizen.draft.papers[-1].sort == "location_photo"
