// What is said to the shopper, and in which language: what is at hand at once, all else when it comes.

import { generated } from '../generated.js'
import { fetched, further, once, pinned, restOf } from './loading.js'
import { pause } from './page.js'

// How long the words of another language are waited for before they are English, in milliseconds: two tries and the time
// between, and about as long as outlines are borne. They then stay English, since the rows may be under a finger.
const SILENCE = 3e3

/** Which language a tag is shown in: by the core's first rule whose start the tag has. */
export function languageFor(locale) {
  const fits = (rule) => new RegExp(`^(${rule.split('=').pop()})(?![^-])`, 'i').test(locale)
  return (generated.rules.split(' ').find(fits) ?? 'en').split('=')[0]
}

/** What is at hand of a language: the words of the first screen, by their keys; undefined if it must be fetched. */
export function atHand(lang, texts = generated.languages[lang]) {
  return texts && { lang, ...Object.fromEntries(generated.keys.map((key, at) => [key, texts[at]])) }
}

/**
 * The words of an element. `words` are those said now, none while they are on their way; `heard`: the first are here;
 * `taught`: they change no more.
 */
export class Speech {
  /** `changed` is called whenever there are others to be said. */
  constructor(host, changed) {
    Object.assign(this, { host, changed })
  }

  /** Takes the words of a language, by its tag, unless it is spoken already. */
  speak(locale) {
    const language = languageFor(locale)
    if (this.language === language) return
    this.language = language
    const known = (this.heard = this.taught = this.words = atHand(language))
    // 中文 is one tap away for who reads it.
    if (known && (language !== 'en' || !/zh/.test(navigator.languages))) return this.say(known)
    // The file is named like the script that knows its hash, so that both are fetched at once; it then comes from the cache.
    const name = pinned(generated.tongues).name.replace('tongues', `words/${language}`) + 'on'
    if (!known) fetched('', { name }).catch(() => {})
    const tools = { language, name, languageFor, atHand, fetched, once, restOf }
    const coming = further('tongues').then(({ teach }) => teach(this, tools))
    this.taught = Promise.race([coming, pause(SILENCE)]).catch(() => {}).then((words) => {
      if (this.language === language) this.say(words ?? known ?? atHand('en'))
    })
    this.heard = known ?? this.taught
  }

  say(words) {
    this.words = words
    return this.changed()
  }

  /** All that is said, once it is here, in whichever language that is by then. */
  async whole() {
    await this.taught
    const { words } = this
    if (words) Object.assign(words, { ...(await restOf(words.lang)), ...words })
    return words && words === this.words ? words : this.whole()
  }
}
