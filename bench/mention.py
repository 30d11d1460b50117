#!/usr/bin/env python3
"""Whom to mention an offer to, learnt from a trial, beside an oracle that knows the customers: shops of zhun-sim, a seed each.

usage: bench/mention.py [--trial N] [--people N] [--each CENTS] [--policy auto|learned] BUILD SEED...

Of each shop: the log of a random trial, other customers to choose from and a budget (--each cents a customer). `zhun analyze mention` learns from the trial and
chooses in waves: after each the money that was really spent is taken off, and the price is found again for who is left. The judge of zhun-sim says what that earns
beside the oracle under the same budget, everyone, nobody and chance. A JSON line a shop, then one for all.
"""
import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def judge(sim, seed, people, budget, chosen, folder, lucks):
    path = os.path.join(folder, "choices.csv")
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([("customer", "arm"), *chosen.items()])
    lines = run(sim, "--offers", "judge", "--json", "--seed", seed, "--customers", people, "--budget", budget, "--choices", path, "--lucks", lucks).splitlines()
    return {line["policy"]: line for line in map(json.loads, lines)}


def shop(options, seed, folder):
    zhun, sim = os.path.join(options.build, "zhun"), os.path.join(options.build, "zhun-sim")
    trial, rest = os.path.join(folder, "trial.csv"), os.path.join(folder, "people.csv")
    budget = options.each * options.people
    with open(trial, "w") as file:
        file.write(run(sim, "--offers", "trial", "--seed", seed, "--customers", options.trial))
    people = list(csv.reader(run(sim, "--offers", "ask", "--seed", seed, "--customers", options.people).splitlines()))
    with open(rest, "w", newline="") as file:
        csv.writer(file).writerows(people)
    first = json.loads(run(zhun, "analyze", "mention", "--in", trial, rest, "--param", f"budget={budget}", "--param", f"policy={options.policy}", "--param", f"list={options.people}", "--json"))
    arms, left = len(first["names"]), options.people
    names, told = first["customers"], first["told"][:first["wave"]]
    chosen, spent, waves, spec = {}, 0, 0, os.path.join(folder, "left.json")
    while True:
        chosen.update(zip(names[-left:], told))
        left, waves = left - len(told), waves + 1
        spent = judge(sim, seed, options.people, budget, chosen, folder, 1)["choice"]["spendCents"]
        if left == 0:
            break
        with open(spec, "w") as file:
            json.dump({"budget": budget - spent, "spread": first["spread"], "values": first["values"][-left * arms:], "costs": first["costs"][-left * arms:]}, file)
        told = [first["names"][level] for level in json.loads(run(zhun, "analyze", "mention", "--spec", spec, "--json"))["told"]]
    result = judge(sim, seed, options.people, budget, chosen, folder, options.lucks)
    return first, result, waves, budget


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trial", type=int, default=100000)
    parser.add_argument("--people", type=int, default=20000)
    parser.add_argument("--each", type=int, default=75, help="cents of budget a customer")
    parser.add_argument("--lucks", type=int, default=20)
    parser.add_argument("--policy", default="auto")
    parser.add_argument("build")
    parser.add_argument("seeds", nargs="+", type=int)
    options = parser.parse_args()
    shares, over = [], []
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as folder:
            first, result, waves, budget = shop(options, seed, folder)
        choice = result["choice"]
        shares.append(choice["oracleShare"])
        over.append(choice["spendCents"] / budget - 1)
        print(json.dumps({"bench": "mention", "seed": seed, "trial": options.trial, "people": options.people, "budget": budget, "recommended": first["recommended"], "lead_each": first["lead_each"],
                          "oracle_share": choice["oracleShare"], "gain": choice["incrementCents"], "over_everyone": result["everyone"]["choiceMinusThisCents"], "expected": choice["expectedCents"],
                          "oracle": result["oracle"]["expectedCents"], "everyone": result["everyone"]["expectedCents"], "random": result["random"]["expectedCents"],
                          "spent": round(choice["spendCents"] / budget, 5), "waves": waves}), flush=True)
    print(json.dumps({"bench": "mention", "shops": len(shares), "oracle_share_mean": round(sum(shares) / len(shares), 4), "oracle_share_least": min(shares), "overspend_most": round(max(over), 5)}))
    return 0


sys.exit(main())
