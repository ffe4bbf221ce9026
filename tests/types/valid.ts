// What a page author writes, and must compile.
import { MoongateCheckout, type Method, type Options, type State, type Transport } from '../../www/moongate.js'

const element = document.querySelector('moongate-checkout')!
element satisfies MoongateCheckout

const options: Options = {
  endpoint: '/checkout',
  order: 'SO-1001',
  amount: 12800,
  currency: 'CNY',
  methods: ['alipay', { id: 'wechatpay', min: 100, apps: { wechat: '8.0.0', weibo: false }, rollout: 0.25 }, { id: 'shop-points', label: '积分' }],
  textSize: 'large',
  headers: async () => ({ 'X-Token': 'text' }),
}
element.options = options
element.update({ amount: 25600 })
element.setAttribute('order', 'SO-1001')

const fees: Method[] = [{ id: 'alipay', fee: 0 }, { id: 'unionpay', fee: { fixed: 100 } }, { id: 'hebao', fee: { percent: '1.5' } }]
element.update({ methods: fees })

const transport: Transport = {
  create: async (request) => ({ id: 'pay_1', order: request.order, attempt: request.attempt, amount: request.amount }),
  status: (key) => fetch(`/mine/${key}`),
  cancel: async () => '{"status":"canceled"}',
}
const without: Options = { transport, order: 'SO-1', amount: 1, currency: 'JPY' }
element.options = without

element.addEventListener('moongate-submit', (event) => {
  event.waitUntil(fetch('/cart/lock'))
  if (event.detail.amount > 100) event.preventDefault()
})
element.addEventListener('moongate-action', ({ detail: { action } }) => {
  if (action.type === 'qr') action.payload satisfies string | null
  if (action.type === 'redirect' && action.method === 'POST') action.fields['sign'] satisfies string | undefined
})
// They bubble: the document and the window hear them too.
document.addEventListener('moongate-complete', (event) => event.detail.outcome satisfies 'succeeded' | 'failed' | 'canceled' | 'expired')
window.addEventListener('moongate-error', (event) => event.detail.kind satisfies 'page' | 'server' | 'network')
document.body.addEventListener('moongate-ready', (event) => event.detail.methods.map((id) => id.length))

element.select('alipay')
element.hint('returned')
element.pay().then(() => element.restart())
element.forget()
const state: State = element.state
state.phase === 'unknown' && state.fault?.message.length
element.explain()?.left_out.map(({ reason }) => reason === 'rollout')
