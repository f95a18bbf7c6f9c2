//! The offline queue: clicks for a host without a public address.

use vochi_crm_core::inbound::InboundEvent;
use vochi_crm_core::{Cx, Result, Text};

use super::Connector;
use super::setup::EVENTS;
use crate::api::{
    BindEvent, ClearOfflineEvents, FailOfflineEvents, TakeOfflineEvents, UnbindEvent,
};
use crate::inbound::{Fields, Payload};
use crate::model::Delivery;

impl Connector {
    /// Subscribes to clicks and callbacks through the offline queue of the portal, which
    /// [`poll_offline`](Self::poll_offline) reads: for a host without a public address. It needs an
    /// application of an administrator. A subscription that exists is a success.
    ///
    /// # Errors
    /// `auth` for a webhook, or without the rights of an administrator.
    pub async fn bind_offline(&self, cx: &Cx) -> Result<()> {
        for event in EVENTS {
            let bind = BindEvent::new(event).event_type(Delivery::Offline);
            self.client().send(cx, bind).await.map_err(|error| self.blamed(error))?;
        }
        Ok(())
    }

    /// Removes the subscriptions of [`bind_offline`](Self::bind_offline).
    ///
    /// # Errors
    /// As [`bind_offline`](Self::bind_offline).
    pub async fn unbind_offline(&self, cx: &Cx) -> Result<()> {
        for event in EVENTS {
            let unbind = UnbindEvent::new(event).event_type(Delivery::Offline);
            self.client().send(cx, unbind).await.map_err(|error| self.blamed(error))?;
        }
        Ok(())
    }

    /// Takes up to 50 events from the offline queue, and removes them there. The host treats them as
    /// those of [`parse_inbound`](vochi_crm_core::CrmConnector::parse_inbound), from `apply_inbound`
    /// on: they come from the portal itself. An unreadable event is marked as failed in the queue.
    ///
    /// A poll every few seconds is soon enough: a click of more than two minutes ago is refused.
    /// The queue keeps the last event of each object, so that of two quick clicks on a number one may
    /// be lost; a public address is better.
    ///
    /// # Errors
    /// As [`bind_offline`](Self::bind_offline).
    pub async fn poll_offline(&self, cx: &Cx) -> Result<Vec<InboundEvent>> {
        let client = self.client();
        let taken = client.send(cx, TakeOfflineEvents::new()).await;
        let taken = taken.map_err(|error| self.blamed(error))?;
        let (mut events, mut failed) = (Vec::new(), Vec::new());
        for queued in &taken.events.good {
            let fields = Fields::queued(queued.name.as_str(), &queued.data);
            let payload = Payload { account: self.account(), fields: &fields };
            match payload.event() {
                Ok(mut event) => {
                    event.sent_at = queued.at.or(event.sent_at);
                    events.push(event);
                }
                Err(error) => {
                    tracing::warn!(event = %queued.name, %error, "cannot read a queued event");
                    failed.extend(queued.message.clone());
                }
            }
        }
        // The events are the caller's now: what goes wrong here costs a repeat only.
        if let Some(process) = taken.process.and_then(|process| Text::new(process).ok()) {
            if !failed.is_empty() {
                let fail = FailOfflineEvents::new(process.clone()).message_id(failed.clone());
                let _ = client.send(cx, fail).await;
            }
            let read = taken.events.good.iter().filter_map(|queued| queued.message.clone());
            let read: Vec<String> = read.filter(|message| !failed.contains(message)).collect();
            if !read.is_empty() {
                let clear = ClearOfflineEvents::new(process).message_id(read);
                if let Err(error) = client.send(cx, clear).await {
                    tracing::warn!(%error, "cannot remove events from the offline queue");
                }
            }
        }
        Ok(events)
    }
}
