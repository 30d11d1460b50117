#!/usr/bin/env python3
"""The scene: the calendar that a workspace loads, by route and by command, over a restart."""
import json
import os

import kit
from kit import check, equal, say

YEAR = {"year": 2026, "papers": ["a notice"], "days": [
    {"name": "国庆节", "date": "2026-10-01", "isOffDay": True}, {"name": "国庆节", "date": "2026-10-02", "isOffDay": True},
    {"name": "国庆节", "date": "2026-10-10", "isOffDay": False}, {"name": "元旦", "date": "2025-12-31", "isOffDay": True}]}


def refused(answer, status, what, field):
    equal((answer.status, answer.json.get("field")), (status, field), what)


def days(engine, first, count):
    return engine.admin("GET", f"/api/v1/calendar?from={first}&days={count}").json


def kinds(engine, first, count):
    return [day["kind"] for day in days(engine, first, count)["items"]]


def calendar(engine):
    before = days(engine, "2026-10-01", 10)
    equal(before["years"], [{"year": 2026, "isSaid": False}], "nobody said the year")
    equal([d["kind"] for d in before["items"]], ["working"] * 2 + ["weekend"] * 2 + ["working"] * 5 + ["weekend"], "so its days follow the week")
    equal(engine.admin("PUT", "/api/v1/calendar", YEAR).json, {"year": 2026, "days": 4}, "a year is taken")
    equal(kinds(engine, "2026-10-01", 10), ["holiday"] * 2 + ["weekend"] * 2 + ["working"] * 6, "holidays, and a Saturday that is worked")
    equal(kinds(engine, "2025-12-31", 1), ["holiday"], "a day of the December before")
    day = days(engine, "2027-02-05", 2)["items"]
    equal([f["zh"] for f in day[0]["festivals"]], ["除夕"], "New Year's Eve by the lunar calendar")
    equal(day[1]["lunar"], {"year": 2027, "month": 1, "day": 1, "leap": False}, "and the first day of the lunar year")
    day = days(engine, "2026-11-07", 1)["items"][0]
    equal((day["window"], day["term"]), ("双11", {"zh": "立冬", "en": "Start of Winter"}), "shops sell for 双11; winter begins")
    for wrong, what in (({"year": 2026}, "no days"), ({"year": 2026, "days": [{"name": "x", "date": "2026-13-01", "isOffDay": True}]}, "no such date")):
        refused(engine.admin("PUT", "/api/v1/calendar", wrong), 400, what, "days")
    refused(engine.admin("GET", "/api/v1/calendar?days=0"), 400, "no days", "days")
    refused(engine.admin("GET", "/api/v1/calendar?from=soon"), 400, "no date", "from")
    equal(kinds(engine, "2026-10-01", 1), ["holiday"], "what is refused changes nothing")


