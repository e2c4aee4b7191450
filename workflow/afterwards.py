"""What a citizen writes after registration: it belongs to the complaint it speaks of, or begins another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as with_world

from msgspec.structs import replace

from workflow import arrivals, asides, asking, beginning, complaint, hearing, intent, progress, sorting, telling
from workflow.conversation import Paper
from workflow.happening import FileFailed, FileReady
from workflow.message import Location, Message
from workflow.record import Act, Complaint
from workflow.say import say
from workflow.talk import Talk, choice, replace_conversation


# --- which complaint --------------------------------------------------------------------------------------------------


def spoken_of(talk: Talk, message: Message) -> Complaint | None:
    """The complaint a message names: by replying to a message about it, by code or by number."""
    world, mine = talk.world, {each.id: each for each in talk.complaints()}
    refers = world.refers.get((message.chat.chat, message.reply_to)) if message.reply_to else None
    if refers is not None and refers.complaint in mine:
        return mine[refers.complaint]
    prefix = world.office.standard.office.ticket_prefix
    named = {*hearing.codes_in(message.text), *hearing.numbers_in(message.text, prefix)}
    return next((each for each in mine.values() if {each.code, each.number} & named), None)


def only_open(talk: Talk) -> Complaint | None:
    """The one complaint that can be meant when none is named: in focus, waited for, or the only open one."""
    mine = talk.complaints()
    focus = talk.conversation.extra.get("focus")
    open_ = [each for each in mine if each.closed_at is None]
    waiting = [each for each in open_ if each.waiting]
    for candidates in ([each for each in open_ if each.id == focus], waiting, open_):
        if len(candidates) == 1:
            return candidates[0]
    return None


def answered_lately(talk: Talk) -> Complaint | None:
    """The newest complaint whose answer may still be judged."""
    mine = [each for each in talk.complaints() if each.answered_at is not None and not each.satisfied]
    return max(mine, key=lambda each: each.answered_at or talk.world.now) if mine else None


# --- words ------------------------------------------------------------------------------------------------------------


def hear(talk: Talk, message: Message) -> bool:
    """Understand a message of somebody with registered complaints; False leaves it to be heard as an opening one."""
    named = spoken_of(talk, message)
    wait = AWAITED.get(talk.conversation.awaiting)
    if wait is not None and message.text and wait(talk, message):
        return True
    target = named or only_open(talk)
    if message.text and _word(talk, message, named, target):
        return True
    if message.attachments or message.location is not None:
        return _files(talk, message, named, target)
    if not message.text:
        return False
    return _text(talk, message, named, target)


def _word(talk: Talk, message: Message, named: Complaint | None, target: Complaint | None) -> bool:
    """Words with one meaning, as they are meant after registration."""
    bare = hearing.without_names(message.text, talk.world.office.standard.office.ticket_prefix) or message.text
    word = hearing.means(bare, "status", "cancel", "not_done", "done", "thanks", "another", "restart")
    if word == "status":
        talk.heard(message, "")
        asides.status(talk, message.text)
    elif word == "cancel":
        talk.heard(message, "")
        _ask_withdraw(talk, named)
    elif word in ("done", "not_done"):
        about = named if named is not None and named.answered_at is not None else answered_lately(talk)
        if about is None or (target is not None and target.waiting):
            return False
        talk.heard(message, "")
        judge(talk, about, satisfied=word == "done")
    elif word == "thanks":
        talk.heard(message, "thanks")
        talk.tell("thanks.after")
    elif word in ("another", "restart"):
        talk.heard(message, "")
        beginning.empty(talk)
        beginning.go_on(talk)
    else:
        return False
    return True


def _text(talk: Talk, message: Message, named: Complaint | None, target: Complaint | None) -> bool:
    """A sentence: an answer to the staff's question, an addition, a new complaint, or something else."""
    if target is not None and target.waiting:
        _say(talk, target, message)
        return True
    heard = intent.guess(message.text)
    if heard.intent == "thanks":
        talk.heard(message, "thanks")
        talk.tell("thanks.after")
        return True
    if _is_unsatisfied(message.text) and (about := named or answered_lately(talk)) and about.answered_at is not None:
        talk.heard(message, "note")
        judge(talk, about, satisfied=False, words=message.text)
        return True
    if named is not None and heard.intent not in ("status_check", "emergency", "violence_report"):
        _say(talk, named, message)
        return True
    if heard.intent in ("complaint", "suggestion") and (target is not None or _recent(talk)):
        _ask_addition(talk, message, target)
        return True
    if heard.intent == "unclear" and target is not None and talk.conversation.awaiting != "unclear":
        _say(talk, target, message)
        return True
    if heard.intent == "unclear" and _open_count(talk) > 1:
        _ask_which(talk, message)
        return True
    return False


