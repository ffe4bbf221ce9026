import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Order } from './Order'

const order = new URLSearchParams(location.search).get('order') ?? 'SO-1001'

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Order id={order} amount={12800} currency="CNY" />
  </StrictMode>,
)
