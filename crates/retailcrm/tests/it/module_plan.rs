//! Plans for an integration module, without loss of extensions.

use serde_json::{Value, json};
use vochi_crm_core::ErrorKind;
use vochi_crm_core::http::Operation;
use vochi_crm_retailcrm::api::EditIntegrationModule;
use vochi_crm_retailcrm::model::{Editing, IntegrationModule, ModuleAction, ModulePlan, UserId};

use super::fixture::Fixture;
use super::modules::{bare, code, plan, read, registered, written};
use super::support::{ext, phone};
use vochi_crm_core::testing::mutations;

fn codes(module: &IntegrationModule) -> Vec<(u64, String)> {
    let telephony = module.telephony.as_ref().unwrap();
    telephony.additional_codes.iter().map(|one| (one.user.get(), one.code.to_string())).collect()
}

#[test]
fn module_that_matches_is_unchanged() {
    for name in ["success", "additional_codes_string_user_ids"] {
        let answer = Fixture::open("integration_module_get").body(name);
        let change = plan().apply(Some(&read(&answer["integrationModule"]))).unwrap();
        let expected: &[&str] = match name {
            "success" => &[],
            _ => &["user 8 gets extension 102"],
        };
        assert_eq!(change.changes, expected, "{name}");
    }
    let text = Value::String(registered().to_string());
    assert_eq!(plan().apply(Some(&read(&text))).unwrap().changes, [""; 0]);
}

#[test]
fn apply_is_idempotent() {
    let first = plan().apply(None).unwrap();
    assert_eq!(first.changes[0], "module vochi-telephony is created");
    let back = read(&written(&first.module));
    let second = plan().apply(Some(&back)).unwrap();
    assert_eq!(second.changes, [""; 0]);
    assert_eq!(written(&second.module), written(&first.module));
}

#[test]
fn extensions_and_numbers_of_others_stay() {
    let mut module = registered();
    module["integrations"]["telephony"]["additionalCodes"] = json!([
        {"userId": "7", "code": 101, "note": "kept"},
        {"userId": 9, "code": "109"},
        {"userId": null, "code": "110"},
        "odd",
    ]);
    module["integrations"]["telephony"]["externalPhones"] = json!({
        "0": {"siteCode": "shop-one", "externalPhone": "+375 17 123-45-67"},
        "2": {"siteCode": "shop-two", "externalPhone": "8017"},
        "3": {"siteCode": "shop-two"},
    });
    module["integrations"]["telephony"]["somethingNew"] = json!({"a": 1});
    module["integrations"]["mgTransport"] = json!({"webhookUrl": "https://other.example.test"});
    module["availableCountries"] = json!(["BY"]);
    module["actions"] = json!({"activity": "/activity"});
    module["somethingNew"] = json!(false);
    let change = plan().apply(Some(&read(&module))).unwrap();
    assert_eq!(change.changes, ["user 8 gets extension 102"]);
    let sent = written(&change.module);
    let telephony = &sent["integrations"]["telephony"];
    assert_eq!(
        telephony["additionalCodes"],
        json!([
            {"userId": 7, "code": "101", "note": "kept"},
            {"userId": 9, "code": "109"},
            {"userId": 8, "code": "102"},
            {"userId": null, "code": "110"},
            "odd",
        ])
    );
    assert_eq!(
        telephony["externalPhones"],
        json!([
            {"siteCode": "shop-one", "externalPhone": "+375 17 123-45-67"},
            {"siteCode": "shop-two", "externalPhone": "8017"},
            {"siteCode": "shop-two"},
        ])
    );
    assert_eq!(telephony["somethingNew"], json!({"a": 1}));
    assert_eq!(sent["integrations"]["mgTransport"], module["integrations"]["mgTransport"]);
    assert_eq!(sent["availableCountries"], json!(["BY"]));
    assert_eq!(sent["actions"], json!({"activity": "/activity"}));
    assert_eq!(sent["somethingNew"], json!(false));
    assert_eq!(sent.get("freeze"), None, "read-only");
    assert_eq!(sent.get("native"), None, "read-only");
}

#[test]
fn extensions_at_the_root_are_moved() {
    let mut module = registered();
    module["additionalCodes"] = json!([
        {"userId": 9, "code": "109"},
        {"userId": 8, "code": "101"},
    ]);
    let change = plan().apply(Some(&read(&module))).unwrap();
    assert_eq!(
        change.changes,
        ["extensions at the module's root move into integrations.telephony"]
    );
    let mut sent = written(&change.module);
    assert_eq!(sent.get("additionalCodes"), None);
    assert_eq!(
        codes(&change.module),
        [(7, "101".to_owned()), (8, "102".to_owned()), (9, "109".to_owned())],
        "an extension in both places is whose it is in the right one"
    );
    // The CRM may still return the old ones.
    sent["additionalCodes"] = module["additionalCodes"].clone();
    assert_eq!(plan().apply(Some(&read(&sent))).unwrap().changes, [""; 0]);
    // Extensions at the root only.
    let lone =
        json!({"code": "vochi-telephony", "additionalCodes": [{"userId": 9, "code": "109"}]});
    assert_eq!(codes(&read(&lone)), [(9, "109".to_owned())]);
}

