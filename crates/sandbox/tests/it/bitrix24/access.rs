//! Webhooks, OAuth 2.0, limits, a renamed portal.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;
use vochi_crm_sandbox::bitrix24::{ADMIN, CLIENT_ID, CLIENT_SECRET, MEMBER_ID};
use vochi_crm_sandbox::{Crm, Sandbox};

use super::{application, done, fails, last_checks, method, send};
use crate::support::{FORM, Reply, Wire, client, sandbox};

/// Origin of the OAuth host.
fn oauth_host(sandbox: &Sandbox) -> Url {
    let profile = sandbox.bitrix24().application_profile();
    profile["oauth_url"].as_str().and_then(|it| it.parse().ok()).expect("an address")
}

async fn token(sandbox: &Sandbox, grant: &str, name: &str, value: &str) -> Reply {
    let body = format!(
        "grant_type={grant}&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&{name}={value}"
    );
    let target = "/oauth/token/".to_owned();
    let wire = Wire { method: "POST".into(), target, headers: Vec::new(), body };
    let sent = wire.header("Content-Type", FORM).try_send(&oauth_host(sandbox)).await;
    sent.expect("the OAuth host answers")
}

async fn refresh(sandbox: &Sandbox, value: &Value) -> Reply {
    token(sandbox, "refresh_token", "refresh_token", value.as_str().unwrap_or_default()).await
}

fn profile_of(access: &Value) -> Wire {
    Wire { target: "/rest/profile".into(), ..method("", &json!({"auth": access})) }
}

