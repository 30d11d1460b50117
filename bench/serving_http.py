#!/usr/bin/env python3
"""Lists of a large shop over HTTP: what one costs the engine, how many a second one core answers, and how soon a click changes the list.

usage: bench/serving_http.py BUILD [--customers 100000] [--items 100000] [--seconds 8] [--rounds 5] [--folder F] [--keep]
       bench/serving_http.py BUILD --customers 1000000     the size of issue 7

Prints JSON lines. The shop: item k is looked at by Zipf's law; a customer has three kinds of 500 to which six in ten of his looks go, two sittings
of two looks, and one order of two items. It is made by a seed, brought in by `zhun import`, and serves the built-in home and product pages, then
the same with rules, a cap and the dial of diversity. Every answer is explained and every decision is written to the log.
With two cores the engine has the first and the generator the second. The engine's processor time a request (user and system, of all its threads) is
the figure that a busy machine moves least; rates and latencies are told beside those of /healthz in the same round. The median of the rounds.
"""
import argparse
import bisect
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import serve

KINDS, CLICKS = 500, 100
MASK = (1 << 64) - 1
RULES = {"stages": ["history", "taste", "popular", "trending", "new"], "strategy": "personal", "hideBoughtDays": 7, "dials": {"diversity": 0.3},
         "rules": [{"kind": "exclude", "item": "item.attributes.colour == 'none'"}, {"kind": "boost", "item": "item.brand == 'brand3'", "factor": 1.2},
                   {"kind": "stock", "least": 2}, {"kind": "price", "fromCents": 100, "toCents": 1000000}, {"kind": "cap", "by": "brand", "most": 4}]}


def mix64(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def customer_id(number):
    """The userId that bench/load.c asks for: a UUID of version 4."""
    high, low = mix64(number * 256 + ord("u")), mix64(~(number * 256 + ord("u")) & MASK)
    high, low = high & ~0xF000 | 0x4000, low & ~(3 << 62) | 2 << 62
    text = f"{high:016x}{low:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def zipf(count):
    sums, total = [], 0.0
    for k in range(count):
        total += 1 / (k + 1)
        sums.append(total)
    return sums


def write_catalog(path, items):
    with open(path, "w", encoding="utf-8") as out:
        out.write("item_id,title,category,brand,price,currency,stock,attributes.colour\n")
        for k in range(items):
            out.write(f"p{k},Thing {k * 7919 % items} of kind {k % KINDS},kind{k % KINDS},brand{k % 97},{5 + k % 200}.00,USD,{1 + k % 50},{('red', 'blue', 'green')[k % 3]}\n")


def write_events(path, customers, items):
    rng, all_items, own_items = random.Random(1), zipf(items), zipf(max(items // KINDS, 1))
    now = int(time.time())

    def draw(own):
        if rng.random() < 0.6:
            return own[rng.randrange(3)] + KINDS * bisect.bisect(own_items, rng.random() * own_items[-1])
        return bisect.bisect(all_items, rng.random() * all_items[-1])

    with open(path, "w", encoding="utf-8") as out:
        for number in range(customers):
            who, own = customer_id(number), [rng.randrange(KINDS) for _ in range(3)]
            for sitting in range(2):
                at = now - 3600 - rng.randrange(30 * 86400)
                for look in range(2):
                    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at + 60 * look))
                    out.write(f'{{"type":"track","event":"Product Viewed","messageId":"v{number}-{sitting}{look}","userId":"{who}","timestamp":"{stamp}Z","properties":{{"product_id":"p{draw(own)}"}}}}\n')
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at + 600))
            out.write(f'{{"type":"track","event":"Order Completed","messageId":"o{number}","userId":"{who}","timestamp":"{stamp}Z","properties":{{"order_id":"o{number}","currency":"USD",'
                      f'"products":[{{"product_id":"p{draw(own)}","price":9,"quantity":1}},{{"product_id":"p{draw(own)}","price":9,"quantity":1}}]}}}}\n')


def bring(zhun, data, form, path):
    subprocess.run([zhun, "import", "--data", data, "--format", form, "--json", path], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=serve.clean_environment())


def prepare(zhun, folder, customers, items):
    data = os.path.join(folder, "data")
    if os.path.exists(data):
        return
    began = time.monotonic()
    for form, name, write in (("catalog-csv", "items.csv", lambda path: write_catalog(path, items)), ("segment", "events.jsonl", lambda path: write_events(path, customers, items))):
        path = os.path.join(folder, name)
        write(path)
        bring(zhun, data, form, path)
        os.remove(path)
    serve.show(bench="serving_http_import", customers=customers, items=items, seconds=time.monotonic() - began)


