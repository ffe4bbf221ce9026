// Opens a notification of WeChat Pay (APIv3): nothing in it counts before its signature was checked. With WeChat Pay's own public
// key and your APIv3 key this is the real check; the stand-in of wallet.go signs in the same way.

package main

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// After this a notification is taken for one that somebody kept and sends again.
const old = 5 * time.Minute

// Refused says why a notification is not to be believed.
type Refused string

func (why Refused) Error() string { return string(why) }

// Transaction is what a notification tells of.
type Transaction struct {
	Merchant string `json:"mchid"`
	App      string `json:"appid"`
	Trade    string `json:"out_trade_no"`
	State    string `json:"trade_state"`
	Amount   struct {
		Total    int64  `json:"total"`
		Currency string `json:"currency"`
	} `json:"amount"`
}

// Keys are what a notification is opened with: WeChat Pay's, and the merchant's APIv3 key.
type Keys struct {
	Public *rsa.PublicKey
	API    []byte
}

func opened(headers http.Header, body []byte, keys Keys) (told Transaction, why error) {
	stamp, nonce := headers.Get("Wechatpay-Timestamp"), headers.Get("Wechatpay-Nonce")
	made, err := strconv.ParseInt(stamp, 10, 64)
	if age := time.Since(time.Unix(made, 0)); err != nil || age > old || age < -old {
		return told, Refused("it is old, or has no time")
	}
	signature, err := base64.StdEncoding.DecodeString(headers.Get("Wechatpay-Signature"))
	digest := sha256.Sum256([]byte(stamp + "\n" + nonce + "\n" + string(body) + "\n"))
	if err != nil || rsa.VerifyPKCS1v15(keys.Public, crypto.SHA256, digest[:], signature) != nil {
		return told, Refused("it is not signed by WeChat Pay")
	}
	plain, err := unsealed(body, keys.API)
	if err != nil || json.Unmarshal(plain, &told) != nil {
		return told, Refused("it can't be opened with the APIv3 key")
	}
	return told, nil
}

func unsealed(body, key []byte) ([]byte, error) {
	var told struct {
		Resource struct {
			Nonce      string `json:"nonce"`
			Bound      string `json:"associated_data"`
			Ciphertext []byte `json:"ciphertext"` // Base64 in JSON
		} `json:"resource"`
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	if len(told.Resource.Nonce) != seal.NonceSize() {
		return nil, errors.New("the nonce has another length")
	}
	return seal.Open(nil, []byte(told.Resource.Nonce), told.Resource.Ciphertext, []byte(told.Resource.Bound))
}
