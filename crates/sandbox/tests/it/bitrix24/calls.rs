//! Calls: registration, cards, the end, recordings, lines.

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_sandbox::bitrix24::List;
use vochi_crm_sandbox::{Crm, Sandbox};

use super::{
    application, call, done, end, fails, finished, form, last_checks, method, register,
    registration, send, set_dialect,
};
use crate::support::{Wire, client, sandbox, with};

#[tokio::test]
async fn call_of_a_known_client_is_linked_and_stands_once() {
    let sandbox = sandbox().await;
    let result = call("telephony.externalCall.register", registration(), &sandbox).await;
    assert_eq!(
        (&result["CRM_ENTITY_TYPE"], &result["CRM_ENTITY_ID"]),
        (&json!("CONTACT"), &json!(797))
    );
    assert_eq!(
        (&result["CRM_CREATED_LEAD"], &result["CRM_CREATED_ENTITIES"]),
        (&Value::Null, &json!([]))
    );
    let id = result["CALL_ID"].clone();
    let result = call("telephony.externalCall.finish", end(&id), &sandbox).await;
    assert_eq!((&result["CALL_STATUS"], &result["INCOMING"]), (&json!(1), &json!("2")));
    assert_eq!(result["CALL_START_DATE"], json!({}));
    let activity = result["CRM_ACTIVITY_ID"].as_i64().expect("an activity");
    let activity = sandbox.bitrix24().record(List::Activities, activity).expect("it exists");
    let id = id.as_str().expect("a text");
    assert_eq!(activity["ORIGIN_ID"], json!(format!("VI_{id}")));
    assert_eq!(activity["END_TIME"], json!("2026-05-14T10:28:05+03:00"));

    let calls = sandbox.bitrix24().calls();
    assert_eq!(calls.len(), 1);
    let row = &calls[0];
    assert_eq!((row.call_id.as_deref(), row.direction), (Some("pbx-1"), Some("in")));
    assert_eq!((row.extension.as_deref(), row.talk_seconds), (Some("101"), Some(95)));
    assert_eq!((row.outcome, row.crm_call_id.as_deref()), (Some("answered"), Some(id)));
    let text = "Call is not found (call should be registered prior to finishing)";
    let again = method("telephony.externalCall.finish", &end(&json!(id)));
    fails(&again, &sandbox, "ERROR_CORE", text).await;
}

#[tokio::test(start_paused = true)]
async fn repeated_registration_is_the_same_call_for_30_minutes() {
    let sandbox = sandbox().await;
    let first = register(registration(), &sandbox).await;
    assert_eq!(register(registration(), &sandbox).await, first);
    for other in [
        json!({"EXTERNAL_CALL_ID": "pbx-2"}),
        json!({"TYPE": 3}),
        json!({"USER_ID": 18}),
        json!({"PHONE_NUMBER": "+375296254070"}),
        json!({"LINE_NUMBER": "line-2"}),
    ] {
        let id = register(with(registration(), other.clone()), &sandbox).await;
        assert_ne!(id, first, "{other}");
    }
    let without_key = with(registration(), json!({"EXTERNAL_CALL_ID": null}));
    assert_eq!(register(without_key, &sandbox).await, first, "it matches any key");
    tokio::time::advance(Duration::from_secs(30 * 60)).await;
    assert_eq!(register(registration(), &sandbox).await, first);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_ne!(register(registration(), &sandbox).await, first, "30 minutes are over");
}

#[tokio::test]
async fn age_may_count_from_the_start_of_the_call() {
    let sandbox = sandbox().await;
    set_dialect(&sandbox, |it| it.age_by_start_date = true);
    let old = with(registration(), json!({"CALL_START_DATE": "2020-05-14T10:26:30+03:00"}));
    let first = register(old.clone(), &sandbox).await;
    assert_ne!(register(old, &sandbox).await, first, "an old date is not protected");
}

