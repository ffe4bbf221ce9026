//! Decides which rules of contract section 3 are checked, and in which words they are reported.
//!
//! It checks nothing.

/// What came of checking a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The server keeps it.
    Holds,
    /// It does not; what was seen instead.
    Broken(String),
    /// It could not be checked; why.
    Unchecked(String),
}

/// A rule, in the order of play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    AmountChanged,
    UnknownKey,
    KeyMismatch,
    ReturnUrl,
    ForeignOrigin,
    Preflight,
    Exposed,
    NeverSeen,
    LateCreation,
    Created,
    Echo,
    Action,
    SameKey,
    UnknownMember,
    KeyReused,
    IdAndAttempt,
    Stranger,
    OneLive,
    StreamFirst,
    StreamPing,
    Refresh,
    Form,
    Cancel,
    StreamOutcome,
    StreamOver,
    StaysCanceled,
    NextAttempt,
    DoublePress,
    Restart,
    Paid,
    CancelPaid,
    RefreshPaid,
    OrderPaid,
    PaidAgain,
    Problems,
    NoStore,
    Clock,
}

impl Rule {
    /// All of them, in the order of play.
    pub(super) const ALL: [Self; 37] = [
        Self::AmountChanged,
        Self::UnknownKey,
        Self::KeyMismatch,
        Self::ReturnUrl,
        Self::ForeignOrigin,
        Self::Preflight,
        Self::Exposed,
        Self::NeverSeen,
        Self::LateCreation,
        Self::Created,
        Self::Echo,
        Self::Action,
        Self::SameKey,
        Self::UnknownMember,
        Self::KeyReused,
        Self::IdAndAttempt,
        Self::Stranger,
        Self::OneLive,
        Self::StreamFirst,
        Self::StreamPing,
        Self::Refresh,
        Self::Form,
        Self::Cancel,
        Self::StreamOutcome,
        Self::StreamOver,
        Self::StaysCanceled,
        Self::NextAttempt,
        Self::DoublePress,
        Self::Restart,
        Self::Paid,
        Self::CancelPaid,
        Self::RefreshPaid,
        Self::OrderPaid,
        Self::PaidAgain,
        Self::Problems,
        Self::NoStore,
        Self::Clock,
    ];

    /// The contract's section.
    pub(super) fn section(self) -> &'static str {
        match self {
            Self::Action => "2  ",
            Self::UnknownMember | Self::Restart => "3  ",
            Self::Echo | Self::Paid | Self::Clock => "3.1",
            Self::Stranger | Self::ForeignOrigin => "3.3",
            Self::DoublePress | Self::LateCreation | Self::StaysCanceled | Self::PaidAgain => "3.4",
            Self::UnknownKey
            | Self::KeyMismatch
            | Self::ReturnUrl
            | Self::Preflight
            | Self::Exposed
            | Self::AmountChanged
            | Self::NeverSeen
            | Self::Created
            | Self::SameKey
            | Self::KeyReused
            | Self::IdAndAttempt
            | Self::OneLive
            | Self::StreamFirst
            | Self::StreamPing
            | Self::Refresh
            | Self::Form
            | Self::Cancel
            | Self::StreamOutcome
            | Self::StreamOver
            | Self::NextAttempt
            | Self::CancelPaid
            | Self::RefreshPaid
            | Self::OrderPaid
            | Self::Problems
            | Self::NoStore => "3.2",
        }
    }

    /// The rule as a sentence.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::UnknownKey => "a payment that is not known is answered 404",
            Self::KeyMismatch => "a creation whose header and body name two attempts is answered 400",
            Self::ReturnUrl => "a return address off the server's list is answered 422 bad_return_url",
            Self::ForeignOrigin => "a page of a foreign origin can't create a payment",
            Self::Preflight => "a page of another origin may send Idempotency-Key and Content-Type",
            Self::Exposed => "a page of another origin may read Date and Retry-After, of refusals too",
            Self::AmountChanged => "another sum than the order's is answered 409 amount_changed with the order's",
            Self::NeverSeen => "a key that was never seen can be canceled",
            Self::LateCreation => "a creation with a key that was canceled before makes nothing",
            Self::Created => "a creation is answered 201 with the payment",
            Self::Echo => "the payment names its id, attempt, order, sum and how it stands",
            Self::Action => "the action is one that can be carried out",
            Self::SameKey => "the same key again is answered 200 with the same payment",
            Self::UnknownMember => "a member that the server does not know is ignored",
            Self::KeyReused => "the same key with another method is answered 422 key_reused",
            Self::IdAndAttempt => "the payment is told by its id and by its attempt alike",
            Self::Stranger => "without the order's session a payment is told without action, attempt and events",
            Self::OneLive => "another key for a live order is answered 409 payment_in_progress with the payment",
            Self::StreamFirst => "the event stream tells the whole payment at once, in an unnamed message",
            Self::StreamPing => "the event stream pings",
            Self::Refresh => "a refresh answers the same attempt with a code, or 501",
            Self::Form => "the form way leads to a page to pay on, and makes no second payment",
            Self::Cancel => "a live payment is closed",
            Self::StreamOutcome => "the event stream tells the outcome",
            Self::StreamOver => "after the outcome, asking for the stream again is answered 204",
            Self::StaysCanceled => "a canceled payment stays so when its creation comes again",
            Self::NextAttempt => "once the last attempt is closed, another is created",
            Self::DoublePress => "the same creation twice at the same time makes one payment",
            Self::Restart => "a restart of the server loses no payment and no key",
            Self::Paid => "a payment that was paid is told as succeeded",
            Self::CancelPaid => "a paid payment can't be canceled: the answer is succeeded",
            Self::RefreshPaid => "a paid payment gets no new code: the answer is succeeded, or 501",
            Self::OrderPaid => "another key for a paid order is answered 409 order_paid with the payment",
            Self::PaidAgain => "a paid payment's creation that comes again is answered with the paid payment",
            Self::Problems => "every refusal is application/problem+json with a code",
            Self::NoStore => "every answer is Cache-Control: no-store",
            Self::Clock => "every payment comes with the server's clock, as now or Date",
        }
    }
}
