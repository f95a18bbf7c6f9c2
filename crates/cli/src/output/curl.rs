//! Formats a planned request as a `curl` command line.

use vochi_crm::Crm;
use vochi_crm::config::Kind;
use vochi_crm::http::{PlannedPart, PlannedRequest};

const MASK: &str = "***";

/// Returns a `curl` command line that sends the same request. Credentials are references to environment
/// variables.
pub(super) fn line(request: &PlannedRequest, crm: &Crm) -> String {
    let mut words = vec!["curl -sS".to_owned()];
    if request.method.as_str() != "GET" {
        words.push(format!("-X {}", request.method));
    }
    words.push(quoted(&request.url, crm));
    let in_parts = !request.body_parts.is_empty();
    for (name, value) in &request.headers {
        // curl generates the boundary.
        if in_parts && name.eq_ignore_ascii_case("content-type") {
            continue;
        }
        words.push(if value == MASK {
            format!("-H {}\"${}\"", single(&format!("{name}: ")), variable(crm, name))
        } else {
            format!("-H {}", single(&format!("{name}: {value}")))
        });
    }
    if let Some(body) = &request.body {
        words.push(format!("--data-raw {}", quoted(body, crm)));
    }
    for part in &request.body_parts {
        words.push(format!("-F {}", single(&form_part(part))));
    }
    if let Some(source) = request.body_source.as_ref().filter(|_| !in_parts) {
        words.push(format!("--data-binary {}", single(&format!("@{source}"))));
    }
    words.join(" ")
}

/// Formats a part of a multipart form for `curl -F`.
fn form_part(part: &PlannedPart) -> String {
    let within = |text: &str| format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""));
    let mut words = vec![format!("{}=@{}", part.name, within(&part.source))];
    if let Some(name) = &part.file_name {
        words.push(format!("filename={}", within(name)));
    }
    if let Some(content_type) = &part.content_type {
        words.push(format!("type={content_type}"));
    }
    words.join(";")
}

/// Quotes a text and replaces masked credentials by variables.
fn quoted(text: &str, crm: &Crm) -> String {
    let mut pieces = text.split(MASK);
    let mut before = pieces.next().unwrap_or_default();
    let mut line = single(before);
    for piece in pieces {
        let carrier = before.rsplit(['&', '?']).next().unwrap_or_default();
        let variable = variable(crm, carrier.trim_end_matches('='));
        line.extend(["\"$", &variable, "\""]);
        if !piece.is_empty() {
            line.push_str(&single(piece));
        }
        before = piece;
    }
    line
}

/// Returns the variable of the credential in this header or parameter; of an unknown one, that of the
/// first secret.
fn variable(crm: &Crm, carrier: &str) -> String {
    let secrets = || crm.own_keys().iter().filter(|key| key.kind == Kind::Secret);
    let carried = secrets()
        .find(|key| key.carrier.is_some_and(|known| known.eq_ignore_ascii_case(carrier)))
        .or_else(|| secrets().next());
    let key = carried.map(|key| key.name).unwrap_or_default();
    format!("VOCHI_CRM_{}", key.to_uppercase())
}

/// Puts a text into single quotes for the shell.
fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_is_inert_in_the_shell() {
        assert_eq!(single("it's $HOME `id` \"x\""), r#"'it'\''s $HOME `id` "x"'"#);
    }

    #[test]
    fn credential_becomes_its_variable() {
        let crm = Crm::named("retailcrm").unwrap();
        assert_eq!(
            quoted("event=x&clientId=***&y=1", crm),
            r#"'event=x&clientId='"$VOCHI_CRM_CLIENT_ID"'&y=1'"#,
        );
        assert_eq!(quoted("a=1", crm), "'a=1'");
    }
}
