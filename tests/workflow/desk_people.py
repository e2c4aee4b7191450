"""Offices with made-up staff, drafts and worlds for tests of the complaint and the desk."""

from __future__ import annotations

import itertools
from datetime import datetime
from zoneinfo import ZoneInfo

from workflow.conversation import Conversation, Draft, Paper
from workflow.message import Address
from workflow.office import Office, Staff
from workflow.procedure.complaint import Act, Complaint, open_from
from workflow.procedure.progress import turn
from workflow.procedure.rights import available
from workflow.standard import standard as standards
from workflow.world import Decision, Supply, World

DESK = "-100777"
CITIZEN = "501"
OFFICES = tuple(standards.shipped())
TITLES = {"kasi": "Kasi Pembangunan", "bidang": "Kepala Bidang Bina Desa"}


def office(name: str, *, desk: str | None = DESK) -> Office:
    """An office in which every role has one holder, and the section and the officers a second one."""
    rules = standards.shipped()[name]
    staff = []
    for n, role in enumerate((r for r in rules.roles if not rules.is_citizen(r)), start=1):
        staff.append(Staff(id=900 + n, name=f"{role.title()} Satu", title=TITLES.get(role, ""), roles=(role,)))
        if rules.role(role).kind in ("section", "officer"):
            title = {"section": "Kasi Trantib"}.get(rules.role(role).kind, "")
            staff.append(Staff(id=950 + n, name=f"{role.title()} Dua", title=title, roles=(role,)))
    return Office(id=name, standard=rules, staff=tuple(staff), desk=desk)


def moment(place: Office, text: str) -> datetime:
    """A local time at the office: "2026-11-23 09:12"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(place.standard.office.timezone))


def world(place: Office, at: str = "2026-11-23 09:12", **more) -> World:
    """A world with nothing in it."""
    ids = (f"id{n:04}" for n in itertools.count(1))
    codes = (f"7K{n:02}" for n in itertools.count(10))
    tokens = (f"token{n:04}" for n in itertools.count(1))
    return World(office=place, now=moment(place, at), supply=Supply(ids, codes, tokens, {}), **more)


def draft(place: Office, *, without: tuple[str, ...] = ()) -> Draft:
    """A finished draft that gives all the standard asks for but what's in `without`."""
    rules = place.standard
    now = moment(place, "2026-11-23 09:00")
    papers, answers, private = [], {}, {}
    for n, asked in enumerate(rules.asked()):
        if asked.id in without or asked.id == "statement":
            continue
        if asked.kind in ("document", "place_photo"):
            papers.append(
                Paper(file=f"f{n}", message=str(n), at=now, state="ready", type="photo",
                      sort=(asked.options or (asked.id,))[0], said_by="citizen", confirmed=True)
            )  # fmt: skip
        elif asked.personal:
            private[asked.id] = "Bu CONTOH"
        else:
            answers[asked.id] = "ada"
    return Draft(code="7K3F", standard=rules.version, began_at=now, last_at=now,
                 statement=("jalan depan SD rusak parah",), answers=answers, private=private, papers=tuple(papers),
                 later=without)  # fmt: skip


def citizen(place: Office, address: Address | None = None) -> Conversation:
    """The lane of the citizen."""
    return Conversation(address=address or Address(place.id, "telegram", CITIZEN))


def opened(
    place: Office, at: str = "2026-11-23 09:12", *, without: tuple[str, ...] = (), **more
) -> tuple[Decision, World]:
    """A complaint at the citizen's YA."""
    here = world(place, at, **more)
    return open_from(draft(place, without=without), citizen(place), here), here


def straight(complaint: Complaint, here: World) -> Act:
    """The act that finishes what is to be done, by whoever's turn it is."""
    rules = here.standard_of(complaint.standard)
    kind = available(complaint, rules)[0]
    person = turn(complaint, here).people[0]
    step = rules.step(complaint.step)
    data, text = {}, ""
    if kind in ("dispose", "ask_staff"):
        data = {"arg": str(here.office.with_role(step.assignee)[0].id)}
    elif kind in ("write", "number", "enough"):
        text = f"kata {kind} 1"
    return Act(kind=kind, by=f"staff:{person.id}", text=text, data=data, version=complaint.version)
