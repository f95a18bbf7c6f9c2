//! The guide `docs/add-a-crm.md`.

use std::path::Path;

/// Every block of Rust in the guide is a part of the example connector, or is added to a copy of it.
#[test]
fn guide_shows_the_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in ["src", "tests/it"] {
        for file in std::fs::read_dir(root.join("examples/connector").join(folder)).unwrap() {
            sources.push(std::fs::read_to_string(file.unwrap().path()).unwrap());
        }
    }
    let guide = std::fs::read_to_string(root.join("docs/add-a-crm.md")).unwrap();
    let blocks: Vec<&str> = guide.split("```rust\n").skip(1).collect();
    assert!(blocks.len() > 5, "only {} blocks", blocks.len());
    for block in blocks {
        let (code, _) = block.split_once("```").unwrap();
        let shown = code.starts_with("// ") || sources.iter().any(|source| source.contains(code));
        assert!(shown, "not in the example:\n{code}");
    }
}
