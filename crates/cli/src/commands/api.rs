//! `api`: a request of the caller's own.

use http::Method;
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded;
use vochi_crm::http::{ApiRequest, RawRequest, Repeat};
use vochi_crm::{Error, ErrorKind, Result};

use crate::app::{App, Manner, Memory};
use crate::args::ApiArgs;
use crate::exit::Exit;
use crate::output::{Paint, Report, clean, redacted};

#[derive(Serialize)]
struct Answered {
    ok: bool,
    answer: Value,
}

impl Report for Answered {
    fn human(&self, _: Paint) -> String {
        match &self.answer {
            Value::String(text) => clean(text).into_owned(),
            other => serde_json::to_string_pretty(other).unwrap_or_default(),
        }
    }
}

pub(super) async fn run(app: &App<'_>, args: &ApiArgs) -> Result<Exit> {
    let request = request(args)?;
    let session = app.session(Memory::Own).await?;
    let cx = app.history();
    let manner = if args.method.is_safe() { Manner::Reads } else { Manner::Writes };
    let profile = &session.profile;
    let name = profile.name.as_str();
    let work = vochi_crm::raw(&session.hub, name, &profile.settings, &cx, request);
    let answer = app.in_time(&cx, manner, work).await?;
    let report = Answered { ok: true, answer: redacted(answer, &app.redactor()) };
    Ok(app.show(&session, &report, Exit::Done))
}

fn request(args: &ApiArgs) -> Result<RawRequest> {
    let usage = |message: &'static str| Error::new(ErrorKind::Usage, message);
    if args.path.contains("://") || args.path.starts_with("//") {
        return Err(usage("the path has a host in it")
            .with_hint("give the path alone, as /api/credentials; the host is the profile's url"));
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
            return Err(usage("a GET has no body").with_hint("give its parameters with -d"));
        }
        let body: Value = serde_json::from_str(body)
            .map_err(|error| Error::input(format!("--json: this is no JSON: {error}")))?;
        request = request.json(&body)?;
    }
    let raw = RawRequest::new(request);
    // The CRM is said to recognise a repeat; what it changes is a write all the same.
    Ok(if args.idempotent && !args.method.is_safe() { raw.with_repeat(Repeat::Keyed) } else { raw })
}
