#!/usr/bin/env python3
"""Sources and their keys: a key makes its source, what comes with it is counted there, through restarts, a kill and a rebuild; revoked, it is refused."""
import json
import time

import kit
from kit import basic, check, equal


def sources(engine):
    engine.sync()
    return {one["name"]: one for one in engine.admin("GET", "/api/v1/sources").json["items"]}


def send(engine, key, count, first=0, headers=None):
    batch = [{"type": "track", "event": "Product Viewed", "messageId": f"{key[-6:]}-{first + n}", "userId": "u1", "properties": {"product_id": "p1"}} for n in range(count)]
    return engine.collect("batch", {"batch": batch}, headers=headers, auth=basic(key))


def keys_of_pages(engine):
    """A write key lies open in a page's source: bound to the shop's own pages it is of no use on another's."""
    own, other = "https://shop.example", "https://evil.example"
    made = engine.admin("POST", "/api/v1/keys", {"kind": "write", "source": "pages", "origins": [own, "http://localhost:5173"]})
    equal((made.status, made.json["origins"]), (201, [own, "http://localhost:5173"]), "a key of two origins")
    bound = made.json["key"]
    for origins in (["shop.example"], ["https://shop.example/"], ["https://Shop.example"], ["*"], "https://shop.example", [1], ["https://" + "a" * 121], ["https://" + "a" * 110 + f"{n}.example" for n in range(10)]):
        equal(engine.admin("POST", "/api/v1/keys", {"kind": "write", "origins": origins}).json.get("field"), "origins", f"{str(origins)[:60]} are no origins")
    equal(engine.admin("POST", "/api/v1/keys", {"kind": "server", "origins": [own]}).json["field"], "origins", "a server key is no page's")
    asked = ({"Origin": own}, {"Origin": "http://localhost:5173"}, {"Referer": own + "/cart?x=1"}, {"Origin": other}, {"Origin": own + ".evil.example"}, {"Referer": other + "/" + own}, {"Origin": other, "Referer": own + "/"}, {})
    equal([send(engine, bound, 1, 100 + n, headers=one).status for n, one in enumerate(asked)], [200, 200, 200, 401, 401, 401, 401, 401], "by Origin, of what has none by Referer; without both it is no page")
    equal([send(engine, kit.WRITE, 1, 200 + n, headers=one).status for n, one in enumerate(asked)], [200] * len(asked), "a key without origins is anybody's")
    equal([engine.ask("GET", f"/v1/recommend/home?writeKey={bound}", headers=one).status for one in ({"Origin": own}, {"Origin": other})], [403, 401], "lists, too: home is not public here, and the other page has no key at all")
    engine.restart()
    equal([send(engine, bound, 1, 300, headers={"Origin": own}).status, send(engine, bound, 1, 301, headers={"Origin": other}).status], [200, 401], "after a restart, too")
    status, out, err = kit.run("key", "create", "--data", engine.data, "--origins", f"{own}  https://m.shop.example", "--json")
    check(status == 0 and json.loads(out)["origins"] == [own, "https://m.shop.example"], "by the command", (out, err))
    equal(engine.admin("DELETE", f"/api/v1/keys/{made.json['id']}").status, 204, "it is revoked")
    rows = {one["id"]: one for one in engine.admin("GET", "/api/v1/keys").json["items"]}
    equal((rows[made.json["id"]]["revokedAt"] is not None, rows[made.json["id"]]["origins"]), (True, made.json["origins"]), "and stays in the list with its origins")


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
keys_of_pages(engine)
kit.finish()
