#!/usr/bin/env python3
"""Journeys as definitions: each fault names its field, what a definition needs is asked for when it is handed in, somebody else approves it, versions are kept and an approved one is never
written over, what runs is not changed and what ran is not deleted; campaigns and journeys share their names. Over kills and in the command, too.
"""
import copy
import json
import os

import kit
from kit import check, equal, prove
from kit.gateway import OPTIONS, Gateway, sms

gateway = Gateway()
HOUR = 3600000
CART = {
    "title": {"zh": "购物车", "en": "Cart"}, "entry": {"event": "Cart Viewed", "where": "e.price > 100.0", "key": "cart_id", "again": "after_exit"}, "audience": {"everyone": True},
    "exitOn": [{"event": "Order Completed"}, {"event": "Cart Cleared", "where": "e.price > 1.0"}], "control": 0.2, "goal": {"metric": "conversion", "windowMs": 24 * HOUR}, "first": "hour",
    "nodes": {
        "hour": {"kind": "wait", "forMs": HOUR, "next": "ask"},
        "ask": {"kind": "branch", "cases": [{"if": "customer.orders.count() > 2", "next": "gift"}, {"if": 'customer.in_segment("vip")', "next": "tell"}], "next": "ab"},
        "ab": {"kind": "split", "arms": [{"name": "a", "share": 0.5, "next": "mail"}, {"name": "b", "share": 0.5, "next": "late"}]},
        "late": {"kind": "wait", "event": "Cart Viewed", "where": "e.price > 5.0", "forMs": HOUR, "next": "mail", "late": "mark"},
        "mail": {"kind": "send", "channels": [{"channel": "box", "template": "cart"}, {"channel": "sms", "template": "cart"}], "next": "done"},
        "gift": {"kind": "offer", "offer": "autumn", "next": "done", "refused": "mark"},
        "mark": {"kind": "update", "tag": "reminded", "forMs": 24 * HOUR, "next": "done"},
        "tell": {"kind": "update", "webhook": {"channel": "sms", "template": "order"}, "next": "done"},
        "done": {"kind": "exit", "goal": True}}}


def changed(path, value):
    """CART with another value at a path: "nodes.mail.channels.0.template"; ...: gone."""
    out = copy.deepcopy(CART)
    at, parts = out, path.split(".")
    for part in parts[:-1]:
        at = at[int(part)] if isinstance(at, list) else at[part]
    last = int(parts[-1]) if isinstance(at, list) else parts[-1]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return out


class Person:
    def __init__(self, engine, name, password="a long enough one"):
        answer = engine.ask("POST", "/api/v1/login", {"user": name, "password": password})
        equal(answer.status, 200, f"{name} signs in")
        self.engine, self.headers = engine, {"Cookie": answer.header("set-cookie").split(";")[0], "X-CSRF-Token": answer.json["csrf"]}

    def ask(self, method, path, body=None):
        return self.engine.ask(method, path, body, headers=self.headers)


def people(engine):
    engine.marketer, engine.boss, engine.viewer = Person(engine, "mia"), Person(engine, "max"), Person(engine, "vic")


def put(who, name, definition=None, status=200):
    answer = who.ask("PUT", f"/api/v1/journeys/{name}", CART if definition is None else definition)
    equal(answer.status, status, f"{name} is defined: {answer.body[:300] if answer.status != status else ''}")
    return answer.json


def act(who, name, what, status=200, note=None, kind="journeys"):
    answer = who.ask("POST", f"/api/v1/{kind}/{name}/{what}", {"note": note} if note else None)
    equal(answer.status, status, f"{what} {name}: {answer.body[:300] if answer.status != status else ''}")
    return answer.json


def run(engine, name):
    act(engine.marketer, name, "submit")
    return act(engine.boss, name, "approve")


