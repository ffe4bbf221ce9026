// A shop's checkout server for Moongate, with Express and SQLite: WeChat Pay by code. README.md says how to run it.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import express from 'express'
import qrcode from 'qrcode-generator'
import { Refused, opened } from './notification.mjs'
import * as store from './store.mjs'
import * as wallet from './wallet.mjs'

const PORT = Number(process.env.PORT ?? 8000)
const HOME = process.env.SHOP_ORIGIN ?? `http://127.0.0.1:${PORT}` // no other page may pay here or be returned to
const LIFE = Number(process.env.SHOP_CODE_SECONDS ?? 900) // that a code can be paid
const ATTEMPT = /^mg_[\w-]{22,61}$/
const BUSY = new Set() // attempts whose code the provider is being asked for; more than one process would keep this in the store

const db = store.open(join(process.env.SHOP_DATA ?? '.', 'shop.db'))
db.exec(`
CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, amount INTEGER NOT NULL, currency TEXT NOT NULL,
    session TEXT,      -- who may pay it
    shipped_for TEXT,  -- the payment that it is shipped for
    shipment TEXT);    -- 'due', then 'done'
CREATE TABLE IF NOT EXISTS payments (attempt TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, order_id TEXT, method TEXT,
    amount INTEGER, currency TEXT, status TEXT NOT NULL, action TEXT, expires INTEGER, return_url TEXT, session TEXT,
    refund TEXT);      -- 'due', then 'done'
-- One live payment for each order: what stops a second tab from paying twice.
CREATE UNIQUE INDEX IF NOT EXISTS live ON payments (order_id) WHERE status IN ('pending', 'processing');
INSERT OR IGNORE INTO orders (id, amount, currency) VALUES ('SO-1001', 12800, 'CNY'), ('SO-1002', 4500, 'CNY');
`)
const find = (key) => db.get('SELECT * FROM payments WHERE ? IN (id, attempt)', [key])
const now = () => Math.floor(Date.now() / 1e3)
const newId = () => `pay_${randomBytes(8).toString('hex')}`

// ---- Answers

class Problem extends Error {
  constructor(status, code, more) {
    super(code)
    Object.assign(this, { status, body: { code, ...more } })
  }
}

/** Pages of other origins are refused, a browser gets its session, and nothing of a payment is kept in a cache. */
function around(request, response, next) {
  response.set('Cache-Control', 'no-store')
  const known = /(?:^|; *)shop_session=([\w-]{43})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1]
  request.session = known ?? randomBytes(32).toString('base64url')
  if (!known) response.cookie('shop_session', request.session, { httpOnly: true, sameSite: 'lax', secure: HOME.startsWith('https:'), path: '/' })
  if (/^\/checkout\//i.test(request.path) && (request.headers.origin ?? HOME) !== HOME) throw new Problem(403, 'not_allowed')
  next()
}

/** The payment as the widget reads it. Whoever is not the order's session sees how it stands, and no code. */
function shown(payment, session, key) {
  const { id, status } = payment
  const own = payment.session === session
  const told = { id, status }
  // What was canceled before it came has no order.
  if (payment.order_id) Object.assign(told, { order: payment.order_id, method: payment.method, amount: payment.amount, currency: payment.currency })
  if (own || key === payment.attempt) told.attempt = payment.attempt
  if (own && status === 'pending' && payment.action) told.action = JSON.parse(payment.action) // what the provider answered, untouched
  if (payment.expires) told.expires_at = new Date(payment.expires * 1e3).toISOString()
  if (payment.refund) told.refunded = true
  return told
}

// ---- A payment begins

