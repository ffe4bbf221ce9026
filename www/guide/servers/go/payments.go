// When a payment begins, how its code is made anew, how it is closed, and what ships: one live payment for each order, one shipment.

package main

import (
	"database/sql"
	"fmt"
	"log"
	"net/url"
	"regexp"
	"time"
)

// Wish is what a creation asks for. A form says no sum: the order does.
type Wish struct {
	Order, Method, Attempt string
	ReturnURL              string `json:"return_url"`
	Amount                 *int64
	Currency               *string
}

var attempt = regexp.MustCompile(`^mg_[\w-]{22,61}$`)

// create makes the payment and its code, and says whether it is new. The provider is asked outside of any transaction: it may
// take seconds.
func (shop *Shop) create(wish Wish, session string) (payment Payment, isNew bool, err error) {
	if !shop.take(wish.Attempt) {
		return payment, false, problem(409, "in_flight")
	}
	defer shop.release(wish.Attempt)
	err = shop.change(func(tx *sql.Tx) error {
		payment, isNew, err = shop.begun(tx, wish, session)
		return err
	})
	if err == nil && payment.Status == "pending" && payment.Action == "" {
		payment, err = shop.code(payment)
	}
	return payment, isNew, err
}

// begun is the payment of this attempt, and whether it is new; its code is still to be made if it has none.
func (shop *Shop) begun(tx *sql.Tx, wish Wish, session string) (none Payment, isNew bool, err error) {
	order, err := findOrder(tx, wish.Order)
	if err != nil {
		return none, false, orNotFound(err)
	}
	if order.Session != "" && order.Session != session {
		return none, false, problem(403, "not_allowed")
	}
	amount, currency := order.Amount, order.Currency
	if wish.Amount != nil && wish.Currency != nil {
		amount, currency = *wish.Amount, *wish.Currency
	}
	if known, err := find(tx, wish.Attempt); err == nil {
		payment, err := again(tx, known, wish, amount, currency)
		return payment, false, err
	} else if err != sql.ErrNoRows {
		return none, false, err
	}
	if wish.Method != "wechatpay" {
		return none, false, problem(422, "refused", "detail", "This shop takes WeChat Pay.")
	}
	if amount != order.Amount || currency != order.Currency {
		return none, false, problem(409, "amount_changed", "amount", order.Amount, "currency", order.Currency)
	}
	if back, err := url.Parse(wish.ReturnURL); err != nil || !shop.pages[back.Scheme+"://"+back.Host] {
		return none, false, problem(422, "bad_return_url")
	}
	if err := inTheWay(tx, order.ID, session); err != nil {
		return none, false, err
	}
	id := "pay_" + random(8)
	_, err = tx.Exec("UPDATE orders SET session = ? WHERE id = ?", session, order.ID)
	if err == nil {
		_, err = tx.Exec(`INSERT INTO payments (attempt, id, order_id, method, amount, currency, status, trade, expires, return_url, session)
			VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?)`, wish.Attempt, id, order.ID, wish.Method, amount, currency, id,
			time.Now().Add(shop.life).Unix(), wish.ReturnURL, session)
	}
	if err == nil {
		_, err = tx.Exec("INSERT INTO trades (id, payment) VALUES (?, ?)", id, id)
	}
	if err != nil {
		return none, false, err
	}
	payment, err := find(tx, id)
	return payment, true, err
}

// again answers the same key. One that was canceled before it came makes nothing.
func again(tx *sql.Tx, known Payment, wish Wish, amount int64, currency string) (Payment, error) {
	if known.Order == "" {
		_, err := tx.Exec("UPDATE payments SET order_id = ?, method = ?, amount = ?, currency = ? WHERE attempt = ?",
			wish.Order, wish.Method, amount, currency, wish.Attempt)
		if err != nil {
			return known, err
		}
		return find(tx, wish.Attempt)
	}
	if known.Order != wish.Order || known.Method != wish.Method || known.Amount != amount || known.Currency != currency {
		return known, problem(422, "key_reused")
	}
	return known, nil
}

// inTheWay refuses what could pay an order twice.
func inTheWay(tx *sql.Tx, order, session string) error {
	live, err := scan(tx.QueryRow(columns+`WHERE order_id = ? AND NOT refunded AND status IN ('pending', 'processing', 'succeeded')
		ORDER BY status DESC`, order))
	if err == sql.ErrNoRows {
		return nil
	} else if err != nil {
		return err
	}
	code := "payment_in_progress"
	if live.Status == "succeeded" {
		code = "order_paid"
	}
	return problem(409, code, "payment", live.shown(session, ""))
}

