"""How people really spell things, as data: every TOML file beside this one is a table a person can extend."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The file `name`.toml of this folder as it stands. Raises FileNotFoundError for a name that isn't there."""
    return tomllib.loads((resources.files(__name__) / f"{name}.toml").read_text("utf-8"))
