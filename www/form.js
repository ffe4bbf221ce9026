// The form way: what the shell does where no WebAssembly comes, by a form posted to the merchant's server.
//
// Fetched only there. It is given the shell's tools, and gives what the shell takes for its own; `this` is the shell.

import { generated } from './generated.js'

// Statuses after which an attempt can't be paid any more; said by words of the same names.
const CLOSED = ['failed', 'canceled', 'expired']
// How long a page that was to be left is waited for before the attempt is asked about, in milliseconds.
const LEAVING = 2e4
// How long an answer is waited for, as the wasm does (`ANSWER_LIMIT` of `checkout/patience.rs`), in milliseconds.
const PATIENCE = 1e4

export const way = ({ absolute, el, keep, listed, newAttempt, seconds, RETURNED }) => ({
  take() {
    this.ready = true
    // What only this way says; of the other languages all words are here.
    this.further = generated.words
    this.clearAddress()
    this.rows = this.rows.filter(({ pending }) => !pending)
    this.choose()
    this.phase = this.attempt ? 'confirming' : 'choosing'
    this.draw()
    if (this.isFirst()) this.tell('ready', { methods: this.rows.map(({ id }) => id) })
    if (this.attempt) this.confirm()
    else if (this.pressed) this.pay(true)
    this.pressed = false
    this.opened(this)
  },

  clearAddress() {
    const url = absolute(location)
    if (!url.searchParams.has(RETURNED)) return
    url.searchParams.delete(RETURNED)
    history.replaceState(history.state, '', url)
  },

  /** Pays with the method picked; a press by the shopper asks the page first. */
  async pay(asked) {
    const { chosen, options } = this
    if (!chosen || this.phase !== 'choosing') return
    const seen = this.sight()
    const detail = { method: chosen.id, order: `${options.order}`, amount: chosen.total, currency: options.currency }
    const passes = !asked || this.tell('submit', detail, true)
    // The page may have called pay() when it was told.
    if (this.phase !== 'choosing') return
    const turn = (this.turn = {})
    this.notice = undefined
    this.to('sending')
    const holds = () => this.turn === turn && this.phase === 'sending' && !this.gone.signal.aborted
    // For the order and sum that were seen, and for no other.
    const counts = () => holds() && this.sight() === seen
    try {
      if ((await passes) && counts() && (await this.send(chosen, counts))) return
    } catch {}
    if (holds()) this.to('choosing')
  },

  /**
   * Posts the form, and says whether it did: the same try as the same attempt. Before another method or sum, the last attempt
   * is closed.
   */
  async send({ id: method, total }, counts) {
    let { attempt } = this
    if (attempt && (attempt.method !== method || attempt.total !== total)) {
      const answer = await this.ask('/cancel', 'POST')
      // Forgotten meanwhile, of another order, asked about, or gone.
      if (this.attempt !== attempt || this.phase !== 'sending' || this.gone.signal.aborted) return
      if (!CLOSED.includes(answer.status)) return void this.confirm(answer.status === 'succeeded' ? answer : {})
      this.drop()
      if (!counts()) return
      attempt = null
    }
    this.attempt = { id: attempt?.id ?? newAttempt(), method, total, at: seconds() }
    keep('local', this.key, JSON.stringify(this.attempt))
    keep(this.store, 'moongate:method', method)
    this.post({ order: this.options.order, method, attempt: this.attempt.id, return_url: this.returnUrl() })
    // Still here, the page was not left: how does it stand?
    this.asking = setTimeout(() => this.confirm(), LEAVING)
    return true
  },

  post(fields) {
    const inputs = Object.entries(fields).map(([name, value]) => el('input', { type: 'hidden', name, value }))
    // Wallets' pages do not work in a frame, so the whole window leaves.
    const form = el('form', { action: `${this.endpoint}/payments`, method: 'post', target: '_top' }, inputs)
    this.root.append(form)
    form.submit()
  },

  returnUrl() {
    const url = this.own(this.options.returnUrl) ?? absolute(location)
    url.searchParams.set(RETURNED, this.attempt.id)
    return url.href
  },

  /** An address of the merchant's: on this page's origin, or on a host that is listed. */
  own(text) {
    const url = text && absolute(text)
    if (!url) return
    const named = listed(this.options.hosts).some((host) => `${host}`.toLowerCase() === url.hostname)
    if (url.origin === location.origin || (named && (this.test || url.protocol === 'https:'))) return url
  },

  /** What the server says of the attempt; nothing unless it is about this order and sum. */
  async ask(path = '', method = 'GET') {
    const { headers, credentials, order, amount, currency } = this.options
    const { id, total } = this.attempt
    try {
      const own = (typeof headers === 'function' ? await headers() : headers) ?? {}
      const signal = AbortSignal.timeout?.(PATIENCE)
      const request = { method, credentials: credentials === 'include' ? credentials : 'same-origin', headers: own, signal }
      const response = await fetch(`${this.endpoint}/payments/${id}${path}`, request)
      // Not known there: the same key may be sent again. Not this shopper's: it is dropped.
      if (/^4(04|10)$/.test(response.status)) return { status: 'pending' }
      if (/^40[13]$/.test(response.status)) return { status: 'foreign' }
      const answer = await response.json()
      // Of a key that it had never seen the server can't name order and sum: that it is canceled is all that counts.
      const other = answer.order != null && answer.order !== `${order}`
      if (answer.attempt === id && answer.status === 'canceled' && !other) return answer
      const sums = total ? [total] : [+amount, ...this.rows.map(({ total }) => total)]
      if (answer.order === `${order}` && answer.currency === currency && sums.includes(answer.amount)) return answer
      return total ? {} : { status: 'foreign' }
    } catch {
      return {}
    }
  },

  /** Asks until it is certain how the attempt stands; only then can the shopper pay again. */
  async confirm(answer) {
    const { attempt } = this
    clearTimeout(this.asking)
    if (!attempt) return
    this.to('confirming')
    // The page may have forgotten it when it was told.
    if (this.attempt !== attempt) return
    answer = answer ?? (await this.ask())
    // Meanwhile forgotten, of another order, concluded or gone.
    if (this.attempt !== attempt || this.phase !== 'confirming' || this.gone.signal.aborted) return
    clearTimeout(this.asking)
    if (answer.status === 'succeeded' || CLOSED.includes(answer.status)) return this.conclude(answer)
    if (answer.status === 'foreign') this.drop()
    // As what nobody knows counts too.
    if (answer.status === 'pending') this.notice = 'not_paid'
    // Without an answer, or while it is being worked on, it is asked again.
    if (answer.status && answer.status !== 'processing') return this.to('choosing')
    this.asking = setTimeout(() => this.confirm(), 4e3)
  },

  /** The attempt has ended: paid, given back, or over, so that the shopper can pay again. */
  conclude({ status, reason, refunded, id: payment = null, ...named }) {
    const { id: attempt } = this.attempt
    const method = named.method ?? this.attempt.method ?? null
    const amount = named.amount ?? this.attempt.total ?? +this.options.amount
    const paid = status === 'succeeded'
    this.paid = amount
    this.outcome = paid ? (refunded ? 'refunded' : status) : undefined
    this.notice = paid ? undefined : status
    this.drop()
    this.to(paid ? 'ended' : 'choosing')
    const outcome = refunded ? { outcome: 'canceled', reason: 'refunded' } : { outcome: status, ...(reason && { reason }) }
    this.tell('complete', { ...outcome, method, attempt, payment, amount, currency: this.options.currency })
  },

  /** Paid, or given back; and the way back to the shop. */
  ended() {
    const { done, back, back_in_rtl } = generated.marks
    const refunded = this.outcome === 'refunded'
    const screen = refunded ? this.screen('still', this.words.dir ? back_in_rtl : back, 'refunded') : this.screen('good', done, 'succeeded')
    const shop = this.own(this.options.doneUrl)
    if (shop) screen.at(-1).append(el('a.button loud', { href: shop.href, 'data-done': '' }, this.say('done')))
    return screen
  },

  /** Lets go of the attempt; not of another one that another tab keeps for the order. */
  drop() {
    const { id } = this.attempt ?? {}
    this.attempt = null
    if (keep('local', this.key)?.includes(id)) keep('local', this.key, null)
  },

  // What the page may call now.

  hint() {
    if (this.attempt) this.confirm()
  },

  restart() {
    // What is paid stays so.
    if (this.outcome !== 'refunded') return
    this.outcome = undefined
    this.to('choosing')
  },

  forget() {
    clearTimeout(this.asking)
    this.attempt = null
    keep('local', this.key, null)
    for (const kind of ['session', 'local']) for (const key of ['method', 'shopper']) keep(kind, `moongate:${key}`, null)
    if (!this.outcome) this.to('choosing')
  },
})
