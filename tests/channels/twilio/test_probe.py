"""What `aduan check` sends through the public address: signed as Twilio signs, and holding nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channels.base import Forged, Malformed, Probing


@pytest.mark.parametrize("name", ["whatsapp", "sms"])
def test_a_probe_is_signed_well_and_says_nothing(request, name):
    channel = request.getfixturevalue(name)
    assert isinstance(channel, Probing)
    call = channel.probe()
    with pytest.raises(Malformed):
        channel.accept(call)


def test_a_probe_that_came_by_another_address_does_not_hold(whatsapp):
    call = whatsapp.probe()
    with pytest.raises(Forged):
        whatsapp.accept(replace(call, query="through=a-proxy"))
