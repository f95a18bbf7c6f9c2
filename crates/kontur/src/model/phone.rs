//! Phone numbers in requests.

use serde::Serialize;
use vochi_crm_core::PhoneNumber;

/// The format of phone numbers in requests.
///
/// How Kontur matches numbers outside Russia is not documented; all telephony samples have digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PhoneForm {
    /// Digits with the country code: `375291112233`.
    #[default]
    Digits,
    /// The same with a plus: `+375291112233`.
    Plus,
}

/// A phone number in requests: digits with the country code, without a plus by default.
///
/// ```
/// use vochi_crm_core::PhoneNumber;
/// use vochi_crm_kontur::model::PhoneText;
/// let number: PhoneNumber = "+79991112233".parse()?;
/// let text = PhoneText::from(number);
/// assert_eq!(text.as_str(), "79991112233");
/// assert!(text.is_same("8 (999) 111-22-33"));
/// # Ok::<(), vochi_crm_core::phone::PhoneError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct PhoneText(String);

impl PhoneText {
    /// Returns the digits of an invalid number; `None` if there are none.
    pub fn digits_of(raw: &str) -> Option<Self> {
        let digits = digits(raw);
        (!digits.is_empty()).then_some(Self(digits))
    }

    /// Returns the number in another format.
    #[must_use]
    pub fn in_form(self, form: PhoneForm) -> Self {
        let digits = digits(&self.0);
        match form {
            PhoneForm::Digits => Self(digits),
            PhoneForm::Plus => Self(format!("+{digits}")),
        }
    }

    /// Returns true if a number on a card is this one.
    ///
    /// Cards contain numbers as entered, in Russia often with the domestic prefix 8.
    pub fn is_same(&self, on_card: &str) -> bool {
        let other = international(digits(on_card));
        !other.is_empty() && international(digits(&self.0)) == other
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PhoneNumber> for PhoneText {
    fn from(number: PhoneNumber) -> Self {
        Self(number.digits().to_owned())
    }
}

impl From<&PhoneNumber> for PhoneText {
    fn from(number: &PhoneNumber) -> Self {
        Self::from(*number)
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Replaces the domestic Russian prefix 8 by 7.
fn international(digits: String) -> String {
    match digits.strip_prefix('8') {
        Some(rest) if rest.len() == 10 => format!("7{rest}"),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_is_sent_as_digits_by_default() {
        let number: PhoneNumber = "+375291112233".parse().unwrap();
        let text = PhoneText::from(number);
        assert_eq!(text.as_str(), "375291112233");
        let plus = text.in_form(PhoneForm::Plus);
        assert_eq!(plus.as_str(), "+375291112233");
        assert_eq!(plus.in_form(PhoneForm::Digits).as_str(), "375291112233");
        assert_eq!(PhoneText::digits_of("anonymous"), None);
    }

    #[test]
    fn number_on_card_matches_other_spellings() {
        let number = PhoneText::digits_of("79991112233").unwrap();
        for (card, same) in
            [("89991112233", true), ("+7 999 111-22-33", true), ("9991112233", false), ("", false)]
        {
            assert_eq!(number.is_same(card), same, "{card}");
        }
    }
}
