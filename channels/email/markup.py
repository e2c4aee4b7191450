"""HTML of a mail to plain text, bounded: the whole of it, and what remains without the quotations that clients mark."""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING, NamedTuple

from channels.email.cleaning import clean

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MOST_TAGS = 10_000  # a laid-out text of more isn't worth its time (17 us a tag)
_WIDEST_TABLES = 300_000  # characters a table may take up once every cell is as wide as its column
_LINKS = 20
_LONGEST_LINK = 500

_UNSEEN_TAGS = ("script", "style", "head", "title", "template")
_UNSEEN = re.compile(rf"<!--|<({'|'.join(_UNSEEN_TAGS)})\b")
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}  # keeps every place, unlike str.lower
_MANY_LINES = re.compile(r"\n{4,}")
_BREAK = re.compile(r"(?i)<(?:br|/?(?:p|div|tr|li|ul|ol|table|blockquote|h[1-6]|hr|pre|section|article))\b[^<>]*>")
_CELL = re.compile(r"(?i)</t[dh]\s*>")
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_NO_LETTERS = re.compile(r"\W+")
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|mso-hide\s*:\s*all")
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_FORWARDED = re.compile(r"(?i)forwarded message|diteruskan|terusan")

# What clients put around what they quote (docs/email.md Q1). `drop`: this element; `end`: it and all that follows.
_MARKS = {
    "drop": (
        "blockquote[@type='cite']", "blockquote[has(gmail_quote)]", "*[has(gmail_attr)]", "*[has(moz-cite-prefix)]",
        "*[has(protonmail_quote)]", "*[has(yahoo_quoted)]", "*[has(gmail_signature)]", "*[has(moz-signature)]",
        "*[@id='ms-outlook-mobile-signature']", "*[@id='Signature']",
    ),
    "end": ("*[@id='divRplyFwdMsg']", "*[@id='appendonsend']", "*[@id='mail-editor-reference-message-container']"),
}  # fmt: skip
_TELLING = re.compile(
    r"(?i)gmail_quote|gmail_attr|type=[\"']?cite|moz-cite-prefix|protonmail_quote|yahoo_quoted|divRplyFwdMsg"
    r"|appendonsend|mail-editor-reference-message-container"
)


class Converted(NamedTuple):
    """The text of an HTML body."""

    whole: str
    new: str  # without what the client itself marked as quoted or as a signature


def marks_quotation(html: str) -> bool:
    """Whether a client marked something in it as quoted."""
    return _TELLING.search(html) is not None


def converted(html: str) -> Converted:
    """Both texts of it. Never raises; every word that's shown is in the first."""
    source = _DECLARATION.sub("", clean(html))
    plain = stripped(source)
    tree = _tree(source) if source.count("<") <= _MOST_TAGS else None
    if tree is None:
        return Converted(plain, plain)
    # The parser gives up below 256 levels, and what stands there would be lost.
    if _letters(_words_of(tree)) < 0.9 * _letters(plain):
        return Converted(plain, plain)
    _make_safe(tree)
    _show_links(tree)
    whole = _laid_out(tree)
    return Converted(whole, _laid_out(tree) if marks_quotation(source) and _cut(tree) else whole)


def stripped(html: str) -> str:
    """The text without tags, a line for each block: what's left to do with HTML that can't be laid out. Linear."""
    flat = " ".join(_without_unseen(html).split())
    lines = _TAG.sub("", _CELL.sub("  ", _BREAK.sub("\n", flat)))
    return "\n".join(line.strip() for line in clean(entities.unescape(lines)).split("\n")).strip()


def _without_unseen(html: str) -> str:
    """The source without comments, scripts and styles; where one is never closed, all behind its opening stays."""
    lower = html.lower() if html.isascii() else html.translate(_LOWER)
    never: set[str] = set()
    out, at = [], 0
    for match in _UNSEEN.finditer(lower):
        closing = "-->" if match[1] is None else f"</{match[1]}"
        if match.start() < at or closing in never:
            continue
        end = lower.find(closing, match.end())
        if end < 0:
            never.add(closing)
            continue
        out.append(html[at : match.start()])
        at = end if match[1] is not None else end + len(closing)
    return " ".join([*out, html[at:]])