def _is_unsatisfied(text: str) -> bool:
    words = hearing.folded(text)
    phrases = ("belum selesai", "belum beres", "belum diperbaiki", "masih rusak", "masih mati", "masih sama", "belum ada perubahan", "belum teratasi")
    return any(intent.stands_in(hearing.shape(phrase), words) for phrase in phrases)


def _recent(talk: Talk) -> bool:
    """Whether something was answered lately, so that a further complaint may be about it."""
    about = answered_lately(talk)
    return about is not None and about.answered_at is not None and _within(talk, about)


def _within(talk: Talk, about: Complaint) -> bool:
    days = talk.world.standard_of(about.standard).after.reopen_days
    return about.answered_at is not None and (talk.world.now - about.answered_at).days < days


def _open_count(talk: Talk) -> int:
    return sum(1 for each in talk.complaints() if each.closed_at is None)


def _say(talk: Talk, target: Complaint, message: Message) -> None:
    """The words go to the complaint and so to the desk; an item that was lacking is supplied by them."""
    waited = bool(target.waiting)
    done = act(talk, target.id, Act(kind="said", text=message.text, data={"message": message.id}))
    if done:
        talk.tell("said.answered" if waited else "said.added", name=telling.name_of(target))


def act(talk: Talk, complaint_id: str, what: Act) -> bool:
    """Let an act be applied; a refusal is said in its own words."""
    target = talk.world.complaints[complaint_id]
    try:
        decision = complaint.apply(target, what, talk.world)
    except complaint.Refused as refusal:
        talk.tell(refusal.key, **refusal.fields)
        return False
    talk.more = talk.more + replace_conversation(decision, None)
    newer = {each.id: each for each in decision.complaints}
    talk.world = with_world(talk.world, complaints={**talk.world.complaints, **newer})
    return True


# --- addition or another one? -----------------------------------------------------------------------------------------


def _ask_addition(talk: Talk, message: Message, target: Complaint | None) -> None:
    about = target or answered_lately(talk)
    assert about is not None
    talk.heard(message, "held")
    talk.set(awaiting="addition", awaiting_for=f"{message.id} {about.id}")
    more = choice("choice.addition", f"more:{about.id}", name=telling.name_of(about))
    talk.ask("addition.ask", (more,), (choice("choice.new_report", "more:new"),), name=telling.name_of(about))


def _addition(talk: Talk, message: Message) -> bool:
    word = hearing.means(message.text, "addition", "yes", "another", "no")
    if not word:
        _to_new(talk)
        return False
    talk.heard(message, "")
    held = talk.conversation.awaiting_for.split(" ")
    return chose_addition(talk, [held[1] if word in ("addition", "yes") else "new"])


def _to_new(talk: Talk) -> None:
    """The citizen goes on telling without choosing: what was held goes to the complaint it most likely adds to."""
    message_id, about = talk.conversation.awaiting_for.split(" ")
    talk.set(awaiting="", awaiting_for="")
    _hand_over_words(talk, message_id, about)


def chose_addition(talk: Talk, args: list[str]) -> bool:
    """ "Tambahan" or "Laporan baru", for the words (and files) held back."""
    if talk.conversation.awaiting != "addition":
        return False
    message_id, _ = talk.conversation.awaiting_for.split(" ")
    talk.set(awaiting="", awaiting_for="")
    if args[0] != "new":
        if args[0] not in talk.conversation.complaints or args[0] not in talk.world.complaints:
            return False
        _hand_over_words(talk, message_id, args[0])
        for paper in _held_papers(talk, message_id):
            talk.change_paper(paper.file, complaint=args[0])
            hand_over(talk, replace(paper, complaint=args[0]))
        talk.tell("said.added", name=telling.name_of(talk.world.complaints[args[0]]))
        return True
    text = _held_text(talk, message_id)
    saying = next((each for each in talk.conversation.sayings if each.message == message_id), None)
    beginning.empty(talk)
    if text and saying is not None:
        talk.edit(statement=(text,), sayings=(replace(saying, filed_as="statement"),))
        beginning.consider(talk, text)
        talk.tell("more.first")
    beginning.go_on(talk)
    return True


def _held_text(talk: Talk, message_id: str) -> str:
    return next((each.text for each in talk.conversation.sayings if each.message == message_id), "")


def _held_papers(talk: Talk, message_id: str) -> tuple[Paper, ...]:
    return tuple(paper for paper in talk.conversation.papers if paper.message == message_id or not paper.complaint)


def _hand_over_words(talk: Talk, message_id: str, about: str) -> None:
    text = _held_text(talk, message_id)
    if text and about in talk.world.complaints:
        act(talk, about, Act(kind="said", text=text, data={"message": message_id}))


