// What a template may say of the tag in Vue; vue-tsc checks the recipe's own template by the same types.
import type { GlobalComponents } from 'vue'
import type { MoongateProps } from '../../www/types/vue.js'

type Props = InstanceType<GlobalComponents['moongate-checkout']>['$props']

export const right: Props = {
  class: 'pay',
  endpoint: '/checkout',
  order: 'SO-1',
  amount: 12800,
  'text-size': 'large',
  'test-mode': '',
  options: { methods: ['alipay'] },
  'onMoongate-complete': (event) => event.detail.outcome satisfies 'succeeded' | 'failed' | 'canceled' | 'expired',
}
export const same: MoongateProps = right

// @ts-expect-error no such theme
export const theme: Props = { theme: 'sepia' }
// @ts-expect-error no such event
export const event: Props = { 'onMoongate-paid': () => {} }
// @ts-expect-error only the submit can be held
export const held: Props = { 'onMoongate-action': (event) => event.waitUntil(Promise.resolve()) }
