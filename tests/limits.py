"""What each channel can carry, for talks that are played in memory: the limits of the adapters."""

from channels.telegram import Telegram
from workflow.message import Limits

LIMITS: dict[str, Limits] = {
    "telegram": Telegram.limits,
    "whatsapp": Limits(
        text_units=1600,
        caption_units=1024,
        rows=False,
        place_button=False,
        edits=False,
        window_h=24,
        receipts=True,
    ),
    "sms": Limits(
        text_units=1530,
        caption_units=0,
        rows=False,
        photos=False,
        pins=False,
        edits=False,
        short=True,
        receipts=True,
    ),
    "email": Limits(
        text_units=100_000,
        caption_units=100_000,
        rows=False,
        pins=False,
        edits=False,
        one_thing_at_a_time=False,
        same_again=True,
        threads=True,
        replies_per_day=20,
    ),
}
