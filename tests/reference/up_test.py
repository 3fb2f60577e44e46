"""`up` itself: its call, what it keeps running, and that it leaves nothing behind.

Usage: up_test.py REFERENCE KUBECTL KCHECK
"""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from cluster import Cluster, descendants, is_alive, wait_for

REFERENCE, KUBECTL, KCHECK = sys.argv[1:]


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=60)


class Call(unittest.TestCase):
    def test_help_is_there_for_everything(self):
        for words in ([], ["up"], ["kube-apiserver"], ["kube-controller-manager"], ["kube-scheduler"],
                      ["kubelet"], ["container-runtime"], ["pause"]):
            result = run(REFERENCE, *words, "--help")
            self.assertEqual((result.returncode, result.stderr), (0, ""), words)
            self.assertIn("--help", result.stdout)

    def test_a_wrong_call_is_one_line_and_exit_code_2(self):
        for words in ([], ["unicorn"], ["up", "--nodes"], ["up", "--nodes", "0"], ["up", "--nodes", "x"],
                      ["up", "--unicorn"], ["up", "--registry", "/absent"], ["up", "--variant", "unicorn"],
                      ["up", "--variant", "scheduler-writes-etcd"], ["up", "--port", "70000"], ["kubelet"]):
            result = run(REFERENCE, *words)
            self.assertEqual(result.returncode, 2, words)
            self.assertEqual(result.stdout, "")
            self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)

    def test_a_registry_that_is_none_is_said_at_once(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as table:
            table.write("{")
            table.flush()
            result = run(REFERENCE, "up", "--registry", table.name)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--registry", result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)

    def test_kcheck_up_is_the_same_program(self):
        self.assertEqual(run(KCHECK, "up", "--help").stdout, run(REFERENCE, "up", "--help").stdout)
        self.assertEqual(run(KCHECK, "up", "--unicorn").returncode, 2)
        self.assertIn("kcheck up", run(KCHECK, "--help").stdout)


class Supervision(unittest.TestCase):
    def setUp(self):
        self.cluster = Cluster(REFERENCE, KUBECTL, nodes=1)

    def tearDown(self):
        self.cluster.close()

    def start_a_pod(self):
        self.cluster.kubectl("create", "deployment", "web", "--image=docker.io/library/web:1")
        self.cluster.wait_until_available("web", 1)

    def test_what_dies_is_started_again_and_said(self):
        for name, pid in self.cluster.component_pids().items():
            os.kill(pid, signal.SIGKILL)
            wait_for(f"{name} is started again", lambda: self.cluster.component_pids()[name] != pid)
            wait_for("it is said", lambda: any(
                line.startswith(f"{name} is started again") for line in list(self.cluster.lines)))
            self.assertIn(f"{name} (pid {pid}) was killed by signal 9", "".join(self.cluster.lines))
        self.start_a_pod()

    def test_containers_outlive_the_kubelet_and_the_runtime(self):
        self.start_a_pod()
        before = self.cluster.container_pids()
        for name in ("kubelet-node-0", "container-runtime-node-0"):
            pid = self.cluster.component_pids()[name]
            os.kill(pid, signal.SIGKILL)
            wait_for(f"{name} is started again", lambda: self.cluster.component_pids()[name] != pid)
        self.cluster.kubectl("scale", "deployment/web", "--replicas=2")
        self.cluster.wait_until_available("web", 2)
        after = self.cluster.container_pids()
        self.assertEqual({name: after.get(name) for name in before}, before)
        for pod in self.cluster.pods():
            self.assertEqual(pod["status"]["containerStatuses"][0]["restartCount"], 0)

    def test_when_up_is_killed_everything_ends(self):
        self.start_a_pod()
        below = descendants(self.cluster.process.pid)
        self.assertTrue(any("pause" in words for words in below.values()))
        self.cluster.process.kill()
        self.cluster.process.wait()
        wait_for("all processes have ended", lambda: not any(map(is_alive, below)))

    def test_the_same_directory_twice_at_once_is_refused(self):
        result = run(REFERENCE, "up", "--dir", str(self.cluster.root))
        self.assertEqual(result.returncode, 1)
        self.assertIn("in use", result.stderr)


class Directory(unittest.TestCase):
    def test_what_was_stored_is_there_again(self):
        with tempfile.TemporaryDirectory() as directory:
            first = Cluster(REFERENCE, KUBECTL, nodes=1, root=directory)
            first.kubectl("create", "configmap", "a")
            self.assertEqual(first.close(), 0)
            second = Cluster(REFERENCE, KUBECTL, nodes=1, root=directory)
            second.kubectl("get", "configmap", "a")
            self.assertEqual(second.close(), 0)

    def test_a_log_with_a_torn_end_is_cut_and_a_damaged_one_is_refused(self):
        with tempfile.TemporaryDirectory() as directory:
            first = Cluster(REFERENCE, KUBECTL, nodes=1, root=directory)
            try:
                first.kubectl("create", "configmap", "a")
                first.kubectl("create", "configmap", "b")
            finally:
                self.assertEqual(first.close(), 0)
            log = next(Path(directory).rglob("store/log"))
            whole = log.read_bytes()
            log.write_bytes(whole[:-3])
            second = Cluster(REFERENCE, KUBECTL, nodes=1, root=directory)
            try:
                second.kubectl("get", "configmap", "a")
            finally:
                self.assertEqual(second.close(), 0)
            said = (Path(directory) / "logs" / "kube-apiserver.log").read_text()
            self.assertRegex(said, r"log: cut off \d+ bytes at byte \d+, of a write that a crash has torn")

            log.write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
            credentials = next(Path(directory).rglob("apiserver.crt")).parent
            refused = run(REFERENCE, "kube-apiserver", "--secure-port", "0", "--data-dir", str(log.parent),
                          "--client-ca-file", str(credentials / "ca.crt"),
                          "--tls-cert-file", str(credentials / "apiserver.crt"),
                          "--tls-private-key-file", str(credentials / "apiserver.key"))
            self.assertEqual(refused.returncode, 1)
            self.assertEqual(len(refused.stderr.splitlines()), 1, refused.stderr)
            self.assertRegex(refused.stderr, r"store/log: damaged at byte \d+, in the last commit")

    def test_a_disk_that_is_full_for_a_moment_is_survived(self):
        cluster = Cluster(REFERENCE, KUBECTL, nodes=1)
        try:
            cluster.kubectl("create", "configmap", "before")
            server = cluster.component_pids()["kube-apiserver"]
            size = next(cluster.root.rglob("store/log")).stat().st_size
            before = resource.prlimit(server, resource.RLIMIT_FSIZE)
            resource.prlimit(server, resource.RLIMIT_FSIZE, (size + 10, before[1]))
            refused = cluster.kubectl("create", "configmap", "meanwhile", check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("File too large", refused.stderr)
            for endpoint in ("healthz", "livez", "readyz"):
                health = cluster.kubectl("get", "--raw", f"/{endpoint}", check=False)
                self.assertNotEqual(health.returncode, 0)
                self.assertIn("[-]etcd failed", health.stderr)
            cluster.kubectl("get", "configmap", "before")
            resource.prlimit(server, resource.RLIMIT_FSIZE, before)
            cluster.kubectl("create", "configmap", "after")
            self.assertEqual(cluster.kubectl("get", "--raw", "/readyz").stdout, "ok")
            self.assertEqual(cluster.component_pids()["kube-apiserver"], server)
            cluster.signal("kube-apiserver", signal.SIGKILL)
            wait_for("it is there again", lambda: cluster.kubectl("get", "configmap", "after",
                                                                  check=False).returncode == 0)
            left = {item["metadata"]["name"] for item in cluster.get("configmaps")["items"]}
            self.assertEqual(left, {"before", "after"})
        finally:
            cluster.close()

    def test_a_namespace_takes_everything_with_it(self):
        cluster = Cluster(REFERENCE, KUBECTL, nodes=1)
        try:
            cluster.kubectl("create", "namespace", "team")
            for words in (["configmap", "a"], ["service", "clusterip", "a", "--tcp=80"],
                          ["deployment", "a", "--image=web:1"]):
                cluster.kubectl("create", "-n", "team", *words)
            wait_for("it runs", lambda: cluster.containers())
            cluster.kubectl("delete", "namespace", "team")  # waits
            cluster.kubectl("create", "namespace", "team")
            left = cluster.kubectl("get", "-n", "team", "configmaps,services,deployments,replicasets,pods")
            self.assertEqual(left.stdout, "")
        finally:
            cluster.close()

    def test_a_temporary_directory_is_removed(self):
        up = subprocess.Popen([REFERENCE, "up", "--nodes", "1"], stdout=subprocess.PIPE, text=True)
        kubeconfig = None
        for line in up.stdout:
            if line.startswith("kubeconfig: "):
                kubeconfig = Path(line.split()[1])
                break
        self.assertTrue(kubeconfig and kubeconfig.exists())
        self.assertEqual(kubeconfig.stat().st_mode & 0o777, 0o600)
        up.send_signal(signal.SIGINT)
        up.communicate(timeout=60)
        self.assertEqual(up.returncode, 0)
        self.assertFalse(kubeconfig.parent.exists())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)
