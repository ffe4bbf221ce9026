// The page's own way to a server that answers what the scene says: by request, an object of payment members, `never` for
// no answer, `lost` for a failed request, or a status.
const answers = (name, known) => {
  const told = { ...window.scene.all, ...window.scene[name] }
  const said = window.scene[name]
  if (said === 'never') return new Promise(() => {})
  if (said === 'lost' || (said === undefined && !window.scene.all)) return Promise.reject(new Error('lost'))
  if (typeof said === 'number') return Promise.reject({ status: said })
  const { code_in: seconds, ...members } = told
  const now = Date.now()
  const time = (ms) => new Date(ms).toISOString()
  window.deadline = window.deadline ?? (seconds && time(now + seconds * 1000))
  return Promise.resolve({ id: 'pay_81', ...known, now: time(now), expires_at: window.deadline, ...members })
}
let known = {}
const transport = {
  create: (request) => {
    const { order, method, attempt, amount, currency } = request
    known = { order, method, attempt, amount, currency }
    return answers('create', known)
  },
  status: () => answers('status', known),
  cancel: () => answers('cancel', known),
  refresh: () => answers('refresh', known),
}
customElements.whenDefined('moongate-checkout').then(() => {
  document.querySelector('moongate-checkout').options = { transport, ...window.scene.options }
})
if (window.scene.speed) {
  // The page's clock runs faster, so that ten minutes are over soon.
  // It does so once the widget is there, or the words of a language would seem not to come.
  const { speed: ready } = window.scene
  let speed = 1
  const wait = window.setTimeout.bind(window)
  for (const clock of [performance, Date]) {
    const now = clock.now.bind(clock)
    let start = 0
    clock.now = () => start + (now() - start) * speed
    addEventListener('moongate-ready', () => (start = now()), true)
  }
  addEventListener('moongate-ready', () => (speed = ready), true)
  window.setTimeout = (act, ms, ...rest) => wait(act, ms / speed, ...rest)
}
if (window.scene.bridge) {
  window.WeixinJSBridge = { invoke: (name, parameters, answer) => {
    if (window.scene.bridge !== 'silent') answer({ err_msg: `get_brand_wcpay_request:${window.scene.bridge}` })
  } }
}
// A page that is not left, to see what stands there while it is.
if (window.scene.stay) {
  HTMLFormElement.prototype.submit = () => {}
  addEventListener('click', (event) => { if (event.composedPath()[0].closest?.('a')) event.preventDefault() })
}
if (window.scene.taken) document.addEventListener('moongate-action', (event) => event.preventDefault())
// Before the widget is there, for as long as anybody looks.
if (window.scene.hold) {
  const fetched = window.fetch
  window.fetch = (...all) => (String(all[0]?.url ?? all[0]).endsWith('.wasm') ? new Promise(() => {}) : fetched(...all))
}
