//! Integration modules: read, planned, written, without loss of extensions.

use serde_json::{Value, json};
use vochi_crm_core::http::{Operation, Response};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, ErrorKind, Secret};
use vochi_crm_retailcrm::api::{EditIntegrationModule, GetIntegrationModule};
use vochi_crm_retailcrm::model::{IntegrationModule, ModuleCode, ModuleEdited, ModulePlan, UserId};

use super::fixture::{Fixture, assert_same};
use super::support::{Bench, KEY, ext, open, phone, planned, success};

pub(crate) fn code() -> ModuleCode {
    ModuleCode::new("vochi-telephony").unwrap()
}

/// The registration of the fixtures, without extensions and numbers.
pub(crate) fn bare() -> ModulePlan {
    ModulePlan::new(code(), "Vochi-CRM", "https://connector.example.test")
        .with_integration_code("vochi-telephony")
        .with_logo("https://connector.example.test/logo.svg")
        .with_client_id(Secret::new("9f0d6c1e5b7a4c2f8e3d1a6b0c9d8e7f"))
        .with_account_url("https://connector.example.test/retailcrm/account")
        .with_make_call_url("https://connector.example.test/retailcrm/make-call")
        .with_change_user_status_url("https://connector.example.test/retailcrm/status")
}

/// The registration of the fixtures.
pub(crate) fn plan() -> ModulePlan {
    bare()
        .with_code(ext("101"), UserId::new(7).unwrap())
        .with_code(ext("102"), UserId::new(8).unwrap())
        .with_external_phone("shop-one", phone("+375171234567"))
}

pub(crate) fn read(module: &Value) -> IntegrationModule {
    let answer = Response::ok_json(&json!({"success": true, "integrationModule": module}));
    GetIntegrationModule::new(code()).decode(&answer).unwrap()
}

/// The module of the fixture's response.
pub(crate) fn registered() -> Value {
    Fixture::open("integration_module_get").body("success")["integrationModule"].clone()
}

/// The serialized module.
pub(crate) fn written(module: &IntegrationModule) -> Value {
    let request = EditIntegrationModule::new(module.clone()).request().unwrap();
    let body = request.body_ref().encode();
    let form = super::support::form(std::str::from_utf8(&body).unwrap());
    assert_eq!(form[0].0, "integrationModule");
    serde_json::from_str(&form[0].1).unwrap()
}

#[test]
fn requests_match_the_documentation() {
    let get = GetIntegrationModule::new(code()).request().unwrap();
    assert_same(&get, Fixture::open("integration_module_get").request(None));
    let fixture = Fixture::open("integration_module_edit");
    for (name, plan) in [(None, plan()), (Some("deactivate"), plan().switched_off())] {
        let module = plan.apply(None).unwrap().module;
        let request = EditIntegrationModule::new(module).request().unwrap();
        let wanted = fixture.request(name);
        assert_same(&request, wanted);
        let body = request.body_ref().encode();
        assert_eq!(std::str::from_utf8(&body).unwrap(), wanted["wire_body"]);
    }
}

#[test]
fn module_with_unreadable_extensions_is_not_written() {
    for (place, odd) in [
        ("/integrations/telephony/additionalCodes", json!("101,102")),
        ("/integrations/telephony/externalPhones", json!(5)),
        ("/integrations/telephony", json!([1])),
        ("/integrations", json!("telephony")),
        ("/additionalCodes", json!(true)),
    ] {
        let mut module = registered();
        module["additionalCodes"] = json!([]);
        *module.pointer_mut(place).unwrap() = odd;
        let module = read(&module);
        let name = place.rsplit('/').next().unwrap();
        assert!(module.unreadable()[0].ends_with(name), "{place}");
        let error = plan().apply(Some(&module)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{place}");
        let error = EditIntegrationModule::new(module).request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{place}");
    }
}

#[test]
fn known_causes_of_refusals_are_not_sent() {
    let plan_at = |base| ModulePlan::new(code(), "Vochi-CRM", base);
    let good = || plan_at("https://connector.example.test");
    for (field, plan) in [
        ("baseUrl", plan_at("")),
        ("baseUrl", plan_at("connector.example.test")),
        ("baseUrl", plan_at("http://connector.example.test")),
        ("baseUrl", plan_at("https://key@connector.example.test")),
        ("logo", good().with_logo("https://connector.example.test/logo.png")),
        ("logo", good().with_logo("http://connector.example.test/logo.svg")),
        ("accountUrl", good().with_account_url("ftp://connector.example.test")),
        ("makeCallUrl", good().with_make_call_url("http://10.0.0.1/call")),
        ("makeCallUrl", good().with_make_call_url("https://connector.example.test/a b")),
        ("changeUserStatusUrl", good().with_change_user_status_url("/status")),
        ("code", good().with_integration_code("other")),
    ] {
        let module = plan.apply(None).unwrap().module;
        let error = EditIntegrationModule::new(module).request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{field}");
        let fields: Vec<&str> = error.fields().keys().map(String::as_str).collect();
        assert_eq!(fields, [field], "{error}");
        assert!(!error.to_string().contains("connector.example"), "{error}");
    }
    for local in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:8080/crm"] {
        let module = plan_at(local).apply(None).unwrap().module;
        assert!(EditIntegrationModule::new(module).request().is_ok(), "{local}");
    }
    let nameless = IntegrationModule::default();
    assert!(EditIntegrationModule::new(nameless).request().is_err());
}

