// Stands for WeChat Pay, so that the shop can be tried: makes codes, closes and refunds them, says how they stand, and
// notifies as WeChat Pay does. Replace native, close, query and refund by your calls (../providers.md), the keys by WeChat Pay's, and leave the rest out.

package main

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const merchant, app = "1900000001", "wxd678efh567hg6787"

// Wallet is the provider.
type Wallet struct {
	db     *sql.DB
	key    *rsa.PrivateKey
	api    []byte
	notify string // where notifications go
}

func openWallet(file, notify string) (*Wallet, error) {
	db, err := open(file, `CREATE TABLE IF NOT EXISTS codes (id TEXT PRIMARY KEY, code TEXT, total INTEGER, currency TEXT, state TEXT,
		fails TEXT NOT NULL DEFAULT '')`) // calls that are to fail, for a trial
	if err != nil {
		return nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	return &Wallet{db, key, []byte(random(16)), notify}, err
}

func (wallet *Wallet) keys() Keys { return Keys{&wallet.key.PublicKey, wallet.api} }

// native is POST /v3/pay/transactions/native: what it answers. The same trade again: the same code.
func (wallet *Wallet) native(trade string, total int64, currency string, expires int64) (string, error) {
	made := "weixin://wxpay/bizpayurl?pr=" + random(4)
	if _, err := wallet.db.Exec("INSERT OR IGNORE INTO codes (id, code, total, currency, state) VALUES (?, ?, ?, ?, 'NOTPAY')", trade, made, total, currency); err != nil {
		return "", err
	}
	var code string
	err := wallet.db.QueryRow("SELECT code FROM codes WHERE id = ?", trade).Scan(&code)
	action, _ := json.Marshal(map[string]string{"code_url": code})
	return string(action), err
}

// reached is an error if this call is to fail.
func (wallet *Wallet) reached(call, trade string) error {
	var fails string
	err := wallet.db.QueryRow("SELECT fails FROM codes WHERE id = ?", trade).Scan(&fails)
	if err == nil && strings.Contains(fails, call) {
		err = errors.New(call + " is to fail")
	}
	if err == sql.ErrNoRows {
		err = nil
	}
	return err
}

// close is POST …/out-trade-no/{id}/close: whether nobody can pay it any more. If not, it was paid, or is over: query says which.
func (wallet *Wallet) close(trade string) (bool, error) {
	if err := wallet.reached("close", trade); err != nil {
		return false, err
	}
	if _, err := wallet.db.Exec("UPDATE codes SET state = 'CLOSED' WHERE id = ? AND state = 'NOTPAY'", trade); err != nil {
		return false, err
	}
	var state string
	err := wallet.db.QueryRow("SELECT state FROM codes WHERE id = ?", trade).Scan(&state)
	if err == sql.ErrNoRows {
		return true, nil
	}
	return state == "CLOSED", err
}

// refund is POST /v3/refund/domestic/refunds with out_refund_no = the trade: asked twice, it is paid back once.
func (wallet *Wallet) refund(trade string, total int64, currency string) error {
	if err := wallet.reached("refund", trade); err != nil {
		return err
	}
	_, err := wallet.db.Exec("UPDATE codes SET state = 'REFUND' WHERE id = ? AND state = 'SUCCESS'", trade)
	return err
}

// query is GET …/out-trade-no/{id}: "paid" with what a notification would tell, "open", or "over" if nobody can pay it any more.
func (wallet *Wallet) query(trade string) (standing string, told Transaction, err error) {
	if err := wallet.reached("query", trade); err != nil {
		return "", told, err
	}
	var state string
	told.Merchant, told.App, told.Trade, told.State = merchant, app, trade, "SUCCESS"
	err = wallet.db.QueryRow("SELECT state, total, currency FROM codes WHERE id = ?", trade).Scan(&state, &told.Amount.Total, &told.Amount.Currency)
	switch {
	case err == sql.ErrNoRows || state == "NOTPAY":
		return "open", told, nil
	case state == "SUCCESS":
		return "paid", told, err
	}
	return "over", told, err
}

// tell notifies the shop, signed and sealed; the shop's answer.
func (wallet *Wallet) tell(trade string, total int64, currency string, honest bool) (int, error) {
	told, _ := json.Marshal(map[string]any{"mchid": merchant, "appid": app, "out_trade_no": trade, "transaction_id": "42" + random(13),
		"trade_state": "SUCCESS", "amount": map[string]any{"total": total, "currency": currency}})
	nonce, stamp := random(6), strconv.FormatInt(time.Now().Unix(), 10)
	block, err := aes.NewCipher(wallet.api)
	if err != nil {
		return 0, err
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return 0, err
	}
	sealed := seal.Seal(nil, []byte(nonce), told, []byte("transaction"))
	body, _ := json.Marshal(map[string]any{"id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "resource": map[string]any{
		"algorithm": "AEAD_AES_256_GCM", "original_type": "transaction", "associated_data": "transaction", "nonce": nonce, "ciphertext": sealed}})
	digest := sha256.Sum256([]byte(stamp + "\n" + nonce + "\n" + string(body) + "\n"))
	signature, err := rsa.SignPKCS1v15(rand.Reader, wallet.key, crypto.SHA256, digest[:])
	if err != nil {
		return 0, err
	}
	if !honest {
		signature = make([]byte, len(signature))
	}
	request, err := http.NewRequest("POST", wallet.notify, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Wechatpay-Timestamp", stamp)
	request.Header.Set("Wechatpay-Nonce", nonce)
	request.Header.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(signature))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	return response.StatusCode, nil
}

