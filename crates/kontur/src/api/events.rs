//! `events`: the feed of all changes in the workspace.

use serde::Deserialize;
use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, Operation, Output, Repeat, Response};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Error, Result, setters};

use super::response::Object;
use crate::model::{EventOffset, EventsPage, FeedEvent};

setters! {
    /// Reads a page of the feed (`GET …/events`), the oldest events first.
    ///
    /// The feed is the only documented source of the employees and of all clients. Store
    /// [`next`](EventsPage::next) after processing a page and read from it while
    /// [`has_more`](EventsPage::has_more); then wait about a minute.
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_kontur::api::ListEvents;
    /// let request = ListEvents::from_start().request()?;
    /// assert_eq!(
    ///     request.query_string(),
    ///     "offset=00000000-0000-0000-0000-000000000000&limit=50"
    /// );
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub struct ListEvents {
        offset: EventOffset,
        /// The events per page, 50 by default as in the vendor's samples. The maximum is not
        /// documented.
        limit: u32 = 50u32,
    }
}

impl ListEvents {
    /// Starts at the workspace's first event.
    pub fn from_start() -> Self {
        Self::new(EventOffset::start())
    }
}

impl Operation for ListEvents {
    type Output = EventsPage;
    const NAME: &'static str = "events";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        if self.limit == 0 {
            return Err(Error::input("invalid page limit 0: must be positive"));
        }
        Ok(ApiRequest::get("/events")
            .query("offset", self.offset.as_str())
            .query("limit", self.limit.to_string()))
    }

    fn decode(&self, response: &Response) -> Result<EventsPage> {
        let mut page = EventsPage::decode(response)?;
        if page.next == EventOffset::start() {
            page.next = self.offset.clone();
        }
        Ok(page)
    }
}

/// Without an offset in the response, `next` is the start; [`ListEvents`] then keeps its own
/// offset.
impl Output for EventsPage {
    type Value = Self;

    fn decode(response: &Response) -> Result<Self> {
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
        let Wire { count, items, last_offset, has_more } = Object::<Wire>::decode(response)?;
        let no_list = || response.unreadable("items must be a list");
        // An unreadable page must not be treated as empty: reading on behind it would lose its
        // events.
        let promised = count.is_some_and(|count| count > 0) || last_offset.is_some() || has_more;
        if promised && !items.is_array() {
            return Err(no_list());
        }
        let last_of_list = items
            .as_array()
            .and_then(|items| items.last())
            .and_then(|last| EventOffset::new(last.get("offset")?.as_str()?).ok());
        let events = Items::<FeedEvent>::deserialize(items).map_err(|_| no_list())?;
        // The offset of an empty page is not documented, so reading the same page again is the safe
        // choice.
        let drained = events.good.is_empty() && events.broken.is_empty() && !has_more;
        let named = last_offset.filter(|last| *last != EventOffset::start());
        let next = named.or(last_of_list).filter(|_| !drained);
        Ok(Self { events, next: next.unwrap_or_else(EventOffset::start), has_more })
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "count": 0, "items": [], "hasMore": false }))
    }
}
