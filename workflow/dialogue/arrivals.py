"""Files and places a citizen sends: taken in at once, judged when they have arrived."""

from __future__ import annotations

import re
from datetime import timedelta

from msgspec.structs import replace

from workflow.conversation import Paper
from workflow.desk import desk
from workflow.dialogue import asking, evidence, sorting, wanted
from workflow.dialogue.talk import Talk, choice, replace_conversation
from workflow.happening import FileFailed, FileReady, GistTyped
from workflow.identity import mask
from workflow.message import Attachment, Location, Message

SPOKEN = ("voice", "audio")
FEWEST_IN_ALBUM = 2
NAME_CHARACTERS = 60
ALBUM = timedelta(minutes=1)
"""Photos of one album come within so long of each other."""
QUESTION_STANDS = frozenset({"cancel", "restart", "same_person", "about_head", "gist"})
"""What has to be answered before anything else: files that arrive meanwhile are only acknowledged."""


# --- taken in ---------------------------------------------------------------------------------------------------------


def take(talk: Talk, message: Message, complaint: str = "") -> None:
    """Take in the files of a message, each pending; `complaint` is the registered one they are meant for."""
    for attachment in message.attachments:
        if attachment.kind == "sticker":
            continue
        file = talk.world.supply.id()
        paper = Paper(
            file=file,
            message=message.id,
            at=message.at,
            album=message.album,
            caption=message.text,
            name=_file_name(attachment),
            forwarded=message.forwarded,
            complaint=complaint,
        )
        paper = _named(talk, paper, attachment, message)
        if talk.telling:
            talk.edit(papers=(*talk.draft.papers, paper))
        else:
            talk.set(papers=(*talk.conversation.papers, paper))
        talk.arriving.append((file, attachment))
        talk.wait_for_files = True


def _file_name(attachment: Attachment) -> str:
    """A file's name as it may be kept and shown: one line, not long, without the numbers that people put there."""
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in attachment.name).split())
    return mask(name[-NAME_CHARACTERS:]).text


def _by_name(talk: Talk, paper: Paper) -> str:
    """What the name of a file says that it is: "ktp.jpg", "KK saya.pdf"; it's shown in the summary before it counts."""
    stem = re.sub(r"[_\W]+", " ", paper.name.rpartition(".")[0])
    sorts = sorting.possible(talk.draft, talk.standard) if talk.telling else sorting.possible_today(talk.standard)
    said = sorting.caption_says(stem, sorts)
    return said[0] if len(said) == 1 else ""


def _named(talk: Talk, paper: Paper, attachment: Attachment, message: Message) -> Paper:
    """What the file is, as far as the sender's words or our own question say it."""
    if attachment.kind in SPOKEN:
        return replace(paper, sort="voice", said_by="citizen")
    if not talk.limits.one_thing_at_a_time:
        return _attached(talk, paper, message)
    if not talk.telling:
        return paper
    draft, standard = talk.draft, talk.standard
    several = bool(message.album) or len(message.attachments) > 1
    said = sorting.caption_says(message.text, sorting.possible(draft, standard) or sorting.KNOWN)
    if said and not several:
        return replace(paper, sort=said[0], said_by="citizen", replaces=_older(talk, said[0]))
    if _taken_back(talk, message) or several or draft.awaiting not in ("", "retake", "reason"):
        return paper
    if draft.awaiting == "retake":
        worse = talk.paper(draft.awaiting_for)
        return replace(paper, sort=worse.sort, said_by="asked", replaces=worse.file) if worse else paper
    asked = wanted.asked_for(standard, draft.asked) if draft.asked else None
    if asked is None or asked.kind in wanted.TEXT or len(wanted.sorts_of(asked)) > 1:
        return paper
    received_at = talk.world.received_at or talk.world.now
    if draft.asked_at is not None and received_at < draft.asked_at:
        return paper  # sent before the question was there to be answered: it may be anything, so it's asked about
    rival = next((each for each in draft.papers if each.state == "pending" and each.said_by == "asked"), None)
    if rival is not None and not draft.changing:
        talk.change_paper(rival.file, sort="", said_by="")
        return paper
    return replace(paper, sort=asked.id, said_by="asked", replaces=_older(talk, asked.id))


