"""Every command that kcheck explain names shows the violation that it is named for.

Usage: explain_test.py KCHECK
"""

import json
import os
import re
import shlex
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KCHECK = os.path.abspath(sys.argv.pop(1))


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([KCHECK, *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
                          timeout=120)


def names(subject: str) -> list[str]:
    return [row["name"] for row in json.loads(run("list", subject, "--output", "json").stdout)]


def commands(name: str) -> list[str]:
    """The commands in what kcheck explain prints."""
    return re.findall(r"^(?:  see it)? +(kcheck .*)$", run("explain", name).stdout, re.MULTILINE)


def option(command: str, name: str) -> str:
    words = shlex.split(command)
    return words[words.index(name) + 1]


class Explain(unittest.TestCase):
    def test_every_command_shows_its_violation(self):
        for variant in names("variants"):
            found = commands(variant)
            self.assertNotEqual(found, [], variant)
            for command in found:
                with self.subTest(command):
                    self.assertEqual(option(command, "--variant"), variant)
                    done = run(*shlex.split(command)[1:], "--max-memory", "1GiB", "--timeout", "60s")
                    self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                    violated = option(command, "--property")
                    self.assertRegex(done.stdout,
                                     rf"(?m)^  violated +{violated} +at level \d after \d+ steps")
                    self.assertRegex(done.stdout, rf"(?m)^violated: {violated}: ")

    def test_properties_and_variants_name_the_same_commands(self):
        of_variants = {command for variant in names("variants") for command in commands(variant)}
        of_properties = set()
        for name in names("properties"):
            document = json.loads(run("explain", name, "--output", "json").stdout)
            rows = document["violations"]
            self.assertEqual([row["variant"] for row in rows], document["violated_by"])
            self.assertEqual([row["command"] for row in rows], commands(name))
            self.assertEqual({row["property"] for row in rows}, {name})
            of_properties |= {row["command"] for row in rows}
        self.assertEqual(of_properties, of_variants)


if __name__ == "__main__":
    unittest.main()
