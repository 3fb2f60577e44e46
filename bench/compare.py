#!/usr/bin/env python3
"""Measures kcheck, SPIN and Rumur side by side on the benchmark system.

Usage: compare.py --examples PROGRAM [--runs 3] [R,N,C ...]
Prints a Markdown table: for each checker the run with the best wall time (seconds, CPU
seconds of all threads, thousand distinct states a second of wall time, bytes of peak
memory a state). Fails if the counts differ.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import peers


def parse_configuration(text: str) -> peers.Configuration:
    return peers.Configuration(*(int(part) for part in text.split(",")))


def best_of(runs: int, checker, config: peers.Configuration) -> peers.Run:
    results = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            results.append(checker.run(config, Path(folder)))
    return min(results, key=lambda run: run.wall_s)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("configurations", nargs="*", type=parse_configuration,
                        default=[parse_configuration("2,1,1"), parse_configuration("2,2,1")])
    arguments = parser.parse_args()

    checkers = [
        ("kcheck, 1 thread", peers.Kcheck(arguments.examples, threads=1)),
        ("kcheck, 2 threads", peers.Kcheck(arguments.examples, threads=2)),
        ("SPIN -DSAFETY -DNOREDUCE", peers.Spin()),
        ("Rumur, 1 thread", peers.Rumur(threads=1)),
        ("Rumur, 2 threads", peers.Rumur(threads=2)),
    ]
    print("| configuration | checker | states | transitions | wall s | CPU s | 1000 states/s | bytes/state |")
    print("|---|---|---|---|---|---|---|---|")
    agreed = True
    for config in arguments.configurations:
        expected = None
        for name, checker in checkers:
            run = best_of(arguments.runs, checker, config)
            expected = expected or run.counts
            transitions = run.counts.transitions
            agreed = agreed and run.counts.states == expected.states
            agreed = agreed and transitions in (None, expected.transitions)
            shown = "rounded" if transitions is None else f"{transitions:,}"
            print(f"| {config} | {name} | {run.counts.states:,} | {shown} "
                  f"| {run.wall_s:.1f} | {run.cpu_s:.1f} | {run.counts.states / run.wall_s / 1000:,.0f} "
                  f"| {run.peak_bytes / run.counts.states:.0f} |", flush=True)
    if not agreed:
        print("the checkers disagree on the counts", file=sys.stderr)
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
