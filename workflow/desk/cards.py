"""The card: one message that stands for a complaint at its current step, with the buttons the stage offers."""

from __future__ import annotations

from collections.abc import Iterator

from workflow.clocks.when import say_moment
from workflow.conversation import Paper
from workflow.desk import more
from workflow.desk.absence_line import less_absence
from workflow.desk.duty import words as duty_words
from workflow.desk.letter_lines import letter_line, rewritten
from workflow.desk.posting import LABEL_CHARACTERS, Rows, button, names
from workflow.message import Choice
from workflow.office import Staff
from workflow.procedure import lateness, telling
from workflow.procedure.both import said_why
from workflow.procedure.case import Refused
from workflow.procedure.numbering import is_counted
from workflow.procedure.progress import goes_along, is_voice, lacking, part_of
from workflow.procedure.reach import HELD, WHY, is_there
from workflow.procedure.responsible import responsible
from workflow.procedure.rights import available, written
from workflow.procedure.stages import WRITTEN, has_act, joined_before, parts, ways, word_of
from workflow.procedure.taken_acts import is_written_down
from workflow.procedure.telling import brief, capital, shortened, sort_name, thing
from workflow.procedure.wholes import MAILS
from workflow.record import Complaint
from workflow.say import channel_name, lines, masked_address, say, units
from workflow.standard.standard import Standard
from workflow.world import World

STEP_CHARACTERS = 160
STATEMENT_CHARACTERS = 700
TEXT_CHARACTERS = 1200
PREVIEW_CHARACTERS = 2600
PEOPLE = 8
CARD_CHARACTERS = 3900  # Telegram takes 4,096 UTF-16 units (Bot API, sendMessage)
_LINE_LIMITS = (TEXT_CHARACTERS + 60, 400, 150, 60)  # a card that's too long has its long lines cut until it fits

# Acts that are done by replying to the card need no button; those with a menu of their own share one.
_BY_REPLY = ("write",)
_MENUS = {"refer_sent": "refer", "refer_self": "refer"}


# --- the text ---------------------------------------------------------------------------------------------------------


def card_text(complaint: Complaint, world: World) -> str:
    """The card's fixed lines, what the citizen said and gave, what the staff wrote, and what to do now."""
    head, foot = lines(*_head(complaint, world)), _foot(complaint, world)
    middle = [*_body(complaint, world), *_work(complaint, world)]
    for limit in _LINE_LIMITS:
        text = lines(head, *(shortened(line, limit) for line in middle), foot)
        if units(text) <= CARD_CHARACTERS:
            return text
    return lines(head, foot)


def _head(complaint: Complaint, world: World) -> Iterator[str]:
    standard = world.standard_of(complaint.standard)
    zone = world.office.calendar.zone
    first = "desk.card.numbered" if complaint.number else "desk.card.unnumbered"
    yield say(first, number=complaint.number, code=complaint.code)
    if complaint.confidential:
        yield say("desk.card.confidential")
    if complaint.withheld:
        yield say("withheld.card")
    if complaint.kind == "suggestion":
        yield say("desk.card.suggestion")
    step = standard.step(complaint.step)
    n, m = standard.position(step)
    yield say("desk.card.step", n=n, m=m, text=shortened(step.text.rstrip(";"), STEP_CHARACTERS))
    if complaint.closed_at is None:
        yield say("desk.card.turn", who=whose_turn(complaint, world))
        yield duty_words.absences(complaint, world)
    yield _due(complaint, world)
    came = say("desk.card.came", channel=_channel(complaint), moment=say_moment(complaint.received_at, zone))
    yield say("desk.card.answers_by", came=came, channel=_answers_by(complaint)) if _answers_by(complaint) else came


def whose_turn(complaint: Complaint, world: World) -> str:
    """Role and names: "Camat (Budi Santoso)", "Plh. Camat (Siti Rahma)"."""
    return duty_words.people_of(complaint, world)


def _due(complaint: Complaint, world: World) -> str:
    standard, zone = world.standard_of(complaint.standard), world.office.calendar.zone
    if complaint.answered_at is not None:
        key = "desk.card.answered" if is_there(complaint) else "desk.card.answer_set"  # signed isn't sent
        return say(key, moment=say_moment(complaint.answered_at, zone))
    if complaint.closed_at is not None:
        return ""  # referred, withdrawn, refused: nothing is due any more
    if complaint.due_at is None:
        return say("desk.card.no_clock")
    moment = say_moment(complaint.due_at, zone)
    parts = [say("desk.card.due", moment=moment + telling.condition_of(standard))]
    if complaint.waiting:
        parts.append(say("desk.card.due_stands"))
    elif "total" in complaint.late and complaint.closed_at is None:
        parts.append(say("desk.card.due_passed"))
    if complaint.step_due_at is not None and complaint.closed_at is None:
        parts.append(say("desk.card.step_due", moment=say_moment(complaint.step_due_at, zone)))
        if "step" in complaint.late:
            parts.append(say("desk.card.due_passed"))
    return "".join(parts)


