//! Phone numbers: what is read, what is refused, and why.

#![allow(clippy::panic, reason = "helpers of tests fail with a message")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use vochi_crm_core::phone::{
    BareDigits, PhoneError, PhoneKind, PhoneNumber, PhoneReader, PhoneReading, PhoneRefusal, Region,
};

const RAW_FORMS: &str = include_str!("../../../../fixtures/phones/raw_forms.tsv");

/// Rows that `libphonenumber` calls invalid and that have one sensible reading: a leading 00,
/// international digits without their plus, addresses.
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
];

/// Why a refused row is refused, by a part of its note; the first that matches counts.
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
    ("UZ mobile, trunk prefix", PhoneRefusal::TooLong),
    ("old trunk 8", PhoneRefusal::TooLong),
    ("dial prefix 21", PhoneRefusal::TooLong),
    ("8 glued before 375", PhoneRefusal::TooLong),
    ("line prefix 9 glued", PhoneRefusal::TooLong),
    ("float artefact", PhoneRefusal::TooLong),
    ("ICCID-like", PhoneRefusal::TooLong),
    ("+ and leading 0", PhoneRefusal::UnknownCountry),
    ("plus in front of 80", PhoneRefusal::UnknownCountry),
    ("+ in front of 8", PhoneRefusal::UnknownCountry),
    (
        "8NNN read with the home region BY",
        PhoneRefusal::ForeignTrunk,
    ),
    ("MD number", PhoneRefusal::NotInUse),
    ("IL mobile", PhoneRefusal::NotInUse),
    ("GSM line id", PhoneRefusal::NoRegion),
    ("IMSI-like", PhoneRefusal::NoRegion),
    ("IMEI-like", PhoneRefusal::NoRegion),
    ("channel name", PhoneRefusal::NotANumber),
    ("error text", PhoneRefusal::NotANumber),
    ("alphanumeric sender", PhoneRefusal::NotANumber),
    ("scientific notation", PhoneRefusal::NotANumber),
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
        let mut field = || {
            fields
                .next()
                .unwrap_or_else(|| panic!("short row {line:?}"))
        };
        Row {
            raw: field(),
            region: field(),
            expected: field(),
            note: field(),
        }
    })
}

