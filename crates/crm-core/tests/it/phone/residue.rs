//! Artefacts of spreadsheets, messengers and address books.

use vochi_crm_core::phone::{BareDigits, PhoneRefusal};

use super::{assert_reads, assert_refuses, read_many, reader, refusal};

#[test]
fn decimals_of_a_spreadsheet_are_removed() {
    for raw in [
        "375291112233.0",
        "375291112233.00",
        "375291112233,0",
        "375291112233,00",
        "+375291112233.0",
        "-375291112233.0",
        "80291112233.0",
        "291112233.0",
        "375 291 112 233.00",
        "375\u{a0}291\u{a0}112\u{a0}233,00",
        "+375 29 111-22-33.0",
        "'375291112233.0",
        "тел. 375291112233.0",
        "375291112233.0 (Viber)",
    ] {
        let reading = assert_reads("BY", raw, "+375291112233");
        assert_eq!(reading.extension(), None, "{raw:?}");
    }
    assert_reads("-", "375291112233.0", "+375291112233");
    assert_reads("BY", "375291112230.0", "+375291112230");
    // With its decimals this would be a valid number of Berlin, too.
    assert_reads("DE", "3012345678.0", "+493012345678");
    let reading = assert_reads("BY", "375291112233.0 доб. 12", "+375291112233");
    assert_eq!(reading.extension(), Some("12"));
}

#[test]
fn decimals_are_removed_from_international_digits() {
    let trunk = reader("DE").with_bare_digits(BareDigits::International);
    for raw in ["4915123456789.0", "4915123456789,0", "4915123456789"] {
        let read = trunk.read(raw).map(|reading| reading.number().to_string());
        assert_eq!(read.as_deref(), Ok("+4915123456789"), "{raw:?}");
    }
}

#[test]
fn decimals_of_an_extension_are_removed() {
    for raw in ["151.0", "151,0", "151.00"] {
        let error = refusal("BY", raw);
        assert_eq!(error.reason(), PhoneRefusal::Extension, "{raw:?}");
        assert_eq!(error.extension(), Some("151"), "{raw:?}");
    }
    assert_refuses("BY", "0.0", PhoneRefusal::Hidden);
}

#[test]
fn dots_between_groups_are_not_decimals() {
    for (region, raw, e164) in [
        ("BY", "+375.29.111.22.33", "+375291112233"),
        ("BY", "8.029.111.22.33", "+375291112233"),
        ("BY", "29.111.22.00", "+375291112200"),
        ("BY", "8029 111-22.00", "+375291112200"),
        ("FR", "01.23.45.67.00", "+33123456700"),
        ("US", "212.555.0123", "+12125550123"),
    ] {
        assert_reads(region, raw, e164);
    }
    assert_refuses("BY", "8.029.111.22.33.0", PhoneRefusal::TooLong);
    // The decimals of a local number are not the end of a mobile one.
    assert_refuses("BY", "2911122.00", PhoneRefusal::TooShort);
    assert_refuses("BY", "375291112233.5", PhoneRefusal::TooLong);
}

#[test]
fn comma_before_zeros_in_a_phone_number_is_a_pause() {
    let reading = assert_reads("BY", "8 (029) 111-22-33,,0", "+375291112233");
    assert_eq!(reading.extension(), Some("0"));
}

#[test]
fn scientific_notation_is_refused_with_the_right_form() {
    for raw in [
        "3.75291E+11",
        "3,75291E+11",
        "3.75291112233E+11",
        "3.75e11",
        "4E+11",
        "3,75Е+11",
        "тел. 3.75291E+11",
    ] {
        assert_refuses("BY", raw, PhoneRefusal::ScientificNotation);
        let read = read_many("BY", raw);
        assert_eq!(read, [format!("{raw}: scientific_notation")], "{raw:?}");
    }
    assert_eq!(
        refusal("BY", "3.75291E+11").to_string(),
        "`3.75291E+11` is written in a spreadsheet's scientific notation, which drops digits; \
         format the column as text and write the number in full, such as +375291112233"
    );
}

#[test]
fn labels_around_a_number_are_removed() {
    for raw in [
        "+375 29 111-22-33 (Viber)",
        "+375 29 111-22-33 Viber",
        "+375291112233(viber)",
        "+375291112233 (WhatsApp)",
        "+375291112233 (Telegram)",
        "+375291112233 [Вайбер]",
        "+375291112233 (Viber, WhatsApp)",
        "+375291112233 Viber/WhatsApp",
        "+375291112233 Viber и Telegram",
        "+375291112233, Viber",
        "+375291112233; Viber",
        "+375291112233 — Viber.",
        "80291112233 (моб.)",
        "80291112233 моб",
        "80291112233моб.",
        "80291112233 (раб)",
        "80291112233 раб., моб.",
        "80291112233 маб.",
        "80291112233 домашний",
        "80291112233 (A1)",
        "80291112233 А1",
        "80291112233 work",
        "viber: +375291112233",
        "Вайбер: 80291112233",
        "Telegram +375291112233",
        "(Viber) 80291112233",
        "A1: +375291112233",
        "А1 80291112233",
        "whatsapp:+375291112233",
        "375291112233@s.whatsapp.net",
    ] {
        let reading = assert_reads("BY", raw, "+375291112233");
        assert_eq!(reading.extension(), None, "{raw:?}");
        assert_eq!(read_many("BY", raw), ["+375291112233"], "{raw:?}");
    }
}

#[test]
fn remark_in_parentheses_is_removed_unless_it_holds_digits() {
    assert_reads("BY", "80291112233 (Анна, бухгалтер)", "+375291112233");
    assert_reads("BY", "80291112233 (звонить после обеда)", "+375291112233");
    for raw in [
        "80291112233 (до 18:00)",
        "80291112233 (доб.)",
        "80291112233 Анна",
        "80291112233 и",
        "80291112233 Viber и",
        "+375 (моб) 291112233",
    ] {
        assert_refuses("BY", raw, PhoneRefusal::NotANumber);
    }
}

#[test]
fn errors_and_masks_of_a_spreadsheet_are_not_service_codes() {
    assert_refuses("BY", "#REF!", PhoneRefusal::NotANumber);
    for raw in ["#N/A", "########", "***"] {
        assert_refuses("BY", raw, PhoneRefusal::Hidden);
    }
}

#[test]
fn extension_is_read_in_the_languages_of_the_region() {
    for mark in [
        "доб.",
        "дб.",
        "доб",
        "добавочный",
        "вн.",
        "внутр.",
        "внутренний номер",
        "доб. №",
        "дад.",
        "дадатковы",
        "дод.",
        "додатковий",
        "внутрішній",
        "ext.",
        "extension",
        "x",
        "wew.",
    ] {
        for raw in [
            format!("+375291112233 {mark} 12"),
            format!("+375291112233 ({mark} 12)"),
            format!("+375291112233, {mark} 12"),
            format!("+375291112233 {mark}12"),
            format!("+375291112233 (Viber) {mark} 12"),
            format!("+375291112233 {mark} 12 (раб.)"),
            format!("+375291112233 / {mark} 12"),
        ] {
            let reading = assert_reads("BY", &raw, "+375291112233");
            assert_eq!(reading.extension(), Some("12"), "{raw:?}");
            assert_eq!(read_many("BY", &raw), ["+375291112233 ext 12"], "{raw:?}");
        }
    }
    let reading = assert_reads("BY", "+375291112233 № 12", "+375291112233");
    assert_eq!(reading.extension(), Some("12"));
}
