#!/usr/bin/env python3
"""Saved views: private or shared, whoever may change them may, defaults are of one person; wrong and too many ones are refused; the same after a kill."""
import kit
from kit import check, equal

engine = kit.Engine()


class Person:
    def __init__(self, name, role):
        equal(engine.admin("POST", "/api/v1/users", {"name": name, "role": role, "password": "a password of theirs"}).status, 201, f"{name} is made")
        self.sign_in(name)

    def sign_in(self, name):
        answer = engine.ask("POST", "/api/v1/login", {"user": name, "password": "a password of theirs"})
        self.headers = {"Cookie": answer.header("set-cookie").split(";")[0], "X-CSRF-Token": answer.json["csrf"]}

    def ask(self, method, path, body=None):
        return engine.ask(method, path, body, headers=self.headers)

    def ids(self, page="items"):
        return [one["id"] for one in self.ask("GET", f"/api/v1/views?page={page}").json["items"]]

    def one(self, id, page="items"):
        return next(one for one in self.ask("GET", f"/api/v1/views?page={page}").json["items"] if one["id"] == id)


VIEW = {"page": "items", "title": "卖完的茶", "query": "category=%E8%8C%B6&standing=soldOut", "isShared": False}
mei, kai, lin = Person("mei", "analyst"), Person("kai", "analyst"), Person("lin", "marketer")
put = lambda who, id, **more: who.ask("PUT", f"/api/v1/views/{id}", {**VIEW, **more})

# Private: nobody else sees, changes or deletes it.
equal(put(mei, "a").json["title"], "卖完的茶", "a view is saved")
equal((mei.ids(), kai.ids(), mei.ids("customers")), (["a"], [], []), "its owner alone sees it, on its page")
equal([kai.ask(*what).status for what in (("DELETE", "/api/v1/views/a"), ("PUT", "/api/v1/views/a", VIEW), ("PUT", "/api/v1/views/a/default", {"isDefault": True}))], [404, 409, 404], "others cannot touch it")

# Shared: all see it; its owner changes it, and who may edit definitions; its owner stays who it was.
equal(put(mei, "a", isShared=True, title="Tea").status, 200, "it is shared under another name")
equal((kai.one("a")["mayChange"], kai.one("a")["isMine"], kai.one("a")["owner"], lin.one("a")["mayChange"]), (False, False, "mei", True), "all see it")
equal((put(kai, "a", title="x").status, kai.ask("DELETE", "/api/v1/views/a").status), (403, 403), "an analyst does not change another's")
equal((put(lin, "a", isShared=True, title="Tees").status, mei.one("a")["title"], mei.one("a")["isMine"]), (200, "Tees", True), "a marketer does, and it stays hers")

# Each begins with a view of his own.
put(mei, "b", title="Cheap", query="sort=price")
equal([who.ask("PUT", f"/api/v1/views/{id}/default", {"isDefault": True}).status for who, id in ((mei, "b"), (kai, "a"))], [204, 204], "pages begin with a view")
defaults = lambda who: [one["id"] for one in who.ask("GET", "/api/v1/views?page=items").json["items"] if one["isDefault"]]
equal((defaults(mei), defaults(kai), defaults(lin)), (["b"], ["a"], []), "each with his own")
equal((mei.ask("PUT", "/api/v1/views/a/default", {"isDefault": False}).status, defaults(mei)), (204, ["b"]), "another that was none takes none away")

engine.kill()
engine.start()
for who, name in ((mei, "mei"), (kai, "kai"), (lin, "lin")):
    who.sign_in(name)
equal((mei.ids(), defaults(mei), defaults(kai)), (["a", "b"], ["b"], ["a"]), "the same after a kill")
equal((mei.ask("PUT", "/api/v1/views/b/default", {"isDefault": False}).status, defaults(mei)), (204, []), "and no more")

# Deleted, and brought back under its id.
equal((mei.ask("DELETE", "/api/v1/views/a").status, kai.ids(), mei.ask("DELETE", "/api/v1/views/a").status), (204, [], 404), "deleted")
equal((put(mei, "a").status, mei.ids()), (200, ["a", "b"]), "and brought back")

# Wrong ones.
for id, more, field in (("A", {}, "id"), ("x" * 41, {}, "id"), ("x", {"page": "overview"}, "page"), ("x", {"title": ""}, "title"), ("x", {"title": "x" * 201}, "title"), ("x", {"query": "x" * 2001}, "query"),
                        ("x", {"query": 3}, "query"), ("x", {"page": "customers", "query": "segment=a&q=mei%40example.com"}, "query"), ("x", {"page": "customers", "query": "q"}, "query")):
    answer = put(mei, id, **more)
    equal((answer.status, answer.json["field"]), (400, field), f"refused: {id} {str(more)[:40]}")
equal(put(mei, "x", page="customers", query="segment=a&qq=1").status, 200, "another name that begins so is fine")
equal(mei.ask("GET", "/api/v1/views?page=nowhere").status, 400, "an unknown page")
equal(mei.ask("PUT", "/api/v1/views/b/default", {}).json["field"], "isDefault", "a default that says nothing")
equal(engine.ask("GET", "/api/v1/views?page=items", key=kit.SERVER).status, 403, "a shop's key has no views")
equal(engine.ask("GET", "/api/v1/views?page=items").status, 401, "nor has nobody")

# A person has a hundred.
statuses = [put(kai, f"k{number}").status for number in range(101)]
equal((statuses.count(200), statuses[-1]), (100, 409), "the hundred-and-first is refused")
equal(put(kai, "k5", title="again").status, 200, "one of them may still change")
check(engine.admin("POST", "/api/v1/check", {}).json["equal"], "views of the log are as they should be")
kit.finish()
