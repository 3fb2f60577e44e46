#!/usr/bin/env python3
"""A project outside of this one uses the engine: installed, with find_package, and added, with
add_subdirectory. It looks for nothing but threads, it compiles as C++20 without saying so, no warning
is forced on it, and its programs, two of examples/, print what they print here.

Usage: package_test.py --build BUILD [--generator G] [--compiler CXX] [--launcher L] [--flags F]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
PROGRAMS = {
    "toy": "violated: the counter is the number of writes",
    "alternating_bit": (HERE / "alternating_bit.txt").read_text(),
    "everything": "every header",
}
# What a project of its own may ask for, and what the engine's headers must bear without a word.
STRICT = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"


def run(*command, cwd=None):
    done = subprocess.run([str(word) for word in command], cwd=cwd, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit code {done.returncode}\n{done.stdout}")
    return done.stdout


def write_consumer(folder: Path, headers):
    shutil.copytree(HERE / "consumer", folder)
    for name in ("toy", "alternating_bit"):
        shutil.copy(SOURCE / "examples" / f"{name}.cpp", folder)
    includes = "".join(f'#include "{header}"\n' for header in headers)
    (folder / "everything.cpp").write_text(
        f'{includes}#include <cstdio>\nint main() {{ std::puts("every header"); }}\n')


def looked_for(trace: Path):
    """The packages that CMake was asked for: everything, since the trace has every command."""
    commands = [json.loads(line) for line in trace.read_text().splitlines()]
    return {command["args"][0] for command in commands if command.get("cmd") == "find_package"}


def use(folder: Path, arguments, flags, packages, options):
    build = folder / "build"
    trace = folder / "trace.json"
    run("cmake", "-S", folder, "-B", build, "-G", options.generator, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
        f"-DCMAKE_CXX_COMPILER={options.compiler}", f"-DCMAKE_CXX_COMPILER_LAUNCHER={options.launcher}",
        f"-DCMAKE_CXX_FLAGS={options.flags} {flags}", "--trace-expand", "--trace-format=json-v1",
        f"--trace-redirect={trace}", *arguments)
    found = looked_for(trace)
    assert found == packages, f"looked for {sorted(found)}, expected {sorted(packages)}"

    for unit in json.loads((build / "compile_commands.json").read_text()):
        words = unit["command"].split()
        own = set(f"{options.flags} {flags}".split())
        forced = [word for word in words if word.startswith(("-W", "-O", "-fsanitize")) and word not in own]
        assert not forced, f"{unit['file']} is compiled with {forced}"
        assert any(word.endswith("++20") for word in words), f"{unit['file']} is not compiled as C++20"

    run("cmake", "--build", build, "--parallel", "2")
    for program, expected in PROGRAMS.items():
        printed = run(build / program)
        assert expected in printed, f"{program} printed:\n{printed}"
    return build


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True, help="a build tree of this project")
    parser.add_argument("--generator", default="Ninja")
    parser.add_argument("--compiler", default=os.environ.get("CXX", "c++"))
    parser.add_argument("--launcher", default="")
    parser.add_argument("--flags", default="", help="of the build tree, if others cannot be linked with it")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="kcheck-package-") as scratch:
        scratch = Path(scratch)
        prefix = scratch / "prefix"
        run("cmake", "--install", options.build, "--component", "engine", "--prefix", prefix)
        include = prefix / "include" / "kcheck"
        headers = sorted(str(header.relative_to(include)) for header in include.rglob("*.hpp"))
        assert "checker/explicit.hpp" in headers and "checker/packing.hpp" in headers, headers

        write_consumer(scratch / "installed", headers)
        use(scratch / "installed", [f"-DCMAKE_PREFIX_PATH={prefix}"], "", {"kcheck", "Threads"}, options)

        write_consumer(scratch / "added", headers)
        build = use(scratch / "added", [f"-DKCHECK_SOURCE={SOURCE}"], STRICT, {"Threads"}, options)
        installed = scratch / "nothing"
        run("cmake", "--install", build, "--prefix", installed)
        assert not installed.exists(), "a project that adds the engine installs it against its will"
    print("engine: installed and added")


if __name__ == "__main__":
    main()
