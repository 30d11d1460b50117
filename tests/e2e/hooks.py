#!/usr/bin/env python3
"""Webhooks of shops at their edges: signatures, secrets, repeats, order of arrival, every topic.

wire.py replays the golden requests; here is the rest: what must be refused and leaves nothing, what is answered well
whatever it is, that an older state never wins, and that no secret is written anywhere.
"""
import base64
import hashlib
import hmac
import json
import os
import time

import kit
from kit import check, equal, now_ms

SECRET, OTHER = "whsec_of_the_tests_1", "whsec_of_the_tests_2"
engine = kit.Engine(env={"ZHUN_HOOK_SECRETS": f"shop={SECRET}, second={OTHER}"})
HOUR = 3600000
T0 = now_ms() - HOUR


def z(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000))


def sign(body, secret=SECRET):
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def shopify(topic, body, source="shop", secret=SECRET, signature=None, query="", **headers):
    body = body if isinstance(body, bytes) else kit.dump(body)
    own = {"X-Shopify-Topic": topic, "X-Shopify-Shop-Domain": "demo.myshopify.com", "Content-Type": "application/json",
           "X-Shopify-Hmac-SHA256": sign(body, secret) if signature is None else signature, **headers}
    return engine.ask("POST", f"/hooks/shopify/{source}{query}", body, headers={k: v for k, v in own.items() if v != ""})


