#!/usr/bin/env python3
"""A metric by day over HTTP: every number is what adding up each customer's orders and events says, in days of the shop's zone, on one and three
partitions, after a restart; a definition that is only tried is measured as one that is kept; wrong questions are answered with the field."""
import datetime
import random
import time
import zoneinfo

import kit
from kit import basic, check, equal, say

dice = random.Random(5)
USERS = [f"u{n}" for n in range(90)]
ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
DAY = 86400000
CATALOG_COST = 77
made = 0


def text_of(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds")


def day_of(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, ZONE).date().isoformat()


def an_event(user, name, ms, cents):
    global made
    made += 1
    properties = {"product_id": f"p{made % 7}", "category": "tea", "price": cents / 100, "quantity": 1, "value": cents / 100}
    if name == "Order Completed":
        properties = {"order_id": f"o{made}", "status": "paid" if cents % 2 == 0 else "pending", "revenue": cents / 100, "currency": "CNY", "products": [{"product_id": "costed" if cents % 3 == 2 else "p1", "price": cents / 100, "quantity": 1} | ({"cost": cents // 2 / 100} if cents % 3 == 0 else {})]}
    return {"type": "track", "event": name, "userId": user, "messageId": f"m{made}", "timestamp": text_of(ms), "properties": properties}


def send(engine, some):
    for i in range(0, len(some), 200):
        equal(engine.collect("batch", {"batch": some[i:i + 200]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def ask(engine, metric, days=30):
    answer = engine.admin("POST", "/api/v1/reports/metric", {"metric": metric, "days": days})
    check(answer.status == 200, f"{metric} by day", answer.body)
    return answer.json


def near(got, want, what):
    check((got is None) == (want is None) and (want is None or abs(got - want) <= 1e-9 * max(1, abs(want))), what, f"{got} is not {want}")


def cost_of(cents):
    """What the goods of such an order cost: the event says it, the catalog does, or nobody."""
    return (cents // 2, None, CATALOG_COST)[cents % 3]


def of_one(metric, lived):
    """What one customer's number is, and what it is divided by where that is not everybody."""
    orders = [cents for _, name, cents in lived if name == "Order Completed"]
    costed = [cents for cents in orders if cost_of(cents) is not None]
    margin = sum(cents - cost_of(cents) for cents in costed)
    return {"conversion": (bool(orders), None), "margin": (margin, None), "margin_share": (margin, sum(costed)), "orders": (len(orders), None), "revenue": (sum(orders), None), "average_order": (sum(orders), len(orders)),
            "repurchase": (len(orders) > 1, bool(orders)), "item_views": (sum(name == "Product Viewed" for _, name, _ in lived), None),
            "add_to_cart": (any(name == "Product Added" for _, name, _ in lived), None), "videos": (any(name == "Video Watched" for _, name, _ in lived), None), "paid_revenue": (sum(cents for cents in orders if cents % 2 == 0), None),
            "dear": (sum(name == "Product Viewed" and cents > 40000 for _, name, cents in lived), sessions_of(lived)),
            "spans": (sum(any(name == "Video Watched" for name in one) for one in days_of(lived)), len(days_of(lived)))}[metric]


def sessions_of(lived):
    times = sorted(ms for ms, _, _ in lived)
    return sum(i == 0 or times[i] - times[i - 1] >= 30 * 60000 for i in range(len(times)))


def days_of(lived):
    """Days of UTC, and what was done on each."""
    return [[name for ms, name, _ in lived if ms // DAY == day] for day in {ms // DAY for ms, _, _ in lived}]


def compare(which, metric, got, lives, holds):
    """Of those lives that have an event there."""
    here = [[one for one in life if holds(one)] for life in lives.values()]
    pairs = [of_one(metric, life) for life in here if life]
    of, per = sum(pair[0] for pair in pairs), None if not pairs or pairs[0][1] is None else sum(pair[1] for pair in pairs)
    under = len(pairs) if per is None else per
    equal(got["customers"], len(pairs), f"{which}: {metric}: customers")
    near(got["of"], float(of), f"{which}: {metric}: the sum")
    near(got["value"], of / under if under else None, f"{which}: {metric}: the number")


def a_shop(partitions):
    which = f"{partitions} partitions"
    engine = kit.Engine(options=("--time-zone", "Asia/Shanghai", *(("--partitions", str(partitions)) if partitions > 1 else ())))
    now = int(time.time() * 1000)
    names = ["Product Viewed", "Product Viewed", "Product Added", "Order Completed", "Video Watched"]
    lives = {user: [(ms, dice.choice(names), dice.randrange(100, 90000)) for ms in dice.sample(range(now - 40 * DAY, now - 60000), dice.randrange(0, 14))] for user in USERS}
    lives["u0"].append((now - 30000, "Product Viewed", 100))  # the newest event is today
    some = [an_event(user, name, ms, cents) for user, life in lives.items() for ms, name, cents in life]
    dice.shuffle(some)
    equal(engine.admin("PUT", "/api/v1/items/costed", {"title": "Costed", "priceCents": 500, "costCents": CATALOG_COST, "currency": "CNY"}).status, 200, "an item with a cost")
    send(engine, some)
    equal(engine.admin("PUT", "/api/v1/items/costed", {"title": "Costed", "priceCents": 500, "costCents": 499, "currency": "CNY"}).status, 200, "another cost, later: orders keep theirs")
    equal(engine.admin("PUT", "/api/v1/metrics/videos", {"kind": "did", "event": "Video Watched"}).status, 200, "one of the shop's own")
    dear = {"kind": "count", "event": "Product Viewed", "where": "e.price > 400.0 && e.category == \"tea\"", "unit": "session", "windowDays": 3, "better": "more", "title": {"en": "Dear views", "zh": "看高价"}}
    kept = engine.admin("PUT", "/api/v1/metrics/dear", dear)
    equal({name: kept.json[name] for name in dear}, dear, "a condition, a unit and a window are kept")
    equal(engine.admin("PUT", "/api/v1/metrics/spans", {"kind": "did", "event": "Video Watched", "unit": "day"}).status, 200, "the share of days")

    def look(how):
        for metric in ("conversion", "orders", "revenue", "average_order", "repurchase", "item_views", "add_to_cart", "paid_revenue", "margin", "margin_share", "dear", "spans", "videos"):
            got = ask(engine, metric)
            equal(len(got["days"]), 30, f"{how}: {metric}: a number a day")
            equal(got["days"][-1]["date"], day_of(now - 30000), f"{how}: {metric}: the last day is that of the newest event")
            first = got["days"][0]["date"]
            compare(how, metric, got, lives, lambda one: day_of(one[0]) >= first)
            for day in got["days"]:
                compare(f"{how}, {day['date']}", metric, day, lives, lambda one: day_of(one[0]) == day["date"])
        tried = ask(engine, {"kind": "did", "event": "Video Watched"})
        equal((tried["value"], tried["days"]), (got["value"], got["days"]), f"{how}: a definition that is only tried")

    look(which)
    engine.restart()
    look(f"{which}, after a restart")
    engine.stop()


def wrong_questions():
    engine = kit.Engine()
    nobody = ask(engine, "conversion", 7)
    equal((nobody["customers"], nobody["value"], len(nobody["days"])), (0, None, 7), "an empty shop")
    for body, field in (({}, "metric"), ({"metric": "nothing"}, "metric"), ({"metric": {"kind": "most", "event": "a"}}, "kind"), ({"metric": {"kind": "did"}}, "event"), ({"metric": 7}, "metric"),
                        ({"metric": {"kind": "did", "event": "a", "where": "e.categry == 1"}}, "metric.where"),
                        ({"metric": {"kind": "did", "event": "a", "where": "customer.orders.count() > 1"}}, "metric.where"), ({"metric": {"kind": "did", "event": "a", "unit": "order"}}, "unit"),
                        ({"metric": {"kind": "did", "event": "a", "windowDays": 400}}, "windowDays"), ({"metric": "orders", "days": 0}, "days"), ({"metric": "orders", "days": 93}, "days"), ({"metric": "orders", "days": "all"}, "days")):
        answer = engine.admin("POST", "/api/v1/reports/metric", body)
        equal((answer.status, answer.json["field"]), (400, field), f"a wrong {field} is named")
    answer = engine.admin("PUT", "/api/v1/metrics/bad", {"kind": "did", "event": "a", "where": "e.value >"})
    equal((answer.status, answer.json["field"]), (400, "where"), "a condition that cannot be read is not kept")
    answer = engine.admin("PUT", "/api/v1/experiments/bad", {"arms": [{"name": "a"}, {"name": "b"}], "metrics": ["own"], "definitions": {"own": {"kind": "did", "event": "a", "where": "e.value > now"}}})
    equal((answer.status, answer.json["field"]), (400, "definitions"), "nor in an experiment")
    equal(engine.serve("POST", "/api/v1/reports/metric", {"metric": "orders"}).status, 403, "a server key asks no reports")
    engine.stop()


def main():
    a_shop(1)
    a_shop(3)
    wrong_questions()
    say("done")
    kit.finish()


main()
