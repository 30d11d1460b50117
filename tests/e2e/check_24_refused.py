#!/usr/bin/env python3
"""Check 24, what is refused: every route of openapi.json asks who it is, every role has its rights and no more on each of them, a session changes nothing without its csrf,
the keys and sessions of another workspace open nothing; what customers send does not become a header, a formula, a page or a template; how long a
wrong password takes does not tell whether there is such a user.

A route that is new fails here until RIGHTS says which right it needs: what the engine grants is compared with this table, not with itself.
Outgoing calls (SSRF) are not asked here: docs/trust.md.
"""
import csv
import http.client
import io
import json
import os
import re
import time
import urllib.parse

import kit
from kit import PASSWORD, SERVER, TOKEN, WRITE, basic, check, dump, equal, say

TRIES = 500 if kit.WHOLE else 25  # of a password, of each kind
OPEN, SIGNED, SERVE = "open", "signed in", "a server key"
ROLES = {
    "owner": {"totals", "customer", "catalog", "define", "keys", "users", "letters", "import", "export", "erase", "audit", "report", "approve"},
    "admin": {"totals", "catalog", "define", "keys", "users", "import", "approve"}, "marketer": {"totals", "catalog", "define", "report", "approve"}, "analyst": {"totals", "report"},
    "support": {"customer"}, "privacy_officer": {"totals", "customer", "export", "erase", "audit"}, "developer": {"totals", "catalog", "keys", "letters", "import"},
    "auditor": {"totals", "audit"}, "viewer": {"totals"}, "approver": {"totals", "approve"},
}
RIGHTS = [  # the first that fits "METHOD path"; SERVE: a server key, and people who may look at a customer
    (OPEN, r"\w+ /(healthz|readyz|metrics|openapi\.json|zhun\.js|api/v1/login)$"),
    (OPEN, r"\w+ /(sa|sa\.gif|debug|hooks/.*|beacon/.*|sourceConfig/?)$"),
    (OPEN, r"\w+ /v1/(track|identify|page|screen|group|alias|batch|import|import/sensors|[tipsgabm]|pixel/.*|projects/.*|imports.*|recommend.*|(receipts|replies)/.*)$|POST /v1/feedback$"),
    (OPEN, r"GET /v1/offers$"),  # the public register: any key, a write key too; serve.py proves that nobody is refused
    (OPEN, r"\w+ /[pu]/\{token\}"),  # the link itself says who: check 12, preferences.py
    (SERVE, r"\w+ /v1/"),
    (SIGNED, r"\w+ /api/v1/(logout|session|roles|views.*|second-factor.*)$"),
    ("audit", r"GET /api/v1/audit|POST /api/v1/(backups|check|decisions/replay)$"),
    ("erase", r"\w+ /api/v1/erasures"),
    ("export", r"GET /api/v1/export/(events|interactions)$"),
    ("define", r"POST /api/v1/customers/\{id\}/unmerge$"),
    ("customer", r"\w+ /api/v1/(customers|events|preview|quality/samples|segments/\{name\}/members|placements/preview)|GET /api/v1/(experiments/\{name\}/exposed|campaigns/\{name\}/members|journeys/\{name\}/members|journeys/instances)$"),
    ("users", r"\w+ /api/v1/users"),
    ("letters", r"\w+ /api/v1/deadletters|PUT /api/v1/sources/\{id\}/debugger$"),
    ("keys", r"\w+ /api/v1/keys|(POST|PUT) /api/v1/sources"),
    ("import", r"\w+ /api/v1/uploads|POST /api/v1/(imports|tags/import)"),
    ("catalog", r"(POST|PUT) /api/v1/items"),
    ("approve", r"POST /api/v1/(campaigns|journeys)/\{name\}/(approve|reject)$"),
    ("define or approve", r"POST /api/v1/(campaigns|journeys)/preview$"),
    ("define or report", r"POST /api/v1/boundaries$"),
    ("report", r"PUT /api/v1/reports/policies"),
    ("totals", r"GET /|POST /api/v1/(reports/|expressions$|segments/preview$|metrics/\{name\}/plan$)"),
    ("define", r"(POST|PUT|DELETE) /api/v1/"),
]


