"""The number of a letter: counted by the office's template, or typed from the paper agenda and read back from it."""

from __future__ import annotations

import re
from functools import cache

from workflow.procedure.case import Case, Refused
from workflow.say import say
from workflow.standard.own import Letter
from workflow.standard.standard import Standard
from workflow.world import Lettered, Sought

NUMBER_CHARACTERS = 80
_FIELD = re.compile(r"\{(klasifikasi|urut|unit|tahun)(?::[^}]*)?\}")


def is_counted(standard: Standard) -> bool:
    """Whether the system gives the numbers; else staff type them from the paper agenda."""
    return standard.letter.number_owner == "system"


def series(letter: Letter) -> str:
    """The template without what counts: letters of one series share a run of numbers."""
    fixed = {"klasifikasi": letter.klasifikasi, "unit": letter.unit, "urut": "{urut}", "tahun": "{tahun}"}
    return _tidy(_FIELD.sub(lambda found: fixed[found[1]], letter.number_template))


def sought(standard: Standard, typed: str = "") -> Sought:
    """What must be known of other letters before this one gets its number; without words: the next number."""
    number = _tidy(typed)
    read = read_back(standard.letter, number) if number else None
    return Sought(series=series(standard.letter), number=number, urut=read[0] if read else None)


def may_be_number(text: str) -> bool:
    """Whether typed words can be a letter's number at all: one short line with a digit."""
    number = text.strip()
    return 0 < len(number) <= NUMBER_CHARACTERS and "\n" not in number and any(each.isdecimal() for each in number)


def read_back(letter: Letter, number: str) -> tuple[int, int | None] | None:
    """The running number and the year in a number that fits the office's template; None where it doesn't.

    What the office's file leaves blank (klasifikasi, unit) may be anything, or be left out.
    """
    found = _pattern(letter.number_template, letter.klasifikasi, letter.unit).fullmatch(_tidy(number))
    if found is None:
        return None
    parts = found.groupdict()
    year = parts.get("tahun")
    return int(parts["urut"]), int(year) if year else None


@cache
def _pattern(template: str, klasifikasi: str, unit: str) -> re.Pattern[str]:
    known = {"klasifikasi": klasifikasi, "unit": unit}
    pattern, place = "", 0
    for found in _FIELD.finditer(template):
        pattern += re.escape(template[place : found.start()])
        place = found.end()
        name = found[1]
        if name == "urut":
            pattern += r"(?P<urut>\d{1,9})"
        elif name == "tahun":
            pattern += r"(?P<tahun>\d{4})"
        elif known[name]:
            pattern += re.escape(known[name])
        elif template[place : place + 1] == "/":
            pattern += "(?:[^/]*/)?"
            place += 1
        else:
            pattern += "[^/]*"
    return re.compile(pattern + re.escape(template[place:]), re.IGNORECASE)


def counted(case: Case) -> Lettered:
    """The next number of the office's series and year; one that was typed before the system counted is left to it."""
    letter = case.world.office.standard.letter
    year = case.world.office.calendar.local_date(case.now).year
    typed_ones = {other.number.lower() for other in case.world.lettered if other.year == year}
    while True:
        urut = case.world.supply.letter(series(letter), year)
        number = _tidy(letter.number(urut, year))
        if number.lower() not in typed_ones:
            break
    return Lettered(series=series(letter), year=year, number=number, complaint=case.complaint.id, urut=urut)


def typed(case: Case, text: str) -> tuple[Lettered, str]:
    """A number from the paper agenda, and which ones between it and the last one known here are unknown here.

    Raises `Refused` for what is no number, and for one that another letter has.
    """
    if not may_be_number(text):
        raise Refused("desk.refused.no_letter_number")
    letter = case.world.office.standard.letter
    number = _tidy(text)
    this_year = case.world.office.calendar.local_date(case.now).year
    urut, year = read_back(letter, number) or (None, None)
    new = Lettered(series=series(letter), year=year or this_year, number=number, complaint=case.complaint.id, urut=urut)
    for other in case.world.lettered:
        counts_the_same = urut is not None and (other.series, other.year, other.urut) == (new.series, new.year, urut)
        reads_the_same = other.number.lower() == number.lower() and other.year == new.year
        if counts_the_same or reads_the_same:
            raise Refused(
                "desk.refused.number_taken", number=other.number, who=other.name or say("desk.refused.another_letter")
            )
    last = case.world.supply.letters.get((new.series, new.year), 0)
    missed = range(last + 1, urut) if urut is not None and last else range(0)
    if urut is not None and urut > last:
        case.world.supply.letters[new.series, new.year] = urut
    return new, "" if not missed else f"{missed[0]}" if len(missed) == 1 else f"{missed[0]}-{missed[-1]}"


def _tidy(text: str) -> str:
    """Without blanks around its parts, and without the empty parts that a blank in the office's file would leave."""
    number = re.sub(r"\s*/\s*", "/", " ".join(text.split()))
    return re.sub("/{2,}", "/", number).strip("/")
