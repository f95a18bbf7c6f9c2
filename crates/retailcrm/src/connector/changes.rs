//! Customers created or changed in the CRM, read from its history.

use std::collections::BTreeMap;

use vochi_crm_core::connector::{Changes, Cursor};
use vochi_crm_core::{Cx, Result};

use super::lookup::{Lookup, common_of};
use crate::Client;
use crate::api::{CustomerFilter, ListCustomersHistory, UserFilter};
use crate::model::{Customer, CustomerId, HistoryCursor, HistoryEvent, HistoryRecord, UserId};

/// How many customers are asked for at once: a page of them.
const AT_ONCE: usize = 100;

/// Customers that changed, each with its last change.
#[derive(Debug, Default)]
struct Touched(BTreeMap<CustomerId, HistoryCursor>);

impl Touched {
    /// Takes in a change. One we made ourselves is no news, save that a customer is gone.
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

    /// The customers, the one that changed last at the end.
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
    /// Reads the history to its end, and then the customers as they are now. Those merged into
    /// another or deleted meanwhile are left out; the one they were merged into has changed.
    /// Companies and addresses of cards are not asked for: `find` knows them.
    pub(super) async fn since(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        let from = since
            .map(|cursor| cursor.as_str().parse::<HistoryCursor>())
            .transpose()?
            .filter(|cursor| cursor.get() > 0);
        let request = from.map_or_else(ListCustomersHistory::whole, ListCustomersHistory::since);
        let mut history = self.client.history().customers(cx, request);
        let mut touched = Touched::default();
        while let Some(change) = history.next().await? {
            touched.take(change);
        }
        let cursor = history.cursor().unwrap_or(HistoryCursor::new(0));
        let cards = self.cards(cx, &touched.in_order()).await?;
        let names = self.names(cx, &cards).await;
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

    /// The customers with these ids, in this order. Others in the answer are not: the CRM did not
    /// look for the ids then.
    async fn cards(&self, cx: &Cx, ids: &[CustomerId]) -> Result<Vec<Customer>> {
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

    /// The names of the managers, all at once; where they cannot be read the customers go without.
    async fn names(&self, cx: &Cx, cards: &[Customer]) -> BTreeMap<UserId, String> {
        if cards.iter().all(|card| card.manager_id.is_none()) {
            return BTreeMap::new();
        }
        match self.client.list(cx, UserFilter::new()).all().await {
            Ok(users) => users.iter().map(|user| (user.id, user.display_name())).collect(),
            Err(error) => {
                tracing::warn!(
                    account = %self.lookup.account.name(), %error,
                    "the names of managers cannot be read; changed customers go without them"
                );
                BTreeMap::new()
            }
        }
    }
}
