//! Requests made from the schemas: each is refused by one rule, or accepted.

use serde_json::{Value, json};
use vochi_crm_sandbox::{Crm, Sample, Sandbox};

use super::{BLANK, CHOICE, EXTRA, INVALID, SET_ONE, entity, holds, input, says};
use crate::support::{
    CORPORATE, CUSTOMERS, MANAGER, MODULE, Wire, call, corporate, customer, edit_file, edit_order,
    edit_task, event, field, module, note, order, sandbox, send_calls, send_corporate,
    send_customer, send_event, send_module, send_note, send_order, send_task, task, with,
};

/// The smallest valid object, with every object that a rule looks into.
fn valid(sample: &Sample) -> Value {
    match sample.object {
        "query" => json!({}),
        "event" => event(),
        "call" => with(call(), json!({"duration": null, "durationWaiting": null})),
        "module" => module(),
        "requires" => json!({"scopes": ["customer_read"]}),
        "customer" => customer(),
        "corporate" => corporate(),
        "contact" => json!({"isMain": true, "customer": {"id": 61}}),
        "company" => json!({"isMain": true, "name": "ООО Проба"}),
        "note" => note(),
        "order" => order(),
        "task" => with(
            task(),
            json!({"customer": {"id": 205}, "order": {"id": 501}, "phone": "+375291112233"}),
        ),
        // An attachment has one field.
        "file" if sample.field == "attachment[0].unknownField" => json!({"attachment": [{}]}),
        "file" if sample.field.starts_with("attachment[0].order") => {
            json!({"attachment": [{"order": {"id": 501}}]})
        }
        "file" => json!({"filename": "1.mp3", "attachment": [{"customer": {"id": 60}}]}),
        other => panic!("no valid {other}"),
    }
}

fn in_corporate(path: &str, name: &str, object: &Value) -> Wire {
    let form = "by=id&entityBy=id&".to_owned() + &field(name, &object.to_string());
    let form = if path.matches('/').count() > 1 && path.ends_with("/edit") {
        form
    } else {
        form.replace("entityBy=id&", "")
    };
    Wire::post(&format!("{CORPORATE}/{path}"), form)
}

/// The request, and the prefix of its fields in a refusal.
fn request(sample: &Sample) -> (Wire, &'static str) {
    let object = sample.apply(valid(sample));
    let wire = match (sample.object, sample.operation.as_deref().unwrap_or_default()) {
        ("query", _) => {
            let value = object[&sample.field].as_str().unwrap_or_default();
            let parameter = field(&sample.field, value);
            match sample.field.as_str() {
                "phone" => Wire::get(&format!("{MANAGER}?{parameter}")),
                "details" | "ignoreStatus" => {
                    Wire::get(&format!("{MANAGER}?phone=375291112233&{parameter}"))
                }
                "by" => Wire::get(&format!("{CUSTOMERS}/ext-60?site=shop-one&{parameter}")),
                "entityBy" => {
                    let form = format!("by=id&{parameter}&contact={{}}");
                    Wire::post(&format!("{CORPORATE}/5041/contacts/ext-60/edit"), form)
                }
                "status" => Wire::post("/api/v5/users/7/status", parameter),
                _ => Wire::get(&format!("/api/v5/users?{parameter}")),
            }
        }
        ("event", _) => send_event(&object),
        ("call", _) => {
            let first = with(call(), json!({"externalId": "pbx-2"}));
            return (send_calls(&[first, object]), "calls[1].");
        }
        ("module", _) => send_module(&object),
        ("requires", _) => {
            let form = field("requires", &object.to_string());
            Wire::post(&format!("{MODULE}/update-scopes"), form)
        }
        ("customer", "" | "CustomerCreate") => send_customer(&object),
        ("customer", _) => {
            let form = "by=id&".to_owned() + &field("customer", &object.to_string());
            Wire::post(&format!("{CUSTOMERS}/60/edit"), form)
        }
        ("corporate", "" | "CorporateCreate") => send_corporate(&object),
        ("corporate", _) => {
            let changed: Vec<&str> =
                sample.changes.iter().map(|(pointer, _)| pointer.trim_start_matches('/')).collect();
            let mut object = object;
            if let Value::Object(fields) = &mut object {
                fields.retain(|name, _| changed.contains(&name.as_str()));
            }
            in_corporate("5041/edit", "customerCorporate", &object)
        }
        ("contact", "CorporateCreate") => {
            let whole = with(corporate(), json!({"customerContacts": [object]}));
            return (send_corporate(&whole), "customerContacts[0].");
        }
        ("contact", "ContactEdit") => in_corporate("5041/contacts/944/edit", "contact", &object),
        ("contact", _) => in_corporate("5041/contacts/create", "contact", &object),
        ("company", "CorporateCreate") => {
            let whole = with(corporate(), json!({"companies": [object]}));
            return (send_corporate(&whole), "companies[0].");
        }
        ("company", "CompanyEdit") => in_corporate("5041/companies/771/edit", "company", &object),
        ("company", _) => in_corporate("5041/companies/create", "company", &object),
        ("note", _) => send_note(&object),
        ("order", "" | "OrderCreate") => send_order(&object),
        ("order", _) => edit_order(501, &object),
        ("task", "" | "TaskCreate") => send_task(&object),
        ("task", _) => edit_task(433, &object),
        ("file", _) => edit_file(25, &object),
        (other, _) => panic!("no request with {other}"),
    };
    (wire, "")
}