def woo(topic, body, source="shop", **headers):
    body = body if isinstance(body, bytes) else kit.dump(body)
    own = {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Source": "https://shop.example/", "X-WC-Webhook-Signature": sign(body), **headers}
    return engine.ask("POST", f"/hooks/woocommerce/{source}", body, headers={k: v for k, v in own.items() if v != ""})


def well(answer, what, accepted=None):
    check(answer.status == 200 and answer.json["success"], f"{what}: 200", answer)
    if accepted is not None:
        equal(answer.json["accepted"], accepted, f"{what}: accepted")


def order(number=1, customer=7, updated=T0, created=T0, **more):
    return {"id": number, "name": f"#{number}", "created_at": z(created) + "Z", "updated_at": z(updated) + "Z", "currency": "CNY", "total_price": "30.00",
            "customer": {"id": customer} if customer else None, "line_items": [{"product_id": 11, "quantity": 2, "price": "15.00", "title": "杯子"}], **more}


def signatures():
    """T: 401 for each of these, counted, and nothing stored."""
    body = kit.dump(order())
    before, letters = engine.export(), len(engine.letters())
    wrong = [
        ("another secret", shopify("orders/create", body, secret=OTHER)),
        ("another source's secret", shopify("orders/create", body, source="second")),
        ("no such source", shopify("orders/create", body, source="nobody")),
        ("a source without a secret", shopify("orders/create", body, source="default")),
        ("no signature", shopify("orders/create", body, signature="")),
        ("no base64", shopify("orders/create", body, signature="!!!")),
        ("in hexadecimal", shopify("orders/create", body, signature=hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest())),
        ("of another body", shopify("orders/create", body + b" ", signature=sign(body))),
        ("not JSON and not signed", shopify("orders/create", b"{", signature=sign(body))),
        ("an unsigned form that is no ping", woo("order.created", b"webhook_id=1&x=2", **{"X-WC-Webhook-Signature": ""})),
        ("a ping to nobody", woo("", b"webhook_id=1", source="nobody", **{"X-WC-Webhook-Signature": ""})),
    ]
    for what, answer in wrong:
        check(answer.status == 401 and answer.json["code"] == "bad_signature", f"{what}: 401", answer)
    equal(engine.metric("zhun_events_rejected_total", reason="bad_signature"), len(wrong), "each is counted")
    equal((engine.export(), len(engine.letters())), (before, letters), "nothing is stored")
    well(woo("", b"webhook_id=17", **{"X-WC-Webhook-Signature": ""}), "WooCommerce's ping", 0)
    well(shopify("orders/create", body, source="2"), "a source by its number", 1)


def always_200():
    """What is signed is answered well, whatever it is."""
    letters = len(engine.letters())
    well(shopify("themes/publish", {"id": 1}), "an unknown topic", 0)
    well(shopify("", {"id": 1}), "no topic", 0)
    equal(engine.metric("zhun_events_rejected_total", reason="unknown_topic"), 2, "unknown topics are counted")
    for body in (b"", b"{", b"[1]", b'{"id":1,"id":2}', b'{"id":1e999}', b'{"id":' + b"[" * 70 + b"]" * 70 + b"}", kit.dump({"name": "no id"})):
        well(shopify("orders/create", body), f"a body that cannot be used: {body[:20]}", 0)
    equal(len(engine.letters()) - letters, 7, "each is a dead letter")
    large = order(900, line_items=[{"product_id": i, "quantity": 1, "price": "1.00", "title": "x" * 90} for i in range(1, 401)])
    well(shopify("orders/create", large), "an order of 400 lines", 1)
    equal(len(next(e for e in engine.export() if e.get("properties", {}).get("order_id") == "900")["properties"]["products"]), 400, "all its lines")
    most = order(902, line_items=[{"product_id": 7000000000000 + i, "quantity": 1, "price": "1234.50", "title": "x" * 850} for i in range(1000)])
    check(len(kit.dump(most)) > 900000, "a body of nearly 1 MiB")
    well(shopify("orders/create", most), "an order of 1,000 lines", 1)
    equal(len(engine.events("7")[0]["properties"]["products"]), 1000, "all its lines")
    wide = {"id": 903, "title": "w", "variants": [{"id": i, "price": "1.00", "title": "x" * 100} for i in range(7000)]}
    well(shopify("products/update", wide), "a product of 7,000 variants")
    deep = b'{"id":904,"a":[' + b",".join(b"{}" for _ in range(340000)) + b"]}"
    well(shopify("orders/updated", deep), "a body of 340,000 objects", 1)
    well(shopify("orders/create", order(901, line_items=[{"product_id": i, "quantity": 1} for i in range(1001)])), "an order of 1,001 lines", 0)
    equal(engine.letters()[0]["reason"], "bad_field", "is a dead letter")
    equal(shopify("orders/create", b"{" + b" " * (1 << 20) + b"}").status, 413, "a body over 1 MiB")


def one_customer():
    """Order, refund and checkout of one customer, in the order they come and before it."""
    refund = {"id": 5, "order_id": 20, "created_at": z(T0 + 60000) + "Z",
              "refund_line_items": [{"quantity": 1, "line_item": {"product_id": 11, "price": "15.00"}, "subtotal": 15.0, "total_tax": 0}],
              "transactions": [{"kind": "refund", "status": "success", "amount": "15.00", "currency": "CNY"}]}
    well(shopify("refunds/create", refund), "a refund before its order", 1)
    checkout = {"id": 3, "token": "tok1", "created_at": z(T0) + "Z", "updated_at": z(T0) + "Z", "currency": "CNY", "total_price": "30.00",
                "email": "li@example.com", "line_items": order()["line_items"], "customer": {"id": 20}}
    well(shopify("checkouts/create", checkout), "a checkout", 1)
    well(shopify("checkouts/update", {**checkout, "updated_at": z(T0 + 1000) + "Z"}), "the checkout again", 1)
    well(shopify("checkouts/update", {**checkout, "completed_at": z(T0 + 2000) + "Z"}), "the checkout, completed", 0)
    well(shopify("orders/create", order(20, 20, email="li@example.com")), "its order", 1)
    well(shopify("orders/paid", order(20, 20, updated=T0 + 1000, financial_status="paid")), "paid", 1)
    names = [event["event"] for event in engine.events("20")]
    equal(sorted(names), ["Checkout Started", "Checkout Started", "Order Completed", "Order Refunded", "Order Updated"], "all are the customer's")
    orders = engine.serve("GET", "/v1/profiles/20").json["orders"]
    equal((orders["count"], orders["revenueCents"]), (1, 3000), "one order; refunds are counted apart")


def repeats():
    """The same delivery twice changes nothing; a newer state of the same thing does; an older one comes too late."""
    well(shopify("orders/create", order(30, 30), **{"X-Shopify-Webhook-Id": "d1"}), "first", 1)
    log = engine.export()
    again = shopify("orders/create", order(30, 30), **{"X-Shopify-Webhook-Id": "d1"})
    equal((again.json["accepted"], again.json["duplicate"]), (0, 1), "the same delivery")
    again = shopify("orders/create", order(30, 30), **{"X-Shopify-Webhook-Id": "d2"})
    equal((again.json["accepted"], again.json["duplicate"]), (0, 1), "the same state by another delivery")
    equal(engine.export(), log, "nothing new is stored")
    well(shopify("orders/updated", order(30, 30, updated=T0 + 9000, total_price="50.00")), "a newer state", 1)
    well(shopify("orders/updated", order(30, 30, updated=T0 + 5000, total_price="40.00")), "an older one, late", 1)
    engine.sync()
    equal(engine.serve("GET", "/v1/profiles/30").json["orders"]["revenueCents"], 5000, "the newer one stands")
    product = {"id": 11, "title": "new", "updated_at": z(T0 + 9000) + "Z", "status": "active", "variants": [{"price": "12.00"}]}
    well(shopify("products/update", product), "a product")
    well(shopify("products/update", {**product, "title": "old", "updated_at": z(T0 + 1000) + "Z"}), "its older state, late")
    engine.sync()
    equal(engine.admin("GET", "/api/v1/items/11").json["item"]["title"], "new", "the newer product stands")
    again = {**product, "updated_at": z(T0 + 20000) + "Z"}  # the same state, confirmed later
    well(shopify("products/update", again), "nothing but its time is new")
    well(shopify("products/update", {**product, "title": "between", "updated_at": z(T0 + 15000) + "Z"}), "what was between, late")
    engine.sync()
    equal(engine.admin("GET", "/api/v1/items/11").json["item"]["title"], "new", "the newest product stands")


def goods():
    product = {"id": 40, "title": "茶壶", "vendor": "V", "product_type": "厨房", "handle": "pot", "status": "active", "updated_at": z(T0) + "Z",
               "image": {"src": "https://img.example/1.jpg"}, "variants": [
                   {"id": 1, "price": "19.90", "sku": "a", "inventory_management": "shopify", "inventory_quantity": 3, "inventory_policy": "deny"},
                   {"id": 2, "price": "9.90", "sku": "b", "inventory_management": "shopify", "inventory_quantity": -1, "inventory_policy": "deny"}]}
    well(shopify("products/create", product, query="?currency=CNY"), "a product")
    engine.sync()
    item = engine.admin("GET", "/api/v1/items/40").json["item"]
    want = {"title": "茶壶", "brand": "V", "category": "厨房", "priceCents": 990, "currency": "CNY", "stock": 3, "available": True,
            "url": "https://demo.myshopify.com/products/pot", "imageUrl": "https://img.example/1.jpg"}
    equal({key: item.get(key) for key in want}, want, "the product as an item")
    equal(len(item["attributes"]["variants"]), 2, "its variants")
    well(shopify("products/update", {**product, "status": "draft", "updated_at": z(T0 + 1000) + "Z"}), "taken off sale")
    engine.sync()
    equal(engine.admin("GET", "/api/v1/items/40").json["item"]["available"], False, "not sold any more")
    well(shopify("products/delete", {"id": 40}), "deleted")
    engine.sync()
    there = [i for i in engine.admin("GET", "/api/v1/items?limit=500").json["items"] if i["itemId"] == "40"]
    equal(there, [], "the item is gone")
    thing = {"id": 41, "name": "杯", "status": "publish", "price": "8.50", "manage_stock": True, "stock_quantity": 4, "backorders": "no",
             "stock_status": "instock", "permalink": "https://shop.example/p/41", "categories": [{"name": "茶具"}], "date_modified_gmt": z(T0)}
    well(woo("product.created", thing), "a product of WooCommerce")
    engine.sync()
    item = engine.admin("GET", "/api/v1/items/41").json["item"]
    equal((item["title"], item["priceCents"], item["stock"], item["category"]), ("杯", 850, 4, "茶具"), "as an item")
    well(woo("product.deleted", {"id": 41}), "deleted")
    well(woo("product.restored", thing), "restored")
    engine.sync()
    equal(engine.admin("GET", "/api/v1/items/41").json["item"]["title"], "杯", "there again")


def people():
    who = {"id": 50, "email": "han@example.com", "phone": "+8613800000001", "first_name": "H", "updated_at": z(T0) + "Z",
           "default_address": {"city": "深圳", "country_code": "CN", "zip": "518000"}, "tags": "vip",
           "email_marketing_consent": {"state": "subscribed", "consent_updated_at": z(T0) + "Z"},
           "sms_marketing_consent": {"state": "unsubscribed", "consent_updated_at": z(T0 - 1000) + "Z"}}
    well(shopify("customers/create", who), "a customer", 1)
    engine.sync()
    profile, consent = engine.serve("GET", "/v1/profiles/50").json, engine.serve("GET", "/v1/consents/50").json
    equal(profile["traits"].get("tags"), "vip", "a trait")
    equal((consent["marketing"]["email"], consent["marketing"].get("sms")), (True, False), "choices")
    again = shopify("customers/create", who)
    equal((again.json["accepted"], again.json["duplicate"]), (0, 1), "the same customer again")
    later = {**who, "updated_at": z(T0 + 5000) + "Z", "email_marketing_consent": {"state": "unsubscribed", "consent_updated_at": z(T0 + 5000) + "Z"}}
    well(shopify("customers/update", later), "she leaves the list", 1)
    well(shopify("customers/update", {**who, "tags": "old", "updated_at": z(T0 + 1) + "Z"}), "an older state, late")
    engine.sync()
    equal(engine.serve("GET", "/v1/consents/50").json["marketing"]["email"], False, "no is no")
    well(woo("customer.created", {"id": 51, "email": "w@example.com", "billing": {"phone": "13800000002", "city": "广州"}, "date_modified_gmt": z(T0)}), "of WooCommerce", 1)
    equal(engine.events("51")[0]["traits"]["email"], "w@example.com", "her traits")
    well(woo("customer.deleted", {"id": 51}), "deleted", 1)
    well(woo("coupon.created", {"id": 60, "code": "SPRING", "amount": "5.00", "date_modified_gmt": z(T0)}), "a coupon", 1)


def privacy():
    asked = {"shop_id": 1, "shop_domain": "demo.myshopify.com", "customer": {"id": 50, "email": "han@example.com"}}
    for topic, name in (("customers/data_request", "Customer Data Requested"), ("shop/redact", "Shop Redaction Requested"), ("app/uninstalled", "App Uninstalled")):
        well(shopify(topic, asked if "customers" in topic else {"id": 1, "shop_id": 1, "shop_domain": "demo.myshopify.com"}), topic, 1)
        event = engine.export()[-1]
        equal((event["event"], event["context"]["webhook"]["topic"]), (name, topic), f"{topic} is kept with its kind")
        check("no_visit" in str(event.get("marks", "no_visit")), "it is no visit")
    equal(engine.export()[-3]["userId"], "50", "whose data it is")
    forged = shopify("customers/redact", asked, secret=OTHER)
    equal((forged.status, engine.serve("GET", "/v1/profiles/50").status), (401, 200), "a forged request to forget does nothing")
    well(shopify("customers/redact", asked), "a request to forget", 0)
    equal(engine.serve("GET", "/v1/profiles/50").status, 404, "who was known is erased before the answer")
    equal([one["reason"] for one in engine.admin("GET", "/api/v1/erasures").json["items"]], ["shopify customers/redact"], "and it is listed")
    well(shopify("customers/redact", {**asked, "customer": {"id": 987654}}), "of somebody nobody knows", 1)
    equal(engine.export()[-1]["event"], "Customer Redaction Requested", "it is kept as a request")


def woo_orders():
    one = {"id": 70, "number": "70", "status": "processing", "currency": "CNY", "date_created_gmt": z(T0), "date_modified_gmt": z(T0), "total": "29.35",
           "shipping_total": "10.00", "total_tax": "1.35", "customer_id": 0, "billing": {"email": "guest@example.com"},
           "line_items": [{"product_id": 93, "variation_id": 0, "quantity": 2, "total": "18.00", "price": 9, "name": "蛋糕架"}], "refunds": []}
    well(woo("order.created", one), "a guest's order", 1)
    event = engine.export()[-1]
    check("userId" not in event and event["anonymousId"].endswith(":order:70"), "the guest is of the order", event)
    equal(event["properties"]["subtotal"], 18.0, "its subtotal")
    part = {**one, "date_modified_gmt": z(T0 + 1000), "refunds": [{"id": 71, "total": "-5.00"}]}
    well(woo("order.updated", part), "a part goes back", 2)
    again = woo("order.updated", {**part, "date_modified_gmt": z(T0 + 2000), "refunds": [{"id": 71, "total": "-5.00"}, {"id": 72, "total": "-1.00"}]})
    equal((again.json["accepted"], again.json["duplicate"]), (2, 1), "another refund; the first is known")
    well(woo("order.updated", {**part, "status": "cancelled", "date_modified_gmt": z(T0 + 3000)}), "cancelled", 1)
    again = woo("order.updated", {**part, "status": "cancelled", "date_modified_gmt": z(T0 + 4000)})
    equal((again.json["accepted"], again.json["duplicate"], again.json["rejected"]), (0, 2, 0), "cancelled is cancelled")
    well(woo("order.deleted", {"id": 70}), "deleted", 1)


def kills():
    """What was answered is there, whatever happens right after; the shop's next try changes nothing."""
    for number in range(95, 98):
        well(shopify("orders/create", order(number, 95)), "an order before the end", 1)
        engine.kill()
        engine.start()
        again = shopify("orders/create", order(number, 95), **{"X-Shopify-Webhook-Id": "again"})
        equal((again.json["accepted"], again.json["duplicate"]), (0, 1), "taken, and known")
    equal(len(engine.events("95")), 3, "each is there once")


def secrets():
    """Set, changed and taken away over HTTP; shown nowhere, written nowhere."""
    made = engine.admin("POST", "/api/v1/sources", {"name": "third"})
    equal((made.status, made.json["name"], made.json["hasSecret"]), (201, "third", False), "a source")
    number = made.json["id"]
    equal(engine.admin("POST", "/api/v1/sources", {"name": "third"}).status, 409, "its name is taken")
    equal(engine.admin("POST", "/api/v1/sources", {"name": "a b"}).status, 400, "no name for an address")
    third, fourth = "whsec_of_the_tests_3", "whsec_of_the_tests_4"
    path = f"/api/v1/sources/{number}/secret"
    equal(shopify("orders/create", order(80, 80), source="third", secret=third).status, 401, "no secret yet")
    for secret, status in ((third, 204), ("short", 400), (7, 400), ("x" * 257, 400)):
        equal(engine.admin("PUT", path, {"secret": secret}).status, status, f"secret {secret}")
    equal(engine.admin("PUT", "/api/v1/sources/999/secret", {"secret": third}).status, 404, "no such source")
    equal(engine.serve("PUT", path, {"secret": third}).status, 403, "not with a server key")
    well(shopify("orders/create", order(80, 80), source="third", secret=third), "signed with it", 1)
    listed = engine.admin("GET", "/api/v1/sources")
    equal({s["name"]: s["hasSecret"] for s in listed.json["items"]}, {"default": False, "shop": True, "second": True, "third": True}, "sources")
    check(third not in listed.body.decode(), "never shown")
    equal(engine.admin("PUT", path, {"secret": fourth}).status, 204, "another one")
    equal(shopify("orders/create", order(81, 80), source="third", secret=third).status, 401, "the one before is over")
    well(shopify("orders/create", order(81, 80), source="third", secret=fourth), "the new one fits", 1)
    engine.restart()
    well(shopify("orders/create", order(82, 80), source="third", secret=fourth), "after a restart", 1)
    equal(engine.admin("PUT", path, {"secret": None}).status, 204, "taken away")
    equal(shopify("orders/create", order(83, 80), source="third", secret=fourth).status, 401, "closed")
    engine.is_equal("after the webhooks")
    equal(engine.stop(), 0, "it ends")
    words = [word.encode() for word in (SECRET, OTHER, third, fourth, "han@example.com", "guest@example.com", "13800000001")]
    found = []
    for folder, _, files in os.walk(engine.data):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                data = file.read()
            found += [(name, word) for word in words if word in data]
    equal(found, [], "no secret and nobody's address lies open in the folder")
    equal([line for line in engine.lines if any(word.decode() in line for word in words)], [], "nor in the lines of the log")


for part in (signatures, always_200, one_customer, repeats, goods, people, privacy, woo_orders):
    kit.say(f"-- {part.__name__}")
    part()
equal(engine.metric("zhun_events_accepted_total", dialect="webhook") > 20, True, "counted as webhooks")
kit.say("-- kills")
kills()
kit.say("-- secrets")
secrets()
kit.finish()
