//! Clients by number, responsible managers, and what is cached of them.

use std::time::Duration;

use serde_json::json;
use vochi_crm_core::connector::CustomerKind;
use vochi_crm_core::inbound::{Applied, InboundRequest};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind, WarningKind};

use super::inbound::hook;
use super::support::{Bench, CLIENT, answer, fixture, nothing, phone};

/// A client with this manager and company.
fn client(manager: u64, company: &str) -> Step {
    let mut body = fixture("user_phone").body("one");
    body["users"][0]["manager_id"] = json!(manager);
    body["users"][0]["u_company"] = json!(company);
    Step::json(200, &body)
}

async fn find(bench: &Bench) -> Vec<vochi_crm_core::connector::Customer> {
    let found = bench.connector.find(&Cx::live(), &[phone(CLIENT)]).await.unwrap();
    found.into_iter().next().unwrap().candidates
}

#[tokio::test(start_paused = true)]
async fn client_is_found_with_card_company_and_manager() {
    let bench = Bench::new([client(2, "Ромашка"), answer("manager", "list")]);
    let found = find(&bench).await.remove(0);
    assert_eq!((found.id.as_str(), &found.kind), ("7", &CustomerKind::Person));
    assert_eq!(found.name.as_deref(), Some("Иван Иванович Иванов"));
    assert_eq!(found.company.as_deref(), Some("Ромашка"));
    let url = "https://id12345.u-on.ru/client_edit.php?client_id=7";
    assert_eq!(found.url.as_deref(), Some(url));
    let responsible = found.responsible.unwrap();
    assert_eq!(responsible.name.as_deref(), Some("Анна Петрова"));
    assert_eq!(responsible.extension.unwrap().as_str(), "151");
}

#[tokio::test(start_paused = true)]
async fn likeliest_client_of_a_number_comes_first() {
    let bench =
        Bench::new([answer("user_phone", "two_users_same_phone"), answer("manager", "list")]);
    let ids: Vec<String> = find(&bench).await.into_iter().map(|found| found.id).collect();
    assert_eq!(ids[0], "7", "active and with a manager: {ids:?}");
}

#[tokio::test(start_paused = true)]
async fn client_with_another_number_is_dropped() {
    let mut everybody = fixture("user_phone").body("one");
    everybody["users"][0]["u_phone"] = json!("+375296254070");
    let bench = Bench::new([Step::json(200, &everybody)]);
    assert!(find(&bench).await.is_empty(), "the filter was ignored");
}

#[tokio::test(start_paused = true)]
async fn national_spelling_is_searched_if_configured() {
    let mut body = fixture("user_phone").body("one");
    body["users"][0]["u_phone"] = json!("8 029 111-22-33");
    let steps = [nothing(), Step::json(200, &body), answer("manager", "list")];
    let bench = Bench::with(steps, json!({"national_spellings": true, "office_id": 3}));
    assert_eq!(find(&bench).await.len(), 1);
    assert_eq!(
        bench.lines()[..2],
        ["GET user/phone/375291112233/3", "GET user/phone/80291112233/3"]
    );
}

#[tokio::test(start_paused = true)]
async fn responsible_is_found_through_leads_and_requests() {
    let mut leads = fixture("lead_by_client").body("two");
    leads["leads"][0]["manager_id"] = json!(4);
    let dictionaries = || answer("status_lead", "records");
    // The manager of an open lead.
    let steps = [client(0, ""), Step::json(200, &leads), dictionaries(), nothing(), nothing()];
    let bench = Bench::new(steps);
    let responsible = bench.connector.responsible(&Cx::live(), &phone(CLIENT)).await.unwrap();
    assert_eq!(responsible.unwrap().extension.unwrap().as_str(), "152");
    // Else of an open request.
    let requests = || answer("request_by_client", "list");
    let steps = [client(0, ""), nothing(), requests(), answer("status", "records"), nothing()];
    let bench = Bench::new(steps);
    let responsible = bench.connector.responsible(&Cx::live(), &phone(CLIENT)).await.unwrap();
    assert_eq!(responsible.unwrap().user_id.as_str(), "2");
}

