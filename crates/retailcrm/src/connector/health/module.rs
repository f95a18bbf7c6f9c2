//! Checks of the telephony module and its extensions.

use vochi_crm_core::connector::{Check, SetupPlan};
use vochi_crm_core::{Cx, ErrorKind};

use super::Health;
use crate::api::GetIntegrationModule;
use crate::inbound::MAKE_CALL_PATH;
use crate::model::{IntegrationModule, ModuleCode};

const RUN_SETUP: &str = "run setup";

impl Health<'_> {
    /// Checks the module, and whether it has the directory's extensions. Nothing is written.
    pub(super) async fn module_checks(&self, cx: &Cx) -> Vec<Check> {
        let code = match self.setup.module_code() {
            Ok(code) => code,
            Err(error) => return vec![Check::broken("module", &error)],
        };
        match self.client.send(cx, GetIntegrationModule::new(code.clone())).await {
            Ok(module) => vec![self.module_check(&code, &module), self.codes_check(&module)],
            Err(error) if error.kind() == ErrorKind::NotFound => vec![Check::failed(
                "module",
                ErrorKind::Config,
                format!("RetailCRM has no module {code}: events and records are refused"),
                format!("{RUN_SETUP}, or set `module_code` to the code of the existing module"),
            )],
            // Calls work without permission to read the module.
            Err(error) if error.kind() == ErrorKind::Auth => {
                vec![Check::passed("module", format!("module {code} cannot be read")).with_hint(
                    "give the key integration_read to check it, and integration_write to run setup",
                )]
            }
            Err(error) => vec![Check::broken("module", &error)],
        }
    }

    fn module_check(&self, code: &ModuleCode, module: &IntegrationModule) -> Check {
        if module.freeze == Some(true) {
            return Check::failed(
                "module",
                ErrorKind::Rejected,
                format!("RetailCRM has frozen module {code}: events and records are refused"),
                "check the account's balance in RetailCRM, then the module in its marketplace",
            );
        }
        if module.active == Some(false) {
            return Check::failed(
                "module",
                ErrorKind::Rejected,
                format!("module {code} is switched off: events and records are refused"),
                format!("switch it on in RetailCRM, or {RUN_SETUP}"),
            );
        }
        let ours = self.config.client_id.as_ref();
        if let Some(ours) = ours.filter(|id| !id.is_empty())
            && module.client_id.as_ref() != Some(ours)
        {
            return Check::failed(
                "module",
                ErrorKind::Config,
                format!(
                    "module {code} has another clientId than `client_id`: requests of RetailCRM \
                     to us are refused"
                ),
                format!(
                    "{RUN_SETUP}, or set `client_id` to the one the module was registered with"
                ),
            );
        }
        let check = Check::passed("module", format!("module {code} is registered and active"));
        let called =
            module.telephony.as_ref().and_then(|telephony| telephony.make_call_url.as_deref());
        let ours = self
            .context
            .account()
            .inbound_address(&SetupPlan::new(None))
            .map(|inbound| inbound.join(MAKE_CALL_PATH));
        match (called, ours) {
            (None, _) => check.with_hint(format!(
                "it has no makeCallUrl, so clicks on numbers do nothing; {RUN_SETUP} to set it"
            )),
            (Some(called), Some(ours)) if called != ours.expose() => check.with_hint(format!(
                "clicks on numbers go to an address other than the account's; {RUN_SETUP} to change that"
            )),
            _ => check,
        }
    }

    /// Popups are sent by extension: one unknown to the module shows nothing.
    fn codes_check(&self, module: &IntegrationModule) -> Check {
        let known = module
            .telephony
            .as_ref()
            .map(|telephony| telephony.additional_codes.as_slice())
            .unwrap_or_default();
        let mut wrong = Vec::new();
        let mut right = 0_usize;
        for (extension, user) in self.setup.directory.extensions() {
            match known.iter().find(|own| own.code == *extension) {
                None => wrong.push(format!("extension {extension} is unknown to RetailCRM")),
                Some(own) if own.user != *user => wrong.push(format!(
                    "extension {extension} belongs to user {} in RetailCRM and to user {user} in `extensions`",
                    own.user
                )),
                Some(_) => right += 1,
            }
        }
        if wrong.is_empty() {
            return Check::passed("codes", format!("RetailCRM knows {right} extensions"));
        }
        Check::failed(
            "codes",
            ErrorKind::Config,
            wrong.join("; "),
            format!("{RUN_SETUP}: this writes the mapping of `extensions`"),
        )
    }
}
