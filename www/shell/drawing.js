// Draws what the shell's fields say, with the markup of `src/view`; a test holds the two together. It decides nothing.

import { generated } from '../generated.js'
import { SAME, el, morph } from './elements.js'
import { byHeart, money } from './money.js'
import { hereIn, works } from './offer.js'
import { fit } from './options.js'
import { painted } from './page.js'

// Making the page's first number format takes a phone as long as drawing all the rows. Where sums are not known by heart,
// the rows are therefore painted first while the page loads and is seen, and the sums come with the next frame, in the same space.
let counting = false

/** The rows and the button; while the widget is not here also that an attempt is asked about, and in the form way how it ended. */
export class Drawing {
  constructor() {
    counting = counting || document.readyState === 'complete' || document.hidden
  }

  get words() {
    return this.speech.words
  }

  say(key, values = {}) {
    const { words } = this
    if (!words) return '\u00a0'
    const text = (words.switched ? undefined : fit(this.options.texts?.[key])) ?? words[key] ?? this.further?.[words.lang]?.[key] ?? ''
    return text.replace(/{(\w+)}/g, (braces, name) => values[name] ?? braces)
  }

  /** A text in which the wallets' own names are marked as Chinese, unless it is Chinese itself. */
  marked(text) {
    const name = (part, at) => (at % 2 ? el('span', { lang: 'zh-CN' }, part) : part)
    return !text || /^zh/.test(this.words?.lang) ? text : text.split(/(微信支付|微信|支付宝|云闪付|和包支付|和包|扫一扫)/).map(name)
  }

  /** The frame after the rows' own takes a tap before the counting holds the page up. */
  async count() {
    await painted()
    counting = true
    this.draw()
  }

  sum(minor = this.chosen?.total ?? +this.options.amount) {
    const { options: { currency }, locale } = this
    const known = byHeart(minor, currency, locale)
    if (!known && !counting) this.counted = this.counted ?? this.count()
    return known || (counting ? money(minor, currency, locale) : '\u00a0')
  }

  draw() {
    const { words, large, phase, options, root } = this
    if (!this.rows[0]) {
      // Nobody can come near what is not there; what to say instead, the widget knows.
      this.want()
      return (root.textContent = '')
    }
    const attributes = {
      inert: !words, lang: words?.lang, dir: words?.dir ?? (!words && this.speech.language === 'ar' ? 'rtl' : 'ltr'),
      'data-theme': /^(light|dark)$/.test(options.theme) ? options.theme : 'auto',
      'data-size': large ? 'large' : 'normal', 'data-phase': phase,
      'data-at': phase === 'confirming' ? 'returned' : this.outcome,
    }
    const ribbon = this.test && el('p.ribbon', { 'data-test': true }, this.say('test'))
    const section = el('section.moongate', attributes, ribbon, this.bill(), this.body(), this.status())
    root.firstChild ? morph(root.firstChild, section) : root.append(section)
  }

  body() {
    if (this.phase === 'confirming') return this.screen('still', generated.clock, 'returned', 'confirming_do', 'ask_now')
    if (this.outcome) return this.ended()
    return this.choosing(this.phase === 'sending')
  }

  bill() {
    const shop = fit(this.options.shop)
    const payee = el('p.payee', null, shop && el('span.shop', null, shop), el('span.order', null, this.options.order))
    const sum = el('p.sum', { 'data-sum': true }, el('span.total', null, `${this.say('total')} `), this.sum())
    const size = { type: 'button', 'aria-pressed': `${this.large}`, 'data-gesture': 'toggle_large' }
    const { other } = this.words ?? {}
    const turn = other && el('button.size', { type: 'button', lang: other.lang, 'data-gesture': 'switch_language' }, other.name)
    return el('header.bill', null, payee, !this.outcome && sum, turn, el('button.size', size, this.say('large_print')))
  }

  heading(text) {
    return el('h2.heading', { tabindex: -1, 'data-heading': true }, text)
  }

  button(look, gesture, text = this.say(gesture)) {
    return el(`button.${look}`, { type: 'button', 'data-gesture': gesture }, text)
  }