// Code is what can be scanned.
type Code struct {
	ID       string `json:"id"`
	Code     string `json:"code"`
	Total    int64  `json:"total"`
	Currency string `json:"currency"`
	State    string `json:"state"`
}

func (wallet *Wallet) codes() ([]Code, error) {
	rows, err := wallet.db.Query("SELECT id, code, total, currency, state FROM codes ORDER BY rowid")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []Code{}
	for rows.Next() {
		var code Code
		if err := rows.Scan(&code.ID, &code.Code, &code.Total, &code.Currency, &code.State); err != nil {
			return nil, err
		}
		found = append(found, code)
	}
	return found, rows.Err()
}

func (wallet *Wallet) serve(w http.ResponseWriter, r *http.Request, _ string) error {
	codes, err := wallet.codes()
	if err != nil {
		return err
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /wallet":
		list := ""
		for _, code := range codes {
			list = fmt.Sprintf(`<li>%[1]s: %[2]d %[3]s, %[4]s <form method="post" action="/wallet/pay"><button name="id" value="%[1]s">Pay</button></form></li>`,
				html.EscapeString(code.ID), code.Total, html.EscapeString(code.Currency), code.State) + list
		}
		return page(w, "The simulated wallet", "<ul>"+list+"</ul>", "")
	case "GET /wallet/codes":
		return answer(w, 200, codes)
	case "POST /wallet/pay":
		return wallet.pay(w, r, codes)
	case "POST /wallet/fail":
		return wallet.fail(w, r)
	}
	return notFound
}

// pay pays a code, even one that was just closed, as happens. total tells of another sum, forged signs wrongly,
// silent tells nothing.
func (wallet *Wallet) pay(w http.ResponseWriter, r *http.Request, codes []Code) error {
	for _, code := range codes {
		if code.ID != r.FormValue("id") {
			continue
		}
		total, honest := code.Total, r.FormValue("forged") == ""
		if other, err := strconv.ParseInt(r.FormValue("total"), 10, 64); err == nil {
			total = other
		}
		if honest && total == code.Total {
			if _, err := wallet.db.Exec("UPDATE codes SET state = 'SUCCESS' WHERE id = ?", code.ID); err != nil {
				return err
			}
		}
		if r.FormValue("silent") != "" {
			return answer(w, 200, map[string]int{"answered": 0})
		}
		answered, err := wallet.tell(code.ID, total, code.Currency, honest)
		if err != nil {
			return err
		}
		return answer(w, 200, map[string]int{"answered": answered})
	}
	return notFound
}

// fail lets the calls that it names fail for this payment from now on.
func (wallet *Wallet) fail(w http.ResponseWriter, r *http.Request) error {
	changed, err := wallet.db.Exec("UPDATE codes SET fails = ? WHERE id = ?", r.FormValue("calls"), r.FormValue("id"))
	if err != nil {
		return err
	}
	if rows, err := changed.RowsAffected(); err != nil || rows == 0 {
		return orNotFound(sql.ErrNoRows)
	}
	return answer(w, 200, map[string]int{"answered": 0})
}
