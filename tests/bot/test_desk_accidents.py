"""What people do to a staff group: topics deleted, closed and switched off, cards deleted, the bot put out or silenced."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.deliver import Deliver
from storage.tables import outbox
from tests.bot.group import CITIZEN, DESK, NEW, Life, Posted, a_town, add, complain
from workflow.message import Moved, Outbound, SendError, Standing

KICKED = SendError("gone", "Forbidden: bot was kicked from the supergroup chat")
SILENCED = SendError("barred", "Bad Request: not enough rights to send text messages to the chat")


@pytest.fixture
async def life(memory):
    """A desk with topics, and one complaint in its own."""
    made = Life(memory, a_town(topics=None))
    made.town.topics = True
    await complain(made)
    return made


def thread_of(life: Life, posted) -> str:
    return life.town.stands[DESK][posted.id].thread


async def press(life: Life, card: Posted, label: str = ""):
    """Whose turn it is presses a button of the card, the first one unless it's named; the complaint as it was."""
    (complaint,) = await life.complaints()
    who = life.office.with_role(life.office.standard.step(complaint.step).actor)[0]
    await life.press(who.name, card, label or card.choices[0][0].label, DESK)
    return complaint


# --- topics -----------------------------------------------------------------------------------------------------------


async def test_a_deleted_topic_is_made_again_and_the_very_message_and_the_card_stand_in_it(life):
    first = thread_of(life, life.card(DESK))
    life.town.drop_thread(first)
    assert life.cards(DESK) == []
    await add(life, "mohon segera, gelap sekali")
    await life.rest(60)
    (card,) = life.cards(DESK)
    (relay,) = [each for each in life.town.stands[DESK].values() if "gelap sekali" in each.text]
    assert card.thread == relay.thread not in ("", first)
    made = [text for chat, kind, text in life.town.log if kind == "topic"]
    assert len(made) == 2
    assert made[0] == made[1], "under the same name"
    complaint = await press(life, card)
    await life.rest(30)
    (after,) = await life.complaints()
    assert after.version > complaint.version, "its buttons hold"


async def test_a_topic_deleted_long_after_it_was_made_is_called_by_its_number(life):
    first = thread_of(life, life.card(DESK))
    await life.store.write(lambda unit: unit.connection.exec_driver_sql("DELETE FROM outbox WHERE kind = 'topic'"))
    life.town.drop_thread(first)
    await add(life, "mohon segera, gelap sekali")
    await life.rest(60)
    assert [text for _, kind, text in life.town.log if kind == "topic"][-1] == "PKT-2026-0001"
    assert len(life.cards(DESK)) == 1


async def test_a_topic_that_is_deleted_again_and_again_ends_in_the_general_one(life):
    take = life.town._take

    def deleting(parcel):
        sent = take(parcel)
        if parcel.message.kind == "topic":
            life.town.drop_thread(sent.thread)
        return sent

    life.town._take = deleting
    life.town.drop_thread(thread_of(life, life.card(DESK)))
    await add(life, "mohon segera, gelap sekali")
    await life.rest(300)
    (relay,) = [each for each in life.town.stands[DESK].values() if "gelap sekali" in each.text]
    assert relay.thread in ("", "1")
    assert sum(kind == "topic" for _, kind, _ in life.town.log) <= 5
    assert sum("topik umum" in text for text in life.texts(DESK)) == 1


async def test_a_closed_topic_is_left_for_the_general_one_and_that_is_said_once(life):
    life.town.threads[thread_of(life, life.card(DESK))] = "closed"
    for text in ("mohon segera, gelap sekali", "mohon segera, bahaya sekali"):
        await add(life, text)
        await life.rest(60)
    stands = life.town.stands[DESK].values()
    assert [each.thread for each in stands if "sekali" in each.text] == ["1", "1"]
    assert sum("PKT-2026-0001 ditutup" in each.text for each in stands) == 1
    assert len(life.cards(DESK)) == 1, "the card stands where it stood"


