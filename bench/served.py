#!/usr/bin/env python3
"""What a learnt recommender brings beside live counts: the same shop, customers and luck, once without and once with a table that is learnt every few days.

    python3 bench/served.py BUILD [SEEDS] [MODEL ...]        seeds as 1,2,3; models as ease, slist, itemknn, rp3beta, gfcf, none

Each line is a run of zhun-sim: the margin a visit above that of the most popular, and the share of what the oracle would bring. The table is learnt first on the day FIRST,
then every EVERY days, on all orders so far.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

KEYS = {"ZHUN_WRITE_KEY": "wk_bench", "ZHUN_SERVER_KEY": "sk_bench", "ZHUN_ADMIN_TOKEN": "at_bench_of_the_serving"}
FIRST, EVERY = 5, 5


def ask(port, method, path, body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method, data=None if body is None else json.dumps(body).encode(),
                                     headers={"Authorization": "Bearer " + KEYS["ZHUN_ADMIN_TOKEN"], "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def learn(port, model):
    ask(port, "POST", "/api/v1/models/train", {"model": model, "deploy": True, "anyway": True})
    while (got := ask(port, "GET", "/api/v1/models"))["learning"]:
        time.sleep(0.05)
    return got


def measure(build, seed, model, more):
    env = {key: value for key, value in os.environ.items() if not key.startswith("ZHUN")} | KEYS
    with tempfile.TemporaryDirectory() as folder:
        engine = subprocess.Popen([f"{build}/zhun", "serve", "--data", os.path.join(folder, "data"), "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            port = next(found.group(1) for line in engine.stderr if (found := re.search(r'"serve.ready".*"port":(\d+)', line)))
            sim = subprocess.Popen([f"{build}/zhun-sim", "--to", f"http://127.0.0.1:{port}", "--key", KEYS["ZHUN_WRITE_KEY"] + "," + KEYS["ZHUN_SERVER_KEY"], "--seed", str(seed), "--policy", "engine",
                                    "--json", "--progress", "--step", *more], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            day, learnt = 0, 0
            for line in sim.stderr:
                day += 1
                if model != "none" and day >= FIRST and (day - FIRST) % EVERY == 0:
                    got = learn(port, model)
                    learnt = got["deployed"]["version"]
                try:
                    sim.stdin.write("\n")
                    sim.stdin.flush()
                except BrokenPipeError:
                    break
            out = sim.stdout.read()
            sim.wait()
        finally:
            engine.terminate()
            engine.wait()
    of = {one["policy"]: one for one in json.loads(out.strip().splitlines()[-1])["differences"]}
    gain = of["engine"]["marginCentsPerVisit"]
    return {"bench": "served", "seed": seed, "model": model, "versions": learnt, "margin": {key: round(gain[key], 2) for key in ("value", "low", "high")}, "share": round(of["engine"]["oracleShare"], 4)}


def main():
    more = [one for one in sys.argv[1:] if one.startswith("--")]
    given = [one for one in sys.argv[1:] if not one.startswith("--")]
    build, seeds, models = os.path.abspath(given[0]), [int(one) for one in (given[1] if len(given) > 1 else "1,2,3").split(",")], given[2:] or ["none", "ease", "slist", "itemknn"]
    for seed in seeds:
        for model in models:
            began = time.time()
            print(json.dumps(measure(build, seed, model, more) | {"seconds": round(time.time() - began, 1)}), flush=True)


if len(sys.argv) < 2:
    sys.exit(__doc__)
main()
