#!/usr/bin/env python3
"""Paths over HTTP: nodes, links and ends are those of every customer's events walked by hand, forwards and backwards, within a session and a window, on one and three
partitions; figures open to their customers; the others are folded; a table, with what a spreadsheet would take for a formula guarded; the command line."""
import collections
import csv
import datetime
import io
import json
import random
import time

import kit
from kit import basic, check, equal, say

dice = random.Random(5)
NAMES = ["Product Viewed", "Product Added", "Cart Viewed", "Checkout Started", "Order Completed", "=1+1", "Products Searched", "Page Viewed"]
DAY = 86400000
made = 0


def text_of(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds")


def an_event(user, ms, name, price):
    global made
    made += 1
    product = {"product_id": f"p{made % 7}", "category": "tea", "price": price, "quantity": 1}
    properties = {"order_id": f"o{made}", "products": [product], "currency": "CNY"} if name == "Order Completed" else product
    return {"type": "track", "event": name, "userId": user, "messageId": f"p{made}", "timestamp": text_of(ms), "properties": properties}


def send(engine, some):
    for i in range(0, len(some), 500):
        equal(engine.collect("batch", {"batch": some[i:i + 500]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def paths_of(events, q):
    """All paths of one customer: lists of names, and whether nothing came any more."""
    walk = list(reversed(events)) if q["backward"] else events
    found, at = [], 0
    while at < len(walk):
        ms, name, price = walk[at]
        if name != q["start"] or not q["where"](price) or not q["from"] <= ms < q["to"]:
            at += 1
            continue
        steps, last, n = [name], ms, at + 1
        while n < len(walk):
            then, other, _ = walk[n]
            if (abs(then - ms) >= q["window"]) if q["window"] else (abs(then - last) >= q["gap"]):
                break
            last = then
            if (not q["events"] or other in q["events"]) and len(steps) <= q["depth"] and (q["repeats"] or other != steps[-1]):
                steps.append(other)
            n += 1
        found.append((steps, len(steps) <= q["depth"]))
        at = n
    return found


def by_hand(lives, q):
    paths = {user: paths_of(events, q) for user, events in lives.items()}
    seen = collections.Counter((k, name) for found in paths.values() for steps, _ in found for k, name in enumerate(steps))
    named = {k: [n for n, _ in sorted(((n, c) for (j, n), c in seen.items() if j == k), key=lambda one: (-one[1], one[0].encode()))][:q["names"]] for k in range(q["depth"] + 1)}
    fold = lambda k, name: name if name in named[k] else None
    nodes, links, ends = collections.defaultdict(list), collections.defaultdict(list), collections.defaultdict(list)
    for user, found in paths.items():
        for steps, dropped in found:
            shown = [fold(k, name) for k, name in enumerate(steps)]
            for k, name in enumerate(shown):
                nodes[k, name].append(user)
                if k:
                    links[k, shown[k - 1], name].append(user)
            if dropped:
                ends[len(shown) - 1, shown[-1]].append(user)
    return paths, named, nodes, links, ends, seen


def ask(engine, body):
    answer = engine.admin("POST", "/api/v1/reports/paths", body)
    check(answer.status == 200, "paths", answer.body)
    return answer.json


def opened(engine, body, open_):
    found, cursor = [], ""
    while True:
        page = ask(engine, {**body, "open": {**open_, "limit": 43, "cursor": cursor}})
        found += [one["userId"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            equal(len(found), len(set(found)), "nobody is listed twice")
            return set(found)


def same(engine, which, lives, q, body):
    paths, named, nodes, links, ends, seen = by_hand(lives, q)
    got = ask(engine, body)
    equal((got["customers"], got["paths"], got["walkers"], got["direction"]), (len(lives), sum(map(len, paths.values())), sum(1 for found in paths.values() if found), "backward" if q["backward"] else "forward"), f"{which}: totals")
    shown = {(step["step"], node["event"]): node for step in got["steps"] for node in step["nodes"]}
    equal({where: (node["paths"], node["customers"]) for where, node in shown.items()}, {where: (len(users), len(set(users))) for where, users in nodes.items()}, f"{which}: nodes")
    equal({where: node["dropped"] for where, node in shown.items() if where[0] < q["depth"]}, {where: len(ends.get(where, [])) for where in nodes if where[0] < q["depth"]}, f"{which}: ends")
    check(all(node["dropped"] is None for where, node in shown.items() if where[0] == q["depth"]), f"{which}: nobody looked behind the last step")
    equal({(one["step"], one["from"], one["to"]): (one["paths"], one["customers"]) for one in got["links"]}, {where: (len(users), len(set(users))) for where, users in links.items()}, f"{which}: links")
    for step in got["steps"]:
        order = [node["event"] for node in step["nodes"] if node["event"] is not None]
        equal(order, [n for n in named[step["step"]] if (step["step"], n) in nodes], f"{which}: the most frequent stand first")
        folded = [node["folded"] for node in step["nodes"] if node["event"] is None]
        equal(folded, [sum(1 for k, _ in seen if k == step["step"]) - q["names"]] if folded else [], f"{which}: how many are folded")
    for where in dice.sample(sorted(nodes, key=str), min(4, len(nodes))):
        equal(opened(engine, body, {"step": where[0], "event": where[1]}), set(nodes[where]), f"{which}: who is at {where}")
    for where in dice.sample(sorted(links, key=str), min(4, len(links))):
        equal(opened(engine, body, {"step": where[0], "previous": where[1], "event": where[2]}), set(links[where]), f"{which}: who went {where}")
    for where in dice.sample(sorted(ends, key=str), min(3, len(ends))):
        equal(opened(engine, body, {"step": where[0], "event": where[1], "dropped": True}), set(ends[where]), f"{which}: who went no further than {where}")
    equal(opened(engine, body, {"step": 0}), {user for user, found in paths.items() if found}, f"{which}: who has a path")
    return got, nodes, links, ends


def a_shop(partitions, users):
    which = f"{partitions} partitions"
    engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
    now = int(time.time() * 1000)
    lives = {}
    for n in range(users):
        ms, life = now - dice.randrange(2 * DAY, 12 * DAY), []
        for _ in range(dice.randrange(1, 14)):
            ms += dice.choice((40000, 300000, 1800000, 5 * 3600000, DAY))
            if ms < now:
                life.append((ms, dice.choice(NAMES[:dice.randrange(2, 9)]), dice.randrange(1, 90)))
        if life:
            lives[f"u{n}"] = life
    some = [an_event(user, *one) for user, life in lives.items() for one in life]
    dice.shuffle(some)
    send(engine, some)
    plain = {"start": NAMES[0], "where": lambda p: True, "from": now - 9 * DAY, "to": now - DAY, "gap": 1800000, "window": 0, "events": None, "depth": 5, "names": 8, "repeats": False, "backward": False}
    questions = [(plain, {"start": NAMES[0]}), ({**plain, "depth": 3, "names": 2}, {"start": NAMES[0], "depth": 3, "names": 2}),
                 ({**plain, "window": 2 * DAY, "repeats": True, "names": 3}, {"start": NAMES[0], "windowDays": 2, "repeats": True, "names": 3}),
                 ({**plain, "start": NAMES[1], "backward": True, "names": 1, "gap": 7200000}, {"end": NAMES[1], "sessionMinutes": 120, "names": 1}),
                 ({**plain, "start": NAMES[0], "backward": True, "window": 3 * DAY, "where": lambda p: p > 40}, {"end": {"event": NAMES[0], "where": "e.price > 40.0"}, "windowDays": 3}),
                 ({**plain, "where": lambda p: p % 2 == 1, "events": NAMES[1:4]}, {"start": {"event": NAMES[0], "where": "int(e.price) % 2 == 1"}, "events": NAMES[1:4]})]
    for number, (q, more) in enumerate(questions):
        same(engine, f"{which}, question {number}", lives, q, {**more, "from": text_of(q["from"]), "to": text_of(q["to"])})
    got, _, links, ends = same(engine, f"{which}, all", lives, {**plain, "names": 20, "depth": 4}, {"start": NAMES[0], "depth": 4, "names": 20, "from": text_of(plain["from"]), "to": text_of(plain["to"])})
    body = {"start": NAMES[0], "depth": 4, "names": 20, "from": text_of(plain["from"]), "to": text_of(plain["to"])}
    table = engine.ask("POST", "/api/v1/reports/paths", body, key=kit.TOKEN, headers={"Accept": "text/csv"})
    check(table.header("Content-Type").startswith("text/csv") and "paths.csv" in table.header("Content-Disposition"), "a table", table.headers)
    rows = list(csv.reader(io.StringIO(table.body.decode())))
    guarded = lambda name: "'" + name if name[0] == "=" else name
    want = {(str(k), guarded(a), guarded(b)): (str(len(users)), str(len(set(users)))) for (k, a, b), users in links.items()}
    want |= {(str(k + 1), guarded(name), "(dropped)"): (str(len(users)), "") for (k, name), users in ends.items()}
    equal({tuple(row[:3]): tuple(row[3:]) for row in rows[1:]}, want, f"{which}: the table says the same")
    check(any(row[2].startswith("'=") for row in rows), "a name that looks like a formula is guarded")
    people = engine.admin("POST", "/api/v1/reports/paths?format=csv", {**body, "open": {"step": 1, "event": NAMES[1], "limit": 500}})
    equal({row[1] for row in list(csv.reader(io.StringIO(people.body.decode())))[1:]}, {user for (k, _, name), users in links.items() if (k, name) == (1, NAMES[1]) for user in users}, f"{which}: customers as a table")
    status, out, err = kit.run("report", "paths", json.dumps(body), "--data", engine.data)
    check(status == 0 and out == table.body.decode(), "the command line prints it", (status, err, out[:200]))
    status, out, err = kit.run("report", "paths", "-", "--data", engine.data, "--json", stdin=json.dumps(body).encode())
    equal((status, json.loads(out)["paths"]), (0, got["paths"]), "and the engine's own JSON")
    equal(engine.admin("PUT", "/api/v1/segments/half", {"expression": "customer.bucket('h', 2) == 0"}).status, 200, "a segment")
    equal(ask(engine, {"start": NAMES[0], "segment": "half"})["customers"], engine.admin("GET", "/api/v1/segments/half").json["size"], f"{which}: of a segment")
    engine.stop()


def wrong_questions():
    engine = kit.Engine()
    a = {"start": "a"}
    for body, field in (({}, "start"), ({"start": "a", "end": "b"}, "end"), ({"end": 7}, "end"), ({**a, "depth": 11}, "depth"), ({**a, "depth": 0}, "depth"), ({**a, "names": 21}, "names"), ({**a, "repeats": 1}, "repeats"),
                        ({**a, "windowDays": 0}, "windowDays"), ({**a, "windowDays": 1, "sessionMinutes": 3}, "windowDays"), ({**a, "sessionMinutes": 0}, "sessionMinutes"), ({**a, "events": "b"}, "events"),
                        ({**a, "events": ["b"] * 51}, "events"), ({**a, "from": "soon"}, "from"), ({**a, "to": 7}, "to"), ({**a, "open": {}}, "open.step"), ({**a, "open": {"step": 6}}, "open.step"),
                        ({**a, "open": {"step": 1, "event": 7}}, "open.event"), ({**a, "open": {"step": 1, "limit": 501}}, "open.limit"), ({**a, "format": "xml"}, "format"), ({"start": {"event": "b", "where": "e.prise > 1.0"}}, "start.where")):
        answer = engine.admin("POST", "/api/v1/reports/paths", body)
        equal((answer.status, answer.json.get("field")), (400, field), f"a wrong {field} is named")
    equal(engine.admin("POST", "/api/v1/reports/paths", {**a, "segment": "nowhere"}).status, 404, "a segment that is not there")
    equal((ask(engine, a)["steps"], ask(engine, a)["links"]), ([], []), "an empty shop")
    equal(engine.serve("POST", "/api/v1/reports/paths", a).status, 403, "a server key asks no reports")
    equal(kit.run("report", "nothing", "--data", engine.data)[0], 2, "a report that is not there")
    engine.stop()


def main():
    a_shop(1, 150)
    a_shop(3, 1400)  # two threads
    wrong_questions()
    say("done")
    kit.finish()


main()
