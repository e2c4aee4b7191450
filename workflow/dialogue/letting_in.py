"""Somebody asks to go on with a report from another lane: its citizen is asked before anything of it is shown."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from workflow.conversation import JoinRequest, Voice
from workflow.dialogue import asking
from workflow.dialogue.joining import WAITS, own_codes, post, shown
from workflow.dialogue.talk import Talk, choice
from workflow.happening import JoinAnswered, JoinAsked, Parted
from workflow.heard import hearing
from workflow.message import Message, Outbound, Press
from workflow.record import Complaint
from workflow.say import say_for
from workflow.world import OPEN_AFTER, Decision

MOST = 3
LONGEST_WORDS = 6
READING = timedelta(seconds=2)
"""Nobody reads a question and answers it sooner: such a YA was meant for what was asked before."""


def question_key(lane: str) -> str:
    """Our name for the question in the outbox: while it waits there, no YA is its answer."""
    return f"join:{lane}"


# --- asked ------------------------------------------------------------------------------------------------------------


def requested(talk: Talk, event: JoinAsked) -> str:
    """Another lane asks to join. Returns why nothing is asked here, or ""."""
    joined = talk.conversation.joined
    if joined is not None and joined.until is None:
        post(talk, joined.home, replace(event, chat=joined.home))
        return ""
    _forget_old(talk)
    if not leads_here(talk, event.code):
        _answer(talk, event, "unknown")
        return "a code that's no longer alive"
    if event.vouched:
        _let_in(talk, event)
        talk.tell("joining.same_number", code=event.code, who=event.shown)
        talk.raise_to("notice")
        return ""
    if len(talk.conversation.requests) >= MOST:
        _answer(talk, event, "no")
        return "too many ask to join"
    request = JoinRequest(request=event.request, by=event.by, code=event.code, shown=event.shown, at=event.at)
    talk.set(requests=(*talk.conversation.requests, request))
    put(talk)
    return ""


def leads_here(talk: Talk, code: str) -> bool:
    """Whether the code is of the report being told here, or of a complaint that's still worth going on with."""
    if talk.telling and talk.draft.code == code:
        return True
    return any(each.code == code and _is_alive(talk, each) for each in talk.complaints())


def _is_alive(talk: Talk, complaint: Complaint) -> bool:
    return complaint.closed_at is None or talk.world.now - complaint.closed_at < OPEN_AFTER


def put(talk: Talk) -> None:
    """Ask about the first request. A bare YA answers it only where nothing else waits for one."""
    if not talk.conversation.requests or talk.conversation.requests[0].asked_at is not None:
        return
    first, *others = talk.conversation.requests
    alone = not _waits_for_another(talk)
    offered = talk.conversation.offered
    yes = choice("choice.it_is_me", f"join:{first.request}:y")
    no = choice("choice.not_me", f"join:{first.request}:n")
    talk.ask("joining.ask" if alone else "joining.ask_code", (yes, no), code=first.code, who=first.shown)
    if not talk.limits.rows and not alone:
        talk.rows = talk.named = ()
        talk.offers = offered  # a number still chooses what it chose before
    talk.word, talk.asks_to_join = question_key(talk.conversation.address.lane), True
    asked = replace(first, asked_at=talk.world.now, latest=alone)
    talk.set(requests=(asked, *others))


def _waits_for_another(talk: Talk) -> bool:
    draft = talk.conversation.draft
    return bool(talk.conversation.awaiting or talk.conversation.offered or (draft and draft.awaiting))


def _forget_old(talk: Talk) -> None:
    """Requests that nobody answered in time are told so on their own side."""
    alive = tuple(each for each in talk.conversation.requests if talk.world.now - each.at < WAITS)
    if alive != talk.conversation.requests:
        talk.set(requests=alive)


# --- answered ---------------------------------------------------------------------------------------------------------


def heard(talk: Talk, message: Message) -> bool:
    """`YA`, `TIDAK`, or either with the code. Only who is surely the citizen can answer."""
    if talk.foreign or message.sender.claimed or message.attachments or message.location is not None:
        return False
    word, code = _word_and_code(talk, message.text)
    if not word or (not code and not talk.conversation.requests):
        return False
    _forget_old(talk)
    request = next((each for each in talk.conversation.requests if each.asked_at is not None), None)
    if request is not None and (request.code == code or (not code and _answers_this(talk, request))):
        talk.heard(message, "")
        _decide(talk, request, yes=word == "yes")
        return True
    if not code:
        return False
    talk.heard(message, "")
    if word == "no" and any(each.code == code for each in talk.conversation.voices if not each.for_good):
        _stop(talk, code)
    else:
        talk.tell("joining.no_request", code=code)
        if talk.telling:
            asking.again(talk)
    return True


