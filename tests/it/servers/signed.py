# Runs each `opened` of www/guide/servers/providers.md, whose blocks come as JSON on the standard input: on notifications that are signed
# as the provider says it does, and on forged ones. Says how many were tried for each; any fault ends it.
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


sys.modules["requests"] = types.ModuleType("requests")  # no call is sent
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
