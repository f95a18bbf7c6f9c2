//! Conversion of an authenticated request to the common model.

use vochi_crm_core::inbound::{ClickedOn, InboundEntity, InboundEvent, InboundKind, repeat_id};
use vochi_crm_core::{Account, CrmCallId, CrmUserId, Error, Extension, Party, Result, Timestamp};

use super::fields::{EVENT, Fields, SENT_AT};
use crate::model::{EventName, UserId};

/// Events that a host may act on, beside clicks, callbacks and installations.
const KNOWN: [EventName; 5] = [
    EventName::CallInit,
    EventName::CallAnswer,
    EventName::CallEnd,
    EventName::AppTest,
    EventName::OfflineEvent,
];

/// Returns true for an event that is not ignored.
pub(super) fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|known| known.as_str() == name)
}

/// The parameters of a request of the account.
pub(crate) struct Payload<'a> {
    pub(crate) account: &'a Account,
    pub(crate) fields: &'a Fields,
}

impl Payload<'_> {
    /// Builds the event.
    ///
    /// # Errors
    /// `input` if a needed parameter is missing or invalid.
    pub(crate) fn event(&self) -> Result<InboundEvent> {
        let Some(name) = self.fields.one(EVENT)? else {
            return Err(Error::input("cannot read the request: missing event"));
        };
        let mut event = match EventName::of(name) {
            EventName::CallStart => self.click()?,
            EventName::CallbackStart => self.callback()?,
            EventName::AppInstall | EventName::AppUpdate => self.whole(InboundKind::Installed),
            EventName::AppUninstall => self.whole(InboundKind::Uninstalled),
            other => self.call(&other)?,
        };
        event.raw = self.fields.raw();
        event.sent_at = self.sent_at();
        Ok(event)
    }

    fn click(&self) -> Result<InboundEvent> {
        let Some(call) = self.call_id()? else {
            return Err(Error::input("cannot read the click: missing CALL_ID"));
        };
        let account = self.account.name().as_str();
        let id = repeat_id("click_to_call", [account, call.as_str()]);
        let mut event = InboundEvent::new(InboundKind::ClickToCall, id);
        self.set_phone(&mut event, "click")?;
        self.set_user(&mut event, "USER_ID")?;
        if event.user_id.is_none() {
            return Err(Error::input("cannot read the click: missing USER_ID"));
        }
        event.crm_call_id = Some(call);
        event.our_number = self.line()?;
        event.entity = self.entity()?;
        event.clicked_on = match self.fields.data("IS_MOBILE")? {
            Some("1" | "Y" | "y") => Some(ClickedOn::Mobile),
            Some("0" | "N" | "n") => Some(ClickedOn::Desktop),
            _ => None,
        };
        Ok(event)
    }

    /// A callback has no user and no `CALL_ID`: the host calls `default_user` first.
    fn callback(&self) -> Result<InboundEvent> {
        let mut event = self.whole(InboundKind::CallbackRequest);
        self.set_phone(&mut event, "callback")?;
        event.our_number = self.line()?;
        event.entity = self.entity()?;
        let directory = self.account.directory();
        event.user_id = directory.default_user().cloned();
        event.extension = self.extension(event.user_id.as_ref());
        Ok(event)
    }

    /// A call of the telephony, or an event without a kind of its own.
    fn call(&self, name: &EventName) -> Result<InboundEvent> {
        let mut event = self.whole(InboundKind::Other(name.as_str().to_owned()));
        event.crm_call_id = self.call_id()?;
        if let Some(phone) = self.fields.data("PHONE_NUMBER")? {
            event.phone = Some(self.read_phone(phone));
            event.phone_raw = Some(phone.to_owned());
        }
        self.set_user(&mut event, "USER_ID")?;
        if event.user_id.is_none() {
            self.set_user(&mut event, "PORTAL_USER_ID")?;
        }
        Ok(event)
    }

    /// The number: international if the portal could read it, else as it is stored.
    fn set_phone(&self, event: &mut InboundEvent, what: &str) -> Result<()> {
        let has_digits = |phone: &&str| phone.contains(|c: char| c.is_ascii_digit());
        let typed = self.fields.data("PHONE_NUMBER")?;
        let international = self.fields.data("PHONE_NUMBER_INTERNATIONAL")?.filter(has_digits);
        let Some(phone) = international.or(typed) else {
            return Err(Error::input(format!("cannot read the {what}: missing PHONE_NUMBER")));
        };
        if !has_digits(&phone) {
            return Err(Error::input(format!("cannot read the {what}: its phone has no digits")));
        }
        event.phone = Some(self.read_phone(phone));
        event.phone_raw = Some(typed.unwrap_or(phone).to_owned());
        Ok(())
    }

    fn read_phone(&self, text: &str) -> Party {
        Party::read(&self.account.phones(), text.trim())
    }

    fn sent_at(&self) -> Option<Timestamp> {
        let seconds: i64 = self.fields.one(SENT_AT).ok()??.parse().ok()?;
        seconds.checked_mul(1000).map(Timestamp::from_unix_millis)
    }

    fn line(&self) -> Result<Option<Party>> {
        Ok(self.fields.data("LINE_NUMBER")?.map(|line| self.read_phone(line)))
    }

    fn call_id(&self) -> Result<Option<CrmCallId>> {
        Ok(self.fields.data("CALL_ID")?.and_then(|id| CrmCallId::new(id).ok()))
    }

    fn entity(&self) -> Result<Option<InboundEntity>> {
        let kind = self.fields.data("CRM_ENTITY_TYPE")?;
        let id = self.fields.data("CRM_ENTITY_ID")?.filter(|id| *id != "0");
        Ok(kind
            .zip(id)
            .map(|(kind, id)| InboundEntity { kind: kind.to_owned(), id: id.to_owned() }))
    }

    fn set_user(&self, event: &mut InboundEvent, name: &str) -> Result<()> {
        let user = self.fields.data(name)?.and_then(|text| text.parse::<UserId>().ok());
        event.user_id = user.map(CrmUserId::from);
        event.extension = self.extension(event.user_id.as_ref());
        Ok(())
    }

    fn extension(&self, user: Option<&CrmUserId>) -> Option<Extension> {
        self.account.directory().extension_of(user?).cloned()
    }

    /// Creates an event that is the same only if all parameters but the time are the same.
    fn whole(&self, kind: InboundKind) -> InboundEvent {
        let mut parts = vec![self.account.name().as_str().to_owned()];
        for (name, value) in self.fields.raw().into_iter().filter(|(name, _)| name != SENT_AT) {
            parts.extend([name, value.to_string()]);
        }
        let id = repeat_id(kind.as_str(), parts.iter().map(String::as_str));
        InboundEvent::new(kind, id)
    }
}
