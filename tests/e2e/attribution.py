#!/usr/bin/env python3
"""Attribution over HTTP: what each rule gives each channel is what dividing every order by hand says, to the cent, on one and three partitions, for events that come late
and customers who turn out to be one; the same bytes after a kill and after folding anew; figures open to their customers; beside it what experiments measured."""
import base64
import csv
import datetime
import io
import json
import random
import shutil
import time
import urllib.parse

import kit
from kit import basic, check, equal, say

dice = random.Random(7)
DAY, MINUTE = 86400000, 60000
MODELS = ["first", "last", "linear", "decay", "position", "shapley", "markov"]
SOURCES = [("google", "cpc", "spring"), ("mail", "email", "letter"), ("baidu", "organic", None), None, None]
made = 0


def text_of(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).isoformat(timespec="milliseconds")


def context_of(source):
    if source is None:
        return {"page": {"url": "https://shop.example/a", "referrer": "https://shop.example/"}}
    if source[1] == "organic":
        return {"page": {"url": "https://shop.example/", "referrer": "https://www.baidu.com/s?wd=tea"}}
    return {"campaign": {"source": source[0], "medium": source[1], "name": source[2]}, "page": {"url": "https://shop.example/"}}


def an_event(who, ms, source=None, order=None):
    global made
    made += 1
    event = {"messageId": f"a{made}", "timestamp": text_of(ms), **who}
    if order is None:
        return {**event, "type": "page", "name": "Home", "context": context_of(source), "properties": {}}
    return {**event, "type": "track", "event": "Order Completed", "properties": {"order_id": f"o{made}", "revenue": order / 100, "currency": "CNY", "products": [{"product_id": "p1", "price": order / 100, "quantity": 1}]}}