def _attached(talk: Talk, paper: Paper, message: Message) -> Paper:
    """A mail's file as its name says; without a name, and alone, what was just asked for once more."""
    sort, before = _by_name(talk, paper), _wanted_again(talk)
    alone = len(message.attachments) == 1 and not sorting.caption_says(message.text, sorting.KNOWN)
    if before is not None and (sort == before.sort or (alone and not sort)):
        return replace(paper, sort=before.sort, said_by="citizen" if sort else "asked", replaces=before.file)
    return replace(paper, sort=sort, said_by="citizen") if sort else paper


def _wanted_again(talk: Talk) -> Paper | None:
    """The photo that another was asked for to take the place of: it can't be read, or the citizen is changing it."""
    if not talk.telling:
        return None
    draft = talk.draft
    return talk.paper(draft.awaiting_for if draft.awaiting == "retake" else _older(talk, draft.changing))


def _taken_back(talk: Talk, message: Message) -> bool:
    """Whether this photo comes while our reply to another still waits: they were sent together (see `Limits.albums`).

    Then that one is no surer answer to what was asked than this one.
    """
    if talk.limits.albums or talk.waits_until is None or talk.waits_until <= talk.world.now or talk.draft.changing:
        return False
    first = talk.draft.papers[-1] if talk.draft.papers else None
    if first is None or first.said_by != "asked" or message.at - first.at > ALBUM:
        return False
    talk.take_back(talk.words("paper.received", what=wanted.label(first.sort)))
    talk.change_paper(first.file, sort="", said_by="")
    return True


def _older(talk: Talk, sort: str) -> str:
    """The file that a newer one of the same name is to take the place of, when the citizen is changing just that."""
    if not talk.telling or talk.draft.changing != sort:
        return ""
    return next((paper.file for paper in talk.draft.papers if paper.sort == sort and wanted.usable(paper)), "")


def place(talk: Talk, location: Location) -> None:
    """A pin, a venue or the beginning of a live position: a claim, and where it happened as far as anybody says."""
    known = talk.draft.place
    talk.edit(place=location, place_last=None)
    if known is None or (known.latitude, known.longitude) != (location.latitude, location.longitude):
        talk.tell("place.received")


def moved(talk: Talk, location: Location) -> None:
    """A live position has moved on: the first and the last are kept, and nothing is said."""
    if talk.telling and talk.draft.place is not None:
        talk.edit(place_last=location)


# --- arrived ----------------------------------------------------------------------------------------------------------


def ready(talk: Talk, event: FileReady) -> str:
    """A file is there. Returns why nothing is to be done, or ""."""
    paper = talk.paper(event.file)
    if paper is None:
        return evidence.file_ready(talk, event)
    if paper.state == "ready":
        return "this file is known to be ready"
    talk.change_paper(event.file, **evidence.looked_at(event))
    paper = replace(paper, state="ready", type=event.type, sha256=event.sha256)
    if event.type in SPOKEN and paper.sort != "voice":
        talk.change_paper(event.file, sort="voice", said_by="citizen")
        paper = replace(paper, sort="voice")
    if not talk.limits.one_thing_at_a_time:
        _mail_came(talk, paper.message)
    elif not talk.telling or paper not in _like(talk, paper):
        _outside(talk, event.file)
    elif paper.sort == "voice":
        _voice(talk, event.file)
    elif talk.draft.awaiting in QUESTION_STANDS:
        talk.tell("paper.kept")
    else:
        _judge(talk, paper)
    return ""


