#!/usr/bin/env python3
"""Writes what kcheck finds into tests/golden/manifest.json as what it must find.

Usage: update_golden.py [KCHECK]. Look at the difference before committing it: a number that
changes without a reason is a bug. A verdict that depends on an engine is refused; all such are named, and
nothing is written then. Reductions without which a configuration is too large are skipped.
"""

import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "golden"))

import runner  # noqa: E402

STATES_MOST = 60_000  # of all levels, with a reduction switched off: a test runs them


def is_too_large(kcheck: str, configuration: dict, options: list[str]) -> bool:
    found = runner.run(kcheck, configuration, [*options, "--max-states", str(STATES_MOST)])
    return "--max-states" in found.get("reason", "")


def update(kcheck: str, configuration: dict) -> list[str]:
    """Measures a configuration; returns what contradicts its first engine."""
    configuration.pop("skip", None)
    expected = configuration["expected"] = {"default": {}, "without": {}}
    contradictions, too_large = [], []
    for engine, options in runner.engines(kcheck, configuration).items():
        reduction = engine.removeprefix("no-")
        if engine.startswith("no-") and is_too_large(kcheck, configuration, options):
            too_large.append(reduction)
            continue
        found = runner.measure(kcheck, configuration, options)
        print(f"{configuration['name']} {engine}: {found['verdict']}, {found['states']} states", flush=True)
        if engine == "default":
            expected["default"] = found
            continue
        pinned = ["verdict", "properties"] if engine.startswith("no-") else list(found)
        contradictions += [f"{configuration['name']}: {engine} changes {key}: {found[key]}"
                           for key in pinned if found[key] != expected["default"][key]]
        if engine.startswith("no-"):
            expected["without"][reduction] = {key: found[key] for key in runner.NUMBERS if key != "verdict"}
    if too_large:
        configuration["skip"] = too_large
        print(f"{configuration['name']}: skipped as too large without {', '.join(too_large)}")
    return contradictions


def main() -> int:
    kcheck = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "build" / "release" / "kcheck")
    began = time.monotonic()
    configurations = runner.load()
    contradictions = [line for configuration in configurations for line in update(kcheck, configuration)]
    if contradictions:
        print("\n".join(["nothing is written:", *contradictions]), file=sys.stderr)
        return 1
    order = ["name", "arguments", "only_default", "skip", "expected"]
    configurations = [{key: c[key] for key in order if key in c} for c in configurations]
    runner.MANIFEST.write_text(json.dumps({"configurations": configurations}, indent=2) + "\n")
    print(f"{len(configurations)} configurations in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
