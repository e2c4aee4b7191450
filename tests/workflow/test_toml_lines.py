"""Where a key of a TOML text stands, counted from line 1."""

import pytest

from workflow.standard.toml_lines import line_of, lines_of

TEXT = '''# a file
schema = 1
"quoted key" = 2
dotted.key = 3

[office]
name = "x"   # [not] = a header
[[steps]]
id = "a"
next = [
  "b",
]
[[steps]]
id = "b"
text = """
id = "not a key"
[nor a header]
""" # closed
after = 1
note = """on one line"""
acts = [{ by = "x" }]
[steps.more]
deep = \'\'\'
still = """inside
\'\'\'
[a . b]
c = 1
'''


@pytest.mark.parametrize(
    ("loc", "line"),
    [
        (("schema",), 2),
        (("quoted key",), 3),
        (("dotted", "key"), 4),
        (("office",), 6),
        (("office", "name"), 7),
        (("steps", 0), 8),
        (("steps", 0, "next", 0), 10),  # the array's own line
        (("steps", 0, "missing"), 8),
        (("steps", 1, "id"), 14),
        (("steps", 1, "after"), 19),
        (("steps", 1, "note"), 20),
        (("steps", 1, "acts", 0, "by"), 21),
        (("steps", 1, "more", "deep"), 23),
        (("a", "b", "c"), 27),
        (("nothing",), None),
        ((), None),
    ],
)
def test_a_place_is_found_on_its_line_or_that_of_what_encloses_it(loc, line):
    assert line_of(lines_of(TEXT), loc) == line


def test_what_stands_in_a_long_string_is_no_key():
    assert ("steps", 1, "still") not in lines_of(TEXT)
    assert ("nor a header",) not in lines_of(TEXT)
