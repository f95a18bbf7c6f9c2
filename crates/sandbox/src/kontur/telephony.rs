//! Execution of telephony requests (§7) and file requests.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::report::LiveRow;
use crate::wire::{Extra, Response};

use super::checks::{Order, json_answer};
use super::communications::{Communication, Recording, Stage, text};
use super::feed::Change;
use super::files::StoredFile;
use super::handlers::ok;
use super::ids;
use super::mapping;
use super::state::Workspace;

impl Workspace {
    /// The call of this request, created if unknown.
    fn call_for(&mut self, order: &Order) -> String {
        let external_id = text(&order.body, "externalId");
        let known = order.call.clone().or_else(|| {
            let call = self.call_of(external_id.as_deref()?)?;
            Some(call.id.clone())
        });
        known.unwrap_or_else(|| self.new_call(Stage::Live).id.clone())
    }

    /// Links the client and adds the call to the feed.
    fn link_client(&mut self, id: &str, fresh: bool) {
        let Some(call) = self.call(id) else {
            return;
        };
        let phone = call.client_phone.clone();
        let links = phone.map_or_else(super::communications::no_links, |it| self.links(&it));
        if let Some(call) = self.call_mut(id) {
            call.links = links;
        }
        let json = self.call(id).map(Communication::to_json).unwrap_or_default();
        let old = Map::new();
        self.changed(Change {
            entity: "communication",
            id,
            old: (!fresh).then_some(&old),
            new: json,
            by: json!({"createdAt": ids::now(), "createdWith": "Integration.vochi"}),
        });
    }

    /// A repeat is the same call.
    pub(super) fn call_started(&mut self, order: &Order) -> Response {
        let before = self.calls.len();
        let id = self.call_for(order);
        let fresh = self.calls.len() > before;
        if let Some(call) = self.call_mut(&id) {
            call.apply_facts(&order.body);
            if call.stage == Stage::Expected {
                call.stage = Stage::Live;
            }
            if call.external_created_at.is_none() {
                call.external_created_at = text(&order.body, "timestamp");
            }
        }
        self.link_client(&id, fresh);
        let json = self.call(&id).map(Communication::to_json);
        ok(&json.unwrap_or_default())
    }

    pub(super) fn call_event(&mut self, order: &Order) -> Response {
        let happened = order
            .call
            .as_deref()
            .and_then(|id| self.call_mut(id))
            .is_some_and(|call| call.happened(&order.body));
        if happened {
            let kind = text(&order.body, "type").unwrap_or_default();
            self.shown(order, &kind);
        }
        self.ok_response()
    }

    /// Records the employees who see the popup.
    fn shown(&mut self, order: &Order, kind: &str) {
        let call = order.call.as_deref().and_then(|id| self.call(id));
        let ends = ["from", "to"].iter();
        let users: Vec<String> = ends
            .filter_map(|end| order.body.get(*end)?["userId"].as_str())
            .map(str::to_owned)
            .collect();
        let clicked = call.and_then(|it| it.click.as_ref()?["fromUserId"].as_str());
        let users = match clicked {
            Some(user) if kind == "failed" => vec![user.to_owned()],
            _ => users,
        };
        let row = LiveRow {
            call_id: call.and_then(|it| it.external_id.clone()),
            r#type: kind.to_owned(),
            phone: call.and_then(|it| it.client_phone.as_deref()).map(mapping::e164),
            codes: users.iter().filter_map(|it| self.extension_of(it)).collect(),
            users,
            hangup_status: None,
            at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        };
        self.live.push(row);
    }

    pub(super) fn call_finished(&mut self, order: &Order) -> Response {
        if let Some(call) = order.call.as_deref().and_then(|id| self.call_mut(id)) {
            call.apply_facts(&order.body);
            call.stage = Stage::Finished;
        }
        self.ok_response()
    }

    pub(super) fn call_failed(&mut self, order: &Order) -> Response {
        if let Some(call) = order.call.as_deref().and_then(|id| self.call_mut(id)) {
            call.stage = Stage::Failed;
        }
        self.shown(order, "failed");
        self.ok_response()
    }

