"""Files and places that belong to a registered complaint: evidence, what was lacking, and what they are called."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.conversation import Paper
from workflow.desk import desk
from workflow.dialogue import looks, sorting, wanted
from workflow.dialogue.acting import act
from workflow.dialogue.talk import Talk, choice, replace_conversation
from workflow.happening import FileFailed, FileReady
from workflow.heard import hearing, table
from workflow.message import Location, Message
from workflow.procedure import progress, signature, telling
from workflow.record import Act, Complaint
from workflow.say import say
from workflow.standard.standard import Standard

# --- files and places -------------------------------------------------------------------------------------------------


def place(talk: Talk, target: Complaint, location: Location, message_id: str) -> None:
    """A pin for a registered complaint."""
    data = {"message": message_id, "latitude": f"{location.latitude}", "longitude": f"{location.longitude}"}
    text = say("place.as_words", latitude=f"{location.latitude:.6f}", longitude=f"{location.longitude:.6f}")
    if act(talk, target.id, Act(kind="evidence", text=text, data=data)):
        talk.tell("said.added", name=telling.name_of(target))


def hand_over(talk: Talk, paper: Paper) -> None:
    """A file that has arrived goes to its complaint, as what it's named or as something nobody has named yet."""
    target = talk.world.complaints.get(paper.complaint)
    known = talk.paper(paper.file) or paper
    if target is None or known.state == "pending":
        return
    standard = talk.world.standard_of(target.standard)
    lacking = _lacking(target, standard)
    said = sorting.caption_says(known.caption, sorting.possible_today(standard) or sorting.KNOWN)
    if is_signed_letter(talk, target, known.caption):
        said = (signature.SIGNED_LETTER,)
    sort = known.sort or (said[0] if len(said) == 1 and not known.album else "")
    known = replace(known, sort=sort, said_by="citizen" if sort else "", confirmed=bool(sort), complaint="")
    known = looks.marked(known, target.papers)
    kind = "supply" if sort in lacking else "evidence"
    data = {"message": known.message} | ({"for": lacking[sort]} if sort in lacking else {})
    if not act(talk, target.id, Act(kind=kind, data=data, papers=(known,))):
        return
    talk.set(papers=tuple(each for each in talk.conversation.papers if each.file != known.file))
    if sort == "voice":
        asked = desk.gist_wanted(known, talk.conversation, talk.world)
        talk.more = talk.more + replace_conversation(asked, None)
        talk.tell("voice.received")
    elif sort:
        _thank(talk, target, sort)
    else:
        _ask_sort(talk, known, target, tuple(lacking))
    if known.album or not (talk.limits.albums or talk.rows):
        talk.wait(f"evidence:{known.album or target.id}")


def _lacking(target: Complaint, standard: Standard) -> dict[str, str]:
    """What a file may be of the things still to come, each with its requirement; the signed letter among them."""
    found = {sort: each.id for each in progress.lacking(target, standard) for sort in wanted.sorts_of(each)}
    if target.closed_at is None and signature.is_coming(target, standard):
        found[signature.SIGNED_LETTER] = "signature"
    return found


def is_signed_letter(talk: Talk, target: Complaint, caption: str) -> bool:
    """Whether a caption calls its photo the letter with the signature, while that is still to come."""
    if signature.SIGNED_LETTER not in _lacking(target, talk.world.standard_of(target.standard)):
        return False
    words = " ".join(hearing.folded(caption))
    return any(" ".join(hearing.folded(each)) in words for each in table("papers")["signed_letter"]["words"])


def _ask_sort(talk: Talk, paper: Paper, target: Complaint, lacking: tuple[str, ...]) -> None:
    """What's lacking stands first; where nothing is, the place and the rest."""
    documents = [sort for sort in lacking if sort in (*sorting.KNOWN, signature.SIGNED_LETTER)]
    if not documents:
        talk.tell("evidence.received", name=telling.name_of(target))
        return
    sorts = tuple(dict.fromkeys((*documents, "supporting")))
    buttons = tuple(
        choice("sorting.button", f"sort:{paper.file}:{sort}", number="", what=say(f"short.{sort}")) for sort in sorts
    )
    talk.ask(
        "evidence.which", *(buttons[at : at + 2] for at in range(0, len(buttons), 2)), name=telling.name_of(target)
    )


