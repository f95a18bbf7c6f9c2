//! Requests of the CRM to the integration.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::form_urlencoded::parse;
use vochi_crm_sandbox::uon::{HookForm, List};
use vochi_crm_sandbox::{Click, ClickError, ClickVerb, Crm, Sandbox};

use super::fixtures::fixture;
use super::{done, get, post, set_dialect, webhook};
use crate::kontur::support::{Echoes, Integration};
use crate::support::sandbox;

async fn integration() -> Integration {
    Integration::start(200, r#"{"ok":true}"#, |_| Echoes::Not).await
}

async fn subscribe(sandbox: &Sandbox, hook: &Value) {
    done(&post("webhook/create.json", hook), sandbox).await;
}

fn fields(encoded: &str) -> BTreeMap<String, String> {
    parse(encoded.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn repeated_subscription_sends_a_hook_twice() {
    let (sandbox, to) = (sandbox().await, integration().await);
    for _ in 0..2 {
        subscribe(&sandbox, &webhook(47, to.url.as_str())).await;
    }
    let list = done(&get("webhook/1.json"), &sandbox).await;
    assert_eq!(list["records"].as_array().map(Vec::len), Some(2));
    sandbox.uon().click(2, "+375 29 111-22-33").expect("the employee exists");
    assert_eq!(sandbox.uon().send_hooks().await.len(), 2);
    assert_eq!(to.asked()[0].body, to.asked()[1].body, "one click, two calls");
    done(&post("webhook/delete/1.json", &Value::Null), &sandbox).await;
    sandbox.uon().click(2, "375291112233").expect("the employee exists");
    assert_eq!(sandbox.uon().send_hooks().await.len(), 1);
    assert!(matches!(sandbox.uon().click(7, "375291112233"), Err(ClickError::Bad(_))));
}

#[tokio::test]
async fn hook_comes_as_it_is_registered() {
    let (sandbox, to) = (sandbox().await, integration().await);
    let url = format!("{}?token=1", to.url);
    // The default method is GET.
    subscribe(&sandbox, &json!({"type_id": 44, "url": url})).await;
    sandbox.uon().miss_call(2, "+375291112233");
    sandbox.uon().send_hooks().await;
    let asked = to.asked().remove(0);
    let query = asked.path.split_once('?').map(|(_, query)| fields(query)).unwrap_or_default();
    assert_eq!((asked.method.as_str(), asked.body.as_str()), ("GET", ""));
    for (name, value) in [
        ("token", "1"),
        ("type_id", "44"),
        ("manager_name", "Ковалёва Марина"),
        ("client_name", "Иванов Иван Иванович"),
        ("phone", "375291112233"),
        ("extension", "151"),
    ] {
        assert_eq!(query[name], value, "{name}");
    }
}

#[tokio::test]
async fn created_and_changed_clients_are_announced() {
    let (sandbox, to) = (sandbox().await, integration().await);
    for type_id in [3, 4] {
        subscribe(&sandbox, &webhook(type_id, to.url.as_str())).await;
    }
    let user = json!({"u_surname": "Нина", "u_phone": "+375295550011"});
    done(&post("user/create.json", &user), &sandbox).await;
    done(&post("user/update/7.json", &json!({"u_manager_id": 4})), &sandbox).await;
    sandbox.uon().edit(List::Users, 7, json!({"u_phone_mobile": "375295550012"}));
    assert_eq!(sandbox.uon().waiting_hooks(), 3);
    let sent = sandbox.uon().send_hooks().await;
    assert!(sent.iter().all(|it| it.as_ref().is_ok_and(|it| it.ok)), "{sent:?}");
    let bodies: Vec<_> = to.asked().iter().map(|it| fields(&it.body)).collect();
    let shown =
        |index: usize| (bodies[index]["type_id"].as_str(), bodies[index]["client_id"].as_str());
    assert_eq!([shown(0), shown(1), shown(2)], [("3", "39"), ("4", "7"), ("4", "7")]);
    assert_eq!(bodies[0]["client[u_phone]"], "+375295550011");
    assert_eq!(bodies[2]["client[u_phone_mobile]"], "375295550012");
    assert_eq!(sandbox.uon().waiting_hooks(), 0);
}

#[tokio::test]
async fn failed_hook_is_repeated_three_times() {
    let sandbox = sandbox().await;
    let to = Integration::start(503, "", |_| Echoes::Not).await;
    subscribe(&sandbox, &webhook(4, to.url.as_str())).await;
    sandbox.uon().edit(List::Users, 7, json!({"u_note": "1"}));
    for waiting in [1, 1, 0, 0] {
        sandbox.uon().send_hooks().await;
        assert_eq!(sandbox.uon().waiting_hooks(), waiting);
    }
    assert_eq!(to.asked().len(), 3);
}

/// Hooks of the fixtures are among those that a form sends; values differ.
#[tokio::test]
async fn hooks_have_the_fields_of_the_fixtures() {
    let (sandbox, to) = (sandbox().await, integration().await);
    for (name, form) in [
        ("click_form_full_brackets", HookForm::Brackets),
        ("click_form_minimal", HookForm::Brackets),
        ("click_form_no_user", HookForm::Listed),
        ("click_form_russian_keys", HookForm::Russian),
        ("click_json", HookForm::Json),
        ("client_created_form_brackets", HookForm::Brackets),
        ("client_created_form_json", HookForm::JsonClient),
        ("client_changed_id_only", HookForm::Listed),
        ("client_changed_second_phone", HookForm::Brackets),
        ("missed_call", HookForm::Brackets),
    ] {
        let request = &fixture(&format!("inbound/{name}"))["request"];
        sandbox.reset();
        set_dialect(&sandbox, |it| it.hooks = form);
        for type_id in [3, 4, 44, 47] {
            subscribe(&sandbox, &webhook(type_id, to.url.as_str())).await;
        }
        let uon = sandbox.uon();
        match name.split('_').next() {
            Some("click") => uon.click(2, "375291112233").expect("the employee exists"),
            Some("missed") => uon.miss_call(2, "375291112233"),
            _ => uon.edit(List::Users, 7, json!({})),
        }
        uon.send_hooks().await;
        let asked = to.asked().pop().expect("a hook");
        let names = |body: &Value| -> Vec<String> {
            match body {
                Value::String(form) => fields(form).into_keys().collect(),
                json => json.as_object().map(|it| it.keys().cloned().collect()).unwrap_or_default(),
            }
        };
        let body = if form == HookForm::Json { asked.json() } else { json!(asked.body) };
        let sent = names(&body);
        let missing: Vec<String> =
            names(&request["body"]).into_iter().filter(|it| !sent.contains(it)).collect();
        // Of a client created by a user of the CRM.
        assert!(
            missing.iter().all(|it| it == "user_id" && !name.starts_with("click")),
            "{name}: {missing:?}"
        );
        assert_eq!(asked.header("content-type"), request["content_type"], "{name}");
    }
}

#[tokio::test]
async fn click_goes_to_the_given_address() {
    let (sandbox, to) = (sandbox().await, integration().await);
    for verb in [ClickVerb::Usual, ClickVerb::Get] {
        let click = Click::new(Crm::Uon, "4", "+375446370646", to.url.clone()).verb(verb);
        assert!(sandbox.click(click).await.expect("the integration answers").ok);
    }
    let asked = to.asked();
    let body = fields(&asked[0].body);
    assert_eq!((&*body["method"], &*body["user_id"], &*body["client_id"]), ("call", "4", "31"));
    assert!(asked[1].method == "GET" && asked[1].path.contains("phone=375446370646"), "{asked:?}");
    let unknown = sandbox.click(Click::new(Crm::Uon, "99", "1", to.url.clone())).await;
    assert!(matches!(unknown, Err(ClickError::Bad(_))), "{unknown:?}");
}
