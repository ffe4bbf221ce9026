import assert from 'node:assert/strict'
import { test } from 'node:test'
import { across, chart } from './chart.mjs'
import { markdown, page } from './report.mjs'
import { bars, better } from './result.mjs'

const run = (usable, more = {}) => ({ usable, ready: usable + 100, bytes: 60e3, requests: 3, work: 500, shift: 0, heap: 1e6, files: [], ...more })

/** A comparison of two rounds, the second on a machine that does something else and is twice as slow. */
const compared = (moongate = {}, adyen = {}) => ({
  date: '2026-11-22', command: 'tests/bench/run', runs: 2, machine: { cores: 2, browser: 'Chrome 1', busy: 0.1 }, versions: { moongate: '0.1.0' },
  pages: ['preact', 'moongate', 'adyen', 'antom'],
  cells: [{
    network: 'slow4g', cpu: 4,
    pages: {
      preact: [run(500), run(1000)], moongate: [run(550, moongate), run(1100, moongate)],
      adyen: [run(1100, adyen), run(2200, adyen)], antom: [run(2750), run(5500)],
    },
  }],
})

test('a bar that is missed is said to be', () => {
  const of = (result) => Object.fromEntries(bars(result).map(({ what, kept }) => [what, kept]))
  assert.equal(of(compared())['usable, of hand-written Preact'], true)
  assert.equal(of(compared({ usable: 1300 }))['usable, of hand-written Preact'], false)
  assert.match(markdown(compared({ bytes: 71e3 })), /bytes until ready \| 71\.0 KB \| 70\.0 KB \| missed/)
})

test('what was not measured has no bar', () => {
  assert.ok(!bars(compared()).some(({ what }) => /picked|press|paid|heap/.test(what)))
})

test('a peer that is better is named, with both figures; one within the noise is not', () => {
  assert.deepEqual(better(compared()), [])
  assert.deepEqual(better(compared({}, { requests: 2.9 })), [])
  const [said, ...more] = better(compared({ requests: 4 }))
  assert.match(said, /requests: Adyen Drop-in, two methods 3, Moongate 4 \(everywhere\)/)
  assert.deepEqual(more, [])
})

test('a page that is not measured to its end is marked as a lower bound', () => {
  const row = markdown(compared()).split('\n').find((line) => line.startsWith('| Antom'))
  assert.match(row, /≥ 4125 ms/)
})

test('a ratio does not move with the machine', () => assert.match(markdown(compared()), /\| Moongate \| 0\.50 × · 825 ms \(550–1100\)/))

test('a busy machine is said to have been', () => {
  const busy = { ...compared(), machine: { cores: 2, browser: 'Chrome 1', busy: 5 } }
  assert.match(markdown(busy), /trust the ratios/)
  assert.doesNotMatch(markdown(compared()), /trust the ratios/)
})

test('a bar of the chart is as long as its ratio', () => {
  const [zero, one, two] = [0, 1, 2].map((value) => across(value, 4))
  assert.equal(two - one, one - zero)
  const widths = [...chart(compared()).matchAll(/class="(?:own-)?usable" x="12" y="\d+" width="([\d.]+)"/g)].map(([, width]) => +width)
  const [preact, moongate, adyen, antom] = widths
  assert.ok(Math.abs(moongate / adyen - 0.5) < 0.01 && Math.abs(antom / adyen - 2.5) < 0.01 && preact < moongate, `${widths}`)
})

test('what a page or a chart says is text, never markup', () => {
  const odd = { ...compared(), command: 'tests/bench/run "<b>&' }
  assert.match(page(odd), /&lt;b&gt;&amp;/)
  assert.doesNotMatch(page(odd), /<b>/)
})

test('the guide runs under a policy without inline styles, so its page has none', () => {
  assert.doesNotMatch(page(compared()), /style=|<style|<script/)
})

test('what was measured of paying has its bars, missed or kept', () => {
  const presses = [{ network: 'wifi', cpu: 4, runs: [{ own: 60, bytes: 165e3 }, { own: 80, bytes: 165e3 }] }]
  const paid = { push: [20, 30], polling: [900, 2000] }
  const picks = [{ drawer: 'shell', runs: [15, 30, 14] }, { drawer: 'view', runs: [17, 15, 18] }]
  const paying = { picks, presses, paid, mounts: { count: 1000, bytes: 3e5 }, waiting: { push: 1, polling: 41 } }
  const held = bars({ ...compared(), paying }).filter(({ what }) => /picked|press|paid|waits|heap/.test(what))
  assert.deepEqual(held.map(({ kept }) => kept), [true, false, false, true, true, true, false, true])
  assert.match(markdown({ ...compared(), paying }), /Until a code is on screen, 165\.0 KB have travelled/)
})

test('without a peer beside it nothing is said of peers', () => {
  assert.match(markdown(compared()), /Where a peer is better/)
  assert.doesNotMatch(markdown({ ...compared(), pages: [], cells: [] }), /Where a peer is better/)
})
