import { Pay } from './Pay'

/** A server component: your database says what the order costs. */
export default async function Order({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return (
    <main>
      <h1>Order {id}</h1>
      <Pay order={id} amount={12800} currency="CNY" />
    </main>
  )
}
