//! Forms written by people, PBXs and CRMs.

use vochi_crm_core::phone::{BareDigits, PhoneKind, PhoneRefusal};

use super::{assert_reads, assert_refuses, number, reader, refusal, region};

#[test]
fn russian_numbers_with_leading_eight_are_kept() {
    for (e164, spellings) in [
        (
            "+78121234567",
            ["+7 812 123-45-67", "8 (812) 123-45-67", "78121234567", "8121234567", "0078121234567"],
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
fn belarusian_toll_free_numbers_are_kept() {
    for spelling in
        ["+3758001234567", "+375 800 123-45-67", "3758001234567", "8 800 123-45-67", "88001234567"]
    {
        let read = assert_reads("BY", spelling, "+3758001234567").number();
        assert_eq!(read.kind(), PhoneKind::TollFree);
    }
    // The engine's own reading would take 8 for the trunk prefix and leave no number.
    assert_reads("BY", "+3758102439571", "+3758102439571");
}

#[test]
fn marks_from_copying_and_typing_are_ignored() {
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
fn extension_after_a_number_is_separate() {
    for (raw, extension) in [
        ("+375291112233 доб. 151", "151"),
        ("+375291112233 (доб. 151)", "151"),
        ("+375291112233, доб.151", "151"),
        ("+375291112233 Доб: 151", "151"),
        ("80291112233 вн. 12", "12"),
        ("+375291112233 ext. 151", "151"),
        ("+375291112233 x15", "15"),
        ("+375291112233;ext=7", "7"),
        ("tel:+375291112233;ext=1-51;phone-context=example.test", "151"),
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
    assert_eq!(assert_reads("BY", "+375291112233", "+375291112233").extension(), None);
    assert_eq!(assert_reads("BY", "80291112233#", "+375291112233").extension(), None);
}

#[test]
fn international_prefixes_are_read() {
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
fn bare_digits_are_national_first_by_default() {
    assert_reads("DE", "4915123456789", "+494915123456789");
    let trunk = reader("DE").with_bare_digits(BareDigits::International);
    for (raw, e164) in [
        ("4915123456789", "+4915123456789"),
        ("375291112233", "+375291112233"),
        // Digits that are not an international number are still read as national.
        ("015123456789", "+4915123456789"),
        ("00375291112233", "+375291112233"),
        ("+375291112233", "+375291112233"),
    ] {
        let read = trunk.read(raw).map(|reading| reading.number().to_string());
        assert_eq!(read.as_deref(), Ok(e164), "{raw:?}");
    }
}

#[test]
fn ambiguous_russian_eight_is_refused() {
    // Moscow with its trunk prefix, or a mobile of Viet Nam.
    assert_refuses("BY", "8 (495) 123-45-67", PhoneRefusal::ForeignTrunk);
    assert_refuses("-", "8 (495) 123-45-67", PhoneRefusal::NoRegion);
    assert_reads("RU", "84951234567", "+74951234567");
    assert_reads("VN", "84951234567", "+84951234567");
    assert_reads("BY", "+84951234567", "+84951234567");
    let trunk = reader("BY").with_bare_digits(BareDigits::International);
    let read = trunk.read("84951234567").map(|reading| reading.number());
    assert_eq!(read, Ok(number("+84951234567")));
    // Not a number of Russia or Kazakhstan.
    assert_reads("BY", "81312345678", "+81312345678");
}

#[test]
fn local_number_is_not_an_island_number() {
    // +290 8999 is Tristan da Cunha, 290-89-99 a number in Minsk.
    assert_refuses("BY", "290-89-99", PhoneRefusal::TooShort);
    assert_refuses("-", "2908999", PhoneRefusal::NoRegion);
    assert_reads("BY", "+2908999", "+2908999");
}

#[test]
fn national_forms_need_a_region() {
    for raw in ["80291112233", "8 (495) 123-45-67", "0671234567"] {
        assert_refuses("-", raw, PhoneRefusal::NoRegion);
    }
    assert_reads("-", "+375 (29) 111-22-33", "+375291112233");
}

#[test]
fn missing_number_is_hidden() {
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
fn bare_extension_is_refused_with_its_digits() {
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
fn several_numbers_need_read_many() {
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
fn read_many_keeps_extensions_and_reports_failures() {
    let readings = reader("BY").read_many(
        "+375291112233 доб. 12, +375331234567;ext=7; 80441234567,,15; 151, 30x; anonymous",
    );
    let results: Vec<String> = readings
        .iter()
        .map(|reading| match reading {
            Ok(reading) => format!("{} {:?}", reading.number(), reading.extension()),
            Err(error) => format!("{:?} {}", error.raw(), error.reason()),
        })
        .collect();
    assert_eq!(
        results,
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
