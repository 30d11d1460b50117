#!/usr/bin/env python3
"""Whose event is it: a device of many, limits, what a person takes apart again; through restarts, and equal to a rebuild."""
import kit
from kit import check, equal

engine = kit.Engine(options=["--partitions", "3"])
now = kit.now_ms()
serial = 0


def event(user=None, device=None, at=None, **more):
    """`at`: seconds after an hour ago; without it later than all before."""
    global serial
    serial += 1
    out = {"type": "track", "event": "Product Viewed", "messageId": f"id-{serial}", "properties": {"product_id": f"p{serial}"},
           "timestamp": kit.iso(now - 3_600_000 + 1000 * (serial if at is None else at)), **more}
    if user is not None:
        out["userId"] = user
    if device is not None:
        out["anonymousId"] = device
    return out


def send(*events):
    answer = engine.collect("batch", {"batch": list(events)})
    equal((answer.status, answer.json["accepted"]), (200, len(events)), "taken")
    engine.sync()
    return [one["messageId"] for one in events]


def has(user, *ids):
    equal(sorted(one["messageId"] for one in engine.events(user)), sorted(ids), f"{user} has exactly these events")


def reasons():
    return {one["reason"]: one["count"] for one in engine.admin("GET", "/api/v1/quality").json["reasons"] if one["count"] > 0}


# ---- a device of many ----

before = send(event(device="tablet"))
ann = send(event("ann", "tablet"), event(device="tablet"))
bob = send(event("bob", "tablet"), event(device="tablet"))
has("ann", *before, *ann)
has("bob", *bob)
late = send(event(device="tablet", at=2.5))  # queued on the device while ann was there
has("ann", *before, *ann, *late)
cat = send(event("cat", "tablet"))
nobodys = send(event(device="tablet"), event(device="tablet"))
again = send(event("ann", "tablet"), event("dan", "tablet"))
nobodys += send(event(device="tablet"))
has("ann", *before, *ann, *late, again[0])
has("bob", *bob)
has("cat", *cat)
has("dan", again[1])
equal(reasons(), {"shared_device": 5}, "events of a shared device are marked")
check(engine.metric("zhun_ids_held_total", reason="shared_device") == 5, "and counted")
engine.kill()
engine.start()
more = send(event(device="tablet"), event("eve", "tablet"))
has("eve", more[1])
has("cat", *cat)
engine.is_equal("a rebuild agrees about devices")

kit.finish()
