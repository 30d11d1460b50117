#!/usr/bin/env python3
"""What is too much leaves the log, oldest first, and nothing else leaves: profiles, reports, choices and e-mail addresses stay, what is sent
again stays a duplicate, and whoever asks for an event that is gone is told so. Kills fall while a base is made and while segments go; the
state is lost; a backup is restored.
"""
import glob
import hashlib
import json
import os
import random
import shutil
import time

import kit
from kit import check, equal

BATCH, BATCHES, KEEP = 100, 60, "3MB"
SMALL = ["--segment-mb", "1"]
RULE = [*SMALL, "--retention-size", KEEP]
WAIT_S = 300  # for what would hang


def batch(number):
    """Events whose text does not compress, so that segments fill."""
    return [{"type": "track", "userId": f"u{(number * 7 + i) % 90}", "event": "Product Viewed", "messageId": f"m-{number}-{i}",
             "properties": {"product_id": f"p{i % 30}", "note": "".join(hashlib.sha256(f"{number}.{i}.{k}".encode()).hexdigest() for k in range(12))}} for i in range(BATCH)]


def state_of(engine):
    return engine.admin("GET", "/api/v1/retention").json


def wait_until_small(engine):
    """The log is as large as the rule allows, and the engine rests."""
    end = time.monotonic() + WAIT_S
    while True:
        now = state_of(engine)
        if now["logBytes"] <= now["rule"]["logBytes"] and now["phase"] == "waiting":
            return now
        if now["phase"] == "failed" or time.monotonic() > end:
            raise SystemExit(f"retention does not come to an end: {now} {engine.lines[-5:]}")
        time.sleep(0.05)


def picture(engine):
    """What people see of customers and the shop."""
    engine.draw()
    counts = engine.admin("GET", "/api/v1/system").json["counts"]
    out = {"report": engine.admin("GET", "/api/v1/reports/orders").json, "counts": {k: counts[k] for k in ("events", "customers", "items", "orders", "deadLetters")}}
    for user in ("u1", "u42", "ann", "imported"):
        out[user] = engine.serve("GET", f"/v1/profiles/{user}").json
    return out


def send_again(engine, numbers, what):
    for number in numbers:
        answer = engine.collect("batch", {"batch": batch(number)}).json
        equal((answer["accepted"], answer["duplicate"]), (0, BATCH), f"{what}: batch {number}, sent again, is known")


engine = kit.Engine(options=SMALL)
engine.collect("identify", {"userId": "ann", "messageId": "ann-1", "traits": {"email": "ann@example.com", "city": "Hangzhou"}})
engine.serve("PUT", "/v1/consents/ann", {"personalization": False, "version": "v1"})
engine.collect("track", {"event": "Nobody", "messageId": "nobody-1"})
listing = os.path.join(kit.folder(), "orders.csv")
with open(listing, "w", encoding="utf-8") as file:
    file.write("order_id,customer_id,item_id,title,category,quantity,unit_price,currency,ordered_at\n")
    file.writelines(f"O{i},imported,p{i},Thing,Cat,1,5.00,CNY,{kit.iso(kit.now_ms() - 86400000)}\n" for i in range(5))
status, out, _ = kit.run("import", "--data", engine.data, "--format", "orders-csv", "--json", listing)
old_import = json.loads(out.strip().split("\n")[-1])
equal(status, 0, "a file is imported")
decision = engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": "u1", "n": 3}).json["decisionId"]
for number in range(BATCHES):
    equal(engine.collect("batch", {"batch": batch(number)}).json["accepted"], BATCH, "events are taken")
engine.sync()
whole = state_of(engine)
equal((whole["phase"], whole["whole"], whole["base"], whole["rule"]), ("off", True, None, {}), "without a rule everything is kept")
check(whole["logBytes"] > 4_000_000, "there is something to drop", whole)
before, letters = picture(engine), engine.letters()
equal(engine.serve("GET", f"/v1/decisions/{decision}").status, 200, "the decision is there")
equal(engine.admin("GET", "/api/v1/events/0-0").status, 404, "nothing but definitions at the log's beginning, and it is there")
equal(engine.stop(), 0, "it ends well")
pristine = engine.data + ".pristine"
shutil.copytree(engine.data, pristine)

# ---- a rule ----

engine.options = RULE
engine.start()
small = wait_until_small(engine)
check(small["base"]["number"] >= 1 and not small["whole"] and small["droppedSegments"] > 0, "segments went, behind a base", small)
engine.is_equal("base and tail")
equal(picture(engine), before, "everything that people see is as it was")
equal(engine.admin("GET", "/api/v1/events/0-3").json["code"], "expired", "an event that went is told to be expired")
equal(engine.admin("GET", "/api/v1/events/0-3").status, 410, "which is no error of who asks")
page = engine.serve("GET", "/v1/profiles/u1/events?limit=500").json
check(page["next"] is None and page["expiredBefore"] == small["oldestAt"], "a timeline says where it begins", (page["next"], page.get("expiredBefore")))
check(0 < len(page["events"]) < sum(e["userId"] == "u1" for n in range(BATCHES) for e in batch(n)), "and holds what is left", len(page["events"]))
now = [letter for letter in engine.letters() if letter["messageId"] == "" and letter.get("expired")]
equal((len(engine.letters()), len(now)), (len(letters), 1), "a dead letter stays in the list, and its text is said to be gone")
tried = engine.admin("POST", f"/api/v1/deadletters/{now[0]['id']}/replay", {})
check("retention" in tried.body.decode(), "it cannot be sent again, and is told why", tried)
equal(engine.serve("GET", f"/v1/decisions/{decision}").status, 404, "so it is with a decision")
refused = engine.admin("POST", f"/api/v1/imports/{old_import['import']}/undo")
equal((refused.status, refused.json["code"]), (409, "expired"), "an import that went is not taken back, and it is said why")
send_again(engine, (0, 1, BATCHES - 1), "after the drop")
status, said, _ = kit.run("retention", "--data", engine.data)
check(status == 0 and "base " in said and "larger than 3.0 MB" in said, "the command tells of it", said)
metrics = engine.ask("GET", "/metrics").body.decode()
check(all(name in metrics for name in ("zhun_log_oldest_seconds", "zhun_base_bytes", "zhun_log_dropped_segments_total")), "and so do metrics")
exported = [event["messageId"] for event in engine.export()]
check(len(exported) == len(set(exported)) and f"m-{BATCHES - 1}-0" in exported and "m-0-0" not in exported, "an export holds what is left", len(exported))

