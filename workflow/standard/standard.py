"""A published service standard as data: read from TOML, checked as a whole, and ready for the engine."""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from pydantic import PrivateAttr, ValidationError

from workflow import offices
from workflow.clocks.office_time import Calendar, calendar_of, minutes_in_working_day
from workflow.problems import Finding, Problem, StandardProblems
from workflow.standard.checks import findings
from workflow.standard.own import EmergencyNumber
from workflow.standard.parts import Requirement, RoleDef, StandardFile, Step, Thing
from workflow.standard.shape import shape_finding
from workflow.standard.toml_lines import line_of, lines_of
from workflow.standard.vocabulary import DOCUMENTS

__all__ = ["Asked", "Problem", "Standard", "StandardProblems", "Step", "load", "shipped", "shipped_text"]

MAX_CHARACTERS = 256 * 1024

IDENTITY_DOCUMENTS = frozenset({"kk", "ktp", "sim", "other_id"})
_PERSONAL_FIELDS = frozenset({"name", "address", "signature"})
_DERIVED_FIELDS = frozenset({"submitted_place", "submitted_at"})

AskedKind = Literal["text", "signature", "document", "place_photo", "derived"]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the standard asks of the citizen.

    `id` is the field's or document's id; where any one of several documents will do it is "identity" (or, were they
    not the shared identity documents, their ids with "_atau_" between them) and `options` holds them. `kind` says how
    it's given: typed, typed under the summary as a signature, sent as a picture of a document or of a place, or
    "derived": known already, shown in the summary, never asked. `optional_documents` are taken with it, never demanded.
    """

    id: str
    kind: AskedKind
    options: tuple[str, ...] = ()
    required: bool = True
    optional_documents: tuple[str, ...] = ()
    requirement_no: str = ""
    requirement_text: str = ""
    question: str = ""  # the office's own words to ask for it
    identity: bool = False  # shows who somebody is: sealed, and never in the group
    personal: bool = False  # personal data: the notice comes before the first of these


class Standard(StandardFile):
    """One office's service standard, checked; the TOML's sections are its attributes.

    `version` is the content hash a complaint or a draft is pinned to.
    """

    _version: str = PrivateAttr(default="")

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 - pydantic's signature
        """Keep the content hash the loader computed."""
        self._version = str((context or {}).get("version", ""))

    def __hash__(self) -> int:
        """By content, so that a standard can be a key."""
        return hash(self.version)

    @cached_property
    def version(self) -> str:
        """16 hex digits of the text's SHA-256."""
        return self._version

    @property
    def id(self) -> str:
        """The office's id."""
        return self.office.id

    # --- steps --------------------------------------------------------------------------------------------------------

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {step.id: index for index, step in enumerate(self.steps)}

    def step(self, step_id: str) -> Step:
        """The step of that id; KeyError if there's none."""
        return self.steps[self._rows[step_id]]

    @property
    def first(self) -> Step:
        """The step a complaint begins with."""
        return self.steps[0]

    def next_step(self, step: Step, kind: str = "complaint") -> Step | None:
        """The published next step, for a suggestion the next that it doesn't pass by; None after the last."""
        onward = self.step(step.next[0]) if step.next else None
        passed = self.suggestions.skips if self.suggestions is not None and kind == "suggestion" else ()
        return self.next_step(onward, kind) if onward is not None and onward.id in passed else onward

    def position(self, step: Step) -> tuple[int, int]:
        """Which step of how many, counted from 1: for "Langkah n dari m"."""
        return self._rows[step.id] + 1, len(self.steps)

    def joined(self, step: Step, *, through_chat: bool = True) -> tuple[Step, ...]:
        """The steps that one press does, this one first, in published order.

        `through_chat` is whether the answer leaves through a channel of the system: some steps join only then.
        """
        chain = [step]
        while chain[-1].with_next and (through_chat or chain[-1].with_next_when is None):
            chain.append(self.step(chain[-1].next[0]))
        return tuple(chain)

    def is_clerical(self, step: Step) -> bool:
        """Whether the step needs no judgement and is done at once in its role's name."""
        return step.by == "system"

    def registers_at(self) -> str | tuple[Literal["system"], str]:
        """The id of the step that registers, or ("system", id) when the engine does it right after that step."""
        if self.register_ is not None:
            return "system", self.register_.after
        return next(step.id for step in self.steps if "register" in step.stages)

    def registers_at_once(self) -> bool:
        """Whether the number and the receipt come with the citizen's YA, without anybody's press."""
        where = self.registers_at()
        upto = where if isinstance(where, str) else where[1]
        before = self.steps[: self._rows[upto] + 1]
        return all(self.is_clerical(step) or self.is_citizen(step.actor) for step in before)

    def delivers_at(self) -> Step:
        """The step from which the office's answer leaves."""
        return next(step for step in self.steps if "deliver" in step.stages)

    def summary_no(self, step: Step) -> str:
        """The line of the citizen's shorter view that covers a step; without such a view the step's own number."""
        return next((line.no for line in self.summary_steps if step.id in line.covers), step.no)

    # --- roles --------------------------------------------------------------------------------------------------------

    def role(self, role_id: str) -> RoleDef:
        """A role's label and kind; KeyError if there's none."""
        return self.roles[role_id]

    def is_citizen(self, role_id: str) -> bool:
        """Whether the role is the citizen's."""
        return self.roles[role_id].kind == "citizen"

    def roles_of(self, kind: str) -> tuple[str, ...]:
        """The roles of a kind, in the file's order."""
        return tuple(role_id for role_id, role in self.roles.items() if role.kind == kind)

    # --- what is asked ------------------------------------------------------------------------------------------------

    @cached_property
    def _all_asked(self) -> tuple[Asked, ...]:
        things = _with_optional([*self._rows_asked()], [row for row in self.requirements if not row.asks])
        own = next((asked for asked in things if asked.id == "statement"), Asked(id="statement", kind="text"))
        return own, *(asked for asked in things if asked.id != "statement")

    def _rows_asked(self) -> Iterator[Asked]:
        for row in self.requirements:
            yield from _asked_by(row, self.things)

    def asked(self) -> tuple[Asked, ...]:
        """What is asked of the citizen, in order: the statement first, then the requirements as published.

        Channels and forms that requirements name are no questions; neither is what is `derived`.
        """
        return tuple(asked for asked in self._all_asked if asked.kind != "derived")

    def derived(self) -> tuple[Asked, ...]:
        """What a requirement names and we know without asking: shown in the summary."""
        return tuple(asked for asked in self._all_asked if asked.kind == "derived")

    def papers(self) -> tuple[str, ...]:
        """The documents a file may be: those the standard names, then the shared ones."""
        rows = self.requirements
        named = (each for row in rows for each in (*row.documents, *row.documents_any, *row.documents_optional))
        return tuple(dict.fromkeys((*named, *DOCUMENTS)))

    def asks_personal(self) -> bool:
        """Whether anything personal is asked at all: where not, no notice comes before the receipt."""
        return any(asked.personal for asked in self.asked())

    # --- what the office still has to look at -------------------------------------------------------------------------

    @cached_property
    def calendar(self) -> Calendar:
        """The office's hours, holidays and confirmed closures."""
        return calendar_of(self)

    def emergency_numbers(self) -> tuple[EmergencyNumber, ...]:
        """The numbers that may be shown: national ones, and local ones the office confirmed with a date."""
        section = self.emergency.confirmed and self.emergency.confirmed_on is not None
        return tuple(
            number
            for number in self.emergency.numbers
            if number.scope == "national" or section or number.confirmed_on is not None
        )

    def unconfirmed(self) -> tuple[str, ...]:
        """The places of our defaults that the office hasn't confirmed: "hours", "topics[0] (jalan)"."""
        return tuple(_unconfirmed(self))

    def inferred(self) -> tuple[tuple[str, str], ...]:
        """What we read into the standard: (place, why), such as ("steps[1].actor (check)", "3.4 handed ...")."""
        return tuple(_inferred(self))

    def norms(self) -> tuple[int, int] | None:
        """The sum of all step norms and the published total, both in office minutes.

        None where some step has no norm. A day is an average working day of the ordinary hours less the break.
        """
        day = minutes_in_working_day(self.hours)
        parts = [(step.norm, step.unit) for step in self.steps]
        if any(norm is None or unit is None for norm, unit in parts):
            return None
        minutes = [(norm or 0) * (1 if unit == "office_minute" else day) for norm, unit in parts]
        total = self.deadline.value * (1 if self.deadline.unit == "office_minute" else day)
        return round(sum(minutes)), round(total)

    def notes(self) -> tuple[str, ...]:
        """What is no error and yet worth the office's look."""
        norms = self.norms()
        if norms is None or norms[0] <= norms[1]:
            return ()
        return (f"The norms of the steps add up to {norms[0]} office minutes, the published total is {norms[1]}.",)


