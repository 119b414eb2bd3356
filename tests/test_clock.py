"""A time limit ends what runs inside, and nothing else."""

from __future__ import annotations

import signal
import time

import pytest

from elfdiff.clock import Clock, OutOfTime


def test_without_a_limit_nothing_rings() -> None:
    with Clock().running("waiting"):
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_time_that_is_over_ends_the_work_and_says_which() -> None:
    sentence = r"the 0\.05 s of --time-limit were over while it slept"
    with pytest.raises(OutOfTime, match=sentence), Clock(0.05).running("it slept"):
        time.sleep(5)


def test_no_handler_of_errors_catches_it() -> None:
    assert not issubclass(OutOfTime, Exception)


def test_stages_share_one_limit_and_leave_no_alarm_behind() -> None:
    clock = Clock(0.05)
    before = signal.getsignal(signal.SIGALRM)
    with clock.running("the first stage"):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before
    time.sleep(0.06)
    with pytest.raises(OutOfTime, match="while the second stage"), clock.running("the second stage"):
        raise AssertionError("the time was over")


def test_a_share_leaves_time_for_what_comes_next() -> None:
    clock = Clock(0.4)
    with pytest.raises(OutOfTime, match=r"25% of the 0\.4 s of --time-limit"), clock.running("it slept", 0.25):
        time.sleep(5)
    with clock.running("the next stage"):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0.1
