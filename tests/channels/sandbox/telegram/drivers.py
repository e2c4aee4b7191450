"""Two clients behind one face: python-telegram-bot and aiogram doing the same things to the stand-in.

aiogram takes seconds of CPU to import, so it's imported where it's used, and used in one file of tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

Buttons = list[list[tuple[str, str]]]


class Refused(Exception):
    """A call went wrong. `kind` is our word for what the client made of it (docs/telegram.md 5.1)."""

    def __init__(self, kind: str, words: str = "", value: int | None = None):
        super().__init__(f"{kind}: {words}")
        self.kind, self.words, self.value = kind, words.lower(), value  # one client capitalises, one doesn't


@dataclass(frozen=True)
class Told:
    """What both clients must read out of an update alike."""

    id: int
    kind: str
    chat: int
    sender: int | None
    text: str | None
    message: int
    thread: int | None
    in_topic: bool
    reply_to: int | None
    largest_photo: str | None
    query: str | None
    data: str | None
    migrated: int | None


class Driver(Protocol):
    async def close(self) -> None: ...
    async def me(self) -> str: ...
    async def text(
        self,
        chat: int,
        text: str,
        *,
        html: bool = False,
        thread: int | None = None,
        reply_to: int | None = None,
        lenient: bool = False,
        buttons: Buttons | None = None,
    ) -> int: ...
    async def photo(self, chat: int, data: bytes, caption: str = "") -> int: ...
    async def document(self, chat: int, data: bytes, name: str) -> int: ...
    async def album(self, chat: int, photos: list[bytes]) -> list[tuple[int, str]]: ...
    async def edit(self, chat: int, message: int, text: str, buttons: Buttons | None = None) -> None: ...
    async def edit_buttons(self, chat: int, message: int, buttons: Buttons | None) -> None: ...
    async def delete(self, chat: int, message: int) -> None: ...
    async def answer(self, query: str, text: str, *, alert: bool = False) -> None: ...
    async def topic(self, chat: int, name: str) -> int: ...
    async def close_topic(self, chat: int, thread: int) -> None: ...
    async def updates(self, offset: int = 0, timeout_s: int = 0) -> list[Told]: ...
    async def webhook(self, url: str, secret: str = "") -> None: ...
    async def webhook_info(self) -> tuple[str, int]: ...
    async def download(self, file: str) -> bytes: ...


def _told(update: Any) -> Told:
    query = update.callback_query
    kind = next(
        name
        for name in ("message", "edited_message", "callback_query", "my_chat_member")
        if getattr(update, name) is not None
    )
    event = getattr(update, kind)
    message = query.message if query else event
    photo = getattr(message, "photo", None)
    reply = getattr(message, "reply_to_message", None)
    sender = event.from_user
    return Told(
        id=update.update_id,
        kind=kind,
        chat=message.chat.id,
        sender=sender.id if sender else None,
        text=getattr(message, "text", None),
        message=getattr(message, "message_id", 0),
        thread=getattr(message, "message_thread_id", None),
        in_topic=bool(getattr(message, "is_topic_message", None)),
        reply_to=reply.message_id if reply else None,
        largest_photo=photo[-1].file_id if photo else None,
        query=query.id if query else None,
        data=query.data if query else None,
        migrated=getattr(message, "migrate_to_chat_id", None),
    )


class PtbDriver:
    name = "python-telegram-bot"

    def __init__(self, url: str, token: str, timeout_s: float = 2.0):
        from telegram import Bot
        from telegram.request import HTTPXRequest

        def request():
            return HTTPXRequest(read_timeout=timeout_s, httpx_kwargs={"trust_env": False})

        self.bot = Bot(
            token,
            base_url=f"{url}/bot",
            base_file_url=f"{url}/file/bot",
            request=request(),
            get_updates_request=request(),
        )

    async def close(self):
        for request in self.bot._request:
            await request.shutdown()

    async def _do(self, coroutine):
        import httpx
        from telegram import error as e

        try:
            return await coroutine
        except e.RetryAfter as error:
            raise Refused("flood", value=int(error._retry_after.total_seconds())) from error
        except e.ChatMigrated as error:
            raise Refused("migrated", value=error.new_chat_id) from error
        except e.Forbidden as error:
            raise Refused("forbidden", str(error)) from error
        except e.InvalidToken as error:
            raise Refused("unauthorized", str(error)) from error
        except e.Conflict as error:
            raise Refused("conflict", str(error)) from error
        except e.BadRequest as error:
            raise Refused("bad request", str(error)) from error
        except e.TimedOut as error:
            raise Refused("timeout") from error
        except e.NetworkError as error:
            lost = {httpx.ConnectError: "not sent", httpx.RemoteProtocolError: "reset", httpx.ReadError: "reset"}
            raise Refused(lost.get(type(error.__cause__), "server"), str(error)) from error
        except e.TelegramError as error:  # an answer that isn't JSON, and unknown methods
            raise Refused("garbled", str(error)) from error
        except (TypeError, KeyError) as error:  # what it doesn't find in the result
            raise Refused("garbled", str(error)) from error

    def _keys(self, buttons):
        from telegram import InlineKeyboardButton, InlineKeyboardMarkup

        if buttons is None:
            return None
        return InlineKeyboardMarkup(
            [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in buttons]
        )

    async def me(self):
        return (await self._do(self.bot.get_me())).username

    async def text(self, chat, text, *, html=False, thread=None, reply_to=None, lenient=False, buttons=None):
        from telegram import ReplyParameters

        reply = ReplyParameters(reply_to, allow_sending_without_reply=lenient) if reply_to else None
        return (
            await self._do(
                self.bot.send_message(
                    chat,
                    text,
                    parse_mode="HTML" if html else None,
                    message_thread_id=thread,
                    reply_parameters=reply,
                    reply_markup=self._keys(buttons),
                )
            )
        ).message_id

    async def photo(self, chat, data, caption=""):
        return (await self._do(self.bot.send_photo(chat, data, caption=caption))).message_id

    async def document(self, chat, data, name):
        return (await self._do(self.bot.send_document(chat, data, filename=name))).message_id

    async def album(self, chat, photos):
        from telegram import InputMediaPhoto

        sent = await self._do(self.bot.send_media_group(chat, [InputMediaPhoto(photo) for photo in photos]))
        return [(message.message_id, message.media_group_id) for message in sent]

    async def edit(self, chat, message, text, buttons=None):
        await self._do(
            self.bot.edit_message_text(text, chat_id=chat, message_id=message, reply_markup=self._keys(buttons))
        )

    async def edit_buttons(self, chat, message, buttons):
        await self._do(
            self.bot.edit_message_reply_markup(chat_id=chat, message_id=message, reply_markup=self._keys(buttons))
        )

    async def delete(self, chat, message):
        await self._do(self.bot.delete_message(chat, message))

    async def answer(self, query, text, *, alert=False):
        await self._do(self.bot.answer_callback_query(query, text, show_alert=alert))

    async def topic(self, chat, name):
        return (await self._do(self.bot.create_forum_topic(chat, name))).message_thread_id

    async def close_topic(self, chat, thread):
        await self._do(self.bot.close_forum_topic(chat, thread))

    async def updates(self, offset=0, timeout_s=0):
        found = await self._do(self.bot.get_updates(offset=offset or None, timeout=timeout_s, allowed_updates=[]))
        return [_told(update) for update in found]

    async def webhook(self, url, secret=""):
        await self._do(self.bot.set_webhook(url, secret_token=secret or None))

    async def webhook_info(self):
        info = await self._do(self.bot.get_webhook_info())
        return info.url, info.pending_update_count

    async def download(self, file):
        found = await self._do(self.bot.get_file(file))
        return bytes(await self._do(found.download_as_bytearray()))


class AiogramDriver:
    name = "aiogram"

    def __init__(self, url: str, token: str, timeout_s: float = 2.0):
        from aiogram import Bot
        from aiogram.client.session.aiohttp import AiohttpSession
        from aiogram.client.telegram import TelegramAPIServer

        session = AiohttpSession(api=TelegramAPIServer.from_base(url), timeout=timeout_s)
        self.bot = Bot(token, session=session)

    async def close(self):
        if self.bot.session._session:  # session.close() would wait for TLS, a quarter of a second
            await self.bot.session._session.close()

    async def _do(self, coroutine):
        import aiohttp
        from aiogram import exceptions as e

        try:
            return await coroutine
        except e.TelegramRetryAfter as error:
            raise Refused("flood", value=error.retry_after) from error
        except e.TelegramMigrateToChat as error:
            raise Refused("migrated", value=error.migrate_to_chat_id) from error
        except e.TelegramForbiddenError as error:
            raise Refused("forbidden", error.message) from error
        except (e.TelegramUnauthorizedError, e.TelegramNotFound) as error:
            raise Refused("unauthorized", error.message) from error
        except e.TelegramConflictError as error:
            raise Refused("conflict", error.message) from error
        except e.TelegramBadRequest as error:
            raise Refused("bad request", error.message) from error
        except e.TelegramServerError as error:
            raise Refused("server", error.message) from error
        except e.TelegramNetworkError as error:
            cause = error.__cause__ or error.__context__
            if isinstance(cause, TimeoutError):
                raise Refused("timeout") from error
            refused = isinstance(cause, aiohttp.ClientConnectorError)
            raise Refused("not sent" if refused else "reset", error.message) from error
        except e.ClientDecodeError as error:
            html = "<html>" in str(error.data)
            raise Refused("server" if html else "garbled", str(error)) from error

    def _keys(self, buttons):
        from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

        if buttons is None:
            return None
        rows = [[InlineKeyboardButton(text=label, callback_data=data) for label, data in row] for row in buttons]
        return InlineKeyboardMarkup(inline_keyboard=rows)

    async def me(self):
        return (await self._do(self.bot.get_me())).username

    async def text(self, chat, text, *, html=False, thread=None, reply_to=None, lenient=False, buttons=None):
        from aiogram.types import ReplyParameters

        reply = ReplyParameters(message_id=reply_to, allow_sending_without_reply=lenient) if reply_to else None
        return (
            await self._do(
                self.bot.send_message(
                    chat,
                    text,
                    parse_mode="HTML" if html else None,
                    message_thread_id=thread,
                    reply_parameters=reply,
                    reply_markup=self._keys(buttons),
                )
            )
        ).message_id

    async def photo(self, chat, data, caption=""):
        from aiogram.types import BufferedInputFile

        return (
            await self._do(self.bot.send_photo(chat, BufferedInputFile(data, "foto.jpg"), caption=caption))
        ).message_id

    async def document(self, chat, data, name):
        from aiogram.types import BufferedInputFile

        return (await self._do(self.bot.send_document(chat, BufferedInputFile(data, name)))).message_id

    async def album(self, chat, photos):
        from aiogram.types import BufferedInputFile, InputMediaPhoto

        media = [InputMediaPhoto(media=BufferedInputFile(photo, "foto.jpg")) for photo in photos]
        sent = await self._do(self.bot.send_media_group(chat, media))
        return [(message.message_id, message.media_group_id) for message in sent]

    async def edit(self, chat, message, text, buttons=None):
        await self._do(
            self.bot.edit_message_text(text, chat_id=chat, message_id=message, reply_markup=self._keys(buttons))
        )

    async def edit_buttons(self, chat, message, buttons):
        await self._do(
            self.bot.edit_message_reply_markup(chat_id=chat, message_id=message, reply_markup=self._keys(buttons))
        )

    async def delete(self, chat, message):
        await self._do(self.bot.delete_message(chat, message))

    async def answer(self, query, text, *, alert=False):
        await self._do(self.bot.answer_callback_query(query, text, show_alert=alert))

    async def topic(self, chat, name):
        return (await self._do(self.bot.create_forum_topic(chat, name))).message_thread_id

    async def close_topic(self, chat, thread):
        await self._do(self.bot.close_forum_topic(chat, thread))

    async def updates(self, offset=0, timeout_s=0):
        found = await self._do(self.bot.get_updates(offset=offset or None, timeout=timeout_s, allowed_updates=[]))
        return [_told(update) for update in found]

    async def webhook(self, url, secret=""):
        await self._do(self.bot.set_webhook(url, secret_token=secret or None))

    async def webhook_info(self):
        info = await self._do(self.bot.get_webhook_info())
        return info.url, info.pending_update_count

    async def download(self, file):
        found = await self._do(self.bot.get_file(file))
        return (await self._do(self.bot.download_file(found.file_path))).read()
