#!/usr/bin/env python3
"""Sources and their keys: a key makes its source, what comes with it is counted there, through restarts, a kill and a rebuild; revoked, it is refused."""
import time

import kit
from kit import basic, check, equal


def sources(engine):
    engine.sync()
    return {one["name"]: one for one in engine.admin("GET", "/api/v1/sources").json["items"]}


def send(engine, key, count, first=0):
    batch = [{"type": "track", "event": "Product Viewed", "messageId": f"{key[-6:]}-{first + n}", "userId": "u1", "properties": {"product_id": "p1"}} for n in range(count)]
    return engine.collect("batch", {"batch": batch}, auth=basic(key))


engine = kit.Engine()
made = engine.admin("POST", "/api/v1/keys", {"kind": "write", "source": " mini.shop ", "name": "mini-program"})
equal((made.status, made.json["source"], made.json["kind"], made.json["name"]), (201, "mini.shop", "write", "mini-program"), "a key makes its source")
again = engine.admin("POST", "/api/v1/keys", {"kind": "write", "source": "mini.shop", "name": "second"}).json
equal(sorted(sources(engine)), sorted(["default", "mini.shop"]), "a second key of it makes no second source")
plain = engine.admin("POST", "/api/v1/keys", {"kind": "server", "name": "recommend"}).json
equal(plain["source"], "default", "without a source it is the default one's")
equal([engine.admin("POST", "/api/v1/keys", {"kind": "write", "source": name}).json["field"] for name in ("x" * 129, "a b")], ["source"] * 2, "names that are none")
equal((sources(engine)["mini.shop"]["events"], sources(engine)["mini.shop"]["lastEventAt"]), (0, None), "nothing came yet")

key, began = made.json["key"], kit.now_ms()
equal([send(engine, key, 7).status, send(engine, again["key"], 5, 7).status, send(engine, kit.WRITE, 3).status, send(engine, key, 7).status], [200] * 4, "events are taken")
seen = sources(engine)
equal((seen["mini.shop"]["events"], seen["default"]["events"]), (12, 3), "each source counts its own, each event once")
check(began - 1000 <= kit.ms_of(seen["mini.shop"]["lastEventAt"]) <= kit.now_ms() + 1000, "when it was last seen", seen)
hidden = engine.admin("GET", "/api/v1/keys")
check(key not in hidden.body.decode() and key[-4:] in hidden.body.decode(), "the key is shown once, later only its end")
engine.is_equal("counts by source")
engine.restart()
equal(sources(engine), seen, "a restart changes nothing")
time.sleep(0.2)
engine.kill()
engine.start()
equal(sources(engine), seen, "kill -9 changes nothing")
equal(engine.admin("DELETE", f"/api/v1/keys/{made.json['id']}").status, 204, "a key is revoked")
equal((send(engine, key, 1, 50).status, send(engine, again["key"], 1, 60).status), (401, 200), "it is refused, the other one is not")
listed = {one["id"]: one for one in engine.admin("GET", "/api/v1/keys").json["items"]}
check(listed[made.json["id"]]["revokedAt"] is not None and listed[again["id"]]["revokedAt"] is None, "and stays in the list", listed)
kit.finish()
