"""Conversations and complaints on both databases: kept whole, sealed apart, never overwritten, found again."""

import sqlite3
from datetime import timedelta

import pytest
from msgspec.structs import replace

from storage.cases import Turn
from storage.rows import keyring
from storage.unit import Conflict
from tests.doubles import MORNING, citizen
from workflow.conversation import Conversation, Draft
from workflow.message import Outbound, Refers
from workflow.record import Complaint, Entry, Undo
from workflow.world import Link, Search

NIK = "3574010101010001"
LANE = citizen().lane


def a_conversation(**more) -> Conversation:
    draft = Draft(
        code="7K3F",
        standard="v1",
        began_at=MORNING,
        last_at=MORNING,
        statement=("jalan rusak",),
        answers={"rt": "3"},
        private={"name": "Sari Contoh", "nik": NIK},
    )
    return Conversation(address=citizen(), draft=draft, private={"account": "Sari C."}, extra={"x": "1"}, **more)


def a_complaint(nth: int = 1, /, **more) -> Complaint:
    fields = {
        "id": f"id{nth}",
        "code": f"7K{nth:02}",
        "office": "kanigaran",
        "standard": "v1",
        "received_at": MORNING,
        "confirmed_at": MORNING + timedelta(minutes=nth),
        "citizen": citizen(),
        "statement": "Jalan di depan SD rusak parah",
        "private": {"name": "Sari Contoh"},
        "step": "verify",
    }
    return Complaint(**(fields | more))


AT_VERIFY = Turn("completeness", "petugas")


async def keep(store, *complaints, rev=0, turn=AT_VERIFY):
    await store.write(lambda unit: unit.cases.keep_complaints([(each, rev, turn) for each in complaints], MORNING))


async def test_a_conversation_comes_back_whole(store):
    conversation = a_conversation()
    await store.write(lambda unit: unit.cases.keep_conversations([(conversation, 0)], MORNING))
    found = await store.read(lambda unit: unit.cases.conversations([LANE, "telegram:kanigaran:2"]))
    assert {lane: (kept.value, kept.rev) for lane, kept in found.items()} == {LANE: (conversation, 1)}


async def test_a_complaint_comes_back_whole_with_the_state_it_can_go_back_to(store):
    before = a_complaint(private={"name": "Sari Lama"})
    undo = Undo(by="staff:900", at=MORNING, act="accept", before=before)
    complaint = a_complaint(version=2, undo=undo, number="KNG-2026-0001", closed_at=MORNING)
    await keep(store, complaint)
    found = await store.read(lambda unit: unit.cases.complaints(ids=["id1"]))
    assert found["id1"].value == complaint


