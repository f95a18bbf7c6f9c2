//! Users, clients and the registration over real sockets, into the stand-in that was written from the
//! reference.

mod registration;

use std::time::Duration;

use serde_json::{Map, Value, json};
use vochi_crm_core::connector::{Changes, Cursor, Found};
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind, HealthReport, Timestamp, UserList};
use vochi_crm_kontur::Connector;
use vochi_crm_kontur::api::{CallStarted, CreateContacts, NewContact, NewElement};
use vochi_crm_kontur::model::{CallDirection, ExternalId, PhoneText};
use vochi_crm_sandbox::kontur::{BEARER, Dialect};
use vochi_crm_sandbox::{Crm, Ending, Fault, Lose, Sandbox};

use super::people_support::{
    MASHA, NUMBER, company_id, connect, contact_id, person, phone, stand_in,
};
use super::support::text;

const EVENTS: &str = "/api/v1/vochi-demo/events";
const REDIRECT: &str = "/api/v1/vochi-demo/communications/callbacks/telephony/call-redirect";

async fn users(connector: &Connector) -> UserList {
    connector.users(&Cx::history()).await.unwrap()
}

async fn find(connector: &Connector, number: &str) -> Found {
    let numbers = [phone(number)];
    let mut found = connector.find(&Cx::live(), &numbers).await.unwrap();
    found.remove(0)
}

async fn changed(connector: &Connector, since: Option<&Cursor>) -> Changes {
    connector.changes(&Cx::history(), since).await.unwrap()
}

fn ids(changes: &Changes) -> Vec<&str> {
    let customers = changes.customers.iter();
    customers.map(|one| one.id.as_str()).collect()
}

async fn responsible(connector: &Connector, number: &str) -> Option<String> {
    let responsible = connector.responsible(&Cx::live(), &phone(number)).await.unwrap();
    responsible.map(|one| one.extension.unwrap().as_str().to_owned())
}

async fn health(connector: &Connector) -> HealthReport {
    connector.health(&Cx::history()).await.unwrap()
}

fn failed(report: &HealthReport) -> Vec<(&str, ErrorKind)> {
    let checks = report.checks().iter();
    checks.filter_map(|check| Some((check.name(), check.failure()?))).collect()
}

fn requests(sandbox: &Sandbox, path: &str) -> usize {
    let all = sandbox.requests(Crm::Kontur);
    all.iter().filter(|one| one.path.starts_with(path)).count()
}

fn nothing_was_refused(sandbox: &Sandbox) {
    assert_eq!(sandbox.refused(Crm::Kontur), []);
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("{value} is no object") };
    object
}

#[tokio::test]
async fn every_user_of_the_workspace_has_a_name_and_an_extension() {
    let (sandbox, connector) = stand_in().await;
    let list = users(&connector).await;
    assert_eq!(list.users.len(), 9);
    let masha = &list.users[0];
    assert_eq!((masha.id.as_str(), masha.name.as_str()), (MASHA, "Мария Иванова"));
    assert_eq!(masha.extension.as_ref().unwrap().as_str(), "101");
    let new: Vec<_> = list.users.iter().filter(|user| !user.active).collect();
    assert_eq!(new, [masha], "the one who never signed in");
    let [mismatch] = list.mismatches.as_slice() else { panic!("{:?}", list.mismatches) };
    assert!(mismatch.text().contains("inactive"), "{mismatch:?}");
    nothing_was_refused(&sandbox);
}

#[tokio::test]
async fn callers_are_found_however_their_number_was_typed() {
    let (sandbox, connector) = stand_in().await;
    let found = find(&connector, NUMBER).await;
    let ids: Vec<&str> = found.candidates.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, [contact_id(302), contact_id(301)]);
    assert_eq!(found.candidates[1].company.as_deref(), Some("Ромашка"));
    let responsible = found.candidates[0].responsible.as_ref().unwrap();
    assert_eq!(responsible.name.as_deref(), Some("Мария Иванова"));
    for (number, id) in [
        ("+375448581677", contact_id(312)),
        ("+79627917460", contact_id(314)),
        ("+49305407062", contact_id(317)),
        ("+375172000001", company_id(201)),
    ] {
        let found = find(&connector, number).await;
        assert_eq!(found.candidates.len(), 1, "{number}");
        assert_eq!(found.candidates[0].id, id, "{number}");
    }
    assert!(find(&connector, "+375299999999").await.candidates.is_empty());
    nothing_was_refused(&sandbox);
}

