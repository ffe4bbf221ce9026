// The shell: what a shopper can use before the WebAssembly is here, and what pays without it if it never comes.
//
// It draws what `src/view` will draw and decides nothing about payments. Once the WebAssembly runs, it takes over: the choice,
// the focus and a press on pay are kept. If it can't run, the shell takes the form way, see `form.js`.

import { Drawing } from './drawing.js'
import { el } from './elements.js'
import { further } from './loading.js'
import { offered, works } from './offer.js'
import { PRIVATE, listed, localeOf, rawOptions, storeOf } from './options.js'
import { absolute, copyAddress, keep, newAttempt, pause, seconds } from './page.js'

// What the attempt is called in the address that a provider sends the shopper back to.
const RETURNED = 'moongate_attempt'
// How long an attempt is kept, in seconds.
const WEEK = 604800
// How long a press waits for the WebAssembly before the form way is taken, in milliseconds.
const PATIENCE = 2e4
// How long a shopper only looks before what follows a press is fetched all the same, in milliseconds.
const LOOK = 5e3

/** The rows and the button until the widget takes over; the whole checkout, by a form, if it never does. */
export class Shell extends Drawing {
  /**
   * Takes the element, `host`, and its `speech`. `opened` is called once the form way is open, `failed` when a press has waited for
   * too long, `load` to try the widget once more; `isFirst` says whether the page is still to hear that it can be paid.
   */
  constructor(told) {
    super()
    Object.assign(this, told)
    this.root = el('div')
    this.root.addEventListener('click', ({ target }) => this.gesture(target.closest('button')?.dataset.gesture))
    this.root.addEventListener('change', ({ target }) => this.gesture('choose', target.value))
    this.gone = new AbortController()
    this.wanted = new Promise((want) => (this.want = want))
    this.watch()
    this.refresh()
  }

  // -- What the page says

  /** Reads the options again, and draws. */
  refresh() {
    const options = (this.options = rawOptions(this.host))
    const { order, amount, currency, endpoint, transport, textSize, testMode, remember } = options
    // Asked for anew it is as the page says; until then as the shopper has it.
    if (this.asked !== (this.asked = `${textSize}`)) {
      this.large = textSize === 'large' || (textSize !== 'normal' && parseFloat(getComputedStyle(document.body).fontSize) >= 20)
    }
    this.locale = localeOf(options)
    this.test = /^(true)?$/.test(testMode ?? 'no') && PRIVATE.test(location.hostname)
    this.store = storeOf(remember)
    this.endpoint = endpoint ? (absolute(endpoint)?.href ?? '').replace(/\/+$/, '') : ''
    // What is not right, the core will name.
    const right = /^\d{1,12}$/.test(amount) && +amount && /^[A-Z]{3}$/.test(currency) && /^[\w.-]{1,64}$/.test(order)
    this.rows = []
    try {
      if (right && (this.endpoint || transport)) this.rows = offered({ ...options, amount: +amount })
    } catch {}
    if (this.ready) this.rows = this.rows.filter(({ pending }) => !pending)
    this.choose()
    this.takeUp(`moongate:attempt:${this.endpoint}:${order}`)
    this.release()
    this.draw()
    this.open()
  }

  /** Picks what is picked at the start: the page's method, else the remembered one, else the first that works. */
  choose() {
    const wanted = this.picked ?? this.options.selected ?? keep(this.store, 'moongate:method')
    const able = this.rows.filter(works)
    this.chosen = wanted === 'none' ? null : able.find(({ id }) => id === wanted) ?? able[0] ?? null
  }

  /** Finds an attempt at this order that has not ended, as far as this browser knows. */
  takeUp(key) {
    if (this.key === key) return
    this.key = key
    this.outcome = undefined
    const returned = absolute('')?.searchParams.get(RETURNED)
    let kept
    try {
      kept = JSON.parse(keep('local', key))
    } catch {}
    const attempt = seconds() - kept?.at < WEEK ? kept : { id: returned }
    this.attempt = /^mg_[\w-]{22,61}$/.test(attempt.id) ? attempt : null
    if (this.attempt) this.want()
    this.phase = this.attempt && !this.ready ? 'confirming' : 'choosing'
    clearTimeout(this.asking)
    if (this.ready && this.attempt) this.confirm()
  }

