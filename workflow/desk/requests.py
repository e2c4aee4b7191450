"""A request about one's own data at the desk: who presses, what is asked once more, what is typed for it.

What is decided here is done in the citizen's lane (`workflow/privacy/answering.py`): there lies all that is theirs.
"""

from __future__ import annotations

from msgspec.structs import replace

from workflow.desk.buttons import Data
from workflow.desk.posting import Rows, answered, button, edited, post
from workflow.desk.private import VIEW_S, link
from workflow.happening import DataAct
from workflow.message import Message, Press, Refers
from workflow.office import Staff
from workflow.privacy import requests
from workflow.privacy.asked import Chosen, DataRequest
from workflow.procedure.case import Refused, private_of
from workflow.say import channel_name, listing, say
from workflow.world import Decision, Needs, World

SURE = "!"
_TYPED = ("correct", "refuse")
FIELDS = {"nama": "name", "alamat": "address", "isi": "statement"}
"""What a correction may name, in the words of the staff."""


def needs(data: Data) -> Needs:
    """The request of a button, and the reports it's about."""
    return Needs(requests=(data.code,))


def pressed(press: Press, data: Data, person: Staff, world: World) -> Decision:
    """One answer to the press. Raises `Refused`."""
    request = _open(data.code, person, world)
    if request.secret and private_of(world, person) != press.chat:
        raise Refused("desk.refused.private_only")
    act, sure = data.arg.rstrip(SURE), data.arg.endswith(SURE)
    if act == "read":
        return _read(press, request, person, world)
    if act == "back":
        back = replace(request, chosen=None)
        shown = requests.repaired(back, world, requests.card_text(back, world), requests.buttons(back))
        return Decision(requests=(back,), sends=(answered(press), *shown))
    if act not in requests.ACTS:
        raise Refused("desk.refused.unknown")
    if act in ("correct", "restrict") and not request.complaints:
        raise Refused("privacy.refused.no_report")
    if act in _TYPED and not sure:
        return _ask_words(press, act, request, person, world)
    if not sure:
        return _ask_again(press, act, request, world)
    return _do(press, act, request, person, world)


def _open(name: str, person: Staff, world: World) -> DataRequest:
    request = world.requests.get(name)
    if request is None or request.office != world.office.id:
        raise Refused("privacy.refused.gone")
    if not requests.may_answer(person, request, world):
        raise Refused("privacy.refused.not_yours")
    if request.doing or request.closed_at is not None:
        raise Refused("privacy.refused.already")
    return request


def _read(press: Press, request: DataRequest, person: Staff, world: World) -> Decision:
    """The citizen's words, in the private chat of who may answer."""
    to = private_of(world, person)
    if to is None:
        return Decision(sends=(answered(press, "desk.refused.link_first"),)) + link(press.chat, person, world)
    channel = channel_name(request.lane.channel)
    words = {"text": request.words, "channel": channel, "minutes": VIEW_S // 60}
    shown = post(world, to, say("privacy.desk.words", request=requests.shown(request), **words))
    return Decision(
        sends=(answered(press, "desk.done.sent_private"), replace(shown, protect=True, delete_after_s=VIEW_S))
    )


def _ask_again(press: Press, act: str, request: DataRequest, world: World) -> Decision:
    """What reaches the citizen or can't be undone is asked once more, on the card."""
    words = say(f"privacy.act.{act}")
    text = say("privacy.desk.sure", request=requests.shown(request), act=words, means=say(f"privacy.means.{act}"))
    shown = requests.repaired(request, world, text, _sure_rows(request, act))
    return Decision(sends=(answered(press, "desk.done.asked_again"), *shown))


def _sure_rows(request: DataRequest, act: str) -> Rows:
    label = say("privacy.button.sure", act=say(f"privacy.act.{act}"))
    return (
        (button(label, requests.BUTTON, request.id, 0, f"{act}{SURE}"),),
        (button(say("desk.button.back"), requests.BUTTON, request.id, 0, "back"),),
    )


def _ask_words(press: Press, act: str, request: DataRequest, person: Staff, world: World) -> Decision:
    """A reason or a correction is typed; what's personal only in the private chat."""
    to = private_of(world, person) if act == "correct" else press.chat
    if to is None:
        return Decision(sends=(answered(press, "desk.refused.link_first"),)) + link(press.chat, person, world)
    refers = Refers(role=requests.ROLE, detail=f"{act}:{request.id}", person=str(person.id))
    text = say(f"privacy.desk.typed_{act}", request=requests.shown(request))
    prompt = post(world, to, text, people=(person,), refers=refers)
    key = "desk.done.sent_private" if to != press.chat else "desk.done.prompt"
    return Decision(sends=(answered(press, key), prompt))


def typed(message: Message, refers: Refers, person: Staff, world: World) -> Decision:
    """The words that were asked for: kept, and shown once more before anything is done. Raises `Refused`."""
    act, _, name = refers.detail.partition(":")
    if refers.person and refers.person != str(person.id):
        owner = world.office.staff_by_id(refers.person)
        raise Refused("desk.refused.not_your_prompt", name=owner.name if owner else "")
    request = _open(name, person, world)
    text = message.text.strip()
    if not text:
        raise Refused("desk.refused.no_text")
    if act == "correct":
        named = listing([word for word, field in FIELDS.items() if field in corrections(text)])
        if not named:
            raise Refused("privacy.refused.no_field")
        asked = say("privacy.desk.confirm_correct", request=requests.shown(request), fields=named)
    else:
        asked = say("privacy.desk.confirm_refuse", text=text)
    kept = replace(request, chosen=Chosen(act=act, by=f"staff:{person.id}", text=text))
    shown = post(
        world, message.chat, asked, choices=_sure_rows(kept, act), reply_to=message.id, key=f"{requests.key(kept)}:sure"
    )
    return Decision(requests=(kept,), sends=(shown,))


def corrections(text: str) -> dict[str, str]:
    """What is right, by field: a line for each, "nama: Sari Wulandari"; of lines that name no field nothing is read."""
    pairs = (line.partition(":") for line in text.splitlines())
    read = {FIELDS.get(name.strip().lower(), ""): value.strip() for name, colon, value in pairs if colon}
    return {field: value for field, value in read.items() if field and value}


def _do(press: Press, act: str, request: DataRequest, person: Staff, world: World) -> Decision:
    """It's this person's from now on; what is to be done goes into the citizen's lane."""
    chosen, by = request.chosen, f"staff:{person.id}"
    if act in _TYPED and (chosen is None or chosen.act != act or chosen.by != by):
        raise Refused("desk.refused.already")
    words = chosen.text if chosen is not None and act in _TYPED else ""
    doing = replace(request, doing=act, by=by, chosen=None)
    event = DataAct(
        chat=request.lane,
        at=world.now,
        request=request.id,
        act=act,  # type: ignore[arg-type]  # one of `requests.ACTS`
        by=by,
        complaints=request.complaints,
        text=words if act == "refuse" else "",
        private=corrections(words) if act == "correct" else {},
    )
    text = say(
        "privacy.desk.doing",
        request=requests.shown(request),
        wish=say(f"privacy.wish.{request.wish}"),
        act=say(f"privacy.act.{act}"),
        name=person.name,
    )
    sends = [answered(press, "desk.done.plain"), *requests.repaired(doing, world, text)]
    if act in _TYPED:
        sends.append(edited(press.chat, f"{requests.key(request)}:sure", ""))
    return Decision(requests=(doing,), posts=((request.lane, event),), sends=tuple(sends))