#[tokio::test]
async fn responsible_calls_is_asked_without_the_feed() {
    let (sandbox, connector) = stand_in().await;
    assert_eq!(responsible(&connector, "+375446370646").await.as_deref(), Some("151"));
    assert_eq!(responsible(&connector, "+375441655346").await, None, "no deal");
    sandbox.kontur().close_deals();
    for as_a_list in [false, true] {
        let mut dialect = Dialect::default();
        dialect.empty_list_without_responsible = as_a_list;
        sandbox.kontur().set_dialect(dialect);
        assert_eq!(responsible(&connector, "+375446370646").await, None);
    }
    assert_eq!(requests(&sandbox, EVENTS), 0);
}

#[tokio::test]
async fn changes_tell_what_people_changed_each_once_and_not_what_we_did() {
    let (sandbox, connector) = stand_in().await;
    let all = changed(&connector, None).await;
    assert_eq!(all.customers.len(), 11, "ten contacts and a company");
    let kontur = sandbox.kontur();
    kontur.put_contact(object(person(311, "Ольга", "375446370646", &[])));
    kontur.put_contact(object(person(399, "Новый", "375291110001", &[201])));
    kontur.put_contact(object(person(311, "Ольга Новая", "375446370646", &[])));
    let after = changed(&connector, Some(&all.cursor)).await;
    assert_eq!(ids(&after), [contact_id(399), contact_id(311)]);
    assert_eq!(after.customers[0].company.as_deref(), Some("Ромашка"));
    assert_eq!(after.customers[1].name.as_deref(), Some("Ольга Новая"));
    let none = changed(&connector, Some(&after.cursor)).await;
    assert!(none.customers.is_empty(), "nothing is told twice: {none:?}");
    assert_eq!(none.cursor, after.cursor);

    // Who we are the feed tells by a call of ours.
    let cx = Cx::live();
    let client = connector.client();
    let at: Timestamp = "2025-11-20T09:38:35Z".parse().unwrap();
    let call = CallStarted::new(at, ExternalId::new("1.1").unwrap(), CallDirection::Inbound)
        .client_phone(PhoneText::from(phone("+375291110002")));
    client.send(&cx, call).await.unwrap();
    let number = PhoneText::digits_of("375291110002").unwrap();
    let ours = NewContact::new(text("Мы")).phones([NewElement::phone(number)]);
    let create = CreateContacts::new().items([ours]);
    client.send(&cx, create).await.unwrap();
    let quiet = changed(&connector, Some(&none.cursor)).await;
    assert!(quiet.customers.is_empty(), "our own change is no news: {quiet:?}");
    assert_ne!(quiet.cursor, none.cursor, "and is not read again");
    // Whoever calls is found all the same.
    assert_eq!(find(&connector, "+375291110002").await.candidates.len(), 1);
    nothing_was_refused(&sandbox);
}

#[tokio::test]
async fn a_number_that_changed_is_found_at_once() {
    let (sandbox, connector) = stand_in().await;
    assert_eq!(find(&connector, "+375446370646").await.candidates.len(), 1);
    let moved = person(311, "Ольга", "375291110003", &[]);
    sandbox.kontur().put_contact(object(moved));
    assert!(find(&connector, "+375446370646").await.candidates.is_empty());
    assert_eq!(find(&connector, "+375291110003").await.candidates.len(), 1);
}

#[tokio::test]
async fn the_feed_survives_lost_pages_broken_servers_and_dead_keys() {
    for fault in [
        Fault::on(Crm::Kontur).path(EVENTS).lose(Lose::Request),
        Fault::on(Crm::Kontur).path(EVENTS).lose(Lose::Answer).ending(Ending::Reset),
        Fault::on(Crm::Kontur).path(EVENTS).status(502).body("<html>"),
        Fault::on(Crm::Kontur).path(EVENTS).status(200).content_type("text/html").body("<html>"),
        Fault::on(Crm::Kontur).path(EVENTS).status(401).body("\"Unauthorized\""),
        Fault::on(Crm::Kontur).path(EVENTS).status(403).body(""),
    ] {
        let shown = format!("{fault:?}");
        let (sandbox, connector) = stand_in().await;
        sandbox.fault(fault);
        assert_eq!(users(&connector).await.users.len(), 9, "{shown}");
        sandbox.kontur().expire_access_keys();
        assert_eq!(users(&connector).await.users.len(), 9, "{shown}");
    }
}

