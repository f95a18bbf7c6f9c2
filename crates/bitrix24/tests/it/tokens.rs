//! The tokens of an application: renewed once for all, kept, and never shown.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_bitrix24::api::{GetProfile, ListEntities, SearchCrmEntities};
use vochi_crm_bitrix24::model::{Contact, DialString};
use vochi_crm_bitrix24::{AuthorizationRedirect, Batch, Client, InstalledTokens, MemberId};
use vochi_crm_core::http::Plan;
use vochi_crm_core::http::auth::TokenStore;
use vochi_crm_core::state::{FileTokenStore, Space};
use vochi_crm_core::testing::response;
use vochi_crm_core::{Cx, ErrorKind, Hub, Secret};

use super::portal::{MEMBER, Portal, application, error, ok, token_document};

/// A client with the tokens of number 1, valid for so many seconds.
async fn authorized(portal: &Portal, seconds: i64) -> Client {
    authorized_on(&portal.hub(), seconds).await
}

async fn authorized_on(hub: &Hub, seconds: i64) -> Client {
    let mut slot = hub.store().open_in(Space::Tokens, "portal", "bitrix24").await.unwrap();
    slot.save(&token_document(1, seconds)).await.unwrap();
    drop(slot);
    Portal::open_on(hub, &application())
}

fn search() -> SearchCrmEntities {
    SearchCrmEntities(DialString::of("+375291112233").unwrap())
}

/// The token of a request.
fn tokens(portal: &Portal) -> Vec<String> {
    let state = portal.state();
    state.requests.iter().map(|(.., body)| body["auth"].as_str().unwrap().to_owned()).collect()
}

async fn profile(client: &Client) -> vochi_crm_core::Result<()> {
    client.send(&Cx::live(), GetProfile).await.map(drop)
}

fn answers_profile(portal: &Portal) {
    portal.answer("profile", ok(json!([])));
}

#[tokio::test(start_paused = true)]
async fn token_is_in_the_body_and_in_no_address() {
    let portal = Portal::new();
    let client = authorized(&portal, 3600).await;
    answers_profile(&portal);
    profile(&client).await.unwrap();
    assert_eq!(portal.state().requests[0].2, json!({"auth": "canary-access-1"}));
    assert_eq!(portal.state().refreshes, 0);
}

#[tokio::test(start_paused = true)]
async fn thousand_calls_that_wait_for_one_expired_token_refresh_once() {
    let portal = Portal::new();
    portal.state().token_expires = tokio::time::Instant::now();
    let client = authorized(&portal, 3600).await;
    let calls = (0..1_000).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let cx = Cx::live().with_timeout(Duration::from_secs(3600));
            client.send(&cx, search()).await
        })
    });
    let mut answered = 0;
    for call in calls.collect::<Vec<_>>() {
        // The portal lets fewer pass in the time of an operation; none fails by its token.
        match call.await.unwrap() {
            Ok(_) => answered += 1,
            Err(error) => assert_ne!(error.kind(), ErrorKind::Auth, "{error}"),
        }
    }
    assert_eq!(portal.state().refreshes, 1);
    assert!(answered > 40, "{answered} answered");
}

#[tokio::test(start_paused = true)]
async fn token_is_renewed_ahead_of_its_expiry() {
    let portal = Portal::new();
    let client = authorized(&portal, 299).await;
    answers_profile(&portal);
    profile(&client).await.unwrap();
    assert_eq!(tokens(&portal), ["canary-access-2"]);
    assert_eq!(portal.state().refreshes, 1);
    let about = client.oauth().unwrap().status().await.unwrap().unwrap();
    assert_eq!(about.member_id.as_str(), MEMBER);
}

