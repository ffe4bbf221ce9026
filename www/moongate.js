import { generated } from './generated.js'
import { beside, script } from './files.js'

// <moongate-checkout> and its shell: what a shopper can use before the WebAssembly is here.
//
// The shell draws what `src/view` will draw, with the same markup, and decides nothing about payments. What it knows of
// wallets, apps, currencies and words is `generated` from the Rust core when the bundle is made. Once the WebAssembly
// runs, it takes over: the choice, the focus and a press on pay are kept. If it can't run, the shell posts a plain form
// to the merchant's server, which answers with a page to pay on.

const TAG = 'moongate-checkout'
const ATTRIBUTES = ('endpoint order amount currency methods shop locale theme text-size selected collapse-after button ' +
  'return-url done-url support mini-program-page remember credentials test-mode').split(' ')
// Attributes of HTML's and of frameworks. Any other is an option, so that the core can name a mistyped one.
const FOREIGN = /^(class|id|style|lang|dir|hidden|slot|part|title|role|tabindex|translate|is|nonce|on\w+|(data|aria|\w{1,3})-.*)$|[^a-z-]/
// Loopback and private addresses as the core has them, the only pages where test mode works.
const PRIVATE = /^((.+\.)?localhost|\[::1\]|(127|10)(\.\d+){3}|(192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))(\.\d+){2})$/
// The largest sum, in minor units.
const MOST = 999999999999
// What the attempt is called in the address that a provider sends the shopper back to.
const RETURNED = 'moongate_attempt'
// How long an attempt is kept, in seconds.
const WEEK = 604800
// How long a press waits for the WebAssembly before the form way is taken, in milliseconds.
const PATIENCE = 2e4
// How long the words of another language are waited for before the rows are English, in milliseconds: two tries and the
// time between, and about as long as outlines are borne. They then stay English, since they may be under a finger.
const SILENCE = 3e3
// How long a shopper only looks before what follows a press is fetched all the same, in milliseconds.
const LOOK = 5e3

// Without constructed sheets there is a <link>; a <style> would need a hole in the page's content security policy.
let sheet
try {
  sheet = new CSSStyleSheet()
  sheet.replaceSync(generated.css)
} catch {
  sheet = null
}

/** Where an address leads from this page; undefined if it is none. */
function absolute(address) {
  try {
    return new URL(address, location.href)
  } catch {}
}
const seconds = () => Math.floor(Date.now() / 1e3)
const pause = (ms) => new Promise((done) => setTimeout(done, ms))

// ---- What the page says

let warned = false

/** The options as the page gave them: attributes in camelCase, and over them the property `options`. */
function rawOptions(host) {
  const raw = {}
  for (const { name, value } of host.attributes) {
    if (!FOREIGN.test(name)) raw[name.replace(/-./g, (dash) => dash[1].toUpperCase())] = value
  }
  for (const [key, value] of Object.entries(host.options)) if (value !== undefined) raw[key] = value
  if (!warned && [].concat(listed(raw.hosts)).includes('*')) {
    warned = true
    console.warn('Moongate: hosts holds "*", so payments may lead to any https host. Name the hosts instead.')
  }
  return raw
}

/** The tag of the language asked for: by the page's options, the page, or the browser. */
function localeOf({ locale }) {
  const right = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(locale)
  return (right && locale) || document.documentElement.lang || navigator.language || ''
}

/** Which language that is shown in: by the core's first rule whose start the tag has. */
function languageFor(locale) {
  const fits = (rule) => new RegExp(`^(${rule.split('=').pop()})(?![^-])`, 'i').test(locale)
  return (generated.rules.split(' ').find(fits) ?? 'en').split('=')[0]
}

/** What is at hand of a language: the words of the first screen, by their keys; undefined if it must be fetched. */
function atHand(lang, texts = generated.languages[lang]) {
  return texts && { lang, ...Object.fromEntries(generated.keys.map((key, at) => [key, texts[at]])) }
}

/** A text fit to be shown, else undefined: not too long, nothing in it that hides or turns round what is beside it. */
const fit = (text) => (/^[^\p{Cc}\u2028-\u202e\u2066-\u2069]{1,200}$/u.test(text ?? '') ? `${text}` : undefined)

