//! Lists over all pages.

use vochi_crm_core::Cx;
use vochi_crm_core::http::{Operation, Output};
use vochi_crm_core::page::{self, Pager};

use super::Client;
use crate::api::{Entity, Listed, Many, Paged};

/// The number of elements of a full page. A shorter one is the last.
const PAGE: usize = 100;

impl Client {
    /// Lists entities over all pages, from the operation's page on. The list ends at a page of
    /// fewer than 100 elements, or with nothing on it. An unreadable element is logged and left out.
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_uon::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_uon::api::ListUsers;
    /// let mut users = client.list(&Cx::history(), ListUsers::new());
    /// while let Some(user) = users.next().await? {
    ///     println!("{}: {}", user.id, user.display_name());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list<T, L>(&self, cx: &Cx, list: L) -> Pager<'static, T, u32>
    where
        T: Entity,
        L: Paged + Operation<Output = Many<T>>,
    {
        let (client, cx, first) = (self.clone(), cx.clone(), list.page_number());
        Pager::new(first, move |page| {
            let (client, cx, list) = (client.clone(), cx.clone(), list.clone().on_page(page));
            async move {
                let found: Listed<T> = client.send(&cx, list).await?;
                client.log_broken(L::NAME, &found);
                let full = found.items.good.len() + found.items.broken.len() >= PAGE;
                let last = found.pages_all.is_some_and(|all| u64::from(page) >= all);
                Ok(page::Page::new(found.items.good, (full && !last).then_some(page + 1)))
            }
        })
    }

    /// Lists entities of a list without pages.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn all<T, L>(&self, cx: &Cx, list: L) -> vochi_crm_core::Result<Vec<T>>
    where
        T: Entity,
        L: Operation<Output = Many<T>>,
    {
        let found: <Many<T> as Output>::Value = self.send(cx, list).await?;
        self.log_broken(L::NAME, &found);
        Ok(found.items.good)
    }

    fn log_broken<T>(&self, operation: &'static str, found: &Listed<T>) {
        for broken in &found.items.broken {
            tracing::warn!(
                account = %self.pipeline.account(), operation, index = broken.index,
                why = broken.why, "unreadable element of a list left out"
            );
        }
    }
}
