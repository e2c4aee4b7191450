"""The sections of a service standard as frozen values: what each key of the TOML file may hold.

What a standard publishes is here; what an office sets for itself is in workflow/standard/own.py.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from workflow.standard.own import (
    After,
    Asking,
    Closure,
    Emergency,
    Escalation,
    Hours,
    Information,
    Letter,
    Privacy,
    Quiet,
    Suggestions,
    Topic,
)
from workflow.standard.vocabulary import (
    ChannelKind,
    Count,
    FormId,
    Id,
    Part,
    RoleKind,
    Stage,
    StepActId,
    Text,
    ThingId,
    Unit,
)


class OfficeFacts(Part):
    """`[office]`: who the office is."""

    id: Id
    ticket_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,9}$")]
    name: Text
    name_published: str = ""
    government: Text
    kind: Text
    head_title: Text
    address: Text
    website: str = ""
    timezone: Literal["Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura"]
    region_code: str = ""


class Source(Part):
    """`[source]`: the published text this file was read from."""

    file: str
    sk: str = ""


class Service(Part):
    """`[service]`: what the office offers. The statement is inherent in every complaint, so it's always asked."""

    name: Text
    product: tuple[Text, ...]
    fee: Annotated[int, Field(ge=0)]
    fee_text: Text
    fee_detail: str = ""
    asks_statement: Literal[True]


class Deadline(Part):
    """`[deadline]`: the published total, from `starts_at` to the end of `ends_at`."""

    text: Text
    detail: str = ""
    value: Count
    unit: Unit
    unit_basis: Text
    strict_unit: Unit | None = None  # a second reading of the published word; the earlier date is promised
    condition: str = ""  # such as "pejabat ada ditempat": printed beside the date, never a silent pause
    starts_at: str
    ends_at: str
    span_basis: Text


class Requirement(Part):
    """One row of `[[requirements]]`: something the standard asks of the citizen, or a channel it names."""

    no: Text
    lead: str = ""
    text: Text
    fields: tuple[ThingId, ...] = ()
    documents: tuple[ThingId, ...] = ()
    documents_any: tuple[ThingId, ...] = ()
    documents_optional: tuple[ThingId, ...] = ()
    forms: tuple[FormId, ...] = ()
    channel_statement: bool = False
    required: bool
    chat: str = ""

    @property
    def asks(self) -> bool:
        """Whether anything is asked of the citizen for it; optional documents are only taken."""
        return bool(self.fields or self.documents or self.documents_any)


class Thing(Part):
    """One `[things.*]`: a field or document that an office asks for beyond the shared ones; its id is its name.

    A document's photo never enters the staff's group; `identity` says that it shows who somebody is.
    """

    question: str = ""  # how it's asked for; empty: in the shared words
    identity: bool = False
    personal: bool | None = None  # the notice comes before it's asked; where nothing is said: documents are, fields not


class StepAct(Part):
    """Who does what inside one step."""

    by: str
    act: StepActId


class Branch(Part):
    """Another way out of a step: to a step, or to an exit such as "refer"."""

    when: Text
    to: str


class Step(Part):
    """One row of `[[steps]]`: the office's own step, of a shared stage."""

    id: Id
    no: Text
    stage: Stage
    also: tuple[Stage, ...] = ()
    actor: Text
    actor_basis: Text
    actor_published: str = ""
    by: Literal["system"] | None = None
    acts: tuple[StepAct, ...] = ()
    assignee: str | None = None
    via: str | None = None
    informs: tuple[str, ...] = ()
    text: Text
    text_published: str = ""
    input: tuple[Text, ...] = ()
    input_text: str = ""
    output: tuple[Text, ...] = ()
    output_text: str = ""
    remark: str = ""
    norm: Count | None = None
    norm_text: str = ""
    unit: Unit | None = None
    unit_basis: str = ""
    next: Annotated[tuple[str, ...], Field(max_length=1)]
    with_next: bool = False
    with_next_when: Literal["chat"] | None = None
    returns_to: str | None = None
    returns_basis: str = ""
    branch: tuple[Branch, ...] = ()
    branch_basis: str = ""
    chat: str = ""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The step's stage and the further ones it also is."""
        return (self.stage, *self.also)


class SummaryStep(Part):
    """One line of the citizen's own, shorter view of the steps."""

    no: Text
    text: Text
    covers: tuple[str, ...]


class Register(Part):
    """`[register]`: who registers, and after which step, where no step does it."""

    by: Literal["system"]
    after: str


class Exit(Part):
    """The steps from which a complaint may leave the published order."""

    from_: tuple[str, ...] = Field(alias="from")


class Exits(Part):
    """`[exits]`: the two ways out every office needs."""

    refer: Exit
    ask_citizen: Exit


class PublishedChannel(Part):
    """One row of `[[channels]]`; an empty value means that the standard names the channel without an address."""

    kind: ChannelKind
    value: str


class Prints(Part):
    """`[prints]`: the papers of the procedure, with the office's names for them."""

    documents: tuple[str, ...]
    labels: dict[str, Text]


class RoleDef(Part):
    """One `[roles.*]`: the office's word for it, and the kind the engine goes by."""

    label: Text
    kind: RoleKind
    label_basis: Text


class StandardFile(Part):
    """The whole file, with the TOML's own key names."""

    schema_: Literal[1] = Field(alias="schema")
    office: OfficeFacts
    source: Source
    service: Service
    deadline: Deadline
    requirements: tuple[Requirement, ...]
    things: dict[ThingId, Thing] = {}
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=60)]
    summary_steps: tuple[SummaryStep, ...] = ()
    register_: Register | None = Field(default=None, alias="register")
    suggestions: Suggestions | None = None
    exits: Exits
    channels: tuple[PublishedChannel, ...]
    prints: Prints
    roles: dict[str, RoleDef]
    hours: Hours
    closures: tuple[Closure, ...] = ()
    emergency: Emergency
    escalation: Escalation
    letter: Letter
    quiet: Quiet
    asking: Asking
    after: After
    privacy: Privacy
    topics: tuple[Topic, ...] = ()
    information: tuple[Information, ...] = ()
