//! Phone numbers as Kontur writes them.

use serde::Serialize;
use vochi_crm_core::PhoneNumber;

/// How numbers are written for Kontur. How it matches numbers outside Russia is not known; all
/// samples of telephony have digits.
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

/// A phone number as it goes to Kontur: digits with the country code and no plus.
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
    /// The digits of a text that is no valid number; `None` where there are none.
    pub fn digits_of(raw: &str) -> Option<Self> {
        let digits = digits(raw);
        (!digits.is_empty()).then_some(Self(digits))
    }

    /// The same number in another form.
    #[must_use]
    pub fn in_form(self, form: PhoneForm) -> Self {
        let digits = digits(&self.0);
        match form {
            PhoneForm::Digits => Self(digits),
            PhoneForm::Plus => Self(format!("+{digits}")),
        }
    }

    /// Whether a number on a card of the CRM is this one. Cards hold what a person typed, in Russia
    /// often with the 8 of a domestic call.
    pub fn is_same(&self, on_card: &str) -> bool {
        let other = abroad(digits(on_card));
        !other.is_empty() && abroad(digits(&self.0)) == other
    }

    /// The text.
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

/// The digits with 7 for the 8 of a domestic Russian call.
fn abroad(digits: String) -> String {
    match digits.strip_prefix('8') {
        Some(rest) if rest.len() == 10 => format!("7{rest}"),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_out_as_digits_unless_asked_otherwise() {
        let number: PhoneNumber = "+375291112233".parse().unwrap();
        let text = PhoneText::from(number);
        assert_eq!(text.as_str(), "375291112233");
        let plus = text.in_form(PhoneForm::Plus);
        assert_eq!(plus.as_str(), "+375291112233");
        assert_eq!(plus.in_form(PhoneForm::Digits).as_str(), "375291112233");
        assert_eq!(PhoneText::digits_of("anonymous"), None);
    }

    #[test]
    fn a_card_may_spell_a_number_its_own_way() {
        let number = PhoneText::digits_of("79991112233").unwrap();
        for (card, same) in
            [("89991112233", true), ("+7 999 111-22-33", true), ("9991112233", false), ("", false)]
        {
            assert_eq!(number.is_same(card), same, "{card}");
        }
    }
}
