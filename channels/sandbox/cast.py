"""The demo's cast: each office with a bot, a staff group, WhatsApp, SMS and a mailbox, and the citizens who write."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

from channels.sandbox import mail, twilio
from channels.sandbox.stage_acts import OfficeStage, StaffMember
from channels.sandbox.stage_lines import Lines
from channels.sandbox.stage_mail import Letters
from channels.sandbox.telegram import World
from channels.sandbox.telegram.model import User
from channels.sandbox.twilio.addresses import ChannelName

AUTH_TOKEN = "contoh"  # noqa: S105 - of a stand-in
MAIL_PASSWORD = "contoh"  # noqa: S105 - of a stand-in
CHOICES_MOST = 3
_NUMBERS: dict[ChannelName, str] = {"whatsapp": "whatsapp:+628110000{:02}01", "sms": "+628110000{:02}02"}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays, by office where it says so; `roles` are those of the office's staff, in the same order."""

    world: World
    offices: Mapping[str, OfficeStage]
    roles: Mapping[str, Sequence[Sequence[str]]]
    citizens: Sequence[User]


def people() -> dict[str, Any]:
    """Return the names of all of them, as written in people.toml."""
    return tomllib.loads((resources.files("channels.sandbox") / "people.toml").read_text("utf-8"))


def on_telegram(now: Callable[[], datetime], offices: Sequence[tuple[str, str, str, str]], base: int) -> Cast:
    """One bot, one staff group and its people for each office: (id, name, time zone, government), in this order.

    The provider's numbers begin at `base`: above those of every earlier run of a kept demo.
    """
    named = people()
    world = World(now)
    made: dict[str, OfficeStage] = {}
    for name, full_name, zone, government in offices:
        order = sorted(named).index(name)  # ids don't depend on which office comes first
        bot = world.add_bot(
            f"{7000 + order}:contoh", username=f"{name.replace('-', '_')}_contoh_bot", name=full_name, reads_all=True
        )
        bot.next_update_id = bot.next_message_id = base
        staff = [
            StaffMember(world.add_user(each["name"], user_id=80_000 + order * 100 + place), each["title"])
            for place, each in enumerate(named[name]["staff"])
        ]
        short = named[name]["short"]
        desk = world.add_group(
            f"Meja {short}", members=[each.user for each in staff], bots=[bot], chat_id=-1_009_000_000 - order
        )
        desk.next_message_id = base
        made[name] = OfficeStage(name, full_name, short, zone, bot, desk, staff, government)
    citizens = [_citizen(world, each, place) for place, each in enumerate(named["citizens"])]
    roles = {name: [each["roles"] for each in named[name]["staff"]] for name in made}
    return Cast(world, made, roles, citizens)


def _citizen(world: World, name: str, place: int) -> User:
    given, _, family = name.partition(" ")
    return world.add_user(given, last_name=family, user_id=90_000 + place)


def on_twilio(now: Callable[[], datetime], cast: Cast, public_url: str, seed: str) -> Lines:
    """A WhatsApp sender and a number for SMS for each office, on one account; they call the program's own address."""
    world = twilio.World(now, seed=seed)
    account = world.add_account(AUTH_TOKEN, name="Akun contoh", sid=f"AC{0:032}")
    lines = {}
    for order, (name, office) in enumerate(sorted(cast.offices.items()), 11):
        url = f"{public_url}/twilio/{name}/message#rc=2&rp=all"
        lines[name] = {
            channel: world.add_line(account, number.format(order), name=office.name, url=url)
            for channel, number in _NUMBERS.items()
        }
    return Lines(world, lines)


def templates(lines: Lines, knocks: Mapping[str, str]) -> dict[str, str]:
    """Make the templates an office has at Twilio: the knocks, approved by WhatsApp, and buttons. Their ids by name."""
    world = lines.world
    (account,) = world.accounts.values()
    found = {}
    for name, words in knocks.items():
        body = {"twilio/text": {"body": words}}
        found[name] = world.add_content(account, name, body, variables={"1": "KNG-2026-0001"}, approved=True).sid
    for count in range(1, CHOICES_MOST + 1):
        rows = [{"title": f"{{{{{nth * 2}}}}}", "id": f"{{{{{nth * 2 + 1}}}}}"} for nth in range(1, count + 1)]
        types = {"twilio/quick-reply": {"body": "{{1}}", "actions": rows}}
        samples = {str(nth): f"contoh {nth}" for nth in range(1, count * 2 + 2)}
        found[f"choices_{count}"] = world.add_content(account, f"choices_{count}", types, variables=samples).sid
    return found


def by_mail(world: mail.MailWorld, cast: Cast, base: int) -> Letters:
    """A mailbox for each office. Names of mails begin at `base`, above those of every earlier run of a kept demo."""
    world.count = base
    addresses = {name: f"pengaduan@{name}.example" for name in cast.offices}
    for name, address in addresses.items():
        world.add(mail.Person(address, cast.offices[name].name, MAIL_PASSWORD))
    return Letters(world, addresses)
