# Runs each `opened` of www/guide/servers/providers.md, whose blocks come as JSON on the standard input: on notifications that are signed
# as the provider says it does, and on forged ones. Says how many were tried for each; any fault ends it. Before that it gives the calls
# answers of the provider's, which are made up.
import base64
import hashlib
import hmac
import json
import sys
import time
import types

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256


class Refused(Exception):
    pass


sys.modules["requests"] = requests = types.ModuleType("requests")  # no call is sent
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = {"ALIPAY_KEY": KEY.public_key(), "PINGPP_KEY": KEY.public_key(), "WEBHOOK_SECRET": "whsec_81", "Refused": Refused,
          # Published in Adyen's documentation, with the notification below.
          "HMAC_KEY": "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"}
blocks = json.load(sys.stdin)


def opener(part):
    found = [block for block in blocks if part in block and "def opened" in block]
    assert len(found) == 1, part
    names = dict(PUBLIC)
    exec(found[0], names)
    return names["opened"]


def signed(message, key=KEY):
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def judged(name, opened, honest, forged):
    for arguments in honest:
        opened(*arguments)
    for arguments in forged:
        try:
            opened(*arguments)
        except Refused:
            continue
        raise AssertionError(f"{name} believes {arguments}")
    print(name, len(honest) + len(forged))


ANSWERS, SENT, KEPT = [], [], {}


class Answer:
    def __init__(self, status, told):
        self.status_code, self.told, self.text = status, told, json.dumps(told)

    def json(self):
        return self.told

    def raise_for_status(self):
        if self.status_code >= 400:
            raise OSError(self.text)


def answered(*arguments, data=None, **_):
    SENT.append((*arguments, data))
    return ANSWERS.pop(0)


requests.post = requests.get = requests.request = answered


def caller(part):
    """Calls a function of the provider's block, which gets this answer: what it gives, or OSError if it raises that."""
    settings = "APP MERCHANT SELLER CERTIFICATE HOME RETURN_URL SECRET_KEY API_KEY ACCOUNT SHOPPERS_ADDRESS"
    names = {name: name for name in settings.split()}
    names |= PUBLIC | {"MERCHANT_KEY": KEY, "keep": KEPT.__setitem__, "kept": KEPT.get}
    exec(next(block for block in blocks if part in block), names)
    KEPT.clear()

    def call(name, *arguments, told=None, status=200):
        ANSWERS[:] = [Answer(status, told)]
        try:
            return names[name](*arguments)
        except OSError:
            return OSError
    return call


def stands(call, *expected):
    for state, told, status in expected:
        found = call("query", "pay_81_ab", told=told, status=status)
        assert (found if found is OSError else found[0]) == state, (state, told, found)


MADE = ("pay_81-ab", 12800, "CNY", 1951815600)

call = caller("api.mch.weixin.qq.com")
stands(call, *[(state, {"trade_state": word}, 200) for state, word in
               [("paid", "SUCCESS"), ("open", "NOTPAY"), ("open", "USERPAYING"), ("over", "CLOSED"), ("over", "REFUND")]],
       ("open", {"code": "ORDER_NOT_EXIST"}, 404), (OSError, {"code": "SYSTEM_ERROR"}, 500), (OSError, {"code": "NOT_FOUND"}, 404))
assert SENT[-1] == ("GET", "https://api.mch.weixin.qq.com/v3/pay/transactions/out-trade-no/pay_81_ab?mchid=MERCHANT", ""), SENT[-1]
assert call("close", "pay_81_ab", status=204) is True and call("close", "pay_81_ab", told={"code": "ORDERPAID"}, status=400) is False

call = caller("alipay.trade.precreate")


def alipay(deed, code, sub_code="", **more):
    return {f"alipay_trade_{deed}_response": {"code": code, "sub_code": sub_code} | more}


