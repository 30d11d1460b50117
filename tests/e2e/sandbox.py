#!/usr/bin/env python3
"""The engine confines itself: what the kernel says about its process, where backups may go, becoming another user, and a
kernel that has less. What is refused inside, call by call, is in tests/sys/sandbox_test.c."""
import json
import os
import pwd
import sys

import kit
from kit import check, equal

# Installs a filter that answers one system call with ENOSYS, as an older kernel would, then becomes the engine.
OLDER = """
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
code = b"".join(struct.pack("HBBI", *one) for one in [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x00050026), (0x06, 0, 0, 0x7FFF0000)])
buffer = ctypes.create_string_buffer(code)
class Program(ctypes.Structure): _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
program = Program(4, ctypes.addressof(buffer))
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.byref(program)) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""


def line(engine, event):
    for text in engine.lines:
        if f'"{event}"' in text:
            return json.loads(text)
    return None


def status(pid, name):
    """A field of every thread."""
    values = set()
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="utf-8") as file:
            values |= {text.split(":", 1)[1].strip() for text in file if text.startswith(name + ":")}
    return values


def check_24_the_engine_confines_itself():
    engine = kit.Engine()
    if line(engine, "serve.no_sandbox"):
        kit.skip("a build with sanitizers is not confined")
    said = line(engine, "serve.sandbox") or line(engine, "serve.sandbox_incomplete")
    check(said and said["level"] == ("info" if said["landlock"] > 0 and said["seccomp"] else "warn"), "a line of the log says what holds", engine.lines)
    pid = engine.process.pid
    if said["seccomp"]:
        equal(status(pid, "Seccomp"), {"2"}, "calls are confined in every thread")
    equal(status(pid, "NoNewPrivs"), {"1"}, "no thread can gain rights by a program")
    with open(f"/proc/{pid}/limits", encoding="ascii") as file:
        core = next(text for text in file if text.startswith("Max core"))
    equal(core.split()[4:6], ["0", "0"], "no core is dumped")
    place = kit.folder()
    to = os.path.join(place, "copy")
    equal(kit.run("backup", "--data", engine.data, to)[0], 0, "a backup goes where its owner says")
    engine.stop()
    if said["landlock"]:
        named_folders()


def named_folders():
    good, bad = kit.folder(), kit.folder()
    engine = kit.Engine(options=["--backup-dirs", good])
    equal(kit.run("backup", "--data", engine.data, os.path.join(good, "copy"))[0], 0, "a backup goes to a folder that was named at start")
    code, _, error = kit.run("backup", "--data", engine.data, os.path.join(bad, "copy"))
    equal((code, "--backup-dirs" in error), (3, True), "and nowhere else, with the reason: " + error)
    equal(os.listdir(bad), [], "nothing of it is there")
    engine.stop()
    none = kit.Engine(data=engine.data, options=["--backup-dirs", "none"])
    equal(kit.run("backup", "--data", engine.data, os.path.join(good, "other"))[0], 3, "none is nowhere")
    none.stop()
    equal(kit.run("serve", "--data", engine.data, "--backup-dirs", "/no/such/folder")[0], 2, "a folder that is not there is a wrong option")


def without():
    engine = kit.Engine(options=["--no-sandbox"])
    check(line(engine, "serve.no_sandbox"), "--no-sandbox is said")
    equal(status(engine.process.pid, "Seccomp"), {"0"}, "and leaves the process as it was")
    engine.stop()


def older_kernel():
    engine = kit.Engine(prefix=[sys.executable, "-c", OLDER])
    said = line(engine, "serve.sandbox_incomplete")
    equal((said or {}).get("landlock"), 0, "a kernel without Landlock: a warning, and it goes on")
    equal(engine.collect("track", {"userId": "u", "event": "E", "messageId": "m1"}).status, 200, "and works")
    engine.stop()


def another_user():
    if os.geteuid() != 0:
        code, _, error = kit.run("serve", "--data", os.path.join(kit.folder(), "data"), "--user", pwd.getpwuid(os.geteuid()).pw_name)
        equal(code, 3, "only root becomes somebody: " + error)
        return
    place = kit.folder()
    os.chmod(place, 0o777)
    engine = kit.Engine(data=os.path.join(place, "data"), options=["--user", "nobody"])
    uid = pwd.getpwnam("nobody").pw_uid
    equal(status(engine.process.pid, "Uid"), {"\t".join([str(uid)] * 4)}, "started as root it becomes the user, in every thread")
    equal(status(engine.process.pid, "CapEff"), {"0" * 16}, "and keeps no right of root")
    equal(os.stat(engine.data).st_uid, uid, "the folder is the user's")
    equal(engine.collect("track", {"userId": "u", "event": "E", "messageId": "m1"}).status, 200, "and it works")
    engine.stop()
    equal(kit.run("serve", "--data", engine.data, "--user", "no such user")[0], 2, "a user who is not there is a wrong option")


kit.prove(check_24_the_engine_confines_itself)
without()
older_kernel()
another_user()
kit.finish()