    pub(super) fn call_recording(&mut self, order: &Order) -> Response {
        let file = text(&order.body, "recordingFileId").unwrap_or_default();
        let leg = text(&order.body, "externalCallItemId").unwrap_or_default();
        if let Some(call) = order.call.clone() {
            self.bind(&call, &leg, &file);
        }
        self.ok_response()
    }

    /// Makes a file permanent, under another id.
    fn bind(&mut self, call: &str, leg: &str, file: &str) {
        let bound = ids::guid();
        let found = self.files.iter_mut().find(|it| it.uploaded_id == file);
        let Some(found) = found else {
            return;
        };
        found.bound_id = Some(bound.clone());
        let recording = Recording {
            uploaded_id: file.to_owned(),
            file_id: bound,
            file_name: found.name.clone(),
        };
        if let Some(leg) = self.call_mut(call).and_then(|it| it.leg(leg)) {
            leg.recordings.push(recording);
        }
    }

    /// A repeat is the same call; omitted recordings stay.
    pub(super) fn register_call(&mut self, order: &Order) -> Response {
        let before = self.calls.len();
        let id = self.call_for(order);
        let fresh = self.calls.len() > before;
        let items = order.body.get("items").and_then(Value::as_array);
        let items: Vec<&Map<String, Value>> =
            items.into_iter().flatten().filter_map(Value::as_object).collect();
        if let Some(call) = self.call_mut(&id) {
            call.apply_facts(&order.body);
            call.registered = true;
            call.stage = Stage::Finished;
            for item in &items {
                call.registered_leg(item);
            }
        }
        for item in items {
            let leg = text(item, "id").unwrap_or_default();
            let files = item.get("recordings").and_then(Value::as_array);
            for file in files.into_iter().flatten() {
                self.bind(&id, &leg, file["fileId"].as_str().unwrap_or_default());
            }
        }
        self.link_client(&id, fresh);
        self.ok_response()
    }

    /// Responsible users of the client's active deals.
    pub(super) fn call_redirect(&mut self, order: &Order) -> Response {
        let phone = match order.parameter("externalId").filter(|it| !it.is_empty()) {
            Some(id) => self.call_of(id).and_then(|call| call.client_phone.clone()),
            None => order.parameter("phoneNumber").map(str::to_owned),
        };
        let links = phone.map(|it| self.links(&it)).unwrap_or_default();
        let users = self.responsible(&links);
        if users.is_empty() && !self.dialect.empty_list_without_responsible {
            let message = "Communication Xcom.Api.Models.Communications.CallRedirectRequest not \
                           found";
            let body = json!({"status": "notFound", "message": message});
            return json_answer(StatusCode::CONFLICT, &body);
        }
        ok(&json!({"userIds": users}))
    }

    pub(super) fn upload(&mut self, order: &Order) -> Response {
        let Some(part) = order.part.clone() else {
            return self.ok_response();
        };
        let id = self.next_files.pop_front().unwrap_or_else(ids::guid);
        let file = StoredFile {
            uploaded_id: id.clone(),
            bound_id: None,
            name: part.file_name.unwrap_or_default(),
            content_type: part.content_type.unwrap_or_default(),
            content: part.content,
            uploaded: order.at,
        };
        let answer = ok(&json!({
            "fileId": id,
            "fileName": file.name,
            "contentType": file.content_type,
            "contentLength": file.content.len(),
        }));
        self.files.push(file);
        answer
    }

    pub(super) fn download(&self, order: &Order) -> Response {
        let Some(file) = self.file(&order.thing, order.at) else {
            return ok(&Value::Null);
        };
        let mut answer = Response::new(StatusCode::OK, &file.content_type, file.content.clone());
        if order.parameter("download") == Some("true") {
            answer.extra = Some(Extra::FileName(file.name.clone().into()));
        }
        answer
    }

    pub(super) fn meta(&self, order: &Order) -> Response {
        let Some(file) = self.file(&order.thing, order.at) else {
            return ok(&Value::Null);
        };
        ok(&json!({
            "fileId": order.thing,
            "fileName": file.name,
            "contentType": file.content_type,
            // A number in the answer to the upload, a text here (§1.13).
            "contentLength": file.content.len().to_string(),
        }))
    }
}
