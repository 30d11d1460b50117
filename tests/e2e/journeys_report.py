#!/usr/bin/env python3
"""What came of a journey: the numbers of its nodes are its members, page by page; the led are compared with those left alone by what each spent, and the difference is the one worked out
here; who was on both sides is on neither; versions are told apart, by the names of their nodes; one customer's page says where he is. The same after a kill, in the command, and for who may see it.
"""
import math
import time

import kit
from kit import WHOLE, check, equal, prove
from kit.gateway import OPTIONS, until

CUSTOMERS = 1000 if WHOLE else 400
HOUR = 3600000
WAYS = ("end", "goal", "control", "ended", "merged", "lost")
FIRST = {"entry": {"event": "Start", "key": "cart_id"}, "audience": {"everyone": True}, "control": 0.5, "goal": {"metric": "revenue", "windowMs": 24 * HOUR}, "exitOn": [{"event": "Bye"}], "first": "mail",
         "nodes": {"mail": {"kind": "send", "channels": [{"channel": "box", "template": "offer"}], "next": "rest"}, "rest": {"kind": "wait", "forMs": 5 * HOUR, "next": "out"}, "out": {"kind": "exit"}}}
SECOND = {**FIRST, "control": 0.9, "first": "fork",
          "nodes": {"fork": {"kind": "branch", "cases": [{"if": "customer.orders.count() > 100", "next": "mail"}], "next": "rest"}, "mail": FIRST["nodes"]["mail"], "rest": FIRST["nodes"]["rest"], "out": FIRST["nodes"]["out"]}}


class Person:
    def __init__(self, engine, name):
        answer = engine.ask("POST", "/api/v1/login", {"user": name, "password": "a long enough one"})
        equal(answer.status, 200, f"{name} signs in")
        self.engine, self.headers = engine, {"Cookie": answer.header("set-cookie").split(";")[0], "X-CSRF-Token": answer.json["csrf"]}

    def ask(self, method, path, body=None):
        return self.engine.ask(method, path, body, headers=self.headers)


def people(engine):
    engine.marketer, engine.boss = Person(engine, "mia"), Person(engine, "max")


def run(engine, definition):
    equal(engine.marketer.ask("PUT", "/api/v1/journeys/led", definition).status, 200, "it is defined")
    for who, what in ((engine.marketer, "submit"), (engine.boss, "approve")):
        equal(who.ask("POST", f"/api/v1/journeys/led/{what}").status, 200, what)


def report(engine):
    return engine.admin("GET", "/api/v1/journeys/led/report").json


def members(engine, of, limit=37):
    items, cursor = [], ""
    while True:
        page = engine.admin("GET", f"/api/v1/journeys/led/members?{of}&limit={limit}{cursor}").json
        check(len(page["items"]) <= limit, "a page is no longer than it may be", len(page["items"]))
        items += page["items"]
        if page["next"] is None:
            return items
        check(len(page["items"]) == limit, "and full where there is another", len(page["items"]))
        cursor = "&cursor=" + page["next"]


def users_of(items):
    names = [one["customer"]["userId"] for one in items]
    equal(len(names), len(set(names)), "nobody twice")
    return set(names)


def start(engine, users, cart):
    for at in range(0, len(users), 200):
        engine.collect("batch", {"batch": [{"type": "track", "event": "Start", "messageId": f"{cart}-{user}", "userId": user, "properties": {"cart_id": cart}, "timestamp": kit.iso(kit.now_ms())} for user in users[at:at + 200]]})


def told(engine, version):
    return next(one for one in report(engine)["versions"] if one["version"] == version)


def settled(engine, version, entered):
    check(until(lambda: told(engine, version)["entered"] == entered, 60), f"{entered} entered version {version}", report(engine))