#[tokio::test]
async fn extension_finds_the_user_and_an_unknown_one_does_not() {
    let sandbox = sandbox().await;
    let by = |extension: &str| {
        with(registration(), json!({"USER_ID": 0, "USER_PHONE_INNER": extension}))
    };
    register(by("102"), &sandbox).await;
    assert_eq!(sandbox.bitrix24().open_cards()[0].1, 18);
    for extension in ["999", "199"] {
        let wire = method("telephony.externalCall.register", &by(extension));
        let text = "USER_ID or USER_PHONE_INNER should be set";
        fails(&wire, &sandbox, "ERROR_CORE", text).await;
    }
}

#[tokio::test]
async fn unknown_number_creates_a_lead_when_asked() {
    let sandbox = sandbox().await;
    let unknown = json!({"PHONE_NUMBER": "+375295550011", "CRM_CREATE": 1, "CRM_SOURCE": "WEB"});
    let unknown = with(registration(), unknown);
    let name = "telephony.externalCall.register";
    let nothing = with(unknown.clone(), json!({"CRM_CREATE": 0, "EXTERNAL_CALL_ID": "pbx-0"}));
    let result = call(name, nothing, &sandbox).await;
    assert_eq!((&result["CRM_ENTITY_TYPE"], &result["CRM_ENTITY_ID"]), (&json!(""), &Value::Null));

    let result = call(name, unknown.clone(), &sandbox).await;
    let lead = result["CRM_CREATED_LEAD"].as_i64().expect("a lead");
    assert_eq!(result["CRM_CREATED_ENTITIES"], json!([{"ENTITY_TYPE": "LEAD", "ENTITY_ID": lead}]));
    let finish = with(end(&result["CALL_ID"]), json!({"USER_ID": 18}));
    call("telephony.externalCall.finish", finish, &sandbox).await;
    let lead = sandbox.bitrix24().record(List::Leads, lead).expect("it exists");
    assert_eq!(lead["ASSIGNED_BY_ID"], json!("18"), "the one who finished is responsible");
    assert_eq!(lead["SOURCE_ID"], json!("WEB"));

    sandbox.reset();
    set_dialect(&sandbox, |it| {
        it.without_leads = true;
        it.text_ids = true;
    });
    let result = call(name, unknown.clone(), &sandbox).await;
    let types: Vec<&Value> = result["CRM_CREATED_ENTITIES"]
        .as_array()
        .map(|it| it.iter().map(|it| &it["ENTITY_TYPE"]).collect())
        .unwrap_or_default();
    assert_eq!(types, [&json!("CONTACT"), &json!("DEAL")]);
    assert!(result["CRM_ENTITY_ID"].is_string() && result["CRM_CREATED_LEAD"].is_null());

    sandbox.reset();
    set_dialect(&sandbox, |it| it.lead_error = true);
    let result = call(name, unknown, &sandbox).await;
    assert_eq!(result["LEAD_CREATION_ERROR"], json!("Access denied"));
    assert!(result["CALL_ID"].is_string(), "the call is registered all the same");
}

#[tokio::test]
async fn given_entity_suppresses_the_search() {
    let sandbox = sandbox().await;
    let name = "telephony.externalCall.register";
    let lead = with(registration(), json!({"CRM_ENTITY_TYPE": "LEAD", "CRM_ENTITY_ID": 3465}));
    assert_eq!(call(name, lead, &sandbox).await["CRM_ENTITY_ID"], json!(3465));
    let empty = json!({"CRM_ENTITY_TYPE": "", "CRM_ENTITY_ID": "", "EXTERNAL_CALL_ID": "pbx-2"});
    let reply = send(&method(name, &with(registration(), empty)), &sandbox).await;
    assert_eq!(reply.json()["result"]["CRM_ENTITY_ID"], Value::Null);
    assert_eq!(last_checks(&sandbox), ["register.not_blank"]);
}

#[tokio::test]
async fn internal_call_has_no_client() {
    let sandbox = sandbox().await;
    let internal = with(registration(), json!({"PHONE_NUMBER": "102", "CRM_CREATE": 1}));
    let reply = send(&method("telephony.externalCall.register", &internal), &sandbox).await;
    assert_eq!(reply.json()["result"]["CRM_CREATED_LEAD"], Value::Null);
    assert_eq!(sandbox.bitrix24().records(List::Leads).len(), 1, "only the seeded lead");
}