/** Reads an item of the page's storage; writes a text, or clears it with null. Storage blocked or full is empty. */
function keep(kind, key, text) {
  try {
    const storage = window[`${kind}Storage`]
    if (text === undefined) return storage.getItem(key)
    text === null ? storage.removeItem(key) : storage.setItem(key, text)
  } catch {}
  return null
}

/** Where the option `remember` keeps things; nothing can be kept in `no`. */
const storeOf = (remember) => ({ device: 'local', none: 'no' })[remember] ?? 'session'

// ---- What is loaded, once for the page

const loaded = {}

// How often something did not come. Some browsers remember that a script's address failed: it then needs another, for as
// long as the page is there.
let failures = 0

/** Does some work over the network, and again when the network fails, later each time. */
async function persist(work, delay = 400) {
  try {
    return await work()
  } catch (error) {
    failures += 1
    // A failing network is a TypeError to fetch. Everything else would fail again.
    if (!(error instanceof TypeError) || delay > 4e3) throw error
    await pause(delay)
    return persist(work, delay * 3)
  }
}

function once(key, work) {
  loaded[key] = loaded[key] || persist(work).catch((error) => {
    // Another element may have better luck.
    delete loaded[key]
    throw error
  })
  return loaded[key]
}

/** Name and hash of a file of ours, from `stem.ext hash`: the name holds the first letters of the hash. */
function pinned(file) {
  const [stem, ext, hash] = file.split(/[. ]/)
  return { name: `${stem}-${hash.slice(0, 8).replace(/\W/g, '_')}.${ext}`, integrity: `sha256-${hash}` }
}

async function fetched(file, { name, integrity } = pinned(file)) {
  const response = await fetch(beside(name), { integrity })
  if (response.ok) return response
  throw new (response.status < 500 ? Error : TypeError)(`${name} answered ${response.status}`)
}

/** The first part of the wasm and the script that binds it: light, and so asked for only once the rows had time to be painted. */
const engine = () => once('moongate', async () => {
  const source = fetched(generated.parts.moongate)
  source.catch(() => {})
  await pause()
  const module = await script(pinned(generated.glue), failures)
  await module.start(source)
  return module
})

/** Another part. It stands on those before it, and is fetched meanwhile. */
const part = (name, before) => once(name, async () => {
  const source = fetched(generated.parts[name])
  source.catch(() => {})
  await before()
  await (await engine()).more(source)
})

// What comes after the server's first answer, and the view: fetched once a shopper shows interest.
const paying = () => part('pay', engine)
// What reads providers' responses: nobody needs it before a press is answered.
const reading = () => part('read', paying)
/** A script of ours that few pages need. */
const further = (name) => once(name, () => script(pinned(generated[name]), failures))
/** The rest of a language's words; of those that are not at hand, all are here with the first. */
const restOf = (lang, file = generated.words[lang]) => file && once(lang, async () => (await fetched(file)).json())

// ---- What is known of here, of currencies and of methods, by the core's tables

const seen = (table) => table.find(([signs]) => new RegExp(signs, 'i').test(navigator.userAgent))?.[1]

/** Where the page runs, as far as the rows depend on it. */
function environment() {
  const ipad = navigator.maxTouchPoints > 1 && seen([[generated.ipad, 'tablet']])
  return { app: seen(generated.apps) ?? 'browser', device: ipad || (seen(generated.devices) ?? 'desktop') }
}

/** The word for the app around the page: its wallet's, if it has one. */
const hereIn = (app) => `app_${generated.wallets.find(([id]) => id.startsWith(app.split('_')[0]))?.[0] ?? 'other'}`

/** What each wallet can do here: its rank among the rows and its hint. The narrowest entry of the table counts. */
function placements({ app, device }) {
  const { places } = generated
  const upsdk = window.upsdk && places[`${app} ${device} upsdk`]
  return (upsdk || places[`${app} ${device}`] || places[device]).split(' ')
}

// Making the page's first number format takes a phone as long as drawing all the rows. While the page loads, and is seen,
// the rows are therefore painted first, and the sums come with the next frame, in the same space.
let counting = false