def _channel(complaint: Complaint) -> str:
    """How it came: by which chat and whose, or as a clerk wrote it down."""
    if not is_written_down(complaint):
        return _address(complaint) or say("desk.source.chat")
    came = say(f"desk.source.{complaint.source}")
    return say("desk.card.tracking", source=came, tracking=complaint.tracking) if complaint.tracking else came


def _answers_by(complaint: Complaint) -> str:
    """Where the answer goes to, where the complaint itself came otherwise."""
    return _address(complaint) if is_written_down(complaint) else ""


def _address(complaint: Complaint) -> str:
    if complaint.citizen is None:
        return ""
    name = channel_name(complaint.citizen.channel)
    whose = "" if complaint.withheld else masked_address(complaint.citizen.chat)
    return f"{name}, {whose}" if whose else name


def _body(complaint: Complaint, world: World) -> Iterator[str]:
    standard = world.standard_of(complaint.standard)
    yield say("desk.card.statement", text=_statement(complaint))
    if complaint.behalf:
        yield say("desk.card.behalf", relation=complaint.behalf)
    for asked in standard.asked():
        if (text := complaint.answers.get(asked.id, "")) and asked.id != "statement" and not asked.personal:
            yield say("desk.card.field", name=capital(thing(asked)), text=shortened(text, STATEMENT_CHARACTERS))
    named = (paper for paper in complaint.papers if paper.sort and not paper.replaced)
    given = [_paper_words(paper) for paper in named if not is_voice(paper)]
    given += [say("desk.card.seen", thing=sort_name(each)) for each in complaint.seen]
    if complaint.place is not None:
        given.append(say("desk.card.received", thing=sort_name("place")))
    if given:
        yield say("desk.card.given", things="; ".join(given))
    if nameless := [paper for paper in complaint.papers if not paper.sort and not is_voice(paper)]:
        yield say("desk.card.nameless", n=len(nameless))
    if missing := lacking(complaint, standard):
        words = [_lacking_words(complaint, asked.id, thing(asked)) for asked in missing]
        yield say("desk.card.lacking", things=", ".join(words))
    if complaint.edited:
        yield say("desk.card.edited", n=complaint.edited)
    if complaint.complete == "enough":
        yield say("desk.card.enough")
    if complaint.waiting:
        yield say("desk.card.waiting", text=shortened(complaint.waiting, STEP_CHARACTERS))
    yield from lateness.card_lines(complaint, world)
    yield less_absence(complaint, world)
    if complaint.extra.get(HELD):
        yield say("desk.card.message_held", how=_held(complaint, world))


def _statement(complaint: Complaint) -> str:
    spoken = [paper.gist for paper in complaint.papers if paper.gist]
    words = shortened(complaint.statement, STATEMENT_CHARACTERS)
    return words or "\n".join(spoken) or say("telling.without_words")


def _paper_words(paper: Paper) -> str:
    name = sort_name(paper.sort) or paper.sort
    if paper.state == "pending":
        return say("desk.card.arriving", thing=name)
    if paper.state == "failed":
        return say("desk.card.failed", thing=name)
    if paper.state == "erased":
        return say("privacy.card.erased", thing=name)
    flaw = say(f"desk.card.flaw_{paper.flaw}") if paper.flaw else ""
    return say("desk.card.received", thing=name) + flaw


def _lacking_words(complaint: Complaint, asked: str, name: str) -> str:
    if asked in complaint.lacking and not complaint.lacking[asked]:
        return say("desk.card.has_none_plain", thing=name)
    if asked in complaint.lacking:
        return say("desk.card.has_none", thing=name, reason=complaint.lacking[asked])
    if asked in complaint.later:
        return say("desk.card.comes_later", thing=name)
    return name


def _work(complaint: Complaint, world: World) -> Iterator[str]:
    office = world.office
    first, _ = responsible(complaint)
    for who, key in (
        (first, "assignee"),
        (complaint.assignee if complaint.assignee != first else "", "asked_to_write"),
    ):
        if who and (person := office.staff_by_id(who)):
            yield say(f"desk.card.{key}", name=person.name)
    helpers = [person for each in complaint.helpers if (person := office.staff_by_id(each))]
    if helpers:
        yield say("desk.card.helpers", names=names(helpers))
    if complaint.disposed_note:
        yield say("desk.card.disposed_note", text=shortened(complaint.disposed_note, STEP_CHARACTERS))
    yield letter_line(complaint, world)
    if complaint.correction:
        yield say("desk.card.correction", n=complaint.returns, text=shortened(complaint.correction, TEXT_CHARACTERS))
    elif complaint.returns:
        yield say("desk.card.returns", n=complaint.returns)
    if why := said_why(complaint):
        yield say("duty.both.card", text=shortened(why, STEP_CHARACTERS))
    if complaint.closed_at is not None or complaint.answered_at is not None:
        return
    act = part_of(complaint, world.standard_of(complaint.standard)).act
    if act == "deliver":
        return
    if complaint.report:
        yield say("desk.card.report", text=shortened(complaint.report, TEXT_CHARACTERS))
    if complaint.draft:
        called = word_of("draft", world.standard_of(complaint.standard))
        key = f"desk.card.{called}" if complaint.signed_at is None else "desk.card.draft_signed"
        yield say(key, text=shortened(complaint.draft, TEXT_CHARACTERS))
    if act in ("approve", "sign"):
        yield rewritten(complaint)


