"""What stands in one mail: the words with their papers and photos; on other channels each is a message of its own."""

import pytest
from msgspec.structs import replace

from tests.workflow.desk_people import office, opened, world
from workflow import decide
from workflow.happening import Due
from workflow.message import Enclosure, Limits, Outbound
from workflow.papers import issuing
from workflow.papers.joining import join
from workflow.world import Decision

MAIL = Limits(joined=True)


def at_ya(name: str, limits: Limits = MAIL):
    """(what leaves at YA, the world), the citizen writing on a channel of these limits."""
    decision, here = opened(office(name), limits_of={"telegram": limits})
    return join(decision + issuing.issue({}, decision, here), here), here


def to_citizen(decision: Decision) -> list[Outbound]:
    """What the citizen gets."""
    (complaint,) = decision.complaints
    return [each for each in decision.sends if each.to == complaint.citizen]


def wishes(decision: Decision) -> list[Due]:
    return [event for _, event in decision.posts if isinstance(event, Due) and event.kind.startswith("paper:")]


@pytest.mark.parametrize("name", ["kanigaran", "pekutatan", "dpmd-pasuruan"])
def test_the_receipt_stands_in_the_very_mail_that_says_the_number(name):
    decision, here = at_ya(name)
    (mail,) = to_citizen(decision)
    assert mail.kind == "receipt"
    assert [each.file for each in mail.along] == [each.timer.removeprefix("beside:") for each in wishes(decision)]
    assert mail.along[-1].name.startswith("Tanda terima")
    for wish in wishes(decision):
        (complaint,) = decision.complaints
        drawn = decide.decide(wish, world(here.office, complaints={complaint.id: complaint}))
        assert [each.file for each in drawn.fetches] == [wish.timer.removeprefix("beside:")]
        assert drawn.sends == (), "no second mail"
        assert [each.act for each in drawn.entries] == ["printed"]


def test_a_letter_to_be_signed_brings_the_words_that_say_so():
    decision, _ = at_ya("dpmd-pasuruan")
    (mail,) = to_citizen(decision)
    letter, receipt = (each.name for each in mail.along)
    assert letter.startswith("Surat pengaduan ")
    assert receipt.startswith("Tanda terima ")
    assert "untuk ditandatangani" in mail.text


def test_elsewhere_nothing_is_joined():
    decision, _ = at_ya("kanigaran", Limits())
    assert not any(each.along for each in decision.sends)
    assert [each.timer for each in wishes(decision)] == ["direct"]


def photo(message: Outbound, n: int, shown_as="photo") -> Outbound:
    return replace(message, text="", enclosure=Enclosure(file=f"p{n}", shown_as=shown_as), key=f"enclosure:{n}")


def test_photos_go_in_the_mail_of_the_answer_up_to_five_and_the_offices_own_file_by_itself():
    decision, here = opened(office("kedopok"), limits_of={"telegram": MAIL})
    (complaint,) = decision.complaints
    answer = Outbound(to=complaint.citizen, kind="answer", text="Sudah ditambal.", key="answer:1", about=complaint.id)
    other = replace(photo(answer, 9), about="k9")
    sends = (answer, photo(answer, 0, "document"), *(photo(answer, n) for n in range(1, 8)), other)
    joined = join(Decision(complaints=(complaint,), sends=sends), here)
    first, *rest = joined.sends
    assert [each.file for each in first.along] == ["p1", "p2", "p3", "p4", "p5"]
    assert (first.text, first.key) == ("Sudah ditambal.", "answer:1")
    assert [each.enclosure.file for each in rest] == ["p0", "p6", "p7", "p9"]


def test_without_words_to_go_with_a_paper_is_a_mail_of_its_own():
    decision, here = opened(office("kanigaran"), limits_of={"telegram": MAIL})
    issued = issuing.issue({}, decision, here)
    alone = Decision(complaints=decision.complaints, posts=issued.posts)
    assert join(alone, here) == alone
