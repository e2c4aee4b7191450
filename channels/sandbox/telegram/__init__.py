"""A stand-in for Telegram: a strict Bot API server on loopback, for the demo and for tests.

The real program talks to it unchanged: set `api_url` to `server.url`. People and faults are driven from Python:

    clock = HandClock()                                  # or a real clock with now() and wait(seconds)
    world = World(clock.now, flood=FloodLimits())        # flood=None switches flood control off
    people = People(world)
    bot = world.add_bot("100:abc", username="kanigaran_bot", name="Kecamatan Kanigaran")
    sari, rahma = world.add_user("Sari"), world.add_user("Siti Rahma")
    desk = world.add_group("Meja Kanigaran", members=[rahma], bots=[bot], forum=True)
    async with serve(world, clock) as server:
        people.start(sari, bot)                          # /start; only then may the bot write to her
        people.say(sari, world.private(sari, bot), "jalan rusak")
        people.press(rahma, card, "Terima")              # by label or callback_data
        world.faults.add(Fault("timeout", method="sendMessage", when="after"))
        world.calls_of("sendMessage")[-1].params["text"]

`people` also sends photos, files, voices, albums, pins, live positions, contacts and unknown kinds (`media`), edits,
blocks, and handles topics, administrators and migration (`groups`). Without a server, `call(world, bot, method, raw)`
makes a call, and `updates` holds what a bot has to fetch: the whole world is plain Python without any waiting.

A page draws its phones from `world.feed`: `feed.after(number)` replays, `feed.subscribe(queue.put_nowait)` follows.
Each item names its chat by `chat.key` (a private chat's id alone is shared by all bots) and holds Bot API JSON, in
which `file_id` equals `file_unique_id`: `world.files.by_unique_id(id)` gives the bytes. `world.find_message(key, id)`
finds the message a reply or a press is about. `FeedItem` lists the kinds.

Not like Telegram: http webhooks are taken on loopback; of the parse modes only HTML; a URL instead of a file is always
"failed to get HTTP URL content"; the cap of retries is 90 s instead of 60 to 120; what nobody has verified against the
real one is played on the strict side.
"""

from channels.sandbox.clock import Clock, HandClock, spaced
from channels.sandbox.feed import Feed, FeedItem
from channels.sandbox.telegram.acts import CannotActError
from channels.sandbox.telegram.errors import BotApiError
from channels.sandbox.telegram.faults import Fault
from channels.sandbox.telegram.flood import FloodLimits
from channels.sandbox.telegram.media import AlbumItem
from channels.sandbox.telegram.methods import call
from channels.sandbox.telegram.model import BotAccount, Call, Chat, Message, Topic, Upload, User
from channels.sandbox.telegram.people import People, forward_origin
from channels.sandbox.telegram.server import Server, serve
from channels.sandbox.telegram.world import World

__all__ = [
    "AlbumItem",
    "BotAccount",
    "BotApiError",
    "Call",
    "CannotActError",
    "Chat",
    "Clock",
    "Fault",
    "Feed",
    "FeedItem",
    "FloodLimits",
    "HandClock",
    "Message",
    "People",
    "Server",
    "Topic",
    "Upload",
    "User",
    "World",
    "call",
    "forward_origin",
    "serve",
    "spaced",
]
