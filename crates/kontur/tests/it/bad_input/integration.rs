//! The integration in its workspace: address, webhooks, features, settings.

use std::time::Duration;

use vochi_crm_kontur::api::{ChangeFilter, NewWebhook, PatchInstance, SetupIntegration};
use vochi_crm_kontur::model::ChangeType;

use super::super::operations::table::instance;
use super::super::support::text;
use super::table::{Row, row};

#[expect(clippy::too_many_lines, reason = "one table")]
pub(super) fn rows() -> Vec<Row> {
    let patch = || PatchInstance::new(instance());
    let at_address = |url: &str| patch().base_url(url);
    let adding = |webhook: NewWebhook| patch().add_webhook(&webhook);
    let every = |period| adding(NewWebhook::every(period, "communications/sync"));
    let calling = |url: &str| adding(NewWebhook::every(Duration::from_mins(5), url));
    let changes = || NewWebhook::on_changes("crm-callbacks");
    let unknown = ChangeType::Other("merge".to_owned());
    vec![
        row("PatchInstance", "no change", "changes nothing", patch()),
        row("PatchInstance", "no address", "no https address", at_address("")),
        row(
            "PatchInstance",
            "an address anybody can listen to",
            "no https address",
            at_address("http://crm-hook.example.org"),
        ),
        row(
            "PatchInstance",
            "an address without a scheme",
            "no https address",
            at_address("crm-hook.example.org/kontur"),
        ),
        row(
            "PatchInstance",
            "an address in two lines",
            "no https address",
            at_address("https://crm-hook.example.org/\r\nkontur"),
        ),
        row(
            "PatchInstance",
            "an address with a blank",
            "no https address",
            at_address(" https://crm-hook.example.org"),
        ),
        row(
            "PatchInstance",
            "an address with a query",
            "has a query in it",
            at_address("https://crm-hook.example.org/kontur?key=1"),
        ),
        row(
            "PatchInstance",
            "an address with a fragment",
            "no https address",
            at_address("https://crm-hook.example.org/kontur#1"),
        ),
        row(
            "PatchInstance",
            "one bad change among good ones",
            "no https address",
            at_address("").base_url("https://crm-hook.example.org"),
        ),
        row("PatchInstance", "a webhook without an address", "no relative address", calling("")),
        row("PatchInstance", "a webhook with a blank address", "no relative address", calling(" ")),
        row(
            "PatchInstance",
            "a webhook from the root",
            "no relative address",
            calling("/communications/sync"),
        ),
        row(
            "PatchInstance",
            "a webhook of somebody else",
            "no relative address",
            calling("https://example.org/sync"),
        ),
        row(
            "PatchInstance",
            "a webhook out of the base address",
            "no relative address",
            calling("../sync"),
        ),
        row(
            "PatchInstance",
            "a webhook in two lines",
            "no relative address",
            calling("communications/sync\n"),
        ),
        row("PatchInstance", "no period", "no period of a schedule", every(Duration::ZERO)),
        row(
            "PatchInstance",
            "less than a second",
            "no period of a schedule",
            every(Duration::from_millis(999)),
        ),
        row("PatchInstance", "a day", "no period of a schedule", every(Duration::from_hours(24))),
        row("PatchInstance", "changes of nothing", "does not say which changes", adding(changes())),
        row(
            "PatchInstance",
            "an unknown change",
            "Kontur has no change \"merge\"",
            adding(changes().filters([
                ChangeFilter::new(text("company")),
                ChangeFilter::new(text("contact")).change_type(unknown),
            ])),
        ),
        row(
            "SetupIntegration",
            "a setting without a name",
            "the name of a setting is empty",
            SetupIntegration::new(instance()).setting("autoAnswer", false).setting(" ", true),
        ),
    ]
}
