"""The table of stages and acts: what each step of any office's procedure offers, and which act finishes it.

Theory of operation. A published step is of one or more stages. Each stage has one act that finishes it and some acts
it offers besides. A step becomes a row of *parts*, done in order: the acts the standard names for it, or else one part
for each of its stages, where a stage that only prepares another one of the same step gives way to it (a review that
disposes is a disposition). When the last part is done the complaint moves to the published next step. Nothing here
knows an office: what an office has of its own is in its standard.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from workflow.message import Value
from workflow.standard.standard import Standard, Step

Who = Literal["turn", "officer", "staff"]
Wants = Literal["", "text", "person", "thing", "way"]


class Rule(Value):
    """One act: who may do it, what it wants to know, and what it means."""

    who: Who = "turn"  # the person whose turn it is; any officer (petugas); anybody of the staff
    wants: Wants = ""  # words typed in a reply; a person; a requirement; a way out of the step
    finishes: bool = False  # the part of the step is done with it
    again: bool = False  # it reaches the citizen or ends something: asked once more
    final: bool = False  # can't be taken back: it has left the house, or a number was given
    plain: bool = False  # no judgement in it: a press that joins steps does it along
    clears: bool = False  # whoever does it accepts the file as enough


ACTS: Mapping[str, Rule] = {
    # one act that finishes each stage
    "accept": Rule(finishes=True, plain=True),
    "complete": Rule(finishes=True, clears=True),
    "verify": Rule(finishes=True, clears=True),
    "register": Rule(finishes=True, final=True, plain=True),
    "receipt": Rule(finishes=True, final=True, plain=True),
    "pass_on": Rule(finishes=True, clears=True),
    "dispose": Rule(finishes=True, clears=True, wants="person"),
    "ask_staff": Rule(finishes=True, clears=True, wants="person"),
    "report": Rule(finishes=True, clears=True),
    "draft": Rule(finishes=True, clears=True),
    "approve": Rule(finishes=True, clears=True),
    "copy": Rule(finishes=True, plain=True),
    "sign": Rule(finishes=True),
    "number": Rule(finishes=True, wants="text"),
    "deliver": Rule(finishes=True, again=True, final=True),
    "archive": Rule(finishes=True, plain=True),
    # other ways to finish one
    "enough": Rule(finishes=True, clears=True, wants="text"),
    "branch": Rule(finishes=True, clears=True, wants="way"),
    "hand_over": Rule(finishes=True, again=True, final=True, wants="text"),
    # what is done inside a step
    "write": Rule(wants="text"),
    "seen": Rule(wants="thing"),
    "ask": Rule(wants="text", again=True, final=True),
    "return": Rule(wants="text"),
    "reword": Rule(wants="text"),
    "help": Rule(wants="person"),
    "hand": Rule(wants="person"),
    # ways out
    "refuse": Rule(wants="text", again=True, final=True),
    "refer_sent": Rule(wants="text", again=True, final=True),
    "refer_self": Rule(wants="text", again=True, final=True),
    # what goes with any step
    "plan": Rule(who="staff", wants="text", final=True),  # who of them, says `lateness.may_word`
    "respond": Rule(who="staff", final=True),
    "note": Rule(who="staff", wants="text", final=True),
    "identify": Rule(who="officer", wants="text", final=True),
    "label": Rule(who="officer", final=True),
    "enclose": Rule(who="staff", final=True),
    "include": Rule(who="officer", final=True),
    "attach": Rule(who="officer", final=True),
    "source": Rule(who="officer", final=True),
    "tracking": Rule(who="officer", wants="text", final=True),
    "received": Rule(who="officer", final=True),
    "behalf": Rule(who="officer", wants="text", final=True),
    "withhold": Rule(who="officer", final=True),
    "unwithhold": Rule(who="officer", final=True),
    "undo": Rule(who="staff", final=True),
    # about what was entered for somebody, and all that somebody has
    "object": Rule(who="staff", final=True),
    "sheet": Rule(who="staff", final=True),
    "hand_all": Rule(who="staff"),
}
"""Every act of the staff."""


class Row(Value):
    """A stage: the act that finishes it, and what it offers besides."""

    act: str
    offers: tuple[str, ...] = ()
    yields_to: str = ""  # in a step that is this stage as well, only that one's act is done


STAGES: Mapping[str, Row] = {
    "intake": Row(act="accept", yields_to="register"),
    "completeness": Row(act="complete", offers=("enough", "seen", "refuse")),
    "identity": Row(act="verify", offers=("enough", "seen", "refuse")),
    "register": Row(act="register"),
    "receipt": Row(act="receipt"),
    "review": Row(act="pass_on", yields_to="disposition"),
    "disposition": Row(act="dispose"),
    "follow_up": Row(act="report", offers=("write", "help", "hand"), yields_to="draft"),
    "draft": Row(act="draft", offers=("write", "help", "hand")),
    "check": Row(act="approve"),
    "copy": Row(act="copy"),
    "sign": Row(act="sign"),
    "number": Row(act="number"),
    "deliver": Row(act="deliver", offers=("hand_over", "reword")),
    "archive": Row(act="archive"),
}
"""Every stage of a standard."""

WRITTEN = ("report", "draft")
"""The acts whose text becomes, or leads to, the answer."""


class Part(Value):
    """One thing to be done inside a step, by one role."""

    role: str
    act: str
    offers: tuple[str, ...] = ()


def parts(step: Step) -> tuple[Part, ...]:
    """What is to be done in a step, in order. Never empty."""
    if step.acts:
        return tuple(Part(role=each.by, act=each.act, offers=_offers_of(each.act)) for each in step.acts)
    stages = [stage for stage in step.stages if STAGES[stage].yields_to not in step.stages]
    # An archive that isn't the step's first stage is what remains to be done when the rest is.
    stages.sort(key=lambda stage: stage == "archive")
    return tuple(Part(role=step.actor, act=STAGES[stage].act, offers=STAGES[stage].offers) for stage in stages)


def offered(standard: Standard, step: Step, part: Part) -> tuple[str, ...]:
    """The acts a part offers by the table and the standard's exits, the finishing one first."""
    more = list(part.offers)
    if step.branch:
        more += ["branch"] if any(branch.to != "refer" for branch in step.branch) else []
    if "check" in step.stages or "sign" in step.stages:
        more += ["return"] if step.returns_to else []
    if step.id in standard.exits.ask_citizen.from_:
        more.append("ask")
    if step.id in standard.exits.refer.from_ or any(branch.to == "refer" for branch in step.branch):
        more += ["refer_sent", "refer_self"]
    return (part.act, *more)


