#!/usr/bin/env python3
"""What looks wrong is marked, counted, kept out of learning and never dropped; a person's word takes a mark back; the tracking plan
is learned, shown and locked; through restarts, a kill and a rebuild."""
import csv
import io

import kit
from kit import check, equal

engine = kit.Engine()
now = kit.now_ms()
minute = now // 60_000 * 60_000 - 1_800_000 + 1  # paces are counted by minutes
serial = 0


def event(what, user, at_ms=None, **properties):
    global serial
    serial += 1
    return {"type": "track", "event": what, "userId": user, "messageId": f"q-{serial}", "timestamp": kit.iso(at_ms or now - 3_600_000 + serial * 1009), "properties": properties}


def send(events):
    for at in range(0, len(events), 500):
        answer = engine.collect("batch", {"batch": events[at:at + 500]})
        check(answer.status == 200, "taken", answer)
    engine.sync()


def counts():
    return {one["reason"]: one["count"] for one in engine.admin("GET", "/api/v1/quality").json["reasons"] if one["count"] > 0}


def samples(reason):
    return engine.admin("GET", f"/api/v1/quality/samples?reason={reason}").json["items"]


def table(what):
    status, out, err = kit.run("export", "--data", engine.data, "--what", what, "--format", "csv")
    check(status == 0, f"export {what}", err)
    return [(row[1]) for row in csv.reader(io.StringIO(out))]


# True events: nothing is said of them.
good = [event("Order Completed", f"u{n}", order_id=f"o{n}", currency="CNY", products=[{"product_id": f"p{n % 7}", "price": 10 + n % 7, "quantity": 1 + n % 5}]) for n in range(260)]
good += [event("Product Viewed", f"u{n}", product_id=f"p{n % 7}", price="12.50", size=38) for n in range(260)]
good += [event("Own Thing", f"u{n}", level=3) for n in range(130)]
send(good)
equal((counts(), engine.admin("GET", "/api/v1/quality").json["apart"]), ({}, 0), "nothing is wrong with true events")

# One of each kind.
robot = event("Product Viewed", "robot", product_id="x0")
robot["context"] = {"userAgent": "Mozilla/5.0 (compatible; PriceBot/2.1)"}
bad = [event("Product Viewed", "t1", product_id={"id": 1}), event("Order Completed", "t2", order_id="big", products=[{"product_id": "x1", "price": 10, "quantity": 80995}]),
       event("Order Completed", "t3", order_id="neg", products=[{"product_id": "x2", "price": -5, "quantity": 1}]), event("Product Viewed", "t4", name="no id"),
       event("Order Completed", "t5", order_id="np", products=[{"product_id": "p1", "quantity": 2}]), event("Product Viewed", "t6", at_ms=now + 40 * 86_400_000, product_id="x3"),
       robot, event("Own Thing", "t7", level=True)]
send(bad)
equal(counts(), {"type_violation": 1, "outlier": 1, "bad_amount": 1, "missing_value": 1, "imputed": 1, "clock": 1, "bot_agent": 1, "type_conflict": 1}, "each is counted under its reason")
send([event("Product Viewed", "sweeper", minute + n * 101, product_id=f"s{n}") for n in range(200)])
equal(counts()["bot_rate"], 200 - 119, "a robot by its pace")
for c in range(25):
    send([event("Product Added", f"fan{c}", now - 7_200_000 + c * 9000 + step * 4000, product_id=f"f{step}", price=1) for step in range(3)])
equal(counts()["fake_customer"], 6, "customers that begin alike, from the twentieth on")
quality = engine.admin("GET", "/api/v1/quality?days=7").json
equal((len(quality["days"]), sum(day["counts"].get("outlier", 0) for day in quality["days"]), quality["customers"]), (7, 1, 27), "by day, and the customers judged")
check({"source": "1", "event": "Own Thing", "reason": "type_conflict", "count": 1} in quality["rows"], "by source and event", quality["rows"])
equal([engine.admin("GET", f"/api/v1/quality?days={days}").json["field"] for days in ("0", "x", "401")] + [engine.admin("GET", "/api/v1/quality/samples?reason=no").json["field"]], ["days"] * 3 + ["reason"], "wrong asks")

# Never dropped: in the timeline and in the money; never learned.
equal([len(engine.events(f"t{n}")) for n in range(1, 8)], [1] * 7, "every one is in its customer's timeline")
equal(engine.serve("GET", "/v1/profiles/t2").json["orders"]["revenueCents"], 80995 * 1000, "and in the money")
learned, apart = table("interactions"), table("apart")
equal((sorted(set(learned) & {"x0", "x1", "x2", "x3"}), sorted(set(apart) & {"x0", "x1", "x2", "x3"})), ([], ["x0", "x1", "x2", "x3"]), "kept apart from what is learned")
check("p3" in learned and "f0" in apart and "f0" not in learned and "s5" in apart and "s5" not in learned, "what a robot or an invention did before it was found out is no lesson either")


def sold(item):
    return engine.admin("GET", f"/api/v1/items/{item}").json["item"]["last30"]["orders"]


