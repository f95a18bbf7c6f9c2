//! Corporate customers and their notes in RetailCRM's stand-in.

use serde_json::{Value, json};
use vochi_crm_sandbox::Sandbox;

use crate::support::{
    CORPORATE, Wire, control, corporate, field, note, sandbox, send_corporate, send_note, with,
};

const NOTES: &str = "/api/v5/customers/notes";

async fn get(sandbox: &Sandbox, target: &str) -> Value {
    let reply = Wire::get(target).send(sandbox).await;
    assert_eq!(reply.status, 200, "{target}: {reply:?}");
    reply.json()
}

fn ids(list: &Value) -> Vec<u64> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|it| it["id"].as_u64()).collect()
}

fn write(path: &str, names: &str, field_name: &str, value: &Value) -> Wire {
    let form = format!("{names}&{}", field(field_name, &value.to_string()));
    Wire::post(&format!("{CORPORATE}/{path}"), form)
}

#[tokio::test]
async fn created_company_is_found_by_its_contact() {
    let sandbox = sandbox().await;
    let reply = send_corporate(&corporate()).send(&sandbox).await;
    assert_eq!((reply.status, reply.json()), (201, json!({"success": true, "id": 5043})));
    let list = get(&sandbox, &format!("{CORPORATE}?filter[contactIds][]=61")).await;
    assert_eq!(ids(&list["customersCorporate"]), [5041, 5043]);
    let json = &list["customersCorporate"][1];
    assert_eq!(json["nickName"], "Проба и партнёры");
    assert_eq!(json["mainCompany"], json!({"id": 773, "name": "ООО Проба"}));
    assert_eq!(
        json["mainCustomerContact"],
        json!({"id": 947, "customer": {"id": 61}, "companies": []})
    );
    let by_name = format!("{CORPORATE}/vochi-corp-1/companies?by=externalId&site=shop-one");
    assert_eq!(get(&sandbox, &by_name).await["companies"][0]["brand"], "Проба");
    let again = send_corporate(&corporate()).send(&sandbox).await;
    assert_eq!(again.status, 400, "the externalId is taken: {again:?}");
}

