"""A shop's checkout server for Moongate, with FastAPI and SQLite: WeChat Pay by code. README.md says how to run it."""

import html
import json
import os
import re
import secrets
import sqlite3
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timezone
from urllib.parse import parse_qsl, urlencode, urlsplit

import segno
import uvicorn
from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

import wallet
from notification import Refused, opened

PORT = int(os.environ.get("PORT", "8000"))
HOME = os.environ.get("SHOP_ORIGIN", f"http://127.0.0.1:{PORT}")  # no other page may pay here or be returned to
FILE = os.path.join(os.environ.get("SHOP_DATA", "."), "shop.db")
WIDGET = os.environ.get("MOONGATE")  # the folder that `moongate bundle` wrote, if this server is to serve it
LIFE = int(os.environ.get("SHOP_CODE_SECONDS", "900"))  # that a code can be paid
LIVE = ("pending", "processing")
BUSY = set()  # attempts whose code the provider is being asked for; more than one process would keep this in the store

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    session TEXT,      -- who may pay it
    shipped_for TEXT,  -- the payment that it is shipped for
    shipment TEXT);    -- 'due', then 'done'
CREATE TABLE IF NOT EXISTS payments (attempt TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, order_id TEXT, method TEXT,
    amount INTEGER, currency TEXT, status TEXT NOT NULL, action TEXT, expires INTEGER, return_url TEXT, session TEXT,
    refund TEXT);      -- 'due', then 'done'