def _ask_which(talk: Talk, message: Message) -> None:
    talk.heard(message, "held")
    talk.set(awaiting="which", awaiting_for=f"{message.id} any")
    rows = [
        (choice("choice.complaint", f"which:{each.id}", name=telling.name_of(each), matter=telling.matter(each, 30)),)
        for each in talk.complaints()
        if each.closed_at is None
    ][-6:]
    talk.ask("which.ask", *rows, (choice("choice.new_report", "which:new"),))


def chose_which(talk: Talk, args: list[str]) -> bool:
    """Which complaint was meant."""
    if talk.conversation.awaiting == "withdraw" and args[0] in talk.conversation.complaints:
        _ask_withdraw(talk, talk.world.complaints.get(args[0]))
        return True
    if talk.conversation.awaiting != "which":
        return False
    talk.set(awaiting="addition")
    return chose_addition(talk, args)


def _which(talk: Talk, message: Message) -> bool:
    named = spoken_of(talk, message)
    if named is None:
        talk.set(awaiting="", awaiting_for="")
        return False
    talk.heard(message, "")
    return chose_which(talk, [named.id])


# --- files and places -------------------------------------------------------------------------------------------------


def _files(talk: Talk, message: Message, named: Complaint | None, target: Complaint | None) -> bool:
    """Evidence, or what was lacking; with a new story beside it, it's asked whether it's a report of its own."""
    if target is None:
        return False
    heard = intent.guess(message.text) if message.text else None
    if heard is not None and heard.intent in ("emergency", "violence_report", "question"):
        arrivals.take(talk, message, target.id)
        return False
    if heard is not None and heard.intent == "complaint" and named is None and not target.waiting:
        arrivals.take(talk, message)
        _ask_addition(talk, message, target)
        return True
    arrivals.take(talk, message, target.id)
    if message.text:
        talk.heard(message, "caption")
        if not sorting.caption_says(message.text, sorting.KNOWN):
            act(talk, target.id, Act(kind="said", text=message.text, data={"message": message.id}))
    if message.location is not None:
        place(talk, target, message.location, message.id)
    return True


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
    lacking = {sort: each.id for each in progress.lacking(target, standard) for sort in asking.sorts_of(each)}
    said = sorting.caption_says(known.caption, sorting.possible_today(standard) or sorting.KNOWN)
    sort = known.sort or (said[0] if len(said) == 1 and not known.album else "")
    known = replace(known, sort=sort, said_by="citizen" if sort else "", confirmed=bool(sort), complaint="")
    kind = "supply" if sort in lacking else "evidence"
    data = {"message": known.message} | ({"for": lacking[sort]} if sort in lacking else {})
    if not act(talk, target.id, Act(kind=kind, data=data, papers=(known,))):
        return
    talk.set(papers=tuple(each for each in talk.conversation.papers if each.file != known.file))
    if sort == "voice":
        from workflow import desk

        asked = desk.gist_wanted(known, talk.conversation, talk.world)
        talk.more = talk.more + replace_conversation(asked, None)
        talk.tell("voice.received")
    elif sort:
        talk.tell("evidence.named", what=asking.label(sort), name=telling.name_of(target))
    else:
        _ask_sort(talk, known, target, tuple(lacking))
    if known.album:
        talk.wait(f"evidence:{known.album}")


def _ask_sort(talk: Talk, paper: Paper, target: Complaint, lacking: tuple[str, ...]) -> None:
    """What's lacking stands first; where nothing is, the place and the rest."""
    documents = [sort for sort in lacking if sort in sorting.KNOWN]
    if not documents:
        talk.tell("evidence.received", name=telling.name_of(target))
        return
    sorts = tuple(dict.fromkeys((*documents, "supporting")))
    buttons = tuple(
        choice("sorting.button", f"sort:{paper.file}:{sort}", number="", what=say(f"short.{sort}")) for sort in sorts
    )
    talk.ask("evidence.which", *(buttons[at : at + 2] for at in range(0, len(buttons), 2)), name=telling.name_of(target))


def name_paper(talk: Talk, file: str, sort: str) -> bool:
    """The citizen says what a file of a registered complaint is."""
    for target in talk.complaints():
        paper = next((each for each in target.papers if each.file == file), None)
        if paper is None or sort not in sorting.KNOWN or paper.sort:
            continue
        standard = talk.world.standard_of(target.standard)
        lacking = {each_sort: each.id for each in progress.lacking(target, standard) for each_sort in asking.sorts_of(each)}
        named = replace(paper, sort=sort, said_by="citizen", confirmed=True)
        kind = "supply" if sort in lacking else "file"
        if act(talk, target.id, Act(kind=kind, data={"for": lacking.get(sort, "")}, papers=(named,))):
            talk.tell("evidence.named", what=asking.label(sort), name=telling.name_of(target))
        return True
    return False


