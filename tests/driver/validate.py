"""Holds messages to docs/driver.schema.json.

Usage: validate.py SCHEMA FILE, where FILE has one request or answer a line. Exit 1 if one is wrong.
"""

import json
import sys

import jsonschema


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    kinds = ("request", "answer")
    validators = {kind: jsonschema.Draft202012Validator({**schema, "oneOf": [{"$ref": f"#/$defs/{kind}"}]})
                  for kind in kinds}
    seen, wrong = set(), 0
    with open(sys.argv[2], encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            kind = kinds[(number - 1) % 2]  # they alternate
            message = json.loads(line)
            if "step" in message and message["step"]["number"] > 1:
                message["step"]["number"] = 1  # it makes no two steps different
            text = json.dumps(message)
            if (kind, text) in seen:
                continue
            seen.add((kind, text))
            for error in validators[kind].iter_errors(message):
                print(f"line {number}: {line[:200].rstrip()}: {error.message[:300]}")
                wrong += 1
    print(f"{len(seen)} different messages, {wrong} wrong")
    return 1 if wrong or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
