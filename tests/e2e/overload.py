#!/usr/bin/env python3
"""Too much, too slow, too many, and what is meant to confuse: the others are answered, and nothing is lost.

No bound of time here is near what an idle machine needs; what is asserted is who is answered at all, and in which order.
"""
import concurrent.futures
import json
import resource
import socket
import threading
import time

import kit
from kit import WRITE, check, dump, equal, gz

IDLE = 10_000  # connections that say nothing


def track(user, message_id, **more):
    return {"type": "track", "userId": user, "event": "Product Viewed", "messageId": message_id, **more}


def batch(user, first, count, bytes_each=600):
    return {"batch": [track(user, f"{user}-{first + i}", properties={"text": "x" * bytes_each}) for i in range(count)]}


def answers(engine, what):
    """A normal client is served: stores an event, reads it back, asks for a list."""
    answers.n += 1
    one = track("normal", f"normal-{answers.n}")
    answer = engine.collect("track", one)
    check(answer.status == 200 and answer.json["accepted"] == 1, f"{what}: an event is taken", answer)
    equal(engine.serve("GET", "/v1/recommend/home?n=1").status, 200, f"{what}: a recommendation")
    equal(engine.ask("GET", "/readyz").status, 200, f"{what}: ready")


answers.n = 0


def source(engine, name):
    made = engine.admin("POST", "/api/v1/keys", {"kind": "write", "name": f"key of {name}", "source": name})
    equal(made.status, 201, f"a key of {name}")
    number = next(s["id"] for s in engine.admin("GET", "/api/v1/sources").json["items"] if s["name"] == name)
    return made.json["key"], number


# ---- connections ----


def connect(port, count):
    """So many connections, as far as they are let in."""
    links = []
    for _ in range(count):
        link = socket.socket()
        link.setblocking(False)
        link.connect_ex(("127.0.0.1", port))
        links.append(link)
        if len(links) % 500 == 0:
            time.sleep(0.05)  # the kernel's own queue of newcomers is finite
    return links


def idle(engine):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    want = IDLE + 1000
    if hard < want:
        kit.say(f"idle connections: skipped: this machine allows {hard} open files, {want} are needed")
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, want), hard))
    links = connect(engine.port, IDLE)
    answers(engine, f"{IDLE} idle connections")
    for link in links[:100]:  # some begin to speak, and stop
        try:
            link.setblocking(True)
            link.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Le")
        except OSError:
            pass
    answers(engine, "half-spoken requests among them")
    more = connect(engine.port, min(IDLE, hard - want))  # more than there are places for: who is silent makes room
    answers(engine, f"{len(links) + len(more)} idle connections")
    rss = rss_mib(engine)
    check(rss < 1024, "memory is bounded", f"{rss} MiB")
    kit.say(f"{len(links) + len(more)} idle connections: {rss} MiB resident")
    for link in links + more:
        link.close()
    answers(engine, "they are gone")


def rss_mib(engine):
    with open(f"/proc/{engine.process.pid}/status", encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("VmRSS")).split()[1]) // 1024


