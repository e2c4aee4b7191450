"""Problems of shape in a standard: an unknown key, a missing one, a word or a type that doesn't belong there."""

import re
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from workflow.problems import Finding, Loc, did_you_mean, key_of, listed
from workflow.standard.parts import StandardFile
from workflow.standard.vocabulary import Part, keys_of


def shape_finding(detail: Mapping[str, Any], root: type[Part] = StandardFile) -> Finding:
    """A problem of shape in a file of the kind `root`, as pydantic tells it, in our words."""
    loc: Loc = tuple(detail["loc"])
    kind, written, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = keys_of(_annotation_at(loc[:-1], root))
        return Finding(
            loc, f"{loc[-1]!r} is no key of this section.", f"Keys: {listed(known)}.", did_you_mean(str(loc[-1]), known)
        )
    if kind == "missing":
        return Finding(loc, f"{loc[-1]!r} is missing.", "Add it.")
    if kind == "literal_error":
        known = tuple(re.findall(r"'([^']*)'", context["expected"]))
        mend = f"Known: {listed(known)}." if known else f"It must be {context['expected']}."
        return Finding(loc, f"{written!r} isn't known here.", mend, did_you_mean(str(written), known))
    if kind == "value_error":
        return Finding(loc, f"{str(context['error'])[:1].upper()}{str(context['error'])[1:]}.")
    if kind == "string_pattern_mismatch":
        return Finding(loc, f"{written!r} doesn't have the right form.", f"It must match {context['pattern']}.")
    return Finding(loc, f"{key_of(loc[-1:])} is wrong: {detail['msg']}.")


def _annotation_at(loc: Loc, root: type[Part]) -> Any:  # noqa: ANN401 - any annotation of a field
    """What the file may hold at a place: a section's class where there is one."""
    here: Any = root
    for part in loc:
        if isinstance(here, type) and issubclass(here, Part):
            fields = {field.alias or name: field for name, field in here.model_fields.items()}
            here = fields[str(part)].annotation
        else:
            here = get_args(here)[-1 if get_origin(here) is dict else 0]
        if type(None) in get_args(here):
            here = next(one for one in get_args(here) if one is not type(None))
    return here
