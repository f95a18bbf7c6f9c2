//! Seed state: employees, clients, leads, requests, dictionaries. All invented.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::account::{List, Record};

/// Key of the account, the first segment of every path.
pub const API_KEY: &str = "TESTKEY000000000000";
/// Number of the account, `uon_id` in hooks.
pub const ACCOUNT_ID: &str = "12345";
/// Subdomain of the account, `uon_subdomain` in hooks.
pub const SUBDOMAIN: &str = "id12345";

pub(super) fn object(value: Value) -> Record {
    match value {
        Value::Object(object) => object,
        _ => Record::new(),
    }
}

pub(super) fn global_id(id: i64) -> i64 {
    id.saturating_add(48_000_000)
}

/// Extension, family name, given name, `u_id`.
pub(super) const PEOPLE: &[(&str, &str, &str, i64)] = &[
    ("101", "Петров", "Пётр", 10),
    ("102", "Соколов", "Дмитрий", 11),
    ("103", "Иванова", "Мария", 12),
    ("150", "Казаков", "Олег", 13),
    ("151", "Ковалёва", "Марина", 2),
    ("152", "Лещенко", "Ирина", 4),
    ("155", "Гурин", "Денис", 14),
    ("158", "Бондарь", "Татьяна", 15),
    ("180", "Шульц", "Виктор", 16),
];

/// The employee whose record has no inner number: the configured map is the only source (§6).
const WITHOUT_INNER_NUMBER: i64 = 16;

/// Lines of the PBX with their outside numbers.
pub(super) const LINES: &[(&str, &str)] = &[
    ("0001363", "+375171234567"),
    ("0001365", "+375171234568"),
    ("0001366", "+375171234569"),
    ("0001380", "+375171234570"),
    ("3880001", "+493023125001"),
    ("375296254070", "+375296254070"),
];

pub(super) fn extension_of(user: i64) -> Option<&'static str> {
    PEOPLE.iter().find(|(.., id)| *id == user).map(|(extension, ..)| *extension)
}

/// Members that are null in most records.
const NULLS: &str = "tourist_kind u_surname u_name u_sname u_surname_en u_name_en u_fax \
                     u_phone_mobile u_phone_home u_birthday u_telegram u_max u_whatsapp u_viber \
                     u_instagram u_social_vk u_social_fb u_social_ok u_note u_discount u_position \
                     u_inn address office_id labels cabinet_created_date nationality_id \
                     nationality";

fn user_record() -> Record {
    let mut user = object(json!({
        "u_type": 0, "u_email": "", "u_sex": 0, "u_phone": "", "manager_id": 0, "u_image": "",
        "source_id": 0, "u_company": "", "role_id": 0, "active": 1, "deleted": 0,
        "ip_internal_number": "", "u_date_update": "2025-08-28T14:52:00+0300",
        "cabinet_created": 0, "timezone": null, "global_u_id": 0, "u_id": 0,
    }));
    user.extend(NULLS.split_whitespace().map(|name| (name.to_owned(), Value::Null)));
    user
}

/// A client without data.
pub(super) fn client_record() -> Record {
    let mut user = user_record();
    user.extend(object(json!({"u_type": 1, "extended_fields": [], "files": []})));
    user
}

fn with_id(mut user: Record, id: i64, fields: Value) -> Record {
    user.extend(object(json!({"u_id": id, "global_u_id": global_id(id)})));
    user.extend(object(fields));
    user
}

fn manager(id: i64, fields: Value) -> Record {
    let mut user = user_record();
    user.extend(object(json!({
        "timezone": "+3", "role_id": 2, "u_manager_status": 1, "status_id": 1,
        "my_new_lead_notification": 0, "any_new_lead_notification": 0,
        "my_new_request_notification": 0, "any_new_request_notification": 0,
        "u_email": format!("manager{id}@example.com"),
    })));
    with_id(user, id, fields)
}

