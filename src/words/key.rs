//! Decides which texts there are: the closed list of keys, each with the name a page uses to replace it.
//!
//! It holds no text of any language, and does not say where a text is shown.

use crate::checkout::environment::App;
use crate::checkout::fault::{Fault, NetworkFault, PageCode, PageFault, ServerCode};
use crate::checkout::method::{Hint, Wallet};

macro_rules! keys {
    ($($key:ident = $name:literal,)*) => {
        /// A text's key: its name is a key of the option `texts` and of the bundle's language files.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant is the text its name says; the English file shows it")]
        pub enum Key {
            $($key,)*
        }

        const NAMES: &[&str] = &[$($name,)*];

        impl Key {
            /// Every key, in the order of the language files.
            pub const ALL: &'static [Self] = &[$(Self::$key,)*];
        }
    };
}

keys! {
    // Choosing.
    Choose = "choose",
    ChooseLarge = "choose_large",
    Total = "total",
    Pay = "pay",
    PayLarge = "pay_large",
    NoFee = "no_fee",
    FeeAdded = "fee_added",
    More = "more",
    LargePrint = "large_print",
    Test = "test",
    CopyLink = "copy_link",
    LinkCopied = "link_copied",
    LinkCopiedMenu = "link_copied_menu",
    // The methods' names, and the names of the apps as a phone shows them.
    MethodAlipay = "method_alipay",
    MethodWechatpay = "method_wechatpay",
    MethodUnionpay = "method_unionpay",
    MethodHebao = "method_hebao",
    AppAlipay = "app_alipay",
    AppWechatpay = "app_wechatpay",
    AppUnionpay = "app_unionpay",
    AppHebao = "app_hebao",
    AppOther = "app_other",
    // The line under a method's name: `hint_` and the word of the hint. `{app}` is the wallet's, `{here}` the app around the page.
    HintScan = "hint_scan",
    HintScanOrPage = "hint_scan_or_page",
    HintHere = "hint_here",
    HintOpensApp = "hint_opens_app",
    HintBankApps = "hint_bank_apps",
    HintPage = "hint_page",
    HintOpenInBrowser = "hint_open_in_browser",
    // On the way to the wallet.
    Sending = "sending",
    SendingDo = "sending_do",
    Leaving = "leaving",
    LeavingDo = "leaving_do",
    InApp = "in_app",
    InAppDo = "in_app_do",
    AppLink = "app_link",
    AppLinkDo = "app_link_do",
    OpenApp = "open_app",
    UsePage = "use_page",
    Host = "host",
    HostDo = "host_do",
    // The code.
    Code = "code",
    CodeDo = "code_do",
    CodeName = "code_name",
    CodeScanner = "code_scanner",
    CodeOtherDevice = "code_other_device",
    CodeAlbum = "code_album",
    CodeUntil = "code_until",
    CodeYuan = "code_yuan",
    CodeLimit = "code_limit",
    // Who reads it, as a list: what stands between two names, and between the last two.
    ListNext = "list_next",
    ListLast = "list_last",
    CodeWaiting = "code_waiting",
    ExpiresIn = "expires_in",
    MinutesLeft = "minutes_left",
    SecondsLeft = "seconds_left",
    CodeOver = "code_over",
    CodeOverDo = "code_over_do",
    NewCode = "new_code",
    NoNewCode = "no_new_code",
    Refreshing = "refreshing",
    SaveCode = "save_code",
    CodePage = "code_page",
    // Ways on.
    ChangeMethod = "change_method",
    Paid = "paid",
    GoOn = "go_on",
    AskNow = "ask_now",
    TryAgain = "try_again",
    Done = "done",
    ContactShop = "contact_shop",
    OrderNumber = "order_number",
    // Not sure yet.
    NotPaid = "not_paid",
    NotPaidDo = "not_paid_do",
    NotPaidElsewhere = "not_paid_elsewhere",
    Returned = "returned",
    Said = "said",
    Processing = "processing",
    LastCheck = "last_check",
    ConfirmingDo = "confirming_do",
    Asking = "asking",
    Canceling = "canceling",
    CancelingDo = "canceling_do",
    Unknown = "unknown",
    UnknownDo = "unknown_do",
    UnknownCall = "unknown_call",
    UnknownContact = "unknown_contact",
    UnknownCallDo = "unknown_call_do",
    // The end.
    Succeeded = "succeeded",
    Refunded = "refunded",
    RefundedDo = "refunded_do",
    Failed = "failed",
    FailedDo = "failed_do",
    Canceled = "canceled",
    CanceledDo = "canceled_do",
    Expired = "expired",
    ExpiredDo = "expired_do",
    FeedbackAsk = "feedback_ask",
    FeedbackGood = "feedback_good",
    FeedbackBad = "feedback_bad",
    FeedbackThanks = "feedback_thanks",
    // Faults: `fault_` and the code.
    FaultMissingOption = "fault_missing_option",
    FaultWrongOption = "fault_wrong_option",
    FaultNoMethod = "fault_no_method",
    FaultHostFailed = "fault_host_failed",
    FaultServerError = "fault_server_error",
    FaultMalformedAnswer = "fault_malformed_answer",
    FaultAnswerTooLarge = "fault_answer_too_large",
    FaultAnotherOrder = "fault_another_order",
    FaultAmountChanged = "fault_amount_changed",
    FaultPaymentInProgress = "fault_payment_in_progress",
    FaultOrderPaid = "fault_order_paid",
    FaultKeyReused = "fault_key_reused",
    FaultBadReturnUrl = "fault_bad_return_url",
    FaultNotAllowed = "fault_not_allowed",
    FaultNotFound = "fault_not_found",
    FaultRefused = "fault_refused",
    FaultBadAction = "fault_bad_action",
    FaultUnreachable = "fault_unreachable",
    FaultTimeout = "fault_timeout",
    // Of the shell, which could send nothing.
    NoNetwork = "no_network",
}

