//! Files of customers and orders, never of calls (§8).

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::wire::Response;

use super::checks::RequestContext;
use super::customers::part_of;
use super::handlers::{Change, known, page_of};
use super::journal::{Subject, now};
use super::state::{Account, until};

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
                let it = account.customer(*id)?;
                let named = json!({"id": it.id, "externalId": it.external_id, "site": it.site});
                Some(json!({"customer": known(named)}))
            }
            Attached::Order(id) => {
                let it = account.order(*id)?;
                Some(json!({"order": {"id": it.id, "number": it.number}}))
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

/// Oldest first; no order is documented.
pub(super) fn list(cx: &RequestContext<'_>) -> Value {
    let account = cx.account;
    let same = |name: &str, have: &dyn Fn(&str) -> bool| {
        cx.parameter(&format!("filter[{name}]")).is_none_or(have)
    };
    let among = |name: &str, have: &dyn Fn(&str) -> bool| {
        let wanted = cx.list(&format!("filter[{name}]"));
        wanted.is_empty() || wanted.into_iter().any(have)
    };
    let found: Vec<Value> = account
        .files
        .iter()
        .filter(|file| {
            let customers = || {
                file.attached_to.iter().filter_map(|it| match it {
                    Attached::Customer(id) => account.customer(*id),
                    Attached::Order(_) => None,
                })
            };
            let orders = || {
                file.attached_to.iter().filter_map(|it| match it {
                    Attached::Order(id) => account.order(*id),
                    Attached::Customer(_) => None,
                })
            };
            let size = file.content.len();
            among("ids", &|id| file.id.to_string() == id)
                && among("customerIds", &|id| customers().any(|it| it.id.to_string() == id))
                && among("orderIds", &|id| orders().any(|it| it.id.to_string() == id))
                && among("customerExternalIds", &|id| {
                    customers().any(|it| it.external_id.as_deref() == Some(id))
                })
                && among("orderExternalIds", &|id| {
                    orders().any(|it| it.external_id.as_deref() == Some(id))
                })
                && among("sites", &|site| {
                    customers().any(|it| it.site == site) || orders().any(|it| it.site == site)
                })
                && among("type", &|wanted| file.media_type == wanted)
                && same("sizeFrom", &|from| from.parse().is_ok_and(|it: usize| size >= it))
                && same("sizeTo", &|to| to.parse().is_ok_and(|it: usize| size <= it))
                && same("createdAtFrom", &|from| file.created_at.as_str() >= from)
                && same("createdAtTo", &|to| until(&file.created_at, to))
                && same("filename", &|wanted| part_of(&file.filename, wanted))
                && same("isAttached", &|flag| (flag == "1") != file.attached_to.is_empty())
        })
        .map(|file| file.to_json(account))
        .collect();
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
    let nothing = Map::new();
    let fields = cx.written.as_ref().unwrap_or(&nothing);
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
