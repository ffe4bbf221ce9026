// Adyen's Drop-in as its documentation asks a merchant to build it: only the two components that these wallets need.
import { AdyenCheckout, Dropin, Redirect, WeChat } from '@adyen/adyen-web'
import '@adyen/adyen-web/styles/adyen.css'
import { configuration, shown } from './adyen-setting.js'

const checkout = await AdyenCheckout(configuration)
new Dropin(checkout, { ...shown, paymentMethodComponents: [Redirect, WeChat] }).mount('#checkout')
