//! Who is responsible for a client.

use std::collections::BTreeSet;

use vochi_crm_core::{Cx, Error, Line, PhoneNumber, Responsible, Result};

use super::Connector;
use crate::RedirectBy;
use crate::api::CallRedirect;
use crate::model::{PhoneText, UserId};

impl Connector {
    /// Whoever Kontur would have a caller talk to. Of several, the first who has an extension, else
    /// the first. A caller may be waiting, so the feed is not read for a name.
    pub(super) async fn whose(&self, cx: &Cx, phone: PhoneNumber) -> Result<Option<Responsible>> {
        let asked = match self.inner.config.redirect_by {
            RedirectBy::Client => phone,
            RedirectBy::Line => self.only_line()?,
        };
        let number = PhoneText::from(asked).in_form(self.inner.config.phone_form);
        let request = CallRedirect::by_phone(number);
        let users = self.client().telephony().redirect(cx, &request).await?;
        let mut first = None;
        for user in &users.user_ids {
            let responsible = self.employee(user)?;
            if responsible.extension.is_some() {
                return Ok(Some(responsible));
            }
            first.get_or_insert(responsible);
        }
        Ok(first)
    }

    fn employee(&self, user: &UserId) -> Result<Responsible> {
        let name = self
            .told()
            .ask(|index| index.person(user).map(|person| person.name.clone()));
        let user = user.to_common()?;
        let extension = self.own().directory().extension_of(&user).cloned();
        Ok(Responsible::new(user, name, extension))
    }

    /// The account's own number, where there is no doubt which.
    fn only_line(&self) -> Result<PhoneNumber> {
        let mut numbers = BTreeSet::new();
        for line in self.own().config().lines.keys() {
            numbers.extend(self.own().directory().number_of(&Line::new(line)?));
        }
        let mut numbers = numbers.into_iter();
        match (numbers.next(), numbers.next()) {
            (Some(only), None) => Ok(only),
            (only, _) => Err(Error::config(format!(
                "redirect_by: asking with the account's own number takes one number in `lines`, and there {}",
                if only.is_some() { "are several" } else { "is none" }
            ))
            .with_hint("write redirect_by = \"client\", or leave one number in `lines`")),
        }
    }
}
