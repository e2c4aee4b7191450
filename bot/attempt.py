"""One attempt to send one message: packed with its file, handed to its channel once, and what came of it as a fact."""

from __future__ import annotations

import asyncio

import structlog
from msgspec.structs import replace

from bot.consequences import is_marked
from bot.enclosures import Enclosures
from bot.outgoing import marked_again
from bot.road import Road, place_of
from bot.settling import Way
from channels.base import Parcel
from storage.engine import Unavailable
from storage.unit import Conflict
from workflow.message import Outbound, SendError, Sent

_log = structlog.get_logger("deliver")

_LONGEST_SEND_S = 60.0
_FILE_AGAIN_S = 5.0


async def attempt(road: Road, enclosures: Enclosures, way: Way) -> Sent | SendError:
    """The one call to the channel. What it raises beyond its facts may have sent the message: uncertain."""
    message = way.row.message
    if is_marked(message.kind, way.row.doubts):
        message = marked_again(message)
    if way.to != message.to:
        message = replace(message, to=way.to)
    channel = road.channels[way.to.channel, way.to.office]
    try:
        parcel = await _packed(enclosures, way, message)
        async with asyncio.timeout(_LONGEST_SEND_S):
            return await channel.send(parcel, f"{way.row.office}:{way.row.id}")
    except SendError as error:
        return error
    except TimeoutError:
        return SendError("uncertain", "no answer in time")
    except Exception as error:  # noqa: BLE001 - logged; it may have sent the message
        _log.error(
            "a channel raised what it shouldn't", channel=way.to.channel, office=way.to.office, error=place_of(error)
        )
        return SendError("uncertain", type(error).__name__)


async def _packed(enclosures: Enclosures, way: Way, message: Outbound) -> Parcel:
    """The message with its file. Raises `SendError`: whatever fails here, nothing has left yet."""
    parcel = Parcel(message, way.target, way.reply_to, way.thread)
    if message.enclosure is None:
        return parcel
    try:
        return await enclosures.enclosed(parcel, message.enclosure)
    except SendError:
        raise
    except (Unavailable, Conflict, OSError) as error:  # the database or the disk: it passes
        _log.warning("a file can't be had yet", office=way.row.office, error=place_of(error))
        raise SendError("busy", "its file can't be had yet", retry_after_s=_FILE_AGAIN_S) from error
    except Exception as error:
        _log.error("a file can't be prepared", office=way.row.office, error=place_of(error))
        raise SendError("refused", f"its file can't be prepared: {type(error).__name__}") from error
