"""The shape of the code: sizes, names and docstrings that no linter checks."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.tree import in_packages, modules, texts

LONGEST_FUNCTION = 60
LONGEST_FILE = 400
MANY = 20
CATCH_ALL = re.compile(r"(^|_)(utils?|helpers?|common|commons|misc|managers?|processors?|stuff|tools?)(_|\.|$)")
CATCH_ALL_CLASS = re.compile(r"(Manager|Helper|Helpers|Util|Utils|Processor)$")
PYTHON = sorted(name for name in texts() if name.endswith(".py"))


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def too_long(tree, limit=LONGEST_FUNCTION):
    """The functions that don't fit on a screen, with their length in lines."""
    return {f.name: lines for f in functions(tree) if (lines := f.end_lineno - f.lineno + 1) > limit}


def test_the_measure_of_a_function_counts_its_lines():
    assert too_long(ast.parse("def f():\n    a = 1\n    return a\n"), limit=2) == {"f": 3}


def test_every_function_fits_on_a_screen():
    found = {name: long for name, tree in modules().items() if (long := too_long(tree))}
    assert found == {}, f"longer than {LONGEST_FUNCTION} lines"


def test_every_file_can_be_read_in_one_sitting():
    found = {
        name: lines
        for name, text in texts().items()
        if name.endswith(".py") and (in_packages(name) or name == "start.py")
        if (lines := text.count("\n")) > LONGEST_FILE
    }
    assert found == {}, f"longer than {LONGEST_FILE} lines"


@pytest.mark.parametrize("name", ["utils.py", "string_helpers.py", "common/__init__.py", "bot/queue_manager.py"])
def test_a_catch_all_name_is_seen(name):
    assert any(CATCH_ALL.search(part) for part in name.split("/"))


def test_no_file_is_a_place_for_anything():
    found = [name for name in PYTHON if any(CATCH_ALL.search(part) for part in name.lower().split("/"))]
    assert found == []


def test_no_class_is_a_manager_of_anything():
    found = [
        f"{name}: {node.name}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and CATCH_ALL_CLASS.search(node.name)
    ]
    assert found == []


def test_every_module_says_in_one_sentence_what_it_is_for():
    found = []
    for name in PYTHON:
        said = ast.get_docstring(ast.parse(texts()[name])) or ""
        first = said.split("\n\n")[0].strip()
        if not re.search(r"[.:!?]$", first) or len(first) < 15:
            found.append(name)
    assert found == []


def test_nothing_is_left_to_be_done_later():
    later = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
    found = [name for name, text in texts().items() if name.endswith((".py", ".toml", ".js")) and later.search(text)]
    assert found == []


def test_the_core_never_awaits():
    found = [
        name
        for name, tree in modules().items()
        if name.startswith("workflow/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Await | ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith)
    ]
    assert found == []


def test_a_file_has_many_ifs_or_many_awaits_but_not_both():
    """What decides and what waits stand in different files; a loop with a handful of each is fine."""
    counts = {
        name: (
            sum(isinstance(node, ast.If | ast.IfExp | ast.Match) for node in ast.walk(tree)),
            sum(isinstance(node, ast.Await) for node in ast.walk(tree)),
        )
        for name, tree in modules().items()
    }
    assert {name: pair for name, pair in counts.items() if min(pair) > MANY} == {}


def test_no_branch_in_code_names_an_office():
    """What differs between offices is data; the demo alone may begin with one of them."""
    ids = {
        name.split("/")[-1][: -len(".toml")] for name in texts() if re.fullmatch(r"workflow/offices/[^/]+\.toml", name)
    }
    assert ids
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare | ast.MatchValue)
        for constant in ast.walk(node)
        if isinstance(constant, ast.Constant) and constant.value in ids
    ]
    assert found == []