/** A sum for people. The number of decimal places is the core's: for some currencies `Intl` has another. */
function money(minor, currency, locale) {
  const digits = generated.digits[0].includes(currency) ? 0 : generated.digits[3].includes(currency) ? 3 : 2
  const text = `${minor}`.padStart(digits + 1, '0')
  const point = text.length - digits
  // In the digits that the wallets show, whatever the language: sums are compared. In Japanese ¥ is the yen, and the yuan 元.
  const currencyDisplay = /^ja/.test(locale) ? 'symbol' : 'narrowSymbol'
  const form = { style: 'currency', currency, currencyDisplay, numberingSystem: 'latn' }
  form.minimumFractionDigits = form.maximumFractionDigits = digits
  const written = (locale) => new Intl.NumberFormat(locale, form).format(digits ? `${text.slice(0, point)}.${text.slice(point)}` : text)
  try {
    // In Arabic the yuan's sign has letters, which would be torn off the sum: it is written as in English, from left to right.
    return /^ar/.test(locale) ? `\u2066${written('en')}\u2069` : written(locale)
  } catch {
    // A tag of the page's that is none.
    return written()
  }
}

/** What a method adds to the sum; undefined if the page said nothing of it, or nothing right. */
function feeOn(amount, fee) {
  if (/^\d{1,3}(\.\d{0,4})?$/.test(fee?.percent)) {
    const share = Math.round(fee.percent * 1e4)
    // Rounded half up, and in two parts: the product may be more than a number holds exactly.
    return Math.floor(amount / 1e6) * share + Math.floor(((amount % 1e6) * share + 5e5) / 1e6)
  }
  const fixed = fee?.fixed ?? (/^0$/.test(fee) ? 0 : '')
  return /^\d{1,12}$/.test(fixed) ? +fixed : undefined
}

/** The words of a list, or of a text with spaces between. */
const listed = (list) => (typeof list === 'string' ? list.split(/\s+/).filter(Boolean) : list ?? [])

/** Whether a method is for other countries than the page's, which the region of its language tag says if it has one. */
function isAbroad(countries, options) {
  const lands = listed(countries).filter((land) => /^[A-Z]{2}$/.test(land))
  const land = lands[0] && /^[^-]+(?:-[^-]{2,})*?-([a-z]{2})(?![^-])/i.exec(localeOf(options))
  return land && !lands.includes(land[1].toUpperCase())
}

/** The numbers of the version that a text begins with. A lone one from 100 on is written without its dots: 939 is 9.3.9. */
function numbers(text) {
  const found = /^\d+(\.\d+){0,3}/.exec(text)?.[0].split('.').map(Number)
  if (found?.length !== 1 || found[0] < 100) return found
  const base = found[0] < 1e4 ? 10 : 100
  return [Math.floor(found[0] / base / base), Math.floor(found[0] / base) % base, found[0] % base]
}

/** Whether the app around the page is older than a method asks for; one that does not tell its version is. */
function isOld(app, lowest) {
  // What is no version, the core names and leaves aside.
  if (!/^\d+(\.\d+){0,3}$/.test(lowest)) return false
  const after = (sign) => navigator.userAgent.split(new RegExp(sign, 'i'))[1]
  const own = generated.versions[app]?.map((sign) => numbers(after(sign))).find(Boolean)
  const differs = `${lowest}`.split('.').concat(0, 0, 0).map((number, at) => (own?.[at] ?? 0) - number).find(Boolean)
  return !own || differs < 0
}

/** In ten-thousandths, how many shoppers see a method; nobody if it is not said right. */
function share(rollout) {
  const [, whole, part = ''] = /^([01])(?:\.(\d+))?$/.exec(rollout) ?? [, 0]
  return +whole && +part ? 0 : +(whole + part.padEnd(4, 0).slice(0, 4))
}

/** Which of 10000 buckets a shopper is in for a method: FNV-1a, as the core has it. */
function bucket(id, shopper) {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(`${id}:${shopper}`)) hash = Math.imul(hash ^ byte, 0x1000193) >>> 0
  return hash % 1e4
}

/** The id that buckets are taken from: the page's, the one kept here, or a new one; undefined where none can be kept. */
function shopperOf({ shopper, remember }) {
  const key = 'moongate:shopper'
  const store = storeOf(remember)
  const known = fit(shopper) ?? keep(store, key)
  if (!known) keep(store, key, newAttempt())
  return known ?? keep(store, key)
}

/** Whether WeChat Pay can be had from a mini program's web-view: on the page that the merchant names. */
const leadsOn = (id, app, device, { miniProgramPage }) =>
  miniProgramPage && id === 'wechatpay' && app === 'wechat_miniprogram' && device !== 'desktop'