  /** What a press is for: this order, method and sum, and no other. */
  sight() {
    return `${this.key} ${this.chosen?.id} ${this.chosen?.total} ${this.options.currency}`
  }

  /** Lets go of a press, if it was for anything else than would be paid now. */
  release() {
    if (!this.pressed || this.seen === this.sight()) return
    this.pressed = false
    if (this.phase === 'sending') this.phase = 'choosing'
  }

  // -- What the shopper does

  gesture(name, value) {
    if (name === 'choose') this.select(value)
    if (name === 'pay') this.press()
    if (name === 'ask_now') this.host.hint('returned')
    if (name === 'copy_link') this.copy()
    if (name === 'toggle_large') this.large = !this.large
    if (name === 'show_more') this.expanded = true
    // A pick is drawn already.
    if (name && name !== 'choose') this.draw()
    // The button is gone: the eye goes on at the first of the rows that came.
    if (name === 'show_more') this.root.querySelector(`.method:nth-child(n+${this.limit + 1}) :is(input:enabled:not(:checked), button)`)?.focus()
  }

  /** Picks a method; false if it can't be picked, or not yet. */
  select(id) {
    const row = this.rows.find((row) => row.id === id && works(row))
    if (!row || this.phase !== 'choosing') return false
    this.picked = id
    if (this.widget) this.widget.select(id)
    else {
      if (row !== this.chosen) this.tell('select', { method: id })
      keep(this.store, 'moongate:method', id)
      this.chosen = row
      this.draw()
    }
    return true
  }

  /** Pay was pressed: sent at once by the widget or the form way, else kept for the widget, which sends it once. */
  press() {
    if (this.phase !== 'choosing' || !this.chosen) return
    if (this.ready) return this.pay(true)
    this.hurry()
    this.notice = undefined
    if (this.widget) return this.widget.press(this.chosen.total)
    this.pressed = true
    this.seen = this.sight()
    this.to('sending')
    if (this.fault) this.again()
  }

  /** Somebody wants to pay: the WebAssembly is not waited for for ever. */
  hurry() {
    this.want()
    setTimeout(() => this.postable() && this.failed(this, new TypeError('timeout')), PATIENCE)
  }

  /** Shows what the widget is at, until it draws itself. It has judged what was pending, and what is offered is its to say. */
  follow = (phase, chosen, offered) => {
    if (!this.widget) return
    // What came of an attempt before is asked once the widget draws.
    const next = this.attempt ? this.phase : phase
    const ids = offered.split(' ')
    const differs = this.rows.some(({ id, pending }) => pending || !ids.includes(id))
    if (!differs && next === this.phase && chosen === (this.chosen?.id ?? null)) return
    if (differs) this.rows = this.rows.filter(({ id }) => ids.includes(id)).map((row) => ({ ...row, pending: false }))
    this.chosen = this.rows.find(({ id }) => id === chosen) ?? null
    this.to(next)
  }

  async copy() {
    try {
      if (!(await copyAddress())) return
      await this.speech.whole()
      // Each row knows the app.
      this.notice = this.rows[0].app === 'wechat' ? 'link_copied_menu' : 'link_copied'
      this.draw()
    } catch {}
  }

  /** Shows another phase, whose heading takes the focus, unless the shopper is busy elsewhere on the page. */
  to(phase) {
    const { activeElement } = this.root.getRootNode()
    const changed = this.phase !== phase
    // In a frame the shopper may be at work on the page around it.
    const here = top === window || document.hasFocus()
    const free = changed && here && (this.root.contains(activeElement) || document.activeElement === document.body)
    this.phase = phase
    // An element that has the focus already can't take it.
    if (free && activeElement?.matches('[data-heading]')) activeElement.replaceWith(activeElement.cloneNode())
    this.draw()
    if (this.ready && changed) this.tell('status', { phase, ...this.facts(), in: [], out: [] })
    if (free) this.root.querySelector('[data-heading]')?.focus({ preventScroll: true })
  }

  facts() {
    return { method: this.chosen?.id ?? null, attempt: this.attempt?.id ?? null, payment: null }
  }