EITHER = "_atau_"
"""Between the ids of documents any one of which will do, so that the whole reads as their names."""


def any_of(options: tuple[str, ...]) -> str:
    """The id of what is met by any one of several documents."""
    return "identity" if IDENTITY_DOCUMENTS.issuperset(options) else EITHER.join(options)


def _asked_by(row: Requirement, own: Mapping[str, Thing]) -> Iterator[Asked]:
    """What one requirement asks, its optional documents with the last of it."""
    things: list[Asked] = []
    for field in row.fields:
        kind: AskedKind = "derived" if field in _DERIVED_FIELDS else "signature" if field == "signature" else "text"
        personal = field in _PERSONAL_FIELDS
        things.append(Asked(id=field, kind=kind, personal=personal, question=_question(field, own)))
    for document in row.documents:
        photo: AskedKind = "place_photo" if document == "location_photo" else "document"
        identity, personal = _shows((document,), own)
        question = _question(document, own)
        things.append(Asked(id=document, kind=photo, identity=identity, personal=personal, question=question))
    if options := row.documents_any:
        identity, personal = _shows(options, own)
        name = any_of(options)
        things.append(Asked(id=name, kind="document", options=options, identity=identity, personal=personal))
    for last, asked in enumerate(things, start=1 - len(things)):
        yield replace(
            asked,
            required=row.required,
            optional_documents=() if last else row.documents_optional,
            requirement_no=row.no,
            requirement_text=row.text,
        )


