//! Batches: up to 50 methods in one request, which counts as one.

use std::fmt;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::time::Duration;

use bytes::BytesMut;
use serde_json::Value;
use vochi_crm_core::http::{
    ApiRequest, BatchForm, BatchKey, BatchResults, Body, OperationInfo, PartResult, Response,
    each_nested_pair, encode_form,
};
use vochi_crm_core::{Cx, Error, Result};

use super::Client;
use super::envelope::Envelope;
use crate::error;

/// The most methods of one batch.
pub(super) const LARGEST: usize = 50;

/// How long a batch may take: the cloud ends a request after 60 seconds.
pub(super) const ATTEMPT: Duration = Duration::from_secs(60);
pub(super) const TIMEOUT: Duration = Duration::from_secs(90);

/// Methods in one request. The failure of one does not stop the others (`halt` 0).
///
/// ```no_run
/// # async fn run(client: vochi_crm_bitrix24::Client) -> vochi_crm_core::Result<()> {
/// use vochi_crm_bitrix24::Batch;
/// use vochi_crm_bitrix24::api::{GetProfile, ListScopes};
/// use vochi_crm_core::Cx;
///
/// let mut batch = Batch::new();
/// let profile = batch.add(GetProfile)?;
/// let scopes = batch.add(ListScopes)?;
/// let mut results = client.batch(&Cx::history(), &batch).await?;
/// let (profile, scopes) = (results.take(profile)?, results.take(scopes)?);
/// # Ok(())
/// # }
/// ```
pub type Batch = vochi_crm_core::http::Batch<Independent>;

/// Methods in one request, of which the first failure stops the rest (`halt` 1).
pub type ChainedBatch = vochi_crm_core::http::Batch<Chained>;

/// The form of [`Batch`].
#[derive(Debug)]
pub enum Independent {}

/// The form of [`ChainedBatch`].
#[derive(Debug)]
pub enum Chained {}

macro_rules! forms {
    ($($form:ident, $halt:literal;)+) => {
        $(impl BatchForm for $form {
            const NAME: &'static str = "batch";
            const LARGEST: usize = LARGEST;

            fn pack(part: &ApiRequest) -> Result<Vec<u8>> {
                command(part)
            }

            fn request(parts: &[(&str, &[u8])]) -> Result<ApiRequest> {
                request($halt, parts)
            }

            fn split(
                response: &Response,
                parts: &[(&str, OperationInfo)],
            ) -> Result<Vec<Option<PartResult>>> {
                split(response, parts)
            }

            fn planned(parts: &[(&str, Response)]) -> Response {
                planned(parts)
            }
        })+
    };
}

forms! {
    Independent, 0;
    Chained, 1;
}

impl Client {
    /// Sends a batch. Each operation has its own result; with a single command more the batch still
    /// counts as one request.
    ///
    /// # Errors
    /// As [`send`](Self::send), of the whole request. Those of single operations come from
    /// [`BatchResults::take`].
    pub async fn batch<F: BatchForm>(
        &self,
        cx: &Cx,
        batch: &vochi_crm_core::http::Batch<F>,
    ) -> Result<BatchResults> {
        self.batches.send_batch(cx, batch).await
    }
}

/// Encloses a reference. It is random, so that no text from outside is taken for one.
static MARK: LazyLock<String> =
    LazyLock::new(|| format!("\u{E000}{:016x}", RandomState::new().hash_one("reference")));

/// How Bitrix24 writes a reference.
const BEGINS: &str = "$result[";

/// A value in the result of an earlier command of the same batch.
///
/// Bitrix24 silently replaces a reference to nothing with what there is of the path: refer to a
/// command whose failure stops the batch ([`ChainedBatch`]), or check the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference(String);

impl Reference {
    /// Refers to a place in the result of a command, as `["CALL_ID"]` or `["49", "ID"]`.
    ///
    /// ```
    /// use vochi_crm_bitrix24::api::GetProfile;
    /// use vochi_crm_bitrix24::{Batch, Reference};
    /// let mut batch = Batch::new();
    /// let profile = batch.add(GetProfile)?;
    /// let user = serde_json::Value::from(Reference::new(profile, ["ID"]));
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub fn new<T>(key: BatchKey<T>, place: impl IntoIterator<Item = impl fmt::Display>) -> Self {
        let mut text = format!("{BEGINS}{}]", key.name());
        for part in place {
            // Writing to a String cannot fail.
            let _ = write!(text, "[{part}]");
        }
        Self(text)
    }

    /// The value that an operation of the same batch is given: a text that only a batch sends.
    pub(crate) fn marked(&self) -> String {
        format!("{}{}{}", *MARK, self.0, *MARK)
    }
}

impl From<Reference> for Value {
    fn from(reference: Reference) -> Self {
        Self::String(reference.marked())
    }
}

/// A result that holds a `V` which later commands of the same batch can refer to.
pub trait Holds<V> {
    /// The place of the value in the result.
    const PLACE: &'static [&'static str];

    /// Creates the value that stands for the one in the result.
    ///
    /// # Errors
    /// None for the types of this crate.
    fn stand_in(reference: &Reference) -> Result<V>;
}

