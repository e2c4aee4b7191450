"""Makes many complaints of an office at once, with their whole records, straight into the tables: for books and load.

`python -m tests.many sqlite:///many.db --office pegantenan --count 100000` fills a database (ADUAN_KEY is not needed:
they're sealed with the tests' own key).
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import time
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from storage import schema
from storage.engine import Store
from storage.rows import complaint_row, encode, keyring
from storage.tables import complaints, entries, keys
from tests.doubles import a_seal
from workflow.clocks.deadline import Pause as ClosedPause
from workflow.clocks.deadline import promise
from workflow.conversation import Paper
from workflow.message import Address
from workflow.procedure.stages import parts
from workflow.record import Complaint, Entry, Pause
from workflow.standard.standard import shipped

NAMES = (
    "Siti Rahma", "Moh. Holil", "Ni Kadek Ayu Wulandari", "R. Bambang Soeprapto Hadikoesoemo, S.H., M.Si.", "Sulaiman",
    "Hj. Endang Sri Wahyuni Kusumaningrum binti Almarhum Haji Muhammad Sastrodiharjo", "Budi", "I Gusti Ngurah Agung",
)  # fmt: skip
STREETS = ("Jl. Slamet Riyadi Gg. III No. 12 RT 03 RW 07 Kel. Kanigaran", "Dusun Barat RT 1", "Banjar Pangkung Medahan")
MATTERS = (
    ("jalan", "Jalan berlubang di depan masjid Al-Ikhlas, sudah dua orang jatuh minggu ini. Mohon segera ditambal."),
    ("pju", "Lampu jalan mati sudah seminggu di depan balai banjar, gelap sekali kalau malam."),
    ("sampah", "Sampah di TPS belakang pasar tidak diangkut 5 hari, baunya sampai ke rumah warga dan sekolah"),
    (
        "ktp",
        "KTP saya sudah 3 bulan belum jadi padahal sudah rekam data di kecamatan, ditanya jawabannya blangko habis",
    ),
    ("bansos", "=SUM(A1) tetangga saya mampu tapi dapat bantuan, ibu saya janda tidak dapat"),
    ("pelayanan", "Petugas loket tidak ada di tempat jam 10, kami menunggu satu jam"),
    ("", "+62 tolong dicek selokan buntu"),
)
REPORTS = ("Sudah ditinjau bersama lurah; lubang ditambal sementara, perbaikan tetap diusulkan ke Dinas PUPR.",
           "Berkas ditemukan, KTP dicetak dan dapat diambil di loket dengan membawa tanda terima.",
           "Lampu diganti oleh petugas PJU; warga sudah diberi tahu.")  # fmt: skip
CHANNELS = ("whatsapp", "whatsapp", "telegram", "sms", "email")
STAFF = ("Siti Rahma", "Agus Salim", "Drs. H. Mahfud, M.Si.", "Dewi Anggraini", "Bambang")


def made(
    office: str, count: int, seed: int = 1, since: datetime = datetime(2026, 1, 5, 1, tzinfo=UTC), step_s: int = 0
):
    """(complaint, its record), one after the other, in the order of their numbers."""
    rng = random.Random(seed)
    standard = shipped()[office]
    step = timedelta(seconds=step_s or max(1, 300 * 86400 // max(count, 1)))
    for n in range(1, count + 1):
        yield _one(n, since + n * step, office, standard, rng)


def _one(n: int, at: datetime, office: str, standard, rng: random.Random) -> tuple[Complaint, list[Entry]]:
    topic, statement = rng.choice(MATTERS)
    name = f"{standard.office.ticket_prefix.lower()}{n:08d}"
    source = rng.choices(("chat", "visit", "lapor", "box", "phone"), (80, 8, 5, 4, 3))[0]
    channel = rng.choice(CHANNELS)
    fate = rng.choices(("archived", "answered", "open", "refer_sent", "withdraw", "refuse"), (70, 8, 12, 4, 4, 2))[0]
    registered = at + timedelta(minutes=rng.randint(0, 30))
    wait = (
        [Pause(reason="foto lokasi", since=at + timedelta(hours=2), until=at + timedelta(hours=rng.randint(3, 90)))]
        if rng.random() < 0.1
        else []
    )
    complaint = Complaint(
        id=name, code=_code(n), office=office, standard=standard.version, received_at=at, confirmed_at=at,
        number=f"{standard.office.ticket_prefix}-{at.year}-{n:04}", registered_at=registered,
        citizen=Address(office, channel, f"+628{n:09d}") if source == "chat" else None, source=source,
        statement=statement, topic=topic, private={"name": rng.choice(NAMES), "address": rng.choice(STREETS)},
        papers=(Paper(file=f"{name}.1", message="m", at=at, state="ready", type="photo", sort=rng.choice(("ktp", "kk", "location_photo")), confirmed=True),),
        later=("kk",) if rng.random() < 0.2 else (), confidential=rng.random() < 0.01,
        tracking=f"#{1000000 + n}" if source == "lapor" else "", clock_started_at=at, pauses=tuple(wait), complete="checked",
        due_at=promise(standard, at, [ClosedPause(each.since, each.until) for each in wait]).due_at, step_since=at,
    )  # fmt: skip
    return _walked(complaint, standard, fate, rng)


def _disposed(data, changes, rng):
    return {**data, "person": "2", "person_name": rng.choice(STAFF)}, "Tolong segera ditinjau"


def _written(data, changes, rng):
    changes["report"] = changes["answer"] = rng.choice(REPORTS)
    return data, changes["report"]


def _numbered(data, changes, rng):
    changes["letter_number"] = f"300.1/{rng.randint(1, 999):03}/424.079/2026"
    return data, changes["letter_number"]


_TEXTS = {"dispose": _disposed, "ask_staff": _disposed, "report": _written, "draft": _written, "number": _numbered}


def _walked(complaint: Complaint, standard, fate: str, rng: random.Random) -> tuple[Complaint, list[Entry]]:
    at, record, changes = complaint.confirmed_at, [], {}

    def note(act: str, step: str, text: str = "", **data: str) -> None:
        who = rng.choice(STAFF)
        record.append(Entry(complaint=complaint.id, at=at, act=act, by="staff:1", role="petugas", name=who, step=step, text=text, data=data, version=len(record) + 1))  # fmt: skip

    stop = rng.randint(1, len(standard.steps) - 1) if fate not in ("archived", "answered") else len(standard.steps)
    note("submit", standard.first.id, to=standard.steps[1].id, source=complaint.source)
    for step in standard.steps[1:stop]:
        at += timedelta(minutes=rng.choice((2, 5, 9, 14, 20, 60, 900)))
        rows = parts(step)
        for index, part in enumerate(rows):
            to = (step.next[0] if step.next else "") if index == len(rows) - 1 else f"{step.id}/{index + 1}"
            data = {"to": to}
            text = ""
            if part.act in _TEXTS:
                data, text = _TEXTS[part.act](data, changes, rng)
            if part.act == "sign" and rng.random() < 0.2:
                data["standing_in"] = "plt:camat"
            if part.act in ("approve", "sign") and step.returns_to and rng.random() < 0.05:
                note("return", step.id, "Perbaiki kalimat kedua", to=step.id)
                changes["returns"] = changes.get("returns", 0) + 1
            if part.act == "deliver":
                changes |= {"answered_at": at, "delivery": "delivered" if complaint.citizen else "handed"}
            if part.act == "archive":
                changes |= {"archived_at": at}
            note(part.act, step.id, text, **data)
            if part.act == "deliver" and complaint.citizen:
                note("delivery", step.id, key=f"answer:{complaint.id}", state="delivered")
    if fate == "archived":
        changes |= {"closed_at": at, "closed_as": "answered", "satisfied": rng.choice(("", "", "yes", "no"))}
    if fate == "answered":
        changes.pop("archived_at", None)
    if fate in ("refer_sent", "withdraw", "refuse"):
        changes.pop("answered_at", None)
        note(fate, standard.steps[stop - 1].id, "Dinas PUPR Kota Probolinggo", way=fate)
        how = {"refer_sent": "referred", "withdraw": "withdrawn", "refuse": "refused"}[fate]
        changes |= {
            "closed_at": at,
            "closed_as": how,
            "referred_to": "Dinas PUPR Kota Probolinggo" if how == "referred" else "",
        }
    changes.setdefault("step", standard.steps[min(stop, len(standard.steps) - 1)].id)
    return replace(complaint, version=len(record), **changes), record


def _code(n: int) -> str:
    digits, code = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", ""
    while n or len(code) < 4:
        n, rest = divmod(n, len(digits))
        code = digits[rest] + code
    return code


def keep(store: Store, cases, *, batch: int = 2000) -> int:
    """Write them into the tables; how many."""
    count, cases = 0, iter(cases)
    while rows := list(itertools.islice(cases, batch)):
        store.now(lambda unit, rows=rows: _write(unit, rows))
        count += len(rows)
    return count


def _write(unit, rows) -> None:
    now = rows[0][0].confirmed_at
    made_keys = {keyring(each.office, each.code): unit.seal.new_key() for each, _ in rows}
    unit.connection.execute(keys.insert(), [{"name": name, "sealed": unit.seal.wrap(name, key), "made_at": now} for name, key in made_keys.items()])  # fmt: skip
    columns = [
        complaint_row(each, made_keys, unit.seal.random_bytes) | {"rev": 1, "stage": "", "role": ""} for each, _ in rows
    ]
    unit.connection.execute(complaints.insert(), columns)
    lines = [
        {"office": each.office, "complaint": each.id, "at": line.at, "act": line.act, "by": line.by, "body": encode(line).decode()}
        for each, record in rows
        for line in record
    ]  # fmt: skip
    unit.connection.execute(entries.insert(), lines)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("url")
    asked.add_argument("--office", default="pegantenan")
    asked.add_argument("--count", type=int, default=100_000)
    wanted = asked.parse_args()
    store = Store(wanted.url, a_seal())
    if not schema.is_current(store):
        schema.migrate(store)
    began = time.monotonic()
    count = keep(store, made(wanted.office, wanted.count))
    store.close()
    sys.stderr.write(f"{count} complaints of {wanted.office} in {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
