//! `setup`: registers the telephony in the CRM.

use serde::Serialize;
use serde_json::Value;
use vochi_crm::Result;
use vochi_crm::connector::SetupPlan;

use crate::app::{App, Manner};
use crate::config::InboundSecret;
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
    warnings: Vec<String>,
    /// What a dry run has in every command. It is not known here: `changes` tells it in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<[Value; 0]>,
}

impl Report for Setup {
    fn human(&self, paint: Paint) -> String {
        let lead = if self.requests.is_some() {
            "would change:"
        } else {
            "changed:"
        };
        let lead = paint.tone(Tone::Strong, lead);
        let changes = self.changes.iter();
        let mut lines: Vec<String> = changes
            .map(|change| format!("{lead} {}", clean(change)))
            .collect();
        if lines.is_empty() {
            lines.push(paint.tone(Tone::Good, "everything is as it should be"));
        }
        // In a dry run it may not be there.
        if let (Some(file), None) = (&self.inbound_secret_file, &self.requests) {
            lines.push(format!("inbound secret: {}", clean(file)));
        }
        lines.join("\n")
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

pub(super) async fn run(app: &App<'_>) -> Result<Exit> {
    let settings = app.settings()?;
    let mut profile = settings.profile()?;
    let made_up = InboundSecret::of(&settings, &profile)?;
    if let Some(made_up) = &made_up {
        profile = profile.with_inbound_secret(made_up.secret.clone())?;
    }
    app.conceal(profile.secrets.iter().cloned());
    let session = app.open_to_read(profile).await?;
    let mut changes = Vec::new();
    if let Some(new) = made_up.as_ref().filter(|made_up| made_up.is_new) {
        changes.push(format!("a new inbound secret in {}", new.file.display()));
    }
    let plan = if app.global.dry_run {
        SetupPlan::new(None).shown_only()
    } else {
        // First, so that the CRM never knows an address that we do not.
        made_up.as_ref().map_or(Ok(()), InboundSecret::keep)?;
        SetupPlan::new(None)
    };
    let manner = if app.global.dry_run {
        Manner::Reads
    } else {
        Manner::Writes
    };
    let cx = app.history();
    let work = session.connector.setup(&cx, &plan);
    let done = app
        .in_time(&cx, manner, work)
        .await
        .map_err(|error| session.profile.locate(error))?;
    let redactor = app.redactor();
    changes.extend(done.changes.iter().map(|change| redactor.redact(change)));
    let warnings = done.warnings.iter();
    app.output.report(&Setup {
        ok: true,
        crm: session.profile.crm.name(),
        profile: session.profile.name.clone(),
        changes,
        inbound_secret_file: made_up.map(|made_up| made_up.file.display().to_string()),
        warnings: warnings
            .map(|one| redactor.mask_known(one.text()))
            .collect(),
        requests: app.global.dry_run.then_some([]),
    });
    Ok(Exit::Done)
}
