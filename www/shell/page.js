// What every page has: an address, a clock, frames, storage, random numbers. Of payments it knows what the id of an attempt looks like.

/** Where an address leads from this page; undefined if it is none. */
export function absolute(address) {
  try {
    return new URL(address, location.href)
  } catch {}
}

export const seconds = () => Math.floor(Date.now() / 1e3)

export const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** Resolves once what is drawn now is painted and a tap on it was taken; not while nobody sees the page. */
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

/** Puts the page's address on the clipboard, and says whether it is there: apps' browsers often refuse that, and let a copy be made. */
export async function copyAddress() {
  try {
    await navigator.clipboard.writeText(location.href)
    return true
  } catch {
    const fill = (event) => {
      event.clipboardData.setData('text/plain', location.href)
      event.preventDefault()
    }
    document.addEventListener('copy', fill, { once: true })
    return document.execCommand('copy')
  }
}

export function newAttempt() {
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))]
  return `mg_${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
