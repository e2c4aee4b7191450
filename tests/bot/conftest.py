"""Both databases for the tests of the road, and a road on an in-memory one."""

import pytest

from storage import schema
from storage.engine import Store
from tests.doubles import FakeChannel, FakeCore, a_road, a_seal
from tests.stores import postgres, postgres_url, sqlite, store, url

__all__ = ["postgres", "postgres_url", "sqlite", "store", "url"]


@pytest.fixture
def memory():
    """A store in memory that runs everything at once."""
    made = Store("sqlite://", a_seal(), inline=True)
    schema.create(made)
    yield made
    made.close()


@pytest.fixture
def channel():
    return FakeChannel()


@pytest.fixture
def core():
    return FakeCore()


@pytest.fixture
def road(memory, channel):
    return a_road(memory, channel)
