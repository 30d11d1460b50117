#!/usr/bin/env python3
"""An import that was cut off goes on; one that was taken back has never been.

Two engines get the same live events; one of them also gets files, before, between and after, and takes them back. Then every report, item,
customer and event of both is the same, and the files can come again. Kills fall before, between and after what an undoing does.
"""
import json
import os
import shutil
import signal
import subprocess
import time

import kit
from kit import check, equal

HEADER = "order_id,customer_id,item_id,title,category,quantity,unit_price,currency,ordered_at\n"
DAY = 86400000
NOW = kit.now_ms()


def write(name, lines):
    path = os.path.join(kit.folder(), name)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)
    return path


def orders_file(name, count, prefix, users):
    """Some users are known live, some only here; some items, too."""
    return write(name, [HEADER] + [f"{prefix}{i // 3},{users[i % len(users)]},i{i % 17},Thing {i % 17},Cat {i % 3},{i % 4 + 1},{i % 9 + 1}.50,CNY,{kit.iso(NOW - (i % 20 + 1) * DAY)}\n"
                                   for i in range(count)])


def live(first, count):
    """Views, orders and logins, the same for both engines."""
    out = []
    for i in range(first, first + count):
        who = {"userId": f"u{i % 12}"} if i % 3 else {"anonymousId": f"anon-{i % 12}"}
        if i % 10 == 0:
            who = {"userId": f"u{i % 12}", "anonymousId": f"anon-{i % 12}"}
        products = [{"product_id": f"i{i % 23}", "name": f"Live {i % 23}", "price": 10 + i % 5, "quantity": 1 + i % 2}]
        name = "Order Completed" if i % 4 == 0 else "Product Viewed"
        properties = {"order_id": f"L{i}", "currency": "CNY", "products": products} if i % 4 == 0 else {**products[0], "currency": "CNY"}
        out.append({"type": "track", "event": name, "messageId": f"live-{i}", "timestamp": kit.iso(NOW - (i % 15) * DAY // 2 - 1000), "properties": properties, **who})
    return out


def send(engine, first, count):
    answer = engine.collect("batch", {"batch": live(first, count)})
    equal((answer.status, answer.json["accepted"]), (200, count), "live events are taken")


def bring(where, path, form, rejects=None):
    status, out, err = kit.run("import", *where, "--format", form, "--json", "--rejects", rejects or os.path.join(kit.folder(), "rejects.csv"), path)
    check(status == 0, f"{os.path.basename(path)} is imported", (status, out[-200:], err[-300:]))
    return json.loads(out.strip().split("\n")[-1])


def plain(value):
    """Without what two engines cannot share: numbers they gave, and clocks."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items() if key not in ("id", "customerId", "receivedAt", "updatedAt", "decisionId", "firstSeenAt", "lastCommitAt", "generatedAt", "sentAt", "customer")}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


def picture(engine):
    engine.draw()
    out = {"report": engine.admin("GET", "/api/v1/reports/orders").json}
    out["items"] = sorted((json.dumps(plain(item), sort_keys=True) for item in engine.admin("GET", "/api/v1/items?limit=500&sort=id").json["items"]))
    out["popular"] = [item["itemId"] for item in engine.admin("GET", "/api/v1/items?limit=50&sort=popular").json["items"]]
    for user in [f"u{i}" for i in range(12)] + [f"v{i}" for i in range(9)]:
        answer = engine.serve("GET", f"/v1/profiles/{user}")
        out[user] = plain(answer.json) if answer.status == 200 else answer.status
        out["events of " + user] = sorted(event["messageId"] for event in engine.events(user)) if answer.status == 200 else []
    for item in range(17):
        out[f"item {item}"] = plain(engine.admin("GET", f"/api/v1/items/i{item}").json)
    answer = engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": "u3", "n": 10}).json
    out["home"] = [(item["itemId"], item.get("score")) for item in answer["items"]]
    overview = engine.admin("GET", "/api/v1/overview").json
    out["totals"] = {key: overview["totals"][key] for key in ("events", "customers", "items")}
    out["export"] = sorted(event["messageId"] for event in engine.export())
    return out


def same(got, want, what):
    for key in want:
        if not equal(json.dumps(got[key], sort_keys=True), json.dumps(want[key], sort_keys=True), f"{what}: {key}"):
            return


def imports(engine):
    return {one["id"]: one for one in engine.admin("GET", "/api/v1/imports").json["items"]}


def wait_undone(engine, number, what, until_s=120):
    end = time.monotonic() + until_s
    while time.monotonic() < end:
        try:
            if imports(engine)[number]["state"] == "undone":
                return check(True, what)
        except (OSError, ConnectionError):
            pass  # it is being opened anew
        time.sleep(0.1)
    return check(False, what, engine.lines[-5:])


def undo(engine, number):
    answer = engine.admin("POST", f"/api/v1/imports/{number}/undo", {})
    equal(answer.status, 202, f"import {number} may be taken back")


def test_undo():
    options = ["--time-zone", "Asia/Shanghai"]
    never = kit.Engine(data=os.path.join(kit.folder(), "never"), options=options)
    engine = kit.Engine(data=os.path.join(kit.folder(), "undone"), options=options)
    first = orders_file("first.csv", 300, "A", [f"u{i}" for i in range(12)] + [f"v{i}" for i in range(9)])
    second = orders_file("second.csv", 200, "B", [f"u{i}" for i in range(5)])
    catalog = write("catalog.csv", ["item_id,title,price,currency,stock\n"] + [f"i{i},Renamed {i},99.00,CNY,5\n" for i in range(30)])
    where = ["--data", engine.data]

    one = bring(where, first, "orders-csv")
    equal((one["accepted"], one["import"]), (300, "1"), "a first file")
    for e in (never, engine):
        send(e, 0, 60)
    equal(bring(where, catalog, "catalog-csv")["import"], "2", "a catalog")
    equal(bring(where, second, "orders-csv")["import"], "3", "a second file")
    for e in (never, engine):
        send(e, 60, 60)
    equal([(i["name"], i["state"], i["events"], i["items"]) for i in imports(engine).values()],
          [("second.csv", "done", 200, 0), ("catalog.csv", "done", 0, 30), ("first.csv", "done", 300, 0)], "they are listed")
    engine.sync()
    engine.is_equal("with imports")
    want = picture(never)
    check(json.dumps(picture(engine)["report"]) != json.dumps(want["report"]), "the files show")

    again = bring(where, first, "orders-csv")
    equal((again["accepted"], again["duplicate"], again["import"]), (0, 300, "1"), "the same file again is the same import")
    equal(imports(engine)["1"]["accepted"], 300, "and keeps its counts")

    for number in ("1", "2", "3"):
        undo(engine, number)
    equal(engine.admin("POST", "/api/v1/imports/1/undo", {}).status, 409, "once")
    equal(engine.admin("POST", "/api/v1/imports/9/undo", {}).status, 404, "nothing that is not there")
    equal(engine.ask("POST", "/api/v1/imports/1/undo", {}, key=kit.WRITE).status, 403, "not with a write key")
    send(engine, 120, 30)  # while the views are folded anew
    send(never, 120, 30)
    for number in ("1", "2", "3"):
        wait_undone(engine, number, f"import {number} is taken back")
    want = picture(never)
    same(picture(engine), want, "as if the files had never come")
    engine.is_equal("after an undoing")
    engine.restart()
    same(picture(engine), want, "after a restart")
    engine.kill()
    shutil.rmtree(os.path.join(engine.data, "state"))
    engine.start()
    same(picture(engine), want, "folded from the log")
    engine.is_equal("folded from the log")

    back = bring(where, first, "orders-csv")
    equal((back["accepted"], back["duplicate"], back["import"]), (300, 0, "4"), "a file that was taken back can come again")
    engine.sync()
    undo(engine, "4")
    engine.kill()  # before the views are ready, most likely
    engine.start()
    equal(imports(engine)["4"]["state"], "undone", "a kill in an undoing: the next start finishes it")
    same(picture(engine), want, "after the kill")
    engine.stop()

    # The command, with nobody serving the folder.
    status, out, err = kit.run("import", *where, "--list")
    check(status == 0 and out.count("undone") == 4, "the command lists them", (status, out, err))
    equal(bring(where, second, "orders-csv")["accepted"], 200, "the folder itself takes a file")
    status, out, err = kit.run("import", *where, "--undo", "5")
    check(status == 0 and "200 events" in out, "and gives it back", (status, out, err))
    engine.start()
    same(picture(engine), want, "by the command")
    engine.is_equal("by the command")
    engine.stop()
    never.stop()


def spawn(path, where, rejects):
    return subprocess.Popen([kit.ZHUN, "import", *where, "--format", "orders-csv", "--json", "--rejects", rejects, path],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=kit.environment())


def cut_off(engine, path, number, how, rejects):
    """Start, and end it when it has told how far it is."""
    importer = spawn(path, ["--data", engine.data], rejects)
    end = time.monotonic() + 60
    while time.monotonic() < end and importer.poll() is None:
        there = imports(engine).get(number)
        if there and 0 < there["lines"]:
            break
        time.sleep(0.02)
    importer.send_signal(how)
    out, err = importer.communicate()
    return importer.returncode, out.decode(), err.decode()


def test_resume():
    engine = kit.Engine(data=os.path.join(kit.folder(), "resumed"))
    lines = 120000
    for number, how in (("1", signal.SIGKILL), ("2", signal.SIGINT)):
        path = write(f"long{number}.csv", [HEADER] + [f"{number}-{i // 4},c{i % 500},i{i % 40},T,C,{'x' if i % 10000 == 77 else 1},2.00,CNY,2024-01-02\n" if i % 5 else
                                                      f"{number}-same,c1,i1,T,C,1,2.00,CNY,2024-01-02\n" for i in range(lines)])
        rejects = os.path.join(kit.folder(), f"rejects{number}.csv")
        bad = sum(1 for i in range(lines) if i % 5 and i % 10000 == 77)
        status, out, err = cut_off(engine, path, number, how, rejects)
        there = imports(engine)[number]
        if not check(0 < there["lines"] < lines, f"{how.name}: it was cut off in the middle", there):
            continue
        if how == signal.SIGINT:
            check(status == 3 and "goes on behind line" in err, "an interrupted import says how to go on", (status, err[-300:]))
            equal(there["state"], "stopped", "and is listed as stopped")
        got = bring(["--data", engine.data], path, "orders-csv", rejects)
        check(got.get("resumedLines", 0) >= there["lines"], f"{how.name}: it goes on where it was", got)
        equal((got["accepted"], got["duplicate"], got["rejected"]), (lines - bad, 0, bad), f"{how.name}: nothing twice, nothing lost")
        with open(rejects, encoding="utf-8") as file:
            equal(sum(1 for _ in file), bad + 1, f"{how.name}: each reject once")
        there = imports(engine)[number]
        equal((there["state"], there["events"], there["accepted"]), ("done", lines - bad, lines - bad), f"{how.name}: and it is done")
    engine.sync()
    engine.is_equal("after going on")
    engine.stop()


def main():
    test_undo()
    test_resume()
    kit.finish()


main()
