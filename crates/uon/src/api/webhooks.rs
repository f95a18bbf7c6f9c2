//! `webhook`: where U-ON sends its events.

use std::borrow::Cow;

use vochi_crm_core::http::{ApiRequest, Operation, Refusal, Response};
use vochi_crm_core::{Error, Result, setters};

use super::response::{Created, Done, Many, get, page, paged, post, post_empty, reads, writes};
use crate::model::{HookType, Webhook, WebhookData, WebhookId};

fn checked(data: &WebhookData) -> Result<&WebhookData> {
    if data.kind == HookType::Other(0) {
        return Err(Error::input("invalid type of webhook 0: must be positive"));
    }
    if !data.url.expose().starts_with("http") {
        return Err(Error::input("invalid address of a webhook: must be a web address"));
    }
    Ok(data)
}

setters! {
    /// Creates a webhook (`POST webhook/create`). A repeat is a second webhook, and each is called:
    /// list them first.
    pub struct CreateWebhook {
        data: WebhookData,
    }
}

impl Operation for CreateWebhook {
    writes!(Created<Webhook>, "webhook/create", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        post("webhook/create", checked(&self.data)?)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.data.kind.number().to_string().into())
    }
}

setters! {
    /// Lists webhooks (`GET webhook/{page}`).
    #[derive(Copy, Default)]
    pub struct ListWebhooks {
        /// The page, from 1.
        page: u32 = 1u32,
    }
}

impl Operation for ListWebhooks {
    reads!(Many<Webhook>, "webhook/{page}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("webhook/{}", page(self.page)?)))
    }
}

paged!(ListWebhooks);

setters! {
    /// Changes a webhook (`POST webhook/update/{id}`).
    pub struct UpdateWebhook {
        webhook: WebhookId,
        data: WebhookData,
    }
}

impl Operation for UpdateWebhook {
    writes!(Done, "webhook/update/{id}", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        post(&format!("webhook/update/{}", self.webhook), checked(&self.data)?)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.webhook.to_string().into())
    }
}

/// Deletes a webhook (`POST webhook/delete/{id}`). One that does not exist is deleted already.
#[derive(Clone, Copy, Debug)]
pub struct DeleteWebhook(pub WebhookId);

impl Operation for DeleteWebhook {
    writes!(Done, "webhook/delete/{id}", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        Ok(post_empty(&format!("webhook/delete/{}", self.0)))
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.0.to_string().into())
    }

    fn recover(&self, refusal: &Refusal, _: &Response) -> Option<()> {
        (refusal.code() == Some("404")).then_some(())
    }
}
