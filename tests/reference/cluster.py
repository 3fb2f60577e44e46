"""A cluster that `kcheck-reference up` runs, and kubectl, for the tests beside this file.

Nothing here asserts how fast something is: whoever waits, waits for a state, with a deadline that
only a defect misses.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

DEADLINE_S = 180
SOURCE = Path(__file__).resolve().parents[2]


def wait_for(what, condition, deadline_s=DEADLINE_S):
    """Returns the first value of condition() that is true."""
    end = time.monotonic() + deadline_s
    pause = 0.005  # most conditions hold soon; those that take long are asked less often
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {deadline_s} s")
        time.sleep(pause)
        pause = min(2 * pause, 0.1)


def descendants(pid):
    """All processes below `pid`, as {pid: command line}."""
    parents, commands = {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
            commands[int(entry.name)] = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended
        state, parent = stat[stat.rindex(")") + 2:].split()[:2]
        if state not in "ZX":
            parents[int(entry.name)] = int(parent)
    found = {}
    frontier = {pid}
    while frontier:
        frontier = {child for child, parent in parents.items() if parent in frontier}
        for child in frontier:
            found[child] = [word.decode(errors="replace") for word in commands[child]]
    return found


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


class Etcd:
    """A real etcd on ports of its own."""

    def __init__(self, program):
        self.directory = tempfile.mkdtemp(prefix="kcheck-etcd-")
        ports = []
        holders = [socket.socket() for _ in range(2)]
        for holder in holders:
            holder.bind(("127.0.0.1", 0))
            ports.append(holder.getsockname()[1])
        for holder in holders:
            holder.close()
        self.url, peer = (f"http://127.0.0.1:{port}" for port in ports)
        self.log = open(Path(self.directory) / "log", "wb")
        self.command = [
            program, "--data-dir", f"{self.directory}/data", "--listen-client-urls", self.url,
            "--advertise-client-urls", self.url, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"]
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.kill()
        self.log.close()
        shutil.rmtree(self.directory)


class Cluster:
    def __init__(self, binary, kubectl, nodes=2, etcd=None, registry=None, root=None, options=()):
        self.binary, self.kubectl_program = binary, kubectl
        self.directory = Path(tempfile.mkdtemp(prefix="kcheck-up-"))
        self.root = Path(root or self.directory / "cluster")
        command = [binary, "up", "--nodes", str(nodes), "--dir", str(self.root)]
        if etcd:
            command += ["--etcd", etcd]
        if registry is not None:
            table = self.directory / "registry.json"
            table.write_text(json.dumps(registry))
            command += ["--registry", str(table)]
        command += options
        self.lines = []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True)
        self.reader = threading.Thread(
            target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")))
        self.reader.start()
        try:
            wait_for("the cluster is ready", lambda: self.is_ready() or self.process.poll() is not None)
            assert self.is_ready(), "".join(self.lines)
        except BaseException:
            self.show_logs()
            self.close()
            raise

    def is_ready(self):
        return any(line.startswith("kubeconfig: ") for line in list(self.lines))

    def show_logs(self):
        print("".join(self.lines))
        for log in sorted((self.root / "logs").glob("*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")

    def close(self):
        """Stops it, and sees that nothing of it is left."""
        if self.process.poll() is None:
            for pid in self.component_pids().values():
                os.kill(pid, signal.SIGCONT)
        below = descendants(self.process.pid)
        self.process.terminate()
        try:
            self.process.wait(DEADLINE_S)
        finally:
            self.process.kill()
            self.reader.join()
            self.process.stdout.close()
        left = {pid: words for pid, words in below.items() if is_alive(pid)}
        shutil.rmtree(self.directory)
        assert not left, f"left behind: {left}"
        return self.process.returncode

    def kubectl(self, *words, check=True, text=None, kubeconfig=None):
        result = subprocess.run(
            [self.kubectl_program, "--kubeconfig", str(kubeconfig or self.root / "kubeconfig"),
             "--cache-dir", str(self.directory / "cache"), *words],
            input=text, capture_output=True, text=True, timeout=DEADLINE_S)
        if check and result.returncode != 0:
            raise AssertionError(f"kubectl {' '.join(words)}: exit code {result.returncode}\n"
                                 f"{result.stdout}{result.stderr}")
        return result

    def start_kubectl(self, *words):
        return subprocess.Popen(
            [self.kubectl_program, "--kubeconfig", str(self.root / "kubeconfig"),
             "--cache-dir", str(self.directory / "cache"), *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def get(self, *words):
        return json.loads(self.kubectl("get", *words, "-o", "json").stdout)

    def pods(self, *words):
        return self.get("pods", *words)["items"]

    def component_pids(self):
        """By name. A component that is being started again has the pid of its last life."""
        return {file.name: int(file.read_text()) for file in (self.root / "pids").iterdir()
                if file.suffix != ".new" and file.read_text().strip()}

    def signal(self, component, number):
        try:
            os.kill(self.component_pids()[component], number)
            return True
        except ProcessLookupError:
            return False

    def container_pids(self):
        """The processes that run as containers, by "namespace/pod/container"."""
        return {words[2]: pid for pid, words in descendants(self.process.pid).items()
                if len(words) > 2 and words[1] == "pause"}

    def containers(self):
        return sorted(self.container_pids())

    def wait_until_available(self, deployment, replicas, deadline_s=DEADLINE_S):
        """All replicas are of the newest template and available, there are no other pods of it, and
        the containers are those of the pods, one each."""

        def settled():
            result = self.kubectl("get", "deployment", deployment, "-o", "json", check=False)
            if result.returncode != 0:
                return False
            item = json.loads(result.stdout)
            status = item["status"]
            if status.get("observedGeneration") != item["metadata"]["generation"]:
                return False
            counts = [status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")]
            if counts != [replicas] * 3 or item["spec"]["replicas"] != replicas:
                return False
            selector = ",".join(f"{k}={v}" for k, v in item["spec"]["selector"]["matchLabels"].items())
            result = self.kubectl("get", "pods", "-l", selector, "-o", "json", check=False)
            if result.returncode != 0:
                return False
            pods = json.loads(result.stdout)["items"]
            if len(pods) != replicas or any("deletionTimestamp" in pod["metadata"] for pod in pods):
                return False
            wanted = sorted(f"{pod['metadata']['namespace']}/{pod['metadata']['name']}/{container['name']}"
                            for pod in pods for container in pod["spec"]["containers"])
            return [name for name in self.containers() if f"/{deployment}-" in name] == wanted

        wait_for(f"{replicas} replicas of {deployment} are available", settled, deadline_s)


def columns(table):
    """The rows of kubectl's table as dictionaries by heading."""
    lines = table.strip().splitlines()
    starts = [match.start() for match in re.finditer(r"\S+(?: \S+)*", lines[0])]
    cut = lambda line: [line[a:b].strip() for a, b in zip(starts, starts[1:] + [None])]
    headings = cut(lines[0])
    return [dict(zip(headings, cut(line))) for line in lines[1:]]
