"""The citizen's own complaint as a letter to be signed: what a standard wants in writing, with room for a pen."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.clocks.when import say_date, say_moment
from workflow.papers import signing
from workflow.papers.sheet import Sheet, Sign, counted, kop, on_behalf, paragraphs, person_of, rows
from workflow.procedure import signature
from workflow.record import Complaint, Entry
from workflow.say import say
from workflow.standard.standard import Standard
from workflow.world import World

PRINTED = "surat_pengaduan"
"""What a standard calls it among its prints."""
_TOLD = ("statement", "loss", "remedy_requested")


def is_printed(standard: Standard) -> bool:
    """Whether the office has complaints on paper, signed by who complains."""
    return PRINTED in standard.prints.documents and signature.is_asked(standard)


def complaint_letter(complaint: Complaint, _: Sequence[Entry], world: World) -> Sheet | None:
    """The letter with place and time of submitting; None where the office asks for none, or it's confidential."""
    standard = world.standard_of(complaint.standard)
    if not is_printed(standard) or complaint.confidential:
        return None
    zone, at = world.office.calendar.zone, complaint.confirmed_at
    place = complaint.private.get(signature.PLACE) or signature.place_of(complaint.private.get("address", ""))
    date = say_date(world.office.calendar.local_date(at))
    name = person_of(complaint)
    papers = [paper for paper in complaint.papers if not paper.by_staff and paper.state != "failed"]
    return Sheet(
        paper="complaint_letter",
        office=world.office.id,
        at=at,
        name=say("papers.name.complaint_letter", number=complaint.number or complaint.code),
        kop=kop(standard),
        dated=say("papers.complaint.dated", place=place or say("papers.complaint.place_blank"), date=date),
        rows=rows(("enclosed", counted(len(papers))), ("about", standard.service.name)),
        to=(
            say("papers.complaint.to", head=standard.office.head_title, office=_without_kind(standard)),
            standard.office.address,
        ),
        opening=(say("papers.letter.greeting"), say("papers.complaint.opening")),
        groups=(),
        table=tuple(
            (row.label, row.value)
            for row in rows(
                ("person", name or say("papers.complaint.blank")),
                ("address", complaint.private.get("address", "") or say("papers.complaint.blank")),
                ("behalf", on_behalf(complaint)),
            )
        ),
        body=(say("papers.complaint.follows", office=standard.office.name),),
        sections=tuple((say(f"papers.complaint.{each}"), text) for each in _TOLD if (text := _told(complaint, each))),
        closing=(
            say(
                "papers.complaint.submitted",
                place=place or say("papers.complaint.place_blank"),
                moment=say_moment(at, zone),
                way=signing.way_of(complaint),
                number=complaint.number or complaint.code,
            ),
            say("papers.complaint.closing"),
        ),
        signs=(Sign(role=(say("papers.complaint.yours"),), name=name or say("papers.complaint.blank")),),
        notes=(say("papers.complaint.sign_here"),),
    )


def _told(complaint: Complaint, what: str) -> str:
    text = complaint.statement if what == "statement" else complaint.answers.get(what, "")
    return "\n".join(paragraphs(text))


def _without_kind(standard: Standard) -> str:
    """The office's name after its head's title: "Kepala Dinas Pemberdayaan ..." of "Dinas Pemberdayaan ..."."""
    kind, name = standard.office.kind, standard.office.name
    return name[len(kind) :].strip() if name.lower().startswith(kind.lower()) else name
