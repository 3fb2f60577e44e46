"""The benchmark system in other checkers: how to build it, run it, read its counts.

Promela is pipeline.pml (SPIN), Murphi is pipeline.m.in (Rumur); both and
examples/pipeline_benchmark.hpp have the same states.
"""

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent
OPTIMIZE = ["gcc", "-O3", "-march=native"]


@dataclass(frozen=True)
class Configuration:
    pods: int
    nodes: int
    crashes: int  # 0 or 1 for each process

    def __str__(self):
        return f"({self.pods},{self.nodes},{self.crashes})"


@dataclass(frozen=True)
class Counts:
    states: int
    transitions: int | None  # None: the checker printed them rounded


@dataclass(frozen=True)
class Run:
    counts: Counts
    wall_s: float
    cpu_s: float  # of all threads; steadier than wall on a machine with other work
    peak_bytes: int


@dataclass(frozen=True)
class Process:
    text: str  # standard output and error
    wall_s: float
    cpu_s: float
    peak_bytes: int  # resident

    def measured(self, counts: Counts) -> Run:
        return Run(counts, self.wall_s, self.cpu_s, self.peak_bytes)


def execute(command: list, folder: Path) -> Process:
    """Runs a program to its end; raises if it fails."""
    output = folder / "output"
    started = time.monotonic()
    with output.open("w") as sink:
        process = subprocess.Popen(command, cwd=folder, stdout=sink, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - started
    text = output.read_text()
    if status != 0:
        raise RuntimeError(f"{command[0]}: wait status {status}\n{text}")
    return Process(text, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def find(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    if not match:
        raise RuntimeError(f"no '{pattern}' in the output:\n{text}")
    return int(match.group(1))


def build(command: list, folder: Path):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


class Spin:
    """SPIN, all interleavings: neither partial-order reduction nor compression."""

    name = "spin"
    tools = ("spin", "gcc")

    def run(self, config: Configuration, folder: Path) -> Run:
        defines = [f"-DR={config.pods}", f"-DN={config.nodes}", f"-DC={config.crashes}"]
        build(["spin", *defines, "-a", str(BENCH / "pipeline.pml")], folder)
        build([*OPTIMIZE, "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"], folder)
        done = execute(["./pan", "-E", "-w24", "-m10000"], folder)
        # pan exits with 0 whatever it finds, and warns if -m cut the search off.
        if find(r"errors: (\d+)", done.text) != 0 or "too small" in done.text:
            raise RuntimeError(f"pan did not finish a clean search:\n{done.text}")
        # SPIN counts the step into the initial state as a transition, and prints a number
        # of 10^8 or more with 8 digits ("1.6958393e+08").
        printed = re.search(r"(\S+) transitions", done.text)
        exact = printed and printed.group(1).isdigit()
        return done.measured(Counts(find(r"\s(\d+) states, stored", done.text),
                                    int(printed.group(1)) - 1 if exact else None))


class Rumur:
    """Rumur, all states: no symmetry reduction."""

    name = "rumur"
    tools = ("rumur", "gcc")

    def __init__(self, threads: int = 1):
        self.threads = threads

    def run(self, config: Configuration, folder: Path) -> Run:
        text = (BENCH / "pipeline.m.in").read_text()
        for key, value in (("@R@", config.pods), ("@N@", config.nodes), ("@C@", config.crashes)):
            text = text.replace(key, str(value))
        (folder / "pipeline.m").write_text(text)
        build(["rumur", "--deadlock-detection", "off", "--symmetry-reduction", "off", "--threads",
               str(self.threads), "-o", "pipeline.c", "pipeline.m"], folder)
        build([*OPTIMIZE, "-mcx16", "-o", "pipeline", "pipeline.c", "-lpthread"], folder)
        done = execute(["./pipeline"], folder)
        return done.measured(Counts(find(r"(\d+) states, \d+ rules fired", done.text),
                                    find(r"states, (\d+) rules fired", done.text)))


class Kcheck:
    """The explicit engine on examples/pipeline_benchmark.hpp, by the program kcheck-examples."""

    name = "kcheck"
    tools = ()

    def __init__(self, program: Path, threads: int = 1):
        self.program = program.resolve()
        self.threads = threads

    def run(self, config: Configuration, folder: Path) -> Run:
        done = execute(
            [self.program, "pipeline", str(config.pods), str(config.nodes), str(config.crashes),
             "--threads", str(self.threads)], folder)
        return done.measured(Counts(find(r"states +(\d+)", done.text),
                                    find(r"transitions +(\d+)", done.text)))


def missing_tools(peer) -> list[str]:
    return [tool for tool in peer.tools if shutil.which(tool) is None]
