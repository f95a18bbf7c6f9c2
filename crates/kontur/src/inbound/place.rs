//! What an address of ours means.

use percent_encoding::percent_decode_str;

use super::{CALL_PATH, EVENTS_PATH, HANGUP_PATH, SETUP_PATH, SYNC_PATH, UPGRADE_PATH};
use crate::model::ZERO_GUID;

/// What Kontur called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    Call,
    Hangup,
    Accept,
    Sync,
    Upgrade,
    Setup,
    Events,
}

impl Called {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Call => CALL_PATH,
            Self::Hangup => HANGUP_PATH,
            Self::Accept => "communications/accept",
            Self::Sync => SYNC_PATH,
            Self::Upgrade => UPGRADE_PATH,
            Self::Setup => SETUP_PATH,
            Self::Events => EVENTS_PATH,
        }
    }
}

/// An address Kontur calls.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) called: Called,
    /// The id of the call, where the address has one.
    pub(super) call: Option<String>,
    workspace: Option<String>,
}

impl Place {
    /// By the end: how an address begins is the business of whoever registered it.
    pub(super) fn of(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (called, call, before) = match segments.as_slice() {
            [before @ .., "communications", "call"] => (Called::Call, None, before),
            [before @ .., "communications", "hangup"] => (Called::Hangup, None, before),
            [before @ .., "communications", id, "hangup"] => (Called::Hangup, Some(*id), before),
            [before @ .., "communications", "accept" | "answer"] => (Called::Accept, None, before),
            [before @ .., "communications", id, "accept" | "answer"] => {
                (Called::Accept, Some(*id), before)
            }
            [before @ .., "communications", "sync"] => (Called::Sync, None, before),
            [before @ .., "setup", "upgrade"] => (Called::Upgrade, None, before),
            [before @ .., SETUP_PATH] => (Called::Setup, None, before),
            [before @ .., EVENTS_PATH] => (Called::Events, None, before),
            _ => return None,
        };
        let workspace = before.windows(3).rev().find_map(|three| match three {
            ["api", "v1", workspace] => Some(decoded(workspace)),
            _ => None,
        });
        Some(Self { called, call: call.map(decoded), workspace })
    }

    /// Whether the address names another workspace than this one. A name cannot be held against an
    /// id, so they are never different; neither is what is not there.
    pub(super) fn is_of_another_workspace(&self, own: &str) -> bool {
        let own = own.trim();
        let Some(asked) = self.workspace.as_deref().filter(|_| !own.is_empty()) else {
            return false;
        };
        is_id(own) == is_id(asked) && !own.eq_ignore_ascii_case(asked)
    }
}

fn decoded(segment: &str) -> String {
    let text = percent_decode_str(segment).decode_utf8_lossy();
    text.trim().to_owned()
}

/// Whether a workspace is written as its id: ids are GUIDs, names are not.
fn is_id(workspace: &str) -> bool {
    workspace.len() == ZERO_GUID.len()
        && workspace.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(called: Called, call: Option<&str>, workspace: Option<&str>) -> Place {
        Place { called, call: call.map(str::to_owned), workspace: workspace.map(str::to_owned) }
    }

    #[test]
    fn every_path_is_what_its_name_says() {
        for called in [
            Called::Call,
            Called::Hangup,
            Called::Accept,
            Called::Sync,
            Called::Upgrade,
            Called::Setup,
            Called::Events,
        ] {
            for before in ["", "/", "/kontur/k7/", "//x//"] {
                let path = format!("{before}{}/", called.name());
                assert_eq!(Place::of(&path), Some(place(called, None, None)), "{path}");
            }
            let path = format!("/api/v1/vochi%2Ddemo/{}", called.name());
            let wanted = place(called, None, Some("vochi-demo"));
            assert_eq!(Place::of(&path), Some(wanted), "{path}");
        }
    }

    #[test]
    fn an_id_and_a_workspace_are_taken_where_they_stand() {
        for (path, wanted) in [
            ("/communications/3f0c/hangup", place(Called::Hangup, Some("3f0c"), None)),
            (
                "/t/api/v1/w/communications/3%20f/hangup",
                place(Called::Hangup, Some("3 f"), Some("w")),
            ),
            ("/api/v1/w/integrations/5b7c/setup", place(Called::Setup, None, Some("w"))),
            ("/api/v1/communications/call", place(Called::Call, None, None)),
            ("/communications/3f0c/answer", place(Called::Accept, Some("3f0c"), None)),
        ] {
            assert_eq!(Place::of(path), Some(wanted), "{path}");
        }
    }

    #[test]
    fn anything_else_is_nowhere() {
        for path in [
            "",
            "/",
            "/call",
            "/hangup",
            "/sync",
            "/upgrade",
            "/communications",
            "/communications/Call",
            "/communications/call/more",
            "/xcommunications/call",
            "/communications/3f0c/call",
            "/setup/downgrade",
            "/crm-callbacks/1",
        ] {
            assert_eq!(Place::of(path), None, "{path}");
        }
    }

    #[test]
    fn a_workspace_is_another_only_where_that_can_be_told() {
        let id = "5d7c1d20-0c3e-4a57-9d11-2f6f7a9c0001";
        let other = "5d7c1d20-0c3e-4a57-9d11-2f6f7a9c0002";
        for (own, asked, another) in [
            ("vochi-demo", "vochi-demo", false),
            ("vochi-demo", "Vochi-Demo", false),
            ("vochi-demo", "someone", true),
            ("vochi-demo", "vochi", true),
            ("vochi-demo", id, false),
            (id, "vochi-demo", false),
            (id, id, false),
            (id, other, true),
            ("", "someone", false),
            ("  ", "someone", false),
            ("vochi-demo", "%ff", true),
        ] {
            let place = Place::of(&format!("/api/v1/{asked}/communications/call")).unwrap();
            assert_eq!(place.is_of_another_workspace(own), another, "{own} {asked}");
        }
        let nowhere = Place::of("/communications/call").unwrap();
        assert!(!nowhere.is_of_another_workspace("vochi-demo"));
    }
}