def _word_and_code(talk: Talk, text: str) -> tuple[str, str]:
    """The meaning yes or no, "" for anything else, and the code beside it, of what's told here or was asked for."""
    words = text.split()
    if len(words) > LONGEST_WORDS:
        return "", ""
    codes = own_codes(talk) | {each.code for each in talk.conversation.requests}
    code = next((bare for word in words if (bare := word.strip(".,!:;#()").upper()) in codes), "")
    rest = " ".join(word for word in words if not code or word.strip(".,!:;#()").upper() != code)
    return hearing.means(rest, "yes", "no"), code


def _answers_this(talk: Talk, request: JoinRequest) -> bool:
    """Whether a bare YA can be meant for the question: it was put last, has left, and there was time to read it."""
    if not request.latest or request.asked_at is None:
        return False
    if question_key(talk.conversation.address.lane) in talk.world.unsent:
        return False
    return (talk.world.received_at or talk.world.now) - request.asked_at >= READING


def chose(talk: Talk, args: list[str]) -> bool:
    """The question's buttons, or their numbers."""
    request = next((each for each in talk.conversation.requests if each.request == args[0]), None)
    if talk.foreign or request is None or talk.world.now - request.at >= WAITS:
        return False
    if not isinstance(talk.event, Press) and not _answers_this(talk, request):
        return False
    _decide(talk, request, yes=args[1] == "y")
    return True


def _decide(talk: Talk, request: JoinRequest, *, yes: bool) -> None:
    talk.set(requests=tuple(each for each in talk.conversation.requests if each.request != request.request))
    if yes and leads_here(talk, request.code):
        _let_in(talk, request)
        talk.tell("joining.joined", code=request.code, who=request.shown)
    else:
        _answer(talk, request, "no")
        talk.tell("joining.not_joined")
    if talk.telling and not yes:
        asking.again(talk)
    else:
        talk.raise_to("notice")
    put(talk)


def _let_in(talk: Talk, request: JoinRequest | JoinAsked) -> None:
    vouched = isinstance(request, JoinAsked)
    voice = Voice(lane=request.by, code=request.code, vouched=vouched)
    others = tuple(each for each in talk.conversation.voices if each.lane != request.by)
    talk.set(voices=(*others, voice))
    _answer(talk, request, "yes", vouched=vouched)


def _answer(talk: Talk, request: JoinRequest | JoinAsked, answer: str, *, vouched: bool = False) -> None:
    event = JoinAnswered(
        chat=request.by,
        at=talk.world.now,
        home=talk.conversation.address,
        request=request.request,
        code=request.code,
        answer=answer,  # type: ignore[arg-type]
        vouched=vouched,
    )
    post(talk, request.by, event)


# --- and out again ----------------------------------------------------------------------------------------------------


def _stop(talk: Talk, code: str) -> None:
    """`TIDAK 7K3F`: nobody else speaks for this report any more."""
    own, now = talk.conversation.address, talk.world.now
    lanes = [each.lane for each in talk.conversation.voices if each.code == code and not each.for_good]
    for lane in lanes:
        post(talk, lane, Parted(chat=lane, at=now, other=own, why="stopped"))
    part(talk, tuple(each.lane for each in lanes))
    talk.tell("joining.stopped", code=code)
    if talk.telling:
        asking.again(talk)


def part(talk: Talk, lanes: tuple[str, ...]) -> None:
    """These lanes speak for this conversation no longer, nor do they ask to."""
    here, at = talk.conversation, talk.conversation.speaks_at
    talk.set(
        voices=tuple(each for each in here.voices if each.lane.lane not in lanes),
        requests=tuple(each for each in here.requests if each.by.lane not in lanes),
        speaks_at=None if at is not None and at.lane in lanes else at,
    )


def let_go(talk: Talk, code: str) -> None:
    """The report of this code is no more: whoever was joined for it isn't any longer, and its own lane knows of it."""
    home = talk.conversation.address
    if talk.carried is not None and talk.to != home:
        who = shown(talk.carried.message)
        words = say_for(talk.world.limits_at(home), "joining.dropped", code=code, who=who)
        talk.more = talk.more + Decision(sends=(Outbound(to=home, kind="notice", text=words, label=code, priority=1),))
    lanes = tuple(each.lane for each in talk.conversation.voices if each.code == code and not each.for_good)
    for lane in lanes:
        post(talk, lane, Parted(chat=lane, at=talk.world.now, other=talk.conversation.address))
    if lanes:
        part(talk, tuple(each.lane for each in lanes))
