mod actions;
mod exhaustive;
mod table;

use std::time::Duration;

use super::{ConnAction, ConnInput, Connection, Effect};
use crate::drain::ShutdownFlags;

const NONE: ShutdownFlags = ShutdownFlags::from_bits(0);
const IDLE_GRACE: Duration = Duration::from_millis(250);

/// Every input without a request's number, and both inputs for the body of the first request.
const INPUTS: [ConnInput; 17] = [
    ConnInput::BytesRead,
    ConnInput::PrefaceRead,
    ConnInput::RequestStarted { has_body: false },
    ConnInput::RequestStarted { has_body: true },
    ConnInput::BodyEnded(0),
    ConnInput::BodyDropped(0),
    ConnInput::ResponseStarted,
    ConnInput::ResponseEnded,
    ConnInput::Flushed,
    ConnInput::RequestDropped,
    ConnInput::Upgraded,
    ConnInput::Parked,
    ConnInput::UnreadFound,
    ConnInput::PeerClosed,
    ConnInput::CloseBegan,
    ConnInput::WriteShut,
    ConnInput::Gone,
];

/// A connection that has handled these inputs while the server served.
fn after(inputs: &[ConnInput]) -> Connection {
    let mut connection = Connection::new(NONE, IDLE_GRACE);
    for input in inputs {
        connection.handle(NONE, *input);
    }
    connection
}
