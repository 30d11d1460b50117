#!/usr/bin/env python3
"""Knowing customers, measured from outside: what kept segments cost while events come in, how fast memberships follow, what a customer takes of
memory, how long a preview and a profile take. DuckDB answers the same preview in the same run.

usage: bench/know.py BUILD [--customers N] [--events N] [--segments N] [--folder F] [--seconds S] [--seed N]
(1,000,000, 50,000,000, 1,000; the folder is on the disk that is to be measured). Prints JSON lines.

Events are of the last 100 days, oldest first, each of a customer by chance: a view, an addition to the cart or an order of one of 20,000 items
in 60 categories and 300 brands. Of 100 segments 60 look at time windows. DuckDB (npm @duckdb/node-api, installed in a temporary folder) has
the same events, as a raw table and counted by customer, day, name and category; both previews are medians of five, warm, with two threads.
"""
import argparse
import http.client
import json
import multiprocessing
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from collect import threads  # noqa: E402
from serve import SERVER, TOKEN, WRITE, Engine, clean_environment, load, result, show  # noqa: E402

DAY_MS, SPAN_DAYS, BATCH, SENDERS = 86_400_000, 100, 400, 2
CATEGORIES, BRANDS, ITEMS = 60, 300, 20_000
NAMES = ["Product Viewed", "Product Viewed", "Product Viewed", "Product Added", "Order Completed"]
WINDOWS = [1, 3, 7, 14, 30, 60]
PROBES, WAIT_S = 200, 10.0
ZHUN_ASKS = "customer.events('Product Viewed').where(e, e.category == 'c7').count(days(7)) >= 1 && customer.events('Order Completed').count(days(30)) == 0"
RAW_ASKS = """select count(*) from (select customer, count(*) filter (name = 'Product Viewed') as viewed, count(*) filter (name = 'Order Completed') as ordered
 from events where (name = 'Product Viewed' and category = 'c7' and ms > {now} - 7::bigint * 86400000) or (name = 'Order Completed' and ms > {now} - 30::bigint * 86400000)
 group by customer having viewed >= 1 and ordered = 0)"""
DAYS_ASK = """select count(*) from (select customer, sum(n) filter (name = 'Product Viewed') as viewed, sum(n) filter (name = 'Order Completed') as ordered
 from days where (name = 'Product Viewed' and category = 'c7' and day > {now} // 86400000 - 7) or (name = 'Order Completed' and day > {now} // 86400000 - 30)
 group by customer having viewed >= 1 and ordered is null)"""
JUDGE = """
const { DuckDBInstance } = require('@duckdb/node-api');
(async () => {
  const [csv, now, raw, days] = process.argv.slice(2);
  const db = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  await db.run(`create table events as select * from read_csv('${csv}/*.csv', header = false, columns = {'customer': 'UINTEGER', 'ms': 'BIGINT', 'name': 'VARCHAR', 'category': 'VARCHAR', 'brand': 'VARCHAR', 'item': 'VARCHAR', 'price': 'INTEGER'}) order by ms`);
  await db.run('create table days as select customer, ms // 86400000 as day, name, category, count(*)::uinteger n from events group by all order by day');
  for (const [what, query] of [['raw', raw], ['days', days]]) {
    const took = [];
    let found;
    for (let i = 0; i < 6; i++) {
      const began = process.hrtime.bigint();
      found = (await db.runAndReadAll(query.replaceAll('{now}', now))).getRows()[0][0];
      if (i > 0) took.push(Number(process.hrtime.bigint() - began) / 1e6);
    }
    console.log(JSON.stringify({ what, matching: Number(found), ms: took.sort((a, b) => a - b)[2] }));
  }
})();
"""