def send(engine, some):
    for i in range(0, len(some), 200):
        equal(engine.collect("batch", {"batch": some[i:i + 200]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def touches_of(life):
    """[(ms, channel)] visit by visit; life: [(ms, source, order)] by time."""
    found, visit = [], []
    def close():
        named = []
        for ms, source, order in visit:
            if order is None and source is not None:
                name = f"{source[0]} / {source[1]}"
                if not named or named[-1][1] != name:
                    named.append((ms, name))
        there = [ms for ms, _, order in visit if order is None]
        found.extend(named if named else [(there[0], "direct")] if there else [])
    for one in life:
        if visit and one[0] - visit[-1][0] >= 30 * MINUTE:
            close()
            visit = []
        visit.append(one)
    if visit:
        close()
    return found


def weights(model, n, names):
    if model == "first": return [1.0] + [0.0] * (n - 1)
    if model == "last": return [0.0] * (n - 1) + [1.0]
    if model == "linear": return [1 / n] * n
    if model == "decay":
        raw = [0.5 ** ((n - 1 - i) / 2) for i in range(n)]
        return [one / sum(raw) for one in raw]
    if model == "position":
        return [1.0] if n == 1 else [.5, .5] if n == 2 else [.4] + [.2 / (n - 2)] * (n - 2) + [.4]
    return [1 / len(set(names)) / names.count(name) for name in names] # shapley


def by_hand(lives, start, end, back):
    money, conversions, total, untouched = {m: {} for m in MODELS[:-1]}, {m: {} for m in MODELS[:-1]}, 0, [0, 0]
    whose = {}
    for user, life in lives.items():
        touches = touches_of([one for one in life if one[0] < end])
        for ms, _, order in life:
            if order is None or not start <= ms < end:
                continue
            path = [name for at, name in touches if ms - back <= at <= ms]
            if not path:
                untouched[0] += 1
                untouched[1] += order
                whose.setdefault("", set()).add(user)
                continue
            total += order
            for name in path:
                whose.setdefault(name, set()).add(user)
            for m in money:
                for name, weight in zip(path, weights(m, len(path), path)):
                    money[m][name] = money[m].get(name, 0) + weight * order
                    conversions[m][name] = conversions[m].get(name, 0) + weight
    return money, conversions, total, untouched, whose


def ask(engine, body):
    answer = engine.admin("POST", "/api/v1/reports/attribution", body)
    check(answer.status == 200, "an attribution", answer.body)
    return answer.json


def opened(engine, body, channel):
    found, cursor = set(), ""
    while True:
        page = ask(engine, {**body, "open": {"channel": channel, "limit": 7, "cursor": cursor}})
        found |= {one["userId"] for one in page["items"]}
        cursor = page["next"]
        if not cursor:
            return found


def plain(answer):
    return {k: v for k, v in answer.items() if k != "tookUs"}


def compare(got, want, which):
    money, conversions, total, untouched, _ = want
    equal((got["valueCents"], got["untouched"]["conversions"], got["untouched"]["valueCents"]), (total, untouched[0], untouched[1]), f"{which}: totals")
    for m in MODELS:
        equal(sum(c["models"][m]["valueCents"] for c in got["channels"]), total, f"{which}, {m}: money adds up to the cent")
        equal(round(100 * sum(c["models"][m]["conversions"] for c in got["channels"])), 100 * got["conversions"], f"{which}, {m}: conversions add up")
    for c in got["channels"]:
        for m in MODELS[:-1]:
            check(abs(c["models"][m]["valueCents"] - money[m].get(c["channel"], 0)) <= 1, f"{which}, {m}, {c['channel']}: as by hand", c)
            check(abs(c["models"][m]["conversions"] - conversions[m].get(c["channel"], 0)) <= 0.011, f"{which}, {m}, {c['channel']}: conversions as by hand", c)
    check(set(money["linear"]) <= {c["channel"] for c in got["channels"]}, f"{which}: every channel is there")


def as_a_table(engine, body, got, want, which):
    table = engine.ask("POST", "/api/v1/reports/attribution", body, key=kit.TOKEN, headers={"Accept": "text/csv"})
    check(table.header("Content-Type").startswith("text/csv") and "attribution.csv" in table.header("Content-Disposition"), f"{which}: a table", table.headers)
    rows = list(csv.DictReader(io.StringIO(table.body.decode())))
    equal([row["channel"] for row in rows], [c["channel"] for c in got["channels"]] + ["(no touch)"], f"{which}: a row a channel and one for the others")
    for m in MODELS:
        equal([int(row[f"{m}_value_cents"]) for row in rows], [c["models"][m]["valueCents"] for c in got["channels"]] + [got["untouched"]["valueCents"]], f"{which}, {m}: cents of the table")
        equal(sum(round(100 * float(row[f"{m}_conversions"])) for row in rows), 100 * (got["conversions"] + got["untouched"]["conversions"]), f"{which}, {m}: its conversions add up")
    people = engine.admin("POST", "/api/v1/reports/attribution?format=csv", {**body, "open": {"channel": "direct", "limit": 500}})
    equal({row["user_id"] for row in csv.DictReader(io.StringIO(people.body.decode()))}, want[4].get("direct", set()), f"{which}: customers as a table")
    status, out, err = kit.run("report", "attribution", json.dumps(body), "--data", engine.data)
    check(status == 0 and out == table.body.decode(), f"{which}: the command line prints it", (status, err, out[:200]))


def a_shop(partitions):
    which = f"{partitions} partitions"
    options = ("--partitions", str(partitions)) if partitions > 1 else ()
    engine = kit.Engine(options=options)
    now = int(time.time() * 1000)
    lives, events = {}, []
    for n in range(90):
        user, life = f"u{n}", []
        for ms in sorted(dice.sample(range(now - 60 * DAY, now - DAY), dice.randrange(0, 9))):
            for k in range(dice.randrange(1, 4)):
                life.append((ms + k * 7 * MINUTE, dice.choice(SOURCES), None))
            if dice.random() < 0.4:
                life.append((ms + 29 * MINUTE + dice.randrange(2) * 5 * DAY, None, dice.randrange(1, 99999)))
        life.sort(key=lambda one: one[0])
        life = [one for i, one in enumerate(life) if i == 0 or one[0] != life[i - 1][0]]
        lives[user] = life
        parted = n % 4 == 0 and len(life) > 2 # the first part as a visitor, who logs in later
        for i, (ms, source, order) in enumerate(life):
            who = {"anonymousId": f"v{n}"} if parted and i < len(life) // 2 else {"userId": user, "anonymousId": f"v{n}"} if parted else {"userId": user}
            events.append(an_event(who, ms, source, order))
    dice.shuffle(events) # late, and a visitor may be merged before or after his events
    send(engine, events)
    start, end = now - 40 * DAY, now - 2 * DAY
    body = {"from": text_of(start), "to": text_of(end), "lookbackDays": 10}
    want = by_hand(lives, start, end, 10 * DAY)
    got = ask(engine, body)
    compare(got, want, which)
    check(got["conversions"] > 20 and got["pathsWithoutConversion"] > 5 and len(got["channels"]) == 4, f"{which}: enough to compare", got)
    for channel in [c["channel"] for c in got["channels"]] + [""]:
        equal(opened(engine, body, channel), want[4].get(channel, set()), f"{which}: who converted with {channel or 'nothing'}")
    equal({c["channel"] for c in ask(engine, {**body, "level": "campaign"})["channels"]}, {"google / cpc / spring", "mail / email / letter", "baidu / organic", "direct"}, f"{which}: campaigns")
    equal({c["channel"] for c in ask(engine, {**body, "level": "medium"})["channels"]}, {"cpc", "email", "organic", "direct"}, f"{which}: media")
    without = ask(engine, {**body, "direct": False})
    equal(without["valueCents"] + without["untouched"]["valueCents"], want[2] + want[3][1], f"{which}: without direct visits the total is the same")
    check(all(c["channel"] != "direct" for c in without["channels"]), f"{which}: no direct")
    homes = ask(engine, {**body, "event": "Home"})
    equal(homes["valueCents"], 0, f"{which}: an event without money")
    check(homes["conversions"] > 50, f"{which}: another event", homes)
    as_a_table(engine, body, got, want, which)
    engine.kill()
    again = kit.Engine(engine.data, options=options)
    equal(plain(ask(again, body)), plain(got), f"{which}: the same after a kill")
    again.stop()
    shutil.rmtree(f"{again.data}/state")
    folded = kit.Engine(again.data, options=options)
    equal(plain(ask(folded, body)), plain(got), f"{which}: the same when folded anew")
    folded.stop()
    return plain(got)


def beside_it():
    engine = kit.Engine()
    set_up = {"title": "Calm", "placements": ["home"], "arms": [{"name": "control", "weight": 1}, {"name": "mail", "weight": 1, "policy": {"tired_weight": 0.5}}], "metrics": ["revenue", "orders"], "windowDays": 14, "beforeDays": 0}
    equal(engine.admin("PUT", "/api/v1/experiments/mail", set_up).status, 200, "an experiment")
    empty = ask(engine, {})
    equal((empty["channels"], empty["incrementality"]["measured"], empty["incrementality"]["holdout"]), ([], [], False), "an empty shop")
    check("home" in empty["incrementality"]["notMeasured"] and "cart" in empty["incrementality"]["notMeasured"], "nothing is measured")
    equal(engine.admin("PUT", "/api/v1/experiments/mail/state", {"state": "running"}).status, 200, "it runs")
    now = int(time.time() * 1000)
    send(engine, [an_event({"userId": f"m{n}"}, now - 3600000, SOURCES[1]) for n in range(60)])
    for n in range(60):
        engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": f"m{n}", "n": 3})
    send(engine, [an_event({"userId": f"m{n}"}, int(time.time() * 1000), order=1000 + 10 * n) for n in range(0, 60, 2)])
    got = ask(engine, {})
    measured = got["incrementality"]["measured"]
    equal([(one["experiment"], one["arm"], one["placements"]) for one in measured], [("mail", "mail", ["home"])], "what is measured")
    money = measured[0]["money"]
    check(money["low"] <= money["perCustomer"] <= money["high"] and abs(money["all"] - money["perCustomer"] * measured[0]["customers"]) < 1e-6, "a lift with its interval, of a customer and of all", money)
    results = engine.admin("GET", "/api/v1/experiments/mail/results").json["metrics"][0]["differences"][0]["absolute"]
    equal((money["perCustomer"], money["low"], money["high"]), (results["estimate"], results["sequential"]["low"], results["sequential"]["high"]), "as the experiment says it")
    check("home" not in got["incrementality"]["notMeasured"] and "cart" in got["incrementality"]["notMeasured"], "home is measured")
    equal({c["channel"]: c["experiment"] for c in got["channels"]}, {"mail / email": "mail"}, "the channel is measured by the experiment of its name")
    engine.stop()


def sensors_and_latest():
    engine = kit.Engine()
    now = int(time.time() * 1000)
    for n, properties in enumerate(({"$utm_source": "wechat", "$utm_medium": "social"}, {"$latest_utm_source": "douyin", "$latest_utm_medium": "video"}, {"$utm_source": "wechat", "$latest_utm_source": "douyin"})):
        record = {"type": "track", "event": "$pageview", "distinct_id": f"s{n}", "time": now - 60000, "_track_id": n + 1, "properties": {"$is_login_id": True, **properties}}
        form = b"gzip=0&data=" + urllib.parse.quote(base64.b64encode(json.dumps(record).encode()).decode(), safe="").encode()
        equal(engine.ask("POST", "/sa?project=default", form, headers={"Content-Type": "application/x-www-form-urlencoded"}).status, 200, "a Sensors record")
    engine.sync()
    send(engine, [an_event({"userId": f"s{n}"}, now - 1000, order=100) for n in range(3)])
    equal({c["channel"] for c in ask(engine, {})["channels"]}, {"wechat / social", "douyin / video", "wechat / -"}, "what Sensors' events say")
    engine.stop()


def wrong_questions():
    engine = kit.Engine()
    for body, field in (({"from": "soon"}, "from"), ({"to": 7}, "to"), ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "from"), ({"lookbackDays": 0}, "lookbackDays"), ({"lookbackDays": 366}, "lookbackDays"),
                        ({"halfLife": -1}, "halfLife"), ({"event": 7}, "event"), ({"level": "all"}, "level"), ({"direct": "no"}, "direct"), ({"open": {}}, "open.channel"), ({"open": {"channel": "a", "limit": 0}}, "open.limit")):
        answer = engine.admin("POST", "/api/v1/reports/attribution", body)
        equal((answer.status, answer.json["field"]), (400, field), f"a wrong {field} is named")
    equal(engine.serve("POST", "/api/v1/reports/attribution", {}).status, 403, "a server key asks no reports")
    engine.stop()


def main():
    a_shop(1)
    a_shop(3)
    beside_it()
    sensors_and_latest()
    wrong_questions()
    say("done")
    kit.finish()


main()
