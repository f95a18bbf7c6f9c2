//! Seed state: users, clients and the integration. All invented.

use serde_json::{Map, Value, json};

use super::ids::ZERO;

/// Name of the workspace.
pub const WORKSPACE: &str = "vochi-demo";
/// Id of the workspace, valid in every path as well.
pub const WORKSPACE_ID: &str = "d28f0000-6666-4f4f-bfbf-000000000601";
/// API key of the integration, exchanged for an access key.
pub const API_KEY: &str = "test-api-key-0001";
/// Secret of a public integration, `<id>=<value>`.
pub const SECRET: &str = "secretKey=test-secret-0001";
/// Bearer token of a person of the workspace.
pub const BEARER: &str = "test-bearer-token-0001";
/// Id of the integration's instance and of the integration.
pub const INSTANCE_ID: &str = "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001";
/// Prefix that the CRM adds to call ids.
pub const PREFIX: &str = "Vochi/";

/// Creation time of the seed objects.
const CREATED_AT: &str = "2025-11-19T10:36:57.172270+00:00";

/// The user who created the seed objects.
pub(super) const MARIA: &str = "a1b2c3d4-1111-4a4a-8b8b-000000000101";

/// Change info of a change by a person.
pub(super) fn by_person(at: &str) -> Value {
    json!({
        "updatedAt": at,
        "updatedByUserId": MARIA,
        "updatedWith": "WebApp",
        "createdAt": at,
        "createdByUserId": MARIA,
        "createdWith": "WebApp",
    })
}

pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// A contact or company with these fields, and defaults for the others.
pub(super) fn client(fields: Value) -> Map<String, Value> {
    let mut client = object(json!({
        "messengerContacts": [],
        "phones": [],
        "emails": [],
        "regionCode": "",
        "customFields": {},
        "tags": [],
    }));
    client.extend(object(fields));
    client
}

pub(super) fn user_id(number: u16) -> String {
    format!("a1b2c3d4-1111-4a4a-8b8b-{number:012}")
}

/// Extension, family name, given name. The CRM's responses have no extension: the integration keeps
/// the map itself (§11).
const PEOPLE: &[(u16, &str, &str, &str)] = &[
    (101, "Иванова", "Мария", "masha@example.org"),
    (102, "Соколов", "Дмитрий", "dima@example.org"),
    (103, "Петров", "Пётр", "petr@example.org"),
    (150, "Казаков", "Олег", "kazakov@example.org"),
    (151, "Ковалёва", "Марина", "kovaleva@example.org"),
    (152, "Лещенко", "Ирина", "leshchenko@example.org"),
    (155, "Гурин", "Денис", "gurin@example.org"),
    (158, "Бондарь", "Татьяна", "bondar@example.org"),
    (180, "Шульц", "Виктор", "schulz@example.org"),
];

/// The user who has never signed in, as all documented users (§11).
const NEW: u16 = 101;

pub(super) fn users() -> Vec<Map<String, Value>> {
    let people = PEOPLE.iter().map(|(number, last, first, login)| {
        let signed_in = *number != NEW;
        object(json!({
            "id": user_id(*number),
            "name": format!("{last} {first}"),
            "login": login,
            "status": if signed_in { "active" } else { "inactive" },
            "groupId": ZERO,
            "isAdmin": false,
            "isHidden": false,
            "firstName": first,
            "lastName": last,
            "settings": {"regionCode": "66"},
            "accessRights": [],
            "customFields": {},
            "isAuthorized": signed_in,
        }))
    });
    people.collect()
}

pub(super) fn extensions() -> Vec<(String, String)> {
    let people = PEOPLE.iter();
    people.map(|(number, ..)| (number.to_string(), user_id(*number))).collect()
}

/// Lines of the PBX with their outside numbers.
pub(super) const LINES: &[(&str, &str)] = &[
    ("0001363", "+375171234567"),
    ("0001365", "+375171234568"),
    ("0001366", "+375171234569"),
    ("0001380", "+375171234570"),
    ("3880001", "+493023125001"),
    ("375296254070", "+375296254070"),
];

pub(super) fn company_id(number: u16) -> String {
    format!("98c0a1d2-2222-4c4c-9d9d-{number:012}")
}

pub(super) fn contact_id(number: u16) -> String {
    format!("98c0a1d2-3333-4c4c-9d9d-{number:012}")
}

fn deal_id(number: u16) -> String {
    format!("98c0a1d2-4444-4c4c-9d9d-{number:012}")
}

