//! Registering the telephony.

use serde_json::{Value, json};
use vochi_crm_core::connector::{SetupPlan, SetupReport};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, Result, Warning, WarningKind};

use super::fixture::Fixture;
use super::support::{Bench, open, planned, success};

const INBOUND: &str = "https://pbx.example.test/in/shop/canary-inbound-secret";
const GET: &str = "GET /api/v5/integration-modules/vochi-telephony";
const EDIT: &str = "POST /api/v5/integration-modules/vochi-telephony/edit";

fn bench(steps: impl IntoIterator<Item = Step>, common: Value, config: &Value) -> Bench {
    let mut own = json!({"client_id": "canary-client-id", "site": "shop-one"});
    for (key, value) in config.as_object().unwrap() {
        own[key] = value.clone();
    }
    Bench::with(steps, common, own)
}

fn usual(steps: impl IntoIterator<Item = Step>) -> Bench {
    bench(steps, json!({}), &json!({}))
}

fn nothing() -> Step {
    Fixture::open("integration_module_get").answer("not_found")
}

fn read(module: &Value) -> Step {
    Step::json(200, &json!({"success": true, "integrationModule": module}))
}

fn plan() -> SetupPlan {
    SetupPlan::new(Some(INBOUND.parse().unwrap()))
}

async fn setup(bench: &Bench, plan: &SetupPlan) -> Result<SetupReport> {
    bench.connector.setup(&Cx::history(), plan).await
}

fn lines(bench: &Bench) -> Vec<String> {
    bench.played().into_iter().map(|one| one.line).collect()
}

fn ours() -> Value {
    json!({
        "code": "vochi-telephony",
        "active": true,
        "name": "Vochi-CRM",
        "clientId": "canary-client-id",
        "baseUrl": INBOUND,
        "integrations": {"telephony": {
            "makeCallUrl": format!("{INBOUND}/make-call"),
            "changeUserStatusUrl": format!("{INBOUND}/user-status"),
            "allowEdit": false,
            "inputEventSupported": true,
            "outputEventSupported": true,
            "hangupEventSupported": true,
            "additionalCodes": [{"userId": 18, "code": "151"}, {"userId": 16, "code": "152"}],
            "externalPhones": [{"siteCode": "shop-one", "externalPhone": "+375171234567"}],
        }},
    })
}

#[tokio::test(start_paused = true)]
async fn new_account_gets_a_complete_module() {
    let bench = usual([nothing(), success()]);
    let report = setup(&bench, &plan()).await.unwrap();
    assert_eq!(lines(&bench), [GET, EDIT]);
    assert_eq!(bench.sent(1, "integrationModule"), ours());
    assert_eq!(report.changes[0], "module vochi-telephony is created");
    assert!(report.changes.contains(&"user 18 gets extension 151".to_owned()));
    assert!(report.warnings.is_empty());
    let printed = format!("{report:?} {:?}", plan());
    assert!(!printed.contains("canary"), "{printed}");
    assert!(bench.connector.capabilities().has(Capability::Setup));
}