// code asks the provider for the code of the payment's trade, and keeps it.
func (shop *Shop) code(payment Payment) (Payment, error) {
	action, err := shop.wallet.native(payment.Trade, payment.Amount, payment.Currency, payment.Expires)
	if err != nil {
		return payment, err
	}
	return shop.update(payment.ID, "UPDATE payments SET action = ? WHERE id = ?", action, payment.ID)
}

// update changes the payment, tells whoever listens, and reads it again.
func (shop *Shop) update(id, change string, values ...any) (payment Payment, err error) {
	err = shop.change(func(tx *sql.Tx) error {
		if _, err := tx.Exec(change, values...); err != nil {
			return err
		}
		payment, err = find(tx, id)
		return err
	})
	shop.changed(id)
	return payment, err
}

// stands is the payment as it stands: one whose time is over is closed.
func (shop *Shop) stands(key string) (Payment, error) {
	payment, err := shop.read(key)
	if err == nil && payment.Status == "pending" && payment.Expires <= time.Now().Unix() {
		return shop.close(payment, "expired")
	}
	return payment, err
}

// close closes it at the provider. If that can't be done it was paid, and the notification is on its way.
func (shop *Shop) close(payment Payment, outcome string) (Payment, error) {
	if payment.Status != "pending" || !shop.take(payment.Attempt) {
		return payment, nil
	}
	defer shop.release(payment.Attempt)
	return shop.closed(payment, payment.Trade, outcome)
}

func (shop *Shop) closed(payment Payment, trade, outcome string) (Payment, error) {
	closed, err := shop.wallet.close(trade)
	if err != nil {
		return payment, err // unclear: it stays pending
	}
	if !closed {
		outcome = "processing"
	} else if _, err := shop.db.Exec("UPDATE trades SET state = 'closed' WHERE id = ? AND state = 'open'", trade); err != nil {
		return payment, err
	}
	return shop.update(payment.ID, "UPDATE payments SET status = ? WHERE id = ? AND trade = ? AND status = 'pending'", outcome, payment.ID, trade)
}

// toCancel is the payment to be canceled. A key that was never seen is recorded, so that a late creation with it makes nothing.
func (shop *Shop) toCancel(key, session string) (payment Payment, err error) {
	err = shop.change(func(tx *sql.Tx) error {
		payment, err = find(tx, key)
		if err == sql.ErrNoRows && attempt.MatchString(key) {
			if _, err = tx.Exec("INSERT INTO payments (attempt, id, status, session) VALUES (?, ?, 'canceled', ?)",
				key, "pay_"+random(8), session); err == nil {
				payment, err = find(tx, key)
			}
		}
		return orNotFound(err)
	})
	if err == nil && payment.Session != session {
		err = problem(403, "not_allowed")
	}
	return payment, err
}

// cancel also closes for good what had expired: no refresh makes a code for it any more.
func (shop *Shop) cancel(key, session string) (Payment, error) {
	payment, err := shop.toCancel(key, session)
	if err == nil && payment.Status == "expired" {
		return shop.update(payment.ID, "UPDATE payments SET status = 'canceled' WHERE id = ? AND status = 'expired'", payment.ID)
	}
	if err == nil {
		payment, err = shop.close(payment, "canceled")
	}
	return payment, err
}

// refresh makes a new code if the old one's time is over, after the old one was made unpayable. WeChat Pay wants another number
// for it, so the payment gets another trade.
func (shop *Shop) refresh(key, session string) (Payment, error) {
	payment, err := shop.read(key)
	if err != nil {
		return payment, err
	}
	if payment.Session != session {
		return payment, problem(403, "not_allowed")
	}
	if !shop.take(payment.Attempt) {
		return payment, problem(409, "in_flight")
	}
	defer shop.release(payment.Attempt)
	if payment, err = shop.read(key); err != nil { // as it is now that nobody else is at it
		return payment, err
	}
	if payment.Status == "pending" && payment.Expires <= time.Now().Unix() {
		if payment, err = shop.closed(payment, payment.Trade, "expired"); err != nil {
			return payment, err
		}
	}
	if payment.Status != "expired" {
		return payment, nil
	}
	err = shop.change(func(tx *sql.Tx) error {
		if err := inTheWay(tx, payment.Order, session); err != nil {
			return err
		}
		payment.Trade = payment.ID + "-" + random(2)
		if _, err := tx.Exec("INSERT INTO trades (id, payment) VALUES (?, ?)", payment.Trade, payment.ID); err != nil {
			return err
		}
		_, err := tx.Exec("UPDATE payments SET status = 'pending', trade = ?, action = '', expires = ? WHERE id = ?",
			payment.Trade, time.Now().Add(shop.life).Unix(), payment.ID)
		return err
	})
	if err == nil {
		payment, err = shop.read(payment.ID)
	}
	if err != nil {
		return payment, err
	}
	return shop.code(payment)
}

