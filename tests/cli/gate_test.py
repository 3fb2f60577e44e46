#!/usr/bin/env python3
"""kcheck gate and kcheck conform as programs. Usage: gate_test.py KCHECK KCHECK_REFERENCE [TEST...]

KCHECK_SEEDS: how many runs at random of each kind without faults must be admitted (16)."""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = ROOT / "tests" / "fixtures" / "recordings"
KCHECK, REFERENCE = sys.argv[1:3]
SEEDS = int(os.environ.get("KCHECK_SEEDS", "16"))


def run(*words):
    return subprocess.run([KCHECK, *map(str, words)], capture_output=True, text=True, timeout=600)


class Gate(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def plan(self, text):
        file = self.folder / "gate.yaml"
        file.write_text(text)
        return file

    def test_the_reference_passes_all_of_it(self):
        junit, sarif = self.folder / "junit.xml", self.folder / "gate.sarif"
        done = run("gate", "--on", "reference", "--walks", 5, "--junit", junit, "--sarif", sarif)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("1,780 of 1,780 transitions replayed (100 %)", done.stdout)
        suite = ElementTree.parse(junit).getroot()
        names = [case.get("name") for case in suite.iter("testcase")]
        self.assertEqual(len(names), int(suite.get("tests")))
        # The reference has no switch for what shows in rollouts only: these are not replayed.
        skipped = [case.get("name") for case in suite.iter("testcase") if case.find("skipped") is not None]
        self.assertEqual(skipped, ["rollout-ignores-availability"])
        self.assertEqual((suite.get("failures"), suite.get("errors"), suite.get("skipped")), ("0", "0", "1"))
        for line in run("list", "variants").stdout.splitlines():
            self.assertIn(line.split()[0], names)
        self.assertEqual(json.loads(sarif.read_text())["runs"][0]["results"], [])

    def test_an_implementation_that_does_something_else_fails(self):
        plan = self.plan("cover:\n- --replicas 1 --nodes 1 --crashes 0 --lost-replies 0\nvariants: false\n")
        junit, sarif = self.folder / "junit.xml", self.folder / "gate.sarif"
        # Its pods never get to run.
        liar = f"{REFERENCE} drive | sed -u 's/\"phase\":\"Running\"/\"phase\":\"Pending\"/g'"
        done = run("gate", plan, "--on", f"exec:{liar}", "--junit", junit, "--sarif", sarif)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("model: Running", done.stdout)
        self.assertEqual(ElementTree.parse(junit).getroot().get("failures"), "1")
        results = json.loads(sarif.read_text())["runs"][0]["results"]
        self.assertEqual([result["ruleId"] for result in results], ["kcheck/cover"])

    def test_a_line_is_verified_as_the_call_that_it_is(self):
        calls = ("--replicas 2 --nodes 1", "--replicas 2 --nodes 1 --no-reduction symmetry")
        plan = self.plan("verify:\n" + "".join(f"- {call}\n" for call in calls) + "variants: false\n")
        done = run("gate", plan, "--on", "reference")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        counts = []
        for call in calls:
            document = json.loads(run(*call.split(), "--output", "json").stdout)
            counts.append(document["workloads"][0]["states"])
            self.assertIn(f"{call}: {counts[-1]:,} states, holds", done.stdout)
        self.assertLess(*counts)

    def test_a_switch_that_changes_nothing_is_found(self):
        plan = self.plan("variants: true\n")
        deaf = "sed -u 's/\"variants\":\\[\"[a-z-]*\"\\]/\"variants\":[]/' | " + f"{REFERENCE} drive"
        done = run("gate", plan, "--on", f"exec:{deaf}")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("is not taken with the switch on"),
                         done.stdout.count("FAILED"))

    def test_a_plan_of_nothing_is_no_pass(self):
        done = run("gate", self.plan("verify: []\nvariants: false\n"), "--on", "reference")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)

    def test_a_wrong_line_is_said_before_anything_runs(self):
        done = run("gate", self.plan("verify: ['--replicas 1 --nodes 1', '--replicas 100 --nodes 50']\n"),
                   "--on", "reference")
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("passed", done.stdout)

    def test_plans_are_refused_where_they_are_wrong(self):
        for text, message in (("- x\n", "gate.yaml:1:1: a gate file is a map"),
                              ("cover: 3\n", "gate.yaml:1:8: cover is a list of strings"),
                              ("verfy: []\n", 'gate.yaml:1:1: there is no member "verfy"'),
                              ("variants: maybe\n", "gate.yaml:1:11: variants is true or false"),
                              ("cover: [\n", "gate.yaml:2:1: this is not YAML ("),
                              ("cover: *nothing\n", "gate.yaml:1:8: this is not YAML ("),
                              ("cover: ['--replicas x']\n", "--replicas x: --replicas"),
                              ("verify: ['--replicas 100 --nodes 50']\n",
                               "--replicas 100 --nodes 50: the configuration is too large"),
                              ("conform: [nowhere]\n", "nowhere: there is no such file")):
            done = run("gate", self.plan(text), "--on", "reference")
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(message, done.stderr)
        done = run("gate", self.plan("walk: ['--replicas 1']\n"), "--on", "reference", "--walks", "0")
        self.assertEqual(done.returncode, 2)
        done = run("gate")
        self.assertEqual(done.returncode, 2)
        self.assertIn("gate needs an implementation: --on reference", done.stderr)