-- One live payment for each order: what stops a second tab from paying twice.
CREATE UNIQUE INDEX IF NOT EXISTS live ON payments (order_id) WHERE status IN ('pending', 'processing');
INSERT OR IGNORE INTO orders (id, amount, currency) VALUES ('SO-1001', 12800, 'CNY'), ('SO-1002', 4500, 'CNY');
"""

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
app.include_router(wallet.pages)
wallet.NOTIFY = f"http://127.0.0.1:{PORT}/notify/wechatpay"


# ---- The store

@contextmanager
def transaction():
    """The store, for one change as a whole: whoever else wants to change it waits."""
    store = sqlite3.connect(FILE, timeout=20, isolation_level=None)
    store.row_factory = sqlite3.Row
    try:
        store.execute("BEGIN IMMEDIATE")
        yield store
        store.execute("COMMIT")
    finally:
        store.close()  # what was not committed is undone


def find(store, key):
    return store.execute("SELECT * FROM payments WHERE ? IN (id, attempt)", [key]).fetchone()


def read(key):
    with transaction() as store:
        return find(store, key)


def listed(query, *values):
    with transaction() as store:
        return store.execute(query, values).fetchall()


# ---- Answers

class Problem(Exception):
    def __init__(self, status, code, **more):
        self.status, self.body, self.headers = status, {"code": code, **more}, {}


@app.exception_handler(Problem)
def problem(_, fault):
    headers = {"Retry-After": "1"} if fault.body["code"] == "in_flight" else None
    return JSONResponse(fault.body, fault.status, headers, "application/problem+json")


@app.exception_handler(HTTPException)
def nothing_here(_, fault):
    return JSONResponse({"code": "not_found"}, fault.status_code, media_type="application/problem+json")


@app.middleware("http")
async def around(request, call_next):
    """Pages of other origins are refused, a browser gets its session, and nothing of a payment is kept in a cache."""
    session = request.cookies.get("shop_session", "")
    request.state.session = session if len(session) == 43 else secrets.token_urlsafe(32)
    checkout = request.url.path.startswith("/checkout/")
    if checkout and request.headers.get("origin", HOME) != HOME:
        response = JSONResponse({"code": "not_allowed"}, 403, media_type="application/problem+json")
    elif int(request.headers.get("content-length") or 0) > 65536:
        response = JSONResponse({"code": "not_allowed"}, 413, media_type="application/problem+json")
    else:
        response = await call_next(request)
    if not request.url.path.startswith("/moongate/"):
        response.headers["Cache-Control"] = "no-store"
    if request.state.session != session:
        response.set_cookie("shop_session", request.state.session, httponly=True, samesite="lax", secure=HOME.startswith("https:"))
    return response


def shown(payment, session, key=None):
    """The payment as the widget reads it. Whoever is not the order's session sees how it stands, and no code."""
    told = {name: payment[name] for name in ("id", "method", "amount", "currency", "status")} | {"order": payment["order_id"]}
    told = {name: value for name, value in told.items() if value is not None}  # what was canceled before it came has no order
    own = payment["session"] == session
    if own or key == payment["attempt"]:
        told["attempt"] = payment["attempt"]
    if own and payment["status"] == "pending" and payment["action"]:
        told["action"] = json.loads(payment["action"])  # what the provider answered, untouched
    if payment["expires"]:
        told["expires_at"] = datetime.fromtimestamp(payment["expires"], timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return told | ({"refunded": True} if payment["refund"] else {})


# ---- A payment begins

def begun(wish, session):
    """The payment of this attempt, and whether it is new; its code is still to be made if it has none."""
    with transaction() as store:
        order = store.execute("SELECT * FROM orders WHERE id = ?", [wish["order"]]).fetchone()
        if order is None:
            raise Problem(404, "not_found")
        if order["session"] not in (None, session):
            raise Problem(403, "not_allowed")
        amount, currency = wish.setdefault("amount", order["amount"]), wish.setdefault("currency", order["currency"])
        known = find(store, wish["attempt"])
        if known and known["status"] == "canceled" and known["order_id"] is None:  # canceled before it came: makes nothing
            store.execute("UPDATE payments SET order_id = ?, method = ?, amount = ?, currency = ? WHERE attempt = ?",
                          [order["id"], wish["method"], amount, currency, wish["attempt"]])
            return find(store, wish["attempt"]), False
        if known:
            if [known[name] for name in ("order_id", "method", "amount", "currency")] != [order["id"], wish["method"], amount, currency]:
                raise Problem(422, "key_reused")
            return known, False
        if wish["method"] != "wechatpay":
            raise Problem(422, "refused", detail="This shop takes WeChat Pay.")
        if (amount, currency) != (order["amount"], order["currency"]):
            raise Problem(409, "amount_changed", amount=order["amount"], currency=order["currency"])
        if "{0.scheme}://{0.netloc}".format(urlsplit(wish["return_url"])) != HOME:
            raise Problem(422, "bad_return_url")
        in_the_way = store.execute("SELECT * FROM payments WHERE order_id = ? AND refund IS NULL AND status IN "
                                   "('pending', 'processing', 'succeeded') ORDER BY status DESC", [order["id"]]).fetchone()
        if in_the_way:
            code = "order_paid" if in_the_way["status"] == "succeeded" else "payment_in_progress"
            raise Problem(409, code, payment=shown(in_the_way, session))
        store.execute("UPDATE orders SET session = ? WHERE id = ?", [session, order["id"]])
        store.execute("INSERT INTO payments (attempt, id, order_id, method, amount, currency, status, expires, return_url, session) "
                      "VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?)",
                      [wish["attempt"], "pay_" + secrets.token_hex(8), order["id"], wish["method"], amount, currency,
                       int(time.time()) + LIFE, wish["return_url"], session])
        return find(store, wish["attempt"]), True


TURN = threading.Lock()


def create(wish, session):
    """Makes the payment and its code. The provider is asked outside of any transaction: it may take seconds."""
    with TURN:
        if wish["attempt"] in BUSY:
            raise Problem(409, "in_flight")
        payment, new = begun(wish, session)
        if payment["status"] != "pending" or payment["action"]:
            return payment, new
        BUSY.add(wish["attempt"])
    try:
        action = wallet.native(payment["id"], payment["amount"], payment["currency"], payment["expires"])
        with transaction() as store:
            store.execute("UPDATE payments SET action = ? WHERE id = ?", [json.dumps(action), payment["id"]])
            return find(store, payment["id"]), new
    finally:
        BUSY.discard(wish["attempt"])


async def body(request: Request):
    return await request.body()


@app.post("/checkout/payments")
def creation(request: Request, sent: bytes = Depends(body)):
    form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    try:
        wish = dict(parse_qsl(sent.decode())) if form else json.loads(sent)
        key = wish["attempt"] if form else request.headers["idempotency-key"]
        texts = [wish[name] for name in ("order", "method", "attempt", "return_url")]
        whole = form or (type(wish["amount"]) is int and type(wish["currency"]) is str)
        if not (re.fullmatch(r"mg_[\w-]{22,61}", key) and key == wish["attempt"] and whole and all(type(text) is str for text in texts)):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Problem(400, "malformed") from None
    if form:  # a browser without WebAssembly: it gets a page. The order says what it costs.
        wish.pop("amount", None), wish.pop("currency", None)
        payment, _ = create(wish, request.state.session)
        return RedirectResponse(f"/pay/{payment['id']}", 303)
    payment, new = create(wish, request.state.session)
    return JSONResponse(shown(payment, request.state.session), 201 if new else 200)


# ---- How it stands, and its end

def became(payment, status):
    with transaction() as store:
        store.execute("UPDATE payments SET status = ? WHERE id = ? AND status IN ('pending', 'processing')", [status, payment["id"]])


def over(payment):
    return payment["expires"] <= time.time()


def closed(payment, outcome):
    """Closes it at the provider. If that can't be done, the query says how it stands."""
    if payment["status"] not in LIVE or payment["attempt"] in BUSY:
        return payment
    try:
        done = wallet.close(payment["id"])
        became(payment, outcome if done else "processing")
        if done:
            return read(payment["id"])
    except Exception as fault:  # unclear: it stays as it is
        print(payment["id"], "was not closed:", fault, flush=True)
    return asked(payment, outcome)


def asked(payment, outcome="expired"):
    """Asks the provider, for a notification may be lost, and answers the payment as it stands then."""
    try:
        stands, told = wallet.query(payment["id"])
        if stands == "paid":
            settle(told)
        elif stands == "over" or over(payment):
            became(payment, outcome)
    except Exception as fault:  # unclear: it is asked again in a minute
        print(payment["id"], "is unclear:", fault, flush=True)
    return read(payment["id"])


def standing(key):
    payment = read(key)
    if payment is None:
        raise Problem(404, "not_found")
    return closed(payment, "expired") if payment["status"] in LIVE and over(payment) else payment


@app.get("/checkout/payments/{key}")
def reading(key: str, request: Request):
    return shown(standing(key), request.state.session, key)


@app.post("/checkout/payments/{key}/cancel")
def cancel(key: str, request: Request):
    session = request.state.session
    with transaction() as store:
        if find(store, key) is None:  # never seen: recorded, so that a late creation with this key makes nothing
            if not re.fullmatch(r"mg_[\w-]{22,61}", key):
                raise Problem(404, "not_found")
            store.execute("INSERT INTO payments (attempt, id, status, session) VALUES (?, ?, 'canceled', ?)",
                          [key, "pay_" + secrets.token_hex(8), session])
        payment = find(store, key)
    if payment["session"] != session:
        raise Problem(403, "not_allowed")
    return shown(closed(payment, "canceled"), session)


@app.post("/checkout/payments/{key}/refresh")
def refresh(key: str):
    raise Problem(501, "not_supported")  # the page cancels, and begins anew


# ---- The provider's word: the only thing that ships

@app.post("/notify/wechatpay")
def notified(request: Request, sent: bytes = Depends(body)):
    try:
        settle(opened(request.headers, sent, wallet.PUBLIC_KEY, wallet.API_KEY))
    except Refused as why:
        print("refused a notification:", why, flush=True)
        return JSONResponse({"code": "FAIL", "message": "refused"}, 401)  # WeChat Pay tells again
    return Response(status_code=204)


def settle(told):
    """Writes down that the order is to be shipped, once, at the price that it has now; whatever else was paid is to be refunded."""
    with transaction() as store:
        payment = find(store, told["out_trade_no"])
        ours = (told["mchid"], told["appid"]) == (wallet.MERCHANT, wallet.APP)
        if payment is None or not ours or told["amount"]["total"] != payment["amount"] or told["amount"]["currency"] != payment["currency"]:
            raise Refused("it is of another merchant, payment or sum")
        if told["trade_state"] != "SUCCESS" or payment["status"] == "succeeded":
            return
        ships = store.execute("UPDATE orders SET shipped_for = ?, shipment = 'due' WHERE id = ? AND shipped_for IS NULL AND amount = ? "
                              "AND currency = ?", [payment["id"], payment["order_id"], payment["amount"], payment["currency"]]).rowcount
        store.execute("UPDATE payments SET status = 'succeeded', refund = ? WHERE id = ?", [None if ships else "due", payment["id"]])
    if ships:
        for other in listed("SELECT * FROM payments WHERE order_id = ? AND status IN ('pending', 'processing')", payment["order_id"]):
            closed(other, "canceled")
    do_what_is_due()


WORK = threading.Lock()


def do_what_is_due():
    """Ships and refunds what the store says is due, one by one: what can't be done now stays due."""
    with WORK:
        for order in listed("SELECT id FROM orders WHERE shipment = 'due'"):
            done(ship, order, "UPDATE orders SET shipment = 'done' WHERE id = ?")
        for payment in listed("SELECT id, amount, currency FROM payments WHERE refund = 'due'"):
            done(wallet.refund, payment, "UPDATE payments SET refund = 'done' WHERE id = ?")


def done(deed, due, change):
    try:
        deed(*due)
        with transaction() as store:
            store.execute(change, [due["id"]])
    except Exception as fault:
        print(due["id"], "is still due:", fault, flush=True)


def ship(order):
    """Tells your warehouse, with the order's id as its idempotency key: told again after a crash, it ships once."""
    print("ship order", order, flush=True)


def every_minute():
    while True:
        try:
            for payment in listed("SELECT payments.*, shipped_for FROM payments JOIN orders ON orders.id = order_id "
                                  "WHERE status IN ('pending', 'processing')"):
                if over(payment) or payment["shipped_for"]:
                    closed(payment, "expired" if over(payment) else "canceled")
                elif payment["attempt"] not in BUSY:
                    asked(payment)
            do_what_is_due()
        except Exception as fault:
            print("something is still due:", fault, flush=True)
        time.sleep(60)


# ---- Pages

@app.get("/pay/{key}")
def code_page(key: str, request: Request):
    """The form way: the code, looked after until it is paid; then back to the shop."""
    payment = standing(key)
    if payment["session"] != request.state.session:
        raise Problem(404, "not_found")
    if payment["status"] != "pending":
        if payment["return_url"] is None:             # canceled before it was ever made
            raise Problem(404, "not_found")
        back = urlsplit(payment["return_url"])
        query = "&".join(filter(None, [back.query, urlencode({"moongate_attempt": payment["attempt"]})]))
        return RedirectResponse(back._replace(query=query).geturl(), 303)
    code = segno.make(json.loads(payment["action"])["code_url"]).svg_inline(scale=6) if payment["action"] else ""
    return page("Pay", f'<p>Scan with WeChat: {payment["amount"] / 100:.2f} {payment["currency"]}</p>{code}', '<meta http-equiv="refresh" content="3">')


@app.get("/orders/{order}")
def order_page(order: str):
    with transaction() as store:
        found = store.execute("SELECT * FROM orders WHERE id = ?", [order]).fetchone()
    if found is None:
        raise Problem(404, "not_found")
    return page(f"Order {order}", f'<p id="standing">{"Shipped" if found["shipped_for"] else "Not paid yet"}</p>'
                f'<moongate-checkout endpoint="/checkout" order="{order}" amount="{found["amount"]}" currency="{found["currency"]}" '
                'methods="wechatpay" shop="山茶咖啡" test-mode></moongate-checkout><p><a href="/wallet" target="_blank">The simulated wallet</a></p>',
                '<script type="module" src="/moongate/moongate.js"></script>')


def page(title, content, head=""):
    return HTMLResponse(f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
                        f'<meta name="viewport" content="width=device-width, initial-scale=1">{head}</head>'
                        f"<body><main><h1>{html.escape(title)}</h1>{content}</main></body></html>")


if WIDGET:
    app.mount("/moongate", StaticFiles(directory=WIDGET))

if __name__ == "__main__":
    with sqlite3.connect(FILE) as made:
        made.executescript("PRAGMA journal_mode = WAL;" + SCHEMA)
    print(f"{HOME}/orders/SO-1001", flush=True)
    threading.Thread(target=every_minute, daemon=True).start()
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