def numbers_are_members(engine):
    users = [f"u{n}" for n in range(CUSTOMERS)]
    run(engine, FIRST)
    time.sleep(0.6)
    start(engine, users, "a")
    settled(engine, 1, CUSTOMERS)
    check(until(lambda: told(engine, 1)["nodes"][0]["messages"]["sent"] == told(engine, 1)["in"], 60), "everyone who is led is written to", report(engine))
    said = told(engine, 1)
    engine.led, engine.alone = users_of(members(engine, "node=rest")), users_of(members(engine, "left=control"))
    equal((engine.led | engine.alone, engine.led & engine.alone), (set(users), set()), "each is led or left alone")
    check(abs(len(engine.alone) - CUSTOMERS / 2) < 4.5 * math.sqrt(CUSTOMERS / 4), "half of them", len(engine.alone))
    equal(([(one["node"], one["kind"], one["at"], one["visited"]) for one in said["nodes"]], said["in"], said["left"]),
          ([("mail", "send", 0, len(engine.led)), ("rest", "wait", len(engine.led), len(engine.led)), ("out", "exit", 0, 0)], len(engine.led), {**dict.fromkeys(WAYS, 0), "control": len(engine.alone)}), "the numbers are theirs")
    equal(said["nodes"][0]["messages"], {"planned": len(engine.led), "sent": len(engine.led), "skipped": 0, "seen": 0, "clicked": 0}, "and the messages")
    equal(("messages" in said["nodes"][1], "messages" in said["nodes"][2]), (False, False), "only of what sends")
    equal([one["customer"]["userId"] for one in members(engine, "left=in", 500)], [one["customer"]["userId"] for one in members(engine, "node=rest", 11)], "pages of any length make the same list")
    equal((members(engine, "node=mail"), members(engine, "left=goal"), members(engine, "left=control&version=2")), ([], [], []), "and nobody is elsewhere")
    one = members(engine, "node=rest", 500)[0]
    equal((one["key"], one["version"], one["due"] > one["entered"]), ("a", 1, True), "a member has his key and what he waits for")
    head = next(one for one in engine.admin("GET", "/api/v1/journeys").json["items"] if one["name"] == "led")
    equal(head["counts"], {"in": len(engine.led), "control": len(engine.alone), "left": 0}, "the list has them, too")
    for of, field in (("node=nowhere", "node"), ("left=happy", "left"), ("", "node"), ("node=rest&left=end", "node"), ("node=rest&version=x", "version"), ("node=rest&cursor=x", "cursor")):
        answer = engine.admin("GET", f"/api/v1/journeys/led/members?{of}")
        equal((answer.status, answer.json["field"]), (400, field), f"members?{of}")


def messages_are_seen(engine):
    seen = sorted(engine.led)[:7]
    for n, user in enumerate(seen):
        number = engine.serve("GET", f"/v1/inbox/{user}").json["items"][0]["messageId"]
        for what in ("seen", "clicked")[:1 + (n < 3)]:
            equal(engine.serve("POST", f"/v1/inbox/{user}/{number}", {"act": what}).status, 204, what)
    check(until(lambda: told(engine, 1)["nodes"][0]["messages"]["seen"] == 7), "seven were seen", told(engine, 1)["nodes"][0])
    equal(told(engine, 1)["nodes"][0]["messages"]["clicked"], 3, "and three clicked")


