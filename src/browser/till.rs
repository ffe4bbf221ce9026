//! Holds one checkout, and takes what happens one after the other.
//!
//! It does not act on it ([`desk`] does), and does not draw: whoever does is told when to ([`Screen`]).

mod desk;
mod early;

use super::page;
use super::setup::{Mirror, Setup};
use crate::checkout::machine::{Gesture, What};
use desk::Desk;
use js_sys::Function;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::{Rc, Weak};

/// What the till is told.
pub(super) enum Notice {
    /// The widget is on the page, and the host page may still have to hear that it is ready.
    Begin(bool),
    /// All parts of the wasm are here but the one that reads responses.
    Whole,
    /// Something happened.
    Happened(What),
    /// The page let the submission with this number pass, or did not.
    Decided(u32, bool),
    /// Pay was pressed in the shell, where this sum was on it, in minor units.
    Pressed(u64),
    /// The page changed its options.
    Changed(Rc<Setup>),
    /// `pay()`, with what to call when it is decided.
    Pay(Function),
    /// Another tab kept or forgot something.
    Shared,
    /// Another window looks out for the payment now.
    Relieved,
    /// The page's address is on the clipboard.
    Copied,
    /// What was told besides is old.
    Told,
}

/// Who draws the checkout: the shell at first, then the view.
pub(super) trait Screen {
    /// Something changed, or may have.
    fn redraw(&self);
    /// The checkout is taken off the page.
    fn take_away(&mut self);
}

/// One checkout. Whoever holds it keeps it alive; what happens later comes in by a [`Link`].
pub(super) struct Till(Rc<Counter>);

/// A way back to the till for what happens later. It leads nowhere once the checkout is gone.
#[derive(Clone, Debug, Default)]
pub(super) struct Link(Weak<Counter>);

struct Counter {
    queue: RefCell<VecDeque<Notice>>,
    desk: RefCell<Desk>,
    screen: RefCell<Box<dyn Screen>>,
    mirror: Rc<Mirror>,
}

impl fmt::Debug for Till {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Till")
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counter")
    }
}

impl Till {
    /// A checkout at its start, drawn by `screen`.
    pub(super) fn open(setup: Rc<Setup>, screen: Box<dyn Screen>) -> Self {
        let mirror = setup.mirror.clone();
        Self(Rc::new_cyclic(|counter| {
            let desk = RefCell::new(Desk::open(setup, Link(counter.clone())));
            Counter { queue: RefCell::default(), desk, screen: RefCell::new(screen), mirror }
        }))
    }

    /// The way back to it.
    pub(super) fn link(&self) -> Link {
        Link(Rc::downgrade(&self.0))
    }

    /// Tells it, and all that comes of it at once.
    pub(super) fn tell(&self, notice: Notice) {
        self.0.tell(notice);
    }

    /// Lets somebody else draw.
    pub(super) fn draw_by(&self, screen: Box<dyn Screen>) {
        self.0.screen.replace(screen).take_away();
    }

    /// Takes it off the page.
    pub(super) fn close(self) {
        self.0.screen.borrow_mut().take_away();
    }

    /// The present state, for whoever asks in the middle of an event.
    pub(super) fn mirror(&self) -> &Rc<Mirror> {
        &self.0.mirror
    }
}

impl Link {
    /// Tells the till, if it is still there.
    pub(super) fn tell(&self, notice: Notice) {
        if let Some(counter) = self.0.upgrade() {
            counter.tell(notice);
        }
    }

    /// Tells it before whatever waits for its turn, in the middle of an event.
    pub(super) fn tell_first(&self, notice: Notice) {
        if let Some(counter) = self.0.upgrade() {
            counter.queue.borrow_mut().push_front(notice);
        }
    }

    /// Tells it what the shopper does.
    pub(super) fn gesture(&self, gesture: Gesture) {
        self.tell(Notice::Happened(What::Shopper(gesture, page::fresh_attempt())));
    }
}

impl Counter {
    /// One after another: what is told in the middle of an event, by the host page's own listeners, waits for its turn.
    fn tell(&self, notice: Notice) {
        self.queue.borrow_mut().push_back(notice);
        let Ok(mut desk) = self.desk.try_borrow_mut() else { return };
        loop {
            let next = self.queue.borrow_mut().pop_front();
            match next {
                Some(notice) => desk.serve(notice),
                None => break,
            }
        }
        drop(desk);
        if let Ok(screen) = self.screen.try_borrow() {
            screen.redraw();
        }
    }
}
