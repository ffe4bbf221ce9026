// Draws the comparison as SVG: legible on a phone, in light and in dark. It decides nothing about the figures.
import { ratio, ticks, times, written } from './figures.mjs'
import { BASE } from './pages.mjs'
import { against, figure, lead, pagesOf, titleOf, values } from './result.mjs'

// In the units of the view box, which is as wide as a phone.
const WIDTH = 400
const LEFT = 12
const RIGHT = 388
const TOP = 84
const ROW = 50
const BAR = 14

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign])

// Colours as attributes, which any policy lets stand; the dark ones come over them where styles are allowed.
const STYLE = `text { font: 13px system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif }
.title { font-size: 16px; font-weight: 600 }
.small { font-size: 11.5px }
.own { font-weight: 600 }
.end { text-anchor: end }
.middle { text-anchor: middle }
@media (prefers-color-scheme: dark) {
  .ground { fill: #15181b } .ink { fill: #f0f3f5 } .soft { fill: #a4aeb8 } .line { stroke: #2e353b } .base { stroke: #a4aeb8 }
  .usable { fill: #75808b } .ready { fill: #3a434b } .own-usable { fill: #2fb58a } .own-ready { fill: #1c5c49 }
}`

/** The x of a ratio, on a scale whose last tick is `most`. */
export const across = (value, most) => LEFT + (Math.min(value, most) / most) * (RIGHT - LEFT)

const drawn = (result) => pagesOf(result).filter(({ id }) => lead(result).pages[id]?.length)

/** How large the chart of a result is, in its own pixels. */
export const size = (result) => ({ width: WIDTH, height: TOP + drawn(result).length * ROW + 62 })

const text = (classes, x, y, words, fill) => `<text class="${classes}" x="${x}" y="${y}" fill="${fill}">${escaped(words)}</text>`

function row(cell, page, at, most) {
  const y = TOP + at * ROW
  const own = page.title.startsWith('Moongate')
  const usable = against(cell, page.id, 'usable')
  // In times the base's usable too, so that both parts of a bar share a scale.
  const until = ratio(values(cell, page.id, 'ready'), values(cell, BASE, 'usable'))
  const bar = (kind, value, fill) => {
    const width = (across(value, most) - LEFT).toFixed(1)
    return `<rect class="${own ? `own-${kind}` : kind}" x="${LEFT}" y="${y + 7}" width="${width}" height="${BAR}" rx="2" fill="${fill}"/>`
  }
  const [time, bytes] = [written(figure(cell, page.id, 'usable'), 'ms'), written(figure(cell, page.id, 'bytes'), 'KB')]
  const figures = `${page.bound ? '≥ ' : ''}${times(usable)} · ${time} · ${bytes}`
  return [
    text(own ? 'ink own' : 'ink', LEFT, y, page.title, '#14171a'),
    text(own ? 'ink own end' : 'soft end', RIGHT, y, figures, own ? '#14171a' : '#5b6570'),
    until > usable * 1.02 ? bar('ready', until, own ? '#9fd0bd' : '#d5dade') : '',
    bar('usable', usable, own ? '#0b6e4f' : '#87919c'),
  ].join('\n')
}

/** The chart of the lead conditions, as the text of an SVG file. */
export function chart(result) {
  const cell = lead(result)
  const pages = drawn(result)
  const widest = Math.max(...pages.flatMap(({ id }) => [against(cell, id, 'usable'), against(cell, id, 'ready')]).filter(Number.isFinite))
  const scale = ticks(widest)
  const most = scale.at(-1)
  const bottom = TOP + pages.length * ROW
  const { height } = size(result)
  const ticked = scale.map((value) => {
    const x = across(value, most).toFixed(1)
    const [kind, stroke] = value === 1 ? ['base', '#5b6570'] : ['line', '#e3e7eb']
    const line = `<line class="${kind}" x1="${x}" x2="${x}" y1="${TOP - 18}" y2="${bottom - 14}" stroke="${stroke}"/>`
    const anchor = value === 0 ? '' : value === most ? ' end' : ' middle'
    return `${line}\n${text(`soft small${anchor}`, x, bottom + 2, `${value} ×`, '#5b6570')}`
  })
  const says = `Time until a method can be picked, as a multiple of Adyen's Drop-in with two methods: ${pages
    .map(({ id, title, bound }) => `${title} ${bound ? 'at least ' : ''}${times(against(cell, id, 'usable'))}`).join('; ')}.`
  const frame = `viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${frame} role="img" aria-label="${escaped(says)}">
<style>${STYLE}</style>
<rect class="ground" width="${WIDTH}" height="${height}" rx="12" fill="#fff"/>
${text('ink title', LEFT, 28, 'Until a method can be picked', '#14171a')}
${text('soft small', LEFT, 47, `${titleOf(cell)}; 1 × is Adyen’s two-method page`, '#5b6570')}
${ticked.join('\n')}
${pages.map((page, at) => row(cell, page, at, most)).join('\n')}
${text('soft small', LEFT, bottom + 24, 'Pale: until a press on pay is sent at once. ≥: only fetched and run.', '#5b6570')}
${text('soft small', LEFT, bottom + 44, `Medians of ${result.runs}, ${result.date}, ${result.machine.browser}`, '#5b6570')}
</svg>
`
}
