//! Sending operations to a CRM over HTTP.
//!
//! An [`Operation`] is a plain value that becomes an [`ApiRequest`] and decodes a [`Response`],
//! without any network. The [`Pipeline`] sends it: rate limiter, credentials ([`auth`]),
//! [`Transport`], the CRM's [`Dialect`] that interprets errors, retries. A [`Batch`] sends several
//! operations in one request.
//!
//! A [`Body`] too large for memory is read from a [`Source`], alone or as a [`Part`] of a
//! [`Multipart`] form: it is opened for every attempt and read while it is sent.

pub mod auth;
mod batch;
mod body;
mod default_transport;
mod dialect;
mod failure;
mod field;
mod flow;
mod multipart;
mod nested;
mod operation;
mod origin;
mod pipeline;
mod plan;
mod prepared;
mod raw;
mod relocation;
#[cfg(feature = "transport")]
mod reqwest;
mod response;
mod segment;
mod source;
mod trace;
mod transport;

#[cfg(feature = "transport")]
pub use self::reqwest::ReqwestTransport;
pub use batch::{Batch, BatchForm, BatchKey, BatchRequests, BatchResults, PartResult};
pub use body::{ApiRequest, Body, encode_form};
pub(crate) use default_transport::default_transport;
pub use dialect::{Advice, Dialect, Pause, PauseScope, Refusal};
pub use multipart::{Multipart, Part};
pub use nested::{each_nested_pair, nested_pairs};
pub use operation::{Access, LimitClass, Operation, OperationInfo, Output, Repeat};
pub use origin::Origin;
pub(crate) use origin::is_loopback;
pub use pipeline::{Pipeline, PipelineBuilder};
pub use plan::{Plan, PlannedPart, PlannedRequest};
pub use raw::{RawBody, RawRequest};
pub use relocation::Relocation;
pub use response::Response;
pub use segment::segment;
pub use source::{FileSource, Source, SourceReader};
pub use transport::{CertificateFault, HttpRequest, Payload, Stage, Transport, TransportError};
