// The playground: a form that becomes the widget's attributes and options, and everything that one hears of it.

import { draw } from '/guide/timeline.js'

const english = document.documentElement.lang === 'en'
const by = (id) => document.getElementById(id)
const controls = by('controls')
const stage = by('stage')
const asked = new URLSearchParams(location.search)

/** Options that are attributes, and those that are only in the property. */
const ATTRIBUTES = [
  'endpoint', 'order', 'amount', 'currency', 'methods', 'shop', 'locale', 'theme', 'textSize', 'selected', 'collapseAfter', 'button',
  'returnUrl', 'doneUrl', 'support', 'miniProgramPage', 'remember', 'credentials',
]
const LOOKS = ['--moongate-accent', '--moongate-radius']

/** The ready theme that is linked, a file of the guide's. */
const ready = document.createElement('link')
ready.rel = 'stylesheet'

/** The page's own way to the server, as a page might write it. */
const transport = {
  create: (request) => fetch('/checkout/payments', { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': request.attempt }, body: JSON.stringify(request) }),
  status: (key) => fetch(`/checkout/payments/${key}`),
  cancel: (key) => fetch(`/checkout/payments/${key}/cancel`, { method: 'POST' }),
  refresh: (key) => fetch(`/checkout/payments/${key}/refresh`, { method: 'POST' }),
}

const fresh = () => `PLAY-${[...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
const dashed = (key) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const text = (value) => value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

/** What the address says, else what the form says at first. */
const first = Object.fromEntries([...controls.elements].filter(({ name }) => name).map((field) => [field.name, field.type === 'checkbox' ? field.checked : field.value]))
for (const field of controls.elements) {
  if (!field.name || !asked.has(field.name)) continue
  if (field.type === 'checkbox') field.checked = asked.get(field.name) === 'true'
  else field.value = asked.get(field.name)
}
if (!controls.order.value) controls.order.value = fresh()

const value = (name) => {
  const field = controls.elements[name]
  // A page in another language may not have it yet.
  if (!field) return ''
  return field.type === 'checkbox' ? field.checked : field.value.trim()
}

/** Keeps what differs from the beginning in the address, so that it can be sent to somebody. */
function keep() {
  const query = new URLSearchParams()
  if (!english) query.set('lang', document.documentElement.lang)
  for (const name of Object.keys(first)) if (name === 'order' || value(name) !== first[name]) query.set(name, value(name))
  history.replaceState(null, '', `?${query}`)
}

/** JSON of a field, or what is wrong with it. */
function json(name) {
  const field = controls.elements[name]
  field.setCustomValidity('')
  if (!field.value.trim()) return undefined
  try {
    return JSON.parse(field.value)
  } catch {
    field.setCustomValidity(english ? 'This is no JSON.' : '这不是 JSON。')
    field.reportValidity()
    return undefined
  }
}

/** What the form says: attributes, the property, and the looks. */
function chosen() {
  const attributes = {}
  const property = {}
  for (const key of ATTRIBUTES) if (value(key)) attributes[key] = value(key)
  if (attributes.methods?.startsWith('[')) {
    delete attributes.methods
    property.methods = json('methods')
  }
  if (value('testMode')) attributes.testMode = ''
  for (const key of ['headers', 'texts']) {
    const read = json(key)
    if (read !== undefined) property[key] = read
  }
  if (value('hosts')) property.hosts = value('hosts').split(/\s+/)
  if (value('shopper')) property.shopper = value('shopper')
  if (value('transport')) property.transport = transport
  const looks = LOOKS.filter((name) => value(name)).map((name) => [name, value(name)])
  return { attributes, property, looks }
}

/** What each method adds, in minor units, so that the sandbox expects the sum that the shopper sees. */
function fees(methods, amount) {
  const added = {}
  for (const { id, fee } of Array.isArray(methods) ? methods : []) {
    if (Number.isSafeInteger(fee?.fixed)) added[id] = fee.fixed
    if (/^\d+(\.\d{1,4})?$/.test(fee?.percent ?? '')) {
      const [whole, part = ''] = fee.percent.split('.')
      added[id] = Number((BigInt(amount) * BigInt(whole + part.padEnd(4, '0')) + 500_000n) / 1_000_000n)
    }
  }
  return added
}

const put = (path, body) => fetch(path, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })

/** Tells the sandbox what the order costs. A wrong sum is left to the widget, which says what is wrong with it. */
async function order({ order: id, amount, currency }, methods) {
  if (!/^[\w.-]{1,64}$/.test(id ?? '') || !/^[1-9]\d{0,11}$/.test(amount ?? '')) return
  await put(`/sandbox/orders/${id}`, { amount: Number(amount), currency, fees: fees(methods, amount) }).catch(() => null)
}

let round = 0
let checkout = null

/** Draws the widget anew, as a page with this tag would. */
async function apply() {
  const mine = ++round
  keep()
  const { attributes, property, looks } = chosen()
  await order(attributes, property.methods)
  if (mine !== round) return
  const made = document.createElement('moongate-checkout')
  made.dataset.ownTheme = ''
  for (const [key, said] of Object.entries(attributes)) made.setAttribute(dashed(key), said)
  if (!attributes.theme && document.documentElement.dataset.theme) made.setAttribute('theme', document.documentElement.dataset.theme)
  for (const [name, said] of looks) made.style.setProperty(name, said)
  if (value('ready')) {
    ready.href = `/guide/themes/${value('ready')}.css`
    document.head.append(ready)
  } else ready.remove()
  if (Object.keys(property).length) made.options = property
  stage.style.maxWidth = value('width') ? `${value('width')}px` : ''
  forget()
  checkout = made
  stage.replaceChildren(made)
  by('host-pay').hidden = value('button') !== 'host'
  tag(attributes, property, looks)
  look()
}

/** The tag to copy. */
function tag(attributes, property, looks) {
  const said = Object.entries(attributes).map(([key, word]) => (word === '' ? dashed(key) : `${dashed(key)}="${text(word)}"`))
  const lines = ['<script type="module" src="/moongate/moongate.js"></script>']
  if (value('ready')) lines.push(`<link rel="stylesheet" href="${value('ready')}.css">`)
  if (looks.length) lines.push('<link rel="stylesheet" href="shop.css">')
  let line = '<moongate-checkout'
  for (const word of said) {
    if (line.length + word.length > 72) {
      lines.push(line)
      line = '                  '
    }
    line += ` ${word}`
  }
  lines.push(`${line}></moongate-checkout>`)
  by('tag-html').querySelector('code').textContent = lines.join('\n')
  const { transport: own, ...plain } = property
  const parts = Object.entries(plain).map(([key, word]) => `  ${key}: ${JSON.stringify(word)},`)
  if (own) parts.push('  transport: {', ...Object.entries(own).map(([key, act]) => `    ${key}: ${act},`), '  },')
  const script = parts.length ? [`document.querySelector('moongate-checkout').options = {`, ...parts, '}'] : []
  const style = looks.length ? ['/* shop.css */', 'moongate-checkout {', ...looks.map(([name, word]) => `  ${name}: ${word};`), '}'] : []
  by('tag-script').hidden = script.length + style.length === 0
  by('tag-script').querySelector('code').textContent = [...script, ...style].join('\n')
}

/** What is heard. */
const heard = by('heard')
const NAMES = ['ready', 'select', 'submit', 'action', 'status', 'complete', 'feedback', 'error'].map((name) => `moongate-${name}`)
let started = performance.now()

function forget() {
  heard.replaceChildren()
  by('events-none').hidden = false
  started = performance.now()
  hold(null)
}

function made(name, said, className = '') {
  const element = document.createElement(name)
  element.textContent = said
  element.className = className
  return element
}

function show({ type, detail }) {
  const { phase, outcome, code, answer, action, method, methods } = detail
  const item = document.createElement('li')
  item.dataset.event = type
  const whole = document.createElement('details')
  const head = document.createElement('summary')
  const gist = [phase ?? outcome ?? code ?? answer ?? action?.type, method, methods?.join(' ')].filter(Boolean).join(' · ')
  head.append(made('code', type), made('span', gist), made('time', `${((performance.now() - started) / 1000).toFixed(2)} s`))
  whole.append(head, made('pre', JSON.stringify(detail, null, 2)))
  item.append(whole)
  heard.append(item)
  by('events-none').hidden = true
}

for (const name of NAMES) {
  stage.addEventListener(name, (event) => {
    if (event.target !== checkout) return
    show(event)
    if (name === 'moongate-action') hold(event.detail.action)
    if (name === 'moongate-status' && event.detail.phase !== 'acting') hold(null)
    look()
  })
}

/** The time line and explain(), as they are now. */
let drawn = -1
function look() {
  const state = checkout?.state
  if (!state) return
  if (state.log.length !== drawn) draw(by('timeline'), state.log)
  drawn = state.log.length
  by('line-none').hidden = drawn > 0
  const payment = state.payment ?? state.attempt
  for (const button of document.querySelectorAll('[data-deed]')) button.disabled = !payment || state.outcome === 'succeeded'
  explained(checkout.explain())
}

function explained(told) {
  const place = by('explained')
  if (!told) return place.replaceChildren(made('p', english ? 'null until moongate-ready, and without WebAssembly.' : 'moongate-ready 之前、以及没有 WebAssembly 时是 null。', 'note'))
  const { app, version, os, device } = told.environment
  const table = document.createElement('table')
  const row = (words, cell) => {
    const line = document.createElement('tr')
    for (const [at, word] of words.entries()) {
      const made_ = made(at === 0 || cell === 'th' ? 'th' : 'td', word)
      if (made_.localName === 'th') made_.scope = cell === 'th' ? 'col' : 'row'
      line.append(made_)
    }
    return line
  }
  const head = document.createElement('thead')
  head.append(row(english ? ['method', 'flows, best first', 'why'] : ['方式', '付款形式，最好的在前', '原因'], 'th'))
  const body = document.createElement('tbody')
  for (const { method, flows, hint } of told.offer) body.append(row([method, flows.join(' ') || '–', hint]))
  for (const { method, reason } of told.left_out) body.append(row([method, english ? 'left out' : '不显示', reason]))
  table.append(head, body)
  place.replaceChildren(made('p', `${app}${version ? ` ${version}` : ''} · ${os} · ${device}`, 'note'), table)
}
// What happens without an event (a ping, a question) is in the log alone.
setInterval(look, 1000)

/** What the page says of what was chosen. */
const words = english
  ? { wallet: 'The wallet: ', not: 'The wallet can\'t do that now: ', off: 'Not set: the sandbox does not answer.', from: 'Set, for payments begun from now on.', well: 'All is well again.', set: 'Set, until you choose nothing again.', silent: 'The sandbox does not answer.', force: 'In force: ' }
  : { wallet: '钱包：', not: '钱包现在做不了：', off: '没有设上：沙盒没有响应。', from: '已设置，对之后开始的付款有效。', well: '一切恢复正常。', set: '已设置，直到你重新选“没有”。', silent: '沙盒没有响应。', force: '正在生效：' }

/** The wallet's hand. */
const phone = by('phone')
function hold(action) {
  const code = action?.type === 'qr' ? action.payload : null
  phone.hidden = !code
  by('hand-said').hidden = Boolean(code)
  if (code) phone.href = `/sandbox/wallet?code=${encodeURIComponent(code)}`
}
for (const button of document.querySelectorAll('[data-deed]')) {
  button.addEventListener('click', async () => {
    const { payment, attempt } = checkout.state
    const answer = await fetch(`/sandbox/payments/${payment ?? attempt}/${button.dataset.deed}`, { method: 'POST' }).catch(() => null)
    by('hand-said').textContent = `${answer?.ok ? words.wallet + (await answer.json()).status : words.not + (answer?.status ?? '–')}`
    by('hand-said').hidden = false
    look()
  })
}

/** The server's provider and faults: the sandbox's, for all pages. */
const said = by('server-said')
async function set(path, body, done) {
  const answer = await put(path, body).catch(() => null)
  said.textContent = answer?.ok ? done : words.off
}
by('provider').addEventListener('change', ({ target }) => set('/sandbox/provider', { provider: target.value }, words.from))
by('fault').addEventListener('change', ({ target }) => set('/sandbox/faults', JSON.parse(target.value), target.value === '[]' ? words.well : words.set))
fetch('/sandbox/provider').then(async (answer) => {
  by('provider').value = (await answer.json()).provider
  by('provider').disabled = false
}, () => { said.textContent = words.silent })
fetch('/sandbox/faults').then(async (answer) => {
  const rules = (await answer.json()).map(({ rule }) => rule)
  const same = [...by('fault').options].find((option) => JSON.stringify(JSON.parse(option.value)) === JSON.stringify(rules))
  if (same) by('fault').value = same.value
  else said.textContent = words.force + JSON.stringify(rules)
}, () => null)

controls.addEventListener('change', ({ target }) => {
  if (!target.name) return
  if (target.name === 'app') {
    // A user agent can't change under a page that runs.
    keep()
    location.reload()
  } else apply()
})
controls.addEventListener('submit', (event) => event.preventDefault())
by('new-order').addEventListener('click', () => {
  controls.order.value = fresh()
  apply()
})
by('host-pay').addEventListener('click', () => checkout.pay())
for (const button of document.querySelectorAll('[data-theme-choice]')) button.addEventListener('click', () => { if (!value('theme')) checkout?.setAttribute('theme', button.dataset.themeChoice) })
apply()
