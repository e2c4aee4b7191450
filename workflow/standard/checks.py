"""What must hold between the parts of a standard: names that exist, steps that lead to the end, hours that open.

The checks read the file as TOML gives it, and skip what is missing or of the wrong type: the shapes are judged by
workflow/standard/parts.py, and both kinds of problem are told at once.
"""

import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from workflow.problems import Finding, Loc, did_you_mean, listed
from workflow.standard import checks_asked
from workflow.standard.rows import Data, section, tables, words, words_at

EXITS = ("refer", "ask_citizen")
NUMBER_FIELDS = ("klasifikasi", "urut", "unit", "tahun")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

STEP_REFERENCES: tuple[Loc, ...] = (
    ("steps", "*", "next", "*"),
    ("steps", "*", "returns_to"),
    ("summary_steps", "*", "covers", "*"),
    ("suggestions", "skips", "*"),
    ("exits", "*", "from", "*"),
    ("deadline", "starts_at"),
    ("deadline", "ends_at"),
    ("register", "after"),
    ("letter", "number_step"),
)
ROLE_REFERENCES: tuple[Loc, ...] = (
    ("steps", "*", "actor"),
    ("steps", "*", "assignee"),
    ("steps", "*", "via"),
    ("steps", "*", "informs", "*"),
    ("steps", "*", "acts", "*", "by"),
    ("escalation", "overdue", "*"),
    ("escalation", "confidential_to", "*"),
    ("topics", "*", "role"),
)
"""Where in the file steps and roles are named; "*" is every item."""

_BRANCHES: Loc = ("branch", "*", "to")


def findings(data: Data) -> Iterator[Finding]:
    """Every problem between the parts of one standard."""
    for check in _CHECKS:
        yield from check(data)


def _steps(data: Data) -> list[tuple[int, Data]]:
    return [(index, step) for index, step in tables(data, "steps") if isinstance(step.get("id"), str)]


def _step_ids(data: Data) -> list[str]:
    return [step["id"] for _, step in _steps(data)]


def _stages(step: Data) -> list[str]:
    return [word for word in (step.get("stage"), *words(step, "also")) if isinstance(word, str)]


# --- names ------------------------------------------------------------------------------------------------------------


def _unique_names(data: Data) -> Iterator[Finding]:
    for key, name in (("steps", "id"), ("topics", "id"), ("requirements", "no")):
        seen: set[str] = set()
        for loc, word in words_at(data, (key, "*", name)):
            if word in seen:
                yield Finding(loc, f"{word!r} stands here a second time.", "Give each its own name.")
            seen.add(word)


def _unknown(loc: Loc, word: str, known: list[str], what: str) -> Finding:
    return Finding(
        loc, f"{word!r} is no {what} of this file.", f"Known: {listed(known) or 'none'}.", did_you_mean(word, known)
    )


def _step_references(data: Data) -> Iterator[Finding]:
    ids = _step_ids(data)
    for path in STEP_REFERENCES:
        yield from (_unknown(loc, word, ids, "step") for loc, word in words_at(data, path) if word not in ids)
    ways = [*ids, *EXITS]
    for loc, word in words_at(data, ("steps", "*", "branch", "*", "to")):
        if word not in ways:
            yield _unknown(loc, word, ways, "step or exit")


def _role_references(data: Data) -> Iterator[Finding]:
    roles = list(section(data, "roles"))
    for path in ROLE_REFERENCES:
        yield from (_unknown(loc, word, roles, "role") for loc, word in words_at(data, path) if word not in roles)
    for loc, word in words_at(data, ("letter", "signer")):
        if word and word not in roles:
            yield _unknown(loc, word, roles, "role")


def _role_kinds(data: Data) -> Iterator[Finding]:
    kinds = Counter(word for _, word in words_at(data, ("roles", "*", "kind")))
    if kinds["citizen"] != 1:
        yield Finding(("roles",), f"{kinds['citizen']} roles are of kind 'citizen'.", "Exactly one is the citizen.")
    for kind in ("officer", "head"):
        if not kinds[kind]:
            yield Finding(("roles",), f"No role is of kind {kind!r}.", "Every office has at least one.")


# --- the way of a complaint -------------------------------------------------------------------------------------------


