//! Lookup of clients by number in the feed.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use vochi_crm_core::connector::{CustomerKind, Found};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, WarningKind};

use super::lookup_support::{
    Harness, MASHA, NUMBER, change, company_id, contact_id, drained, firm, html, model_event, page,
    page_of_more, person, phone, redirect, unauthorized, user,
};

async fn find_all(harness: &Harness, numbers: &[&str]) -> Vec<Found> {
    let numbers: Vec<_> = numbers.iter().map(|number| phone(number)).collect();
    harness.connector.find(&Cx::live(), &numbers).await.unwrap()
}

async fn find(harness: &Harness, number: &str) -> Found {
    find_all(harness, &[number]).await.remove(0)
}

fn ids(found: &Found) -> Vec<&str> {
    found.candidates.iter().map(|one| one.id.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn caller_has_name_company_and_responsible() {
    let harness = Harness::new([
        page(
            3,
            &[
                user(MASHA, "Иванова Мария", "active"),
                model_event("create", &firm(201, "Ромашка", "375172000001")),
                model_event("create", &person(301, "Иван Иванов", "375291112233", &[201])),
            ],
        ),
        redirect(&[MASHA]),
    ]);
    let found = find(&harness, NUMBER).await;
    let [caller] = found.candidates.as_slice() else { panic!("{found:?}") };
    assert_eq!(caller.id, contact_id(301));
    assert_eq!(caller.kind, CustomerKind::Person);
    assert_eq!(caller.name.as_deref(), Some("Иван Иванов"));
    assert_eq!(caller.company.as_deref(), Some("Ромашка"));
    assert_eq!(caller.url, None, "not documented");
    let responsible = caller.responsible.as_ref().unwrap();
    assert_eq!(responsible.user_id.as_str(), MASHA);
    assert_eq!(responsible.name.as_deref(), Some("Иванова Мария"));
    assert_eq!(responsible.extension.as_ref().unwrap().as_str(), "101");
    assert_eq!(
        harness.lines()[1],
        "GET communications/callbacks/telephony/call-redirect?phoneNumber=375291112233"
    );
    assert_eq!(found.warnings.len(), 1);
    assert!(found.warnings[0].text().contains("no search by phone"));
    assert!(harness.connector.capabilities().has(Capability::Find));
}

#[tokio::test(start_paused = true)]
async fn unknown_number_has_no_candidates() {
    let harness =
        Harness::new([page(1, &[model_event("create", &firm(201, "Ромашка", "375172000001"))])]);
    let found = find(&harness, NUMBER).await;
    assert!(found.candidates.is_empty());
    assert_eq!(harness.played().len(), 1);
    assert_eq!(found.warnings[0].kind(), WarningKind::Incomplete);
}

#[tokio::test(start_paused = true)]
async fn contacts_come_first_then_latest_change() {
    let harness = Harness::new([
        page(
            5,
            &[
                model_event("create", &person(301, "Иван", "375291112233", &[])),
                model_event("create", &person(302, "Мария", "+375 29 111-22-33", &[])),
                model_event("create", &person(303, "Пётр", "8 (029) 111-22-33 доб. 2", &[])),
                model_event("patch", &person(301, "Иван Иванов", "375291112233", &[])),
                model_event("create", &firm(201, "Ромашка", "375291112233")),
            ],
        ),
        redirect(&[]),
    ]);
    let found = find(&harness, NUMBER).await;
    assert_eq!(ids(&found), [contact_id(301), contact_id(303), contact_id(302), company_id(201)]);
    assert_eq!(found.candidates[3].kind, CustomerKind::Company);
    assert_eq!(found.candidates[0].responsible, None, "no responsible employee");
    assert_eq!(harness.played().len(), 2, "only the first candidate is looked up");
}

#[tokio::test(start_paused = true)]
async fn russian_number_with_prefix_8_is_found() {
    let texts = ["8 (962) 791-74-60", "89627917460", "7 962 791 74 60"];
    for text in texts {
        let harness = Harness::new([
            page(1, &[model_event("create", &person(314, "Андрей", text, &[]))]),
            redirect(&[]),
        ]);
        let found = find(&harness, "+79627917460").await;
        assert_eq!(ids(&found), [contact_id(314)], "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn field_with_several_numbers_is_split() {
    let two = person(301, "Иван", "375291112233; +375 44 637-06-46", &[]);
    let harness =
        Harness::new([page(1, &[model_event("create", &two)]), redirect(&[]), redirect(&[])]);
    let found = find_all(&harness, &[NUMBER, "+375446370646"]).await;
    assert_eq!(ids(&found[0]), [contact_id(301)]);
    assert_eq!(ids(&found[1]), [contact_id(301)]);
}

#[tokio::test(start_paused = true)]
async fn patches_deletes_and_restores_are_applied() {
    let ivan = |phone: &str| person(301, "Иван", phone, &[201]);
    let company = |kind: &str| model_event(kind, &firm(201, "Ромашка", "1"));
    let deleted =
        change("contact", &contact_id(301), "delete", json!({"old": ivan("375291112233")}));
    let restored = change("contact", &contact_id(301), "restore", json!({}));
    let harness = Harness::new([
        page(
            1,
            &[
                model_event("create", &ivan("375446370646")),
                model_event("patch", &ivan("375291112233")),
            ],
        ),
        redirect(&[]),
        page(2, &[deleted]),
        page(3, &[restored, company("create")]),
        redirect(&[]),
        page(4, &[change("company", &company_id(201), "delete", json!({}))]),
        redirect(&[]),
    ]);
    let found = find_all(&harness, &[NUMBER, "+375446370646"]).await;
    assert_eq!(ids(&found[0]), [contact_id(301)]);
    assert!(found[1].candidates.is_empty(), "the old number is removed");
    assert!(find(&harness, NUMBER).await.candidates.is_empty());
    let again = find(&harness, NUMBER).await;
    assert_eq!(again.candidates[0].company.as_deref(), Some("Ромашка"));
    let alone = find(&harness, NUMBER).await;
    assert_eq!(alone.candidates[0].company, None);
}

#[tokio::test(start_paused = true)]
async fn restored_contact_keeps_number() {
    let ivan = person(301, "Иван", "375291112233", &[]);
    let harness = Harness::new([
        page(
            2,
            &[
                change("contact", &contact_id(301), "delete", json!({"old": ivan})),
                change("contact", &contact_id(301), "restore", json!({})),
            ],
        ),
        redirect(&[]),
    ]);
    let found = find(&harness, NUMBER).await;
    assert_eq!(found.candidates[0].name.as_deref(), Some("Иван"));
}

#[tokio::test(start_paused = true)]
async fn links_name_company_of_contact() {
    let link = |kind: &str| {
        let ids = json!({"contactId": contact_id(301), "companyId": company_id(201)});
        json!({"type": kind, "entityIds": ids})
    };
    let harness = Harness::new([
        page(
            3,
            &[
                model_event("create", &firm(201, "Ромашка", "1")),
                model_event("create", &person(301, "Иван", "375291112233", &[])),
                link("link"),
            ],
        ),
        redirect(&[]),
        page(4, &[link("unlink")]),
        redirect(&[]),
    ]);
    let tied = find(&harness, NUMBER).await;
    assert_eq!(tied.candidates[0].company.as_deref(), Some("Ромашка"));
    assert_eq!(find(&harness, NUMBER).await.candidates[0].company, None);
}

#[tokio::test(start_paused = true)]
async fn duplicate_numbers_are_looked_up_once() {
    let harness = Harness::new([
        page(1, &[model_event("create", &person(301, "Иван", "375291112233", &[]))]),
        redirect(&[]),
    ]);
    let found = find_all(&harness, &[NUMBER, "+375446370646", NUMBER]).await;
    assert_eq!(harness.played().len(), 2);
    assert_eq!(found[0], found[2]);
    assert!(found[1].candidates.is_empty());
    assert!(find_all(&harness, &[]).await.is_empty());
    assert_eq!(harness.played().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn failed_responsible_lookup_is_warning() {
    let steps: [Step; 2] =
        [Step::json(409, &json!({"status": "notSupported", "message": "no"})), unauthorized()];
    for refusal in steps {
        let ivan = model_event("create", &person(301, "Иван", "375291112233", &[]));
        let harness = Harness::new([page(1, &[ivan]), refusal]);
        let found = find(&harness, NUMBER).await;
        assert_eq!(found.candidates.len(), 1);
        assert!(found.warnings[1].text().starts_with("cannot read the responsible"));
    }
}

#[tokio::test(start_paused = true)]
async fn unreadable_feed_is_error() {
    let harness = Harness::with([html()], json!({"retries": 0}), json!({}));
    let error = harness.connector.find(&Cx::live(), &[phone(NUMBER)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let harness = Harness::new([drained()]);
    assert!(find(&harness, NUMBER).await.candidates.is_empty());
}

/// A change of one of three contacts.
#[derive(Clone, Debug)]
enum Action {
    Changed(u32, Vec<usize>),
    Deleted(u32),
    Restored(u32),
}

/// Spellings of numbers: the first three are equal, the last is invalid.
const SPELLINGS: [&str; 6] = [
    "375291112233",
    "+375 (29) 111-22-33",
    "8 029 111 22 33",
    "375446370646",
    "8 (962) 791-74-60",
    "по утрам",
];

/// The number of each spelling.
const NUMBERS: [Option<&str>; 6] =
    [Some(NUMBER), Some(NUMBER), Some(NUMBER), Some("+375446370646"), Some("+79627917460"), None];

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let contact = 1..4_u32;
    let step = prop_oneof![
        4 => (contact.clone(), prop::collection::vec(0..SPELLINGS.len(), 0..4))
            .prop_map(|(id, phones)| Action::Changed(id, phones)),
        1 => contact.clone().prop_map(Action::Deleted),
        1 => contact.prop_map(Action::Restored),
    ];
    prop::collection::vec(step, 0..24)
}

fn event(step: &Action) -> Value {
    match step {
        Action::Changed(id, phones) => {
            let phones: Vec<Value> =
                phones.iter().map(|phone| json!({"value": SPELLINGS[*phone]})).collect();
            model_event("patch", &json!({"id": contact_id(*id), "phones": phones}))
        }
        Action::Deleted(id) => change("contact", &contact_id(*id), "delete", json!({})),
        Action::Restored(id) => change("contact", &contact_id(*id), "restore", json!({})),
    }
}

/// Returns the contacts with a number, the last changed one first, computed naively.
fn wanted(steps: &[Action], number: &str) -> Vec<String> {
    let mut cards: BTreeMap<u32, (Vec<usize>, bool, usize)> = BTreeMap::new();
    for (position, step) in steps.iter().enumerate() {
        match step {
            Action::Changed(id, phones) => {
                cards.insert(*id, (phones.clone(), true, position));
            }
            Action::Deleted(id) | Action::Restored(id) => {
                if let Some(card) = cards.get_mut(id) {
                    card.1 = matches!(step, Action::Restored(_));
                    card.2 = position;
                }
            }
        }
    }
    let mut found: Vec<(usize, u32)> = cards
        .iter()
        .filter(|(_, (phones, there, _))| {
            *there && phones.iter().any(|phone| NUMBERS[*phone] == Some(number))
        })
        .map(|(id, (_, _, position))| (*position, *id))
        .collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, id)| contact_id(id)).collect()
}

proptest! {
    #[test]
    fn index_matches_naive_lookup(
        history in actions(), cut in 0..24_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        let events: Vec<Value> = history.iter().map(event).collect();
        let (first, rest) = events.split_at(cut.min(events.len()));
        let no_responsible = [redirect(&[]), redirect(&[]), redirect(&[])];
        let steps = [page_of_more(1, first), page(2, rest)].into_iter().chain(no_responsible);
        let numbers = [NUMBER, "+375446370646", "+79627917460"];
        let found = runtime.block_on(async {
            let harness = Harness::new(steps);
            find_all(&harness, &numbers).await
        });
        for (found, number) in found.iter().zip(numbers) {
            prop_assert_eq!(ids(found), wanted(&history, number), "{}", number);
        }
    }
}
