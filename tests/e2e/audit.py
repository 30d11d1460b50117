#!/usr/bin/env python3
"""The audit: changes, looks at customers and tries to sign in are lines; none holds personal data; a program of our own verifies chain, tree and signature; check_19: a bit, a line
taken out, exchanged, cut off, all written anew are found by `zhun audit verify` that holds an older head; restarts, kills, a full disk, a backup; rights."""
import base64
import hashlib
import json
import os
import shutil
import threading

import kit
from kit import check, equal, say

CUSTOMER, MAIL = "canary-customer-77", "canary-77@shop.example"


def lines_of(data):
    with open(f"{data}/audit/00000001.jsonl", "rb") as file:
        return file.read().split(b"\n")[:-1]


def leaf(line):
    return hashlib.sha256(b"\0" + line).digest()


def root(leaves):
    """RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


def is_whole(data, what):
    """The chain, by a program that shares nothing with the engine's."""
    before = bytes(32)
    for number, line in enumerate(lines_of(data), 1):
        entry = json.loads(line)
        if not check(entry["seq"] == number and entry["prev"] == before.hex(), f"{what}: line {number} follows", entry):
            return
        before = leaf(line)
    check(True, what)


def verify(data, *words):
    return kit.run("audit", "verify", "--data", data, *words)


def sign_in(engine, user, password):
    return engine.ask("POST", "/api/v1/login", {"user": user, "password": password})


def what_people_do_is_written(engine):
    equal(engine.collect("identify", {"userId": CUSTOMER, "traits": {"email": MAIL}, "messageId": "m1"}).status, 200, "a customer")
    engine.sync()
    before = engine.admin("GET", "/api/v1/audit").json["lines"]
    equal(engine.admin("PUT", "/api/v1/segments/loyal", {"expression": "customer.orders.count(days(30)) > 1"}).status, 200, "a segment is defined")
    head = {"X-Purpose": "a question by telephone", "Authorization": f"Bearer {kit.TOKEN}"}
    found = engine.admin("GET", "/api/v1/customers?q=" + CUSTOMER).json["items"][0]
    for _ in range(5):
        equal(engine.ask("GET", f"/api/v1/customers/{found['id']}", headers=head).status, 200, "a customer is looked at")
    equal(engine.admin("GET", "/api/v1/segments").status, 200, "totals are looked at")
    equal(sign_in(engine, "admin", "wrong").status, 401, "a try to sign in")
    equal(sign_in(engine, "my-password-in-the-wrong-field", "x").status, 401, "and another")
    equal(sign_in(engine, "admin", kit.PASSWORD).status, 200, "and one that does it")
    equal(engine.admin("DELETE", "/api/v1/segments/nothing").status, 404, "a refused change")
    got = engine.admin("GET", "/api/v1/audit").json
    new = [line for line in got["items"] if line["seq"] > before]
    did = [(line["did"], line.get("what", ""), line["status"]) for line in new]
    check(("PUT /api/v1/segments/{}", "loyal", 200) in did, "the change is a line", did)
    check(("DELETE /api/v1/segments/{}", "nothing", 404) in did, "so is the refused one", did)
    equal(sum(one[0] == "GET /api/v1/customers/{}" for one in did), 1, "five looks within ten minutes are one line")
    check(not any(one[0] == "GET /api/v1/segments" for one in did), "totals are no line")
    tries = [(line.get("what", ""), line["status"], line["by"]) for line in new if line["did"] == "POST /api/v1/login"]
    equal(sorted(tries), [("", 401, "nobody"), ("admin", 200, "nobody"), ("admin", 401, "nobody")], "tries to sign in; a word that is no user is not kept")
    look = next(line for line in new if line["did"] == "GET /api/v1/customers/{}")
    check(len(look["customer"]) == 32 and look["customers"] >= 1, "whose data it was, as a hash", look)
    mine = engine.admin("GET", f"/api/v1/audit?customer={CUSTOMER}").json["items"]
    check(mine and all(line["customer"] == look["customer"] for line in mine), "lines of one customer are found by his id", mine)
    equal(engine.admin("GET", "/api/v1/audit?customer=nobody-at-all").status, 404, "of nobody there are none")
    equal([line["did"] for line in engine.admin("GET", "/api/v1/audit?did=segments&limit=1").json["items"]], ["DELETE /api/v1/segments/{}"], "by a part of the route")
    everything = b"\n".join(lines_of(engine.data))
    for canary in (CUSTOMER, MAIL, kit.PASSWORD, kit.TOKEN, "wrong-field"):
        check(canary.encode() not in everything, f"{canary} is not in the audit")
    pages, cursor = [], ""
    while cursor is not None:
        page = engine.admin("GET", f"/api/v1/audit?limit=3{'&cursor=' + cursor if cursor else ''}").json
        pages += page["items"]
        cursor = page["next"]
    seqs = [line["seq"] for line in pages]
    equal(seqs, list(range(seqs[0], 0, -1)), "page by page every line, the newest first")
    equal(engine.admin("GET", "/api/v1/audit?cursor=x").status, 400, "a wrong cursor")


