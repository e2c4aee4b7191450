"""Files of the stand-in: bytes, the ids bots know them by, and links that expire."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.sandbox.telegram.errors import bad_request
from channels.sandbox.telegram.model import BotAccount, StoredFile

DOWNLOAD_LIMIT_BYTES = 20 * 1024 * 1024
PHOTO_LIMIT_BYTES = 10 * 1024 * 1024
UPLOAD_LIMIT_BYTES = 50 * 1024 * 1024
LINK_LIFETIME = timedelta(hours=1)

_FOLDERS = {"photo": "photos", "voice": "voice", "sticker": "stickers", "video": "videos"}
_EXTENSIONS = {"photo": ".jpg", "voice": ".oga", "sticker": ".webp"}


@dataclass(slots=True, frozen=True)
class _Link:
    file: StoredFile
    until: datetime


def _digest(*parts: object, size: int) -> str:
    seed = "\x00".join(str(part) for part in parts).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(seed).digest()[:size]).decode().rstrip("=")


class Files:
    """Every file of the world."""

    def __init__(self) -> None:
        """Begin empty."""
        self._by_unique_id: dict[str, StoredFile] = {}
        self._links: dict[tuple[int, str], _Link] = {}
        self._known: dict[tuple[int, str], StoredFile] = {}

    def add(
        self, kind: str, content: bytes, *, name: str = "", mime_type: str = "", size_bytes: int | None = None
    ) -> StoredFile:
        """Keep a file. `file_unique_id` is no hash of the content: the same bytes sent twice are two files (C3)."""
        number = len(self._by_unique_id) + 1
        size = len(content) if size_bytes is None else size_bytes
        file = StoredFile(number, kind, _digest("unique", number, size=11), content, size, name, mime_type)
        self._by_unique_id[file.unique_id] = file
        return file

    def by_unique_id(self, unique_id: str) -> StoredFile | None:
        """Return the file, for a page that shows it."""
        return self._by_unique_id.get(unique_id)

    def id_for(self, bot: BotAccount | None, file: StoredFile) -> str:
        """Return the file's id: each bot has its own and can't use another's (C3). Without a bot, the unique id."""
        if bot is None:
            return file.unique_id
        file_id = "AgAC" + _digest(bot.token, file.unique_id, size=32)
        self._known[bot.id, file_id] = file
        return file_id

    def known_to(self, bot: BotAccount, file_id: str) -> StoredFile:
        """Return the file a bot means, or refuse as Telegram does."""
        file = self._known.get((bot.id, file_id))
        if file is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return file

    def link(self, bot: BotAccount, file_id: str, now: datetime) -> dict[str, Any]:
        """Return a File object with a path that can be downloaded for an hour; 400 above 20 MB (C4)."""
        file = self._known.get((bot.id, file_id))
        if file is None:
            raise bad_request("invalid file_id")
        if file.size_bytes > DOWNLOAD_LIMIT_BYTES:
            raise bad_request("file is too big")
        extension = _EXTENSIONS.get(file.kind) or ("." + file.name.rpartition(".")[2] if "." in file.name else "")
        # No counter: a path of one file must not lead to the next one.
        path = f"{_FOLDERS.get(file.kind, 'documents')}/file_{_digest(bot.token, file.number, size=12)}{extension}"
        self._links[bot.id, path] = _Link(file, now + LINK_LIFETIME)
        return {
            "file_id": file_id,
            "file_unique_id": file.unique_id,
            "file_size": file.size_bytes,
            "file_path": path,
        }

    def download(self, bot: BotAccount, path: str, now: datetime) -> StoredFile | None:
        """Return what the link leads to, None when it was never given or is too old."""
        link = self._links.get((bot.id, path))
        return link.file if link and now <= link.until else None