def _mail_came(talk: Talk, message: str) -> None:
    """Files of a mail are acknowledged together, when the last of them is in."""
    mine = [paper for paper in _all(talk) if paper.message == message]
    if any(paper.state == "pending" for paper in mine):
        return
    for paper in mine:
        if paper.state == "failed":
            talk.tell(f"failed.{paper.failed}", name=paper.name)
        elif paper.sort == "voice":
            _note_voice(talk, paper)
        elif paper.complaint:
            evidence.hand_over(talk, paper)
    if not talk.telling:
        if not talk.paragraphs and mine:
            talk.tell("paper.kept")
        return
    if talk.draft.awaiting in QUESTION_STANDS:
        talk.tell("paper.kept")
        return
    sorts = sorting.possible(talk.draft, talk.standard)
    ready = [paper for paper in talk.draft.papers if paper.message == message and paper.state == "ready"]
    named = tuple(dict.fromkeys(paper.sort for paper in ready if paper.sort in sorts))
    for paper in ready:
        _takes_the_place(talk, paper)
    if named:
        talk.tell("sorting.thanks", things=wanted.labels(named))
    elif ready and not sorts:
        talk.tell("paper.attached")
    _forget_put_off(talk)
    asking.go_on(talk)


def _all(talk: Talk) -> tuple[Paper, ...]:
    draft = talk.conversation.draft
    return (*(draft.papers if draft else ()), *talk.conversation.papers)


def _like(talk: Talk, paper: Paper) -> tuple[Paper, ...]:
    """The draft's own entry of this file, if it has one."""
    return (paper,) if any(each.file == paper.file for each in talk.draft.papers) else ()


def _outside(talk: Talk, file: str) -> None:
    paper = talk.paper(file)
    assert paper is not None
    if paper.complaint:
        evidence.hand_over(talk, paper)
    elif paper.sort == "voice":
        _voice(talk, file)
    else:
        talk.tell("paper.kept")


def _voice(talk: Talk, file: str) -> None:
    """A full answer: a petugas writes down what it says, the citizen confirms that, and the talk goes on meanwhile."""
    paper = talk.paper(file)
    assert paper is not None
    _note_voice(talk, paper)
    if talk.telling and talk.draft.awaiting not in QUESTION_STANDS:
        asking.go_on(talk)


def _note_voice(talk: Talk, paper: Paper) -> None:
    asked = desk.gist_wanted(paper, talk.conversation, talk.world)
    talk.more = talk.more + replace_conversation(asked, None)
    talk.tell("voice.received")


def _judge(talk: Talk, paper: Paper) -> None:
    """Acknowledge a photo or file of the draft and go on."""
    twin = next(
        (
            each
            for each in talk.draft.papers
            if each.sha256 and each.sha256 == paper.sha256 and each.file != paper.file and each.sort
        ),
        None,
    )
    if twin is not None and paper.sort in ("", twin.sort):
        talk.change_paper(paper.file, sort=twin.sort, said_by=twin.said_by, replaced=True)
        talk.tell("paper.same", what=wanted.label(twin.sort))
    else:
        together = _name_album(talk, paper)
        named = talk.paper(paper.file) or paper
        if len(together) > 1:
            talk.tell("sorting.thanks", things=wanted.labels(tuple(dict.fromkeys(together))))
        elif named.sort:
            _received(talk, named)
        elif not sorting.possible(talk.draft, talk.standard):
            talk.tell("paper.attached")
    _forget_put_off(talk)
    if _is_one_of_several(talk, paper) or not talk.limits.albums:
        talk.wait(f"files:{talk.draft.code}")
    asking.go_on(talk)


def _received(talk: Talk, paper: Paper) -> None:
    _takes_the_place(talk, paper)
    if sorting.possible(talk.draft, talk.standard):
        talk.tell("paper.received", what=wanted.label(paper.sort))
    elif paper.sort in sorting.PLACES:
        talk.tell("paper.attached")
    else:
        talk.tell("paper.not_needed", what=wanted.label(paper.sort))


def _takes_the_place(talk: Talk, paper: Paper) -> None:
    """The older one counts no more, and what was to be changed is."""
    if paper.replaces:
        talk.change_paper(paper.replaces, replaced=True)
    if paper.sort and talk.draft.changing == paper.sort:
        talk.edit(changing="")