def rights(engine):
    equal(engine.ask("GET", "/api/v1/audit").status, 401, "not for nobody")
    equal(engine.ask("GET", "/api/v1/audit", key=kit.SERVER).status, 403, "not for a shop's program")
    equal(engine.admin("POST", "/api/v1/users", {"name": "reader", "password": "a long enough word", "role": "auditor"}).status, 201, "an auditor")
    equal(engine.admin("POST", "/api/v1/users", {"name": "seller", "password": "a long enough word", "role": "marketer"}).status, 201, "a marketer")
    for user, want in (("reader", 200), ("seller", 403)):
        cookie = sign_in(engine, user, "a long enough word").header("Set-Cookie").split(";")[0]
        equal(engine.ask("GET", "/api/v1/audit", headers={"Cookie": cookie}).status, want, f"for a role: {user}")
    number = next(user["id"] for user in engine.admin("GET", "/api/v1/users").json["items"] if user["name"] == "reader")
    check(engine.admin("GET", f"/api/v1/audit?by=user%20{number}").json["items"], "the number of a user is the one the audit names him by")
    check(b"a long enough word" not in b"\n".join(lines_of(engine.data)), "no password is in the audit")


def heads(engine):
    head = engine.admin("GET", "/api/v1/audit/head").json
    lines = lines_of(engine.data)
    equal(head["root"], root([leaf(line) for line in lines[:head["size"]]]).hex(), "the head is the root of the lines")
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        pad = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        Ed25519PublicKey.from_public_bytes(pad(head["key"])).verify(pad(head["signature"]), f"zhun audit head\n{head['size']}\n{head['root']}\n{head['at']}\n".encode())
        check(True, "and signed, says another library")
    except ImportError:
        say("-- the signature is not checked by another library: none is installed")
    return head


def kept(head):
    path = f"{kit.folder()}/head.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(head, file)
    return path


