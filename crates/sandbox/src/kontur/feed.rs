//! Event feed of changes, and its webhooks (§12).

use serde_json::{Map, Value, json};

use crate::limits::{self, MAX_ENTRIES};

use super::ids::{self, ZERO};

/// Most attempts to deliver an event to a webhook.
pub(super) const TRIES: usize = 8;

/// An event pending for a webhook.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Delivery {
    pub(super) number: u64,
    pub(super) event: Value,
    pub(super) relative_url: String,
    pub(super) tries: usize,
}

#[derive(Default)]
pub(super) struct Feed {
    events: Vec<Value>,
    /// Number of seed events.
    first: usize,
    pub(super) deliveries: Vec<Delivery>,
    sent: u64,
}

/// A change of one entity.
pub(super) struct Change<'a> {
    /// `contact`, `company`, `user`, ….
    pub(super) entity: &'static str,
    pub(super) id: &'a str,
    pub(super) old: Option<&'a Map<String, Value>>,
    pub(super) new: Value,
    /// The author, as in `createInfo`.
    pub(super) by: Value,
}

impl Feed {
    /// Adds a change and queues it for the webhooks that subscribe to it.
    pub(super) fn changed(&mut self, change: Change<'_>, web_hooks: &Value) {
        let kind = if change.old.is_some() { "patch" } else { "create" };
        let mut data =
            Map::from_iter([("type".to_owned(), json!(kind)), ("new".to_owned(), change.new)]);
        if let Some(old) = change.old {
            data.insert("old".into(), json!(old));
        }
        let ids = json!({format!("{}Id", change.entity): change.id});
        let asked = asking(web_hooks, "change", change.entity, Some(kind));
        self.push("change", &ids, Some(data), &change.by, asked);
    }

    pub(super) fn linked(&mut self, company: &str, deal: &str, by: &Value) {
        let ids = json!({"companyId": company, "dealId": deal});
        self.push("link", &ids, None, by, Vec::new());
    }

    fn push(
        &mut self,
        kind: &str,
        ids: &Value,
        data: Option<Map<String, Value>>,
        by: &Value,
        asked: Vec<String>,
    ) {
        let mut event = json!({
            "id": ids::guid(),
            // Opaque: without a recognisable order.
            "offset": ids::guid(),
            "type": kind,
            "entityIds": ids,
            "createInfo": by,
        });
        if let Some(data) = data {
            event["changeData"] = Value::Object(data);
        }
        for relative_url in asked {
            self.sent += 1;
            self.deliveries.push(Delivery {
                number: self.sent,
                event: event.clone(),
                relative_url,
                tries: 0,
            });
        }
        self.events.push(event);
    }

    /// Drops the oldest events beyond the limit, except seed events: users are known from them
    /// alone.
    pub(super) fn enforce_limits(&mut self) {
        let over = self.events.len().saturating_sub(MAX_ENTRIES);
        self.events.drain(self.first..self.first + over);
        limits::keep_newest(&mut self.deliveries);
    }

    /// Marks the current events as seed, which are never dropped.
    pub(super) fn end_of_seed(&mut self) {
        self.first = self.events.len();
    }

    /// The position after this offset; `None` if the offset is unknown.
    pub(super) fn after(&self, offset: &str) -> Option<usize> {
        if offset == ZERO {
            return Some(0);
        }
        let index = self.events.iter().position(|it| it["offset"] == offset)?;
        Some(index + 1)
    }

    pub(super) fn page(&self, offset: &str, limit: usize) -> Value {
        let rest = self.after(offset).and_then(|from| self.events.get(from..));
        let rest = rest.unwrap_or_default();
        let items = rest.get(..limit.min(rest.len())).unwrap_or_default();
        let mut page = json!({
            "count": items.len(),
            "items": items,
            "hasMore": items.len() < rest.len(),
        });
        if let [first, .., last] | [first @ last] = items {
            page["firstOffset"] = first["offset"].clone();
            page["lastOffset"] = last["offset"].clone();
        }
        page
    }

    pub(super) fn events(&self) -> &[Value] {
        &self.events
    }
}

/// URLs of the webhooks that subscribe to such an event.
fn asking(web_hooks: &Value, kind: &str, entity: &str, change: Option<&str>) -> Vec<String> {
    let hooks = web_hooks.as_array().into_iter().flatten();
    let wants = |hook: &Value| {
        let says = |item: &Value, name: &str, value: Option<&str>| {
            item.get(name).and_then(Value::as_str).is_none_or(|it| Some(it) == value)
        };
        hook["triggerType"] == "entityEvent"
            && hook["disabled"] != true
            && hook["filter"]["items"].as_array().is_some_and(|items| {
                items.iter().any(|item| {
                    says(item, "eventType", Some(kind))
                        && says(item, "entityType", Some(entity))
                        && says(item, "changeType", change)
                })
            })
    };
    hooks
        .filter(|hook| wants(hook))
        .filter_map(|hook| hook["relativeUrl"].as_str().map(str::to_owned))
        .collect()
}
