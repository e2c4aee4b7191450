"""How far a mail's From is proven: by our own server's word on DMARC, or by a tag that only its owner was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from channels.email.headers import Field, Head
from channels.email.senders import addresses
from channels.email.tokens import Ours, Tokens

# As `authserv_id`: the server writes no name of its own (Microsoft 365, docs/email.md I3), and its word stands topmost.
UNNAMED = "-"

# Where an address of ours that a mail was sent to may stand.
TO_US = (
    "to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-gm-original-to", "resent-to",
    "x-forwarded-to",
)  # fmt: skip
_PAIR = re.compile(r"([a-z0-9._/-]{1,40})\s*=\s*([a-z0-9._@-]{1,260})", re.IGNORECASE)
_REJECTS = re.compile(r"(?<![a-z])(?:p|policy\.dmarc|action)\s*=\s*o?reject")
_LONGEST_HEADER = 8_000


class Verdict(NamedTuple):
    """What our server says of a mail's From."""

    passed: bool = False  # DMARC passed for the very domain in From
    forged: bool = False  # DMARC failed, and the domain asks that such mail be rejected


def verdict(fields: Iterable[Field], sender: str, authserv_id: str) -> Verdict:
    """The word of the server we trust about this sender; without a server we trust, neither passed nor forged.

    Only its topmost field counts, and those right below it: whatever stands under the next Received came with the mail
    (RFC 8601, 5). Where it names several results of DMARC, all of them must pass.
    """
    domain = sender.rpartition("@")[2]
    said = [
        result
        for value in (_trusted(fields, authserv_id.lower()) if authserv_id else ())
        for result in _results(value)
        if result.method == "dmarc"
    ]
    return Verdict(
        passed=bool(said) and all(each.outcome == "pass" and each.domain == domain != "" for each in said),
        forged=any(each.outcome == "fail" and each.domain in (domain, "") and each.rejects for each in said),
    )


def _trusted(fields: Iterable[Field], authserv_id: str) -> Iterator[str]:
    """The values of the fields our own server wrote when it took the mail in, from the top."""
    begun = False
    for field in fields:
        if field.name == "received" and begun:
            return
        if field.name != "authentication-results":
            continue
        value = field.value[:_LONGEST_HEADER]
        first = next(_parts(value))[0]
        named = "" if "=" in first else first.split()[0].lower() if first.split() else ""
        if (named or UNNAMED) == authserv_id:
            begun = True
            yield value
        if not named or authserv_id == UNNAMED:
            return


class _Result(NamedTuple):
    method: str
    outcome: str
    domain: str  # header.from
    rejects: bool  # the domain's policy is to reject, as Google, OpenDMARC and Microsoft say it


def _results(value: str) -> Iterator[_Result]:
    """What the server found, in the order it says it."""
    for bare, comment in _parts(value):
        pairs = [(match[1].lower(), match[2].lower()) for match in _PAIR.finditer(bare)]
        if not pairs:
            continue
        domain = dict(pairs[1:]).get("header.from", "").rpartition("@")[2].rstrip(".")
        rejects = _REJECTS.search(f"{bare} {comment}".lower()) is not None
        yield _Result(pairs[0][0].partition("/")[0], pairs[0][1], domain, rejects)


def _parts(value: str) -> Iterator[tuple[str, str]]:
    """What stands between semicolons, and the comments in it. Quoted strings fall away: strangers fill them."""
    bare: list[str] = []
    comments: list[str] = []
    depth, quoted, escaped = 0, False, False
    for sign in value:
        if escaped or (sign == "\\" and (quoted or depth)):
            escaped = not escaped
        elif sign == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif sign == ";" and not depth:
            yield "".join(bare), "".join(comments)
            bare, comments = [], []
        else:
            (comments if depth else bare).append(sign)
    yield "".join(bare), "".join(comments)


def answered(head: Head, tokens: Tokens) -> Iterator[Ours]:
    """Our messages this mail answers, the surest first: by address, by In-Reply-To, by References from the newest."""
    yield from tokens.in_addresses(addresses(head, *TO_US))
    yield from tokens.in_ids(head.text("in-reply-to").text)
    yield from reversed(list(tokens.in_ids(head.text("references").text)))
