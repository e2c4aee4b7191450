"""The long notice that UU 27/2022 (Pasal 21) asks for: its words for an office and a channel, and their version.

The version is a hash of the very words, so that what somebody was shown can be printed years later: the words of every
version that was shown are kept beside it.
"""

from __future__ import annotations

import hashlib

from workflow.message import Limits
from workflow.privacy import requests
from workflow.say import channel_name, say, say_for
from workflow.standard.standard import Standard


def contact(standard: Standard) -> str:
    """Who answers questions about personal data: as the office wrote it, else its published telephone and address."""
    published = [each.value for each in standard.channels if each.kind in ("phone", "email") and each.value]
    return standard.privacy.contact or ", ".join(published)


def long(standard: Standard, channel: str, limits: Limits, things: list[str]) -> str:
    """The whole notice: who, by which law, for what, which data, where it goes, how long, which rights, whom to ask."""
    keep = standard.privacy.retention_days
    return say_for(
        limits,
        "privacy.long",
        office=standard.office.name,
        things=say("privacy.things", list=", ".join(things)) if things else "",
        channel=say("privacy.channel", name=channel_name(channel)),
        identity=keep.identity,
        media=keep.media,
        messages=keep.messages,
        contact=say("privacy.contact", contact=found) if (found := contact(standard)) else "",
        time=requests.within(standard),
    )


def version(text: str) -> str:
    """16 hex digits of the words' SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
