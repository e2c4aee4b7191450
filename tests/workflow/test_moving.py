"""The core knows one desk: what reaches or names a former chat is understood, and nothing goes out to one."""

from __future__ import annotations

import msgspec
import pytest

from tests.workflow.desk_people import office, world
from tests.workflow.desk_scene import Scene
from workflow import decide
from workflow.desk import moving
from workflow.message import Address, Message, Moved, Outbound, Press, Refers, Sender, Standing
from workflow.world import Decision, Needs

FORMER, NOW = "-4001", "-1009990001"
PLACE = msgspec.structs.replace(office("kanigaran", desk=NOW), former=(FORMER,))


def at(chat: str) -> Address:
    return Address("kanigaran", "telegram", chat)


def card(chat: str, reply_to: str) -> Outbound:
    return Outbound(to=at(chat), kind="card", text="x", reply_to=reply_to)


@pytest.mark.parametrize(
    ("chat", "reply_to", "wanted"),
    [
        (FORMER, "55", (NOW, "")),
        (FORMER, "key:card:1", (NOW, "key:card:1")),
        (NOW, f"{FORMER}.55", (NOW, "")),
        (NOW, "55", (NOW, "55")),
        ("501", "55", ("501", "55")),
    ],
)
def test_nothing_goes_to_a_former_chat_nor_answers_a_message_that_stands_there(chat, reply_to, wanted):
    decision = moving.sent_on(Decision(sends=(card(chat, reply_to),)), world(PLACE))
    assert [(each.to.chat, each.reply_to) for each in decision.sends] == [wanted]


def test_a_message_of_the_former_chat_is_found_under_the_name_it_has_in_the_store():
    here = world(PLACE)
    press = Press(chat=at(FORMER), id="p", sender=Sender(id="901"), at=here.now, data="d:stop:-:0:7", message_id="55")
    meant = moving.as_meant(press, PLACE)
    assert (meant.chat.chat, meant.message_id) == (NOW, f"{FORMER}.55")
    found = moving.to_be_found(Needs(messages=((meant.chat, meant.message_id), (at(NOW), "9"))))
    assert found.messages == ((at(FORMER), "55"), (at(NOW), "9"))
    known = moving.with_former(world(PLACE, refers={(FORMER, "55"): Refers(role="card")}))
    assert known.refers[NOW, meant.message_id] == Refers(role="card")
    assert decide.needs(press, PLACE, frozenset()).keys == (f"say:{FORMER}:7",), "a reply held there is stopped by it"


def test_only_an_answer_to_a_former_desk_counts_across_chats():
    here = world(PLACE)
    said = Message(chat=at(NOW), id="9", sender=Sender(id="901"), at=here.now, text="ya", private=False)
    for quotes, reply_to in (((FORMER, "55"), f"{FORMER}.55"), (("-7", "55"), ""), (("", ""), "")):
        assert moving.as_meant(msgspec.structs.replace(said, quotes=quotes), PLACE).reply_to == reply_to
    citizen = msgspec.structs.replace(said, chat=at("501"), private=True, quotes=(FORMER, "55"))
    assert moving.as_meant(citizen, PLACE).reply_to == "", "what a citizen quotes is nobody's card"


@pytest.mark.parametrize("chat", [FORMER, NOW])
def test_what_we_are_in_a_group_and_a_move_that_is_known_change_nothing(chat):
    here = world(PLACE)
    for event in (
        Standing(chat=at(chat), at=here.now, welcome=False),
        Moved(chat=at(chat), at=here.now, former=FORMER, to=NOW),
    ):
        done = decide.decide(event, here)
        assert (done.sends, done.moved, bool(done.ignored)) == ((), None, True)


def test_a_confidential_report_has_no_card_to_be_posted_again():
    made = Scene("kanigaran")
    for confidential, cards in ((False, 1), (True, 0)):
        complaint = msgspec.structs.replace(made.complaint, confidential=confidential)
        here = world(office("kanigaran"), complaints={complaint.id: complaint})
        bell = decide.decide(_bell(complaint.id, here), here)
        assert len([each for each in bell.sends if each.kind == "card"]) == cards


def _bell(subject: str, here):
    from workflow.happening import Due

    return Due(chat=at(here.office.desk), at=here.now, timer="", kind=moving.CARD_AGAIN, subject=subject)
