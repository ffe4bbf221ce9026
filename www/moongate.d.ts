/**
 * Moongate: the checkout that opens to every wallet.
 *
 * Importing `moongate.js` defines `<moongate-checkout>`. Importing it where there is no DOM (server rendering) does nothing.
 */

/** The four wallets that Moongate knows. */
export type Wallet = 'alipay' | 'wechatpay' | 'unionpay' | 'hebao'

/** A wallet, or the merchant's own method: 1 to 32 of `a-z 0-9 _ -`. */
export type MethodId = Wallet | (string & {})

/** The app around the page. */
export type App =
  | 'wecom' | 'wechat_miniprogram' | 'wechat_pc' | 'wechat' | 'alipay' | 'alipay_hk' | 'unionpay' | 'taobao' | 'tmall'
  | 'eleme' | 'youku' | 'dingtalk' | 'hebao' | 'qq' | 'weibo' | 'douyin' | 'baidu' | 'browser'

/** How a method can be paid. */
export type Flow = 'inapp' | 'qr' | 'deeplink' | 'redirect'

/** Where a payment is. `unknown`: no usable answer, the shopper must not pay again yet. */
export type Phase = 'choosing' | 'sending' | 'acting' | 'confirming' | 'canceling' | 'unknown' | 'ended'

/** How an attempt ended. Only `succeeded` holds for ever. */
export type Outcome = 'succeeded' | 'failed' | 'canceled' | 'expired'

/** What a method costs on top: nothing, an integer of minor units, or a percentage as decimal text, rounded half up. */
export type Fee = 0 | { fixed: number } | { percent: string }

/** A wallet with conditions, or a method of the merchant's own, which needs a `label`. */
export interface Method {
  /** A wallet's id, or 1 to 32 of `a-z 0-9 _ -`. */
  id: MethodId
  /** The name shown; needed for the merchant's own methods. At most 200 characters. */
  label?: string
  /** The line under the name. At most 200 characters. */
  description?: string
  /** The merchant's licensed picture: https, or a raster `data:` image. */
  icon?: string
  /** What it costs on top. Absent: nothing is said of fees. */
  fee?: Fee
  /** Smallest sum, in the order's minor units. */
  min?: number
  /** Largest sum, in the order's minor units. */
  max?: number
  /** The only currencies it takes, ISO 4217. */
  currencies?: readonly string[]
  /** The only countries it is offered in, ISO 3166. */
  countries?: readonly string[]
  /** By app: the lowest version it works in, or `false` where it does not. */
  apps?: Readonly<Partial<Record<App, string | false>>>
  /** The share of shoppers who see it, 0 to 1. */
  rollout?: number
  /** Whether the shopper is asked about it after the outcome. */
  feedback?: boolean
  /** Further methods whose apps read its code. */
  scannableBy?: readonly MethodId[]
}

/** What a `transport` gives: an answer as `openapi.yaml` has it. */
export type Answer = Response | object | string

/** Carries the requests in the page's own way instead of `fetch`. Rejections are `{ status, code }`. */
export interface Transport {
  /** Creates the payment; the same `attempt` must give the same payment. */
  create(request: CreateRequest): Promise<Answer>
  /** How it stands, by its id or attempt. */
  status(key: string): Promise<Answer>
  /** Closes it at the provider. */
  cancel(key: string): Promise<Answer>
  /** Makes the old code unpayable, then a new one for the same attempt. */
  refresh?(key: string): Promise<Answer>
  /**
   * Calls the listener with the payment: as it stands at once, then with each change and at least every 30 seconds. When nothing
   * was said for 40, it is asked about. Gives what ends it.
   */
  subscribe?(key: string, listener: (answer: Answer) => void): Promise<() => void>
}

/** The body of `POST {endpoint}/payments`. */
export interface CreateRequest {
  version: 1
  order: string
  method: MethodId
  /** The idempotency key: `mg_` and at least 128 random bits. */
  attempt: string
  /** What the shopper saw, fee included, in minor units. */
  amount: number
  currency: string
  /** What works here, best first. */
  flows: readonly Flow[]
  return_url: string
  environment: Environment
  locale: string
}

/** Where the page runs. */
export interface Environment {
  app: App
  version: string | null
  os: 'ios' | 'android' | 'harmonyos' | 'windows' | 'macos' | 'linux' | 'other'
  device: 'phone' | 'tablet' | 'desktop'
}

