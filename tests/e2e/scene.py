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


def main():
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
