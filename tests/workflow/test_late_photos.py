"""A photo that was received before a question was asked is no answer to it: nobody knows yet what it shows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.limits import LIMITS
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


# Where photos that are sent together come one by one, without a common name


def on_whatsapp() -> Player:
    """A citizen at Kanigaran who has been asked for the KK."""
    citizen = Player(limits=LIMITS["whatsapp"], channel="whatsapp")
    citizen.say("jalan depan SD rusak parah")
    assert citizen.draft.asked == "kk"
    return citizen


def test_the_next_photo_of_an_album_answers_no_question_that_was_not_yet_put() -> None:
    citizen = on_whatsapp()
    for gap_s in (0.0, 1.5, 1.5):
        citizen.now += timedelta(seconds=gap_s)
        citizen.photo()
    assert [paper.sort for paper in citizen.draft.papers] == ["", "", ""], "nobody knows which is which"
    citizen.now += timedelta(seconds=2)
    (said,) = [out for out in citizen.sent[1:] if out.not_before is None or out.not_before <= citizen.now]
    assert said.text.startswith("Foto 1-3: mana KK"), "acknowledged once"


def test_a_photo_beside_the_last_that_was_asked_for_makes_that_doubtful_too() -> None:
    citizen = on_whatsapp()
    citizen.photo("ini kk nya")
    citizen.photo("ini ktp nya")
    citizen.now += timedelta(seconds=3)
    assert citizen.draft.asked == "location_photo"
    citizen.photo()
    citizen.photo()
    assert [paper.sort for paper in citizen.draft.papers] == ["kk", "ktp", "", ""], "one of them may be a card"


@pytest.mark.parametrize("pause_s", [2, 60])
def test_photos_sent_one_after_the_other_answer_one_question_each(pause_s) -> None:
    citizen = on_whatsapp()
    for _ in range(3):
        citizen.photo()
        citizen.now += timedelta(seconds=pause_s)
    assert [paper.sort for paper in citizen.draft.papers] == ["kk", "ktp", "location_photo"]
