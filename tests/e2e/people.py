#!/usr/bin/env python3
"""The people who work here: added with a password that is good once, given another role, switched off and on; sessions end at once, the last owner stays one, nobody lends a
right over people that he has not; an approver approves what others wrote and edits nothing; all of it by the command, after a kill, and in a backup that is restored."""
import json
import os
import threading

import kit
from kit import PASSWORD, check, equal

LONG = "a long enough password"
OFFER = {"title": {"zh": "春", "en": "Spring"}, "channel": "inbox", "template": "offer", "audience": {"everyone": True}, "when": {"kind": "once", "at": "2099-01-01T00:00:00Z"}}
STEPS = {"title": {"zh": "旅程", "en": "Steps"}, "entry": {"when": {"kind": "event", "event": "Order Completed"}}, "nodes": []}


class Person:
    def __init__(self, engine, name, password, **more):
        self.engine, self.headers = engine, {}
        self.answer = engine.ask("POST", "/api/v1/login", {"user": name, "password": password, **more})
        if self.answer.status == 200:
            self.headers = {"Cookie": self.answer.header("set-cookie").split(";")[0], "X-CSRF-Token": self.answer.json["csrf"]}

    def ask(self, method, path, body=None):
        return self.engine.ask(method, path, body, headers=self.headers)

    def is_in(self):
        return self.ask("GET", "/api/v1/session").status == 200


def said(answer):
    return answer.status, answer.json.get("code")


def listed(engine, name):
    return next(one for one in engine.admin("GET", "/api/v1/users").json["items"] if one["name"] == name)


def add(engine, name, role, password=LONG):
    answer = engine.admin("POST", "/api/v1/users", {"name": name, "role": role, **({} if password is None else {"password": password})})
    equal(answer.status, 201, f"{name}, {role}, is added")
    return answer.json


# ---- a password that is good once ----


def a_made_password_is_shown_once_and_opens_one_thing(engine):
    made = add(engine, "lin", "marketer", password=None)
    check(len(made["password"]) == 20 and made["passwordOnce"], "a password is made", made)
    check("password" not in listed(engine, "lin"), "and not shown again")
    check(made["password"].encode() not in engine.admin("GET", "/api/v1/audit?limit=500").body, "nor written into the audit")
    equal(said(Person(engine, "lin", made["password"]).answer), (401, "new_password_needed"), "it opens no session")
    equal(said(Person(engine, "lin", "wrong", newPassword=LONG).answer), (401, "unauthorized"), "a wrong one is not told that it is good once")
    equal(said(Person(engine, "lin", made["password"], newPassword="short").answer), (400, "bad_field"), "a short one is not chosen")
    equal(said(Person(engine, "lin", made["password"], newPassword=made["password"]).answer), (400, "bad_field"), "nor the same again")
    check(Person(engine, "lin", made["password"], newPassword=LONG).is_in(), "with another one he is in")
    equal(said(Person(engine, "lin", made["password"], newPassword="once more the same").answer), (401, "unauthorized"), "the made one is gone")
    check(Person(engine, "lin", LONG).is_in() and not listed(engine, "lin")["passwordOnce"], "the chosen one stays")


def a_new_password_for_somebody_else(engine):
    lin = Person(engine, "lin", LONG)
    answer = engine.admin("PUT", "/api/v1/users/lin/password", {})
    check(answer.status == 200 and answer.json["passwordOnce"], "one is made", answer)
    check(not lin.is_in(), "his session is over")
    equal(said(Person(engine, "lin", LONG).answer), (401, "unauthorized"), "the old one opens nothing")
    lin = Person(engine, "lin", answer.json["password"], newPassword=LONG)
    equal(lin.ask("PUT", "/api/v1/users/lin/password", {"current": LONG}).json["field"], "password", "nobody has his own made")
    check(lin.is_in(), "and stays in")


# ---- role and state ----


def off_and_on(engine):
    lin = Person(engine, "lin", LONG)
    before = listed(engine, "lin")["lastLoginAt"]
    check(before is not None, "when he signed in last is listed")
    equal(engine.admin("PUT", "/api/v1/users/lin", {"state": "off"}).json["state"], "off", "he is switched off")
    check(not lin.is_in(), "his session ends at once")
    equal(said(Person(engine, "lin", LONG).answer), (401, "unauthorized"), "he cannot sign in, and is told no more than anybody")
    equal(engine.admin("PUT", "/api/v1/users/lin", {"state": "on"}).json["state"], "on", "he is switched on")
    check(not lin.is_in() and Person(engine, "lin", LONG).is_in(), "and signs in anew")
    for body, field in (({"role": "emperor"}, "role"), ({"state": "gone"}, "state"), ({"state": 1}, "state")):
        equal(engine.admin("PUT", "/api/v1/users/lin", body).json.get("field"), field, f"{body} is refused")
    equal(engine.admin("PUT", "/api/v1/users/nobody", {"state": "off"}).status, 404, "nobody is not switched off")