def _foot(complaint: Complaint, world: World) -> str:
    if complaint.closed_at is not None:
        ended = "lapsed" if complaint.lapsed_at else str(complaint.closed_as)
        tracking = say("telling.status.tracking", tracking=complaint.referred_tracking)
        planned = say("desk.card.planned", text=shortened(complaint.plan, TEXT_CHARACTERS))
        return lines(
            _delivery(complaint, world),
            tracking if complaint.referred_tracking else "",
            planned if complaint.plan and ended == "answered" else "",
            say(f"desk.card.closed_{ended}", where=complaint.referred_to),
        )
    standard = world.standard_of(complaint.standard)
    part = part_of(complaint, standard)
    if part.act == "deliver":
        if not complaint.answer:
            return say("desk.card.no_answer_yet")
        text = shortened(telling.answer(complaint, world), PREVIEW_CHARACTERS)
        key = "desk.card.preview" if complaint.citizen else "desk.card.preview_by_hand"
        along = sum(goes_along(paper) and paper.state != "failed" for paper in complaint.papers)
        joined = joined_before(standard, standard.step(complaint.step), through_chat=complaint.citizen is not None)
        return lines(
            say(key, text=text),
            say("desk.card.along", n=along) if along and complaint.citizen else "",
            say("desk.card.sure_deliver") if joined else "",
        )
    if part.act in WRITTEN and written(complaint, part.act) and not complaint.correction:
        return say(f"desk.card.do_{word_of(part.act, standard)}_written", role=_next_role(complaint, standard))
    if part.act == "report" and not has_act(standard, "draft"):
        return say("desk.card.do_report_as_answer")
    if part.act in ("dispose", "ask_staff"):
        role = standard.step(complaint.step).assignee or part.role
        first = names(_suggested(complaint, role, world))
        return lines(
            say(f"desk.card.do_{part.act}", role=standard.role(role).label),
            say("desk.card.suggested", names=first) if first else "",
        )
    if part.act == "number" and is_counted(world.office.standard):
        return say("desk.card.do_number_counted")
    return lines(_delivery(complaint, world), say(f"desk.card.do_{word_of(part.act, standard)}"))


def _delivery(complaint: Complaint, world: World) -> str:
    """What became of the answer; "" before it left. It says no more than is known."""
    if not complaint.delivery or complaint.citizen is None:
        return say(f"desk.card.delivery_{complaint.delivery}") if complaint.delivery else ""
    return say(
        f"desk.card.delivery_{complaint.delivery}",
        channel=channel_name(complaint.citizen.channel),
        why=complaint.extra.get(WHY) or say("desk.why.unknown"),
        how=_held(complaint, world),
    )


def _held(complaint: Complaint, world: World) -> str:
    """Why something waits for the citizen to write again, and whether they know."""
    if complaint.citizen is None:
        return ""
    hours = world.limits_at(complaint.citizen).window_h
    return say(f"desk.held.{complaint.extra.get('knock', 'asking')}", hours=hours)


# --- the buttons ------------------------------------------------------------------------------------------------------


