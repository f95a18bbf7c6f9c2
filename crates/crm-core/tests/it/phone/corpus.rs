//! The corpus of raw forms, compared with Google's libphonenumber.

use std::collections::BTreeSet;

use vochi_crm_core::phone::PhoneRefusal;

use super::{assert_reads, assert_refuses};

const RAW_FORMS: &str = include_str!("../../../../../fixtures/phones/raw_forms.tsv");

/// Rows that are invalid for `libphonenumber` but have one sensible interpretation: a leading 00,
/// international digits without their plus, addresses, decimals.
const READ_NEVERTHELESS: &[(&str, &str, &str)] = &[
    ("00375291112233", "BY", "+375291112233"),
    ("79161234567", "BY", "+79161234567"),
    ("0079161234567", "RU", "+79161234567"),
    ("0074951234567", "RU", "+74951234567"),
    ("78123456789", "BY", "+78123456789"),
    ("73431234567", "BY", "+73431234567"),
    ("0073431234567", "RU", "+73431234567"),
    ("0077012345678", "KZ", "+77012345678"),
    ("0077272345678", "KZ", "+77272345678"),
    ("37061234567", "BY", "+37061234567"),
    ("4915123456789", "BY", "+4915123456789"),
    ("0012125550123", "US", "+12125550123"),
    ("14155552671", "BY", "+14155552671"),
    ("0014155552671", "US", "+14155552671"),
    ("995322123456", "BY", "+995322123456"),
    ("998901234567", "BY", "+998901234567"),
    ("998901234567", "RU", "+998901234567"),
    ("0037529 1112233", "BY", "+375291112233"),
    ("sip:+375291112233@sip.example.test", "BY", "+375291112233"),
    ("sip:+375331234567@sip.example.test", "BY", "+375331234567"),
    ("sip:+375172001122@sip.example.test", "BY", "+375172001122"),
    ("375331234567@pbx.example.test", "BY", "+375331234567"),
    ("375441234567@pbx.example.test", "BY", "+375441234567"),
    ("375172001122@pbx.example.test", "BY", "+375172001122"),
    ("375291112233.0", "BY", "+375291112233"),
];

/// The reasons of refused rows, by a part of their note; the first match counts.
const REASON_BY_NOTE: &[(&str, PhoneRefusal)] = &[
    ("extension, no region", PhoneRefusal::Extension),
    ("-digit extension", PhoneRefusal::Extension),
    ("dialplan", PhoneRefusal::Hidden),
    ("extension", PhoneRefusal::Extension),
    ("emergency", PhoneRefusal::Extension),
    ("operator short code", PhoneRefusal::Extension),
    ("Follow-Me", PhoneRefusal::Extension),
    ("hidden number", PhoneRefusal::Hidden),
    ("no number", PhoneRefusal::Hidden),
    ("default caller id", PhoneRefusal::Hidden),
    ("literal", PhoneRefusal::Hidden),
    ("zero", PhoneRefusal::Hidden),
    ("two numbers", PhoneRefusal::Several),
    ("dial group", PhoneRefusal::Several),
    ("call-forward code", PhoneRefusal::ServiceCode),
    ("BY life mobile", PhoneRefusal::NotInUse),
    ("local part only", PhoneRefusal::TooShort),
    ("too short", PhoneRefusal::TooShort),
    ("one digit missing", PhoneRefusal::TooShort),
    ("SIP provider line id", PhoneRefusal::TooShort),
    ("one digit too many", PhoneRefusal::TooLong),
    ("UZ mobile, trunk prefix", PhoneRefusal::FormerTrunk),
    ("old trunk 8", PhoneRefusal::FormerTrunk),
    ("dial prefix 21", PhoneRefusal::TooLong),
    ("8 glued before 375", PhoneRefusal::TooLong),
    ("line prefix 9 glued", PhoneRefusal::TooLong),
    ("ICCID-like", PhoneRefusal::TooLong),
    ("+ and leading 0", PhoneRefusal::UnknownCountry),
    ("plus in front of 80", PhoneRefusal::UnknownCountry),
    ("+ in front of 8", PhoneRefusal::UnknownCountry),
    ("8NNN read with the home region BY", PhoneRefusal::ForeignTrunk),
    ("MD number", PhoneRefusal::NotInUse),
    ("IL mobile", PhoneRefusal::NotInUse),
    ("GSM line id", PhoneRefusal::NoRegion),
    ("IMSI-like", PhoneRefusal::NoRegion),
    ("IMEI-like", PhoneRefusal::NoRegion),
    ("channel name", PhoneRefusal::NotANumber),
    ("error text", PhoneRefusal::NotANumber),
    ("alphanumeric sender", PhoneRefusal::NotANumber),
    ("scientific notation", PhoneRefusal::ScientificNotation),
    ("underscores", PhoneRefusal::NotANumber),
    ("letter l", PhoneRefusal::NotANumber),
    ("line prefix 9 and pause", PhoneRefusal::NotANumber),
    ("name", PhoneRefusal::NotANumber),
    ("messenger handle", PhoneRefusal::NotANumber),
];

struct Row {
    raw: &'static str,
    region: &'static str,
    expected: &'static str,
    note: &'static str,
}

fn rows() -> impl Iterator<Item = Row> {
    RAW_FORMS.lines().map(|line| {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_else(|| panic!("short row {line:?}"));
        Row { raw: field(), region: field(), expected: field(), note: field() }
    })
}
#[test]
fn valid_raw_forms_parse_as_expected() {
    let mut checked = 0;
    for row in rows().filter(|row| row.expected != "invalid") {
        assert_reads(row.region, row.raw, row.expected);
        checked += 1;
    }
    assert!(checked > 200, "only {checked} rows are valid");
}

#[test]
fn invalid_raw_forms_are_refused_or_listed() {
    let mut listed: BTreeSet<_> = READ_NEVERTHELESS.iter().collect();
    for row in rows().filter(|row| row.expected == "invalid") {
        let exception = READ_NEVERTHELESS
            .iter()
            .find(|(raw, region, _)| (*raw, *region) == (row.raw, row.region));
        if let Some(exception) = exception {
            assert_reads(row.region, row.raw, exception.2);
            listed.remove(exception);
            continue;
        }
        let (_, reason) = REASON_BY_NOTE
            .iter()
            .find(|(part, _)| row.note.contains(part))
            .unwrap_or_else(|| panic!("no reason is listed for {:?} ({})", row.raw, row.note));
        assert_refuses(row.region, row.raw, *reason);
    }
    assert!(listed.is_empty(), "not in the file: {listed:?}");
}
