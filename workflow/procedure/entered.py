"""Acts that are entered for somebody who phoned, wrote on the sheet or said it: whose act it is, and how it came."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from workflow.message import Value
from workflow.office import Office, Staff
from workflow.record import Act

HOW: Mapping[str, str] = {"t": "phone", "l": "sheet", "s": "said"}
"""How it came, by the letter that a button carries."""
_FOR = "for"
_KEYS = ("entered_for", "how")


class Entered(Value):
    """For whom an act is entered, and how their word came: "phone", "sheet" or "said"."""

    person: Staff
    how: str

    @property
    def data(self) -> dict[str, str]:
        """What every entry of the act carries."""
        return {"entered_for": str(self.person.id), "entered_name": self.person.name, "how": self.how}


def argument(person: int, letter: str, rest: str = "") -> str:
    """What a button or prompt carries as its argument: `for:<staff id>:<letter of HOW>[:rest]`."""
    return f"{_FOR}:{person}:{letter}" + (f":{rest}" if rest else "")


def unpacked(act: Act) -> Act:
    """The act with whom it's entered for in its data, where its argument says so; any other act as it is."""
    parts = act.data.get("arg", "").split(":", 3)
    if parts[0] != _FOR or len(parts) < 3 or parts[2] not in HOW:
        return act
    rest = {"arg": parts[3]} if len(parts) > 3 else {}
    return replace(act, data={**act.data, "arg": "", **rest, "entered_for": parts[1], "how": HOW[parts[2]]})


def entered(act: Act, office: Office) -> Entered | None:
    """For whom an unpacked act is entered; None for one's own. Nobody of that id, or who left: not entered either."""
    person = office.at_work(act.data.get("entered_for", "")) if act.data.get("entered_for") else None
    return Entered(person=person, how=act.data.get("how", "")) if person else None
