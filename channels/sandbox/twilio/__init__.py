"""A stand-in for Twilio: a strict REST API, a second origin for files, and signed webhooks, for the demo and for tests.

The real program talks to it unchanged: set `api_url` to `server.url` and the lines' webhooks to its own addresses.
People, mishaps and faults are driven from Python:

    clock = HandClock()                                      # or a real clock with now() and wait(seconds)
    world = World(clock.now)
    account = world.add_account("auth-token", keys=[("SK" + "0" * 32, "secret")])
    line = world.add_line(account, "whatsapp:+6281100000001", url=public + "/twilio/kanigaran/message#rc=2&rp=all",
                          status_url=public + "/twilio/kanigaran/status")
    sari = world.add_person("Sari", "+6281234567890", scoped_id="ID.1234567890123456")
    template = world.add_content(account, "answer_waiting", {"twilio/text": {"body": "..."}}, approved=True)
    async with serve(world, clock) as server:
        bubble = world.person_writes(sari, line, "jalan rusak")    # bubble.sid is the MessageSid
        world.person_sends_album(sari, line, [one, two])           # a webhook each, side by side
        world.person_presses(world.chat(sari, line).bubbles[-1], "Ya")
        world.chat(sari, line).texts                               # what stands on her phone
        world.faults.add(Fault("503", method="messages.create", when="after"))
        world.mishaps.add(Mishap("duplicate", of="status"))
        world.fail_later(30003)                                    # 201, and then by callback
        world.calls_of("messages.create")[-1].params["Body"]
        world.deliveries_of(bubble.sid)                            # webhooks and how they were answered
        world.breaches, world.alerts, world.deletions, world.media_kept()

Further acts: `person_sends_photo/file/voice/video/sticker/contact/unsupported`, `person_pins`, `person_reads`,
`person_blocks/unblocks`, `person_goes_offline/comes_online`, `person_changes_number`. Each takes `reply_to=`,
`forwarded=` and `extra=` (more or other webhook fields). Who writes on WhatsApp has the chat open and so has read it.

A page draws its phones from `world.chats_json()` and `world.feed`: each item names its chat by `chat.key`.
kind       data
message    the message as `bubble_json` writes it; files are `world.media[sid].content`
status     {"id", "is"}: of the office's, delivered or read; of the person's own, read
pressed    {"id", "button"};  action {"action": "typing"};  blocked {"blocked"}

Not like Twilio: http webhooks are taken on loopback (or through `world.tunnels`); replies in TwiML are a breach and
are not sent; scheduling (SendAt) is refused; unknown parameters are refused, where Twilio ignores them; a message
goes its whole way at once unless `Pace` says otherwise. What nobody has verified against the real one is played on
the strict side, or as captured payloads show it.
"""

from channels.sandbox.clock import Clock, HandClock
from channels.sandbox.twilio.errors import TwilioError
from channels.sandbox.twilio.faults import Fault, Mishap
from channels.sandbox.twilio.model import (
    Account,
    Alert,
    Breach,
    Bubble,
    Button,
    Call,
    Chat,
    Content,
    Deletion,
    Line,
    Media,
    Message,
    Person,
    Place,
    Service,
)
from channels.sandbox.twilio.people import CannotActError
from channels.sandbox.twilio.segments import Size, measure
from channels.sandbox.twilio.server import Server, serve
from channels.sandbox.twilio.traffic import Pace
from channels.sandbox.twilio.view import bubble_json, chat_json
from channels.sandbox.twilio.webhooks import Delivery
from channels.sandbox.twilio.world import World

__all__ = [
    "Account",
    "Alert",
    "Breach",
    "Bubble",
    "Button",
    "Call",
    "CannotActError",
    "Chat",
    "Clock",
    "Content",
    "Deletion",
    "Delivery",
    "Fault",
    "HandClock",
    "Line",
    "Media",
    "Message",
    "Mishap",
    "Pace",
    "Person",
    "Place",
    "Server",
    "Service",
    "Size",
    "TwilioError",
    "World",
    "bubble_json",
    "chat_json",
    "measure",
    "serve",
]
