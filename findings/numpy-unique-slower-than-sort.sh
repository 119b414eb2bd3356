#!/bin/sh
# numpy 2.4.6's unique takes some hundred times as long as a sort of the same numbers.
# One would expect numpy.unique of a million different integers to cost about what sorting them costs, as it did while it
# sorted. It hashes now where only the values are asked for: one core needs most of a second for 2**20 random 64-bit
# integers, and a few milliseconds to sort them and drop equal neighbours. With return_counts=True it still sorts.
# Needs python3 with numpy 2.3 or later (PYTHON names another interpreter). Fails if unique takes less than ten times as
# long as the sort, or if both do not give the same.
set -eu
"${PYTHON:-python3}" - <<'CODE'
import sys
import time

import numpy as np

numbers = np.random.default_rng(1).integers(0, 1 << 48, 1 << 20)


def by_sort(values):
    values = np.sort(values)
    return values[np.append(True, values[1:] != values[:-1])]


def seconds(work):
    begun = time.process_time()
    found = work(numbers)
    return time.process_time() - begun, found


by_sort(numbers)
slow, hashed = seconds(np.unique)
fast, ranked = seconds(by_sort)
print(f"numpy {np.__version__}: unique {slow:.3f} s, sort and drop {fast:.3f} s, {slow / fast:.0f} times as long")
sys.exit(0 if slow > 10 * fast and bool((hashed == ranked).all()) else 1)
CODE
