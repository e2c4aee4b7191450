"""The typesetting child: reads templates and data from its input, one page set after the other; it may be killed.

It's started as a file of its own, so that neither the program nor its secrets are in its memory. A job is two lengths,
a JSON head and the files' bytes one after the other; the answer is the same with the document's bytes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import typst

_LENGTHS = struct.Struct(">II")
_MEMORY_BYTES = 3_000_000_000
_CPU_S = 90
_GROWN_KB = 200_000
"""typst remembers what it laid out, and lets go of nothing: after a large book a child is to be replaced."""
_NOWHERE = "http://127.0.0.1:9"
"""The port at which everything is discarded (RFC 863), and nobody listens."""
_PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


def main() -> None:
    """Serve until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    os.environ.update(dict.fromkeys(_PROXIES, _NOWHERE))  # typst fetches packages that a template names: here it can't
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    fonts: dict[str, typst.Fonts] = {}
    begun_kb = _most_kb()
    while True:
        lengths = source.read(_LENGTHS.size)
        if len(lengths) < _LENGTHS.size:
            return
        head_bytes, data_bytes = _LENGTHS.unpack(lengths)
        job = json.loads(source.read(head_bytes))
        data = source.read(data_bytes)
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + _CPU_S, resource.RLIM_INFINITY))
        folder = job["fonts"]
        if folder not in fonts:
            fonts[folder] = typst.Fonts(include_system_fonts=False, font_paths=[folder] if folder else [])
        answer, content = _done(job, data, fonts[folder])
        _answer(sink, {**answer, "tired": _most_kb() - begun_kb > _GROWN_KB}, content)


def _most_kb() -> int:
    """The most memory this program ever held.

    `ru_maxrss` counts what whoever started it held, too (Linux keeps it over exec), so it serves only elsewhere.
    """
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.partition("VmHWM:")[2].split()[0])


def _answer(sink: BinaryIO, answer: dict[str, Any], content: bytes) -> None:
    head = json.dumps(answer).encode()
    sink.write(_LENGTHS.pack(len(head), len(content)) + head + content)
    sink.flush()


def _done(job: dict[str, Any], data: bytes, fonts: typst.Fonts) -> tuple[dict[str, Any], bytes]:
    """The document, or what's wrong with its template: message, and the place as typst draws it."""
    with tempfile.TemporaryDirectory(prefix="aduan-") as folder:
        root = Path(folder)
        at = 0
        for name, size in job["files"].items():
            (root / name).write_bytes(data[at : at + size])
            at += size
        try:
            made = typst.compile(
                root / job["main"],
                root=root,
                font_paths=fonts,
                ignore_system_fonts=True,
                format=job["format"],
                ppi=job["ppi"] if job["format"] == "png" else None,
                sys_inputs=job["inputs"],
                pdf_standards=["a-2b"] if job["format"] == "pdf" else [],
                pdf_tags=job["tags"],
                timestamp=dt.datetime.fromtimestamp(job["timestamp"], dt.UTC),
                package_path=root,
                package_cache_path=root,
            )
        except typst.TypstError as error:
            return {"wrong": error.message, "where": error.diagnostic, "hints": error.hints}, b""
        except Exception as error:  # noqa: BLE001 - a template may make it raise anything
            return {"wrong": f"{type(error).__name__}: {error}", "where": "", "hints": []}, b""
    pages = made if isinstance(made, list) else [made]
    return {"sizes": [len(page) for page in pages]}, b"".join(pages)


if __name__ == "__main__":
    main()
