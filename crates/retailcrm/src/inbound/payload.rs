//! Conversion of an authenticated request to the common model.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use vochi_crm_core::inbound::{
    Availability, InboundEntity, InboundEvent, InboundFields, InboundKind, repeat_id,
};
use vochi_crm_core::{Account, CrmUserId, Error, Extension, Party, Redactor, Result, wire};

use super::{Callback, fields};
use crate::Config;
use crate::model::{UserStatus, user_id};

/// The payload of an authenticated request.
pub(super) struct Payload<'a> {
    account: &'a Account,
    /// The parameters without secrets.
    fields: InboundFields,
    raw: BTreeMap<String, Value>,
}

impl<'a> Payload<'a> {
    pub(super) fn new(account: &'a Account, config: &Config, all: &InboundFields) -> Self {
        let secrets = [&config.api_key, &config.client_id, &account.config().inbound_secret];
        let redactor = Redactor::new(secrets.into_iter().flatten().cloned());
        Self {
            account,
            raw: fields::without_secrets(all, &redactor),
            fields: all.map(|text| redactor.redact(text)),
        }
    }

    pub(super) fn event(self, callback: Callback) -> Result<InboundEvent> {
        let mut event = match callback {
            Callback::MakeCall => self.click(),
            Callback::UserStatus => self.status(),
            Callback::Activity => self.activity(),
            Callback::Settings => {
                Ok(self.whole(InboundKind::Other(Callback::Settings.name().to_owned())))
            }
            Callback::Trigger => self.trigger(),
        }?;
        event.raw = self.raw;
        Ok(event)
    }

    fn one(&self, name: &str) -> Result<Option<&str>> {
        self.fields.one(name)
    }

    fn party(&self, name: &str) -> Result<Option<Party>> {
        let reader = self.account.phones();
        Ok(self.one(name)?.map(|text| Party::read(&reader, text)))
    }

    /// The user of a parameter; `None` for an invalid id.
    fn user(&self, name: &str) -> Result<Option<CrmUserId>> {
        let id = self.one(name)?.and_then(|id| CrmUserId::new(id).ok());
        let user = id.and_then(|id| user_id(&id).ok());
        Ok(user.map(CrmUserId::from))
    }

    /// The user of `userId` and the extension of `code`; a missing one is looked up in the
    /// directory.
    fn employee(&self) -> Result<(Option<CrmUserId>, Option<Extension>)> {
        let directory = self.account.directory();
        let user = self.user("userId")?;
        let code = self.one("code")?.and_then(|code| code.parse().ok());
        let extension = code.or_else(|| directory.extension_of(user.as_ref()?).cloned());
        let user = user.or_else(|| directory.user_of(extension.as_ref()?).cloned());
        Ok((user, extension))
    }

    fn click(&self) -> Result<InboundEvent> {
        let Some(phone) = self.one("phone")? else {
            return Err(Error::input("cannot read the click: missing phone"));
        };
        if !phone.contains(char::is_numeric) {
            return Err(Error::input("cannot read the click: its phone has no digits"));
        }
        let (user, extension) = self.employee()?;
        let Some(extension) = extension else {
            return Err(match user {
                Some(user) => {
                    Error::input(format!("cannot read the click: user {user} has no extension"))
                        .with_hint("map an extension to the user in `extensions`, or in RetailCRM")
                }
                None => Error::input("cannot read the click: missing userId and code"),
            });
        };
        let party = Party::read(&self.account.phones(), phone);
        let mut event = self.event_of(
            InboundKind::ClickToCall,
            user.as_ref(),
            Some(&extension),
            &party.to_string(),
        );
        event.phone = Some(party);
        event.phone_raw = Some(phone.to_owned());
        event.our_number = self.party("externalPhone")?;
        event.user_id = user;
        event.extension = Some(extension);
        Ok(event)
    }

    fn status(&self) -> Result<InboundEvent> {
        let Some(status) = self.one("status")? else {
            return Err(Error::input("cannot read the user status: missing status"));
        };
        let (user, extension) = self.employee()?;
        if user.is_none() && extension.is_none() {
            return Err(Error::input("cannot read the user status: missing userId and code"));
        }
        let mut event = self.event_of(
            InboundKind::UserStatusChanged,
            user.as_ref(),
            extension.as_ref(),
            status,
        );
        event.availability = availability(status);
        event.user_id = user;
        event.extension = extension;
        Ok(event)
    }