def _is_one_of_several(talk: Talk, paper: Paper) -> bool:
    return bool(paper.album) or any(each.state == "pending" for each in talk.draft.papers)


def _name_album(talk: Talk, paper: Paper) -> list[str]:
    """An album whose caption names its photos in order: "KTP, KK, lokasi".

    A caption stands at the first photo and speaks of all: a story or a single name there says nothing of that photo.
    Returns the names that were given now.
    """
    album = [each for each in talk.draft.papers if paper.album and each.album == paper.album]
    caption = next((each.caption for each in album if each.caption), "")
    sorts = sorting.possible(talk.draft, talk.standard)
    if len(album) < FEWEST_IN_ALBUM or not sorting.caption_says(caption, sorts):
        return []
    if len(caption.split()) > 3 * len(album) + 3:
        return []
    names = sorting.understood(caption, len(album), sorts)
    fresh = {album[number - 1].file: sort for number, sort in names.items() if not album[number - 1].sort}
    for file, sort in fresh.items():
        talk.change_paper(file, sort=sort, said_by="citizen")
    return list(fresh.values())


def _forget_put_off(talk: Talk) -> None:
    """What has come is no longer "menyusul" or "tidak ada"."""
    draft = talk.draft
    have = {paper.sort for paper in draft.papers if wanted.usable(paper)}
    came = {
        item
        for item in (*draft.later, *draft.lacking)
        if (asked := wanted.asked_for(talk.standard, item)) and have & set(wanted.sorts_of(asked))
    }
    if came:
        later = tuple(item for item in draft.later if item not in came)
        talk.edit(later=later, lacking={item: why for item, why in draft.lacking.items() if item not in came})


def failed(talk: Talk, event: FileFailed) -> str:
    """A file can't be had: what is said about it, and the words that came with it stay."""
    paper = talk.paper(event.file)
    if paper is None:
        return evidence.file_failed(talk, event)
    if paper.state != "pending":
        return "this file's end is known"
    talk.change_paper(event.file, state="failed", failed=event.reason)
    if not talk.limits.one_thing_at_a_time:
        _mail_came(talk, paper.message)
        return ""
    talk.tell(f"failed.{event.reason}")
    if talk.telling and talk.draft.awaiting not in QUESTION_STANDS:
        asking.go_on(talk)
    return ""


# --- what a voice note says -------------------------------------------------------------------------------------------


def gist_typed(talk: Talk, event: GistTyped) -> str:
    """A petugas wrote down a voice note: the citizen is asked whether that's right."""
    paper = talk.paper(event.file)
    if paper is not None and talk.telling and any(each.file == event.file for each in talk.draft.papers):
        talk.change_paper(event.file, gist=event.text)
        if talk.draft.awaiting != "gist":
            talk.edit(resume=talk.draft.awaiting, resume_for=talk.draft.awaiting_for)
        talk.await_("gist", event.file)
    else:
        talk.set(awaiting="gist", awaiting_for=event.file)
        talk.set(extra={**talk.conversation.extra, f"gist:{event.file}": event.text})
    yes, no = choice("choice.yes", f"gist:{event.file}:y"), choice("choice.edit", f"gist:{event.file}:n")
    talk.ask("gist.ask", (yes, no), text=event.text)
    return ""


def gist_answered(talk: Talk, file: str, *, right: bool) -> None:
    """The citizen's word on it: YA makes it part of the report; otherwise they write it themselves."""
    draft = talk.draft
    paper = talk.paper(file)
    gist = paper.gist if paper else ""
    talk.edit(awaiting=draft.resume, awaiting_for=draft.resume_for, resume="", resume_for="")
    if right and gist:
        talk.edit(statement=(*draft.statement, gist))
        talk.tell("gist.thanks")
        asking.go_on(talk)
        return
    talk.change_paper(file, gist="")
    talk.edit(awaiting="", awaiting_for="", asked="statement")
    talk.ask("gist.write")
