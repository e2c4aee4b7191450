"""The proof that an answer was brought: by the news of its delivery, or by the hand that took it."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.clocks.when import say_date, say_moment
from workflow.papers import signing
from workflow.papers.letter import subject, words, written_at
from workflow.papers.sheet import Row, Sheet, Sign, dated, kop, last, person_of, rows, since_reopened
from workflow.papers.verification import verify
from workflow.record import Complaint, Entry
from workflow.say import channel_name, masked_address, say
from workflow.world import World

_STATES = ("sent", "delivered", "read")


def sending(complaint: Complaint, entries: Sequence[Entry], world: World) -> Sheet | None:
    """The proof of sending; None before the answer left."""
    if complaint.answered_at is None:
        return None
    standard = world.standard_of(complaint.standard)
    number = complaint.number or complaint.code
    fresh = since_reopened(entries)
    left = last(fresh, *signing.LEAVING)
    by_hand = complaint.citizen is None or (left is not None and left.act == "hand_over")
    role = standard.role(standard.delivers_at().actor).label
    taken_by = (left.data.get("received_by", "") if left else "") or person_of(complaint)
    taker = Sign(role=(say("papers.sending.taker"),), name=taken_by or say("papers.complaint.blank"))
    return Sheet(
        paper="sending",
        office=world.office.id,
        at=complaint.answered_at,
        name=say("papers.name.sending", number=number),
        kop=kop(standard),
        title=standard.prints.labels.get("tanda_terima_pengiriman") or say("papers.title.sending"),
        dated=dated(standard, complaint.answered_at, world),
        rows=(
            *rows(
                ("register", complaint.number or complaint.code),
                ("letter_number", complaint.letter_number),
                ("letter_date", say_date(world.office.calendar.local_date(written_at(complaint, world)))),
                ("about", subject(complaint, standard)),
                ("to", person_of(complaint) or signing.citizen_label(standard)),
            ),
            *(_handed(complaint, left, world) if by_hand else _sent(complaint, fresh, world)),
        ),
        signs=(*((taker,) if by_hand else ()), signing.noted(left, role, standard, world, pen=by_hand)),
        notes=(say("papers.sending.words", n=len(words(complaint, entries).split())),),
        verify=verify(complaint, world, beside=True),
    )


def _handed(complaint: Complaint, left: Entry | None, world: World) -> tuple[Row, ...]:
    at = left.at if left else complaint.answered_at
    files = (left.data.get("proof", "") if left else "").split()
    return rows(
        ("received_by", left.data.get("received_by", "") if left else ""),
        ("handed", say_moment(at, world.office.calendar.zone) if at else ""),
        ("handed_by", left.data.get("shared") or left.name if left else ""),
        ("proof", say("papers.sending.photos", n=len(files)) if files else ""),
    )


def _sent(complaint: Complaint, entries: Sequence[Entry], world: World) -> tuple[Row, ...]:
    """What the channel's provider told, each state when it was first known."""
    zone = world.office.calendar.zone
    assert complaint.citizen is not None
    told: dict[str, str] = {}
    for entry in entries:
        state = entry.data.get("state", "")
        if entry.act == "delivery" and entry.data.get("kind") == "answer" and state in _STATES:
            told.setdefault(state, say_moment(entry.at, zone))
    way = channel_name(complaint.citizen.channel)
    address = masked_address(complaint.citizen.chat)
    return rows(
        ("sent_through", say("papers.sending.way", way=way, address=address) if address else way),
        *((state, told[state]) for state in _STATES if state in told),
        ("status", _status(complaint, told)),
    )


def _status(complaint: Complaint, told: dict[str, str]) -> str:
    state = next((each for each in reversed(_STATES) if each in told), complaint.delivery or "waiting")
    return say(f"papers.sending.{state if state in (*_STATES, 'failed', 'uncertain') else 'waiting'}")
