#!/usr/bin/env python3
"""A person's authenticator app: turned on with a code of it, asked for at each login, each code once; recovery codes once each; taken away by oneself or by who
manages users; nothing of the secret is shown again, written into the audit or readable on the disk; all of it after a restart, too."""
import base64
import os
import time

import kit
from kit import check, code_at, equal, say

PASSWORD = "the password of the owner"
STEP_S = 30


def step_now():
    return int(time.time()) // STEP_S


class Person:
    def __init__(self, engine, name, password, code=None):
        self.engine = engine
        self.answer = engine.ask("POST", "/api/v1/login", {"user": name, "password": password, **({} if code is None else {"code": code})})
        self.headers = {}
        if self.answer.status == 200:
            self.headers = {"Cookie": self.answer.header("set-cookie").split(";")[0], "X-CSRF-Token": self.answer.json["csrf"]}

    def ask(self, method, path, body=None):
        return self.engine.ask(method, path, body, headers=self.headers)

    def said(self):
        return self.answer.status, self.answer.json.get("code") if self.answer.status != 200 else None


def files_hold(folder, *texts):
    """Names of files with one of the texts in them."""
    found = []
    for where, _, names in os.walk(folder):
        for name in names:
            if not os.path.isfile(os.path.join(where, name)):
                continue
            with open(os.path.join(where, name), "rb") as file:
                held = file.read()
            found += [name for text in texts if text in held]
    return found


def next_step(taken):
    while step_now() <= taken:
        time.sleep(0.5)


def turned_on(engine, person, password):
    made = person.ask("POST", "/api/v1/second-factor")
    equal(made.status, 200, "a secret is made")
    secret = made.json["secret"]
    check(made.json["uri"].startswith("otpauth://totp/zhun:") and f"secret={secret}" in made.json["uri"], "in the form apps read", made.json["uri"])
    equal(person.ask("GET", "/api/v1/second-factor").json, {"on": False, "since": None, "recoveryCodes": 0}, "nothing is kept of it yet")
    wrong = person.ask("PUT", "/api/v1/second-factor", {"secret": secret, "code": code_at(secret, step_now() - 9), "current": password})
    equal((wrong.status, wrong.json["field"]), (400, "code"), "an old code turns nothing on")
    wrong = person.ask("PUT", "/api/v1/second-factor", {"secret": secret, "code": code_at(secret, step_now()), "current": "not it"})
    equal((wrong.status, wrong.json["field"]), (400, "current"), "nor does a wrong password")
    wrong = person.ask("PUT", "/api/v1/second-factor", {"secret": "short", "code": "123456", "current": password})
    equal((wrong.status, wrong.json["field"]), (400, "secret"), "nor what is no secret")
    step = step_now()
    done = person.ask("PUT", "/api/v1/second-factor", {"secret": secret, "code": code_at(secret, step), "current": password})
    equal((done.status, len(set(done.json["recoveryCodes"]))), (200, 10), "a code of the app does, and ten recovery codes come")
    return secret, step, done.json["recoveryCodes"]


def main():
    engine = kit.Engine(env={"ZHUN_ADMIN_PASSWORD": PASSWORD})
    owner = Person(engine, "admin", PASSWORD)
    equal(engine.admin("GET", "/api/v1/second-factor").status, 403, "a token has no second factor")
    secret, taken, codes = turned_on(engine, owner, PASSWORD)
    kept = owner.ask("GET", "/api/v1/second-factor").json
    equal((kept["on"], kept["recoveryCodes"]), (True, 10), "it is on")

    equal(Person(engine, "admin", PASSWORD).said(), (401, "second_factor_needed"), "the password alone is not enough")
    equal(Person(engine, "admin", "not it", code_at(secret, taken + 1)).said(), (401, "unauthorized"), "nor is the code alone: and nobody learns that it was right")
    equal(Person(engine, "admin", PASSWORD, code_at(secret, taken)).said(), (401, "second_factor_wrong"), "the code that turned it on was used")
    next_step(taken)
    step = step_now()
    equal(Person(engine, "admin", PASSWORD, code_at(secret, step)).answer.status, 200, "the app's next code opens")
    equal(Person(engine, "admin", PASSWORD, code_at(secret, step)).said(), (401, "second_factor_wrong"), "once")
    equal(Person(engine, "admin", PASSWORD, code_at(secret, step - 1)).said(), (401, "second_factor_wrong"), "and none before it")

    loose = codes[0].upper().replace("-", " ")
    owner = Person(engine, "admin", PASSWORD, loose)
    equal(owner.answer.status, 200, "a recovery code opens, however it is typed")
    equal(Person(engine, "admin", PASSWORD, codes[0]).said(), (401, "second_factor_wrong"), "once")
    equal(owner.ask("GET", "/api/v1/second-factor").json["recoveryCodes"], 9, "nine are left")

    engine.kill()
    engine.start()
    equal(Person(engine, "admin", PASSWORD).said(), (401, "second_factor_needed"), "after a kill it is asked for as before")
    equal(Person(engine, "admin", PASSWORD, codes[0]).said(), (401, "second_factor_wrong"), "and what was used stays used")
    owner = Person(engine, "admin", PASSWORD, codes[1])
    equal(owner.answer.status, 200, "another one opens")

    audit = engine.admin("GET", "/api/v1/audit?limit=200").body.decode()
    check("second-factor" in audit and secret not in audit and codes[2] not in audit, "the audit knows of it, not the secret")
    equal(files_hold(engine.data, secret.encode(), codes[2].encode(), codes[2].replace("-", "").encode(), base64.b32decode(secret)), [], "nothing of it is readable on the disk")

    equal(owner.ask("POST", "/api/v1/users", {"name": "li", "role": "marketer", "password": "password of li"}).status, 201, "another person")
    li = Person(engine, "li", "password of li")
    _, taken, _ = turned_on(engine, li, "password of li")
    people = {one["name"]: one["secondFactor"] for one in owner.ask("GET", "/api/v1/users").json["items"]}
    equal((people["admin"], people["li"]), (True, True), "the list of people says who has one")
    equal(li.ask("POST", "/api/v1/users/admin/second-factor/off").status, 403, "a marketer takes nobody's away")
    equal(owner.ask("POST", "/api/v1/users/li/second-factor/off").status, 204, "who manages users does")
    equal(li.ask("GET", "/api/v1/session").status, 401, "and the person's sessions end")
    equal(Person(engine, "li", "password of li").answer.status, 200, "the password alone again")
    next_step(taken)
    turned_on(engine, Person(engine, "li", "password of li"), "password of li")
    equal(kit.run("user", "second-factor-off", "li", "--data", engine.data)[0], 0, "the command does, too")
    equal(Person(engine, "li", "password of li").answer.status, 200, "and the password alone is enough")
    equal(owner.ask("POST", "/api/v1/second-factor/off", {"current": "not it"}).status, 400, "one's own needs the password")
    equal(owner.ask("POST", "/api/v1/second-factor/off", {"current": PASSWORD}).status, 204, "and goes with it")
    equal(Person(engine, "admin", PASSWORD).answer.status, 200, "the password alone again")
    engine.stop()
    say("done")
    kit.finish()


main()
