//! Decodes nested escapes and tracks the origin of each byte.

/// The number of decoded levels: JSON in a form field of a JSON document has three.
const LEVELS: usize = 4;

/// The longest decoded entity, with `&` and `;`.
const LONGEST_ENTITY: usize = 10;

/// A text at one level of decoding.
pub(super) struct Level {
    pub(super) bytes: Vec<u8>,
    /// The origin of each byte in the original text, and its end; empty on level 0.
    origins: Vec<usize>,
}

impl Level {
    /// The position in the original text of a position on this level.
    pub(super) fn origin(&self, at: usize) -> usize {
        self.origins.get(at).copied().unwrap_or(at)
    }

    /// Decodes the next level; `None` if nothing is escaped.
    fn decoded(&self) -> Option<Self> {
        let first = (0..self.bytes.len()).find(|at| self.unit(*at).is_some())?;
        let mut bytes = Vec::with_capacity(self.bytes.len());
        let mut origins = Vec::with_capacity(self.bytes.len() + 1);
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at) {
            let origin = self.origin(at);
            let unit = if at < first { None } else { self.unit(at) };
            let length = match unit {
                Some((Unit::Byte(byte), length)) => {
                    bytes.push(byte);
                    length
                }
                Some((Unit::Char(character), length)) => {
                    let mut buffer = [0; 4];
                    bytes.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                    length
                }
                None => {
                    bytes.push(*byte);
                    1
                }
            };
            origins.resize(bytes.len(), origin);
            at += length;
        }
        origins.push(self.origin(self.bytes.len()));
        Some(Self { bytes, origins })
    }

    /// The escape at this position, with its length.
    fn unit(&self, at: usize) -> Option<(Unit, usize)> {
        let rest = self.bytes.get(at..)?;
        match rest.first()? {
            b'%' => Some((Unit::Byte(byte(rest.get(1..3)?)?), 3)),
            b'\\' => backslash(rest),
            b'&' => entity(rest),
            _ => None,
        }
    }
}

/// The decoded form of an escape.
#[derive(Clone, Copy)]
enum Unit {
    Byte(u8),
    Char(char),
}

/// Returns every level of a text, the text itself first.
pub(super) fn levels(text: &str) -> Vec<Level> {
    let mut levels = vec![Level { bytes: text.as_bytes().to_vec(), origins: Vec::new() }];
    while levels.len() <= LEVELS
        && let Some(next) = levels.last().and_then(Level::decoded)
    {
        levels.push(next);
    }
    levels
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok()?;
    // Signs are not digits.
    let plain = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u32::from_str_radix(text, radix).ok()).flatten()
}

fn byte(digits: &[u8]) -> Option<u8> {
    u8::try_from(number(digits, 16)?).ok()
}

/// Decodes an escape of JSON, JavaScript, Python or Rust.
fn backslash(rest: &[u8]) -> Option<(Unit, usize)> {
    let plain = |byte| Some((Unit::Byte(byte), 2));
    match *rest.get(1)? {
        b'u' if rest.get(2) == Some(&b'{') => {
            let end = rest.iter().take(LONGEST_ENTITY).position(|it| *it == b'}')?;
            let character = char::from_u32(number(rest.get(3..end)?, 16)?)?;
            Some((Unit::Char(character), end + 1))
        }
        b'u' => {
            let unit = number(rest.get(2..6)?, 16)?;
            if let Some(character) = char::from_u32(unit) {
                return Some((Unit::Char(character), 6));
            }
            let low = rest.get(6..12)?.strip_prefix(b"\\u")?;
            let pair = [unit, number(low, 16)?].map(|it| u16::try_from(it).unwrap_or_default());
            let character = char::decode_utf16(pair).next()?.ok()?;
            Some((Unit::Char(character), 12))
        }
        b'x' => Some((Unit::Byte(byte(rest.get(2..4)?)?), 4)),
        b'n' => plain(b'\n'),
        b'r' => plain(b'\r'),
        b't' => plain(b'\t'),
        other @ (b'/' | b'"' | b'\'' | b'\\') => plain(other),
        _ => None,
    }
}

/// Decodes an entity of HTML or XML.
fn entity(rest: &[u8]) -> Option<(Unit, usize)> {
    let end = rest.iter().take(LONGEST_ENTITY).position(|it| *it == b';')?;
    let character = match rest.get(1..end)? {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Some((Unit::Char(character), end + 1))
}
