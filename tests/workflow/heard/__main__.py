"""Prints how well messages are understood: `python -m tests.workflow.heard [heldout|develop] [--wrong]`."""

from __future__ import annotations

import sys

from tests.workflow.heard import corpus


def main(arguments: list[str]) -> None:
    """Print the tables of one part; with --wrong also each message that wasn't understood (of `develop`)."""
    part = next((word for word in arguments if not word.startswith("-")), "heldout")
    _table("intent", corpus.by_intent(part), precise=True)
    _table("language", corpus.by_language(part), precise=False)
    right, count, wrong_topics = corpus.topics(part)
    sys.stdout.write(f"\ntopics: {right} of {count} ({right / count:.0%})\n")
    missed, exposed, brushed = corpus.missed_dangers(part), corpus.exposed(part), corpus.brushed_off(part)
    sys.stdout.write(
        f"dangers missed: {len(missed)}; bribes exposed: {len(exposed)}; complaints brushed off: {len(brushed)}\n"
    )
    if "--wrong" in arguments:
        for said in corpus.corpus(part):
            guess = corpus.understood(said.text)
            if guess.intent != said.intent or guess.confidential != said.secret:
                sys.stdout.write(f"{said.intent} -> {guess.intent}: {said.text!r} {guess.points}\n")
        for said, heard in wrong_topics:
            sys.stdout.write(f"{said.topic} -> {heard or '-'}: {said.text!r}\n")


def _table(title: str, scores: dict[str, corpus.Score], *, precise: bool) -> None:
    sys.stdout.write(f"\n{title:<16}{'said':>6}{'right':>7}{'asked':>7}{'wrong':>7}{'recall':>8}")
    sys.stdout.write(f"{'precision':>11}\n" if precise else "\n")
    for score in scores.values():
        sys.stdout.write(f"{score.name:<16}{score.said:>6}{score.right:>7}{score.asked:>7}{score.wrong:>7}")
        sys.stdout.write(f"{score.recall:>8.2f}")
        sys.stdout.write(f"{score.precision:>11.2f}\n" if precise else "\n")
    said, right = sum(each.said for each in scores.values()), sum(each.right for each in scores.values())
    asked = sum(each.asked for each in scores.values())
    sys.stdout.write(f"{'all':<16}{said:>6}{right:>7}{asked:>7}{said - right - asked:>7}{right / said:>8.2f}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
