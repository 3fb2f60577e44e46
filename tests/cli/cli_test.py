"""kcheck as its users meet it: exit codes, one-line errors, reports, files, documents.

Usage: cli_test.py KCHECK
"""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parents[2]
KCHECK = os.path.abspath(sys.argv.pop(1))
SMALL = ["--replicas", "1", "--crashes", "0", "--lost-replies", "0"]
BROKEN = ["--replicas", "1", "--nodes", "1", "--crashes", "0", "--variant", "scheduler-writes-etcd"]


def run(*arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run([KCHECK, *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
                          timeout=120, **options)


class ExitCodes(unittest.TestCase):
    def test_holds(self):
        done = run(*SMALL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("\nholds: every reachable state was visited", done.stdout)
        self.assertEqual(done.stderr, "")

    def test_violated(self):
        done = run(*BROKEN)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("\nviolated: the counterexample has been re-executed", done.stdout)
        self.assertIn("--property", done.stdout)  # how to see what is not shown in full

    def test_a_soft_property_decides_only_when_it_is_named(self):
        soft = [line for line in run("--replicas", "1").stdout.splitlines() if "replicas-bounded" in line]
        self.assertIn("violated", soft[0])
        self.assertEqual(run("--replicas", "1").returncode, 0)
        self.assertEqual(run("--replicas", "1", "--property", "replicas-bounded").returncode, 1)

    def test_incomplete_is_no_pass(self):
        for limit in (["--max-states", "10"], ["--timeout", "1ms"], ["--max-memory", "1MiB"]):
            done = run("--replicas", "3", "--nodes", "2", *limit)
            self.assertEqual(done.returncode, 3, done.stdout)
            self.assertIn("incomplete: this is not a pass; ", done.stdout)
            self.assertIn(limit[0], done.stdout)
            self.assertNotIn("holds", done.stdout)

    def test_an_interrupt_ends_the_run_in_good_order(self):
        process = subprocess.Popen([KCHECK, "--replicas", "5", "--nodes", "4", "--crashes", "3"],
                                   stdout=subprocess.PIPE, text=True)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)
        self.assertIn("it was interrupted", output)
        self.assertIn("not expanded", output)

    def test_proofs(self):
        done = run("prove", "etcd-single-writer", "--replicas", "2", "--nodes", "2")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("by 1-induction", done.stdout)
        done = run("prove", "etcd-single-writer", *BROKEN, "--bmc", "12")
        self.assertEqual(done.returncode, 1, done.stdout)
        done = run("prove", "etcd-single-writer", *SMALL, "--bmc", "2")
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("no violation within 2 steps; longer runs were not looked at", done.stdout)

    def test_a_hard_proof_costs_the_others_nothing(self):
        done = run("prove", "watch-complete", "single-binding", "names-are-unique", *SMALL, "--timeout", "8s")
        self.assertEqual(done.returncode, 3, done.stdout)
        for name in ("single-binding", "names-are-unique"):
            self.assertRegex(done.stdout, f"proved +{name} .* within . pods at once, [0-9]+ events")
            self.assertIn(f"{name}: proved\n", done.stderr)
        self.assertIn("incomplete   watch-complete", done.stdout)
        self.assertIn("incomplete: this is not a pass; ", done.stdout)

    def test_an_interrupt_ends_a_proof(self):
        process = subprocess.Popen([KCHECK, "prove", "capacity", "--replicas", "3", "--nodes", "2"],
                                   stdout=subprocess.PIPE, text=True)
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        output, _ = process.communicate(timeout=60)
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(process.returncode, 3)
        self.assertIn("it was interrupted", output)


class Usage(unittest.TestCase):
    def assert_refused(self, expected: str, *arguments: str):
        done = run(*arguments)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(expected, done.stderr)

    def test_each_wrong_call_is_one_line(self):
        self.assert_refused("nothing to check; try: kcheck --replicas 2 --nodes 2")
        self.assert_refused("did you mean --nodes?", "--nodse", "2")
        self.assert_refused("there is no command", "frobnicate")
        for wrong in ("-1", "x", "1.5", "", "1e3", " 1", "+1"):
            self.assert_refused("is not a whole number from 1 to 100", "--nodes", wrong)
        self.assert_refused("out of range", "--nodes", "0")
        self.assert_refused("out of range", "--nodes", "99999999999999999999999")
        self.assert_refused("--nodes needs a value (--nodes N)", "--replicas", "1", "--nodes")
        self.assert_refused("--nodes needs a value (--nodes N)", "--nodes=")
        self.assert_refused("--file needs a value (--file FILE)", "-f")
        self.assert_refused("--fail-fast takes no value", "--replicas", "1", "--fail-fast=no")
        self.assert_refused("--nodes is given twice", "--nodes", "1", "--nodes", "2")
        self.assert_refused("is not a whole number", "--replicas", "3", "--scale", "3,")
        self.assert_refused("there is nothing to go back to", "--replicas", "1", "--undo")
        self.assert_refused("another number of replicas", "--set-image", "a", "--scale", "2")
        self.assert_refused("more than two templates", "--set-image", "a", "--set-image", "b")
        self.assert_refused("has nothing to say here: there is no rollout", "--property", "availability-kept",
                            "--replicas", "1")
        self.assert_refused("prove knows no rollouts", "prove", "single-binding", "--set-image", "a")
        self.assert_refused("is no strategy", "--set-image", "a", "--strategy", "Blue")
        self.assert_refused("lets nothing move", "--set-image", "a", "--strategy", "RollingUpdate,0,0%")
        self.assert_refused("did you mean single-binding?", "--property", "singel-binding")
        self.assert_refused("did you mean no-expectations?", "--variant", "no-expectation")
        self.assert_refused("did you mean symmetry?", "--no-reduction", "symetry")
        self.assert_refused("has no unit", "--max-memory", "4")
        self.assert_refused("has an unknown unit", "--timeout", "60y")
        self.assert_refused("there is no form of output", "--output", "xml")
        self.assert_refused("means nothing to kcheck list", "list", "properties", "--nodes", "2")
        self.assert_refused("takes one word", "explain")
        self.assert_refused("takes the names of properties", "prove")
        self.assert_refused("is about infinite runs", "prove", "quiescence")
        self.assert_refused("did you mean properties?", "list", "propertys")
        self.assert_refused("the configuration is too large", "--replicas", "100", "--nodes", "100")
        self.assert_refused("the manifests say how many", "-f", "examples/nodes.yaml", "--replicas", "2")
        self.assert_refused("there are no manifests to choose from", "--deployment", "app")

    def test_up_without_its_program_says_what_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            alone = shutil.copy(KCHECK, folder)
            done = subprocess.run([alone, "up"], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("kcheck-reference: No such file or directory (make run builds it", done.stderr)

    def test_wrong_input_is_one_line_with_its_place(self):
        self.assert_refused("no-such-file.yaml", "-f", "no-such-file.yaml")
        self.assert_refused("kind-typo.yaml:2:", "-f", "tests/manifests/bad/kind-typo.yaml")

    def test_files_that_cannot_be_written_are_refused_before_the_run(self):
        self.assert_refused("cannot write", *BROKEN, "--trace-out", "no/such/folder/trace.json")
        self.assert_refused("is a directory", *BROKEN, "--trace-out", "tests")

    def test_standard_output_that_is_full_is_no_pass(self):
        for words in (SMALL, ["export", "--tla", *SMALL]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([KCHECK, *words], stdout=full, stderr=subprocess.PIPE, text=True,
                                      check=False)
            self.assertEqual((done.returncode, done.stderr),
                             (2, "kcheck: standard output cannot be written\n"))


class Manifests(unittest.TestCase):
    def test_examples(self):
        done = run("-f", "examples/elasticsearch.yaml", "-f", "examples/nodes.yaml", "--crashes", "0",
                   "--lost-replies", "0")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("deployment/elasticsearch: apply 3; 4 nodes", done.stdout)

    def test_standard_input(self):
        manifest = (ROOT / "examples" / "elasticsearch.yaml").read_text()
        done = run("-f", "-", "--crashes", "0", "--lost-replies", "0", input=manifest)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_operations_keep_their_order(self):
        done = run("--replicas", "1", "--scale", "2,0", "--apply", "1", "--scale", "0", "--crashes", "0",
                   "--lost-replies", "0", "--max-states", "1")
        self.assertIn("apply 1, scale 2, scale 0, apply 1, scale 0;", done.stdout)


class ReplayOn(unittest.TestCase):
    """kcheck replay --on: the example driver, drivers that fail, and what is left of them."""

    EXAMPLE = f"exec:{sys.executable} examples/driver/driver.py"
    BROKEN_DRIVER = f"exec:{sys.executable} tests/driver/broken.py"

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        broken = Path(cls.folder.name) / "broken.json"
        run("--replicas", "1", "--nodes", "1", "--crashes", "0", "--lost-replies", "0", "--variant",
            "image-never-arrives", "--trace-out", str(broken))
        # The run before it goes wrong is one of the whole pipeline as well.
        document = json.loads(broken.read_text())
        document["configuration"]["variants"], document["property"], document["cycle"] = [], "", None
        cls.trace, cls.broken = Path(cls.folder.name) / "trace.json", str(broken)
        cls.trace.write_text(json.dumps(document))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def replay(self, on: str, *more: str):
        return run("replay", str(self.trace), "--on", on, *more)

    def test_the_same(self):
        done = self.replay(self.EXAMPLE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("replayed: driver.py does what the trace says, 22 steps\n", done.stdout)
        document = json.loads(self.replay(self.EXAMPLE, "--output", "json").stdout)
        self.assertEqual(document["verdict"], "replayed")
        self.assertEqual(document["replayed"], document["steps"])

    def test_a_difference(self):
        liar = self.EXAMPLE + " | sed -u s/Pending/Running/"
        done = self.replay(liar)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("different: step 6 of 22 (replicaset-controller: create-pod, pod 0, outcome replied)\n"
                      "  pod 0: phase  model: Pending\n                found: Running\n", done.stdout)
        document = json.loads(self.replay(liar, "--output", "json").stdout)
        self.assertEqual(document["step"]["verb"], "create-pod")
        self.assertEqual(document["differences"],
                         [{"member": "pod 0: phase", "model": "Pending", "found": "Running"}])

    def test_a_refusal(self):
        no = '{"refuse":{"reason":"no","allowed":[]}}'
        done = self.replay(self.EXAMPLE + f" | sed -u 's/.*Pending.*/{no}/'")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("refused: step 6 of 22 (", done.stdout)
        self.assertIn("  no\n  it would do nothing else\n", done.stdout)

    def test_driver_errors(self):
        for on, what in ((self.BROKEN_DRIVER + " die", "the driver exited with status 3 before it answered\n"
                          "  its standard error ends:\n    first line\n    last words\n"),
                         (self.BROKEN_DRIVER + " garbage", "which is no JSON object"),
                         ("exec:/no/such/program", "exited with status 127"),
                         ("exec:sleep 1000", "the driver does not answer within 0.5 s")):
            done = self.replay(on, "--driver-timeout", "500ms" if "sleep" in on else "30s")
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            self.assertEqual(done.stdout, "")
            self.assertIn(what, done.stderr)
        done = run("replay", self.broken, "--on", self.EXAMPLE)
        self.assertEqual(done.returncode, 2)
        self.assertIn("driver.py has no variant image-never-arrives", done.stderr)
        self.assertEqual(self.replay("reference:x").returncode, 2)
        self.assertEqual(run("--replicas", "1", "--on", "reference").returncode, 2)

    def test_an_interrupt_ends_the_driver(self):
        note = Path(self.folder.name) / "pid"
        process = subprocess.Popen([KCHECK, "replay", str(self.trace), "--on",
                                    f"{self.BROKEN_DRIVER} hang {note}"], cwd=ROOT, stderr=subprocess.PIPE,
                                   text=True)
        while not note.exists() or not note.read_text():
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 2, errors)
        self.assertIn("the driver was ended by a signal to kcheck", errors)
        stat = Path(f"/proc/{note.read_text()}/stat")
        for _ in range(1000):  # it has been killed; the kernel may take a moment over it
            if not stat.exists() or stat.read_text().split()[2] == "Z":
                return
            time.sleep(0.01)
        self.fail("a process of the driver is still there")


class Files(unittest.TestCase):
    def test_a_trace_replays(self):
        with tempfile.TemporaryDirectory() as folder:
            trace, itf = Path(folder) / "t.json", Path(folder) / "t.itf.json"
            self.assertEqual(run(*BROKEN, "--trace-out", str(trace), "--itf-out", str(itf)).returncode, 1)
            self.assertIn("#meta", json.loads(itf.read_text()))
            self.assertEqual(sorted(os.listdir(folder)), ["t.itf.json", "t.json"])
            done = run("replay", str(trace))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("as recorded; every step was executed again", done.stdout)

            document = json.loads(trace.read_text())
            document["steps"][2], document["steps"][3] = document["steps"][3], document["steps"][2]
            trace.write_text(json.dumps(document))
            done = run("replay", str(trace))
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertEqual(done.stderr.count("\n"), 1)

    def test_nothing_is_written_when_nothing_is_violated(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run(*SMALL, "--trace-out", f"{folder}/t.json").returncode, 0)
            self.assertEqual(os.listdir(folder), [])


class Json(unittest.TestCase):
    schema = json.loads((ROOT / "docs" / "result.schema.json").read_text())

    def test_results_are_as_the_schema_says(self):
        for arguments in (SMALL, BROKEN, ["--replicas", "2", "--max-states", "10"],
                          ["prove", "etcd-single-writer", *SMALL],
                          ["--replicas", "1", "--property", "capacity"],
                          ["--replicas", "1", "--crashes", "0", "--lag", "3", "--variant",
                           "image-never-arrives"]):
            done = run(*arguments, "--output", "json")
            with self.subTest(arguments=arguments):
                document = json.loads(done.stdout)
                jsonschema.validate(document, self.schema)
                code = {"holds": 0, "proved": 0, "violated": 1, "incomplete": 3,
                        "undecided": 3}[document["verdict"]]
                self.assertEqual(code, done.returncode)

    def test_the_schema_refuses_what_is_wrong(self):
        document = json.loads(run(*BROKEN, "--output", "json").stdout)
        for break_it in (lambda d: d.pop("verdict"), lambda d: d.update(verdict="fine"),
                         lambda d: d.update(surprise=1), lambda d: d["workloads"].clear(),
                         lambda d: d["workloads"][0]["properties"].clear(),
                         lambda d: [p.pop("trace", None) for p in d["workloads"][0]["properties"]]):
            wrong = json.loads(json.dumps(document))
            break_it(wrong)
            with self.assertRaises(jsonschema.ValidationError):
                jsonschema.validate(wrong, self.schema)

    def test_levels_are_climbed_and_named(self):
        def levels(*options: str) -> list[tuple[int, bool]]:
            [workload] = json.loads(run("--replicas", "1", *options, "--output", "json").stdout)["workloads"]
            return [(level["level"], level["complete"]) for level in workload["levels"]]
        self.assertEqual(levels(), [(0, True), (1, True), (2, True), (3, True)])
        self.assertEqual(levels("--level", "1"), [(0, True), (1, True)])
        self.assertEqual(levels("--lost-replies", "0"), [(0, True), (1, True), (3, True)])
        self.assertEqual(levels("--lag", "0", "--crashes", "0"), [(0, True), (2, True)])
        self.assertEqual(levels("--max-states", "15"), [(0, True), (1, False)])
        done = run("--replicas", "1", "--lost-replies", "0", "--crashes", "0")
        self.assertIn("level 2  replies are lost  as level 1: --lost-replies 0\n"
                      "level 3  processes crash   as level 2: --crashes 0\n", done.stdout)
        done = run("--replicas", "1", "--max-states", "15")
        self.assertEqual(done.returncode, 3)
        self.assertIn("level 0 is complete, and what is incomplete holds there", done.stdout)
        for options in (["--level", "2", "--crashes", "1"], ["--level", "1", "--lost-replies", "1"],
                        ["--level", "0", "--lag", "2"], ["--level", "0", "--lag", "unlimited"],
                        ["--level", "4"]):
            done = run("--replicas", "1", *options)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), options)

    def test_one_thread_or_two_make_no_difference(self):
        documents = []
        for threads in ("1", "2"):
            document = json.loads(run(*BROKEN, "--threads", threads, "--output", "json").stdout)
            for of_the_machine in ("seconds", "phases", "peak_rss_bytes"):
                del document["workloads"][0][of_the_machine]
            for level in document["workloads"][0]["levels"]:
                del level["seconds"]
            documents.append(document)
        self.assertEqual(documents[0], documents[1])


class Documents(unittest.TestCase):
    def test_generated_documents_are_up_to_date(self):
        for subject, name in (("properties", "properties.md"), ("options", "cli.md"),
                              ("effects", "manifests.md")):
            self.assertEqual(run("list", subject, "--output", "markdown").stdout,
                             (ROOT / "docs" / name).read_text(), f"regenerate docs/{name}")

    def test_the_readme_shows_real_output(self):
        readme = (ROOT / "README.md").read_text()
        shown = readme.split("```console\n$ ", 1)[1].split("```", 1)[0]
        call, expected = shown.split("\n", 1)
        found = run(*call.split()[1:]).stdout

        def without_times(text: str) -> list[str]:
            return [line.split("; ")[0].rsplit(", ", line.startswith("level "))[0]
                    if " states, " in line else line.rstrip() for line in text.splitlines()]
        self.assertEqual(without_times(expected), without_times(found))

    def test_exports(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "model")
            for form, marks in (("--promela", ("active proctype", "./pan ", "1 node: ")),
                                ("--tla", ("---- MODULE Pipeline ----", "tlc2.TLC ", "1 node: "))):
                done = run("export", form, *SMALL, "-o", str(file))
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
                for mark in marks:
                    self.assertIn(mark, file.read_text())
                self.assertEqual(run("export", form, *SMALL).stdout, file.read_text())
                self.assertEqual(os.listdir(folder), [file.name])
                file.unlink()

    def test_what_cannot_be_exported_leaves_no_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file, kept = Path(folder, "model"), Path(folder, "kept")
            kept.write_text("by hand\n")
            for words, right in ((["--promela", "--tla"], "--promela, or"), ([], "--promela, or"),
                                 (["--tla", "word"], "export --promela|--tla"),
                                 (["--tla", "--output", "json"], "means nothing to kcheck export"),
                                 (["--tla", "--property", "pod-gets-bound"], "invariants only"),
                                 (["--tla", "--replicas", "90", "--nodes", "90"], "fewer replicas"),
                                 (["--tla", "-f", f"{folder}/no.yaml"], "no.yaml"),
                                 (["--tla", "--output-file", folder], "name a file"),
                                 (["--tla", "--output-file", str(kept)], "it exists"),
                                 (["--tla", "--output-file", f"{folder}/no/model"], "cannot write")):
                done = run("export", *words, *([] if "--output-file" in words else ["-o", str(file)]))
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn(right, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1)
            self.assertEqual((os.listdir(folder), kept.read_text()), ([kept.name], "by hand\n"))

    def test_lists(self):
        for subject in ("properties", "variants", "components", "actions", "reductions", "effects",
                        "options"):
            self.assertGreater(len(json.loads(run("list", subject, "--output", "json").stdout)), 3)
        self.assertIn("scheduler-writes-etcd", run("explain", "etcd-single-writer").stdout)
        self.assertIn("etcd-single-writer", run("explain", "scheduler-writes-etcd").stdout)
        self.assertEqual(run("--version").stdout, "kcheck 0.1.0\n")

    def test_help_names_every_option_and_exit_code(self):
        text = run("--help").stdout
        for option in json.loads(run("list", "options", "--output", "json").stdout):
            self.assertIn(option["option"], text)
        for code in ("0", "1", "2", "3", "70"):
            self.assertRegex(text, rf"(?m)^ +{code}  ")


class Terminal(unittest.TestCase):
    def on_terminal(self, *arguments: str, **environment: str) -> str:
        """What kcheck writes when standard output and error are a terminal."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(KCHECK, [KCHECK, *arguments], {"TERM": "xterm"} | environment)
        written = b""
        try:
            while chunk := os.read(terminal, 4096):
                written += chunk
        except OSError:  # the other end is closed
            pass
        os.waitpid(pid, 0)
        os.close(terminal)
        return written.decode()

    def test_colour_only_on_a_terminal_that_wants_it(self):
        self.assertIn("\x1b[32mholds", self.on_terminal(*SMALL))
        self.assertNotIn("\x1b[32m", self.on_terminal(*SMALL, NO_COLOR="1"))
        self.assertNotIn("\x1b[32m", self.on_terminal(*SMALL, "--no-color"))
        self.assertNotIn("\x1b", self.on_terminal(*SMALL, TERM="dumb"))
        self.assertNotIn("\x1b", run(*BROKEN).stdout)

    def test_the_progress_line_is_erased(self):
        text = self.on_terminal("--replicas", "5", "--nodes", "4", "--crashes", "3", "--timeout", "2s")
        self.assertRegex(text, r"\r\x1b\[Klevel [0-3]: [0-9,]+ states, [0-9,]+/s, [0-9,]+ queued")
        self.assertRegex(text, r"s\r\x1b\[Kdeployment/app")


if __name__ == "__main__":
    unittest.main()
