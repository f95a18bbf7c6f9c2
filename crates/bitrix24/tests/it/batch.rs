//! Batches: the bytes of commands, references, results of their own, and PHP's forms.

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_bitrix24::api::{
    CheckMethod, FinishCall, GetProfile, ListEntities, ListScopes, RegisterCall, SearchCrmEntities,
};
use vochi_crm_bitrix24::model::{CallType, Contact, DialString, PortalCallId, StatusCode, UserId};
use vochi_crm_bitrix24::{Batch, ChainedBatch, Reference, reference};
use vochi_crm_core::http::{ApiRequest, RawRequest, Repeat};
use vochi_crm_core::testing::response;
use vochi_crm_core::{Cx, Effect, Error, ErrorKind, Seconds, Text, TryAgain};

use super::portal::{Portal, error, ok};

/// The commands of the last request.
fn commands(portal: &Portal) -> Value {
    portal.state().requests.last().unwrap().2.clone()
}

fn raw(method: &'static str, body: &Value) -> RawRequest {
    let request = ApiRequest::post(format!("/{method}")).json(body).unwrap();
    RawRequest::new(request).with_name(method).with_repeat(Repeat::Safe)
}

#[tokio::test(start_paused = true)]
async fn commands_are_methods_with_an_encoded_query() {
    let portal = Portal::new();
    let mut batch = Batch::new();
    batch.add(raw("a.method", &json!({"NAME": "Ольга & 50% #1", "PHONE": "+375"}))).unwrap();
    let filter = json!({"filter": {">ID": 7, "ACTIVE": true}, "select": ["ID", "NAME"], "x": null});
    batch.add(raw("a.list", &filter)).unwrap();
    batch.add(GetProfile).unwrap();
    portal.webhook().batch(&Cx::history(), &batch).await.unwrap();
    let cmd = json!({
        "c0": "a.method?NAME=%D0%9E%D0%BB%D1%8C%D0%B3%D0%B0+%26+50%25+%231&PHONE=%2B375",
        "c1": "a.list?filter%5B%3EID%5D=7&filter%5BACTIVE%5D=1&select%5B%5D=ID&select%5B%5D=NAME",
        "c2": "profile?",
    });
    assert_eq!(commands(&portal), json!({"halt": 0, "cmd": cmd}));
}

#[tokio::test(start_paused = true)]
async fn commands_keep_their_order() {
    let (steps, mut batch) = (50, Batch::new());
    let script = vochi_crm_core::testing::ScriptedTransport::new([]);
    let hub = vochi_crm_core::Hub::builder().transport(std::sync::Arc::new(script.clone()));
    let client = Portal::open_on(
        &hub.build().unwrap(),
        &json!({"webhook_url": super::portal::WEBHOOK, "retries": 0}),
    );
    for _ in 0..steps {
        batch.add(GetProfile).unwrap();
    }
    assert!(batch.add(GetProfile).is_err(), "a 51st command");
    client.batch(&Cx::history(), &batch).await.unwrap_err();
    let body = script.played().remove(0).body;
    let places: Vec<usize> =
        (0..steps).map(|at| body.find(&format!("\"c{at}\"")).unwrap()).collect();
    assert!(places.is_sorted(), "{body}");
}

#[tokio::test(start_paused = true)]
async fn later_command_refers_to_the_result_of_an_earlier_one() {
    let portal = Portal::new();
    let mut batch = ChainedBatch::new();
    let user = UserId::new(17).unwrap();
    let register = RegisterCall::new(
        user,
        DialString::of("+375291112233").unwrap(),
        CallType::Incoming,
        Text::new("17.1").unwrap(),
    );
    let register = batch.add(register).unwrap();
    let call: PortalCallId = reference(register).unwrap();
    batch.add(FinishCall::new(call, user, Seconds::new(64), StatusCode::Answered)).unwrap();
    portal.answer("telephony.externalCall.register", ok(json!({"CALL_ID": "externalCall.1"})));
    portal.answer("telephony.externalCall.finish", ok(json!({"CALL_ID": "externalCall.1"})));
    portal.webhook().batch(&Cx::history(), &batch).await.unwrap();
    let sent = commands(&portal);
    assert_eq!(sent["halt"], 1);
    let finish = sent["cmd"]["c1"].as_str().unwrap();
    assert!(finish.contains("CALL_ID=%24result%5Bc0%5D%5BCALL_ID%5D&"), "{finish}");
}