def _thank(talk: Talk, target: Complaint, sort: str) -> None:
    """Thanks for a file by its name; in a chat the word that nothing is lacking any more has thanked for it."""
    completes = target.clock_started_at is None and talk.world.complaints[target.id].clock_started_at is not None
    if not (completes and talk.limits.one_thing_at_a_time):
        talk.tell("evidence.named", what=wanted.label(sort), name=telling.name_of(target))


def name_paper(talk: Talk, file: str, sort: str) -> bool:
    """The citizen says what a file of a registered complaint is."""
    for target in talk.complaints():
        paper = next((each for each in target.papers if each.file == file), None)
        if paper is None or paper.sort:
            continue
        lacking = _lacking(target, talk.world.standard_of(target.standard))
        if sort not in (*sorting.KNOWN, *lacking):
            continue
        named = replace(paper, sort=sort, said_by="citizen", confirmed=True)
        kind = "supply" if sort in lacking else "file"
        if act(talk, target.id, Act(kind=kind, data={"for": lacking.get(sort, "")}, papers=(named,))):
            _thank(talk, target, sort)
        return True
    return False


def file_ready(talk: Talk, event: FileReady) -> str:
    """A file of a registered complaint has arrived: it was on its way when the citizen said YA."""
    return _file_of_complaint(talk, event.file, **looked_at(event))


def looked_at(event: FileReady) -> dict[str, object]:
    """What is known of a file once it has arrived, as the fields of its paper."""
    return {
        "state": "ready",
        "type": event.type,
        "sha256": event.sha256,
        "position": event.position,
        "look": event.look,
        "flaw": next((flaw for flaw in ("dark", "plain", "blurred") if getattr(event, flaw)), ""),
    }


def file_failed(talk: Talk, event: FileFailed) -> str:
    """A file of a registered complaint can't be had."""
    reason = _file_of_complaint(talk, event.file, state="failed", failed=event.reason)
    if not reason:
        talk.tell(f"failed.{event.reason}")
    return reason


def _file_of_complaint(talk: Talk, file: str, **changes: object) -> str:
    for target in talk.complaints():
        paper = next((each for each in target.papers if each.file == file), None)
        if paper is None:
            continue
        if paper.state != "pending":
            return "this file's end is known"
        newer = replace(paper, **changes)
        act(talk, target.id, Act(kind="file", papers=(newer,)))
        if newer.state == "ready" and newer.sort == "voice":
            asked = desk.gist_wanted(newer, talk.conversation, talk.world)
            talk.more = talk.more + replace_conversation(asked, None)
        return ""
    return "a file of no report"


def gist_answered(talk: Talk, file: str, *, right: bool) -> bool:
    """The citizen's word on the gist of a voice note that belongs to a registered complaint."""
    if talk.conversation.awaiting != "gist" or talk.conversation.awaiting_for != file:
        return False
    gist = talk.conversation.extra.get(f"gist:{file}", "")
    extra = {key: value for key, value in talk.conversation.extra.items() if key != f"gist:{file}"}
    talk.set(awaiting="", awaiting_for="", extra=extra)
    target = next((each for each in talk.complaints() if any(paper.file == file for paper in each.papers)), None)
    if not right or target is None:
        if target is not None:
            talk.set(awaiting="words", awaiting_for=target.id)
        talk.ask("gist.write")
        return True
    paper = next(each for each in target.papers if each.file == file)
    newer = replace(paper, gist=gist)
    if act(
        talk, target.id, Act(kind="said", text=gist, data={"message": paper.message, "gist": file}, papers=(newer,))
    ):
        talk.tell("gist.thanks")
    return True


def gist(talk: Talk, message: Message) -> bool:
    """YA or UBAH to the gist of a voice note, in words."""
    word = hearing.means(message.text, "yes", "yes_only_here", "no", "edit")
    if not word:
        talk.set(awaiting="", awaiting_for="")
        return False
    talk.heard(message, "")
    return gist_answered(talk, talk.conversation.awaiting_for, right=word in ("yes", "yes_only_here"))
