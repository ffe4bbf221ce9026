//! The single edge: the only rooms that name the browser. They perform effects and turn whatever happens into events.
//!
//! Nothing is decided here about payments; whoever looks for a rule looks in [`crate::checkout`].

mod announce;
mod app;
mod attention;
mod border;
mod clipboard;
#[cfg(not(feature = "widget"))]
mod component;
mod embed;
mod hand_off;
mod hearing;
mod intl;
mod keep;
mod lookout;
mod page;
mod parts;
mod rehearsal;
mod reply;
mod save;
mod setup;
mod stream;
mod till;
mod transport;

#[cfg(not(feature = "widget"))]
pub use component::{Checkout, CheckoutProps};
pub use embed::{Widget, open};

/// The widget's allocator. A library that another program is made of leaves the choice to that program.
#[cfg(feature = "widget")]
#[global_allocator]
static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
    lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());