/** What every checkout needs, whichever way its requests go. */
interface Settings {
  /** The merchant's order id: 1 to 64 of `A-Z a-z 0-9 . _ -`. Another order is another checkout. */
  order: string
  /** Integer of minor units, 1 to 999 999 999 999. */
  amount: number
  /** ISO 4217, upper case. */
  currency: string
  /** In the order to show; the merchant's own as objects. Default: the four wallets. */
  methods?: readonly (Wallet | Method)[]
  /** The name above the sum, to compare with the payee in the wallet. */
  shop?: string
  /**
   * BCP 47. Default: the page's `lang`, then the browser's. The words are in zh-CN, zh-TW, zh-HK, en, ja, ko, th, vi, ms, id,
   * fr, de, es, pt-BR, ru or ar; another tag falls back to its parent (pt-PT to pt-BR, zh-Hant-MO to zh-HK), else to en.
   */
  locale?: string
  /** Default `auto`: light or dark as the page's `color-scheme` is. */
  theme?: 'auto' | 'light' | 'dark'
  /** Default `auto`: large when the page's base text is at least 20 px. `large` and `normal` count at once when they are set later. */
  textSize?: 'auto' | 'normal' | 'large'
  /** Chosen at the start, or `none`. Default: the remembered one, else the first. */
  selected?: MethodId | 'none'
  /** Rows shown before "more". Default 6. */
  collapseAfter?: number
  /** `host`: the page draws its own button and calls `pay()`. Default `widget`. */
  button?: 'widget' | 'host'
  /** Where providers send the shopper back: same origin, or its origin in `hosts`. Default: this page. */
  returnUrl?: string
  /** Where "back to the shop" leads after success; same rule. */
  doneUrl?: string
  /** A phone number, https or mailto address. */
  support?: string
  /**
   * Inside a WeChat mini program: its page that calls `wx.requestPayment` with the parameters it finds in its query, for
   * example `/pages/pay/pay`. A web-view can't pay by WeChat Pay itself; the page that embeds must load WeChat's own script,
   * which has `wx.miniProgram`.
   */
  miniProgramPage?: string
  /** Where the last method is kept. Default `session`. */
  remember?: 'session' | 'device' | 'none'
  /** For requests to `endpoint`. Default `same-origin`. */
  credentials?: 'same-origin' | 'include'
  /** Actions lead to the endpoint's origin and nowhere else. Only on a loopback or private-address page. */
  testMode?: boolean
  /** Sent to the endpoint's origin only. */
  headers?: Record<string, string> | (() => Promise<Record<string, string>>)
  /**
   * Further hosts that actions may lead to; `"*"` for any https host. That is warned of, once on the console and by a
   * `moongate-error` of code `any_host`, which stops nothing.
   */
  hosts?: readonly string[]
  /** Stable id for rollout buckets; never sent. */
  shopper?: string
  /**
   * Words to replace, by key, in the page's language. Where a number is said, a form for each plural category of CLDR, the
   * last for all other numbers: `one:{count} minute left|{count} minutes left`.
   */
  texts?: Readonly<Record<string, string>>
}

/** The options: an `endpoint` that answers as `openapi.yaml` says, or a `transport` of the page's own. */
export type Options = Settings &
  ({ /** Base URL of the merchant's checkout API. */ endpoint: string; transport?: Transport } | { endpoint?: string; transport: Transport })

/** The attributes, for frameworks whose templates are typed. The options that are text, with dashes: `headers`, `hosts`, `shopper`, `texts` and `transport` are in the property alone. */
export interface MoongateAttributes {
  endpoint?: string
  order?: string
  amount?: string | number
  currency?: string
  /** Ids with spaces between. */
  methods?: string
  shop?: string
  locale?: string
  theme?: 'auto' | 'light' | 'dark'
  'text-size'?: 'auto' | 'normal' | 'large'
  selected?: MethodId | 'none'
  'collapse-after'?: string | number
  button?: 'widget' | 'host'
  'return-url'?: string
  'done-url'?: string
  support?: string
  'mini-program-page'?: string
  remember?: 'session' | 'device' | 'none'
  credentials?: 'same-origin' | 'include'
  'test-mode'?: boolean | ''
}

/** The one next step that a provider's response asks for, checked. */
export type Action = { provider: string | null; wallet: string | null; expires: string | null } & (
  | { type: 'redirect'; url: string; method: 'GET' | 'POST'; fields: Record<string, string> }
  | { type: 'qr'; payload: string | null; image: string | null; fallback: string | null }
  | { type: 'inapp'; bridge: 'wechat_jsapi' | 'wechat_mini' | 'alipay_jsapi' | 'unionpay_upsdk'; params: Record<string, string> }
  | { type: 'deeplink'; url: string; fallback: string | null }
  | { type: 'none'; status: 'succeeded' | 'pending' | 'processing' | 'failed' | 'canceled' | 'expired'; code: string | null }
)

/** Something that somebody must act on: `page` its author, `server` the merchant's server, `network` nobody. */
export interface Fault {
  kind: 'page' | 'server' | 'network'
  /** A stable word of the closed list in the guide, for example `missing_option`. */
  code: string
  /** A whole sentence for the developer. */
  message: string
}

/** What is offered here, and why the rest is not. */
export interface Explanation {
  environment: Environment
  offer: readonly { method: MethodId; flows: readonly Flow[]; hint: string }[]
  left_out: readonly { method: MethodId; reason: LeftOut }[]
}

