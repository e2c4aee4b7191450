"""What a member of staff wrote in reply to a message of ours: to the citizen, for the step, or a note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from msgspec.structs import replace

from workflow import numbers
from workflow.conversation import Paper
from workflow.desk import deadlines, lookup, more_acts
from workflow.desk import requests as desk_requests
from workflow.desk.buttons import YES, ask_again, held_key, stop_button
from workflow.desk.catat import written_down
from workflow.desk.duty import duties, entering, shared_phone
from workflow.desk.posting import post, said_back, trusted
from workflow.desk.taken import papers_of
from workflow.happening import GistTyped
from workflow.message import Address, Message, Outbound, Refers, address_of
from workflow.office import Staff
from workflow.privacy import requests
from workflow.procedure import capacity, telling
from workflow.procedure import complaint as complaints
from workflow.procedure.case import Refused
from workflow.procedure.numbering import is_counted
from workflow.procedure.progress import FIELD, PROOF, part_of
from workflow.procedure.rights import check, has_turn, has_words, is_officer
from workflow.procedure.stages import ACTS
from workflow.record import Act, Complaint, Entry, Pending
from workflow.say import lines, say
from workflow.world import Decision, World

NOTE = "."
"""Text that begins with a dot is a note and never leaves the office."""

_TEXT_ACTS = {"report": "write", "draft": "write", "number": "number", "deliver": "reword", "archive": "archive"}
_PROVEN = "hand_over"
"""The act whose proof may be a photo: the slip that whoever received the answer signed."""
_WITH_PAPER = ("report", "draft", "approve", "sign", "number", "deliver")


def replied(message: Message, refers: Refers, world: World) -> Decision:
    """What becomes of a reply to a message of ours. Only registered staff are heard."""
    if message.sender.anonymous:
        return said_back(world, message.chat, message.id, "desk.refused.anonymous")
    person = world.office.at_work(message.sender.id)
    if person is None:
        return said_back(world, message.chat, message.id, "desk.refused.not_staff")
    if message.edited:
        if refers.role in ("relay", "question"):
            return said_back(world, message.chat, message.id, "desk.post.edit_not_sent")
        return Decision(ignored="an edited reply of the staff")
    complaint = world.complaints.get(refers.complaint)
    act = _ROLES.get(refers.role)
    if act is None:
        return Decision(ignored=f"a reply to a message of role {refers.role}")
    try:
        return act(message, refers, person, complaint, world)
    except Refused as no:
        return said_back(world, message.chat, message.id, no.key, **no.fields)


# --- to the citizen ---------------------------------------------------------------------------------------------------


def _relay(message: Message, refers: Refers, person: Staff, complaint: Complaint | None, world: World) -> Decision:
    """A petugas, or the person whose turn it is, speaks to the citizen; others are told that it stays here."""
    standard = world.standard_of(complaint.standard) if complaint else world.office.standard
    mine = is_officer(person, standard) or (complaint is not None and has_turn(person, complaint, world))
    mine = mine or (complaint is None and _is_trusted(message, person, world))
    if message.text.lstrip().startswith(NOTE):
        return _note(message, refers, person, complaint, world)
    if not mine:
        return said_back(world, message.chat, message.id, "desk.post.not_sent")
    lane = refers.conversation or (complaint.citizen.lane if complaint and complaint.citizen else "")
    if not lane:
        raise Refused("desk.refused.no_chat")
    text = message.text.strip()
    if not text:
        raise Refused("desk.refused.no_words")
    return _held(message, telling.from_staff(text), address_of(lane), person, complaint, world)


def _is_trusted(message: Message, person: Staff, world: World) -> bool:
    """Whether this was shown, in private, to one of those who may know of confidential reports."""
    return message.private and person in trusted(world)


def _held(
    message: Message, text: str, to: Address, person: Staff, complaint: Complaint | None, world: World
) -> Decision:
    """The words leave after a short while in which they can still be stopped."""
    hold_s = world.office.reply_hold_s
    chat = message.chat.chat
    outgoing = Outbound(
        to=to,
        kind="notice",
        text=text,
        key=held_key("say", chat, message.id),
        about=complaint.id if complaint else to.lane,
        label=(complaint.number or complaint.code) if complaint else "",
        not_before=world.now + timedelta(seconds=hold_s),
        priority=1,
    )
    shown = post(
        world,
        message.chat,
        lines(
            say("desk.post.held", seconds=hold_s),
            say("desk.post.held_words_only") if message.attachments else "",
        ),
        about=complaint,
        key=held_key("held", chat, message.id),
        refers=Refers(
            role="held", complaint=complaint.id if complaint else "", conversation=to.lane, person=str(person.id)
        ),
        reply_to=message.id,
        choices=((stop_button(message.id),),),
    )
    entries = (line_of(complaint, "reply", message.text.strip(), person, world),) if complaint else ()
    return Decision(sends=(outgoing, shown), entries=entries)


def line_of(complaint: Complaint, act: str, text: str, person: Staff, world: World) -> Entry:
    """What somebody of the staff wrote or decided beside the steps, as a line of the record."""
    return Entry(
        complaint=complaint.id,
        at=world.now,
        act=act,
        by=f"staff:{person.id}",
        name=capacity.name_of(person, world.office, world.now),
        step=complaint.step,
        text=text,
        data=capacity.on_duty_data(person, world.office, world.now),
        version=complaint.version,
    )


def _note(message: Message, _: Refers, person: Staff, complaint: Complaint | None, world: World) -> Decision:
    text = message.text.lstrip().removeprefix(NOTE).strip()
    shown = said_back(world, message.chat, message.id, "desk.post.noted")
    if complaint is None or not text:
        return shown
    return complaints.apply(complaint, Act(kind="note", by=f"staff:{person.id}", text=text), world) + shown


# --- the step's own text ----------------------------------------------------------------------------------------------


def _card(message: Message, refers: Refers, person: Staff, complaint: Complaint | None, world: World) -> Decision:
    """A reply to the card: a report, a draft, a number, other words for the answer; anything else is a note."""
    if complaint is None:
        raise Refused("desk.refused.gone")
    is_note = message.text.lstrip().startswith(NOTE)
    if (
        message.attachments
        and is_officer(person, world.standard_of(complaint.standard))
        and not _takes_paper(complaint, world)
    ):
        return _document(message, person, complaint, world)
    if is_note or not (has_turn(person, complaint, world) or _helps_with_photos(message, person, complaint, world)):
        return _note(message, refers, person, complaint, world)
    part = part_of(complaint, world.standard_of(complaint.standard)).act
    kind = _TEXT_ACTS.get(part, "")
    if kind and refers.detail != str(complaint.card):
        raise Refused("desk.refused.already")
    papers, fetches = _step_papers(message, complaint, part, world)
    if not kind and not papers:
        return _note(message, refers, person, complaint, world)
    text = message.text.strip()
    if papers and not has_turn(person, complaint, world):
        kind = ""
    elif papers and not text:  # the paper alone: its words stay as they are, or say where to look
        from_field = all(paper.sort == FIELD for paper in papers)
        kind = "" if kind == "number" or from_field or has_words(complaint, part) else kind
        text = "" if from_field else say("telling.enclosed")
    if kind == "number" and is_counted(world.office.standard):
        raise Refused("desk.refused.number_counted")
    act = Act(kind=kind or "enclose", by=f"staff:{person.id}", text=text, papers=papers)
    done = complaints.apply(complaint, act, world) + fetches
    return done + _missed(message, done, world)


def _step_papers(message: Message, complaint: Complaint, part: str, world: World) -> tuple[tuple[Paper, ...], Decision]:
    """The files of a reply as what they are at this step: the answer on paper; while work is done, photos of it."""
    if part not in _WITH_PAPER:
        return (), Decision()
    return papers_of(message, complaint, "answer", world, photos=FIELD if part == "report" else "")


def _helps_with_photos(message: Message, person: Staff, complaint: Complaint, world: World) -> bool:
    """Whether somebody who was asked to help sends photos of the work."""
    if complaint.closed_at is not None or str(person.id) not in complaint.helpers:
        return False
    at_work = part_of(complaint, world.standard_of(complaint.standard)).act == "report"
    return at_work and bool(message.attachments) and all(each.kind == "photo" for each in message.attachments)


def _missed(message: Message, done: Decision, world: World) -> Decision:
    """Running numbers that are unknown here, told to whoever typed the one after them."""
    missed = next((entry.data["missed"] for entry in done.entries if "missed" in entry.data), "")
    if not missed:
        return Decision()
    return said_back(world, message.chat, message.id, "desk.post.numbers_missed", missed=missed)


def _takes_paper(complaint: Complaint, world: World) -> bool:
    """Whether a file sent at this step is the step's own paper, which goes with the answer."""
    if complaint.closed_at is not None:
        return False
    return part_of(complaint, world.standard_of(complaint.standard)).act in _WITH_PAPER


