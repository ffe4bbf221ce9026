# What the quick start's server ships, with a provider's query in the place of its pretended wallet: tests/it/verify.rs.
import os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join("www", "guide", "start"))
import shop

stands = {}                                           # what the provider's query says of an attempt
shop.standing = lambda payment: stands.get(payment["attempt"], payment["status"])
said = []
server = shop.Shop.__new__(shop.Shop)
server.session = lambda: "a session"
server.answer = lambda status, body, *_, **__: said.append((status, body.get("status") or body.get("code")))


def create(attempt):
    status, body = server.create(attempt, {"order": "SO-1001", "method": "wechatpay", "amount": 12800, "currency": "CNY",
                                           "attempt": attempt, "return_url": shop.HOME + "/"}, "a session")
    return status, body.get("status") or body.get("code")


def ask(attempt):
    server.path = "/checkout/payments/" + attempt
    server.do_GET()
    return said[-1]


first, second = "mg_" + "a" * 22, "mg_" + "b" * 22
assert create(first) == (201, "pending")
stands[first] = "processing"
assert ask(first) == (200, "processing")
assert "action" not in shop.PAYMENTS[first]
assert create(second) == (409, "payment_in_progress")
server.cancel(first)
stands[first] = "pending"                             # a query that was on its way while it was closed
assert ask(first) == (200, "canceled")
assert create(second) == (201, "pending")
stands[second] = "succeeded"
assert ask(second) == (200, "succeeded")              # PAID, ship it
stands[second] = "pending"
assert ask(second) == (200, "succeeded")
stands[first] = "succeeded"
assert ask(first) == (200, "succeeded")               # PAID TWICE, give it back
assert create("mg_" + "c" * 22) == (409, "order_paid")
