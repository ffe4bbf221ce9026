// The parts of moongate.js that need no page, by node's test runner: `node --test tests/shell`.
//
// The modules are taken as they are, beside small tables and without a wasm; what they do on a page is the end-to-end suite's.
import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'

const www = new URL('../../www/', import.meta.url)
const tables = {
  apps: [['micromessenger/', 'wechat'], ['aweme_|appname/aweme', 'douyin']],
  devices: [['iphone', 'phone'], ['macintosh', 'desktop']],
  versions: { unionpay: '(version ', douyin: 'app_version/|aweme_' },
  ipad: 'macintosh',
  wallets: [['alipay', '支'], ['wechatpay', '微']],
  places: { desktop: '0scan 0scan', phone: '0opens_app 0opens_app', tablet: '0scan 0scan', 'wechat phone': '2open_in_browser 0here' },
  digits: { 0: 'JPY KRW', 3: 'BHD KWD' },
  rules: 'zh-TW=zh-hant|zh-tw zh-CN=zh ja',
}
let folder, parts

/** What the script takes the page to be. */
function page(userAgent, maxTouchPoints = 0) {
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent, maxTouchPoints }, configurable: true })
  globalThis.window = globalThis
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-shell-'))
  for (const name of ['moongate.js', 'files.js', 'shell']) await cp(new URL(name, www), join(folder, name), { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'generated.js'), `export const generated = ${JSON.stringify(tables)}`)
  const names = await readdir(join(folder, 'shell'))
  parts = Object.assign({}, ...(await Promise.all(names.map((name) => import(pathToFileURL(join(folder, 'shell', name)))))))
})
after(() => rm(folder, { recursive: true }))

test('importing it without a DOM does no harm', async () => {
  const { MoongateCheckout } = await import(pathToFileURL(join(folder, 'moongate.js')))
  assert.ok(MoongateCheckout.observedAttributes.includes('test-mode'))
})

test('a sum has the decimal places of ISO 4217, whatever Intl thinks', () => {
  assert.equal(parts.money(12800, 'CNY', 'zh-CN'), '¥128.00')
  assert.equal(parts.money(5, 'CNY', 'zh-CN'), '¥0.05')
  assert.equal(parts.money(1099, 'JPY', 'ja'), '￥1,099')
  assert.equal(parts.money(109900, 'HUF', 'en'), 'Ft 1,099.00'.replace(' ', '\u00a0'))
  assert.equal(parts.money(5, 'KWD', 'en'), 'KWD\u00a00.005')
  assert.equal(parts.money(999999999999, 'CNY', 'zh-CN'), '¥9,999,999,999.99')
})

test('a tag that is none does not keep the sum from being shown', () => {
  assert.match(parts.money(12800, 'CNY', 'zh_CN'), /128[.,]00/)
})

test('a fee is rounded half up, exactly, and is nothing unless it is right', () => {
  assert.equal(parts.feeOn(12800, { percent: '0.6' }), 77)
  assert.equal(parts.feeOn(100, { percent: '1.5' }), 2)
  assert.equal(parts.feeOn(99, { percent: '1.5' }), 1)
  assert.equal(parts.feeOn(999999999999, { percent: '99.9999' }), 999998999999)
  assert.equal(parts.feeOn(999999999999, { percent: '0.0001' }), 1000000)
  assert.equal(parts.feeOn(1, { fixed: 150 }), 150)
  assert.equal(parts.feeOn(1, 0), 0)
  for (const wrong of [undefined, null, 5, '5', { percent: '1,5' }, { percent: '1.00001' }, { fixed: -1 }, { fixed: 1.5 }, {}, { fixed: 100, percent: '1' }, { fixed: 100, percent: null }, { fixed: 100, other: 1 }]) {
    assert.equal(parts.feeOn(12800, wrong), undefined, JSON.stringify(wrong))
  }
})

test('a language falls back to its parent, and at last to English', () => {
  const found = { 'zh-TW': 'zh-TW', 'ZH-tw-x': 'zh-TW', zh: 'zh-CN', 'zh-Hans-SG': 'zh-CN', 'zh-Hant-MY': 'zh-TW', zha: 'en', ja: 'ja', 'ja-JP': 'ja', jav: 'en', fr: 'en', '': 'en' }
  for (const [tag, language] of Object.entries(found)) assert.equal(parts.languageFor(tag), language, tag)
})

test('text is shown only if it is short and hides nothing', () => {
  assert.equal(parts.fit('山茶咖啡'), '山茶咖啡')
  assert.equal(parts.fit('😀'.repeat(200)), '😀'.repeat(200))
  for (const wrong of ['', 'x'.repeat(201), 'a\nb', 'a\u202eb', 'a\u2066b', '\u0000', undefined, null]) {
    assert.equal(parts.fit(wrong), undefined, JSON.stringify(wrong))
  }
})

