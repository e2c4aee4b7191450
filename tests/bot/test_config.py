"""The configuration file: the example names every key, and a broken file is told everything at once."""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest

from bot.config import ConfigFile, ConfigProblems, Settings, parse
from channels.settings import Secret
from workflow.standard.vocabulary import Part

EXAMPLE = (Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")
ENVIRON = {
    "ADUAN_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "KANIGARAN_TELEGRAM_TOKEN": "1:token",
    "KANIGARAN_TELEGRAM_SECRET": "new-secret",
    "KANIGARAN_TELEGRAM_SECRET_BEFORE": "old-secret",
    "KANIGARAN_TWILIO_TOKEN": "twilio",
    "KANIGARAN_TWILIO_TOKEN_BEFORE": "twilio before",
    "KANIGARAN_TWILIO_SECRET": "twilio secret",
    "KANIGARAN_TWILIO_SHARED_KEY": "shared",
    "KANIGARAN_MAIL_PASSWORD": "mail",
    "KANIGARAN_MAIL_SECRET": "mail secret",
    "KANIGARAN_MAIL_REFRESH": "refresh",
}


def read(text: str = EXAMPLE, environ: dict[str, str] | None = None) -> Settings:
    return parse(text, place="config.toml", folder=Path("/srv/aduan"), environ=ENVIRON if environ is None else environ)


def problems(text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigProblems) as caught:
        read(text, environ)
    return [str(problem) for problem in caught.value.problems]


def keys_of(part: Any) -> Iterator[str]:
    for name, field in part.model_fields.items():
        yield name
        for inner in (field.annotation, *get_args(field.annotation)):
            nested = get_args(inner)[0] if get_origin(inner) is list else inner
            if isinstance(nested, type) and issubclass(nested, Part):
                yield from (f"{name}.{key}" for key in keys_of(nested))


def written(table: dict[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        yield name
        inner = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        if isinstance(inner, dict) and set(inner) != {"env"} and name not in ("templates", "shared_keys"):
            yield from (f"{name}.{key}" for key in written(inner))


def test_the_example_names_every_key_and_no_other() -> None:
    """Both mail servers are of one shape: each key stands at one of them."""
    shown = {key.replace(".smtp", ".imap") for key in written(tomllib.loads(EXAMPLE))}
    assert sorted(shown) == sorted({key.replace(".smtp", ".imap") for key in keys_of(ConfigFile)})


def test_the_example_is_read_and_its_paths_are_relative_to_it() -> None:
    settings = read()
    assert settings.database_url == "sqlite:////srv/aduan/data/aduan.db"
    assert settings.files == "/srv/aduan/data/files"
    assert settings.listen == ("127.0.0.1", 8080)
    office = settings.office(settings.offices[0])
    assert (office.id, office.desk, office.staff[0].name) == ("kanigaran", "-1001234567890", "Siti Rahma")
    assert settings.master_key == bytes(32)


def test_desk_staff_and_further_channels_are_optional() -> None:
    text = """
    [service]
    database_url = "sqlite:///a.db"
    files = "files"
    key = { env = "ADUAN_KEY" }
    [[offices]]
    id = "pekutatan"
    standard = "pekutatan"
    [offices.telegram]
    token = { env = "KANIGARAN_TELEGRAM_TOKEN" }
    """
    settings = read(text)
    assert settings.office(settings.offices[0]).desk is None


def test_all_problems_are_told_at_once_with_line_and_suggestion() -> None:
    broken = (
        EXAMPLE.replace("mode =", "mod =")
        .replace('standard = "kanigaran"', 'standard = "kanigarn"')
        .replace("port = 993", 'port = "x"')
    )
    told = problems(broken, {})
    assert any("ADUAN_KEY is not set" in line for line in told)
    assert any("'mod' is no key" in line and "Did you mean 'mode'?" in line and "(line 38)" in line for line in told)
    assert any("Did you mean 'kanigaran'?" in line for line in told)
    assert any("imap.port" in line for line in told)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('"kasi"]', '"kassi"]', "Did you mean 'kasi'?"),
        ('["petugas", "kasi"]', '["pelapor"]', "'pelapor' is no role of this office"),
        ('mode = "polling"', 'mode = "push"', "'push' isn't known here"),
        ('"sqlite:///data/aduan.db"', '"mysql://x"', "doesn't have the right form"),
    ],
)
def test_what_is_wrong_is_named(before: str, after: str, sentence: str) -> None:
    assert any(sentence in line for line in problems(EXAMPLE.replace(before, after)))


@pytest.mark.parametrize("key", ["", "kurz", "AAAA"])
def test_a_bad_master_key_is_refused_with_the_mend(key: str) -> None:
    assert any(
        "aduan key new" in line or "not set" in line for line in problems(EXAMPLE, {**ENVIRON, "ADUAN_KEY": key})
    )


def test_a_webhook_needs_a_public_address_and_a_secret() -> None:
    text = EXAMPLE.replace('mode = "polling"', 'mode = "webhook"').replace(
        'public_url = "https://aduan.example.go.id"', ""
    )
    text = text.replace('secret = { env = "KANIGARAN_TELEGRAM_SECRET" }', "", 1)
    told = problems(text)
    assert any("public_url" in line for line in told)
    assert any("secret" in line for line in told)


def test_two_offices_cannot_share_an_id_or_a_bot() -> None:
    table = EXAMPLE[EXAMPLE.index("[[offices]]") : EXAMPLE.index("# WhatsApp and SMS")]
    told = problems(EXAMPLE + table)
    assert any("stands twice" in line for line in told)
    assert any("same bot" in line for line in told)


def test_an_own_standard_is_read_from_beside_the_file_and_its_problems_are_told(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("schema = 1\n", "utf-8")
    with pytest.raises(ConfigProblems) as caught:
        parse(
            EXAMPLE.replace('standard = "kanigaran"', 'standard = "mine.toml"'),
            place="config.toml",
            folder=tmp_path,
            environ=ENVIRON,
        )
    assert any(problem.place.startswith("mine.toml") for problem in caught.value.problems)


def test_a_secret_never_shows() -> None:
    settings = read()
    assert settings.offices[0].telegram is not None
    token = settings.offices[0].telegram.token
    assert token.reveal() == "1:token"
    assert "1:token" not in f"{token} {token!r} {settings.offices[0]!r}"
    assert token == Secret("1:token")


@pytest.mark.parametrize(
    ("former", "sentence"),
    [
        ('["kurang"]', "A former key isn't 32 bytes in base64."),
        ('[{ env = "ADUAN_KEY" }]', "This key stands twice."),
        ('[{ env = "ADUAN_KEY_BEFORE" }, { env = "ADUAN_KEY_BEFORE" }]', "This key stands twice."),
    ],
)
def test_former_keys_are_keys_and_none_stands_twice(former: str, sentence: str) -> None:
    text = EXAMPLE.replace("former_keys = []", f"former_keys = {former}")
    environ = ENVIRON | {"ADUAN_KEY_BEFORE": base64.b64encode(b"b" * 32).decode()}
    (told,) = problems(text, environ)
    assert sentence in told
    assert environ["ADUAN_KEY"] not in told


def test_the_key_comes_first_among_the_masters_and_the_former_ones_after_it() -> None:
    text = EXAMPLE.replace("former_keys = []", 'former_keys = [{ env = "ADUAN_KEY_BEFORE" }]')
    environ = ENVIRON | {"ADUAN_KEY_BEFORE": base64.b64encode(b"b" * 32).decode()}
    found = read(text, environ)
    assert found.masters == (found.master_key, b"b" * 32)
