// Which language is spoken, and what of it is at hand.

import { generated } from '../generated.js'

/** Which language that is shown in: by the core's first rule whose start the tag has. */
export function languageFor(locale) {
  const fits = (rule) => new RegExp(`^(${rule.split('=').pop()})(?![^-])`, 'i').test(locale)
  return (generated.rules.split(' ').find(fits) ?? 'en').split('=')[0]
}

/** What is at hand of a language: the words of the first screen, by their keys; undefined if it must be fetched. */
export function atHand(lang, texts = generated.languages[lang]) {
  return texts && { lang, ...Object.fromEntries(generated.keys.map((key, at) => [key, texts[at]])) }
}
