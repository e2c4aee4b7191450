"""A report begins: who speaks here, what the words suggest about it, and whether it's still the same person."""

from __future__ import annotations

import re
from datetime import timedelta

from msgspec.structs import replace

from workflow.clocks.when import part_of_day, say_hours
from workflow.conversation import Draft
from workflow.dialogue import asking, fields, gates, lately, letters, letting_in, putting_off, wanted
from workflow.dialogue.talk import Talk
from workflow.heard import hearing, intent, table
from workflow.heard.intent import Guess
from workflow.message import Message
from workflow.privacy import notice
from workflow.procedure import secrecy
from workflow.say import say, short_office
from workflow.world import Decision, Erasure

INTRODUCED = timedelta(hours=12)
"""For so long nobody is told again who is speaking."""


# --- who speaks -------------------------------------------------------------------------------------------------------


def salam(text: str) -> str:
    """The answer to a salam, as the citizen used it; "" if there was none."""
    words = hearing.folded(text)
    if "assalamualaikum" in words:
        return say("salam.islam")
    if "swastiastu" in words:
        return say("salam.hindu")
    return ""


def greeting(talk: Talk, text: str) -> str:
    """The salam returned, else a wish for the time of day at the office."""
    part = part_of_day(talk.world.now, talk.world.office.calendar.zone)
    return salam(text) or say("salam.day", part=part)


def only_greets(text: str) -> bool:
    """Whether a text is nothing but greeting and address."""
    words, known = hearing.folded(text), table("fields")["salutation"]
    return bool(words) and set(words) <= {*known["words"], *known["office"]}


def without_salutation(text: str) -> str:
    """A story without the greeting before it; a text that is nothing but a greeting stays as it is."""
    known = frozenset(table("fields")["salutation"]["words"])
    rest = text
    while match := re.match(r"\s*([^\s,.!;:]+)[\s,.!;:]*", rest):
        if not set(hearing.folded(match[1])) <= known or not rest[match.end() :].strip():
            break
        rest = rest[match.end() :]
    return rest if len(rest.split()) > 1 else text


def introduce(talk: Talk, key: str, text: str) -> None:
    """Return the greeting, thank, and say honestly who speaks, unless that was said a short while ago."""
    office, calendar = talk.standard.office.name, talk.world.office.calendar
    greeted = talk.conversation.greeted_at
    code = talk.draft.code if talk.telling else ""
    if greeted is not None and talk.world.now - greeted < INTRODUCED:
        returned = salam(text)
        short = talk.words(f"{key}_again", code=code)
        talk.tell_text(f"{returned} {short}".strip())
        return
    section = talk.standard.office
    brief = short_office(section.name, section.kind, section.ticket_prefix)
    returned = f"{salam(text)} ".lstrip()
    talk.tell(key, greeting=greeting(talk, text), salam=returned, office=office, short_office=brief, code=code)
    if not talk.limits.short:
        named = key == "intro.greeting"  # "... telah menghubungi Kecamatan Kedopok": who it is was just said
        talk.tell("who_greeting" if named else "who", office=office, hours=say_hours(calendar))
    talk.set(greeted_at=talk.world.now)


# --- begin ------------------------------------------------------------------------------------------------------------


def empty(talk: Talk) -> None:
    """An empty draft, with the files that came before it and were meant for no complaint."""
    conversation = talk.conversation
    adopted = tuple(paper for paper in conversation.papers if not paper.complaint and paper.state != "failed")
    draft = Draft(
        code=talk.world.supply.code(),
        standard=talk.world.office.standard.version,
        began_at=talk.world.moment,
        last_at=talk.world.now,
        papers=adopted,
        withheld=(withheld := _secrecy_asked(talk)),
        private=secrecy.account(conversation.private) if withheld else {},
        extra={secrecy.TOLD: "yes"} if conversation.extra.get(secrecy.BEFORE) == "told" else {},
    )
    kept = tuple(paper for paper in conversation.papers if paper not in adopted)
    talk.set(draft=draft, papers=kept, awaiting="", awaiting_for="", unclear=0, offered=())


def _secrecy_asked(talk: Talk) -> bool:
    """Whether a report that begins now is withheld from its first word: asked before it, or of an earlier one."""
    return secrecy.BEFORE in talk.conversation.extra or any(each.withheld for each in talk.complaints())


def start(talk: Talk, message: Message, heard: Guess, *, told: tuple[str, ...] = ()) -> None:
    """The citizen's words are the statement; `told` came in earlier messages and belongs to it."""
    empty(talk)
    talk.edit(began_at=min(message.at, talk.world.moment))  # a mail may have lain there while we were away
    _file_first(talk, message, told)
    consider(talk, message.text, heard)
    noted = "intro.angry" if heard.angry else "intro.complaint"
    if talk.draft.kind == "suggestion":
        noted = "intro.suggestion"
    introduce(talk, "intro.greeting" if asking.is_thin(talk.draft) else noted, message.text)
    if heard.maybe_emergency:
        talk.tell("emergency.maybe", numbers=numbers_line(talk, heard.emergency))
    asking.go_on(talk)


