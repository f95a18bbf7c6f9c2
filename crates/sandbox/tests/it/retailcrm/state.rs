//! Valid requests to RetailCRM's stand-in.

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::{SITE, User};
use vochi_crm_sandbox::{Crm, Fate};

use crate::support::{
    MANAGER, Wire, call, event, field, sandbox, send_calls, send_event, state, with,
};

#[tokio::test]
async fn stored_call_never_changes() {
    let sandbox = sandbox().await;
    let first = send_calls(&[call()]).send(&sandbox).await.json();
    assert_eq!(first, json!({"success": true, "processedCallsCount": 1}));

    let changed = with(call(), json!({"recordUrl": "https://pbx.example.test/1.mp3"}));
    let other = with(call(), json!({"externalId": "pbx-2"}));
    let again = send_calls(&[changed, other.clone(), other]).send(&sandbox).await.json();
    assert_eq!(
        again,
        json!({"success": true, "processedCallsCount": 1, "duplicateCalls": ["pbx-1", "pbx-2"]}),
        "one was known, one was new, and the new one stood there twice"
    );
    let calls = sandbox.retailcrm().calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].sent, call(), "the recording of the repeat is not added");
}

#[tokio::test]
async fn one_invalid_call_refuses_the_batch() {
    let sandbox = sandbox().await;
    let bad = with(call(), json!({"externalId": "pbx-2", "type": "hangup"}));
    let reply = send_calls(&[call(), bad]).send(&sandbox).await;
    assert_eq!(reply.status, 400);
    assert!(sandbox.retailcrm().calls().is_empty(), "nothing of a refused batch is kept");
}

#[tokio::test]
async fn fifty_calls_at_once_are_accepted() {
    let sandbox = sandbox().await;
    let calls: Vec<Value> =
        (0..50).map(|n| with(call(), json!({"externalId": format!("pbx-{n}")}))).collect();
    let reply = send_calls(&calls).send(&sandbox).await.json();
    assert_eq!(reply, json!({"success": true, "processedCallsCount": 50}));
}

#[tokio::test]
async fn state_lists_calls_newest_first() {
    let sandbox = sandbox().await;
    let by_user = json!({
        "externalId": "pbx-2", "code": null, "userId": 18, "result": "no answer", "duration": 0,
        "durationWaiting": null, "recordUrl": "https://pbx.example.test/2.mp3",
    });
    let unmapped = json!({
        "externalId": "pbx-3", "type": "out", "code": "999", "result": "not allowed",
        "duration": null, "durationWaiting": null,
    });
    let unknown = json!({
        "externalId": "pbx-4", "code": null, "userId": 4711, "result": "unknown", "duration": 0,
    });
    let calls = [by_user, unmapped, unknown].map(|changes| with(call(), changes));
    send_calls(&[call()]).send(&sandbox).await;
    send_calls(&calls).send(&sandbox).await;

    let state = state(&sandbox).await;
    let phone = "+375291112233";
    assert_eq!(
        state["calls"],
        json!([
            {
                "call_id": "pbx-4", "direction": "in", "phone": phone, "extension": null,
                "outcome": null, "talk_seconds": 0, "wait_seconds": 12, "recording": null,
                "crm_call_id": null,
            },
            {
                "call_id": "pbx-3", "direction": "out", "phone": phone, "extension": "999",
                "outcome": "failed", "talk_seconds": null, "wait_seconds": null,
                "recording": null, "crm_call_id": null,
            },
            {
                "call_id": "pbx-2", "direction": "in", "phone": phone, "extension": "151",
                "outcome": "missed", "talk_seconds": 0, "wait_seconds": null,
                "recording": "https://pbx.example.test/2.mp3", "crm_call_id": null,
            },
            {
                "call_id": "pbx-1", "direction": "in", "phone": phone, "extension": "101",
                "outcome": "answered", "talk_seconds": 95, "wait_seconds": 12,
                "recording": null, "crm_call_id": null,
            },
        ])
    );
    assert_eq!(state["requests"], 2);
    assert_eq!(state["refused"], json!([]));
}

