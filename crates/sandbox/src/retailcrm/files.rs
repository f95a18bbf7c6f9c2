//! Files: bytes that belong to customers and orders, never to calls (§8).

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::wire::Answer;

use super::checks::Seen;
use super::customers::part_of;
use super::handlers::{Change, known, page_of};
use super::journal::{Subject, now};
use super::state::{Account, until};

/// The id of the next file that is uploaded.
const FREE_FILE_ID: u64 = 25;

/// A file. Its bytes are not in its debug form.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredFile {
    /// The CRM's id.
    pub id: u64,
    /// What it is called.
    pub filename: String,
    /// Its media type, as its first bytes look.
    pub media_type: String,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
    /// What it holds.
    pub content: Bytes,
    /// The customers and orders it belongs to, as they were attached.
    pub attached_to: Vec<Attached>,
}

/// What a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attached {
    /// The customer of this id.
    Customer(u64),
    /// The order of this id.
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
    /// A file of this name that belongs to nobody.
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

    fn tells(&self, account: &Account) -> Value {
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

/// The media type of bytes that begin so.
fn looks(content: &[u8]) -> &'static str {
    match content {
        [b'I', b'D', b'3', ..] | [0xFF, 0xFB | 0xF3 | 0xF2, ..] => "audio/mpeg",
        [b'R', b'I', b'F', b'F', ..] => "audio/x-wav",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        text if std::str::from_utf8(text).is_ok_and(|it| !it.contains('\0')) => "text/plain",
        _ => "application/octet-stream",
    }
}

/// A recording nobody has named or attached yet: silence with the head of an MP3.
pub(super) fn first() -> Vec<StoredFile> {
    let mut silence = b"ID3".to_vec();
    silence.resize(190_000, 0);
    vec![StoredFile::new(FREE_FILE_ID, unnamed("2026-03-14 10:41:00"), silence)]
}

impl Seen<'_> {
    /// The file the path names.
    pub(super) fn file(&self) -> Option<&StoredFile> {
        let id: u64 = self.thing.parse().ok()?;
        self.account.files.iter().find(|file| file.id == id)
    }
}

/// In the order they came; none is promised.
pub(super) fn list(seen: &Seen<'_>) -> Value {
    let account = seen.account;
    let same = |name: &str, have: &dyn Fn(&str) -> bool| {
        seen.parameter(&format!("filter[{name}]")).is_none_or(have)
    };
    let among = |name: &str, have: &dyn Fn(&str) -> bool| {
        let wanted = seen.list(&format!("filter[{name}]"));
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
        .map(|file| file.tells(account))
        .collect();
    page_of(seen, "files", &found)
}

fn told(file: &StoredFile, account: &Account) -> Value {
    json!({"success": true, "file": file.tells(account)})
}

pub(super) fn one(seen: &Seen<'_>) -> Value {
    seen.file().map_or(Value::Null, |file| told(file, seen.account))
}

pub(super) fn download(seen: &Seen<'_>) -> (Answer, Change) {
    let (media_type, content, name) = seen.file().map_or_else(Default::default, |file| {
        let file = file.clone();
        (file.media_type, file.content, Some(file.filename))
    });
    let answer = Answer::new(StatusCode::OK, media_type, content);
    let answer = Answer { file_name: name, ..answer };
    (answer, Change::Nothing)
}

/// What a file is called until somebody names it: `API upload DD-MM-YYYY HH:MM:SS`.
fn unnamed(created_at: &str) -> String {
    let (day, time) = created_at.split_once(' ').unwrap_or_default();
    let day: Vec<&str> = day.rsplit('-').collect();
    format!("API upload {} {time}", day.join("-"))
}

pub(super) fn uploaded(seen: &Seen<'_>) -> (Answer, Change) {
    let created_at = now();
    let mut file = StoredFile::new(
        seen.account.free_file_id(),
        unnamed(&created_at),
        seen.request.body.clone(),
    );
    file.created_at = created_at;
    let body = json!({"success": true, "file": {"id": file.id}});
    (Answer::json(StatusCode::OK, &body), Change::File(Box::new(file)))
}

/// What is attached is what was sent last (a guess).
pub(super) fn edited(seen: &Seen<'_>) -> (Answer, Change) {
    let nothing = Map::new();
    let fields = seen.written.as_ref().unwrap_or(&nothing);
    let Some(mut file) = seen.file().cloned() else {
        return (Answer::json(StatusCode::OK, &json!({})), Change::Nothing);
    };
    if let Some(name) = fields.get("filename").and_then(Value::as_str) {
        name.clone_into(&mut file.filename);
    }
    if let Some(attached) = fields.get("attachment").and_then(Value::as_array) {
        let each = attached.iter().filter_map(|it| match it.get("customer") {
            Some(meant) => Some(Attached::Customer(seen.meant(Subject::Customer, meant)?)),
            None => Some(Attached::Order(seen.meant(Subject::Order, it.get("order")?)?)),
        });
        file.attached_to = each.collect();
    }
    let answer = Answer::json(StatusCode::OK, &told(&file, seen.account));
    (answer, Change::File(Box::new(file)))
}

pub(super) fn deleted(seen: &Seen<'_>) -> (Answer, Change) {
    let change = seen.file().map_or(Change::Nothing, |file| Change::FileGone(file.id));
    let done = Answer::json(StatusCode::OK, &json!({"success": true}));
    (done, change)
}

impl Account {
    /// Keeps what was uploaded or edited.
    pub(super) fn write_file(&mut self, file: StoredFile) {
        self.last_upload = self.last_upload.max(file.id);
        self.put_file(file);
    }

    /// Adds a file, or replaces the one of the same id.
    pub(super) fn put_file(&mut self, file: StoredFile) {
        match self.files.iter_mut().find(|it| it.id == file.id) {
            Some(known) => *known = file,
            None => self.files.push(file),
        }
    }

    fn free_file_id(&self) -> u64 {
        let taken = |id: &u64| self.files.iter().any(|file| file.id == *id);
        let mut ids = FREE_FILE_ID.max(self.last_upload.saturating_add(1))..;
        ids.find(|id| !taken(id)).unwrap_or(u64::MAX)
    }
}
