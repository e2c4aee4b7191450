"""What the desk is shown because a complaint changed: cards and their repairs, hand-overs, the citizen's words, photos.

It looks only at the complaint before and after and at the new lines of its record, so the same change is always shown
in the same way. What the cards need to be found again (how many there were, which carry buttons) goes into the
complaint, under the version that the act gave it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from workflow.clocks.when import say_near
from workflow.conversation import Paper, Saying
from workflow.desk.bookkeeping import recap_timer
from workflow.desk.cards import card_buttons, card_text
from workflow.desk.duty import words as duty_words
from workflow.desk.posting import Rows, button, edited, names, post, rooms, topic_of, trusted
from workflow.message import Address, Enclosure, Outbound, Refers
from workflow.office import DESK_CHANNEL, Staff
from workflow.procedure import secrecy, telling
from workflow.procedure.case import desk_of, private_of
from workflow.procedure.duty_acts import ALL
from workflow.procedure.progress import FIELD, part_of, turn
from workflow.procedure.stages import word_of
from workflow.procedure.telling import capital, name_of, shortened, sort_name
from workflow.record import Complaint, Entry
from workflow.say import UnknownWords, lines, say
from workflow.standard.standard import Standard
from workflow.world import Decision, Timer, World

RELAY_CHARACTERS = 4096  # as long as anything a citizen can write in a message; a channel splits what is longer
GROUP_SORTS = ("location_photo", "supporting", FIELD)
"""The only papers that may enter the group, once confirmed or labelled (design, "The desk")."""

_RELAYED = frozenset(
    {"said", "evidence", "supply", "edited", "withdraw", "satisfied", "unsatisfied", "answered"}
    | {"withhold", "unwithhold"}
)


def show(before: Mapping[str, Complaint], after: tuple[Complaint, ...], decision: Decision, world: World) -> Decision:
    """Cards, hand-overs and relays for every changed complaint; the complaints come back with their cards counted."""
    shown = Decision()
    for complaint in after:
        entries = [entry for entry in decision.entries if entry.complaint == complaint.id]
        shown += _show_one(before.get(complaint.id), complaint, entries, world)
    return shown


def _show_one(before: Complaint | None, after: Complaint, entries: list[Entry], world: World) -> Decision:
    sends: list[Outbound] = []
    timers: tuple[Timer, ...] = ()
    complaint = after
    if before is None:
        sends += _first(after, world)
        timers = (*opening_timer(world), *recap_timer(world))
    handed = any(ALL in entry.data for entry in entries)  # with all the others of one person: cards are turned, not new
    moved = before is None or (_place(before) != _place(after) and not handed)
    if handed:
        private = tuple(key for key in after.shown if key != card_key(after))
        sends += [edited(to, key, "") for key in private if (to := _address_of(key, world))]
        complaint = after = replace(after, shown=tuple(key for key in after.shown if key not in private))
    if moved:
        sends += _buttons_off(before, world)
        cards, complaint = _new_cards(after, world)
        if after.closed_at is None:
            sends += cards
    elif before is not None:
        sends += _repairs(before, after, world)
    if moved:
        sends += _whole(before, complaint, world)
    sends += _photos(before, complaint, world)
    sends += _relays(after, entries, world)
    sends += _informed(after, entries, world)
    if moved and after.closed_at is None:
        sends += _hand_over(complaint, entries, world)
    if moved and after.closed_at is not None:
        sends += _last_word(before, after, world)
        complaint = replace(after, shown=())
    same = complaint == after and not handed
    return Decision(complaints=() if same else (complaint,), sends=tuple(sends), timers=timers)


def _place(complaint: Complaint) -> tuple[object, ...]:
    """What a card stands for: with another step, person or end, there's another card."""
    return complaint.step, complaint.part, complaint.assignee, complaint.closed_at, complaint.reopened


# --- cards ------------------------------------------------------------------------------------------------------------


def card_key(complaint: Complaint, person: Staff | None = None) -> str:
    """Our name for a card: the group's, or the one in a person's private chat."""
    return f"card:{complaint.id}:{complaint.card}" + (f":{person.id}" if person else "")


def _address_of(key: str, world: World) -> Address | None:
    """Where the card of that name stands."""
    parts = key.split(":")
    if len(parts) == 3:
        return desk_of(world)
    chat = world.linked.get(parts[3])
    return Address(world.office.id, DESK_CHANNEL, chat) if chat else None


