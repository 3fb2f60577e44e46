#!/usr/bin/env python3
"""Another checker must count the same states and transitions as kcheck.

Usage: run_peers.py --peer spin|rumur --examples PROGRAM
Exit 0: they agree; 1: they do not; 77: the peer is not installed (an error in CI).
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
import peers  # noqa: E402  (found through the line above)

SKIPPED = 77
CONFIGURATIONS = [
    peers.Configuration(pods=1, nodes=1, crashes=0),
    peers.Configuration(pods=2, nodes=1, crashes=0),
    peers.Configuration(pods=1, nodes=2, crashes=1),
]


def counts(checker, config: peers.Configuration) -> peers.Counts:
    with tempfile.TemporaryDirectory() as folder:
        return checker.run(config, Path(folder)).counts


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", choices=["spin", "rumur"], required=True)
    parser.add_argument("--examples", type=Path, required=True)
    arguments = parser.parse_args()

    peer = peers.Spin() if arguments.peer == "spin" else peers.Rumur()
    missing = peers.missing_tools(peer)
    if missing:
        print(f"skipped: {', '.join(missing)} not installed")
        return 1 if os.environ.get("CI") else SKIPPED

    agreed = True
    for config in CONFIGURATIONS:
        theirs = counts(peer, config)
        ours = counts(peers.Kcheck(arguments.examples), config)
        verdict = "agree" if ours == theirs else "DIFFER"
        print(f"{config} {verdict}: {peer.name} {theirs}, kcheck {ours}")
        agreed = agreed and ours == theirs
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
