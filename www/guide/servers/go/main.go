// A shop's checkout server for Moongate, with net/http and SQLite: WeChat Pay by code. README.md says how to run it.
// This file says what is served where; payments.go, what a payment may become.

package main

import (
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	qrcode "github.com/skip2/go-qrcode"
)

// Shop is what the shop stands on.
type Shop struct {
	home      string
	pages     map[string]bool // the origins that may pay here and be returned to
	life      time.Duration   // of a code
	db        *sql.DB
	wallet    *Wallet
	listeners Listeners
	lock      sync.Mutex
	busy      map[string]bool // attempts that the provider is being asked about; more than one process would keep this in the store
	due       sync.Mutex      // held by whoever works off what is due, so that nothing is done twice
}

func (shop *Shop) take(attempt string) bool {
	shop.lock.Lock()
	defer shop.lock.Unlock()
	if shop.busy[attempt] {
		return false
	}
	shop.busy[attempt] = true
	return true
}

func (shop *Shop) release(attempt string) {
	shop.lock.Lock()
	defer shop.lock.Unlock()
	delete(shop.busy, attempt)
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func main() {
	port := setting("PORT", "8000")
	home := setting("SHOP_ORIGIN", "http://127.0.0.1:"+port)
	life, err := strconv.Atoi(setting("SHOP_CODE_SECONDS", "900"))
	if err != nil {
		log.Fatal("SHOP_CODE_SECONDS: ", err)
	}
	shop := &Shop{home: home, pages: map[string]bool{home: true}, life: time.Duration(life) * time.Second, busy: map[string]bool{},
		listeners: Listeners{of: map[string]map[chan struct{}]bool{}}}
	for _, origin := range strings.Fields(os.Getenv("SHOP_PAGES")) {
		shop.pages[origin] = true
	}
	data := setting("SHOP_DATA", ".")
	if shop.db, err = open(filepath.Join(data, "shop.db"), schema); err != nil {
		log.Fatal("the store: ", err)
	}
	if shop.wallet, err = openWallet(filepath.Join(data, "wallet.db"), "http://127.0.0.1:"+port+"/notify/wechatpay"); err != nil {
		log.Fatal("the wallet: ", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(home + "/orders/SO-1001")
	go func() {
		for {
			shop.tidy()
			time.Sleep(time.Minute)
		}
	}()
	server := http.Server{Handler: shop.site(), ReadHeaderTimeout: 10 * time.Second} // no limit for answers: a stream lasts
	log.Fatal(server.Serve(listener))
}

func (shop *Shop) site() http.Handler {
	site := http.NewServeMux()
	site.Handle("/", shop.around(func(http.ResponseWriter, *http.Request, string) error { return notFound }))
	site.Handle("/checkout/", shop.around(shop.checkout))
	site.Handle("/notify/wechatpay", shop.around(shop.notified))
	site.Handle("/pay/", shop.around(shop.codePage))
	site.Handle("/orders/", shop.around(shop.orderPage))
	site.Handle("/wallet", shop.around(shop.wallet.serve))
	site.Handle("/wallet/", shop.around(shop.wallet.serve))
	if widget := os.Getenv("MOONGATE"); widget != "" {
		site.Handle("/moongate/", http.StripPrefix("/moongate/", http.FileServer(http.Dir(widget))))
	}
	return site
}

func (shop *Shop) checkout(w http.ResponseWriter, r *http.Request, session string) (err error) {
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/checkout/payments"), "/")
	key, deed := "", ""
	if len(path) > 1 {
		key = path[1]
	}
	if len(path) > 2 {
		deed = "/" + path[2]
	}
	var payment Payment
	switch {
	case r.URL.Path == "/checkout/payments" && r.Method == "POST":
		return shop.creation(w, r, session)
	case len(path) < 2 || len(path) > 3 || path[0] != "":
		return notFound
	case r.Method+deed == "GET":
		payment, err = shop.stands(key)
	case r.Method+deed == "GET/events":
		return shop.events(w, r, key, session)
	case r.Method+deed == "POST/cancel":
		payment, err = shop.cancel(key, session)
	case r.Method+deed == "POST/refresh":
		payment, err = shop.refresh(key, session)
	default:
		return notFound
	}
	if err != nil {
		return err
	}
	return answer(w, 200, payment.shown(session, key))
}

func (shop *Shop) creation(w http.ResponseWriter, r *http.Request, session string) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	form := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	var wish Wish
	if form {
		fields, err := url.ParseQuery(string(body))
		if err != nil {
			return problem(400, "malformed")
		}
		wish = Wish{Order: fields.Get("order"), Method: fields.Get("method"), Attempt: fields.Get("attempt"), ReturnURL: fields.Get("return_url")}
	} else if err := json.Unmarshal(body, &wish); err != nil || wish.Amount == nil || wish.Currency == nil || wish.Attempt != r.Header.Get("Idempotency-Key") {
		return problem(400, "malformed")
	}
	if !attempt.MatchString(wish.Attempt) || wish.Order == "" || wish.Method == "" || wish.ReturnURL == "" {
		return problem(400, "malformed")
	}
	payment, isNew, err := shop.create(wish, session)
	if err != nil {
		return err
	}
	if form { // a browser without WebAssembly: it gets a page
		http.Redirect(w, r, "/pay/"+payment.ID, http.StatusSeeOther)
		return nil
	}
	status := 200
	if isNew {
		status = 201
	}
	return answer(w, status, payment.shown(session, ""))
}

// notified hears the provider's word: the only thing that ships.
func (shop *Shop) notified(w http.ResponseWriter, r *http.Request, _ string) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	told, err := opened(r.Header, body, shop.wallet.keys())
	if err == nil {
		err = shop.hears(told)
	}
	var why Refused
	if errors.As(err, &why) {
		fmt.Println("refused a notification:", why)
		return answer(w, 401, map[string]string{"code": "FAIL", "message": "refused"}) // WeChat Pay tells again
	} else if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// codePage is the form way: the code, looked after until it is paid; then back to the shop.
func (shop *Shop) codePage(w http.ResponseWriter, r *http.Request, session string) error {
	payment, err := shop.stands(strings.TrimPrefix(r.URL.Path, "/pay/"))
	if err == nil && payment.Session != session {
		err = notFound
	}
	if err != nil {
		return err
	}
	if payment.Status != "pending" {
		back, err := url.Parse(payment.ReturnURL)
		if err != nil || payment.ReturnURL == "" {
			return notFound
		}
		query := back.Query()
		query.Set("moongate_attempt", payment.Attempt)
		back.RawQuery = query.Encode()
		http.Redirect(w, r, back.String(), http.StatusSeeOther)
		return nil
	}
	var action struct {
		Code string `json:"code_url"`
	}
	if err := json.Unmarshal([]byte(payment.Action), &action); err != nil {
		return err
	}
	drawn, err := qrcode.Encode(action.Code, qrcode.Medium, 240)
	if err != nil {
		return err
	}
	return page(w, "Pay", fmt.Sprintf(`<p>Scan with WeChat: %d.%02d %s</p><img alt="The code to scan" src="data:image/png;base64,%s">`,
		payment.Amount/100, payment.Amount%100, payment.Currency, base64.StdEncoding.EncodeToString(drawn)), `<meta http-equiv="refresh" content="3">`)
}

func (shop *Shop) orderPage(w http.ResponseWriter, r *http.Request, _ string) (err error) {
	var order Order
	err = shop.change(func(tx *sql.Tx) error {
		order, err = findOrder(tx, strings.TrimPrefix(r.URL.Path, "/orders/"))
		return orNotFound(err)
	})
	if err != nil {
		return err
	}
	standing := "Not paid yet"
	if order.ShippedFor != "" {
		standing = "Shipped"
	}
	return page(w, "Order "+order.ID, fmt.Sprintf(`<p id="standing">%s</p><moongate-checkout endpoint="/checkout" order="%s" amount="%d" currency="%s"
methods="wechatpay" shop="山茶咖啡" test-mode></moongate-checkout><p><a href="/wallet" target="_blank">The simulated wallet</a></p>`,
		standing, order.ID, order.Amount, order.Currency), `<script type="module" src="/moongate/moongate.js"></script>`)
}

func page(w http.ResponseWriter, title, content, head string) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err := fmt.Fprintf(w, `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>%[1]s</title>
<meta name="viewport" content="width=device-width, initial-scale=1">%[3]s</head><body><main><h1>%[1]s</h1>%[2]s</main></body></html>`,
		html.EscapeString(title), content, head)
	return err
}