def _document(message: Message, person: Staff, complaint: Complaint, world: World) -> Decision:
    """The citizen's document, taken in by an officer: in the private chat only, and nameless until it's labelled."""
    if not message.private:
        raise Refused("desk.refused.private_only")
    papers, fetches = papers_of(message, complaint, "", world)
    act = Act(kind="attach", by=f"staff:{person.id}", text=message.text, papers=papers)
    said = said_back(world, message.chat, message.id, "desk.private.attached")
    return complaints.apply(complaint, act, world) + fetches + said


# --- words that a button asked for ------------------------------------------------------------------------------------


def _prompt(message: Message, refers: Refers, person: Staff, complaint: Complaint | None, world: World) -> Decision:
    """Typed words: done at once, or asked about once more where they reach the citizen or end something."""
    if refers.person and refers.person != str(person.id):
        owner = world.office.staff_by_id(refers.person)
        raise Refused("desk.refused.not_your_prompt", name=owner.name if owner else "")
    text = message.text.strip()
    kind, _, arg = refers.detail.partition(":")
    if kind == duties.PROMPT:
        return duties.typed(message, arg, person, world)
    if kind == shared_phone.PROMPT:
        return shared_phone.typed(message, person, world)
    if kind == entering.SHEET and complaint is not None:
        return _sheet(message, arg, person, complaint, world)
    if not text and not (kind == _PROVEN and message.attachments):
        raise Refused("desk.refused.no_text")
    if refers.detail == "catat":
        return written_down(text, person, message, world)
    if complaint is None:
        raise Refused("desk.refused.gone")
    by = f"staff:{person.id}"
    if typed := more_acts.TYPED.get(kind):
        return typed(message, arg, person, complaint, world)
    if kind == "identify":
        return _identified(message, person, complaint, world)
    act = Act(kind=kind, by=by, text=text, version=refers.version, data={"arg": arg} if arg else {})
    if not ACTS[kind].again:
        return complaints.apply(complaint, act, world)
    check(complaint, act, world)
    papers, fetches = papers_of(message, complaint, PROOF, world) if kind == _PROVEN else ((), Decision())
    complaint = replace(complaint, papers=(*complaint.papers, *papers))
    arg = arg or " ".join(paper.file for paper in papers)
    kept, rows, question, key = ask_again(Pending(act=kind, by=by, at=world.now, text=text, arg=arg), complaint, world)
    asked = Refers(role="pending", complaint=complaint.id, detail=YES, version=kept.version, person=str(person.id))
    shown = post(world, message.chat, question, about=kept, key=key, choices=rows, refers=asked, reply_to=message.id)
    return Decision(complaints=(kept,), sends=(shown,)) + fetches