/// Refers to a value in the result of an earlier command of the same batch.
///
/// ```
/// use vochi_crm_bitrix24::{BatchKey, reference};
/// use vochi_crm_bitrix24::model::{PortalCallId, Registration};
/// # fn f(register: BatchKey<Registration>) -> vochi_crm_core::Result<()> {
/// let call: PortalCallId = reference(register)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`Holds::stand_in`].
pub fn reference<R: Holds<V>, V>(key: BatchKey<R>) -> Result<V> {
    R::stand_in(&Reference::new(key, R::PLACE))
}

impl Holds<crate::model::PortalCallId> for crate::model::Registration {
    const PLACE: &'static [&'static str] = &["CALL_ID"];

    fn stand_in(reference: &Reference) -> Result<crate::model::PortalCallId> {
        crate::model::PortalCallId::new(reference.marked())
    }
}

/// Writes the body of a batch. The commands run in the order of their text.
fn request(halt: u8, parts: &[(&str, &[u8])]) -> Result<ApiRequest> {
    let commands: usize = parts.iter().map(|(key, command)| key.len() + command.len() + 4).sum();
    let mut body = Vec::with_capacity(commands + 32);
    body.extend_from_slice(format!(r#"{{"halt":{halt},"cmd":{{"#).as_bytes());
    for (key, command) in parts {
        if !body.ends_with(b"{") {
            body.push(b',');
        }
        write_text(key, &mut body)?;
        body.push(b':');
        body.extend_from_slice(command);
    }
    body.extend_from_slice(b"}}");
    Ok(ApiRequest::post("/batch").body(Body::Json(body.into())))
}

fn write_text(text: &str, out: &mut Vec<u8>) -> Result<()> {
    serde_json::to_writer(out, text)
        .map_err(|error| Error::internal("cannot write a batch").with_source(error))
}

/// Writes a request as the text `method?query`: a JSON string.
fn command(part: &ApiRequest) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(512);
    let method = part.path().trim_matches('/');
    if method.eq_ignore_ascii_case("batch") {
        return Err(Error::input("invalid batch: a batch cannot contain a batch"));
    }
    write_text(method, &mut out)?;
    // The text goes on: a query has nothing that JSON escapes.
    out.pop();
    out.push(b'?');
    out.extend_from_slice(part.query_string().as_bytes());
    let mut write = |name: &str, value: &str| {
        if refers(name) {
            return Err(quoted_reference(method, name));
        }
        let value = match marked(value) {
            Some(reference) => reference,
            None if refers(value) => return Err(quoted_reference(method, name)),
            None => value,
        };
        if !out.ends_with(b"?") {
            out.push(b'&');
        }
        encode_form(name, &mut out);
        out.push(b'=');
        encode_form(value, &mut out);
        Ok(())
    };
    match part.body_ref() {
        Body::Empty => {}
        Body::Json(fields) => each_nested_pair("", fields, &mut write)?,
        Body::Form(fields) => fields.iter().try_for_each(|(name, value)| write(name, value))?,
        _ => {
            let why = format!("invalid batch: {method} has a body that cannot be in a batch");
            return Err(Error::input(why));
        }
    }
    out.push(b'"');
    Ok(out)
}

/// The reference that a value stands for.
fn marked(value: &str) -> Option<&str> {
    if !value.starts_with('\u{E000}') {
        return None;
    }
    value.strip_prefix(&**MARK)?.strip_suffix(&**MARK)
}

/// Returns true for a text with a reference. The search for one byte is faster, and enough for almost
/// every text.
fn refers(text: &str) -> bool {
    text.bytes().any(|byte| byte == b'$') && text.contains(BEGINS)
}

/// A text from outside must not read results of other commands.
fn quoted_reference(method: &str, field: &str) -> Error {
    Error::input(format!("invalid batch: {field} of {method} contains the text {BEGINS}"))
        .with_hint("send the operation alone: Bitrix24 would replace the text in a batch")
}

fn split(response: &Response, parts: &[(&str, OperationInfo)]) -> Result<Vec<Option<PartResult>>> {
    let unreadable = || response.unreadable("it is not the response of a batch");
    let envelope = Envelope::of(response);
    let commands = envelope.commands.as_ref().ok_or_else(unreadable)?;
    let results = commands.results.as_ref().ok_or_else(unreadable)?;
    let errors = commands.errors.as_ref().ok_or_else(unreadable)?;
    // The bodies of all parts, in one allocation.
    let mut bodies = BytesMut::with_capacity(response.body.len());
    let of_part = |(number, (key, _)): (usize, &(&str, OperationInfo))| {
        if let Some(error) = errors.get(number, key) {
            return Some(Err(error::of_command(error)));
        }
        let result = results.get(number, key)?;
        bodies.extend_from_slice(br#"{"result":"#);
        bodies.extend_from_slice(result);
        for (name, map) in [(r#","next":"#, &commands.next), (r#","total":"#, &commands.total)] {
            if let Some(value) = map.as_ref().and_then(|map| map.get(number, key)) {
                bodies.extend_from_slice(name.as_bytes());
                bodies.extend_from_slice(value);
            }
        }
        bodies.extend_from_slice(b"}");
        Some(Ok(bodies.split().freeze()))
    };
    Ok(parts.iter().enumerate().map(of_part).collect())
}

fn planned(parts: &[(&str, Response)]) -> Response {
    let results = parts.iter().map(|(key, response)| {
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        ((*key).to_owned(), body.get("result").cloned().unwrap_or_default())
    });
    let results: serde_json::Map<String, Value> = results.collect();
    Response::ok_json(&serde_json::json!({ "result": {"result": results} }))
}
