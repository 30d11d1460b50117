#!/usr/bin/env python3
"""trust.py -- the checks of docs/trust.md: where they are, and all of them in their long form.

    trust.py BUILD [NUMBER...]   run every test that holds a check (or one of these), TRUST=whole; each name must be said to have held
    trust.py --verify            docs/trust.md, the tests and tests/faults/faults.toml name the same checks, and every planted fault fits its file

A check is a function `check_NN_...` of a test: a C test says PROVE(check_NN_..., ...), a script kit.prove(check_NN_..., ...). A name that is
printed as held is a check that held; a test that ends before has not printed it.
"""
import collections
import glob
import os
import re
import subprocess
import sys
import time
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FAULTS = "tests/faults/faults.toml"
DEFINED = re.compile(r"^(?:static void|def) (check_\d\d_\w+)\(", re.M)
HELD = re.compile(r"^(check_\d\d_\w+): held", re.M)
SKIPPED = 77


def text_of(path, root=ROOT):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def checks(root=ROOT):
    """{name: test file}, in the order of their numbers."""
    found = {}
    for path in sorted(glob.glob("tests/**/*_test.c", root_dir=root, recursive=True) + glob.glob("tests/e2e/*.py", root_dir=root)):
        for name in DEFINED.findall(text_of(path, root)):
            if name in found:
                raise SystemExit(f"{name} is in {found[name]} and in {path}")
            found[name] = path
    return dict(sorted(found.items()))


def target(path):
    """What is built for a test file."""
    return "test_" + path.removeprefix("tests/").removesuffix("_test.c").replace("/", "_") if path.endswith(".c") else None


def command(path, build, root=ROOT):
    return [os.path.join(build, target(path))] if path.endswith(".c") else [sys.executable, "-B", os.path.join(root, path)]


def environment(build, more):
    engine = {"ZHUN": os.path.join(build, "zhun"), "ZHUN_LOAD": os.path.join(build, "src", "sys", "zhun-load")}
    return {"ZHUN_SHARED": os.path.join(os.path.dirname(ROOT), "shared"), **os.environ, **engine, **more}


def run(path, build, more, timeout, root=ROOT):
    """How the test ended and all that it said."""
    done = subprocess.run(command(path, build, root), cwd=root, env=environment(build, more), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=timeout, check=False)
    return done.returncode, done.stdout.decode("utf-8", "replace")


def faults(root=ROOT):
    return tomllib.loads(text_of(FAULTS, root))["fault"]


def verify():
    wrong, found, told = [], checks(), text_of("docs/trust.md")
    named = set(re.findall(r"`(check_\d\d_\w+)`", told))
    wrong += [f"docs/trust.md does not name {name}" for name in found if name not in named]
    wrong += [f"docs/trust.md names {name}, which no test has" for name in sorted(named) if name not in found]
    rows = {int(number) for number in re.findall(r"^\| (\d+) \|", told, re.M)}
    wrong += [f"docs/trust.md has no row for check {number}" for number in range(1, 26) if number not in rows]
    for name, path in found.items():
        if not re.search(rf"(?:PROVE\(|kit\.prove\(|\(|, ){name}\b(?!\()", text_of(path)):
            wrong.append(f"{path} does not prove {name}")
    planted = collections.Counter()
    for fault in faults():
        planted[fault["check"]] += 1
        count = text_of(fault["file"]).count(fault["from"])
        if count != 1:
            wrong.append(f"{FAULTS}: {fault['file']} has {count} times {fault['from']!r}")
        if fault["check"] not in found:
            wrong.append(f"{FAULTS}: no test has {fault['check']}")
    wrong += [f"{FAULTS} plants nothing for {name}" for name in found if planted[name] == 0]
    for line in wrong:
        print(line)
    print(f"{len(found)} checks, {sum(planted.values())} planted faults")
    return 1 if wrong else 0


def whole(build, numbers):
    found, failed, skipped = checks(), [], []
    wanted = {name: path for name, path in found.items() if not numbers or name[6:8] in numbers}
    subprocess.run(["ninja", "-C", build], check=True)
    for path in sorted(set(wanted.values())):
        began = time.monotonic()
        status, out = run(path, build, {"TRUST": "whole"}, None)
        held = set(HELD.findall(out)) - set(re.findall(r"^(check_\d\d_\w+): BROKEN", out, re.M))
        for name in (name for name, where in wanted.items() if where == path):
            good = name in held and status in (0, SKIPPED)
            (skipped if status == SKIPPED and name not in held else failed).append(name) if not good else None
            print(f"{'held   ' if good else 'skipped' if name in skipped else 'BROKEN '} {name}", flush=True)
        print(f"        {path}, {time.monotonic() - began:.0f} s, status {status}", flush=True)
        if status not in (0, SKIPPED):
            print("\n".join(out.split("\n")[-20:]), flush=True)
    print(f"{len(wanted) - len(failed) - len(skipped)} checks held, {len(failed)} broken, {len(skipped)} skipped")
    return 1 if failed else 0


def main():
    if sys.argv[1:] == ["--verify"]:
        sys.exit(verify())
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        raise SystemExit(__doc__)
    sys.exit(whole(os.path.abspath(sys.argv[1]), {number.zfill(2) for number in sys.argv[2:]}))


if __name__ == "__main__":
    main()
