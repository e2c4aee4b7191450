"""The operator's guide, followed: from nothing to the first complaint on Telegram, WhatsApp, SMS and email."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tomllib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.config import OfficeSettings
from channels.sandbox import mail, telegram, twilio
from channels.settings import OAuth
from tests.house.tree import texts
from tests.serve.guide import GUIDE, PANDUAN, Followed, blocks, plain_environ
from tests.serve.program import PATIENCE_S, ROOT, Citizen, Desk, Plan, RealClock, Staff, Town, free_port, numbers
from tests.system import program
from workflow.say import say
from workflow.standard import standard

TOKEN = "700100200:" + "c" * 35
OFFICE = Plan("pekutatan", "pekutatan")
RULES = standard.shipped()["pekutatan"]
STAFF = {"Ni Luh Sari": "petugas", "I Made Sudana": "sekcam", "Ida Bagus Rai": "camat", "Ketut Arya": "kasi"}
COMPLAINT = "lampu jalan di depan balai banjar mati sudah seminggu"
WHATSAPP, SMS, MAIL = "whatsapp:+6281100000001", "+6281100000002", "kec_pekutatan@example.go.id"


def test_both_languages_have_the_same_commands_and_pictures():
    assert blocks(PANDUAN) == blocks(GUIDE)
    pictures = [re.findall(r"\]\((pictures/\w+\.png)\)", texts()[page]) for page in (GUIDE, PANDUAN)]
    assert pictures[0] == pictures[1]
    assert all((ROOT / "docs" / name).exists() for name in pictures[0])
    headings = [re.findall(r"(?m)^## (\d+)\.", texts()[page]) for page in (GUIDE, PANDUAN)]
    assert headings[0] == headings[1] == [str(n) for n in range(1, 14)]


def test_the_words_of_the_templates_are_those_that_the_desk_and_the_citizens_know():
    (text,) = (text for kind, text in blocks(GUIDE) if kind == "text" and "answer_waiting:" in text)
    rows = dict(line.split(": ", 1) for line in text.splitlines())
    assert rows == {name: say(f"knock.{name}", name="{{1}}") for name in rows}
    assert set(rows) == {"answer_waiting", "status_update", "reminder"}


def test_every_alert_that_an_operator_may_read_is_in_both_guides():
    told = {
        say("operator.channel", name="pekutatan/...", why="").removesuffix(" ()."),
        "Satu percakapan ... berhenti",
        "tidak dapat dibaca",
        say("operator.disk", why="").removesuffix(" ()."),
        say("operator.over", what="").rstrip(": "),
    }
    assert "berhenti" in say("operator.parked", office="", channel="", n=1, why="")
    assert "tidak dapat dibaca" in say("operator.quarantine", office="", channel="", n=1)
    for page in (GUIDE, PANDUAN):
        assert [words for words in told if words not in texts()[page]] == []


@pytest.mark.needs_system("systemd-analyze")
def test_the_unit_is_one_that_systemd_takes(tmp_path):
    unit = tmp_path / "aduan.service"
    unit.write_text(texts()["docs/aduan.service"].replace("/usr/local/bin/aduan", sys.executable))
    done = subprocess.run(
        [program("systemd-analyze"), "verify", "--man=no", unit], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_servers_in_front_hand_on_to_the_port_that_is_listened_on():
    for kind in ("caddy", "nginx"):
        (text,) = (text for found, text in blocks(GUIDE) if found == kind)
        assert "127.0.0.1:8080" in text
        assert "aduan.example.go.id" in text
        assert not re.search(r"proxy_pass [^;]*8080/", text)


# --- followed ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_the_guide_leads_from_nothing_to_the_first_complaint_on_every_channel(tmp_path):
    clock = RealClock()
    chats, phones = telegram.World(clock.now), twilio.World(clock.now)
    async with (
        telegram.serve(chats, clock) as bots,
        twilio.serve(phones, clock) as lines,
        mail.running(clock) as mails,
    ):
        it = Followed(tmp_path, plain_environ(), free_port())
        try:
            await the_server(it)
            desk = await the_desk_and_telegram(it, chats, bots.url)
            account = await a_public_address_and_whatsapp(it, phones, lines.url)
            it.writes("config.toml", it.next("toml", "sms ="))  # goes with the next restart
            sms = phones.add_line(account, SMS, url=phones.lines[WHATSAPP].url)
            await email(it, mails)
            await by_phone(phones, sms, phones.add_person("Gede CONTOH", "+6281234567892"))
            await afterwards(it)
            await at_the_desk(desk)
            taken = it.program.rows("SELECT number FROM complaints")
            assert sorted(row["number"][-4:] for row in taken) == ["0001", "0002", "0003", "0004"]
            assert it.rest == [], "the guide goes on, and nobody followed it"
        finally:
            if it.program and it.program.process and it.program.process.returncode is None:
                await it.program.kill()


async def the_server(it: Followed) -> None:
    await it.does("adduser")
    it.home.mkdir(parents=True)
    ((code, table, _),) = await it.does("start.py offices check")
    assert (code, "Kecamatan Pekutatan" in table) == (0, True)
    answers = ["Kecamatan Contoh", "", "", "Jalan Contoh 1", *[""] * 100]
    (drawn, report, _), (made, _, words) = await it.does("offices check pekutatan", typed=answers)
    assert (drawn, "returns: correct -> draft" in report) == (0, True)
    assert (it.home / "alur.pdf").read_bytes().startswith(b"%PDF")
    assert made == 0, words
    assert (it.home / "kantor.toml").exists()


async def the_desk_and_telegram(it: Followed, world: telegram.World, url: str) -> Desk:
    bot = world.add_bot(TOKEN, username="pekutatan_aduan_bot", name="Pengaduan Kecamatan Pekutatan")
    ((code, _, words),) = await it.does("init", typed=["pekutatan", TOKEN, "", ""], more=f" --telegram-url {url}")
    assert code == 0, words
    assert "That's @pekutatan_aduan_bot" in words
    config = it.home / "config.toml"
    config.write_text(config.read_text("utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{it.port}"), "utf-8")

    ((code, table, _),) = await it.does("check")
    wrong = re.findall(r"(?m)^MEND +\S+ +(.*)$", table)
    assert (code, len(wrong)) == (1, 2), table
    assert "nobody holds" in wrong[0]
    assert "no staff group is linked" in wrong[1]
    await it.does("systemctl enable --now")
    assert it.program

    people = telegram.People(world)
    staff = {name: world.add_user(name) for name in STAFF}
    group = world.add_group("Meja Pekutatan", members=staff.values(), bots=[bot], forum=True)
    town = Town(world, people, None, it.program)
    world.feed.subscribe(town.ring)
    desk = town.desks["pekutatan"] = Desk(town, OFFICE, bot, group, staff)
    await linked(it, desk)
    await with_roles(desk)
    ((_, operator, _),) = await it.does("link pekutatan operator")
    chat = Citizen(town, desk, world.add_user("Operator"))
    chat.says(f"/hubungkan {operator.strip()}")
    await chat.sees("pemberitahuan gangguan sistem")

    luh = town.citizen("Luh Sari", "pekutatan")
    luh.says(COMPLAINT)
    await luh.sees("Apakah sudah benar?")
    luh.says("YA")
    await luh.sees("PKT-")
    assert numbers(luh.received, "PKT")[0].endswith("-0001")
    assert (await checked(it))[0] == 0
    return desk


async def linked(it: Followed, desk: Desk) -> None:
    made, luh = desk.who("I Made"), desk.who("Ni Luh")
    ((code, link, words),) = await it.does("link pekutatan --config")
    assert (code, "/hubungkan" in words) == (0, True)
    made.says(f"/hubungkan {link.strip()}")
    await made.sees("Siapa admin kantor ini?")
    await made.presses("Saya admin")
    await made.sees("I Made Sudana sekarang admin")
    await luh.presses("Saya admin")
    await made.presses("Setujui", "Ni Luh Sari bersedia")
    await made.sees("Ni Luh Sari sekarang admin")


async def with_roles(desk: Desk) -> None:
    made = desk.who("I Made")
    for name, role in STAFF.items():
        person: Staff = desk.who(name)
        word = person.says("hadir")
        desk.town.people.say(made.user, desk.group, "/peran Kasi Pemerintahan", reply_to=word)
        await made.presses(say("desk.roles.give", role=RULES.role(role).label), name)
        await made.sees(name, RULES.role(role).label)
    made.says("/peran")
    await made.sees("Peran di kantor ini", *STAFF)


async def a_public_address_and_whatsapp(it: Followed, world: twilio.World, url: str) -> twilio.Account:
    it.next("caddy"), it.next("nginx")
    outside = f"http://127.0.0.1:{it.port}"
    it.writes(
        "config.toml", it.next("toml", "public_url"), below="[service]", there=("https://aduan.example.go.id", outside)
    )
    account = world.add_account("token-contoh-twilio", keys=[("SK" + "1" * 32, "rahasia-contoh")])
    hook = it.next("text", "/message#rc=2&rp=all").strip().replace("https://aduan.example.go.id", outside)
    line = world.add_line(account, WHATSAPP, url=hook)
    bodies = dict(row.split(": ", 1) for row in it.next("text", "answer_waiting").splitlines())
    sids = [
        world.add_content(account, name, {"twilio/text": {"body": body}}, variables={"1": "PKT-2026-0001"}, approved=True).sid
        for name, body in bodies.items()
    ]  # fmt: skip
    names = {f"template{n}": (f"HX{n:032}", sid) for n, sid in enumerate(sids, start=1)}
    it.writes(
        "config.toml", it.next("toml", "[offices.twilio]"), account=("AC" + "0" * 32, account.sid),
        key=("SK" + "0" * 32, "SK" + "1" * 32), url=("[offices.twilio]", f'[offices.twilio]\napi_url = "{url}"'), **names,
    )  # fmt: skip
    it.writes(
        "aduan.env", it.next("text", "ADUAN_TWILIO_TOKEN"), token=("the auth token", "token-contoh-twilio"),
        secret=("the secret of the API key", "rahasia-contoh"),
    )  # fmt: skip
    await restarted_and_right(it)
    await by_phone(world, line, world.add_person("Wayan CONTOH", "+6281234567891"))
    return account


async def email(it: Followed, mails: mail.MailServers) -> None:
    world = mails.world
    office = world.add(mail.Person(MAIL, "Kecamatan Pekutatan"))
    usual = '{}.example.go.id", port = {}, tls = "tls"'
    here = '127.0.0.1", port = {}, tls = "none"'
    it.writes(
        "config.toml", it.next("toml", "[offices.email]"), signed=("mx.example.go.id", "mx.sandbox.test"),
        imap=(usual.format("imap", 993), here.format(mails.imap_port)), smtp=(usual.format("smtp", 465), here.format(mails.smtp_port)),
    )  # fmt: skip
    it.writes("aduan.env", it.next("text", "ADUAN_MAIL_PASSWORD"), password=("the password", office.password))
    table = await restarted_and_right(it)
    assert "two-way SMS supported: No" in table
    komang = world.add(mail.Person("komang@warga.test", "Komang CONTOH"))
    await world.person_mails(komang, COMPLAINT, to=MAIL, subject="Lampu jalan mati")

    async def answers() -> list[Any]:
        return await world.inbox(komang)

    (asked,) = await until(answers, lambda found: len(found) == 1 and found)
    await world.person_mails(komang, "YA", answers=asked)
    received = await until(answers, lambda found: len(found) > 1 and found)
    assert "PKT-" in received[-1].text
    folders = await world.inbox(office, "Diproses")
    assert len(folders) >= 1


async def afterwards(it: Followed) -> None:
    it.next("bash", "devicecode")
    oauth = it.next("text", "oauth =")
    given = tomllib.loads(oauth)["oauth"]
    OAuth.model_validate(given, context={"environ": {"ADUAN_MAIL_REFRESH": "x"}})
    ((code, table, _),) = await it.does("inbox list")
    assert (code, table) == (0, "")
    (made, path, said), (looked, _, words) = await it.does("aduan backup")
    assert (made, path.strip(), looked) == (0, str(it.home / "aduan.backup"), 0), said + words
    assert "everything in it is as it was written" in words
    (register, _, said), (recap, _, words) = await it.does("aduan register")
    assert (register, recap) == (0, 0), said + words
    assert {each.suffix for each in it.home.glob("re*")} == {".xlsx", ".png"}
    look = tomllib.loads(it.next("toml", "logo ="))
    assert set(look) <= set(OfficeSettings.model_fields)
    (papers, _, wrong), (page, _, why) = await it.does("offices papers")
    assert (papers, page) == (0, 0), wrong + why
    assert (it.home / "naskah" / "surat-jawaban.pdf").exists()
    assert (it.home / "panduan-petugas.pdf").exists()
    assert await it.program.is_healthy()


async def at_the_desk(desk: Desk) -> None:
    """Giving roles took most of what a group may be sent in a minute: so the cards are looked for last."""
    made = desk.who("I Made")
    for way in ("Telegram", "WhatsApp", "surel", "SMS"):
        words = ("Langkah 2 dari 5", "Giliran: Sekcam (I Made Sudana)", f"Masuk: {way}")
        await desk.town.until(f"a card of {way}", lambda words=words: made.newest(*words), within_s=2 * PATIENCE_S)


# --- what the steps share ---------------------------------------------------------------------------------------------


async def checked(it: Followed) -> tuple[int, str]:
    code, table, _ = await it._aduan(["check", "--config", str(it.home / "config.toml")], "")
    return code, table


async def restarted_and_right(it: Followed) -> str:
    ((code, table, _),) = await it.does("systemctl restart aduan")
    assert code == 0, table
    return table


async def by_phone(world: twilio.World, line: twilio.Line, person: twilio.Person) -> None:
    """The first complaint on WhatsApp or by SMS, up to its number."""
    chat = world.chat(person, line)

    async def texts_there() -> list[str]:
        return chat.texts

    world.person_writes(person, line, COMPLAINT)
    await until(texts_there, lambda found: any("Balas YA" in text or "sudah benar" in text for text in found))
    world.person_writes(person, line, "YA")
    await until(texts_there, lambda found: numbers(found, "PKT"))


async def until(ask: Callable[[], Awaitable[Any]], fits: Callable[[Any], Any]) -> Any:
    """What fits, once it's there."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := fits(await ask())):  # noqa: ASYNC110 - phones and mailboxes ring no bell
            await asyncio.sleep(0.1)
    return found
