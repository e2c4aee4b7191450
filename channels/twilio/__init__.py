"""WhatsApp and SMS by Twilio: two channels of one adapter, called by webhook and compared with Twilio's own lists."""

from channels.twilio.channel import Twilio, channels_of

__all__ = ["Twilio", "channels_of"]
