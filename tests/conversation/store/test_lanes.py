"""Questions of one chain wait for each other; those of different chains do not."""

from __future__ import annotations

from threading import Event, Thread, get_ident

from qwen_magic.conversation.store.lanes import Lanes, Ticket
from qwen_magic.conversation.turn.records import Chain
from tests.forking import holds_in_a_fork

MAIN, OTHER = Chain("", "main"), Chain("", "other")


def test_who_came_first_goes_first() -> None:
    lanes = Lanes()
    first, second = lanes.join(Ticket(MAIN)), lanes.join(Ticket(MAIN))
    waits = [Event(), Event()]

    def wait() -> None:
        waits[0].set()
        while not lanes.wait(second, get_ident(), 0.01):
            pass
        waits[1].set()

    assert lanes.wait(first, get_ident(), 0)
    thread = Thread(target=wait)
    thread.start()
    assert waits[0].wait(60)
    assert not waits[1].wait(0.05)
    lanes.leave(first)
    assert waits[1].wait(60)
    thread.join()


def test_another_chain_does_not_wait() -> None:
    lanes = Lanes()
    assert lanes.wait(lanes.join(Ticket(MAIN)), get_ident(), 0)
    assert lanes.wait(lanes.join(Ticket(OTHER)), get_ident(), 0)


def test_a_question_within_a_question_does_not_wait_for_it() -> None:
    lanes = Lanes()
    assert lanes.wait(lanes.join(Ticket(MAIN)), get_ident(), 0)
    assert lanes.wait(lanes.join(Ticket(MAIN)), get_ident(), 0)


def test_leaving_twice_is_harmless() -> None:
    lanes = Lanes()
    ticket = lanes.join(Ticket(MAIN))
    lanes.leave(ticket)
    lanes.leave(ticket)
    assert lanes.wait(lanes.join(Ticket(MAIN)), get_ident(), 0)


def test_a_fork_does_not_wait_for_the_threads_of_its_parent() -> None:
    lanes = Lanes()
    asking = Thread(target=lambda: lanes.wait(lanes.join(Ticket(MAIN)), get_ident(), 0))
    asking.start()
    asking.join()
    assert holds_in_a_fork(lambda: lanes.wait(lanes.join(Ticket(MAIN)), get_ident() + 1, 0))