def a_fault_names_its_field(engine):
    long = "x" * 70
    wrong = (
        ("entry", ..., "entry"), ("entry.segment", "vip", "entry"), ("entry.where", "1 +", "entry.where"), ("entry.where", "customer.orders.count() > 1", "entry.where"), ("entry.again", "always", "entry.again"),
        ("audience", {"expression": "customer.nothing"}, "audience.expression"), ("audience", {}, "audience"), ("control", 2, "control"), ("goal.metric", "love", "goal.metric"), ("colour", 1, "colour"),
        ("exitOn.1.where", "e.", "exitOn.1.where"), ("exitOn.0.event", ..., "exitOn.0.event"), ("first", ..., "first"), ("first", "nowhere", "first"),
        ("nodes", {}, "nodes"), ("nodes.hour.forMs", 1, "nodes.hour.forMs"), ("nodes.hour.next", "nowhere", "nodes.hour.next"), ("nodes.hour.kind", "dance", "nodes.hour.kind"), ("nodes.hour.colour", 1, "nodes.hour.colour"),
        ("nodes.ask.cases.1.if", "customer.nothing > 1", "nodes.ask.cases.1.if"), ("nodes.ask.cases.0.if", ..., "nodes.ask.cases.0.if"), ("nodes.ask.cases", [], "nodes.ask.cases"),
        ("nodes.ab.arms.0.share", 0.4, "nodes.ab.arms"), ("nodes.late.where", "e.price >", "nodes.late.where"), ("nodes.mail.channels.0.template", ..., "nodes.mail.channels.0.template"),
        ("nodes.mail.channels", [], "nodes.mail.channels"), ("nodes.gift.offer", ..., "nodes.gift.offer"), ("nodes.done.kind", "send", None), ("nodes.lost", {"kind": "exit"}, "nodes.lost"),
    )
    for path, value, field in wrong:
        answer = engine.marketer.ask("PUT", "/api/v1/journeys/wrong", changed(path, value))
        equal((answer.status, answer.json.get("field") if field else None), (400, field), f"{path} as {value if value is not ... else 'nothing'}: {answer.body[:200]}")
        check(len(answer.json.get("detail", "")) > 5, "with a sentence", answer.json)
    circle = changed("nodes.late.kind", "exit")
    circle["nodes"]["late"], circle["nodes"]["mail"]["next"] = {"kind": "branch", "cases": [{"if": "true", "next": "mail"}], "next": "mark"}, "late"
    equal(engine.marketer.ask("PUT", "/api/v1/journeys/wrong", circle).status, 400, "a circle that never waits is refused")
    fat = changed("nodes.ask.cases.0.if", "customer.orders.count() > 2 || " * 120 + "false")
    for n in range(8):
        fat["nodes"]["ask"]["cases"].append({"if": fat["nodes"]["ask"]["cases"][0]["if"][:4000].rsplit(" || ", 1)[0], "next": "mark"})
    fat["nodes"]["ask"]["cases"] = fat["nodes"]["ask"]["cases"][:9]
    answer = engine.marketer.ask("PUT", "/api/v1/journeys/wrong", fat)
    equal((answer.status, answer.json.get("code")), (400, "too_large"), f"more than 16 KB are refused: {answer.body[:200]}")
    check("16,384" in answer.json["detail"], "with the number", answer.json)
    for name in ("with.dot", long, "instances"):
        equal((engine.marketer.ask("PUT", f"/api/v1/journeys/{name}", CART).status, engine.marketer.ask("PUT", f"/api/v1/journeys/{name}", CART).json["field"]), (400, "name"), f"{name} is no name")
    equal(engine.admin("GET", "/api/v1/journeys").json["items"], [], "and nothing of it is kept")


