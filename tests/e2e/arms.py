#!/usr/bin/env python3
"""Arms without a list: a shop's server asks for one, which stays the same and is counted only when it says so; arms that somebody else drew are counted from
"Experiment Viewed"; results and the alarm of the arms are those of a count of one's own, on one and three partitions, after a kill and a rebuild."""
import random
import time

import kit
from kit import basic, check, equal, say

dice = random.Random(11)
USERS = [f"u{n}" for n in range(120)]
DAY = 86400
made = 0


def an_event(user, name, properties, ago=0.0):
    global made
    made += 1
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - ago)) + ".000Z"
    return {"type": "track", "event": name, "userId": user, "messageId": f"a{made}", "timestamp": stamp, "properties": properties}


def send(engine, some):
    for i in range(0, len(some), 200):
        equal(engine.collect("batch", {"batch": some[i:i + 200]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def set_up(engine, name, **more):
    body = {"arms": [{"name": "control"}, {"name": "new", "weight": 2}], "metrics": ["conversion", "revenue"], "windowDays": 7, "beforeDays": 0, **more}
    equal(engine.admin("PUT", f"/api/v1/experiments/{name}", body).status, 200, f"{name} is set up")
    equal(engine.admin("PUT", f"/api/v1/experiments/{name}/state", {"state": "running"}).status, 200, f"{name} starts")


def ask(engine, name, user, **more):
    answer = engine.serve("POST", f"/v1/experiments/{name}/arm", {"userId": user, **more})
    equal(answer.status, 200, f"{name}: an arm")
    return answer.json


def exposed(engine, name, least):
    """Decisions are written down lazily."""
    end = time.monotonic() + 60
    while engine.admin("GET", f"/api/v1/experiments/{name}").json["exposed"] < least and time.monotonic() < end:
        time.sleep(0.05)
    engine.sync()
    equal(engine.admin("GET", f"/api/v1/experiments/{name}").json["exposed"], least, f"{name}: so many were exposed")


def same(engine, name, arms, bought, which):
    got = engine.admin("GET", f"/api/v1/experiments/{name}/results").json
    for metric in got["metrics"]:
        for shown in metric["arms"]:
            values = [bought.get(user, 0) for user, arm in arms.items() if arm == shown["arm"]]
            equal(shown["units"], len(values), f"{which}: {name}: units of {shown['arm']}")
            want = sum(v > 0 for v in values) / len(values) if metric["name"] == "conversion" else sum(values) / len(values)
            check(abs(shown["mean"] - want) < 1e-9 * max(1, want), f"{which}: {name}: {metric['name']} of {shown['arm']}", f"{shown['mean']} is not {want}")


def orders(engine, users):
    bought = {user: dice.randrange(100, 9000) for user in users if dice.random() < 0.4}
    send(engine, [an_event(user, "Order Completed", {"order_id": f"o{user}{made}", "revenue": cents / 100, "currency": "CNY", "products": [{"product_id": "p", "price": cents / 100}]}) for user, cents in bought.items()])
    return bought


def a_shop(partitions):
    which = f"{partitions} partitions"
    engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
    send(engine, [an_event(user, "Product Viewed", {"product_id": "p"}, ago=DAY) for user in USERS])
    set_up(engine, "server", assignment="asked")
    set_up(engine, "theirs", assignment="outside")
    equal(engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": "u1"}).json["experiment"], None, f"{which}: lists are in neither")
    engine.sync()

    arms = {user: ask(engine, "server", user)["arm"] for user in USERS}
    equal(engine.admin("GET", "/api/v1/experiments/server").json["exposed"], 0, f"{which}: to ask exposes nobody")
    seen = {user: ask(engine, "server", user, exposed=True) for user in USERS[:90]}
    for user, one in seen.items():
        equal((one["arm"], one["exposed"], one["known"]), (arms[user], True, True), f"{which}: the same arm whenever it is asked")
    check(20 < sum(arm == "control" for arm in arms.values()) < 60, f"{which}: a third are the control", arms)
    nobody = ask(engine, "server", "nobody-knows", exposed=True)
    equal((nobody["arm"], nobody["known"], nobody["exposed"], nobody["decisionId"]), (None, False, False, None), f"{which}: who is not known has no arm")

    # Somebody else's arms; what is seen twice counts once, what is seen in two arms in neither, what came before the start not at all.
    theirs = {user: "control" if dice.random() < 1 / 3 else "new" for user in USERS[:100]}
    views = [an_event(user, "Experiment Viewed", {"experiment_id": "77", "experiment_name": "theirs", "variation_id": arm} if dice.random() < 0.5 else
                      {"experimentId": "theirs", "variationId": "9", "variationName": arm}, ago=0.0) for user, arm in theirs.items()]
    both = [an_event("u0", "Experiment Viewed", {"experiment_id": "theirs", "variation_id": arm}) for arm in ("control", "new")]
    old = [an_event("u110", "Experiment Viewed", {"experiment_id": "theirs", "variation_id": "new"}, ago=DAY)]
    strange = [an_event("u111", "Experiment Viewed", {"experiment_id": "theirs", "variation_id": "third"}), an_event("u112", "Experiment Viewed", {"experiment_id": "server", "variation_id": "new"})]
    time.sleep(1.1)  # the stamps have whole seconds: none is before the start
    views = [{**one, "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".000Z"} for one in views]
    both = [{**one, "timestamp": views[0]["timestamp"]} for one in both]
    some = views + views[:20] + both + old + strange
    dice.shuffle(some)
    send(engine, some)
    exposed(engine, "server", 90)
    exposed(engine, "theirs", 100)
    equal(engine.admin("GET", "/api/v1/experiments/theirs").json["crossed"], 1, f"{which}: who saw two arms is crossed")
    del theirs["u0"]
    shown = {user: one["arm"] for user, one in seen.items()}
    bought = orders(engine, USERS)
    same(engine, "server", shown, bought, which)
    same(engine, "theirs", theirs, bought, which)
    decision = engine.serve("GET", f"/v1/decisions/{seen['u1']['decisionId']}").json
    equal((decision["items"], decision["personalized"]), ([], False), f"{which}: it is a decision without items")

    engine.kill()
    engine.start()
    same(engine, "server", shown, bought, f"{which}, after a kill")
    same(engine, "theirs", theirs, bought, f"{which}, after a kill")
    engine.stop()
    engine.is_equal(f"{which}: after arms from outside")


def lost_arms():
    """Somebody who loses half of one arm on the way is noticed."""
    engine = kit.Engine()
    users = [f"s{n}" for n in range(400)]
    set_up(engine, "leaky", assignment="outside", arms=[{"name": "control"}, {"name": "new"}])
    time.sleep(1.1)
    send(engine, [an_event(user, "Experiment Viewed", {"experiment_id": "leaky", "variation_id": "new" if n % 3 == 0 else "control"}) for n, user in enumerate(users)])
    got = engine.admin("GET", "/api/v1/experiments/leaky/results").json
    equal((got["trusted"], got["metrics"]), (False, []), "arms that do not fit are told, and no metric is shown")
    engine.stop()


def wrong_questions():
    engine = kit.Engine()
    set_up(engine, "server", assignment="asked")
    set_up(engine, "theirs", assignment="outside")
    for name, body, status in (("server", {}, 400), ("server", {"userId": "u1", "exposed": "yes"}, 400), ("theirs", {"userId": "u1"}, 404), ("absent", {"userId": "u1"}, 404)):
        equal(engine.serve("POST", f"/v1/experiments/{name}/arm", body).status, status, f"{name} asked with {body}")
    equal(engine.collect("../v1/experiments/server/arm", {"userId": "u1"}, auth=basic(kit.WRITE)).status in (401, 403, 404), True, "a write key asks for no arm")
    answer = engine.admin("PUT", "/api/v1/experiments/server", {"arms": [{"name": "control"}, {"name": "new", "weight": 2}], "metrics": ["conversion", "revenue"], "windowDays": 7, "beforeDays": 0})
    equal((answer.status, answer.json["field"]), (409, "assignment"), "who assigns does not change while it runs")
    engine.stop()


def main():
    a_shop(1)
    a_shop(3)
    lost_arms()
    wrong_questions()
    say("done")
    kit.finish()


main()
