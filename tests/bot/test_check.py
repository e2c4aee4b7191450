"""`aduan check` names what is wrong and how to mend it."""

from __future__ import annotations

from pathlib import Path

from bot.check import lines
from bot.config import parse
from bot.ground import Line
from channels.sandbox.telegram import HandClock, World, serve

STAFF = "\n".join(
    f'[[offices.staff]]\ntelegram_id = {50 + number}\nname = "{name}"\nroles = ["{role}"]'
    for number, (name, role) in enumerate(
        [("Siti Rahma", "petugas"), ("Budi Santoso", "sekcam"), ("Ratna Dewi", "camat"), ("Eko Wahyudi", "kasi")]
    )
)


def config(url: str, *, token: str = "700:contoh", desk: str = "", staff: str = STAFF, more: str = "") -> str:
    return f"""
[service]
database_url = "sqlite:///aduan.db"
files = "files"
key = {{ env = "ADUAN_KEY" }}
[[offices]]
id = "kanigaran"
standard = "kanigaran"
[offices.telegram]
token = "{token}"
api_url = "{url}"
{desk}
{more}
{staff}
"""


async def looked_at(tmp_path: Path, text: str) -> list[Line]:
    settings = parse(text, place="config.toml", folder=tmp_path, environ={"ADUAN_KEY": "A" * 43 + "="})
    return [line async for line in lines(settings)]


def mends(found: list[Line]) -> list[str]:
    return [f"{line.what} -> {line.mend}" for line in found if not line.good]


async def test_a_good_set_up_has_nothing_to_mend(tmp_path: Path) -> None:
    clock = HandClock()
    world = World(clock.now)
    bot = world.add_bot("700:contoh", username="contoh_bot", name="Kecamatan Kanigaran", reads_all=True)
    rahma = world.add_user("Siti Rahma", user_id=50)
    desk = world.add_group("Meja Kanigaran", members=[rahma], bots=[bot], forum=True)
    async with serve(world, clock) as server:
        found = await looked_at(tmp_path, config(server.url, desk=f"desk = {desk.id}"))
    assert mends(found) == []
    said = [line.what for line in found]
    assert "@contoh_bot answers" in said
    assert "its desk is 'Meja Kanigaran', with topics" in said
    assert any("public holidays known" in line for line in said)


async def test_a_wrong_token_a_missing_group_and_missing_people_are_named_with_their_mend(tmp_path: Path) -> None:
    clock = HandClock()
    world = World(clock.now)
    async with serve(world, clock) as server:
        found = await looked_at(tmp_path, config(server.url, token="1:wrong", staff=""))
    told = mends(found)
    assert any("nobody holds: Petugas" in line and "/peran" in line for line in told)
    assert any("staff group" in line and "aduan link kanigaran" in line for line in told)
    assert any("token" in line for line in told)
    assert not any("1:wrong" in line for line in told), "a token never shows"


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    clock = HandClock()
    world = World(clock.now)
    async with serve(world, clock) as server:
        settings = parse(
            config(server.url), place="config.toml", folder=tmp_path, environ={"ADUAN_KEY": "A" * 43 + "="}
        )
        found = [line async for line in lines(settings)]
    assert any(line.where == "files" and not line.good for line in found)
