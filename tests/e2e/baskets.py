#!/usr/bin/env python3
"""Baskets over HTTP: every set and every rule is what counting all subsets of the orders says, with cancelled, updated and repeated orders and orders that came line by line; a set
opens to its customers; a table; of a segment; on one and three partitions."""
import collections
import csv
import datetime
import io
import itertools
import json
import random
import time

import kit
from kit import basic, check, equal, say

dice = random.Random(3)
DAY = 86400000
ITEMS = [f"i{n}" for n in range(8)] + ["=cmd"]
made = 0


def text_of(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds")


def an_event(user, ms, name, order, items):
    global made
    made += 1
    products = [{"product_id": item, "name": f"Tea {item}", "price": 3, "quantity": dice.randrange(1, 4)} for item in items]
    return {"type": "track", "event": name, "userId": user, "messageId": f"b{made}", "timestamp": text_of(ms), "properties": {"order_id": order, "products": products, "currency": "CNY"}}


def send(engine, some):
    for i in range(0, len(some), 300):
        equal(engine.collect("batch", {"batch": some[i:i + 300]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def a_basket():
    """Some items go together."""
    items = set(dice.sample(ITEMS, dice.choice((1, 1, 2, 3))))
    if "i0" in items and dice.random() < 0.8:
        items.add("i1")
    if {"i0", "i1"} <= items and dice.random() < 0.6:
        items.add("=cmd")
    return items


def counted(baskets, longest):
    sets = collections.Counter()
    for _, items in baskets:
        for size in range(1, longest + 1):
            sets.update(map(frozenset, itertools.combinations(sorted(items), size)))
    return sets


def close(a, b):
    return abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))


def ask(engine, body):
    answer = engine.admin("POST", "/api/v1/reports/baskets", body)
    check(answer.status == 200, "baskets", answer.body)
    return answer.json


def opened(engine, body, items):
    found, cursor = [], ""
    while True:
        page = ask(engine, {**body, "open": {"items": items, "limit": 29, "cursor": cursor}})
        found += [one["userId"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            equal(len(found), len(set(found)), "nobody is listed twice")
            return set(found)


def same(engine, which, baskets, body, least, longest, confidence):
    got, sets, n = ask(engine, body), counted(baskets, longest), len(baskets)
    frequent = {items: count for items, count in sets.items() if count >= least}
    equal((got["orders"], got["customers"], got["cells"], got["minCount"]), (n, len({user for user, _ in baskets}), sum(len(items) for _, items in baskets), least), f"{which}: totals")
    equal({frozenset(item["itemId"] for item in one["contents"]): one["orders"] for one in got["sets"]}, {items: count for items, count in frequent.items() if len(items) > 1}, f"{which}: sets")
    rules = {(items - {right}, right): count for items, count in frequent.items() if len(items) > 1 for right in items if count / sets[items - {right}] >= confidence}
    shown = {(frozenset(item["itemId"] for item in one["left"]), one["right"]["itemId"]): one for one in got["rules"]}
    equal((set(shown), got["rulesFound"], got["setsFound"]), (set(rules), len(rules), sum(len(items) > 1 for items in frequent)), f"{which}: rules")
    for (left, right), count in rules.items():
        one, share, certain = shown.get((left, right)), sets[frozenset([right])] / n, count / sets[left]
        if one is None:
            continue
        check(one["orders"] == count and close(one["support"], count / n) and close(one["confidence"], certain) and close(one["lift"], certain / share) and close(one["leverage"], count / n - sets[left] / n * share), f"{which}: a rule", one)
        check(one["conviction"] is None if count == sets[left] else close(one["conviction"], (1 - share) / (1 - certain)), f"{which}: conviction", one)
    check(all(item["title"] == f"Tea {item['itemId']}" for one in got["sets"] for item in one["contents"]), f"{which}: items have names", got["sets"][:1])
    return got, rules


def a_shop(partitions, users):
    which = f"{partitions} partitions"
    engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
    now = int(time.time() * 1000)
    some, baskets, number = [], [], 0
    for n in range(users):
        user = f"u{n}"
        for _ in range(dice.randrange(0, 5)):
            number += 1
            order, ms, items = f"o{number}", now - dice.randrange(DAY, 40 * DAY), a_basket()
            fate = dice.randrange(10)
            if fate == 0:
                some.append(an_event(user, ms, "Order Completed", order, items))
                some.append(an_event(user, ms + 1000, "Order Cancelled", order, []))
                continue
            if fate == 1:  # another statement stands
                some.append(an_event(user, ms, "Order Completed", order, a_basket()))
                some.append(an_event(user, ms + 1000, "Order Updated", order, items))
            elif fate == 2:  # sent twice, under two message ids
                some += [an_event(user, ms, "Order Completed", order, items), an_event(user, ms + 5000, "Order Completed", order, items)]
            else:
                some.append(an_event(user, ms, "Order Completed", order, sorted(items) + sorted(items)[:1]))
            if now - 30 * DAY <= ms < now - 2 * DAY:
                baskets.append((user, items))
    dice.shuffle(some)
    send(engine, some)
    span = {"from": text_of(now - 30 * DAY), "to": text_of(now - 2 * DAY)}
    body = {**span, "minCount": 3, "minConfidence": 0.2, "limit": 500}
    got, rules = same(engine, f"{which}, all", baskets, body, 3, 4, 0.2)
    check(len(rules) > 5, f"{which}: there are rules", len(rules))
    same(engine, f"{which}, short", baskets, {**body, "minConfidence": 0, "maxLength": 2, "minCount": 1}, 1, 2, 0)
    share = 0.05
    same(engine, f"{which}, by share", baskets, {**span, "minSupport": share, "limit": 500}, max(2, -(-len(baskets) * 5 // 100)), 4, 0.1)
    for sort in ("lift", "confidence", "support", "leverage", "conviction"):
        few = ask(engine, {**body, "sort": sort, "limit": 5})
        order = [float("inf") if one[sort] is None else one[sort] for one in few["rules"]]
        every = sorted((float("inf") if one[sort] is None else one[sort] for one in got["rules"]), reverse=True)
        equal((order, few["rulesFound"]), (every[:5], got["rulesFound"]), f"{which}: the highest {sort} first")
    for items in [["i0", "i1"], ["=cmd"], ["i0", "i1", "=cmd"]]:
        equal(opened(engine, body, items), {user for user, basket in baskets if set(items) <= basket}, f"{which}: who has {items}")
    equal(opened(engine, body, ["nothing"]), set(), f"{which}: nobody has what nobody bought")
    rows = list(csv.DictReader(io.StringIO(engine.admin("POST", "/api/v1/reports/baskets?format=csv", body).body.decode())))
    guarded = lambda text: "'" + text if text[0] == "=" else text
    equal([(row["left"], row["right"], int(row["orders"])) for row in rows], [(guarded("; ".join(i["itemId"] for i in one["left"])), guarded(one["right"]["itemId"]), one["orders"]) for one in got["rules"]], f"{which}: the table says the same")
    status, out, err = kit.run("report", "baskets", json.dumps(body), "--json", "--data", engine.data)
    equal((status, json.loads(out)["rules"]), (0, got["rules"]), "the command line prints it")
    equal(engine.admin("PUT", "/api/v1/segments/half", {"expression": "customer.bucket('h', 2) == 0"}).status, 200, "a segment")
    half = ask(engine, {**body, "segment": "half"})
    check(0 < half["orders"] < got["orders"], f"{which}: of a segment", half["orders"])
    engine.stop()
    return got["rules"]


def line_by_line():
    """As ledgers say it: one event a line, all of an order at one time."""
    engine = kit.Engine()
    path = f"{kit.folder()}/orders.csv"
    lines = [("o1", "u1", "a"), ("o1", "u1", "b"), ("o1", "u1", "a"), ("o2", "u2", "a"), ("o2", "u2", "b"), ("o3", "u2", "c"), ("o3", "u2", "a")]
    with open(path, "w", encoding="utf-8") as file:
        file.write("order_id,customer_id,item_id,quantity,unit_price,ordered_at\n" + "".join(f"{o},{u},{i},1,2.50,2026-03-0{o[1]}T10:00:00Z\n" for o, u, i in lines))
    engine.stop()
    status, out, err = kit.run("import", "--data", engine.data, "--format", "orders-csv", "--currency", "CNY", path)
    equal(status, 0, f"an import: {err[-300:]}")
    engine.start()
    engine.sync()
    got = ask(engine, {"from": "2026-01-01", "to": "2026-04-01", "minCount": 1, "minConfidence": 0})
    equal((got["orders"], got["cells"]), (3, 6), "orders that came line by line")
    equal({frozenset(item["itemId"] for item in one["contents"]): one["orders"] for one in got["sets"]}, {frozenset("ab"): 2, frozenset("ac"): 1}, "and their sets")
    engine.stop()


def wrong_questions():
    engine = kit.Engine()
    for body, field in (({"minCount": 0}, "minCount"), ({"minSupport": 0}, "minSupport"), ({"minSupport": 2}, "minSupport"), ({"minConfidence": -1}, "minConfidence"), ({"maxLength": 1}, "maxLength"), ({"maxLength": 11}, "maxLength"),
                        ({"limit": 501}, "limit"), ({"sort": "name"}, "sort"), ({"from": "soon"}, "from"), ({"open": {}}, "open.items"), ({"open": {"items": []}}, "open.items"), ({"open": {"items": ["a"] * 11}}, "open.items"),
                        ({"open": {"items": ["a"], "limit": 0}}, "open.limit"), ({"format": "xml"}, "format")):
        answer = engine.admin("POST", "/api/v1/reports/baskets", body)
        equal((answer.status, answer.json.get("field")), (400, field), f"a wrong {field} is named")
    equal(engine.admin("POST", "/api/v1/reports/baskets", {"segment": "nowhere"}).status, 404, "a segment that is not there")
    equal((ask(engine, {})["rules"], ask(engine, {})["orders"]), ([], 0), "an empty shop")
    equal(engine.serve("POST", "/api/v1/reports/baskets", {}).status, 403, "a server key asks no reports")
    engine.stop()


def main():
    a_shop(1, 150)
    a_shop(3, 150)
    line_by_line()
    wrong_questions()
    say("done")
    kit.finish()


main()
