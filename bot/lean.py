"""Keeps a process that runs for months small: what it never uses of its libraries isn't loaded, or isn't kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from inspect import CO_OPTIMIZED
from types import CodeType, ModuleType

# Libraries that others import wherever they are installed, and do without where they aren't.
_UNUSED = (
    "rich",  # for coloured terminals, by structlog: 4 MB with pygments
    "pygments",
    "greenlet",  # for SQLAlchemy's asyncio, which we don't use: 2 MB with the C++ library
    "cryptography.hazmat.primitives.serialization",  # for Telegram Passport, by python-telegram-bot: 1 MB
)

# Modules that others import for these names and that nobody here calls.
_NAMED_ONLY = {
    "telegram.request._httpxrequest": ("HTTPXRequest",),  # ours takes its place; with it comes httpx: 2 MB
    "uvicorn.main": ("Server", "main", "run"),  # its command line, with click and multiprocessing
    "apscheduler.executors.pool": ("ProcessPoolExecutor", "ThreadPoolExecutor"),  # our jobs are coroutines
    "http.server": ("BaseHTTPRequestHandler",),  # by prometheus_client, whose ASGI application is what we serve
    "wsgiref.simple_server": ("WSGIRequestHandler", "WSGIServer", "make_server"),  # the same
}

# Of these the explanations alone, which only programmers read, are 6 MB.
_MUCH_EXPLAINED = frozenset(
    {
        "aiohttp",
        "apscheduler",
        "asyncio",
        "cryptography",
        "prometheus_client",
        "pydantic",
        "pydantic_core",
        "sqlalchemy",
    }
    | {"starlette", "structlog", "telegram", "uvicorn", "yarl"}
    | {"anyio", "attr", "difflib", "email", "http", "idna", "ipaddress", "msgspec", "urllib"}
    | {"bot", "channels", "storage", "workflow"}
)

_HAS_DOCSTRING = 0x4000000  # Python 3.14: the first constant of a function is its docstring only where this is set


def slim() -> None:
    """Load less from now on, in this process: to be called before the libraries are imported."""
    for name in _UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # None: importing raises ImportError
    for name, names in _NAMED_ONLY.items():
        sys.modules.setdefault(name, _standing_for(name, names))
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def _standing_for(name: str, names: Sequence[str]) -> ModuleType:
    """What stands for a module that's imported and never used: an empty class for each of its names."""
    module = ModuleType(name, "Left out: see bot/lean.py.")
    vars(module).update({each: type(each, (), {}) for each in names})
    return module


class _Finder:
    """Finds the modules of the libraries that are explained much, and has them loaded without explanations."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The spec of such a module; None for all others."""
        if name.partition(".")[0] not in _MUCH_EXPLAINED:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Unexplained(spec.loader.name, spec.loader.path)
        return spec


class _Unexplained(SourceFileLoader):
    """Loads a module as it is, bar the docstrings; as `python -OO` would, and with its assertions."""

    def get_code(self, fullname: str) -> CodeType | None:
        """The code without docstrings."""
        code = super().get_code(fullname)
        return code and without_docstrings(code)


def without_docstrings(code: CodeType) -> CodeType:
    """The code of a module, class or function without its docstring and those of everything in it."""
    constants = [without_docstrings(each) if isinstance(each, CodeType) else each for each in code.co_consts]
    place = _place_of_docstring(code)
    if place is not None and isinstance(constants[place], str):
        constants[place] = None
    same = all(new is old for new, old in zip(constants, code.co_consts, strict=True))
    return code if same else code.replace(co_consts=tuple(constants))


def _place_of_docstring(code: CodeType) -> int | None:
    """Which constant may be the docstring: of a function the first, of a class the one after its name.

    Lambdas and comprehensions, whose names begin with <, have none. (CPython, Python/compile.c.)
    """
    if code.co_flags & CO_OPTIMIZED:
        named = not code.co_name.startswith("<") and len(code.co_consts) > 0
        return 0 if named and (sys.version_info < (3, 14) or code.co_flags & _HAS_DOCSTRING) else None
    is_class = "__qualname__" in code.co_names and "__doc__" in code.co_names
    return 1 if is_class and len(code.co_consts) > 1 else None
