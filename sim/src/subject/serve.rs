use super::{
    Exit, Parts, SimListener, Subject, ours, with_axum, with_axum_server, with_hyper_util,
};
use crate::bugs::{self, Bug, Made};

/// Runs a server from its first accept to its exit.
///
/// The caller polls this future on the server's host. One thread makes every poll, because a bug is
/// injected by thread. The world ends the tasks and connections that the server leaves behind, as
/// the kernel does for a process.
///
/// # Panics
///
/// If this build lacks the subject's bug: see [`Subject::check_built_in`].
pub async fn serve<L: SimListener>(subject: Subject, parts: Parts<L>) -> Exit {
    match subject {
        Subject::Ours => ours::serve(parts).await,
        Subject::Axum => with_axum::serve(parts).await,
        Subject::HyperUtil => with_hyper_util::serve(parts).await,
        Subject::AxumServer => with_axum_server::serve(parts).await,
        Subject::Injected(bug) => match bug.made {
            Made::InServer => with_bug(bug, parts).await,
            Made::WrongGoaway => ours::serve_on(parts, bugs::WrongGoaway::new).await,
        },
    }
}

#[cfg(lastorders_sim)]
async fn with_bug<L: SimListener>(bug: &Bug, parts: Parts<L>) -> Exit {
    let bug = bug.name.parse().unwrap_or_else(|error| panic!("the lists of bugs differ: {error}"));
    let _guard = lastorders::injected::on_this_thread(bug);
    ours::serve(parts).await
}

#[cfg(not(lastorders_sim))]
async fn with_bug<L: SimListener>(bug: &Bug, _: Parts<L>) -> Exit {
    panic!("{}", bugs::NotBuiltIn(vec![bug.name]));
}
