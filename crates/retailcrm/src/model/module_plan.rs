//! Plans for an integration module: its desired state.

use std::fmt;

use vochi_crm_core::{Error, Extension, Result, Secret};

use super::module::{IntegrationModule, ModuleCode};
use super::module_changes::Changes;
use super::{PhoneText, UserId};

/// Who may change the module's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Editing {
    /// Only the API; users of the CRM can only delete the module.
    ApiOnly,
    /// The API and users of the CRM.
    InTheCrm,
}

vochi_crm_core::open_word! {
    /// A notification of the CRM to a module (`actions`). The allowed names are not documented;
    /// some are refused.
    ModuleAction {
        /// The module was switched on or off, or frozen.
        Activity = "activity",
        /// The account's settings changed.
        Settings = "settings",
    }
}

/// The desired state of a telephony's integration module.
///
/// [`apply`](Self::apply) applies it to the existing module. Extensions and numbers that are not in
/// the plan stay: an edit replaces the module, and they may have been entered in the CRM. `Debug`
/// prints no address and no `clientId`.
///
/// ```
/// use vochi_crm_retailcrm::model::{ModuleCode, ModulePlan, UserId};
/// let plan = ModulePlan::new(
///     ModuleCode::new("vochi-telephony")?,
///     "Vochi-CRM",
///     "https://connector.example.test",
/// )
/// .with_code("101".parse()?, UserId::new(7)?);
/// let first = plan.apply(None)?;
/// assert!(!first.changes.is_empty());
/// let again = plan.apply(Some(&first.module))?;
/// assert!(again.changes.is_empty(), "applying a plan is idempotent");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct ModulePlan {
    code: ModuleCode,
    integration_code: Option<String>,
    active: bool,
    name: String,
    logo: Option<String>,
    client_id: Option<Secret>,
    base_url: String,
    keeps_base_url: bool,
    account_url: Option<String>,
    make_call_url: Option<String>,
    change_user_status_url: Option<String>,
    editing: Option<Editing>,
    codes: Vec<(Extension, UserId)>,
    phones: Vec<(String, PhoneText)>,
    actions: Vec<(ModuleAction, String)>,
}

/// The result of applying a plan to a module.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ModuleChange {
    /// The module to write.
    pub module: IntegrationModule,
    /// Descriptions of the changes; empty if the module need not be written.
    pub changes: Vec<String>,
}

