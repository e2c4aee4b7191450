"""Looks at a Twilio account for the operator: what is wrong with it, and how to mend it. Changes nothing there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from channels.base import Problem, Report
from channels.twilio.api import Api
from channels.twilio.lines import Kind, Senders, chat_of, is_number, line_to
from workflow.message import Fact, SendError

KNOCKS = ("answer_waiting", "status_update", "reminder")  # templates that go outside the 24 hours
_PASSING: frozenset[Fact] = frozenset({"down", "busy", "uncertain"})
_ONLINE = frozenset({"ONLINE", "ONLINE:UPDATING"})

_KEY = "Try again later; if it stays so, check api_key and api_secret, and what that key may do."

_T = TypeVar("_T")


class Account(msgspec.Struct, frozen=True):
    """https://www.twilio.com/docs/iam/api/account."""

    status: str | None = None
    type: str | None = None
    friendly_name: str | None = None


class Capabilities(msgspec.Struct, frozen=True):
    """What a number can do."""

    sms: bool | None = None


class Number(msgspec.Struct, frozen=True):
    """https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource."""

    phone_number: str | None = None
    sms_url: str | None = None
    sms_method: str | None = None
    capabilities: Capabilities | None = None


class Numbers(msgspec.Struct, frozen=True):
    """The account's numbers."""

    incoming_phone_numbers: tuple[Number, ...] = ()


class Webhook(msgspec.Struct, frozen=True):
    """Where a WhatsApp sender's messages go."""

    callback_url: str | None = None
    callback_method: str | None = None
    status_callback_url: str | None = None


class WhatsAppSender(msgspec.Struct, frozen=True):
    """https://www.twilio.com/docs/whatsapp/api/senders."""

    sender_id: str | None = None
    status: str | None = None
    webhook: Webhook | None = None


class WhatsAppSenders(msgspec.Struct, frozen=True):
    """The account's WhatsApp senders."""

    senders: tuple[WhatsAppSender, ...] = ()


class Service(msgspec.Struct, frozen=True):
    """https://www.twilio.com/docs/messaging/api/service-resource."""

    friendly_name: str | None = None
    inbound_request_url: str | None = None
    use_inbound_webhook_on_number: bool | None = None


class Content(msgspec.Struct, frozen=True):
    """https://www.twilio.com/docs/content/content-api-resources."""

    friendly_name: str | None = None
    types: dict[str, msgspec.Raw] = {}


class WhatsAppApproval(msgspec.Struct, frozen=True):
    """What WhatsApp says about a template."""

    status: str | None = None
    rejection_reason: str | None = None


class Approval(msgspec.Struct, frozen=True):
    """The approval of a template."""

    whatsapp: WhatsAppApproval | None = None


@dataclass(slots=True)
class Look:
    """One pass over an account: asks, and notes what goes wrong instead of giving up."""

    api: Api
    problems: list[Problem] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    async def ask(
        self, what: str, url: str, shape: type[_T], mend: str, fields: Sequence[tuple[str, str]] = ()
    ) -> _T | None:
        """What's there, or None with a problem noted."""
        try:
            return await self.api.get(url, shape, fields)
        except SendError as error:
            self.problems.append(Problem(f"{what}: {error.reason}", mend, error.fact))
            return None

    def wrong(self, what: str, mend: str) -> None:
        """Note what is set wrong."""
        self.problems.append(Problem(what, mend))


