// What every answer has: a browser's session, a refusal's form, who may ask from where, and that nothing of a payment is kept in a cache.

package main

import (
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"regexp"
	"strings"
)

// Problem is a refusal: its status, and a body with a stable code.
type Problem struct {
	status int
	body   map[string]any
}

func (p Problem) Error() string { return p.body["code"].(string) }

func problem(status int, code string, more ...any) Problem {
	body := map[string]any{"code": code}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return Problem{status, body}
}

var notFound = problem(404, "not_found")

func orNotFound(err error) error {
	if err == sql.ErrNoRows {
		return notFound
	}
	return err
}

func random(bytes int) string {
	drawn := make([]byte, bytes)
	if _, err := rand.Read(drawn); err != nil {
		panic(err) // no id would be safe
	}
	return hex.EncodeToString(drawn)
}

func answer(w http.ResponseWriter, status int, body any) error {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, fault error) {
	var said Problem
	var large *http.MaxBytesError
	if errors.As(fault, &large) {
		said = problem(413, "not_allowed")
	} else if !errors.As(fault, &said) {
		log.Println(fault)
		said = problem(500, "server_error")
	}
	if said.Error() == "in_flight" {
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	_ = answer(w, said.status, said.body)
}

var known = regexp.MustCompile(`^[\w-]{43}$`)

// session is the browser that asks; one that is new gets its cookie.
func (shop *Shop) session(w http.ResponseWriter, r *http.Request) string {
	if cookie, err := r.Cookie("shop_session"); err == nil && known.MatchString(cookie.Value) {
		return cookie.Value
	}
	drawn, _ := hex.DecodeString(random(32))
	session := base64.RawURLEncoding.EncodeToString(drawn)
	http.SetCookie(w, &http.Cookie{Name: "shop_session", Value: session, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(shop.home, "https:")})
	return session
}

// around goes around every request but the widget's files. Pages of the shop's own origins alone may pay here.
func (shop *Shop) around(serve func(http.ResponseWriter, *http.Request, string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		session, origin := shop.session(w, r), r.Header.Get("Origin")
		if origin != "" && strings.HasPrefix(r.URL.Path, "/checkout/") {
			if !shop.pages[origin] {
				refuse(w, problem(403, "not_allowed"))
				return
			}
			admit(w.Header(), origin)
			if r.Method == http.MethodOptions {
				w.WriteHeader(http.StatusNoContent)
				return
			}
		}
		r.Body = http.MaxBytesReader(w, r.Body, 65536)
		if fault := serve(w, r, session); fault != nil {
			refuse(w, fault)
		}
	}
}

func admit(headers http.Header, origin string) {
	headers.Set("Access-Control-Allow-Origin", origin)
	headers.Set("Access-Control-Allow-Credentials", "true")
	headers.Set("Access-Control-Allow-Methods", "GET, POST")
	headers.Set("Access-Control-Allow-Headers", "Content-Type, Idempotency-Key")
	headers.Set("Access-Control-Expose-Headers", "Date, Retry-After")
	headers.Set("Access-Control-Max-Age", "600")
	headers.Add("Vary", "Origin")
}
