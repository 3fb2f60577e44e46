"""What a user does with kubectl on a cluster of the reference.

Usage: kubectl_test.py REFERENCE KUBECTL [ETCD]. With an etcd, the cluster stores there.
"""

import os
import signal
import sys
import unittest

from cluster import SOURCE, Cluster, Etcd, columns, wait_for

REFERENCE, KUBECTL, *REST = sys.argv[1:]
EXAMPLE = str(SOURCE / "examples" / "elasticsearch.yaml")
REGISTRY = {"default": {"delayMilliseconds": 50},
            "images": {"docker.io/library/absent:1": {"fails": "not found"}}}


def setUpModule():
    global etcd, cluster
    etcd = Etcd(REST[0]) if REST else None
    cluster = Cluster(REFERENCE, KUBECTL, nodes=3, etcd=etcd and etcd.url, registry=REGISTRY)


def tearDownModule():
    code = cluster.close()
    if etcd:
        etcd.close()
    assert code == 0, code


class KubectlTest(unittest.TestCase):
    def setUp(self):
        self.maxDiff = None

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            cluster.show_logs()

    def tearDown(self):
        cluster.kubectl("delete", "deployments,pods,configmaps", "--all", "--wait=false")
        wait_for("all is gone", lambda: not cluster.get("deployments,replicasets,pods")["items"])
        wait_for("no containers are left", lambda: not cluster.containers())

    def apply(self, replicas=3):
        output = cluster.kubectl("apply", "-f", EXAMPLE).stdout
        self.assertEqual(output, "deployment.apps/elasticsearch created\n")
        if replicas != 3:
            cluster.kubectl("scale", "deployment/elasticsearch", f"--replicas={replicas}")

    def available(self):
        return cluster.get("deployment", "elasticsearch")["status"].get("availableReplicas", 0)


