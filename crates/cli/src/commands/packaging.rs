//! `completions` and `man`, for packagers.

use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;
use vochi_crm::{Error, Redactor};

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::completion;
use crate::exit::Exit;
use crate::output::Output;

pub(super) fn completions(args: &CompletionsArgs, output: &Output) -> Exit {
    match completion::script(args.shell) {
        Ok(script) => {
            output.raw(&script);
            Exit::Done
        }
        Err(error) => {
            let error = Error::unsupported(error.to_string());
            output.failure(&error, &Redactor::default());
            Exit::of(&error)
        }
    }
}

pub(super) fn man(args: &ManArgs, output: &Output) -> Exit {
    let done = match &args.dir {
        Some(dir) => clap_mangen::generate_to(Cli::command(), dir),
        None => page().map(|page| output.raw(&page)),
    };
    match done {
        Ok(()) => Exit::Done,
        Err(error) => {
            let where_to = args.dir.as_deref().unwrap_or(Path::new("standard output"));
            let error = Error::input(format!("{}: {error}", where_to.display()))
                .with_hint("name a directory that exists and that you may write to");
            output.failure(&error, &Redactor::default());
            Exit::of(&error)
        }
    }
}

/// Renders one page with all commands.
fn page() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let mut command = Cli::command();
    // Adds the global options to the subcommands.
    command.build();
    Man::new(command.clone()).render(&mut page)?;
    for command in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        let heading = format!(".SH \"COMMAND {}\"\n", command.get_name().to_uppercase());
        page.extend_from_slice(heading.as_bytes());
        let whole = command.clone().bin_name(format!("vochi-crm {}", command.get_name()));
        let man = Man::new(whole);
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
        man.render_extra_section(&mut page)?;
    }
    Ok(page)
}
