// Written into each trial page before anything else: keeps what this page hears, also over a trip to a wallet, and whatever
// goes wrong in it.
{
  const NAMES = ['ready', 'select', 'submit', 'action', 'status', 'complete', 'feedback', 'error']
  const place = (key) => `trial:${key}:${location.pathname}`
  const kept = (key) => JSON.parse(sessionStorage.getItem(place(key)) ?? '[]')
  const keep = (key, entry) => {
    window[key].push(entry)
    try { sessionStorage.setItem(place(key), JSON.stringify(window[key])) } catch {}
  }
  window.heard = kept('heard')
  window.trouble = kept('trouble')
  for (const name of NAMES) {
    document.addEventListener(`moongate-${name}`, (event) => keep('heard', {
      name, detail: JSON.parse(JSON.stringify(event.detail)), from: event.target.id, at: Math.round(performance.now()),
      cancelable: event.cancelable, bubbles: event.bubbles, composed: event.composed, waits: typeof event.waitUntil,
    }))
  }
  // Firefox stops the scripts of a page that is left wherever they are, and what they would have run next then traps.
  let left = false
  addEventListener('pagehide', () => { left = true })
  addEventListener('pageshow', () => { left = false })
  const stopped = (error) => left && 'mozInnerScreenX' in window && error instanceof WebAssembly.RuntimeError
  addEventListener('error', ({ error, message, target }) => {
    if (!stopped(error)) keep('trouble', `error: ${message ?? target?.src} ${error?.stack ?? ''}`.trim())
  })
  addEventListener('unhandledrejection', (event) => keep('trouble', `rejection: ${event.reason?.stack ?? event.reason}`))
  window.said = []
  for (const level of ['error', 'warn']) {
    const say = console[level]
    console[level] = (...words) => { window.said.push(`${level} ${words.join(' ')}`); say.apply(console, words) }
  }
  document.addEventListener('securitypolicyviolation', (event) =>
    keep('trouble', `policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))
}
