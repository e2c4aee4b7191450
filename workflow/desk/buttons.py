"""What a button of the desk carries, and what pressing one may show first: other buttons on the card, words to type."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.desk.cards import confirm_buttons
from workflow.desk.posting import Rows, answered, button, edited, post
from workflow.desk.show import card_key
from workflow.message import Choice, Press, Refers, Value
from workflow.office import Staff
from workflow.procedure.case import private_of
from workflow.procedure.telling import name_of, preview, shortened
from workflow.record import Complaint, Pending
from workflow.say import say
from workflow.world import Decision, World

YES = "ya"
PREVIEW_CHARACTERS = 3900  # the question stands in one message, with its buttons


class Data(Value):
    """What a button of the desk carries; never trusted."""

    act: str
    code: str = "-"
    version: int = 0
    arg: str = ""


def read(data: str) -> Data:
    """`d:<act>:<code>:<version>[:arg]`; what can't be read is an act that nobody knows."""
    parts = data.split(":", 4)
    if len(parts) < 2 or parts[0] != "d":
        return Data(act="")
    version = parts[3] if len(parts) > 3 else "0"
    return Data(
        act=parts[1],
        code=parts[2] if len(parts) > 2 else "-",
        version=int(version) if version.isdecimal() and len(version) < 10 else 0,
        arg=parts[4] if len(parts) > 4 else "",
    )


def held_key(word: str, chat: str, message: str) -> str:
    """Our names for a held reply to a citizen ("say") and for what the desk sees of it ("held")."""
    return f"{word}:{chat}:{message}"


def stop_button(message: str) -> Choice:
    """The button that stops a reply which hasn't left."""
    return button(say("desk.button.stop"), "stop", arg=message)


def edit_card(press: Press, complaint: Complaint, world: World, text: str, rows: Rows, key: str) -> Decision:
    """The pressed card with other buttons: nothing is decided yet, so nothing is kept."""
    refers = world.refers.get((press.chat.chat, press.message_id))
    person = world.office.staff_by_id(press.sender.id)
    private = person is not None and private_of(world, person) == press.chat
    target = card_key(complaint, person if private else None)
    if refers is not None and refers.role not in ("card", "handover"):
        target = pending_key(complaint)
        text = ""
        rows = ()
    return Decision(sends=(answered(press, key), edited(press.chat, target, text, rows)))


def asked_to_type(press: Press, data: Data, complaint: Complaint, person: Staff, world: World) -> Decision:
    """Ask the one who pressed for words; only their reply to this very message counts."""
    detail = f"{data.act}:{data.arg}" if data.arg else data.act
    refers = Refers(
        role="prompt", complaint=complaint.id, detail=detail, version=complaint.version, person=str(person.id)
    )
    text = say(f"desk.prompt.{data.act}", number=name_of(complaint))
    prompt = post(world, press.chat, text, about=complaint, people=(person,), refers=refers)
    prompt = replace(prompt, reply_to=press.message_id)
    return Decision(sends=(answered(press, "desk.done.prompt"), prompt))


def pending_key(complaint: Complaint) -> str:
    """Our name for the second question about typed words; an act's words are asked about under one version only."""
    asked = complaint.pending
    return f"pending:{complaint.id}:{asked.at.isoformat() if asked else ''}"


def ask_again(pending: Pending, complaint: Complaint, world: World) -> tuple[Complaint, Rows, str, str]:
    """Keep typed words until they're confirmed: the complaint, the buttons, the question and its key."""
    kept = replace(complaint, version=complaint.version + 1, pending=pending)
    if pending.act == "hand_over":  # nothing leaves with it: the proof is read back
        proof = pending.text or say("desk.prompt.proof_alone")
        text = say("desk.prompt.confirm_hand_over", number=name_of(kept), text=proof)
        return kept, confirm_buttons(kept, pending.act), text, pending_key(kept)
    whole = shortened(preview(pending.act, pending.text, kept, pending.by, world), PREVIEW_CHARACTERS)
    key = "desk.prompt.confirm" if kept.citizen is not None else "desk.prompt.confirm_by_mouth"
    text = say(key, number=name_of(kept), text=whole)
    return kept, confirm_buttons(kept, pending.act), text, pending_key(kept)
