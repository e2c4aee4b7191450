"""One attempt to send one message: packed with its file, handed to its channel once, and what came of it as a fact."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace

from bot.claiming import LEASE_S
from bot.consequences import is_marked
from bot.enclosures import Enclosures
from bot.outgoing import marked_again
from bot.road import Road, place_of
from bot.settling import Way
from channels.base import Channel, Parcel, Recalling
from storage.engine import Unavailable
from storage.unit import Conflict
from workflow.message import Outbound, SendError, Sent

_log = structlog.get_logger("deliver")

_LONGEST_SEND_S = 60.0
_FILE_AGAIN_S = 5.0
_OLD = timedelta(seconds=LEASE_S / 3)
_CHANGES = frozenset({"edit", "delete", "press", "topic"})  # of something else: they leave nothing to be found


async def attempt(road: Road, enclosures: Enclosures, way: Way) -> Sent | SendError | None:
    """The one call to the channel. What it raises beyond its facts may have sent the message: uncertain.

    None: another process has it by now, because this one slept between claiming and sending.

    After an uncertain attempt a provider that can be asked is asked first: what it has isn't sent again, and what it
    surely hasn't and won't get is sent as if for the first time.
    """
    slept = way.claimed_at is not None and road.clock.now() - way.claimed_at >= _OLD
    if slept and await road.store.read(lambda unit: bool(unit.outbox.taken_over(way.row))):
        return None
    message = way.row.message if way.to == way.row.message.to else replace(way.row.message, to=way.to)
    channel = road.channels[way.to.channel, way.to.office]
    key = f"{way.row.office}:{way.row.id}"
    try:
        parcel = await _packed(enclosures, way, message, road.clock.now())
        found = await _found(road, channel, parcel, key, way) if way.row.doubts else None
        if isinstance(found, Sent):
            return found
        if found is None and is_marked(message.kind, way.row.doubts) and not channel.limits.same_again:
            parcel = dataclasses.replace(parcel, message=marked_again(message))
        async with asyncio.timeout(_LONGEST_SEND_S):
            return await channel.send(parcel, key)
    except SendError as error:
        return error
    except TimeoutError:
        return SendError("uncertain", "no answer in time")
    except Exception as error:  # noqa: BLE001 - logged; it may have sent the message
        _log.error(
            "a channel raised what it shouldn't", channel=way.to.channel, office=way.to.office, error=place_of(error)
        )
        return SendError("uncertain", type(error).__name__)


async def _found(road: Road, channel: Channel, parcel: Parcel, key: str, way: Way) -> Sent | bool | None:
    """What became of earlier attempts: the message; False: none got there, nor ever will; None: nobody can say."""
    message = parcel.message
    if not isinstance(channel, Recalling) or message.kind in _CHANGES:
        return None
    looked_for = [parcel]
    if way.row.doubts > 1 and marked_again(message) != message:  # an earlier attempt may have been marked
        looked_for.append(dataclasses.replace(parcel, message=marked_again(message)))
    asked_at = road.clock.now()
    try:
        for each in looked_for:
            async with asyncio.timeout(_LONGEST_SEND_S):
                found = await channel.find(each, key, way.row.queued_at)
            if found is not None:
                return None if await _is_anothers(road, way, found) else found
        # Who was sending it may do so yet: another that was slow, or one that went on while this process stood still.
        slept = road.clock.now() - asked_at >= _OLD
        if not slept and not await road.store.read(lambda unit: unit.outbox.may_go_yet(way.row)):
            return False
    except (SendError, TimeoutError) as error:
        _log.info("nobody can say whether a message got there", channel=way.to.channel, error=str(error))
    except (Unavailable, Conflict) as error:
        _log.warning("it can't be looked up what was sent", channel=way.to.channel, error=place_of(error))
    except Exception as error:  # noqa: BLE001 - logged; it's then as with a channel that can't be asked
        _log.error("a channel raised what it shouldn't", channel=way.to.channel, error=place_of(error))
    return None


async def _is_anothers(road: Road, way: Way, found: Sent) -> bool:
    """Whether it's known to be another message of ours: a provider without names of ours goes by the words."""
    name = (way.to.lane, found.id)
    known = await road.store.read(lambda unit: unit.receipts.known_by([name]))
    return known.get(name, way.row.id) != way.row.id


async def _packed(enclosures: Enclosures, way: Way, message: Outbound, now: datetime) -> Parcel:
    """The message with its files. Raises `SendError`: whatever fails here, nothing has left yet."""
    parcel = Parcel(
        message,
        way.target,
        way.reply_to,
        way.thread,
        queued_at=way.row.queued_at,
        number=way.row.id,
        route=way.route,
        recent=way.recent,
    )
    if message.enclosure is None and not message.along:
        return parcel
    try:
        return await enclosures.complete(parcel, now)
    except SendError:
        raise
    except (Unavailable, Conflict, OSError) as error:  # the database or the disk: it passes
        _log.warning("a file can't be had yet", office=way.row.office, error=place_of(error))
        raise SendError("busy", "its file can't be had yet", retry_after_s=_FILE_AGAIN_S) from error
    except Exception as error:
        _log.error("a file can't be prepared", office=way.row.office, error=place_of(error))
        raise SendError("refused", f"its file can't be prepared: {type(error).__name__}") from error
