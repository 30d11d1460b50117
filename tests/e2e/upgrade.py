#!/usr/bin/env python3
"""A data folder of the version before opens and holds what it held; one of a newer version is refused and not touched.

tests/e2e/old/*.tar.gz are small data folders as earlier versions left them, with what they exported beside them. A version
whose stored formats differ adds one: E2E_MAKE_OLD=NAME makes it with the binary under test; a NAME that ends with base, one whose log was
cut. Views of a base cannot be told again by the log, so a view that changes its form must go on reading the forms before.
"""
import glob
import hashlib
import json
import os
import shutil
import struct
import tarfile
import time

import kit
from kit import check, equal

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "old")


def fill(engine):
    """One of each that is stored: events of several kinds, a merge, a letter, a consent, an item."""
    ms = 1_700_000_000_000
    items = [{"type": "track", "anonymousId": f"a{i}", "event": "Product Viewed", "messageId": f"v{i}", "timestamp": kit.iso(ms + i * 1000),
              "properties": {"product_id": f"p{i % 5}", "name": f"Tea {i % 5}", "price": 12.5, "currency": "CNY"}} for i in range(20)]
    items += [{"type": "identify", "userId": f"u{i}", "anonymousId": f"a{i}", "messageId": f"i{i}", "timestamp": kit.iso(ms + 60_000),
               "traits": {"email": f"u{i}@example.com", "age": 30 + i}} for i in range(5)]
    items += [{"type": "track", "userId": "u1", "event": "Order Completed", "messageId": "o1", "timestamp": kit.iso(ms + 90_000), "properties":
               {"order_id": "o-1", "revenue": 25, "currency": "CNY", "products": [{"product_id": "p1", "price": 12.5, "quantity": 2}]}}, {"type": "track", "event": "nobody"}]
    engine.collect("batch", {"batch": items})
    engine.serve("PUT", "/v1/consents/u1", {"personalization": False, "version": "2023-11", "source": "test"})
    engine.admin("PUT", "/api/v1/items/p9", {"title": "Oolong", "priceCents": 990, "currency": "CNY", "available": True})
    engine.sync()


def holds(engine):
    """What a later version must still say."""
    system = engine.admin("GET", "/api/v1/system").json
    return {"events": engine.export(), "consents": engine.serve("GET", "/v1/consents/u1").json["personalization"],
            "item": [item["title"] for item in engine.admin("GET", "/api/v1/items?limit=50").json["items"] if item["itemId"] == "p9"], "counts": {name: system["counts"][name] for name in ("events", "customers", "orders", "deadLetters")},
            "email": engine.serve("GET", "/v1/profiles/u2").json["traits"].get("email")}


def cut(engine):
    """A log of which the first segment went: a base, and a tail of a few events. The segment must not be packed before, or the log is
    too small to be cut; then make again."""
    number, found = 0, {"segments": 1}
    while found["segments"] == 1:
        note = "".join(hashlib.sha256(f"{number}.{i}".encode()).hexdigest() for i in range(300))
        engine.collect("track", {"userId": "filler", "event": "Filled", "messageId": f"f{number}", "properties": {"note": note}})
        number += 1
        found = engine.admin("GET", "/api/v1/system").json["storage"]
    engine.kill()
    engine.options += ["--retention-size", "1MB"]
    engine.start()
    end = time.monotonic() + 20
    while engine.admin("GET", "/api/v1/retention").json["whole"] and time.monotonic() < end:
        time.sleep(0.05)
    check(not engine.admin("GET", "/api/v1/retention").json["whole"], "the log is cut")
    engine.collect("track", {"userId": "u2", "event": "Product Viewed", "messageId": "tail", "timestamp": kit.iso(1_700_000_200_000), "properties": {"product_id": "p2"}})
    engine.sync()