def command(engine):
    path = os.path.join(kit.folder(), "2025.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"year": 2025, "days": [{"name": "春节", "date": "2025-01-28", "isOffDay": True}]}, file)
    status, out, error = kit.run("import", "--data", engine.data, "--format", "calendar", path)
    equal((status, json.loads(out)), (0, {"year": 2025, "days": 1}), f"the command brings a year: {error}")
    equal(kinds(engine, "2025-01-28", 1), ["holiday"], "it counts")
    status, _, error = kit.run("import", "--data", engine.data, "--format", "calendar", "/nonexistent")
    check(status == 3 and "cannot be read" in error, "a file that is not there", error)


def a_view(number, hour, category, context):
    return {"type": "track", "event": "Product Viewed", "userId": f"u{number % 40}", "messageId": f"m{number}", "timestamp": f"2026-10-{12 + number % 5}T{hour - 8:02}:00:00Z",
            "context": context, "properties": {"product_id": f"{category}{number % 8}", "category": category, "price": 9}}


def learned(partitions):
    """Snacks go in the evening and in the rain, books at noon: what is counted is what was sent, on one partition and on three."""
    engine = kit.Engine(options=("--time-zone", "Asia/Shanghai", *(("--partitions", str(partitions)) if partitions > 1 else ())))
    rain, clear = ({"weather": {"temp_c": degrees, "condition": sky}, "device": {"type": "mobile"}} for degrees, sky in ((9.6, "rain"), (21, "clear")))
    events = [a_view(n, 20, "snacks", rain) for n in range(300)] + [a_view(300 + n, 12, "books", clear) for n in range(300)]
    events += [a_view(600 + n, 12, "snacks", clear) for n in range(60)] + [a_view(660 + n, 20, "books", rain) for n in range(60)]
    for i in range(0, len(events), 200):
        engine.collect("batch", {"batch": events[i:i + 200]})
    engine.sync()
    table = engine.admin("GET", "/api/v1/scene").json
    columns = [(b["part"], b["bucket"]) for b in table["buckets"]]
    cells = {row["category"]: dict(zip(columns, row["cells"])) for row in table["items"]}
    equal([cells["snacks"][c]["views"] for c in (("hour", "evening"), ("hour", "noon"), ("sky", "rain"), ("temp", "cold"), ("device", "mobile"), ("where", "home"))], [300, 60, 300, 300, 360, 0], "what was sent is counted")
    effect = cells["snacks"]["hour", "evening"]["effect"]
    check(abs(effect - (300 + 30) / (360 / 2 + 30)) < 1e-4, "the effect is the formula's", effect)
    equal(cells["snacks"]["device", "mobile"]["effect"], 1, "all have a phone: that says nothing")
    lists(engine)
    status, out, error = kit.run("report", "scene", "--data", engine.data)
    check(status == 0 and "snacks,hour,evening,300,0,1.5714" in out, "the command tells the table", out + error)
    engine.stop()
    status, out, error = kit.run("check", "--data", engine.data)
    equal(status, 0, f"zhun check: {out} {error}")
    return table


def lists(engine):
    """An arm with the scene and one without; weather of the feed stands in for that of the ask."""
    arms = [{"name": name, "weight": 1, "policy": {"scene": on}} for name, on in (("with", 1), ("without", 0))]
    equal(engine.admin("PUT", "/api/v1/experiments/scene", {"placements": ["home"], "arms": arms, "metrics": ["conversion"]}).status, 200, "an experiment of the scene")
    equal(engine.admin("PUT", "/api/v1/experiments/scene/state", {"state": "running"}).status, 200, "it runs")
    equal(engine.admin("PUT", "/api/v1/weather", {"city": "Shenzhen", "temp_c": 8, "condition": "rain"}).json["condition"], "rain", "a feed says the weather")
    older = engine.admin("PUT", "/api/v1/weather", {"city": "Shenzhen", "at": "2026-01-01T00:00:00Z", "temp_c": 30, "condition": "clear"}).json
    equal((older["tempC"], older["condition"]), (8, "rain"), "an older reading changes nothing")
    first = {"with": [], "without": []}
    for user in range(40):
        answer = engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": f"u{user}", "n": 6, "explain": True, "context": {
            "time": "2026-10-18T12:00:00Z", "device": "mobile", "weather": {"temp_c": 9, "condition": "rain"}}}).json
        first[answer["experiment"]["arm"]].append(sum(item["itemId"].startswith("snacks") for item in answer["items"]))
        for item in answer["items"]:
            if item["reason"]["code"] == "scene":
                equal((answer["experiment"]["arm"], item["itemId"][:6]), ("with", "snacks"), "only there, and of what goes then")
    check(sum(first["with"]) / len(first["with"]) > sum(first["without"]) / len(first["without"]), "rain brings snacks where the scene counts", first)


def main():
    tables = [learned(1), learned(3)]
    equal(sorted(map(json.dumps, tables[0]["items"])), sorted(map(json.dumps, tables[1]["items"])), "three partitions count as one")
    engine = kit.Engine()
    calendar(engine)
    command(engine)
    engine.restart()
    equal(kinds(engine, "2026-10-01", 10) + kinds(engine, "2025-01-28", 1), ["holiday"] * 2 + ["weekend"] * 2 + ["working"] * 6 + ["holiday"], "after a restart the same")
    engine.stop()
    status, out, error = kit.run("check", "--data", engine.data)
    equal(status, 0, f"zhun check: {out} {error}")
    say("done")
    kit.finish()


main()
