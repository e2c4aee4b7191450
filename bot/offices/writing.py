"""Writes the TOML of a new office's standard from what was answered; what nobody published carries the mark."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from bot.offices.asking import END, UNITS, ZONES, Requirement, Role, Step, Told
from workflow.standard import standard
from workflow.standard.vocabulary import FIELDS

MARK = "not in the published standard: the office confirms"
_HEAD = """\
# Service standard of one office, as data. `text` holds the published words; ids, `stage`, `next` and what is asked
# are our reading of them; `*_basis` says "published" or "inferred: why". What isn't in the standard carries the
# comment "{mark}"; `aduan offices check` lists all of that.
schema = 1
# The office's own closed days, such as {{ date = 2027-01-31, name = "...", confirmed = true }}.
closures = []                             # {mark}
"""
# What a stage makes on paper, with the word for it until the office gives its own.
_PAPERS = {
    "register": ("buku_register", "buku register"),
    "receipt": ("tanda_terima", "tanda terima"),
    "disposition": ("lembar_disposisi", "lembar disposisi"),
    "draft": ("draf_tanggapan", "draf tanggapan"),
    "deliver": ("surat_tanggapan", "surat tanggapan"),
    "archive": ("arsip", "arsip"),
}
_OWN = ("quiet", "asking", "after", "privacy")
"""Sections in which every office begins with the same values; each is marked and may be changed."""


def written(told: Told) -> str:
    """The whole file. It's complete: what wasn't asked has a value that's marked."""
    steps = _named(told.steps)
    parts = [
        _HEAD.format(mark=MARK),
        *_office(told),
        *_deadline(told, steps),
        *_requirements(told),
        *_steps(told, steps),
        *_exits(told, steps),
        *_prints(told),
        *_roles(told),
        *_hours(told),
        *_rest(told),
    ]
    return "\n".join(parts) + "\n"


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(_text(word) for word in words)}]"


def _marked(line: str) -> str:
    return f"{line:<42}# {MARK}"


def _id(words: str) -> str:
    """An id made of words: "Kelurahan Pantai Contoh" -> "kelurahan-pantai-contoh"."""
    found = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40]
    return found if found[:1].isalpha() else f"o-{found}"[:40]


def _named(steps: list[Step]) -> dict[str, Step]:
    """The steps by id: the kind of each, numbered where it comes again."""
    found: dict[str, Step] = {}
    for step in steps:
        kind = step.stages[0]
        count = sum(each.rstrip("0123456789").rstrip("_") == kind for each in found)
        found[f"{kind}_{count + 1}" if count else kind] = step
    return found


# --- the office -------------------------------------------------------------------------------------------------------


def _office(told: Told) -> Iterator[str]:
    head = told.role("head")
    name = told.name.split(maxsplit=1)
    short = name[1] if len(name) > 1 and name[0].lower() == told.kind.lower() else told.name
    yield "[office]"
    yield _marked(f"id = {_text(_id(short))}")
    yield _marked(f"ticket_prefix = {_text(told.prefix)}")
    yield f"name = {_text(told.name)}"
    yield f"government = {_text(told.government)}"
    yield f"kind = {_text(told.kind)}"
    yield f"head_title = {_text(head.label if head else told.name)}"
    yield f"address = {_text(told.address)}"
    yield _marked(f"timezone = {_text(ZONES[told.zone])}")
    yield '\n[source]\nfile = ""                                 # where the published text lies\nsk = ""'
    yield "\n[service]"
    yield f"name = {_text(told.service)}"
    yield f"product = {_list([told.service])}"
    yield 'fee = 0\nfee_text = "Tidak dipungut biaya"'
    yield "asks_statement = true                     # what is wrong: inherent in any complaint"


def _deadline(told: Told, steps: dict[str, Step]) -> Iterator[str]:
    value, unit = _time(told.total)
    ids = list(steps)
    ends = next(each for each in ids if "deliver" in steps[each].stages)
    starts = next(
        (each for each in ids if "register" in steps[each].stages and ids.index(each) < ids.index(ends)), ids[0]
    )
    yield "\n[deadline]"
    yield f"text = {_text(told.total)}"
    yield f"value = {value}\nunit = {_text(unit)}"
    yield 'unit_basis = "published"'
    yield f"starts_at = {_text(starts)}\nends_at = {_text(ends)}"
    yield 'span_basis = "inferred: the questions didn\'t ask where the total starts and ends"\n'


