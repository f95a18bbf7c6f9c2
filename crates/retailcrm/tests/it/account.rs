//! Users, responsible managers, configuration.

use serde_json::{Value, json};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, Hub, WarningKind};

use super::fixture::Fixture;
use super::support::{Bench, open, phone, planned, record};

fn users_page(users: &Value, page: u32, pages: u32) -> Step {
    let pagination = json!({
        "limit": 100, "totalCount": 3, "currentPage": page, "totalPageCount": pages,
    });
    Step::json(200, &json!({"success": true, "pagination": pagination, "users": users}))
}

#[tokio::test(start_paused = true)]
async fn users_of_all_pages_are_compared_with_the_directory() {
    let bench = Bench::new([
        users_page(&json!([{"id": 18, "active": true, "lastName": "Orlova"}]), 1, 2),
        users_page(
            &json!([{"id": "31", "active": "1", "email": "c@example.test"}, {"name": "broken"}]),
            2,
            2,
        ),
    ]);
    let list = bench.connector.users(&Cx::history()).await.unwrap();
    let rows: Vec<(&str, &str, Option<&str>)> = list
        .users
        .iter()
        .map(|user| {
            let extension = user.extension.as_ref().map(vochi_crm_core::Extension::as_str);
            (user.id.as_str(), user.name.as_str(), extension)
        })
        .collect();
    assert_eq!(rows, [("18", "Orlova", Some("151")), ("31", "c@example.test", None)]);
    let mismatches: Vec<String> = list.mismatches.iter().map(ToString::to_string).collect();
    assert_eq!(
        mismatches,
        [
            "extension 152 is mapped to user 16, who is unknown to the CRM",
            "user 31 (c@example.test) has no extension",
        ]
    );
    assert_eq!(bench.played()[1].line, "GET /api/v5/users?limit=100&page=2");
}

#[tokio::test(start_paused = true)]
async fn inactive_user_of_an_extension_is_a_mismatch() {
    let bench = Bench::new([users_page(
        &json!([{"id": 18, "active": false, "lastName": "Orlova"}, {"id": 16, "active": true}]),
        1,
        1,
    )]);
    let list = bench.connector.users(&Cx::history()).await.unwrap();
    assert_eq!(list.mismatches.len(), 1);
    assert!(list.mismatches[0].text().contains("inactive"));
    assert_eq!(list.mismatches[0].kind(), WarningKind::UnknownToCrm);
}

#[tokio::test(start_paused = true)]
async fn responsible_manager_has_the_directory_extension() {
    let fixture = Fixture::open("telephony_manager");
    let bench = Bench::with(
        [fixture.answer("success_details"), fixture.answer("success_string_ids")],
        json!({"extensions": {"155": "7"}}),
        json!({}),
    );
    for _ in 0..2 {
        let found = bench.connector.responsible(&Cx::live(), &phone("+375291112233")).await;
        let found = found.unwrap().expect("a manager is responsible");
        assert_eq!(found.user_id.as_str(), "7");
        assert_eq!(found.name.as_deref(), Some("Пётр Петров"));
        assert_eq!(found.extension.unwrap().as_str(), "155");
    }
    assert_eq!(
        bench.played()[0].line,
        "GET /api/v5/telephony/manager?phone=%2B375291112233&details=1&ignoreStatus=1"
    );
    let bench = Bench::new([fixture.answer("success_details")]);
    let found = bench.connector.responsible(&Cx::live(), &phone("+375291112233")).await;
    assert_eq!(found.unwrap().unwrap().extension.unwrap().as_str(), "101", "the CRM's own");
}

#[tokio::test(start_paused = true)]
async fn missing_manager_is_none_in_every_form() {
    for manager in [json!(null), json!([]), json!({}), json!("")] {
        let bench = Bench::new([Step::json(200, &json!({"success": true, "manager": manager}))]);
        let found = bench.connector.responsible(&Cx::live(), &phone("+375291112233")).await;
        assert_eq!(found.unwrap(), None);
    }
    let bench = Bench::new([Fixture::open("telephony_manager").answer("unknown_phone")]);
    assert_eq!(
        bench.connector.responsible(&Cx::live(), &phone("+375296254070")).await.unwrap(),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn responsible_manager_is_not_cached() {
    let fixture = Fixture::open("telephony_manager");
    let bench = Bench::new([fixture.answer("unknown_phone"), fixture.answer("success_details")]);
    let number = phone("+375291112233");
    assert_eq!(bench.connector.responsible(&Cx::live(), &number).await.unwrap(), None);
    assert!(bench.connector.responsible(&Cx::live(), &number).await.unwrap().is_some());
}

#[test]
fn configuration_error_names_its_key() {
    let hub = Hub::new().unwrap();
    for (common, config, begin) in [
        (json!({}), json!({"url": "http://demo.retailcrm.ru"}), "url: "),
        (json!({}), json!({"url": ""}), "url: "),
        (json!({}), json!({"api_key": null}), "api_key: "),
        (json!({}), json!({"api_key": ""}), "api_key: "),
        (json!({}), json!({"api_key": "two\nlines"}), "api_key: "),
        (json!({"timezone": "Minsk"}), json!({}), "timezone: "),
        (json!({"default_region": "ZZ"}), json!({}), "default_region: "),
        (json!({"extensions": {"151": "eighteen"}}), json!({}), "extensions.151: "),
        (json!({"lines": {"0001363": "none"}}), json!({}), "lines.0001363: "),
        (json!({"missed_user": "none"}), json!({}), "missed_user: "),
        (json!({"requests_per_second": 0}), json!({}), "requests_per_second: "),
        (json!({"burst": 0}), json!({}), "burst: "),
        (json!({"timeout_seconds": -1}), json!({}), "timeout_seconds: "),
        (json!({"unknown_caller": "lead"}), json!({}), "unknown_caller: "),
    ] {
        let error = open(&hub, common, config).expect_err(begin);
        assert_eq!(error.kind(), ErrorKind::Config, "{begin}");
        assert!(error.message().starts_with(begin), "{begin}: {error}");
    }
}

#[test]
fn missing_feature_is_unsupported() {
    let connector = open(&Hub::new().unwrap(), json!({}), json!({})).unwrap();
    assert!(connector.capabilities().has(Capability::Popups));
    assert!(!connector.capabilities().has(Capability::RecordingUpload));
    assert!(!connector.capabilities().has(Capability::LegEvents));
}

#[tokio::test(start_paused = true)]
async fn dry_run_shows_the_upload_with_the_key_masked() {
    let (hub, plan) = planned();
    let connector = open(&hub, json!({}), json!({})).unwrap();
    let receipt = connector.log_calls(&Cx::history(), &[record("1")]).await.remove(0).unwrap();
    assert_eq!(receipt.requests(), 0);
    let planned = &plan.requests()[0];
    assert_eq!(planned.url, "https://demo.retailcrm.ru/api/v5/telephony/calls/upload");
    assert!(planned.headers.contains(&("x-api-key".to_owned(), "***".to_owned())));
    assert!(planned.body.as_ref().unwrap().starts_with("calls=%5B%7B%22date%22"));
}
