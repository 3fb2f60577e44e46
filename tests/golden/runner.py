"""The golden runs: small configurations with the exact numbers that they must give.

manifest.json is the one list. A configuration has `arguments`, the `skip`ped reductions (those
without which it is too large), and `expected`: verdict, the verdict of each property, states,
transitions, depth. Threads change no number. A reduction that is switched off changes no
verdict; the number of states without it is pinned as well.
"""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = Path(__file__).with_name("manifest.json")
REDUCTIONS = ["watch-projection", "lazy-refresh", "symmetry", "idle-faults", "local-steps", "status-last"]
NUMBERS = ["verdict", "states", "transitions", "depth", "quiescent"]


def engines(configuration: dict) -> dict[str, list[str]]:
    """Name of an engine -> its options."""
    result = {"default": ["--threads", "1"], "threads-2": ["--threads", "2"]}
    for reduction in REDUCTIONS:
        if reduction not in configuration.get("skip", []):
            result[f"no-{reduction}"] = ["--threads", "2", "--no-reduction", reduction]
    return result


def measure(kcheck: str, configuration: dict, options: list[str]) -> dict:
    """What one run gives, without its times."""
    done = subprocess.run([kcheck, *configuration["arguments"], *options, "--output", "json"],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(f"{configuration['name']}: exit code {done.returncode}: {done.stderr}")
    [document] = json.loads(done.stdout)["workloads"]
    result = {key: document[key] for key in NUMBERS}
    result["properties"] = {p["name"]: p["verdict"] for p in document["properties"]}
    return result


def compare(engine: str, expected: dict, found: dict) -> list[str]:
    """What differs, in words; nothing if it is as it should be."""
    wanted = dict(expected["default"])
    if engine.startswith("no-"):
        wanted |= expected["without"][engine.removeprefix("no-")]
    return [f"{engine}: {key} is {found[key]}, expected {wanted[key]}"
            for key in wanted if found[key] != wanted[key]]


def load() -> list[dict]:
    return json.loads(MANIFEST.read_text())["configurations"]
