"""Manifests as people have them: verdicts, what is named with them, and what accepts it.

Usage: manifests_test.py KCHECK
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "manifests" / "cases"
KCHECK = os.path.abspath(sys.argv.pop(1))
FAULTLESS = ["--crashes", "0", "--lost-replies", "0"]
SCHEMA = json.loads((ROOT / "docs" / "result.schema.json").read_text())


def run(*arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run([KCHECK, *arguments, *FAULTLESS], cwd=CASES, capture_output=True, text=True,
                          check=False, timeout=120, **options)


def check(*files: str, more: tuple[str, ...] = (), **options) -> tuple[int, dict]:
    """The exit code and the JSON, which is as the schema says."""
    done = run(*[word for file in files for word in ("-f", file)], *more, "--output", "json", **options)
    document = json.loads(done.stdout) if done.stdout else {"error": done.stderr}
    if done.stdout:
        jsonschema.validate(document, SCHEMA)
    return done.returncode, document


def names(document: dict, key: str = "left_out") -> set[str]:
    return {one["name"] for workload in document["workloads"] for one in workload[key]}


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers: [{{name: c, image: "example.com/c:1"{more}}}]
"""


def deployment(name: str = "web", more: str = "") -> str:
    return DEPLOYMENT.format(name=name, more=more)


