"""Opens a notification of WeChat Pay (APIv3): nothing in it counts before its signature was checked.

With WeChat Pay's own public key and your APIv3 key this is the real check; the stand-in of wallet.py signs in the same way.
"""

import base64
import json
import time

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

OLD = 300  # seconds after which a notification is taken for one that somebody kept and sends again


class Refused(Exception):
    """The notification is not to be believed."""


def opened(headers, body, public_key, api_key):
    """The transaction that it tells of, for example {"out_trade_no": "pay_…", "trade_state": "SUCCESS", "amount": {…}}."""
    try:
        stamp, nonce = headers["wechatpay-timestamp"], headers["wechatpay-nonce"]
        if abs(time.time() - int(stamp)) > OLD:
            raise Refused("it is old")
        signature = base64.b64decode(headers["wechatpay-signature"])
        public_key.verify(signature, f"{stamp}\n{nonce}\n".encode() + body + b"\n", PKCS1v15(), SHA256())
        resource = json.loads(body)["resource"]
        sealed, bound = base64.b64decode(resource["ciphertext"]), resource.get("associated_data", "").encode()
        return json.loads(AESGCM(api_key).decrypt(resource["nonce"].encode(), sealed, bound))
    except (InvalidSignature, InvalidTag, KeyError, ValueError, TypeError) as fault:
        raise Refused(f"it is not WeChat Pay's: {fault!r}") from fault
