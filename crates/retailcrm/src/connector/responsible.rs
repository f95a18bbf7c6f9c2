//! Whose client a number is.

use vochi_crm_core::{Cx, ErrorKind, PhoneNumber, Responsible, Result};

use super::Connector;
use crate::api::FindManager;
use crate::model::{CustomerId, UserId};

/// Who is responsible for a number, and whose it is.
#[derive(Debug, Default)]
pub(super) struct Whose {
    pub(super) responsible: Option<Responsible>,
    pub(super) customer: Option<CustomerId>,
}

impl Connector {
    /// The telephony's own answer says who is responsible. Where it names no extension and the
    /// directory has none either, the manager of the customer's card counts, if the directory has
    /// one for them; a number the CRM says nothing about costs no further request.
    pub(super) async fn whose(&self, cx: &Cx, phone: PhoneNumber) -> Result<Whose> {
        let answer = self.client().send(cx, self.manager_request(phone)).await?;
        let mut customer = self.named(&answer, phone).map(|(id, _)| id);
        let manager = answer.manager.as_ref();
        let named = manager.map(|manager| self.responsible_manager(manager));
        let reachable = named.as_ref().is_some_and(|named| named.extension.is_some());
        if reachable || (named.is_none() && customer.is_none()) {
            return Ok(Whose { responsible: named, customer });
        }
        let responsible = match self.manager_of_card(cx, phone, &mut customer).await {
            Ok(Some(user)) => {
                let other = self.employee(user, None, None);
                match named {
                    Some(named) if other.extension.is_none() => Some(named),
                    _ => Some(other),
                }
            }
            Ok(None) => named,
            Err(error) => {
                let Some(named) = named else {
                    return Err(error);
                };
                tracing::warn!(
                    account = %self.own().name(), %error,
                    "the customer of a manager without an extension cannot be read"
                );
                Some(named)
            }
        };
        Ok(Whose { responsible, customer })
    }

    /// The request for the manager of a number, with all that RetailCRM knows of the number.
    pub(super) fn manager_request(&self, phone: PhoneNumber) -> FindManager {
        FindManager::new(phone)
            .details()
            .ignore_status()
            .client_id(self.inner.config.sent_client_id().cloned())
    }

    /// The manager in a customer's card (`managerId`): of the customer known, else of the first
    /// found by the number.
    async fn manager_of_card(
        &self,
        cx: &Cx,
        phone: PhoneNumber,
        customer: &mut Option<CustomerId>,
    ) -> Result<Option<UserId>> {
        let customers = self.client().customers();
        if let Some(id) = *customer {
            return match customers.get(cx, id).await {
                Ok(card) => Ok(card.manager_id),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            };
        }
        let found = customers.by_phone(cx, phone).await?;
        *customer = found.first().map(|first| first.id);
        Ok(found.iter().find_map(|card| card.manager_id))
    }
}
