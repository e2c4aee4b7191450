"""The clerk's guide of an office: what to do at each step of its own standard, in the words of its own buttons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from workflow.desk.posting import post
from workflow.message import Enclosure, Message, Value
from workflow.office import Office, Staff
from workflow.procedure.numbering import is_counted
from workflow.procedure.stages import ACTS, WRITTEN, Part, joined_before, offered, parts, word_of
from workflow.procedure.telling import capital, shortened
from workflow.say import say
from workflow.standard.standard import Standard, Step
from workflow.world import PRESS, Decision, Fetch, World

STEP_CHARACTERS = 110
_OTHERS = ("enough", "seen", "return", "ask", "refuse")


class Do(Value):
    """One thing to do at a card: press a button (again where it asks once more), name a person, or reply to it."""

    kind: Literal["press", "name", "reply"]
    what: str  # the button's words, the role of whom to name, or the act whose words are typed


class Task(Value):
    """One line of the guide: the step, whose turn it is, its published words, and what to do, as a sentence too."""

    no: str
    role: str  # its id; "" where nobody has to act
    who: str
    text: str
    how: str
    do: tuple[Do, ...] = ()


def tasks(standard: Standard) -> tuple[Task, ...]:
    """Every published step in its order, each part of it that somebody has to do as a line of its own."""
    return tuple(task for step in standard.steps for task in _of_step(standard, step))


def _of_step(standard: Standard, step: Step) -> Iterator[Task]:
    before = next((each for each in standard.steps if step.id in each.next), None)
    joined = before is not None and before.with_next and before.with_next_when is None
    for index, part in enumerate(parts(step)):
        plain = ACTS[part.act].plain and (joined or index > 0)
        do: tuple[Do, ...] = ()
        if standard.is_citizen(part.role):
            how = say("guide.citizen")
        elif standard.is_clerical(step):
            how = say("guide.system")
        elif plain and (index > 0 or before is None or before.actor == part.role):
            how = say("guide.along")
        else:
            how, do = _how(standard, step, part)
            how += _also(standard, step, part)
        if index and not do:
            continue  # it's the same step, and nobody has to do anything more
        yield Task(
            no=step.no,
            role=part.role if do else "",
            who=capital(standard.role(part.role).label),
            text=shortened(step.text.rstrip(";. "), STEP_CHARACTERS),
            how=how,
            do=do,
        )


def _how(standard: Standard, step: Step, part: Part) -> tuple[str, tuple[Do, ...]]:
    """The sentence of one part, and what it comes to."""
    act = part.act
    if act in ("dispose", "ask_staff"):
        label = standard.role(step.assignee or part.role).label
        return say("guide.choose", role=label), (Do(kind="name", what=step.assignee or part.role),)
    if act == "number" and not is_counted(standard):
        return say("guide.reply_number"), (Do(kind="reply", what=act),)
    name = _button(standard, step, act)
    if act in WRITTEN:
        how = say("guide.reply_press", what=say(f"guide.what_{act}"), button=name)
        return how, (Do(kind="reply", what=act), Do(kind="press", what=name))
    if ACTS[act].again:
        sure = say(f"desk.button.{act}_yes")
        at_once = act == "deliver" and joined_before(standard, step, through_chat=True)  # the card asks by itself
        how = say("guide.press_yes" if at_once else "guide.press_sure", button=name, sure=sure)
        if act == "deliver":
            how += " " + say("guide.by_hand", button=_button(standard, step, "hand_over"))
        presses = (sure,) if at_once else (name, sure)
        return how, tuple(Do(kind="press", what=each) for each in presses)
    return say("guide.press", button=name), (Do(kind="press", what=name),)


def _also(standard: Standard, step: Step, part: Part) -> str:
    """The other ways on from here that a clerk has to know of."""
    refer = ["refer"] if "refer_sent" in offered(standard, step, part) else []
    acts = [act for act in offered(standard, step, part)[1:] if act in _OTHERS]
    names = [f"[{_button(standard, step, act)}]" for act in (*acts, *refer)]
    return " " + say("guide.also", buttons=" ".join(names)) if names else ""


def _button(standard: Standard, step: Step, act: str) -> str:
    onward = standard.next_step(step)
    role = standard.role(parts(onward)[0].role).label if onward else ""
    return say(f"desk.button.{word_of(act, standard)}", role=role)


def guide(office: Office) -> dict[str, object]:
    """All that the page says, for its template: texts and lists of texts under short names."""
    standard = office.standard
    section = standard.office
    return {
        "government": section.government,
        "office": section.name,
        **{
            name: say(f"guide.{name}") for name in ("title", "page", "steps_title", "steps_lead", "step", "who", "what")
        },
        "tasks": [{"no": each.no, "who": each.who, "text": each.text, "how": each.how} for each in tasks(standard)],
        "boxes": [
            _box("talk", ("reply", "note", "chatter", "mark"), seconds=office.reply_hold_s),
            _box("counter", ("catat", "then", "papers")),
            _box("help", ("undo", "tasks", "find", "late", "away", "books", "papers", "own")),
        ],
        "foot": say(
            "guide.foot.made", office=section.name, service=standard.service.name, total=standard.deadline.text
        ),
    }


def _box(name: str, lines: tuple[str, ...], **fields: object) -> dict[str, object]:
    labels = {name: say(f"desk.button.{name}") for name in ("stop", "undo", "more")}
    rows = [say(f"guide.{name}.{line}", **fields, **labels) for line in lines]
    return {"title": say(f"guide.{name}.title"), "lines": rows}


def wanted(message: Message, _: str, __: Staff, world: World) -> Decision:
    """`/panduan`: the page, to be printed and kept at hand."""
    file = world.supply.id()
    ref = msgspec.json.encode({"guide": world.office.id}).decode()
    fetch = Fetch(file=file, lane=message.chat, ref=ref, kind="document", source=PRESS)
    enclosure = Enclosure(file=file, shown_as="document", name=say("guide.file"))
    return Decision(
        fetches=(fetch,),
        sends=(post(world, message.chat, say("guide.here"), enclosure=enclosure, reply_to=message.id),),
    )
