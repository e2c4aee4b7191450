"""What an office sets for itself and no standard publishes: hours, closures, numbers to call, letters, patience."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field

from workflow.standard.vocabulary import Count, Day, EmergencyKind, Id, Moment, Part, Stretch, Text


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


class Suggestions(Part):
    """`[suggestions]`: the office takes suggestions beside complaints; they're registered without identity.

    `skips` are steps that a suggestion passes by: what is done to a letter of answer alone.
    """

    text: Text
    basis: Text
    skips: tuple[Id, ...] = ()


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
    """Somewhere else to complain. Of those for any complaint the first is named from the second late message on."""

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
    rung_part: Annotated[float, Field(gt=0, le=10)] = 0.5  # of the norm, from one of `overdue` to the next
    tell_again_days: Annotated[tuple[Count, ...], Field(min_length=1)] = (1, 3, 5)  # working; the last one repeats
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
    remind_document_hours: Count = 72  # for what is to come after YA, and for what staff asked: a word so long after
    remind_documents: Annotated[int, Field(ge=0, le=9)] = 2  # so often for what is to come; 0: never
    warn_days: Count = 1  # and one so long before something lapses, or an unfinished report is deleted
    proxy_letter: bool = False  # who reports for somebody else is told that a surat kuasa may follow


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
