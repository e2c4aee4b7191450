"""Two offices on one installation: nothing of one is seen, found, done, opened or written out from the other."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.enclosures import Enclosures
from bot.pump import Pump
from bot.road import Road
from channels.base import Call, Forged, Parcel
from channels.telegram.channel import Telegram
from channels.twilio.sharing import Shelf
from storage.cases import Turn
from storage.files import Files
from storage.rows import Arrival
from tests.doubles import DESK, MORNING, FakeChannel, FakeCore, a_road, a_seal, payload, pressed, said
from tests.stores import memory
from workflow.conversation import Conversation, Draft, Paper
from workflow.desk import press
from workflow.message import Address, Enclosure, Outbound, Refers, SendError
from workflow.office import Office, Staff
from workflow.privacy.asked import DataRequest
from workflow.procedure.staff_acts import STAFF_ACTS
from workflow.record import Complaint, Entry
from workflow.standard.standard import shipped
from workflow.world import Decision, Fetch, Link, Needs, Search, Sought

__all__ = ["memory"]

MINE, THEIRS = "kanigaran", "kedopok"
SECRET = "RAHASIA-KEDOPOK"  # stands in everything that's theirs
CODE, NUMBER, CHECK, NIK = "7K3F", "KDP-2026-0001", "9QXW7K2M", "3574031205900003"
THEIR_DESK = "-100777"
_KEYS = itertools.count(1)
THEIR_CITIZEN = Address(THEIRS, "telegram", "1")  # the same person may write to both offices


def an_office(office: str, desk: str, person: int) -> Office:
    staff = (Staff(id=person, name=f"Petugas {person}", roles=("petugas", "camat", "sekcam"), admin=True),)
    return Office(id=office, standard=shipped()[office], staff=staff, desk=desk)


OFFICES = (an_office(MINE, DESK, 900), an_office(THEIRS, THEIR_DESK, 901))


@pytest.fixture
def channels():
    return FakeChannel(office=MINE), FakeChannel(office=THEIRS)


@pytest.fixture
def road(memory, channels) -> Road:
    made_road = a_road(memory, *channels, offices=OFFICES)
    complaint = Complaint(
        id="theirs1", code=CODE, office=THEIRS, standard=OFFICES[1].standard.version, received_at=MORNING,
        confirmed_at=MORNING, registered_at=MORNING, number=NUMBER, citizen=THEIR_CITIZEN, step=OFFICES[1].standard.steps[1].id, verification=CHECK,
        statement=f"{SECRET} jalan rusak", private={"name": SECRET, "nik": NIK}, letter_number="060/1/2026", waits_for="petugas",
        papers=(Paper(file="theirfile", message="5", at=MORNING, state="ready", type="photo", sort="ktp"),),
        due_at=MORNING + timedelta(days=2),
    )  # fmt: skip
    talk = Conversation(
        address=THEIR_CITIZEN,
        complaints=("theirs1",),
        private={"name": SECRET},
        draft=Draft(code="5A5A", standard="v", began_at=MORNING, last_at=MORNING, statement=(SECRET,)),
    )
    entry = Entry(complaint="theirs1", at=MORNING, act="register", text=SECRET)

    asked = DataRequest(
        id="9D9D", office=THEIRS, lane=THEIR_CITIZEN, asked_at=MORNING, due_at=MORNING + timedelta(days=3), wish="copy",
        words=SECRET, complaints=("theirs1",),
    )  # fmt: skip

    def fill(unit):
        unit.privacy.keep_requests([(asked, 0)], MORNING)
        unit.identities.keep(THEIRS, "theirs1", frozenset({("nik", NIK)}), MORNING)
        unit.cases.reserve_codes([(THEIRS, CODE, THEIR_CITIZEN.lane), (THEIRS, "5A5A", THEIR_CITIZEN.lane)])
        unit.cases.keep_complaints([(complaint, 0, Turn())], MORNING)
        unit.cases.keep_conversations([(talk, 0)], MORNING)
        unit.cases.record([(THEIRS, entry)])
        unit.cases.keep_links(THEIRS, [Link(token="staff-theirs", staff="901", until=MORNING + timedelta(days=1))])
        unit.outbox.put_in(
            [(Outbound(to=Address(THEIRS, "telegram", THEIR_DESK), kind="card", key="theirkey", text=SECRET), 0)],
            MORNING,
        )

    made_road.store.now(fill)
    return made_road


async def decided(road: Road, value, office: str = MINE, core=None) -> list[Outbound]:
    """Everything that's sent because of this, by anybody."""
    before = {
        row.id for each in (MINE, THEIRS) for row in await road.store.read(lambda unit, o=each: unit.outbox.rows(o))
    }
    chat = value.chat
    there = Address(office, chat.channel, chat.chat)
    row = Arrival(
        office,
        "telegram",
        f"k{next(_KEYS)}",
        there.lane,
        payload("k", replace(value, chat=there), chat.chat),
        "raw",
    )
    await road.store.write(lambda unit: unit.inbox.take_in([row], road.clock.now()))
    pump = Pump(road, core) if core else Pump(road)
    for _ in range(30):
        if not await pump.step():
            break
    rows = [row for each in (MINE, THEIRS) for row in await road.store.read(lambda unit, o=each: unit.outbox.rows(o))]
    return [row.message for row in rows if row.id not in before]


