//! Extensions in the forms a dialplan passes.

use vochi_crm::asterisk::ExtensionPattern;
use vochi_crm::{Error, Extension, Result};

use super::delivery::option;

/// The smallest number of hexadecimal digits at the end of a channel name.
const CHANNEL_NUMBER: usize = 7;

/// Reads the extensions in the values of an option, in order and without repeats.
///
/// Accepts `151`, `151&152`, `151,152`, channels (`PJSIP/151-0000001a`) and destinations of `Dial`
/// (`PJSIP/151`, `Local/151@ctx/n`, `PJSIP/151/sip:151@192.0.2.5`). The name of a phone is read by the PBX's
/// pattern, so that `PJSIP/201-WS` is 201; a name that does not match is taken as it is.
///
/// # Errors
/// `input` if a value holds none; the message begins with the option's name.
pub(super) fn extensions<'a>(
    name: &str,
    values: impl IntoIterator<Item = &'a String>,
    pattern: &ExtensionPattern,
) -> Result<Vec<Extension>> {
    let mut read: Vec<Extension> = Vec::new();
    for value in values {
        let pieces = value.split(['&', ',']).map(str::trim);
        let mut pieces = pieces.filter(|piece| !piece.is_empty()).peekable();
        if pieces.peek().is_none() {
            return Err(Error::input(format!("{name}: no extension in {value:?}")));
        }
        for piece in pieces {
            let extension = option(name, Extension::new(extension(piece, pattern)))?;
            if !read.contains(&extension) {
                read.push(extension);
            }
        }
    }
    Ok(read)
}

/// Reads the one extension in the value of an option.
///
/// # Errors
/// As [`extensions`]; `input` if there are several.
pub(super) fn one_extension(
    name: &str,
    value: &String,
    pattern: &ExtensionPattern,
) -> Result<Extension> {
    let read = extensions(name, [value], pattern)?;
    match <[Extension; 1]>::try_from(read) {
        Ok([extension]) => Ok(extension),
        Err(_) => Err(Error::input(format!("{name}: several extensions in {value:?}"))
            .with_hint("pass one extension")),
    }
}

/// Extracts the extension from `151`, `TECHNOLOGY/151-0000001a` or `TECHNOLOGY/151`.
fn extension<'a>(text: &'a str, pattern: &ExtensionPattern) -> &'a str {
    let Some((technology, resource)) = text.split_once('/') else {
        return text;
    };
    let is_technology = technology.starts_with(|first: char| first.is_ascii_alphabetic())
        && technology.chars().all(|c| c.is_ascii_alphanumeric());
    if !is_technology {
        return text;
    }
    let mut parts = resource.split('/');
    let first = parts.next().unwrap_or_default();
    let is_local = technology.eq_ignore_ascii_case("local");
    let peer = match parts.next() {
        // A trunk and the number dialled through it; behind a phone there is only its address.
        Some(number) if !is_local && !number.is_empty() && !number.contains(':') => number,
        _ => first,
    };
    let peer = peer.split('@').next().unwrap_or_default();
    let peer = match peer.rsplit_once('-') {
        Some((name, number)) if is_channel_number(technology, number) => name,
        _ => peer,
    };
    pattern.extension(peer).unwrap_or(peer)
}

/// Returns true for the suffix by which Asterisk makes a channel name unique.
fn is_channel_number(technology: &str, text: &str) -> bool {
    let is_hex = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex && (text.len() >= CHANNEL_NUMBER || technology.eq_ignore_ascii_case("dahdi"))
}

#[cfg(test)]
mod tests {
    use vochi_crm::ErrorKind;

    use super::*;

    fn read(values: &[&str]) -> Result<Vec<String>> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        let read = extensions("--ext", &values, &ExtensionPattern::default())?;
        Ok(read.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn dialplan_spellings_are_extensions() {
        for (value, wanted) in [
            ("151", &["151"][..]),
            ("151&152", &["151", "152"]),
            ("151,152", &["151", "152"]),
            (" 151 & 152,", &["151", "152"]),
            ("+375291112233", &["+375291112233"]),
            ("reception", &["reception"]),
            ("29/1", &["29/1"]),
            ("PJSIP/151", &["151"]),
            ("PJSIP/151&SIP/152", &["151", "152"]),
            ("PJSIP/151-0000001a", &["151"]),
            ("SIP/151-0000001", &["151"]),
            ("PJSIP/201-WS", &["201"]),
            ("PJSIP/201-WS-0000001a", &["201"]),
            ("PJSIP/front-desk", &["front-desk"]),
            ("SIP/gate-1-00000045", &["gate-1"]),
            ("Local/151@ctx", &["151"]),
            ("Local/151@ctx/n", &["151"]),
            ("Local/151@ctx-0000000c;1", &["151"]),
            ("local/375291112233@from-internal/n", &["375291112233"]),
            ("PJSIP/151@gate", &["151"]),
            ("PJSIP/151/sip:151@192.0.2.5:5060", &["151"]),
            ("PJSIP/151/sip:151@192.0.2.5&PJSIP/151/sip:151@192.0.2.6", &["151"]),
            ("SIP/gate/375291112233", &["375291112233"]),
            ("DAHDI/33-1", &["33"]),
            ("DAHDI/i1/151-5", &["151"]),
        ] {
            assert_eq!(read(&[value]).unwrap(), wanted, "{value}");
        }
    }

    #[test]
    fn repeated_extensions_count_once() {
        assert_eq!(read(&["151&152", "PJSIP/151", "153"]).unwrap(), ["151", "152", "153"]);
    }

    #[test]
    fn value_without_an_extension_is_bad_input() {
        for value in ["&", " , ", "PJSIP/", "Local/@ctx/n", "151&PJSIP/"] {
            let error = read(&[value]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input, "{value}");
            assert!(error.message().starts_with("--ext: "), "{value}: {error}");
        }
    }

    #[test]
    fn configured_pattern_names_the_extension_of_a_channel() {
        let pattern: ExtensionPattern = "(?<ext>[0-9]+)-(desk|soft)".parse().unwrap();
        let values = ["PJSIP/151-soft-0000001a".to_owned(), "151-soft".to_owned()];
        let read = extensions("--ext", &values, &pattern).unwrap();
        let read: Vec<&str> = read.iter().map(Extension::as_str).collect();
        assert_eq!(read, ["151", "151-soft"], "text without a technology is taken as it is");
    }

    #[test]
    fn option_of_one_extension_refuses_several() {
        let pattern = ExtensionPattern::default();
        let error = one_extension("--to", &"151&152".to_owned(), &pattern).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{error}");
        let one = one_extension("--to", &"PJSIP/152".to_owned(), &pattern).unwrap();
        assert_eq!(one.as_str(), "152");
    }
}