#[tokio::test]
async fn cards_are_shown_and_hidden_for_each_user() {
    let sandbox = sandbox().await;
    let silent = with(registration(), json!({"SHOW": 0}));
    let id = register(silent, &sandbox).await;
    let shown = || -> Vec<i64> {
        sandbox.bitrix24().open_cards().into_iter().map(|(_, user)| user).collect()
    };
    assert_eq!(shown(), [0; 0]);
    let cards = |users: Value| json!({"CALL_ID": id, "USER_ID": users});
    let show = call("telephony.externalCall.show", cards(json!([17, 18, 19])), &sandbox).await;
    assert_eq!((show, shown()), (json!(true), vec![17, 18, 19]));
    let body = format!("CALL_ID={}&USER_ID%5B0%5D=18", id.as_str().unwrap_or_default());
    done(&form("telephony.externalCall.hide", &body), &sandbox).await;
    assert_eq!(shown(), [17, 19]);
    call("telephony.externalCall.finish", end(&id), &sandbox).await;
    assert_eq!(shown(), [19], "finish hides the card of its user only");
    let hide = call("telephony.externalCall.hide", cards(json!(19)), &sandbox).await;
    assert_eq!((hide, shown()), (json!(false), vec![19]), "the call is over");
}

#[tokio::test]
async fn show_of_no_as_text_shows_the_card() {
    let sandbox = sandbox().await;
    for (show, cards) in [(json!("N"), 1), (json!("false"), 1), (json!("0"), 0), (json!(0), 0)] {
        sandbox.reset();
        let wire =
            method("telephony.externalCall.register", &with(registration(), json!({"SHOW": show})));
        send(&wire, &sandbox).await;
        assert_eq!(sandbox.bitrix24().open_cards().len(), cards, "SHOW {show}");
    }
}

#[tokio::test]
async fn unanswered_calls_have_the_outcome_of_their_code() {
    let sandbox = sandbox().await;
    for (kind, code, outcome) in [
        (2, "304", "missed"),
        (2, "486", "missed"),
        (1, "304", "no-answer"),
        (1, "480", "no-answer"),
        (1, "603", "no-answer"),
        (1, "486", "busy"),
        (1, "603-S", "cancelled"),
        (1, "404", "failed"),
        (1, "OTHER", "failed"),
    ] {
        sandbox.reset();
        let id = register(with(registration(), json!({"TYPE": kind})), &sandbox).await;
        let finish = with(end(&id), json!({"DURATION": 0, "STATUS_CODE": code}));
        let result = call("telephony.externalCall.finish", finish, &sandbox).await;
        assert_eq!(result["CALL_STATUS"], json!(0), "{code}");
        assert_eq!(sandbox.bitrix24().calls()[0].outcome, Some(outcome), "{kind} {code}");
    }
}

#[tokio::test]
async fn default_code_follows_the_duration() {
    let sandbox = sandbox().await;
    for (duration, code) in [(95, "200"), (0, "304")] {
        sandbox.reset();
        let id = register(registration(), &sandbox).await;
        let finish = json!({"CALL_ID": id, "USER_ID": 17, "DURATION": duration});
        let result = call("telephony.externalCall.finish", finish, &sandbox).await;
        assert_eq!(result["CALL_FAILED_CODE"], json!(code));
    }
}

#[tokio::test]
async fn statistic_finds_a_finished_call() {
    let sandbox = sandbox().await;
    let id = finished(&sandbox).await;
    let find = |filter: Value| json!({"FILTER": filter, "SORT": "ID", "ORDER": "DESC"});
    let rows = call("voximplant.statistic.get", find(json!({"CALL_ID": id})), &sandbox).await;
    assert_eq!((&rows[0]["CALL_DURATION"], &rows[0]["COST"]), (&json!("95"), &json!("0.0000")));
    assert_eq!(rows[0]["EXTERNAL_CALL_ID"], Value::Null);
    assert_eq!(rows[0].as_object().map(|it| it.keys().any(|it| it.starts_with('_'))), Some(false));
    for (filter, count) in [
        (json!({">CALL_START_DATE": "2026-05-14T07:00:00+00:00"}), 1),
        (json!({"><CALL_DURATION": [90, 100]}), 1),
        (json!({"!PHONE_NUMBER": "+375291112233"}), 0),
        (json!({"CALL_FAILED_CODE": ["200", "304"]}), 1),
    ] {
        let rows = call("voximplant.statistic.get", find(filter.clone()), &sandbox).await;
        assert_eq!(rows.as_array().map(Vec::len), Some(count), "{filter}");
    }
    set_dialect(&sandbox, |it| it.deny_statistic = true);
    let wire = method("voximplant.statistic.get", &json!({}));
    fails(&wire, &sandbox, "ACCESS_DENIED", "Access denied!").await;
    sandbox.reset();
    set_dialect(&sandbox, |it| it.echo_external_id = true);
    finished(&sandbox).await;
    let rows = call("voximplant.statistic.get", json!({}), &sandbox).await;
    assert_eq!(rows[0]["EXTERNAL_CALL_ID"], json!("pbx-1"));
}

