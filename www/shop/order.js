// The page after paying: says what the shop's server knows of this order, and asks again while it may still change.
// A shop would render this on its server; the sandbox is one anybody may ask, because it is a sandbox.

const page = document.getElementById('done')
const order = page.dataset.order
const heading = document.getElementById('heading')
const note = document.getElementById('note')
const pauses = [1, 1, 2, 2, 3, 5].map((seconds) => seconds * 1000)

/** What the records say of the order: paid once any payment of it is, open while one may yet be. */
function standing(payments) {
  const paid = payments.find(({ status, refunded }) => status === 'succeeded' && !refunded)
  if (paid) return { name: 'paid', payment: paid }
  const open = payments.find(({ status }) => status === 'pending' || status === 'processing')
  return { name: open ? 'open' : 'none', payment: open }
}

function show(name, payment) {
  page.dataset.standing = name
  const sum = name === 'paid' ? ` ${money(payment)}` : ''
  if (heading.textContent !== heading.dataset[name] + sum) heading.textContent = heading.dataset[name] + sum
  note.textContent = note.dataset[name]
  document.getElementById('back').hidden = name === 'paid'
  const method = document.getElementById('method')
  fact(method, payment && (method.dataset[payment.method] ?? payment.method))
  fact(document.getElementById('time'), name === 'paid' && new Date(payment.created).toLocaleString(document.documentElement.lang))
}

function fact(row, text) {
  row.hidden = !text
  row.querySelector('dd').textContent = text || ''
}

function money({ amount, currency }) {
  const form = new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
  return form.format(amount / 10 ** form.resolvedOptions().maximumFractionDigits)
}

async function ask() {
  const answer = await fetch(`/sandbox/payments?order=${encodeURIComponent(order)}`)
  if (!answer.ok) throw new Error(`the sandbox answers ${answer.status}`)
  const payments = await answer.json()
  document.getElementById('records').textContent = JSON.stringify(payments, null, 2)
  return standing(payments)
}

async function follow(asked = 0) {
  try {
    const { name, payment } = await ask()
    show(name, payment)
    if (name !== 'open') return
  } catch {
    show('silent')
  }
  setTimeout(follow, pauses[Math.min(asked, pauses.length - 1)], asked + 1)
}

follow()
