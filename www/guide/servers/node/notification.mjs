// Opens a notification of WeChat Pay (APIv3): nothing in it counts before its signature was checked. With WeChat Pay's own public
// key and your APIv3 key this is the real check; the stand-in of wallet.mjs signs in the same way.

import { createDecipheriv, verify } from 'node:crypto'

// Seconds after which a notification is taken for one that somebody kept and sends again.
const OLD = 300
const SEAL = 16

/** The notification is not to be believed. */
export class Refused extends Error {}

/** The transaction that it tells of, for example { out_trade_no: 'pay_…', trade_state: 'SUCCESS', amount: {…} }. */
export function opened(headers, body, publicKey, apiKey) {
  try {
    const stamp = headers['wechatpay-timestamp']
    if (!(Math.abs(Date.now() / 1e3 - Number(stamp)) <= OLD)) throw new Error('it is old')
    const message = Buffer.concat([Buffer.from(`${stamp}\n${headers['wechatpay-nonce']}\n`), body, Buffer.from('\n')])
    const signature = Buffer.from(headers['wechatpay-signature'], 'base64')
    if (!verify('RSA-SHA256', message, publicKey, signature)) throw new Error('the signature is not of this key')
    const { ciphertext, nonce, associated_data = '' } = JSON.parse(body).resource
    const sealed = Buffer.from(ciphertext, 'base64')
    const opening = createDecipheriv('aes-256-gcm', apiKey, nonce, { authTagLength: SEAL })
    opening.setAAD(Buffer.from(associated_data)).setAuthTag(sealed.subarray(-SEAL))
    return JSON.parse(opening.update(sealed.subarray(0, -SEAL), undefined, 'utf8') + opening.final('utf8'))
  } catch (fault) {
    throw new Refused(`it is not WeChat Pay's: ${fault.message}`)
  }
}