class Conform(unittest.TestCase):
    def test_recordings_of_a_real_cluster(self):
        done = run("conform", RECORDINGS / "01-apply-3")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("left out: 2 of minions: not in the model", done.stdout)
        self.assertIn("admitted: the model makes these 21 writes, in this order", done.stdout)
        done = run("conform", RECORDINGS / "03-scale-5", "--output", "json")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(json.loads(done.stdout)["admitted"], 16)

    def test_recordings_of_what_the_model_does_not_have(self):
        for name, revision, kind in (
                ("04-set-image-rolling-update", 472,
                 "the spec of the Deployment changes, and not its replicas"),
                ("06-delete-pod", 943, "a user deletes a pod"),
                ("16-delete-deployment", 3249, "the Deployment is deleted")):
            done = run("conform", RECORDINGS / name)
            self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
            self.assertIn(f"undecided: revision {revision}, kubernetes-admin\n", done.stdout)
            self.assertIn(f"this write is of a kind the model does not have: {kind}\n", done.stdout)
            document = json.loads(run("conform", RECORDINGS / name, "--output", "json").stdout)
            self.assertEqual((document["verdict"], document["admitted"]), ("undecided", 0))
            self.assertGreater(document["notLookedAt"], 0)

    def test_a_recording_in_which_somebody_else_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("audit.jsonl", "etcd-revisions.jsonl"):
                text = gzip.open(RECORDINGS / "01-apply-3" / f"{name}.gz", "rt").read()
                (Path(folder) / name).write_text(text.replace("system:kube-scheduler", "system:node:node-1"))
            done = run("conform", folder)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn("not admitted: revision 308, system:node:node-1", done.stdout)
            self.assertIn("the model admits this write, but of kube-scheduler", done.stdout)
            self.assertIn("the nearest action: kubelet/node-1: ", done.stdout)
            self.assertIn("    its guard is false: ", done.stdout)
            self.assertIn("the longest prefix that is admitted: 5 of 21 writes, "
                          "the last of them revision 307, ", done.stdout)
            for limit in (("--max-states", 1), ("--timeout", "1ms")):
                limited = run("conform", folder, "--crashes", 1, *limit)
                self.assertEqual(limited.returncode, 3, limited.stdout)
                self.assertIn("incomplete: this is not a pass; ", limited.stdout)
                self.assertIn(f"({limit[0]})", limited.stdout)

    def test_runs_at_random_are_admitted(self):
        faults = ["--crashes", "1", "--lost-replies", "1"]
        kinds = [(*of, [], SEEDS) for of in (("2", "2"), ("2,1", "2"), ("2,0,1", "1"), ("1,3", "2"))]
        kinds += [("2", "2", faults, SEEDS // 4), ("2,1", "1", faults, SEEDS // 8)]
        for replicas, nodes, also, seeds in kinds:
            for seed in range(1, 1 + seeds):
                words = ["--seed", str(seed), "--replicas", replicas, "--nodes", nodes, *also]
                with self.subTest(words), tempfile.TemporaryDirectory() as folder:
                    commits = subprocess.run([REFERENCE, "walk", *words], capture_output=True, text=True,
                                             timeout=600)
                    self.assertEqual(commits.returncode, 0, commits.stderr)
                    (Path(folder) / "commits.jsonl").write_text(commits.stdout)
                    done = run("conform", folder, *also)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_is_no_recording(self):
        done = run("conform", ROOT / "docs")
        self.assertEqual(done.returncode, 2)
        self.assertIn("a recording has commits.jsonl, or audit.jsonl and etcd-revisions.jsonl", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
