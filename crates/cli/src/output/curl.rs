//! Formats a planned request as a `curl` command line.

use vochi_crm::Crm;
use vochi_crm::config::Kind;
use vochi_crm::http::{PlannedPart, PlannedRequest};

const MASK: &str = "***";

const WEBHOOK_URL: &str = "webhook_url";

/// Parameters of an authorization that are no settings.
const OAUTH: [&str; 2] = ["code", "refresh_token"];

/// Returns a `curl` command line that sends the same request. Credentials are references to environment
/// variables.
pub(super) fn line(request: &PlannedRequest, crm: &Crm) -> String {
    let mut words = vec!["curl -sS".to_owned()];
    if request.method.as_str() != "GET" {
        words.push(format!("-X {}", request.method));
    }
    words.push(address(&request.url, crm));
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

/// Quotes an address. A webhook's variable holds the address up to its key.
fn address(url: &str, crm: &Crm) -> String {
    let webhook = crm.own_keys().iter().find(|key| key.name == WEBHOOK_URL);
    match (webhook, url.split_once(&format!("/{MASK}/"))) {
        (Some(key), Some((before, rest))) if !before.contains('?') => {
            let variable = environment_name(key.name);
            format!("\"${{{variable}%/}}\"{}", quoted(&format!("/{rest}"), crm))
        }
        _ => quoted(url, crm),
    }
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

/// Returns the variable of the credential in this header or parameter; a parameter that is no setting
/// has a variable of its own name. Of anything else it is the first secret.
fn variable(crm: &Crm, carrier: &str) -> String {
    let secrets = || crm.own_keys().iter().filter(|key| key.kind == Kind::Secret);
    let is_carrier = |known: &str| known.eq_ignore_ascii_case(carrier);
    if let Some(key) = secrets().find(|key| key.carrier.is_some_and(is_carrier)) {
        return environment_name(key.name);
    }
    if OAUTH.contains(&carrier) {
        return carrier.to_uppercase();
    }
    environment_name(secrets().next().map(|key| key.name).unwrap_or_default())
}

fn environment_name(key: &str) -> String {
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

    #[test]
    fn variable_of_a_webhook_holds_its_whole_address() {
        let crm = Crm::named("bitrix24").unwrap();
        assert_eq!(
            address("https://portal.bitrix24.by/rest/1/***/crm.contact.list", crm),
            r#""${VOCHI_CRM_WEBHOOK_URL%/}"'/crm.contact.list'"#,
        );
        assert_eq!(
            quoted("client_id=1&client_secret=***&refresh_token=***", crm),
            r#"'client_id=1&client_secret='"$VOCHI_CRM_CLIENT_SECRET"'&refresh_token='"$REFRESH_TOKEN""#,
        );
    }
}
