// The other languages: what holds each one's file to its hash, how each calls itself, and the switch to 中文 and back.
//
// Fetched only where a page or a shopper wants another language than the two whose first words `moongate.js` brings along.
import { generated } from './generated.js'

/** The hash of each language's file, by its tag. */
export const { pins } = generated

/**
 * All the words of the other language, from which one press leads back to these. The page's own `texts` are in the page's
 * language, and so count only there.
 */
export async function turn({ lang, other, switched }, atHand, wordsIn) {
  const words = { ...atHand(other.lang), ...(await wordsIn(other.lang)), other: { lang, name: generated.names[lang] } }
  return switched ? words : { ...words, switched: true }
}
