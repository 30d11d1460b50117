#!/usr/bin/env python3
"""Funnels over HTTP: every count is what trying all ways of each customer says, with conditions, for a segment, on one and three partitions; a figure opens
to its customers; wrong questions are answered with the field; a fifth step over many events takes how long."""
import datetime
import random
import time

import kit
from kit import basic, check, equal, say

dice = random.Random(11)
USERS = [f"u{n}" for n in range(120)]
NAMES = ["Product Viewed", "Product Added", "Checkout Started", "Order Completed"]
DAY = 86400000
made = 0


def text_of(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds")


def an_event(user, name, ms, price):
    global made
    made += 1
    product = {"product_id": f"p{made % 7}", "category": "tea" if price % 2 else "shoes", "price": price, "quantity": 1}
    properties = {"order_id": f"o{made}", "products": [product], "currency": "CNY"} if name == "Order Completed" else product
    return {"type": "track", "event": name, "userId": user, "messageId": f"f{made}", "timestamp": text_of(ms), "properties": properties}


def send(engine, some):
    for i in range(0, len(some), 200):
        equal(engine.collect("batch", {"batch": some[i:i + 200]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def furthest(steps, events, start, end, window, at=0, k=0, began=0):
    """All ways are tried."""
    best = k
    for i in range(at, len(events)):
        if k == len(steps):
            break
        ms, name, price = events[i]
        wanted, where = steps[k]
        if name != wanted or not where(price) or (not start <= ms < end if k == 0 else ms - began >= window):
            continue
        best = max(best, furthest(steps, events, start, end, window, i + 1, k + 1, ms if k == 0 else began))
    return best


def ask(engine, body):
    answer = engine.admin("POST", "/api/v1/reports/funnel", body)
    check(answer.status == 200, "a funnel", answer.body)
    return answer.json


def opened(engine, body, reached, or_more=False):
    found, cursor = set(), ""
    while True:
        page = ask(engine, {**body, "open": {"reached": reached, "orMore": or_more, "limit": 7, "cursor": cursor}})
        found |= {one["userId"] for one in page["items"]}
        cursor = page["next"]
        if not cursor:
            return found


def a_shop(partitions):
    which = f"{partitions} partitions"
    engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
    now = int(time.time() * 1000)
    lives = {user: [] for user in USERS}
    for user in USERS:
        moments = dice.sample(range(now - 40 * DAY, now - DAY), dice.randrange(0, 16))
        lives[user] = [(ms, dice.choice(NAMES), dice.randrange(1, 90)) for ms in sorted(moments)]
    some = [an_event(user, name, ms, price) for user in USERS for ms, name, price in lives[user]]
    dice.shuffle(some)
    send(engine, some)
    always = lambda price: True
    questions = [([(n, always, None) for n in NAMES], 30, 40 * DAY), ([(n, always, None) for n in NAMES[:2]], 3, 20 * DAY),
                 ([(NAMES[0], always, None), (NAMES[0], always, None), (NAMES[3], always, None)], 12, 40 * DAY),
                 ([(NAMES[0], lambda p: p % 2 == 1, "e.category == 'tea'"), (NAMES[1], always, None), (NAMES[3], lambda p: p > 40, "e.price > 40.0")], 25, 40 * DAY)]
    known = {user for user in USERS if lives[user]}
    for number, (steps, days, back) in enumerate(questions):
        start, end = now - back, now - 2 * DAY
        body = {"steps": [{"event": n, "where": where} if where else n for n, _, where in steps], "windowDays": days, "from": text_of(start), "to": text_of(end)}
        want = {user: furthest([(n, holds) for n, holds, _ in steps], lives[user], start, end, days * DAY) for user in known}
        got = ask(engine, body)
        equal(got["customers"], len(known), f"{which}, question {number}: all are asked")
        for k, step in enumerate(got["steps"]):
            equal(step["customers"], sum(reached > k for reached in want.values()), f"{which}, question {number}: step {k + 1}")
        for reached in range(len(steps) + 1):
            equal(opened(engine, body, reached), {user for user in known if want[user] == reached}, f"{which}, question {number}: who stopped after {reached}")
            equal(opened(engine, body, reached, True), {user for user in known if want[user] >= reached}, f"{which}, question {number}: who reached {reached} or more")
        check(got["failed"] == 0 and got["steps"][0]["ofFirst"] in (0, 1), f"{which}, question {number}: shares")
        check(got["steps"][0]["medianStepMs"] == 0 and got["steps"][1]["medianStepMs"] == got["steps"][1]["medianMs"], f"{which}, question {number}: the second step comes from the first")
    check(any(reached == 4 for reached in want.values()) or max(want.values()) == 3, "some came to the end")
    equal(engine.admin("PUT", "/api/v1/segments/half", {"expression": "customer.bucket('h', 2) == 0"}).status, 200, "a segment")
    size = engine.admin("GET", "/api/v1/segments/half").json["size"]
    whole, half = ask(engine, {"steps": NAMES[:2], "windowDays": 9}), ask(engine, {"steps": NAMES[:2], "windowDays": 9, "segment": "half"})
    equal(half["customers"], size, f"{which}: of a segment")
    check(half["steps"][0]["customers"] < whole["steps"][0]["customers"], f"{which}: fewer of it")
    engine.stop()


def wrong_questions():
    engine = kit.Engine()
    for body, field in (({}, "steps"), ({"steps": ["a"]}, "steps"), ({"steps": ["a"] * 11}, "steps"), ({"steps": ["a", {"where": "true"}]}, "steps.event"), ({"steps": ["a", ""]}, "steps.event"),
                        ({"steps": ["a", "b"], "windowDays": 0}, "windowDays"), ({"steps": ["a", "b"], "from": "soon"}, "from"), ({"steps": ["a", "b"], "to": 7}, "to"),
                        ({"steps": ["a", "b"], "open": {"reached": 3}}, "open.reached"), ({"steps": ["a", "b"], "open": {"reached": 1, "orMore": 1}}, "open.orMore"), ({"steps": ["a", {"event": "b", "where": "e.prise > 1.0"}]}, "steps.where")):
        answer = engine.admin("POST", "/api/v1/reports/funnel", body)
        equal((answer.status, answer.json["field"]), (400, field), f"a wrong {field} is named")
    check("step 2" in answer.json["detail"] and "price" in answer.json["detail"], "the step, and what was meant", answer.json)
    equal(engine.admin("POST", "/api/v1/reports/funnel", {"steps": ["a", "b"], "segment": "nowhere"}).status, 404, "a segment that is not there")
    equal([one["customers"] for one in ask(engine, {"steps": ["a", "b"]})["steps"]], [0, 0], "an empty shop")
    equal(engine.serve("POST", "/api/v1/reports/funnel", {"steps": ["a", "b"]}).status, 403, "a server key asks no reports")
    engine.stop()


def main():
    a_shop(1)
    a_shop(3)
    wrong_questions()
    say("done")
    kit.finish()


main()