def another_role(engine):
    lin = Person(engine, "lin", LONG)
    equal(lin.ask("GET", "/api/v1/customers").status, 403, "a marketer sees no customer")
    equal(engine.admin("PUT", "/api/v1/users/lin", {"role": "support"}).json["role"], "support", "another role")
    check(not lin.is_in(), "ends the session, which had the rights of before")
    equal(Person(engine, "lin", LONG).ask("GET", "/api/v1/customers").status, 200, "support does")
    lines = engine.admin("GET", "/api/v1/audit?did=users").json["items"]
    check(any(one["what"] == "lin support on" for one in lines), "the audit says what became of whom", lines[:3])


def the_last_owner_stays(engine):
    for body in ({"state": "off"}, {"role": "viewer"}):
        equal(said(engine.admin("PUT", "/api/v1/users/admin", body)), (409, "last_owner"), f"the last owner and {body}")
    add(engine, "second", "owner")
    equal(engine.admin("PUT", "/api/v1/users/second", {"state": "off"}).status, 200, "one of two goes")
    equal(said(engine.admin("PUT", "/api/v1/users/admin", {"role": "viewer"})), (409, "last_owner"), "an owner who is switched off is none")
    equal(engine.admin("PUT", "/api/v1/users/second", {"state": "on"}).status, 200, "he comes back")
    got = []
    both = [threading.Thread(target=lambda name=name: got.append(engine.admin("PUT", f"/api/v1/users/{name}", {"role": "viewer"}).status)) for name in ("admin", "second")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    equal(sorted(got), [200, 409], "of two who are changed at once one stays")
    owner = next(name for name in ("admin", "second") if listed(engine, name)["role"] == "owner")
    other = "second" if owner == "admin" else "admin"
    equal(engine.admin("PUT", f"/api/v1/users/{other}", {"role": "owner"}).status, 200, "and makes the other one an owner again")


def nobody_lends_what_he_has_not(engine):
    add(engine, "ada", "admin")
    add(engine, "sue", "support")
    ada = Person(engine, "ada", LONG)
    for role in ("owner", "support", "privacy_officer", "developer", "auditor"):
        equal(said(ada.ask("POST", "/api/v1/users", {"name": f"by ada {role}", "role": role, "password": LONG})), (403, "forbidden"), f"an admin makes no {role}")
        equal(ada.ask("PUT", "/api/v1/users/ada", {"role": role}).status, 403, f"nor makes himself one")
    for role in ("admin", "marketer", "analyst", "viewer", "approver"):
        equal(ada.ask("POST", "/api/v1/users", {"name": f"by ada {role}", "role": role}).status, 201, f"an admin makes a {role}")
    for name in ("sue", "admin"):
        for method, path, body in (("PUT", f"/api/v1/users/{name}/password", {}), ("PUT", f"/api/v1/users/{name}", {"role": "viewer"}), ("POST", f"/api/v1/users/{name}/second-factor/off", None)):
            equal(ada.ask(method, path, body).status, 403, f"nor gets at {name} by {method} {path}")
    equal(ada.ask("PUT", "/api/v1/users/admin", {"state": "off"}).status, 403, "an owner is not switched off by an admin")
    equal(ada.ask("PUT", "/api/v1/users/sue", {"state": "off"}).status, 200, "support is, in an emergency")
    equal(ada.ask("PUT", "/api/v1/users/sue", {"state": "on"}).status, 403, "but not switched on")
    rows = {one["name"]: one["mayChange"] for one in ada.ask("GET", "/api/v1/users").json["items"]}
    check(not rows["sue"] and not rows["admin"] and rows["by ada viewer"], "the list says whom he may change", rows)


# ---- approving ----


def an_approver_approves_and_edits_nothing(engine):
    equal(engine.admin("PUT", "/api/v1/channels/inbox", {"kind": "inbox"}).status, 200, "a channel")
    equal(engine.admin("PUT", "/api/v1/templates/offer", {"purpose": "marketing", "languages": {"en": {"text": "For you"}}}).status, 200, "a template")
    add(engine, "mia", "marketer")
    add(engine, "abe", "approver")
    mia, abe = Person(engine, "mia", LONG), Person(engine, "abe", LONG)
    equal(mia.ask("PUT", "/api/v1/campaigns/spring", OFFER).status, 200, "a marketer writes")
    for method, path, body in (("PUT", "/api/v1/campaigns/spring", OFFER), ("PUT", "/api/v1/campaigns/own", OFFER), ("POST", "/api/v1/campaigns/spring/submit", None), ("DELETE", "/api/v1/campaigns/spring", None),
                               ("PUT", "/api/v1/journeys/own", STEPS), ("PUT", "/api/v1/segments/vip", {"expression": "true"}), ("GET", "/api/v1/customers", None), ("GET", "/api/v1/users", None)):
        equal(said(abe.ask(method, path, body)), (403, "forbidden"), f"an approver and {method} {path}")
    equal(mia.ask("POST", "/api/v1/campaigns/spring/submit").status, 200, "hands in")
    equal(mia.ask("POST", "/api/v1/campaigns/spring/approve").json.get("code"), "own_approval", "does not approve her own")
    preview = abe.ask("POST", "/api/v1/campaigns/preview", {"campaign": "spring"})
    check(preview.status == 200 and "audience" in preview.json, "an approver sees what it would do", preview)
    equal(abe.ask("POST", "/api/v1/campaigns/spring/reject", {"note": "not in May"}).json["state"], "draft", "sends it back")
    equal(mia.ask("POST", "/api/v1/campaigns/spring/submit").status, 200, "it is handed in again")
    done = abe.ask("POST", "/api/v1/campaigns/spring/approve", {"note": "good"})
    equal((done.json.get("state"), (done.json.get("approved") or {}).get("name")), ("running", "abe"), "and lets it run")
    equal(said(abe.ask("POST", "/api/v1/campaigns/spring/pause")), (403, "forbidden"), "pausing is for who edits")


def what_each_role_may(engine):
    table = Person(engine, "abe", LONG).ask("GET", "/api/v1/roles").json
    rights = {one["role"]: set(one["rights"]) for one in table["items"]}
    equal(rights["owner"], set(table["rights"]), "an owner may everything")
    equal(rights["approver"], {"view_totals", "approve"}, "an approver two things")
    check(not any(one["mayGive"] for one in table["items"]), "who manages nobody gives no role")
    mine = {one["role"]: one["mayGive"] for one in engine.admin("GET", "/api/v1/roles").json["items"]}
    check(all(mine.values()), "an owner gives every one", mine)
    with open(os.path.join(kit.ROOT, "api", "openapi.json"), encoding="utf-8") as file:
        schemas = json.load(file)["components"]["schemas"]
    equal((set(schemas["Role"]["enum"]), schemas["Right"]["enum"]), (set(rights), table["rights"]), "the description has the same ones")


# ---- contact, by role ----

CANARIES = {"email": "canary@shop.example", "phone": "13800005678", "name": "Canary Wang", "address": {"street": "Canary Road 5", "city": "Shenzhen"}}
SECRETS = (b"canary@shop", b"13800005678", b"Canary Wang", b"Canary Road", b"203.0.113.77")
ROLES = ("owner", "admin", "marketer", "analyst", "support", "privacy_officer", "developer", "auditor", "viewer", "approver")


def contact_is_masked_for_people(engine):
    sent = {"userId": "c-1", "messageId": "canary", "traits": CANARIES, "context": {"ip": "203.0.113.77"}}
    equal(engine.collect("identify", sent).status, 200, "a customer")
    engine.collect("track", {"userId": "c-1", "event": "Product Viewed", "messageId": "canary-2", "properties": {"product_id": "p1", "email": CANARIES["email"]}, "context": {"ip": "203.0.113.77"}})
    engine.sync()
    number = next(one["id"] for one in engine.admin("GET", "/api/v1/customers?q=c-1").json["items"])
    events = [one["position"] for one in engine.admin("GET", f"/api/v1/customers/{number}/events").json["items"]]
    equal(len(events), 2, "and what he did")
    check(all(secret in b"".join(engine.admin("GET", path).body for path in (f"/api/v1/customers/{number}", f"/api/v1/events/{events[0]}", f"/api/v1/events/{events[1]}")) for secret in SECRETS), "a program of the shop sees it all")
    profile = f"/api/v1/customers/{number}"
    looks = [profile, profile + "/portrait", profile + "/events", "/v1/profiles/c-1", "/v1/profiles/c-1/events", "/v1/profiles/c-1/portrait", *(f"/api/v1/events/{one}" for one in events), "/api/v1/events", "/api/v1/customers?q=c-1",
             "/api/v1/overview", "/api/v1/messages", "/api/v1/quality/samples?reason=type"]
    for role in ROLES:
        add(engine, f"r-{role}", role)
        person = Person(engine, f"r-{role}", LONG)
        for path in looks:
            answer = person.ask("GET", path)
            check(not any(secret in answer.body for secret in SECRETS), f"a {role} sees no contact in {path}", answer)
        sees = role in ("owner", "support", "privacy_officer")
        answer = person.ask("GET", profile)
        if sees:
            equal((answer.json["contact"], answer.json["traits"]["email"], answer.json["traits"]["phone"]), ("masked", "c***@shop.example", "***78"), f"a {role} can tell a caller")
        clear = person.ask("GET", profile + "?contact=clear")
        equal(clear.status, 400 if role in ("owner", "privacy_officer") else 403, f"a {role} without a purpose, or without the right")
        for path in looks[:1] + looks[6:8]:
            clear = person.ask("GET", path + "?contact=clear&purpose=" + "%E7%94%B5%E8%AF%9D%E5%9B%9E%E8%AE%BF")
            seen = any(secret in clear.body for secret in SECRETS)
            equal((clear.status, seen), (200, True) if role in ("owner", "privacy_officer") else (403, False), f"a {role} with a purpose and {path}")
    officer = Person(engine, "r-privacy_officer", LONG)
    out, clear = officer.ask("GET", "/api/v1/export/events"), officer.ask("GET", "/api/v1/export/events?contact=clear&purpose=portability")
    check(not any(secret in out.body for secret in SECRETS) and all(secret in clear.body for secret in SECRETS), "an export by a person is masked, too, but with a purpose", out.status)
    lines = engine.admin("GET", "/api/v1/audit?limit=500").json["items"]
    check(any(one.get("what") == "contact in clear" and one.get("why") == "电话回访" and one.get("role") == "privacy_officer" and one.get("customer") for one in lines), "the audit says who, of whom and what for", lines[:4])
    check(any(one["did"] == "GET /v1/profiles/{}" and one.get("role") == "support" and "c-1" not in one.get("what", "") for one in lines), "a look by a program's route is a line, too")


# ---- by the command, and what stays ----


def the_command(engine):
    zhun = lambda *words: kit.run("user", *words, "--data", engine.data, "--json")
    status, out, err = zhun("add", "cli", "--role", "viewer", "--made")
    made = json.loads(out)
    check(status == 0 and made["passwordOnce"], "a person by the command", err)
    status, out, err = zhun("role", "cli", "approver")
    equal((status, json.loads(out)["role"]), (0, "approver"), "another role")
    status, out, err = zhun("off", "cli")
    equal((status, json.loads(out)["state"]), (0, "off"), "off")
    equal(said(Person(engine, "cli", made["password"], newPassword=LONG).answer), (401, "unauthorized"), "and not in")
    equal(json.loads(zhun("on", "cli")[1])["state"], "on", "on")
    check(Person(engine, "cli", made["password"], newPassword=LONG).is_in(), "and in")
    check("approver" in zhun("roles")[1], "the table of roles")
    check(len(json.loads(zhun("passwd", "cli", "--made")[1])["password"]) == 20, "a new one")
    equal(zhun("off", "nobody")[0], 1, "nobody: status 1")
    check(zhun("role", "cli")[0] == 2, "a word is missing: status 2")


def all_of(engine):
    return sorted((one["name"], one["role"], one["state"], one["passwordOnce"], one["lastLoginAt"]) for one in engine.admin("GET", "/api/v1/users").json["items"])


def it_stays(engine):
    equal(engine.admin("PUT", "/api/v1/users/sue", {"state": "off"}).status, 200, "sue is off")
    before = all_of(engine)
    engine.kill()
    engine.start()
    equal(all_of(engine), before, "after a kill")
    equal(Person(engine, "sue", LONG).answer.status, 401, "who was off is off")
    check(Person(engine, "mia", LONG).is_in(), "who was on signs in")
    place = kit.folder()
    to, target = os.path.join(place, "backup"), os.path.join(place, "restored")
    status, _, err = kit.run("backup", "--data", engine.data, to)
    if not check(status == 0, "a backup", err):
        return
    after = all_of(engine)
    status, _, err = kit.run("restore", to, "--data", target, "--key-file", os.path.join(engine.data, "zhun.key"))
    if not check(status == 0, "is restored", err):
        return
    equal(all_of(kit.Engine(data=target)), after, "with everybody in it")


def main():
    engine = kit.Engine()
    for part in (a_made_password_is_shown_once_and_opens_one_thing, a_new_password_for_somebody_else, off_and_on, another_role, the_last_owner_stays, nobody_lends_what_he_has_not,
                 an_approver_approves_and_edits_nothing, contact_is_masked_for_people, what_each_role_may, the_command, it_stays):
        part(engine)
    kit.finish()


main()
