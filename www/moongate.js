// <moongate-checkout>, and the tag alone that becomes one: what the host page sees of us.
//
// The element decides nothing about payments. It puts up the shell, which a shopper can use at once (`shell/shell.js`), has the
// WebAssembly loaded, and lets the widget take over. What all this knows of wallets, apps, currencies and words is `generated`
// from the Rust core when the bundle is made, which makes one file of the modules.

import { generated } from './generated.js'
import { counterpart, dress } from './shell/elements.js'
import { engine, paying, reading } from './shell/loading.js'
import { localeOf, rawOptions } from './shell/options.js'
import { pause } from './shell/page.js'
import { Shell } from './shell/shell.js'
import { Speech } from './shell/words.js'

const TAG = 'moongate-checkout'
const ATTRIBUTES = ('endpoint order amount currency methods shop locale theme text-size selected collapse-after button ' +
  'return-url done-url support mini-program-page remember credentials test-mode').split(' ')

// Where there is no DOM, on a server, importing this file must do no harm.
class MoongateCheckout extends (globalThis.HTMLElement ?? Object) {
  static get observedAttributes() {
    return ATTRIBUTES
  }

  #options = {}
  #speech
  #shell = null
  #widget = null
  #waiting = []
  #stale = false
  #told = false

  constructor() {
    super()
    this.addEventListener?.('moongate-ready', () => (this.#told = true))
  }

  get options() {
    return this.#options
  }

  set options(options) {
    this.#options = options ?? {}
    this.#change()
  }

  get state() {
    const shell = this.#shell
    const phase = shell?.ready ? shell.phase : 'choosing'
    const outcome = shell?.outcome?.replace('refunded', 'canceled') ?? null
    const known = shell?.facts() ?? { method: null, attempt: null, payment: null }
    const before = { phase, order: shell?.options.order ?? null, ...known, outcome, fault: shell?.fault ?? null, offer: null, log: [] }
    return this.#widget?.state() ?? before
  }

  pay() {
    return this.#call('pay')
  }

  select(method) {
    if (!this.#shell?.select(method)) this.#call('select', `${method}`)
  }

  update(options) {
    this.options = { ...this.#options, ...options }
  }

  hint(word) {
    this.#call('hint', word)
  }

  explain() {
    return this.#widget?.explain() ?? null
  }

  restart() {
    this.#call('restart')
  }

  forget() {
    this.#call('forget')
  }

  connectedCallback() {
    // A property set before the element was defined hides the accessor.
    if (Object.hasOwn(this, 'options')) {
      const { options } = this
      delete this.options
      this.options = options
    }
    if (!this.#shell && !this.#widget) this.#begin()
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      // A node that is moved is connected again before this runs.
      if (this.isConnected) return
      this.#end()
      this.#answer()
    })
  }

  /** Another document has none of the first one's style. */
  adoptedCallback() {
    if (this.shadowRoot) dress(this.shadowRoot)
  }

  attributeChangedCallback() {
    this.#change()
  }

  #begin = () => {
    // On its way while the rows are drawn.
    const coming = globalThis.WebAssembly && engine()
    coming?.catch(() => {})
    this.#speech = new Speech(this, this.#say)
    this.#read()
    this.#load(this.#draw(), coming)
  }

  /** Loads what the shell does without at first, and lets the widget take over: first what happens, then the drawing. */
  #load = async (shell, coming = globalThis.WebAssembly && engine()) => {
    try {
      if (!coming) throw new Error('no WebAssembly here')
      const { open } = await coming
      await this.#speech.heard
      // What the core leaves out is not taken away under a finger.
      if (shell.rows.some(({ pending }) => pending)) await shell.idle()
      if (this.#shell !== shell || shell.ready || this.#widget) return
      const whole = shell.wanted.then(() => this.#complete(shell))
      // The further parts, as the widget asks for them.
      const further = (name) => {
        shell.want()
        return name === 'read' ? reading() : whole
      }
      const widget = (this.#widget = shell.widget = open(this, rawOptions(this), shell.kept(), shell.follow, further))
      widget.begin(this.#isFirst())
      this.#answer(widget)
      await whole
      const words = await this.#speech.whole()
      await shell.idle()
      if (this.#shell === shell && this.#widget === widget) await this.#show(words, shell.kept(), shell)
    } catch (error) {
      if (this.#shell) this.#fail(shell, error)
      else if (this.#widget) throw error
    }
  }

  #draw = () => {
    const told = { opened: this.#answer, failed: this.#fail, isFirst: this.#isFirst, load: this.#load }
    const shell = (this.#shell = new Shell({ host: this, speech: this.#speech, ...told }))
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    shadow.textContent = ''
    dress(shadow)
    shadow.append(shell.root)
    return shell
  }

  /** The words, once the part that pays is here too. Where there is no form way, it is waited for however long it takes. */
  #complete = async (shell) => {
    for (;;) {
      try {
        await Promise.all([this.#speech.whole(), paying()])
        // Who comes near is likely to press; what that takes is fetched when nothing else waits.
        reading().catch(() => {})
        return
      } catch (error) {
        if (shell.postable() || this.#shell !== shell) throw error
        await pause(5e3)
      }
    }
  }

  /** What was waited for did not come: a form can still be posted, if anywhere. */
  #fail = (shell, error) => {
    if (this.#shell !== shell || shell.ready || !(shell.postable() || !this.#widget)) return
    if (this.#widget) {
      this.#close()
      shell.resume()
    }
    shell.giveUp(error)
  }

  /** Puts the widget's tree, in these words, in the place of what is there, in one task and with the focus where it was. */
  #show = async (words, kept, shell = null) => {
    const shadow = this.shadowRoot
    const focused = shadow.activeElement
    const root = this.#widget.draw(words, kept)
    const drawn = new Promise((done) => new MutationObserver((changes, watch) => {
      // An observer that goes on, and its records, hold the tree in some browsers after it is taken out.
      watch.disconnect()
      done()
    }).observe(root, { childList: true }))
    // Yew draws in a microtask: still in this task, so nothing is painted in between, but a focus needs something drawn.
    await drawn
    if (this.#shell !== shell) return
    this.#shell = null
    shadow.lastChild.replaceWith(root)
    if (focused) counterpart(root, focused)?.focus({ preventScroll: true })
    shell?.end()
    // Others came meanwhile.
    if (words !== this.#speech.words) this.#say()
  }

  /** Other words are to be said: by the shell at once, by the view when all of them are here. */
  #say = async () => {
    if (this.#shell) return this.#shell.draw()
    if (!this.#widget) return
    const words = await this.#speech.whole().catch(() => {})
    if (words && this.#widget && !this.#shell) await this.#show(words)
  }

  /** Whether `moongate-ready` is still to be told; once for each element, however often it is taken out and put back. */
  #isFirst = () => !this.#told

  /** Gives back at once what the widget holds: it and the page hold each other, which no garbage collector sees. */
  #close = () => {
    this.#widget?.unmount()
    this.#widget?.free()
    this.#widget = null
  }

  #end = () => {
    this.#shell?.end()
    this.#shell = null
    this.#close()
  }

  /** Many attributes may change in one task; they are read once, after it. */
  #change = () => {
    if (this.#stale) return
    this.#stale = true
    queueMicrotask(this.#refresh)
  }

  #refresh = () => this.#stale && this.#read()

  #read = () => {
    this.#stale = false
    const raw = rawOptions(this)
    const locale = localeOf(raw)
    this.#speech?.speak(locale)
    this.#shell?.refresh()
    this.#widget?.update(raw, locale)
  }

  /** Calls the widget, or the shell once it is all there is; until then calls wait, in their order. */
  #call = (name, ...values) => {
    this.#refresh()
    name === 'pay' ? this.#shell?.hurry() : this.#shell?.want()
    const answering = this.#widget ?? (this.#shell?.ready ? this.#shell : null)
    if (answering) return answering[name](...values)
    const seen = name === 'pay' && !this.#waiting[0] && this.#shell?.sight()
    // Nobody answers once the element is gone. For one order, method and sum nothing else is paid.
    const lapsed = (who) => !who || (seen && seen !== this.#shell?.sight())
    return new Promise((resolve) => this.#waiting.push((who) => resolve(lapsed(who) ? undefined : who[name](...values))))
  }

  #answer = (who) => {
    for (const call of this.#waiting.splice(0)) call(who)
  }
}

// ---- The one-tag form

/** Gives each module script with an order its element: right after it, or at the start of the body. */
function embed() {
  const first = []
  for (const script of document.querySelectorAll('script[type=module][data-endpoint][data-order]')) {
    const element = document.createElement(TAG)
    for (const { name, value } of script.attributes) {
      if (name.startsWith('data-')) element.setAttribute(name.slice(5), value)
    }
    document.head.contains(script) ? first.push(element) : script.after(element)
  }
  document.body.prepend(...first)
}

// A second copy of this file, from another address, leaves everything to the first.
if (globalThis.customElements && !customElements.get(TAG)) {
  customElements.define(TAG, MoongateCheckout)
  document.body ? embed() : document.addEventListener('DOMContentLoaded', embed)
}

export { MoongateCheckout }
