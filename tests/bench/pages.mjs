// What is compared: each page's HTML, what is built for it, and how its rows are found.
import fs from 'node:fs'
import path from 'node:path'
import { MODULES, need, versions } from './modules.mjs'
import { AMOUNT, WALLETS } from './peers/offer.js'

const here = path.dirname(new URL(import.meta.url).pathname)

// These run in the page, one by one, so each stands for itself.
const radios = () => [...document.querySelectorAll('input[type=radio]')]
const isChecked = (row) => row.checked
const inMoongate = () => [...(document.querySelector('moongate-checkout')?.shadowRoot?.querySelectorAll('input[type=radio]') ?? [])]
const inAdyen = () => [...document.querySelectorAll('.adyen-checkout__payment-method__header__title, .adyen-checkout__payment-method__header button')]
const isOpen = (row) => !!row.closest('.adyen-checkout__payment-method--selected')
const scriptRan = () => (performance.getEntriesByName('ready')[0] ? [document.body] : [])

/** The page that all others are compared with. */
export const BASE = 'adyen'

/**
 * The pages, in the order of tables and charts. `rows` finds what a shopper picks from, `picked` tells whether a row is;
 * `bound` marks a page that is not measured to the end, so that its figures are the least it could be.
 */
export const PAGES = [
  { id: 'static', title: 'static HTML', rows: radios, picked: isChecked },
  { id: 'preact', title: 'Preact, by hand', rows: radios, picked: isChecked, source: 'preact.jsx' },
  { id: 'moongate', title: 'Moongate', rows: inMoongate, picked: isChecked, ready: 'moongate-ready' },
  { id: 'adyen', title: 'Adyen Drop-in, two methods', rows: inAdyen, picked: isOpen, source: 'adyen.js', sheet: true, ready: true },
  { id: 'adyen-auto', title: 'Adyen Drop-in, auto', rows: inAdyen, picked: isOpen, source: 'adyen-auto.js', sheet: true, ready: true },
  {
    id: 'braintree', title: 'Braintree Drop-in, script only', bound: true, rows: scriptRan,
    script: 'braintree-web-drop-in/dist/browser/dropin.js',
  },
  {
    id: 'antom', title: 'Antom SDK, script only', bound: true, rows: scriptRan,
    script: '@alipay/ams-checkout/dist/umd/ams-checkout.min.js',
  },
]

/** Another bundle of Moongate, to be compared with the one that was built. */
export const variant = (id, folder) => ({ ...PAGES.find((page) => page.id === 'moongate'), id, title: `Moongate: ${id}`, folder })

const whole = (head, body) => `<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>结账</title>
${head}
<body>${body}
`

const staticRows = () => {
  const rows = WALLETS.map(([id, , name], at) => `<label><input type="radio" name="method" value="${id}"${at ? '' : ' checked'}> ${name}</label>`)
  const list = `<fieldset><legend>支付方式</legend>${rows.join('\n')}</fieldset>`
  return `<form method="post" action="/pay">${list}<button>支付 ¥128.00</button></form>`
}

/** Moongate's tag, with the path that its script is served at. */
export const tag = (script, order) => `<script type="module" src="${script}"></script>
<moongate-checkout endpoint="/checkout" test-mode order="${order}" amount="${AMOUNT}" currency="CNY" shop="山茶咖啡"
  methods="${WALLETS.map(([id]) => id).join(' ')}" locale="zh-CN"></moongate-checkout>`

/** The HTML of a page. */
export function html({ id, source, sheet, script }) {
  if (id === 'static') return whole('', staticRows())
  if (script) return whole('', `<script src="script.js" onload="performance.mark('ready')"></script>`)
  const link = sheet ? '<link rel="stylesheet" href="page.css">' : ''
  if (source) return whole(link, '<div id="checkout"></div><script type="module" src="page.js"></script>')
  return whole('', tag('moongate.js', 'SO-1001'))
}

/**
 * Builds a page's folder below `out` and returns it: what a merchant's bundler would make of it, minified.
 * `bundle` is Moongate's own folder.
 */
export async function make(page, { out, bundle }) {
  const folder = path.join(out, page.id)
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, 'index.html'), html(page))
  if (page.script) fs.copyFileSync(path.join(MODULES, page.script), path.join(folder, 'script.js'))
  if (page.source) {
    await need('esbuild').build({
      entryPoints: [path.join(here, 'peers', page.source)], outfile: path.join(folder, 'page.js'), nodePaths: [MODULES],
      bundle: true, minify: true, format: 'esm', target: 'es2022', jsxFactory: 'h', logLevel: 'error',
    })
  }
  if (page.ready === 'moongate-ready') {
    // A variant may bring a page of its own, with hints in its head.
    const from = page.folder ?? bundle
    fs.cpSync(from, folder, { recursive: true, filter: (name) => !/\.(br|gz)$/.test(name) })
  }
  return folder
}

/** What was measured, in the versions that were installed. */
export const peers = () => versions(['@adyen/adyen-web', 'braintree-web-drop-in', '@alipay/ams-checkout', 'preact'])
