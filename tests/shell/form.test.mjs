// The form way without a page, by node's test runner: `node --test tests/shell`.
//
// The file is taken as it is; the shell around it is one that only remembers. What it does on a page is the end-to-end suite's.
import assert from 'node:assert/strict'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'

const script = new URL('../../www/form.js', import.meta.url)
const ID = 'mg_0123456789abcdef0123456789abcdef'
const KEY = 'moongate:attempt:https://shop.example/checkout:SO-1'
let folder, way

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-form-'))
  await cp(script, join(folder, 'form.js'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'generated.js'), 'export const generated = { words: {}, marks: {} }')
  way = (await import(pathToFileURL(join(folder, 'form.js')))).way
})
after(() => rm(folder, { recursive: true }))

/** A promise that a test settles itself. */
function open() {
  const settle = {}
  settle.promise = new Promise((resolve) => Object.assign(settle, { resolve }))
  return settle
}
/** Long enough for whatever only waits for promises. */
const settled = async () => {
  for (let turn = 0; turn < 30; turn++) await null
}

/**
 * A shell on the form way, at an order of 128 yuan with two rows; `answers` are the server's, in their order, each a value,
 * a promise of one, or a status that is no success. What is asked, posted and told is kept.
 */
function shell(context, { answers = [], options = {}, attempt = null } = {}) {
  const asked = []
  const kept = new Map()
  context.mock.timers.reset()
  context.mock.timers.enable({ apis: ['setTimeout'] })
  context.mock.method(globalThis, 'fetch', async (address, request) => {
    asked.push({ address, ...request })
    const answer = await (answers.length ? answers.shift() : new Promise(() => {}))
    return typeof answer === 'number' ? { status: answer } : { status: 200, json: async () => answer }
  })
  const rows = [{ id: 'alipay', total: 12800 }, { id: 'hebao', total: 12900 }]
  const made = {
    options: { order: 'SO-1', amount: 12800, currency: 'CNY', ...options },
    key: KEY, endpoint: 'https://shop.example/checkout', ready: true, phase: attempt ? 'confirming' : 'choosing', rows,
    chosen: rows[0], attempt, gone: new AbortController(), asked, kept, told: [], posted: [], phases: [],
    to(phase) {
      this.phase = phase
      this.phases.push(phase)
    },
    tell(name, detail) {
      this.told.push([name, detail])
      return Promise.resolve(this.holding).then(() => [])
    },
    sight() {
      return `${this.key} ${this.chosen?.id} ${this.chosen?.total} ${this.options.currency}`
    },
  }
  const keep = (kind, key, text) => {
    if (text === undefined) return kept.get(key) ?? null
    text === null ? kept.delete(key) : kept.set(key, text)
  }
  const number = () => `mg_${String(made.posted.length + 1).padStart(32, '0')}`
  Object.assign(made, way({ keep, newAttempt: number, seconds: () => 1000, listed: () => [] }), {
    post: (fields) => made.posted.push(fields),
    returnUrl: () => 'https://shop.example/',
  })
  return made
}

const attempt = { id: ID, method: 'alipay', total: 12800, at: 1000 }
/** What the server says of the attempt. */
const stands = (status, more) => ({ id: 'p1', attempt: ID, order: 'SO-1', amount: 12800, currency: 'CNY', method: 'alipay', status, ...more })

test('an order that the page gives as a number is the server\'s text', async (context) => {
  const one = shell(context, { attempt, options: { order: 1001 }, answers: [stands('succeeded', { order: '1001' })] })
  await one.confirm()
  assert.equal(one.phase, 'ended')
  const two = shell(context, { options: { order: 1001 } })
  await two.pay(true)
  assert.deepEqual(two.told[0], ['submit', { method: 'alipay', order: '1001', amount: 12800, currency: 'CNY' }])
})

test('headers and credentials of no meaning are none, and the outcome is seen', async (context) => {
  for (const options of [{ headers: null, credentials: null }, { headers: () => undefined, credentials: 'always' }]) {
    const one = shell(context, { attempt, options, answers: [stands('succeeded')] })
    await one.confirm()
    assert.deepEqual([one.phase, one.asked[0].headers, one.asked[0].credentials], ['ended', {}, 'same-origin'])
  }
})

test('an answer about another order, sum or currency is none', async (context) => {
  for (const other of [{ order: 'SO-2' }, { amount: 1 }, { currency: 'JPY' }]) {
    const one = shell(context, { attempt, answers: [stands('succeeded', other)] })
    await one.confirm()
    assert.equal(one.phase, 'confirming', JSON.stringify(other))
  }
})

