"""What bots are told, when: queues, order, retries, expiry, without any waiting (docs/telegram.md I1-I9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.sandbox.telegram.errors import conflict
from channels.sandbox.telegram.model import OPT_IN_UPDATES, BotAccount, Update, Webhook

DAY = timedelta(hours=24)
CALLBACK_LIFETIME = timedelta(seconds=150)
RETRY_CAP_S = 90  # Telegram draws 60 to 120 s; a stand-in that can be replayed may not draw
RETRY_AFTER_CAP_S = 3600
GONE_AFTER = timedelta(hours=23)
BATCH_MAX = 100

UNDER_WEBHOOK = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
BY_WEBHOOK = "terminated by setWebhook request"


def push(
    bot: BotAccount, kind: str, body: dict[str, Any], queue: tuple[str, int], *, now: datetime, expires_at: datetime
) -> Update | None:
    """Queue an update, unless the bot didn't ask for its kind or it's too old already (I11, I15)."""
    wanted = kind not in OPT_IN_UPDATES if bot.allowed is None else kind in bot.allowed
    if not wanted or expires_at <= now:
        return None
    update = Update(bot.next_update_id, kind, body, queue, expires_at, now)
    bot.next_update_id += 1
    bot.updates.append(update)
    bot.wake()
    return update


def pending(bot: BotAccount, now: datetime) -> list[Update]:
    """Forget what has expired and return what waits, oldest first."""
    bot.updates = [update for update in bot.updates if update.expires_at > now or update.in_flight]
    return bot.updates


# Long polling


def begin_poll(bot: BotAccount, offset: int, now: datetime) -> int:
    """Start a getUpdates call: confirm what came before `offset`, end another poller's call; return our number."""
    if bot.webhook:
        raise conflict(UNDER_WEBHOOK)
    bot.poll_number += 1
    bot.poll_ended_by = OTHER_POLLER
    waiting = pending(bot, now)
    if offset < 0:
        bot.updates = waiting[offset:]
    elif offset > 0:
        bot.updates = [update for update in waiting if update.id >= offset]
    bot.wake()
    return bot.poll_number


def poll(bot: BotAccount, number: int, offset: int, limit: int, now: datetime) -> list[Update]:
    """Return what a running getUpdates call may answer now; raise 409 when another caller ended it."""
    if bot.poll_number != number:
        raise conflict(bot.poll_ended_by)
    ready = [update for update in pending(bot, now) if update.id >= offset or offset < 0]
    return ready[: max(1, min(limit, BATCH_MAX)) if limit else BATCH_MAX]


# Webhook


@dataclass(slots=True, frozen=True)
class Outcome:
    """What became of one delivery: the HTTP status, or None with the reason why there was none."""

    status: int | None
    retry_after_s: int = 0
    reason: str = ""

    @property
    def delivered(self) -> bool:
        """Return whether the receiver took the update."""
        return self.status is not None and 200 <= self.status <= 299

    def words(self) -> str:
        """Return the line getWebhookInfo shows."""
        return self.reason if self.status is None else f"Wrong response from the webhook: {self.status} {self.reason}"


def due(bot: BotAccount, now: datetime) -> list[Update]:
    """Return the updates to deliver now: the head of each queue that's free and ready, within max_connections."""
    if bot.webhook is None:
        return []
    waiting = pending(bot, now)
    free = bot.webhook.max_connections - sum(update.in_flight for update in waiting)
    ready: list[Update] = []
    seen: set[tuple[str, int]] = set()
    for update in waiting:
        is_head = update.queue not in seen
        seen.add(update.queue)
        if is_head and not update.in_flight and update.next_at <= now and len(ready) < free:
            ready.append(update)
    return ready


def next_due_at(bot: BotAccount) -> datetime | None:
    """Return when a waiting update may next be delivered; None when none waits."""
    return min((update.next_at for update in bot.updates if not update.in_flight), default=None)


def settle(bot: BotAccount, update: Update, outcome: Outcome, now: datetime) -> None:
    """Record the outcome of a delivery: forget the update, or set the time of the next attempt."""
    update.in_flight = False
    webhook = bot.webhook
    if outcome.delivered:
        _forget(bot, update)
        if webhook:
            webhook.gone_since = None
    else:
        _postpone(bot, update, outcome, now)
        if webhook:
            _note_failure(bot, webhook, outcome, now)
    bot.wake()


def _forget(bot: BotAccount, update: Update) -> None:
    if update in bot.updates:
        bot.updates.remove(update)


def _postpone(bot: BotAccount, update: Update, outcome: Outcome, now: datetime) -> None:
    wait_s = max(0, min(outcome.retry_after_s, RETRY_AFTER_CAP_S))
    if wait_s == 0 and update.failures > 0:
        update.delay_s = min(RETRY_CAP_S, update.delay_s * 2)
        wait_s = update.delay_s
    update.failures += 1
    update.next_at = now + timedelta(seconds=wait_s)
    if update.next_at > update.expires_at:
        _forget(bot, update)


def _note_failure(bot: BotAccount, webhook: Webhook, outcome: Outcome, now: datetime) -> None:
    webhook.last_error_at, webhook.last_error = now, outcome.words()
    if outcome.status != 410:
        webhook.gone_since = None
    elif webhook.gone_since is None:
        webhook.gone_since = now
    elif now - webhook.gone_since > GONE_AFTER:
        bot.webhook = None
