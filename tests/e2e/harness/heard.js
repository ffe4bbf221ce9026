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
  addEventListener('error', (event) => keep('trouble', `error: ${event.message ?? event.target?.src}`))
  addEventListener('unhandledrejection', (event) => keep('trouble', `rejection: ${event.reason?.stack ?? event.reason}`))
  window.said = []
  for (const level of ['error', 'warn']) {
    const say = console[level]
    console[level] = (...words) => { window.said.push(`${level} ${words.join(' ')}`); say.apply(console, words) }
  }
  document.addEventListener('securitypolicyviolation', (event) =>
    keep('trouble', `policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))
}
