# A whole shop: its page, its checkout API, and a pretended wallet. Python's standard library, nothing else.
import html, json, re, secrets, threading
from http.cookies import SimpleCookie
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PORT = 8000
HOME = f"http://127.0.0.1:{PORT}"             # the shop's origin: no other page may pay, or be returned to
ORDERS = {"SO-1001": (12800, "CNY"), "SO-1002": (900, "CNY")}     # what each order costs, in 分: your database
PAYMENTS, ASKED, LOCK = {}, {}, threading.Lock()      # attempt -> payment, and what it was asked for: your database too
SHIPPED = {}                                  # order -> the payment it was shipped for
LIVE = ("pending", "processing")              # may still be paid


def begin(payment):
    """Your call to the provider. Whatever it answers may go to the page as it is; here it is a page of our own."""
    return {"type": "redirect", "url": f"{HOME}/wallet/{payment['id']}", "method": "GET", "fields": {}}


def standing(payment):
    """Your query at the provider: how the payment stands there. Here the pretended wallet wrote it down itself."""
    return payment["status"]


def close(payment):
    """Your close call at the provider. It gives how the payment stands after it: it may have been paid meanwhile."""
    return "canceled" if payment["status"] in LIVE else payment["status"]


def notified(payment):
    """What the provider's signed notification leads to, once signature, order, amount and currency were compared."""
    if payment["status"] == "succeeded":
        return                                        # told before: providers repeat themselves
    payment["status"] = "succeeded"
    payment.pop("action", None)
    first = SHIPPED.setdefault(payment["order"], payment["id"]) == payment["id"]
    what = "PAID, ship it" if first else "PAID TWICE, give it back"
    print(f"{what}: {payment['order']} {payment['amount']} {payment['currency']}", flush=True)


def learn(payment, status):
    """Keeps what a query or a close call said. Paid is for ever, and what has ended does not come back to life."""
    if status == "succeeded":
        notified(payment)
    elif payment["status"] in LIVE:
        payment["status"] = status
        if status != "pending":
            payment.pop("action", None)


def find(key):
    return PAYMENTS.get(key) or next((p for p in PAYMENTS.values() if p["id"] == key), None)


