#!/usr/bin/env python3
"""Learnt recommenders answer: learnt on everything, deployed as a word of the log, explained exactly, rolled back byte for byte; over a restart, a kill in the middle of a
deployment, a damaged and a lost file, a backup; who is not ahead is not deployed; rights; `zhun check`."""
import json
import os
import random
import shutil
import threading
import time

import kit
from kit import basic, check, equal, say

DAY = 86400000
GROUPS, ITEMS, CUSTOMERS = 10, 10, 300


def purchases(now):
    """[(customer, item, ms)]: who bought of a group buys of it again, first one item of it, then the next."""
    dice = random.Random(5)
    found = []
    for customer in range(CUSTOMERS):
        first, begin = dice.randrange(ITEMS), now - 150 * DAY
        for n in range(8):
            group = customer % GROUPS if dice.random() < 0.85 else dice.randrange(GROUPS)
            item = (first + n) % ITEMS if dice.random() < 0.7 else dice.randrange(ITEMS)
            found.append((customer, f"i{group}-{item}", begin + n * 18 * DAY + dice.randrange(15 * DAY)))
    return found


def send(engine, some):
    events = [{"type": "track", "event": "Order Completed", "messageId": f"m{n}", "userId": f"u{customer}", "timestamp": kit.iso(ms),
               "properties": {"order_id": f"o{n}", "revenue": 10, "currency": "CNY", "products": [{"product_id": item, "name": f"Item {item}", "price": 10, "quantity": 1}]}} for n, (customer, item, ms) in enumerate(some)]
    for i in range(0, len(events), 200):
        equal(engine.collect("batch", {"batch": events[i:i + 200]}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def models(engine):
    return engine.admin("GET", "/api/v1/models").json


def done(engine):
    for _ in range(900):
        got = models(engine)
        if not got["training"] and not got["learning"]:
            return got
        time.sleep(0.1)
    raise SystemExit("it did not end within 90 seconds")


def learn(engine, model, **more):
    answer = engine.admin("POST", "/api/v1/models/train", {"model": model, **more})
    equal(answer.status, 202, f"{model} is asked for")
    return done(engine)


def lists(engine, now):
    """The home lists of some customers: items and scores, and what they were made with."""
    found = {}
    for customer in range(0, CUSTOMERS, 7):
        got = engine.serve("POST", "/v1/recommend", {"userId": f"u{customer}", "placement": "home", "n": 8, "explain": True, "context": {"time": kit.iso(now)}}).json
        found[customer] = ([(one["itemId"], one["score"], one.get("reason")) for one in got["items"]], got["model"])
    return found


def learnt_and_deployed(engine, now):
    before = lists(engine, now)
    check(all(model["name"] == "cocount" for _, model in before.values()), "counts answer at first", before[0])
    equal({key: models(engine)[key] for key in ("automatic", "deployed", "versions", "changes", "outcome", "league")},
          {"automatic": True, "deployed": {"version": 0, "state": "none", "why": None}, "versions": [], "changes": [], "outcome": None, "league": None}, "nothing was learnt")
    refused = learn(engine, "ease", deploy=True)
    check(refused["versions"] == [] and "not ahead" in refused["outcome"]["why"], "without a league's word nothing is deployed", refused["outcome"])
    equal(engine.admin("POST", "/api/v1/models/train", {"model": "popular"}).status, 400, "what cannot be served cannot be learnt")
    kept = learn(engine, "itemknn", anyway=True)
    check(len(kept["versions"]) == 1 and kept["deployed"]["version"] == 0, "learnt and not deployed", kept["deployed"])
    equal(lists(engine, now), before, "what is only learnt changes no list")
    first = learn(engine, "itemknn", anyway=True, deploy=True)
    equal((first["deployed"], [one["version"] for one in first["versions"]]), ({"version": 2, "state": "serving", "why": None}, [2, 1]), "deployed")
    equal(first["versions"][0]["hash"], first["versions"][1]["hash"], "the same orders give the same file")
    check(os.path.getsize(os.path.join(engine.data, "models", first["versions"][0]["hash"] + ".zm")) == first["versions"][0]["bytes"] <= 1024 * first["versions"][0]["items"], "at most 1 KB an item", first["versions"][0])
    after = lists(engine, now)
    check(all(model == {"name": "itemknn", "version": 2} for _, model in after.values()) and after != before, "its name stands in each answer, and lists change", after[0])
    for customer, (items, _) in after.items():
        for item, score, reason in items:
            if reason["code"] == "because_you_bought" and len(reason["evidence"]) < 3:
                check(abs(sum(one["share"] if "share" in one else one["weight"] for one in reason["evidence"]) - score) < 1e-9, f"u{customer}: the shares of {item} add up to its score", reason)
    return before, after


def a_click_moves_the_next_list(engine, now):
    ask = {"userId": "u3", "placement": "home", "n": 40, "explain": True}
    hash_before = models(engine)["deployed"]
    first = engine.serve("POST", "/v1/recommend", ask).json
    held = [one["itemId"] for one in first["items"]]
    wanted = next(item for item in (f"i8-{n}" for n in range(ITEMS)) if item not in held)
    equal(engine.collect("track", {"event": "Product Added", "userId": "u3", "messageId": "touch1", "timestamp": kit.iso(now), "properties": {"product_id": wanted, "name": wanted, "price": 10}}).status, 200, "a click")
    engine.sync()
    second = engine.serve("POST", "/v1/recommend", ask).json
    check([one["itemId"] for one in second["items"]] != held, "the next list is another", second)
    check(any(source.get("itemId") == wanted for one in second["items"] for source in one["reason"]["evidence"]), "and the click is among its reasons", second["items"][:3])
    equal(models(engine)["deployed"], hash_before, "without learning anew")


def rolled_back(engine, now, after):
    deployed = learn(engine, "rp3beta", anyway=True, deploy=True)
    equal(deployed["deployed"]["version"], 3, "another one is deployed")
    other = lists(engine, now)
    check({str(items) for items, _ in other.values()} != {str(items) for items, _ in after.values()}, "its lists are others")
    equal(engine.admin("POST", "/api/v1/models/2/deploy", {}).status, 200, "rolled back")
    equal(lists(engine, now), after, "the old lists are there again, byte for byte")
    equal([(one["version"], one["why"], one["by"]) for one in models(engine)["changes"]], [(2, "asked", "user"), (3, "asked", "user"), (2, "asked", "user")], "the history says so")
    equal((engine.admin("POST", "/api/v1/models/9/deploy", {}).status, engine.admin("POST", "/api/v1/models/x/deploy", {}).status), (404, 404), "no such version")
    equal((engine.serve("POST", "/api/v1/models/2/deploy", {}).status, engine.serve("POST", "/api/v1/models/off", {}).status, engine.ask("PUT", "/api/v1/models/automatic", {"automatic": False}, key="no").status), (403, 403, 401), "who may not")
    return other


def restarts(engine, now, after, other):
    engine.restart()
    equal(lists(engine, now), after, "after a restart the same")
    stop = threading.Event()

    def deploy():
        turn = 0
        while not stop.is_set():
            turn += 1
            try:
                engine.admin("POST", f"/api/v1/models/{2 + turn % 2}/deploy", {})
            except OSError:
                return

    for round_ in range(3):
        stop.clear()
        worker = threading.Thread(target=deploy)
        worker.start()
        time.sleep(0.4 + 0.13 * round_)
        process = engine.process
        process.kill()
        stop.set()
        worker.join()
        engine.kill()
        engine.start()
        got = models(engine)
        equal(got["deployed"], {"version": got["changes"][0]["version"], "state": "serving", "why": None}, "killed in the middle of a deployment: what the log says serves")
        equal(lists(engine, now), after if got["deployed"]["version"] == 2 else other, "with the lists of that version")
    status, out, err = kit.run("check", "--url", f"http://127.0.0.1:{engine.port}", "--key", kit.TOKEN)
    check(status == 0, "zhun check", (status, out, err))
    equal(engine.admin("POST", "/api/v1/models/2/deploy", {}).status, 200, "back to the second")


def files_that_are_lost(engine, now, before, after):
    path = os.path.join(engine.data, "models", models(engine)["versions"][1]["hash"] + ".zm")
    engine.admin("PUT", "/api/v1/models/automatic", {"automatic": False})
    equal(models(engine)["versions"][1]["version"], 2, "the file of the second")
    engine.stop()
    with open(path, "r+b") as file:
        file.seek(200)
        byte = file.read(1)
        file.seek(200)
        file.write(bytes([byte[0] ^ 16]))
    engine.start()
    got = models(engine)["deployed"]
    check(got["state"] == "damaged" and "changed" in got["why"], "one changed bit is found", got)
    equal((engine.ask("GET", "/readyz").json["model"], engine.ask("GET", "/readyz").status), ("damaged", 200), "it is ready, and says so")
    equal(engine.metric("zhun_model_version"), 0, "so do the metrics")
    equal([items for items, _ in lists(engine, now).values()], [items for items, _ in before.values()], "counts answer")
    answer = engine.admin("POST", "/api/v1/models/2/deploy", {})
    equal((answer.status, answer.json["code"] if "code" in answer.json else answer.json["error"]["code"]), (409, "damaged_file"), "a damaged version cannot be deployed")
    healed = learn(engine, "itemknn", anyway=True, deploy=True)
    equal((healed["deployed"]["state"], [items for items, _ in lists(engine, now).values()]), ("serving", [items for items, _ in after.values()]), "learnt anew it answers as before")
    engine.stop()
    os.remove(path)
    engine.start()
    equal(models(engine)["deployed"]["state"], "lost", "a file that is gone is told")
    engine.admin("PUT", "/api/v1/models/automatic", {"automatic": True})
    engine.restart()
    healed = done(engine)
    equal((healed["deployed"]["state"], healed["changes"][0]["why"], healed["changes"][0]["by"]), ("serving", "healed", "engine"), "the engine learns it again by itself")
    equal([items for items, _ in lists(engine, now).values()], [items for items, _ in after.values()], "and answers as before")


def off(engine, now, before):
    equal(engine.admin("POST", "/api/v1/models/off", {}).json["deployed"]["state"], "none", "off")
    equal(lists(engine, now), before, "counts answer as before anything was learnt")
    equal(engine.admin("PUT", "/api/v1/models/automatic", {"automatic": False}).json["automatic"], False, "nothing is deployed by itself")
    equal(engine.admin("PUT", "/api/v1/models/automatic", {"automatic": 3}).status, 400, "true or false")
    engine.restart()
    equal((models(engine)["automatic"], models(engine)["deployed"]["state"]), (False, "none"), "both stand after a restart")


def the_winner(engine, now):
    got = learn(engine, "auto", deploy=True)
    ahead = [place["model"] for place in got["league"]["places"] if place["verdict"] == "ahead"]
    if any(model in ("gfcf", "ease", "slist", "rp3beta") for model in ahead):
        winner = next(model for model in ahead if model in ("gfcf", "ease", "slist", "rp3beta"))
        equal((got["outcome"]["model"], got["outcome"]["deployed"], got["versions"][0]["league"]["verdict"], got["deployed"]["state"]), (winner, True, "ahead", "serving"), "the winner answers")
        place = next(place for place in got["league"]["places"] if place["model"] == winner)
        equal(got["versions"][0]["parameters"], place["parameters"], "with the parameters of the league")
    else:
        check("ahead" in got["outcome"]["why"] and got["deployed"]["state"] == "none", "nobody is ahead, which is told", got["outcome"])
    say(f"ahead: {ahead}")


def computed_again(engine):
    engine.sync()
    status, out, err = kit.run("replay", "--data", engine.data, "--newest", "500", "--reasons", "--json")
    got = json.loads(out) if out.startswith("{") else {}
    check(status == 0 and got.get("same", 0) >= 300 and got.get("different") == 0, "every decision is computed again to the byte, with the table that was deployed then", (status, out[:600], err))
    say(out[:600])
    at = models(engine)["versions"][0]
    path = os.path.join(engine.data, "models", at["hash"] + ".zm")
    decision = engine.serve("POST", "/v1/recommend", {"userId": "u7", "placement": "home", "n": 8}).json["decisionId"]
    while engine.serve("GET", f"/v1/decisions/{decision}").status == 404: # it is written down within 20 ms
        time.sleep(0.01)
    equal(engine.serve("GET", f"/v1/decisions/{decision}").json["model"], {"name": at["model"], "version": at["version"], "hash": at["hash"]}, "a decision names its table")
    os.rename(path, path + ".away")
    status, out, err = kit.run("replay", "--data", engine.data, decision)
    check(status == 3 and "recommender" in out + err, "without its table a decision cannot be computed again, which is said", (status, out, err))
    os.rename(path + ".away", path)


def in_a_backup(engine, now):
    wanted = lists(engine, now)
    state = models(engine)["deployed"]
    to = os.path.join(kit.folder(), "copy")
    status, out, err = kit.run("backup", "--data", engine.data, "--with-key", to)
    check(status == 0, "a backup", (status, out, err))
    data = os.path.join(kit.folder(), "back")
    status, out, err = kit.run("restore", to, "--data", data)
    check(status == 0, "restored", (status, out, err))
    again = kit.Engine(data)
    equal((models(again)["deployed"], lists(again, now)), (state, wanted), "the copy answers the same")
    again.stop()


def main():
    now = int(time.time() * 1000)
    engine = kit.Engine()
    send(engine, purchases(now))
    before, after = learnt_and_deployed(engine, now)
    other = rolled_back(engine, now, after)
    restarts(engine, now, after, other)
    files_that_are_lost(engine, now, before, after)
    off(engine, now, before)
    the_winner(engine, now)
    in_a_backup(engine, now)
    computed_again(engine)
    a_click_moves_the_next_list(engine, now)
    engine.stop()
    shutil.rmtree(engine.data, ignore_errors=True)
    kit.finish()


main()
