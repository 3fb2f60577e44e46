"""Every golden configuration under every engine gives the numbers of the manifest.

Usage: golden_test.py KCHECK
"""

import copy
import sys
import unittest

import runner

KCHECK = sys.argv.pop(1)

# What the configurations have to have: each is found in one at least.
COVERED = {
    "caches at most one event behind": lambda c, bounds: bounds["staleness"] == 1,
    "minReadySeconds": lambda c, bounds: c["waits_until_available"],
    "nodes of different sizes":
        lambda c, bounds: len({node["capacity"] for node in c["nodes"] if node["schedulable"]}) > 1,
    "a node with no room to spare":
        lambda c, bounds: any(0 < node["capacity"] < 3 for node in c["nodes"]),
    "a node that is closed beside one that is not":
        lambda c, bounds: len({node["schedulable"] for node in c["nodes"]}) > 1,
    "a scale to 0": lambda c, bounds: any(o["replicas"] == 0 for o in c["operations"][1:]),
    "a crash and a lost reply": lambda c, bounds: bounds["crashes"] > 0 and bounds["lost_replies"] > 0,
    "a scale with a crash and a lost reply":
        lambda c, bounds: len(c["operations"]) > 1 and bounds["crashes"] > 0 and bounds["lost_replies"] > 0,
    "a variant": lambda c, bounds: c["variants"],
}


class Golden(unittest.TestCase):
    def test_every_configuration_under_every_engine(self):
        for configuration in runner.load():
            for engine, options in runner.engines(KCHECK, configuration).items():
                with self.subTest(configuration=configuration["name"], engine=engine):
                    self.assertIn("expected", configuration, "run tools/update_golden.py")
                    found = runner.measure(KCHECK, configuration, options)
                    self.assertEqual(runner.compare(engine, configuration["expected"], found), [])

    def test_the_manifest_shows_every_verdict(self):
        verdicts = {c["expected"]["default"]["verdict"] for c in runner.load()}
        self.assertEqual(verdicts, {"holds", "violated", "incomplete"})

    def test_every_reduction_is_switched_off_somewhere(self):
        engines = {engine for c in runner.load() for engine in runner.engines(KCHECK, c)}
        self.assertLessEqual({f"no-{name}" for name in runner.reductions(KCHECK)}, engines)

    def test_the_configurations_cover_what_they_should(self):
        documents = [runner.run(KCHECK, c, ["--timeout", "1ms"]) for c in runner.load()]
        for what, has in COVERED.items():
            self.assertTrue(any(has(d["configuration"], d["bounds"]) for d in documents), what)

    def test_a_wrong_number_is_found(self):
        configuration = runner.load()[0]
        found = runner.measure(KCHECK, configuration, [])
        for key in runner.NUMBERS:
            wrong = copy.deepcopy(configuration["expected"])
            wrong["default"][key] = "wrong"
            self.assertEqual(len(runner.compare("default", wrong, found)), 1)


if __name__ == "__main__":
    unittest.main()
