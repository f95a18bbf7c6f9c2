//! Requests of the page's PBX (§13).

use serde_json::{Value, json};

use crate::pbx::{PbxCall, PbxRequest, StepKind};

use super::portal::{Portal, written};
use super::rights::{ADMIN, WEBHOOK_SECRET};

impl Portal {
    pub(super) fn pbx_requests(
        &self,
        step: StepKind,
        call: &PbxCall,
    ) -> Result<Vec<PbxRequest>, String> {
        let user = self.user_by_extension(&call.extension);
        let user = user.ok_or_else(|| format!("unknown extension {}", call.extension))?;
        let post = |method: &str, body: &Value| {
            let path = format!("/rest/{ADMIN}/{WEBHOOK_SECRET}/telephony.externalCall.{method}");
            PbxRequest::post(path, "application/json", body.to_string())
        };
        Ok(match step {
            StepKind::Ring => {
                let register = json!({
                    "USER_ID": user, "PHONE_NUMBER": format!("+{}", digits(&call.phone)),
                    "TYPE": 2, "CALL_START_DATE": written(call.started_at), "CRM_CREATE": 0,
                    "SHOW": 1, "EXTERNAL_CALL_ID": call.id,
                });
                vec![post("register", &register)]
            }
            StepKind::Answer => Vec::new(),
            StepKind::Hangup => {
                let registered = self.calls.iter().find(|it| it.external_id == call.id);
                let registered =
                    registered.ok_or_else(|| format!("call {} is not registered", call.id))?;
                let answered = call.answered_at.is_some();
                let finish = json!({
                    "CALL_ID": registered.id, "USER_ID": user, "DURATION": call.talk_seconds(),
                    "STATUS_CODE": if answered { "200" } else { "304" }, "ADD_TO_CHAT": 0,
                });
                vec![post("finish", &finish)]
            }
        })
    }
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}
