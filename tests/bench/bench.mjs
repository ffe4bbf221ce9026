// The order of things: what is measured, on which conditions, in which turn, and where it is written.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { NETWORKS, PROCESSORS, start } from './browser.mjs'
import { chart } from './chart.mjs'
import { load, prove } from './loading.mjs'
import { FOLDER } from './modules.mjs'
import { make, PAGES, peers, variant } from './pages.mjs'
import * as paying from './paying.mjs'
import * as picking from './picking.mjs'
import { markdown, page as guide } from './report.mjs'
import * as site from './site.mjs'

// Where the bundle lies, and what the guide shows; `run` begins in the repository.
const BUNDLE = path.join(FOLDER, 'bundle')
const GUIDE = 'www/guide'

// What can be picked of: the words of --only, by what they narrow.
const WORDS = {
  networks: Object.keys(NETWORKS), processors: PROCESSORS.map((rate) => `${rate}x`), pages: PAGES.map(({ id }) => id),
  parts: ['loading', 'paying', 'waiting'],
}

const HELP = `tests/bench/run [--runs N] [--only WORD,…] [--variant NAME=FOLDER]… [--publish]
  --runs N               how often each page is loaded on each of the conditions; 5 if not said
  --only WORD,…          only some networks (${WORDS.networks}), processors (${WORDS.processors}), parts (${WORDS.parts})
                         or pages (${WORDS.pages})
  --variant NAME=FOLDER  also loads another bundle of Moongate, in turn with the others; an index.html in it is its page
  --publish              writes the guide's copies too; of a whole comparison alone, with five runs or more`

// Fewer runs are for a look, not for a claim.
const ENOUGH = 5

const number = (text) => {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new Error(`--runs ${text} is no number of runs`)
  return +text
}

/** What was asked for, every word of it known. */
function asked() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '5' }, only: { type: 'string', multiple: true, default: [] },
      variant: { type: 'string', multiple: true, default: [] }, publish: { type: 'boolean' }, help: { type: 'boolean' },
    },
  })
  const only = values.only.flatMap((text) => text.split(',')).filter(Boolean)
  const stranger = only.find((word) => !Object.values(WORDS).flat().includes(word))
  if (stranger) throw new Error(`--only ${stranger}: it is none of ${Object.values(WORDS).flat().join(' ')}`)
  const picked = Object.fromEntries(Object.entries(WORDS).map(([kind, all]) => {
    const some = all.filter((word) => only.includes(word))
    return [kind, some.length ? some : all]
  }))
  // Whoever narrows the pages or their conditions asks for loading alone.
  if (!only.some((word) => WORDS.parts.includes(word)) && only.length) picked.parts = ['loading']
  const partial = only.length || values.variant.length
  if (values.publish && partial) throw new Error('--publish is for a whole comparison: leave out --only and --variant')
  if (values.publish && number(values.runs) < ENOUGH) throw new Error(`--publish wants ${ENOUGH} runs or more`)
  return { ...values, ...picked, runs: number(values.runs) }
}

const say = (text) => process.stderr.write(`${text}\n`)

/** Does some work, and once more if it fails: a machine may stumble once in some hundred loads. */
const twice = (work) => work().catch((fault) => {
  say(`tried again: ${fault.message}`)
  return work()
})

/** Loads every page on all conditions, in turn, `runs` times. */
async function loading(browser, { networks, processors, pages, variant: variants, runs }) {
  const compared = [...PAGES.filter(({ id }) => pages.includes(id)), ...variants.map((text) => variant(...text.split('=')))]
  const mounts = new Map()
  for (const page of compared) mounts.set(page.id, await make(page, { out: path.join(FOLDER, 'pages'), bundle: BUNDLE }))
  const served = await site.open(mounts)
  try {
    for (const page of compared) {
      served.warm(page.id)
      await prove(browser, served, page)
    }
    const rates = PROCESSORS.filter((rate) => processors.includes(`${rate}x`))
    const cells = networks.flatMap((network) => rates.map((cpu) => ({ network, cpu, pages: {} })))
    for (let round = 0; round < runs; round++) {
      say(`round ${round + 1} of ${runs}`)
      for (const cell of cells) {
        for (const page of compared) (cell.pages[page.id] ??= []).push(await twice(() => load(browser, served, page, cell)))
      }
    }
    return { pages: compared.map(({ id }) => id), cells }
  } finally {
    served.close()
  }
}

async function measure(options) {
  const { parts, runs } = options
  const has = (...names) => names.some((name) => parts.includes(name))
  const browser = await start()
  // The codes that wait have a browser of their own, in which nothing else happens.
  const patient = has('waiting') && (await start())
  const shops = has('paying', 'waiting') && (await paying.open(process.env.BENCH_PROGRAM, path.join(FOLDER, 'orders')))
  try {
    const waited = patient && (await paying.wait(patient, shops))
    const loaded = has('loading') ? await loading(browser, options) : { pages: [], cells: [] }
    if (has('paying')) say('picking and pressing pay')
    const picks = has('paying') && (await picking.measure(browser, shops.push, runs))
    const paid = has('paying') ? { picks, ...(await paying.measure(browser, shops, runs)) } : {}
    if (patient) say('waiting for the codes that wait')
    const waiting = patient ? { waiting: await waited() } : {}
    return { browser: browser.version, ...loaded, paying: { ...paid, ...waiting } }
  } finally {
    await browser.close()
    if (patient) await patient.close()
    if (shops) await shops.close()
  }
}

async function compare(options) {
  const [busy] = os.loadavg()
  const { browser, ...measured } = await measure(options)
  const { version } = JSON.parse(fs.readFileSync(path.join(BUNDLE, 'manifest.json'), 'utf8'))
  const result = {
    date: new Date().toISOString().slice(0, 10), command: ['tests/bench/run', ...process.argv.slice(2)].join(' '),
    runs: options.runs, machine: { cores: os.cpus().length, browser, busy },
    versions: { moongate: version, ...peers() }, ...measured,
  }
  const write = (folder, name, text) => fs.writeFileSync(path.join(folder, name), text)
  write(FOLDER, 'bench.json', `${JSON.stringify(result, null, 1)}\n`)
  write(FOLDER, 'bench.md', markdown(result))
  const drawn = result.cells[0] && result.pages.includes('adyen') && chart(result)
  if (drawn) write(FOLDER, 'bench.svg', drawn)
  if (options.publish) {
    write(GUIDE, 'bench.svg', drawn)
    write(GUIDE, 'bench.html', guide(result))
  }
  process.stdout.write(markdown(result))
  say(`also in ${FOLDER}: bench.json, bench.md${drawn ? ', bench.svg' : ''}`)
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

try {
  const options = asked()
  if (options.help) say(HELP)
  else await compare(options)
} catch (fault) {
  say(`tests/bench/run: ${fault.message}`)
  process.exitCode = 1
}
