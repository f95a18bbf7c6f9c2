//! Seed state: users, shops, customers and the telephony module. All invented.

use serde_json::{Map, Value, json};

use super::customers;
use super::state::User;
use super::store::{Fields, fields};

/// API key of the account.
pub const API_KEY: &str = "TEST-KEY-0000000000000000000000";
/// `clientId` of its telephony module.
pub const CLIENT_ID: &str = "9f0d6c1e5b7a4c2f8e3d1a6b0c9d8e7f";
/// Time zone of the account, as in `GET /api/v5/settings`.
pub const TIMEZONE: &str = "Europe/Minsk";
/// Code of its first shop.
pub const SITE: &str = "shop-one";
/// Code of its telephony module.
pub const MODULE_CODE: &str = "vochi-telephony";

pub(super) fn scopes() -> Vec<String> {
    [
        "telephony_read",
        "telephony_write",
        "customer_read",
        "customer_write",
        "order_read",
        "order_write",
        "task_read",
        "task_write",
        "file_read",
        "file_write",
        "user_read",
        "user_write",
        "reference_read",
        "integration_read",
        "integration_write",
    ]
    .map(str::to_owned)
    .to_vec()
}

pub(super) fn group_of_user() -> Value {
    json!({"id": 25, "name": "Менеджеры", "code": "manager"})
}

pub(super) fn users() -> Vec<User> {
    let named = |id, first: &str, last: &str, phone: &str| User {
        last_name: Some(last.to_owned()),
        phone: Some(phone.to_owned()),
        ..User::new(id, first)
    };
    vec![
        User {
            email: "petrov@example.test".into(),
            patronymic: Some("Петрович".into()),
            mg_user_id: Some(305),
            ..named(7, "Пётр", "Петров", "101")
        },
        User {
            email: "sidorova@example.test".into(),
            created_at: "2025-05-26 12:49:00".into(),
            status: "dinner".into(),
            online: false,
            is_admin: true,
            groups: Vec::new(),
            ..User::new(8, "Анна")
        },
        named(15, "Олег", "Казаков", "150"),
        named(16, "Ирина", "Лещенко", "152"),
        named(18, "Марина", "Ковалёва", "151"),
        named(19, "Денис", "Гурин", "155"),
        named(20, "Татьяна", "Бондарь", "158"),
        named(21, "Виктор", "Шульц", "180"),
        User {
            active: false,
            online: false,
            is_manager: false,
            groups: Vec::new(),
            ..User::new(22, "Бывший")
        },
    ]
}

pub(super) fn additional_codes() -> Vec<(String, u64)> {
    [
        ("101", 7),
        ("102", 8),
        ("150", 15),
        ("151", 18),
        ("152", 16),
        ("155", 19),
        ("158", 20),
        ("180", 21),
    ]
    .map(|(code, id)| (code.to_owned(), id))
    .to_vec()
}

/// Lines of the PBX with their outside numbers and shops.
pub(super) const LINES: &[(&str, &str, &str)] = &[
    ("0001363", "+375171234567", "shop-one"),
    ("0001365", "+375171234568", "shop-one"),
    ("0001366", "+375171234569", "shop-two"),
    ("0001380", "+375171234570", "shop-two"),
    ("3880001", "+493023125001", "shop-two"),
];

pub(super) struct Site {
    pub(super) id: u64,
    pub(super) code: &'static str,
    pub(super) name: &'static str,
}

pub(super) const SITES: &[Site] = &[
    Site { id: 2, code: SITE, name: "Магазин один" },
    Site { id: 3, code: "shop-two", name: "Магазин два" },
];

/// Id of the next customer.
pub(super) const NEXT_CUSTOMER_ID: u64 = 62;
/// Id of the next order, if it is free.
pub(super) const NEXT_ORDER_ID: u64 = 501;
/// Id of the next task.
pub(super) const NEXT_TASK_ID: u64 = 434;

pub(super) fn customers() -> Vec<Fields> {
    let named = |id, first_name: &str, last_name: &str, phone: &str, manager: Option<u64>| {
        let known = json!({
            "firstName": first_name,
            "lastName": last_name,
            "phones": [{"number": phone}],
            "managerId": manager,
        });
        customers::from_json(id, &fields(known))
    };
    let with = |mut customer: Fields, more: Value| {
        customer.extend(fields(more));
        customer
    };
    vec![
        with(
            named(60, "Иван", "Иванов", "+375291112233", Some(7)),
            json!({
                "externalId": "ext-60",
                "patronymic": "Иванович",
                "email": "ivanov@example.test",
                "presumableSex": "male",
            }),
        ),
        // A search by the previous customer's number finds this one too.
        with(
            named(61, "Пётр", "Сидоров", "", Some(7)),
            json!({
                "externalId": "ext-61",
                "patronymic": "Иванович",
                "email": "ivanov@example.test",
                "phones": [{"number": "8 (029) 111-22-33"}, {"number": "375296254070"}],
                "customFields": {"source_pbx": "pbx1"},
                "presumableSex": "male",
            }),
        ),
        named(201, "Ольга", "Мельник", "+375446370646", Some(18)),
        // Numbers are stored as typed.
        named(202, "Сергей", "Жук", "375 44 858-16-77", Some(16)),
        named(203, "Наталья", "Рябцева", "375444001511", Some(15)),
        with(
            named(204, "Андрей", "Соловьёв", "+7 (962) 791-74-60", Some(19)),
            json!({"site": "shop-two"}),
        ),
        named(205, "Elena", "Novik", "+375291256636", Some(20)),
        // Without a responsible manager.
        named(206, "Павел", "Дорошко", "+375441655346", None),
        with(named(207, "Karl", "Lindner", "+49305407062", Some(21)), json!({"site": "shop-two"})),
        // The manager's status is `dinner`.
        named(208, "Вера", "Кузьмич", "+375440015769", Some(8)),
    ]
}

/// The registered telephony module.
pub(super) fn module() -> Map<String, Value> {
    let phones: Vec<Value> = LINES
        .iter()
        .map(|(_, number, site)| json!({"siteCode": site, "externalPhone": number}))
        .collect();
    let module = json!({
        "code": MODULE_CODE,
        "integrationCode": MODULE_CODE,
        "active": true,
        "name": "Vochi-CRM",
        "logo": "https://connector.example.test/logo.svg",
        "clientId": CLIENT_ID,
        "baseUrl": "https://connector.example.test",
        "accountUrl": "https://connector.example.test/retailcrm/account",
        "integrations": {
            "telephony": {
                "makeCallUrl": "https://connector.example.test/retailcrm/make-call",
                "changeUserStatusUrl": "https://connector.example.test/retailcrm/status",
                "allowEdit": false,
                "inputEventSupported": true,
                "outputEventSupported": true,
                "hangupEventSupported": true,
                "externalPhones": phones,
            },
        },
    });
    match module {
        Value::Object(module) => module,
        _ => Map::new(),
    }
}