async def test_where_topics_were_switched_off_what_comes_goes_into_the_group(life):
    card = life.card(DESK)
    life.town.topics, life.town.threads = False, {}
    await add(life, "mohon segera, gelap sekali")
    await life.rest(60)
    (relay,) = [each for each in life.town.stands[DESK].values() if "gelap sekali" in each.text]
    assert relay.thread == ""
    assert [each.id for each in life.cards(DESK)] == [card.id], "cards weren't deleted with the topics"


async def test_a_group_that_became_a_forum_gets_topics_for_what_is_new(memory):
    life = Life(memory, a_town(topics=False))
    await complain(life)
    life.town.topics = True
    await complain(life, "jalan di depan pasar berlubang", chat="502")
    await add(life, "mohon segera, gelap sekali")
    await life.rest(60)
    assert sorted(each.thread != "" for each in life.cards(DESK)) == [False, True]


async def test_a_card_that_somebody_deleted_is_posted_again_when_it_changes(life):
    card = life.card(DESK)
    del life.town.stands[DESK][card.id]
    await add(life, "mohon segera, gelap sekali")
    await life.rest(30)
    (complaint,) = await life.complaints()
    await life.store.write(lambda unit: unit.outbox.put_in([(edit(life, complaint), 0)], life.clock.now()))
    await life.rest(60)
    (again,) = life.cards(DESK)
    assert again.message.key == card.message.key
    assert again.thread == card.thread


def edit(life: Life, complaint) -> Outbound:
    return Outbound(to=life.at(DESK), kind="edit", target=f"card:{complaint.id}:{complaint.card}", text="berubah")


# --- copies -----------------------------------------------------------------------------------------------------------


def nobody_hears_of_the_first_card(life: Life) -> None:
    """It's taken and stands in the group, and the connection breaks before that's said."""
    take = life.town._take

    def once(parcel):
        sent = take(parcel)
        if parcel.message.kind == "card" and parcel.message.choices:
            life.town._take = take
            raise SendError("uncertain", "reset")
        return sent

    life.town._take = once


async def test_a_copy_of_a_card_that_nobody_knows_of_goes_once_somebody_presses_it(memory):
    """Its sending ended in a broken connection, so it was sent again: only the second copy is ever edited."""
    life = Life(memory, a_town())
    nobody_hears_of_the_first_card(life)
    await complain(life)
    copy, _ = life.cards(DESK)
    before = await press(life, copy)
    await life.rest(20)
    (after,) = await life.complaints()
    assert after.version > before.version, "what was pressed counts"
    await life.rest(120)
    assert copy.id not in life.town.stands[DESK]
    (left,) = life.cards(DESK)
    assert left.message.refers.version == after.version, "and one card stands, which says how it is"
    await press(life, copy)
    await life.rest(120)
    assert [each.id for each in life.cards(DESK)] == [left.id]


async def test_the_true_card_stays_where_it_is_pressed_while_its_name_is_being_written_down(memory, monkeypatch):
    life = Life(memory, a_town())
    pressed, write_down = [], Deliver._write_down

    async def pressed_meanwhile(deliver, way, work):
        if not pressed and life.cards(DESK):
            pressed.append(await press(life, life.card(DESK), "Lainnya"))
            await life.pump.step()
        return await write_down(deliver, way, work)

    monkeypatch.setattr(Deliver, "_write_down", pressed_meanwhile)
    await complain(life)
    (card,) = life.cards(DESK)
    assert pressed
    gone = select(outbox.c.state).where(outbox.c.kind == "delete")
    assert await life.store.read(lambda unit: unit.connection.execute(gone).scalars().all()) == ["queued"]
    await life.rest(120)
    assert [each.id for each in life.cards(DESK)] == [card.id]
    assert await life.store.read(lambda unit: unit.connection.execute(gone).scalars().all()) == ["dropped"]