#[tokio::test]
async fn a_page_that_is_none_is_an_error_and_the_next_question_goes_on() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let connector = connect(&sandbox, json!({"retries": 0}));
    let page = Fault::on(Crm::Kontur).path(EVENTS).status(200).body("<html>maintenance</html>");
    sandbox.fault(page.content_type("text/html"));
    let error = connector.users(&Cx::history()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(users(&connector).await.users.len(), 9);
}

#[tokio::test]
async fn a_deadline_in_the_middle_of_the_feed_is_a_timeout_and_loses_nothing() {
    let (sandbox, connector) = stand_in().await;
    for number in 0..120 {
        let one = person(500 + number, "Клиент", &format!("375291{number:06}"), &[]);
        sandbox.kontur().put_contact(object(one));
    }
    // The first page comes, the second does not.
    let cx = Cx::history().with_timeout(Duration::from_millis(300));
    sandbox.fault(Fault::on(Crm::Kontur).path(EVENTS).delay(Duration::from_millis(1)));
    sandbox.fault(Fault::on(Crm::Kontur).path(EVENTS).delay(Duration::from_secs(5)));
    let error = connector.users(&cx).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    let before = requests(&sandbox, EVENTS);
    assert_eq!(find(&connector, "+375291000119").await.candidates.len(), 1);
    assert!(requests(&sandbox, EVENTS) > before);
}

#[tokio::test]
async fn where_the_feed_is_for_people_only_a_bearer_opens_it() {
    let (sandbox, connector) = stand_in().await;
    let mut dialect = Dialect::default();
    dialect.entities_need_a_person = true;
    sandbox.kontur().set_dialect(dialect);
    let error = connector.users(&Cx::history()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.hint().unwrap().contains("bearer"), "{error}");
    let report = health(&connector).await;
    assert!(report.is_healthy(), "calls work: {report:?}");
    let person = connect(&sandbox, json!({"bearer": BEARER}));
    assert_eq!(users(&person).await.users.len(), 9);
    let wrong = connect(&sandbox, json!({"bearer": "invented"}));
    assert_eq!(failed(&health(&wrong).await), [("feed", ErrorKind::Auth)]);
}

#[tokio::test]
async fn each_thing_that_is_wrong_is_named() {
    let (sandbox, connector) = stand_in().await;
    assert_eq!(failed(&health(&connector).await), []);
    let elsewhere = "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0002";
    let stranger = "a1b2c3d4-1111-4a4a-8b8b-000000000999";
    for (changes, name, kind) in [
        (json!({"api_key": "wrong"}), "key", ErrorKind::Auth),
        (json!({"workspace": "another"}), "workspace", ErrorKind::Config),
        (json!({"instance_id": elsewhere}), "instance", ErrorKind::Config),
        (json!({"extensions": {"101": stranger}}), "extensions", ErrorKind::Config),
        (json!({"extensions": {}}), "extensions", ErrorKind::Config),
    ] {
        let wrong = connect(&sandbox, changes.clone());
        assert_eq!(failed(&health(&wrong).await), [(name, kind)], "{changes}");
    }
    sandbox.kontur().set_instance(object(json!({"status": "failed"})));
    assert_eq!(failed(&health(&connector).await), [("instance", ErrorKind::Rejected)]);
    sandbox.kontur().set_installed(false);
    let fresh = connect(&sandbox, json!({}));
    let report = health(&fresh).await;
    assert_eq!(failed(&report), [("key", ErrorKind::Auth)]);
    assert!(report.checks()[0].hint().unwrap().contains("Install"));
    assert_eq!(requests(&sandbox, REDIRECT), 0, "nobody is asked for");
}