class Rollout(KubectlTest):
    def test_from_apply_to_available_one_node_after_the_other(self):
        """As long as the runtimes of the nodes stand still, no container runs: the counts are exact."""
        runtimes = [f"container-runtime-node-{i}" for i in range(3)]
        for runtime in runtimes:
            cluster.signal(runtime, signal.SIGSTOP)
        self.apply()
        row, = columns(cluster.kubectl("get", "deployments").stdout)
        self.assertEqual((row["NAME"], row["READY"], row["AVAILABLE"]), ("elasticsearch", "0/3", "0"))

        def nodes():
            bound = [pod["spec"].get("nodeName") for pod in cluster.pods()]
            return len(bound) == 3 and None not in bound and bound

        bound = wait_for("three pods are bound", nodes)
        status = cluster.start_kubectl("rollout", "status", "deployment/elasticsearch")
        expected, available = ["0 of 3"], 0
        # The first line is there when kubectl has its watch: what comes after, it sees.
        first = status.stdout.readline()
        self.assertIn("0 of 3 updated replicas are available...", first)
        for node in range(3):
            cluster.signal(runtimes[node], signal.SIGCONT)
            available += bound.count(f"node-{node}")
            wait_for(f"{available} are available", lambda: self.available() == available)
            if 0 < available < 3:
                expected.append(f"{available} of 3")
        lines = [first.rstrip("\n"), *status.communicate(timeout=120)[0].splitlines()]
        waiting = ('Waiting for deployment "elasticsearch" rollout to finish: '
                   "{} updated replicas are available...")
        told = iter(lines)
        for count in dict.fromkeys(expected):
            self.assertIn(waiting.format(count), told)
        self.assertEqual(lines[-1], 'deployment "elasticsearch" successfully rolled out')
        self.assertEqual(status.returncode, 0)

        cluster.wait_until_available("elasticsearch", 3)
        row, = columns(cluster.kubectl("get", "deployments").stdout)
        self.assertEqual((row["READY"], row["UP-TO-DATE"], row["AVAILABLE"]), ("3/3", "3", "3"))
        wide = cluster.kubectl("get", "deployments,rs,pods", "-o", "wide").stdout
        for heading in ("CONTAINERS", "IMAGES", "SELECTOR", "NODE", "IP"):
            self.assertIn(heading, wide)
        pods = columns(cluster.kubectl("get", "pods").stdout)
        self.assertEqual([(pod["READY"], pod["STATUS"], pod["RESTARTS"]) for pod in pods],
                         [("1/1", "Running", "0")] * 3)

    def test_scale_up_and_down(self):
        self.apply()
        cluster.wait_until_available("elasticsearch", 3)
        self.assertEqual(cluster.kubectl("scale", "deployment/elasticsearch", "--replicas=5").stdout,
                         "deployment.apps/elasticsearch scaled\n")
        cluster.wait_until_available("elasticsearch", 5)
        cluster.kubectl("scale", "deployment/elasticsearch", "--replicas=1", "--current-replicas=5")
        cluster.wait_until_available("elasticsearch", 1)
        refused = cluster.kubectl("scale", "deployment/elasticsearch", "--replicas=2",
                                  "--current-replicas=5", check=False)
        self.assertEqual(refused.returncode, 1)

    def images(self):
        return {pod["spec"]["containers"][0]["image"] for pod in cluster.pods()}

    def revisions(self):
        history = cluster.kubectl("rollout", "history", "deployment/elasticsearch").stdout
        return [line.split()[0] for line in history.splitlines() if line[:1].isdigit()]

    def test_set_image_undo_and_history(self):
        self.apply()
        cluster.wait_until_available("elasticsearch", 3)
        old = {pod["metadata"]["uid"] for pod in cluster.pods()}
        cluster.kubectl("set", "image", "deployment/elasticsearch", "elasticsearch=docker.io/library/new:2")
        self.assertIn("successfully rolled out",
                      cluster.kubectl("rollout", "status", "deployment/elasticsearch").stdout)
        cluster.wait_until_available("elasticsearch", 3)
        pods = cluster.pods()
        self.assertFalse(old & {pod["metadata"]["uid"] for pod in pods})
        self.assertEqual(self.images(), {"docker.io/library/new:2"})

        self.assertEqual(self.revisions(), ["1", "2"])
        self.assertEqual(cluster.kubectl("rollout", "undo", "deployment/elasticsearch").stdout,
                         "deployment.apps/elasticsearch rolled back\n")
        cluster.wait_until_available("elasticsearch", 3)
        self.assertEqual(self.images(), {"docker.elastic.co/elasticsearch/elasticsearch-oss:6.3.2"})
        self.assertEqual(self.revisions(), ["2", "3"])
        self.assertEqual(len(cluster.get("rs")["items"]), 2)

    def test_an_image_that_is_not_there_stops_the_rollout_and_undo_frees_it(self):
        self.apply()
        cluster.wait_until_available("elasticsearch", 3)
        cluster.kubectl("set", "image", "deployment/elasticsearch",
                        "elasticsearch=docker.io/library/absent:1")
        wait_for("a pod says why", lambda: {"ErrImagePull", "ImagePullBackOff"} & {
            row["STATUS"] for row in columns(cluster.kubectl("get", "pods").stdout)})
        self.assertGreaterEqual(self.available(), 2)
        cluster.kubectl("rollout", "undo", "deployment/elasticsearch")
        cluster.wait_until_available("elasticsearch", 3)

    def test_a_deleted_pod_is_replaced(self):
        self.apply()
        cluster.wait_until_available("elasticsearch", 3)
        before = {pod["metadata"]["name"] for pod in cluster.pods()}
        victim = sorted(before)[0]
        self.assertEqual(cluster.kubectl("delete", "pod", victim).stdout, f'pod "{victim}" deleted\n')
        cluster.wait_until_available("elasticsearch", 3)
        after = {pod["metadata"]["name"] for pod in cluster.pods()}
        self.assertNotIn(victim, after)
        self.assertEqual(len(before & after), 2)

    def test_deleting_the_deployment_deletes_all_of_it(self):
        self.apply()
        cluster.wait_until_available("elasticsearch", 3)
        self.assertEqual(len(cluster.containers()), 3)
        self.assertEqual(cluster.kubectl("delete", "deployment", "elasticsearch").stdout,
                         'deployment.apps "elasticsearch" deleted\n')
        wait_for("all is gone", lambda: not cluster.get("deployments,replicasets,pods")["items"])
        wait_for("no containers are left", lambda: not cluster.containers())

    def test_deleting_with_orphan_leaves_the_pods(self):
        self.apply()
        cluster.wait_until_available("elasticsearch", 3)
        cluster.kubectl("delete", "deployment", "elasticsearch", "--cascade=orphan")
        wait_for("the replica set is nobody's", lambda: [
            rs for rs in cluster.get("rs")["items"] if not rs["metadata"].get("ownerReferences")])
        self.assertEqual(len(cluster.pods()), 3)
        cluster.kubectl("delete", "rs", "--all")