class Shop(SimpleHTTPRequestHandler):
    def __init__(self, *args):
        super().__init__(*args, directory="public")

    def log_request(self, *_):
        """Quiet: what the terminal says is what is to be shipped."""

    def session(self):
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("session")
        return cookie.value if cookie else None

    def answer(self, status, body, kind="application/json", **headers):
        body = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind if status < 400 else "application/problem+json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path = urlsplit(self.path).path
        if self.headers.get("Origin", HOME) != HOME:
            return self.answer(403, {"code": "not_allowed"})
        with LOCK:
            if paid := re.fullmatch(r"/wallet/(\w+)", path):
                payment = find(paid[1])
                if payment is None:
                    return self.answer(404, {"code": "not_found"})
                if payment["status"] in LIVE:         # what was closed can no longer be paid
                    notified(payment)
                return self.answer(303, "", Location=payment.get("back", HOME))
            if path == "/checkout/payments":
                return self.pay(body)
            if key := re.fullmatch(r"/checkout/payments/([\w-]+)/cancel", path):
                return self.cancel(key[1])
            return self.answer(501 if path.endswith("/refresh") else 404, {"code": "not_found"})

    def pay(self, body):
        form = self.headers.get_content_type() != "application/json"
        sent = {name: values[0] for name, values in parse_qs(body).items()} if form else json.loads(body)
        if form:                                      # a page without script: it does not say what it saw
            sent["amount"], sent["currency"] = ORDERS.get(sent.get("order"), (0, ""))
        key = sent.get("attempt") if form else self.headers.get("Idempotency-Key")
        session = self.session() or secrets.token_urlsafe(16)
        status, answer = self.create(key or "", sent, session)
        cookie = {"Set_Cookie": f"session={session}; Path=/; HttpOnly; SameSite=Lax"}
        if form and status < 300:
            return self.lead(answer.get("action"), PAYMENTS[key].get("back", HOME), cookie)
        self.answer(status, answer, **cookie)

    def lead(self, action, back, cookie):
        """A page without script goes where the provider says, or back if there is nothing to pay."""
        if isinstance(action, str):                   # the provider's own form
            return self.answer(200, action, "text/html; charset=utf-8", **cookie)
        if action and "url" not in action:            # a code: draw it here, with a package for QR codes
            code = html.escape(action.get("code_url") or json.dumps(action))
            return self.answer(200, f'<!doctype html><title>Pay</title><p>Scan or open: <a href="{code}">{code}</a>'
                               f'<p><a href="{html.escape(back)}">Back to the shop</a>', "text/html; charset=utf-8", **cookie)
        self.answer(303, "", Location=action["url"] if action else back, **cookie)

    def create(self, key, sent, session):
        asked = [sent.get(name) for name in ("order", "method", "amount", "currency")]
        order, _, amount, currency = asked
        if not re.fullmatch(r"mg_[\w-]{22,61}", key) or sent.get("attempt") != key:
            return 400, {"code": "bad_attempt"}
        if key in PAYMENTS:                           # the same key: the same payment, never a second one
            payment = PAYMENTS[key]
            if ASKED.setdefault(key, asked) != asked:
                return 422, {"code": "key_reused"}
            if payment["status"] == "pending" and "action" not in payment:
                payment["action"] = begin(payment)    # the provider did not answer at first
            return 200, self.seen(payment, session, key)
        if order not in ORDERS:
            return 404, {"code": "not_found"}
        if (amount, currency) != ORDERS[order]:
            return 409, {"code": "amount_changed", "amount": ORDERS[order][0], "currency": ORDERS[order][1]}
        if "{0.scheme}://{0.netloc}".format(urlsplit(sent.get("return_url", ""))) != HOME:
            return 422, {"code": "bad_return_url"}
        for live in PAYMENTS.values():                # one live payment for each order, whatever tab or phone asks
            if live.get("order") == order and live["status"] in (*LIVE, "succeeded"):
                code = "order_paid" if live["status"] == "succeeded" else "payment_in_progress"
                own = {"payment": self.seen(live, session)} if live["session"] == session else {}
                return 409, {"code": code, **own}
        ASKED[key] = asked
        payment = PAYMENTS[key] = {"id": "pay_" + secrets.token_hex(8), "attempt": key, "order": order,
                                   "method": sent.get("method"), "amount": amount, "currency": currency,
                                   "status": "pending", "session": session, "back": sent["return_url"]}
        payment["action"] = begin(payment)
        return 201, self.seen(payment, session)

    def seen(self, payment, session, key=None):
        """The payment as this session may see it. To any other there is nothing to pay with, and no attempt it did not know."""
        secret = {"action"} if key == payment["attempt"] else {"action", "attempt"}
        hidden = {"session", "back"} | (set() if payment.get("session") == session else secret)
        return {name: value for name, value in payment.items() if name not in hidden}

    def cancel(self, key):
        payment = find(key)
        if payment is None:                           # never seen: a late creation with this key must make nothing
            payment = PAYMENTS[key] = {"id": "pay_" + secrets.token_hex(8), "attempt": key, "status": "canceled"}
        learn(payment, close(payment))
        self.answer(200, self.seen(payment, self.session(), key))

    def do_GET(self):
        path = urlsplit(self.path).path
        if wallet := re.fullmatch(r"/wallet/(\w+)", path):
            button = ('<!doctype html><html lang="en"><title>Wallet</title><link rel="icon" href="data:,">'
                      '<h1>A pretended wallet</h1><form method="post"><button>Pretend to pay</button></form>')
            return self.answer(200, button, "text/html") if find(wallet[1]) else self.answer(404, {"code": "not_found"})
        if key := re.fullmatch(r"/checkout/payments/([\w-]+)", path):
            payment = find(key[1])
            if payment is None:
                return self.answer(404, {"code": "not_found"})
            stands = standing(payment)                # perhaps slow: nobody else waits for it
            with LOCK:
                learn(payment, stands)
            return self.answer(200, self.seen(payment, self.session(), key[1]))
        super().do_GET()


if __name__ == "__main__":
    print(f"{HOME}/", flush=True)
    try:
        ThreadingHTTPServer(("127.0.0.1", PORT), Shop).serve_forever()
    except KeyboardInterrupt:
        pass
