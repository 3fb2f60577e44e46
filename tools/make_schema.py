#!/usr/bin/env python3
"""Writes kubernetes/schema/tables/ from the Go types of Kubernetes.

Usage: make_schema.py SOURCES TABLES

SOURCES has api/, apimachinery/ and apiextensions-apiserver/ as in Kubernetes' staging/src/k8s.io. From
them come names, types, required fields, merge keys, words of enumerations and declared defaults; no
text. What a table has beside them stays: descriptions (after |), `immutable`, bounds (>=1) and defaults
(=1) that the Go types do not declare, and words of types that they do not enumerate.
"""

import re
import sys
from pathlib import Path

# Name in the tables: (folder of the Go package, prefix of OpenAPI definitions, apiVersion, kinds).
PACKAGES = {
    "meta": ("apimachinery/pkg/apis/meta/v1", "io.k8s.apimachinery.pkg.apis.meta.v1", "v1",
             ["DeleteOptions", "List"]),
    "core": ("api/core/v1", "io.k8s.api.core.v1", "v1",
             ["Binding", "ConfigMap", "Endpoints", "Event", "LimitRange", "Namespace", "Node",
              "PersistentVolume", "PersistentVolumeClaim", "Pod", "PodTemplate", "ReplicationController",
              "ResourceQuota", "Secret", "Service", "ServiceAccount"]),
    "apps": ("api/apps/v1", "io.k8s.api.apps.v1", "apps/v1",
             ["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    "autoscaling": ("api/autoscaling/v1", "io.k8s.api.autoscaling.v1", "autoscaling/v1", ["Scale"]),
    "autoscaling2": ("api/autoscaling/v2", "io.k8s.api.autoscaling.v2", "autoscaling/v2",
                     ["HorizontalPodAutoscaler"]),
    "batch": ("api/batch/v1", "io.k8s.api.batch.v1", "batch/v1", ["CronJob", "Job"]),
    "policy": ("api/policy/v1", "io.k8s.api.policy.v1", "policy/v1", ["Eviction", "PodDisruptionBudget"]),
    "rbac": ("api/rbac/v1", "io.k8s.api.rbac.v1", "rbac.authorization.k8s.io/v1",
             ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
    "networking": ("api/networking/v1", "io.k8s.api.networking.v1", "networking.k8s.io/v1",
                   ["Ingress", "IngressClass", "NetworkPolicy"]),
    "storage": ("api/storage/v1", "io.k8s.api.storage.v1", "storage.k8s.io/v1",
                ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]),
    "scheduling": ("api/scheduling/v1", "io.k8s.api.scheduling.v1", "scheduling.k8s.io/v1",
                   ["PriorityClass"]),
    "admissionregistration": (
        "api/admissionregistration/v1", "io.k8s.api.admissionregistration.v1",
        "admissionregistration.k8s.io/v1",
        ["MutatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
         "ValidatingWebhookConfiguration"]),
    "discovery": ("api/discovery/v1", "io.k8s.api.discovery.v1", "discovery.k8s.io/v1", ["EndpointSlice"]),
    "node": ("api/node/v1", "io.k8s.api.node.v1", "node.k8s.io/v1", ["RuntimeClass"]),
    "coordination": ("api/coordination/v1", "io.k8s.api.coordination.v1", "coordination.k8s.io/v1",
                     ["Lease"]),
    "apiextensions": ("apiextensions-apiserver/pkg/apis/apiextensions/v1",
                      "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
                      "apiextensions.k8s.io/v1", ["CustomResourceDefinition"]),
}
BY_FOLDER = {"k8s.io/" + folder: name for name, (folder, *_) in PACKAGES.items()}

BASIC = {"string", "bool", "int32", "int64", "float64", "[]byte"}
# Go types with an encoding of their own.
KNOWN = {
    "meta.Time": "Time", "meta.MicroTime": "MicroTime", "resource.Quantity": "Quantity",
    "intstr.IntOrString": "IntOrString", "types.UID": "string", "types.NodeName": "string",
    "runtime.RawExtension": "any", "meta.FieldsV1": "any", "meta.Duration": "string",
    "apiextensions.JSON": "any", "apiextensions.JSONSchemaPropsOrBool": "any",
    "apiextensions.JSONSchemaPropsOrArray": "any", "apiextensions.JSONSchemaPropsOrStringArray": "any",
}
# Written always, and yet valid when empty: the audience of kube-apiserver itself.
MAY_BE_EMPTY = {("storage", "TokenRequest", "audience")}

FIELD = re.compile(r'^\t(?:(\w+)\s+)?([\w.*\[\]]+)\s+`(.*)`')
JSON_TAG = re.compile(r'json:"([^"]*)"')


class Package:
    """What the Go files of one package declare."""

    def __init__(self, name: str, folder: Path):
        self.name = name
        self.structs, self.others, self.enums, self.constants = {}, {}, set(), {}
        for file in sorted(folder.glob("*.go")):
            if not re.search(r"_test\.go$|generated|zz_", file.name):
                self.read(file.read_text())

    def read(self, text: str) -> None:
        imports = dict(re.findall(r'^\s*(\w+) "(k8s\.io/[^"]+)"$', text, re.M))
        for path in re.findall(r'^\s*"(k8s\.io/[^"]+)"$', text, re.M):
            imports.setdefault(path.rsplit("/", 1)[1], path)
        comment, fields, constant_type = [], None, None
        for line in text.splitlines():
            stripped = line.strip()
            if stripped.startswith("//"):
                comment.append(stripped.lstrip("/ "))
                continue
            if match := re.match(r"type (\w+) struct ?\{(\}?)", line):
                self.structs[match[1]] = []
                fields = None if match[2] else self.structs[match[1]]
            elif match := re.match(r"type (\w+) =? ?([\w.\[\]*]+)$", line):
                self.others[match[1]] = self.qualified(match[2], imports)
                if any(c.startswith(("+enum", "+k8s:enum")) for c in comment):
                    self.enums.add(match[1])
            elif fields is not None and stripped == "}":
                fields = None
            elif fields is not None and (match := FIELD.match(line)):
                fields.append((match[1], self.qualified(match[2], imports), match[3], comment))
            elif match := re.match(r'(?:const |\t)(\w+)\s+([\w.]+)\s*=\s*"([^"]*)"', line):
                self.constants[match[1]] = (match[2], match[3])
            comment = []

    def qualified(self, go: str, imports: dict) -> str:
        """A Go type with the names that packages have in the tables."""
        def rename(match):
            word = match[0]
            if word == "map" or word in BASIC or word == "byte":
                return word
            if "." not in word:
                return f"{self.name}.{word}"
            alias, name = word.split(".")
            path = imports.get(alias, alias)
            return f"{BY_FOLDER.get(path, path.rsplit('/', 1)[-1])}.{name}"
        return re.sub(r"[A-Za-z_][\w.]*", rename, go)


class Sources:
    def __init__(self, root: Path):
        self.packages = {name: Package(name, root / folder) for name, (folder, *_) in PACKAGES.items()}
        self.used_structs, self.used_words = set(), set()

    def resolve(self, qualified: str) -> str:
        """What one named type is: a basic type, or itself where it is a struct or has words."""
        if qualified in KNOWN:
            return KNOWN[qualified]
        package, name = qualified.split(".")
        if package not in self.packages:
            raise SystemExit(f"unknown type {qualified}")
        known = self.packages[package]
        if name in known.structs:
            if (package, name) not in self.used_structs:
                self.used_structs.add((package, name))
                for field in self.fields(package, name):
                    self.type_of(field[1])
            return qualified
        other = known.others[name]
        if other == "string":
            self.used_words.add((package, name))
            return qualified
        return self.type_of(other)

    def type_of(self, go: str) -> str:
        pointer = "*" if go.startswith("*") else ""
        go = go.removeprefix("*")
        shape = ""
        if match := re.match(r"map\[[\w.]+\]", go):
            shape, go = "map[string]", go[match.end():]
        elif go.startswith("[]") and go != "[]byte":
            shape, go = "[]", go[2:]
        go = go.removeprefix("*")
        element = go if go in BASIC else self.resolve(go)
        if shape and (element.startswith(("map", "[]")) and element != "[]byte"):
            raise SystemExit(f"{shape}{element}: of more than one dimension")
        # A pointer to a list or map says no more than the list or map.
        return ("" if shape or element.startswith(("map", "[]")) and element != "[]byte" else pointer) + \
            shape + element

    def fields(self, package: str, name: str):
        """(name, Go type, tag, comment) of all fields, those of embedded structs among them."""
        found = []
        for go_name, go, tag, comment in self.packages[package].structs[name]:
            json = JSON_TAG.search(tag)
            if not json or json[1] == "-":
                continue
            json_name, *options = json[1].split(",")
            if go.endswith(".TypeMeta"):
                found += [("apiVersion", "string", 'json:",omitempty"', []),
                          ("kind", "string", 'json:",omitempty"', [])]
            elif not json_name:
                inner_package, inner = go.removeprefix("*").split(".")
                found += self.fields(inner_package, inner)
            else:
                found.append((json_name, go, ",".join(options) + " " + tag, comment))
        if (package, name) == ("meta", "List"):
            found = [(n, "[]runtime.RawExtension" if n == "items" else g, t, c) for n, g, t, c in found]
        return sorted(found)

    def words(self, package: str, name: str):
        known = self.packages[package]
        if name not in known.enums:
            return []
        return sorted({word or '""' for owner, word in known.constants.values() if owner == name})

    def default(self, package: str, comment: list) -> str:
        for line in comment:
            if match := re.match(r"\+default=(.*)", line):
                if reference := re.match(r"ref\((.*)\)", match[1]):
                    name = reference[1].rsplit(".", 1)[-1]
                    return '"' + self.packages[package].constants[name][1] + '"'
                return match[1].strip()
        return ""


def flags_of(sources: Sources, package: str, tag: str, comment: list, pointer: bool) -> list:
    omitted = "omitempty" in tag.split(" ")[0] or "omitzero" in tag.split(" ")[0] or 'json:",omit' in tag
    flags = []
    if not omitted and not any(line.startswith(("+optional", "+k8s:optional")) for line in comment):
        flags.append("required")
    strategy = re.search(r'patchStrategy:"([^"]*)"', tag)
    key = re.search(r'patchMergeKey:"([^"]*)"', tag)
    strategies = strategy[1].split(",") if strategy else []
    if "merge" in strategies:
        flags.append(f"merge={key[1]}" if key else "merge")
    if "retainKeys" in strategies:
        flags.append("retainKeys")
    default = sources.default(package, comment)
    # A zero that is left out when it is written is no default.
    if default and (pointer or default not in ('""', "0", "false")):
        flags.append("=" + default)
    return flags


def read_additions(table: Path) -> dict:
    """{(type, field or ""): (flags, description)} and {(type,): words} of a table."""
    found = {}
    current = ""
    for line in table.read_text().splitlines() if table.exists() else []:
        text, _, description = line.partition(" | ")
        parts = text.split()
        if not parts or parts[0] in ("package", 'R"(', ')"'):
            continue
        if not line.startswith(" "):
            current = parts[1]
            found[current, ""] = (parts[2:], description)
        else:
            found[current, parts[0]] = (parts[2:], description)
    return found


def is_addition(flag: str) -> bool:
    return flag == "immutable" or flag.startswith(("=", ">=", "<="))


def line_of(text: str, description: str) -> str:
    return f"{text} | {description}" if description else text


def write(sources: Sources, package: str, table: Path) -> None:
    old = read_additions(table)
    _, definition, api_version, kinds = PACKAGES[package]
    lines = ['R"(', f"package {package} {definition} {api_version}"]

    def local(go: str) -> str:
        return re.sub(rf"(?<![\w.]){package}\.", "", go)

    for name in sorted(n for p, n in sources.used_words if p == package):
        words = sources.words(package, name)
        kept, description = old.get((name, ""), ([], ""))
        lines.append(line_of(" ".join(["string", name, *(words or kept)]), description))
    for name in sorted(n for p, n in sources.used_structs if p == package):
        _, description = old.get((name, ""), ([], ""))
        lines.append("")
        lines.append(line_of(f"{'kind' if name in kinds else 'type'} {name}", description))
        for field, go, tag, comment in sources.fields(package, name):
            flags = flags_of(sources, package, tag, comment, go.startswith("*"))
            if (package, name, field) in MAY_BE_EMPTY:
                flags.remove("required")
            kept, description = old.get((name, field), ([], ""))
            declared = any(flag.startswith("=") for flag in flags)
            for flag in kept:
                if is_addition(flag) and flag not in flags and not (declared and flag.startswith("=")):
                    flags.append(flag)
            lines.append(line_of(" ".join(["", field, local(sources.type_of(go)), *flags]), description))
    lines.append(')"')
    table.write_text("\n".join(lines) + "\n")


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    sources = Sources(Path(sys.argv[1]))
    for package, (_, _, _, kinds) in PACKAGES.items():
        for kind in kinds:
            sources.resolve(f"{package}.{kind}")
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        write(sources, package, folder / f"{package}.txt")


if __name__ == "__main__":
    main()
