//! A request that every attempt is made from.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use url::Url;

use super::flow::Flow;
use super::{ApiRequest, Body, Dialect, HttpRequest, Origin};
use crate::error::{Error, Result};

/// A request without credentials, and its bytes unless they are streamed.
pub(super) struct Prepared {
    request: ApiRequest,
    url: Url,
    headers: HeaderMap,
    bytes: Bytes,
}

/// A request as one attempt sends it.
pub(super) struct Ready {
    pub(super) request: HttpRequest,
    /// How its body goes out, where it is streamed.
    pub(super) flow: Option<Arc<Flow>>,
}

impl Prepared {
    pub(super) fn new(request: ApiRequest, origin: &Origin) -> Result<Self> {
        let mut headers = request.headers().clone();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(content_type) = request.body_ref().content_type() {
            let value = HeaderValue::from_str(content_type)
                .map_err(|_| Error::input(format!("{content_type:?} is no content type")))?;
            headers.insert(header::CONTENT_TYPE, value);
        }
        Ok(Self {
            url: origin.join(&request),
            bytes: request.body_ref().encode(),
            headers,
            request,
        })
    }

    pub(super) fn body(&self) -> &Body {
        self.request.body_ref()
    }

    /// The request; a streamed body is not in it.
    pub(super) fn without_source(&self) -> HttpRequest {
        HttpRequest::new(
            self.request.method().clone(),
            self.url.clone(),
            self.headers.clone(),
            self.bytes.clone(),
        )
    }

    /// The request with credentials, its source opened.
    pub(super) async fn ready(&self, dialect: &dyn Dialect) -> Result<Ready> {
        let mut request = self.without_source();
        dialect.authorize(&mut request).await?;
        let mut flow = None;
        if let Some(source) = self.body().source() {
            let reader = source.open().await?;
            let name = source.name().into_owned();
            if reader.length() == 0 {
                return Err(Error::input(format!("{name} is empty"))
                    .with_hint("nothing was sent; see what became of its contents"));
            }
            let watched = Arc::new(Flow::new(name));
            request.body = reader.watched(watched.clone()).into();
            flow = Some(watched);
        }
        Ok(Ready { request, flow })
    }
}
