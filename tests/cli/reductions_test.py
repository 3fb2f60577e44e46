#!/usr/bin/env python3
"""kcheck prove reductions, as a user calls it.

Usage: reductions_test.py KCHECK [unittest arguments]
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KCHECK = ""
# One pod, one node, no lag and no faults.
SMALL = ["--replicas", "1", "--level", "0"]
# Every way in which the objects of two actions may be related.
EVERY_RELATION = ["--replicas", "2", "--nodes", "2", "--level", "1"]


def run(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([KCHECK, "prove", "reductions", *words], capture_output=True, text=True,
                          check=False)


class Table(unittest.TestCase):
    def test_the_committed_table_is_what_kcheck_proves(self):
        done = run(*EVERY_RELATION, "--output", "markdown")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertEqual(done.stdout, (ROOT / "docs" / "reductions-table.md").read_text(),
                         "regenerate docs/reductions-table.md: kcheck prove reductions "
                         f"{' '.join(EVERY_RELATION)} --output markdown")

    def test_what_was_proved_is_kept_and_used_only_for_the_same_terms(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "table")
            words = [*SMALL, "--table", str(file), "--output", "json"]
            first, second = run(*words), run(*words)
            self.assertEqual((first.stderr, second.stderr), ("", ""))
            before, after = json.loads(first.stdout), json.loads(second.stdout)
            self.assertGreater(before["solver"]["questions"], 50)
            self.assertEqual(after["solver"]["questions"], 0)
            for document in (before, after):
                del document["solver"], document["seconds"]
            self.assertEqual(before, after)
            other = run("--replicas", "1", "--scale", "0", "--level", "0", "--table", str(file))
            self.assertEqual(other.stderr.count("\n"), 1)
            self.assertIn("is not used, but made anew: it is about another system", other.stderr)

    def test_every_pair_is_there_and_the_claims_name_what_breaks_them(self):
        document = json.loads(run(*SMALL, "--output", "json").stdout)
        schemas = range(1, len(document["schemas"]) + 1)
        # Each action is alone in its schema: with one object there is no other pair of the same.
        self.assertEqual({(row["first"], row["second"]) for row in document["pairs"]},
                         {(a, b) for a in schemas for b in schemas if a != b})
        refused = [claim for claim in document["claims"] if claim["verdict"] == "refused"]
        self.assertTrue(refused)
        for claim in refused:
            for one in claim["refused"]:
                self.assertIn(one["found"], ("fails", "not proved"))
                self.assertEqual(len(one["actions"]), 2)
                self.assertIn("state", one)

    def test_lines_fit_a_terminal(self):
        done = run(*SMALL)
        self.assertEqual([line for line in done.stdout.splitlines() if len(line) > 100], [])
        self.assertIn(" questions\n", done.stdout)

    def test_bad_calls_say_what_is_right(self):
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder, "notes")
            kept.write_text("by hand\n")
            for words, right in ((["all"], "takes no word"), (["--k-max", "2"], "means nothing"),
                                 (["--table", str(kept)], "name another file"),
                                 (["--table", f"{folder}/no/table"], "no/table"),
                                 (["--replicas", "90", "--nodes", "90"], "fewer replicas")):
                done = run(*words)
                self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), words)
                self.assertIn(right, done.stderr)
            self.assertEqual(kept.read_text(), "by hand\n")


if __name__ == "__main__":
    KCHECK = sys.argv[1]
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