    /// A frozen module counts as removed until it is unfrozen; the raw fields distinguish the two.
    fn activity(&self) -> Result<InboundEvent> {
        let activity = match self.raw.get("activity") {
            Some(whole) => whole.clone(),
            // PHP's form of the same without JSON.
            None => ["active", "freeze"]
                .into_iter()
                .filter_map(|name| {
                    let flag = self.raw.get(&format!("activity[{name}]"))?;
                    Some((name.to_owned(), flag.clone()))
                })
                .collect::<Map<_, _>>()
                .into(),
        };
        let activity = if activity.is_object() {
            Activity::deserialize(activity).unwrap_or_default()
        } else {
            Activity::default()
        };
        let Some(active) = activity.active else {
            return Err(Error::input(
                "cannot read the module's activity: missing or invalid activity",
            ));
        };
        let kind = if active && activity.freeze != Some(true) {
            InboundKind::Installed
        } else {
            InboundKind::Uninstalled
        };
        Ok(self.whole(kind))
    }

    fn trigger(&self) -> Result<InboundEvent> {
        let Some(word) = self.one("event")? else {
            return Err(Error::input("cannot read the trigger: missing event")
                .with_hint("add a parameter named event to its request, as customer.changed"));
        };
        let subject = word.split('.').next().unwrap_or_default();
        let customers = ["customer", "customer_corporate"].contains(&subject);
        let entity = |kind: &str, id: &str| -> Result<Option<InboundEntity>> {
            Ok(self.one(id)?.map(|id| InboundEntity { kind: kind.to_owned(), id: id.to_owned() }))
        };
        let kind = match word.rsplit('.').next() {
            Some("created" | "changed") if customers => InboundKind::CustomerChanged,
            _ => InboundKind::Other(word.to_owned()),
        };
        let mut event = self.whole(kind);
        event.entity = if customers {
            entity(subject, "customer_id")?
        } else {
            match entity("order", "order_id")? {
                Some(order) => Some(order),
                None => entity("customer", "customer_id")?,
            }
        };
        event.phone = self.party("phone")?;
        event.phone_raw = self.one("phone")?.map(str::to_owned);
        event.user_id = self.user("manager_id")?;
        event.extension = event
            .user_id
            .as_ref()
            .and_then(|user| self.account.directory().extension_of(user).cloned());
        Ok(event)
    }

    /// Creates an event of an employee: requests about the same employee and subject are the same
    /// event, in any form. The host decides for how long.
    fn event_of(
        &self,
        kind: InboundKind,
        user: Option<&CrmUserId>,
        extension: Option<&Extension>,
        matter: &str,
    ) -> InboundEvent {
        let (by, who) = match (user, extension) {
            (Some(user), _) => ("user", user.as_str()),
            (None, Some(extension)) => ("extension", extension.as_str()),
            (None, None) => ("", ""),
        };
        let account = self.account.name().as_str();
        let id = repeat_id(kind.as_str(), [account, by, who, matter]);
        InboundEvent::new(kind, id)
    }

    /// Creates an event that is the same only if all parameters are the same.
    fn whole(&self, kind: InboundKind) -> InboundEvent {
        let mut parts = vec![self.account.name().as_str().to_owned()];
        for (name, value) in &self.raw {
            parts.push(name.clone());
            parts.push(value.to_string());
        }
        let id = repeat_id(kind.as_str(), parts.iter().map(String::as_str));
        InboundEvent::new(kind, id)
    }
}

/// The value of the parameter `activity`.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Activity {
    #[serde(deserialize_with = "wire::bool_or_none")]
    active: Option<bool>,
    #[serde(deserialize_with = "wire::bool_or_none")]
    freeze: Option<bool>,
}

fn availability(word: &str) -> Option<Availability> {
    match UserStatus::deserialize(Value::from(word)).ok()? {
        UserStatus::Free => Some(Availability::Available),
        UserStatus::Busy | UserStatus::Dinner | UserStatus::Break => Some(Availability::Away),
        UserStatus::Other(_) => None,
    }
}
