#!/usr/bin/env python3
"""Runs `vochi-crm` under kills, full disks and parallel processes, against the stand-ins.

    python3 tests/chaos/run.py target/debug/vochi-crm --seconds 120

Needs Linux and Python 3. The seed is printed; the same seed gives the same runs. On a failure the
run is printed with its commands and the state, and the exit code is 1. `--seed S --run N` repeats
one run. Kills at random times hit another place each time.
"""

import argparse
import collections
import os
import random
import shutil
import sys
import tempfile
import time

import families
from run_context import Run
from scenario import SCENARIOS
from stand_in import Sandbox

# The order of the families, repeated.
ORDER = ("steps", "kills", "steps", "disk", "steps", "parallel")


def family_of(number):
    """The family of a run, and how many runs of the family come before it."""
    rounds, place = divmod(number, len(ORDER))
    family = ORDER[place]
    return family, rounds * ORDER.count(family) + ORDER[:place].count(family)


class Chaos:
    def __init__(self, binary, sandbox, seed):
        self.binary = binary
        self.sandbox = sandbox
        self.seed = seed
        self.counts = collections.Counter()
        self.rehearsal = families.Rehearsal()
        self.steps = []
        self.mounts = True

    def rng(self, number):
        return random.Random(f"{self.seed}:{number}")

    def rehearse(self):
        """Plays each scenario undisturbed. Returns true if all went well."""
        for index, scenario in enumerate(SCENARIOS):
            number = f"rehearsal-{index}"
            run = Run(self.binary, self.sandbox, number, self.rng(number))
            if not self.guard(run, lambda: self.rehearsal.add(run, scenario)):
                return False
        self.steps = self.rehearsal.steps()
        # Another seed begins with other steps, as a slow machine does not run all of them.
        random.Random(self.seed).shuffle(self.steps)
        return True

    def play(self, number):
        """Does one run. Returns true if all went well."""
        family, before = family_of(number)
        run = Run(self.binary, self.sandbox, number, self.rng(number))
        if family == "steps" and self.steps:
            step = self.steps[before % len(self.steps)]
            work = lambda: families.exact_step(run, step)
        elif family == "disk":
            work = lambda: self.full_disk(run)
        elif family == "parallel":
            work = lambda: families.parallel(run)
        else:
            work = lambda: families.random_kills(run, self.rehearsal)
        self.counts[family] += 1
        return self.guard(run, work)

    def full_disk(self, run):
        disk = families.FullDisk(run.state_dir)
        self.mounts = disk.mounted
        try:
            families.full_disk(run, disk)
        finally:
            disk.free()
            if run.problems:
                # The report reads the state directory, which is gone with the file system.
                shutil.copytree(run.state_dir, run.state_dir + "-kept")
            disk.close()
            if run.problems:
                run.state_dir += "-kept"

    def guard(self, run, work):
        try:
            work()
            if run.problems:
                print(f"FAILED with seed {self.seed}", run.report(), sep="\n")
                one = f" --run {run.number}" if isinstance(run.number, int) else ""
                print(f"repeat with: --seed {self.seed}{one}")
            return not run.problems
        finally:
            run.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="path of the built vochi-crm")
    parser.add_argument("--seconds", type=float, default=120, help="no run begins later")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--run", type=int, help="do this run alone")
    options = parser.parse_args()
    began = time.monotonic()
    print(f"seed {options.seed}", flush=True)
    directory = tempfile.mkdtemp(prefix="vochi-crm-chaos-")
    sandbox = Sandbox(os.path.abspath(options.program), directory)
    try:
        chaos = Chaos(os.path.abspath(options.program), sandbox, options.seed)
        if not chaos.rehearse():
            return 1
        number = options.run or 0
        while True:
            if not chaos.play(number):
                return 1
            number += 1
            if options.run is not None or time.monotonic() - began >= options.seconds:
                break
    finally:
        sandbox.close()
        shutil.rmtree(directory, ignore_errors=True)
    if not chaos.mounts:
        print("full disk: mounting is refused, so files were limited in size")
    counts = ", ".join(f"{family} {count}" for family, count in sorted(chaos.counts.items()))
    runs = sum(chaos.counts.values())
    print(f"{runs} runs without a fault: {counts}; there are {len(chaos.steps)} exact steps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
