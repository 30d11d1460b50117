#!/usr/bin/env python3
"""Predictions of a running engine: trained when asked, offered where they beat the RFM rule, readable in every place, kept over a restart;
a shop with nothing to learn from is told so. And `zhun analyze predict` on a table of the same shop."""
import datetime
import json
import os
import random
import subprocess
import tempfile
import time

import kit
from kit import WRITE, basic, check, equal, iso, now_ms

DAY = 86400000
dice = random.Random(5)
engine = kit.Engine()


def shop():
    """300 customers who buy by a clock of their own, 15 to 40 days apart, over 200 days; half of them stopped some time ago."""
    events = []
    for customer in range(300):
        gap, at = dice.uniform(15, 40), dice.uniform(0, 30)
        stops = dice.uniform(60, 200) if customer % 2 else 200
        while at < stops:
            events.append((f"u{customer}", 200 - at))
            at += gap * dice.uniform(.85, 1.15)
    return events


def sent(number, user, ago):
    return {"type": "track", "event": "Order Completed", "userId": user, "messageId": f"m{number}", "timestamp": iso(now_ms() - int(ago * DAY)),
            "properties": {"order_id": f"o{number}", "revenue": 20 + number % 7, "currency": "CNY", "products": [{"product_id": f"p{number % 9}", "price": 20, "quantity": 1}]}}


def models():
    answer = engine.admin("GET", "/api/v1/predictions")
    equal(answer.status, 200, "the predictions can be read")
    return answer.json


def trained():
    """Train, and wait until it is done: seconds, but minutes on a busy machine."""
    before = models()["version"]
    answer = engine.admin("POST", "/api/v1/predictions/train", {})
    equal((answer.status, answer.json["training"]), (202, True), "a training is asked for")
    end = time.monotonic() + 600
    while models()["training"] and time.monotonic() < end:
        time.sleep(.1)
    now = models()
    equal((now["training"], now["version"]), (False, before + 1), "a training ends and is counted")
    return now


# ---- a shop without history ----

equal({key: models()[key] for key in ("version", "training", "items", "trainedAt")}, {"version": 0, "training": False, "items": [], "trainedAt": None}, "nothing was trained yet")
equal(engine.collect("track", sent(0, "u0", 1)).status, 200, "an order is taken")
engine.sync()
equal(engine.serve("GET", "/v1/profiles/u0").json["predictions"], None, "before the first training nothing is predicted")
now = trained()
equal([(one["name"], one["offered"], bool(one["why"])) for one in now["items"]], [("buy_7d", False, True), ("buy_30d", False, True), ("lapse", False, True)], "one order teaches nothing, and that is said")

# ---- a shop with one ----

events = shop()
for at in range(1, len(events), 200):
    batch = [sent(at + i, *event) for i, event in enumerate(events[at:at + 200])]
    equal(engine.collect("batch", {"batch": batch}, auth=basic(WRITE)).status, 200, "a batch is taken")
engine.sync()
now = trained()
by_name = {one["name"]: one for one in now["items"]}
week = by_name["buy_7d"]
check(week["offered"] and week["why"] is None and week["auc"] > week["rfmAuc"] and week["auc"] > .7, "orders of a week are offered, and better than the RFM rule", week)
check(len(week["testedAsOf"]) == 4 and week["did"] >= 100 and week["asked"] - week["did"] >= 100, "they were tested on enough customers and four days", week)
newest = datetime.date.fromisoformat(week["testedAsOf"][0])
check((datetime.datetime.now(datetime.timezone.utc).date() - newest).days in (8, 9), "the newest test looks a window back from yesterday", week)
check(len(week["bins"]) == 10 and all(0 <= one["low"] <= one["cameTrue"] <= one["high"] <= 1 for one in week["bins"]), "ten groups show how true they came", week)
check(abs(sum(one["predicted"] * one["customers"] for one in week["bins"]) - week["expected"]) < 1e-6 and week["calibrationError"] < .15, "their sums are those of the test", week)


def predictions(user):
    return engine.serve("GET", f"/v1/profiles/{user}").json["predictions"]


