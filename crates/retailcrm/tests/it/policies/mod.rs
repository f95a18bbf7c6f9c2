//! Follow-ups of unknown callers and missed calls.

mod tasks;

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_core::http::TransportError;
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{
    CallId, CallRecord, CrmConnector as _, Cx, Direction, ErrorKind, Hub, Outcome, Party, Receipt,
    WarningKind,
};

use super::fixture::Fixture;
use super::support::{Bench, at, ext, open, phone, planned, record, success, warnings};

const NUMBER: &str = "+375446370646";
const UPLOAD: &str = "POST /api/v5/telephony/calls/upload";
const CREATE: &str = "POST /api/v5/customers/create";
const CARD: &str = "GET /api/v5/telephony/manager?phone=%2B375446370646&details=1&ignoreStatus=1";

fn by_name(spelling: &str) -> String {
    format!("GET /api/v5/customers?filter%5Bname%5D={spelling}&limit=20&page=1")
}

fn by_external_id() -> String {
    "GET /api/v5/customers?filter%5BexternalIds%5D%5B%5D=vochi-375446370646&limit=100&page=1"
        .to_owned()
}

/// The requests that search for an unknown number.
fn search() -> Vec<String> {
    vec![
        by_name("%2B375446370646"),
        by_name("375446370646"),
        by_name("446370646"),
        by_external_id(),
        CARD.to_owned(),
    ]
}

fn no_customers() -> Step {
    Fixture::open("customers_list").answer("none")
}

fn unknown() -> Step {
    Fixture::open("telephony_manager").answer("unknown_phone")
}

/// The responses to a search for an unknown number.
fn not_found() -> Vec<Step> {
    vec![no_customers(), no_customers(), no_customers(), no_customers(), unknown()]
}

fn customer(row: &Value) -> Step {
    Step::json(200, &json!({"success": true, "customers": [row]}))
}

fn made(id: u64) -> Step {
    Step::json(201, &json!({"success": true, "id": id}))
}

fn refused() -> Step {
    Step::json(400, &json!({"success": false, "errorMsg": "Errors in the entity format"}))
}

fn chain(parts: impl IntoIterator<Item = Vec<Step>>) -> Vec<Step> {
    parts.into_iter().flatten().collect()
}

fn clients(steps: Vec<Step>) -> Bench {
    let common = json!({"unknown_caller": "client"});
    Bench::with(steps, common, json!({"site": "shop-one"}))
}

fn missed(id: &str) -> CallRecord {
    unanswered(id, Direction::Inbound, Outcome::Missed)
}

fn unanswered(id: &str, direction: Direction, outcome: Outcome) -> CallRecord {
    let id = CallId::new(id).unwrap();
    CallRecord::new(id, direction, phone(NUMBER), at(0), outcome).with_rang(ext("151"))
}

fn lines(bench: &Bench) -> Vec<String> {
    bench.played().into_iter().map(|one| one.line).collect()
}

/// The warnings of the follow-ups.
fn follow_up_warnings(receipt: &Receipt) -> Vec<String> {
    assert!(receipt.recorded());
    warnings(receipt)
}

#[tokio::test(start_paused = true)]
async fn unknown_caller_becomes_a_customer_of_the_talker() {
    let bench = clients(chain([vec![success()], not_found(), vec![made(62)]]));
    let receipt = bench.log_one(record("1")).await.unwrap();
    let mut wanted = vec![UPLOAD.to_owned()];
    wanted.extend(search());
    wanted.push(CREATE.to_owned());
    assert_eq!(lines(&bench), wanted);
    assert!(bench.played()[6].body.starts_with("site=shop-one&customer="));
    assert_eq!(
        bench.sent(6, "customer"),
        json!({
            "externalId": "vochi-375446370646", "firstName": NUMBER,
            "phones": [{"number": NUMBER}], "managerId": 18,
        })
    );
    assert_eq!(receipt.requests(), 7);
    assert!(follow_up_warnings(&receipt).is_empty());
}