class Reading(KubectlTest):
    def test_describe(self):
        self.apply()
        cluster.wait_until_available("elasticsearch", 3)
        text = cluster.kubectl("describe", "deployment", "elasticsearch").stdout
        self.assertRegex(text, r"Replicas: +3 desired \| 3 updated \| 3 total \| 3 available \| 0 un")
        self.assertIn("ScalingReplicaSet", text)
        name = cluster.pods()[0]["metadata"]["name"]
        text = cluster.kubectl("describe", "pod", name).stdout
        self.assertRegex(text, r"Status: +Running")
        for reason in ("Scheduled", "Pulled", "Created", "Started"):
            wait_for(f"the event {reason}",
                     lambda: reason in cluster.kubectl("describe", "pod", name).stdout)
        self.assertRegex(cluster.kubectl("describe", "node", "node-0").stdout, r"Ready +True")

    def test_selectors(self):
        self.apply()
        cluster.wait_until_available("elasticsearch", 3)
        count = lambda *words: len(cluster.pods(*words))
        self.assertEqual(count("-l", "app=elasticsearch"), 3)
        self.assertEqual(count("-l", "app in (elasticsearch, other)"), 3)
        self.assertEqual(count("-l", "app!=elasticsearch"), 0)
        self.assertEqual(count("-l", "!app"), 0)
        node = cluster.pods()[0]["spec"]["nodeName"]
        there = cluster.pods("--field-selector", f"spec.nodeName={node}")
        self.assertEqual({pod["spec"]["nodeName"] for pod in there}, {node})
        self.assertEqual(count("--field-selector", "status.phase=Running"), 3)
        self.assertEqual(count("--field-selector", "status.phase!=Running"), 0)
        self.assertEqual(count("--chunk-size=1"), 3)

    def test_watch(self):
        watch = cluster.start_kubectl("get", "deployments", "--watch", "--output-watch-events")
        try:
            self.apply()
            seen = ""
            while "3/3" not in seen:
                seen = watch.stdout.readline()
                self.assertTrue(seen, "the watch has ended")
            cluster.kubectl("delete", "deployment", "elasticsearch")
            while "DELETED" not in seen:
                seen = watch.stdout.readline()
                self.assertTrue(seen, "the watch has ended")
        finally:
            watch.kill()
            watch.communicate()

    def test_explain_and_discovery(self):
        self.assertIn("replicas", cluster.kubectl("explain", "deployment.spec").stdout)
        self.assertIn("nodeName", cluster.kubectl("explain", "pod.spec").stdout)
        resources = cluster.kubectl("api-resources").stdout
        for name in ("deployments", "replicasets", "pods", "nodes", "leases", "events", "namespaces"):
            self.assertIn(name, resources)
        self.assertIn("apps/v1", cluster.kubectl("api-versions").stdout)
        self.assertIn("Server Version", cluster.kubectl("version").stdout)

    def test_nodes(self):
        rows = columns(cluster.kubectl("get", "nodes").stdout)
        self.assertEqual([(row["NAME"], row["STATUS"]) for row in rows],
                         [(f"node-{i}", "Ready") for i in range(3)])


