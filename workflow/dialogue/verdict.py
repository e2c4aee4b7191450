"""Withdrawal, SUDAH and BELUM: a citizen's last words on a registered complaint."""

from __future__ import annotations

from workflow.dialogue import asking, beginning
from workflow.dialogue.acting import act, is_recent, pass_on, spoken_of
from workflow.dialogue.talk import Talk, choice
from workflow.heard import hearing
from workflow.message import Message
from workflow.procedure import telling
from workflow.procedure.reach import is_out
from workflow.record import Act, Complaint
from workflow.say import say


def ask_withdraw(talk: Talk, named: Complaint | None) -> None:
    """Withdrawal is always asked once more; with several open, first which one is meant."""
    open_ = [each for each in talk.complaints() if each.closed_at is None]
    target = named if named in open_ else open_[0] if len(open_) == 1 else None
    if not open_:
        talk.tell("nothing_open")
        return
    if target is None:
        talk.set(awaiting="withdraw", awaiting_for="")
        rows = [
            (
                choice(
                    "choice.complaint", f"which:{each.id}", name=telling.name_of(each), matter=telling.matter(each, 30)
                ),
            )
            for each in open_
        ][-6:]
        talk.ask("withdraw.which", *rows)
        return
    talk.set(awaiting="withdraw", awaiting_for=target.id)
    yes, no = choice("choice.withdraw", f"withdraw:{target.id}:y"), choice("choice.no", f"withdraw:{target.id}:n")
    talk.ask("withdraw.ask", (yes, no), name=telling.name_of(target))


def withdraw(talk: Talk, message: Message) -> bool:
    """The answer in words to the question whether to withdraw."""
    word = hearing.means(message.text, "yes", "no", "cancel")
    target = spoken_of(talk, message)
    if target is not None and not talk.conversation.awaiting_for:
        talk.heard(message, "")
        ask_withdraw(talk, target)
        return True
    if not word or not talk.conversation.awaiting_for:
        talk.set(awaiting="", awaiting_for="")
        return False
    talk.heard(message, "")
    if word == "cancel" and hearing.folded(message.text)[:1] == ("tidak",):
        ask_withdraw(talk, target or talk.world.complaints.get(talk.conversation.awaiting_for))
        return True  # "tidak jadi": the report, or its withdrawal? What can't be undone isn't done on a guess
    return chose_withdraw(talk, [talk.conversation.awaiting_for, "n" if word == "no" else "y"])


def chose_withdraw(talk: Talk, args: list[str]) -> bool:
    """Withdrawal, confirmed or not."""
    if talk.conversation.awaiting != "withdraw" or talk.conversation.awaiting_for != args[0]:
        return False
    talk.set(awaiting="", awaiting_for="")
    if args[1] == "n":
        talk.tell("withdraw.no")
    elif args[0] in talk.world.complaints:
        act(talk, args[0], Act(kind="withdraw"))
    return True


def judge(talk: Talk, about: Complaint, *, satisfied: bool, words: str = "") -> None:
    """SUDAH or BELUM after an answer; BELUM within the office's days reopens, later it may become a new report."""
    if satisfied:
        if act(talk, about.id, Act(kind="satisfied", text=words)):
            talk.tell("satisfied.yes")
        return
    if not is_recent(talk, about):
        _begin_anew(talk, about, words)
        return
    if act(talk, about.id, Act(kind="unsatisfied", text=words)) and not words:
        talk.set(awaiting="unsatisfied_reason", awaiting_for=about.id)
        talk.ask("satisfied.why")


def _begin_anew(talk: Talk, about: Complaint, words: str) -> None:
    """Too late to reopen: a report of its own that names the old one, with the words said or with those to come."""
    name = telling.name_of(about)
    beginning.empty(talk)
    talk.tell("satisfied.too_late", name=name)
    if words:
        talk.edit(statement=(words, say("satisfied.follows", name=name)))
        beginning.consider(talk, words)
    else:
        talk.edit(extra={**talk.draft.extra, "follows": name})
    asking.go_on(talk)


def unsatisfied_reason(talk: Talk, message: Message) -> bool:
    """What is still not solved, in the citizen's words."""
    about = talk.world.complaints.get(talk.conversation.awaiting_for)
    talk.set(awaiting="", awaiting_for="")
    if about is None or hearing.meanings(message.text) - {"not_done", "no", "none"}:
        return False
    pass_on(talk, about, message)
    return True


def chose_satisfied(talk: Talk, args: list[str]) -> bool:
    """The button SUDAH."""
    return _judged(talk, args[0], satisfied=True)


def chose_unsatisfied(talk: Talk, args: list[str]) -> bool:
    """The button BELUM."""
    return _judged(talk, args[0], satisfied=False)


def _judged(talk: Talk, code: str, *, satisfied: bool) -> bool:
    about = next((each for each in talk.complaints() if code in (each.code, each.id)), None)
    if about is None or not is_out(about) or about.satisfied:
        return False
    judge(talk, about, satisfied=satisfied)
    return True
