//! Invalid changes of the integration: base URL, webhooks, settings.

use std::time::Duration;

use vochi_crm_kontur::api::{ChangeFilter, NewWebhook, PatchInstance, SetupIntegration};
use vochi_crm_kontur::model::ChangeType;

use super::super::operations::table::instance;
use super::super::support::text;
use super::table::{Row, row};

#[expect(clippy::too_many_lines, reason = "one table")]
pub(super) fn rows() -> Vec<Row> {
    let patch = || PatchInstance::new(instance());
    let with_url = |url: &str| patch().base_url(url);
    let adding = |webhook: NewWebhook| patch().add_webhook(&webhook);
    let every = |period| adding(NewWebhook::every(period, "communications/sync"));
    let calling = |url: &str| adding(NewWebhook::every(Duration::from_mins(5), url));
    let changes = || NewWebhook::on_changes("crm-callbacks");
    let unknown = ChangeType::Other("merge".to_owned());
    vec![
        row("PatchInstance", "no change", "it contains no operation", patch()),
        row("PatchInstance", "no URL", "must be https", with_url("")),
        row(
            "PatchInstance",
            "an http URL",
            "must be https",
            with_url("http://crm-hook.example.org"),
        ),
        row(
            "PatchInstance",
            "a URL without a scheme",
            "must be https",
            with_url("crm-hook.example.org/kontur"),
        ),
        row(
            "PatchInstance",
            "a URL in two lines",
            "must be https",
            with_url("https://crm-hook.example.org/\r\nkontur"),
        ),
        row(
            "PatchInstance",
            "a URL with a blank",
            "must be https",
            with_url(" https://crm-hook.example.org"),
        ),
        row(
            "PatchInstance",
            "a URL with a query",
            "without a query",
            with_url("https://crm-hook.example.org/kontur?key=1"),
        ),
        row(
            "PatchInstance",
            "a URL with a fragment",
            "must be https",
            with_url("https://crm-hook.example.org/kontur#1"),
        ),
        row(
            "PatchInstance",
            "one invalid change among valid ones",
            "must be https",
            with_url("").base_url("https://crm-hook.example.org"),
        ),
        row("PatchInstance", "a webhook without a URL", "invalid relative URL", calling("")),
        row("PatchInstance", "a webhook with a blank URL", "invalid relative URL", calling(" ")),
        row(
            "PatchInstance",
            "a webhook URL from the root",
            "invalid relative URL",
            calling("/communications/sync"),
        ),
        row(
            "PatchInstance",
            "a webhook with an absolute URL",
            "invalid relative URL",
            calling("https://example.org/sync"),
        ),
        row(
            "PatchInstance",
            "a webhook outside the base URL",
            "invalid relative URL",
            calling("../sync"),
        ),
        row(
            "PatchInstance",
            "a webhook URL in two lines",
            "invalid relative URL",
            calling("communications/sync\n"),
        ),
        row("PatchInstance", "no period", "invalid schedule period", every(Duration::ZERO)),
        row(
            "PatchInstance",
            "less than a second",
            "invalid schedule period",
            every(Duration::from_millis(999)),
        ),
        row("PatchInstance", "a day", "invalid schedule period", every(Duration::from_hours(24))),
        row("PatchInstance", "no change filter", "the filter list is empty", adding(changes())),
        row(
            "PatchInstance",
            "an unknown change",
            "unsupported change type \"merge\"",
            adding(changes().filters([
                ChangeFilter::new(text("company")),
                ChangeFilter::new(text("contact")).change_type(unknown),
            ])),
        ),
        row(
            "SetupIntegration",
            "a setting without a name",
            "name of a setting must not be empty",
            SetupIntegration::new(instance()).setting("autoAnswer", false).setting(" ", true),
        ),
    ]
}
