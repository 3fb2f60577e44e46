#!/usr/bin/env python3
"""What is wrong with a model is said in one line, in words: compiles wrong_models.cpp and compares the
errors with the words that stand above each model. An error more or less is a failure.

Usage: words_test.py COMPILER
"""

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAYS = re.compile(r"^// says: (.+)$", re.MULTILINE)


def errors_of(compiler, source: Path):
    flags = ["-std=c++20", "-fsyntax-only", "-fdiagnostics-color=never", "-I", HERE.parent.parent]
    done = subprocess.run([compiler, *flags, source], text=True, capture_output=True,
                          env={**os.environ, "LC_ALL": "C"})
    assert done.returncode != 0, f"{source.name} compiles"
    return [line for line in done.stderr.splitlines() if "error: " in line]


def main():
    source = HERE / "wrong_models.cpp"
    expected = SAYS.findall(source.read_text())
    assert len(expected) > 15, expected
    rest = errors_of(sys.argv[1], source)
    missing = []
    for words in expected:
        said = next((line for line in rest if words in line), None)
        rest.remove(said) if said else missing.append(words)
    for words in missing:
        print(f"not said: {words}")
    for line in rest:
        print(f"not expected: {line}")
    if missing or rest:
        sys.exit(1)
    print(f"{len(expected)} models, each refused in a line of its own")


if __name__ == "__main__":
    main()