mine = predictions("u0")
chance = next(one["probability"] for one in mine["items"] if one["name"] == "buy_7d")
check(0 < chance < 1 and mine["version"] == 2 and mine["until"] > iso(now_ms()), "a customer's profile says what is predicted, and until when", mine)
row = engine.admin("POST", "/api/v1/segments/preview", {"expression": "customer.orders.count() > 0", "limit": 1}).json["items"][0]
found = engine.admin("GET", f"/api/v1/customers/{row['id']}/predictions").json["predictions"]
equal(found, predictions(row["userId"]), "the console's answer is the profile's")
equal(engine.admin("GET", "/api/v1/customers/999999/predictions").status, 404, "nobody has no predictions")

# ---- expressions: equal to the answers customer by customer ----

every = {f"u{i}": predictions(f"u{i}") for i in range(300)}
names = {"buy_7d": .2, "lapse": .5}
for name, least in names.items():
    expected = sum(1 for one in every.values() if one and any(item["name"] == name and item["probability"] >= least for item in one["items"]))
    counted = engine.admin("POST", "/api/v1/segments/preview", {"expression": f"customer.predictions.{name} >= {least}"}).json
    if by_name[name]["offered"]:
        equal(counted["matching"], expected, f"a segment by {name} holds whom the profiles say")
        check(0 < expected < 300, f"{name} parts customers", expected)
    else:
        equal(counted["matching"], 0, f"{name} is not offered, so nobody matches")
if now["clv"]:
    expected = sum(1 for one in every.values() if one and one["clv"] is not None and one["clv"] > 100)
    equal(engine.admin("POST", "/api/v1/segments/preview", {"expression": "customer.predictions.clv > 100.0"}).json["matching"], expected, "and by the money of the next year")
equal(engine.admin("POST", "/api/v1/segments/preview", {"expression": "customer.predictions.magic > 0.1"}).status, 400, "a prediction nobody knows is refused")

# ---- who does not want to be personalised is not predicted ----

equal(engine.serve("PUT", "/v1/consents/u2", {"personalization": False}).status, 200, "a customer says no")
engine.sync()
equal(predictions("u2"), None, "and is not predicted")

# ---- a restart keeps them ----

before = models()
engine.stop()
engine.start()
equal(models(), before, "after a restart the models and their tests are the same")
equal(predictions("u0")["items"], mine["items"], "and so is what they say")
# ---- commands ----

done = subprocess.run([kit.ZHUN, "train", "--data", engine.data, "--json"], capture_output=True, text=True, timeout=600)
equal((done.returncode, json.loads(done.stdout)["version"] if done.returncode == 0 else done.stderr), (0, before["version"] + 1), "zhun train trains")
done = subprocess.run([kit.ZHUN, "train", "--data", engine.data, "--model", "magic"], capture_output=True, text=True, timeout=60)
equal(done.returncode, 2, "a model nobody knows is a mistake")
equal(engine.metric("zhun_predictions_version"), before["version"] + 1, "a metric counts trainings")
check(engine.metric("zhun_predictions_training_seconds") > 0, "and their time")
engine.stop()

with tempfile.TemporaryDirectory() as folder:
    table = os.path.join(folder, "orders.csv")
    with open(table, "w", encoding="utf-8") as file:
        file.write("customer_id,date,revenue\n")
        today = datetime.date(2026, 1, 1)
        for user, ago in events:
            file.write(f"{user},{today - datetime.timedelta(days=int(ago))},20.5\n")
    done = subprocess.run([kit.ZHUN, "analyze", "predict", "--in", table, "--param", "target=buy_7d", "--json"], capture_output=True, text=True, timeout=600)
    if check(done.returncode == 0, "zhun analyze predict answers", done.stderr):
        one = json.loads(done.stdout)["predictions"][0]
        check(one["name"] == "buy_7d" and one["offered"] and one["auc"] > one["rfm_auc"], "and finds the same in a table", one)
    done = subprocess.run([kit.ZHUN, "analyze", "predict", "--in", table, "--param", "until=never"], capture_output=True, text=True, timeout=60)
    check(done.returncode == 2 and "'until'" in done.stderr, "a date that is none is a mistake", done.stderr)

kit.finish()
