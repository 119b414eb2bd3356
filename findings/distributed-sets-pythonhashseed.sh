#!/bin/sh
# distributed 2026.8.0 (dask 2026.8.0): a LocalCluster of processes writes PYTHONHASHSEED into the environment of the
# process that starts it, and leaves it there when it is closed. One would expect the workers alone to get it. Whatever
# that process starts afterwards has a fixed order of sets: a build that is not deterministic by itself looks as if it were.
# Needs python3 with venv and pip. Fails if the variable is not there after the cluster has been closed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset PYTHONHASHSEED
python3 -m venv venv
venv/bin/pip install -q dask==2026.8.0 distributed==2026.8.0
cat > start.py <<'CODE'
import os
import subprocess
import sys

from distributed import LocalCluster

ORDER = [sys.executable, "-c", "print(list({'north', 'south', 'east', 'west', 'zenith', 'nadir', 'left', 'right'}))"]


def orders():
    return len({subprocess.run(ORDER, capture_output=True, check=True).stdout for _ in range(8)})


if __name__ == "__main__":
    before = orders()
    LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None).close()
    print(f"PYTHONHASHSEED is {os.environ.get('PYTHONHASHSEED')}; orders of a set in 8 processes: {before}, then {orders()}")
    sys.exit(0 if "PYTHONHASHSEED" in os.environ else 1)
CODE
venv/bin/python start.py