def check_23_slow_clients(engine):
    """Headers and bodies byte by byte, and answers nobody reads."""
    parts = (b"GET /v1/profiles/x HTTP/1.1\r\nHost: x\r\nX-", b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n{",
             b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"ba")
    links = []
    for i in range(300):
        link = socket.create_connection(("127.0.0.1", engine.port))
        link.sendall(parts[i % 3])
        links.append(link)
    deaf = []
    for _ in range(50):  # the OpenAPI text again and again, and never a read
        link = socket.create_connection(("127.0.0.1", engine.port))
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.setblocking(False)
        try:
            link.send(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 200)
        except OSError:
            pass
        deaf.append(link)
    for turn in range(5):
        for link in links:
            try:
                link.sendall(b"a")
            except OSError:
                pass
        answers(engine, f"350 slow clients, turn {turn}")
    for link in links + deaf:
        link.close()
    answers(engine, "slow clients are gone")


def bodies(engine):
    """Unfinished bodies fill what there is for them: others are told to come again, and soon there is room."""
    held = []
    for _ in range(300):
        link = socket.create_connection(("127.0.0.1", engine.port))
        link.settimeout(20)
        try:
            link.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 1048000\r\n\r\n" + b" " * 1_047_000)
        except OSError:
            pass
        held.append(link)
    end = time.monotonic() + 55  # a slow body is cut after 60 s anyway; where room is short, much sooner
    status = None
    while time.monotonic() < end and status != 200:
        status = engine.collect("track", track("normal", "bodies", properties={"x": "x" * 30000})).status
        if not check(status in (200, 429), "a body is taken, or asked for again", status):
            break
        time.sleep(0.2)
    equal(status, 200, "there is room again while they still hold on")
    for link in held:
        link.close()


# ---- what is meant to confuse ----


def check_23_smuggling(engine):
    second = b"GET /v1/profiles/normal HTTP/1.1\r\nHost: x\r\n\r\n"
    for what, head in (("length beside encoding", b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"), ("encoding beside length", b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"),
                       ("two lengths", b"Content-Length: 4\r\nContent-Length: 60\r\n"), ("two equal lengths", b"Content-Length: 4\r\nContent-Length: 4\r\n"),
                       ("a length with a sign", b"Content-Length: +4\r\n"), ("a list of lengths", b"Content-Length: 4, 4\r\n"),
                       ("an unknown encoding", b"Transfer-Encoding: xchunked\r\n"), ("two encodings", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
                       ("a folded encoding", b"Transfer-Encoding:\r\n chunked\r\n"), ("a blank before the colon", b"Transfer-Encoding : chunked\r\n")):
        got = engine.raw(b"POST /v1/track HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n0\r\n\r\n" + second)
        check(got.split(b" ")[1:2] and got.split(b" ")[1][:1] in (b"4", b"5"), f"{what}: refused", got[:200])
        check(b" 401 " not in got and b"unauthorized" not in got, f"{what}: what follows is not taken for a request", got[:400])
    answers(engine, "smuggled requests")


def check_23_deep_and_packed(engine):
    bomb = gz(b'{"batch":[' + b" " * (60 << 20))  # 60 MiB in 60 KB
    sa = b"data_list=" + kit.base64.b64encode(bomb).replace(b"+", b"%2B").replace(b"=", b"%3D") + b"&gzip=1"
    def send(i):
        if i % 2 == 0:
            return engine.ask("POST", "/v1/batch", bomb, headers={"Content-Encoding": "gzip"}, auth=kit.basic(WRITE)).status
        return engine.ask("POST", "/sa?project=default", sa, headers={"Content-Type": "application/x-www-form-urlencoded"}).status
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        got = set(pool.map(send, range(64)))
    check(got <= {200, 400, 429, 503}, "bombs are refused", got)
    check(rss_mib(engine) < 1024, "and do not unfold in memory", f"{rss_mib(engine)} MiB")
    for what, body in (("a body of 3 MiB", b" " * (3 << 20)), ("a million commas", b'{"batch":[' + b"," * 400_000)):
        check(engine.collect("batch", body).status in (400, 413), f"{what} is refused")
    answer = engine.collect("batch", b'{"batch":' + b"[" * 200_000 + b"]" * 200_000 + b"}")
    check(answer.status == 200 and (answer.json["accepted"], answer.json["rejected"]) == (0, 1), "deep nesting is one dead letter", answer)
    answers(engine, "bombs")


# ---- limits, and a source that floods ----


def limits(engine):
    key, number = source(engine, "limited")
    for body, field in (({"eventsPerSecond": 0}, "eventsPerSecond"), ({"eventsPerSecond": "x"}, "eventsPerSecond"), ({"eventsPerSecond": 5, "burst": -1}, "burst"), ({"eventsPerSecond": 10**9}, "eventsPerSecond")):
        answer = engine.admin("PUT", f"/api/v1/sources/{number}/limit", body)
        equal((answer.status, answer.json.get("field")), (400, field), f"{body} is refused")
    equal(engine.admin("PUT", "/api/v1/sources/999/limit", {"eventsPerSecond": 5}).status, 404, "no such source")
    equal(engine.admin("PUT", f"/api/v1/sources/{number}/limit", {"eventsPerSecond": 1, "burst": 20}).status, 204, "a limit")
    seen = lambda: next(s["limit"] for s in engine.admin("GET", "/api/v1/sources").json["items"] if s["id"] == number)
    equal(seen(), {"eventsPerSecond": 1, "burst": 20}, "it is shown")
    auth = kit.basic(key)
    equal(engine.collect("batch", batch("lim", 0, 320), auth=auth).status, 200, "more than the bucket holds goes through once")
    answer = engine.collect("batch", batch("lim", 400, 1), auth=auth)
    check(answer.status == 429 and answer.json["code"] == "rate_limited", "then it is 429", answer)
    wait = int(answer.header("Retry-After"))
    check(200 <= wait <= 300 and answer.header("X-RateLimit-Reset") == str(wait), "with the seconds the debt takes", answer.headers)
    sa = "data=" + kit.base64.b64encode(dump({"type": "track", "event": "E", "distinct_id": "lim", "time": kit.now_ms(), "properties": {}})).decode().replace("+", "%2B").replace("=", "%3D")
    answer = engine.ask("POST", f"/sa?project=limited&token={key}", sa)
    check(answer.status == 503 and int(answer.header("Retry-After")) >= 200, "Sensors' paths say 503: its SDK keeps the queue", answer)
    equal(engine.ask("GET", f"/sa.gif?project=limited&token={key}&{sa}").status, 503, "by GET too")
    equal(engine.ask("GET", f"/v1/pixel/track?userId=lim&event=E&writeKey={key}").status, 200, "a pixel is an image whatever happens")
    answers(engine, "another source at its limit")
    equal(engine.metric("zhun_requests_limited_total", source=number), 4, "each is counted")
    engine.restart()
    equal(seen(), {"eventsPerSecond": 1, "burst": 20}, "the limit is there after a restart")
    equal(engine.collect("batch", batch("lim", 500, 30), auth=auth).status, 200, "with a full bucket")
    equal(engine.collect("batch", batch("lim", 600, 1), auth=auth).status, 429, "and no more")
    equal(engine.admin("PUT", f"/api/v1/sources/{number}/limit", {"eventsPerSecond": None}).status, 204, "it is taken away")
    equal((seen(), engine.collect("batch", batch("lim", 600, 1), auth=auth).status), (None, 200), "and the source is free")
    stored = [e["messageId"] for e in engine.export() if e.get("userId") == "lim"]
    equal(sorted(stored), sorted([f"lim-{i}" for i in range(320)] + [f"lim-{500 + i}" for i in range(30)] + ["lim-600"]), "what was acked is stored, what was refused is not")


def starving(engine):
    """One source floods with all it has; another's events go on being taken, and none is refused."""
    keys = {name: source(engine, name)[0] for name in ("flood", "quiet")}
    stop, sent, statuses = threading.Event(), [], set()
    text = dump(batch("flood", 0, 400, 1000))

    def flood(worker):
        number = 0
        link = kit.http.client.HTTPConnection("127.0.0.1", engine.port, timeout=60)
        while not stop.is_set():
            number += 1
            body = text.replace(b'"messageId":"flood-', b'"messageId":"f%d-%d-' % (worker, number))
            link.request("POST", "/v1/batch", body=body, headers={"Authorization": kit.basic(keys["flood"])})
            answer = link.getresponse()
            read = json.loads(answer.read())
            statuses.add(answer.status)
            if answer.status == 200:
                sent.append(read["accepted"])
        link.close()

    workers = [threading.Thread(target=flood, args=(i,)) for i in range(24)]
    for worker in workers:
        worker.start()
    while sum(sent) < 4000:
        time.sleep(0.05)
    refused = []
    for i in range(60):
        answer = engine.collect("track", track("quiet", f"quiet-{i}"), auth=kit.basic(keys["quiet"]))
        if answer.status != 200:
            refused.append(answer.status)
    stop.set()
    for worker in workers:
        worker.join()
    equal(refused, [], "the quiet source is never refused")
    check(statuses <= {200, 429}, "the flood is taken or told to wait", statuses)
    got = engine.events("quiet")
    equal(len({e["messageId"] for e in got}), 60, "all of the quiet source is there")
    equal(engine.metric("zhun_events_accepted_total", source="3") + engine.metric("zhun_events_accepted_total", source="2") > 0, True, "both are counted")
    kit.say(f"flood: {sum(sent)} events taken meanwhile, answers {sorted(statuses)}")


def main():
    engine = kit.Engine()
    answers(engine, "at the start")
    for part in (check_23_smuggling, check_23_deep_and_packed, check_23_slow_clients, limits, starving, bodies, idle):
        kit.prove(part, engine)
    engine.sync()
    engine.is_equal("after all of it")
    equal(engine.stop(), 0, "it stops well")
    kit.finish()


main()