pub(super) fn companies() -> Vec<Map<String, Value>> {
    vec![client(json!({
        "updateInfo": by_person(CREATED_AT),
        "inn": "6663003127",
        "kpp": "667101001",
        "name": "Ромашка",
        "description": "Покупает осенью",
        "phones": [{
            "id": "3fa80000-7777-4562-b3fc-000000000701", "type": "work", "value": "375172000001",
        }],
        "regionCode": "66",
        "id": company_id(201),
    }))]
}

/// Number, name, number as typed.
const CLIENTS: &[(u16, &str, &str)] = &[
    (302, "Мария Иванова", "8 (029) 111-22-33 доб. 2"),
    (311, "Ольга Мельник", "375446370646"),
    (312, "Сергей Жук", "375 44 858-16-77"),
    (313, "Наталья Рябцева", "375444001511"),
    (314, "Андрей Соловьёв", "8 (962) 791-74-60"),
    (315, "Elena Novik", "+375291256636"),
    (316, "Павел Дорошко", "375441655346"),
    (317, "Karl Lindner", "+49305407062"),
    (318, "Вера Кузьмич", "375440015769"),
];

pub(super) fn contacts() -> Vec<Map<String, Value>> {
    let contact = |number: u16, name: &str, position: &str, phones: Value, companies: Value| {
        client(json!({
            "updateInfo": by_person(CREATED_AT),
            "links": {"companyIds": companies},
            "position": position,
            "name": name,
            "phones": phones,
            "regionCode": "66",
            "id": contact_id(number),
        }))
    };
    let ivan = json!([{
        "id": "0efd0000-7777-4a4a-8b8b-000000000701", "type": "work", "value": "375291112233",
    }]);
    let ivan = contact(301, "Иван Иванов", "Главный бухгалтер", ivan, json!([company_id(201)]));
    let others = CLIENTS.iter().map(|(number, name, phone)| {
        let card = |digit: char, value: &str| {
            json!({
                "id": format!("0efd0000-7777-4a4a-8b8b-00000000{digit}{number}"),
                "type": "unknown",
                "value": value,
            })
        };
        let mut phones = vec![card('0', phone)];
        if *number == 302 {
            phones.push(card('1', "375291112233"));
        }
        contact(*number, name, "", json!(phones), json!([]))
    });
    std::iter::once(ivan).chain(others).collect()
}

/// Deals belong to one company and many contacts (§11); their other fields are undocumented.
pub(super) fn deals() -> Vec<Map<String, Value>> {
    let deal = |number: u16, company: Option<String>, contacts: Value, responsible: u16| {
        let mut deal = object(json!({
            "id": deal_id(number),
            "name": format!("Сделка {number}"),
            "links": {"contactIds": contacts},
            "responsibleUserId": user_id(responsible),
            "isActive": true,
            "updateInfo": by_person(CREATED_AT),
        }));
        if let Some(company) = company {
            deal.insert("companyId".into(), json!(company));
        }
        deal
    };
    let both = json!([contact_id(301), contact_id(302)]);
    let first = deal(401, Some(company_id(201)), both, 101);
    // 316 has no deal.
    let others = [
        (411, 311, 151),
        (412, 312, 152),
        (413, 313, 150),
        (414, 314, 155),
        (415, 315, 158),
        (417, 317, 180),
        (418, 318, 102),
    ];
    let others = others.map(|(number, contact, responsible)| {
        deal(number, None, json!([contact_id(contact)]), responsible)
    });
    std::iter::once(first).chain(others).collect()
}

/// The configured instance of the integration.
pub(super) fn instance() -> Map<String, Value> {
    let schedule = |id: &str, url: &str| {
        json!({
            "id": id,
            "relativeUrl": url,
            "triggerType": "schedule",
            "filter": {"items": []},
            "schedule": {"period": "00:05:00"},
            "disabled": false,
        })
    };
    object(json!({
        "updateInfo": by_person(CREATED_AT),
        "baseUrl": "https://crm-hook.example.org/kontur/k7",
        "features": {"call": true, "hangup": true, "sendSms": false},
        "status": "active",
        "secrets": [],
        "settings": [
            {"id": "autoRedirect", "value": "False"},
            {"id": "version", "value": "0.1.0"},
        ],
        "webHooks": [
            schedule("25d0c0de-5555-4e4e-aeae-000000000501", "setup/upgrade"),
            schedule("25d0c0de-5555-4e4e-aeae-000000000502", "communications/sync"),
        ],
        "id": INSTANCE_ID,
    }))
}

pub(super) fn workspace() -> Value {
    let at = "2025-11-17T05:14:14.541084+00:00";
    json!({
        "id": WORKSPACE_ID,
        "name": WORKSPACE,
        "title": "Демо-пространство",
        "updateInfo": {
            "updatedAt": at, "updatedWith": "xcom", "createdAt": at, "createdWith": "xcom",
        },
    })
}
