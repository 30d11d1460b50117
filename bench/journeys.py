#!/usr/bin/env python3
"""Customers led through a journey: steps a second of one core, how late timers are, and the memory of those that wait.

usage: bench/journeys.py BUILD [--customers 100000] [--waiting 0] [--folder F]
       bench/journeys.py BUILD --waiting 1000000      and so many more that wait for a day, before

Prints JSON lines. Each customer enters by an event and waits until all are in; then two conditions are asked of him, he is split, gets a tag, waits a second, and gets a message to his inbox: five steps
behind the wait, all of them durable. What is timed is from the moment the first one is due until the last one left. With two cores the engine has the first, and the load the second; the yardstick of the same
run is how fast the same core takes in the events that let them enter.
"""
import argparse
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

import serve


ADMIN = {"Authorization": f"Bearer {serve.TOKEN}", "Content-Type": "application/json"}


def say(**fields):
    print(json.dumps(fields), flush=True)


def ask(engine, method, path, body=None, headers=ADMIN):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(engine.url + path, data=data, method=method, headers=headers), timeout=120) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def send(engine, event, count, batch=1000):
    """Events of as many customers, and the seconds until the views have them."""
    headers = {"Authorization": "Basic " + base64.b64encode(f"{serve.WRITE}:".encode()).decode(), "Content-Type": "application/json"}
    begun = time.monotonic()
    for at in range(0, count, batch):
        ask(engine, "POST", "/v1/batch", {"batch": [{"type": "track", "event": event, "messageId": f"{event}-{n}", "userId": f"c{n}"} for n in range(at, min(at + batch, count))]}, headers)
    engine.catch_up()
    return time.monotonic() - begun


def run(engine, zhun, folder, name, definition):
    ask(engine, "PUT", f"/api/v1/journeys/{name}", {"audience": {"everyone": True}, "control": 0, **definition})
    for act in ("submit", "approve"):
        subprocess.run([zhun, "journey", act, name, "--data", os.path.join(folder, "data")], check=True, stdout=subprocess.DEVNULL, env=serve.clean_environment())
    time.sleep(1)


def counts(engine, name):
    """How many entered, came by the first node behind the wait, and left."""
    report = ask(engine, "GET", f"/api/v1/journeys/{name}/report")["versions"][0]
    return report["entered"], {node["node"]: node["visited"] for node in report["nodes"]}, report["left"]["end"]


def wait_for(engine, name, reached, what, seconds=900):
    end = time.monotonic() + seconds
    while True:
        now = counts(engine, name)
        if reached(*now):
            return time.monotonic()
        if time.monotonic() > end:
            raise SystemExit(f"bench/journeys.py: {what} did not come: {now}")
        time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--customers", type=int, default=100000)
    parser.add_argument("--waiting", type=int, default=0)
    parser.add_argument("--folder")
    args = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="zhun-journeys-", dir=args.folder)
    zhun = os.path.join(args.build, "zhun")
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})  # what is started has it, too
    engine = serve.Engine(zhun, folder)
    os.sched_setaffinity(0, {max(cores)})
    try:
        ask(engine, "PUT", "/api/v1/channels/box", {"kind": "inbox", "title": {"en": "Box"}})
        ask(engine, "PUT", "/api/v1/templates/hello", {"purpose": "marketing", "languages": {"en": {"text": "Hello"}}})
        if args.waiting > 0:
            run(engine, zhun, folder, "day", {"entry": {"event": "Day"}, "first": "w", "nodes": {"w": {"kind": "wait", "forMs": 86400000}}})
            before = engine.resident()
            took = send(engine, "Day", args.waiting)
            wait_for(engine, "day", lambda entered, *_: entered == args.waiting, "all to wait")
            say(bench="journeys", waiting=args.waiting, entered_per_s=round(args.waiting / took), resident_mb=round(engine.resident() / 1e6), of_which_before_mb=round(before / 1e6))
        hold = 10 + args.customers // 4000
        run(engine, zhun, folder, "five", {"entry": {"event": "Five"}, "first": "hold", "nodes": {
            "hold": {"kind": "wait", "forMs": 1000 * hold, "next": "ask"},
            "ask": {"kind": "branch", "cases": [{"if": "customer.orders.count() > 2", "next": "ab"}, {"if": 'customer.did("Five")', "next": "ab"}], "next": "ab"},
            "ab": {"kind": "split", "arms": [{"name": "a", "share": 0.5, "next": "tag"}, {"name": "b", "share": 0.5, "next": "tag"}]},
            "tag": {"kind": "update", "tag": "led", "next": "second"}, "second": {"kind": "wait", "forMs": 1000, "next": "mail"},
            "mail": {"kind": "send", "channels": [{"channel": "box", "template": "hello"}]}}})
        took = send(engine, "Five", args.customers)
        say(bench="journeys", yardstick="events taken in and folded", events_per_s=round(args.customers / took))
        wait_for(engine, "five", lambda entered, visited, _: entered == args.customers, "all to enter")
        begun = wait_for(engine, "five", lambda entered, visited, _: visited["ask"] > 0, "the first to be due")
        cpu = engine.cpu_s()
        ended = wait_for(engine, "five", lambda entered, visited, left: left == args.customers, "all to leave")
        say(bench="journeys", customers=args.customers, steps=5 * args.customers, seconds=round(ended - begun, 2), steps_per_s=round(5 * args.customers / (ended - begun)),
            cpu_us_a_step=round((engine.cpu_s() - cpu) / (5 * args.customers) * 1e6, 1), against_events=round(5 * took / (ended - begun), 2))
    finally:
        engine.stop()
        shutil.rmtree(folder, ignore_errors=True)


main()
