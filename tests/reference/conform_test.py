"""What free processes do under kill -9 is admitted by the model, and not without a budget for it.

Usage: conform_test.py REFERENCE KUBECTL KCHECK. The seed is printed; KCHECK_SEED repeats it.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from cluster import SOURCE, Cluster, wait_for

REFERENCE, KUBECTL, KCHECK = sys.argv[1:]
MANIFEST = (SOURCE / "examples" / "elasticsearch.yaml").read_text().replace("replicas: 3", "replicas: 1")
# The log of kube-apiserver is written after the store, so that one is let live.
VICTIMS = ["kube-controller-manager", "kube-scheduler", "kubelet-node-0", "kubelet-node-1"]


def commits(cluster):
    return cluster.commit_log.read_text().count("\n")


class ConformTest(unittest.TestCase):
    def record(self, act):
        """The folder of a recording, and what kcheck conform says of it."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        cluster = Cluster(REFERENCE, KUBECTL, registry={"default": {"delayMilliseconds": 200}},
                          options=["--commit-log", f"{folder}/commits.jsonl"])
        cluster.commit_log = Path(folder) / "commits.jsonl"
        try:
            act(cluster)
        finally:
            cluster.close()
        return folder

    def conform(self, folder, *options):
        done = subprocess.run([KCHECK, "conform", folder, *options], capture_output=True, text=True,
                              timeout=600)
        print(done.stdout, done.stderr)
        return done.returncode

    def test_runs_without_faults(self):
        def act(cluster):
            cluster.kubectl("apply", "-f", "-", text=MANIFEST)
            cluster.wait_until_available("elasticsearch", 1)
            for replicas in (4, 2):
                cluster.kubectl("scale", "deployment/elasticsearch", f"--replicas={replicas}")
                cluster.wait_until_available("elasticsearch", replicas)

        folder = self.record(act)
        self.assertEqual(self.conform(folder), 0)
        log = Path(folder) / "commits.jsonl"
        lines = log.read_text().splitlines()
        bindings = [i for i, line in enumerate(lines) if '"subresource":"binding"' in line]
        log.write_text("\n".join(lines[:bindings[0]] + lines[bindings[0] + 1:]))
        self.assertEqual(self.conform(folder), 1)

    def test_runs_with_a_kill(self):
        seed = int(os.environ.get("KCHECK_SEED", random.SystemRandom().randrange(2**32)))
        print(f"seed {seed}", flush=True)
        dice = random.Random(seed)

        def act(cluster):
            before = commits(cluster)
            cluster.kubectl("apply", "-f", "-", text=MANIFEST)
            after = before + dice.randrange(1, 12)
            wait_for(f"{after} commits", lambda: commits(cluster) >= after)
            known = cluster.component_pids()
            victim = dice.choice([name for name in VICTIMS if name in known])
            print(f"kill -9 {victim}", flush=True)
            cluster.signal(victim, signal.SIGKILL)
            cluster.wait_until_available("elasticsearch", 1)

        self.assertEqual(self.conform(self.record(act), "--crashes", "1"), 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
