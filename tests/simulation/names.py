"""Made-up names that stand in one text only, so that it's recognised wherever it turns up."""

from __future__ import annotations

_FIRST = ("Ba", "Ci", "Du", "Fe", "Gi", "Jo", "Ka", "Lu", "Me", "No", "Pi", "Ra", "Su", "Te", "Wi", "Yo")
_THEN = ("bara", "cuni", "dalo", "fito", "geru", "jama", "kilo", "lare", "moni", "nupa", "poli", "rota", "sina", "tewu",
         "wali", "zuka")  # fmt: skip


def name(number: int) -> str:
    """The name of that number: Bakilo, Duzukarota."""
    number, first = divmod(number, len(_FIRST))
    parts = [_FIRST[first]]
    while True:
        number, then = divmod(number, len(_THEN))
        parts.append(_THEN[then])
        if not number:
            return "".join(parts) + "s"
        number -= 1
