// Which rows there are before the wasm has judged, by the core's tables: what a page offers, where it runs, who sees what.

import { generated } from '../generated.js'
import { feeOn } from './money.js'
import { fit, listed, localeOf, storeOf } from './options.js'
import { keep, newAttempt } from './page.js'

// The largest sum, in minor units.
const MOST = 999999999999

/**
 * What follows a token in the user agent, in small letters; undefined where it does not stand as a whole word. Patterns would say
 * it in a line, but a phone takes longer to read thirty of them than to draw a row.
 */
function after(token) {
  const agent = navigator.userAgent.toLowerCase()
  const joins = (end, neighbour) => /[a-z0-9]/.test(end) && /\w/.test(neighbour)
  for (let at = -1; (at = agent.indexOf(token, at + 1)) >= 0; ) {
    const rest = agent.slice(at + token.length)
    if (!joins(token[0], agent.charAt(at - 1)) && !joins(token.at(-1), rest.charAt(0))) return rest
  }
}

const holds = (sign) => sign.split('|').some((group) => group.split('&').every((token) => after(token) != null))
const seen = (table) => table.find(([sign]) => holds(sign))?.[1]

/** Where the page runs, as far as the rows depend on it. */
function environment() {
  const ipad = navigator.maxTouchPoints > 1 && holds(generated.ipad) && 'tablet'
  return { app: seen(generated.apps) ?? 'browser', device: ipad || (seen(generated.devices) ?? 'desktop') }
}

/** The word for the app around the page: its wallet's, if it has one; a mini program's page is not WeChat, where one can pay. */
export const hereIn = (app) => `app_${generated.wallets.find(([id]) => id.startsWith(app.replace(/_(pc|hk)$/, '')))?.[0] ?? 'other'}`

/** What each wallet can do here: its rank among the rows and its hint. The narrowest entry of the table counts. */
function placements({ app, device }) {
  const { places } = generated
  const upsdk = window.upsdk && places[`${app} ${device} upsdk`]
  return (upsdk || places[`${app} ${device}`] || places[device]).split(' ')
}

/** Whether a method is for other countries than the page's, which the region of its language tag says if it has one. */
function isAbroad(countries, options) {
  const lands = listed(countries).filter((land) => /^[A-Z]{2}$/.test(land))
  const land = lands[0] && /^[^-]+(?:-[^-]{2,})*?-([a-z]{2})(?![^-])/i.exec(localeOf(options))
  return land && !lands.includes(land[1].toUpperCase())
}

/** The numbers of the version that a text begins with. A lone one from 100 on is written without its dots: 939 is 9.3.9. */
export function numbers(text) {
  const found = /^\d+(\.\d+){0,3}/.exec(text)?.[0].split('.').map(Number)
  if (found?.length !== 1 || found[0] < 100) return found
  const base = found[0] < 1e4 ? 10 : 100
  return [found[0] / base / base, (found[0] / base) % base, found[0] % base].map(Math.floor)
}

/** Whether the app around the page is older than a method asks for; one that does not tell its version is. */
export function isOld(app, lowest) {
  // What is no version, the core names and leaves aside.
  if (!/^\d+(\.\d+){0,3}$/.test(lowest)) return false
  const before = generated.versions[app] ?? generated.apps.find(([, word]) => word === app)?.[0]
  const own = before?.split('|').map((token) => numbers(after(token))).find(Boolean)
  const differs = `${lowest}`.split('.').concat(0, 0, 0).map((number, at) => (own?.[at] ?? 0) - number).find(Boolean)
  return !own || differs < 0
}

/** In ten-thousandths, how many shoppers see a method; nobody if it is not said right. */
function share(rollout) {
  const [, whole, part = ''] = /^([01])(?:\.(\d+))?$/.exec(rollout) ?? [, 0]
  return +whole && +part ? 0 : +(whole + part.padEnd(4, 0).slice(0, 4))
}

/** Which of 10000 buckets a shopper is in for a method: FNV-1a, as the core has it. */
export function bucket(id, shopper) {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(`${id}:${shopper}`)) hash = Math.imul(hash ^ byte, 0x1000193) >>> 0
  return hash % 1e4
}

/** The id that buckets are taken from: the page's, the one kept here, or a new one; undefined where none can be kept. */
function shopperOf({ shopper, remember }) {
  const key = 'moongate:shopper'
  const store = storeOf(remember)
  const known = fit(shopper) ?? keep(store, key)
  if (!known) keep(store, key, newAttempt())
  return known ?? keep(store, key)
}

/** Whether WeChat Pay can be had from a mini program's web-view: on the page that the merchant names. */
const leadsOn = (id, app, device, { miniProgramPage }) =>
  miniProgramPage && id === 'wechatpay' && app === 'wechat_miniprogram' && device !== 'desktop'

/** The rows, in order. What only the core can judge is `pending`: it holds a place until the core has judged. */
export function offered(options) {
  const { methods, amount, currency } = options
  const wallets = generated.wallets.map(([id]) => id)
  const { app, device } = environment()
  const places = placements({ app, device })
  const named = listed(methods)
  const rows = new Map()
  for (const item of named.length ? named : wallets) {
    const method = item?.id ? item : { id: item }
    const label = fit(method.label)
    const { id, fee, icon, min, max, currencies, countries } = method
    const known = wallets.includes(id) || (label && /^[a-z0-9_-]{1,32}$/.test(id))
    const place = leadsOn(id, app, device, options) ? '0here' : (places[wallets.indexOf(id)] ?? '0')
    const lowest = method.apps?.[app]
    const batch = share(method.rollout ?? 1)
    const extra = feeOn(amount, fee)
    const total = amount + (extra ?? 0)
    const out = amount < min || amount > (max ?? MOST) || total > MOST || (currencies?.length && !currencies.includes(currency))
    const barred = lowest != null && (lowest === false || isOld(app, lowest))
    if (!known || rows.has(id)) continue
    // Whoever is named twice counts once, even if not offered.
    rows.set(id)
    if (out || barred || !batch || isAbroad(countries, options)) continue
    const shopper = batch < 1e4 && shopperOf(options)
    if (shopper && bucket(id, shopper) >= batch) continue
    const free = extra === 0 && !+(fee.percent ?? 0)
    const pending = shopper == null
    const description = fit(method.description)
    rows.set(id, { id, label, description, icon, extra, total, free, pending, app, rank: +place[0], hint: place.slice(1) })
  }
  return [...rows.values()].filter(Boolean).sort((one, other) => one.rank - other.rank)
}

export const works = ({ rank, pending }) => rank < 2 && !pending