def segment(i):
    """As bench/segments_bench.c: a tenth each of ten kinds, six of them timed."""
    days, category, brand, n = WINDOWS[i // 10 % 6], i * 7 % CATEGORIES, i * 13 % BRANDS, 1 + i % 3
    viewed, added, ordered = (f"customer.events('{name}').where(e, " for name in ("Product Viewed", "Product Added", "Order Completed"))
    return [f"{viewed}e.category == 'c{category}').count(days({days})) >= {n}", f"{added}e.brand == 'b{brand}').count(days({days})) >= {n}",
            f"{viewed}e.category == 'c{category}').count(days({days})) >= 2 && !customer.did('Order Completed', days(14))",
            f"{ordered}e.category == 'c{category}').sum(days({days})) > {20 * n}.0",
            f"{viewed}e.category in ['c{category}', 'c{(category + 1) % CATEGORIES}'] && e.price > 40.0).count(days({days})) >= {n}",
            f"{added}e.category == 'c{category}').not_followed_by('Order Completed', days(2)).count(days({days + 2})) > 0",
            f"customer.traits.city == 'c{category}'", f"{ordered}e.category == 'c{category}').count() >= {n}",
            f"{viewed}e.brand == 'b{brand}').count() >= {n} && customer.consent.email", f"{viewed}e.item_id == 'i{i * 11 % ITEMS}').count() >= 1"][i % 10]


def send(number, url, o, began_ms, csv):
    """Every SENDERS-th batch, to the engine and into the file for DuckDB."""
    dice = random.Random(o.seed * 100 + number)
    host, port = url.split("//")[1].split(":")
    connection = http.client.HTTPConnection(host, int(port))
    from base64 import b64encode
    headers = {"Content-Type": "application/json", "Authorization": "Basic " + b64encode((WRITE + ":").encode()).decode()}
    with open(os.path.join(csv, f"{number}.csv"), "w", encoding="utf-8") as file:
        for first in range(number * BATCH, o.events, SENDERS * BATCH):
            events, rows = [], []
            for i in range(first, min(first + BATCH, o.events)):
                customer, item = int(dice.random() * o.customers) + 1, int(dice.random() * ITEMS)
                at, name = began_ms + SPAN_DAYS * DAY_MS * i // o.events, NAMES[int(dice.random() * 5)]
                category, brand, price = item % CATEGORIES, item * 7 % BRANDS, int(dice.random() * 9000)
                product = f'"product_id":"i{item}","category":"c{category}","brand":"b{brand}","price":{price / 100},"quantity":1'
                properties = f'{{"order_id":"o{i}","currency":"CNY","products":[{{{product}}}]}}' if name == "Order Completed" else f'{{{product}}}'
                stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000)) + f".{at % 1000:03d}Z"
                events.append(f'{{"type":"track","event":"{name}","messageId":"m{o.seed}-{i}","userId":"u{customer}","timestamp":"{stamp}","properties":{properties}}}')
                rows.append(f"{customer},{at},{name},c{category},b{brand},i{item},{price}\n")
            file.writelines(rows)
            body = f'{{"batch":[{",".join(events)}]}}'
            while True:
                connection.request("POST", "/v1/batch", body, headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    break
                if answer.status not in (429, 503):
                    raise SystemExit(f"bench/know.py: a batch was answered with {answer.status}")
                time.sleep(0.2)


def call(engine, method, path, body=None, key=TOKEN):
    request = urllib.request.Request(engine.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json", "Authorization": "Bearer " + key})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def ingest(engine, o, csv):
    before, began, by_thread = engine.cpu_s(), time.monotonic(), threads(engine.process.pid)
    began_ms = int(time.time() * 1000) - SPAN_DAYS * DAY_MS
    senders = [multiprocessing.Process(target=send, args=(i, engine.url, o, began_ms, csv)) for i in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    if any(sender.exitcode for sender in senders):
        raise SystemExit("bench/know.py: a sender failed")
    engine.catch_up()
    took, spent = time.monotonic() - began, engine.cpu_s() - before
    after = threads(engine.process.pid)
    show(bench="ingest", customers=o.customers, events=o.events, segments=o.segments, events_per_s=o.events / took, cpu_us_an_event=spent * 1e6 / o.events,
         fold_us_an_event=(after.get("zhun-fold", 0) - by_thread.get("zhun-fold", 0)) * 1e6 / o.events, resident_bytes_a_customer=engine.resident() / o.customers)


def follow(engine):
    """How long until an event shows in a membership, and how late the clock ends one."""
    call(engine, "PUT", "/api/v1/segments/probe", {"expression": "customer.did('Probe', minutes(1))"})
    took, probes = [], []
    for i in range(PROBES):
        user, at = f"probe{i}-{os.getpid()}", time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03d}Z"
        began = time.monotonic()
        call(engine, "POST", "/v1/batch", {"batch": [{"type": "track", "event": "Probe", "messageId": user, "userId": user, "timestamp": stamp}]}, WRITE)
        while not is_in(engine, user) and time.monotonic() - began < WAIT_S:
            time.sleep(0.001)
        took.append((time.monotonic() - began) * 1000)
        probes.append((user, at))
        time.sleep(0.02)
    late = []
    for user, at in probes:
        time.sleep(max(0, int(at * 1000) / 1000 + 60 - time.time()))
        while is_in(engine, user):
            time.sleep(0.001)
        late.append((time.time() - at - 60) * 1000)
    show(bench="membership", probes=PROBES, p50_ms=statistics.median(took), p99_ms=sorted(took)[PROBES * 99 // 100 - 1], exit_late_p50_ms=statistics.median(late),
         exit_late_max_ms=max(late))


def is_in(engine, user):
    try:
        return "probe" in call(engine, "GET", f"/v1/profiles/{user}", key=SERVER).get("segments", [])
    except urllib.error.HTTPError:
        return False


def preview(engine, o, csv, folder):
    took, got = [], None
    for _ in range(6):
        began = time.monotonic()
        got = call(engine, "POST", "/api/v1/segments/preview", {"expression": ZHUN_ASKS, "limit": 1})
        took.append((time.monotonic() - began) * 1000)
    mine = statistics.median(took[1:])
    now_ms = int(time.time() * 1000)
    show(bench="preview", customers=o.customers, events=o.events, ms=mine, first_ms=took[0], matching=got.get("matching"), asked=got.get("asked"))
    script = os.path.join(folder, "judge.js")
    with open(script, "w", encoding="utf-8") as file:
        file.write(JUDGE)
    installed = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "@duckdb/node-api"], cwd=folder, capture_output=True, text=True, check=False)
    if installed.returncode != 0:
        show(bench="preview_duckdb", skipped="npm install @duckdb/node-api failed", why=installed.stderr[-200:])
        return
    out = subprocess.run(["node", script, csv, str(now_ms), RAW_ASKS, DAYS_ASK], cwd=folder, capture_output=True, text=True, env=clean_environment(), check=False)
    for line in out.stdout.split("\n"):
        if line.startswith("{"):
            one = json.loads(line)
            show(bench="preview_duckdb", table=one["what"], ms=one["ms"], matching=one["matching"], times_as_fast=one["ms"] / mine)
    if out.returncode != 0:
        show(bench="preview_duckdb", skipped="it failed", why=out.stderr[-400:])


def profile(engine, generator, o):
    for connections in (1, 4, 16):
        got = result(load(generator, "get", engine, "--key", SERVER, "--path", "/v1/profiles/u7", "--connections", str(connections), "--seconds", str(o.seconds)))
        show(bench="profile_read", connections=connections, requests_per_s=got["requests_per_s"], p50_ms=got["p50_ms"], p99_ms=got["p99_ms"], errors=got["errors"])


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: ").split("\n")[0])
    parser.add_argument("build")
    for name, value in (("customers", 1_000_000), ("events", 50_000_000), ("segments", 1000), ("seconds", 5), ("seed", 1)):
        parser.add_argument("--" + name, type=int, default=value)
    parser.add_argument("--folder", default=tempfile.gettempdir())
    o = parser.parse_args()
    build = os.path.abspath(o.build)
    generator = os.environ.get("ZHUN_LOAD", os.path.join(build, "src", "sys", "zhun-load"))
    folder = tempfile.mkdtemp(prefix="know-", dir=o.folder)
    csv = os.path.join(folder, "csv")
    os.mkdir(csv)
    engine = Engine(os.environ.get("ZHUN", os.path.join(build, "zhun")), folder)
    try:
        began = time.monotonic()
        for i in range(o.segments):
            call(engine, "PUT", f"/api/v1/segments/s{i}", {"expression": segment(i)})
        show(bench="define", segments=o.segments, ms_each=(time.monotonic() - began) * 1000 / max(o.segments, 1))
        ingest(engine, o, csv)
        preview(engine, o, csv, folder)
        profile(engine, generator, o)
        follow(engine)
    finally:
        engine.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