#[tokio::test(start_paused = true)]
async fn unknown_number_has_no_responsible_manager_and_a_failure_is_an_error() {
    let bench = Bench::new([nothing()]);
    let found = bench.connector.responsible(&Cx::live(), &phone(CLIENT)).await.unwrap();
    assert_eq!(found, None);
    let bench = Bench::with([answer("user_phone", "server_error")], json!({"retries": 0}));
    let error = bench.connector.responsible(&Cx::live(), &phone(CLIENT)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test(start_paused = true)]
async fn client_is_cached_for_three_minutes_and_a_miss_for_ninety_seconds() {
    for (first, lifetime) in [(client(2, ""), 180), (nothing(), 90)] {
        let known = lifetime == 180;
        let managers = known.then(|| answer("manager", "list"));
        let steps = [first].into_iter().chain(managers).chain([client(2, ""), nothing()]);
        let bench = Bench::new(steps);
        let searches =
            || bench.lines().iter().filter(|line| line.starts_with("GET user/phone")).count();
        assert_eq!(find(&bench).await.len(), usize::from(known));
        tokio::time::advance(Duration::from_secs(lifetime - 1)).await;
        assert_eq!(find(&bench).await.len(), usize::from(known));
        assert_eq!(searches(), 1, "cached for {lifetime} s");
        tokio::time::advance(Duration::from_secs(1)).await;
        find(&bench).await;
        assert_eq!(searches(), 2, "asked again after {lifetime} s");
    }
}

async fn apply(bench: &Bench, request: &InboundRequest) -> Applied {
    let event = bench.connector.parse_inbound(request).1.unwrap();
    bench.connector.apply_inbound(&Cx::live(), &event).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn changed_client_drops_the_cache_of_its_numbers() {
    for name in ["client_changed_second_phone", "client_changed_id_only"] {
        let steps =
            [client(2, ""), answer("manager", "list"), client(4, ""), answer("manager", "list")];
        let bench = Bench::new(steps);
        assert_eq!(find(&bench).await[0].responsible.as_ref().unwrap().user_id.as_str(), "2");
        assert_eq!(apply(&bench, &hook(name)).await, Applied::New);
        let found = find(&bench).await.remove(0);
        assert_eq!(found.responsible.unwrap().user_id.as_str(), "4", "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn repeated_change_drops_the_cache_again() {
    let names = answer("manager", "list");
    let bench = Bench::new([client(2, ""), names, client(4, "")]);
    let change = hook("client_changed_second_phone");
    assert_eq!(apply(&bench, &change).await, Applied::New);
    assert_eq!(find(&bench).await.len(), 1);
    assert_eq!(apply(&bench, &change).await, Applied::Repeat);
    let found = find(&bench).await.remove(0);
    assert_eq!(found.responsible.unwrap().user_id.as_str(), "4", "read again");
}

#[tokio::test(start_paused = true)]
async fn created_client_drops_a_cached_miss() {
    let bench = Bench::new([nothing(), client(2, ""), answer("manager", "list")]);
    assert!(find(&bench).await.is_empty());
    apply(&bench, &hook("client_created_form_brackets")).await;
    assert_eq!(find(&bench).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn repeated_hook_is_recognized() {
    let bench = Bench::new([]);
    for (name, window) in [("click_form_minimal", 5), ("client_changed_id_only", 24 * 3600)] {
        let request = hook(name);
        assert_eq!(apply(&bench, &request).await, Applied::New, "{name}");
        tokio::time::advance(Duration::from_secs(window - 1)).await;
        assert_eq!(apply(&bench, &request).await, Applied::Repeat, "{name}");
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(apply(&bench, &request).await, Applied::New, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn users_propose_inner_numbers_of_unmapped_managers() {
    let changes = json!({"extensions": {"151": "2"}});
    let bench = Bench::with([answer("manager", "list")], changes);
    let users = bench.connector.users(&Cx::history()).await.unwrap();
    assert_eq!(users.users[0].extension.as_ref().unwrap().as_str(), "151");
    assert_eq!(users.users[1].extension, None, "a proposal is not used");
    let proposed = users.mismatches.iter().any(|warning| {
        warning.kind() == WarningKind::UnmappedExtension
            && warning.text().contains("user 4 proposes the extension 152")
    });
    assert!(proposed, "{:?}", users.mismatches);
}