def what_it_needs_is_asked_for_when_it_is_handed_in(engine):
    def ready(definition, field):
        put(engine.marketer, "needs", definition)
        answer = engine.marketer.ask("POST", "/api/v1/journeys/needs/submit")
        equal((answer.status, answer.json.get("code"), answer.json.get("field")), (409, "not_ready", field), f"{field} is missed: {answer.body[:200]}")
        check(len(answer.json.get("detail", "")) > 10, "with a sentence", answer.json)

    ready(changed("nodes.mail.channels.1.channel", "gone"), "nodes.mail.channels.1.channel")
    ready(changed("nodes.mail.channels.0.template", "gone"), "nodes.mail.channels.0.template")
    ready(changed("nodes.mail.channels.0.template", "order"), "nodes.mail.channels.0.template")
    ready(changed("nodes.tell.webhook.channel", "box"), "nodes.tell.webhook.channel")
    ready(changed("nodes.tell.webhook.template", "gone"), "nodes.tell.webhook.template")
    ready(changed("nodes.gift.offer", "spring"), "nodes.gift.offer")
    ready(changed("nodes.gift.offer", "everybody"), "nodes.gift.offer")
    ready(changed("audience", {"segment": "gone"}), "audience.segment")
    ready(changed("entry", {"segment": "gone"}), "entry.segment")
    put(engine.marketer, "needs", changed("entry", {"segment": "vip"}))
    equal(act(engine.marketer, "needs", "submit")["entry"], {"kind": "segment", "segment": "vip"}, "what has all is handed in: an update's webhook takes a transactional template")
    equal(engine.admin("DELETE", "/api/v1/templates/cart").status, 204, "its template goes")
    equal((engine.boss.ask("POST", "/api/v1/journeys/needs/approve").json.get("field"), engine.boss.ask("GET", "/api/v1/journeys/needs").json["state"]), ("nodes.mail.channels.0.template", "review"), "and it is not approved")
    words(engine)
    equal(engine.marketer.ask("DELETE", "/api/v1/journeys/needs").status, 204, "what never ran is deleted")
    equal(engine.admin("GET", "/api/v1/journeys/needs").status, 404, "and gone")
    equal(engine.marketer.ask("DELETE", "/api/v1/journeys/needs").status, 404, "once")


def somebody_else_approves_it(engine):
    one = put(engine.marketer, "cart")
    equal((one["state"], one["version"], one["control"], one["nodes"], one["edited"]["name"], one["title"], one["entry"]), ("draft", 1, 0.2, 9, "mia", CART["title"], {"kind": "event", "event": "Cart Viewed"}), "a draft")
    equal(one["definition"], CART, "as it was written")
    for what in ("approve", "reject", "pause", "resume"):
        act(engine.boss, "cart", what, 409)
    equal(act(engine.marketer, "cart", "submit")["state"], "review", "it is handed in")
    equal(engine.marketer.ask("POST", "/api/v1/journeys/cart/approve").json.get("code"), "own_approval", "who wrote it does not approve it")
    equal(engine.admin("POST", "/api/v1/journeys/cart/approve").status, 403, "nor does a program")
    equal([engine.viewer.ask("POST", "/api/v1/journeys/cart/approve").status, engine.viewer.ask("PUT", "/api/v1/journeys/cart", CART).status, engine.viewer.ask("GET", "/api/v1/journeys/cart").status], [403, 403, 200], "who only looks, looks")
    back = act(engine.boss, "cart", "reject", note="too loud")
    equal((back["state"], back["history"][0]["act"], back["history"][0]["note"], back["history"][0]["by"]["name"], back["submitted"]), ("draft", "reject", "too loud", "max", None), "it is given back, with a word")
    put(engine.boss, "cart", changed("control", 0.3))
    act(engine.marketer, "cart", "submit")
    equal(engine.boss.ask("POST", "/api/v1/journeys/cart/approve").json.get("code"), "own_approval", "nor does who changed it last")
    status, _, why = kit.run("journey", "approve", "cart", "--note", "as spoken", "--data", engine.data)
    equal(status, 0, f"the command on the machine may: {why}")
    one = engine.admin("GET", "/api/v1/journeys/cart").json
    equal((one["state"], one["approved"]["kind"], one["version"], one["activeFrom"] is not None, one["history"][0]["note"]), ("running", "machine", 2, True, "as spoken"), "it runs")
    equal((engine.marketer.ask("PUT", "/api/v1/journeys/cart", CART).json["code"], engine.marketer.ask("DELETE", "/api/v1/journeys/cart").json["code"]), ("bad_state", "in_use"), "what runs is neither changed nor deleted")
    equal(engine.boss.ask("POST", "/api/v1/journeys/cart/dance").status, 404, "there is no such act")
    equal(engine.boss.ask("POST", "/api/v1/journeys/cart/pause", {"note": "x" * 201}).json["field"], "note", "a note is short")


