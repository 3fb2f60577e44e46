"""Drivers that break the protocol, each in its own way.

Usage: broken.py HOW [FILE]. Until it breaks, it answers like a cluster in which nothing happens.
"""

import json
import os
import subprocess
import sys
import time

EMPTY = {"deployment": None, "replicaset": None, "pods": {}}
HELLO = {"hello": {"protocol": 2, "name": "broken", "variants": []}}


def say(answer):
    print(json.dumps(answer), flush=True)


def orphan():
    """Starts a process that holds all pipes open, and writes down its number."""
    child = subprocess.Popen(["sleep", "1000"])
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(str(child.pid))


def misbehave(how):
    if how == "hang":
        orphan()
        time.sleep(1000)
    elif how == "die":
        print("first line", "last words", sep="\n", file=sys.stderr, flush=True)
        sys.exit(3)
    elif how == "die-with-child":
        orphan()
        sys.exit(4)
    elif how == "signal":
        os.abort()
    elif how == "garbage":
        print("Traceback: \x1b[31mnonsense", flush=True)
    elif how == "binary":
        sys.stdout.buffer.write(b"\xff\xfe\x00{}\n")
        sys.stdout.buffer.flush()
    elif how == "list":
        say([1, 2])
    elif how == "huge":
        sys.stdout.write("x" * (20 << 20))
        sys.stdout.flush()
    elif how == "deep":
        print('{"state":' + "[" * 1_000_000 + "]" * 1_000_000 + "}", flush=True)
    elif how == "close-output":
        os.close(1)
        time.sleep(1000)
    elif how == "twice":
        say({"state": EMPTY})
        say({"state": EMPTY})
    elif how == "no-state":
        say({"status": EMPTY})
    elif how == "bad-state":
        say({"state": {**EMPTY, "pods": {"0": {"deleting": False, "phase": "Failed", "node": None}}}})
    elif how == "bad-refusal":
        say({"refuse": "no"})
    elif how == "loud":
        for number in range(200_000):
            print(f"line {number}", file=sys.stderr)
        say({"state": EMPTY})


def main():
    how = sys.argv[1]
    for line in sys.stdin:
        message = json.loads(line)
        if "hello" in message:
            say({"hello": {**HELLO["hello"], "protocol": 1}} if how == "version" else
                {"hello": {"protocol": 2}} if how == "no-name" else HELLO)
        elif "configuration" in message:
            if how in ("deaf", "wrong", "after-close", "bad-exit", "child-left"):
                say({"state": EMPTY})
            else:
                misbehave(how)
        else:
            say({"state": EMPTY})
    if how == "deaf":
        orphan()
        time.sleep(1000)
    elif how == "child-left":
        orphan()
    elif how == "after-close":
        say({"state": EMPTY})
    elif how == "bad-exit":
        sys.exit(5)


if __name__ == "__main__":
    main()
