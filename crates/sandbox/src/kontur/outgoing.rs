//! Requests to the integration: system calls, schedules, webhooks (§8, §12).

use http::Method;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use crate::check::{Check, Detail, Finding};
use crate::click::{Click, ClickError, ClickKind, ClickPath, ClickResponse, ClickVerb};
use crate::host::CrmHost;
use crate::outgoing::Outgoing;
use crate::record::Refused;

use super::Kontur;
use super::communications::{Communication, Stage};
use super::ids;
use super::mapping;
use super::seed::WORKSPACE;

pub(super) const ECHO: &str = "x-xcom-integration-echo";

/// The only check of the integration's responses.
pub(super) const ECHO_BACK: Check = Check::documented(
    "echo.back",
    "§1.3, §8, §12",
    "an answer to a system call, a schedule or a webhook carries its X-XCOM-Integration-Echo \
     unchanged",
);

/// A request to the integration.
pub(super) struct IntegrationRequest {
    pub(super) url: Url,
    pub(super) key: Option<String>,
    pub(super) body: Option<Value>,
    /// The call of the request.
    pub(super) call: Option<String>,
}

impl IntegrationRequest {
    /// Sends the request and records a missing echo.
    pub(super) async fn send(
        self,
        crm_host: &CrmHost<Kontur>,
    ) -> Result<ClickResponse, ClickError> {
        let path = self.url.path().to_owned();
        let answer = self.exchange().await?;
        if answer.problem.is_some() {
            let finding = Finding {
                check: ECHO_BACK,
                details: vec![Detail::new("X-XCOM-Integration-Echo", "")],
            };
            crm_host.record_refused(Refused::answer("POST", &path, answer.status, &finding));
        }
        Ok(answer)
    }

    async fn exchange(self) -> Result<ClickResponse, ClickError> {
        let url = self.url.to_string();
        let echo = ids::echo();
        let mut request = Outgoing::new(Method::POST, self.url).with_header(ECHO, echo.clone());
        if let Some(key) = self.key {
            request = request.with_header("x-xcom-accesskey", key);
        }
        if let Some(body) = self.body {
            request = request.with_body("application/json", body.to_string());
        }
        let reply = request.send().await?;
        let echoes: Vec<String> = reply
            .headers
            .get_all(ECHO)
            .iter()
            .map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned())
            .collect();
        let problem = match echoes.as_slice() {
            [back] if *back == echo => None,
            [] => Some(format!(
                "the answer has no header X-XCOM-Integration-Echo; it had to be {echo}"
            )),
            other => Some(format!(
                "the header X-XCOM-Integration-Echo of the answer is {}, not {echo}",
                other.join(", ")
            )),
        };
        Ok(ClickResponse {
            ok: reply.status.is_success() && problem.is_none(),
            status: reply.status.as_u16(),
            body: reply.body,
            method: "POST".into(),
            url,
            problem,
            crm_call_id: self.call,
        })
    }
}

/// Appends a path to the URL, unless it is there already.
fn address(to: &Url, tail: &str) -> Url {
    let mut url = to.clone();
    let own = to.path().trim_end_matches('/');
    if !own.ends_with("/communications/call") && !own.ends_with("/hangup") {
        url.set_path(&format!("{own}/{tail}"));
    }
    url
}

fn tail(path: ClickPath, call: &str, what: &str) -> String {
    let ws = match path {
        ClickPath::Long | ClickPath::LongWithId => format!("api/v1/{WORKSPACE}/"),
        ClickPath::Short | ClickPath::ShortWithId => String::new(),
    };
    match path {
        // The documented link has the id for hangup only.
        ClickPath::LongWithId | ClickPath::ShortWithId if what == "hangup" => {
            format!("{ws}communications/{call}/hangup")
        }
        _ => format!("{ws}communications/{what}"),
    }
}

