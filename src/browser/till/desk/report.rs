//! Decides which of the host page's mistakes it is told, and when.
//!
//! It does not judge an option; the core does.

use super::Desk;
use crate::browser::announce;
use crate::browser::setup::{self, Setup};
use crate::checkout::fault::{Fault, PageCode, PageFault};
use crate::checkout::machine::Announcement;

impl Desk {
    /// Names every wrong key to the host page.
    pub(super) fn report(&self, faults: &[PageFault]) {
        let test = self.setup.options.as_ref().is_some_and(|options| options.test_mode);
        for fault in faults {
            announce::dispatch(&self.setup.host, &Announcement::error(&Fault::Page(fault.clone()), test));
        }
    }

    /// Names texts that are none, unless the page had the same wrong before.
    #[inline(never)]
    pub(super) fn report_texts(&self, old: Option<&Setup>) {
        let unknown = setup::unknown_texts(&self.setup);
        if old.is_none_or(|old| setup::unknown_texts(old) != unknown) {
            self.report(&unknown);
        }
    }

    /// That nothing offered works here, and why.
    pub(super) fn report_no_method(&self) {
        if let Some(state) = self.state.as_ref().filter(|state| state.offer.shown.is_empty()) {
            let about = state.offer.left_out.iter().map(|(id, why)| [id.as_str(), ": ", why.word()].concat());
            let about = about.collect::<Vec<_>>().join(", ");
            self.report(&[PageFault { code: PageCode::NoMethod, about }]);
        }
    }
}