impl ModulePlan {
    /// Creates a plan for an active telephony. `base_url` is the base address of the CRM's
    /// requests.
    pub fn new(code: ModuleCode, name: impl Into<String>, base_url: impl Into<String>) -> Self {
        Self {
            code,
            integration_code: None,
            active: true,
            name: name.into(),
            logo: None,
            client_id: None,
            base_url: base_url.into(),
            keeps_base_url: false,
            account_url: None,
            make_call_url: None,
            change_user_status_url: None,
            editing: None,
            codes: Vec::new(),
            phones: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// Sets the code of the module's type; the module's own code begins with it.
    #[must_use]
    pub fn with_integration_code(mut self, code: impl Into<String>) -> Self {
        self.integration_code = Some(code.into());
        self
    }

    /// Makes the module inactive.
    #[must_use]
    pub fn switched_off(mut self) -> Self {
        self.active = false;
        self
    }

    /// Keeps an existing `baseUrl`; only a module without one gets the plan's.
    #[must_use]
    pub fn keeping_base_url(mut self) -> Self {
        self.keeps_base_url = true;
        self
    }

    /// Sets the address of the logo, an SVG.
    #[must_use]
    pub fn with_logo(mut self, url: impl Into<String>) -> Self {
        self.logo = Some(url.into());
        self
    }

    /// Sets the account's id in requests of the CRM to the host. It replaces the module's present
    /// id.
    #[must_use]
    pub fn with_client_id(mut self, id: Secret) -> Self {
        self.client_id = Some(id);
        self
    }

    /// Sets the address of the button "personal account".
    #[must_use]
    pub fn with_account_url(mut self, url: impl Into<String>) -> Self {
        self.account_url = Some(url.into());
        self
    }

    /// Sets the address of click-to-call requests.
    #[must_use]
    pub fn with_make_call_url(mut self, url: impl Into<String>) -> Self {
        self.make_call_url = Some(url.into());
        self
    }

    /// Sets the address of user status notifications.
    #[must_use]
    pub fn with_change_user_status_url(mut self, url: impl Into<String>) -> Self {
        self.change_user_status_url = Some(url.into());
        self
    }

    /// Sets who may change the settings. Without it an existing module keeps its value, and a new
    /// one is changed through the API only.
    #[must_use]
    pub fn with_editing(mut self, editing: Editing) -> Self {
        self.editing = Some(editing);
        self
    }

    /// Assigns an extension to a user.
    #[must_use]
    pub fn with_code(mut self, code: Extension, user: UserId) -> Self {
        self.codes.push((code, user));
        self
    }

    /// Assigns one of the company's numbers to a shop.
    #[must_use]
    pub fn with_external_phone(
        mut self,
        site: impl Into<String>,
        number: impl Into<PhoneText>,
    ) -> Self {
        self.phones.push((site.into(), number.into()));
        self
    }

    /// Subscribes to a notification of the CRM, at this path below the base address. Not set by
    /// default: the CRM of some accounts refuses `actions`.
    #[must_use]
    pub fn with_action(mut self, action: ModuleAction, path: impl Into<String>) -> Self {
        self.actions.push((action, path.into()));
        self
    }

    /// The code.
    pub fn code(&self) -> &ModuleCode {
        &self.code
    }

    /// Applies the plan to the existing module, or to `None`. Nothing is sent.
    ///
    /// # Errors
    /// `input` if the plan gives an extension to two users, or the module is another one; `decode`
    /// if the module's extensions or numbers are unreadable: writing it would lose them.
    pub fn apply(&self, read: Option<&IntegrationModule>) -> Result<ModuleChange> {
        self.check_codes()?;
        let mut changes = Vec::new();
        let mut module = if let Some(read) = read {
            self.check_read(read)?;
            read.clone()
        } else {
            changes.push(format!("module {} is created", self.code));
            IntegrationModule::default()
        };
        let mut change = Changes(&mut changes);
        module.code = Some(self.code.to_string());
        change.set(&mut module.integration_code, self.integration_code.as_ref(), "integrationCode");
        change.set(&mut module.active, Some(&self.active), "active");
        change.set(&mut module.name, Some(&self.name), "name");
        change.url(&mut module.logo, self.logo.as_ref(), "logo");
        change.set(&mut module.client_id, self.client_id.as_ref(), "clientId");
        let has_base_url = module.base_url.as_deref().is_some_and(|url| !url.is_empty());
        if !(self.keeps_base_url && has_base_url) {
            change.url(&mut module.base_url, Some(&self.base_url), "baseUrl");
        }
        change.url(&mut module.account_url, self.account_url.as_ref(), "accountUrl");
        let telephony = module.telephony.get_or_insert_default();
        change.url(&mut telephony.make_call_url, self.make_call_url.as_ref(), "makeCallUrl");
        change.url(
            &mut telephony.change_user_status_url,
            self.change_user_status_url.as_ref(),
            "changeUserStatusUrl",
        );
        let editing = self
            .editing
            .map(|editing| editing == Editing::InTheCrm)
            .or(telephony.allow_edit.is_none().then_some(false));
        change.set(&mut telephony.allow_edit, editing.as_ref(), "allowEdit");
        change.set(&mut telephony.input_event_supported, Some(&true), "inputEventSupported");
        change.set(&mut telephony.output_event_supported, Some(&true), "outputEventSupported");
        change.set(&mut telephony.hangup_event_supported, Some(&true), "hangupEventSupported");
        change.codes(telephony, &self.codes);
        change.phones(telephony, &self.phones);
        change.actions(&mut module.other, &self.actions);
        if std::mem::take(&mut module.moved) {
            changes.push(
                "extensions at the module's root move into integrations.telephony".to_owned(),
            );
        }
        Ok(ModuleChange { module, changes })
    }

    /// Removes the plan from the existing module: the module becomes inactive, its `baseUrl`
    /// becomes the plan's, and the addresses of clicks and statuses and the plan's extensions and
    /// numbers are removed. Modules cannot be deleted through the API. Nothing is sent.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn undo(&self, read: &IntegrationModule) -> Result<ModuleChange> {
        self.check_read(read)?;
        let mut module = read.clone();
        let mut changes = Vec::new();
        if module.active != Some(false) {
            module.active = Some(false);
            changes.push(format!("module {} is switched off", self.code));
        }
        let mut change = Changes(&mut changes);
        change.url(&mut module.base_url, Some(&self.base_url), "baseUrl");
        if let Some(telephony) = &mut module.telephony {
            change.remove(&mut telephony.make_call_url, "makeCallUrl");
            change.remove(&mut telephony.change_user_status_url, "changeUserStatusUrl");
            change.remove_codes(telephony, &self.codes);
            change.remove_phones(telephony, &self.phones);
        }
        Ok(ModuleChange { module, changes })
    }

    fn check_codes(&self) -> Result<()> {
        for (index, (code, user)) in self.codes.iter().enumerate() {
            let other =
                self.codes[..index].iter().find(|(before, of)| before == code && of != user);
            if let Some((_, other)) = other {
                return Err(Error::input(format!(
                    "extension {code} is assigned to the users {other} and {user}"
                ))
                .with_hint("assign every extension to one user"));
            }
        }
        Ok(())
    }

    fn check_read(&self, read: &IntegrationModule) -> Result<()> {
        if read.code.as_deref().is_some_and(|code| code != self.code.as_str()) {
            return Err(Error::input(format!(
                "cannot apply the plan for module {}: another module was read",
                self.code
            )));
        }
        read.check_readable()
    }
}

impl fmt::Debug for ModulePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModulePlan")
            .field("code", &self.code)
            .field("active", &self.active)
            .field("codes", &self.codes)
            .finish_non_exhaustive()
    }
}
