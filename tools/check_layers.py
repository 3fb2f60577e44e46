#!/usr/bin/env python3
"""Fails if a folder includes a header of a folder that is not below it.

The table is the architecture: a folder may include its own headers and those of
the folders in its row, nothing else. Usage: check_layers.py [ROOT]
"""

import re
import sys
from pathlib import Path

MAY_INCLUDE = {
    "kubernetes": set(),
    "ir": set(),
    "checker": {"ir"},
    "model": {"ir"},
    "invariants": {"ir", "model"},
    "manifests": {"kubernetes", "model"},
    "traces": {"ir", "model", "invariants", "checker"},
    "examples": {"checker"},
    "reference": {"kubernetes"},
    "cli": {"kubernetes", "ir", "checker", "model", "invariants", "manifests", "traces"},
    "tests": {"kubernetes", "ir", "checker", "model", "invariants", "manifests", "traces", "examples", "cli",
              "reference"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def violations(root: Path):
    for folder, allowed in MAY_INCLUDE.items():
        for source in sorted((root / folder).rglob("*.[ch]pp")):
            for number, line in enumerate(source.read_text().splitlines(), start=1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                where = f"{source.relative_to(root)}:{number}"
                header = match.group(1)
                target = header.split("/")[0]
                if not (root / header).is_file():
                    yield f'{where}: "{header}" is not a path from the root of the project'
                elif target != folder and target not in allowed:
                    yield f"{where}: {folder}/ may not include {target}/ ({header})"


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    found = list(violations(root))
    print("\n".join(found) if found else "layers: every include goes down")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
