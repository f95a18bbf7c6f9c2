//! Integration modules of an account.

use vochi_crm_core::{Cx, ErrorKind, Result, Secret};

use super::Client;
use crate::api::{EditIntegrationModule, GetIntegrationModule, UpdateModuleScopes};
use crate::model::{IntegrationModule, ModuleChange, ModuleCode, ModuleEdited, ModulePlan};

impl Client {
    /// How telephonies and other services are registered in the account.
    pub fn integration_modules(&self) -> IntegrationModules<'_> {
        IntegrationModules(self)
    }
}

/// Operations under `integration-modules/`.
#[derive(Clone, Copy, Debug)]
pub struct IntegrationModules<'a>(&'a Client);

impl IntegrationModules<'_> {
    /// A module (`integration-modules/{code}`).
    ///
    /// # Errors
    /// As [`Client::send`]; `not_found` where there is none.
    pub async fn get(self, cx: &Cx, code: &ModuleCode) -> Result<IntegrationModule> {
        self.0.send(cx, &GetIntegrationModule::new(code.clone())).await
    }

    /// The module, `None` where there is none.
    pub(crate) async fn find(
        self,
        cx: &Cx,
        code: &ModuleCode,
    ) -> Result<Option<IntegrationModule>> {
        match self.get(cx, code).await {
            Ok(module) => Ok(Some(module)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a module as a whole (`integration-modules/{code}/edit`).
    ///
    /// # Errors
    /// As [`Client::send`]; `input`, before anything is sent, for what the CRM is known to refuse.
    pub async fn edit(self, cx: &Cx, module: IntegrationModule) -> Result<ModuleEdited> {
        self.0.send(cx, &EditIntegrationModule::new(module)).await
    }

    /// Asks for further scopes for a marketplace module's key
    /// (`integration-modules/{code}/update-scopes`); the answer is the key to use from now on.
    ///
    /// # Errors
    /// As [`Client::send`]; `rejected` for a module that is not of the marketplace.
    pub async fn update_scopes(self, cx: &Cx, request: &UpdateModuleScopes) -> Result<Secret> {
        self.0.send(cx, request).await
    }

    /// Reads the module, puts the plan over it and writes it, if anything changes. Twice is the
    /// same as once. An edit somebody makes in the CRM in between is overwritten.
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_retailcrm::model::{ModuleCode, ModulePlan, UserId};
    /// let code = ModuleCode::new("vochi-telephony")?;
    /// let plan = ModulePlan::new(code, "Vochi-CRM", "https://connector.example.test")
    ///     .with_code("101".parse()?, UserId::new(7));
    /// let (change, said) = client.integration_modules().register(&Cx::history(), &plan).await?;
    /// for line in change.changes {
    ///     println!("{line}");
    /// }
    /// for warning in said.warnings() {
    ///     println!("{warning}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`get`](Self::get), [`ModulePlan::apply`] and [`edit`](Self::edit); a module that is not
    /// there is made.
    pub async fn register(
        self,
        cx: &Cx,
        plan: &ModulePlan,
    ) -> Result<(ModuleChange, ModuleEdited)> {
        let read = self.find(cx, plan.code()).await?;
        let change = plan.apply(read.as_ref())?;
        let said = if change.changes.is_empty() {
            ModuleEdited::default()
        } else {
            self.edit(cx, change.module.clone()).await?
        };
        Ok((change, said))
    }
}
