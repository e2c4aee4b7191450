"""What a provider answers is shown without the address it quotes, and is otherwise as it was."""

from __future__ import annotations

import pytest

from workflow.message import SendError
from workflow.unnamed import unnamed


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("SMTP recipient 550: 5.1.1 <bu.sari@contoh.id>: user unknown", "SMTP recipient 550: 5.1.1 <...@contoh.id>: user unknown"),
        ("mailto:sari+aduan@contoh.co.id is full", "mailto:...@contoh.co.id is full"),
        ("'To' number +6281234567890 is no number", "'To' number ... is no number"),
        ("to whatsapp: 0812-3456-7890.", "to whatsapp: ...."),
        ('550 no\r\n\x1b[2J\x1b]0;x\x07{"level"', '550 no   [2J ]0;x {"level"'),
        ("Bad Request: NIK 3574031205900003", "Bad Request: NIK ..."),
        ("Bad Request: 3574.0312.0590.0003, 3574-0312-0590-0003", "Bad Request: ..., ..."),
        ("63016: more than 24 hours since their last message", "63016: more than 24 hours since their last message"),
        ("status 429, code 20429", "status 429, code 20429"),
        ("421 4.7.0 10.0.0.1 try again later", "421 4.7.0 10.0.0.1 try again later"),
        ("certificate verify failed: IP address 192.168.100.200", "certificate verify failed: IP address 192.168.100.200"),
    ],
)  # fmt: skip
def test_addresses_are_taken_out_and_nothing_else(said, shown):
    assert unnamed(said) == shown
    assert SendError("gone", said).reason == shown
    assert str(SendError("gone", said)) == f"gone: {shown}"
    assert unnamed(shown) == shown
