//! Integration modules of an account.

use vochi_crm_core::{Cx, ErrorKind, Result};

use super::Client;
use crate::api::{EditIntegrationModule, GetIntegrationModule};
use crate::model::{IntegrationModule, ModuleChange, ModuleCode, ModuleEdited, ModulePlan};

impl Client {
    /// Returns the operations on integration modules.
    pub fn integration_modules(&self) -> IntegrationModules<'_> {
        IntegrationModules(self)
    }
}

/// Operations under `integration-modules/`.
#[derive(Clone, Copy, Debug)]
pub struct IntegrationModules<'a>(&'a Client);

impl IntegrationModules<'_> {
    /// Reads the module; `None` if it does not exist.
    pub(crate) async fn find(
        self,
        cx: &Cx,
        code: &ModuleCode,
    ) -> Result<Option<IntegrationModule>> {
        match self.0.send(cx, GetIntegrationModule::new(code.clone())).await {
            Ok(module) => Ok(Some(module)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the module, applies the plan and writes the result if it differs. Idempotent. A
    /// concurrent change in the CRM is overwritten.
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_retailcrm::model::{ModuleCode, ModulePlan, UserId};
    /// let code = ModuleCode::new("vochi-telephony")?;
    /// let plan = ModulePlan::new(code, "Vochi-CRM", "https://connector.example.test")
    ///     .with_code("101".parse()?, UserId::new(7)?);
    /// let (change, response) = client.integration_modules().register(&Cx::history(), &plan).await?;
    /// for line in change.changes {
    ///     println!("{line}");
    /// }
    /// for warning in response.warnings() {
    ///     println!("{warning}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::send`] and [`ModulePlan::apply`]. A missing module is created.
    pub async fn register(
        self,
        cx: &Cx,
        plan: &ModulePlan,
    ) -> Result<(ModuleChange, ModuleEdited)> {
        let read = self.find(cx, plan.code()).await?;
        let change = plan.apply(read.as_ref())?;
        let response = if change.changes.is_empty() {
            ModuleEdited::default()
        } else {
            self.0.send(cx, EditIntegrationModule::new(change.module.clone())).await?
        };
        Ok((change, response))
    }
}
