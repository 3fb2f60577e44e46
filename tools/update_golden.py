#!/usr/bin/env python3
"""Writes what kcheck finds into tests/golden/manifest.json as what it must find.

Usage: update_golden.py [KCHECK]. Look at the difference before committing it: a number that
changes without a reason is a bug. A verdict that depends on an engine is refused.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "golden"))

import runner  # noqa: E402


def expected(kcheck: str, configuration: dict) -> dict:
    result = {"default": {}, "without": {}}
    for engine, options in runner.engines(configuration).items():
        found = runner.measure(kcheck, configuration, options)
        if engine == "default":
            result["default"] = found
            continue
        for key in ("verdict", "properties"):
            if found[key] != result["default"][key]:
                raise SystemExit(f"{configuration['name']}: {engine} changes {key}: {found[key]}")
        if engine.startswith("no-"):
            numbers = {key: found[key] for key in runner.NUMBERS if key != "verdict"}
            result["without"][engine.removeprefix("no-")] = numbers
        elif found != result["default"]:
            raise SystemExit(f"{configuration['name']}: {engine} changes a number: {found}")
        print(f"{configuration['name']} {engine}: {found['verdict']}, {found['states']} states")
    return result


def main() -> int:
    kcheck = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "build" / "release" / "kcheck")
    configurations = runner.load()
    for configuration in configurations:
        configuration["expected"] = expected(kcheck, configuration)
    runner.MANIFEST.write_text(json.dumps({"configurations": configurations}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
