"""The checks of tools/ must be able to fail: each is run on a tree with one fault."""

import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def run(tool: str, files: dict[str, str], *options: str) -> tuple[int, str]:
    """Exit code and output of a tool on a project of these files."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, TOOLS / tool, root, *options],
                              capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


class CheckLayers(unittest.TestCase):
    def test_includes_that_go_down_pass(self):
        code, output = run("check_layers.py", {
            "ir/term.hpp": "#include <vector>\n",
            "checker/search.hpp": '#include "ir/term.hpp"\n',
            "checker/search.cpp": '#include "checker/search.hpp"\n',
        }, "--part")
        self.assertEqual((code, output), (0, "layers: every include goes down\n"))

    def test_an_include_that_goes_up_fails(self):
        code, output = run("check_layers.py", {
            "model/pod.hpp": "",
            "checker/search.hpp": '\n#include "model/pod.hpp"\n',
        }, "--part")
        self.assertEqual(code, 1)
        self.assertIn("checker/search.hpp:2: checker/ may not include model/", output)

    def test_a_relative_include_fails(self):
        code, output = run("check_layers.py", {
            "checker/store.hpp": "",
            "checker/search.hpp": '#include "store.hpp"\n',
        }, "--part")
        self.assertEqual(code, 1)
        self.assertIn("not a path from the root", output)

    def test_folders_inside_folders_are_layers(self):
        files = {"reference/base/json.hpp": "",
                 "reference/client/api.hpp": '#include "reference/base/json.hpp"\n',
                 "reference/http/client.cpp": '#include "reference/client/api.hpp"\n',
                 "reference/up/up.hpp": "",
                 "reference/main.cpp": '#include "reference/up/up.hpp"\n'}
        self.assertEqual(run("check_layers.py", files, "--part")[0], 0)
        files["reference/client/requests.cpp"] = '#include "reference/http/client.hpp"\n'
        files["reference/http/client.hpp"] = ""
        code, output = run("check_layers.py", files, "--part")
        self.assertEqual(code, 1)
        self.assertIn("reference/client/requests.cpp:1: reference/client/ may not include reference/http/",
                      output)

    def test_the_folders_of_traces_are_layers(self):
        files = {"traces/driver/script.hpp": "", "traces/recordings/recording.hpp": "",
                 "traces/recordings/read.cpp": '#include "traces/driver/script.hpp"\n',
                 "cli/conform.cpp": '#include "traces/recordings/recording.hpp"\n'}
        self.assertEqual(run("check_layers.py", files, "--part")[0], 0)
        files["traces/driver/script.cpp"] = '#include "traces/recordings/recording.hpp"\n'
        code, output = run("check_layers.py", files, "--part")
        self.assertEqual(code, 1)
        self.assertIn("traces/driver/script.cpp:1: traces/driver/ may not include traces/recordings/", output)

    def test_a_folder_without_a_row_fails(self):
        for name in ("attic/a.cpp", "traces/a.cpp", "traces/attic/a.cpp", "reference/attic/a.cpp"):
            code, output = run("check_layers.py", {"ir/a.cpp": "", name: ""}, "--part")
            self.assertEqual(code, 1)
            self.assertIn(f"{name}: {Path(name).parent}/ is in no layer", output)

    def test_a_row_that_allows_what_nobody_uses_fails(self):
        code, output = run("check_layers.py", {"ir/a.hpp": "", "checker/a.cpp": ""})
        self.assertEqual(code, 1)
        self.assertIn("checker/ includes nothing of ir/: its row need not allow it", output)
        files = {"ir/a.hpp": "", "checker/a.cpp": '#include "ir/a.hpp"\n'}
        self.assertNotIn("checker/ includes", run("check_layers.py", files)[1])


class Tidy(unittest.TestCase):
    def assert_breach(self, name: str, text: str, expected: str):
        code, output = run("tidy.py", {name: text})
        self.assertEqual(code, 1)
        self.assertIn(expected, output)

    def test_clean_text_passes(self):
        files = {"model/pod.cpp": "int pods = 1;\n", "Makefile": "all:\n\ttrue\n",
                 "build/junk.cpp": "\t\n", "tests/fixtures/recorded.json": "\t\n"}
        self.assertEqual(run("tidy.py", files), (0, "tidy: nothing found\n"))

    def test_each_breach_is_found(self):
        self.assert_breach("ir/a.cpp", "// TO" "DO: later\n", "ir/a.cpp:1: a mark of unfinished work")
        self.assert_breach("README.md", "text \n", "README.md:1: a trailing blank")
        self.assert_breach("ir/a.hpp", "\tint x;\n", "ir/a.hpp:1: a tab")
        self.assert_breach("README.md", "see /wo" "rk/main\n", "README.md:1: a path of one machine")
        self.assert_breach("model/a.cpp", "#include <ran" "dom>\n", "a source of nondeterminism")
        self.assert_breach("ir/a.cpp", "x" * 111 + "\n", "ir/a.cpp:1: 111 columns")
        self.assert_breach("ir/a.cpp", "\n" * 701, "ir/a.cpp: 701 lines")

    def test_a_clock_is_fine_outside_the_model(self):
        code, _ = run("tidy.py", {"cli/a.cpp": "#include <chrono>\n"})
        self.assertEqual(code, 0)


GO_TYPES = """package v1

