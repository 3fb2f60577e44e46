"""What clients that mean harm cost a whole cluster, in memory and in patience.

Usage: hostile_test.py REFERENCE KUBECTL
"""

import base64
import json
import re
import resource
import socket
import ssl
import sys
import unittest
from pathlib import Path

from cluster import Cluster, wait_for

REFERENCE, KUBECTL = sys.argv[1:]
LIST = "/api/v1/namespaces/default/configmaps"
MEBIBYTE = 1 << 20


def setUpModule():
    global cluster
    cluster = Cluster(REFERENCE, KUBECTL, nodes=1)


def tearDownModule():
    assert cluster.close() == 0


class Hostile(unittest.TestCase):
    def setUp(self):
        config = json.loads((cluster.root / "kubeconfig").read_text())
        server = config["clusters"][0]["cluster"]
        self.address = ("127.0.0.1", int(server["server"].rsplit(":", 1)[1]))
        authority = base64.b64decode(server["certificate-authority-data"]).decode()
        self.tls = ssl.create_default_context(cadata=authority)
        self.token = (cluster.root / "token").read_text().strip()

    def connect(self, receive_buffer=None):
        plain = socket.socket()
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(180)
        plain.connect(self.address)
        stream = self.tls.wrap_socket(plain, server_hostname="127.0.0.1")
        self.addCleanup(stream.close)
        return stream

    def head(self, method, path, fields=""):
        return (f"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.token}\r\n"
                f"{fields}\r\n").encode()

    def say(self, text):
        stream = self.connect()
        stream.sendall(text)
        answer = b""
        while True:
            try:
                part = stream.recv(65536)
            except (ConnectionResetError, ssl.SSLError):
                part = b""
            if not part:
                return answer.decode()
            answer += part

    def most_memory(self):
        pid = cluster.component_pids()["kube-apiserver"]
        return int(re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) << 10

    def test_a_large_body_of_nobody_costs_nothing(self):
        before = self.most_memory()
        body = b"{" * 3_000_000
        head = (f"POST {LIST} HTTP/1.1\r\nHost: a\r\nContent-Type: application/yaml\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        for _ in range(5):
            self.assertTrue(self.say(head + body).startswith("HTTP/1.1 401"))
        self.assertLess(self.most_memory() - before, 20 * MEBIBYTE)

    def test_connections_that_say_nothing_keep_nobody_out(self):
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        silent = []
        for _ in range(1100):
            silent.append(socket.create_connection(self.address))
            self.addCleanup(silent[-1].close)
        cluster.kubectl("get", "nodes")
        silent[0].settimeout(60)
        self.assertEqual(silent[0].recv(1), b"")

    def test_lists_that_nobody_reads_are_bounded(self):
        count, size, readers = 10, 700_000, 60
        for number in range(count):
            body = json.dumps({"apiVersion": "v1", "kind": "ConfigMap",
                               "metadata": {"name": f"large-{number}"}, "data": {"a": "x" * size}}).encode()
            answer = self.say(self.head("POST", LIST, f"Connection: close\r\nContent-Length: {len(body)}\r\n")
                              + body)
            self.assertTrue(answer.startswith("HTTP/1.1 201"), answer[:200])
        streams = [self.connect(receive_buffer=4096) for _ in range(readers)]
        for stream in streams:
            stream.sendall(self.head("GET", LIST))
        codes = [stream.recv(12)[-3:] for stream in streams]
        self.assertIn(b"429", codes)
        self.assertIn(b"200", codes)
        # 60 lists of 7 MB, and what they are made of, would be more than 840 MB.
        self.assertLess(self.most_memory(), 550 * MEBIBYTE)
        cluster.kubectl("get", "configmap", "large-1", "-o", "name")
        wait_for("who reads gets its list", lambda: cluster.kubectl(
            "get", "configmaps", "-o", "name", check=False).stdout.count("large-") == count)

    def test_nobody_else_is_who_kubectl_says(self):
        refused = cluster.kubectl("create", "configmap", "a", "--as=nobody", check=False)
        self.assertIn("nobody", refused.stderr)
        self.assertIn("orbidden", refused.stderr)
        self.assertNotEqual(cluster.kubectl("get", "configmap", "a", check=False).returncode, 0)
        cluster.kubectl("get", "nodes", "--as=jane", "--as-group=system:masters")

    def test_what_is_not_served_is_said_in_words(self):
        cluster.kubectl("create", "deployment", "web", "--image=docker.io/library/web:1")
        cluster.wait_until_available("web", 1)
        for words in (["logs"], ["exec", "--", "ls"], ["port-forward"]):
            result = cluster.kubectl(words[0], "deployment/web", *words[1:],
                                     *(["8080"] if words == ["port-forward"] else []), check=False)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("is not served", result.stderr, words)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)
