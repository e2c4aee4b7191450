"""Telegram's Bot API as bytes: updates of what people do, and its answers to the methods that the bot calls."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import aiohttp
import msgspec

from channels.base import Call, Channel
from channels.http import Answer, Http
from channels.telegram import Telegram
from channels.telegram.channel import SECRET_HEADER
from channels.telegram.read import Reader
from channels.text import utf16
from tests.simulation.wires.base import PUBLIC_URL, Asked, Hand
from workflow.message import Attachment, Choice, Inbound, Left, Message, Presence, Press, Sender, TopicMade
from workflow.say import say

if TYPE_CHECKING:
    from tests.simulation.provider import Provider, Shown

API = "https://api.telegram.invalid"
TEXT_UNITS, CAPTION_UNITS, ALERT_CHARACTERS, DATA_BYTES, TOPIC_CHARACTERS = 4096, 1024, 200, 64, 128
_TAGS = re.compile(r"<[^>]*>")
_NEW = {"sendMessage", "sendPhoto", "sendDocument", "sendVoice", "sendLocation", "sendVenue"}
_CHANGES = {"editMessageText", "editMessageCaption", "editMessageReplyMarkup", "deleteMessage", "createForumTopic"}
_MESSAGES = _NEW | _CHANGES | {"answerCallbackQuery"}
_FILES = {"photo": "photo", "document": "document", "voice": "voice"}
_encode = msgspec.json.encode


class Refused(Exception):
    """What Telegram says no to."""

    def __init__(self, status: int, words: str, **parameters: object) -> None:
        super().__init__(words)
        self.answer = _no(status, words, **parameters)


@dataclass
class TelegramWire:
    """The bot of one office."""

    office: str
    number: int
    desk: str
    polled: bool
    providers: dict[str, Provider] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """What proves the bot to Telegram."""
        return f"{self.number}:simulated-{self.office}"

    @property
    def secret(self) -> str:
        """What proves Telegram to the bot."""
        return f"secret-of-{self.office}"

    @property
    def _provider(self) -> Provider:
        return self.providers["telegram"]

    # --- the program's side -------------------------------------------------------------------------------------------

    def adapters(self, http: Http, now: Callable[[], datetime]) -> tuple[Channel, ...]:
        """The real adapter, told by `set_up` already whether the group has topics."""
        bot = Telegram(
            self.office,
            self.token,
            http=http,
            desk=self.desk,
            secrets=(self.secret,),
            api_url=API,
            poll_s=0,
            hook="" if self.polled else f"{PUBLIC_URL}/telegram/{self.office}",
        )
        bot.topics = self._provider.forum
        bot._reader = Reader(self.office, bot_id=self.number, username=self._me()["username"])
        return (bot,)

    def call(self, provider: Provider, body: bytes) -> Call | None:
        """The webhook, with its secret."""
        if provider.polled:
            return None
        return Call(f"telegram/{self.office}", {SECRET_HEADER: self.secret, "content-type": "application/json"}, body)

    # --- what people do -----------------------------------------------------------------------------------------------

    def payloads(self, provider: Provider, value: Inbound, number: int) -> list[bytes]:
        """The update."""
        return [_encode({"update_id": number, **self._update(provider, value)})]

    def _update(self, provider: Provider, value: Inbound) -> dict[str, Any]:
        if isinstance(value, Message):
            return {"edited_message" if value.edited else "message": self._message(provider, value)}
        if isinstance(value, Press):
            shown = provider.find(value.chat.chat, value.message_id)
            where = self._where(provider, value.chat.chat, value.thread)
            at = {"date": _unix(shown.at) if shown else 0}
            message = {"message_id": int(value.message_id), **at, **where, "from": self._me()}
            query = {"id": value.id, "from": _user(value.sender), "message": message, "data": value.data}
            return {"callback_query": {**query, "chat_instance": "-4222"}}
        if isinstance(value, TopicMade):
            created = {"forum_topic_created": {"name": value.name, "icon_color": 7322096}}
            where = self._where(provider, value.chat.chat, value.thread)
            who = self._me() if value.ours else {"id": 1, "is_bot": False, "first_name": "Admin"}
            service = {"message_id": int(value.thread), "date": _unix(value.at), "from": who, **where, **created}
            return {"message": service}
        if isinstance(value, Presence):
            who = _user(value.sender)
            old, new = ("member", "kicked") if value.blocked else ("kicked", "member")
            change = {name: {"user": self._me(), "status": status} for name, status in
                      (("old_chat_member", old), ("new_chat_member", new))}  # fmt: skip
            where = self._where(provider, value.chat.chat, "")
            return {"my_chat_member": {**where, "from": who, "date": _unix(value.at), **change}}
        assert isinstance(value, Left), f"Telegram tells nothing of a {type(value).__name__}"
        where = self._where(provider, value.chat.chat, "")
        gone = {"message_id": int(provider.next_id()), "date": _unix(value.at), "from": _user(value.person), **where}
        return {"message": {**gone, "left_chat_member": _user(value.person)}}

    def _message(self, provider: Provider, value: Message) -> dict[str, Any]:
        said: dict[str, Any] = {"message_id": int(value.id), "from": _user(value.sender), "date": _unix(value.at)}
        said |= self._where(provider, value.chat.chat, value.thread)
        if value.edited:
            said["edit_date"] = _unix(value.at)
        words = f"/start {value.start}" if value.start else value.text
        if words:
            said["caption" if value.attachments else "text"] = words
        for attachment in value.attachments:
            said |= self._file(provider, attachment)
        if (place := value.location) is not None:
            said["location"] = {"latitude": place.latitude, "longitude": place.longitude}
            if place.title:
                said["venue"] = {"location": said["location"], "title": place.title, "address": place.address}
        if value.contact is not None:
            own = int(value.sender.id) if value.contact.own else 0
            said["contact"] = {"phone_number": value.contact.phone, "first_name": value.contact.name, "user_id": own}
        if value.album:
            said["media_group_id"] = value.album
        if value.forwarded:
            hidden = {"type": "hidden_user", "sender_user_name": value.forwarded, "date": _unix(value.at)}
            said["forward_origin"] = hidden
        if value.unsupported:
            said[value.unsupported] = {"id": "1"}
        if replied := self._replied(provider, value):
            said["reply_to_message"] = replied
        return said

    def _replied(self, provider: Provider, value: Message) -> dict[str, Any] | None:
        """What it replies to; in a topic a message that replies to nothing names the one that opened it."""
        where = self._where(provider, value.chat.chat, value.thread)
        if value.reply_to:
            shown = provider.find(value.chat.chat, value.reply_to)
            author = _user(value.replied_to) if value.replied_to else self._me() if shown else None
            at = _unix(shown.at if shown else value.at)
            found = {"message_id": int(value.reply_to), "date": at, **where}
            return found if author is None else {**found, "from": author}
        if not value.thread:
            return None
        opened = {"forum_topic_created": {"name": provider.threads.get(value.thread, ""), "icon_color": 7322096}}
        return {"message_id": int(value.thread), "date": _unix(value.at), "from": self._me(), **where, **opened}

    def _file(self, provider: Provider, each: Attachment) -> dict[str, Any]:
        size = len(provider.files.get(each.ref, b""))
        about = {"file_id": each.ref, "file_unique_id": each.unique or f"u{each.ref}", "file_size": size}
        if each.kind == "photo":
            small = {**about, "file_id": f"small-{each.ref}", "width": 90, "height": 67, "file_size": size // 2}
            return {"photo": [small, {**about, "width": 1280, "height": 960}]}
        more = {"file_name": each.name, "mime_type": each.mime, "duration": each.seconds}
        return {each.kind: {**about, **{name: value for name, value in more.items() if value}}}

    def _where(self, provider: Provider, chat: str, thread: str) -> dict[str, Any]:
        if not chat.startswith("-"):
            return {"chat": {"id": int(chat), "type": "private", "first_name": "-"}}
        group: dict[str, Any] = {"id": int(chat), "type": "supergroup", "title": f"Meja {self.office}"}
        if provider.forum:
            group["is_forum"] = True
        topic = {"message_thread_id": int(thread), "is_topic_message": True} if thread else {}
        return {"chat": group, **topic}

    def _me(self) -> dict[str, Any]:
        return {
            "id": self.number,
            "is_bot": True,
            "first_name": "Aduan",
            "username": f"{self.office.replace('-', '_')}_bot",
        }

    # --- what the program asks ----------------------------------------------------------------------------------------

    def asked(self, method: str, url: str, data: object, headers: Mapping[str, str]) -> Asked:
        """A method of the Bot API, or a file."""
        path = url.removeprefix(API)
        if path.startswith("/file/"):
            assert path.startswith(f"/file/bot{self.token}/"), "a file was asked for with another bot's token"
            ref = path.rpartition("/")[2]
            return Asked("file", "telegram", method="file", fields={"ref": ref})
        token, _, name = path.removeprefix("/bot").partition("/")
        assert token == self.token, f"{self.office}'s bot calls with the token of another"
        fields, files = _form(data)
        what = "message" if name in _MESSAGES else {"getUpdates": "poll", "getFile": "file"}.get(name, "other")
        if name == "getFile":
            fields["ref"] = fields["file_id"]
        chat = fields.get("chat_id", "")
        if name == "answerCallbackQuery":
            chat = self._provider.asker(fields["callback_query_id"])
        return Asked(what, "telegram", chat, name == "answerCallbackQuery", name, fields, files)

    def busy(self, asked: Asked, retry_s: float) -> Answer:
        """429, and for how long."""
        return _no(429, f"Too Many Requests: retry after {retry_s:.0f}", retry_after=int(retry_s))

    def holds(self) -> bool:
        """What waits is the Provider's own."""
        return False

    def take(self, asked: Asked, hand: Hand | None) -> Answer:
        """Carry a method out."""
        try:
            if asked.what == "message":
                assert hand is not None
                return _yes(self._changed(asked, hand))
            if asked.what == "poll":
                return Answer(200, {}, b'{"ok":true,"result":[%s]}' % b",".join(self._updates(asked)))
            if asked.method == "file":
                return Answer(200, {"content-type": "image/jpeg"}, self._provider.file(asked.fields["ref"]))
            if asked.method == "getFile":
                return self._link(asked)
            return _no(404, "Not Found: method not found")
        except Refused as refused:
            return refused.answer

    def _updates(self, asked: Asked) -> list[bytes]:
        return self._provider.polled_from(int(asked.fields.get("offset", "0")), int(asked.fields.get("limit", "100")))

    def _link(self, asked: Asked) -> Answer:
        ref = asked.fields["ref"]
        if ref in self._provider.lost_files:
            raise Refused(400, "Bad Request: wrong file_id or the file is too old")
        return _yes({"file_id": ref, "file_unique_id": ref, "file_path": f"photos/{ref}"})

    def _changed(self, asked: Asked, hand: Hand) -> object:
        """What a method changes, and its result."""
        provider, fields, chat = self._provider, asked.fields, asked.chat
        if asked.press:
            if len(fields.get("text", "")) > ALERT_CHARACTERS:
                raise self._wrong(hand, "MESSAGE_TOO_LONG")
            hand.accepted = True
            provider.answer(hand, fields.get("text", ""), alert=fields.get("show_alert") == "true")
            return True
        if chat in provider.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if chat in provider.migrated:
            new = int(provider.migrated[chat])
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, words, migrate_to_chat_id=new)
        if asked.method == "createForumTopic":
            return self._topic(asked, hand)
        if asked.method in _CHANGES:
            return self._edited(asked, hand)
        return self._new(asked, hand)

    def _topic(self, asked: Asked, hand: Hand) -> dict[str, Any]:
        if not self._provider.forum:
            raise Refused(400, "Bad Request: the chat is not a forum")
        if not 1 <= len(asked.fields["name"]) <= TOPIC_CHARACTERS:
            raise self._wrong(hand, "topic's name")
        hand.accepted = True
        thread = self._provider.open_topic(asked.chat, asked.fields["name"])
        return {"message_thread_id": int(thread), "name": asked.fields["name"], "icon_color": 7322096}

    def _edited(self, asked: Asked, hand: Hand) -> object:
        fields, target = asked.fields, asked.fields["message_id"]
        shown = self._provider.find(asked.chat, target)
        if shown is None or shown.deleted:
            if shown is None or asked.method != "deleteMessage":
                self._provider.wrong.append(f"{self.office}: {asked.method} of {target}, which isn't in {asked.chat}")
            what = "delete" if asked.method == "deleteMessage" else "edit"
            raise Refused(400, f"Bad Request: message to {what} not found")
        hand.accepted = True
        if asked.method == "deleteMessage":
            shown.deleted = True
            return True
        text = self._words(fields, hand) if asked.method != "editMessageReplyMarkup" else shown.text
        if asked.method == "editMessageText" and shown.content:
            hand.accepted = False
            raise Refused(400, "Bad Request: there is no text in the message to edit")
        choices = self._buttons(fields, hand)
        if text == shown.text and choices == shown.choices:
            raise Refused(400, "Bad Request: message is not modified: specified new message content and reply markup "
                               "are exactly the same as a current content and reply markup of the message")  # fmt: skip
        self._provider.change(shown, text, choices)
        return self._result(shown)

    def _new(self, asked: Asked, hand: Hand) -> dict[str, Any]:
        provider, fields = self._provider, asked.fields
        thread = fields.get("message_thread_id", "")
        if thread and thread not in provider.threads:
            raise Refused(400, "Bad Request: message thread not found")
        name = next((name for name in _FILES if name in asked.files), "")
        _, content, mime = asked.files.get(name, ("", b"", ""))
        text = self._words(fields, hand)
        if not text and not content and "latitude" not in fields:
            raise self._wrong(hand, "message text is empty")
        replied = json.loads(fields.get("reply_parameters", "{}")).get("message_id", "")
        companion = bool(content or "latitude" in fields) and not text and bool(hand.parcel.message.text)
        hint = text == say("telegram.share_location_hint")
        hand.accepted |= not (companion or hint)
        shown = provider.show(
            hand,
            chat=asked.chat,
            text=text,
            choices=self._buttons(fields, hand),
            content=content,
            mime=mime,
            thread=thread,
            reply_to=str(replied),
        )
        shown.silent, shown.protected = "disable_notification" in fields, "protect_content" in fields
        return self._result(shown)

    def _words(self, fields: Mapping[str, str], hand: Hand) -> str:
        """The text as people see it; never longer than allowed."""
        name, limit = ("text", TEXT_UNITS) if "text" in fields else ("caption", CAPTION_UNITS)
        text = fields.get(name, "")
        if fields.get("parse_mode") == "HTML":
            text = html.unescape(_TAGS.sub("", text))
        if utf16(text) > limit:
            raise self._wrong(hand, "message is too long")
        return text

    def _buttons(self, fields: Mapping[str, str], hand: Hand) -> tuple[tuple[Choice, ...], ...]:
        markup = json.loads(fields.get("reply_markup", "{}"))
        rows = []
        for row in markup.get("inline_keyboard", ()):
            buttons = [Choice(label=each["text"], data=each.get("callback_data", ""), url=each.get("url", ""))
                       for each in row]  # fmt: skip
            for each in buttons:
                if not each.label or len(each.data.encode()) > DATA_BYTES or not (each.data or each.url):
                    raise self._wrong(hand, "BUTTON_DATA_INVALID")
            rows.append(tuple(buttons))
        return tuple(rows)

    def _wrong(self, hand: Hand, words: str) -> Refused:
        """What no program may send."""
        message = hand.parcel.message
        self._provider.wrong.append(f"{self.office}, {message.kind} to {message.to.chat}: {words}: {message.text!r}")
        return Refused(400, f"Bad Request: {words}")

    def _result(self, shown: Shown) -> dict[str, Any]:
        where = self._where(self._provider, shown.chat, shown.thread)
        return {"message_id": int(shown.id), "date": _unix(shown.at), "from": self._me(), **where, "text": shown.text}


def _form(data: object) -> tuple[dict[str, str], dict[str, tuple[str, bytes, str]]]:
    if isinstance(data, aiohttp.FormData):
        fields: dict[str, str] = {}
        files = {}
        for about, headers, value in data._fields:
            if isinstance(value, str):
                fields[about["name"]] = value
            else:
                files[about["name"]] = (about.get("filename", ""), value.read(), headers.get("Content-Type", ""))
        return fields, files
    return dict(parse_qsl(data, keep_blank_values=True)) if isinstance(data, str) else {}, {}


def _user(sender: Sender) -> dict[str, Any]:
    return {"id": int(sender.id), "is_bot": sender.bot, "first_name": sender.name or "-"}


def _unix(at: datetime) -> int:
    return int(at.timestamp())


def _yes(result: object) -> Answer:
    return Answer(200, {"content-type": "application/json"}, _encode({"ok": True, "result": result}))


def _no(status: int, words: str, **parameters: object) -> Answer:
    body: dict[str, object] = {"ok": False, "error_code": status, "description": words}
    if parameters:
        body["parameters"] = parameters
    return Answer(status, {"content-type": "application/json"}, _encode(body))
