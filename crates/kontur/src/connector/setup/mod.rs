//! Registers the integration's telephony and undoes it.
//!
//! The integration is read, changed where it differs, and read again, because the response to a
//! change does not show it.

mod parts;

use vochi_crm_core::connector::{Context, SetupAction, SetupMode, SetupPlan};
use vochi_crm_core::http::Operation as _;
use vochi_crm_core::{Cx, Effect, Error, ErrorKind, Result, Warning, WarningKind};

use crate::api::{GetInstance, SetupIntegration};
use crate::client::non_blank;
use crate::model::{Instance, InstanceId, InstanceStatus};
use crate::{Client, Config};
use parts::{HOOKS, Part};
pub(super) use parts::{SYNC, calls};

/// Registers the integration.
#[derive(Clone, Copy)]
pub(super) struct Setup<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) config: &'a Config,
}

impl Setup<'_> {
    /// Enables the features and callbacks and verifies the result, or undoes that.
    pub(super) async fn run(&self, cx: &Cx, plan: &SetupPlan) -> Result<Vec<String>> {
        let id = self.client.instance_id(cx).await?;
        let before = self.instance(cx, &id).await?;
        let removes = plan.action == SetupAction::Remove;
        let address = self.context.account().inbound_address(plan);
        let parts: Vec<Part> = if removes {
            if address.is_some_and(|ours| calls(&before, ours.expose())) {
                cx.warn(WarningKind::Incomplete, ADDRESS_STAYS);
            }
            let hooks = HOOKS.map(Part::NoHook).into_iter();
            hooks.chain([Part::NoFeatures]).collect()
        } else {
            if address.is_none() {
                cx.warn(WarningKind::Incomplete, NO_ADDRESS);
            }
            let hooks = HOOKS.map(Part::Hook);
            let features = [Part::Features].into_iter();
            features.chain(address.map(Part::Address)).chain(hooks).collect()
        };
        let mut missing = Vec::new();
        for part in parts.into_iter().filter(|part| !part.is_in(&before)) {
            match part.patch(id.clone(), &before)?.request() {
                Ok(_) => missing.push(part),
                Err(error) => cx.add_warnings([refused(&part, Some(&error))]),
            }
        }
        let unset = !removes && self.is_unset(&before);
        let mut changes: Vec<String> = missing.iter().map(|part| part.describe(&before)).collect();
        changes.extend(unset.then(|| SET_UP.to_owned()));
        if plan.mode == SetupMode::Show || changes.is_empty() {
            return Ok(changes);
        }
        let errors = self.change(cx, &id, &before, &missing).await?;
        if unset {
            self.client.send(cx, SetupIntegration::new(id.clone())).await?;
        }
        if self.context.hub().plan().is_some() {
            // A dry run changed nothing that could be verified.
            return Ok(changes);
        }
        let after = match self.instance(cx, &id).await {
            Ok(after) => after,
            Err(error) => {
                let text = format!("cannot verify the changes: {}", error.message());
                cx.warn(WarningKind::Incomplete, text);
                return Ok(changes);
            }
        };
        let mut changes = Vec::new();
        for (part, error) in missing.iter().zip(&errors) {
            if part.is_in(&after) {
                changes.push(part.describe(&before));
            } else {
                cx.add_warnings([refused(part, error.as_ref())]);
            }
        }
        if unset && self.is_unset(&after) {
            let text = "Kontur accepted the setup, but the integration is still not configured";
            cx.warn(WarningKind::Incomplete, text);
        } else if unset {
            changes.push(SET_UP.to_owned());
        }
        Ok(changes)
    }

    /// Sends each change separately, so that a rejected one does not undo the others.
    ///
    /// Returns the error of each rejected change at its index.
    async fn change(
        &self,
        cx: &Cx,
        id: &InstanceId,
        before: &Instance,
        missing: &[Part],
    ) -> Result<Vec<Option<Error>>> {
        let mut errors = Vec::with_capacity(missing.len());
        for part in missing {
            let patch = part.patch(id.clone(), before)?;
            let error = match self.client.send(cx, patch).await {
                Ok(_) => None,
                // The change may have been applied: check before creating a duplicate.
                Err(error) if error.effect() != Effect::NotApplied => {
                    match self.instance(cx, id).await {
                        Ok(now) if part.is_in(&now) => None,
                        _ => return Err(error),
                    }
                }
                Err(error) if is_about_data(&error) => Some(error),
                Err(error) => return Err(error),
            };
            errors.push(error);
        }
        Ok(errors)
    }

    pub(super) async fn instance(&self, cx: &Cx, id: &InstanceId) -> Result<Instance> {
        let read = self.client.send(cx, GetInstance(id.clone())).await;
        read.map_err(|error| match error.kind() {
            ErrorKind::NotFound => error.with_hint(
                "leave `instance_id` out, or set it to the id in the authorization response; check `workspace`",
            ),
            _ => error,
        })
    }

    /// Returns true for a public integration that is not set up yet.
    fn is_unset(&self, instance: &Instance) -> bool {
        self.is_public() && instance.status == Some(InstanceStatus::NotConfigured)
    }

    pub(super) fn is_public(&self) -> bool {
        non_blank(self.config.integration_secret.as_ref()).is_some()
    }
}

const SET_UP: &str = "the integration is set up";

const NO_ADDRESS: &str = "no inbound URL (public_url, inbound_secret): the callback URL in Kontur is \
    unchanged, and clicks and changes may not arrive";

const ADDRESS_STAYS: &str = "the base URL remains set, because Kontur has no operation to remove it; \
    uninstall the integration to remove it";

/// Returns true if Kontur rejected this change but may accept others.
fn is_about_data(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Rejected | ErrorKind::NotFound | ErrorKind::Unsupported)
}

/// Builds the warning about a change that did not take effect.
///
/// It never contains the base URL, which holds a secret; Kontur's error texts may quote it.
fn refused(part: &Part, error: Option<&Error>) -> Warning {
    let text = match (part, error) {
        (Part::Address(_), Some(error)) if error.kind() == ErrorKind::Input => {
            "the base URL is unchanged: Kontur calls https URLs only, and ours is not one"
                .to_owned()
        }
        (Part::Address(_), _) => "Kontur did not accept our base URL; a private integration \
             takes it from its manifest: put the inbound URL ({public_url}/in/{profile}/{inbound_secret}) \
             into manifest.json as baseUrl, upload it, then Uninstall and Install the integration"
            .to_owned(),
        (part, Some(error)) => format!("{}: rejected by Kontur: {}", part.name(), error.message()),
        (part, None) => format!(
            "{}: accepted by Kontur without effect; run setup again, or change it on the integration's page",
            part.name()
        ),
    };
    Warning::new(WarningKind::Incomplete, text)
}
