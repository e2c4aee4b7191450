"""/serahkan: all open cases of one person go to another of the same role, in one act after one confirmation."""

from __future__ import annotations

from workflow.desk.buttons import YES, Data
from workflow.desk.posting import LABEL_CHARACTERS, Rows, answered, button, edited, names, post
from workflow.desk.private import CARD_WANTED
from workflow.happening import Due
from workflow.message import Address, Choice, Message, Outbound, Press, Refers
from workflow.office import Staff
from workflow.procedure import complaint as complaints
from workflow.procedure.case import Refused, desk_of, private_of
from workflow.procedure.rights import may_know
from workflow.procedure.telling import matter, name_of, shortened
from workflow.record import Act, Complaint
from workflow.say import lines, say
from workflow.world import Decision, Needs, Search, World

BUTTON = "handall"
WHOLE = Search(open_only=True, limit=200, to_change=True)
"""All that is open, loaded so that it may be changed."""
LISTED = 30
OFFERED = 8
_ROLE = "handall"


def needs(data: Data) -> Needs:
    """What a button of this act looks through, and what it changes."""
    return Needs(searches=(WHOLE,)) if data.act == BUTTON else Needs()


def command(message: Message, _: str, person: Staff, world: World) -> Decision:
    """`/serahkan`: all of mine; as a reply to somebody's message, by an admin, all of theirs."""
    whose = person
    if message.replied_to is not None and not message.replied_to.bot:
        known = world.office.staff_by_id(message.replied_to.id)
        if known is None:
            raise Refused("duty.refused.nobody_known")
        whose = known
    _check(whose, person, world)
    return _offered(whose, person, message.chat, message.id, world)


def offer(person: Staff) -> Choice:
    """The button by which an admin hands over what somebody had who left."""
    return button(say("duty.button.hand_all"), BUTTON, arg=f"of:{person.id}")


def _check(whose: Staff, person: Staff, world: World) -> None:
    if person.shared or (whose.id != person.id and not person.admin):
        raise Refused("desk.roles.not_you", who=say("desk.roles.only_admin", names=names(world.office.admins())))


def _offered(whose: Staff, person: Staff, to: Address, reply_to: str, world: World) -> Decision:
    """What they have, and whom it could go to."""
    mine = _cases(whose, person, to, world)
    if not mine:
        raise Refused("duty.refused.no_cases", name=whose.name)
    roles = {each.assignee_role for each in mine}
    people = [each for each in world.office.staff
              if each.id != whose.id and not each.shared and roles & set(each.roles)]  # fmt: skip
    if not people:
        raise Refused("duty.refused.nobody_else", name=whose.name)
    key = f"handall:{to.chat}:{reply_to}"
    rows = tuple((button(_name(each), BUTTON, arg=f"to:{each.id}"),) for each in people[:OFFERED])
    text = lines(say("duty.all.whom", name=whose.name, n=len(mine)), *_rows(mine))
    refers = Refers(role=_ROLE, detail=str(whose.id), person=str(person.id), words=key)
    shown = post(world, to, text, people=(person,), choices=rows, refers=refers, key=key, reply_to=reply_to)
    return Decision(sends=(shown,))


def pressed(press: Press, data: Data, person: Staff, world: World) -> Decision:
    """Whom it goes to, then the confirmation, then it's done. Raises `Refused`."""
    verb, _, arg = data.arg.partition(":")
    if verb == "of":
        whose = world.office.staff_by_id(arg)
        if whose is None:
            raise Refused("desk.refused.gone")
        _check(whose, person, world)
        return _offered(whose, person, press.chat, press.message_id, world) + Decision(sends=(answered(press),))
    refers = world.refers.get((press.chat.chat, press.message_id))
    if refers is None or refers.role != _ROLE:
        raise Refused("desk.refused.gone")
    whose = world.office.staff_by_id(refers.detail)
    if refers.person != str(person.id) or whose is None:
        raise Refused("desk.refused.not_your_prompt", name=_asker(refers, world))
    _check(whose, person, world)
    if verb == "no":
        off = edited(press.chat, refers.words, say("duty.all.kept"))
        return Decision(sends=(answered(press, "desk.done.stopped"), off))
    chosen, _, sure = arg.partition(":")
    to = world.office.at_work(chosen)
    if verb != "to" or to is None:
        raise Refused("desk.refused.no_person")
    mine = [each for each in _cases(whose, person, press.chat, world) if to.has_role(each.assignee_role)]
    if not mine or to == whose:
        raise Refused("duty.refused.no_cases", name=whose.name)
    if sure != YES:
        return _confirm(press, refers, whose, to, mine)
    return _done(press, refers, whose, to, mine, person, world)