def _first(complaint: Complaint, world: World) -> Iterator[Outbound]:
    """A topic where the group has them; of a confidential report the group learns only that there is one."""
    desk = desk_of(world)
    if desk is None:
        return
    if not complaint.confidential:
        yield topic_of(complaint, desk)
        return
    unlinked = [person for person in turn(complaint, world).people if private_of(world, person) is None]
    if unlinked:
        yield _neutral(desk, unlinked, world)
    elif not trusted(world):
        said = say("desk.post.confidential_nobody", roles=secrecy.roles(world.office.standard))
        yield post(world, desk, said, loud=True)


def _neutral(desk: Address, people: list[Staff], world: World) -> Outbound:
    text = say("desk.post.confidential", names=names(people))
    return post(world, desk, text, people=people, choices=((button(say("desk.button.link"), "link"),),), loud=True)


def _new_cards(complaint: Complaint, world: World) -> tuple[list[Outbound], Complaint]:
    """One card in the group and one in the private chat of everybody whose turn it is."""
    counted = replace(complaint, card=complaint.card + 1)
    text, choices = card_text(counted, world), card_buttons(counted, world)
    people: list[Staff | None] = [] if complaint.confidential else [None]
    people += turn(complaint, world).people
    sends, keys = [], []
    for person in people:
        to = private_of(world, person) if person else desk_of(world)
        if to is None:
            continue
        key = card_key(counted, person)
        refers = Refers(role="card", complaint=complaint.id, version=complaint.version, detail=str(counted.card))
        sends.append(post(world, to, text, about=complaint, choices=choices, key=key, refers=refers))
        keys.append(key)
    return sends, replace(counted, shown=tuple(keys))


def card_for(to: Address, complaint: Complaint, world: World) -> Decision:
    """The card as it stands, for somebody whose turn it is and whose private chat was linked after it was posted."""
    person = next((each for each in turn(complaint, world).people if private_of(world, each) == to), None)
    if person is None or card_key(complaint, person) in complaint.shown:
        return Decision(ignored="nobody here whose turn it is, or the card stands here already")
    key = card_key(complaint, person)
    changed = replace(complaint, version=complaint.version + 1, shown=(*complaint.shown, key))
    refers = Refers(role="card", complaint=complaint.id, version=changed.version, detail=str(complaint.card))
    text, choices = card_text(changed, world), card_buttons(changed, world)
    sent = post(world, to, text, about=changed, choices=choices, key=key, refers=refers)
    heard = [each for each in complaint.sayings if each.at > complaint.confirmed_at and each.filed_as == "note"]
    relays = [_relayed(each, changed, to, world) for each in heard] if complaint.confidential else []
    return Decision(complaints=(changed,), sends=(sent, *relays))


def _relayed(saying: Saying, complaint: Complaint, to: Address, world: World) -> Outbound:
    """What the citizen wrote since, for somebody who couldn't be reached then."""
    lane = complaint.citizen.lane if complaint.citizen else ""
    refers = Refers(role="relay", complaint=complaint.id, conversation=lane, detail=saying.message)
    text = say("desk.post.relay", number=name_of(complaint), text=saying.text)
    return post(world, to, text, about=complaint, refers=refers)


def _whole(before: Complaint | None, after: Complaint, world: World) -> Iterator[Outbound]:
    """What the card had to cut, in full beside it: the story at first, the words to approve or send when they come."""
    shown = card_text(after, world)
    act = part_of(after, world.standard_of(after.standard)).act
    texts = [after.statement] if before is None else []
    texts += [telling.answer(after, world)] if act == "deliver" and after.answer else []
    texts += [after.draft or after.report] if act in ("approve", "sign", "number", "copy") else []
    for text in texts:
        if text in shown or after.closed_at is not None:
            continue
        whole = say("desk.post.whole", number=name_of(after), text=text)
        refers = Refers(role="card", complaint=after.id, version=after.version, detail=str(after.card))
        for to in rooms(after, world):
            yield post(world, to, whole, about=after, refers=refers)


def _buttons_off(before: Complaint | None, world: World) -> Iterator[Outbound]:
    for key in before.shown if before else ():
        if to := _address_of(key, world):
            yield edited(to, key, "")


def _repairs(before: Complaint, after: Complaint, world: World) -> Iterator[Outbound]:
    """The same card, as it reads now; nothing if it reads the same and its buttons still hold."""
    text, choices = card_text(after, world), card_buttons(after, world)
    same = text == card_text(before, world) and _labels(choices) == _labels(card_buttons(before, world))
    if same and after.fresh == before.fresh:
        return
    keys = after.shown or _last_cards(after, world)
    for key in keys:
        if to := _address_of(key, world):
            yield edited(to, key, text, choices)


