"""Who was let in for one report sees that report: whatever else its citizen tells or has here stays out of sight."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace as changed

from msgspec.structs import replace

from workflow.conversation import Conversation
from workflow.happening import Carried
from workflow.world import Decision, World


def narrowed(event: Carried, world: World) -> World:
    """The world as far as the lane that this was said on may see it; the same one where it's surely the citizen's."""
    here = world.conversation
    voice = here.voice(event.by) if here is not None else None
    if here is None or voice is None or event.vouched:
        return world
    mine = {each: world.complaints[each].code for each in here.complaints if each in world.complaints}
    hidden = {each for each in here.complaints if mine.get(each) != voice.code}
    draft = here.draft if here.draft is not None and here.draft.code == voice.code else None
    if not hidden and draft is here.draft:
        return world
    seen = replace(here, draft=draft, complaints=tuple(each for each in here.complaints if each not in hidden))
    if _is_about(hidden, here):
        seen = replace(seen, awaiting="", awaiting_for="")
    if not _may_choose(here, seen, hidden):
        seen = replace(seen, offered=())
    known = {name: each for name, each in world.complaints.items() if name not in hidden}
    return changed(world, conversation=seen, complaints=known)


def _is_about(hidden: AbstractSet[str], here: Conversation) -> bool:
    """Whether what's awaited is about something that isn't seen."""
    if here.awaiting == "gist":
        paper = next((each for each in here.papers if each.file == here.awaiting_for), None)
        return paper is None or paper.complaint in hidden
    return bool(hidden & set(here.awaiting_for.replace(",", " ").split()))


def _may_choose(here: Conversation, seen: Conversation, hidden: AbstractSet[str]) -> bool:
    """Whether a typed number chooses among things that are seen."""
    named = {name for data in here.offered for name in data.split(":")}
    if named & hidden:
        return False
    return seen.draft is here.draft or bool(named & set(seen.complaints))


def widened(decision: Decision, whole: World, seen: World) -> Decision:
    """The decision with what wasn't seen put back, as it was."""
    before, view, after = whole.conversation, seen.conversation, decision.conversation
    if before is None or view is None or before is view or after is None:
        return decision
    new = tuple(each for each in after.complaints if each not in before.complaints)
    after = replace(after, complaints=(*before.complaints, *new))
    if before.draft is not view.draft:
        after = replace(after, draft=before.draft)
    if (after.awaiting, after.awaiting_for) == (view.awaiting, view.awaiting_for):
        after = replace(after, awaiting=before.awaiting, awaiting_for=before.awaiting_for)
    if after.offered == view.offered:
        after = replace(after, offered=before.offered)
    return changed(decision, conversation=after)
