//! Webhooks: Kontur's clock, and changes of its entities.

use serde::Deserialize;
use serde_json::Value;
use vochi_crm_core::inbound::{InboundEntity, InboundEvent, InboundKind};

use super::answer::{Outcome, unreadable};
use super::place::Called;
use super::told::Told;
use crate::model::{EntityIds, FeedEvent, FeedEventType, ZERO_GUID};

/// Ids longer than this are none.
const LONGEST: usize = 255;

/// What comes from the clock, and setup, which is documented no better: any method of the two, any
/// body or none.
pub(super) fn schedule(called: Called, told: Told<'_>) -> InboundEvent {
    let kind = match called {
        Called::Sync => InboundKind::SyncRequested,
        Called::Setup => InboundKind::Installed,
        other => InboundKind::Other(other.name().to_owned()),
    };
    told.event_by_echo(kind, called.name())
}

/// A change of an entity, as an element of the feed. Nothing says that Kontur orders them, and it
/// repeats them: the feed stays the truth.
pub(super) fn change(told: Told<'_>) -> Outcome {
    let Some(body) = told.body() else {
        return Err(unreadable("the webhook is no JSON object"));
    };
    let Ok(event) = FeedEvent::deserialize(Value::Object(body.clone())) else {
        return Err(unreadable("the webhook is no event"));
    };
    let entity = entity_of(&event.entity_ids);
    let user = event.entity_ids.user();
    let extension = user.as_ref().and_then(|user| told.extension_of(user));
    let kind = kind_of(&event, entity.as_ref());
    let mut read = if let Some(id) = &event.id {
        told.event_with_id(kind, id.as_str())
    } else {
        told.event_by_echo(kind, Called::Events.name())
    };
    read.entity = entity;
    read.user_id = user.and_then(|user| user.to_common().ok());
    read.extension = extension;
    Ok(read)
}

/// A change of one thing has one id. A tie has two: then the client counts before anything else.
fn entity_of(ids: &EntityIds) -> Option<InboundEntity> {
    let mut all: Vec<InboundEntity> =
        ids.iter().filter_map(|(name, id)| entity(name, id)).collect();
    let client = all.iter().position(|one| is_client(&one.kind));
    match client {
        Some(at) => Some(all.swap_remove(at)),
        None => all.into_iter().next(),
    }
}

fn entity(name: &str, id: &str) -> Option<InboundEntity> {
    let kind = name.strip_suffix("Id").filter(|kind| !kind.is_empty())?;
    let id = id.trim();
    let good = !id.is_empty()
        && id.len() <= LONGEST
        && kind.len() <= LONGEST
        && id != ZERO_GUID
        && !id.contains(char::is_control);
    good.then(|| InboundEntity { kind: kind.to_owned(), id: id.to_owned() })
}

fn is_client(kind: &str) -> bool {
    ["contact", "company"].contains(&kind)
}

/// Other things are told by what they are and what happened, as `deal.patch`; ties as `link`.
fn kind_of(event: &FeedEvent, entity: Option<&InboundEntity>) -> InboundKind {
    match &event.kind {
        Some(FeedEventType::Change) => {}
        None if event.change.is_some() => {}
        Some(tie) => return InboundKind::Other(tie.as_str().to_owned()),
        None => return InboundKind::Other("event".to_owned()),
    }
    match entity {
        Some(entity) if is_client(&entity.kind) => InboundKind::CustomerChanged,
        Some(entity) => {
            let how = event.change_type().map_or("change", |how| how.as_str());
            InboundKind::Other(format!("{}.{how}", entity.kind))
        }
        None => InboundKind::Other("change".to_owned()),
    }
}