def right_of(method, path):
    return next(right for right, fits in RIGHTS if re.match(fits, f"{method} {path}"))


def routes():
    with open(os.path.join(kit.ROOT, "api", "openapi.json"), encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    return [(method.upper(), path) for path, of in paths.items() for method in of if method in ("get", "put", "post", "delete")]


def status_of(engine, method, path, headers, body=None):
    """The status alone: some answers have no end."""
    link = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=kit.ANSWER_S)
    try:
        link.request(method, path, body=body, headers={"Content-Type": "application/json", **headers})
        return link.getresponse().status
    finally:
        link.close()


def nobody(path):
    """Ids that are nobody's: whether it is allowed is answered before whether it is there."""
    return re.sub(r"\{\w+\}", "0", path)


class Person:
    def __init__(self, engine, name, password):
        answer = engine.ask("POST", "/api/v1/login", {"user": name, "password": password})
        equal(answer.status, 200, f"{name} signs in")
        self.cookie = {"Cookie": answer.header("set-cookie").split(";")[0]}
        self.headers = {**self.cookie, "X-CSRF-Token": answer.json["csrf"]}


# ---- who asks ----


def check_24_every_route_asks_who(engine, other):
    stranger = Person(other, "admin", PASSWORD)
    key = other.admin("POST", "/api/v1/keys", {"kind": "server", "name": "of another workspace"}).json["key"]
    write = other.admin("POST", "/api/v1/keys", {"kind": "write", "name": "of another", "source": "another"}).json["key"]
    callers = {"nobody": {}, "an unknown key": {"Authorization": "Bearer sk_unknown"}, "a server key of another workspace": {"Authorization": "Bearer " + key},
               "a write key of another workspace": {"Authorization": "Bearer " + write}, "a session of another workspace": stranger.headers}
    for method, path in routes():
        right = right_of(method, path)
        if right == OPEN:
            continue
        for who, headers in callers.items():
            equal(status_of(engine, method, nobody(path), headers, "{}"), 401, f"{method} {path} and {who}")
        equal(status_of(engine, method, nobody(path), {"Authorization": "Bearer " + WRITE}, "{}"), 403, f"{method} {path} and a write key")
        equal(status_of(engine, method, nobody(path), {"Authorization": basic(SERVER)}, "{}"), 401, f"{method} {path} and a server key as a user's name")
        if right != SERVE and right not in ("catalog", "report", "define or report"):
            equal(status_of(engine, method, nobody(path), {"Authorization": "Bearer " + SERVER}, "{}"), 403, f"{method} {path} and a server key")


def check_24_each_role_on_every_route(engine):
    asked = [(method, path, right_of(method, path)) for method, path in routes() if path != "/api/v1/logout"]
    for role, rights in ROLES.items():
        equal(engine.admin("POST", "/api/v1/users", {"name": f"a {role}", "role": role, "password": f"password of {role}"}).status, 201, f"a {role} is made")
        person = Person(engine, f"a {role}", f"password of {role}")
        for method, path, right in asked:
            if right == OPEN:
                continue
            may = right == SIGNED or ("customer" in rights if right == SERVE else bool(rights & set(right.split(" or "))))
            if (method, path) == ("POST", "/api/v1/backups"):
                continue  # everybody is sent to the machine itself, with the same 403
            got = status_of(engine, method, nobody(path), person.headers, "{}")
            check(got not in (401, 403) if may else got == 403, f"{method} {path} and a {role}, who {'may' if may else 'may not'}", got)
            if method != "GET" and may:
                equal(status_of(engine, method, nobody(path), person.cookie, "{}"), 403, f"{method} {path} and a {role} without the csrf")
                equal(status_of(engine, method, nobody(path), {**person.cookie, "X-CSRF-Token": "0" * 32}, "{}"), 403, f"{method} {path} and a {role} with a wrong csrf")


