//! Seed state: employees, contacts, companies, leads, a deal, dictionaries. All invented.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::portal::{List, Record};
use super::rights::ADMIN;

pub(super) fn object(value: Value) -> Record {
    match value {
        Value::Object(object) => object,
        _ => Record::new(),
    }
}

/// Extension, family name, given name, id.
pub(super) const PEOPLE: &[(&str, &str, &str, i64)] = &[
    ("101", "Петров", "Пётр", 17),
    ("102", "Соколов", "Дмитрий", 18),
    ("103", "Иванова", "Мария", 19),
    ("150", "Казаков", "Олег", 23),
    ("151", "Ковалёва", "Марина", 24),
    ("152", "Лещенко", "Ирина", 25),
    ("155", "Гурин", "Денис", 26),
    ("158", "Бондарь", "Татьяна", 27),
    ("180", "Шульц", "Виктор", 28),
];

/// The employee whose extension is only in the configuration.
const WITHOUT_EXTENSION: i64 = 28;

/// Lines of the PBX with their outside numbers.
pub(super) const LINES: &[(&str, &str)] = &[
    ("0001363", "+375171234567"),
    ("0001365", "+375171234568"),
    ("0001366", "+375171234569"),
    ("0001380", "+375171234570"),
    ("3880001", "+493023125001"),
    ("375296254070", "+375296254070"),
];

fn user(id: i64, last: &str, first: &str) -> Record {
    object(json!({
        "ID": id.to_string(), "ACTIVE": true, "NAME": first, "LAST_NAME": last,
        "SECOND_NAME": "", "EMAIL": format!("user{id}@b24-demo.example"), "IS_ONLINE": "Y",
        "TIMESTAMP_X": {}, "LAST_ACTIVITY_DATE": {}, "PERSONAL_MOBILE": "", "WORK_PHONE": "",
        "WORK_POSITION": "", "UF_DEPARTMENT": [1], "USER_TYPE": "employee",
    }))
}

fn users() -> Vec<Record> {
    let staff = PEOPLE.iter().map(|(extension, last, first, id)| {
        let mut user = user(*id, last, first);
        let inner = if *id == WITHOUT_EXTENSION { Value::Null } else { json!(extension) };
        user.insert("UF_PHONE_INNER".into(), inner);
        user
    });
    // The administrator has no such member, others have it empty.
    let mut assistant = user(20, "Сидорова", "Анна");
    assistant.insert("UF_PHONE_INNER".into(), json!(""));
    let mut former = user(21, "Смирнов", "Олег");
    former.extend(object(json!({"ACTIVE": false, "UF_PHONE_INNER": "199"})));
    [user(ADMIN, "Админов", "Артём")].into_iter().chain(staff).chain([assistant, former]).collect()
}

/// A multiple field with one value.
fn phone(id: i64, value: &str) -> Value {
    json!([{"ID": id.to_string(), "VALUE_TYPE": "WORK", "VALUE": value, "TYPE_ID": "PHONE"}])
}

const CREATED: &str = "2026-05-01T10:00:00+03:00";

/// Members that every entity has.
fn entity(id: i64, assigned: i64) -> Record {
    object(json!({
        "ID": id.to_string(), "ASSIGNED_BY_ID": assigned.to_string(), "CREATED_BY_ID": "1",
        "DATE_CREATE": CREATED, "DATE_MODIFY": CREATED, "OPENED": "Y", "ORIGINATOR_ID": null,
        "ORIGIN_ID": null, "COMMENTS": null, "HAS_PHONE": "N", "HAS_EMAIL": "N",
    }))
}

/// A new entity of a list with its defaults.
pub(super) fn blank(list: List, date: &str) -> Record {
    let mut record = entity(0, ADMIN);
    let own = match list {
        List::Contacts => json!({
            "NAME": null, "SECOND_NAME": null, "LAST_NAME": null, "TYPE_ID": "CLIENT",
            "SOURCE_ID": null, "COMPANY_ID": null, "LEAD_ID": null,
        }),
        List::Companies => json!({"TITLE": "", "COMPANY_TYPE": "CUSTOMER"}),
        List::Leads => json!({
            "TITLE": "", "NAME": null, "LAST_NAME": null, "STATUS_ID": "NEW",
            "STATUS_SEMANTIC_ID": "P", "SOURCE_ID": null, "COMPANY_ID": null, "CONTACT_ID": null,
            "OPPORTUNITY": "0.00", "CURRENCY_ID": "BYN", "DATE_CLOSED": "",
        }),
        List::Deals => json!({
            "TITLE": "", "TYPE_ID": "SALE", "CATEGORY_ID": "0", "STAGE_ID": "NEW",
            "STAGE_SEMANTIC_ID": "P", "OPPORTUNITY": "0.00", "CURRENCY_ID": "BYN",
            "CONTACT_ID": "0", "COMPANY_ID": "0", "CLOSED": "N", "SOURCE_ID": null,
        }),
        _ => json!({}),
    };
    record.extend(object(own));
    record.extend(object(json!({"DATE_CREATE": date, "DATE_MODIFY": date})));
    record
}