/** The rows, in order. What only the core can judge is `pending`: it holds a place until the core has judged. */
function offered(options) {
  const { methods, amount, currency } = options
  const wallets = generated.wallets.map(([id]) => id)
  const { app, device } = environment()
  const places = placements({ app, device })
  const named = listed(methods)
  const rows = new Map()
  for (const item of named.length ? named : wallets) {
    const method = item?.id ? item : { id: item }
    const label = fit(method.label)
    const { id, fee, icon, min, max, currencies, countries } = method
    const known = wallets.includes(id) || (label && /^[a-z0-9_-]{1,32}$/.test(id))
    const place = leadsOn(id, app, device, options) ? '0here' : (places[wallets.indexOf(id)] ?? '0')
    const lowest = method.apps?.[app]
    const batch = share(method.rollout ?? 1)
    const extra = feeOn(amount, fee)
    const total = amount + (extra ?? 0)
    const out = amount < min || amount > (max ?? MOST) || total > MOST || (currencies?.length && !currencies.includes(currency))
    const barred = lowest != null && (lowest === false || isOld(app, lowest))
    if (out || barred || !batch || rows.has(id) || !known || isAbroad(countries, options)) continue
    const shopper = batch < 1e4 && shopperOf(options)
    if (shopper && bucket(id, shopper) >= batch) continue
    const free = extra === 0 && !+(fee.percent ?? 0)
    const pending = shopper == null
    const description = fit(method.description)
    rows.set(id, { id, label, description, icon, extra, total, free, pending, app, rank: +place[0], hint: place.slice(1) })
  }
  return [...rows.values()].sort((one, other) => one.rank - other.rank)
}

const works = ({ rank, pending }) => rank < 2 && !pending

// ---- Drawing

/** An element, with its classes after dots, its attributes and children; null, undefined and false are left out. */
function el(name, attributes, ...children) {
  const [tag, ...classes] = name.split('.')
  const space = /^(svg|path)$/.test(tag) ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml'
  const element = document.createElementNS(space, tag)
  if (classes[0]) element.setAttribute('class', classes.join(' '))
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value != null && value !== false) element.setAttribute(key, value === true ? '' : value)
  }
  element.append(...children.flat().filter((child) => child != null && child !== false))
  return element
}

// Stands in a new tree for what stays as it is.
const SAME = 'same'

/** Makes a tree like another by the least change, so that focus, and what is under a finger, stay. */
function morph(old, next) {
  for (const { name } of [...old.attributes]) next.hasAttribute(name) || old.removeAttribute(name)
  for (const { name, value } of next.attributes) old.getAttribute(name) === value || old.setAttribute(name, value)
  if ('checked' in old) old.checked = next.checked
  const children = [...next.childNodes]
  children.forEach((child, at) => {
    const was = old.childNodes[at]
    if (child.localName === SAME) return
    if (!was) old.append(child)
    else if (was.nodeName === child.nodeName && child.attributes) morph(was, child)
    else if (!was.isEqualNode(child)) was.replaceWith(child)
  })
  while (old.childNodes[children.length]) old.lastChild.remove()
}

/** Where the focus goes when another tree takes this one's place: to the same control, else to the heading. */
function counterpart(root, { dataset, value }) {
  const same = `[data-gesture="${dataset.gesture}"]${value ? `[value="${value}"]` : ''}:not(:disabled)`
  return root.querySelector(same) ?? root.querySelector('[data-heading]')
}

