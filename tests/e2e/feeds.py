#!/usr/bin/env python3
"""Catalog feeds in and out: Shopify's export, Google feeds as a table and as XML; twice changes nothing, and what goes out comes in again as the same."""
import csv
import gzip
import io
import json
import os

import kit
from kit import check, equal

SHOPIFY = ('Handle,Title,Body (HTML),Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,'
           'Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src\n'
           'shirt,Shirt,"<p>of\ntwo lines</p>",Acme,Tops,true,Size,S,SH-S,shopify,3,deny,98.00,120.00,https://cdn.example/1.png\n'
           'shirt,,,,,,,M,SH-M,shopify,0,deny,98.00,,\n'
           'shirt,,,,,,,,,,,,,,https://cdn.example/2.png\n'
           'shirt,,,,,,,L,SH-S,shopify,1,deny,98.00,,\n'
           '杯子,马克杯,,雅克,杯具,false,Title,Default Title,,,0,deny,25,,\n')
RSS = ('<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>\n'
       '<item><g:id>w-1</g:id><title>Watch &amp; band</title><link>https://shop.example/w?a=1&amp;b=2</link><g:price>105.29 USD</g:price><g:sale_price>99 USD</g:sale_price>'
       '<g:availability>in stock</g:availability><g:item_group_id>w</g:item_group_id><g:product_type>Accessories &gt; Watches</g:product_type>'
       '<g:color>Black</g:color><g:brand>Acme</g:brand><g:shipping><g:price>1.00 USD</g:price></g:shipping></item>\n'
       '<item><g:id>w-2</g:id><title>"手表"\t二</title><g:price>105.29 USD</g:price><g:availability>out of stock</g:availability><g:item_group_id>w</g:item_group_id></item>\n'
       '<item><g:id>w-3</g:id><title>Later</g:title></item></channel></rss>')
RSS = RSS.replace("<title>Later</g:title>", "<title>Later</title><g:price>1 USD</g:price><g:availability>preorder</g:availability><g:availability_date>2026-12-01</g:availability_date>")
REAL = os.path.join(kit.SHARED, "data", "feeds")
COUNTS = ("accepted", "duplicate", "rejected")


def bring_in(data, form, file, what, want, *options):
    status, out, err = kit.run("import", "--data", data, "--format", form, *options, "--rejects", os.path.join(kit.folder(), "rejects.csv"), "--json", file)
    if not check(status == 0, f"{what}: status 0", (status, out, err)):
        return {}
    got = json.loads(out.strip().split("\n")[-1])
    if want is not None:
        equal(tuple(got[name] for name in COUNTS), want, f"{what}: accepted, duplicate, rejected")
    return got


def written(name, text):
    path = os.path.join(kit.folder(), name)
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return path


def items_of(engine):
    engine.sync()
    out, cursor = {}, ""
    while True:
        page = engine.admin("GET", f"/api/v1/items?limit=100{'&cursor=' + cursor if cursor else ''}").json
        out.update({item["itemId"]: item for item in page["items"]})
        cursor = page["next"]
        if not cursor:
            return out
        cursor = kit_quote(cursor)


def kit_quote(text):
    import urllib.parse
    return urllib.parse.quote(text, safe="")


def exported(data):
    status, out, err = kit.run("export", "--data", data, "--what", "catalog", "--format", "google-feed")
    check(status == 0, "the catalog is exported", (status, err))
    return out


def small_files():
    engine = kit.Engine()
    shopify, rss = written("products.csv", SHOPIFY), written("feed.xml", RSS)
    bring_in(engine.data, "shopify-csv", shopify, "Shopify", (3, 0, 1), "--currency", "CNY")
    bring_in(engine.data, "google-feed", rss, "RSS", (3, 0, 0))
    items = items_of(engine)
    equal(sorted(items), sorted(["SH-S", "SH-M", "杯子", "w-1", "w-2", "w-3"]), "each variant and product is an item")
    small = items["SH-S"]
    equal([small[name] for name in ("title", "category", "brand", "priceCents", "currency", "stock", "available", "imageUrl")],
          ["Shirt", "Tops", "Acme", 9800, "CNY", 3, True, "https://cdn.example/1.png"], "a variant has what its product says")
    equal(small["attributes"], {"group": "shirt", "size": "S", "regular_price": "120.00"}, "its options, its group and the price before")
    equal((items["杯子"]["available"], items["杯子"]["stock"]), (False, None), "not published, not counted")
    equal((items["w-1"]["priceCents"], items["w-1"]["currency"], items["w-1"]["attributes"]), (9900, "USD", {"group": "w", "regular_price": "105.29", "color": "Black"}), "a sale in force")
    equal((items["w-2"]["title"], items["w-2"]["available"]), ('"手表"\t二', False), "text as it was")
    bring_in(engine.data, "shopify-csv", shopify, "Shopify again", (0, 3, 1), "--currency", "CNY")
    bring_in(engine.data, "google-feed", rss, "RSS again", (0, 3, 0))
    equal(items_of(engine), items, "twice changes nothing, not even the time of a change")
    days = [one["day"] for one in engine.admin("GET", "/api/v1/items/w-1").json["daily"]]
    check(days == sorted(days) and days[0] > "2020", "the days of an item that no event named end with today", days[-1:])
    round_trip(engine, items)
    refusals(engine)
    engine.stop()


