//! `events`: everything that changes in the workspace, from the first day on.

use serde::Deserialize;
use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Error, Result};

use super::{done, paths};
use crate::model::{EventOffset, EventsPage, FeedEvent};

/// Reads a page of the feed (`GET …/events`), the oldest events first. It is the only documented way
/// to the employees and to every card.
///
/// Keep [`next`](EventsPage::next) once the page is done with and go on from there while
/// [`has_more`](EventsPage::has_more); then wait about a minute.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::ListEvents;
/// let request = ListEvents::from_start().request()?;
/// assert_eq!(
///     request.query_string(),
///     "offset=00000000-0000-0000-0000-000000000000&limit=50"
/// );
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ListEvents {
    offset: EventOffset,
    limit: u32,
}

/// What the samples ask for.
const USUAL_LIMIT: u32 = 50;

impl ListEvents {
    /// From the workspace's first event on.
    pub fn from_start() -> Self {
        Self::after(EventOffset::start())
    }

    /// What came after this place.
    pub fn after(offset: EventOffset) -> Self {
        Self { offset, limit: USUAL_LIMIT }
    }

    /// How many a page, 50 by default. The most that is allowed is not documented.
    #[must_use]
    pub fn with_limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }

    /// Where it reads from.
    pub fn offset(&self) -> &EventOffset {
        &self.offset
    }

    /// The same from another place on.
    #[must_use]
    pub fn further(mut self, offset: EventOffset) -> Self {
        self.offset = offset;
        self
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(default, deserialize_with = "wire::integer_or_none")]
    count: Option<i64>,
    #[serde(default)]
    items: Value,
    #[serde(default, deserialize_with = "wire::value_or_none")]
    last_offset: Option<EventOffset>,
    #[serde(default, deserialize_with = "wire::truthy")]
    has_more: bool,
}

impl Endpoint for ListEvents {
    type Output = EventsPage;

    fn operation(&self) -> &'static str {
        "events"
    }

    fn request(&self) -> Result<ApiRequest> {
        if self.limit == 0 {
            return Err(Error::input("a page of events has at least one"));
        }
        Ok(ApiRequest::get(paths::EVENTS)
            .query("offset", self.offset.as_str())
            .query("limit", self.limit.to_string()))
    }

    fn decode(&self, answer: &Response) -> Result<EventsPage> {
        let wire: Wire = done::object(answer)?;
        // To read it as empty and go on behind it would be to lose what stands there.
        let promised = wire.count.is_some_and(|count| count > 0) || wire.last_offset.is_some();
        if !wire.items.is_array() && (promised || wire.has_more) {
            return Err(answer.unreadable("items is no list"));
        }
        let last_of_list = last_offset(&wire.items);
        let events = Items::<FeedEvent>::deserialize(wire.items)
            .map_err(|_| answer.unreadable("items is no list"))?;
        // What an empty page says of its place is not documented; to begin anew, or to skip what
        // comes meanwhile, would both be worse than to ask again.
        let drained = events.good.is_empty() && events.broken.is_empty() && !wire.has_more;
        let told = wire.last_offset.filter(|last| *last != EventOffset::start());
        let next =
            told.or(last_of_list).filter(|_| !drained).unwrap_or_else(|| self.offset.clone());
        Ok(EventsPage { events, next, has_more: wire.has_more })
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "count": 0, "items": [], "hasMore": false }))
    }
}

/// The place of the last event, should the page not tell it.
fn last_offset(items: &Value) -> Option<EventOffset> {
    let last = items.as_array()?.last()?;
    EventOffset::new(last.get("offset")?.as_str()?).ok()
}