async def describe(
    api: Api, by_token: Api, kind: Kind, senders: Senders, templates: Mapping[str, str], hook: str, *, receives: bool
) -> Report:
    """Look at the account, this channel's sender, and on WhatsApp the templates. Raises nothing.

    `by_token` asks with the account's token, which signs Twilio's calls to us and which alone may see the account; an
    API key of the usual kind may not. `hook` is our address for messages, "" where none is configured. `receives` says
    whether people can write to the line.
    """
    look = Look(api)
    if not await _account(look, by_token) and by_token is api:
        return Report(tuple(look.problems))
    if not hook:
        look.wrong(
            "no public address is configured: Twilio can't bring messages",
            "Set [service] public_url to your HTTPS address.",
        )
    works = [_whatsapp(look, senders, hook) if kind == "whatsapp" else _sms(look, senders, hook if receives else "")]
    if kind == "sms":
        look.notes += _directions(senders, receives=receives)
    if senders.service and receives:
        works.append(_service(look, senders, hook))
    if kind == "whatsapp":
        works += [_template(look, name, sid) for name, sid in sorted(templates.items())]
        _missing(look, templates)
    await asyncio.gather(*works)
    return Report(tuple(look.problems), tuple(look.right), tuple(look.notes))


async def _account(look: Look, by_token: Api) -> bool:
    """The token and the account; whether they are known to Twilio."""
    mend = "Check account_sid, auth_token and api_url; the Twilio Console shows the first two."
    try:
        account = await by_token.get(f"{look.api.hosts.of_account()}.json", Account)
    except SendError as error:
        look.problems.append(Problem(f"the account: {error.reason}", mend, error.fact, error.fact in _PASSING))
        return False
    if account.status != "active":
        look.wrong(
            f"the account is {account.status or 'not active'}", "See the Twilio Console: billing, or a violation."
        )
    if (account.type or "").casefold() == "trial":
        look.wrong(
            "it's a trial account: it writes to verified numbers alone", "Upgrade the account in the Twilio Console."
        )
    look.right.append(f"the account {account.friendly_name or look.api.hosts.account} answers")
    return True


async def _whatsapp(look: Look, senders: Senders, hook: str) -> None:
    """The WhatsApp sender: it exists, is online, and brings its messages to us (docs/twilio.md A1)."""
    line = line_to("whatsapp", senders.whatsapp)
    url = f"{look.api.hosts.base('messaging')}/v2/Channels/Senders"
    found = await look.ask(
        "the WhatsApp sender", url, WhatsAppSenders, _KEY, [("Channel", "whatsapp"), ("PageSize", "100")]
    )
    if found is None:
        return
    sender = next((each for each in found.senders if chat_of(each.sender_id or "") == senders.whatsapp), None)
    if sender is None:
        mend = "Register it in the Twilio Console (Messaging, Senders, WhatsApp senders), or correct `whatsapp`."
        look.wrong(f"{line} is no WhatsApp sender of this account", mend)
        return
    if (sender.status or "").upper() not in _ONLINE:
        mend = "See the sender in the Twilio Console; Meta's Business Manager says what it waits for."
        look.wrong(f"the sender {line} is {sender.status or 'not online'}", mend)
    webhook = sender.webhook or Webhook()
    before = len(look.problems)
    _compare(look, "the WhatsApp sender's webhook", webhook.callback_url, webhook.callback_method, hook)
    if len(look.problems) == before:
        look.right.append(f"the sender {line} is {(sender.status or 'there').lower()}")


def _directions(senders: Senders, *, receives: bool) -> list[str]:
    """Which way SMS can be expected to go (docs/twilio.md A3)."""
    found = []
    if not is_number(senders.sms):
        found.append("SMS goes out only: nobody can answer a sender's name")
    elif not receives:
        found.append("SMS goes out only: what people answer doesn't arrive (sms_receives)")
    elif senders.sms.startswith("+62"):
        found.append(
            "Twilio's guidelines for Indonesia say: two-way SMS supported: No. What people send to this number may "
            "never arrive: send it an SMS from a phone of each network before you publish it"
        )
    if not is_number(senders.sms) or senders.sms.startswith("+62"):
        found.append(
            "in Indonesia SMS goes out by a sender's name that was registered beforehand with the networks (letters of "
            "authorisation, NPWP): networks may drop what comes from anything else"
        )
    return found