import (
    metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// +enum
type Color string

const (
    Red Color = "Red"
    Blue Color = "Blue"
)

type Paint struct {
    metav1.TypeMeta `json:",inline"`
    // +optional
    metav1.ObjectMeta `json:"metadata,omitempty"`
    // Not copied.
    // +optional
    // +default=1
    Coats *int32 `json:"coats,omitempty" protobuf:"varint,1,opt,name=coats"`
    Color Color `json:"color"`
    // +optional
    Layers []Layer `json:"layers,omitempty" patchStrategy:"merge,retainKeys" patchMergeKey:"name"`
    Shared `json:",inline"`
}

type Shared struct {
    Name string `json:"name"`
}

type Layer struct {
    Shared `json:",inline"`
}
"""
GO_META = """package v1

type TypeMeta struct {
}

type ObjectMeta struct {
    Labels map[string]string `json:"labels,omitempty"`
}
"""


class MakeSchema(unittest.TestCase):
    def made(self, table: str) -> str:
        """What becomes of the table of paint."""
        spec = importlib.util.spec_from_file_location("make_schema", TOOLS / "make_schema.py")
        tool = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(tool)
        tool.PACKAGES = {"meta": ("meta/v1", "io.k8s.meta.v1", "v1", []),
                         "paint": ("paint/v1", "io.k8s.paint.v1", "paint/v1", ["Paint"])}
        tool.BY_FOLDER = {"k8s.io/apimachinery/pkg/apis/meta/v1": "meta"}
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            for package, text in (("paint", GO_TYPES), ("meta", GO_META)):
                (root / package / "v1").mkdir(parents=True)
                (root / package / "v1" / "types.go").write_text(text.replace("    ", "\t"))
            (root / "paint.txt").write_text(table)
            sources = tool.Sources(root)
            sources.resolve("paint.Paint")
            tool.write(sources, "paint", root / "paint.txt")
            return (root / "paint.txt").read_text()

    def test_names_types_required_fields_merge_keys_words_and_defaults_are_read(self):
        self.assertEqual(self.made("").splitlines(), [
            'R"(', "package paint io.k8s.paint.v1 paint/v1", "string Color Blue Red", "",
            "type Layer", " name string required", "",
            "kind Paint", " apiVersion string", " coats *int32 =1", " color Color required", " kind string",
            " layers []Layer merge=name retainKeys", " metadata meta.ObjectMeta", " name string required",
            ')"'])

    def test_what_was_added_by_hand_stays(self):
        table = self.made("").replace(" color Color required", " color Color required immutable | Its color.")
        table = table.replace(" coats *int32 =1", " coats *int32 =1 >=1 <=9")
        self.assertEqual(self.made(table), table)
        # What Go says goes where Go no longer says it.
        self.assertEqual(self.made(table.replace(" name string required", " name string retainKeys")), table)


class Format(unittest.TestCase):
    def check(self, text: str) -> tuple[int, str]:
        with tempfile.TemporaryDirectory() as root:
            (Path(root) / "a.cpp").write_text(text)
            done = subprocess.run([TOOLS / "format", "--check", root],
                                  capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def test_a_clean_source_passes(self):
        self.assertEqual(self.check("int pods = 1;\n")[0], 0)

    def test_another_layout_fails(self):
        code, output = self.check("int  pods=1;\n")
        self.assertEqual(code, 1)
        self.assertIn("a.cpp: not as clang-format 14 leaves it", output)


if __name__ == "__main__":
    unittest.main()
