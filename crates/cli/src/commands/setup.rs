//! `setup`: registers the telephony in the CRM, or removes it.

use serde::Serialize;
use serde_json::Value;
use vochi_crm::Result;
use vochi_crm::connector::SetupPlan;

use crate::app::{Access, App};
use crate::args::SetupArgs;
use crate::config::SecretFile;
use crate::exit::Exit;
use crate::output::{Report, Style, Tone, escape_controls};

#[derive(Debug, Serialize)]
struct Setup {
    ok: bool,
    crm: &'static str,
    profile: String,
    /// The changes made, or planned in a dry run.
    changes: Vec<String>,
    /// The file of the inbound secret, unless the configuration has it.
    inbound_secret_file: Option<String>,
    /// The file of the client id, unless the configuration has it.
    client_id_file: Option<String>,
    warnings: Vec<String>,
    /// The key of every dry run; always empty here, `changes` describes the requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<[Value; 0]>,
    #[serde(skip)]
    removes: bool,
}

impl Report for Setup {
    fn human(&self, style: Style) -> String {
        let lead = if self.requests.is_some() { "would change:" } else { "changed:" };
        let lead = style.tone(Tone::Bold, lead);
        let changes = self.changes.iter();
        let mut lines: Vec<String> =
            changes.map(|change| format!("{lead} {}", escape_controls(change))).collect();
        if lines.is_empty() {
            let text = if self.removes { "nothing is registered" } else { "nothing to change" };
            lines.push(style.tone(Tone::Success, text));
        }
        // In a dry run the files may not exist.
        if self.requests.is_none() {
            for (name, file) in
                [("inbound secret", &self.inbound_secret_file), ("client id", &self.client_id_file)]
            {
                let file = file.iter();
                lines.extend(file.map(|file| format!("{name}: {}", escape_controls(file))));
            }
        }
        lines.join("\n")
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

pub(super) async fn run(app: &App<'_>, args: &SetupArgs) -> Result<Exit> {
    let settings = app.settings()?;
    let mut profile = settings.profile()?;
    let new = if args.remove { Vec::new() } else { SecretFile::generate(&settings, &profile)? };
    let mut changes = Vec::new();
    for file in &new {
        changes.push(format!("a new {} in {}", file.name(), file.path.display()));
        profile = profile.with_secret_file(file.clone())?;
    }
    app.add_secrets(profile.secrets.iter().cloned());
    let session = app.open_to_read(profile, &settings).await?;
    let plan = if args.remove { SetupPlan::removal() } else { SetupPlan::new(None) };
    let plan = if app.global.dry_run {
        plan.shown_only()
    } else {
        // Written first, so that the CRM never gets a secret that is not stored.
        new.iter().try_for_each(SecretFile::write)?;
        plan
    };
    let access = if app.global.dry_run { Access::Read } else { Access::Write };
    let cx = app.history();
    let work = session.connector.setup(&cx, &plan);
    let done = app
        .within_deadline(&cx, access, work)
        .await
        .map_err(|error| session.profile.locate(error))?;
    let redactor = app.redactor();
    changes.extend(done.changes.iter().map(|change| redactor.redact(change)));
    let warnings = done.warnings.iter();
    let file = |key: &str| {
        let mut files = session.profile.secret_files.iter();
        files.find(|file| file.key == key).map(|file| file.path.display().to_string())
    };
    app.output.report(&Setup {
        ok: true,
        crm: session.profile.crm.name(),
        profile: session.profile.name.clone(),
        changes,
        inbound_secret_file: file("inbound_secret"),
        client_id_file: file("client_id"),
        warnings: warnings.map(|one| redactor.mask_known(one.text())).collect(),
        requests: app.global.dry_run.then_some([]),
        removes: args.remove,
    });
    Ok(Exit::Done)
}