// settle ships the order once, for the first trade that was paid; whatever was paid for it besides is refunded.
func (shop *Shop) settle(told Transaction) error {
	var payment Payment
	err := shop.change(func(tx *sql.Tx) error {
		var id, state string
		err := tx.QueryRow("SELECT payment, state FROM trades WHERE id = ?", told.Trade).Scan(&id, &state)
		if err == nil {
			payment, err = find(tx, id)
		}
		ours := told.Merchant == merchant && told.App == app && told.Amount.Total == payment.Amount && told.Amount.Currency == payment.Currency
		if err == sql.ErrNoRows || (err == nil && !ours) {
			return Refused("it is of another merchant, payment or sum")
		}
		if err != nil || told.State != "SUCCESS" || (state != "open" && state != "closed") {
			return err
		}
		return paid(tx, payment, told.Trade)
	})
	if err != nil {
		return err
	}
	shop.changed(payment.ID)
	shop.tidy()
	return nil
}

func paid(tx *sql.Tx, payment Payment, trade string) error {
	changed, err := tx.Exec("UPDATE orders SET shipped_for = ? WHERE id = ? AND shipped_for = ''", trade, payment.Order)
	if err != nil {
		return err
	}
	ships, err := changed.RowsAffected()
	if err != nil {
		return err
	}
	state := "paid"
	if ships == 0 {
		state = "due"
	} else {
		fmt.Println("ship order", payment.Order)
	}
	if _, err = tx.Exec("UPDATE trades SET state = ? WHERE id = ?", state, trade); err != nil {
		return err
	}
	// Paid twice by an old code and a new one, the payment is paid all the same: one of the two is given back.
	_, err = tx.Exec(`UPDATE payments SET status = 'succeeded', refunded = NOT EXISTS (SELECT 1 FROM trades WHERE payment = payments.id
		AND state = 'paid') WHERE id = ?`, payment.ID)
	return err
}

// tidy closes what nobody should pay any more, and pays back what was paid too much. What can't be done now is done in a minute.
func (shop *Shop) tidy() {
	var due, over []string
	err := shop.change(func(tx *sql.Tx) (err error) {
		if due, err = texts(tx, "SELECT id FROM trades WHERE state = 'due'"); err == nil {
			over, err = texts(tx, `SELECT trades.id FROM trades JOIN payments ON payments.id = payment JOIN orders ON orders.id = order_id
				WHERE state = 'open' AND (shipped_for != '' OR (status = 'pending' AND expires <= ?))`, time.Now().Unix())
		}
		return err
	})
	for _, trade := range due {
		later(shop.refund(trade))
	}
	for _, trade := range over {
		later(shop.closeTrade(trade))
	}
	later(err)
}

func later(err error) {
	if err != nil {
		log.Println("something is still to be closed or paid back:", err)
	}
}

func (shop *Shop) ofTrade(trade string) (payment Payment, err error) {
	err = shop.change(func(tx *sql.Tx) error {
		payment, err = scan(tx.QueryRow(columns+"WHERE id = (SELECT payment FROM trades WHERE id = ?)", trade))
		return err
	})
	return payment, err
}

func (shop *Shop) closeTrade(trade string) error {
	payment, err := shop.ofTrade(trade)
	if err != nil || !shop.take(payment.Attempt) {
		return err
	}
	defer shop.release(payment.Attempt)
	if payment.Expires <= time.Now().Unix() {
		_, err = shop.closed(payment, trade, "expired")
	} else {
		_, err = shop.closed(payment, trade, "canceled")
	}
	return err
}

func (shop *Shop) refund(trade string) error {
	payment, err := shop.ofTrade(trade)
	if err == nil {
		err = shop.wallet.refund(trade, payment.Amount, payment.Currency)
	}
	if err == nil {
		_, err = shop.db.Exec("UPDATE trades SET state = 'refunded' WHERE id = ?", trade)
		fmt.Println("refunded", trade, "of order", payment.Order)
	}
	return err
}
