//! Fields of the bodies: what is required, and what is ignored or stored wrongly.

use crate::check::{Source, answered, documented, guess};
use crate::schema::field;

use super::kinds::{
    ACTION, DAY, DIRECTION, FLAG, ID, ID_OR_NONE, IDS, MAP, METHOD, MINUTE, MOMENT, PHONE, SECONDS,
    SEX, STORED_PHONE, TEXT, URL, ZONE,
};
use super::{Endpoint as E, Field, Kind, Refusal, Schema};

const fn of(name: &'static str, kind: Kind, source: Source) -> Field {
    field(name).form(kind, source)
}

const fn needs(name: &'static str, source: Source) -> Field {
    field(name).required(source)
}

macro_rules! required {
    ($name:literal, $refusal:expr, $endpoint:expr, $fields:expr) => {
        &Schema::new($name, $refusal, |cx| cx.filled_of(&[$endpoint]), $fields)
    };
}

macro_rules! known {
    ($name:literal, $section:literal, $endpoints:expr, $fields:expr) => {
        &Schema::new($name, Refusal::Ignored, |cx| cx.body_of($endpoints), $fields)
            .known(documented($section))
    };
}

/// Required fields; an empty value counts as missing.
pub(super) const REQUIRED: &[&Schema] = &[
    required!(
        "user-email",
        Refusal::Parameter,
        E::UserEmail,
        &[needs("email", documented("§7.1"))]
    ),
    required!(
        "call",
        Refusal::Parameter,
        E::CallCreate,
        &[needs("phone", documented("§7.3")), needs("start", documented("§7.3"))]
    ),
    required!(
        "notification",
        Refusal::Parameter,
        E::NotificationCreate,
        &[needs("text", guess("§7.4")), needs("manager_id", guess("§7.4"))]
    ),
    required!(
        "lead",
        Refusal::Parameter,
        E::LeadCreate,
        &[field("u_phone")
            .check("contact", documented("§7.5"), "a new lead has a contact", |it, _| {
                CONTACTS.iter().any(|name| it.has(name))
            })
            .refuses(
                r#"[{"u_phone": null}, {"u_phone": ""}, {"u_phone": null, "u_name": "Нина"}]"#
            )]
    ),
    required!(
        "action",
        Refusal::Parameter,
        E::ActionCreate,
        &[
            field("r_id")
                .check("of", documented("§7.7"), "an action has r_id or tr_id", |it, _| {
                    it.has("r_id") || it.has("tr_id")
                })
                .refuses(r#"[{"r_id": null}, {"r_id": ""}]"#),
            needs("type_id", documented("§7.7")),
            needs("datetime", documented("§7.7")),
            needs("text", documented("§7.7")),
        ]
    ),
    required!(
        "reminder",
        Refusal::ServerError,
        E::ReminderCreate,
        &[needs("manager_id", answered("§7.8, §10")), needs("created_u_id", answered("§7.8, §10"))]
    ),
    required!(
        "reminder",
        Refusal::Parameter,
        E::ReminderCreate,
        &[
            needs("type_id", documented("§7.8")),
            needs("datetime", documented("§7.8")),
            needs("datetime_to", documented("§7.8")),
            needs("text", documented("§7.8")),
        ]
    ),
    required!("source", Refusal::Parameter, E::SourceCreate, &[needs("rs_name", guess("§7.9"))]),
    required!(
        "field",
        Refusal::Parameter,
        E::FieldCreate,
        &[
            needs("section", guess("§7.10")),
            needs("name", guess("§7.10")),
            needs("type", guess("§7.10")),
            field("options")
                .check("list", documented("§7.10"), "a list (type 2) has options", |it, _| {
                    it.has("options") || !is_list(it)
                })
                .refuses(r#"[{"options": null}]"#),
        ]
    ),
    required!(
        "webhook",
        Refusal::Parameter,
        E::WebhookCreate,
        &[needs("type_id", documented("§7.11")), needs("url", documented("§7.11"))]
    ),
];

fn is_list(it: &crate::schema::Object<'_>) -> bool {
    it.fields.get("type").and_then(super::super::account::number) == Some(2)
}

const CONTACTS: &[&str] = &[
    "u_phone",
    "u_phone_mobile",
    "u_phone_home",
    "u_email",
    "u_social_vk",
    "u_social_fb",
    "u_social_ok",
    "u_telegram",
    "u_instagram",
    "u_whatsapp",
    "u_viber",
];

const USER: Source = documented("§7.1");
const LEAD: Source = documented("§7.5");
const SEARCH: Source = documented("§7.5, §7.6");
const UPDATE: Source = documented("§7.6");
const TASK: Source = documented("§7.8");

/// Fields that U-ON reads; it ignores all others (§3.2, §10).
pub(super) const KNOWN: &[&Schema] = &[
    known!(
        "user",
        "§7.1, §10",
        &[E::UserCreate, E::UserUpdate],
        &[
            of("u_type", ID, USER),
            of("u_tk_id", ID, USER),
            field("u_company"),
            field("u_position"),
            field("u_position_rod"),
            of("u_name", TEXT, USER),
            of("u_surname", TEXT, USER),
            of("u_sname", TEXT, USER),
            field("u_name_en"),
            field("u_surname_en"),
            of("u_phone", STORED_PHONE, documented("§1, §5")),
            of("u_phone_mobile", STORED_PHONE, documented("§1, §5")),
            of("u_phone_home", STORED_PHONE, documented("§1, §5")),
            field("u_email"),
            of("u_birthday", DAY, documented("§5")),
            field("u_birthday_place"),
            field("u_birthday_certificate"),
            field("u_zagran_number"),
            field("u_zagran_given"),
            field("u_zagran_expire"),
            field("u_zagran_organization"),
            field("u_passport_number"),
            field("u_passport_taken"),
            field("u_passport_date"),
            field("u_passport_code"),
            field("u_address"),
            field("u_password"),
            of("u_sex", SEX, documented("§5")),
            of("u_note", TEXT, USER),
            field("u_address_u"),
            field("u_fax"),
            field("u_inn"),
            field("u_kpp"),
            field("u_ogrn"),
            field("u_okved"),
            field("u_social_vk"),
            field("u_social_fb"),
            field("u_social_ok"),
            field("u_telegram"),
            field("u_max"),
            field("u_whatsapp"),
            field("u_viber"),
            field("u_instagram"),
            field("u_discount_card_number"),
            field("u_discount_card_bonus"),
            field("u_discount"),
            field("u_labels"),
            of("nationality_id", ID, USER),
            of("u_office_id", ID_OR_NONE, USER),
            of("u_manager_id", ID_OR_NONE, USER),
            of("u_source", ID, USER),
            of("extended_fields", MAP, documented("§5")),
        ]
    ),
    known!("user-email", "§7.1", &[E::UserEmail], &[of("email", TEXT, USER), field("u_email")]),
    known!(
        "user-search",
        "§7.1, §10",
        &[E::UserSearch],
        &[
            field("passport"),
            field("zagran_passport"),
            field("vkontakte"),
            field("facebook"),
            field("odnoklassniki"),
            field("telegram"),
            field("max"),
            field("whatsapp"),
            field("viber"),
            field("instagram"),
            of("label_ids", IDS, USER),
            of("part_match", FLAG, USER),
            of("page", ID, documented("§4")),
        ]
    ),
    known!(
        "call",
        "§7.3, §10",
        &[E::CallCreate],
        &[
            of("phone", PHONE, documented("§7.3")),
            of("start", MOMENT, documented("§5, §7.3")),
            of("direction", DIRECTION, documented("§7.3, §10")),
            of("duration", SECONDS, documented("§7.3")),
            of("manager_id", ID, documented("§7.3")),
            of("record_link", URL, documented("§7.3")),
            of("note", TEXT, documented("§7.3")),
            of("office_id", ID, guess("§7.3")),
        ]
    ),
    known!(
        "notification",
        "§7.4",
        &[E::NotificationCreate],
        &[of("text", TEXT, documented("§7.4")), of("manager_id", ID, documented("§7.4"))]
    ),
    known!("notifications", "§7.4", &[E::Notifications], &[]),
    known!(
        "lead",
        "§7.5, §10",
        &[E::LeadCreate],
        &[
            field("r_cl_id").form(ID, LEAD).required(guess("§7.5, §12 U18")),
            of("r_u_id", ID, LEAD),
            of("r_ci_id", ID, LEAD),
            of("r_co_id", ID, LEAD),
            of("status_id", ID, LEAD),
            of("source", TEXT, LEAD),
            of("source_id", ID, LEAD),
            of("note", TEXT, LEAD),
            field("u_note"),
            of("r_dat", MOMENT, documented("§5")),
            field("r_id_internal"),
            of("reason_deny_id", ID, LEAD),
            of("touroperator_id", ID, LEAD),
            of("travel_type_id", ID, LEAD),
            of("visa_id", ID, LEAD),
            of("insurance_id", ID, LEAD),
            of("u_phone", STORED_PHONE, documented("§1, §5")),
            of("u_phone_mobile", STORED_PHONE, documented("§1, §5")),
            of("u_phone_home", STORED_PHONE, documented("§1, §5")),
            field("u_email"),
            field("u_social_vk"),
            field("u_social_fb"),
            field("u_social_ok"),
            field("u_telegram"),
            field("u_instagram"),
            field("u_whatsapp"),
            field("u_viber"),
            field("u_surname"),
            field("u_name"),
            field("u_sname"),
            field("u_address"),
            of("u_birthday", DAY, documented("§5")),
            field("u_password"),
            field("date_from"),
            field("date_to"),
            field("nights_from"),
            field("nights_to"),
            field("countries"),
            field("hotel_types"),
            field("nutrition"),
            field("tourist_count"),
            field("tourist_child_count"),
            field("tourist_baby_count"),
            field("budget"),
            field("requirements_note"),
            field("requirements_countries"),
            field("utm_source"),
            field("utm_medium"),
            field("utm_campaign"),
            field("utm_content"),
            field("utm_term"),
            of("extended_fields", MAP, documented("§5")),
            of("ignore_actions_and_reminders", FLAG, LEAD),
            of("ignore_tourist_notification", FLAG, LEAD),
            of("ignore_manager_notification", FLAG, LEAD),
            of("reminder_datetime", MINUTE, LEAD),
            field("reminder_text"),
        ]
    ),
    known!(
        "lead-search",
        "§7.5, §10",
        &[E::LeadSearch],
        &[
            of("date_create_from", MINUTE, SEARCH),
            of("date_create_to", MINUTE, SEARCH),
            of("office_ids", IDS, SEARCH),
            of("manager_ids", IDS, SEARCH),
            of("client_ids", IDS, SEARCH),
            of("source_ids", IDS, SEARCH),
            of("type_ids", IDS, SEARCH),
            of("status_ids", IDS, SEARCH),
            field("extended_fields"),
            of("page", ID, documented("§4")),
        ]
    ),
    known!(
        "request-search",
        "§7.6, §10",
        &[E::RequestSearch],
        &[
            of("date_lead_create_from", MINUTE, SEARCH),
            of("date_lead_create_to", MINUTE, SEARCH),
            of("date_create_from", MINUTE, SEARCH),
            of("date_create_to", MINUTE, SEARCH),
            of("date_begin_from", MINUTE, SEARCH),
            of("date_begin_to", MINUTE, SEARCH),
            of("date_end_from", MINUTE, SEARCH),
            of("date_end_to", MINUTE, SEARCH),
            field("r_id_system"),
            field("r_id_internal"),
            field("reservation_number"),
            of("office_ids", IDS, SEARCH),
            of("manager_ids", IDS, SEARCH),
            of("client_ids", IDS, SEARCH),
            of("tourist_ids", IDS, SEARCH),
            of("source_ids", IDS, SEARCH),
            of("type_ids", IDS, SEARCH),
            of("status_ids", IDS, SEARCH),
            of("pay_status_ids", IDS, SEARCH),
            of("service_type_ids", IDS, SEARCH),
            field("ext_fields"),
            of("page", ID, documented("§4")),
        ]
    ),
    known!(
        "update",
        "§7.6, §10",
        &[E::RequestUpdate],
        &[
            of("lead_status_id", ID, UPDATE),
            of("request_status_id", ID, UPDATE),
            of("manager_id", ID_OR_NONE, UPDATE),
            of("office_id", ID_OR_NONE, UPDATE),
            of("source_id", ID_OR_NONE, UPDATE),
            of("r_cl_id", ID, UPDATE),
            field("reservation_number"),
            of("touroperator_id", ID_OR_NONE, UPDATE),
            of("reason_deny_id", ID_OR_NONE, UPDATE),
            of("extended_fields", MAP, documented("§5")),
        ]
    ),
    known!(
        "action",
        "§7.7",
        &[E::ActionCreate],
        &[
            of("r_id", ID, documented("§7.7")),
            of("tr_id", ID, documented("§7.7")),
            of("type_id", ACTION, documented("§7.7")),
            of("datetime", MOMENT, documented("§7.7")),
            of("text", TEXT, documented("§7.7")),
            of("timezone", ZONE, documented("§7.7")),
            of("u_id", ID, documented("§7.7")),
            of("to_u_id", ID, documented("§7.7")),
            field("messenger_id"),
        ]
    ),
    known!(
        "reminder",
        "§7.8",
        &[E::ReminderCreate],
        &[
            of("type_id", ACTION, TASK),
            of("datetime", MOMENT, TASK),
            of("datetime_to", MOMENT, TASK),
            of("text", TEXT, TASK),
            of("r_id", ID, TASK),
            of("tr_id", ID, TASK),
            of("manager_id", ID, TASK),
            of("created_u_id", ID, TASK),
            of("done", FLAG, TASK),
            of("done_u_id", ID, TASK),
            of("done_datetime", MOMENT, TASK),
        ]
    ),
    known!(
        "reminders",
        "§7.8",
        &[E::Reminders],
        &[
            of("user_id", ID, TASK),
            of("date_from", MINUTE, TASK),
            of("date_to", MINUTE, TASK),
            of("created_date_from", MINUTE, TASK),
            of("created_date_to", MINUTE, TASK),
        ]
    ),
    known!(
        "reminder-close",
        "§7.8",
        &[E::ReminderClose],
        &[of("done", FLAG, TASK), of("done_u_id", ID, TASK), of("done_datetime", MOMENT, TASK),]
    ),
    known!("source", "§7.9", &[E::SourceCreate], &[of("rs_name", TEXT, documented("§7.9"))]),
    known!(
        "field",
        "§7.10",
        &[E::FieldCreate, E::FieldUpdate],
        &[
            of("section", ID, documented("§7.10")),
            of("name", TEXT, documented("§7.10")),
            of("type", ID, documented("§7.10")),
            field("options"),
        ]
    ),
    known!(
        "webhook",
        "§7.11",
        &[E::WebhookCreate, E::WebhookUpdate],
        &[
            of("type_id", ID, documented("§7.11")),
            of("url", URL, documented("§7.11")),
            of("method", METHOD, documented("§7.11")),
            of("note", TEXT, documented("§7.11")),
        ]
    ),
    known!("delete", "§7.11", &[E::WebhookDelete, E::FieldDelete], &[]),
];