/** The payment of this attempt, and whether it is new; its code is still to be made if it has none. */
function begun(wish, session) {
  const order = db.get('SELECT * FROM orders WHERE id = ?', [wish.order])
  if (!order) throw new Problem(404, 'not_found')
  if (![null, session].includes(order.session)) throw new Problem(403, 'not_allowed')
  const { attempt, method, return_url, amount = order.amount, currency = order.currency } = wish
  const known = find(attempt)
  if (known?.status === 'canceled' && known.order_id === null) {
    // Canceled before it came: makes nothing.
    db.run('UPDATE payments SET order_id = ?, method = ?, amount = ?, currency = ? WHERE attempt = ?', [order.id, method, amount, currency, attempt])
    return [find(attempt), false]
  }
  if (known) {
    const same = known.order_id === order.id && known.method === method && known.amount === amount && known.currency === currency
    if (!same) throw new Problem(422, 'key_reused')
    return [known, false]
  }
  if (method !== 'wechatpay') throw new Problem(422, 'refused', { detail: 'This shop takes WeChat Pay.' })
  if (amount !== order.amount || currency !== order.currency) {
    throw new Problem(409, 'amount_changed', { amount: order.amount, currency: order.currency })
  }
  if (!URL.canParse(return_url) || new URL(return_url).origin !== HOME) throw new Problem(422, 'bad_return_url')
  const inTheWay = db.get(`SELECT * FROM payments WHERE order_id = ? AND refund IS NULL AND status IN ('pending', 'processing', 'succeeded')
    ORDER BY status DESC`, [order.id])
  if (inTheWay) {
    throw new Problem(409, inTheWay.status === 'succeeded' ? 'order_paid' : 'payment_in_progress', { payment: shown(inTheWay, session) })
  }
  db.run('UPDATE orders SET session = ? WHERE id = ?', [session, order.id])
  db.run(`INSERT INTO payments (attempt, id, order_id, method, amount, currency, status, expires, return_url, session)
    VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?)`, [attempt, newId(), order.id, method, amount, currency, now() + LIFE, return_url, session])
  return [find(attempt), true]
}

/** Makes the payment and its code. The provider is asked outside of any transaction: it may take seconds. */
async function create(wish, session) {
  if (BUSY.has(wish.attempt)) throw new Problem(409, 'in_flight')
  const [payment, isNew] = store.transaction(db, () => begun(wish, session))
  if (payment.status !== 'pending' || payment.action) return [payment, isNew]
  BUSY.add(wish.attempt)
  try {
    const action = await wallet.native(payment.id, payment.amount, payment.currency, payment.expires)
    db.run('UPDATE payments SET action = ? WHERE id = ?', [JSON.stringify(action), payment.id])
    return [find(payment.id), isNew]
  } finally {
    BUSY.delete(wish.attempt)
  }
}

/** What a creation asks for, if it is one. */
function wished(request) {
  const form = Boolean(request.is('application/x-www-form-urlencoded'))
  try {
    const wish = form ? Object.fromEntries(new URLSearchParams(request.body.toString())) : JSON.parse(request.body)
    const key = form ? wish.attempt : request.headers['idempotency-key']
    const texts = [wish.order, wish.method, wish.attempt, wish.return_url]
    const whole = form || (Number.isSafeInteger(wish.amount) && typeof wish.currency === 'string')
    if (!ATTEMPT.test(key) || key !== wish.attempt || !whole || texts.some((text) => typeof text !== 'string')) throw new Error()
    // The order says what a form pays.
    return { form, wish: form ? { ...wish, amount: undefined, currency: undefined } : wish }
  } catch {
    throw new Problem(400, 'malformed')
  }
}

const app = express().disable('x-powered-by').set('etag', false)
if (process.env.MOONGATE) app.use('/moongate', express.static(process.env.MOONGATE))
app.use(around, express.raw({ type: () => true, limit: '64kb' }))
app.use(wallet.pages(`http://127.0.0.1:${PORT}/notify/wechatpay`))

app.post('/checkout/payments', async (request, response) => {
  const { form, wish } = wished(request)
  const [payment, isNew] = await create(wish, request.session)
  // A browser without WebAssembly gets a page.
  if (form) return response.redirect(303, `/pay/${payment.id}`)
  response.status(isNew ? 201 : 200).json(shown(payment, request.session))
})

