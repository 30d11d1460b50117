#!/usr/bin/env python3
"""A bandit over HTTP: it gives the arm that brings more to more customers, says with what chance each was drawn, takes a winner and gives it to all; customers keep
their arms; the same after a kill, after a rebuild and on three partitions."""
import datetime
import json
import random
import time

import kit
from kit import basic, check, equal

dice = random.Random(11)
RATES = {"control": 0.1, "other": 0.8}
made = 0


def at(days):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)).isoformat(timespec="milliseconds")


def send(engine, some):
    for i in range(0, len(some), 200):
        equal(engine.collect("batch", {"batch": some[i:i + 200]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def event(user, name, days, **properties):
    global made
    made += 1
    return {"type": "track", "event": name, "userId": user, "messageId": f"b{made}", "timestamp": at(days), "properties": properties}


def results(engine, name="learn"):
    answer = engine.admin("GET", f"/api/v1/experiments/{name}/results")
    equal(answer.status, 200, "the results")
    return answer.json


def recommend(engine, user):
    answer = engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": user, "n": 3, "context": {"time": at(2)}})
    equal(answer.status, 200, "a list")
    return answer.json["experiment"]


def wait(engine, what, good, seconds=120):
    """Decisions are written down lazily, allocations by a thread of their own."""
    end = time.monotonic() + seconds
    while not good(results(engine)) and time.monotonic() < end:
        time.sleep(0.1)
    check(good(results(engine)), what, json.dumps(results(engine)["bandit"])[:2000])


def refused(engine):
    body = {"arms": [{"name": "control"}, {"name": "other"}], "metrics": ["conversion"], "placements": ["home"], "mode": "bandit"}
    for field, change in {"strategy": {"strategy": "best"}, "floor": {"floor": 0.6}, "metrics": {"metrics": ["average_order"]}, "winnerLoss": {"winnerLoss": -1}, "mode": {"mode": "quick"}}.items():
        answer = engine.admin("PUT", "/api/v1/experiments/bad", {**body, **change})
        equal((answer.status, answer.json["field"]), (400, field), f"{field} is refused")


def a_shop_learns(partitions):
    which = f"{partitions} partitions"
    engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
    users = [f"u{n}" for n in range(400)]
    send(engine, [event(user, "Product Viewed", 4, product_id=f"p{n % 9}", price=5, category="tea") for n, user in enumerate(users)])
    refused(engine)
    body = {"arms": [{"name": "control"}, {"name": "other", "policy": {"personal": False}}], "metrics": ["conversion"], "placements": ["home"], "windowDays": 1, "beforeDays": 0,
            "mode": "bandit", "everyCustomers": 40, "everySeconds": 3600, "floor": 0.3, "winnerLoss": 0.01}
    set_up = engine.admin("PUT", "/api/v1/experiments/learn", body)
    equal((set_up.status, set_up.json["mode"], set_up.json["strategy"], set_up.json["floor"]), (200, "bandit", "thompson", 0.3), f"{which}: it is set up")
    equal(engine.admin("PUT", "/api/v1/experiments/learn/state", {"state": "running"}).status, 200, f"{which}: it starts")
    engine.sync()
    got = results(engine)["bandit"]
    equal((got["allocation"], got["known"], [one["chance"] for one in got["arms"]]), (0, False, [0.5, 0.5]), f"{which}: it begins by the weights")

    drawn, orders = {}, 0
    rounds = 0
    while results(engine)["bandit"]["winner"] is None and len(drawn) + 40 <= len(users) - 20:
        rounds += 1
        newest = results(engine)["bandit"]
        chances = dict(zip(("control", "other"), newest["allocations"][-1]["chances"]))
        bought = []
        for user in users[len(drawn):len(drawn) + 40]:
            one = recommend(engine, user)
            equal(round(one["propensity"], 9), round(chances[one["arm"]], 9), f"{which}: the chance that is said is that of the allocation")
            check(one["propensity"] >= 0.3, f"{which}: no chance is below the floor", one)
            drawn[user] = one
            if dice.random() < RATES[one["arm"]]:
                orders += 1
                bought.append(event(user, "Order Completed", 1.9, order_id=f"o{user}", revenue=10, currency="CNY", products=[{"product_id": "p1", "price": 10, "quantity": 1}]))
        # The next allocation comes when the 40th is folded; outcomes may come after it and are seen by the one after.
        wait(engine, f"{which}: the next allocation", lambda r: r["bandit"]["allocation"] > newest["allocation"])
        send(engine, bought)
        wait(engine, f"{which}: all are counted", lambda r: r["experiment"]["exposed"] == len(drawn))

    got = results(engine)
    bandit = got["bandit"]
    equal(bandit["winner"], "other", f"{which}: the better arm wins")
    check(rounds > 3 and bandit["allocations"][-1]["cause"] == "winner" and bandit["allocations"][-2]["chances"][1] > 0.6, f"{which}: more and more get it", [one["chances"] for one in bandit["allocations"]])
    equal([one["units"] for one in got["arms"]], [sum(d["arm"] == arm for d in drawn.values()) for arm in ("control", "other")], f"{which}: customers of each arm")
    equal(sum(one["units"] for one in bandit["allocations"]), len(drawn), f"{which}: each was drawn under one allocation")
    check(got["trusted"], f"{which}: the arms have the customers that their chances gave them", got["srm"])
    check(bandit["regret"]["soFar"] < bandit["regret"]["ifEven"] and bandit["arms"][1]["loss"] <= 0.01, f"{which}: the regret is said", bandit["regret"])
    late = recommend(engine, users[-1])
    equal((late["arm"], late["propensity"]), ("other", 1), f"{which}: everybody gets the winner")
    early = next(user for user, one in drawn.items() if one["arm"] == "control")
    equal(recommend(engine, early)["arm"], "other", f"{which}: those of the other arm too")
    engine.sync()
    engine.kill()
    engine.start()
    engine.sync()
    again = results(engine)
    equal(again["bandit"]["allocations"], bandit["allocations"], f"{which}: after a kill the same allocations")
    equal((again["arms"], again["experiment"]["crossed"]), (got["arms"], 0), f"{which}: the winner crosses nobody")
    engine.is_equal(f"{which}: a rebuild")
    text = engine.ask("GET", "/metrics").body.decode()
    check("zhun_bandit_allocations_total" in text, f"{which}: the metrics know")
    equal(engine.admin("PUT", "/api/v1/experiments/learn", {**body, "floor": 0.2}).json["field"], "floor", f"{which}: what has run stays as it is")
    engine.stop()


def ask(engine, target, **more):
    answer = engine.admin("POST", "/api/v1/reports/policy", {"experiment": "learn", "target": target, "from": at(3), **more})
    equal(answer.status, 200, f"what {target} would have earned")
    return answer.json


def what_would_have_been(engine, drawn, buyers):
    """From the decisions of the log, against sums of one's own."""
    rows = [(one["arm"], one["propensity"], user in buyers) for user, one in drawn.items()]
    for target in ({"arm": "other"}, {"weights": {"control": 1, "other": 7}}):
        share = {"control": 0, "other": 1} if "arm" in target else {"control": 0.125, "other": 0.875}
        got = ask(engine, target)
        w = [share[arm] / p for arm, p, _ in rows]
        y = [float(bought) for _, _, bought in rows]
        f = {name: sum(v / p for (arm, p, _), v in zip(rows, y) if arm == name) / sum(1 / p for arm, p, _ in rows if arm == name) for name in share}
        n = len(rows)
        want = {"ips": sum(a * b for a, b in zip(w, y)) / n, "snips": sum(a * b for a, b in zip(w, y)) / sum(w),
                "dr": sum(share[name] * f[name] for name in share) + sum(a * (b - f[row[0]]) for a, b, row in zip(w, y, rows)) / n}
        equal((got["customers"], got["decisions"], got["refusal"], got["open"]), (n, n + 100, None, 0), f"{target}: each customer once")
        check(abs(got["effectiveCustomers"] - sum(w) ** 2 / sum(a * a for a in w)) < 1e-6, f"{target}: how many customers it is worth", got["effectiveCustomers"])
        for name, value in want.items():
            check(abs(got[name]["estimate"] - value) < 1e-9 and got[name]["low"] < value < got[name]["high"], f"{target}: {name}", (got[name], value))
        check(abs(got["actual"]["estimate"] - sum(y) / n) < 1e-12, f"{target}: what was earned")
    rare = ask(engine, {"arm": "control"})
    equal((rare["refusal"]["code"], rare["ips"], rare["dr"]), ("collapsed", None, None), "an arm that few had: no answer")
    equal(ask(engine, {"arm": "other", "explore": 0.3})["refusal"]["code"], "no_support", "a list that never explored says nothing of exploring")
    equal(ask(engine, {"arm": "other", "explore": 0})["dr"], ask(engine, {"arm": "other"})["dr"], "no exploring is what was done")
    equal(ask(engine, {"arm": "other"}, to=at(2.9))["refusal"]["code"], "nothing", "a span without decisions")
    equal(ask(engine, {"arm": "other"}, metric="revenue")["metric"]["money"], True, "of another metric")
    for field, body in {"target.arm": {"target": {"arm": "none"}}, "target.weights": {"target": {"weights": {"other": -1}}}, "target.explore": {"target": {"arm": "other", "explore": 2}}, "metric": {"target": {"arm": "other"}, "metric": "average_order"},
                        "from": {"target": {"arm": "other"}, "from": "yesterday"}, "clip": {"target": {"arm": "other"}, "clip": 0.5}}.items():
        answer = engine.admin("POST", "/api/v1/reports/policy", {"experiment": "learn", **body})
        equal((answer.status, answer.json["field"]), (400, field), f"{field} is refused")
    equal(engine.admin("POST", "/api/v1/reports/policy", {"experiment": "gone", "target": {"arm": "other"}}).status, 404, "an experiment that is not there")
    status, out, err = kit.run("experiment", "replay", "learn", "--target", "other", "--from", at(3), "--data", engine.data)
    check(status == 0 and "doubly robust" in out, "zhun experiment replay", (out, err))
    status, out, err = kit.run("experiment", "replay", "learn", "--target", '{"weights":{"control":1}}', "--from", at(3), "--data", engine.data)
    check(status == 0 and "no answer (collapsed)" in out, "zhun experiment replay says that there is no answer", (out, err))


def exploring(engine_options=()):
    """Another rate of exploring, against the lists that were given: a drawn item weighs e' / e, a usual one what is left."""
    engine = kit.Engine(options=engine_options)
    users = [f"e{n}" for n in range(300)]
    some = [event(user, "Product Viewed", 4, product_id=f"p{(n * k) % 31}", price=5, category="tea") for n, user in enumerate(users) for k in (1, 3, 7)]
    send(engine, some + [event(f"b{n}", "Order Completed", 5, order_id=f"x{n}", revenue=10, currency="CNY", products=[{"product_id": f"p{(n + k) % 31}", "price": 5, "quantity": 1} for k in (0, 2, 5)]) for n in range(60)])
    body = {"arms": [{"name": "control"}, {"name": "draws", "weight": 3, "policy": {"explore": 0.5}}], "metrics": ["conversion"], "placements": ["home"], "windowDays": 1, "beforeDays": 0}
    equal(engine.admin("PUT", "/api/v1/experiments/learn", body).status, 200, "a test of exploring")
    equal(engine.admin("PUT", "/api/v1/experiments/learn/state", {"state": "running"}).status, 200, "it starts")
    engine.sync()
    rows, bought = [], []
    for user in users:
        got = engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": user, "n": 4, "context": {"time": at(2)}}).json
        last, buys = got["items"][-1], dice.random() < 0.4
        rows.append((got["experiment"]["arm"], last["propensity"], last.get("reason", {}).get("code") == "exploration", float(buys)))
        if buys:
            bought.append(event(user, "Order Completed", 1.9, order_id=f"o{user}", revenue=10, currency="CNY", products=[{"product_id": "p1", "price": 10, "quantity": 1}]))
    wait(engine, "all are counted", lambda r: r["experiment"]["exposed"] == len(users))
    send(engine, bought)
    check(30 < sum(drawn for _, _, drawn, _ in rows), "some lists were drawn", sum(drawn for _, _, drawn, _ in rows))
    for rate in (0.25, 0.6, 0.5):
        got = ask(engine, {"arm": "draws", "explore": rate})
        w = [0 if arm != "draws" else (rate / 0.5 if drawn else (1 - (1 - p) * rate / 0.5) / p) / 0.75 for arm, p, drawn, _ in rows]
        value = sum(a * b for a, (_, _, _, b) in zip(w, rows)) / len(rows)
        equal(got["refusal"], None, f"exploring at {rate} is answered")
        check(abs(got["ips"]["estimate"] - value) < 1e-5 and abs(got["meanWeight"] - sum(w) / len(w)) < 1e-5, f"exploring at {rate}", (got["ips"], value, got["meanWeight"]))
    equal(ask(engine, {"arm": "control", "explore": 0.5})["refusal"]["code"], "no_support", "the control never explored")
    equal(round(ask(engine, {"arm": "draws", "explore": 0.5})["ips"]["estimate"], 6), round(ask(engine, {"arm": "draws"})["ips"]["estimate"], 6), "its own rate is what was done")
    engine.stop()


def customers_keep_their_arms():
    """After an allocation who was drawn before keeps arm and chance; an allocation by the clock."""
    engine = kit.Engine()
    users = [f"k{n}" for n in range(320)]
    send(engine, [event(user, "Product Viewed", 4, product_id=f"p{n % 9}", price=5, category="tea") for n, user in enumerate(users)])
    body = {"arms": [{"name": "control"}, {"name": "other", "policy": {"tired_weight": 1}}], "metrics": ["conversion"], "placements": ["home"], "windowDays": 1, "beforeDays": 0,
            "mode": "bandit", "strategy": "epsilon_greedy", "epsilon": 0.2, "everyCustomers": 1000, "everySeconds": 1, "floor": 0.01}
    equal(engine.admin("PUT", "/api/v1/experiments/learn", body).status, 200, "it is set up")
    equal(engine.admin("PUT", "/api/v1/experiments/learn/state", {"state": "running"}).status, 200, "it starts")
    engine.sync()
    drawn = {user: recommend(engine, user) for user in users[:100]}
    wait(engine, "they are counted", lambda r: r["experiment"]["exposed"] == 100)
    send(engine, [event(user, "Order Completed", 1.9, order_id=f"o{user}", revenue=10, currency="CNY", products=[{"product_id": "p1", "price": 10, "quantity": 1}]) for user, one in drawn.items() if one["arm"] == "other"])
    wait(engine, "the clock alone brings an allocation that has news", lambda r: r["bandit"]["arms"][1]["chance"] > 0.8)
    equal({user: recommend(engine, user) for user in drawn}, drawn, "who was drawn keeps arm and chance")
    fresh = [recommend(engine, user) for user in users[100:]]
    check(all(abs(one["propensity"] - (0.9 if one["arm"] == "other" else 0.1)) < 0.01 for one in fresh), "new ones are drawn by the new chances: 1 - epsilon / 2, with the floor", fresh[:3])
    check(sum(one["arm"] == "other" for one in fresh) > 150, "most of them get the better arm")
    drawn.update(zip(users[100:], fresh))
    wait(engine, "they are counted, too", lambda r: r["experiment"]["exposed"] == len(drawn))
    what_would_have_been(engine, drawn, {user for user in users[:100] if drawn[user]["arm"] == "other"})
    engine.is_equal("a rebuild")
    engine.stop()


def main():
    exploring()
    exploring(("--partitions", "3"))
    customers_keep_their_arms()
    a_shop_learns(1)
    a_shop_learns(3)
    kit.finish()


if __name__ == "__main__":
    main()
