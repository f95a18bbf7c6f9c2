//! Calls: live events, registration and their state in common terms.

use serde_json::{Value, json};
use vochi_crm_sandbox::kontur::Stage;
use vochi_crm_sandbox::{Crm, Fault, Lose};

use super::support::{
    CALL, DIMA, MARIA, TELEPHONY, announced, client, done, event, finished, get, ready, registered,
    set_dialect, started, telephony, user,
};
use crate::support::with;

fn leg(id: &str, from: &Value, to: &Value, times: [Option<&str>; 2]) -> Value {
    let mut leg = json!({"id": id, "from": from, "to": to});
    for (name, time) in ["startedAt", "finishedAt"].into_iter().zip(times) {
        if let Some(time) = time {
            leg[name] = json!(format!("2025-11-20T{time}+00:00"));
        }
    }
    leg
}

#[tokio::test]
async fn repeated_call_started_returns_the_current_call() {
    let sandbox = announced().await;
    done(&telephony("call-event", &event("appeared", "09:38:36")), &sandbox).await;
    done(&telephony("call-event", &event("disconnected", "09:38:59")), &sandbox).await;
    done(&telephony("call-finished", &finished()), &sandbox).await;
    let answer = done(&telephony("call-started", &started()), &sandbox).await.json();
    assert_eq!(answer["id"], CALL);
    assert_eq!(answer["status"], "sealed");
    let item = &answer["data"]["call"]["items"][0];
    assert_eq!(item.get("startedAt"), None, "a missed leg was never answered");
    assert!(item["finishedAt"].is_string(), "{item}");
    let events = answer["data"]["call"]["events"].as_array().map(Vec::len);
    assert_eq!(events, Some(2));
    assert_eq!(sandbox.kontur().communications().len(), 1);
}

#[tokio::test]
async fn legs_of_an_answered_call_have_times() {
    let sandbox = announced().await;
    for (kind, at) in [
        ("appeared", "09:38:36"),
        ("connected", "09:38:44"),
        ("paused", "09:39:40"),
        ("connected", "09:40:56"),
        ("disconnected", "09:42:10"),
    ] {
        done(&telephony("call-event", &event(kind, at)), &sandbox).await;
    }
    done(&telephony("call-finished", &finished()), &sandbox).await;
    let answer = done(&telephony("call-started", &started()), &sandbox).await.json();
    let item = &answer["data"]["call"]["items"][0];
    assert_eq!(
        item["startedAt"], "2025-11-20T09:38:44.1000000+00:00",
        "coming off hold is no second answer"
    );
    assert_eq!(item["finishedAt"], "2025-11-20T09:42:10.1000000+00:00");
    let events = answer["data"]["call"]["events"].as_array().map(Vec::len);
    assert_eq!(events, Some(5));
}

#[tokio::test]
async fn repeat_after_a_lost_response_creates_no_second_call() {
    let sandbox = ready().await;
    let path = format!("{TELEPHONY}/call-started");
    sandbox.fault(Fault::on(Crm::Kontur).path(path).lose(Lose::Answer));
    let lost = telephony("call-started", &started()).try_send(sandbox.url(Crm::Kontur)).await;
    assert!(lost.is_err(), "the answer is lost: {lost:?}");
    done(&telephony("call-started", &started()), &sandbox).await;
    assert_eq!(sandbox.kontur().communications().len(), 1);
}

#[tokio::test]
async fn repeated_event_with_one_timestamp_counts_once() {
    let sandbox = announced().await;
    for _ in 0..2 {
        done(&telephony("call-event", &event("appeared", "09:38:36")), &sandbox).await;
    }
    let call = sandbox.kontur().communication(CALL).expect("a known call");
    assert_eq!(call.events.len(), 1);
    assert_eq!(sandbox.kontur().live().len(), 1, "one popup");
}

