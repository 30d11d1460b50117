#!/usr/bin/env python3
"""Files nobody described: `zhun import --preview` says what they are, `--guess` imports what leaves nothing open.

Tables in Chinese and English, in UTF-8 with and without a byte order mark and in GB18030, with all separators; what a spreadsheet spoilt;
dates of two readings. Then the real files of ZHUN_SHARED/data (skipped where they are absent).
"""
import json
import os

import kit
from kit import check, equal

HEADER = ["订单编号", "买家会员名", "商品ID", "商品名称", "购买数量", "单价(元)", "下单时间"]
DATA = os.path.join(kit.SHARED, "data")


def write(name, rows, separator=",", encoding="utf-8", header=HEADER):
    path = os.path.join(kit.folder(), name)
    text = "".join(separator.join(cell if not any(c in cell for c in separator + "\n\"") else '"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n"
                   for row in [header] + rows)
    with open(path, "wb") as file:
        file.write(text.encode(encoding))
    return path


def preview(path, *options):
    status, out, err = kit.run("import", "--preview", "--json", *options, path)
    if not check(out.strip() != "", f"{os.path.basename(path)}: a preview", (status, err[-300:])):
        return {"problems": [], "map": {"columns": {}}, "columns": []}
    got = json.loads(out)
    check((status == 0) == got["ready"], f"{os.path.basename(path)}: the status says whether it is ready", status)
    return got


def codes(got):
    return [problem["code"] for problem in got["problems"]]


def bring_in(path, data, *options):
    rejects = os.path.join(kit.folder(), "rejects.csv")
    status, out, err = kit.run("import", "--data", data, "--json", "--rejects", rejects, *options, path)
    check(status == 0, f"{os.path.basename(path)} is imported", (status, err[-300:]))
    return json.loads(out.strip().split("\n")[-1]) if status == 0 else {}, rejects


def orders(day, price="¥12.50", order="A{}"):
    return [[order.format(i), f"u{i % 3}", f"k{i % 5}", "茶，\n大" if i == 4 else "茶", "2", price, day(i)] for i in range(40)]


def test_encodings():
    slashed = orders(lambda i: f"2024/{i % 12 + 1}/{i % 28 + 1} 8:{i:02}")
    for encoding, mark in (("utf-8", False), ("utf-8-sig", True), ("gb18030", False)):
        for separator, name in ((",", ","), (";", ";"), ("\t", "tab")):
            path = write(f"{encoding}-{ord(separator)}.csv", slashed, separator, encoding)
            got = preview(path, "--zone", "Asia/Shanghai")
            what = f"{encoding} with {name}"
            equal(got["encoding"], "GB18030" if encoding == "gb18030" else "UTF-8", f"{what}: the encoding")
            equal((got["byteOrderMark"], got["separator"], got["format"], got["ready"]), (mark, name, "orders-csv", True), f"{what}: the form")
            equal(got["map"]["dates"], ["%Y/%m/%d %H:%M"], f"{what}: the dates")
            equal(got["map"]["currency"], "CNY", f"{what}: the currency, by its sign")
            equal(got["map"]["columns"]["customer_id"], "买家会员名", f"{what}: the customer's column")
            equal(len(got["events"]), 5, f"{what}: the first events")
            equal(got["events"][4]["properties"]["products"][0]["name"], "茶，\n大", f"{what}: a line break in a cell")
            equal(got["events"][0]["timestamp"], "2024-01-01T00:00:00.000Z", f"{what}: in the zone")
    data = os.path.join(kit.folder(), "data")
    got, _ = bring_in(path, data, "--guess", "--zone", "Asia/Shanghai")
    equal((got.get("accepted"), got.get("rejected")), (40, 0), "a guessed table is imported")
    again, _ = bring_in(write("again.csv", slashed, ",", "utf-8"), data, "--guess", "--zone", "Asia/Shanghai")
    equal((again.get("accepted"), again.get("duplicate")), (0, 40), "the same lines in another encoding are the same")


def test_dates():
    either = write("either.csv", orders(lambda i: f"{i % 9 + 1:02}/{i % 7 + 1:02}/2024"))
    got = preview(either)
    check("ambiguous_dates" in codes(got) and not got["ready"], "dates of both readings are not guessed", codes(got))
    status, out, err = kit.run("import", "--data", os.path.join(kit.folder(), "none"), "--guess", either)
    check(status == 2 and "ambiguous" not in out and "%d/%m/%Y" in out, "and not imported", (status, out[-300:], err))
    day = write("day.csv", orders(lambda i: f"{'25' if i == 39 else '04'}/0{i % 7 + 1}/2024"))
    got = preview(day)
    check("day_seen" in codes(got) and got["ready"], "one day above 12 settles all", codes(got))
    equal(got["map"]["dates"], ["%d/%m/%Y"], "as the day first")
    order = write("order.csv", orders(lambda i: f"{i % 12 + 1:02}/0{i // 12 + 1}/2024"))
    got = preview(order)
    check("day_by_order" in codes(got), "the order of the lines settles it too", codes(got))
    serial = write("serial.csv", orders(lambda i: f"{45292 + i}.5"))
    got = preview(serial)
    check("excel_dates" in codes(got) and got["ready"], "a spreadsheet's days are named", codes(got))
    equal(got["events"][0]["timestamp"][:13], "2024-01-01T12", "and read")


def test_spoilt():
    path = write("spoilt.csv", orders(lambda i: "2024-01-02", order="1.23457E+17") + orders(lambda i: "2024-01-02"))
    got = preview(path)
    check("spoilt_ids" in codes(got), "ids that a spreadsheet spoilt are named", codes(got))
    counts, rejects = bring_in(path, os.path.join(kit.folder(), "spoilt"), "--guess")
    equal((counts.get("accepted"), counts.get("rejected")), (40, 40), "and rejected")
    with open(rejects, encoding="utf-8") as file:
        check("1.23457E+17" in file.read(), "with the reason in the file of rejects")


def test_money():
    header = ["Invoice", "User", "product_id", "Qty", "Price", "Date"]
    rows = [[str(i), "a", f"k{i}", "1", "€1.234,50", f"{i % 28 + 1:02}.01.2024"] for i in range(20)]
    got = preview(write("euro.csv", rows, ";", header=header))
    equal((got["map"]["decimal"], got["map"]["currency"], got["map"]["dates"]), (",", "EUR", ["%d.%m.%Y"]), "a comma before the cents")
    equal(got["events"][0]["properties"]["products"][0]["price"], 1234.5, "is read so")


def test_lines():
    path = os.path.join(kit.folder(), "sensors.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"distinct_id":"u","type":"track","event":"x","time":1700000000000,"properties":{}}\n')
    equal(preview(path)["format"], "sensors", "lines of Sensors are told")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"type":"track","event":"x","userId":"u","timestamp":"2024-01-01T00:00:00Z"}\n')
    equal(preview(path)["format"], "segment", "from lines of Segment")


REAL = (
    ("orders/online_retail.csv.gz", ("--currency", "GBP"), "orders-csv", True, {"order_id": "InvoiceNo", "item_id": "StockCode", "ordered_at": "InvoiceDate"}),
    ("campaigns/completejourney/transactions_100k.csv.gz", ("--currency", "USD"), "orders-csv", False, {"order_id": "basket_id", "customer_id": "household_id"}),
    ("campaigns/completejourney/products.csv.gz", (), "catalog-csv", True, {"item_id": "product_id", "category": "product_category"}),
    ("rfm/rfm_data_orders.csv.gz", ("--currency", "USD"), "orders-csv", False, {"customer_id": "customer_id", "ordered_at": "order_date"}),
    ("feeds/shopify_apparel.csv", ("--currency", "USD"), "shopify-csv", True, {}),
    ("feeds/shopify_bicycles.csv.gz", ("--currency", "USD"), "shopify-csv", True, {}),
    ("feeds/google_merchant_rss.xml", (), "google-feed", True, {}),
    ("reviews/waimai.csv.gz", (), "catalog-csv", False, {}),
)


def test_real():
    for name, options, form, ready, columns in REAL:
        path = os.path.join(DATA, name)
        if not os.path.exists(path):
            kit.say(f"skipped: no {path}")
            continue
        got = preview(path, *options)
        equal((got.get("format"), got.get("ready")), (form, ready), f"{name}: what it is")
        for column, want in columns.items():
            equal(got["map"]["columns"].get(column), want, f"{name}: {column}")


def main():
    test_encodings()
    test_dates()
    test_spoilt()
    test_money()
    test_lines()
    test_real()
    kit.finish()


main()
