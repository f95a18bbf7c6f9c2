//! Files of customers and orders, never of calls (§8).

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::wire::{Extra, Response};

use super::checks::RequestContext;
use super::filters::{self, By, Filter, Form};
use super::handlers::{Change, page_of};
use super::journal::{Subject, now};
use super::state::Account;
use super::store::{Fields, fields, objects, only, reference, text};

/// Id of the next uploaded file.
const NEXT_FILE_ID: u64 = 25;

/// A file. Its debug output omits the content.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct StoredFile {
    /// The CRM's id.
    pub id: u64,
    /// The content.
    pub content: Bytes,
    /// `filename`, `type`, `createdAt`, `size`, and `attachment` with ids.
    pub fields: Map<String, Value>,
}

impl std::fmt::Debug for StoredFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredFile").field("fields", &self.fields).finish_non_exhaustive()
    }
}

impl StoredFile {
    /// Creates an unattached file with this name.
    pub fn new(id: u64, filename: impl Into<String>, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        let fields = fields(json!({
            "id": id,
            "filename": filename.into(),
            "type": looks(&content),
            "createdAt": "2026-03-14 10:41:00",
            "size": content.len(),
            "attachment": [],
        }));
        Self { id, content, fields }
    }

    fn to_json(&self, account: &Account) -> Fields {
        let attached = objects(&self.fields, "attachment").filter_map(|it| {
            let customer = reference(it, "customer").and_then(|id| account.customers.get(id));
            let order = reference(it, "order").and_then(|id| account.orders.get(id));
            let customer =
                customer.map(|it| json!({"customer": only(it, &["id", "externalId", "site"])}));
            customer.or_else(|| Some(json!({"order": only(order?, &["id", "number"])})))
        });
        let attached: Value = attached.collect();
        let mut sent = self.fields.clone();
        sent.insert("attachment".into(), attached);
        sent
    }
}

/// Detects the media type from the first bytes.
fn looks(content: &[u8]) -> &'static str {
    match content {
        [b'I', b'D', b'3', ..] | [0xFF, 0xFB | 0xF3 | 0xF2, ..] => "audio/mpeg",
        [b'R', b'I', b'F', b'F', ..] => "audio/x-wav",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        text if std::str::from_utf8(text).is_ok_and(|it| !it.contains('\0')) => "text/plain",
        _ => "application/octet-stream",
    }
}

/// An unattached recording: silence with an MP3 header.
pub(super) fn seed() -> Vec<StoredFile> {
    let mut silence = b"ID3".to_vec();
    silence.resize(190_000, 0);
    vec![StoredFile::new(NEXT_FILE_ID, unnamed("2026-03-14 10:41:00"), silence)]
}

impl RequestContext<'_> {
    /// The file of the path.
    pub(super) fn file(&self) -> Option<&StoredFile> {
        let id: u64 = self.thing.parse().ok()?;
        self.account.files.iter().find(|file| file.id == id)
    }
}

/// Not in the reference (§8); from the official client's model.
pub(super) const FILTERS: &[Filter] = &[
    ("ids", Form::Numbers, By::Is("id")),
    ("customerIds", Form::Numbers, By::Is("attachment.customer.id")),
    ("orderIds", Form::Numbers, By::Is("attachment.order.id")),
    ("customerExternalIds", Form::Texts, By::Is("attachment.customer.externalId")),
    (
        "orderExternalIds",
        Form::Texts,
        By::Check(|cx, it, id| orders_of(cx, it).any(|it| text(it, "externalId") == Some(id))),
    ),
    (
        "sites",
        Form::Texts,
        By::Check(|cx, it, site| {
            let attachments = objects(it, "attachment").filter_map(|it| it.get("customer"));
            let mut customers = attachments.filter_map(Value::as_object);
            customers.any(|it| text(it, "site") == Some(site))
                || orders_of(cx, it).any(|it| text(it, "site") == Some(site))
        }),
    ),
    ("type", Form::Texts, By::Is("type")),
    ("sizeFrom", Form::Number, By::Check(|_, it, from| size(it) >= from.parse().ok())),
    ("sizeTo", Form::Number, By::Check(|_, it, to| size(it) <= to.parse().ok())),
    ("createdAtFrom", Form::Date, By::From("createdAt")),
    ("createdAtTo", Form::Date, By::Until("createdAt")),
    ("filename", Form::Text, By::Part("filename")),
    (
        "isAttached",
        Form::Flag,
        By::Check(|_, it, flag| (flag == "1") == objects(it, "attachment").next().is_some()),
    ),
];