#[tokio::test(start_paused = true)]
async fn entries_of_others_stay() {
    let mut module = ours();
    module["clientId"] = json!("another");
    module["integrations"]["telephony"]["additionalCodes"] =
        json!([{"userId": 8, "code": "102"}, {"userId": 18, "code": "151"}]);
    let bench = usual([read(&module), success()]);
    let report = setup(&bench, &plan()).await.unwrap();
    assert_eq!(report.changes, ["clientId is set", "user 16 gets extension 152"]);
    assert_eq!(
        bench.sent(1, "integrationModule")["integrations"]["telephony"]["additionalCodes"],
        json!([
            {"userId": 8, "code": "102"}, {"userId": 18, "code": "151"},
            {"userId": 16, "code": "152"},
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn show_mode_writes_nothing() {
    let bench = usual([nothing()]);
    let shown = setup(&bench, &plan().shown_only()).await.unwrap();
    assert_eq!(lines(&bench), [GET]);
    let bench = usual([nothing(), success()]);
    assert_eq!(setup(&bench, &plan()).await.unwrap(), shown);

    let bench = usual([read(&ours())]);
    let shown = setup(&bench, &plan().shown_only()).await.unwrap();
    assert_eq!(shown, SetupReport::default());

    let logo = json!({"logo": "https://pbx.example.test/logo.png"});
    let bench = self::bench([nothing()], json!({}), &logo);
    let error = setup(&bench, &plan().shown_only()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "a known cause of refusal");
    assert!(error.fields().contains_key("logo"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn dry_run_collects_the_requests() {
    let (hub, noted) = planned();
    let own = json!({"client_id": "canary-client-id"});
    let common = json!({"inbound_secret": "canary-inbound-secret"});
    let connector = open(&hub, common, own).unwrap();
    connector.setup(&Cx::history(), &plan()).await.unwrap();
    let requests = noted.requests();
    let paths: Vec<&str> =
        requests.iter().filter_map(|one| one.url.split("/api/").nth(1)).collect();
    assert_eq!(
        paths,
        [
            "credentials",
            "v5/reference/sites",
            "v5/integration-modules/vochi-telephony",
            "v5/integration-modules/vochi-telephony/edit",
        ]
    );
    let body = requests[3].body.clone().unwrap();
    assert!(body.contains("SITE+from+step+2"), "{body}");
    assert!(!body.contains("canary"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn name_code_and_logo_are_configurable() {
    let own = json!({
        "module_code": "minsk-pbx", "module_name": "АТС", "logo": "https://pbx.example.test/l.svg",
    });
    let bench = bench([nothing(), success()], json!({}), &own);
    setup(&bench, &plan()).await.unwrap();
    assert_eq!(lines(&bench)[1], "POST /api/v5/integration-modules/minsk-pbx/edit");
    let sent = bench.sent(1, "integrationModule");
    assert_eq!(sent["code"], "minsk-pbx");
    assert_eq!(sent["name"], "АТС");
    assert_eq!(sent["logo"], "https://pbx.example.test/l.svg");
}

#[tokio::test(start_paused = true)]
async fn inbound_address_is_derived_from_the_configuration() {
    let common = json!({
        "public_url": "https://pbx.example.test/", "inbound_secret": "canary-inbound-secret",
    });
    let bench = bench([nothing(), success()], common, &json!({}));
    setup(&bench, &SetupPlan::new(None)).await.unwrap();
    assert_eq!(bench.sent(1, "integrationModule"), ours());
}

#[tokio::test(start_paused = true)]
async fn missing_client_id_is_refused() {
    let common = json!({"public_url": "https://pbx.example.test"});
    let bench = bench([nothing(), success()], common, &json!({"client_id": null}));
    let report = setup(&bench, &SetupPlan::new(None)).await.unwrap();
    let sent = bench.sent(1, "integrationModule");
    assert_eq!(sent["baseUrl"], "https://pbx.example.test");
    assert_eq!(sent["integrations"]["telephony"].get("makeCallUrl"), None, "{sent}");
    assert_eq!(report.warnings[0].kind(), WarningKind::Incomplete);
}

#[tokio::test(start_paused = true)]
async fn missing_public_url_leaves_out_click_addresses() {
    let bench = usual([nothing(), success()]);
    let report = setup(&bench, &SetupPlan::new(None)).await.unwrap();
    let sent = bench.sent(1, "integrationModule");
    let mut wanted = ours();
    wanted["baseUrl"] = sent["baseUrl"].clone();
    let telephony = wanted["integrations"]["telephony"].as_object_mut().unwrap();
    telephony.remove("makeCallUrl");
    telephony.remove("changeUserStatusUrl");
    assert_eq!(sent, wanted);
    let base = sent["baseUrl"].as_str().unwrap();
    assert!(base.starts_with("https://"), "RetailCRM requires a base address: {base}");
    let text = report.warnings[0].text();
    assert!(text.contains("addresses for clicks"), "{text}");

    let bench = usual([read(&ours())]);
    let report = setup(&bench, &SetupPlan::new(None)).await.unwrap();
    assert!(report.changes.is_empty(), "existing addresses stay: {report:?}");
}

fn removed() -> Value {
    let mut module = ours();
    module["active"] = json!(false);
    let telephony = module["integrations"]["telephony"].as_object_mut().unwrap();
    telephony.remove("makeCallUrl");
    telephony.remove("changeUserStatusUrl");
    telephony["additionalCodes"] = json!([]);
    telephony["externalPhones"] = json!([]);
    module
}

#[tokio::test(start_paused = true)]
async fn removal_deactivates_and_removes_own_values() {
    let bench = usual([read(&ours()), success()]);
    let report = setup(&bench, &SetupPlan::removal()).await.unwrap();
    let mut sent = bench.sent(1, "integrationModule");
    let base = std::mem::replace(&mut sent["baseUrl"], json!(INBOUND));
    assert!(!base.to_string().contains("canary"), "the secret address is still set: {base}");
    assert_eq!(sent, removed());
    assert_eq!(
        report.changes,
        [
            "module vochi-telephony is switched off",
            "baseUrl is set",
            "makeCallUrl is removed",
            "changeUserStatusUrl is removed",
            "user 18 loses extension 151",
            "user 16 loses extension 152",
            "number +375171234567 is removed",
        ]
    );
    assert!(report.warnings.is_empty(), "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn removal_without_registration_writes_nothing() {
    let bench = usual([read(&ours()), success()]);
    setup(&bench, &SetupPlan::removal()).await.unwrap();
    let written = bench.sent(1, "integrationModule");
    for there in [read(&written), nothing()] {
        let bench = usual([there]);
        let report = setup(&bench, &SetupPlan::removal()).await.unwrap();
        assert_eq!(report, SetupReport::default());
        assert_eq!(lines(&bench), [GET], "nothing is written");
    }
}

#[tokio::test(start_paused = true)]
async fn removal_keeps_entries_of_others() {
    let mut module = ours();
    let telephony = &mut module["integrations"]["telephony"];
    telephony["additionalCodes"] =
        json!([{"userId": 8, "code": "102"}, {"userId": 9, "code": "151"}]);
    telephony["externalPhones"] =
        json!([{"siteCode": "shop-two", "externalPhone": "+375171234567"}]);
    let bench = usual([read(&module), success()]);
    setup(&bench, &SetupPlan::removal()).await.unwrap();
    let sent = bench.sent(1, "integrationModule");
    for list in ["additionalCodes", "externalPhones"] {
        let (before, after) =
            (&module["integrations"]["telephony"], &sent["integrations"]["telephony"]);
        assert_eq!(after[list], before[list], "{list}");
    }
}

#[tokio::test(start_paused = true)]
async fn removal_in_show_mode_writes_nothing() {
    let bench = usual([read(&ours())]);
    let shown = setup(&bench, &SetupPlan::removal().shown_only()).await.unwrap();
    assert_eq!(lines(&bench), [GET]);
    let bench = usual([read(&ours()), success()]);
    assert_eq!(setup(&bench, &SetupPlan::removal()).await.unwrap(), shown);
}

#[tokio::test(start_paused = true)]
async fn missing_settings_are_named_before_sending() {
    for (plan, common, own, begin) in [
        (plan(), json!({}), json!({"client_id": null}), "client_id: "),
        (plan(), json!({}), json!({"client_id": ""}), "client_id: "),
        (plan(), json!({}), json!({"module_code": "a/b"}), "module_code: "),
    ] {
        let bench = bench([], common, &own);
        let error = setup(&bench, &plan).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.message().starts_with(begin), "{error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        assert!(bench.played().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn numbers_belong_to_the_only_shop() {
    let key = |name| Fixture::open("credentials").answer(name);
    let sites = |name| Fixture::open("reference_sites").answer(name);
    let bench = bench(
        [key("success_full"), sites("success_list_form"), nothing(), success(), read(&ours())],
        json!({}),
        &json!({"site": null}),
    );
    setup(&bench, &plan()).await.unwrap();
    assert_eq!(lines(&bench), ["GET /api/credentials", "GET /api/v5/reference/sites", GET, EDIT]);
    setup(&bench, &plan()).await.unwrap();
    assert_eq!(bench.played().len(), 5, "the shop must be read once");

    let two = [key("success_full"), sites("success_map_keyed_by_code")];
    let bench = self::bench(two, json!({}), &json!({"site": null}));
    let error = setup(&bench, &plan()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().starts_with("site: "), "{error}");

    let bench = self::bench([nothing(), success()], json!({"lines": null}), &json!({"site": null}));
    setup(&bench, &plan()).await.unwrap();
    assert_eq!(lines(&bench), [GET, EDIT], "no shop is read without numbers");
}

#[tokio::test(start_paused = true)]
async fn unknown_user_warns_and_refusal_is_an_error() {
    let info = json!({"notExistUsersIds": [16], "notExistSiteCodes": ["shop-one"]});
    let answer = Step::json(200, &json!({"success": true, "info": info}));
    let bench = usual([nothing(), answer]);
    let report = setup(&bench, &plan()).await.unwrap();
    let texts: Vec<&str> = report.warnings.iter().map(Warning::text).collect();
    assert!(texts[0].contains("user 16"), "{texts:?}");
    assert!(texts[1].contains("shop shop-one"), "{texts:?}");

    let denied = Fixture::open("telephony_manager").answer("access_denied");
    let bench = usual([denied]);
    let error = setup(&bench, &plan()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
}
