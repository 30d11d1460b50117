#!/usr/bin/env python3
"""Does the engine earn more than popularity in shops of other kinds? One fresh engine and one simulated shop each.

usage: bench/shops.py BUILD [SEED [NAME ...]]. Prints a JSON line a shop: margin a visit of the engine against popularity
(minor units, paired, 95 % interval), the same of random lists and of the oracle, and the share of the oracle's gain.
The shops are the built-in one with one rule changed far, and those of sim/shops. Nothing was tuned on them.
"""
import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KEYS = {"ZHUN_WRITE_KEY": "wk_of_the_shops", "ZHUN_SERVER_KEY": "sk_of_the_shops", "ZHUN_ADMIN_PASSWORD": "correct horse battery"}
RULES = {  # name -> (group, key, value); docs/SHOP_FILE.md says what each means
    "built-in": (), "taste does not matter": (("choice", "taste_weight", 0.0),), "weak taste": (("choice", "taste_weight", 1.0),),
    "strong taste": (("choice", "taste_weight", 12.0),), "tired at once": (("choice", "fatigue", 1.5),), "never tired": (("choice", "fatigue", 0.0),),
    "quality nearly equal": (("catalog", "quality_sd", 0.1),), "quality decides": (("catalog", "quality_sd", 1.2),),
    "tastes drift fast": (("people", "drift_days", 8), ("people", "drift_share", 0.9)), "400 customers": (("run", "customers", 400),),
    "20 days": (("run", "days", 20),), "only the first ranks are seen": (("choice", "examine_decay", 1.5),), "mostly anonymous": (("people", "anonymous_share", 0.8),),
}


def shops(build):
    base = json.loads(subprocess.run([f"{build}/zhun-sim", "--print-shop"], check=True, capture_output=True, text=True).stdout)
    for name, changes in RULES.items():
        shop = copy.deepcopy(base)
        for group, key, value in changes:
            shop.setdefault(group, {})[key] = value
        yield name, shop
    for path in sorted(glob.glob(os.path.join(HERE, "sim/shops/*.json"))):
        name = os.path.basename(path)[:-5]
        if name != "default":
            with open(path, encoding="utf-8") as file:
                yield name, json.load(file)


def measure(build, name, shop, seed):
    env = {key: value for key, value in os.environ.items() if not key.startswith("ZHUN")} | KEYS
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "shop.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(shop, file, ensure_ascii=False)
        engine = subprocess.Popen([f"{build}/zhun", "serve", "--data", os.path.join(folder, "data"), "--listen", "127.0.0.1:0"],
                                  env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            port = next(found.group(1) for line in engine.stderr if (found := re.search(r'"serve.ready".*"port":(\d+)', line)))
            out = subprocess.run([f"{build}/zhun-sim", "--to", f"http://127.0.0.1:{port}", "--key", KEYS["ZHUN_WRITE_KEY"] + "," + KEYS["ZHUN_SERVER_KEY"],
                                  "--shop", path, "--seed", str(seed), "--json"], check=True, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        finally:
            engine.terminate()
            engine.wait()
    of = {one["policy"]: one for one in json.loads(out.strip().splitlines()[-1])["differences"]}
    gain = of["engine"]["marginCentsPerVisit"]
    return {"bench": "shops", "shop": name, "seed": seed, "engine": {key: round(gain[key], 2) for key in ("value", "low", "high")},
            "random": round(of["random"]["marginCentsPerVisit"]["value"], 2), "oracle": round(of["oracle"]["marginCentsPerVisit"]["value"], 2),
            "share": round(of["engine"]["oracleShare"], 3), "above": gain["low"] > 0}


def main():
    build, seed, names = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 7, sys.argv[3:]
    for name, shop in shops(os.path.abspath(build)):
        if not names or name in names:
            print(json.dumps(measure(os.path.abspath(build), name, shop, seed), ensure_ascii=False), flush=True)


if len(sys.argv) < 2:
    sys.exit(__doc__)
main()
