"""The sections of a service standard as frozen values: what each key of the TOML file may hold."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from workflow.standard.vocabulary import (
    ChannelKind,
    Count,
    Day,
    DocumentId,
    EmergencyKind,
    FieldId,
    FormId,
    Id,
    Moment,
    Part,
    RoleKind,
    Stage,
    StepActId,
    Stretch,
    Text,
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
    fields: tuple[FieldId, ...] = ()
    documents: tuple[DocumentId, ...] = ()
    documents_any: tuple[DocumentId, ...] = ()
    documents_optional: tuple[DocumentId, ...] = ()
    forms: tuple[FormId, ...] = ()
    channel_statement: bool = False
    required: bool
    chat: str = ""


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


class RamadanHours(Part):
    """`[hours.ramadan]`: in force only when both dates are set. A day that's not given keeps its ordinary hours.

    The breaks are those of Perpres 21/2023: 30 minutes, on Friday 60.
    """

    basis: str = ""
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None
    mon: Day | None = None
    tue: Day | None = None
    wed: Day | None = None
    thu: Day | None = None
    fri: Day | None = None
    sat: Day | None = None
    sun: Day | None = None
    break_minutes: Annotated[int, Field(ge=0, le=240)] = 30
    break_minutes_fri: Annotated[int, Field(ge=0, le=240)] = 60


class Hours(Part):
    """`[hours]`: when the office is open, local time.

    `break_from` matters only with `subtract_break`; Perpres 21/2023 sets the length of the break alone, its usual
    beginning is ours.
    """

    confirmed: bool
    basis: str = ""
    mon: Day
    tue: Day
    wed: Day
    thu: Day
    fri: Day
    sat: Day
    sun: Day
    break_minutes: Annotated[int, Field(ge=0, le=240)] = 60
    break_minutes_fri: Annotated[int, Field(ge=0, le=240)] = 90
    break_from: Moment = time(12, 0)
    break_from_fri: Moment = time(11, 30)
    subtract_break: bool = False
    holidays: tuple[Literal["public", "government"], ...] = ("public", "government")
    ramadan: RamadanHours | None = None


class Closure(Part):
    """One row of `[[closures]]`: a closed day of the office's own; it counts only when confirmed."""

    date: date
    name: Text
    basis: str = ""
    confirmed: bool


class EmergencyNumber(Part):
    """A number to call; a local one is shown only once the office confirmed it, with the date of that."""

    kinds: tuple[EmergencyKind, ...]
    number: Text
    label: Text
    basis: Text
    scope: Literal["national", "local"]
    confirmed_on: date | None = None


class Emergency(Part):
    """`[emergency]`."""

    confirmed: bool
    confirmed_on: date | None = None
    numbers: tuple[EmergencyNumber, ...]


class ExternalRoute(Part):
    """Somewhere else to complain."""

    name: Text
    contact: str
    kinds: tuple[Literal["any", "confidential"], ...]


class Escalation(Part):
    """`[escalation]`: who is told when time has passed or a report is confidential."""

    confirmed: bool
    overdue: tuple[str, ...]
    confidential_to: tuple[str, ...]
    data_request_hours: Count
    national_reply_days: Count
    national_decision_days: Count
    external: tuple[ExternalRoute, ...] = ()


class Letter(Part):
    """`[letter]`: the answer on paper. An empty signer: no published step has anybody sign."""

    confirmed: bool
    number_template: Text
    klasifikasi: str = ""
    unit: str = ""
    number_owner: Literal["staff", "system"]
    number_step: str | None = None
    place: Text
    signer: str = ""
    sifat: str = ""
    lampiran: str = ""
    hal: Text
    tembusan: tuple[Text, ...] = ()

    def number(self, urut: int, year: int) -> str:
        """The letter's number, such as "060/024/424.079/2023"."""
        return self.number_template.format(klasifikasi=self.klasifikasi, urut=urut, unit=self.unit, tahun=year)


class Quiet(Part):
    """`[quiet]`: when nobody is woken. `citizen` may span midnight."""

    confirmed: bool
    citizen: Stretch
    desk_silent: Literal["outside_hours", "never"]
    sounds: tuple[Literal["emergency", "confidential"], ...]
    opening_list: bool


class Asking(Part):
    """`[asking]`: patience with a citizen who answers late or not at all."""

    confirmed: bool
    remind_hours: Count
    draft_days: Count
    complete_days: Count


class After(Part):
    """`[after]`: what follows the answer."""

    confirmed: bool
    reopen_days: Count
    ask_satisfaction: bool


class Retention(Part):
    """Days kept from closing."""

    identity: Count
    media: Count
    messages: Count


class Privacy(Part):
    """`[privacy]`."""

    confirmed: bool
    consent: Literal["notice", "explicit"]
    contact: str = ""
    retention_days: Retention


class Topic(Part):
    """One row of `[[topics]]`: whom to suggest to the one who disposes."""

    id: Id
    role: str
    title: str = ""
    confirmed: bool


class Information(Part):
    """One row of `[[information]]`: a question people ask, and the office's answer once it has one."""

    ask: Annotated[tuple[Text, ...], Field(min_length=1)]
    answer: str = ""
    source: str = ""
    confirmed: bool


class StandardFile(Part):
    """The whole file, with the TOML's own key names."""

    schema_: Literal[1] = Field(alias="schema")
    office: OfficeFacts
    source: Source
    service: Service
    deadline: Deadline
    requirements: tuple[Requirement, ...]
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=60)]
    summary_steps: tuple[SummaryStep, ...] = ()
    register_: Register | None = Field(default=None, alias="register")
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
