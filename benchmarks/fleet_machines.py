"""A fleet on two machines, as far as one machine can play them: two Dask workers in network namespaces of their own.

    sudo python benchmarks/fleet_machines.py [--count 500] [--pairs DIR] [--packages A B] [--cut]

A bridge, two namespaces with a veth each, a scheduler on the bridge's address, and in each namespace one
``dask worker`` with one thread. Then ``elfdiff fleet`` over so many pairs (made as in ``fleet.py``), with that
scheduler. Printed are the run's own last line, its time, and the processor seconds below each worker. With --cut one
worker's cable is pulled after a fifth of the pairs: the other must do the rest, and no pair may fail. Needs root,
iproute2 and the extra fleet; what was made is removed again.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.fleet import manifest, sources

NETWORK = "10.213.7"
PORT = 8786
TICKS = os.sysconf("SC_CLK_TCK")


def ip(*words: str) -> None:
    """Runs ip(8). SystemExit with what it said."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"ip {' '.join(words)}: {done.stderr.strip()}")


def removed(*words: str) -> None:
    """Takes away what was made, if it is there."""
    subprocess.run(["ip", *words], capture_output=True, check=False)


def bridge(stack: ExitStack, name: str) -> None:
    """The switch between the machines; this one has the address .1."""
    ip("link", "add", name, "type", "bridge")
    stack.callback(removed, "link", "del", name)
    ip("addr", "add", f"{NETWORK}.1/24", "dev", name)
    ip("link", "set", name, "up")


def machine(stack: ExitStack, switch: str, number: int) -> str:
    """A network namespace with a cable to the switch and the address .1N. Its name; the cable's is the same."""
    name = f"{switch}n{number}"
    ip("netns", "add", name)
    stack.callback(removed, "netns", "del", name)
    ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
    ip("link", "set", name, "master", switch, "up")
    ip("-n", name, "addr", "add", f"{NETWORK}.1{number}/24", "dev", "eth0")
    for link in ("lo", "eth0"):
        ip("-n", name, "link", "set", link, "up")
    return name


def started(stack: ExitStack, *command: str) -> subprocess.Popen[bytes]:
    """A process that ends with the stack."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop() -> None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
            return
        process.kill()

    stack.callback(stop)
    return process


def seconds_below(pid: int) -> float:
    """Processor seconds of a process and all below it, those that it waited for among them."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total = sum(int(field) for field in fields[11:15]) / TICKS
        for task in Path(f"/proc/{pid}/task").glob("*"):
            total += sum(seconds_below(int(child)) for child in (task / "children").read_text().split())
        return total
    return 0.0


def ended(journal: Path) -> int:
    """Pairs in the journal."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True)) as base:
        return int(base.execute("SELECT COUNT(*) FROM pairs").fetchone()[0])
    return 0


def main() -> int:
    """The exit code of the run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--packages", type=Path, nargs=2)
    parser.add_argument("--cut", action="store_true")
    args = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("ip") is None:
        raise SystemExit("needs root and iproute2")
    given = sources(args.pairs, tuple(args.packages) if args.packages else None)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = manifest(folder, args.count, given)
        switch = f"ef{os.getpid()}"
        bridge(stack, switch)
        dask, address = (sys.executable, "-m", "dask"), f"tcp://{NETWORK}.1:{PORT}"
        where = ("--host", f"{NETWORK}.1", "--port", str(PORT), "--no-dashboard", "--no-show")
        started(stack, *dask, "scheduler", *where)
        names = [machine(stack, switch, number) for number in (1, 2)]
        workers = [
            started(
                stack,
                *("ip", "netns", "exec", name, *dask, "worker", address),
                *("--nthreads", "1", "--no-dashboard", "--local-directory", str(folder / name)),
            )
            for name in names
        ]
        out = folder / "out"
        command = [sys.executable, "-m", "elfdiff", "fleet", str(path), "-o", str(out), "-q"]
        begun = time.monotonic()
        run = subprocess.Popen([*command, "--engine", "dask", "--scheduler", address])
        stack.callback(run.kill)
        used = [0.0] * len(workers)
        cut = args.count // 5 if args.cut else args.count + 1
        while run.poll() is None:
            used = [max(seconds_below(worker.pid), before) for worker, before in zip(workers, used, strict=True)]
            if ended(out / "journal.sqlite") >= cut:
                ip("link", "set", names[0], "down")
                print(f"{names[0]} lost its cable after {ended(out / 'journal.sqlite')} pairs")
                cut = args.count + 1
            time.sleep(0.5)
        wall = time.monotonic() - begun
        rate, load = f"{args.count / wall:.1f} a second", f"load {os.getloadavg()[1]:.0f}"
        print(f"{args.count} pairs ({len(given)} distinct) in {wall:.0f} s, {rate}; {load}")
        print(f"processor seconds below each worker: {', '.join(f'{item:.0f}' for item in used)}")
        return run.returncode


if __name__ == "__main__":
    sys.exit(main())