# ---- what customers send ----

FORMULAS = ["=cmd|' /C calc'!A0", "+1+cmd", "-2+3", "@SUM(1+9)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(1)"]
BEGINS = "=+-@\t\r\n＝＋－＠"


def a_shop_of_formulas(engine):
    now, some = kit.now_ms(), []
    for n, text in enumerate(FORMULAS):
        equal(engine.admin("PUT", f"/api/v1/items/{urllib.parse.quote('i' + text, safe='')}", {"title": text, "category": text, "brand": text, "merchant": text, "priceCents": 1000, "currency": "CNY"}).status // 100, 2, "an item")
        for user in range(6):
            line = {"product_id": text, "name": text, "category": text, "brand": text, "price": 10, "quantity": 1}
            who = {"userId": f"{text}{user}", "context": {"campaign": {"source": text, "medium": text, "name": text}}}
            at = kit.iso(now - 3600000 * (n + 1) - 60000 * user)
            some.append({"type": "track", "event": text, "messageId": f"f{n}-{user}-e", "timestamp": at, "properties": line, **who})
            some.append({"type": "track", "event": "Product Viewed", "messageId": f"f{n}-{user}-v", "timestamp": at, "properties": line, **who})
            two = [line, {**line, "product_id": FORMULAS[(n + 1) % len(FORMULAS)]}]
            some.append({"type": "track", "event": "Order Completed", "messageId": f"f{n}-{user}-o", "timestamp": at, "properties": {"order_id": f"{text}{user}", "currency": "CNY", "revenue": 20, "products": two}, **who})
    for first in range(0, len(some), 100):
        equal(engine.collect("batch", {"batch": some[first:first + 100]}).status, 200, "events are taken")
    engine.sync()


def tables(engine):
    """Every route whose answer may be a table that a person opens, with what to ask it. What programs read (interactions) is exact: docs/trust.md."""
    now = kit.now_ms()
    span = {"from": kit.iso(now - 7 * 86400000), "to": kit.iso(now + 86400000)}
    engine.admin("PUT", "/api/v1/segments/everybody", {"expression": "customer.orders.count() >= 1"})
    own = engine.serve("POST", f"/v1/preferences/{urllib.parse.quote(FORMULAS[0] + '0', safe='')}/link", {}).json["path"]
    paths = {**span, "start": "Product Viewed", "depth": 3, "format": "csv"}
    return {
        "GET /p/{token}/{part}": (own + "/data.csv", None),
        "GET /api/v1/scene": ("/api/v1/scene?format=csv", None),
        "GET /api/v1/reports/prices": ("/api/v1/reports/prices?format=csv", None),
        "GET /api/v1/reports/fairness": ("/api/v1/reports/fairness?format=csv", None),
        "GET /api/v1/reports/bubble": ("/api/v1/reports/bubble?format=csv", None),
        "POST /api/v1/reports/lookalikes": ("/api/v1/reports/lookalikes", {"segment": "everybody", "format": "csv"}),
        "POST /api/v1/reports/funnel": ("/api/v1/reports/funnel", {**span, "steps": [FORMULAS[0], "Order Completed"], "format": "csv"}),
        "POST /api/v1/reports/paths": ("/api/v1/reports/paths", paths),
        "POST /api/v1/reports/attribution": ("/api/v1/reports/attribution", {**span, "format": "csv"}),
        "POST /api/v1/reports/retention": ("/api/v1/reports/retention", {**span, "first": "Product Viewed", "return": "Order Completed", "format": "csv"}),
        "POST /api/v1/reports/baskets": ("/api/v1/reports/baskets", {**span, "format": "csv"}),
    }


def check_24_no_cell_is_a_formula(engine):
    a_shop_of_formulas(engine)
    asked = tables(engine)
    with open(os.path.join(kit.ROOT, "api", "openapi.json"), encoding="utf-8") as file:
        described = {f"{method.upper()} {path}" for path, of in json.load(file)["paths"].items() for method, one in of.items() if isinstance(one, dict)
                     and any("text/csv" in (r.get("content") or {}) for r in one.get("responses", {}).values())}
    rejects, exact = "GET /api/v1/uploads/{id}/rejects", "GET /api/v1/export/interactions"
    equal(described, set(asked) | {rejects, exact}, "every table is asked for")
    guarded = 0
    for name, (path, body) in asked.items():
        answer = engine.admin(name.split()[0], path, body)
        if not check(answer.status == 200 and answer.header("content-type").startswith("text/csv"), f"{name} answers a table", answer):
            continue
        rows = list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
        cells = [cell for row in rows for cell in row]
        bad = [cell for cell in cells if cell[:1] and cell[0] in BEGINS and not re.fullmatch(r"-[\d.e+-]+", cell)]
        check(not bad, f"{name}: no cell begins as a formula", bad[:3])
        guarded += sum(cell.startswith("'") for cell in cells)
        say(f"  {name}: {len(rows)} rows, {sum(cell.startswith(chr(39)) for cell in cells)} guarded cells")
    check(guarded > 30, "there were some", guarded)


def check_24_no_header_is_made_of_what_is_sent(engine):
    bad = "x%0d%0aX-Injected:%20yes%0d%0a%0d%0a<b>"
    for method, path in routes():
        if method != "GET" or path == "/api/v1/live":
            continue
        real = re.sub(r"\{\w+\}", bad, path)
        got = engine.raw(f"GET {real}?format={bad}&cursor={bad}&q={bad}&callback={bad} HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\nConnection: close\r\n"
                         f"Authorization: Bearer {TOKEN}\r\n\r\n".encode())
        head = got.split(b"\r\n\r\n")[0].lower()
        check(head.startswith(b"http/1.1 ") and b"x-injected" not in head, f"GET {path}: nothing of it is a header", got[:300])
        check(path.startswith(("/v1/", "/s", "/zhun.js", "/debug")) or b"access-control-allow-origin" not in head, f"GET {path}: no page of another origin may read it", head)
    for name in ("X-Purpose", "User-Agent", "Cookie", "X-CSRF-Token"):
        got = engine.raw(b"GET /api/v1/session HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + name.encode() + b": a\rX-Injected: yes\r\n\r\n")
        check(b"x-injected" not in got.lower() and got.startswith(b"HTTP/1.1 "), f"a bare CR in {name}", got[:300])


def check_24_no_page_is_made_of_what_is_sent(engine):
    script = "<script>alert(1)</script>"
    for path in ("/" + urllib.parse.quote(script), f"/?q={urllib.parse.quote(script)}", f"/api/v1/{urllib.parse.quote(script)}", f"/v1/profiles/{urllib.parse.quote(script)}"):
        answer = engine.admin("GET", path)
        kind = answer.header("content-type") or ""
        check(script.encode() not in answer.body or "json" in kind, f"{path} is not written into a page", answer)
        equal(answer.header("x-content-type-options"), "nosniff", f"{path}: the type is what it is said to be")
        if kind.startswith("text/html"):
            policy = answer.header("content-security-policy") or ""
            check("script-src" in policy and "unsafe-inline" not in policy.split("script-src")[1].split(";")[0] and "frame-ancestors 'none'" in policy, "a page runs no script but its own", policy)
    engine.admin("PUT", "/api/v1/items/scripted", {"title": script, "category": script, "priceCents": 100, "currency": "CNY"})
    answer = engine.admin("GET", "/api/v1/items/scripted")
    check((answer.header("content-type") or "").startswith("application/json") and answer.json["item"]["title"] == script, "a title is data, in JSON", answer)


def check_24_no_template_is_made_of_what_is_sent():
    at = kit.folder()

    def rendered(context, template, bind):
        for name, text in (("letter.liquid", template), ("bind.json", json.dumps(bind))):
            with open(os.path.join(at, name), "w", encoding="utf-8") as file:
                file.write(text)
        return kit.run("render", os.path.join(at, "letter.liquid"), "--bind", os.path.join(at, "bind.json"), "--context", context)

    for context, template, name, want in (
            ("text", "Dear {{ name }}!", "{{ 7 | times: 7 }}{% if true %}x{% endif %}", "Dear {{ 7 | times: 7 }}{% if true %}x{% endif %}!"),
            ("html", "Dear {{ name }}!", "<script>alert('1')</script>", "Dear &lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;!"),
            ("html", "{% capture all %}{{ name }}{% endcapture %}{{ all }}", "<b>", "&lt;b&gt;"),
            ("json", '{"name": "{{ name }}"}', '", "admin": "yes', '{"name": "\\", \\"admin\\": \\"yes"}')):
        status, out, err = rendered(context, template, {"name": name})
        equal((status, out.rstrip("\n")), (0, want), f"{context}: what a customer called himself is text")
    status, out, err = rendered("header", "Dear {{ name }}", {"name": "x\r\nBcc: everybody@shop.example"})
    check(status != 0 or ("\r" not in out and "\n" not in out.rstrip("\n")), "header: no line of a letter's head is made of it", (status, out, err))


# ---- who may be known ----


def login_ms(engine, user, lane):
    """From an address of its own, so that it is the password that is waited for, not the throttle."""
    link = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=kit.ANSWER_S, source_address=(f"127.{1 + lane // 250 % 250}.{lane % 250}.9", 0))
    try:
        began = time.perf_counter()
        link.request("POST", "/api/v1/login", dump({"user": user, "password": "a wrong password"}), {"Content-Type": "application/json"})
        answer = link.getresponse()
        body = answer.read()
        return 1000 * (time.perf_counter() - began), answer.status, body
    finally:
        link.close()


def check_24_a_login_does_not_tell_who_exists(engine):
    known = [f"known-{n}" for n in range(max(1, TRIES // 5))]  # five tries each are not throttled
    for name in known:
        equal(engine.admin("POST", "/api/v1/users", {"name": name, "role": "viewer", "password": "a right password"}).status, 201, "a user")
    took, said = {"known": [], "unknown": []}, {"known": set(), "unknown": set()}
    for n in range(TRIES):
        for which, user in (("known", known[n % len(known)]), ("unknown", f"nobody-{n % len(known)}")):
            ms, status, body = login_ms(engine, user, 2 * n + (which == "known"))
            took[which].append(ms)
            said[which].add((status, re.sub(rb'"instance":"[^"]*"', b"", body)))
    equal(said["known"], said["unknown"], "both are told the same")
    equal({status for status, _ in said["known"]}, {401}, "each is refused, and none is throttled")
    least = {which: min(of) for which, of in took.items()}  # what else the machine did is in all but the quickest
    say(f"  a wrong password: {least['known']:.1f} ms for a user, {least['unknown']:.1f} ms for nobody, the quickest of {TRIES} each, in turn")
    check(0.5 < least["known"] / least["unknown"] < 2, "and waits as long", least)  # an answer without the hash takes a hundredth


def main():
    engine, other = kit.Engine(), kit.Engine()
    kit.prove(check_24_every_route_asks_who, engine, other)
    kit.prove(check_24_each_role_on_every_route, engine)
    kit.prove(check_24_no_cell_is_a_formula, other)
    kit.prove(check_24_no_header_is_made_of_what_is_sent, engine)
    kit.prove(check_24_no_page_is_made_of_what_is_sent, engine)
    kit.prove(check_24_no_template_is_made_of_what_is_sent)
    kit.prove(check_24_a_login_does_not_tell_who_exists, other)
    kit.finish()


main()