test('only loopback and private addresses are fit for test mode', () => {
  for (const host of ['localhost', 'shop.localhost', '127.0.0.1', '127.9.9.9', '[::1]', '10.0.0.1', '172.16.0.1', '172.31.9.9', '192.168.1.2', '169.254.0.1']) {
    assert.match(host, parts.PRIVATE)
  }
  for (const host of ['shop.example', 'localhost.example', '128.0.0.1', '172.32.0.1', '172.15.0.1', '192.169.0.1', '10.example', '110.0.0.1', '10.0.0.1.example']) {
    assert.doesNotMatch(host, parts.PRIVATE)
  }
})

test('every attribute is an option but those of HTML and of frameworks', () => {
  for (const name of ['class', 'id', 'exportparts', 'inert', 'data-v-1', 'aria-label', 'onclick', 'v-if', 'ng-version', 'x-data', '_ngcontent-a', ':order', '@click']) {
    assert.match(name, parts.FOREIGN)
  }
  for (const name of ['order', 'done-url', 'test-mode', 'curency', 'text-sise']) assert.doesNotMatch(name, parts.FOREIGN)
})

test('attributes become camelCase, and the property counts before them', () => {
  const attributes = Object.entries({ order: 'SO-1', 'done-url': '/d', class: 'a' }).map(([name, value]) => ({ name, value }))
  assert.deepEqual(parts.rawOptions({ attributes, options: { order: 'SO-2', shop: undefined } }), { order: 'SO-2', doneUrl: '/d' })
})

test('numbers that JSON has not reach the core as text, and what is the page\'s own as it is', () => {
  const transport = { create() {} }
  const odd = { amount: 12800n, methods: [{ id: 'alipay', rollout: NaN, fee: { fixed: 100n }, max: Infinity }], transport }
  const raw = parts.rawOptions({ attributes: [], options: odd })
  assert.deepEqual(raw.methods, [{ id: 'alipay', rollout: 'NaN', fee: { fixed: '100' }, max: 'Infinity' }])
  assert.deepEqual([raw.amount, raw.transport === transport], ['12800', true])
  const circle = {}
  circle.self = circle
  assert.equal(parts.rawOptions({ attributes: [], options: { mystery: circle } }).mystery, circle, 'the core names it')
  for (const none of [true, { CN: true }, 7, null, undefined]) assert.deepEqual(parts.listed(none), [], String(none))
})

const rows = (options) => parts.offered({ amount: 12800, currency: 'CNY', ...options })

test('rows follow the page, but what opens only in a browser comes last', () => {
  page('Mozilla/5.0 (iPhone) MicroMessenger/8.0.76')
  assert.deepEqual(rows({}).map(({ id, hint }) => [id, hint]), [['wechatpay', 'here'], ['alipay', 'open_in_browser']])
  page('Mozilla/5.0 (Macintosh)')
  assert.deepEqual(rows({ methods: 'wechatpay  alipay' }).map(({ id }) => id), ['wechatpay', 'alipay'])
  page('Mozilla/5.0 (iPhone)')
  assert.deepEqual(rows({}).map(({ hint }) => hint), ['opens_app', 'opens_app'])
})

test('a token of an app counts as a whole word only, wherever it stands and in any case', () => {
  const app = (agent) => {
    page(agent)
    return rows({})[0].app
  }
  for (const agent of ['x (micromessenger/8)', 'MICROMESSENGER/8', 'NotMicroMessenger/7 MicroMessenger/8']) assert.equal(app(agent), 'wechat', agent)
  for (const agent of ['', 'NotMicroMessenger/8', '_MicroMessenger/8', 'MicroMessenger 8']) assert.equal(app(agent), 'browser', agent)
  page('iPhones')
  assert.equal(rows({})[0].hint, 'scan', 'a longer word is another')
})