for (const [what, change] of [
  ['another sum', (one) => (one.chosen = { id: 'alipay', total: 500 })],
  ['another order', (one) => (one.key = 'moongate:attempt:https://shop.example/checkout:SO-2')],
  ['another currency', (one) => (one.options = { ...one.options, currency: 'USD' })],
]) {
  test(`a press that the page holds is not sent for ${what}`, async (context) => {
    const held = open()
    const one = shell(context)
    one.holding = held.promise
    const paid = one.pay(true)
    await settled()
    assert.equal(one.phase, 'sending')
    change(one)
    held.resolve()
    await paid
    assert.deepEqual([one.posted, one.phase, one.attempt], [[], 'choosing', null])
  })

  test(`a press is not sent for ${what} while the attempt before is closed`, async (context) => {
    const closed = open()
    const one = shell(context, { attempt: { ...attempt, method: 'hebao', total: 12900 }, answers: [closed.promise] })
    one.phase = 'choosing'
    const paid = one.pay()
    await settled()
    assert.match(one.asked[0].address, /\/cancel$/)
    change(one)
    closed.resolve(stands('canceled', { method: 'hebao', amount: 12900 }))
    await paid
    assert.deepEqual([one.posted, one.phase, one.attempt], [[], 'choosing', null])
  })
}

test('a press that was held is sent once, also where the order was another meanwhile and pressed again', async (context) => {
  const [first, second] = [open(), open()]
  const one = shell(context)
  one.holding = first.promise
  const before = one.pay(true)
  await settled()
  // The order changed and changed back: the shell is choosing again.
  one.phase = 'choosing'
  one.holding = second.promise
  const after = one.pay(true)
  first.resolve()
  await before
  assert.deepEqual([one.posted.length, one.phase], [0, 'sending'], 'the first press counts no more, the second still does')
  second.resolve()
  await after
  assert.deepEqual([one.posted.length, one.phase], [1, 'sending'])
})

test('a press that was held is not sent once the element is gone', async (context) => {
  const held = open()
  const one = shell(context)
  one.holding = held.promise
  const paid = one.pay(true)
  one.gone.abort()
  held.resolve()
  await paid
  assert.deepEqual([one.posted, one.phases], [[], ['sending']])
})

test('an attempt that never reached the server gives way to another method', async (context) => {
  const recorded = { id: 'p1', attempt: ID, status: 'canceled', reason: 'host' }
  const one = shell(context, { attempt: { ...attempt, method: 'hebao', total: 12900 }, answers: [recorded] })
  one.phase = 'choosing'
  await one.pay()
  assert.equal(one.phase, 'sending')
  assert.deepEqual(one.posted.map(({ method, attempt }) => [method, attempt === ID]), [['alipay', false]])
})

test('a key that was recorded as canceled is told with its own method and sum', async (context) => {
  const one = shell(context, { attempt, answers: [{ id: 'p1', attempt: ID, status: 'canceled' }] })
  await one.confirm()
  assert.equal(one.phase, 'choosing')
  const detail = { outcome: 'canceled', method: 'alipay', attempt: ID, payment: 'p1', amount: 12800, currency: 'CNY' }
  assert.deepEqual(one.told, [['complete', detail]])
})

test('a canceled key of another attempt or order, or one said to be paid, is not taken for ours', async (context) => {
  for (const other of [{ attempt: 'mg_x', status: 'canceled' }, { attempt: ID, status: 'canceled', order: 'SO-2' }, { attempt: ID, status: 'succeeded' }]) {
    const one = shell(context, { attempt, answers: [other] })
    await one.confirm()
    assert.deepEqual([one.phase, one.attempt], ['confirming', attempt], JSON.stringify(other))
  }
})

test('what is asked ends with the attempt it is about', async (context) => {
  const answer = open()
  const one = shell(context, { attempt, answers: [answer.promise] })
  const confirmed = one.confirm()
  const other = { ...attempt, id: 'mg_ffffffffffffffffffffffffffffffff' }
  one.attempt = other
  answer.resolve(stands('succeeded'))
  await confirmed
  assert.deepEqual([one.told, one.phase, one.attempt], [[], 'confirming', other])
})

test('an element that is gone asks no more', async (context) => {
  const answer = open()
  const one = shell(context, { attempt, answers: [answer.promise] })
  const confirmed = one.confirm()
  one.gone.abort()
  answer.resolve(stands('processing'))
  await confirmed
  context.mock.timers.tick(6e4)
  await settled()
  assert.equal(one.asked.length, 1)
})