def _last_cards(complaint: Complaint, world: World) -> tuple[str, ...]:
    """The cards that stay when none carries buttons any more."""
    if not complaint.card:
        return ()
    if not complaint.confidential:
        return (card_key(complaint),)
    return tuple(card_key(complaint, person) for person in trusted(world) if private_of(world, person))


def _labels(rows: Rows) -> list[str]:
    return [choice.label for row in rows for choice in row]


def _last_word(before: Complaint | None, after: Complaint, world: World) -> Iterator[Outbound]:
    """The last card stays and says how it ended."""
    for key in before.shown if before else ():
        if to := _address_of(key, world):
            yield edited(to, key, card_text(after, world))
    if before is None or not before.shown:
        for to in rooms(after, world):
            yield post(world, to, card_text(after, world), about=after)


# --- hand-overs -------------------------------------------------------------------------------------------------------


def _hand_over(complaint: Complaint, entries: list[Entry], world: World) -> Iterator[Outbound]:
    """A new short message that mentions whose turn it is: an edited card notifies nobody."""
    now = turn(complaint, world)
    standard = world.standard_of(complaint.standard)
    role = duty_words.role_of(complaint, world)
    key = "desk.post.handover" if now.people else "desk.post.handover_nobody"
    text = say(key, number=capital(name_of(complaint)), names=names(now.people), role=role)
    people = list(now.people)
    parts = [_done_words(entries, standard), duty_words.why_both(entries), text, duty_words.absences(complaint, world)]
    step = standard.step(complaint.step)
    if step.via and (through := world.office.with_role_at(step.via, world.now)):
        parts.append(say("desk.post.via", role=standard.role(step.via).label, names=names(through)))
        people += through
    if complaint.due_at is not None and complaint.answered_at is None:
        moment = say_near(complaint.due_at, world.now, world.office.calendar.zone)
        passed = say("desk.card.due_passed") if "total" in complaint.late else ""
        parts.append(say("desk.post.handover_due", moment=moment + passed))
    choices: Rows = ()
    if complaint.undo is not None:
        choices = ((button(say("desk.button.undo"), "undo", complaint.code, complaint.version),),)
    refers = Refers(role="handover", complaint=complaint.id, version=complaint.version, detail=str(complaint.card))
    to = desk_of(world)
    if complaint.confidential:
        yield from _confidential_hand_over(complaint, lines(*parts), choices, world)
    elif to is not None:
        yield post(
            world,
            to,
            lines(*parts),
            about=complaint,
            people=people,
            choices=choices,
            refers=refers,
            key=f"handover:{complaint.id}:{complaint.card}",
            reply_to=f"key:{card_key(complaint)}",
        )


def _confidential_hand_over(complaint: Complaint, text: str, choices: Rows, world: World) -> Iterator[Outbound]:
    """The private card is the hand-over; who can't be reached in private is asked for in the group, without a word.

    Whoever acted is told in private what was done, and may take it back there.
    """
    desk = desk_of(world)
    missing = [person for person in turn(complaint, world).people if private_of(world, person) is None]
    if desk is not None and missing and complaint.card > 1:
        yield _neutral(desk, missing, world)
    actor = world.office.staff_by_id(complaint.undo.by.removeprefix("staff:")) if complaint.undo else None
    to = private_of(world, actor) if actor else None
    if to is not None:
        refers = Refers(role="handover", complaint=complaint.id, version=complaint.version, detail=str(complaint.card))
        yield post(world, to, text, about=complaint, choices=choices, refers=refers)


def _done_words(entries: list[Entry], standard: Standard) -> str:
    """What was just done, by whom: "Siti Rahma: berkas lengkap"."""
    did = ((entry, _did(word_of(entry.act, standard))) for entry in entries if entry.name)
    done = [(duty_words.doer(entry, standard), words) for entry, words in did if words]
    if not done:
        return ""
    return say("desk.post.handover_done", name=done[0][0], done=", ".join(words for _, words in done)) + "."


def _did(act: str) -> str:
    """An act in the words of a hand-over; "" for one that needs none."""
    try:
        return say(f"desk.did.{act}")
    except UnknownWords:
        return ""


