"""The questions from which another office's standard is made, in their order; each depends on the answers before it."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Literal, get_args

from workflow.problems import did_you_mean
from workflow.say import say
from workflow.standard.parts import Step as Row
from workflow.standard.standard import Standard
from workflow.standard.vocabulary import DOCUMENTS, FIELDS, Stage

Ask = Generator["Question", str, None]
Kind = Literal["citizen", "officer", "section", "secretary", "head"]

END = "-"
ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
STAGES: tuple[str, ...] = get_args(Stage)
WRITES = frozenset({"follow_up", "draft"})
UNITS = {"menit": "office_minute", "hari kerja": "working_day", "hari": "calendar_day"}
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
_TIME = re.compile(r"(\d{1,5}) (menit|hari kerja|hari)", re.IGNORECASE)
_THING = re.compile(r"[a-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")
_ROLES: tuple[tuple[Kind, str], ...] = (
    ("citizen", "the citizen"),
    ("officer", "who receives complaints"),
    ("section", "who handles them, the heads of sections"),
    ("secretary", "the secretary"),
    ("head", "the head"),
)


def anything(answer: str) -> str:
    """What is expected where nothing was written; else nothing."""
    return "" if answer.strip() else "a word or more"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `wrong` says what is expected where an answer doesn't fit, or "". Enter takes the default."""

    text: str
    wrong: Callable[[str], str] = anything
    default: str = ""
    hint: str = ""
    legend: str = ""


@dataclass(slots=True)
class Role:
    """A role of the office, by its id in the file."""

    id: str
    kind: Kind
    label: str


@dataclass(slots=True)
class Requirement:
    """One published requirement: what it asks all of, or any one of; neither where it only names a channel."""

    text: str
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()


@dataclass(slots=True)
class Step:
    """One published step. `returns_to` is the number, from 0, of the step it may send back to."""

    text: str
    actor: str = ""
    published: bool = True
    stages: tuple[str, ...] = ()
    reports: bool = False  # the person whom it names reports in this same step
    time: str = END
    returns_to: int | None = None


@dataclass(slots=True)
class Told:
    """Everything that was answered."""

    name: str = ""
    kind: str = ""
    government: str = ""
    address: str = ""
    zone: str = "WIB"
    prefix: str = ""
    service: str = ""
    total: str = ""
    weekdays: str = ""
    friday: str = ""
    saturday: str = ""
    roles: list[Role] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    own: dict[str, str] = field(default_factory=dict)  # things beyond the shared ones: "d" documents, "w" words
    steps: list[Step] = field(default_factory=list)

    def role(self, kind: Kind) -> Role | None:
        """The role of that kind, if the office has it."""
        return next((role for role in self.roles if role.kind == kind), None)


def questions(told: Told, like: Standard | None) -> Ask:
    """Ask everything, one thing after the other; what is answered goes into `told`. `like` gives the defaults."""
    yield from _office(told, like)
    yield from _times(told, like)
    yield from _roles(told, like)
    yield from _requirements(told, like)
    yield from _steps(told, like)


# --- who and when -----------------------------------------------------------------------------------------------------


def _office(told: Told, like: Standard | None) -> Ask:
    office = like.office if like else None
    told.name = yield Question("Name of the office", default="")
    first = told.name.split()[0].lower()
    told.kind = yield Question(
        "What kind of office (kecamatan, kelurahan, dinas ...)", default=office.kind if office else first
    )
    told.government = yield Question(
        "Its government", default=office.government if office else "", hint="Pemerintah Kota ..."
    )
    told.address = yield Question("Its address")
    zone = next((name for name, place in ZONES.items() if office and place == office.timezone), "WIB")
    told.zone = (yield Question("Time zone: WIB, WITA or WIT", _one_of(ZONES), zone)).upper()
    initials = "".join(word[0] for word in told.name.split()).upper()[:4]
    told.prefix = yield Question(
        "Register numbers begin with", _fits(r"[A-Z][A-Z0-9]{0,9}", "up to 10 capital letters"), initials
    )
    told.service = yield Question("Name of the service, as published", default=like.service.name if like else "")


