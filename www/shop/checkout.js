// The demo shop's own script: sets the sandbox's provider, shows what a host page hears, and lends a simulated phone. It
// does not take part in paying.

const checkout = document.querySelector('moongate-checkout')
const list = document.getElementById('events')
const empty = document.getElementById('events-empty')
const clear = document.getElementById('clear')
const phone = document.getElementById('phone')
const phoneNote = document.getElementById('phone-note')
const provider = document.getElementById('provider')
const providerNote = document.getElementById('provider-note')
const started = performance.now()

const heard = [
  'moongate-ready', 'moongate-select', 'moongate-submit', 'moongate-action', 'moongate-status', 'moongate-complete',
  'moongate-feedback', 'moongate-error',
]
for (const name of heard) checkout.addEventListener(name, (event) => show(event.type, event.detail))

checkout.addEventListener('moongate-action', ({ detail }) => hold(detail.action))
checkout.addEventListener('moongate-status', ({ detail }) => { if (detail.phase !== 'acting') rest() })

/** Adds an event to the panel: its name, the words in it that matter most, and the whole detail to unfold. */
function show(name, detail) {
  const item = document.createElement('li')
  item.dataset.event = name
  const whole = document.createElement('details')
  const head = document.createElement('summary')
  const time = element('time', `${((performance.now() - started) / 1000).toFixed(2)} s`)
  head.append(element('code', name), element('span', gist(detail)), time)
  whole.append(head, element('pre', JSON.stringify(detail, null, 2)))
  item.append(whole)
  list.append(item)
  list.scrollTop = list.scrollHeight
  empty.hidden = true
  clear.hidden = false
}

/** The few words of a detail that tell it from the next. */
function gist(detail) {
  const { phase, outcome, code, answer, action, method, methods } = detail ?? {}
  const first = phase ?? outcome ?? code ?? answer ?? action?.type
  return [first, method, methods?.join(' ')].filter(Boolean).join(' · ')
}

function element(name, text) {
  const made = document.createElement(name)
  made.textContent = text
  return made
}

/** What the simulated phone can do with an action: scan a code, and nothing with the rest. */
function hold(action) {
  const code = action?.type === 'qr' ? action.payload : null
  phone.hidden = !code
  phoneNote.hidden = Boolean(code)
  if (code) phone.href = `/sandbox/wallet?code=${encodeURIComponent(code)}`
  else phoneNote.textContent = action?.type === 'inapp' ? phoneNote.dataset.call : phoneNote.dataset.leave
}

function rest() {
  phone.hidden = true
  phoneNote.hidden = false
  phoneNote.textContent = phoneNote.dataset.idle
}

/** Whose raw answers the shop's server passes on: asks the sandbox, or sets it. */
async function speakAs(setting) {
  const body = setting && JSON.stringify(setting)
  const answer = await fetch('/sandbox/provider', { method: setting ? 'PUT' : 'GET', headers: { 'Content-Type': 'application/json' }, body })
  if (!answer.ok) throw new Error(`the sandbox answers ${answer.status}`)
  provider.value = provider.dataset.set = (await answer.json()).provider
  provider.disabled = false
}

provider.addEventListener('change', async () => {
  try {
    await speakAs({ provider: provider.value })
    providerNote.textContent = providerNote.dataset.set
  } catch {
    provider.value = provider.dataset.set
    providerNote.textContent = providerNote.dataset.lost
  }
})
speakAs().catch(() => { providerNote.textContent = providerNote.dataset.lost })

clear.addEventListener('click', () => {
  list.replaceChildren()
  empty.hidden = false
  clear.hidden = true
})