# --- whatever a decision asks for, it gets nothing of another office ----------------------------------------------------

ASKED: dict[str, Needs] = {
    "complaints": Needs(complaints=("theirs1",)),
    "codes": Needs(codes=(CODE, "5A5A")),
    "numbers": Needs(numbers=(NUMBER,)),
    "messages": Needs(messages=((Address(THEIRS, "telegram", THEIR_DESK), "1001"),)),
    "keys": Needs(keys=("theirkey",)),
    "searches": Needs(searches=(Search(text="jalan"), Search(), Search(text=NUMBER), Search(waits_for="petugas", to_change=True))),
    "requests": Needs(requests=("9D9D",)),
    "histories": Needs(histories=("theirs1",)),
    "tokens": Needs(tokens=("staff-theirs",)),
    "verifications": Needs(verifications=(CHECK,)),
    "elsewhere": Needs(elsewhere=(CODE, "5A5A")),
    "others": Needs(others=(THEIR_CITIZEN,)),
    "letters": Needs(letters=(Sought(series="060/{urut}/2026", number="060/1/2026", urut=1),)),
}  # fmt: skip


def test_every_way_to_ask_is_tried():
    assert set(ASKED) == set(Needs.__struct_fields__), "a new way to ask needs its row here: can it see another office?"


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "in one batch with theirs"])
async def test_what_a_decision_sees_holds_nothing_of_another_office(road, asked, beside):
    seen = []
    core = FakeCore(wants=lambda event: ASKED[asked])

    def rule(event, world):
        if event.chat.office == MINE:
            seen.append(world)
        return Decision()

    core.rule = rule
    if beside:  # their lane's state is loaded in the same transaction
        theirs = replace(said("halo"), chat=THEIR_CITIZEN)
        row = Arrival(THEIRS, "telegram", "t1", THEIR_CITIZEN.lane, payload("t1", theirs), "raw")
        await road.store.write(lambda unit: unit.inbox.take_in([row], road.clock.now()))
    await decided(road, said("halo"), core=core)
    (world,) = seen
    shown = {
        name: getattr(world, name)
        for name in world.__dataclass_fields__
        if name not in ("supply", "office", "standards", "limits_of", "limits")
    }
    assert SECRET not in repr(shown)
    assert "theirs1" not in repr(shown)
    assert not world.unsent
    assert not world.tokens
    assert not world.elsewhere
    assert world.office.id == MINE


# --- what people try ----------------------------------------------------------------------------------------------------

BY_CITIZENS = [
    f"STATUS {CODE}", f"status {NUMBER}", f"LANJUT {CODE}", "LANJUT 5A5A", f"CEK {CHECK}", f"BUKTI {NUMBER}",
    f"tambahan {NUMBER}: di sana juga gelap", f"BATAL {NUMBER}", f"TANDA TERIMA {NUMBER}", "/start staff-theirs",
]  # fmt: skip


