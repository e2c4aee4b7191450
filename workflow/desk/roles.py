"""Who does what at the office, given in the group: /peran shows, gives and takes roles."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.desk import leaving
from workflow.desk.buttons import Data
from workflow.desk.duty import record as duty_record
from workflow.desk.leaving import labels, roles_of
from workflow.desk.posting import LABEL_CHARACTERS, Rows, answered, button, edited, names, post, refused
from workflow.message import Choice, Message, Press, Refers
from workflow.office import Office, Staff
from workflow.procedure.case import Refused
from workflow.procedure.telling import shortened
from workflow.say import lines, say
from workflow.world import Decision, World

BUTTON = "role"
ADMIN = "admin"
SHARED = "shared"
NAME_CHARACTERS = 80
TITLE_CHARACTERS = 80


def command(message: Message, words: str, person: Staff, world: World) -> Decision:
    """`/peran`: who has which role. As a reply to somebody's message: that person's roles, to be given by pressing.

    With words after it, in a reply, they are the person's title ("Kasi Pelayanan").
    """
    if message.replied_to is None:
        return _overview(message, world)
    if not person.admin:
        raise Refused("desk.roles.not_you", who=_only_admin(world.office))
    whose = message.replied_to
    if whose.bot or whose.anonymous or not whose.id.isdecimal():
        raise Refused("desk.roles.nobody")
    known = world.office.staff_by_id(whose.id) or Staff(id=int(whose.id), name=whose.name[:NAME_CHARACTERS])
    if known.fixed and known.at_work:  # who left and came back is given a role here, and is as the file says again
        raise Refused("desk.roles.fixed", name=known.name)
    changed = replace(known, title=" ".join(words.split())[:TITLE_CHARACTERS]) if words else known
    key = f"roles:{message.chat.chat}:{message.id}"
    shown = post(
        world,
        message.chat,
        _text(changed, world.office),
        choices=_buttons(changed, world.office),
        refers=Refers(role="roles", detail=key),
        key=key,
        reply_to=message.id,
    )
    return Decision(staff=(changed,) if words or world.office.staff_by_id(whose.id) is None else (), sends=(shown,))


def _overview(message: Message, world: World) -> Decision:
    """Who has which role, who is away and who stands in; what holds can be ended by a button."""
    text = lines(say("desk.roles.all", rows=_everybody(world.office)), duty_record.overview(world))
    rows = duty_record.end_buttons(world)
    sent = post(world, message.chat, text, choices=rows, refers=Refers(role="list"), reply_to=message.id)
    return Decision(sends=(sent,))


def pressed(press: Press, data: Data, world: World) -> Decision:
    """Give a role, or take it away where the person has it. Only an admin, and the last admin stays one."""
    person = world.office.staff_by_id(press.sender.id)
    if person is None or press.sender.anonymous or not person.admin:
        return refused(press, "desk.roles.not_you", who=_only_admin(world.office))
    whom, _, role = data.arg.partition(":")
    known = world.office.staff_by_id(whom)
    if known is None or (role not in (ADMIN, SHARED) and role not in roles_of(world.office)):
        return refused(press, "desk.refused.gone")
    if known.fixed and known.at_work:
        return refused(press, "desk.roles.fixed", name=known.name)
    if role in (ADMIN, SHARED) and known.admin and len(world.office.admins()) == 1:
        return refused(press, "desk.roles.last_admin")
    if known.shared and not (role == SHARED or role in world.office.standard.roles_of("officer")):
        return refused(press, "duty.refused.shared_role")
    if role == SHARED:
        changed = _as_shared(known, world.office)
    elif role == ADMIN:
        changed = replace(known, admin=not known.admin)
    else:
        kept = tuple(each for each in known.roles if each != role)
        changed = replace(known, roles=kept if role in known.roles else (*kept, role))
    refers = world.refers.get((press.chat.chat, press.message_id))
    sends = [answered(press, "desk.done.plain")]
    if refers is not None and refers.role == "roles":
        sends.append(edited(press.chat, refers.detail, _text(changed, world.office), _buttons(changed, world.office)))
    return Decision(sends=tuple(sends)) + leaving.given_or_taken(known, changed, press.chat, world)


# --- how it reads -----------------------------------------------------------------------------------------------------


def _everybody(office: Office) -> str:
    rows = [
        say(
            "desk.roles.row",
            name=each.name,
            title=_title(each),
            roles=labels(each, office),
        )
        for each in office.staff
        if each.roles or each.admin
    ]
    return "\n".join(rows) or say("desk.roles.none")


def _text(person: Staff, office: Office) -> str:
    return say("desk.roles.of", name=person.name, title=_title(person), roles=labels(person, office))


def _as_shared(person: Staff, office: Office) -> Staff:
    """A shared phone keeps an officer's roles alone; what was one may be somebody's own again."""
    officers = office.standard.roles_of("officer")
    kept = person.roles if person.shared else tuple(each for each in person.roles if each in officers)
    return replace(person, shared=not person.shared, roles=kept, admin=False)


def _title(person: Staff) -> str:
    return f" ({person.title})" if person.title else ""


def _only_admin(office: Office) -> str:
    """Who can, where somebody can't."""
    admins = names(office.admins())
    return say("desk.roles.only_admin", names=admins) if admins else say("desk.roles.no_admin")


def _buttons(person: Staff, office: Office) -> Rows:
    """A button for each role of the standard; those the person has say so."""
    roles = roles_of(office)
    if person.shared:
        roles = {role: label for role, label in roles.items() if role in office.standard.roles_of("officer")}
    rows = [(_button(person, role, label, has=role in person.roles),) for role, label in roles.items()]
    if not person.shared:
        rows.append((_button(person, ADMIN, say("desk.roles.admin"), has=person.admin),))
    key = "duty.button.not_shared" if person.shared else "duty.button.shared"
    return (*rows, (button(say(key), BUTTON, arg=f"{person.id}:{SHARED}"),))


def _button(person: Staff, role: str, label: str, *, has: bool) -> Choice:
    key = "desk.roles.take" if has else "desk.roles.give"
    return button(shortened(say(key, role=label), LABEL_CHARACTERS), BUTTON, arg=f"{person.id}:{role}")