test('an end lets go of its own attempt, and not of one that another tab keeps', async (context) => {
  for (const [id, left] of [[ID, null], ['mg_another_tabs_attempt_0000000', 'mg_another_tabs_attempt_0000000']]) {
    const one = shell(context, { attempt, answers: [stands('succeeded')] })
    one.kept.set(KEY, JSON.stringify({ id }))
    await one.confirm()
    const kept = one.kept.get(KEY)
    assert.deepEqual([one.phase, kept ? JSON.parse(kept).id : null], ['ended', left])
  }
})

test('an attempt that is forgotten is asked about no more, and the shopper can choose', async (context) => {
  const one = shell(context, { attempt, answers: [stands('processing')] })
  await one.confirm()
  one.forget()
  assert.equal(one.phase, 'choosing')
  context.mock.timers.tick(6e4)
  await settled()
  assert.deepEqual([one.asked.length, one.phase], [1, 'choosing'])
})

test('an attempt that the page forgets as it hears that it is asked about is not asked about', async (context) => {
  const one = shell(context, { attempt })
  const { to } = one
  one.to = function (phase) {
    to.call(this, phase)
    if (phase === 'confirming') this.forget()
  }
  await one.confirm()
  assert.deepEqual([one.asked, one.phase], [[], 'choosing'])
})

test('asking twice at once tells the outcome once and goes on asking once', async (context) => {
  const one = shell(context, { attempt, answers: [stands('processing'), stands('processing'), stands('succeeded'), stands('succeeded')] })
  await Promise.all([one.confirm(), one.confirm()])
  context.mock.timers.tick(4e3)
  await settled()
  assert.equal(one.asked.length, 3)
  assert.deepEqual(one.told.map(([name]) => name), ['complete'])
  const both = shell(context, { attempt, answers: [stands('succeeded'), stands('succeeded')] })
  await Promise.all([both.confirm(), both.confirm()])
  assert.equal(both.told.length, 1)
})

test('a status that nobody knows is pending: the shopper may press again', async (context) => {
  for (const status of ['created', 'pending']) {
    const one = shell(context, { attempt, answers: [stands(status)] })
    await one.confirm()
    assert.deepEqual([one.phase, one.attempt], ['choosing', attempt], status)
  }
  const one = shell(context, { attempt, answers: [stands('processing')] })
  await one.confirm()
  assert.equal(one.phase, 'confirming')
})

test('an answer is waited for ten seconds, where the browser can count them', async (context) => {
  const { timeout } = AbortSignal
  const limits = []
  context.mock.method(AbortSignal, 'timeout', (limit) => limits.push(limit) && new AbortController().signal)
  const one = shell(context, { attempt, answers: [stands('processing')] })
  await one.confirm()
  assert.deepEqual([limits, one.asked[0].signal instanceof AbortSignal], [[1e4], true])
  AbortSignal.timeout = undefined
  try {
    const old = shell(context, { attempt, answers: [stands('succeeded')] })
    await old.confirm()
    assert.equal(old.phase, 'ended')
  } finally {
    AbortSignal.timeout = timeout
  }
})

test('what is paid stays paid; what was given back can be begun again', async (context) => {
  const paid = shell(context, { attempt, answers: [stands('succeeded')] })
  await paid.confirm()
  paid.restart()
  assert.deepEqual([paid.outcome, paid.phase], ['succeeded', 'ended'])
  const back = shell(context, { attempt, answers: [stands('succeeded', { refunded: true })] })
  await back.confirm()
  back.restart()
  assert.deepEqual([back.outcome, back.phase], [undefined, 'choosing'])
})

test('the server\'s reason is told with the outcome, and an attempt that is gone there does not lock the order', async (context) => {
  const one = shell(context, { attempt, answers: [stands('failed', { reason: 'insufficient_funds' })] })
  await one.confirm()
  assert.equal(one.told.at(-1)[1].reason, 'insufficient_funds')
  const two = shell(context, { attempt, answers: [410] })
  await two.confirm()
  assert.equal(two.phase, 'choosing')
})

test('the way back keeps the part of the address after the #, by which a page may tell its own pages apart', async () => {
  globalThis.location = new URL('https://shop.example/?a=1#/pay/SO-1')
  const tools = way({ absolute: (address) => new URL(address, location.href), RETURNED: 'moongate_attempt' })
  assert.equal(tools.returnUrl.call({ options: {}, own: () => {}, attempt: { id: ID } }), `https://shop.example/?a=1&moongate_attempt=${ID}#/pay/SO-1`)
  delete globalThis.location
})