def file_ready(talk: Talk, event: FileReady) -> str:
    """A file of a registered complaint has arrived: it was on its way when the citizen said YA."""
    return _file_of_complaint(
        talk,
        event.file,
        state="ready",
        type=event.type,
        sha256=event.sha256,
        position=event.position,
        flaw="dark" if event.dark else "blurred" if event.blurred else "",
    )


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
            from workflow import desk

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
        talk.ask("gist.write")
        return True
    paper = next(each for each in target.papers if each.file == file)
    newer = replace(paper, gist=gist)
    if act(talk, target.id, Act(kind="said", text=gist, data={"message": paper.message, "gist": file}, papers=(newer,))):
        talk.tell("gist.thanks")
    return True


def _gist(talk: Talk, message: Message) -> bool:
    word = hearing.means(message.text, "yes", "yes_only_here", "no", "edit")
    if not word:
        talk.set(awaiting="", awaiting_for="")
        return False
    talk.heard(message, "")
    return gist_answered(talk, talk.conversation.awaiting_for, right=word in ("yes", "yes_only_here"))


# --- withdrawal, SUDAH and BELUM --------------------------------------------------------------------------------------


def _ask_withdraw(talk: Talk, named: Complaint | None) -> None:
    open_ = [each for each in talk.complaints() if each.closed_at is None]
    target = named if named in open_ else open_[0] if len(open_) == 1 else None
    if not open_:
        talk.tell("nothing_open")
        return
    if target is None:
        talk.set(awaiting="withdraw", awaiting_for="")
        rows = [
            (choice("choice.complaint", f"which:{each.id}", name=telling.name_of(each), matter=telling.matter(each, 30)),)
            for each in open_
        ][-6:]
        talk.ask("withdraw.which", *rows)
        return
    talk.set(awaiting="withdraw", awaiting_for=target.id)
    yes, no = choice("choice.withdraw", f"withdraw:{target.id}:y"), choice("choice.no", f"withdraw:{target.id}:n")
    talk.ask("withdraw.ask", (yes, no), name=telling.name_of(target))


def _withdraw(talk: Talk, message: Message) -> bool:
    word = hearing.means(message.text, "yes", "no", "cancel")
    target = spoken_of(talk, message)
    if target is not None and not talk.conversation.awaiting_for:
        talk.heard(message, "")
        _ask_withdraw(talk, target)
        return True
    if not word or not talk.conversation.awaiting_for:
        talk.set(awaiting="", awaiting_for="")
        return False
    talk.heard(message, "")
    return chose_withdraw(talk, [talk.conversation.awaiting_for, "n" if word == "no" else "y"])


def chose_withdraw(talk: Talk, args: list[str]) -> bool:
    """Withdrawal, confirmed or not."""
    if talk.conversation.awaiting != "withdraw" or talk.conversation.awaiting_for != args[0]:
        return False
    talk.set(awaiting="", awaiting_for="")
    if args[1] == "n":
        talk.tell("withdraw.no")
    elif args[0] in talk.world.complaints:
        act(talk, args[0], Act(kind="withdraw"))
    return True


def judge(talk: Talk, about: Complaint, *, satisfied: bool, words: str = "") -> None:
    """SUDAH or BELUM after an answer; BELUM within the office's days reopens, later it may become a new report."""
    if satisfied:
        if act(talk, about.id, Act(kind="satisfied", text=words)):
            talk.tell("satisfied.yes")
        return
    if not _within(talk, about):
        talk.tell("satisfied.too_late", name=telling.name_of(about))
        return
    if act(talk, about.id, Act(kind="unsatisfied", text=words)) and not words:
        talk.set(awaiting="unsatisfied_reason", awaiting_for=about.id)
        talk.ask("satisfied.why")


def _unsatisfied_reason(talk: Talk, message: Message) -> bool:
    about = talk.world.complaints.get(talk.conversation.awaiting_for)
    talk.set(awaiting="", awaiting_for="")
    if about is None or hearing.meanings(message.text) - {"not_done", "no", "none"}:
        return False
    _say(talk, about, message)
    return True


def chose_satisfied(talk: Talk, args: list[str]) -> bool:
    """The button SUDAH."""
    return _judged(talk, args[0], satisfied=True)


def chose_unsatisfied(talk: Talk, args: list[str]) -> bool:
    """The button BELUM."""
    return _judged(talk, args[0], satisfied=False)


def _judged(talk: Talk, code: str, *, satisfied: bool) -> bool:
    about = next((each for each in talk.complaints() if code in (each.code, each.id)), None)
    if about is None or about.answered_at is None or about.satisfied:
        return False
    judge(talk, about, satisfied=satisfied)
    return True


AWAITED: dict[str, Callable[[Talk, Message], bool]] = {
    "addition": _addition,
    "which": _which,
    "withdraw": _withdraw,
    "gist": _gist,
    "unsatisfied_reason": _unsatisfied_reason,
}