def versions_are_kept(engine):
    for n, control in enumerate((0.4, 0.5, 0.6, 0.7), 3):
        act(engine.boss, "cart", "pause")
        one = put(engine.marketer, "cart", changed("control", control))
        equal((one["state"], one["version"], one["approved"], one["submitted"]), ("draft", n, None, None), "an edit of what is paused is a draft again")
        run(engine, "cart")
    one = engine.admin("GET", "/api/v1/journeys/cart").json
    equal(([each["version"] for each in one["versions"]], [each["definition"]["control"] for each in one["versions"]]), ([5, 4, 3], [0.6, 0.5, 0.4]), "the three before are shown")
    equal((one["versions"][0]["edited"]["name"], len(one["history"])), ("mia", 22), "with who wrote them, and all changes")
    stored = stored_bytes(engine)
    equal([b"journey-version/cart/%d" % n in stored for n in range(1, 8)], [False] + 5 * [True] + [False], "each approved version is a setting of its own, for who entered it; one that was not approved is none")


def stored_bytes(engine):
    """All that the log holds: settings are records of it."""
    engine.sync()
    out = b""
    for folder, _, files in os.walk(engine.data):
        for path in (os.path.join(folder, name) for name in files):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    out += file.read()
    return out


def large_ones_fit(engine):
    """Three former definitions of 16 KB do not fit into a setting beside the newest: the oldest are left off."""
    big = changed("nodes.ask.cases", [{"if": " || ".join(f'customer.did("{n}{"x" * 190}")' for n in range(17)), "next": "gift"}] * 4 + CART["nodes"]["ask"]["cases"][1:])
    size = len(json.dumps(big, ensure_ascii=False, separators=(",", ":")).encode())
    check(15500 < size <= 16384, "it is nearly as large as one may be", size)
    for n in range(1, 7):
        equal(put(engine.marketer, "big", big)["version"], n, "again")
    one = engine.admin("GET", "/api/v1/journeys/big").json
    equal(one["definition"], big, "it is kept whole")
    check([each["version"] for each in one["versions"]] == [5, 4, 3][:len(one["versions"])] and 2 <= len(one["versions"]) <= 3, "with as many before it as fit", [each["version"] for each in one["versions"]])
    for _ in range(25):
        act(engine.marketer, "big", "submit", note="\u0001" * 200)
        act(engine.boss, "big", "reject", note="\u0001" * 200)
    one = engine.admin("GET", "/api/v1/journeys/big").json
    equal((one["state"], len(one["history"]) >= 20, one["definition"] == big, one["history"][0]["note"]), ("draft", True, True, "\u0001" * 200), "notes that need much room take it from the former ones, and then from the oldest notes")
    equal(engine.marketer.ask("DELETE", "/api/v1/journeys/big").status, 204, "it goes")


def names_are_shared_with_campaigns(engine):
    letter = {"channel": "box", "template": "cart", "audience": {"everyone": True}, "when": {"kind": "once", "at": "2099-01-01T00:00:00Z"}}
    answer = engine.marketer.ask("PUT", "/api/v1/campaigns/cart", letter)
    equal((answer.status, answer.json["code"], answer.json["field"]), (409, "exists", "name"), "no campaign has a journey's name")
    equal(engine.marketer.ask("PUT", "/api/v1/campaigns/letter", letter).status, 200, "another has its own")
    answer = engine.marketer.ask("PUT", "/api/v1/journeys/letter", CART)
    equal((answer.status, answer.json["code"], answer.json["field"]), (409, "exists", "name"), "no journey has a campaign's")
    equal(engine.marketer.ask("PUT", "/api/v1/campaigns/letter", letter).status, 200, "each is still changed itself")
    equal(engine.marketer.ask("DELETE", "/api/v1/campaigns/letter").status, 204, "when the campaign is gone")
    put(engine.marketer, "letter")
    equal(engine.marketer.ask("DELETE", "/api/v1/journeys/letter").status, 204, "the name is free")