#[tokio::test]
async fn browser_comes_back_with_a_code_for_tokens() {
    let sandbox = sandbox().await;
    sandbox.bitrix24().set_redirect_uri("https://pbx.example/oauth?profile=portal");
    let url = sandbox.url(Crm::Bitrix24);
    let target = format!("{url}oauth/authorize/?client_id={CLIENT_ID}&state=s%261");
    let browser = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let reply = browser.build().expect("a client").get(target).send().await.expect("an answer");
    assert_eq!(reply.status().as_u16(), 302);
    let location = reply.headers()["location"].to_str().expect("a text");
    let location = Url::parse(location).expect("an address");
    let query = |name: &str| {
        let mut pairs = location.query_pairs();
        pairs.find(|(it, _)| it == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    assert_eq!((query("profile"), query("state")), ("portal".into(), "s&1".into()));
    assert_eq!(query("member_id"), MEMBER_ID);

    let reply = token(&sandbox, "authorization_code", "code", &query("code")).await;
    let tokens = reply.json();
    assert_eq!((reply.status, &tokens["expires_in"]), (200, &json!(3600)), "{tokens}");
    assert_eq!(tokens["client_endpoint"], json!(format!("{url}rest/")));
    done(&profile_of(&tokens["access_token"]), &sandbox).await;

    let again = token(&sandbox, "authorization_code", "code", &query("code")).await;
    assert_eq!((again.status, again.json()), (400, json!({"error": "invalid_grant"})));
}

#[tokio::test]
async fn unknown_application_gets_a_page_and_no_redirect() {
    let sandbox = sandbox().await;
    let target = "/oauth/authorize/?client_id=other&state=1".into();
    let reply = send(&Wire { target, ..method("", &json!({})) }, &sandbox).await;
    assert_eq!((reply.status, &*reply.content_type), (200, "text/html; charset=utf-8"));
}

#[tokio::test]
async fn refresh_token_is_used_once() {
    let sandbox = sandbox().await;
    let first = sandbox.bitrix24().issue_tokens(ADMIN);
    sandbox.bitrix24().expire_tokens();
    let expired = "The access token provided has expired.";
    fails(&profile_of(&first["access_token"]), &sandbox, "expired_token", expired).await;
    let second = refresh(&sandbox, &first["refresh_token"]).await.json();
    assert_ne!(second["access_token"], first["access_token"]);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(second["user_id"], json!(ADMIN));
    done(&profile_of(&second["access_token"]), &sandbox).await;
    let again = refresh(&sandbox, &first["refresh_token"]).await;
    assert_eq!((again.status, again.json()), (400, json!({"error": "invalid_grant"})));
    let third = refresh(&sandbox, &second["refresh_token"]).await;
    assert_eq!(third.status, 200, "the new pair goes on");
}

#[tokio::test(start_paused = true)]
async fn tokens_live_an_hour_and_codes_half_a_minute() {
    let sandbox = sandbox().await;
    let tokens = sandbox.bitrix24().issue_tokens(ADMIN);
    let code = sandbox.bitrix24().code();
    tokio::time::advance(Duration::from_secs(30)).await;
    let late = token(&sandbox, "authorization_code", "code", &code).await;
    assert_eq!(late.json(), json!({"error": "invalid_grant"}));
    tokio::time::advance(Duration::from_secs(3568)).await;
    done(&profile_of(&tokens["access_token"]), &sandbox).await;
    tokio::time::advance(Duration::from_secs(3)).await;
    let reply = send(&profile_of(&tokens["access_token"]), &sandbox).await;
    assert_eq!((reply.status, &reply.json()["error"]), (401, &json!("expired_token")));
    tokio::time::advance(Duration::from_secs(180 * 24 * 3600)).await;
    let dead = refresh(&sandbox, &tokens["refresh_token"]).await;
    assert_eq!(dead.json(), json!({"error": "invalid_grant"}), "180 days are over");
}

#[tokio::test]
async fn oauth_host_names_the_cause_of_a_refusal() {
    let sandbox = sandbox().await;
    let post = async |body: String| {
        let target = "/oauth/token/".to_owned();
        let wire = Wire { method: "POST".into(), target, headers: Vec::new(), body };
        let sent = wire.header("Content-Type", FORM).try_send(&oauth_host(&sandbox)).await;
        let reply = sent.expect("the OAuth host answers");
        (reply.status, reply.json()["error"].as_str().unwrap_or_default().to_owned())
    };
    let fields = |id: &str, secret: &str| {
        format!("grant_type=refresh_token&client_id={id}&client_secret={secret}&refresh_token=x")
    };
    for (body, status, code) in [
        ("grant_type=refresh_token".to_owned(), 400, "invalid_request"),
        (fields("other", CLIENT_SECRET), 200, "wrong_client"),
        (fields(CLIENT_ID, "other"), 400, "invalid_client"),
        (fields(CLIENT_ID, CLIENT_SECRET), 400, "invalid_grant"),
    ] {
        assert_eq!(post(body.clone()).await, (status, code.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn oauth_host_knows_the_portal_of_a_token() {
    let sandbox = sandbox().await;
    let access = sandbox.bitrix24().issue_tokens(ADMIN)["access_token"].take();
    let access = access.as_str().expect("a text");
    let info = async |auth: &str| {
        let url = format!("{}rest/app.info/?auth={auth}", oauth_host(&sandbox));
        let reply = client().get(url).send().await.expect("an answer");
        let status = reply.status().as_u16();
        let text = reply.text().await.expect("a body");
        let body: Value = serde_json::from_str(&text).expect("JSON");
        (status, body)
    };
    let (status, body) = info(access).await;
    assert_eq!((status, &body["result"]["client_id"]), (200, &json!(CLIENT_ID)));
    assert_eq!(body["result"]["install"]["member_id"], json!(MEMBER_ID));
    assert_eq!(info("other").await, (400, json!({"error": "invalid_client"})));
    let of_portal = done(&application("app.info", &json!({}), &sandbox), &sandbox).await;
    assert_eq!(of_portal["INSTALLED"], json!(true), "the portal's method is another one");
}

#[tokio::test]
async fn renamed_portal_redirects_and_answers_at_its_new_name() {
    let sandbox = sandbox().await;
    let old = sandbox.url(Crm::Bitrix24).clone();
    let mut new = old.clone();
    new.set_host(Some("localhost")).expect("a host");
    sandbox.bitrix24().rename(&new);
    let wire = method("profile", &json!({}));
    let browser = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let browser = browser.build().expect("a client");
    let send = async |origin: &Url| {
        let url = origin.join(&wire.target).expect("an address");
        browser.post(url).body("{}").send().await.expect("an answer")
    };
    let reply = send(&old).await;
    assert_eq!(reply.status().as_u16(), 302);
    let location = reply.headers()["location"].to_str().expect("a text").to_owned();
    assert_eq!(location, new.join(&wire.target).expect("an address").to_string());
    assert_eq!(send(&new).await.status().as_u16(), 200);
}

#[tokio::test(start_paused = true)]
async fn full_bucket_is_refused() {
    let sandbox = sandbox().await;
    let profile = method("profile", &json!({}));
    for number in 0..50 {
        let reply = send(&profile, &sandbox).await;
        assert_eq!(reply.status, 200, "request {number}");
    }
    let reply = send(&profile, &sandbox).await;
    assert_eq!((reply.status, &reply.json()["error"]), (503, &json!("QUERY_LIMIT_EXCEEDED")));
    assert_eq!(last_checks(&sandbox), ["limit.bucket"]);
    tokio::time::advance(Duration::from_millis(500)).await;
    assert_eq!(send(&profile, &sandbox).await.status, 200, "two leak in a second");
    assert_eq!(send(&profile, &sandbox).await.status, 503);
    sandbox.bitrix24().set_enterprise();
    for number in 0..250 {
        assert_eq!(send(&profile, &sandbox).await.status, 200, "request {number}");
    }
    assert_eq!(send(&profile, &sandbox).await.status, 503);
}

#[tokio::test(start_paused = true)]
async fn method_rests_after_its_operating_time() {
    let sandbox = sandbox().await;
    sandbox.bitrix24().set_operating("crm.contact.list", 200.0);
    let list = method("crm.contact.list", &json!({}));
    let mut reset = 0;
    for used in [200.0, 400.0, 600.0] {
        let time = send(&list, &sandbox).await.json()["time"].take();
        assert_eq!(time["operating"], json!(used), "the call over the line completes");
        reset = time["operating_reset_at"].as_i64().expect("unix time");
    }
    let reply = send(&list, &sandbox).await;
    assert_eq!((reply.status, &reply.json()["error"]), (429, &json!("OPERATION_TIME_LIMIT")));
    assert_eq!(last_checks(&sandbox), ["limit.operating"]);
    let batch = method("batch", &json!({"cmd": {"a": "crm.contact.list", "b": "profile"}}));
    let result = send(&batch, &sandbox).await.json()["result"].take();
    assert_eq!(result["result_error"]["a"]["error"], json!("OPERATION_TIME_LIMIT"));
    assert!(result["result"]["b"].is_object(), "another method goes on");
    let now = done(&method("server.time", &json!({})), &sandbox).await;
    let now: jiff::Timestamp = now.as_str().and_then(|it| it.parse().ok()).expect("a time");
    let left = u64::try_from(reset - now.as_second()).expect("the reset is in the future");
    tokio::time::advance(Duration::from_secs(left)).await;
    assert_eq!(send(&list, &sandbox).await.status, 200);
}

#[tokio::test]
async fn self_hosted_portal_has_no_operating_time() {
    let sandbox = sandbox().await;
    super::set_dialect(&sandbox, |it| it.without_operating = true);
    let time = send(&method("profile", &json!({})), &sandbox).await.json()["time"].take();
    assert!(time["duration"].is_number() && time.get("operating").is_none(), "{time}");
}
