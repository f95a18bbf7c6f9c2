//! Recordings and transcripts of finished calls (§7, §8).

use std::fmt::Write as _;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::multipart;
use crate::php;
use crate::wire::Request;

use super::answer::{Failure, Outcome};
use super::checks::Order;
use super::portal::{List, Portal, Record, text_in};
use super::rights::Credential;
use super::seed;

/// A recording that was attached or uploaded.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    pub(super) file_id: i64,
    pub(super) call_id: String,
    pub(super) name: String,
    pub(super) bytes: Bytes,
}

impl Upload {
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }
}

/// Name of the part with the file.
const FIELD: &str = "file";

/// Id of the first file.
const FIRST_FILE: i64 = 9000;

/// Returns true for a name that ends in wav or mp3, as it is written (§7).
pub(super) fn has_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| ["wav", "mp3"].contains(&extension))
}

impl Portal {
    fn finished(&mut self, call_id: &str) -> Result<&mut Record, Failure> {
        let start = if self.dialect.server_texts { "Looks" } else { "It looks" };
        let text = format!(
            "Call is not found in the statistic table. {start} like it is not finished yet."
        );
        let missing = Failure::telephony(self, text);
        let mut rows = self.lists.get_mut(&List::Statistic).into_iter().flatten();
        rows.find(|it| text_in(it, "CALL_ID") == call_id).ok_or(missing)
    }

    /// Attaches a recording by its URL or its content, or answers where to upload it.
    pub(super) fn attach_record(&mut self, order: &Order) -> Outcome {
        let call_id = order.text("CALL_ID").unwrap_or_default();
        self.finished(&call_id)?;
        let name = order.text("FILENAME").unwrap_or_default();
        if let Some(url) = order.text("RECORD_URL") {
            let status = self.dialect.download_status;
            if !matches!(status, 0 | 200) {
                let text = format!("Server returns HTTP error code {status}");
                return Err(Failure::telephony(self, text));
            }
            let file = self.keep_file(&call_id, &name, Bytes::new());
            self.finished(&call_id)?.insert("CALL_RECORD_URL".into(), json!(url));
            return Ok(json!({"FILE_ID": file}).into());
        }
        if let Some(content) = order.text("FILE_CONTENT") {
            let bytes = decoded(&content).unwrap_or_default();
            let file = self.keep_file(&call_id, &name, bytes.into());
            return Ok(json!({"FILE_ID": file}).into());
        }
        let token = token_of(&call_id);
        let (path, auth) = match &order.credential {
            Credential::Application(_, access) => (String::new(), Some(access.clone())),
            Credential::Webhook(user, secret) => (format!("{user}/{secret}/"), None),
        };
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(access) = auth {
            query.append_pair("auth", &access);
        }
        let query = query.append_pair("token", &token).finish();
        let url = format!("{}/rest/{path}upload.json?{query}", self.address());
        Ok(json!({"uploadUrl": url, "fieldName": FIELD}).into())
    }

    /// Keeps a recording; the last one of a call wins.
    fn keep_file(&mut self, call_id: &str, name: &str, bytes: Bytes) -> i64 {
        let serial = i64::try_from(self.next_serial()).unwrap_or(i64::MAX);
        let file_id = FIRST_FILE.saturating_add(serial);
        self.uploads.retain(|it| it.call_id != call_id);
        self.uploads.push(Upload {
            file_id,
            call_id: call_id.to_owned(),
            name: name.to_owned(),
            bytes,
        });
        if let Ok(row) = self.finished(call_id) {
            row.insert("RECORD_FILE_ID".into(), json!(file_id));
        }
        file_id
    }