def _asker(refers: Refers, world: World) -> str:
    known = world.office.staff_by_id(refers.person)
    return known.name if known else ""


def _confirm(press: Press, refers: Refers, whose: Staff, to: Staff, mine: list[Complaint]) -> Decision:
    rows: Rows = (
        (button(say("duty.button.hand_all_yes"), BUTTON, arg=f"to:{to.id}:{YES}"),),
        (button(say("desk.button.back"), BUTTON, arg="no"),),
    )
    text = lines(say("duty.all.sure", n=len(mine), name=whose.name, to=to.name), *_rows(mine))
    turned = edited(press.chat, refers.words, text, rows, refers)
    return Decision(sends=(answered(press, "desk.done.asked_again"), turned))


def _done(
    press: Press, refers: Refers, whose: Staff, to: Staff, mine: list[Complaint], person: Staff, world: World
) -> Decision:
    """Each complaint gets its entry, its new turn and its card; who has them now gets one list."""
    done = Decision()
    for each in mine:
        act = Act(kind="hand_all", by=f"staff:{person.id}", data={"arg": f"{whose.id}:{to.id}"})
        done += complaints.apply(each, act, world)
    said = say("duty.all.done", n=len(mine), name=whose.name, to=to.name)
    sends = [answered(press, "desk.done.plain"), edited(press.chat, refers.words, said)]
    return done + Decision(sends=(*sends, *_lists(whose, to, mine, world))) + _confidential_cards(to, mine, world)


def _lists(whose: Staff, to: Staff, mine: list[Complaint], world: World) -> list[Outbound]:
    desk, private = desk_of(world), private_of(world, to)
    open_ones = [each for each in mine if not each.confidential]
    sends = []
    for place, rows in ((desk, open_ones), (private, mine)):
        if place is not None and rows:
            text = lines(say("duty.all.list", to=to.name, name=whose.name, n=len(rows)), *_rows(rows))
            sends.append(post(world, place, text, people=(to,) if place == desk else (), refers=Refers(role="list")))
    return sends


def _confidential_cards(to: Staff, mine: list[Complaint], world: World) -> Decision:
    """A confidential report stands on no card in the group: its new person is shown it in private."""
    private = private_of(world, to)
    if private is None:
        return Decision()
    due = (Due(chat=private, at=world.now, timer="", kind=CARD_WANTED, subject=each.id)
           for each in mine if each.confidential)  # fmt: skip
    return Decision(posts=tuple((private, each) for each in due))


def _cases(whose: Staff, person: Staff, chat: Address, world: World) -> list[Complaint]:
    """What was disposed or handed to somebody and is open; a confidential one only in private, to who may know."""
    found = [each for answer in world.found for each in answer if each.assignee == str(whose.id)]
    private = private_of(world, person) == chat
    return [each for each in found if each.closed_at is None
            and (not each.confidential or (private and person in may_know(each, world)))]  # fmt: skip


def _rows(mine: list[Complaint]) -> list[str]:
    rows = [say("duty.began.row", number=name_of(each), matter=matter(each)) for each in mine[:LISTED]]
    return rows + ([say("desk.command.more", n=len(mine) - LISTED)] if len(mine) > LISTED else [])


def _name(person: Staff) -> str:
    return shortened(f"{person.name}, {person.title}" if person.title else person.name, LABEL_CHARACTERS)
