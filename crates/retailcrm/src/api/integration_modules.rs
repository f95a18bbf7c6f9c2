//! `integration-modules/*`: registering a telephony in the CRM.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{Error, Result, Secret};

use crate::model::{IntegrationModule, ModuleCode, ModuleEdited, WrittenModule};

/// Reads an integration module (`GET /api/v5/integration-modules/{code}`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::GetIntegrationModule;
/// use vochi_crm_retailcrm::model::ModuleCode;
/// let request = GetIntegrationModule::new(ModuleCode::new("vochi-telephony")?).request()?;
/// assert_eq!(request.path(), "/api/v5/integration-modules/vochi-telephony");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetIntegrationModule {
    code: ModuleCode,
}

impl GetIntegrationModule {
    /// The module with this code. One that is not there is the error `not_found`.
    pub fn new(code: ModuleCode) -> Self {
        Self { code }
    }
}

impl Endpoint for GetIntegrationModule {
    type Output = IntegrationModule;

    fn operation(&self) -> &'static str {
        "integration-modules/{code}"
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(format!("/api/v5/integration-modules/{}", self.code)))
    }

    fn decode(&self, answer: &Response) -> Result<IntegrationModule> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire {
            integration_module: IntegrationModule,
        }
        answer.json().map(|wire: Wire| wire.integration_module)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        let module = json!({ "code": self.code.as_str() });
        Response::ok_json(&json!({ "success": true, "integrationModule": module }))
    }
}

/// Makes an integration module, or replaces the one with its code
/// (`POST /api/v5/integration-modules/{code}/edit`).
///
/// The CRM keeps nothing of the old one: write what [`ModulePlan`](crate::model::ModulePlan) made of
/// the module that was read. A repeat writes the same once more, so a lost answer is no harm. What
/// the CRM is known to refuse is refused here, before anything is sent: no `baseUrl`, a logo that
/// is no SVG, a code that does not begin with `integrationCode`, an extension of two users, an
/// address without https.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::EditIntegrationModule;
/// use vochi_crm_retailcrm::model::{ModuleCode, ModulePlan};
/// let plan = ModulePlan::new(
///     ModuleCode::new("vochi-telephony")?,
///     "Vochi-CRM",
///     "https://connector.example.test",
/// )
/// .with_logo("https://connector.example.test/logo.png");
/// let refused = EditIntegrationModule::new(plan.apply(None)?.module).request().unwrap_err();
/// assert_eq!(refused.fields()["logo"], "it has to be an SVG");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EditIntegrationModule {
    module: IntegrationModule,
}

impl EditIntegrationModule {
    /// This module, as a whole.
    pub fn new(module: IntegrationModule) -> Self {
        Self { module }
    }
}

impl Endpoint for EditIntegrationModule {
    type Output = ModuleEdited;

    fn operation(&self) -> &'static str {
        "integration-modules/{code}/edit"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.module.check_readable()?;
        let code = self.module.check()?;
        ApiRequest::post(format!("/api/v5/integration-modules/{code}/edit"))
            .form_json("integrationModule", &WrittenModule(&self.module))
    }

    fn decode(&self, answer: &Response) -> Result<ModuleEdited> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.module.code.as_deref().map(Cow::Borrowed)
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "info": [] }))
    }
}

/// Asks for further scopes for the key of a module of the marketplace
/// (`POST /api/v5/integration-modules/{code}/update-scopes`).
///
/// The answer is the key to use from now on; by one official client it is a new one. A lost answer
/// is asked for again: there is no other way to learn the key. A module that was not connected
/// through the marketplace is refused (`Not enabled simple connection`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::UpdateModuleScopes;
/// use vochi_crm_retailcrm::model::ModuleCode;
/// let code = ModuleCode::new("vochi-telephony")?;
/// let request = UpdateModuleScopes::new(code, ["telephony_write"]).request()?;
/// assert_eq!(
///     request.path(),
///     "/api/v5/integration-modules/vochi-telephony/update-scopes"
/// );
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct UpdateModuleScopes {
    code: ModuleCode,
    scopes: Vec<String>,
}

impl UpdateModuleScopes {
    /// The module's key shall have these scopes, as `telephony_write`.
    pub fn new<S: Into<String>>(code: ModuleCode, scopes: impl IntoIterator<Item = S>) -> Self {
        Self { code, scopes: scopes.into_iter().map(Into::into).collect() }
    }
}

impl Endpoint for UpdateModuleScopes {
    type Output = Secret;

    fn operation(&self) -> &'static str {
        "integration-modules/{code}/update-scopes"
    }

    fn request(&self) -> Result<ApiRequest> {
        if self.scopes.is_empty() || self.scopes.iter().any(|scope| scope.trim().is_empty()) {
            return Err(Error::input("a scope without a name is asked for, or none at all"));
        }
        let path = format!("/api/v5/integration-modules/{}/update-scopes", self.code);
        ApiRequest::post(path).form_json("requires", &json!({ "scopes": self.scopes }))
    }

    fn decode(&self, answer: &Response) -> Result<Secret> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire {
            api_key: Secret,
        }
        let key = answer.json::<Wire>()?.api_key;
        if key.is_empty() {
            return Err(answer.unreadable("it has no key"));
        }
        Ok(key)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.code.as_str()))
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "apiKey": "<KEY>" }))
    }
}
