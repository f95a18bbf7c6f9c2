//! Files of customers and orders, never of calls (§8).

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use crate::wire::Response;

use super::checks::RequestContext;
use super::filters::{self, By, Filter, Form};
use super::handlers::{Change, page_of};
use super::journal::{Subject, now};
use super::state::Account;
use super::store::{Fields, fields, objects, only, reference, text};

/// Id of the next uploaded file.
const NEXT_FILE_ID: u64 = 25;

/// A file. Its debug output omits the content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredFile {
    /// The CRM's id.
    pub id: u64,
    /// The name.
    pub filename: String,
    /// The media type, detected from the content.
    pub media_type: String,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
    /// The content.
    pub content: Bytes,
    /// The attached customers and orders.
    pub attached_to: Vec<Attached>,
}

/// Owner of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attached {
    /// The customer with this id.
    Customer(u64),
    /// The order with this id.
    Order(u64),
}

impl std::fmt::Debug for StoredFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredFile")
            .field("id", &self.id)
            .field("filename", &self.filename)
            .field("media_type", &self.media_type)
            .field("created_at", &self.created_at)
            .field("size", &self.content.len())
            .field("attached_to", &self.attached_to)
            .finish()
    }
}

impl StoredFile {
    /// Creates an unattached file with this name.
    pub fn new(id: u64, filename: impl Into<String>, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        Self {
            id,
            filename: filename.into(),
            media_type: looks(&content).into(),
            created_at: "2026-03-14 10:41:00".into(),
            content,
            attached_to: Vec::new(),
        }
    }

    fn to_json(&self, account: &Account) -> Value {
        let attached = self.attached_to.iter().filter_map(|it| match it {
            Attached::Customer(id) => {
                let it = account.customers.get(*id)?;
                Some(json!({"customer": only(it, &["id", "externalId", "site"])}))
            }
            Attached::Order(id) => {
                let it = account.orders.get(*id)?;
                Some(json!({"order": only(it, &["id", "number"])}))
            }
        });
        json!({
            "id": self.id,
            "filename": self.filename,
            "type": self.media_type,
            "createdAt": self.created_at,
            "size": self.content.len(),
            "attachment": attached.collect::<Vec<Value>>(),
        })
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
    let sent = cx.account.files.iter().map(|file| fields(file.to_json(cx.account)));
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
        let file = file.clone();
        (file.media_type, file.content, Some(file.filename))
    });
    let answer = Response::new(StatusCode::OK, media_type, content);
    let answer = Response { file_name: name, ..answer };
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
    file.created_at = created_at;
    let body = json!({"success": true, "file": {"id": file.id}});
    (Response::json(StatusCode::OK, &body), Change::File(Box::new(file)))
}

/// The last attachment list replaces the previous one (assumed).
pub(super) fn edited(cx: &RequestContext<'_>) -> (Response, Change) {
    let fields = cx.written();
    let Some(mut file) = cx.file().cloned() else {
        return (Response::json(StatusCode::OK, &json!({})), Change::Nothing);
    };
    if let Some(name) = fields.get("filename").and_then(Value::as_str) {
        name.clone_into(&mut file.filename);
    }
    if let Some(attached) = fields.get("attachment").and_then(Value::as_array) {
        let each = attached.iter().filter_map(|it| match it.get("customer") {
            Some(reference) => {
                Some(Attached::Customer(cx.reference(Subject::Customer, reference)?))
            }
            None => Some(Attached::Order(cx.reference(Subject::Order, it.get("order")?)?)),
        });
        file.attached_to = each.collect();
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
