#!/usr/bin/env python3
"""`zhun backup` while events come in, and `zhun restore`: what was answered before is there exactly once, views are equal,
nothing else is overwritten, and what is no whole backup is not taken for one.
"""
import hashlib
import json
import os
import shutil
import threading
import time

import kit
from kit import check, equal

BATCH, FIRST = 200, 260  # over 4 MiB a partition, so that there are sealed segments


def batch(name, number):
    return [{"type": "track", "userId": f"u{(number * 7 + i) % 400}", "event": "Product Viewed", "messageId": f"{name}-{number}-{i}",
             "properties": {"product_id": f"p{i % 60}", "note": hashlib.sha256(f"{name}{number}{i}".encode()).hexdigest()}} for i in range(BATCH)]


class Writer(threading.Thread):
    """Sends batches until told to end; knows which were answered."""

    def __init__(self, engine):
        super().__init__(daemon=True)
        self.engine, self.ends, self.answered, self.wrong = engine, False, [], []

    def run(self):
        number = 0
        while not self.ends:
            answer = self.engine.collect("batch", {"batch": batch("w", number)})
            if answer.status != 200:
                self.wrong.append(answer)
                continue
            self.answered.append(number)
            number += 1


def zhun(*args):
    status, out, error = kit.run(*args)
    return status, out + error


def ids_of(events):
    return [event["messageId"] for event in events]


def tree(path):
    """Every file with a hash of its content."""
    out = {}
    for where, _, names in os.walk(path):
        for name in names:
            full = os.path.join(where, name)
            with open(full, "rb") as file:
                out[os.path.relpath(full, path)] = hashlib.sha256(file.read()).hexdigest()
    return out


place = kit.folder()
to, later, target = (os.path.join(place, name) for name in ("backup", "later", "restored"))
engine = kit.Engine(options=["--partitions", "2"])
key = os.path.join(engine.data, "zhun.key")
for number in range(FIRST):
    engine.collect("batch", {"batch": batch("first", number)})

until = time.monotonic() + 900  # a segment that is packed later is another file, and would be copied anew
while time.monotonic() < until:
    now = engine.admin("GET", "/api/v1/system").json["storage"]
    if now["packedSegments"] == now["segments"] - 2:
        break
    time.sleep(0.2)
check(now["packedSegments"] > 0, "there are packed segments to be copied", now)

writer = Writer(engine)
writer.start()
while len(writer.answered) < 5:
    pass
before = list(writer.answered)
status, said = zhun("backup", "--data", engine.data, to)
writer.ends = True
writer.join()
equal((status, writer.wrong), (0, []), "a backup is made while events come in, and all of these are taken: " + said)
check("every byte of the log checked" in said and "The key file is not in it" in said, "it says what it did", said)
check(not os.path.exists(os.path.join(to, "zhun.key")), "the key stays where it is")
with open(key, encoding="ascii") as file:
    secret = file.read().strip().encode()
check(not any(secret in open(os.path.join(where, name), "rb").read() for where, _, names in os.walk(to) for name in names), "no file of the backup holds the key")
storage = engine.admin("GET", "/api/v1/system").json["storage"]["backup"]
equal((storage["phase"], storage["to"], storage["withKey"]), ("done", to, False), "the engine knows its last backup")

status, said = zhun("restore", to, "--data", target, "--key-file", key)
equal(status, 0, "it is restored: " + said)
restored = kit.Engine(data=target)
got = restored.export()
ids = set(ids_of(got))
equal(len(ids), len(got), "no event is there twice")
missing = [n for n in before if not all(f"w-{n}-{i}" in ids for i in range(BATCH))]
equal(missing, [], "every event answered before the backup began is there")
check(all(f"first-{n}-{i}" in ids for n in range(FIRST) for i in range(BATCH)), "and all from before")
mine = {event["messageId"]: event for event in engine.export()}
check(all(mine[event["messageId"]] == event for event in got), "each as the engine has it, what is sealed too")
restored.is_equal("in the restored folder")
again = restored.collect("batch", {"batch": batch("first", 3)}).json
equal(again["duplicate"], BATCH, "events sent again to the restored engine are duplicates")
restored.stop()

