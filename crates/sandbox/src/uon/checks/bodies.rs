//! Fields of the bodies: what is required, and what is ignored or stored wrongly.

use crate::check::{Source, answered, documented, guess};
use crate::schema::field;

use super::kinds::{
    ACTION, DIRECTION, FLAG, ID, ID_OR_NONE, IDS, MAP, METHOD, MINUTE, MOMENT, PHONE, SECONDS, SEX,
    STORED_PHONE, TEXT, URL, ZONE,
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
    ($name:literal, $source:expr, $endpoints:expr, $fields:expr) => {
        known!($name, $source, $endpoints, $fields, "")
    };
    ($name:literal, $source:expr, $endpoints:expr, $fields:expr, $plain:literal) => {
        &Schema::new($name, Refusal::Ignored, |cx| cx.body_of($endpoints), $fields)
            .known($source)
            .plain($plain)
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
        E::PopupCreate,
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
        documented("§7.1, §10"),
        &[E::UserCreate, E::UserUpdate],
        &[
            of("u_type", ID, USER),
            of("u_name", TEXT, USER),
            of("u_surname", TEXT, USER),
            of("u_sname", TEXT, USER),
            of("u_phone", STORED_PHONE, documented("§1, §5")),
            of("u_phone_mobile", STORED_PHONE, documented("§1, §5")),
            of("u_phone_home", STORED_PHONE, documented("§1, §5")),
            of("u_sex", SEX, documented("§5")),
            of("u_note", TEXT, USER),
            of("u_office_id", ID_OR_NONE, USER),
            of("u_manager_id", ID_OR_NONE, USER),
            of("extended_fields", MAP, documented("§5")),
        ],
        "u_company u_position u_position_rod u_name_en u_surname_en u_email u_birthday_place \
         u_birthday_certificate u_zagran_number u_zagran_given u_zagran_expire \
         u_zagran_organization u_passport_number u_passport_taken u_passport_date \
         u_passport_code u_address u_password u_address_u u_fax u_inn u_kpp u_ogrn u_okved \
         u_social_vk u_social_fb u_social_ok u_telegram u_max u_whatsapp u_viber u_instagram \
         u_discount_card_number u_discount_card_bonus u_discount u_labels u_tk_id u_birthday \
         nationality_id u_source"
    ),
    known!(
        "user-email",
        documented("§7.1"),
        &[E::UserEmail],
        &[of("email", TEXT, USER), field("u_email")]
    ),
    known!(
        "user-search",
        documented("§7.1, §10"),
        &[E::UserSearch],
        &[
            of("label_ids", IDS, USER),
            of("part_match", FLAG, USER),
            of("page", ID, documented("§4")),
        ],
        "passport zagran_passport vkontakte facebook odnoklassniki telegram max whatsapp \
         viber instagram"
    ),
    known!(
        "call",
        documented("§7.3, §10"),
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
        documented("§7.4"),
        &[E::PopupCreate],
        &[of("text", TEXT, documented("§7.4")), of("manager_id", ID, documented("§7.4"))]
    ),
    known!("notifications", documented("§7.4"), &[E::Popups], &[]),
    known!(
        "lead",
        documented("§7.5, §10"),
        &[E::LeadCreate],
        &[
            field("r_cl_id").form(ID, LEAD).required(guess("§7.5, §12 U18")),
            of("r_u_id", ID, LEAD),
            of("r_co_id", ID, LEAD),
            of("status_id", ID, LEAD),
            of("source", TEXT, LEAD),
            of("source_id", ID, LEAD),
            of("note", TEXT, LEAD),
            of("r_dat", MOMENT, documented("§5")),
            of("u_phone", STORED_PHONE, documented("§1, §5")),
            of("u_phone_mobile", STORED_PHONE, documented("§1, §5")),
            of("u_phone_home", STORED_PHONE, documented("§1, §5")),
            of("extended_fields", MAP, documented("§5")),
            of("ignore_actions_and_reminders", FLAG, LEAD),
            of("reminder_datetime", MINUTE, LEAD),
        ],
        "u_note r_id_internal u_email u_social_vk u_social_fb u_social_ok u_telegram \
         u_instagram u_whatsapp u_viber u_surname u_name u_sname u_address u_password \
         date_from date_to nights_from nights_to countries hotel_types nutrition \
         tourist_count tourist_child_count tourist_baby_count budget requirements_note \
         requirements_countries utm_source utm_medium utm_campaign utm_content utm_term \
         reminder_text r_ci_id reason_deny_id touroperator_id travel_type_id visa_id \
         insurance_id u_birthday ignore_tourist_notification ignore_manager_notification"
    ),
    known!(
        "lead-search",
        answered("§7.5, §10"),
        &[E::LeadSearch],
        &[
            of("date_create_from", MINUTE, SEARCH),
            of("date_create_to", MINUTE, SEARCH),
            of("office_ids", IDS, SEARCH),
            of("manager_ids", IDS, SEARCH),
            of("client_ids", IDS, SEARCH),
            of("source_ids", IDS, SEARCH),
            of("status_ids", IDS, SEARCH),
            of("page", ID, documented("§4")),
        ],
        "extended_fields type_ids"
    ),
    known!(
        "request-search",
        documented("§7.6, §10"),
        &[E::RequestSearch],
        &[
            of("date_create_from", MINUTE, SEARCH),
            of("date_create_to", MINUTE, SEARCH),
            of("office_ids", IDS, SEARCH),
            of("manager_ids", IDS, SEARCH),
            of("client_ids", IDS, SEARCH),
            of("source_ids", IDS, SEARCH),
            of("status_ids", IDS, SEARCH),
            of("page", ID, documented("§4")),
        ],
        "r_id_system r_id_internal reservation_number ext_fields date_lead_create_from \
         date_lead_create_to date_begin_from date_begin_to date_end_from date_end_to \
         tourist_ids type_ids pay_status_ids service_type_ids"
    ),
    known!(
        "update",
        answered("§7.6, §10"),
        &[E::RequestUpdate],
        &[
            of("lead_status_id", ID, UPDATE),
            of("request_status_id", ID, UPDATE),
            of("manager_id", ID_OR_NONE, UPDATE),
            of("office_id", ID_OR_NONE, UPDATE),
            of("source_id", ID_OR_NONE, UPDATE),
            of("r_cl_id", ID, UPDATE),
            of("extended_fields", MAP, documented("§5")),
        ],
        "reservation_number touroperator_id reason_deny_id"
    ),
    known!(
        "action",
        documented("§7.7"),
        &[E::ActionCreate],
        &[
            of("r_id", ID, documented("§7.7")),
            of("tr_id", ID, documented("§7.7")),
            of("type_id", ACTION, documented("§7.7")),
            of("datetime", MOMENT, documented("§7.7")),
            of("text", TEXT, documented("§7.7")),
            of("timezone", ZONE, documented("§7.7")),
            of("u_id", ID, documented("§7.7")),
        ],
        "messenger_id to_u_id"
    ),
    known!(
        "reminder",
        documented("§7.8"),
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
        documented("§7.8"),
        &[E::Reminders],
        &[of("user_id", ID, TASK), of("date_from", MINUTE, TASK), of("date_to", MINUTE, TASK),],
        "created_date_from created_date_to"
    ),
    known!(
        "reminder-close",
        documented("§7.8"),
        &[E::ReminderClose],
        &[of("done", FLAG, TASK), of("done_u_id", ID, TASK), of("done_datetime", MOMENT, TASK),]
    ),
    known!(
        "source",
        documented("§7.9"),
        &[E::SourceCreate],
        &[of("rs_name", TEXT, documented("§7.9"))]
    ),
    known!(
        "field",
        documented("§7.10"),
        &[E::FieldCreate, E::FieldUpdate],
        &[
            of("section", ID, documented("§7.10")),
            of("name", TEXT, documented("§7.10")),
            of("type", ID, documented("§7.10")),
        ],
        "options"
    ),
    known!(
        "webhook",
        documented("§7.11"),
        &[E::WebhookCreate, E::WebhookUpdate],
        &[
            of("type_id", ID, documented("§7.11")),
            of("url", URL, documented("§7.11")),
            of("method", METHOD, documented("§7.11")),
            of("note", TEXT, documented("§7.11")),
        ]
    ),
    known!("delete", documented("§7.11"), &[E::Delete], &[]),
];
