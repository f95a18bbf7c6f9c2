//! Numbers, regions and errors as values.

use vochi_crm_core::phone::{PhoneKind, PhoneNumber, PhoneRefusal, Region};

use super::{number, refusal, region};

#[test]
fn error_has_the_reason_and_a_hint() {
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
            "`\\u{1b}[31mred\\u{202e} text that goes on and on and o…` is not a phone number; \
             write the number with + and the country code, such as +375291112233",
        ),
    ] {
        let error = refusal(code, raw);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.raw(), raw);
    }
}

#[test]
fn unknown_region_error_names_it() {
    assert_eq!(region("kz"), region(" KZ "));
    for given in ["XX", "Belarus", "", "001", "Б"] {
        let error = given.parse::<Region>().unwrap_err();
        assert!(error.to_string().contains(&format!("`{given}`")), "{error}");
    }
    assert_eq!(serde_json::from_str::<Region>("\"ru\"").unwrap(), region("RU"));
    assert_eq!(serde_json::to_string(&region("RU")).unwrap(), "\"RU\"");
}

#[test]
fn from_e164_is_strict() {
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
fn number_has_country_region_and_kind() {
    for (e164, country_code, national, home, kind, masked) in [
        ("+375291112233", 375, "291112233", Some("BY"), PhoneKind::Mobile, "+37529***2233"),
        ("+375172001122", 375, "172001122", Some("BY"), PhoneKind::Fixed, "+37517***1122"),
        ("+79161234567", 7, "9161234567", Some("RU"), PhoneKind::Mobile, "+791***4567"),
        ("+77012345678", 7, "7012345678", Some("KZ"), PhoneKind::Mobile, "+770***5678"),
        ("+78005553535", 7, "8005553535", Some("RU"), PhoneKind::TollFree, "+780***3535"),
        ("+12125550123", 1, "2125550123", Some("US"), PhoneKind::FixedOrMobile, "+121***0123"),
        ("+390612345678", 39, "0612345678", Some("IT"), PhoneKind::Fixed, "+3906***5678"),
        ("+80012345678", 800, "12345678", None, PhoneKind::TollFree, "+800***5678"),
        ("+29022158", 290, "22158", Some("SH"), PhoneKind::Fixed, "+290***58"),
    ] {
        let number = number(e164);
        assert_eq!(number.to_string(), e164);
        assert_eq!(format!("{number:?}"), format!("PhoneNumber({e164})"));
        assert_eq!(number.digits(), &e164[1..]);
        assert_eq!(number.country_code(), country_code, "{e164}");
        assert_eq!(number.national_digits(), national, "{e164}");
        assert_eq!(number.region(), home.map(region), "{e164}");
        assert_eq!(number.masked(), masked);
        assert_eq!(number.kind(), kind, "{e164}");
    }
}

#[test]
fn number_serializes_as_text_and_is_validated() {
    let number = number("+375291112233");
    let json = serde_json::to_string(&number).unwrap();
    assert_eq!(json, "\"+375291112233\"");
    assert_eq!(serde_json::from_str::<PhoneNumber>(&json).unwrap(), number);
    let error = serde_json::from_str::<PhoneNumber>("\"+375251234567\"").unwrap_err();
    assert!(error.to_string().contains("not a number in use"), "{error}");
}

#[test]
fn search_spellings_include_the_national_form() {
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
        let expected: Vec<&str> =
            [Some(e164), Some(&e164[1..]), dialled].into_iter().flatten().collect();
        assert_eq!(number(e164).search_spellings(), expected);
    }
}
