"""A bot of a few lines that plays an office through the Bot API, so that the page can be tested by itself."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from channels.sandbox.stage import OfficeStage, StripRow, StripStep

THANKS = (
    "Waalaikumsalam. Terima kasih, laporan Bapak/Ibu sudah kami catat.\n\nKami dari {office}. Untuk pengaduan ini kami "
    "perlukan foto KTP, KK, dan lokasi. Silakan kirim foto KTP lebih dahulu."
)
MORE = "Foto sudah kami terima. Silakan kirim titik lokasinya."
SUMMARY = "Ringkasan laporan:\n\n{statement}\n\nLokasi: titik pada peta\nBerkas: {files} foto\n\nApakah sudah benar?"
RECEIPT = (
    "Tanda terima\n\nNomor register: {number}\nKode: {code}\nBatas penyelesaian: 60 menit pada jam pelayanan.\n\n"
    "Ketik STATUS untuk menanyakan perkembangan."
)
ANSWER = "Jawaban {office} atas laporan {number}:\n\n{answer}"


@dataclass(frozen=True)
class Turn:
    """One step at the desk: its button, whose press counts (by place in the staff list), and what the button does."""

    label: str
    role: str
    button: str
    staff: int
    back: int = 0  # a second button "Kembalikan" that goes back so many turns


@dataclass
class Case:
    """The one complaint that a scripted office can hold."""

    statement: str = ""
    files: int = 0
    citizen: int = 0
    turn: int = -1
    returned: int = 0
    card: int = 0
    draft: str = ""
    thread: dict = field(default_factory=dict)
    closed: bool = False


class ScriptedBot:
    """Polls for one office and answers by its turns."""

    def __init__(
        self, url: str, office: OfficeStage, number: str, code: str, turns: list[Turn], *, asks_files: int
    ) -> None:
        self.base = f"{url}/bot{office.bot.token}"
        self.office, self.number, self.code, self.turns, self.asks_files = office, number, code, turns, asks_files
        self.case = Case()

    async def run(self) -> None:
        async with aiohttp.ClientSession() as self.http:
            offset = 0
            while True:
                for update in await self.call("getUpdates", offset=offset, timeout=20):
                    offset = update["update_id"] + 1
                    await self.take(update)

    async def call(self, method: str, **params):
        async with self.http.post(f"{self.base}/{method}", json=params) as answer:
            body = await answer.json()
            assert body["ok"], (method, params, body)
            return body["result"]

    async def take(self, update: dict) -> None:
        if "callback_query" in update:
            await self.pressed(update["callback_query"])
        elif "message" in update and update["message"]["chat"]["type"] == "private":
            await self.citizen_wrote(update["message"])
        elif "message" in update:
            await self.staff_wrote(update["message"])

    async def citizen_wrote(self, message: dict) -> None:
        chat, case = message["chat"]["id"], self.case
        case.citizen = case.citizen or chat
        text = message.get("text", "")
        if "photo" in message or "document" in message:
            case.files += 1
            if case.files == self.asks_files:
                keyboard = {
                    "keyboard": [[{"text": "Kirim titik lokasi", "request_location": True}]],
                    "resize_keyboard": True,
                }
                await self.call("sendMessage", chat_id=chat, text=MORE, reply_markup=keyboard)
        elif "location" in message or (text and not self.asks_files and not text.startswith("/")):
            case.statement = case.statement or text
            buttons = {
                "inline_keyboard": [
                    [{"text": "Ya, kirim", "callback_data": "c:ya"}, {"text": "Ubah", "callback_data": "c:ubah"}]
                ]
            }
            words = SUMMARY.format(statement=case.statement, files=case.files)
            await self.call("sendMessage", chat_id=chat, text=words, reply_markup=buttons)
        elif text and not text.startswith("/"):
            case.statement = case.statement or text
            await self.call("sendMessage", chat_id=chat, text=THANKS.format(office=self.office.name))

    async def staff_wrote(self, message: dict) -> None:
        target = message.get("reply_to_message")
        if target and target["message_id"] == self.case.card:
            self.case.draft = message["text"]
            await self.call(
                "sendMessage",
                chat_id=message["chat"]["id"],
                text="Catatan diterima.",
                disable_notification=True,
                **self.case.thread,
            )

    async def pressed(self, query: dict) -> None:
        case, data = self.case, query["data"]
        if data == "c:ya":
            await self.call("answerCallbackQuery", callback_query_id=query["id"], text="Terkirim")
            await self.call("editMessageReplyMarkup", chat_id=case.citizen, message_id=query["message"]["message_id"])
            await self.call(
                "sendMessage", chat_id=case.citizen, text=RECEIPT.format(number=self.number, code=self.code)
            )
            await self.next_turn(1)
            return
        turn = self.turns[case.turn]
        if query["from"]["id"] != self.office.staff[turn.staff].user.id:
            words = f"Maaf, langkah ini giliran {self.office.staff[turn.staff].title}."
            await self.call("answerCallbackQuery", callback_query_id=query["id"], text=words, show_alert=True)
            return
        await self.call("answerCallbackQuery", callback_query_id=query["id"])
        case.returned += data == "d:back"
        await self.next_turn(-turn.back if data == "d:back" else 1)

    async def next_turn(self, by: int) -> None:
        case, desk = self.case, self.office.desk
        if case.card:
            await self.call("editMessageReplyMarkup", chat_id=desk.id, message_id=case.card)
        elif desk.is_forum:
            topic = await self.call("createForumTopic", chat_id=desk.id, name=f"{self.number} {case.statement[:40]}")
            case.thread = {"message_thread_id": topic["message_thread_id"]}
        case.turn += by
        if case.turn >= len(self.turns):
            case.closed = True
            words = ANSWER.format(office=self.office.name, number=self.number, answer=case.draft)
            await self.call("sendMessage", chat_id=case.citizen, text=words)
            await self.call("sendMessage", chat_id=desk.id, text=f"{self.number}\nSelesai, diarsipkan", **case.thread)
            return
        await self.post_card()

    async def post_card(self) -> None:
        case, desk, turn = self.case, self.office.desk, self.turns[self.case.turn]
        person = self.office.staff[turn.staff]
        buttons = [{"text": turn.button, "callback_data": "d:go"}]
        if turn.back:
            buttons.append({"text": "Kembalikan", "callback_data": "d:back"})
        returned = "\nDikembalikan untuk diperbaiki" if case.returned else ""
        words = (
            f"{self.number} ({self.code})\nLangkah {case.turn + 2} dari {len(self.turns) + 1}: {turn.label}\n"
            f"Giliran: {turn.role} ({person.user.first_name})\nBatas: 10.12 WIB{returned}\n\n{case.statement}"
        )
        card = await self.call(
            "sendMessage", chat_id=desk.id, text=words, reply_markup={"inline_keyboard": [buttons]}, **case.thread
        )
        case.card = card["message_id"]
        name = f"{person.user.first_name} {person.user.last_name}".strip()
        mention = {
            "type": "text_mention",
            "offset": 0,
            "length": len(name),
            "user": {"id": person.user.id, "is_bot": False, "first_name": person.user.first_name},
        }
        await self.call(
            "sendMessage",
            chat_id=desk.id,
            text=f"{name}, giliran Bapak/Ibu: {turn.label}",
            entities=[mention],
            **case.thread,
        )

    def strip(self) -> list[StripRow]:
        case = self.case
        if case.turn < 0:
            return []
        labels = [("Pengaduan masuk", "Pelapor")] + [(turn.label, turn.role) for turn in self.turns]
        here = len(labels) if case.closed else case.turn + 1
        states = ["done"] * here + ["now", *["todo"] * len(labels)]
        steps = [
            StripStep(str(place), label, role, state)
            for place, ((label, role), state) in enumerate(zip(labels, states, strict=False), 1)
        ]
        due = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)
        return [StripRow(self.office.id, self.code, steps, self.number, case.statement, due, closed=case.closed)]


@contextlib.asynccontextmanager
async def playing(bots: list[ScriptedBot]):
    """Let the bots answer while the block lasts; an error of theirs is the test's."""
    tasks = [asyncio.create_task(bot.run()) for bot in bots]
    try:
        yield
    finally:
        failed = [task.exception() for task in tasks if task.done() and not task.cancelled()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert not failed, failed
