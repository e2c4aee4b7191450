"""A complainant who asks for secrecy: what is hidden of them, from whom, and how a text reads without them.

It isn't the same as a confidential report (`Complaint.confidential`), whose matter the desk must not read. Here the
desk works on the matter as on any other and doesn't learn whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from workflow.conversation import Draft
from workflow.message import Address
from workflow.procedure.case import Case, Refused
from workflow.record import Act, Complaint, Entry
from workflow.say import listing, say
from workflow.standard.standard import Standard

ACCOUNT = "account_name"
"""How their account calls them: whoever asks for secrecy signs with it, too."""
PERSONAL = ("name", "behalf_name", "signature", "address", "phone", ACCOUNT)
"""What of `Complaint.private` tells who somebody is; numbers are masked in any text."""
BEFORE = "withhold"
"""Where the conversation keeps the wish of somebody who hasn't told anything yet."""
TOLD = "withheld_told"
"""Where the draft keeps that they were told what is hidden, and from whom."""
_SHORTEST_NAME = 4  # of an account: what is shorter may be any word
_OF_THEM = ("received_by",)
"""What of a line of the record may name them."""
_GAP = r"[ .\u00a0()-]{0,2}"
_NUMBER = re.compile(rf"(?<![\d*])(?:\+?62|0)(?:{_GAP}\d){{8,12}}(?!\d)")


def mark() -> str:
    """What stands in place of what is hidden."""
    return say("withheld.mark")


def account(private: Mapping[str, str]) -> dict[str, str]:
    """What a talk knows of its account's name, to be kept sealed with a report whose citizen is hidden."""
    name = private.get(ACCOUNT, "").strip()
    return {ACCOUNT: name} if len(name) >= _SHORTEST_NAME else {}


def roles(standard: Standard) -> str:
    """Who may open it: the roles that the office names for confidential reports, in words."""
    labels = tuple(standard.role(role).label for role in standard.escalation.confidential_to)
    return listing(labels) or say("withheld.nobody")


def without(text: str, private: Mapping[str, str], chat: str = "") -> str:
    """A text without the person: their name, address and number, as they're known, give way to a mark."""
    if not text:
        return text
    known = sorted({" ".join(private[each].split()) for each in PERSONAL if private.get(each, "").strip()}, key=len)
    known += [chat] if "@" in chat else []
    for value in reversed(known):
        words = r"\s+".join(map(re.escape, value.split()))
        text = re.sub(rf"(?<!\w){words}(?!\w)", mark(), text, flags=re.IGNORECASE)
    mine = {_local(each) for each in (private.get("phone", ""), chat) if _local(each)}
    return _NUMBER.sub(lambda found: mark() if _local(found[0]) in mine else found[0], text) if mine else text


def _local(number: str) -> str:
    """An Indonesian number without what stands before it: "81234567890" of "+62 812-3456-7890"; "" for no number."""
    digits = re.sub(r"\D", "", number) if "@" not in number else ""
    return digits.removeprefix("62") if digits.startswith("62") else digits.removeprefix("0")


def hidden(report: Complaint) -> Complaint:
    """The complaint as papers and lists that stay in the office may have it: the matter without the person."""
    if not report.withheld:
        return report
    private = dict.fromkeys(report.private, mark()) | {"name": say("withheld.person")}
    citizen = report.citizen and Address(report.citizen.office, report.citizen.channel, "")
    return replace(_clean(report, report.private, _chat(report)), private=private, citizen=citizen)


def hidden_lines(entries: Iterable[Entry], report: Complaint) -> tuple[Entry, ...]:
    """The record as papers and lists that stay in the office may have it."""
    if not report.withheld:
        return tuple(entries)
    chat = _chat(report)
    return tuple(
        replace(
            each,
            text=without(each.text, report.private, chat),
            data={
                name: without(text, report.private, chat) for name, text in each.data.items() if name not in _OF_THEM
            },
        )
        for each in entries
    )


def clean(report: Complaint) -> Complaint:
    """The complaint with the person taken out of everything that's kept as text."""
    return _clean(report, report.private, _chat(report))


def clean_draft(draft: Draft, chat: str) -> Draft:
    """The same of a report that's still being told."""
    told = {item: without(text, draft.private, chat) for item, text in draft.answers.items()}
    return replace(
        draft,
        statement=tuple(without(each, draft.private, chat) for each in draft.statement),
        answers=told,
        **_sayings(draft, draft.private, chat),
    )


def _clean(report: Complaint, private: Mapping[str, str], chat: str) -> Complaint:
    return replace(
        report,
        statement=without(report.statement, private, chat),
        answers={item: without(text, private, chat) for item, text in report.answers.items()},
        **_sayings(report, private, chat),
    )


def _sayings(report: Draft | Complaint, private: Mapping[str, str], chat: str) -> dict[str, Any]:
    return {
        "papers": tuple(
            replace(each, gist=without(each.gist, private, chat), caption=without(each.caption, private, chat))
            for each in report.papers
        ),
        "lacking": {item: without(why, private, chat) for item, why in report.lacking.items()},
        "sayings": tuple(replace(each, text=without(each.text, private, chat)) for each in report.sayings),
        "revisions": tuple(
            replace(each, before=without(each.before, private, chat), after=without(each.after, private, chat))
            for each in report.revisions
        ),
    }


def _chat(report: Complaint) -> str:
    return report.citizen.chat if report.citizen is not None else ""


# --- the acts ---------------------------------------------------------------------------------------------------------


def withhold(case: Case, act: Act) -> None:
    """They ask for it: from now on, and for what can still be changed of what was."""
    if case.complaint.withheld:
        raise Refused("desk.refused.already")
    case.set(withheld=True, private={**case.complaint.private, **act.private})
    case.set(**{name: getattr(clean(case.complaint), name) for name in _TEXTS})
    case.record("withhold")


def unwithhold(case: Case, act: Act) -> None:
    """They take it back; what was taken out of the texts stays out of them."""
    if not case.complaint.withheld:
        raise Refused("desk.refused.already")
    if act.by.startswith("staff:") and case.complaint.citizen is not None:
        raise Refused("withheld.only_themselves")
    case.set(withheld=False)
    case.record("unwithhold")


_TEXTS = ("statement", "answers", "papers", "lacking", "sayings", "revisions")


def heard(report: Complaint, act: Act) -> Act:
    """What their citizen says from then on, without the person; the desk reads it."""
    if not report.withheld:
        return act
    chat = _chat(report)
    private = {**report.private, **act.private}
    data = {name: without(text, private, chat) if name == "before" else text for name, text in act.data.items()}
    papers = tuple(replace(each, gist=without(each.gist, private, chat)) for each in act.papers)
    return replace(act, text=without(act.text, private, chat), data=data, papers=papers)