class Writing(KubectlTest):
    def test_apply_twice_changes_nothing_and_patches_change_what_they_say(self):
        self.apply()
        cluster.wait_until_available("elasticsearch", 3)
        self.assertEqual(cluster.kubectl("apply", "-f", EXAMPLE).stdout,
                         "deployment.apps/elasticsearch unchanged\n")
        self.assertEqual(cluster.kubectl("diff", "-f", EXAMPLE).stdout, "")
        cluster.kubectl("label", "deployment", "elasticsearch", "tier=search")
        cluster.kubectl("annotate", "deployment", "elasticsearch", "note=a")
        cluster.kubectl("patch", "deployment", "elasticsearch", "--type=json", "-p",
                        '[{"op": "replace", "path": "/spec/replicas", "value": 2}]')
        cluster.kubectl("patch", "deployment", "elasticsearch", "--type=merge", "-p",
                        '{"metadata": {"labels": {"tier": null}}}')
        item = cluster.get("deployment", "elasticsearch")
        self.assertEqual(item["spec"]["replicas"], 2)
        self.assertEqual(item["metadata"]["labels"], {"app": "elasticsearch"})
        self.assertEqual(item["metadata"]["annotations"]["note"], "a")
        self.assertEqual(cluster.kubectl("apply", "-f", EXAMPLE).stdout,
                         "deployment.apps/elasticsearch configured\n")
        cluster.wait_until_available("elasticsearch", 3)

    def test_cordon_keeps_pods_away(self):
        cluster.kubectl("cordon", "node-0")
        cluster.kubectl("cordon", "node-1")
        self.apply()
        cluster.wait_until_available("elasticsearch", 3)
        self.assertEqual({pod["spec"]["nodeName"] for pod in cluster.pods()}, {"node-2"})
        cluster.kubectl("uncordon", "node-0", "node-1")

    def test_drain_moves_pods(self):
        self.apply()
        cluster.wait_until_available("elasticsearch", 3)
        node = cluster.pods()[0]["spec"]["nodeName"]
        cluster.kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--force")
        cluster.wait_until_available("elasticsearch", 3)
        self.assertNotIn(node, {pod["spec"]["nodeName"] for pod in cluster.pods()})
        cluster.kubectl("uncordon", node)

    def test_namespaces_hold_what_is_in_them(self):
        cluster.kubectl("create", "namespace", "team")
        cluster.kubectl("create", "deployment", "web", "--image=docker.io/library/web:1", "-n", "team")
        wait_for("the pod runs", lambda: any("team/web-" in name for name in cluster.containers()))
        self.assertEqual(cluster.pods(), [])
        cluster.kubectl("delete", "namespace", "team")
        wait_for("no containers are left", lambda: not cluster.containers())

    def refused(self, *words, text=None, kubeconfig=None):
        result = cluster.kubectl(*words, check=False, text=text, kubeconfig=kubeconfig)
        self.assertNotEqual(result.returncode, 0, result.stdout)
        return result.stderr

    def test_wrong_manifests_and_names(self):
        def apply(old, new, *flags):
            self.assertIn(old, manifest)
            return self.refused("apply", *flags, "-f", "-", text=manifest.replace(old, new, 1))

        with open(EXAMPLE, encoding="utf-8") as file:
            manifest = file.read()
        self.assertIn("unknown field", apply("replicas:", "replica:"))
        # What follows is past kubectl's own checks: the server refuses it.
        self.assertIn("spec.replicas: Invalid value", apply("replicas: 3", "replicas: -1"))
        self.assertIn("does not match template", apply("      app: elasticsearch", "      app: other"))
        self.assertEqual(cluster.get("deployments")["items"], [])
        self.assertIn('deployments.apps "absent" not found', self.refused("get", "deployment", "absent"))
        self.assertIn("the server doesn't have a resource type", self.refused("get", "unicorns"))
        cluster.kubectl("create", "configmap", "a")
        self.assertIn("already exists", self.refused("create", "configmap", "a"))

    def test_who_may_do_what(self):
        server = cluster.kubectl("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}").stdout
        stranger = cluster.directory / "stranger"
        stranger.write_text("")
        to_server = ["get", "pods", f"--server={server}"]
        trusting = [*to_server, f"--certificate-authority={cluster.root / 'credentials' / 'ca.crt'}"]
        token = (cluster.root / "token").read_text().strip()
        cluster.kubectl(*trusting, f"--token={token}", kubeconfig=stranger)
        # kubectl asks for a user name when it hears 401 and has nothing to show.
        self.assertIn("logged in", self.refused(*trusting, "--token=wrong", kubeconfig=stranger))
        self.assertIn("x509", self.refused(*to_server, f"--token={token}", kubeconfig=stranger))

        scheduler = cluster.root / "credentials" / "kube-scheduler.kubeconfig"
        cluster.kubectl("get", "pods", kubeconfig=scheduler)
        self.assertIn("Forbidden", self.refused("create", "configmap", "b", kubeconfig=scheduler))
        kubelet = cluster.root / "credentials" / "kubelet-node-0.kubeconfig"
        cluster.kubectl("get", "node", "node-0", kubeconfig=kubelet)
        self.assertIn("only its own Node object", self.refused("get", "node", "node-1", kubeconfig=kubelet))
        self.assertIn("Forbidden", self.refused("label", "node", "node-1", "a=b", kubeconfig=kubelet))

    def test_a_container_that_dies_is_started_again(self):
        self.apply(1)
        cluster.wait_until_available("elasticsearch", 1)
        (pid,) = cluster.container_pids().values()
        os.kill(pid, signal.SIGKILL)
        wait_for("it has been started again",
                 lambda: cluster.pods()[0]["status"]["containerStatuses"][0]["restartCount"])
        cluster.wait_until_available("elasticsearch", 1)