/// `u_id`, family name, given name, number as typed, manager.
const CLIENTS: &[(i64, &str, &str, &str, i64)] = &[
    (31, "Мельник", "Ольга", "375446370646", 2),
    (32, "Жук", "Сергей", "375 44 858-16-77", 4),
    (33, "Рябцева", "Наталья", "375444001511", 13),
    (34, "Соловьёв", "Андрей", "8 (962) 791-74-60", 14),
    (35, "Novik", "Elena", "+375291256636", 15),
    (36, "Дорошко", "Павел", "375441655346", 0),
    (37, "Lindner", "Karl", "+49305407062", 16),
    (38, "Кузьмич", "Вера", "375440015769", 11),
];

fn users() -> Vec<Record> {
    let staff = PEOPLE.iter().map(|(extension, last, first, id)| {
        let inner = if *id == WITHOUT_INNER_NUMBER { "" } else { *extension };
        let office = if *id == 4 { json!(1) } else { Value::Null };
        let fields = json!({
            "u_surname": last, "u_name": first, "ip_internal_number": inner, "office_id": office,
        });
        manager(*id, fields)
    });
    let former = json!({"u_name": "", "active": 0, "u_date_update": "-0001-11-30T00:00:00+0230"});
    let known = [
        (
            7,
            json!({
                "u_surname": "Иванов", "u_name": "Иван", "u_sname": "Иванович",
                "u_phone": "+375291112233", "manager_id": 10, "u_email": "ivan@example.com",
                "u_telegram": "@ivan_example", "office_id": 1,
            }),
        ),
        // The same number again, without a manager, and as a form without encoding stores it.
        (9, json!({"u_surname": "Анна", "u_name": "", "u_phone_mobile": " 375291112233"})),
        (
            20,
            json!({
                "u_type": 2, "u_company": "ООО «Ромашка»", "u_phone": "375172000001", "manager_id": 10,
            }),
        ),
    ];
    let known = known.into_iter().map(|(id, fields)| with_id(client_record(), id, fields));
    let others = CLIENTS.iter().map(|(id, last, first, phone, manager)| {
        let fields =
            json!({"u_surname": last, "u_name": first, "u_phone": phone, "manager_id": manager});
        with_id(client_record(), *id, fields)
    });
    staff.chain([manager(5, former)]).chain(known).chain(others).collect()
}

/// What leads and requests have in common; names of the referred records are filled in later.
fn deal_record() -> Record {
    object(json!({
        "id": 0, "id_system": 0, "id_internal": "", "dat": "2025-08-28 14:52", "dat_lead": null,
        "dat_updated": "2025-08-28 15:10", "created_at": "2025-08-28 14:52", "office_id": 1,
        "manager_id": 0, "client_id": 0, "client_surname": null, "client_name": null,
        "client_sname": null, "client_phone": null, "client_phone_mobile": null,
        "client_email": null, "source_id": 0, "status_id": 1, "notes": null,
        "extended_fields": [], "services": [], "files": [],
    }))
}

pub(super) fn lead_record() -> Record {
    let mut lead = deal_record();
    lead.insert("client_phone_home".into(), Value::Null);
    lead.insert("dat_lead".into(), lead.get("dat").cloned().unwrap_or_default());
    lead
}

fn lead(id: i64, client: i64, manager: i64, status: i64) -> Record {
    let mut lead = lead_record();
    lead.extend(object(json!({
        "id": id, "id_system": id + 180, "client_id": client, "manager_id": manager,
        "status_id": status, "source_id": 5,
    })));
    lead
}

fn request(id: i64, client: i64, manager: i64, status: i64) -> Record {
    let mut request = deal_record();
    request.extend(object(json!({
        "id": id, "id_system": id, "client_id": client, "manager_id": manager,
        "status_id": status, "source_id": 1, "client_company": null,
        "dat": "2025-07-01 10:00", "dat_request": "2025-07-01 10:00",
        "dat_updated": "2025-08-01 12:30", "created_at": "2025-07-01 10:00",
        "date_begin": "2025-10-01 00:00", "date_end": "2025-10-08 00:00",
        "reservation_number": "", "supplier_id": 0, "calc_price": "1500.00",
        "calc_price_netto": 1200, "calc_client": 500, "calc_partner": 0, "notes": "",
        "tourists": [], "payments": [],
    })));
    request
}

