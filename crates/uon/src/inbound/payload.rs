//! Conversion of an authenticated request to the common model.

use vochi_crm_core::inbound::{Availability, InboundEntity, InboundEvent, InboundKind, repeat_id};
use vochi_crm_core::{Account, CrmUserId, Error, Extension, Party, Result};

use super::fields::{CLIENT_ID, Fields, METHOD, PHONE, TYPE, USER};
use crate::model::{HookType, UserId};

/// The client's numbers, the first one first.
pub(crate) const CLIENT_PHONES: [&str; 3] = ["u_phone", "u_phone_mobile", "u_phone_home"];

/// The kind of entity of a client.
pub(crate) const CLIENT: &str = "client";

/// The parameters of a request of the account.
pub(super) struct Payload<'a> {
    pub(super) account: &'a Account,
    pub(super) fields: &'a Fields,
}

impl Payload<'_> {
    pub(super) fn event(&self) -> Result<InboundEvent> {
        let method = self.fields.one(METHOD)?;
        let calls = method.is_some_and(|method| method.eq_ignore_ascii_case("call"));
        let mut event = match (self.hook_type(method.is_some())?, method) {
            (None, _) if calls => self.click()?,
            // Another action of U-ON, which is not documented.
            (None, _) => self.whole(InboundKind::Other("method".to_owned())),
            (Some(HookType::PhoneClicked), method) if calls || method.is_none() => self.click()?,
            (Some(HookType::ClientCreated | HookType::ClientChanged), _) => {
                self.client_changed()?
            }
            (Some(HookType::ManagerStatusChanged), _) => self.manager_status()?,
            (Some(HookType::CallMissed), _) => self.call_missed()?,
            (Some(other), _) => self.other(other)?,
        };
        event.raw = self.fields.raw();
        Ok(event)
    }

    /// The type of the event. A request with a method may do without one.
    fn hook_type(&self, optional: bool) -> Result<Option<HookType>> {
        let text = self.fields.one(TYPE)?;
        let number = text.and_then(|text| text.parse().ok()).filter(|number| *number != 0);
        match number {
            Some(number) => Ok(Some(HookType::of(number))),
            None if optional => Ok(None),
            None if text.is_some() => Err(Error::input("cannot read the request: invalid type_id")),
            None => Err(Error::input("cannot read the request: missing type_id")),
        }
    }

    fn click(&self) -> Result<InboundEvent> {
        let mut phone = self.fields.one(PHONE)?;
        for field in CLIENT_PHONES {
            if phone.is_none() {
                phone = self.fields.client(field)?;
            }
        }
        let Some(phone) = phone else {
            return Err(Error::input("cannot read the click: missing phone"));
        };
        if !phone.contains(char::is_numeric) {
            return Err(Error::input("cannot read the click: its phone has no digits"));
        }
        let user = user(self.fields.one(USER)?);
        let (account, party) = (self.account, read_phone(self.account, phone));
        let when = self.fields.one(&["datetime"])?.unwrap_or_default();
        let who = user.as_ref().map(CrmUserId::as_str).unwrap_or_default();
        let number = party.to_string();
        let id = repeat_id("click_to_call", [account.name().as_str(), when, who, &number]);
        let mut event = InboundEvent::new(InboundKind::ClickToCall, id);
        event.phone = Some(party);
        event.phone_raw = Some(phone.to_owned());
        event.extension = self.extension(user.as_ref());
        event.user_id = user;
        event.entity = self.client()?;
        Ok(event)
    }

    /// U-ON promises only the id; a click's and a change's client may also be whole.
    fn client_changed(&self) -> Result<InboundEvent> {
        let mut event = self.whole(InboundKind::CustomerChanged);
        event.entity = self.client()?;
        if event.entity.is_none() {
            return Err(Error::input("cannot read the changed client: missing client_id"));
        }
        for field in CLIENT_PHONES {
            if event.phone.is_none()
                && let Some(phone) = self.fields.client(field)?
            {
                event.phone = Some(read_phone(self.account, phone));
                event.phone_raw = Some(phone.to_owned());
            }
        }
        self.set_user(&mut event, USER)?;
        Ok(event)
    }

    fn manager_status(&self) -> Result<InboundEvent> {
        let mut event = self.whole(InboundKind::UserStatusChanged);
        self.set_user(&mut event, USER)?;
        if event.user_id.is_none() {
            return Err(Error::input("cannot read the user status: missing user_id"));
        }
        event.availability = match self.fields.one(&["status_id_new"])? {
            Some("1") => Some(Availability::Available),
            Some("2" | "3") => Some(Availability::Away),
            _ => None,
        };
        Ok(event)
    }

    /// A call that a telephony of U-ON missed.
    fn call_missed(&self) -> Result<InboundEvent> {
        let mut event = self.other(HookType::CallMissed)?;
        if let Some(phone) = self.fields.one(PHONE)? {
            event.phone = Some(read_phone(self.account, phone));
            event.phone_raw = Some(phone.to_owned());
        }
        let line = self.fields.one(&["line_number"])?;
        event.our_number = line.map(|line| read_phone(self.account, line));
        self.set_user(&mut event, &["manager_id"])?;
        let extension = self.fields.one(&["extension"])?.and_then(|text| text.parse().ok());
        event.extension = extension.or(event.extension);
        Ok(event)
    }

    fn other(&self, kind: HookType) -> Result<InboundEvent> {
        let mut event = self.whole(InboundKind::Other(kind.name()));
        event.entity = match id(self.fields.one(&["request_id", "r_id"])?) {
            Some(id) => Some(InboundEntity { kind: "request".to_owned(), id }),
            None => self.client()?,
        };
        self.set_user(&mut event, USER)?;
        Ok(event)
    }

    fn set_user(&self, event: &mut InboundEvent, names: &[&str]) -> Result<()> {
        event.user_id = user(self.fields.one(names)?);
        event.extension = self.extension(event.user_id.as_ref());
        Ok(())
    }

    fn extension(&self, user: Option<&CrmUserId>) -> Option<Extension> {
        self.account.directory().extension_of(user?).cloned()
    }

    fn client(&self) -> Result<Option<InboundEntity>> {
        let own = id(self.fields.one(CLIENT_ID)?);
        let id = own.or(id(self.fields.client("u_id")?));
        Ok(id.map(|id| InboundEntity { kind: CLIENT.to_owned(), id }))
    }

    /// Creates an event that is the same only if all parameters are the same.
    fn whole(&self, kind: InboundKind) -> InboundEvent {
        let mut parts = vec![self.account.name().as_str().to_owned()];
        for (name, value) in self.fields.raw() {
            parts.extend([name, value.to_string()]);
        }
        let id = repeat_id(kind.as_str(), parts.iter().map(String::as_str));
        InboundEvent::new(kind, id)
    }
}

/// An id; U-ON writes 0 for none.
fn id(text: Option<&str>) -> Option<String> {
    text?.parse::<UserId>().ok().map(|id| id.to_string())
}

fn user(text: Option<&str>) -> Option<CrmUserId> {
    CrmUserId::new(id(text)?).ok()
}

/// Reads a number of U-ON: as typed, or international digits without plus.
pub(crate) fn read_phone(account: &Account, text: &str) -> Party {
    let reader = account.phones();
    let read = Party::read(&reader, text.trim());
    if !matches!(read, Party::Raw(_)) {
        return read;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match Party::read(&reader, &format!("+{digits}")) {
        number @ Party::Number(_) => number,
        _ => read,
    }
}