async def _sms(look: Look, senders: Senders, hook: str) -> None:
    """The number for SMS: it's the account's, can do SMS, and brings its messages to us.

    A registered name instead of a number is in no list of the account's.
    """
    if not is_number(senders.sms):
        return
    url = f"{look.api.hosts.of_account()}/IncomingPhoneNumbers.json"
    found = await look.ask("the SMS number", url, Numbers, _KEY, [("PhoneNumber", senders.sms)])
    if found is None:
        return
    number = next(
        (each for each in found.incoming_phone_numbers if chat_of(each.phone_number or "") == senders.sms), None
    )
    if number is None:
        look.wrong(
            f"{senders.sms} is no number of this account", "Buy or host it in the Twilio Console, or correct `sms`."
        )
        return
    if number.capabilities is not None and number.capabilities.sms is False:
        look.wrong(f"{senders.sms} can't do SMS", "Take a number with SMS; see Twilio's SMS guidelines for Indonesia.")
    before = len(look.problems)
    if not senders.service:  # else the service says where messages go
        _compare(look, "the number's webhook for messages", number.sms_url, number.sms_method, hook)
    if len(look.problems) == before:
        look.right.append(f"the number {senders.sms} is the account's")


async def _service(look: Look, senders: Senders, hook: str) -> None:
    """The Messaging Service: it exists, and hands messages on to us."""
    url = f"{look.api.hosts.base('messaging')}/v1/Services/{senders.service}"
    found = await look.ask("the Messaging Service", url, Service, "Correct messaging_service, or leave it out.")
    if found is None:
        return
    if not found.use_inbound_webhook_on_number:
        _compare(look, "the Messaging Service's webhook", found.inbound_request_url, None, hook)
    look.right.append(f"the Messaging Service {found.friendly_name or senders.service} is there")


async def _template(look: Look, name: str, sid: str) -> None:
    """A content template: it exists, and WhatsApp has approved it where it goes outside the 24 hours."""
    url = f"{look.api.hosts.base('content')}/v1/Content/{sid}"
    mend = f"Make it in the Twilio Console (Messaging, Content Template Builder), or correct templates.{name}."
    content = await look.ask(f"the template {name}", url, Content, mend)
    if content is None:
        return
    if name.startswith("choices_"):
        if "twilio/quick-reply" not in content.types:
            look.wrong(
                f"the template {name} has no quick replies", "Make it of the type quick reply; see docs/twilio.md."
            )
        else:
            look.right.append(f"the template {name} has its buttons")
        return
    approval = await look.ask(f"the template {name}", f"{url}/ApprovalRequests", Approval, "Try again later.")
    if approval is None:
        return
    said = approval.whatsapp or WhatsAppApproval()
    if said.status == "approved":
        look.right.append(f"the template {name} is approved")
        return
    why = f" ({said.rejection_reason})" if said.rejection_reason else ""
    mend = "Submit it for WhatsApp's approval and wait; a rejected name can't be used again: take a new one."
    look.wrong(f"the template {name} is {said.status or 'not submitted'}{why}", mend)


def _missing(look: Look, templates: Mapping[str, str]) -> None:
    """Without a template for it, an answer waits for the citizen to write without their knowing."""
    for name in KNOCKS:
        if not templates.get(name):
            mend = f"Have a template approved and name it as templates.{name}; its words are in the operator's guide."
            look.wrong(f"no template {name}: outside the 24 hours such a message can't be announced", mend)


def _compare(look: Look, what: str, theirs: str | None, method: str | None, ours: str) -> None:
    """Whether Twilio calls where we listen. What follows a # stays with Twilio: retries, and its edge."""
    if not ours:
        return
    if (theirs or "").partition("#")[0] != ours:
        look.wrong(f"{what} is {theirs or 'not set'}", f"Set it to {ours}#rc=2&rp=all in the Twilio Console.")
    elif (method or "POST").upper() != "POST":
        look.wrong(f"{what} is called by {method}", "Set it to HTTP POST.")
