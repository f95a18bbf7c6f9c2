//! Properties of all numbers and texts.

use proptest::prelude::*;
use vochi_crm_core::phone::{BareDigits, PhoneNumber, PhoneReader, PhoneRefusal, Region};

use super::reader;

/// Numbers of many plans: the last four digits are replaced, and results that are still assigned
/// are used.
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
    "BR", "AR", "MX", "TR", "IL", "AU", "MD", "AM", "CL",
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

/// Texts of parts that occur in phone fields.
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
        ".0",
        ",00",
        "E+11",
        "(Viber)",
        " моб.",
        "A1 ",
        " и ",
        " or ",
        "\\",
        "> ",
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
    fn search_spellings_parse_as_their_number(number in valid_number()) {
        let home = number.region().map_or(PhoneReader::new(), |home| {
            PhoneReader::new().with_region(home)
        });
        for spelling in number.search_spellings() {
            // Bare digits are the only form that a plan may also read as a national number
            // (Germany).
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
    fn parsing_any_text_is_safe_and_idempotent(
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
