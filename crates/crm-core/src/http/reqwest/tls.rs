//! TLS of the default transport: the certificates it trusts and how it fails. Without the feature
//! `tls` there is none.

#[cfg(not(feature = "tls"))]
pub(super) use disabled::{add_roots, check, failure};
#[cfg(feature = "tls")]
pub(super) use enabled::{add_roots, check, failure};

#[cfg(feature = "tls")]
mod enabled {
    use std::io;

    use rustls::CertificateError as Certificate;
    use url::Url;

    use crate::http::{CertificateFault, TransportError};

    /// Adds Mozilla's list to the certificates of the machine.
    pub(in crate::http::reqwest) fn add_roots(
        builder: reqwest::ClientBuilder,
    ) -> reqwest::ClientBuilder {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|certificate| reqwest::Certificate::from_der(certificate).ok());
        builder.tls_certs_merge(roots)
    }

    /// Accepts every address.
    #[expect(clippy::unnecessary_wraps, reason = "without TLS it refuses addresses")]
    pub(in crate::http::reqwest) fn check(_url: &Url) -> Result<(), TransportError> {
        Ok(())
    }

    /// Returns the failure of TLS behind a connection that was not made.
    pub(in crate::http::reqwest) fn failure(error: &reqwest::Error) -> Option<TransportError> {
        tls_error(error).and_then(of_tls)
    }

    /// The failures of TLS that a retry or another moment does not change.
    fn of_tls(error: &rustls::Error) -> Option<TransportError> {
        let rustls::Error::InvalidCertificate(fault) = error else {
            let no_tls = matches!(error, rustls::Error::InvalidMessage(_));
            return no_tls.then_some(TransportError::NoTls);
        };
        Some(TransportError::Certificate(match fault {
            Certificate::UnknownIssuer => CertificateFault::UnknownIssuer,
            Certificate::Expired
            | Certificate::ExpiredContext { .. }
            | Certificate::NotValidYet
            | Certificate::NotValidYetContext { .. } => CertificateFault::OutOfDate,
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                CertificateFault::OtherHost
            }
            _ => CertificateFault::Other,
        }))
    }

    /// The error of TLS beneath an error of reqwest. I/O errors name the cause of what they wrap, not
    /// what they wrap.
    fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
        let mut reason: &(dyn std::error::Error + 'static) = error;
        loop {
            if let Some(tls) = reason.downcast_ref() {
                return Some(tls);
            }
            let wrapped = reason.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            reason = match wrapped {
                Some(wrapped) => wrapped,
                None => reason.source()?,
            };
        }
    }
}

#[cfg(not(feature = "tls"))]
mod disabled {
    use url::Url;

    use crate::http::TransportError;

    pub(in crate::http::reqwest) fn add_roots(
        builder: reqwest::ClientBuilder,
    ) -> reqwest::ClientBuilder {
        builder
    }

    /// Refuses an address that needs TLS.
    pub(in crate::http::reqwest) fn check(url: &Url) -> Result<(), TransportError> {
        if url.scheme() == "https" { Err(TransportError::TlsDisabled) } else { Ok(()) }
    }

    pub(in crate::http::reqwest) fn failure(_error: &reqwest::Error) -> Option<TransportError> {
        None
    }
}

#[cfg(all(test, not(feature = "tls")))]
mod tests {
    use http::{HeaderMap, Method};

    use crate::http::{HttpRequest, ReqwestTransport, Stage, Transport as _, TransportError};

    #[tokio::test]
    async fn https_address_is_refused_before_sending() {
        let url = "https://crm.example.test/".parse().unwrap();
        let request = HttpRequest::new(Method::GET, url, HeaderMap::new(), bytes::Bytes::new());
        let error = ReqwestTransport::new("test").unwrap().send(request).await.unwrap_err();
        assert!(matches!(error, TransportError::TlsDisabled), "{error:?}");
        assert_eq!(error.stage(), Stage::NotSent);
        assert_eq!(error.to_string(), "https needs the feature `tls`");
    }
}
