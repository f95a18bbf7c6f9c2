//! The routes of inbound requests.

use percent_encoding::percent_decode_str;

use super::{CALL_PATH, EVENTS_PATH, HANGUP_PATH, SETUP_PATH, SYNC_PATH, UPGRADE_PATH};
use crate::model::ZERO_GUID;

/// The kind of an inbound request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RouteKind {
    Call,
    Hangup,
    Accept,
    Sync,
    Upgrade,
    Setup,
    Events,
}

impl RouteKind {
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

/// A parsed request path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) kind: RouteKind,
    /// The call id in the path, if there is one.
    pub(super) call: Option<String>,
    workspace: Option<String>,
}

impl Route {
    /// Parses a path by its end; the beginning depends on the registered base URL.
    pub(super) fn of(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (kind, call, prefix) = match segments.as_slice() {
            [prefix @ .., "communications", "call"] => (RouteKind::Call, None, prefix),
            [prefix @ .., "communications", "hangup"] => (RouteKind::Hangup, None, prefix),
            [prefix @ .., "communications", id, "hangup"] => (RouteKind::Hangup, Some(*id), prefix),
            [prefix @ .., "communications", "accept" | "answer"] => {
                (RouteKind::Accept, None, prefix)
            }
            [prefix @ .., "communications", id, "accept" | "answer"] => {
                (RouteKind::Accept, Some(*id), prefix)
            }
            [prefix @ .., "communications", "sync"] => (RouteKind::Sync, None, prefix),
            [prefix @ .., "setup", "upgrade"] => (RouteKind::Upgrade, None, prefix),
            [prefix @ .., SETUP_PATH] => (RouteKind::Setup, None, prefix),
            [prefix @ .., EVENTS_PATH] => (RouteKind::Events, None, prefix),
            _ => return None,
        };
        let workspace = prefix.windows(3).rev().find_map(|three| match three {
            ["api", "v1", workspace] => Some(decoded(workspace)),
            _ => None,
        });
        Some(Self { kind, call: call.map(decoded), workspace })
    }

    /// Returns true if the path contains another workspace.
    ///
    /// A name and an id cannot be compared, so they never differ; neither does a missing workspace.
    pub(super) fn is_of_another_workspace(&self, own: &str) -> bool {
        let own = own.trim();
        let Some(requested) = self.workspace.as_deref().filter(|_| !own.is_empty()) else {
            return false;
        };
        is_id(own) == is_id(requested) && !own.eq_ignore_ascii_case(requested)
    }
}

fn decoded(segment: &str) -> String {
    let text = percent_decode_str(segment).decode_utf8_lossy();
    text.trim().to_owned()
}

/// Returns true if a workspace is written as its id: ids are GUIDs, names are not.
fn is_id(workspace: &str) -> bool {
    workspace.len() == ZERO_GUID.len()
        && workspace.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(kind: RouteKind, call: Option<&str>, workspace: Option<&str>) -> Route {
        Route { kind, call: call.map(str::to_owned), workspace: workspace.map(str::to_owned) }
    }

    #[test]
    fn path_selects_route_kind() {
        for kind in [
            RouteKind::Call,
            RouteKind::Hangup,
            RouteKind::Accept,
            RouteKind::Sync,
            RouteKind::Upgrade,
            RouteKind::Setup,
            RouteKind::Events,
        ] {
            for prefix in ["", "/", "/kontur/k7/", "//x//"] {
                let path = format!("{prefix}{}/", kind.name());
                assert_eq!(Route::of(&path), Some(route(kind, None, None)), "{path}");
            }
            let path = format!("/api/v1/vochi%2Ddemo/{}", kind.name());
            let wanted = route(kind, None, Some("vochi-demo"));
            assert_eq!(Route::of(&path), Some(wanted), "{path}");
        }
    }

    #[test]
    fn call_id_and_workspace_are_parsed() {
        for (path, wanted) in [
            ("/communications/3f0c/hangup", route(RouteKind::Hangup, Some("3f0c"), None)),
            (
                "/t/api/v1/w/communications/3%20f/hangup",
                route(RouteKind::Hangup, Some("3 f"), Some("w")),
            ),
            ("/api/v1/w/integrations/5b7c/setup", route(RouteKind::Setup, None, Some("w"))),
            ("/api/v1/communications/call", route(RouteKind::Call, None, None)),
            ("/communications/3f0c/answer", route(RouteKind::Accept, Some("3f0c"), None)),
        ] {
            assert_eq!(Route::of(path), Some(wanted), "{path}");
        }
    }

    #[test]
    fn unknown_path_has_no_route() {
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
            assert_eq!(Route::of(path), None, "{path}");
        }
    }

    #[test]
    fn workspace_differs_only_if_comparable() {
        let id = "5d7c1d20-0c3e-4a57-9d11-2f6f7a9c0001";
        let other = "5d7c1d20-0c3e-4a57-9d11-2f6f7a9c0002";
        for (own, requested, another) in [
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
            let route = Route::of(&format!("/api/v1/{requested}/communications/call")).unwrap();
            assert_eq!(route.is_of_another_workspace(own), another, "{own} {requested}");
        }
        let without_workspace = Route::of("/communications/call").unwrap();
        assert!(!without_workspace.is_of_another_workspace("vochi-demo"));
    }
}
