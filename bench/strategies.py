#!/usr/bin/env python3
"""What lists are made of, beside the truth of the simulated shop: is what goes with an item really what follows it, and is what
stands for an item of its kind?

usage: bench/strategies.py BUILD [SEED ...]    a fresh engine and the built-in shop each; default seeds 1 to 3
       DAYS=60 CUSTOMERS=1500                  the shop's size

Prints a JSON line a seed and placement over the items as the page's item, lists of 10: the share of places whose kind truly follows
the item's (`right`), of places that it follows instead (`wrong`: the direction is turned), of its own kind (`same`); the same of the
places that the placement's first stage filled (`stage …`), and those of pages that something truly follows (`led …`), with the places it filled there (`filled`). `us`: the
engine's own median for one answer, on a machine at whatever else it does.
The engine does not see the truth: which kinds follow which stands in the shop's file.
"""
import collections
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHOP = os.path.join(HERE, "sim/shops/default.json")
KEYS = {"ZHUN_WRITE_KEY": "wk_of_strategies", "ZHUN_SERVER_KEY": "sk_of_strategies", "ZHUN_ADMIN_PASSWORD": "correct horse battery", "ZHUN_ADMIN_TOKEN": "at_of_strategies"}
CODES = {"complements": ("goes_with",), "product_page": ("goes_with", "bought_together"), "substitutes": ("alternative",)}


def ask(port, path, body=None, key="ZHUN_SERVER_KEY"):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.request("POST" if body else "GET", path, json.dumps(body) if body else None, {"Authorization": "Bearer " + KEYS[key], "Content-Type": "application/json"})
    return json.loads(link.getresponse().read())


def measure(port, placement, items, follows):
    seen, stage, led = collections.Counter(), collections.Counter(), collections.Counter()
    took = []
    for item, kind in items.items():
        answer = ask(port, "/v1/recommend", {"placement": placement, "n": 10, "explain": True, "context": {"itemId": item}})
        took.append(answer["tookUs"])
        for one in answer["items"]:
            other = items.get(one["itemId"])
            what = "right" if (kind, other) in follows else "wrong" if (other, kind) in follows else "same" if kind == other else "else"
            seen[what] += 1
            if one["reason"]["code"] in CODES[placement]:
                stage[what] += 1
                stage["filled"] += any(kind == k for k, _ in follows)
                if any(kind == k for k, _ in follows):
                    led[what] += 1
    share = lambda counts: {k: round(counts[k] / max(1, sum(v for w, v in counts.items() if w != "filled")), 3) for k in ("right", "wrong", "same")}
    leads = sum(any(kind == k for k, _ in follows) for kind in items.values())
    return {**share(seen), **{"stage " + k: v for k, v in share(stage).items()}, **{"led " + k: v for k, v in share(led).items()}, "filled": round(stage["filled"] / max(1, leads), 2), "us": statistics.median(took)}


def run(build, seed):
    env = {key: value for key, value in os.environ.items() if not key.startswith("ZHUN")} | KEYS
    with open(SHOP, encoding="utf-8") as file:
        told = json.load(file)
    category = {one["name"]: one["category"] for one in told["types"]}
    follows = {(category[one["from"]], category[one["to"]]) for one in told["complements"]}
    with tempfile.TemporaryDirectory() as folder:
        engine = subprocess.Popen([f"{build}/zhun", "serve", "--data", os.path.join(folder, "data"), "--listen", "127.0.0.1:0"],
                                  env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            port = int(next(found.group(1) for line in engine.stderr if (found := re.search(r'"serve.ready".*"port":(\d+)', line))))
            threading.Thread(target=engine.stderr.read, daemon=True).start()
            out = subprocess.run([f"{build}/zhun-sim", "--to", f"http://127.0.0.1:{port}", "--key", KEYS["ZHUN_WRITE_KEY"] + "," + KEYS["ZHUN_SERVER_KEY"], "--shop", SHOP, "--seed", str(seed),
                                  "--customers", os.environ.get("CUSTOMERS", "1500"), "--days", os.environ.get("DAYS", "60"), "--json"],
                                 check=True, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            gain = {one["policy"]: one["marginCentsPerVisit"] for one in json.loads(out.strip().splitlines()[-1])["differences"]}
            items, after = {}, ""
            while after is not None:
                page = ask(port, "/api/v1/items?limit=200" + (f"&cursor={after}" if after else ""), key="ZHUN_ADMIN_TOKEN")
                items.update({one["itemId"]: one["category"] for one in page["items"]})
                after = page["next"]
            print(json.dumps({"bench": "strategies", "seed": seed, "margin": {k: round(gain["engine"][k], 2) for k in ("value", "low", "high")}, "oracle": round(gain["oracle"]["value"], 2)}), flush=True)
            views = {one["view"]: one["bytes"] for one in ask(port, "/api/v1/system", key="ZHUN_ADMIN_TOKEN")["memory"]}
            there = {one["id"] for one in ask(port, "/api/v1/placements", key="ZHUN_ADMIN_TOKEN")["items"]}
            for placement in CODES:
                if placement in there:
                    print(json.dumps({"bench": "strategies", "seed": seed, "placement": placement, "items": len(items), **measure(port, placement, items, follows)}), flush=True)
            print(json.dumps({"bench": "strategies", "seed": seed, "bytes an item": {k: round(v / len(items)) for k, v in views.items() if k in ("cocount", "sequels")}}), flush=True)
        finally:
            engine.terminate()
            engine.wait()


for number in [int(text) for text in sys.argv[2:]] or [1, 2, 3]:
    run(sys.argv[1], number)
