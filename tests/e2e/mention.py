#!/usr/bin/env python3
"""`zhun analyze mention` on a small shop of zhun-sim: what was learnt earns more than telling everyone and nobody and stays within the budget, wave by wave; where nothing can be learnt
that is said; wrong questions are refused."""
import csv
import json
import os
import random
import subprocess
import tempfile

import kit
from kit import check, equal, say

SIM = os.path.join(os.path.dirname(kit.ZHUN), "zhun-sim")
SEED, PEOPLE, BUDGET = "5", 5000, 500000


def run(*command, code=0):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    check(done.returncode == code, f"{' '.join(map(str, command[1:4]))} ends with {code}", done.stderr)
    return done.stdout if code == 0 else done.stderr


def analyze(*options, code=0):
    out = run(kit.ZHUN, "analyze", "mention", *options, "--json", code=code)
    return json.loads(out) if code == 0 else out


def judge(folder, chosen):
    path = os.path.join(folder, "choices.csv")
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([("customer", "arm"), *chosen])
    out = run(SIM, "--offers", "judge", "--json", "--seed", SEED, "--customers", PEOPLE, "--choices", path, "--budget", BUDGET)
    return {line["policy"]: line for line in map(json.loads, out.splitlines())}


def learnt(folder, trial, people):
    first = analyze("--in", trial, people, "--param", f"budget={BUDGET}", "--param", "policy=learned", "--param", f"list={PEOPLE}")
    equal([one["arm"] for one in first["arms"]], ["none", "off10", "off20", "off5"], "arms by name, nothing mentioned first")
    equal((len(first["told"]), len(first["customers"]), len(first["values"])), (PEOPLE, PEOPLE, 4 * PEOPLE), "everybody is listed")
    equal(sum(first["mentioned"].values()), PEOPLE, "everybody is counted")
    chosen, told, waves = [], first["told"][:first["wave"]], 1
    while True:
        at = len(chosen)
        chosen += zip(first["customers"][at:], told)
        left = PEOPLE - len(chosen)
        verdict = judge(folder, chosen)
        if left == 0:
            break
        spec = os.path.join(folder, "left.json")
        with open(spec, "w") as file:
            json.dump({"budget": BUDGET - verdict["choice"]["spendCents"], "spread": first["spread"], "values": first["values"][-left * 4:], "costs": first["costs"][-left * 4:]}, file)
        told, waves = [first["names"][level] for level in analyze("--spec", spec)["told"]], waves + 1
    choice, everyone = verdict["choice"], verdict["everyone"]
    say(f"{waves} waves: {choice['oracleShare']} of the oracle, everyone {everyone['oracleShare']}, spent {choice['spendCents'] / BUDGET:.4f}")
    check(choice["expectedCents"] > 1.25 * everyone["expectedCents"] > 0, "what was learnt earns more than telling everyone", verdict)
    check(choice["incrementCents"]["low"] > 0 and everyone["choiceMinusThisCents"]["low"] > 0, "with intervals, over nobody and everyone", verdict)
    check(0.9 * BUDGET < choice["spendCents"] <= 1.001 * BUDGET, "the budget is spent, and not passed", choice)
    return first


def nothing_to_learn(folder, trial, people):
    """The arms of the same log, shuffled: no mention moved anybody."""
    with open(trial) as file:
        rows = list(csv.reader(file))
    at = rows[0].index("arm")
    arms = [row[at] for row in rows[1:]]
    random.Random(1).shuffle(arms)
    for row, arm in zip(rows[1:], arms):
        row[at], row[-1] = arm, "0" if arm == "none" else "100"
    path = os.path.join(folder, "shuffled.csv")
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)
    answer = analyze("--in", path, people, "--param", f"budget={BUDGET}")
    check(answer["recommended"] == "nobody" and answer["chosen_by"] == "nobody", "what moves nobody is not recommended", answer)
    equal(answer["mentioned"]["none"], PEOPLE, "nobody is told")
    check("did not beat" in answer["note"], "and it is said", answer)
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows[:600])
    check("too small" in analyze("--in", path, people, "--param", f"budget={BUDGET}", code=3), "a small trial is refused")


def mistakes(trial, people):
    check("'budget'" in analyze("--in", trial, people, code=2), "a budget is needed")
    check("people to choose from" in analyze("--in", trial, "--param", "budget=1", code=2), "people are needed")
    check("no arm 'zero'" in analyze("--in", trial, people, "--param", "budget=1", "--param", "none=zero", code=3), "who is told nothing must be there")
    check("one number an arm" in analyze("--param", "budget=1", "--param", "values=[0,1,0]", "--param", "costs=[0,1,0]", "--param", "spread=[0,1]", code=2), "values fit the arms")
    check("write 0 at place" in analyze("--param", "budget=1", "--param", "values=[1,1]", "--param", "costs=[0,1]", "--param", "spread=[0,1]", code=2), "nothing mentioned is worth 0")


def main():
    if not os.path.exists(SIM):
        kit.skip("no zhun-sim beside zhun")
    with tempfile.TemporaryDirectory() as folder:
        trial, people = os.path.join(folder, "trial.csv"), os.path.join(folder, "people.csv")
        for part, path, count in (("trial", trial, 24000), ("ask", people, PEOPLE)):
            with open(path, "w") as file:
                file.write(run(SIM, "--offers", part, "--seed", SEED, "--customers", count))
        learnt(folder, trial, people)
        nothing_to_learn(folder, trial, people)
        mistakes(trial, people)
    kit.finish()


main()
