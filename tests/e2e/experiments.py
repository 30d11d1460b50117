#!/usr/bin/env python3
"""Experiments over HTTP: who gets which arm and really gets its list, exposures and outcomes counted as a count of one's own says, the same after a
kill, after a rebuild and on three partitions; a holdout; layers; what may change once it ran; who may do what; a mismatch is told."""
import datetime
import json
import math
import random
import time

import kit
from kit import basic, check, equal, say

dice = random.Random(7)
USERS = [f"u{n}" for n in range(160)]
made = 0


def at(ago=0.0):
    return datetime.datetime.fromtimestamp(time.time() - ago, datetime.timezone.utc).isoformat(timespec="milliseconds")


def an_event(user, name, ago=0.0, order=None, cents=None):
    global made
    made += 1
    properties = {"product_id": f"p{dice.randrange(12)}", "category": "tea", "price": dice.randrange(1, 90), "quantity": 1}
    if order is not None:
        properties = {"order_id": order, "revenue": cents / 100, "currency": "CNY", "products": [{**properties, "price": cents / 100}]}
    return {"type": "track", "event": name, "userId": user, "messageId": f"x{made}", "timestamp": at(ago), "properties": properties}


def send(engine, some):
    for i in range(0, len(some), 200):
        equal(engine.collect("batch", {"batch": some[i:i + 200]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def setting(placements=("home",), **more):
    return {"arms": [{"name": "control"}, {"name": "anybody", "policy": {"personal": False}}], "metrics": ["conversion", "revenue", "average_order"], "guardrails": ["opt_outs"],
            "placements": list(placements), "windowDays": 7, "beforeDays": 30, **more}


def put(engine, name, body):
    return engine.admin("PUT", f"/api/v1/experiments/{name}", body)


def state(engine, name, to):
    return engine.admin("PUT", f"/api/v1/experiments/{name}/state", {"state": to})


def no_key_twice(pairs):
    check(len({key for key, _ in pairs}) == len(pairs), "no key stands twice", [key for key, _ in pairs])
    return dict(pairs)


def results(engine, name):
    answer = engine.admin("GET", f"/api/v1/experiments/{name}/results")
    equal(answer.status, 200, f"the results of {name}")
    return json.loads(answer.body, object_pairs_hook=no_key_twice)


def recommend(engine, user, placement="home"):
    answer = engine.serve("POST", "/v1/recommend", {"placement": placement, "userId": user, "n": 5})
    equal(answer.status, 200, "a list")
    return answer.json


def wait_exposed(engine, name, least, seconds=60):
    """Decisions are written down lazily."""
    end = time.monotonic() + seconds
    while engine.admin("GET", f"/api/v1/experiments/{name}").json["exposed"] < least and time.monotonic() < end:
        time.sleep(0.05)
    engine.sync()
    equal(engine.admin("GET", f"/api/v1/experiments/{name}").json["exposed"], least, f"{name}: so many were exposed")


def same_result(got, sums, which):
    """Means, units and intervals as a count of one's own makes them. No one had orders before, so nothing is adjusted."""
    for metric in got["metrics"]:
        for shown in metric["arms"]:
            values = sums[shown["arm"]]
            n = len(values)
            equal(shown["units"], n, f"{which}: units of {shown['arm']}")
            if metric["name"] == "conversion":
                mean = sum(1 for v in values if v) / n
            elif metric["name"] == "revenue":
                mean = sum(sum(v) for v in values) / n
            elif metric["name"] == "average_order":
                mean = sum(sum(v) for v in values) / max(1, sum(len(v) for v in values))
            else:
                mean = 0
            check(math.isclose(shown["mean"], mean, rel_tol=1e-9, abs_tol=1e-12), f"{which}: {metric['name']} of {shown['arm']}", f"{shown['mean']} and {mean}")
    revenue = {m["name"]: m for m in got["metrics"]}["revenue"]
    a, b = ([sum(v) for v in sums[arm]] for arm in ("control", "anybody"))
    def moments(x):
        mean = sum(x) / len(x)
        return mean, sum((v - mean) ** 2 for v in x) / (len(x) - 1) / len(x)
    (ma, va), (mb, vb) = moments(a), moments(b)
    seen = revenue["differences"][0]["absolute"]
    check(math.isclose(seen["estimate"], mb - ma, rel_tol=1e-9) and math.isclose(seen["se"], math.sqrt(va + vb), rel_tol=1e-9), f"{which}: the difference and its error", seen)
    check(seen["sequential"]["low"] < seen["fixed"]["low"] < seen["estimate"] < seen["fixed"]["high"] < seen["sequential"]["high"], f"{which}: the sequence is wider than the fixed horizon")


def a_shop_tests(partitions):
    which = f"{partitions} partitions"
    engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
    send(engine, [an_event(user, "Product Viewed", ago=86400 * 2) for user in USERS for _ in range(3)])
    equal(put(engine, "calm", setting()).json["state"], "draft", f"{which}: it is a draft first")
    check(recommend(engine, "u1")["experiment"] is None, f"{which}: a draft decides nothing")
    started = state(engine, "calm", "running")
    equal((started.status, started.json["state"], started.json["startedAt"] > 0), (200, "running", True), f"{which}: it starts")
    engine.sync()

    arms, orders = {}, {user: [] for user in USERS}
    for user in USERS[:140]:
        one, again = recommend(engine, user), recommend(engine, user)
        equal((one["experiment"]["id"], one["experiment"]["arm"]), (again["experiment"]["id"], again["experiment"]["arm"]), f"{which}: nobody changes sides")
        arms[user] = one["experiment"]["arm"]
        equal(one["personalized"], arms[user] == "control", f"{which}: an arm really does what it says")
    check(recommend(engine, "u1", "cart")["experiment"] is None, f"{which}: another placement is not in it")
    check(recommend(engine, "nobody-knows")["experiment"] is None, f"{which}: nobody is in no arm")
    check(40 < sum(arm == "control" for arm in arms.values()) < 100, f"{which}: about half are in each arm", arms)
    wait_exposed(engine, "calm", 140)
    shown = engine.admin("POST", "/api/v1/preview", {"placement": "home", "userId": USERS[150], "n": 3})
    equal(shown.status, 200, "a person looks")
    wait_exposed(engine, "calm", 140)

    some = []
    for number in range(150):
        user, cents = dice.choice(USERS), dice.randrange(500, 9000)
        orders[user].append(cents)
        some.append(an_event(user, "Order Completed", order=f"o{partitions}-{number}", cents=cents))
    some.append(an_event(USERS[0], "Order Completed", ago=86400 * 60, order="long-ago", cents=77700))  # before anything
    send(engine, some)
    sums = {arm: [orders[user] for user in arms if arms[user] == arm] for arm in ("control", "anybody")}
    got = results(engine, "calm")
    equal((got["trusted"], got["experiment"]["crossed"], [one["units"] for one in got["arms"]]), (True, 0, [len(sums["control"]), len(sums["anybody"])]), f"{which}: the arms have their customers")
    same_result(got, sums, which)
    equal((got["history"][-1]["arms"][1]["units"]), len(sums["anybody"]), f"{which}: the last day of the history is today")

    exposed, cursor = {}, ""
    while True:
        page = engine.admin("GET", f"/api/v1/experiments/calm/exposed?limit=37&cursor={cursor}").json
        for one in page["items"]:
            exposed[one["customer"]["userId"]] = one["arm"]
        cursor = page["next"]
        if not cursor:
            break
    equal(exposed, arms, f"{which}: every figure opens to its customers")
    equal(len(engine.admin("GET", "/api/v1/experiments/calm/exposed?arm=anybody&limit=500").json["items"]), len(sums["anybody"]), f"{which}: those of one arm")

    engine.kill()
    engine.start()
    same_result(results(engine, "calm"), sums, f"{which}, after a kill")
    engine.is_equal(f"{which}: a rebuild")

    # A customer logs in: what the browser saw and bought is his. Two who saw different arms count in neither.
    left, right = next(u for u in arms if arms[u] == "control"), next(u for u in arms if arms[u] == "anybody")
    equal(engine.collect("alias", {"userId": left, "previousId": right, "messageId": f"merge-{partitions}", "timestamp": at()}, auth=basic(kit.WRITE)).status, 200, "two are one")
    engine.sync()
    got = results(engine, "calm")
    equal((got["experiment"]["exposed"], got["experiment"]["crossed"]), (139, 1), f"{which}: who saw both arms is crossed")
    sums = {arm: [orders[user] for user in arms if arms[user] == arm and user not in (left, right)] for arm in ("control", "anybody")}
    same_result(got, sums, f"{which}, after a merge")
    # Opting out: nobody's list, and no exposure.
    quiet = next(u for u in USERS[140:])
    equal(engine.serve("PUT", f"/v1/consents/{quiet}", {"personalization": False}).status, 200, "a choice")
    engine.sync()
    check(recommend(engine, quiet)["experiment"] is None, f"{which}: who does not want to be known is in no experiment")
    # Paused, nobody is exposed; what was measured goes on.
    equal(state(engine, "calm", "paused").json["state"], "paused", f"{which}: it is paused")
    engine.sync()
    check(recommend(engine, USERS[145])["experiment"] is None, f"{which}: while paused everybody gets the usual list")
    buyer = next(u for u in arms if arms[u] == "anybody" and u != right)
    orders[buyer].append(4200)
    send(engine, [an_event(buyer, "Order Completed", order=f"late-{partitions}", cents=4200)])
    same_result(results(engine, "calm"), sums, f"{which}, while paused")
    equal(state(engine, "calm", "stopped").json["state"], "stopped", f"{which}: it is stopped")
    equal(state(engine, "calm", "running").status, 409, f"{which}: for good")
    engine.is_equal(f"{which}: a rebuild after all")
    text = engine.ask("GET", "/metrics").body.decode()
    check("zhun_experiments_exposed 139" in text, f"{which}: the metrics know", text[-300:])
    engine.stop()


def a_holdout():
    engine = kit.Engine()
    send(engine, [an_event(user, "Product Viewed", ago=86400) for user in USERS for _ in range(2)])
    body = {"arms": [{"name": "held", "weight": 1}, {"name": "treated", "weight": 3}], "metrics": ["revenue"]}
    equal(put(engine, "holdout", {**body, "share": 0.5}).status, 400, "a holdout is drawn from everybody")
    equal(put(engine, "holdout", body).status, 200, "a holdout is set up")
    equal(put(engine, "calm", setting()).status, 200, "and an experiment")
    for name in ("holdout", "calm"):
        equal(state(engine, name, "running").status, 200, f"{name} starts")
    engine.sync()
    held, calm = set(), {}
    for user in USERS:
        one = recommend(engine, user)
        if one["experiment"] == {"id": "holdout", "arm": "held"}:
            held.add(user)
            check(not one["personalized"], "who is held gets the list anybody gets")
            equal(recommend(engine, user, "cart")["experiment"], {"id": "holdout", "arm": "held"}, "wherever")
        else:
            equal(one["experiment"]["id"], "calm", "the others are in the experiment")
            calm[user] = one["experiment"]["arm"]
    check(20 < len(held) < 65, "about a quarter is held", len(held))
    wait_exposed(engine, "holdout", len(USERS))
    got = results(engine, "holdout")
    equal([one["units"] for one in got["arms"]], [len(held), len(USERS) - len(held)], "the holdout is measured over everything")
    wait_exposed(engine, "calm", len(calm))
    engine.is_equal("with a holdout")
    engine.stop()


def rules():
    engine = kit.Engine()
    send(engine, [an_event(user, "Product Viewed") for user in USERS[:40]])
    for body, field in ((setting(metrics=["luck"]), "metrics"), (setting(placements=["nowhere"]), "placements"), (setting(eligibility="customer.oders > 1"), "eligibility"),
                        (setting(arms=[{"name": "a"}]), "arms"), (setting(arms=[{"name": "a"}, {"name": "b", "policy": {"magic": 1}}]), "arms.policy"), (setting(share=2), "share")):
        answer = put(engine, "bad", body)
        equal((answer.status, answer.json["field"]), (400, field), f"a wrong {field} is named")
    equal(put(engine, "a%20b", setting()).status, 400, "a wrong name")
    equal(put(engine, "first", setting(eligibility="customer.bucket('x', 2) == 0")).status, 200, "one is set up")
    equal(put(engine, "first", setting(title="Other words")).status, 200, "a draft may change")
    equal(state(engine, "first", "paused").status, 409, "a draft cannot pause")
    equal(state(engine, "first", "asleep").status, 400, "an unknown state")
    equal(state(engine, "nowhere", "running").status, 404, "one that is not there")
    equal(state(engine, "first", "running").status, 200, "it starts")
    answer = put(engine, "first", setting(title="Other words", windowDays=3))
    equal((answer.status, answer.json["code"], answer.json["field"]), (409, "has_run", "windowDays"), "once it runs, what would mix two experiments may not change")
    equal(put(engine, "first", setting(title="Better words", share=0.5)).json["share"], 0.5, "its share may")
    equal(engine.admin("DELETE", "/api/v1/experiments/first").status, 409, "what ran stays")
    put(engine, "second", setting())
    answer = state(engine, "second", "running")
    equal((answer.status, answer.json["code"]), (409, "overlap"), "two on one placement need a layer")
    equal(engine.admin("DELETE", "/api/v1/experiments/second").status, 204, "a draft goes")
    for number, (width, want) in enumerate(((6000, 200), (4000, 200), (1, 409))):
        put(engine, f"part{number}", setting(placements=["cart"], layer="carts", layerTo=width))
        equal(state(engine, f"part{number}", "running").status, want, f"slice {number} of a layer")
    slices = {one["name"]: (one["layerFrom"], one["layerTo"]) for one in engine.admin("GET", "/api/v1/experiments").json["items"]}
    equal((slices["part0"], slices["part1"]), ((0, 6000), (6000, 10000)), "slices of a layer lie side by side")
    equal(state(engine, "part0", "stopped").status, 200, "one stops")
    equal(state(engine, "part2", "running").status, 200, "and leaves its place to another")
    # Metrics of one's own.
    equal(engine.admin("PUT", "/api/v1/metrics/videos", {"kind": "count", "event": "Video Watched", "title": {"zh": "看视频", "en": "Videos"}}).status, 200, "a metric is defined")
    equal(engine.admin("PUT", "/api/v1/metrics/revenue", {"kind": "count", "event": "x"}).status, 400, "the built-in ones stay")
    check({"videos", "conversion"} <= {one["name"] for one in engine.admin("GET", "/api/v1/metrics").json["items"]}, "metrics are listed")
    equal(put(engine, "watching", setting(placements=["search_empty"], metrics=["videos"])).status, 200, "an experiment is decided by it")
    equal(engine.admin("DELETE", "/api/v1/metrics/videos").status, 204, "it may go")
    equal(state(engine, "watching", "running").status, 200, "the experiment has its own copy")
    equal(engine.admin("DELETE", "/api/v1/metrics/videos").status, 404, "it is gone")
    # Planning.
    plan = engine.admin("POST", "/api/v1/metrics/conversion/plan", {"effect": 0.2, "mean": 0.1})
    equal(plan.status, 200, "a plan")
    check(abs(plan.json["fixed"]["unitsAnArm"] - 3841) <= 1 and plan.json["sequential"]["unitsAnArm"] > plan.json["fixed"]["unitsAnArm"], "3,841 an arm find 10 to 12 %", plan.json)
    equal(engine.admin("POST", "/api/v1/metrics/conversion/plan", {"effect": 0.2}).json["code"], "no_baseline", "nobody has bought yet")
    equal(engine.admin("POST", "/api/v1/metrics/conversion/plan", {"effect": 0}).status, 400, "no effect")
    # The command line, beside the engine that runs.
    set_up = {"placements": ["order_done"], "arms": [{"name": "control"}, {"name": "b", "policy": {"viewed_weight": 0.1}}], "metrics": ["conversion"]}
    for words, stdin, want in ((("set", "by-hand", "-"), json.dumps(set_up), "by-hand: draft"), (("start", "by-hand"), None, "by-hand: running"), (("list",), None, "by-hand"),
                               (("results", "by-hand"), None, "not enough yet"), (("metrics",), None, "average_order"), (("plan", "conversion", "--mean", "0.1", "--effect", "0.2"), None, "3841"),
                               (("pause", "by-hand"), None, "by-hand: paused"), (("stop", "by-hand"), None, "by-hand: stopped"), (("show", "by-hand"), None, '"state":"stopped"')):
        status, out, err = kit.run("experiment", *words, "--data", engine.data, stdin=stdin.encode() if stdin else None)
        check(status == 0 and want in out, f"zhun experiment {words[0]}", (out, err))
    for words, want in ((("start", "by-hand"), "cannot become"), (("results", "nowhere"), "no experiment"), (("plan", "conversion", "--mean", "much"), "effect is the smallest"), (("dance",), "experiment knows")):
        status, _, err = kit.run("experiment", *words, "--data", engine.data)
        check(status in (2, 3) and want in err, f"zhun experiment {' '.join(words)} says what is wrong", (status, err))
    # Who may.
    equal(engine.serve("GET", "/api/v1/experiments").status, 403, "a server key reads no experiments")
    equal(engine.ask("GET", "/api/v1/experiments").status, 401, "nobody neither")
    say(f"{len(json.dumps(engine.admin('GET', '/api/v1/experiments').json))} bytes of experiments")
    engine.stop()


def main():
    a_shop_tests(1)
    a_shop_tests(3)
    a_holdout()
    rules()
    kit.finish()


main()
