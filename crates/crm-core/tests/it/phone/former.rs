//! Former spellings of numbers.

use vochi_crm_core::phone::{BareDigits, PhoneRefusal};

use super::{assert_reads, assert_refuses, number, reader, refusal};

#[test]
fn soviet_eight_before_the_zero_is_read() {
    for (region, raw, e164) in [
        ("UA", "80671234567", "+380671234567"),
        ("UA", "8 067 123-45-67", "+380671234567"),
        ("UA", "8 (044) 234-56-78", "+380442345678"),
        ("AM", "8 077 123456", "+37477123456"),
        ("AZ", "8 050 123 45 67", "+994501234567"),
        ("GE", "8 0 555 123456", "+995555123456"),
        ("KG", "8 0700 123456", "+996700123456"),
        ("MD", "8 0621 12345", "+37362112345"),
        ("BY", "8 029 111-22-33", "+375291112233"),
    ] {
        assert_reads(region, raw, e164);
    }
}

#[test]
fn soviet_eight_without_the_zero_is_refused_with_a_hint() {
    for (region, raw) in [
        ("UA", "8 67 123 45 67"),
        ("AM", "8 77 123456"),
        ("AZ", "8 50 123 45 67"),
        ("EE", "8 5123 4567"),
        ("GE", "8 (32) 2 12 34 56"),
        ("KG", "8 700 123456"),
        ("LV", "8 2012 3456"),
        ("TJ", "8 917 12 34 56"),
        ("UZ", "8 90 123 45 67"),
        // Also a number of China.
        ("MD", "8 621 12345"),
    ] {
        assert_refuses(region, raw, PhoneRefusal::FormerTrunk);
    }
    assert_eq!(
        refusal("MD", "8 621 12345").to_string(),
        "`8 621 12345` begins with a trunk prefix that is no longer dialled in MD; leave the prefix \
         out, or write the number with + and the country code"
    );
    // Toll free in Russia, and a number of Ukraine after the 8.
    assert_refuses("UA", "8-800-555-35-35", PhoneRefusal::ForeignTrunk);
    assert_reads("MD", "+862112345", "+862112345");
    let trunk = reader("MD").with_bare_digits(BareDigits::International);
    let read = trunk.read("862112345").map(|reading| reading.number());
    assert_eq!(read, Ok(number("+862112345")));
}

#[test]
fn eight_in_current_use_is_read() {
    for (region, raw, e164) in [
        ("KZ", "8 701 234 56 78", "+77012345678"),
        ("KZ", "8 (727) 234-56-78", "+77272345678"),
        ("KZ", "+7 8 701 234 56 78", "+77012345678"),
        ("RU", "+7 (8916) 123-45-67", "+79161234567"),
        ("TM", "8 65 123456", "+99365123456"),
        ("LT", "8 612 34567", "+37061234567"),
        ("BY", "+375 8 029 111 22 33", "+375291112233"),
    ] {
        assert_reads(region, raw, e164);
    }
}

#[test]
fn former_zero_is_refused_with_a_hint() {
    for (region, raw) in [
        ("PL", "0 22 123 45 67"),
        ("PL", "0-512-345-678"),
        ("CZ", "0 601 123 456"),
        ("CL", "09 6123 4567"),
        // Also the current form of a mobile of Ukraine.
        ("PL", "067 123 45 67"),
    ] {
        assert_refuses(region, raw, PhoneRefusal::FormerTrunk);
    }
    assert_reads("PL", "0048 22 1234567", "+48221234567");
    assert_refuses("RU", "0 916 123 45 67", PhoneRefusal::TooLong);
}

#[test]
fn former_mobile_prefixes_of_mexico_are_read() {
    for raw in [
        "+52 1 55 1234 5678",
        "5215512345678",
        "+52 01 55 1234 5678",
        "+52 044 55 1234 5678",
        "00 52 1 55 1234 5678",
        "+52 55 1234 5678",
    ] {
        for region in ["MX", "BY", "-"] {
            assert_reads(region, raw, "+525512345678");
        }
    }
    for raw in ["044 55 1234 5678", "045 55 1234 5678", "01 55 1234 5678", "55 1234 5678"] {
        assert_reads("MX", raw, "+525512345678");
    }
    // Also a number of New Jersey.
    assert_refuses("MX", "1 55 1234 5678", PhoneRefusal::FormerTrunk);
    assert_reads("MX", "1 212 555 0123", "+12125550123");
}

#[test]
fn mobiles_of_argentina_are_read_with_either_mark() {
    for raw in [
        "+54 9 11 2345 6789",
        "+54 11 15 2345 6789",
        "+54 9 11 15 2345 6789",
        "+54 9 011 15 2345 6789",
        "011 15 2345-6789",
        "11 15 2345 6789",
        "9 11 2345 6789",
    ] {
        assert_reads("AR", raw, "+5491123456789");
    }
    assert_reads("AR", "+54 11 2345 6789", "+541123456789");
    // Neither mark is guessed, nor is the area.
    assert_refuses("AR", "+54 9 011 2345 6789", PhoneRefusal::TooLong);
    assert_refuses("AR", "15 2345 6789", PhoneRefusal::NotInUse);
}
