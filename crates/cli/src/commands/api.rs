//! `api`: sends a raw request.

use http::Method;
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded;
use vochi_crm::bitrix24::OAuth;
use vochi_crm::http::{ApiRequest, RawRequest, Repeat};
use vochi_crm::{Error, ErrorKind, Result};

use super::oauth::application;
use crate::app::{Access, App, StateScope};
use crate::args::ApiArgs;
use crate::exit::Exit;
use crate::output::{Report, Style, escape_controls, redacted};

#[derive(Serialize)]
struct ApiOutput {
    ok: bool,
    answer: Value,
}

impl Report for ApiOutput {
    fn human(&self, _: Style) -> String {
        match &self.answer {
            Value::String(text) => escape_controls(text).into_owned(),
            other => serde_json::to_string_pretty(other).unwrap_or_default(),
        }
    }
}

pub(super) async fn run(app: &App<'_>, args: &ApiArgs) -> Result<Exit> {
    let request = request(args)?;
    let session = app.session(StateScope::Run).await?;
    let (cx, oauth) = (app.history(), application(&session)?);
    mask_tokens(app, oauth.as_ref()).await?;
    let access = if args.method.is_safe() { Access::Read } else { Access::Write };
    let profile = &session.profile;
    let name = profile.name.as_str();
    let work = vochi_crm::raw(&session.hub, name, &profile.settings, &cx, request);
    let answer = app.within_deadline(&cx, access, work).await;
    // The request may have renewed them.
    mask_tokens(app, oauth.as_ref()).await?;
    let answer = answer?;
    let report = ApiOutput { ok: true, answer: redacted(answer, &app.redactor()) };
    Ok(app.show(&session, &report, Exit::Done))
}

/// Masks the tokens of an application in the response, in errors and in the log.
async fn mask_tokens(app: &App<'_>, oauth: Option<&OAuth>) -> Result<()> {
    if let Some(oauth) = oauth.filter(|_| !app.global.dry_run) {
        app.add_secrets(oauth.secrets().await?);
    }
    Ok(())
}

/// Returns true for a path that repeats the user and the key of a webhook: `/rest/1/…`.
fn repeats_webhook(path: &str) -> bool {
    let mut segments = path.trim_start_matches('/').split('/');
    let is_number = |user: &str| !user.is_empty() && user.bytes().all(|it| it.is_ascii_digit());
    segments.next() == Some("rest") && segments.next().is_some_and(is_number)
}

fn request(args: &ApiArgs) -> Result<RawRequest> {
    let usage = |message: &'static str| Error::new(ErrorKind::Usage, message);
    if args.path.contains("://") || args.path.starts_with("//") {
        return Err(usage("invalid path: it contains a host")
            .with_hint("write only the path, as /api/credentials; the host is the profile's url"));
    }
    if repeats_webhook(&args.path) {
        return Err(usage("invalid path: it repeats the user and the key of the webhook")
            .with_hint("write only the method, as /profile; the rest is in the profile"));
    }
    let (path, query) = args.path.split_once('?').unwrap_or((&args.path, ""));
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let mut request = ApiRequest::new(args.method.clone(), path);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        request = request.query(name.into_owned(), value);
    }
    let reading = args.method == Method::GET;
    for (name, value) in &args.data {
        request = if reading {
            request.query(name.clone(), value)
        } else {
            request.form(name.clone(), value)
        };
    }
    if let Some(body) = &args.json {
        if reading {
            return Err(usage("--json: not allowed with GET").with_hint("pass parameters with -d"));
        }
        let body: Value = serde_json::from_str(body)
            .map_err(|error| Error::input(format!("--json: invalid JSON: {error}")))?;
        request = request.json(&body)?;
    }
    let raw = RawRequest::new(request);
    // A safe method is retried anyway.
    Ok(if args.idempotent && !args.method.is_safe() { raw.with_repeat(Repeat::Keyed) } else { raw })
}