def ask(engine, method, path, body=None, key=serve.TOKEN):
    request = urllib.request.Request(engine.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                     headers={"Authorization": "Bearer " + key, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or "null")  # a deletion says nothing


def split_cores(engine):
    """The engine on the first core, this process and what it starts on the second."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        return 1
    for thread in os.listdir(f"/proc/{engine.process.pid}/task"):
        os.sched_setaffinity(int(thread), {cores[0]})
    os.sched_setaffinity(0, {cores[1]})
    return 2


def lists(generator, engine, name, args):
    rows = []
    for turn in range(args.rounds):
        bare = serve.result(serve.load(generator, "get", engine, "--path", "/healthz", "--connections", "16", "--seconds", "2"))
        before = engine.cpu_s()
        got = serve.result(serve.load(generator, "recommend", engine, "--key", serve.SERVER, "--connections", "16", "--seconds", str(args.seconds), "--customers", str(args.customers),
                                      "--items", str(args.items), "--seed", str(turn + 1)))
        spent = engine.cpu_s() - before
        rows.append({"cpu_us_a_request": spent * 1e6 / max(got["requests_per_s"] * got["seconds"], 1), "requests_per_s": got["requests_per_s"], "p50_ms": got["p50_ms"], "p99_ms": got["p99_ms"],
                     "healthz_requests_per_s": bare["requests_per_s"], "healthz_p99_ms": bare["p99_ms"], "errors": got["errors"] + got["busy"]})
    serve.show(bench=name, rounds=args.rounds, **{key: statistics.median(row[key] for row in rows) for key in rows[0]})


def forget_rules(engine):
    for place in ("home", "product_page"):
        try:
            ask(engine, "DELETE", f"/api/v1/placements/{place}")
        except urllib.error.HTTPError as e:
            if e.code != 404:
                raise


def clicks(engine):
    """From sending a click on the last item of a list to the first list that differs by it: what a shop sees that asks again with the next page. A click that
    changes nothing within half a second is not among the times: it changed nothing in ten items."""
    took = []
    for turn in range(CLICKS):
        who, now = customer_id(turn), time.time()
        body = {"placement": "home", "userId": who, "n": 10}
        before = [one["itemId"] for one in ask(engine, "POST", "/v1/recommend", body, serve.SERVER)["items"]]
        click = {"type": "track", "event": "Product Viewed", "messageId": f"c{turn}-{now}", "userId": who, "properties": {"product_id": before[-1]}}
        began = time.monotonic()
        ask(engine, "POST", "/v1/track", click, serve.WRITE)
        while time.monotonic() < began + 0.5:
            if [one["itemId"] for one in ask(engine, "POST", "/v1/recommend", body, serve.SERVER)["items"]] != before:
                took.append((time.monotonic() - began) * 1e3)
                break
    took.sort()
    serve.show(bench="click_to_list", clicks=CLICKS, changed=len(took), p50_ms=took[len(took) // 2], p99_ms=took[int(len(took) * 0.99)])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("build")
    for name, given in (("customers", 100000), ("items", 100000), ("seconds", 8), ("rounds", 5)):
        options.add_argument("--" + name, type=int, default=given)
    options.add_argument("--folder")
    options.add_argument("--keep", action="store_true")
    args = options.parse_args()
    zhun = os.environ.get("ZHUN", os.path.join(args.build, "zhun"))
    generator = os.environ.get("ZHUN_LOAD", os.path.join(args.build, "src", "sys", "zhun-load"))
    folder = args.folder or tempfile.mkdtemp(prefix="serving-")
    os.makedirs(folder, exist_ok=True)
    engine = None
    try:
        prepare(zhun, folder, args.customers, args.items)
        engine = serve.Engine(zhun, folder)
        engine.catch_up()
        serve.show(bench="serving_http_ready", customers=args.customers, items=args.items, cores=split_cores(engine), resident_mb=engine.resident() // (1 << 20))
        forget_rules(engine)
        lists(generator, engine, "lists", args)
        for place in ("home", "product_page"):
            ask(engine, "PUT", f"/api/v1/placements/{place}", {**RULES, "stages": ["context" if place == "product_page" else "history", *RULES["stages"][1:]]})
        lists(generator, engine, "lists_with_rules", args)
        forget_rules(engine)
        clicks(engine)
    except urllib.error.HTTPError as e:
        raise SystemExit(f"bench/serving_http.py: {e.url}: {e.code}: {e.read().decode()}") from e
    finally:
        if engine is not None:
            engine.stop()
        if not args.keep and args.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
