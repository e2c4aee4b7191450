"""A procedure as boxes to be drawn: each published step with who, how long, where it leads, and what we inferred."""

from __future__ import annotations

from typing import Any

from workflow.say import listing, say
from workflow.standard.parts import SummaryStep
from workflow.standard.standard import Standard, Step

_INFERRED = "inferred"


def flow(standard: Standard) -> dict[str, Any]:
    """Everything the picture shows, as plain values: heading, boxes in published order, and the words around them."""
    office, deadline = standard.office, standard.deadline
    first, last = standard.step(deadline.starts_at), standard.step(deadline.ends_at)
    second = f"procedure.unit.{deadline.strict_unit}" if deadline.strict_unit else ""
    under = [
        say("procedure.span", first=first.no, last=last.no),
        say("procedure.condition", text=deadline.condition) if deadline.condition else "",
        say("procedure.second", unit=say(second)) if second else "",
    ]
    return {
        "office": office.name,
        "government": office.government,
        "title": say("procedure.title", service=standard.service.name),
        "total": say("procedure.total", text=deadline.text),
        "under": "; ".join(part for part in under if part),
        "boxes": [box(standard, step) for step in standard.steps],
        "end": say("procedure.end"),
        "summary_title": say("procedure.summary"),
        "summary": [_summary(standard, line) for line in standard.summary_steps],
        "legend": {name: say(f"procedure.legend_{name}") for name in ("actor", "loop", "joined")},
        "version": say("procedure.version", version=standard.version),
    }


def box(standard: Standard, step: Step) -> dict[str, Any]:
    """One step. `back` is the index of the step it may return to, -1 if none; `join` the words of a joined press."""
    joined = "procedure.joined_chat" if step.with_next_when else "procedure.joined"
    rows = [each.id for each in standard.steps]
    return {
        "no": step.no,
        "text": step.text.rstrip(";"),
        "stages": [say(f"stage.{stage}") for stage in step.stages],
        "actor": _actor(standard, step),
        "inferred": step.actor_basis.startswith(_INFERRED),
        "citizen": standard.is_citizen(step.actor),
        "system": step.by == "system",
        "norm": say("procedure.norm", text=step.norm_text) if step.norm_text else "",
        "notes": [note for note in _notes(standard, step) if note],
        "back": rows.index(step.returns_to) if step.returns_to else -1,
        "back_words": say("procedure.returns", no=standard.step(step.returns_to).no) if step.returns_to else "",
        "back_inferred": step.returns_basis.startswith(_INFERRED),
        "skips": [rows.index(branch.to) for branch in step.branch if branch.to in rows],
        "ways_inferred": step.branch_basis.startswith(_INFERRED),
        "ways": [_way(standard, branch.when, branch.to) for branch in step.branch],
        "exits": _exits(standard, step),
        "join": say(joined) if step.with_next else "",
    }


def _summary(standard: Standard, line: SummaryStep) -> str:
    """A line of the citizen's own view, with the steps behind it."""
    behind = [standard.step(each).no for each in line.covers]
    ends = say("procedure.summary_range", first=behind[0], last=behind[-1]) if len(behind) > 1 else behind[0]
    return say("procedure.summary_line", no=line.no, text=line.text, steps=ends)


def _actor(standard: Standard, step: Step) -> str:
    if not step.acts:
        return standard.role(step.actor).label
    done = [f"{standard.role(act.by).label} {say(f'procedure.did.{act.act}')}" for act in step.acts]
    return done[0] if len(done) == 1 else say("procedure.both", first=", ".join(done[:-1]), last=done[-1])


def _notes(standard: Standard, step: Step) -> list[str]:
    return [
        say("procedure.system") if step.by == "system" else "",
        say("procedure.registers") if standard.registers_at() == ("system", step.id) else "",
        say("procedure.via", role=standard.role(step.via).label) if step.via else "",
        say("procedure.assignee", role=standard.role(step.assignee).label) if step.assignee else "",
        say("procedure.informs", roles=listing([standard.role(role).label for role in step.informs]))
        if step.informs
        else "",
    ]


def _way(standard: Standard, when: str, to: str) -> str:
    if to == "refer":
        return say("procedure.branch_out", when=when)
    return say("procedure.branch", when=when, no=standard.step(to).no)


def _exits(standard: Standard, step: Step) -> list[str]:
    out = [branch.to for branch in step.branch]
    found = []
    if step.id in standard.exits.ask_citizen.from_:
        found.append(say("procedure.ask_citizen"))
    if step.id in standard.exits.refer.from_ and "refer" not in out:
        found.append(say("procedure.refer"))
    return found