  screen(tone, path, title, lead, gesture) {
    const mark = { 'data-tone': tone, viewBox: '0 0 24 24', 'aria-hidden': 'true' }
    return [
      el('svg.mark', mark, el('path', { d: path })),
      this.heading(this.say(title, { sum: this.sum(this.paid) })),
      el('p.lead', null, lead && this.say(lead)),
      el('div.ways', null, gesture && this.button('button', gesture)),
    ]
  }

  choosing(held) {
    const { rows, chosen, options } = this
    const label = this.say(this.large && !held ? 'choose_large' : 'choose')
    this.limit = /^[1-9]\d{0,2}$/.test(options.collapseAfter) ? +options.collapseAfter : 6
    const some = rows.filter((row, at) => this.expanded || at < this.limit || row === chosen)
    const count = rows.length - some.length
    // A pick changes two rows. The others stay, unless something else is not as it was when they were drawn.
    const basis = [rows, this.words, options, held, count, counting]
    const list = this.root.querySelector('.methods')
    const same = list && basis.every((part, at) => part === this.drawn.basis[at])
    const changed = same && [this.drawn.chosen, chosen]
    changed && some.forEach((row, at) => changed.includes(row) && morph(list.childNodes[at], this.row(row, held)))
    this.drawn = { basis, chosen }
    return [
      this.heading(held ? this.say('sending') : label),
      el('div.methods', { role: 'radiogroup', 'aria-label': label }, same ? el(SAME) : some.map((row) => this.row(row, held))),
      count > 0 && !held && this.button('quiet', 'show_more', this.say('more', { count }).split('|').pop()),
      options.button !== 'host' && this.payButton(held),
      rows.every(({ free }) => free) && el('p.note', { 'data-no-fee': true }, this.say('no_fee')),
    ]
  }

  payButton(held) {
    const text = held ? this.say('sending_do') : this.say(this.large ? 'pay_large' : 'pay', { sum: this.sum() })
    const attributes = { type: 'button', part: 'button', 'data-gesture': 'pay' }
    return el('button.button loud pay', { ...attributes, disabled: (held || !this.chosen) && 'disabled', 'aria-busy': held && 'true' }, text)
  }

  row(row, held) {
    const { id, label, pending, extra } = row
    const checked = row === this.chosen
    const described = `moongate-${id}`
    const name = pending ? '\u00a0' : label ?? this.say(`method_${id}`)
    const attributes = {
      part: checked ? 'method method-selected' : 'method', 'data-method': id,
      'data-works': `${works(row)}`, 'aria-hidden': pending && 'true',
    }
    const radio = {
      type: 'radio', name: 'moongate-shell', value: id, 'aria-label': name, 'aria-describedby': described, checked,
      disabled: (held || !works(row)) && 'disabled', 'data-gesture': 'choose',
    }
    const fee = extra > 0 && !pending && el('span.fee', null, this.say('fee_added', { sum: this.sum(extra) }))
    const hint = el('span.hint', { id: described }, el('span', null, this.marked(this.line(row))), fee)
    const about = el('span.about', null, el('span.name', null, this.marked(name)), hint)
    const copy = !works(row) && !pending && this.button('quiet', 'copy_link')
    return el('div.method', attributes, el('label.row', null, el('input', radio), this.tile(row), about), copy)
  }

  tile({ id, label, icon, pending }) {
    if (!pending && /^(https:|data:image\/(png|jpeg|gif|webp|avif);base64,)/.test(icon)) {
      return el('img.tile', { src: icon, alt: '', width: 36, height: 36, referrerpolicy: 'no-referrer' })
    }
    const letter = label ? [...label][0].toUpperCase() : new Map(generated.wallets).get(id)
    return el('span.tile', { 'aria-hidden': 'true' }, !pending && letter)
  }

  /** The line under the name. */
  line(row) {
    if (row.pending) return '\u00a0'
    if (works(row) && row.description) return row.description
    const values = { app: row.label ?? this.say(`app_${row.id}`), here: this.say(hereIn(row.app)) }
    return row.hint && this.say(`hint_${row.hint}`, values)
  }

  status() {
    const { phase, notice } = this
    const key = notice ?? { sending: 'sending_do', confirming: 'asking' }[phase]
    const unseen = phase === 'sending' && !notice && this.options.button !== 'host'
    return el(unseen ? 'p.status unseen' : 'p.status', { part: 'status', role: 'status' }, key && this.say(key))
  }
}
