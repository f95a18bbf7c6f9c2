//! The address of a recording in the CRM's page.

use url::{Host, Url};

use crate::connector::{Context, Cx};
use crate::text::Text;
use crate::warning::WarningKind;

/// Returns the address of a recording, for a CRM whose page plays it. The pages are https, and
/// browsers do not play a recording from a plain `http` address in them: such an address is sent with
/// a warning. Loopback counts as https.
pub fn recording_link(cx: &Cx, context: &Context, address: &Url) -> Option<Text> {
    let is_loopback = match address.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if address.scheme() == "http" && !is_loopback {
        let crm = context.crm().title();
        cx.warn(
            WarningKind::InsecureRecording,
            format!(
                "the recording has a plain http address, which browsers do not play in {crm}'s \
                 page; serve it over https"
            ),
        );
    }
    Text::new(address.as_str()).ok()
}
