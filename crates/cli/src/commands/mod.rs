//! The commands, a module each.

mod api;
mod call_event;
mod call_log;
mod card;
mod changes;
mod delivery;
mod demo;
mod extensions;
mod health;
mod lines;
mod lookup;
mod oauth;
mod packaging;
mod phone;
mod replay;
mod route;
mod sandbox;
mod settle;
mod setup;
mod users;

use std::cell::RefCell;

use tokio::time::Instant;

use crate::app::{App, Stop};
use crate::args::{Cli, Command};
use crate::config::Environment;
use crate::exit::Exit;
use crate::logs;
use crate::output::Output;

/// Runs one command.
pub(crate) fn run(cli: &Cli, environment: &Environment, output: &Output) -> Exit {
    let began = Instant::now();
    // These need no log, runtime or configuration.
    match &cli.command {
        Command::Phone(args) if !args.raw.is_empty() => {
            return phone::run(args, environment, output);
        }
        Command::Completions(args) => return packaging::completions(args, output),
        Command::Man(args) => return packaging::man(args, output),
        _ => {}
    }
    let secrets = logs::start(&cli.global, output);
    let app = App {
        global: &cli.global,
        environment,
        output,
        secrets,
        began,
        stop: Stop::default(),
        writes: RefCell::default(),
        hubs: RefCell::default(),
    };
    match &cli.command {
        Command::CallEvent(args) => app.block_on(call_event::run(&app, args)),
        Command::CallLog(args) => app.block_on(call_log::run(&app, args)),
        Command::Settle(args) => app.block_on(settle::run(&app, args)),
        Command::Replay(args) => app.block_on(replay::run(&app, args)),
        Command::Lookup(args) => app.block_on(lookup::run(&app, args)),
        Command::Route(args) => app.block_on(route::run(&app, args)),
        Command::Changes(args) => app.block_on(changes::run(&app, args)),
        Command::Users => app.block_on(users::run(&app)),
        Command::Health(args) => app.block_on(health::run(&app, args)),
        Command::Setup(args) => app.block_on(setup::run(&app, args)),
        Command::Oauth(args) => app.block_on(oauth::run(&app, args)),
        Command::Api(args) => app.block_on(api::run(&app, args)),
        Command::Sandbox(args) => app.block_on(sandbox::run(&app, args)),
        Command::Demo => app.block_on(demo::run(&app)),
        Command::Phone(args) => app.block_on(phone::run_over_input(&app, args)),
        Command::Completions(_) | Command::Man(_) => Exit::Done,
    }
}
