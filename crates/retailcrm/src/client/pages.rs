//! Long lists, whatever is in them.

use vochi_crm_core::Cx;
use vochi_crm_core::http::Endpoint;
use vochi_crm_core::page::{Page, Pager};
use vochi_crm_core::wire::Items;

use super::Client;
use crate::model::Pagination;

/// What an answer holds of a list, and where in the list it stands.
pub(super) type Part<T> = (Items<T>, Pagination);

/// Every element of a list from page `first` on. `turn` makes the request for a page, `read` takes
/// its answer apart; `what` names an element in the log.
pub(super) fn pages<R, T>(
    client: &Client,
    cx: &Cx,
    what: &'static str,
    request: R,
    first: u32,
    turn: fn(R, u32) -> R,
    read: fn(R::Output) -> Part<T>,
) -> Pager<'static, T, u32>
where
    R: Endpoint + Clone + 'static,
    T: Send + 'static,
{
    let (client, cx) = (client.clone(), cx.clone());
    Pager::new(first, move |page| {
        let (client, cx) = (client.clone(), cx.clone());
        let request = turn(request.clone(), page);
        async move {
            let (items, pagination) = read(client.send(&cx, &request).await?);
            for broken in &items.broken {
                tracing::warn!(
                    account = %client.pipeline.account(), what, page, index = broken.index,
                    why = broken.why, "an element of a list cannot be read and is left out"
                );
            }
            Ok(Page::new(items.good, pagination.after(page)))
        }
    })
}