def _with_optional(things: list[Asked], rows: list[Requirement]) -> list[Asked]:
    """Documents of rows that ask for nothing are taken along with the last document that's asked for."""
    more = tuple(each for row in rows for each in row.documents_optional)
    last = next((n for n in range(len(things) - 1, -1, -1) if things[n].kind in ("document", "place_photo")), None)
    if not more or last is None:
        return things
    taken = replace(things[last], optional_documents=(*things[last].optional_documents, *more))
    return [*things[:last], taken, *things[last + 1 :]]


def _question(item: str, own: Mapping[str, Thing]) -> str:
    return own[item].question if item in own else ""


def _shows(documents: tuple[str, ...], own: Mapping[str, Thing]) -> tuple[bool, bool]:
    """(whether one of the documents shows who somebody is, whether one is personal at all)."""
    mine = [own[each] for each in documents if each in own]
    identity = not IDENTITY_DOCUMENTS.isdisjoint(documents) or any(each.identity for each in mine)
    return identity, identity or any(each.personal is not False for each in mine)


def _unconfirmed(standard: Standard) -> Iterator[str]:
    for name in ("hours", "emergency", "escalation", "letter", "quiet", "asking", "after", "privacy"):
        if not getattr(standard, name).confirmed:
            yield name
    yield from (f"closures[{i}] ({row.name})" for i, row in enumerate(standard.closures) if not row.confirmed)
    yield from (f"topics[{i}] ({row.id})" for i, row in enumerate(standard.topics) if not row.confirmed)
    yield from (f"information[{i}] ({row.ask[0]})" for i, row in enumerate(standard.information) if not row.confirmed)


_INFERRED = re.compile(r"inferred:\s*")


def _inferred(standard: Standard) -> Iterator[tuple[str, str]]:
    bases = [("deadline.unit", standard.deadline.unit_basis), ("deadline.span", standard.deadline.span_basis)]
    for index, step in enumerate(standard.steps):
        names = ("actor", "unit", "returns", "branch")
        bases += [(f"steps[{index}].{name} ({step.id})", getattr(step, f"{name}_basis")) for name in names]
    bases += [(f"roles.{role_id}.label", role.label_basis) for role_id, role in standard.roles.items()]
    for place, basis in bases:
        if found := _INFERRED.match(basis):
            yield place, basis[found.end() :]


# --- reading ----------------------------------------------------------------------------------------------------------


def load(text: str, *, place: str) -> Standard:
    """Read and check a standard; `place` is the file's name, for problems.

    Raises `StandardProblems` with every problem of the file at once.
    """
    if len(text) > MAX_CHARACTERS:
        raise StandardProblems([Problem(place, f"The file is longer than {MAX_CHARACTERS} characters.")])
    try:
        data = _frozen(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise StandardProblems([Problem(place, f"This is no TOML: {error}.", "Mend the line it names.")]) from None
    version = hashlib.sha256(text.encode()).hexdigest()[:16]
    found: list[Finding] = []
    standard: Standard | None = None
    try:
        standard = Standard.model_validate(data, context={"version": version})
    except ValidationError as error:
        found = [shape_finding(detail) for detail in error.errors(include_url=False)]
    found += findings(data)
    if standard is None or found:
        lines = lines_of(text)
        placed = sorted(((line_of(lines, one.loc), one) for one in found), key=lambda pair: pair[0] or 0)
        raise StandardProblems(one.at(place, line) for line, one in placed)
    return standard


def _frozen(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Lists become tuples, all the way down."""
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value


# --- the shipped ones -------------------------------------------------------------------------------------------------


def shipped_text(office_id: str) -> str:
    """The TOML text of a shipped standard; KeyError for an id that isn't shipped."""
    return offices.text(office_id)


@cache
def _shipped(office_id: str) -> Standard:
    return load(offices.text(office_id), place=f"{office_id}.toml")


class _Shipped(Mapping[str, Standard]):
    """The shipped standards by id, each read when it's first asked for."""

    def __getitem__(self, office_id: str) -> Standard:
        return _shipped(office_id)

    def __iter__(self) -> Iterator[str]:
        return iter(offices.ids())

    def __len__(self) -> int:
        return len(offices.ids())


def shipped() -> Mapping[str, Standard]:
    """The shipped standards by id, each read when it's first asked for."""
    return _Shipped()
