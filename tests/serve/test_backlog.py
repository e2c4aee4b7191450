"""A backlog of mails and WhatsApp's calls beside each other, in the real program; `tests.serve.backlog` measures more of them."""

from __future__ import annotations

import pytest

from tests.serve.backlog import run

MAILS = 300


@pytest.mark.slow
@pytest.mark.needs_system("dovecot", "openssl")
async def test_a_backlog_of_mail_hardly_slows_calls_down_and_memory_stays_flat(tmp_path, dovecot, account, capsys):
    found = await run(tmp_path, dovecot, account, mails=MAILS, alone_s=3.0)
    with capsys.disabled():
        print(f"\n{found}")  # noqa: T201 - the figures are what one wants to see
    found.check()