def _ways(step: Data, ids: list[str]) -> list[str]:
    return [to for to in (*words(step, "next"), *(w for _, w in words_at(step, _BRANCHES))) if to in ids]


def _reached(starts: list[str], ways: Mapping[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(starts)
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting += ways.get(here, [])
    return reached


def _procedure(data: Data) -> Iterator[Finding]:
    steps, ids = _steps(data), _step_ids(data)
    if not steps:
        return
    ways = {step["id"]: _ways(step, ids) for _, step in steps}
    back: dict[str, list[str]] = {}
    for here, onward in ways.items():
        for to in onward:
            back.setdefault(to, []).append(here)
    ends = [step["id"] for _, step in steps if step.get("next") in ((), [])]
    if len(ends) != 1:
        said = f"Steps without a next one: {listed(ends) or 'none'}."
        yield Finding(("steps",), said, "Exactly one step is the last, with next = [].")
    forward, homeward = _reached(ids[:1], ways), _reached(ends, back)
    for index, step in steps:
        if step["id"] not in forward:
            yield Finding(
                ("steps", index), f"No step leads to {step['id']!r}.", "Name it in `next` or in a `branch` of a step."
            )
        if step["id"] not in homeward:
            yield Finding(("steps", index), f"From {step['id']!r} the last step can't be reached.", "Mend its `next`.")


def _order(data: Data) -> Iterator[Finding]:
    ids, deadline = _step_ids(data), section(data, "deadline")
    for place, (index, step) in enumerate(_steps(data)):
        here: Loc = ("steps", index)
        for key, onward in (("next", words(step, "next")), ("branch", [w for _, w in words_at(step, _BRANCHES)])):
            back = [to for to in onward if to in ids[: place + 1]]
            yield from (Finding((*here, key), f"It leads back to {to!r}.", "A loop is `returns_to`.") for to in back)
        if step.get("returns_to") in ids[place:]:
            said = f"{step['returns_to']!r} is no earlier step."
            yield Finding((*here, "returns_to"), said, "A return leads to a step before this one.")
    starts, ends = deadline.get("starts_at"), deadline.get("ends_at")
    if starts in ids and ends in ids and ids.index(starts) > ids.index(ends):
        yield Finding(("deadline", "ends_at"), f"The clock ends at {ends!r}, before it starts at {starts!r}.")


def _registering(data: Data) -> Iterator[Finding]:
    rows = [index for index, step in _steps(data) if "register" in _stages(step)]
    system = "register" in data
    if len(rows) + system != 1:
        where = listed([*(f"steps[{index}]" for index in rows), *(["[register]"] if system else [])])
        yield Finding(
            ("register",) if system else ("steps",),
            f"A complaint is registered once, here by: {where or 'nothing'}.",
            "One step has the stage 'register', or [register] stands where none does.",
        )
    if not any("deliver" in _stages(step) for _, step in _steps(data)):
        yield Finding(("steps",), "No step delivers the answer.", "One step has the stage 'deliver'.")


def _single_steps(data: Data) -> Iterator[Finding]:
    citizens = [role for role, kind in section(data, "roles").items() if _kind(kind) == "citizen"]
    actors = {step["id"]: step.get("actor") for _, step in _steps(data)}
    for index, step in _steps(data):
        loc: Loc = ("steps", index)
        if index and step.get("actor") in citizens:
            yield Finding((*loc, "actor"), "The citizen acts only in the first step.", "Use [exits.ask_citizen].")
        if "disposition" in _stages(step) and "assignee" not in step:
            yield Finding(loc, "A disposition names one responsible person.", "Add `assignee`, the role to name from.")
        if ("norm" in step) != ("unit" in step):
            yield Finding(loc, "`norm` and `unit` belong together.", "Give both or none.")
        yield from _joining(loc, step, actors)


def _kind(role: object) -> object:
    return role.get("kind") if isinstance(role, Mapping) else None


def _joining(loc: Loc, step: Data, actors: Mapping[str, object]) -> Iterator[Finding]:
    if "with_next_when" in step and step.get("with_next") is not True:
        yield Finding((*loc, "with_next_when"), "It limits `with_next`, which isn't set.", "Add with_next = true.")
    if step.get("with_next") is not True:
        return
    onward = words(step, "next")
    if not onward:
        yield Finding((*loc, "with_next"), "There is no next step to join.", "Remove with_next.")
    elif onward[0] in actors and actors[onward[0]] != step.get("actor"):
        said = f"One press is one role's: the next step belongs to {actors[onward[0]]!r}."
        yield Finding((*loc, "with_next"), said, "Remove with_next.")


def _summary(data: Data) -> Iterator[Finding]:
    covered = Counter(word for _, word in words_at(data, ("summary_steps", "*", "covers", "*")))
    for step_id in _step_ids(data) if tables(data, "summary_steps") else ():
        if covered[step_id] != 1:
            said = f"{step_id!r} stands behind {covered[step_id]} lines of the citizen's view."
            yield Finding(("summary_steps",), said, "Each step is covered by one line.")


# --- the rest ---------------------------------------------------------------------------------------------------------


def _hours(data: Data) -> Iterator[Finding]:
    hours = section(data, "hours")
    if hours and not any(hours.get(day) for day in WEEKDAYS):
        yield Finding(("hours",), "The office is never open.", "Open it on at least one day.")
    ramadan = section(hours, "ramadan")
    first, last = ramadan.get("from"), ramadan.get("until")
    if (first is None) != (last is None):
        yield Finding(("hours", "ramadan"), "`from` and `until` belong together.", "Set both each year, or none.")
    elif isinstance(first, date) and isinstance(last, date) and first > last:
        yield Finding(("hours", "ramadan"), "Ramadan ends before it begins.", "Exchange `from` and `until`.")


def _letter(data: Data) -> Iterator[Finding]:
    letter = section(data, "letter")
    for loc, template in words_at(data, ("letter", "number_template")):
        yield from (Finding(loc, said, f"Fields: {listed(NUMBER_FIELDS)}.") for said in _template_faults(template))
    for _, step in _steps(data):
        if step["id"] == letter.get("number_step") and "number" not in _stages(step):
            yield Finding(
                ("letter", "number_step"), f"{step['id']!r} gives no number.", "Name the step with the stage 'number'."
            )


def _template_faults(template: str) -> Iterator[str]:
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError as error:
        yield f"It can't be filled in: {error}."
        return
    for _, name, spec, conversion in fields:
        if name is not None and name not in NUMBER_FIELDS:
            yield f"{{{name}}} is no field of a letter's number."
        elif conversion or not re.fullmatch(r"(0[1-9])?" if name == "urut" else "", spec or ""):
            yield f"{{{name}}} has a form of its own; only {{urut:03}} and its like have one."


def _prints(data: Data) -> Iterator[Finding]:
    documents, labels = words(section(data, "prints"), "documents"), section(section(data, "prints"), "labels")
    named = {word for key in ("input", "output") for _, word in words_at(data, ("steps", "*", key, "*"))}
    for index, document in enumerate(documents):
        if document not in labels:
            yield Finding(("prints", "labels"), f"{document!r} has no label.", "Add the office's word for it.")
        if document not in named:
            loc: Loc = ("prints", "documents", index)
            yield Finding(
                loc,
                f"No step has {document!r} as input or output.",
                "Name it at the step that makes it.",
                did_you_mean(document, named),
            )
    for label in labels:
        if label not in documents:
            yield Finding(
                ("prints", "labels", label),
                f"{label!r} is not among the printed documents.",
                "Add it to prints.documents.",
                did_you_mean(label, documents),
            )


def _confirmations(data: Data) -> Iterator[Finding]:
    emergency = section(data, "emergency")
    dated = "confirmed_on" in emergency
    for index, number in tables(emergency, "numbers"):
        local = emergency.get("confirmed") is True and number.get("scope") == "local"
        if local and not dated and "confirmed_on" not in number:
            yield Finding(
                ("emergency", "numbers", index),
                "A local number is confirmed with a date.",
                "Add confirmed_on = 2026-01-31, the day somebody rang it.",
            )
    for loc, word in words_at(data, ("topics", "*", "id")):
        if word == "pungli":
            said = "Pungli is confidential and has no row among the topics."
            yield Finding(loc, said, "It goes by escalation.confidential_to.")


_CHECKS = (
    _unique_names,
    _step_references,
    _role_references,
    _role_kinds,
    _procedure,
    _order,
    _registering,
    _single_steps,
    _summary,
    checks_asked.requirements,
    checks_asked.things,
    _hours,
    _letter,
    _prints,
    _confirmations,
)
