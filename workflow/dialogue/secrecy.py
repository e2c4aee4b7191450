"""RAHASIA: a citizen asks at any time that the desk doesn't learn who they are, and may take that back."""

from __future__ import annotations

from msgspec.structs import replace

from workflow.dialogue import acting, asking, fields, gates
from workflow.dialogue.talk import Talk
from workflow.heard import hearing, intent
from workflow.message import Message
from workflow.procedure import secrecy, telling
from workflow.record import Act, Complaint
from workflow.say import listing

ASKING_WORDS = 14
"""A request of at most so many words is nothing but that, unless it tells a complaint."""
_STORIES = frozenset({"complaint", "suggestion", "emergency", "violence_report"})


def hear(talk: Talk, message: Message) -> bool:
    """Do what is asked about secrecy. True: that was all they said; False: the rest is to be heard."""
    if not message.text:
        return False
    prefix = talk.world.office.standard.office.ticket_prefix
    bare = hearing.without_names(message.text, prefix) or message.text
    word = hearing.means(bare, "unwithhold", "withhold")
    if not word:
        word = next((each for each in ("unwithhold", "withhold") if intent.says(message.text, each)), "")
        if not word or not _is_all(message.text):
            if word == "withhold":
                _wish(talk, message)
            return False
    talk.heard(message, "")
    if word == "withhold":
        _asked(talk, message)
    else:
        _taken_back(talk, message)
    return True


def _is_all(text: str) -> bool:
    """Whether the request is all that was said."""
    return len(hearing.folded(text)) <= ASKING_WORDS and intent.guess(text).intent not in _STORIES


# --- asked for --------------------------------------------------------------------------------------------------------


def _wish(talk: Talk, message: Message) -> None:
    """In the midst of other words: noted before they are heard, and told with what they are answered."""
    if talk.telling:
        _withhold_draft(talk)
    elif targets := [each for each in _meant(talk, message) if not each.withheld]:
        _withhold(talk, targets)
    else:
        _remember(talk)


def _asked(talk: Talk, message: Message) -> None:
    """As a request of its own."""
    meant = _meant(talk, message)
    targets = [each for each in meant if not each.withheld]
    if talk.telling:
        if talk.draft.withheld:
            talk.tell("withheld.already")
        else:
            _withhold_draft(talk)
            gates.tell_withheld(talk)
        asking.again(talk)
    elif targets:
        _withhold(talk, targets)
    elif meant:
        talk.tell("withheld.already")
    else:
        _remember(talk, "told")
        talk.tell("withheld.before_report", roles=secrecy.roles(talk.standard))
        talk.raise_to("notice")


def _remember(talk: Talk, how: str = "heard") -> None:
    talk.set(extra={**talk.conversation.extra, secrecy.BEFORE: how})


def _withhold_draft(talk: Talk) -> None:
    """From now on, and for what was told: names leave the story and are sealed."""
    talk.edit(withheld=True, private={**talk.draft.private, **secrecy.account(talk.conversation.private)})
    kept: list[str] = []
    found: dict[str, str] = {}
    for words in talk.draft.statement:
        facts, rest, _ = fields.read(words, fields.looked_for(talk.draft, talk.standard))
        found |= facts
        kept += [rest] if rest else []
    if found:
        fields.file(talk, {**found, **talk.draft.private})
        talk.edit(statement=tuple(kept))
    talk.set(draft=secrecy.clean_draft(talk.draft, talk.conversation.address.chat))


def _withhold(talk: Talk, targets: list[Complaint]) -> None:
    for each in targets:
        standard = talk.world.standard_of(each.standard)
        names = fields.looked_for(replace(each, withheld=True), standard)
        found, _, _ = fields.read(each.statement, names)
        private = {name: text for name, text in found.items() if name in fields.PRIVATE and name not in each.private}
        private |= secrecy.account(talk.conversation.private)
        acting.act(talk, each.id, Act(kind="withhold", private=private))
    names_ = listing([telling.name_of(each) for each in targets])
    talk.tell("withheld.registered", names=names_, roles=secrecy.roles(talk.standard))
    talk.raise_to("notice")


def _meant(talk: Talk, message: Message) -> list[Complaint]:
    """The report they name, else all of theirs."""
    named = acting.spoken_of(talk, message)
    return [named] if named is not None else list(talk.complaints())


# --- taken back -------------------------------------------------------------------------------------------------------


def _taken_back(talk: Talk, message: Message) -> None:
    """Only from the account or number whose report it is: whoever was let in by a code can't uncover its citizen."""
    if talk.foreign or message.sender.claimed:
        talk.tell("withheld.elsewhere")
        if talk.telling:
            asking.again(talk)
        return
    targets = [each for each in _meant(talk, message) if each.withheld]
    was = bool(targets) or secrecy.BEFORE in talk.conversation.extra or (talk.telling and talk.draft.withheld)
    talk.set(extra={name: value for name, value in talk.conversation.extra.items() if name != secrecy.BEFORE})
    for each in targets:
        acting.act(talk, each.id, Act(kind="unwithhold"))
    if talk.telling:
        extra = {name: value for name, value in talk.draft.extra.items() if name != secrecy.TOLD}
        talk.edit(withheld=False, extra=extra)
    talk.tell("withheld.off" if was else "withheld.not_on")
    if talk.telling:
        asking.again(talk)