const ATTACH: &str = "telephony.externalCall.attachRecord";

/// A multipart body with one file.
fn multipart(field: &str, name: &str) -> String {
    format!(
        "--b-1\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: audio/mpeg\r\n\r\nID3 sample\r\n--b-1--\r\n"
    )
}

async fn upload(sandbox: &Sandbox, url: &str, body: String) -> (u16, Value) {
    let request = client().post(url).header("Content-Type", "multipart/form-data; boundary=b-1");
    let reply = request.body(body).send().await.expect("an answer");
    assert!(sandbox.refused(Crm::Bitrix24).is_empty());
    let status = reply.status().as_u16();
    let text = reply.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

#[tokio::test]
async fn recording_is_uploaded_to_its_signed_address() {
    let sandbox = sandbox().await;
    for over_webhook in [true, false] {
        sandbox.reset();
        let id = finished(&sandbox).await;
        let attach = json!({"CALL_ID": id, "FILENAME": "1778743592-call.mp3"});
        let wire = if over_webhook {
            method(ATTACH, &attach)
        } else {
            application(ATTACH, &attach, &sandbox)
        };
        let result = done(&wire, &sandbox).await;
        assert_eq!(result["fieldName"], json!("file"));
        let url = result["uploadUrl"].as_str().expect("an address");
        let file = multipart("file", "call.ogg");
        let (status, body) = upload(&sandbox, url, file).await;
        assert_eq!((status, &body["error"]), (400, &json!("")), "only wav and mp3");
        let (status, _) = upload(&sandbox, url, multipart("record", "1.mp3")).await;
        assert_eq!(status, 400, "another name of the part");
        let (_, call_hex) = url.split_once("telephony%7C").expect("a token");
        let edited = url.replace(&call_hex[..4], "6566");
        let (status, body) = upload(&sandbox, &edited, multipart("file", "1.mp3")).await;
        assert_eq!((status, &body["error_description"]), (403, &json!("Link check failed")));
        let (status, body) = upload(&sandbox, url, multipart("file", "1.mp3")).await;
        assert!(status == 200 && body["result"]["FILE_ID"].is_number(), "{body}");
        let recordings = sandbox.bitrix24().recordings();
        assert_eq!((recordings.len(), &recordings[0]["size"]), (1, &json!(10)));
        assert_eq!(sandbox.bitrix24().calls()[0].recording.as_deref(), Some("1.mp3"));
    }
}

#[tokio::test]
async fn upload_with_an_expired_token_is_refused() {
    let sandbox = sandbox().await;
    let attach = json!({"CALL_ID": finished(&sandbox).await, "FILENAME": "1.mp3"});
    let result = done(&application(ATTACH, &attach, &sandbox), &sandbox).await;
    sandbox.bitrix24().expire_tokens();
    let url = result["uploadUrl"].as_str().expect("an address");
    let request = client().post(url).header("Content-Type", "multipart/form-data; boundary=b-1");
    let reply = request.body(multipart("file", "1.mp3")).send().await.expect("an answer");
    assert_eq!(reply.status().as_u16(), 401);
}

#[tokio::test]
async fn recording_is_attached_by_content_or_address() {
    let sandbox = sandbox().await;
    let id = finished(&sandbox).await;
    let content = json!({"CALL_ID": id, "FILENAME": "1.wav", "FILE_CONTENT": "UklGRg=="});
    call(ATTACH, content, &sandbox).await;
    assert_eq!(sandbox.bitrix24().recordings()[0]["size"], json!(4));
    let url = "https://pbx.example/records/1.mp3";
    call(ATTACH, json!({"CALL_ID": id, "RECORD_URL": url}), &sandbox).await;
    assert_eq!(sandbox.bitrix24().recordings().len(), 1, "the last file wins");
    assert_eq!(sandbox.bitrix24().calls()[0].recording.as_deref(), Some(url));
    set_dialect(&sandbox, |it| it.download_status = 404);
    let wire = method(ATTACH, &json!({"CALL_ID": id, "RECORD_URL": url}));
    fails(&wire, &sandbox, "ERROR_CORE", "Server returns HTTP error code 404").await;
}

#[tokio::test]
async fn recording_of_a_live_call_is_refused() {
    let sandbox = sandbox().await;
    let id = register(registration(), &sandbox).await;
    let wire = method(ATTACH, &json!({"CALL_ID": id, "FILENAME": "1.mp3"}));
    let text = "Call is not found in the statistic table. It looks like it is not finished yet.";
    fails(&wire, &sandbox, "ERROR_CORE", text).await;
}

#[tokio::test]
async fn transcript_belongs_to_a_finished_call() {
    let sandbox = sandbox().await;
    let name = "telephony.call.attachTranscription";
    let message = json!({"SIDE": "Client", "START_TIME": 0, "STOP_TIME": 3, "MESSAGE": "Да"});
    let of = |id: &Value| json!({"CALL_ID": id, "MESSAGES": [message]});
    let id = finished(&sandbox).await;
    assert_eq!(call(name, of(&id), &sandbox).await, json!({"TRANSCRIPT_ID": 1}));
    assert_eq!(call(name, of(&id), &sandbox).await, json!({"TRANSCRIPT_ID": 2}), "another one");
    let wire = method(name, &of(&json!("other")));
    fails(&wire, &sandbox, "ERROR_CORE", "Call other is not found. Is it finished?").await;
    let wrong = with(of(&id), json!({"MESSAGES": [{"SIDE": "Robot"}]}));
    let text = "MESSAGES[0][SIDE] should be either Client or User";
    fails(&method(name, &wrong), &sandbox, "ERROR_CORE", text).await;
}

#[tokio::test]
async fn lines_belong_to_the_application_that_adds_them() {
    let sandbox = sandbox().await;
    let line = json!({"NUMBER": "line-1", "NAME": "Касса"});
    let add = application("telephony.externalLine.add", &line, &sandbox);
    done(&add, &sandbox).await;
    fails(&add, &sandbox, "ERROR_CORE", "Line already exists").await;
    let own = application("telephony.externalLine.get", &json!({}), &sandbox);
    let shown = json!([{"NUMBER": "line-1", "NAME": "Касса", "CRM_AUTO_CREATE": "Y"}]);
    assert_eq!(done(&own, &sandbox).await, shown);
    let of_webhook = call("telephony.externalLine.get", json!({}), &sandbox).await;
    assert_eq!(of_webhook, json!([]));
    let update = json!({"NUMBER": "line-1", "CRM_AUTO_CREATE": "N"});
    let id = call("telephony.externalLine.update", update, &sandbox).await;
    assert_eq!(id, json!({"ID": "1"}));
    let delete = json!({"NUMBER": "line-1"});
    assert_eq!(call("telephony.externalLine.delete", delete.clone(), &sandbox).await, json!([]));
    let again = method("telephony.externalLine.delete", &delete);
    fails(&again, &sandbox, "ERROR_CORE", "Could not find line with number line-1").await;
}

#[tokio::test]
async fn unknown_line_is_created_or_refused() {
    let sandbox = sandbox().await;
    register(registration(), &sandbox).await;
    assert_eq!(sandbox.bitrix24().records(List::Lines).len(), 1);
    sandbox.reset();
    set_dialect(&sandbox, |it| it.refuse_unknown_lines = true);
    let wire: Wire = method("telephony.externalCall.register", &registration());
    fails(&wire, &sandbox, "ERROR_CORE", "Could not find line with number line-1").await;
}