#[tokio::test(start_paused = true)]
async fn customer_of_an_unanswered_call_has_no_manager() {
    let bench = clients(chain([vec![success()], not_found(), vec![made(62)]]));
    let _ = bench.log_one(missed("1")).await.unwrap();
    assert_eq!(bench.sent(6, "customer").get("managerId"), None);
}

#[tokio::test(start_paused = true)]
async fn customer_found_by_any_search_is_not_created() {
    let with_number = json!({"id": 60, "phones": [{"number": "8 (044) 637-06-46"}]});
    let made_before = json!({"id": 60, "externalId": "vochi-375446370646"});
    let mut named = Fixture::open("telephony_manager").body("success_details");
    named["customer"]["phones"] = json!([{"number": NUMBER}]);
    for (steps, requests) in [
        (vec![customer(&with_number)], 2),
        (vec![no_customers(), no_customers(), no_customers(), customer(&made_before)], 5),
        (
            vec![
                no_customers(),
                no_customers(),
                no_customers(),
                customer(&json!({"id": 9, "externalId": "another"})),
                Step::json(200, &named),
            ],
            6,
        ),
    ] {
        let bench = clients(chain([vec![success()], steps]));
        let receipt = bench.log_one(record("1")).await.unwrap();
        assert_eq!(receipt.requests(), requests);
        assert!(follow_up_warnings(&receipt).is_empty());
        assert!(!lines(&bench).contains(&CREATE.to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn policy_applies_per_direction() {
    for (policy, direction, makes) in [
        (json!({"in": "client"}), Direction::Inbound, true),
        (json!({"in": "client"}), Direction::Outbound, false),
        (json!({"out": "client"}), Direction::Outbound, true),
        (json!("none"), Direction::Inbound, false),
    ] {
        let steps = chain([vec![success()], not_found(), vec![made(62)]]);
        let common = json!({"unknown_caller": policy});
        let bench = Bench::with(steps, common, json!({"site": "shop-one"}));
        let call = unanswered("1", direction, Outcome::Failed);
        let receipt = bench.log_one(call).await.unwrap();
        assert_eq!(receipt.requests(), if makes { 7 } else { 1 }, "{policy}");
    }
}

#[tokio::test(start_paused = true)]
async fn caller_without_number_creates_nothing() {
    let bench = clients(vec![success()]);
    let raw = Party::Raw("*21*37529".to_owned());
    let id = CallId::new("1").unwrap();
    let call =
        CallRecord::new(id, Direction::Inbound, raw, at(0), Outcome::Missed).with_rang(ext("151"));
    assert_eq!(bench.log_one(call).await.unwrap().requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_calls_of_one_number_create_one_customer() {
    let bench = clients(chain([vec![success()], not_found(), vec![made(62)], vec![success()]]));
    let results = bench.log(&[record("1"), record("2")]).await;
    assert!(results.iter().all(Result::is_ok));
    let again = bench.log_one(record("3")).await.unwrap();
    assert_eq!(again.requests(), 1, "no search: the customer's id is stored");
    let created = lines(&bench).iter().filter(|line| *line == CREATE).count();
    assert_eq!(created, 1);
}

#[tokio::test(start_paused = true)]
async fn concurrent_calls_create_one_customer() {
    let steps = chain([vec![success(), success()], not_found(), vec![made(62)]]);
    let script = ScriptedTransport::new(steps);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
    let common = json!({"unknown_caller": "client"});
    let connector = open(&hub, common, json!({"site": "shop-one"})).unwrap();
    let cx = Cx::history();
    let (one, two) = ([record("1")], [record("2")]);
    let (one, two) = tokio::join!(connector.log_calls(&cx, &one), connector.log_calls(&cx, &two));
    for result in one.into_iter().chain(two) {
        assert!(follow_up_warnings(&result.unwrap()).is_empty());
    }
    assert_eq!(script.left(), 0);
}

#[tokio::test(start_paused = true)]
async fn failed_customer_is_a_warning_and_retried() {
    let bench =
        clients(chain([vec![success(), refused()], not_found(), vec![refused()], not_found()]));
    let receipt = bench.log_one(record("1")).await.unwrap();
    assert!(follow_up_warnings(&receipt)[0].contains("a customer was not created"));
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::FollowUpPending);
    assert_eq!(receipt.requests(), 2);

    let again = bench.log_one(record("1")).await.unwrap();
    assert_eq!(again.warnings()[0].kind(), WarningKind::AlreadyRecorded);
    assert!(follow_up_warnings(&again)[1].contains("a customer was not created"));
    assert_eq!(again.requests(), 11, "searched, refused, searched again");
}

#[tokio::test(start_paused = true)]
async fn customer_is_searched_after_a_lost_response() {
    let lost = || Step::Fail(TransportError::Broken("reset".to_owned()));
    let there = json!({"id": 62, "externalId": "vochi-375446370646"});
    let bench = clients(chain([
        vec![success()],
        not_found(),
        vec![lost(), no_customers(), no_customers(), no_customers(), customer(&there)],
    ]));
    let receipt = bench.log_one(record("1")).await.unwrap();
    assert!(follow_up_warnings(&receipt).is_empty(), "{receipt:?}");
    let again = bench.log_one(record("1")).await.unwrap();
    assert_eq!(again.requests(), 0);

    let bench = clients(chain([vec![success()], not_found(), vec![lost()], not_found()]));
    let receipt = bench.log_one(record("1")).await.unwrap();
    assert!(follow_up_warnings(&receipt)[0].contains("a customer may have been created"));
    let created = lines(&bench).iter().filter(|line| *line == CREATE).count();
    assert_eq!(created, 1, "never created twice without a search");
}

#[tokio::test(start_paused = true)]
async fn refused_record_creates_nothing() {
    let bench = clients(vec![refused()]);
    bench.log_one(record("1")).await.unwrap_err();
    assert_eq!(bench.played().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn customer_belongs_to_the_only_shop() {
    let key = Fixture::open("credentials").answer("success_full");
    let sites = |name| Fixture::open("reference_sites").answer(name);
    let steps =
        chain([vec![success(), key, sites("success_list_form")], not_found(), vec![made(62)]]);
    let bench = Bench::with(steps, json!({"unknown_caller": "client"}), json!({}));
    let _ = bench.log_one(record("1")).await.unwrap();
    assert!(bench.played()[8].body.starts_with("site=shop-one&"));

    let key = Fixture::open("credentials").answer("success_full");
    let steps = vec![success(), key, sites("success_map_keyed_by_code")];
    let bench = Bench::with(steps, json!({"unknown_caller": "client"}), json!({}));
    let receipt = bench.log_one(record("1")).await.unwrap();
    assert!(follow_up_warnings(&receipt)[0].contains("several shops"), "{receipt:?}");
}

#[tokio::test(start_paused = true)]
async fn dry_run_shows_the_follow_ups() {
    let (hub, plan) = planned();
    let common = json!({"unknown_caller": "client", "missed_task": true, "missed_user": "16"});
    let connector = open(&hub, common, json!({"site": "shop-one"})).unwrap();
    let result = connector.log_calls(&Cx::history(), &[missed("1")]).await;
    assert!(result[0].is_ok());
    let requests = plan.requests();
    let operations: Vec<&str> = requests.iter().map(|one| &*one.operation).collect();
    assert_eq!(operations.first(), Some(&"telephony/calls/upload"));
    assert!(operations.contains(&"customers/create"), "{operations:?}");
    assert_eq!(operations.last(), Some(&"tasks/create"));
}

#[test]
fn retailcrm_has_no_leads() {
    for policy in [json!("lead"), json!({"out": "lead"})] {
        let hub = Hub::new().unwrap();
        let error = open(&hub, json!({"unknown_caller": policy}), json!({})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains("RetailCRM has no leads"), "{error}");
    }
}