def _times(told: Told, like: Standard | None) -> Ask:
    told.total = yield Question(
        "The published total",
        _fits(_TIME.pattern, '"60 menit", "3 hari" or "12 hari kerja"'),
        like.deadline.text if like else "",
    )
    hours = like.hours if like else None
    usual = (_span(hours.mon), _span(hours.fri), _span(hours.sat)) if hours else ("07:30-16:00", "07:30-16:30", END)
    expected = f"07:30-16:00, or {END} for closed"
    told.weekdays = yield Question("Hours Monday to Thursday", _fits(_HOURS.pattern, "07:30-16:00"), usual[0])
    told.friday = yield Question("Hours on Friday", _hours(expected), usual[1])
    told.saturday = yield Question("Hours on Saturday", _hours(expected), usual[2])


def _span(day: tuple[tuple[object, object], ...]) -> str:
    return f"{day[0][0]:%H:%M}-{day[-1][1]:%H:%M}" if day else END


def _roles(told: Told, like: Standard | None) -> Ask:
    for kind, who in _ROLES:
        may_lack = kind in ("section", "secretary")
        known = (
            next(((each, role.label) for each, role in like.roles.items() if role.kind == kind), None) if like else None
        )
        default = known[1] if known else (END if like else say(f"procedure.usual.{kind}"))
        hint = f"the office's own word{f'; {END} if there is none' if may_lack else ''}"
        label = yield Question(f"What {who} is called", _lacks(hint, may_lack=may_lack), default, hint)
        if label != END:
            told.roles.append(Role(known[0] if known else _role_id(label, kind, told.roles), kind, label))


def _role_id(label: str, kind: Kind, before: list[Role]) -> str:
    """An id made of the office's word, such as kepala_bidang; the kind's where nothing is left of it."""
    found = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40].rstrip("_")
    return found if found[:1].isalpha() and found not in {role.id for role in before} else kind


# --- requirements -----------------------------------------------------------------------------------------------------


def _requirements(told: Told, like: Standard | None) -> Ask:
    rows = like.requirements if like else ()
    number = 0
    while True:
        row = rows[number] if number < len(rows) else None
        number += 1
        text = yield Question(
            f"Requirement {number}, in the published words", default=row.text if row else END, hint=f"{END}: no more"
        )
        if text == END:
            return
        given = _written(row) if row else ""
        known = ", ".join((*FIELDS[:5], *DOCUMENTS))
        hint = f"a list: all of them; with / between: any one; {END} names a channel. Known: {known}"
        things = yield Question("What it asks for", _things, given or "statement", hint)
        named = (
            ()
            if things == END
            else tuple(word.strip().replace(" ", "_") for word in re.split(r"[,/]", things) if word.strip())
        )
        any_of = "/" in things
        told.requirements.append(Requirement(text, () if any_of else named, named if any_of else ()))
        for word in named:
            if word in FIELDS or word in DOCUMENTS or word in told.own:
                continue
            if any_of:
                told.own[word] = "d"
            else:
                told.own[word] = (
                    yield Question(f"Is {word!r} a document or words: d or w", _one_of(("d", "w")), "d")
                ).lower()


def _written(row: object) -> str:
    names = [*getattr(row, "fields", ()), *getattr(row, "documents", ())]
    if any_of := getattr(row, "documents_any", ()):
        return " / ".join(any_of)
    return ", ".join(names) or END


def _things(answer: str) -> str:
    if answer == END:
        return ""
    words = [word.strip().replace(" ", "_") for word in re.split(r"[,/]", answer)]
    if "," in answer and "/" in answer:
        return "either all of them (with commas) or any one (with /)"
    if "/" in answer and any(word in FIELDS for word in words):
        return "any one of several documents; words are asked for all"
    fits = all(_THING.fullmatch(word) and len(word) <= 30 for word in words)
    return "" if fits else "names such as ktp, name, surat pengantar RT: up to 30 letters each, the first one small"


# --- steps ------------------------------------------------------------------------------------------------------------


def _steps(told: Told, like: Standard | None) -> Ask:
    rows = like.steps if like else ()
    while True:
        number = len(told.steps)
        row = rows[number] if number < len(rows) else None
        usual = row.text if row else END
        text = yield Question(f"Step {number + 1}, in the published words", _another(told), usual, f"{END}: no more")
        if text == END:
            return
        step = Step(text)
        told.steps.append(step)
        yield from _who(told, step, row)
        yield from _what(told, step, row, rows)


def _who(told: Told, step: Step, row: Row | None) -> Ask:
    labels = ", ".join(f"{n} {role.label}" for n, role in enumerate(told.roles, 1))
    usual = _number_of(told, row.actor) if row else ("1" if len(told.steps) == 1 else "2")
    hint = "with ? behind the number: the page doesn't say"
    who = yield Question(f"Who does it: {labels}", _actor(told), usual, hint)
    step.published = not who.endswith("?")
    step.actor = told.roles[int(who.rstrip("? ")) - 1].id


