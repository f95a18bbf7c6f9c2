//! Batches: up to 50 methods in one request, which counts as one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use vochi_crm_core::http::{
    ApiRequest, BatchForm, BatchKey, BatchResults, Body, OperationInfo, PartResult, Response,
    nested_pairs,
};
use vochi_crm_core::{Cx, Error, Result};

use super::Client;
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

            fn request(parts: &[(String, ApiRequest)]) -> Result<ApiRequest> {
                request($halt, parts)
            }

            fn split(
                response: &Response,
                parts: &[(String, OperationInfo)],
            ) -> Result<BTreeMap<String, PartResult>> {
                split(response, parts)
            }

            fn planned(parts: &[(String, Response)]) -> Response {
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

/// Encloses a reference, so that no text from outside is taken for one: a private character.
const MARK: char = '\u{E000}';

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
        format!("{MARK}{}{MARK}", self.0)
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

/// The body of a batch. The commands run in the order of their text.
#[derive(Serialize)]
struct BatchBody<'a> {
    halt: u8,
    #[serde(serialize_with = "in_order")]
    cmd: &'a [(&'a str, String)],
}

fn in_order<S: Serializer>(cmd: &&[(&str, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(cmd.len()))?;
    for (key, command) in *cmd {
        map.serialize_entry(key, command)?;
    }
    map.end()
}

fn request(halt: u8, parts: &[(String, ApiRequest)]) -> Result<ApiRequest> {
    let commands = parts.iter().map(|(key, part)| Ok((&**key, command(part)?)));
    let commands: Vec<_> = commands.collect::<Result<_>>()?;
    ApiRequest::post("/batch").json(&BatchBody { halt, cmd: &commands })
}

/// Writes a request as `method?query`.
fn command(part: &ApiRequest) -> Result<String> {
    let method = part.path().trim_matches('/');
    if method.eq_ignore_ascii_case("batch") {
        return Err(Error::input("invalid batch: a batch cannot contain a batch"));
    }
    let pairs = match part.body_ref() {
        Body::Empty => Vec::new(),
        Body::Json(bytes) => {
            let fields: &RawValue = serde_json::from_slice(bytes)
                .map_err(|error| Error::internal("cannot read a request").with_source(error))?;
            nested_pairs("", fields)?
        }
        Body::Form(fields) => {
            fields.iter().map(|(name, value)| (name.clone().into_owned(), value.clone())).collect()
        }
        _ => {
            let why = format!("invalid batch: {method} has a body that cannot be in a batch");
            return Err(Error::input(why));
        }
    };
    let query = ApiRequest::get("/");
    let query = pairs.into_iter().try_fold(query, |query, (name, value)| {
        if name.contains(BEGINS) {
            return Err(quoted_reference(method, &name));
        }
        let value = match value.strip_prefix(MARK).and_then(|rest| rest.strip_suffix(MARK)) {
            Some(reference) => reference.to_owned(),
            None if value.contains(BEGINS) => return Err(quoted_reference(method, &name)),
            None => value,
        };
        Ok(query.query(Cow::Owned(name), value))
    })?;
    let queries = [part.query_string(), query.query_string()];
    let queries: Vec<_> = queries.into_iter().filter(|query| !query.is_empty()).collect();
    Ok(format!("{method}?{}", queries.join("&")))
}

/// A text from outside must not read results of other commands.
fn quoted_reference(method: &str, field: &str) -> Error {
    Error::input(format!("invalid batch: {field} of {method} contains the text {BEGINS}"))
        .with_hint("send the operation alone: Bitrix24 would replace the text in a batch")
}

/// The parts of a batch response.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Parts<'a> {
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    result_error: Option<&'a RawValue>,
    #[serde(borrow)]
    result_total: Option<&'a RawValue>,
    #[serde(borrow)]
    result_next: Option<&'a RawValue>,
    #[serde(borrow)]
    result_time: Option<&'a RawValue>,
}

type PartMap<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

impl<'a> Parts<'a> {
    /// Reads the parts of a response; `None` if it is not that of a batch.
    pub(super) fn of(body: &'a [u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Whole<'a> {
            #[serde(borrow)]
            result: Parts<'a>,
        }
        serde_json::from_slice::<Whole<'a>>(body).ok().map(|whole| whole.result)
    }

    pub(super) fn results(&self) -> Option<PartMap<'a>> {
        by_key(self.result)
    }

    pub(super) fn errors(&self) -> Option<PartMap<'a>> {
        by_key(self.result_error)
    }

    pub(super) fn times(&self) -> PartMap<'a> {
        by_key(self.result_time).unwrap_or_default()
    }
}

/// Reads a map; PHP writes an empty one as `[]`. `None` for a list with elements: its keys are lost.
fn by_key(raw: Option<&RawValue>) -> Option<PartMap<'_>> {
    let Some(raw) = raw else { return Some(PartMap::new()) };
    match raw.get().as_bytes().first() {
        Some(b'{') => serde_json::from_str(raw.get()).ok(),
        Some(b'[') => {
            let list: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
            list.is_empty().then(PartMap::new)
        }
        Some(b'n') => Some(PartMap::new()),
        _ => None,
    }
}

fn split(
    response: &Response,
    parts: &[(String, OperationInfo)],
) -> Result<BTreeMap<String, PartResult>> {
    let unreadable = || response.unreadable("it is not the response of a batch");
    let whole = Parts::of(&response.body).ok_or_else(unreadable)?;
    let results = whole.results().ok_or_else(unreadable)?;
    let errors = whole.errors().ok_or_else(unreadable)?;
    let (next, total) = (by_key(whole.result_next), by_key(whole.result_total));
    let place = |map: &Option<PartMap<'_>>, key: &str| {
        map.as_ref().and_then(|map| map.get(key)).map(|raw| raw.get().to_owned())
    };
    let of_part = |(key, _): &(String, OperationInfo)| {
        if let Some(raw) = errors.get(&**key) {
            let error: Value = serde_json::from_str(raw.get()).unwrap_or_default();
            return Some((key.clone(), Err(error::of_command(&error))));
        }
        let result = results.get(&**key)?;
        let mut body = format!(r#"{{"result":{}"#, result.get());
        for (name, map) in [("next", &next), ("total", &total)] {
            if let Some(value) = place(map, key) {
                let _ = write!(body, r#","{name}":{value}"#);
            }
        }
        body.push('}');
        Some((key.clone(), Ok(success(body))))
    };
    Ok(parts.iter().filter_map(of_part).collect())
}

fn success(body: impl Into<Bytes>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response::new(StatusCode::OK, headers, body)
}

fn planned(parts: &[(String, Response)]) -> Response {
    let results = parts.iter().map(|(key, response)| {
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        (key.clone(), body.get("result").cloned().unwrap_or_default())
    });
    let results: serde_json::Map<String, Value> = results.collect();
    Response::ok_json(&serde_json::json!({ "result": {"result": results} }))
}
