//! The transport of a hub that was given none.

use std::sync::Arc;

use super::Transport;
use crate::error::Result;

/// The transport of the feature `transport`.
#[cfg(feature = "transport")]
pub(crate) fn default_transport(user_agent: &str) -> Result<Arc<dyn Transport>> {
    Ok(Arc::new(super::ReqwestTransport::new(user_agent)?))
}

/// Without the feature `transport` there is none.
#[cfg(not(feature = "transport"))]
pub(crate) fn default_transport(_user_agent: &str) -> Result<Arc<dyn Transport>> {
    let error = crate::Error::config("cannot build the hub: missing transport");
    Err(error.with_hint("give the builder a transport, or build with the feature `transport`"))
}

#[cfg(all(test, not(feature = "transport")))]
mod tests {
    use crate::{ErrorKind, Hub};

    #[test]
    fn hub_without_transport_is_config_error() {
        let error = Hub::new().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(error.message(), "cannot build the hub: missing transport");
    }
}
