// What a pick takes of the page's time where many methods are listed: before the view is here, and once it is.
import { median } from './figures.mjs'
import { DESK, pause, place, within } from './paying.mjs'

/** How many methods the page lists; it may list 400 at most. */
export const METHODS = 100

/** How much slower than this machine the processor is made. */
export const CPU = 4

// Who has drawn the rows, and what they call their radios.
const DRAWERS = { shell: 'moongate-shell', view: 'moongate-method' }

// Pressed in turn. A run's first picks are left out: what is called for the first time is compiled then.
const ROWS = [3, 4, 5, 6]
const [WARM, PICKS] = [2, 9]

/** The script of a page whose own methods fill its list; without the view, if it is held back. */
const listed = (count, isHeld) => `<script>
  if (${isHeld}) {
    const fetched = fetch
    window.fetch = (...all) => (/\\/pay-/.test(all[0]?.url ?? all[0]) ? new Promise(() => {}) : fetched(...all))
  }
  const wallets = ['alipay', 'wechatpay', 'unionpay', 'hebao']
  const own = Array.from({ length: ${count} - wallets.length }, (_, at) => ({ id: \`own\${at}\`, label: \`Own \${at}\`, fee: { fixed: at + 1 } }))
  document.querySelector('moongate-checkout').options = { methods: [...wallets, ...own], collapseAfter: ${count} }
</script>`

/** Runs in the page before its own scripts. */
function wait() {
  window.bench = { ready: new Promise((done) => addEventListener('moongate-ready', () => done(true), { capture: true, once: true })) }
}

/**
 * Runs in the page: how long the next pick keeps it busy, in milliseconds, from the finger's going up to the frame that
 * shows it. The wait for that frame is left out.
 */
function watch() {
  const root = document.querySelector('moongate-checkout').shadowRoot
  window.bench.pick = new Promise((done) => addEventListener('pointerup', () => {
    const began = performance.now()
    // Registered last, and so after whoever drew, and what waits for the end of their script.
    const told = new Promise((over) => root.addEventListener('change', () => over(performance.now()), { once: true }))
    requestAnimationFrame(() => {
      const frame = performance.now()
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = async () => done(performance.now() - frame + (await told) - began)
      port2.postMessage(null)
    })
  }, { capture: true, once: true }))
  return null
}

async function pick(visit, at) {
  const row = `.method:nth-child(${at}) label`
  const where = await visit.run(place, row)
  await visit.send('Input.dispatchMouseEvent', { type: 'mouseMoved', ...where })
  // Whatever moves at the pointer's coming has come to rest, and at the last pick's.
  await pause(300)
  await visit.run(watch)
  for (const type of ['mousePressed', 'mouseReleased']) {
    await visit.send('Input.dispatchMouseEvent', { type, ...where, button: 'left', clickCount: 1 })
  }
  const work = await within(visit.run(() => window.bench.pick), 'a pick')
  const isPicked = (row) => document.querySelector('moongate-checkout').shadowRoot.querySelector(`${row} input`).checked
  if (!(await visit.run(isPicked, row))) throw new Error('a row was pressed and not picked')
  return work
}

/** The middle one of some picks, one after the other. */
async function picked(browser, shop, drawer) {
  const { url } = shop.page(listed(METHODS, drawer === 'shell'))
  const visit = await browser.visit({ ...DESK, cpu: CPU })
  try {
    await visit.first(wait)
    await visit.send('Page.navigate', { url })
    await within(visit.run(() => window.bench.ready), 'a long list, until it was ready,')
    await visit.run(() => document.querySelector('moongate-checkout').dispatchEvent(new PointerEvent('pointerenter')))
    const isDrawn = (name) => document.querySelector('moongate-checkout').shadowRoot.querySelectorAll(`input[name=${name}]`).length
    const late = Date.now() + 60e3
    while ((await visit.run(isDrawn, DRAWERS[drawer])) !== METHODS) {
      if (Date.now() > late) throw new Error(`the ${drawer} did not draw ${METHODS} rows`)
      await pause(50)
    }
    // The rehearsal of a code is over.
    await pause(2e3)
    const works = []
    for (let at = 0; at < WARM + PICKS; at++) works.push(await pick(visit, ROWS[at % ROWS.length]))
    return median(works.slice(WARM))
  } finally {
    await visit.leave()
  }
}

/** What a pick takes, `runs` times on a page of its own, with either drawing. */
export async function measure(browser, shop, runs) {
  const picks = Object.keys(DRAWERS).map((drawer) => ({ drawer, runs: [] }))
  for (let run = 0; run < runs; run++) {
    for (const { drawer, runs } of picks) runs.push(await picked(browser, shop, drawer))
  }
  return picks
}
