"""Whether an office's people can walk its procedure: each acting role held, drafts approved by another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from workflow.office import Office, Staff
from workflow.problems import Finding, listed
from workflow.procedure.stages import Part, parts
from workflow.standard.review import Remark

_WRITES = ("draft", "report")
_APPROVES = ("approve", "sign")
_GIVE = "Give the role with /peran in the staff group, or in [[offices.staff]] of config.toml."


def staffing(office: Office, at: datetime) -> tuple[Remark, ...]:
    """What stands in the way of these people at this moment: roles that nobody holds, one person for two hands."""
    found = [*_held(office, at), *own_drafts(office), *_trusted(office), *_titles(office)]
    return tuple(found)


def acting(office: Office) -> dict[str, list[str]]:
    """The roles that do something, each with the numbers of the steps where it does."""
    standard = office.standard
    found: dict[str, list[str]] = {}
    for step in standard.steps:
        roles = [part.role for part in parts(step)] + [each for each in (step.assignee,) if each]
        for role in dict.fromkeys(roles):
            if not standard.is_citizen(role) and step.by != "system":
                found.setdefault(role, []).append(step.no)
    return found


def _held(office: Office, at: datetime) -> Iterator[Remark]:
    at_work = [person for person in office.staff if person.at_work]
    for role, steps in acting(office).items():
        label, holders = office.standard.role(role).label, office.with_role(role)
        present = [*(each for each in holders if office.is_there(each, at)), *office.stand_ins(role, at)]
        where = f"steps {listed(steps)}" if len(steps) > 1 else f"step {steps[0]}"
        if not holders:
            said = f"Nobody holds {label} ({where}): a complaint stands still there."
            yield _remark("mend", role, said, _GIVE)
        elif not present:
            said = f"Everybody of {label} ({where}) is away, and nobody stands in."
            yield _remark("mend", role, said, "Name a Plt. or Plh. in the staff group.")
        elif len(holders) == 1 and len(at_work) == 1:
            said = f"{holders[0].name} is the office's only person: nobody could stand in as {label}."
            yield _remark("look", role, said, _GIVE)
        elif len(holders) == 1:
            others = [each.name for each in at_work if each is not holders[0]]
            said = f"{holders[0].name} alone is {label} ({where})."
            who = listed(others[:3])
            yield _remark(
                "look", role, said, f"Name a Plh. before they are away ({who} could); else it waits for them."
            )


def own_drafts(office: Office) -> Iterator[Remark]:
    """Nobody approves their own draft: whoever alone could write and alone could approve stops every answer."""
    all_parts = [(step.no, part) for step in office.standard.steps for part in parts(step)]
    writers = _people(office, [part for _, part in all_parts if part.act in _WRITES])
    for no, part in all_parts:
        approvers = office.with_role(part.role) if part.act in _APPROVES else ()
        if len(approvers) != 1 or approvers[0] not in writers:
            continue
        one, label = approvers[0], office.standard.role(part.role).label
        if len(writers) == 1:
            said = f"{one.name} alone writes the answer and alone would approve it as {label} (step {no})."
            yield _remark("mend", part.role, said, "Nobody approves their own draft: give one of the two to another.")
        else:
            said = f"{one.name} may write the answer, and alone approves it as {label} (step {no})."
            yield _remark("look", part.role, said, "What they wrote themselves nobody could approve.")


def _people(office: Office, own: list[Part]) -> list[Staff]:
    return list(dict.fromkeys(person for part in own for person in office.with_role(part.role)))


def _trusted(office: Office) -> Iterator[Remark]:
    roles = office.standard.escalation.confidential_to
    if roles and not any(office.with_role(role) for role in roles):
        labels = listed(office.standard.role(role).label for role in roles)
        said = f"Nobody may know of a confidential report: nobody holds {labels}."
        finding = Finding(("escalation", "confidential_to"), said, _GIVE)
        yield Remark("mend", "staff", finding)


def _titles(office: Office) -> Iterator[Remark]:
    for index, topic in enumerate(office.standard.topics):
        if topic.title.strip() and not office.with_title(topic.role, topic.title):
            said = f"Nobody of the role {topic.role!r} bears the title {topic.title!r}: the topic suggests nobody."
            finding = Finding(("topics", index, "title"), said, "Write the title as staff bear it (/peran shows it).")
            yield Remark("look", "topics", finding)


def _remark(weight: str, role: str, said: str, mend: str) -> Remark:
    return Remark("mend" if weight == "mend" else "look", "staff", Finding(("roles", role), said, mend))
