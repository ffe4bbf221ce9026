// What the page says: attributes and properties as one object of options. It judges nothing, which the core does.

// Attributes of HTML's and of frameworks. Any other is an option, so that the core can name a mistyped one.
export const FOREIGN = /^(class|id|style|lang|dir|hidden|slot|part|title|role|tabindex|exportparts|inert|translate|is|nonce|on\w+|(data|aria|\w{1,3})-.*)$|[^a-z-]/

// Loopback and private addresses as the core has them, the only pages where test mode works.
export const PRIVATE = /^((.+\.)?localhost|\[::1\]|(127|10)(\.\d+){3}|(192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))(\.\d+){2})$/

let warned = false

/** What JSON has not is text, so that the core can name it: left out, it would be nothing said. */
const plain = (key, value) => (/bigint|symbol/.test(typeof value) || (typeof value === 'number' && !isFinite(value)) ? String(value) : value)

/** The options as the page gave them: attributes in camelCase, and over them the property `options`. */
export function rawOptions(host) {
  const raw = {}
  for (const { name, value } of host.attributes) {
    if (!FOREIGN.test(name)) raw[name.replace(/-./g, (dash) => dash[1].toUpperCase())] = value
  }
  for (const [key, value] of Object.entries(host.options)) {
    if (value === undefined) continue
    raw[key] = value
    try {
      // These two are the page's own, and stay themselves.
      if (!/^(transport|headers)$/.test(key)) raw[key] = JSON.parse(JSON.stringify(value, plain))
    } catch {}
  }
  if (!warned && listed(raw.hosts).includes('*')) {
    warned = true
    console.warn('Moongate: hosts holds "*": payments may lead anywhere')
  }
  return raw
}

/** The tag of the language asked for: by the page's options, the page, or the browser. */
export function localeOf({ locale }) {
  const right = /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(locale)
  return (right && locale) || document.documentElement.lang || navigator.language || ''
}

/** A text fit to be shown, else undefined: not too long, nothing in it that hides or turns round what is beside it. */
export const fit = (text) => (/^[^\p{Cc}\u2028-\u202e\u2066-\u2069]{1,200}$/u.test(text ?? '') ? `${text}` : undefined)

/** The words of a list, or of a text with spaces between; none of anything else. */
export const listed = (list) => (typeof list === 'string' ? list.split(/\s+/).filter(Boolean) : Array.isArray(list) ? list : [])

/** Where the option `remember` keeps things; nothing can be kept in `no`. */
export const storeOf = (remember) => ({ device: 'local', none: 'no' })[remember] ?? 'session'
