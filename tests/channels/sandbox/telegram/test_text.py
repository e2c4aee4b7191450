"""Formatted text: what Telegram makes of HTML, and in which words it refuses it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sandbox.telegram.errors import BotApiError
from channels.sandbox.telegram.text import detect, formatted, utf16_length

READ = [
    ("halo", "halo", []),
    ("<b>tebal</b>", "tebal", [("bold", 0, 5)]),
    ("a <strong>b</strong> <em>c</em> <ins>d</ins> <del>e</del>", "a b c d e", [("bold", 2, 1), ("italic", 4, 1), ("underline", 6, 1), ("strikethrough", 8, 1)]),
    ("<b>a <i>b</i></b>", "a b", [("bold", 0, 3), ("italic", 2, 1)]),
    ("1 &lt; 2 &amp;&amp; 3 &gt; 2 &quot;ya&quot; &#33; &nbsp;", '1 < 2 && 3 > 2 "ya" ! &nbsp;', []),
    ("\N{PARTY POPPER}<b>a</b>", "\N{PARTY POPPER}a", [("bold", 2, 1)]),
    ('<a href="https://contoh.id">sini</a>', "sini", [("text_link", 0, 4)]),
    ('<a href="bukan alamat">sini</a>', "sini", []),
    ("<b></b>kosong", "kosong", []),
    ("  <b> tepi </b>  ", "tepi", [("bold", 0, 4)]),
    ("<pre>x</pre><code>y</code><blockquote>z</blockquote>", "xyz", [("pre", 0, 1), ("code", 1, 1), ("blockquote", 2, 1)]),
    ('<span class="tg-spoiler">r</span><tg-spoiler>s</tg-spoiler>', "rs", [("spoiler", 0, 1), ("spoiler", 1, 1)]),
    ("lihat /status", "lihat /status", [("bot_command", 6, 7)]),
]  # fmt: skip


@pytest.mark.parametrize(("html", "plain", "marks"), READ)
def test_html_becomes_text_and_marks(html, plain, marks):
    text, entities = formatted(html, "HTML", None)
    assert (text, [(each["type"], each["offset"], each["length"]) for each in entities]) == (plain, marks)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("\N{LATIN SMALL LETTER E WITH ACUTE}<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 2'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<b", 'Unclosed start tag "b" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_html_is_refused_with_its_place(html, words):
    with pytest.raises(BotApiError) as caught:
        formatted(html, "html", None)
    assert caught.value.description == f"Bad Request: can't parse entities: {words}"


def test_only_html_is_spoken():
    with pytest.raises(BotApiError, match="unsupported parse_mode"):
        formatted("*a*", "MarkdownV2", None)


def test_marks_given_by_the_bot_must_lie_within_the_text():
    assert formatted("halo", "", [{"type": "bold", "offset": 0, "length": 4}])[1][0]["length"] == 4
    with pytest.raises(BotApiError, match="incorrect bounds"):
        formatted("halo", "", [{"type": "bold", "offset": 2, "length": 3}])


def test_clients_find_commands_addresses_and_names():
    text = "/start@contoh_bot a@contoh.id https://contoh.id/a @sari_contoh #lapor kosong/tidak"
    assert [each["type"] for each in detect(text)] == ["bot_command", "email", "url", "mention", "hashtag"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_escaped_text_comes_through_unharmed(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain, entities = formatted(escaped, "HTML", None)
    assert plain == text.strip()
    assert all(each["offset"] + each["length"] <= utf16_length(plain) for each in entities)