#[tokio::test(start_paused = true)]
async fn text_from_outside_is_no_reference() {
    let portal = Portal::new();
    let mut batch = Batch::new();
    batch.add(GetProfile).unwrap();
    for text in ["$result[c0][NAME]", "\u{E000}$result[c0][NAME]\u{E000}"] {
        let lead = raw("crm.lead.add", &json!({"fields": {"TITLE": text}}));
        let error = batch.add(lead).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.message().contains("fields[TITLE] of crm.lead.add"), "{error}");
    }
    portal.answer("profile", ok(json!([])));
    portal.webhook().batch(&Cx::history(), &batch).await.expect("the others are sent");
    assert_eq!(commands(&portal)["cmd"], json!({"c0": "profile?"}));
}

#[tokio::test(start_paused = true)]
async fn gathered_text_that_looks_like_a_reference_fails_alone() {
    let portal = Portal::with_contacts(3);
    let gathering = portal.webhook().gather(Duration::from_millis(50));
    let cx = Cx::live();
    let lead = raw("crm.lead.add", &json!({"fields": {"TITLE": "$result[c0][NAME]"}}));
    let (listed, refused) = tokio::join!(
        gathering.send(&cx, ListEntities::<Contact>::new()),
        gathering.send(&cx, lead),
    );
    assert!(listed.is_ok(), "{listed:?}");
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Input);
}

#[tokio::test(start_paused = true)]
async fn every_command_has_its_own_result() {
    let portal = Portal::with_contacts(3);
    let mut batch = Batch::new();
    let contacts = batch.add(ListEntities::<Contact>::new()).unwrap();
    let scopes = batch.add(ListScopes).unwrap();
    let method = batch.add(CheckMethod(Text::new("crm.lead.list").unwrap())).unwrap();
    let unknown = batch.add(raw("no.such.method", &json!({}))).unwrap();
    portal.answer("scope", error(403, "insufficient_scope"));
    portal.answer("method.get", ok(json!({"isExisting": true, "isAvailable": false})));
    portal.answer("no.such.method", error(404, "ERROR_METHOD_NOT_FOUND"));
    let mut results = portal.webhook().batch(&Cx::history(), &batch).await.unwrap();
    let contacts = results.take(contacts).unwrap();
    assert_eq!((contacts.items.good.len(), contacts.total), (3, Some(3)));
    let kind = |error: Error| (error.kind(), error.effect());
    let scopes = results.take(scopes).unwrap_err();
    assert_eq!(scopes.operation(), Some("scope"));
    assert_eq!(kind(scopes), (ErrorKind::Auth, Effect::NotApplied));
    assert!(results.take(method).is_ok());
    let unknown = results.take(unknown).unwrap_err();
    assert_eq!(kind(unknown), (ErrorKind::Unsupported, Effect::NotApplied));
}

#[tokio::test(start_paused = true)]
async fn failure_of_a_chain_stops_the_rest() {
    let portal = Portal::new();
    let mut batch = ChainedBatch::new();
    let first = batch.add(ListScopes).unwrap();
    let second = batch.add(GetProfile).unwrap();
    portal.answer("scope", error(400, "ERROR_CORE"));
    let mut results = portal.webhook().batch(&Cx::history(), &batch).await.unwrap();
    assert_eq!(results.take(first).unwrap_err().kind(), ErrorKind::Rejected);
    let skipped = results.take(second).unwrap_err();
    assert!(skipped.message().starts_with("not applied"), "{skipped}");
}

#[tokio::test(start_paused = true)]
async fn every_recorded_form_of_a_response_is_read() {
    let fixture = vochi_crm_core::testing::Fixture::open(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/bitrix24"),
        "batch",
    );
    for (name, first, second) in [
        ("partial_failure_keyed", Ok(()), Err(ErrorKind::NotFound)),
        ("all_failed_empty_maps_are_lists", Err(ErrorKind::Rejected), Err(ErrorKind::NotFound)),
        ("list_with_total_and_next", Ok(()), Ok(())),
        ("nested_batch_refused", Err(ErrorKind::Rejected), Err(ErrorKind::Rejected)),
        ("inner_operation_time_limit", Err(ErrorKind::RateLimited), Err(ErrorKind::Rejected)),
    ] {
        let portal = Portal::new();
        portal.answer("batch", fixture.response(name));
        let mut batch = Batch::new();
        let keys = [
            batch.add(raw("user.get", &json!({}))).unwrap(),
            batch.add(raw("user.search", &json!({}))).unwrap(),
        ];
        let mut results = portal.webhook().batch(&Cx::history(), &batch).await.unwrap();
        let read = keys.map(|key| results.take(key).map(drop).map_err(|error| error.kind()));
        assert_eq!(read, [first, second], "{name}");
    }
    // The keys are lost in a list: no result may be taken for another's.
    let portal = Portal::new();
    portal.answer("batch", fixture.response("numeric_keys_become_lists"));
    let mut batch = Batch::new();
    batch.add(raw("user.get", &json!({}))).unwrap();
    let error = portal.webhook().batch(&Cx::history(), &batch).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
}

