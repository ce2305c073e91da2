"""Who has which lock and who waits, and when that is a deadlock."""

from __future__ import annotations

from conclab.model.events import Acquired, Released, Waiting
from conclab.model.locks import MOST_LOCKS, SETTLED_NS, Locks, deadlock, fold_locks, tell_deadlock, waits_for, without_waiter

LATER = 10 + SETTLED_NS


def after(*events: Waiting | Acquired | Released) -> Locks:
    locks: Locks = {}
    for event in events:
        locks = fold_locks(locks, event)
    return locks


def test_the_waiter_says_who_has_it() -> None:
    locks = after(Waiting(5, "w2", "a", "w1"))
    assert locks["a"].holder == "w1"
    assert locks["a"].waiting == {"w2": 5}
    assert waits_for(locks)["w2"].name == "a"


def test_a_hand_over_in_either_order_of_its_announcements() -> None:
    handing = Released(6, "w1", "a"), Acquired(6, "w2", "a", 1)
    for order in (handing, handing[::-1]):
        view = after(Waiting(5, "w2", "a", "w1"), *order)["a"]
        assert view.holder == "w2"
        assert not view.waiting
    assert after(Acquired(5, "w1", "a", 0), Released(6, "w1", "a"))["a"].holder is None


def test_giving_up_ends_a_wait_and_leaves_the_holder() -> None:
    view = after(Waiting(5, "w2", "a", "w1"), Released(6, "w2", "a"))["a"]
    assert view.holder == "w1"
    assert not view.waiting


def test_who_has_ended_waits_no_more_and_still_holds() -> None:
    locks = without_waiter(after(Waiting(5, "w2", "a", "w1"), Waiting(6, "w3", "a", "w1")), "w2")
    assert locks["a"].waiting == {"w3": 6}
    assert without_waiter(locks, "w1")["a"].holder == "w1"


def test_a_circle_is_a_deadlock_and_is_told_in_one_sentence() -> None:
    locks = after(Waiting(5, "w1", "b", "w2"), Waiting(6, "w2", "a", "w1"), Waiting(7, "w9", "a", "w1"))
    assert tell_deadlock(deadlock(locks, LATER)) == "deadlock: w1 holds a and waits for b; w2 holds b and waits for a"
    assert deadlock(locks, 7) == (), "announcements of one moment may overtake each other"


def test_three_at_a_table() -> None:
    locks = after(*(Waiting(5, f"w{n}", f"fork {n}", f"w{n % 3 + 1}") for n in (1, 2, 3)))
    told = tell_deadlock(deadlock(locks, LATER))
    assert told == "deadlock: w1 holds fork 3 and waits for fork 1; w2 holds fork 1 and waits for fork 2; " + (
        "w3 holds fork 2 and waits for fork 3"
    )


def test_a_flood_of_names_fills_no_memory() -> None:
    locks: Locks = {}
    for number in range(MOST_LOCKS + 5):
        locks = fold_locks(locks, Waiting(5, "w1", str(number), None))
    assert len(locks) == MOST_LOCKS
    assert not fold_locks(locks, Released(6, "w1", "0"))["0"].waiting


def test_a_chain_is_none_and_one_alone_can_be() -> None:
    assert deadlock(after(Waiting(5, "w1", "b", "w2"), Waiting(6, "w2", "c", "w3")), LATER) == ()
    assert deadlock(after(Waiting(5, "w1", "b", None)), LATER) == ()
    assert tell_deadlock(()) == ""
    alone = deadlock(after(Waiting(5, "w1", "b", "w1")), LATER)
    assert tell_deadlock(alone) == "deadlock: w1 holds b and waits for it itself"