class Small(unittest.TestCase):
    def test_what_holds(self):
        for name in ("10-deploymentlist", "cap", "cap2", "cap3", "k-Pod", "k-Role", "sec", "tight-two-nodes"):
            with self.subTest(name):
                code, document = check(f"{name}.yaml")
                self.assertEqual((code, document["verdict"], names(document)), (0, "holds", set()))

    def test_what_is_violated_and_why(self):
        for name, nodes, why in (("sel", 2, "node selector disk=ssd"),
                                 ("sel-node", 0, "node selector disk=ssd"),
                                 ("big", 2, "no room: 500 cpu requested, 4 allocatable"),
                                 ("eks", 0, "taint node.kubernetes.io/not-ready:NoSchedule"),
                                 ("tight-one-node", 0, "full: it has room for 1")):
            with self.subTest(name):
                done = run("-f", f"{name}.yaml", *(["--nodes", str(nodes)] if nodes else []))
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertEqual(done.stderr, "")
                self.assertIn("  violated     pod-gets-bound", done.stdout)
                self.assertRegex(done.stdout, rf"Nodes that are closed\n  NODE +WHY\n  \S+ +{why}\n")

    def test_what_is_undecided(self):
        code, document = check("anti.yaml", more=("--nodes", "1"))
        self.assertEqual((code, document["verdict"]), (3, "undecided"))
        [one] = document["workloads"][0]["left_out"]
        self.assertEqual((one["name"], one["file"], one["line"], one["column"]),
                         ("pod-anti-affinity", "anti.yaml", 10, 36))

    def test_pods_that_admission_refuses_or_a_kubelet_does_not_start_are_undecided(self):
        root = ", securityContext: {runAsUser: 0}"
        for pod, more, left_out in (
                ("priority: 5", "", {"pod-admission"}),
                ("preemptionPolicy: Never", "", {"pod-admission"}),
                ("overhead: {cpu: 10m}", "", {"pod-admission"}),
                ("setHostnameAsFQDN: true", "", {"host-name"}),
                ("volumes: [{name: v, emptyDir: {medium: HugePages-2Mi}}]", "", {"volumes"}),
                ("volumes: [{name: v, emptyDir: {}}]",
                 ", env: [{name: A, valueFrom: {fileKeyRef: {volumeName: v, path: f, key: k}}}]",
                 {"file-keys"}),
                ("securityContext: {runAsNonRoot: true}", root, {"root-user"}),
                ("securityContext: {runAsNonRoot: true, runAsUser: 0}", "", {"root-user"}),
                # The container's word goes before the pod's.
                ("securityContext: {runAsNonRoot: true, runAsUser: 0}",
                 ", securityContext: {runAsUser: 1000}", set()),
                ("securityContext: {runAsNonRoot: true}", "", set()),
                ("volumes: [{name: v, emptyDir: {medium: Memory}}]", root, set()),
                ("preemptionPolicy: PreemptLowerPriority", "", set())):
            with self.subTest(pod=pod, more=more):
                text = deployment(more=more).replace("    spec:\n      con",
                                                     f"    spec:\n      {pod}\n      con")
                code, document = check(more=("-f", "-"), input=text)
                self.assertEqual((code, names(document)), (3 if left_out else 0, left_out))
                code, document = check(
                    more=("-f", "-", *[word for name in left_out for word in ("--assume", name)]), input=text)
                self.assertEqual((code, document["verdict"]), (0, "holds"))

    def test_both_deployments_are_checked(self):
        code, document = check("two.yaml")
        self.assertEqual(code, 3)
        self.assertEqual([workload["name"] for workload in document["workloads"]],
                         ["default/web", "default/other"])
        self.assertEqual(names(document), {"overlapping-selectors", "paused"})
        code, document = check("two.yaml", more=("--deployment", "web"))
        self.assertEqual(len(document["workloads"]), 1)
        done = run("-f", "two.yaml")
        self.assertRegex(done.stdout, r"(?m)^  undecided +default/web +apply 1 +12  overlapping-selectors$")
        self.assertRegex(done.stdout, r"(?m)^undecided: 2 of 2 Deployments$")

    def test_what_kube_apiserver_refuses(self):
        for name, what in (("20-deepunknown", ".httpGet.portt (did you mean port?)"),
                           ("21-deepaff", ".topologyKe (did you mean topologyKey?)"),
                           ("22-badspread", "maxSkew: Invalid value: 0: must be greater than zero"),
                           ("23-badmount", 'volumeMounts[0].name: Not found: "vv"')):
            done = run("-f", f"{name}.yaml")
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertRegex(done.stderr, rf"\Akcheck: {name}\.yaml:\d+:\d+: error: .*\n\Z")
            self.assertIn(what, done.stderr)

    def test_an_input_without_a_deployment_says_what_it_has(self):
        done = run("-f", "ss.yaml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("ss.yaml has 1 StatefulSet and no Deployment; kcheck checks Deployments\n", done.stderr)
        done = run("-f", "ss.yaml", "-f", "pdb-drain/nodes.yaml")
        self.assertIn("the input has 2 Nodes, 1 StatefulSet and no Deployment", done.stderr)


class Bugs(unittest.TestCase):
    def test_none_of_them_holds(self):
        climb = ("--level", "0")
        for folder, left_out in (("hostport-surge", {"host-ports", "rolling-update"}),
                                 ("hostnetwork-notready", {"host-ports"}),
                                 ("pdb-drain", {"disruption-budget"}),
                                 ("quota-surge", {"resource-quota"}),
                                 ("spread-cordon", {"topology-spread"}),
                                 ("deadline-from-zero", {"progress-deadline"})):
            files = sorted(path for path in (CASES / folder).iterdir() if not path.name.startswith("nodes"))
            for nodes in sorted((CASES / folder).glob("nodes*")):
                with self.subTest(nodes):
                    code, document = check(*[str(path) for path in files], str(nodes), more=climb)
                    self.assertEqual((code, document["verdict"]), (3, "undecided"))
                    self.assertEqual(names(document), left_out)
                    accepted = [word for name in left_out for word in ("--assume", name)]
                    code, document = check(*[str(path) for path in files], str(nodes),
                                           more=(*climb, *accepted))
                    self.assertEqual((code, document["verdict"]), (0, "holds"))
                    self.assertEqual(names(document, "accepted"), left_out)


    def test_a_rollout_to_an_image_that_never_arrives_gets_stuck(self):
        files = [f"scale-down-downtime/{name}.yaml" for name in ("v1", "v2", "nodes")]
        code, document = check(*files, more=("--level", "0"))
        self.assertEqual((code, document["verdict"], names(document)), (0, "holds", set()))
        code, document = check(*files, more=("--level", "0", "--variant", "image-never-arrives",
                                             "--property", "replica-convergence"))
        self.assertEqual((code, document["verdict"]), (1, "violated"))


class Acceptance(unittest.TestCase):
    def test_what_was_accepted_is_printed(self):
        done = run("-f", "anti.yaml", "--assume", "pod-anti-affinity")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("\naccepted: pod-anti-affinity (--assume)\n", done.stdout)
        self.assertNotIn("undecided", done.stdout)
        done = run("-f", "-", input=deployment() + "# kcheck: assume readiness-probe\n")
        self.assertEqual(done.returncode, 0)  # nothing to accept is no error

    def test_another_name_accepts_nothing(self):
        self.assertEqual(run("-f", "anti.yaml", "--assume", "pod-affinity").returncode, 3)

    def test_an_unknown_name_is_refused_with_the_right_ones(self):
        done = run("-f", "anti.yaml", "--assume", "anti-affinity")
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1))
        for effect in json.loads(run_list("effects", "--output", "json")):
            self.assertIn(effect["effect"], done.stderr)

    def test_violated_is_violated_all_the_same(self):
        text = deployment(more=", readinessProbe: {tcpSocket: {port: 80}}").replace(
            "      containers:", "      nodeSelector: {disk: ssd}\n      containers:")
        done = run("-f", "-", input=text)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("readiness-probe: a container is ready as soon as it runs\n    -:11:56 ", done.stdout)

    def test_what_a_later_template_may_repair_is_undecided(self):
        wrong = deployment().replace("      containers:",
                                     "      nodeSelector: {disk: ssd}\n      containers:")
        code, document = check("-", input=wrong + "---\n" + deployment())
        self.assertEqual((code, document["verdict"], names(document)), (3, "undecided", {"rolling-update"}))
        code, document = check("-", input=wrong + "---\n" + deployment(), more=("--assume", "rolling-update"))
        self.assertEqual((code, document["verdict"]), (1, "violated"))

    def test_a_proof_is_undecided_as_well(self):
        done = run("prove", "etcd-single-writer", "-f", "anti.yaml")
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertIn("undecided    etcd-single-writer", done.stdout)

    def test_what_is_assumed_to_exist(self):
        done = run("-f", "sec.yaml")
        self.assertEqual(done.returncode, 0)
        self.assertIn("\nassumed to exist: secret/nowhere, image example.com/c:1\n", done.stdout)
        done = run("-f", "sec.yaml", "--strict")
        self.assertEqual(done.returncode, 3)
        self.assertIn("undecided: this is not a pass; objects are only assumed to exist (--strict)\n",
                      done.stdout)
        # Images are assumed whatever is strict.
        self.assertEqual(run("-f", "anti.yaml", "--assume", "pod-anti-affinity", "--strict").returncode, 0)