def ways(step: Step) -> tuple[tuple[str, str], ...]:
    """The step's branches to other steps: (when, step id)."""
    return tuple((branch.when, branch.to) for branch in step.branch if branch.to != "refer")


def joins_on(standard: Standard, step: Step, *, through_chat: bool) -> bool:
    """Whether the press that finishes this step goes on with the next one."""
    return len(standard.joined(step, through_chat=through_chat)) > 1


def joined_before(standard: Standard, step: Step, *, through_chat: bool) -> bool:
    """Whether the press before this step goes on with it."""
    before = next((each for each in standard.steps if step.id in each.next), None)
    return before is not None and joins_on(standard, before, through_chat=through_chat)


def work_part(standard: Standard) -> tuple[Step, int]:
    """Where the work on a complaint is done: the first step and part that reports or drafts.

    A reopened complaint goes back to it. A standard without such a part gives its first step.
    """
    for step in standard.steps:
        for index, part in enumerate(parts(step)):
            if part.act in WRITTEN:
                return step, index
    return standard.first, 0


def has_act(standard: Standard, act: str) -> bool:
    """Whether some step of the standard is done by this act."""
    return any(part.act == act for step in standard.steps for part in parts(step))


def drafts_own(standard: Standard) -> bool:
    """Whether who signs the answer writes it, and nobody checks or signs it after: their draft is the answer."""
    writers = {part.role for step in standard.steps for part in parts(step) if part.act == "draft"}
    return writers == {standard.letter.signer} and not has_act(standard, "approve") and not has_act(standard, "sign")


def word_of(act: str, standard: Standard) -> str:
    """What an act is called at the desk: "paraf" before a signature, "draft_own" where the draft is the answer."""
    if act == "approve" and has_act(standard, "sign"):
        return "paraf"
    return "draft_own" if act == "draft" and drafts_own(standard) else act


def _offers_of(act: str) -> tuple[str, ...]:
    return next((row.offers for row in STAGES.values() if row.act == act), ())