#[tokio::test]
async fn two_clients_with_one_token_file_refresh_once() {
    let portal = Portal::new();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("portal.json");
    let file = FileTokenStore::new(&path).unwrap();
    file.lock().await.unwrap().save(&token_document(1, 10)).await.unwrap();
    let mut settings = application();
    settings["token_file"] = json!(path);
    // Each has a hub of its own, as two processes have.
    let clients = [portal.open(&settings), portal.open(&settings)];
    let calls = clients.iter().cycle().take(20).map(|client| {
        let client = client.clone();
        tokio::spawn(async move { client.send(&Cx::live(), search()).await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(portal.state().refreshes, 1);
    let stored: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(stored["refresh_token"], "canary-refresh-2");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn unusable_token_file_is_a_clear_error_and_stays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("portal.json");
    for (content, mode, expected) in [
        ("{\"access_token\": \"canary", 0o600, "it is not complete"),
        ("", 0o600, "it is not complete"),
        ("{}", 0o644, "other users can read it (mode 644)"),
    ] {
        std::fs::write(&path, content).unwrap();
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&path, permissions).unwrap();
        let portal = Portal::new();
        let mut settings = application();
        settings["token_file"] = json!(path);
        let error = profile(&portal.open(&settings)).await.unwrap_err();
        let text = format!("{error} {:?}", error.hint());
        assert_eq!(error.kind(), ErrorKind::Config, "{text}");
        assert!(text.contains(expected) && text.contains("portal.json"), "{text}");
        assert!(!text.contains("canary"), "{text}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content, "the file was replaced");
        assert!(portal.methods().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn renewal_survives_the_request_that_started_it() {
    let portal = Portal::new();
    portal.state().refresh_takes = Duration::from_secs(5);
    let hub = portal.hub();
    let client = authorized_on(&hub, 10).await;
    let cx = Cx::live().with_timeout(Duration::from_secs(1));
    let error = client.send(&cx, search()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    hub.finish().await;
    let stored = hub.store().open_in(Space::Tokens, "portal", "bitrix24").await.unwrap();
    assert_ne!(stored.document(), Some(&token_document(1, 10)), "the new token is stored");
    drop(stored);
    client.send(&Cx::live(), search()).await.unwrap();
    assert_eq!(portal.state().refreshes, 1, "the first renewal was lost");
}

#[tokio::test(start_paused = true)]
async fn renewal_that_hangs_does_not_stop_a_valid_token() {
    let portal = Portal::new();
    portal.state().refresh_takes = Duration::from_secs(3600);
    let client = authorized(&portal, 200).await;
    client.send(&Cx::live().with_timeout(Duration::from_secs(60)), search()).await.unwrap();
    assert_eq!(tokens(&portal), ["canary-access-1"]);
    // The next request does not wait for another attempt.
    let began = tokio::time::Instant::now();
    client.send(&Cx::live(), search()).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn fault_of_the_oauth_host_is_retried_and_keeps_the_tokens() {
    let portal = Portal::new();
    portal.state().refresh_answers.push_back(response(
        502,
        "text/html",
        "<html>bad gateway</html>",
    ));
    let client = authorized(&portal, 0).await;
    client.send(&Cx::live(), search()).await.unwrap();
    assert_eq!(portal.state().refreshes, 1);
}

#[tokio::test(start_paused = true)]
async fn refused_renewal_names_the_cause_and_what_to_do() {
    for (code, status, part) in [
        ("invalid_grant", 400, "authorize the application again"),
        ("invalid_client", 401, "check client_id and client_secret"),
        ("wrong_client", 200, "check client_id and client_secret"),
        ("PAYMENT_REQUIRED", 401, "subscription"),
        ("NOT_INSTALLED", 401, "install the application"),
        ("insufficient_scope", 403, "scopes"),
    ] {
        let portal = Portal::new();
        for _ in 0..2 {
            portal.state().refresh_answers.push_back(error(status, code));
        }
        let client = authorized(&portal, 0).await;
        let error = client.send(&Cx::live(), search()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth, "{code}: {error}");
        assert!(error.hint().unwrap().contains(part), "{code}: {:?}", error.hint());
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        assert!(portal.methods().is_empty(), "{code}: the portal was asked without a token");
    }
}

#[tokio::test(start_paused = true)]
async fn refused_refresh_token_is_read_again_from_the_store() {
    let portal = Portal::new();
    let hub = portal.hub();
    let client = authorized_on(&hub, 0).await;
    // Another machine refreshed, with a store that does not lock across machines.
    portal.state().token = 2;
    portal.state().refresh_takes = Duration::from_secs(1);
    let store = hub.store().clone();
    let other = tokio::spawn(async move {
        let mut slot = store.open_in(Space::Tokens, "portal", "bitrix24").await.unwrap();
        slot.save(&token_document(2, 3600)).await.unwrap();
    });
    client.send(&Cx::live(), search()).await.unwrap();
    other.await.unwrap();
    assert_eq!(tokens(&portal), ["canary-access-2"]);
    assert_eq!(portal.state().refreshes, 0);
}

#[tokio::test(start_paused = true)]
async fn expired_token_of_a_whole_batch_is_renewed() {
    let portal = Portal::new();
    let client = authorized(&portal, 3600).await;
    for _ in 0..2 {
        portal.answer("telephony.externalCall.searchCrmEntities", error(401, "expired_token"));
    }
    let mut batch = Batch::new();
    let keys = [batch.add(search()).unwrap(), batch.add(search()).unwrap()];
    portal.answer("telephony.externalCall.searchCrmEntities", ok(json!([])));
    portal.answer("telephony.externalCall.searchCrmEntities", ok(json!([])));
    let mut results = client.batch(&Cx::live(), &batch).await.unwrap();
    for key in keys {
        results.take(key).unwrap();
    }
    assert_eq!(portal.state().refreshes, 1);
}

#[tokio::test(start_paused = true)]
async fn unauthorized_application_names_what_to_do_and_sends_nothing() {
    let portal = Portal::new();
    let client = portal.open(&application());
    let error = profile(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.hint().unwrap().contains("client_id"), "{:?}", error.hint());
    assert!(portal.methods().is_empty());
    assert_eq!(client.oauth().unwrap().status().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn code_of_the_redirect_becomes_tokens() {
    let portal = Portal::new();
    let client = portal.open(&application());
    let oauth = client.oauth().unwrap();
    let redirect = format!(
        "https://pbx.example.test/?code=canary-code&state=s&member_id={MEMBER}&server_domain=oauth.bitrix24.tech"
    );
    let redirect = AuthorizationRedirect::parse(&redirect).unwrap();
    let about = oauth.exchange(&Cx::live(), &redirect).await.unwrap();
    assert_eq!(about.portal.to_string(), "https://one.bitrix24.by");
    client.send(&Cx::live(), search()).await.unwrap();
    assert_eq!(tokens(&portal), ["canary-access-2"]);
    let other = AuthorizationRedirect::parse("?code=canary-code&member_id=other").unwrap();
    let error = oauth.exchange(&Cx::live(), &other).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
}

/// The tokens of an installation.
fn installed(access: &str, member: &str) -> InstalledTokens {
    InstalledTokens::read(&json!({
        "access_token": access, "refresh_token": "canary-refresh-1", "expires_in": "3600",
        "member_id": member, "client_endpoint": "https://one.bitrix24.by/rest/",
        "server_endpoint": "https://oauth.bitrix24.tech/rest/",
        "application_token": "canary-application", "scope": "crm,telephony", "status": "L",
    }))
    .unwrap()
}

#[tokio::test(start_paused = true)]
async fn installation_is_accepted_only_if_the_oauth_host_confirms_it() {
    let portal = Portal::new();
    let client = portal.open(&application());
    let oauth = client.oauth().unwrap();
    for (access, member) in [("forged", MEMBER), ("canary-access-1", "other")] {
        let error = oauth.install(&Cx::live(), installed(access, member)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth, "{access} {member}: {error}");
        assert_eq!(oauth.status().await.unwrap(), None, "{access} {member}");
    }
    oauth.install(&Cx::live(), installed("canary-access-1", MEMBER)).await.unwrap();
    let token = oauth.application_token().await.unwrap();
    assert_eq!(token, Some(Secret::new("canary-application")));
    client.send(&Cx::live(), search()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn removed_application_forgets_the_tokens_of_its_portal_only() {
    let portal = Portal::new();
    let client = authorized(&portal, 3600).await;
    let oauth = client.oauth().unwrap();
    oauth.forget(&MemberId::new("other").unwrap()).await.unwrap();
    assert!(oauth.status().await.unwrap().is_some());
    oauth.forget(&MemberId::new(MEMBER).unwrap()).await.unwrap();
    assert_eq!(oauth.status().await.unwrap(), None);
    assert_eq!(client.send(&Cx::live(), search()).await.unwrap_err().kind(), ErrorKind::Auth);
}

#[tokio::test(start_paused = true)]
async fn refresh_is_possible_at_any_time() {
    let portal = Portal::new();
    let client = authorized(&portal, 3600).await;
    let oauth = client.oauth().unwrap();
    oauth.refresh(&Cx::live()).await.unwrap();
    oauth.refresh(&Cx::live()).await.unwrap();
    assert_eq!(portal.state().refreshes, 2);
}

#[tokio::test(start_paused = true)]
async fn renamed_portal_is_followed_once_and_its_name_is_kept() {
    for is_application in [true, false] {
        let portal = Portal::new();
        {
            let mut state = portal.state();
            (state.moved_to, state.named) = (Some("two.bitrix24.by"), "two.bitrix24.by");
        }
        let client =
            if is_application { authorized(&portal, 3600).await } else { portal.webhook() };
        let cx = Cx::live().scope();
        client.send(&cx, search()).await.unwrap();
        let sent = portal.state().requests.clone();
        assert_eq!(sent.len(), 2, "{sent:?}");
        assert_eq!(sent[0].2, sent[1].2, "the body is sent again");
        let warnings = cx.warnings();
        let text = warnings[0].text();
        assert!(text.contains("one.bitrix24.by") && text.contains("two.bitrix24.by"), "{text}");
        assert_eq!(client.portal().host(), "two.bitrix24.by");
        client.send(&Cx::live(), search()).await.unwrap();
        assert_eq!(portal.state().requests.len(), 3, "the old address was used again");
        if let Some(oauth) = client.oauth() {
            let about = oauth.status().await.unwrap().unwrap();
            assert_eq!(about.portal.host(), "two.bitrix24.by");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn redirect_to_another_host_needs_the_oauth_host_to_name_it() {
    for (named, followed) in [("b24.company.test", true), ("one.bitrix24.by", false)] {
        let portal = Portal::new();
        {
            let mut state = portal.state();
            (state.moved_to, state.named) = (Some("b24.company.test"), named);
        }
        let client = authorized(&portal, 3600).await;
        let sent = client.send(&Cx::live(), search()).await;
        assert_eq!(sent.is_ok(), followed, "{named}: {sent:?}");
        let Err(error) = sent else { continue };
        let text = error.to_string();
        assert!(text.contains("one.bitrix24.by") && text.contains("b24.company.test"), "{text}");
        assert_eq!(portal.methods().len(), 1, "the token went to an unknown host");
    }
    let portal = Portal::new();
    portal.state().moved_to = Some("b24.company.test");
    let error = portal.webhook().send(&Cx::live(), search()).await.unwrap_err();
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    assert_eq!(portal.methods().len(), 1, "the secret went to an unknown host");
}

#[tokio::test(start_paused = true)]
async fn dry_run_renews_nothing_and_shows_no_token() {
    let portal = Portal::new();
    let plan = Plan::new();
    let hub =
        Hub::builder().transport(Arc::new(portal.clone())).plan(plan.clone()).build().unwrap();
    let client = authorized_on(&hub, 0).await;
    client.send(&Cx::live(), ListEntities::<Contact>::new()).await.unwrap();
    assert!(portal.methods().is_empty());
    assert_eq!(portal.state().refreshes, 0);
    let shown = format!("{:?}", plan.requests());
    assert!(shown.contains("/rest/crm.contact.list") && !shown.contains("canary"), "{shown}");
}
