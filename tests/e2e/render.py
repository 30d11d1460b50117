#!/usr/bin/env python3
"""`zhun render`: the letter on standard output, what is wrong on standard error with line and column; 0, 1, 2 and 3 tell them apart."""
import json
import os

import kit
from kit import check, equal

BINDINGS = {"name": "Li <Lei>", "lines": [{"title": "Spring tea", "cents": 1990, "n": 2}, {"title": "Cup & saucer", "cents": 4500, "n": 1}], "at": 1790000000, "tags": ["new"]}


def written(name, text):
    path = os.path.join(kit.folder(), name)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def render(template, *options):
    return kit.run("render", written("letter.liquid", template), "--bind", written("bind.json", json.dumps(BINDINGS)), *options)


def letters():
    for template, options, want in (
        ("Dear {{ name }},\n{% for l in lines -%}\n{{ l.title }}: {{ l.cents | times: l.n | money }}\n{% endfor %}", (), "Dear Li <Lei>,\nSpring tea: 39.80\nCup & saucer: 45.00\n"),
        ("<p>{{ name }}</p>{{ name | raw }}", ("--context", "html"), "<p>Li &lt;Lei&gt;</p>Li <Lei>"),
        ("{\"t\": \"{{ q }}\", \"l\": {{ lines | map: 'n' | json }}}", ("--context", "json"), "{\"t\": \"\", \"l\": [2,1]}"),
        ("{{ at | date: '%F %R' }} {{ 'now' | date: '%H' }}", ("--zone", "Asia/Shanghai", "--now", "2026-11-23T00:30:00Z"), "2026-09-21 22:13 08"),
        ("{% render 'card' for lines as l %}|{% include 'card' l: name %}", ("--partials", written("partials.json", json.dumps({"card": "[{{ l.title | default: l }}]"}))), "[Spring tea][Cup & saucer]|[Li <Lei>]"),
        ("{{ 你好 }}亲爱的{{ name | slice: 0, 2 }}\r\n", (), "亲爱的Li\r\n"), ("", (), ""),
    ):
        equal(render(template, *options), (0, want, ""), template)


def faults():
    for template, options, want, out, says in (
        ("a\n  {{ name | }}", (), 2, "", "line 2, column 13: the name of a filter is missing"), ("{% if name %}", (), 2, "", "line 1, column 1: this if is never closed"), ("x" * (1 << 20) + "x", (), 2, "", "longer than a template may be"),
        ("a{{ 1 | divided_by: 0 }}b", (), 3, "aLiquid error: divided by 0b", "1 error in the output, the first at line 1, column 2: divided by 0"), ("a{{ nothing }}b", ("--strict",), 3, "ab", "undefined variable nothing"),
        ("a{% abort 'nobody buys' %}b", (), 1, "", "column 2: nobody buys"), ("{% for i in (1..999999999) %}x{% endfor %}", (), 3, "", "more steps than it may"), ("{{ name }}\n{{ x }}", ("--context", "header"), 0, "Li <Lei>\n", ""),
        ("{% capture c %}\n{% endcapture %}{{ c }}", ("--context", "header"), 3, "", "line end or NUL"), ("a", ("--context", "paper"), 2, "", "--context: one of"), ("a", ("--zone", "../etc"), 2, "", "no such zone"), ("a", ("--now", "soon"), 2, "", "write a time as"),
        ("a", ("--partials", "/nowhere.json"), 3, "", "/nowhere.json"), ("a", ("--partials", written("wrong.json", "[1]")), 2, "", "write one JSON object"), ("a", ("--partials", written("wrong.json", "{\"a\": 1}")), 2, "", "'a' is no text"),
    ):
        status, got, err = render(template, *options)
        equal((status, got), (want, out), f"{template[:60]}: status and output")
        check((err == "") if says == "" else (err.startswith("zhun: ") and says in err), f"{template[:60]}: {says}", err[:300])
    status, out, _ = render("a{{ 1 | divided_by: 0 }}", "--json")
    equal((status, json.loads(out)), (3, {"output": "aLiquid error: divided by 0", "errors": 1, "first": {"code": "RENDER", "message": "divided by 0", "line": 1, "column": 2}}), "output and errors as an object")
    status, out, _ = render("\n{{", "--json")
    equal((status, json.loads(out)["error"]["code"], json.loads(out)["error"]["line"]), (2, "SYNTAX", 2), "the fault as an object")
    for arguments in ((), ("a", "b")):
        status, _, err = kit.run("render", *arguments)
        check(status == 2 and "name one template" in err, "one template", (status, err))
    check(kit.run("render", "/nowhere.liquid")[0] == 3, "a file that is not there")


for part in (letters, faults):
    kit.say(f"-- {part.__name__}")
    part()
kit.finish()
