//! Several numbers in one text.

use vochi_crm_core::phone::PhoneRefusal;

use super::{assert_reads, assert_refuses, read_many, refusal};

/// Asserts that a text is refused as one number, and read as several.
#[track_caller]
fn assert_holds(code: &str, raw: &str, expected: &[&str]) {
    assert_refuses(code, raw, PhoneRefusal::Several);
    assert_eq!(read_many(code, raw), expected, "{raw:?} in {code}");
}

#[test]
fn two_numbers_joined_by_a_word_are_split() {
    for word in [
        "и",
        "или",
        "либо",
        "і",
        "й",
        "та",
        "або",
        "альбо",
        "and",
        "or",
        "и/или",
        ", и",
        ", а также",
        "(Viber) и",
        "моб. или",
        "Viber",
        "раб.,",
        "A1",
        "; моб.:",
        "(Анна),",
    ] {
        for (first, second) in [
            ("80291112233", "80331234567"),
            ("+375291112233", "+375331234567"),
            ("8 029 111-22-33", "8 (033) 123-45-67"),
            ("375291112233.0", "375331234567.0"),
        ] {
            let raw = format!("{first} {word} {second}");
            assert_holds("BY", &raw, &["+375291112233", "+375331234567"]);
            let raw = format!("{raw} (WhatsApp)");
            assert_holds("BY", &raw, &["+375291112233", "+375331234567"]);
        }
    }
}

#[test]
fn two_numbers_with_a_mark_between_are_split() {
    for mark in ["/", " / ", ";", ",", " | ", "\\", " \\ ", " • ", "&", "\n"] {
        for (first, second) in [
            ("80291112233", "80331234567"),
            ("8 029 111-22-33 (Viber)", "8 033 123-45-67 моб."),
            ("375291112233,0", "375331234567,0"),
        ] {
            let raw = format!("{first}{mark}{second}");
            assert_holds("BY", &raw, &["+375291112233", "+375331234567"]);
        }
    }
}

#[test]
fn two_numbers_with_blanks_between_are_split() {
    let (first, second) = ("+375291112233", "+375331234567");
    for raw in [
        "80291112233 80331234567",
        "8 029 111 22 33 8 033 123 45 67",
        "+375 29 111-22-33 8 033 123-45-67",
        "80291112233 - 80331234567",
        "80291112233 Viber 80331234567 моб",
    ] {
        assert_holds("BY", raw, &[first, second]);
    }
    assert_holds("BY", "80291112233 80331234567 80441234567", &[first, second, "+375441234567"]);
    assert_holds("BY", "8 029 111 22 33 79161234567", &[first, "+79161234567"]);
}

#[test]
fn ambiguous_numbers_are_not_split() {
    for (region, raw) in [
        // A number of Berlin is complete after six digits and after eight.
        ("DE", "030 123 456 78 030 123 456 78"),
        // The second part has the digits of another country's number.
        ("DE", "030 123456 7890 1234567 8901"),
    ] {
        assert_holds(region, raw, &[&format!("{raw}: several")]);
    }
    assert_refuses("BY", "8 029 111 22 33 44 55 66", PhoneRefusal::TooLong);
}

#[test]
fn three_numbers_with_different_separators_are_split() {
    assert_holds(
        "RU",
        "8 (495) 123-45-67 доб. 12, 8 916 123-45-67 (моб.) и 8 (812) 123-45-67",
        &["+74951234567 ext 12", "+79161234567", "+78121234567"],
    );
}

#[test]
fn extension_stays_with_its_number_in_a_list() {
    assert_holds(
        "BY",
        "80291112233 доб. 12 и 80331234567 вн. 13",
        &["+375291112233 ext 12", "+375331234567 ext 13"],
    );
    assert_holds(
        "BY",
        "+375291112233 доб.12 / +375331234567",
        &["+375291112233 ext 12", "+375331234567"],
    );
}

#[test]
fn two_extensions_are_refused_as_several() {
    let (number, extension) = ("+375291112233 ext 12", "13: extension");
    assert_holds("BY", "80291112233 доб. 12 и 13", &[number, extension]);
    assert_holds("BY", "80291112233 доб. 12/13", &[number, extension]);
    assert_holds("BY", "151 и 152", &["151: extension", "152: extension"]);
}

#[test]
fn second_ending_of_a_number_is_not_a_part_of_it() {
    for raw in ["29 111-22-33/34", "8 029 111-22-33/34", "8 029 111-22-33 и 34"] {
        assert_holds("BY", raw, &["+375291112233", "34: extension"]);
    }
    assert_holds("BY", "29 111-22-33/4", &["+375291112233", "4: too_short"]);
    assert_holds("DE", "+49 30 1234567/12", &["+49301234567", "12: extension"]);
    for (region, raw, e164) in [
        ("DE", "030/12345678", "+493012345678"),
        ("DE", "0151/2345678/9", "+4915123456789"),
        ("FR", "01/23/45/67/89", "+33123456789"),
    ] {
        assert_reads(region, raw, e164);
    }
}

#[test]
fn unmarked_extension_in_parentheses_is_separate() {
    assert_holds("BY", "80291112233 (151)", &["+375291112233", "151: extension"]);
    assert_holds("DE", "+49 30 1234567 (12)", &["+49301234567", "12: extension"]);
    assert_reads("BY", "(+375291112233)", "+375291112233");
}

#[test]
fn second_address_is_not_ignored() {
    for raw in [
        "Иван <80291112233> Анна <80331234567>",
        "Иван <80291112233> 80331234567",
        "80291112233@host.test 80331234567@host.test",
        "https://wa.me/375291112233 375331234567",
    ] {
        assert_holds("BY", raw, &["+375291112233", "+375331234567"]);
    }
    let channel = "Local/80291112233@from-internal-00000001";
    assert_reads("BY", channel, "+375291112233");
}

#[test]
fn numbers_followed_by_names_are_refused_as_several() {
    assert_holds(
        "BY",
        "80291112233 Анна 80331234567 Иван",
        &["80291112233 Анна: not_a_number", "80331234567 Иван: not_a_number"],
    );
    // Neither a time nor a date is a second number.
    for raw in ["80291112233 от 01.02.2024", "80291112233 звонить 10:00-18:00"] {
        assert_refuses("BY", raw, PhoneRefusal::NotANumber);
    }
}

#[test]
fn refusal_of_several_numbers_has_a_hint() {
    assert_eq!(
        refusal("BY", "80291112233 и 80331234567").to_string(),
        "`80291112233 и 80331234567` holds more than one number; write one number only, such as \
         +375291112233, and any other in a field of its own"
    );
}
