"""The citizen's signature where a standard asks for one: typed under the summary, and later on the letter itself."""

from __future__ import annotations

import re

from workflow.record import Complaint
from workflow.standard.standard import Standard

SIGNED_LETTER = "signed_letter"
"""What a photo of the printed complaint with the citizen's own signature is called among the papers."""
PLACE = "submitted_place"
"""Where `Complaint.private` keeps the place of submitting: the desa or kecamatan of the address."""

_VILLAGE = re.compile(
    r"\b(?:(desa|ds|kelurahan|kel)\b\.?|(kecamatan|kec)\b\.?)\s*([^\W\d][\w'’-]*(?:\s+[A-Z][\w'’-]*)*)", re.IGNORECASE
)


def is_asked(standard: Standard) -> bool:
    """Whether the standard wants the complaint signed."""
    return any(asked.kind == "signature" for asked in standard.asked())


def on_letter(complaint: Complaint) -> bool:
    """Whether the signed letter came back."""
    return any(paper.sort == SIGNED_LETTER and paper.state != "failed" for paper in complaint.papers)


def is_coming(complaint: Complaint, standard: Standard) -> bool:
    """Whether the signature on paper is still to come: the register says "menyusul" until then."""
    freed = complaint.confidential or complaint.kind == "suggestion"
    return is_asked(standard) and not freed and not on_letter(complaint) and "signature" not in complaint.seen


def place_of(address: str) -> str:
    """The desa or kelurahan an address names, else its kecamatan: the place of submitting; "" if it names neither.

    "Dusun Krajan RT 2 Desa Cangkringmalang Kec. Beji" gives "Cangkringmalang".
    """
    found = [(match[1] is not None, match[3]) for match in _VILLAGE.finditer(address)]
    villages = [name for is_village, name in found if is_village]
    names = villages or [name for _, name in found]
    return _name(names[0]) if names else ""


def _name(words: str) -> str:
    """A place's name without what follows it in the address."""
    kept: list[str] = []
    for word in words.split():
        if word.casefold().rstrip(".") in ("kecamatan", "kec", "kabupaten", "kab", "kota", "rt", "rw", "dusun", "desa"):
            break
        kept.append(word)
    return " ".join(word if word[:1].isupper() else word.capitalize() for word in kept)