async def test_what_seemed_a_copy_in_the_former_chat_is_nobodys_in_the_new_one(memory):
    life = Life(memory, a_town())
    nobody_hears_of_the_first_card(life)
    await complain(life)
    copy = life.cards(DESK)[0]
    await press(life, copy, "Lainnya")
    await life.rest(5)
    life.town.moved[DESK] = NEW
    life.town.stands[NEW] = {copy.id: Posted(copy.id, copy.message, "kata petugas", ())}
    await life.told(Moved(chat=life.at(DESK), at=life.clock.now(), former=DESK, to=NEW))
    await life.rest(180)
    assert life.town.stands[NEW][copy.id].text == "kata petugas"


# --- rights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", [KICKED, SILENCED], ids=["put out", "silenced"])
async def test_what_is_for_a_group_that_shuts_us_out_waits_and_citizens_are_served(life, why):
    life.town.shut[DESK] = why
    before = len(life.town.log)
    await life.told(Standing(chat=life.at(DESK), at=life.clock.now(), welcome=False))
    await add(life, "mohon segera, gelap sekali")
    await complain(life, "jalan di depan pasar berlubang", chat="502")
    await life.rest(600)
    assert [chat for chat, _, _ in life.town.log[before:] if chat == DESK] == []
    assert any("kami terima (kode" in text for text in life.texts("502"))
    assert any("tambahkan pada laporan" in text for text in life.texts(CITIZEN))
    rows = await life.store.read(lambda unit: unit.outbox.rows("pekutatan"))
    assert {row.state for row in rows if row.message.to.chat == DESK} <= {"sent", "later", "queued", "dropped"}
    lanes = [life.at(DESK).lane]
    found = await life.store.read(lambda unit: unit.outbox.barred(lanes, life.clock.now()))
    assert found == {lanes[0]: why.reason}, "the operator is told why"
    del life.town.shut[DESK]
    await life.told(Standing(chat=life.at(DESK), at=life.clock.now(), welcome=True))
    await life.rest(10)
    assert any("gelap sekali" in text for text in life.texts(DESK)), "at once, not at the next try"
    await life.rest(120)
    assert len(life.cards(DESK)) == 2
    assert await life.store.read(lambda unit: unit.outbox.barred(lanes, life.clock.now())) == {}
    (complaint, _) = await life.complaints()
    old = next(each for each in life.cards(DESK) if each.message.refers.complaint == complaint.id)
    who = life.office.with_role(life.office.standard.step(complaint.step).actor)[0]
    await life.press(who.name, old, old.choices[0][0].label, DESK)
    await life.rest(30)
    after = {each.id: each.version for each in await life.complaints()}
    assert after[complaint.id] > complaint.version, "cards that stood are still good"


async def test_whose_turn_it_is_gets_the_card_in_private_while_the_group_is_shut(life):
    who = life.office.with_role("sekcam")[0]
    await life.store.write(lambda unit: unit.cases.link("pekutatan", [(str(who.id), str(who.id))], life.clock.now()))
    life.town.shut[DESK] = KICKED
    await complain(life, "jalan di depan pasar berlubang", chat="502")
    await life.rest(60)
    (card,) = life.cards(str(who.id))
    assert "berlubang" in card.text


async def test_without_the_right_to_make_topics_cards_stand_in_the_general_one(memory):
    life = Life(memory, a_town(topics=None))
    take = life.town._take

    def no_topics(parcel):
        if parcel.message.kind == "topic":
            raise SendError("refused", "Bad Request: not enough rights to create a topic")
        return take(parcel)

    life.town._take = no_topics
    await complain(life)
    assert [each.thread for each in life.cards(DESK)] == [""]


async def test_what_may_not_be_deleted_stays_and_holds_up_nobody(life):
    take = life.town._take

    def no_deleting(parcel):
        if parcel.message.kind == "delete":
            raise SendError("refused", "Bad Request: message can't be deleted")
        return take(parcel)

    life.town._take = no_deleting
    gone = Outbound(to=life.at(DESK), kind="card", text="sebentar saja", key="sebentar", delete_after_s=5)
    await life.store.write(lambda unit: unit.outbox.put_in([(gone, 0)], life.clock.now()))
    await life.rest(30)
    await add(life, "mohon segera, gelap sekali")
    await life.rest(30)
    assert any("gelap sekali" in text for text in life.texts(DESK))
