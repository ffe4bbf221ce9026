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

// update changes the payment, tells whoever listens if that changed something, and reads it again.
func (shop *Shop) update(id, change string, values ...any) (payment Payment, err error) {
	var rows int64
	err = shop.change(func(tx *sql.Tx) error {
		changed, err := tx.Exec(change, values...)
		if err == nil {
			rows, err = changed.RowsAffected()
		}
		if err == nil {
			payment, err = find(tx, id)
		}
		return err
	})
	if rows > 0 {
		shop.changed(id)
	}
	return payment, err
}

// stands is the payment as it stands: one whose time is over is closed.
func (shop *Shop) stands(key string) (Payment, error) {
	payment, err := shop.read(key)
	if err == nil && payment.over() {
		return shop.close(payment, "expired")
	}
	return payment, err
}

// close closes what can still be paid, unless somebody else is at it.
func (shop *Shop) close(payment Payment, outcome string) (Payment, error) {
	if !payment.live() || !shop.take(payment.Attempt) {
		return payment, nil
	}
	defer shop.release(payment.Attempt)
	return shop.closed(payment, outcome)
}

// closed closes the payment's trade at the provider. What can't be closed was paid, or is over, or it is unclear: the provider is
// asked how it stands.
func (shop *Shop) closed(payment Payment, outcome string) (Payment, error) {
	closed, err := shop.wallet.close(payment.Trade)
	if err == nil && closed {
		return shop.became(payment, outcome)
	} else if err == nil {
		if _, err := shop.became(payment, "processing"); err != nil {
			return payment, err
		}
	}
	later(payment.Trade, err)
	return shop.asked(payment, outcome)
}

// asked asks the provider how the payment's trade stands, for its notification may be lost. If nobody can say it stays as it is.
func (shop *Shop) asked(payment Payment, outcome string) (Payment, error) {
	standing, told, err := shop.wallet.query(payment.Trade)
	switch {
	case err == nil && standing == "paid":
		err = shop.settle(told) // its order's one live payment: there is no other to be closed
	case err == nil && (standing == "over" || payment.Expires <= time.Now().Unix()):
		return shop.became(payment, outcome)
	}
	later(payment.Trade, err)
	return shop.read(payment.ID)
}

// became says how a live payment stands; nobody can pay its trade any more unless it is processing.
func (shop *Shop) became(payment Payment, status string) (Payment, error) {
	if status != "processing" {
		if _, err := shop.db.Exec("UPDATE trades SET state = 'closed' WHERE id = ? AND state = 'open'", payment.Trade); err != nil {
			return payment, err
		}
	}
	return shop.update(payment.ID, `UPDATE payments SET status = ? WHERE id = ? AND trade = ? AND status IN ('pending', 'processing')
		AND status != ?`, status, payment.ID, payment.Trade, status)
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
	if payment.over() {
		if payment, err = shop.closed(payment, "expired"); err != nil {
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
		trade := payment.ID + "_" + random(2)
		changed, err := tx.Exec("UPDATE payments SET status = 'pending', trade = ?, action = '', expires = ? WHERE id = ? AND status = 'expired'",
			trade, time.Now().Add(shop.life).Unix(), payment.ID)
		if err != nil {
			return err
		}
		if rows, err := changed.RowsAffected(); err != nil || rows == 0 {
			return err // canceled or paid meanwhile: as it stands
		}
		_, err = tx.Exec("INSERT INTO trades (id, payment) VALUES (?, ?)", trade, payment.ID)
		return err
	})
	if err == nil {
		payment, err = shop.read(payment.ID)
	}
	if err != nil || payment.Status != "pending" {
		return payment, err
	}
	return shop.code(payment)
}

// hears is what a checked notification says. Once it is in the store it was heard: what can't be done about it now, tidy does.
func (shop *Shop) hears(told Transaction) error {
	err := shop.settle(told)
	if err == nil {
		shop.each(shop.lookAfter, canBePaid+` AND order_id = (SELECT order_id FROM payments WHERE id = (SELECT payment FROM trades WHERE id = ?))`, told.Trade)
	}
	return err
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
	shop.workOff()
	return nil
}