async def test_nothing_private_stands_readable_in_the_file(sqlite, tmp_path):
    complaint = a_complaint(undo=Undo(by="staff:900", at=MORNING, act="x", before=a_complaint()))
    await sqlite.write(lambda unit: unit.cases.keep_conversations([(a_conversation(), 0)], MORNING))
    await keep(sqlite, complaint)
    message = Outbound(to=citizen(), kind="summary", text=f"NIK {NIK}, nama Sari Contoh")
    await sqlite.write(lambda unit: unit.outbox.put_in([(message, 0)], MORNING))
    sqlite.close()
    connection = sqlite3.connect(tmp_path / "aduan.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = (tmp_path / "aduan.db").read_bytes()
    assert b"jalan rusak" in content, "the masked words are searchable"
    for secret in (NIK.encode(), b"Sari Contoh", b"Sari C."):
        assert secret not in content


async def test_a_destroyed_key_erases_the_private_part_and_nothing_else(store):
    conversation = a_conversation()
    await store.write(lambda unit: unit.cases.keep_conversations([(conversation, 0)], MORNING))
    await keep(store, a_complaint(code="7K3F"))
    await store.write(lambda unit: unit.shelf.erase_keys([keyring("kanigaran", "7K3F")], MORNING))
    found = await store.read(lambda unit: unit.cases.conversations([LANE]))
    assert found[LANE].value == replace(conversation, draft=replace(conversation.draft, private={}))
    complaint = (await store.read(lambda unit: unit.cases.complaints(ids=["id1"])))["id1"]
    assert complaint.value == a_complaint(code="7K3F", private={})


async def test_what_was_erased_is_not_written_anew(store):
    await keep(store, a_complaint())
    await store.write(lambda unit: unit.shelf.erase_keys([keyring("kanigaran", "7K01")], MORNING))
    await keep(store, a_complaint(version=2), rev=1)
    found = await store.read(lambda unit: unit.cases.complaints(ids=["id1"]))
    assert (found["id1"].value.version, found["id1"].value.private) == (2, {})


async def test_a_state_that_somebody_changed_meanwhile_is_not_overwritten(store):
    conversation = a_conversation()
    await store.write(lambda unit: unit.cases.keep_conversations([(conversation, 0)], MORNING))
    await keep(store, a_complaint())
    for rev in (0, 2):
        with pytest.raises(Conflict):
            await store.write(lambda unit, rev=rev: unit.cases.keep_conversations([(conversation, rev)], MORNING))
        with pytest.raises(Conflict):
            await keep(store, a_complaint(version=9), rev=rev)
    await keep(store, a_complaint(version=2), rev=1)
    found = await store.read(lambda unit: unit.cases.complaints(ids=["id1"]))
    assert (found["id1"].value.version, found["id1"].rev) == (2, 2)


async def test_complaints_are_found_by_code_and_number_within_their_office(store):
    mine = a_complaint(1, number="KNG-2026-0001", verification="2345679ACD")
    other = a_complaint(2, office="kedopok", code="7K01", number="KNG-2026-0001", verification="2345679ACD")
    await keep(store, mine, other)

    def find(unit, **by):
        return sorted(unit.cases.complaints("kanigaran", **by))

    assert await store.read(lambda unit: find(unit, codes=["7K01", "9999"])) == ["id1"]
    assert await store.read(lambda unit: find(unit, numbers=["KNG-2026-0001", ""])) == ["id1"]
    assert await store.read(lambda unit: find(unit, verifications=["2345679ACD", ""])) == ["id1"]
    assert await store.read(lambda unit: find(unit, verifications=["", "XXXXXXXXXX"])) == []
    assert await store.read(lambda unit: find(unit, ids=["id2"], codes=["7K01"])) == ["id1", "id2"]
    assert await store.read(find) == []


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (Search(text="jalan rusak"), ["id1", "id2", "id3"]),
        (Search(text="LAMPU"), ["id4"]),
        (Search(text="kng-2026-0002"), ["id2"]),
        (Search(text="7k03"), ["id3"]),
        (Search(text="100%"), []),
        (Search(text="ja_an"), []),
        (Search(open_only=True), ["id1", "id2", "id4"]),
        (Search(overdue_at=MORNING + timedelta(hours=2)), ["id1"]),
        (Search(waits_for="petugas"), ["id1", "id2", "id4"]),
        (Search(waits_for="camat"), []),
        (Search(waits_for="staff:901"), ["id2"]),
        (Search(open_only=True, limit=2), ["id1", "id2"]),
    ],
    ids=lambda value: str(value) if isinstance(value, Search) else "",
)
async def test_the_desk_finds(store, search, expected):
    await keep(
        store,
        a_complaint(1, due_at=MORNING + timedelta(hours=1)),
        a_complaint(2, due_at=MORNING + timedelta(hours=3), number="KNG-2026-0002", assignee="901"),
        a_complaint(3, closed_at=MORNING),
        a_complaint(4, statement="Lampu jalan mati"),
        a_complaint(5, office="kedopok"),
    )
    found = await store.read(lambda unit: unit.cases.find("kanigaran", search))
    assert sorted(each.id for each in found) == expected


async def test_the_record_keeps_its_order_and_only_grows(store):
    lines = [Entry(complaint="id1", at=MORNING, act=act, data={"n": act}) for act in ("register", "accept", "note")]
    await store.write(lambda unit: unit.cases.record([("kanigaran", each) for each in lines[:2]]))
    await store.write(lambda unit: unit.cases.record([("kanigaran", lines[2])]))
    assert await store.read(lambda unit: unit.cases.histories(["id1", "id9"])) == {"id1": tuple(lines), "id9": ()}


async def test_register_numbers_leave_no_gap_and_are_given_once(store):
    await store.write(lambda unit: unit.cases.count_up("kanigaran", 2026, 0, 2))
    with pytest.raises(Conflict):
        await store.write(lambda unit: unit.cases.count_up("kanigaran", 2026, 0, 1))
    await store.write(lambda unit: unit.cases.count_up("kanigaran", 2026, 2, 3))
    await store.write(lambda unit: unit.cases.count_up("kanigaran", 2027, 0, 1))
    numbers = await store.read(lambda unit: unit.cases.numbers(["kanigaran", "kedopok"]))
    assert numbers == {"kanigaran": {2026: 3, 2027: 1}, "kedopok": {}}


