// Stands for WeChat Pay, so that the shop can be tried: makes codes, closes and refunds them, and notifies as WeChat Pay does.
// Replace native, query, close and refund by your calls (../providers.md), publicKey by WeChat Pay's, and leave the rest out.

import { createCipheriv, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { join } from 'node:path'
import express from 'express'
import { open } from './store.mjs'

const store = open(join(process.env.SHOP_DATA ?? '.', 'wallet.db'))
store.exec('CREATE TABLE IF NOT EXISTS codes (id TEXT PRIMARY KEY, code TEXT, total INTEGER, currency TEXT, state TEXT, ' +
  "fails TEXT NOT NULL DEFAULT '')") // the calls that fail for it
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
export { publicKey }
export const apiKey = randomBytes(32)
export const MERCHANT = '1900000001'
export const APP = 'wxd678efh567hg6787'

const codeOf = (payment) => store.get('SELECT * FROM codes WHERE id = ?', [payment])

/** POST /v3/pay/transactions/native: what it answers. The same payment again: the same code. */
export async function native(payment, total, currency, expires) {
  const code = `weixin://wxpay/bizpayurl?pr=${randomBytes(4).toString('hex')}`
  store.run("INSERT OR IGNORE INTO codes (id, code, total, currency, state) VALUES (?, ?, ?, ?, 'NOTPAY')", [payment, code, total, currency])
  return { code_url: codeOf(payment).code }
}

/** GET …/out-trade-no/{id}: whether it is 'paid', still 'open' or 'over'; and, if paid, the transaction that a notification tells of. */
export async function query(payment) {
  const { state, total, currency } = called('query', payment)
  if (state === 'SUCCESS') return { stands: 'paid', told: transaction(payment, total, currency) }
  return { stands: (state ?? 'NOTPAY') === 'NOTPAY' ? 'open' : 'over' }
}

/** POST …/out-trade-no/{id}/close: whether nobody can pay it any more. If not, it was paid or is over. It throws if that is unclear. */
export async function close(payment) {
  called('close', payment)
  store.run("UPDATE codes SET state = 'CLOSED' WHERE id = ? AND state = 'NOTPAY'", [payment])
  return (codeOf(payment)?.state ?? 'CLOSED') === 'CLOSED'
}

/** POST /v3/refund/domestic/refunds with out_refund_no = the payment's id: asked twice, it is paid back once. */
export async function refund(payment, total, currency) {
  called('refund', payment)
  store.run("UPDATE codes SET state = 'REFUND' WHERE id = ? AND state = 'SUCCESS'", [payment])
  console.log('refunded', payment)
}

/** The code, unless this call is to fail for it. */
function called(call, payment) {
  const found = codeOf(payment) ?? { fails: '' }
  if (found.fails.split(' ').includes(call)) throw new Error(`the simulated wallet fails to ${call}`)
  return found
}

const transaction = (payment, total, currency) => ({ mchid: MERCHANT, appid: APP, out_trade_no: payment,
  transaction_id: `42${randomBytes(13).toString('hex')}`, trade_state: 'SUCCESS', amount: { total, currency } })

/** Tells the shop that it was paid, signed and sealed; the shop's answer. */
async function notify(address, payment, total, currency, honest) {
  const told = transaction(payment, total, currency)
  const [nonce, stamp] = [randomBytes(6).toString('hex'), String(Math.floor(Date.now() / 1e3))]
  const sealing = createCipheriv('aes-256-gcm', apiKey, nonce).setAAD(Buffer.from('transaction'))
  const sealed = Buffer.concat([sealing.update(JSON.stringify(told)), sealing.final(), sealing.getAuthTag()])
  const resource = { algorithm: 'AEAD_AES_256_GCM', original_type: 'transaction', associated_data: 'transaction', nonce, ciphertext: sealed.toString('base64') }
  const body = JSON.stringify({ id: 'EV-1', event_type: 'TRANSACTION.SUCCESS', resource })
  const signature = honest ? sign('RSA-SHA256', Buffer.from(`${stamp}\n${nonce}\n${body}\n`), privateKey) : Buffer.alloc(256)
  const headers = { 'Content-Type': 'application/json', 'Wechatpay-Timestamp': stamp, 'Wechatpay-Nonce': nonce, 'Wechatpay-Signature': signature.toString('base64') }
  return (await fetch(address, { method: 'POST', headers, body })).status
}

/** The wallet's pages; `address` is where notifications go. */
export function pages(address) {
  const pages = express.Router()
  pages.get('/wallet', (_, response) => {
    const rows = store.all('SELECT * FROM codes ORDER BY rowid DESC').map(({ id, total, currency, state }) =>
      `<li>${id}: ${total} ${currency}, ${state} <form method="post" action="/wallet/pay"><button name="id" value="${id}">Pay</button></form></li>`)
    response.send(`<!doctype html><title>Wallet</title><h1>The simulated wallet</h1><ul>${rows.join('')}</ul>`)
  })
  pages.get('/wallet/codes', (_, response) => response.json(store.all('SELECT * FROM codes ORDER BY rowid')))
  // Pays a code, even one that was just closed, as happens. `total` tells of another sum, `forged` signs wrongly, `silent` tells nothing.
  pages.post('/wallet/pay', async (request, response) => {
    const sent = new URLSearchParams(request.body.toString())
    const found = codeOf(sent.get('id'))
    if (!found) return response.status(404).json({ code: 'not_found' })
    const [total, honest] = [Number(sent.get('total') ?? found.total), !sent.has('forged')]
    if (honest && total === found.total) store.run("UPDATE codes SET state = 'SUCCESS' WHERE id = ?", [found.id])
    response.json({ answered: sent.has('silent') ? 0 : await notify(address, found.id, total, found.currency, honest) })
  })
  // From now on these `calls` fail for this code, for example 'close query'.
  pages.post('/wallet/fail', (request, response) => {
    const sent = new URLSearchParams(request.body.toString())
    const { changes } = store.run('UPDATE codes SET fails = ? WHERE id = ?', [sent.get('calls') ?? '', sent.get('id')])
    response.status(changes ? 200 : 404).json({ answered: 0 })
  })
  return pages
}
