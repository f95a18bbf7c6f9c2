//! `sandbox`: serves stand-ins of the CRMs.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value, json};
use vochi_crm::{Crm, Error, Result};
use vochi_crm_sandbox::{Sandbox, StartError};

use crate::app::App;
use crate::args::SandboxArgs;
use crate::exit::Exit;
use crate::output::{DryRun, Report, Style, Tone};

/// The first line of files the sandbox wrote; only these are overwritten.
const MARK: &str = "# Written by `vochi-crm sandbox`. The accounts in it are invented.";

/// The lines above the profile of an application, which is not authorized yet.
const APPLICATION: &str = "# Bitrix24 with an application in place of the webhook: take out the signs below, and authorize it with\n# `vochi-crm oauth --profile application`.";

#[derive(Serialize)]
struct Serving {
    ok: bool,
    page: String,
    profiles: Value,
    /// The profile of Bitrix24's application, which has to be authorized first.
    #[serde(skip)]
    application: Value,
    #[serde(skip)]
    config: Option<String>,
}

pub(super) async fn run(app: &App<'_>, args: &SandboxArgs) -> Result<Exit> {
    if app.global.dry_run {
        app.output.report(&DryRun::new());
        return Ok(Exit::Done);
    }
    let mut builder = Sandbox::builder().bind(&args.bind);
    if let Some([cert, key]) = args.tls.as_deref() {
        builder = builder.tls(cert, key);
    }
    let sandbox = builder.start().await.map_err(|error| match error {
        StartError::Address { .. } => Error::input(format!("--bind: {error}")),
        error => Error::config(error.to_string()),
    })?;
    let profiles = sandbox.profiles();
    let application = sandbox.bitrix24().application_profile();
    if let Some(path) = &args.write_config {
        write_config(path, &profiles, &application)?;
    }
    let terminated = app.stop.terminated();
    app.output.report(&Serving {
        ok: true,
        page: sandbox.page_url().to_string(),
        profiles,
        application,
        config: args.write_config.as_ref().map(|path| path.display().to_string()),
    });
    terminated.await;
    sandbox.shutdown().await;
    Ok(Exit::Done)
}

impl Report for Serving {
    fn human(&self, style: Style) -> String {
        let mut lines = vec![format!("{}  {}", style.tone(Tone::Bold, "page"), self.page)];
        let profiles = self.profiles.as_object().into_iter().flatten();
        let text = |profile: &Value, key: &str| {
            profile.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        for (name, profile) in profiles.clone() {
            lines.push(format!("{name}  {}", text(profile, "url")));
        }
        let keys = ["client_id", "client_secret", "oauth_url"];
        let keys = keys.map(|key| format!("{key} = \"{}\"", text(&self.application, key)));
        lines.push(format!("bitrix24 as an application  {}", keys.join(", ")));
        let try_it = "call-event in --call-id 1 --phone +375446370646 --ext 151 --ext 152";
        lines.push(String::new());
        match &self.config {
            Some(path) => lines.push(format!("Try: vochi-crm --config {path} {try_it}")),
            None => {
                if let Some((name, profile)) = profiles.clone().next() {
                    lines.push(format!(
                        "Try: VOCHI_CRM_CRM={name} VOCHI_CRM_URL={} VOCHI_CRM_API_KEY={} \\\n     \
                         VOCHI_CRM_EXTENSIONS=151=18,152=16 vochi-crm {try_it}",
                        text(profile, "url"),
                        text(profile, "api_key"),
                    ));
                }
            }
        }
        lines.push("Stop with Ctrl-C.".to_owned());
        lines.join("\n")
    }
}

/// Writes a configuration file readable only by its owner. Does not overwrite a foreign file.
fn write_config(path: &Path, profiles: &Value, application: &Value) -> Result<()> {
    let wrong = |why: String| Error::config(format!("{}: {why}", path.display()));
    match fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() || text.starts_with(MARK) => {}
        Ok(_) => {
            return Err(wrong("not written by the sandbox".to_owned())
                .with_hint("name another file, or move this one away"));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(wrong(format!("cannot be read: {error}"))),
    }
    let text = config_text(profiles, application)
        .ok_or_else(|| Error::internal("cannot write the sandbox's profiles as TOML"))?;
    replace(path, &text).map_err(|error| {
        wrong(format!("cannot be written: {error}"))
            .with_hint("name a file in a directory that exists and that you may write to")
    })
}

fn config_text(profiles: &Value, application: &Value) -> Option<String> {
    // A stand-in may exist without a connector.
    let profiles = profiles.as_object()?.iter();
    let profiles: Map<String, Value> = profiles
        .filter(|(name, _)| Crm::named(name).is_some_and(Crm::has_connector))
        .map(|(name, profile)| (name.clone(), profile.clone()))
        .collect();
    let first = ["retailcrm"].into_iter().find(|name| profiles.contains_key(*name));
    let first = first.map(str::to_owned).or_else(|| profiles.keys().next().cloned())?;
    let table = json!({ "default_profile": first, "profile": profiles });
    let application = toml::to_string(&json!({"profile": {"application": application}})).ok()?;
    let application = application.lines().map(|line| format!("# {line}").trim_end().to_owned());
    let application = application.collect::<Vec<_>>().join("\n");
    Some(format!("{MARK}\n{}\n{APPLICATION}\n{application}\n", toml::to_string(&table).ok()?))
}

/// Replaces a file atomically; it is never readable by others.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // A partial temporary file remains.
        drop(fs::remove_file(&temporary));
    }
    written
}