fn region(code: &str) -> Region {
    code.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// A reader of a region, `-` for none.
fn reader(code: &str) -> PhoneReader {
    match code {
        "-" => PhoneReader::new(),
        code => PhoneReader::new().with_region(region(code)),
    }
}

fn number(e164: &str) -> PhoneNumber {
    e164.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn assert_reads(code: &str, raw: &str, e164: &str) -> PhoneReading {
    let reading = reader(code)
        .read(raw)
        .unwrap_or_else(|error| panic!("{raw:?} in {code}: {error}"));
    assert_eq!(reading.number().e164(), e164, "{raw:?} in {code}");
    reading
}

#[track_caller]
fn refusal(code: &str, raw: &str) -> PhoneError {
    match reader(code).read(raw) {
        Ok(reading) => panic!("{raw:?} in {code} was read as {}", reading.number()),
        Err(error) => error,
    }
}

#[track_caller]
fn assert_refuses(code: &str, raw: &str, reason: PhoneRefusal) {
    let error = refusal(code, raw);
    assert_eq!(error.reason(), reason, "{raw:?} in {code}: {error}");
}

#[test]
fn every_raw_form_with_an_answer_is_read_as_exactly_that_number() {
    let mut checked = 0;
    for row in rows().filter(|row| row.expected != "invalid") {
        assert_reads(row.region, row.raw, row.expected);
        checked += 1;
    }
    assert!(checked > 200, "only {checked} rows have an answer");
}

#[test]
fn invalid_raw_forms_are_refused_for_the_reason_their_note_gives_or_read_as_listed() {
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

#[test]
fn russian_numbers_that_begin_with_eight_keep_their_first_digit() {
    for (e164, spellings) in [
        (
            "+78121234567",
            [
                "+7 812 123-45-67",
                "8 (812) 123-45-67",
                "78121234567",
                "8121234567",
                "0078121234567",
            ],
        ),
        (
            "+78432345678",
            [
                "+7 (843) 234-56-78",
                "88432345678",
                "78432345678",
                "(843) 234 56 78",
                "8~10 7 843 2345678",
            ],
        ),
        (
            "+78001234567",
            [
                "+78001234567",
                "8-800-123-45-67",
                "78001234567",
                "8001234567",
                "tel:+7-800-123-45-67",
            ],
        ),
    ] {
        for spelling in spellings {
            assert_reads("RU", spelling, e164);
        }
        for home in ["-", "BY", "KZ", "DE"] {
            assert_reads(home, e164, e164);
        }
        assert_eq!(number(e164).region(), Some(region("RU")), "{e164}");
    }
}

#[test]
fn belarusian_toll_free_and_service_numbers_keep_their_first_digit() {
    for spelling in [
        "+3758001234567",
        "+375 800 123-45-67",
        "3758001234567",
        "8 800 123-45-67",
        "88001234567",
    ] {
        let read = assert_reads("BY", spelling, "+3758001234567").number();
        assert_eq!(read.kind(), PhoneKind::TollFree);
    }
    // The engine's own reading would take 8 for the trunk prefix and leave no number at all.
    assert_reads("BY", "+3758102439571", "+3758102439571");
}

#[test]
fn marks_left_by_copying_and_typing_do_not_disturb() {
    for raw in [
        "+375\t29\t111\t22\t33",
        "+375\u{a0}29\u{a0}111\u{2009}22\u{202f}33",
        "+375\u{2013}29\u{2014}111\u{2212}22\u{2010}33",
        "\u{202a}+375291112233\u{202c}",
        "\u{feff}+37529\u{200b}1112233\u{200f}",
        "+375 29 111\u{ad}22\u{ad}33",
        "＋３７５（２９）１１１－２２－３３",
        "+٣٧٥٢٩١١١٢٢٣٣",
        "Тел: +375291112233",
        "тел. 8 029 111-22-33",
        "Моб.: 80291112233",
        "т.8(029)1112233",
        "++375291112233",
        "+ 375 29 1112233",
        "+375 29 111-22-33\r\n",
        "\"+375291112233\"",
        "'375291112233",
        "=\"375291112233\"",
        "Иванов, Иван <+375291112233>",
        "\"Иванов, Иван\" <sip:375291112233@pbx.example.test;user=phone>;tag=1",
        "sips:%2B375291112233@pbx.example.test",
        "sip:80291112233;phone-context=+375@pbx.example.test",
        "TEL:+375-29-111-22-33",
        "tel:291112233;phone-context=+375",
        "tel:+375291112233;isub=12;phone-context=example.test",
        "https://wa.me/375291112233?text=1",
        "viber://chat?number=%2B375291112233",
        "Local/80291112233@from-internal-00000001",
        "+375291112233;",
        ", +375291112233",
    ] {
        assert_reads("BY", raw, "+375291112233");
    }
}

#[test]
fn an_inner_number_behind_a_number_is_kept_apart() {
    for (raw, extension) in [
        ("+375291112233 доб. 151", "151"),
        ("+375291112233 (доб. 151)", "151"),
        ("+375291112233, доб.151", "151"),
        ("+375291112233 Доб: 151", "151"),
        ("80291112233 вн. 12", "12"),
        ("+375291112233 ext. 151", "151"),
        ("+375291112233 x15", "15"),
        ("+375291112233;ext=7", "7"),
        (
            "tel:+375291112233;ext=1-51;phone-context=example.test",
            "151",
        ),
        ("sip:+375291112233;ext=7@pbx.example.test", "7"),
        ("+375291112233#12", "12"),
        ("+375291112233 # 12#", "12"),
        ("+375291112233,,151", "151"),
        ("+375291112233,,,151#", "151"),
        ("80291112233,151", "151"),
        ("80291112233;151", "151"),
        ("+375291112233~151", "151"),
    ] {
        let reading = assert_reads("BY", raw, "+375291112233");
        assert_eq!(reading.extension(), Some(extension), "{raw:?}");
    }
    assert_eq!(
        assert_reads("BY", "+375291112233", "+375291112233").extension(),
        None
    );
    assert_eq!(
        assert_reads("BY", "80291112233#", "+375291112233").extension(),
        None
    );
}

#[test]
fn international_dialling_is_read_where_the_region_has_no_such_number() {
    for home in ["BY", "RU", "KZ", "PL", "US", "-"] {
        for raw in [
            "00375291112233",
            "810375291112233",
            "8 10 375 29 111 22 33",
            "8~10 375 29 1112233",
            "8~10~375291112233",
            "375291112233",
        ] {
            assert_reads(home, raw, "+375291112233");
        }
    }
    assert_reads("US", "011 375 29 1112233", "+375291112233");
}

#[test]
fn bare_digits_are_read_at_home_first_unless_the_trunk_is_international() {
    assert_reads("DE", "4915123456789", "+494915123456789");
    let trunk = reader("DE").with_bare_digits(BareDigits::International);
    for (raw, e164) in [
        ("4915123456789", "+4915123456789"),
        ("375291112233", "+375291112233"),
        // What is no international number is still read at home.
        ("015123456789", "+4915123456789"),
        ("00375291112233", "+375291112233"),
        ("+375291112233", "+375291112233"),
    ] {
        let read = trunk.read(raw).map(|reading| reading.number().to_string());
        assert_eq!(read.as_deref(), Ok(e164), "{raw:?}");
    }
}

#[test]
fn an_eight_that_may_mean_russia_is_not_guessed() {
    // Moscow behind its trunk prefix, or a mobile of Viet Nam.
    assert_refuses("BY", "8 (495) 123-45-67", PhoneRefusal::ForeignTrunk);
    assert_refuses("-", "8 (495) 123-45-67", PhoneRefusal::NoRegion);
    assert_reads("RU", "84951234567", "+74951234567");
    assert_reads("VN", "84951234567", "+84951234567");
    assert_reads("BY", "+84951234567", "+84951234567");
    let trunk = reader("BY").with_bare_digits(BareDigits::International);
    let read = trunk.read("84951234567").map(|reading| reading.number());
    assert_eq!(read, Ok(number("+84951234567")));
    // No number of Russia or Kazakhstan.
    assert_reads("BY", "81312345678", "+81312345678");
}

#[test]
fn national_forms_need_a_region() {
    for raw in ["80291112233", "8 (495) 123-45-67", "0671234567"] {
        assert_refuses("-", raw, PhoneRefusal::NoRegion);
    }
    assert_reads("-", "+375 (29) 111-22-33", "+375291112233");
}

#[test]
fn no_number_at_all_is_hidden() {
    for raw in [
        "",
        "   ",
        "\t\n",
        "+",
        "-",
        "()",
        "\"\"",
        "\"\" <>",
        "<unknown>",
        "\"Иван\" <anonymous>",
        "Anonymous",
        "Номер скрыт.",
        "н/д",
        "N/A",
        "sip:anonymous@anonymous.invalid",
        "+000",
        "00",
        "\u{200b}",
    ] {
        assert_refuses("BY", raw, PhoneRefusal::Hidden);
    }
}

#[test]
fn an_inner_number_alone_is_told_with_its_digits() {
    for raw in [
        "151",
        " 151 ",
        "доб. 151",
        "тел. 151",
        "sip:151@pbx.example.test",
        "\"Иван\" <151>",
        "151@pbx.example.test",
    ] {
        let error = refusal("BY", raw);
        assert_eq!(error.reason(), PhoneRefusal::Extension, "{raw:?}");
        assert_eq!(error.extension(), Some("151"), "{raw:?}");
        assert_eq!(error.raw(), raw);
    }
    assert_refuses("BY", "5", PhoneRefusal::TooShort);
    assert_refuses("BY", "+151", PhoneRefusal::TooShort);
    assert_eq!(refusal("BY", "*8").extension(), None);
}

#[test]
fn several_numbers_in_one_field_are_refused_as_one_and_read_as_many() {
    let (a, b) = ("+375291112233", "+375331234567");
    for raw in [
        "+375291112233, +375331234567",
        "+375291112233;+375331234567",
        "80291112233 / 8033 123-45-67",
        "375291112233/331234567",
        "+375291112233 | +375331234567",
        "+375291112233\n+375331234567\r\n",
        "+375291112233 +375331234567",
        "Иван: 80291112233, Анна: 80331234567;",
        "\"А, Б\" <80291112233>, \"В\" <80331234567>",
    ] {
        assert_refuses("BY", raw, PhoneRefusal::Several);
        let read: Vec<_> = reader("BY")
            .read_many(raw)
            .into_iter()
            .map(|reading| reading.map(|reading| reading.number().to_string()))
            .collect();
        assert_eq!(read, [Ok(a.to_owned()), Ok(b.to_owned())], "{raw:?}");
    }
}

#[test]
fn reading_many_keeps_inner_numbers_with_their_numbers_and_names_what_fails() {
    let readings = reader("BY").read_many(
        "+375291112233 доб. 12, +375331234567;ext=7; 80441234567,,15; 151, 30x; anonymous",
    );
    let told: Vec<String> = readings
        .iter()
        .map(|reading| match reading {
            Ok(reading) => format!("{} {:?}", reading.number(), reading.extension()),
            Err(error) => format!("{:?} {}", error.raw(), error.reason()),
        })
        .collect();
    assert_eq!(
        told,
        [
            "+375291112233 Some(\"12\")",
            "+375331234567 Some(\"7\")",
            "+375441234567 Some(\"15\")",
            "\"151\" extension",
            "\"30x; anonymous\" not_a_number",
        ]
    );
    assert_eq!(reader("DE").read_many("030/12345678").len(), 1);
    let nothing = reader("BY").read_many("");
    assert!(
        matches!(nothing.as_slice(), [Err(error)] if error.reason() == PhoneRefusal::Hidden),
        "{nothing:?}"
    );
}

#[test]
fn an_error_tells_the_operator_what_is_wrong_and_what_to_write() {
    for (code, raw, message) in [
        (
            "BY",
            "2001122",
            "`2001122` is too short for a number in BY; add the area or operator code, or write \
             the number in full, such as +375291112233",
        ),
        (
            "BY",
            "+80291112233",
            "`+80291112233` begins with no country's code; after + comes the country code, as in \
             +375291112233; a national number (80…, 8…, 0…) is written without +",
        ),
        (
            "BY",
            " ",
            "an empty text holds no number: the caller's is hidden or unknown; write the number \
             with + and the country code, such as +375291112233",
        ),
        (
            "BY",
            "\u{1b}[31mred\u{202e} text that goes on and on and on",
            "`\\u{1b}[31mred\\u{202e} text that goes on and o…` is not a phone number; \
             write the number with + and the country code, such as +375291112233",
        ),
    ] {
        let error = refusal(code, raw);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.raw(), raw);
    }
}

#[test]
fn an_unknown_region_is_named() {
    assert_eq!(region("kz"), region(" KZ "));
    for given in ["XX", "Belarus", "", "001", "Б"] {
        let error = given.parse::<Region>().unwrap_err();
        assert!(error.to_string().contains(&format!("`{given}`")), "{error}");
    }
    assert_eq!(
        serde_json::from_str::<Region>("\"ru\"").unwrap(),
        region("RU")
    );
    assert_eq!(serde_json::to_string(&region("RU")).unwrap(), "\"RU\"");
}

#[test]
fn e164_is_exact() {
    for (text, reason) in [
        ("", PhoneRefusal::Hidden),
        ("375291112233", PhoneRefusal::NoRegion),
        ("+375 29 1112233", PhoneRefusal::NotANumber),
        (" +375291112233", PhoneRefusal::NotANumber),
        ("++375291112233", PhoneRefusal::NotANumber),
        ("+", PhoneRefusal::NotANumber),
        ("+３７５291112233", PhoneRefusal::NotANumber),
        ("+3750291112233", PhoneRefusal::TooLong),
        ("+0375291112233", PhoneRefusal::UnknownCountry),
        ("+999", PhoneRefusal::UnknownCountry),
        ("+375", PhoneRefusal::TooShort),
        ("+375251234567", PhoneRefusal::NotInUse),
        ("+4981049350672537", PhoneRefusal::TooLong),
    ] {
        let error = PhoneNumber::from_e164(text).expect_err(text);
        assert_eq!(error.reason(), reason, "{text:?}: {error}");
    }
}

#[test]
fn a_number_says_what_it_is() {
    for (e164, country_code, national, home, kind, masked) in [
        (
            "+375291112233",
            375,
            "291112233",
            Some("BY"),
            PhoneKind::Mobile,
            "+37529***2233",
        ),
        (
            "+375172001122",
            375,
            "172001122",
            Some("BY"),
            PhoneKind::Fixed,
            "+37517***1122",
        ),
        (
            "+79161234567",
            7,
            "9161234567",
            Some("RU"),
            PhoneKind::Mobile,
            "+791***4567",
        ),
        (
            "+77012345678",
            7,
            "7012345678",
            Some("KZ"),
            PhoneKind::Mobile,
            "+770***5678",
        ),
        (
            "+78005553535",
            7,
            "8005553535",
            Some("RU"),
            PhoneKind::TollFree,
            "+780***3535",
        ),
        (
            "+12125550123",
            1,
            "2125550123",
            Some("US"),
            PhoneKind::FixedOrMobile,
            "+121***0123",
        ),
        (
            "+390612345678",
            39,
            "0612345678",
            Some("IT"),
            PhoneKind::Fixed,
            "+3906***5678",
        ),
        (
            "+80012345678",
            800,
            "12345678",
            None,
            PhoneKind::TollFree,
            "+800***5678",
        ),
        (
            "+29022158",
            290,
            "22158",
            Some("SH"),
            PhoneKind::FixedOrMobile,
            "+290***58",
        ),
    ] {
        let number = number(e164);
        assert_eq!(number.to_string(), e164);
        assert_eq!(format!("{number:?}"), format!("PhoneNumber({e164})"));
        assert_eq!(number.digits(), &e164[1..]);
        assert_eq!(number.country_code(), country_code, "{e164}");
        assert_eq!(number.national_digits(), national, "{e164}");
        assert_eq!(number.region(), home.map(region), "{e164}");
        assert_eq!(number.masked(), masked);
        if e164 != "+29022158" {
            assert_eq!(number.kind(), kind, "{e164}");
        }
    }
}

#[test]
fn numbers_travel_as_text_and_are_checked_on_arrival() {
    let number = number("+375291112233");
    let json = serde_json::to_string(&number).unwrap();
    assert_eq!(json, "\"+375291112233\"");
    assert_eq!(serde_json::from_str::<PhoneNumber>(&json).unwrap(), number);
    let error = serde_json::from_str::<PhoneNumber>("\"+375251234567\"").unwrap_err();
    assert!(error.to_string().contains("not a number in use"), "{error}");
}

#[test]
fn search_spellings_hold_the_form_dialled_at_home_where_there_is_one() {
    for (e164, dialled) in [
        ("+375291112233", Some("80291112233")),
        ("+375172001122", Some("80172001122")),
        ("+3758001234567", Some("88001234567")),
        ("+79161234567", Some("89161234567")),
        ("+78121234567", Some("88121234567")),
        ("+77012345678", Some("87012345678")),
        ("+99365123456", Some("865123456")),
        ("+380671234567", Some("0671234567")),
        ("+4915123456789", Some("015123456789")),
        ("+995555123456", Some("0555123456")),
        ("+442079460018", Some("02079460018")),
        ("+3612345678", Some("0612345678")),
        ("+48512345678", None),
        ("+390612345678", None),
        ("+12125550123", None),
        ("+80012345678", None),
    ] {
        let expected: Vec<&str> = [Some(e164), Some(&e164[1..]), dialled]
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(number(e164).search_spellings(), expected);
    }
}

/// Numbers of many plans: the last four digits are replaced, and what is still assigned counts.
const SEEDS: &[&str] = &[
    "+375291112233",
    "+375172001122",
    "+3758001234567",
    "+79161234567",
    "+78121234567",
    "+78432345678",
    "+77012345678",
    "+77172123456",
    "+380671234567",
    "+48512345678",
    "+37061234567",
    "+37120123456",
    "+3725123456",
    "+4915123456789",
    "+493012345678",
    "+12125550123",
    "+995555123456",
    "+37477123456",
    "+994401234567",
    "+998901234567",
    "+996700123456",
    "+992917123456",
    "+99365123456",
    "+37362112345",
    "+442079460018",
    "+390612345678",
    "+393123456789",
    "+33123456789",
    "+34612345678",
    "+3612345678",
    "+420601123456",
    "+905012345678",
    "+972502345678",
    "+971501234567",
    "+8613123456789",
    "+819012345678",
    "+82212345678",
    "+84912345678",
    "+85251234567",
    "+5491123456789",
    "+5511961234567",
    "+525512345678",
    "+61412345678",
    "+27711234567",
    "+2348021234567",
    "+80012345678",
    "+881612345678",
];

const REGIONS: &[&str] = &[
    "-", "BY", "RU", "KZ", "UA", "PL", "LT", "DE", "US", "GE", "UZ", "GB", "IT", "FR", "CN", "JP",
    "BR", "AR", "MX", "TR", "IL", "AU",
];

fn valid_number() -> impl Strategy<Value = PhoneNumber> {
    (proptest::sample::select(SEEDS), 0..10_000_u32).prop_filter_map(
        "not assigned",
        |(seed, tail)| {
            let head = &seed[..seed.len() - 4];
            PhoneNumber::from_e164(&format!("{head}{tail:04}")).ok()
        },
    )
}

/// Texts made of what phone fields hold, sensible or not.
fn phone_like_text() -> impl Strategy<Value = String> {
    const PARTS: &[&str] = &[
        "+",
        "8",
        "0",
        "00",
        "810",
        "8~10",
        "7",
        "375",
        "29",
        "1112233",
        "9161234567",
        "151",
        " ",
        "-",
        "(",
        ")",
        "/",
        " / ",
        ",",
        ",,",
        ";",
        ";ext=",
        ";phone-context=",
        "+375",
        "tel:",
        "sip:",
        "@",
        "@host.test",
        "<",
        ">",
        "\"",
        "доб. ",
        "х",
        "x",
        "#",
        "*",
        "~",
        "|",
        "\n",
        "\t",
        "&",
        "Иван ",
        "anonymous",
        "://",
        "https://a.test/",
        "%2B",
        "%",
        "\u{202a}",
        "٣",
        "７",
        "🙂",
        ".",
        "=",
        "№",
    ];
    proptest::collection::vec(proptest::sample::select(PARTS), 0..14).prop_map(|all| all.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), phone_like_text()]
}

proptest! {
    #[test]
    fn e164_is_read_as_itself_in_every_region(
        number in valid_number(),
        code in proptest::sample::select(REGIONS),
    ) {
        for mode in [BareDigits::Auto, BareDigits::International] {
            let reading = reader(code).with_bare_digits(mode).read(number.e164());
            prop_assert_eq!(reading.map(|reading| reading.number()), Ok(number));
        }
    }

    #[test]
    fn search_spellings_lead_back_to_their_number_at_home(number in valid_number()) {
        let home = number.region().map_or(PhoneReader::new(), |home| {
            PhoneReader::new().with_region(home)
        });
        for spelling in number.search_spellings() {
            // Bare digits are the one form that a plan may also read as its own (Germany).
            let mode = if spelling == number.digits() {
                BareDigits::International
            } else {
                BareDigits::Auto
            };
            let reading = home.with_bare_digits(mode).read(&spelling);
            prop_assert_eq!(reading.map(|reading| reading.number()), Ok(number), "{}", spelling);
        }
    }

    #[test]
    fn reading_anything_ends_well_and_reading_again_changes_nothing(
        text in any_text(),
        code in proptest::sample::select(REGIONS),
    ) {
        let reader = reader(code);
        let many = reader.read_many(&text);
        prop_assert!(!many.is_empty());
        match reader.read(&text) {
            Ok(reading) => {
                let again = reader.read(reading.number().e164());
                prop_assert_eq!(again.map(|again| again.number()), Ok(reading.number()));
                prop_assert_eq!(many, [Ok(reading)]);
            }
            Err(error) => {
                prop_assert_eq!(error.raw(), &text);
                prop_assert!(!error.to_string().contains(char::is_control));
                let numbers = many.iter().filter(|reading| reading.is_ok()).count();
                prop_assert!(
                    numbers < 2 || error.reason() == PhoneRefusal::Several,
                    "{} numbers, but {}", numbers, error
                );
            }
        }
        let _ = PhoneNumber::from_e164(&text);
        let _ = text.parse::<Region>();
    }
}