func paid(tx *sql.Tx, payment Payment, trade string) error {
	// An order whose price is another now is not shipped for the one of before.
	changed, err := tx.Exec(`UPDATE orders SET shipped_for = ?, shipment = 'due' WHERE id = ? AND shipped_for = '' AND amount = ? AND currency = ?`,
		trade, payment.Order, payment.Amount, payment.Currency)
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
	}
	if _, err = tx.Exec("UPDATE trades SET state = ? WHERE id = ?", state, trade); err != nil {
		return err
	}
	// Paid twice by an old code and a new one, the payment is paid all the same: one of the two is given back.
	_, err = tx.Exec(`UPDATE payments SET status = 'succeeded', refunded = NOT EXISTS (SELECT 1 FROM trades WHERE payment = payments.id
		AND state = 'paid') WHERE id = ?`, payment.ID)
	return err
}

const canBePaid = "SELECT payments.id FROM payments JOIN trades ON trades.id = trade WHERE state = 'open'"

// tidy asks about what nobody told of, closes what nobody should pay any more, and works off what is due; each on its own.
func (shop *Shop) tidy() {
	shop.each(shop.lookAfter, canBePaid)
	shop.workOff()
}

// workOff ships and pays back what is due. What fails stays due.
func (shop *Shop) workOff() {
	shop.due.Lock()
	defer shop.due.Unlock()
	shop.each(shop.ship, "SELECT id FROM orders WHERE shipment = 'due'")
	shop.each(shop.refund, "SELECT id FROM trades WHERE state = 'due'")
}

func (shop *Shop) each(deed func(id string) error, query string, values ...any) {
	var found []string
	later("all", shop.change(func(tx *sql.Tx) (err error) {
		found, err = texts(tx, query, values...)
		return err
	}))
	for _, id := range found {
		later(id, deed(id))
	}
}

func later(id string, err error) {
	if err != nil {
		log.Println(id, "is still to be closed, asked about, shipped or paid back:", err)
	}
}

// lookAfter asks about a payment whose trade is open, or closes it if its time is over or nobody should pay it any more.
func (shop *Shop) lookAfter(id string) error {
	var order Order
	payment, err := shop.read(id)
	if err == nil {
		err = shop.change(func(tx *sql.Tx) error {
			order, err = findOrder(tx, payment.Order)
			return err
		})
	}
	outcome, over := "expired", payment.Expires <= time.Now().Unix()
	if err == nil && !over && payment.live() && order.ShippedFor == "" {
		_, err = shop.asked(payment, outcome)
		return err
	}
	if err != nil || !shop.take(payment.Attempt) {
		return err
	}
	defer shop.release(payment.Attempt)
	if !over {
		outcome = "canceled"
	}
	_, err = shop.closed(payment, outcome)
	return err
}

// ship stands for your warehouse. It may be told twice, if the store fails in between: the order's id is the idempotency key.
func (shop *Shop) ship(order string) error {
	fmt.Println("ship order", order)
	_, err := shop.db.Exec("UPDATE orders SET shipment = 'done' WHERE id = ?", order)
	return err
}

func (shop *Shop) refund(trade string) (err error) {
	var payment Payment
	err = shop.change(func(tx *sql.Tx) error {
		payment, err = scan(tx.QueryRow(columns+"WHERE id = (SELECT payment FROM trades WHERE id = ?)", trade))
		return err
	})
	if err == nil {
		err = shop.wallet.refund(trade, payment.Amount, payment.Currency)
	}
	if err == nil {
		_, err = shop.db.Exec("UPDATE trades SET state = 'refunded' WHERE id = ?", trade)
		fmt.Println("refunded", trade, "of order", payment.Order)
	}
	return err
}
