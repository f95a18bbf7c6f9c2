//! The integration: its key, its addresses, its settings.

use std::time::Duration;

use vochi_crm_core::Cx;
use vochi_crm_core::http::Repeat::{Keyed, Safe, Unsafe};
use vochi_crm_core::testing::conformance::Needs::{Field, Object, Success};
use vochi_crm_core::testing::conformance::{SPECIAL_TEXT, Sending};
use vochi_crm_kontur::Client;
use vochi_crm_kontur::api::{
    AuthorizePrivate, AuthorizePublic, ChangeFilter, Feature, GetInstance, GetMainTelephony,
    NewWebhook, PatchInstance, SetupIntegration,
};
use vochi_crm_kontur::model::ChangeType;

use super::super::support::text;
use super::calls::{BY_TYPE, Operation};
use super::values::instance;
use super::{PRIVATE, PUBLIC};

/// A setting without an id is none.
const SETTINGS: &[(&str, &str)] = &[
    ("settings.*.id", "settings.*"),
    ("result.settings.*.id", "result.settings.*"),
    ("secrets.*.id", "secrets.*"),
];

/// Obtains an access key, as the client does before the first request.
fn authorized<'a>(client: &'a Client, cx: &'a Cx) -> Sending<'a> {
    Box::pin(async { client.authorized(cx).await.map(|key| format!("{key:?}")) })
}

pub(super) fn all() -> Vec<Operation> {
    let mut all = keys();
    all.push(patch_with_invalid_values());
    all.extend(changes());
    all
}

fn keys() -> Vec<Operation> {
    let valid = "invalid keys are configuration errors of the client";
    let private = AuthorizePrivate::new("invented-key");
    let public = AuthorizePublic::new("invented-key", "secretKey=invented");
    // Obtaining a key is a POST without side effects.
    vec![
        Operation::new(Safe, Field, private)
            .account(PRIVATE)
            .sent_by(authorized)
            .reads_by_post()
            .samples(&["authorize-private-integration"])
            .required(&["accessKey"])
            .always_valid(valid),
        Operation::new(Safe, Field, public)
            .account(PUBLIC)
            .sent_by(authorized)
            .reads_by_post()
            .samples(&["authorize-integration"])
            .required(&["accessKey"])
            .always_valid(valid),
    ]
}

fn patch_with_invalid_values() -> Operation {
    let patch = || PatchInstance::new(instance());
    let adding = |webhook: NewWebhook| patch().add_webhook(&webhook);
    let changes = || NewWebhook::on_changes("crm-callbacks");
    let unknown = ChangeType::Other("merge".to_owned());
    let mut row = Operation::new(Keyed, Object, patch().features([Feature::Call, Feature::Hangup]))
        .variant("replacing")
        .samples(&["instances-patch-features"])
        .carries(SETTINGS)
        .refuses("no change", "it contains no operation", patch())
        .refuses(
            "one invalid change among valid ones",
            "must be https",
            patch().base_url("").base_url("https://crm-hook.example.org"),
        )
        .refuses("no change filter", "the filter list is empty", adding(changes()))
        .refuses(
            "an unknown change",
            "unsupported change type \"merge\"",
            adding(changes().filters([
                ChangeFilter::new(text("company")),
                ChangeFilter::new(text("contact")).change_type(unknown),
            ])),
        )
        .special(adding(changes().filters([ChangeFilter::new(text(SPECIAL_TEXT))])));
    for (what, message, url) in [
        ("no URL", "must be https", ""),
        ("an http URL", "must be https", "http://crm-hook.example.org"),
        ("a URL without a scheme", "must be https", "crm-hook.example.org/kontur"),
        ("a URL in two lines", "must be https", "https://crm-hook.example.org/\r\nkontur"),
        ("a URL with a blank", "must be https", " https://crm-hook.example.org"),
        ("a URL with a query", "without a query", "https://crm-hook.example.org/kontur?key=1"),
        ("a URL with a fragment", "must be https", "https://crm-hook.example.org/kontur#1"),
    ] {
        row = row.refuses(what, message, patch().base_url(url));
    }
    for (what, url) in [
        ("a webhook without a URL", ""),
        ("a webhook with a blank URL", " "),
        ("a webhook URL from the root", "/communications/sync"),
        ("a webhook with an absolute URL", "https://example.org/sync"),
        ("a webhook outside the base URL", "../sync"),
        ("a webhook URL in two lines", "communications/sync\n"),
    ] {
        let webhook = NewWebhook::every(Duration::from_secs(5 * 60), url);
        row = row.refuses(what, "invalid relative URL", adding(webhook));
    }
    for (what, period) in [
        ("no period", Duration::ZERO),
        ("less than a second", Duration::from_millis(999)),
        ("a day", Duration::from_secs(24 * 3600)),
    ] {
        let webhook = NewWebhook::every(period, "communications/sync");
        row = row.refuses(what, "invalid schedule period", adding(webhook));
    }
    row
}

fn changes() -> Vec<Operation> {
    let sync = NewWebhook::every(Duration::from_secs(5 * 60), "communications/sync");
    let setup = || SetupIntegration::new(instance()).setting("autoAnswer", false);
    vec![
        Operation::new(Safe, Object, GetInstance(instance()))
            .samples(&["instances-get"])
            .carries(SETTINGS)
            .always_valid(BY_TYPE),
        Operation::new(Safe, Object, GetMainTelephony(instance()))
            .samples(&["ui-settings-main-telephony"])
            .always_valid(BY_TYPE),
        Operation::new(Unsafe, Object, PatchInstance::new(instance()).add_webhook(&sync))
            .variant("adding")
            .samples(&["instances-patch-add-schedule", "instances-patch-add-webhook"])
            .carries(SETTINGS),
        Operation::new(Keyed, Success, setup())
            .samples(&["integrations-setup"])
            .refuses(
                "a setting without a name",
                "name of a setting must not be empty",
                setup().setting(" ", true),
            )
            .special(setup().setting(SPECIAL_TEXT, SPECIAL_TEXT)),
    ]
}