fn orders_of<'a>(cx: &'a RequestContext<'_>, file: &'a Fields) -> impl Iterator<Item = &'a Fields> {
    let orders = objects(file, "attachment").filter_map(|it| reference(it, "order"));
    orders.filter_map(|id| cx.account.orders.get(id))
}

fn size(file: &Fields) -> Option<u64> {
    file.get("size")?.as_u64()
}

/// Oldest first; no order is documented.
pub(super) fn list(cx: &RequestContext<'_>) -> Value {
    let sent = cx.account.files.iter().map(|file| file.to_json(cx.account));
    let found: Vec<Fields> = sent.filter(|it| filters::passes(cx, it)).collect();
    page_of(cx, "files", &found)
}

fn file_json(file: &StoredFile, account: &Account) -> Value {
    json!({"success": true, "file": file.to_json(account)})
}

pub(super) fn one(cx: &RequestContext<'_>) -> Value {
    cx.file().map_or(Value::Null, |file| file_json(file, cx.account))
}

pub(super) fn download(cx: &RequestContext<'_>) -> (Response, Change) {
    let (media_type, content, name) = cx.file().map_or_else(Default::default, |file| {
        let text = |name| text(&file.fields, name).map(str::to_owned);
        (text("type").unwrap_or_default(), file.content.clone(), text("filename"))
    });
    let answer = Response::new(StatusCode::OK, media_type, content);
    let answer = Response { extra: name.map(|it| Extra::FileName(it.into())), ..answer };
    (answer, Change::Nothing)
}

/// Default name of a file: `API upload DD-MM-YYYY HH:MM:SS`.
fn unnamed(created_at: &str) -> String {
    let (day, time) = created_at.split_once(' ').unwrap_or_default();
    let day: Vec<&str> = day.rsplit('-').collect();
    format!("API upload {} {time}", day.join("-"))
}

pub(super) fn uploaded(cx: &RequestContext<'_>) -> (Response, Change) {
    let created_at = now();
    let mut file =
        StoredFile::new(cx.account.free_file_id(), unnamed(&created_at), cx.request.body.clone());
    file.fields.insert("createdAt".into(), json!(created_at));
    let body = json!({"success": true, "file": {"id": file.id}});
    (Response::json(StatusCode::OK, &body), Change::File(Box::new(file)))
}

/// The last attachment list replaces the previous one (assumed).
pub(super) fn edited(cx: &RequestContext<'_>) -> (Response, Change) {
    let fields = cx.written();
    let Some(mut file) = cx.file().cloned() else {
        return (Response::json(StatusCode::OK, &json!({})), Change::Nothing);
    };
    file.fields.extend(only(fields, &["filename"]));
    if fields.contains_key("attachment") {
        let each = objects(fields, "attachment").filter_map(|it| {
            if let Some(reference) = it.get("customer") {
                let id = cx.reference(Subject::Customer, reference)?;
                return Some(json!({"customer": {"id": id}}));
            }
            let id = cx.reference(Subject::Order, it.get("order")?)?;
            Some(json!({"order": {"id": id}}))
        });
        file.fields.insert("attachment".into(), each.collect());
    }
    let answer = Response::json(StatusCode::OK, &file_json(&file, cx.account));
    (answer, Change::File(Box::new(file)))
}

pub(super) fn deleted(cx: &RequestContext<'_>) -> (Response, Change) {
    let change = cx.file().map_or(Change::Nothing, |file| Change::FileGone(file.id));
    let success = Response::json(StatusCode::OK, &json!({"success": true}));
    (success, change)
}

impl Account {
    /// Stores an uploaded or edited file.
    pub(super) fn write_file(&mut self, file: StoredFile) {
        self.last_upload = self.last_upload.max(file.id);
        self.put_file(file);
    }

    /// Adds or replaces a file.
    pub(super) fn put_file(&mut self, file: StoredFile) {
        match self.files.iter_mut().find(|it| it.id == file.id) {
            Some(known) => *known = file,
            None => self.files.push(file),
        }
    }

    fn free_file_id(&self) -> u64 {
        let taken = |id: &u64| self.files.iter().any(|file| file.id == *id);
        let mut ids = NEXT_FILE_ID.max(self.last_upload.saturating_add(1))..;
        ids.find(|id| !taken(id)).unwrap_or(u64::MAX)
    }
}
