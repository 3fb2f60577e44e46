"""Every golden configuration under every engine gives the numbers of the manifest.

Usage: golden_test.py KCHECK
"""

import copy
import sys
import unittest

import runner

KCHECK = sys.argv.pop(1)


class Golden(unittest.TestCase):
    def test_every_configuration_under_every_engine(self):
        for configuration in runner.load():
            for engine, options in runner.engines(configuration).items():
                with self.subTest(configuration=configuration["name"], engine=engine):
                    self.assertIn("expected", configuration, "run tools/update_golden.py")
                    found = runner.measure(KCHECK, configuration, options)
                    self.assertEqual(runner.compare(engine, configuration["expected"], found), [])

    def test_the_manifest_shows_every_verdict(self):
        verdicts = {c["expected"]["default"]["verdict"] for c in runner.load()}
        self.assertEqual(verdicts, {"holds", "violated", "incomplete"})

    def test_a_wrong_number_is_found(self):
        configuration = runner.load()[0]
        found = runner.measure(KCHECK, configuration, [])
        for key in runner.NUMBERS:
            wrong = copy.deepcopy(configuration["expected"])
            wrong["default"][key] = "wrong"
            self.assertEqual(len(runner.compare("default", wrong, found)), 1)


if __name__ == "__main__":
    unittest.main()
