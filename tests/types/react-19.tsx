// What a page author writes with React 19, which sets properties and hears events.
import { useRef } from 'react'
import type { MoongateCheckout } from '../../www/types/react.js'

export function Pay() {
  const checkout = useRef<MoongateCheckout>(null)
  return (
    <moongate-checkout
      ref={checkout}
      className="pay"
      endpoint="/checkout"
      order="SO-1"
      amount={12800}
      currency="CNY"
      test-mode
      options={{ methods: ['alipay', { id: 'points', label: '积分' }] }}
      onmoongate-submit={(event) => event.waitUntil(fetch('/cart/lock'))}
      onmoongate-complete={(event) => event.detail.outcome satisfies 'succeeded' | 'failed' | 'canceled' | 'expired'}
    >
      <a href="/orders">My orders</a>
    </moongate-checkout>
  )
}

// @ts-expect-error a percentage is decimal text
export const fee = <moongate-checkout options={{ methods: [{ id: 'alipay', fee: { percent: 1.5 } }] }} />
// @ts-expect-error only the submit can be held
export const held = <moongate-checkout onmoongate-action={(event) => event.waitUntil(Promise.resolve())} />
// @ts-expect-error the event's name has a dash
export const camel = <moongate-checkout onMoongateComplete={() => {}} />
// @ts-expect-error attributes have dashes
export const attribute = <moongate-checkout textSize="large" />
