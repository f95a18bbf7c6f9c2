//! The tables of all rules in `docs/stand-in-rules.md`.

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

#[test]
fn tables_of_rules_in_docs_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/stand-in-rules.md");
    let mut text = std::fs::read_to_string(&path).expect("the page is there");
    for (crm, name) in [(Crm::RetailCrm, "retailcrm"), (Crm::Kontur, "kontur")] {
        let begin = format!("<!-- rules of {name} -->\n");
        let (before, rest) = text.split_once(&begin).expect(name);
        let (written, after) = rest.split_once("<!-- end of rules -->").expect(name);
        let table = table(crm);
        if std::env::var_os(UPDATE).is_some() {
            text = format!("{before}{begin}{table}<!-- end of rules -->{after}");
            std::fs::write(&path, &text).expect("the page can be written");
        } else {
            assert!(
                written == table,
                "the rules of {name} in docs/stand-in-rules.md are outdated; write them with \
                 {UPDATE}=1 cargo test -p vochi-crm-sandbox rules_in_docs"
            );
        }
    }
}
