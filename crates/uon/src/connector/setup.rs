//! Registration of the telephony: one webhook for each type of event.

use vochi_crm_core::connector::{Context, SetupAction, SetupMode, SetupPlan};
use vochi_crm_core::http::Operation as _;
use vochi_crm_core::{Cx, Error, Result, SecretUrl, WarningKind};

use crate::Client;
use crate::api::{CreateWebhook, DeleteWebhook, ListWebhooks, UpdateWebhook};
use crate::inbound::HOOK_PATH;
use crate::model::{HookType, Webhook, WebhookData, WebhookId};

/// The events that are registered.
pub(super) const HOOKS: [HookType; 4] = [
    HookType::PhoneClicked,
    HookType::CallMissed,
    HookType::ClientCreated,
    HookType::ClientChanged,
];

/// The note of our webhooks.
const NOTE: &str = "vochi-crm";

/// Registers webhooks.
#[derive(Clone, Copy)]
pub(super) struct Setup<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
}

/// A change of one webhook.
enum Change {
    Create(HookType),
    Update(WebhookId, HookType),
    Delete(WebhookId, Option<HookType>),
}

impl Change {
    fn describe(&self) -> String {
        let hook = |kind: HookType| format!("{} ({})", kind.number(), kind.name());
        match self {
            Self::Create(kind) => format!("create webhook {}", hook(*kind)),
            Self::Update(id, kind) => {
                format!("change webhook {} ({id}): address, POST", hook(*kind))
            }
            Self::Delete(id, kind) => {
                let kind = kind.map(hook).unwrap_or_default();
                format!("delete webhook {kind} ({id})")
            }
        }
    }
}

impl Setup<'_> {
    /// Registers the webhooks that are missing, corrects ours that differ, and deletes our repeated
    /// ones, since U-ON calls each; or deletes all of ours. Webhooks of others stay.
    pub(super) async fn run(&self, cx: &Cx, plan: &SetupPlan) -> Result<Vec<String>> {
        let Some(address) = self.address(plan) else {
            if plan.action == SetupAction::Remove {
                return Err(no_address("the webhooks of this host cannot be recognized"));
            }
            return Err(no_address("there is nothing to register"));
        };
        let hooks = self.client.list(cx, ListWebhooks::new()).all().await?;
        let changes = match plan.action {
            SetupAction::Remove => {
                let ours = hooks.iter().filter(|hook| is_ours(hook, &address));
                ours.map(|hook| Change::Delete(hook.id, hook.kind)).collect()
            }
            _ => missing(&hooks, &address),
        };
        for change in &changes {
            self.apply(cx, change, &address, plan.mode).await?;
        }
        if hooks.iter().any(|hook| serves_clicks_elsewhere(hook, &address)) {
            cx.warn(
                WarningKind::Incomplete,
                "another webhook for clicks on numbers (type 47) is registered: a click reaches \
                 both, and may start two calls",
            );
        }
        Ok(changes.iter().map(Change::describe).collect())
    }

    /// The address of our webhooks.
    pub(super) fn address(&self, plan: &SetupPlan) -> Option<SecretUrl> {
        Some(self.context.account().inbound_address(plan)?.join(HOOK_PATH))
    }

    async fn apply(
        &self,
        cx: &Cx,
        change: &Change,
        address: &SecretUrl,
        mode: SetupMode,
    ) -> Result<()> {
        let data = |kind: HookType| WebhookData::new(kind, address.clone()).note(NOTE);
        // A request that cannot be built is an error of a dry run too.
        let sends = mode == SetupMode::Write;
        match change {
            Change::Create(kind) => {
                let create = CreateWebhook::new(data(*kind));
                create.request()?;
                if sends {
                    self.client.send(cx, create).await?;
                }
            }
            Change::Update(id, kind) => {
                let update = UpdateWebhook::new(*id, data(*kind));
                update.request()?;
                if sends {
                    self.client.send(cx, update).await?;
                }
            }
            Change::Delete(id, _) if sends => self.client.send(cx, DeleteWebhook(*id)).await?,
            Change::Delete(..) => {}
        }
        Ok(())
    }
}

fn no_address(why: &str) -> Error {
    Error::config(format!("missing inbound address: {why}"))
        .with_hint("set public_url and inbound_secret, or pass the address")
        .with_key("public_url")
}

/// What is to be changed, in the order of [`HOOKS`].
fn missing(hooks: &[Webhook], address: &SecretUrl) -> Vec<Change> {
    let mut changes = Vec::new();
    for kind in HOOKS {
        let ours = hooks.iter().filter(|hook| hook.kind == Some(kind) && is_ours(hook, address));
        let (right, wrong): (Vec<&Webhook>, Vec<&Webhook>) =
            ours.partition(|hook| is_right(hook, address));
        let mut spare = wrong.iter().chain(right.get(1..).unwrap_or_default());
        if right.is_empty() {
            changes.push(match spare.next() {
                Some(hook) => Change::Update(hook.id, kind),
                None => Change::Create(kind),
            });
        }
        changes.extend(spare.map(|hook| Change::Delete(hook.id, Some(kind))));
    }
    changes
}

/// Returns true for a webhook of this account on this host: at our address, or with our note and an
/// address that differs in the secret.
fn is_ours(hook: &Webhook, address: &SecretUrl) -> bool {
    let Some(url) = &hook.url else {
        return false;
    };
    if url.expose().trim_end_matches('/') == address.expose() {
        return true;
    }
    let before_secret = |url: &str| {
        let base = url.trim_end_matches('/').strip_suffix(HOOK_PATH)?;
        Some(base.rsplit_once('/')?.0.to_owned())
    };
    let noted = hook.note.as_deref().is_some_and(|note| note.trim() == NOTE);
    let own = before_secret(address.expose());
    noted && own.is_some() && before_secret(url.expose()) == own
}

/// Returns true if U-ON calls our present address with POST.
pub(super) fn is_right(hook: &Webhook, address: &SecretUrl) -> bool {
    let at_address =
        hook.url.as_ref().is_some_and(|url| url.expose().trim_end_matches('/') == address.expose());
    let method = hook.method.as_deref().unwrap_or("GET");
    at_address && method.eq_ignore_ascii_case("POST")
}

fn serves_clicks_elsewhere(hook: &Webhook, address: &SecretUrl) -> bool {
    hook.kind == Some(HookType::PhoneClicked) && !is_ours(hook, address)
}
