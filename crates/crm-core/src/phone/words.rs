//! The words that stand in phone fields beside or instead of numbers.

/// What PBXs, trunks, CRMs and people put where there is no number.
const HIDDEN: &[&str] = &[
    "anonymous",
    "asterisk",
    "blocked",
    "caller id blocked",
    "h",
    "hidden",
    "i",
    "id withheld",
    "n/a",
    "nan",
    "nil",
    "no caller id",
    "no number",
    "none",
    "not available",
    "null",
    "number withheld",
    "private",
    "private number",
    "restricted",
    "s",
    "t",
    "unavailable",
    "undefined",
    "unknown",
    "unknown caller",
    "unknown number",
    "withheld",
    "аноним",
    "анонимно",
    "анонимный",
    "анонимный номер",
    "без номера",
    "н/д",
    "неизвестен",
    "неизвестно",
    "неизвестный",
    "неизвестный номер",
    "нет",
    "нет номера",
    "номер не определен",
    "номер не определён",
    "номер неизвестен",
    "номер скрыт",
    "скрыт",
    "скрытый",
    "скрытый номер",
];

/// What stands between a number and the inner number behind it.
const EXTENSION: &[&str] = &[
    "anexo",
    "ext",
    "extension",
    "extn",
    "int",
    "p",
    "w",
    "x",
    "xt",
    "вн",
    "внутр",
    "внутренний",
    "доб",
    "добав",
    "добавочный",
    "доп",
    "х",
];

/// What announces a number.
const ANNOUNCING: &[&str] = &[
    "callto",
    "cell",
    "fax",
    "mob",
    "mobile",
    "phone",
    "sip",
    "sips",
    "tel",
    "telephone",
    "viber",
    "whatsapp",
    "д",
    "дом",
    "м",
    "моб",
    "мобильный",
    "номер",
    "р",
    "раб",
    "рабочий",
    "сот",
    "сотовый",
    "т",
    "тел",
    "телефон",
    "ф",
    "факс",
];

/// Whether the whole text says that there is no number.
pub(super) fn means_hidden(text: &str) -> bool {
    if text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let word = text.trim_matches(|c: char| !c.is_alphabetic());
    HIDDEN.contains(&word.to_lowercase().as_str())
}

/// Whether the word marks an inner number behind an outside one.
pub(super) fn marks_extension(word: &str) -> bool {
    EXTENSION.contains(&word.to_lowercase().as_str())
}

/// Whether the last word of `lead` announces a number or an inner number.
pub(super) fn announces_number(lead: &str) -> bool {
    let word = lead
        .rsplit(|c: char| !c.is_alphabetic())
        .find(|word| !word.is_empty())
        .unwrap_or_default()
        .to_lowercase();
    ANNOUNCING.contains(&word.as_str()) || EXTENSION.contains(&word.as_str())
}
