// What the page does beside the tag: it shows the order that its address names, and what the checkout tells.
const checkout = document.querySelector('moongate-checkout')
const order = new URLSearchParams(location.search).get('order') ?? 'SO-1001'
document.getElementById('order').textContent = order
checkout.setAttribute('order', order)

// For display only: your server ships, on the provider's signed notification.
document.addEventListener('moongate-complete', ({ detail }) => {
  document.getElementById('outcome').textContent = `The payment ${detail.outcome}.`
})
document.addEventListener('moongate-error', ({ detail }) => console.warn(detail.message))