def _time(words: str) -> tuple[int, str]:
    number, _, unit = words.partition(" ")
    return int(number), UNITS[unit.lower()]


def _requirements(told: Told) -> Iterator[str]:
    for number, row in enumerate(told.requirements, 1):
        yield f'[[requirements]]\nno = "{number}"\ntext = {_text(row.text)}'
        yield from _asked(row, told.own)
    if not any("statement" in row.all_of for row in told.requirements) and not told.requirements:
        yield f'[[requirements]]                          # {MARK}\nno = "1"\ntext = "Uraian pengaduan"'
        yield 'fields = ["statement"]\nrequired = true'
    if told.own:
        yield "\n# What this office asks for beyond the shared things; each reads as its id."
    for word, kind in told.own.items():
        yield f"[things.{word}]"
        yield 'question = ""                             # how it is asked for; empty: in the shared words'
        if kind == "d":
            yield _marked("identity = false") + "; true: it shows who somebody is"
    yield ""


def _asked(row: Requirement, own: dict[str, str]) -> Iterator[str]:
    fields = [word for word in row.all_of if word in FIELDS or own.get(word) == "w"]
    documents = [word for word in row.all_of if word not in fields]
    for key, words in (("fields", fields), ("documents", documents), ("documents_any", row.any_of)):
        if words:
            yield f"{key} = {_list(words)}"
    asks = bool(fields or documents or row.any_of)
    yield (
        "required = true"
        if asks
        else "channel_statement = true                  # nothing to collect\nrequired = false"
    )


# --- steps ------------------------------------------------------------------------------------------------------------


def _steps(told: Told, steps: dict[str, Step]) -> Iterator[str]:
    ids = list(steps)
    section, officer = told.role("section"), told.role("officer")
    for number, (name, step) in enumerate(steps.items()):
        named = section if section and step.actor != section.id else officer
        yield f'[[steps]]\nid = "{name}"\nno = "{number + 1}"\nstage = "{step.stages[0]}"'
        if step.stages[1:]:
            yield f"also = {_list(step.stages[1:])}"
        yield f'actor = "{step.actor}"'
        basis = "published" if step.published else "inferred: the page doesn't say who"
        yield f"actor_basis = {_text(basis)}"
        yield f"text = {_text(step.text)}"
        if "disposition" in step.stages and named:
            yield _marked(f'assignee = "{named.id}"')
        if step.reports and named:
            yield f'acts = [{{ by = "{step.actor}", act = "dispose" }}, {{ by = "{named.id}", act = "report" }}]'
        if papers := [_PAPERS[stage][0] for stage in step.stages if stage in _PAPERS]:
            yield f"output = {_list(papers)}"
        if step.time != END:
            value, unit = _time(step.time)
            yield f"norm = {value}\nnorm_text = {_text(step.time)}\nunit = {_text(unit)}"
        if step.returns_to is not None:
            yield f'returns_to = "{ids[step.returns_to]}"\nreturns_basis = "published"'
        yield f"next = {_list(ids[number + 1 : number + 2])}"
    if not any("register" in step.stages for step in steps.values()):
        yield f"\n# No step registers: the system does, when the citizen confirms.\n{_marked('[register]')}"
        yield f'by = "system"\nafter = "{ids[0]}"'


def _exits(told: Told, steps: dict[str, Step]) -> Iterator[str]:
    ids = list(steps)
    citizen = told.role("citizen")
    before = ids[: next(n for n, each in enumerate(ids) if "deliver" in steps[each].stages)]
    own = [each for each in before if not citizen or steps[each].actor != citizen.id]
    refers = [each for each in own if {"review", "disposition", "follow_up"}.intersection(steps[each].stages)] or own[
        :1
    ]
    asks = [
        each for each in own if {"completeness", "identity", "follow_up", "draft"}.intersection(steps[each].stages)
    ] or refers
    yield f"\n[exits.refer]                             # bukan wewenang; {MARK}\nfrom = {_list(refers[:2])}"
    yield f"[exits.ask_citizen]                       # waits for the citizen; {MARK}\nfrom = {_list(asks[:2])}"
    yield f'\n[[channels]]\nkind = "visit"\nvalue = {_text(told.address)}'


