//! `integration-modules/*`: the registration of the telephony in the CRM.

use std::borrow::Cow;

use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Operation, Output, Repeat, Response};
use vochi_crm_core::{Error, Result, Secret, Text, setters};

use super::response::{Body, Entity, Field};
use crate::model::{IntegrationModule, ModuleCode, ModuleEdited, WrittenModule};

setters! {
    /// Reads an integration module (`GET /api/v5/integration-modules/{code}`).
    pub struct GetIntegrationModule {
        code: ModuleCode,
    }
}

impl Operation for GetIntegrationModule {
    type Output = Field<IntegrationModule>;
    const NAME: &'static str = "integration-modules/{code}";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(format!("/api/v5/integration-modules/{}", self.code)))
    }

    /// A module may be an object or a JSON text.
    fn decode(&self, response: &Response) -> Result<IntegrationModule> {
        response.field(IntegrationModule::ONE)
    }

    fn planned(&self) -> Response {
        let module = json!({ "code": self.code.as_str() });
        Response::ok_json(&json!({ "success": true, "integrationModule": module }))
    }
}

setters! {
    /// Creates or replaces an integration module
    /// (`POST /api/v5/integration-modules/{code}/edit`).
    ///
    /// The CRM keeps nothing of the old module: write the result of
    /// [`ModulePlan`](crate::model::ModulePlan) for the module that was read. Known causes of
    /// refusals are an `input` error: no `baseUrl`, a logo other than SVG, a code that does not
    /// begin with `integrationCode`, an extension of two users, an address without https.
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_retailcrm::api::EditIntegrationModule;
    /// use vochi_crm_retailcrm::model::{ModuleCode, ModulePlan};
    /// let code = ModuleCode::new("vochi-telephony")?;
    /// let plan = ModulePlan::new(code, "Vochi-CRM", "https://connector.example.test")
    ///     .with_logo("https://connector.example.test/logo.png");
    /// let refused = EditIntegrationModule::new(plan.apply(None)?.module).request().unwrap_err();
    /// assert_eq!(refused.fields()["logo"], "must be an SVG");
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub struct EditIntegrationModule {
        module: IntegrationModule,
    }
}

impl Operation for EditIntegrationModule {
    type Output = Body<ModuleEdited>;
    const NAME: &'static str = "integration-modules/{code}/edit";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        self.module.check_readable()?;
        let code = self.module.check()?;
        ApiRequest::post(format!("/api/v5/integration-modules/{code}/edit"))
            .form_json("integrationModule", &WrittenModule(&self.module))
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.module.code.as_deref().map(Cow::Borrowed)
    }
}

setters! {
    /// Requests scopes for the key of a marketplace module (`POST
    /// /api/v5/integration-modules/{code}/update-scopes`) and returns the new key.
    ///
    /// A request with a lost response is retried: there is no other way to learn the key. A module
    /// that was not connected through the marketplace is refused (`Not enabled simple connection`).
    pub struct UpdateModuleScopes {
        code: ModuleCode,
        /// Adds scopes, as `telephony_write`; at least one is required.
        scopes: Vec<Text>,
    }
}

impl Operation for UpdateModuleScopes {
    type Output = ModuleKey;
    const NAME: &'static str = "integration-modules/{code}/update-scopes";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        if self.scopes.is_empty() {
            return Err(Error::input("cannot request scopes: none is given"));
        }
        ApiRequest::post(format!("/api/v5/integration-modules/{}/update-scopes", self.code))
            .form_json("requires", &json!({ "scopes": self.scopes }))
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.code.as_str()))
    }
}

/// Returns the API key of a module.
#[derive(Clone, Copy, Debug)]
pub struct ModuleKey;

impl Output for ModuleKey {
    type Value = Secret;

    fn decode(response: &Response) -> Result<Secret> {
        let key: Secret = response.field("apiKey")?;
        if key.is_empty() {
            return Err(response.unreadable("empty key"));
        }
        Ok(key)
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "success": true, "apiKey": "<KEY>" }))
    }
}
