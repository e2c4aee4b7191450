"""Both databases for the tests of the road, and a road on an in-memory one."""

import pytest

from tests.doubles import FakeChannel, FakeCore, a_road
from tests.stores import memory, postgres, postgres_url, sqlite, store, url

__all__ = ["memory", "postgres", "postgres_url", "sqlite", "store", "url"]


@pytest.fixture
def channel():
    return FakeChannel()


@pytest.fixture
def core():
    return FakeCore()


@pytest.fixture
def road(memory, channel):
    return a_road(memory, channel)
