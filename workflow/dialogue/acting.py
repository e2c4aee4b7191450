"""Acts of the citizen on a registered complaint, applied at once; and which complaint a message speaks of."""

from __future__ import annotations

from dataclasses import replace as with_world

from msgspec.structs import replace

from workflow.dialogue import fields, own_numbers
from workflow.dialogue.talk import Talk, replace_conversation
from workflow.heard import hearing
from workflow.message import Message
from workflow.procedure import complaint, lapsing, telling
from workflow.procedure.reach import is_out, out_at
from workflow.record import Act, Complaint
from workflow.say import UnknownWords, say


def act(talk: Talk, complaint_id: str, what: Act) -> bool:
    """Let an act be applied; a refusal is said in its own words."""
    target = talk.world.complaints[complaint_id]
    what = _personal_apart(target, what, talk)
    try:
        decision = complaint.apply(target, what, talk.world)
    except complaint.Refused as refusal:
        talk.tell(_citizens(refusal.key), **refusal.fields)
        return False
    talk.more = talk.more + replace_conversation(decision, None)
    newer = {each.id: each for each in decision.complaints}
    talk.world = with_world(talk.world, complaints={**talk.world.complaints, **newer})
    return True


def _personal_apart(target: Complaint, what: Act, talk: Talk) -> Act:
    """Their numbers are sealed; where they asked that the desk doesn't learn who they are, whatever tells that."""
    if sealed := own_numbers.of(talk, target, what):
        what = replace(what, private={**sealed, **what.private})
    if not target.withheld or not what.text:
        return what
    standard = talk.world.standard_of(target.standard)
    found, _, shown = fields.read(what.text, fields.looked_for(target, standard))
    private = {name: text for name, text in found.items() if name in fields.PRIVATE and name not in target.private}
    return replace(what, text=shown, private={**private, **what.private})


def _citizens(key: str) -> str:
    """The citizen's own wording of a refusal, where there is one."""
    own = f"refused.{key.rsplit('.', 1)[-1]}"
    try:
        say(own)
    except UnknownWords:
        return key
    return own


# --- which complaint --------------------------------------------------------------------------------------------------


def spoken_of(talk: Talk, message: Message) -> Complaint | None:
    """The complaint a message names: by replying to a message about it, by code or by number."""
    world, mine = talk.world, {each.id: each for each in talk.complaints()}
    refers = world.refers.get((message.chat.chat, message.reply_to)) if message.reply_to else None
    if refers is not None and refers.complaint in mine:
        return mine[refers.complaint]
    prefix = world.office.standard.office.ticket_prefix
    named = {*hearing.codes_in(message.text), *hearing.numbers_in(message.text, prefix)}
    return next((each for each in mine.values() if {each.code, each.number} & named), None)


def only_open(talk: Talk) -> Complaint | None:
    """The one complaint that can be meant when none is named: in focus, waited for, or the only open one."""
    mine = talk.complaints()
    focus = talk.conversation.extra.get("focus")
    open_ = [each for each in mine if each.closed_at is None or is_lapsed(talk, each)]
    waiting = [each for each in open_ if each.waiting]
    for candidates in ([each for each in open_ if each.id == focus], waiting, open_):
        if len(candidates) == 1:
            return candidates[0]
    return None


def is_lapsed(talk: Talk, about: Complaint) -> bool:
    """Whether it counts as withdrawn because of silence, and a message still brings it back."""
    return lapsing.is_revivable(about, talk.world.standard_of(about.standard), talk.world.now)


def answered_lately(talk: Talk) -> Complaint | None:
    """The newest complaint whose answer is out and may still be judged."""
    mine = [each for each in talk.complaints() if is_out(each) and not each.satisfied]
    return max(mine, key=lambda each: each.answered_at or talk.world.now) if mine else None


def ended_recently(talk: Talk) -> Complaint | None:
    """What was answered, referred or not processed lately, so that a further complaint may be about it."""
    about = answered_lately(talk)
    if about is not None and about.answered_at is not None and is_recent(talk, about):
        return about
    mine = [each for each in talk.complaints() if each.closed_as in ("referred", "refused") and _is_fresh(talk, each)]
    return mine[-1] if mine else None


def _is_fresh(talk: Talk, about: Complaint) -> bool:
    days = talk.world.standard_of(about.standard).after.reopen_days
    return about.closed_at is not None and (talk.world.now - about.closed_at).days < days


def is_recent(talk: Talk, about: Complaint) -> bool:
    """Whether BELUM still reopens it."""
    days = talk.world.standard_of(about.standard).after.reopen_days
    since = out_at(about)
    return since is not None and (talk.world.now - since).days < days


def pass_on(talk: Talk, target: Complaint, message: Message) -> None:
    """The words go to the complaint and so to the desk; an item that was lacking is supplied by them."""
    waited = bool(target.waiting) or is_lapsed(talk, target)
    done = act(talk, target.id, Act(kind="said", text=message.text, data={"message": message.id}))
    if done:
        talk.tell("said.answered" if waited else "said.added", name=telling.name_of(target))
