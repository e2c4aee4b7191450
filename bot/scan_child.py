"""The child that reads scanned documents: the pages of a PDF as pictures, one PDF after the other; it may be killed.

Like the decoding child it's a file of its own with neither the program nor its secrets in its memory. Nothing is
written to the disk, nothing in a PDF acts: its pages are drawn by typst, whose reader of PDF runs no scripts.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import typst

_LENGTHS = struct.Struct(">II")
_MEMORY_BYTES = 2_000_000_000
_CPU_S = 40
_MOST_PAGES = 8
"""An identity document, a letter: of a longer one the first pages are shown."""
_PPI = 130.0
_NOWHERE = "http://127.0.0.1:9"
_PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_PAGE = """
#set page(width: 210mm, height: auto, margin: 0mm)
#image("/{scan}", format: "pdf", page: int(sys.inputs.page), width: 100%)
"""
_OPEN_FILES = "/proc/self/fd"
"""Where Linux shows what a process has open: typst reads the scan there, out of memory (memfd_create(2))."""


def main() -> None:
    """Serve until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    os.environ.update(dict.fromkeys(_PROXIES, _NOWHERE))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while True:
        lengths = source.read(_LENGTHS.size)
        if len(lengths) < _LENGTHS.size:
            return
        head_bytes, data_bytes = _LENGTHS.unpack(lengths)
        source.read(head_bytes)
        data = source.read(data_bytes)
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + _CPU_S, resource.RLIM_INFINITY))
        pages = _pages(data)
        answer: dict[str, Any] = {"sizes": [len(page) for page in pages], "tired": True}  # typst lets go of nothing
        _answer(sink, answer if pages else {"unfit": "broken", "tired": True}, b"".join(pages))


def _answer(sink: BinaryIO, answer: dict[str, Any], content: bytes) -> None:
    head = json.dumps(answer).encode()
    sink.write(_LENGTHS.pack(len(head), len(content)) + head + content)
    sink.flush()


def _pages(scan: bytes) -> list[bytes]:
    """Its first pages as PNG; none of what can't be read, and none where there are no files in memory."""
    if not hasattr(os, "memfd_create"):
        return []
    file = os.memfd_create("scan")
    try:
        with open(file, "wb", closefd=False) as memory:
            memory.write(scan)
        return list(_drawn(file))
    finally:
        os.close(file)


def _drawn(file: int) -> Iterator[bytes]:
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[])
    source = _PAGE.replace("{scan}", str(file)).encode()
    for number in range(1, _MOST_PAGES + 1):
        try:
            made = typst.compile(
                source,  # type: ignore[call-overload]  # its stub wants source and root to be of one type
                root=_OPEN_FILES,
                font_paths=fonts,
                ignore_system_fonts=True,
                format="png",
                ppi=_PPI,
                sys_inputs={"page": str(number)},
                package_path=Path(_OPEN_FILES),
                package_cache_path=Path(_OPEN_FILES),
            )
        except Exception:  # noqa: BLE001 - there are no more pages, or it can't be read
            return
        yield from made if isinstance(made, list) else [made]


if __name__ == "__main__":
    main()
