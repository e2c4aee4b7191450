"""Files that came with what a member of staff wrote: papers of a complaint on their way, and what is to be fetched."""

from __future__ import annotations

from workflow.conversation import Paper
from workflow.message import Message
from workflow.procedure.case import desk_of
from workflow.procedure.progress import FIELD
from workflow.record import Complaint
from workflow.world import Decision, Fetch, World


def papers_of(
    message: Message, complaint: Complaint, sort: str, world: World, *, photos: str = ""
) -> tuple[tuple[Paper, ...], Decision]:
    """The files of a message, as papers on their way: of the given sort, or of none that anybody has said.

    `photos` is what photos are, where they're something else than documents.
    """
    papers, fetches = [], []
    for attachment in message.attachments:
        if attachment.kind not in ("photo", "document"):
            continue
        what = photos if photos and attachment.kind == "photo" else sort
        file = f"{complaint.id}.{world.supply.id()}"  # by this name the desk's lane finds the complaint again
        papers.append(
            Paper(
                file=file,
                message=message.id,
                at=message.at,
                sort=what,
                said_by="petugas" if what else "",
                confirmed=bool(what) and what != FIELD,  # photos from the field go along only if somebody says so
                by_staff=message.sender.id,
            )
        )
        fetches.append(
            Fetch(
                file=file,
                lane=desk_of(world) or message.chat,
                ref=attachment.ref,
                kind=attachment.kind,
                size_bytes=attachment.size_bytes,
                keyring=complaint.code,
            )
        )
    return tuple(papers), Decision(fetches=tuple(fetches))
