//! Changed customers, read from the CRM's history.

use std::collections::BTreeMap;

use vochi_crm_core::connector::{Changes, Cursor};
use vochi_crm_core::{Cx, Result};

use super::lookup::{Lookup, common_of};
use crate::Client;
use crate::api::{CustomerFilter, ListCustomersHistory, UserFilter};
use crate::model::{Customer, CustomerId, HistoryCursor, HistoryEvent, HistoryRecord, UserId};

/// The number of customers read at once: one page.
const AT_ONCE: usize = 100;

/// Changed customers, each with its last change.
#[derive(Debug, Default)]
struct ChangedIds(BTreeMap<CustomerId, HistoryCursor>);

impl ChangedIds {
    /// Adds a change. Changes made with the account's own key are skipped, unless the customer is
    /// gone.
    fn take(&mut self, change: HistoryRecord<CustomerId>) {
        let (place, echo) = (change.cursor, change.by_this_key == Some(true));
        let id = change.entity.and_then(|entity| entity.id);
        let into = change.combined_to.and_then(|entity| entity.id);
        let gone = change.event == HistoryEvent::Deleted || into.is_some();
        if let Some(id) = id {
            if gone {
                self.0.remove(&id);
            } else if !echo {
                self.0.insert(id, place);
            }
        }
        if let Some(into) = into.filter(|_| !echo) {
            self.0.insert(into, place);
        }
    }

    /// Returns the customers in the order of their last changes.
    fn in_order(self) -> Vec<CustomerId> {
        let mut touched: Vec<_> = self.0.into_iter().collect();
        touched.sort_by_key(|(id, place)| (*place, *id));
        touched.into_iter().map(|(id, _)| id).collect()
    }
}

/// Reads changed customers.
pub(super) struct CustomerChanges<'a> {
    pub(super) client: &'a Client,
    pub(super) lookup: Lookup<'a>,
}

impl CustomerChanges<'_> {
    /// Reads the history to its end, and then the present state of the customers. Customers that
    /// were merged into another one or deleted are left out; the one they were merged into has a
    /// change of its own. Companies and addresses of cards are not read; `find` returns them.
    pub(super) async fn since(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        let from = since
            .map(|cursor| cursor.as_str().parse::<HistoryCursor>())
            .transpose()?
            .filter(|cursor| cursor.get() > 0);
        let request = from.map_or_else(ListCustomersHistory::whole, ListCustomersHistory::since);
        let mut history = self.client.history().customers(cx, request);
        let mut touched = ChangedIds::default();
        while let Some(change) = history.next().await? {
            touched.take(change);
        }
        let cursor = history.cursor().unwrap_or(HistoryCursor::new(0));
        let cards = self.read_customers(cx, &touched.in_order()).await?;
        let names = self.manager_names(cx, &cards).await;
        let mut customers = Vec::with_capacity(cards.len());
        for card in &cards {
            let mut common = common_of(card);
            common.responsible = card
                .manager_id
                .map(|user| self.lookup.employee(user, names.get(&user).cloned(), None));
            customers.push(common);
        }
        Ok(Changes::new(customers, Cursor::new(cursor.to_string())))
    }

    /// Returns the customers with these ids, in this order. Others in the response are dropped: the
    /// CRM has then ignored the filter.
    async fn read_customers(&self, cx: &Cx, ids: &[CustomerId]) -> Result<Vec<Customer>> {
        let mut cards = Vec::with_capacity(ids.len());
        for some in ids.chunks(AT_ONCE) {
            let filter = CustomerFilter::new().ids(some.iter().copied());
            let mut pages = self.client.list(cx, filter);
            let mut found: BTreeMap<CustomerId, Customer> = pages
                .next_page()
                .await?
                .unwrap_or_default()
                .into_iter()
                .map(|card| (card.id, card))
                .collect();
            cards.extend(some.iter().filter_map(|id| found.remove(id)));
        }
        Ok(cards)
    }

    /// Reads the names of all managers; if they cannot be read, the customers have none.
    async fn manager_names(&self, cx: &Cx, cards: &[Customer]) -> BTreeMap<UserId, String> {
        if cards.iter().all(|card| card.manager_id.is_none()) {
            return BTreeMap::new();
        }
        match self.client.list(cx, UserFilter::new()).all().await {
            Ok(users) => users.iter().map(|user| (user.id, user.display_name())).collect(),
            Err(error) => {
                tracing::warn!(
                    account = %self.lookup.account.name(), %error,
                    "cannot read the names of managers; changed customers are returned without them"
                );
                BTreeMap::new()
            }
        }
    }
}
