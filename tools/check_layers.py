#!/usr/bin/env python3
"""Fails if a folder includes a header of a folder that is not below it.

The table is the architecture: a folder may include its own headers and those of
the folders in its row, which stand above it in the table; nothing else. A row may be of a folder
inside a folder, and then each folder of that folder needs one. Sources elsewhere are in no layer,
which is a failure too, and so is what a row allows and nobody uses.
Usage: check_layers.py [ROOT [--part]]; with --part, unused rows are none of its business.
"""

import re
import sys
from pathlib import Path


def reference(*folders: str):
    return {"reference/base"} | {f"reference/{folder}" for folder in folders}


COMPONENTS = {"apiserver", "client", "controllers", "kubelet", "scheduler"}

# Naming a folder allows all that is in it. What is allowed is made use of somewhere.
MAY_INCLUDE = {
    "kubernetes": set(),
    "ir": set(),
    "ir/export": {"ir"},
    "checker": {"ir"},
    "checker/reductions": {"ir", "checker"},
    "model": {"ir"},
    "invariants": {"ir", "model", "checker"},
    "manifests": {"kubernetes", "model"},
    "traces/counterexamples": {"model", "invariants"},
    "traces/driver": {"checker", "model", "traces/counterexamples"},
    "traces/recordings": {"model", "traces/counterexamples", "traces/driver"},
    "scenarios": {"checker", "model", "invariants", "manifests", "traces"},
    "examples": {"checker"},
    "reference/base": {"kubernetes"},
    "reference/store": reference(),
    "reference/client": reference(),
    "reference/runtime": reference(),
    "reference/apiserver": reference("store") | {"kubernetes"},
    "reference/http": reference("client", "apiserver") | {"kubernetes"},
    "reference/controllers": reference("client"),
    "reference/scheduler": reference("client") | {"kubernetes"},
    "reference/kubelet": reference("client", "runtime", "scheduler"),
    "reference/simulation": reference("store", "client", "runtime", "apiserver"),
    "reference/replay": reference(*COMPONENTS, "simulation"),
    "reference/up": reference(*COMPONENTS, "runtime", "store", "http"),
    "reference": {"reference/runtime", "reference/replay", "reference/up"},
    "cli": {"ir/export", "checker", "model", "invariants", "kubernetes", "manifests", "traces", "scenarios"},
    "tests": {"ir", "checker", "model", "invariants", "kubernetes", "manifests", "traces", "scenarios",
              "examples", "cli", "reference"},
}
NOT_OURS = {"build"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def layer_of(file: str):
    """The row of the folder that is nearest around the file; None if there is none, or if that
    folder has rows for the folders in it, and none for this one."""
    folder = next((folder for folder in Path(file).parents if str(folder) in MAY_INCLUDE), None)
    if folder is None:
        return None
    is_split = any(row.startswith(f"{folder}/") for row in MAY_INCLUDE)
    return None if is_split and folder != Path(file).parent else str(folder)


def is_in(folder: str, names) -> bool:
    return any(folder == name or folder.startswith(name + "/") for name in names)


def faults_of_table():
    above = []
    for folder, allowed in MAY_INCLUDE.items():
        for name in sorted(allowed):
            if not any(is_in(known, {name}) for known in above):
                yield f"check_layers.py: {name}/ is not above {folder}/ in the table"
        above.append(folder)


def sources(root: Path):
    for source in sorted(root.rglob("*.[ch]pp")):
        relative = source.relative_to(root)
        if relative.parts[0] not in NOT_OURS and not relative.parts[0].startswith("."):
            yield relative


def unused(used):
    """What a row allows and no file of the folder makes use of: the table says what is."""
    for folder, allowed in MAY_INCLUDE.items():
        for name in sorted(allowed):
            if not any(is_in(target, {name}) for target in used[folder]):
                yield f"check_layers.py: {folder}/ includes nothing of {name}/: its row need not allow it"


def violations(root: Path, used):
    """Notes in `used` what each folder includes."""
    yield from faults_of_table()
    for source in sources(root):
        own = layer_of(str(source))
        if own is None:
            yield f"{source}: {source.parent}/ is in no layer: it needs a row in tools/check_layers.py"
            continue
        for number, line in enumerate((root / source).read_text().splitlines(), start=1):
            match = INCLUDE.match(line)
            if not match:
                continue
            where, header = f"{source}:{number}", match.group(1)
            target = layer_of(header)
            used[own].add(target or "")
            if not (root / header).is_file():
                yield f'{where}: "{header}" is not a path from the root of the project'
            elif target is None or (target != own and not is_in(target, MAY_INCLUDE[own])):
                yield f"{where}: {own}/ may not include {target or Path(header).parent}/ ({header})"

def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    used = {folder: set() for folder in MAY_INCLUDE}
    found = list(violations(root, used))
    if not found and len(sys.argv) <= 2:
        # Of a whole project; a part of one need not use every row: "--part".
        found = list(unused(used))
    print("\n".join(found) if found else "layers: every include goes down")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
