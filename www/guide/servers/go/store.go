// What the shop keeps, in SQLite, and how it is read. What a payment may become, payments.go decides.

package main

import (
	"database/sql"
	"encoding/json"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

const schema = `
CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    session TEXT NOT NULL DEFAULT '',      -- who may pay it, once somebody began to
    shipped_for TEXT NOT NULL DEFAULT '',  -- the trade that it is shipped for
    shipment TEXT NOT NULL DEFAULT '');    -- 'due', then 'done'
CREATE TABLE IF NOT EXISTS payments (attempt TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, order_id TEXT NOT NULL DEFAULT '',
    method TEXT NOT NULL DEFAULT '', amount INTEGER NOT NULL DEFAULT 0, currency TEXT NOT NULL DEFAULT '', status TEXT NOT NULL,
    trade TEXT NOT NULL DEFAULT '', action TEXT NOT NULL DEFAULT '', expires INTEGER NOT NULL DEFAULT 0,
    return_url TEXT NOT NULL DEFAULT '', session TEXT NOT NULL, refunded INTEGER NOT NULL DEFAULT 0);
-- One live payment for each order: what stops a second tab from paying twice.
CREATE UNIQUE INDEX IF NOT EXISTS live ON payments (order_id) WHERE status IN ('pending', 'processing');
-- What the provider was asked for. A payment has more than one if its code was refreshed; each can be paid in its last moment.
CREATE TABLE IF NOT EXISTS trades (id TEXT PRIMARY KEY, payment TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open');   -- then 'closed' or 'paid', or 'due' and 'refunded' if it was one too many
INSERT OR IGNORE INTO orders (id, amount, currency) VALUES ('SO-1001', 12800, 'CNY'), ('SO-1002', 4500, 'CNY');`

// Order is an order.
type Order struct {
	ID, Currency, Session, ShippedFor string
	Amount                            int64
}

// Payment is a payment. One that was canceled before it came has no order.
type Payment struct {
	Attempt, ID, Order, Method, Currency, Status, Trade, Action, ReturnURL, Session string
	Amount, Expires                                                                 int64
	Refunded                                                                        bool
}

func (p Payment) live() bool { return p.Status == "pending" || p.Status == "processing" }

// over says whether its time is over, and nothing said how it ended.
func (p Payment) over() bool { return p.live() && p.Expires <= time.Now().Unix() }

func open(file, schema string) (*sql.DB, error) {
	// A change is on the disk when it is committed; a transaction waits for the one before it.
	db, err := sql.Open("sqlite3", "file:"+file+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_busy_timeout=20000")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec(schema)
	return db, err
}

// change makes one change as a whole: nothing of it stays if it fails.
func (shop *Shop) change(change func(*sql.Tx) error) error {
	tx, err := shop.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // of nothing, once it is committed
	if err := change(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// read finds the payment of this id or attempt; an unknown one is a problem.
func (shop *Shop) read(key string) (payment Payment, err error) {
	err = shop.change(func(tx *sql.Tx) error {
		payment, err = find(tx, key)
		return err
	})
	if err == sql.ErrNoRows {
		err = notFound
	}
	return payment, err
}

const columns = "SELECT attempt, id, order_id, method, currency, status, trade, action, return_url, session, amount, expires, refunded FROM payments "

func scan(row interface{ Scan(...any) error }) (p Payment, err error) {
	err = row.Scan(&p.Attempt, &p.ID, &p.Order, &p.Method, &p.Currency, &p.Status, &p.Trade, &p.Action, &p.ReturnURL, &p.Session,
		&p.Amount, &p.Expires, &p.Refunded)
	return p, err
}

func find(tx *sql.Tx, key string) (Payment, error) {
	return scan(tx.QueryRow(columns+"WHERE ? IN (id, attempt)", key))
}

func findOrder(tx *sql.Tx, id string) (o Order, err error) {
	err = tx.QueryRow("SELECT id, currency, session, shipped_for, amount FROM orders WHERE id = ?", id).
		Scan(&o.ID, &o.Currency, &o.Session, &o.ShippedFor, &o.Amount)
	return o, err
}

// texts reads the one column of a query.
func texts(tx *sql.Tx, query string, values ...any) (found []string, err error) {
	rows, err := tx.Query(query, values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		found = append(found, text)
	}
	return found, rows.Err()
}

// shown is the payment as the widget reads it. Whoever is not the order's session sees how it stands, and no code.
func (p Payment) shown(session, key string) map[string]any {
	told := map[string]any{"id": p.ID, "status": p.Status}
	if p.Order != "" {
		told["order"], told["method"], told["amount"], told["currency"] = p.Order, p.Method, p.Amount, p.Currency
	}
	own := p.Session == session
	if own || key == p.Attempt {
		told["attempt"] = p.Attempt
	}
	if own && p.Order != "" {
		told["events"] = "/checkout/payments/" + p.ID + "/events"
	}
	if own && p.Status == "pending" && p.Action != "" {
		told["action"] = json.RawMessage(p.Action) // what the provider answered, untouched
	}
	if p.Expires != 0 {
		told["expires_at"] = time.Unix(p.Expires, 0).UTC().Format(time.RFC3339)
	}
	if p.Refunded {
		told["refunded"] = true
	}
	return told
}
