// Writes what was measured as Markdown and as the guide's page: the same sections, in two notations.
import { size } from './chart.mjs'
import { written } from './figures.mjs'
import { BASE, PAGES } from './pages.mjs'
import { bars, better, summary, table, titleOf } from './result.mjs'

const HOW = [
  `Every page offers the same four wallets for the same sum. Each run begins in an empty browser, and the pages take turns,
    so that what else the machine does weighs on all. A ratio is the median of the ratios within each round, to
    ${PAGES.find(({ id }) => id === BASE).title}. Compare ratios: times are this machine's.`,
  `Usable: the first frame that shows rows of which one can be picked; before the runs, a press on the second row of each
    page must pick it. Ready: then, or when the widget says so itself, whichever is later: Moongate once a press on pay is
    sent at once, Adyen by onReady.`,
  `Bytes and requests are what our server sent until nothing travelled for half a second, compressed with Brotli, headers
    included. Main thread: all its work until then. Heap: of scripts and wasm, after a collection of garbage.`,
  `Of Braintree and Antom only the script is fetched and run, since they need an account to draw anything: their figures
    are the least it could be. What Adyen asks its own servers for is answered at once and not counted, which favours Adyen.
    Moongate fetches more once a shopper shows interest or has looked for five seconds; the bytes until a code count it.`,
  `A pick: how long it keeps the page busy, from the finger's going up to the frame that shows it, the frame's own work
    included and the wait for it left out. The shell draws the rows until the view is fetched.`,
].map((text) => text.replace(/\s+/g, ' '))

/** What the report says, as a list of sections: a heading, paragraphs, items, a table. */
export function sections(result) {
  const { machine, runs, date, versions, command } = result
  const worse = better(result)
  const hasPeers = ['moongate', BASE].every((id) => result.pages.includes(id))
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')
  const busy = machine.busy > machine.cores / 2
  const facts = [
    `${date}, a machine of ${machine.cores} cores, ${machine.browser}; medians of ${runs}, in brackets the least and the most.`,
    `Versions: ${named}.`,
    `The command: ${command}`,
    busy && `The machine was doing other work (load ${machine.busy.toFixed(1)}): trust the ratios more than the times.`,
  ]
  const held = bars(result).map(({ what, value, limit, kept }) => [what, value, limit, kept ? 'kept' : 'missed'])
  const travelled = result.paying?.presses?.at(-1)?.runs.at(-1)?.bytes
  return [
    { paragraphs: [summary(result), ...facts].filter(Boolean) },
    { heading: 'The bars', table: { head: ['what', 'measured', 'bar', 'result'], rows: held } },
    ...(hasPeers ? [{
      heading: 'Where a peer is better', items: worse,
      paragraphs: worse.length ? ['By more than a twentieth:'] : ['Nowhere by more than a twentieth, in this run.'],
    }] : []),
    ...result.cells.map((cell) => ({ heading: titleOf(cell), table: table(result, cell) })),
    {
      heading: 'How it is measured',
      paragraphs: [...HOW, ...(travelled ? [`Until a code is on screen, ${written(travelled, 'KB')} have travelled, the server's answer included.`] : [])],
    },
  ]
}

const line = (cells) => `| ${cells.join(' | ')} |`

/** The report as Markdown. */
export function markdown(result) {
  const parts = sections(result).flatMap(({ heading, paragraphs = [], items = [], table }) => [
    ...(heading ? [`## ${heading}`] : []), ...paragraphs,
    ...(items.length ? [items.map((item) => `- ${item}`).join('\n')] : []),
    ...(table ? [[line(table.head), line(table.head.map(() => '---')), ...table.rows.map(line)].join('\n')] : []),
  ])
  return ['# Moongate beside its peers', ...parts].join('\n\n').concat('\n')
}

const safe = (text) => text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign])
const cell = (text, at) => (at ? `<td>${safe(text)}</td>` : `<th scope="row">${safe(text)}</th>`)

const grid = ({ head, rows }) => `<table>
  <thead><tr>${head.map((text) => `<th scope="col">${safe(text)}</th>`).join('')}</tr></thead>
  <tbody>
${rows.map((row) => `    <tr>${row.map(cell).join('')}</tr>`).join('\n')}
  </tbody>
</table>`

/** The guide's page, which shows the chart beside it; the guide puts its frame around. */
export function page(result) {
  const parts = sections(result).map(({ heading, paragraphs = [], items = [], table }) => [
    ...(heading ? [`<h2>${safe(heading)}</h2>`] : []), ...paragraphs.map((text) => `<p>${safe(text)}</p>`),
    ...(items.length ? [`<ul>\n${items.map((item) => `  <li>${safe(item)}</li>`).join('\n')}\n</ul>`] : []),
    ...(table ? [grid(table)] : []),
  ].join('\n'))
  const { width, height } = size(result)
  return `<h1>Beside its peers</h1>
<p><img class="chart" src="/guide/bench.svg" width="${width}" height="${height}" alt="Time until a method can be picked, page by page; the tables below say it in figures"></p>
${parts.join('\n')}
`
}