def _informed(complaint: Complaint, entries: list[Entry], world: World) -> Iterator[Outbound]:
    """Those whom the standard, a rewording or a call for help wants told."""
    number = name_of(complaint)
    for entry in entries:
        people: tuple[Staff, ...] = ()
        text = ""
        person = world.office.staff_by_id(entry.data.get("person", ""))
        if entry.act == "inform" and person:
            people, text = (person,), say("desk.post.inform_reword", names=person.name, number=number, text=entry.text)
        elif entry.act == "inform":
            roles = entry.data.get("roles", "").split()
            everybody = (each for role in roles for each in world.office.with_role_at(role, world.now))
            people = tuple(each for each in everybody if not complaint.confidential or each in trusted(world))
            label = ", ".join(world.standard_of(complaint.standard).role(role).label for role in roles)
            text = say("desk.post.inform", role=label, names=names(people), number=number, text=entry.text)
        elif entry.act == "help" and person:
            people, text = (person,), say("desk.post.helper", number=number, names=person.name)
        elif helpers := [world.office.staff_by_id(each) for each in entry.data.get("helpers", "").split()]:
            people = tuple(each for each in helpers if each)
            text = say("desk.post.helper", number=number, names=names(people))
        if text:
            yield from _to_all(complaint, text, people, world)


def _to_all(complaint: Complaint, text: str, people: tuple[Staff, ...], world: World) -> Iterator[Outbound]:
    desk = desk_of(world)
    refers = Refers(role="handover", complaint=complaint.id, version=complaint.version)
    if desk is not None and not complaint.confidential:
        yield post(world, desk, shortened(text, RELAY_CHARACTERS), about=complaint, people=people, refers=refers)
    for person in people:
        if to := private_of(world, person):
            yield post(world, to, shortened(text, RELAY_CHARACTERS), about=complaint, refers=refers)


# --- the citizen's words and photos -----------------------------------------------------------------------------------


def _relays(complaint: Complaint, entries: list[Entry], world: World) -> Iterator[Outbound]:
    """What the citizen wrote, as messages that can be replied to."""
    for n, entry in enumerate(entries):
        if entry.by != "citizen" or entry.act not in _RELAYED:
            continue
        files = entry.data.get("files", "").split()
        plain = "said" if entry.act == "evidence" else entry.act
        key = "relay_evidence" if files and entry.act != "supply" else f"relay_{plain}"
        if entry.act == "answered" and complaint.clock_started_at is None:
            continue  # no clock runs on, and the answer itself is posted
        text = say(
            "desk.post.relay" if key == "relay_said" else f"desk.post.{key}",
            number=name_of(complaint),
            text=shortened(entry.text, RELAY_CHARACTERS),
            before=shortened(entry.data.get("before", ""), RELAY_CHARACTERS),
            n=len(files),
            thing=sort_name(entry.data.get("thing", "")) or entry.data.get("thing", ""),
        ).strip()
        refers = Refers(
            role="relay",
            complaint=complaint.id,
            conversation=complaint.citizen.lane if complaint.citizen else "",
            detail=entry.data.get("message", ""),
        )
        for to in rooms(complaint, world):
            yield post(
                world, to, text, about=complaint, refers=refers, key=f"relay:{complaint.id}:{complaint.version}:{n}"
            )


def _may_enter_group(paper: Paper) -> bool:
    """Only a place or supporting photo that was so named in the confirmed summary, or labelled by a petugas."""
    return paper.sort in GROUP_SORTS and paper.confirmed and paper.state == "ready" and paper.type == "photo"


def _photos(before: Complaint | None, after: Complaint, world: World) -> Iterator[Outbound]:
    """Photos that may be seen by the whole desk, as soon as they may; and the place as a map."""
    known = {paper.file for paper in before.papers if _may_enter_group(paper)} if before else set()
    refers = Refers(role="card", complaint=after.id, version=after.version)
    for paper in after.papers:
        if _may_enter_group(paper) and paper.file not in known:
            text = say("desk.post.photo", number=name_of(after), sort=sort_name(paper.sort))
            for to in rooms(after, world):
                yield post(world, to, text, about=after, enclosure=Enclosure(file=paper.file), refers=refers)
    if after.place is not None and (before is None or before.place != after.place):
        # A pin alone, in answer to the card that says whose it is: one message, of the few a group may get in a minute.
        card = f"key:{card_key(after)}" if after.card and not after.confidential else ""
        for to in rooms(after, world):
            yield post(world, to, "", about=after, location=after.place, reply_to=card, refers=refers)


# --- the opening list -------------------------------------------------------------------------------------------------


def opening_timer(world: World) -> tuple[Timer, ...]:
    """The bell of the next opening, when one list says what waits; () where the office wants none or has no desk."""
    desk, calendar = desk_of(world), world.office.calendar
    if desk is None or not world.office.standard.quiet.opening_list:
        return ()
    today = calendar.local_date(world.now)
    days = (day for day in calendar.working_days_from(today) if calendar.opening(day) > world.now)
    opens = calendar.opening(next(days))
    return (Timer(key=f"opening:{world.office.id}", lane=desk, due_at=opens, kind="opening_list"),)
