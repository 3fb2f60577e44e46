#!/usr/bin/env python3
"""SPIN counts the same states of an exported pipeline as kcheck without reductions, and agrees on verdicts.

Usage: export_test.py KCHECK small|faults|long
Exit 0: they agree; 1: they do not; 77: SPIN or gcc is not installed (an error in CI).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
FAULTLESS = ["--crashes", "0", "--lost-replies", "0"]
# The projection of the watches is part of the encoding, of both.
UNREDUCED = [word for name in ("symmetry", "idle-faults", "local-steps", "status-last")
             for word in ("--no-reduction", name)]
CONFIGURATIONS = {
    "small": [
        ["--replicas", "1", *FAULTLESS],
        ["--replicas", "1", "--nodes", "2", *FAULTLESS],
        ["--replicas", "2", *FAULTLESS],
        ["--replicas", "1", "--scale", "0", "--lag", "1", *FAULTLESS],
        ["--replicas", "2", "--level", "0"],
        ["--replicas", "1", "--nodes", "2", "--variant", "scheduler-writes-etcd", *FAULTLESS],
        ["--replicas", "1", "--scale", "0", *FAULTLESS],
    ],
    "faults": [
        ["--replicas", "1", "--crashes", "0", "--lost-replies", "1"],
        ["--replicas", "1", "--crashes", "1", "--lost-replies", "0"],
    ],
    # SPIN takes a minute to read it: every cache that is fresh is one more case of every step.
    "long": [["--replicas", "1", "--scale", "0", "--lag", "0", "--crashes", "0"]],
}
WRITER = ["--property", "etcd-single-writer"]
VERDICTS = [
    (["--replicas", "1", *FAULTLESS], WRITER),
    (["--replicas", "1", "--variant", "scheduler-writes-etcd", *FAULTLESS], WRITER),
]


def exported(kcheck: str, words: list) -> str:
    return subprocess.run([kcheck, "export", "--promela", *words], check=True, capture_output=True,
                          text=True).stdout


WITHIN_BOUNDS, PROPERTY = 1, 2  # by number, where one property is exported


def search(model: str, invariant: int) -> tuple[int, int]:
    """States and errors of a search to its end, or to the first state that breaks the invariant."""
    with tempfile.TemporaryDirectory() as folder:
        def run(command):
            return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
        (Path(folder) / "model.pml").write_text(model)
        run(["spin", f"-DINVARIANT_{invariant}", "-a", "model.pml"])
        # To optimize takes longer than pan runs. A state vector of SPIN holds 1024 bytes unless told.
        run(["gcc", "-O0", "-w", "-DSAFETY", "-DNOREDUCE", "-DVECTORSZ=8192", "-o", "pan", "pan.c"])
        output = run(["./pan", "-m1000000"])
    states, errors = (re.search(pattern, output) for pattern in (r"(\d+) states, stored", r"errors: (\d+)"))
    if not states or not errors:
        raise RuntimeError(f"pan printed no count:\n{output}")
    if "too small" in output or (errors.group(1) == "0" and "Search not completed" in output):
        raise RuntimeError(f"pan did not finish:\n{output}")
    return int(states.group(1)), int(errors.group(1))


def checked(kcheck: str, words: list) -> dict:
    done = subprocess.run([kcheck, *words, *UNREDUCED, "--output", "json"], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"kcheck {' '.join(words)}: {done.returncode}\n{done.stderr}")
    [workload] = json.loads(done.stdout)["workloads"]
    return {"states": workload["states"], "violated": done.returncode == 1}


def without_an_action(model: str) -> str:
    """The model without the first step that creates pods: what a lost action looks like."""
    start = re.search(r"^  /\* replicaset-controller: POST .*\n  :: d_step \{\n", model, re.M).start()
    end = model.index("\n    }\n", start) + len("\n    }\n")
    return model[:start] + model[end:]


def main() -> int:
    kcheck, part = str(Path(sys.argv[1]).resolve()), sys.argv[2]
    missing = [tool for tool in ("spin", "gcc") if shutil.which(tool) is None]
    if missing:
        print(f"skipped: {', '.join(missing)} not installed")
        return 1 if os.environ.get("CI") else SKIPPED

    agreed = True

    def compare(what, theirs, ours, wanted=True):
        nonlocal agreed
        good = (theirs == ours) is wanted
        print(f"{'ok' if good else 'WRONG'}: {what}: spin {theirs}, kcheck {ours}", flush=True)
        agreed = agreed and good

    for words in CONFIGURATIONS[part]:
        compare(" ".join(words), search(exported(kcheck, words), WITHIN_BOUNDS),
                (checked(kcheck, words)["states"], 0))
    if part == "small":
        words = CONFIGURATIONS[part][0]
        theirs, _ = search(without_an_action(exported(kcheck, words)), WITHIN_BOUNDS)
        compare("an action is missing, and the counts differ", theirs, checked(kcheck, words)["states"],
                wanted=False)
        verdicts = set()
        for words, asked in VERDICTS:
            _, errors = search(exported(kcheck, [*words, *asked]), PROPERTY)
            verdicts.add(errors > 0)
            compare(f"violated: {' '.join(words + asked)}", errors > 0,
                    checked(kcheck, [*words, *asked])["violated"])
        agreed = agreed and verdicts == {True, False}
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
