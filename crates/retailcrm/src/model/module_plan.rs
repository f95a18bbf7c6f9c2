//! What we want of an integration module, and what has to change for it.

use std::fmt;

use vochi_crm_core::{Error, Extension, Result, Secret};

use super::module::{IntegrationModule, ModuleCode};
use super::module_changes::Changes;
use super::{PhoneText, UserId};

/// Who may change the module's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Editing {
    /// Nobody but the API; users of the CRM can only delete the module.
    ApiOnly,
    /// Users of the CRM too.
    InTheCrm,
}

vochi_crm_core::open_word! {
    /// What the CRM tells a module by itself (`actions`). Which names it takes is not documented; it
    /// is known to refuse some.
    ModuleAction {
        /// The module was switched on or off, or frozen.
        Activity = "activity",
        /// The account's settings changed.
        Settings = "settings",
    }
}

/// What we want of an integration module that is a telephony.
///
/// [`apply`](Self::apply) puts it over the module that is there. Extensions and outside numbers the
/// plan does not name stay: an edit replaces the module, and somebody may have typed them in the
/// CRM. Its `Debug` shows no address and no `clientId`.
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
/// assert!(again.changes.is_empty(), "twice is the same as once");
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

/// What a plan makes of a module.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ModuleChange {
    /// The module to write.
    pub module: IntegrationModule,
    /// What changes, in words; nothing where the module is already as it should be, and need not be
    /// written.
    pub changes: Vec<String>,
}

impl ModulePlan {
    /// A telephony that is switched on. `base_url` is the address the CRM's requests begin with.
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

    /// The code of the module's type; the module's own code begins with it.
    #[must_use]
    pub fn with_integration_code(mut self, code: impl Into<String>) -> Self {
        self.integration_code = Some(code.into());
        self
    }

    /// Switches the module off instead.
    #[must_use]
    pub fn switched_off(mut self) -> Self {
        self.active = false;
        self
    }

    /// Keeps the `baseUrl` of a module that has one; only a module without one gets the plan's.
    #[must_use]
    pub fn keeping_base_url(mut self) -> Self {
        self.keeps_base_url = true;
        self
    }

    /// The address of the logo, an SVG.
    #[must_use]
    pub fn with_logo(mut self, url: impl Into<String>) -> Self {
        self.logo = Some(url.into());
        self
    }

    /// Our id of the account. Requests of the CRM to us carry it; with another one than the module
    /// has, the old one stops coming.
    #[must_use]
    pub fn with_client_id(mut self, id: Secret) -> Self {
        self.client_id = Some(id);
        self
    }

    /// The address behind the button "personal account".
    #[must_use]
    pub fn with_account_url(mut self, url: impl Into<String>) -> Self {
        self.account_url = Some(url.into());
        self
    }

    /// Where the CRM asks for a call.
    #[must_use]
    pub fn with_make_call_url(mut self, url: impl Into<String>) -> Self {
        self.make_call_url = Some(url.into());
        self
    }

    /// Where the CRM tells that a user's status changed.
    #[must_use]
    pub fn with_change_user_status_url(mut self, url: impl Into<String>) -> Self {
        self.change_user_status_url = Some(url.into());
        self
    }

    /// Who may change the settings. Without it a module that is there keeps what it has, and a new
    /// one is changed through the API only.
    #[must_use]
    pub fn with_editing(mut self, editing: Editing) -> Self {
        self.editing = Some(editing);
        self
    }

    /// This extension is this user's.
    #[must_use]
    pub fn with_code(mut self, code: Extension, user: UserId) -> Self {
        self.codes.push((code, user));
        self
    }

    /// This outside number of ours is this shop's.
    #[must_use]
    pub fn with_external_phone(
        mut self,
        site: impl Into<String>,
        number: impl Into<PhoneText>,
    ) -> Self {
        self.phones.push((site.into(), number.into()));
        self
    }

    /// The CRM tells the module this by itself, at this path behind the base address. Nothing is
    /// asked for without it: accounts are known whose CRM refuses `actions`.
    #[must_use]
    pub fn with_action(mut self, action: ModuleAction, path: impl Into<String>) -> Self {
        self.actions.push((action, path.into()));
        self
    }

    /// The code.
    pub fn code(&self) -> &ModuleCode {
        &self.code
    }

    /// Puts the plan over the module that is there, `None` where there is none. Nothing is sent.
    ///
    /// # Errors
    /// `input` where the plan gives an extension to two users, or the module is another one;
    /// `decode` where the module's extensions or numbers cannot be read: writing it would lose them.
    pub fn apply(&self, read: Option<&IntegrationModule>) -> Result<ModuleChange> {
        self.check_codes()?;
        let mut changes = Vec::new();
        let mut module = if let Some(read) = read {
            self.check_read(read)?;
            read.clone()
        } else {
            changes.push(format!("module {} is made", self.code));
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

    /// Undoes the plan in the module that is there: the module is switched off, its `baseUrl` becomes
    /// the plan's, it loses the addresses of calls and statuses and the plan's extensions and
    /// numbers. Through the API a module cannot be deleted. Nothing is sent.
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
                    "extension {code} is given to the users {other} and {user}"
                ))
                .with_hint("give every extension to one user"));
            }
        }
        Ok(())
    }

    fn check_read(&self, read: &IntegrationModule) -> Result<()> {
        if read.code.as_deref().is_some_and(|code| code != self.code.as_str()) {
            return Err(Error::input(format!(
                "the plan is for module {}, not for the one that was read",
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
