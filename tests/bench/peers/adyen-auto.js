// Adyen's Drop-in with every component, for a merchant who does not list the methods.
import { AdyenCheckout, Dropin } from '@adyen/adyen-web/auto'
import '@adyen/adyen-web/styles/adyen.css'
import { configuration, shown } from './adyen-setting.js'

const checkout = await AdyenCheckout(configuration)
new Dropin(checkout, shown).mount('#checkout')
