//! Batches: references, halting, PHP's lists.

use serde_json::{Map, Value, json};

use super::{call, done, form, last_checks, method, registration, send};
use crate::support::{sandbox, with};

/// A command with encoded parameters.
fn command(name: &str, parameters: &Value) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters.as_object().expect("an object") {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        query.append_pair(name, &text);
    }
    format!("{name}?{}", query.finish())
}

fn finish(reference: &str) -> String {
    let end = json!({"CALL_ID": reference, "USER_ID": 17, "DURATION": 0, "STATUS_CODE": "304"});
    command("telephony.externalCall.finish", &end)
}

#[tokio::test]
async fn call_is_registered_and_finished_by_a_reference() {
    let sandbox = sandbox().await;
    let register = command("telephony.externalcall.register", &registration());
    let batch = json!({"halt": 1, "cmd": {"a": register, "b": finish("$result[a][CALL_ID]")}});
    let result = call("batch", batch, &sandbox).await;
    assert_eq!(result["result"]["b"]["CALL_ID"], result["result"]["a"]["CALL_ID"]);
    assert_eq!(result["result_error"], json!([]));
    assert!(result["result_time"]["a"]["operating"].is_number());
    let calls = sandbox.bitrix24().calls();
    assert_eq!(calls.len(), 1);
    assert_eq!((calls[0].call_id.as_deref(), calls[0].outcome), (Some("pbx-1"), Some("missed")));
}

#[tokio::test]
async fn reference_to_a_failed_command_is_the_deepest_value() {
    let sandbox = sandbox().await;
    let register = with(registration(), json!({"USER_ID": 99}));
    let register = command("telephony.externalCall.register", &register);
    for (halt, finished) in [(1, Value::Null), (0, json!("INVALID_ARGUMENT"))] {
        let cmd = json!({"a": register, "b": finish("$result[a][CALL_ID]")});
        let batch = method("batch", &json!({"halt": halt, "cmd": cmd}));
        let result = send(&batch, &sandbox).await.json()["result"].take();
        let errors = &result["result_error"];
        assert_eq!(errors["a"]["error_description"], json!("User is not found or is not active"));
        assert_eq!(errors["b"]["error"], finished, "halt {halt}: {result}");
        assert_eq!(result["result"], json!([]), "an empty map is a list");
    }
}

#[tokio::test]
async fn halt_of_false_as_text_halts() {
    let sandbox = sandbox().await;
    let cmd = json!({"a": "nothing", "b": "profile"});
    for (halt, runs) in [(json!("false"), false), (json!("0"), true), (json!(0), true)] {
        let batch = method("batch", &json!({"halt": halt, "cmd": cmd}));
        let result = send(&batch, &sandbox).await.json()["result"].take();
        assert_eq!(result["result"]["b"].is_object(), runs, "halt {halt}");
    }
}

#[tokio::test]
async fn commands_run_in_the_order_of_their_keys_in_the_body() {
    let sandbox = sandbox().await;
    let register = command("telephony.externalCall.register", &registration());
    let cmd = format!(
        r#"{{"halt":1,"cmd":{{"z":"{register}","a":"{}"}}}}"#,
        finish("$result[z][CALL_ID]")
    );
    let wire = crate::support::Wire { body: cmd, ..method("batch", &json!({})) };
    let result = done(&wire, &sandbox).await;
    assert!(result["result"]["a"]["ID"].is_number(), "{result}");
}

#[tokio::test]
async fn numbers_as_keys_make_lists() {
    let sandbox = sandbox().await;
    let result = call("batch", json!({"cmd": ["profile", "scope"]}), &sandbox).await;
    assert_eq!(result["result"].as_array().map(Vec::len), Some(2));
    let lists = json!({"cmd": {"0": "nothing", "1": "profile"}});
    let wire = method("batch", &lists);
    let result = send(&wire, &sandbox).await.json()["result"].take();
    assert!(result["result"].is_object() && result["result_error"].is_array(), "{result}");
}

#[tokio::test]
async fn form_with_doubly_encoded_commands_is_read() {
    let sandbox = sandbox().await;
    let body =
        "halt=0&cmd%5Bcard%5D=telephony.externalcall.hide%3FCALL_ID%3Dunknown%26USER_ID%3D18";
    let result = done(&form("batch", body), &sandbox).await;
    assert_eq!(result["result"], json!({"card": false}));
}

#[tokio::test]
async fn surplus_and_nested_commands_are_refused_alone() {
    let sandbox = sandbox().await;
    let cmd: Map<String, Value> =
        (0..52).map(|it| (format!("c{it:02}"), json!("profile"))).collect();
    let result =
        send(&method("batch", &json!({"cmd": cmd})), &sandbox).await.json()["result"].take();
    assert_eq!(result["result"].as_object().map(Map::len), Some(50));
    assert_eq!(result["result_error"]["c51"]["error"], json!("ERROR_BATCH_LENGTH_EXCEEDED"));
    assert_eq!(last_checks(&sandbox), ["batch.length"]);
    let cmd = json!({"a": "batch?cmd[b]=profile", "c": "profile"});
    let result =
        send(&method("batch", &json!({"cmd": cmd})), &sandbox).await.json()["result"].take();
    assert_eq!(result["result_error"]["a"]["error"], json!("ERROR_BATCH_METHOD_NOT_ALLOWED"));
    assert!(result["result"]["c"].is_object());
}

#[tokio::test]
async fn what_a_command_is_ignored_for_is_reported() {
    let sandbox = sandbox().await;
    let parameters = with(registration(), json!({"show": 1}));
    let cmd = json!({"a": command("telephony.externalCall.register", &parameters)});
    send(&method("batch", &json!({"cmd": cmd})), &sandbox).await;
    assert_eq!(last_checks(&sandbox), ["register.known_fields"]);
}

#[tokio::test]
async fn lists_of_a_batch_have_their_own_pages() {
    let sandbox = sandbox().await;
    sandbox.bitrix24().add_contacts(120);
    let list = |last: &str| {
        format!("crm.contact.list?order[ID]=ASC&start=-1&filter[%3EID]={last}&select[]=ID")
    };
    let cmd = json!({
        "a": list("0"), "b": list("$result[a][49][ID]"), "c": list("$result[b][49][ID]"),
        "d": "crm.contact.list?start=50",
    });
    let result = call("batch", json!({"halt": 0, "cmd": cmd}), &sandbox).await;
    let rows = |key: &str| result["result"][key].as_array().map_or(0, Vec::len);
    assert_eq!((rows("a"), rows("b"), rows("c")), (50, 50, 29));
    assert_eq!(result["result_next"], json!({"d": 100}));
    assert_eq!(result["result_total"], json!({"a": 0, "b": 0, "c": 0, "d": 129}));
}
