// How a language is taught without a page, by node's test runner: `node --test tests/shell`.
import assert from 'node:assert/strict'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'

let folder, teach

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-tongues-'))
  await cp(new URL('../../www/tongues.js', import.meta.url), join(folder, 'tongues.js'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const generated = { pins: { ja: 'sha256-ja', ko: 'sha256-ko' }, names: { 'zh-CN': '中文', ja: '日本語', ko: '한국어' } }
  await writeFile(join(folder, 'generated.js'), `export const generated = ${JSON.stringify(generated)}`)
  teach = (await import(pathToFileURL(join(folder, 'tongues.js')))).teach
  Object.defineProperty(globalThis, 'navigator', { value: { languages: ['ja', 'zh-CN'] }, configurable: true })
})
after(() => rm(folder, { recursive: true }))

test('a language is held to its own hash, and only the one that is spoken has the switch', async () => {
  const listening = []
  const shadowRoot = { removeEventListener() {}, addEventListener: (type) => listening.push(type) }
  const speech = { language: 'ko', host: { shadowRoot } }
  const asked = []
  const tools = (language) => ({
    language, name: `words/${language}-0.json`, languageFor: () => 'zh-CN', atHand: () => undefined,
    once: (tag, work) => work(), fetched: async (file, pin) => asked.push(pin) && { json: async () => ({ lang: language }) },
  })
  assert.deepEqual(await teach(speech, tools('ja')), { lang: 'ja' })
  assert.deepEqual([listening, asked], [[], [{ name: 'words/ja-0.json', integrity: 'sha256-ja' }]])
  assert.deepEqual(await teach(speech, tools('ko')), { lang: 'ko', other: { lang: 'zh-CN', name: '中文' } })
  assert.deepEqual(listening, ['click'])
})

test('a second press while the first one\'s words are on their way is none', async () => {
  let press, come
  const shadowRoot = { removeEventListener() {}, addEventListener: (type, act) => (press = act) }
  const said = []
  const speech = { language: 'en', host: { shadowRoot }, say: async ({ lang }) => said.push(lang) }
  const words = { en: { lang: 'en' }, 'zh-CN': { lang: 'zh-CN' } }
  const restOf = () => new Promise((done) => (come = done))
  await teach(speech, { language: 'en', name: 'words/en-0.json', languageFor: () => 'zh-CN', atHand: (tag) => words[tag], restOf })
  const target = { dataset: { gesture: 'switch_language' } }
  const presses = [press({ target }), press({ target })]
  come({})
  await Promise.all(presses)
  assert.deepEqual(said, ['zh-CN'])
  const third = press({ target })
  come({})
  await third
  assert.deepEqual(said, ['zh-CN', 'en'])
})
