#!/usr/bin/env python3
"""The example with fairness prints what it should, and docs/engine.md shows what it prints.

Usage: alternating_bit_test.py PROGRAM
"""

import subprocess
import sys
import textwrap
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main():
    expected = (HERE / "alternating_bit.txt").read_text()
    printed = subprocess.run([sys.argv[1]], text=True, check=True, stdout=subprocess.PIPE).stdout
    assert printed == expected, f"it printed:\n{printed}\nand not:\n{expected}"
    shown = (HERE.parent.parent / "docs" / "engine.md").read_text()
    assert textwrap.indent(printed, "    ") in shown, "docs/engine.md shows something else"
    print("as expected, in the docs as well")


if __name__ == "__main__":
    main()
