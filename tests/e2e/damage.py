#!/usr/bin/env python3
"""One flipped bit of a log file: it is found and named, and a wrong event is never served.

E2E_FLIPS (default 60), E2E_SEED. tests/store/ flips thousands of bits below the command line.
"""
import os
import random
import re
import shutil

import kit
from kit import check, equal

FLIPS = int(os.environ.get("E2E_FLIPS", "600" if kit.WHOLE else "60"))
SEED = int(os.environ.get("E2E_SEED", str(random.SystemRandom().randrange(1 << 31))))
EVENTS, BATCH = 2000, 25


def make():
    """A folder with 2,000 events in many frames, and what it exports."""
    engine = kit.Engine()
    for first in range(0, EVENTS, BATCH):
        items = [{"type": "track", "userId": f"u{i % 50}", "event": "Product Viewed", "messageId": f"d-{i}", "properties": {"product_id": f"p{i % 30}", "note": "x" * (i % 90)}}
                 for i in range(first, first + BATCH)]
        equal(engine.collect("batch", {"batch": items}).json["accepted"], BATCH, f"events from {first} on") if first == 0 else engine.collect("batch", {"batch": items})
    engine.sync()
    engine.stop()
    return engine.data, engine.export()


def log_files(data):
    out = []
    for where, _, names in os.walk(os.path.join(data, "log")):
        out += [os.path.join(where, name) for name in names if not name.endswith(".lock")]
    return sorted(out)


def used_bytes(path):
    """Behind this offset there are only zeros."""
    with open(path, "rb") as file:
        return len(file.read().rstrip(b"\0"))


def copy(data, to):
    """Files are full of zeros that were never written: they stay holes."""
    shutil.copytree(data, to, copy_function=copy_file, ignore=shutil.ignore_patterns("*.sock"))
    return to


def copy_file(source, to):
    with open(source, "rb") as file:
        content = file.read()
    kept = content.rstrip(b"\0")
    with open(to, "wb") as file:
        file.write(kept)
        file.truncate(len(content))
    shutil.copymode(source, to)


def flip(path, offset, bit):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ (1 << bit)]))


def one_flip(data, whole, path, offset, bit, is_written):
    """Returns how it went: found or unseen by check, then refused, cut or whole by serve."""
    name = os.path.relpath(path, data)
    what = f"{name} byte {offset} bit {bit}{'' if is_written else ' (never written)'}"
    mine = copy(data, os.path.join(kit.folder(), "data"))
    flip(os.path.join(mine, name), offset, bit)
    status, out, err = kit.run("check", "--data", mine)
    named = re.search(r"(\S*%s)\S* at byte (\d+)" % re.escape(os.path.basename(name)), err + out)
    if is_written:
        check(status == 1, f"check finds {what}", f"status {status}: {out[-300:]}{err[-300:]}")
        check(named or not name.endswith(".log"), f"check names file and offset of {what}", err[:300])
        if named and name.endswith("0.log"):
            check(int(named.group(2)) <= offset, f"check names an offset at or before {what}", err[:300])
    else:
        check(status in (0, 1), f"check judges {what}", f"status {status}: {err[-300:]}")
        check(named, f"check tells of {what}", f"status {status}: {out[-200:]}{err[-300:]}")
    shutil.rmtree(mine)
    mine = copy(data, mine)  # check may have opened it
    flip(os.path.join(mine, name), offset, bit)
    engine = kit.Engine(data=mine, start=False)
    refused = engine.try_start()
    text = "\n".join(engine.lines)
    if refused is not None:
        check(refused in (1, 3) and "zhun: " in text, f"serve refuses {what} and says why", f"status {refused}: {text[-300:]}")
        engine.kill()
        return "found" if status == 1 else "unseen", "refused"
    served = engine.export()
    good = check(served == whole[:len(served)], f"serve gives no wrong event after {what}", [one for one, two in zip(served, whole) if one != two][:1])
    if good and len(served) < len(whole):
        check(re.search(r'"level":"(warn|error)"|^zhun: ', text, re.M), f"serve says what it cut for {what}", text[-400:])
    engine.is_equal(f"with {what}")
    equal(engine.collect("track", {"userId": "after", "event": "E", "messageId": "after"}).json.get("accepted"), 1, f"it takes events after {what}")
    equal(engine.stop(), 0, f"it ends well after {what}")
    return "found" if status == 1 else "unseen", "whole" if len(served) == len(whole) else "cut"


def check_06_a_flipped_bit_is_found_and_named():
    kit.say(f"seed {SEED}, {FLIPS} flips (E2E_SEED, E2E_FLIPS)")
    chance = random.Random(SEED)
    data, whole = make()
    equal([event["messageId"] for event in whole], [f"d-{i}" for i in range(EVENTS)], "the export is what was sent, in order")
    files = log_files(data)
    segments = [path for path in files if re.search(r"/\d+\.log$", path) and used_bytes(path) > 0]
    others = [path for path in files if path not in segments and used_bytes(path) > 0]
    counts = {}
    for turn in range(FLIPS):
        is_written, path = True, chance.choice(segments)
        size, used = os.path.getsize(path), used_bytes(path)
        if turn % 10 == 9 and size > used:
            is_written, offset = False, chance.randrange(used + 4096, size) if size > used + 4096 else used
        elif turn % 10 == 8 and others:
            path = chance.choice(others)
            offset = chance.randrange(used_bytes(path))
        else:
            offset = chance.randrange(used)
        how = one_flip(data, whole, path, offset, chance.randrange(8), is_written)
        key = ("written" if is_written else "never written", os.path.basename(path)) + how
        counts[key] = counts.get(key, 0) + 1
        shutil.rmtree(kit._folders.pop(), ignore_errors=True)
    for key, count in sorted(counts.items()):
        kit.say(f"{count:4d} {' '.join(key)}")


kit.prove(check_06_a_flipped_bit_is_found_and_named)
kit.finish()
