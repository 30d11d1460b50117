#!/usr/bin/env python3
"""Home, work and frequent places: found from the coordinates of visits on 1 and 3 partitions and in any order, in all dialects; equal
to a count by hand; said of nobody who refused; gone nowhere but into cells; after a kill and a rebuild the same."""
import datetime
import os
import random

import kit
from kit import basic, check, equal

dice = random.Random(9)
DAY = 86400_000
SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
MONDAY = round(datetime.datetime(2025, 3, 3, tzinfo=SHANGHAI).timestamp() * 1000)
HOMES = {f"u{i}": (round(31.1 + dice.random() * 0.3, 5), round(121.3 + dice.random() * 0.3, 5)) for i in range(12)}
WORKS = {user: (round(31.1 + dice.random() * 0.3, 5), round(121.3 + dice.random() * 0.3, 5)) for user in list(HOMES)[:9]}


def cell(place):
    """Geohash of six characters, by halving."""
    low, high, at, out = [-180, -90], [180, 90], (place[1], place[0]), ""
    for character in range(6):
        value = 0
        for bit in range(5):
            axis = (character * 5 + bit) % 2
            middle = (low[axis] + high[axis]) / 2
            value = value * 2 + (at[axis] >= middle)
            (low if at[axis] >= middle else high)[axis] = middle
        out += "0123456789bcdefghjkmnpqrstuvwxyz"[value]
    return out


visits = []  # (user, ms, place or None)
for user in HOMES:
    for day in range(21):
        weekday = day % 7
        if dice.random() < 0.7:
            visits.append((user, MONDAY + day * DAY + round((20 + dice.random() * 3.5) * 3600_000), HOMES[user]))
        if user in WORKS and weekday < 5 and dice.random() < 0.7:
            visits.append((user, MONDAY + day * DAY + round((9.5 + dice.random() * 8) * 3600_000), WORKS[user]))
        if dice.random() < 0.3:
            visits.append((user, MONDAY + day * DAY + round((10 + dice.random() * 8) * 3600_000), (31.5 + dice.random(), 121.5)))
        if dice.random() < 0.3:
            visits.append((user, MONDAY + day * DAY + round(dice.random() * 24 * 3600_000), None))


def near(place):
    """The same cell, some metres away."""
    moved = (place[0] + dice.uniform(-2e-4, 2e-4), place[1] + dice.uniform(-2e-4, 2e-4))
    return moved if cell(moved) == cell(place) else place


def event(number, visit):
    user, ms, place = visit
    one = {"type": "track", "event": "Product Viewed", "messageId": f"m{number}", "timestamp": kit.iso(ms), "properties": {"product_id": f"p{number % 7}", "note": "x"},
           **({"anonymousId": f"device of {user}"} if number % 3 == 0 else {"userId": user, "anonymousId": f"device of {user}"})}
    if place is not None and number % 4 == 0:
        one["properties"].update({"lat": near(place)[0], "lon": near(place)[1]})
    elif place is not None and number % 4 == 1:
        one["properties"].update({"$latitude": round(near(place)[0] * 1e6), "$longitude": round(near(place)[1] * 1e6)})
    elif place is not None:
        one["context"] = {"location": {"city": "Shanghai", "latitude": near(place)[0], "longitude": near(place)[1]}}
    return one


def by_hand(user):
    """Distinct days by cell and kind; a day begins at 8."""
    days = {}
    for who, ms, place in visits:
        if who != user or place is None:
            continue
        at = datetime.datetime.fromtimestamp(ms / 1000, SHANGHAI) - datetime.timedelta(hours=8)
        kind = "nights" if at.hour >= 12 else "weekends" if at.weekday() >= 5 else "workDays" if 1 <= at.hour < 10 else "edges"
        days.setdefault(cell(place), {}).setdefault(kind, set()).add(at.date())
    return days


