// The least that a page drawn by a script needs: the same list by hand, which does nothing once pay is pressed.
import { h, render } from 'preact'
import { useState } from 'preact/hooks'
import { WALLETS } from './offer.js'

function Checkout() {
  const [picked, pick] = useState(WALLETS[0][0])
  return (
    <form>
      <fieldset>
        <legend>支付方式</legend>
        {WALLETS.map(([id, , name]) => (
          <label key={id}>
            <input type="radio" name="method" checked={picked === id} onChange={() => pick(id)} />
            {name}
          </label>
        ))}
      </fieldset>
      <button>支付 ¥128.00</button>
    </form>
  )
}

render(<Checkout />, document.getElementById('checkout'))
