"""Reads a subject: what it answers or forwards, which complaint it names, and what it says of its own."""

from __future__ import annotations

import re

# What clients put before a subject when they answer or forward, Indonesian, English and a few neighbours.
_REPLIES = ("re", "bls", "balas", "balasan", "jawab", "aw", "antw", "sv", "rv")
_FORWARDS = ("fw", "fwd", "trs", "terusan", "diteruskan", "terusk", "wg", "tr")
_PREFIX = re.compile(rf"\s*(?:({'|'.join(_REPLIES)})|({'|'.join(_FORWARDS)}))(?:\[\d+\]|\(\d+\))?\s*:", re.IGNORECASE)
_LABEL = re.compile(r"\[([A-Z][A-Z0-9]{0,9}-\d{4}-\d{4,9}|(?=[0-9A-Z]*\d)(?=[0-9A-Z]*[A-Z])[0-9A-Z]{4})\]")
_MOST_PREFIXES = 30

# Subjects that say nothing which the text below doesn't say, or doesn't have to.
_SAYS_NOTHING = frozenset({
    "", "(no subject)", "no subject", "(tanpa subjek)", "tanpa subjek", "(tanpa perihal)", "(tidak ada subjek)",
    "tidak ada subjek", "aduan", "pengaduan", "laporan", "laporan pengaduan", "lapor", "keluhan", "info", "informasi",
    "halo", "hallo", "hai", "hi", "hello", "salam", "test", "tes", "tanya", "pertanyaan", "permohonan", "penting",
    "urgent", "mohon bantuan", "mohon info", "foto", "lampiran", "dokumen", "email",
})  # fmt: skip


def bare(subject: str) -> str:
    """The subject without "Re:", "Fwd:" and the like however often they stand there, and without our label."""
    rest = subject
    for _ in range(_MOST_PREFIXES):
        match = _PREFIX.match(rest)
        if match is None:
            break
        rest = rest[match.end() :]
    return " ".join(_LABEL.sub(" ", rest).split())


def label_in(subject: str) -> str:
    """The register number or short code that stands in brackets, as we write it at the end: "KNG-2026-0001"; or ""."""
    found = _LABEL.findall(subject)
    return found[-1] if found else ""


def is_reply(subject: str) -> bool:
    """Whether it answers something, as its writer's program says."""
    match = _PREFIX.match(subject)
    return match is not None and match[1] is not None


def is_forward(subject: str) -> bool:
    """Whether it passes something on."""
    match = _PREFIX.match(subject)
    return match is not None and match[2] is not None


def says_more(subject: str, body: str) -> bool:
    """Whether it says something that the body doesn't: many people put their whole complaint into the subject."""
    words = re.findall(r"\w{3,}", subject.casefold())
    if not words or subject.casefold().strip(" .!?:") in _SAYS_NOTHING:
        return False
    there = body.casefold()
    return any(word not in there for word in words)