#[test]
fn apply_describes_its_changes() {
    let there = read(&registered());
    let other = bare()
        .with_code(ext("101"), UserId::new(9).unwrap())
        .with_external_phone("shop-two", phone("+375171234567"))
        .with_editing(Editing::InTheCrm)
        .with_make_call_url("https://connector.example.test/other")
        .switched_off();
    let change = other.apply(Some(&there)).unwrap();
    assert_eq!(
        change.changes,
        [
            "active is set",
            "makeCallUrl is set",
            "allowEdit is set",
            "extension 101 moves from user 7 to user 9",
            "shop shop-two gets number +375171234567",
        ]
    );
    assert_eq!(codes(&change.module), [(9, "101".to_owned()), (8, "102".to_owned())]);
    let with_slash = ModulePlan::new(code(), "Vochi-CRM", "https://connector.example.test/");
    assert_eq!(with_slash.apply(Some(&there)).unwrap().changes, [""; 0]);
}

#[test]
fn editing_is_kept_unless_planned() {
    let mut module = registered();
    module["integrations"]["telephony"]["allowEdit"] = json!(true);
    let change = plan().apply(Some(&read(&module))).unwrap();
    assert_eq!(change.changes, [""; 0]);
    let change = plan().with_editing(Editing::ApiOnly).apply(Some(&read(&module))).unwrap();
    assert_eq!(change.changes, ["allowEdit is set"]);
}

#[test]
fn extension_of_two_users_is_refused() {
    let twice = bare()
        .with_code(ext("101"), UserId::new(7).unwrap())
        .with_code(ext("101"), UserId::new(8).unwrap());
    let error = twice.apply(None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.message().contains("101"), "{error}");
    let mut module = registered();
    module["integrations"]["telephony"]["additionalCodes"] = json!([
        {"userId": 7, "code": "101"}, {"userId": 8, "code": "101"}, {"userId": 7, "code": "105"},
    ]);
    let there = read(&module);
    let error = EditIntegrationModule::new(there.clone()).request().unwrap_err();
    assert_eq!(error.fields()["additionalCodes"], "extension 101 is assigned to the users 7 and 8");
    let change = bare().with_code(ext("101"), UserId::new(7).unwrap()).apply(Some(&there)).unwrap();
    assert_eq!(change.changes, ["extension 101 stays with user 7 alone"]);
    assert_eq!(
        codes(&change.module),
        [(7, "101".to_owned()), (7, "105".to_owned())],
        "a user may have several"
    );
}

#[test]
fn plan_is_not_applied_to_another_module() {
    let other = read(&json!({"code": "other", "name": "Other"}));
    assert_eq!(plan().apply(Some(&other)).unwrap_err().kind(), ErrorKind::Input);
}

#[test]
fn mutated_module_loses_no_extension() {
    let mut module = registered();
    module["integrations"]["telephony"]["additionalCodes"] = json!([
        {"userId": 7, "code": "101", "note": {"a": 1}},
        {"userId": "9", "code": "109"},
    ]);
    for mutation in mutations(&module) {
        let place = format!("{} {}", mutation.path.join("."), mutation.what);
        let module = read(&mutation.body);
        // The plan names another code than the module read, or the module may not be written.
        let Ok(change) = plan().apply(Some(&module)) else {
            let odd_code = mutation.path == ["code"];
            assert!(odd_code || !module.unreadable().is_empty(), "{place}");
            continue;
        };
        let sent = written(&change.module);
        let sent = sent["integrations"]["telephony"]["additionalCodes"].as_array().unwrap();
        let there = &mutation.body["integrations"]["telephony"]["additionalCodes"];
        for element in there.as_array().into_iter().flatten() {
            // Ids are written as numbers and codes as texts, in any case.
            let plain = |value: &Value| value.to_string().replace('"', "");
            let kept = |own: &Value| {
                own == element
                    || ["code", "userId"]
                        .iter()
                        .all(|name| plain(&own[name]) == plain(&element[name]))
            };
            assert!(sent.iter().any(kept), "{place}: {element} in {sent:?}");
        }
    }
}

#[test]
fn planned_actions_are_added_to_others() {
    assert!(written(&plan().apply(None).unwrap().module).get("actions").is_none());
    let wanted = || plan().with_action(ModuleAction::Activity, "/activity");
    for there in [json!(null), json!([]), json!({}), json!({"activity": "/old"})] {
        let mut module = registered();
        module["actions"] = there.clone();
        let change = wanted().apply(Some(&read(&module))).unwrap();
        assert_eq!(change.changes, ["action activity leads to /activity"], "{there}");
        assert_eq!(written(&change.module)["actions"], json!({"activity": "/activity"}));
        let again = wanted().apply(Some(&change.module)).unwrap();
        assert_eq!(again.changes, [""; 0], "{there}");
    }
    let mut module = registered();
    module["actions"] = json!({"settings": "/theirs"});
    let change = wanted().apply(Some(&read(&module))).unwrap();
    let both = json!({"settings": "/theirs", "activity": "/activity"});
    assert_eq!(written(&change.module)["actions"], both);
}