#[tokio::test]
async fn added_contacts_and_companies_can_become_main() {
    let sandbox = sandbox().await;
    let company = json!({"name": "ООО Второй", "isMain": true});
    let reply = write("5041/companies/create", "by=id", "company", &company);
    let reply = reply.send(&sandbox).await;
    assert_eq!((reply.status, reply.json()), (201, json!({"success": true, "id": 773})));
    let contact = json!({"customer": {"id": 201}, "isMain": true, "companies": [{"id": 773}]});
    let reply = write("5041/contacts/create", "by=id", "contact", &contact);
    let reply = reply.send(&sandbox).await;
    assert_eq!((reply.status, reply.json()), (201, json!({"success": true, "id": 947})));

    let contacts = get(&sandbox, &format!("{CORPORATE}/5041/contacts?by=id")).await;
    let json: Vec<Value> = contacts["contacts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| json!([it["id"], it["isMain"]]))
        .collect();
    assert_eq!(json, [json!([944, false]), json!([945, false]), json!([947, true])]);
    assert_eq!(
        contacts["contacts"][2]["companies"],
        json!([{"id": 162, "company": {"id": 773, "name": "ООО Второй"}}])
    );
    let json = get(&sandbox, &format!("{CORPORATE}/5041?by=id")).await["customerCorporate"].take();
    assert_eq!(json["mainCompany"]["id"], 773);
    assert_eq!(json["mainCustomerContact"]["id"], 947);
}

#[tokio::test]
async fn contact_is_edited_by_its_own_or_its_customers_id() {
    let sandbox = sandbox().await;
    let tied = json!({"companies": [{"id": 771}]});
    for (path, names, id) in [
        ("5041/contacts/945/edit", "by=id&entityBy=id", 945),
        ("5041/contacts/61/edit", "by=id&entityBy=id", 61),
        ("5041/contacts/ext-61/edit", "by=id&entityBy=externalId", 61),
    ] {
        let reply = write(path, names, "contact", &tied).send(&sandbox).await;
        assert_eq!(
            (reply.status, reply.json()),
            (200, json!({"success": true, "id": id})),
            "{path}"
        );
    }
    let contacts = get(&sandbox, &format!("{CORPORATE}/5041/contacts?by=id")).await;
    assert_eq!(
        contacts["contacts"][1]["companies"],
        json!([{"id": 162, "company": {"id": 771, "name": "ООО Пример"}}]),
        "tied once, however often that is written"
    );
}

#[tokio::test]
async fn edit_changes_only_the_fields_sent() {
    let sandbox = sandbox().await;
    let reply = write(
        "5041/companies/771/edit",
        "by=id&entityBy=id",
        "company",
        &json!({"name": "ООО Новый"}),
    );
    let reply = reply.send(&sandbox).await;
    assert_eq!((reply.status, reply.json()), (200, json!({"success": true, "id": 771})));
    let changes = json!({"managerId": 18, "addTags": ["vip"]});
    let reply = write("5041/edit", "by=id", "customerCorporate", &changes);
    let reply = reply.send(&sandbox).await;
    assert_eq!((reply.status, reply.json()), (200, json!({"success": true, "id": 5041})));
    let json = get(&sandbox, &format!("{CORPORATE}/5041?by=id")).await["customerCorporate"].take();
    assert_eq!(json["managerId"], 18);
    assert_eq!(json["tags"][0]["name"], "vip");
    assert_eq!(json["nickName"], "ООО Пример", "what is not sent stays");
    assert_eq!(json["mainCompany"]["name"], "ООО Новый");
}

#[tokio::test]
async fn companies_can_be_added() {
    let sandbox = sandbox().await;
    let account = sandbox.retailcrm();
    let mine = json!({
        "id": 6000,
        "nickName": "Мои",
        "customerContacts": [{"customer": {"id": 202}}, {"customer": {"id": 203}}],
        "companies": [{"name": "ООО Мой"}, {"name": "ООО Мой второй"}],
    });
    account.put_corporate(&mine).expect("it is complete");
    let kept = account.corporates().pop().expect("it is the last one");
    assert_eq!(ids(&kept["customerContacts"]), [947, 948], "the account gave ids");
    assert_eq!(ids(&kept["companies"]), [773, 774], "the account gave ids");
    let asked = json!({"crm": "retailcrm", "corporates": [{
        "id": 6001, "nickName": "Их", "site": "shop-two",
        "customerContacts": [{"customer": {"id": 202}}], "companies": [{"name": "ООО Их"}],
    }]});
    let (status, answer) = control(&sandbox, "/account", &asked).await;
    assert_eq!(status, 200, "{answer}");
    let list = get(&sandbox, &format!("{CORPORATE}?filter[contactIds][]=202")).await;
    assert_eq!(ids(&list["customersCorporate"]), [6000, 6001]);
    for wrong in
        [json!([{"id": 6002}]), json!([5]), json!({}), json!([{"id": "1", "nickName": "?"}])]
    {
        let asked = json!({"crm": "retailcrm", "corporates": wrong});
        let (status, answer) = control(&sandbox, "/account", &asked).await;
        assert_eq!(status, 400, "{wrong}: {answer}");
    }
    let history = get(&sandbox, &format!("{CORPORATE}/history")).await;
    assert_eq!(history["history"], json!([]), "what a test lays out is no event");
}

#[tokio::test]
async fn notes_are_written_filtered_and_deleted() {
    let sandbox = sandbox().await;
    let about_other =
        with(note(), json!({"customer": {"externalId": "ext-61"}, "managerId": null}));
    for (note, id) in [(note(), 302), (about_other, 303)] {
        let reply = send_note(&note).send(&sandbox).await;
        assert_eq!((reply.status, reply.json()), (201, json!({"success": true, "id": id})));
    }
    for (query, expected) in [
        ("", vec![301, 302, 303]),
        ("filter[ids][]=302&filter[ids][]=303", vec![302, 303]),
        ("filter[customerIds][]=60", vec![301, 302]),
        ("filter[customerExternalIds][]=ext-61", vec![303]),
        ("filter[managerIds][]=7", vec![301, 302]),
        ("filter[text]=ЗАВТРА", vec![302, 303]),
        ("filter[createdAtFrom]=2026-03-14&filter[createdAtTo]=2026-03-14", vec![301]),
    ] {
        let list = get(&sandbox, &format!("{NOTES}?{query}")).await;
        assert_eq!(ids(&list["notes"]), expected, "{query}");
    }
}

#[tokio::test]
async fn deleted_note_id_is_not_reused() {
    let sandbox = sandbox().await;
    send_note(&note()).send(&sandbox).await;
    let reply = Wire::post(&format!("{NOTES}/302/delete"), "").send(&sandbox).await;
    assert_eq!((reply.status, reply.json()), (200, json!({"success": true})));
    assert_eq!(ids(&get(&sandbox, NOTES).await["notes"]), [301]);
    let again = Wire::post(&format!("{NOTES}/302/delete"), "").send(&sandbox).await;
    assert_eq!(again.status, 404, "it is gone: {again:?}");
    let next = send_note(&note()).send(&sandbox).await.json();
    assert_eq!(next["id"], 303, "an id is not given twice");
    assert_eq!(sandbox.retailcrm().notes().len(), 2);
}

#[tokio::test]
async fn corporate_notes_are_a_separate_list() {
    let sandbox = sandbox().await;
    let about = with(note(), json!({"customer": {"id": 5041}}));
    let form = format!("site=shop-one&{}", field("note", &about.to_string()));
    let reply = Wire::post(&format!("{CORPORATE}/notes/create"), form).send(&sandbox).await;
    assert_eq!((reply.status, reply.json()), (201, json!({"success": true, "id": 302})));
    let list = get(&sandbox, &format!("{CORPORATE}/notes")).await;
    assert_eq!(ids(&list["notes"]), [302]);
    assert_eq!(list["notes"][0]["customer"], json!({"id": 5041, "site": "shop-one"}));
    assert_eq!(ids(&get(&sandbox, NOTES).await["notes"]), [301]);
    let gone = Wire::post(&format!("{CORPORATE}/notes/302/delete"), "").send(&sandbox).await;
    assert_eq!(gone.status, 200, "{gone:?}");
}
