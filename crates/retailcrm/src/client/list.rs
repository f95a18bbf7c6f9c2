//! Lists over all pages.

use vochi_crm_core::Cx;
use vochi_crm_core::page::{self, Pager};

use super::Client;
use crate::api::{Entity, Filter, List};

impl Client {
    /// Lists entities over all pages, from the list's page on. An unreadable element is logged and
    /// left out.
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_retailcrm::api::UserFilter;
    /// let mut users = client.list(&Cx::history(), UserFilter::new().active());
    /// while let Some(user) = users.next().await? {
    ///     println!("{}: {}", user.id, user.display_name());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list<F: Filter>(
        &self,
        cx: &Cx,
        list: impl Into<List<F>>,
    ) -> Pager<'static, F::Entity, u32> {
        let (client, cx, list) = (self.clone(), cx.clone(), list.into());
        Pager::new(list.first_page(), move |page| {
            let (client, cx, list) = (client.clone(), cx.clone(), list.clone().page(page));
            async move {
                let found = client.send(&cx, list).await?;
                for broken in &found.items.broken {
                    tracing::warn!(
                        account = %client.pipeline.account(), entity = F::Entity::ONE, page,
                        index = broken.index, why = broken.why,
                        "unreadable element of a list left out"
                    );
                }
                Ok(page::Page::new(found.items.good, found.pagination.after(page)))
            }
        })
    }
}
