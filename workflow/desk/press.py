"""A button pressed at the desk: who may, what it asks first, and what becomes of it. Every press gets one answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from workflow.desk import catat, deadlines, more, more_acts, several
from workflow.desk import requests as desk_requests
from workflow.desk.buttons import YES, Data, asked_to_type, edit_card, held_key, pending_key, read
from workflow.desk.cards import card_buttons, card_text, confirm_buttons, menu_buttons, sure_text
from workflow.desk.copies import put_away
from workflow.desk.duty import duties, entering, handing_all, shared_phone
from workflow.desk.duty import record as duty_record
from workflow.desk.mails import wanted
from workflow.desk.moving import place_of
from workflow.desk.posting import answered, edited, refused
from workflow.desk.private import link, send_documents
from workflow.happening import Delivery, QuestionBecomesComplaint
from workflow.message import Press, address_of
from workflow.office import Office, Staff
from workflow.privacy import requests
from workflow.procedure import complaint as complaints
from workflow.procedure.both import must_say_why
from workflow.procedure.case import Case, Refused, private_of
from workflow.procedure.entered import entered, unpacked
from workflow.procedure.numbering import sought
from workflow.procedure.rights import check, is_officer, stale
from workflow.procedure.stages import ACTS
from workflow.procedure.telling import sort_name
from workflow.record import Act, Complaint
from workflow.say import say
from workflow.world import Decision, Needs, World

_TYPED = ("enough", "ask", "refuse", "return", "reword", "branch", "refer_sent", "refer_self", "hand_over")
_MENUS = ("seen", "help", "hand", "refer")


def needs(press: Press, office: Office) -> Needs:
    """The complaint of the button, what the pressed message is about, the held reply it would stop, a letter number."""
    data = read(press.data)
    if data.act == requests.BUTTON:
        return desk_requests.needs(data)
    return handing_all.needs(data) + Needs(
        letters=(sought(office.standard),) if data.act == "number" else (),
        codes=(data.code,) if data.code != "-" else (),
        messages=((press.chat, press.message_id),) if press.message_id else (),
        keys=(held_key("say", _room(press), data.arg),) if data.act == "stop" else (),
    )


def _room(press: Press) -> str:
    """The chat in which the pressed message stands: the former one, of a desk that moved."""
    return place_of(press.message_id)[0] or press.chat.chat


def pressed(press: Press, world: World) -> Decision:
    """One decision, with exactly one answer to the press."""
    person = world.office.at_work(press.sender.id)
    data = read(press.data)
    if person is None:
        return refused(press, "desk.refused.not_staff")
    if press.sender.anonymous:
        return refused(press, "desk.refused.anonymous")
    try:
        if act := _WITHOUT_COMPLAINT.get(data.act):
            return act(press, data, person, world)
        done = _on_complaint(press, data, _complaint(press, data, person, world), person, world)
    except Refused as no:
        done = refused(press, no.key, **no.fields)
    return done + put_away(press, world)


def _complaint(press: Press, data: Data, person: Staff, world: World) -> Complaint:
    """The complaint of the button; a confidential one only in the private chat of who presses."""
    complaint = world.complaints.get(world.by_code.get(data.code, ""))
    if complaint is None:
        raise Refused("desk.refused.gone")
    if complaint.confidential and private_of(world, person) != press.chat:
        raise Refused("desk.refused.private_only")
    return complaint


def _on_complaint(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    if own := _OF_ITS_OWN.get(data.act):
        return own(press, data, complaint, person, world)
    act = _act(data, person)
    check(complaint, replace(_as_typed(act, complaint), kind="refer_sent" if data.act == "refer" else data.act), world)
    if data.act in _MENUS and not data.arg:
        rows = menu_buttons(complaint, data.act, world)
        return edit_card(press, complaint, world, card_text(complaint, world), rows, "")
    if data.act in _TYPED and data.arg != YES:
        _refuse_if_vain(act, complaint)
        return asked_to_type(press, data, complaint, person, world)
    if must_say_why(Case(world, complaint, act.by, entered(unpacked(act), world.office)), act):
        return duties.ask_why(press, data, complaint, person, world)
    return _confirmed(press, act, complaint, world)


def _as_typed(act: Act, complaint: Complaint) -> Act:
    """The act that a second question asks about, for whomever it was entered: its argument stands with its words."""
    asked = complaint.pending
    if act.data.get("arg") != YES or asked is None or (asked.act, asked.by) != (act.kind, act.by):
        return act
    return replace(act, data={"arg": asked.arg} if asked.arg else {})


def _act(data: Data, person: Staff) -> Act:
    """What the button does, by whom and on which version."""
    arg = {"arg": data.arg} if data.arg else {}
    return Act(kind=data.act, by=f"staff:{person.id}", version=data.version, data=arg)


def _back(press: Press, _: Data, complaint: Complaint, __: Staff, world: World) -> Decision:
    return edit_card(press, complaint, world, card_text(complaint, world), card_buttons(complaint, world), "")


def _documents(press: Press, _: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    return send_documents(press, complaint, person, world)


def _mails(press: Press, _: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    done = wanted(press.chat, complaint, person, world)
    if not done.posts:
        return refused(press, "desk.refused.link_first") + done
    return done + Decision(sends=(answered(press, "desk.done.sent_private"),))


def _label(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    index, _, sort = data.arg.partition(":")
    act = replace(_act(data, person), version=None, data={"paper": index, "sort": sort})
    done = complaints.apply(complaint, act, world)
    return done + Decision(sends=(answered(press, "desk.done.labelled", sort=sort_name(sort)),))


def _respond(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    done = complaints.apply(complaint, replace(_act(data, person), version=None), world)
    shown = edited(press.chat, deadlines.plan_key(complaint), say("late.desk.responded"))
    return done + Decision(sends=(answered(press, "desk.done.plain"), shown))


def _at_once(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """An act that asks nothing and stands on no card's turn."""
    done = complaints.apply(complaint, _act(data, person), world)
    key = "desk.done.undone" if data.act == "undo" else "desk.done.plain"
    return done + Decision(sends=(answered(press, key),))


