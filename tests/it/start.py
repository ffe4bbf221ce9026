# What the quick start's server ships, with a provider's query in the place of its pretended wallet: tests/it/verify.rs.
import os, sys
from email.message import Message
from urllib.parse import urlencode

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


# The provider does not answer at first: the same key asks it again.
third = "mg_" + "d" * 22
begin, shop.begin = shop.begin, lambda payment: 1 / 0
try:
    create(third)
except ZeroDivisionError:
    shop.begin = begin
assert create(third) == (200, "pending") and "action" in shop.PAYMENTS[third]
server.cancel(third)

# The form way shows whatever the provider answered.
told = []


class Form(shop.Shop):
    headers = Message()
    def __init__(self): pass
    def session(self): return "a session"
    def answer(self, status, body, *_, **headers): told.append((status, headers.get("Location"), body))


Form.headers["Content-Type"] = "application/x-www-form-urlencoded"


def post(letter, action):
    key = "mg_" + letter * 22
    shop.begin = lambda payment: action
    Form().pay(urlencode({"order": "SO-1001", "method": "wechatpay", "attempt": key, "return_url": shop.HOME + "/back"}))
    server.cancel(key)
    return told[-1]


assert post("e", "<form></form>") == (200, None, "<form></form>")
assert post("f", {"url": "https://wallet.example/"})[:2] == (303, "https://wallet.example/")
status, location, page = post("g", {"code_url": 'weixin://wxpay/bizpayurl?pr=1"'})
assert (status, location) == (200, None) and 'href="weixin://wxpay/bizpayurl?pr=1&quot;"' in page, page
assert post("g", {})[:2] == (303, shop.HOME + "/back")    # canceled meanwhile: nothing to pay
shop.begin = begin

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