/// Simulates a click on «Позвонить» or «Положить трубку».
pub(crate) async fn send_click(
    crm_host: &CrmHost<Kontur>,
    click: &Click,
) -> Result<ClickResponse, ClickError> {
    if click.verb == ClickVerb::Get {
        return Err(ClickError::Bad("Kontur sends JSON by POST".into()));
    }
    let outward = match click.kind {
        ClickKind::Call => call(&mut crm_host.stand_in(), click),
        ClickKind::Hangup => hangup(&mut crm_host.stand_in(), click),
    };
    let outward = outward.map_err(ClickError::Bad)?;
    if click.kind == ClickKind::Hangup {
        return outward.send(crm_host).await;
    }
    let id = outward.call.clone();
    let answer = outward.send(crm_host).await;
    let taken = answer.as_ref().is_ok_and(|it| it.ok);
    if !taken
        && let Some(id) = id
        && let Some(call) = crm_host.stand_in().workspace.call_mut(&id)
        && call.stage == Stage::Expected
    {
        call.stage = Stage::Failed;
    }
    answer
}

fn call(kontur: &mut Kontur, click: &Click) -> Result<IntegrationRequest, String> {
    let workspace = &mut kontur.workspace;
    for user in std::iter::once(&click.user_id).chain(&click.to_user_id) {
        if workspace.user(user).is_none() {
            return Err(format!("unknown user {user}"));
        }
    }
    if !workspace.feature("call") {
        return Err("Feature Call is not supported by any integration".into());
    }
    let call = workspace.new_call(Stage::Expected);
    let mut body = json!({"communicationId": call.id, "fromUserId": click.user_id});
    if let Some(user) = &click.to_user_id {
        body["toUserId"] = json!(user);
    }
    let phone = mapping::digits(&click.phone);
    if !phone.is_empty() {
        body["clientPhone"] = json!(phone);
        call.client_phone = Some(phone);
    }
    call.direction = Some(if click.to_user_id.is_some() && click.phone.is_empty() {
        "internal".into()
    } else {
        "outbound".into()
    });
    call.click = Some(body);
    let id = call.id.clone();
    call_request(kontur, &id, &click.to, click.path)
}

/// Builds the system call CALL, first or repeated.
pub(super) fn call_request(
    kontur: &mut Kontur,
    id: &str,
    to: &Url,
    path: ClickPath,
) -> Result<IntegrationRequest, String> {
    let known = kontur.workspace.call(id).and_then(|call| call.click.clone());
    let body = known.ok_or_else(|| format!("the call {id} has no click"))?;
    Ok(IntegrationRequest {
        url: address(to, &tail(path, id, "call")),
        key: Some(kontur.workspace.issue_call_key(Instant::now())),
        body: Some(body),
        call: Some(id.to_owned()),
    })
}

fn hangup(kontur: &mut Kontur, click: &Click) -> Result<IntegrationRequest, String> {
    let workspace = &mut kontur.workspace;
    let leg = click.leg.as_deref().unwrap_or_default();
    if workspace.user(&click.user_id).is_none() {
        return Err(format!("unknown user {}", click.user_id));
    }
    if !workspace.feature("hangup") {
        return Err("Feature Hangup is not supported by any integration".into());
    }
    let is_of = |call: &&Communication| {
        let mut events = call.events.iter();
        events.any(|event| event["realtimeCallItemId"] == leg)
    };
    let call = workspace.calls.iter().find(is_of).map(|call| call.id.clone());
    let call = call.ok_or_else(|| format!("no call has the leg {leg}"))?;
    Ok(IntegrationRequest {
        url: address(&click.to, &tail(click.path, &call, "hangup")),
        key: Some(workspace.issue_call_key(Instant::now())),
        body: Some(json!({"realtimeCallItemId": leg, "userId": click.user_id})),
        call: Some(call),
    })
}

/// Builds a schedule or webhook request below the base URL.
pub(super) fn relative(to: &Url, relative_url: &str, body: Option<Value>) -> IntegrationRequest {
    let mut url = to.clone();
    let own = to.path().trim_end_matches('/');
    url.set_path(&format!("{own}/{relative_url}"));
    // Only the echo is documented for these (§8).
    IntegrationRequest { url, key: None, body, call: None }
}
