"""The guided tour: every stop is passed by doing what it asks for, or by asking to go on."""

from __future__ import annotations

from conclab.model.tour import STOPS, Scene, Tour, with_keys

KEYS = {"run": "F5", "app.go('lab')": "g", "app.command_palette": "^p"}


def test_doing_what_is_asked_leads_through_the_tour() -> None:
    scenes = [
        Scene("lab", live=True),
        Scene("lab", finished=True),
        Scene("lab", "timeline", finished=True),
        Scene("learn", finished=True),
        Scene("learn", finished=True, findings=1),
        Scene("monitor", finished=True, findings=1),
        Scene("monitor", "details", finished=True, findings=1),
    ]
    tour = Tour(0, Scene())
    assert tour.seen(Scene()) is tour
    for number, scene in enumerate(scenes):
        assert tour.number == number, STOPS[tour.number].title
        tour = tour.seen(scene)
    assert tour.number == len(STOPS) - 1
    assert tour.seen(scenes[-1]) is tour
    assert tour.onward(scenes[-1]) is None


def test_any_stop_can_be_passed_over() -> None:
    tour, seen = Tour(0, Scene()), 1
    while (following := tour.onward(Scene())) is not None:
        tour, seen = following, seen + 1
    assert seen == len(STOPS)


def test_a_run_that_was_over_before_does_not_count_as_watched() -> None:
    assert Tour(1, Scene(live=False, finished=True)).seen(Scene(finished=True)).number == 1


def test_it_says_the_way_back_from_elsewhere() -> None:
    assert Tour(0, Scene()).text(Scene("monitor"), KEYS) == "This goes on in the Lab: press g."
    assert "Press F5 to run it." in Tour(0, Scene()).text(Scene("lab"), KEYS)


def test_without_a_run_nobody_is_told_to_look_at_one() -> None:
    for number in (1, 2):
        assert Tour(number, Scene()).text(Scene(), KEYS) == "There is no run to look at yet: press F5, and watch."
        assert "no run" not in Tour(number, Scene()).text(Scene(live=True), KEYS)


def test_an_action_without_a_key_is_in_the_palette() -> None:
    assert with_keys("Press [nothing] or [run].", KEYS) == "Press ^p or F5."
