// What every page has: an address, a clock, frames, storage, random numbers. It knows nothing of payments.

/** Where an address leads from this page; undefined if it is none. */
export function absolute(address) {
  try {
    return new URL(address, location.href)
  } catch {}
}

export const seconds = () => Math.floor(Date.now() / 1e3)

export const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** What is drawn now has been painted, and a tap on it taken. A page that nobody sees paints nothing. */
export const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))

/** Reads an item of the page's storage; writes a text, or clears it with null. Storage blocked or full is empty. */
export function keep(kind, key, text) {
  try {
    const storage = window[`${kind}Storage`]
    if (text === undefined) return storage.getItem(key)
    text === null ? storage.removeItem(key) : storage.setItem(key, text)
  } catch {}
  return null
}

export function newAttempt() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))]
  return `mg_${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