// ---- How it stands, and its end

const isLive = ({ status }) => status === 'pending' || status === 'processing'
const isOver = ({ expires }) => expires <= now()
const became = ({ id }, status) => db.run("UPDATE payments SET status = ? WHERE id = ? AND status IN ('pending', 'processing')", [status, id])

/** Closes it at the provider. If that can't be done, the query says how it stands. */
async function closed(payment, outcome) {
  if (!isLive(payment) || BUSY.has(payment.attempt)) return payment
  try {
    const done = await wallet.close(payment.id)
    became(payment, done ? outcome : 'processing')
    if (done) return find(payment.id)
  } catch (fault) {
    console.log(payment.id, 'was not closed:', fault.message) // unclear: it stays as it is
  }
  return asked(payment, outcome)
}

/** Asks the provider, for a notification may be lost, and answers the payment as it stands then. */
async function asked(payment, outcome = 'expired') {
  try {
    const { stands, told } = await wallet.query(payment.id)
    if (stands === 'paid') await settle(told)
    else if (stands === 'over' || isOver(payment)) became(payment, outcome)
  } catch (fault) {
    console.log(payment.id, 'is unclear:', fault.message) // it is asked again in a minute
  }
  return find(payment.id)
}

async function standing(key) {
  const payment = find(key)
  if (!payment) throw new Problem(404, 'not_found')
  return isLive(payment) && isOver(payment) ? closed(payment, 'expired') : payment
}

app.get('/checkout/payments/:key', async ({ params: { key }, session }, response) => {
  response.json(shown(await standing(key), session, key))
})

app.post('/checkout/payments/:key/cancel', async ({ params: { key }, session }, response) => {
  if (!find(key)) {
    // Never seen: recorded, so that a late creation with this key makes nothing.
    if (!ATTEMPT.test(key)) throw new Problem(404, 'not_found')
    db.run("INSERT INTO payments (attempt, id, status, session) VALUES (?, ?, 'canceled', ?)", [key, newId(), session])
  }
  const payment = find(key)
  if (payment.session !== session) throw new Problem(403, 'not_allowed')
  response.json(shown(await closed(payment, 'canceled'), session))
})

// The page cancels, and begins anew.
app.post('/checkout/payments/:key/refresh', () => {
  throw new Problem(501, 'not_supported')
})

// ---- The provider's word: the only thing that ships

app.post('/notify/wechatpay', async (request, response) => {
  try {
    await settle(opened(request.headers, request.body ?? Buffer.alloc(0), wallet.publicKey, wallet.apiKey))
    response.status(204).end()
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault
    console.log('refused a notification:', fault.message)
    response.status(401).json({ code: 'FAIL', message: 'refused' }) // WeChat Pay tells again
  }
})

/** Writes down that the order is to be shipped, once, at the price that it has now; whatever else was paid is to be refunded. */
async function settle({ out_trade_no, mchid, appid, amount, trade_state }) {
  const others = store.transaction(db, () => {
    const payment = find(out_trade_no)
    const ours = mchid === wallet.MERCHANT && appid === wallet.APP
    if (!payment || !ours || amount.total !== payment.amount || amount.currency !== payment.currency) {
      throw new Refused('it is of another merchant, payment or sum')
    }
    if (trade_state !== 'SUCCESS' || payment.status === 'succeeded') return []
    const { changes: ships } = db.run(`UPDATE orders SET shipped_for = ?, shipment = 'due' WHERE id = ? AND shipped_for IS NULL AND amount = ?
      AND currency = ?`, [payment.id, payment.order_id, payment.amount, payment.currency])
    db.run("UPDATE payments SET status = 'succeeded', refund = ? WHERE id = ?", [ships ? null : 'due', payment.id])
    return ships ? db.all("SELECT * FROM payments WHERE order_id = ? AND status IN ('pending', 'processing')", [payment.order_id]) : []
  })
  for (const other of others) await closed(other, 'canceled')
  await doWhatIsDue()
}

