//! Who is responsible for a client.

use std::collections::BTreeSet;

use vochi_crm_core::{CrmUserId, Cx, Error, Line, PhoneNumber, Responsible, Result};

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
        let users = self.client().send(cx, CallRedirect::Phone(number)).await?;
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
        let name = self.told().ask(|index| index.person(user).map(|person| person.name.clone()));
        let user = self.common_id(user)?;
        let extension = self.own().directory().extension_of(&user).cloned();
        Ok(Responsible::new(user, name, extension))
    }

    /// A user's id in the common model, spelt as the directory spells it: Kontur's are in small
    /// letters, and people copy them from elsewhere.
    pub(super) fn common_id(&self, user: &UserId) -> Result<CrmUserId> {
        let directory = self.own().directory();
        let mut named = directory
            .extensions()
            .map(|(_, user)| user)
            .chain(directory.default_user())
            .chain(directory.missed_user());
        let same = named.find(|other| UserId::of(other).is_ok_and(|other| other == *user));
        match same {
            Some(same) => Ok(same.clone()),
            None => user.to_common(),
        }
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
