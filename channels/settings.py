"""What an operator may set for each channel: the `[offices.*]` tables of config.toml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo

from workflow.standard_vocabulary import Part as FilePart


class Part(FilePart):
    """A table of config.toml: like a section of a standard, and it may hold secrets."""

    model_config = ConfigDict(arbitrary_types_allowed=True)


class Secret:
    """A value that never shows: `reveal()` is the only way to it."""

    __slots__ = ("_value", "source")

    def __init__(self, value: str, source: str = "") -> None:
        self._value = value
        self.source = source  # the environment variable it came from, for messages to the operator

    def reveal(self) -> str:
        """The value itself, to be handed to the one who needs it and to nobody else."""
        return self._value

    def __bool__(self) -> bool:
        """Whether anything is set."""
        return bool(self._value)

    def __repr__(self) -> str:
        """Three stars."""
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Equal to a secret of the same value."""
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        """By value."""
        return hash(self._value)


def _secret(value: object, info: ValidationInfo) -> Secret:
    """A secret as written, or taken from the environment that the loader passes as context."""
    if isinstance(value, Secret):
        return value
    if isinstance(value, str):
        return Secret(value)
    if isinstance(value, dict) and set(value) == {"env"} and isinstance(value["env"], str):
        name = value["env"]
        environ = (info.context or {}).get("environ", {})
        if not environ.get(name):
            raise ValueError(f"the environment variable {name} is not set")
        return Secret(environ[name].strip(), source=name)
    raise ValueError('write a secret as { env = "NAME" }, the name of an environment variable')


SecretValue = Annotated[Secret, BeforeValidator(_secret)]


def _root(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("an address begins with https:// (or http:// on your own machine)")
    return url.rstrip("/")


Url = Annotated[str, AfterValidator(_root)]
Port = Annotated[int, Field(ge=1, le=65535)]


class TelegramSettings(Part):
    """`[offices.telegram]`: one bot serves the citizens and the desk of an office."""

    token: SecretValue
    mode: Literal["polling", "webhook"] = "polling"
    secret: SecretValue | None = None
    previous_secret: SecretValue | None = None
    desk: int | None = None
    api_url: Url = "https://api.telegram.org"
    sends_per_second: Annotated[int, Field(ge=1, le=1000)] = 30


class TwilioSettings(Part):
    """`[offices.twilio]`: WhatsApp and SMS."""

    account_sid: Annotated[str, StringConstraints(pattern=r"^AC[0-9a-zA-Z]+$")]
    auth_token: SecretValue
    whatsapp: Annotated[str, StringConstraints(pattern=r"^whatsapp:\+\d+$")] | None = None
    sms: Annotated[str, StringConstraints(pattern=r"^\+?\d+$")] | None = None
    api_url: Url = "https://api.twilio.com"
    templates: dict[str, str] = {}
    media_hosts: list[str] = []


CHANNEL_TABLES = ("telegram", "twilio", "email")  # of `[offices.*]`


class MailServer(Part):
    """How to reach one mail server."""

    host: Annotated[str, StringConstraints(min_length=1)]
    port: Port
    tls: Literal["tls", "starttls", "none"] = "tls"
    user: str
    password: SecretValue


class EmailSettings(Part):
    """`[offices.email]`: the office's mailbox."""

    address: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    imap: MailServer
    smtp: MailServer