def _tree(source: str) -> HtmlElement | None:
    from lxml.etree import LxmlError
    from lxml.html import document_fromstring

    try:
        return document_fromstring(source)
    except (LxmlError, ValueError, AssertionError):
        return None


def _words_of(tree: HtmlElement) -> str:
    """All text in it, scripts and styles apart."""
    pieces: list[str] = []
    for element in tree.iter():
        if isinstance(element.tag, str) and element.tag not in _UNSEEN_TAGS:
            pieces.append(element.text or "")
        pieces.append(element.tail or "")
    return "".join(pieces)


def _letters(text: str) -> int:
    return len(_NO_LETTERS.sub("", text))


def _make_safe(tree: HtmlElement) -> None:
    """Take off what would let a small page become a huge text: distances, and tables with long and many rows."""
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        style = element.attrib.pop("style", "")
        if _HIDDEN.search(style):
            element.set("style", "display:none")
        if element.tag == "ol":
            element.attrib.pop("start", None)
    tables = list(tree.iter("table"))
    if sum(_spread(table) for table in tables) > _WIDEST_TABLES:
        for element in tree.iter("table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"):
            element.tag = "span" if element.tag in ("td", "th") else "div"
            if element.tag == "span":
                element.tail = "  " + (element.tail or "")


def _spread(table: HtmlElement) -> int:
    """How many characters it takes to lay this table out."""
    rows = table.xpath("./tr|./tbody/tr|./thead/tr|./tfoot/tr")
    widths: dict[int, int] = {}
    for row in rows:
        for column, cell in enumerate(row.iterchildren("td", "th")):
            widths[column] = max(widths.get(column, 0), len(cell.text_content()))
    return len(rows) * sum(widths.values())


def _show_links(tree: HtmlElement) -> None:
    """Set addresses that hide behind words after them in brackets: they may be the evidence, or the place."""
    shown = 0
    for link in tree.iter("a"):
        address = (link.get("href") or "").strip()
        if not address.lower().startswith(("http://", "https://")) or len(address) > _LONGEST_LINK:
            continue
        said = link.text_content().strip()
        if said and address.rstrip("/") not in said and said.removeprefix("www.") not in address and shown < _LINKS:
            link.tail = f" ({address}){link.tail or ''}"
            shown += 1


def _cut(tree: HtmlElement) -> bool:
    """Take out what clients mark as quoted, as a signature, and what follows an Outlook reply's head."""
    found = False
    for mark in _MARKS["end"]:
        for element in tree.xpath(_xpath(mark)):
            _drop_from(element)
            found = True
    for mark in _MARKS["drop"]:
        for element in tree.xpath(_xpath(mark)):
            if element.getparent() is None or _is_forward(element):
                continue
            element.drop_tree()
            found = True
    return found


def _xpath(mark: str) -> str:
    return "//" + re.sub(r"has\((\w+(?:[-_]\w+)*)\)", r"contains(concat(' ',normalize-space(@class),' '),' \1 ')", mark)


def _is_forward(element: HtmlElement) -> bool:
    """Whether it introduces a forwarded mail: that is content, quoted or not."""
    return "gmail_attr" in (element.get("class") or "") and _FORWARDED.search(element.text_content()[:200]) is not None


def _drop_from(element: HtmlElement) -> None:
    """Take out this element and all that comes after it in the document."""
    here = element
    while (parent := here.getparent()) is not None and parent.tag != "html":
        for later in list(here.itersiblings()):
            parent.remove(later)
        here.tail = None
        here = parent
    if element.getparent() is not None:
        element.getparent().remove(element)


def _laid_out(tree: HtmlElement) -> str:
    from inscriptis.css_profiles import CSS_PROFILES
    from inscriptis.html_engine import Inscriptis
    from inscriptis.model.config import ParserConfig

    lines = clean(Inscriptis(tree, ParserConfig(css=CSS_PROFILES["strict"])).get_text()).split("\n")
    return _MANY_LINES.sub("\n\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
