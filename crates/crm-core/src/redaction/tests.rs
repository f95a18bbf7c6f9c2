use std::time::{Duration, Instant};

use super::*;

const KEY: &str = "Invented key/0001+=\"&<ключ>";

type Encode = fn(&str) -> String;

fn redactor() -> Redactor {
    Redactor::new([Secret::new(KEY)])
}

fn percent(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        write!(escaped, "%{byte:02x}").unwrap();
    }
    escaped
}

fn json(text: &str) -> String {
    let text = serde_json::Value::from(text).to_string();
    text[1..text.len() - 1].to_owned()
}

fn php(text: &str) -> String {
    let mut escaped = String::new();
    for unit in json(text).replace('/', "\\/").encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => escaped.push(char::from(byte)),
            _ => write!(escaped, "\\u{unit:04x}").unwrap(),
        }
    }
    escaped
}

fn html(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let text = text.replace('>', "&gt;").replace('"', "&quot;");
    text.replace('/', "&#x2F;").replace('+', "&#43;")
}

fn form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn every_spelling_of_a_secret_is_masked() {
    let ways: [(&str, Encode); 7] = [
        ("plain", str::to_owned),
        ("percent", percent),
        ("form", form),
        ("JSON", json),
        ("PHP", php),
        ("HTML", html),
        ("Rust", |text| text.escape_debug().collect()),
    ];
    for (first, encode) in ways {
        let once = encode(KEY);
        assert_eq!(redactor().redact(&format!("x {once} y")), "x *** y", "{first}: {once}");
        for (second, encode) in ways {
            let twice = encode(&once);
            assert_eq!(
                redactor().redact(&format!("x {twice} y")),
                "x *** y",
                "{first}, then {second}: {twice}"
            );
        }
    }
}

#[test]
fn base64_secret_is_masked_at_every_alignment() {
    // `printf 'NAME:invented/key' | base64` for names of 0 to 3 letters, and without a name.
    for (text, masked) in [
        ("Basic aW52ZW50ZWQva2V5", "Basic ***"),
        ("Basic OmludmVudGVkL2tleQ==", "Basic O***=="),
        ("Basic YTppbnZlbnRlZC9rZXk=", "Basic YT***="),
        ("Basic YWI6aW52ZW50ZWQva2V5", "Basic YWI6***"),
        ("Basic YWJjOmludmVudGVkL2tleTp4", "Basic YWJjO***p4"),
        (r"aW52ZW50ZWQva2V5 aW52ZW50ZWQva2V5", "*** ***"),
    ] {
        let redactor = Redactor::new([Secret::new("invented/key")]);
        assert_eq!(redactor.redact(text), masked, "{text}");
    }
    // With both characters that differ between the two alphabets.
    let redactor = Redactor::new([Secret::new("key>>>???key")]);
    for text in ["a2V5Pj4+Pz8/a2V5", "a2V5Pj4-Pz8_a2V5", r"a2V5Pj4+Pz8\/a2V5"] {
        assert_eq!(redactor.redact(text), "***", "{text}");
    }
}

#[test]
fn overlapping_secrets_are_masked_completely() {
    let redactor = Redactor::new(["abcd", "bcdefgh"].map(Secret::new));
    assert_eq!(redactor.redact("x abcdefgh y"), "x *** y");
}

