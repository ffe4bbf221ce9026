'use client'

import { useEffect, useRef, useState } from 'react'
import type { CompleteDetail, MoongateCheckout } from 'moongate/react'
import 'moongate/react'

interface PayProps {
  order: string
  amount: number
  currency: string
}

/** The server renders the tag, empty; in the browser it becomes the checkout. */
export function Pay({ order, amount, currency }: PayProps) {
  const checkout = useRef<MoongateCheckout>(null)
  const [outcome, setOutcome] = useState<CompleteDetail['outcome'] | null>(null)
  // Of a custom element that the server rendered, React takes over the attributes only: events, and the property `options`, are
  // for an effect. What happened before it runs is in `state`.
  useEffect(() => {
    const element = checkout.current
    const told = () => setOutcome(element?.state.outcome ?? null)
    told()
    element?.addEventListener('moongate-complete', told)
    return () => element?.removeEventListener('moongate-complete', told)
  }, [])
  return (
    <>
      {/* test-mode: for the sandbox only. */}
      <moongate-checkout
        ref={checkout}
        endpoint="/checkout"
        order={order}
        amount={amount}
        currency={currency}
        shop="山茶咖啡"
        test-mode=""
      />
      {/* For display only: your server ships, on the provider's signed notification. */}
      <p id="outcome" role="status">{outcome && `The payment ${outcome}.`}</p>
    </>
  )
}
