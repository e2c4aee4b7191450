"""Both databases for the tests of storage."""

from tests.stores import postgres, postgres_url, sqlite, store, url

__all__ = ["postgres", "postgres_url", "sqlite", "store", "url"]
