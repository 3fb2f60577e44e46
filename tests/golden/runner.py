"""The golden runs: small configurations with the exact numbers that they must give.

manifest.json is the one list. A configuration has `arguments`, `expected` (verdict, the verdict of each
property, states, transitions, depth, the states of each level) and the reductions to `skip`: those
without which its levels have more than 60,000 states together, which tools/update_golden.py finds.
`only_default` leaves all of them out. Threads change no number. A reduction that is switched off
changes no verdict; the number of states without it is pinned as well.
"""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = Path(__file__).with_name("manifest.json")
NUMBERS = ["verdict", "states", "transitions", "depth", "quiescent"]


def run(kcheck: str, configuration: dict, options: list[str]) -> dict:
    """The document of one run."""
    done = subprocess.run([kcheck, *configuration["arguments"], *options, "--output", "json"],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(f"{configuration['name']}: exit code {done.returncode}: {done.stderr}")
    [workload] = json.loads(done.stdout)["workloads"]
    return workload


def reductions(kcheck: str) -> list[str]:
    done = subprocess.run([kcheck, "list", "reductions", "--output", "json"], capture_output=True, text=True,
                          check=True)
    return [row["name"] for row in json.loads(done.stdout)]


def engines(kcheck: str, configuration: dict) -> dict[str, list[str]]:
    """Name of an engine -> its options."""
    result = {"default": ["--threads", "1"], "threads-2": ["--threads", "2"]}
    if configuration.get("only_default"):
        return result
    for reduction in reductions(kcheck):
        if reduction not in configuration.get("skip", []):
            result[f"no-{reduction}"] = ["--threads", "2", "--no-reduction", reduction]
    return result


def measure(kcheck: str, configuration: dict, options: list[str]) -> dict:
    """What one run gives, without its times."""
    document = run(kcheck, configuration, options)
    result = {key: document[key] for key in NUMBERS}
    result["levels"] = {str(level["level"]): level["states"] for level in document["levels"]}
    result["properties"] = {p["name"]: p["verdict"] for p in document["properties"]}
    return result


def compare(engine: str, expected: dict, found: dict) -> list[str]:
    """What differs, in words; nothing if it is as it should be."""
    wanted = dict(expected["default"])
    if engine.startswith("no-"):
        del wanted["levels"]  # of the reduced state spaces
        wanted |= expected["without"][engine.removeprefix("no-")]
    return [f"{engine}: {key} is {found[key]}, expected {wanted[key]}"
            for key in wanted if found[key] != wanted[key]]


def load() -> list[dict]:
    return json.loads(MANIFEST.read_text())["configurations"]
