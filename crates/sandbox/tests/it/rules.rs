//! The tables of all rules and operations in `docs/stand-in-rules.md`.

use std::fmt::Write as _;
use std::path::Path;

use vochi_crm_sandbox::{Basis, Crm, Sandbox};

/// If set, the test writes the tables instead of comparing them.
const UPDATE: &str = "VOCHI_CRM_UPDATE_DOCS";

fn table(crm: Crm) -> String {
    let mut table =
        String::from("| rule | demands | reference | known |\n| --- | --- | --- | --- |\n");
    for check in Sandbox::checks(crm) {
        let known = match check.basis {
            Basis::Answered => "answered",
            Basis::Documented => "documented",
            Basis::Guess => "guess",
            other => panic!("{other:?} has no name"),
        };
        let demands = check.demands.replace('|', r"\|");
        let row = format!("| `{}` | {demands} | {} | {known} |", check.name, check.section);
        writeln!(table, "{row}").expect("texts can be written to");
    }
    table
}

fn operations(crm: Crm) -> String {
    let mut table =
        String::from("| operation | scope | parameters | filters |\n| --- | --- | --- | --- |\n");
    for route in Sandbox::routes(crm) {
        let required = route.required.map(|name| format!("{name} (required)"));
        let others = route.parameters.iter().map(|name| (*name).to_owned());
        let parameters: Vec<String> = required.into_iter().chain(others).collect();
        let filters = route.filters.iter().map(|(name, wrong)| match *wrong {
            "" => name.clone(),
            wrong => format!("{name}, not {wrong}"),
        });
        let filters: Vec<String> = filters.collect();
        let (parameters, filters) = (parameters.join(", "), filters.join("; "));
        let operation = format!("`{} {}`", route.method, route.path);
        writeln!(table, "| {operation} | {} | {parameters} | {filters} |", route.scope)
            .expect("texts can be written to");
    }
    table
}

#[test]
fn tables_of_rules_in_docs_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/stand-in-rules.md");
    let mut text = std::fs::read_to_string(&path).expect("the page is there");
    for (what, table) in [
        ("operations of retailcrm", operations(Crm::RetailCrm)),
        ("rules of retailcrm", table(Crm::RetailCrm)),
        ("operations of kontur", operations(Crm::Kontur)),
        ("rules of kontur", table(Crm::Kontur)),
        ("operations of uon", operations(Crm::Uon)),
        ("rules of uon", table(Crm::Uon)),
        ("operations of bitrix24", operations(Crm::Bitrix24)),
        ("rules of bitrix24", table(Crm::Bitrix24)),
    ] {
        let (begin, end) = (format!("<!-- {what} -->\n"), "<!-- end of ");
        let (before, rest) = text.split_once(&begin).expect(what);
        let (written, after) = rest.split_once(end).expect(what);
        if std::env::var_os(UPDATE).is_some() {
            text = format!("{before}{begin}{table}{end}{after}");
            std::fs::write(&path, &text).expect("the page can be written");
        } else {
            assert!(
                written == table,
                "{what} in docs/stand-in-rules.md are outdated; write them with {UPDATE}=1 cargo \
                 test -p vochi-crm-sandbox rules_in_docs"
            );
        }
    }
}