def check_19_forgeries_are_found(engine, head):
    """A copy of the folder, changed in every way one can think of; the honest one is whole."""
    file = kept(head)
    status, out, err = verify(engine.data, "--head", file)
    check(status == 0 and "as it was written" in out, "the honest audit is whole", out + err)
    honest = lines_of(engine.data)

    def forged(what, lines, heads_too=False, finds=("--head", file)):
        data = os.path.join(kit.folder(), "forged")
        shutil.copytree(os.path.join(engine.data, "audit"), os.path.join(data, "audit"))
        with open(f"{data}/audit/00000001.jsonl", "wb") as out_file:
            out_file.write(b"".join(line + b"\n" for line in lines))
        if heads_too and os.path.exists(f"{data}/audit/heads.jsonl"):
            os.remove(f"{data}/audit/heads.jsonl")
        status, out, err = verify(data, *finds)
        equal(status, 1, f"{what} is found")
        return out

    def anew(change):
        """All lines behind a change hang together again, as one who has the whole machine can make them."""
        before, out = bytes(32), []
        for number, line in enumerate(honest):
            entry = json.loads(line)
            change(number, entry)
            entry["prev"] = before.hex()
            out.append(json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode())
            before = leaf(out[-1])
        return out

    middle = len(honest) // 2
    flipped = list(honest)
    flipped[middle] = flipped[middle][:30] + bytes([flipped[middle][30] ^ 1]) + flipped[middle][31:]
    forged("a flipped bit", flipped)
    check("taken out" in forged("a line taken out", honest[:middle] + honest[middle + 1:]), "and it is said how")
    swapped = list(honest)
    swapped[2], swapped[3] = swapped[3], swapped[2]
    forged("two lines exchanged", swapped)
    check("cut" in forged("the end cut off", honest[:-3]), "and it is said how")
    forged("the end cut off with the heads", honest[:-3], heads_too=True)
    check("anew" in forged("all of it written anew", anew(lambda number, entry: entry.update(by="user 999") if number == middle else None), heads_too=True), "and it is said how")
    same = anew(lambda number, entry: None)
    equal(same, honest, "the forger's pen writes as the engine does")
    status, _, err = verify(engine.data, "--head", "/nowhere")
    equal(status, 2, "a head that is not there: wrong usage")
    status, _, err = verify(kit.folder())
    check(status == 3 and "no audit" in err, "a folder without an audit: could not", (status, err))


def many_at_once(engine):
    """Writers side by side: no line is lost, and the chain holds."""
    def write(who):
        for n in range(20):
            engine.ask("PUT", f"/api/v1/segments/s{who}-{n}", {"expression": "customer.orders.count(days(30)) > 1"}, key=kit.TOKEN)

    threads = [threading.Thread(target=write, args=(who,)) for who in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    is_whole(engine.data, "written by six at once")
    written = [json.loads(line) for line in lines_of(engine.data)]
    equal(sum(line["did"] == "PUT /api/v1/segments/{}" and "-" in line["what"] for line in written), 120, "every change is a line before its answer")


def kills(engine):
    for round_ in range(4):
        equal(engine.admin("PUT", f"/api/v1/segments/k{round_}", {"expression": "true"}).status, 200, "a change")
        engine.kill()
        did = [json.loads(line).get("what") for line in lines_of(engine.data)]
        check(f"k{round_}" in did, "a change that was answered is in the audit after a kill")
        if round_ == 2:
            with open(f"{engine.data}/audit/00000001.jsonl", "ab") as file:
                file.write(b'{"seq":9999,"at":"torn')
        engine.start()
    is_whole(engine.data, "after kills and a torn end")
    equal(engine.admin("GET", "/api/v1/audit").json["damage"], "", "a torn end is no damage")


def a_backup_has_it(engine):
    to = os.path.join(kit.folder(), "copy")
    status, out, err = kit.run("backup", "--data", engine.data, to)
    check(status == 0, "a backup", out + err)
    is_whole(to, "the audit in the backup")


def damage_is_told(engine):
    engine.stop()
    lines = lines_of(engine.data)
    path = f"{engine.data}/audit/00000001.jsonl"
    with open(path, "wb") as file:
        file.write(b"".join(line + b"\n" for line in lines[:4] + lines[5:]))
    engine.start()
    check("taken out" in engine.admin("GET", "/api/v1/audit").json["damage"], "a changed audit is told by the engine that opens it")
    equal(engine.metric("zhun_audit_damaged"), 1.0, "and by a metric")
    check(any('"audit.damaged"' in line for line in engine.lines), "and in a line of its log", engine.lines[-3:])
    equal(engine.admin("PUT", "/api/v1/segments/after", {"expression": "true"}).status, 200, "work goes on")


engine = kit.Engine()
what_people_do_is_written(engine)
rights(engine)
is_whole(engine.data, "the chain")
first = heads(engine)
many_at_once(engine)
kills(engine)
equal(verify(engine.data, "--head", kept(first))[0], 0, "an older head still holds after many more lines")
kit.prove(check_19_forgeries_are_found, engine, heads(engine))
a_backup_has_it(engine)
damage_is_told(engine)
engine.stop()
kit.finish()
