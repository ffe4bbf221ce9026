// What only Moongate can be asked here, since its sandbox is here: from the press on pay to the code, from paid to seen,
// what it sends while a code waits, and what a thousand checkouts leave behind.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { endWith } from './browser.mjs'
import { tag } from './pages.mjs'

/** On which conditions a press is measured, in the order of the table. */
export const PRESSES = [{ network: 'wifi', cpu: 4 }, { network: 'fast4g', cpu: 4 }, { network: 'slow4g', cpu: 4 }]

/** How long a code waits, in seconds, while requests are counted. */
export const WAIT = 300

/** How many checkouts are put into a page and taken out. */
export const MOUNTS = 1000

export const DESK = { width: 1280, height: 1000 }
const PATIENCE = 60e3
export const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** A sandbox of its own, with pages of ours at /pages/. Whoever opens it closes it. */
async function sandbox(program, pages) {
  fs.mkdirSync(pages, { recursive: true })
  const child = spawn(program, ['serve', '--memory', '--port', '0', '--pages', pages], { stdio: ['ignore', 'pipe', 'inherit'] })
  endWith(child)
  const ended = new Promise((done) => child.once('exit', done))
  const lines = readline.createInterface({ input: child.stdout })
  const first = await Promise.race([new Promise((said) => lines.once('line', said)), ended])
  lines.on('line', () => {})
  const origin = /http:\/\/[\d.:]+/.exec(first)?.[0]
  if (!origin) throw new Error(`the sandbox did not start: ${first}`)
  const ask = async (method, address, body) => {
    const headers = body && { 'content-type': 'application/json' }
    const answer = await fetch(origin + address, { method, headers, body: body && JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${method} ${address} was answered ${answer.status}: ${await answer.text()}`)
    return (await answer.text()) || 'null'
  }
  let count = 0
  return {
    /** The address of a page with a checkout of an order that nobody has seen, and with `more` in its HTML. */
    page: (more = '') => {
      const order = `BENCH-${(count += 1)}`
      const html = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><body>${tag('/moongate/moongate.js', order)}${more}`
      fs.writeFileSync(path.join(pages, `${order}.html`), html)
      return { order, url: `${origin}/pages/${order}.html` }
    },
    faults: (faults) => ask('PUT', '/sandbox/faults', faults),
    pay: async (order) => {
      const [{ id }] = JSON.parse(await ask('GET', `/sandbox/payments?order=${order}`))
      const at = Date.now()
      await ask('POST', `/sandbox/payments/${id}/pay`)
      return at
    },
    /** How many requests there were for an order's payments. */
    requests: async (order) => {
      const payments = JSON.parse(await ask('GET', `/sandbox/payments?order=${order}`))
      return payments.flatMap(({ requests }) => Object.values(requests)).reduce((sum, count) => sum + count, 0)
    },
    close: async () => {
      child.kill('SIGINT')
      await ended
    },
  }
}

/** Runs in the page before its own scripts: when pay was pressed, and the first frame with a code or with the outcome. */
function watch() {
  const bench = (window.bench = {})
  // A message of a frame arrives once that frame is painted.
  const painted = (done) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => done(performance.now())
    port2.postMessage(null)
  }
  const frame = () => new Promise((done) => requestAnimationFrame(() => painted(done)))
  const first = (event) => new Promise((done) => addEventListener(event, done, { capture: true, once: true }))
  first('click').then(({ timeStamp }) => (bench.pressed = timeStamp))
  bench.ready = first('moongate-ready').then(() => true)
  bench.seen = first('moongate-complete').then(frame).then((at) => performance.timeOrigin + at)
  bench.code = new Promise((done) => {
    const look = () => {
      const code = document.querySelector('moongate-checkout')?.shadowRoot?.querySelector('[data-qr]')
      code?.getBoundingClientRect().width ? painted(done) : requestAnimationFrame(look)
    }
    look()
  })
}

export async function within(work, what) {
  let timer
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`${what} took more than ${PATIENCE / 1e3} s`)), PATIENCE)))
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const BUTTON = '[part~=button]'

/** Runs in the page: the middle of the first of these. */
export const place = (selector) => {
  const { x, y, width, height } = document.querySelector('moongate-checkout').shadowRoot.querySelector(selector).getBoundingClientRect()
  return { x: x + width / 2, y: y + height / 2 }
}

/** A checkout whose shopper has looked and moved the pointer to the button: all is fetched but what a press fetches. */
async function arrive(browser, shop, conditions) {
  const { order, url } = shop.page()
  const visit = await browser.visit({ ...DESK, ...conditions })
  await visit.first(watch)
  await visit.send('Emulation.setFocusEmulationEnabled', { enabled: true })
  await visit.send('Page.navigate', { url })
  await within(visit.run(() => window.bench.ready), 'a checkout, until it was ready,')
  await visit.run((id) => document.querySelector('moongate-checkout').select(id), 'wechatpay')
  await visit.send('Input.dispatchMouseEvent', { type: 'mouseMoved', ...(await visit.run(place, BUTTON)) })
  const isDrawn = () => !!document.querySelector('moongate-checkout').shadowRoot.querySelector('input[name=moongate-method]')
  const late = Date.now() + PATIENCE
  const isRead = () => performance.getEntriesByType('resource').some(({ name, responseEnd }) => /\/read-/.test(name) && responseEnd)
  while (!(await visit.run(isDrawn)) || !(await visit.run(isRead))) {
    if (Date.now() > late) throw new Error('the widget did not take over')
    await pause(50)
  }
  await pause(300)
  return { visit, order }
}