/** The rows and the button until the widget takes over; the whole checkout, by a form, if it never does. */
class Shell {
  /**
   * `opened` is called once the form way is open, `failed` when a press has waited for too long, `others` with the words of
   * the language that the shopper turned to; `isFirst` says whether the page is still to hear that it can be paid.
   */
  constructor(host, told) {
    Object.assign(this, told, { host })
    this.root = el('div')
    this.root.addEventListener('click', ({ target }) => this.gesture(target.closest('button')?.dataset.gesture))
    this.root.addEventListener('change', ({ target }) => this.gesture('choose', target.value))
    this.gone = new AbortController()
    this.wanted = new Promise((want) => (this.want = want))
    this.watch()
    counting = counting || document.readyState === 'complete' || document.hidden
    this.refresh()
    // The frame after the rows' own takes a tap before the counting holds the page up.
    if (!counting) requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => this.count())))
  }

  // -- What the page says

  /** Reads the options again, and draws. */
  refresh() {
    const options = (this.options = rawOptions(this.host))
    const { order, amount, currency, endpoint, transport, textSize, testMode, remember } = options
    const big = () => parseFloat(getComputedStyle(document.body).fontSize) >= 20
    this.large = this.large ?? (textSize === 'large' || (textSize !== 'normal' && big()))
    this.locale = localeOf(options)
    this.speak(languageFor(this.locale))
    this.test = /^(true)?$/.test(testMode ?? 'no') && PRIVATE.test(location.hostname)
    this.store = storeOf(remember)
    this.endpoint = endpoint ? (absolute(endpoint)?.href ?? '').replace(/\/+$/, '') : ''
    // What is not right, the core will name.
    const right = /^\d{1,12}$/.test(amount) && +amount && /^[A-Z]{3}$/.test(currency) && /^[\w.-]{1,64}$/.test(order)
    this.rows = right && (this.endpoint || transport) ? offered({ ...options, amount: +amount }) : []
    if (this.ready) this.rows = this.rows.filter(({ pending }) => !pending)
    this.choose()
    this.takeUp(`moongate:attempt:${this.endpoint}:${order}`)
    this.release()
    this.draw()
    this.open()
  }

  count() {
    counting = true
    this.draw()
  }

  /** Takes the words of a language; until they are here the rows are outlines that nobody can press. */
  speak(language) {
    if (this.language === language) return
    this.language = language
    const known = (this.words = atHand(language))
    // 中文 is one tap away for who reads it.
    if (known && (language !== 'en' || !/zh/.test(navigator.languages))) return
    // The file is named like the script that knows its hash, so that both are fetched at once; it then comes from the cache.
    const name = pinned(generated.tongues).name.replace('tongues', `words/${language}`) + 'on'
    if (!known) fetch(beside(name)).catch(() => {})
    const tools = { language, name, languageFor, atHand, fetched, once, restOf }
    const taught = further('tongues').then(({ teach }) => teach(this, tools))
    const heard = Promise.race([taught, pause(SILENCE)]).catch(() => {}).then((words) => {
      if (this.language !== language) return
      this.words = words ?? known ?? atHand('en')
      this.draw()
    })
    this.heard = known ?? heard
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
    const returned = absolute('').searchParams.get(RETURNED)
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

  /** Lets go of a press for anything else. */
  release() {
    if (!this.pressed || this.seen === this.sight()) return
    this.pressed = false
    if (this.phase === 'sending') this.phase = 'choosing'
  }

  // -- Drawing, as src/view does

  say(key, values = {}) {
    const { words } = this
    if (!words) return '\u00a0'
    const text = (words.switched ? undefined : fit(this.options.texts?.[key])) ?? words[key] ?? ''
    return text.replace(/{(\w+)}/g, (braces, name) => values[name] ?? braces)
  }

  /** A text in which the wallets' own names are marked as Chinese, unless it is Chinese itself. */
  marked(text) {
    const name = (part, at) => (at % 2 ? el('span', { lang: 'zh-CN' }, part) : part)
    return !text || /^zh/.test(this.words?.lang) ? text : text.split(/(微信支付|微信|支付宝|云闪付|和包支付|和包|扫一扫)/).map(name)
  }

  sum(minor = this.chosen?.total ?? +this.options.amount) {
    return counting ? money(minor, this.options.currency, this.locale) : '\u00a0'
  }

  draw() {
    const { words, large, phase, options, root } = this
    if (!this.rows[0]) {
      // Nobody can come near what is not there; what to say instead, the widget knows.
      this.want()
      return (root.textContent = '')
    }
    const attributes = {
      inert: !words, lang: words?.lang, dir: words?.dir ?? (!words && this.language === 'ar' ? 'rtl' : 'ltr'),
      'data-theme': /^(light|dark)$/.test(options.theme) ? options.theme : 'auto',
      'data-size': large ? 'large' : 'normal', 'data-phase': phase,
      'data-at': phase === 'confirming' ? 'returned' : this.outcome,
    }
    const ribbon = this.test && el('p.ribbon', { 'data-test': true }, this.say('test'))
    const section = el('section.moongate', attributes, ribbon, this.bill(), this.body(), this.status())
    root.firstChild ? morph(root.firstChild, section) : root.append(section)
  }

  body() {
    if (this.phase === 'confirming') return this.screen('still', 'M12 7v5l3 2', 'returned', 'confirming_do', 'ask_now')
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
    const basis = [rows, this.words, options, held, this.expanded, counting]
    const same = this.root.querySelector('.methods') && basis.every((part, at) => part === this.drawn.basis[at])
    const stays = (row) => same && row !== chosen && row !== this.drawn.chosen
    const list = some.map((row) => (stays(row) ? el(SAME) : this.row(row, held)))
    this.drawn = { basis, chosen }
    return [
      this.heading(held ? this.say('sending') : label),
      el('div.methods', { role: 'radiogroup', 'aria-label': label }, list),
      count > 0 && !held && this.button('quiet', 'show_more', this.say('more', { count })),
      options.button !== 'host' && this.payButton(held),
      rows.every(({ free }) => free) && el('p.note', { 'data-no-fee': true }, this.say('no_fee')),
    ]
  }

  payButton(held) {
    const text = held ? this.say('sending_do') : this.say(this.large ? 'pay_large' : 'pay', { sum: this.sum() })
    const attributes = { type: 'button', part: 'button', 'data-gesture': 'pay' }
    return el('button.button.loud.pay', { ...attributes, disabled: (held || !this.chosen) && 'disabled', 'aria-busy': held && 'true' }, text)
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
    return el(unseen ? 'p.status.unseen' : 'p.status', { part: 'status', role: 'status' }, key && this.say(key))
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
    if (name === 'show_more') this.root.querySelector(`.method:nth-child(n+${this.limit + 1}) input:enabled:not(:checked)`)?.focus()
  }

  /** Picks a method; false if it can't be picked, or not yet. */
  select(id) {
    const row = this.rows.find((row) => row.id === id && works(row))
    if (!row || this.phase !== 'choosing') return false
    this.picked = id
    if (this.widget) {
      this.widget.select(id)
      return true
    }
    if (row !== this.chosen) this.tell('select', { method: id })
    this.chosen = row
    this.draw()
    return true
  }

  /** Pay was pressed: sent at once by the widget or the form way, else kept for the widget, which sends it once. */
  press() {
    if (this.phase !== 'choosing' || !this.chosen) return
    if (this.ready) return this.pay(true)
    this.hurry()
    this.notice = undefined
    if (this.widget) return this.widget.press()
    this.pressed = true
    this.seen = this.sight()
    this.to('sending')
    this.open()
  }

  /** Somebody wants to pay: the WebAssembly is not waited for for ever. */
  hurry() {
    this.want()
    setTimeout(() => this.postable() && this.failed(this, new TypeError('no answer in time')), PATIENCE)
  }

  /** Shows what the widget is at, until it draws itself. It has judged what was pending. */
  follow = (phase, chosen, offered) => {
    if (!this.widget) return
    const ids = offered.split(' ')
    if (this.rows.some(({ pending }) => pending)) {
      this.rows = this.rows.filter(({ id, pending }) => !pending || ids.includes(id)).map((row) => ({ ...row, pending: false }))
    }
    this.chosen = this.rows.find(({ id }) => id === chosen) ?? null
    // What came of an attempt before is asked once the widget draws.
    this.to(this.attempt ? this.phase : phase)
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(location.href)
      Object.assign(this.words, await restOf(this.words.lang))
      this.notice = 'link_copied'
      this.draw()
    } catch {}
  }

  /** Shows another phase, whose heading takes the focus, unless the shopper is busy elsewhere on the page. */
  to(phase) {
    const { activeElement } = this.root.getRootNode()
    const changed = this.phase !== phase
    const free = changed && (this.root.contains(activeElement) || document.activeElement === document.body)
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
    return { selected: chosen?.id ?? null, pressed, large, expanded, language: locale }
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

  /** Tells the page, never the shopper, and opens the form way. */
  giveUp(error) {
    if (this.fault || this.gone.signal.aborted) return
    const kind = error instanceof TypeError ? 'network' : 'page'
    this.fault = { kind, code: 'load_failed', message: `The widget did not load: ${error.message ?? error}` }
    this.tell('error', { ...this.fault })
    this.open()
  }

  /** Takes the form way, once it is here; without it, a press can't be kept for ever. */
  async open() {
    if (this.ready || !this.fault) return
    try {
      if (!this.postable()) throw this.fault
      const { way } = await further('form')
      await this.heard
      if (this.ready || this.gone.signal.aborted || !this.postable()) return
      Object.assign(this, way({ absolute, el, keep, listed, newAttempt, seconds, RETURNED }))
      this.take()
    } catch {
      // Neither the widget nor a form: the shopper hears it, and may press again.
      if (this.phase !== 'sending') return
      this.pressed = false
      this.notice = 'no_network'
      this.to('choosing')
    }
  }
}