def _file_first(talk: Talk, message: Message, told: tuple[str, ...]) -> None:
    found, rest, shown = fields.read(message.text, fields.looked_for(talk.draft, talk.standard))
    fields.file(talk, found)
    put_off, rest = putting_off.read(talk, rest)
    putting_off.file(talk, put_off)
    if found and only_greets(rest):
        rest = ""
    if talk.limits.one_thing_at_a_time:
        rest = without_salutation(rest)
    else:
        rest = letters.without_signature(letters.without_greeting(rest), message.sender.name)
        rest = "\n".join(without_salutation(line) for line in rest.splitlines())
    talk.edit(statement=(*told, *((rest,) if rest else ())), forwarded=bool(message.forwarded))
    talk.heard(message, ",".join([*found, *(["statement"] if rest else [])]), shown)


def consider(talk: Talk, text: str, heard: Guess | None = None) -> None:
    """What the words suggest: a topic, a suggestion, and whether the report is to be kept confidential."""
    heard = heard or intent.guess(text)
    draft = talk.draft
    topics = {topic.id for topic in talk.standard.topics} | {"pungli"}
    suggestion = heard.intent == "suggestion" and talk.standard.suggestions is not None
    talk.edit(
        topic=draft.topic or next((each for each in heard.topics if each in topics), ""),
        confidential=draft.confidential or heard.confidential,
        kind="suggestion" if suggestion and not draft.statement[1:] else draft.kind,
    )


def drop(talk: Talk, why: str = "cancelled") -> None:
    """The draft and its files go; what was said stays only in the sealed inbox. That it went, and why, is noted."""
    draft = talk.draft
    gone = Erasure(
        complaint=draft.code,
        kind="draft",
        rule=f"{why}; {notice.of_draft(draft)}",
        files=sum(not paper.reused for paper in draft.papers),
        at=talk.world.now,
    )
    talk.more = talk.more + Decision(erasures=(gone,))
    letting_in.let_go(talk, draft.code)
    talk.unset += wanted.bells(draft)
    talk.erased += [paper.file for paper in draft.papers if not paper.reused]
    talk.forgotten.append(draft.code)
    talk.set(draft=None, awaiting="", awaiting_for="", offered=())


# --- confidential -----------------------------------------------------------------------------------------------------


def about_head(talk: Talk, *, about: bool) -> None:
    """About them: the routes outside the office, and nothing reaches the desk. Not about them: the report goes on."""
    talk.edit(awaiting="", awaiting_for="", extra={**talk.draft.extra, gates.HEAD_ASKED: "no"})
    if not about:
        asking.go_on(talk)
        return
    routes = []
    for route in gates.outside_routes(talk):
        contact = route.contact.split(",")[0] if talk.limits.short else route.contact
        routes.append(say("confidential.route", name=route.name, contact=f": {contact}" if contact else ""))
    drop(talk, "told to go elsewhere")
    lately.mark(talk, lately.OUTSIDE)
    talk.tell("confidential.outside", routes="\n".join(routes))
    talk.raise_to("notice")


def _rank(asked: tuple[str, ...], kinds: tuple[str, ...]) -> int:
    return min((asked.index(kind) for kind in kinds if kind in asked), default=len(asked))


def numbers_line(talk: Talk, kinds: tuple[str, ...]) -> str:
    """The numbers to call for these kinds of emergency, the office's own first: "112 (Darurat 112), 110 (Polisi)"."""
    known = talk.standard.emergency_numbers()
    wanted = set(kinds) | {"any"}
    fitting = [number for number in known if wanted & set(number.kinds)]
    if not any(set(kinds) & set(number.kinds) for number in fitting):
        general = {"police", "ambulance", "fire"}
        fitting += [number for number in known if general & set(number.kinds) and number not in fitting]
    fitting.sort(key=lambda number: (number.scope != "local", _rank(kinds, number.kinds)))
    return "\n".join(say("emergency.number", number=each.number, label=each.label) for each in fitting)


# --- the same person? -------------------------------------------------------------------------------------------------


def same_person(talk: Talk, *, same: bool) -> None:
    """Only a yes lets name and identity documents of the earlier report stand in this one too."""
    complaint = talk.world.complaints.get(talk.draft.awaiting_for) or gates.earlier(talk)
    talk.edit(awaiting="", awaiting_for="", extra={**talk.draft.extra, "person": "same" if same else "other"})
    if same and complaint is not None:
        asked = {each.id for each in talk.standard.asked()} | {"name"}
        private = {name: value for name, value in complaint.private.items() if name in asked}
        have = {paper.sort for paper in talk.draft.papers if wanted.usable(paper)}
        again = tuple(
            replace(paper, message="", reused=complaint.id, confirmed=False)
            for paper in gates.identity_papers(talk, complaint)
            if paper.sort not in have
        )
        talk.edit(private={**private, **talk.draft.private}, papers=(*talk.draft.papers, *again))
        talk.tell("same.reused")
    asking.go_on(talk)
