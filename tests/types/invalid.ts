// Mistakes that the types must catch: each line is one, and stops being one when the contract changes.
import type { Method, MoongateAttributes, Options } from '../../www/moongate.js'

const element = document.querySelector('moongate-checkout')!

// @ts-expect-error neither endpoint nor transport
export const nowhere: Options = { order: 'SO-1', amount: 1, currency: 'CNY' }
// @ts-expect-error no amount
export const free: Options = { endpoint: '/checkout', order: 'SO-1', currency: 'CNY' }
// @ts-expect-error an amount is an integer of minor units, not text
export const text: Options = { endpoint: '/checkout', order: 'SO-1', amount: '128.00', currency: 'CNY' }
// @ts-expect-error keys of options are camelCase
element.update({ 'text-size': 'large' })
// @ts-expect-error attributes have dashes
export const camel: MoongateAttributes = { textSize: 'large' }
// @ts-expect-error a method of the merchant's own needs a label, so an object
element.update({ methods: ['shop-points'] })
// @ts-expect-error no such theme
element.update({ theme: 'sepia' })
// @ts-expect-error a percentage is decimal text
export const float: Method = { id: 'alipay', fee: { percent: 1.5 } }
// @ts-expect-error a fee of 5 what?
export const bare: Method = { id: 'alipay', fee: 5 }
// @ts-expect-error no such app
export const app: Method = { id: 'alipay', apps: { telegram: '1.0' } }
// @ts-expect-error the state is the widget's
element.state = { phase: 'ended' }
// @ts-expect-error only these two hints
element.hint('paid')
// @ts-expect-error a method must be named
element.select()
// @ts-expect-error no such outcome
element.addEventListener('moongate-complete', (event) => event.detail.outcome === 'paid')
// @ts-expect-error only the submit can be held
element.addEventListener('moongate-action', (event) => event.waitUntil(Promise.resolve()))
// @ts-expect-error a transport can always ask
element.update({ transport: { create: async () => '', cancel: async () => '' } })