/** Why a method is not shown. */
export type LeftOut =
  | 'amount_too_low' | 'amount_too_high' | 'currency' | 'country' | 'app' | 'app_version' | 'rollout'

/** The checkout as it is now. */
export interface State {
  phase: Phase
  order: string | null
  method: MethodId | null
  attempt: string | null
  payment: string | null
  outcome: Outcome | null
  fault: Fault | null
  /** `null` until the WebAssembly runs. */
  offer: Explanation | null
  /** What happened, in order, at most 200 entries; `moongate replay` plays it again. Nobody's data is in it. */
  log: readonly LogEntry[]
}

/** An event, the bare facts of it as words, the server's clock if it told it, and the phase that it led to. */
export interface LogEntry {
  /** Milliseconds on the page's clock. */
  at: number
  event: string
  with: string
  /** Seconds since 1970. */
  clock: number | null
  phase: Phase
}

/** In every detail: present in test mode, or when a provider's test host is used. */
interface Detail {
  test?: true
}

/** Once: a press on pay is now sent at once. */
export interface ReadyDetail extends Detail {
  methods: readonly MethodId[]
}

/** A method was picked; `null` when the one picked is not offered any more. */
export interface SelectDetail extends Detail {
  method: MethodId | null
}

/** The shopper pressed pay. */
export interface SubmitDetail extends Detail {
  method: MethodId
  order: string
  /** Fee included. */
  amount: number
  currency: string
}

/** An action arrived. */
export interface ActionDetail extends Detail {
  attempt: string
  payment: string | null
  action: Action
}

/** The phase changed. */
export interface StatusDetail extends Detail {
  phase: Phase
  method: MethodId | null
  attempt: string | null
  payment: string | null
  /** Methods under rollout that this shopper is shown. */
  in: readonly MethodId[]
  /** Methods under rollout that this shopper is not shown. */
  out: readonly MethodId[]
}

/** An outcome. For display only: ship on the provider's signed notification, on the server. */
export interface CompleteDetail extends Detail {
  outcome: Outcome
  reason?: string
  method: MethodId
  attempt: string
  payment: string | null
  amount: number
  currency: string
  /** It succeeded after another outcome had been told. */
  late?: true
}

/** The shopper's answer about a method with `feedback`: at most one for each attempt, after its outcome. */
export interface FeedbackDetail extends Detail {
  method: MethodId
  /** How it went. */
  answer: 'good' | 'bad'
}

/** A fault; or a warning, which stops nothing: `any_host`. */
export interface ErrorDetail extends Detail, Fault {}

/** Cancelable: when canceled, nothing is sent. */
export interface MoongateSubmitEvent extends CustomEvent<SubmitDetail> {
  /** Holds the sending until the promise settles; a rejection stops it. Throws once its listener has returned or awaited; where no WebAssembly came, it then does nothing. */
  waitUntil(promise: Promise<unknown>): void
}

/** The events, all bubbling and composed. */
export interface MoongateEventMap {
  'moongate-ready': CustomEvent<ReadyDetail>
  'moongate-select': CustomEvent<SelectDetail>
  /** Cancelable: then nothing is sent. */
  'moongate-submit': MoongateSubmitEvent
  /** Cancelable: then the page carries the action out, and the widget waits for the outcome. */
  'moongate-action': CustomEvent<ActionDetail>
  'moongate-status': CustomEvent<StatusDetail>
  'moongate-complete': CustomEvent<CompleteDetail>
  'moongate-feedback': CustomEvent<FeedbackDetail>
  'moongate-error': CustomEvent<ErrorDetail>
}

/** `<moongate-checkout>`. */
export declare class MoongateCheckout extends HTMLElement {
  /** Counts over the attributes, and also when set before the element is defined. */
  get options(): Partial<Options>
  set options(options: Partial<Options>)

  /** Always current, so that a late listener misses nothing. */
  readonly state: State

  /** Pays with the method picked, like `form.submit()`: without `moongate-submit`. Settles once it is decided, after the server's answer: an action is shown, or a fault. */
  pay(): Promise<void>
  /** Picks a method. */
  select(method: MethodId): void
  /** Changes some options. A new order, amount or currency cancels a live attempt first. */
  update(options: Partial<Options>): void
  /** What the page heard from the wallet: the server is asked at once. It proves nothing. */
  hint(word: 'returned' | 'canceled'): void
  /** Why each method is shown or not; `null` until `moongate-ready`, and without WebAssembly. */
  explain(): Explanation | null
  /** Back to choosing: closes a live attempt first, and does nothing after a success. */
  restart(): void
  /** Clears what is kept in the browser. */
  forget(): void
}

declare global {
  interface HTMLElementTagNameMap {
    'moongate-checkout': MoongateCheckout
  }
  /** They bubble, so every element, the document and the window can hear them. */
  interface GlobalEventHandlersEventMap extends MoongateEventMap {}
}
