//! Values of responses.

use vochi_crm_core::http::{Operation, Output};
use vochi_crm_core::{Id, LocalTime, Zone};
use vochi_crm_uon::api::{
    CreateLead, CreateUser, FindUsersByPhone, GetUser, ListCalls, ListClientLeads,
    ListLeadStatuses, ListManagers, ListWebhooks,
};
use vochi_crm_uon::model::{CallDirection, Digits, LeadData, User, UserData, UserId};

use super::support::fixture;

fn decode<O: Operation>(operation: &O, name: &str, response: &str) -> <O::Output as Output>::Value {
    let response = fixture(name).response(response);
    operation.decode(&response).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn client_is_read_from_every_wrapper() {
    for response in ["object", "array", "users_array"] {
        let client = decode(&GetUser(UserId::new(7).unwrap()), "user_get", response).unwrap();
        assert_eq!(client.id.get(), 7, "{response}");
        assert_eq!(client.display_name(), "Иван Иванович Иванов");
        assert_eq!(client.formal_name().as_deref(), Some("Иванов Иван Иванович"));
        assert_eq!(client.manager_id.map(Id::get), Some(2));
    }
}

#[test]
fn manager_without_a_name_is_named_by_the_address() {
    let managers = decode(&ListManagers, "manager", "list").items.good;
    let names: Vec<String> = managers.iter().map(User::display_name).collect();
    assert_eq!(names[..2], ["Анна Петрова", "manager4@example.com"]);
    assert_eq!(managers[0].inner_number.as_deref(), Some("151"));
    assert_eq!(managers[1].updated, None, "a zero date is none");
    assert!(managers[0].is_at_work());
}

#[test]
fn texts_are_trimmed_and_zero_is_no_manager() {
    let search = FindUsersByPhone::new("375291112233");
    let found = decode(&search, "user_phone", "stored_with_leading_space").items.good;
    assert_eq!(found[0].full_name().as_deref(), Some("Анна"));
    assert_eq!(found[0].manager_id, None);
    assert_eq!(found[0].phones().collect::<Vec<_>>(), ["375291112233"]);
}

#[test]
fn flags_of_statuses_are_numbers_or_texts() {
    let archived = |response| {
        let all = decode(&ListLeadStatuses, "status_lead", response).items.good;
        let archived = all.iter().filter(|status| status.is_archive == Some(true));
        archived.map(|status| status.id.get()).collect::<Vec<_>>()
    };
    assert_eq!(archived("records"), [6, 7, 8]);
    assert_eq!(archived("string_flags"), [7]);
    let all = decode(&ListLeadStatuses, "status_lead", "records").items.good;
    assert_eq!(all[5].name.as_deref(), Some("Лид → Заявка"), "entities are decoded");
}

#[test]
fn lead_has_local_times_and_numeric_status() {
    let leads = ListClientLeads::new(UserId::new(7).unwrap());
    let lead = decode(&leads, "lead_by_client", "two").items.good.remove(0);
    let zone: Zone = "+03:00".parse().unwrap();
    let created: LocalTime = "2025-08-28 14:52".parse().unwrap();
    assert_eq!(lead.created.map(|time| time.instant(&zone)), Some(zone.instant(created)));
    assert_eq!(lead.status_id.map(Id::get), Some(1));
    assert_eq!(lead.manager_id, None);
}

#[test]
fn call_is_read_under_either_wrapper() {
    for response in ["records", "other_wrapper"] {
        let call = decode(&ListCalls::new(), "call_history_page", response).items.good.remove(0);
        assert_eq!(call.direction, Some(CallDirection::Incoming), "{response}");
        assert_eq!((call.duration, call.phone.as_deref()), (Some(120), Some("375291112233")));
    }
}

#[test]
fn id_of_a_new_entity_may_be_missing() {
    let user = CreateUser::new(UserData::new().surname("Иванов"));
    for (response, id) in [
        ("created", Some(7)),
        ("created_user_id_key", Some(7)),
        ("created_numeric_id", Some(7)),
        ("created_id_zero", None),
    ] {
        let created = decode(&user, "user_create", response);
        assert_eq!(created.map(Id::get), id, "{response}");
    }
    let lead = CreateLead::new(LeadData::new().phone(Digits::of("1").unwrap()));
    let created = decode(&lead, "lead_create", "created");
    assert_eq!(created.map(Id::get), Some(12));
}

#[test]
fn address_of_a_webhook_is_not_printed() {
    let hooks = decode(&ListWebhooks::new(), "webhook_page", "records").items.good;
    assert_eq!(hooks.len(), 2);
    let printed = format!("{hooks:?}");
    assert!(!printed.contains("SECRETPATH"), "{printed}");
    assert!(hooks[0].url.as_ref().unwrap().expose().ends_with("SECRETPATH"));
}