/// Names of the lead statuses in order; those from the sixth are archived.
const LEAD_STATUSES: &str = "Новый|Думает по предложению|Думает по встрече|Приедет на встречу|\
                             Принимает решение по оплате|Лид &rarr; Заявка|Отвалился|\
                             Потом / в следующий раз";

/// Names of the request statuses in order, with `ord`, `is_archive`, `is_cancel`, `is_confirmed`.
const STATUSES: &str = "В работе,1,0,0,0|Подтверждена,2,0,0,1|Отказ,7,1,1,0|Аннулирована,8,1,1,0|\
                        Документы выданы,5,1,0,1|Заявка закрыта,6,1,0,1|Новая,0,0,0,0|\
                        Документы готовы к выдаче,3,0,0,1|Заявка &rarr; Лид,9,0,0,0";

/// Records with these names, separated by bars, and ids in order.
fn named(names: &str) -> Vec<Record> {
    let names = (1_i64..).zip(names.split('|'));
    names.map(|(id, name)| object(json!({"id": id, "name": name}))).collect()
}

fn lead_statuses() -> Vec<Record> {
    let mut statuses = named(LEAD_STATUSES);
    for (order, status) in (1..).zip(&mut statuses) {
        status.insert("ord".into(), json!(order));
        status.insert("is_archive".into(), json!(i64::from(order > 5)));
    }
    statuses
}

fn statuses() -> Vec<Record> {
    let mut statuses = named(STATUSES);
    for status in &mut statuses {
        let row = status.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let members = ["name", "ord", "is_archive", "is_cancel", "is_confirmed"];
        for (member, text) in members.iter().zip(row.split(',')) {
            let value = text.parse::<i64>().map_or_else(|_| json!(text), Value::from);
            status.insert((*member).to_owned(), value);
        }
    }
    statuses
}

/// The initial lists.
pub(super) fn lists() -> BTreeMap<List, Vec<Record>> {
    let with = |mut rows: Vec<Record>, members: &[Value]| {
        for (row, members) in rows.iter_mut().zip(members) {
            row.extend(object(members.clone()));
        }
        rows
    };
    let company = json!({
        "fullname": "ООО «Пример Тур»", "name_rus": "", "city": "Минск", "address_u": "",
        "address_p": "", "phones": "+375 17 000-00-00", "inn": "", "kpp": "",
    });
    let office = json!({"address": "ул. Примерная, 1", "city": "Минск", "phones": ""});
    let countries = [json!({"name_en": "Russia"}), json!({"name_en": "Belarus"})];
    let options = json!(["Рекомендация", "Соцсети"]);
    let fields = [
        json!({"id": 199_888, "section": 2, "type": 2, "options": options, "active": 1}),
        json!({"id": 199_889, "section": 3, "type": 1, "options": null, "active": 1}),
    ];
    BTreeMap::from([
        (List::Users, users()),
        (List::Leads, vec![lead(12, 7, 0, 1), lead(2, 7, 2, 7), lead(14, 31, 2, 2)]),
        (List::Requests, vec![request(1021, 7, 10, 1), request(1020, 7, 10, 6)]),
        (List::Sources, with(named("Сайт|Входящий звонок"), &[json!({}), json!({"id": 5})])),
        (List::LeadStatuses, lead_statuses()),
        (List::RequestStatuses, statuses()),
        (List::PayStatuses, named("Не оплачена|Частично оплачена|Полностью оплачена")),
        (List::Companies, with(named("Пример Тур"), &[company])),
        (List::Offices, with(named("Главный офис"), &[office])),
        (List::Countries, with(named("Россия|Беларусь"), &countries)),
        (List::Labels, named("VIP")),
        (List::DenyReasons, named("Дорого")),
        (List::TravelTypes, named("Пляжный отдых")),
        (List::ExtendedFields, with(named("Откуда узнали?|Комментарий"), &fields)),
    ])
}