  /** Tells the page; false if it canceled, else a promise of everything that it wants waited for. */
  tell(name, detail, cancelable) {
    if (this.test) detail.test = true
    const event = new CustomEvent(`moongate-${name}`, { detail, cancelable, bubbles: true, composed: true })
    const held = []
    if (cancelable) event.waitUntil = (promise) => held.push(promise)
    return this.host.dispatchEvent(event) && Promise.all(held)
  }

  // -- Giving way to the widget

  /** Knows whether a pointer or a key is down, until after the click that comes of it. */
  watch() {
    const { signal } = this.gone
    const on = (types, act) => types.split(' ').forEach((type) => addEventListener(type, act, { capture: true, signal }))
    // What nobody may need is not fetched with the page: a finger, a pointer or the focus comes here well before a press.
    for (const type of ['pointerenter', 'pointerdown', 'focusin']) this.host.addEventListener(type, this.want, { signal })
    this.looking = setTimeout(this.want, LOOK)
    const press = () => {
      clearTimeout(this.lifting)
      this.down = true
    }
    const lift = (ms) => () => {
      clearTimeout(this.lifting)
      this.lifting = setTimeout(() => {
        this.down = false
        this.free?.()
      }, ms)
    }
    on('pointerdown keydown', press)
    // The click comes after its pointerup, on some phones much later.
    on('pointerup', lift(400))
    on('pointercancel keyup click', lift(0))
    // Not captured, or each element that loses the focus would count.
    addEventListener('blur', lift(0), { signal })
    // Back from the provider's page, with this one as it was left.
    addEventListener('pageshow', ({ persisted }) => persisted && this.ready && this.hint(), { signal })
  }

  /** Resolves when nothing is down: what is under a finger must not be swapped. */
  async idle() {
    while (this.down) await new Promise((free) => (this.free = free))
  }

  /** Back to what the shell can do by itself. */
  resume() {
    Object.assign(this, { widget: null, key: null, pressed: false })
    this.refresh()
  }

  /** What the widget takes over. */
  kept() {
    const { chosen, pressed = false, large, expanded = false, locale } = this
    return { selected: chosen?.id ?? null, pressed: (pressed && chosen?.total) || null, large, expanded, language: locale }
  }

  end() {
    this.gone.abort()
    clearTimeout(this.asking)
    clearTimeout(this.looking)
  }

  // -- The form way: the widget will not come

  postable() {
    return this.rows[0] && !this.options.transport && (this.test || this.endpoint.startsWith('https:'))
  }

  /** Tells the page, once, and never the shopper, and opens the form way. */
  giveUp(error) {
    if (this.gone.signal.aborted) return
    if (!this.fault) {
      const kind = error instanceof TypeError ? 'network' : 'page'
      this.fault = { kind, code: 'load_failed', message: `The widget did not load: ${error.message ?? error}` }
      this.tell('error', { ...this.fault })
    }
    this.open()
  }

  /** Tries once more what did not come: the form way, or where no form can be posted the widget. */
  again() {
    this.postable() ? this.open() : this.load(this)
  }

  /** Takes the form way, once it is here; without it, a press can't be kept for ever. */
  async open() {
    if (this.ready || !this.fault || this.widget) return
    try {
      if (!this.postable()) throw this.fault
      const late = pause(PATIENCE).then(() => Promise.reject(this.fault))
      const { way } = await Promise.race([further('form'), late])
      await this.speech.heard
      // Meanwhile the widget may have come, and pays.
      if (this.ready || this.widget || this.gone.signal.aborted || !this.postable()) return
      Object.assign(this, way({ absolute, el, keep, listed, newAttempt, seconds, RETURNED }))
      this.take()
    } catch {
      if (this.gone.signal.aborted) return
      // Neither the widget nor a form. An attempt is asked about once one of them comes.
      clearTimeout(this.asking)
      if (this.phase === 'confirming') this.asking = setTimeout(() => this.again(), 4e3)
      // The shopper hears it, and may press again.
      if (this.phase !== 'sending') return
      this.pressed = false
      this.notice = 'no_network'
      this.to('choosing')
    }
  }
}