/** Presses pay and waits for the code. */
async function press({ visit }) {
  const at = await visit.run(place, BUTTON)
  for (const type of ['mousePressed', 'mouseReleased']) {
    await visit.send('Input.dispatchMouseEvent', { type, ...at, button: 'left', clickCount: 1 })
  }
  return within(visit.run(() => window.bench.code), 'a code, from the press on,')
}

/**
 * From the press to the code, in milliseconds: `own` is all that is not the wait for the server's answer. With the bytes
 * that had travelled until then.
 */
async function pressed(browser, shop, conditions) {
  const checkout = await arrive(browser, shop, conditions)
  try {
    const code = await press(checkout)
    const { start, server, bytes } = await checkout.visit.run(() => {
      const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      const creation = entries.find(({ name }) => name.endsWith('/checkout/payments'))
      const bytes = entries.reduce((sum, { transferSize }) => sum + transferSize, 0)
      return { start: window.bench.pressed, server: creation.responseEnd - creation.fetchStart, bytes }
    })
    return { own: code - start - server, server, bytes }
  } finally {
    await checkout.visit.leave()
  }
}

/** From paid at the provider to seen by the shopper, in milliseconds; paid after some seconds of waiting. */
async function seen(browser, shop, waited) {
  const { visit, order } = await arrive(browser, shop, {})
  try {
    await press({ visit })
    await pause(waited)
    const paid = await shop.pay(order)
    return (await within(visit.run(() => window.bench.seen), 'an outcome')) - paid
  } finally {
    await visit.leave()
  }
}

/** What `count` checkouts, one after another, leave on the heap: the scripts' and the wasm's, in bytes. */
async function mounted(browser, shop, count) {
  const { visit } = await arrive(browser, shop, {})
  const mount = async (count) => {
    const host = document.querySelector('moongate-checkout')
    for (let at = 0; at < count; at++) {
      const next = host.cloneNode()
      next.setAttribute('order', `MOUNT-${at}`)
      const ready = new Promise((done) => next.addEventListener('moongate-ready', done))
      document.body.append(next)
      await ready
      next.dispatchEvent(new PointerEvent('pointerenter'))
      while (next.shadowRoot.querySelector('input')?.name !== 'moongate-method') await new Promise((done) => setTimeout(done))
      next.remove()
      await new Promise((done) => setTimeout(done))
    }
  }
  const held = async () => {
    for (let time = 0; time < 2; time++) await visit.send('HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize } = await visit.send('Runtime.getHeapUsage')
    return usedSize + backingStorageSize
  }
  try {
    await visit.run(mount, Math.ceil(count / 20))
    const before = await held()
    await visit.run(mount, count)
    return (await held()) - before
  } finally {
    await visit.leave()
  }
}

/** Two sandboxes: one tells a payment by its stream, the other cuts every stream, so that the page has to ask. */
export async function open(program, folder) {
  const push = await sandbox(program, path.join(folder, 'push'))
  const polling = await sandbox(program, path.join(folder, 'polling'))
  await polling.faults([{ kind: 'disconnect-events' }])
  return { push, polling, close: () => Promise.all([push.close(), polling.close()]) }
}

/** Puts a code on screen with each, and gives a function that waits until the time is over and says what was sent meanwhile. */
export async function wait(browser, shops) {
  /** What is sent from now on until the time is over: counted then, however much longer everything else takes. */
  const count = async (way, { visit, order }) => {
    const before = await shops[way].requests(order)
    await pause(WAIT * 1e3)
    const sent = (await shops[way].requests(order)) - before
    if (await visit.run(() => document.hidden)) throw new Error('the page that waits was hidden, so it did not ask')
    await visit.leave()
    return [way, sent]
  }
  const waiting = []
  for (const way of ['push', 'polling']) {
    const checkout = await arrive(browser, shops[way], {})
    await press(checkout)
    waiting.push(count(way, checkout))
  }
  const counted = Promise.all(waiting)
  counted.catch(() => {})
  return async () => Object.fromEntries(await counted)
}

/** Everything else, `runs` times each. */
export async function measure(browser, shops, runs) {
  const presses = PRESSES.map((conditions) => ({ ...conditions, runs: [] }))
  const paid = { push: [], polling: [] }
  for (let run = 0; run < runs; run++) {
    for (const { runs, ...conditions } of presses) runs.push(await pressed(browser, shops.push, conditions))
    paid.push.push(await seen(browser, shops.push, 1e3))
    // At another moment between two asks each time.
    paid.polling.push(await seen(browser, shops.polling, 1e3 + (2500 * run) / runs))
  }
  return { presses, paid, mounts: { count: MOUNTS, bytes: await mounted(browser, shops.push, MOUNTS) } }
}
