"""The webhooks under way: which there are, when each goes, and what goes wrong with it on order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from channels.sandbox.twilio import webhooks
from channels.sandbox.twilio.model import Account
from channels.sandbox.twilio.records import Records
from channels.sandbox.twilio.webhooks import Delivery, Kind


class Posting(Records):
    """What is told. Further attribute: `deliveries`, all webhooks there ever were, oldest first."""

    def __init__(self, now: Callable[[], datetime], *, seed: str = "") -> None:
        """Begin with nothing under way."""
        super().__init__(now, seed=seed)
        self.deliveries: list[Delivery] = []
        self._waiting: list[Delivery] = []  # not started yet
        self._unfinished: set[int] = set()
        self._last_done = 0

    def announce(
        self,
        account: Account,
        of: Kind,
        sid: str,
        status: str,
        url: str,
        fields: webhooks.Fields,
        *,
        fallback_url: str = "",
    ) -> Delivery | None:
        """Send a webhook on its way. One whose URL Twilio wouldn't take is written into the debugger instead."""
        try:
            overrides = webhooks.overrides_of(url)
        except ValueError as error:
            self.alert(11243, sid, url, str(error))
            return None
        mishap = self.mishaps.strike(of, status, sid)
        kind = mishap.kind if mishap else ""
        plain = url.partition("#")[0]
        event = f"{sid}/{status}"
        delivery = Delivery(
            number=len(self.deliveries) + 1,
            of=of,
            sid=sid,
            status=status,
            url=plain,
            overrides=overrides,
            fields=fields,
            headers=webhooks.headers_for(account, plain, fields, event, forged=kind == "forge"),
            due_at=self.now() + timedelta(seconds=mishap.delay_s if mishap and kind == "late" else 0),
            fallback_url=fallback_url,
            twice=kind == "duplicate",
            held=kind == "hold",
            after_next=kind == "swap",
            started=kind == "lose",
            done=kind == "lose",
            lost=kind == "lose",
        )
        self._put(delivery)
        return delivery

    def _put(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        if not delivery.lost:
            self._waiting.append(delivery)
            self._unfinished.add(delivery.number)
        self.wake()

    def take_due(self) -> list[Delivery]:
        """Take the webhooks that are to be delivered now, all at once: they go side by side."""
        now = self.now()
        due = [each for each in self._waiting if not each.held and each.due_at <= now and not self._must_wait(each)]
        for each in due:
            each.started = True
            self._waiting.remove(each)
        return due

    def _must_wait(self, delivery: Delivery) -> bool:
        return delivery.after_next and self._last_done <= delivery.number

    def finish(self, delivery: Delivery) -> None:
        """Take note that nothing more will be tried."""
        delivery.done = True
        self._unfinished.discard(delivery.number)
        self._last_done = max(self._last_done, delivery.number)
        self.wake()

    def posts_next_at(self) -> datetime | None:
        """Return when a webhook is due next that only waits for its time."""
        times = [each.due_at for each in self._waiting if not each.held and not each.after_next]
        return min(times, default=None)

    def all_posted(self) -> bool:
        """Return whether every webhook has been delivered or given up, but for those that are held."""
        return len(self._unfinished) == sum(each.held for each in self._waiting)

    def release(self) -> None:
        """Let every webhook that is held, or waits for another, go now."""
        for delivery in self.deliveries:
            delivery.held = delivery.after_next = False
        self.wake()

    def again(self, delivery: Delivery) -> Delivery:
        """Send a webhook once more, the very same bytes: what somebody who recorded it could do."""
        copy = Delivery(
            number=len(self.deliveries) + 1,
            of=delivery.of,
            sid=delivery.sid,
            status=delivery.status,
            url=delivery.url,
            overrides=delivery.overrides,
            fields=delivery.fields,
            headers=delivery.headers,
            due_at=self.now(),
        )
        self._put(copy)
        return copy

    def fall_back(self, delivery: Delivery, code: int) -> None:
        """Tell the fallback URL of a message that couldn't be told at its own, and why (11200, 11205)."""
        further = (("ErrorCode", str(code)), ("ErrorUrl", delivery.url))
        account = self.messages[delivery.sid].account
        fields = delivery.fields + further
        self.announce(account, delivery.of, delivery.sid, delivery.status, delivery.fallback_url, fields)

    def deliveries_of(self, sid: str, of: Kind | None = None) -> list[Delivery]:
        """Return the webhooks about a message, oldest first."""
        return [each for each in self.deliveries if each.sid == sid and of in {None, each.of}]
