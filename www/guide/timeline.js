// Draws `element.state.log` as a time line: what happened, who did it, how long each phase lasted. One file, no dependency; the
// classes are yours to style.

/** Who does each event, and what it is in words. */
const EVENTS = {
  begun: ['page', 'the checkout begins'],
  choose: ['shopper', 'picks a method'],
  pay: ['shopper', 'presses pay'],
  ask_now: ['shopper', '“I have paid”, or asks again'],
  go_on: ['shopper', 'goes on with the same payment'],
  change_method: ['shopper', 'wants another method'],
  new_code: ['shopper', 'asks for a new code'],
  use_fallback: ['shopper', 'takes the second way'],
  try_again: ['shopper', 'tries again'],
  show_more: ['shopper', 'unfolds the other methods'],
  toggle_large: ['shopper', 'turns large print on or off'],
  save_code: ['shopper', 'saves the code'],
  copy_link: ['shopper', 'copies the address'],
  feedback_good: ['shopper', 'says it went well'],
  feedback_bad: ['shopper', 'says it went badly'],
  pay_called: ['page', 'calls pay()'],
  submit_passed: ['page', 'lets it be sent'],
  submit_stopped: ['page', 'stops it before anything is sent'],
  action_taken: ['page', 'carries the action out itself'],
  action_left: ['page', 'leaves the action to the widget'],
  found: ['browser', 'an unfinished attempt is found'],
  answered: ['server', 'answers'],
  lost: ['network', 'no answer came'],
  refused: ['server', 'refuses'],
  heard: ['server', 'tells by the event stream'],
  stream_lost: ['network', 'the event stream ends'],
  time_came: ['clock', 'time to ask, or to judge'],
  woke: ['browser', 'the page is seen again'],
  hid: ['browser', 'the page is out of sight'],
  bridge_paid: ['wallet', 'its app says paid, which proves nothing'],
  bridge_not_paid: ['wallet', 'its app says not paid'],
  bridge_absent: ['wallet', 'its app has no way to be called'],
  hinted: ['page', 'calls hint()'],
  updated: ['page', 'calls update()'],
}

/** The facts of an answer by their places; see `moongate replay`. */
function facts({ event, with: words }) {
  // By this number the asking is spread in time; it says nothing to people.
  if (event === 'pay' || event === 'pay_called') return ''
  if (event !== 'answered' && event !== 'heard') return words
  const [status, method, , action] = words.split(' ')
  const step = { '-': '', '=': 'the same action', '!': 'an action that is refused' }[action] ?? action
  return [status === '-' ? 'refunded' : status, method === '-' ? '' : method, step].filter(Boolean).join(' · ')
}

const seconds = (ms) => (ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : ms < 600_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`)

function element(name, className, text) {
  const made = document.createElement(name)
  made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

/** The strip: each phase as wide as it lasted, and never so narrow that it is not seen. */
function strip(log) {
  const bar = element('div', 'strip')
  bar.setAttribute('aria-hidden', 'true')
  const runs = []
  for (const { at, phase } of log) {
    if (runs.at(-1)?.phase !== phase) runs.push({ phase, from: at, to: at })
    for (const run of runs.slice(-2)) run.to = Math.max(run.to, run.phase === phase || run === runs.at(-2) ? at : run.to)
  }
  for (const [at, { phase, from, to }] of runs.entries()) {
    const part = element('span', `run ${phase}`, phase)
    part.title = `${phase}: ${seconds((runs[at + 1]?.from ?? to) - from)}`
    part.style.flexGrow = String(Math.max(1, Math.sqrt((runs[at + 1]?.from ?? to) - from)))
    bar.append(part)
  }
  return bar
}

/**
 * Draws a log into an element, in place of what was there.
 *
 * @param {Element} place
 * @param {readonly { at: number, event: string, with: string, clock: number | null, phase: string }[]} log
 */
export function draw(place, log) {
  const list = element('ol', 'line')
  const began = log[0]?.at ?? 0
  let before = null
  for (const entry of log) {
    const [who, words] = EVENTS[entry.event] ?? ['', entry.event]
    const item = element('li', `moment ${entry.phase}`)
    item.dataset.event = entry.event
    const head = element('p', 'what')
    head.append(element('strong', '', who), ` ${words} `, element('code', '', entry.event))
    const told = facts(entry)
    item.append(element('time', '', `+${seconds(entry.at - began)}`), head)
    if (told) item.append(element('p', 'facts', told))
    if (entry.phase !== before) item.append(element('p', `phase ${entry.phase}`, entry.phase))
    before = entry.phase
    list.append(item)
  }
  place.replaceChildren(...(log.length ? [strip(log), list] : []))
}

/** The log in a text: a list of entries, or a state that holds one. Throws a sentence if it is none. */
export function read(text) {
  let told
  try {
    told = JSON.parse(text)
  } catch {
    throw new Error('This is no JSON: take the whole of what was printed, from the first bracket to the last.')
  }
  const log = Array.isArray(told) ? told : told?.log
  const entry = (one) => Number.isFinite(one?.at) && typeof one.event === 'string' && typeof one.phase === 'string' && typeof one.with === 'string'
  if (!Array.isArray(log) || !log.every(entry)) throw new Error('This is JSON, but no log: it must be a list of { at, event, with, clock, phase }, or a state with one.')
  if (log.length === 0) throw new Error('The log is empty: nothing has happened yet.')
  return log
}