def card_buttons(complaint: Complaint, world: World) -> Rows:
    """The acts on offer as buttons, people to name first; none once the complaint is closed."""
    if complaint.closed_at is not None:
        return ()
    standard = world.standard_of(complaint.standard)
    rows: list[tuple[str, str, str]] = []
    for act in available(complaint, standard):
        if act in ("dispose", "ask_staff"):
            role = standard.step(complaint.step).assignee or ""
            people = candidates(complaint, role, world)
            rows += [(person.name, act, str(person.id)) for person in people]
            rows += [(say("desk.button.several"), "several", "")] if act == "dispose" and len(people) > 1 else []
        elif act == "branch":
            rows += [(capital(when), act, str(n)) for n, (when, _) in enumerate(ways(standard.step(complaint.step)))]
        elif act == "hand" and len(world.office.with_role(part_of(complaint, standard).role)) < 2:
            continue
        elif act == "number" and not is_counted(world.office.standard):
            continue  # typed from the paper agenda
        elif act == "deliver" and joined_before(standard, standard.step(complaint.step), through_chat=True):
            rows.append(
                (say("desk.button.deliver_yes"), act, "ya")
            )  # one press with the step before, after its preview
        elif act == "hand_over" and complaint.citizen is not None:
            continue  # behind "Lainnya": the ordinary way is the citizen's own channel
        elif act not in _BY_REPLY:
            menu = _MENUS.get(act, act)
            rows.append((say(f"desk.button.{word_of(menu, standard)}", role=_next_role(complaint, standard)), menu, ""))
    buttons = [button(shortened(label, LABEL_CHARACTERS), act, complaint.code, complaint.version, arg)
               for label, act, arg in dict.fromkeys(rows)]  # fmt: skip
    if complaint.papers or complaint.private:
        buttons.append(button(say("desk.button.docs"), "docs", complaint.code, complaint.version))
    elif is_written_down(complaint):
        buttons.append(button(say("desk.button.name"), "name", complaint.code, complaint.version))
    if MAILS in complaint.extra:
        buttons.append(button(say("desk.button.mails"), "mails", complaint.code, complaint.version))
    if more.offered(complaint, None, world):
        buttons.append(button(say("desk.button.more"), more.MENU, complaint.code, complaint.version))
    return paired(buttons)


def sure_text(complaint: Complaint, act: str, world: World) -> str:
    """The card while the second question is asked."""
    return lines(card_text(complaint, world), say(f"desk.card.sure_{act}"))


def paired(buttons: list[Choice]) -> Rows:
    """Two buttons to a row, as they fit on a phone; a long label has a row of its own."""
    rows: list[tuple[Choice, ...]] = []
    for each in buttons:
        short = len(each.label) <= LABEL_CHARACTERS // 2
        if rows and short and len(rows[-1]) == 1 and len(rows[-1][0].label) <= LABEL_CHARACTERS // 2:
            rows[-1] = (*rows[-1], each)
        else:
            rows.append((each,))
    return tuple(rows)


def _next_role(complaint: Complaint, standard: Standard) -> str:
    """To whom the step goes on: "Ajukan ke Camat"."""
    onward = standard.next_step(standard.step(complaint.step), complaint.kind)
    return standard.role(parts(onward)[0].role).label if onward else ""


def candidates(complaint: Complaint, role: str, world: World) -> tuple[Staff, ...]:
    """Whom to name: the people of a role, those the complaint's topic suggests first."""
    return tuple(dict.fromkeys((*_suggested(complaint, role, world), *world.office.with_role_at(role, world.now))))[
        :PEOPLE
    ]


def _suggested(complaint: Complaint, role: str, world: World) -> tuple[Staff, ...]:
    standard = world.standard_of(complaint.standard)
    topic = next((row for row in standard.topics if row.id == complaint.topic and row.role == role), None)
    return world.office.with_title(role, topic.title) if topic and topic.title else ()


def _person_label(person: Staff) -> str:
    if not person.title:
        return say("desk.button.person", name=person.name)
    return say("desk.button.person_titled", name=person.name, title=person.title)


def confirm_buttons(complaint: Complaint, act: str) -> Rows:
    """The second question."""
    yes = button(say(f"desk.button.{act}_yes"), act, complaint.code, complaint.version, "ya")
    no = button(say("desk.button.back"), "back", complaint.code, complaint.version)
    return ((yes,), (no,))


def menu_buttons(complaint: Complaint, act: str, world: World) -> Rows:
    """What an act asks for, as buttons: a lacking thing, a person, a way to refer."""
    standard = world.standard_of(complaint.standard)
    options: list[tuple[str, str, str]] = []
    if act == "seen":
        options = [(brief(asked), act, asked.id) for asked in lacking(complaint, standard)]
    elif act == "help":
        known = {complaint.assignee, *complaint.helpers}
        people = [each for each in world.office.staff if each.at_work and str(each.id) not in known]
        options = [(_person_label(each), act, str(each.id)) for each in people[:PEOPLE]]
    elif act == "hand":
        role = part_of(complaint, standard).role
        people = [each for each in world.office.with_role(role) if str(each.id) != complaint.assignee]
        options = [(_person_label(each), act, str(each.id)) for each in people[:PEOPLE]]
    elif act == "refer":
        options = [(say(f"desk.button.{way}"), way, "") for way in ("refer_sent", "refer_self")]
    if not options:
        raise Refused("desk.refused.nothing_to_choose")
    buttons = [button(shortened(capital(label), LABEL_CHARACTERS), each, complaint.code, complaint.version, arg)
               for label, each, arg in options]  # fmt: skip
    return (*paired(buttons), (button(say("desk.button.back"), "back", complaint.code, complaint.version),))
