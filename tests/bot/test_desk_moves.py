"""The staff group becomes a supergroup: another chat, other numbers. Nothing is lost, no card stands there twice."""

from __future__ import annotations

import pytest

from bot import moving
from storage import schema
from storage.engine import Store
from storage.unit import Conflict
from tests.bot.deaths import Deaths, lives
from tests.bot.group import CITIZEN, DESK, NEW, Life, a_town, add, complain
from tests.doubles import MORNING, a_seal
from workflow.message import Moved
from workflow.world import Move

WAYS = ("in the former chat", "in the new chat", "in both", "the other way round", "twice", "by an error alone")


async def told_of_move(life: Life, way: str) -> None:
    """What Telegram says of it."""
    former, new = (Moved(chat=life.at(chat), at=life.clock.now(), former=DESK, to=NEW) for chat in (DESK, NEW))
    for n, event in enumerate(
        {
            "in the former chat": [former],
            "in the new chat": [new],
            "in both": [former, new],
            "the other way round": [new, former],
            "twice": [former, new, former, new],
            "by an error alone": [],
        }[way]
    ):
        await life.told(event, f"moved{n}")


@pytest.fixture
async def life(memory):
    made = Life(memory, a_town())
    await complain(made)
    return made


@pytest.mark.parametrize("way", WAYS)
async def test_the_desk_is_the_new_chat_and_the_open_card_stands_there_once(life, way):
    before = life.card(DESK)
    life.town.moved[DESK] = NEW
    await told_of_move(life, way)
    await add(life, "mohon segera, gelap sekali")  # something for the desk: at the latest its sending tells
    await life.rest(120)
    assert (life.desk, life.office.former) == (NEW, (DESK,))
    (card,) = life.cards(NEW)
    assert (card.text, labels(card)) == (before.text, labels(before))
    assert sum("mohon segera, gelap sekali" in text for text in life.texts(NEW)) == 1
    assert sum("menjadi grup super" in text for text in life.texts(NEW)) == 1
    again = Life(life.store, life.town, clock=life.clock)
    await again.start()
    assert again.desk == NEW, "it's remembered"


async def test_a_press_on_an_old_card_finds_its_complaint(life):
    old = life.card(DESK)
    life.town.moved[DESK] = NEW
    await told_of_move(life, "in both")
    await life.rest(60)
    (complaint,) = await life.complaints()
    who = life.office.with_role(_actor(life, complaint))[0]
    await life.press(who.name, old, old.choices[0][0].label, DESK)
    await life.rest(60)
    assert ["Maaf" in text for _, kind, text in life.town.log if kind == "press"] == [False]
    (after,) = await life.complaints()
    assert after.version > complaint.version
    (card,) = life.cards(NEW)
    assert card.message.refers.detail == str(after.card)


async def test_a_press_that_lay_queued_before_the_move_counts_at_the_desk_it_was_made(life):
    (complaint,) = await life.complaints()
    old = life.card(DESK)
    who = life.office.with_role(_actor(life, complaint))[0]
    await life.press(who.name, old, old.choices[0][0].label, DESK)
    life.town.moved[DESK] = NEW
    await told_of_move(life, "in the new chat")
    await life.rest(120)
    (after,) = await life.complaints()
    assert after.version > complaint.version
    (card,) = life.cards(NEW)
    assert card.message.refers.detail == str(after.card)


@pytest.mark.parametrize("how", ["reply", "quotation"])
async def test_an_answer_to_what_the_citizen_wrote_before_the_move_reaches_them(life, how):
    await add(life, "mohon segera, gelap sekali")
    await life.rest(30)
    relay = next(each for each in life.town.stands[DESK].values() if "gelap sekali" in each.text)
    life.town.moved[DESK] = NEW
    await told_of_move(life, "in both")
    await life.rest(60)
    officer = life.office.with_role(life.office.standard.roles_of("officer")[0])[0]
    if how == "reply":
        await life.says(officer.name, "Baik, kami cek hari ini.", DESK, reply_to=relay.id)
    else:
        await life.says(officer.name, "Baik, kami cek hari ini.", NEW, quotes=(DESK, relay.id))
    await life.rest(5)
    held = next(each for each in life.town.stands[NEW].values() if "akan dikirim" in each.text.casefold())
    assert held.choices, "it can be stopped there"
    await life.rest(60)
    assert any("Baik, kami cek hari ini." in text for text in life.texts(CITIZEN))


async def test_a_reply_that_waits_can_be_stopped_in_the_new_chat(life):
    await add(life, "mohon segera, gelap sekali")
    await life.rest(30)
    relay = next(each for each in life.town.stands[DESK].values() if "gelap sekali" in each.text)
    life.town.moved[DESK] = NEW
    await told_of_move(life, "in both")
    await life.rest(60)
    officer = life.office.with_role(life.office.standard.roles_of("officer")[0])[0]
    await life.says(officer.name, "Salah kirim.", DESK, reply_to=relay.id)
    await life.pump.step()
    await life.rest(3)
    held = next(each for each in life.town.stands[NEW].values() if each.message.key.startswith("held:"))
    await life.press(officer.name, held, held.choices[0][0].label, NEW)
    await life.rest(60)
    assert not any("Salah kirim." in text for text in life.texts(CITIZEN))


