// The other languages: what holds each one's file to its hash, how each calls itself, and the switch to 中文 and back.
//
// Fetched only where a page or a shopper wants another language than the two whose first words `moongate.js` brings along.
import { generated } from './generated.js'

// What listens for the switch on each element, so that it does so once.
const listening = new WeakMap()

/**
 * Gives a speech its words, if they are not at hand, and where the shopper reads Chinese the switch to it. `name` is that of
 * the file of `language`; the rest are the speech's own tools.
 */
export async function teach(speech, { language, name, languageFor, atHand, fetched, once, restOf }) {
  const fetching = (tag, name) =>
    once(tag, async () => (await fetched('', { name, integrity: generated.pins[tag] })).json())
  /** All words of a language, to switch to. */
  const whole = async (tag) =>
    atHand(tag) ? { ...atHand(tag), ...(await restOf(tag)) } : fetching(tag, name.replace(language, tag))
  const own = atHand(language) ?? (await fetching(language, name))
  const reads = !language.startsWith('zh') && navigator.languages.find((tag) => /^zh\b/i.test(tag))
  if (!reads) return own
  // Meanwhile another language is asked for: its switch is the one that counts.
  if (speech.language !== language) return own
  const chinese = languageFor(reads)
  let words = { ...own, other: { lang: chinese, name: generated.names[chinese] } }
  let turning = false
  const press = async ({ target: { dataset } }) => {
    if (dataset.gesture !== 'switch_language' || turning) return
    turning = true
    try {
      const { lang, other, switched } = words
      const next = { ...(await whole(other.lang)), other: { lang, name: generated.names[lang] } }
      // The page's own `texts` are in the page's language, and so count only there.
      words = switched ? next : { ...next, switched: true }
      await speech.say(words)
    } catch {
      // The words stay as they are; another press may have better luck.
    }
    turning = false
  }
  const { shadowRoot } = speech.host
  shadowRoot.removeEventListener('click', listening.get(shadowRoot))
  shadowRoot.addEventListener('click', press)
  listening.set(shadowRoot, press)
  return words
}
