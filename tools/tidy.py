#!/usr/bin/env python3
"""Holds the text of the project to rules that no compiler checks.

Usage: tidy.py [ROOT]. One line for each breach, file:line: what. Exit 1 if any.
"""

import re
import sys
from pathlib import Path

CODE = {".cpp", ".hpp", ".py", ".cmake"}
TEXT = CODE | {".md", ".txt", ".json", ".yaml", ".yml", ".pml", ".tla", ".in"}
NAMES = {"Makefile", "run", "setup", "unpack", "format", ".clang-format"}
NOT_OURS = {".git", "build"}
COLUMNS_MAX = 110
LINES_MAX = 700

# (what it is, pattern, does it apply to this path?). The bracketed letters keep the
# patterns from matching themselves.
BANNED = [
    ("a mark of unfinished work", re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b"), lambda _: True),
    ("a trailing blank", re.compile(r"[ \t]+$"), lambda _: True),
    ("a tab", re.compile(r"\t"), lambda path: path.name != "Makefile"),
    ("a path of one machine", re.compile(r"(?<![\w.])/(work|home|root|farm)/|\.\./share[d]"),
     lambda _: True),
    # A model is a function of its configuration: no clock and no dice.
    ("a source of nondeterminism", re.compile(r"<random>|<chrono>|random_devic[e]"),
     lambda path: path.parts[0] in {"model", "invariants"}),
]


def sources(root: Path):
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        # Fixtures are recordings of other programs: their text is theirs.
        if relative.parts[0] in NOT_OURS or "fixtures" in relative.parts or not path.is_file():
            continue
        if path.suffix in TEXT or path.name in NAMES:
            yield relative


def breaches(root: Path):
    for path in sources(root):
        lines = (root / path).read_text().splitlines()
        for number, line in enumerate(lines, start=1):
            for what, pattern, applies in BANNED:
                if applies(path) and pattern.search(line):
                    yield f"{path}:{number}: {what}"
            if path.suffix in CODE and len(line) > COLUMNS_MAX:
                yield f"{path}:{number}: {len(line)} columns, at most {COLUMNS_MAX}"
        if path.suffix in CODE and len(lines) > LINES_MAX:
            yield f"{path}: {len(lines)} lines, at most {LINES_MAX}"


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    found = list(breaches(root))
    print("\n".join(found) if found else "tidy: nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
