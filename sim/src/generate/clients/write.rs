use lastorders_model::plan::Role;

use super::{
    aborting, chatty, half_closing, http2, keep_alive, one_shot, pipelined, preconnect, silent,
    slow_body, slow_head, slow_reader, upgraded,
};
use crate::generate::ClientKind;
use crate::generate::script::Script;

/// Writes the script of a client of this kind, and says what it is.
pub(in crate::generate) fn write(kind: ClientKind, script: &mut Script<'_>) -> Role {
    match kind {
        ClientKind::KeepAlive => keep_alive::write(script),
        ClientKind::Chatty => chatty::write(script),
        ClientKind::OneShot => one_shot::write(script),
        ClientKind::Pipelined => pipelined::write(script),
        ClientKind::SlowHead => slow_head::write(script),
        ClientKind::SlowBody => slow_body::write(script),
        ClientKind::SlowReader => slow_reader::write(script),
        ClientKind::Silent => silent::write(script),
        ClientKind::Preconnect => preconnect::write(script),
        ClientKind::Aborting => aborting::write(script),
        ClientKind::HalfClosing => half_closing::write(script),
        ClientKind::Upgraded => upgraded::write(script),
        ClientKind::Http2 => {
            http2::write(script);
            return Role::Http2Client;
        }
    }
    Role::Client
}