/** Ships and refunds what the store says is due, one by one: what can't be done now stays due. */
async function doWhatIsDue() {
  for (const { id } of db.all("SELECT id FROM orders WHERE shipment = 'due'")) {
    await done(() => ship(id), id, "UPDATE orders SET shipment = 'done' WHERE id = ?")
  }
  for (const { id, amount, currency } of db.all("SELECT * FROM payments WHERE refund = 'due'")) {
    await done(() => wallet.refund(id, amount, currency), id, "UPDATE payments SET refund = 'done' WHERE id = ?")
  }
}

async function done(deed, id, change) {
  try {
    await deed()
    db.run(change, [id])
  } catch (fault) {
    console.log(id, 'is still due:', fault.message)
  }
}

/** Tells your warehouse, with the order's id as its idempotency key: told again after a crash, it ships once. */
async function ship(order) {
  console.log('ship order', order)
}

async function everyMinute() {
  try {
    for (const payment of db.all(`SELECT payments.*, shipped_for FROM payments JOIN orders ON orders.id = order_id
      WHERE status IN ('pending', 'processing')`)) {
      if (isOver(payment) || payment.shipped_for) await closed(payment, isOver(payment) ? 'expired' : 'canceled')
      else if (!BUSY.has(payment.attempt)) await asked(payment)
    }
    await doWhatIsDue()
  } catch (fault) {
    console.log('something is still due:', fault.message)
  }
  setTimeout(everyMinute, 6e4)
}

// ---- Pages

const page = (title, content, head = '') => `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}</head><body><main><h1>${title}</h1>${content}</main></body></html>`

/** The form way: the code, looked after until it is paid; then back to the shop. */
app.get('/pay/:key', async ({ params: { key }, session }, response) => {
  const payment = await standing(key)
  if (payment.session !== session || !payment.return_url) throw new Problem(404, 'not_found')
  if (payment.status !== 'pending') {
    const back = new URL(payment.return_url)
    back.searchParams.set('moongate_attempt', payment.attempt)
    return response.redirect(303, back.href)
  }
  const code = qrcode(0, 'M')
  code.addData(payment.action ? JSON.parse(payment.action).code_url : '')
  code.make()
  response.send(page('Pay', `<p>Scan with WeChat: ${(payment.amount / 100).toFixed(2)} ${payment.currency}</p>${code.createSvgTag(6)}`,
    '<meta http-equiv="refresh" content="3">'))
})

app.get('/orders/:order', ({ params }, response) => {
  const order = db.get('SELECT * FROM orders WHERE id = ?', [params.order])
  if (!order) throw new Problem(404, 'not_found')
  response.send(page(`Order ${order.id}`, `<p id="standing">${order.shipped_for ? 'Shipped' : 'Not paid yet'}</p>
<moongate-checkout endpoint="/checkout" order="${order.id}" amount="${order.amount}" currency="${order.currency}" methods="wechatpay" shop="山茶咖啡"
  test-mode></moongate-checkout><p><a href="/wallet" target="_blank">The simulated wallet</a></p>`,
  '<script type="module" src="/moongate/moongate.js"></script>'))
})

app.use(() => {
  throw new Problem(404, 'not_found')
})

app.use((fault, request, response, next) => {
  const { status, body } = fault instanceof Problem ? fault : { status: fault.status ?? 500, body: { code: 'server_error' } }
  if (status >= 500 && status !== 501) console.error(fault)
  if (body.code === 'in_flight') response.set('Retry-After', '1')
  response.status(status).type('application/problem+json').send(JSON.stringify(body))
})

console.log(`${HOME}/orders/SO-1001`)
app.listen(PORT, '127.0.0.1')
everyMinute()