function newAttempt() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))]
  return `mg_${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

// ---- The element

// Where there is no DOM, on a server, importing this file must do no harm.
class MoongateCheckout extends (globalThis.HTMLElement ?? Object) {
  static get observedAttributes() {
    return ATTRIBUTES
  }

  #options = {}
  #shell = null
  #widget = null
  #waiting = []
  #stale = false

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
    if (Object.getOwnPropertyDescriptor(this, 'options')) {
      const { options } = this
      delete this.options
      this.options = options
    }
    if (!this.#shell && !this.#widget) this.#begin()
  }

  disconnectedCallback() {
    // A node that is moved is connected again before this runs.
    queueMicrotask(() => this.isConnected || this.#end())
  }

  attributeChangedCallback() {
    this.#change()
  }

  /** Draws the shell, loads the rest, and lets the widget take over: first what happens, then the drawing. */
  #begin = async () => {
    // What changed before is read now.
    this.#stale = false
    // On its way while the rows are drawn.
    const coming = globalThis.WebAssembly && engine()
    coming?.catch(() => {})
    const shell = this.#draw()
    try {
      if (!coming) throw new Error('no WebAssembly here')
      const { open } = await coming
      await shell.heard
      if (this.#shell !== shell || shell.ready) return
      this.#locale = shell.locale
      const whole = shell.wanted.then(() => this.#complete(shell))
      // The further parts, as the widget asks for them.
      const further = (name) => {
        shell.want()
        return name === 'read' ? reading() : whole
      }
      const widget = (this.#widget = shell.widget = open(this, rawOptions(this), shell.kept(), shell.follow, further))
      widget.begin(this.#isFirst())
      this.#answer(widget)
      const words = await whole
      await shell.idle()
      if (this.#shell === shell && this.#widget === widget) await this.#show({ ...words, ...shell.words }, shell.kept(), shell)
    } catch (error) {
      if (this.#shell) this.#fail(shell, error)
      else if (this.#widget) throw error
    }
  }

  #draw = () => {
    const shell = (this.#shell = new Shell(this, { opened: this.#answer, failed: this.#fail, isFirst: this.#isFirst, others: this.#say }))
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    shadow.textContent = ''
    if (sheet) shadow.adoptedStyleSheets = [sheet]
    else shadow.append(el('link', { rel: 'stylesheet', href: beside('moongate.css'), integrity: generated.sheet, crossorigin: 'anonymous' }))
    shadow.append(shell.root)
    return shell
  }

  /** The words, once the part that pays is here too. Where there is no form way, it is waited for however long it takes. */
  #complete = async (shell) => {
    for (;;) {
      try {
        const [words] = await Promise.all([restOf(shell.words.lang), paying()])
        // Who comes near is likely to press; what that takes is fetched when nothing else waits.
        reading().catch(() => {})
        return words
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
  }

  /** Other words, and nothing else. */
  #say = (words) => {
    if (!this.#shell) return this.#show(words)
    this.#shell.words = words
    this.#shell.draw()
  }

  #locale = ''
  #told = false

  /** Whether `moongate-ready` is still to be told; once for each element, however often it is taken out and put back. */
  #isFirst = () => !this.#told && (this.#told = true)

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
    queueMicrotask(() => this.#refresh(true))
  }

  #refresh = (alone) => {
    if (!this.#stale) return
    const raw = rawOptions(this)
    // Words are given to the widget once, so another language is another widget; not in the middle of what this one says.
    const other = this.#widget && localeOf(raw) !== this.#locale
    if (other && !alone) return
    this.#stale = false
    this.#shell?.refresh()
    if (other) {
      this.#end()
      this.#begin()
    }
    this.#widget?.update(raw)
  }

  /** Calls the widget, or the shell once it is all there is; until then calls wait, in their order. */
  #call = (name, ...values) => {
    this.#refresh()
    name === 'pay' ? this.#shell?.hurry() : this.#shell?.want()
    const answering = this.#widget ?? (this.#shell?.ready ? this.#shell : null)
    if (answering && !this.#stale) return answering[name](...values)
    return new Promise((resolve) => this.#waiting.push((who) => resolve(who[name](...values))))
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