    /// Stores an uploaded file. The address is signed (§7).
    pub(super) fn upload(&mut self, request: &Request) -> Outcome {
        let token = request.query.iter().find(|(name, _)| name == "token");
        let call_id = token.and_then(|(_, token)| call_of(token));
        let call_id = call_id.ok_or_else(|| Failure::denied("Link check failed"))?;
        let Some((name, bytes)) = file_of(request) else {
            let text = "Error: required parameter file is not found";
            return Err(Failure::plain(text));
        };
        if !has_extension(&name) {
            return Err(Failure::plain("Wrong file extension. Only wav and mp3 are allowed"));
        }
        self.finished(&call_id)?;
        Ok(json!({"FILE_ID": self.keep_file(&call_id, &name, bytes)}).into())
    }

    pub(super) fn attach_transcription(&mut self, order: &Order) -> Outcome {
        let call_id = order.text("CALL_ID").unwrap_or_default();
        let text = format!("Call {call_id} is not found. Is it finished?");
        let missing = Failure::telephony(self, text);
        self.finished(&call_id).map_err(|_| missing)?;
        let messages = order.parameters.get("MESSAGES").map(php::items).unwrap_or_default();
        let transcript = json!({"CALL_ID": call_id, "MESSAGES": messages});
        let id = self.push(List::Transcripts, seed::object(transcript));
        let row = self.finished(&call_id)?;
        row.insert("TRANSCRIPT_ID".into(), json!(id.to_string()));
        Ok(json!({"TRANSCRIPT_ID": id}).into())
    }
}

/// The signed part of an upload's address.
fn token_of(call_id: &str) -> String {
    format!("telephony|{}|{:016x}", hex(call_id), signature(call_id))
}

/// The call of an upload's address, if the signature is right.
fn call_of(token: &str) -> Option<String> {
    let mut parts = token.split('|');
    let (scope, call, sum) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes: Option<Vec<u8>> = (0..call.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(call.get(at..at + 2)?, 16).ok())
        .collect();
    let call_id = String::from_utf8(bytes?).ok()?;
    let signed = sum == format!("{:016x}", signature(&call_id));
    (scope == "telephony" && signed).then_some(call_id)
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        // Writing into a `String` cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A checksum (FNV-1a) that an edited address does not have.
fn signature(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The file of a multipart body: its name and bytes.
fn file_of(request: &Request) -> Option<(String, Bytes)> {
    let boundary = request.header("content-type").and_then(multipart::boundary)?;
    let parts = multipart::parts(&boundary, &request.body)?;
    let part = parts.into_iter().find(|it| it.name == FIELD)?;
    Some((part.file_name?, part.content))
}

/// Decodes base64 with padding.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let symbols = text.trim_end_matches('=');
    if text.is_empty() || !text.len().is_multiple_of(4) || text.len() - symbols.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in symbols.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for symbol in group {
            let value = ALPHABET.find(char::from(*symbol))?;
            bits = bits << 6 | u32::try_from(value).ok()?;
        }
        let missing = 4 - group.len();
        bits <<= 6 * missing;
        let whole = bits.to_be_bytes();
        bytes.extend(whole.iter().skip(1).take(3 - missing));
    }
    Some(bytes)
}

/// A recording, for assertions.
pub(super) fn described(upload: &Upload) -> Value {
    json!({
        "file_id": upload.file_id, "call_id": upload.call_id, "name": upload.name,
        "size": upload.bytes.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_or_refused() {
        assert_eq!(decoded("SUQzAw==").as_deref(), Some(&b"ID3\x03"[..]));
        assert_eq!(decoded("SUQzBAA=").as_deref(), Some(&b"ID3\x04\x00"[..]));
        assert_eq!(decoded("SUQz").as_deref(), Some(&b"ID3"[..]));
        for wrong in ["", "SUQ", "SUQ!", "S===", "SUQz AA="] {
            assert_eq!(decoded(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn edited_address_has_no_call() {
        let token = token_of("externalCall.ab.1");
        assert_eq!(call_of(&token).as_deref(), Some("externalCall.ab.1"));
        assert_eq!(call_of(&token.replace("7c", "7d").replace("65", "66")), None);
        assert_eq!(call_of("telephony||"), None);
    }
}