#[tokio::test(start_paused = true)]
async fn page_under_batch_is_understood_by_its_status() {
    for (status, kind, requests) in
        [(503, ErrorKind::Unavailable, 4), (403, ErrorKind::Auth, 1), (200, ErrorKind::Decode, 4)]
    {
        let portal = Portal::new();
        for _ in 0..4 {
            portal.answer("batch", response(status, "text/html", "<html>busy</html>"));
        }
        let mut batch = Batch::new();
        batch.add(GetProfile).unwrap();
        let error = portal.webhook().batch(&Cx::history(), &batch).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status}: {error}");
        assert_eq!(portal.methods().len(), requests, "{status}: a read is retried");
    }
}

#[tokio::test(start_paused = true)]
async fn refused_method_pauses_and_others_go_on() {
    let portal = Portal::new();
    let client = portal.webhook();
    let mut batch = Batch::new();
    let key = batch.add(ListEntities::<Contact>::new()).unwrap();
    portal.answer("crm.contact.list", error(429, "OPERATION_TIME_LIMIT"));
    let mut results = client.batch(&Cx::history(), &batch).await.unwrap();
    let refused = results.take(key).unwrap_err();
    assert!(matches!(refused.try_again(), TryAgain::After(_)), "{refused:?}");
    let began = tokio::time::Instant::now();
    client.send(&Cx::live(), search()).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1), "another method waited");
    client.send(&Cx::live(), ListEntities::<Contact>::new()).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(9), "the refused method did not wait");
}

fn search() -> SearchCrmEntities {
    SearchCrmEntities(DialString::of("+375291112233").unwrap())
}

#[tokio::test(start_paused = true)]
async fn reference_to_any_place_is_a_value() {
    let portal = Portal::with_contacts(60);
    let mut batch = Batch::new();
    let first = batch.add(raw("crm.contact.list", &json!({"start": -1}))).unwrap();
    let place = Value::from(Reference::new(first, ["49", "ID"]));
    let second = raw("crm.contact.list", &json!({"filter": {">ID": place}, "start": -1}));
    let second = batch.add(second).unwrap();
    let mut results = portal.webhook().batch(&Cx::history(), &batch).await.unwrap();
    let rows = results.take(second).unwrap()["result"].as_array().unwrap().len();
    assert_eq!(rows, 10);
}

#[tokio::test(start_paused = true)]
async fn operations_of_several_tasks_go_out_as_one_request() {
    let portal = Portal::with_contacts(3);
    let gathering = portal.webhook().gather(Duration::from_millis(50));
    let began = tokio::time::Instant::now();
    let tasks = (0..60).map(|_| {
        let gathering = gathering.clone();
        tokio::spawn(
            async move { gathering.send(&Cx::live(), ListEntities::<Contact>::new()).await },
        )
    });
    for task in tasks.collect::<Vec<_>>() {
        assert_eq!(task.await.unwrap().unwrap().items.good.len(), 3);
    }
    assert_eq!(portal.methods(), ["batch", "batch"], "50 and 10");
    assert!(began.elapsed() < Duration::from_millis(200), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn gathered_operation_fails_alone_and_ends_at_its_deadline() {
    let portal = Portal::with_contacts(3);
    let gathering = portal.webhook().gather(Duration::from_millis(50));
    portal.answer("scope", error(403, "insufficient_scope"));
    let cx = Cx::live();
    let soon = Cx::live().with_timeout(Duration::from_millis(10));
    let (listed, scopes, late) = tokio::join!(
        gathering.send(&cx, ListEntities::<Contact>::new()),
        gathering.send(&cx, ListScopes),
        gathering.send(&soon, search()),
    );
    assert!(listed.is_ok());
    assert_eq!(scopes.unwrap_err().kind(), ErrorKind::Auth);
    assert_eq!(late.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(portal.methods().len(), 1);
}
