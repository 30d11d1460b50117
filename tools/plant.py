#!/usr/bin/env python3
"""plant.py -- does a check turn red? Plants the faults of tests/faults/faults.toml one by one in a copy of the tree.

    plant.py [--at DIR] [CHECK or NUMBER...]

For each: the copy is built and its check must hold; the fault is planted, what changed is built, and the check must not hold any more; the fault is
taken out again. The copy and its build stay in DIR (default: out/plant), so that the next run builds little. A fault that stays green, or a check
that was not green before, is a finding: status 1. One line a fault.
"""
import argparse
import os
import shutil
import subprocess
import sys
import time

import trust

TEST_S = 900


def copy_tree(to):
    """The files git knows or would; a file that did not change keeps its time, so that it is not built again."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=trust.ROOT, capture_output=True, check=True).stdout
    for path in filter(None, listed.decode().split("\0")):
        source, target = os.path.join(trust.ROOT, path), os.path.join(to, path)
        if not os.path.isfile(source):
            continue
        if os.path.exists(target) and open(source, "rb").read() == open(target, "rb").read():
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(source, target)


def build(tree, path):
    """0 where all that a test needs is built."""
    into = os.path.join(tree, "build")
    if not os.path.exists(os.path.join(into, "build.ninja")):
        subprocess.run(["meson", "setup", "--buildtype=release", into, tree], check=True, stdout=subprocess.DEVNULL)
    targets = [trust.target(path)] if path.endswith(".c") else ["zhun", "zhun-sim", "src/sys/zhun-load", "tests/crash/crash-step", "tests/crash/crash-faults.so"]
    done = subprocess.run(["ninja", "-C", into, *targets], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        print(done.stdout.decode("utf-8", "replace")[-2000:])
    return done.returncode


def holds(tree, fault, path):
    """How often the check was said to hold (0: it is broken), and what was said. A test that hangs did not hold."""
    try:
        _, out = trust.run(path, os.path.join(tree, "build"), fault.get("env", {}), TEST_S, tree)
    except subprocess.TimeoutExpired:
        return 0, f"no end in {TEST_S} s"
    name = fault["check"]
    lines = [line for line in out.split("\n") if line]
    broken = any(line.startswith(f"{name}: BROKEN") for line in lines)
    told = next((line for line in lines if line.startswith("FAIL ") or ("_test.c:" in line)), lines[-1] if lines else "nothing was said")
    return 0 if broken else trust.HELD.findall(out).count(name), told


def plant(tree, fault, path, times):
    """'red', 'GREEN', or why it could not be told; and what was seen."""
    at = os.path.join(tree, fault["file"])
    with open(at, encoding="utf-8") as file:
        sound = file.read()
    if sound.count(fault["from"]) != 1:
        return "DOES NOT FIT", fault["file"]
    try:
        with open(at, "w", encoding="utf-8") as file:
            file.write(sound.replace(fault["from"], fault["to"]))
        if build(tree, path) != 0:
            return "DOES NOT BUILD", fault["file"]
        held, told = holds(tree, fault, path)
        return ("GREEN" if held == times else "red"), told
    finally:
        with open(at, "w", encoding="utf-8") as file:
            file.write(sound)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at", default=os.path.join(trust.ROOT, "out", "plant"))
    parser.add_argument("checks", nargs="*")
    asked = parser.parse_args()
    tree, found = os.path.abspath(asked.at), trust.checks()
    copy_tree(tree)
    rows, sound = [], {}
    for fault in trust.faults():
        name = fault["check"]
        if asked.checks and name not in asked.checks and name[6:8] not in {number.zfill(2) for number in asked.checks}:
            continue
        began, path = time.monotonic(), found[name]
        before = (path, tuple(sorted(fault.get("env", {}).items())), name)
        if before not in sound:
            sound[before] = holds(tree, fault, path) if build(tree, path) == 0 else (0, "does not build")
        how, told = plant(tree, fault, path, sound[before][0]) if sound[before][0] else ("RED BEFORE", sound[before][1])
        rows.append((how, fault, told))
        print(f"{how:6} {name}: {fault['says']} [{told[:160]}] {time.monotonic() - began:.0f} s", flush=True)
    bad = sum(how != "red" for how, _, _ in rows)
    print(f"{len(rows)} faults planted, {len(rows) - bad} turned their check red, {bad} did not")
    sys.exit(1 if bad or not rows else 0)


if __name__ == "__main__":
    main()
