//! Seed corporate customers. All invented.

use serde_json::json;

use super::super::seed::SITE;
use super::{Company, Contact, Corporate};

pub(in crate::retailcrm) fn corporates() -> Vec<Corporate> {
    let office = json!({"id": 3553, "name": "Офис"});
    let company = |id, name: &str, brand: &str| Company {
        id,
        brand: Some(brand.to_owned()),
        is_main: true,
        ..Company::new(name)
    };
    let contact = |id, customer_id, companies: &[(u64, u64)]| Contact {
        id,
        companies: companies.to_vec(),
        ..Contact::new(customer_id)
    };
    let main = |contact: Contact| Contact { is_main: true, ..contact };
    vec![
        Corporate {
            site: SITE.into(),
            manager_id: Some(7),
            contacts: vec![main(contact(944, 60, &[(160, 771)])), contact(945, 61, &[])],
            companies: vec![company(771, "ООО Пример", "Пример")],
            main_address: Some(office.clone()),
            ..Corporate::new(5041, "ООО Пример")
        },
        Corporate {
            external_id: Some("corp-5042".into()),
            site: "shop-two".into(),
            manager_id: Some(19),
            contacts: vec![main(contact(946, 204, &[(161, 772)]))],
            companies: vec![company(772, "ЧП Образец", "Образец")],
            main_address: Some(office),
            ..Corporate::new(5042, "Образец и сыновья")
        },
    ]
}