class OtherKinds(KubectlTest):
    """What nothing in the cluster acts on is stored all the same, and says so."""

    KINDS = str(SOURCE / "tests" / "reference" / "kinds.json")

    def test_a_usual_file_of_many_kinds(self):
        applied = cluster.kubectl("apply", "-f", self.KINDS).stdout.splitlines()
        self.assertEqual(len(applied), 32)
        self.assertIn("horizontalpodautoscaler.autoscaling/web created", applied)
        self.assertIn("customresourcedefinition.apiextensions.k8s.io/crontabs.example.com created", applied)
        # kubectl sends again what has defaults in a list without a merge key: nothing is written.
        versions = lambda: [item["metadata"]["resourceVersion"]
                            for item in cluster.get("-f", self.KINDS)["items"]]
        before = versions()
        again = cluster.kubectl("apply", "-f", self.KINDS).stdout
        self.assertIn("ingress.networking.k8s.io/web unchanged", again)
        self.assertEqual(versions(), before)

        usual = lambda *words: columns(cluster.kubectl("-n", "usual", "get", *words).stdout)
        row, = usual("cronjob")
        self.assertEqual((row["NAME"], row["SCHEDULE"], row["SUSPEND"]), ("nightly", "0 3 * * *", "False"))
        row, = usual("pvc")
        self.assertEqual((row["NAME"], row["STATUS"]), ("data", "Pending"))
        row, = usual("hpa")
        self.assertEqual((row["REFERENCE"], row["TARGETS"]), ("Deployment/web", "cpu: <unknown>/80%"))
        self.assertEqual(usual("secret")[0]["TYPE"], "Opaque")
        self.assertEqual(columns(cluster.kubectl("get", "sc").stdout)[0]["PROVISIONER"], "example.com/disk")
        self.assertIn("statefulset.apps/db", cluster.kubectl("-n", "usual", "get", "all").stdout)

        self.assertIn("NotReconciled", cluster.kubectl("-n", "usual", "describe", "statefulset", "db").stdout)
        events = cluster.kubectl("-n", "usual", "get", "events").stdout
        self.assertRegex(events, r"Warning +NotReconciled +job/once +Job is stored, but nothing in this")

        cluster.kubectl("-n", "usual", "set", "image", "daemonset/agent", "web=nginx:2")
        cluster.kubectl("-n", "usual", "scale", "statefulset/db", "--replicas=3")
        self.assertEqual(usual("sts")[0]["READY"], "0/3")
        cluster.kubectl("-n", "usual", "patch", "pdb", "web", "-p", '{"spec": {"minAvailable": 2}}')
        self.assertEqual(usual("pdb")[0]["MIN AVAILABLE"], "2")
        refused = cluster.kubectl("patch", "storageclass", "fast", "-p", '{"provisioner": "other"}',
                                  check=False)
        self.assertIn("field is immutable", refused.stderr)
        deleted = cluster.kubectl("delete", "-f", self.KINDS, "--ignore-not-found").stdout
        self.assertIn('statefulset.apps "db" deleted', deleted)
        self.assertEqual(cluster.kubectl("get", "crd,pv,clusterrole").stdout, "")

    def test_no_group_is_without_resources(self):
        served = cluster.kubectl("api-resources", "-o", "wide").stdout
        for name in ("statefulsets", "cronjobs", "horizontalpodautoscalers", "poddisruptionbudgets",
                     "networkpolicies", "storageclasses", "customresourcedefinitions", "secrets"):
            self.assertIn(name, served)
        versions = cluster.kubectl("api-versions").stdout.split()
        for version in versions:
            group = version.rpartition("/")[0]
            self.assertTrue(cluster.kubectl("api-resources", "-o", "name", f"--api-group={group}").stdout)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)