def check_user(engine, user, when):
    places = engine.serve("GET", f"/v1/profiles/{user}/portrait").json["places"]
    days = by_hand(user)
    if not check(places is not None, f"{when}: {user} has places"):
        return
    equal(places["cells"], len(days), f"{when}: {user}: cells")
    check(len(places["frequent"]) == min(5, len(days)), f"{when}: {user}: at most five are shown", places)
    for one in places["frequent"]:
        wanted = {kind: len(days[one["value"]].get(kind, ())) for kind in ("nights", "workDays", "weekends", "edges")}
        equal({kind: one[kind] for kind in wanted}, wanted, f"{when}: {user}: days in {one['value']}")
        check(cell((one["latitude"], one["longitude"])) == one["value"] and 0 < one["confidence"] < 1 and 0 < one["share"] <= 1, f"{when}: {user}: the middle of {one['value']} lies in it", one)
    equal(places["home"] and places["home"]["value"], cell(HOMES[user]), f"{when}: {user}: home")
    equal(places["work"] and places["work"]["value"], cell(WORKS[user]) if user in WORKS else None, f"{when}: {user}: work")
    return places


def portraits(engine):
    return {user: engine.serve("GET", f"/v1/profiles/{user}/portrait").json["places"] for user in HOMES}


sent = [event(number, visit) for number, visit in enumerate(visits)]
told = []
for partitions in (1, 3):
    engine = kit.Engine(options=["--partitions", str(partitions)])
    dice.shuffle(sent)
    for at in range(0, len(sent), 100):
        equal(engine.collect("batch", {"batch": sent[at:at + 100]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()
    for user in HOMES:
        check_user(engine, user, f"{partitions} partitions")
    told.append(portraits(engine))
    if partitions == 1:
        engine.stop()
equal(told[0], told[1], "1 and 3 partitions, and another order, say the same")

# By the other doors.
home = cell(HOMES["u1"])
ask = lambda text: {one["userId"] for one in engine.admin("POST", "/api/v1/segments/preview", {"expression": text, "limit": 50}).json["items"]}
equal(ask(f"customer.home_cell == '{home}'"), {user for user in HOMES if cell(HOMES[user]) == home}, "a condition on a home")
equal(ask("has(customer.work_cell)"), set(WORKS), "who works somewhere")
status, out, _ = kit.run("profile", "--data", engine.data, "--portrait", "u1")
check(status == 0 and f"home  {home}" in out and f"work  {cell(WORKS['u1'])}" in out, "the command prints them", out)

# Nothing but cells: coordinates are sealed, and the shop cannot write the mark itself.
engine.collect("track", {"event": "Seen", "userId": "liar", "messageId": "l1", "context": {"$cell": "wtw3sj"}, "properties": {"lng": 121.4}})
for night in range(5):
    engine.collect("track", {"event": "Seen", "userId": "shy", "messageId": f"s{night}", "timestamp": kit.iso(MONDAY + night * DAY + 21 * 3600_000),
                             "context": {"location": {"latitude": 31.2304, "longitude": 121.4737}, **({} if night > 2 else {"consent": {"categoryPreferences": {"Analytics": False}}})}})
engine.sync()
equal(engine.serve("GET", "/v1/profiles/liar/portrait").json["places"], None, "a mark of somebody else's counts nothing")
places = engine.serve("GET", "/v1/profiles/shy/portrait").json["places"]
equal((places["home"], places["frequent"][0]["nights"]), (None, 2), "events that refuse analytics are not counted")
log = b"".join(open(os.path.join(where, name), "rb").read() for where, _, names in os.walk(os.path.join(engine.data, "log")) for name in names)
check(log.count(b'"$cell":"wtw3sj"') == 2 and cell(HOMES["u1"]).encode() in log, "the log has cells, of those who let it")
check(not any(text in log for text in (b"31.2304", b"121.4737", b'"lat"', b'"longitude"', b'"$latitude"')), "and no coordinates that are not sealed")

# Refused: not shown, in no segment; allowed again: shown.
for allowed in (False, True):
    for field in ("analytics", "personalization"):
        equal(engine.serve("PUT", "/v1/consents/u1", {field: allowed, "version": "1", "source": "test"}).status, 200, "a choice is taken")
    engine.sync()
    equal(engine.serve("GET", "/v1/profiles/u1/portrait").json["places"] is not None, allowed, f"allowed: {allowed}")
    equal("u1" in ask(f"customer.home_cell == '{home}'"), allowed, f"and in conditions: {allowed}")
engine.kill()
engine.start()
equal(portraits(engine), told[1], "after a kill")
engine.is_equal("a rebuild agrees")
kit.finish()
