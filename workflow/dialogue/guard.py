"""What is settled before a message is understood: whose it is, whether a machine talks, and whether it's only an OK."""

from __future__ import annotations

from workflow.desk import knocking
from workflow.dialogue import brake, claimed
from workflow.dialogue.talk import Talk
from workflow.message import Message, Press
from workflow.world import Decision


def admitted(talk: Talk, message: Message) -> tuple[Message, ...]:
    """The messages that are to be heard now: this one, those kept before that it vouches for, or none.

    What isn't heard is kept in the talk, and answered here if it's answered at all.
    """
    if message.sender.claimed and claimed.kept_apart(talk, message):
        return ()
    if written_again(talk, message):
        return ()
    if brake.stops(talk, message):
        return ()
    return (message,) if message.sender.claimed else claimed.vouched_for(talk, message)


def written_again(talk: Talk, event: Message | Press) -> bool:
    """They write again: what waits follows by itself. True: that was all they wanted to say."""
    conversation = talk.conversation
    if event.chat != conversation.address and not (talk.carried and talk.carried.from_same_account):
        return False  # carried here from another lane: nothing changes for what waits on this one
    knock = conversation.knock
    talk.set(knock=None, bounced=False)
    if talk.limits.window_h:
        talk.set(heard_at=talk.world.now)
    if knock is None:
        return False
    talk.more = talk.more + Decision(cancels=(knock.key,))  # it may still wait for the morning
    if not knocking.is_answer(event, knock):
        return False
    if isinstance(event, Message):
        talk.heard(event, "")
    if not knock.held:
        talk.tell("knock.nothing")
    return True
