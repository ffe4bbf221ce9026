// What is loaded, once for the page: the parts of the wasm, the script that binds them, further scripts, words.

import { generated } from '../generated.js'
import { beside, script } from '../files.js'
import { painted, pause } from './page.js'

const loaded = {}

// How often something did not come. Some browsers remember that a script's address failed: it then needs another, for as
// long as the page is there.
let failures = 0

/** Does some work over the network, and again when the network fails, later each time. */
export async function persist(work, delay = 400) {
  try {
    return await work()
  } catch (error) {
    failures += 1
    // A failing network is a TypeError to fetch. Everything else would fail again.
    if (!(error instanceof TypeError) || delay > 4e3) throw error
    await pause(delay)
    return persist(work, delay * 3)
  }
}

export function once(key, work) {
  loaded[key] = loaded[key] || persist(work).catch((error) => {
    // Another element may have better luck.
    delete loaded[key]
    throw error
  })
  return loaded[key]
}

/** Name and hash of a file of ours, from `stem.ext hash`: the name holds the first letters of the hash. */
export function pinned(file) {
  const [stem, ext, hash] = file.split(/[. ]/)
  return { name: `${stem}-${hash.slice(0, 8).replace(/\W/g, '_')}.${ext}`, integrity: `sha256-${hash}` }
}

export async function fetched(file, { name, integrity } = pinned(file)) {
  const response = await fetch(beside(name), { integrity })
  if (response.ok) return response
  throw new (response.status < 500 ? Error : TypeError)(`${name} answered ${response.status}`)
}

/** The first part of the wasm and the script that binds it: light, and so asked for only when the rows are painted, or the wasm comes. */
export const engine = () => once('moongate', async () => {
  const source = fetched(generated.parts.moongate)
  await Promise.race([source, painted()]).catch(() => {})
  const module = await script(pinned(generated.glue), failures)
  await module.start(source)
  return module
})

/** Another part. It stands on those before it, and is fetched meanwhile. */
const part = (name, before) => once(name, async () => {
  const source = fetched(generated.parts[name])
  source.catch(() => {})
  await before()
  await (await engine()).more(source)
})

// What comes after the server's first answer, and the view: fetched once a shopper shows interest.
export const paying = () => part('pay', engine)

// What reads providers' responses: nobody needs it before a press is answered.
export const reading = () => part('read', paying)

/** A script of ours that few pages need. */
export const further = (name) => once(name, () => script(pinned(generated[name]), failures))

/** The rest of the words of a language whose first words are at hand; undefined for others, of which all came at once. */
export const restOf = (lang, file = generated.words[lang]) => file && once(lang, async () => (await fetched(file)).json())
