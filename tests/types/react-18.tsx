// What a page author writes with React 18, which sets attributes and nothing else.
import { createRef, useEffect, useRef } from 'react'
import type { MoongateCheckout } from '../../www/types/react.js'

const checkout = createRef<MoongateCheckout>()

export const right = (
  <moongate-checkout ref={checkout} className="pay" key="SO-1" endpoint="/checkout" order="SO-1" amount={12800} currency="CNY" text-size="large" test-mode="">
    <a href="/orders">My orders</a>
  </moongate-checkout>
)

export function Pay() {
  const checkout = useRef<MoongateCheckout>(null)
  useEffect(() => {
    checkout.current?.addEventListener('moongate-complete', (event) => event.detail.outcome.length)
    if (checkout.current) checkout.current.options = { hosts: ['pay.example'] }
  }, [])
  return <moongate-checkout ref={checkout} order="SO-1" />
}

// @ts-expect-error React 18 would write [object Object] into an attribute
export const property = <moongate-checkout order="SO-1" options={{}} />
// @ts-expect-error React 18 does not hear it
export const event = <moongate-checkout order="SO-1" onmoongate-complete={() => {}} />
// @ts-expect-error no such theme
export const theme = <moongate-checkout order="SO-1" theme="sepia" />
// @ts-expect-error no such tag
export const tag = <moongate-chekout order="SO-1" />