test('limits, currencies, countries, versions and a rollout leave a method out as they do in the core', () => {
  page('Mozilla/5.0 (iPhone) MicroMessenger/8.0.76')
  const one = (method, options) => rows({ methods: [{ id: 'wechatpay', ...method }], locale: 'zh-Hans-CN', shopper: 'shopper-1', ...options })[0]
  const outs = [{ min: 12801 }, { max: 12799 }, { currencies: ['USD'] }, { rollout: 0 }, { apps: { wechat: false } }, { fee: { fixed: 999999999999 } },
    { countries: ['HK', 'TW'] }, { countries: 'HK TW' }, { apps: { wechat: '8.0.100' } }, { apps: { wechat: '8.1' } }, { apps: { wechat: 9 } },
    { rollout: '0.6132' }, { rollout: 1.5 }, { rollout: '1.00001' }, { rollout: 'half' }, { rollout: '.5' }]
  for (const out of outs) assert.equal(one(out), undefined, JSON.stringify(out))
  const plains = [{}, { min: 12800, max: 12800 }, { min: null, max: null }, { rollout: 1 }, { apps: { weibo: false } }, { currencies: ['CNY'] }, { countries: ['CN'] }, { countries: ['cn'] },
    { apps: { wechat: '8.0.76' } }, { apps: { wechat: '8.0.9' } }, { apps: { wechat: 8 } }, { apps: { wechat: 'new' } }, { rollout: 0.6133 }, { rollout: '1.0' }]
  for (const plain of plains) assert.equal(one(plain).pending, false, JSON.stringify(plain))
  assert.ok(one({ countries: ['HK'] }, { locale: 'zh' }), 'a page of no country is in all of them')
  assert.ok(one({ countries: ['HK'] }, { locale: 'zh-x-cn' }), 'an extension is no region')
  assert.equal(one({ countries: ['HK'] }, { locale: 'en-Latn-gb-x-hk' }), undefined)
})

test('a shopper whose id can not be kept leaves a rollout to the core; one that is kept is drawn once', () => {
  page('Mozilla/5.0 (Macintosh)')
  const one = () => rows({ methods: [{ id: 'alipay', rollout: 0.9999 }], locale: 'zh-CN' })[0]
  assert.equal(one().pending, true)
  const kept = new Map()
  globalThis.sessionStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) }
  try {
    one()
    const [id] = kept.values()
    assert.match(id, /^mg_[0-9a-f]{32}$/)
    one()
    assert.deepEqual([...kept], [['moongate:shopper', id]])
  } finally {
    delete globalThis.sessionStorage
  }
})

test('a bucket is that of the core, whatever the letters', () => {
  for (const [id, shopper, bucket] of [['alipay', 'shopper-1', 7832], ['wechatpay', 'shopper-1', 6132], ['wechatpay', 'shopper-2', 8989], ['unionpay', '小明', 6674]]) {
    assert.equal(parts.bucket(id, shopper), bucket)
  }
})

test('a version written without its dots has them, and an app that tells none is older than any', () => {
  const old = (app, agent, lowest) => {
    page(agent)
    return parts.isOld(app, lowest)
  }
  assert.deepEqual(['939', '1022', '230400', '8.0.76(0x18', '99'].map(parts.numbers), [[9, 3, 9], [10, 2, 2], [23, 4, 0], [8, 0, 76], [99]])
  assert.equal(old('unionpay', '(version 939) (UnionPay/1.0 CloudPay)', '9.3.9'), false)
  assert.equal(old('unionpay', '(version 939) (UnionPay/1.0 CloudPay)', '10'), true)
  assert.equal(old('douyin', 'aweme_230400', '23.4'), false)
  assert.equal(old('douyin', 'aweme_x', '1'), true)
  assert.equal(old('browser', 'MicroMessenger/8.0', '1'), true)
})

test('a method of the merchant needs a label and an id in form, and none is named twice', () => {
  page('Mozilla/5.0 (Macintosh)')
  const methods = ['points', { id: 'card', label: '礼品卡' }, { id: 'Bad Id', label: 'x' }, { id: 'card', label: 'again' }, null, 5, 'alipay']
  assert.deepEqual(rows({ methods }).map(({ id, label }) => [id, label]), [['card', '礼品卡'], ['alipay', undefined]])
})

test('the total has the fee in it, and only a word of no fee is free', () => {
  page('Mozilla/5.0 (Macintosh)')
  const [paid, free, silent] = rows({ methods: [{ id: 'alipay', fee: { fixed: 100 } }, { id: 'wechatpay', fee: 0 }, { id: 'a', label: 'A' }] })
  assert.deepEqual([paid.total, paid.free, free.total, free.free, silent.free], [12900, false, 12800, true, false])
})

test('an attempt is mg_ and 128 random bits', () => {
  const made = new Set(Array.from({ length: 100 }, parts.newAttempt))
  assert.equal(made.size, 100)
  for (const id of made) assert.match(id, /^mg_[0-9a-f]{32}$/)
})

test('a failing network is tried again, later each time; anything else is not', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const settled = async () => {
    for (let turn = 0; turn < 20; turn++) await null
  }
  let tries = 0
  const down = assert.rejects(parts.persist(() => Promise.reject(new TypeError(`try ${++tries}`))), /try 4/)
  for (const [delay, expected] of [[0, 1], [399, 1], [1, 2], [1199, 2], [1, 3], [3600, 4]]) {
    await settled()
    context.mock.timers.tick(delay)
    await settled()
    assert.equal(tries, expected, `after ${delay}`)
  }
  await down
  await assert.rejects(parts.persist(() => Promise.reject(new Error(`refused ${++tries}`))), /refused 5/)
})
