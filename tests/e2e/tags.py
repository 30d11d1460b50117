#!/usr/bin/env python3
"""Tags and static lists: set, taken away, over by the clock alone; what a customer deleted does not grow back; tags that follow a kept segment; lists made
by ids; the same after a kill, a rebuild and on three partitions; customers who become one; the commands."""
import datetime
import json
import os
import random
import shutil
import subprocess
import time
import urllib.parse

import kit
from kit import basic, check, equal

dice = random.Random(5)
made = 0


def quote(text):
    return urllib.parse.quote(text, safe="")


def moment(seconds):
    return datetime.datetime.fromtimestamp(time.time() + seconds, datetime.timezone.utc).isoformat(timespec="milliseconds")


def viewed(user, category="tea", ago=60, **more):
    global made
    made += 1
    return {"type": "track", "event": "Product Viewed", "userId": user, "messageId": f"t{made}", "timestamp": moment(-ago - made),
            "properties": {"product_id": f"p{made}", "category": category, "price": 10}, **more}


def send(engine, some):
    equal(engine.collect("batch", {"batch": some}, auth=basic(kit.WRITE)).status, 200, "a batch is taken")
    engine.sync()


def wait_for(what, said, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return check(False, said)
        time.sleep(0.02)
    return check(True, said)


def put(engine, user, tag, **body):
    return engine.serve("PUT", f"/v1/profiles/{quote(user)}/tags/{quote(tag)}", body)


def drop(engine, user, tag, by=""):
    return engine.serve("DELETE", f"/v1/profiles/{quote(user)}/tags/{quote(tag)}" + (f"?by={by}" if by else ""))


def tags(engine, user):
    return {one["tag"]: one for one in engine.serve("GET", f"/v1/profiles/{quote(user)}/tags").json["tags"]}


def members(engine, name):
    found, cursor = [], ""
    while True:
        page = engine.admin("GET", f"/api/v1/segments/{name}/members?limit=100&cursor={cursor}").json
        found += [one["customer"]["userId"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            return sorted(found)


def asked(engine, expression):
    return sorted(one["userId"] for one in engine.admin("POST", "/api/v1/segments/preview", {"expression": expression, "limit": 500}).json["items"])


SEGMENTS = {
    "tagged": "customer.has_tag('vip')",
    "untagged": "!customer.has_tag('vip') && customer.did('Product Viewed')",
    "some": "customer.tags.exists(t, t.startsWith('category:'))",
    "frequent": "customer.events('Product Viewed').count() >= 4",
    "via": "customer.has_tag('often')",
    "gala_vip": "customer.in_segment('gala') && customer.has_tag('vip')",
}


def all_right(engine, when):
    for name, expression in SEGMENTS.items():
        equal(members(engine, name), asked(engine, expression), f"{when}: {name} has those it holds for")


def a_shop_lives(partitions):
    engine = kit.Engine(options=("--partitions", str(partitions)) if partitions > 1 else ())
    which = f"{partitions} partitions"
    users = [f"u{n}" for n in range(40)]
    send(engine, [viewed(user) for user in users])
    equal(engine.admin("PUT", "/api/v1/segments/gala", {"kind": "list", "title": "Gala guests"}).status, 200, f"{which}: a list is made")
    for name, expression in SEGMENTS.items():
        equal(engine.admin("PUT", f"/api/v1/segments/{name}", {"expression": expression}).status, 200, f"{which}: {name} is defined")
    equal(engine.admin("PUT", "/api/v1/tags/often", {"segment": "frequent"}).status, 200, f"{which}: a tag follows a segment")
    for turn in range(3):
        for user in dice.sample(users, 12):
            tag = dice.choice(["vip", "category:女装", "a b/c"])
            answer = put(engine, user, tag, by=dice.choice(["customer", "staff", "import"])) if dice.random() < 0.7 else drop(engine, user, tag, dice.choice(["customer", "staff"]))
            check(answer.status in (200, 409), "a tag is set or taken away, or was deleted by the customer", answer)
        send(engine, [viewed(dice.choice(users)) for _ in range(60)])
        some = dice.sample(users, 9)
        told = engine.admin("POST", "/api/v1/segments/gala/list", {"act": dice.choice(["add", "add", "remove"]), "userIds": some + ["nobody-at-all"]}).json
        equal((told["unknown"], told["unknownIds"]), (1, ["nobody-at-all"]), "an id that nobody has is counted and named")
        # two who turn out to be one: the visitor's tag goes along
        send(engine, [{key: value for key, value in viewed("", anonymousId=f"a{turn}").items() if key != "userId"}])
        equal(put(engine, f"a{turn}", "vip").status, 200, "a visitor gets a tag")
        engine.collect("identify", {"userId": users[turn], "anonymousId": f"a{turn}", "messageId": f"i{turn}"}, auth=basic(kit.WRITE))
        engine.sync()
        all_right(engine, f"{which}, turn {turn}")
    check(0 < len(members(engine, "tagged")) < 40 and members(engine, "via") == members(engine, "frequent") != [], f"{which}: the segments divide the customers")
    before = {user: engine.serve("GET", f"/v1/profiles/{user}/tags").json for user in users}
    engine.kill()
    engine.start()
    all_right(engine, f"{which}, after a kill")
    equal({user: engine.serve("GET", f"/v1/profiles/{user}/tags").json for user in users}, before, f"{which}: every tag is there after a kill")
    send(engine, [viewed(dice.choice(users)) for _ in range(30)])
    put(engine, "u5", "vip", by="customer")
    all_right(engine, f"{which}, and more after it")
    before = {user: engine.serve("GET", f"/v1/profiles/{user}/tags").json for user in users}
    equal(engine.admin("POST", "/api/v1/check", {}).json["equal"], True, f"{which}: check says equal")
    engine.stop()
    shutil.rmtree(os.path.join(engine.data, "state"))
    engine.start()
    all_right(engine, f"{which}, rebuilt from the log")
    equal({user: engine.serve("GET", f"/v1/profiles/{user}/tags").json for user in users}, before, f"{which}: every tag is there in a rebuild")
    return engine


def check_14_deleted_tag_stays_gone(engine):
    send(engine, [viewed("mei")])
    equal(put(engine, "mei", "vip", by="staff", confidence=0.8).json["tags"][0]["confidence"], 0.8, "staff set a tag")
    gone = drop(engine, "mei", "vip", "customer").json
    equal(([one["tag"] for one in gone["deleted"]], "vip" in [one["tag"] for one in gone["tags"]]), (["vip"], False), "the customer deletes it")
    for by in ("staff", "import"):
        answer = put(engine, "mei", "vip", by=by)
        equal((answer.status, answer.json["code"]), (409, "deleted_by_customer"), f"{by} cannot set it again")
    told = engine.admin("POST", "/api/v1/tags/import", {"rows": [{"userId": "mei", "tag": "vip"}, {"userId": "mei", "tag": "other", "at": "2020-01-01T00:00:00Z"}, {"userId": "nobody", "tag": "x"}]}).json
    equal((told["set"], told["deletedByCustomer"], told["unknown"], told["unknownIds"]), (1, 1, 1, ["nobody"]), "an import passes it over and says so")
    equal((set(tags(engine, "mei")), tags(engine, "mei")["other"]["since"]), ({"other"}, "2020-01-01T00:00:00.000Z"), "the rest of it is there")
    engine.restart()
    equal(put(engine, "mei", "vip", by="staff").status, 409, "not after a restart either")
    equal(put(engine, "mei", "vip", by="customer").status, 200, "he himself can")
    equal((tags(engine, "mei")["vip"]["source"], "mei" in members(engine, "tagged")), ("customer", True), "and it is his")
    # a computed one
    send(engine, [viewed("mei") for _ in range(4)])
    one = tags(engine, "mei")["often"]
    equal((one["source"], one["segment"], "mei" in members(engine, "via")), ("computed", "frequent", True), "a tag that follows a segment is there with the membership")
    equal((drop(engine, "mei", "often").json["code"], drop(engine, "mei", "often", "customer").status), ("computed", 200), "staff cannot take it away, he can")
    equal(("often" in tags(engine, "mei"), "mei" in members(engine, "via"), "mei" in members(engine, "frequent")), (False, False, True), "it is gone, though he is in the segment")
    send(engine, [viewed("mei") for _ in range(2)])
    equal("often" in tags(engine, "mei"), False, "and does not grow back")
    engine.kill()
    shutil.rmtree(os.path.join(engine.data, "state"))
    engine.start()
    equal(("often" in tags(engine, "mei"), "mei" in members(engine, "frequent")), (False, True), "nor when all is folded anew")
    equal(put(engine, "mei", "often", by="customer").status, 200, "until he wants it")
    equal((tags(engine, "mei")["often"]["source"], "mei" in members(engine, "via")), ("customer", True), "then it is his own word")
    # totals, the profile, the audit line
    total = {one["tag"]: one for one in engine.admin("GET", "/api/v1/tags").json["items"]}
    equal(total["often"]["customers"], len(members(engine, "via")), "all tags: as many as have it")
    equal((total["vip"]["customers"], sum(total["vip"]["sources"].values())), (len(members(engine, "tagged")),) * 2, "and by source")
    equal({one["tag"] for one in engine.serve("GET", "/v1/profiles/mei").json["tags"]}, set(tags(engine, "mei")), "a profile shows them")
    check(any('"customer.tag"' in line and '"by":"customer"' in line for line in engine.lines), "who changed a tag stands in the log lines")
    check(engine.metric("zhun_tag_words") > 0 and engine.metric("zhun_list_words") > 0, "and the metrics count them")


def the_clock(engine):
    """Nothing happens but time."""
    equal(engine.admin("PUT", "/api/v1/segments/gift", {"expression": "customer.has_tag('gift')"}).status, 200, "a segment of a tag")
    ends = moment(1.5)
    equal(put(engine, "mei", "gift", expires=ends).json["tags"][0]["expires"], ends.replace("+00:00", "Z"), "a tag with an end")
    size = lambda: engine.admin("GET", "/api/v1/segments/gift").json["size"]
    equal(size(), 1, "he is in at once")
    wait_for(lambda: size() == 0, "when the tag is over he leaves by himself")
    equal("gift" in tags(engine, "mei"), False, "and has it no more")
    day = engine.admin("GET", "/api/v1/segments/gift").json["days"][-1]
    equal((day["entered"], day["left"]), (1, 1), "the history says that he came and went")
    # the moment itself: whoever asks for the opposite came in at that millisecond
    engine.admin("PUT", "/api/v1/segments/after", {"expression": "customer.did('Product Viewed') && !customer.has_tag('soon')"})
    ends = moment(1)
    put(engine, "mei", "soon", expires=ends)
    entered = lambda: next((one["since"] for one in engine.admin("GET", "/api/v1/segments/after/members?limit=500").json["items"] if one["customer"]["userId"] == "mei"), None)
    equal(entered(), None, "he is out while it lasts")
    late = []
    def back():
        since = entered()
        if since:
            late.append(time.time())
        return since
    wait_for(back, "and in when it is over")
    equal(kit.ms_of(entered()), kit.ms_of(ends), "since the very millisecond")
    engine.restart()
    put(engine, "mei", "gift", expires=moment(1.2))
    wait_for(lambda: size() == 0, "alarms are there again after a restart")


def contradicted(engine):
    send(engine, [viewed("wei", "男装") for _ in range(12)])
    put(engine, "wei", "category:女装", by="customer")
    put(engine, "wei", "category:男装", by="customer")
    mine = tags(engine, "wei")
    equal(mine["category:女装"].get("contradiction"), {"days": 90, "events": 12, "ofIt": 0, "most": "男装", "mostEvents": 12}, "what he does speaks against it, with the evidence")
    equal("contradiction" in mine["category:男装"], False, "and not against what he does like")


def wrong_ones(engine):
    for tag, body, field in [("x" * 65, {}, "tag"), ("a\tb", {}, "tag"), ("v", {"by": "computed"}, "by"), ("v", {"by": 7}, "by"), ("v", {"expires": "yesterday"}, "expires"),
                             ("v", {"expires": "2020-01-01T00:00:00Z"}, "expires"), ("v", {"confidence": 1.5}, "confidence"), ("v", {"confidence": "much"}, "confidence")]:
        answer = put(engine, "mei", tag, **body)
        equal((answer.status, answer.json.get("field")), (400, field), f"refused: {tag[:9]!r} {body}")
    equal((put(engine, "nobody", "v").status, drop(engine, "nobody", "v").status, engine.serve("GET", "/v1/profiles/nobody/tags").status), (404, 404, 404), "of nobody nothing is said")
    equal(drop(engine, "mei", "v", "me").status, 400, "who takes it away must be known")
    equal(engine.ask("PUT", "/v1/profiles/mei/tags/v", {}, key=kit.WRITE).status, 403, "a page may not")
    for rows, field in [([], "rows"), ([{"userId": "mei"}], "tag"), ([{"userId": "mei", "tag": "v", "at": "2999-01-01T00:00:00Z"}], "at"), ([{"userId": "mei", "tag": "v", "confidence": -1}], "confidence")]:
        equal(engine.admin("POST", "/api/v1/tags/import", {"rows": rows}).json.get("field"), field, f"refused: {rows}")
    equal("v" in tags(engine, "mei"), False, "and nothing of it is there")
    circle = engine.admin("PUT", "/api/v1/tags/vip", {"segment": "tagged"})
    equal((circle.status, circle.json["code"]), (409, "circle"), "a tag cannot follow a segment that asks about it")
    equal(engine.admin("PUT", "/api/v1/segments/frequent", {"expression": "customer.has_tag('often')"}).json["code"], "bad_expression", "and the other way round")
    equal((engine.admin("PUT", "/api/v1/tags/q", {"segment": "nowhere"}).status, engine.admin("DELETE", "/api/v1/tags/q").status), (400, 404), "of a segment that is not there")
    equal(engine.admin("DELETE", "/api/v1/segments/frequent").json["code"], "in_use", "a segment that a tag follows stays")
    for body in ({"act": "add"}, {"act": "put", "userIds": ["mei"]}, {"act": "add", "userIds": [7]}, {"act": "add", "userIds": []}):
        equal(engine.admin("POST", "/api/v1/segments/gala/list", body).status, 400, f"refused: {body}")
    equal((engine.admin("POST", "/api/v1/segments/tagged/list", {"act": "add", "userIds": ["mei"]}).status,
           engine.admin("POST", "/api/v1/segments/nowhere/list", {"act": "add", "userIds": ["mei"]}).status), (409, 404), "nobody is put into a segment with an expression")
    all_right(engine, "after all that")


def a_list(engine):
    equal(engine.admin("PUT", "/api/v1/segments/invited", {"kind": "list", "title": "Invited"}).json["kind"], "list", "a list")
    send(engine, [viewed(f"guest{n}") for n in range(300)])
    told = engine.admin("POST", "/api/v1/segments/invited/list", {"act": "add", "userIds": [f"guest{n}" for n in range(300)] + ["guest7"]}).json
    check((told["added"], told["size"]) in ((300, 300), (301, 300)), "300 at once, one of them twice", told)
    again = engine.admin("POST", "/api/v1/segments/invited/list", {"act": "add", "userIds": ["guest1", "guest2"]}).json
    equal((again["added"], again["already"], again["size"]), (0, 2, 300), "who is on it stays on it")
    left = engine.admin("POST", "/api/v1/segments/invited/list", {"act": "remove", "userIds": ["guest1", "mei"]}).json
    equal((left["removed"], left["already"], left["size"]), (1, 1, 299), "one is taken off")
    equal(len(members(engine, "invited")), 299, "and the members are those")
    number = engine.admin("GET", "/api/v1/customers?q=guest2").json["items"][0]["id"]
    why = next(one for one in engine.admin("GET", f"/api/v1/customers/{number}/segments").json["items"] if one["name"] == "invited")
    equal((why["in"], why["clauses"][0]["words"][0]["tag"], why["clauses"][0]["words"][0]["source"]), (True, "invited", "list"), "why: he is on the list")
    check(why["clauses"][0]["words"][0]["since"] is not None, "since when")
    equal(engine.admin("DELETE", "/api/v1/segments/invited").status, 204, "a list is deleted")
    equal(engine.admin("PUT", "/api/v1/segments/invited", {"kind": "list"}).json["size"], 299, "and is as it was where it is made again")
    for turn in range(40): # often within one millisecond
        equal((engine.admin("DELETE", "/api/v1/segments/invited").status, engine.admin("PUT", "/api/v1/segments/invited", {"kind": "list"}).status), (204, 200), f"the later word counts, turn {turn}")


def the_command(engine):
    run = lambda *args, stdin=None: subprocess.run([kit.ZHUN, *args, "--data", engine.data], capture_output=True, text=True, timeout=120, check=False, input=stdin)
    equal(run("tag", "set", "mei", "cli tag", "--confidence", "0.5").returncode, 0, "zhun tag set")
    equal(tags(engine, "mei")["cli tag"]["confidence"], 0.5, "it is set")
    check("cli tag" in run("tag", "list", "mei").stdout and "cli tag" in run("tag", "list").stdout, "zhun tag list")
    equal((run("tag", "remove", "mei", "cli tag").returncode, "cli tag" in tags(engine, "mei")), (0, False), "zhun tag remove")
    equal(run("tag", "remove", "mei", "cli tag", "--by", "customer").returncode, 0, "zhun tag remove --by customer")
    equal((run("tag", "set", "mei", "cli tag").returncode, run("tag", "set", "nobody", "x").returncode, run("tag", "paint").returncode), (3, 3, 2), "what is wrong is said by the status")
    table = os.path.join(kit.folder(), "tags.csv")
    with open(table, "w", encoding="utf-8") as file:
        file.write("\ufeffTag,User ID,Confidence,Expires,Remove\r\n\"from, file\",mei,0.25,2199-01-01T00:00:00Z,\r\ncli tag,mei,,,\r\nx,who,,,\r\nvip,mei,,,true\r\n")
    told = run("tag", "import", table)
    check(told.stdout.startswith("1 set, 1 taken away, 1 passed over") and "who" in told.stderr, "zhun tag import", (told.stdout, told.stderr))
    equal((tags(engine, "mei")["from, file"]["confidence"], tags(engine, "mei")["from, file"]["source"]), (0.25, "import"), "what the file says")
    equal((run("tag", "follow", "fans", "tagged").returncode, run("tag", "unfollow", "fans").returncode, run("tag", "unfollow", "fans").returncode), (0, 0, 3), "zhun tag follow and unfollow")
    added = run("segment", "list-add", "cli_list", "-", "--title", "By hand", stdin="mei\nu1\nnobody\n")
    check(added.stdout.startswith("cli_list: 2 added") and "nobody" in added.stderr, "zhun segment list-add", (added.stdout, added.stderr))
    rows = subprocess.run([kit.ZHUN, "export", "--what", "segment:cli_list", "--data", engine.data], capture_output=True, text=True, timeout=120, check=False).stdout.split()
    equal(sorted(row.split(",")[1] for row in rows[1:]), ["mei", "u1"], "and its export")
    check(run("segment", "list-remove", "cli_list", "-", stdin="user_id,name\nu1,x\n").stdout.startswith("cli_list: 1 taken off"), "zhun segment list-remove")
    equal(members(engine, "cli_list"), ["mei"], "who is left")
    profile = run("profile", "mei")
    check("from, file" in profile.stdout, "zhun profile shows the tags", profile.stdout[:300])


for partitions in [1, 3]:
    engine = a_shop_lives(partitions)
    if partitions == 1:
        kit.prove(check_14_deleted_tag_stays_gone, engine)
        the_clock(engine)
        contradicted(engine)
        wrong_ones(engine)
        a_list(engine)
        the_command(engine)
        all_right(engine, "at the end")
        equal(engine.admin("POST", "/api/v1/check", {}).json["equal"], True, "check says equal at the end")
    engine.stop()
kit.finish()