/// A seeded entity with a number.
fn with_phone(list: List, id: i64, assigned: i64, number: &str, members: Value) -> Record {
    let mut record = blank(list, CREATED);
    record.extend(object(json!({
        "ID": id.to_string(), "ASSIGNED_BY_ID": assigned.to_string(), "HAS_PHONE": "Y",
        "PHONE": phone(id + 1000, number),
    })));
    record.extend(object(members));
    record
}

/// Id, family name, given name, number as typed, responsible.
const CLIENTS: &[(i64, &str, &str, &str, i64)] = &[
    (797, "Иванов", "Иван", "+375291112233", 17),
    (831, "Мельник", "Ольга", "375446370646", 24),
    (832, "Жук", "Сергей", "375 44 858-16-77", 25),
    (833, "Рябцева", "Наталья", "375444001511", 23),
    (834, "Соловьёв", "Андрей", "8 (962) 791-74-60", 26),
    (835, "Novik", "Elena", "+375291256636", 27),
    (836, "Дорошко", "Павел", "375441655346", ADMIN),
    (837, "Lindner", "Karl", "+49305407062", 28),
    (838, "Кузьмич", "Вера", "375440015769", 18),
];

fn contacts() -> Vec<Record> {
    let contact = |(id, last, first, number, assigned): &(i64, &str, &str, &str, i64)| {
        let name = json!({"NAME": first, "LAST_NAME": last, "SOURCE_ID": "CALL"});
        with_phone(List::Contacts, *id, *assigned, number, name)
    };
    CLIENTS.iter().map(contact).collect()
}

/// Entity, code, name, sort.
const STATUSES: &[(&str, &str, &str, i64)] = &[
    ("SOURCE", "CALL", "Звонок", 10),
    ("SOURCE", "EMAIL", "Электронная почта", 20),
    ("SOURCE", "WEB", "Веб-сайт", 30),
    ("SOURCE", "CALLBACK", "Обратный звонок", 40),
    ("STATUS", "NEW", "Не обработан", 10),
    ("STATUS", "IN_PROCESS", "В работе", 20),
    ("STATUS", "PROCESSED", "Обработан", 30),
    ("STATUS", "CONVERTED", "Качественный лид", 40),
    ("STATUS", "JUNK", "Некачественный лид", 50),
];

fn statuses() -> Vec<Record> {
    let status = |(id, (entity, code, name, sort)): (i64, &(&str, &str, &str, i64))| {
        object(json!({
            "ID": id.to_string(), "ENTITY_ID": entity, "STATUS_ID": code, "NAME": name,
            "NAME_INIT": name, "SORT": sort.to_string(), "SYSTEM": "Y", "CATEGORY_ID": null,
            "COLOR": null, "SEMANTICS": null,
        }))
    };
    (61..).zip(STATUSES).map(status).collect()
}

/// The initial lists.
pub(super) fn lists() -> BTreeMap<List, Vec<Record>> {
    let company =
        with_phone(List::Companies, 643, 17, "375172000001", json!({"TITLE": "ООО «Ромашка»"}));
    let lead = with_phone(
        List::Leads,
        3465,
        18,
        "+375296254077",
        json!({"TITLE": "Заявка с сайта", "SOURCE_ID": "WEB"}),
    );
    let mut deal = blank(List::Deals, CREATED);
    deal.extend(object(json!({
        "ID": "412", "ASSIGNED_BY_ID": "17", "TITLE": "Сделка по звонку", "CONTACT_ID": "797",
        "SOURCE_ID": "CALL",
    })));
    BTreeMap::from([
        (List::Users, users()),
        (List::Contacts, contacts()),
        (List::Companies, vec![company]),
        (List::Leads, vec![lead]),
        (List::Deals, vec![deal]),
        (List::Statuses, statuses()),
    ])
}
