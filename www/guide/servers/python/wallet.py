"""Stands for WeChat Pay, so that the shop can be tried: makes codes, closes and refunds them, and notifies as WeChat Pay does.

Replace native, query, close and refund by your calls (../providers.md), PUBLIC_KEY by WeChat Pay's, and leave the rest out.
"""

import base64
import html
import json
import os
import secrets
import sqlite3
import time
import urllib.error
import urllib.request
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse

STORE = sqlite3.connect(os.path.join(os.environ.get("SHOP_DATA", "."), "wallet.db"), isolation_level=None, check_same_thread=False)
STORE.execute("CREATE TABLE IF NOT EXISTS codes (id TEXT PRIMARY KEY, code TEXT, total INTEGER, currency TEXT, state TEXT, "
              "fails TEXT NOT NULL DEFAULT '')")  # the calls that fail for it
PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_KEY, API_KEY = PRIVATE_KEY.public_key(), secrets.token_bytes(32)
MERCHANT, APP = "1900000001", "wxd678efh567hg6787"
NOTIFY = None  # where notifications go: the shop sets it

pages = APIRouter()


def native(payment, total, currency, expires):
    """POST /v3/pay/transactions/native: what it answers. The same payment again: the same code."""
    code = "weixin://wxpay/bizpayurl?pr=" + secrets.token_hex(4)
    STORE.execute("INSERT OR IGNORE INTO codes (id, code, total, currency, state) VALUES (?, ?, ?, ?, 'NOTPAY')", [payment, code, total, currency])
    return {"code_url": STORE.execute("SELECT code FROM codes WHERE id = ?", [payment]).fetchone()[0]}


def query(payment):
    """GET …/out-trade-no/{id}: whether it is "paid", still "open" or "over"; and, if paid, the transaction that a notification tells of."""
    found = called("query", payment)
    if found and found[0] == "SUCCESS":
        return "paid", transaction(payment, *found[1:])
    return ("open" if found is None or found[0] == "NOTPAY" else "over"), None


def close(payment):
    """POST …/out-trade-no/{id}/close: whether nobody can pay it any more. If not, it was paid or is over. It raises if that is unclear."""
    called("close", payment)
    STORE.execute("UPDATE codes SET state = 'CLOSED' WHERE id = ? AND state = 'NOTPAY'", [payment])
    found = called("close", payment)
    return found is None or found[0] == "CLOSED"


def refund(payment, total, currency):
    """POST /v3/refund/domestic/refunds with out_refund_no = the payment's id: asked twice, it is paid back once."""
    called("refund", payment)
    STORE.execute("UPDATE codes SET state = 'REFUND' WHERE id = ? AND state = 'SUCCESS'", [payment])
    print("refunded", payment, flush=True)


def called(call, payment):
    """State, total and currency of a code, unless this call is to fail for it."""
    found = STORE.execute("SELECT state, total, currency, fails FROM codes WHERE id = ?", [payment]).fetchone()
    if found and call in found[3].split():
        raise OSError(f"the simulated wallet fails to {call}")
    return found and found[:3]


def transaction(payment, total, currency):
    return {"mchid": MERCHANT, "appid": APP, "out_trade_no": payment, "transaction_id": "42" + secrets.token_hex(13),
            "trade_state": "SUCCESS", "amount": {"total": total, "currency": currency}}


def notify(payment, total, currency, honest=True):
    """Tells the shop that it was paid, signed and sealed; the shop's answer."""
    told = transaction(payment, total, currency)
    nonce, stamp = secrets.token_hex(6), str(int(time.time()))
    sealed = AESGCM(API_KEY).encrypt(nonce.encode(), json.dumps(told).encode(), b"transaction")
    resource = {"algorithm": "AEAD_AES_256_GCM", "original_type": "transaction", "associated_data": "transaction",
                "nonce": nonce, "ciphertext": base64.b64encode(sealed).decode()}
    body = json.dumps({"id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "resource": resource}).encode()
    signature = PRIVATE_KEY.sign(f"{stamp}\n{nonce}\n".encode() + body + b"\n", PKCS1v15(), SHA256())
    headers = {"Content-Type": "application/json", "Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": nonce,
               "Wechatpay-Signature": base64.b64encode(signature if honest else bytes(256)).decode()}
    try:
        return urllib.request.urlopen(urllib.request.Request(NOTIFY, body, headers), timeout=10).status
    except urllib.error.HTTPError as refused:
        return refused.code


@pages.get("/wallet")
def page():
    rows = STORE.execute("SELECT id, total, currency, state FROM codes ORDER BY rowid DESC").fetchall()
    row = '<li>{0}: {1} {2}, {3} <form method="post" action="/wallet/pay"><button name="id" value="{0}">Pay</button></form></li>'
    return HTMLResponse("<!doctype html><title>Wallet</title><h1>The simulated wallet</h1><ul>"
                        + "".join(row.format(*(html.escape(str(cell)) for cell in cells)) for cells in rows) + "</ul>")


@pages.get("/wallet/codes")
def codes():
    rows = STORE.execute("SELECT id, code, total, currency, state FROM codes ORDER BY rowid").fetchall()
    return [dict(zip(("id", "code", "total", "currency", "state"), row)) for row in rows]


async def form(request):
    return {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}


@pages.post("/wallet/pay")
async def pay(request: Request):
    """Pays a code, even one that was just closed, as happens. `total` tells of another sum, `forged` signs wrongly, `silent` tells nothing."""
    sent = await form(request)
    found = STORE.execute("SELECT total, currency FROM codes WHERE id = ?", [sent.get("id")]).fetchone()
    if found is None:
        return JSONResponse({"code": "not_found"}, 404)
    total, honest = int(sent.get("total", found[0])), "forged" not in sent
    if honest and total == found[0]:
        STORE.execute("UPDATE codes SET state = 'SUCCESS' WHERE id = ?", [sent["id"]])
    if "silent" in sent:
        return {"answered": 0}
    return {"answered": await run_in_threadpool(notify, sent["id"], total, found[1], honest)}


@pages.post("/wallet/fail")
async def fail(request: Request):
    """From now on these `calls` fail for this code, for example "close query"."""
    sent = await form(request)
    if not STORE.execute("UPDATE codes SET fails = ? WHERE id = ?", [sent.get("calls", ""), sent.get("id")]).rowcount:
        return JSONResponse({"code": "not_found"}, 404)
    return {"answered": 0}
