"""What only a cluster can do: lose workers and its scheduler, or hold a worker that cannot run pairs."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from elfdiff.cli.main import main
from elfdiff.fleet.record import Limits, Record
from tests.fleet.conftest import NAMES, WITHOUT_ELFDIFF, Cluster, Maker, kill, records

pytest.importorskip("distributed", reason="the extra fleet is not installed")

from distributed import Client

from elfdiff.fleet import dask
from elfdiff.fleet.dask import DaskEngine, NoCluster


def test_a_killed_worker_and_a_lost_scheduler_cost_no_pair(
    fleet: Maker, empty_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker is killed, and later the scheduler goes away and comes back: every pair has its answer, once.

    The paths are relative, and the workers run elsewhere.
    """
    fleet(*NAMES)
    monkeypatch.chdir(tmp_path)
    work = records("a", "b", 12)
    answers: dict[str, Record] = {}
    first = empty_cluster.scheduler()
    killed = empty_cluster.worker()
    empty_cluster.worker()
    for key, answer in DaskEngine(empty_cluster.address, 1, Limits(60.0, 4 << 30)).map(work):
        assert key not in answers
        answers[key] = answer
        if len(answers) == 6:
            kill(killed)
        if len(answers) == 30:
            kill(first)
            # Dask's workers end with their scheduler: whoever starts it again starts them, too.
            empty_cluster.scheduler()
            empty_cluster.worker()
    assert len(answers) == len(work)
    assert {answer["state"] for answer in answers.values()} == {"done"}


def test_a_pair_that_kills_its_worker_is_run_three_times_and_no_other_fails(
    empty_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = tmp_path / "runs"

    def deadly(record: Record, *rest: object) -> Record:
        with open(runs, "a") as file:
            file.write(f"{record['a']}\n")
        if record["a"].endswith("deadly"):
            os.kill(os.getpid(), signal.SIGKILL)
        return {"state": "done"}

    monkeypatch.setattr(dask, "run_in_child", deadly)
    monkeypatch.setattr(dask, "AWAY", 30.0)
    empty_cluster.scheduler()
    # A worker that dies while its nanny still starts it is not started again (distributed 2026.8.0).
    for _ in range(3):
        empty_cluster.worker()
    work: list[tuple[str, Record]] = [(str(n), {"a": "deadly" if n == 3 else str(n)}) for n in range(40)]
    answers = dict(DaskEngine(empty_cluster.address, 1, Limits(60.0, None)).map(work))
    assert [key for key, answer in answers.items() if answer["state"] != "done"] == ["3"]
    assert answers["3"]["failure"] == "killed"
    assert len(answers) == 40
    assert sum(line.endswith("deadly") for line in runs.read_text().split()) == 3


@pytest.mark.parametrize("side", ["scheduler", "worker"])
def test_a_machine_without_elfdiff_ends_the_run_with_a_sentence(
    side: str, fleet: Maker, empty_cluster: Cluster
) -> None:
    bare = ("--preload", WITHOUT_ELFDIFF)
    empty_cluster.scheduler(*bare if side == "scheduler" else ())
    empty_cluster.worker(*bare if side == "worker" else ())
    with Client(empty_cluster.address) as client:
        client.wait_for_workers(1, 30)
    with pytest.raises(NoCluster, match="has no elfdiff; the scheduler and every worker need elfdiff"):
        list(DaskEngine(empty_cluster.address, 1, Limits(60.0, None)).map(records(*fleet("time-zone"))))


def test_a_cluster_without_workers_ends_the_run(
    fleet: Maker, empty_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask, "AWAY", 2.0)
    empty_cluster.scheduler()
    with pytest.raises(NoCluster, match="no worker of tcp"):
        list(DaskEngine(empty_cluster.address, 1, Limits(60.0, None)).map(records(*fleet("time-zone"))))


def test_another_version_on_a_worker_is_refused() -> None:
    with pytest.raises(ImportError, match="the run is of elfdiff 0"):
        dask.run_in_child({}, None, None, "0")


def test_an_address_without_a_scheduler_is_trouble_at_once(
    fleet: Maker,
    empty_cluster: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(dask, "CONNECT", 1.0)
    where = ["--engine", "dask", "--scheduler", empty_cluster.address]
    assert main(["fleet", *fleet("time-zone"), "-o", str(tmp_path / "out"), *where]) == 2
    assert f"elfdiff: error: no scheduler of Dask answers at {empty_cluster.address}" in capsys.readouterr().err


def test_a_cluster_of_this_machine_keeps_the_limits(fleet: Maker) -> None:
    engine = DaskEngine(None, 1, Limits(0.01, None))
    before = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    answers = dict(engine.map(records(*fleet("time-zone", "host-identity"))))
    assert {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"} == before
    assert [answer["failure"] for answer in answers.values()] == ["out-of-time", "out-of-time"]
