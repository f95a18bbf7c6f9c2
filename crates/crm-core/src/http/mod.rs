//! From an operation to the CRM's answer.
//!
//! An operation is an [`Endpoint`]: a plain value that becomes an [`ApiRequest`] and reads an
//! [`Response`], without any network. The [`Pipeline`] is the one way it reaches a CRM: limiter,
//! authorisation, [`Transport`], the CRM's [`Dialect`] that says what its errors mean, retries.
//!
//! A [`Body`] too large for memory comes from a [`Source`], alone or as a [`Part`] of a
//! [`Multipart`] form: it is opened for every attempt and read while it goes out.

mod body;
mod dialect;
mod endpoint;
mod failure;
mod flow;
mod multipart;
mod origin;
mod pipeline;
mod plan;
mod prepared;
mod raw;
mod reqwest;
mod response;
mod source;
mod trace;
mod transport;

pub use self::reqwest::ReqwestTransport;
pub use body::{ApiRequest, Body};
pub use dialect::{Advice, Dialect, Grant, Refusal, Renewal};
pub use endpoint::{Access, Endpoint, LimitClass, Repeat};
pub use multipart::{Multipart, Part};
pub use origin::Origin;
pub use pipeline::{Pipeline, PipelineBuilder};
pub use plan::{Plan, PlannedPart, PlannedRequest};
pub use raw::RawRequest;
pub use response::Response;
pub use source::{FileSource, Source, SourceReader};
pub use transport::{CertificateFault, HttpRequest, Payload, Stage, Transport, TransportError};
