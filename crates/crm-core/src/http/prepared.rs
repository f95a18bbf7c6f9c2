//! A prepared request, from which every attempt is made.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, header};

use super::auth::{Auth, Grant};
use super::flow::Flow;
use super::{ApiRequest, Body, HttpRequest, Origin};
use crate::connector::Cx;
use crate::error::{Error, Result};

/// A request without credentials, with its encoded bytes unless it is streamed.
pub(super) struct Prepared {
    request: ApiRequest,
    content_type: Option<HeaderValue>,
    bytes: Bytes,
}

/// A request of one attempt.
pub(super) struct Ready {
    pub(super) request: HttpRequest,
    /// The progress of its body, if it is streamed.
    pub(super) flow: Option<Arc<Flow>>,
    /// The credentials it is sent with.
    pub(super) grant: Grant,
}

impl Prepared {
    pub(super) fn new(request: ApiRequest) -> Result<Self> {
        let body = request.body_ref();
        let (bytes, content_type) = (body.encode(), content_type(body)?);
        Ok(Self { request, content_type, bytes })
    }

    pub(super) fn body(&self) -> &Body {
        self.request.body_ref()
    }

    /// The request without its streamed body.
    pub(super) fn without_source(&self, origin: &Origin) -> HttpRequest {
        let mut headers = self.request.headers().clone();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(content_type) = &self.content_type {
            headers.insert(header::CONTENT_TYPE, content_type.clone());
        }
        HttpRequest::new(
            self.request.method().clone(),
            origin.join(&self.request),
            headers,
            self.bytes.clone(),
        )
    }

    /// The request with credentials and opened source.
    pub(super) async fn ready(&self, cx: &Cx, auth: &dyn Auth, origin: &Origin) -> Result<Ready> {
        let mut request = self.without_source(origin);
        let grant = auth.authorize(cx, &mut request).await?;
        let mut flow = None;
        if let Some(source) = self.body().source() {
            let reader = source.open().await?;
            let name = source.name().into_owned();
            if reader.length() == 0 {
                return Err(Error::input(format!("cannot send {name}: it is empty"))
                    .with_hint("nothing was sent; check its contents"));
            }
            let watched = Arc::new(Flow::new(name));
            request.body = reader.watched(watched.clone()).into();
            flow = Some(watched);
        }
        Ok(Ready { request, flow, grant })
    }
}

fn content_type(body: &Body) -> Result<Option<HeaderValue>> {
    let content_type = match (body, body.content_type()) {
        (_, None) => return Ok(None),
        (Body::Form(_), _) => HeaderValue::from_static("application/x-www-form-urlencoded"),
        (Body::Json(_), _) => HeaderValue::from_static("application/json"),
        (_, Some(other)) => HeaderValue::from_str(other)
            .map_err(|_| Error::input(format!("invalid content type {other:?}")))?,
    };
    Ok(Some(content_type))
}