class Shapes(unittest.TestCase):
    """Inputs as tools and people write them."""

    def holds(self, text: str, *more: str, count: int = 1) -> str:
        done = run("-f", "-", *more, input=text)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stderr, "")
        if count > 1:
            self.assertIn(f"holds: {count} of {count} Deployments\n", done.stdout)
        return done.stdout

    def test_line_ends_document_ends_and_empty_documents(self):
        text = deployment()
        self.holds(text.replace("\n", "\r\n"))
        self.holds(f"# a comment\n---\n{text}...\n---\n---\n# nothing\n---\n{deployment('db')}...\n", count=2)
        done = run("-f", "-", input=text.replace("\n", "\r\n").replace(
            "\r\nspec:", "\r\nspec:\r\n  paused: true # kcheck: assume paused", 1))
        self.assertIn("accepted: paused (the comment at -:5:16)", done.stdout)

    def test_anchors(self):
        self.holds("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: &l {app: web}}\n"
                   "spec:\n  selector: {matchLabels: *l}\n  template:\n    metadata: {labels: *l}\n"
                   "    spec: {containers: [&c {name: c, image: 'c:1'}, {<<: *c, name: d}]}\n")

    def test_live_objects(self):
        live = json.loads((ROOT / "tests" / "manifests" / "good" / "live-object.json").read_text())
        live["metadata"]["managedFields"] = [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}]
        live["status"] = {"replicas": 3, "conditions": [{"type": "Available", "status": "True"}]}
        pods = [{"apiVersion": "v1", "kind": "Pod",
                 "metadata": {"name": f"p{i}", "ownerReferences": [
                     {"kind": "ReplicaSet", "name": "elasticsearch-6b9f6cd69", "controller": True}]},
                 "spec": {"containers": []}, "status": {"phase": "Running"}} for i in range(3)]
        self.holds(json.dumps({"apiVersion": "v1", "kind": "List", "items": [live, *pods]}))

    def test_a_large_installation(self):
        crd = ("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n"
               "spec:\n  versions:\n" + "".join(f"  - name: v{i}\n    description: {'x' * 100}\n"
                                                for i in range(16000)) + "---\n")
        self.assertGreater(len(crd), 2_000_000)
        done = self.holds(crd + "".join(deployment(f"d{i}") + "---\n" for i in range(14)), count=14)
        self.assertIn("\nno effect on the verdict: 1 CustomResourceDefinition\n", done)

    def test_other_kinds_are_one_line(self):
        kinds = "".join(
            f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n" for version, kind in (
                ("v1", "Service"), ("v1", "Service"), ("rbac.authorization.k8s.io/v1", "Role"),
                ("monitoring.coreos.com/v1", "ServiceMonitor"), ("extensions/v1beta1", "Ingress")))
        text = self.holds(deployment() + kinds)
        self.assertIn("\nno effect on the verdict: 1 Ingress, 1 Role, 2 Services, 1 ServiceMonitor\n", text)

    def test_a_report_fits_a_terminal(self):
        probe = ", readinessProbe: {tcpSocket: {port: 80}}, livenessProbe: {tcpSocket: {port: 80}}"
        done = run("-f", "-", input="".join(deployment(f"d{i}", probe) + "---\n" for i in range(30)))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertLess(len(done.stdout.splitlines()), 60)
        at = done.stdout.index("not modelled, and it may decide the answer")
        for line in done.stdout[at:].splitlines():
            self.assertTrue(len(line) <= 80 or "--deployment NAME" in line, line)

    def test_the_first_that_is_violated_is_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            trace = Path(folder) / "trace.json"
            text = deployment("good") + "---\n" + deployment("bad", ", resources: {requests: {cpu: 5}}")
            done = run("-f", "-", "--trace-out", str(trace), input=text)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertRegex(done.stdout, r"(?m)^  holds +default/good")
            self.assertRegex(done.stdout,
                             r"(?m)^  violated +default/bad .* replica-convergence \(level 0\), "
                             r"pod-gets-bound \(level 0\)$")
            self.assertIn("default/bad; 1 node: node-0 (closed: no room: 5 cpu requested, 4 allocatable)",
                          done.stdout)
            self.assertEqual(json.loads(trace.read_text())["configuration"]["deployment"], "bad")


def run_list(*words: str) -> str:
    return subprocess.run([KCHECK, "list", *words], capture_output=True, text=True, check=True).stdout


class Documents(unittest.TestCase):
    def test_the_document_is_up_to_date(self):
        self.assertEqual(run_list("effects", "--output", "markdown"),
                         (ROOT / "docs" / "manifests.md").read_text(), "regenerate docs/manifests.md")


if __name__ == "__main__":
    unittest.main()
