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
            let fault = Fault::Page(fault.clone());
            announce::dispatch(&self.setup.host, &Announcement::error(&fault, test));
            self.setup.mirror.fault.replace(Some(fault));
        }
    }

    /// Names what is wrong within options, unless the page had the same wrong before.
    #[inline(never)]
    pub(super) fn report_within(&self, old: Option<&Setup>) {
        let wrong = setup::wrong_within(&self.setup);
        if old.is_none_or(|old| setup::wrong_within(old) != wrong) {
            self.report(&wrong);
        }
    }

    /// That nothing offered works here, and why, unless it was so before (`known`); then that something does is noted.
    pub(super) fn report_no_method(&self, known: bool) {
        let Some(state) = &self.state else { return };
        if known != state.offer.shown.is_empty() {
            if known {
                self.setup.mirror.fault.take();
                return;
            }
            let about = state.offer.left_out.iter().map(|(id, why)| [id.as_str(), ": ", why.word()].concat());
            let about = about.collect::<Vec<_>>().join(", ");
            self.report(&[PageFault { code: PageCode::NoMethod, about }]);
        }
    }
}
