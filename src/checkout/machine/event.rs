//! Decides what can happen to a checkout and what it can order: events in the past tense, effects in the imperative.
//!
//! Neither holds anything of the browser; every effect says which event it ends in.

use super::announcement::Announcement;
use super::attempt::Attempt;
use super::state::{Millis, Order};
use crate::action::Action;
use crate::checkout::method::MethodId;
use crate::checkout::offer::Offer;
use crate::checkout::wire::{Answer, AttemptId, Payment};
use std::rc::Rc;

/// What a shopper does; the one thing the view gives out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Picked a method.
    Choose(MethodId),
    /// Pressed pay.
    Pay,
    /// 我已付款, 现在再查一次: asks the server now.
    AskNow,
    /// 继续付: the same attempt, the same action again.
    GoOn,
    /// 换一种方式: closes this attempt first.
    ChangeMethod,
    /// A new code for the same attempt.
    NewCode,
    /// The page behind the code: 扫不了？用网页付.
    UseFallback,
    /// Try again after an outcome: a new attempt.
    TryAgain,
    /// Show all rows.
    ShowMore,
    /// Large print on or off.
    ToggleLarge,
    /// Save the code as a picture.
    SaveCode,
    /// Copy the page's address, to open it in a browser.
    CopyLink,
    /// Answered the question about the method.
    Feedback(Feedback),
}

/// What a shopper answers when asked how a method went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feedback {
    /// It went well.
    Good,
    /// It did not.
    Bad,
}

/// Something that happened, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When, on the page's clock.
    pub at: Millis,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The shopper did something. `fresh` is a new id, should it begin an attempt.
    Shopper(Gesture, AttemptId),
    /// The host page called `pay()`, which announces no submission.
    HostPaid(AttemptId),
    /// The host page let the submission pass, or did not.
    SubmitDecided(bool),
    /// The host page takes the action on itself, or leaves it to the widget.
    ActionDecided(bool),
    /// An unfinished attempt was found when the page loaded.
    Found(Box<Attempt>),
    /// A request came to its end.
    Answered(Request, AttemptId, Answer),
    /// The event stream said something: a payment, or `None` for a ping.
    Heard(AttemptId, Option<Box<Payment>>),
    /// The event stream failed.
    StreamLost(AttemptId),
    /// The time that [`Effect::Wake`] named has come.
    TimeCame,
    /// The page can be seen again, has the focus, is online, or was restored.
    Woke,
    /// The page can't be seen any more, or another window of this browser looks out for the payment.
    Hid,
    /// The wallet's bridge answered. Its word is a hint.
    BridgeSaid(BridgeWord),
    /// The host page's `hint()`: the shopper came back.
    Hinted,
    /// The host page's `update()`: what is offered, or what is paid for, changed.
    Updated(Box<(Order, Rc<Offer>)>),
}

/// What a wallet's bridge said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BridgeWord {
    /// Paid, or being worked on.
    Paid,
    /// Canceled or failed, as far as the bridge knows.
    NotPaid,
    /// The bridge is not there, threw, or never answered.
    Absent,
}

/// A request to the merchant's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// `POST payments`.
    Create,
    /// `GET payments/{key}`.
    Ask,
    /// `POST payments/{key}/cancel`.
    Cancel,
    /// `POST payments/{key}/refresh`.
    Refresh,
}

/// An order to the edge. They are performed in the order given.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an effect does nothing unless it is performed"]
pub enum Effect {
    /// Send this; ends in [`What::Answered`].
    Send(Request, Box<Attempt>),
    /// Carry this out; a bridge's ends in [`What::BridgeSaid`], every other by leaving the page. Never an app link: the
    /// shopper presses that link itself.
    HandOff(Box<Action>),
    /// Open this page, which leads to the same payment.
    Open(String),
    /// Go to this address of the endpoint to sign in, with the way back.
    SignIn(String, Box<Attempt>),
    /// Dispatch this on the host element. A submission ends in [`What::SubmitDecided`], an action in
    /// [`What::ActionDecided`].
    Announce(Announcement),
    /// Set the one timer to this time, or clear it; ends in [`What::TimeCame`].
    Wake(Option<Millis>),
    /// Listen to this address for this attempt, and to no other; `None` closes the stream. Ends in [`What::Heard`] or
    /// [`What::StreamLost`].
    Listen(Option<(String, AttemptId)>),
    /// Keep this attempt of the state's order until it has ended.
    Keep(Box<Attempt>),
    /// Forget at this order, which another may have replaced by now, this attempt, if it is the one that is kept: another
    /// tab may keep another.
    Forget(String, AttemptId),
    /// Save the code as a picture.
    SaveCode,
    /// Copy the page's address.
    CopyLink,
}

impl What {
    /// Its word in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Shopper(gesture, _) => gesture.name(),
            Self::HostPaid(_) => "pay_called",
            Self::SubmitDecided(true) => "submit_passed",
            Self::SubmitDecided(false) => "submit_stopped",
            Self::ActionDecided(true) => "action_taken",
            Self::ActionDecided(false) => "action_left",
            Self::Found(_) => "found",
            Self::Answered(_, _, Answer::Payment(_)) => "answered",
            Self::Answered(_, _, Answer::Lost(_)) => "lost",
            Self::Answered(..) => "refused",
            Self::Heard(..) => "heard",
            Self::StreamLost(_) => "stream_lost",
            Self::TimeCame => "time_came",
            Self::Woke => "woke",
            Self::Hid => "hid",
            Self::BridgeSaid(BridgeWord::Paid) => "bridge_paid",
            Self::BridgeSaid(BridgeWord::NotPaid) => "bridge_not_paid",
            Self::BridgeSaid(BridgeWord::Absent) => "bridge_absent",
            Self::Hinted => "hinted",
            Self::Updated(_) => "updated",
        }
    }
}

impl Gesture {
    /// Every gesture whose word says all of it; [`Gesture::Choose`] also has a method.
    pub const PLAIN: [Self; 13] = [
        Self::Pay,
        Self::AskNow,
        Self::GoOn,
        Self::ChangeMethod,
        Self::NewCode,
        Self::UseFallback,
        Self::TryAgain,
        Self::ShowMore,
        Self::ToggleLarge,
        Self::SaveCode,
        Self::CopyLink,
        Self::Feedback(Feedback::Good),
        Self::Feedback(Feedback::Bad),
    ];

    /// Its word in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Choose(_) => "choose",
            Self::Pay => "pay",
            Self::AskNow => "ask_now",
            Self::GoOn => "go_on",
            Self::ChangeMethod => "change_method",
            Self::NewCode => "new_code",
            Self::UseFallback => "use_fallback",
            Self::TryAgain => "try_again",
            Self::ShowMore => "show_more",
            Self::ToggleLarge => "toggle_large",
            Self::SaveCode => "save_code",
            Self::CopyLink => "copy_link",
            Self::Feedback(Feedback::Good) => "feedback_good",
            Self::Feedback(Feedback::Bad) => "feedback_bad",
        }
    }
}
