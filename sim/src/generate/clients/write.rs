use lastorders_model::plan::Role;

use super::{
    aborting, chatty, half_closing, http2, keep_alive, one_shot, pipelined, preconnect, silent,
    slow_body, slow_head, slow_reader, upgraded,
};
use crate::generate::ClientKind;
use crate::generate::script::Script;

/// Writes the script of a client of this kind.
pub(in crate::generate) fn write(kind: ClientKind, mut script: Script<'_>) -> Role {
    match kind {
        ClientKind::KeepAlive => keep_alive::write(&mut script),
        ClientKind::Chatty => chatty::write(&mut script),
        ClientKind::OneShot => one_shot::write(&mut script),
        ClientKind::Pipelined => pipelined::write(&mut script),
        ClientKind::SlowHead => slow_head::write(&mut script),
        ClientKind::SlowBody => slow_body::write(&mut script),
        ClientKind::SlowReader => slow_reader::write(&mut script),
        ClientKind::Silent => silent::write(&mut script),
        ClientKind::Preconnect => preconnect::write(&mut script),
        ClientKind::Aborting => aborting::write(&mut script),
        ClientKind::HalfClosing => half_closing::write(&mut script),
        ClientKind::Upgraded => upgraded::write(&mut script),
        ClientKind::Http2 => {
            http2::write(&mut script);
            return Role::Http2Client { steps: script.steps };
        }
    }
    Role::Client { steps: script.steps }
}