def round_trip(engine, items):
    out = exported(engine.data)
    rows = list(csv.DictReader(io.StringIO(out, newline=""), delimiter="\t"))
    equal([row["id"] for row in rows], sorted(items, key=str.encode), "every item goes out, in the order of ids")
    by_id = {row["id"]: row for row in rows}
    equal([by_id["w-1"][name] for name in ("title", "price", "sale_price", "availability", "item_group_id", "product_type", "link", "color")],
          ["Watch & band", "105.29 USD", "99.00 USD", "in_stock", "w", "Accessories > Watches", "https://shop.example/w?a=1&b=2", "Black"], "a line of the feed")
    equal([by_id[item]["availability"] for item in ("SH-M", "w-2", "w-3")], ["out_of_stock", "out_of_stock", "preorder"], "availability by stock and by word")
    answer = engine.admin("GET", "/api/v1/export/catalog?format=google-feed")
    equal((answer.status, answer.body.decode(), answer.header("x-zhun-next")), (200, out, None), "the same over HTTP")
    feed = written("out.tsv", out)
    got = bring_in(engine.data, "google-feed", feed, "what went out", (0, 6, 0))
    check(got.get("accepted") == 0, "a feed that went out and came in again changes nothing", got)
    equal(items_of(engine), items, "no item changed")
    fresh = os.path.join(kit.folder(), "data")
    bring_in(fresh, "google-feed", feed, "into another engine", (6, 0, 0))
    equal(exported(fresh), out, "in, out, in, out: the same feed")


def refusals(engine):
    bomb = written("bomb.xml", '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss><item><title>&b;</title></item></rss>')
    for what, words, says in (("a bomb", ("--format", "google-feed", bomb), "DOCTYPE"),
                              ("prices of no currency", ("--format", "shopify-csv", written("p.csv", SHOPIFY)), "--currency"),
                              ("another shop's table", ("--format", "shopify-csv", "--currency", "CNY", written("q.csv", "id,title\n1,a\n")), "no product export of Shopify")):
        status, out, err = kit.run("import", "--data", engine.data, *words)
        check(status in (2, 3) and says in err, f"refused: {what}", (status, out, err))
    got = bring_in(engine.data, "google-feed", written("long.tsv", "id\ttitle\nlong\t" + "x" * 501 + "\n"), "a title without end", (0, 0, 1))
    check("the title is longer" in got.get("firstReject", ""), "what the engine refuses has its reason", got)
    status, out, err = kit.run("export", "--data", engine.data, "--what", "catalog", "--format", "jsonl")
    check(status == 2 and "google-feed" in err, "a form nobody writes", (status, err))
    equal(engine.admin("GET", "/api/v1/export/catalog?format=xml").status, 400, "a form nobody writes, over HTTP")
    equal(engine.ask("GET", "/api/v1/export/catalog", key=kit.WRITE).status, 403, "a write key may not read the catalog")


def many():
    """More than a page goes out whole."""
    engine = kit.Engine()
    feed = "id\ttitle\tprice\tavailability\n" + "".join(f"i/{n:05d}&\tItem {n}\t{n}.00 CNY\tin_stock\n" for n in range(12000))
    bring_in(engine.data, "google-feed", written("many.tsv.gz", gzip.compress(feed.encode())), "12,000 items", (12000, 0, 0))
    rows = list(csv.DictReader(io.StringIO(exported(engine.data)), delimiter="\t"))
    equal((len(rows), [row["id"] for row in rows]), (12000, [f"i/{n:05d}&" for n in range(12000)]), "pages follow one another")
    engine.stop()


def real_files():
    if not os.path.isdir(REAL):
        kit.say(f"no {REAL}: the real exports are not read")
        return
    for name, currency in (("shopify_apparel.csv", "USD"), ("shopify_bicycles.csv.gz", "USD"), ("shopify_snowdevil.csv.gz", "CAD")):
        data, path = os.path.join(kit.folder(), "data"), os.path.join(REAL, name)
        with (gzip.open if name.endswith(".gz") else open)(path, "rt", encoding="utf-8-sig", newline="") as file:
            variants = [row for row in csv.DictReader(file) if row["Variant SKU"] or row["Option1 Value"] or row["Variant Price"]]
        skus = [row["Variant SKU"] for row in variants if row["Variant SKU"]]
        twice = len(skus) - len(set(skus))
        got = bring_in(data, "shopify-csv", path, name, (len(variants) - twice, 0, twice), "--currency", currency)
        kit.say(f"{name}: {got}")
        bring_in(data, "shopify-csv", path, name + " again", (0, len(variants) - twice, twice), "--currency", currency)
        out = exported(data)
        fresh = os.path.join(kit.folder(), "data")
        bring_in(fresh, "google-feed", written("out.tsv", out), name + " by its feed", (len(variants) - twice, 0, 0))
        equal(exported(fresh), out, f"{name}: in, out, in, out: the same feed")
    bring_in(os.path.join(kit.folder(), "data"), "google-feed", os.path.join(REAL, "google_merchant_rss.xml"), "a feed of Google's", (2, 0, 0))


small_files()
many()
real_files()
kit.finish()
