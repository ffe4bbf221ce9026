// The event stream: tells each change of a payment to whoever listens.

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const ping = 15 * time.Second

// Listeners are told that a payment changed; what it is now they read themselves. More than one process would tell each other, as
// PostgreSQL's LISTEN and NOTIFY do.
type Listeners struct {
	lock sync.Mutex
	of   map[string]map[chan struct{}]bool
}

func (listeners *Listeners) add(id string) chan struct{} {
	listeners.lock.Lock()
	defer listeners.lock.Unlock()
	if listeners.of[id] == nil {
		listeners.of[id] = map[chan struct{}]bool{}
	}
	told := make(chan struct{}, 1)
	listeners.of[id][told] = true
	return told
}

func (listeners *Listeners) remove(id string, told chan struct{}) {
	listeners.lock.Lock()
	defer listeners.lock.Unlock()
	if delete(listeners.of[id], told); len(listeners.of[id]) == 0 {
		delete(listeners.of, id)
	}
}

func (shop *Shop) changed(id string) {
	shop.listeners.lock.Lock()
	defer shop.listeners.lock.Unlock()
	for told := range shop.listeners.of[id] {
		select {
		case told <- struct{}{}:
		default: // it was told already, and has not read yet
		}
	}
}

func (shop *Shop) events(w http.ResponseWriter, r *http.Request, key, session string) error {
	payment, err := shop.stands(key)
	if err != nil {
		return err
	}
	if !payment.live() {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	told, alive := shop.listeners.add(payment.ID), time.NewTicker(ping)
	defer shop.listeners.remove(payment.ID, told)
	defer alive.Stop()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep it back
	for last := ""; ; {
		if payment, err = shop.stands(key); err != nil {
			return nil // the widget connects anew
		}
		shown := payment.shown(session, key)
		if stands, _ := json.Marshal(shown); string(stands) != last {
			last = string(stands)
			shown["now"] = time.Now().UTC().Format(time.RFC3339) // a message has no Date header
			message, _ := json.Marshal(shown)
			fmt.Fprintf(w, "data: %s\n\n", message)
			w.(http.Flusher).Flush()
		}
		if !payment.live() {
			return nil
		}
		select {
		case <-told:
		case <-alive.C:
			fmt.Fprint(w, "event: ping\ndata: {}\n\n")
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return nil
		}
	}
}