with open(listing, "a", encoding="utf-8") as file:
    file.write(f"O9,imported,p9,Thing,Cat,1,5.00,CNY,{kit.iso(kit.now_ms() - 86400000)}\n")
before_import = picture(engine)
status, out, _ = kit.run("import", "--data", engine.data, "--format", "orders-csv", "--json", listing)
fresh = json.loads(out.strip().split("\n")[-1])
equal((status, fresh["accepted"], fresh["duplicate"]), (0, 1, 5), "lines of the dropped import are duplicates, a new one is taken")
equal(engine.admin("POST", f"/api/v1/imports/{fresh['import']}/undo").status, 202, "an import that is whole in the log is taken back")
end = time.monotonic() + WAIT_S
while True:  # the engine opens itself anew
    try:
        if engine.admin("GET", f"/api/v1/imports/{fresh['import']}").json["import"]["state"] == "undone":
            break
    except (OSError, kit.http.client.HTTPException):
        pass
    if time.monotonic() > end:
        raise SystemExit("the undoing does not end")
    time.sleep(0.1)
equal(picture(engine), before_import, "from base and tail")
engine.is_equal("after the undoing")

# ---- a backup, a lost state, restarts ----

place = kit.folder()
to, target = os.path.join(place, "backup"), os.path.join(place, "restored")
status, said, error = kit.run("backup", "--data", engine.data, "--with-key", to)
equal(status, 0, "a backup is made: " + error)
check(glob.glob(os.path.join(to, "base", "*", "base.json")), "the base is in it")
status, said, error = kit.run("restore", to, "--data", target)
equal(status, 0, "and restored: " + error)
shutil.rmtree(os.path.join(target, "state"))
restored = kit.Engine(data=target, options=RULE)
equal(picture(restored), before_import, "without its views it is told anew from base and tail")
send_again(restored, (0, 30), "in the restored folder")
restored.is_equal("in the restored folder")
equal(restored.stop(), 0, "it ends well")
status, said, error = kit.run("backup", "--data", engine.data, "--with-key", to)
equal(status, 0, "the backup is brought up to date: " + error)

rows = max(glob.glob(os.path.join(to, "base", "*", "state", "*.sst")), key=os.path.getsize)
with open(rows, "r+b") as file:
    file.seek(200)
    byte = file.read(1)
    file.seek(200)
    file.write(bytes([byte[0] ^ 1]))
shutil.rmtree(target)
status, said, error = kit.run("restore", to, "--data", target)
equal((status, "damaged" in error), (1, True), "a changed byte in a backup's base is found: " + error)
check(not os.path.exists(os.path.join(target, "log")), "and it does not become a data folder")

engine.kill()
shutil.rmtree(os.path.join(engine.data, "state"))
engine.start()
equal(picture(engine), before_import, "a lost state comes back from base and tail")
send_again(engine, (2, 40), "after the state was lost")
equal(engine.stop(), 0, "it ends well")
engine.is_equal("with no engine running")

# ---- kills ----

chance = random.Random(7)
for turn in range(8):
    shutil.rmtree(engine.data)
    shutil.copytree(pristine, engine.data)
    engine.spawn()
    time.sleep(0.05 * turn + chance.uniform(0.05, 0.3))  # whenever: all of it must hold
    made = any("base.made" in line for line in engine.lines)
    engine.kill()
    dropped, bases = len(os.listdir(os.path.join(engine.data, "log", "p000"))), glob.glob(os.path.join(engine.data, "base", "*"))
    kit.say(f"kill {turn}: base made: {made}, {[os.path.basename(name) for name in bases]}, files of the log: {dropped}")
    engine.start()
    wait_until_small(engine)
    equal(picture(engine), before, f"kill {turn}: everything is as it was")
    send_again(engine, (0, 20), f"kill {turn}")
    engine.is_equal(f"kill {turn}")
    left = [name for name in os.listdir(os.path.join(engine.data, "base")) if not name.isdigit()]
    equal(left, [], f"kill {turn}: nothing is left over")
    engine.kill()

# ---- what is wrong ----

for words, what in ((["--retention-events", "400"], "an age without a unit"), (["--retention-events", "1s"], "an age too small"), (["--retention-size", "5kg"], "a size without a unit")):
    status, _, error = kit.run("serve", "--data", os.path.join(place, "none"), *words)
    check(status == 2 and error.startswith("zhun: --retention-"), f"{what} is refused: {error}")
config = os.path.join(place, "zhun.yaml")
with open(config, "w", encoding="ascii") as file:
    file.write("retention: {events: 400d, size: 20GB}\n")
engine.options = ["--config", config]
engine.start()
equal(state_of(engine)["rule"], {"eventsSeconds": 400 * 86400, "logBytes": 20_000_000_000}, "the rule may stand in a file")
engine.options, engine.env = [], {"ZHUN_RETENTION_EVENTS": "90d"}
engine.restart()
equal(state_of(engine)["rule"], {"eventsSeconds": 90 * 86400}, "or in the environment")
kit.finish()