async def test_a_short_code_is_given_once_in_an_office(store):
    await store.write(lambda unit: unit.cases.reserve_codes([("kanigaran", "7K3F", ""), ("kedopok", "7K3F", "")]))
    with pytest.raises(Conflict):
        await store.write(lambda unit: unit.cases.reserve_codes([("kanigaran", "2A2A", ""), ("kanigaran", "7K3F", "")]))
    await store.write(lambda unit: unit.cases.reserve_codes([("kanigaran", "2A2A", "")]))


async def test_a_one_time_link_works_once_in_its_office_and_time(store):
    until = MORNING + timedelta(hours=1)
    await store.write(lambda unit: unit.cases.keep_links("kanigaran", [Link(token="abc", staff="900", until=until)]))

    def ask(unit, office="kanigaran", now=MORNING):
        return unit.cases.tokens(office, ["abc", "xyz"], now)

    assert await store.read(ask) == {"abc": "900"}
    assert await store.read(lambda unit: ask(unit, "kedopok")) == {}
    assert await store.read(lambda unit: ask(unit, now=until)) == {}
    await store.write(lambda unit: unit.cases.use_tokens(["abc"], MORNING))
    assert await store.read(ask) == {}


async def test_staff_are_linked_moved_and_unlinked(store):
    await store.write(lambda unit: unit.cases.link("kanigaran", [("900", "55"), ("901", "56")], MORNING))
    await store.write(lambda unit: unit.cases.link("kanigaran", [("900", "57"), ("901", "")], MORNING))
    assert await store.read(lambda unit: unit.cases.linked(["kanigaran", "kedopok"])) == {
        "kanigaran": {"900": "57"},
        "kedopok": {},
    }


async def test_a_version_of_a_standard_is_kept_once_and_for_good(store):
    await store.write(lambda unit: unit.cases.keep_standard("v1", "kanigaran", "satu = 1", MORNING))
    await store.write(lambda unit: unit.cases.keep_standard("v1", "kanigaran", "dua = 2", MORNING))
    assert await store.read(lambda unit: unit.cases.standard_sources(["v1", "v2"])) == {"v1": "satu = 1"}
    assert await store.read(lambda unit: unit.cases.standard_sources([])) == {}


async def test_what_a_sent_message_is_about_is_known_by_its_id_and_chat(store):
    refers = Refers(role="card", complaint="id1", version=3)
    message = Outbound(to=citizen(), kind="card", key="card:id1:1", refers=refers)
    await store.write(lambda unit: unit.outbox.put_in([(message, 0)], MORNING))

    def send(unit):
        (row,) = unit.outbox.start([1], MORNING, MORNING)
        unit.outbox.sent_as(row, LANE, "1001", MORNING)

    await store.write(send)
    asked = [(LANE, "1001"), (LANE, "1002"), ("telegram:kanigaran:2", "1001")]
    assert await store.read(lambda unit: unit.cases.refers(asked)) == {(LANE, "1001"): refers}


async def test_a_code_leads_to_where_its_draft_or_living_complaint_is_told(store):
    since = MORNING - timedelta(days=30)
    draft = Conversation(
        address=citizen("5"), draft=Draft(code="9A9A", standard="v1", began_at=MORNING, last_at=MORNING)
    )
    await store.write(lambda unit: unit.cases.keep_conversations([(draft, 0)], MORNING))
    await keep(
        store,
        a_complaint(1, citizen=citizen("1")),
        a_complaint(2, citizen=citizen("2"), closed_at=since + timedelta(seconds=1)),
        a_complaint(3, citizen=citizen("3"), closed_at=since),
        a_complaint(4, citizen=None),
        a_complaint(5, citizen=citizen("6", "pekutatan"), office="pekutatan"),
    )
    codes = ["9A9A", "7K01", "7K02", "7K03", "7K04", "7K05", "ZZ99"]
    found = await store.read(lambda unit: unit.cases.homes("kanigaran", codes, since))
    assert found == {"9A9A": citizen("5").lane, "7K01": citizen("1").lane, "7K02": citizen("2").lane}
    assert await store.read(lambda unit: unit.cases.homes("pekutatan", ["9A9A", "7K01"], since)) == {}
    assert await store.read(lambda unit: unit.cases.homes("kanigaran", [], since)) == {}


async def test_a_glance_at_a_conversation_shows_nothing_sealed(store):
    await store.write(lambda unit: unit.cases.keep_conversations([(a_conversation(), 0)], MORNING))
    found = await store.read(lambda unit: unit.cases.glances([LANE, citizen("9").lane]))
    assert list(found) == [LANE]
    assert found[LANE].draft.code == "7K3F"
    assert (found[LANE].private, found[LANE].draft.private) == ({}, {})
