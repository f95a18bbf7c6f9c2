//! Texts of responses.

use serde::Deserializer;
use vochi_crm_core::wire;

/// The named entities that U-ON's texts contain.
const NAMED: [(&str, &str); 9] = [
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", "\u{a0}"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("mdash", "—"),
    ("rarr", "→"),
];

/// Reads a text, trimmed and with its HTML entities decoded; an empty text and anything else is
/// `None`.
pub(crate) fn decoded<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text = wire::text_or_none(deserializer)?.map(|text| decode(text.trim()));
    Ok(text.filter(|text| !text.trim().is_empty()))
}

/// Decodes HTML entities, each once; an unknown one stays.
pub(crate) fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, entity)) = rest.split_once('&') {
        decoded.push_str(before);
        let known = entity.split_once(';').and_then(|(name, after)| Some((named(name)?, after)));
        if let Some((character, after)) = known {
            decoded.push_str(&character);
            rest = after;
        } else {
            decoded.push('&');
            rest = entity;
        }
    }
    decoded + rest
}

fn named(name: &str) -> Option<String> {
    if name == "amp" {
        return Some("&".to_owned());
    }
    if let Some((_, text)) = NAMED.iter().find(|(known, _)| *known == name) {
        return Some((*text).to_owned());
    }
    let code = name.strip_prefix('#')?;
    let code = match code.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => code.parse().ok()?,
    };
    let character = char::from_u32(code).filter(|character| !character.is_control())?;
    Some(character.to_string())
}

/// Escapes a text for HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_decoded_once() {
        for (text, decoded) in [
            ("Лид &rarr; Заявка", "Лид → Заявка"),
            ("&laquo;Тур&raquo; &amp; Ко", "«Тур» & Ко"),
            ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
            ("&#1071; &#x42f;", "Я Я"),
            ("&#0; &#27; &unknown; & ;", "&#0; &#27; &unknown; & ;"),
            ("R&D", "R&D"),
        ] {
            assert_eq!(decode(text), decoded, "{text:?}");
        }
    }

    #[test]
    fn escaped_text_is_decoded_to_itself() {
        let text = r#"<b onclick="x('y')">&amp;"#;
        assert_eq!(decode(&escape(text)), text);
        assert!(!escape(text).contains(['<', '>', '"', '\'']));
    }
}
