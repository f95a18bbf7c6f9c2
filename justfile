# Common commands. `just` lists them.

_default:
    @just --list

# Runs all tests and documentation examples.
test *arguments:
    cargo test {{arguments}}

# Formats, then checks words and lints.
lint:
    cargo fmt --all
    python3 .ci/words.py
    cargo clippy --locked --workspace --all-targets --all-features -- --deny warnings

# Builds the documentation.
doc:
    RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps

# Rewrites the generated tables in docs/.
tables:
    VOCHI_CRM_UPDATE_DOCS=1 cargo test tables_of

# Serves the stand-ins at this address.
sandbox address="127.0.0.1:8800":
    cargo run -p vochi-crm-cli -- sandbox --bind {{address}}

# Plays a morning of calls into the stand-ins.
demo:
    cargo run -- demo

# What has to pass before a change lands; `just ci long` also fuzzes and kills.
ci mode="short":
    .ci/run {{mode}}