#[tokio::test]
async fn viewers_of_a_call_are_extensions() {
    let sandbox = announced().await;
    done(&telephony("call-event", &event("appeared", "09:38:36")), &sandbox).await;
    let live = sandbox.kontur().live();
    assert_eq!(live[0].r#type, "appeared");
    assert_eq!(live[0].call_id.as_deref(), Some("1763631515.42"));
    assert_eq!(live[0].phone.as_deref(), Some("+375291112233"));
    assert_eq!(live[0].codes, ["101"]);
    assert_eq!(live[0].users, [MARIA]);
}

#[tokio::test]
async fn calls_are_reported_in_common_terms() {
    let consultation = [
        leg("1.1", &client(), &user(MARIA), [Some("09:38:45"), Some("09:42:10.7")]),
        leg("1.2", &user(MARIA), &user(DIMA), [Some("09:39:49"), Some("09:45:00")]),
    ];
    let passed_on = [
        leg("1.1", &client(), &user(MARIA), [Some("09:38:45"), Some("09:39:40")]),
        leg("1.3", &client(), &user(DIMA), [Some("09:39:50"), Some("09:42:10")]),
    ];
    let missed = [
        leg("1.1", &client(), &user(MARIA), [None, Some("09:38:59")]),
        leg("1.3", &client(), &user(DIMA), [None, Some("09:38:55")]),
    ];
    let out = |answered| [leg("1.1", &user(MARIA), &client(), [answered, Some("09:40:35")])];
    let internal = [leg("1.1", &user(MARIA), &user(DIMA), [Some("09:38:45"), Some("09:39:00")])];
    let rows: Vec<(&str, Vec<Value>, Value)> = vec![
        (
            "inbound",
            consultation.to_vec(),
            json!(["in", "101", "answered", 206, 10, "+375291112233"]),
        ),
        ("inbound", passed_on.to_vec(), json!(["in", "102", "answered", 205, 10, "+375291112233"])),
        ("inbound", missed.to_vec(), json!(["in", "102", "missed", 0, 24, "+375291112233"])),
        (
            "outbound",
            out(Some("09:39:00")).to_vec(),
            json!(["out", "101", "answered", 95, 25, "+375291112233"]),
        ),
        (
            "outbound",
            out(None).to_vec(),
            json!(["out", "101", "no-answer", 0, 120, "+375291112233"]),
        ),
        ("internal", internal.to_vec(), json!(["internal", "102", "answered", 15, 10, null])),
    ];
    for (direction, items, expected) in rows {
        let sandbox = ready().await;
        let phone = if direction == "internal" { Value::Null } else { json!("375291112233") };
        let call = with(
            registered(),
            json!({
                "direction": direction,
                "items": items,
                "externalCreatedAt": "2025-11-20T09:38:35+00:00",
                "clientPhone": phone,
            }),
        );
        done(&telephony("register-call", &call), &sandbox).await;
        let row = sandbox.state()["kontur"]["calls"][0].clone();
        let got = json!([
            row["direction"],
            row["extension"],
            row["outcome"],
            row["talk_seconds"],
            row["wait_seconds"],
            row["phone"],
        ]);
        assert_eq!(got, expected, "{direction} {items:?}");
        assert_eq!(row["call_id"], "1763631515.42");
        assert!(row["crm_call_id"].is_string(), "{row}");
    }
}

#[tokio::test]
async fn repeated_register_call_updates_the_call() {
    let sandbox = ready().await;
    done(&telephony("register-call", &registered()), &sandbox).await;
    let leg = with(
        registered()["items"][0].clone(),
        json!({"finishedAt": "2025-11-20T09:39:44.2500000+00:00"}),
    );
    let shorter = with(registered(), json!({"items": [leg]}));
    done(&telephony("register-call", &shorter), &sandbox).await;
    let calls = sandbox.state()["kontur"]["calls"].clone();
    assert_eq!(calls.as_array().map(Vec::len), Some(1), "{calls}");
    assert_eq!(calls[0]["talk_seconds"], 60);
}

#[tokio::test]
async fn call_from_a_hidden_number_has_no_client() {
    let sandbox = ready().await;
    let hidden = json!({"clientPhone": null});
    let answer = done(&telephony("call-started", &with(started(), hidden.clone())), &sandbox).await;
    assert_eq!(answer.json()["links"]["contactIds"], json!([]));
    done(&telephony("register-call", &with(registered(), hidden)), &sandbox).await;
    let rows = sandbox.kontur().calls();
    assert_eq!((rows.len(), rows[0].phone.as_deref()), (1, None));
}

#[tokio::test]
async fn live_call_is_not_in_the_history() {
    let sandbox = announced().await;
    done(&telephony("call-finished", &finished()), &sandbox).await;
    let call = sandbox.kontur().communication(CALL).expect("a known call");
    assert_eq!((call.stage, call.registered), (Stage::Finished, false));
    assert_eq!(sandbox.state()["kontur"]["calls"], json!([]));
}

#[tokio::test]
async fn known_clients_are_linked_with_their_manager() {
    let sandbox = ready().await;
    for (phone, contacts, extension) in [
        ("375291112233", 2, Some("101")),
        ("79627917460", 1, Some("155")),
        ("375448581677", 1, Some("152")),
        ("375441655346", 1, None),
        ("375291110000", 0, None),
    ] {
        let call = with(started(), json!({"externalId": phone, "clientPhone": phone}));
        let answer = done(&telephony("call-started", &call), &sandbox).await.json();
        let linked = answer["links"]["contactIds"].as_array().map(Vec::len);
        assert_eq!(linked, Some(contacts), "{phone}: {}", answer["links"]);
        set_dialect(&sandbox, |it| it.empty_list_without_responsible = true);
        for query in [format!("phoneNumber={phone}"), format!("externalId={phone}")] {
            let redirect = get(&format!("{TELEPHONY}/call-redirect?{query}"));
            let users = done(&redirect, &sandbox).await.json()["userIds"].clone();
            let expected = extension.map(|it| format!("a1b2c3d4-1111-4a4a-8b8b-000000000{it}"));
            assert_eq!(users, json!(expected.into_iter().collect::<Vec<_>>()), "{query}");
        }
    }
}

#[tokio::test]
async fn profile_and_customers_match_the_other_crms() {
    let sandbox = ready().await;
    let profiles = sandbox.profiles();
    for (extension, _) in profiles["retailcrm"]["extensions"].as_object().into_iter().flatten() {
        let user = &profiles["kontur"]["extensions"][extension];
        let number = format!("{extension:0>12}");
        assert!(user.as_str().is_some_and(|it| it.ends_with(&number)), "{extension}: {user}");
    }
    for (line, number) in profiles["retailcrm"]["lines"].as_object().into_iter().flatten() {
        assert_eq!(profiles["kontur"]["lines"][line], *number);
    }
    let state = sandbox.state();
    let customers = state["kontur"]["customers"].as_array().cloned().unwrap_or_default();
    let ivan = customers.iter().find(|it| it["name"] == "Иван Иванов");
    let ivan = ivan.expect("he is a customer");
    assert_eq!(ivan["responsible"]["extension"], "101");
}
