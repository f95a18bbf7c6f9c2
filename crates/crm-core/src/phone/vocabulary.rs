//! Words in phone fields.

/// Words of PBXs, trunks, CRMs and people for a missing number.
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

/// Words between a number and its extension.
const EXTENSION: &[&str] = &[
    "anexo",
    "ext",
    "extension",
    "extn",
    "int",
    "internal",
    "p",
    "w",
    "wew",
    "wewn",
    "x",
    "xt",
    "вн",
    "внутр",
    "внутренний",
    "внутрішній",
    "дад",
    "дадатковы",
    "дб",
    "доб",
    "добав",
    "добавочный",
    "дод",
    "додатковий",
    "доп",
    "унутр",
    "унутраны",
    "х",
];

/// Words before a number, and also after one: `+375291112233 (Viber)`.
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
    "telegram",
    "telephone",
    "viber",
    "whatsapp",
    "вайбер",
    "ватсап",
    "вотсап",
    "д",
    "дом",
    "м",
    "мабільны",
    "моб",
    "мобильный",
    "мобільний",
    "номер",
    "нумар",
    "р",
    "раб",
    "рабочий",
    "сот",
    "сотовый",
    "т",
    "тел",
    "телеграм",
    "телеграмм",
    "телефон",
    "тэл",
    "тэлефон",
    "ф",
    "факс",
];

/// Words after a number only: before one they also name a room or a company (`Office 12`).
const LABELS: &[&str] = &[
    "a1",
    "beeline",
    "business",
    "home",
    "imo",
    "kyivstar",
    "life",
    "lifecell",
    "main",
    "max",
    "mts",
    "office",
    "personal",
    "private",
    "signal",
    "tele2",
    "tg",
    "velcom",
    "vodafone",
    "wa",
    "wechat",
    "work",
    "а1",
    "билайн",
    "велком",
    "водафон",
    "гор",
    "городской",
    "дамашні",
    "дома",
    "домашний",
    "домашній",
    "киевстар",
    "київстар",
    "лайф",
    "личный",
    "маб",
    "мегафон",
    "мтс",
    "основной",
    "прац",
    "рабочы",
    "роб",
    "робочий",
    "служебный",
    "тг",
    "теле2",
    "хатні",
];

/// Words that join two numbers.
const JOINING: &[&str] =
    &["and", "or", "або", "альбо", "и", "или", "й", "либо", "та", "также", "і"];

/// Returns true if the whole text means that there is no number.
pub(super) fn means_hidden(text: &str) -> bool {
    if text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let word = text.trim_matches(|c: char| !c.is_alphabetic());
    HIDDEN.contains(&word.to_lowercase().as_str())
}

/// Returns true if the word marks an extension behind a number.
pub(super) fn marks_extension(word: &str) -> bool {
    EXTENSION.contains(&word.to_lowercase().as_str())
}

/// Returns true if the last word of `lead` announces a number or an extension.
pub(super) fn announces_number(lead: &str) -> bool {
    let word = last_word(lead).to_lowercase();
    ANNOUNCING.contains(&word.as_str()) || EXTENSION.contains(&word.as_str())
}

/// Returns true if the word labels the number before it: `Viber`, `моб`, `раб`, `A1`.
pub(super) fn labels_number(word: &str) -> bool {
    let word = word.to_lowercase();
    ANNOUNCING.contains(&word.as_str()) || LABELS.contains(&word.as_str())
}

/// Returns true if the character at `at` is a digit in a label, such as `A1`.
pub(super) fn is_in_label(text: &str, at: usize) -> bool {
    const LONGEST_LABEL: usize = 16;
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    if !before.ends_with(char::is_alphabetic) {
        return false;
    }
    let belongs = |c: &char| c.is_alphanumeric();
    let head = before.chars().rev().take_while(belongs).take(LONGEST_LABEL);
    let head: Vec<char> = head.collect();
    let tail = rest.chars().take_while(belongs).take(LONGEST_LABEL);
    let word: String = head.into_iter().rev().chain(tail).collect();
    labels_number(&word)
}

/// Returns true if the word joins two numbers: `и`, `или`, `and`.
pub(super) fn joins_numbers(word: &str) -> bool {
    JOINING.contains(&word.to_lowercase().as_str())
}

/// Returns the last run of letters.
pub(super) fn last_word(text: &str) -> &str {
    text.rsplit(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty()).unwrap_or_default()
}

/// Splits off the leading letters, or letters and digits.
pub(super) fn split_word(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Returns the text from the extension's digits on, if `text` begins with an extension mark
/// followed by digits: `доб. 151`, `ext 151`, `внутр. номер 151`.
pub(super) fn behind_extension_mark(text: &str) -> Option<&str> {
    let behind = |word: fn(&str) -> bool, text| {
        let (first, rest) = split_word(text, char::is_alphabetic);
        word(first).then(|| {
            rest.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '@' | '*'))
        })
    };
    let digits = behind(marks_extension, text)?;
    let digits = behind(labels_number, digits).unwrap_or(digits);
    digits.starts_with(|c: char| c.is_ascii_digit()).then_some(digits)
}
