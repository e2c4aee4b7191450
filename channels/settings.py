"""What an operator may set for each channel: the `[offices.*]` tables of config.toml."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from workflow.standard.vocabulary import Part as FilePart


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
    auth_token: SecretValue  # signs Twilio's calls to us
    previous_auth_token: SecretValue | None = None  # while it's being changed
    api_key: Annotated[str, StringConstraints(pattern=r"^SK[0-9a-zA-Z]+$")] | None = None  # for our calls to Twilio
    api_secret: SecretValue | None = None
    shared_keys: dict[str, SecretValue] = {}  # key id -> secret, where Twilio signs with shared keys
    messaging_service: Annotated[str, StringConstraints(pattern=r"^MG[0-9a-zA-Z]+$")] | None = None
    whatsapp: Annotated[str, StringConstraints(pattern=r"^whatsapp:\+\d+$")] | None = None
    # A number, or a registered sender's name of up to 11 characters, which nobody can answer
    sms: Annotated[str, StringConstraints(pattern=r"^(\+?\d+|[A-Za-z0-9 ]{1,11})$")] | None = None
    api_url: Url = "https://api.twilio.com"
    templates: dict[str, str] = {}
    media_hosts: list[str] = []
    sms_stands_in: bool = False  # an SMS may tell that an answer waits on WhatsApp
    sms_receives: bool = True  # whether people can write to the SMS number at all
    purge_media: bool = True  # delete photos and files at Twilio once they're kept here
    reconcile_minutes: Annotated[int, Field(ge=1, le=1440)] = 10  # how often Twilio's lists are compared with ours
    sends_per_second: Annotated[int, Field(ge=1, le=1000)] = 10


CHANNEL_TABLES = ("telegram", "twilio", "email")  # of `[offices.*]`


class OAuth(Part):
    """Where access tokens come from, instead of a password (Google, Microsoft 365)."""

    token_url: Url
    client_id: Annotated[str, StringConstraints(min_length=1)]
    client_secret: SecretValue | None = None
    refresh_token: SecretValue
    scope: str = ""


class MailServer(Part):
    """How to reach one mail server."""

    host: Annotated[str, StringConstraints(min_length=1)]
    port: Port
    tls: Literal["tls", "starttls", "none"] = "tls"
    user: str
    password: SecretValue | None = None
    oauth: OAuth | None = None  # instead of a password
    ca_file: str = ""  # a certificate authority of your own, as PEM

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.password is None) == (self.oauth is None):
            raise ValueError("a mail server is entered by password or by oauth: give one of the two")
        return self


class EmailSettings(Part):
    """`[offices.email]`: the office's mailbox."""

    address: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    name: str = ""  # beside the address in From; the office's own name where it's empty
    imap: MailServer
    smtp: MailServer
    inbox: str = "INBOX"
    handled: str = "Diproses"  # where a mail goes that was taken in
    failed: str = "Gagal"  # where a mail goes that can't be read
    machines: str = "Otomatis"  # where a mail goes that a machine wrote: nobody is answered
    doubtful: str = "Diperiksa"  # where a mail goes unanswered that a person may have written: somebody should look
    plus: bool = False  # the server takes address+anything@ for address@: then answers carry a token there
    authserv_id: str = ""  # the name your server signs Authentication-Results with; "-": it writes none; "" trusts none
    largest_mb: Annotated[int, Field(ge=1, le=100)] = 25
    since: Annotated[str, StringConstraints(pattern=r"^(|\d{4}-\d{2}-\d{2})$")] = ""  # take in mail from that day on
    sends_per_second: Annotated[int, Field(ge=1, le=100)] = 1