def the_difference_is_the_one_worked_out_here(engine):
    users = sorted(engine.led | engine.alone)
    spent = {user: 1000 * (1 + n % 5) for n, user in enumerate(users) if n % 3 == 0 or (user in engine.led and n % 2 == 0)}
    engine.collect("batch", {"batch": [{"type": "track", "event": "Order Completed", "messageId": f"o-{user}", "userId": user, "timestamp": kit.iso(kit.now_ms()),
                                        "properties": {"order_id": f"o-{user}", "currency": "EUR", "revenue": cents / 100, "total": cents / 100, "products": [{"product_id": "p1", "price": cents / 100, "quantity": 1}]}} for user, cents in spent.items()]})
    silent = users[1]
    equal(engine.serve("PUT", f"/v1/consents/{silent}", {"analytics": False}).status // 100, 2, "one refuses analytics")
    engine.sync()
    said = report(engine)
    engine.silent = silent
    sides = {"treated": [spent.get(user, 0) for user in engine.led if user != silent], "control": [spent.get(user, 0) for user in engine.alone if user != silent]}
    equal((said["treated"], said["control"], said["crossed"], said["silent"], said["open"], said["isPart"]), (len(sides["treated"]), len(sides["control"]), 0, 1, CUSTOMERS - 1, False), "each side has its customers")
    goal = said["compared"][0]
    mean = {side: sum(of) / len(of) for side, of in sides.items()}
    error = math.sqrt(sum(sum((value - mean[side]) ** 2 for value in of) / (len(of) - 1) / len(of) for side, of in sides.items()))
    equal((goal["name"], said["goal"], said["currency"], len(said["compared"])), ("revenue", {"metric": "revenue", "windowMs": 24 * HOUR}, "EUR", 4), "the goal comes first")
    for side, of in sides.items():
        check(goal[side]["customers"] == len(of) and abs(goal[side]["mean"] - mean[side]) < 1e-6, f"the mean of {side}", (goal[side], mean[side]))
    got = goal["difference"]
    check(abs(got["estimate"] - (mean["treated"] - mean["control"])) < 1e-6, "the difference", got)
    check(abs((got["fixed"]["high"] - got["fixed"]["low"]) / 2 / error - 1.96) < 0.02, "its interval", (got["fixed"], error))
    equal(goal["verdict"], "better" if got["sequential"]["low"] > 0 else "open", "the word is that of the wider interval")


def who_was_on_both_sides_is_on_neither(engine):
    equal(engine.boss.ask("POST", "/api/v1/journeys/led/pause").status, 200, "paused")
    run(engine, SECOND)
    time.sleep(0.6)
    again = sorted(engine.led | engine.alone)[:CUSTOMERS // 2]
    start(engine, again, "b")
    settled(engine, 2, len(again))
    alone = users_of(members(engine, "left=control&version=2"))
    check(engine.alone & set(again) <= alone, "a greater share holds all of a smaller one", len(alone))
    crossed = engine.led & alone
    check(len(crossed) > 10, "some were led and are left alone now", len(crossed))
    said = report(engine)
    equal((said["crossed"], said["treated"], said["control"], said["silent"]), (len(crossed), len(engine.led - crossed - {engine.silent}), len(engine.alone - {engine.silent}), 0 if engine.silent in crossed else 1), "they are on neither side")
    engine.second = set(again) - alone


def versions_are_told_apart(engine):
    said = report(engine)
    equal([one["version"] for one in said["versions"]], [2, 1], "the newest first")
    equal([(one["node"], one["at"]) for one in said["versions"][0]["nodes"]], [("fork", 0), ("mail", 0), ("rest", len(engine.second)), ("out", 0)], "by the nodes of its own")
    both = members(engine, "node=rest")
    equal(({one["customer"]["userId"] for one in both if one["version"] == 1}, {one["customer"]["userId"] for one in both if one["version"] == 2}), (engine.led, engine.second), "a node is found by its name, wherever it stands in a version")
    equal((users_of(members(engine, "node=rest&version=1")), users_of(members(engine, "node=rest&version=2"))), (engine.led, engine.second), "and in one of them")
    equal([one["key"] for one in both][0], "b", "the newest first")
    equal(members(engine, "node=fork"), [], "nobody stands at a branch")


def where_one_customer_is(engine):
    user = sorted(engine.second)[0]
    items = engine.admin("GET", f"/api/v1/journeys/instances?userId={user}").json["items"]
    equal([(one["journey"], one["key"], one["version"], one["node"], one["inWait"], one["left"], one["control"], one["entries"], one["visited"]) for one in items],
          [("led", "b", 2, "rest", True, "in", False, 1, ["fork", "rest"])] + ([("led", "a", 1, "rest", True, "in", False, 1, ["mail", "rest"])] if user in engine.led else [("led", "a", 1, None, False, "control", True, 1, [])]), "in each of his carts, the newest first")
    number = engine.admin("GET", f"/api/v1/customers?q={user}").json["items"][0]["id"]
    equal(engine.admin("GET", f"/api/v1/journeys/instances?customer={number}").json["items"], items, "by his number, too")
    page = engine.admin("GET", f"/api/v1/journeys/instances?customer={number}&limit=1").json
    equal((page["items"], page["isPart"]), (items[:1], True), "as many as one wants")
    lonely = sorted(engine.alone - engine.second)[-1]
    items = engine.admin("GET", f"/api/v1/journeys/instances?userId={lonely}").json["items"]
    equal([(one["node"], one["left"], one["control"], one["due"], one["visited"]) for one in items[-1:]], [(None, "control", True, None, [])], "who was left alone is nowhere")
    for query, status in (("userId=nobody", 404), ("customer=999999999", 404), ("customer=x", 404), ("", 400), (f"userId={user}&customer={number}", 400)):
        equal(engine.admin("GET", f"/api/v1/journeys/instances?{query}").status, status, f"instances?{query}")
    for path, status in (("led/members?node=rest", 403), (f"instances?userId={user}", 403), ("led/report", 200)):
        equal(engine.marketer.ask("GET", f"/api/v1/journeys/{path}").status, status, f"a marketer sees totals and no customer: {path}")


def it_is_the_same_after_a_kill(engine):
    before, who = report(engine), members(engine, "node=rest")
    engine.kill()
    engine.start()
    people(engine)
    equal((report(engine), members(engine, "node=rest")), (before, who), "after a kill the report and its members are the same")
    got, out, why = kit.run("journey", "report", "led", "--data", engine.data)
    check(got == 0 and "rest" in out and f"{before['treated']} customers were led, {before['control']} left alone, {before['crossed']} both" in out and f"version 2: {before['versions'][0]['entered']} entered" in out, "the command says it", (got, out, why))
    equal(kit.run("journey", "report", "nothing", "--data", engine.data)[0], 1, "of one that is there")


def it_ends(engine):
    gone = sorted(engine.led)[3]
    engine.collect("batch", {"batch": [{"type": "track", "event": "Bye", "messageId": "bye", "userId": gone, "timestamp": kit.iso(kit.now_ms())}]})
    rows = 1 + (gone in engine.second)
    check(until(lambda: len(members(engine, "left=goal")) == rows), "who does what ends it is out of it", report(engine))
    before = {one["version"]: one for one in report(engine)["versions"]}
    equal(engine.boss.ask("POST", "/api/v1/journeys/led/end").status, 200, "it is ended")
    check(until(lambda: all(one["in"] == 0 for one in report(engine)["versions"])), "and nobody is in it", report(engine))
    for one in report(engine)["versions"]:
        was = before[one["version"]]
        equal((one["left"], one["entered"], [node["visited"] for node in one["nodes"]]), ({**was["left"], "ended": was["in"]}, was["entered"], [node["visited"] for node in was["nodes"]]), "they left as it ended, and what was stays")
        equal(sum(one["left"].values()), one["entered"], "everyone is somewhere")
    equal(engine.admin("GET", "/api/v1/journeys/led").json["counts"]["in"], 0, "the list knows")


def main():
    engine = kit.Engine(options=["--partitions", "3", "--senders", "2", *OPTIONS])
    for name in ("mia", "max"):
        equal(engine.admin("POST", "/api/v1/users", {"name": name, "role": "marketer", "password": "a long enough one"}).status, 201, f"{name} works here")
    people(engine)
    equal(engine.admin("PUT", "/api/v1/channels/box", {"kind": "inbox"}).status, 200, "an inbox")
    equal(engine.admin("PUT", "/api/v1/templates/offer", {"purpose": "marketing", "languages": {"en": {"text": "For you"}}}).status, 200, "a template")
    users = [f"u{n}" for n in range(CUSTOMERS)]
    for at in range(0, CUSTOMERS, 200):
        engine.collect("batch", {"batch": [{"type": "identify", "messageId": f"i-{user}", "userId": user, "traits": {"tier": "none"}} for user in users[at:at + 200]]})
    engine.sync()
    for part in (numbers_are_members, messages_are_seen, the_difference_is_the_one_worked_out_here, who_was_on_both_sides_is_on_neither, versions_are_told_apart, where_one_customer_is, it_is_the_same_after_a_kill, it_ends):
        prove(part, engine)
    engine.is_equal("after journeys")
    engine.stop()


main()
kit.finish()
