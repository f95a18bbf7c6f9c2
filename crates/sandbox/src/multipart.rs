//! `multipart/form-data` bodies.

use bytes::Bytes;

/// One part of a multipart body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) content: Bytes,
}

/// Extracts the boundary of a `multipart/form-data` content type.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    let (essence, parameters) = content_type.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut parameters = self::parameters(parameters).into_iter();
    let (_, named) = parameters.find(|(name, _)| name == "boundary")?;
    (!named.is_empty()).then_some(named)
}

/// Splits a multipart body into parts; `None` if malformed.
pub(crate) fn parts(boundary: &str, body: &Bytes) -> Option<Vec<Part>> {
    let line = format!("--{boundary}");
    let between = format!("\r\n{line}");
    if !body.starts_with(line.as_bytes()) {
        return None;
    }
    let mut at = line.len();
    let mut parts = Vec::new();
    loop {
        let rest = body.get(at..)?;
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        let head = at + 2;
        if !rest.starts_with(b"\r\n") {
            return None;
        }
        let content = head + find(body.get(head..)?, b"\r\n\r\n")? + 4;
        let end = content + find(body.get(content..)?, between.as_bytes())?;
        let headers = std::str::from_utf8(body.get(head..content)?).ok()?;
        parts.push(part(headers, body.slice(content..end))?);
        at = end + between.len();
    }
}

/// The position of `wanted`, which starts with a carriage return.
fn find(within: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        from += within.get(from..)?.iter().position(|byte| *byte == b'\r')?;
        if within.get(from..)?.starts_with(wanted) {
            return Some(from);
        }
        from += 1;
    }
}

fn part(headers: &str, content: Bytes) -> Option<Part> {
    let (mut disposition, mut content_type) = (None, None);
    for (name, value) in headers.lines().filter_map(|line| line.split_once(':')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "content-disposition" => disposition = Some(value.trim()),
            "content-type" => content_type = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let parameters = parameters(disposition?.strip_prefix("form-data")?);
    let named = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name == wanted)?;
        Some(found.1.clone())
    };
    Some(Part { name: named("name")?, file_name: named("filename"), content_type, content })
}

/// Parses `; name="file"; filename="a; b.mp3"`; a semicolon inside quotes is part of the value.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut quoted = false;
    let parts = text.split(|symbol| {
        quoted ^= symbol == '"';
        symbol == ';' && !quoted
    });
    let pairs = parts.filter_map(|part| part.split_once('='));
    pairs
        .map(|(name, value)| {
            let value = value.trim().trim_matches('"');
            (name.trim().to_ascii_lowercase(), value.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multipart_body_is_split() {
        let content_type = "multipart/form-data; charset=utf-8; boundary=\"b-1\"";
        let boundary = boundary(content_type).expect("a boundary");
        let body = Bytes::from_static(
            b"--b-1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a; b.mp3\"\r\n\
              content-type: audio/mpeg\r\n\r\n\r\nID3\r\n--b-\r\n\r\n--b-1\r\n\
              Content-Disposition: form-data; name=\"more\"\r\n\r\n\r\n--b-1--\r\n",
        );
        let parts = parts(&boundary, &body).expect("a valid body");
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].file_name.as_deref(), Some("a; b.mp3"));
        assert_eq!(parts[0].content_type.as_deref(), Some("audio/mpeg"));
        assert_eq!(&parts[0].content[..], b"\r\nID3\r\n--b-\r\n");
        assert_eq!((parts[1].name.as_str(), parts[1].content.len()), ("more", 0));
    }

    #[test]
    fn truncated_body_is_refused() {
        let body = Bytes::from_static(
            b"--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nID3\r\n--",
        );
        assert_eq!(parts("b", &body), None);
    }
}
