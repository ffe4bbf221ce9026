// One page loaded once: when it can be used, when it says it is ready, and what that cost.

/** What is measured of a page: what it is called, and its unit. */
export const MEASURES = {
  usable: { title: 'usable', unit: 'ms' },
  ready: { title: 'ready', unit: 'ms' },
  bytes: { title: 'bytes', unit: 'KB' },
  requests: { title: 'requests', unit: '' },
  work: { title: 'main thread', unit: 'ms' },
  shift: { title: 'layout shift', unit: 'shift' },
  heap: { title: 'heap', unit: 'MB' },
}

// How long a page is given, and how long nothing must travel until it counts as idle, in milliseconds.
const PATIENCE = 60e3
const IDLE = 500

/** Runs in the page before its own scripts: notes the first frame whose rows are laid out, shifts, and readiness. */
function watch(rows, ready) {
  const bench = (window.bench = { shift: 0, usable: 0, ready: 0, loaded: 0 })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) bench.shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
  new PerformanceObserver((list) => {
    bench.loaded += list.getEntries().filter(({ name }) => name.startsWith(location.origin)).length
  }).observe({ type: 'resource', buffered: true })
  if (typeof ready === 'string') addEventListener(ready, () => performance.mark('ready'), { capture: true })
  let painted
  const isUsable = new Promise((done) => (painted = done))
  const look = () => {
    const [row] = rows()
    if (!row || row.disabled || !row.getBoundingClientRect().width) return requestAnimationFrame(look)
    // A message of this frame arrives once the frame is painted.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      bench.usable = performance.now()
      painted()
    }
    port2.postMessage(null)
  }
  requestAnimationFrame(look)
  const isReady = ready && new Promise((done) => {
    const mark = () => performance.getEntriesByName('ready')[0]
    new PerformanceObserver(() => {
      if (!mark()) return
      bench.ready = mark().startTime
      done()
    }).observe({ type: 'mark', buffered: true })
  })
  bench.settled = Promise.all([isUsable, isReady])
}

const settle = () => window.bench.settled.then(() => true)
const taken = () => {
  const { usable, ready, shift } = window.bench
  const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  // A name may have a hash in it, which is another in the next bundle.
  const name = (entry) => new URL(entry.name).pathname.split('/').pop().replace(/-\w{8}(?=\.)/, '-…') || 'the page'
  const files = entries.filter((entry) => entry.name.startsWith(location.origin))
  return { usable, ready: Math.max(usable, ready), shift, files: files.map((entry) => [name(entry), entry.startTime, entry.responseEnd]) }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

async function within(work, what) {
  let timer
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`${what} took more than ${PATIENCE / 1e3} s`)), PATIENCE)))
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const metric = async ({ send }, name) => (await send('Performance.getMetrics')).metrics.find((metric) => metric.name === name).value

/** Waits until nothing has been asked for or received for a while. */
async function idle(visit, site) {
  const state = async () => `${site.sent().requests} ${await visit.run(() => window.bench.loaded)}`
  let last = await state()
  let since = Date.now()
  while (Date.now() - since < IDLE) {
    await pause(100)
    const now = await state()
    if (now !== last) [last, since] = [now, Date.now()]
  }
}

/** Opens a page, on some conditions. The visit is left by the caller. */
async function open(browser, site, page, conditions) {
  const visit = await browser.visit(conditions)
  await visit.first(watch, page.rows, JSON.stringify(page.ready ?? false))
  await visit.send('Page.navigate', { url: `${site.address}/${page.id}/` })
  await within(visit.run(settle), `${page.title}, until it can be used,`)
  return visit
}

/** Measures a page once. Times are in milliseconds from the navigation, sizes in bytes. */
export async function load(browser, site, page, conditions) {
  const before = site.sent()
  const visit = await open(browser, site, page, conditions)
  try {
    await idle(visit, site)
    const work = (await metric(visit, 'TaskDuration')) * 1e3
    const after = site.sent()
    const seen = await visit.run(taken)
    await visit.send('HeapProfiler.collectGarbage')
    const { usedSize, backingStorageSize } = await visit.send('Runtime.getHeapUsage')
    return {
      ...seen, work, bytes: after.bytes - before.bytes, requests: after.requests - before.requests,
      heap: usedSize + (backingStorageSize ?? 0),
    }
  } finally {
    await visit.leave()
  }
}

/** Fails unless a press on the second row picks it: what is called usable must be. */
export async function prove(browser, site, page) {
  const visit = await open(browser, site, page, {})
  try {
    if (page.bound) return
    const place = await visit.run(`() => {
      const row = (${page.rows})()[1]
      const { x, y, width, height } = (row.closest('label') ?? row).getBoundingClientRect()
      return { x: x + width / 2, y: y + height / 2 }
    }`)
    for (const type of ['mousePressed', 'mouseReleased']) {
      await visit.send('Input.dispatchMouseEvent', { type, ...place, button: 'left', clickCount: 1 })
    }
    await pause(200)
    const picked = await visit.run(`() => (${page.picked})((${page.rows})()[1])`)
    if (!picked) throw new Error(`${page.title}: a press on its second row did not pick it`)
  } finally {
    await visit.leave()
  }
}
