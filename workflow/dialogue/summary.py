"""The summary that a citizen confirms: what was told and filed, what comes later, what there isn't; YA or UBAH."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.conversation import Draft, Paper
from workflow.dialogue import behalf, signing, sorting, wanted
from workflow.dialogue.talk import Talk, choice, replace_conversation
from workflow.message import Choice
from workflow.procedure import complaint, signature
from workflow.procedure.kinds import worded
from workflow.say import lines, listing, say

LONGEST = 2500  # characters of the statement shown; all of it is kept
LONGEST_SHORT = 70  # where every unit costs: its beginning shows which report it is
LONGEST_SIGNED = 40  # and where what the law wants signed stands below it

SHOWN_AT = "shown_at"
"""Where, of several lanes that speak for it, the newest summary of a draft was read: only there a YA confirms it."""


def is_read_here(talk: Talk) -> bool:
    """Whether the newest summary stood where this is said."""
    return talk.draft.extra.get(SHOWN_AT, talk.to.lane) == talk.to.lane


def show(talk: Talk) -> None:
    """Show what would be sent, and ask whether it's right."""
    draft = talk.draft
    number = draft.summaries + 1
    files = tuple(paper.file for paper in draft.papers if paper.sort and wanted.usable(paper))
    talk.edit(summaries=number, shown=files, awaiting="summary", awaiting_for="", asked="", changing="")
    talk.summary = number
    if talk.conversation.voices:
        talk.edit(extra={**talk.draft.extra, SHOWN_AT: talk.to.lane})
    signs = signing.is_wanted(talk)
    yes = choice("choice.sign" if signs else "choice.yes_right", f"yes:{draft.code}:{number}")
    edit = choice("choice.edit", f"edit:{draft.code}:{number}")
    key = "summary.sign" if signs else worded(draft, "summary.text")
    talk.ask(key, (yes, edit), body=body(talk), code=draft.code)
    talk.raise_to("summary")


def body(talk: Talk) -> str:
    """The lines of the summary."""
    draft = talk.draft
    return lines(
        _told(talk),
        *_typed(talk),
        behalf.summary(talk),
        signing.place_and_time(talk),
        _line("summary.papers", _papers(talk)),
        _place(draft),
        _line("summary.later", listing(tuple(wanted.label(item) for item in draft.later))),
        _line("summary.lacking", ", ".join(_lacking(draft))),
        say("summary.confidential") if draft.confidential else "",
        say("withheld.summary") if draft.withheld else "",
    )


def _told(talk: Talk) -> str:
    draft = talk.draft
    parts = list(draft.statement)
    voices = [paper for paper in draft.papers if paper.sort == "voice" and not paper.gist and wanted.usable(paper)]
    if voices:
        parts.append(say("summary.voice", count=len(voices)))
    text = "\n".join(parts)
    short = LONGEST_SIGNED if signing.is_wanted(talk) else LONGEST_SHORT
    longest = short if talk.limits.short else LONGEST
    return talk.words("summary.told", text=_cut(text, longest))


def _cut(text: str, longest: int) -> str:
    """The text up to so many characters, cut between words."""
    if len(text) <= longest:
        return text
    whole = text[: longest + 1].rsplit(None, 1)[0] if " " in text[:longest] else text[:longest]
    return whole.rstrip(" ,.;:") + "..."


def _typed(talk: Talk) -> list[str]:
    draft = talk.draft
    known = dict.fromkeys(draft.private, say("summary.known")) if talk.foreign else draft.private
    values = {**draft.answers, **known}
    asked = [each.id for each in talk.standard.asked() if each.kind in wanted.TEXT and each.id != "statement"]
    names = [*asked, *(name for name in ("name",) if name not in asked)]
    called = wanted.short if talk.limits.short else wanted.label
    return [say("summary.field", label=_capital(called(name)), text=values[name]) for name in names if values.get(name)]


def _papers(talk: Talk) -> str:
    draft, order = talk.draft, sorting.possible(talk.draft, talk.standard)
    named = [paper for paper in draft.papers if paper.sort and paper.sort != "voice" and wanted.usable(paper)]
    named.sort(key=lambda paper: order.index(paper.sort) if paper.sort in order else len(order))
    if talk.limits.one_thing_at_a_time or talk.foreign:
        said = [_said(paper, named) for paper in named]
    else:
        said = [_said_with_file(paper) for paper in named]
    unnamed = sum(1 for paper in draft.papers if not paper.sort and wanted.usable(paper))
    if unnamed:
        said.append(say("summary.unnamed", count=unnamed))
    return ", ".join(dict.fromkeys(said))