@pytest.mark.parametrize("text", BY_CITIZENS)
async def test_a_citizen_of_one_office_reaches_nothing_of_another_by_any_code(road, text):
    start = text.removeprefix("/start ") if text.startswith("/start") else ""
    sent = await decided(road, said(text, chat="77", start=start))
    assert sent, "somebody who writes is answered"
    assert not [each for each in sent if SECRET in repr(each) or each.to.office == THEIRS]
    assert await unchanged(road)


BY_STAFF = [
    f"/cari {NUMBER}", f"/cari {CODE}", "/cari jalan", "/antrean", "/tugas", f"/kartu {NUMBER}", f"/surat {NUMBER}",
    f"/bukti {NUMBER}", f"/tutup {NUMBER}", "/register", "/rekap", "/peran", "/serahkan",
]  # fmt: skip


@pytest.mark.parametrize("text", BY_STAFF)
async def test_a_clerk_of_one_office_finds_nothing_of_another(road, text):
    sent = await decided(road, replace(said(text, chat=DESK), sender=replace(said("x").sender, id="900")))
    assert not [
        each
        for each in sent
        if SECRET in repr(each)
        or (NUMBER in each.text and "Tidak ditemukan" not in each.text)
        or each.to.office == THEIRS
    ]
    assert await unchanged(road)


@pytest.mark.parametrize("act", sorted({*STAFF_ACTS, *press._OF_ITS_OWN, *press._WITHOUT_COMPLAINT}))
async def test_a_press_with_another_offices_code_does_nothing(road, act):
    for data in (f"d:{act}:{CODE}:1", f"d:{act}:{CODE}:1:0", f"d:{act}:theirs1:1", f"d:{act}:{NUMBER}:1:0:ktp"):
        sent = await decided(road, replace(pressed(data, chat=DESK), sender=replace(said("x").sender, id="900")))
        assert not [each for each in sent if SECRET in repr(each) or each.to.office == THEIRS]
    assert await unchanged(road)


async def test_an_identity_number_finds_complaints_of_its_own_office_only(road):
    linked = Linked(road, "55")
    assert not [each for each in await linked.asks(f"/cari {NIK}", MINE) if SECRET in repr(each) or NUMBER in each.text]
    assert [each for each in await linked.asks(f"/cari {NIK}", THEIRS) if NUMBER in each.text]


class Linked:
    """Clerks of both offices who have linked their private chat."""

    def __init__(self, road: Road, chat: str) -> None:
        self.road, self.chat = road, chat
        for office, person in ((MINE, "900"), (THEIRS, "901")):
            road.store.now(lambda unit, o=office, p=person: unit.cases.link(o, [(p, chat)], MORNING))

    async def asks(self, text: str, office: str) -> list[Outbound]:
        person = {MINE: "900", THEIRS: "901"}[office]
        return await decided(
            self.road,
            replace(said(text, chat=self.chat), sender=replace(said("x").sender, id=person), private=True),
            office,
        )


async def test_their_clerk_is_nobody_here_and_ours_is_nobody_there(road):
    stranger = replace(said("/cari jalan", chat=DESK), sender=replace(said("x").sender, id="901"))
    assert not [each for each in await decided(road, stranger) if SECRET in repr(each)]
    ours_there = replace(said("/cari jalan", chat=THEIR_DESK), sender=replace(said("x").sender, id="900"))
    sent = await decided(road, ours_there, office=THEIRS)
    assert not [each for each in sent if SECRET in repr(each)], "who has no role there sees nothing there"


async def test_a_reply_in_one_group_never_means_the_message_of_the_same_number_in_another(road):
    def sent_there(unit):
        unit.outbox.put_in(
            [
                (
                    Outbound(
                        to=Address(THEIRS, "telegram", THEIR_DESK), kind="card", key="c", text=SECRET,
                        refers=Refers(role="card", complaint="theirs1"),
                    ),
                    0,
                )
            ],
            MORNING,
        )  # fmt: skip

    road.store.now(sent_there)
    reply = replace(
        said("sudah ditambal", chat=DESK, message="9"), sender=replace(said("x").sender, id="900"), reply_to="1001"
    )
    assert not [each for each in await decided(road, reply) if each.to.office == THEIRS]
    assert await unchanged(road)


