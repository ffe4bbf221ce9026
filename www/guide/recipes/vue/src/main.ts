import { createApp } from 'vue'
import Order from './Order.vue'

const id = new URLSearchParams(location.search).get('order') ?? 'SO-1001'

createApp(Order, { id, amount: 12800, currency: 'CNY' }).mount('#app')
