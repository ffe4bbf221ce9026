// Starts Chromium and opens pages in it, each as if nobody had been there before, on the network and processor asked for.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { need } from './modules.mjs'

/** The networks, after Chromium's own presets: bits a second and milliseconds of latency. */
export const NETWORKS = {
  slow4g: { title: 'slow 4G', rate: 1.6e6, latency: 150 },
  fast4g: { title: 'fast 4G', rate: 9e6, latency: 60 },
  wifi: { title: 'no limit', rate: 0, latency: 0 },
}

/** How much slower than this machine the processor is made. */
export const PROCESSORS = [1, 4]

const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding', '--remote-debugging-port=0',
]

/** Ends a program that was started here with this one, however this one ends. */
export function endWith(child) {
  const end = () => child.kill()
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
}

/** A browser. Whoever starts it closes it. */
export async function start() {
  const CDP = need('chrome-remote-interface')
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'moongate-bench-'))
  const child = spawn('chromium', [...FLAGS, `--user-data-dir=${profile}`], { stdio: ['ignore', 'ignore', 'pipe'] })
  endWith(child)
  const ended = new Promise((done) => child.once('exit', done))
  const target = await new Promise((found, failed) => {
    let said = ''
    child.once('error', failed)
    child.once('exit', (code) => failed(new Error(`Chromium ended with ${code}: ${said}`)))
    child.stderr.on('data', (text) => {
      said = (said + text).slice(-4000)
      const address = /DevTools listening on (ws:\S+)/.exec(said)
      if (address) found(address[1])
    })
  })
  const client = await CDP({ target, local: true })
  const { product } = await client.send('Browser.getVersion')
  return {
    version: product.replace(/^Headless/, '').replace('/', ' '),
    visit: (conditions) => visit(client, conditions),
    close: async () => {
      await client.send('Browser.close').catch(() => {})
      await ended
      fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** An empty page in a context of its own: no cache, no compiled code, nothing stored. */
async function visit(client, { network = 'wifi', cpu = 1, width = 390, height = 844 } = {}) {
  const { browserContextId } = await client.send('Target.createBrowserContext')
  const { targetId } = await client.send('Target.createTarget', { url: 'about:blank', browserContextId, width, height })
  const { sessionId } = await client.send('Target.attachToTarget', { targetId, flatten: true })
  const send = (method, params = {}) => client.send(method, params, sessionId)
  await send('Page.enable')
  await send('Performance.enable')
  if (cpu > 1) await send('Emulation.setCPUThrottlingRate', { rate: cpu })
  const foreign = ({ method, params, sessionId: from }) => {
    if (from === sessionId && method === 'Fetch.requestPaused') answerForeign(send, params).catch(() => {})
  }
  client.on('event', foreign)
  // Nothing leaves this machine: what a page wants from its maker's servers is answered here, at once.
  await send('Fetch.enable', { patterns: [{ urlPattern: 'https://*' }] })
  // Without it, only the document itself would be held to the conditions.
  await send('Network.enable')
  const { rate, latency } = NETWORKS[network]
  if (rate) {
    await send('Network.emulateNetworkConditions', { offline: false, latency, downloadThroughput: rate / 8, uploadThroughput: rate / 8 })
  }
  return {
    send,
    /** Runs a function in the page and gives what it returns, or what its promise does. */
    run: async (task, ...values) => {
      const expression = `(${task})(${values.map((value) => JSON.stringify(value)).join()})`
      const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
      return result.value
    },
    /** Lets a script run before any of the page's own. */
    first: (task, ...values) =>
      send('Page.addScriptToEvaluateOnNewDocument', { source: `(${task})(${values.join()})` }),
    leave: async () => {
      client.off('event', foreign)
      await client.send('Target.disposeBrowserContext', { browserContextId })
    },
  }
}

/** Adyen asks for translations and pictures; it gets no translation, so that its own words stay, and no picture. */
function answerForeign(send, { requestId, request }) {
  const responseHeaders = [{ name: 'access-control-allow-origin', value: '*' }, { name: 'content-type', value: 'application/json' }]
  const isWords = request.url.includes('translations')
  const body = Buffer.from(isWords ? '{}' : '').toString('base64')
  return send('Fetch.fulfillRequest', { requestId, responseCode: isWords ? 200 : 404, responseHeaders, body })
}
