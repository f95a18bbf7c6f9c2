//! Who has a number, by what the feed told.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use vochi_crm_core::connector::{CustomerKind, Found};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Capability, CrmConnector as _, Cx, ErrorKind, WarningKind};

use super::people_support::{
    Bench, MASHA, NUMBER, change, company_id, contact_id, drained, firm, html, page, page_of_more,
    person, phone, redirect, told, unauthorized, user,
};

async fn ask(bench: &Bench, numbers: &[&str]) -> Vec<Found> {
    let numbers: Vec<_> = numbers.iter().map(|number| phone(number)).collect();
    bench.connector.find(&Cx::live(), &numbers).await.unwrap()
}

async fn find(bench: &Bench, number: &str) -> Found {
    ask(bench, &[number]).await.remove(0)
}

fn ids(found: &Found) -> Vec<&str> {
    found.candidates.iter().map(|one| one.id.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_caller_has_a_name_a_company_and_a_responsible_employee() {
    let bench = Bench::new([
        page(
            3,
            &[
                user(MASHA, "Иванова Мария", "active"),
                told("create", &firm(201, "Ромашка", "375172000001")),
                told("create", &person(301, "Иван Иванов", "375291112233", &[201])),
            ],
        ),
        redirect(&[MASHA]),
    ]);
    let found = find(&bench, NUMBER).await;
    let [caller] = found.candidates.as_slice() else { panic!("{found:?}") };
    assert_eq!(caller.id, contact_id(301));
    assert_eq!(caller.kind, CustomerKind::Person);
    assert_eq!(caller.name.as_deref(), Some("Иван Иванов"));
    assert_eq!(caller.company.as_deref(), Some("Ромашка"));
    assert_eq!(caller.url, None, "no page documents it");
    let responsible = caller.responsible.as_ref().unwrap();
    assert_eq!(responsible.user_id.as_str(), MASHA);
    assert_eq!(responsible.name.as_deref(), Some("Иванова Мария"));
    assert_eq!(responsible.extension.as_ref().unwrap().as_str(), "101");
    assert_eq!(
        bench.lines()[1],
        "GET communications/callbacks/telephony/call-redirect?phoneNumber=375291112233"
    );
    assert_eq!(found.warnings.len(), 1);
    assert!(found.warnings[0].text().contains("no search by phone"));
    assert!(bench.connector.capabilities().has(Capability::Find));
}

#[tokio::test(start_paused = true)]
async fn a_number_the_feed_does_not_know_is_nobodys_and_costs_no_question() {
    let bench = Bench::new([page(1, &[told("create", &firm(201, "Ромашка", "375172000001"))])]);
    let found = find(&bench, NUMBER).await;
    assert!(found.candidates.is_empty());
    assert_eq!(bench.played().len(), 1);
    assert_eq!(found.warnings[0].kind(), WarningKind::Incomplete);
}

#[tokio::test(start_paused = true)]
async fn contacts_come_before_companies_and_who_changed_last_before_the_others() {
    let bench = Bench::new([
        page(
            5,
            &[
                told("create", &person(301, "Иван", "375291112233", &[])),
                told("create", &person(302, "Мария", "+375 29 111-22-33", &[])),
                told("create", &person(303, "Пётр", "8 (029) 111-22-33 доб. 2", &[])),
                told("patch", &person(301, "Иван Иванов", "375291112233", &[])),
                told("create", &firm(201, "Ромашка", "375291112233")),
            ],
        ),
        redirect(&[]),
    ]);
    let found = find(&bench, NUMBER).await;
    assert_eq!(ids(&found), [contact_id(301), contact_id(303), contact_id(302), company_id(201)]);
    assert_eq!(found.candidates[3].kind, CustomerKind::Company);
    assert_eq!(found.candidates[0].responsible, None, "nobody is");
    assert_eq!(bench.played().len(), 2, "asked for the first alone");
}

#[tokio::test(start_paused = true)]
async fn a_russian_number_behind_its_8_is_found_from_elsewhere() {
    let texts = ["8 (962) 791-74-60", "89627917460", "7 962 791 74 60"];
    for text in texts {
        let bench = Bench::new([
            page(1, &[told("create", &person(314, "Андрей", text, &[]))]),
            redirect(&[]),
        ]);
        let found = find(&bench, "+79627917460").await;
        assert_eq!(ids(&found), [contact_id(314)], "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_field_may_hold_several_numbers() {
    let two = person(301, "Иван", "375291112233; +375 44 637-06-46", &[]);
    let bench = Bench::new([page(1, &[told("create", &two)]), redirect(&[]), redirect(&[])]);
    let found = ask(&bench, &[NUMBER, "+375446370646"]).await;
    assert_eq!(ids(&found[0]), [contact_id(301)]);
    assert_eq!(ids(&found[1]), [contact_id(301)]);
}

#[tokio::test(start_paused = true)]
async fn cards_are_followed_through_patches_deletes_and_restores() {
    let ivan = |phone: &str| person(301, "Иван", phone, &[201]);
    let company = |kind: &str| told(kind, &firm(201, "Ромашка", "1"));
    let gone = change("contact", &contact_id(301), "delete", json!({"old": ivan("375291112233")}));
    let back = change("contact", &contact_id(301), "restore", json!({}));
    let bench = Bench::new([
        page(1, &[told("create", &ivan("375446370646")), told("patch", &ivan("375291112233"))]),
        redirect(&[]),
        page(2, &[gone]),
        page(3, &[back, company("create")]),
        redirect(&[]),
        page(4, &[change("company", &company_id(201), "delete", json!({}))]),
        redirect(&[]),
    ]);
    let found = ask(&bench, &[NUMBER, "+375446370646"]).await;
    assert_eq!(ids(&found[0]), [contact_id(301)]);
    assert!(found[1].candidates.is_empty(), "the old number is gone");
    assert!(find(&bench, NUMBER).await.candidates.is_empty());
    let again = find(&bench, NUMBER).await;
    assert_eq!(again.candidates[0].company.as_deref(), Some("Ромашка"));
    let alone = find(&bench, NUMBER).await;
    assert_eq!(alone.candidates[0].company, None);
}

#[tokio::test(start_paused = true)]
async fn one_deleted_before_we_looked_comes_back_as_it_was() {
    let ivan = person(301, "Иван", "375291112233", &[]);
    let bench = Bench::new([
        page(
            2,
            &[
                change("contact", &contact_id(301), "delete", json!({"old": ivan})),
                change("contact", &contact_id(301), "restore", json!({})),
            ],
        ),
        redirect(&[]),
    ]);
    let found = find(&bench, NUMBER).await;
    assert_eq!(found.candidates[0].name.as_deref(), Some("Иван"));
}

#[tokio::test(start_paused = true)]
async fn links_tie_a_contact_to_companies() {
    let link = |kind: &str| {
        let ids = json!({"contactId": contact_id(301), "companyId": company_id(201)});
        json!({"type": kind, "entityIds": ids})
    };
    let bench = Bench::new([
        page(
            3,
            &[
                told("create", &firm(201, "Ромашка", "1")),
                told("create", &person(301, "Иван", "375291112233", &[])),
                link("link"),
            ],
        ),
        redirect(&[]),
        page(4, &[link("unlink")]),
        redirect(&[]),
    ]);
    let tied = find(&bench, NUMBER).await;
    assert_eq!(tied.candidates[0].company.as_deref(), Some("Ромашка"));
    assert_eq!(find(&bench, NUMBER).await.candidates[0].company, None);
}

#[tokio::test(start_paused = true)]
async fn each_number_is_looked_for_once_and_answered_in_its_place() {
    let bench = Bench::new([
        page(1, &[told("create", &person(301, "Иван", "375291112233", &[]))]),
        redirect(&[]),
    ]);
    let found = ask(&bench, &[NUMBER, "+375446370646", NUMBER]).await;
    assert_eq!(bench.played().len(), 2);
    assert_eq!(found[0], found[2]);
    assert!(found[1].candidates.is_empty());
    assert!(ask(&bench, &[]).await.is_empty());
    assert_eq!(bench.played().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn who_is_responsible_may_stay_unknown_with_a_warning() {
    let steps: [Step; 2] =
        [Step::json(409, &json!({"status": "notSupported", "message": "no"})), unauthorized()];
    for refusal in steps {
        let ivan = told("create", &person(301, "Иван", "375291112233", &[]));
        let bench = Bench::new([page(1, &[ivan]), refusal]);
        let found = find(&bench, NUMBER).await;
        assert_eq!(found.candidates.len(), 1);
        assert!(found.warnings[1].text().starts_with("who is responsible"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_cannot_be_read_is_an_error() {
    let bench = Bench::with([html()], json!({"retries": 0}), json!({}));
    let error = bench.connector.find(&Cx::live(), &[phone(NUMBER)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let bench = Bench::new([drained()]);
    assert!(find(&bench, NUMBER).await.candidates.is_empty());
}

/// What may happen to one of three contacts.
#[derive(Clone, Debug)]
enum Act {
    Told(u32, Vec<usize>),
    Gone(u32),
    Back(u32),
}

/// Spellings, of which the first three are one number and the last is none.
const SPELT: [&str; 6] = [
    "375291112233",
    "+375 (29) 111-22-33",
    "8 029 111 22 33",
    "375446370646",
    "8 (962) 791-74-60",
    "по утрам",
];

/// The number each spelling is.
const IS: [Option<&str>; 6] =
    [Some(NUMBER), Some(NUMBER), Some(NUMBER), Some("+375446370646"), Some("+79627917460"), None];

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let contact = 1..4_u32;
    let act = prop_oneof![
        4 => (contact.clone(), prop::collection::vec(0..SPELT.len(), 0..4))
            .prop_map(|(id, phones)| Act::Told(id, phones)),
        1 => contact.clone().prop_map(Act::Gone),
        1 => contact.prop_map(Act::Back),
    ];
    prop::collection::vec(act, 0..24)
}

fn event(act: &Act) -> Value {
    match act {
        Act::Told(id, phones) => {
            let phones: Vec<Value> =
                phones.iter().map(|phone| json!({"value": SPELT[*phone]})).collect();
            told("patch", &json!({"id": contact_id(*id), "phones": phones}))
        }
        Act::Gone(id) => change("contact", &contact_id(*id), "delete", json!({})),
        Act::Back(id) => change("contact", &contact_id(*id), "restore", json!({})),
    }
}

/// Who has a number after all that, the one who was told of last first: worked out the simple way.
fn wanted(acts: &[Act], number: &str) -> Vec<String> {
    let mut cards: BTreeMap<u32, (Vec<usize>, bool, usize)> = BTreeMap::new();
    for (place, act) in acts.iter().enumerate() {
        match act {
            Act::Told(id, phones) => {
                cards.insert(*id, (phones.clone(), true, place));
            }
            Act::Gone(id) | Act::Back(id) => {
                if let Some(card) = cards.get_mut(id) {
                    card.1 = matches!(act, Act::Back(_));
                    card.2 = place;
                }
            }
        }
    }
    let mut found: Vec<(usize, u32)> = cards
        .iter()
        .filter(|(_, (phones, there, _))| {
            *there && phones.iter().any(|phone| IS[*phone] == Some(number))
        })
        .map(|(id, (_, _, place))| (*place, *id))
        .collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, id)| contact_id(id)).collect()
}

proptest! {
    #[test]
    fn whatever_happens_to_cards_numbers_lead_to_those_who_have_them(
        acts in acts(), cut in 0..24_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        let events: Vec<Value> = acts.iter().map(event).collect();
        let (first, rest) = events.split_at(cut.min(events.len()));
        let nobody = [redirect(&[]), redirect(&[]), redirect(&[])];
        let steps = [page_of_more(1, first), page(2, rest)].into_iter().chain(nobody);
        let numbers = [NUMBER, "+375446370646", "+79627917460"];
        let found = runtime.block_on(async {
            let bench = Bench::new(steps);
            ask(&bench, &numbers).await
        });
        for (found, number) in found.iter().zip(numbers) {
            prop_assert_eq!(ids(found), wanted(&acts, number), "{}", number);
        }
    }
}
