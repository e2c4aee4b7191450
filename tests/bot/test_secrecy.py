"""The program starts with no secret that stands in documentation and with none that everybody can read."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest

from bot.config import load
from bot.secrecy import troubles

KEY = base64.b64encode(bytes(range(32))).decode()
CONFIG = """
[service]
database_url = "sqlite:///aduan.db"
files = "files"
listen = "127.0.0.1:0"
public_url = "https://aduan.example.go.id"
key = {key}

[[offices]]
id = "kanigaran"
standard = "kanigaran"

[offices.telegram]
token = {{ env = "TOKEN" }}
mode = "webhook"
secret = {{ env = "HOOK" }}
{more}
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    def written(
        key='{ env = "ADUAN_KEY" }',
        token="7012345678:AAGd-6Yw0xq2Z1bHhN4kQvRtLs8mCpEuJyI",
        hook="k3Jq9-sWzP",
        more="",
        **environ,
    ):
        (tmp_path / "config.toml").write_text(CONFIG.format(key=key, more=more))
        (tmp_path / "config.toml").chmod(0o644)
        monkeypatch.setenv("ADUAN_KEY", environ.get("master", KEY))
        monkeypatch.setenv("TOKEN", token)
        monkeypatch.setenv("HOOK", hook)
        return load(tmp_path / "config.toml")

    return written


def test_real_secrets_from_the_environment_are_well(settings):
    assert troubles(settings()) == []


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ({"token": "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"}, "token of kanigaran is an example"),
        ({"token": "TOKEN"}, "token of kanigaran is an example"),
        ({"hook": "changeme"}, "secret of kanigaran is an example"),
        ({"hook": "rahasia"}, "secret of kanigaran is an example"),
        ({"hook": "<secret>"}, "secret of kanigaran is an example"),
        ({"hook": "xxxxxxxx"}, "secret of kanigaran is an example"),
        ({"master": base64.b64encode(bytes(32)).decode()}, "service.key is no secret"),
    ],
)
def test_an_example_is_refused_without_being_said(settings, case, said):
    (found,) = troubles(settings(**case))
    assert said in str(found)
    assert not any(value in str(found) for value in case.values() if value != "TOKEN")


def test_towards_a_stand_in_on_this_machine_anything_will_do(settings):
    assert troubles(settings(hook="secret", more='api_url = "http://127.0.0.1:9000"')) == []


def test_a_master_key_in_a_file_that_everybody_can_read_is_refused(settings):
    within = settings(key=f'"{KEY}"')
    (found,) = troubles(within)
    assert "master key" in str(found)
    assert "chmod 640" in str(found)
    assert KEY not in str(found)
    within.path.chmod(0o640)
    assert troubles(within) == []


def test_a_file_of_secrets_that_everybody_can_read_is_refused(settings, tmp_path):
    (tmp_path / "aduan.env").write_text("ADUAN_MORE='x'")
    (tmp_path / "aduan.env").chmod(0o604)
    (found,) = troubles(settings())
    assert "chmod 600" in str(found)
    (tmp_path / "aduan.env").chmod(0o600)
    assert troubles(settings()) == []


@pytest.mark.parametrize("role", ["serve", "web", "worker"])
def test_no_role_starts_with_them(settings, tmp_path, role):
    settings(hook="changeme")
    ask = [sys.executable, "-m", "bot.cli", role, "--config", str(tmp_path / "config.toml")]
    ended = subprocess.run(ask, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "secret of kanigaran is an example" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "changeme" not in ended.stderr
    assert not (tmp_path / "aduan.db").exists()
