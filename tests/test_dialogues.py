"""Every transcript in tests/dialogues reads exactly as written."""

from pathlib import Path

import pytest

from tests.transcript import play

TRANSCRIPTS = sorted((Path(__file__).parent / "dialogues").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_talk_reads_as_written(path: Path) -> None:
    play(path)
