#!/usr/bin/env python3
"""Whom an experiment moves, over HTTP and on the command line: in a simulated shop an arm that moves only those who ordered before is found, with them as a group; one that moves
everybody alike is refused, and so is one with few customers; the same answer after folding anew, on one and three partitions."""
import random
import shutil
import time

import kit
from kit import basic, check, equal, say

DAY = 86400000
made = 0


def an_event(user, name, ms, price):
    global made
    made += 1
    product = {"product_id": f"p{made % 5}", "price": price, "quantity": 1}
    properties = {"order_id": f"o{made}", "products": [product], "currency": "CNY"} if name == "Order Completed" else product
    return {"type": "track", "event": name, "userId": user, "messageId": f"m{made}", "timestamp": kit.iso(ms), "properties": properties}


def send(engine, some):
    for i in range(0, len(some), 200):
        equal(engine.collect("batch", {"batch": some[i:i + 200]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def arms_of(engine, name):
    """User id -> arm, of everybody who was exposed."""
    found, cursor = {}, ""
    while True:
        page = engine.admin("GET", f"/api/v1/experiments/{name}/exposed?limit=100&cursor={cursor}").json
        found.update({one["customer"]["userId"]: one["arm"] for one in page["items"]})
        cursor = page["next"]
        if not cursor:
            return found


def plain(answer):
    return {k: v for k, v in answer.items() if k != "tookUs"}


def uplift(engine, query=""):
    answer = engine.admin("GET", f"/api/v1/experiments/calm/uplift{query}")
    check(answer.status == 200, "an answer", answer.body)
    return answer.json


def a_shop(partitions, customers, chance):
    """chance(has ordered before, arm) -> whether he orders."""
    dice = random.Random(5)
    engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
    now = int(time.time() * 1000)
    past = []
    before = {}
    for n in range(customers):
        user = f"u{n}"
        before[user] = dice.random() < 0.5
        for k in range(dice.randrange(1, 5)):
            past.append(an_event(user, "Product Viewed", now - dice.randrange(1, 25) * DAY, dice.randrange(5, 90)))
        for k in range(dice.randrange(1, 4) if before[user] else 0):
            past.append(an_event(user, "Order Completed", now - dice.randrange(2, 60) * DAY, dice.randrange(5, 90)))
    send(engine, past)
    set_up = {"title": "Calm", "placements": ["home"], "arms": [{"name": "control", "weight": 1}, {"name": "calm", "weight": 1, "policy": {"tired_weight": 0.5}}], "metrics": ["conversion", "revenue", "average_order"], "windowDays": 14, "beforeDays": 0}
    equal(engine.admin("PUT", "/api/v1/experiments/calm", set_up).status, 200, "an experiment")
    equal(engine.admin("PUT", "/api/v1/experiments/calm/state", {"state": "running"}).status, 200, "it runs")
    for user in before:
        engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": user, "n": 2})
    deadline = time.time() + 60 # decisions become records a moment after their answers
    while engine.admin("GET", "/api/v1/experiments/calm").json["exposed"] < customers and time.time() < deadline:
        time.sleep(0.05)
    arms = arms_of(engine, "calm")
    equal(len(arms), customers, "all were exposed")
    later = int(time.time() * 1000)
    send(engine, [an_event(user, "Order Completed", later, dice.randrange(5, 90)) for user in sorted(arms) if dice.random() < chance(before[user], arms[user])])
    return engine


def the_moved_are_found(partitions):
    which = f"{partitions} partitions"
    engine = a_shop(partitions, 1600, lambda ordered, arm: 0.15 + (0.4 if ordered and arm == "calm" else 0))
    got = uplift(engine)
    equal((got["verdict"], got["metric"]["name"], got["arm"], got["exposed"]), ("offered", "conversion", "calm", 1600), f"{which}: whom it moves is told")
    best = [one for one in got["learners"] if one["best"]][0]
    check(best["low"] > 0 and best["qiniNegTrue"] is not None and best["auuc"] is not None and [one["learner"] for one in got["learners"]] == ["t", "x", "dr"], f"{which}: better than chance, each variant named", best)
    check(got["tenths"][0]["effect"] > got["tenths"][9]["effect"] + 0.15 and len(got["curve"]) == 51 and got["curve"][50]["share"] == 1, f"{which}: tenths", got["tenths"])
    first = got["groups"][0]
    check(1 <= len(first["conditions"]) <= 3 and any(one["column"] in ("orders", "money", "days_since_order") for one in first["conditions"]), f"{which}: who they are", first)
    check(first["low"] > 0.1 and first["low"] <= first["effect"] <= first["high"], f"{which}: how much, with an interval", first)
    revenue = uplift(engine, "?metric=revenue&arm=calm")
    check(revenue["metric"]["name"] == "revenue" and revenue["learners"][0]["qiniNegTrue"] is None, f"{which}: another metric")
    for query, field in (("?metric=average_order", "metric"), ("?metric=nothing", "metric"), ("?arm=control", "arm"), ("?arm=nobody", "arm")):
        answer = engine.admin("GET", f"/api/v1/experiments/calm/uplift{query}")
        equal((answer.status, answer.json["field"]), (400, field), f"{which}: {query} is refused")
    engine.kill()
    shutil.rmtree(f"{engine.data}/state")
    again = kit.Engine(engine.data, options=engine.options)
    equal(plain(uplift(again)), plain(got), f"{which}: the same when folded anew")
    again.stop()
    told = kit.run("experiment", "uplift", "calm", "--data", again.data)
    check(told[0] == 0 and "offered" in told[1] and "learner dr" in told[1] and ">=" in told[1], f"{which}: the command tells it", told)


def alike_is_refused():
    engine = a_shop(1, 1600, lambda ordered, arm: 0.2 + (0.3 if ordered else 0) + (0.2 if arm == "calm" else 0))
    got = uplift(engine)
    equal((got["verdict"], got["groups"], got["tenths"]), ("no_better", [], []), "an effect that is the same for all is no matter of whom")
    check(got["all"]["low"] > 0 and got["all"]["customers"] == 1600, "what it does to all is told", got["all"])
    engine.stop()


def few_are_refused():
    engine = a_shop(1, 200, lambda ordered, arm: 0.5)
    got = uplift(engine)
    equal((got["verdict"], got["learners"], got["groups"], got["unitsMin"]), ("too_few", [], [], 300), "too few")
    equal(engine.admin("GET", "/api/v1/experiments/nothing/uplift").status, 404, "no such experiment")
    equal(engine.serve("GET", "/api/v1/experiments/calm/uplift").status, 403, "a server key asks no results")
    engine.stop()


def main():
    the_moved_are_found(1)
    the_moved_are_found(3)
    alike_is_refused()
    few_are_refused()
    say("done")
    kit.finish()


main()
