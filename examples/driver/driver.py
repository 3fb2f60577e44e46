#!/usr/bin/env python3
"""A small pipeline that takes part in replays: docs/driver.md. No crashes, no lost replies, no deletions.

Usage: kcheck replay trace.json --on 'exec:python3 examples/driver/driver.py'
"""

import copy
import json
import sys


class Refusal(Exception):
    pass


def need(condition, reason):
    if not condition:
        raise Refusal(reason)


class Cluster:
    def __init__(self, given):
        need(not given["variants"], "there are no variants here")
        need(sorted(given["replicas"]) == given["replicas"], "nothing is ever deleted here")
        need(not given["waitsUntilAvailable"], "there is no minReadySeconds here")
        self.nodes, self.operations = given["nodes"], given["replicas"]
        kinds = ("deployments", "replicasets", "pods")
        clients = ["kube-scheduler", *(f"kubelet[{n}]" for n in range(len(self.nodes)))]
        self.store = {kind: {} for kind in kinds}  # kind -> name -> object
        self.queue = {("kube-controller-manager", kind): [] for kind in kinds}
        self.queue |= {(client, "pods"): [] for client in clients}
        self.cache = {watch: {} for watch in self.queue}
        self.to_create, self.awaited = 0, set()  # ReplicaSet controller: of this sync; own writes
        self.assumed, self.binding = {}, set()  # kube-scheduler
        self.admitted, self.images, self.containers = set(), set(), {}  # the nodes

    def commit(self, kind, name, **changes):
        before = self.store[kind].get(name, {})
        after = {**before, **changes}
        if after == before:
            return
        self.store[kind][name] = after
        for (client, of), queue in self.queue.items():
            if of == kind and (client[:7] != "kubelet" or client == f"kubelet[{after['node']}]"):
                queue.append((name, after))

    def is_newest(self, kind):
        return not self.queue["kube-controller-manager", kind]

    def step(self, step):
        need(step.get("outcome", "replied") == "replied", "every request is replied to here")
        method = getattr(self, step["component"].split("[")[0].replace("-", "_"), None)
        need(method is not None, f"there is no {step['component']} here")
        method(step, step["verb"])

    def receive(self, client, step):
        queue, cache = self.queue[client, step["type"]], self.cache[client, step["type"]]
        need(0 < step["events"] <= len(queue), f"{len(queue)} events of {step['type']} are on their way")
        for _ in range(step["events"]):
            name, thing = queue.pop(0)
            cache[name] = thing
            self.awaited.discard((client, name))
            if client == "kube-scheduler" and thing["node"] is not None:
                self.assumed.pop(name, None)

    def kubectl(self, step, verb):
        need(self.operations and self.operations[0] == step["replicas"], "the user does not ask for this")
        replicas, old = self.operations.pop(0), self.store["deployments"].get("app")
        status = {"observedGeneration": 0, "statusReplicas": 0, "statusAvailable": 0}
        if old is None:
            self.commit("deployments", "app", replicas=replicas, generation=1, **status)
        elif old["replicas"] != replicas:
            self.commit("deployments", "app", replicas=replicas, generation=old["generation"] + 1)

    def deployment_controller(self, step, verb):
        cached = [self.cache["kube-controller-manager", kind].get("app") for kind in ("deployments", "replicasets")]
        deployment, replicaset = cached
        need(deployment is not None, "it knows of no Deployment")
        if verb == "create-replicaset":
            need(replicaset is None, "it knows of a ReplicaSet")
            need("app" not in self.store["replicasets"], "POST: 409: there is a ReplicaSet")
            status = {"observedGeneration": 0, "statusReplicas": 0, "statusAvailable": 0}
            self.commit("replicasets", "app", replicas=deployment["replicas"], generation=1, **status)
            return
        need(replicaset is not None, "it knows of no ReplicaSet")
        if verb == "scale-replicaset":
            need(replicaset["replicas"] != deployment["replicas"], "the ReplicaSet has its size")
            need(self.is_newest("replicasets"), "PUT: 409: its ReplicaSet is not the newest")
            self.commit("replicasets", "app", replicas=deployment["replicas"],
                        generation=replicaset["generation"] + 1)
            return
        need(replicaset["replicas"] == deployment["replicas"], "the ReplicaSet is to be scaled first")
        status = {name: replicaset[name] for name in ("statusReplicas", "statusAvailable")}
        status["observedGeneration"] = deployment["generation"]
        need({**deployment, **status} != deployment, "the status is up to date")
        need(self.is_newest("deployments"), "PUT: 409: its Deployment is not the newest")
        self.commit("deployments", "app", **status)

    def replicaset_controller(self, step, verb):
        replicaset = self.cache["kube-controller-manager", "replicasets"].get("app")
        pods = self.cache["kube-controller-manager", "pods"].values()
        need(replicaset is not None, "it knows of no ReplicaSet")
        if self.to_create == 0:
            need(not self.awaited, "it waits for its own writes")
            missing = replicaset["replicas"] - len(pods)
        if verb == "create-pod":
            self.to_create = self.to_create or missing
            need(self.to_create > 0, "no pod is missing")
            self.to_create -= 1
            need(step["pod"] not in self.store["pods"], f"there is a pod {step['pod']}")
            self.commit("pods", step["pod"], deleting=False, phase="Pending", node=None)
            self.awaited.add(("kube-controller-manager", step["pod"]))
        elif verb == "update-status":
            need(self.to_create == 0 and missing == 0, "pods are missing")
            running = sum(pod["phase"] == "Running" for pod in pods)
            status = {"observedGeneration": replicaset["generation"], "statusReplicas": len(pods),
                      "statusAvailable": running}
            need({**replicaset, **status} != replicaset, "the status is up to date")
            self.commit("replicasets", "app", **status)
            self.awaited.add(("kube-controller-manager", "app"))
        else:
            raise Refusal("nothing is ever deleted here")

    def kube_controller_manager(self, step, verb):
        need(verb == "receive", "nothing crashes here")
        self.receive("kube-controller-manager", step)

    def kube_scheduler(self, step, verb):
        if verb == "receive":
            return self.receive("kube-scheduler", step)
        need(verb in ("assume", "bind"), "nothing crashes here")
        pod = step["pod"]
        if verb == "assume":
            known = self.cache["kube-scheduler", "pods"].get(pod)
            need(known is not None and known["node"] is None and pod not in self.assumed, "the pod is not pending")
            node = self.nodes[step["node"]]
            need(node["schedulable"] and node["capacity"] > len(self.store["pods"]), "the node does not fit")
            self.assumed[pod] = step["node"]
            self.binding.add(pod)
        else:
            need(pod in self.binding, "the pod is not assumed")
            self.binding.remove(pod)
            self.commit("pods", pod, node=self.assumed[pod])

    def kubelet(self, step, verb):
        if verb == "receive":
            return self.receive(step["component"], step)
        pod = step.get("pod")
        need(pod in self.cache[step["component"], "pods"], "the pod is not known here")
        if verb == "admit":
            need(pod not in self.admitted, "the pod is admitted")
            self.admitted.add(pod)
        else:
            need(verb == "report-running", "nothing is ever deleted here")
            need(self.containers.get(pod) == "running", "the container does not run")
            need(self.store["pods"][pod]["phase"] == "Pending", "the pod is reported to run")
            self.commit("pods", pod, phase="Running")

    def container_runtime(self, step, verb):
        node = int(step["component"].split("[")[1][:-1])
        here = {pod for pod in self.cache[f"kubelet[{node}]", "pods"] if pod in self.admitted}
        if verb == "pull-image":
            need(here and node not in self.images, "no pod needs the image")
            self.images.add(node)
            return
        need(step["pod"] in here and node in self.images, "the pod is not admitted, or has no image")
        before, after = {"create-container": (None, "created"), "start-container": ("created", "running")}.get(
            verb, ("never", None))
        need(self.containers.get(step["pod"]) == before, f"the container is {self.containers.get(step['pod'])}")
        self.containers[step["pod"]] = after

    def state(self):
        return {"deployment": self.store["deployments"].get("app"),
                "replicaset": self.store["replicasets"].get("app"),
                "pods": self.store["pods"], "containers": self.containers, "images": sorted(self.images)}

    def allowed(self):
        """Every step that a copy of this cluster would not refuse, in words."""
        steps = [("kubectl", "apply", {"replicas": self.operations[0]})] if self.operations else []
        steps += [(client, "receive", {"type": kind, "events": 1}) for client, kind in self.queue]
        steps += [("deployment-controller", verb, {})
                  for verb in ("create-replicaset", "scale-replicaset", "update-status")]
        steps += [("replicaset-controller", "create-pod", {"pod": len(self.store["pods"])}),
                  ("replicaset-controller", "update-status", {})]
        for node in range(len(self.nodes)):
            steps.append((f"container-runtime[{node}]", "pull-image", {}))
            for pod in self.store["pods"]:
                steps += [("kube-scheduler", "assume", {"pod": pod, "node": node}),
                          (f"kubelet[{node}]", "admit", {"pod": pod}),
                          (f"container-runtime[{node}]", "create-container", {"pod": pod}),
                          (f"container-runtime[{node}]", "start-container", {"pod": pod}),
                          (f"kubelet[{node}]", "report-running", {"pod": pod})]
        steps += [("kube-scheduler", "bind", {"pod": pod}) for pod in self.store["pods"]]
        for component, verb, more in steps:
            try:
                copy.deepcopy(self).step({"component": component, "verb": verb, **more})
                yield f"{component}: {verb} " + json.dumps(more)
            except Refusal:
                pass


def main():
    cluster = None
    for line in sys.stdin:
        message = json.loads(line)
        before = copy.deepcopy(cluster)
        try:
            if "hello" in message:
                answer = {"hello": {"protocol": 1, "name": "driver.py", "variants": []}}
            else:
                if "configuration" in message:
                    cluster = Cluster(message["configuration"])
                elif "step" in message:
                    cluster.step(message["step"])
                else:
                    need(not list(cluster.allowed()), "there is something left to do")
                answer = {"state": cluster.state()}
        except Refusal as refusal:
            answer = {"refuse": {"reason": str(refusal), "allowed": list(before.allowed()) if before else []}}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
