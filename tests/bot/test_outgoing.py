"""Long messages in parts, and what a repeated one looks like."""

import pytest

from bot.outgoing import again_mark, in_parts, marked_again
from channels.text import utf16
from tests.doubles import citizen
from workflow.message import Choice, Enclosure, Limits, Mention, Outbound, Refers

BUTTONS = ((Choice(label="Ya", data="c:ya"),),)


def out(text, kind="answer", **more):
    return Outbound(to=citizen(), kind=kind, text=text, **more)


@pytest.mark.parametrize(
    ("kind", "units", "parts"),
    [
        ("answer", 4000, 1),
        ("answer", 4096, 2),
        ("card", 4096, 1),
        ("card", 4097, 2),
        ("edit", 9000, 1),
        ("answer", 20_000, 5),
    ],
)
def test_as_many_parts_as_needed(kind, units, parts):
    found = in_parts(out("a" * units, kind), Limits())
    assert len(found) == parts
    assert [nth for _, nth in found] == ([0] if parts == 1 else list(range(1, parts + 1)))


def test_what_is_repeated_still_fits():
    for part, _ in in_parts(out("kata 😀 " * 3000), Limits()):
        assert utf16(marked_again(part).text) <= 4096


def test_the_first_part_replies_and_the_last_carries_the_buttons():
    refers = Refers(role="relay")
    message = out(
        "Siti " * 1800,
        choices=BUTTONS,
        reply_to="5",
        about="id1",
        key="k",
        refers=refers,
        mentions=(Mention(id="9", name="Siti"), Mention(id="8", name="Budi")),
    )
    (first, _), (middle, _), (last, _) = in_parts(message, Limits())
    assert [each.reply_to for each in (first, middle, last)] == ["5", "", ""]
    assert [each.choices for each in (first, middle, last)] == [(), (), BUTTONS]
    assert [each.about for each in (first, middle, last)] == ["", "", "id1"]
    assert {each.key for each in (first, middle, last)} == {"k"}
    assert all(each.refers == refers for each in (first, middle, last))
    assert [[one.name for one in each.mentions] for each in (first, last)] == [["Siti"], ["Siti"]]


def test_a_file_with_too_long_a_caption_goes_first_and_the_words_follow():
    (picture, _), (words, _) = in_parts(out("a" * 1500, enclosure=Enclosure(file="f1"), choices=BUTTONS), Limits())
    assert (picture.text, picture.enclosure, picture.choices) == ("", Enclosure(file="f1"), ())
    assert (words.enclosure, words.choices, len(words.text)) == (None, BUTTONS, 1500)


def test_only_what_a_citizen_must_not_miss_is_marked():
    assert marked_again(out("halo")).text == "halo" + again_mark()
    assert marked_again(out("halo", "card")).text == "halo"
