// Draws `element.state.log` as a time line: what happened, who did it, how long each phase lasted. One file, no dependency; the
// classes are yours to style.

const chinese = document.documentElement.lang.startsWith('zh')
const said = (english, words) => (chinese ? words : english)

/** Who does an event. */
const WHO = { page: '页面', shopper: '购物者', browser: '浏览器', server: '服务器', network: '网络', clock: '时钟', wallet: '钱包' }

/** Who does each event, and what it is in words, English and Chinese. */
const EVENTS = {
  begun: ['page', 'the checkout begins', '收银开始'],
  choose: ['shopper', 'picks a method', '选了一种方式'],
  pay: ['shopper', 'presses pay', '按下支付'],
  ask_now: ['shopper', '“I have paid”, or asks again', '“我已付款”，或再查一次'],
  go_on: ['shopper', 'goes on with the same payment', '接着付同一笔'],
  change_method: ['shopper', 'wants another method', '想换一种方式'],
  new_code: ['shopper', 'asks for a new code', '要一个新码'],
  use_fallback: ['shopper', 'takes the second way', '改用第二条路'],
  try_again: ['shopper', 'tries again', '再试一次'],
  show_more: ['shopper', 'unfolds the other methods', '展开其他方式'],
  toggle_large: ['shopper', 'turns large print on or off', '开关大字'],
  save_code: ['shopper', 'saves the code', '保存二维码'],
  copy_link: ['shopper', 'copies the address', '复制网址'],
  feedback_good: ['shopper', 'says it went well', '说很顺利'],
  feedback_bad: ['shopper', 'says it went badly', '说不顺利'],
  pay_called: ['page', 'calls pay()', '调用 pay()'],
  submit_passed: ['page', 'lets it be sent', '放行'],
  submit_stopped: ['page', 'stops it before anything is sent', '在发出之前拦下'],
  action_taken: ['page', 'carries the action out itself', '自己执行动作'],
  action_left: ['page', 'leaves the action to the widget', '把动作交给组件'],
  found: ['browser', 'an unfinished attempt is found', '找到一次未完成的尝试'],
  answered: ['server', 'answers', '返回了响应'],
  lost: ['network', 'no answer came', '没有响应'],
  refused: ['server', 'refuses', '拒绝'],
  heard: ['server', 'tells by the event stream', '从事件流推来消息'],
  stream_lost: ['network', 'the event stream ends', '事件流断了'],
  time_came: ['clock', 'time to ask, or to judge', '到了该查询或判断的时间'],
  woke: ['browser', 'the page is seen again', '页面又可见了'],
  hid: ['browser', 'the page is out of sight', '页面不可见了'],
  bridge_paid: ['wallet', 'its app says paid, which proves nothing', '它的应用说付了（证明不了什么）'],
  bridge_not_paid: ['wallet', 'its app says not paid', '它的应用说没付'],
  bridge_absent: ['wallet', 'its app has no way to be called', '它的应用没有可以调起的接口'],
  hinted: ['page', 'calls hint()', '调用 hint()'],
  updated: ['page', 'calls update()', '调用 update()'],
}

/** The facts of an answer by their places; see `moongate replay`. */
function facts({ event, with: words }) {
  // By this number the asking is spread in time; it says nothing to people.
  if (event === 'pay' || event === 'pay_called') return ''
  if (event !== 'answered' && event !== 'heard') return words
  const [status, method, , action] = words.split(' ')
  const step = { '-': '', '=': said('the same action', '动作不变'), '!': said('an action that is refused', '被拒绝的动作') }[action] ?? action
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
    const [who, english, words] = EVENTS[entry.event] ?? ['', entry.event, entry.event]
    const item = element('li', `moment ${entry.phase}`)
    item.dataset.event = entry.event
    const head = element('p', 'what')
    head.append(element('strong', '', said(who, WHO[who] ?? '')), ` ${said(english, words)} `, element('code', '', entry.event))
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
    throw new Error(said('This is no JSON: take the whole of what was printed, from the first bracket to the last.', '这不是 JSON：请把打印出来的全部复制过来，从第一个括号到最后一个。'))
  }
  const log = Array.isArray(told) ? told : told?.log
  const entry = (one) => Number.isFinite(one?.at) && typeof one.event === 'string' && typeof one.phase === 'string' && typeof one.with === 'string'
  if (!Array.isArray(log) || !log.every(entry)) throw new Error(said('This is JSON, but no log: it must be a list of { at, event, with, clock, phase }, or a state with one.', '这是 JSON，但不是日志：应当是由 { at, event, with, clock, phase } 组成的列表，或者带有这种列表的 state。'))
  if (log.length === 0) throw new Error(said('The log is empty: nothing has happened yet.', '日志是空的：还没有发生任何事。'))
  return log
}