status, said = zhun("restore", to, "--data", target)
equal(status, 3, "a folder that is not empty is refused")
check("is not empty" in said, "and it is said why", said)
os.makedirs(os.path.join(place, "other"))
with open(os.path.join(place, "other", "mine.txt"), "w", encoding="ascii") as file:
    file.write("mine")
status, said = zhun("backup", "--data", engine.data, os.path.join(place, "other"))
equal((status, "no backup" in said, os.listdir(os.path.join(place, "other"))), (3, True, ["mine.txt"]), "a folder with something else is refused and not touched: " + said)
status, said = zhun("backup", "--data", engine.data, os.path.join(engine.data, "backup"))
equal(status, 2, "a backup inside the data folder is refused: " + said)
status, said = zhun("restore", os.path.join(place, "other"), "--data", os.path.join(place, "nothing"))
equal((status, os.path.exists(os.path.join(place, "nothing"))), (3, False), "what is no backup is not restored: " + said)
equal(engine.admin("POST", "/api/v1/backups", {"to": "/tmp/zhun-anything"}).status, 403, "over the network nobody names a path of this machine")

status, out, _ = kit.run("backup", "--data", engine.data, "--json", to)
second = json.loads(out)
equal((status, second["sameBytes"] > 0, second["copiedBytes"] < storage["copiedBytes"]), (0, True, True), "brought up to date, what did not change stays as it is")
status, out, _ = kit.run("backup", "--data", engine.data, "--json", "--with-key", "--since", to, later)
linked = json.loads(out)
equal((status, linked["linkedBytes"] > 0, linked["withKey"]), (0, True, True), "a second backup links what the first one has; with the key where that is asked for")
check(os.path.exists(os.path.join(later, "zhun.key")), "the key is in it")
shutil.rmtree(target)
status, said = zhun("restore", later, "--data", target)
equal(status, 0, "restored with its own key: " + said)
restored = kit.Engine(data=target)
equal(len(restored.export()), len(engine.export()), "with all events")
restored.stop()

engine.stop()
status, said = zhun("backup", "--data", engine.data, os.path.join(place, "cold"))
equal(status, 0, "an engine that does not run is backed up too: " + said)
engine.start()

with open(os.path.join(to, "log", "p000", "00000000000000000000.log"), "r+b") as file:
    file.seek(9000)
    byte = file.read(1)
    file.seek(9000)
    file.write(bytes([byte[0] ^ 8]))
shutil.rmtree(target)
status, said = zhun("restore", to, "--data", target)
equal((status, "byte" in said), (1, True), "a changed bit in a backup is found before it becomes a data folder: " + said)
check(not os.path.exists(os.path.join(target, "log")), "and it does not become one")
status, said = zhun("backup", "--data", engine.data, to)
equal(status, 0, "the next backup mends it")

note = os.path.join(to, "backup.json")
with open(note, encoding="utf-8") as file:
    content = json.load(file)
content["version"] = 9
with open(note, "w", encoding="utf-8") as file:
    json.dump(content, file)
shutil.rmtree(target)
files = tree(to)
status, said = zhun("restore", to, "--data", target)
equal((status, "newer version" in said, os.path.exists(target), tree(to) == files), (3, True, False, True), "a backup of a newer version says so and is not touched: " + said)
os.rename(note, os.path.join(to, "backup.unfinished"))
status, said = zhun("restore", to, "--data", target)
equal((status, "did not finish" in said), (3, True), "an unfinished one says so: " + said)
status, said = zhun("backup", "--data", engine.data, to)
equal((status, os.path.exists(note)), (0, True), "and is finished by the next: " + said)
engine.stop()
kit.finish()