# --- files, exports, calls ----------------------------------------------------------------------------------------------


async def test_a_file_leaves_only_with_a_message_of_its_own_office(road, tmp_path):
    files = Files(str(tmp_path), a_seal().random_bytes)
    for office, name in ((MINE, "ourfile"), (THEIRS, "theirfile")):
        lane = Address(office, "telegram", "1")
        road.store.now(
            lambda unit, n=name, to=lane: unit.shelf.expect([Fetch(file=n, lane=to, ref="r", kind="document")], MORNING)
        )
        row = road.store.now(lambda unit, n=name: unit.shelf.file(n))
        key = road.store.seal.new_key()
        await files.write(name, SECRET.encode(), key)
        road.store.now(
            lambda unit, r=row, k=key: unit.shelf.settle_file(
                r.id,
                state="ready",
                type="pdf",
                mime="application/pdf",
                sealed=unit.shelf.wrap_file_key(r, k, MORNING),
            )
        )
    enclosures = Enclosures(road.store, files, None)  # type: ignore[arg-type] - a PDF needs no child to look at it
    to = Address(MINE, "telegram", "1")

    async def carried(name: str, *, beside: bool) -> Parcel:
        one = Enclosure(file=name, shown_as="document")
        message = Outbound(
            to=to,
            kind="answer",
            text="Surat jawaban.",
            enclosure=None if beside else one,
            along=(one,) if beside else (),
        )
        return await enclosures.complete(Parcel(message, queued_at=MORNING), MORNING)

    assert (await carried("ourfile", beside=False)).content == SECRET.encode()
    assert [each.content for each in (await carried("ourfile", beside=True)).along] == [SECRET.encode()]
    with pytest.raises(SendError, match="another office"):
        await carried("theirfile", beside=False)
    assert (await carried("theirfile", beside=True)).along == ()


@pytest.mark.parametrize("names", [True, False])
def test_the_books_of_one_office_hold_nothing_of_another(road, names):
    span = (MORNING - timedelta(days=30), MORNING + timedelta(days=30))
    for office, count in ((MINE, 0), (THEIRS, 1)):
        found = road.store.now(lambda unit, o=office: unit.ledger.registered(o, span, None, names=names))[0]
        touched = road.store.now(lambda unit, o=office: unit.ledger.touched_by(o, span, None))[0]
        counted = road.store.now(
            lambda unit, o=office: (unit.ledger.count_registered(o, span), unit.ledger.count_before(o, span))
        )
        assert (len(found), len(touched), counted) == (count, count, (count, count))


def test_a_call_signed_for_one_office_is_no_call_for_another():
    """Each bot has its secret and each account its token; the addresses are the offices' own."""
    telegram = [
        Telegram(office, f"{n}:t", http=None, secrets=(f"secret-{n}",)) for n, office in enumerate((MINE, THEIRS))
    ]  # type: ignore[arg-type]
    call = Call("telegram/kedopok", {"x-telegram-bot-api-secret-token": "secret-0"}, b'{"update_id": 1}')
    with pytest.raises(Forged):
        telegram[1].accept(call)
    assert telegram[0].accept(call) == call.body
    assert {path for each in telegram for path in each.paths} == {f"telegram/{MINE}", f"telegram/{THEIRS}"}


def test_an_address_of_a_file_is_good_for_its_own_office_only():
    seal = a_seal()
    shelves = [
        Shelf("https://x", f"berkas/{office}", seal.secrets(f"tokens of {office}")[0], lambda: MORNING)
        for office in (MINE, THEIRS)
    ]
    token = shelves[1].url(Enclosure(file="theirfile", shown_as="document")).rpartition("/")[2]
    assert shelves[1].opened(token).file == "theirfile"
    with pytest.raises(Forged):
        shelves[0].opened(token)


async def unchanged(road) -> bool:
    found = await road.store.read(lambda unit: unit.cases.complaints(ids=["theirs1"]))
    talk = await road.store.read(lambda unit: unit.cases.conversations([THEIR_CITIZEN.lane]))
    return found["theirs1"].value.version == 1 and talk[THEIR_CITIZEN.lane].value.version == 0