def it_ends_and_stays(engine):
    engine.kill()
    engine.start()
    people(engine)
    equal(engine.admin("GET", "/api/v1/journeys/cart").json["state"], "running", "after a kill it runs")
    equal([act(engine.boss, "cart", what)["state"] for what in ("pause", "resume", "pause", "end")], ["paused", "running", "paused", "ended"], "paused, resumed, ended")
    for what in ("resume", "submit", "approve"):
        act(engine.boss, "cart", what, 409)
    equal(engine.marketer.ask("PUT", "/api/v1/journeys/cart", CART).status, 409, "what ended is not changed")
    equal(engine.marketer.ask("DELETE", "/api/v1/journeys/cart").status, 409, "nor deleted")
    put(engine.marketer, "two")
    equal({each["name"]: each["state"] for each in engine.admin("GET", "/api/v1/journeys").json["items"]}, {"cart": "ended", "two": "draft"}, "the list has both")
    equal({state: engine.metric("zhun_journeys", state=state) for state in ("draft", "review", "running", "paused", "ended")}, {"draft": 1, "review": 0, "running": 0, "paused": 0, "ended": 1}, "and the metrics count them")


def the_command(engine):
    path = os.path.join(engine.data, "..", f"journey-{os.getpid()}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(CART, file)
    try:
        for words, expected, status in ((("set", "three", path), "three is draft, version 1", 0), (("submit", "three"), "three is review, version 1", 0), (("approve", "three"), "three is running, version 1", 0),
                                        (("pause", "three"), "three is paused, version 1", 0), (("end", "three"), "three is ended, version 1", 0), (("list",), "three", 0), (("list",), "9 nodes", 0), (("delete", "two"), "two is deleted", 0),
                                        (("delete", "three"), "", 3), (("show", "nothing"), "", 1), (("set", "four", "/nowhere"), "", 2), (("dance",), "", 2)):
            got, out, why = kit.run("journey", *words, "--data", engine.data)
            check(got == status and expected in out, f"zhun journey {' '.join(words)}", (got, out, why))
        got, out, _ = kit.run("journey", "show", "three", "--data", engine.data)
        equal((got, json.loads(out)), (0, CART), "show says what set takes")
    finally:
        os.remove(path)


def words(engine):
    equal(engine.admin("PUT", "/api/v1/templates/cart", {"purpose": "marketing", "languages": {"en": {"text": "Your cart"}}}).status, 200, "a template")


def shop(engine):
    for name, role in (("mia", "marketer"), ("max", "marketer"), ("vic", "viewer")):
        equal(engine.admin("POST", "/api/v1/users", {"name": name, "role": role, "password": "a long enough one"}).status, 201, f"{name} works here")
    people(engine)
    words(engine)
    equal(engine.admin("PUT", "/api/v1/templates/order", {"purpose": "transactional", "languages": {"en": {"text": "Paid"}}}).status, 200, "one that is not marketing")
    equal(engine.admin("PUT", "/api/v1/channels/box", {"kind": "inbox"}).status, 200, "an inbox")
    equal(engine.admin("PUT", "/api/v1/channels/sms", sms(gateway)).status, 200, "a webhook")
    equal(engine.admin("PUT", "/api/v1/segments/vip", {"expression": "customer.orders.count() > 5"}).status // 100, 2, "a segment")
    offer = {"title": {"en": "Off", "zh": "减"}, "kind": "percent", "percent": 5, "layer": "order", "currency": "EUR"}
    equal([engine.admin("PUT", f"/api/v1/offers/{name}", {**offer, **more}).status // 100 for name, more in (("autumn", {"give": "claim", "stock": 100}), ("everybody", {"give": "automatic"}))], [2, 2], "offers")


engine = kit.Engine(options=["--senders", "2", *OPTIONS])
shop(engine)
prove(a_fault_names_its_field, engine)
prove(what_it_needs_is_asked_for_when_it_is_handed_in, engine)
prove(somebody_else_approves_it, engine)
prove(versions_are_kept, engine)
prove(large_ones_fit, engine)
prove(names_are_shared_with_campaigns, engine)
prove(it_ends_and_stays, engine)
prove(the_command, engine)
engine.is_equal("after journeys")
engine.stop()
kit.finish()
