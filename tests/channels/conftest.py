"""What the tests of every channel share: the one HTTP client under all of them."""

from __future__ import annotations

import pytest

from channels.http import Http


@pytest.fixture
async def http():
    async with Http(connect_timeout_s=2.0) as client:
        yield client