def _identified(message: Message, person: Staff, complaint: Complaint, world: World) -> Decision:
    """Name, address, telephone and numbers as on the card; what's doubtful is said, and refuses nothing."""
    if not message.private:
        raise Refused("desk.refused.private_only")
    text, found = lookup.typed(message, world)
    act = Act(kind="identify", by=f"staff:{person.id}", text=text, private=numbers.typed(found))
    done = complaints.apply(complaint, act, world)
    after = next((each for each in done.complaints if each.id == complaint.id), complaint)
    doubts = lookup.warnings(after, world) if found else ""
    told = lines(say("desk.private.identified") if text else "", *lookup.noted(found), doubts)
    return done + Decision(sends=(post(world, message.chat, told, reply_to=message.id),))


def _days(message: Message, refers: Refers, person: Staff, _: Complaint | None, world: World) -> Decision:
    """The days, typed in reply to the question itself rather than to the one its button asks."""
    if not refers.detail:
        return Decision(ignored="a reply to what was recorded of absence")
    return _prompt(message, replace(refers, detail=f"{duties.PROMPT}:{refers.detail}"), person, None, world)


def _sheet(message: Message, entered: str, person: Staff, complaint: Complaint, world: World) -> Decision:
    """A photo of the sheet on which somebody wrote what was entered for them."""
    papers, fetches = papers_of(message, complaint, entering.SHEET, world)
    act = Act(kind="sheet", by=f"staff:{person.id}", text=message.text, data={"arg": entered}, papers=papers)
    done = complaints.apply(complaint, act, world)
    return done + fetches + said_back(world, message.chat, message.id, "duty.entered.sheet_kept")


