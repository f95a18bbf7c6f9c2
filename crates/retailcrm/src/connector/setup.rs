//! Registration of the telephony: one integration module, read and written if it differs.

use vochi_crm_core::connector::{SetupAction, SetupMode, SetupPlan};
use vochi_crm_core::http::Operation as _;
use vochi_crm_core::{
    Account, Cx, Directory, Error, Line, PhoneNumber, Result, SecretUrl, Text, WarningKind,
};

use super::settings::Settings;
use crate::api::EditIntegrationModule;
use crate::config::{DEFAULT_MODULE_CODE, DEFAULT_MODULE_NAME};
use crate::inbound::{MAKE_CALL_PATH, USER_STATUS_PATH};
use crate::model::{ModuleCode, ModulePlan, UserId};

/// Registers the telephony's module.
pub(super) struct Setup<'a> {
    pub(super) account: &'a Account,
    pub(super) directory: &'a Directory<UserId>,
    pub(super) settings: Settings<'a>,
}

impl Setup<'_> {
    /// Registers the module with the host's addresses, the directory's extensions and the lines'
    /// numbers, or removes them.
    pub(super) async fn run(&self, cx: &Cx, plan: &SetupPlan) -> Result<Vec<String>> {
        let (client, module) = (self.settings.client, self.module_plan(cx, plan).await?);
        let read = client.integration_modules().find(cx, module.code()).await?;
        let change = match (plan.action, &read) {
            (SetupAction::Remove, Some(read)) => module.undo(read)?,
            (SetupAction::Remove, None) => return Ok(Vec::new()),
            _ => module.apply(read.as_ref())?,
        };
        if change.changes.is_empty() {
            return Ok(change.changes);
        }
        if plan.mode == SetupMode::Write {
            let request = EditIntegrationModule::new(change.module);
            let edited = client.send(cx, request).await?;
            cx.add_warnings(edited.warnings());
        } else {
            // Report causes of a refusal now, in a dry run too; the request is not sent.
            EditIntegrationModule::new(change.module).request()?;
        }
        Ok(change.changes)
    }

    /// The desired state of the module.
    async fn module_plan(&self, cx: &Cx, plan: &SetupPlan) -> Result<ModulePlan> {
        let config = self.settings.config;
        let code = self.module_code()?;
        let name = non_blank(config.module_name.as_ref())
            .unwrap_or_else(|| DEFAULT_MODULE_NAME.to_owned());
        let removes = plan.action == SetupAction::Remove;
        let inbound = self.account.inbound_address(plan).filter(|_| !removes);
        let public = non_blank(self.account.config().public_url.as_ref()).filter(|_| !removes);
        let inbound = inbound.as_ref().map(SecretUrl::expose);
        let mut module = match inbound.map(str::to_owned).or(public) {
            Some(base) => ModulePlan::new(code, name, base),
            // RetailCRM requires a base address; its own address has no effect.
            None => ModulePlan::new(code, name, config.url.trim()).keeping_base_url(),
        };
        let client_id = config.client_id.clone().filter(|id| !id.is_empty());
        match (inbound, &client_id) {
            (Some(inbound), Some(_)) => {
                module = module
                    .with_make_call_url(format!("{inbound}{MAKE_CALL_PATH}"))
                    .with_change_user_status_url(format!("{inbound}{USER_STATUS_PATH}"));
            }
            (Some(_), None) => {
                return Err(Error::config(
                    "missing, so RetailCRM's requests cannot be authenticated",
                )
                .with_key("client_id")
                .with_hint("set it to at least 128 random bits and keep it"));
            }
            (None, _) if removes => {}
            (None, _) => cx.warn(
                WarningKind::Incomplete,
                "there is no inbound address (public_url, inbound_secret): everything but the \
                 addresses for clicks is registered, so clicks on numbers in RetailCRM do not reach us",
            ),
        }
        if let Some(id) = client_id {
            module = module.with_client_id(id);
        }
        if let Some(logo) = non_blank(config.logo.as_ref()) {
            module = module.with_logo(logo);
        }
        for (extension, user) in self.directory.extensions() {
            module = module.with_code(extension.clone(), *user);
        }
        let numbers = self.numbers()?;
        if !numbers.is_empty() {
            let site = config.site.as_deref().and_then(|site| Text::new(site.trim()).ok());
            let site = self.settings.shop(cx, site).await?;
            for number in numbers {
                module = module.with_external_phone(site.as_str(), number);
            }
        }
        Ok(module)
    }

    /// The code of the account's module.
    pub(super) fn module_code(&self) -> Result<ModuleCode> {
        let code = non_blank(self.settings.config.module_code.as_ref());
        ModuleCode::new(code.unwrap_or_else(|| DEFAULT_MODULE_CODE.to_owned()))
            .map_err(|error| error.in_config("module_code"))
    }

    /// The company's numbers, in order of their lines.
    fn numbers(&self) -> Result<Vec<PhoneNumber>> {
        let mut numbers = Vec::new();
        for line in self.account.config().lines.keys() {
            if let Some(number) = self.directory.number_of(&Line::new(line)?) {
                numbers.push(number);
            }
        }
        Ok(numbers)
    }
}

fn non_blank(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).cloned()
}