def _said(paper: Paper, named: list[Paper]) -> str:
    count = sum(1 for each in named if each.sort == paper.sort)
    label = wanted.label(paper.sort)
    if count > 1:
        return say("summary.paper_count", what=label, count=count)
    return _doubted(paper, label)


def _doubted(paper: Paper, label: str) -> str:
    """A paper's name with what is to be looked at of it."""
    if paper.flaw in ("plain", "again"):
        return say("summary.paper_doubted", what=label)
    return say("summary.paper_unclear", what=label) if paper.flaw else label


def _said_with_file(paper: Paper) -> str:
    """What an attachment is taken for, beside the name of its file: the citizen's YA confirms it."""
    label = _doubted(paper, wanted.label(paper.sort))
    return say("summary.paper_file", what=label, name=paper.name) if paper.name else label


def _place(draft: Draft) -> str:
    if draft.place is None:
        return ""
    words = ", ".join(part for part in (draft.place.title, draft.place.address) if part)
    return say("summary.place_named", place=words) if words else say("summary.place")


def _lacking(draft: Draft) -> list[str]:
    return [
        say("summary.lacking_why", what=wanted.label(item), why=why) if why and why != "-" else wanted.label(item)
        for item, why in draft.lacking.items()
    ]


def _line(key: str, text: str) -> str:
    return say(key, text=text) if text else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- YA ---------------------------------------------------------------------------------------------------------------


def confirm(talk: Talk) -> None:
    """The citizen's YA: what stood in the summary is confirmed, and the report becomes a complaint."""
    signing.sign(talk)
    draft = _settled(talk)
    told_at = replace(talk.conversation, draft=draft, address=talk.answers_to)
    opened = complaint.open_from(draft, told_at, talk.world)
    ids = tuple(each.id for each in opened.complaints if each.code == draft.code)
    after = opened.conversation or talk.conversation
    known = tuple(each for each in after.complaints if each not in ids)
    talk.conversation = replace(
        after,
        draft=None,
        complaints=known + ids,
        awaiting="",
        awaiting_for="",
        offered=(),
        unclear=0,
        sayings=after.sayings,
        recent=talk.conversation.recent,
    )
    talk.more = talk.more + replace_conversation(opened, None)
    talk.unset += wanted.bells(draft)


def _settled(talk: Talk) -> Draft:
    """The draft as it's handed over: shown files confirmed, what was never asked named as lacking."""
    draft = talk.draft
    papers = tuple(
        replace(paper, confirmed=bool(paper.sort) and (paper.confirmed or paper.file in draft.shown))
        for paper in draft.papers
    )
    lacking = dict(draft.lacking)
    for asked in talk.standard.asked():
        free = asked.id != "statement" and asked.required and not wanted.given(draft, asked)
        if free and asked.id not in draft.later and asked.id not in lacking:
            lacking[asked.id] = say("lacking.not_asked")
    private, place = draft.private, signature.place_of(draft.private.get("address", ""))
    if place and any(each.id == signature.PLACE for each in talk.standard.derived()):
        private = {**private, signature.PLACE: place}
    settled = replace(draft, papers=papers, lacking=lacking, private=private, behalf=behalf.of(draft))
    return replace(settled, asked="", awaiting="", awaiting_for="")


# --- UBAH -------------------------------------------------------------------------------------------------------------


def ask_what(talk: Talk) -> None:
    """Which part is to be changed."""
    draft = talk.draft
    items = [asked.id for asked in wanted.things(draft, talk.standard)]
    items += [name for name in ("name",) if draft.private.get(name) and name not in items]
    talk.await_("change")
    talk.edit(asked="")
    buttons = [Choice(label=_capital(wanted.label(item)), data=f"c:change:{draft.code}:{item}") for item in items]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    talk.ask("change.what", *rows, items=wanted.either(tuple(items)))


def ask_which(talk: Talk) -> None:
    """Ask what a "batal" or "tidak" at the summary means: to change something, or to cancel."""
    draft = talk.draft
    talk.await_("summary", "which")
    edit = choice("choice.edit", f"edit:{draft.code}:{draft.summaries}")
    cancel = choice("choice.cancel", f"drop:{draft.code}")
    yes = choice("choice.yes_right", f"yes:{draft.code}:{draft.summaries}")
    talk.ask("summary.which", (edit, cancel), (yes,))


def change(talk: Talk, item: str) -> None:
    """Ask anew for one part; what was given stays until the new comes."""
    talk.await_("")
    talk.edit(changing=item, asked=item)
    asked = wanted.asked_for(talk.standard, item)
    document = asked is not None and asked.kind not in wanted.TEXT
    talk.ask("change.document" if document else "change.text", what=wanted.label(item))
