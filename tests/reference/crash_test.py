"""kill -9 of any process at any time: the pipeline converges, and no acknowledged write is lost.

Usage: crash_test.py REFERENCE KUBECTL ROUNDS [ETCD]. Each round does something to a deployment, and
kills processes meanwhile; then everything must come to rest. The seed is printed; KCHECK_SEED repeats it.
"""

import itertools
import os
import random
import signal
import sys
import threading
import time
import unittest

from cluster import SOURCE, Cluster, Etcd, wait_for

REFERENCE, KUBECTL, ROUNDS, *REST = sys.argv[1:]
EXAMPLE = str(SOURCE / "examples" / "elasticsearch.yaml")
NODES = 2
REGISTRY = {"default": {"delayMilliseconds": 100}}


class CrashTest(unittest.TestCase):
    def setUp(self):
        self.etcd = Etcd(REST[0]) if REST else None
        self.cluster = Cluster(REFERENCE, KUBECTL, nodes=NODES, etcd=self.etcd and self.etcd.url,
                               registry=REGISTRY)
        self.acknowledged = []
        self.stop = threading.Event()

    def tearDown(self):
        self.cluster.close()
        if self.etcd:
            self.etcd.close()

    def kill(self, component):
        if component == "etcd":
            self.etcd.kill()
            self.etcd.start()
        else:
            self.cluster.signal(component, signal.SIGKILL)

    def insist(self, *words):
        """A user who repeats what failed: the apiserver may be down, or the reply lost."""

        def done():
            result = self.cluster.kubectl(*words, check=False)
            return result.returncode == 0 and result

        return wait_for(f"kubectl {' '.join(words)}", done)

    def write_markers(self):
        """One after the other all the time, so that kills hit writes; notes which were acknowledged."""
        for number in itertools.count():
            if self.stop.is_set():
                return
            name = f"marker-{number}"
            if self.cluster.kubectl("create", "configmap", name, check=False).returncode == 0:
                self.acknowledged.append(name)
            time.sleep(0.05)

    def test_kill_and_converge(self):
        seed = int(os.environ.get("KCHECK_SEED", random.SystemRandom().randrange(2**32)))
        print(f"seed {seed}", flush=True)
        dice = random.Random(seed)
        components = sorted(self.cluster.component_pids()) + (["etcd"] if self.etcd else [])
        self.insist("apply", "-f", EXAMPLE)
        replicas, kills = 3, 0
        writer = threading.Thread(target=self.write_markers)
        writer.start()
        try:
            for number in range(int(ROUNDS)):
                act = dice.choice(["scale", "image", "delete pod", "nothing"])
                if act == "scale":
                    replicas = dice.randrange(1, 6)
                    self.insist("scale", "deployment/elasticsearch", f"--replicas={replicas}")
                elif act == "image":
                    self.insist("set", "image", "deployment/elasticsearch",
                                f"elasticsearch=docker.io/library/image:{number}")
                elif act == "delete pod":
                    pods = self.insist("get", "pods", "-o", "name").stdout.split()
                    if pods:
                        self.insist("delete", "--wait=false", "--ignore-not-found", dice.choice(pods))
                victims = [dice.choice(components) for _ in range(dice.randrange(1, 4))]
                print(f"round {number}: {act}, {replicas} replicas; kill {', '.join(victims)}", flush=True)
                for victim in victims:
                    time.sleep(dice.uniform(0, 0.8))
                    self.kill(victim)
                    kills += 1
                self.cluster.wait_until_available("elasticsearch", replicas)
            self.stop.set()
            writer.join()
            markers = {item["metadata"]["name"] for item in self.cluster.get("configmaps")["items"]}
            self.assertLessEqual(set(self.acknowledged), markers)
            self.insist("delete", "deployment", "elasticsearch", "--ignore-not-found")
            wait_for("no containers are left", lambda: not self.cluster.containers())
        except BaseException:
            self.cluster.show_logs()
            raise
        finally:
            self.stop.set()
            writer.join()
        print(f"{kills} kills, {len(self.acknowledged)} acknowledged writes: all there")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)