#[tokio::test]
async fn popups_are_stored_with_their_viewers() {
    let sandbox = sandbox().await;
    let ring = with(event(), json!({"codes": ["101", "999"], "userIds": [18, 4711]}));
    let reply = send_event(&ring).send(&sandbox).await.json();
    assert_eq!(
        reply,
        json!({"success": true, "notExistCodes": ["999"], "notExistUsers": [4711]}),
        "unknown employees are named, and the rest see the popup"
    );
    let hangup = json!({"type": "hangup", "hangupStatus": "no answered"});
    let reply = send_event(&with(event(), hangup)).send(&sandbox).await.json();
    assert_eq!(reply, json!({"success": true}));

    let live = sandbox.retailcrm().live();
    assert_eq!(live.len(), 2);
    assert_eq!(live[0].r#type, "in", "access from inside is in the order of arrival");
    assert_eq!(live[0].users, ["7", "18"]);
    assert_eq!(live[0].codes, ["101", "999"]);
    assert_eq!(live[1].hangup_status.as_deref(), Some("no answered"));

    let mut rows = state(&sandbox).await["live"].clone();
    let at = rows[0]["at"].take();
    assert!(at.as_str().is_some_and(|at| at.ends_with('Z')), "{at} is UTC");
    assert_eq!(
        rows[0],
        json!({
            "call_id": "pbx-1", "type": "hangup", "phone": "+375291112233", "codes": ["101"],
            "users": ["7"], "hangup_status": "no answered", "at": null,
        }),
        "/state is newest first"
    );
}

#[tokio::test]
async fn customers_have_their_responsible_manager() {
    let sandbox = sandbox().await;
    let state = state(&sandbox).await;
    let customers = state["customers"].as_array().expect("customers are a list");
    let of = |id: &str| customers.iter().find(|it| it["id"] == id).expect("the customer is there");
    assert_eq!(
        of("60"),
        &json!({
            "id": "60", "name": "Иван Иванов", "phones": ["+375291112233"],
            "responsible": {"user_id": "7", "name": "Пётр Петров", "extension": "101"},
        })
    );
    assert_eq!(of("206")["responsible"], Value::Null);
}

#[tokio::test]
async fn manager_is_found_in_any_number_format() {
    let sandbox = sandbox().await;
    // Customer 202 is stored as "375 44 858-16-77", 204 as "+7 (962) 791-74-60".
    for (phone, manager) in [
        ("375448581677", 16),
        ("%2B375448581677", 16),
        ("%2B79627917460", 19),
        ("375446370646", 18),
    ] {
        let reply = Wire::get(&format!("{MANAGER}?phone={phone}")).send(&sandbox).await.json();
        assert_eq!(reply["manager"]["id"], manager, "{phone}: {reply}");
        assert_eq!(reply.get("customer"), None, "details were not asked for");
    }
}

#[tokio::test]
async fn manager_at_lunch_is_returned_only_with_ignore_status() {
    let sandbox = sandbox().await;
    let ask = |ignore| Wire::get(&format!("{MANAGER}?phone=375440015769&ignoreStatus={ignore}"));
    let strict = ask("0").send(&sandbox).await.json();
    assert_eq!(strict, json!({"success": true}), "customer 208 is user 8's, who is at lunch");
    let lenient = ask("1").send(&sandbox).await.json();
    assert_eq!(lenient["manager"]["code"], "102");
}

#[tokio::test]
async fn customer_without_manager_is_found() {
    let sandbox = sandbox().await;
    let target = format!("{MANAGER}?phone=375441655346&details=1&ignoreStatus=1");
    let reply = Wire::get(&target).send(&sandbox).await.json();
    assert_eq!(reply.get("manager"), None, "{reply}");
    assert_eq!(reply["customer"]["id"], 206);
}

#[tokio::test]
async fn key_is_read_from_header_query_or_form() {
    let sandbox = sandbox().await;
    let key = vochi_crm_sandbox::retailcrm::API_KEY;
    let bare = |wire: Wire| wire.header("X-API-KEY", "");
    let form = field("event", &event().to_string()) + "&" + &field("apiKey", key);
    let ways = [
        Wire::get("/api/credentials"),
        bare(Wire::get(&format!("/api/credentials?apiKey={key}"))),
        bare(Wire::post(crate::support::EVENT, form)),
    ];
    for wire in ways {
        let reply = wire.send(&sandbox).await;
        assert_eq!(reply.json()["success"], true, "{wire:?}: {reply:?}");
    }
}

#[tokio::test]
async fn users_are_paged_and_filtered() {
    let sandbox = sandbox().await;
    let account = sandbox.retailcrm();
    for id in 100..140 {
        account.put_user(User::new(id, format!("Имя {id}")), None);
    }
    let total = account.users().len();
    let mut seen = Vec::new();
    for page in 1..=3 {
        let target = format!("/api/v5/users?limit=20&page={page}");
        let reply = Wire::get(&target).send(&sandbox).await.json();
        let pagination = json!({
            "limit": 20, "totalCount": total, "currentPage": page, "totalPageCount": 3,
        });
        assert_eq!(reply["pagination"], pagination);
        let users = reply["users"].as_array().cloned().unwrap_or_default();
        seen.extend(users.into_iter().filter_map(|user| user["id"].as_u64()));
    }
    assert_eq!(seen, account.users().iter().map(|user| user.id).collect::<Vec<_>>());

    let count = |query: &str| {
        let wire = Wire::get(&format!("/api/v5/users?{query}"));
        let sandbox = &sandbox;
        async move { wire.send(sandbox).await.json()["pagination"]["totalCount"].clone() }
    };
    assert_eq!(count("filter[active]=0").await, 1, "only user 22 is not active");
    assert_eq!(count("filter[status]=dinner").await, 1, "only user 8 is at lunch");
    assert_eq!(count("filter[groups][]=manager&filter[email]=petrov@example.test").await, 1);
    assert_eq!(count("filter[createdAtFrom]=2025-05-26").await, 1, "user 8 came a day later");
    assert_eq!(count("filter[createdAtTo]=2025-05-25&filter[isAdmin]=1").await, 0);
}

#[tokio::test]
async fn profile_is_complete() {
    let sandbox = sandbox().await;
    let profile = sandbox.profiles()["retailcrm"].clone();
    assert_eq!(profile["crm"], "retailcrm");
    assert_eq!(profile["timezone"], "Europe/Minsk");
    assert_eq!(profile["site"], SITE);
    assert_eq!(profile["lines"]["0001363"], "+375171234567");
    let url = profile["url"].as_str().expect("the address is a text");
    assert!(!url.ends_with('/'), "{url} is an origin");
    assert_eq!(profile["extensions"]["151"], "18");

    // It has every extension and every line of the scenarios.
    let day = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/calls/day.csv");
    let day = std::fs::read_to_string(day).expect("the day's calls are there");
    for row in day.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        assert!(profile["extensions"][cells[3]].is_string(), "extension {} is missing", cells[3]);
        assert!(profile["lines"][cells[4]].is_string(), "line {} is missing", cells[4]);
    }
}

#[tokio::test]
async fn log_has_requests_and_their_results() {
    let sandbox = sandbox().await;
    send_event(&event()).send(&sandbox).await;
    send_event(&with(event(), json!({"type": "ring"}))).send(&sandbox).await;
    let log = sandbox.requests(Crm::RetailCrm);
    assert_eq!(log.len(), 2);
    assert_eq!(log[0].json("event"), Some(event()));
    assert_eq!((log[0].status, log[0].fate), (Some(200), Fate::CarriedOut));
    assert_eq!((log[1].status, log[1].fate), (Some(400), Fate::Refused));
    assert_eq!(log[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    let debug = format!("{log:?}");
    assert!(!debug.contains("TEST-KEY"), "the key is not in the debug form: {debug}");
}
