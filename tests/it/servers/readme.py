# The README's server, which comes on the standard input, with a provider in the place of its three functions: tests/it/servers.rs.
import sys

names = {}
exec(sys.stdin.read().rsplit("\n\n", 1)[0], names)      # all but the line that serves
asked, closes = [], []
names["wechat_native"] = lambda payment: asked.append(payment["id"]) or {"code_url": "weixin://1"}
names["wechat_close"] = lambda payment: closes.append(payment["id"]) or stands
server, said = names["Checkout"].__new__(names["Checkout"]), []
server.answer = lambda status, body: said.append((status, body.get("status") or body.get("code")))
server.headers, server.rfile = {}, type("Nothing", (), {"read": lambda *_: b""})()


def create(attempt):
    return server.create(attempt, {"order": "SO-1001", "method": "wechatpay", "amount": 12800, "currency": "CNY", "attempt": attempt,
                                   "return_url": names["HOME"] + "/"})


def cancel(attempt):
    server.path = f"/checkout/payments/{attempt}/cancel"
    server.do_POST()
    return said[-1]


first, second = "mg_" + "a" * 22, "mg_" + "b" * 22
made = create(first)[1]
assert asked == [made["id"]] and made["action"] == {"code_url": "weixin://1"}, "the provider knows it by its own number"
stands = "pending"
assert cancel(first) == (200, "pending"), "it could not be closed"
assert create(second)[0] == 409
stands = "canceled"
assert cancel(first) == (200, "canceled")
paid = create(second)[1]
stands = "succeeded"
assert cancel(second) == (200, "succeeded"), "it was paid before it could be closed"
assert closes == [made["id"]] * 2 + [paid["id"]]
