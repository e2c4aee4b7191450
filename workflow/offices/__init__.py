"""The service standards that ship with the program, as the TOML texts they are."""

from importlib import resources


def ids() -> tuple[str, ...]:
    """The ids of the shipped standards, sorted."""
    names = (entry.name for entry in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def text(office_id: str) -> str:
    """The TOML text of a shipped standard; KeyError for an id that is not shipped."""
    if office_id not in ids():
        raise KeyError(office_id)
    return (resources.files(__name__) / f"{office_id}.toml").read_text(encoding="utf-8")
