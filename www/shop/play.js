// Plays the app that the picker names, so that a merchant sees what a shopper sees in it: its user agent, and its bridge, of
// which this file is the only maker. It runs before the widget, in the demo shop alone.

{
  const app = document.documentElement.dataset.app
  const iphone = (rest) => `Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22A3354 ${rest}`
  const agents = {
    phone: iphone('Version/18.0 Safari/604.1'),
    wechat: iphone('MicroMessenger/8.0.56(0x18003838) NetType/WIFI Language/zh_CN'),
    wechat_miniprogram: iphone('MicroMessenger/8.0.56(0x18003838) NetType/WIFI Language/zh_CN miniProgram/wx2c1c63e28bb33be1'),
    alipay: iphone('Ariver/1.1.0 AliApp(AP/10.7.0.6000) Nebula WK AlipayDefined(nt:WIFI,ws:393|788|3.0) AlipayClient/10.7.0.6000 Language/zh-Hans'),
    unionpay: iphone('(com.unionpay.chsp) (cordova 4.5.4) (updebug 0) (version 1009) (UnionPay/1.0 CloudPay) (clientVersion 309)'),
    taobao: iphone('AliApp(TB/10.48.30) WindVane/8.5.0'),
    hebao: iphone('Hebao/7.8.1'),
    qq: iphone('QQ/9.0.80.619 V1_IPH_SQ_9.0.80_1_APP_A NetType/WIFI'),
    douyin: iphone('aweme_32.1.0 app_version/32.1.0 AppName/aweme BytedanceWebview/d8a21c6'),
  }

  if (agents[app]) {
    Object.defineProperty(navigator, 'userAgent', { get: () => agents[app] })
    Object.defineProperty(navigator, 'maxTouchPoints', { get: () => 5 })
  }

  let payment = null
  document.addEventListener('moongate-action', ({ detail }) => { payment = detail.payment })

  /** The wallet's sheet: what a shopper decides in the app. Closed without a word, the bridge never answers. */
  function decide(answer) {
    const words = document.getElementById('app').dataset
    const sheet = document.createElement('dialog')
    sheet.className = 'sheet'
    const heading = document.createElement('h2')
    heading.textContent = words.sheet
    sheet.append(heading)
    const ways = { pay: words.pay, cancel: words.cancel, silent: words.silent }
    for (const [way, text] of Object.entries(ways)) {
      const button = document.createElement('button')
      button.dataset.way = way
      button.textContent = text
      button.addEventListener('click', async () => {
        sheet.remove()
        if (way === 'pay') await fetch(`/sandbox/payments/${payment}/pay`, { method: 'POST' })
        if (way !== 'silent') answer(way === 'pay')
      })
      sheet.append(button)
    }
    document.body.append(sheet)
    sheet.showModal()
  }

  if (app === 'wechat') {
    window.WeixinJSBridge = { invoke: (name, parameters, told) => decide((paid) => told({ err_msg: `get_brand_wcpay_request:${paid ? 'ok' : 'cancel'}` })) }
  } else if (app === 'alipay') {
    window.AlipayJSBridge = { call: (name, parameters, told) => decide((paid) => told({ resultCode: paid ? '9000' : '6001' })) }
  } else if (app === 'unionpay') {
    window.upsdk = { pay: ({ success, fail }) => decide((paid) => (paid ? success() : fail({ msg: 'cancel' }))) }
  } else if (app === 'wechat_miniprogram') {
    // The mini program's own page, which pays and comes back.
    window.wx = { miniProgram: { navigateTo: ({ success }) => { success?.({ errMsg: 'navigateTo:ok' }); decide(() => dispatchEvent(new Event('focus'))) } } }
  }
}
