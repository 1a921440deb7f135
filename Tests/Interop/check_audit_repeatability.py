#!/usr/bin/env python3
"""How far the figures of a declaration proof depend on the machine.

Makes a history with one processor's kernels and audits it with others', with one and two threads:
every proof is then of a delta that another machine solved. Prints the largest deviation of the
undeclared share and of the distance from the targets from those on the recording machine.

    swift build -c release --product emend
    Tests/Interop/check_audit_repeatability.py

Needs no package beside Python's own. A kernel that the processor lacks falls back to one that it has.
"""

import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EMEND = ROOT / ".build/release/emend"
FIXTURES = ROOT / "Fixtures"
MOMENTS = FIXTURES / "reference/memit/cov.safetensors"
KERNELS = ["Haswell", "Zen", "Prescott", "SkylakeX"]
BATCHES, FACTS = 5, 20


def run(directory, kernel, threads, *arguments):
    environment = dict(
        os.environ, OPENBLAS_CORETYPE=kernel, OPENBLAS_NUM_THREADS=str(threads), HOME=directory,
        GIT_AUTHOR_NAME="Ada", GIT_AUTHOR_EMAIL="ada@example.org", GIT_COMMITTER_NAME="Ada",
        GIT_COMMITTER_EMAIL="ada@example.org")
    done = subprocess.run(
        [str(EMEND), *map(str, arguments)], cwd=directory, env=environment, capture_output=True,
        text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"emend {' '.join(map(str, arguments))}:\n{done.stdout}{done.stderr}")
    return done.stdout


def proofs(directory, kernel, threads):
    document = json.loads(
        run(directory, kernel, threads, "audit", "--json", "--stats", MOMENTS, "--threads",
            threads))
    return document["data"]["verdict"], [
        layer for commit in document["data"]["commits"] for edit in commit["edits"]
        for layer in edit["proof"]["layers"]]


def main():
    records = json.loads((FIXTURES / "fictional/facts.json").read_text())
    with tempfile.TemporaryDirectory() as directory:
        run(directory, "Haswell", 1, "init", "--base", FIXTURES / "fictional/model", "--hparams",
            FIXTURES / "fictional/hparams_memit.json", "--templates",
            FIXTURES / "reference/memit/context_templates.json")
        for batch in range(BATCHES):
            facts = pathlib.Path(directory) / f"facts-{batch}.json"
            facts.write_text(json.dumps(records[batch * FACTS:(batch + 1) * FACTS]))
            run(directory, "Haswell", 1, "commit", facts, "--stats", MOMENTS, "-m", f"{batch}",
                "--threads", 1)
        _, reference = proofs(directory, "Haswell", 1)
        print(f"solved with Haswell, 1 thread: {BATCHES} edits of {FACTS} facts, "
              f"{len(reference)} proofs; undeclared share at most "
              f"{max(p['outside'] for p in reference):.3e}, off the targets at most "
              f"{max(p['action'] for p in reference):.3e}")
        worst = 0.0
        for kernel in KERNELS:
            for threads in (1, 2):
                verdict, found = proofs(directory, kernel, threads)
                outside = max(abs(a["outside"] - b["outside"]) for a, b in zip(found, reference))
                action = max(abs(a["action"] - b["action"]) for a, b in zip(found, reference))
                worst = max(worst, outside, action)
                print(f"{kernel:10} {threads} thread(s): {verdict}; deviation of the undeclared "
                      f"share {outside:.1e}, of the distance from the targets {action:.1e}")
        print(f"largest deviation {worst:.1e}")


if __name__ == "__main__":
    main()
