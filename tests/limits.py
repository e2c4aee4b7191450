"""What each channel can carry, for talks that are played in memory: the limits of the adapters."""

from channels.email.channel import Email
from channels.telegram import Telegram
from channels.twilio.channel import SMS, WHATSAPP
from workflow.message import Limits

LIMITS: dict[str, Limits] = {
    "telegram": Telegram.limits,
    "whatsapp": WHATSAPP,
    "sms": SMS,
    "email": Email.limits,
}
