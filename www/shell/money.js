// How a sum is written for people, and what a method adds to it.

import { generated } from '../generated.js'

/** Yuan in the languages of most shoppers, as the core knows them by heart; false where `Intl` must be asked. */
export const byHeart = (minor, currency, locale) =>
  currency === 'CNY' && generated.by_heart.split(' ').includes(locale) && `¥${decimal(minor, 2).replace(/\B(?=(\d{3})+\.)/g, ',')}`

/** Minor units as decimal text. */
function decimal(minor, digits) {
  const text = `${minor}`.padStart(digits + 1, '0')
  return digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text
}

/** A sum for people. The number of decimal places is the core's: for some currencies `Intl` has another. */
export function money(minor, currency, locale) {
  const digits = generated.digits[0].includes(currency) ? 0 : generated.digits[3].includes(currency) ? 3 : 2
  // In the digits that the wallets show, whatever the language: sums are compared. In Japanese ¥ is the yen, and the yuan 元.
  const currencyDisplay = /^ja/.test(locale) ? 'symbol' : 'narrowSymbol'
  const form = { style: 'currency', currency, currencyDisplay, numberingSystem: 'latn' }
  form.minimumFractionDigits = form.maximumFractionDigits = digits
  const written = (locale) => new Intl.NumberFormat(locale, form).format(decimal(minor, digits))
  try {
    // In Arabic the yuan's sign has letters, which would be torn off the sum: it is written as in English, from left to right.
    return /^ar/.test(locale) ? `\u2066${written('en')}\u2069` : written(locale)
  } catch {
    // A tag of the page's that is none.
    return written()
  }
}

/** What a method adds to the sum; undefined if the page said nothing of it, or nothing right. */
export function feeOn(amount, fee) {
  if (/^0$/.test(fee)) return 0
  const [[kind, value] = [], other] = Object.entries(fee ?? {})
  if (other) return
  if (kind === 'percent' && /^\d{1,3}(\.\d{0,4})?$/.test(value)) {
    const share = Math.round(value * 1e4)
    // Rounded half up, and in two parts: the product may be more than a number holds exactly.
    return Math.floor(amount / 1e6) * share + Math.floor(((amount % 1e6) * share + 5e5) / 1e6)
  }
  if (kind === 'fixed' && /^\d{1,12}$/.test(value)) return +value
}