def make(name):
    engine = kit.Engine(options=["--time-zone", "Asia/Shanghai", "--segment-mb", "1"])
    fill(engine)
    if name.endswith("base"):
        cut(engine)
    held = holds(engine)
    engine.stop()
    with open(os.path.join(HERE, name + ".json"), "w", encoding="utf-8") as file:
        json.dump(held, file, ensure_ascii=False, separators=(",", ":"))
    with tarfile.open(os.path.join(HERE, name + ".tar.gz"), "w:gz", compresslevel=9) as tar:
        for part in ("log", "state", "base", "zhun.key"):
            if os.path.exists(os.path.join(engine.data, part)):
                tar.add(os.path.join(engine.data, part), part)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def make_newer(path, offset=0):
    """Version 9 in a header of 64 bytes, with a right checksum: what a later version would write."""
    with open(path, "r+b") as file:
        file.seek(offset)
        head = bytearray(file.read(64))
        head[3] = 9
        head[60:64] = struct.pack("<I", crc32c(bytes(head[:60])))
        file.seek(offset)
        file.write(head)


def tree(path):
    out = {}
    for where, _, names in os.walk(path):
        for name in names:
            with open(os.path.join(where, name), "rb") as file:
                out[os.path.relpath(os.path.join(where, name), path)] = hashlib.sha256(file.read()).hexdigest()
    return out


if os.environ.get("E2E_MAKE_OLD"):
    os.makedirs(HERE, exist_ok=True)
    make(os.environ["E2E_MAKE_OLD"])
    check(True, "made")
    kit.finish()

olds = sorted(glob.glob(os.path.join(HERE, "*.tar.gz")))
check(len(olds) > 0, "there is a folder of an earlier version")
for old in olds:
    name = os.path.basename(old)
    with open(old[:-7] + ".json", encoding="utf-8") as file:
        held = json.load(file)
    for without_state in (False, True):
        data = os.path.join(kit.folder(), "data")
        with tarfile.open(old) as tar:
            tar.extractall(data, filter="data")
        if without_state:
            shutil.rmtree(os.path.join(data, "state"))
        engine = kit.Engine(data=data)
        now = holds(engine)
        what = f"{name}{', views rebuilt' if without_state else ''}"
        for part, value in held.items():
            equal(now[part], value, f"{what}: {part} as it was")
        again = engine.collect("batch", {"batch": [{"type": "track", "anonymousId": "a3", "event": "Product Viewed", "messageId": "v3", "timestamp": kit.iso(1_700_000_003_000),
                                                     "properties": {"product_id": "p3", "name": "Tea 3", "price": 12.5, "currency": "CNY"}}]}).json
        equal(again["duplicate"], 1, f"{what}: an event of then is a duplicate now")
        engine.is_equal(what)
        if os.path.exists(os.path.join(data, "base")):
            gone = engine.admin("GET", "/api/v1/events/0-3")
            equal((gone.status, engine.admin("GET", "/api/v1/retention").json["whole"]), (410, False), f"{what}: what went stays gone")
        engine.stop()

with tarfile.open(olds[-1]) as tar:
    base = os.path.join(kit.folder(), "data")
    tar.extractall(base, filter="data")
for part, offset, word in (("log/log.meta", 0, "newer version"), ("log/p000/00000000000000000000.log", 0, "newer version"), ("log/p000/00000000000000000000.log", 64, "version")):
    data = os.path.join(kit.folder(), "data")
    shutil.copytree(base, data)
    make_newer(os.path.join(data, part), offset)
    before = tree(os.path.join(data, "log"))
    engine = kit.Engine(data=data, start=False)
    status = engine.try_start()
    said = "\n".join(engine.lines)
    equal(status, 3, f"{part} at {offset} of a newer version: not started: {said[-300:]}")
    check(word in said, f"{part} at {offset}: it is said why", said)
    equal({name: value for name, value in tree(os.path.join(data, "log")).items() if not name.endswith("log.lock")},
          {name: value for name, value in before.items() if not name.endswith("log.lock")}, f"{part} at {offset}: no byte of the log changed")
kit.finish()
