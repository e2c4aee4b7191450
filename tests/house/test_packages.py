"""Every package we stand on has a licence we may use, stands in the list, and an audit can't pass by failing."""

from __future__ import annotations

import re

import pytest

from tests.house.packages import ALLOWED, PAGE, licence, pins, told

RUN, DEV = pins("requirements.lock"), pins("requirements-dev.lock")


def test_no_pin_differs_between_the_two_locks():
    assert len(RUN) > 60
    assert not {name for name in RUN if DEV.get(name) != RUN[name]}


@pytest.mark.parametrize("package", sorted(DEV))
def test_its_licence_is_one_we_may_use(package):
    said = licence(package)
    if said:  # a package for another system isn't on this one
        assert set(re.split(r" (?:AND|OR) ", said)) <= ALLOWED, said


def test_most_are_on_this_machine_so_that_the_test_above_looks_at_them():
    assert len([each for each in DEV if licence(each)]) > len(DEV) - 8


def test_the_page_lists_every_package_with_its_licence():
    text = PAGE.read_text("utf-8")
    for package in DEV:
        said = licence(package)
        assert f"| {package} | {said}" in text, f"{package}: python -m tests.house.packages licences"


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (0, "", 0),
        (1, "jinja2 2.4.1 has 5 known vulnerabilities", 1),
        (2, "error: Request failed after 3 retries\n  cause: dns error", 3),
        (2, "error: No solution found when resolving the pins", 1),
        (101, "thread main panicked", 1),
    ],
)
def test_what_an_audit_comes_to(status, words, code, capsys):
    assert told(status, words, 108) == code
    assert "audit: " in capsys.readouterr().out
