// What was measured, held to the bars and to the peers: which are kept, who is better at what. It measures and draws nothing.
import { NETWORKS } from './browser.mjs'
import { median, ratio, spread, times, written } from './figures.mjs'
import { MEASURES } from './loading.mjs'
import { BASE, PAGES } from './pages.mjs'
import { WAIT } from './paying.mjs'
import { CPU, METHODS } from './picking.mjs'

/** Where peers are compared in the first place: a phone of some years ago, on a train. */
export const LEAD = { network: 'slow4g', cpu: 4 }

/** A peer counts as better, or Moongate does, only beyond this share: less is noise. */
const NOISE = 0.05

export const titleOf = (cell) => `${NETWORKS[cell.network].title}, ${cell.cpu === 1 ? 'processor as it is' : `processor ${cell.cpu} times slower`}`

export const values = (cell, page, measure) => (cell.pages[page] ?? []).map((run) => run[measure])

/** The median of a page's measure. */
export const figure = (cell, page, measure) => median(values(cell, page, measure))

/** How many times as much as the base page. */
export const against = (cell, page, measure, base = BASE) => ratio(values(cell, page, measure), values(cell, base, measure))

export const lead = (result) => result.cells.find(({ network, cpu }) => network === LEAD.network && cpu === LEAD.cpu) ?? result.cells[0]

/** The pages that were measured, with their titles, in order. */
export const pagesOf = (result) => result.pages.map((id) => PAGES.find((page) => page.id === id) ?? { id, title: `Moongate: ${id}` })

/** The bars of the project: what is measured, how it is written, the bar. Those of what was not measured are left out. */
export function bars(result) {
  const cell = lead(result)
  const rows = []
  const bar = (what, value, limit, write) => {
    if (Number.isFinite(value)) rows.push({ what, value: write(value), limit: write(limit), kept: value <= limit })
  }
  const ms = (value) => written(value, 'ms')
  if (cell?.pages.moongate) {
    const isLead = cell.network === LEAD.network && cell.cpu === LEAD.cpu
    if (isLead) {
      bar('usable, of hand-written Preact', against(cell, 'moongate', 'usable', 'preact'), 1.15, times)
      bar('usable, of Adyen with two methods', against(cell, 'moongate', 'usable'), 0.5, times)
      bar('ready, of Adyen with two methods', against(cell, 'moongate', 'ready'), 0.9, times)
      bar('main-thread work, of Adyen with two methods', against(cell, 'moongate', 'work'), 0.8, times)
    }
    bar('bytes until ready', figure(cell, 'moongate', 'bytes'), 70e3, (value) => written(value, 'KB'))
    bar('layout shift', figure(cell, 'moongate', 'shift'), 0.01, (value) => written(value, 'shift'))
  }
  const { picks = [], presses = [], paid = {}, waiting, mounts } = result.paying ?? {}
  for (const { drawer, runs } of picks) {
    bar(`one of ${METHODS} methods picked, drawn by the ${drawer}: processor ${CPU} times slower`, median(runs), 16, ms)
  }
  for (const { network, cpu, runs } of presses) {
    bar(`press on pay to code, beyond the server's answer: ${titleOf({ network, cpu })}`, median(runs.map(({ own }) => own)), 50, ms)
  }
  bar('paid to seen, by push', median(paid.push ?? []), 250, ms)
  bar('paid to seen, by asking', median(paid.polling ?? []), 3000, ms)
  bar(`requests while a code waits ${WAIT / 60} minutes, by push`, waiting?.push, 3, (value) => written(value, ''))
  bar(`requests while a code waits ${WAIT / 60} minutes, by asking`, waiting?.polling, 40, (value) => written(value, ''))
  bar(`heap after ${mounts?.count} checkouts`, mounts?.bytes, 1e6, (value) => written(value, 'MB'))
  return rows
}

/** What a peer that is measured to its end does better than Moongate, and where, in words. */
export function better(result) {
  const rivals = pagesOf(result).filter(({ source, bound }) => source && !bound && source !== 'preact.jsx')
  return rivals.flatMap(({ id, title }) => Object.entries(MEASURES).flatMap(([measure, { title: what, unit }]) => {
    const cells = result.cells.filter((cell) => figure(cell, id, measure) < figure(cell, 'moongate', measure) * (1 - NOISE))
    if (!cells.length) return []
    const [cell] = cells.includes(lead(result)) ? [lead(result)] : cells
    const [own, theirs] = ['moongate', id].map((page) => written(figure(cell, page, measure), unit))
    const where = cells.length === result.cells.length ? 'everywhere' : `on ${cells.map(titleOf).join('; on ')}`
    return [`${what}: ${title} ${theirs}, Moongate ${own} (${where}${cells.length > 1 ? `; figures of ${titleOf(cell)}` : ''})`]
  }))
}

/** One row of a table for each page: the ratio to the base, the median, the least and the most. */
export function table(result, cell) {
  const head = ['page', ...Object.values(MEASURES).map(({ title }) => title)]
  const rows = pagesOf(result).map(({ id, title, bound }) => [title, ...Object.entries(MEASURES).map(([measure, { unit }]) => {
    const list = values(cell, id, measure)
    // What draws nothing shifts nothing.
    if (!list.length || (bound && measure === 'shift')) return '–'
    const compared = against(cell, id, measure)
    const middle = `${bound ? '≥ ' : ''}${written(median(list), unit)}`
    const apart = unit === 'ms' ? ` (${spread(list).map(Math.round).join('–')})` : ''
    return `${Number.isFinite(compared) && measure !== 'shift' ? `${times(compared)} · ` : ''}${middle}${apart}`
  })])
  return { head, rows }
}

/** The sentence that stands first: how Moongate compares with the base, in ratios. */
export function summary(result) {
  const cell = lead(result)
  const of = (measure, base) => times(against(cell, 'moongate', measure, base))
  if (!cell?.pages.moongate || !cell.pages[BASE]) return ''
  const preact = cell.pages.preact ? ` and in ${of('usable', 'preact')} that of hand-written Preact` : ''
  return `On ${titleOf(cell)}, a method can be picked in ${of('usable')} the time of Adyen's Drop-in with two methods${preact}; ` +
    `a press on pay is sent at once after ${of('ready')} Adyen's time. It takes ${of('bytes')} the bytes, ` +
    `${of('work')} the main-thread work and ${of('heap')} the heap.`
}
