// What both pages of Adyen's are given. Their telemetry is off; the key is of the form they check, and belongs to nobody.
import { AMOUNT, WALLETS } from './offer.js'

export const configuration = {
  environment: 'test',
  clientKey: `test_${'X'.repeat(32)}`,
  countryCode: 'CN',
  locale: 'zh-CN',
  amount: { value: AMOUNT, currency: 'CNY' },
  analytics: { enabled: false },
  paymentMethodsResponse: { paymentMethods: WALLETS.map(([, type, name]) => ({ type, name })) },
  onSubmit() {},
  onAdditionalDetails() {},
}

export const shown = {
  openFirstPaymentMethod: true,
  onReady: () => performance.mark('ready'),
}