assert call("precreate", *MADE, told=alipay("precreate", "20000")) is OSError
assert call("precreate", *MADE, told=alipay("precreate", "10000", qr_code="x")) == alipay("precreate", "10000", qr_code="x")
assert call("close", "pay_81_ab", told=alipay("close", "10000")) is True
assert call("close", "pay_81_ab", told=alipay("close", "40004", "ACQ.TRADE_STATUS_ERROR")) is False
assert call("close", "pay_81_ab", told=alipay("close", "40004", "ACQ.TRADE_NOT_EXIST")) is OSError
assert call("refund", "pay_81_ab", 1, "CNY", told=alipay("refund", "20000")) is OSError
stands(call, *[(state, alipay("query", "10000", trade_status=word), 200) for state, word in
               [("paid", "TRADE_SUCCESS"), ("paid", "TRADE_FINISHED"), ("open", "WAIT_BUYER_PAY"), ("over", "TRADE_CLOSED")]],
       ("open", alipay("query", "40004", "ACQ.TRADE_NOT_EXIST"), 200), (OSError, alipay("query", "20000"), 200),
       (OSError, {"error_response": {"code": "40002"}}, 200))

call = caller("api.stripe.com")
stands(call, ("open", None, 200))
assert call("create", *MADE, told={"error": {"code": "card_declined"}}) is OSError
KEPT["pay_81_ab"] = "pi_81"
stands(call, *[(state, {"status": word}, 200) for state, word in [("paid", "succeeded"), ("open", "requires_action"), ("over", "canceled")]],
       (OSError, {"error": {}}, 500))
closing = [{"status": "canceled"}, {"error": {"payment_intent": {"status": "canceled"}}}, {"error": {"payment_intent": {"status": "succeeded"}}},
           {"error": {"code": "rate_limit"}}]
assert [call("close", "pay_81_ab", told=told) for told in closing] == [True, True, False, OSError]

call = caller("checkout-test.adyen.com")
stands(call, (OSError, None, 200))
KEPT["pay_81_ab-closed"] = True
stands(call, ("over", None, 200))

call = caller("api.pingxx.com")
call("create", *MADE, told={"id": "ch_81"})
KEPT["pay_81_ab"] = KEPT["pay_81-ab"]
assert json.loads(SENT[-1][2])["order_no"] == "pay81ab", SENT[-1]
stands(call, ("paid", {"paid": True}, 200), ("open", {"paid": False}, 200), ("over", {"paid": True, "refunded": True}, 200), (OSError, {}, 500))


# Alipay: all fields that came but two, sorted, decoded; empty ones are not left out.
told = {"out_trade_no": "pay_81", "total_amount": "128.00", "body": "", "trade_status": "TRADE_SUCCESS"}
text = "body=&out_trade_no=pay_81&total_amount=128.00&trade_status=TRADE_SUCCESS".encode()
form = told | {"sign": signed(text), "sign_type": "RSA2"}
judged("alipay", opener("alipay.trade.precreate"), [[form]],
       [[form | {"total_amount": "0.01"}], [form | {"sign": signed(text, OTHER)}], [told]])

# Stripe: the time, a full stop and the body; more than one signature while a secret is changed.
body, now = b'{"type":"payment_intent.succeeded"}', int(time.time())


def stripe(at, secret="whsec_81", more=""):
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={at}{more},v1={digest}"}


judged("stripe", opener("api.stripe.com"), [[stripe(now), body], [stripe(now, more=",v1=00"), body]],
       [[stripe(now), body + b" "], [stripe(now, "whsec_82"), body], [stripe(now - 3600), body]])

# Adyen: its own example.
item = {"pspReference": "7914073381342284", "merchantAccountCode": "TestMerchant", "merchantReference": "TestPayment-1407325143704",
        "amount": {"value": 1130, "currency": "EUR"}, "eventCode": "AUTHORISATION", "success": "true",
        "additionalData": {"hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="}}
judged("adyen", opener("checkout-test.adyen.com"), [[item]],
       [[item | {"success": "false"}], [item | {"amount": {"value": 1, "currency": "EUR"}}]])

# Ping++: the body as it came.
judged("ping++", opener("api.pingxx.com"), [[{"x-pingplusplus-signature": signed(body)}, body]],
       [[{"x-pingplusplus-signature": signed(body)}, body + b" "], [{"x-pingplusplus-signature": signed(body, OTHER)}, body]])