async def test_what_waited_goes_to_the_new_chat_in_its_order_and_no_card_comes_twice(life):
    await complain(life, "jalan di depan pasar berlubang", chat="502")
    before = len(life.town.log)
    life.town.moved[DESK] = NEW
    await add(life, "mohon segera, yang pertama")
    await add(life, "mohon segera, yang kedua", chat="502")
    await complain(life, "saluran air di banjar mampet", chat="503")  # its card waits when the move is learned
    await told_of_move(life, "in both")
    await life.rest(180)
    after = [text for chat, kind, text in life.town.log[before:] if chat == NEW and kind == "card"]
    order = [next(n for n, text in enumerate(after) if word in text) for word in ("yang pertama", "yang kedua")]
    assert order == sorted(order)
    cards = [each.message.refers.complaint for each in life.cards(NEW)]
    assert sorted(cards) == sorted({each.id for each in await life.complaints()}), "each once"


async def test_a_question_without_an_answer_is_asked_again_and_one_with_an_answer_is_not(life):
    for n, text in enumerate(("syarat KTP hilang apa?", "syarat pindah domisili apa?")):
        await life.citizen(text, chat=f"60{n}")
        await life.rest(30)
    asked = [each for each in life.town.stands[DESK].values() if each.message.refers.role == "question"]
    assert len(asked) == 2
    officer = life.office.with_role(life.office.standard.roles_of("officer")[0])[0]
    await life.says(officer.name, "Surat kehilangan dari polisi.", DESK, reply_to=asked[0].id)
    await life.rest(60)
    life.town.moved[DESK] = NEW
    await told_of_move(life, "in both")
    await life.rest(60)
    again = [
        each
        for each in life.town.stands[NEW].values()
        if each.message.refers and each.message.refers.role == "question"
    ]
    assert [each.text for each in again] == [asked[1].text]
    await life.says(officer.name, "Surat pengantar banjar.", NEW, reply_to=again[0].id)
    await life.rest(60)
    assert any("Surat pengantar banjar." in text for text in life.texts("601"))


async def test_a_group_that_is_not_the_desk_moves_nothing(life):
    await life.told(Moved(chat=life.at("-5"), at=life.clock.now(), former="-5", to="-6"))
    await life.told(Moved(chat=life.at("-6"), at=life.clock.now(), former=NEW, to="-6"))
    await life.rest(10)
    assert (life.desk, life.office.former) == (DESK, ())


async def test_a_desk_moves_twice_and_a_desk_of_the_file_too(memory):
    life = Life(memory, a_town(), fixed=True)
    await complain(life)
    for former, new in ((DESK, NEW), (NEW, "-1009990002")):
        life.town.moved[former] = new
        await life.told(Moved(chat=life.at(new), at=life.clock.now(), former=former, to=new))
        await life.rest(60)
    assert set(life.office.former) == {DESK, NEW}
    assert len(life.cards("-1009990002")) == 1
    assert sum("mencatat nomor grup" in text for text in life.texts("-1009990002")) == 1
    again = Life(memory, life.town, clock=life.clock, fixed=True)
    await again.start()
    assert (again.desk, set(again.office.former)) == ("-1009990002", {DESK, NEW}), "though the file says otherwise"


def labels(posted) -> list[str]:
    return [each.label for row in posted.choices for each in row]


def _actor(life, complaint) -> str:
    return life.office.standard.step(complaint.step).actor


# --- deaths -----------------------------------------------------------------------------------------------------------


async def story(store, town, deaths, life_number, clocks) -> Life:
    """The whole of it in one life, from wherever the one before it came to."""
    town.moment = deaths.moment
    life = Life(store, town, seed=life_number, clock=clocks)
    await life.start()
    await life.rest(30)
    await told_of_move(life, "in both")
    await add(life, "mohon segera, gelap sekali")
    await life.rest(120)
    return life


@pytest.mark.parametrize("at", range(1, 60, 4))
async def test_a_death_at_any_moment_of_the_move_loses_nothing_and_doubles_no_card(at):
    store = Store("sqlite://", a_seal(), inline=True)
    schema.create(store)
    town = a_town()
    first = Life(store, town)
    await complain(first)
    await complain(first, "jalan di depan pasar berlubang", chat="502")
    town.moved[DESK] = NEW
    deaths, ended = Deaths(at), []

    async def live(number):
        ended.append(await story(store, town, deaths, number, first.clock))

    await lives(store, deaths, live)
    town.moment = lambda _: None
    (life,) = ended
    await life.rest(120)
    assert life.desk == NEW
    cards = [each.message.refers.complaint for each in life.cards(NEW)]
    doubled = len(cards) - len(set(cards))
    assert len(set(cards)) == 2
    assert doubled <= (1 if deaths.died_at == "after send" else 0), "only what nobody could know may come twice"
    assert 1 <= sum("mohon segera, gelap sekali" in text for text in life.texts(NEW)) <= 2
    store.close()


# --- two processes ----------------------------------------------------------------------------------------------------


async def test_the_move_on_both_databases_and_by_a_process_that_learns_it_late(store):
    town = a_town()
    life = Life(store, town)
    await complain(life)
    late = Life(store, town, clock=life.clock, seed=2)  # it still knows the former desk
    town.moved[DESK] = NEW
    await told_of_move(life, "in both")
    await life.rest(60)
    await add(late, "mohon segera, gelap sekali")
    await late.rest(60)
    assert sum("gelap sekali" in text for text in life.texts(NEW)) == 1
    assert len(life.cards(NEW)) == 1
    await told_of_move(late, "twice")
    await late.rest(60)
    await late.start()
    assert late.desk == NEW
    assert len(life.cards(NEW)) == 1
    moves = await store.read(lambda unit: unit.people.moves())
    assert moves == {"pekutatan": {DESK: NEW}}


async def test_of_two_transactions_that_learn_of_a_move_one_does_it(store):
    move = Move(former=DESK, to=NEW)

    def both(unit):
        moving.carry_over(unit, "pekutatan", move, MORNING)
        with pytest.raises(Conflict):
            moving.carry_over(unit, "pekutatan", move, MORNING)

    await store.write(both)
