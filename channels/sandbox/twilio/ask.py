"""One authenticated request on its way to a resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels.sandbox.twilio.errors import TwilioError
from channels.sandbox.twilio.model import Account, Content, Line, Media, Message, Service
from channels.sandbox.twilio.wire import Request

if TYPE_CHECKING:
    from channels.sandbox.twilio.world import World

_PAGE_MAX = 1000


@dataclass(slots=True, frozen=True)
class Ask:
    """Who asks for what: the account that was proven, and the parts of the path by name."""

    world: World
    account: Account
    request: Request
    parts: dict[str, str]
    main: bool  # proven by the auth token or a main key: may ask for the account itself

    @property
    def base(self) -> str:
        """Return the API's own origin."""
        return self.world.api_url

    def page(self) -> tuple[int, int]:
        """Return number and size of the page asked for."""
        asked = self.request.asked
        try:
            number, size = int(asked.get("Page", "0")), int(asked.get("PageSize", "50"))
        except ValueError:
            raise TwilioError(20001, "Page and PageSize are numbers") from None
        if number < 0 or not 0 < size <= _PAGE_MAX:
            raise TwilioError(20001, f"PageSize is 1 to {_PAGE_MAX}")
        if number and "PageToken" not in asked and self.request.path.startswith("/2010"):
            raise TwilioError(20001, "a later page needs its PageToken")
        return number, size

    def message(self) -> Message:
        """Return the message in the path, or raise 20404."""
        found = self.world.messages.get(self.parts["message"])
        if found is None or found.account is not self.account or found.deleted:
            raise self.missing()
        return found

    def media(self) -> Media:
        """Return the file in the path, or raise 20404: it must be this message's, and not deleted."""
        found = self.world.media.get(self.parts["media"])
        if found is None or found.message_sid != self.message().sid or found.deleted_at:
            raise self.missing()
        return found

    def content(self) -> Content:
        """Return the template in the path, or raise 20404."""
        found = self.world.contents.get(self.parts["content"])
        if found is None or found.account is not self.account:
            raise self.missing()
        return found

    def lines(self, channel: str) -> list[Line]:
        """Return the account's senders of a channel."""
        every = self.world.lines.values()
        return [line for line in every if line.account is self.account and line.channel == channel]

    def line(self, channel: str) -> Line:
        """Return the sender in the path, or raise 20404."""
        found = next((line for line in self.lines(channel) if line.sid == self.parts["line"]), None)
        if found is None:
            raise self.missing()
        return found

    def service(self) -> Service:
        """Return the Messaging Service in the path, or raise 20404."""
        found = self.world.services.get(self.parts["service"])
        if found is None or found.account is not self.account:
            raise self.missing()
        return found

    def missing(self) -> TwilioError:
        """Return 20404, naming the path."""
        return TwilioError(20404, self.request.path)