# --- questions and voice notes ----------------------------------------------------------------------------------------


def _question(message: Message, refers: Refers, person: Staff, _: Complaint | None, world: World) -> Decision:
    if message.text.lstrip().startswith(NOTE):
        return said_back(world, message.chat, message.id, "desk.post.noted")
    if not is_officer(person, world.office.standard):
        return said_back(world, message.chat, message.id, "desk.post.not_sent")
    text = message.text.strip()
    if not text:
        raise Refused("desk.refused.no_words")
    lane = address_of(refers.conversation)
    return _held(message, say("question.answered", text=text), lane, person, None, world)


def _deadline(message: Message, refers: Refers, person: Staff, complaint: Complaint | None, world: World) -> Decision:
    """The word for the citizen that was asked for before a deadline; with a dot it's a note."""
    if message.text.lstrip().startswith(NOTE):
        return _note(message, refers, person, complaint, world)
    return deadlines.written(message, person, complaint, world)


def _gist(message: Message, refers: Refers, person: Staff, _: Complaint | None, world: World) -> Decision:
    if message.text.lstrip().startswith(NOTE):
        return said_back(world, message.chat, message.id, "desk.post.noted")
    if not is_officer(person, world.office.standard) and not _is_trusted(message, person, world):
        raise Refused("desk.refused.not_officer")
    text = message.text.strip()
    if not text:
        raise Refused("desk.refused.no_text")
    lane = address_of(refers.conversation)
    event = GistTyped(chat=lane, at=world.now, file=refers.detail, text=text, by=f"staff:{person.id}")
    return Decision(posts=((lane, event),)) + said_back(world, message.chat, message.id, "desk.post.gist_done")


def _data_request(message: Message, refers: Refers, person: Staff, _: Complaint | None, world: World) -> Decision:
    return desk_requests.typed(message, refers, person, world)


_ROLES: Mapping[str, Callable[[Message, Refers, Staff, Complaint | None, World], Decision]] = {
    "relay": _relay,
    "card": _card,
    "handover": _card,
    "prompt": _prompt,
    "duty": _days,
    "question": _question,
    "gist": _gist,
    deadlines.ROLE: _deadline,
    requests.ROLE: _data_request,
}
"""What a reply means, by the role of the message replied to."""
