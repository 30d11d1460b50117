#!/usr/bin/env python3
"""What the moment is worth: the same simulated shop through an engine whose lists know the scene and through one whose lists do not.

usage: bench/scene.py BUILD SHOP.json SEED [SEED ...] [--customers N]. Prints a JSON line a seed and the mean over the seeds with its 95 % interval
(Student's t over seeds): margin a visit with minus without, in hundredths of the currency's unit. Customers, visits and luck of a seed are the same in both.
SHOP.json may be "default": the built-in shop, in which nothing hangs on the moment.
"""
import argparse
import json
import math
import os
import re
import statistics
import subprocess
import tempfile
import urllib.request

KEYS = {"ZHUN_WRITE_KEY": "wk_of_the_scene", "ZHUN_SERVER_KEY": "sk_of_the_scene", "ZHUN_ADMIN_TOKEN": "at_of_the_scene", "ZHUN_ADMIN_PASSWORD": "correct horse battery"}
T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


def admin(port, path, body):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"Authorization": "Bearer " + KEYS["ZHUN_ADMIN_TOKEN"], "Content-Type": "application/json"}, method="PUT")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def margin(build, shop, seed, scene, customers):
    """Of the engine, against popular: both of one run, so luck they share cancels."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("ZHUN")} | KEYS
    with tempfile.TemporaryDirectory() as folder:
        engine = subprocess.Popen([f"{build}/zhun", "serve", "--data", os.path.join(folder, "data"), "--listen", "127.0.0.1:0", "--time-zone", "Asia/Shanghai"],
                                  env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            port = next(found.group(1) for line in engine.stderr if (found := re.search(r'"serve.ready".*"port":(\d+)', line)))
            arms = [{"name": name, "policy": {"scene": scene}} for name in ("a", "b")] # both alike: everybody has it, or nobody
            admin(port, "/api/v1/experiments/scene", {"placements": ["home", "product_page", "cart"], "arms": arms, "metrics": ["revenue"]})
            admin(port, "/api/v1/experiments/scene/state", {"state": "running"})
            out = subprocess.run([f"{build}/zhun-sim", "--to", f"http://127.0.0.1:{port}", "--key", KEYS["ZHUN_WRITE_KEY"] + "," + KEYS["ZHUN_SERVER_KEY"], *(["--shop", shop] if shop != "default" else []),
                                  "--seed", str(seed), "--customers", str(customers), "--json"], check=True, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        finally:
            engine.terminate()
            engine.wait()
    of = {one["policy"]: one for one in json.loads(out.strip().splitlines()[-1])["differences"]}
    return of["engine"]["marginCentsPerVisit"]["value"], of["oracle"]["marginCentsPerVisit"]["value"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("shop")
    parser.add_argument("seeds", nargs="+", type=int)
    parser.add_argument("--customers", type=int, default=1500)
    given = parser.parse_args()
    gains = []
    for seed in given.seeds:
        (with_it, oracle), (without, _) = (margin(given.build, given.shop, seed, scene, given.customers) for scene in (1, 0))
        gains.append(with_it - without)
        print(json.dumps({"bench": "scene", "shop": os.path.basename(given.shop), "seed": seed, "with": round(with_it, 2), "without": round(without, 2), "oracle": round(oracle, 2), "gain": round(gains[-1], 2)}), flush=True)
    if len(gains) > 1:
        mean, half = statistics.mean(gains), T95.get(len(gains) - 1, 2.1) * statistics.stdev(gains) / math.sqrt(len(gains))
        print(json.dumps({"bench": "scene", "shop": os.path.basename(given.shop), "seeds": len(gains), "gain": round(mean, 2), "low": round(mean - half, 2), "high": round(mean + half, 2)}))


main()