def _what(told: Told, step: Step, row: Row | None, rows: tuple[Row, ...]) -> Ask:
    number = len(told.steps)
    kinds = "\n".join(f"  {each:<13} {say(f'stage.{each}')}" for each in STAGES)
    usual = "+".join(row.stages) if row else "intake" if number == 1 else "review"
    legend = f"{kinds}\n  Two at once: deliver+archive" if number == 1 else ""
    kind = yield Question("What kind of step", _stage(told), usual, legend=legend)
    step.stages = tuple(kind.split("+"))
    if "disposition" in step.stages and not WRITES.intersection(step.stages):
        usual = "y" if row and any(each.act == "report" for each in row.acts) else "n"
        reports = yield Question("Does the person named report in this same step: y or n", _one_of(("y", "n")), usual)
        step.reports = reports.lower() == "y"
    expected = f'"15 menit", "2 hari kerja", or {END}'
    step.time = yield Question("How long it may take", _fits(f"{END}|{_TIME.pattern}", expected), _norm(row))
    if {"check", "sign"}.intersection(step.stages) and number > 1:
        back = next((n for n, each in enumerate(rows, 1) if row and each.id == row.returns_to), END)
        earlier = "|".join(str(n) for n in range(1, number))
        expected = f"the number of an earlier step, or {END}"
        to = yield Question("Which step it may send back to", _fits(f"{END}|{earlier}", expected), str(back))
        step.returns_to = int(to) - 1 if to != END else None


def _norm(row: Row | None) -> str:
    if row is None or row.norm is None:
        return END
    return next((f"{row.norm} {word}" for word, each in UNITS.items() if each == row.unit), END)


def _another(told: Told) -> Callable[[str], str]:
    def wrong(answer: str) -> str:
        if answer != END:
            return anything(answer)
        stages = {stage for step in told.steps for stage in step.stages}
        if "deliver" not in stages:
            return "a step: one must be of the kind `deliver`, by which the answer leaves"
        if not WRITES & stages and not any(step.reports for step in told.steps):
            return "a step: one must be of the kind `follow_up` or `draft`, in which the answer is written"
        return ""

    return wrong


def _actor(told: Told) -> Callable[[str], str]:
    def wrong(answer: str) -> str:
        number = answer.rstrip("? ")
        if not number.isdecimal() or not 0 < int(number) <= len(told.roles):
            return f"a number from 1 to {len(told.roles)}"
        citizen = told.roles[int(number) - 1].kind == "citizen"
        return (
            "somebody of the office: the citizen acts only in the first step" if citizen and len(told.steps) > 1 else ""
        )

    return wrong


def _stage(told: Told) -> Callable[[str], str]:
    def wrong(answer: str) -> str:
        kinds = answer.split("+")
        if unknown := [kind for kind in kinds if kind not in STAGES]:
            near = did_you_mean(unknown[0], STAGES)
            return f"one of {', '.join(STAGES)}{f' (perhaps {near})' if near else ''}"
        before = {stage for step in told.steps[:-1] for stage in step.stages}
        if twice := {"register", "deliver"} & before & set(kinds):
            return f"another: {twice.pop()} happens once"
        return "" if len(set(kinds)) == len(kinds) else "each kind once"

    return wrong


def _number_of(told: Told, role_id: str) -> str:
    return next((str(n) for n, role in enumerate(told.roles, 1) if role.id == role_id), "2")


# --- what fits --------------------------------------------------------------------------------------------------------


def _fits(pattern: str, expected: str) -> Callable[[str], str]:
    return lambda answer: (
        "" if re.fullmatch(pattern, answer.strip(), re.IGNORECASE if "menit" in pattern else 0) else expected
    )


def _one_of(known: object) -> Callable[[str], str]:
    words = [str(each) for each in known]  # type: ignore[attr-defined]
    return lambda answer: (
        "" if answer.casefold() in [word.casefold() for word in words] else f"one of {', '.join(words)}"
    )


def _hours(expected: str) -> Callable[[str], str]:
    return lambda answer: "" if answer == END or _HOURS.fullmatch(answer) else expected


def _lacks(expected: str, *, may_lack: bool) -> Callable[[str], str]:
    return lambda answer: "" if answer.strip() and (may_lack or answer != END) else expected
