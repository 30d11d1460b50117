#!/usr/bin/env python3
"""`zhun expr`: values on standard output as JSON, what is wrong on standard error with its column; 0, 2 and 3 tell them apart."""
import json
import os

import kit
from kit import check, equal

BINDINGS = {"cart": {"total": 120, "rate": 0.5, "city": "Shenzhen", "lines": [{"item": "tea", "n": 2}, {"item": "cup", "n": 1}]}, "tags": ["new"], "none": None}


def expr(expression, *options):
    status, out, err = kit.run("expr", *options, expression)
    return status, out.strip(), err


def bound():
    path = os.path.join(kit.folder(), "bind.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(BINDINGS, file)
    return path


def values():
    path = bound()
    for expression, want in (
        ("1 + 2", 3), ("cart.total > 99 && cart.city in ['Shenzhen', 'Guangzhou']", True), ("cart.lines.map(l, l.n * 2)", [4, 2]), ("double(cart.total) * cart.rate", 60.0),
        ("cart.lines.filter(l, l.item.startsWith('t'))", [{"item": "tea", "n": 2}]), ("none == null && !has(cart.coupon)", True), ("{'茶': tags[0] + '!'}", {"茶": "new!"}),
        ("timestamp('2026-11-11T16:00:00Z').getDate('Asia/Shanghai')", 12), ("duration('1h30m')", "5400s"), ("b'\\xff'", "/w=="), ("-9223372036854775808", -2**63),
    ):
        status, out, err = expr(expression, "--bind", path)
        equal((status, json.loads(out or "null"), err), (0, want, ""), expression)
    status, out, _ = expr("cart.?coupon.orValue(2.0)", "--bind", path)
    equal((status, out), (0, "2.0"), "a double keeps its point")


def faults():
    path = bound()
    for expression, want, says in (
        ("crt.total", 2, "column 1: 'crt' is not known; did you mean 'cart'?"), ("'a' + 1", 2, "column 5: + does not work on string and int"), ("1 +", 2, "column 4"),
        ("'x'.matches('(((x{100}){100}){100})')", 2, "column 13"), ("cart.total / 0", 3, "column 12: division by zero"), ("cart.nothing", 3, "column 6: no such key: nothing"),
        ("cart.total + 'x'", 3, "column 12: no such overload"), ("'x'.matches(cart.city + '(')", 3, "column 5"), ("(" * 5000 + "1" + ")" * 5000, 2, "nested deeper"),
    ):
        status, out, err = expr(expression, "--bind", path)
        equal((status, out), (want, ""), f"{expression[:60]}: status")
        check(err.startswith("zhun: ") and says in err, f"{expression[:60]}: {says}", err[:300])
    status, out, _ = expr("1 / 0", "--json")
    equal((status, json.loads(out)["error"]["code"], json.loads(out)["error"]["column"]), (3, "DIVIDE", 3), "the error as an object")
    status, out, _ = expr("[1u]", "--json")
    equal((status, json.loads(out)["value"], json.loads(out)["type"]), (0, [1], "list(uint)"), "the value with its type")


def files():
    path = os.path.join(kit.folder(), "long.cel")
    with open(path, "w", encoding="utf-8") as file:
        file.write(" ||\n".join(f"cart.city == 'city {i}'" for i in range(10000)) + " || cart.total == 120 // ten thousand cities\n")
    status, out, _ = kit.run("expr", "--file", path, "--bind", bound())
    equal((status, out.strip()), (0, "true"), "ten thousand terms")
    for options, says in ((("1", "--bind", "/nowhere.json"), "/nowhere.json"), ((), "give one expression"), (("1", "2"), "give one expression")):
        status, _, err = kit.run("expr", *options)
        check(status != 0 and says in err, f"expr {' '.join(options)}", (status, err))


for part in (values, faults, files):
    kit.say(f"-- {part.__name__}")
    part()
kit.finish()