# A person's word.
one = samples("outlier")[0]
equal((one["detail"], one["messageId"], one["isTrue"], sold("x1")), ("quantity 80995", bad[1]["messageId"], False, 0), "a sample says what is wrong")
equal(engine.admin("POST", "/api/v1/quality/true", {"reason": "outlier", "position": one["position"]}).status, 204, "this is true")
engine.sync()
equal((samples("outlier")[0]["isTrue"], sold("x1"), "x1" in table("interactions")), (True, 1, True), "it teaches now")
engine.admin("POST", "/api/v1/quality/true", {"reason": "outlier", "position": one["position"]})
engine.sync()
equal(sold("x1"), 1, "once")
before = counts()["bot_rate"]
equal(engine.admin("POST", "/api/v1/quality/true", {"customerId": samples("bot_rate")[0]["customerId"]}).status, 204, "this customer is a person")
send([event("Product Viewed", "sweeper", minute + 300_000 + n * 101, product_id="p1") for n in range(150)])
equal(counts()["bot_rate"], before, "and is not judged again")
equal(engine.admin("POST", "/api/v1/quality/true", {"reason": "type_violation", "source": "1", "event": "Product Viewed"}).status, 204, "this event may be so")
send([event("Product Viewed", "t1", product_id={"id": 1})])
equal(counts()["type_violation"], 1, "and is not marked again")
equal([engine.admin("POST", "/api/v1/quality/true", body).json["field"] for body in ({}, {"reason": "outlier"}, {"reason": "outlier", "position": "9-9"}, {"customerId": "x"})], ["reason", "source", "position", "customerId"], "words that say nothing")

# The tracking plan.
plan = {one["event"]: one for one in engine.admin("GET", "/api/v1/tracking-plan").json["items"]}
viewed = {one["name"]: one for one in plan["Product Viewed"]["properties"]}
check(plan["Product Viewed"]["ecommerce"] and not plan["Own Thing"]["ecommerce"], "which are of the specification")
equal((plan["Own Thing"]["count"], plan["Own Thing"]["violations"], viewed["size"]["types"], viewed["price"]["types"], viewed["price"]["specified"], viewed["size"]["example"]),
      (131, 1, {"number": 260}, {"digits": 260}, ["number", "digits"], "38"), "what came, of which types")
rule = {"locked": True, "onViolation": "mark", "closed": True, "properties": [{"name": "level", "types": ["number"], "required": True}]}
put = engine.admin("PUT", "/api/v1/tracking-plan", {"source": "1", "event": "Own Thing", "rule": rule})
equal((put.status, put.json["rule"]), (200, rule), "a rule is kept")
send([event("Own Thing", "u1", level=4), event("Own Thing", "u1", level="high"), event("Own Thing", "u1", level=4, more=1), event("Own Thing", "u1")])
equal((counts()["plan_violation"], [one["detail"] for one in samples("plan_violation")]), (3, ["", "more", "level"]), "violations are marked")
rule["onViolation"] = "reject"
equal(engine.admin("PUT", "/api/v1/tracking-plan", {"source": "1", "event": "Own Thing", "rule": rule}).status, 200, "or go to the dead letters")
refused = engine.collect("batch", {"batch": [event("Own Thing", "u2", level=5), event("Own Thing", "u2", level="no"), event("Other", "u2")]})
equal((refused.json["accepted"], refused.json["rejected"]), (2, 1), "the answer says so")
letter = engine.letters()[0]
equal((letter["reason"], letter["detail"]), ("plan_violation", "level"), "a dead letter with its property")
replayed = engine.admin("POST", f"/api/v1/deadletters/{letter['id']}/replay", {}).json
equal(replayed["outcome"], "refused", "unmended it is refused again")
import json
mended = json.loads(letter["raw"])
mended["properties"]["level"] = 6
equal(engine.admin("POST", f"/api/v1/deadletters/{letter['id']}/replay", {"event": mended}).json, {"outcome": "replayed", "messageId": letter["messageId"]}, "mended it passes")
equal([engine.admin("PUT", "/api/v1/tracking-plan", body).json["field"] for body in ({}, {"source": "1"}, {"source": "1", "event": "a", "rule": 1}, {"source": "1", "event": "a", "rule": {"properties": [{"name": "a", "types": ["real"]}]}})],
      ["source", "event", "rule", "rule"], "rules that are none")
equal(engine.admin("PUT", "/api/v1/tracking-plan", {"source": "1", "event": "Own Thing", "rule": None}).json["rule"], None, "a rule is taken back")

engine.is_equal("marks, plan and words")
known, whole = counts(), engine.admin("GET", "/api/v1/tracking-plan").json
engine.restart()
equal((counts(), engine.admin("GET", "/api/v1/tracking-plan").json), (known, whole), "a restart changes nothing")
engine.kill()
engine.start()
equal((counts(), engine.admin("GET", "/api/v1/tracking-plan").json), (known, whole), "kill -9 changes nothing")
engine.is_equal("after it")
kit.finish()
