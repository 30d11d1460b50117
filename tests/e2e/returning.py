#!/usr/bin/env python3
"""Retention over HTTP: cohorts by day, week and month, classic and rolling, with conditions and of a segment, are what each customer's events say by hand, and so is what a cohort
is worth; figures open to their customers; a table; on one and three partitions, in a zone that is not UTC."""
import csv
import datetime
import io
import json
import random
import time
import zoneinfo

import kit
from kit import basic, check, equal, say

dice = random.Random(7)
VIEW, CART, ORDER = "Product Viewed", "Product Added", "Order Completed"
DAY = 86400000
ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
made = 0


def text_of(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds")


def an_event(user, ms, name, price, order):
    global made
    made += 1
    product = {"product_id": f"p{made % 7}", "category": "tea", "price": price, "quantity": 1}
    if name == VIEW or name == CART:
        properties = product
    elif name == ORDER:
        properties = {"order_id": order, "products": [product], "revenue": price, "currency": "CNY"}
    else:
        properties = {"order_id": order, "revenue": price, "currency": "CNY"} if name == "Order Refunded" else {"order_id": order}
    return {"type": "track", "event": name, "userId": user, "messageId": f"r{made}", "timestamp": text_of(ms), "properties": properties}


def send(engine, some):
    for i in range(0, len(some), 500):
        equal(engine.collect("batch", {"batch": some[i:i + 500]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def period_start(kind, ms):
    """The first day of a moment's period."""
    day = datetime.datetime.fromtimestamp(ms / 1000, ZONE).date()
    return day if kind == "day" else day - datetime.timedelta(days=day.weekday()) if kind == "week" else day.replace(day=1)


def next_period(kind, day):
    return day + datetime.timedelta(days=1 if kind == "day" else 7) if kind != "month" else (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def by_hand(lives, orders, kind, columns, start, end, newest, first_of, return_of):
    """cohort -> user -> (columns with a return, cents by column), of the customers whose first event is in the span."""
    days, day = [], period_start(kind, start)
    while day <= period_start(kind, max(newest, end - 1)):
        days.append(day)
        day = next_period(kind, day)
    place, found = {day: i for i, day in enumerate(days)}, {}
    for user, events in lives.items():
        firsts = [i for i, (ms, name, price) in enumerate(events) if first_of(name, price) and start <= ms < end]
        if not firsts:
            continue
        at, cohort = firsts[0], place[period_start(kind, events[firsts[0]][0])]
        back = {place[period_start(kind, ms)] - cohort for ms, name, price in events[at + 1:] if return_of(name, price)}
        cents = [0] * columns
        for ms, net in orders[user]:
            column = place[period_start(kind, ms)] - cohort if ms >= events[at][0] else columns
            if column < columns:
                cents[column] += net
        found.setdefault(cohort, {})[user] = (back, cents)
    return days, found


def ask(engine, body):
    answer = engine.admin("POST", "/api/v1/reports/retention", body)
    check(answer.status == 200, "retention", answer.body)
    return answer.json


def opened(engine, body, open_):
    found, cursor = [], ""
    while True:
        page = ask(engine, {**body, "open": {**open_, "limit": 31, "cursor": cursor}})
        found += [one["userId"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            equal(len(found), len(set(found)), "nobody is listed twice")
            return set(found)


def same(engine, which, lives, orders, newest, question):
    body, kind, columns, start, end, first_of, return_of = question
    days, found = by_hand(lives, orders, kind, columns, start, end, newest, first_of, return_of)
    got = ask(engine, body)
    equal((got["customers"], got["failed"], got["period"], got.get("currency")), (len(lives), 0, kind, "CNY" if body.get("value") else None), f"{which}: totals")
    equal([one["cohort"] for one in got["cohorts"]], [days[c].isoformat() for c in sorted(found)], f"{which}: cohorts")
    whole = []
    for one, c in zip(got["cohorts"], sorted(found)):
        width, users = min(columns, len(days) - c), found[c]
        classic = [sum(k in back for back, _ in users.values()) for k in range(width)]
        rolling = [sum(any(b >= k for b in back) for back, _ in users.values()) for k in range(width)]
        cents = [sum(sum(money[:k + 1]) for _, money in users.values()) for k in range(width)]
        equal((one["customers"], one["classic"], one["rolling"], one["running"]), (len(users), classic, rolling, c + width == len(days)), f"{which}: {days[c]}")
        equal(one.get("netRevenueCents"), cents if body.get("value") else None, f"{which}: {days[c]}: what it is worth")
        whole.append((len(users), classic, rolling, cents))
    widest = max((len(classic) for _, classic, _, _ in whole), default=0)
    for key, at in (("classic", 1), ("rolling", 2)):
        equal(got["total"][key], [sum(one[at][k] for one in whole if len(one[at]) > k) for k in range(widest)], f"{which}: total {key}")
    equal(got["total"]["customers"], [sum(size for size, classic, _, _ in whole if len(classic) > k) for k in range(widest)], f"{which}: total customers")
    for c in dice.sample(sorted(found), min(2, len(found))):
        k = dice.randrange(min(columns, len(days) - c))
        name, users = days[c].isoformat(), found[c]
        equal(opened(engine, body, {"cohort": name, "kind": "size"}), set(users), f"{which}: who is of {name}")
        equal(opened(engine, body, {"cohort": name, "kind": "classic", "period": k}), {u for u, (back, _) in users.items() if k in back}, f"{which}: who of {name} returned in {k}")
        equal(opened(engine, body, {"cohort": name, "kind": "rolling", "period": k}), {u for u, (back, _) in users.items() if any(b >= k for b in back)}, f"{which}: in {k} or later")
        equal(opened(engine, body, {"cohort": name, "kind": "lost", "period": k}), {u for u, (back, _) in users.items() if not any(b >= k for b in back)}, f"{which}: and who did not")
    return got, found


def a_shop(partitions, users):
    which = f"{partitions} partitions"
    engine = kit.Engine(options=("--time-zone", "Asia/Shanghai", *(("--partitions", str(partitions)) if partitions > 1 else ())))
    now = int(time.time() * 1000)
    lives, orders, some = {}, {}, []
    for n in range(users):
        user, number = f"u{n}", 0
        moments = sorted(dice.sample(range(now - 90 * DAY, now - 60000), dice.randrange(1, 13)))
        life, bought = [], []
        for ms in moments:
            name, price = dice.choice((VIEW, VIEW, CART, ORDER)), dice.randrange(1, 90)
            number += 1
            order = f"{user}-{number}"
            some.append(an_event(user, ms, name, price, order))
            life.append((ms, name, price))
            if name != ORDER:
                continue
            fate = dice.randrange(8)
            if fate == 0:
                some.append(an_event(user, now - 1000, "Order Cancelled", 0, order))
                life.append((now - 1000, "Order Cancelled", 0))
            else:
                back = dice.randrange(1, price + 1) if fate == 1 else 0
                if back:
                    some.append(an_event(user, now - 1000, "Order Refunded", back, order))
                    life.append((now - 1000, "Order Refunded", back))
                bought.append((ms, (price - back) * 100))
        lives[user], orders[user] = life, bought
    dice.shuffle(some)
    send(engine, some)
    newest = max(ms for life in lives.values() for ms, _, _ in life)
    is_a = lambda wanted: lambda name, price: name == wanted
    span = lambda start, end: {"from": text_of(start), "to": text_of(end)}
    questions = [({"first": VIEW, "return": ORDER, "period": "week", "value": True, **span(now - 70 * DAY, now - 3 * DAY)}, "week", 13, now - 70 * DAY, now - 3 * DAY, is_a(VIEW), is_a(ORDER)),
                 ({"first": VIEW, "return": VIEW, "period": "month", "periods": 2, "value": True, **span(now - 85 * DAY, now)}, "month", 3, now - 85 * DAY, now, is_a(VIEW), is_a(VIEW)),
                 ({"first": {"event": VIEW, "where": "e.price > 40.0"}, "return": {"event": CART, "where": "int(e.price) % 2 == 1"}, "period": "day", "periods": 20, **span(now - 40 * DAY, now - 20 * DAY)}, "day", 21,
                  now - 40 * DAY, now - 20 * DAY, lambda name, price: name == VIEW and price > 40, lambda name, price: name == CART and price % 2 == 1),
                 ({"first": ORDER, "return": ORDER, "period": "month", "periods": 1, "value": True, **span(now - 88 * DAY, now - 30 * DAY)}, "month", 2, now - 88 * DAY, now - 30 * DAY, is_a(ORDER), is_a(ORDER))]
    for number, question in enumerate(questions):
        got, found = same(engine, f"{which}, question {number}", lives, orders, newest, question)
        check(got["cohorts"] and sum(got["total"]["rolling"]) > 0, f"{which}, question {number}: somebody came back")
    body = questions[0][0]
    got = ask(engine, body)
    rows = list(csv.DictReader(io.StringIO(engine.admin("POST", "/api/v1/reports/retention", {**body, "format": "csv"}).body.decode())))
    equal([(r["cohort"], int(r["period"]), int(r["customers"]), int(r["classic"]), int(r["rolling"]), int(r["net_revenue_cents"]), r["currency"]) for r in rows],
          [(c["cohort"], k, c["customers"], c["classic"][k], c["rolling"][k], c["netRevenueCents"][k], "CNY") for c in got["cohorts"] for k in range(len(c["classic"]))], f"{which}: the table says the same")
    status, out, err = kit.run("report", "retention", json.dumps(body), "--json", "--data", engine.data)
    equal((status, json.loads(out)["cohorts"]), (0, got["cohorts"]), "the command line prints it")
    equal(len(ask(engine, {"first": VIEW, "return": ORDER, "periods": 4})["total"]["classic"]), 5, "as a rule so many periods back")
    equal(engine.admin("PUT", "/api/v1/segments/half", {"expression": "customer.bucket('h', 2) == 0"}).status, 200, "a segment")
    equal(ask(engine, {"first": VIEW, "return": ORDER, "segment": "half"})["customers"], engine.admin("GET", "/api/v1/segments/half").json["size"], f"{which}: of a segment")
    for open_, field in (({"cohort": "2020-01-06", "kind": "size"}, "open.cohort"), ({"cohort": got["cohorts"][-1]["cohort"], "kind": "classic", "period": 12}, "open.cohort")):
        answer = engine.admin("POST", "/api/v1/reports/retention", {**body, "open": open_})
        equal((answer.status, answer.json["field"]), (400, field), "a cell that is not there")
    engine.stop()


def wrong_questions():
    engine = kit.Engine()
    a = {"first": "a", "return": "b"}
    for body, field in (({}, "first"), ({"first": "a"}, "return"), ({**a, "period": "year"}, "period"), ({**a, "periods": 61}, "periods"), ({**a, "periods": 0}, "periods"), ({**a, "value": 1}, "value"), ({**a, "from": "soon"}, "from"),
                        ({**a, "to": 7}, "to"), ({**a, "period": "day", "from": "2020-01-01", "to": "2022-01-01"}, "from"), ({**a, "open": {"kind": "all"}}, "open.kind"), ({**a, "open": {"kind": "size"}}, "open.cohort"),
                        ({**a, "open": {"kind": "size", "cohort": "2020-01-06", "period": 13}}, "open.period"), ({**a, "open": {"kind": "size", "cohort": "2020-01-06"}}, "open.cohort"),
                        ({**a, "return": {"event": "b", "where": "e.prise > 1.0"}}, "return.where"), ({**a, "format": "xml"}, "format")):
        answer = engine.admin("POST", "/api/v1/reports/retention", body)
        equal((answer.status, answer.json.get("field")), (400, field), f"a wrong {field} is named")
    equal(engine.admin("POST", "/api/v1/reports/retention", {**a, "segment": "nowhere"}).status, 404, "a segment that is not there")
    equal((ask(engine, a)["cohorts"], ask(engine, {**a, "value": True})["total"]["classic"]), ([], []), "an empty shop")
    equal(engine.serve("POST", "/api/v1/reports/retention", a).status, 403, "a server key asks no reports")
    engine.stop()


def main():
    a_shop(1, 150)
    a_shop(3, 1300)  # two threads
    wrong_questions()
    say("done")
    kit.finish()


main()
