#!/usr/bin/env python3
"""A small pipeline that takes part in replays (docs/driver.md): one apply, and nothing ever goes wrong.

Usage: kcheck replay trace.json --on 'exec:python3 examples/driver/driver.py'
"""

import copy
import json
import sys

DC, RSC, SCHEDULER = "deployment-controller", "replicaset-controller", "kube-scheduler"
NO_STATUS = {"observedGeneration": 0, "statusReplicas": 0, "statusAvailable": 0}


class Refusal(Exception):
    pass


def need(condition, reason):
    if not condition:
        raise Refusal(reason)


class Cluster:
    def __init__(self, given):
        need(len(given["replicas"]) == 1, "one apply is all there is")
        need(not given["variants"] and not given["waitsUntilAvailable"], "nothing of the kind is here")
        self.wanted, self.nodes = given["replicas"], given["nodes"]
        self.status_last = given["statusLast"]  # no sync gets to the status at its end
        self.store = {"deployments": {}, "replicasets": {}, "pods": {}}  # type -> name -> object
        self.events = {(DC, "deployments"): [], (DC, "replicasets"): [], (RSC, "replicasets"): []}
        self.events |= {(RSC, "pods"): [], (SCHEDULER, "pods"): []}
        self.events |= {(f"kubelet[{n}]", "pods"): [] for n in range(len(self.nodes))}
        self.cache = {watch: {} for watch in self.events}
        # Of the ReplicaSet controller: POSTs to send, the status that ends this sync, own writes.
        self.creations, self.status, self.awaited = 0, None, set()
        self.assumed, self.unbound = {}, set()  # of kube-scheduler: pod -> node, and those without a reply
        self.admitted, self.images, self.containers = set(), set(), {}

    def write(self, kind, name, **changes):
        thing = self.store[kind][name] = {**self.store[kind].get(name, {}), **changes}
        for (client, of), events in self.events.items():
            if of == kind and (not client.startswith("kubelet") or client == f"kubelet[{thing['node']}]"):
                events.append((name, thing))

    def step(self, step):
        need(step.get("outcome", "replied") == "replied", "no reply is ever lost here")
        need(step.get("accepted", True), "every request is accepted here")
        who, _, node = step["component"].rstrip("]").partition("[")
        method = getattr(self, f"{who}_{step['verb']}".replace("-", "_"), None)
        method = self.receive if step["verb"] == "receive" else method
        need(method is not None, f"{step['component']} does no {step['verb']} here")
        method(step, int(node) if node else None, step.get("pod"))

    def receive(self, step, node, pod):
        watch = step["component"], step["type"]
        need(0 < step["events"] <= len(self.events.get(watch, [])), "there are not so many events")
        for _ in range(step["events"]):
            name, thing = self.events[watch].pop(0)
            self.cache[watch][name] = thing
            if watch[0] == RSC:
                self.awaited.discard(name)

    def kubectl_apply(self, step, node, pod):
        need(self.wanted == [step["replicas"]], "the user asks for something else")
        self.write("deployments", "app", replicas=self.wanted.pop(), generation=1, **NO_STATUS)

    def deployment_controller_create_replicaset(self, step, node, pod):
        need(self.cache[DC, "deployments"], "it knows of no Deployment")
        need(not self.store["replicasets"], "POST: 409: there is a ReplicaSet")
        replicas = self.cache[DC, "deployments"]["app"]["replicas"]
        self.write("replicasets", "app", replicas=replicas, generation=1, **NO_STATUS)

    def deployment_controller_update_status(self, step, node, pod):
        known, source = self.cache[DC, "deployments"], self.cache[DC, "replicasets"]
        need(known and source and not self.events[DC, "deployments"], "its Deployment is not the newest")
        status = {name: source["app"][name] for name in ("statusReplicas", "statusAvailable")}
        status["observedGeneration"] = known["app"]["generation"]
        need({**known["app"], **status} != known["app"], "the status is up to date")
        self.write("deployments", "app", **status)

    def replicaset_controller_create_pod(self, step, node, pod):
        if self.creations == 0:
            need(self.status is None, "the sync before it has not ended")
            self.creations = self.missing()
            self.status = None if self.status_last else self.new_status()
        need(self.creations > 0 and pod not in self.store["pods"], "no pod is missing")
        self.creations -= 1
        self.awaited.add(pod)
        self.write("pods", pod, deleting=False, phase="Pending", node=None)

    def replicaset_controller_update_status(self, step, node, pod):
        need(self.creations == 0 and (self.status or self.missing() == 0), "pods are missing")
        status, self.status = self.status or self.new_status(), None
        need(status, "the status is up to date")
        self.awaited.add("app")
        self.write("replicasets", "app", **status)

    def new_status(self):
        """The status as the cache has it counted; None if it says so already."""
        known, pods = self.cache[RSC, "replicasets"]["app"], self.cache[RSC, "pods"].values()
        status = {"observedGeneration": known["generation"], "statusReplicas": len(pods),
                  "statusAvailable": sum(one["phase"] == "Running" for one in pods)}
        return status if {**known, **status} != known else None

    def missing(self):
        known = self.cache[RSC, "replicasets"]
        need(known and not self.awaited, "it knows of no ReplicaSet, or waits for its own writes")
        return known["app"]["replicas"] - len(self.cache[RSC, "pods"])

    def kube_scheduler_assume(self, step, node, pod):
        need(pod in self.cache[SCHEDULER, "pods"] and pod not in self.assumed, "the pod is not pending")
        place = self.nodes[step["node"]]
        there = list(self.assumed.values()).count(step["node"])
        need(place["schedulable"] and there < place["capacity"], "the node does not fit")
        self.assumed[pod] = step["node"]
        self.unbound.add(pod)

    def kube_scheduler_bind(self, step, node, pod):
        need(pod in self.unbound, "the pod is not assumed")
        self.unbound.remove(pod)
        self.write("pods", pod, node=self.assumed[pod])

    def kubelet_admit(self, step, node, pod):
        need(pod in self.cache[f"kubelet[{node}]", "pods"] and pod not in self.admitted, "it is not new here")
        self.admitted.add(pod)

    def kubelet_report_running(self, step, node, pod):
        running = self.containers.get(pod) == "running" and self.assumed[pod] == node
        need(running and self.store["pods"][pod]["phase"] == "Pending", "there is nothing to report")
        self.write("pods", pod, phase="Running")

    def container_runtime_pull_image(self, step, node, pod):
        need(node not in self.images and self.admitted & self.cache[f"kubelet[{node}]", "pods"].keys(),
             "no pod waits for the image")
        self.images.add(node)

    def container_runtime_create_container(self, step, node, pod):
        here = pod in self.cache[f"kubelet[{node}]", "pods"] and pod in self.admitted
        need(here and node in self.images and pod not in self.containers, "no container is to be created")
        self.containers[pod] = "created"

    def container_runtime_start_container(self, step, node, pod):
        need(self.containers.get(pod) == "created" and self.assumed[pod] == node, "no container is created")
        self.containers[pod] = "running"

    def state(self):
        return {"deployment": self.store["deployments"].get("app"), "pods": self.store["pods"],
                "replicaset": self.store["replicasets"].get("app"), "containers": self.containers,
                "images": sorted(self.images)}

    def allowed(self):
        """Every step that a copy of this cluster does not refuse."""
        components = ["kubectl", DC, RSC, SCHEDULER]
        for n in range(len(self.nodes)):
            components += [f"kubelet[{n}]", f"container-runtime[{n}]"]
        methods = [name for name in dir(Cluster) if name.split("_")[0] in ("kubectl", "kubelet", "deployment",
                                                                          "replicaset", "kube", "container")]
        for component in components:
            who = component.partition("[")[0].replace("-", "_") + "_"
            steps = [(name[len(who):].replace("_", "-"),
                      {"pod": pod, "node": n, "replicas": sum(self.wanted)})
                     for name in methods if name.startswith(who)
                     for pod in range(len(self.store["pods"]) + 1) for n in range(len(self.nodes))]
            steps += [("receive", {"type": kind, "events": 1}) for kind in self.store]
            for verb, more in steps:
                try:
                    copy.deepcopy(self).step({"component": component, "verb": verb, **more})
                    yield f"{component}: {verb} {more}"
                except Refusal:
                    pass


def main():
    cluster = None
    for line in sys.stdin:
        (kind, content), = json.loads(line).items()
        try:
            if kind == "configuration":
                cluster = None
                cluster = Cluster(content)
            elif kind == "step":
                cluster.step(content)
            elif kind == "rest":
                need(not list(cluster.allowed()), "there is something left to do")
            answer = {"state": cluster.state()} if kind != "hello" else {
                "hello": {"protocol": 2, "name": "driver.py", "variants": []}}
        except Refusal as refusal:
            allowed = list(cluster.allowed()) if cluster else []
            answer = {"refuse": {"reason": str(refusal), "allowed": allowed}}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
