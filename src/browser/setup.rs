//! Holds what one mounting stands on: what the page said, what the shopper did before, what others may read at any time.
//!
//! It decides only what a checkout starts as; what happens then, the machine does.

use super::transport::Carrier;
use super::{keep, page};
use crate::checkout::environment::{App, Environment};
use crate::checkout::fault::{Fault, PageCode, PageFault};
use crate::checkout::log::Log;
use crate::checkout::machine::{Order, Phase, State, What};
use crate::checkout::method::{MethodId, Wallet};
use crate::checkout::offer::Offer;
use crate::checkout::options::{Options, Selected};
use crate::checkout::wire::AttemptId;
use crate::words::Key;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use web_sys::Element;

/// What one mounting stands on: what the page said, and how to reach its server.
#[derive(Debug)]
pub(super) struct Setup {
    /// The custom element.
    pub(super) host: Element,
    /// What the page said, if it can be worked with.
    pub(super) options: Option<Rc<Options>>,
    /// What the page's author must change.
    pub(super) faults: Vec<PageFault>,
    /// How to reach the server.
    pub(super) carrier: Carrier,
    /// What the shopper did before the wasm was there.
    pub(super) before: Before,
    /// What others may read of the state at any time.
    pub(super) mirror: Rc<Mirror>,
}

/// What the shopper did before the wasm was there.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    /// The method picked.
    pub(super) selected: Option<MethodId>,
    /// Where pay was pressed, the sum that was on it, in minor units.
    pub(super) pressed: Option<u64>,
    /// Whether large print is on.
    pub(super) large: bool,
    /// Whether all rows are shown.
    pub(super) expanded: bool,
}

/// The present state and the log, for whoever asks in the middle of an event.
#[derive(Debug, Default)]
pub(super) struct Mirror {
    /// The state, once there is one.
    pub(super) state: RefCell<Option<Rc<State>>>,
    /// What the page said last that can be worked with.
    pub(super) options: RefCell<Option<Rc<Options>>>,
    /// Whether the part of the wasm that reads providers' responses is here.
    pub(super) reading: Cell<bool>,
    /// What is said if the page's options can't be worked with, and whether in large print.
    pub(super) broken: Cell<Option<(Key, bool)>>,
    /// What the page's author was told last that is still to be mended.
    pub(super) fault: RefCell<Option<Fault>>,
    /// Something to tell that is no phase.
    pub(super) notice: Cell<Option<Key>>,
    /// What happened until now.
    pub(super) log: RefCell<Log>,
}

/// What is paid for.
pub(super) fn order(options: &Options) -> Order {
    Order { id: options.order.clone(), amount: options.amount, test: options.test_mode }
}

/// What is offered here.
pub(super) fn offer(options: &Options) -> Offer {
    Offer::make(options, Environment::read(&page::facts()), &keep::shopper(options))
}

/// The checkout at its start: the method picked before, else as the page says, else the last one, else the first.
pub(super) fn first_state(options: &Options, before: &Before) -> State {
    let offer = offer(options);
    let usual = match &options.selected {
        Selected::Method(id) => Some(id.clone()),
        Selected::Usual => keep::last_method(options),
        Selected::Nothing => None,
    };
    let first = offer.shown.iter().find(|row| row.works()).map(|row| row.method.id.clone());
    let first = first.filter(|_| options.selected != Selected::Nothing);
    let chosen = [before.selected.clone(), usual, first].into_iter().flatten().find(|id| offer.row(id).is_some());
    let state = State::new(order(options), Rc::new(offer), chosen, before.large);
    State { expanded: before.expanded, ..state }
}

/// The names of texts to replace that are no names, and the functions that a transport must have and has not: told once the
/// names are here.
#[inline(never)]
pub(super) fn wrong_within(setup: &Setup) -> Vec<PageFault> {
    let texts = setup.options.as_ref().map(|options| options.texts.as_slice()).unwrap_or_default();
    let unknown = texts.iter().filter(|(name, _)| Key::parse(name).is_none());
    let unknown = unknown.map(|(name, _)| (PageCode::UnknownOption, ["texts.", name].concat()));
    let transport = setup.carrier.transport.as_ref();
    let lacks = |name: &&str| transport.is_some_and(|transport| page::function(transport, name).is_none());
    let lacking = ["create", "status", "cancel"].into_iter().filter(lacks);
    let lacking = lacking.map(|name| (PageCode::WrongOption, ["transport.", name, " is no function"].concat()));
    unknown.chain(lacking).map(|(code, about)| PageFault { code, about }).collect()
}

/// That a mini program must name its page that pays, told where one is needed.
#[inline(never)]
pub(super) fn unnamed_page(setup: &Setup) -> Option<PageFault> {
    let state = setup.mirror.state.borrow();
    let offer = &state.as_ref()?.offer;
    let named = setup.options.as_ref().and_then(|options| options.mini_program_page.as_deref());
    if named.is_some_and(|page| !page.starts_with('/') || page.starts_with("//")) {
        let about = "miniProgramPage is no page of a mini program, such as /pages/pay/pay".to_owned();
        return Some(PageFault { code: PageCode::WrongOption, about });
    }
    let needed = offer.environment.app == App::WechatMiniprogram
        && offer.shown.iter().any(|row| row.method.id.wallet() == Some(Wallet::Wechatpay) && !row.works());
    let about = "miniProgramPage: a mini program's web-view can't pay by WeChat Pay; name its page that can";
    needed.then(|| PageFault { code: PageCode::MissingOption, about: about.to_owned() })
}

/// An attempt that another tab began, to be taken up here as well before this one begins its own.
#[inline(never)]
pub(super) fn shared(setup: &Setup) -> Option<What> {
    let state = setup.mirror.state.borrow();
    let idle = matches!(state.as_ref()?.phase, Phase::Choosing { pending: None, .. });
    let kept = setup.options.as_ref().filter(|_| idle).and_then(|options| keep::kept(options))?;
    Some(What::Found(Box::new(kept)))
}

impl Mirror {
    /// The attempt that is under way or has ended.
    pub(super) fn attempt(&self) -> Option<AttemptId> {
        self.state.borrow().as_ref()?.phase.attempt().map(|attempt| attempt.id.clone())
    }
}
