//! `setup`: registers the telephony in the CRM, or undoes that.

use serde::Serialize;
use serde_json::Value;
use vochi_crm::Result;
use vochi_crm::connector::SetupPlan;

use crate::app::{App, Manner};
use crate::args::SetupArgs;
use crate::config::SecretFile;
use crate::exit::Exit;
use crate::output::{Paint, Report, Tone, clean};

#[derive(Debug, Serialize)]
struct Setup {
    ok: bool,
    crm: &'static str,
    profile: String,
    /// What was changed, or would be.
    changes: Vec<String>,
    /// Where the inbound secret is, if it is not in the configuration.
    inbound_secret_file: Option<String>,
    /// The same of the client id.
    client_id_file: Option<String>,
    warnings: Vec<String>,
    /// What a dry run has in every command. It is not known here: `changes` tells it in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<[Value; 0]>,
    #[serde(skip)]
    removes: bool,
}

impl Report for Setup {
    fn human(&self, paint: Paint) -> String {
        let lead = if self.requests.is_some() { "would change:" } else { "changed:" };
        let lead = paint.tone(Tone::Strong, lead);
        let changes = self.changes.iter();
        let mut lines: Vec<String> =
            changes.map(|change| format!("{lead} {}", clean(change))).collect();
        if lines.is_empty() {
            let text = if self.removes {
                "nothing is registered"
            } else {
                "everything is as it should be"
            };
            lines.push(paint.tone(Tone::Good, text));
        }
        // In a dry run they may not be there.
        if self.requests.is_none() {
            for (name, file) in
                [("inbound secret", &self.inbound_secret_file), ("client id", &self.client_id_file)]
            {
                let file = file.iter();
                lines.extend(file.map(|file| format!("{name}: {}", clean(file))));
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
    app.conceal(profile.secrets.iter().cloned());
    let session = app.open_to_read(profile, &settings).await?;
    let plan = if args.remove { SetupPlan::removal() } else { SetupPlan::new(None) };
    let plan = if app.global.dry_run {
        plan.shown_only()
    } else {
        // First, so that the CRM never knows an address that we do not.
        new.iter().try_for_each(SecretFile::write)?;
        plan
    };
    let manner = if app.global.dry_run { Manner::Reads } else { Manner::Writes };
    let cx = app.history();
    let work = session.connector.setup(&cx, &plan);
    let done =
        app.in_time(&cx, manner, work).await.map_err(|error| session.profile.locate(error))?;
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
