#!/usr/bin/env python3
"""Sealed segments of the log are packed while the engine works: smaller, and the same events, also after a kill.

What lies below the command line (faults and kills at each call, readers beside it) is in tests/store/log_transcode_test.c.
"""
import hashlib
import os
import time

import kit
from kit import check, equal

BATCH, BATCHES = 400, 60  # over 4 MiB of log, so that a first segment is sealed
WAIT_S = 900  # a bound for what hangs, no promise


def events(batch):
    return [{"type": "track", "userId": f"u{i % 300}", "event": "Product Viewed", "messageId": f"p-{i}", "properties":
             {"product_id": f"p{i % 70}", "name": f"Item {i % 70}", "price": i % 90, "currency": "CNY", "note": hashlib.sha256(str(i).encode()).hexdigest()}}
            for i in range(batch * BATCH, (batch + 1) * BATCH)]


def storage(engine):
    found = engine.admin("GET", "/api/v1/system").json["storage"]
    return {name: found[name] for name in ("segments", "packedSegments", "packedBytes", "packedFromBytes", "backup")}


def wait_until_packed(engine):
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        now = storage(engine)
        if now["packedSegments"] > 0 and now["packedSegments"] == now["segments"] - 1:
            return now
        time.sleep(0.2)
    return storage(engine)


def history(engine):
    return engine.serve("GET", "/v1/profiles/u7/events?limit=100").body


engine = kit.Engine()
for number in range(BATCHES):
    answer = engine.collect("batch", {"batch": events(number)}).json
    if answer["accepted"] != BATCH:
        equal(answer["accepted"], BATCH, f"batch {number}")
engine.sync()
before = engine.export()
packed = wait_until_packed(engine)
check(packed["packedSegments"] == packed["segments"] - 1 > 0, "every sealed segment is packed", packed)
check(0 < packed["packedBytes"] < 0.75 * packed["packedFromBytes"], "it is smaller", packed)
until = time.monotonic() + WAIT_S  # the segment is there first, then it is said, by a thread of low priority
while time.monotonic() < until and engine.metric("zhun_log_packed_segments_total") < packed["packedSegments"]:
    time.sleep(0.2)
check('"log.packed"' in "\n".join(engine.lines), "a log line says so")
equal(engine.metric("zhun_log_packed_segments_total"), packed["packedSegments"], "and a metric")
equal(engine.metric("zhun_log_packed_bytes"), packed["packedBytes"], "and how many bytes")
equal(engine.export(), before, "every event is exported as before")
page = history(engine)
engine.kill()

engine.start()
equal(storage(engine), packed, "packed segments stay packed after a kill")
equal(engine.export(), before, "and hold the same events")
equal(history(engine), page, "a customer's history is the same")
engine.is_equal("while the engine runs on packed segments")
engine.stop()
engine.is_equal("when a packed log is opened for it")
os.rename(os.path.join(engine.data, "state"), os.path.join(engine.data, "state.gone"))
engine.start()
equal(engine.export(), before, "views are rebuilt from a packed log")
again = engine.collect("batch", {"batch": events(0)}).json
equal(again["duplicate"], BATCH, "what was packed is still known: the same events again are duplicates")
engine.stop()
kit.finish()