impl Key {
    /// Its name, for example `change_method`.
    pub fn name(self) -> &'static str {
        NAMES.get(self as usize).copied().unwrap_or_default()
    }

    /// The key of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|key| key.name() == name).copied()
    }

    /// A wallet's name in a list, for example `WeChat Pay 微信支付`.
    pub fn method(wallet: Wallet) -> Self {
        match wallet {
            Wallet::Alipay => Self::MethodAlipay,
            Wallet::Wechatpay => Self::MethodWechatpay,
            Wallet::Unionpay => Self::MethodUnionpay,
            Wallet::Hebao => Self::MethodHebao,
        }
    }

    /// The name of the app that a wallet is in, as the phone shows it, for example `WeChat 微信`.
    pub fn app(wallet: Wallet) -> Self {
        match wallet {
            Wallet::Alipay => Self::AppAlipay,
            Wallet::Wechatpay => Self::AppWechatpay,
            Wallet::Unionpay => Self::AppUnionpay,
            Wallet::Hebao => Self::AppHebao,
        }
    }

    /// The name of the app around the page; the many that hold no wallet of ours are "this app".
    pub fn here(app: App) -> Self {
        match app {
            App::Wechat | App::WechatPc => Self::AppWechatpay,
            App::Alipay | App::AlipayHk => Self::AppAlipay,
            App::Unionpay => Self::AppUnionpay,
            App::Hebao => Self::AppHebao,
            // In WeChat one can pay with it; in a mini program's page one can't.
            App::WechatMiniprogram
            | App::Wecom
            | App::Taobao
            | App::Tmall
            | App::Eleme
            | App::Youku
            | App::Dingtalk
            | App::Qq
            | App::Weibo
            | App::Douyin
            | App::Baidu
            | App::Browser => Self::AppOther,
        }
    }

    /// What is said once the address is copied, and where an app's menu leads to a browser as well, that too.
    ///
    /// # Source
    /// Ping++'s page for Alipay in WeChat asks for the same two presses (`research/provider-payloads.md` 3.3, read
    /// 2026-11-22); of no other app is it known for certain.
    pub fn copied(app: App) -> Self {
        if app == App::Wechat { Self::LinkCopiedMenu } else { Self::LinkCopied }
    }

    /// The line under a method's name; none for the merchant's own without a description.
    pub fn hint(hint: Hint) -> Option<Self> {
        match hint {
            Hint::Scan => Some(Self::HintScan),
            Hint::ScanOrPage => Some(Self::HintScanOrPage),
            Hint::Here => Some(Self::HintHere),
            Hint::OpensApp => Some(Self::HintOpensApp),
            Hint::BankApps => Some(Self::HintBankApps),
            Hint::Page => Some(Self::HintPage),
            Hint::Browser => Some(Self::HintOpenInBrowser),
            Hint::Plain => None,
        }
    }

    /// What is said where the page's options can't be worked with: a setting that is missing before one that is wrong.
    pub fn broken(faults: &[PageFault]) -> Self {
        let missing = faults.iter().any(|fault| fault.code == PageCode::MissingOption);
        if missing { Self::FaultMissingOption } else { Self::FaultWrongOption }
    }

    /// What a fault says to the shopper: who acts, and what the shopper can do.
    pub fn fault(fault: &Fault) -> Self {
        match fault {
            Fault::Page(fault) => page_fault(fault.code),
            Fault::Server(fault) => server_fault(fault.code),
            Fault::Network(NetworkFault::Unreachable) => Self::FaultUnreachable,
            Fault::Network(NetworkFault::Timeout) => Self::FaultTimeout,
        }
    }
}

fn page_fault(code: PageCode) -> Key {
    match code {
        PageCode::MissingOption => Key::FaultMissingOption,
        PageCode::NoMethod => Key::FaultNoMethod,
        PageCode::HostFailed => Key::FaultHostFailed,
        // The others stop nothing, or not this screen: of them only the page's developer is told.
        PageCode::WrongOption
        | PageCode::UnknownOption
        | PageCode::UnknownMethod
        | PageCode::TestModeOnLivePage
        | PageCode::AnyHost
        | PageCode::LoadFailed => Key::FaultWrongOption,
    }
}

fn server_fault(code: ServerCode) -> Key {
    match code {
        ServerCode::ServerError => Key::FaultServerError,
        ServerCode::MalformedAnswer => Key::FaultMalformedAnswer,
        ServerCode::AnswerTooLarge => Key::FaultAnswerTooLarge,
        ServerCode::AnotherOrder => Key::FaultAnotherOrder,
        ServerCode::AmountChanged => Key::FaultAmountChanged,
        ServerCode::PaymentInProgress => Key::FaultPaymentInProgress,
        ServerCode::OrderPaid => Key::FaultOrderPaid,
        ServerCode::KeyReused => Key::FaultKeyReused,
        ServerCode::BadReturnUrl => Key::FaultBadReturnUrl,
        ServerCode::NotAllowed => Key::FaultNotAllowed,
        ServerCode::NotFound => Key::FaultNotFound,
        ServerCode::Refused => Key::FaultRefused,
        ServerCode::BadAction => Key::FaultBadAction,
    }
}