#[test]
fn unknown_users_are_a_warning() {
    let fixture = Fixture::open("integration_module_edit");
    let edit = EditIntegrationModule::new(plan().apply(None).unwrap().module);
    let said = |name| {
        let body = fixture.body(name);
        edit.decode(&Response::ok_json(&body)).unwrap()
    };
    assert_eq!(said("success_empty_info_list"), ModuleEdited::default());
    let warnings: Vec<String> =
        said("success_with_warnings").warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "RetailCRM knows no user 8; their extension is not registered",
            "RetailCRM knows no shop shop-two; its number is not registered",
        ]
    );
    assert_eq!(edit.decode(&edit.planned()).unwrap(), ModuleEdited::default());
}

#[tokio::test(start_paused = true)]
async fn every_refusal_of_the_fixtures_is_classified() {
    let kinds = [
        ("not_a_json_string", ErrorKind::Rejected),
        ("validation_logo_baseurl", ErrorKind::Rejected),
        ("code_prefix", ErrorKind::Rejected),
        ("insufficient_funds_list_form", ErrorKind::Rejected),
        ("missing_parameter", ErrorKind::Rejected),
        ("access_denied", ErrorKind::Auth),
    ];
    let fixture = Fixture::open("integration_module_edit");
    let module = plan().apply(None).unwrap().module;
    for (name, kind) in kinds {
        let bench = Bench::new([fixture.answer(name)]);
        let edit = EditIntegrationModule::new(module.clone());
        let error = bench.connector.client().send(&Cx::history(), edit).await.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (kind, Effect::NotApplied), "{name}");
    }
    let fixture = Fixture::open("integration_module_get");
    for (name, kind) in [("not_found", ErrorKind::NotFound), ("access_denied", ErrorKind::Auth)] {
        let bench = Bench::new([fixture.answer(name)]);
        let get = GetIntegrationModule::new(code());
        let error = bench.connector.client().send(&Cx::history(), get).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn register_writes_only_differences() {
    let get = Fixture::open("integration_module_get");
    for (read, lines) in [
        ("success", vec!["GET /api/v5/integration-modules/vochi-telephony"]),
        (
            "not_found",
            vec![
                "GET /api/v5/integration-modules/vochi-telephony",
                "POST /api/v5/integration-modules/vochi-telephony/edit",
            ],
        ),
    ] {
        let bench = Bench::new([get.answer(read), success()]);
        let modules = bench.connector.client().integration_modules();
        let (change, said) = modules.register(&Cx::history(), &plan()).await.unwrap();
        let sent: Vec<String> = bench.played().into_iter().map(|one| one.line).collect();
        assert_eq!(sent, lines);
        assert_eq!(change.changes.is_empty(), lines.len() == 1);
        assert_eq!(said, ModuleEdited::default());
    }
    let bench = Bench::new([get.answer("access_denied")]);
    let modules = bench.connector.client().integration_modules();
    let error = modules.register(&Cx::history(), &plan()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert_eq!(bench.played().len(), 1, "an unreadable module is not overwritten");
}

#[tokio::test(start_paused = true)]
async fn lost_response_is_retried() {
    let bench = Bench::new([Step::text(502, "text/html", ""), success()]);
    let edit = EditIntegrationModule::new(plan().apply(None).unwrap().module);
    bench.connector.client().send(&Cx::history(), edit).await.unwrap();
    assert_eq!(bench.played().len(), 2);
}

#[test]
fn credentials_are_not_printed() {
    let shown = format!("{:?} {:?}", plan(), read(&registered()));
    for secret in ["9f0d6c1e", "make-call"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("101"));
}

#[tokio::test(start_paused = true)]
async fn dry_run_shows_the_module() {
    let (hub, requests) = planned();
    let connector = open(&hub, json!({}), json!({"client_id": "9f0d6c1e5b7a4c2f8e3d1a6b0c9d8e7f"}));
    let connector = connector.unwrap();
    let modules = connector.client().integration_modules();
    modules.register(&Cx::history(), &plan()).await.unwrap();
    let requests = requests.requests();
    let operations: Vec<_> = requests.iter().map(|one| one.operation.clone()).collect();
    assert_eq!(operations, ["integration-modules/{code}", "integration-modules/{code}/edit"]);
    let shown = format!("{requests:?}");
    assert!(shown.contains("additionalCodes"), "{shown}");
    for secret in [KEY, "9f0d6c1e"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn module_code_is_one_path_segment() {
    for (text, good) in [
        ("vochi-telephony_2.ru", true),
        ("7", true),
        ("", false),
        ("..", false),
        ("a/b", false),
        ("a b", false),
        ("модуль", false),
    ] {
        assert_eq!(ModuleCode::new(text).is_ok(), good, "{text}");
        assert_eq!(text.parse::<ModuleCode>().is_ok(), good, "{text}");
    }
}
