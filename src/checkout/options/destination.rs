//! Decides where the page's options lead: the endpoint, the way back, the hosts, and whether simulated payments may be
//! taken here.
//!
//! It does not judge what a provider's answer leads to ([`crate::action::url`] does).

use super::Page;
use super::address::{Address, is_host};
use super::field::Fields;
use crate::action::is_name;
use crate::checkout::fault::PageCode;
use crate::checkout::json::Json;

/// The options that lead somewhere; what one may be depends on the others.
pub(super) struct Destinations {
    pub(super) test_mode: bool,
    pub(super) hosts: Vec<String>,
    pub(super) endpoint: Option<String>,
    pub(super) return_url: String,
    pub(super) done_url: Option<String>,
}

impl Destinations {
    /// Reads all of them, in the order in which one depends on another.
    pub(super) fn read(fields: &mut Fields<'_>, page: &Page) -> Self {
        let here = Address::parse(&page.url);
        let test_mode = test_mode(fields, here.as_ref(), &page.url);
        let hosts = fields.list("hosts", "is not a host name or *", host);
        if hosts.iter().any(|host| host == "*") {
            fields.fault(PageCode::AnyHost, "hosts", Some(&"*".into()), ANY);
        }
        let resolve = |value: &Json| match &here {
            Some(here) => here.join(value.text()?),
            None => Address::parse(value.text()?),
        };
        let open = |address: &Address| address.https || test_mode;
        let back = |value: &Json| {
            let address = resolve(value)?;
            let ours = here.as_ref().is_some_and(|here| here.same_origin(&address));
            let listed = open(&address) && hosts.iter().any(|host| host == address.host());
            (ours || listed).then(|| address.text())
        };
        let base = |value: &Json| resolve(value).filter(open).filter(is_base).map(|address| trimmed(&address));
        let return_url = fields.field("returnUrl", BACK, back);
        let done_url = fields.field("doneUrl", BACK, back);
        let endpoint = if page.transport {
            Some(fields.field("endpoint", BASE, base).unwrap_or_default())
        } else {
            fields.required("endpoint", BASE, base)
        };
        Self { test_mode, hosts, endpoint, return_url: return_url.unwrap_or_else(|| page.url.clone()), done_url }
    }
}

const ANY: &str = "lets actions lead to any https host: name the hosts instead";
const BACK: &str = "is not an address on this page's origin or on one of hosts";
const BASE: &str = "is not an https address without ? and # (http works in test mode only)";

fn is_base(address: &Address) -> bool {
    !address.rest.contains(['?', '#'])
}

fn trimmed(address: &Address) -> String {
    address.text().trim_end_matches('/').to_owned()
}

/// On only if it is asked for on a loopback or private page; elsewhere it stays off, since a live shop must not take
/// simulated payments.
fn test_mode(fields: &mut Fields<'_>, here: Option<&Address>, url: &str) -> bool {
    let private = here.is_some_and(Address::is_private);
    let asked = fields.flag("testMode");
    if asked && !private {
        fields.fault(
            PageCode::TestModeOnLivePage,
            "testMode",
            Some(&url.into()),
            "is not a loopback or private address",
        );
    }
    asked && private
}

/// A host that an action may lead to: one that none can would widen nothing, and nobody would be told.
fn host(word: &str) -> Option<String> {
    let host = word.to_ascii_lowercase();
    (host == "*" || is_host(&host) && is_name(&host)).then_some(host)
}
