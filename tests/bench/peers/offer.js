// What every page here offers, so that none has less to draw than another.

/** The four wallets: Moongate's id, Adyen's type, the name on screen. */
export const WALLETS = [
  ['alipay', 'alipay', '支付宝'],
  ['wechatpay', 'wechatpayQR', '微信支付'],
  ['unionpay', 'unionpay', '云闪付'],
  ['hebao', 'redirect_hebao', '和包支付'],
]

/** The sum, in minor units. */
export const AMOUNT = 12800