def _confirmed(press: Press, act: Act, complaint: Complaint, world: World) -> Decision:
    """Done at once, or after the second question."""
    sure = act.data.get("arg") == YES
    if ACTS[act.kind].again and not sure:
        _refuse_if_vain(act, complaint)
        text = sure_text(complaint, act.kind, world)
        return edit_card(press, complaint, world, text, confirm_buttons(complaint, act.kind), "desk.done.asked_again")
    if ACTS[act.kind].again and ACTS[act.kind].wants:
        pending = complaint.pending
        if pending is None or pending.by != act.by or pending.act != act.kind:
            raise stale(complaint, act.by, world)
        act = replace(act, text=pending.text, data={"arg": pending.arg})
    done = complaints.apply(complaint, act, world)
    sends = [answered(press, "desk.done.plain")]
    if ACTS[act.kind].wants == "text":
        sends.append(edited(press.chat, pending_key(complaint), ""))
    return done + Decision(sends=tuple(sends))


def _refuse_if_vain(act: Act, complaint: Complaint) -> None:
    if act.kind in ("deliver", "hand_over") and not complaint.answer.strip():
        raise Refused("desk.refused.no_answer")


# --- buttons that belong to no complaint ------------------------------------------------------------------------------


def _stop(press: Press, data: Data, person: Staff, world: World) -> Decision:
    """A held reply shall not leave."""
    refers = world.refers.get((press.chat.chat, press.message_id))
    if refers is None or refers.role != "held":
        raise Refused("desk.refused.unknown")
    if refers.person != str(person.id) and not is_officer(person, world.office.standard):
        raise Refused("desk.refused.not_your_reply")
    key = held_key("say", _room(press), data.arg)
    if key not in world.unsent:
        raise Refused("desk.refused.sent_already")
    shown = edited(press.chat, held_key("held", _room(press), data.arg), say("desk.post.held_stopped"))
    done = Decision(cancels=(key,), sends=(answered(press, "desk.done.stopped"), shown))
    if not refers.conversation:
        return done
    lane = address_of(refers.conversation)
    about = refers.complaint or lane.lane
    gone = Delivery(chat=lane, at=world.now, key=key, state="cancelled", about=about, kind="notice")
    return done + Decision(posts=((lane, gone),))


def _complain(press: Press, _: Data, person: Staff, world: World) -> Decision:
    """A question becomes a complaint; the dialogue goes on with its words."""
    refers = world.refers.get((press.chat.chat, press.message_id))
    if refers is None or refers.role != "question":
        raise Refused("desk.refused.unknown")
    if not is_officer(person, world.office.standard):
        raise Refused("desk.refused.not_officer")
    lane = address_of(refers.conversation)
    event = QuestionBecomesComplaint(chat=lane, at=world.now, question=refers.detail, text=refers.words)
    shown = edited(press.chat, f"question:{refers.detail}", say("desk.post.question_turned"))
    return Decision(posts=((lane, event),), sends=(answered(press, "desk.done.plain"), shown))


def _link(press: Press, _: Data, person: Staff, world: World) -> Decision:
    return link(press.chat, person, world) + Decision(sends=(answered(press, "desk.done.linked"),))


_WITHOUT_COMPLAINT: Mapping[str, Callable[[Press, Data, Staff, World], Decision]] = {
    duty_record.BUTTON: duties.pressed,
    shared_phone.BUTTON: shared_phone.pressed,
    handing_all.BUTTON: handing_all.pressed,
    requests.BUTTON: desk_requests.pressed,
    "stop": _stop,
    "complain": _complain,
    "link": _link,
}

_OF_ITS_OWN: Mapping[str, Callable[[Press, Data, Complaint, Staff, World], Decision]] = {
    "back": _back,
    "docs": _documents,
    "name": _documents,
    "mails": _mails,
    "label": _label,
    "respond": _respond,
    "undo": _at_once,
    "source": catat.sourced,
    "object": entering.objected,
    several.SEVERAL: several.pressed,
    **dict.fromkeys((more.MENU, *more_acts.HANDLERS), more_acts.pressed),
}
"""Buttons of a complaint that go ways of their own."""