/// Messages of rules that are not the usual one of their type.
const MESSAGES: &[(&str, &[&str])] = &[
    (
        CHOICE,
        &[
            "call.result.form",
            "call.site.form",
            "call.type.form",
            "contact.companies.value",
            "contact.customer.value",
            "corporate.managerId.value",
            "corporate.type.form",
            "customer.managerId.value",
            "customer.sex.form",
            "customer.type.form",
            "event.hangupStatus.form",
            "event.site.form",
            "event.type.form",
            "file.attachment.customer.value.2",
            "file.attachment.order.value.2",
            "module.actions.form",
            "note.customer.value",
            "note.managerId.value",
            "query.by.form",
            "query.details.form",
            "query.entityBy.form",
            "query.ignoreStatus.form",
            "query.limit.form",
            "query.status.form",
            "order.customer.value.2",
            "order.managerId.value",
            "order.orderMethod.value",
            "order.orderType.value",
            "order.status.value",
            "task.customer.value.2",
            "task.order.value.2",
            "task.performerId.value",
            "task.phoneSite.value",
        ],
    ),
    ("Specify the first name", &["customer.firstName.required", "order.firstName.required"]),
    (
        "This value is already used.",
        &["corporate.externalId.value", "customer.externalId.value", "order.externalId.value"],
    ),
    (
        SET_ONE,
        &[
            "contact.customer.form",
            "contact.customer.required",
            "file.attachment.customer.form",
            "note.customer.form",
            "note.customer.required",
            "order.customer.form",
            "task.customer.form",
        ],
    ),
    (
        "Set one of the following fields: id, externalId, number",
        &["file.attachment.order.form", "task.order.form"],
    ),
    ("Logo image must be svg", &["module.logo.form"]),
    ("Code prefix must match integrationCode", &["module.code.prefix"]),
    ("This value should not be blank", &["module.baseUrl.given"]),
    (EXTRA, &["order.items.only"]),
    (BLANK, &["requires.scopes.form"]),
];

fn message(sample: &Sample) -> &'static str {
    let own = MESSAGES.iter().find(|(_, rows)| rows.contains(&sample.row));
    own.map_or_else(
        || match sample.rule {
            "known_fields" => EXTRA,
            "not_blank" | "required" => BLANK,
            _ => INVALID,
        },
        |(message, _)| message,
    )
}

fn refusal(sample: &Sample, prefix: &str) -> Value {
    let (field, message) = (format!("{prefix}{}", sample.field), message(sample));
    match sample.object {
        "call" => with(
            says("Errors in the entity format"),
            json!({"errors": [format!("{field}: {message}")]}),
        ),
        "query" => input(&field, message),
        "task" => with(says("Task is not loaded"), json!({"errors": {field: message}})),
        _ => entity(&field, message),
    }
}

/// The first state, with a module that the marketplace connected.
fn prepare(sandbox: &Sandbox) {
    sandbox.reset();
    sandbox.retailcrm().set_simple_connection("vochi-telephony", true);
}

#[tokio::test]
async fn refused_samples_name_their_row_and_field() {
    let sandbox = sandbox().await;
    for sample in Sandbox::samples(Crm::RetailCrm).iter().filter(|it| !it.accepted) {
        prepare(&sandbox);
        let (before, held) = (sandbox.state(), holds(&sandbox));
        let (wire, prefix) = request(sample);
        let reply = wire.send(&sandbox).await;
        let refused = sandbox.refused(Crm::RetailCrm);
        let refused = refused.last().unwrap_or_else(|| panic!("{sample:?} is not written down"));
        assert_eq!(refused.checks, [sample.row], "{sample:?}: {}", refused.why);
        assert_eq!((reply.status, reply.json()), (400, refusal(sample, prefix)), "{sample:?}");
        for kept in ["calls", "live", "customers", "modules"] {
            let now = &sandbox.state()["retailcrm"][kept];
            assert_eq!(*now, before["retailcrm"][kept], "{sample:?} is carried out");
        }
        assert_eq!(holds(&sandbox), held, "{sample:?} is carried out");
    }
}

#[tokio::test]
async fn accepted_samples_are_carried_out() {
    let sandbox = sandbox().await;
    for sample in Sandbox::samples(Crm::RetailCrm).iter().filter(|it| it.accepted) {
        prepare(&sandbox);
        let reply = request(sample).0.send(&sandbox).await;
        assert!(matches!(reply.status, 200 | 201), "{sample:?}: {reply:?}");
        assert_eq!(reply.json()["success"], json!(true), "{sample:?}");
        assert_eq!(sandbox.refused(Crm::RetailCrm), [], "{sample:?}");
    }
}