def _prints(told: Told) -> Iterator[str]:
    stages = dict.fromkeys(stage for step in told.steps for stage in step.stages)
    papers = [_PAPERS[stage] for stage in stages if stage in _PAPERS]
    yield f"\n[prints]\ndocuments = {_list(name for name, _ in papers)}"
    yield f"[prints.labels]                           # {MARK}"
    yield from (f"{name} = {_text(label)}" for name, label in papers)


def _roles(told: Told) -> Iterator[str]:
    yield "\n# `label` is the office's own word; `kind` is what the engine goes by."
    for role in told.roles:
        yield f'[roles.{role.id}]\nlabel = {_text(role.label)}\nkind = "{role.kind}"\nlabel_basis = "published"'


# --- what an office sets for itself -----------------------------------------------------------------------------------


def _hours(told: Told) -> Iterator[str]:
    days = dict.fromkeys(("mon", "tue", "wed", "thu"), told.weekdays) | {
        "fri": told.friday,
        "sat": told.saturday,
        "sun": END,
    }
    yield f"\n[hours]                                   # every value in this section: {MARK}\nconfirmed = false"
    for day, span in days.items():
        yield f"{day} = {_list(span.split('-')) if span != END else '[]'}"
    yield "break_minutes = 60\nbreak_minutes_fri = 90"
    yield "subtract_break = false                    # the break is not taken off the clock: the earlier promise"
    yield 'holidays = ["public", "government"]       # national holidays and cuti bersama, country ID'


def _rest(told: Told) -> Iterator[str]:
    """Numbers to call, routes, the letter, patience and privacy: as the shipped ones begin, all of it marked."""
    shipped = standard.shipped_text(next(iter(standard.shipped())))
    yield f"\n[emergency]                               # every value in this section: {MARK}"
    yield "confirmed = false                         # a local number is shown once it's confirmed, with a date"
    yield from _national(shipped)
    yield from _escalation(told, shipped)
    yield from _letter(told)
    for name in _OWN:
        yield _section(shipped, name)
    yield '# Topics only suggest, to whoever disposes, the person to name (by title).\n# [[topics]]\n# id = "jalan"\n'
    yield "# What people ask the office, in their words, and the office's own answer."
    yield '# [[information]]\n# ask = ["..."]'


def _section(text: str, name: str) -> str:
    """A section of a shipped file with its comments, down to the next one of another name."""
    begins = text.index(f"\n[{name}]") + 1
    after = re.compile(rf"^\[+(?!\[|{name}\b)|^# (?=[A-Z])", re.MULTILINE).search(text, begins + 1)
    return text[begins : after.start() if after else len(text)].rstrip() + "\n"


def _national(shipped: str) -> Iterator[str]:
    for row in _section(shipped, "emergency").split("[[emergency.numbers]]")[1:]:
        if '"national"' in row:
            yield f"[[emergency.numbers]]{row.rstrip()}"


def _escalation(told: Told, shipped: str) -> Iterator[str]:
    ladder: list[Role] = [role for kind in ("secretary", "head") for role in told.roles if role.kind == kind]
    head = [role.id for role in told.roles if role.kind == "head"]
    section = _section(shipped, "escalation")
    section = re.sub(r"(?m)^overdue = \[.*?\]", f"overdue = {_list(role.id for role in ladder)}", section)
    section = re.sub(r"(?m)^confidential_to = \[.*?\]", f"confidential_to = {_list(head)}", section)
    yield f"\n{section}"


def _letter(told: Told) -> Iterator[str]:
    head = told.role("head")
    signs = head and any(
        step.actor == head.id and {"check", "sign", "draft", "follow_up"}.intersection(step.stages)
        for step in told.steps
    )
    yield f"[letter]                                  # every value in this section: {MARK}\nconfirmed = false"
    yield 'number_template = "{klasifikasi}/{urut:03}/{unit}/{tahun}"\nklasifikasi = ""\nunit = ""'
    yield 'number_owner = "staff"                    # "staff" types it from the paper agenda; "system" counts it'
    yield f"place = {_text(told.address.split(',')[-1].strip())}"
    yield f"signer = {_text(head.id if signs and head else '')}"
    yield 'sifat = "Biasa"\nlampiran = "-"\nhal = "Tanggapan Pengaduan"\ntembusan = []\n'