#[test]
fn values_of_secret_parameters_are_masked() {
    let redactor = Redactor::default();
    for (text, clean) in [
        ("GET /x?apiKey=abc&limit=1", "GET /x?apiKey=***&limit=1"),
        (r#"{"access_token":"abc","x":1}"#, r#"{"access_token":"***","x":1}"#),
        (
            r#"{"body":"{\"apiKey\":\"abc\",\"x\":1}"}"#,
            r#"{"body":"{\"apiKey\":\"***\",\"x\":1}"}"#,
        ),
        ("apiKey%3Dabc%26x%3D1", "apiKey%3D***%26x%3D1"),
        ("X-API-KEY: abc def", "X-API-KEY: *** def"),
        (r#"Wrong "apiKey" value."#, r#"Wrong "apiKey" value."#),
        (r#""apiKey" is missing."#, r#""apiKey" is missing."#),
        ("Ключ apikey=тайна&ж", "Ключ apikey=***&ж"),
        (r#"{"apiKey":["abc",{"x":"def"}],"y":1}"#, r#"{"apiKey":***,"y":1}"#),
        (r#"{"apiKey": {"x":"cut of"#, r#"{"apiKey": ***"#),
    ] {
        assert_eq!(redactor.redact(text), clean, "{text}");
        assert_eq!(redactor.redact(clean), clean, "a second time");
    }
    for name in parameters::NAMES {
        assert_eq!(redactor.redact(&format!("{name}=x")), format!("{name}=***"));
    }
}

#[test]
fn known_secrets_are_masked_in_own_messages() {
    let message = "api_key: environment variable SHOP_KEY is not set; check api_key: RetailCRM";
    assert_eq!(redactor().mask_known(message), message);
    assert_eq!(redactor().mask_known(&format!("api_key: {KEY}")), "api_key: ***");
}

#[test]
fn values_that_look_like_keys_are_masked() {
    for (value, shown) in [
        ("Europe/Minsk", "Europe/Minsk"),
        ("SHOP_KEY_OF_THE_FIRST_SHOP_2026", "SHOP_KEY_OF_THE_FIRST_SHOP_2026"),
        ("onlylettersandmoreletters", "onlylettersandmoreletters"),
        ("375291112233375291112233", "375291112233375291112233"),
        ("invented0key1of2many3signs", "*** (26 characters)"),
        ("shop-0a1b2c3d4e5f6a7b8", "*** (22 characters)"),
        ("a1b2c3d4-1111-4a4a-8b8b-000000000101", "*** (36 characters)"),
        ("/run/invented0key1of2many3signs/shop", "/run/*** (26 characters)/shop"),
        (
            "https://crm.example.test/0a1b2c3d4e5f6a7b8",
            "https://crm.example.test/*** (17 characters)",
        ),
    ] {
        let redactor = Redactor::new(key_like_parts(value).map(Secret::from));
        assert_eq!(redactor.mask_with_length(value), shown, "{value}");
    }
    assert_eq!(
        redactor().mask_with_length(&format!("lines.{KEY}: not a phone number")),
        "lines.*** (27 characters): not a phone number",
    );
}

#[test]
fn excerpt_is_masked_before_it_is_cut() {
    let redactor = redactor();
    for limit in 0..60 {
        let short = redactor.excerpt(&format!("the key is {KEY}, and more"), limit);
        assert!(!short.contains('I'), "{limit}: {short}");
    }
    // The secret crosses the end of the search window.
    for lead in WINDOW - 40..WINDOW + 40 {
        let text = format!("{}{KEY} tail {}", "x".repeat(lead), "y".repeat(9_000));
        let short = redactor.excerpt(&text, 2 * WINDOW);
        assert!(!short.contains('I'), "lead of {lead}: …{}", &short[WINDOW - 60..]);
    }
    assert_eq!(redactor.excerpt("short", 5), "short");
    assert_eq!(redactor.excerpt("shorter", 5), "short…");
}

#[test]
fn long_text_is_scanned_in_linear_time() {
    let secrets = (0..8).map(|number| Secret::new(format!("apikey-number-{number}")));
    let redactor = Redactor::new(secrets);
    for piece in [
        "apikey=a&",
        "apikey=",
        "apikey ",
        "\"apikey\":[",
        "secrets",
        "apikey-number-",
        "%25252525",
        "\\\\\\\\",
        "&amp;amp;",
        "x-x-xcom-",
    ] {
        let text = piece.repeat(300_000 / piece.len());
        let began = Instant::now();
        let clean = redactor.redact(&text);
        let took = began.elapsed();
        assert!(clean.len() <= text.len() * 2, "{piece}");
        // A debug build takes many times longer than a release.
        assert!(took < Duration::from_secs(3), "{piece}: {took:?}");
    }
}

#[test]
fn very_short_secret_is_not_masked() {
    let redactor = Redactor::new([Secret::new("a")]);
    assert_eq!(redactor.redact("a bad day"), "a bad day");
}
