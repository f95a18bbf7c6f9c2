//! Webhooks: schedules, setup and changes of entities.

use serde::Deserialize;
use serde_json::Value;
use vochi_crm_core::inbound::{InboundEntity, InboundEvent, InboundKind};

use super::payload::Payload;
use super::reply::{Outcome, unreadable};
use super::route::RouteKind;
use crate::model::{EntityIds, FeedEvent, FeedEventType, ZERO_GUID};

/// The longest accepted id.
const LONGEST: usize = 255;

/// Parses a schedule or setup request: GET or POST, with any body or none.
pub(super) fn schedule(route: RouteKind, payload: Payload<'_>) -> InboundEvent {
    let kind = match route {
        RouteKind::Sync => InboundKind::SyncRequested,
        RouteKind::Setup => InboundKind::Installed,
        other => InboundKind::Other(other.name().to_owned()),
    };
    payload.event_by_echo(kind, route.name())
}

/// Parses a change of an entity, which has the form of a feed element.
///
/// Kontur may repeat and reorder webhooks, so the feed remains authoritative.
pub(super) fn change(payload: Payload<'_>) -> Outcome {
    let Some(body) = payload.body() else {
        return Err(unreadable("invalid webhook: the body must be a JSON object"));
    };
    let Ok(event) = FeedEvent::deserialize(Value::Object(body.clone())) else {
        return Err(unreadable("invalid webhook: the body is not an event"));
    };
    let entity = entity_of(&event.entity_ids);
    let user = event.entity_ids.user();
    let extension = user.as_ref().and_then(|user| payload.extension_of(user));
    let kind = kind_of(&event, entity.as_ref());
    let mut read = if let Some(id) = &event.id {
        payload.event_with_id(kind, id.as_str())
    } else {
        payload.event_by_echo(kind, RouteKind::Events.name())
    };
    read.entity = entity;
    read.user_id = user.and_then(|user| user.to_common().ok());
    read.extension = extension;
    Ok(read)
}

/// Returns the changed entity. A link has two ids: the client takes precedence.
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

/// Returns the kind of event: a changed customer, else entity and change (`deal.patch`), or `link`.
fn kind_of(event: &FeedEvent, entity: Option<&InboundEntity>) -> InboundKind {
    match &event.kind {
        Some(FeedEventType::Change) => {}
        None if event.change.is_some() => {}
        Some(link) => return InboundKind::Other(link.as_str().to_owned()),
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
