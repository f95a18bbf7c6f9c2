//! Mutations of recorded events that keep most of them valid.
//!
//! Random bytes only break the JSON. Call tracking depends on which events arrive, in which order,
//! when, and which ids they share.

use fastrand::Rng;

/// Mutates a text of lines and returns its new length; `input` has room beyond the `size` bytes of
/// the text. Deterministic for a seed.
pub fn mutate_lines(input: &mut [u8], size: usize, seed: u32) -> usize {
    let mut random = Rng::with_seed(seed.into());
    let mut lines: Vec<Vec<u8>> = input[..size]
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    for _ in 0..random.usize(1..=4) {
        change(&mut lines, &mut random);
    }
    let mut text = lines.join(&b'\n');
    text.truncate(input.len());
    input[..text.len()].copy_from_slice(&text);
    text.len()
}

fn change(lines: &mut Vec<Vec<u8>>, random: &mut Rng) {
    if lines.is_empty() {
        return;
    }
    let one = random.usize(..lines.len());
    let other = random.usize(..lines.len());
    match random.u8(..8) {
        0 => drop(lines.remove(one)),
        1 => lines.swap(one, other),
        2 => {
            let line = lines[one].clone();
            lines.insert(other, line);
        }
        // Drop the end.
        3 => lines.truncate(one.max(other) + 1),
        // Drop the start.
        4 => drop(lines.drain(..one.min(other))),
        5 => {
            let line = retimed(&lines[one], random);
            lines[one] = line;
        }
        _ => {
            let value = any_text(&lines[other], random);
            let line = with_text(&lines[one], &value, random);
            lines[one] = line;
        }
    }
}

/// Returns the line with another time.
fn retimed(line: &[u8], random: &mut Rng) -> Vec<u8> {
    let Some(start) = find(line, b"\"t\":").map(|at| at + 4) else {
        return line.to_vec();
    };
    let end = line[start..]
        .iter()
        .position(|byte| *byte == b',')
        .map_or(line.len(), |length| start + length);
    let time = match random.u8(..8) {
        0 => "0".to_owned(),
        1 => "-5".to_owned(),
        2 => "9e15".to_owned(),
        3 => "1757843474".to_owned(),
        _ => format!("{:.3}", random.f64() * 10_f64.powi(random.i32(0..6))),
    };
    [&line[..start], time.as_bytes(), &line[end..]].concat()
}

/// Ranges of the strings of a line, without their quotes.
fn texts(line: &[u8]) -> Vec<(usize, usize)> {
    let quotes: Vec<usize> = (0..line.len()).filter(|at| line[*at] == b'"').collect();
    quotes.chunks_exact(2).map(|pair| (pair[0] + 1, pair[1])).collect()
}

fn any_text(line: &[u8], random: &mut Rng) -> Vec<u8> {
    let texts = texts(line);
    match texts.get(random.usize(..=texts.len())) {
        Some((start, end)) => line[*start..*end].to_vec(),
        None => Vec::new(),
    }
}

/// Returns the line with one of its strings, or all equal ones, replaced.
fn with_text(line: &[u8], value: &[u8], random: &mut Rng) -> Vec<u8> {
    let texts = texts(line);
    if texts.is_empty() {
        return line.to_vec();
    }
    let (start, end) = texts[random.usize(..texts.len())];
    let all = random.bool();
    let mut changed = Vec::with_capacity(line.len() + value.len());
    let mut done = 0;
    for (from, to) in texts {
        if from == start || all && line[from..to] == line[start..end] {
            changed.extend_from_slice(&line[done..from]);
            changed.extend_from_slice(value);
            done = to;
        }
    }
    changed.extend_from_slice(&line[done..]);
    changed
}

fn find(line: &[u8], what: &[u8]) -> Option<usize> {
    line.windows(what.len()).position(|window| window == what)
}
