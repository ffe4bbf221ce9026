import { useState } from 'react'
import type { CompleteDetail, Options } from 'moongate/react'
import 'moongate/react'

// Outside the component: a new object in each rendering would be a change of options in each rendering.
const options: Partial<Options> = {
  methods: ['wechatpay', { id: 'alipay', fee: 0 }, 'unionpay', 'hebao'],
}

interface OrderProps {
  id: string
  amount: number
  currency: string
}

/** An order and its checkout. StrictMode mounts it twice; the payment is one. */
export function Order({ id, amount, currency }: OrderProps) {
  const [outcome, setOutcome] = useState<CompleteDetail['outcome']>()
  return (
    <main>
      <h1>Order {id}</h1>
      {/* test-mode: for the sandbox only. */}
      <moongate-checkout
        endpoint="/checkout"
        order={id}
        amount={amount}
        currency={currency}
        shop="山茶咖啡"
        test-mode
        options={options}
        onmoongate-complete={(event) => setOutcome(event.detail.outcome)}
        onmoongate-error={(event) => console.warn(event.detail.message)}
      />
      {/* For display only: your server ships, on the provider's signed notification. */}
      <p id="outcome" role="status">{outcome && `The payment ${outcome}.`}</p>
    </main>
  )
}
