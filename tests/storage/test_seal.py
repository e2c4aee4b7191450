"""What's sealed stays sealed: under another purpose, another name, another master, after its key is destroyed."""

import base64

import pytest

from storage.seal import BadKey, Seal, UnknownMaster, Unopenable, box, master_from_text, unbox
from tests.doubles import MASTER, a_seal

OTHER = bytes(reversed(range(32)))


def counting():
    """Chance that never repeats itself."""
    numbers = iter(range(1, 10_000))
    return lambda count: next(numbers).to_bytes(count, "big")


def test_what_is_sealed_can_be_opened_again():
    seal = a_seal()
    assert seal.open("inbox", seal.close("inbox", b"3574010101010001")) == b"3574010101010001"


def test_the_same_words_never_look_the_same():
    seal = a_seal()
    assert seal.close("inbox", b"halo") != seal.close("inbox", b"halo")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
        lambda sealed: sealed[:-1],
        lambda sealed: b"\x02" + sealed[1:],
        lambda sealed: b"",
        lambda sealed: b"halo",
    ],
)
def test_damaged_bytes_are_refused(spoil):
    seal = a_seal()
    with pytest.raises(Unopenable):
        seal.open("inbox", spoil(seal.close("inbox", b"halo")))


def test_what_is_sealed_for_one_purpose_is_closed_to_another():
    seal = a_seal()
    with pytest.raises(Unopenable):
        seal.open("outbox", seal.close("inbox", b"halo"))


def test_a_boxed_value_can_not_be_moved_to_another_place():
    key, random_bytes = bytes(32), counting()
    sealed = box(key, b"isi", "file a", random_bytes)
    assert unbox(key, sealed, "file a") == b"isi"
    with pytest.raises(Unopenable):
        unbox(key, sealed, "file b")


def test_a_wrapped_key_opens_under_its_own_name_only():
    seal = a_seal()
    key = seal.new_key()
    wrapped = seal.wrap("kanigaran/7K3F", key)
    assert seal.unwrap("kanigaran/7K3F", wrapped) == key
    with pytest.raises(Unopenable):
        seal.unwrap("kanigaran/2A2A", wrapped)


def test_a_new_master_seals_and_the_old_one_still_opens():
    old = Seal([MASTER], counting())
    sealed = old.close("inbox", b"lama")
    both = Seal([OTHER, MASTER], counting())
    assert both.open("inbox", sealed) == b"lama"
    fresh = both.close("inbox", b"baru")
    with pytest.raises(Unopenable):
        old.open("inbox", fresh)
    assert Seal([OTHER], counting()).open("inbox", fresh) == b"baru"


def test_a_master_key_is_read_from_base64():
    assert master_from_text(base64.b64encode(MASTER).decode() + "\n") == MASTER


@pytest.mark.parametrize("text", ["", "rahasia", base64.b64encode(b"kurang").decode(), "=" * 44, "ä" * 44])
def test_anything_else_is_no_master_key_and_is_not_quoted(text):
    with pytest.raises(BadKey) as caught:
        master_from_text(text)
    assert not text or text not in str(caught.value)


def test_what_a_former_master_sealed_shows_by_its_beginning_and_its_absence_is_told_apart_from_damage():
    old, new = Seal([MASTER], counting()), Seal([OTHER], counting())
    sealed = old.close("inbox", b"lama")
    assert sealed.startswith(old.head)
    assert not sealed.startswith(Seal([OTHER, MASTER], counting()).head)
    with pytest.raises(UnknownMaster):
        new.open("inbox", sealed)
    with pytest.raises(Unopenable) as damaged:
        old.open("inbox", sealed[:-1])
    assert not isinstance(damaged.value, UnknownMaster)


def test_secrets_of_a_former_master_follow_the_one_in_use():
    before, both = Seal([MASTER], counting()), Seal([OTHER, MASTER], counting())
    assert both.secrets("tokens of a")[1:] == before.secrets("tokens of a")
    assert len({*both.secrets("tokens of a"), *both.secrets("tokens of b")}) == 4
