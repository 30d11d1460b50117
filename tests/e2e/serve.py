#!/usr/bin/env python3
"""What the shop's server and the console ask: recommendations, profiles, consents, goods, people, reports.

Every answer is held against openapi.json: its status must be one the description names, its body must have the
shape the description gives. At the end every described route must have been asked.
"""
import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import threading
import time
import urllib.parse

import kit
from kit import PASSWORD, SERVER, TOKEN, WRITE, check, equal, iso, now_ms

DAY = 86400000

# ---- answers against openapi.json ----


class Description:
    """A small judge of JSON Schema: what our description uses of it and no more."""

    TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    KNOWN = {"$ref", "type", "properties", "required", "additionalProperties", "items", "prefixItems", "enum", "minimum", "maximum", "minLength",
             "maxLength", "minItems", "maxItems", "pattern", "format", "description", "examples", "default", "allOf", "oneOf", "anyOf", "const"}

    def __init__(self, root):
        self.root = root
        self.routes = []
        self.asked = {}
        for path, methods in root["paths"].items():
            parts = re.split(r"\{[^}]+\}", path)
            form = re.compile("[^/]+".join(re.escape(part) for part in parts) + r"\Z")
            for method, operation in methods.items():
                if method in ("get", "post", "put", "delete", "options", "patch"):
                    self.routes.append((method.upper(), path, form, operation))
                    self.asked[method.upper(), path] = set()
        self.routes.sort(key=lambda route: route[1].count("{"))  # /v1/t before /v1/{name}

    def at(self, reference):
        here = self.root
        for part in reference.lstrip("#/").split("/"):
            here = here[part]
        return here

    def faults(self, schema, value, where="answer"):
        if "$ref" in schema:
            return self.faults(self.at(schema["$ref"]), value, where)
        unknown = set(schema) - self.KNOWN
        if unknown:
            return [f"{where}: the test does not know {unknown}"]
        out = []
        for one in schema.get("allOf", []):
            out += self.faults(one, value, where)
        for choice in ("oneOf", "anyOf"):
            if choice in schema and not any(not self.faults(one, value, where) for one in schema[choice]):
                out.append(f"{where}: fits none of {choice}")
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if kinds and not any(self.is_kind(kind, value) for kind in kinds):
            return out + [f"{where}: {value!r:.80} is not {kinds}"]
        if "enum" in schema and value not in schema["enum"]:
            out.append(f"{where}: {value!r} is not one of {schema['enum']}")
        if isinstance(value, dict):
            out += self.object_faults(schema, value, where)
        elif isinstance(value, list):
            out += self.array_faults(schema, value, where)
        elif isinstance(value, str):
            out += self.text_faults(schema, value, where)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            if value < schema.get("minimum", value) or value > schema.get("maximum", value):
                out.append(f"{where}: {value} is out of its range")
        return out

    def is_kind(self, kind, value):
        if kind in ("number", "integer"):
            return isinstance(value, (int, float) if kind == "number" else int) and not isinstance(value, bool)
        return isinstance(value, self.TYPES[kind])

    def object_faults(self, schema, value, where):
        out = [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
        more = schema.get("additionalProperties", True)
        for name, one in value.items():
            if name in schema.get("properties", {}):
                out += self.faults(schema["properties"][name], one, f"{where}.{name}")
            elif more is False:
                out.append(f"{where}: {name} is not described")
            elif isinstance(more, dict):
                out += self.faults(more, one, f"{where}.{name}")
        return out

    def array_faults(self, schema, value, where):
        out = []
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            out.append(f"{where}: {len(value)} entries")
        first = schema.get("prefixItems", [])
        for i, one in enumerate(value):
            if i < len(first):
                out += self.faults(first[i], one, f"{where}[{i}]")
            elif "items" in schema:
                out += self.faults(schema["items"], one, f"{where}[{i}]")
        return out

    def text_faults(self, schema, value, where):
        out = []
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            out.append(f"{where}: {len(value)} characters")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            out.append(f"{where}: {value!r:.80} does not fit {schema['pattern']}")
        if schema.get("format") == "date-time" and not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\Z", value):
            out.append(f"{where}: {value!r:.80} is no time")
        return out

    def hold(self, method, path, answer):
        """One answer against the description."""
        path = path.split("?")[0]
        for known, name, form, operation in self.routes:
            if known != method or not form.match(path):
                continue
            self.asked[known, name].add(answer.status)
            described = operation["responses"].get(str(answer.status))
            if not check(described is not None, f"{method} {name}: status {answer.status} is described", answer):
                return
            if "$ref" in described:
                described = self.at(described["$ref"])
            content = described.get("content", {})
            if not content:
                return
            kind = (answer.header("content-type") or "").split(";")[0]
            if not check(kind in content, f"{method} {name} {answer.status}: content type", f"{kind}, described {list(content)}"):
                return
            schema = content[kind].get("schema")
            if schema and "json" in kind and "ndjson" not in kind:
                faults = self.faults(schema, answer.json)
                check(not faults, f"{method} {name} {answer.status}: shape", "; ".join(faults[:5]))
            return


class Described(kit.Engine):
    """An engine whose every answer is held against its description."""

    description = None

    def ask(self, method, path, *args, **more):
        answer = super().ask(method, path, *args, **more)
        if self.description is not None:
            self.description.hold(method, path, answer)
        return answer


engine = Described(options=["--public-placements", "home,product_page"])
engine.description = Description(engine.ask("GET", "/openapi.json").json)
engine.ask("GET", "/openapi.json")


def refused(answer, status, what, field=None, code=None):
    if check(answer.status == status, f"{what} is {status}", answer):
        if field is not None:
            equal(answer.json.get("field"), field, f"{what}: the field")
        if code is not None:
            equal(answer.json.get("code"), code, f"{what}: the code")


# ---- a shop ----

CATEGORIES = ("tea", "shoes", "lamps", "books")
ITEMS = [f"p{i:02d}" for i in range(40)]


def category_of(item):
    return CATEGORIES[ITEMS.index(item) % 4]


def order(user, number, items, days_ago, price=10.0):
    lines = [{"product_id": item, "price": price, "quantity": 1, "category": category_of(item)} for item in items]
    return {"type": "track", "userId": user, "event": "Order Completed", "messageId": f"order-{number}", "timestamp": iso(now_ms() - days_ago * DAY),
            "properties": {"order_id": f"O-{number}", "revenue": price * len(items), "currency": "CNY", "products": lines}}


def view(user, item, message_id, days_ago=0):
    return {"type": "track", "userId": user, "event": "Product Viewed", "messageId": message_id, "timestamp": iso(now_ms() - days_ago * DAY - 60000),
            "properties": {"product_id": item, "category": category_of(item), "brand": "brand-" + category_of(item), "price": 10, "currency": "CNY"}}


ORDERS = 0


def stock():
    global ORDERS
    items = [{"itemId": item, "title": f"Title of {item}", "category": category_of(item), "brand": f"brand-{category_of(item)}", "priceCents": 1000 + i,
              "currency": "CNY", "stock": 5, "available": True, "attributes": {"colour": "red"}} for i, item in enumerate(ITEMS)]
    answer = engine.admin("POST", "/api/v1/items", {"items": items})
    equal((answer.status, answer.json.get("accepted"), answer.json.get("rejected")), (200, 40, 0), "forty items are put")
    batch = []
    for customer in range(40):
        kind = customer % 4
        own = [item for i, item in enumerate(ITEMS) if i % 4 == kind]
        picked = [own[(customer + k) % len(own)] for k in range(3)]
        batch.append(order(f"c{customer}", customer, picked, 5 + customer))
        batch += [view(f"c{customer}", picked[0], f"view-{customer}", 1)]
        ORDERS += 1
    equal(engine.collect("batch", {"batch": batch}).json["accepted"], len(batch), "a shop's history is collected")
    engine.sync()


# ---- profiles ----


def profiles():
    user = "u-profile"
    moments = [iso(now_ms() - ms) for ms in (10 * DAY, 9 * DAY)]
    events = [
        {"type": "identify", "userId": user, "messageId": "pr-1", "timestamp": moments[0], "traits": {"email": "mei@example.com", "phone": "+86 130 0000 0000", "name": "Mei",
                                                                          "city": "Shenzhen", "age": 30, "vip": True}},
        {"type": "identify", "userId": user, "messageId": "pr-2", "timestamp": moments[1], "traits": {"city": "Guangzhou"}},
        order(user, "pr-a", ["p00", "p04"], 3, 12.5), order(user, "pr-b", ["p08"], 1, 99.99), view(user, "p01", "pr-5"),
        {"type": "track", "userId": user, "event": "Order Refunded", "messageId": "pr-6", "properties": {"order_id": "O-pr-b", "total": 99.99, "currency": "CNY"}},
    ]
    equal(engine.collect("batch", {"batch": events}).json["accepted"], 6, "a customer's events")
    global ORDERS
    ORDERS += 2
    engine.sync()
    got = engine.serve("GET", f"/v1/profiles/{user}").json
    equal(got["userId"], user, "the profile's userId")
    equal(got["ids"], {"userId": [user]}, "the profile's ids")
    equal(got["traits"], {"email": "mei@example.com", "phone": "+86 130 0000 0000", "name": "Mei", "city": "Guangzhou", "age": 30, "vip": True},
          "the profile's traits, personal ones too, the newest of each")
    equal((got["orders"]["count"], got["orders"]["revenueCents"], got["orders"]["currency"]), (2, 2500 + 9999, "CNY"), "the profile's orders")
    equal(got["orders"].get("refundedCents"), 9999, "the profile's refunds")
    check(got["orders"]["last"] and got["firstSeen"] < got["lastSeen"], "the profile's times", got)
    tastes = got["affinity"]["category"]
    check(tastes and max(tastes, key=tastes.get) == "tea" and 0.99 < sum(tastes.values()) <= 1.0001, "the profile's affinity", got["affinity"])
    check(len(engine.events(user)) == 6, "the profile's events")
    page, seen, cursor = None, [], ""
    for _ in range(4):
        page = engine.serve("GET", f"/v1/profiles/{user}/events?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        seen += [event["messageId"] for event in page["events"]]
        cursor = page["next"]
        if cursor is None:
            break
    equal(seen, [event["messageId"] for event in engine.events(user)], "the events in pages of two")
    times = [event["timestamp"] for event in engine.events(user)]
    equal(times, sorted(times, reverse=True), "events come newest first")
    equal(engine.serve("GET", f"/v1/profiles/{user}/segments").json, {"segments": []}, "the profile's segments")
    equal(engine.serve("GET", f"/v1/profiles/{user}/portrait").json["orders"]["count"], 2, "the profile's portrait")
    for path in ("/v1/profiles/nobody-knows", "/v1/profiles/nobody-knows/portrait", "/v1/profiles/nobody-knows/events", "/v1/profiles/nobody-knows/segments"):
        refused(engine.serve("GET", path), 404, f"GET {path}", code="not_found")
    refused(engine.serve("GET", f"/v1/profiles/{user}/events?cursor=wrong"), 400, "a wrong cursor")
    refused(engine.ask("GET", f"/v1/profiles/{user}"), 401, "a profile without a key")
    refused(engine.ask("GET", f"/v1/profiles/{user}", key=WRITE), 403, "a profile with a write key")
    odd = "ünter/ 100%?&客户"
    from urllib.parse import quote
    equal(engine.collect("track", view(odd, "p02", "pr-odd")).json["accepted"], 1, "a customer with an odd id")
    engine.sync()
    equal(engine.serve("GET", "/v1/profiles/" + quote(odd, safe="")).json.get("userId"), odd, "an odd id is found, percent-encoded")


def merges():
    before = [{"type": "track", "anonymousId": "m-anon", "event": "Product Viewed", "messageId": f"m-{i}", "properties": {"product_id": "p03", "category": "books"}} for i in range(3)]
    engine.collect("batch", {"batch": before})
    engine.sync()
    got = engine.serve("GET", "/v1/profiles/m-anon").json
    equal((got["userId"], got["ids"]), (None, {"anonymousId": ["m-anon"]}), "an anonymous profile")
    engine.collect("track", view("m-user", "p04", "m-known", 2))
    engine.collect("identify", {"userId": "m-user", "anonymousId": "m-anon", "messageId": "m-login", "traits": {"city": "Wuhan"}})
    engine.sync()
    want = {"m-0", "m-1", "m-2", "m-known", "m-login"}
    for name in ("m-user", "m-anon"):
        equal({event["messageId"] for event in engine.events(name)}, want, f"after login {name} shows what came before")
        got = engine.serve("GET", f"/v1/profiles/{name}").json
        equal((got["userId"], got["ids"], got["traits"]), ("m-user", {"userId": ["m-user"], "anonymousId": ["m-anon"]}, {"city": "Wuhan"}), f"after login {name} is one customer")
        check("books" in got["affinity"]["category"] and "tea" in got["affinity"]["category"], f"after login {name} has both affinities", got["affinity"])
    engine.collect("track", {"anonymousId": "m-anon", "event": "Later", "messageId": "m-later"})
    equal({event["messageId"] for event in engine.events("m-user")}, want | {"m-later"}, "what comes later under the anonymous id")
    engine.collect("track", {"anonymousId": "m-old", "event": "Old", "messageId": "m-from-old"})
    engine.collect("alias", {"userId": "m-user", "previousId": "m-old", "messageId": "m-alias"})
    check({"m-from-old", "m-alias"} <= {event["messageId"] for event in engine.events("m-user")}, "an alias brings what came under the old id")
    engine.collect("track", {"anonymousId": "m-old", "event": "Old", "messageId": "m-from-old-later"})
    check("m-from-old-later" in {event["messageId"] for event in engine.events("m-user")}, "and what comes under it later")


# ---- recommendations ----


def ask_for(**body):
    return engine.serve("POST", "/v1/recommend", body)


def ids_of(answer):
    return [item["itemId"] for item in answer.json["items"]]


def items_bytes(answer):
    """The items with their reasons, as bytes."""
    return answer.body[answer.body.index(b'"items":'):answer.body.index(b',"experiment"')]


def recommends():
    for placement in ("home", "product_page", "cart", "search_empty", "order_done"):
        answer = ask_for(placement=placement, userId="c0", n=8, context={"itemId": "p04", "cart": ["p08"]})
        if not check(answer.status == 200, f"{placement} answers", answer):
            continue
        got = answer.json
        equal(len(got["items"]), 8, f"{placement}: as many as asked for")
        equal([item["rank"] for item in got["items"]], list(range(1, 9)), f"{placement}: ranks")
        equal(len(set(ids_of(answer))), 8, f"{placement}: no item twice")
        scores = [item["score"] for item in got["items"]]
        equal(scores, sorted(scores, reverse=True), f"{placement}: the best first")
        check(all(0 < item["propensity"] <= 1 for item in got["items"]), f"{placement}: propensities")
        for item in got["items"]:
            reason = item["reason"]
            check(reason["code"] and reason["text"]["en"] and reason["text"]["zh"], f"{placement}: a reason in two languages", item)
        check("p04" not in ids_of(answer) or placement not in ("product_page",), f"{placement}: the page's own item is left out")
        check("p08" not in ids_of(answer), f"{placement}: what lies in the cart is left out")
    home = ask_for(placement="home", userId="c0", n=6)
    check(home.json["personalized"] is True, "a known customer's answer is personal")
    check(set(ids_of(home)).isdisjoint({"p00", "p04", "p08"}), "home leaves out what was bought", ids_of(home))
    check(category_of(ids_of(home)[0]) == "tea", "home leads with what tea drinkers bought", home)
    check(any(evidence["itemId"] in ("p00", "p04", "p08") for item in home.json["items"] for evidence in item["reason"]["evidence"]),
          "a personal reason names the customer's own event", home)
    check(not set(ids_of(ask_for(placement="home", userId="c0", exclude=ids_of(home)))) & set(ids_of(home)), "exclude leaves out")
    silent = ask_for(placement="home", userId="c0", n=6, explain=False)
    check(all("reason" not in item for item in silent.json["items"]), "explain false gives no reasons", silent)
    equal(ids_of(silent), ids_of(home), "explain does not change the items")
    for what, body in (("an unknown customer", {"userId": "nobody"}), ("an unknown anonymous customer", {"anonymousId": "nobody"}), ("nobody", {}),
                       ("userId null", {"userId": None}), ("an unknown item", {"userId": "c0", "context": {"itemId": "no such item"}}),
                       ("an unknown cart", {"context": {"cart": ["no such item", "another"]}}), ("an empty context", {"context": {}})):
        for placement in ("home", "product_page", "cart"):
            answer = ask_for(placement=placement, n=10, **body)
            check(answer.status == 200 and len(answer.json["items"]) == 10, f"{what} gets a full answer on {placement}", answer)
    equal(len(ask_for(placement="home", n=100).json["items"]), 40, "as many as the shop has")
    form = engine.serve("GET", "/v1/recommend/product_page?userId=c0&n=5&itemId=p04")
    same = ask_for(placement="product_page", userId="c0", n=5, context={"itemId": "p04"})
    equal(items_bytes(form), items_bytes(same), "GET gives what POST gives")
    equal(engine.serve("GET", "/v1/recommend/home?n=3&explain=false").json["items"][0].get("reason"), None, "GET with explain=false")
    past = ask_for(placement="home", userId="c0", context={"time": iso(now_ms() - 400 * DAY)})
    equal(past.status, 200, "a moment long ago")


def wrong_asks():
    for n in (0, -1, 101, 1.5, "5", 10**30):
        answer = ask_for(placement="home", n=n)
        check(answer.status == 400, f"n {n!r} is 400", answer)
        if n != 10**30:
            equal(answer.json.get("field"), "n", f"n {n!r}: the field")
    for placement in ("nowhere", "HOME"):
        refused(ask_for(placement=placement), 400, f"placement {placement!r}", "placement", "unknown_placement")
    refused(ask_for(placement=17), 400, "placement 17", "placement")
    for moment in ("yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z"):
        refused(ask_for(placement="home", context={"time": moment}), 400, f"context.time {moment!r}", "context.time")
    for time_of_wrong_type in (17, True):
        refused(ask_for(placement="home", context={"time": time_of_wrong_type}), 400, f"context.time {time_of_wrong_type!r}", "context.time")
    refused(ask_for(placement="home", context={"cart": "p01"}), 400, "a cart that is no list", "context.cart")
    refused(ask_for(placement="home", exclude=[1]), 400, "exclude with numbers", "exclude")
    refused(ask_for(placement="home", exclude=["x"] * 201), 400, "exclude with 201 items", "exclude")
    refused(engine.serve("GET", "/v1/recommend/nowhere"), 400, "GET of an unknown placement", "placement")
    for n in ("0", "101", "x", "-1", "99999999999999999999"):
        refused(engine.serve("GET", f"/v1/recommend/home?n={n}"), 400, f"GET with n={n}", "n")
    refused(engine.serve("POST", "/v1/recommend", b"{"), 400, "a body cut short", code="malformed_json")
    refused(engine.serve("POST", "/v1/recommend", b"[]"), 400, "a body that is a list")
    refused(engine.ask("POST", "/v1/recommend", {"placement": "home"}), 401, "recommend without a key")
    refused(engine.ask("POST", "/v1/recommend", {"placement": "home"}, key=WRITE), 403, "recommend with a write key")
    refused(engine.ask("GET", "/v1/recommend/cart?writeKey=" + WRITE), 403, "a placement that is not public, with a write key")
    refused(engine.ask("GET", "/v1/recommend/home?writeKey=unknown"), 401, "a public placement with an unknown key")
    refused(engine.ask("GET", "/v1/recommend/cart?writeKey=" + SERVER), 403, "a server key in an address")
    page = engine.ask("GET", "/v1/recommend/home?userId=c0&n=3&writeKey=" + WRITE)
    equal((page.status, page.header("access-control-allow-origin"), page.header("access-control-allow-credentials")), (200, "*", None), "a page asks for a public placement")
    equal((page.json["personalized"], len(page.json["items"])), (False, 3), "a user id that can be guessed tells a page nothing")
    check(all(one["item"]["title"] and one["reason"]["evidence"] == [] for one in page.json["items"]), "a page gets what it draws, and no history", page)
    equal(engine.ask("GET", "/v1/recommend/home?n=3", key=WRITE).status, 200, "the write key as a Bearer token")


def decisions():
    answer = ask_for(placement="product_page", userId="c0", n=5, context={"itemId": "p04", "cart": ["p08"]}, exclude=["p11"])
    number = answer.json["decisionId"]
    found, end = None, time.monotonic() + 10
    while time.monotonic() < end:
        found = engine.serve("GET", f"/v1/decisions/{number}")
        if found.status == 200:
            break
        time.sleep(0.05)
    if check(found.status == 200, "a decision is found by its id", found):
        got = found.json
        equal([item["itemId"] for item in got["items"]], ids_of(answer), "the decision's items")
        equal([item["propensity"] for item in got["items"]], [item["propensity"] for item in answer.json["items"]], "the decision's propensities")
        equal((got["decisionId"], got["placement"], got["personalized"], got["userId"]), (number, "product_page", True, "c0"), "the decision's head")
        equal((got["request"]["n"], got["request"]["context"]["itemId"], got["request"]["context"]["cart"], got["request"]["exclude"]),
              (5, "p04", ["p08"], ["p11"]), "the decision's request")
    refused(engine.serve("GET", "/v1/decisions/wrong!"), 400, "an id that is none", "decisionId")
    other = ("0" if number[0] != "0" else "1") + number[1:]
    refused(engine.serve("GET", f"/v1/decisions/{other}"), 404, "a decision nobody made")
    equal(len({ask_for(placement="home").json["decisionId"] for _ in range(20)}), 20, "every decision has its own id")


def consents():
    """A shoe buyer and a book reader who both turned personalisation off see the same, byte for byte."""
    first, second = "c1", "c3"
    contexts = ({"placement": "home"}, {"placement": "product_page", "context": {"itemId": "p10"}}, {"placement": "order_done"},
                {"placement": "search_empty"}, {"placement": "cart", "context": {"cart": ["p02"]}})
    check(items_bytes(ask_for(userId=first, n=10, placement="home")) != items_bytes(ask_for(userId=second, n=10, placement="home")),
          "two different customers see different homes")
    got = engine.serve("GET", f"/v1/consents/{first}").json
    equal((got["personalization"], got["marketing"]), (True, {}), "before a word, consents are the default")
    for user in (first, second):
        answer = engine.serve("PUT", f"/v1/consents/{user}", {"personalization": False, "marketing": {"email": True, "sms": False}, "analytics": True,
                                                               "version": "2026-11", "source": "settings page"})
        equal((answer.status, answer.json["personalization"]), (200, False), f"{user} turns personalisation off")
    got = engine.serve("GET", f"/v1/consents/{first}").json
    equal((got["personalization"], got["marketing"], got["analytics"], got.get("version"), got.get("source")),
          (False, {"email": True, "sms": False}, True, "2026-11", "settings page"), "consents are kept")
    check(all(word in got["times"] for word in ("personalization", "analytics", "marketing.email", "marketing.sms")), "consents have times", got)
    equal(engine.serve("GET", f"/v1/profiles/{first}").json["consents"]["personalization"], False, "the profile shows the consents")
    moment = iso(now_ms())
    for body in contexts:
        body = {**body, "context": {**body.get("context", {}), "time": moment}}
        answers = [ask_for(userId=user, n=10, **body) for user in (first, second)]
        for answer in answers:
            check(answer.status == 200 and answer.json["personalized"] is False and len(answer.json["items"]) == 10, f"off: {body['placement']} is full and not personal", answer)
        equal(items_bytes(answers[0]), items_bytes(answers[1]), f"off: {body['placement']} is the same for both, byte for byte")
        check(all(item["propensity"] == 1 for item in answers[0].json["items"]), f"off: {body['placement']} has no chance in it")
    equal(items_bytes(ask_for(userId=first, n=10, placement="home", context={"time": moment})),
          items_bytes(ask_for(userId="nobody-at-all", n=10, placement="home", context={"time": moment})), "off: as a stranger sees it")
    engine.restart()
    equal(ask_for(userId=first, placement="home").json["personalized"], False, "off stays off over a restart")
    engine.serve("PUT", f"/v1/consents/{first}", {"personalization": True})
    equal(ask_for(userId=first, placement="home").json["personalized"], True, "on again")
    equal(engine.serve("GET", f"/v1/consents/{first}").json["marketing"], {"email": True, "sms": False}, "what was not named stays")
    equal(engine.serve("PUT", "/v1/consents/quite-new", {"marketing": {"wechat": True}}).status in (200, 400), True, "a channel of its own is answered")
    engine.serve("PUT", "/v1/consents/came-first", {"personalization": False})
    engine.collect("track", view("came-first", "p05", "con-first"))
    equal(ask_for(userId="came-first", placement="home").json["personalized"], False, "a word before the first event counts")
    for body, field in (({"personalization": "no"}, "personalization"), ({"marketing": True}, "marketing"), ({"marketing": {"pigeon": True}}, "marketing"),
                        ({"analytics": 1}, "analytics"), ({"personalization": True, "version": "x" * 129}, "version")):
        refused(engine.serve("PUT", f"/v1/consents/{first}", body), 400, f"consents {str(body)[:40]}", field)
    refused(engine.serve("PUT", f"/v1/consents/{first}", {}), 400, "consents without a word")
    refused(engine.ask("PUT", f"/v1/consents/{first}", {"personalization": True}, key=WRITE), 403, "consents with a write key")
    ledger = engine.serve("GET", f"/v1/consents/{first}/ledger").json
    number = engine.admin("GET", f"/api/v1/customers?q={first}").json["items"][0]["id"]
    equal(engine.admin("GET", f"/api/v1/customers/{number}/consents").json, ledger, "the console sees his ledger")
    equal(ledger["items"][0]["said"], {"personalization": True}, "the newest line is first")
    equal(engine.serve("GET", f"/v1/consents/{first}/ask?purpose=marketing.sms").json["why"], "refused", "may he be asked?")
    equal(engine.serve("POST", f"/v1/consents/{first}/ask", {"purpose": "marketing.push"}).json["may"], True, "he is asked for another")
    refused(engine.serve("POST", f"/v1/consents/{first}/ask", {"purpose": "marketing.sms"}), 409, "asked again", "purpose")
    refused(engine.serve("GET", f"/v1/consents/{first}/ask?purpose=pigeon"), 400, "asked for what is no purpose", "purpose")
    refused(engine.serve("GET", "/v1/consents/nobody-at-all/ledger"), 404, "the ledger of nobody")


# ---- goods ----


def goods():
    put = engine.admin("PUT", "/api/v1/items/p00", {"title": "白色心形茶灯架", "priceCents": 255})
    equal((put.status, put.json["title"], put.json["priceCents"], put.json["category"]), (200, "白色心形茶灯架", 255, "tea"), "an item is changed, the rest stays")
    equal(engine.serve("PUT", "/api/v1/items/p00", {"title": "By the shop"}).status, 200, "a server key keeps the catalog")
    refused(engine.ask("PUT", "/api/v1/items/p00", {"title": "x"}, key=WRITE), 403, "a write key may not")
    for body, field in (({"title": 5}, "title"), ({"priceCents": -1}, "priceCents"), ({"priceCents": 1.5}, "priceCents"), ({"stock": "many"}, "stock"),
                        ({"available": "yes"}, "available"), ({"currency": "yuan"}, "currency"), ({"attributes": []}, "attributes")):
        refused(engine.admin("PUT", "/api/v1/items/p00", body), 400, f"an item with {body}", field)
    mixed = engine.admin("POST", "/api/v1/items", {"items": [{"itemId": "new-1", "title": "New", "category": "tea"}, {"itemId": "new-2", "priceCents": "x"}, {"title": "no id"}, 5]})
    equal((mixed.json["accepted"], mixed.json["rejected"], [error["index"] for error in mixed.json["errors"]]), (1, 3, [1, 2, 3]), "good items of a list are taken, bad ones named")
    refused(engine.admin("POST", "/api/v1/items", {"items": {}}), 400, "items that are no list", "items")
    listed, cursor = [], ""
    while True:
        page = engine.admin("GET", "/api/v1/items?limit=7" + (f"&cursor={cursor}" if cursor else "")).json
        listed += [item["itemId"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    check(len(listed) == len(set(listed)) and set(ITEMS) | {"new-1"} <= set(listed), "items in pages: each once", listed)
    equal([item["itemId"] for item in engine.admin("GET", "/api/v1/items?q=p07").json["items"]], ["p07"], "an item is searched")
    gone = {"p01": {"stock": 0}, "p02": {"available": False}}
    for item, change in gone.items():
        equal(engine.admin("PUT", f"/api/v1/items/{item}", change).status, 200, f"{item} cannot be sold now")
    for placement in ("home", "product_page", "cart", "search_empty", "order_done"):
        for body in ({"userId": "c1"}, {"userId": "c2"}, {}, {"context": {"itemId": "p05", "cart": ["p09"]}}):
            got = ids_of(ask_for(placement=placement, n=100, **body))
            check(not set(gone) & set(got) and len(got) > 30, f"{placement}: nothing that cannot be sold, with {body}", got)
    for item in gone:
        engine.admin("PUT", f"/api/v1/items/{item}", {"stock": 3, "available": True})
        check(item in ids_of(ask_for(placement="home", n=100)), f"{item} is shown when it can be sold again")
    engine.is_equal("after changes of items")


# ---- people ----


class Person:
    """Somebody at the console: a cookie and the csrf value."""

    def __init__(self, name, password):
        self.answer = engine.ask("POST", "/api/v1/login", {"user": name, "password": password})
        self.cookie = (self.answer.header("set-cookie") or "").split(";")[0]
        self.csrf = self.answer.json.get("csrf") if self.answer.status == 200 else None

    def ask(self, method, path, body=None, csrf=True):
        headers = {"Cookie": self.cookie}
        if csrf is True and method != "GET":
            headers["X-CSRF-Token"] = self.csrf
        elif isinstance(csrf, str):
            headers["X-CSRF-Token"] = csrf
        return engine.ask(method, path, body, headers=headers)


def people():
    refused(engine.ask("POST", "/api/v1/login", {"user": "admin", "password": "wrong password"}), 401, "a wrong password")
    refused(engine.ask("POST", "/api/v1/login", {"user": "who", "password": PASSWORD}), 401, "an unknown user")
    admin = Person("admin", PASSWORD)
    if not check(admin.answer.status == 200, "admin logs in", admin.answer):
        return
    cookie = admin.answer.header("set-cookie")
    check("HttpOnly" in cookie and "SameSite=Strict" in cookie and cookie.startswith("zhun="), "the cookie is closed to scripts", cookie)
    equal(admin.ask("GET", "/api/v1/session").status, 200, "the session is known")
    equal(admin.ask("GET", "/api/v1/session").json.get("csrf"), admin.csrf, "the session tells its csrf again")
    equal(engine.ask("GET", "/api/v1/session").status, 401, "without a cookie there is no session")
    equal(engine.ask("GET", "/api/v1/session", headers={"Cookie": "zhun=wrong"}).status, 401, "a wrong cookie is no session")
    for csrf in (False, "wrong", ""):
        refused(admin.ask("POST", "/api/v1/keys", {"kind": "write", "name": "x"}, csrf=csrf), 403, f"POST with csrf {csrf!r}", code="csrf")
        refused(admin.ask("PUT", "/api/v1/items/p00", {"title": "x"}, csrf=csrf), 403, f"PUT with csrf {csrf!r}", code="csrf")
        refused(admin.ask("DELETE", "/api/v1/keys/1", csrf=csrf), 403, f"DELETE with csrf {csrf!r}", code="csrf")
    made = admin.ask("POST", "/api/v1/keys", {"kind": "server", "name": "backend"})
    equal(made.status, 201, "a person makes a key")
    secret, number = made.json["key"], made.json["id"]
    equal(engine.ask("GET", "/v1/profiles/c0", key=secret).status, 200, "the new server key serves")
    listed = admin.ask("GET", "/api/v1/keys")
    check(secret not in listed.body.decode() and SERVER not in listed.body.decode() and TOKEN not in listed.body.decode(), "a list of keys shows no secret")
    equal(admin.ask("DELETE", f"/api/v1/keys/{number}").status, 204, "the key is revoked")
    refused(engine.ask("GET", "/v1/profiles/c0", key=secret), 401, "a revoked server key")
    check(any(key["id"] == number and key["revokedAt"] for key in admin.ask("GET", "/api/v1/keys").json["items"]), "a revoked key stays in the list")
    refused(admin.ask("DELETE", "/api/v1/keys/9999"), 404, "revoking a key that is not there")
    for end in (iso(now_ms() - 1000), "soon", 5):
        refused(admin.ask("POST", "/api/v1/keys", {"kind": "server", "name": "brief", "expiresAt": end}), 400, f"a key that ends {end!r}", "expiresAt")
    brief = admin.ask("POST", "/api/v1/keys", {"kind": "server", "name": "brief", "expiresAt": iso(now_ms() + 1500)}).json
    equal(engine.ask("GET", "/v1/profiles/c0", key=brief["key"]).status, 200, "a key serves until its end")
    check(any(key["id"] == brief["id"] and key["expiresAt"] == brief["expiresAt"] for key in admin.ask("GET", "/api/v1/keys").json["items"]), "the list says when a key ends")
    time.sleep(1.6)
    refused(engine.ask("GET", "/v1/profiles/c0", key=brief["key"]), 401, "and not after it")
    refused(admin.ask("POST", "/api/v1/keys", {"kind": "admin", "name": "x"}), 400, "a key of another kind", "kind")
    other = Person("admin", PASSWORD)
    equal(other.ask("POST", "/api/v1/logout").status, 204, "logout")
    equal(other.ask("GET", "/api/v1/session").status, 401, "after logout the cookie is dead")
    equal(admin.ask("GET", "/api/v1/session").status, 200, "another session of the same user lives on")
    roles(admin)


MAY = {  # role -> what it may read: totals, one customer, dead letters, users, keys
    "viewer": (True, False, False, False, False), "analyst": (True, False, False, False, False), "marketer": (True, False, False, False, False),
    "support": (False, True, False, False, False), "developer": (True, False, True, False, True), "auditor": (True, False, False, False, False),
    "privacy_officer": (True, True, False, False, False), "admin": (True, False, False, True, True), "approver": (True, False, False, False, False), "owner": (True, True, True, True, True),
}


def roles(admin):
    customer = next(row["id"] for row in engine.admin("GET", "/api/v1/customers?q=c0").json["items"])
    paths = ((("/api/v1/overview", "/api/v1/reports/orders", "/api/v1/items", "/api/v1/placements", "/api/v1/sources", "/api/v1/system", "/api/v1/items/p00",
               "/api/v1/reports/kpis", "/api/v1/reports/policies", "/api/v1/attention", "/api/v1/reports/rfm", "/api/v1/reports/lifecycle", "/api/v1/reports/aipl",
               "/api/v1/reports/cohorts", "/api/v1/reports/fairness", "/api/v1/reports/bubble", "/api/v1/reports/prices", "/api/v1/variety"), 0),
             (("/api/v1/customers", f"/api/v1/customers/{customer}", f"/api/v1/customers/{customer}/events", f"/api/v1/customers/{customer}/portrait", "/v1/profiles/c0", "/v1/profiles/c0/portrait", "/v1/profiles/c0/events",
               "/v1/consents/c0", "/v1/recommend/home?userId=c0", "/api/v1/events", "/api/v1/events/" + engine.admin("GET", "/api/v1/events?limit=1").json["items"][0]["position"]), 1),
             (("/api/v1/deadletters",), 2), (("/api/v1/users",), 3), (("/api/v1/keys",), 4))
    for role, may in MAY.items():
        name, password = f"a {role}", f"password of {role}"
        equal(admin.ask("POST", "/api/v1/users", {"name": name, "role": role, "password": password}).status, 201, f"a {role} is made")
        person = Person(name, password)
        if not check(person.answer.status == 200 and person.answer.json["role"] == role, f"the {role} logs in", person.answer):
            continue
        for group, right in paths:
            for path in group:
                equal(person.ask("GET", path).status, 200 if may[right] else 403, f"a {role} and GET {path}")
        count = {"expression": "customer.orders.count() >= 0"}
        equal(person.ask("POST", "/api/v1/boundaries", {}).status, 200 if role in ("admin", "analyst", "marketer", "owner") else 403, f"a {role} and new boundaries")
        equal(person.ask("POST", "/api/v1/segments/preview", count).status, 200 if may[0] else 403, f"a {role} and a count of customers")
        equal(person.ask("POST", "/api/v1/segments/preview", {**count, "limit": 5}).status, 200 if may[0] and may[1] else 403, f"a {role} and a list of customers")
        if role not in ("owner", "admin"):
            refused(person.ask("POST", "/api/v1/users", {"name": "x", "role": "owner", "password": "long enough"}), 403, f"a {role} may not make an owner")
        if role in ("viewer", "analyst"):
            refused(person.ask("POST", "/api/v1/preview", {"placement": "home", "userId": "c0"}), 403, f"a {role} may not preview a customer")
            refused(person.ask("PUT", "/api/v1/items/p00", {"title": "x"}), 403, f"a {role} may not change items")
            refused(person.ask("GET", "/api/v1/export/events"), 403, f"a {role} may not export")
        equal(person.ask("GET", "/api/v1/session").status, 200, f"a {role} has a session")
        equal(person.ask("POST", "/api/v1/logout").status, 204, f"a {role} logs out")
    passwords(admin)


def passwords(admin):
    refused(admin.ask("POST", "/api/v1/users", {"name": "a viewer", "role": "viewer", "password": "long enough"}), 409, "a user made twice", code="exists")
    refused(admin.ask("POST", "/api/v1/users", {"name": "short", "role": "viewer", "password": "short"}), 400, "a short password", "password")
    refused(admin.ask("POST", "/api/v1/users", {"name": "short", "role": "viewer", "password": "Password123"}), 400, "a password that is tried first", "password")
    refused(admin.ask("POST", "/api/v1/users", {"name": "x", "role": "emperor", "password": "long enough"}), 400, "an unknown role", "role")
    refused(admin.ask("POST", "/api/v1/users", {"name": "", "role": "viewer", "password": "long enough"}), 400, "a user without a name", "name")
    lowly = Person("a viewer", "password of viewer")
    path = "/api/v1/users/a%20viewer/password"
    refused(lowly.ask("PUT", path, {"password": "another password", "current": "wrong"}), 403, "one's own password without the current one")
    refused(lowly.ask("PUT", "/api/v1/users/admin/password", {"password": "another password", "current": "password of viewer"}), 403, "another's password")
    equal(lowly.ask("PUT", path, {"password": "another password", "current": "password of viewer"}).status, 204, "one's own password")
    equal(lowly.ask("GET", "/api/v1/session").status, 401, "a new password ends the sessions")
    equal(Person("a viewer", "another password").answer.status, 200, "the new password works")
    equal(admin.ask("PUT", path, {"password": "given by the admin"}).status, 204, "an owner sets another's password")
    equal(Person("a viewer", "given by the admin").answer.status, 200, "and it works")
    refused(admin.ask("PUT", "/api/v1/users/nobody/password", {"password": "long enough"}), 404, "the password of nobody")
    equal(lowly_factor(Person("a viewer", "given by the admin")), ["200", "400", "400", "200", "204"], "one's own second factor is asked, refused without a code or password, turned on and taken away")
    equal(engine.admin("PUT", "/api/v1/users/a%20viewer", {"state": "off"}).json["state"], "off", "somebody is switched off")
    equal(engine.admin("PUT", "/api/v1/users/a%20viewer", {"state": "on"}).json["state"], "on", "and on; the rest is people.py's")
    equal(len(engine.admin("GET", "/api/v1/roles").json["items"]), len(MAY), "every role is told")
    equal(engine.admin("POST", "/api/v1/users/a%20viewer/second-factor/off").status, 204, "another's is taken away")
    refused(engine.admin("POST", "/api/v1/users/nobody/second-factor/off"), 404, "the second factor of nobody")
    names = [user["name"] for user in engine.admin("GET", "/api/v1/users").json["items"]]
    check("admin" in names and "a viewer" in names, "users are listed", names)
    check(b"argon" not in engine.admin("GET", "/api/v1/users").body, "no hash of a password is shown")


def lowly_factor(person):
    """Turned on and used in second_factor.py."""
    path, mine = "/api/v1/second-factor", {"current": "given by the admin"}
    secret = person.ask("POST", path).json["secret"]
    return [str(answer.status) for answer in (person.ask("GET", path), person.ask("PUT", path, {**mine, "secret": secret, "code": "none  "}), person.ask("PUT", path, {"current": "wrong", "secret": secret, "code": "000000"}), person.ask("PUT", path, {**mine, "secret": secret, "code": kit.code_at(secret, int(time.time()) // 30)}), person.ask("POST", path + "/off", mine))]


def throttle():
    statuses = [engine.ask("POST", "/api/v1/login", {"user": "mallory", "password": f"guess number {i}"}) for i in range(8)]
    last = statuses[-1]
    check(statuses[0].status == 401 and last.status == 429, "guessing is slowed down", [one.status for one in statuses])
    check(int(last.header("retry-after") or 0) >= 1, "429 says how long to wait", last.headers)
    equal(Person("admin", PASSWORD).answer.status, 200, "another user may still log in")


# ---- what people look at ----


def feedback(engine):
    """What a customer refused, by the shop's id and by number."""
    number = engine.admin("GET", "/api/v1/customers?q=u-profile").json["items"][0]["id"]
    mine, his = "/v1/feedback/u-profile", f"/api/v1/customers/{number}/feedback"
    equal(engine.serve("GET", mine).json, {"personalization": True, "items": [], "counts": {"useful": 0, "why": 0}}, "nobody said anything yet")
    for name in ("Acme", "Nord", "海尔"):
        equal(engine.serve("POST", "/v1/feedback", {"userId": "u-profile", "kind": "block", "scope": "brand", "name": name}).json["changed"], True, "a brand is blocked")
    equal([one["name"] for one in engine.admin("GET", his).json["items"]], ["海尔", "Nord", "Acme"], "the console lists them")
    equal(len(engine.serve("DELETE", f"{mine}/brand/Nord").json["items"]), 2, "one is taken back")
    equal(len(engine.admin("DELETE", f"{his}/brand/%E6%B5%B7%E5%B0%94").json["items"]), 1, "and one in the console")
    equal(engine.serve("DELETE", mine).json["items"], [], "all of them")
    equal(engine.admin("DELETE", his).json["items"], [], "which may be none")
    equal(engine.serve("POST", "/v1/feedback", {"userId": "u-profile", "kind": "undo"}).json["changed"], False, "nothing is left to take back")
    refused(engine.serve("GET", "/v1/feedback/nobody-knows"), 404, "feedback of nobody")
    refused(engine.ask("GET", mine, key=WRITE), 403, "feedback with a write key")
    refused(engine.serve("POST", "/v1/feedback", {"userId": "u-profile", "kind": "block"}), 400, "of nothing", "itemId")


def tags(engine, member):
    """Tags of one customer by both names, of all, and a static list."""
    mine, his = "/v1/profiles/u-profile/tags", f"/api/v1/customers/{member}/tags"
    equal(engine.serve("GET", mine).json, {"tags": [], "deleted": []}, "nobody said anything yet")
    equal(engine.serve("PUT", f"{mine}/vip", {"confidence": 0.5, "expires": "2190-01-01T00:00:00Z"}).json["tags"][0]["source"], "staff", "a tag is set")
    equal([one["tag"] for one in engine.serve("DELETE", f"{mine}/vip?by=customer").json["deleted"]], ["vip"], "the customer deletes it")
    refused(engine.serve("PUT", f"{mine}/vip", {}), 409, "what he deleted does not grow back", "tag", code="deleted_by_customer")
    refused(engine.serve("PUT", f"{mine}/vip", {"by": "nobody"}), 400, "who says so is not known", "by")
    refused(engine.serve("GET", "/v1/profiles/nobody-knows/tags"), 404, "tags of nobody")
    refused(engine.ask("GET", mine, key=WRITE), 403, "tags with a write key")
    equal(engine.admin("PUT", f"{his}/%E8%8C%B6", {}).json["tags"][0]["tag"], "茶", "the console sets one")
    equal(engine.admin("GET", his).json["tags"][0]["expires"], None, "it stands")
    equal(engine.admin("PUT", "/api/v1/tags/seen", {"segment": "viewers"}).json["segment"], "viewers", "a tag follows a segment")
    equal([one["source"] for one in engine.admin("GET", his).json["tags"]], ["staff", "computed"], "and is there")
    refused(engine.admin("DELETE", f"{his}/seen"), 409, "staff cannot take it away", "tag", code="computed")
    equal(engine.admin("DELETE", f"{his}/%E8%8C%B6").json["deleted"], [], "one is taken away")
    equal(engine.admin("POST", "/api/v1/tags/import", {"rows": [{"userId": "u-profile", "tag": "vip"}, {"userId": "nobody-knows", "tag": "x"}]}).json,
          {"set": 0, "removed": 0, "deletedByCustomer": 1, "unknown": 1, "unknownIds": ["nobody-knows"]}, "an import says what it passed over")
    equal({one["tag"] for one in engine.admin("GET", "/api/v1/tags").json["items"]}, {"vip", "茶", "seen"}, "all tags")
    equal(engine.admin("DELETE", "/api/v1/tags/seen").status, 204, "a tag follows nothing any more")
    refused(engine.admin("DELETE", "/api/v1/tags/seen"), 404, "one that follows nothing", "tag")
    equal(engine.admin("PUT", "/api/v1/segments/guests", {"kind": "list"}).json["kind"], "list", "a static list")
    equal(engine.admin("POST", "/api/v1/segments/guests/list", {"act": "add", "userIds": ["u-profile", "nobody-knows"]}).json,
          {"added": 1, "already": 0, "unknown": 1, "unknownIds": ["nobody-knows"], "size": 1}, "who is put on it")
    refused(engine.admin("POST", "/api/v1/segments/viewers/list", {"act": "add", "userIds": ["u-profile"]}), 409, "a rule is no list", code="no_list")
    equal(engine.admin("DELETE", "/api/v1/segments/guests").status, 204, "the list is dropped")


def offers():
    """Prices and coupons, as they are described; what they promise is proved by the checks 10, 15, 16 and 17."""
    equal(engine.collect("identify", {"userId": "otto", "messageId": "otto", "traits": {}}).status, 200, "a customer")
    equal(engine.admin("PUT", "/api/v1/items/otto-tea", {"title": "Tea", "priceCents": 1000, "currency": "CNY", "available": True}).status, 200, "an item with a price")
    engine.sync()
    claimed = {"kind": "percent", "percent": 10, "currency": "CNY", "give": "claim", "stock": 5, "perCustomer": 1, "title": {"en": "Ten", "zh": "九折"}}
    equal(engine.admin("PUT", "/api/v1/offers/ten", claimed).json["definition"], claimed, "an offer is defined")
    refused(engine.admin("PUT", "/api/v1/offers/ten", {**claimed, "conditions": {"age": 30}}), 400, "one that names the customer", "conditions.age", "unfair")
    refused(engine.admin("PUT", "/api/v1/offers/ten", {**claimed, "stock": None}), 400, "one without what it needs", "stock")
    refused(engine.admin("PUT", "/api/v1/offers/Ten", claimed), 400, "a name that is none", "name")
    equal(engine.admin("PUT", "/api/v1/offers/word", {"kind": "fixed", "offCents": 5, "currency": "CNY", "give": "code", "code": "FIVE"}).status, 200, "an offer with a code")
    refused(engine.admin("PUT", "/api/v1/offers/word2", {"kind": "fixed", "offCents": 5, "currency": "CNY", "give": "code", "code": "five"}), 409, "a code twice", "code")
    got = engine.serve("POST", "/v1/offers/ten/claim", {"userId": "otto", "claimId": "c1"})
    equal((got.status, got.json["state"]), (201, "free"), "a coupon is claimed")
    equal(engine.serve("POST", "/v1/offers/ten/claim", {"userId": "otto", "claimId": "c1"}).json["code"], got.json["code"], "and once")
    refused(engine.serve("POST", "/v1/offers/ten/claim", {"userId": "otto"}), 409, "a second one", code="limit_reached")
    refused(engine.serve("POST", "/v1/offers/none/claim", {"userId": "otto"}), 404, "an offer that is not there")
    refused(engine.serve("POST", "/v1/offers/ten/claim", {}), 404, "a claim of nobody")
    equal([one["code"] for one in engine.serve("GET", "/v1/coupons/otto").json["items"]], [got.json["code"]], "a customer's coupons")
    refused(engine.serve("GET", "/v1/coupons/nobody-at-all"), 404, "of a customer who is not there")
    refused(engine.serve("POST", "/v1/quote", {"lines": []}), 400, "a price of nothing", "lines")
    refused(engine.serve("POST", "/v1/quote", {"lines": [{"itemId": "otto-tea"}], "channel": "moon"}), 400, "a channel that is none", "channel")
    refused(engine.serve("POST", "/v1/quote", {"lines": [{"itemId": "nowhere"}]}), 404, "an item without a price", "lines[0].itemId")
    quote = engine.serve("POST", "/v1/quote", {"lines": [{"itemId": "otto-tea", "quantity": 2}], "userId": "otto", "codes": ["five", "none"]}).json
    equal((quote["listedCents"], quote["totalCents"], [one["reason"]["code"] for one in quote["codes"]]), (2000, 1800, ["other_better", "unknown_code"]), "a price is told")
    path = "/v1/quotes/" + quote["quoteId"]
    equal(engine.serve("GET", path).json["replay"], "same", "and is the same when worked out again")
    refused(engine.serve("GET", "/v1/quotes/none"), 404, "a quote that is not there")
    refused(engine.serve("POST", path + "/reserve", {}), 400, "an order without a number", "orderId")
    refused(engine.serve("POST", "/v1/quotes/none/reserve", {"orderId": "o"}), 404, "a quote that is not there")
    equal(engine.serve("POST", path + "/reserve", {"orderId": "o", "userId": "otto"}).json["state"], "held", "an order holds")
    equal(engine.admin("GET", "/api/v1/offers/ten/ledger").json["items"][0]["state"], "held", "in the ledger")
    equal(engine.serve("POST", path + "/commit", {"orderId": "o"}).json["state"], "used", "and uses")
    equal(engine.serve("POST", path + "/release", {"orderId": "o"}).json["state"], "cancelled", "and gives back")
    refused(engine.serve("POST", path + "/commit", {"orderId": "o"}), 409, "an order that holds nothing", code="no_hold")
    refused(engine.serve("POST", path + "/release", {"orderId": "o"}), 409, "nothing to give back", code="no_hold")
    equal([one["id"] for one in engine.admin("GET", "/api/v1/offers").json["items"]], ["ten", "word"], "offers are listed")
    equal(engine.admin("GET", "/api/v1/offers/ten").json["claimed"], 1, "with what they gave")
    refused(engine.admin("GET", "/api/v1/offers/none"), 404, "an offer that is not there")
    refused(engine.admin("DELETE", "/api/v1/offers/ten"), 409, "an offer that somebody holds", "name", "in_use")
    equal(engine.admin("DELETE", "/api/v1/offers/word").status, 204, "one that nobody holds is deleted")
    refused(engine.admin("DELETE", "/api/v1/offers/word"), 404, "and is gone")
    public = engine.ask("GET", f"/v1/offers?writeKey={WRITE}").json["items"]
    equal([(one["id"], one["ended"], len(one["history"])) for one in public], [("ten", False, 1), ("word", True, 2)], "the register tells everybody, what ended, too")
    check("FIVE" not in json.dumps(public), "and no codes")
    refused(engine.ask("GET", "/v1/offers"), 401, "without any key")


def reports():
    engine.sync()
    overview = engine.admin("GET", "/api/v1/overview").json
    log = engine.export()
    equal(overview["totals"]["events"], len(log), "the overview counts the events")
    equal(overview["totals"]["orders"], ORDERS, "the overview counts the orders")
    equal(overview["orders"]["revenueCents"], 40 * 3000 + 2500 + 9999, "the overview sums the revenue")
    equal(overview["orders"]["currency"], "CNY", "the overview's currency")
    check(overview["totals"]["customers"] >= 42 and overview["totals"]["items"] >= 41, "the overview counts customers and items", overview["totals"])
    equal(sum(day["orders"] for day in overview["daily"]), ORDERS, "the days sum to the whole")
    months = engine.admin("GET", "/api/v1/reports/orders").json["months"]
    check(months and abs(sum(month["revenue"] for month in months) - 1324.99) < 0.01, "the months of the orders report", months)
    system = engine.admin("GET", "/api/v1/system").json
    check(system["ready"] and system["logBytes"] > 0 and system["residentBytes"] > 1 << 20, "the system", system)
    row = engine.admin("GET", "/api/v1/customers?q=u-profile").json["items"]
    if check(len(row) == 1 and row[0]["userId"] == "u-profile" and row[0]["orders"] == 2, "a customer is searched by id", row):
        page = engine.admin("GET", f"/api/v1/customers/{row[0]['id']}").json
        equal((page["userId"], page["traits"]["email"]), ("u-profile", "mei@example.com"), "an owner sees a customer")
        equal(engine.admin("GET", f"/api/v1/customers/{row[0]['id']}/portrait").json["orders"]["count"], 2, "and its portrait")
        equal(engine.admin("POST", "/api/v1/models/train", {}).status, 202, "a league is asked for")
        for _ in range(600):
            league = engine.admin("GET", "/api/v1/models").json
            if not league["training"]:
                break
            time.sleep(0.1)
        check(league["league"] is not None and not league["training"], "and played", league)
        equal(engine.admin("PUT", "/api/v1/models/automatic", {"automatic": True}).json["automatic"], True, "its winner is deployed by itself")
        equal(engine.admin("POST", "/api/v1/models/9/deploy", {}).status, 404, "no version to roll back to")
        equal(engine.admin("POST", "/api/v1/models/train", {"model": "itemknn", "anyway": True}).status, 202, "a recommender is to be learnt")
        while engine.admin("GET", "/api/v1/models").json["learning"]:
            time.sleep(0.05)
        equal(engine.admin("POST", "/api/v1/models/1/deploy", {}).json["deployed"], {"version": 1, "state": "serving", "why": None}, "it answers")
        equal(engine.admin("POST", "/api/v1/models/off", {}).json["deployed"]["version"], 0, "counts alone answer")
        equal(engine.admin("POST", "/api/v1/predictions/train", {}).status, 202, "a training is asked for")
        check(engine.admin("GET", "/api/v1/predictions").json["version"] >= 0, "what is predicted, and how it was tested")
        equal(engine.admin("GET", f"/api/v1/customers/{row[0]['id']}/predictions").status, 200, "and what is predicted of the customer")
        events = engine.admin("GET", f"/api/v1/customers/{row[0]['id']}/events?limit=3").json
        equal(len(events["items"]), 3, "a page of a customer's events")
        preview = engine.admin("POST", "/api/v1/preview", {"placement": "home", "customerId": row[0]["id"], "n": 5})
        check(preview.status == 200 and len(preview.json["items"]) == 5 and preview.json["items"][0]["item"]["title"], "a preview shows cards", preview)
        number = preview.json["decisionId"]
        time.sleep(0.3)
        refused(engine.serve("GET", f"/v1/decisions/{number}"), 404, "a preview is no decision")
    for name, expression in (("viewers", "customer.did('Product Viewed') && customer.events().count(days(9000)) > 1"), ("others", "!customer.in_segment('viewers')")):
        equal(engine.admin("PUT", f"/api/v1/segments/{name}", {"expression": expression, "title": "T"}).status, 200, "a segment is kept")
    refused(engine.admin("PUT", "/api/v1/segments/x", {"expression": "customer.did("}), 400, "a wrong expression", "expression")
    equal({one["name"] for one in engine.admin("GET", "/api/v1/segments").json["items"]}, {"viewers", "others"}, "segments are listed")
    refused(engine.admin("GET", "/api/v1/segments/nowhere"), 404, "a segment that is not there", "name")
    check(engine.admin("GET", "/api/v1/segments/viewers").json["size"] > 0, "a segment has members")
    member = engine.admin("GET", "/api/v1/segments/viewers/members?limit=1").json["items"][0]["customer"]["id"]
    equal([one["in"] for one in engine.admin("GET", f"/api/v1/customers/{member}/segments").json["items"]], [True, False], "why a customer is in a segment")
    check(engine.admin("GET", "/api/v1/segments/viewers/portrait").json["group"]["customers"] > 0, "what its customers are like")
    equal(engine.admin("POST", "/api/v1/reports/group", {"expression": "true", "against": {"segment": "viewers"}}).status, 200, "one group beside another")
    check("tooFew" in engine.admin("POST", "/api/v1/reports/personas", {"expression": "true"}).json, "kinds of customers")
    refused(engine.admin("POST", "/api/v1/reports/personas", {"expression": "true", "groups": 9}), 400, "too many kinds", "groups")
    check("verdict" in engine.admin("POST", "/api/v1/reports/lookalikes", {"segment": "viewers"}).json, "customers like those of a segment")
    refused(engine.admin("POST", "/api/v1/reports/lookalikes", {"segment": "viewers", "size": 0}), 400, "a list of nobody", "size")
    refused(engine.admin("POST", "/api/v1/reports/group", {"segment": "nowhere"}), 404, "a portrait of a segment that is not there", "segment")
    refused(engine.admin("DELETE", "/api/v1/segments/viewers"), 409, "a segment that another asks about", "name")
    tags(engine, member)
    feedback(engine)
    for name in ("others", "viewers"):
        equal(engine.admin("DELETE", f"/api/v1/segments/{name}").status, 204, "a segment is dropped")
    check(engine.admin("POST", "/api/v1/reports/funnel", {"steps": ["Product Viewed", "Order Completed"], "windowDays": 300}).json["steps"][0]["customers"] >= 0, "a funnel")
    check(len(engine.admin("POST", "/api/v1/reports/paths", {"start": "Product Viewed", "depth": 2}).json["steps"]) <= 3, "paths")
    equal(engine.admin("GET", "/api/v1/experiments/nothing/uplift").status, 404, "whom an experiment moves that is not there")
    check(engine.admin("POST", "/api/v1/reports/attribution", {"lookbackDays": 300}).json["customers"] > 0, "an attribution")
    refused(engine.admin("POST", "/api/v1/reports/attribution", {"level": "all"}), 400, "an attribution of what is no level", "level")
    check("total" in engine.admin("POST", "/api/v1/reports/retention", {"first": "Product Viewed", "return": "Order Completed", "value": True}).json, "who comes back")
    check(engine.admin("POST", "/api/v1/reports/baskets", {"minCount": 1}).json["orders"] > 0, "what is bought together")
    equal(engine.admin("PUT", "/api/v1/metrics/videos", {"kind": "did", "event": "Video Watched"}).status, 200, "a metric is defined")
    equal(len(engine.admin("POST", "/api/v1/reports/metric", {"metric": "videos", "days": 7}).json["days"]), 7, "a metric by day")
    check(len(engine.admin("GET", "/api/v1/metrics").json["items"]) > 10, "metrics are listed")
    equal(engine.admin("POST", "/api/v1/metrics/conversion/plan", {"effect": 0.1, "mean": 0.1}).status, 200, "how large an experiment must be")
    equal(engine.admin("DELETE", "/api/v1/metrics/videos").status, 204, "a metric is deleted")
    an_experiment = {"arms": [{"name": "control"}, {"name": "anybody", "policy": {"personal": False}}], "metrics": ["orders"], "placements": ["search_empty"]}
    for name in ("try", "draft"):
        equal(engine.admin("PUT", f"/api/v1/experiments/{name}", an_experiment).status, 200, "an experiment is set up")
    equal(engine.admin("DELETE", "/api/v1/experiments/draft").status, 204, "a draft is deleted")
    equal(engine.admin("PUT", "/api/v1/experiments/try/state", {"state": "running"}).status, 200, "an experiment runs")
    equal(engine.admin("GET", "/api/v1/experiments/try/uplift").json["verdict"], "too_few", "whom it moves")
    equal([one["name"] for one in engine.admin("GET", "/api/v1/experiments").json["items"]], ["try"], "experiments are listed")
    equal(engine.admin("GET", "/api/v1/experiments/try").json["state"], "running", "and one is read")
    told = engine.serve("POST", "/v1/experiments/try/arm", {"userId": "c0"}).json
    equal((told["experiment"], told["known"], told["exposed"]), ("try", True, False), "an arm is asked for without a list")
    refused(engine.serve("POST", "/v1/experiments/nothing/arm", {"userId": "c0"}), 404, "of an experiment that is not there", "name")
    refused(engine.serve("POST", "/v1/experiments/try/arm", {}), 400, "of nobody")
    tried = engine.admin("GET", "/api/v1/experiments/try/results").json
    equal((tried["trusted"], tried["bandit"], tried["experiment"]["mode"]), (True, None, "ab"), "what it says")
    equal(engine.admin("GET", "/api/v1/experiments/try/exposed").json["items"], [], "and of whom")
    equal(engine.admin("POST", "/api/v1/reports/policy", {"experiment": "try", "target": {"arm": "anybody"}}).json["refusal"]["code"], "nothing", "what an arm would have earned")
    refused(engine.admin("POST", "/api/v1/reports/policy", {"experiment": "try", "target": {"arm": "nobody"}}), 400, "an arm that is not there", "target.arm")
    equal(engine.admin("PUT", "/api/v1/computed-traits/views", {"kind": "count", "event": "Product Viewed"}).status, 200, "a computed trait is defined")
    equal([one["name"] for one in engine.admin("GET", "/api/v1/computed-traits").json["items"]], ["views"], "computed traits are listed")
    refused(engine.admin("PUT", "/api/v1/computed-traits/views", {"kind": "count", "where": "e.nme == 1"}), 400, "a wrong condition of one", "where")
    equal(engine.admin("DELETE", "/api/v1/computed-traits/views").status, 204, "one is taken away")
    refused(engine.admin("DELETE", "/api/v1/computed-traits/views"), 404, "one that is not there")
    drawn = engine.admin("POST", "/api/v1/expressions", {"expression": "customer.orders.count( days(90) )>=2"}).json
    equal((drawn["expression"], drawn["tree"]["op"], "fault" in drawn), ("customer.orders.count(days(90)) >= 2", ">=", False), "an expression is drawn as a tree")
    equal(engine.admin("POST", "/api/v1/expressions", {"tree": drawn["tree"]}).json, drawn, "and printed again")
    check("Order Completed" in [one["name"] for one in engine.admin("GET", "/api/v1/expressions/names").json["events"]], "names to choose from")
    view = {"page": "items", "title": "卖完的", "query": "standing=soldOut", "isShared": False}
    kept = engine.admin("PUT", "/api/v1/views/sold-out", view).json
    equal(({name: kept[name] for name in view}, kept["isMine"], kept["isDefault"]), (view, True, False), "a view is saved")
    equal(engine.admin("PUT", "/api/v1/views/sold-out/default", {"isDefault": True}).status, 204, "a page begins with it")
    equal([(one["id"], one["isDefault"]) for one in engine.admin("GET", "/api/v1/views?page=items").json["items"]], [("sold-out", True)], "views of a page are listed")
    equal(engine.admin("GET", "/api/v1/views?page=customers").json["items"], [], "and of no other")
    refused(engine.admin("PUT", "/api/v1/views/x", {**view, "page": "customers", "query": "segment=a&q=mei@example.com"}), 400, "whom somebody looked for is not kept", "query")
    equal(engine.admin("DELETE", "/api/v1/views/sold-out").status, 204, "a view is deleted")
    refused(engine.admin("DELETE", "/api/v1/views/sold-out"), 404, "a view that is not there")
    refused(engine.admin("GET", "/api/v1/customers/999999999"), 404, "a customer that is not there")
    check(len(engine.admin("GET", "/api/v1/customers?limit=5").json["items"]) == 5, "the latest customers")
    check(len(engine.admin("GET", "/api/v1/events?limit=5").json["items"]) == 5, "the latest events")
    check(len(engine.admin("GET", "/api/v1/placements").json["items"]) == 10, "ten placements from the start")
    defined = {"strategy": "personal", "dials": {"diversity": 0.3}, "rules": [{"kind": "cap", "by": "brand", "most": 1}, {"kind": "pin", "slot": 1, "itemId": "p00"}]}
    tried = engine.admin("POST", "/api/v1/placements/preview", {"definition": defined, "userId": "ann", "n": 5}).json
    equal((tried["inForce"], tried["items"][0]["itemId"], tried["items"][0]["reason"]), ([True, True], "p00", "pinned"), "a definition is tried")
    refused(engine.admin("POST", "/api/v1/placements/preview", {"definition": {"strategy": "luck"}}), 400, "one that is wrong", "definition.strategy")
    equal(engine.admin("PUT", "/api/v1/placements/side", defined).json["definition"], defined, "a placement is defined")
    equal(engine.admin("GET", "/api/v1/placements/side").json["defined"], True, "and read")
    refused(engine.admin("PUT", "/api/v1/placements/side", {**defined, "rules": [{"kind": "exclude", "item": "item.colour == 1"}]}), 400, "a condition that is wrong", "rules[0].item")
    equal(engine.admin("DELETE", "/api/v1/placements/side").status, 204, "and deleted")
    refused(engine.admin("GET", "/api/v1/placements/side"), 404, "a placement that is not there")
    offers()
    check(engine.admin("GET", "/api/v1/sources").json["items"], "a source from the start")
    for path, status in (("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/", 200)):
        equal(engine.ask("GET", path).status, status, f"GET {path}")
    script = engine.ask("GET", "/zhun.js")
    equal((script.status, script.header("cache-control"), script.header("access-control-allow-origin"), script.header("x-content-type-options")),
          (200, "public, max-age=3600", "*", "nosniff"), "the browser SDK, for pages of any origin")
    equal(engine.ask("GET", "/zhun.js", headers={"If-None-Match": script.header("etag")}).status, 304, "the browser SDK, as known")
    refused(engine.ask("GET", "/v1/nowhere"), 404, "an unknown path")
    refused(engine.ask("DELETE", "/v1/recommend", key=SERVER), 405, "another method")
    feed = engine.admin("GET", "/api/v1/export/catalog?format=google-feed")
    check(feed.status == 200 and feed.body.startswith(b"id\ttitle\t") and b"\np01\tTitle of p01\t" in feed.body, "the catalog goes out as a feed", feed)
    exported = engine.admin("GET", "/api/v1/export/events")
    check(exported.status == 200 and exported.body.count(b"\n") > 10, "events are exported over HTTP")
    check(engine.admin("GET", "/api/v1/audit").json["lines"] >= engine.admin("GET", "/api/v1/audit/head").json["size"] - 1, "who did what")
    replayed = engine.admin("POST", "/api/v1/decisions/replay", {"newest": 5}).json
    equal((replayed["different"], len(replayed["items"])), (0, replayed["same"] + replayed["notReplayable"]), "decisions are computed again")
    report = engine.admin("POST", "/api/v1/check", {})
    check(report.status == 200 and report.json["equal"] is True, "the views are checked over HTTP", report)


def figures():
    """The figures of spans against what the shop's history says, policies put and read again, attention."""
    engine.sync()
    kpis = lambda query="": engine.admin("GET", "/api/v1/reports/kpis" + query)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    week = lambda days: time.strftime("%Y-%m-%d", time.gmtime(time.time() - days * 86400))
    whole = kpis(f"?from={week(399)}&to={today}&compare=none").json
    equal((whole["current"]["orders"], whole["current"]["revenueCents"], whole["current"]["refundedCents"], whole["current"]["refunds"]), (ORDERS, 40 * 3000 + 2500 + 9999, 9999, 1), "the figures of all days")
    equal(whole["current"]["buyers"], 41, "each buyer counts once")
    equal(whole["current"]["perBuyerCents"], round((40 * 3000 + 2500 + 9999) / 41), "revenue a buyer")
    equal((whole["step"], len(whole["steps"]), whole["before"], whole["beforeSteps"]), ("day", 400, None, []), "no comparison was asked for")
    equal(sum(step["orders"] for step in whole["steps"]), ORDERS, "the steps sum to the whole")
    customers = engine.admin("GET", "/api/v1/overview").json["totals"]["customers"]
    check(41 <= whole["current"]["visitors"] <= customers, "visitors are customers", (whole["current"], customers))
    one = kpis(f"?from={week(5)}").json
    equal((one["current"]["orders"], one["current"]["buyers"], one["step"], len(one["steps"])), (1, 1, "hour", 24), "one day, by hour")
    equal(one["settled"], one["current"], "a day that is over is settled")
    equal((one["span"]["from"], one["beforeSpan"]["from"], one["before"]["orders"]), (week(5), week(6), 1), "the day before it")
    last = kpis(f"?from={week(9)}&to={week(5)}&compare=previous").json
    equal((last["current"]["orders"], last["beforeSpan"]["to"], last["before"]["orders"]), (5, week(10), 5), "five days and the five before")
    now = kpis("?compare=last_week").json
    equal((now["span"]["from"], now["compare"], len(now["beforeSteps"])), (today, "last_week", 24), "today is the default")
    check(now["settled"] is None or now["settledSpan"]["through"] <= now["now"] < now["span"]["through"], "the running hour is not settled", now["span"])
    for query, field in (("?from=yesterday", "from"), ("?to=2026-13-01", "to"), ("?from=2026-11-02&to=2026-11-01", "to"), ("?from=2020-01-01&to=2026-11-01", "to"), ("?compare=moon", "compare")):
        refused(kpis(query), 400, f"figures {query}", field)
    # A customer who turns out to be another counts once.
    engine.collect("track", {"anonymousId": "fig-anon", "event": "Product Viewed", "messageId": "fig-1", "properties": {"product_id": "p00"}})
    engine.collect("track", {"userId": "fig-user", "event": "Product Viewed", "messageId": "fig-2", "properties": {"product_id": "p00"}})
    engine.sync()
    before = kpis("?compare=none").json["current"]["visitors"]
    engine.collect("identify", {"userId": "fig-user", "anonymousId": "fig-anon", "messageId": "fig-3"})
    engine.sync()
    equal(kpis("?compare=none").json["current"]["visitors"], before - 1, "two who are one count once")
    policies()
    equal(engine.admin("GET", "/api/v1/attention").status, 200, "attention answers")
    codes = [one["code"] for one in engine.admin("GET", "/api/v1/attention").json["items"]]
    check("dead_letters" not in codes and "not_ready" not in codes, "a healthy shop", codes)
    engine.collect("track", {"event": "nobody did this"})
    engine.sync()
    check("dead_letters" in [one["code"] for one in engine.admin("GET", "/api/v1/attention").json["items"]], "a dead letter is told")
    row = engine.admin("GET", "/api/v1/events?limit=1").json["items"][0]
    whole_event = engine.admin("GET", "/api/v1/events/" + row["position"]).json
    equal((whole_event["event"]["messageId"], whole_event["customerId"], whole_event["position"]), (row["messageId"], row["customer"]["id"], row["position"]), "one event, whole")
    for position, status in (("0-999999999", 404), ("7-1", 404), ("x", 400), ("0-", 400), ("-1", 400), ("0-1-2", 400), ("99999999999999999999-1", 400)):
        refused(engine.admin("GET", f"/api/v1/events/{position}"), status, f"the event at {position}")
    page = engine.admin("GET", "/api/v1/items/p00").json
    equal((page["item"]["itemId"], len(page["daily"])), ("p00", 30), "one item")
    check(page["buyers"] >= 4 and page["boughtTogether"] and all(category_of(one["itemId"]) == "tea" for one in page["boughtTogether"]), "what is bought with it", page)
    refused(engine.admin("GET", "/api/v1/items/none"), 404, "an item that is not there")
    popular = [item["itemId"] for item in engine.admin("GET", "/api/v1/items?sort=popular&category=shoes&limit=500").json["items"]]
    check(popular and all(item in ITEMS and category_of(item) == "shoes" for item in popular), "popular items of a category", popular)
    check(set(item["itemId"] for item in engine.admin("GET", "/api/v1/items?category=shoes&limit=500").json["items"]) == set(ITEMS[1::4]), "all items of a category")
    refused(engine.admin("GET", "/api/v1/items?sort=height"), 400, "items by height", "sort")
    refused(engine.admin("GET", "/api/v1/items?standing=odd"), 400, "items of an odd standing", "standing")
    prices, cursor = [], ""
    while cursor is not None:
        page = engine.admin("GET", f"/api/v1/items?sort=price_down&limit=7&cursor={cursor}").json
        prices += [item["priceCents"] for item in page["items"]]
        cursor = page["next"]
    known = [price for price in prices if price is not None]
    equal(prices, sorted(known, reverse=True) + [None] * (len(prices) - len(known)), "items by price, page by page, unknown ones last")
    for_sale = engine.admin("GET", "/api/v1/items?standing=sellable&limit=500").json["items"]
    check(all(item["available"] and item["stock"] != 0 and item["listed"] for item in for_sale), "items for sale")


def policies():
    def report(day, high=900.5):
        return {"baseline": "popular", "currency": "CNY", "from": "2026-10-01", "to": day, "visits": 10, "note": "by hand", "policies": [
            {"policy": "popular", "visits": 10, "orders": 3, "revenueCents": 900, "marginCents": 300, "marginPerVisit": {"value": 30, "low": 20.25, "high": 41}, "difference": None, "oracleShare": None},
            {"policy": "engine", "visits": 10, "orders": 4, "revenueCents": 1200, "marginCents": 400, "marginPerVisit": {"value": 40, "low": 30, "high": 50},
             "difference": {"value": 10.125, "low": -1, "high": high}, "oracleShare": 0.25}]}
    path = "/api/v1/reports/policies/by-hand"
    for key in (SERVER, TOKEN):
        equal(engine.ask("PUT", path, report("2026-10-02"), key=key).status, 204, "a report is taken")
    equal(engine.ask("PUT", path, report("2026-10-01"), key=SERVER).status, 204, "an earlier day after a later one")
    refused(engine.ask("PUT", path, report("2026-10-02"), key=WRITE), 403, "a report with a write key")
    refused(engine.ask("PUT", path, report("2026-10-02")), 401, "a report without a key")
    got = engine.admin("GET", "/api/v1/reports/policies").json["items"]
    equal((len(got), got[0]["name"], [point["to"] for point in got[0]["series"]]), (1, "by-hand", ["2026-10-01", "2026-10-02"]), "the comparison, by day")
    expected = report("2026-10-02")
    equal(got[0]["report"], expected, "the newest report comes back as it was put")
    for change, field in (({"baseline": "x"}, "baseline"), ({"currency": "yuan"}, "currency"), ({"from": "2026-10-09"}, "to"), ({"to": "soon"}, "to"), ({"policies": []}, "policies"), ({"visits": -1}, "visits"),
                          ({"policies": [{"policy": "engine"}]}, "policies"), ({"policies": expected["policies"] * 5}, "policies"), ({"note": "x" * 201}, "note")):
        refused(engine.ask("PUT", path, {**expected, **change}, key=SERVER), 400, f"a report with {str(change):.40}", field)
    refused(engine.ask("PUT", path, report("2026-10-02", -5), key=SERVER), 400, "an interval the wrong way round", "policies")
    refused(engine.ask("PUT", "/api/v1/reports/policies/a%20b", expected, key=SERVER), 400, "an odd name", "name")
    refused(engine.ask("DELETE", path, key=SERVER), 403, "a server key may not forget a comparison")
    equal(engine.admin("DELETE", path).status, 204, "a comparison is forgotten")
    equal(engine.admin("GET", "/api/v1/reports/policies").json["items"], [], "and gone")
    equal(engine.admin("DELETE", path).status, 204, "forgetting what is not there")
    equal(engine.ask("PUT", path, expected, key=SERVER).status, 204, "and told again")


def live():
    """The stream tells numbers twice a second, and events as they come."""
    link = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=10)
    link.request("GET", "/api/v1/live", headers={"Authorization": "Bearer " + TOKEN})
    stream = link.getresponse()
    equal((stream.status, stream.getheader("Content-Type")), (200, "text/event-stream"), "the live stream opens")
    engine.description.asked["GET", "/api/v1/live"].add(stream.status)
    sender = threading.Timer(0.7, lambda: engine.collect("track", view("c9", "p09", "live-1")))
    sender.start()
    text, end = b"", time.monotonic() + 5
    while time.monotonic() < end and not (text.count(b"event: stats") >= 3 and b"live-1" in text):
        text += stream.read1(65536)
    sender.join()
    link.close()
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text.decode())
    stats = [json.loads(data) for name, data in found if name == "stats"]
    rows = [row for name, data in found if name == "batch" for row in json.loads(data)]
    check(len(stats) >= 3, "the stream tells stats", text[:300])
    for one in stats:
        faults = engine.description.faults({"$ref": "#/components/schemas/LiveStats"}, one, "stats")
        check(not faults, "stats have their shape", faults)
    check(any(row["messageId"] == "live-1" for row in rows), "the stream tells an event", rows[:2])
    check(all("u-profile" not in json.dumps(row) and row["customer"]["userId"] != "c9" for row in rows), "the stream masks ids", rows[:2])


def dialects():
    """What SDKs of others load and send; tests/e2e/wire.py and dialects.py look closer."""
    record = {"type": "track", "event": "E", "distinct_id": "r-sensors", "time": now_ms()}
    form = "data=" + urllib.parse.quote(base64.b64encode(json.dumps(record).encode()).decode())
    engine.ask("POST", "/beacon/v1/batch?writeKey=" + WRITE, {"batch": [{"type": "track", "event": "E", "userId": "r", "messageId": "route-beacon"}]})
    engine.ask("GET", f"/v1/pixel/track?writeKey={WRITE}&userId=r&event=E&messageId=route-pixel")
    engine.ask("GET", f"/v1/projects/{WRITE}/settings")
    engine.ask("GET", "/v1/projects/nobody/settings")
    for path in ("/sourceConfig/", "/sourceConfig"):
        engine.ask("GET", path + "?writeKey=" + WRITE)
        engine.ask("GET", path)
    for path in ("/sa", "/sa.gif", "/debug"):
        for project in ("default", WRITE, "nobody"):
            engine.ask("GET", f"{path}?project={project}&{form}")
            engine.ask("POST", f"{path}?project={project}", form)
        engine.ask("POST", path, "data=nothing")


def hooks():
    """Webhooks and the sources they come from; tests/e2e/hooks.py looks closer."""
    made = engine.admin("POST", "/api/v1/sources", {"name": "shop"})
    equal((made.status, made.json["hasSecret"]), (201, False), "a source is made")
    refused(engine.admin("POST", "/api/v1/sources", {"name": "shop"}), 409, "a source of the same name")
    refused(engine.admin("POST", "/api/v1/sources", {"name": "a/b"}), 400, "a name that does not fit an address", "name")
    limit = f"/api/v1/sources/{made.json['id']}/limit"  # what it does: overload.py
    equal(engine.admin("PUT", limit, {"eventsPerSecond": 100}).status, 204, "a source gets a limit")
    equal(engine.admin("PUT", limit, {"eventsPerSecond": 0}).json.get("field"), "eventsPerSecond", "which is a number")
    equal([one["limit"] for one in engine.admin("GET", "/api/v1/sources").json["items"] if one["id"] == made.json["id"]], [{"eventsPerSecond": 100, "burst": 200}], "and is shown")
    seen = f"/api/v1/sources/{made.json['id']}/debugger"  # what it does: debugger.py
    equal((engine.admin("PUT", seen, {"minutes": 1}).json["on"], engine.admin("GET", seen).json["on"], engine.admin("PUT", seen, {"minutes": 0}).json["on"]), (True, True, False), "the debugger starts and ends")
    path = f"/api/v1/sources/{made.json['id']}/secret"
    refused(engine.serve("PUT", path, {"secret": "whsec_of_the_tests"}), 403, "a server key sets no secret")
    refused(engine.admin("PUT", path, {"secret": "short"}), 400, "a short secret", "secret")
    refused(engine.admin("PUT", "/api/v1/sources/999/secret", {"secret": "whsec_of_the_tests"}), 404, "no such source")
    equal(engine.admin("PUT", path, {"secret": "whsec_of_the_tests"}).status, 204, "the secret is set")
    check({"shop": True}.items() <= {s["name"]: s["hasSecret"] for s in engine.admin("GET", "/api/v1/sources").json["items"]}.items(), "it is kept")
    for shop, topic, signature in (("shopify", "X-Shopify-Topic", "X-Shopify-Hmac-SHA256"), ("woocommerce", "X-WC-Webhook-Topic", "X-WC-Webhook-Signature")):
        body = kit.dump({"id": 1, "total": "1.00", "total_price": "1.00", "line_items": []})
        sign = base64.b64encode(hmac.new(b"whsec_of_the_tests", body, hashlib.sha256).digest()).decode()
        name = "orders/create" if shop == "shopify" else "order.created"
        answer = engine.ask("POST", f"/hooks/{shop}/shop", body, headers={topic: name, signature: sign})
        equal((answer.status, answer.json["accepted"]), (200, 1), f"a webhook of {shop}")
        refused(engine.ask("POST", f"/hooks/{shop}/shop", body + b" ", headers={topic: name, signature: sign}), 401, f"a changed webhook of {shop}")


def letters():
    """Dead letters and what becomes of them; tests/e2e/letters.py looks closer."""
    engine.collect("batch", {"batch": [{"type": "track", "event": "E", "messageId": f"letter-{n}"} for n in range(2)]})
    engine.sync()
    first, second = [one["id"] for one in engine.admin("GET", "/api/v1/deadletters?reason=no_customer&limit=2").json["items"]]
    equal(engine.admin("GET", f"/api/v1/deadletters/{first}").json["reason"], "no_customer", "one letter")
    answer = engine.admin("POST", f"/api/v1/deadletters/{first}/replay", {"event": {"type": "track", "event": "E", "userId": "c0"}})
    equal((answer.status, answer.json["outcome"]), (200, "replayed"), "mended, it is an event")
    equal(engine.admin("POST", f"/api/v1/deadletters/{second}/discard", {}).json["outcome"], "discarded", "put aside")
    equal(engine.admin("POST", "/api/v1/deadletters/replay", {"reason": "no_customer"}).status, 200, "all of a filter")
    refused(engine.admin("POST", "/api/v1/deadletters/replay", {"reason": "none"}), 400, "a reason there is not", "reason")


def imports():
    """What is told of a file; tests/e2e/undo.py looks closer."""
    begun = engine.ask("POST", "/v1/imports", {"name": "a.csv", "format": "orders-csv", "fingerprint": "00112233445566ff"}, auth=kit.basic(kit.WRITE))
    equal((begun.status, begun.json["resumed"], begun.json["import"]["state"]), (201, False, "running"), "an import begins")
    number = begun.json["import"]["id"]
    again = engine.ask("POST", "/v1/imports", {"name": "b.csv", "format": "orders-csv", "fingerprint": "00112233445566ff"}, key=kit.WRITE)
    equal((again.status, again.json["import"]["id"]), (200, number), "the same file is the same import")
    told = engine.ask("POST", f"/v1/imports/{number}", {"state": "done", "lines": 3, "rejected": 3}, key=kit.WRITE)
    equal((told.json["import"]["state"], told.json["import"]["rejected"]), ("done", 3), "how far it is")
    equal([one["id"] for one in engine.admin("GET", "/api/v1/imports").json["items"]], [number], "it is listed")
    equal(engine.admin("GET", f"/api/v1/imports/{number}").json["import"]["name"], "a.csv", "and shown")
    refused(engine.ask("POST", "/v1/imports", {"name": "a", "format": "f"}), 401, "nobody begins an import")
    refused(engine.ask("POST", "/v1/imports", {"name": "", "format": "f"}, key=kit.WRITE), 400, "a file has a name", "name")
    refused(engine.ask("POST", "/v1/imports", {"name": "a", "format": "f", "source": "nowhere"}, key=kit.TOKEN), 404, "no such source", "source")
    refused(engine.collect("import", {"batch": []}, headers={"X-Zhun-Import": "77"}), 400, "events of an import there is not", "X-Zhun-Import")
    event = {"type": "track", "event": "Imported", "userId": "s2", "messageId": "imported-1", "timestamp": "2024-01-01T00:00:00Z"}
    equal(engine.collect("import", {"batch": [event]}, headers={"X-Zhun-Import": number}).json["accepted"], 1, "events of a file")
    records = [{"type": "track", "event": "Imported", "distinct_id": "s1", "time": 1700000000000, "properties": {}}, {"type": "track"}]
    taken = engine.ask("POST", "/v1/import/sensors", records, headers={"X-Zhun-Import": number}, key=kit.WRITE)
    equal((taken.json["accepted"], taken.json["rejected"]), (1, 1), "records of a file")
    idle = engine.ask("POST", "/v1/imports", {"name": "c.csv", "format": "orders-csv"}, key=kit.TOKEN).json["import"]["id"]
    refused(engine.admin("POST", f"/api/v1/imports/{idle}/undo", {}), 409, "one that runs is not taken back", "id")
    engine.ask("POST", f"/v1/imports/{idle}", {"state": "stopped"}, key=kit.TOKEN)
    undone = engine.admin("POST", f"/api/v1/imports/{idle}/undo", {})
    equal((undone.status, undone.json["import"]["state"]), (202, "undone"), "one without events is taken back at once")


def uploads():
    """A file through the console's door: parts, a look, an import, its rejects."""
    head = "order_id,customer_id,item_id,quantity,unit_price,currency,ordered_at\n"
    text = (head + "".join(f"O{n},w{n % 3},i{n},{'x' if n == 7 else 1},2.50,CNY,2024-01-{n % 28 + 1:02}\n" for n in range(40))).encode()
    begun = engine.admin("POST", "/api/v1/uploads", {"name": "orders.csv", "bytes": len(text)})
    equal((begun.status, begun.json["state"]), (201, "uploading"), "an upload begins")
    at = f"/api/v1/uploads/{begun.json['id']}"
    put = lambda offset, part: engine.ask("PUT", f"{at}?offset={offset}", part, headers={"Content-Type": "application/octet-stream"}, key=kit.TOKEN)
    refused(put(5, text), 400, "a part that leaves a hole", "offset")
    equal(put(0, text[:500]).json["received"], 500, "a first part")
    refused(engine.admin("POST", f"{at}/preview", {}), 409, "half a file is not looked at", "id")
    refused(put(500, text[500:] + b"more"), 400, "more than was said", "offset")
    put(0, text[:500])
    equal(put(500, text[500:]).json["state"], "ready", "all of it, one part twice")
    seen = engine.admin("POST", f"{at}/preview", {}).json
    equal((seen["format"], seen["ready"], seen["rows"], len(seen["events"])), ("orders-csv", True, 40, 5), "what it is")
    refused(engine.admin("POST", f"{at}/preview", {"format": "xls"}), 400, "a format there is not", "map")
    refused(engine.admin("POST", f"{at}/import", {}), 400, "an import says what it is", "map")
    equal(engine.admin("POST", f"{at}/import", {"format": "orders-csv", "map": seen["map"], "source": "office"}).status, 202, "it is imported")
    end = time.monotonic() + 60
    while (now := engine.admin("GET", at).json)["state"] == "importing" and time.monotonic() < end:
        time.sleep(0.05)
    equal((now["state"], now["accepted"], now["rejected"], now["hasRejects"]), ("done", 39, 1, True), "every line is accounted for")
    answer = engine.admin("GET", f"{at}/rejects")
    check(answer.status == 200 and b"quantity" in answer.body, "rejects with reasons", answer.body)
    one = engine.admin("GET", f"/api/v1/imports/{now['import']}").json["import"]
    equal((one["name"], one["sourceName"], one["events"], one["state"]), ("orders.csv", "office", 39, "done"), "and listed, of its source")
    equal(engine.admin("DELETE", at).status, 204, "and removed")
    refused(engine.admin("GET", at), 404, "then it is gone", "id")
    refused(engine.admin("POST", "/api/v1/uploads", {"name": "a/b", "bytes": 1}), 400, "no path", "name")
    refused(engine.admin("POST", "/api/v1/uploads", {"name": "a", "bytes": 1 << 40}), 400, "no giant", "bytes")
    refused(engine.ask("POST", "/api/v1/uploads", {"name": "a", "bytes": 1}, key=kit.WRITE), 403, "a write key uploads nothing")


def quality():
    """Marks, words about them and the tracking plan; tests/e2e/quality.py looks closer."""
    engine.collect("track", {"type": "track", "event": "Product Viewed", "userId": "c0", "messageId": "odd", "properties": {"product_id": [1]}})
    engine.sync()
    check(any(one["count"] for one in engine.admin("GET", "/api/v1/quality").json["reasons"]), "something is marked")
    sample = engine.admin("GET", "/api/v1/quality/samples?reason=type_violation").json["items"][0]
    equal(engine.admin("POST", "/api/v1/quality/true", {"reason": "type_violation", "position": sample["position"]}).status, 204, "a word about it")
    plan = engine.admin("GET", "/api/v1/tracking-plan").json["items"]
    rule = {"locked": True, "onViolation": "mark", "closed": False, "properties": []}
    equal(engine.admin("PUT", "/api/v1/tracking-plan", {"source": "1", "event": plan[0]["event"], "rule": rule}).json["rule"], rule, "a rule")
    equal(engine.admin("GET", "/api/v1/export/interactions").status, 200, "what is learned from")


def backups():
    """Begun by the command, which asks over the folder's socket; tests/e2e/backup.py looks into one."""
    refused(engine.admin("POST", "/api/v1/backups", {"to": "/tmp/zhun-anything"}), 403, "over the network none is begun")
    equal(engine.admin("GET", "/api/v1/backups").json["phase"], "none", "there was none yet")
    status, said, error = kit.run("backup", "--data", engine.data, os.path.join(kit.folder(), "backup"))
    equal(status, 0, f"the command makes one: {said} {error}")
    engine.description.asked["POST", "/api/v1/backups"].add(202)
    equal(engine.admin("GET", "/api/v1/backups").json["phase"], "done", "and it is told of")
    equal(engine.admin("GET", "/api/v1/retention").json["phase"], "off", "and so is what is kept (tests/e2e/retention.py lets something go)")


def variety():
    """What is explored by itself, and how far (tests/e2e/check_22_bubble.py lets a shop become narrow)."""
    equal({key: engine.admin("GET", "/api/v1/variety").json[key] for key in ("explores", "most")}, {"explores": True, "most": 1}, "what the watch may do")
    refused(engine.admin("PUT", "/api/v1/variety", {"most": 1.5}), 400, "a chance over one", "most")
    refused(engine.admin("PUT", "/api/v1/variety", {"explores": "no"}), 400, "a word for a flag", "explores")
    equal(engine.admin("PUT", "/api/v1/variety", {"explores": False, "most": 0.25}).json["most"], 0.25, "it is set")
    equal(engine.admin("PUT", "/api/v1/variety", {}).json["explores"], True, "and set back")
    for kind in ("fairness", "bubble"):
        refused(engine.admin("GET", f"/api/v1/reports/{kind}?days=57"), 400, f"{kind} of too many days", "days")
        refused(engine.admin("GET", f"/api/v1/reports/{kind}?format=xml"), 400, f"{kind} in another format", "format")
        equal(engine.admin("GET", f"/api/v1/reports/{kind}?format=csv").header("content-type"), "text/csv; charset=utf-8", f"{kind} as a table")


def identities():
    setting = engine.admin("GET", "/api/v1/identity").json
    equal(setting, {"limits": {"userIds": 10, "anonymousIds": 250}, "sharedFrom": 3, "blocked": []}, "how far ids are joined")
    refused(engine.admin("PUT", "/api/v1/identity", {"limits": {"userIds": 0}}), 400, "a limit of none", "limits.userIds")
    equal(engine.admin("PUT", "/api/v1/identity", {**setting, "blocked": ["Kiosk"]}).json["blocked"], ["kiosk"], "a word that identifies nobody")
    identities_of_one()


def calendars():
    """tests/e2e/scene.py looks into them."""
    equal(len(engine.admin("GET", "/api/v1/calendar?days=7").json["items"]), 7, "a week of the calendar")
    refused(engine.admin("GET", "/api/v1/calendar?days=500"), 400, "more days than a year", "days")
    refused(engine.admin("PUT", "/api/v1/calendar", {"year": 2026}), 400, "a year without days", "days")
    equal(engine.admin("PUT", "/api/v1/weather", {"city": "Shenzhen", "temp_c": 21.4, "condition": "rain"}).json["tempC"], 21, "the weather of a city")
    refused(engine.admin("PUT", "/api/v1/weather", {"city": "Shenzhen", "temp_c": 21.4, "condition": "nice"}), 400, "no such weather", "condition")
    equal(len(engine.admin("GET", "/api/v1/scene").json["buckets"]), 35, "what is learned of moments")
    equal(engine.admin("PUT", "/api/v1/calendar", {"year": 2026, "days": []}).json, {"year": 2026, "days": 0}, "a year without a notice")


def identities_of_one():
    """What made a customer one, and taking it back: it ends with an opening anew (tests/e2e/identity.py looks into it)."""
    engine.collect("batch", {"batch": [{"type": "track", "event": "E", "anonymousId": "apart", "messageId": "apart-1"}, {"type": "track", "event": "E", "userId": "apart-user", "messageId": "apart-2"},
                                       {"type": "track", "event": "E", "userId": "apart-user", "anonymousId": "apart", "messageId": "apart-3"}]})
    engine.sync()
    customer = engine.admin("GET", "/api/v1/customers?q=apart").json["items"][0]["id"]
    page = engine.admin("GET", f"/api/v1/customers/{customer}/identity").json
    equal((sorted(one["id"] for one in page["ids"]), [one["why"] for one in page["merges"]], page["unmerged"]), (["apart", "apart-user"], ["login"], []), "ids and merges of a customer")
    refused(engine.admin("GET", "/api/v1/customers/999999999/identity"), 404, "the ids of nobody")
    refused(engine.admin("POST", f"/api/v1/customers/{customer}/unmerge", {"number": customer}), 409, "what was not merged", "number")
    undone = engine.admin("POST", f"/api/v1/customers/{customer}/unmerge", {"number": page["merges"][0]["number"]})
    equal((undone.status, [one["state"] for one in undone.json["unmerged"]]), (202, ["undoing"]), "a merge is taken back")
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if engine.admin("GET", f"/api/v1/customers/{customer}/identity").json["unmerged"][0]["state"] == "undone":
                return
        except (OSError, ConnectionError, ValueError, KeyError):
            pass  # it is being opened anew
        time.sleep(0.1)
    check(False, "it is undone")


def preferences():
    """A customer's links; tests/e2e/check_12_one_click.py and preferences.py look into what they open."""
    path = "/v1/preferences/c2/link"
    made = engine.serve("POST", path, {"purpose": "unsubscribe", "channel": "sms", "campaign": "autumn"}).json
    customer = engine.admin("GET", "/api/v1/customers?q=c2").json["items"][0]["id"]
    refused(engine.serve("POST", path, {"purpose": "unsubscribe"}), 400, "to unsubscribe from nothing", "channel")
    refused(engine.serve("POST", path, {"purpose": "everything"}), 400, "a link for what is no purpose", "purpose")
    refused(engine.serve("POST", path, {"days": 31}), 400, "personal data for longer than a month", "days")
    refused(engine.serve("POST", path, {"campaign": "x" * 65}), 400, "a long campaign", "campaign")
    refused(engine.serve("POST", "/v1/preferences/nobody-knows/link", {}), 404, "a link for nobody")
    equal(engine.ask("GET", made["path"]).status, 200, "the page of a letter's link")
    equal(engine.ask("POST", made["path"], "List-Unsubscribe=One-Click").status, 200, "one click")
    equal(engine.serve("GET", "/v1/consents/c2").json["marketing"], {"sms": False}, "says no")
    equal(engine.ask("POST", made["path"], "").status, 400, "without the words nothing")
    equal(engine.ask("GET", "/u/AAAA").status, 404, "a link that is none")
    equal(engine.admin("POST", f"/api/v1/customers/{customer}/link", {}).json["path"][:3], "/p/", "a person may give him one too")
    own = engine.serve("POST", "/v1/preferences/c38/link", {}).json["path"]
    equal([engine.ask("GET", own + part).status for part in ("", "/data.json", "/data.csv", "/erase", "/nothing")], [200, 200, 200, 200, 404], "his page and its parts")
    equal(engine.ask("POST", own + "/consent", "form=x").status, 403, "a form from elsewhere")
    form = re.search(r'name="form" value="([^"]*)"', engine.ask("GET", own + "/erase").body.decode()).group(1)
    equal(engine.ask("POST", own + "/erase", "form=" + form).status, 200, "he erases himself")
    equal(engine.ask("GET", own).status, 410, "then there is no page of his")


def erasures():
    """A customer is forgotten at once; what follows in the background tests/e2e/erase.py looks into."""
    engine.collect("track", {"userId": "forgotten", "event": "Product Viewed", "messageId": "forgotten-1", "properties": {"product_id": "p00", "price": 10}})
    engine.sync()
    decision = engine.serve("POST", "/v1/recommend", {"placement": "home", "userId": "forgotten"}).json["decisionId"]
    refused(engine.admin("POST", "/api/v1/erasures", {}), 400, "nobody is named", "userId")
    refused(engine.admin("POST", "/api/v1/erasures", {"userId": "nobody at all"}), 404, "who is not there", "userId")
    refused(engine.admin("POST", "/api/v1/erasures", {"userId": "forgotten", "reason": "forgotten wants it"}), 400, "a reason that names him", "reason")
    refused(engine.admin("GET", "/api/v1/erasures/77"), 404, "no such erasure", "id")
    refused(engine.admin("GET", "/api/v1/erasures?cursor=x"), 400, "a cursor of nothing", "cursor")
    told = engine.admin("POST", "/api/v1/erasures", {"userId": "forgotten", "reason": "asked"})
    equal((told.status, told.json["receipt"]["customers"], told.json["receipt"]["reason"]), (202, 1, "asked"), "he is erased")
    number = told.json["id"]
    equal(engine.admin("GET", f"/api/v1/erasures/{number}").json["subject"], told.json["subject"], "the receipt")
    equal([one["id"] for one in engine.admin("GET", "/api/v1/erasures").json["items"]][:1], [number], "the list, newest first")
    refused(engine.serve("GET", "/v1/profiles/forgotten"), 404, "his profile", "userId")
    end = time.monotonic() + 5
    while (gone := engine.serve("GET", f"/v1/decisions/{decision}")).status == 404 and time.monotonic() < end:
        time.sleep(0.02)  # a decision is written down some milliseconds after its answer
    refused(gone, 410, "his decision", "decisionId")


def reach():
    webhook = {"kind": "webhook", "via": "sms", "url": "http://127.0.0.1:9/send", "tries": 1, "replies": {"from": "/from", "text": "/text"}, "receipts": {"id": "/ref", "state": "/status", "states": {"D": "delivered"}}}
    words = {"purpose": "transactional", "languages": {"en": {"text": "Hello {{ data.what }}"}}}
    equal(engine.admin("GET", "/api/v1/channels").json["items"], [], "no channel at first")
    equal(engine.admin("PUT", "/api/v1/channels/paper", webhook).status, 200, "a channel is defined")
    refused(engine.admin("PUT", "/api/v1/channels/paper", {"kind": "pigeon"}), 400, "a pigeon", "kind")
    refused(engine.admin("GET", "/api/v1/channels/none"), 404, "a channel that is not there", "name")
    check("receiptsPath" in engine.admin("GET", "/api/v1/channels/paper").json, "who may define channels reads where receipts go")
    equal(engine.admin("PUT", "/api/v1/channels/paper/secret", {"secret": "s"}).status, 204, "its secret is kept")
    refused(engine.admin("PUT", "/api/v1/channels/none/secret", {"secret": "s"}), 404, "a secret of nothing")
    equal(engine.admin("PUT", "/api/v1/channels/box", {"kind": "inbox"}).status, 200, "an inbox is defined")
    equal(engine.admin("PUT", "/api/v1/templates/words", words).status, 200, "a template is defined")
    refused(engine.admin("PUT", "/api/v1/templates/words", {"languages": {"en": {"text": "{{ a"}}}), 400, "a fault of syntax", "languages.en.text", "bad_template")
    for path in ("/api/v1/templates", "/api/v1/templates/words", "/api/v1/delivery"):
        equal(engine.admin("GET", path).status, 200, f"{path} is read")
    equal(engine.admin("POST", "/api/v1/templates/preview", {"template": "words", "data": {"what": "tea"}}).json["text"], "Hello tea", "a preview")
    equal(engine.admin("PUT", "/api/v1/delivery", {"caps": [{"most": 3, "per": "week"}]}).status, 200, "a policy is defined")
    refused(engine.admin("PUT", "/api/v1/delivery", {"holdout": 2}), 400, "all and more are held out", "holdout")
    engine.collect("identify", {"userId": "reader", "messageId": "reader-1", "traits": {"phone": "+861"}})
    engine.sync()
    lies = engine.serve("POST", "/v1/messages", {"userId": "reader", "channel": "box", "template": "words", "key": "1", "data": {"what": "tea"}})
    equal(lies.status, 202, "a message is planned")
    waits = engine.serve("POST", "/v1/messages", {"userId": "reader", "channel": "paper", "template": "words", "key": "2", "sendAt": "2099-01-01T00:00:00Z"}).json["messageId"]
    refused(engine.serve("POST", "/v1/messages", {"userId": "reader", "channel": "paper"}), 400, "a message without words", "template")
    equal(engine.admin("POST", "/api/v1/messages", {"userId": "reader", "channel": "paper", "template": "words", "key": "3"}).status, 202, "a person sends one")
    number = lies.json["messageId"]
    for _ in range(200):
        if engine.serve("GET", f"/v1/messages/{number}").json["state"] == "sent":
            break
        time.sleep(0.05)
    equal(engine.serve("GET", f"/v1/messages/{number}").json["state"], "sent", "it lies in the inbox")
    refused(engine.serve("GET", "/v1/messages/" + "0" * 16), 404, "a message that is not there", "messageId")
    equal(engine.serve("GET", "/v1/inbox/reader").json["unseen"], 1, "unseen")
    equal(engine.serve("POST", f"/v1/inbox/reader/{number}", {"act": "seen"}).status, 204, "seen")
    refused(engine.serve("POST", f"/v1/inbox/reader/{number}", {"act": "eaten"}), 400, "eaten", "act")
    equal(engine.serve("DELETE", f"/v1/messages/{waits}").json["why"], "cancelled", "one that waits is cancelled")
    equal(engine.ask("POST", engine.admin("GET", "/api/v1/channels/paper").json["receiptsPath"], {"ref": waits, "status": "D"}).status, 200, "a receipt is taken")
    equal(engine.ask("POST", "/v1/receipts/paper/" + "0" * 64, {}).status, 404, "from who knows the address")
    equal(engine.ask("POST", engine.admin("GET", "/api/v1/channels/paper").json["repliesPath"], {"from": "13800000000", "text": "TD"}).json, {"taken": 0, "unknown": 1}, "an answer of nobody whom it reached")
    equal(engine.ask("POST", "/v1/replies/paper/" + "0" * 64, {}).status, 404, "likewise")
    check(len(engine.admin("GET", "/api/v1/messages").json["items"]) == 3, "the log of messages")
    equal(engine.admin("GET", f"/api/v1/messages/{number}").json["customer"]["userId"], "reader", "and one of it")
    equal([engine.admin("DELETE", f"/api/v1/{kind}").status for kind in ("channels/paper", "templates/words")], [204, 204], "definitions go")


def campaigns():
    letter = {"channel": "line", "template": "ad", "audience": {"everyone": True}, "when": {"kind": "once", "at": "2099-01-01T00:00:00Z"}}
    path = "/api/v1/campaigns/spring"
    equal(engine.admin("GET", "/api/v1/campaigns").json["items"], [], "no campaign at first")
    equal(engine.admin("PUT", path, letter).json["state"], "draft", "one is defined")
    refused(engine.admin("PUT", path, {**letter, "control": 2}), 400, "more than all in the control group", "control")
    refused(engine.admin("POST", path + "/submit"), 409, "without a channel", "channel")
    equal(engine.admin("PUT", "/api/v1/channels/line", {"kind": "inbox"}).status, 200, "a channel")
    equal(engine.admin("PUT", "/api/v1/templates/ad", {"purpose": "marketing", "languages": {"en": {"text": "For you"}}}).status, 200, "a template")
    dry = engine.admin("POST", "/api/v1/campaigns/preview", {"campaign": "spring"})
    equal((dry.status, dry.json["judged"]), (200, dry.json["audience"]), "a dry run")
    refused(engine.admin("POST", "/api/v1/campaigns/preview", {"campaign": "none"}), 404, "a dry run of nothing", "campaign")
    refused(engine.admin("GET", "/api/v1/campaigns/none"), 404, "a campaign that is not there", "name")
    equal(engine.admin("POST", path + "/submit", {"note": "look"}).json["state"], "review", "it is handed in")
    refused(engine.admin("POST", path + "/approve"), 403, "a key approves nothing")
    equal(engine.admin("POST", path + "/reject").json["state"], "draft", "given back")
    equal(engine.admin("POST", path + "/submit").json["state"], "review", "and handed in again")
    admin = Person("admin", PASSWORD)
    equal([admin.ask("POST", f"{path}/{what}").json["state"] for what in ("approve", "pause", "resume", "end")], ["running", "paused", "running", "ended"], "a person lets it run, and ends it")
    equal(engine.admin("GET", path).json["history"][0]["by"]["name"], "admin", "who did is kept")
    equal(engine.admin("GET", path + "/report").json["messages"]["planned"], 0, "its report")
    equal(engine.admin("GET", path + "/members?figure=sent").json["items"], [], "and who it reached")
    refused(engine.admin("GET", path + "/members?figure=loved"), 400, "a figure that is none", "figure")
    refused(engine.admin("GET", "/api/v1/campaigns/none/report"), 404, "a report of nothing", "name")
    equal(engine.admin("PUT", "/api/v1/campaigns/draft", letter).status, 200, "another one")
    equal(engine.admin("DELETE", "/api/v1/campaigns/draft").status, 204, "that never ran is deleted")
    refused(engine.admin("DELETE", path), 409, "one that ran is not", "name")


def journeys():
    path = "/api/v1/journeys/cart"
    cart = {"entry": {"event": "Cart Viewed"}, "audience": {"everyone": True}, "first": "hour", "nodes": {"hour": {"kind": "wait", "forMs": 3600000, "next": "mail"}, "mail": {"kind": "send", "channels": [{"channel": "shelf", "template": "ad"}]}}}
    equal(engine.admin("GET", "/api/v1/journeys").json["items"], [], "no journey at first")
    equal(engine.admin("PUT", path, cart).json["state"], "draft", "one is defined")
    refused(engine.admin("PUT", path, {**cart, "first": "nowhere"}), 400, "a way to nowhere", "first")
    refused(engine.admin("POST", path + "/submit"), 409, "without a channel", "nodes.mail.channels.0.channel")
    equal(engine.admin("PUT", "/api/v1/channels/shelf", {"kind": "inbox"}).status, 200, "a channel")
    refused(engine.admin("GET", "/api/v1/journeys/none"), 404, "a journey that is not there", "name")
    equal(engine.admin("POST", path + "/submit", {"note": "look"}).json["state"], "review", "it is handed in")
    refused(engine.admin("POST", path + "/approve"), 403, "a key approves nothing")
    equal(engine.admin("POST", path + "/reject").json["state"], "draft", "given back")
    equal(engine.admin("POST", path + "/submit").json["state"], "review", "and handed in again")
    admin = Person("admin", PASSWORD)
    equal([admin.ask("POST", f"{path}/{what}").json["state"] for what in ("approve", "pause", "resume", "end")], ["running", "paused", "running", "ended"], "a person lets it run, and ends it")
    equal([engine.admin("GET", path).json[key] for key in ("nodes", "version")], [2, 1], "and it is read")
    report = engine.admin("GET", path + "/report").json
    equal(([each["version"] for each in report["versions"]], [each["node"] for each in report["versions"][0]["nodes"]], report["treated"]), ([1], ["hour", "mail"], 0), "its report")
    equal([engine.admin("GET", path + "/members?" + of).json["items"] for of in ("node=hour", "left=goal")], [[], []], "and nobody is in it")
    refused(engine.admin("GET", path + "/members?node=nowhere"), 400, "a node that is none", "node")
    refused(engine.admin("GET", path + "/members?left=happy"), 400, "no way to leave", "left")
    refused(engine.admin("GET", "/api/v1/journeys/none/report"), 404, "a report of nothing", "name")
    dry = engine.admin("POST", "/api/v1/journeys/preview", {"definition": cart, "days": 1}).json
    equal((dry["entered"], [each["node"] for each in dry["nodes"]], dry["isPart"]), (0, ["hour", "mail"], False), "a dry run over a day in which nobody looked at a cart")
    refused(engine.admin("POST", "/api/v1/journeys/preview", {"journey": "cart", "days": 91}), 400, "too long ago", "days")
    refused(engine.admin("POST", "/api/v1/journeys/preview", {"journey": "none"}), 404, "a dry run of nothing", "journey")
    equal(engine.admin("GET", "/api/v1/journeys/instances?userId=reader").json["items"], [], "one customer is in none")
    refused(engine.admin("GET", "/api/v1/journeys/instances?userId=nobody-at-all"), 404, "nobody is in one", "userId")
    refused(engine.admin("GET", "/api/v1/journeys/instances"), 400, "whom?", "customer")
    equal(engine.admin("PUT", "/api/v1/journeys/draft", cart).status, 200, "another one")
    equal(engine.admin("DELETE", "/api/v1/journeys/draft").status, 204, "that never ran is deleted")
    refused(engine.admin("DELETE", path), 409, "one that ran is not", "name")


def every_route():
    """What nothing above has asked: asked with little, it must be there."""
    small = {"track": {"event": "E"}, "group": {"groupId": "g"}, "alias": {"previousId": "r-before"}}
    names = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}
    for method, path, _, _ in engine.description.routes:
        if path.startswith("/v1/") and method == "POST" and not engine.description.asked[method, path]:
            route = path[4:]
            kind = names.get(route, route)
            event = {"userId": "r", "messageId": f"route-{route}", **small.get(kind, {})}
            engine.collect(route, {"batch": [{"type": "track", "event": "E", **event}]} if kind in ("batch", "b", "import") else {} if kind == "m" else event)
    dialects()


def routes():
    for (method, path), statuses in engine.description.asked.items():
        check(any(200 <= status < 300 for status in statuses), f"{method} {path} was asked and answered well", statuses)


for part in (stock, profiles, merges, recommends, wrong_asks, decisions, consents, goods, people, reports, figures, live, hooks, letters, quality, imports, uploads, backups, throttle, reach, campaigns, journeys, every_route, variety, preferences, erasures, identities, calendars, routes):
    kit.say(f"-- {part.__name__}")
    part()
engine.is_equal("at the end")
equal(engine.stop(), 0, "SIGTERM ends with status 0")
engine.is_equal("with no engine running")
kit.finish()
